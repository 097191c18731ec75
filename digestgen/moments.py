"""Dates and times as people write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from digestgen.dataclass import dataclass

#: A date as people write it: 2024-5-3, 2024-05-03 14:00, 2024-05-03T14:00:05.25+02:00, 2013-03-12 12:24:59 -0400.
_MOMENT: Final = re.compile(
    r"(?P<date>(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2}))"
    r"(?:(?:[Tt]|[ ]+)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d{1,9})?)?"
    r"[ ]*(?P<zone>[Zz]|UTC|GMT|(?P<sign>[+-])(?P<zh>\d{2}):?(?P<zm>\d{2})?)?)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Written:
    """A moment as written: `at` is naive where no offset was given, and at midnight where no time was."""

    at: datetime
    timed: bool


def read_moment(text: str) -> Written | str:
    """Return the moment that `text` writes, or a sentence that says why there is none."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return f"`{text}` is not a date"
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    try:
        on = date(year, month, day)
    except ValueError:
        return _impossible(match["date"], year, month)
    # the years at the edges leave room for the conversion to any time zone
    if not 1 < year < 9999:
        return f"the year {year:04d} is out of range"
    if match["H"] is None:
        return Written(datetime.combine(on, time()), timed=False)
    return _with_time(on, match)


def _impossible(written: str, year: int, month: int) -> str:
    if not 1 <= month <= 12:
        return f"{written} does not exist: there is no month {month}"
    if not 1 <= year <= 9999:
        return f"{written} does not exist"
    days = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day if year < 9999 else 31
    return f"{written} does not exist: that month has {days} days"


def _with_time(on: date, match: re.Match[str]) -> Written | str:
    hour, minute, second = int(match["H"]), int(match["M"]), int(match["S"] or 0)
    if hour > 23 or minute > 59 or second > 60:
        return f"there is no time {match['H']}:{match['M']}" + (f":{match['S']}" if match["S"] else "")
    # a leap second is read as the second before it
    at = datetime.combine(on, time(hour, minute, min(second, 59)))
    if match["zone"] is None:
        return Written(at, timed=True)
    if match["sign"] is None:
        return Written(at.replace(tzinfo=UTC), timed=True)
    offset = timedelta(hours=int(match["zh"]), minutes=int(match["zm"] or 0))
    if offset >= timedelta(hours=24):
        return f"{match['zone']} is no offset from UTC"
    return Written(at.replace(tzinfo=timezone(offset if match["sign"] == "+" else -offset)), timed=True)


#: Periods as files are named by them: a week of a year (ISO 8601, 3.1.1.18) and a day.
_WEEK: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def week_of(on: date) -> str:
    """Return the ISO week of a day, as 2026-47."""
    year, week, _ = on.isocalendar()
    return f"{year:04d}-{week:02d}"


def read_week(text: str) -> tuple[date, date] | str:
    """Return the first and the last day of the ISO week that `text` names, or a sentence that says what is wrong."""
    match = _WEEK.fullmatch(text)
    if match is None:
        return f"`{text}` is not a week"
    year, week = int(match[1]), int(match[2])
    if not 1 < year < 9999:
        return f"the year {match[1]} is out of range"
    try:
        first = date.fromisocalendar(year, week, 1)
    except ValueError:
        return f"{match[1]} has no week {week}"
    return first, first + timedelta(days=6)


def read_day(text: str) -> date | str:
    """Return the day that `text` names as 2026-11-22, or a sentence that says why there is none."""
    if not _DAY.fullmatch(text):
        return f"`{text}` is not a day"
    written = read_moment(text)
    return written if isinstance(written, str) else written.at.date()
