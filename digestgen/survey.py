"""A site as it is: its settings, registries and articles, looked at without planning or writing anything of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from digestgen import build, library, reading, unchanged
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, graded
from digestgen.library import Library
from digestgen.model import Article, Registries


class UnfitError(Exception):
    """Something that was asked for cannot be; the text says what can."""


@dataclass(frozen=True)
class Survey:
    """What is there. `articles` are all that could be read, held ones, pages and editions included, by path."""

    settings: Config
    registries: Registries
    articles: tuple[Article, ...]
    library: Library
    unread: int
    """How many articles could not be read as a whole."""

    @property
    def tags(self) -> tuple[str, ...]:
        """The languages of the site, the main one first."""
        return tuple(item.lang for item in self.settings.languages)


def of(folder: Path, now: datetime, jobs: int = 0) -> tuple[Survey | None, list[Diagnostic]]:
    """Return the site in `folder` as it is at `now` (aware), and what is wrong with its settings.

    Articles are remembered, or parsed in up to `jobs` processes (0: as many as may run); what is wrong with them is for
    a build to tell. None stands for a site whose settings are wrong, or where a registry or a folder cannot be read.
    """
    settings, found = build.settings_of(folder)
    told = graded(found, settings.rules if settings else {}, strict=False)
    if settings is None or any(item.severity == "error" for item in told):
        return None, told
    look = unchanged.look(str(folder))
    try:
        given = reading.read(folder, settings, look, [], jobs)
        if given.lost:
            return None, graded([*found, *given.lost], settings.rules, strict=False)
        sound = tuple(item for item in given.articles if not item.wrong)
        given.add_pages(now)
        shelf, _ = library.assemble(given.articles, given.registries, settings, now)
    finally:
        look.store.close()
    return Survey(settings, given.registries, sound, shelf, len(given.tree.paths) - len(sound)), told
