"""One build, from a folder with a site.yaml to a folder with a site. The only place that wires the stages."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from digestgen import (
    additions,
    codec,
    config,
    files,
    fingerprint,
    gather,
    i18n,
    legible,
    library,
    packing,
    parse,
    produce,
    registry,
    revise,
    search,
    source,
    theme,
    traces,
    unchanged,
    urls,
    wording,
    work,
    writer,
)
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span, graded
from digestgen.library import Library
from digestgen.pictures import extra
from digestgen.pictures import shelf as kept
from digestgen.pictures.album import Album
from digestgen.plan import record, site
from digestgen.plan.outputs import Output, Rendered, file_of
from digestgen.plan.search import Document
from digestgen.render import Renderer, filters_of
from digestgen.report import Coming, HeldNote, Report, note_of


def silent(stage: str, done: int, of: int) -> None:
    """Says nothing of a stage's progress."""


@dataclass(frozen=True)
class Request:
    """What is asked for. `now` is aware; `output` overrides site.yaml's; `jobs` 0 means as many as may run.

    `progress(stage, done, of)` is called while articles are parsed and pages are made.
    """

    folder: Path
    now: datetime
    output: Path | None = None
    strict: bool = False
    jobs: int = 0
    progress: Callable[[str, int, int], None] = silent
    search: bool = True
    """Whether the search index is brought up to date, where the site has one; else it stays as it is."""
    look: unchanged.Look | None = None
    """What was looked at already, if anything was; the build closes its store."""
    memory: unchanged.Memory | None = None
    """What former builds of this site left in this process: whoever builds again and again gives it to each build.

    It changes how long a build takes, and nothing else. No two builds may have it at once.
    """
    whole: bool = False
    """Whether to look at everything, though only texts of articles may have changed: then the result has a library."""
    room: str = traces.FOLDER
    """The folder of the site in which this is remembered for the next build."""
    drafts: bool = False
    """Whether drafts stand among the published."""
    future: bool = False
    """Whether what is dated or embargoed for later stands among the published."""
    stable_names: bool = False
    """Whether the theme's files keep their names, so that a change in one changes no page."""
    url: str = ""
    """Where the site lives, where site.yaml does not say."""
    hurry: produce.Hurry = field(default_factory=produce.Hurry)
    """What somebody looks at meanwhile, and is shown before the rest is made."""
    borrow: bool = False
    """Whether, without `search`, the index is that of the output folder that site.yaml names: for previews."""


@dataclass()
class Result:
    """What a build did. `diagnostics` are graded and sorted; `written` is None where nothing was touched.

    `parsed` are the articles that were parsed, `rendered` the pages that were rendered, and `why` tells for each
    file that was made why it was.
    """

    diagnostics: list[Diagnostic] = field(default_factory=list)
    written: writer.Written | None = None
    output: Path | None = None
    held: tuple[HeldNote, ...] = ()
    unlinked: int = 0
    pages: int = 0
    articles: int = 0
    raw_html: bool = False
    indexed: search.Indexed | None = None
    """What became of the search index; None where it was left as it is, or there is none."""
    parsed: frozenset[str] = frozenset()
    rendered: frozenset[str] = frozenset()
    why: Mapping[str, str] = field(default_factory=dict)
    library: Library | None = None
    """All articles together, where they could be read and did not have to be left as they were (`revised`)."""
    revised: bool = False
    """Whether only texts of articles had changed, so that nothing was looked at but what carries these."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The path of each file of the site, where it was written, to the fingerprint of what it holds."""
    until: float | None = None
    """The moment (seconds since 1970) at which another build would make another site though no file changes."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each stage took, in order, by a sentence that says what was done."""

    @property
    def ok(self) -> bool:
        return self.written is not None

    @property
    def steps(self) -> list[writer.Written]:
        """What each step changed: the build itself, and the search index."""
        indexed = self.indexed.written if self.indexed else None
        return [step for step in (self.written, indexed) if step is not None]

    @property
    def settled(self) -> bool:
        """Whether all was done that was asked for, and the same build again would do nothing."""
        return self.ok and all(item.severity != "error" for item in self.diagnostics)


def build(request: Request) -> Result:
    """Build the site in `request.folder`.

    Everything that is wrong with the user's files is in the result; where that holds an error, nothing was
    written. Raises OSError where the disk fails and `files.BusyError` where another build is at work.
    """
    settings, found, read = _settings(request.folder)
    if settings is None:
        return Result(graded(found, {}, strict=request.strict))
    settings = at(settings, request.url)
    look = request.look or unchanged.look(str(request.folder), request.memory, request.room)
    # nearly all that a build makes lives until its end: looking for garbage all the while only costs
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        return _built(request, settings, read, look, found)
    except files.BusyError:
        raise
    except OSError as error:
        if not any(item.code == "unreadable" and item.fatal for item in found):
            raise
        # a disk that fails does so again and again: what was told before is not lost over it
        found.append(_failed(error, request.folder))
        return Result(graded(found, settings.rules, strict=request.strict))
    finally:
        gc.set_threshold(*before)
        look.store.close()


def _failed(error: OSError, folder: Path) -> Diagnostic:
    """Return what is told of a call to the system that failed: its path, below the site's folder where it is there."""
    path = Path(str(error.filename or folder))
    shown = path.relative_to(folder) if path.is_relative_to(folder) else path
    return legible.unread(shown.as_posix(), error.errno or 0, error.strerror or str(error))


def at(settings: Config, url: str) -> Config:
    """Return `settings` for the site at `url`, unless they know their own address."""
    if not url or settings.url:
        return settings
    own = "site_id" in settings.marks
    return replace(settings, url=url, site_id=settings.site_id if own else config.made_id(url))


def settings_of(folder: Path) -> tuple[Config | None, list[Diagnostic]]:
    """Return the settings of the site in `folder`, None where there are none to go by, and what is wrong with them."""
    settings, found, _ = _settings(folder)
    return settings, found


def _settings(folder: Path) -> tuple[Config | None, list[Diagnostic], str]:
    """As `settings_of`, and the fingerprint of what was read."""
    place = str(folder / config.FILE)
    found: list[Diagnostic] = []
    data = legible.data(place, config.FILE, source.SETTINGS_LIMIT, found)
    if data is None and files.is_gone(place):
        return None, [_no_site(folder)], ""
    text = None
    if data is not None:
        text, found = parse.decode(data, config.FILE)
    if data is None or text is None:
        return config.read("")[0], found, ""  # what else is wrong is told all the same
    return *config.read(text), fingerprint.of_bytes(data)


def _no_site(folder: Path) -> Diagnostic:
    return Diagnostic(
        "missing-site",
        "there is no site.yaml here",
        Span(config.FILE),
        "a site is a folder with a site.yaml and a folder of articles",
        f"go to that folder, or name it: digestgen -C FOLDER build (looked in {folder.resolve()})",
    )


@dataclass()
class _Clock:
    """Tells how long each stage took, for people: nothing that is built knows of it."""

    stages: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)

    def note(self, stage: str) -> None:
        now = time.perf_counter()
        self.stages[stage] = now - self.last
        self.last = now


@dataclass()
class _Job:
    """One build at work: what was asked, what is known, what was found wrong."""

    request: Request
    settings: Config
    store: traces.Traces
    last: Mapping[str, object]
    marks: unchanged.Marks
    tree: source.Tree
    found: list[Diagnostic]

    @property
    def jobs(self) -> int:
        return self.request.jobs or work.cores()

    def wrong(self) -> bool:
        """Whether an error was found."""
        told = graded(self.found, self.settings.rules, strict=self.request.strict)
        return any(item.severity == "error" for item in told)


def _built(request: Request, settings: Config, read: str, look: unchanged.Look, found: list[Diagnostic]) -> Result:
    clock = _Clock()
    revised = None if request.whole else _revised(request, settings, read, look, clock)
    if revised is not None:
        return revised
    store = look.store
    store.load()
    marks = look.marks(settings.content, settings.plugins)
    marks.note_early(config.FILE, read)
    job = _Job(request, settings, store, look.last, marks, source.Tree(request.folder, settings), found)
    clock.note("what is there was looked at")
    registries, faults = registry.read(job.tree.registries())
    marks.note_all(job.tree.marks)
    found += job.tree.found + faults
    gathered = gather.articles(
        job.tree, marks, store, job.jobs, lambda done, of: request.progress("articles", done, of)
    )
    found += gathered.found
    clock.note("articles were parsed or remembered")
    through = _let_through(request)
    found += additions.checks(gathered.articles, job.tree.plugins, settings)
    found += gather.add_pages(gathered.articles, job.tree, request.now, through)
    shelf, faults = library.assemble(gathered.articles, registries, settings, request.now, through)
    found += faults
    pictures = gather.pictures(job.tree, marks, store, found)
    clock.note("pictures were looked at")
    design, faults = theme.load(settings, request.folder, job.tree.static, pictures, stable_names=request.stable_names)
    found += faults
    marks.note_all(design.read if design else {})
    interface, faults = wording.load(settings, job.tree.catalogues, design.above if design else ())
    found += faults
    held = tuple(note_of(item.article.path, item.why, item.until) for item in shelf.held)
    result = Result(held=held, raw_html=settings.raw_html, parsed=gathered.parsed, library=shelf)
    clock.note("the library and the theme were read")
    result.seconds = clock.stages
    result.articles = sum(len(part.articles) for part in shelf.parts)
    found += extra.lacking("images", settings.marks.get("images")) if settings.images else ()
    found += extra.lacking("cards", settings.marks.get("cards")) if settings.cards else ()
    album = Album(pictures, settings.images, design.sizes if design else "100vw")
    _publish(job, shelf, design, interface, album, gathered, result, clock)
    if not result.ok:
        result.diagnostics = _told(job)
    return result


def _revised(request: Request, settings: Config, read: str, look: unchanged.Look, clock: _Clock) -> Result | None:
    """Build where only articles changed; None where everything has to be looked at."""
    output = request.output or request.folder / settings.output
    memory = request.memory or unchanged.Memory()
    asking = revise.Request(
        request.folder,
        request.now,
        output,
        request.strict,
        asked(request),
        request.progress,
        memory,
        request.hurry,
        _let_through(request),
    )
    known = look.seen("inputs").get(config.FILE)
    done = revise.attempt(asking, settings, look) if known and known[2] == read else None
    if done is None:
        if asking.why:
            clock.note(f"everything has to be looked at: {asking.why[0]}")
        look.look_again()
        return None
    clock.note("only articles or style sheets had changed, and what shows them was made again")
    report = done.report
    return Result(
        diagnostics=list(report.diagnostics),
        written=done.written,
        output=output,
        held=report.held,
        unlinked=report.unlinked,
        pages=report.pages,
        articles=report.articles,
        raw_html=report.raw_html,
        parsed=done.parsed,
        rendered=frozenset(done.made.rendered),
        why=done.made.why,
        files=done.files,
        until=done.until,
        revised=True,
        seconds=clock.stages,
    )


def _let_through(request: Request) -> frozenset[library.Reason]:
    """Why articles would be held back that are asked for all the same."""
    drafts: frozenset[library.Reason] = frozenset(["draft"] if request.drafts else [])
    return drafts | (frozenset(["future", "embargo"]) if request.future else frozenset())


def _publish(
    job: _Job,
    shelf: Library,
    design: theme.Theme | None,
    interface: i18n.Interface,
    album: Album,
    gathered: gather.Gathered,
    result: Result,
    clock: _Clock,
) -> None:
    """Plan, render and write, unless an error is found before the first file is replaced."""
    settings = job.settings
    job.found += _lacking(job)
    options = design.options if design else {}
    planned, faults = site.plan(shelf, job.tree.files, options, job.tree.unread(gathered.articles), album, interface)
    job.found += faults
    result.unlinked = planned.unlinked
    outputs = [*(assets(design) if design else ()), *planned.outputs]
    result.pages = sum(isinstance(output.content, Rendered) for output in outputs)
    if not settings.url and not settings.vague:
        job.found.append(
            Diagnostic("no-url", "site.yaml has no `url`, so neither feeds nor a sitemap are written", severity="note")
        )
    filters, faults = filters_of(job.tree.plugins)
    mark = job.tree.plugins.mark if filters else ""
    job.found += faults
    clock.note("every page was planned")
    if job.wrong() or design is None:
        job.found += produce.refused(planned.outputs, job.tree, job.marks, job.store.rendered)
        job.found += produce.undeveloped(planned.outputs, job.tree, kept.of(job.request.folder))
        if design:
            renderer = Renderer(design, planned.sites, settings.base, None, filters, mark, interface)
            job.found += produce.faults(outputs, renderer)
        return
    job.found += _resting(settings)
    known = frozenset(urls.unquote(url) for url in site.known(outputs)) | planned.moved
    renderer = Renderer(design, planned.sites, settings.base, known, filters, mark, interface, job.store.engine)
    result.output = job.request.output or job.request.folder / settings.output
    guard = writer.Guard(job.request.folder, (job.tree.content, *unchanged.beside(job.request.folder)))
    found = tuple(job.found)
    later = search.inside if settings.search else None
    with writer.opened(result.output, guard, job.found, later) as target:
        if target is not None:
            made = _write(job, outputs, renderer, target, result)
            clock.note("files were made and put in their places")
            if result.ok and settings.search:
                _index(job, planned.searched, target, result)
                clock.note("the search index was brought up to date")
            target.tidy(job.found)
            result.diagnostics = _told(job)
            if result.ok:
                coming = library.coming(gathered.articles, job.settings, job.request.now)
                again = _can_be_revised(job, planned, found)
                rows = _rows(planned, shelf, made, gathered, found, design.addresses, coming) if again else ()
                _remember(job, coming, target, result, rows, len(target.marks) if again and _whole(target) else 0)
                clock.note("all this was remembered")


def _resting(settings: Config) -> Iterator[Diagnostic]:
    """Tell that the ids in feeds rest on what may change some day; not beside errors, which come first."""
    if settings.url and "site_id" not in settings.marks:
        yield Diagnostic(
            "no-site-id",
            "site.yaml has no `site_id`, so the ids in feeds change with `url`",
            settings.marks.get("url"),
            help=f"to keep the present ids for good, add `site_id: {settings.site_id}`",
            severity="note",
        )


def _write(job: _Job, outputs: list[Output], renderer: Renderer, target: writer.Output, result: Result) -> produce.Made:
    press = produce.Press(renderer, job.tree, target, job.marks, kept.of(job.request.folder), job.request.hurry)
    before = _before(job, target)
    made = produce.files(
        outputs, press, job.store, before, job.jobs, job.found, lambda done, of: job.request.progress("pages", done, of)
    )
    result.rendered = frozenset(made.rendered)
    result.why = made.why
    if not job.wrong():
        produce.packings(job.settings.publish.compress, press, job.store, before, job.jobs, made, job.found)
    if not job.wrong():
        target.sweep(_left(job, target))
        result.written = target.commit(job.found)
        result.files = target.marks
        job.store.keep_rendered(made.rows)
        produce.tidy(outputs, press)
    return made


def _can_be_revised(job: _Job, planned: site.Plan, found: Sequence[Diagnostic]) -> bool:
    """Tell whether one article may be planned again without the others.

    `found` is what was wrong before the first file was made. Who had a word to say to a file has to say it again.
    """
    said = {item.code for item in job.found[len(found) :]}
    publish = job.settings.publish
    # the index rests on all texts, packed files on their texts, what hosts are told on all articles
    whole = (job.settings.search and job.request.search) or publish.compress or publish.host not in ("", "github")
    return not whole and planned.pieces.whole and said <= {"output-changed"}


def _rows(
    planned: site.Plan,
    shelf: Library,
    made: produce.Made,
    gathered: gather.Gathered,
    found: Sequence[Diagnostic],
    addresses: Mapping[str, str],
    coming: Iterable[library.Change],
) -> Iterator[record.Row]:
    """Yield what to remember of the plan; `found` is what was wrong before the first file was made."""
    yield from record.rows(planned, shelf, gathered.articles, coming)
    owned = dict(gathered.told)
    for piece in planned.pieces.pieces:
        if piece.made.found:
            owned[piece.item.path] = (*owned.get(piece.item.path, ()), *piece.made.found)
    alone = {id(item) for told in owned.values() for item in told}
    yield revise.told_of(owned, [item for item in found if id(item) not in alone])
    named = {place for row in made.rows.values() for place in row.places}
    yield "addresses", dict(addresses)
    yield "by hand", sorted(named)
    yield (
        "named by hand",
        sorted({file_of(urls.quote_path(place.partition("#")[0])) for place in named if "#" in place}),
    )


def _lacking(job: _Job) -> Iterator[Diagnostic]:
    """Tell what has to be installed for what the site asks for."""
    if job.settings.search and job.request.search:
        lacking = search.missing((item.lang for item in job.settings.languages), job.settings.marks.get("search"))
        if lacking:
            yield lacking
    unpacked = packing.missing(job.settings.publish.compress, job.settings.marks.get("publish.compress"))
    if unpacked:
        yield unpacked


def _index(job: _Job, documents: Sequence[Document], target: writer.Output, result: Result) -> None:
    """See to the search index. Where that fails, the site is built all the same, and that is told."""
    before, found = _before(job, target), job.found
    try:
        if job.request.search:
            tick = partial(job.request.progress, "index")
            result.indexed = search.bring_up(documents, target.root, job.store, before, tick, found)
        elif job.request.borrow:
            lender = str(job.request.folder / job.settings.output)
            result.indexed = search.borrowed(lender, target.root, before, found)
    except search.Failed as failed:
        help = "the site is built and searches the index of an earlier build, if there is one; build again to try again"
        job.found.append(Diagnostic("search-failed", str(failed), job.settings.marks.get("search"), help=help))
    if result.indexed:
        target.marks |= result.indexed.marks
        target.same |= result.indexed.same
    result.files = {path: min(marks) for path, marks in writer.read_list(target.root).items()}


def _before(job: _Job, target: writer.Output) -> dict[str, unchanged.Seen]:
    """What the last build left in the output folder, if it was this one."""
    return unchanged.seen_of(job.last, "outputs") if job.last.get("root") == os.path.abspath(target.root) else {}


def _left(job: _Job, target: writer.Output) -> list[str]:
    """Return the empty folders that the last build could not remove."""
    listed = job.last.get("left") if job.last.get("root") == os.path.abspath(target.root) else None
    return [folder for folder in listed if isinstance(folder, str)] if isinstance(listed, list) else []


def _remember(
    job: _Job,
    coming: Iterable[library.Change],
    target: writer.Output,
    result: Result,
    rows: Iterable[record.Row],
    planned: int,
) -> None:
    """Remember what this build saw and left, so that the next one can tell that nothing changed.

    `coming` is what happens by itself, `planned` how many files `rows` of the plan tell of, or 0.
    """
    before = _before(job, target)
    same = {path: before[path] for path in target.same}
    to_come = library.soonest(coming)
    last = {
        "asked": asked(job.request) if result.settled and not target.left else None,
        "root": os.path.abspath(target.root),
        "output": job.settings.output,
        "content": job.settings.content,
        "plugins": list(job.settings.plugins),
        "since": job.request.now.timestamp(),
        "until": to_come[0].at.timestamp() if to_come else None,
        "coming": codec.dump(revise.told_coming(to_come)),
        "inputs": job.marks.seen(),
        "outputs": unchanged.outputs(target.root, target.marks, writer.LIST, same),
        "report": codec.dump(report_of(result, settled=True)),
        "planned": 0 if target.left else planned,
        "left": sorted(target.left),
    }
    result.until = to_come[0].at.timestamp() if to_come else None
    unchanged.remember(job.store, last, rows, job.request.memory)


def _whole(target: writer.Output) -> bool:
    """Tell whether all that is owned in the output was looked after by this build."""
    return all(path in target.marks for path in target.owned if not target.mine(path))


@dataclass(frozen=True)
class Outlook:
    """What comes by itself, and what stood in the way of knowing: `unread` articles, or a wrong site.yaml."""

    coming: Coming | None
    unread: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()


def outlook(folder: Path, now: datetime, look: unchanged.Look) -> Outlook:
    """Return what comes next in the site in `folder`, from the articles that can be read, parsed or remembered.

    Nothing is written but what was parsed, into the cache.
    """
    settings, found = settings_of(folder)
    told = graded(found, settings.rules if settings else {}, strict=False)
    if settings is None or any(item.severity == "error" for item in told):
        return Outlook(None, 0, tuple(told))
    look.store.load()
    tree, marks = source.Tree(folder, settings), look.marks(settings.content, settings.plugins)
    lost = [item for item in tree.found if item.fatal]  # a folder that cannot be seen may hold what comes next
    if lost:
        return Outlook(None, 0, tuple(graded(lost, settings.rules, strict=False)))
    articles = gather.articles(tree, marks, look.store, work.cores(), lambda _done, _of: None).articles
    unread = len(tree.paths) - sum(not item.wrong for item in articles)
    return Outlook(revise.told_coming(library.changes(articles, settings, now)), unread)


def report_of(result: Result, *, settled: bool = False) -> Report:
    """Return what a build that wrote has to say; `settled` leaves out what it put right."""
    assert result.written is not None
    told = tuple(item for item in result.diagnostics if not settled or item.code != "output-changed")
    return Report(
        output=str(result.output),
        articles=result.articles,
        pages=result.pages,
        files=sum(len(step.written) + step.reused for step in result.steps),
        unlinked=result.unlinked,
        raw_html=result.raw_html,
        held=result.held,
        diagnostics=told,
    )


def asked(request: Request) -> list[object]:
    """Return what of a request the result depends on, besides the moment."""
    special = [name for name in ("drafts", "future", "stable_names") if getattr(request, name)]
    special += [] if request.search else ["no search"]
    where = [request.url] if request.url else []
    return [str(request.output) if request.output else "", request.strict, *special, *where]


def assets(design: theme.Theme) -> Iterator[Output]:
    """Yield the files of a theme."""
    for address, data in design.assets.items():
        yield Output(urls.unquote(address).lstrip("/"), data, f"the theme {design.name}")


def _told(job: _Job) -> list[Diagnostic]:
    told = graded(job.found, job.settings.rules, strict=job.request.strict)
    return job.tree.with_lines(told)
