"""What the last build knew: parsed articles, and from what each file of the site was made.

It lies in one SQLite file, `.digestgen/cache.sqlite` beside site.yaml, and holds nothing that cannot be made
again. So whatever is wrong with it (deleted, damaged, foreign, of another version, in use) makes it empty and is
never an error. Each row carries a checksum, rows are data and never code, and what `engine` names (digestgen's own
sources and its libraries' versions) empties all.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from hashlib import blake2b
from itertools import islice
from operator import itemgetter
from typing import Any, Final, TypeVar

from digestgen import files, fingerprint
from digestgen.dataclass import dataclass
from digestgen.files import Stamp

Value = TypeVar("Value")

FOLDER: Final = ".digestgen"
FILE: Final = "cache.sqlite"

#: Libraries whose version can change a page.
_LIBRARIES: Final = frozenset(["babel", "jinja2", "markdown", "markupsafe", "nh3", "pygments", "pyyaml", "tzdata"])

#: A file changed less than this before its stamp was taken may change again under the same stamp: clocks of file
#: systems tick in steps of up to 10 ms, or of 2 s where they count whole seconds.
_FINE: Final = 50_000_000
_COARSE: Final = 2_100_000_000

#: What makes the tables; SQLite keeps each as it is written here.
_SHAPE: Final = [
    "CREATE TABLE parsed (path TEXT PRIMARY KEY, check_ TEXT, key TEXT, article TEXT, told TEXT) WITHOUT ROWID",
    "CREATE TABLE manuscript (path TEXT PRIMARY KEY, check_ TEXT, text TEXT) WITHOUT ROWID",
    "CREATE TABLE rendered (path TEXT PRIMARY KEY, check_ TEXT, key TEXT, mark TEXT, places TEXT) WITHOUT ROWID",
    "CREATE TABLE plan (name TEXT PRIMARY KEY, check_ TEXT, value TEXT) WITHOUT ROWID",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, check_ TEXT, value TEXT) WITHOUT ROWID",
]

#: All of them at once: each statement by itself would wait for the disk.
_MAKE: Final = ";\n".join(("BEGIN", *_SHAPE, "COMMIT"))

#: How many rows are read at once; SQLite takes as many as that in all its versions.
_AT_ONCE: Final = 500

#: More bytes than any value has that is kept; a longer one is not read.
_LONGEST: Final = 1 << 28


def engine() -> str:
    """Return the fingerprint of digestgen itself: its sources, its own themes, its libraries and its Python."""
    marks = [sys.version]
    package = os.path.dirname(__file__)
    for root in (package, f"{package}/themes", f"{os.path.dirname(package)}/themes"):
        marks += [f"{item.path}:{fingerprint.of_bytes(data)}" for item, data in _contents(root)]
    with contextlib.suppress(OSError):
        names = os.listdir(sysconfig.get_paths()["purelib"])
        marks += sorted(name for name in names if name.split("-")[0].lower() in _LIBRARIES)
    return fingerprint.of_bytes("\n".join(marks).encode())


def _contents(root: str) -> Iterator[tuple[files.Found, bytes]]:
    if os.path.isdir(root):
        for item in files.scan(root):
            if item.kind == "file" and not item.path.endswith(".pyc"):
                yield item, files.read_bytes(f"{root}/{item.path}", 1 << 26)


def settled(stamp: Stamp, taken: int) -> bool:
    """Tell whether a file with `stamp` cannot have changed unseen, when the stamp was `taken` (ns since 1970)."""
    newest = max(stamp[0], stamp[1])
    step = _COARSE if stamp[0] % 1_000_000_000 == 0 == stamp[1] % 1_000_000_000 else _FINE
    return newest + step < taken


@dataclass(frozen=True)
class Parsed:
    """A remembered article: `key` stands for all that it was parsed from; `article` is empty where there is none."""

    key: str
    article: str
    told: str


@dataclass(frozen=True)
class Row:
    """A remembered file: `key` stands for all that it was made from, `mark` is the fingerprint of what it holds.

    `places` are those of the site that a template named by hand on it: the file is good while they are there.
    """

    key: str
    mark: str
    places: tuple[str, ...] = ()


@dataclass()
class Traces:
    """The store. Reading gives what is there and whole; writing may come to nothing, without a word."""

    file: str
    engine: str
    parsed: dict[str, Parsed] = field(default_factory=dict)
    rendered: dict[str, Row] = field(default_factory=dict)
    manuscripts: dict[str, str] = field(default_factory=dict)
    """Those that the file could not take."""
    soon: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Rows that were read before they are asked for, by their table and their name."""
    harmed: bool = False
    """Whether a row that was asked for by its name is there and not whole: it is as if there were none."""
    _base: sqlite3.Connection | None = None
    _process: int = 0

    def meta(self, name: str) -> Any:
        """Return the value (JSON) kept under `name`, or None."""

        def ask(base: sqlite3.Connection) -> Any:
            row = base.execute("SELECT check_, value FROM meta WHERE name = ?", (name,)).fetchone()
            return json.loads(row[1]) if row is not None and row[0] == _check(name, row[1]) else None

        return self._try(ask)

    def check(self, *names: str) -> str:
        """Return what stands for the values kept under `names`, without reading them."""
        return self._try(lambda base: _standing(base, names)) or ""

    def load(self) -> None:
        """Read all that is known of articles and files."""

        def ask(base: sqlite3.Connection) -> None:
            for path, check, key, article, told in base.execute("SELECT * FROM parsed"):
                if check == _check(path, key, article, told):
                    self.parsed[path] = Parsed(key, article, told)
            for path, check, key, mark, places in base.execute("SELECT * FROM rendered"):
                if check == _check(path, key, mark, places):
                    self.rendered[path] = Row(key, mark, tuple(places.split("\n")) if places else ())

        self._try(ask)

    def parsed_one(self, path: str) -> Parsed | None:
        """Return what is known of one article, without reading of others."""

        def ask(base: sqlite3.Connection) -> Parsed | None:
            row = self.soon.pop(("parsed", path), None)
            row = row or base.execute("SELECT * FROM parsed WHERE path = ?", (path,)).fetchone()
            return Parsed(*row[2:]) if self._whole(row, row and row[1], path, *(row or ())[2:]) else None

        return self._try(ask)

    def rendered_one(self, path: str) -> Row | None:
        """Return what is known of one file of the site, without reading of others."""

        def ask(base: sqlite3.Connection) -> Row | None:
            row = base.execute("SELECT * FROM rendered WHERE path = ?", (path,)).fetchone()
            whole = self._whole(row, row and row[1], path, *(row or ())[2:])
            return Row(row[2], row[3], tuple(row[4].split("\n")) if row[4] else ()) if whole else None

        return self._try(ask)

    def planned(self, name: str) -> Any:
        """Return the row (JSON) of the last plan that is called `name`, or None."""

        def ask(base: sqlite3.Connection) -> Any:
            row = self.soon.pop(("plan", name), None)
            row = row or base.execute("SELECT * FROM plan WHERE name = ?", (name,)).fetchone()
            return json.loads(row[2]) if self._whole(row, row and row[1], name, *(row or ())[2:]) else None

        return self._try(ask)

    def foresee(self, names: Sequence[str], paths: Sequence[str]) -> None:
        """Read rows of the last plan, by their `names`, and what is known of the articles at `paths`.

        They will be asked for soon, by `planned` and by `parsed_one`, which is quicker then where these are many.
        """

        def ask(base: sqlite3.Connection) -> None:
            for table, column, keys in (("plan", "name", names), ("parsed", "path", paths)):
                for first in range(0, len(keys), _AT_ONCE):
                    some = keys[first : first + _AT_ONCE]
                    marks = ",".join("?" * len(some))
                    query = f"SELECT * FROM {table} WHERE {column} IN ({marks})"  # noqa: S608 - names of our own
                    self.soon.update(((table, row[0]), row) for row in base.execute(query, some))

        self._try(ask)

    def _whole(self, row: object, check: object, *parts: object) -> bool:
        """Tell whether there is a `row`, and it is as it was written."""
        whole = row is not None and check == _check(*parts)
        self.harmed |= row is not None and not whole
        return whole

    def manuscript(self, path: str, key: str) -> str | None:
        """Return the manuscript (JSON) of the article that was parsed from what `key` stands for, or None.

        What another build has parsed since is another article's.
        """

        def ask(base: sqlite3.Connection) -> str | None:
            row = base.execute("SELECT check_, text FROM manuscript WHERE path = ?", (path,)).fetchone()
            return str(row[1]) if row is not None and row[0] == _check(path, key, row[1]) else None

        return self.manuscripts.get(path) or self._try(ask)

    def keep_parsed(self, rows: Mapping[str, Parsed], manuscripts: Mapping[str, str], gone: Iterable[str]) -> None:
        """Remember articles with their manuscripts, and forget those that are `gone`."""
        self.soon.clear()

        def ask(base: sqlite3.Connection) -> bool:
            for table in ("parsed", "manuscript"):
                _forget(base, table, "path", gone)
            base.executemany(
                "REPLACE INTO parsed VALUES (?, ?, ?, ?, ?)",
                ((p, _check(p, r.key, r.article, r.told), r.key, r.article, r.told) for p, r in rows.items()),
            )
            base.executemany(
                "REPLACE INTO manuscript VALUES (?, ?, ?)",
                ((path, _check(path, rows[path].key, text), text) for path, text in manuscripts.items()),
            )
            return True

        if not self._try(ask):
            self.manuscripts.update(manuscripts)

    def keep_rendered(self, rows: Mapping[str, Row], gone: Iterable[str] = (), *, every: bool = True) -> None:
        """Remember files of the site, and forget those that are `gone`; if these are `every` one, forget all others."""
        changed = {path: row for path, row in rows.items() if self.rendered.get(path) != row}

        def ask(base: sqlite3.Connection) -> None:
            _forget(base, "rendered", "path", self.rendered.keys() - rows.keys() if every else gone)
            base.executemany(
                "REPLACE INTO rendered VALUES (?, ?, ?, ?, ?)",
                (_row(path, row) for path, row in changed.items()),
            )

        self._try(ask)

    def keep_meta(
        self,
        values: Mapping[str, Any],
        plan: Iterable[tuple[str, Any]] = (),
        since: tuple[Sequence[str], str] = ((), ""),
    ) -> str:
        """Remember values that JSON can hold, and rows of the plan with them: all of it or nothing.

        A row that is None is forgotten. `since` are names, and what stood for their values (`check`) when that was read
        which these values go on from: where it is not so any more, another build was here, and nothing is remembered.
        Returns what stands for the values by now; nothing where they are not remembered.
        """
        self.soon.clear()
        meta = [_checked(name, value) for name, value in values.items()]
        rows = dict(plan)

        def ask(base: sqlite3.Connection) -> str:
            base.execute("BEGIN IMMEDIATE")
            _sure(not since[0] or _standing(base, since[0]) == since[1])
            _forget(base, "plan", "name", [name for name, value in rows.items() if value is None])
            base.executemany(_KEEP_ROWS, [_checked(*row) for row in rows.items() if row[1] is not None])
            base.executemany(_KEEP_META, meta)
            return _standing(base, values)

        return self._try(ask) or ""

    def keep_plan(self, values: Mapping[str, Any], plan: Iterable[tuple[str, Any]]) -> str:
        """Remember values that JSON can hold, and with them all rows of a plan: any others are forgotten.

        Rows are asked for one by one and written in batches, for they are as many as all pages together. Until the last
        one is there, there are no values: none of them ever stands beside rows of another plan. Where another build
        begins to remember its own meanwhile, that one is remembered. Returns what stands for the values by now; nothing
        where they are not remembered.
        """
        self.soon.clear()

        def begin(base: sqlite3.Connection) -> tuple[int, dict[str, str]]:
            base.execute("BEGIN IMMEDIATE")
            _forget(base, "meta", "name", values)
            turn = _turn(base) + 1
            base.execute(_KEEP_META, _checked(_TURN, turn))
            return turn, dict(base.execute("SELECT name, check_ FROM plan"))

        begun = self._try(begin)
        if begun is None:
            return ""
        turn, known = begun
        rows = iter(plan)
        while batch := [_checked(*row) for row in islice(rows, _ROWS)]:
            changed = [row for row in batch if known.pop(row[0], "") != row[1]]
            if not self._keep_rows(sorted(changed, key=itemgetter(0)), turn):
                return ""
        meta = [_checked(name, value) for name, value in values.items()]

        def end(base: sqlite3.Connection) -> str:
            base.execute("BEGIN IMMEDIATE")
            _sure(_turn(base) == turn)
            _forget(base, "plan", "name", known)
            base.executemany(_KEEP_META, meta)
            return _standing(base, values)

        return self._try(end) or ""

    def _keep_rows(self, rows: Sequence[tuple[str, str, str]], turn: int) -> bool:
        """Remember rows of the plan, if it is still the `turn` of this one; tell whether that could be done."""

        def ask(base: sqlite3.Connection) -> bool:
            base.execute("BEGIN IMMEDIATE")
            _sure(_turn(base) == turn)
            base.executemany(_KEEP_ROWS, rows)
            return True

        return bool(self._try(ask))

    def close(self) -> None:
        """Close the file. What was kept is on the disk."""
        if self._base is not None:
            with contextlib.suppress(sqlite3.Error):
                self._base.close()
            self._base = None

    def _try(self, ask: Callable[[sqlite3.Connection], Value]) -> Value | None:
        """Return what `ask` says, all of it kept or nothing; None where the file is not what it should be."""
        try:
            with self.opened() as base:
                return ask(base)
        except (sqlite3.Error, OSError, ValueError, TypeError, RecursionError):
            return None

    def opened(self) -> sqlite3.Connection:
        """Return this process's connection to the file."""
        # A connection must not be shared with a forked worker: each process opens its own.
        if self._base is None or self._process != os.getpid():
            self._base = sqlite3.connect(self.file, timeout=10)
            self._process = os.getpid()
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.execute("PRAGMA trusted_schema = OFF")  # nothing in the file may call a function
            self._base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        return self._base

    def shaped(self) -> bool:
        """Tell whether the file has the tables that it should have, and no view or trigger that acts for them."""

        def ask(base: sqlite3.Connection) -> bool:
            return [sql for (sql,) in base.execute("SELECT sql FROM sqlite_schema")] == _SHAPE

        return bool(self._try(ask))


#: Tens of thousands of rows are written, and `json.dumps` would make one of these for each.
_json: Final = json.JSONEncoder(separators=(",", ":")).encode


#: What keeps rows of a plan, and values.
_KEEP_ROWS: Final = "REPLACE INTO plan VALUES (?, ?, ?)"
_KEEP_META: Final = "REPLACE INTO meta VALUES (?, ?, ?)"

#: Under what it is remembered how many plans were: whose turn it is.
_TURN: Final = "turn"


class _Overtaken(sqlite3.Error):
    """Another build has remembered something else meanwhile."""


def _sure(certain: bool) -> None:
    if not certain:
        raise _Overtaken


def _turn(base: sqlite3.Connection) -> int:
    """Return how many plans were begun to be remembered; 0 where that cannot be told, so that it is counted anew."""
    row = base.execute("SELECT check_, value FROM meta WHERE name = ?", (_TURN,)).fetchone()
    value = "" if row is None else str(row[1])
    return int(value) if value.isdecimal() and len(value) < 16 and row[0] == _check(_TURN, value) else 0


def _standing(base: sqlite3.Connection, names: Iterable[str]) -> str:
    """Return what stands for the values kept under `names`."""
    known = dict(base.execute("SELECT name, check_ FROM meta"))
    return " ".join(str(known.get(name)) for name in names)


#: So many rows of a plan are written at once: more of them take memory, fewer wait for the disk more often.
_ROWS: Final = 20_000


def _checked(name: str, value: Any) -> tuple[str, str, str]:
    """Return a value that JSON can hold as a row of a table: its name, what stands for both, and its text."""
    text = _json(value)
    return name, _check(name, text), text


def _forget(base: sqlite3.Connection, table: str, key: str, names: Iterable[str]) -> None:
    rows = [(name,) for name in names]
    base.executemany(f"DELETE FROM {table} WHERE {key} = ?", rows)  # noqa: S608 - names of our own tables


def _row(path: str, row: Row) -> tuple[str, ...]:
    places = "\n".join(row.places)
    return path, _check(path, row.key, row.mark, places), row.key, row.mark, places


def _check(*parts: object) -> str:
    text = "\0".join(map(str, parts))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def opened(site: str, version: str, room: str = FOLDER) -> Traces:
    """Return the traces of the site in the folder `site`, empty unless they are of `version`, an `engine()`.

    They lie in its folder `room`.
    """
    folder = f"{site}/{room}"
    traces = Traces(f"{folder}/{FILE}", version)
    try:
        files.make_own(site, room)
        if files.lstat(f"{folder}/.gitignore") is None:
            files.write_new(f"{folder}/.gitignore", b"# made by digestgen; may be deleted at any time\n*\n")
    except OSError:
        traces.file = ":memory:"
    if not _sound(traces.file) or not traces.shaped() or traces.meta("engine") != version:
        _emptied(traces)
    return traces


#: What SQLite has beside its file, and how a journal ends that names another file, which SQLite would remove.
_BESIDE: Final = ("", "-journal", "-wal", "-shm")
_NAMES_ANOTHER: Final = bytes.fromhex("d9d505f920a163d7")


def _sound(file: str) -> bool:
    """Tell whether SQLite may be given `file`: neither it nor what belongs to it is a pipe, a folder or a way out.

    What cannot be looked at (it may be another user's) is not given to it either.
    """
    try:
        return file == ":memory:" or _harmless(file)
    except OSError:
        return False


def _harmless(file: str) -> bool:
    for ending in _BESIDE:
        known = files.lstat(file + ending)
        if known is not None and (not stat.S_ISREG(known.st_mode) or known.st_nlink > 1):
            return False
        if known is not None and ending == "-journal":
            last = b"".join(files.pieces(file + ending, max(0, known.st_size - 8), known.st_size, 8))
            if last == _NAMES_ANOTHER:
                return False
    return True


def _emptied(traces: Traces) -> None:
    traces.close()
    for ending in _BESIDE:
        with contextlib.suppress(OSError):
            files.remove(traces.file + ending)
    if not _sound(traces.file):
        traces.file = ":memory:"  # what is there cannot be removed
    try:
        traces.opened().executescript(_MAKE)
    except (sqlite3.Error, OSError):
        traces.close()
        traces.file = ":memory:"
        with contextlib.suppress(sqlite3.Error):
            traces.opened().executescript(_MAKE)
    traces.keep_meta({"engine": traces.engine})
