"""Values of the model as JSON text and back, for the cache.

The cache is not trusted: reading checks every type on the way, and what does not fit raises `Unfit` and nothing
else. No code is ever made from what is read.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from sys import intern
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

Value = TypeVar("Value")
Reader = Callable[[Any], Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


class Unfit(Exception):
    """The text holds no such value."""


def dump(value: object) -> str:
    """Return a value of dataclasses, tuples, mappings, texts, numbers and moments as JSON, fields without names."""
    return _json(_plain(value))


#: `json.dumps` would make one of these for each value.
_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def _plain(value: object) -> object:
    if isinstance(value, _AS_THEY_ARE):
        return value
    if isinstance(value, tuple | list):
        return [item if isinstance(item, _AS_THEY_ARE) else _plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return (value - _EPOCH) // _SECOND
    if isinstance(value, date):
        return value.toordinal()
    assert dataclasses.is_dataclass(value), type(value)
    kind: Any = type(value)
    return [item if isinstance(item, _AS_THEY_ARE) else _plain(item) for item in _values(kind)(value)]


#: What JSON writes without being told how.
_AS_THEY_ARE: Final = (str, int, type(None))


@lru_cache(maxsize=64)
def _values(kind: Any) -> Callable[[Any], Sequence[object]]:
    """What reads the fields of a dataclass."""
    names = _names(kind)
    return attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, name) for name in names]


@lru_cache(maxsize=64)
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)


def load(kind: type[Value], text: str, zone: ZoneInfo) -> Value:
    """Return the value of the type `kind` that `text` holds, with moments in `zone`. Raises `Unfit`."""
    try:
        data = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise Unfit(str(error)) from None
    return fit(kind, data, zone)


def fit(kind: type[Value], data: object, zone: ZoneInfo) -> Value:
    """Return the value of the type `kind` that `data`, as JSON has it, stands for. Raises `Unfit`."""
    try:
        return typing.cast("Value", _reader(typing.cast("Any", kind), zone)(data))
    except (Unfit, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Unfit(str(error)) from None


#: Texts that are not longer are mostly words that many values have: they are kept once for all.
_WORD: Final = 16


def _text(data: Any) -> Any:
    if type(data) is not str:
        raise Unfit
    return intern(data) if len(data) <= _WORD else data


def _exactly(kind: type) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise Unfit
        return data

    return read


def _free(data: Any) -> Any:
    """Values of `extra` have tuples where JSON has lists."""
    if isinstance(data, list):
        return tuple(_free(item) for item in data)
    if isinstance(data, dict):
        return {key: _free(item) for key, item in data.items()}
    return data


@lru_cache(maxsize=256)
def _reader(kind: Any, zone: ZoneInfo) -> Reader:
    if kind is str:
        return _text
    if kind in (int, bool):
        return _exactly(kind)
    if kind is Any or kind is object:
        return _free
    if kind is datetime:
        whole = _exactly(int)
        return lambda data: (_EPOCH + timedelta(seconds=whole(data))).astimezone(zone)
    if kind is date:
        day = _exactly(int)
        return lambda data: date.fromordinal(day(data))
    if dataclasses.is_dataclass(kind):
        return _record(kind, zone)
    return _generic(kind, zone)


#: What JSON has as it is; a record's fields of these types are checked all at once.
_SCALARS: Final = frozenset([str, int, bool])


def _record(kind: Any, zone: ZoneInfo) -> Reader:
    hints = typing.get_type_hints(kind)
    names = _names(kind)
    scalars = [place for place, name in enumerate(names) if hints[name] in _SCALARS]
    types_of = [hints[names[place]] for place in scalars]
    texts = [place for place in scalars if hints[names[place]] is str]
    others = [(place, _reader(hints[name], zone)) for place, name in enumerate(names) if hints[name] not in _SCALARS]

    def read(data: Any) -> Any:
        if type(data) is not list or len(data) != len(names):
            raise Unfit
        if [type(data[place]) for place in scalars] != types_of:
            raise Unfit
        for place in texts:
            if len(data[place]) <= _WORD:
                data[place] = intern(data[place])
        for place, reader in others:
            data[place] = reader(data[place])
        return kind(*data)

    return read


def _generic(kind: Any, zone: ZoneInfo) -> Reader:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return _one_of(frozenset(inner))
    if origin is tuple and inner[-1] is Ellipsis:
        return _tuple_of(_reader(inner[0], zone))
    if origin is tuple:
        return _tuple(tuple(_reader(item, zone) for item in inner))
    if origin is types.UnionType or origin is typing.Union:
        return _union(tuple(_reader(item, zone) for item in inner if item is not type(None)), type(None) in inner)
    assert issubclass(origin, Mapping), kind
    return _mapping(_reader(inner[1], zone))


def _one_of(values: frozenset[Any]) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not str or data not in values:
            raise Unfit
        return data

    return read


_NOTHING: Final[tuple[Any, ...]] = ()


def _tuple_of(reader: Reader) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not list:
            raise Unfit
        return tuple([reader(item) for item in data]) if data else _NOTHING

    return read


def _tuple(readers: tuple[Reader, ...]) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not list or len(data) != len(readers):
            raise Unfit
        return tuple([reader(item) for reader, item in zip(readers, data, strict=True)])

    return read


def _mapping(reader: Reader) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not dict:
            raise Unfit
        return {key: reader(item) for key, item in data.items()}

    return read


def _union(readers: tuple[Reader, ...], optional: bool) -> Reader:
    if optional and len(readers) == 1:
        only = readers[0]
        return lambda data: None if data is None else only(data)

    def read(data: Any) -> Any:
        if data is None and optional:
            return None
        for reader in readers:
            try:
                return reader(data)
            except Unfit:
                continue
        raise Unfit

    return read
