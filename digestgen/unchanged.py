"""What the last build saw and left behind: enough to tell that nothing changed, without doing anything else.

Only what this needs is imported here: no Markdown, no templates, no YAML. A file counts as the same where its
stamp (times, size, inode) is the same and could not hide a change; else it is read and compared by fingerprint.
"""

from __future__ import annotations

import contextlib
import os
import stat as stat_
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from digestgen import files, fingerprint, traces
from digestgen.files import Stamp

#: Where the last build is remembered.
_NAME: Final = "last"

#: The user's files beside the folder of articles; a site's own themes are below the folder.
_SETTINGS: Final = ("site.yaml", "sources.yaml", "people.yaml", "tags.yaml", "stories.yaml")
_THEMES: Final = "themes"

#: More than any file that a build reads.
_LIMIT: Final = 1 << 30

#: A path of the site's folder, or of the output: (kind, stamp or None, fingerprint).
Seen = tuple[str, Stamp | None, str]


@dataclass(slots=True)
class Marks:
    """Fingerprints of files by path, each read at most once, and not at all while its stamp is the same."""

    folder: str
    before: Mapping[str, Seen]
    taken: int
    stamps: dict[str, tuple[str, Stamp]]
    found: dict[str, str]

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

    def seen(self) -> dict[str, Seen]:
        """Return what to remember: every file, its stamp where that could not hide a change, its fingerprint."""
        return {path: self._one(path, kind, stamp) for path, (kind, stamp) in self.stamps.items()}

    def _one(self, path: str, kind: str, stamp: Stamp) -> Seen:
        if kind != "file":
            return (kind, None, "")
        mark = self.mark(path)
        if mark is None:
            mark = fingerprint.of_bytes(files.read_bytes(f"{self.folder}/{path}", _LIMIT))
            self.found[path] = mark
        return (kind, stamp if traces.settled(stamp, self.taken) else None, mark)


@dataclass(slots=True)
class Memory:
    """What the builds of one site leave in a process for those that follow there, so that it is not read again.

    It is worth what the cache is worth: nothing. What is in it is taken only where the cache still says the same.
    """

    check: str = ""
    """What stands for the record of the last build, as the cache has it."""
    last: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Look:
    """What the last build of the site in `folder` remembers, and what is there now: each read once.

    So the build that comes after `still` need not read it again. Whoever has it closes the `store`.
    """

    folder: str
    store: traces.Traces
    last: dict[str, Any]
    content: str = ""
    taken: int = 0
    present: dict[str, tuple[str, Stamp]] = field(default_factory=dict)

    def inputs(self, content: str) -> dict[str, tuple[str, Stamp]]:
        """Return all files that a build reads, where `content` is the folder of articles."""
        if self.content != content:
            self.taken = time.time_ns()
            self.present = dict(_inputs(self.folder, content))
            self.content = content
        return self.present

    def marks(self, content: str) -> Marks:
        """Return what is known of all files that a build reads."""
        present = self.inputs(content)
        return Marks(self.folder, seen_of(self.last, "inputs"), self.taken, present, {})


def look(folder: str, memory: Memory | None = None, room: str = traces.FOLDER) -> Look:
    """Begin to look at the site in `folder`, whose last build is remembered in its folder `room`."""
    store = traces.opened(folder, traces.engine(), room)
    return Look(folder, store, remembered(store, memory))


def built_before(folder: str) -> bool:
    """Tell whether anything may be remembered of the site in `folder`."""
    return os.path.exists(f"{folder}/{traces.FOLDER}/{traces.FILE}")


def _inputs(folder: str, content: str) -> Iterator[tuple[str, tuple[str, Stamp]]]:
    for name in _SETTINGS:
        try:
            known = files.system.stat(f"{folder}/{name}")
        except OSError:
            continue
        yield name, ("file" if stat_.S_ISREG(known.st_mode) else "other", files.stamp(known))
    for root in (content, _THEMES):
        if files.lstat(f"{folder}/{root}") is not None:
            for item in files.scan(f"{folder}/{root}"):
                yield f"{root}/{item.path}", (item.kind, item.stamp)


def remembered(store: traces.Traces, memory: Memory | None = None) -> dict[str, Any]:
    """Return what was remembered of the last build, or nothing."""
    check = store.check(_NAME) if memory else ""
    if memory and check and check == memory.check:
        return memory.last
    last = store.meta(_NAME)
    found = last if isinstance(last, dict) else {}
    if memory:
        memory.check, memory.last = check, found
    return found


def seen_of(last: Mapping[str, Any], name: str) -> dict[str, Seen]:
    """Return one of the lists of files of the last build ("inputs" or "outputs"); empty where it is not whole."""
    try:
        return {
            path: (str(kind), tuple(stamp) if stamp else None, str(mark))
            for path, (kind, stamp, mark) in last[name].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}


def remember(store: traces.Traces, last: Mapping[str, Any]) -> None:
    """Remember the last build."""
    store.keep_meta(_NAME, last)


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
            return last if _same_outputs(root, seen_of(last, "outputs")) else None
    return None


def foreseen(look: Look, now: float) -> dict[str, Any] | None:
    """Return what was remembered of the last build if it saw the same files, and nothing was to come until `now`."""
    last = look.last
    before = seen_of(last, "inputs") if _in_time(last, now) else {}
    content = last.get("content")
    same = bool(before) and isinstance(content, str) and _same_inputs(look, content, before)
    return last if same else None


def _in_time(last: Mapping[str, Any], now: float) -> bool:
    since, until = last.get("since"), last.get("until")
    if not isinstance(since, int | float) or now < since:
        return False
    return until is None or (isinstance(until, int | float) and now < until)


def _same_inputs(look: Look, content: str, before: Mapping[str, Seen]) -> bool:
    present = look.inputs(content)
    if present.keys() != before.keys():
        return False
    for path, (kind, stamp) in present.items():
        was_kind, was_stamp, mark = before[path]
        if kind != was_kind:
            return False
        if kind == "file" and stamp != was_stamp and not _holds(f"{look.folder}/{path}", mark):
            return False
    return True


def _same_outputs(root: str, before: Mapping[str, Seen]) -> bool:
    if not before:
        return False
    for path, (_, stamp, mark) in before.items():
        known = files.lstat(f"{root}/{path}")
        if known is None or not stat_.S_ISREG(known.st_mode):
            return False
        if files.stamp(known) != stamp and not _holds(f"{root}/{path}", mark):
            return False
    return True


def _holds(path: str, mark: str) -> bool:
    return fingerprint.of_bytes(files.read_bytes(path, _LIMIT)) == mark
