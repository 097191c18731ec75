"""All parts, in the order of the table."""

from __future__ import annotations

from typing import Final

from tests.trust import errors
from tests.trust.frame import Part

PARTS: Final[tuple[Part, ...]] = (errors.PART,)
