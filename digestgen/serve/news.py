"""What the pages in the browser have to know: what the last build did, what is wrong, what each page lacks."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import field
from typing import Final

from digestgen import files, paths
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, shown
from digestgen.serve.holdings import Holdings
from digestgen.serve.values import Badge, Built, Early, Facts

#: Messages that a browser is given; the terminal has all.
_MOST: Final = 50


@dataclass()
class Desk:
    """Knows all this; `run` tells one server from the next at the same address."""

    holdings: Holdings = field(default_factory=Holdings)
    run: str = field(default_factory=lambda: secrets.token_urlsafe(6))
    editor: bool = False
    """Whether there is an editor to open files in."""
    last: Built = field(default_factory=lambda: Built(ok=False))
    badges: dict[str, Badge] = field(default_factory=dict)
    early: dict[str, bytes] = field(default_factory=dict)
    """What is shown of a build that has not come to its end, by path, instead of the files of the last one."""
    _before: dict[str, str] = field(default_factory=dict)
    """The fingerprints of those files, where there are any."""
    _about: dict[str, object] = field(default_factory=dict)

    def show(self, early: Early) -> None:
        """Show a file of the build that is at work."""
        if early.path not in self.early:
            self._before[early.path] = self.holdings.files.get(early.path, "")
        self.early[early.path] = early.text.encode()
        self.holdings.take(self.holdings.base, {early.path: early.mark}, ())

    def take(self, built: Built) -> None:
        """Take over what a build did; of what was shown early, that holds which it left in its place."""
        before = {path: mark for path, mark in self._before.items() if path not in built.files}
        left = {path: mark for path, mark in before.items() if mark}
        gone = (path for path, mark in before.items() if not mark)
        self.holdings.take(built.base or self.holdings.base, {**left, **built.files}, (*gone, *built.gone))
        self.early, self._before = {}, {}
        self.last = built
        errors, warnings = (
            [item for item in built.diagnostics if item.severity == grade] for grade in ("error", "warning")
        )
        self._about = {
            "fault": built.fault,
            "errors": [_message(item) for item in errors[:_MOST]],
            "warnings": [_message(item) for item in warnings[:_MOST]],
            "more": max(0, len(errors) - _MOST),
            "editor": self.editor,
        }

    def learn(self, facts: Facts) -> bool:
        """Take over what else became known of the last build; tell whether anything did."""
        self.badges |= facts.badges
        for path in facts.gone:
            self.badges.pop(path, None)
        return bool(facts.badges or facts.gone)

    def news(self, address: str, now: int) -> str:
        """Return, as JSON, what the page at a (decoded) address has to know that was told all up to the build `now`."""
        place = self.holdings.find(address)
        badge = self.badges.get(place.path)
        known = now >= self.holdings.known_from
        changed = [self.holdings.address(path) for path in self.holdings.since(now)]
        news = {
            "run": self.run if known else "",
            "now": self.holdings.number,
            "tag": f"moved {place.moved}" if place.moved else self.holdings.tag(place.path),
            "styles": [path for path in changed if path.endswith(".css")],
            "files": [path for path in changed if not path.endswith(".css")],
            "badge": {"path": badge.path, "states": badge.states, "missing": badge.missing} if badge else None,
        }
        return json.dumps(news | self._about)

    def openable(self, folder: str, path: str) -> str | None:
        """Return where in the site's `folder` the file lies that a message or a badge names `path`.

        None for whatever is not named, is a link, or lies elsewhere.
        """
        named = {item.span.path for item in self.last.diagnostics if item.span}
        if path not in named and all(badge.path != path for badge in self.badges.values()):
            return None
        inside = paths.join_inside("", path)
        if not inside or files.first_link(folder, inside) is not None:
            return None
        file = f"{folder}/{inside}"
        return file if os.path.isfile(file) else None


def _message(item: Diagnostic) -> dict[str, object]:
    """Return a message for a browser: what the terminal shows, and the place as values."""
    span = item.span
    return {
        "text": shown(item),
        "path": span.path if span else "",
        "line": span.line if span else 1,
        "column": span.column if span else 1,
    }
