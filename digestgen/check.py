"""What a digest's makers check by hand, for a whole site: what a build tells, habits, and the links that lead out."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from digestgen import (
    additions,
    build,
    files,
    habits,
    library,
    mends,
    outside,
    parse,
    produce,
    reading,
    source,
    theme,
    unchanged,
    urls,
    wording,
)
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span, graded
from digestgen.library import Library
from digestgen.pictures import extra
from digestgen.pictures import shelf as kept
from digestgen.pictures.album import Album
from digestgen.plan import site
from digestgen.reading import Reading
from digestgen.render import Renderer, filters_of

Format = Literal["text", "json", "github"]


@dataclass(frozen=True)
class Request:
    """What is asked for: the site in `folder` as at `now` (aware); `links` asks the web, as `manners` says."""

    folder: Path
    now: datetime
    strict: bool = False
    links: outside.Request | None = None


@dataclass()
class Result:
    """What a check found. `diagnostics` are graded and sorted; `articles` and `links` were looked at."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    articles: int = 0
    links: int = 0

    @property
    def ok(self) -> bool:
        """Whether no error was found."""
        return not any(item.severity == "error" for item in self.diagnostics)


def check(request: Request) -> Result:
    """Check the site in `request.folder`; nothing is written but what is remembered in the cache.

    Raises OSError where the disk fails.
    """
    settings, found = build.settings_of(request.folder)
    if settings is None:
        return Result(graded(found, {}, strict=request.strict))
    look = unchanged.look(str(request.folder))
    try:
        return _checked(request, settings, reading.read(request.folder, settings, look, found))
    finally:
        look.store.close()


def _checked(request: Request, settings: Config, given: Reading) -> Result:
    given.found.extend(additions.checks(given.articles, given.tree.plugins, settings))
    given.add_pages(request.now)
    shelf, faults = library.assemble(given.articles, given.registries, settings, request.now)
    given.found.extend(faults)
    given.found.extend(_of_build(shelf, given, request, settings))
    given.found.extend(habits.of_all(shelf))
    for article in given.articles:
        if f"{settings.content}/{article.path}" in given.tree.added:
            continue  # it has no file
        data = given.tree.article(article.path, given.found)
        if data is None:
            continue
        text = parse.decode(data, article.path)[0]
        given.found.extend(habits.of_one(article, text or "", settings.content))
    result = Result(articles=len(given.articles))
    if request.links is not None:
        asked = _outward(given, settings)
        result.links = len(asked)
        given.found.extend(outside.faults(asked, request.links))
    told = graded(given.found, settings.rules, strict=request.strict)
    result.diagnostics = given.tree.with_lines(told)
    return result


def _of_build(shelf: Library, given: Reading, request: Request, settings: Config) -> Iterator[Diagnostic]:
    """Yield what a build would tell from here on: links, addresses, the theme; of each template one page is tried."""
    filters, faults = filters_of(given.tree.plugins)
    yield from faults
    design, faults = theme.load(settings, request.folder, given.tree.static, given.pictures)
    yield from faults
    if settings.images:
        yield from extra.lacking("images", settings.marks.get("images"))
    if settings.cards:
        yield from extra.lacking("cards", settings.marks.get("cards"))
    album = Album(given.pictures, settings.images, design.sizes if design else "100vw")
    interface, faults = wording.load(settings, given.tree.catalogues, design.above if design else ())
    yield from faults
    options = design.options if design else {}
    planned, faults = site.plan(shelf, given.tree.files, options, given.unread, album, interface)
    yield from faults
    yield from produce.refused(planned.outputs, given.tree, given.marks, given.done)
    yield from produce.undeveloped(planned.outputs, given.tree, kept.of(request.folder))
    if design is not None:
        outputs = [*build.assets(design), *planned.outputs]
        known = frozenset(urls.unquote(url) for url in site.known(outputs))
        renderer = Renderer(design, planned.sites, settings.base, known, filters, interface=interface)
        yield from produce.faults(outputs, renderer)


def _outward(given: Reading, settings: Config) -> list[outside.Asked]:
    """Return the addresses of the web in all articles, each once, with all places and a known archive's copy."""
    places: dict[str, list[Span]] = {}
    archived: dict[str, str] = {}
    for article in given.articles:
        shown = f"{settings.content}/{article.path}"
        for url, span in habits.outward(article, shown):
            places.setdefault(url, []).append(span)
        archived |= {source.url: source.archived for source in article.sources if source.archived}
    return [outside.Asked(url, tuple(spans), archived.get(url, "")) for url, spans in places.items()]


# --- mends


def mended(folder: Path, settings: Config) -> list[mends.Mend]:
    """Return the files of articles that can be mended with certainty, as they were and as they would be."""
    tree = source.Tree(folder, settings)
    found = []
    for path in tree.paths:
        data = tree.article(path, [])
        mend = mends.mended(path, data, settings) if data is not None else None
        if mend is not None:
            found.append(mend)
    return found


def write(folder: Path, settings: Config, mend: mends.Mend) -> bool:
    """Write a mended file in one step; False where it was changed since it was read."""
    place = str(folder / settings.content / mend.path)
    if files.read_bytes(place, parse.LIMIT) != mend.before:
        return False
    files.put(place, mend.after)
    return True


def diff(mend: mends.Mend, settings: Config) -> str:
    """Return the unified diff of a mend."""
    shown = f"{settings.content}/{mend.path}"
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (mend.before, mend.after))
    return "\n".join(difflib.unified_diff(before, after, shown, shown, lineterm="", n=1))


# --- for programs


def as_json(found: Iterable[Diagnostic]) -> str:
    """Return what was found as a JSON array of objects; lines and columns count from 1."""
    return json.dumps([_record(item) for item in found], ensure_ascii=False, indent=2)


def _record(item: Diagnostic) -> dict[str, object]:
    span = item.span
    place = {"file": span.path, "line": span.line, "column": span.column, "length": span.length} if span else {}
    return {
        "code": item.code,
        "severity": item.severity,
        "message": item.message,
        **place,
        **({"expected": item.label} if item.label else {}),
        **({"help": item.help} if item.help else {}),
    }


_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def as_github(found: Sequence[Diagnostic]) -> str:
    """Return what was found as workflow commands of GitHub Actions, which shows them beside the lines."""
    return "\n".join(map(_workflow_command, found))


def _workflow_command(item: Diagnostic) -> str:
    span = item.span
    values = {"title": item.code}
    if span:
        end = span.column + span.length - 1
        values = {"file": span.path, "line": str(span.line), "col": str(span.column), "endColumn": str(end), **values}
    listed = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in values.items())
    text = "\n".join(part for part in (item.message, item.label, item.help) if part)
    return f"::{_COMMANDS[item.severity]} {listed}::{_escaped(text, '')}"


def _escaped(text: str, more: str) -> str:
    """Percent-encode what would end a value (the runner's own escaping), and characters that steer a terminal."""
    marks = {"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"}
    kept = (marks[char] if char in "%\r\n" + more else char for char in text)
    return "".join(char if char.isprintable() else "\ufffd" for char in "".join(kept))
