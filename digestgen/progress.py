"""A progress bar for long work, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

#: Fewer items than this are done before a bar could be read.
_WORTH: Final = 200


def _silent(_stage: str, _done: int, _of: int) -> None:
    """Shows nothing."""


@contextmanager
def shown() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what a build calls with (stage, done, of); on a terminal that shows counts and the time left."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def tick(stage: str, done: int, of: int) -> None:
            if of >= _WORTH:
                if stage not in tasks:
                    tasks[stage] = bars.add_task(stage, total=of)
                bars.update(tasks[stage], completed=done)

        yield tick
