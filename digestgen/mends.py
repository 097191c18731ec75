"""What can be mended in an article's file with certainty: a value in need of quotes, a tracking address, a date."""

from __future__ import annotations

import re
from typing import Final

from digestgen import habits, parse, tracking
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.moments import Written, read_moment

#: A file has few faults of this kind; each is mended on its own, since YAML stops at the first.
_MOST: Final = 50


@dataclass(frozen=True)
class Mend:
    """A file below content/, as it is and as it is to be, in bytes."""

    path: str
    before: bytes
    after: bytes


def mended(path: str, data: bytes, config: Config) -> Mend | None:
    """Return how the article in the file `path` (below content/) is mended, None where nothing is certain.

    What is mended has no fault that was not there before; line ends and a byte order mark stay as they are.
    """
    after = data
    after = _safely(path, after, _quoted(path, after, config), config)
    after = _safely(path, after, _dated(after), config)
    after = _safely(path, after, _untracked(path, after, config), config)
    return Mend(path, data, after) if after != data else None


def _safely(path: str, before: bytes, after: bytes, config: Config) -> bytes:
    """Return `after`, if all that is told of it was told before."""
    if after == before:
        return before
    (_, old), (_, new) = (parse.article(path, data, config) for data in (before, after))
    return after if {item.code for item in new} <= {item.code for item in old} or not new else before


#: A line with its end, as parsing counts lines: other characters that break one for Unicode do not end it.
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def _lines(data: bytes) -> list[str]:
    return _LINE.findall(data.decode("utf-8", "surrogateescape"))


def _joined(lines: list[str]) -> bytes:
    return "".join(lines).encode("utf-8", "surrogateescape")


def _put(lines: list[str], number: int, text: str) -> list[str]:
    """Return `lines` with `text` as the line `number` (from 1), its line end kept."""
    old = lines[number - 1]
    end = old[len(old.rstrip("\r\n")) :]
    return [*lines[: number - 1], text + end, *lines[number:]]


# --- a value in need of quotes


def _quoted(path: str, data: bytes, config: Config) -> bytes:
    for _ in range(_MOST):
        fault = _first(path, data, config, "unquoted-colon")
        if fault is None or fault.span is None or not fault.mended:
            break
        data = _joined(_put(_lines(data), fault.span.line, fault.mended))
    return data


def _first(path: str, data: bytes, config: Config, code: str) -> Diagnostic | None:
    _, found = parse.article(path, data, config)
    return next((item for item in found if item.code == code), None)


# --- dates

_DATE_LINE: Final = re.compile(
    r"""(?P<key>(?:date|updated|expires|embargo)[ ]*:[ ]+)
    (?P<quote>["']?)(?P<value>[^"'#\n]+?)(?P=quote)(?P<rest>[ ]*(?:[#].*)?)\Z""",
    re.VERBOSE,
)
_SLASHED: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?=\Z|[ T])(.*)", re.DOTALL)
_DOTTED: Final = re.compile(r"(\d{1,2})\.[ ]?(\d{1,2})\.[ ]?(\d{4})(?=\Z|[ T])(.*)", re.DOTALL)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?")


def _dated(data: bytes) -> bytes:
    """Return `data` with dates as RFC 3339 has them: years first, months and days of two figures."""
    lines = _lines(data)
    for number in range(1, min(parse.body_line(lines), len(lines) + 1)):
        text = lines[number - 1].rstrip("\r\n")
        match = _DATE_LINE.fullmatch(text)
        better = _date(match["value"]) if match else ""
        if match and better and better != match["value"]:
            quote = match["quote"]
            lines = _put(lines, number, f"{match['key']}{quote}{better}{quote}{match['rest']}")
    return _joined(lines)


def _date(value: str) -> str:
    """Return a date in one form, "" where it is none that can be read in one way only."""
    slashed, dotted, compact = (form.fullmatch(value) for form in (_SLASHED, _DOTTED, _COMPACT))
    if slashed:
        value = f"{slashed[1]}-{slashed[2]}-{slashed[3]}{slashed[4]}"
    elif dotted:  # where dots part a date, the day comes first
        value = f"{dotted[3]}-{dotted[2]}-{dotted[1]}{dotted[4]}"
    elif compact:
        time = f" {compact[4]}:{compact[5]}" + (f":{compact[6]}" if compact[6] else "") if compact[4] else ""
        value = f"{compact[1]}-{compact[2]}-{compact[3]}{time}"
    written = read_moment(value)
    if not isinstance(written, Written):
        return ""
    return re.sub(r"\A\d{4}-\d{1,2}-\d{1,2}", written.at.date().isoformat(), value)


# --- addresses


def _untracked(path: str, data: bytes, config: Config) -> bytes:
    article, _ = parse.article(path, data, config)
    if article is None or article.wrong:
        return data
    lines = _lines(data)
    plain = [line.rstrip("\r\n") for line in lines]
    spans = [fault.span for fault in habits.tracking_faults(article, path, plain) if fault.span]
    for span in sorted(dict.fromkeys(spans), key=lambda span: (span.line, -span.column)):
        text = lines[span.line - 1]
        start, stop = span.column - 1, span.column - 1 + span.length
        lines[span.line - 1] = text[:start] + tracking.stripped(text[start:stop]) + text[stop:]
    return _joined(lines)
