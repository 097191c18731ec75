"""Fingerprints: short, stable names for bytes and values.

A fingerprint is never called a digest here: that word is the name of what our users publish.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

#: Hexadecimal digits in the names of fingerprinted assets: 40 bits, as many as a human can compare by eye.
SHORT = 10


def of_bytes(data: bytes) -> str:
    """Return the SHA-256 fingerprint (FIPS 180-4) of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def short(data: bytes) -> str:
    """Return the first `SHORT` hexadecimal digits of the fingerprint of `data`, for file names."""
    return of_bytes(data)[:SHORT]


def short_of(value: object) -> str:
    """Return the first 16 hexadecimal digits of the fingerprint of a value: they name what is kept for ever."""
    return of_value(value)[:16]


#: Values of dataclasses by their identity, kept alive so that no other value gets it, with what stands for them.
Memo = dict[int, tuple[object, str]]


def of_value(value: object, memo: Memo | None = None) -> str:
    """Return the fingerprint of a value of dataclasses, tuples, mappings, texts, numbers and None.

    Two values have the same fingerprint where their types and contents are the same, mappings in their order.
    Fields that do not take part in comparisons are left out. With `memo`, a dataclass that several values share is
    read once.
    """
    return of_bytes(_written(value, {} if memo is None else memo).encode("utf-8", "surrogatepass"))


def _written(value: Any, memo: Memo) -> str:
    # lengths stand before contents: no two different values are written alike
    kind: Any = type(value)
    if kind is str:
        return f"{len(value)}:{value}"
    if value is None:
        return "-"
    if kind is tuple:
        return f"({len(value)}{_all(value, memo)}"
    read = _reader(kind)
    if read is not None:
        return _record(value, kind, read, memo)
    if isinstance(value, Mapping):
        return f"{{{len(value)}{''.join([_written(key, memo) + _written(item, memo) for key, item in value.items()])}"
    return f"<{kind.__name__} {value!r}>"


def _all(values: Iterable[Any], memo: Memo) -> str:
    # nearly all are texts and what was read before: a call for each would take longer than to write it
    return "".join(
        [
            f"{len(item)}:{item}"
            if type(item) is str
            else known[1]
            if (known := memo.get(id(item))) is not None
            else _written(item, memo)
            for item in values
        ]
    )


#: Longer texts of dataclasses are replaced by a fingerprint where they are a part of others.
_LONG: Final = 80


def _record(value: Any, kind: Any, read: Callable[[Any], Iterable[Any]], memo: Memo) -> str:
    text = f"{kind.__name__}{_all(read(value), memo)}"
    if len(text) > _LONG:
        text = f"#{hashlib.blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
    memo[id(value)] = (value, text)
    return text


@lru_cache(maxsize=256)
def _reader(kind: Any) -> Callable[[Any], Iterable[Any]] | None:
    """What reads the fields of a dataclass that take part in comparisons; None for any other type."""
    if not dataclasses.is_dataclass(kind):
        return None
    names = [field.name for field in dataclasses.fields(kind) if field.compare]
    if len(names) > 1:
        return attrgetter(*names)  # C code, and much quicker than a loop
    return lambda value: [getattr(value, name) for name in names]
