"""Tests of the suite that try more when they are told to: the preview's requests and edits, and sequences of edits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.trust.frame import ROOT, Figure, Part

#: Sequences of edits in one process: a failure is then told before all others were tried.
_SOME: Final = 50


def _part(name: str, test: str, variable: str, full: int, what: str, ended: str, least: int = 1) -> Part:
    """Return the part that runs a test, with the count, of which it needs some, in the variable that it reads.

    A line `told: …` that the test prints says more of how it ended.
    """

    def run(count: int, _seed: int) -> Iterable[Figure]:
        count = max(count, least)
        more = re.search(r"(?m)^.?told: (.+)$", _passed(test, variable, count))
        return [Figure(what, count, f"{more[1]}; {ended}" if more else ended)]

    return Part(name, run, full)


def _passed(test: str, variable: str, count: int, *options: str) -> str:
    """Run a test with a count in a variable, and return what it printed. Raises AssertionError where it fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-s", "-p", "no:xdist", "-p", "no:cacheprovider", test]
    own = {"PYTHONPATH": str(ROOT), variable: str(count), "CI": ""}  # there, cases are always the same
    done = subprocess.run(
        [*command, *options], cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b1 passed", done.stdout), done.stdout
    return done.stdout


def _sequences(count: int, seed: int) -> Iterator[Figure]:
    """Run sequences, some in each of several processes at once, each of which has a seed of its own."""
    test = "tests/test_incremental.py::TestIncrementalEqualsClean::runTest"

    def some(number: int) -> None:
        most = min(_SOME, count - number)
        _passed(test, "DIGESTGEN_EXAMPLES", most, f"--hypothesis-seed={seed + number}")
        sys.stderr.write(f"{number + most:,} of {count:,}\n")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(some, number) for number in range(0, count, _SOME)]
        try:
            for done in waiting:
                done.result()
        finally:
            pool.shutdown(cancel_futures=True)
    yield Figure(
        "sequences of up to 12 changes by an editor, a vandal and a clock, two builds compared after each",
        count,
        "an incremental build's bytes are always those of a clean one",
    )


REQUESTS: Final = _part(
    "requests",
    "tests/test_serve.py::test_after_every_mutated_request_comes_an_answer",
    "DIGESTGEN_MUTATIONS",
    100_000,
    "mutated requests to the preview",
    "an answer after each, no trace, nothing handed out that is not on the list; handles as before",
    least=400,
)
EDITS: Final = _part(
    "edits",
    "tests/test_serve.py::test_a_hundred_edits_leave_memory_and_handles_as_they_were",
    "DIGESTGEN_EDITS",
    50_000,
    "edits in one run of the preview",
    "each shown; handles as before, memory within 16 MB",
)
SEQUENCES: Final = Part("sequences", _sequences, full=1_000)
