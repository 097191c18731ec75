"""Which files a page names for a picture: the picture as it is, or sizes of it that are made.

Plain values, known before anything is made. An address holds a fingerprint of the picture and of how its sizes are
made, so that whoever has a file may keep it for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from digestgen import fingerprint
from digestgen.dataclass import dataclass
from digestgen.pictures.clean import cleaned
from digestgen.pictures.headers import TYPES, Head, promised, read
from digestgen.pictures.rights import Rights
from digestgen.pictures.rights import read as read_rights

#: Where sizes lie, as a path of the site; the theme's files are above.
FOLDER: Final = "/assets/pictures/"

#: Larger ones are not decoded: at four bytes a pixel that is 340 MiB.
MOST_PIXELS: Final = 89_478_485

#: An own size that is nearly one of the widths asked for takes its place.
_NEAR: Final = 0.9


@dataclass(frozen=True)
class Facts:
    """What is known of a picture's file: its fingerprint, its head, and whose it is.

    `whole` tells that its form is understood to its end, so that what it tells can be taken out; `few_colours` that it
    is a drawing of 256 colours at most.
    """

    mark: str
    head: Head
    rights: Rights
    whole: bool = True
    few_colours: bool = False


def facts(data: bytes) -> Facts | None:
    """Return what a file tells; None for what is no picture that is known."""
    head = read(data)
    if head is None:
        return None
    rights = read_rights(head.kind, data)
    whole = cleaned(data, head, rights) is not None
    few = head.kind == "gif" or (head.kind == "png" and data[25] == 3)
    return Facts(fingerprint.of_bytes(data), head, rights, whole, few)


@dataclass(frozen=True)
class Recipe:
    """How sizes are made: widths in pixels from small to large, kinds of files from the best to the last, and how well.

    The last kind is JPEG, or PNG for what is drawn; it is what those see who know no other.
    """

    widths: tuple[int, ...] = (480, 800, 1200, 1600)
    formats: tuple[str, ...] = ("avif", "jpeg")
    avif: int = 60
    webp: int = 80
    jpeg: int = 82

    def quality(self, kind: str) -> int:
        """Return how well a kind is to be written, of 100; 0 for PNG, which loses nothing."""
        return {"avif": self.avif, "webp": self.webp, "jpeg": self.jpeg}.get(kind, 0)


@dataclass(frozen=True)
class Size:
    """A file to be made of a picture: its address on the site, its kind and its width in pixels."""

    url: str
    kind: str
    width: int
    height: int


@dataclass(frozen=True)
class Shot:
    """A picture as a page shows it: the file to name first, its pixels (0 where unknown), and sizes by kind.

    `sizes` holds the best kind first and ends with that of `url`; it is empty where none are made. `mark` is the
    fingerprint of the picture's file, empty where it is not known.
    """

    url: str
    width: int = 0
    height: int = 0
    sizes: tuple[tuple[Size, ...], ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Album:
    """The pictures of a site by their paths below content/: None for a file that its name belies.

    Without a `recipe` no sizes are made. `slot` is how wide the theme shows pictures of the text, as `sizes` of HTML.
    """

    pictures: Mapping[str, Facts | None] = field(default_factory=dict)
    recipe: Recipe | None = None
    slot: str = "100vw"

    def good(self, path: str) -> bool:
        """Tell whether nothing is wrong with a file as a picture, as far as it was looked at."""
        if path not in self.pictures:
            return True
        known = self.pictures[path]
        return known is not None and known.whole and not self.huge(path)

    def huge(self, path: str) -> bool:
        """Tell whether a picture is too large to be decoded, and would have to be."""
        known = self.pictures.get(path)
        return self.recipe is not None and known is not None and _worth(known.head) and not _decodable(known.head)

    def shot(self, path: str, url: str) -> Shot:
        """Return how a page shows the picture at `path`, which lies at the address `url` itself."""
        known = self.pictures.get(path)
        if known is None:
            return Shot(url)
        sizes = self.sizes(path)
        if not sizes:
            return Shot(url, known.head.width, known.head.height, (), known.mark)
        last = sizes[-1][-1]
        return Shot(last.url, last.width, last.height, sizes, known.mark)

    def sizes(self, path: str) -> tuple[tuple[Size, ...], ...]:
        """Return what is made of a picture: for each kind its sizes, the smallest first."""
        known, recipe = self.pictures.get(path), self.recipe
        if known is None or recipe is None or not _worth(known.head) or not _decodable(known.head):
            return ()
        widths = _widths(known.head, recipe)
        if not widths:
            return ()
        kinds = ["png" if kind == "jpeg" and known.head.drawn else kind for kind in recipe.formats]
        name = fingerprint.short_of((known.mark, recipe.avif, recipe.webp, recipe.jpeg))
        return tuple(tuple(_size(known.head, name, kind, width) for width in widths) for kind in kinds)

    def published(self, path: str) -> bool:
        """Tell whether a picture that is shown is published itself: not where it is larger than all its sizes."""
        known, recipe = self.pictures.get(path), self.recipe
        return not known or not recipe or not self.sizes(path) or known.head.width <= recipe.widths[-1]


def _worth(head: Head) -> bool:
    """Tell whether sizes can be made of a picture: an animation would stand still, and an SVG fits any width."""
    return not head.animated and head.kind != "svg"


def _decodable(head: Head) -> bool:
    return head.width * head.height <= MOST_PIXELS


def _widths(head: Head, recipe: Recipe) -> list[int]:
    """Return the widths to make, never more than the picture has; none where it is small already."""
    if head.width <= recipe.widths[0]:
        return []
    own = min(head.width, recipe.widths[-1])
    return [*(width for width in recipe.widths if width < own * _NEAR), own]


def _size(head: Head, name: str, kind: str, width: int) -> Size:
    ending = "jpg" if kind == "jpeg" else kind
    height = max(1, round(head.height * width / head.width))
    return Size(f"{FOLDER}{name}-{width}.{ending}", kind, width, height)


def media_type(url: str) -> str:
    """Return the media type of a picture by the ending of its address or name; empty where it does not tell."""
    return TYPES.get(promised(url.partition("?")[0].partition("#")[0]), "")
