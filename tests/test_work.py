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


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it looks at processes as Linux shows them")
def test_workers_end_with_their_parent_even_if_it_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as parent:
        try:
            assert parent.stdout is not None
            workers = [int(parent.stdout.readline()) for _ in range(2)]
            assert all(map(lives, workers))
        finally:
            parent.send_signal(signal.SIGKILL)
    ends = time.monotonic() + 60
    while any(map(lives, workers)):
        assert time.monotonic() < ends
        time.sleep(0.01)
