"""Fuzzers: atheris, guided by the code that bytes reach, at everything that reads what others wrote.

What a run finds out stays in .dev/fuzz/, so that several runs add up: for each target the bytes that reached new code,
the counts, and what was found. At the end the best of these bytes go to tests/fuzz/, which the suite tries each time;
all that ever was found stays there as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.trust.frame import ROOT, Figure, Part, scratch
from tests.trust.fuzz.corpora import CORPORA, FOUND, chosen, named, seeds
from tests.trust.fuzz.guided import COUNTS
from tests.trust.fuzz.target import Target, Trial
from tests.trust.fuzz.targets import TARGETS

_STATE: Final = ROOT / ".dev/fuzz"

#: Seconds of the processor after which a process is started anew: it then has less memory, and its counts are written.
_SLICE: Final = 240


@dataclass(frozen=True, slots=True)
class Counts:
    """What was done at one target in all runs: executions, and seconds of the processor."""

    executions: int = 0
    seconds: float = 0.0


def _counts(state: Path) -> Counts:
    """Return what was done so far, with what a process did that was ended before it could be noted."""
    told = state / "counts.json"
    counts = Counts(**json.loads(told.read_text(encoding="utf-8"))) if told.exists() else Counts()
    last = state / "counts"
    if last.exists():
        executions, seconds = COUNTS.unpack(last.read_bytes())
        counts = replace(counts, executions=counts.executions + executions, seconds=counts.seconds + seconds)
        told.write_text(json.dumps(asdict(counts)), encoding="utf-8")
        last.unlink()
    return counts


def _fuzzed(target: Target, seconds: float) -> Counts:
    """Try bytes at a target until it had so many seconds in all."""
    state = _STATE / target.name
    for name in ("kept", "found"):
        (state / name).mkdir(parents=True, exist_ok=True)
    counts = _counts(state)
    while counts.seconds < seconds:
        done = _slice(target, state, min(_SLICE, seconds - counts.seconds))
        before, counts = counts, _counts(state)
        assert counts.executions > before.executions, f"{target.name}: {done}"
        print(f"{target.name}: {counts.executions:,} in {counts.seconds:.0f} s", file=sys.stderr, flush=True)
    return counts


def _slice(target: Target, state: Path, seconds: float) -> str:
    """Run a process for so many seconds; return the end of what it said."""
    (state / "counts").write_bytes(COUNTS.pack(0, 0))
    with scratch() as work:
        first = work / "seeds"
        first.mkdir()
        for number, data in enumerate(seeds(target)):
            (first / str(number)).write_bytes(data)
        places = (state / "kept", state / "found", work, state / "counts", seconds, first)
        done = subprocess.run(
            [sys.executable, "-m", "tests.trust.fuzz.guided", target.name, *map(str, places)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    return done.stderr[-3000:]


def _put_away(target: Target, folder: Path) -> list[str]:
    """Put the best of what was kept, and all that was found, into tests/fuzz/; return what still fails."""
    corpus, state = CORPORA / target.name, _STATE / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    with target.opened(folder) as trial:
        return _looked_at(target, trial, corpus, state)


def _looked_at(target: Target, trial: Trial, corpus: Path, state: Path) -> list[str]:
    faults = []
    for path in sorted((state / "found").iterdir()):
        if path.suffix == ".txt":
            continue
        data = path.read_bytes()
        (corpus / f"{FOUND}{named(data)}").write_bytes(data)
        try:
            trial(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            faults.append(f"{target.name}/{path.name}: {error!r:.300}")
        else:
            path.unlink()
            path.with_suffix(".txt").unlink(missing_ok=True)
    known = [path for path in corpus.iterdir() if not path.name.startswith(FOUND)]
    best = chosen(target, trial, [*(state / "kept").iterdir(), *known])
    for path in known:
        path.unlink()
    for name, data in best.items():
        (corpus / name).write_bytes(data)
    return faults


def _run(minutes: int, _seed: int) -> Iterator[Figure]:
    assert find_spec("atheris"), "there is no atheris for this system: it needs Linux on x86-64"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = [*pool.map(partial(_fuzzed, seconds=60 * minutes), TARGETS)]
    faults = []
    for target, counts in zip(TARGETS, counted, strict=True):
        with scratch() as folder:
            faults += _put_away(target, folder)
        what = f"bytes, guided by the code that they reach: {target.what}"
        yield Figure(what, counts.executions, _ended(target), counts.seconds)
    assert not faults, "\n".join(faults)


def _ended(target: Target) -> str:
    found = len([*(CORPORA / target.name).glob(f"{FOUND}*")])
    kept = len([*(_STATE / target.name / "kept").iterdir()])
    faults = "no input showed a fault" if not found else "1 input showed a fault, mended since" if found == 1 else ""
    faults = faults or f"{found} inputs showed faults, mended since"
    return f"{target.law}; {kept:,} inputs reached new code; {faults}"


PART: Final = Part("fuzzed", _run, full=20, timed=True)
