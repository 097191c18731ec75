"""What is published: the files of the output folder as the build left them, and nothing else that lies there."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from digestgen import files, fingerprint, hosting, paths, writer
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.publish import leaks
from digestgen.publish.stopped import Stopped

#: The most that one file may hold; hosts take less.
_LIMIT: Final = 1 << 30

#: The parts of a search index, whose names hold fingerprints in a form of its own.
_INDEX: Final = re.compile(r"_[0-9a-f]{6,}\.pf_[a-z]+$")

#: How many publishes in a row keep a fingerprinted file that was a part of the first of them.
KEPT: Final = 5

#: Files that lead to others come after them: pages, feeds, lists, and what configures a host.
_LATE: Final = (".html", ".xml", ".json", ".txt")


@dataclass(frozen=True)
class Release:
    """The site as it was built: the folder, and path to fingerprint of each file."""

    root: str
    files: Mapping[str, str]

    def read(self, path: str) -> bytes:
        """Return the bytes of a file, which are those that the build wrote, or else `Stopped` is raised."""
        state = files.lstat(f"{self.root}/{path}")
        data = None
        if state is not None and stat.S_ISREG(state.st_mode) and not files.first_link(self.root, path):
            data = files.read_bytes(f"{self.root}/{path}", _LIMIT)
        if data is None or fingerprint.of_bytes(data) != self.files[path]:
            message = f"{path} in {os.path.relpath(self.root)} is not what the build wrote there"
            raise Stopped(Diagnostic("not-published", message, help="run this again; a build puts it right"))
        return data


def of_output(root: str) -> Release:
    """Return what the last build left in the folder `root`. Raises `Stopped` where none did, or not to its end."""
    owned = writer.read_list(root)
    if not owned:
        message = f"no build has written anything to {root}"
        raise Stopped(Diagnostic("not-published", message, help="run `digestgen build` first"))
    if any(len(marks) > 1 for marks in owned.values()):
        message = f"a build of {root} did not come to its end"
        raise Stopped(Diagnostic("not-published", message, help="run `digestgen build`, which ends it"))
    found = {path: next(iter(marks)) for path, marks in owned.items()}
    strange = next((path for path in found if paths.is_hidden(path) or paths.is_litter(path.rpartition("/")[2])), "")
    if strange:  # no build writes such a file: someone changed the list
        raise Stopped(Diagnostic("not-published", f"{strange} is a hidden file or an editor's, and not published"))
    return Release(root, dict(sorted(found.items())))


def machine_paths(folder: Path, root: str) -> tuple[str, ...]:
    """Return the folders of this machine that nobody is to read of: the user's home, the site's, the output's."""
    homes = [os.path.expanduser("~")] if os.environ.get("HOME") or os.name == "nt" else []
    return leaks.own_paths([*homes, str(folder.resolve()), os.path.abspath(folder), os.path.realpath(root)])


def looked_over(
    release: Release, changed: Iterable[str], own: Collection[str], allowed: Collection[str]
) -> Iterator[leaks.Leak]:
    """Yield what must not be published in the files `changed`: others were looked over when they were."""
    for path in changed:
        yield from leaks.look(path, release.read(path), own, allowed)


def fingerprinted(path: str) -> bool:
    """Tell whether the name of a file holds its fingerprint, so that pages of yesterday may still ask for it."""
    return hosting.fingerprinted(path) or _INDEX.search(path) is not None


def late(path: str) -> bool:
    """Tell whether a file leads to others, so that they have to be there before it."""
    plain = path.removesuffix(".gz").removesuffix(".br")
    return plain.endswith(_LATE) or plain in ("_headers", "_redirects")


def kept(before: Mapping[str, int], was: Iterable[str], now: Collection[str]) -> dict[str, int]:
    """Return the fingerprinted files that are no longer part of the site and stay: path to age in publishes.

    `before` are those that stayed at the last publish, `was` all files that were part of it, `now` those of this one.
    """
    ages = {path: 1 for path in was if path not in before and fingerprinted(path)}
    ages |= {path: age + 1 for path, age in before.items()}
    taken = {*now, *(above for path in now for above in _above(path))}
    return {
        path: age
        for path, age in sorted(ages.items())
        if age < KEPT and path not in taken and not any(above in now for above in _above(path))
    }


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
