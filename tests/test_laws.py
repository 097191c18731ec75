"""Laws that hold for every site: small ones are made up at random, and built."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from unittest.mock import patch

import feedparser
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from digestgen import files
from tests.browser import every_link, lines
from tests.building import built, published, told

# Everything that a headline may hold but control characters, surrogates and what Unicode leaves unassigned; a byte
# order mark within YAML is an error, which test_yaml shows.
WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"], exclude_characters="\ufeff"),
    min_size=1,
    max_size=20,
)
TITLES = WORDS.map(lambda text: " ".join(text.split())).filter(bool)

TAGS = ("C", "C++", "C#", "c", "Öl", "oil price", "Oil-Price", "خبر", "می‌شود", "日本", "R&D", "<script>", "1.10", "no")
SOURCES = ("agency", "The Agency", "Someone <else>", "https://paper.example/a?b&c#d", "https://agency.example/x")
NAMES = ("word", "two words", "Größe", "خبر", "日本語", "2024-02-29-leap", "index")
BODIES = (
    "Plain text.",
    "## A heading\n\nText with *emphasis*, `code` and <b>raw</b> HTML.",
    "| a | b |\n|---|--:|\n| 1 | 2 |\n\n```python\nprint('x')\n```",
    "A note[^1] and {{ jinja }}.\n\n[^1]: Below & <beside>.",
    "> “Quoted” text -- with 'marks'\n\n- [ ] open\n- [x] done",
    "",
)
LANGS = ("", "de", "fa")


@dataclass(frozen=True, slots=True)
class Site:
    """A made-up site: all its files."""

    files: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Put this site in the place of the one in `folder`; what the last build left stays."""
        for name in ("content", "site.yaml", "sources.yaml"):
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Sketch:
    """An article as it is drawn; its language and what it links to come from its place among the others."""

    name: str
    title: str
    date: str
    tags: Sequence[str]
    sources: Sequence[str]
    bodies: Sequence[str]
    links: Sequence[int]
    summary: str
    draft: bool
    weight: int


SKETCHES = st.builds(
    Sketch,
    name=st.sampled_from(NAMES),
    title=TITLES,
    date=st.one_of(
        st.dates(date(1970, 1, 1), date(2030, 12, 31)).map(str),
        st.sampled_from(["2024-05-01", "2024-05-01T10:00", "2024-05-02 23:30:00 -0400", "2024-07-01"]),
    ),
    tags=st.lists(st.sampled_from(TAGS), max_size=3),
    sources=st.lists(st.sampled_from(SOURCES), max_size=2),
    bodies=st.lists(st.sampled_from(BODIES), max_size=3),
    links=st.lists(st.integers(0, 7), max_size=2),
    summary=st.one_of(st.just(""), TITLES),
    draft=st.booleans(),
    weight=st.integers(-2, 2),
)


def path_of(number: int, sketch: Sketch) -> str:
    lang = LANGS[number % 3]
    return f"{number // 3}/{sketch.name}{f'.{lang}' if lang else ''}.md"


def article(number: int, sketch: Sketch, paths: Sequence[str]) -> str:
    values = {
        "title": sketch.title,
        "date": sketch.date,
        "slug": f"s{number}",
        "tags": list(sketch.tags),
        "sources": list(sketch.sources),
        "translation_key": f"group {number // 3}",
        "summary": sketch.summary,
        "draft": sketch.draft and number % 4 == 0,
        "weight": sketch.weight,
        "aliases": [f"/old/{number}/"],
    }
    front = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    targets = [paths[link % len(paths)] for link in sketch.links]
    links = [f"[to {target}](<../{target}>) ![a picture](<../dot.svg>)" for target in targets]
    return f"---\n{front}---\n" + "\n\n".join([*sketch.bodies, *links]) + "\n"


def made(sketches: Sequence[Sketch], title: str, paginate: int) -> Site:
    paths = [path_of(number, sketch) for number, sketch in enumerate(sketches)]
    settings_ = {
        "title": title,
        "url": "https://digest.example/a/base/",
        "site_id": "6fa459ea-ee8a-4ca4-894e-db77e160355e",
        "languages": ["de", "fa"],
        "timezone": "Europe/Berlin",
        "paginate": paginate,
    }
    found = {
        "site.yaml": "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in settings_.items()),
        "sources.yaml": "agency: {name: The Agency, url: https://agency.example/, kind: agency, country: KR}\n",
        "content/dot.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "content/pages/about.md": "---\ntitle: About\n---\nSee [the tags](/tags/).\n",
    }
    found |= {f"content/{paths[number]}": article(number, sketch, paths) for number, sketch in enumerate(sketches)}
    return Site(found)


SITES = st.builds(made, st.lists(SKETCHES, max_size=8), TITLES, st.integers(1, 3))


@contextmanager
def folders() -> Iterator[tuple[Path, Path]]:
    """Yield two empty folders of quite different names."""
    with tempfile.TemporaryDirectory() as top:
        pair = (Path(top, "one"), Path(top, "another 📰 one", "ünder it"))
        for folder in pair:
            folder.mkdir(parents=True)
        yield pair


def well_built(folder: Path) -> dict[str, bytes]:
    result = built(folder)
    assert result.ok, told(result.diagnostics)
    return published(folder / "public")


class Shuffled(files.Os):
    """A disk that lists its folders in another order each time."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def list(self, folder: str) -> list[files.os.DirEntry[str]]:  # type: ignore[name-defined]
        entries = super().list(folder)
        self.random.shuffle(entries)
        return entries


QUICK = settings(max_examples=15, phases=set(Phase) - {Phase.explain}, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(SITES)
def test_every_site_builds_and_every_link_in_it_resolves_and_its_feeds_parse(site: Site) -> None:
    with folders() as (folder, _):
        site.write(folder)
        outputs = well_built(folder)
        assert not (broken := every_link(folder / "public", "/a/base/", "https://digest.example")), lines(broken)
    feeds = [path for path in outputs if path.endswith("feed.xml")]
    assert len(feeds) >= 3
    for path in feeds:
        assert not feedparser.parse(outputs[path]).bozo, path


@QUICK
@given(SITES, st.randoms())
def test_neither_order_nor_place_nor_repeat_change_a_byte(site: Site, random: Random) -> None:
    with folders() as (one, other):
        site.write(one)
        site.write(other)
        outputs = well_built(one)
        again = built(one)
        assert again.written is not None
        assert (again.written.written, again.written.removed) == ((), ())
        with patch.object(files, "system", Shuffled(random)):
            assert well_built(other) == outputs


@QUICK
@given(SITES, SITES)
def test_a_build_after_any_change_is_a_clean_build(before: Site, after: Site) -> None:
    with folders() as (one, other):
        before.write(one)
        well_built(one)
        after.write(one)
        after.write(other)
        assert well_built(one) == well_built(other)
