"""What shows that digestgen can be trusted: parts that try much, in full by one command, and in the suite a little.

A part is a module of this folder with a `PART`, which stands in `parts.PARTS`. It tries as many cases as it is told,
made from a seed, and yields figures; what should not be raises AssertionError and names the case, so that it can be
tried again. `python3 dev.py trust NAME` runs one in full and writes its figures into the docs (`PAGE`).
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, TypeVar

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PAGE: Final = ROOT / "docs/explanation/trust-in-figures.md"

#: The seed of the figures in the docs, and of the samples in the suite.
SEED: Final = 2024

_BEGIN: Final = "<!-- What follows is written by `python3 dev.py trust`. -->\n"
_END: Final = "<!-- That was it. -->\n"
_HEAD: Final = ("what was tried", "how often", "how it ended", "the command, and how long it takes")

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table: what was tried (a text of Markdown), how often, and how it ended."""

    what: str
    count: int
    ended: str
    seconds: float = 0
    """How long it took, where that is not how long the part ran."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is tried: `run(count, seed)` tries about `count` cases and yields what came of them.

    `full` is the count for the docs. `sample` is that of the suite; 0 where the suite has tests of its own for it.
    A `timed` part is given minutes for a count: what it has had in all runs so far is part of them.
    """

    name: str
    run: Callable[[int, int], Iterable[Figure]]
    full: int
    sample: int = 0
    timed: bool = False


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that goes afterwards: in memory where there is one, for a disk would only be waited for."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as top:
        yield Path(top)


def some(items: Sequence[Item], count: int, seed: int) -> Sequence[Item]:
    """Return all of `items`, or `count` of them by chance where they are more, in their order."""
    if len(items) <= count:
        return items
    chosen = sorted(random.Random(seed).sample(range(len(items)), count))
    return [items[number] for number in chosen]


@contextmanager
def ended_in_time(case: object, seconds: int = 120) -> Iterator[None]:
    """Raise AssertionError, which names the case, where what is done within has not ended after so long."""

    def late(_signal: int, _frame: object) -> NoReturn:
        raise AssertionError(f"{case!r} does not end")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def command(name: str, count: int = 0, seed: int = SEED) -> str:
    """Return the command that reproduces the figures of a part; `count` is 0 for the full one."""
    more = (f" --count {count}" if count else "") + (f" --seed {seed}" if seed != SEED else "")
    return f"python3 dev.py trust {name}{more}"


def rows(words: str, figures: Iterable[Figure], seconds: float) -> list[str]:
    """Return the lines of the table for a part that the command `words` tried."""
    last = f"`{words}`, "
    return [
        _line((item.what, f"{item.count:,}", item.ended, last + _length(item.seconds or seconds))) for item in figures
    ]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def known() -> dict[str, list[str]]:
    """Return the lines that stand in the docs, by part."""
    text = PAGE.read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in text.partition(_BEGIN)[2].partition(_END)[0].splitlines(keepends=True):
        words = line.rpartition(f"`{command('')}")[2].partition("`")[0]
        if line.startswith("| ") and words != line:
            name = words.partition(" ")[0]
            found.setdefault(name, []).append(line)
    return found


def write(lines: Mapping[str, Sequence[str]], names: Sequence[str]) -> None:
    """Put `lines`, by part, into the docs in the order of `names`."""
    text = PAGE.read_text(encoding="utf-8")
    table = [_line(_HEAD), _line(["---", "--:", "---", "---"])]
    table += [line for name in names for line in lines.get(name, ())]
    before, after = text.partition(_BEGIN)[0], text.partition(_END)[2]
    PAGE.write_bytes(f"{before}{_BEGIN}\n{''.join(table)}\n{_END}{after}".encode())


def tallied(outcomes: Iterable[str]) -> Iterator[str]:
    """Yield `12 this`, `3 that` for outcomes, the most frequent first."""
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome] = counts.get(outcome, 0) + 1
    for outcome, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{count:,} {outcome}"
