"""A publish that ends at each call of git: killed before it and after it, or told by git that it failed."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from unittest.mock import patch

from digestgen.publish import git
from digestgen.publish.publishing import Result
from tests.test_publish import Killed, World, said, sh
from tests.trust.frame import Figure, Part, some
from tests.trust.repository import made

#: What must be shown nowhere: the password in the address of the remote.
_SECRET: Final = "s3cr3t-t0k3n"

_Call = Callable[..., "subprocess.CompletedProcess[bytes]"]
_ENDED: Final = "the remote as it was, or complete; the next publish completes it; `git fsck` finds nothing"


def _run(count: int, seed: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as top, made(Path(top, "digest")) as world:
        world.well()
        _write(world, 0)
        counting = _Fate(0, "before")
        _published(world, counting)
        steps = range(1, counting.count + 1)
        for number, (how, what) in enumerate(_WAYS.items()):
            chosen = some(steps, count, seed + number)
            for step in chosen:
                _try(world, _Fate(step, how))
            yield Figure(f"a publish is {what} each of its calls of git", len(chosen), _ENDED)
        sh("fsck", "--strict", cwd=world.remote)
        tried = _with_secret(world, [*some(steps, count, seed)])
        yield Figure(
            "a publish to a remote with a password in its address fails at each of its calls of git",
            tried,
            "the password in no message, and in no argument of git",
        )


_WAYS: Final = {"before": "killed before", "after": "killed after", "fails": "told of a failure by"}


class _Fate:
    """What befalls call number `at`."""

    def __init__(self, at: int, how: str) -> None:
        self.at = at
        self.how = how
        self.count = 0
        self.words: list[str] = []

    def around(self, whole: _Call) -> _Call:
        def called(words: tuple[str, ...], *rest: object) -> subprocess.CompletedProcess[bytes]:
            self.count += 1
            self.words += words
            if self.count == self.at and self.how == "before":
                raise Killed
            if self.count == self.at and self.how == "fails":
                return subprocess.CompletedProcess(
                    [*words], 128, b"", f"fatal: https://x:{_SECRET}@git.example".encode()
                )
            done = whole(words, *rest)
            if self.count == self.at and self.how == "after":
                raise Killed
            return done

        return called


def _published(world: World, fate: _Fate) -> Result | None:
    with patch.object(git, "_called", fate.around(git._called)):
        try:
            return world.publish()
        except Killed:
            return None


def _write(world: World, number: int) -> str:
    world.write(body=f"Words {number}.")
    return f"Words {number}."


def _try(world: World, fate: _Fate) -> None:
    case = (fate.how, fate.at)
    tip = world.tip
    words = _write(world, world.count)
    result = _published(world, fate)
    assert world.tip == tip or words in world.body("2024/05/first/index.html"), case
    if result is not None and world.tip == tip:
        assert not result.done, case
    world.well()
    assert words in world.body("2024/05/first/index.html"), case


def _with_secret(world: World, steps: list[int]) -> int:
    sh("remote", "set-url", "--push", "origin", f"https://x:{_SECRET}@127.0.0.1:9/digest.git", cwd=world.site)
    for step in steps:
        _write(world, step)
        fate = _Fate(step, "fails")
        result = _published(world, fate)
        assert result is None or _SECRET not in said(result), said(result)
        assert not any(_SECRET in word for word in fate.words), step
    return len(steps)


PART: Final = Part("published", _run, full=1000, sample=0)
