"""Guesses at what was meant: those that difflib makes, and never more than can be paid for."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from digestgen.guesses import Guesses
from digestgen.schema import meant

WORDS = st.text("abc-", min_size=1, max_size=8)


@given(WORDS, st.lists(WORDS, max_size=8), st.integers(1, 4))
def test_the_nearest_words_come_first_as_difflib_has_them(word: str, known: list[str], most: int) -> None:
    assert Guesses().nearest(word, known, most, 0.6) == difflib.get_close_matches(word, known, most, 0.6)
    assert all(Guesses().likeness(word, other) == difflib.SequenceMatcher(None, word, other).ratio() for other in known)


def test_of_long_words_a_part_is_compared_names_by_their_beginnings_and_paths_by_their_ends() -> None:
    assert Guesses().nearest("a" * 100_000, ["b" * 100_000, "a" * 100_000]) == ["a" * 100_000]
    assert Guesses().likeness("b" * 100_000 + "a" * 100, "c" * 100_000 + "a" * 100) == 1.0


def test_there_are_as_many_guesses_as_anybody_reads() -> None:
    guesses = Guesses(2)
    assert [guesses.nearest("tite", ["title"]) for _ in range(3)] == [["title"], ["title"], []]
    guesses = Guesses(1)
    assert [meant("tite", ["title"], guesses) for _ in range(2)] == ["did you mean `title`?", ""]


def test_words_that_are_all_nearly_alike_cost_no_more_than_they_may() -> None:
    known = [f"{'ab' * 45}{number}" for number in range(3000)]
    guesses = Guesses(effort=100_000)
    assert len(guesses.nearest("ab" * 50, known, 100)) <= 10
    assert guesses.effort < 0
    assert guesses.nearest("ab" * 50, known) == []
    assert guesses.likeness("ab", "ab") == 0.0
