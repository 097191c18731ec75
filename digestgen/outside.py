"""Links that lead out of the site: asked politely, and what came of it remembered for a while.

One request at a time goes to a host, with a pause behind it; few hosts are asked at once. What was good stays so for a
week. Nothing is asked but http and https, and nothing private unless that is allowed.
"""

from __future__ import annotations

import http
import json
import os
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar

from digestgen import files, urls, web
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span

#: How long a link that was good is not asked again.
_FRESH: Final = timedelta(days=7)

#: So many hosts are asked at once, and one that failed so often in a row is asked no more.
_AT_ONCE: Final = 8
_PATIENCE: Final = 3

#: The longest that a host may ask to be left alone for before it is asked again (RFC 9110, 10.2.3), in seconds.
_LONGEST: Final = 20

#: A file of what is remembered is at most this large.
_LIMIT: Final = 32 * 1024 * 1024

Item = TypeVar("Item")
Answer = TypeVar("Answer")

State = Literal["good", "moved", "dead", "silent", "private"]


def _unseen(_done: int, _of: int) -> None:
    """Shows nothing."""


@dataclass(frozen=True)
class Asked:
    """An address, all places where it stands, and where a copy of it is kept, if that is known."""

    url: str
    places: tuple[Span, ...]
    archived: str = ""


@dataclass(frozen=True)
class Request:
    """How links are asked: `now` is aware, `memory` the file of what is remembered, `pause` in seconds.

    Addresses that begin with one of `skip`, or whose host is one of them, are not asked. `tick(done, of)` is called
    as answers come.
    """

    now: datetime
    memory: str = ""
    manners: web.Manners = field(default_factory=web.Manners)
    skip: tuple[str, ...] = ()
    pause: float = 0.5
    tick: Callable[[int, int], None] = _unseen


@dataclass(frozen=True)
class Outcome:
    """What came of asking an address: `note` says why it is not good, `there` where it has moved to."""

    state: State
    note: str = ""
    there: str = ""


def faults(asked: Iterable[Asked], request: Request) -> list[Diagnostic]:
    """Return what is told of addresses, at each of their places."""
    listed = [item for item in asked if not _skipped(item.url, request.skip)]
    outcomes = ask({item.url for item in listed}, request)
    return [
        replace(told, span=place)
        for item in listed
        if (told := _told(item, outcomes[item.url])) is not None
        for place in item.places
    ]


def _skipped(url: str, skip: tuple[str, ...]) -> bool:
    host = urls.host(url)
    return any(host == entry or host.endswith("." + entry) or url.startswith(entry) for entry in skip)


def _told(item: Asked, outcome: Outcome) -> Diagnostic | None:
    copy = f"a copy is kept at {item.archived}" if item.archived else ""
    if outcome.state == "dead":
        return Diagnostic(
            "dead-link", f"the link is dead: {outcome.note}", help=copy or "find where it went, or a copy"
        )
    if outcome.state == "silent":
        return Diagnostic("silent-link", f"the link gives no answer: {outcome.note}", help=copy, severity="warning")
    if outcome.state == "private":
        return Diagnostic(
            "private-link",
            f"the link is not asked: {outcome.note}",
            help="with --private it is",
            severity="warning",
        )
    if outcome.state == "moved":
        label = f"write {outcome.there}" if len(outcome.there) < 200 else ""
        return Diagnostic("moved-link", "the link has moved for good", None, label, severity="note")
    return None


def ask(asked: Iterable[str], request: Request) -> dict[str, Outcome]:
    """Return what came of each address, asked now or good within the last week."""
    memory = _remembered(request)
    wanted = sorted(set(asked))
    found = {url: memory[url] for url in wanted if url in memory}
    todo: dict[str, list[str]] = defaultdict(list)
    for url in wanted:
        if url not in found:
            todo[urls.host(url)].append(url)
    count = sum(map(len, todo.values()))
    for number, (url, outcome) in enumerate(_answers(todo, request), 1):
        found[url] = outcome
        request.tick(number, count)
    _remember(found, memory, request)
    return found


def _answers(todo: Mapping[str, list[str]], request: Request) -> Iterator[tuple[str, Outcome]]:
    return at_hosts(todo, lambda listed: _of_host(listed, request))


def at_hosts(
    todo: Mapping[str, list[Item]], ask: Callable[[list[Item]], Iterable[tuple[Item, Answer]]]
) -> Iterator[tuple[Item, Answer]]:
    """Yield items and answers as they come, where `todo` are items by host and `ask` yields those of one host.

    A few hosts are asked at once. The threads end with the process, so that nobody waits for a host. `ask` must not
    raise anything.
    """
    hosts: queue.SimpleQueue[list[Item]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Item, Answer]] = queue.SimpleQueue()
    for listed in todo.values():
        hosts.put(listed)

    def work() -> None:
        while True:
            try:
                listed = hosts.get_nowait()
            except queue.Empty:
                return
            for answer in ask(listed):
                done.put(answer)

    for _ in range(min(_AT_ONCE, len(todo))):
        threading.Thread(target=work, daemon=True).start()
    for _ in range(sum(map(len, todo.values()))):
        yield done.get()


def _of_host(listed: Iterable[str], request: Request) -> Iterator[tuple[str, Outcome]]:
    failed, last = 0, Outcome("silent")
    for number, url in enumerate(listed):
        if failed < _PATIENCE:
            if number:
                time.sleep(request.pause)
            last = _outcome(url, request)
        failed = failed + 1 if last.state in ("silent", "private") else 0
        yield url, last


def _outcome(url: str, request: Request) -> Outcome:
    """Ask for the head of a page; where that fails, for the page, since many a host refuses to tell the head."""
    try:
        reply = _head(url, request)
        if reply is None or reply.status >= 400:
            reply = web.ask(url, request.manners, body=False)
        pause = wait(reply)
        if pause:
            time.sleep(min(pause, _LONGEST) if request.pause else 0)
            reply = web.ask(url, request.manners, body=False)
    except web.RefusedError as error:
        return Outcome("private", str(error))
    except web.NoHostError as error:
        return Outcome("dead", str(error))
    except web.WebError as error:
        return Outcome("silent", str(error))
    except Exception as error:  # noqa: BLE001 - what a stranger's server does must not stop the check
        return Outcome("silent", f"{type(error).__name__}: {error}")
    return _judged(url, reply)


def _head(url: str, request: Request) -> web.Reply | None:
    try:
        return web.ask(url, request.manners, method="HEAD")
    except (web.RefusedError, web.NoHostError):
        raise
    except web.WebError:
        return None


def wait(reply: web.Reply) -> int:
    """Return for how many seconds a busy host wants to be left alone, 0 where it says nothing that can be kept."""
    after = reply.headers.get("retry-after", "")
    return int(after) if reply.status in (429, 503) and after.isdecimal() and int(after) <= _LONGEST else 0


def _judged(url: str, reply: web.Reply) -> Outcome:
    if reply.status in (404, 410):
        return Outcome("dead", named(reply.status))
    if reply.status >= 400:
        return Outcome("silent", named(reply.status))
    if _is_front(reply.url) and not _is_front(url):
        return Outcome("dead", f"it leads to the front page of {urls.host(reply.url)}")
    if reply.hops and all(hop.status in web.PERMANENT for hop in reply.hops):
        return Outcome("moved", there=reply.url)
    return Outcome("good")


def _is_front(url: str) -> bool:
    return url.partition("://")[2].partition("#")[0].rstrip("/").count("/") == 0 and "?" not in url


def named(status: int) -> str:
    """Return a status with its name, as "404 Not Found" (RFC 9110, section 15)."""
    try:
        return f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


# --- what is remembered: data that anyone may have changed


def _remembered(request: Request) -> dict[str, Outcome]:
    """Return what was good within the last week; nothing where the file cannot be read."""
    oldest = (request.now - _FRESH).timestamp()
    found = {}
    for url, row in _rows(request.memory).items():
        match row:
            case [("good" | "moved") as state, str(there), int(at)] if oldest < at <= request.now.timestamp():
                if state == "good" or urls.safe_external(there):
                    found[url] = Outcome(state, there=there)
            case _:
                pass
    return found


def _rows(path: str) -> dict[str, Any]:
    try:
        rows = json.loads(files.read_bytes(path, _LIMIT)) if path else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _remember(found: Mapping[str, Outcome], before: Mapping[str, Outcome], request: Request) -> None:
    if not request.memory:
        return
    at = int(request.now.timestamp())
    old = _rows(request.memory)
    kept = {url: old[url] for url in before if url in old}
    rows = kept | {
        url: [item.state, item.there, at]
        for url, item in found.items()
        if item.state in ("good", "moved") and url not in kept
    }
    files.make_own(*os.path.split(os.path.dirname(request.memory)))
    files.put(request.memory, json.dumps(rows, sort_keys=True).encode())
