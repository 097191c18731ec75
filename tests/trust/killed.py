"""Builds that are killed: at every change of a file, and at moments that nobody chose."""

from __future__ import annotations

import itertools
import random
import signal
from collections.abc import Iterable, Iterator
from typing import Final

from tests.trust.frame import Figure, Part, some
from tests.trust.victim import ALL_CHANGES, Victim
from tests.trust.worlds import World, worlds

_ENDED: Final = (
    "every file whole, old or new, none missing, nothing foreign touched; the next build ends at a clean one's bytes, "
    "and nothing is left over"
)


def _run(count: int, seed: int) -> Iterator[Figure]:
    with worlds() as (made, process):
        for number, world in enumerate(made):
            killed = sum(_at_each(world, process, some(_points(world, process), 2 * count, seed + number)))
            what = f"SIGKILL at every change of a file and every statement of the cache: {world.name}"
            yield Figure(what, killed, _ENDED)
        killed = 0
        for killed_there in _at_moments(made, process, seed):
            killed += killed_there
            if killed >= count:
                break
        yield Figure("SIGKILL at moments by chance, with 1 and 2 jobs", killed, _ENDED)


def _points(world: World, process: Victim) -> range:
    world.again()
    outcome = process.build(world.folder)
    assert outcome.code == 0, outcome.said
    return range(1, sum(outcome.calls[name] for name in ALL_CHANGES if name in outcome.calls) + 1)


def _at_each(world: World, process: Victim, points: Iterable[int]) -> Iterator[bool]:
    for point in points:
        world.again()
        case = (world.name, point)
        outcome = process.build(world.folder, at=point)
        assert outcome.code == -signal.SIGKILL, (case, outcome)
        world.whole(case)
        world.mended(process, case)
        yield True


def _at_moments(made: list[World], process: Victim, seed: int) -> Iterator[bool]:
    chance = random.Random(seed)
    lengths: dict[tuple[str, str], float] = {}
    for number in itertools.count():
        world, jobs = chance.choice(made), chance.choice("12")
        world.again()
        if (world.name, jobs) not in lengths:
            lengths[world.name, jobs] = process.build(world.folder, "--jobs", jobs).seconds
            continue
        moment = chance.uniform(0.001, lengths[world.name, jobs])
        alone = jobs == "2" and number % 10 == 0
        outcome = process.build(world.folder, "--jobs", jobs, after=moment, all=not alone)
        case = (world.name, jobs, moment)
        world.whole(case)
        world.mended(process, case)
        yield outcome.code == -signal.SIGKILL


PART: Final = Part("killed", _run, full=500, sample=1)
