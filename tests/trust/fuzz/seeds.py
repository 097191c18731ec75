"""The project's own texts, as bytes for a fuzzer to begin with; short ones first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tests.trust.frame import ROOT

_HEAD: Final = re.compile(rb"^-- (\S+) --$\n", re.MULTILINE)
_MOST: Final = 80


def read(*patterns: str) -> list[bytes]:
    """Return the files whose paths are like `patterns`."""
    return _sorted(path.read_bytes() for pattern in patterns for path in ROOT.glob(pattern))


def stood(pattern: str, name: str) -> list[bytes]:
    """Return the files with a path like `name` (a regular expression) of sites that are one text (`tests.sites`)."""
    pieces = [_HEAD.split(path.read_bytes())[1:] for path in ROOT.glob(pattern)]
    pairs = (pair for piece in pieces for pair in zip(piece[::2], piece[1::2], strict=True))
    return _sorted(data for path, data in pairs if re.search(name, path.decode()))


def _sorted(found: Iterable[bytes]) -> list[bytes]:
    return sorted({*found}, key=lambda data: (len(data), data))[:_MOST]
