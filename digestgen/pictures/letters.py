"""The font of social cards: which letters it has, and how much room they take.

It is Noto Serif (SIL Open Font License 1.1), which a package brings along: Latin, Greek and Cyrillic letters.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FAMILY: Final = "Noto Serif"

#: Texts are measured at this size, and all others follow from it.
_MEASURED_AT: Final = 100


@lru_cache(maxsize=1)
def path() -> Path:
    """Return the font's file."""
    import fontpkg_noto_serif

    folder = Path(fontpkg_noto_serif.ROOT) / "files"
    return next(file for file in sorted(folder.glob("*.ttf")) if "Italic" not in file.name)


@lru_cache(maxsize=1)
def letters() -> frozenset[int]:
    """Return the code points that the font has letters for."""
    data = path().read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    rows = (struct.unpack_from(">4sLLL", data, 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _, offset, _ in rows if tag == b"cmap")
    return frozenset(_of_cmap(data, start))


def _of_cmap(data: bytes, start: int) -> Iterator[int]:
    """Yield what the tables of a `cmap` map in Unicode (OpenType, formats 4 and 12)."""
    for number in range(struct.unpack_from(">H", data, start + 2)[0]):
        offset = start + struct.unpack_from(">HHL", data, start + 4 + 8 * number)[2]
        form = struct.unpack_from(">H", data, offset)[0]
        if form == 12:
            for group in range(struct.unpack_from(">L", data, offset + 12)[0]):
                first, last, _ = struct.unpack_from(">LLL", data, offset + 16 + 12 * group)
                yield from range(first, last + 1)
        elif form == 4:
            count = struct.unpack_from(">H", data, offset + 6)[0] // 2
            lasts = struct.unpack_from(f">{count}H", data, offset + 14)
            firsts = struct.unpack_from(f">{count}H", data, offset + 16 + 2 * count)
            for first, last in zip(firsts, lasts, strict=True):
                yield from range(first, min(last, 0xFFFE) + 1)


def plain(text: str) -> str:
    """Return a text without what only tells how to set it: marks of direction, soft hyphens, joiners."""
    return " ".join(
        "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Cs", "Co")).split()
    )


def has(text: str) -> bool:
    """Tell whether the font has every letter of a text, and the text runs from left to right."""
    known = letters()
    return all(ord(char) in known and unicodedata.bidirectional(char) not in ("R", "AL", "AN") for char in text)


@lru_cache(maxsize=2)
def _font(weight: int) -> FreeTypeFont:
    from PIL import ImageFont

    font = ImageFont.truetype(str(path()), _MEASURED_AT, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight, 100])
    return font


def width(text: str, size: float, weight: int = 400) -> float:
    """Return how many pixels a line takes at a size."""
    return _font(weight).getlength(text) * size / _MEASURED_AT


def lines(text: str, room: float, size: float, weight: int) -> list[str]:
    """Return a text in lines of `room` pixels at most; a word that is longer is broken."""
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if width(longer, size, weight) <= room:
            found[-1] = longer
            continue
        pieces = _broken(word, room, size, weight)
        found[len(found) - (not found[-1]) :] = pieces
    return found


def _broken(word: str, room: float, size: float, weight: int) -> list[str]:
    pieces = [""]
    for char in word:
        if pieces[-1] and width(pieces[-1] + char, size, weight) > room:
            pieces.append("")
        pieces[-1] += char
    return pieces


def fitted(text: str, room: float, sizes: tuple[tuple[int, int], ...], weight: int) -> tuple[list[str], int]:
    """Return a text in lines, and its size: the first of `sizes` (pixels, most lines) that holds it.

    What is too long for the last one is cut short.
    """
    for size, most in sizes:
        found = lines(text, room, size, weight)
        if len(found) <= most:
            return found, size
    size, most = sizes[-1]
    found = lines(text, room, size, weight)[:most]
    while found[-1] and width(f"{found[-1]}…", size, weight) > room:
        found[-1] = found[-1][:-1].rstrip()
    found[-1] += "…"
    return found, size
