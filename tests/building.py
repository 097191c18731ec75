"""Builds for tests: a site's folder in, its plan or its files out."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from digestgen import build, config, files, library, parse, registry, source, unchanged, writer
from digestgen.diagnostics import Diagnostic
from digestgen.feeds.formats import FORMATS
from digestgen.feeds.values import Feed
from digestgen.plan import site
from digestgen.plan.outputs import Output, Rendered, Syndicated

Value = TypeVar("Value")

#: The moment of a test's build, unless the test is about moments.
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)

#: digestgen's own files in an output folder.
OWN = (writer.LIST, writer.LOCK, writer.STAGING, writer.WORK)


def built(folder: Path, *, now: datetime = NOW, output: Path | None = None, strict: bool = False) -> build.Result:
    """Build the site in `folder`; whether that went well stands in the result.

    One process does it all: a test run has threads (servers, browsers), and forking those is asking for trouble.
    """
    return build.build(build.Request(folder, now, output, strict, jobs=1))


def well_built(folder: Path, *, now: datetime = NOW, output: Path | None = None) -> dict[str, bytes]:
    """Build the site in `folder` and return its files; any error fails the test."""
    result = built(folder, now=now, output=output)
    assert result.ok, told(result.diagnostics)
    assert result.output is not None
    return published(result.output)


def still_as_it_was(folder: Path, output: Path, now: datetime, asked: list[object] | None = None) -> bool:
    """Tell whether a build at `now` would be told at once that nothing changed; `asked` as `build.asked` has it."""
    if not unchanged.built_before(str(folder)):
        return False
    look = unchanged.look(str(folder))
    try:
        return unchanged.still(look, str(output), asked or [str(output), False], now.timestamp()) is not None
    finally:
        look.store.close()


def published(output: Path) -> dict[str, bytes]:
    """Return path to bytes of all files of an output folder but digestgen's own."""
    return {path: data for path, data in everything(output).items() if path.partition("/")[0] not in OWN}


def everything(folder: Path) -> dict[str, bytes]:
    """Return path to bytes of all files below `folder`; a link counts as its text, an empty folder as nothing."""
    found: dict[str, bytes] = {}
    _gather(f"{folder}/", "", found)
    return found


def _gather(top: str, above: str, found: dict[str, bytes]) -> None:
    try:
        entries = [*os.scandir(top + above)]
    except OSError:  # as with os.walk(): what cannot be listed has nothing in it
        return
    for entry in entries:
        path = above + entry.name
        if entry.is_symlink():
            found[path] = os.fsencode(os.readlink(top + path))
        elif entry.is_dir():
            _gather(top, f"{path}/", found)
        elif entry.is_file():
            with open(top + path, "rb", buffering=0) as file:
                found[path] = file.read()


def told(found: Iterable[Diagnostic]) -> list[str]:
    """Return each diagnostic as one line: `severity[code] path:line:column message`."""
    return [
        f"{item.severity}[{item.code}] "
        + (f"{item.span.path}:{item.span.line}:{item.span.column} " if item.span else "")
        + item.message
        for item in found
    ]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, its outputs by path, and all that was found wrong on the way to it."""

    plan: site.Plan
    outputs: Mapping[str, Output]
    found: tuple[Diagnostic, ...]

    def page(self, path: str, kind: type[Value]) -> Value:
        """Return the page value at `path`, which is one of `kind`."""
        content = self.outputs[path].content
        assert isinstance(content, Rendered)
        assert isinstance(content.page, kind)
        return content.page

    def feed(self, path: str) -> Feed:
        """Return the feed at `path`."""
        content = self.outputs[path].content
        assert isinstance(content, Syndicated)
        return content.make()

    def document(self, path: str) -> bytes:
        """Return the document of the feed at `path`."""
        content = self.outputs[path].content
        assert isinstance(content, Syndicated)
        return FORMATS[content.format].write(content.make())


def planned(folder: Path, *, now: datetime = NOW, wrong: bool = False) -> Planned:
    """Return the plan of the site in `folder`, with nothing rendered and nothing written.

    Any diagnostic fails the test, unless the site is there to be `wrong`.
    """
    settings, found = config.read((folder / "site.yaml").read_text(encoding="utf-8"))
    assert settings is not None, told(found)
    tree = source.Tree(folder, settings)
    registries, faults = registry.read(tree.registries())
    found += faults
    articles = []
    for path, data in tree.articles():
        article, faults = parse.article(path, data, settings)
        found += faults
        if article is not None:
            articles.append(article)
    shelf, faults = library.assemble(articles, registries, settings, now)
    found += faults
    plan, faults = site.plan(shelf, tree.files, {})
    found = [*tree.found, *found, *faults]
    assert wrong or not found, told(found)
    return Planned(plan, {output.path: output for output in plan.outputs}, tuple(found))


_PLAIN_PAGE = """\
<!DOCTYPE html>
<html lang="{{ site.lang }}">
<title>{{ page.head.title }} | {{ site.title }}</title>
{% block main %}
{% endblock %}
</html>
"""
_PLAIN_TEMPLATES = (
    "404",
    "archive",
    "archive-month",
    "archive-year",
    "corrections",
    "index",
    "list",
    "page",
    "redirect",
    "story",
)


def plain_theme(name: str = "plain", **templates: str) -> str:
    """Return the files of a theme with hardly anything in its templates but what `templates` say, by their stems.

    It is ten times as fast as broadsheet, and a fault in it is known to be the only one.
    """
    texts = dict.fromkeys(("base", "front", "article", *_PLAIN_TEMPLATES), '{% extends "base.html" %}\n')
    texts["base"] = _PLAIN_PAGE
    texts["article"] += "{% block main %}\n<h1>{{ page.card.title }}</h1>\n{{ page.html|safe }}\n{% endblock %}\n"
    texts["redirect"] = '<!DOCTYPE html>\n<title>moved</title><a href="{{ page.target|href }}">there</a>\n'
    texts |= {stem.replace("_", "-"): text for stem, text in templates.items()}
    listed = "".join(f"-- themes/{name}/templates/{stem}.html --\n{text.rstrip()}\n" for stem, text in texts.items())
    return f"-- themes/{name}/theme.yaml --\nname: {name}\n{listed}"


def once(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], None]) -> Path:
    """Return a folder that `fill` was called with: once in a test run, in however many processes that runs."""
    top = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        top = top.parent  # what is above a worker's own folder is all workers'
    while True:
        with contextlib.suppress(files.BusyError), files.lock(str(top / f"{name}.lock")):
            if not (top / name).exists():
                fill(top / f"{name}.begun")
                (top / f"{name}.begun").rename(top / name)
            return top / name
        time.sleep(0.1)
