"""What to remember of a plan, so that one article can be planned again without the others: rows of values.

Each row answers a question that planning an article asks of the library or of the resolver, in the same words as
they would; `plan.recall` asks them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from digestgen import codec
from digestgen.config import Config
from digestgen.library import Library
from digestgen.links import Resolver
from digestgen.model import Article
from digestgen.pictures.album import Album
from digestgen.plan import held, syndication
from digestgen.plan.desk import Desk
from digestgen.plan.outputs import Cleaned, Copied, Output, Sized
from digestgen.plan.site import Piece, Pieces, Plan

#: The kinds of channels whose entries are articles.
_OF_OTHERS = ("corrections", "editions")

#: A row: its name, which begins with its kind, and what JSON can hold.
Row = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """The row of an article or a page: where it stands, among whom, and what came out; others by their paths.

    `story` are the name and the address of its story and its neighbours there, `claims` the path of each output and of
    what file it is a copy, if it is one, `carriers` the names of the rows of feeds. `static` the files in
    content/static/ that it names, where these may be held back.
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


@dataclass(frozen=True, slots=True)
class Feed:
    """The row of a document of a feed; `archive` as `feeds.values.Archive` has it, `shown` are paths of articles."""

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
    carriers: dict[str, list[str]] = defaultdict(list)
    for name, feed in _feeds(pieces, shelf.config):
        yield name, plain(feed)
        for path in feed.shown:
            carriers[path].append(name)
    for piece in pieces.pieces:
        yield f"article {piece.item.path}", plain(_place(piece, pieces, tuple(carriers.get(piece.item.path, ()))))
    yield from _addresses(pieces.resolver)
    for number, desk in enumerate(pieces.desks):
        for (kind, key), term in desk.part.by_key.items():
            yield f"term {number} {kind} {key}", [term.name, term.url]
    yield from asked(pieces.resolver.asked)
    yield from _album(pieces.resolver.album)
    yield "static", pieces.pictures
    yield "sites", {lang: codec.dump(site) for lang, site in plan.sites.items()}


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


def plain(row: Place | Feed) -> list[Any]:
    """Return a row as JSON can hold it."""
    return [getattr(row, item.name) for item in fields(row)]


def _place(piece: Piece, pieces: Pieces, carriers: tuple[str, ...]) -> Place:
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
    """Yield name and row of each document of a feed of articles."""
    for number, (desk, channels) in enumerate(pieces.channels):
        for channel in channels:
            if channel.kind not in _OF_OTHERS:
                yield from _documents(number, desk, channel, config)


def _documents(
    number: int, desk: Desk, channel: syndication.Channel[Article], config: Config
) -> Iterator[tuple[str, Feed]]:
    for form in syndication.formats(channel, desk):
        for document in syndication.documents(channel, form, config.feeds):
            beside = document.archive
            shown = tuple([item.path for item in document.shown])
            said = (channel.kind, channel.page, channel.title, channel.subtitle)
            archive = (beside.stored, beside.current, beside.previous, beside.next)
            yield f"feed {document.url}", Feed(number, *said, form, document.url, archive, shown)
