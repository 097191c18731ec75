"""What only the first page of a publisher's or a person's list tells: who that is, and how often, since when, where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from digestgen import views
from digestgen.dataclass import dataclass
from digestgen.i18n import Language
from digestgen.model import RegisteredPerson, RegisteredSource
from digestgen.terms import Part, Term

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Tally:
    """What was counted in a term's articles: the first and the latest day, and articles by year, role and place."""

    first: date
    latest: date
    years: tuple[tuple[int, int], ...]
    step: str
    """What `numbers` count by: day, month or year; those from the first day to the latest, none left out."""
    numbers: tuple[int, ...]
    roles: Counts = ()
    places: Counts = ()
    uses: Counts = ()


#: Up to so many days are shown day by day, up to so many months month by month.
_DAYS, _MONTHS = 62, 240


def tally(term: Term) -> Tally:
    """Return what is counted in the articles of a term."""
    counts, roles = term.counts, most(term.counts.roles)
    first, latest = min(counts.days), max(counts.days)
    step = "day" if (latest - first).days < _DAYS else "month" if _month(latest) - _month(first) < _MONTHS else "year"
    place = _PLACES[step]
    counted: Counter[int] = Counter()
    years: Counter[int] = Counter()
    for day, number in counts.days.items():
        counted[place(day)] += number
        years[day.year] += number
    return Tally(
        first=first,
        latest=latest,
        years=tuple(sorted(years.items())),
        step=step,
        numbers=tuple([counted[at] for at in range(place(first), place(latest) + 1)]),
        roles=roles if term.kind == "person" else (),
        places=most(counts.places),
        uses=roles if term.kind == "source" else (),
    )


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


#: The number of a day, a month or a year among all.
_PLACES: Mapping[str, Callable[[date], int]] = {"day": date.toordinal, "month": _month, "year": lambda day: day.year}


def most(names: Mapping[str, int]) -> Counts:
    """Return what was counted, the most frequent first, of equals by name."""
    return tuple(sorted(names.items(), key=lambda item: (-item[1], item[0])))


def counts(listed: Iterable[tuple[str, int]], words: Language) -> tuple[views.Count, ...]:
    """Return names and numbers as a table or a chart shows them."""
    rows = tuple(listed)
    most = max((number for _, number in rows), default=1)
    return tuple(views.Count(name, number, words.number(number), -(-number * 100 // most)) for name, number in rows)


def record(told: Tally, words: Language) -> views.Record:
    """Return when the articles of a list are from, and how a publisher's works were used."""
    years = ((words.year(year), number) for year, number in told.years)
    return views.Record(
        first=words.day(told.first),
        latest=words.day(told.latest),
        years=counts(years, words),
        curve=_curve(told, words) if len(told.numbers) > 1 else None,
        uses=counts(((used(use, words), number) for use, number in told.uses), words),
    )


def _curve(told: Tally, words: Language) -> views.Curve:
    most = max(told.numbers)
    peak = _PLACES[told.step](told.first) + told.numbers.index(most)
    ends = [words.year(told.first.year), words.year(told.latest.year)]
    if ends[0] == ends[1]:
        ends = [_named(_PLACES[told.step](day), told.step, words) for day in (told.first, told.latest)]
    return views.Curve(
        step=told.step,
        shares=tuple(-(-number * 100 // most) for number in told.numbers),
        first=ends[0],
        last=ends[1],
        most=counts([(_named(peak, told.step, words), most)], words)[0],
    )


def _named(place: int, step: str, words: Language) -> str:
    if step == "day":
        return words.day(date.fromordinal(place)).date
    if step == "month":
        return words.month_of_year(date(place // 12, place % 12 + 1, 1))
    return words.year(place)


def used(use: str, words: Language) -> str:
    """Return how a work was used, in words with the article as their subject, as "Based on"."""
    return {
        "based-on": words.text("Based on"),
        "cites": words.text("Cites"),
        "quotes": words.text("Quotes"),
        "republishes": words.text("Republished from"),
    }[use]


def publisher(source: RegisteredSource, words: Language) -> views.PublisherFacts:
    """Return what sources.yaml tells of a publisher."""
    return views.PublisherFacts(
        name=source.name,
        link=source.url,
        kind=words.text(source.kind) if source.kind else "",
        country=words.country(source.country) if source.country else "",
        language=words.named(source.lang) if source.lang else "",
        license=source.license,
        about=source.about,
    )


def person(known: RegisteredPerson | None, told: Tally, words: Language) -> views.PersonFacts:
    """Return what people.yaml tells of a person, and what all their articles tell."""
    return views.PersonFacts(
        link=known.url if known else "",
        about=known.about if known else "",
        roles=counts(((role(name, words), number) for name, number in told.roles), words),
        places=counts(told.places, words),
    )


def role(name: str, words: Language) -> str:
    """Return what a person did, as "reporting"; a free role as it is written."""
    known = {
        "reporting": words.text("reporting"),
        "writing": words.text("writing"),
        "editing": words.text("editing"),
        "translation": words.text("translation"),
        "photography": words.text("photography"),
        "graphics": words.text("graphics"),
        "research": words.text("research"),
        "author": words.text("byline"),
    }
    return known.get(name, name)


def did(parts: Iterable[Part], words: Language) -> str:
    """Return what a person did for one article, as "reporting from Seoul, editing"."""
    return words.text(", ").join(_part(part, words) for part in parts)


def _part(part: Part, words: Language) -> str:
    name = role(part.role, words)
    return words.text("%(role)s from %(place)s", role=name, place=part.place) if part.place else name


def kinds(kind: str, words: Language) -> str:
    """Return what publishers of a kind are called together; a free kind as it is written."""
    known = {
        "agency": words.text("News agencies"),
        "newspaper": words.text("Newspapers"),
        "magazine": words.text("Magazines"),
        "broadcaster": words.text("Broadcasters"),
        "official": words.text("Public bodies"),
        "journal": words.text("Journals"),
        "blog": words.text("Blogs"),
        "organisation": words.text("Organisations"),
        "company": words.text("Companies"),
        "": words.text("Others"),
    }
    return known.get(kind, kind)
