"""The preview server: a door that answers, a process that builds, a watch that wakes it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import field
from http import HTTPStatus
from pathlib import Path
from subprocess import Popen
from typing import Final

from digestgen import files, unchanged
from digestgen.dataclass import dataclass
from digestgen.serve import editor, media, pages, wire
from digestgen.serve.builder import Builder
from digestgen.serve.door import Door, House
from digestgen.serve.holdings import Place
from digestgen.serve.news import Desk
from digestgen.serve.values import Built, Early, Facts, Order
from digestgen.serve.watch import Change, Watch
from digestgen.serve.wire import Answer, Entity, Refused, Request

#: So many event streams at once, one for each page that is open.
_STREAMS: Final = 100
#: Seconds after which an event stream shows a sign of life, so that one that nobody reads is noticed.
_BEAT: Final = 15.0
#: Files are sent in pieces of so many bytes, and pages are read whole up to a size.
_PIECE: Final = 256 * 1024
_PAGE: Final = 64 * 1024 * 1024
#: More changes than this at once are no edit but a checkout: seconds of quiet to wait for then, and at most.
_MANY: Final = 20
_QUIET: Final = 0.25
_LATEST: Final = 3.0
#: Seconds without a change after which there is time to index for the search.
_CALM: Final = 2.0
#: Seconds after which one looks again where folders came or went: files may have come before the watch on them.
_AGAIN: Final = 0.5


@dataclass(frozen=True)
class Options:
    """What was asked for. `clock` gives the moment of each build (seconds since 1970)."""

    folder: Path
    clock: Callable[[], float]
    host: str = "127.0.0.1"
    port: int = 8000
    drafts: bool = False
    future: bool = False
    jobs: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Voice:
    """What is told to the user as it happens: where the server is, each build, and what else comes to pass."""

    ready: Callable[[str], None]
    built: Callable[[Built], None]
    note: Callable[[str], None]


@dataclass(eq=False)
class Server:
    """One preview, from its start to its end; `room` is its own place in the site's folder."""

    options: Options
    voice: Voice
    room: str
    desk: Desk = field(default_factory=Desk)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    door: Door = field(init=False)
    builder: Builder = field(init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _changes: int = 0
    _changed: frozenset[str] | None = None
    """The files that changed since the last build began; None where there may be others."""
    _until: float = 0
    _streams: dict[asyncio.Event, str] = field(default_factory=dict)
    """What wakes the event stream of each page that is open, and the page's address."""
    _editors: list[Popen[bytes]] = field(default_factory=list)
    _begun: bool = False

    def __post_init__(self) -> None:
        options = self.options
        self.door = Door(House(self._answer, self._stream, self._pieces, self.voice.note))
        self.builder = Builder(Order(self.folder, self.room, options.drafts, options.future, options.jobs))
        self.desk.editor = bool(editor.command(options.environment))

    @property
    def folder(self) -> str:
        return os.path.realpath(self.options.folder)

    @property
    def output(self) -> str:
        return f"{self.folder}/{self.room}/site"

    # --- from start to end

    async def serve(self) -> None:
        """Serve until `ended` is set. Raises `door.PortsTakenError` where no port is free."""
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with contextlib.suppress(NotImplementedError, AttributeError, ValueError):
                loop.add_signal_handler(getattr(signal, name), self.ended.set)
        port = await self.door.open(self.options.host, self.options.port)
        if self.options.port not in (0, port):
            self.voice.note(f"port {self.options.port} is taken, so the preview is at {port}")
        watch = Watch(self.folder, lambda change: _from_thread(loop, self._wake, change))
        tasks = {asyncio.create_task(self._builds(watch)), asyncio.create_task(self.ended.wait())}
        try:
            watch.start()
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.door.close()
            for task in tasks:
                task.cancel()
            await self.builder.end()
            await asyncio.gather(*tasks, return_exceptions=True)
            watch.stop()

    @property
    def address(self) -> str:
        """The address of the front page."""
        return f"http://{self.door.guard.address}{self.desk.holdings.address('')}"

    # --- builds

    def _wake(self, change: Change) -> None:
        self._changes += max(1, change.number)
        whole = self._changed is None or not change.paths or change.folders
        self._changed = None if whole else (self._changed or frozenset()) | change.paths
        self._woken.set()
        if change.folders:
            asyncio.get_running_loop().call_later(_AGAIN, self._woken.set)

    async def _builds(self, watch: Watch) -> None:
        """Build, and build again whenever something changed: one build at a time, and one for many changes."""
        watch.follow(("content", *unchanged.FOLDERS))
        index = False
        while True:
            changed, self._changed = self._changed, frozenset()
            self._changes = 0
            self._woken.clear()
            shown = {path for page in self._streams.values() for path in self.desk.holdings.wanted(page)}
            now = self.options.clock()
            built = await self.builder.build(now, self._show, index=index, changed=changed or (), shown=shown)
            self.desk.take(built)
            self._tell()
            self._say(built)
            if built.roots:
                watch.follow(built.roots)
            facts = await self.builder.facts() or Facts()
            self._take(facts)
            index = await self._wait(_CALM if facts.searched else self._left()) and facts.searched

    def _show(self, early: Early) -> None:
        self.desk.show(early)
        self._tell()

    def _say(self, built: Built) -> None:
        if not self._begun:
            self.voice.ready(self.address)
        self._begun = True
        self.voice.built(built)

    def _take(self, facts: Facts) -> None:
        self._until = facts.until
        if self.desk.learn(facts):
            self._tell()

    def _left(self) -> float | None:
        """The seconds until the site changes by itself; None where it never does."""
        if not self._until or "SOURCE_DATE_EPOCH" in self.options.environment:
            return None
        return max(1.0, min(self._until - self.options.clock(), 86400.0))

    async def _wait(self, seconds: float | None) -> bool:
        """Wait for a change, and after many changes for quiet; return whether none came in so many `seconds`."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return True
        began = time.monotonic()
        while self._changes > _MANY and time.monotonic() - began < _LATEST:
            self._woken.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _QUIET)
                continue
            break
        return False

    def _tell(self) -> None:
        for stream in self._streams:
            stream.set()

    # --- answers

    def _answer(self, request: Request) -> Answer:
        if request.method == "POST":
            return self._open(request)
        if request.path.startswith(pages.OWN):
            return self._own(request)
        place = self.desk.holdings.find(request.path)
        if place.moved:
            return Answer(place.status, fields=(("Location", place.moved),))
        try:
            return self._of_site(place, request)
        except OSError:  # it went this moment, and the list of the build that removed it comes next
            return self._nothing(request, HTTPStatus.NOT_FOUND)

    def _own(self, request: Request) -> Answer:
        data = pages.own(request.path)
        if data is None:
            return Answer(HTTPStatus.NOT_FOUND, b"there is nothing here\n")
        entity = Entity(len(data), media.type_of(request.path), self.desk.run, body=data)
        return wire.answer(entity, HTTPStatus.OK, request)

    def _of_site(self, place: Place, request: Request) -> Answer:
        """Return what the site has there. Raises OSError where the file is not what the build left."""
        if not place.path:
            return self._nothing(request, place.status)
        tag, kind = self.desk.holdings.tag(place.path), media.type_of(place.path)
        early = self.desk.early.get(place.path)
        if early is not None:
            entity = Entity(len(early), kind, tag, body=early)
            if kind != media.HTML:
                return wire.answer(entity, place.status, request)
            return self._page(early, tag, place.status, request)
        file = f"{self.output}/{place.path}"
        if files.first_link(self.output, place.path) is not None:
            raise OSError("a link lies where the site's own file was")
        if kind == media.HTML:
            return self._page(files.read_bytes(file, _PAGE), tag, place.status, request)
        return wire.answer(Entity(files.size(file), kind, tag, place.path), place.status, request)

    def _page(self, page: bytes, tag: str, status: HTTPStatus, request: Request) -> Answer:
        run, now = self.desk.run, self.desk.holdings.number
        data = pages.with_script(page, run=run, now=now, tag=tag, token=self.token)
        return wire.answer(Entity(len(data), media.HTML, f"{tag}-{run}-{now}", body=data), status, request)

    def _nothing(self, request: Request, status: HTTPStatus) -> Answer:
        """What is shown where the site itself has nothing to show, be it only because it was never built."""
        if self.desk.holdings.files:
            page = pages.plain("Not found", f"The site has no {request.path}, and no page 404.html.")
        elif self._begun:
            page = pages.plain("No page yet", "The site could not be built so far; this page changes when it can.")
        else:
            page = pages.plain("Building", "The site is built for the first time; this page changes when it is there.")
            status = HTTPStatus.SERVICE_UNAVAILABLE
        return self._page(page, "", status, request)

    def _pieces(self, answer: Answer) -> Iterator[bytes]:
        """Yield the bytes of a file of the site; an OSError where there are fewer than were promised."""
        first, up_to = answer.part
        for piece in files.pieces(f"{self.output}/{answer.path}", first, up_to, _PIECE):
            first += len(piece)
            yield piece
        if first < up_to:
            raise OSError("the file became shorter while it was sent")

    def _open(self, request: Request) -> Answer:
        """Open a file that a message or a badge names in the user's editor."""
        given = request.fields.get("x-digestgen-token", "").encode("utf-8", "replace")
        if request.path != pages.OPEN or not secrets.compare_digest(given, self.token.encode()):
            raise Refused(HTTPStatus.FORBIDDEN, "only pages of this preview may ask for that")
        words = editor.command(self.options.environment)
        file = self.desk.openable(self.folder, request.query.get("path", ""))
        if not words or file is None:
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such file, or no editor is set")
        line, column = (pages.whole(request.query.get(name, "")) for name in ("line", "column"))
        self._editors = [process for process in self._editors if process.poll() is None]
        try:
            self._editors.append(editor.start(editor.filled(words, file, line, column)))
        except OSError as error:
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, f"{words[0]}: {error.strerror or error}\n".encode())
        return Answer(HTTPStatus.NO_CONTENT)

    # --- events

    def _stream(self, request: Request) -> AsyncGenerator[bytes, None] | None:
        if request.path != pages.EVENTS or request.method != "GET":
            return None
        if len(self._streams) >= _STREAMS:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too many pages are open")
        return self._news(request.query.get("page", "/"), pages.whole(request.query.get("now", "")))

    async def _news(self, page: str, now: int) -> AsyncGenerator[bytes, None]:
        """Yield what a page has to know whenever it is something else, and a remark as a sign of life."""
        woken = asyncio.Event()
        self._streams[woken] = page
        before = ""
        try:
            while True:
                woken.clear()
                told = self.desk.news(page, now)
                if told != before:
                    now = self.desk.holdings.number
                    before = self.desk.news(page, now)  # before it is sent: meanwhile there may be other news
                    yield f"data: {told}\n\n".encode()
                try:
                    await asyncio.wait_for(woken.wait(), _BEAT)
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self._streams.pop(woken, None)


def _from_thread(loop: asyncio.AbstractEventLoop, wake: Callable[[Change], None], change: Change) -> None:
    with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
        loop.call_soon_threadsafe(wake, change)


@contextlib.contextmanager
def room(folder: Path) -> Iterator[str]:
    """Hold a place in the site's folder for one preview's output and cache, and yield it: no two previews share one."""
    for number in range(1, 100):
        place = ".digestgen/preview" + (f"-{number}" if number > 1 else "")
        files.make_own(str(folder), place)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(files.lock(f"{folder}/{place}/lock"))
            except files.BusyError:
                continue
            yield place
            return
    raise files.BusyError("a hundred previews of this site are at work")
