"""The preview's server in this process: what seldom happens to it, and has to be survived all the same."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, NoReturn, TypeVar

import pytest

from digestgen import files
from digestgen.diagnostics import Diagnostic, Span
from digestgen.serve import door, pages, server, watch
from digestgen.serve.builder import Builder
from digestgen.serve.door import Door, House
from digestgen.serve.values import Built, Early, Facts, Order
from digestgen.serve.watch import Change, Watch
from digestgen.serve.wire import Answer, Refused, Request

Value = TypeVar("Value")

#: Seconds after which something that should have happened has not.
PATIENCE = 60.0


def run(work: Coroutine[Any, Any, Value]) -> Value:
    """Run a coroutine in a thread of its own: where a browser of other tests is open, this one has a loop that runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asyncio.wait_for(work, PATIENCE)).result()


# --- connections


def _house(said: list[str]) -> House:
    async def endless() -> AsyncGenerator[bytes, None]:
        yield b"data: x\n\n"
        await asyncio.Event().wait()

    def answer(request: Request) -> Answer:
        if request.path == "/fault":
            raise ZeroDivisionError("oh")
        if request.path == "/refused":
            raise Refused(HTTPStatus.NOT_FOUND, "no")
        return Answer(HTTPStatus.OK, b"yes")

    def stream(request: Request) -> AsyncGenerator[bytes, None] | None:
        return endless() if request.path == "/stream" else None

    def piecemeal(_: Answer) -> Iterable[bytes]:
        return ()

    return House(answer, stream, piecemeal, said.append)


async def _asked(port: int, target: str) -> bytes:
    """Return the first line of an answer; nothing where the connection is broken off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        try:
            return await reader.readline()
        except ConnectionError:
            return b""


def test_a_fault_in_one_answer_is_told_and_is_none_in_the_next() -> None:
    said: list[str] = []

    async def work() -> list[bytes]:
        opened = Door(_house(said))
        port = await opened.open("127.0.0.1", 0)
        lines = [await _asked(port, target) for target in ("/fault", "/refused", "/")]
        opened.close()
        return lines

    assert [line.split()[1] for line in run(work())] == [b"500", b"404", b"200"]
    assert said == ["fault: GET '/fault' failed with ZeroDivisionError: oh"]


def test_where_all_connections_are_in_use_and_none_waits_nobody_else_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "CONNECTIONS", 1)

    async def work() -> tuple[bytes, bytes]:
        opened = Door(_house([]))
        port = await opened.open("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        first = await reader.readline()
        second = await _asked(port, "/")
        writer.close()
        opened.close()
        return first, second

    assert run(work()) == (b"HTTP/1.1 200 OK\r\n", b"")


def test_where_no_port_is_free_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_PORTS", 1)

    async def work() -> str:
        first, second = Door(_house([])), Door(_house([]))
        port = await first.open("127.0.0.1", 0)
        try:
            await second.open("127.0.0.1", port)
        except door.PortsTakenError as error:
            return str(error).replace(str(port), "N")
        finally:
            second.close()
            first.close()
        return ""

    assert run(work()) == "the ports N to N cannot be had; name another one with --port"


def test_a_host_that_is_none_of_this_machines_is_an_error_at_once() -> None:
    with pytest.raises(OSError, match=r"192\.0\.2\.1") as caught:
        run(Door(_house([])).open("192.0.2.1", 8000))  # an address for documentation (RFC 5737)
    assert not isinstance(caught.value, door.PortsTakenError)


# --- answers


def _server(folder: Path, **environment: str) -> server.Server:
    voice = server.Voice(lambda _: None, lambda _: None, lambda _: None)
    return server.Server(server.Options(folder, lambda: 0.0, environment=environment), voice, "room")


def _get(path: str, method: str = "GET", **fields: str) -> Request:
    return Request(method, path, {"path": "content/a.md"}, {name.replace("_", "-"): it for name, it in fields.items()})


@pytest.mark.parametrize(("changes", "waits"), [(1, 1), (100, 4)])
def test_after_many_changes_it_is_waited_for_as_long_as_more_come(tmp_path: Path, changes: int, waits: int) -> None:
    async def work() -> int:
        preview = _server(tmp_path)
        preview._changes = changes

        class Restless(asyncio.Event):
            waited = 0

            async def wait(self) -> Literal[True]:
                self.waited += 1
                if self.waited > 3:
                    raise TimeoutError  # it is quiet at last
                return True

        preview._woken = Restless()
        assert not await preview._wait(None)
        return preview._woken.waited

    assert run(work()) == waits


def test_before_the_first_build_every_page_says_that_it_comes(tmp_path: Path) -> None:
    preview = _server(tmp_path)
    early = preview._answer(_get("/x/"))
    assert early.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert b"built for the first time" in early.body
    preview._say(Built(ok=False))
    late = preview._answer(_get("/x/"))
    assert late.status == HTTPStatus.NOT_FOUND
    assert b"could not be built so far" in late.body


def test_what_is_shown_early_is_answered_before_it_is_written(tmp_path: Path) -> None:
    preview = _server(tmp_path)
    preview.desk.take(Built(ok=True, base="/", files={"index.html": "a" * 64, "a.css": "a" * 64}))
    for path, text in (("index.html", "<!DOCTYPE html><title>Soon</title>"), ("a.css", "p{color:red}")):
        preview.desk.show(Early(path, "b" * 64, text))
    style, page = preview._answer(_get("/a.css")), preview._answer(_get("/"))
    assert (style.status, style.body) == (HTTPStatus.OK, b"p{color:red}")
    assert b"<title>Soon</title>" in page.body


def test_a_file_that_becomes_shorter_while_it_is_sent_ends_the_answer(tmp_path: Path) -> None:
    (tmp_path / "room/site").mkdir(parents=True)
    (tmp_path / "room/site/a.txt").write_bytes(b"12345")
    preview = _server(tmp_path)
    whole = Answer(HTTPStatus.OK, path="a.txt", part=(1, 5))
    assert b"".join(preview._pieces(whole)) == b"2345"
    promised = preview._pieces(Answer(HTTPStatus.OK, path="a.txt", part=(0, 9)))
    assert next(promised) == b"12345"
    with pytest.raises(OSError, match="became shorter"):
        next(promised)


def test_an_editor_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/a.md").write_text("a")
    preview = _server(tmp_path, EDITOR="/nowhere/code")
    preview.desk.take(Built(ok=False, diagnostics=(Diagnostic("x", "x", Span("content/a.md")),)))
    answer = preview._answer(_get(pages.OPEN, "POST", x_digestgen_token=preview.token))
    assert (answer.status, answer.body) == (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        b"/nowhere/code: No such file or directory\n",
    )


def test_too_many_open_pages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_STREAMS", 0)
    with pytest.raises(Refused, match="too many pages are open"):
        _server(tmp_path)._stream(_get(pages.EVENTS))


def test_a_page_that_has_no_news_gets_a_sign_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_BEAT", 0.01)

    async def work() -> list[bytes]:
        preview = _server(tmp_path)
        preview.desk.take(Built(ok=True, base="/", files={"index.html": "a" * 64}))
        events = preview._news("/", 1)
        first = await anext(events)
        preview._tell()  # a build that changed nothing
        rest = [await anext(events) for _ in range(2)]
        await events.aclose()
        return [first, *rest]

    first, *rest = run(work())
    assert json.loads(first.removeprefix(b"data: "))["now"] == 1
    assert rest == [b": still here\n\n"] * 2


def test_where_a_hundred_previews_are_at_work_another_one_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(path: str) -> NoReturn:
        asked.append(path)
        raise files.BusyError(errno.EAGAIN, "taken", path)

    asked: list[str] = []
    monkeypatch.setattr(files, "make_dirs", lambda _: None)
    monkeypatch.setattr(files, "lock", taken)
    with pytest.raises(files.BusyError, match="a hundred previews"), server.room(tmp_path):
        pass
    assert len(set(asked)) == 99


# --- the process that builds


def test_what_never_began_can_be_ended_and_tells_nothing(tmp_path: Path) -> None:
    async def work() -> Facts | None:
        builder = Builder(Order(str(tmp_path), "room", drafts=False, future=False))
        await builder.end()
        return await builder.facts()

    assert run(work()) is None


# --- what changes


def test_a_watch_that_has_ended_begins_no_other(tmp_path: Path) -> None:
    told: list[Change] = []
    watching = Watch(str(tmp_path), told.append)
    watching.stop()
    watching.follow(["content"])
    assert (watching._threads, told) == ([], [])


def test_a_folder_that_goes_while_a_watch_is_set_is_left_to_the_watch_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> Iterator[set[tuple[int, str]]]:
        raise FileNotFoundError(errno.ENOENT, "gone")

    (tmp_path / "content").mkdir()
    monkeypatch.setattr(watch, "watch", gone)
    told: list[Change] = []
    Watch(str(tmp_path), told.append, frozenset(["content"]))._deep(threading.Event())
    assert told == []


def test_a_site_whose_folder_goes_and_comes_back_is_watched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout elsewhere that takes the folder's name is another folder, of which no watch knows anything."""
    folder, news, missed = tmp_path / "site", threading.Event(), threading.Event()

    def noticed(seconds: float) -> None:
        missed.set()
        threading.Event().wait(seconds)

    monkeypatch.setattr(watch, "time", SimpleNamespace(sleep=noticed))
    for name in ("site", "one", "two"):
        (tmp_path / name / "content").mkdir(parents=True)
    watching = Watch(str(folder), lambda _: news.set())
    watching.start()
    try:
        watching.follow(["content"])
        _tells_of_edits(folder, news)
        folder.rename(tmp_path / "zero")
        assert missed.wait(PATIENCE)  # the folder was looked for, and there was none
        (tmp_path / "one").rename(folder)
        _tells_of_edits(folder, news)
        folder.rename(tmp_path / "one")
        (tmp_path / "two").rename(folder)  # at once
        _tells_of_edits(folder, news)
    finally:
        watching.stop()


def _tells_of_edits(folder: Path, news: threading.Event) -> None:
    """Wait until a watch tells of the folder, and then of an edit in it; it may be a moment in the making."""
    assert news.wait(PATIENCE)
    for number in range(int(PATIENCE / 0.1)):
        news.clear()
        (folder / "content/a.md").write_text(str(number))
        if news.wait(0.1):
            return
    raise AssertionError("nobody tells of edits")
