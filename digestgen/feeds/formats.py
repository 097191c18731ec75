"""The formats that a feed can have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.feeds import atom, jsonfeed, rss
from digestgen.feeds.values import Feed


@dataclass(frozen=True)
class Format:
    """A format: what people call it, the name of its file beside the page, its media type, and who writes it."""

    name: str
    file: str
    type: str
    write: Callable[[Feed], bytes]


#: By the keys of `feeds` in site.yaml, in the order in which pages announce them.
FORMATS: Final[Mapping[str, Format]] = {
    "atom": Format("Atom", "feed.xml", atom.TYPE, atom.write),
    "rss": Format("RSS", "rss.xml", rss.TYPE, rss.write),
    "json": Format("JSON Feed", "feed.json", jsonfeed.TYPE, jsonfeed.write),
}
