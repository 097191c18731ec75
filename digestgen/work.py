"""Much of the same work at once, in forked processes: they see what the parent knows without being told.

A worker shares the memory of its parent for as long as it writes nothing there, and in Python it writes wherever it
looks: each value counts who knows it. So workers may have a short life: the next one shares all anew.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from typing import Any, Final, NoReturn, TypeVar

from digestgen import budget
from digestgen.dataclass import dataclass

Item = TypeVar("Item")
Done = TypeVar("Done")

#: Fewer items than this are done sooner than workers are made.
_WORTH: Final = 48

#: So many items at most are handed out and come back together.
_PART: Final = 32

#: So many parts a worker is asked for at once, so that it need not wait for the next.
_ASKED: Final = 2

#: So many parts for each worker may be done before their turn: what is sooner than that would heap up here.
_AHEAD: Final = 6

#: So many bytes tell the number of a part, and how long an answer is.
_HEAD: Final = 8

#: So many bytes are read at once.
_PIECE: Final = 1 << 16

#: How much a pipe may hold at most where a system lets us choose: an answer, mostly.
_PIPE: Final = 1 << 20


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _nothing() -> None:
    """Gets nothing ready."""


def done(
    task: Callable[[Item], Done],
    items: Sequence[Item],
    jobs: int,
    worth: int = _WORTH,
    *,
    large: int = 0,
    ready: Callable[[], object] = _nothing,
) -> Iterator[Done]:
    """Yield `task(item)` for each item, in order, in up to `jobs` processes where the system can fork.

    Fewer items than `worth` are done in this one. A worker that took more than `large` bytes for itself (0: any number)
    ends, and another one goes on; before the first of those, `ready` is called, for what each would have to do itself.
    Where the system lets us have no more processes or pipes, those that there are do it all, or this one does.

    Results must be picklable. An exception of a task is raised here, and `ChildProcessError` where a worker was ended.
    """
    if jobs < 2 or len(items) < worth or not hasattr(os, "fork"):
        yield from map(task, items)
        return
    size = max(1, min(_PART, len(items) // (jobs * 4)))
    parts = [range(start, min(start + size, len(items))) for start in range(0, len(items), size)]
    try:
        pulse = os.pipe()
    except OSError:
        yield from map(task, items)
        return
    crew = _Crew(lambda number: [task(items[index]) for index in parts[number]], jobs, large, ready, pulse)
    try:
        yield from crew.results(len(parts))
    finally:
        crew.dismiss()
        gc.unfreeze()


@dataclass(eq=False)
class _Worker:
    """A forked process: where it is asked for parts, and where it answers; `due` are those that it has to answer."""

    process: int
    ask: int
    answers: int
    large: bool = False
    """Whether it shall do no more than it was asked for."""
    due: list[int] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)

    @property
    def is_at_hand(self) -> bool:
        """Whether it will be at work for longer than what it does right now."""
        return not self.large or len(self.due) > 1


@dataclass()
class _Crew:
    """The workers of one run."""

    task: Callable[[int], list[Any]]
    jobs: int
    large: int
    ready: Callable[[], object]
    pulse: tuple[int, int]
    """A pipe whose writing end only this process has: its end is the end of the pipe."""
    made: int = 0
    """So many workers were made."""
    workers: list[_Worker] = field(default_factory=list)

    def results(self, parts: int) -> Iterator[Any]:
        """Yield the results of all parts in order."""
        come: dict[int, list[Any]] = {}
        given = 0
        for number in range(parts):
            while number not in come:
                given = self._give(given, min(parts, number + (self.jobs or 1) * _AHEAD))
                if self.workers:
                    come.update(self._hear())
                else:  # none is to be had, and what was given has come
                    come[given] = self.task(given)
                    given += 1
            yield from come.pop(number)

    def _give(self, given: int, end: int) -> int:
        """Ask for the parts before `end`, as far as there are workers for them; return how many are `given` then."""
        while given < end and (worker := self._free()):
            with contextlib.suppress(BrokenPipeError):  # it was ended: that is told where its answer is waited for
                os.write(worker.ask, given.to_bytes(_HEAD, "big"))
            worker.due.append(given)
            given += 1
        return given

    def _free(self) -> _Worker | None:
        """Return the worker with the least to do; None where all have enough."""
        if sum(worker.is_at_hand for worker in self.workers) < self.jobs and (worker := self._hire()):
            return worker
        free = (worker for worker in self.workers if not worker.large and len(worker.due) < _ASKED)
        return min(free, key=lambda worker: len(worker.due), default=None)

    def _hire(self) -> _Worker | None:
        """Make a worker; where the system has none, there will be no more than there are."""
        if self.made == self.jobs:
            self.ready()
        self.made += 1
        gc.freeze()  # what is there stays where it is: to look for garbage among it would be to write there
        pipes: list[int] = []
        try:
            pipes += os.pipe()
            pipes += os.pipe()
            process = budget.forked()
        except OSError:
            for end in pipes:
                os.close(end)
            self.jobs = sum(worker.is_at_hand for worker in self.workers)
            return None
        asked, ask, answers, answer = pipes
        _widen(answer)
        if process == 0:
            others = [end for worker in self.workers for end in (worker.ask, worker.answers)]
            _attend(self.task, self.large, asked, answer, self.pulse[0], [ask, answers, self.pulse[1], *others])
        os.close(asked)
        os.close(answer)
        self.workers.append(_Worker(process, ask, answers))
        return self.workers[-1]

    def _hear(self) -> Iterator[tuple[int, list[Any]]]:
        """Wait for answers; yield parts that are done, by their numbers. Raises what a task raised."""
        import select  # where no process can be forked, there is no `poll` either

        poll = select.poll()
        by_pipe = {worker.answers: worker for worker in self.workers}
        for pipe in by_pipe:
            poll.register(pipe, select.POLLIN)
        for pipe, _ in poll.poll():
            worker = by_pipe[pipe]
            data = os.read(pipe, _PIECE)
            worker.heard += data
            yield from _answers(worker)
            if not data:
                self._bury(worker)
            elif worker.large and not worker.due:
                _kill(worker)

    def _bury(self, worker: _Worker) -> None:
        """See to a worker that has ended, which it may when it has nothing to answer."""
        self.workers.remove(worker)
        status = _ended(worker)
        if worker.due:
            code = os.waitstatus_to_exitcode(status)
            why = f"it got {signal.Signals(-code).name}" if code < 0 else f"it ended with {code}"
            raise ChildProcessError(0, f"a process that did a part of the work was ended, perhaps for memory: {why}")

    def dismiss(self) -> None:
        """End all workers, whatever they are at."""
        for worker in self.workers:
            _kill(worker)
            _ended(worker)
        self.workers.clear()
        for end in self.pulse:
            os.close(end)


def _answers(worker: _Worker) -> Iterator[tuple[int, list[Any]]]:
    """Yield what a worker has answered in full, by the numbers of the parts. Raises what its task raised."""
    while len(worker.heard) >= _HEAD:
        end = _HEAD + int.from_bytes(worker.heard[:_HEAD], "big")
        if len(worker.heard) < end:
            return
        done, worker.large = pickle.loads(bytes(worker.heard[_HEAD:end]))  # noqa: S301 - our own worker wrote it
        del worker.heard[:end]
        if isinstance(done, BaseException):
            raise done
        yield worker.due.pop(0), done


def _kill(worker: _Worker) -> None:
    """End a worker that has nothing to do any more; it is not waited for."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker.process, signal.SIGKILL)


def _ended(worker: _Worker) -> int:
    """Wait for the end of a worker and return its status, as waitpid(2) has it."""
    os.close(worker.ask)
    os.close(worker.answers)
    return os.waitpid(worker.process, 0)[1]


def _widen(pipe: int) -> None:
    """Let a pipe hold a whole answer, if the system does that: whoever writes need not wait for whoever reads."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


# --- in a worker


def _attend(
    task: Callable[[int], list[Any]], large: int, asked: int, answer: int, pulse: int, foreign: Iterable[int]
) -> NoReturn:
    """Do all parts that are asked for, and end; `foreign` ends of pipes are the parent's alone."""
    try:
        for end in foreign:
            os.close(end)
        with contextlib.suppress(RuntimeError):  # where not one thread more may be, nobody looks
            threading.Thread(target=_end_with, args=(pulse,), daemon=True).start()
        while number := os.read(asked, _HEAD):
            data = _answered(task, int.from_bytes(number, "big"), large)
            _send(answer, len(data).to_bytes(_HEAD, "big"))
            _send(answer, data)
    finally:
        os._exit(0)  # nothing of what the parent has open may be ended here


def _end_with(pulse: int) -> None:
    """Let this worker end when its parent does, even if that is killed: it would wait for ever, and hold its locks."""
    os.read(pulse, 1)
    os._exit(1)


def _answered(task: Callable[[int], list[Any]], number: int, large: int) -> bytes:
    """Return the results of a part, or what was raised, and whether this process is too large now, pickled."""
    try:
        return pickle.dumps((task(number), bool(large) and _taken() > large), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # noqa: BLE001 - whoever asked for the work is to get it
        return _raised(error)


def _taken() -> int:
    """Return how many bytes this process took for itself, which was forked and shared all then.

    Each page is counted when it is first written to or asked for; what was given back meanwhile counts, too.
    """
    import resource  # where no process can be forked, there is none

    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt * resource.getpagesize()


def _raised(error: BaseException) -> bytes:
    import traceback

    error.add_note("".join(["in a worker:\n", *traceback.format_tb(error.__traceback__)]))
    try:
        data = pickle.dumps((error, True))
        pickle.loads(data)  # noqa: S301 - it was made here; some exceptions cannot be made again from what they say
    except Exception:  # noqa: BLE001 - whatever the reason is, its text can be sent
        return pickle.dumps((RuntimeError(f"{type(error).__name__}: {error}"), True))
    return data


def _send(answer: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(answer, left) :]
