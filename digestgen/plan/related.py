"""What else there is to read: older articles with the same tags and sources.

Only older ones, so that a new article changes no page that is there already; and of each tag and each publisher only
the latest ones before it, so that this costs the same for an article however many there are. How many a tag or a
publisher has counts by its magnitude, so that an article more or less of them changes it for a few others only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from digestgen.model import Article
from digestgen.plan.desk import Desk
from digestgen.terms import TermKind

#: So many articles are shown, and so many of each tag and publisher are looked at.
SHOWN: Final = 3
LOOKED_AT: Final = 6

#: What articles are related by, and what it counts: a tag says more than a publisher that is credited each day.
WEIGHTS: Final[Mapping[TermKind, float]] = {"tag": 1.0, "source": 0.5}

#: What two articles have to have in common at least.
_LEAST: Final = 0.4


def related(desk: Desk) -> Mapping[str, tuple[Article, ...]]:
    """Return path to older related articles, the closest first, of each article of a language that has any."""
    places = {item.path: place for place, item in enumerate(desk.part.articles)}
    before: dict[str, list[tuple[float, Sequence[Article], int]]] = defaultdict(list)
    for kind, weight in WEIGHTS.items():
        for term in desk.part.terms[kind]:
            listed = term.articles
            for place, item in enumerate(listed):
                before[item.path].append((worth(weight, len(listed) - place - 1), listed, place + 1))
    found = {
        path: closest(
            ((counts, listed[first : first + LOOKED_AT]) for counts, listed, first in beside),
            lambda other: places[other.path],
        )
        for path, beside in before.items()
    }
    return {path: chosen for path, chosen in found.items() if chosen}


def worth(weight: float, older: int) -> float:
    """Return what it counts to have a term in common that so many `older` articles have: what few have says more.

    One term alone does not relate two, but for a tag that is rare.
    """
    return float(weight / 2 ** (older.bit_length() / 4))


def closest(
    beside: Iterable[tuple[float, Sequence[Article]]], place: Callable[[Article], object]
) -> tuple[Article, ...]:
    """Return those of the articles `beside` one in its terms, each with its worth, that have most in common with it.

    Of equals the one comes first that has the smaller `place`.
    """
    scores: dict[str, float] = defaultdict(float)
    articles: dict[str, Article] = {}
    for counts, listed in beside:
        for other in listed:
            scores[other.path] += counts
            articles[other.path] = other
    chosen = [path for path, score in scores.items() if score > _LEAST]
    return tuple([articles[path] for path in sorted(chosen, key=lambda path: (-scores[path], place(articles[path])))])[
        :SHOWN
    ]
