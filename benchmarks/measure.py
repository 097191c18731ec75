"""One run of a program: how long it took, how much processor time and how much memory."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final

#: How often memory is looked at, in seconds. Each look at a large process takes it a few milliseconds.
_EVERY: Final = 0.1

#: What getrusage(2) counts the largest process in: kibibytes, but bytes on macOS.
_UNIT: Final = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Run:
    """What a run took. Times are in seconds, memory in bytes.

    `cpu` and `largest` count all processes that were waited for; `together` is the most that all processes of the
    run held at one moment, with shared pages counted once, where Linux tells it; it is never less than `largest`.
    """

    wall: float
    cpu: float
    largest: int
    together: int


class Failed(Exception):
    """The program did not end well, or not in time; the text is for people."""


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str], seconds: float, log: Path) -> Run:
    """Run `command` in `folder` and return what it took; what it says goes to the file `log`.

    Raises `Failed` where it ends with anything but 0, or has not ended after `seconds`.
    """
    with log.open("wb") as said:
        began = time.perf_counter()
        # a session of its own, by which its processes are found and ended
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        watch = _Watch(process.pid, began + seconds)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
    if process.returncode:
        why = f"took more than {seconds:g} s" if watch.late else f"ended with {process.returncode}"
        raise Failed(f"{command[0]} {why}; it said: {log.read_text(errors='replace')[-2000:].strip()}")
    largest = used.ru_maxrss * _UNIT
    return Run(wall, used.ru_utime + used.ru_stime, largest, max(largest, watch.most))


class _Watch(Thread):
    """Looks at the memory of a session's processes, and ends them when it is `deadline`."""

    def __init__(self, session: int, deadline: float) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.deadline = deadline
        self.most = 0
        self.late = False
        self._done = Event()

    def run(self) -> None:
        while not self._done.wait(_EVERY):
            self.most = max(self.most, sum(map(_held, _processes(self.session))))
            if time.perf_counter() > self.deadline and not self.late:
                self.late = True
                os.killpg(self.session, signal.SIGKILL)

    def stop(self) -> None:
        self._done.set()
        self.join()


def _processes(session: int) -> Iterable[Path]:
    """Yield the folder below /proc of each process of a session; none where there is no /proc. See proc(5)."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                yield folder


def _held(folder: Path) -> int:
    """The bytes that a process holds, its part of shared pages only; 0 when it has just ended."""
    with contextlib.suppress(OSError):
        for line in (folder / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
