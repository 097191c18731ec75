"""The same site, built in other places, zones, languages and ways: the same bytes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.building import published
from tests.sites import write_site
from tests.trust.frame import ROOT, Figure, Part
from tests.trust.worlds import BEFORE

#: Lists folders in an order by chance, then does what the command line says.
_SHUFFLING: Final = """
import random, sys
from digestgen import cli, files

class Shuffled(files.Os):
    def list(self, folder):
        entries = super().list(folder)
        random.shuffle(entries)
        return entries

files.system = Shuffled()
cli.main()
"""

_ZONES: Final = (
    "UTC",
    "Asia/Tokyo",
    "America/St_Johns",
    "Pacific/Apia",
    "Antarctica/Troll",
    "XXX+25:61",
    "nonsense",
    "",
)
_LOCALES: Final = ("C", "C.UTF-8", "POSIX", "tr_TR.UTF-8", "de_DE@euro", "fa_IR", "nonsense", "")
_NAMES: Final = ("plain", "two words", "📰 ünder ' \" $HOME", "-C", "%2e%2e", "a\nb", "خبر", "x" * 200)
_MASKS: Final = (0o022, 0o077, 0o002, 0o000)
#: Moments between which nothing is held back, becomes news or ends; the clock is one of them.
_MOMENTS: Final = ("2024-06-01", "2025-01-01T00:00Z", "2026-02-28T23:59:59Z", "")


def _run(count: int, seed: int) -> Iterator[Figure]:
    chance = random.Random(seed)
    reference: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as top:
        for number in range(count):
            case = _case(chance)
            made = _built(Path(top, str(number)), case)
            reference = reference or made
            unlike = sorted(path for path in made.keys() | reference if made.get(path) != reference.get(path))
            assert not unlike, (case, unlike)
    what = (
        "builds in a zone, locale, umask, hash seed, folder (blanks, emoji, quotes) and moment by chance, with and "
        "without -O, folders listed in any order, 1, 2 and 4 jobs"
    )
    yield Figure(what, count, f"the same {len(reference)} files, byte for byte")


def _case(chance: random.Random) -> dict[str, str]:
    return {
        "flags": chance.choice(["", "-O", "-OO"]),
        "name": chance.choice(_NAMES),
        "mask": str(chance.choice(_MASKS)),
        "jobs": chance.choice("124"),
        "now": chance.choice(_MOMENTS),
        "TZ": chance.choice(_ZONES),
        "LC_ALL": chance.choice(_LOCALES),
        "LANGUAGE": chance.choice(["", "tr", "de:fa"]),
        "PYTHONHASHSEED": str(chance.randrange(2**32)),
        "HOME": chance.choice(["/", "/nowhere", str(ROOT.parent)]),
        "COLUMNS": chance.choice(["1", "80", "9999"]),
    }


def _built(top: Path, case: dict[str, str]) -> dict[str, bytes]:
    folder = write_site(top / case["name"], BEFORE)
    own = {name: value for name, value in case.items() if name.isupper()}
    moment = ("--now", case["now"]) if case["now"] else ()
    flags = (case["flags"],) if case["flags"] else ()
    done = subprocess.run(
        [sys.executable, *flags, "-c", _SHUFFLING, "-C", str(folder), "build", *moment, "--jobs", case["jobs"]],
        cwd=top,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", **own},
        umask=int(case["mask"]),
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, (case, done.stderr.decode())
    return published(folder / "public")


PART: Final = Part("reproducible", _run, full=200)
