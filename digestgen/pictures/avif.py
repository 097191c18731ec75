"""The items of an AVIF file and their properties (ISO/IEC 23008-12), as far as a picture on a page needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.pictures.containers import Part, boxes

#: More items than a picture is made of.
_MOST: Final = 4096

#: More properties than all of them have together.
_MOST_PROPERTIES: Final = 65_536


@dataclass()
class Items:
    """What the box `meta` tells: the main item, each item's properties, type, and ranges of bytes."""

    primary: int = 0
    properties: dict[int, list[Part]] = field(default_factory=dict)
    kinds: dict[int, bytes] = field(default_factory=dict)
    """Type of an item; of one with a media type, `mime ` and that."""
    ranges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def is_avif(data: bytes) -> bool:
    """Tell whether a file says that it is an AVIF picture (or an animation of such)."""
    brands = data[8 : min(len(data), int.from_bytes(data[:4], "big"))]
    return data[4:8] == b"ftyp" and (b"avif" in brands or b"avis" in brands)


def items(data: bytes) -> Items:
    """Return what a file tells of its items."""
    found = Items()
    top = {part.name: part for part in boxes(data, 0, len(data))}
    if b"meta" not in top:
        return found
    inner = {part.name: part for part in boxes(data, top[b"meta"].body + 4, top[b"meta"].end)}
    if b"pitm" in inner:
        _primary(data, inner[b"pitm"], found)
    if b"iprp" in inner:
        _properties(data, inner[b"iprp"], found)
    if b"iinf" in inner:
        _kinds(data, inner[b"iinf"], found)
    if b"iloc" in inner:
        _ranges(data, inner, found)
    return found


@dataclass()
class _Reader:
    """Whole numbers one after the other; what lies behind the end is zero."""

    data: bytes
    at: int
    end: int

    def number(self, size: int) -> int:
        self.at += size
        return int.from_bytes(self.data[self.at - size : min(self.at, self.end)], "big")


def _full(data: bytes, part: Part) -> tuple[int, int, _Reader]:
    """Return version, flags and what follows them in a box."""
    reader = _Reader(data, part.body, part.end)
    return reader.number(1), reader.number(3), reader


def _primary(data: bytes, part: Part, found: Items) -> None:
    version, _, reader = _full(data, part)
    found.primary = reader.number(2 if version == 0 else 4)


def _properties(data: bytes, part: Part, found: Items) -> None:
    inner = list(boxes(data, part.body, part.end))
    known = [other for box in inner if box.name == b"ipco" for other in boxes(data, box.body, box.end)]
    for box in inner:
        if box.name == b"ipma":
            version, flags, reader = _full(data, box)
            left = _MOST_PROPERTIES
            for _ in range(min(reader.number(4), _MOST)):
                item = reader.number(2 if version == 0 else 4)
                numbers = [_index(reader, wide=bool(flags & 1)) for _ in range(min(reader.number(1), left))]
                left -= len(numbers)
                found.properties[item] = [known[number - 1] for number in numbers if 0 < number <= len(known)]


def _index(reader: _Reader, *, wide: bool) -> int:
    return reader.number(2) & 0x7FFF if wide else reader.number(1) & 0x7F


def _kinds(data: bytes, part: Part, found: Items) -> None:
    version, _, reader = _full(data, part)
    reader.number(2 if version == 0 else 4)
    for box in boxes(data, reader.at, part.end):
        version, _, reader = _full(data, box)
        if box.name == b"infe" and version in (2, 3):
            item = reader.number(2 if version == 2 else 4)
            reader.number(2)
            kind, texts = data[reader.at : reader.at + 4], data[reader.at + 4 : box.end].split(b"\0", 2)
            found.kinds[item] = kind + b" " + texts[1] if kind == b"mime" and len(texts) > 1 else kind


def _ranges(data: bytes, inner: Mapping[bytes, Part], found: Items) -> None:
    version, _, reader = _full(data, inner[b"iloc"])
    sizes = reader.number(2)
    offset, length, base, index = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    left = _MOST  # of extents, in all items together
    for _ in range(min(reader.number(2 if version < 2 else 4), _MOST)):
        item = reader.number(2 if version < 2 else 4)
        method = reader.number(2) & 15 if version else 0
        reader.number(2)
        start = reader.number(base)
        if method == 1 and b"idat" in inner:
            start += inner[b"idat"].body
        count = reader.number(2)
        extents = []
        for _ in range(min(count, left)):
            reader.number(index if version else 0)
            extents.append((start + reader.number(offset), reader.number(length)))
        left -= len(extents)
        if reader.at > inner[b"iloc"].end or len(extents) < count:
            break
        if method in (0, 1):
            found.ranges[item] = [(at, at + size) for at, size in extents if at + size <= len(data)]
    # each byte belongs to one item: a file that says otherwise would hold more than it has
    if sum(end - at for ranges in found.ranges.values() for at, end in ranges) > len(data):
        found.ranges.clear()


def metadata(found: Items) -> Iterator[tuple[bytes, list[tuple[int, int]]]]:
    """Yield kind (`Exif` or `mime …`) and ranges of each item that is no picture."""
    for item, kind in found.kinds.items():
        if kind == b"Exif" or kind.startswith(b"mime"):
            yield kind, found.ranges.get(item, [])


def content(data: bytes, ranges: list[tuple[int, int]]) -> bytes:
    """Return the bytes of an item."""
    return b"".join(data[start:end] for start, end in ranges)
