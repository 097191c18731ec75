"""Drawings in SVG: documents, which may do in a browser that opens one by itself what a page may, as run scripts.

What runs, or could be made to, is taken out; a drawing without any stays as it is, byte for byte.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_SVG: Final = "http://www.w3.org/2000/svg"
_XHTML: Final = "http://www.w3.org/1999/xhtml"

#: Elements that run something, or hold another document. Names of elements have no case in XHTML's part of a drawing.
_RUNNING: Final = frozenset(["script", "foreignobject", "iframe", "embed", "object", "handler", "listener", "applet"])
#: Elements that set attributes of others later.
_SETTING: Final = frozenset(["set", "animate", "animatemotion", "animatetransform", "animatecolor", "discard"])

#: Kinds of addresses that run something (URL Standard, 4.4: blanks and controls in a scheme are passed over).
_RUNS: Final = re.compile(r"(?:(?:java|vb|live)script|data(?!:image/(?:png|jpeg|gif|webp)[;,])):", re.IGNORECASE)
_PASSED_OVER: Final = re.compile("[\x00-\x20]")

for _prefix, _space in (("", _SVG), ("xlink", "http://www.w3.org/1999/xlink")):
    ElementTree.register_namespace(_prefix, _space)


#: What stands beside the tree, and could add to it. By its name alone a document type may bring entities that browsers
#: know and the parser here leaves out, as `&colon;` (HTML Living Standard, 14.2).
_BESIDE: Final = (b"<?xml-stylesheet", b"<!DOCTYPE")

#: How what is packed begins (RFC 1952).
_PACKED: Final = b"\x1f\x8b"

#: The most that a drawing may hold: of elements without content, the tree takes sixty times as much.
_MOST: Final = 10 * 1024 * 1024


class Unreadable(Exception):
    """What should be a drawing is none, or no well-formed XML: nobody can tell what it does. The text says why."""


def harmless(data: bytes) -> bytes:
    """Return a drawing, the bytes of a file, packed (.svgz) or not, without all that runs. Raises `Unreadable`."""
    if not data.startswith(_PACKED):
        return _harmless(data)
    plain = _unpacked(data)
    clean = _harmless(plain)
    return data if clean == plain else gzip.compress(clean, mtime=0)


def _unpacked(data: bytes) -> bytes:
    packed = zlib.decompressobj(wbits=31)
    try:
        plain = packed.decompress(data, _MOST + 1)
    except zlib.error as error:
        raise Unreadable(f"it cannot be unpacked: {error}") from None
    if len(plain) <= _MOST and (not packed.eof or packed.unused_data):
        raise Unreadable("it cannot be unpacked to its end")  # what comes behind that, some unpack and others do not
    return plain


def _harmless(data: bytes) -> bytes:
    if len(data) > _MOST:
        raise Unreadable(f"it is larger than {_MOST // 1024 // 1024} MiB")
    try:
        root = _parsed(data)
        if _local(root.tag) not in ((_SVG, "svg"), ("", "svg")):
            raise Unreadable("its outermost element is not <svg>")  # a <script> there would run
        changed = _without_code(root)
        if not changed and _is_plain(data) and not any(word in data for word in _BESIDE):
            return data
        return bytes(ElementTree.tostring(root, "utf-8"))
    except ElementTree.ParseError as error:
        raise Unreadable(f"it is no well-formed XML: {error}") from None
    except (RecursionError, ValueError, LookupError) as error:
        raise Unreadable(f"it cannot be read: {error}") from None


def _parsed(data: bytes) -> Element:
    """Parse a drawing; instructions to programs, as those that name a style sheet, are left out."""
    parser = ElementTree.XMLParser()  # noqa: S314 - expat expands no entity without measure, and fetches nothing
    parser.feed(data)
    return parser.close()


def _is_plain(data: bytes) -> bool:
    """Tell whether the text of a drawing reads as ASCII does, so that it can be searched for what the tree lacks."""
    return b"\x00" not in data and not data.startswith((b"\xff\xfe", b"\xfe\xff"))


def _without_code(root: Element) -> bool:
    """Take out of the tree what runs; tell whether there was any."""
    changed = False
    for element in list(root.iter()):
        bad = [child for child in element if _runs(child)]
        for child in bad:
            element.remove(child)
        names = [name for name, value in element.attrib.items() if _is_code(name, value)]
        for name in names:
            del element.attrib[name]
        changed = changed or bool(bad or names)
    return changed


def _local(name: str) -> tuple[str, str]:
    space, _, local = name.rpartition("}")
    return space.lstrip("{"), local.lower()


def _runs(element: Element) -> bool:
    space, name = _local(element.tag)
    if space == _XHTML or name in _RUNNING:
        return True
    return name in _SETTING and any(_sets_code(*item) for item in _attributes(element))


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        yield _local(name)[1], value


def _sets_code(name: str, value: str) -> bool:
    if name == "attributename":
        target = value.rpartition(":")[2].strip().lower()
        return target == "href" or target.startswith("on")
    return any(_RUNS.match(_PASSED_OVER.sub("", part)) is not None for part in value.split(";"))


def _is_code(name: str, value: str) -> bool:
    local = _local(name)[1]
    if local.startswith("on"):
        return True
    return local in ("href", "src", "action", "data") and _RUNS.match(_PASSED_OVER.sub("", value)) is not None
