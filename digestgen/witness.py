"""What a command reads, writes and asks, seen at the two doors to the world: `files` and `web`."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Final

from digestgen import files, web
from digestgen.dataclass import dataclass

#: So many files that were written, or addresses that were asked, are named; more are counted.
_MOST: Final = 60


@dataclass()
class Witness:
    """What happened since it was begun. Paths are whole ones; sizes are bytes.

    What other processes read, as those of `--jobs`, is not seen; this one puts in place what they write.
    """

    began: float = field(default_factory=time.perf_counter)
    read: dict[str, int] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, str, float]] = field(default_factory=list)
    """Method, address, what came of it, seconds."""


class _Watched(files.Os):
    """The calls to the system, noted."""

    def __init__(self, inner: files.Os, seen: Witness) -> None:
        self.inner, self.seen = inner, seen
        self.open_: dict[int, str] = {}

    def open(self, path: str, flags: int) -> int:
        handle = self.inner.open(path, flags)
        self.open_[handle] = os.path.abspath(path)
        return handle

    def read(self, handle: int, size: int) -> bytes:
        data = self.inner.read(handle, size)
        path = self.open_.get(handle, "")
        self.seen.read[path] = self.seen.read.get(path, 0) + len(data)
        return data

    def write(self, handle: int, data: memoryview) -> int:
        size = self.inner.write(handle, data)
        path = self.open_.get(handle, "")
        self.seen.written[path] = self.seen.written.get(path, 0) + size
        return size

    def close(self, handle: int) -> None:
        self.open_.pop(handle, None)
        self.inner.close(handle)

    def replace(self, source: str, target: str) -> None:
        self.inner.replace(source, target)
        size = self.seen.written.pop(os.path.abspath(source), None)
        if size is None:  # another process wrote it, or it was only renamed
            size = self.inner.lstat(target).st_size
        self.seen.written[os.path.abspath(target)] = size

    def unlink(self, path: str) -> None:
        self.inner.unlink(path)
        whole = os.path.abspath(path)
        if self.seen.written.pop(whole, None) is None:
            self.seen.removed.append(whole)


def begin() -> Witness:
    """Begin to note what this process reads, writes and asks; `end` it when it is done."""
    seen = Witness()
    files.system = _Watched(files.system, seen)
    web.told = lambda *one: seen.asked.append(one)
    return seen


def end() -> None:
    """End what was begun last."""
    if isinstance(files.system, _Watched):
        files.system = files.system.inner
    web.told = web.nobody


def lines(seen: Witness, folder: str) -> Iterator[str]:
    """Yield what was seen, in lines for people; paths are told as seen from `folder`."""
    whole = os.path.abspath(folder)
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    places = Counter(_place(path, whole, own) for path in seen.read if path)
    told = ", ".join(f"{name} ({number:,})" if number > 1 else name for name, number in sorted(places.items()))
    yield f"read {_count(len(seen.read), 'file')}, {sum(seen.read.values()):,} bytes" + (f": {told}" if told else "")
    written = sorted(f"{_shown(path, whole)}, {size:,} bytes" for path, size in seen.written.items())
    yield from _some("wrote", written)
    yield from _some("removed", sorted(_shown(path, whole) for path in seen.removed))
    yield from _some("asked", [f"{url} ({method}): {came}, {took:.2f} s" for method, url, came, took in seen.asked])
    yield f"took {time.perf_counter() - seen.began:.2f} s"


def _some(verb: str, listed: Iterable[str]) -> Iterator[str]:
    every = [*listed]
    yield from (f"{verb} {item}" for item in every[:_MOST])
    if len(every) > _MOST:
        yield f"{verb} {len(every) - _MOST:,} more"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _shown(path: str, folder: str) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/") if path.startswith(folder + os.sep) else path


def _place(path: str, folder: str, own: str) -> str:
    """Where a file lies that was read: its name beside site.yaml, the folder there, or whose it is."""
    if path.startswith(folder + os.sep):
        first, slash, _ = _shown(path, folder).partition("/")
        return first + slash
    return "digestgen's own" if path.startswith(own + os.sep) else path
