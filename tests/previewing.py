"""A preview server in a process of its own, as a user starts it, for tests that look at it from outside."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

#: Seconds after which something that should have happened has not.
PATIENCE = 60.0

Value = TypeVar("Value")


@dataclass(slots=True)
class Preview:
    """A running preview of the site in `folder` and what it said so far, line by line."""

    folder: Path
    process: subprocess.Popen[str]
    lines: queue.Queue[str] = field(default_factory=queue.Queue)
    said: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    def until(self, pattern: str) -> re.Match[str]:
        """Read lines until one matches; return the match."""
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, ends - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"nobody said {pattern!r}, but {self.said}") from None
            self.said.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def write(self, path: str, text: str) -> None:
        """Write a file as editors do: beside it, and then over it."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)

    def change(self, path: str, old: str, new: str) -> None:
        """Change a text in a file."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def send(self, data: bytes, *, end: bool = True) -> bytes:
        """Send bytes on a connection of their own, and no more; return all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(data)
            if end:
                connection.shutdown(socket.SHUT_WR)
            parts = []
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(1 << 16):
                    parts.append(part)
            return b"".join(parts)

    def ask(self, target: str, method: str = "GET", host: str = "", **fields: str) -> tuple[int, dict[str, str], bytes]:
        """Ask for a target as it is; return status, fields in lower case and body."""
        fields = {"Host": host or f"127.0.0.1:{self.port}", "Connection": "close"} | {
            name.replace("_", "-"): value for name, value in fields.items()
        }
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        head, _, body = self.send("\r\n".join([*lines, "", ""]).encode("utf-8")).partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        named = (line.partition(": ") for line in rest)
        return int(first.split(" ")[1]), {name.lower(): value for name, _, value in named}, body

    def shows(self, target: str, wanted: Callable[[bytes], bool]) -> bytes:
        """Ask until the page at a target is as wanted; return it."""
        return self.becomes(lambda: self.ask(target)[2], wanted)

    def becomes(self, look: Callable[[], Value], wanted: Callable[[Value], bool]) -> Value:
        """Look until what is seen is as wanted; return it."""
        ends = time.monotonic() + PATIENCE
        while not wanted(seen := look()):
            assert time.monotonic() < ends, f"it stays {seen!r}"
            time.sleep(0.02)
        return seen


@contextlib.contextmanager
def previewing(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Preview]:
    """Start a preview of the site in `folder` at any port, and end it with an interrupt."""
    with _started(folder, arguments, environment or {}) as process:
        preview = Preview(folder, process)
        reading = threading.Thread(target=_read, args=(process, preview.lines), daemon=True)
        reading.start()
        try:
            preview.address = preview.until(r"is at (http://\S+)")[1]
            yield preview
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            code = process.wait(PATIENCE)
            reading.join(PATIENCE)
            while not preview.lines.empty():
                preview.said.append(preview.lines.get())
    assert code == 0, preview.said
    assert not [line for line in preview.said if "Traceback" in line or "fault" in line], preview.said


def _started(
    folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str]
) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    own = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "VISUAL": "", "EDITOR": "", **environment}
    port = () if "--port" in arguments else ("--port", "0")
    return subprocess.Popen(
        [sys.executable, "-m", "digestgen", "-C", str(folder), "serve", "--jobs", "1", *port, *arguments],
        env={**os.environ, **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def _read(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line.rstrip("\n"))
