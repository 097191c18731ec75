"""A build before which articles changed in what they tell, and in nothing that others go by: only that is made again.

In a preview, where the names of the theme's files stay, the same holds for style sheets: no page carries them.

The library and the plan rest on what articles say of themselves, their `face`, and not on their texts. So where all
other inputs are as they were, and the faces, too, the last plan holds; and of that plan, the pages of these articles
and the feeds that carry them are made once more, by the same functions, from what is remembered (`plan.recall`). Where
a face is another one in nothing but words that cards show, as a headline, it holds as well, and whatever shows that
card is made with them. Whatever is not certain here is left to a build that looks at everything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from digestgen import (
    codec,
    files,
    fingerprint,
    gather,
    i18n,
    library,
    parse,
    produce,
    registry,
    source,
    terms,
    theme,
    unchanged,
    urls,
    wording,
    writer,
)
from digestgen.codec import Unfit
from digestgen.config import Config
from digestgen.diagnostics import Diagnostic, graded
from digestgen.gather import Fresh
from digestgen.model import Article, Manuscript
from digestgen.pictures import shelf as kept
from digestgen.plan import record
from digestgen.plan.articles import Made
from digestgen.plan.outputs import Cleaned, Copied, Drawn, Output, Sized, file_of, unfit
from digestgen.plan.recall import Asked, Shelf, Unsure
from digestgen.render import Renderer
from digestgen.report import Report
from digestgen.theme import Theme
from digestgen.traces import Row
from digestgen.views import Site

#: Who changes more articles than this at once gains nothing.
_MOST: Final = 50

#: What is made of other files than an article's, or of what lists know of it: they are as they were.
_OF_FILES: Final = Copied | Cleaned | Sized | Drawn

Told = tuple[Diagnostic, ...]

#: What an article may tell anew without moving: nobody else rests on it but those who show its card.
_TOLD: Final = ("title", "kicker", "summary", "lede", "dateline")

#: What comes with these, and what stands for them.
_WITH_IT: Final = ("fingerprint", "face", "inward", "pictured")

#: Kinds of rows.
_All = tuple[Mapping[str, str], str]
_Asked = Mapping[str, bool]
_Sites = Mapping[str, str]
_Paths = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; `asked` and `output` (absolute) as the last build has to have had them."""

    folder: Path
    now: datetime
    output: Path
    strict: bool
    asked: list[object]
    tick: Callable[[str, int, int], None]
    memory: unchanged.Memory
    hurry: produce.Hurry = field(default_factory=produce.Hurry)


@dataclass(frozen=True, slots=True)
class Revised:
    """What was done: the whole report, what was written, which articles were parsed, what was made and why."""

    report: Report
    written: writer.Written
    parsed: frozenset[str]
    made: produce.Made
    files: Mapping[str, str]


def told_of(owned: Mapping[str, Told], others: Iterable[Diagnostic]) -> record.Row:
    """Return the row of all that was wrong: what each article alone is to blame for, and everything else."""
    rows = {path: codec.dump(told) for path, told in owned.items() if told}
    return "told", [rows, codec.dump(tuple(others))]


def attempt(request: Request, settings: Config, look: unchanged.Look) -> Revised | None:
    """Build, if only texts of articles changed and nothing is wrong; None where everything has to be looked at.

    Raises what a build raises.
    """
    try:
        paths = _changed(request, settings, look)
        return _Revision(request, settings, look).made(paths)
    except (Unsure, Unfit, KeyError):
        return None


def _sure(*grounds: object) -> None:
    """Raise `Unsure` unless all of `grounds` hold."""
    if not all(grounds):
        raise Unsure


def _changed(request: Request, settings: Config, look: unchanged.Look) -> list[str]:
    """Return the paths of the articles that changed, and of style sheets of themes, nothing else having changed.

    All are below the site's folder. A sheet counts where the names of the theme's files stay, as they do in a preview.
    """
    last, content = look.last, settings.content
    _sure(not settings.plugins)  # pages and checks of theirs may rest on any text
    _sure(last.get("planned") and last.get("content") == content and last.get("asked") == request.asked)
    _sure(unchanged.in_time(last, request.now.timestamp()), last.get("root") == os.path.abspath(request.output))
    _sure(look.inputs(content).keys() == look.seen("inputs").keys())
    found: list[str] = []
    for path in unchanged.changed(look, content):
        _sure(look.present[path][0] == "file", len(found) < _MOST)
        _sure(_is_article(path, content) or ("stable_names" in request.asked and _is_sheet(path)))
        found.append(path)
    return found


def _is_article(path: str, content: str) -> bool:
    return path.startswith(f"{content}/") and path.endswith(".md") and not path.startswith(f"{content}/{parse.STATIC}/")


def _is_sheet(path: str) -> bool:
    parts = path.split("/")
    return parts[0] == "themes" and parts[2:3] in (["styles"], ["assets"]) and path.endswith(".css")


def _own(made: Made) -> list[Output]:
    """Return the outputs of an article that are made of what it says."""
    return [output for output in made.outputs if not isinstance(output.content, _OF_FILES)]


@dataclass(slots=True)
class _Files:
    """The files below content/ that are no articles, asked one by one."""

    look: unchanged.Look
    content: str

    def __contains__(self, path: object) -> bool:
        known = self.look.present.get(f"{self.content}/{path}")
        name = str(path)
        article = name.endswith(".md") and not name.startswith(parse.STATIC + "/")
        return known is not None and known[0] == "file" and not article

    def __iter__(self) -> Iterator[str]:
        raise Unsure

    def __len__(self) -> int:
        raise Unsure


@dataclass(slots=True)
class _Addresses:
    """All addresses of the site, decoded, asked one by one."""

    row: Callable[[str], Row | None]

    def __contains__(self, address: object) -> bool:
        text = str(address)
        if not text.startswith("/") or text.endswith("/index.html"):
            return False
        return self.row(text[1:] + "index.html" if text.endswith("/") else text[1:]) is not None


@dataclass(slots=True)
class _Revision:
    """One such build at work."""

    request: Request
    settings: Config
    look: unchanged.Look
    shelf: Shelf = field(init=False)
    tree: source.Tree = field(init=False)
    marks: unchanged.Marks = field(init=False)
    variant: str = field(init=False)
    rows: Asked[Row] = field(init=False)
    fresh: dict[str, Article] = field(default_factory=dict)
    texts: dict[str, Manuscript] = field(default_factory=dict)

    def __post_init__(self) -> None:
        look, settings = self.look, self.settings
        self.tree = source.Tree(self.request.folder, settings, look=False)
        self.marks = look.marks(settings.content)
        self.variant = gather.variant(self.tree)
        self.rows = Asked(look.store.rendered_one)
        known = self.request.memory.once("known", self._known)
        kinds = _Files(look, settings.content)
        interface = self.request.memory.once("interface", self._interface)
        read = Asked(self._read).__getitem__
        self.shelf = Shelf(Asked(look.store.planned).get, settings, known, read, kinds, interface)
        self.shelf.places.found = self.request.memory.once("places", dict)

    # --- what is read

    def _known(self) -> terms.Known:
        registries, _ = registry.read(self.tree.registries())
        return terms.known_of(registries, self.settings)

    def _above(self) -> list[theme.Folder]:
        above = self.request.memory.once(
            "above", lambda: theme.chain(self.settings.theme, self.request.folder, None, [])
        )
        _sure(above)
        return above

    def _interface(self) -> i18n.Interface:
        return wording.interface(self.tree.catalogues, self._above())

    def _read(self, path: str) -> Article:
        """Return an article as the library has it, published or held."""
        if path in self.fresh:
            return self._published(self.fresh[path])
        kept = self.request.memory.once("articles", dict[str, Article])
        if path not in kept:
            kept[path] = self._published(self._remembered(path))
        item = kept[path]
        object.__setattr__(item, "fetch", lambda: self._manuscript(path))
        return item

    def _published(self, item: Article) -> Article:
        place = self.shelf.places.get(item.path)
        return item if place is None else library.as_published(item, place.slug, self.request.now)

    def _remembered(self, path: str) -> Article:
        row = self.look.store.parsed_one(path)
        mark = self.marks.mark(f"{self.settings.content}/{path}") or self.look.seen("inputs")[self._shown(path)][2]
        _sure(row is not None and row.key == f"{self.variant} {mark}" and row.article)
        assert row is not None
        item = codec.load(Article, row.article, self.settings.timezone)
        _sure(item.path == path)
        return item

    def _shown(self, path: str) -> str:
        return f"{self.settings.content}/{path}"

    def _manuscript(self, path: str) -> Manuscript:
        if path not in self.texts:
            text = self.look.store.manuscript(path)
            _sure(text is not None)
            self.texts[path] = codec.load(Manuscript, text or "", self.settings.timezone)
        return self.texts[path]

    def _row(self, kind: Any, name: str) -> Any:
        found = self.shelf.row(kind, name)
        if found is None:
            raise Unsure
        return found

    # --- what is made

    def made(self, paths: Sequence[str]) -> Revised:
        """Return what came of what articles say, and of style sheets, at `paths`."""
        content = self.settings.content
        texts = [path.removeprefix(f"{content}/") for path in paths if _is_article(path, content)]
        sheets = [path for path in paths if not _is_article(path, content)]
        outputs = [*self._sheets(sheets)]
        parsed = {path: self._parsed(path) for path in texts}
        owned: dict[str, Told] = {}
        rows: list[record.Row] = []
        carriers: list[str] = []
        unlinked = 0
        for path, (_, told) in parsed.items():
            place, made = self.shelf.places[path], self._planned(path)
            outputs += _own(made)
            carriers += place.carriers
            owned[path] = (*told, *made.found)
            unlinked += made.held - place.held
            said = self.shelf.desks[place.desk].entry_keys.get(path, "")
            known = replace(place, held=made.held, face=self._read(path).face, entry=said)
            rows.append((f"article {path}", record.plain(known)))
        outputs += self._beside(texts, carriers)
        outputs += [self.shelf.feed(name, self._page_key) for name in dict.fromkeys(carriers)]
        found = self._found(owned, rows)
        rows.extend(self._asked())
        fresh = {path: one for path, (one, _) in parsed.items()}
        return self._written([*{item.path: item for item in outputs}.values()], fresh, sheets, found, rows, unlinked)

    def _beside(self, texts: Sequence[str], carriers: list[str]) -> Iterator[Output]:
        """Yield what shows articles beside their own pages, and add the names of the feeds of editions among that."""
        shelf, moved = self.shelf, [path for path in texts if self._shows(path)]
        for name in dict.fromkeys(name for path in moved for name in shelf.places[path].shown_on):
            kind, _, path = name.partition(" ")
            if kind == "list":
                yield shelf.listing(name)
            elif kind == "edition":
                yield from _own(shelf.issue(name))
                carriers += shelf.edition(name)[0].carriers
            elif path not in texts:
                yield from _own(self._planned(path))
        news = self._row(_Paths, "news")
        if set(news).intersection(moved):
            yield shelf.news(news)

    def _shows(self, path: str) -> bool:
        """Tell whether other pages than its own show what changed of an article; editions show briefs whole."""
        item, place = self._read(path), self.shelf.places[path]
        return item.face != place.face or (item.brief and bool(place.edition))

    def _sheets(self, paths: Sequence[str]) -> Iterator[Output]:
        """Yield the style sheets of the theme, whose names and all else of it have to be as they were."""
        if not paths:
            return
        folder = self.request.folder
        marks = {path: fingerprint.of_bytes(files.read_bytes(str(folder / path), theme.LIMIT)) for path in paths}
        made, addresses, found = theme.files_of(self.settings, folder)
        _sure(not found, addresses == self._row(_Sites, "addresses"))
        for path, mark in marks.items():
            _sure(fingerprint.of_bytes(files.read_bytes(str(folder / path), theme.LIMIT)) == mark)
            self.marks.note(path, mark)
        for address, data in made.items():
            if address.endswith(".css"):
                yield Output(urls.unquote(address).lstrip("/"), data, f"the theme {self.settings.theme}")

    def _parsed(self, path: str) -> tuple[Fresh, Told]:
        """Parse an article; it has to have the face that it had, or one that is known wherever it shows."""
        fresh = gather.parsed(path, self.tree, self.variant)
        place = self.shelf.places[path]
        _sure(fresh.row.article)
        zone = self.settings.timezone
        item = codec.load(Article, fresh.row.article, zone)
        self.texts[path] = codec.load(Manuscript, fresh.manuscript, zone)
        object.__setattr__(item, "fetch", lambda: self.texts[path])
        self.fresh[path] = item
        item = self._read(path)
        _sure(item.listing is None, item.face == place.face or self._stays(self.fresh[path], place))
        self.marks.note(self._shown(path), fresh.mark)
        _sure(not self._row(bool, "static") or record.static(item, self.shelf.files) == place.static)
        asked = self.shelf.row(_Asked, f"asked {path}") or {}
        _sure(all(self.shelf.resolver.stands(item, fragment) == good for fragment, good in asked.items()))
        return fresh, codec.load(Told, fresh.row.told, zone)

    def _stays(self, now: Article, place: record.Place) -> bool:
        """Tell whether an article has its place among all others as before, and tells only of itself anew."""
        before = self._remembered(now.path)
        known = library.as_published(before, place.slug, self.request.now)
        told = {name: getattr(now, name) for name in (*_TOLD, *_WITH_IT)}
        same = replace(before, **told) == now and bool(before.summary) == bool(now.summary)  # a lack of one is told
        return same and known.face == place.face and not place.loose

    def _planned(self, path: str) -> Made:
        """Plan an article once more; it has to claim what it claimed, so that all addresses stay as they are."""
        made = self.shelf.article(self._read(path))
        _sure(record.claims(made.outputs) == self.shelf.places[path].claims)
        _sure(not any(unfit(output.path) for output in made.outputs))
        return made

    def _page_key(self, url: str) -> str:
        return self.rows[file_of(url)].key.partition(" ")[0]

    def _found(self, owned: Mapping[str, Told], rows: list[record.Row]) -> list[Diagnostic]:
        """Return all that is wrong in the site, and add the row that tells it; none of it may be an error."""
        known, rest = self._row(_All, "told")
        zone = self.settings.timezone
        others = codec.load(Told, rest, zone)
        shown = {self._shown(path) for path in owned}
        # what was told of these articles beside others may tell of another line now
        _sure(not any(item.span and item.span.path in shown for item in others))
        told = {path: codec.load(Told, text, zone) for path, text in known.items()} | dict(owned)
        rows.append(told_of(told, others))
        found = [*others, *(item for listed in told.values() for item in listed)]
        graded_ = graded(found, self.settings.rules, strict=self.request.strict)
        _sure(not any(item.severity == "error" for item in graded_))
        return found

    def _asked(self) -> Iterator[record.Row]:
        """Yield which places on other pages are asked for now, beside those that were."""
        for name, places in record.asked(self.shelf.resolver.asked):
            yield name, {**(self.shelf.row(_Asked, name) or {}), **places}

    # --- what is written

    def _renderer(self) -> Renderer:
        renderer = self.request.memory.once("renderer", self._new_renderer)
        renderer.known = _Addresses(self.rows.get)
        return renderer

    def _new_renderer(self) -> Renderer:
        settings, texts = self.settings, self._row(_Sites, "sites")
        above = self._above()
        design = Theme(settings.theme, theme.templates(above), {}, {}, "", self._row(_Sites, "addresses"))
        sites = {lang: codec.load(Site, text, settings.timezone) for lang, text in texts.items()}
        return Renderer(
            design, sites, settings.base, None, interface=self.shelf.interface, engine=self.look.store.engine
        )

    def _written(
        self,
        outputs: Sequence[Output],
        fresh: Mapping[str, Fresh],
        sheets: Sequence[str],
        found: list[Diagnostic],
        rows: Iterable[record.Row],
        unlinked: int,
    ) -> Revised:
        """Make the files and put them in their places; nothing else in the output may have been touched."""
        request, look, seen = self.request, self.look, self.look.seen("outputs")
        root = str(request.output)
        owned = {path: mark for path, (_, _, mark) in seen.items() if path != writer.LIST}
        _sure(len(owned) == look.last["planned"], all(output.path in owned for output in outputs))
        guard = writer.Guard(request.folder, (self.tree.content, *unchanged.beside(request.folder)))
        with writer.opened(request.output, guard, found, known=(seen[writer.LIST][2], owned)) as target:
            _sure(target is not None and (request.memory.take_sight() or unchanged.same_outputs(root, seen)))
            assert target is not None
            target.marks = owned
            made = self._made(outputs, target)
            written = target.commit(found)
            left = unchanged.outputs(root, {path: owned[path] for path in written.written}, writer.LIST, {})
        told = graded(found, self.settings.rules, strict=request.strict)
        report = replace(
            codec.load(Report, look.last["report"], ZoneInfo("UTC")),
            output=root,
            diagnostics=tuple(self.tree.with_line(item) for item in told),
        )
        report = replace(report, unlinked=report.unlinked + unlinked)
        look.store.keep_parsed(
            {path: one.row for path, one in fresh.items()}, {path: one.manuscript for path, one in fresh.items()}, ()
        )
        look.store.keep_rendered(made.rows, every=False)
        inputs = {path: self.marks.one(path) for path in (*map(self._shown, fresh), *sheets)}
        said = {"since": request.now.timestamp(), "report": codec.dump(report)}
        unchanged.revise(look, said, {"inputs": inputs, "outputs": left}, rows, request.memory)
        for path in fresh:
            request.memory.once("articles", dict[str, Article]).pop(path, None)
            self.shelf.places.found.pop(path, None)
        return Revised(report, written, frozenset(fresh), made, owned)

    def _made(self, outputs: Sequence[Output], target: writer.Output) -> produce.Made:
        """Stage what is to be made; nobody may have a word to say to that."""
        store, seen = self.look.store, self.look.seen("outputs")
        store.rendered = {output.path: self.rows[output.path] for output in outputs}
        named = self._row(_Paths, "named by hand")
        shelf, hurry = kept.of(self.request.folder), self.request.hurry
        press = produce.Press(self._renderer(), self.tree, target, self.marks, shelf, hurry)
        told: list[Diagnostic] = []
        made = produce.files(
            outputs, press, store, seen, 1, told, lambda done, of: self.request.tick("pages", done, of)
        )
        _sure(not told, not any(output.path in named for output in outputs))
        _sure(not any("#" in place for row in made.rows.values() for place in row.places))
        return made
