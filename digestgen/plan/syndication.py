"""Feeds, as values: what is shown where, in which documents.

Whoever has a list that readers may follow says so with a `Channel`. Which formats it has, how many entries, whether
their full text and whether an archive is site.yaml's to say, and none of its business.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from digestgen import urls
from digestgen.config import FEEDS, FeedsConfig
from digestgen.dataclass import dataclass
from digestgen.feeds.formats import FORMATS
from digestgen.feeds.values import Archive, Entry, Feed, Person
from digestgen.model import Article
from digestgen.plan import corrections
from digestgen.plan.desk import Desk
from digestgen.plan.entries import entry_of
from digestgen.plan.outputs import Output, Syndicated
from digestgen.terms import FOLDERS, Term

Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Channel(Generic[Shown]):
    """What readers may follow: a list at `page` (a path of the site), one of `config.FEEDS`, newest first.

    `entry(item, full)` makes the entry of one of `shown`; `key(item)` is a fingerprint of all that it is made from,
    besides what `Desk.key` knows. Both are called late, when all articles are planned; the entry only where the feed
    has to be written.
    """

    kind: str
    page: str
    title: str
    subtitle: str
    shown: Sequence[Shown]
    entry: Callable[[Shown, bool], Entry]
    key: Callable[[Shown], str]


def of_articles(
    kind: str, page: str, title: str, subtitle: str, articles: Sequence[Article], desk: Desk
) -> Channel[Article]:
    """Return the channel of a list of articles, which readers get in the order in which they were released.

    So an article that an embargo kept back comes to them as a new one, and changes no archive.
    """
    if desk.part.embargoed and any(item.embargo for item in articles):
        articles = sorted(articles, key=lambda item: item.released.at, reverse=True)
    return Channel(
        kind,
        page,
        title,
        subtitle,
        articles,
        lambda item, full: entry_of(item, desk, full=full),
        lambda item: desk.entry_keys[item.path],
    )


def of_site(desk: Desk) -> Channel[Article]:
    """Return the channel of all articles of a language."""
    own = desk.language
    return of_articles("site", own.prefix + "/", own.title, own.tagline, desk.part.articles, desk)


def of_term(term: Term, desk: Desk) -> Channel[Article]:
    """Return the channel of a tag, a section or a publisher."""
    title = f"{desk.language.title}: {term.name}"
    return of_articles(FOLDERS[term.kind], term.url, title, term.description, term.articles, desk)


def of_corrections(listed: Sequence[corrections.Noted], desk: Desk) -> Channel[corrections.Noted]:
    """Return the channel of a language's corrections."""
    return Channel(
        "corrections",
        f"{desk.prefix}/{corrections.FOLDER}/",
        f"{desk.language.title}: {desk.words.text('Corrections')}",
        "",
        listed,
        lambda item, full: corrections.entry_of(item, desk, full=full),
        lambda item: f"{desk.shown([item.article])[0].mark} {item.id} {desk.said_in(item.article)}",
    )


@dataclass(frozen=True)
class Document(Generic[Shown]):
    """One file of a feed: its address, its place among the feed's documents (site paths), what it shows."""

    url: str
    archive: Archive
    shown: Sequence[Shown]


def addresses(channel: Channel[Shown], desk: Desk) -> Iterable[str]:
    """Return the addresses of all documents of a channel."""
    return (
        document.url
        for form in formats(channel, desk)
        for document in documents(channel, form, desk.library.config.feeds)
    )


def outputs(channel: Channel[Shown], desk: Desk) -> Iterable[Output]:
    """Return all documents of a channel, in all formats that it has."""
    return (
        output(document, channel, form, desk)
        for form in formats(channel, desk)
        for document in documents(channel, form, desk.library.config.feeds)
    )


def formats(channel: Channel[Shown], desk: Desk) -> Iterable[str]:
    """Return the names of the formats that a channel has."""
    assert channel.kind in FEEDS
    config = desk.library.config
    return (name for name in FORMATS if config.url and channel.kind in getattr(config.feeds, name))


def cut(kind: str, form: str, count: int, settings: FeedsConfig) -> list[slice]:
    """Return which of `count` entries, newest first, stand in a feed itself and in the documents of its archive."""
    size = settings.entries
    of = max(0, count - 1) // size if form == "atom" and kind in settings.archive else 0
    return [slice(size), *(slice(end - size, end) for end in range(count, count - size * of, -size))]


def documents(
    channel: Channel[Shown], form: str, settings: FeedsConfig, wanted: Iterable[int] | None = None
) -> Iterable[Document[Shown]]:
    """Return the feed itself, with the newest entries, and the documents of its archive, the `wanted` ones if any are.

    Those are full and hold the oldest entries first, the first one from the beginning: an entry newer than all others
    changes none of them. Together they hold all that the feed itself does not, and mostly a few that it does.
    """
    current, places = channel.page + FORMATS[form].file, cut(channel.kind, form, len(channel.shown), settings)
    of = len(places) - 1
    name = [archived(channel.page, number) if 0 < number <= of else "" for number in range(of + 2)]
    yield Document(current, Archive(previous=name[of]), channel.shown[places[0]])
    for number in range(1, of + 1) if wanted is None else wanted:
        beside = Archive(stored=True, current=current, previous=name[number - 1], next=name[number + 1])
        yield Document(name[number], beside, channel.shown[places[number]])


def archived(page: str, number: int) -> str:
    """Return the address of a document of the archive of the feed of the list at `page`."""
    return f"{page}feed/{number}.xml"


def output(document: Document[Shown], channel: Channel[Shown], form: str, desk: Desk) -> Output:
    """Return one document of a channel as a file."""
    full = channel.kind in desk.library.config.feeds.full
    said = (document.url, document.archive, channel.page, channel.title, channel.subtitle)
    key = desk.key(form, full, *said, tuple(channel.key(item) for item in document.shown))

    def make() -> Feed:
        return _feed(document, channel, desk, tuple(channel.entry(item, full) for item in document.shown))

    path = urls.unquote(document.url).lstrip("/")
    return Output(path, Syndicated(form, key, make), f"the feed {document.url}")


def _feed(document: Document[Shown], channel: Channel[Shown], desk: Desk, entries: tuple[Entry, ...]) -> Feed:
    config = desk.library.config
    return Feed(
        id=feed_id(channel.page, config.site_id),
        url=desk.absolute(document.url),
        page=desk.absolute(channel.page),
        title=channel.title,
        subtitle=channel.subtitle,
        lang=desk.language.lang,
        author=Person(config.publisher.name or config.title, config.publisher.url, config.publisher.email),
        rights=config.copyright,
        entries=entries,
        archive=_absolute(document.archive, desk),
    )


def _absolute(archive: Archive, desk: Desk) -> Archive:
    current, previous, after = (
        desk.absolute(url) if url else "" for url in (archive.current, archive.previous, archive.next)
    )
    return replace(archive, current=current, previous=previous, next=after)


def feed_id(page: str, site_id: uuid.UUID) -> str:
    """Return the id of the feed of the list at `page`: one in all formats and documents, wherever the site lives."""
    return f"urn:uuid:{uuid.uuid5(site_id, urls.unquote(page) + FORMATS['atom'].file)}"
