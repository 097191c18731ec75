"""The law: what digestgen's decorator makes behaves as what the standard library's makes of the same class."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digestgen.dataclass import dataclass

VALUES = st.one_of(st.integers(0, 2), st.text("ab", max_size=1), st.none())


class _Kinds:
    """A family of classes, made twice by a decorator that takes the same arguments."""

    def __init__(self, make: Callable[..., Callable[[type], type]], own: dict[str, bool]) -> None:
        @make(frozen=True, **own)
        class Value:
            one: Any
            two: Any = 5
            three: Any = field(default=7, compare=False, repr=False)
            four: Any = field(default_factory=lambda: [1])
            five: Any = field(init=False, default=9)

        @make(frozen=True, **own)
        class More(Value):
            six: Any = "six"
            two: Any = 6

        @make(frozen=True, order=True, **own)
        class Ranked:
            one: Any
            two: Any = 0

        @make(frozen=True, kw_only=True, **own)
        class Named:
            one: Any
            two: Any = 0

        @make(**own)
        class State:
            one: Any
            seen: Any = field(init=False)
            two: Any = field(default_factory=dict)
            three: Any = field(default=1, kw_only=True)

            def __post_init__(self) -> None:
                self.seen = [self.one]

        @make(eq=False, **own)
        class Thing:
            one: Any = 1

        @make(frozen=True, **own)
        class Own:
            one: Any

            def __eq__(self, other: object) -> bool:
                return True

            def __hash__(self) -> int:
                return 4

            def __repr__(self) -> str:
                return "mine"

        @make(frozen=True, **own)
        class Empty:
            pass

        class Below(Value):
            __slots__ = ("more",)

        self.all = (Value, More, Ranked, Named, State, Thing, Own, Empty, Below)


#: Each class as digestgen makes it, and as the standard library does.
PAIRS = [*zip(_Kinds(dataclass, {}).all, _Kinds(dataclasses.dataclass, {"slots": True}).all, strict=True)]
EACH = st.sampled_from(PAIRS)
BOTH = pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda kind: kind.__name__)


def _said(kind: Any, ask: Callable[[Any], object]) -> object:
    try:
        return ask(kind)
    except (TypeError, AttributeError):  # slots let the standard library raise one for the other
        return "refused"


def _same(ours: Any, theirs: Any, ask: Callable[[Any], object]) -> None:
    assert _said(ours, ask) == _said(theirs, ask)


@settings(max_examples=60)
@given(EACH, st.lists(VALUES, max_size=5), st.dictionaries(st.sampled_from(["one", "two", "six", "three"]), VALUES))
def test_arguments_fill_fields(both: tuple[Any, Any], values: list[object], named: dict[str, object]) -> None:
    ours, theirs = both
    for _ in range(2):  # the first call makes the method
        _same(ours, theirs, lambda kind: dataclasses.asdict(kind(*values, **named)))
        _same(ours, theirs, lambda kind: repr(kind(*values, **named)).replace("_Kinds.__init__.<locals>.", ""))


@settings(max_examples=60)
@given(EACH, st.lists(VALUES, max_size=3), st.lists(VALUES, max_size=3))
def test_values_compare_field_by_field(both: tuple[Any, Any], one: list[object], other: list[object]) -> None:
    ours, theirs = both
    for compare in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
        _same(ours, theirs, lambda kind, name=compare: getattr(kind(*one), name)(kind(*other)))  # type: ignore[misc]
    _same(ours, theirs, lambda kind: kind(*one) == "something else")
    _same(ours, theirs, lambda kind: hash(kind(*one)) == hash(kind(*other)))
    _same(ours, theirs, lambda kind: (kind.__hash__ is None, kind.__match_args__, kind.__slots__))


@BOTH
def test_what_is_frozen_stays_as_it_is(ours: Any, theirs: Any) -> None:
    def assigned(kind: Any, name: str) -> object:
        item = kind(one=3)
        setattr(item, name, 4)
        return getattr(item, name)

    def removed(kind: Any) -> object:
        item = kind(one=3)
        del item.one
        return hasattr(item, "one")

    for name in ("one", "more", "other"):
        _same(ours, theirs, lambda kind, name=name: assigned(kind, name))  # type: ignore[misc]
    _same(ours, theirs, removed)


@BOTH
def test_values_are_copied_and_replaced(ours: Any, theirs: Any) -> None:
    def fields(kind: Any, change: Callable[[Any], Any]) -> object:
        return dataclasses.asdict(change(kind(one=3)))

    for change in (copy.copy, copy.deepcopy, lambda item: dataclasses.replace(item, one=8)):
        _same(ours, theirs, lambda kind, change=change: fields(kind, change))  # type: ignore[misc]


@dataclass(frozen=True)
class Sent:
    """A value that goes to another process."""

    one: int
    two: tuple[int, ...] = ()


def test_values_go_to_other_processes() -> None:
    item = Sent(1, (2, 3))
    assert pickle.loads(pickle.dumps(item)) == item
    assert {item: 1}[Sent(1, (2, 3))] == 1


def test_a_value_within_itself_can_be_told() -> None:
    @dataclass()
    class Loop:
        inside: Any = None

    loop = Loop()
    loop.inside = loop
    assert repr(loop).endswith("Loop(inside=...)")


def test_a_frozen_value_says_what_cannot_be_assigned() -> None:
    with pytest.raises(FrozenInstanceError, match="'one'"):
        Sent(1).one = 2  # type: ignore[misc]


def test_methods_are_made_when_they_are_first_called() -> None:
    code = (
        "import builtins, digestgen.dataclass; made = []; run = builtins.exec\n"
        "digestgen.dataclass.exec = lambda *given: (made.append(given[0]), run(*given))\n"
        "import digestgen.build, digestgen.views\n"
        "before = len(made)\n"
        "link = digestgen.views.Link('a', 'b'); again = digestgen.views.Link('a', 'b')\n"
        "print(before < 60, len(made) - before, link == again, len(made) - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout == "True 1 True 2\n"
