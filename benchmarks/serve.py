"""From save to changed page, as a browser sees it: `.venv/bin/python -m benchmarks.serve`.

A preview of invented articles runs as a user starts it, and Chromium shows one of them, or the front page. The file is
written; the browser notes when a frame with the new text was drawn. Both clocks are the system's.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from benchmarks import articles
from benchmarks.articles import Article
from benchmarks.report import table
from dev import CHROMIUM_NAMES

_SITE: Final = """\
title: The Race
url: https://race.example/digest/
site_id: 0b1f8a52-6c1e-4f0e-9f5b-3d0a52c1a7de
theme: own
"""

_SHEET: Final = "themes/own/assets/own.css"
_THEME: Final = {
    "themes/own/theme.yaml": "name: own\nextends: broadsheet\n",
    "themes/own/templates/base.html": (
        '{% extends "broadsheet/base.html" %}\n{% block head %}\n{{ super() }}\n'
        '<link rel="stylesheet" href="{{ asset("own.css") }}">\n{% endblock %}\n'
    ),
    _SHEET: "h1 { --edition: e0 }\n",
}

#: Sets `waiting`: it resolves when the word is there and a frame with it was drawn, to that moment in milliseconds
#: since 1970.
_WAIT: Final = """
(word) => {
  const seen = () => document.body.textContent.includes(word)
    || getComputedStyle(document.querySelector('h1')).getPropertyValue('--edition').includes(word);
  window.waiting = new Promise((resolve) => {
    const drawn = () => resolve(performance.timeOrigin + performance.now());
    const look = () => requestAnimationFrame(() => (seen() ? setTimeout(drawn) : look()));
    look();
  });
}
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """A kind of edit: its name, the page on which it shows, and what puts a word into the site."""

    name: str
    page: str
    make: Callable[[str], None]


def edits(site: Path, every: Sequence[Article]) -> Sequence[Edit]:
    """Return the kinds of edits of `every` article of a site: of one from the middle, and of the newest."""
    item, newest = every[len(every) // 2], max(every, key=lambda item: item.name.moment)
    page = item.name.page.removesuffix("index.html")

    def body(word: str) -> None:
        articles.DIGESTGEN.write(site, item.with_body(f"Edited: {word}"))

    def title(word: str) -> None:
        articles.DIGESTGEN.write(site, item.with_title(f"Edited: {word}"))

    def sheet(word: str) -> None:
        (site / _SHEET).write_text(f"h1 {{ --edition: {word} }}\n", encoding="utf-8")

    def listed(word: str) -> None:
        articles.DIGESTGEN.write(site, newest.with_title(f"Edited: {word}"))

    def another(word: str) -> None:
        name = replace(newest.name, slug=f"new-{word}", moment=newest.name.moment + timedelta(hours=1))
        articles.DIGESTGEN.write(site, replace(newest.with_title(f"Edited: {word}"), name=name))

    return (
        Edit("a paragraph", page, body),
        Edit("a headline", page, title),
        Edit("a style sheet", page, sheet),
        Edit("a headline on the front page", "", listed),
        Edit("a new article on the front page", "", another),
    )


@contextmanager
def preview(site: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Run a preview of a site; yield its address as soon as it says it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "digestgen", "-C", str(site), "serve", "--port", "0"],
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        assert process.stdout is not None
        found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)), None)
        assert found is not None, "the preview did not start"
        try:
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()


def measured(page: Page, edit: Edit, number: int) -> float:
    """Make an edit and return the milliseconds from the save until it was drawn."""
    word = f"word{number}of{time.monotonic_ns()}"
    page.evaluate(_WAIT, word)
    began = time.time() * 1000
    edit.make(word)
    return float(page.evaluate("window.waiting")) - began


def run(size: int, laps: int, folder: Path) -> str:
    """Measure all kinds of edits on a site of `size` articles and return a table."""
    site = folder / "site"
    for path, text in ({"site.yaml": _SITE, "sources.yaml": articles.registry()} | _THEME).items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    every = list(articles.articles(size))
    for item in every:
        articles.DIGESTGEN.write(site, item)
    rows = []
    with preview(site, {}) as address, sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
        flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        page = browser.new_page()
        for edit in edits(site, every):
            page.goto(address + edit.page)
            page.wait_for_selector("digestgen-preview", state="attached")
            found = []
            for number in range(laps + 2):
                time.sleep(0.5)  # an editor's hand: the build before has come to its end
                found.append(measured(page, edit, number))
            rows.append((edit.name, *(f"{value:.0f} ms" for value in _spread(found[2:]))))  # the first two warm up
        browser.close()
    return table(("edited", "median", "fastest", "slowest"), rows)


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


def main() -> int:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=10_000, help="how many articles (default: 10,000)")
    parser.add_argument("--laps", type=int, default=15, help="how many edits of each kind (default: 15)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(run(options.size, options.laps, Path(folder)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
