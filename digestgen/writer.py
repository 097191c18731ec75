"""The output folder: what digestgen owns there, and how it changes without ever being half changed.

What is owned stands in a list in the folder itself, path and fingerprint. Only files on the list are replaced or
removed. A build stages its changed files inside the folder, writes a list of all that is and will be there,
replaces each file by a rename, removes what is no longer wanted and writes the final list. Killed at any moment,
every file is whole, old or new, and the next build knows all of them.
"""

from __future__ import annotations

import contextlib
import os
import stat
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping
from dataclasses import field
from pathlib import Path
from typing import Final

from digestgen import files, fingerprint, paths
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.files import Stamp

#: digestgen's own names in the output folder. They are hidden: never served, never published.
LIST: Final = ".digestgen-files"
LOCK: Final = ".digestgen-lock"
STAGING: Final = ".digestgen-staging"
#: Where other programs work on what will be staged.
WORK: Final = ".digestgen-work"

_RESERVED: Final = (LIST, LOCK, STAGING, WORK)

_HEADER: Final = "# What digestgen wrote here: fingerprint (SHA-256) and path. Only these are replaced or removed.\n"

#: The list is read as hostile input; a site of a million files has a list of about 150 MB.
LIMIT: Final = 256 * 1024 * 1024

Owned = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Guard:
    """What must never be an output folder: the site's own folder, and `sources`, which hold the user's files."""

    site: Path
    sources: tuple[Path, ...]


@dataclass(frozen=True)
class Written:
    """What a build changed: paths that were written and removed, and how many files were as they should be."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    reused: int


def refusal(output: Path, guard: Guard) -> str:
    """Return why `output` must not be written to, or nothing."""
    if output.is_symlink():
        return "it is a link"
    if output.exists() and not output.is_dir():
        return "it is a file"
    real = output.resolve()
    named = {
        Path(real.anchor): "it is the root of the file system",
        Path.home().resolve(): "it is your home folder",
        guard.site.resolve(): "it is the site's own folder",
    }
    if real in named:
        return named[real]
    if guard.site.resolve().is_relative_to(real):
        return "the site's own folder lies in it"
    near = next((item.name for item in guard.sources if _overlap(real, item.resolve())), "")
    if near:
        return f"it and {near}/, which holds your own files, lie in each other"
    if output.is_dir() and not (output / LIST).is_file() and _foreign(output):
        return "it is not empty, and digestgen did not make it"
    return ""


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _foreign(output: Path) -> bool:
    return any(entry.name not in (LOCK, STAGING, WORK) for entry in files.system.list(str(output)))


@contextlib.contextmanager
def opened(
    output: Path,
    guard: Guard,
    found: list[Diagnostic],
    later: Callable[[str], bool] | None = None,
    known: tuple[str, Mapping[str, str]] = ("", {}),
) -> Iterator[Output | None]:
    """Open an output folder for one build, alone; None where it is refused, which is told in `found`.

    `later` tells of a path whether a later step looks after it: what is there stays. `known` is what was known of its
    list of files: the list's fingerprint, and path to fingerprint of each file.

    Raises `files.BusyError` where another build is at work there, and OSError where the disk fails.
    """
    why = refusal(output, guard)
    if why:
        help = "name an empty folder, or one that does not exist yet, as `output`"
        found.append(Diagnostic("output-refused", f"{output} cannot be the output folder: {why}", help=help))
        yield None
        return
    root = str(output)
    files.make_dirs(root)
    with files.lock(f"{root}/{LOCK}"):
        _clear_staging(root)
        try:
            owned, listed = _owned(root, *known)
            yield Output(root, owned, _any if later is None else lambda path: not later(path), listed=listed)
        finally:
            _clear_staging(root)


def _clear_staging(root: str) -> list[str]:
    """Remove what this build, or one that was killed, has staged and not used; return the folder if it has to stay."""
    files.remove_tree(f"{root}/{WORK}")
    staging = f"{root}/{STAGING}"
    state = files.lstat(staging)
    if state is not None and not stat.S_ISDIR(state.st_mode):
        files.remove(staging)  # a link goes itself: what it leads to is not ours
    elif state is not None:
        for entry in files.system.list(staging):
            if not entry.is_dir(follow_symlinks=False):
                files.remove(entry.path)
        return files.remove_empty_dirs(root, [STAGING])
    return []


def _owned(root: str, mark: str, known: Mapping[str, str]) -> tuple[Owned, bytes]:
    """Return what the list says, and where it is the `known` one, itself: that is not read again line by line."""
    with contextlib.suppress(FileNotFoundError, files.TooLargeError):
        data = files.read_bytes(f"{root}/{LIST}", LIMIT) if mark else b""
        if mark and fingerprint.of_bytes(data) == mark:
            return _Known(known), data
    return read_list(root), b""


class _Known(Mapping[str, frozenset[str]]):
    """What is owned where each file is known to have one fingerprint; there may be very many, and few are asked for."""

    __slots__ = ("marks",)

    def __init__(self, marks: Mapping[str, str]) -> None:
        self.marks = marks

    def __getitem__(self, path: str) -> frozenset[str]:
        return frozenset((self.marks[path],))

    def __contains__(self, path: object) -> bool:
        return path in self.marks

    def __iter__(self) -> Iterator[str]:
        return iter(self.marks)

    def __len__(self) -> int:
        return len(self.marks)

    def keys(self) -> KeysView[str]:
        return self.marks.keys()


def read_list(root: str) -> Owned:
    """Return path to fingerprints of what digestgen owns in the folder `root`, without lines that cannot be ours."""
    try:
        data = files.read_bytes(f"{root}/{LIST}", LIMIT)
    except (FileNotFoundError, files.TooLargeError):
        return {}
    owned: dict[str, frozenset[str]] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        mark, _, path = line.partition(" ")
        own = path.partition("/")[0] in _RESERVED
        if len(mark) == 64 and mark.isalnum() and not own and not paths.fault(path):
            owned[path] = owned.get(path, frozenset()) | {mark}
    return owned


def _list_of(owned: Owned) -> bytes:
    lines = sorted((path, mark) for path, marks in owned.items() for mark in marks)
    return (_HEADER + "".join(f"{mark} {path}\n" for path, mark in lines)).encode()


def _with_lines(listed: bytes, after: Owned) -> bytes:
    """Return a list with the files of `after` as they are there; one that has no fingerprint there is left out."""
    lines = listed.decode().split("\n")[:-1]
    for path, marks in after.items():
        first = bisect_left(lines, path, 1, key=_path_on)
        last = bisect_right(lines, path, first, key=_path_on)
        lines[first:last] = [f"{mark} {path}" for mark in sorted(marks)]
    return "\n".join([*lines, ""]).encode()


def _path_on(line: str) -> str:
    return line.partition(" ")[2]


@dataclass(frozen=True)
class Prepared:
    """What `path` shall hold, by its fingerprint, and whether that is staged; it is not where it is there already."""

    path: str
    mark: str
    staged: bool = False
    fault: Diagnostic | None = None


def _any(_path: str) -> bool:
    return True


@dataclass()
class Output:
    """An output folder during one build: files are staged first, and nothing else changes before `commit`."""

    root: str
    owned: Owned
    mine: Callable[[str], bool] = _any
    """Tells of a path whether this step of the build looks after it; what others look after stays as it is."""
    marks: dict[str, str] = field(default_factory=dict)
    staged: set[str] = field(default_factory=set)
    listed: bytes = b""
    """The list as it was written, if that is known."""
    same: set[str] = field(default_factory=set)
    """What was kept by its stamp, without reading it."""
    left: set[str] = field(default_factory=set)
    """Empty folders that the system did not let go: a later build has to remove them."""
    _good: set[str] = field(default_factory=set)
    _staging: bool = False

    def stage(self, path: str, data: bytes, found: list[Diagnostic]) -> None:
        """Note that `path` shall hold `data`, and stage it where it does not already."""
        self.take(path, self.prepare(path, data), found)

    def prepare(self, path: str, data: bytes) -> Prepared:
        """Stage `data` for `path` where it is not there already; a worker's part, which changes nothing here."""
        mark = fingerprint.of_bytes(data)
        try:
            present = self._present(path)
        except _Foreign as foreign:
            return Prepared(path, mark, fault=_in_the_way(foreign.path, path))
        if present == data:
            return Prepared(path, mark)
        changed = present is not None and fingerprint.of_bytes(present) not in self.owned[path]
        if not self._staging:
            files.make_dirs(f"{self.root}/{STAGING}")
            self._staging = True
        files.write_new(self._staged(path), data)
        return Prepared(path, mark, staged=True, fault=_changed(path, "is written again") if changed else None)

    def _staged(self, path: str) -> str:
        """Return where what `path` shall hold is staged."""
        return f"{self.root}/{STAGING}/{fingerprint.of_bytes(path.encode())}"

    def take(self, path: str, prepared: Prepared, found: list[Diagnostic]) -> None:
        """Note what was prepared for `path`: that text stays, and no copy of it that came from a worker."""
        self.marks[path] = prepared.mark
        if prepared.staged:
            self.staged.add(path)
        if prepared.fault is not None:
            found.append(prepared.fault)

    def tidy(self, found: list[Diagnostic]) -> None:
        """Leave nothing of this build's own work in the folder: after that, a build may say that all is done.

        What empty folders have to stay is told in `found`.
        """
        self.left.update(_clear_staging(self.root))
        found += map(_held, sorted(self.left))

    def sweep(self, folders: Iterable[str]) -> None:
        """Remove what is empty of `folders`, and note what the system does not let go right now."""
        self.left.update(files.remove_empty_dirs(self.root, folders))

    def read(self, path: str) -> bytes:
        """Return what `path`, which was taken or kept, will hold."""
        return files.read_bytes(self._staged(path) if path in self.staged else f"{self.root}/{path}", LIMIT)

    def keep(self, path: str, mark: str, stamp: Stamp | None) -> bool:
        """Note that `path` shall hold what it holds, if that is what `mark` stands for; tell whether it is.

        A file whose stamp is `stamp`, which was taken when it held that, is not read.
        """
        if mark not in self.owned.get(path, ()):
            return False
        state = files.lstat(f"{self.root}/{path}")
        if state is None or not stat.S_ISREG(state.st_mode):
            return False
        if stamp is None or files.stamp(state) != stamp:
            try:
                present = self._present(path)
            except _Foreign:
                return False
            if present is None or fingerprint.of_bytes(present) != mark:
                return False
        else:
            self.same.add(path)
        self.marks[path] = mark
        return True

    def _present(self, path: str) -> bytes | None:
        """Return what is at `path`, or None; raise `_Foreign` where something stands in the way."""
        self._check_folders(path.rpartition("/")[0])
        state = files.lstat(f"{self.root}/{path}")
        if state is None or (stat.S_ISDIR(state.st_mode) and self._gives_way(self._spelt(path))):
            return None
        if self._is_ours(state, path):
            return None
        if not stat.S_ISREG(state.st_mode) or path not in self.owned:
            raise _Foreign(path)
        return files.read_bytes(f"{self.root}/{path}", state.st_size + 1)

    def _gives_way(self, folder: str) -> bool:
        """Tell whether a folder holds only files of the list and folders of such, so that a file may replace it."""
        for entry in files.system.list(f"{self.root}/{folder}"):
            path = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if not self._gives_way(path):
                    return False
            elif path not in self.owned or not entry.is_file(follow_symlinks=False):
                return False
        return True

    def _check_folders(self, folder: str) -> None:
        """Raise `_Foreign` where a folder of the output is a link, which would lead out of it, or a file.

        A file of ours is no hindrance, for it goes; but that the list names a link says nothing: we write none.
        """
        if not folder or folder in self._good:
            return
        self._check_folders(folder.rpartition("/")[0])
        state = files.lstat(f"{self.root}/{folder}")
        if state is None or stat.S_ISDIR(state.st_mode):
            self._good.add(folder)
        elif not self._is_ours(state, folder) and (not stat.S_ISREG(state.st_mode) or folder not in self.owned):
            raise _Foreign(folder)

    def _is_ours(self, state: os.stat_result, path: str) -> bool:
        """Tell whether a file that is not listed is listed in another spelling, which is the same to the system."""
        return path not in self.owned and stat.S_ISREG(state.st_mode) and self._spelt(path) in self.owned

    def _spelt(self, path: str) -> str:
        """Return how what is at `path` is spelt in its folders: systems may take `Logo.png` for `logo.png`."""
        found = ""
        for step in path.split("/"):
            names = [entry.name for entry in files.system.list(f"{self.root}/{found}")]
            same = (name for name in names if paths.portable_key(name) == paths.portable_key(step))
            found = f"{found}/{step if step in names else next(same, step)}".lstrip("/")
        return found

    def _in_the_way(self, stale: Iterable[str]) -> list[str]:
        """Return what has to go first: where a folder must be, and what is a path in another spelling."""
        folders = {folder for path in self.staged for folder in above(path)}
        spelt = {paths.portable_key(path): path for path in (*folders, *self.staged)} if stale else {}
        return [
            path
            for path in stale
            if path in folders
            or any(map(self.staged.__contains__, above(path)))
            or any(spelt.get(paths.portable_key(part), part) != part for part in (path, *above(path)))
        ]

    def commit(self, found: list[Diagnostic]) -> Written:
        """Replace what changed, remove what is owned and no longer wanted, and note what is owned now."""
        stale = sorted(path for path in self.owned.keys() - self.marks.keys() if self.mine(path))
        new = self._new()
        final = {**new, **dict.fromkeys(stale, frozenset[str]())}
        listed: Owned = {}
        if self.staged or stale:
            listed = {path: self.owned.get(path, marks) | marks for path, marks in new.items()}
            self._write_list(listed)
        in_the_way = self._in_the_way(stale)
        removed = self._remove(in_the_way, found)
        self._replace()
        removed += self._remove([path for path in stale if path not in in_the_way], found)
        if final != listed:
            self._write_list(final)
        written = tuple(sorted(self.staged))
        return Written(written, tuple(sorted(removed)), len(self.marks) - len(written))

    def _new(self) -> Owned:
        """Return what is owned in the end and is not as it was."""
        known = self.owned.marks if isinstance(self.owned, _Known) else {}
        marks = ((path, frozenset((mark,))) for path, mark in self.marks.items() if known.get(path) != mark)
        return {path: one for path, one in marks if self.owned.get(path) != one}

    def _replace(self) -> None:
        for path in sorted(self.staged, key=_order):
            files.make_dirs(os.path.dirname(f"{self.root}/{path}"))
            _put(self._staged(path), f"{self.root}/{path}")

    def _remove(self, stale: Iterable[str], found: list[Diagnostic]) -> list[str]:
        removed = []
        emptied = set()
        for path in stale:
            try:
                present = self._present(path)
            except _Foreign:
                continue  # no file of ours any more: it became a folder or a link, or lies behind one
            emptied.add(path.rpartition("/")[0])  # also where a killed build removed the file, but not its folder
            if present is None:
                continue
            if fingerprint.of_bytes(present) not in self.owned[path]:
                found.append(_changed(path, "is removed, for nothing claims it any more"))
            files.remove(f"{self.root}/{path}")
            removed.append(path)
        self.sweep(emptied)
        return removed

    def _write_list(self, changed: Owned) -> None:
        """Write the list with what is `changed` in it; what has no fingerprint there is left out."""
        listed = _with_lines(self.listed, changed) if self.listed else _list_of({**self.owned, **changed})
        files.make_dirs(f"{self.root}/{STAGING}")
        files.write_new(f"{self.root}/{STAGING}/list", listed, sync=True)
        files.replace(f"{self.root}/{STAGING}/list", f"{self.root}/{LIST}")


def above(path: str) -> Iterator[str]:
    """Yield the folders that `path` lies in."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _put(staged: str, target: str) -> None:
    """Put a staged file in its place, where a folder may stand that holds no file any more: it is seldom there."""
    try:
        files.replace(staged, target)
    except OSError:
        state = files.lstat(target)
        if state is None or not stat.S_ISDIR(state.st_mode):
            raise
        _clear_folder(target)
        files.replace(staged, target)


def _clear_folder(path: str) -> None:
    """Remove the folder at `path`, if there is one, with folders in it; none of them holds a file any more."""
    state = files.lstat(path)
    if state is not None and stat.S_ISDIR(state.st_mode):
        for entry in files.system.list(path):
            _clear_folder(entry.path)
        files.system.rmdir(path)


class _Foreign(Exception):
    """Something that digestgen did not write stands at `path`."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def _in_the_way(foreign: str, path: str) -> Diagnostic:
    what = f"{foreign} in the output folder, which digestgen did not write, stands where {path} must go"
    return Diagnostic("output-foreign", what, help="move it away, or to content/static/ if it belongs to the site")


def _changed(path: str, then: str) -> Diagnostic:
    return Diagnostic(
        "output-changed", f"{path} in the output folder was changed by someone else, and {then}", severity="warning"
    )


def _held(folder: str) -> Diagnostic:
    what = f"{folder}/ in the output folder is empty, and the system does not let it be removed"
    help = "close what uses it, or let it be removed: until then, each build looks at everything and tries again"
    return Diagnostic("output-held", what, help=help, severity="warning")


#: What pages use comes before them, so that no visitor meets a page whose style sheet is not there yet.
_ENDINGS: Final = {".html": 2, ".xml": 3}


def _order(path: str) -> tuple[int, int, str]:
    """The order of replacing: assets and files, then pages from the deepest to the front page, then feeds."""
    return (_ENDINGS.get(os.path.splitext(path)[1], 1), -path.count("/"), path)
