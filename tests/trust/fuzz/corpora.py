"""The bytes that a target is tried with first: what tests/fuzz/ keeps, and the project's own texts."""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.trust.frame import ROOT
from tests.trust.fuzz.target import Target, Trial

CORPORA: Final = ROOT / "tests/fuzz"

#: How the names of bytes begin that once showed a fault; all others are the fingerprints of what is in them.
FOUND: Final = "found-"

_CODE: Final = f"{ROOT}/digestgen/"

#: Seconds of the processor after which no more bytes are looked at, to choose from: some thousands were by then.
_LONGEST: Final = 20


def kept(target: Target) -> list[tuple[str, bytes]]:
    """Return name and bytes of what is kept of a target."""
    return [(path.name, path.read_bytes()) for path in sorted((CORPORA / target.name).glob("*"))]


def seeds(target: Target) -> list[bytes]:
    """Return what a run begins with."""
    return [data for _, data in kept(target)] + [data[: target.longest] for data in target.seeds()]


def named(data: bytes) -> str:
    """Return the name of the file that these bytes are kept in."""
    return hashlib.sha256(data).hexdigest()[:12]


# --- the best of many


def chosen(target: Target, trial: Trial, places: Iterable[Path]) -> Mapping[str, bytes]:
    """Return, by name, few of the bytes in files that together reach nearly all the code that all of them do.

    Each next one is the one that reaches most of what none before did, for its size.
    """
    began = time.process_time()
    reached = {}
    for data in sorted({path.read_bytes() for path in places}, key=named):
        reached[data] = _reached(trial, data)
        if time.process_time() - began > _LONGEST:
            break
    best: dict[str, bytes] = {}
    seen: set[object] = set()
    room = target.room
    while reached and len(best) < target.most:
        data = max(reached, key=lambda one: (len(reached[one] - seen) / (len(one) + 300), one))
        new = reached.pop(data) - seen
        if not new:
            break
        if len(data) <= room:
            best[named(data)] = data
            seen |= new
            room -= len(data)
    return best


def _reached(trial: Trial, data: bytes) -> frozenset[object]:
    """Return the steps from line to line that our code takes while bytes are tried."""
    steps: set[object] = set()

    def inside(frame: FrameType, _event: str, _argument: Any) -> Any:
        code = frame.f_code.co_filename
        if not code.startswith(_CODE):
            return None
        last = frame.f_lineno

        def step(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal last
            if event == "line":
                steps.add((code, last, frame.f_lineno))
                last = frame.f_lineno
            return step

        return step

    sys.settrace(inside)
    threading.settrace(inside)
    try:
        trial(data)
    except Exception:  # noqa: BLE001 - told by whoever tries it without a trace
        pass
    finally:
        sys.settrace(None)
        threading.settrace(None)
    return frozenset(steps)
