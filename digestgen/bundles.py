"""Pagefind's bundles, brought into an order of their own: Pagefind writes the values of a filter in a random one.

A bundle names its files by their fingerprints: `pagefind-entry.json` names the .pf_meta of a language, which names the
chunks of filters. These files are CBOR (RFC 8949) behind a signature, compressed with gzip.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from digestgen import fingerprint

ENTRY: Final = "pagefind-entry.json"
_META: Final = ".pf_meta"
_FILTER: Final = ".pf_filter"
_SIGNATURE: Final = b"pagefind_dcd"

_TEXTS: Final = (2, 3)
_ARRAY: Final = 4
_NUMBERS: Final = (0, 1)


def ordered(bundle: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a bundle (path to content) whose bytes rest on what was indexed alone.

    Where Pagefind writes its files in another form than is known here, they stay as they are.
    """
    renamed: dict[str, str] = {}
    files: dict[str, bytes] = {}
    # a file comes after those that it names
    for path in sorted(bundle, key=lambda path: (path == ENTRY, path.endswith(_META), path)):
        name, data = path, bundle[path]
        if path.endswith((_FILTER, _META)) or path == ENTRY:
            name, data = _renewed(path, data, renamed)
        files[name] = data
    return files


def _renewed(path: str, data: bytes, renamed: dict[str, str]) -> tuple[str, bytes]:
    """Return a file under the names that others have now, and under its own new one, which is noted."""
    if path == ENTRY:
        return path, _with_names(data, renamed)
    try:
        plain = gzip.decompress(data).removeprefix(_SIGNATURE)
        plain = _sorted(plain) if path.endswith(_FILTER) else _with_names(plain, renamed)
    except (ValueError, IndexError, OSError, EOFError):
        return path, data
    stem, _, ending = path.rpartition(".")
    before = stem.rpartition("/")[2].rpartition(".")[2]
    language, _, mark = before.rpartition("_")
    after = f"{language}_{fingerprint.of_bytes(plain)[: len(mark)]}"
    renamed[before] = after
    return f"{stem.removesuffix(before)}{after}.{ending}", gzip.compress(_SIGNATURE + plain, 9, mtime=0)


def _with_names(data: bytes, renamed: Mapping[str, str]) -> bytes:
    for before, after in sorted(renamed.items(), key=lambda item: -len(item[0])):  # one may begin another
        data = data.replace(before.encode(), after.encode())
    return data


def _sorted(chunk: bytes) -> bytes:
    """Return a chunk of a filter, which is [name, [[value, pages], …]], with its values in order."""
    kind, count, at = _head(chunk, 0)
    if (kind, count) != (_ARRAY, 2):
        raise ValueError("this is no filter")
    kind, count, first = _head(chunk, _end(chunk, at))
    if kind != _ARRAY:
        raise ValueError("this filter has no values")
    edges = [first, *_ends(chunk, first, count)]
    values = [chunk[start:end] for start, end in pairwise(edges)]
    return chunk[:first] + b"".join(sorted(values)) + chunk[edges[-1] :]


def _ends(data: bytes, at: int, count: int) -> Iterator[int]:
    for _ in range(count):
        at = _end(data, at)
        yield at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return of the item at `at` its major type, its argument, and where its content begins."""
    kind, short = data[at] >> 5, data[at] & 31
    if short < 24:
        return kind, short, at + 1
    if short > 27:
        raise ValueError("items without a length are not read")
    size = 1 << (short - 24)
    return kind, int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def _end(data: bytes, at: int) -> int:
    """Return where the item at `at` ends."""
    kind, argument, at = _head(data, at)
    if kind in _TEXTS:
        return at + argument
    if kind == _ARRAY:
        return ([*_ends(data, at, argument)] or [at])[-1]
    if kind in _NUMBERS:
        return at
    raise ValueError("only texts, numbers and arrays are read")
