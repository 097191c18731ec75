"""Social cards: what is written on one, and the drawing as a PNG."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.pictures import letters

#: What those ask for who show previews (ogp.me names no size; this is the one that all of them show whole).
WIDTH, HEIGHT = 1200, 630

#: A headline is set in one of these sizes, with so many lines at most, in the room between the margins.
_SIZES: Final = ((84, 3), (72, 3), (62, 4), (54, 4))
_ROOM: Final = 1040
_WEIGHT: Final = 700

#: No card holds more characters of one text, and to measure them takes its time.
_LOOKED_AT: Final = 1000

#: Counts up when the same card is drawn in another way than before.
_EDITION: Final = 1


class Undrawn(Exception):
    """A drawing that is none; the text says why."""


@lru_cache(maxsize=1)
def edition() -> str:
    """Return what else a card rests on: how this module makes it, the versions of what draws, and of the font."""
    from importlib import metadata  # it loads what reads mails

    return " ".join([str(_EDITION), *map(metadata.version, ("fontpkg-noto-serif", "pillow", "resvg-py"))])


@dataclass(frozen=True)
class Written:
    """What is written on a card: the headline in lines and its size in pixels, and what stands around it."""

    lines: tuple[str, ...] = ()
    size: int = 0
    label: str = ""
    name: str = ""
    publisher: str = ""
    date: str = ""


def written(title: str, label: str, name: str, publisher: str, date: str) -> Written:
    """Return the texts of a card in lines; without any where the font lacks a letter of the headline or its label."""
    texts = (text[:_LOOKED_AT] for text in (title, label, name, publisher, date))
    title, label, name, publisher, date = map(letters.plain, texts)
    if not title or not letters.has(title + label):
        return Written()
    found, size = letters.fitted(title, _ROOM, _SIZES, _WEIGHT)
    name, publisher, date = (_short(text) for text in (name, publisher, date))
    publisher = "" if publisher == name else publisher
    return Written(tuple(found), size, label, name, publisher, date)


def _short(text: str) -> str:
    """Return a text that stands in one line; nothing where the font lacks a letter of it."""
    return letters.fitted(text, _ROOM / 2, ((34, 1),), _WEIGHT)[0][0] if text and letters.has(text) else ""


def drawn(svg: str) -> bytes:
    """Return a drawing as a PNG. Raises `Undrawn` for what is no drawing.

    No font of the machine is asked, so that all machines draw the same.
    """
    import resvg_py

    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(letters.path())]))
    except (ValueError, TypeError, OSError) as error:
        raise Undrawn(str(error)) from error
