"""A library that is remembered, row by row: what planning one article asks of it is looked up when it is asked.

Nobody can tell it from the library that `plan.record` wrote the rows of, but for what would take all of it: that
raises `Unsure`, and the library has to be assembled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from digestgen import codec, i18n, library, views
from digestgen.config import Config
from digestgen.editions import Edition, Group
from digestgen.feeds.values import Archive
from digestgen.library import Library, Part
from digestgen.links import Resolver
from digestgen.model import Article
from digestgen.pictures.album import Album, Facts, Recipe
from digestgen.plan import articles, corrections, editions, record, sitemaps, stories, syndication
from digestgen.plan.desk import Desk
from digestgen.plan.outputs import Output, file_of
from digestgen.plan.record import Feed, Issue, Listing, Place
from digestgen.terms import Known, Term, TermKind

Value = TypeVar("Value")

_Texts = tuple[str, ...]
_Named = tuple[str, str]
_Frame = tuple[Recipe | None, str]
_Known = tuple[Facts | None]

#: Returns the row of a name, or None where there is none.
Ask = Callable[[str], Any]


class Unsure(Exception):
    """What is remembered does not answer this: everything has to be looked at."""


@dataclass(slots=True)
class Asked(Mapping[Any, Value]):
    """A mapping whose values are looked up when they are asked for, each once; nobody can go through it."""

    find: Callable[[Any], Value | None]
    found: dict[Any, Value | None] = field(default_factory=dict)

    def __getitem__(self, key: Any) -> Value:
        if key not in self.found:
            self.found[key] = self.find(key)
        value = self.found[key]
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[Any]:
        raise Unsure

    def __len__(self) -> int:
        raise Unsure


@dataclass(slots=True)
class _Pictures(Mapping[str, "Facts | None"]):
    """What is known of pictures; of one that was looked at in vain that is None."""

    find: Callable[[str], _Known | None]

    def __getitem__(self, path: str) -> Facts | None:
        known = self.find(path)
        if known is None:
            raise KeyError(path)
        return known[0]

    def __iter__(self) -> Iterator[str]:
        raise Unsure

    def __len__(self) -> int:
        raise Unsure


@dataclass(slots=True)
class Shelf:
    """What is remembered of a library. `read(path)` returns an article as the library has it."""

    ask: Ask
    config: Config
    known: Known
    read: Callable[[str], Article]
    files: Collection[str]
    interface: i18n.Interface
    places: Asked[Place] = field(init=False)
    library: Library = field(init=False)
    resolver: Resolver = field(init=False)
    desks: tuple[Desk, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.places = Asked(self._place)
        parts = tuple(self._part(number) for number in range(len(self.config.languages)))
        self.library = Library(
            config=self.config,
            known=self.known,
            parts=parts,
            urls=Asked(lambda path: self.places[path].url if path in self.places else None),
            articles=Asked(lambda path: self.read(path) if path in self.places else None),
            held=(),
            wrong=(),
            translations=Asked(self._versions),
            news=(),
        )
        recipe, slot = self._text(_Frame, "album") or (None, "")
        album = Album(_Pictures(lambda path: self._text(_Known, f"picture {path}")), recipe, slot)
        self.resolver = _Resolver(self.library, self.files, Asked(self._ids), frozenset(), album)
        self.resolver.held = Asked(lambda path: self.read(path) if self.row(bool, f"held {path}") else None)
        self.resolver.held_pages = Asked(lambda place: self._named(f"held page {place}"))
        self.resolver.pages = Asked(lambda place: self._named(f"page {place}"))
        self.desks = tuple(
            _Desk(self.library, part, self.resolver, self.interface, places=self.places) for part in parts
        )

    def row(self, kind: Any, name: str) -> Any:
        """Return the row called `name`, which has to be of the type `kind`; None where there is none."""
        data = self.ask(name)
        return None if data is None else codec.fit(kind, data, self.config.timezone)

    def _text(self, kind: Any, name: str) -> Any:
        text = self.row(str, name)
        return None if text is None else codec.load(kind, text, self.config.timezone)

    def _place(self, path: str) -> Place | None:
        place: Place | None = self.row(Place, f"article {path}")
        return place

    def _part(self, number: int) -> Part:
        def term(key: tuple[TermKind, str]) -> Term | None:
            row = self.row(_Named, f"term {number} {key[0]} {key[1]}")
            return Term(*key, row[0], "", row[1], ()) if row is not None else None

        return Part(self.config.languages[number], (), (), {}, Asked(term), {})

    def _versions(self, path: str) -> tuple[Article, ...] | None:
        return tuple(self.library.articles[other] for other in self.places[path].versions)

    def _ids(self, place: str) -> frozenset[str] | None:
        row = self.row(_Texts, f"known {place}")
        return frozenset(row) if row is not None else None

    def _named(self, name: str) -> Article | None:
        path = self.row(str, name)
        return self.read(path) if path is not None else None

    # --- what is planned again

    def article(self, item: Article) -> articles.Made:
        """Return what was planned of `item` once more, now that its text is another one."""
        place = self.places[item.path]
        desk = self.desks[place.desk]
        if library.is_article(item):
            beside = [self.library.articles[path] if path else None for path in (place.newer, place.older)]
            related = [self.library.articles[path] for path in place.related]
            return articles.article(item, desk, beside[0], beside[1], self._story(place, desk), related)
        return articles.plain_page(item, desk)

    def _story(self, place: Place, desk: Desk) -> stories.Place | None:
        if place.story is None:
            return None
        name, url, *beside = place.story
        shown = [desk.shown([self.library.articles[path]])[0] if path else None for path in beside]
        return stories.Place(views.Link(name, url), shown[0], shown[1])

    def listing(self, name: str) -> Output:
        """Return the page of a list whose row is `name`."""
        row: Listing | None = self.row(Listing, name)
        if row is None or row.make not in record.LISTS:
            raise Unsure
        desk, kinds = self.desks[row.desk], record.kinds(row.make)
        inputs = [self._input(kind, text, desk) for kind, text in zip(kinds, row.inputs, strict=True)]
        page = desk.page(row.template, row.url, record.LISTS[row.make], *inputs)
        return Output(file_of(row.url), page, f"the list {row.url}")

    def _input(self, kind: Any, text: str, desk: Desk) -> object:
        zone = self.config.timezone
        if kind == record.SHOWN:
            return desk.shown(self.library.articles[path] for path in codec.load(_Texts, text, zone))
        return codec.load(kind, text, zone)

    def issue(self, name: str) -> articles.Made:
        """Return what was planned of the edition whose row is `name` once more."""
        row, edition = self.edition(name)
        made = editions.issue(edition, self.desks[row.desk], row.beside)
        if record.claims(made.outputs) != row.claims:
            raise Unsure
        return made

    def edition(self, name: str) -> tuple[Issue, Edition]:
        """Return the row called `name` and the edition that it tells of."""
        row: Issue | None = self._text(Issue, name)
        if row is None:
            raise Unsure
        listed = self.library.articles
        groups = tuple(Group(title, tuple(listed[path] for path in paths)) for title, paths in row.groups)
        lead, file = (listed[path] if path else None for path in (row.lead, row.file))
        return row, Edition(row.name, row.url, row.stamp, lead, groups, file)

    def news(self, paths: Iterable[str]) -> Output:
        """Return the news sitemap of the articles at `paths`."""
        return sitemaps.news((self.library.articles[path] for path in paths), self.desks)

    def feed(self, name: str, page_key: Callable[[str], str]) -> Output:
        """Return the document of a feed whose row is `name`; `page_key(url)` returns the key of an edition."""
        row: Feed | None = self.row(Feed, name)
        if row is None:
            raise Unsure
        desk = self.desks[row.desk]
        channel = self._channel(row, desk, page_key)
        document = syndication.Document(row.url, Archive(*row.archive), channel.shown)
        return syndication.output(document, channel, row.form, desk)

    def _channel(self, row: Feed, desk: Desk, page_key: Callable[[str], str]) -> syndication.Channel[Any]:
        """Return the channel of a feed with as much as one document of it shows."""
        if row.kind == "corrections":
            return syndication.of_corrections(tuple(map(self._correction, row.shown)), desk)
        if row.kind == "editions":
            issues = tuple(self.edition(name)[1] for name in row.shown)
            for edition in issues:
                desk.entry_keys.setdefault(edition.url, page_key(edition.url))
            return editions.channel(issues, desk)
        shown = tuple(self.library.articles[path] for path in row.shown)
        for item in shown:
            desk.entry_keys.setdefault(item.path, self.places[item.path].entry)
        return syndication.of_articles(row.kind, row.page, row.title, row.subtitle, shown, desk)

    def _correction(self, name: str) -> corrections.Noted:
        known, _, path = name.partition(" corrected ")
        for noted in corrections.noted_in(self.library.articles[path], self.config):
            if noted.id == known:
                return noted
        raise Unsure


@dataclass(slots=True)
class _Resolver(Resolver):
    """One whose articles are asked for; `Shelf` sets how."""

    def __post_init__(self) -> None:
        self.wrong = {}


@dataclass(slots=True)
class _Desk(Desk):
    places: Mapping[str, Place] = field(default_factory=dict)

    def edition_of(self, article: Article) -> views.EditionLink | None:
        text = self.places[article.path].edition
        return codec.load(views.EditionLink, text, self.library.config.timezone) if text else None
