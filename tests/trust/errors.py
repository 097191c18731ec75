"""A build with errors changes nothing: every message that tests/messages knows, over a site that was published."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests import test_messages
from tests.building import built, everything
from tests.sites import write_site
from tests.trust.frame import Figure, Part, some

_GOOD: Final = """\
-- site.yaml --
title: Digest
url: https://digest.example/
-- content/one.md --
---
title: One
date: 2024-05-01
---
Text.
"""


def _run(count: int, seed: int) -> Iterator[Figure]:
    tried = 0
    with tempfile.TemporaryDirectory() as top:
        good = write_site(Path(top, "good"), _GOOD)
        assert built(good).ok
        before = everything(good / "public")
        for case in some(test_messages.CASES, count, seed):
            folder = Path(top, case.stem)
            text = case.read_text(encoding="utf-8").partition(test_messages.CUT)[0]
            site = test_messages.written(text, folder)
            shutil.copytree(good / "public", folder / "out")
            if not built(site, output=folder / "out").ok:
                assert everything(folder / "out") == before, case.stem
                tried += 1
            shutil.rmtree(folder)
    assert tried
    yield Figure("a site with an error is built over one that was published", tried, "each left every byte as it was")


PART: Final = Part("errors", _run, full=1000, sample=5)
