"""What an editor should know of a page and its readers will never see: why it is held back, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from digestgen import library
from digestgen.diagnostics import Diagnostic
from digestgen.library import Held, Library
from digestgen.model import Article
from digestgen.plan.outputs import file_of
from digestgen.serve.values import Badge


def badges(shelf: Library, told: Iterable[Diagnostic], now: datetime) -> dict[str, Badge]:
    """Return the badge of each article and page that is shown, by the path of its file in the output.

    `told` is what was found wrong, of which only pictures without alternative text count here.
    """
    folder = shelf.config.content
    silent = _silent(told)
    return {
        file_of(shelf.urls[path]): _badge(item, f"{folder}/{path}", f"{folder}/{path}" in silent, now)
        for path, item in shelf.articles.items()
    }


def revised(known: Mapping[str, Badge], before: Iterable[Diagnostic], told: Iterable[Diagnostic]) -> dict[str, Badge]:
    """Return the badges after a build in which only texts changed: `known` with what was told `before`, now `told`."""
    was, silent = _silent(before), _silent(told)
    found = dict(known)
    for path, badge in known.items():
        if (badge.path in was) != (badge.path in silent):
            others = tuple(name for name in badge.missing if name != _ALT)
            found[path] = replace(badge, missing=(*others, _ALT) if badge.path in silent else others)
    return found


def _silent(told: Iterable[Diagnostic]) -> frozenset[str]:
    """The files with pictures that have no alternative text."""
    return frozenset(item.span.path for item in told if item.code == "missing-alt" and item.span)


_ALT: Final = "alternative text"


def _badge(item: Article, shown: str, silent: bool, now: datetime) -> Badge:
    states = tuple(map(_state, library.reasons(item, now)))
    missing = [name for name, lacks in _needs(item).items() if lacks]
    if silent or (item.image and item.image.alt is None):
        missing.append(_ALT)
    return Badge(shown, states, tuple(missing))


def _state(back: Held) -> str:
    until = f"{back.until.day} {back.until:%b %Y %H:%M %Z}" if back.until else ""
    return {"future": f"from {until} on", "embargo": f"embargo until {until}"}.get(back.why, back.why)


def _needs(item: Article) -> Mapping[str, bool]:
    """What an article should have, and whether it lacks it; pages and editions need no source."""
    if not library.is_article(item):
        return {}
    return {"source": not item.sources and item.genre not in _WITHOUT_SOURCES, "summary": not item.summary}


#: Kinds of work that rest on nobody else's.
_WITHOUT_SOURCES = frozenset(["opinion", "advertisement"])
