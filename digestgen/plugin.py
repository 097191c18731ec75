"""What a plug-in gets and gives. A plug-in is a Python file or package that `plugins` in site.yaml names.

It offers any of five plain functions, by their names: `change`, `pages`, `check`, `filters` and `extensions`. Each is
typed by the protocol here that is called as it is, in capitals. This module is all of digestgen that a plug-in needs to
import, and what stands here stays as it is in all versions 0.x and 1.x but for what is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, Protocol

from digestgen.dataclass import dataclass


@dataclass(frozen=True)
class Source:
    """A work that an article credits, as its front matter names it."""

    name: str = ""
    """The publisher: a key of sources.yaml, a name, or nothing."""
    url: str = ""
    title: str = ""


@dataclass(frozen=True)
class Article:
    """An article as a plug-in sees it.

    `change` may return another one, made by `dataclasses.replace`, with other values for what stands behind `title`.
    """

    path: str
    """Its file below content/, as 2024-05-03-rates.de.md. A link to `/` and this leads to the article."""
    lang: str
    date: datetime | None
    """When it is from, in the site's time zone; None for a page without a date."""
    draft: bool
    words: int
    """How many words its text has."""
    lede: str
    """Its first paragraph as text."""
    sources: tuple[Source, ...]
    title: str
    summary: str = ""
    kicker: str = ""
    section: str = ""
    dateline: str = ""
    story: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    weight: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Free values for themes: texts, numbers, lists and mappings."""


@dataclass(frozen=True)
class Site:
    """All articles of the site, and what site.yaml says of it. `articles` are the newest first."""

    title: str
    url: str
    languages: tuple[str, ...]
    """The languages of the site, the main one first."""
    articles: tuple[Article, ...]
    """For `pages`, those that are published; for `check`, all."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What `extra` in site.yaml says."""


@dataclass(frozen=True)
class Page:
    """A page that is not in content/: as if a file `pages/{name}.md` were there."""

    name: str
    """The last part of its address, as `map`; pages of one name in several languages are translations."""
    title: str
    text: str
    """Markdown, cleaned as articles are."""
    lang: str = ""
    """Its language; the site's main one where that is empty."""
    summary: str = ""


@dataclass(frozen=True)
class Problem:
    """What a check found wrong in the file `path` (below content/), at a line of it from 1 on, or in the site."""

    message: str
    path: str = ""
    line: int = 1
    help: str = ""
    """How to mend it."""
    severity: Literal["error", "warning", "note"] = "warning"


class Change(Protocol):
    """`def change(article)`: returns the article as it is to be; None leaves it as it is.

    Called once for each article and page, in any order and in several processes, and remembered: what it returns may
    rest on the article alone.
    """

    def __call__(self, article: Article, /) -> Article | None: ...


class Pages(Protocol):
    """`def pages(site)`: yields further pages."""

    def __call__(self, site: Site, /) -> Iterable[Page]: ...


class Check(Protocol):
    """`def check(site)`: yields what is wrong; `digestgen build` and `digestgen check` tell it."""

    def __call__(self, site: Site, /) -> Iterable[Problem]: ...


class Filters(Protocol):
    """`def filters()`: returns functions for templates by their names, as `{{ page.card.title|shout }}`.

    What a filter returns is escaped, unless it is markupsafe's Markup. It may rest on its arguments alone.
    """

    def __call__(self) -> Mapping[str, Callable[..., Any]]: ...


class Extensions(Protocol):
    """`def extensions()`: returns extensions of Python-Markdown (instances of markdown.extensions.Extension).

    Called for each language. What they make is cleaned as all HTML of articles is.
    """

    def __call__(self) -> Iterable[Any]: ...
