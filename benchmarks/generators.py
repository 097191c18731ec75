"""The three generators: their sites, their commands, and what they are asked to make."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import articles
from benchmarks.articles import Article, Form

_SITES: Final = Path(__file__).resolve().parent / "sites"

#: Where each site is written to.
OUTPUT: Final = "public"

#: What stands in the articles' template of each generator and is replaced when the template is edited.
_EDITION: Final = "EDITION"


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator in the race: the form of its articles, its command, the articles' template, what it remembers."""

    name: str
    form: Form
    command: tuple[str, ...]
    template: str
    memory: tuple[str, ...]
    settings: str = ""
    """What its site.yaml says besides."""

    @property
    def model(self) -> Path:
        """The folder that its site is a copy of."""
        return _SITES / self.name.lower().partition(",")[0]

    def set_up(self, site: Path) -> None:
        """Make the site without its articles."""
        shutil.copytree(self.model, site)
        if self.form in (articles.DIGESTGEN, articles.EVERYTHING):
            (site / "sources.yaml").write_text(articles.registry(), encoding="utf-8")
        if self.settings:
            lines = (site / "site.yaml").read_text(encoding="utf-8").partition("feeds:")[0]
            (site / "site.yaml").write_text(lines + self.settings, encoding="utf-8")
        self.edit_template(site, "0")

    def edit_template(self, site: Path, edition: str) -> None:
        """Change the template of the articles: `edition` then stands on each of their pages."""
        text = (self.model / self.template).read_text(encoding="utf-8")
        (site / self.template).write_text(text.replace(_EDITION, edition), encoding="utf-8")

    def variables(self, site: Path) -> Mapping[str, str]:
        """Return what its environment has to say: Hugo would keep its cache in the user's home.

        Programs in Python run from bytecode, as those do that were installed, whatever is wanted where this runs.
        """
        return {"HUGO_CACHEDIR": str(site / "cache"), "PYTHONDONTWRITEBYTECODE": ""}

    def forget(self, site: Path) -> None:
        """Remove the output and everything remembered, so that the next build is the first."""
        for name in (OUTPUT, *self.memory):
            shutil.rmtree(site / name, ignore_errors=True)


def all_of(peers: Path) -> tuple[Generator, ...]:
    """Return the three generators; `peers` is the virtual environment that holds Hugo and Pelican.

    Raises FileNotFoundError where one of them is not there.
    """
    folder = peers / ("Scripts" if os.name == "nt" else "bin")
    return (
        Generator(
            "digestgen",
            articles.DIGESTGEN,
            (sys.executable, "-m", "digestgen", "build"),
            "themes/race/templates/article.html",
            (".digestgen",),
        ),
        Generator(
            "Hugo",
            articles.HUGO,
            (str(_hugo(peers)), "--quiet"),
            "layouts/page.html",
            ("cache", "resources"),
        ),
        Generator(
            "Pelican",
            articles.PELICAN,
            (str(_there(folder / "pelican")), "--settings", "pelicanconf.py", "--quiet"),
            "theme/templates/article.html",
            ("cache", "__pycache__"),
        ),
    )


def with_everything() -> Generator:
    """Return digestgen with all that it can do switched on, which races against nobody."""
    return Generator(
        "digestgen, everything on",
        articles.EVERYTHING,
        (sys.executable, "-m", "digestgen", "build"),
        "themes/race/templates/article.html",
        (".digestgen",),
        "feeds: {atom: all, rss: all, json: all, full: all, archive: all}\nlicense: CC BY 4.0\n",
    )


def with_search() -> Generator:
    """Return digestgen with a search index, whose cost stands in a table of its own: nobody else makes one."""
    return Generator(
        "digestgen, with search",
        articles.DIGESTGEN,
        (sys.executable, "-m", "digestgen", "build"),
        "themes/race/templates/article.html",
        (".digestgen",),
        "feeds: {atom: site, archive: off}\nsearch: true\n",
    )


def _hugo(peers: Path) -> Path:
    """The program itself: the package's own command is a script that starts Python first."""
    return _there(next(peers.rglob("hugo/binaries/hugo*"), peers / "hugo"))


def _there(program: Path) -> Path:
    if not program.is_file():
        raise FileNotFoundError(f"there is no {program}; `python3 dev.py bench` installs it")
    return program


@dataclass(frozen=True, slots=True)
class Counts:
    """What a generator made: pages by kind, all files and their bytes."""

    articles: int
    tags: int
    tags_further: int
    sources: int
    sources_further: int
    archive: int
    files: int
    size: int

    @property
    def same(self) -> tuple[int, ...]:
        """What has to be the same for all."""
        return self.articles, self.tags, self.sources, self.archive


def counted(site: Path) -> Counts:
    """Count the pages of a site that was built. Raises ValueError where one of its single pages is missing."""
    root = site / OUTPUT
    missing = [name for name in ("index.html", "feed.xml", "sitemap.xml", "404.html") if not (root / name).is_file()]
    if missing:
        raise ValueError(f"{site.name} made no {missing[0]}")
    files = [path for path in root.rglob("*") if path.is_file()]
    return Counts(
        articles=_pages(root, "[0-9]*/[0-9]*/*"),
        tags=_pages(root, "tags/*"),
        tags_further=_pages(root, "tags/*/page/*"),
        sources=_pages(root, "sources/*"),
        sources_further=_pages(root, "sources/*/page/*"),
        archive=_pages(root, "archive/**"),
        files=len(files),
        size=sum(path.stat().st_size for path in files),
    )


def _pages(root: Path, pattern: str) -> int:
    return sum(1 for _ in root.glob(f"{pattern}/index.html"))


def has(site: Path, item: Article, text: str) -> bool:
    """Tell whether the page of an article holds `text`: an edit has arrived."""
    return text in (site / OUTPUT / item.name.page).read_text(encoding="utf-8")
