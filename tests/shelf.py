"""Libraries for tests, made in memory from a few lines for each article."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from digestgen import config, library, parse, registry
from digestgen.config import Config
from digestgen.diagnostics import Diagnostic
from digestgen.library import Library, Part
from digestgen.model import Article
from digestgen.terms import Term, TermKind

#: The moment of a test's library, unless the test is about moments.
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


def settings(text: str = "") -> Config:
    """Return the configuration of a site.yaml with `text` below a title."""
    found, faults = config.read(f"title: Digest\n{text}\n")
    assert found is not None, faults
    return found


def article(path: str, text: str, site: Config) -> Article:
    """Return the article of the file `path`: `text` is its front matter, and below a line of `---` its body."""
    front, _, body = text.partition("\n---\n")
    title = "" if front.startswith("title:") or "\ntitle:" in front else "title: Kim\n"
    found, faults = parse.article(path, f"---\n{title}{front}\n---\n{body}".encode(), site)
    assert found is not None, faults
    return found


def assembled(
    files: Mapping[str, str], site: str = "", now: datetime = NOW, **registries: str
) -> tuple[Library, list[Diagnostic]]:
    """Return the library of articles by path and what is wrong; registries are texts by name, as sources="…"."""
    found = settings(site)
    known, faults = registry.read({f"{name}.yaml": text for name, text in registries.items()})
    assert not faults
    return library.assemble([article(path, text, found) for path, text in files.items()], known, found, now)


def shelf(files: Mapping[str, str], site: str = "", now: datetime = NOW, **registries: str) -> Library:
    """Return the library of articles by path, in which nothing is wrong."""
    found, faults = assembled(files, site, now, **registries)
    assert not faults
    return found


def part(found: Library, lang: str = "en") -> Part:
    """Return the part of a library in the language `lang`."""
    return next(item for item in found.parts if item.language.lang == lang)


def terms(found: Library, kind: TermKind, lang: str = "en") -> dict[str, Term]:
    """Return the terms of a kind in a language by their name, in order."""
    return {term.name: term for term in part(found, lang).terms[kind]}
