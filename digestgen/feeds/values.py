"""What a feed says, in no format yet.

All addresses are absolute, times are as RFC 3339 has them, texts are plain text; `html` is safe HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from typing import Final

from digestgen.dataclass import dataclass

#: What XML 1.0 cannot hold (section 2.2), lone surrogates included, which JSON cannot either (RFC 8259, section 8).
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: The date of a feed that has no entries yet: feeds must have one, and a build has no clock.
_NEVER: Final = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class Person:
    """Someone with a name, and perhaps a page of their own and an address for mail."""

    name: str
    url: str = ""
    email: str = ""


@dataclass(frozen=True)
class Work:
    """A work elsewhere that an entry rests on; `title` is that of the work alone."""

    url: str
    publisher: str = ""
    title: str = ""
    lang: str = ""

    @property
    def label(self) -> str:
        """What a link to it says: its publisher and its title, as far as they are known."""
        return ": ".join(part for part in (self.publisher, self.title) if part)


@dataclass(frozen=True)
class Origin:
    """The publisher whose work an entry is or comes from: name, site, feed and terms, as far as they are known.

    `republished` tells that the entry is that work, and not one's own after it.
    """

    name: str
    page: str = ""
    feed: str = ""
    rights: str = ""
    updated: str = ""
    republished: bool = False


@dataclass(frozen=True)
class Entry:
    """An entry of a feed, mostly an article. `html` is empty in short feeds.

    `external` is the page elsewhere that it is about, `via` are all works that it credits. `image` has no `image_type`
    (media type) where its name does not tell, and an `image_size` (width and height in pixels) of zeros where nobody
    knows.
    """

    id: str
    url: str
    title: str
    lang: str
    published: str
    updated: str
    authors: tuple[Person, ...] = ()
    contributors: tuple[Person, ...] = ()
    summary: str = ""
    html: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    image_type: str = ""
    image_size: tuple[int, int] = (0, 0)
    external: str = ""
    via: tuple[Work, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True)
class Archive:
    """Where a document stands among those of one feed (RFC 5005, section 4): addresses, empty where there is none.

    `stored` tells that the document is one of the archive's, which keeps its entries; else it is the feed itself.
    """

    stored: bool = False
    current: str = ""
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Feed:
    """A feed: `url` is its own address, `page` that of the page it belongs to. Entries come newest first."""

    id: str
    url: str
    page: str
    title: str
    subtitle: str
    lang: str
    author: Person
    rights: str
    entries: tuple[Entry, ...]
    archive: Archive = field(default_factory=Archive)


def updated(entries: Iterable[Entry]) -> str:
    """Return when the newest change of an entry was: never the time of the build."""
    return max((entry.updated for entry in entries), key=_instant, default=_NEVER)


def _instant(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def clean(text: str) -> str:
    """Return `text` without what neither XML nor JSON can hold."""
    return _NOT_XML.sub("", text)
