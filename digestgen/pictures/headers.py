"""How large a picture is, from the head of its file: without decoding it, and without any library.

PNG, JPEG, GIF, WebP, AVIF and SVG are known. Any bytes give what they tell or nothing; nothing is expanded, decoded
or followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.pictures import avif, tiff
from digestgen.pictures.containers import PNG, blocks, chunks, riff, segments

#: Media types by kind, which is also the ending of a name but for JPEG's other one.
TYPES: Final = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}


@dataclass(frozen=True)
class Head:
    """What a file tells of its picture: its kind, and its pixels as they are shown, that is turned.

    `turn` is EXIF's orientation (1 to 8). `drawn` tells of few colours or of places that let the ground through, as
    drawings have them. Width and height of an SVG are 0 where it does not tell.
    """

    kind: str
    width: int
    height: int
    turn: int = 1
    drawn: bool = False
    animated: bool = False


def read(data: bytes) -> Head | None:
    """Return what the head of a picture tells; None for what is no such picture, or one without pixels."""
    known = next((reader for fits, reader in _READERS if fits(data)), None)
    try:
        found = known(data) if known else None
    except (IndexError, ValueError):  # cut short in the middle of its head
        return None
    if found is None or (found.kind != "svg" and not (found.width and found.height)):
        return None
    return replace(found, width=found.height, height=found.width) if found.turn > 4 else found


# --- one reader for each kind


def _png(data: bytes) -> Head | None:
    if data[12:16] != b"IHDR" or len(data) < 33:
        return None
    names: set[bytes] = set()
    turn = 1
    for part in chunks(data):
        names.add(part.name)
        if part.name == b"eXIf":
            turn = tiff.turn(data[part.body : part.tail])
    depth, colour = data[24], data[25]
    drawn = colour in (3, 4, 6) or depth < 8 or b"tRNS" in names
    return Head("png", _big(data, 16, 4), _big(data, 20, 4), turn, drawn, b"acTL" in names)


#: Markers of frames, by their second byte; C4, C8 and CC are others.
_FRAMES: Final = frozenset(bytes([code]) for code in range(0xC0, 0xD0) if code not in (0xC4, 0xC8, 0xCC))


def _jpeg(data: bytes) -> Head | None:
    turn = 1
    for part in segments(data):
        if part.name == b"\xe1" and data[part.body : part.body + 6] == b"Exif\0\0":
            turn = tiff.turn(data[part.body + 6 : part.tail])
        elif part.name in _FRAMES:
            return Head("jpeg", _big(data, part.body + 3, 2), _big(data, part.body + 1, 2), turn)
    return None


def _gif(data: bytes) -> Head | None:
    frames = 0
    for part in blocks(data):
        frames += part.name == b","
        if frames > 1:
            break
    return Head("gif", _little(data, 6, 2), _little(data, 8, 2), drawn=True, animated=frames > 1)


def _webp(data: bytes) -> Head | None:
    found: Head | None = None
    for part in riff(data):
        here = part.body
        if part.name == b"VP8X" and found is None:
            flags = data[here]
            size = (1 + _little(data, here + 4, 3), 1 + _little(data, here + 7, 3))
            found = Head("webp", *size, drawn=bool(flags & 0x10), animated=bool(flags & 2))
        elif part.name == b"VP8L" and found is None:
            bits = _little(data, here + 1, 4)
            found = Head("webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), drawn=bool(bits >> 28 & 1))
        elif part.name == b"VP8 " and found is None:
            found = Head("webp", _little(data, here + 6, 2) & 0x3FFF, _little(data, here + 8, 2) & 0x3FFF)
        elif part.name == b"EXIF" and found is not None:
            text = data[here : part.tail]
            found = replace(found, turn=tiff.turn(text.removeprefix(b"Exif\0\0")))
    return found


#: What an auxiliary picture is for is told in fewer bytes.
_NAME: Final = 256


def _avif(data: bytes) -> Head | None:
    found = avif.items(data)
    own = {part.name: part for part in found.properties.get(found.primary, ())}
    if b"ispe" not in own:
        return None
    at = own[b"ispe"].body + 4
    every = {part for parts in found.properties.values() for part in parts if part.name == b"auxC"}
    alpha = any(b"alpha" in data[part.body : min(part.tail, part.body + _NAME)] for part in every)
    turned = b"irot" in own and data[own[b"irot"].body] & 1
    # how it is turned stands in its properties, and EXIF has no say; 6 stands for a quarter turn of any kind
    return Head("avif", _big(data, at, 4), _big(data, at + 4, 4), 6 if turned else 1, alpha, data[8:12] == b"avis")


# --- SVG: the first tag is read as text


#: What may stand before the first tag: blanks, comments, instructions and a document type.
_PROLOG: Final = re.compile(
    r"(?:\s+|<!--.*?-->|<\?.*?\?>|<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*'|\[[^\]]*\])*>)*+", re.DOTALL | re.IGNORECASE
)
_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?svg(?=[\s/>])((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_ATTRIBUTE: Final = re.compile(r"\s([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LENGTH: Final = re.compile(
    r"\s*\+?(\d{1,7}(?:\.\d{0,9})?|\.\d{1,9})(?:e([+-]?\d))?(px|in|cm|mm|q|pt|pc)?\s*", re.IGNORECASE
)
_UNITS: Final = {
    "": 1.0,
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "q": 96 / 101.6,
    "pt": 4 / 3,
    "pc": 16.0,
}

#: A first tag lies before this.
_FAR: Final = 65_536


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data[: 2 * _FAR].decode("utf-16", "replace")
    return data[:_FAR].decode("utf-8-sig", "replace")


def _root(data: bytes) -> re.Match[str] | None:
    text = _text(data)
    before = _PROLOG.match(text)
    return _ROOT.match(text, before.end() if before else 0)


def _is_svg(data: bytes) -> bool:
    return _root(data) is not None


def _svg(data: bytes) -> Head | None:
    root = _root(data)
    assert root is not None
    given = {name: unescape(one or other) for name, one, other in _ATTRIBUTE.findall(root[1])}
    width, height = _length(given.get("width", "")), _length(given.get("height", ""))
    box = re.split(r"[\s,]+", given.get("viewBox", "").strip())
    wide, high = (_length(box[2]), _length(box[3])) if len(box) == 4 else (0.0, 0.0)
    if wide and high:
        width, height = width or (height * wide / high if height else wide), height or (width or wide) * high / wide
    known = width and height
    return Head("svg", round(width) or 1, round(height) or 1) if known else Head("svg", 0, 0)


def _length(text: str) -> float:
    """Return a length in pixels (CSS Values 4, section 6.2); 0 for one that depends on what is around."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        return 0.0
    pixels = float(found[1]) * 10.0 ** int(found[2] or 0) * _UNITS[(found[3] or "").lower()]
    return pixels if pixels < 1e7 else 0.0


def _big(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _little(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _begins(*signs: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(signs)


_READERS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Head | None]], ...]] = (
    (_begins(PNG), _png),
    (_begins(b"\xff\xd8"), _jpeg),
    (_begins(b"GIF87a", b"GIF89a"), _gif),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", _webp),
    (avif.is_avif, _avif),
    (_is_svg, _svg),
)


def promised(name: str) -> str:
    """Return the kind that the ending of a file's name promises; empty where it is none that is known here."""
    ending = name.rpartition(".")[2].lower()
    kind = "jpeg" if ending in ("jpg", "jpe", "jfif") else ending
    return kind if kind in TYPES else ""
