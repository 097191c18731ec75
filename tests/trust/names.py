"""Names: what a file, a slug, a tag, an alias, a picture, a language or a setting can be called, and where that ends.

Each name is put into each place. Whatever comes of it, the build ends with 0 or 1 and no trace, nothing lies outside of
the output, and what lies in it can be written on every system, no two files of it being one on some.
"""

from __future__ import annotations

import json
import os
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from digestgen import paths
from tests.building import everything, plain_theme, published
from tests.sites import write_site
from tests.trust.frame import Figure, Part, ended_in_time, scratch, some, tallied
from tests.trust.victim import Victim, victim

#: Names that lead out, that some system cannot have, that are another one there, or that some language takes for code.
NAMES: Final = (
    "..", ".", "...", "../../../tmp/out", "/etc/passwd", "//evil/x", "C:\\Windows\\x", "\\\\host\\share", "a/../../b",
    "%2e%2e%2fout", "%2E%2E/out", "..%c0%af", "%00", "a%2fb", "..;/x", "file:///etc/passwd", "a\x00b", "a\nb", "a\r\nb",
    "a\tb", "\x1b[2J", "\x7f", "\u202egpj.exe", "\u2066x\u2069", "\ufeffx", "\u200b", "\u2028x", "x\u0085y",
    "CON", "con.txt", "NUL", "aux.tar.gz", "COM1", "com¹", "LPT9", "CONIN$", "CLOCK$", "con ", "con.", "x.", "x ", " x",
    "-", "--help", "-rf", "~", "~root", "$HOME", "$(id)", "`id`", "; rm -rf *", "| id", "&& id", "a'b", 'a"b', "a*b?",
    "<b>", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title>", "a&b", "&lt;", "]]>", "<!--",
    "{{ 7*7 }}", "{% raw %}", "{{ ''.__class__ }}", "{# x #}", "${7*7}", "#{7}", "%s%n", "{0}", "{slug}",
    "x" * 120, "x" * 255, "x" * 300, "x/" * 200 + "y", "é" * 200, "日" * 100, "\U0001f600" * 80, "e\u0301" * 100,
    "Kafé", "Kafe\u0301", "KAFÉ", "ſs", "ß", "SS", "İ", "ı", "ﬁ", "ﬃ", "Å", "Å", "Ω", "Ω", "ά", "ά", "..\u2025",
    "index", "index.html", "404", "feed.xml", "tags", "static", "assets", "pages", ".well-known", ".git", ".htaccess",
    ".digestgen", "_headers", "_redirects", "CNAME", "sitemap.xml", "robots.txt", "search", "a?b", "a#b", "a:b", "a;b",
    "a|b", "a=b", "a,b", "[a]", "(a)", "a+b", "a@b", "a!b", "\u0600", "\u0301", "\U000e0041", "\ud83d", "\ufffe",
    "0", "00", "1e999", "no", "null", "true", "2024-05-01", "2024-05-01-", "__proto__", "constructor", "toString",
)  # fmt: skip


def _front(key: str) -> Callable[[Path, str], None]:
    def put(site: Path, name: str) -> None:
        _article(site / "content/2024-05-03-x.md", f"{key}: {_quoted(name)}")

    return put


def _article(place: Path, line: str, body: str = "Text.") -> None:
    place.write_text(f"---\ntitle: X\n{line}\n---\n{body}\n", encoding="utf-8", errors="surrogatepass")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _file(folder: str, ending: str) -> Callable[[Path, str], None]:
    """Return what makes a file of that name, and one whose name differs from it in case and form of Unicode only."""

    def put(site: Path, name: str) -> None:
        twin = unicodedata.normalize("NFD", name.swapcase())
        for number, each in enumerate(dict.fromkeys((name, twin))):
            place = os.fsencode(site / folder) + b"/" + f"{each}{ending}".encode("utf-8", "surrogateescape")
            if b"\0" in place or "/" in each or len(os.path.basename(place)) > 255:
                continue
            with open(place, "wb") as file:
                file.write(f"---\ntitle: X{number}\ndate: 2024-05-0{number + 1}\n---\n".encode())

    return put


def _body(form: str) -> Callable[[Path, str], None]:
    return lambda site, name: _article(site / "content/2024-05-03-x.md", "brief: no", form.format(name))


def _setting(key: str) -> Callable[[Path, str], None]:
    def put(site: Path, name: str) -> None:
        with (site / "site.yaml").open("a", encoding="utf-8", errors="surrogatepass") as file:
            file.write(f"{key.format(_quoted(name))}\n")

    return put


#: The places where a name can stand.
PLACES: Final = {
    "slug": _front("slug"),
    "tags": lambda site, name: _article(site / "content/2024-05-03-x.md", f"tags: [{_quoted(name)}, other]"),
    "section": _front("section"),
    "story": _front("story"),
    "authors": lambda site, name: _article(site / "content/2024-05-03-x.md", f"authors: [{_quoted(name)}]"),
    "sources": lambda site, name: _article(
        site / "content/2024-05-03-x.md", f"sources: [{{name: {_quoted(name)}, url: 'https://a.example/'}}]"
    ),
    "aliases": lambda site, name: _article(site / "content/2024-05-03-x.md", f"aliases: [{_quoted(name)}]"),
    "lang": _front("lang"),
    "id": _front("id"),
    "translation_key": _front("translation_key"),
    "image": lambda site, name: _article(
        site / "content/2024-05-03-x.md", f"image: {{src: {_quoted(name)}, alt: x}}"
    ),
    "file of an article": _file("content", ".md"),
    "file of a page": _file("content/pages", ".md"),
    "file that is copied": _file("content/static", ""),
    "file beside articles": _file("content", ".txt"),
    "link": _body("[a](<{}>)"),
    "picture": _body("![a](<{}>)"),
    "code": _body("```{}\nx\n```"),
    "heading": _body("# {}\n\n[a](#x)"),
    "setting: output": _setting("output: {}"),
    "setting: content": _setting("content: {}"),
    "setting: theme": _setting("theme: {}"),
    "setting: permalink": _setting("permalink: {}"),
    "setting: language": _setting("language: {}"),
    "setting: plugins": _setting("plugins: [{}]"),
    "setting: nav": _setting("nav: [{{title: {0}, url: {0}}}]"),
}  # fmt: skip

_SITE: Final = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6f0a4c1e-5d3b-4a8f-9c2d-7e1b0f3a5c9d
theme: plain
-- content/2024-05-01-one.md --
---
title: One
tags: [Other]
---
Text.
-- content/pages/about.md --
---
title: About
---
Text.
-- content/static/robots.txt --
""" + plain_theme()  # fmt: skip

#: site.yaml is trusted, and may well name a folder elsewhere.
CASES: Final = tuple(
    (place, name)
    for place in PLACES
    for name in NAMES
    if place != "setting: output" or not name.startswith(("/", ".", "a/.."))
)


def _tried(place: str, name: str, top: Path, process: Victim) -> str:
    """Put a name into a place, build, and tell how that ended; assert what has to hold whatever that was."""
    case = (place, name)
    site = write_site(top / "around/site", _SITE)
    (top / "around/beside.txt").write_text("beside")
    if place == "setting: theme":
        (site / "site.yaml").write_text((site / "site.yaml").read_text().replace("theme: plain\n", ""))
    try:
        PLACES[place](site, name)
    except (OSError, UnicodeEncodeError):
        return "could not be written"
    with ended_in_time(case):
        outcome = process.build(site)
    assert outcome.code in (0, 1), (case, outcome)
    around = {path for path in everything(top / "around") if not path.startswith("site/")}
    made = {path.partition("/")[0] for path in around} - {"beside.txt"}
    assert not made, (case, made)
    assert [*top.iterdir()] == [top / "around"], case
    _portable(case, [*published(site / "public")] if (site / "public").is_dir() else [])
    return f"ended with {outcome.code}"


def _portable(case: object, written: list[str]) -> None:
    keys: dict[str, str] = {}
    for path in written:
        if path.startswith(("_", ".well-known/")):
            continue
        assert not paths.fault(path), (case, path)
        assert len(path.encode()) <= 1024, (case, path)
        key = paths.portable_key(path)
        assert key not in keys, (case, path, keys[key])
        keys[key] = path


def _run(count: int, seed: int) -> Iterator[Figure]:
    ended = []
    with victim() as process, scratch() as top:
        for place, name in some(CASES, count, seed):
            folder = top / "case"
            folder.mkdir()
            ended.append(_tried(place, name, folder, process))
            shutil.rmtree(folder)
    kinds = "steps up, absolute, encoded, controls, reserved, long, twins, markup, shell, templates"
    what = f"{len(NAMES)} names ({kinds}) in {len(PLACES)} places"
    yield Figure(what, len(ended), f"{', '.join(tallied(ended))}; no file outside, every path fits all systems")


PART: Final = Part("names", _run, full=100_000, sample=15)
