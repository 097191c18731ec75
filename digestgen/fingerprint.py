"""Fingerprints: short, stable names for bytes and values.

A fingerprint is never called a digest here: that word is the name of what our users publish.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

#: Hexadecimal digits in the names of fingerprinted assets: 40 bits, as many as a human can compare by eye.
SHORT = 10


def of_bytes(data: bytes) -> str:
    """Return the SHA-256 fingerprint (FIPS 180-4) of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def short(data: bytes) -> str:
    """Return the first `SHORT` hexadecimal digits of the fingerprint of `data`, for file names."""
    return of_bytes(data)[:SHORT]


#: Values of dataclasses by their identity, kept alive so that no other value gets it, with what stands for them.
Memo = dict[int, tuple[object, str]]


def of_value(value: object, memo: Memo | None = None) -> str:
    """Return the fingerprint of a value of dataclasses, tuples, mappings, texts, numbers and None.

    Two values have the same fingerprint where their types and contents are the same, mappings in their order.
    Fields that do not take part in comparisons are left out. With `memo`, a dataclass that several values share is
    read once.
    """
    return of_bytes(_written(value, memo).encode("utf-8", "surrogatepass"))


def _written(value: object, memo: Memo | None) -> str:
    # lengths stand before contents: no two different values are written alike
    if isinstance(value, str):
        return f"{len(value)}:{value}"
    if isinstance(value, tuple):
        return f"({len(value)}{''.join([_written(item, memo) for item in value])}"
    if dataclasses.is_dataclass(value):
        return _record(value, memo)
    if isinstance(value, Mapping):
        return f"{{{len(value)}{''.join([_written(key, memo) + _written(item, memo) for key, item in value.items()])}"
    return f"<{type(value).__name__} {value!r}>"


def _record(value: Any, memo: Memo | None) -> str:
    known = memo.get(id(value)) if memo is not None else None
    if known is not None:
        return known[1]
    kind: Any = type(value)
    text: str = kind.__name__ + "".join([_written(getattr(value, name), memo) for name in _fields(kind)])
    if memo is not None:
        text = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        memo[id(value)] = (value, text)
    return text


@lru_cache(maxsize=128)
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)
