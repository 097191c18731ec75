"""What is known of an old site: its settings, its articles and pages, its files, and what a reader has to know of them.

Addresses are site paths of the old site, decoded, without the path part of its `url`; `""` stands for one that nobody
knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any, Final, Literal

from digestgen.dataclass import dataclass
from digestgen.moments import Written

#: The generators that a site can be moved from.
PEERS: Final = ("jekyll", "hugo", "pelican", "zola", "nikola", "wordpress")


#: What articles are listed by.
Kind = Literal["tag", "category", "author"]


class UnfitError(Exception):
    """A folder cannot be imported; the text says why."""


class MissingError(Exception):
    """A library is not installed; the text is the command that installs it."""

    def __init__(self) -> None:
        super().__init__("pip install 'digestgen[import]'")


@dataclass(frozen=True)
class Note:
    """One line of the report: `changed` for what was translated, `person` for what needs one.

    `path` is seen from the old site's folder, empty for the whole of it; `line` counts from 1, and is 0 for the file.
    """

    kind: Literal["changed", "person"]
    path: str
    line: int
    text: str


@dataclass()
class Log:
    """The notes, in the order in which they were made."""

    notes: list[Note] = field(default_factory=list)

    def changed(self, path: str, line: int, text: str) -> None:
        self._add(Note("changed", path, line, text))

    def person(self, path: str, line: int, text: str) -> None:
        self._add(Note("person", path, line, text))

    def _add(self, note: Note) -> None:
        if note not in self.notes[-20:]:
            self.notes.append(note)


@dataclass(frozen=True)
class Picture:
    """The picture of an article: the address or the link of its file, and what was said of it."""

    src: str
    alt: str = ""
    caption: str = ""


@dataclass(kw_only=True)
class Post:
    """An article or a page of the old site.

    `body` is Markdown as Python-Markdown reads it, once `links` went over it; it began on the line `line` of the file,
    whose whole text is `raw`. Posts of one `key` are translations of each other. `extra` is what has no key here.
    """

    path: str
    title: str
    raw: str = field(repr=False, default="")
    body: str = field(repr=False, default="")
    line: int = 1
    url: str = ""
    slug: str = ""
    page: bool = False
    date: Written | None = None
    updated: Written | None = None
    expires: Written | None = None
    lang: str = ""
    key: str = ""
    id: str = ""
    tags: tuple[str, ...] = ()
    section: str = ""
    kinds: tuple[str, ...] = ()
    """All its categories there."""
    authors: tuple[str, ...] = ()
    summary: str = ""
    draft: bool = False
    image: Picture | None = None
    aliases: tuple[str, ...] = ()
    canonical: str = ""
    weight: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Carried:
    """A file that comes along: where it lies in the old folder, and the address that it has."""

    source: str
    url: str


@dataclass(frozen=True)
class Settings:
    """What the old site says of itself. `url` ends without a slash; `zone` is an IANA name, both may be empty."""

    title: str = ""
    tagline: str = ""
    url: str = ""
    lang: str = ""
    langs: tuple[str, ...] = ()
    zone: str = ""
    author: str = ""
    rss: bool = False
    """Whether it has a feed at /rss.xml."""
    feeds: tuple[str, ...] = ()
    """Addresses at which it has feeds."""


@dataclass()
class Old:
    """An old site as it was read.

    `lists` tell the address of a list by a name, the empty one where it has none; `indexes` are the addresses of its
    lists of lists, each with that of ours. `prefixes` stand before both, by language; with `everywhere`, each list
    stands behind each prefix. `calendars` are patterns of lists by `{year}` and `{month}`.
    """

    peer: str
    settings: Settings
    posts: list[Post] = field(default_factory=list)
    files: list[Carried] = field(default_factory=list)
    lists: dict[Kind, Callable[[str], str]] = field(default_factory=dict)
    indexes: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    everywhere: bool = False
    calendars: tuple[str, ...] = ()
    log: Log = field(default_factory=Log)
