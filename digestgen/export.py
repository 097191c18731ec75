"""Articles for others: each as a document of ninjs, in a folder that holds nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from digestgen import build, library, reading, theme, unchanged, wording, writer
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, graded
from digestgen.i18n import Interface
from digestgen.library import Library
from digestgen.links import Resolver
from digestgen.model import Article
from digestgen.pictures.album import Album
from digestgen.plan import ninjs, site
from digestgen.plan.desk import Desk
from digestgen.reading import Reading

#: When nothing is held back any more.
_AT_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Request:
    """What is asked for: the site's articles as they are at `now` (aware), in `output`; with `held`, all of them."""

    folder: Path
    now: datetime
    output: Path
    held: bool = False


@dataclass()
class Result:
    """What an export did. `diagnostics` are graded; `written` is None where nothing was touched."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    written: writer.Written | None = None
    documents: int = 0
    held: int = 0
    """How many articles are held back, whether they were exported or not."""


def export(request: Request) -> Result:
    """Write a document of ninjs for each article. Where anything is wrong with the site, nothing is written.

    Raises OSError where the disk fails and `files.BusyError` where something else is at work in the folder.
    """
    settings, found = build.settings_of(request.folder)
    if settings is None:
        return Result(graded(found, {}, strict=False))
    look = unchanged.look(str(request.folder))
    try:
        return _exported(request, settings, reading.read(request.folder, settings, look, found))
    finally:
        look.store.close()  # articles fetch their text from there until the last document is made


def _exported(request: Request, settings: Config, given: Reading) -> Result:
    given.add_pages(request.now)
    shelf, faults = library.assemble(given.articles, given.registries, settings, request.now)
    result = Result(held=sum(library.is_article(item.article) for item in shelf.held))
    above = theme.chain(settings.theme, request.folder, settings.marks.get("theme"), given.found)
    interface, more = wording.load(settings, given.tree.catalogues, above)
    given.found.extend(more)
    documents = [*_published(shelf, given, interface), *(_held(shelf, given, interface) if request.held else ())]
    given.found.extend(faults)
    files = _files(documents, given)
    if not _wrong(given, settings):
        _write(files, request, given, settings, result)
    result.documents = len(files)
    result.diagnostics = given.tree.with_lines(graded(given.found, settings.rules, strict=False))
    return result


def _wrong(given: Reading, settings: Config) -> bool:
    return any(item.severity == "error" for item in graded(given.found, settings.rules, strict=False))


def _desks(shelf: Library, given: Reading, interface: Interface) -> tuple[list[Desk], list[Diagnostic]]:
    album = Album(given.pictures, shelf.config.images)
    planned, faults = site.plan(shelf, given.tree.files, {}, given.unread, album, interface)
    resolver = Resolver(shelf, given.tree.files, site.known(planned.outputs), given.unread, album)
    return [Desk(shelf, part, resolver, interface) for part in shelf.parts], faults


def _published(shelf: Library, given: Reading, interface: Interface) -> Iterable[tuple[Article, ninjs.Document]]:
    desks, faults = _desks(shelf, given, interface)
    given.found.extend(faults)
    return [(item, ninjs.document(item, desk)) for desk in desks for item in desk.part.articles]


def _held(shelf: Library, given: Reading, interface: Interface) -> Iterable[tuple[Article, ninjs.Document]]:
    """What is held back, from the library as it will be when nothing is: there each article has its address."""
    back = {item.article.path: item for item in shelf.held}
    freed = [_freed(item) if item.path in back else item for item in given.articles]
    whole, _ = library.assemble(freed, given.registries, shelf.config, _AT_LAST)
    for desk in _desks(whole, given, interface)[0]:
        for item in desk.part.articles:
            if item.path in back:
                held = back[item.path]
                own = replace(item, expires=held.article.expires)
                until = held.until.isoformat(timespec="seconds") if held.until else ""
                yield own, ninjs.document(own, desk, held=True, embargo=until)


def _freed(item: Article) -> Article:
    return replace(item, draft=False, expires=None, embargo=None)


def _files(documents: Iterable[tuple[Article, ninjs.Document]], given: Reading) -> dict[str, bytes]:
    """Return name to bytes of each document; two articles of one id are told."""
    found: dict[str, bytes] = {}
    first: dict[str, Article] = {}
    for item, document in documents:
        name = ninjs.name_of(item)
        if first.setdefault(name, item) is not item:
            message = f"{given.tree.settings.content}/{first[name].path} has the same id, so both would be one document"
            place = item.marks.get("id", item.marks["title"])
            given.found.append(Diagnostic("url-collision", message, place, help="give one of them another `id`"))
        found[name] = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    return found


def _write(files: dict[str, bytes], request: Request, given: Reading, settings: Config, result: Result) -> None:
    output = request.folder / settings.output
    guard = writer.Guard(request.folder, (given.tree.content, *unchanged.beside(request.folder), output))
    if not _of_documents(request.output):
        message = f"{request.output} cannot be the folder of the export: a site was built there"
        given.found.append(Diagnostic("output-refused", message, help="name an empty folder, or one that is not there"))
        return
    with writer.opened(request.output, guard, given.found) as target:
        if target is None:
            return
        for name, data in sorted(files.items()):
            target.stage(name, data, given.found)
        if not _wrong(given, settings):
            result.written = target.commit(given.found)


def _of_documents(output: Path) -> bool:
    """Tell whether all that digestgen wrote in a folder are documents: what is no longer wanted is removed."""
    return all(path.endswith(".json") and "/" not in path for path in writer.read_list(str(output)))
