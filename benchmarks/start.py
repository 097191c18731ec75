"""What starting digestgen takes: processor time of `--version` and `--help`, the least of many runs.

    python -m benchmarks.start

They are to take less than 60 ms each. Wall time would tell of the machine's other work.
"""

from __future__ import annotations

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

_RUNS: Final = 20

#: What is compared, by what it stands for; the command's own script calls `main`, too.
_CALLS: Final = {
    "Python alone": "",
    "import click": "import click",
    "digestgen --version": "import sys; sys.argv[1:] = ['--version']; from digestgen.__main__ import main; main()",
    "digestgen --help": "import sys; sys.argv[1:] = ['--help']; from digestgen.__main__ import main; main()",
}


def least(code: str) -> float:
    """Return the least processor time, in milliseconds, that a process takes for `code`."""
    return min(_once(code) for _ in range(_RUNS)) * 1000


def _once(code: str) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    for name, code in _CALLS.items():
        print(f"{name:22} {least(code):6.1f} ms")
