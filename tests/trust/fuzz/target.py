"""What a fuzzer is pointed at."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

#: Tries some bytes; what should not be raises, AssertionError or whatever it was.
Trial = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads what others wrote, and the law that has to hold for any bytes.

    `name` is that of its folder in tests/fuzz/, where its texts are kept. `opened` returns what tries bytes, and may
    leave files in the folder that it is given. `what` and `law` are for the table. `sample` is how many mutations the
    suite tries, `longest` how many bytes one of them has.
    """

    name: str
    what: str
    law: str
    opened: Callable[[Path], AbstractContextManager[Trial]]
    seeds: Callable[[], list[bytes]]
    """What else than tests/fuzz/ a run begins with."""
    sample: int
    longest: int = 4096
    most: int = 20
    """How many bytes are kept in tests/fuzz/ beside what once showed a fault, and how large they are together."""
    room: int = 30_000


def simple(trial: Trial) -> Callable[[Path], AbstractContextManager[Trial]]:
    """Return what opens a target that needs no files."""
    return lambda _folder: nullcontext(trial)
