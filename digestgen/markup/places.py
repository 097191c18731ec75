"""Where a link's target stands in the source: Python-Markdown keeps no positions, so it is looked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


def places(source: str, first_line: int, targets: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return (line, column, length), counted from 1, of each of `targets` in `source`.

    The n-th time that a target comes, its n-th place is meant, or the last one if it has fewer: a reference
    link names its target once and uses it often.
    """
    starts = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
    seen: dict[str, int] = {}
    found = []
    for target in targets:
        at = _next(source, target, seen.get(target, -1))
        if at < 0:
            found.append((first_line, 1, 1))
            continue
        seen[target] = at
        line = bisect_right(starts, at) - 1
        found.append((first_line + line, at - starts[line] + 1, len(target)))
    return found


def _next(source: str, target: str, last: int) -> int:
    """Return the place of `target` behind `last`, else `last` itself, else -1."""
    return max(last, _find(source, target, last + 1)) if target else -1


def _find(source: str, target: str, start: int) -> int:
    while True:
        at = source.find(target, start)
        if at < 0 or _stands_alone(source, at, at + len(target)):
            return at
        start = at + 1


def _stands_alone(source: str, start: int, end: int) -> bool:
    """Tell whether `source[start:end]` is a whole target, not the beginning or end of a longer one."""
    before, after = source[start - 1 : start], source[end : end + 1]
    return before in "(<\"' \n:=" and (after in ")>\"' \n" or after in ".,;:!?]")
