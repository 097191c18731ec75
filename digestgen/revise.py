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
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
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
    paths,
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
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, graded
from digestgen.gather import Fresh
from digestgen.model import Article, Manuscript
from digestgen.pictures import shelf as kept
from digestgen.plan import record, sitemaps
from digestgen.plan.articles import Made
from digestgen.plan.moved import Change, Moves, sure
from digestgen.plan.outputs import Cleaned, Copied, Drawn, Output, Rendered, Sized, file_of, unfit
from digestgen.plan.recall import Asked, Shelf, Unsure
from digestgen.render import Renderer
from digestgen.report import Coming, HeldNote, Report, coming_of, note_of
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
_Coming = tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
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
    through: frozenset[library.Reason] = frozenset()
    why: list[str] = field(default_factory=list)
    """Takes why everything has to be looked at, for people."""


@dataclass(frozen=True)
class Revised:
    """What was done: the whole report, what was written, which articles were parsed, what was made and why."""

    report: Report
    written: writer.Written
    parsed: frozenset[str]
    made: produce.Made
    files: Mapping[str, str]
    until: float | None


@dataclass()
class _Work:
    """What has to be done: files to make, files that are gone, rows to remember, and how numbers change."""

    outputs: dict[str, Output] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    owned: dict[str, Told] = field(default_factory=dict)
    """What is wrong in articles that were planned, and nothing for those that are gone."""
    unlinked: int = 0
    articles: int = 0
    held: tuple[HeldNote, ...] | None = None
    """All that is held back, where that may be something else now."""


def told_of(owned: Mapping[str, Told], others: Iterable[Diagnostic]) -> record.Row:
    """Return the row of all that was wrong: what each article alone is to blame for, and everything else."""
    rows = {path: codec.dump(told) for path, told in owned.items() if told}
    return "told", [rows, codec.dump(tuple(others))]


def told_coming(listed: Sequence[library.Change]) -> Coming:
    """Return what is told of changes of one moment."""
    return coming_of(listed[0].at if listed else None, ((item.path, item.what) for item in listed))


def attempt(request: Request, settings: Config, look: unchanged.Look) -> Revised | None:
    """Build, if only texts of articles changed and nothing is wrong; None where everything has to be looked at.

    Raises what a build raises.
    """
    try:
        paths = _changed(request, settings, look)
        return _Revision(request, settings, look).made(paths)
    except (Unsure, Unfit, KeyError) as unsure:
        told = str(unsure) if isinstance(unsure, Unsure) else ""
        request.why.append(told or "what changed may change more than the pages that show it")
        return None


def _changed(request: Request, settings: Config, look: unchanged.Look) -> list[str]:
    """Return the paths of the articles that changed, came or went, and of style sheets, nothing else having changed.

    All are below the site's folder. A sheet counts where the names of the theme's files stay, as they do in a preview.
    """
    last, content = look.last, settings.content
    # pages and checks of plug-ins may rest on any text
    sure(not settings.plugins, why="plug-ins may rest on any article")
    why = "the last build left no plan, as where there is a search, where files are packed, or where it failed"
    sure(last.get("planned"), why=why)
    sure(last.get("content") == content, last.get("asked") == request.asked, why="something else was asked for")
    sure(last.get("root") == os.path.abspath(request.output), why="the output is another folder")
    sure(unchanged.in_time(last, request.now.timestamp()), why="the time of something has come")
    present, seen = look.inputs(content), look.seen("inputs")
    found: list[str] = []
    for path in (*unchanged.changed(look, content), *(seen.keys() - present.keys())):
        kind = (present.get(path) or seen[path])[0]
        sure(len(found) < _MOST, why="many files changed")
        known = path in present and path in seen
        own = _is_article(path, content) or (known and "stable_names" in request.asked and _is_sheet(path))
        sure(own and kind == "file", why=f"{path} changed, which is no article")
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


@dataclass()
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


@dataclass()
class _Addresses:
    """All addresses of the site, decoded, asked one by one."""

    known: Container[str]
    made: Container[str]
    gone: Container[str]

    def __contains__(self, address: object) -> bool:
        text = str(address)
        if not text.startswith("/") or text.endswith("/index.html"):
            return False
        path = text[1:] + "index.html" if text.endswith("/") else text[1:]
        return path in self.made or (path in self.known and path not in self.gone)


@dataclass()
class _Revision:
    """One such build at work."""

    request: Request
    settings: Config
    look: unchanged.Look
    shelf: Shelf = field(init=False)
    before: Shelf = field(init=False)
    known: terms.Known = field(init=False)
    interface: i18n.Interface = field(init=False)
    tree: source.Tree = field(init=False)
    marks: unchanged.Marks = field(init=False)
    variant: str = field(init=False)
    rows: Asked[Row] = field(init=False)
    fresh: dict[str, Article] = field(default_factory=dict)
    published: dict[str, Article] = field(default_factory=dict)
    """Articles that move, as the library has them now."""
    texts: dict[str, Manuscript] = field(default_factory=dict)

    def __post_init__(self) -> None:
        look, settings = self.look, self.settings
        self.tree = source.Tree(self.request.folder, settings, look=False)
        self.marks = look.marks(settings.content)
        self.variant = gather.variant(self.tree)
        self.rows = Asked(look.store.rendered_one)
        self.known = self.request.memory.once("known", self._known)
        self.interface = self.request.memory.once("interface", self._interface)
        self.shelf = self._shelf(self._read)
        self.shelf.places.found = dict(self.request.memory.once("places", dict))

    # --- what is read

    def _shelf(self, read: Callable[[str], Article]) -> Shelf:
        kinds = _Files(self.look, self.settings.content)
        ask = self.look.store.planned
        return Shelf(ask, self.settings, self.known, Asked(read).__getitem__, kinds, self.interface, self._ahead)

    def _ahead(self, listed: Sequence[str]) -> None:
        """Read at once what will be asked for one by one of the articles that are `listed`, by their paths."""
        places, kept = self.shelf.places.found, self.request.memory.once("articles", dict[str, Article])
        rows = [f"article {path}" for path in listed if path not in places]
        self.look.store.foresee(rows, [path for path in listed if path not in kept])

    def _known(self) -> terms.Known:
        registries, _ = registry.read(self.tree.registries())
        self._readable()
        return terms.known_of(registries, self.settings)

    def _readable(self) -> None:
        """Make sure that all could be read that was: what was wrong before would have ended the last build."""
        sure(not any(item.severity == "error" for item in self.tree.found), why="a file cannot be read")

    def _above(self) -> list[theme.Folder]:
        above = self.request.memory.once(
            "above", lambda: theme.chain(self.settings.theme, self.request.folder, None, [])
        )
        sure(above, why="the theme cannot be read")
        return above

    def _interface(self) -> i18n.Interface:
        found = wording.interface(self.tree.catalogues, self._above())
        self._readable()
        return found

    def _read(self, path: str) -> Article:
        """Return an article as the library has it, published or held."""
        if path in self.published:
            return self.published[path]
        if path in self.fresh:
            return self._published(self.fresh[path])
        kept = self.request.memory.once("articles", dict[str, Article])
        if path not in kept:
            kept[path] = self._published(self._remembered(path))
        item = kept[path]
        object.__setattr__(item, "fetch", lambda: self._manuscript(path, item.fingerprint))
        return item

    def _published(self, item: Article) -> Article:
        place = self.shelf.places.get(item.path)
        return item if place is None else library.as_published(item, place.slug, self.request.now)

    def _remembered(self, path: str) -> Article:
        row = self.look.store.parsed_one(path)
        shown = self._shown(path)
        known = None if path in self.fresh else self.marks.mark(shown)
        mark = known or self.look.seen("inputs")[shown][2]
        sure(row is not None and row.key == f"{self.variant} {mark}" and row.article)
        assert row is not None
        item = codec.load(Article, row.article, self.settings.timezone)
        sure(item.path == path)
        return item

    def _shown(self, path: str) -> str:
        return f"{self.settings.content}/{path}"

    def _manuscript(self, path: str, mark: str) -> Manuscript:
        if path not in self.texts:
            text = self.look.store.manuscript(path, f"{self.variant} {mark}")
            sure(text is not None)
            self.texts[path] = codec.load(Manuscript, text or "", self.settings.timezone)
        return self.texts[path]

    # --- what is made

    def made(self, paths: Sequence[str]) -> Revised:
        """Return what came of the articles, and of style sheets, at `paths`, which changed, came or went."""
        content, present = self.settings.content, self.look.present
        articles = [path.removeprefix(f"{content}/") for path in paths if _is_article(path, content)]
        sheets = [path for path in paths if not _is_article(path, content)]
        sure(all(path in present for path in sheets))
        lost = [path for path in articles if self._shown(path) not in present]
        parsed = {path: self._parsed(path) for path in articles if path not in lost}
        stay = not lost and all(self._stays(path) for path in parsed)
        work = self._told_anew(parsed) if stay else self._moved(parsed, lost)
        work.outputs |= {output.path: output for output in self._sheets(sheets)}
        found = self._found(work)
        work.rows |= dict(self._asked())
        return self._written(work, {path: fresh for path, (fresh, _) in parsed.items()}, lost, sheets, found)

    def _told_anew(self, parsed: Mapping[str, tuple[Fresh, Told]]) -> _Work:
        """Return what there is to do where articles tell something else of themselves, and nothing moves."""
        work, carriers = _Work(), list[str]()
        for path, (_, told) in parsed.items():
            self._certain(path)
            place, made = self.shelf.places[path], self._planned(path)
            work.outputs |= {output.path: output for output in _own(made)}
            carriers += place.carriers
            work.owned[path] = (*told, *made.found)
            work.unlinked += made.held - place.held
            said = self.shelf.desks[place.desk].entry_keys.get(path, "")
            known = replace(place, held=made.held, face=self._read(path).face, entry=said)
            work.rows[f"article {path}"] = record.plain(known)
        work.outputs |= {output.path: output for output in self._beside([*parsed], carriers)}
        work.outputs |= {file.path: file for file in (self._feed(name) for name in dict.fromkeys(carriers))}
        return work

    def _feed(self, name: str) -> Output:
        return self.shelf.feed(name, self._page_key)

    def _certain(self, path: str) -> None:
        """Make sure that an article that stays where it is holds what others rest on."""
        item, place = self._read(path), self.shelf.places[path]
        sure(not self.shelf.need(bool, "static") or record.static(item, self.shelf.files) == place.static)
        asked = self.shelf.row(_Asked, f"asked {path}") or {}
        sure(all(self.shelf.resolver.stands(item, fragment) == good for fragment, good in asked.items()))

    def _moved(self, parsed: Mapping[str, tuple[Fresh, Told]], lost: Iterable[str]) -> _Work:
        """Return what there is to do where articles come, go, or stand elsewhere."""
        sure(not self.shelf.need(bool, "static"), not self.settings.vague)
        before = self.before = self._shelf(self._before)
        changes = [self._change(path) for path in (*parsed, *lost)]
        self.shelf.changed = frozenset(change.path for change in changes)
        seen = self.look.seen("outputs")
        moves = Moves(before, self.shelf, changes, self.request.now, seen.keys() - {writer.LIST})
        moves.reshelve()
        moves.plan()
        moves.documents(self._page_key)
        moves.sitemaps(self._sitemaps())
        self._uncollided(moves, seen)
        work = _Work(moves.outputs, moves.gone)
        for path, made in moves.made.items():
            told = parsed[path][1] if path in parsed else self._told(path)
            known = before.places.get(path)
            work.owned[path] = (*told, *made.found)
            work.unlinked += made.held - (known.held if known else 0)
        for change in changes:
            if change.path not in moves.made:
                known = before.places.get(change.path)
                work.unlinked -= known.held if known else 0
                work.owned[change.path] = parsed[change.path][1] if change.path in parsed else ()
            work.articles += bool(change.after) - bool(change.before)
        work.held = self._held(changes)
        work.rows = {name: record.jsonable(value) for name, value in self.shelf.new.items()}
        return work

    def _change(self, path: str) -> Change:
        """Return what becomes of one article, as `library.assemble` would have it."""
        known, now = self.shelf.row(bool, f"held {path}") or path in self.shelf.places, self.fresh.get(path)
        was = self._remembered(path) if known else None
        sure(known or self._shown(path) not in self.look.seen("inputs"))
        before = self._before(path) if path in self.shelf.places else None
        back = library.held_back(now, self.request.now, self.request.through) if now else None
        after = library.as_published(now, now.slug, self.request.now) if now and not back else None
        if after and now:
            object.__setattr__(after, "fetch", now.fetch)
            self.published[path] = after
        return Change(path, was, now, before, after)

    def _before(self, path: str) -> Article:
        """Return an article as the library had it."""
        if path not in self.fresh and path in self.shelf.places:
            return self._read(path)
        place = self.before.places[path]
        return library.as_published(self._remembered(path), place.slug, self.request.now)

    def _told(self, path: str) -> Told:
        """Return what was told of an article as it was read."""
        row = self.look.store.parsed_one(path)
        sure(row)
        assert row is not None
        return codec.load(Told, row.told, self.settings.timezone)

    def _held(self, changes: Iterable[Change]) -> tuple[HeldNote, ...]:
        """Return what is told of all that is held back. What waits for its articles stands after all that is dated."""
        notes = list(codec.load(Report, self.look.last["report"], ZoneInfo("UTC")).held)
        sure(not any(note.path.startswith(parse.EDITIONS) for note in notes))
        for change in changes:
            notes = [note for note in notes if note.path != change.path]
            back = change.now and library.held_back(change.now, self.request.now, self.request.through)
            if back:
                notes.append(note_of(change.path, back.why, back.until))
        return tuple(sorted(notes, key=lambda note: note.path))

    def _sitemaps(self) -> list[bytes]:
        """Return the sitemaps as they lie in the output, which has to be as it was left."""
        seen, root, names = self.look.seen("outputs"), self.request.output, ["sitemap.xml"]
        if sitemaps.part(1) in seen:
            names = [name for number in range(1, len(seen)) if (name := sitemaps.part(number)) in seen]
        found = []
        for name in names if self.settings.url else ():
            data = files.read_bytes(f"{root}/{name}", writer.LIMIT)
            sure(fingerprint.of_bytes(data) == seen[name][2])
            found.append(data)
        return found

    def _uncollided(self, moves: Moves, seen: Mapping[str, unchanged.Seen]) -> None:
        """Make sure that no new file is one with another on some system, or lies in one."""
        new = [path for path in moves.outputs if path not in seen]
        if not new:
            return
        # one text of all, for few are looked for among very many
        every = paths.portable_key("\n".join(["", *(path for path in seen if path not in moves.gone), ""]))
        own = {paths.portable_key(path) for path in new}
        above = {folder for path in own for folder in writer.above(path)}
        sure(len(own) == len(new), own.isdisjoint(above))
        sure(not any(f"\n{path}\n" in every for path in (*own, *above)))
        sure(not any(f"\n{path}/" in every for path in own))

    def _beside(self, texts: Sequence[str], carriers: list[str]) -> Iterator[Output]:
        """Yield what shows articles beside their own pages, and add the names of the feeds of editions among that."""
        shelf, moved = self.shelf, [path for path in texts if self._shows(path)]
        shelf.changed = frozenset(moved)
        for name in dict.fromkeys(name for path in moved for name in shelf.places[path].shown_on):
            kind, _, path = name.partition(" ")
            if kind == "list":
                yield shelf.listing(name)
            elif kind == "edition":
                yield from _own(shelf.issue(name))
                carriers += shelf.edition(name)[0].carriers
            elif path not in texts:
                yield from _own(self._planned(path))
        news = self.shelf.need(_Paths, "news")
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
        sure(not found, addresses == self.shelf.need(_Sites, "addresses"))
        for path, mark in marks.items():
            sure(fingerprint.of_bytes(files.read_bytes(str(folder / path), theme.LIMIT)) == mark)
            self.marks.note(path, mark)
        for address, data in made.items():
            if address.endswith(".css"):
                yield Output(urls.unquote(address).lstrip("/"), data, f"the theme {self.settings.theme}")

    def _parsed(self, path: str) -> tuple[Fresh, Told]:
        """Parse an article, which has to be one that can be read as a whole."""
        fresh = gather.parsed(path, self.tree, self.variant)
        sure(fresh.row.article)
        zone = self.settings.timezone
        item = codec.load(Article, fresh.row.article, zone)
        sure(not item.wrong)
        self.texts[path] = codec.load(Manuscript, fresh.manuscript, zone)
        object.__setattr__(item, "fetch", lambda: self.texts[path])
        self.fresh[path] = item
        return fresh, codec.load(Told, fresh.row.told, zone)

    def _stays(self, path: str) -> bool:
        """Tell whether an article has its place among all others as before, and tells at most of itself anew."""
        place, now = self.shelf.places.get(path), self.fresh[path]
        if place is None:
            return False
        if self._read(path).face == place.face:
            return now.listing is None
        before = self._remembered(path)
        known = library.as_published(before, place.slug, self.request.now)
        told = {name: getattr(now, name) for name in (*_TOLD, *_WITH_IT)}
        same = replace(before, **told) == now and bool(before.summary) == bool(now.summary)  # a lack of one is told
        return now.listing is None and same and known.face == place.face and not place.loose

    def _planned(self, path: str) -> Made:
        """Plan an article once more; it has to claim what it claimed, so that all addresses stay as they are."""
        made = self.shelf.article(self._read(path))
        sure(record.claims(made.outputs) == self.shelf.places[path].claims)
        sure(not any(unfit(output.path) for output in made.outputs))
        return made

    def _page_key(self, url: str) -> str:
        return self.rows[file_of(url)].key.partition(" ")[0]

    def _found(self, work: _Work) -> list[Diagnostic]:
        """Return all that is wrong in the site, and add the row that tells it; none of it may be an error."""
        known, rest = self.shelf.need(_All, "told")
        zone = self.settings.timezone
        others = codec.load(Told, rest, zone)
        shown = {self._shown(path) for path in work.owned}
        # what was told of these articles beside others may tell of another line now
        sure(not any(item.span and item.span.path in shown for item in others))
        told = {path: codec.load(Told, text, zone) for path, text in known.items()} | work.owned
        work.rows |= dict([told_of(told, others)])
        found = [*others, *(item for listed in told.values() for item in listed)]
        graded_ = graded(found, self.settings.rules, strict=self.request.strict)
        sure(not any(item.severity == "error" for item in graded_))
        return found

    def _asked(self) -> Iterator[record.Row]:
        """Yield which places on other pages are asked for now, beside those that were."""
        for name, places in record.asked(self.shelf.resolver.asked):
            yield name, {**(self.shelf.row(_Asked, name) or {}), **places}

    # --- what is written

    def _renderer(self, work: _Work) -> Renderer:
        renderer = self.request.memory.once("renderer", self._new_renderer)
        renderer.known = _Addresses(self.look.seen("outputs"), work.outputs, work.gone)
        return renderer

    def _new_renderer(self) -> Renderer:
        settings, texts = self.settings, self.shelf.need(_Sites, "sites")
        above = self._above()
        design = Theme(settings.theme, theme.templates(above), {}, {}, "", self.shelf.need(_Sites, "addresses"))
        sites = {lang: codec.load(Site, text, settings.timezone) for lang, text in texts.items()}
        return Renderer(
            design, sites, settings.base, None, interface=self.shelf.interface, engine=self.look.store.engine
        )

    def _written(
        self,
        work: _Work,
        fresh: Mapping[str, Fresh],
        lost: Sequence[str],
        sheets: Sequence[str],
        found: list[Diagnostic],
    ) -> Revised:
        """Make the files and put them in their places; nothing else in the output may have been touched."""
        request, look, seen = self.request, self.look, self.look.seen("outputs")
        root = str(request.output)
        owned = {path: mark for path, (_, _, mark) in seen.items() if path != writer.LIST}
        sure(len(owned) == look.last["planned"], all(path in owned for path in work.gone))
        guard = writer.Guard(request.folder, (self.tree.content, *unchanged.beside(request.folder)))
        with writer.opened(request.output, guard, found, known=(seen[writer.LIST][2], owned)) as target:
            sure(target is not None and (request.memory.take_sight() or unchanged.same_outputs(root, seen)))
            assert target is not None
            target.marks = dict(owned)
            for path in work.gone:
                del target.marks[path]
            before = len(found)
            made = self._made(work, target)
            sure(not look.store.harmed)
            written = target.commit(found)
            sure(len(found) == before)
            target.tidy(found)
            marks = target.marks
            left = unchanged.outputs(root, {path: marks[path] for path in written.written}, writer.LIST, {})
        report = self._report(work, found, owned, marks)
        look.store.keep_parsed(
            {path: one.row for path, one in fresh.items()}, {path: one.manuscript for path, one in fresh.items()}, lost
        )
        look.store.keep_rendered(made.rows, work.gone, every=False)
        self.marks.note_all({self._shown(path): one.mark for path, one in fresh.items()})
        inputs: dict[str, unchanged.Seen | None] = {
            path: self.marks.one(path) for path in (*map(self._shown, fresh), *sheets)
        }
        inputs.update(dict.fromkeys(map(self._shown, lost)))
        soonest = self._soonest(work)
        until = soonest[0].at.timestamp() if soonest else None
        said = {
            "since": request.now.timestamp(),
            "report": codec.dump(report),
            "planned": 0 if target.left else len(marks),
            "until": until,
            "coming": codec.dump(told_coming(soonest)),
        }
        if target.left:  # the next build has to look at everything, and to remove these
            said |= {"asked": None, "left": sorted(target.left)}
        outputs = {**left, **dict.fromkeys(work.gone)}
        unchanged.revise(look, said, {"inputs": inputs, "outputs": outputs}, work.rows.items(), request.memory)
        self._forget({*fresh, *lost, *(name.removeprefix("article ") for name in work.rows)})
        return Revised(report, written, frozenset(fresh), made, marks, until)

    def _forget(self, moved: Iterable[str]) -> None:
        """Leave of what was read only what the next build may take for what is remembered."""
        articles = self.request.memory.once("articles", dict[str, Article])
        places = self.request.memory.once("places", dict[str, record.Place | None])
        places |= self.shelf.places.found
        for path in moved:
            articles.pop(path, None)
            places.pop(path, None)

    def _soonest(self, work: _Work) -> tuple[library.Change, ...]:
        """Return what happens by itself next."""
        rows = work.rows.get("coming") or self.shelf.need(_Coming, "coming")
        zone = self.settings.timezone
        return library.soonest(library.Change(datetime.fromtimestamp(at, zone), path, what) for at, path, what in rows)

    def _report(
        self, work: _Work, found: list[Diagnostic], owned: Mapping[str, str], marks: Mapping[str, str]
    ) -> Report:
        known = codec.load(Report, self.look.last["report"], ZoneInfo("UTC"))
        told = graded(found, self.settings.rules, strict=self.request.strict)
        pages = sum(isinstance(item.content, Rendered) for path, item in work.outputs.items() if path not in owned)
        return replace(
            known,
            output=str(self.request.output),
            diagnostics=tuple(self.tree.with_lines(told)),
            unlinked=known.unlinked + work.unlinked,
            articles=known.articles + work.articles,
            pages=known.pages + pages - sum(kind.startswith("Rendered") for kind in work.gone.values()),
            files=len(marks),
            held=known.held if work.held is None else work.held,
        )

    def _made(self, work: _Work, target: writer.Output) -> produce.Made:
        """Stage what is to be made; nobody may have a word to say to that."""
        store, seen = self.look.store, self.look.seen("outputs")
        outputs = [*work.outputs.values()]
        store.rendered = {path: row for path in work.outputs if (row := self.rows.get(path))}
        named, by_hand = self.shelf.need(_Paths, "named by hand"), self.shelf.need(_Paths, "by hand")
        away = {file_of(urls.quote_path(place.partition("#")[0])) for place in by_hand} if work.gone else set()
        sure(away.isdisjoint(work.gone))
        shelf, hurry = kept.of(self.request.folder), self.request.hurry
        press = produce.Press(self._renderer(work), self.tree, target, self.marks, shelf, hurry)
        told: list[Diagnostic] = []
        made = produce.files(
            outputs, press, store, seen, 1, told, lambda done, of: self.request.tick("pages", done, of)
        )
        sure(not told, not any(output.path in named for output in outputs))
        places = {place for row in made.rows.values() for place in row.places}
        sure(not any("#" in place for place in places))
        if not places.issubset(by_hand):
            work.rows["by hand"] = sorted({*by_hand, *places})
        return made
