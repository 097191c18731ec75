"""Whose a picture is: what its file says in XMP, IPTC-IIM or EXIF, and the same as XMP again.

The IPTC's Photo Metadata Standard names the properties: creator, credit line, copyright notice, terms of use and the
address of the licence. All else that a file says (places, devices, names of people shown) is never read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Final
from xml.etree import ElementTree

from digestgen import licenses, urls
from digestgen.dataclass import dataclass
from digestgen.pictures import avif, tiff
from digestgen.pictures.containers import blocks, chunks, riff, segments
from digestgen.yaml import straight

#: A packet of XMP is a few KB; none of an honest picture is larger than this.
_MOST: Final = 1 << 20

#: A name or a notice is cut here.
_LONGEST: Final = 300

XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
PNG_XMP: Final = b"XML:com.adobe.xmp"
GIF_XMP: Final = b"XMP DataXMP"

_SPACES: Final = {
    "cc": "http://creativecommons.org/ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
}


@dataclass(frozen=True)
class Rights:
    """What a file says of whose it is. `terms` is the sentence on its use, `statement` the licence's address."""

    creators: tuple[str, ...] = ()
    credit: str = ""
    copyright: str = ""
    terms: str = ""
    statement: str = ""

    @property
    def line(self) -> str:
        """Whom to credit: the credit line, else those who made it, else the notice of whose it is."""
        return self.credit or ", ".join(self.creators) or self.copyright

    @property
    def license(self) -> str:
        """The licence: its name where the address is one that has one, else its address, else the terms of use."""
        return (licenses.name(self.statement) or self.statement) or self.terms


def read(kind: str, data: bytes) -> Rights:
    """Return what a picture of a kind of `headers.TYPES` says of whose it is; any bytes say something or nothing."""
    found = Rights()
    for packet, reader in _packets(kind, data):
        found = _filled(found, reader(packet))
    return found


def _filled(one: Rights, other: Rights) -> Rights:
    """Return `one`, with what it lacks from `other`."""
    return Rights(
        one.creators or other.creators,
        one.credit or other.credit,
        one.copyright or other.copyright,
        one.terms or other.terms,
        one.statement or other.statement,
    )


def _packets(kind: str, data: bytes) -> Iterable[tuple[bytes, Callable[[bytes], Rights]]]:
    """Return each place in a file that may say whose it is with its reader: XMP first, which is the newest."""
    find = _PLACES.get(kind)
    found = [(packet, reader) for packet, reader in find(data) if len(packet) <= _MOST] if find else []
    return sorted(found, key=lambda item: _ORDER.index(item[1]))


_Places = Iterator[tuple[bytes, Callable[[bytes], Rights]]]


def _of_jpeg(data: bytes) -> _Places:
    for part in segments(data):
        body = data[part.body : part.tail]
        if part.name == b"\xe1" and body.startswith(XMP):
            yield body[len(XMP) :], _xmp
        elif part.name == b"\xe1" and body.startswith(b"Exif\0\0"):
            yield body[6:], _exif
        elif part.name == b"\xed" and body.startswith(b"Photoshop 3.0\0"):
            yield body, _iptc


def _of_png(data: bytes) -> _Places:
    for part in chunks(data):
        body = data[part.body : part.tail]
        if part.name == b"iTXt" and body.startswith(PNG_XMP + b"\0"):
            packed, text = body[len(PNG_XMP) + 1 : len(PNG_XMP) + 2] == b"\1", body[len(PNG_XMP) + 3 :]
            text = text.partition(b"\0")[2].partition(b"\0")[2]
            yield _unpacked(text) if packed else text, _xmp
        elif part.name == b"eXIf":
            yield body, _exif


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MOST)
    except zlib.error:
        return b""


def _of_webp(data: bytes) -> _Places:
    for part in riff(data):
        if part.name == b"XMP ":
            yield data[part.body : part.tail], _xmp
        elif part.name == b"EXIF":
            yield data[part.body : part.tail].removeprefix(b"Exif\0\0"), _exif


def _of_gif(data: bytes) -> _Places:
    for part in blocks(data):
        if part.name == b"!\xff" and data[part.body + 1 : part.body + 12] == GIF_XMP:
            # no rows of blocks, but plain text behind the name, up to a trailer of 258 bytes
            yield data[part.body + 12 : max(part.body + 12, part.tail - 258)], _xmp


def _of_avif(data: bytes) -> _Places:
    for kind, ranges in avif.metadata(avif.items(data)):
        body = avif.content(data, ranges)
        if kind == b"Exif":
            yield body[4 + int.from_bytes(body[:4], "big") :], _exif
        elif kind == b"mime application/rdf+xml":
            yield body, _xmp


_PLACES: Final[dict[str, Callable[[bytes], _Places]]] = {
    "avif": _of_avif,
    "gif": _of_gif,
    "jpeg": _of_jpeg,
    "png": _of_png,
    "webp": _of_webp,
}


# --- the three languages


def _exif(data: bytes) -> Rights:
    found = tiff.read(data)
    artist, notice = _clean(str(found.get(tiff.ARTIST, ""))), _clean(str(found.get(tiff.COPYRIGHT, "")))
    return Rights((artist,) if artist else (), copyright=notice)


def _iptc(data: bytes) -> Rights:
    """IPTC-IIM 4 in a block of Photoshop's: by-lines, credit and copyright notice."""
    block = next(_resources(data), b"")
    found: dict[tuple[int, int], list[bytes]] = {}
    at = 0
    while data and block[at : at + 1] == b"\x1c":
        size = int.from_bytes(block[at + 3 : at + 5], "big")
        if size > 0x7FFF or at + 5 > len(block):
            break
        found.setdefault((block[at + 1], block[at + 2]), []).append(block[at + 5 : at + 5 + size])
        at += 5 + size
    coding = "utf-8" if found.get((1, 90)) == [b"\x1b%G"] else "latin-1"

    def texts(number: int) -> list[str]:
        return [text for raw in found.get((2, number), []) if (text := _clean(raw.decode(coding, "replace")))]

    return Rights(tuple(texts(80)), " ".join(texts(110)), " ".join(texts(116)))


def _resources(data: bytes) -> Iterator[bytes]:
    """Yield the blocks of IPTC-IIM among Photoshop's image resources."""
    at = len(b"Photoshop 3.0\0")
    while data[at : at + 4] == b"8BIM" and at + 12 <= len(data):
        name = 1 + data[at + 6]
        start = at + 6 + name + name % 2
        size = int.from_bytes(data[start : start + 4], "big")
        if data[at + 4 : at + 6] == b"\x04\x04":
            yield data[start + 4 : start + 4 + size]
        at = start + 4 + size + size % 2


def _xmp(data: bytes) -> Rights:
    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", data, re.IGNORECASE):
        return Rights()  # no packet of XMP has any; what does wants something to be expanded
    start, end = data.find(b"<"), data.rfind(b">")
    try:
        root = ElementTree.fromstring(data[start : end + 1])  # noqa: S314 - nothing in it can be expanded
    except (ElementTree.ParseError, ValueError, LookupError):
        return Rights()
    found = {name: [*dict.fromkeys(_values(root, name))] for name in _NAMES}
    first = {name: next(iter(texts), "") for name, texts in found.items()}
    statement = first["xmpRights:WebStatement"] or first["cc:license"]
    return Rights(
        tuple(found["dc:creator"][:20]),
        first["photoshop:Credit"],
        first["dc:rights"],
        first["xmpRights:UsageTerms"],
        urls.safe_external(statement) or "",
    )


_NAMES: Final = (
    "dc:creator",
    "dc:rights",
    "photoshop:Credit",
    "xmpRights:UsageTerms",
    "xmpRights:WebStatement",
    "cc:license",
)


def _values(root: ElementTree.Element, name: str) -> Iterator[str]:
    """Yield the values of a property, written in any of the ways that RDF has: the default language first."""
    space, _, local = name.partition(":")
    key, rdf = f"{{{_SPACES[space]}}}{local}", _SPACES["rdf"]
    texts = [root.get(key, "")]
    for node in root.iter():
        texts.append(node.get(key, "") if node is not root else "")
        if node.tag == key:
            texts += [node.get(f"{{{rdf}}}resource", ""), *(item.text or "" for item in _items(node, rdf))]
            texts.append(node.text or "")
    yield from (text for text in map(_clean, texts) if text)


def _items(node: ElementTree.Element, rdf: str) -> list[ElementTree.Element]:
    """Return the items of an array (ISO 16684-1, 7.7): whatever stands deeper is of another property."""
    lang, name = "{http://www.w3.org/XML/1998/namespace}lang", f"{{{rdf}}}li"
    return sorted(
        (item for array in node for item in array if item.tag == name),
        key=lambda item: item.get(lang, "x-default") != "x-default",
    )


#: The readers, by how much they are worth.
_ORDER: Final = (_xmp, _iptc, _exif)

#: What is no text in XML 1.0 (section 2.2), and what hides.
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def _clean(text: str) -> str:
    return straight(" ".join(_NO_TEXT.sub("", text).split())[:_LONGEST].strip())


# --- the way back


def packet(rights: Rights) -> bytes:
    """Return XMP (ISO 16684-1) that says `rights` and nothing else; nothing where there is nothing to say."""
    fields = [*_fields(rights)]
    if not fields:
        return b""
    spaces = "".join(f' xmlns:{name}="{url}"' for name, url in _SPACES.items() if name != "cc")
    text = f'<rdf:RDF{spaces}><rdf:Description rdf:about="">{"".join(fields)}</rdf:Description></rdf:RDF>'
    text = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{text}</x:xmpmeta>'
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{text}<?xpacket end="r"?>'.encode()


def _fields(rights: Rights) -> Iterator[str]:
    if rights.creators:
        names = "".join(f"<rdf:li>{escape(name, quote=False)}</rdf:li>" for name in rights.creators)
        yield f"<dc:creator><rdf:Seq>{names}</rdf:Seq></dc:creator>"
    for name, text in (("dc:rights", rights.copyright), ("xmpRights:UsageTerms", rights.terms)):
        if text:
            inside = f'<rdf:li xml:lang="x-default">{escape(text, quote=False)}</rdf:li>'
            yield f"<{name}><rdf:Alt>{inside}</rdf:Alt></{name}>"
    for name, text in (("photoshop:Credit", rights.credit), ("xmpRights:WebStatement", rights.statement)):
        if text:
            yield f"<{name}>{escape(text, quote=False)}</{name}>"
