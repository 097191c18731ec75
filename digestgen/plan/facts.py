"""What only the first page of a publisher's or a person's list tells: who that is, and how often, since when, where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from digestgen import views
from digestgen.i18n import Language
from digestgen.model import RegisteredPerson, RegisteredSource
from digestgen.terms import Part, Term

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted in a term's articles: the first and the latest day, and articles by year, role and place."""

    first: date
    latest: date
    years: tuple[tuple[int, int], ...]
    roles: Counts = ()
    places: Counts = ()


def tally(term: Term) -> Tally | None:
    """Return what is counted in the articles of a publisher or a person; None of any other term."""
    if term.kind not in ("source", "person"):
        return None
    days = [item.date for item in term.articles]
    return Tally(
        first=days[-1].date(),
        latest=days[0].date(),
        years=tuple(sorted(Counter(day.year for day in days).items())),
        roles=_most(part.role for parts in term.parts for part in _each(parts, "role")),
        places=_most(part.place for parts in term.parts for part in _each(parts, "place") if part.place),
    )


def _each(parts: Sequence[Part], field: str) -> Iterable[Part]:
    """One part for each of what their `field` says: an article counts once."""
    return {getattr(part, field): part for part in parts}.values()


def _most(names: Iterable[str]) -> Counts:
    return tuple(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def counts(listed: Iterable[tuple[str, int]], words: Language) -> tuple[views.Count, ...]:
    """Return names and numbers as a table or a chart shows them."""
    rows = tuple(listed)
    most = max((number for _, number in rows), default=1)
    return tuple(views.Count(name, number, words.number(number), -(-number * 100 // most)) for name, number in rows)


def record(told: Tally, words: Language) -> views.Record:
    """Return since when a publisher or a person is credited, and how often."""
    years = ((words.year(year), number) for year, number in told.years)
    return views.Record(words.day(told.first), words.day(told.latest), counts(years, words))


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
