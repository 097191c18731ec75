"""Feeds for tests, and a host that offers them: a real server on loopback."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape


def rss(*items: str, head: str = "<title>The Wire</title><link>https://wire.example/</link>") -> str:
    """Return an RSS 2.0 feed with `items`, each what stands in its element."""
    listed = "".join(f"<item>{item}</item>" for item in items)
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel>{head}{listed}</channel></rss>'


def item(number: int, title: str = "", more: str = "") -> str:
    """Return an item of the `number`th of May 2024."""
    title = title or f"Report {number}"
    return (
        f"<title>{escape(title)}</title><link>https://wire.example/report-{number:04d}</link>"
        f"<guid isPermaLink='false'>tag:wire.example,2024:{number}</guid>"
        f"<pubDate>{number:02d} May 2024 14:00:00 +0200</pubDate>{more}"
    )


@dataclass(slots=True)
class Page:
    """What a path answers. A page with an `etag` or a date (`modified`) answers 304 to those who know that.

    One that is `busy` answers 503 that many times, and to ask again at once.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    modified: str = ""
    busy: int = 0


@dataclass(slots=True)
class Host:
    """A host: what its paths answer, which may be changed, and all that was asked: path and headers."""

    base: str
    pages: dict[str, Page]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    quiet: threading.Event = field(default_factory=threading.Event)


@contextmanager
def host(**pages: Page | str) -> Iterator[Host]:
    """Run a host with `pages` by name. `/slow` sends one byte and then nothing, until the host ends."""
    found = Host(
        "", {f"/{name}": page if isinstance(page, Page) else Page(page.encode()) for name, page in pages.items()}
    )

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.asked.append((self.path, headers))
            page = found.pages.get(self.path, Page(status=404))
            told = {"if-none-match": page.etag, "if-modified-since": page.modified}
            known = any(mark and headers.get(name) == mark for name, mark in told.items())
            page.busy -= 1
            self.send_response(503 if page.busy >= 0 else 304 if known else page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            marks = {"ETag": page.etag, "Last-Modified": page.modified, "Retry-After": "1" if page.busy >= 0 else ""}
            for name, value in marks.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            if self.path == "/slow":
                self.wfile.write(b"<")
                self.wfile.flush()
                found.quiet.wait(30)
            elif not known:
                self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        found.base = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield found
        finally:
            found.quiet.set()
            server.shutdown()


def packed(text: str) -> Page:
    """Return a page that comes packed."""
    return Page(gzip.compress(text.encode()), headers={"Content-Encoding": "gzip"})
