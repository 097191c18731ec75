"""The cache's file as someone else may have made it: it is made anew, and nothing beside it is touched."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digestgen import files, traces
from digestgen.traces import Parsed, Row, Traces
from tests.trust import cache

ROW = Row("key", "mark")


def filled(site: Path) -> Path:
    """Make a cache with one row; return its file."""
    store = traces.opened(str(site), "engine")
    store.keep_rendered({"index.html": ROW})
    store.close()
    return Path(store.file)


def usable(store: Traces) -> bool:
    store.load()
    known = store.rendered
    store.keep_rendered({"other.html": ROW}, every=False)
    good = not known and store.rendered_one("other.html") == ROW
    store.close()
    return good


def test_what_was_kept_is_there_again_for_the_same_engine_only(tmp_path: Path) -> None:
    filled(tmp_path)
    store = traces.opened(str(tmp_path), "engine")
    assert store.rendered_one("index.html") == ROW
    store.close()
    assert usable(traces.opened(str(tmp_path), "another"))


def test_no_value_stands_beside_rows_of_another_plan(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[str, int]]:
        yield from ((f"row {number}", -number) for number in range(traces._ROWS + 1))
        raise ZeroDivisionError

    store = traces.opened(str(tmp_path), "1")
    store.keep_plan({"last": 1}, [("row 1", 1), ("gone", 2)])
    store.keep_plan({"last": 2}, [("row 2", 2), ("row 1", 1)])
    assert [store.planned(name) for name in ("row 1", "row 2", "gone")] == [1, 2, None]
    with pytest.raises(ZeroDivisionError):
        store.keep_plan({"last": 3}, broken())
    assert (store.meta("last"), store.planned("row 7")) == (None, -7)
    store.keep_plan({"last": 4}, [("row 1", 1)])
    assert (store.meta("last"), store.planned("row 1"), store.planned("row 7")) == (4, 1, None)


def test_of_two_plans_that_are_remembered_at_once_none_stands_beside_rows_of_the_other(tmp_path: Path) -> None:
    one, other = traces.opened(str(tmp_path), "1"), traces.opened(str(tmp_path), "1")
    assert one.keep_plan({"last": 0}, [("row", 0), ("row 1", 0)]) == one.check("last")

    def meanwhile() -> Iterator[tuple[str, int]]:
        yield "row", 1
        assert other.keep_plan({"last": 2}, [("row", 2), ("row 1", 0)])
        yield from ((f"row {number}", 1) for number in range(traces._ROWS))

    assert one.keep_plan({"last": 1}, meanwhile()) == ""
    assert [one.meta("last"), *map(one.planned, ("row", "row 1", "row 7"))] == [2, 2, 0, None]
    last = iter([("row", 3), ("row 1", 0)])
    assert other.keep_plan({"last": 3}, (row for row in last if one.keep_plan({"last": 4}, [("row", 4)]))) == ""
    assert [one.meta("last"), *map(one.planned, ("row", "row 1"))] == [4, 4, None]
    one.opened().execute("DROP TABLE plan")
    assert one.keep_plan({"last": 5}, [("row", 5)]) == ""
    for store in (one, other):
        store.close()


@pytest.mark.parametrize("value", ["", "-1", "9" * 5000, "[]", None, b"1"])
def test_a_count_of_plans_that_is_none_is_begun_anew(tmp_path: Path, value: object) -> None:
    store = traces.opened(str(tmp_path), "1")
    store.keep_plan({"last": 1}, [("row", 1)])
    with store.opened() as base:
        base.execute(
            "UPDATE meta SET check_ = ?, value = ? WHERE name = 'turn'", (traces._check("turn", str(value)), value)
        )
    assert store.keep_plan({"last": 2}, [("row", 2)])
    assert (store.meta("last"), store.planned("row")) == (2, 2)
    store.close()


def test_what_goes_on_from_a_plan_is_not_remembered_beside_another(tmp_path: Path) -> None:
    one, other = traces.opened(str(tmp_path), "1"), traces.opened(str(tmp_path), "1")
    one.keep_plan({"last": 1, "more": {}}, [("row", 1)])
    since = (("last", "more"), one.check("last", "more"))
    assert one.keep_meta({"more": 1}, [("row", 2)], since) == one.check("more")
    since = (("last", "more"), one.check("last", "more"))
    other.keep_plan({"last": 2, "more": {}}, [("row", 3)])
    assert one.keep_meta({"more": 2}, [("row", 4)], since) == ""
    assert (one.meta("last"), one.meta("more"), one.planned("row")) == (2, {}, 3)
    for store in (one, other):
        store.close()


def test_what_was_foreseen_is_what_is_read_one_by_one_until_something_is_kept(tmp_path: Path) -> None:
    store = traces.opened(str(tmp_path), "engine")
    rows = {f"row {number}": number for number in range(1100)}
    parsed = {f"{number}.md": Parsed(f"key {number}", "article", "told") for number in range(3)}
    store.keep_meta({}, rows.items())
    store.keep_parsed(parsed, {}, ())
    asked: list[str] = []
    store.opened().set_trace_callback(asked.append)
    store.foresee([*rows, "no row"], [*parsed, "none.md"])
    assert len(asked) == 4
    assert {name: store.planned(name) for name in rows} == rows
    assert {path: store.parsed_one(path) for path in parsed} == parsed
    assert len(asked) == 4
    assert (store.planned("no row"), store.parsed_one("none.md")) == (None, None)
    store.foresee(["row 1"], ["1.md"])
    store.keep_meta({}, [("row 1", "another")])
    store.keep_parsed({"1.md": parsed["2.md"]}, {}, ())
    assert (store.planned("row 1"), store.parsed_one("1.md"), store.harmed) == ("another", parsed["2.md"], False)
    store.opened().execute("UPDATE plan SET check_ = 'x' WHERE name = 'row 2'")
    store.foresee(["row 2"], [])
    assert (store.planned("row 2"), store.harmed) == (None, True)
    store.close()


# what stands in rows only is found out by their checksums
SCHEMAS = [text for text in cache.SCHEMAS if not text.startswith(("UPDATE", "PRAGMA journal_mode", "PRAGMA encoding"))]


@pytest.mark.parametrize("number", range(len(SCHEMAS)))
def test_other_tables_views_and_triggers_are_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    file = filled(tmp_path)
    monkeypatch.setattr(cache, "SCHEMAS", SCHEMAS[number : number + 1])
    cache.rebuilt(file, random.Random(1))
    assert usable(traces.opened(str(tmp_path), "engine"))


@pytest.mark.skipif(os.name == "nt", reason="pipes and links are made as POSIX has them")
@pytest.mark.parametrize("seed", range(40))
def test_sqlite_is_given_no_pipe_folder_or_link(tmp_path: Path, seed: int) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    (tmp_path / "site/content").mkdir(parents=True)
    (tmp_path / "site/content/article.md").write_bytes(b"mine")
    file = filled(tmp_path / "site")
    cache.in_its_place(file, random.Random(seed))
    assert usable(traces.opened(str(tmp_path / "site"), "engine"))
    assert (tmp_path / "outside").read_bytes() == b"mine"


@pytest.mark.parametrize("call", ["open", "lstat"])
def test_what_cannot_be_looked_at_beside_the_cache_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A journal that another user's build left, which was killed, and whose rights are that user's."""
    journal = filled(tmp_path).with_name(f"{traces.FILE}-journal")
    journal.write_bytes(b"of another user")

    class Refusing(files.Os):
        pass

    def refused(self: files.Os, path: str, *more: int) -> Any:
        if path == str(journal):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return getattr(files.Os, call)(self, path, *more)

    setattr(Refusing, call, refused)
    monkeypatch.setattr(files, "system", Refusing())
    store = traces.opened(str(tmp_path), "engine")
    assert usable(store)


@pytest.mark.parametrize("seed", range(3))
def test_a_journal_that_names_a_file_does_not_have_it_removed(tmp_path: Path, seed: int) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    (tmp_path / "site").mkdir()
    cache.journal(filled(tmp_path / "site"), random.Random(seed))
    assert usable(traces.opened(str(tmp_path / "site"), "engine"))
    assert (tmp_path / "outside").read_bytes() == b"mine"
