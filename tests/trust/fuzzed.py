"""Fuzzers: bytes by chance, from seeds that look like what is read, into everything that reads what others wrote.

Each target takes any bytes, and may neither raise what it does not promise nor take longer than its time. Seeds are the
project's own texts; a mutation cuts, doubles, swaps, and puts in words that mean something to some parser.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from digestgen import codec, config, parse, paths, registry, reports, signoffs, slugs, urls, writer, yaml
from digestgen.markup.convert import TooComplex, TooCostly, convert, feed_html
from digestgen.model import Article, Manuscript
from digestgen.pictures import drawing
from digestgen.pictures.album import facts
from tests.building import published
from tests.sites import write_site
from tests.test_markup_swift import _PIECES
from tests.trust.frame import ROOT, Figure, Part, ended_in_time, tallied
from tests.trust.names import NAMES
from tests.trust.payloads import faults, payload
from tests.trust.victim import Victim, victim

#: Seconds after which an execution has not ended in time; almost all take milliseconds.
_PATIENCE: Final = 60

_CONFIG, _ = config.read("title: T\nurl: https://example.org/\n")
_ZONE: Final = ZoneInfo("UTC")


# --- what can be read


def _front_matter(data: bytes) -> None:
    parse.article("2024-05-03-a.md", b"---\ntitle: x\n" + data, _CONFIG)
    parse.article("pages/a.md", data, _CONFIG)


def _configuration(data: bytes) -> None:
    settings, found = config.read(data.decode("utf-8", "replace"))
    assert settings.title or found


def _yaml(data: bytes) -> None:
    yaml.parse(data.decode("utf-8", "surrogateescape"), path="a.yaml")


def _markdown(data: bytes) -> None:
    try:
        body = convert(data.decode("utf-8", "replace"), "de")
    except (TooComplex, TooCostly):
        return
    html = feed_html(body, [ref.target for ref in body.refs])
    assert not faults(html, whole=False), faults(html, whole=False)


def _names(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    slug = slugs.slugify(text, "de")
    assert slugs.is_slug(slug), (text, slug)
    assert not paths.fault(slug), (text, slug)
    joined = paths.join_inside("a/b", text)
    assert joined is None or ".." not in joined.split("/"), (text, joined)
    path = paths.output_path(text)
    assert path is None or not path.startswith(("/", "..")), (text, path)
    urls.classify(text)
    address = urls.safe_external(text)
    assert address is None or address.lower().startswith(("http:", "https:", "mailto:")), (text, address)


def _credit(data: bytes) -> None:
    for lang in ("en", "de", "fr"):
        signoffs.read_signoff(data.decode("utf-8", "replace"), lang)


def _report(data: bytes) -> None:
    reports.read(data.decode("utf-8", "replace"))


def _cached(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for kind in (Article, Manuscript):
        try:
            codec.load(kind, text, _ZONE)
        except codec.Unfit:
            continue


def _registries(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    registry.read(dict.fromkeys(registry.FILES, text))


def _picture(data: bytes) -> None:
    facts(data)
    try:
        assert b"<script" not in drawing.harmless(data)
    except drawing.Unreadable:
        return


def _list_of_files(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, writer.LIST).write_bytes(data)
        for path in writer.read_list(folder):
            assert not paths.fault(path), path
            assert ".." not in path.split("/"), path


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads, the folder of its seeds below tests/ or texts, and what part of all executions it gets."""

    name: str
    read: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    share: int = 1


def _texts(pattern: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(ROOT.glob(pattern)))[:60]


_ARTICLES: Final = _texts("content/**/*.md")
TARGETS: Final = (
    Target("front matter", _front_matter, _ARTICLES, 2),
    Target("site.yaml", _configuration, (*_texts("*.yaml"), *_texts("tests/golden/site.txt"))),
    Target("YAML", _yaml, (*_ARTICLES, *_texts("*.yaml")), 2),
    Target("Markdown", _markdown, (*_ARTICLES, *_texts("docs/how-to/*.md")), 2),
    Target("slugs, paths and addresses", _names, tuple(name.encode("utf-8", "surrogatepass") for name in NAMES), 4),
    Target("credit lines", _credit, _texts("tests/reports/*.txt")),
    Target("wire reports", _report, _texts("tests/reports/*.txt")),
    Target("remembered articles", _cached, (b'["a.md","en","t","s"]', b"[]", b"[[],{}]")),
    Target("registries", _registries, _texts("*.yaml")),
    Target("pictures", _picture, (*_texts("docs/images/*-phone.webp"), b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
    Target("the list of files", _list_of_files, (b"digestgen 1\nindex.html 0123\n",)),
)

#: Words that mean something to one parser or another.
_WORDS: Final = tuple(
    word.encode("utf-8", "surrogatepass")
    for word in (
        *_PIECES, *NAMES[:80], "---\n", "\n---\n", "...", "&a", "*a", "!!python/object:os.system", "<<: ", "? ", "|-\n",
        ">\n", "%YAML 1.1\n", "\ufeff", "\t", "{", "}", "[", "]", "'", '"', "\\x00", "\\u0000", "date: 9999-99-99\n",
        "0x", "1e9999",
        "12:30:45", "2024-02-30", "-0", "title: ", "tags: [", "sources:\n- ", "credits:\n- role: ", "lang: no\n", "by ",
        "(Reporting by ", "Editing by ", "REUTERS", "dpa", "\u2028", "\x85",
    )
)  # fmt: skip


def mutated(seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Return one of the seeds, changed by chance."""
    data = bytearray(chance.choice(seeds)[:6000])
    for _ in range(chance.randint(1, 8)):
        at, to = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
        kind = chance.randrange(8)
        if kind == 0:
            del data[at : min(to, at + 200)]
        elif kind == 1 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        else:
            data[at:at] = _new(kind, data[at:to][:300], seeds, chance)
    return bytes(data[:20_000])


def _new(kind: int, part: bytearray, seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Return what is put in: a word once or often, a part of the text again, another text, noise, or a payload."""
    word = chance.choice(_WORDS)
    new = (word, word, word, word * chance.choice((2, 10, 300)), bytes(part) * chance.randint(1, 5))
    more = (chance.randbytes(8), payload(chance).encode("utf-8", "surrogatepass"), chance.choice(seeds)[:300])
    return (*new, *more)[kind]


def _executed(target: Target, count: int, seed: int) -> int:
    for number in range(count):
        data = mutated(target.seeds, random.Random(f"{seed} {target.name} {number}"))
        with ended_in_time((target.name, seed, number), _PATIENCE):
            try:
                target.read(data)
            except Exception as error:
                raise AssertionError(f"{target.name}, seed {seed}, case {number}: {error!r} for {data!r}") from error
    return count


# --- the law: for any bytes in any content file a build ends in time, with 0 or 1 and no trace

_SITE: Final = (ROOT / "tests/golden/site.txt").read_text(encoding="utf-8")


def _built(number: int, seed: int, top: Path, process: Victim) -> str:
    """Build a site of which some files hold other bytes; return how that ended."""
    chance = random.Random(f"{seed} build {number}")
    site = write_site(top / str(number), _SITE)
    places = [
        *sorted((site / "content").rglob("*.md")),
        site / "tags.yaml",
        site / "sources.yaml",
        site / "people.yaml",
    ]
    for place in chance.sample(places, chance.choice((1, 1, 2, 3))):
        seeds = (*((place.read_bytes(),) if place.exists() else ()), *_ARTICLES[:3])
        place.write_bytes(mutated(seeds, chance))
    if chance.random() < 0.1:  # most that are no drawings any more are errors, which hide what a page would be
        (site / "content/static").mkdir(exist_ok=True)
        (site / "content/static/x.svg").write_bytes(mutated((b"<svg xmlns='http://www.w3.org/2000/svg'/>",), chance))
    if chance.random() < 0.3:
        (site / ".digestgen").mkdir()
        (site / ".digestgen/cache.sqlite").write_bytes(mutated((b"SQLite format 3\x00" + bytes(4000),), chance))
    with ended_in_time(("build", seed, number)):
        outcome = process.build(site)
    assert outcome.code in (0, 1), (number, outcome)
    assert outcome.code or published(site / "public"), number
    return f"ended with {outcome.code}"


def _run(count: int, seed: int) -> Iterator[Figure]:
    for target in TARGETS:
        tried = _executed(target, count * target.share, seed)
        yield Figure(f"bytes by chance: {target.name}", tried, "each read or refused, in time")
    with victim() as process, tempfile.TemporaryDirectory() as top:
        ended = [*map(partial(_built, seed=seed, top=Path(top), process=process), range(max(2, count // 20)))]
    yield Figure(
        "sites with bytes by chance in articles, registries and the cache", len(ended), ", ".join(tallied(ended))
    )


#: `DIGESTGEN_FUZZ` sets another count, for a night's run.
PART: Final = Part("fuzzed", _run, full=int(os.environ.get("DIGESTGEN_FUZZ", "4000")), sample=8)
