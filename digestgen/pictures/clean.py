"""A picture's file without what it says of places, devices and people: no pixel is decoded, none changes.

What stays: the pixels, colours and animation, how the picture is to be turned, and whose it is (`rights`), as XMP.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from digestgen.pictures import avif, tiff
from digestgen.pictures.containers import PNG, Part, blocks, chunks, riff, segments
from digestgen.pictures.headers import Head
from digestgen.pictures.rights import GIF_XMP, PNG_XMP, XMP, Rights, packet


def cleaned(data: bytes, head: Head, rights: Rights) -> bytes | None:
    """Return the file `data`, whose head and rights are known, without all else that it tells.

    None stands for a file whose form is not understood to its end, so that it may still tell something. A file that
    tells nothing comes back as it is, and so does an SVG, which is text that its author can see.
    """
    clean = _CLEANERS.get(head.kind)
    return clean(data, head, rights) if clean else data


def _kept(data: bytes, parts: list[Part]) -> bytes:
    return b"".join(data[part.start : part.end] for part in parts)


# --- JPEG

#: Tables, frames and scans; JFIF (E0), colours' profile (E2) and Adobe's way to write colours (EE) are looked at.
_JPEG_BARE: Final = frozenset(bytes([code]) for code in range(0xC0, 0xE0)) - {b"\xd8", b"\xd9"} | {b"\x01"}


def _jpeg(data: bytes, head: Head, rights: Rights) -> bytes | None:
    parts = [*segments(data)]
    if not parts or parts[-1].name != b"\xd9":
        return None
    first = [part for part in parts if part.name == b"\xe0" and data[part.body : part.body + 5] == b"JFIF\0"][:1]
    rest = [part for part in parts if _stays(data, part)]
    told = b""
    if head.turn != 1:
        told += _segment(b"\xe1", b"Exif\0\0" + tiff.written(head.turn))
    text = packet(rights)
    if text:
        told += _segment(b"\xe1", XMP + text)
    return b"\xff\xd8" + _kept(data, first) + told + _kept(data, rest) + b"\xff\xd9"


def _stays(data: bytes, part: Part) -> bool:
    body = data[part.body : part.body + 12]
    if part.name == b"\xe2":
        return body == b"ICC_PROFILE\0"
    return part.name in _JPEG_BARE or (part.name == b"\xee" and body.startswith(b"Adobe"))


def _segment(name: bytes, body: bytes) -> bytes:
    return b"\xff" + name + (len(body) + 2).to_bytes(2, "big") + body


# --- PNG

_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST sPLT acTL fcTL fdAT cICP mDCV cLLI".split()
)


def _png(data: bytes, head: Head, rights: Rights) -> bytes | None:
    parts = [*chunks(data)]
    if not parts or parts[-1].name != b"IEND":
        return None
    told = _chunk(b"eXIf", tiff.written(head.turn)) if head.turn != 1 else b""
    text = packet(rights)
    if text:
        told += _chunk(b"iTXt", PNG_XMP + b"\0\0\0\0\0" + text)
    kept = [part for part in parts[1:] if part.name in _PNG_KEPT]
    return PNG + data[parts[0].start : parts[0].end] + told + _kept(data, kept)


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


# --- WebP

_WEBP_KEPT: Final = frozenset([b"VP8 ", b"VP8L", b"ICCP", b"ANIM", b"ANMF", b"ALPH"])
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


def _webp(data: bytes, head: Head, rights: Rights) -> bytes | None:
    parts = [*riff(data)]
    if not parts or len(data) < 8 + int.from_bytes(data[4:8], "little"):
        return None
    kept = _kept(data, [part for part in parts if part.name in _WEBP_KEPT])
    if parts[0].name != b"VP8X":
        return _riff(kept)
    text = packet(rights)
    exif = tiff.written(head.turn) if head.turn != 1 else b""
    first = parts[0]
    flags = data[first.body] & ~(_EXIF_FLAG | _XMP_FLAG)
    flags |= (_EXIF_FLAG if exif else 0) | (_XMP_FLAG if text else 0)
    canvas = (
        b"VP8X" + data[parts[0].start + 4 : parts[0].body] + bytes([flags]) + data[parts[0].body + 1 : parts[0].end]
    )
    return _riff(canvas + kept + _webp_chunk(b"EXIF", exif) + _webp_chunk(b"XMP ", text))


def _riff(body: bytes) -> bytes:
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def _webp_chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2) if body else b""


# --- GIF

#: How often it repeats, and its colours' profile; all other extensions of applications go, and comments and texts.
_GIF_APPLICATIONS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")

#: What ends XMP in a GIF, so that those who know only blocks find the end (XMP, part 3, section 1.1.2).
_TRAILER: Final = b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def _gif(data: bytes, _head: Head, rights: Rights) -> bytes | None:
    parts = [*blocks(data)]
    if not parts or parts[-1].name != b";":
        return None
    text = packet(rights)
    told = b"!\xff\x0b" + GIF_XMP + text + _TRAILER if text else b""
    kept = [part for part in parts if part.name in (b",", b"!\xf9", b";") or _of_application(data, part)]
    return data[: parts[0].start] + told + _kept(data, kept)


def _of_application(data: bytes, part: Part) -> bool:
    return part.name == b"!\xff" and data[part.body + 1 : part.body + 12] in _GIF_APPLICATIONS


# --- AVIF: what it tells is overwritten where it stands, so that nothing else moves

#: EXIF that says nothing, behind the four bytes that say where it begins.
_NO_EXIF: Final = b"\0\0\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"


def _avif(data: bytes, _head: Head, rights: Rights) -> bytes | None:
    found = avif.items(data)
    if not found.ranges:
        return None
    out = bytearray(data)
    for kind, ranges in avif.metadata(found):
        size = sum(end - start for start, end in ranges)
        if not ranges:
            return None
        content = _NO_EXIF if kind == b"Exif" else _fitting(rights, size)
        filling = b"\0" if kind == b"Exif" else b" "
        _poured(content[:size].ljust(size, filling), ranges, out)
    return bytes(out)


def _fitting(rights: Rights, size: int) -> bytes:
    """Return as much of the rights as there is room for: what the law asks for last goes first."""
    short = replace(rights, terms="")
    tries = (rights, short, replace(short, copyright=""), Rights(rights.creators))
    return next((text for one in tries if len(text := packet(one)) <= size), b"")


def _poured(content: bytes, ranges: list[tuple[int, int]], out: bytearray) -> None:
    at = 0
    for start, end in ranges:
        out[start:end] = content[at : at + end - start]
        at += end - start


_CLEANERS: Final[dict[str, Callable[[bytes, Head, Rights], bytes | None]]] = {
    "avif": _avif,
    "gif": _gif,
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
}
