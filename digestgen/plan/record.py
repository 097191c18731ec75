"""What to remember of a plan, so that one article can be planned again without the others: rows of values.

Each row answers a question that planning an article asks of the library or of the resolver, in the same words as
they would; `plan.recall` asks them.
"""

from __future__ import annotations

import typing
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from digestgen import codec, library
from digestgen import editions as issues
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.editions import Edition
from digestgen.library import Change, Library, Part
from digestgen.links import Resolver
from digestgen.model import Article, Stamp
from digestgen.pictures.album import Album
from digestgen.plan import archive, corrections, editions, held, lists, metadata, stories, syndication
from digestgen.plan.corrections import Noted
from digestgen.plan.desk import Desk, Shown
from digestgen.plan.outputs import Cleaned, Copied, Output, Rendered, Sized
from digestgen.plan.site import Piece, Pieces, Plan
from digestgen.terms import Term
from digestgen.views import Page

#: What makes the pages of lists, by its name: each gets a desk, an address, and what stands in the row of the page.
LISTS: Final[Mapping[str, Callable[..., Page]]] = {
    make.__name__: make
    for make in (
        lists.front_page,
        lists.front_of_issue,
        lists.list_page,
        archive.listed_month,
        stories.story_page,
        editions.index_page,
        corrections.corrections_page,
    )
}

#: The type of what stands in a row by paths.
SHOWN: Final = tuple[Shown, ...]

#: A row: its name, which begins with its kind, and what JSON can hold.
Row = tuple[str, Any]


@dataclass(frozen=True)
class Place:
    """The row of an article or a page: where it stands, among whom, and what came out; others by their paths.

    `story` are the name and the address of its story and its neighbours there, `original` what it is a translation of,
    if a card of that stands on its page, `claims` the path of each output and of what kind it is, `carriers` the names
    of the rows of feeds. `static` the files in content/static/ that it names, where these may be held back. `shown_on`
    are the names of the rows of lists, editions and other articles whose pages show its card, `loose` tells that there
    may be more of these. `entry` is what stands for its entry in feeds.
    """

    url: str
    slug: str
    face: str
    desk: int
    newer: str
    older: str
    story: tuple[str, str, str, str] | None
    related: tuple[str, ...]
    original: str
    versions: tuple[str, ...]
    edition: str
    claims: tuple[tuple[str, str], ...]
    held: int
    carriers: tuple[str, ...]
    static: tuple[str, ...]
    shown_on: tuple[str, ...]
    loose: bool
    entry: str


@dataclass(frozen=True)
class Listing:
    """The row of a page of a list: `make` is one of `LISTS`, `inputs` what it is given, each as a text by `codec`."""

    desk: int
    template: str
    url: str
    make: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Issue:
    """The row of an edition, with its articles and its file by their paths; `beside` is what the plan gave its page."""

    desk: int
    name: str
    url: str
    stamp: Stamp
    lead: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    file: str
    beside: editions.Beside
    claims: tuple[tuple[str, str], ...]
    carriers: tuple[str, ...]


@dataclass(frozen=True)
class Feed:
    """The row of a document of a feed; `archive` as `feeds.values.Archive` has it.

    `shown` are paths of articles, names of the rows of editions, or ids of corrections with their articles' paths.
    """

    desk: int
    kind: str
    page: str
    title: str
    subtitle: str
    form: str
    url: str
    archive: tuple[bool, str, str, str]
    shown: tuple[str, ...]


class Ref(NamedTuple):
    """What the order of articles rests on: a moment (seconds since 1970), whether that has a time of day, and more."""

    path: str
    at: int
    timed: bool
    weight: int
    embargo: int
    """The moment from which it may be published (seconds since 1970); 0 without one."""

    @property
    def place(self) -> tuple[int, int, str]:
        """Its place in the order of `library.newest_first`."""
        return -self.at, self.weight, self.path


def ref_of(item: Article) -> Ref:
    """Return what the order of articles rests on."""
    assert item.stamp is not None
    embargo = int(item.embargo.at.timestamp()) if item.embargo else 0
    return Ref(item.path, int(item.date.timestamp()), item.stamp.timed, item.weight, embargo)


@dataclass(frozen=True)
class Named:
    """The row of a term in the index of its kind: how it is written first, how many articles it has, the newest one.

    `roles` are numbers of articles, as `terms.Counts` has them.
    """

    key: str
    written: str
    count: int
    newest: tuple[str, int, bool, int, int]
    roles: Mapping[str, int]


@dataclass(frozen=True)
class Members:
    """The row of all articles of a term, newest first: their paths, what people did for each, and their numbers.

    `days` are days as `date.toordinal` counts them.
    """

    paths: tuple[str, ...]
    did: tuple[tuple[tuple[str, str], ...], ...]
    days: Mapping[str, int]
    roles: Mapping[str, int]
    places: Mapping[str, int]


def rows(plan: Plan, shelf: Library, every: Iterable[Article], to_come: Iterable[Change]) -> Iterator[Row]:
    """Yield all rows of a plan without an error and of the library that it was made of, of `every` article.

    `to_come` is what happens to these by itself.
    """
    pieces = plan.pieces
    yield from _files(plan, shelf)
    for number, part in enumerate(shelf.parts):
        yield from _part(number, part, shelf.config)
    yield from _together(shelf, every)
    yield "coming", coming(to_come)
    yield from ((f"askers {place}", [*paths]) for place, paths in pieces.resolver.askers.items())
    yield "news", [item.path for item in shelf.news] if shelf.config.url else []
    yield from _addresses(pieces.resolver)
    for number, desk in enumerate(pieces.desks):
        for (kind, key), term in desk.part.by_key.items():
            yield f"term {number} {kind} {key}", [term.name, term.url]
    yield from asked(pieces.resolver.asked)
    yield from _album(pieces.resolver.album)
    yield "static", pieces.pictures
    yield "sites", {lang: codec.dump(every) for lang, every in plan.sites.items()}


def _part(number: int, part: Part, config: Config) -> Iterator[Row]:
    """Yield the rows of the articles and the terms of a language."""
    yield f"articles {number}", [ref_of(item) for item in part.articles]
    yield f"days {number}", days(part.days)
    yield f"embargoed {number}", [*part.embargoed]
    yield f"editions {number}", [edition.url for edition in part.editions]
    yield f"corrected {number}", [entered(item) for item in corrections.noted(part, config)]
    for kind, listed in part.terms.items():
        yield f"terms {number} {kind}", [plain(named(term)) for term in listed]
        for term in listed:
            yield f"members {number} {kind} {term.key}", plain(members(term))


def days(counts: Mapping[date, int]) -> dict[str, int]:
    """Return numbers by day as a row has them."""
    return {str(day.toordinal()): number for day, number in counts.items()}


def named(term: Term) -> Named:
    """Return the row of a term that has articles in the index of its kind."""
    roles = dict(term.counts.roles) if term.kind == "person" else {}
    return Named(term.key, term.written, len(term.articles), ref_of(term.articles[0]), roles)


def members(term: Term) -> Members:
    """Return the row of a term's articles."""
    counts = term.counts
    paths = tuple([item.path for item in term.articles])
    did = tuple([tuple([(part.role, part.place) for part in parts]) for parts in term.parts])
    return Members(paths, did, days(counts.days), dict(counts.roles), dict(counts.places))


def group_name(item: Article, config: Config) -> str:
    """Return the name of the row of the versions of an article."""
    own, key = library.translation_key(item, config)
    return f"versions {int(own)} {key}"


def _together(shelf: Library, every: Iterable[Article]) -> Iterator[Row]:
    """Yield the rows of what articles have in common, whether they are published or not."""
    config = shelf.config
    for item in shelf.articles.values():
        versions = shelf.translations[item.path]
        if versions[0] is item:
            yield group_name(item, config), [other.path for other in versions]
    own: dict[str, list[str]] = defaultdict(list)
    for item in every:
        if item.stamp:
            same = shelf.articles.get(item.path) is item  # and not with a slug that is its second one
            own[shelf.urls[item.path] if same else library.address(item, config)].append(item.path)
    yield "shared", {url: paths for url, paths in own.items() if len(paths) > 1}
    files = (file for part in shelf.parts for file in part.edition_files)
    yield "listed", sorted({issues.meant(file, item) or "" for file in files for item in issues.listed_by(file)})


def coming(listed: Iterable[Change]) -> list[Any]:
    """Return what happens by itself as a row has it."""
    return [[int(change.at.timestamp()), change.path, change.what] for change in listed]


def _files(plan: Plan, shelf: Library) -> Iterator[Row]:
    """Yield the rows of feeds, lists, editions, articles and pages."""
    pieces = plan.pieces
    carriers: dict[str, list[str]] = defaultdict(list)
    for name, feed in _feeds(pieces, shelf.config):
        yield name, plain(feed)
        for path in dict.fromkeys(shown.rpartition(" corrected ")[2] for shown in feed.shown):
            carriers[path].append(name)
    shown_on = _beside(pieces)
    for name, listing, shown in _listings(plan):
        yield name, plain(listing)
        for path in shown:
            shown_on[path][name] = None
    for issue in pieces.issues:
        name = _named(issue[0])
        edition, number, beside, made = issue
        row = issue_of(edition, number, beside, claims(made.outputs), tuple(carriers.get(name, ())))
        yield name, codec.dump(row)
        for item in issue[0].articles:
            shown_on[item.path][name] = None
    for piece in pieces.pieces:
        path = piece.item.path
        yield f"article {path}", plain(_place(piece, pieces, tuple(carriers.get(path, ())), tuple(shown_on[path])))


def _beside(pieces: Pieces) -> dict[str, dict[str, None]]:
    """Return the path of each article to the names of the rows of those whose pages show it beside their own."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for piece in pieces.pieces:
        name, place = f"article {piece.item.path}", piece.place
        story = [shown.article.path for shown in (place.previous, place.next) if shown] if place else []
        original = original_of(piece.item, pieces.desks[piece.desk])
        for path in (piece.newer, piece.older, *story, *(item.path for item in piece.related), original):
            found[path][name] = None
    return found


def original_of(item: Article, desk: Desk) -> str:
    """Return the path of the article that `item` is a translation of, if its page shows what that says; or nothing."""
    original = metadata.translated(item, desk) if item.listing is None else None  # the page of an edition names none
    return original.path if original else ""


def _listings(plan: Plan) -> Iterator[tuple[str, Listing, Iterable[str]]]:
    """Yield name and row of each page of a list, and the paths of the articles that it shows."""
    numbers = {desk.language.lang: number for number, desk in enumerate(plan.pieces.desks)}
    for output in plan.outputs:
        content = output.content
        if isinstance(content, Rendered) and content.inputs and content.inputs[0].__name__ in LISTS:
            row, shown = listing(numbers[content.lang], content.template, content.url, *content.inputs)
            yield f"list {output.path}", row, shown


def listing(
    desk: int, template: str, url: str, make: Callable[..., Page], *inputs: Any
) -> tuple[Listing, tuple[str, ...]]:
    """Return the row of a page of a list, and the paths of the articles that it shows."""
    name = make.__name__
    values = [*zip(inputs, kinds(name), strict=True)]
    texts = tuple([codec.dump(_paths(value) if kind == SHOWN else value) for value, kind in values])
    shown = tuple([path for value, kind in values if kind == SHOWN for path in _paths(value)])
    return Listing(desk, template, url, name, texts), shown


def _paths(shown: Any) -> tuple[str, ...]:
    return tuple([item.article.path for item in shown])


@lru_cache
def kinds(name: str) -> Sequence[Any]:
    """Return the types of what one of `LISTS` gets besides a desk and an address."""
    hints = typing.get_type_hints(LISTS[name])
    return [kind for given, kind in hints.items() if given not in ("desk", "url", "return")]


def _album(album: Album) -> Iterator[Row]:
    yield from ((f"picture {path}", codec.dump((known,))) for path, known in album.pictures.items())
    yield "album", codec.dump((album.recipe, album.slot))


def _addresses(resolver: Resolver) -> Iterator[Row]:
    yield from ((f"page {address}", item.path) for address, item in resolver.pages.items())
    yield from ((f"held page {address}", item.path) for address, item in resolver.held_pages.items())
    yield from ((f"held {path}", True) for path in resolver.held)
    yield from ((f"known {address}", sorted(ids)) for address, ids in resolver.known.items())


def asked(places: Mapping[tuple[str, str], bool]) -> Iterator[Row]:
    """Yield for each article which places on its page others link to, and whether they are there."""
    by_path: dict[str, dict[str, bool]] = defaultdict(dict)
    for (path, fragment), good in places.items():
        by_path[path][fragment] = good
    return ((f"asked {path}", found) for path, found in by_path.items())


def plain(row: Place | Listing | Feed | Named | Members) -> list[Any]:
    """Return a row as JSON can hold it."""
    return [getattr(row, item.name) for item in fields(row)]


def jsonable(value: Any) -> Any:
    """Return what a row says as JSON can hold it."""
    if isinstance(value, Place | Listing | Feed | Named | Members):
        return plain(value)
    if isinstance(value, tuple) and value and not isinstance(value[0], str | int | Ref):
        return [jsonable(item) for item in value]
    return value


def _place(piece: Piece, pieces: Pieces, carriers: tuple[str, ...], shown_on: tuple[str, ...]) -> Place:
    item, desk = piece.item, pieces.desks[piece.desk]
    edition = desk.edition_of(item)
    return Place(
        desk.library.urls[item.path],
        item.slug,
        item.face,
        piece.desk,
        piece.newer,
        piece.older,
        _story(piece),
        tuple([other.path for other in piece.related]),
        original_of(item, desk),
        tuple([other.path for other in desk.library.translations[item.path]]),
        codec.dump(edition) if edition else "",
        claims(piece.made.outputs),
        piece.made.held,
        carriers,
        static(item, pieces.resolver.files) if pieces.pictures else (),
        shown_on,
        item.path in pieces.loose,
        desk.entry_keys.get(item.path, ""),
    )


def entered(item: Article | Edition | Noted) -> str:
    """Return the name of what stands in a feed or in a list of corrections."""
    if isinstance(item, Noted):
        return f"{item.id} corrected {item.article.path}"
    return _named(item) if isinstance(item, Edition) else item.path


def _named(edition: Edition) -> str:
    """Return the name of the row of an edition."""
    return f"edition {edition.url}"


def members_of(issue: Issue) -> tuple[str, ...]:
    """Return the paths of the articles of an edition, the lead first."""
    return (*([issue.lead] if issue.lead else []), *(path for _, paths in issue.groups for path in paths))


def issue_of(
    edition: Edition,
    desk: int,
    beside: editions.Beside,
    claims: tuple[tuple[str, str], ...],
    carriers: tuple[str, ...] = (),
) -> Issue:
    """Return the row of an edition."""
    groups = tuple([(group.name, tuple([item.path for item in group.articles])) for group in edition.groups])
    return Issue(
        desk,
        edition.name,
        edition.url,
        edition.stamp,
        edition.lead.path if edition.lead else "",
        groups,
        edition.file.path if edition.file else "",
        beside,
        claims,
        carriers,
    )


def static(item: Article, files: Container[str]) -> tuple[str, ...]:
    """Return which of `files` in content/static/ an article names, in order."""
    return tuple(sorted(path for path in held.named(item) if path in files))


def claims(outputs: Iterable[Output]) -> tuple[tuple[str, str], ...]:
    """Return what an article claims, as a `Place` has it."""
    return tuple([(item.path, _kind(item)) for item in outputs])


def _kind(output: Output) -> str:
    content = output.content
    source = content.source if isinstance(content, Copied | Cleaned | Sized) else ""
    return f"{type(content).__name__} {source}"


def _story(piece: Piece) -> tuple[str, str, str, str] | None:
    place = piece.place
    if place is None:
        return None
    before, after = (shown.article.path if shown else "" for shown in (place.previous, place.next))
    return place.story.name, place.story.url, before, after


def _feeds(pieces: Pieces, config: Config) -> Iterator[tuple[str, Feed]]:
    """Yield name and row of each document of a feed."""
    for number, (desk, channels) in enumerate(pieces.channels):
        for channel in channels:
            yield from documents(number, desk, channel, config)


def documents(
    number: int, desk: Desk, channel: syndication.Channel[Any], config: Config, wanted: Collection[int] | None = None
) -> Iterator[tuple[str, Feed]]:
    """Yield name and row of each document of a channel; of its archive, the `wanted` ones if any are."""
    for form in syndication.formats(channel, desk):
        for document in syndication.documents(channel, form, config.feeds, wanted if form == "atom" else None):
            beside = document.archive
            shown = tuple(map(entered, document.shown))
            said = (channel.kind, channel.page, channel.title, channel.subtitle)
            archive = (beside.stored, beside.current, beside.previous, beside.next)
            yield f"feed {document.url}", Feed(number, *said, form, document.url, archive, shown)
