"""Which of the words that are known is nearly one that is not: as many guesses as anybody reads, and no more.

To compare two words takes the product of their lengths, and what is compared here is written by strangers: thousands of
words that nobody knows, beside thousands that are nearly those. So all guesses of one run share what they may cost.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import islice
from typing import Final

from digestgen.dataclass import dataclass

#: Among so many words one is looked for, and so much of each is compared.
_MOST_TRIED: Final = 5000
_LONGEST: Final = 100


@dataclass()
class Guesses:
    """What is left to be spent: so many guesses, and so many pairs of letters that are compared."""

    left: int = 60
    effort: int = 20_000_000

    def nearest(self, word: str, known: Iterable[str], most: int = 1, least: float = 0.7) -> list[str]:
        """Return at most `most` of the `known` words, the nearest first, whose likeness to `word` is `least` of 1.

        Nothing comes any more once the guesses are used up.
        """
        if self.left <= 0:
            return []
        self.left -= 1
        matcher = SequenceMatcher()
        matcher.set_seq2(word[:_LONGEST])
        found = []
        for other in islice(known, _MOST_TRIED):
            matcher.set_seq1(other[:_LONGEST])
            if matcher.real_quick_ratio() >= least and self._can(len(other)) and matcher.quick_ratio() >= least:
                likeness = matcher.ratio() if self._can(len(word) * len(other)) else 0.0
                if likeness >= least:
                    found.append((likeness, other))
        return [other for _, other in heapq.nlargest(most, found)]

    def likeness(self, one: str, other: str) -> float:
        """Return how alike two words are, from 0 to 1; 0 once it would take too long to tell."""
        one, other = one[-_LONGEST:], other[-_LONGEST:]  # paths differ in their ends
        return SequenceMatcher(None, one, other).ratio() if self._can(len(one) * len(other)) else 0.0

    def _can(self, cost: int) -> bool:
        self.effort -= min(cost, _LONGEST * _LONGEST)
        return self.effort >= 0
