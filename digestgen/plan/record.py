"""What to remember of a plan, so that one article can be planned again without the others: rows of values.

Each row answers a question that planning an article asks of the library or of the resolver, in the same words as
they would; `plan.recall` asks them.
"""

from __future__ import annotations

import typing
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final

from digestgen import codec
from digestgen.config import Config
from digestgen.editions import Edition
from digestgen.library import Library
from digestgen.links import Resolver
from digestgen.model import Article, Stamp
from digestgen.pictures.album import Album
from digestgen.plan import archive, corrections, editions, held, lists, metadata, site, stories, syndication
from digestgen.plan.corrections import Noted
from digestgen.plan.desk import Desk, Shown
from digestgen.plan.outputs import Cleaned, Copied, Output, Rendered, Sized
from digestgen.plan.site import Piece, Pieces, Plan
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


@dataclass(frozen=True, slots=True)
class Place:
    """The row of an article or a page: where it stands, among whom, and what came out; others by their paths.

    `story` are the name and the address of its story and its neighbours there, `claims` the path of each output and of
    what file it is a copy, if it is one, `carriers` the names of the rows of feeds. `static` the files in
    content/static/ that it names, where these may be held back. `shown_on` are the names of the rows of lists, editions
    and other articles whose pages show its card, `loose` tells that there may be more of these. `entry` is
    what stands for its entry in feeds.
    """

    url: str
    slug: str
    face: str
    desk: int
    newer: str
    older: str
    story: tuple[str, str, str, str] | None
    related: tuple[str, ...]
    versions: tuple[str, ...]
    edition: str
    claims: tuple[tuple[str, str], ...]
    held: int
    carriers: tuple[str, ...]
    static: tuple[str, ...]
    shown_on: tuple[str, ...]
    loose: bool
    entry: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The row of a page of a list: `make` is one of `LISTS`, `inputs` what it is given, each as a text by `codec`."""

    desk: int
    template: str
    url: str
    make: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


def rows(plan: Plan, shelf: Library) -> Iterator[Row]:
    """Yield all rows of a plan without an error and of the library that it was made of."""
    pieces = plan.pieces
    yield from _files(plan, shelf)
    yield "news", [item.path for item in shelf.news] if shelf.config.url else []
    yield from _addresses(pieces.resolver)
    for number, desk in enumerate(pieces.desks):
        for (kind, key), term in desk.part.by_key.items():
            yield f"term {number} {kind} {key}", [term.name, term.url]
    yield from asked(pieces.resolver.asked)
    yield from _album(pieces.resolver.album)
    yield "static", pieces.pictures
    yield "sites", {lang: codec.dump(every) for lang, every in plan.sites.items()}


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
        yield name, codec.dump(_issue(issue, tuple(carriers.get(name, ()))))
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
        others = [piece.newer, piece.older, *story, *(item.path for item in piece.related)]
        if piece.item.listing is None:  # the page of an edition names no original
            original = metadata.translated(piece.item, pieces.desks[piece.desk])
            others += [original.path] if original else []
        for path in others:
            found[path][name] = None
    return found


def _listings(plan: Plan) -> Iterator[tuple[str, Listing, Iterable[str]]]:
    """Yield name and row of each page of a list, and the paths of the articles that it shows."""
    numbers = {desk.language.lang: number for number, desk in enumerate(plan.pieces.desks)}
    for output in plan.outputs:
        content = output.content
        if isinstance(content, Rendered) and content.inputs and (name := _name(content.inputs[0])) in LISTS:
            values = [*zip(content.inputs[1:], kinds(name), strict=True)]
            texts = tuple([codec.dump(_paths(value) if kind == SHOWN else value) for value, kind in values])
            shown = [path for value, kind in values if kind == SHOWN for path in _paths(value)]
            number = numbers[content.lang]
            yield f"list {output.path}", Listing(number, content.template, content.url, name, texts), shown


def _name(make: Any) -> str:
    return str(make.__name__)


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


def plain(row: Place | Listing | Feed) -> list[Any]:
    """Return a row as JSON can hold it."""
    return [getattr(row, item.name) for item in fields(row)]


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


def _entered(item: Article | Edition | Noted) -> str:
    if isinstance(item, Noted):
        return f"{item.id} corrected {item.article.path}"
    return _named(item) if isinstance(item, Edition) else item.path


def _named(edition: Edition) -> str:
    """Return the name of the row of an edition."""
    return f"edition {edition.url}"


def _issue(issue: site.Issue, carriers: tuple[str, ...]) -> Issue:
    edition, desk, beside, made = issue
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
        claims(made.outputs),
        carriers,
    )


def static(item: Article, files: Container[str]) -> tuple[str, ...]:
    """Return which of `files` in content/static/ an article names, in order."""
    return tuple(sorted(path for path in held.named(item) if path in files))


def claims(outputs: Iterable[Output]) -> tuple[tuple[str, str], ...]:
    """Return what an article claims, as a `Place` has it."""
    return tuple([(item.path, _copied(item)) for item in outputs])


def _copied(output: Output) -> str:
    content = output.content
    return f"{type(content).__name__} {content.source}" if isinstance(content, Copied | Cleaned | Sized) else ""


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
            yield from _documents(number, desk, channel, config)


def _documents(
    number: int, desk: Desk, channel: syndication.Channel[Any], config: Config
) -> Iterator[tuple[str, Feed]]:
    for form in syndication.formats(channel, desk):
        for document in syndication.documents(channel, form, config.feeds):
            beside = document.archive
            shown = tuple(map(_entered, document.shown))
            said = (channel.kind, channel.page, channel.title, channel.subtitle)
            archive = (beside.stored, beside.current, beside.previous, beside.next)
            yield f"feed {document.url}", Feed(number, *said, form, document.url, archive, shown)
