"""All parts, in the order of the table."""

from __future__ import annotations

from typing import Final

from tests.trust import (
    cache,
    errors,
    faults,
    fuzzed,
    growth,
    killed,
    kinds,
    names,
    payloads,
    published,
    reproducible,
    suite,
    together,
)
from tests.trust.frame import Part

PARTS: Final[tuple[Part, ...]] = (
    killed.PART,
    faults.PART,
    together.PART,
    reproducible.PART,
    cache.PART,
    errors.PART,
    suite.SEQUENCES,
    suite.REQUESTS,
    suite.EDITS,
    published.PART,
    kinds.PART,
    names.PART,
    growth.PART,
    payloads.PART,
    fuzzed.PART,
)
