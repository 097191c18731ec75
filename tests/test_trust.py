"""A seeded sample of each part of what `python3 dev.py trust` tries in full, and the table that it writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trust import frame
from tests.trust.frame import Figure, Part
from tests.trust.parts import PARTS
from tests.trust.worlds import worlds


@pytest.fixture(scope="module")
def _at_hand() -> Iterator[None]:
    """What the samples need is made once."""
    with worlds():
        yield


SAMPLED = [part for part in PARTS if part.sample]


@pytest.mark.usefixtures("_at_hand")
@pytest.mark.parametrize("part", SAMPLED, ids=[part.name for part in SAMPLED])
def test_a_sample_ends_as_it_should(part: Part) -> None:
    figures = list(part.run(part.sample, frame.SEED))
    assert figures
    assert all(figure.count > 0 for figure in figures)


def test_the_docs_have_figures_of_parts_that_there_are_in_their_order() -> None:
    known = frame.known()
    assert list(known) == [part.name for part in PARTS if part.name in known]


def test_each_part_has_a_name_of_its_own() -> None:
    assert len({part.name for part in PARTS}) == len(PARTS)


def test_writing_the_figures_of_one_part_leaves_those_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Head\n\n{frame._BEGIN}{frame._END}\nTail.\n", encoding="utf-8")
    monkeypatch.setattr(frame, "PAGE", page)
    one = frame.rows(frame.command("one"), [Figure("a | b", 12_000, "well"), Figure("c", 3, "well")], 12)
    two = frame.rows(frame.command("two", 50), [Figure("d", 1, "well")], 600)
    frame.write({"one": one, "two": two}, ["two", "one"])
    assert frame.known() == {"two": two, "one": one}
    frame.write(frame.known() | {"two": two * 2}, ["two", "one"])
    assert frame.known() == {"two": two * 2, "one": one}
    assert page.read_text(encoding="utf-8").startswith("# Head\n\n<!--")
    assert "| d | 1 | well | `python3 dev.py trust two --count 50`, 10 min |\n" in page.read_text(encoding="utf-8")
    assert "| a &#124; b | 12,000 | well | `python3 dev.py trust one`, 12 s |\n" in page.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8").endswith("\nTail.\n")


def test_some_are_all_where_there_are_no_more_and_the_same_for_the_same_seed() -> None:
    assert frame.some([3, 1, 2], 5, 1) == [3, 1, 2]
    assert frame.some(range(100), 5, 1) == frame.some(range(100), 5, 1) != frame.some(range(100), 5, 2)
