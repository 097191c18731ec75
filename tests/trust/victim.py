"""A process that lets builds be killed and disks fail: it has all libraries loaded, and forks a child for each build.

It reads orders from standard input, a JSON list of those for one moment a line, and answers with one line. `Victim` is
the other side.
A child calls the command line as a user does. What it may be told to do at its k-th point, see `Order`.
"""

from __future__ import annotations

import ctypes
import dataclasses
import errno
import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from digestgen import cli, files, traces, writer
from tests import hooked

ROOT: Final = Path(__file__).resolve().parent.parent.parent

#: Seconds after which a build that has not ended never will.
PATIENCE: Final = 300.0

#: Calls to the system that change files, by the names that `files.Os` has for them.
CHANGES: Final = frozenset(["create", "write", "fsync", "replace", "chmod", "unlink", "mkdir", "rmdir"])
#: The same, and statements that the cache's SQLite is given.
ALL_CHANGES: Final = (*CHANGES, "statement")
#: Calls that may fail.
CALLS: Final = CHANGES | {"open", "read", "list", "stat", "lstat", "fstat", "entry_stat", "real", "lock"}


@dataclass(frozen=True, slots=True)
class Order:
    """A build: its arguments, and what befalls it.

    `at` is the number, from 1, of the point at which that happens, among `calls`. With `error` that is an error of the
    system (a name of `errno`) instead of the end; `on` lets all later ones of `calls` fail, too. With `after` the child
    is killed so many seconds after it began: alone, or with `all` of its workers. A `bound` one may do no more than the
    rights of files let anybody do, also where root starts it.
    """

    arguments: tuple[str, ...]
    at: int = 0
    error: str = ""
    calls: tuple[str, ...] = ALL_CHANGES
    on: bool = False
    after: float = 0.0
    all: bool = False
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended: its exit code (negative: by that signal), what it said, and its calls by kind.

    `paths` are those of the calls that failed; `changed` tells whether a file of the site had been replaced or
    removed until then, or until its end.
    """

    code: int
    said: str
    calls: Mapping[str, int] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    changed: bool = False
    seconds: float = 0.0


class Fated(files.Os):
    """A system on which something happens at the k-th call."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.names = frozenset(order.calls)
        self.points = 0
        self.calls: Counter[str] = Counter()
        self.failed: list[str] = []
        self.changed = False
        self.paths: dict[int, str] = {}
        self.home = os.getpid()

    def met(self, name: str, path: str, half: Callable[[], object] = lambda: None) -> None:
        """Count a call; where it is the one, do `half` of the work, and die or fail."""
        if os.getpid() != self.home:
            return
        self.calls[name] += 1
        if name not in self.names:
            return
        self.points += 1
        if not self.order.error and self.points == self.order.at:
            half()
            os.kill(os.getpid(), signal.SIGKILL)
        if self.order.error and (self.points == self.order.at or (self.order.on and self.failed)):
            self.failed.append(path)
            number = getattr(errno, self.order.error)
            # as the system tells it: what goes by a handle knows no path
            raise OSError(number, os.strerror(number), *([] if name in _BY_HANDLE else [path]))

    def open(self, path: str, flags: int) -> int:
        new = flags & os.O_CREAT and not os.path.lexists(path)
        self.met("create" if new else "open", path)
        handle = super().open(path, flags)
        self.paths[handle] = path
        return handle

    def write(self, handle: int, data: memoryview) -> int:
        whole = super().write
        self.met("write", self.paths[handle], lambda: whole(handle, data[: len(data) // 2]))
        return whole(handle, data)

    def read(self, handle: int, size: int) -> bytes:
        self.met("read", self.paths[handle])
        return super().read(handle, size)

    def fstat(self, handle: int) -> os.stat_result:
        self.met("fstat", self.paths[handle])
        return super().fstat(handle)

    def fsync(self, handle: int) -> None:
        self.met("fsync", self.paths[handle])  # and the disk is not waited for: nobody pulls the plug here

    def lock(self, handle: int) -> None:
        self.met("lock", self.paths[handle])
        super().lock(handle)

    def replace(self, source: str, target: str) -> None:
        self.met("replace", target)
        super().replace(source, target)
        if f"/{writer.STAGING}/" in source and not target.endswith(writer.LIST) and not self.failed:
            self.changed = True

    def unlink(self, path: str) -> None:
        self.met("unlink", path)
        super().unlink(path)
        if "/public/" in path and f"/{writer.STAGING}/" not in path and not self.failed:
            self.changed = True


_BY_HANDLE: Final = frozenset(["write", "read", "fstat", "fsync", "lock"])


def _counted(name: str) -> Callable[..., Any]:
    whole = getattr(files.Os, name)

    def call(self: Fated, path: Any, *more: Any) -> Any:
        self.met(name, os.fspath(path))
        return whole(self, path, *more)

    return call


for _name in ("stat", "lstat", "real", "list", "chmod", "mkdir", "rmdir", "entry_stat"):
    setattr(Fated, _name, _counted(_name))


# --- the process itself


def _main() -> None:
    for line in sys.stdin:
        orders = [Order(**{**raw, "arguments": tuple(raw["arguments"])}) for raw in json.loads(line)]
        with ExitStack() as stack:
            children = [stack.enter_context(_begun(order)) for order in orders]
            print(json.dumps([dataclasses.asdict(ended()) for ended in children]), flush=True)


@contextmanager
def _begun(order: Order) -> Iterator[Callable[[], Outcome]]:
    """Fork a child that obeys; give what waits until it and all that it started has ended."""
    lives, living = os.pipe()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as counted:
        began = time.monotonic()
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            os.close(lives)
            _child(order, said.fileno(), counted.fileno())
        os.close(living)

        def ended() -> Outcome:
            if order.after:
                threading.Event().wait(order.after)
                _kill(child, order)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            seconds = time.monotonic() - began
            _gone(lives, child)
            said.seek(0)
            counted.seek(0)
            rest = json.loads(counted.read() or "{}")
            return Outcome(code, said.read().decode("utf-8", "replace"), seconds=seconds, **rest)

        yield ended


def _kill(child: int, order: Order) -> None:
    with suppress(ProcessLookupError):
        (os.killpg if order.all else os.kill)(child, signal.SIGKILL)


def _gone(lives: int, child: int) -> None:
    """Wait until no process has the other end of the pipe, which the child and all its workers have."""
    import select

    ready, _, _ = select.select([lives], [], [], PATIENCE)
    os.close(lives)
    if not ready:
        raise AssertionError(f"workers of process {child} live on after its end")


def _child(order: Order, said: int, counted: int) -> None:
    signal.alarm(int(PATIENCE))
    os.dup2(said, 1)
    os.dup2(said, 2)
    if order.bound:
        _give_up_rights()
    system = Fated(order)
    files.system = system
    _let_statements_count(system)
    sys.argv = ["digestgen", *order.arguments]
    code = 70
    try:
        cli.main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        rest = {"calls": system.calls, "paths": system.failed, "changed": system.changed}
        os.write(counted, json.dumps(rest).encode())
        os._exit(code)


def _give_up_rights() -> None:
    """Give up what lets root read and write any file; whoever else is here has nothing to give up.

    On Linux that are root's capabilities (capset(2), the third version of its header), so that root stays the owner of
    its files, which another user might not even be able to get at; elsewhere it becomes nobody.
    """
    if os.geteuid():
        return
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.capset(struct.pack("=Ii", 0x20080522, 0), bytes(24)):
            raise OSError(ctypes.get_errno(), "root cannot give up its rights")
    else:
        os.setgid(65534)
        os.setuid(65534)


def _let_statements_count(system: Fated) -> None:
    whole = traces.Traces.opened

    def opened(self: traces.Traces) -> sqlite3.Connection:
        base = whole(self)
        base.set_trace_callback(lambda text: system.met("statement", text))
        return base

    traces.Traces.opened = opened  # type: ignore[method-assign]


# --- the other side


@dataclass(frozen=True, slots=True)
class Victim:
    """The process that obeys orders."""

    process: subprocess.Popen[str]

    def build(self, folder: Path, *more: str, **fate: Any) -> Outcome:
        """Build the site in `folder`; what befalls that, see `Order`."""
        jobs = () if "--jobs" in more else ("--jobs", "1")
        order = Order(("-C", str(folder), "build", "--now", "2024-06-01", *jobs, *more), **fate)
        return self.obey(order)[0]

    def obey(self, *orders: Order) -> list[Outcome]:
        """Let children obey, all at once; return how each ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([dataclasses.asdict(order) for order in orders]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the process that forks builds ended"
        outcomes = [Outcome(**raw) for raw in json.loads(line)]
        for outcome in outcomes:
            assert "Traceback" not in outcome.said, outcome.said
            assert "fault:" not in outcome.said, outcome.said
        return outcomes


_at_work: Final[list[Victim]] = []


@contextmanager
def victim() -> Iterator[Victim]:
    """Start the process, and end it; within another `with victim()` it is the same one."""
    if _at_work:
        yield _at_work[-1]
        return
    with _started() as process:
        _at_work.append(process)
        try:
            yield process
        finally:
            _at_work.remove(process)


@contextmanager
def _started() -> Iterator[Victim]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.trust.victim"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield Victim(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _warm() -> None:
    """Build once in this process, so that no child has to load libraries or to compile templates."""
    from tests.building import built
    from tests.sites import write_site
    from tests.trust.worlds import BEFORE

    for name in ("commands.build", "pictures.cards", "pictures.darkroom", "revise", "search"):
        import_module(f"digestgen.{name}")
    sys.dont_write_bytecode = True  # nothing is written but what the build itself writes
    with tempfile.TemporaryDirectory() as top:
        assert built(write_site(Path(top), BEFORE)).ok
    mark = traces.engine()
    traces.engine = lambda: mark


if __name__ == "__main__":
    hooked.install()
    _warm()
    _main()
