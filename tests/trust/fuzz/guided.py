"""One target under libFuzzer, which keeps the bytes that reach new code: `python -m tests.trust.fuzz.guided`.

Its arguments: the target's name, a folder to keep bytes in, one for what is found, one to work in, the file of counts,
the seconds of the processor that it may take, and folders of seeds. What a trial raises is written down once for each
place that it comes from, and the run goes on. `fuzzed` starts it.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import struct
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

#: In the file of counts: executions, seconds of the processor.
COUNTS: Final = struct.Struct("<Qd")

#: Seconds of the processor after which a trial has not ended in time; and of the clock, after which it is killed.
SLOW: Final = 10.0
_KILLED: Final = 120

#: Whose code counts as new: ours, and that of libraries which read what others wrote.
_CODE: Final = ("digestgen", "markdown")


def main() -> NoReturn:
    """Fuzz one target until its time is up. Nothing comes after that: libFuzzer ends the process."""
    import atheris

    name, kept, found, work, counts, seconds, *seeds = sys.argv[1:]
    with atheris.instrument_imports(include=[*_CODE]):
        from tests.trust.fuzz.targets import BY_NAME
    target = BY_NAME[name]
    words = Path(work, "words.dict")
    words.write_text(_dictionary(), encoding="ascii")
    options = [f"-dict={words}", f"-max_len={target.longest}", f"-timeout={_KILLED}", "-rss_limit_mb=2048"]
    options += [f"-artifact_prefix={found}/", "-reload=0"]
    options += [f"-report_slow_units={_KILLED}"]  # it counts by the clock; `_counted` does by the processor
    with target.opened(Path(work)) as trial:
        tried = _counted(trial, Path(found), Path(counts), float(seconds))
        atheris.Setup([sys.argv[0], *options, kept, *seeds], tried)
        atheris.Fuzz()
    sys.exit(0)


def _dictionary() -> str:
    """Words that mean something to one parser or another, as libFuzzer reads them."""
    from tests.trust.fuzz.mutations import WORDS

    shown = ("".join(f"\\x{byte:02x}" for byte in word) for word in WORDS if 0 < len(word) <= 64)
    return "".join(f'"{word}"\n' for word in dict.fromkeys(shown))


def _counted(trial: Callable[[bytes], None], found: Path, counts: Path, seconds: float) -> Callable[[bytes], None]:
    """Return what tries bytes, notes what is raised and how often it was called, and ends when time is up."""
    with counts.open("r+b") as file:
        told = mmap.mmap(file.fileno(), COUNTS.size)
    # nobody waits any more for one whose parent is another
    began, parent = time.process_time(), os.getppid()
    executions = 0

    def tried(data: bytes) -> None:
        nonlocal executions
        before = time.process_time()
        try:
            trial(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            _note(found, data, error)
        after = time.process_time()
        if after - before > SLOW:
            _note(found, data, AssertionError(f"{after - before:.1f} s of the processor"))
        executions += 1
        told[:] = COUNTS.pack(executions, after - began)
        if after - began > seconds or os.getppid() != parent:
            sys.stdout.flush()
            os._exit(0)

    return tried


def _note(found: Path, data: bytes, error: Exception) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames]
    mark = hashlib.sha256(json.dumps([type(error).__name__, own[-6:]]).encode()).hexdigest()[:12]
    place = found / f"found-{mark}"
    if not place.exists() or len(data) < place.stat().st_size:
        place.write_bytes(data)
        text = "".join(traceback.format_exception(error))
        place.with_suffix(".txt").write_text(text[-20_000:], encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main()
