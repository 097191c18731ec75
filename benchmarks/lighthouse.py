"""Lighthouse over the digest of this repository, in every theme: four pages each, as phones and as desks see them.

It ends with 1 where accessibility, best practices or SEO is less than 100 anywhere. Speed is told: it depends on the
machine, and what it rests on (bytes, requests, shifts) is asserted in tests/test_weight.py.
"""

from __future__ import annotations

import argparse
import gzip
import json
import mimetypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

import yaml

from benchmarks.report import table
from digestgen import __version__, build

_ROOT: Final = Path(__file__).resolve().parent.parent

#: What has to be 100, and what is told.
_ASSERTED: Final = ("accessibility", "best-practices", "seo")
_TOLD: Final = "performance"

#: The pages, by what the largest of each kind is called.
_KINDS: Final = {
    "front": r"index\.html",
    "article": r"\d{4}/\d\d/[^/]+/index\.html",
    "tag": r"tags/[^/]+/index\.html",
    "edition": r"editions/[^/]+/index\.html",
}

#: The moment of the build, so that every run sees the same pages.
_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scores:
    """What Lighthouse says of a page on a device: scores from 0 to 100, figures for speed, and what it found wrong."""

    theme: str
    page: str
    device: str
    scores: dict[str, int]
    figures: dict[str, str]
    wrong: tuple[str, ...]

    @property
    def good(self) -> bool:
        return all(self.scores[name] == 100 for name in _ASSERTED)


class _Handler(SimpleHTTPRequestHandler):
    """Serves files as hosts do: compressed, and for long where a name has a fingerprint."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BytesIO | BinaryIO | None:
        path = Path(self.translate_path(self.path))
        file = path / "index.html" if path.is_dir() else path
        if not file.is_file():
            self.send_error(404)
            return None
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        data = file.read_bytes()
        packed = kind.startswith("text/") or kind.endswith(("xml", "json", "javascript"))
        if packed:
            data = gzip.compress(data)
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if packed else kind)
        self.send_header("Content-Length", str(len(data)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if re.search(r"\.[0-9a-f]{10}\.\w+$", file.name):
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.end_headers()
        return BytesIO(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def themes() -> tuple[str, ...]:
    """Return the names of all themes that a site can use as they come."""
    found = sorted((_ROOT / "themes").glob("*/theme.yaml"))
    return tuple(
        path.parent.name for path in found if not yaml.safe_load(path.read_text(encoding="utf-8")).get("skeleton")
    )


def _built(theme: str, folder: Path) -> Path:
    """Build the digest of this repository with a theme; return its output."""
    shutil.copytree(_ROOT / "content", folder / "content")
    for path in _ROOT.glob("*.yaml"):
        shutil.copy(path, folder)
    settings = re.sub(r"(?m)^theme:.*\n", "", (folder / "site.yaml").read_text(encoding="utf-8"))
    (folder / "site.yaml").write_text(f"{settings}\ntheme: {theme}\n", encoding="utf-8")
    result = build.build(build.Request(folder, _NOW))
    if result.output is None or not result.ok:
        raise SystemExit(f"the digest does not build with the theme {theme}")
    return result.output


def _pages(output: Path) -> Iterator[tuple[str, str]]:
    """Yield the kind of each page that is looked at, and its address below the root."""
    paths = {path.relative_to(output).as_posix(): path.stat().st_size for path in output.rglob("*.html")}
    for kind, pattern in _KINDS.items():
        largest = max((path for path in paths if re.fullmatch(pattern, path)), key=lambda path: paths[path])
        yield kind, largest.removesuffix("index.html")


def _asked(program: Path, chromium: str, address: str, device: str) -> dict[str, Any]:
    """Let Lighthouse look at a page; return its report."""
    flags = ["--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = ["node", str(program), address, "--quiet", "--output=json", f"--chrome-flags={' '.join(flags)}"]
    command += [f"--only-categories={','.join((*_ASSERTED, _TOLD))}"]
    command += ["--preset=desktop"] if device == "desk" else []
    done = subprocess.run(
        command, env={**os.environ, "CHROME_PATH": chromium}, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise SystemExit(f"Lighthouse ended with {done.returncode}:\n{done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _scores(theme: str, page: str, device: str, report: dict[str, Any], origin: str) -> Scores:
    audits = report["audits"]
    weighed = {item["id"] for name in _ASSERTED for item in report["categories"][name]["auditRefs"] if item["weight"]}
    wrong = tuple(
        f"{name}: {audits[name]['title']}" for name in sorted(weighed) if (audits[name]["score"] or 0) < 1
        and audits[name]["scoreDisplayMode"] not in ("notApplicable", "informative", "manual")
    )  # fmt: skip
    items = audits["network-requests"]["details"]["items"]
    figures = {
        "requests": str(len(items)),
        "KB": f"{sum(item['transferSize'] for item in items) / 1000:.1f}",
        "largest paint, s": f"{audits['largest-contentful-paint']['numericValue'] / 1000:.2f}",
        "blocked, ms": f"{audits['total-blocking-time']['numericValue']:.0f}",
        "shift": f"{audits['cumulative-layout-shift']['numericValue']:.3f}",
    }
    foreign = tuple(f"asks for {item['url']}" for item in items if not item["url"].startswith((origin, "data:")))
    scores = {name: round(100 * report["categories"][name]["score"]) for name in (*_ASSERTED, _TOLD)}
    return Scores(theme, page, device, scores, figures, (*wrong, *foreign))


def _look(program: Path, chromium: str, devices: Sequence[str], chosen: Sequence[str]) -> Iterator[Scores]:
    for theme in chosen:
        with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
            output = _built(theme, Path(folder))
            with _served(output) as origin:
                for kind, path in _pages(output):
                    for device in devices:
                        report = _asked(program, chromium, origin + path, device)
                        found = _scores(theme, kind, device, report, origin)
                        print(f"{theme}, {kind}, {device}: {found.scores}", *found.wrong, sep="\n  ", flush=True)
                        yield found


def _told(found: Sequence[Scores], version: str) -> str:
    head = ("theme", "page", "device", "access", "practices", "SEO", "speed", *found[0].figures)
    rows = [
        (item.theme, item.page, item.device, *map(str, item.scores.values()), *item.figures.values()) for item in found
    ]
    when = f"{datetime.now(UTC):%Y-%m-%d}, Lighthouse {version}, digestgen {__version__}."
    return f"{when}\n\n{table(head, rows)}"


def main() -> int:
    """Read the command line, look at all pages, and print the table; with `--markdown FILE` write it there as well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lighthouse", description=__doc__)
    parser.add_argument("--program", type=Path, required=True, help="Lighthouse's cli/index.js")
    parser.add_argument("--chromium", required=True, help="the browser")
    parser.add_argument("--theme", action="append", choices=themes(), default=[], help="leave out the other themes")
    parser.add_argument("--device", action="append", choices=("phone", "desk"), default=[], help="leave out the other")
    parser.add_argument("--markdown", type=Path, help="write the table to this file, too")
    given = parser.parse_args()
    devices, chosen = given.device or ["phone", "desk"], given.theme or themes()
    found = list(_look(given.program, given.chromium, devices, chosen))
    version = json.loads((given.program.parent.parent / "package.json").read_text(encoding="utf-8"))["version"]
    text = _told(found, version)
    print(f"\n{text}")
    if given.markdown:
        given.markdown.write_text(text, encoding="utf-8")
    return 0 if all(item.good for item in found) else 1


if __name__ == "__main__":
    sys.exit(main())
