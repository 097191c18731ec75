"""All articles of a site, parsed or remembered: the only stage beside rendering that costs much."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from digestgen import additions, budget, codec, fingerprint, library, parse, work
from digestgen.codec import Unfit
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.markup import labels
from digestgen.model import Article, Manuscript
from digestgen.pictures.album import Facts, facts
from digestgen.pictures.headers import promised
from digestgen.source import Tree
from digestgen.traces import Parsed, Traces
from digestgen.unchanged import Marks

#: So many articles are handed over to the store at once: what they weigh stays out of memory then.
_BATCH: Final = 1000

#: So many manuscripts stay in memory: a page asks for its article's several times, and for those that it links into.
_AT_HAND: Final = 16

Told = tuple[Diagnostic, ...]


@dataclass(frozen=True)
class Fresh:
    """One article as a worker hands it over: everything as text, with the fingerprint of what was read."""

    path: str
    mark: str
    row: Parsed
    manuscript: str


@dataclass()
class Gathered:
    """The articles that could be parsed, what is wrong, and how many were parsed now."""

    articles: list[Article] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    parsed: frozenset[str] = frozenset()
    told: dict[str, Told] = field(default_factory=dict)
    """What is wrong in each file."""


def articles(tree: Tree, marks: Marks, store: Traces, jobs: int, tick: Callable[[int, int], None]) -> Gathered:
    """Return all articles and pages below content/, in the order of their paths.

    `tick(done, of)` is called as articles are parsed.
    """
    settings = tree.settings
    rests_on = variant(tree)
    fetch = lru_cache(maxsize=_AT_HAND)(lambda path, key: _manuscript(path, key, tree, store, rests_on))
    values: dict[str, _Value] = {}
    todo: list[str] = []
    for path in tree.paths:
        row = _remembered(path, tree, marks, store, rests_on)
        if row is None:
            todo.append(path)
        else:
            values[path] = _read(path, row, tree, fetch)
    gone = store.parsed.keys() - tree.paths
    store.parsed.clear()  # they are values now, and as texts would be as large again in every worker
    if gone:
        store.keep_parsed({}, {}, gone)
    batch: list[Fresh] = []
    for number, fresh in enumerate(work.done(lambda path: parsed(path, tree, rests_on), todo, jobs), 1):
        marks.note(f"{settings.content}/{fresh.path}", fresh.mark)
        batch.append(fresh)
        if len(batch) == _BATCH or number == len(todo):
            rows = {item.path: item.row for item in batch}
            store.keep_parsed(rows, {item.path: item.manuscript for item in batch}, ())
            values |= {path: _read(path, row, tree, fetch) for path, row in rows.items()}
            batch.clear()
        tick(number, len(todo))
    return _gathered(tree, values, frozenset(todo))


#: Under what the facts of pictures are remembered.
_PICTURES: Final = "pictures"


def pictures(tree: Tree, marks: Marks, store: Traces, told: list[Diagnostic]) -> dict[str, Facts | None]:
    """Return what is known of each file below content/ whose name promises a picture, None where that is nothing.

    The facts of a file that did not change are remembered, and the file is not read. One that cannot be read is told
    in `told`, and nothing is said of it.
    """
    paths = sorted(path for path in tree.files if promised(path))
    before = store.meta(_PICTURES) if paths else None
    known = before if isinstance(before, dict) else {}
    found: dict[str, Facts | None] = {}
    kept: dict[str, str] = {}
    for path in paths:
        mark = marks.mark(f"{tree.settings.content}/{path}") or ""
        read = _facts(path, mark, known.get(mark), tree, told)
        if read:
            found[path], mark, kept[mark] = read
            marks.note(f"{tree.settings.content}/{path}", mark)
    if kept != known and paths:
        store.keep_meta({_PICTURES: kept})
    return found


def _facts(
    path: str, mark: str, text: object, tree: Tree, told: list[Diagnostic]
) -> tuple[Facts | None, str, str] | None:
    """Return the facts of a picture, its fingerprint, and the facts as text to be remembered; None if it is unread."""
    if isinstance(text, str):
        try:
            return codec.load(Known, text, tree.settings.timezone)[0], mark, text
        except (Unfit, IndexError):
            pass
    data = tree.file(path, told)
    if data is None:
        return None
    found = facts(data)
    return found, found.mark if found else fingerprint.of_bytes(data), codec.dump((found,))


Known = tuple[Facts | None, ...]


def variant(tree: Tree) -> str:
    """Return the fingerprint of what parsing an article depends on besides its file."""
    settings = tree.settings
    tags = tuple(item.lang for item in settings.languages)
    zone = settings.timezone.key
    return fingerprint.of_value(
        (
            tags,
            zone,
            settings.raw_html,
            settings.embed,
            str(settings.site_id),
            settings.content,
            settings.editions,
            settings.limits.page,
            tree.plugins.mark,
            labels.mark(tree.interface),
        )
    )


def _remembered(path: str, tree: Tree, marks: Marks, store: Traces, variant: str) -> Parsed | None:
    row = store.parsed.get(path)
    if row is None:
        return None
    shown = f"{tree.settings.content}/{path}"
    mark = marks.mark(shown)
    if mark is None:
        data = tree.article(path, [])
        if data is None:
            return None
        mark = fingerprint.of_bytes(data)
        marks.note(shown, mark)
    return row if row.key == f"{variant} {mark}" else None


def parsed(path: str, tree: Tree, variant: str) -> Fresh:
    """Read and parse one article; `variant` is the settings'."""
    found: list[Diagnostic] = []
    data = tree.article(path, found)
    if data is None:
        return Fresh(path, "", Parsed("", "", codec.dump(tuple(found))), "")
    mark = fingerprint.of_bytes(data)
    limits = budget.Limits(tree.settings.limits.seconds, tree.settings.limits.memory)
    try:
        read = budget.bounded(lambda: _read_anew(path, data, tree), limits, heavy=len(data) > _HEAVY)
    except budget.Spent as spent:
        read = _over(path, data, tree, limits, f"to read this takes more than {spent}")
    passing = not read.codes.isdisjoint(_PASSING)
    return Fresh(path, mark, Parsed("" if passing else f"{variant} {mark}", read.article, read.told), read.manuscript)


#: An article of more bytes is read in a process of its own, which takes less time than to read it.
_HEAVY: Final = 64 * 1024

#: What need not be so at the next build, and is not remembered.
_PASSING: Final = frozenset(["plugin", "over-budget"])


@dataclass(frozen=True)
class _Texts:
    """What reading an article gives, as texts, and the codes of what is wrong."""

    article: str
    manuscript: str
    told: str
    codes: frozenset[str]


def _texts(article: Article | None, found: Iterable[Diagnostic]) -> _Texts:
    text, manuscript = (codec.dump(article), codec.dump(article.fetch())) if article else ("", "")
    told = tuple(found)
    return _Texts(text, manuscript, codec.dump(told), frozenset(item.code for item in told))


def _over(path: str, data: bytes, tree: Tree, limits: budget.Limits, message: str) -> _Texts:
    """Return an article that is over its budget, its body unread, so that others may name it; or nothing of it."""
    help = "make it shorter or plainer, or raise `limits` in site.yaml"
    fault = Diagnostic("over-budget", message, Span(f"{tree.settings.content}/{path}"), help=help)
    try:
        return budget.bounded(lambda: _texts(*parse.article(path, data, tree.settings, unread=fault)), limits)
    except budget.Spent:
        return _texts(None, [fault])


#: An article, if it could be read, and what is wrong with it.
_Value = tuple[Article | None, Iterable[Diagnostic]]


@dataclass(frozen=True)
class _Fetching:
    """Fetches one manuscript; there are as many of these as articles."""

    fetch: Callable[[str, str], Manuscript]
    path: str
    key: str

    def __call__(self) -> Manuscript:
        return self.fetch(self.path, self.key)


def _gathered(tree: Tree, values: Mapping[str, _Value], fresh: frozenset[str]) -> Gathered:
    gathered = Gathered(parsed=fresh)
    for path in tree.paths:
        article, told = values[path]
        gathered.found.extend(told)
        if told:
            gathered.told[path] = tuple(told)
        if article is not None:
            gathered.articles.append(article)
    if tree.plugins.mark:
        gathered.found = _condensed(gathered.found)
    return gathered


def _read(path: str, row: Parsed, tree: Tree, fetch: Callable[[str, str], Manuscript]) -> _Value:
    zone = tree.settings.timezone
    try:
        told = codec.load(Told, row.told, zone) if row.told != "[]" else ()
        if not row.article:
            return None, told
        article = codec.load(Article, row.article, zone)
    except Unfit:
        return _anew(path, tree)
    if article.path != path:
        return _anew(path, tree)
    object.__setattr__(article, "fetch", _Fetching(fetch, path, row.key))
    return article, told


def _anew(path: str, tree: Tree) -> _Value:
    """Parse an article in whose place the store holds something else."""
    return _of(parsed(path, tree, ""), tree)


def _of(fresh: Fresh, tree: Tree) -> _Value:
    """Return an article that was just parsed."""
    zone = tree.settings.timezone
    told = codec.load(Told, fresh.row.told, zone)
    if not fresh.row.article:
        return None, told
    article = codec.load(Article, fresh.row.article, zone)
    manuscript = codec.load(Manuscript, fresh.manuscript, zone)
    object.__setattr__(article, "fetch", lambda: manuscript)
    return article, told


def _read_anew(path: str, data: bytes, tree: Tree) -> _Texts:
    article, found = parse.article(path, data, tree.settings, tree.plugins, tree.interface)
    if article is None:
        return _texts(None, found)
    article, faults = additions.changed(article, tree.plugins, f"{tree.settings.content}/{path}")
    return _texts(article, [*found, *faults])


def add_pages(
    articles: list[Article], tree: Tree, now: datetime, through: frozenset[library.Reason] = frozenset()
) -> list[Diagnostic]:
    """Add to `articles` the pages that plug-ins make, in the order of paths; return what is wrong with them.

    Plug-ins see what is published at `now`, what only a reason in `through` holds back included.
    """
    added, tree.added, found = additions.pages(
        articles,
        tree.plugins,
        tree.settings,
        tree.interface,
        lambda item: library.is_published(item, now, through),
    )
    if added:
        articles.extend(added)
        articles.sort(key=lambda item: item.path)
    return found


def _condensed(found: list[Diagnostic]) -> list[Diagnostic]:
    """`found` with what is wrong with a plug-in told once, and of how many articles it holds."""
    counts = Counter((item.message, item.span) for item in found if item.code == "plugin")
    kept: dict[object, Diagnostic] = {}
    for number, item in enumerate(found):
        kept.setdefault((item.message, item.span) if item.code == "plugin" else number, item)
    return [
        replace(item, help=f"{item.help}, and {more} more") if item.code == "plugin" and more else item
        for item in kept.values()
        for more in [counts[item.message, item.span] - 1]
    ]


def _manuscript(path: str, key: str, tree: Tree, store: Traces, variant: str) -> Manuscript:
    """Fetch the manuscript of an article with that key from the store, or parse the article once more.

    Raises OSError where its file says something else by now.
    """
    text = store.manuscript(path, key)
    try:
        if text is not None:
            return codec.load(Manuscript, text, tree.settings.timezone)
    except Unfit:
        pass
    fresh = parsed(path, tree, variant)
    article, _ = _of(fresh, tree)
    if article is None or fresh.row.key != key:
        shown = str(tree.content / path)
        raise OSError(errno.EAGAIN, "the file changed while the site was built; build again", shown)
    return article.fetch()
