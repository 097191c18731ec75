"""Tells when the user's files change: the only home of watchfiles.

Two watches: one on the site's folder itself, for what lies there and for folders that come and go, and one on all
that lies below the folders that a site is made from. The second is begun anew whenever one of those folders was
made, renamed or removed, because a watch stays with the folder that it was set on, not with its name. A change is
told after a watch was begun anew, too: what happened meanwhile nobody saw.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from typing import Final

from watchfiles import watch

from digestgen import paths
from digestgen.dataclass import dataclass

#: Milliseconds: a change is told when so long nothing else changed, or at the latest after `_LATEST`.
_QUIET: Final = 10
_LATEST: Final = 100

#: Milliseconds after which a watch looks whether it is still one of what has the name.
_LOOK: Final = 250

#: Endings of the files beside site.yaml that a site is made from.
_ENDINGS: Final = (".yaml", ".yml", ".py")


@dataclass(frozen=True)
class Change:
    """How many files changed, whether folders may be among them, and which they are: below the site's folder, with `/`.

    Without `paths`, any may have changed.
    """

    number: int
    folders: bool = False
    paths: frozenset[str] = frozenset()


@dataclass()
class Watch:
    """Watches the site in `folder` (absolute, without links) and calls `told` in a thread of its own.

    `roots` are the folders below it that the site is made from.
    """

    folder: str
    told: Callable[[Change], None]
    roots: frozenset[str] = frozenset()
    _ended: threading.Event = field(default_factory=threading.Event)
    _below: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin to watch."""
        self._run(self._top)

    def stop(self) -> None:
        """End all watches, and wait until they have ended."""
        self._ended.set()
        self._below.set()
        for thread in [*self._threads]:
            thread.join()

    def follow(self, roots: Iterable[str]) -> None:
        """Watch the folders `roots` (relative to the site's) from now on."""
        firsts = frozenset(root.partition("/")[0] for root in roots)
        if firsts != self.roots:
            self.roots = firsts
            self._renew()

    def _run(self, task: Callable[[], None]) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=task, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _renew(self) -> None:
        """Begin to watch the roots anew: they are other ones, or have the same names only."""
        with self._lock:
            self._below.set()
            if self._ended.is_set():
                return
            self._below = ended = threading.Event()
        self._run(lambda: self._deep(ended))

    def _top(self) -> None:
        known: int | None = None
        while not self._ended.is_set():
            try:
                inode = os.stat(self.folder).st_ino
                if known not in (None, inode):
                    self._renew()  # it is another folder, of which nothing is watched yet
                known = inode
                self._watch_top(inode)
            except OSError:
                known = 0  # the site's folder itself is gone: perhaps for a moment only
                time.sleep(_LOOK / 1000)

    def _watch_top(self, inode: int) -> None:
        for found in self._seen([self.folder], self._ended, recursive=False):
            self._at_top({os.path.basename(path) for path in found})
            if os.stat(self.folder).st_ino != inode:
                return

    def _seen(self, places: list[str], ended: threading.Event, *, recursive: bool) -> Iterator[set[str]]:
        """Yield what changed, again and again; nothing where nothing did for a while."""
        for found in watch(
            *places,
            watch_filter=None,
            debounce=_LATEST,
            step=_QUIET,
            stop_event=ended,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=recursive,
            ignore_permission_denied=True,
        ):
            yield {path for _, path in found}

    def _at_top(self, names: set[str]) -> None:
        if names & self.roots:
            self._renew()
        named = [name for name in names if name in self.roots or name.endswith(_ENDINGS)]
        if named:
            self.told(Change(len(named), folders=bool(names & self.roots), paths=frozenset(named)))

    def _inside(self, seen: Iterable[str]) -> frozenset[str]:
        """Return paths as the site has them; nothing where one of them lies elsewhere, behind a link."""
        top = os.path.join(self.folder, "")
        found = frozenset(path.removeprefix(top).replace(os.sep, "/") for path in seen if path.startswith(top))
        return found if all(path.startswith(top) for path in seen) else frozenset()

    def _deep(self, ended: threading.Event) -> None:
        real = {os.path.realpath(f"{self.folder}/{root}") for root in self.roots}
        there = [root for root in real if os.path.isdir(root)]
        begun = False
        try:
            for found in self._seen(there, ended, recursive=True) if there else ():
                seen = [path for path in found if _counts(path, there)]
                if seen or not begun:
                    begun = True
                    self.told(Change(len(seen), any(map(_may_be_folder, seen)), self._inside(seen)))
        except OSError:
            return  # it went while the watch was set; when it comes back, the watch above sees it


def _counts(path: str, roots: Iterable[str]) -> bool:
    """Tell whether a build would read `path`: it reads neither hidden files nor what editors leave behind."""
    root = next((root for root in roots if path.startswith(root)), "")
    below = path[len(root) :].replace(os.sep, "/")
    return not paths.is_hidden(below) and not paths.is_litter(os.path.basename(path))


def _may_be_folder(path: str) -> bool:
    return os.path.isdir(path) or "." not in os.path.basename(path)
