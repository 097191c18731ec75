"""Builds that are killed: at every change of a file, and at moments that nobody chose."""

from __future__ import annotations

import itertools
import random
import shutil
import signal
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from digestgen import search
from tests.building import published
from tests.test_publish import World as Published
from tests.test_publish import sh
from tests.trust import repository
from tests.trust.frame import Figure, Part, scratch, some
from tests.trust.victim import ALL_CHANGES, Order, Victim, victim
from tests.trust.worlds import World, searched, worlds

_ENDED: Final = (
    "every file whole, old or new, none missing, nothing foreign touched; the next build ends at a clean one's bytes, "
    "and nothing is left over"
)


def _run(count: int, seed: int) -> Iterator[Figure]:
    with worlds() as (made, process):
        for number, world in enumerate(made):
            points = _points(world, process)
            chosen = some(points, 2 * count, seed + number)
            _at_each(world, process, chosen)
            yield Figure(f"{_which(chosen, points)}: {world.name}", len(chosen), _ENDED)
        killed = 0
        for killed_there in _at_moments(made, process, seed):
            killed += killed_there
            if killed >= count:
                break
        yield Figure("SIGKILL at moments by chance, with 1 and 2 jobs", killed, _ENDED)
    yield from _while_indexing(count, seed)
    yield from _while_publishing(count, seed)


def _which(chosen: Sequence[int], points: Sequence[int]) -> str:
    which = "every change of a file and every statement of the cache"
    if len(chosen) < len(points):
        which = f"some of {len(points):,} changes of files and statements of the cache"
    return f"SIGKILL at {which}"


#: Where readers' browsers learn which files the index has.
_INDEX: Final = search.MANIFEST.rpartition("/")[0] + "/"


def _while_indexing(count: int, seed: int) -> Iterator[Figure]:
    with searched() as (world, process):
        points = _points(world, process)
        chosen = some(points, max(1, count // 2), seed)
        _at_each(world, process, chosen)
        ended = f"{_ENDED}; what the index names is there at every moment"
        yield Figure(f"{_which(chosen, points)}: {world.name}", len(chosen), ended)


def _findable(world: World, case: object) -> None:
    """Assert that all of the index is there of which the list in the output is."""
    found = published(world.out)
    if search.MANIFEST in world.old:
        index = world.old if found[search.MANIFEST] == world.old[search.MANIFEST] else world.new
        lost = [path for path in index if path.startswith(_INDEX) and path not in found]
        assert not lost, (case, lost)


def _points(world: World, process: Victim) -> range:
    world.again()
    outcome = process.build(world.folder)
    assert outcome.code == 0, outcome.said
    return range(1, sum(outcome.calls[name] for name in ALL_CHANGES if name in outcome.calls) + 1)


def _at_each(world: World, process: Victim, points: Iterable[int]) -> None:
    for point in points:
        world.again()
        case = (world.name, point)
        outcome = process.build(world.folder, at=point)
        assert outcome.code == -signal.SIGKILL, (case, outcome)
        world.whole(case)
        _findable(world, case)
        world.mended(process, case)


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


# --- a publish


_COMPLETE: Final = (
    "the remote as it was, or complete; the next publish completes it; `git fsck` finds nothing, and no lock is left"
)
_WORDS: Final = "Others."


def _while_publishing(count: int, seed: int) -> Iterator[Figure]:
    """Let a publish be killed, of a site that has been published once and was changed since."""
    with victim() as process, scratch() as top, repository.made(top / "tried") as world:
        assert process.obey(_publish(world))[0].code == 0
        world.write(body=_WORDS)
        shutil.copytree(top / "tried", top / "kept", symlinks=True)
        counted = process.obey(_publish(world))[0]
        assert counted.code == 0, counted.said
        tree = world.tree()
        points = range(1, sum(counted.calls.get(name, 0) for name in ALL_CHANGES) + 1)
        chosen = some(points, max(1, count), seed)
        for point in chosen:
            _publish_killed(world, top, process, tree, at=point)
        yield Figure(f"{_which(chosen, points)}: a publish to a branch", len(chosen), _COMPLETE)
        chance = random.Random(seed)
        killed, wanted = 0, max(1, count // 5)
        while killed < wanted:
            moment = chance.uniform(0.001, counted.seconds)
            killed += _publish_killed(world, top, process, tree, after=moment, all=True)
        yield Figure("SIGKILL of a publish and of git at moments by chance", killed, _COMPLETE)


def _publish(world: Published, **fate: Any) -> Order:
    return Order(("-C", str(world.site), "publish", "--now", "2024-06-01"), **fate)


def _publish_killed(world: Published, top: Path, process: Victim, tree: set[str], **fate: Any) -> bool:
    shutil.rmtree(top / "tried")
    shutil.copytree(top / "kept", top / "tried", symlinks=True)
    tip = world.tip
    outcome = process.obey(_publish(world, **fate))[0]
    case = (fate, outcome)
    assert outcome.code in (0, -signal.SIGKILL), case
    assert world.tip == tip or (world.tree() == tree and _WORDS in world.body("2024/05/first/index.html")), case
    again = process.obey(_publish(world))[0]
    assert again.code == 0, (case, again)
    assert world.tree() == tree, case
    assert _WORDS in world.body("2024/05/first/index.html"), case
    for repo in (world.site, world.remote):
        assert "error" not in sh("fsck", "--strict", cwd=repo), case
    locks = [path for path in (top / "tried").rglob("*.lock") if path.parent.name != ".digestgen"]
    assert not locks, (case, locks)
    return outcome.code != 0


PART: Final = Part("killed", _run, full=500, sample=1)
