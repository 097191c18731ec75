"""How publishing ends early: with one thing to tell."""

from __future__ import annotations

from digestgen.diagnostics import Diagnostic


class Stopped(Exception):
    """Nothing was published, or not all of it: `diagnostic` says why, and what to do."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
