"""What an import tells: what went in, what was changed, what needs a person, by file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from digestgen.moving.answers import Answer
from digestgen.moving.transfer import Arrival, Result
from digestgen.moving.values import Note
from digestgen.report import counted

_STATES: Final = {
    "new": "new",
    "changed": "written anew, as it changed there",
    "same": "as it was",
    "edited": "edited here, and left",
    "foreign": "in the way, and left",
    "gone": "removed here, and left away",
}


def summary(result: Result) -> Iterator[str]:
    """Yield the lines of the result in short."""
    assert result.old is not None
    kinds = Counter(item.kind for item in result.arrivals if item.state != "gone")
    parts = [counted(kinds[kind], kind) for kind in ("article", "page", "file") if kinds[kind]]
    if kinds["list"]:
        parts.append(f"ways from {counted(kinds['list'], 'list')}")
    yield f"{result.old.peer}: {', '.join(parts) or 'nothing'}"
    states = Counter(item.state for item in result.arrivals)
    yield "  " + ", ".join(f"{states[name]} {said}" for name, said in _STATES.items() if states[name])
    posts = sum(item.kind in ("article", "page") and item.state != "gone" for item in result.arrivals)
    if posts and result.settings:
        kept = f"{result.kept} of {posts} as they were, by {result.settings.permalink}"
        yield f"  addresses: {kept}; aliases keep the others"


def notes(result: Result, kind: str) -> list[Note]:
    """Return the notes of a kind, by file and line."""
    assert result.old is not None
    return sorted((note for note in result.old.log.notes if note.kind == kind), key=lambda note: (note.path, note.line))


def line(note: Note) -> str:
    """Return a note as a line."""
    where = f"{note.path}:{note.line}: " if note.path and note.line else f"{note.path}: " if note.path else ""
    return where + " ".join(note.text.split())


def document(result: Result, answers: Iterable[Answer] = ()) -> str:
    """Return the whole report, in Markdown."""
    return "\n".join(_document(result, list(answers))) + "\n"


def _document(result: Result, answers: list[Answer]) -> Iterator[str]:
    assert result.old is not None
    yield "# What came in"
    yield ""
    yield from (text.strip() for text in summary(result))
    for title, listed in (
        ("Needs a person", [line(note) for note in notes(result, "person")]),
        ("Was changed", [line(note) for note in notes(result, "changed")]),
        ("Old addresses that nothing answers", [f"{item.url}: {item.why}" for item in answers if not item.kind]),
    ):
        if listed:
            yield from ("", f"## {title}", "")
            yield from (f"- {text}" for text in listed)
    yield from _settings(result)
    yield from ("", "## Went in", "")
    yield from (f"- {_arrival(item)}" for item in sorted(result.arrivals, key=lambda item: (item.kind, item.source)))


def _settings(result: Result) -> Iterator[str]:
    if result.begun:
        yield from ("", "## site.yaml was written", "", "```yaml", result.begun.rstrip("\n"), "```")
    if result.proposed:
        yield from ("", "## For site.yaml", "", "```yaml", *result.proposed, "```")
    if _led(result):
        yield from ("", "## Feeds", "", _led(result))


def advice(result: Result) -> Iterator[str]:
    """Yield what to do beside what the notes say: settings that were written or are proposed, and feeds."""
    if result.begun:
        yield "site.yaml is new: look at it"
    for proposed in result.proposed:
        yield f"for site.yaml: {proposed}"
    if _led(result):
        yield _led(result)


def _led(result: Result) -> str:
    """Return what becomes of the readers of old feeds; empty where those have the addresses of ours."""
    feeds = [feed for feed in (result.old.settings.feeds if result.old else ()) if feed not in _FEEDS]
    if not feeds:
        return ""
    return f"readers of {', '.join(feeds)}: let the host lead from there to /feed.xml; the ids of entries are the same"


#: Where digestgen has its own feeds.
_FEEDS: Final = ("/feed.xml", "/rss.xml")


def _arrival(item: Arrival) -> str:
    told = f" ({_STATES[item.state]})" if item.state != "new" else ""
    return (
        f"{item.source} -> {item.path}"
        + (f" at {item.url}" if item.kind in ("article", "page") and item.url else "")
        + told
    )
