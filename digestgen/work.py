"""Much of the same work at once, in forked processes: they see what the parent knows without being told."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

#: Fewer items than this are done sooner than workers are made.
_WORTH: Final = 48

#: What the workers of the present run do, and on what; inherited by fork, so that only results are sent.
_task: Callable[[Any], Any] | None = None
_items: Sequence[Any] = ()


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def done(task: Callable[[Item], Done], items: Sequence[Item], jobs: int, worth: int = _WORTH) -> Iterator[Done]:
    """Yield `task(item)` for each item, in order, in up to `jobs` processes where the system can fork.

    Fewer items than `worth` are done in this one.

    Results must be picklable. An exception of a task is raised here.
    """
    global _task, _items
    if jobs < 2 or len(items) < worth or not hasattr(os, "fork"):
        yield from map(task, items)
        return
    import multiprocessing  # most builds have little to do: they need not wait for it
    from concurrent.futures import ProcessPoolExecutor

    _task, _items = task, items
    gc.freeze()  # what is there stays where it is: workers share its memory for as long as nobody writes to it
    size = max(1, min(64, len(items) // (jobs * 4)))
    parts = [range(start, min(start + size, len(items))) for start in range(0, len(items), size)]
    life = os.pipe()
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _attend, life) as pool:
            for results in pool.map(_run, parts):
                yield from results
    finally:
        for end in life:
            os.close(end)
        gc.unfreeze()
        _task, _items = None, ()


def _attend(read: int, write: int) -> None:
    """Let this worker end when its parent does, even if that is killed: it would wait for ever, and hold its locks."""
    import threading

    os.close(write)  # so that only the parent has it, whose end is the end of the pipe
    threading.Thread(target=_end_with, args=(read,), daemon=True).start()


def _end_with(read: int) -> None:
    os.read(read, 1)
    os._exit(1)


def _run(part: range) -> list[Any]:
    assert _task is not None
    return [_task(_items[index]) for index in part]
