"""Files packed beforehand, for hosts that send index.html.gz to who asks for index.html: the same bytes each time."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from digestgen.diagnostics import Diagnostic, Span

ENDINGS: Final = {"gzip": ".gz", "br": ".br"}

#: What gets much smaller; pictures, sound and fonts are packed already.
_TEXTS: Final = (".html", ".css", ".js", ".mjs", ".json", ".xml", ".svg", ".txt", ".ics", ".webmanifest", ".wasm")

#: RFC 1952: no name, no time, no system; the best that the method has.
_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"

#: Twelve times as fast as the best (11), and 4 % larger.
_QUALITY: Final = 9


def packable(path: str) -> bool:
    """Tell whether a file is worth packing."""
    return path.endswith(_TEXTS)


def missing(ways: Sequence[str], asked: Span | None) -> Diagnostic | None:
    """Return what is to be told where a way of packing needs what is not installed; `asked` is where it is named."""
    if "br" not in ways or _brotli() is not None:
        return None
    message = "`compress` names br, and brotli is not installed"
    return Diagnostic("missing-extra", message, asked, help="install it: pip install 'digestgen[publish]'")


def version(way: str) -> str:
    """Return what a packed file's bytes depend on besides what is packed."""
    return f"{way}-{zlib.ZLIB_RUNTIME_VERSION if way == 'gzip' else getattr(_brotli(), '__version__', '')}"


def packed(data: bytes, way: str) -> bytes:
    """Return `data` in the form of gzip (RFC 1952) or of Brotli (RFC 7932)."""
    if way == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        ends = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
        return _HEAD + packer.compress(data) + packer.flush() + ends
    brotli = _brotli()
    assert brotli is not None
    done: bytes = brotli.compress(data, quality=_QUALITY)
    return done


def _brotli() -> ModuleType | None:
    try:
        import brotli
    except ImportError:
        return None
    module: ModuleType = brotli
    return module
