"""Targets that have files: the cache, the list in the output folder, requests, and a whole site."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from digestgen import cli, fingerprint, traces, writer
from digestgen.diagnostics import Diagnostic
from digestgen.serve import wire
from digestgen.serve.guard import Guard
from digestgen.serve.server import Options, Server, Voice
from digestgen.serve.values import Built
from tests.building import everything, plain_theme, published
from tests.sites import write_site
from tests.test_pictures import picture
from tests.trust.frame import ROOT
from tests.trust.fuzz.target import Trial
from tests.trust.payloads import faults

#: Seconds of the processor after which a build has not ended in time; one of these sites takes a tenth of one.
_PATIENCE: Final = 60.0

# --- builds


def _built(folder: Path) -> tuple[int, str]:
    """Build a site as its user does, in this process; return the exit code and all that was said."""
    told = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)
    before, began = sys.argv, time.process_time()
    sys.argv = ["digestgen", "-C", str(folder), "build", "--now", "2024-06-01", "--jobs", "1"]
    code: object = None
    try:
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            cli.main()
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.argv = before
    said = told.buffer.getvalue().decode("utf-8", "replace")
    assert code in (0, 1), (code, said[-2000:])
    assert "Traceback" not in said, said[-2000:]
    assert "fault:" not in said.replace("default:", ""), said[-2000:]
    assert time.process_time() - began < _PATIENCE, f"{time.process_time() - began:.0f} s"
    return int(str(code)), said


def _again(kept: Path, folder: Path) -> None:
    """Put back what was there before, with the times that files had."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder, symlinks=True)


#: A small site, whose theme is quickly drawn.
_SMALL: Final = """\
-- site.yaml --
title: Digest
url: https://digest.example/base/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
languages: [de]
theme: plain
-- tags.yaml --
- names: {en: Trade, de: Handel}
-- content/rain.md --
---
title: Rain
date: 2024-05-03
tags: [Trade]
sources: [{name: The Gazette, url: https://gazette.example/rain}]
---
It rained. See [the drought](drought.md).
-- content/rain.de.md --
---
title: Regen
date: 2024-05-03
---
Es hat geregnet.
-- content/drought.md --
---
title: Drought
date: 2024-05-02
---
![a map](map.svg)
-- content/map.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
""" + plain_theme()


# --- the cache

_TABLES: Final = ("parsed", "manuscript", "rendered", "plan", "meta")


@contextmanager
def cache(folder: Path) -> Iterator[Trial]:
    """Bytes of the file, or of a value of a row, are others; an article may have changed meanwhile.

    The first four of the bytes choose what is harmed, and where.
    """
    site, kept = folder / "site", folder / "kept"
    write_site(site, _SMALL)
    assert _built(site)[0] == 0
    shutil.copytree(site, kept)
    clean = [published(site / "public")]
    _edit(site)
    assert _built(site)[0] == 0
    clean.append(published(site / "public"))

    def tried(data: bytes) -> None:
        _again(kept, site)
        plan, rest = _numbers(data, 4)
        file = site / ".digestgen/cache.sqlite"
        kind = plan[0] % 4
        if kind == 0:
            _splice(file, plan, rest)
        else:
            _row(file, plan, rest, signed=kind == 3)
        edited = plan[0] % 8 > 3
        if edited:
            _edit(site)
        for _ in range(2):
            code, said = _built(site)
            assert kind == 3 or code == 0, said
        if kind == 3:  # with a checksum that fits it may be believed, until it is thrown away
            shutil.rmtree(site / ".digestgen")
            assert _built(site)[0] == 0
        found = published(site / "public")
        assert found == clean[edited], _unlike(found, clean[edited])

    yield tried


def _edit(site: Path) -> None:
    path = site / "content/rain.md"
    path.write_bytes(path.read_bytes().replace(b"It rained.", b"It poured."))


def _unlike(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    return sorted(path for path in {*one, *other} if one.get(path) != other.get(path))


def _numbers(data: bytes, count: int) -> tuple[Sequence[int], bytes]:
    """Return what the first bytes choose, as numbers, and the others."""
    return data[:count].ljust(count, b"\0"), data[count:]


def _splice(file: Path, plan: Sequence[int], new: bytes) -> None:
    whole = bytearray(file.read_bytes())
    at = (plan[1] << 8 | plan[2]) % len(whole)
    whole[at : at + (len(new) if plan[3] % 2 else plan[3])] = new
    file.write_bytes(whole)


def _row(file: Path, plan: Sequence[int], new: bytes, *, signed: bool) -> None:
    """Put bytes into a value, in the place of a part of it or of all; `signed` with the checksum that fits."""
    table = _TABLES[plan[1] % len(_TABLES)]
    with closing(sqlite3.connect(file)) as base, base:
        rows = base.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
        row: list[Any] = list(rows[plan[2] % len(rows)])
        column = 2 + plan[3] % (len(row) - 2)
        old = str(row[column])
        cut = plan[0] >> 3
        at = cut * len(old) // 31
        text = new.decode("utf-8", "replace")
        row[column] = text if not cut else old[:at] + text + old[at + len(text) :]
        if signed:
            row[1] = traces._check(row[0], *row[2:])
        base.execute(f"REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)


# --- the list in the output folder

_OWN: Final = {"index.html": b"one", "a/index.html": b"two", "a/b/old.html": b"three"}
_WANTED: Final = {"index.html": b"one", "a/index.html": b"another", "new/x.css": b"new", "a/b": b"a file"}
_MINE: Final = {"CNAME": b"mine", "a/mine.txt": b"mine", "new/y/z": b"mine"}


@contextmanager
def output_list(folder: Path) -> Iterator[Trial]:
    """The list of files says what it likes; a build replaces and removes files all the same."""
    out, kept, outside = folder / "site/public", folder / "kept", folder / "outside"
    guard = writer.Guard(folder / "site", ())
    outside.mkdir()
    _write(out, guard, _OWN)
    for path, data in _MINE.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    (out / "away").symlink_to(outside)
    shutil.copytree(out, kept, symlinks=True)

    def tried(data: bytes) -> None:
        _again(kept, out)
        (outside / "index.html").write_bytes(b"mine")
        (out / writer.LIST).write_bytes(data)
        before = everything(out)
        named = _named(data)
        errors = _write(out, guard, _WANTED)
        found = everything(out)
        assert everything(outside) == {"index.html": b"mine"}
        assert found["away"] == os.fsencode(outside), found
        if errors:
            assert _but_lock(found) == _but_lock(before), (errors, _unlike(found, before))
            return
        for path, mine in _MINE.items():
            assert path in named or found.get(path) == mine, (path, data)
        assert {path: found.get(path) for path in _WANTED} == _WANTED, found
        assert writer.read_list(str(out)).keys() == _WANTED.keys(), found[writer.LIST]
        assert not _write(out, guard, _WANTED)
        assert everything(out) == found

    yield tried


def _but_lock(found: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in found.items() if path != writer.LOCK}


def _named(data: bytes) -> set[str]:
    """Return what the list names, in whatever way."""
    return {line.partition(" ")[2] for line in data.decode("utf-8", "replace").split("\n")}


def _write(out: Path, guard: writer.Guard, wanted: Mapping[str, bytes]) -> list[Diagnostic]:
    """Write files as a build does; return what keeps it from that."""
    found: list[Diagnostic] = []
    with writer.opened(out, guard, found) as output:
        if output is not None:
            for path, data in wanted.items():
                output.stage(path, data, found)
            if not (errors := [item for item in found if item.severity == "error"]):
                output.commit(found)
            return errors
    return found


# --- requests

_PORT: Final = 8000
_FILM: Final = bytes(range(256)) * 20
_SECRET: Final = b"a secret of this machine"
_PAGE: Final = b"<!DOCTYPE html>\n<html lang=en><head><title>t</title></head><body><p>text</p></body></html>\n"
_SERVED: Final = {"index.html": _PAGE, "film.mp4": _FILM, "a/index.html": _PAGE, "404.html": _PAGE, "x.css": b"p {}"}


class _Client:
    """The other end of a connection, which takes everything at once."""

    def __init__(self) -> None:
        self.taken = bytearray()
        self.transport = self

    def write(self, data: bytes) -> None:
        self.taken += data

    async def drain(self) -> None:
        pass

    def close(self) -> None:
        pass

    abort = close


@contextmanager
def requests(folder: Path) -> Iterator[Trial]:
    """Somebody connects to the preview, sends bytes, and hangs up."""
    notes: list[str] = []
    options = Options(folder / "site", lambda: 1.7e9, port=_PORT)
    server = Server(options, Voice(notes.append, lambda _built: None, notes.append), ".digestgen/preview")
    for path, data in {**_SERVED, "unlisted.txt": _SECRET, "../../../content/a.md": _SECRET}.items():
        place = Path(server.output, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    listed = {path: fingerprint.of_bytes(data) for path, data in _SERVED.items()}
    server.desk.take(Built(ok=True, base="/news/", files=listed))
    server.door.guard = Guard("127.0.0.1", _PORT)
    loop = asyncio.new_event_loop()

    def tried(data: bytes) -> None:
        with ThreadPoolExecutor(1) as thread:  # in that of a test another loop may be at work
            answers = thread.submit(loop.run_until_complete, _sent(server, data)).result(_PATIENCE)
        assert not notes, notes.pop()
        assert bool(answers) >= _is_whole(data), data
        assert _SECRET not in answers, answers
        assert b"Traceback" not in answers, answers
        _answers(answers)

    with closing(loop):
        yield tried


async def _sent(server: Server, data: bytes) -> bytes:
    reader, client = asyncio.StreamReader(limit=wire.HEAD), _Client()
    reader.feed_data(data)
    reader.feed_eof()
    await server.door._came(reader, client)  # type: ignore[arg-type]
    assert not server._streams, "a stream stays open"
    return bytes(client.taken)


def _is_whole(data: bytes) -> bool:
    """Tell whether this is a request that can be answered: one whose body, if it has any, is not cut off."""
    head, end, _ = data.partition(b"\r\n\r\n")
    return bool(data) and (not end or b"content-length" not in head.lower())


_HEAD: Final = re.compile(rb"HTTP/1\.1 (?P<status>\d{3}) [A-Za-z -]+\r\n(?P<fields>(?:[A-Za-z-]+: [ -~]*\r\n)*)\r\n")


def _answers(data: bytes) -> None:
    """One answer follows the other, each whole; none tells of a fault, and what is handed out is what was built."""
    while data:
        head = _HEAD.match(data)
        assert head, data[:500]
        status = int(head["status"])
        assert status < 500 or status in (501, 503), data[:500]
        fields = dict(line.lower().split(b": ", 1) for line in head["fields"].splitlines())
        data = data[head.end() :]
        if fields[b"content-type"].startswith(b"text/event-stream"):
            assert re.fullmatch(rb"(?:(?:data: \{.*\}|: still here)\n\n)*", data), data
            return
        if not data or data.startswith(b"HTTP/1.1 "):  # nothing but the head was asked for
            continue
        length = int(fields[b"content-length"])
        body = data[:length]
        assert len(body) == length, data
        if fields[b"content-type"] == b"video/mp4":
            assert body in _FILM, body
        data = data[length:]


# --- a site

_WHOLE: Final = (
    (ROOT / "tests/golden/site.txt")
    .read_text(encoding="utf-8")
    .replace("paginate: 2\n", "paginate: 2\ntheme: plain\nimages: {widths: [20]}\neditions: files\n")
    .replace("tags: [Trade, C++]\n", "tags: [Trade, C++]\nstory: weather\n")
    + """\
-- stories.yaml --
weather: {title: Weather}
-- content/editions/2024-05-04.md --
---
articles: [../2024/rain.md]
---
What happened.
-- content/2024/hail.md --
---
title: Hail
date: 2024-04-29
image: {src: p.png, alt: Hail}
---
![p](p.png) ![m](map.svg) [d](data.csv)
-- locale/de.po --
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Archive"
msgstr "Ablage"
"""
    + plain_theme(
        edition='{% extends "base.html" %}\n{% block main %}{{ page.html|safe }}{% endblock %}\n',
        editions='{% extends "base.html" %}\n',
    )
)

#: What may hold any bytes. site.yaml is not among them: it is the site's owner's own, and says where all this lies.
_PLACES: Final = (
    "content/2024/rain.md",
    "content/2024/rain.de.md",
    "content/2024/drought.md",
    "content/pages/about.md",
    "content/editions/2024-05-04.md",
    "content/2024/map.svg",
    "content/2024/p.png",
    "content/2024/data.csv",
    "sources.yaml",
    "people.yaml",
    "tags.yaml",
    "stories.yaml",
    "locale/de.po",
    "themes/plain/theme.yaml",
)


@contextmanager
def site(folder: Path) -> Iterator[Trial]:
    """One file of a site holds other bytes; the first of these choose which."""
    whole, kept = folder / "site", folder / "kept"
    write_site(whole, _WHOLE)
    (whole / "content/2024/p.png").write_bytes(picture("png", (50, 20)))
    code, said = _built(whole)
    assert code == 0, said
    shutil.copytree(whole, kept)
    old = published(whole / "public")

    def tried(data: bytes) -> None:
        _again(kept, whole)
        choice, rest = _numbers(data, 1)
        (whole / _PLACES[choice[0] % len(_PLACES)]).write_bytes(rest)
        code, said = _built(whole)
        found = published(whole / "public")
        assert not code or found == old, (said, _unlike(found, old))
        assert "index.html" in found, said
        for path, page in found.items():
            if path.endswith(".html") and old.get(path) != page:
                wrong = faults(page.decode(), whole=True)
                assert not wrong, (path, wrong)

    yield tried


def places() -> list[bytes]:
    """Return what the files of the site hold, each behind what chooses it."""
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder), _WHOLE)
        Path(folder, "content/2024/p.png").write_bytes(picture("png", (50, 20)))
        held = [Path(folder, path).read_bytes() for path in _PLACES]
    ways: tuple[Callable[[bytes], bytes], ...] = (
        lambda data: data + b"\n",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b":", b": *", 2),
    )
    return [bytes([number]) + way(data) for number, data in enumerate(held) for way in ways]


def requested() -> list[bytes]:
    """Return requests as browsers send them, and some that they do not."""
    host = f"Host: 127.0.0.1:{_PORT}\r\n"
    ours = f"{host}Origin: http://127.0.0.1:{_PORT}\r\nX-Digestgen-Token: t\r\n"
    foreign = "Sec-Fetch-Site: cross-site\r\n"
    texts = [
        *(f"GET {path} HTTP/1.1\r\n{host}\r\n" for path in ("/", "/news/", "/news/film.mp4", "/news/a", "/news/none")),
        f"GET /news/film.mp4 HTTP/1.1\r\n{host}Range: bytes=5-9\r\nIf-Range: *\r\nConnection: close\r\n\r\n",
        f"GET /news/film.mp4 HTTP/1.0\r\n{host}Range: bytes=-9\r\nIf-None-Match: *\r\n{foreign}\r\n",
        f"HEAD /news/x.css HTTP/1.1\r\n{host}\r\nGET /.digestgen/preview.js HTTP/1.1\r\n{host}\r\n",
        f"GET /.digestgen/events?page=/news/&now=1 HTTP/1.1\r\n{host}\r\n",
        f"POST /.digestgen/open?path=content/a.md&line=1 HTTP/1.1\r\n{ours}Content-Length: 3\r\n\r\nabc",
        f"GET /news/%2e%2e/%2e%2e/content/a.md HTTP/1.1\r\n{host}\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n",
    ]  # fmt: skip
    return [text.encode() for text in texts]


def listed() -> list[bytes]:
    """Return lists of files: as a build writes them, and as an enemy might."""
    lines = [f"{fingerprint.of_bytes(data)} {path}\n" for path, data in {**_OWN, **_MINE}.items()]
    hostile = [f"{'0' * 64} {path}\n" for path in ("../outside/index.html", "away/index.html", "a", "a/b", "/etc/x")]
    return ["".join(some).encode() for some in (lines[:3], lines, hostile, [*lines[:3], *hostile], ["# x\n", "a b\n"])]


def harms() -> list[bytes]:
    """Return what is done to the cache: four numbers that choose, and bytes."""
    news = (b"", b"null", b"[]", b"\xff\x00", b'{"a": 1e999}', b"SQLite format 3", b"[" * 50, b"x" * 300)
    return [
        bytes([kind + 8 * at, table, at, kind]) + new
        for kind in range(8)
        for table, at in ((0, 0), (3, 9))
        for new in news
    ]
