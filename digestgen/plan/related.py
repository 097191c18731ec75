"""What else there is to read: older articles with the same tags and sources.

Only older ones, so that a new article changes no page that is there already; and of each tag and each publisher only
the latest ones before it, so that this costs the same for an article however many there are.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping

from digestgen.model import Article
from digestgen.plan.desk import Desk
from digestgen.terms import TermKind

#: So many articles are shown, and so many of each tag and publisher are looked at.
SHOWN, _LOOKED_AT = 3, 6

#: What articles are related by, and what it counts: a tag says more than a publisher that is credited each day.
_WEIGHTS: Mapping[TermKind, float] = {"tag": 1.0, "source": 0.5}


def related(desk: Desk) -> Mapping[str, tuple[Article, ...]]:
    """Return path to older related articles, the closest first, of each article of a language that has any.

    What few articles had in common until then counts more than what many had. One term alone does not relate two, but
    for a tag that is rare.
    """
    terms = _terms(desk)
    latest: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=_LOOKED_AT))
    numbers: dict[int, int] = defaultdict(int)
    listed = desk.part.articles
    found = {}
    for place in range(len(listed) - 1, -1, -1):
        scores: dict[int, float] = defaultdict(float)
        for term, weight in terms.get(listed[place].path, ()):
            worth = weight / (1 + numbers[term]) ** 0.25
            for other in latest[term]:
                scores[other] += worth
            latest[term].append(place)
            numbers[term] += 1
        chosen = sorted((other for other in scores if scores[other] > _LEAST), key=lambda at: (-scores[at], at))[:SHOWN]
        if chosen:
            found[listed[place].path] = tuple([listed[other] for other in chosen])
    return found


#: What two articles have to have in common at least.
_LEAST = 0.4


def _terms(desk: Desk) -> Mapping[str, list[tuple[int, float]]]:
    """Path to the number and the weight of each tag and publisher of an article."""
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    number = 0
    for kind, weight in _WEIGHTS.items():
        for term in desk.part.terms[kind]:
            number += 1
            for item in term.articles:
                found[item.path].append((number, weight))
    return found
