"""What one piece of work may cost: its time and its memory are bounded, whatever it is made to do.

Almost all work is done where it stands, under an alarm that costs next to nothing to set. What makes the alarm ring, or
is known to be heavy, is done anew in a process of its own, which the system ends when its budget is spent: that works
also where no signal interrupts anything, and where too little memory is left to tell so. Time is the processor's, so
that a busy machine makes no work fail.

Where a system cannot fork (Windows), work is done where it stands, and nothing bounds it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn, TypeVar

from digestgen.dataclass import dataclass

if sys.platform != "win32":
    import resource

Done = TypeVar("Done")


@dataclass(frozen=True)
class Limits:
    """Seconds of the processor, and MiB of memory beyond what the process has already."""

    seconds: int = 10
    memory: int = 512


class Spent(Exception):
    """The budget is used up; the text says of what, as "10 seconds of the processor"."""


class Slow(Exception):
    """A part of the work took longer than it may."""


class _Rung(BaseException):
    """The alarm; no handler of exceptions in a library may take it for one of its own."""


#: How often the alarm looks (seconds of the processor), and at what it rings: seconds, and bytes of memory.
_STEP: Final = 0.25
_PATIENCE: Final = 1.0
_MUCH: Final = 128 * 1024 * 1024

#: A process that sleeps uses no processor: so many seconds of the clock for each that it may use.
_CLOCK: Final = 10


@dataclass()
class _State:
    """What this process is doing: until when (seconds of the processor), at most how large, and whether apart."""

    until: float | None = None
    most: int = 0
    apart: bool = False


_now = _State()


def bounded(task: Callable[[], Done], limits: Limits, *, heavy: bool = False) -> Done:
    """Return `task()`, which may run twice and in another process: it has to depend on nothing that it changes.

    What it returns, or raises, has to be picklable. Work that is known to be `heavy` begins in a process of its own.
    Raises `Spent` where it costs more than `limits`.
    """
    if not hasattr(os, "fork"):
        return task()
    if not heavy and _can_be_woken():
        try:
            with _alarm(_PATIENCE, _MUCH):
                return task()
        except (_Rung, MemoryError):
            _disarm()
    return _apart(task, limits)


def is_light(size: int) -> None:
    """Tell that work begins on `size` characters which nothing can interrupt: more than a few have it done apart."""
    if size > 1_000_000 and _now.until is not None and not _now.apart:
        raise _Rung


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `Slow` where what is done within takes more `seconds` of the processor.

    Where an alarm is set already, that one counts.
    """
    if _now.until is not None or not _can_be_woken():
        yield
        return
    try:
        with _alarm(seconds, 0):
            yield
    except _Rung:
        _disarm()
        raise Slow from None


# --- the alarm


def _can_be_woken() -> bool:
    """Tell whether Python calls the handlers of signals in this thread, and nobody else needs this one."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    if signal.getsignal(signal.SIGPROF) is signal.SIG_DFL:
        # it stays: a signal that is late must never find the system's own handler, which ends the process
        signal.signal(signal.SIGPROF, _ring)
    return signal.getsignal(signal.SIGPROF) is _ring


def _ring(_signal: int, _frame: object) -> None:
    until = _now.until
    if until is not None and (time.process_time() >= until or (_now.most and _resident() > _now.most)):
        raise _Rung


@contextlib.contextmanager
def _alarm(seconds: float, memory: int) -> Iterator[None]:
    """Let `_Rung` be raised, again and again, when what is done within takes too long, or too much memory."""
    step = min(_STEP, seconds)
    _now.most = _resident() + memory if memory else 0
    _now.until = time.process_time() + seconds
    signal.setitimer(signal.ITIMER_PROF, step, step)
    try:
        yield
    finally:
        _disarm()


def _disarm() -> None:
    """Still the alarm. It may ring while this is done, but not for ever."""
    while _now.until is not None:
        with contextlib.suppress(_Rung):
            _now.until = None
            signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_PROF, 0)


def _resident() -> int:
    """Return how many bytes of memory this process had at most so far."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


# --- a process apart

#: What asks a program to end.
_ENDS: Final = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def forked() -> int:
    """Fork, and return what `os.fork` does. What asks the copy to end, it leaves to its parent, which is asked, too."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        process = os.fork()
        for number in () if process else _ENDS:
            signal.signal(number, signal.SIG_IGN)
        return process
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _apart(task: Callable[[], Done], limits: Limits) -> Done:
    """Return `task()`, done in a process that lives no longer."""
    reader, writer = os.pipe()
    child = forked()
    if child == 0:
        os.close(reader)
        _work(task, writer, limits)
    answer: bytes | None = None
    try:
        os.close(writer)
        answer = _heard(reader, limits.seconds * _CLOCK)
    finally:
        if not answer:
            _kill(child, dying=answer is not None)
        os.close(reader)
        _, status, usage = os.wait4(child, 0)
    if answer:
        kind, value = pickle.loads(answer)  # noqa: S301 - by a process of our own, from values of our own
        if kind == "raised":
            raise value
        if kind == "done":
            done: Done = value
            return done
        raise Spent(_memory(limits))
    raise Spent(_cause(status, usage.ru_utime + usage.ru_stime, limits))


def _kill(child: int, *, dying: bool) -> None:
    """End a process that has nothing to say any more, unless it is `dying` by itself."""
    if not dying:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _heard(reader: int, seconds: float) -> bytes | None:
    """Return the message that comes from `reader`: empty where it breaks off, None where it takes too long."""
    until = time.monotonic() + seconds
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    heard = bytearray()
    while (left := until - time.monotonic()) > 0:
        if poll.poll(left * 1000):
            part = os.read(reader, 1 << 20)
            heard += part
            whole = len(heard) >= _HEAD and len(heard) - _HEAD >= int.from_bytes(heard[:_HEAD], "big")
            if whole or not part:
                return bytes(heard[_HEAD:]) if whole else b""
    return None


#: So many bytes tell how long a message is.
_HEAD: Final = 8


def _cause(status: int, seconds: float, limits: Limits) -> str:
    """Say what ended a process that gave no answer."""
    name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else ""
    if name == "SIGXCPU" or seconds >= limits.seconds:
        return _time(limits)
    if name == "SIGKILL":
        return f"{_time(limits)}, or more memory than there is"
    # a library that gets no memory may end the process, and so does an endless recursion in one
    return f"{_memory(limits)}, or breaks what reads it" + (f" ({name})" if name else "")


def _time(limits: Limits) -> str:
    return f"{limits.seconds} second{'s' if limits.seconds > 1 else ''} of the processor"


def _memory(limits: Limits) -> str:
    return f"{limits.memory} MiB of memory"


def _work(task: Callable[[], Any], writer: int, limits: Limits) -> NoReturn:
    """Do `task` in this process, which is the copy, send what comes of it, and end."""
    try:
        _now.apart, _now.until = True, None
        with contextlib.suppress(RuntimeError):  # where not one thread more may be, nobody looks
            threading.Thread(target=_end_unheard, args=(writer,), daemon=True).start()
        _confine(limits)
        try:
            answer = pickle.dumps(("done", task()))
        except MemoryError:
            answer = pickle.dumps(("memory", None))
        except Exception as error:  # noqa: BLE001 - whoever asked for the work is to get it
            answer = pickle.dumps(("raised", error))
        _send(writer, len(answer).to_bytes(_HEAD, "big"))
        _send(writer, answer)
    finally:
        os._exit(0)  # nothing of what the parent has open may be ended here


def _end_unheard(writer: int) -> None:
    """End this process when nobody is left who would hear it: it would work on, and hold its parent's locks."""
    poll = select.poll()
    poll.register(writer, 0)  # an end of the pipe that is gone is told of in any case
    poll.poll()
    os._exit(1)


def _send(writer: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(writer, left) :]


def _confine(limits: Limits) -> None:
    """Let the system end this process when it has used up its time, and refuse it memory."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a library says as it dies is told in our words
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, limits.seconds)
    _lower(resource.RLIMIT_DATA, _in_use() + limits.memory * 1024 * 1024)


def _lower(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most + 1 if kind == resource.RLIMIT_CPU else most))


def _in_use() -> int:
    """Return how many bytes this process may write to; without Linux's list, what it had at most."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:
            return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return _resident()
