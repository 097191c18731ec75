"""What a build has to say in the end, whether it did anything or found that there was nothing to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, plain


@dataclass(frozen=True)
class HeldNote:
    """An article that is held back: its path below content/, why, and until when, as it is shown."""

    path: str
    why: str
    until: str


@dataclass(frozen=True)
class Report:
    """The sum of a build: what the site holds, what is held back, and what was found wrong."""

    output: str
    articles: int
    pages: int
    files: int
    unlinked: int
    raw_html: bool
    held: tuple[HeldNote, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class Coming:
    """What happens by itself next: `at` as RFC 3339 has it, and (path below content/, what) of each article.

    `at` is empty where nothing is to come.
    """

    at: str
    changes: tuple[tuple[str, str], ...]


def note_of(path: str, why: str, until: datetime | None) -> HeldNote:
    """Return what is told of an article that is held back, perhaps `until` a moment."""
    return HeldNote(path, why, f"{until.day} {until:%b %Y %H:%M %Z}" if until else "")


def coming_of(at: datetime | None, changes: Iterable[tuple[str, str]]) -> Coming:
    """Return what is told of what happens at the moment `at`."""
    return Coming(at.isoformat(timespec="seconds") if at else "", tuple(changes))


#: What becomes of an article, by `library.Change.what`.
_BECOMES = {
    "published": "is published",
    "corrected": "is corrected",
    "expires": "expires",
    "old news": "leaves the news sitemap",
}


def outlook(coming: Coming) -> str:
    """Return one line: the moment, or `never`, and why."""
    if not coming.changes:
        return "never: nothing changes unless a file does"
    path, what = coming.changes[0]
    more = len(coming.changes) - 1
    rest = f", and {counted(more, 'change')} more" if more else ""
    return f"{coming.at} {plain(path)} {_BECOMES[what]}{rest}"


def counted(number: int, word: str) -> str:
    """Return "1 page" or "2 pages"."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def notes(report: Report) -> list[str]:
    """Return the lines that come before the last one: what is held, what is let through."""
    lines = []
    if report.held:
        listed = ", ".join(_held(item) for item in report.held)
        verb = "article is" if len(report.held) == 1 else "articles are"
        lines.append(f"{len(report.held)} {verb} held: {listed}")
    if report.unlinked:
        lines.append(f"{counted(report.unlinked, 'link')} to held articles: only the text stands there")
    if report.raw_html:
        lines.append("raw_html: allow — HTML in articles is passed through as it is")
    return lines


def _held(item: HeldNote) -> str:
    name = plain(item.path.rsplit("/", 1)[-1])
    return f"{name} until {item.until}" if item.until else f"{name} ({item.why})"


def sum_up(report: Report, written: int, removed: int, seconds: float) -> str:
    """Return the last line: what was written, in what time."""
    warnings = sum(item.severity == "warning" for item in report.diagnostics)
    parts = [
        f"{counted(report.articles, 'article')}, {counted(report.pages, 'page')}",
        f"{counted(written, 'file')} written, {report.files - written:,} as they were, {removed:,} removed",
        *([counted(warnings, "warning")] if warnings else []),
        f"{seconds:.2f} s",
    ]
    return f"{report.output}: {'; '.join(parts)}"
