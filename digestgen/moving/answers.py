"""Whether old addresses answer on the new site: a list of them, or the old sitemap, against the plan of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from digestgen import build, files, library, paths, reading, unchanged, urls
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, graded
from digestgen.moving.values import MissingError, UnfitError
from digestgen.plan import site
from digestgen.plan.outputs import Rendered

_LIMIT: Final = 64 * 1024 * 1024
_MOST: Final = 1_000_000


@dataclass(frozen=True)
class Answer:
    """An old address, and what is there now: `page`, `redirect`, `file`, or nothing, which `why` explains."""

    url: str
    kind: str = ""
    why: str = ""


def ask(folder: Path, listed: Path, now: datetime) -> tuple[list[Answer], list[Diagnostic]]:
    """Return an answer for each address in the file `listed`, in its order, and what is wrong with the settings.

    The file is a sitemap (also an index of sitemaps that lie beside it), or text with an address a line. What answers
    is what a build at `now` would write. Raises `UnfitError` for a file that is neither.
    """
    wanted = list(dict.fromkeys(addresses(listed)))
    if not wanted:
        raise UnfitError(f"{listed} names no address")
    settings, found = build.settings_of(folder)
    if settings is None:
        return [], graded(found, {}, strict=False)
    look = unchanged.look(str(folder))
    try:
        given = reading.read(folder, settings, look, found)
        if given.lost:
            return [], graded(given.lost, settings.rules, strict=False)
        given.add_pages(now)
        shelf, _ = library.assemble(given.articles, given.registries, settings, now)
        planned, _ = site.plan(shelf, given.tree.files, {}, given.unread)
    finally:
        look.store.close()
    there = {output.path: _kind(output.content) for output in planned.outputs}
    there |= {moved.lstrip("/"): "redirect" for moved in planned.moved}
    held = {urls.unquote(library.address(item.article, settings)) for item in shelf.held}
    return [_answer(url, there, held, settings.base) for url in wanted], []


def _kind(content: object) -> str:
    if not isinstance(content, Rendered):
        return "file"
    return "redirect" if content.template == "redirect.html" else "page"


def _answer(url: str, there: dict[str, str], held: set[str], base: str) -> Answer:
    try:
        parts = urlsplit(url)
    except ValueError:
        return Answer(url, why="it is no address")
    if parts.query:
        return Answer(url, why="a folder of files does not look at what stands behind the question mark")
    path = urls.unquote(parts.path) or "/"
    kinds = (_at(place, there) for place in dict.fromkeys([path, _below(path, base)]))
    kind = next(filter(None, kinds), "")
    if kind:
        return Answer(url, kind)
    why = "its article is held back" if {path, _below(path, base)} & held else "nothing is there"
    return Answer(url, why=why)


def _below(path: str, base: str) -> str:
    """Return a path without that of the site's own address."""
    return "/" + path[len(base) :] if path.startswith(base) else path


def _at(path: str, there: dict[str, str]) -> str:
    """Return what answers at a site path, as hosts of files do: a folder by its index, with or without the slash."""
    names = [paths.output_path(path), None if path.endswith("/") else paths.output_path(path + "/")]
    return next((there[name] for name in names if name and name in there), "")


# --- the list


def addresses(listed: Path) -> Iterator[str]:
    """Yield the addresses in a file; comments (#) and blank lines are none."""
    data = _data(listed)
    if data.lstrip()[:1] == b"<":
        yield from _sitemap(data, listed, 0)
        return
    for line in data.decode("utf-8-sig", "replace").splitlines()[:_MOST]:
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.split()[0]


def _data(path: Path) -> bytes:
    try:
        return files.read_bytes(str(path), _LIMIT)
    except OSError as error:
        raise UnfitError(f"{path} cannot be read: {error.strerror}") from None


def _sitemap(data: bytes, path: Path, depth: int) -> Iterator[str]:
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring
    except ImportError:
        raise MissingError from None
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise UnfitError(f"{path} is no sitemap that can be read: {error}") from None
    index = str(root.tag).endswith("sitemapindex")
    for one in root.iter():
        if re.sub(r"^\{[^}]*\}", "", str(one.tag)) != "loc" or "image" in str(one.tag):
            continue
        address = (one.text or "").strip()
        if not index:
            yield address
        elif depth < 2:
            beside = path.parent / Path(urlsplit(address).path).name
            if not beside.is_file():
                raise UnfitError(f"{path} names the sitemap {address}, which is not beside it as {beside.name}")
            yield from _sitemap(_data(beside), beside, depth + 1)
