"""EXIF (CIPA DC-008): the few tags of the first directory that are read, and the one that is written."""

from __future__ import annotations

from typing import Final, Literal

ORIENTATION: Final = 0x0112
ARTIST: Final = 0x013B
COPYRIGHT: Final = 0x8298

#: More entries than any camera writes.
_MOST: Final = 512


def read(data: bytes) -> dict[int, int | str]:
    """Return those tags of the first directory that are known here, by number: a number or a text."""
    order = _order(data)
    if order is None:
        return {}
    at = int.from_bytes(data[4:8], order)
    count = int.from_bytes(data[at : at + 2], order)
    found: dict[int, int | str] = {}
    for entry in range(at + 2, at + 2 + 12 * min(count, _MOST), 12):
        row = data[entry : entry + 12]
        tag, kind, size = (int.from_bytes(row[place:to], order) for place, to in ((0, 2), (2, 4), (4, 8)))
        if len(row) < 12:
            break
        if tag == ORIENTATION and kind == 3:
            found[tag] = int.from_bytes(row[8:10], order)
        elif tag in (ARTIST, COPYRIGHT) and kind == 2:
            place = int.from_bytes(row[8:12], order) if size > 4 else entry + 8
            found[tag] = data[place : place + min(size, 4096)].partition(b"\0")[0].decode("utf-8", "replace")
    return found


def _order(data: bytes) -> Literal["little", "big"] | None:
    if data[:4] == b"II*\0":
        return "little"
    return "big" if data[:4] == b"MM\0*" else None


def turn(data: bytes) -> int:
    """Return how a picture is to be turned (1 to 8, as the tag Orientation has it)."""
    found = read(data).get(ORIENTATION, 1)
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def written(turn: int) -> bytes:
    """Return EXIF that says nothing but how a picture is to be turned."""
    entry = b"".join(number.to_bytes(size, "little") for number, size in ((ORIENTATION, 2), (3, 2), (1, 4), (turn, 4)))
    return b"II*\0\x08\0\0\0" + b"\x01\0" + entry + b"\0\0\0\0"
