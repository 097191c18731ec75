"""A site as it is read: its files, articles and registries, and what is wrong with them. Nothing is planned yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from digestgen import gather, registry, source, unchanged, work
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.model import Article, Registries
from digestgen.pictures.album import Facts
from digestgen.traces import Row


@dataclass(frozen=True)
class Reading:
    """What a site's folder holds, and what was found wrong with it. `articles` are in the order of their paths.

    `pictures` are known by their paths below content/.
    """

    tree: source.Tree
    articles: list[Article]
    pictures: Mapping[str, Facts | None]
    registries: Registries
    found: list[Diagnostic]
    marks: unchanged.Marks
    done: Mapping[str, Row]
    """What the last build remembered of its files."""

    @property
    def unread(self) -> frozenset[str]:
        """The paths of what is there and could not be read."""
        return self.tree.unread(self.articles)

    @property
    def lost(self) -> list[Diagnostic]:
        """What is told of folders, registries and catalogues that cannot be read: without them all may look other."""
        return [item for item in self.tree.found if item.fatal]

    def add_pages(self, now: datetime) -> None:
        """Add the pages that plug-ins make of what is published at `now`."""
        self.found.extend(gather.add_pages(self.articles, self.tree, now))


def read(folder: Path, settings: Config, look: unchanged.Look, found: list[Diagnostic], jobs: int = 0) -> Reading:
    """Return the site in `folder`, its articles remembered, or parsed in `jobs` processes (0: as many as may run).

    `found` is what is wrong in site.yaml.

    Articles fetch their texts from the store of `look`, which the caller closes.
    """
    tree = source.Tree(folder, settings)
    look.store.load()
    marks = look.marks(settings.content, settings.plugins)
    gathered = gather.articles(tree, marks, look.store, jobs or work.cores(), lambda _done, _of: None)
    registries, faults = registry.read(tree.registries())
    told: list[Diagnostic] = []
    pictures = gather.pictures(tree, marks, look.store, told)
    every = [*found, *tree.found, *faults, *gathered.found, *told]
    return Reading(tree, gathered.articles, pictures, registries, every, marks, look.store.rendered)
