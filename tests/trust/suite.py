"""Tests of the suite that try more when they are told to: the preview's requests and edits, and sequences of edits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from typing import Final

from tests.trust.frame import ROOT, Figure, Part


def _part(name: str, test: str, variable: str, full: int, what: str, ended: str, least: int = 1) -> Part:
    """Return the part that runs a test, with the count, of which it needs some, in the variable that it reads.

    A line `told: …` that the test prints says more of how it ended.
    """

    def run(count: int, _seed: int) -> Iterable[Figure]:
        count = max(count, least)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-s", "-p", "no:xdist", "-p", "no:cacheprovider", test]
        own = {"PYTHONPATH": str(ROOT), variable: str(count)}
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.PIPE, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout
        assert re.search(r"\b1 passed", done.stdout), done.stdout
        more = re.search(r"(?m)^.?told: (.+)$", done.stdout)
        return [Figure(what, count, f"{more[1]}; {ended}" if more else ended)]

    return Part(name, run, full)


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
SEQUENCES: Final = _part(
    "sequences",
    "tests/test_incremental.py::TestIncrementalEqualsClean::runTest",
    "DIGESTGEN_EXAMPLES",
    2_000,
    "sequences of up to 12 changes by an editor, a vandal and a clock, two builds compared after each",
    "an incremental build's bytes are always those of a clean one",
)
