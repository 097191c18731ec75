"""Time that grows with the text, and not with its square: what Markdown parsers stumble over, again and again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Final

from digestgen import budget
from digestgen.markup.convert import TooComplex, TooCostly, convert
from tests.trust.frame import Figure, Part

#: Each gives a text with so many of what it is named after.
PATTERNS: Final[dict[str, Callable[[int], str]]] = {
    "`*a **a `": "*a **a ".__mul__,
    "`a*a*`": "a*a*".__mul__,
    "`a_a_`": "a_a_".__mul__,
    "`*_`": "*_".__mul__,
    "`*_*_`": "*_*_".__mul__,
    "`*_*_ `": "*_*_ ".__mul__,
    "`[a`": "[a".__mul__,
    "`![a`": "![a".__mul__,
    "`[a](`": "[a](".__mul__,
    "`[a](b`": "[a](b".__mul__,
    "`![a](`": "![a](".__mul__,
    "`[a][`": "[a][".__mul__,
    "`[^`": "[^".__mul__,
    "`<![CDATA[`": "<![CDATA[".__mul__,
    "`<a `": "<a ".__mul__,
    "`<!`": "<!".__mul__,
    "`<!--`": "<!--".__mul__,
    "`<?`": "<?".__mul__,
    "blanks": lambda count: f"a{' ' * count}a",
    "line breaks": lambda count: "a" + "\n" * count + "a",
    "runs of backticks, each longer": lambda count: " ".join("`" * length for length in range(1, _root(2 * count))),
    "single backticks": "` ".__mul__,
    "fences": "```\nx\n".__mul__,
    "abbreviations that are defined": lambda count: "".join(f"*[a{number}]: t\n" for number in range(count)) + "\na5",
    "abbreviations that are used": lambda count: "*[a]: t\n\n" + "a " * count,
    "references that are defined": lambda count: "".join(f"[a{number}]: b\n" for number in range(count)) + "\n[a5]",
    "quotation marks": '"a '.__mul__,
    "`> `": "> a\n".__mul__,
    "`<li><dd>`": "<li><dd>".__mul__,
    "`<p>` behind what is left open": lambda count: "<b title=x>" * 400 + "<p>a" * count,
}

#: t(2n)/t(n) is at most this; less than so many seconds cannot be measured.
MOST: Final = 2.6
_LEAST: Final = 0.1


def _root(number: int) -> int:
    return int(number**0.5)


def _spent(text: str) -> float:
    """Return the processor time of a conversion, in a process of its own, where nothing is left over from others."""

    def measured() -> float:
        convert("warm", "en")
        began = time.process_time()
        with contextlib.suppress(TooComplex, TooCostly):  # to be refused takes its time, too
            convert(text, "en")
        return time.process_time() - began

    return budget.bounded(measured, budget.Limits(120, 4096), heavy=True)


def ratio(make: Callable[[int], str], count: int, tries: int = 5) -> float:
    """Return t(2n)/t(n) for `count` and half of it, the best of some tries: a busy machine only ever adds time."""
    few = many = float("inf")
    for _ in range(tries):
        few, many = min(few, _spent(make(count // 2))), min(many, _spent(make(count)))
        if many < _LEAST or many <= MOST * few:
            break
    return 0.0 if many < _LEAST else many / few


def _run(count: int, _seed: int) -> Iterator[Figure]:
    worst = {}
    for name, make in PATTERNS.items():
        worst[name] = ratio(make, count)
        assert worst[name] <= MOST, (name, worst[name])
    name = max(worst, key=lambda name: worst[name])
    ended = f"t(2n)/t(n) up to {count:,} repeats is at most {worst[name]:.1f} ({name}); {MOST} is allowed"
    yield Figure("patterns on which Markdown parsers need quadratic time", len(PATTERNS), ended)


PART: Final = Part("growth", _run, full=100_000)
