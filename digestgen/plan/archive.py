"""The archive: years, months and their calendars."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TypeVar

from digestgen import views
from digestgen.i18n import Language
from digestgen.model import Article
from digestgen.plan.desk import Desk, Shown
from digestgen.plan.lists import day_id, days
from digestgen.plan.outputs import Output, file_of

Value = TypeVar("Value")

#: A year and a month of it.
Month = tuple[int, int]


def archive(desk: Desk) -> Iterable[Output]:
    """Return the archive of a language: its index, a page for each year and one for each month."""
    yield index(desk)
    for year in years(desk):
        yield year_page(year, desk)
    for month, listed in groupby(desk.part.articles, key=lambda item: (item.date.year, item.date.month)):
        yield month_page(month, [*listed], desk)


def years(desk: Desk) -> Sequence[int]:
    """Return the years that have articles, the newest first."""
    return sorted({day.year for day in desk.part.days}, reverse=True)


def index(desk: Desk) -> Output:
    """Return the page that shows all years."""
    counts = desk.part.days
    busiest = max(counts.values(), default=1)
    url = desk.prefix + "/archive/"
    listed = tuple(
        _year(year, counts, heat(year, counts, busiest, desk.words), desk, calendars=False) for year in years(desk)
    )
    head = desk.head(url, desk.words.text("Archive"), versions=desk.fixed_versions("/archive/"))
    return Output(file_of(url), desk.rendered("archive.html", views.ArchivePage(head, listed)), "the archive")


def _beside(own: Value, listed: Sequence[Value]) -> tuple[Value | None, Value | None]:
    """The (newer, older) neighbours of one of a list that has the newest first."""
    place = listed.index(own)
    newer = listed[place - 1] if place else None
    return newer, listed[place + 1] if place + 1 < len(listed) else None


def year_url(year: int, desk: Desk) -> str:
    """Return the address of a year."""
    return f"{desk.prefix}/archive/{year:04d}/"


def month_url(year: int, month: int, desk: Desk) -> str:
    """Return the address of a month."""
    return f"{desk.prefix}/archive/{year:04d}/{month:02d}/"


def heat(year: int, counts: Mapping[date, int], busiest: int, words: Language) -> views.Heat:
    """Return a year as a picture; a day with `busiest` articles is the darkest, but one article alone never is."""
    most = max(busiest, 3)
    first, last = date(year, 1, 1), date(year, 12, 31)
    begin = (first.weekday() - words.first_weekday) % 7

    def place(day: date) -> tuple[int, int]:
        return divmod((day - first).days + begin, 7)

    levels: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for day, number in counts.items():
        if day.year == year:
            levels[-(-number * 4 // most)].append(place(day))
    return views.Heat(
        weeks=place(last)[0] + 1,
        days=tuple((level, tuple(sorted(places))) for level, places in sorted(levels.items())),
        months=tuple((words.short_month(month), place(date(year, month, 1))[0]) for month in range(1, 13)),
        begin=begin,
        end=place(last)[1],
    )


def _year(year: int, counts: Mapping[date, int], shown: views.Heat, desk: Desk, *, calendars: bool) -> views.Year:
    own = {day: number for day, number in counts.items() if day.year == year}
    months = sorted({day.month for day in own})
    listed = tuple(_month(year, month, own, desk, calendars=calendars) for month in months)
    count = sum(month.count for month in listed)
    return views.Year(desk.words.year(year), year_url(year, desk), count, listed, shown)


def _month(year: int, month: int, counts: Mapping[date, int], desk: Desk, *, calendars: bool) -> views.Month:
    weeks = _weeks(year, month, counts, desk) if calendars else ()
    count = sum(number for day, number in counts.items() if day.month == month)
    return views.Month(desk.words.month(date(year, month, 1)), month_url(year, month, desk), count, weeks)


def _weeks(
    year: int, month: int, counts: Mapping[date, int], desk: Desk
) -> tuple[tuple[views.Square | None, ...], ...]:
    weeks = calendar.Calendar(desk.words.first_weekday).monthdatescalendar(year, month)
    return tuple(tuple(_square(day, counts, desk) if day.month == month else None for day in week) for week in weeks)


def _square(day: date, counts: Mapping[date, int], desk: Desk) -> views.Square:
    count = counts.get(day, 0)
    url = f"{month_url(day.year, day.month, desk)}#{day_id(day.isoformat())}" if count else ""
    return views.Square(desk.words.digits(str(day.day)), count, desk.words.day(day).date, url)


def year_page(year: int, desk: Desk) -> Output:
    """Return the page of a year that has articles."""
    url = year_url(year, desk)
    counts = {day: number for day, number in desk.part.days.items() if day.year == year}
    busiest = max(counts.values())
    shown = _year(year, counts, heat(year, counts, busiest, desk.words), desk, calendars=True)
    beside = _beside(year, years(desk))
    newer, older = (views.Link(desk.words.year(other), year_url(other, desk)) if other else None for other in beside)
    page = views.YearPage(
        head=desk.head(
            url,
            desk.words.text("Archive: %(period)s", period=shown.name),
            versions=_versions(desk, year),
            trail=(_archive_link(desk),),
        ),
        year=shown,
        weekdays=desk.words.weekdays(),
        busiest=busiest,
        newer=newer,
        older=older,
    )
    return Output(file_of(url), desk.rendered("archive-year.html", page), "the archive")


def month_page(month: Month, listed: Sequence[Article], desk: Desk) -> Output:
    """Return the page of a month, all articles of which are `listed`, newest first."""
    url = month_url(*month, desk)
    newer, older = (
        views.Link(desk.words.month_of_year(date(*other, 1)), month_url(*other, desk)) if other else None
        for other in _beside(month, sorted(desk.part.months, reverse=True))
    )
    ids = frozenset(day_id(on.isoformat()) for on in {item.date.date() for item in listed})
    versions = _versions(desk, *month)
    inputs = (month, versions, newer, older, desk.shown(listed))
    page = desk.page("archive-month.html", url, listed_month, *inputs, ids=ids, versions=versions, articles=listed)
    return Output(file_of(url), page, "the archive")


def listed_month(
    desk: Desk,
    url: str,
    month: tuple[int, int],
    versions: Mapping[str, str],
    newer: views.Link | None,
    older: views.Link | None,
    shown: tuple[Shown, ...],
) -> views.MonthPage:
    """Return the page of a month."""
    name = desk.words.month_of_year(date(*month, 1))
    trail = (_archive_link(desk), views.Link(desk.words.year(month[0]), year_url(month[0], desk)))
    head = desk.head(url, desk.words.text("Archive: %(period)s", period=name), versions=versions, trail=trail)
    return views.MonthPage(head, name, days((item.article for item in shown), desk), newer, older)


def _archive_link(desk: Desk) -> views.Link:
    return views.Link(desk.words.text("Archive"), desk.prefix + "/archive/")


def _versions(desk: Desk, year: int, month: int = 0) -> dict[str, str]:
    """The same year or month in the languages that have articles from it."""
    path = f"/archive/{year:04d}/" + (f"{month:02d}/" if month else "")
    return {
        part.language.lang: part.language.prefix + path
        for part in desk.library.parts
        if any(of == year and month in (0, own) for of, own in part.months)
    }
