"""A cache that someone else wrote, or a disk damaged, and times of files that lie."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from digestgen import traces
from tests.building import published
from tests.trust.frame import Figure, Part
from tests.trust.victim import Victim
from tests.trust.worlds import World, worlds

Harm = Callable[[Path, random.Random], None]

_TABLES: Final = {
    "parsed": ("key", "article", "told"),
    "manuscript": ("text",),
    "rendered": ("key", "mark", "places"),
    "plan": ("value",),
    "meta": ("value",),
}
_SHAPES: Final = (
    "", "null", "0", "[]", "{}", '""', "[[[[]]]]", '{"a": NaN}', "[" * 100_000, '"' + "x" * 5_000_000 + '"',
    '{"path": "../../etc/passwd"}', "\0", "\U0001f4f0", "__import__('os').abort()", "9" * 5000, "-1e999",
)  # fmt: skip


# --- harm to the bytes


def _emptied(file: Path, _chance: random.Random) -> None:
    file.write_bytes(b"")


def _truncated(file: Path, chance: random.Random) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: chance.randrange(len(data))])


def _garbage(file: Path, chance: random.Random) -> None:
    head = file.read_bytes()[: chance.choice([0, 16, 100, 4096])]
    file.write_bytes(head + chance.randbytes(chance.randrange(50_000)))


def _flipped(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    for _ in range(chance.choice([1, 3, 30, 300])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def _overwritten(file: Path, chance: random.Random) -> None:
    """Pages of the file in each other's places, or of zeros."""
    data = bytearray(file.read_bytes())
    for _ in range(3):
        one, other = (4096 * chance.randrange(len(data) // 4096) for _ in range(2))
        data[one : one + 4096] = data[other : other + 4096] if chance.random() < 0.7 else bytes(4096)
    file.write_bytes(data)


# --- harm to the rows


def _changed(file: Path, ask: Callable[[sqlite3.Connection], object]) -> None:
    with closing(sqlite3.connect(file)) as base, base:
        ask(base)


def _other_version(file: Path, _chance: random.Random) -> None:
    def ask(base: sqlite3.Connection) -> None:
        text = json.dumps("another")
        base.execute("REPLACE INTO meta VALUES ('engine', ?, ?)", (traces._check("engine", text), text))

    _changed(file, ask)


def _rows(base: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    return base.execute(f"SELECT * FROM {table}").fetchall()


def _put(base: sqlite3.Connection, table: str, row: tuple[Any, ...], *, signed: bool) -> None:
    """Write a row, with the checksum of what it holds or with the one that it had."""
    name, check, *values = row
    check = traces._check(name, *values) if signed else check
    marks = ", ".join("?" * len(row))
    base.execute(f"REPLACE INTO {table} VALUES ({marks})", (name, check, *values))


def _swapped(file: Path, chance: random.Random) -> None:
    """Rows under each other's names, some with checksums that fit there.

    A text with the right checksum is a forger's work, against which a checksum can do nothing: the docs say so.
    """

    def ask(base: sqlite3.Connection) -> None:
        for table in _TABLES:
            rows = _rows(base, table)
            for row in rows:
                other = chance.choice(rows)
                if "engine" not in (row[0], other[0]):
                    signed = table != "manuscript" and chance.random() < 0.5
                    _put(base, table, (row[0], *other[1:]), signed=signed)

    _changed(file, ask)


def _shaped(file: Path, chance: random.Random) -> None:
    """Values of other shapes, with checksums that are right."""

    def ask(base: sqlite3.Connection) -> None:
        table = chance.choice([*_TABLES])
        for row in _rows(base, table):
            if row[0] == "engine" or chance.random() < 0.5:
                continue
            at = chance.randrange(len(_TABLES[table])) + 2
            _put(base, table, (*row[:at], chance.choice(_SHAPES), *row[at + 1 :]), signed=True)

    _changed(file, ask)


def _edited(file: Path, chance: random.Random) -> None:
    """Texts of others, with checksums that are wrong."""

    def ask(base: sqlite3.Connection) -> None:
        for table, names in _TABLES.items():
            base.execute(f"UPDATE {table} SET {chance.choice(names)} = replace({chance.choice(names)}, 'a', 'b')")

    _changed(file, ask)


_ENDLESS: Final = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
SCHEMAS: Final = (
    f"DROP TABLE meta; CREATE VIEW meta AS {_ENDLESS} SELECT 'engine' AS name, x AS check_, x AS value FROM n;",
    f"DROP TABLE plan; CREATE VIEW plan AS {_ENDLESS} SELECT x AS name, x AS check_, x AS value FROM n;",
    "CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM parsed; UPDATE rendered SET mark = key; END;",
    "CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT load_extension('x.so'); END;",
    "DROP TABLE rendered;",
    "ALTER TABLE parsed ADD COLUMN more TEXT;",
    "CREATE TABLE more (x);",
    "UPDATE parsed SET article = zeroblob(1000000);",
    "UPDATE rendered SET key = x'ff00ff', mark = 5, places = NULL;",
    "PRAGMA journal_mode = WAL; INSERT INTO plan VALUES ('x', 'y', 'z');",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE meta (a)' WHERE name = 'meta';",
    "PRAGMA encoding = 'UTF-16'; VACUUM;",
)


def rebuilt(file: Path, chance: random.Random) -> None:
    """Tables, views and triggers that are not ours."""
    with closing(sqlite3.connect(file)) as base:
        base.executescript(chance.choice(SCHEMAS))


# --- something else in its place


def in_its_place(file: Path, chance: random.Random) -> None:
    outside = file.parent.parent.parent / "outside"
    ending = chance.choice(["", "", "-journal", "-wal", "-shm"])
    place = file.with_name(file.name + ending)
    place.unlink(missing_ok=True)
    kinds: dict[str, Callable[[], object]] = {
        "folder": place.mkdir,
        "full folder": lambda: shutil.copytree(file.parent.parent / "content", place),
        "pipe": lambda: os.mkfifo(place),
        "link to a file": lambda: place.symlink_to(outside),
        "the same file": lambda: place.hardlink_to(outside),
        "link to itself": lambda: place.symlink_to(place),
        "link to nothing": lambda: place.symlink_to(file.parent / "nothing"),
        "link to a device": lambda: place.symlink_to("/dev/zero"),
    }
    kinds[chance.choice([*kinds])]()


def journal(file: Path, chance: random.Random) -> None:
    """A journal of SQLite's that is to be played back, and names a file to be removed afterwards."""
    outside = os.fsencode(file.parent.parent.parent / "outside")
    head = bytes.fromhex("d9d505f920a163d7") + b"\0" * 12 + (1).to_bytes(4, "big") + b"\0\0\2\0\0\0\x10\0"
    name = len(outside).to_bytes(4, "big") + (sum(outside) & 0xFFFFFFFF).to_bytes(4, "big")
    tail = b"\0\0\0\0" + outside + name + bytes.fromhex("d9d505f920a163d7")
    middle = chance.randbytes(chance.choice([0, 4104, 9000]))
    file.with_name(file.name + "-journal").write_bytes(head.ljust(512, b"\0") + middle + tail)


HARMS: Final[dict[str, tuple[Harm, ...]]] = {
    "emptied, truncated, garbage, bits flipped, pages swapped": (
        _emptied,
        _truncated,
        _garbage,
        _flipped,
        _overwritten,
    ),
    "of another version, rows swapped, texts edited": (_other_version, _swapped, _edited),
    "values of other shapes, with right checksums": (_shaped,),
    "other tables, endless views, triggers": (rebuilt,),
    "a folder, a pipe, a link or a device in its place, or in that of a file that SQLite has beside it": (
        in_its_place,
    ),
    "a journal that names a foreign file": (journal,),
}
_ENDED: Final = "exit 0, the clean build's bytes, nothing foreign touched; the same at the next build"


def _run(count: int, seed: int) -> Iterator[Figure]:
    with worlds() as ((_, *made), process):
        outside = made[0].folder.parent / "outside"
        for number, (what, harms) in enumerate(HARMS.items()):
            chance = random.Random(seed + number)
            for turn in range(count):
                outside.write_bytes(b"mine")
                _try(made[turn % 2], process, harms[turn % len(harms)], chance)
                assert outside.read_bytes() == b"mine", (what, turn)
            yield Figure(f"the cache: {what}", count, _ENDED)
        for turn in range(count):
            _lie(made[turn % 2], process, turn)
        what = "a text of the same length under an older, the same, and a future time"
        yield Figure(what, count, "each seen: the clean build's bytes")


def _try(world: World, process: Victim, harm: Harm, chance: random.Random) -> None:
    world.again()
    state = chance.getstate()
    harm(world.folder / ".digestgen/cache.sqlite", chance)
    case = (world.name, harm.__name__, hash(state))
    outcome = process.build(world.folder)
    assert outcome.code == 0, (case, outcome)
    found = published(world.out)
    assert found == world.new, (case, [path for path in found if found[path] != world.new.get(path)])
    again = process.build(world.folder)
    assert again.code == 0, (case, again)
    assert published(world.out) == world.new, case


def _lie(world: World, process: Victim, turn: int) -> None:
    """Change a text without a change of its length, and put its times where they say nothing, or the contrary."""
    world.again()
    assert process.build(world.folder).code == 0
    path = world.folder / "content/2024/rain.md"
    known = path.stat()
    old = path.read_bytes()
    path.write_bytes(old.replace(b"It rained.", b"It SNOWED."))
    shift = (0, -(10**18), 10**18)[turn % 3]
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns + shift))
    assert path.stat().st_size == known.st_size
    assert process.build(world.folder).code == 0
    assert b"It SNOWED." in (world.out / "2024/05/rain/index.html").read_bytes(), (world.name, turn)
    path.write_bytes(old)
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns + shift))
    assert process.build(world.folder).code == 0
    assert published(world.out) == world.new, (world.name, turn)


PART: Final = Part("cache", _run, full=100, sample=1)
