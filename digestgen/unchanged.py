"""What the last build saw and left behind: enough to tell that nothing changed, without doing anything else.

Only what this needs is imported here: no Markdown, no templates, no YAML. A file counts as the same where its
stamp (times, size, inode) is the same and could not hide a change; else it is read and compared by fingerprint.
"""

from __future__ import annotations

import contextlib
import os
import stat as stat_
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from digestgen import files, fingerprint, traces
from digestgen.dataclass import dataclass
from digestgen.files import Stamp

if TYPE_CHECKING:
    from pathlib import Path

#: Where the last build is remembered, and what builds after it have changed in that.
_NAME: Final = "last"
_REVISED: Final = "revised"
#: The lists of files in it.
_LISTS: Final = ("inputs", "outputs")

#: The user's files beside the folder of articles.
_SETTINGS: Final = ("site.yaml", "sources.yaml", "people.yaml", "tags.yaml", "stories.yaml")
#: The folders of a site's own themes and catalogues, beside that of its articles.
THEMES: Final = "themes"
LOCALE: Final = "locale"
FOLDERS: Final = (THEMES, LOCALE)

#: More than any file that a build reads.
_LIMIT: Final = 1 << 30

Value = TypeVar("Value")

#: A path of the site's folder, or of the output: (kind, stamp or None, fingerprint).
Seen = tuple[str, Stamp | None, str]


@dataclass()
class Marks:
    """Fingerprints of files by path, each read at most once, and not at all while its stamp is the same."""

    folder: str
    before: Mapping[str, Seen]
    taken: int
    stamps: dict[str, tuple[str, Stamp]]
    found: dict[str, str]
    early: set[str] = field(default_factory=set)

    def mark(self, path: str) -> str | None:
        """Return the fingerprint of a file of the site's folder as it was last seen, or None if it may differ."""
        if path not in self.found:
            kind, stamp, mark = self.before.get(path, ("", None, ""))
            if kind != "file" or stamp is None or self.stamps.get(path) != ("file", stamp):
                return None
            self.found[path] = mark
        return self.found[path]

    def note(self, path: str, mark: str) -> None:
        """Note the fingerprint of a file that was read."""
        self.found[path] = mark

    def note_all(self, marks: Mapping[str, str]) -> None:
        """Note the fingerprints of files that were read, by path."""
        self.found.update(marks)

    def note_early(self, path: str, mark: str) -> None:
        """Note the fingerprint of a file that was read before its stamp was taken, which so tells nothing of it."""
        self.note(path, mark)
        self.early.add(path)

    def seen(self) -> dict[str, Seen]:
        """Return what to remember: every file, its stamp where that could not hide a change, its fingerprint."""
        return {path: self.one(path) for path in self.stamps}

    def one(self, path: str) -> Seen:
        """Return what to remember of one file."""
        kind, stamp = self.stamps[path]
        if kind != "file":
            return (kind, None, "")
        mark = self.mark(path)
        if mark is None:
            mark = self._late(path, stamp)
            self.found[path] = mark
        sure = path not in self.early and traces.settled(stamp, self.taken)
        return (kind, stamp if sure else None, mark)

    def _late(self, path: str, stamp: Stamp) -> str:
        """Return the fingerprint of a file that nobody noted, or none that any file has where it may have changed.

        Whatever of the build read it may have read another text, which the next build has to find out. One that cannot
        be read was of no use to it, and is told when it is.
        """
        try:
            mark = fingerprint.of_bytes(files.read_bytes(f"{self.folder}/{path}", _LIMIT))
            return mark if files.stamp(files.system.stat(f"{self.folder}/{path}")) == stamp else ""
        except OSError:
            return ""


@dataclass()
class Memory:
    """What the builds of one site leave in a process for those that follow there, so that it is not read again.

    It is worth what the cache is worth: nothing. What is in it is taken only where the cache still says the same, and
    what was `kept` only as long as no build looked at everything.
    """

    check: str = ""
    """What stands for the record of the last build, as the cache has it."""
    last: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, dict[str, Seen]] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    engine: str = ""
    """What stands for digestgen itself, which stays the same as long as the process does."""
    sight: bool = False
    """Whether all files of the output were seen to be as they were left, since the last build began."""

    present: dict[str, tuple[str, Stamp]] = field(default_factory=dict)
    """All files that a build reads, as they were seen when it was last looked for them."""
    asked: tuple[str, ...] = ()
    """The folder of articles and the plug-ins that `present` tells of; empty where that is not known."""
    hint: frozenset[str] = frozenset()
    """Files of which alone the next build need look again, as somebody saw each change; empty where nobody did."""

    def look_again(self, folder: str) -> None:
        """Look for all files that a build of the site in `folder` reads, so that the next one may take a `hint`."""
        if self.asked:
            self.present = dict(_inputs(folder, self.asked[0], self.asked[1:]))

    def hinted(self, folder: str, asked: tuple[str, ...]) -> dict[str, tuple[str, Stamp]] | None:
        """Return all files that a build reads, by the `hint`, which is used up; None where it does not say enough."""
        hint, self.hint = self.hint, frozenset()
        if not hint or self.asked != asked:
            return None
        found = dict(self.present)
        for path in hint:
            known = files.lstat(f"{folder}/{path}") if found.get(path, ("",))[0] == "file" else None
            if known is None or not stat_.S_ISREG(known.st_mode):
                return None  # it came or went, or is a folder or a link
            found[path] = ("file", files.stamp(known))
        return found

    def take_sight(self) -> bool:
        """Return whether the output was seen; the build that asks is the one that it was seen for."""
        sight, self.sight = self.sight, False
        return sight

    def once(self, name: str, make: Callable[[], Value]) -> Value:
        """Return what `make` made when it was first asked for by that name."""
        if name not in self.kept:
            self.kept[name] = make()
        made: Value = self.kept[name]
        return made


@dataclass()
class Look:
    """What the last build of the site in `folder` remembers, and what is there now: each read once.

    So the build that comes after `still` need not read it again. Whoever has it closes the `store`.
    """

    folder: str
    store: traces.Traces
    last: dict[str, Any]
    check: str
    """What stood for that record in the store, just before it was read."""
    asked: tuple[str, ...] = ()
    taken: int = 0
    present: dict[str, tuple[str, Stamp]] = field(default_factory=dict)
    known: dict[str, dict[str, Seen]] = field(default_factory=dict)
    """Lists of files of the last build, as far as they were asked for."""
    memory: Memory = field(default_factory=Memory)

    def look_again(self) -> None:
        """Look for all files once more, where only some were looked for."""
        self.asked = ()

    def seen(self, name: str) -> dict[str, Seen]:
        """Return one of the lists of files of the last build, "inputs" or "outputs"; empty where it is not whole."""
        if name not in self.known:
            self.known[name] = seen_of(self.last, name)
        return self.known[name]

    def inputs(self, content: str, extra: Sequence[str] = ()) -> dict[str, tuple[str, Stamp]]:
        """Return all files that a build reads, where `content` is the folder of articles, `extra` are plug-ins."""
        asked = (content, *extra)
        if self.asked != asked:
            self.taken = time.time_ns()
            hinted = self.memory.hinted(self.folder, asked)
            self.present = dict(_inputs(self.folder, content, extra)) if hinted is None else hinted
            self.asked = self.memory.asked = asked
            self.memory.present = self.present
        return self.present

    def marks(self, content: str, extra: Sequence[str] = ()) -> Marks:
        """Return what is known of all files that a build reads."""
        present = self.inputs(content, extra)
        return Marks(self.folder, self.seen("inputs"), self.taken, present, {})


def look(folder: str, memory: Memory | None = None, room: str = traces.FOLDER) -> Look:
    """Begin to look at the site in `folder`, whose last build is remembered in its folder `room`."""
    if memory is None:
        store = traces.opened(folder, traces.engine(), room)
        check = store.check(_NAME, _REVISED)
        return Look(folder, store, remembered(store), check)
    memory.engine = memory.engine or traces.engine()
    store = traces.opened(folder, memory.engine, room)
    check = store.check(_NAME, _REVISED)
    if check != memory.check:
        memory.check, memory.last, memory.seen, memory.kept = check, remembered(store), {}, {}
    return Look(folder, store, memory.last, check, known=memory.seen, memory=memory)


def beside(folder: Path) -> tuple[Path, ...]:
    """Return the folders of the site in `folder`, beside that of its articles, that hold what it is made from."""
    return tuple(folder / name for name in FOLDERS)


def built_before(folder: str) -> bool:
    """Tell whether anything may be remembered of the site in `folder`."""
    return os.path.exists(f"{folder}/{traces.FOLDER}/{traces.FILE}")


def _inputs(folder: str, content: str, extra: Iterable[str]) -> Iterator[tuple[str, tuple[str, Stamp]]]:
    for name in _SETTINGS:
        try:
            known = files.system.stat(f"{folder}/{name}")
        except OSError:
            continue
        yield name, ("file" if stat_.S_ISREG(known.st_mode) else "other", files.stamp(known))
    for root in dict.fromkeys((content, *FOLDERS)):
        if not files.is_gone(f"{folder}/{root}"):
            for item in files.scan(f"{folder}/{root}"):
                yield f"{root}/{item.path}", (item.kind, item.stamp)
    for name in extra:
        for path, stamp in paths_of(folder, name):
            yield path, ("file", stamp)


def paths_of(folder: str, name: str) -> list[tuple[str, Stamp]]:
    """Return path (below the site's `folder`) and stamp of each file of the plug-in `name`; none where it is not there.

    What Python leaves in a package is no part of it.
    """
    place = f"{folder}/{name}"
    if not os.path.isdir(place):
        try:
            return [(name, files.stamp(files.system.stat(place)))]
        except OSError:
            return []
    found = (item for item in files.scan(place) if item.kind == "file")
    return [(f"{name}/{item.path}", item.stamp) for item in found if "__pycache__" not in item.path.split("/")]


def remembered(store: traces.Traces) -> dict[str, Any]:
    """Return what was remembered of the last build, or nothing."""
    last, revised = store.meta(_NAME), store.meta(_REVISED)
    if not isinstance(last, dict) or not isinstance(revised, dict):
        return {}
    for name in _LISTS:
        try:
            last[name] = _with(_unpacked(last[name]), _rows(revised.get(name, {})))
        except (LookupError, TypeError, ValueError, AttributeError):
            last[name] = {}
    return {**last, **revised.get("said", {}), "revised": revised}


def _with(known: dict[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return `known` with what is `changed` in it; what is None is gone."""
    known |= changed
    for path in [path for path, value in changed.items() if value is None]:
        del known[path]
    return known


def _packed(seen: Mapping[str, Seen]) -> dict[str, Any]:
    """Return a list of files as JSON reads it soonest: there are tens of thousands, and nearly all are alike."""
    alike: dict[str, tuple[Stamp, str]] = {}
    others: dict[str, Seen] = {}
    for path, (kind, stamp, mark) in seen.items():
        if kind == "file" and stamp and mark and "\n" not in path:
            alike[path] = stamp, mark
        else:
            others[path] = kind, stamp, mark
    return {
        "paths": "\n".join(alike),
        "stamps": [number for stamp, _ in alike.values() for number in stamp],
        "marks": "\n".join([mark for _, mark in alike.values()]),
        "others": others,
    }


def _unpacked(packed: Mapping[str, Any]) -> dict[str, Seen]:
    """Return the list of files that was packed. Raises ValueError, KeyError and the like where that is not whole."""
    paths, marks = (packed[name].split("\n") if packed[name] else [] for name in ("paths", "marks"))
    numbers = iter(packed["stamps"])
    stamps: Iterator[Stamp] = zip(numbers, numbers, numbers, numbers, strict=True)
    alike = zip(["file"] * len(paths), stamps, marks, strict=True)
    return _with(dict(zip(paths, alike, strict=True)), _rows(packed["others"]))


def _rows(seen: Mapping[str, Any]) -> dict[str, Seen | None]:
    """Return files as they stand one by one; what is None is gone."""
    return {path: row and (str(row[0]), tuple(row[1]) if row[1] else None, str(row[2])) for path, row in seen.items()}


def seen_of(last: Mapping[str, Any], name: str) -> dict[str, Seen]:
    """Return one of the lists of files of the last build ("inputs" or "outputs"); empty where it is not whole."""
    return dict(last.get(name, {}))


def remember(
    store: traces.Traces, last: Mapping[str, Any], plan: Iterable[tuple[str, Any]], memory: Memory | None
) -> None:
    """Remember the last build, and the rows of its plan."""
    packed = {**last, **{name: _packed(last[name]) for name in _LISTS}}
    check = store.keep_plan({_NAME: packed, _REVISED: {}}, plan)
    if memory is not None:
        memory.check, memory.last = check, {**last, "revised": {}} if check else {}
        memory.seen, memory.kept = {}, {}


def revise(
    look: Look,
    said: Mapping[str, Any],
    seen: Mapping[str, Mapping[str, Seen | None]],
    plan: Iterable[tuple[str, Any]],
    memory: Memory | None,
) -> None:
    """Remember what a build changed in what the last one saw and left: what it `said` instead, files, rows.

    Files and rows that are None are gone.
    """
    revised = look.last.get("revised", {})
    now = {name: revised.get(name, {}) | dict(files) for name, files in seen.items()}
    now["said"] = revised.get("said", {}) | dict(said)
    check = look.store.keep_meta({_REVISED: now}, plan, ((_NAME, _REVISED), look.check))
    if memory is not None and not check:
        memory.check, memory.last, memory.seen, memory.kept = "", {}, {}, {}
    elif memory is not None:
        memory.check = f"{look.check.partition(' ')[0]} {check}"
        memory.last = look.last | now["said"] | {"revised": now}
        for name, files in seen.items():
            _with(look.seen(name), files)


def outputs(root: str, wanted: Mapping[str, str], name: str, same: Mapping[str, Seen]) -> dict[str, Seen]:
    """Return what to remember of the files in the output folder, `wanted` (path to fingerprint) and the list `name`.

    `same` are those that had the stamp that is remembered of them: they are not looked at again.
    """
    taken = time.time_ns()
    found: dict[str, Seen] = {}
    for path, mark in wanted.items():
        if path in same:
            found[path] = same[path]
            continue
        known = files.lstat(f"{root}/{path}")
        if known is not None:
            stamp = files.stamp(known)
            found[path] = ("file", stamp if traces.settled(stamp, taken) else None, mark)
    data = files.read_bytes(f"{root}/{name}", _LIMIT)
    found[name] = ("file", None, fingerprint.of_bytes(data))
    return found


def still(look: Look, output: str, asked: list[Any], now: float) -> dict[str, Any] | None:
    """Return what was remembered of the last build if another one would change nothing, else None.

    `asked` is what was asked for (compared as it is), `now` the moment of the build in seconds since 1970.
    """
    with contextlib.suppress(OSError):
        last = foreseen(look, now)
        if last is not None and last.get("asked") == asked:
            root = output or f"{look.folder}/{last.get('output')}"
            return last if same_outputs(root, look.seen("outputs")) else None
    return None


def foreseen(look: Look, now: float) -> dict[str, Any] | None:
    """Return what was remembered of the last build if it saw the same files, and nothing was to come until `now`."""
    last = look.last
    before = look.seen("inputs") if in_time(last, now) else {}
    content = last.get("content")
    extra = last.get("plugins")
    known = isinstance(content, str) and isinstance(extra, list)
    same = bool(before) and known and _same_inputs(look, str(content), [str(name) for name in extra or ()], before)
    return last if same else None


def in_time(last: Mapping[str, Any], now: float) -> bool:
    """Tell whether the last build was before `now`, and nothing was to come by itself until then."""
    since, until = last.get("since"), last.get("until")
    if not isinstance(since, int | float) or now < since:
        return False
    return until is None or (isinstance(until, int | float) and now < until)


def _same_inputs(look: Look, content: str, extra: Sequence[str], before: Mapping[str, Seen]) -> bool:
    return look.inputs(content, extra).keys() == before.keys() and next(changed(look, content, extra), None) is None


def changed(look: Look, content: str, extra: Sequence[str] = ()) -> Iterator[str]:
    """Yield which of the files that are there are other ones than the last build read, or new."""
    before = look.seen("inputs")
    for path, (kind, stamp) in look.inputs(content, extra).items():
        was_kind, was_stamp, mark = before.get(path, ("", None, ""))
        if kind != was_kind or (kind == "file" and stamp != was_stamp and not _holds(f"{look.folder}/{path}", mark)):
            yield path


def same_outputs(root: str, before: Mapping[str, Seen]) -> bool:
    """Tell whether the files in the output folder are as they were left, and there are any."""
    if not before:
        return False
    lstat = files.system.lstat  # tens of thousands are asked
    for path, (_, stamp, mark) in before.items():
        try:
            known = lstat(f"{root}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            return False
        if (known.st_mtime_ns, known.st_ctime_ns, known.st_size, known.st_ino) == stamp:
            continue  # it is the file that was left there
        if not stat_.S_ISREG(known.st_mode) or not _holds(f"{root}/{path}", mark):
            return False
    return True


def _holds(path: str, mark: str) -> bool:
    """Tell whether a file holds what is meant; what cannot be read is told by the build that looks at everything."""
    with contextlib.suppress(OSError):
        return fingerprint.of_bytes(files.read_bytes(path, _LIMIT)) == mark
    return False
