"""All parts, in the order of the table."""

from __future__ import annotations

from typing import Final

from tests.trust import errors, faults, killed
from tests.trust.frame import Part

PARTS: Final[tuple[Part, ...]] = (killed.PART, faults.PART, errors.PART)
