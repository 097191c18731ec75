"""What is told to the user about files that are wrong, and how each kind of fault is graded.

Functions on user input return `(value, diagnostics)` and carry on, so that one run tells everything that is
wrong in every file. An exception means a fault of ours or of the disk.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, Literal

from digestgen.dataclass import dataclass

Severity = Literal["error", "warning", "note", "off"]


@dataclass(frozen=True)
class Span:
    """A place in a text file.

    `path` is relative to the site's folder, with `/`; `line` and `column` count from 1, in characters;
    `length` is in characters, at least 1; `text` is the whole line without its line end.
    """

    path: str
    line: int = 1
    column: int = 1
    length: int = 1
    text: str = ""


@dataclass(frozen=True)
class Diagnostic:
    """One fault: a stable kebab-case `code`, one terse `message`, where it is, and how to mend it.

    `label` stands at the caret (what was expected, or the mended line); `help` is a further sentence below. `mended`
    is the whole line as it has to be, where there is no doubt about it. What is `fatal` keeps a file of the site from
    being made, which others name: so it stays an error whatever site.yaml says. A `rest` stands for more of a kind than
    are told, and so comes behind them.
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    help: str = ""
    severity: Severity = "error"
    mended: str = ""
    fatal: bool = False
    rest: bool = False


@dataclass(frozen=True)
class Rule:
    """A kind of fault: its code, what it means, how grave it is unless site.yaml says otherwise, and who tells it."""

    code: str
    meaning: str
    severity: Severity = "error"
    told_by: Literal["build", "check", "email", "import", "publish"] = "build"


def graded(found: Iterable[Diagnostic], rules: Mapping[str, Severity], *, strict: bool) -> list[Diagnostic]:
    """Return `found` as the site grades it: severities from `rules`, what is `off` left out, sorted, no doubles.

    With `strict` each warning is an error, but for what a build mends by going on. The order is by path, line, column
    and code. Of files that cannot be read for one and the same reason some are told, and how many more there are. No
    text is longer than anybody reads.
    """
    kept = []
    for item in dict.fromkeys(found):
        severity = "error" if item.fatal else rules.get(item.code, item.severity)
        if severity == "warning" and strict and item.code not in _MENDED_BY_BUILDING:
            severity = "error"
        if severity != "off":
            texts = (_clipped(item.message), _clipped(item.label), _clipped(item.help))
            kept.append(replace(item, message=texts[0], label=texts[1], help=texts[2], severity=severity))
    return sorted(_few(_bounded(sorted(kept, key=_place))), key=lambda item: item.rest)


#: What was done to the output folder from outside: a build that ended for it would leave it so.
_MENDED_BY_BUILDING: Final = frozenset(["output-changed", "output-held"])

#: So many characters one text of a message may have: some quote what the user wrote, which may be a megabyte.
_LONGEST: Final = 2000


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


#: So many files are told of that cannot be read for one reason: where a disk fails, it may be every file.
_MOST_UNREAD: Final = 20


def _bounded(found: list[Diagnostic]) -> list[Diagnostic]:
    alike: Counter[str] = Counter()
    kept = []
    for item in found:
        unread = item.code == "unreadable" and item.fatal
        alike[item.message] += unread
        if not unread or alike[item.message] <= _MOST_UNREAD:
            kept.append(item)
    for reason, count in alike.items():
        if count > _MOST_UNREAD:
            more = count - _MOST_UNREAD
            told = f"the same goes for {more:,} more file{'s' if more > 1 else ''}: {reason}"
            kept.append(Diagnostic("unreadable", told, fatal=True, rest=True))
    return kept


#: So many faults of one kind are told of one file: it is something else than it should be, or it was made by a program.
_MOST_ALIKE: Final = 200


def _few(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield what is `found`, and of too many faults of one kind in one file how many more there are."""
    alike: dict[tuple[str, str], list[Diagnostic]] = {}
    for item in found:
        path = item.span.path if item.span else ""
        told = alike.setdefault((path, item.code), [])
        told.append(item)
        if not path or len(told) <= _MOST_ALIKE:
            yield item
    for (path, code), told in alike.items():
        if path and (more := told[_MOST_ALIKE:]):
            message = f"{len(more):,} more of this kind {'are' if len(more) > 1 else 'is'} not listed"
            severity: Severity = min((item.severity for item in more), key=_GRAVEST.index)
            yield Diagnostic(code, message, Span(path), severity=severity, fatal=more[0].fatal, rest=True)


_GRAVEST: Final[tuple[Severity, ...]] = ("error", "warning", "note")


def _place(item: Diagnostic) -> tuple[bool, str, int, int, str, str]:
    span = item.span or Span("")
    return (item.rest, span.path, span.line, span.column, item.code, item.message)


_COLOURS = {"error": "31", "warning": "33", "note": "36"}


def shown(item: Diagnostic, *, colour: bool = False) -> str:
    """Return `item` as a user reads it in a terminal: several lines, without a line end at the last.

    Control characters in the user's own text are replaced, so that a file cannot steer the terminal.
    """

    def paint(code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    tone = _COLOURS.get(item.severity, "0")
    lines = [f"{paint('1;' + tone, f'{item.severity}[{item.code}]')}: {paint('1', plain(item.message))}"]
    if item.span is not None:
        lines += _excerpt(item, tone, paint)
    elif item.label:
        lines.append(f"  {plain(item.label)}")
    if item.help:
        lines.append(f"  {paint('36', 'help')}: {plain(item.help)}")
    return "\n".join(lines)


def _excerpt(item: Diagnostic, tone: str, paint: Callable[[str, str], str]) -> list[str]:
    span = item.span
    assert span is not None
    where = f"{span.path}:{span.line}:{span.column}" if span.text or span.line > 1 else span.path
    lines = [f"{paint('36', ' -->')} {plain(where)}"]
    if not span.text:
        return lines + ([f"  {plain(item.label)}"] if item.label else [])
    before, marked, text = _window(span)
    gutter = f"{span.line} | "
    pad = " " * (len(gutter) - 2) + "| "
    carets = "^" * max(1, width(marked))
    lines.append(f"{paint('36', gutter)}{text}")
    lines.append(f"{paint('36', pad)}{' ' * width(before)}{paint('1;' + tone, carets)} {plain(item.label)}".rstrip())
    return lines


def _window(span: Span, most: int = 100) -> tuple[str, str, str]:
    """Return (text before the caret, text above the caret, line), cut around the caret when the line is long."""
    line = span.text
    start = min(span.column - 1, len(line))
    stop = min(start + span.length, len(line))
    left = max(0, min(start - most // 2, len(line) - most))
    right = min(len(line), left + most)
    head, tail = ("…" if left else ""), ("…" if right < len(line) else "")
    # each part for itself: what stands for a control character is longer than that
    before, marked, after = (plain(line[a:b]) for a, b in ((left, start), (start, min(stop, right)), (start, right)))
    return head + before, marked, head + before + after + tail


def width(text: str) -> int:
    """Return how many columns `text` takes in a terminal (Unicode Standard Annex 11: wide characters take two)."""
    columns = 0
    for char in text:
        if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me"):
            continue
        columns += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return columns


def plain(text: str) -> str:
    """Return `text` with control characters, line ends, surrogates and bidi controls made visible or blank."""
    return "".join(_visible(char) for char in text) if not text.isascii() or not text.isprintable() else text


def _visible(char: str) -> str:
    if char == "\t":
        return " "
    category = unicodedata.category(char)
    if category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and char not in "\u200c\u200d\u00ad"):
        return f"\\u{ord(char):04x}"
    return char
