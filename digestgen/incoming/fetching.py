"""Feeds from the network: asked politely, and only for what is new since the last time (RFC 9110, section 13)."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from digestgen import files, outside, urls, web
from digestgen.dataclass import dataclass

#: What a feed's host is told that is wanted.
_ACCEPT: Final = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

_LIMIT: Final = 4 * 1024 * 1024


@dataclass(frozen=True)
class Seen:
    """What a feed's host called the feed when it was last read whole: `mark` stands for what was made of it then."""

    mark: str
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Answer:
    """What came of a feed: its bytes, from the address `base`; or, in `failure`, why nothing did.

    `unchanged` tells that it is as it was, `moved` where it has moved to for good.
    """

    base: str = ""
    data: bytes = b""
    type: str = ""
    etag: str = ""
    modified: str = ""
    moved: str = ""
    unchanged: bool = False
    failure: str = ""
    help: str = ""


def fetch(
    wanted: Mapping[str, Seen | None], manners: web.Manners, pause: float, tick: Callable[[int, int], None]
) -> dict[str, Answer]:
    """Return the answer for each address in `wanted`, which says what was seen there before.

    One request at a time goes to a host, with `pause` seconds behind it. `tick(done, of)` is called as answers come.
    """
    todo: dict[str, list[str]] = defaultdict(list)
    for url in wanted:
        todo[urls.host(url)].append(url)
    found = {}

    def ask(listed: Iterable[str]) -> Iterator[tuple[str, Answer]]:
        for number, url in enumerate(listed):
            time.sleep(pause if number else 0)
            yield url, _answer(url, wanted[url], manners, pause)

    for number, (url, answer) in enumerate(outside.at_hosts(todo, ask), 1):
        found[url] = answer
        tick(number, len(wanted))
    return found


def _answer(url: str, seen: Seen | None, manners: web.Manners, pause: float) -> Answer:
    headers = {"Accept": _ACCEPT}
    if seen and seen.etag:
        headers["If-None-Match"] = seen.etag
    if seen and seen.modified:
        headers["If-Modified-Since"] = seen.modified
    try:
        reply = web.ask(url, manners, headers=headers)
        wait = outside.wait(reply)
        if wait:
            time.sleep(wait if pause else 0)
            reply = web.ask(url, manners, headers=headers)
    except web.RefusedError as error:
        help = "with --private, hosts in private networks are asked" if "private" in str(error) else ""
        return Answer(failure=str(error), help=help)
    except web.WebError as error:
        return Answer(failure=str(error))
    except Exception as error:  # noqa: BLE001 - what a stranger's server does must not stop the others
        return Answer(failure=f"{type(error).__name__}: {error}")
    return _judged(reply, asked_before=seen is not None)


def _judged(reply: web.Reply, *, asked_before: bool) -> Answer:
    moved = reply.url if reply.hops and all(hop.status in web.PERMANENT for hop in reply.hops) else ""
    if reply.status == 304 and asked_before:
        return Answer(reply.url, unchanged=True, moved=moved)
    if reply.status == 410:
        return Answer(failure=outside.named(410), help="it is gone for good: take it out of `feeds.follow`")
    if reply.status != 200:
        return Answer(failure=f"it answers {outside.named(reply.status)}")
    headers = reply.headers
    kind, etag, modified = (headers.get(name, "") for name in ("content-type", "etag", "last-modified"))
    return Answer(reply.url, reply.body, kind, etag, modified, moved)


# --- what is remembered: data that anyone may have changed, and that is worth nothing


def remembered(path: str) -> dict[str, Seen]:
    """Return what was seen at each address, from the file at `path`; nothing where that cannot be read."""
    return {url: Seen(**row) for url, row in _rows(path).items() if _is_row(row)}


def _rows(path: str) -> dict[str, Any]:
    try:
        rows = json.loads(files.read_bytes(path, _LIMIT))
    except (OSError, ValueError, RecursionError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _is_row(row: Any) -> bool:
    """Tell whether a row can be sent: a line break in it would be another header."""
    return (
        isinstance(row, dict)
        and row.keys() == {"mark", "etag", "modified"}
        and all(isinstance(text, str) and text.isascii() and (text.isprintable() or not text) for text in row.values())
    )


def remember(path: str, seen: Mapping[str, Seen]) -> None:
    """Put what was seen into the file at `path`."""
    rows = {url: {"mark": item.mark, "etag": item.etag, "modified": item.modified} for url, item in seen.items()}
    files.make_dirs(os.path.dirname(path))
    files.put(path, json.dumps({url: row for url, row in rows.items() if _is_row(row)}, sort_keys=True).encode())
