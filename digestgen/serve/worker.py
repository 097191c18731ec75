"""The process that builds, apart from the one that answers: neither waits for the other or takes the other down.

It reads lines from its standard input, each a `Task` as JSON, and answers each
with lines of JSON: an `Early` for each file that somebody looks at, where that can be, a `Built` as soon as the site is
there, and the `Facts` of it. So a build may start workers of
its own and use all its memory, and whoever ends the server ends the build.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import IO, Final

from digestgen import build, codec, config, files, produce, search, unchanged, writer
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.report import notes
from digestgen.serve.badges import badges, revised
from digestgen.serve.values import ZONE, Badge, Built, Early, Facts, Order, Task

#: How often, and after how many seconds, the place is asked for in which another build is at work.
_TIMES: Final = 40
_PAUSE: Final = 0.25


#: Where a site is said to live that has no address yet: so its preview has feeds and a sitemap.
_ADDRESS: Final = "http://127.0.0.1:8000/"


def _unshown(_early: Early) -> None:
    """Shows nobody anything."""


@dataclass()
class Worker:
    """Builds one site again and again, and tells each time what is new.

    What is in `shown`, files of the output, goes to `show` as soon as it is made.
    """

    order: Order
    show: Callable[[Early], None] = _unshown
    shown: frozenset[str] = frozenset()
    memory: unchanged.Memory = field(default_factory=unchanged.Memory)
    told: Mapping[str, str] = field(default_factory=dict)
    """The files that the server knows of."""
    badges: Mapping[str, Badge] = field(default_factory=dict)
    diagnostics: Sequence[Diagnostic] = ()
    """What the last good build told."""
    indexed: bool = False
    """Whether the search index was brought up to date; it stays as it is then, for a preview is seldom searched."""
    searchable: bool = False
    """Whether the site has a search, and what is needed to index for it."""
    known: bool = False
    """Whether a build has looked at everything, so that badges are known."""

    def work(self, now: datetime, *, index: bool = False) -> Iterator[Built | Facts]:
        """Build as at `now`, with an `index` for the search; yield what came of it, and then what is to be known."""
        began = perf_counter()
        self.indexed |= index
        try:
            result = self._build(now, index=index)
        except Exception as error:  # noqa: BLE001 - whatever it is, the server goes on, and so may the next build
            self.memory = unchanged.Memory()
            yield Built(ok=False, fault=_told(error), roots=self._roots())
            yield Facts()
            return
        yield self._built(result, round((perf_counter() - began) * 1000))
        yield self._facts(result, now)
        # the next build need not look first for all files, and whether its output is there: nobody waits for that now
        with contextlib.suppress(OSError):
            self.memory.look_again(self.order.folder)
            seen = self.memory.seen.get("outputs", {})
            self.memory.sight = result.revised and unchanged.same_outputs(self.order.output, seen)

    def _build(self, now: datetime, *, index: bool) -> build.Result:
        order = self.order
        request = build.Request(
            Path(order.folder),
            now,
            Path(order.output),
            jobs=order.jobs,
            memory=self.memory,
            whole=not self.known,
            room=order.room,
            drafts=order.drafts,
            future=order.future,
            stable_names=True,
            search=index,
            borrow=not self.indexed,
            url=_ADDRESS,
            hurry=produce.Hurry(self.shown, lambda path, mark, data: self.show(Early(path, mark, data.decode()))),
        )
        for _ in range(_TIMES):
            with contextlib.suppress(files.BusyError):
                return build.build(request)
            sleep(_PAUSE)  # a preview that was killed leaves its worker to end by itself, with its build
        return build.build(request)

    def _built(self, result: build.Result, milliseconds: int) -> Built:
        settings = build.settings_of(Path(self.order.folder))[0]
        files = self._there(result, settings)
        self.searchable = settings is not None and settings.search and not any(_lacking(settings))
        built = Built(
            ok=result.ok,
            diagnostics=(*result.diagnostics, *_lacking(settings)),
            base=settings.base if settings and not settings.vague else "",
            roots=self._roots(settings),
            files={path: mark for path, mark in files.items() if self.told.get(path) != mark},
            gone=tuple(path for path in self.told if path not in files),
            notes=tuple(notes(build.report_of(result))) if result.ok else (),
            milliseconds=milliseconds,
        )
        self.told = files
        return built

    def _there(self, result: build.Result, settings: config.Config | None) -> Mapping[str, str]:
        """All files of the site: a build that leaves the search index as it is does not name its files."""
        if not result.ok:
            return self._left()
        if settings is None or not settings.search or result.indexed is not None:
            return dict(result.files)
        left = self._left()
        return {path: left[path] for path in left if search.inside(path)} | dict(result.files)

    def _left(self) -> Mapping[str, str]:
        """The last good site: that of this process, or what an earlier preview left."""
        if self.told:
            return self.told
        return {path: min(marks) for path, marks in writer.read_list(self.order.output).items() if len(marks) == 1}

    def _roots(self, settings: config.Config | None = None) -> tuple[str, ...]:
        if settings is None:
            return ("content", *unchanged.FOLDERS)
        # a plug-in beside site.yaml is watched with it
        folders = (name for name in settings.plugins if "/" in name or not name.endswith(".py"))
        return (settings.content, *unchanged.FOLDERS, *folders)

    def _facts(self, result: build.Result, now: datetime) -> Facts:
        if not result.ok:
            return Facts()
        if result.library is not None:
            shown = badges(result.library, result.diagnostics, now)
        else:
            shown = revised(self.badges, self.diagnostics, result.diagnostics)
        self.known, self.diagnostics = True, result.diagnostics
        facts = Facts(
            {path: badge for path, badge in shown.items() if self.badges.get(path) != badge},
            tuple(path for path in self.badges if path not in shown),
            int(result.until or 0),
            searched=not self.indexed and self.searchable,
        )
        self.badges = shown
        return facts


def _lacking(settings: config.Config | None) -> Iterator[Diagnostic]:
    """Tell what the search lacks; a preview does without one, if need be."""
    if settings is not None and settings.search:
        lacking = search.missing((item.lang for item in settings.languages), settings.marks.get("search"))
        if lacking is not None:
            yield replace(lacking, severity="warning")


def _told(error: Exception) -> str:
    if isinstance(error, files.BusyError):
        return "another build is at work in the preview's folder"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return f"digestgen failed with {type(error).__name__}: {str(error)[:200]}; this is a fault of digestgen's own"


def main(folder: str, room: str, drafts: bool, future: bool, jobs: int) -> None:
    """Build what each line of standard input asks for, until there are no more."""
    # what a plug-in or a library prints goes to the terminal, and not between the answers
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    worker = Worker(Order(folder, room, drafts, future, jobs), lambda early: _say(early, sink))
    with sink:
        for line in sys.stdin.buffer:
            _answer(worker, codec.load(Task, line.decode(), ZONE), sink)


def _answer(worker: Worker, task: Task, sink: IO[bytes]) -> None:
    worker.memory.hint, worker.shown = frozenset(task.changed), frozenset(task.shown)
    for value in worker.work(datetime.fromtimestamp(float(task.now), UTC), index=task.index):
        _say(value, sink)


def _say(value: Early | Built | Facts, sink: IO[bytes]) -> None:
    sink.write(codec.dump(value).encode("utf-8", "surrogatepass") + b"\n")
    sink.flush()
