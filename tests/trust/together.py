"""Many at once: builds, a preview and a publish of one site."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.building import published
from tests.previewing import previewing
from tests.trust import repository
from tests.trust.frame import Figure, Part, scratch, tallied
from tests.trust.victim import Order, Outcome, Victim
from tests.trust.worlds import World, worlds

_BUSY: Final = "another build"

#: Of ten rounds, so many have builds only; the rest have a preview or a publish beside them.
_ALONE: Final = 6


def _run(count: int, seed: int) -> Iterator[Figure]:
    chance = random.Random(seed)
    beside = max(1, count * (10 - _ALONE) // 20)
    with worlds() as (made, process), scratch() as top:
        ended = []
        for _ in range(max(1, count - 2 * beside)):
            ended += _builds(chance.choice(made), process, chance)
        rounds = max(1, count - 2 * beside)
        yield Figure("rounds of 2, 4 or 8 builds at once", rounds, _told(ended))
        ended = _with_preview(top / "preview", process, beside)
        what = "rounds of 2 builds at once while a preview follows an edit"
        yield Figure(what, beside, f"{_told(ended)}; the preview shows it")
        ended = _with_publish(top / "publish", process, beside)
        what = "rounds of 2 builds and a publish at once"
        yield Figure(what, beside, f"{_told(ended)}; what was pushed is whole")


def _told(ended: list[Outcome]) -> str:
    words = ", ".join(tallied("succeeded" if one.code == 0 else "said that another is at work" for one in ended))
    return f"{words}; the outcome is the clean build"


def _fair(outcomes: list[Outcome], case: object) -> list[Outcome]:
    assert any(one.code == 0 for one in outcomes), (case, outcomes)
    assert all(one.code == 0 or (one.code == 1 and _BUSY in one.said) for one in outcomes), (case, outcomes)
    return outcomes


def _build(folder: Path, jobs: str = "1") -> Order:
    return Order(("-C", str(folder), "build", "--now", "2024-06-01", "--jobs", jobs))


def _builds(world: World, process: Victim, chance: random.Random) -> list[Outcome]:
    world.again()
    orders = [_build(world.folder, chance.choice("12")) for _ in range(chance.choice([2, 4, 8]))]
    ended = _fair(process.obey(*orders), (world.name, len(orders)))
    assert published(world.out) == world.new, world.name
    world.mended(process, world.name)
    return ended


def _with_preview(folder: Path, process: Victim, count: int) -> list[Outcome]:
    ended: list[Outcome] = []
    with repository.made(folder) as world, previewing(world.site) as preview:
        for number in range(count):
            preview.write("content/first.md", f"---\ntitle: First\ndate: 2024-05-03\n---\nRound {number}.\n")
            ended += _fair(process.obey(_build(world.site), _build(world.site)), number)
            wanted = f"Round {number}.".encode()
            preview.shows("/2024/05/first/", lambda page, wanted=wanted: wanted in page)  # type: ignore[misc]
            assert wanted in (world.site / "public/2024/05/first/index.html").read_bytes()
    return ended


def _with_publish(folder: Path, process: Victim, count: int) -> list[Outcome]:
    ended: list[Outcome] = []
    with repository.made(folder) as world:
        for number in range(count):
            world.write(body=f"Round {number}.")
            publish = Order(("-C", str(world.site), "publish", "--now", "2024-06-01"))
            outcomes = process.obey(_build(world.site), publish, _build(world.site))
            ended += _fair(outcomes, number)
            if outcomes[1].code == 0:
                assert f"Round {number}." in world.body("2024/05/first/index.html"), number
            world.well()
            assert f"Round {number}." in world.body("2024/05/first/index.html"), number
    return ended


PART: Final = Part("together", _run, full=200, sample=3)
