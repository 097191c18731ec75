"""Dataclasses with slots, whose methods are made when they are first called.

A run of digestgen defines some four hundred of them, and a short one uses a hundred. The standard library's decorator
writes and compiles up to eight methods for each of them while modules are imported, which was a quarter of the time
that a corrected headline takes. Here that is put off; and a value that cannot change is filled through its slots, in
less than half the time. All else is the standard library's: `field`, `fields`, `replace`, `asdict`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from reprlib import recursive_repr
from typing import Any, Final, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)

_Field = dataclasses.Field[Any]
_Method = Callable[..., Any]

#: Stands for a value that a call leaves out and that has to be made.
_UNSET: Final = object()

_ORDER: Final = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


@dataclass_transform(field_specifiers=(dataclasses.field,))
def dataclass(
    *, frozen: bool = False, eq: bool = True, order: bool = False, kw_only: bool = False
) -> Callable[[Class], Class]:
    """Return a decorator that makes a class a dataclass with slots.

    The arguments mean what they mean to `dataclasses.dataclass`; so do `field`, defaults and `__post_init__`. A class
    that derives from another one has to be as frozen as that. `inspect.signature` knows nothing of the arguments.
    """

    def made(given: Class) -> Class:
        own = frozenset(given.__dict__)
        given.__doc__ = given.__doc__ or given.__name__  # or a signature would be written for one
        kind: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(given)
        _later(kind, "__init__", _filling, frozen)
        if "__repr__" not in own:
            kind.__repr__ = _repr
        if eq and "__eq__" not in own:
            _later(kind, "__eq__", _comparing, "==")
            if not frozen:
                kind.__hash__ = None
            elif "__hash__" not in own:
                _later(kind, "__hash__", _hashing)
        for name, sign in _ORDER.items() if order else ():
            _later(kind, name, _comparing, sign)
        if frozen:
            kind.__setattr__ = kind.__delattr__ = _refuse
            kind.__getstate__, kind.__setstate__ = _state, _restore
        done: Class = kind
        return done

    return made


def _later(kind: Any, name: str, make: Callable[..., _Method], *how: object) -> None:
    """Give a class a method that is made, by `make(kind, *how)`, when it is first called."""

    def method(self: object, *values: object, **named: object) -> Any:
        made = make(kind, *how)
        setattr(kind, name, made)
        return made(self, *values, **named)

    setattr(kind, name, method)


def _written(kind: type, name: str, arguments: str, lines: Sequence[str], known: dict[str, Any]) -> _Method:
    """Return the method with these lines, which may name what is `known`."""
    body = "\n".join(f"  {line}" for line in lines or ["pass"])
    exec(f"def {name}(self{arguments}):\n{body}", known)  # noqa: S102 - made of names of fields, as the library does
    method: _Method = known[name]
    method.__qualname__ = f"{kind.__qualname__}.{name}"
    method.__module__ = kind.__module__
    return method


def _filling(kind: type, frozen: bool) -> _Method:
    """Return the method that fills a new value; slots are filled directly where nothing may be assigned."""
    known: dict[str, Any] = {"_unset": _UNSET}
    lines = []
    for item in dataclasses.fields(kind):
        value = _value(item, known)
        if value and frozen:
            known[f"_set_{item.name}"] = getattr(kind, item.name).__set__
            lines.append(f"_set_{item.name}(self, {value})")
        elif value:
            lines.append(f"self.{item.name} = {value}")
    if hasattr(kind, "__post_init__"):
        lines.append("self.__post_init__()")
    return _written(kind, "__init__", "".join(_arguments(kind)), lines, known)


def _value(item: _Field, known: dict[str, Any]) -> str:
    """Return what fills a field, and note its default; nothing for one that a class fills itself."""
    if item.default_factory is not dataclasses.MISSING:
        known[f"_make_{item.name}"] = item.default_factory
        made = f"_make_{item.name}()"
        return f"{made} if {item.name} is _unset else {item.name}" if item.init else made
    if item.default is not dataclasses.MISSING:
        known[f"_default_{item.name}"] = item.default
        return item.name if item.init else f"_default_{item.name}"
    return item.name if item.init else ""


def _arguments(kind: type) -> Iterator[str]:
    """Yield the arguments of a class, those that have to be named after all others."""
    asked = [item for item in dataclasses.fields(kind) if item.init]
    named = [item for item in asked if item.kw_only]
    for item in asked:
        if not item.kw_only:
            yield f", {item.name}{_default(item)}"
    if named:
        yield ", *"
    for item in named:
        yield f", {item.name}{_default(item)}"


def _default(item: _Field) -> str:
    if item.default_factory is not dataclasses.MISSING:
        return "=_unset"
    return f"=_default_{item.name}" if item.default is not dataclasses.MISSING else ""


def _tuple(items: Sequence[_Field], owner: str) -> str:
    return f"({''.join(f'{owner}.{item.name}, ' for item in items)})"


def _comparing(kind: type, sign: str) -> _Method:
    """Return the method that compares two values of one class, field by field."""
    items = [item for item in dataclasses.fields(kind) if item.compare]
    name = next((name for name, known in _ORDER.items() if known == sign), "__eq__")
    line = f"return {_tuple(items, 'self')} {sign} {_tuple(items, 'other')}"
    lines = ["if other.__class__ is not self.__class__:", "  return NotImplemented", line]
    return _written(kind, name, ", other", lines, {})


def _hashing(kind: type) -> _Method:
    items = [item for item in dataclasses.fields(kind) if (item.compare if item.hash is None else item.hash)]
    return _written(kind, "__hash__", "", [f"return hash({_tuple(items, 'self')})"], {})


@recursive_repr()
def _repr(self: Any) -> str:
    told = (f"{item.name}={getattr(self, item.name)!r}" for item in dataclasses.fields(self) if item.repr)
    return f"{type(self).__qualname__}({', '.join(told)})"


def _refuse(self: object, name: str, _value: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to or delete {name!r} of {type(self).__name__}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, item.name) for item in dataclasses.fields(self)]


def _restore(self: Any, state: Sequence[Any]) -> None:
    for item, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, item.name, value)
