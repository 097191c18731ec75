"""The outer form of files that hold pictures: segments, chunks, boxes and blocks, each as a range of bytes.

Everything here takes any bytes. What does not fit ends the walk, so that a file that is cut short has the parts that
are whole; no walk takes more steps than `_MOST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

#: Files of people who mean well have a hundred parts at most, a long animation some thousand.
_MOST: Final = 65_536

PNG: Final = b"\x89PNG\r\n\x1a\n"

#: What ends a scan of a JPEG: a marker that is no stuffed byte, no restart and no filling.
_AFTER_SCAN: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


#: A marker may have any number of such bytes before it.
_FILLING: Final = re.compile(rb"\xff+(?=\xff)")


class Part(NamedTuple):
    """A part of a file: its name, where it starts and ends with its frame, and where its content lies."""

    name: bytes
    start: int
    body: int
    tail: int
    end: int


def segments(data: bytes) -> Iterator[Part]:
    """Yield the segments of a JPEG (ITU-T T.81, annex B), from SOI to EOI; a name is the marker's second byte.

    The data of a scan belong to the segment SOS before them.
    """
    at = 0
    for _ in range(_MOST):
        filled = _FILLING.match(data, at)
        at = filled.end() if filled else at
        if at + 2 > len(data) or data[at] != 0xFF:
            return
        name = data[at + 1 : at + 2]
        if name in b"\xd8\xd9\x01":
            yield Part(name, at, at + 2, at + 2, at + 2)
            if name == b"\xd9":
                return
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            return
        tail = end
        if name == b"\xda":
            found = _AFTER_SCAN.search(data, end)
            end = found.start() if found else len(data)
        yield Part(name, at, at + 4, tail, end)
        at = end


def chunks(data: bytes) -> Iterator[Part]:
    """Yield the chunks of a PNG (section 5.3) up to IEND, with their checksums."""
    at = len(PNG)
    for _ in range(_MOST):
        size = int.from_bytes(data[at : at + 4], "big")
        end = at + 12 + size
        if at + 12 > len(data) or end > len(data):
            return
        yield Part(data[at + 4 : at + 8], at, at + 8, end - 4, end)
        if data[at + 4 : at + 8] == b"IEND":
            return
        at = end


def riff(data: bytes) -> Iterator[Part]:
    """Yield the chunks of a WebP (RFC 9649, section 2.3), each with the byte that fills it up."""
    at, last = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for _ in range(_MOST):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 > last or at + 8 + size > last:
            return
        end = min(at + 8 + size + size % 2, last)
        yield Part(data[at : at + 4], at, at + 8, at + 8 + size, end)
        at = end


def boxes(data: bytes, start: int, stop: int) -> Iterator[Part]:
    """Yield the boxes between two places of a file of the ISO base media format (ISO/IEC 14496-12, section 4.2)."""
    at = start
    for _ in range(_MOST):
        if at + 8 > stop:
            return
        size, body = int.from_bytes(data[at : at + 4], "big"), at + 8
        if size == 1:
            size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        end = stop if size == 0 else at + size
        if end < body or end > stop:
            return
        yield Part(data[at + 4 : at + 8], at, body, end, end)
        at = end


def blocks(data: bytes) -> Iterator[Part]:
    """Yield the blocks of a GIF (89a, section 12) by name: `!` and a label for an extension, `,` a frame, `;` last."""
    at = 13 + _colours(data[10:11])
    for _ in range(_MOST):
        sign = data[at : at + 1]
        if sign == b"!":
            name, body = data[at : at + 2], at + 2
        elif sign == b",":
            name, body = sign, at + 11 + _colours(data[at + 9 : at + 10])
        else:
            if sign == b";":
                yield Part(sign, at, at + 1, at + 1, at + 1)
            return
        end = _after_blocks(data, body)
        if end is None:
            return
        yield Part(name, at, body, end, end)
        at = end


def _colours(flags: bytes) -> int:
    """Return how many bytes the table of colours has that `flags` tell of."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int | None:
    """Return where a row of blocks with their lengths ends, or None where it does not."""
    while at < len(data):
        if data[at] == 0:
            return at + 1
        at += 1 + data[at]
    return None
