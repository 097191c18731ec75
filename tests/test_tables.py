"""Tables fit their terminal, whatever stands in them."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from digestgen import tables
from digestgen.diagnostics import width
from digestgen.tables import Table

TABLE = Table(
    ("date", "title", "n", "empty", "path", "tags"),
    (
        ("2024-05-03", "金正恩访问俄罗斯东方航天发射场", 7, "", "content/2024/one.md", ("a", "b")),
        ("2024-05-04", "Short", 12, "", "content/2024/another-long-name.md", ()),
    ),
    ("date", "title", "n", "empty", "path"),
)


def test_a_table_has_the_room_that_it_needs_where_there_is_any() -> None:
    assert [*tables.fitted(TABLE, None, str.upper)] == [
        "DATE        TITLE                            N  PATH",
        "2024-05-03  金正恩访问俄罗斯东方航天发射场   7  content/2024/one.md",
        "2024-05-04  Short                           12  content/2024/another-long-name.md",
    ]


def test_the_widest_words_give_way_and_paths_keep_their_end() -> None:
    assert [*tables.fitted(TABLE, 40, str)][1:] == [
        "2024-05-03  金正恩访问…   7  …024/one.md",
        "2024-05-04  Short        12  …ng-name.md",
    ]


_TEXT = st.text(max_size=30)


@given(
    rows=st.lists(st.tuples(_TEXT, st.integers(0, 10**6), st.lists(_TEXT, max_size=3).map(tuple)), max_size=5),
    most=st.integers(40, 100),
)
def test_no_line_is_wider_than_the_terminal_or_holds_a_control_character(
    rows: list[tuple[str, int, tuple[str, ...]]], most: int
) -> None:
    table = Table(("path", "number", "tags"), tuple(rows), ("path", "number", "tags"))
    lines = [*tables.fitted(table, most, str), *tables.bars([(name, number) for name, number, _ in rows], most)]
    assert all(width(line) <= most for line in lines)
    assert all(ord(char) >= 32 and char not in "\x7f\u202e" for line in lines for char in line)


@given(rows=st.lists(st.tuples(_TEXT, st.integers()), max_size=5))
def test_machines_get_back_what_went_in(rows: list[tuple[str, int]]) -> None:
    table = Table(("name", "n"), tuple(rows), ())
    assert json.loads(tables.as_json(tables.records(table))) == [{"name": name, "n": n} for name, n in rows]
    read = [*csv.reader(io.StringIO(tables.as_csv(table), newline=""))]
    assert read == [["name", "n"], *([name, str(n)] for name, n in rows)]


def test_bars_are_as_long_as_their_numbers_and_none_is_none() -> None:
    assert tables.bars([("a", 16), ("b", 1), ("none", 0)], 26) == [
        "a     16  ████████████████",
        "b      1  █",
        "none   0",
    ]
    assert tables.bars([("a", 16), ("b", 8)], 23, blocks=False) == ["a  16  ################", "b   8  ########"]
    assert tables.bars([], 20) == []
    assert tables.bars([("a", 0)], 20) == ["a  0"]
