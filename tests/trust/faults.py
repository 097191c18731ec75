"""A disk that fails: each call to it in turn, in each way, and from then on for good."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from digestgen import writer
from tests.building import published
from tests.trust.frame import Figure, Part, some
from tests.trust.victim import CALLS, Outcome, Victim
from tests.trust.worlds import World, worlds

_ENDED: Final = (
    "exit 1 with the path named, or 0 with the new site where only the cache was hit; before the first replacement the "
    "old site untouched, after it each file whole; the next build ends at a clean one's bytes, and nothing is left over"
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to fail: which calls, with which errors, and whether all later ones of their kind fail as well."""

    what: str
    calls: frozenset[str]
    errors: tuple[str, ...]
    on: bool = False


_DOES: Final = frozenset(["open", "create", "write", "fsync", "replace", "mkdir", "unlink", "rmdir", "chmod", "lock"])
_ALL: Final = ("ENOSPC", "EIO", "EACCES", "EMFILE")
WAYS: Final = (
    Way("one call that opens, writes, syncs, renames, makes or removes fails", _DOES, _ALL),
    Way("the disk is full from one write on", frozenset(["create", "write", "mkdir", "fsync"]), ("ENOSPC",), on=True),
    Way("no file can be opened from one on", frozenset(["open", "create"]), ("EMFILE",), on=True),
    Way("one call that reads, lists or looks fails", CALLS - _DOES, ("EIO", "EACCES")),
)


#: After so many cases that did not end as they should no more are tried.
_MOST: Final = 20


def _run(count: int, seed: int) -> Iterator[Figure]:
    wrong: list[str] = []
    with worlds() as (made, process):
        calls = {world.name: _calls(world, process) for world in made}
        for number, way in enumerate(WAYS):
            cases = [
                (world, error, point)
                for world in made
                for error in way.errors
                for point in range(1, sum(calls[world.name].get(name, 0) for name in way.calls) + 1)
            ]
            chosen = some(cases, count, seed + number)
            for world, error, point in chosen:
                try:
                    _try(world, process, way, error, point)
                except AssertionError as fault:
                    wrong.append(str(fault))
                    assert len(wrong) < _MOST, "\n".join(wrong)
            every = "" if len(chosen) == len(cases) else f", some of {len(cases):,} cases"
            yield Figure(f"{way.what}: {', '.join(way.errors)}{every}", len(chosen), _ENDED)
    assert not wrong, "\n".join(wrong)


def _calls(world: World, process: Victim) -> Mapping[str, int]:
    world.again()
    return process.build(world.folder).calls


def _try(world: World, process: Victim, way: Way, error: str, point: int) -> None:
    world.again()
    outcome = process.build(world.folder, at=point, error=error, on=way.on, calls=tuple(way.calls))
    case = (world.name, way.what, error, point, outcome)
    world.whole(case, untouched=outcome.code != 0 and not outcome.changed)
    if outcome.code == 0:
        assert published(world.out) == world.new, case
    else:
        assert outcome.code == 1, case
        assert _names(outcome), case
    world.mended(process, case, twice=point % 8 == 0)


def _names(outcome: Outcome) -> bool:
    """Whether what was said names a path at which a call failed; EACCES is how systems tell that a lock is taken."""
    if "another build is at work in" in outcome.said:
        return any(path.endswith(f"/{writer.LOCK}") for path in outcome.paths)
    return any(os.path.basename(path.rstrip("/")) in outcome.said for path in outcome.paths)


PART: Final = Part("faults", _run, full=10_000, sample=2)
