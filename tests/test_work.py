"""Work in several processes: in order, all of it, and no process is left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Tells the numbers of its workers, one a line; they have much to do.
WAITING = """
import os, sys, time
from digestgen import work

def task(number):
    os.write(1, b"%d\\n" % os.getpid())  # at once, for the others write there, too
    time.sleep(600)

list(work.done(task, range(2), 2, worth=1))
"""


def lives(process: int) -> bool:
    """Whether a process is there and at work; one that nobody has waited for yet is not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2]
    except FileNotFoundError:
        return False
    return not state.startswith("Z")


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="where nothing forks, all is done in one process")


#: As above, of a process apart, which is at work all the while.
SPINNING = """
import os
from digestgen import budget

def task():
    os.write(1, b"%d\\n" % os.getpid())
    while True:
        pass

budget.bounded(task, budget.Limits(3600), heavy=True)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it looks at processes as Linux shows them")
@pytest.mark.parametrize(("code", "count"), [(WAITING, 2), (SPINNING, 1)], ids=["workers", "a process apart"])
def test_workers_end_with_their_parent_even_if_it_is_killed(code: str, count: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as parent:
        try:
            assert parent.stdout is not None
            workers = [int(parent.stdout.readline()) for _ in range(count)]
            assert all(map(lives, workers))
        finally:
            parent.send_signal(signal.SIGKILL)
    ends = time.monotonic() + 60
    while any(map(lives, workers)):
        assert time.monotonic() < ends
        time.sleep(0.01)


def said(code: str) -> str:
    """What Python code says that uses `work`, in a process without threads, which has no other left when it ends."""
    begin = "import os, signal\nfrom digestgen import work\n"
    end = "\ntry:\n    os.wait()\nexcept ChildProcessError:\n    print('alone')\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + code + end],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told, _, last = done.stdout.rstrip().rpartition("\n")
    assert last == "alone"
    return told


@forks
def test_results_come_in_order_from_as_many_processes_as_are_asked_for() -> None:
    code = """
found = [*work.done(lambda number: (number, b"x" * number * 500, os.getpid()), range(300), 3)]
print([number for number, _, _ in found] == [len(data) // 500 for _, data, _ in found] == [*range(300)])
print(len({process for _, _, process in found}), os.getpid() in {process for _, _, process in found})
"""
    assert said(code) == "True\n3 False"


@forks
def test_a_worker_that_is_too_large_is_followed_by_another_one() -> None:
    code = """
def task(number):
    kept.append(b"x" * 400_000)
    return number, len(kept), os.getpid()

kept = []
found = [*work.done(task, range(1280), 2, large=64 << 20)]
print([number for number, _, _ in found] == [*range(1280)])
print(len({process for _, _, process in found}) >= 4, max(most for _, most, _ in found) <= 32 * 8)
"""
    assert said(code) == "True\nTrue True"


@forks
@pytest.mark.parametrize(
    ("task", "told"),
    [
        ("1 // (number - 150)", "ZeroDivisionError True"),
        ("os.kill(os.getpid(), signal.SIGKILL) if number == 150 else 0", "ChildProcessError False"),
        ("odd(number) if number == 150 else 0", "RuntimeError False"),
    ],
    ids=["raised", "killed", "raised what cannot be sent"],
)
def test_what_ends_a_task_ends_the_work(task: str, told: str) -> None:
    code = f"""
class Odd(Exception):
    def __init__(self, one, other):
        super().__init__(one)

def odd(number):
    raise Odd(number, number)

try:
    print(sum(1 for _ in work.done(lambda number: {task}, range(1000), 2)))
except Exception as error:
    print(type(error).__name__, any("in a worker" in note for note in getattr(error, "__notes__", [])))
"""
    assert said(code) == told


@forks
def test_who_has_enough_leaves_no_process() -> None:
    assert said("print(next(work.done(lambda number: number, range(1000), 2)))") == "0"


@forks
@pytest.mark.parametrize("large", [0, 1])
@pytest.mark.parametrize(
    ("call", "number"), [("pipe", 0), ("pipe", 1), ("pipe", 2), ("pipe", 3), ("pipe", 6), ("fork", 0), ("fork", 2)]
)
def test_where_the_system_has_no_more_processes_the_work_is_done_by_those_that_there_are(
    call: str, number: int, large: int
) -> None:
    code = f"""
import errno
whole, calls = os.{call}, iter(range(10_000))

def failing():
    if next(calls) >= {number}:
        raise OSError(errno.EMFILE, "no more")
    return whole()

os.{call} = failing
before = len(os.listdir("/dev/fd"))
print([*work.done(lambda number: number, range(300), 3, large={large})] == [*range(300)])
print(len(os.listdir("/dev/fd")) - before)
"""
    assert said(code) == "True\n0"


@forks
def test_what_is_raised_where_no_process_is_to_be_had_is_raised_all_the_same() -> None:
    code = """
def failing():
    raise OSError

os.fork = failing
try:
    [*work.done(lambda number: 1 // (number - 150), range(300), 3)]
except ZeroDivisionError:
    print("raised")
"""
    assert said(code) == "raised"
