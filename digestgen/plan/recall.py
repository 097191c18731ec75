"""A library that is remembered, row by row: what planning one article asks of it is looked up when it is asked.

Nobody can tell it from the library that `plan.record` wrote the rows of, but for what would take all of it: that
raises `Unsure`, and the library has to be assembled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, fields
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeVar, overload
from zoneinfo import ZoneInfo

from digestgen import codec, i18n, library, terms, views
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.editions import Edition, Group
from digestgen.feeds.values import Archive
from digestgen.library import Library, Part
from digestgen.links import Resolver
from digestgen.model import Article, Stamp
from digestgen.pictures.album import Album, Facts, Recipe
from digestgen.plan import articles, corrections, editions, record, sitemaps, stories, syndication
from digestgen.plan.desk import Desk
from digestgen.plan.desk import Shown as Marked
from digestgen.plan.outputs import Output, Rendered, file_of
from digestgen.plan.record import Feed, Issue, Listing, Members, Named, Place, Ref
from digestgen.terms import Known, Term, TermKind

Value = TypeVar("Value")

_Texts = tuple[str, ...]
_Index = tuple[Named, ...]
_Numbers = Mapping[str, int]
_Named = tuple[str, str]
_Frame = tuple[Recipe | None, str]
_Known = tuple[Facts | None]

#: Returns the row of a name, or None where there is none.
Ask = Callable[[str], Any]


class Unsure(Exception):
    """What is remembered does not answer this: everything has to be looked at."""


@dataclass()
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


@dataclass()
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


class Run(Sequence[Value]):
    """Values that are made of names when they are asked for; how many there are may be known before their names are."""

    def __init__(
        self, names: Callable[[], Sequence[Any]], of: Callable[[Any], Value], count: int | None = None
    ) -> None:
        self._names = names
        self._of = of
        self._count = count
        self._known: Sequence[Any] | None = None

    @property
    def names(self) -> Sequence[Any]:
        if self._known is None:
            self._known = self._names()
        return self._known

    def __len__(self) -> int:
        return len(self.names) if self._count is None else self._count

    @overload
    def __getitem__(self, place: int) -> Value: ...

    @overload
    def __getitem__(self, place: slice) -> list[Value]: ...

    def __getitem__(self, place: int | slice) -> Value | list[Value]:
        if isinstance(place, slice):
            return [self._of(name) for name in self.names[place]]
        return self._of(self.names[place])

    def __iter__(self) -> Iterator[Value]:
        return map(self._of, self.names)


class Later(Mapping[Any, Value]):
    """A mapping that is made when it is first asked for."""

    def __init__(self, make: Callable[[], Mapping[Any, Value]]) -> None:
        self._make = make
        self._known: Mapping[Any, Value] | None = None

    @property
    def _all(self) -> Mapping[Any, Value]:
        if self._known is None:
            self._known = self._make()
        return self._known

    def __getitem__(self, key: Any) -> Value:
        return self._all[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class Unread(Article):
    """An article of which only its place among others is known until more is asked of it."""

    __slots__ = ("_read",)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        whole = self._read()
        for item in fields(Article):
            object.__setattr__(self, item.name, getattr(whole, item.name))
        return getattr(self, name)


def unread(path: str, read: Callable[[], Article], ref: Ref | None, zone: ZoneInfo) -> Article:
    """Return the article at `path`, which `read` reads once it is asked for more than `ref` tells."""
    item = object.__new__(Unread)
    known: dict[str, object] = {"path": path, "_read": read}
    if ref is not None:
        known["stamp"] = Stamp(datetime.fromtimestamp(ref.at, zone), ref.timed)
        known["weight"] = ref.weight
        known["embargo"] = Stamp(datetime.fromtimestamp(ref.embargo, zone)) if ref.embargo else None
    for name, value in known.items():
        object.__setattr__(item, name, value)
    return item


class Shown(Marked):
    """As lists show an article; what stands for its card is made once it is asked for."""

    __slots__ = ("_make",)

    def __getattr__(self, name: str) -> Any:
        if name != "mark":
            raise AttributeError(name)
        object.__setattr__(self, "mark", self._make(self.article).mark)
        return self.mark


class Counts(terms.Counts):
    """Numbers of a term's articles, which are read when they are asked for; what people did is known before."""

    __slots__ = ("_read",)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        whole = self._read()
        for item in fields(terms.Counts):
            object.__setattr__(self, item.name, getattr(whole, item.name))
        return getattr(self, name)


def _nobody(_paths: Sequence[str]) -> None:
    """Makes nothing of what will be asked for soon."""


class Kept(Rendered):
    """A page of a list that shows what it showed before."""


@dataclass()
class Shelf:
    """What is remembered of a library. `read(path)` returns an article as the library has it.

    `changed` are paths of articles of which cards may be others than they were.
    """

    ask: Ask
    config: Config
    known: Known
    read: Callable[[str], Article]
    files: Collection[str]
    interface: i18n.Interface
    ahead: Callable[[Sequence[str]], None] = _nobody
    """Is told the paths of articles that will be asked for soon, where these may be many."""
    changed: Collection[str] = ()
    new: dict[str, Any] = field(default_factory=dict)
    """Rows that are others now, as values; None for one that is gone."""
    places: Asked[Place] = field(init=False)
    refs: dict[int, dict[str, Ref]] = field(default_factory=dict)
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
            articles=Asked(self._item),
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
            _Desk(self.library, part, self.resolver, self.interface, shelf=self, number=number)
            for number, part in enumerate(parts)
        )

    # --- what is read when it is asked for

    def _item(self, path: str) -> Article | None:
        return unread(path, partial(self.read, path), None, self.config.timezone) if path in self.places else None

    def listed(self, number: int, path: str) -> Article:
        """Return an article of a language, as its place in the order of all is known."""
        articles = self.library.articles
        assert isinstance(articles, Asked)
        known: Article | None = articles.found.get(path)
        if known is None:
            zone = self.config.timezone
            known = articles.found[path] = unread(path, partial(self.read, path), self.references(number)[path], zone)
        return known

    def references(self, number: int) -> dict[str, Ref]:
        """Return the places of all articles of a language in their order."""
        if number not in self.refs:
            rows = self.new.get(f"articles {number}") or self.ask(f"articles {number}")
            if rows is None or not all(map(_is_ref, rows)):
                raise Unsure
            self.refs[number] = {row[0]: Ref(*row) for row in rows}
        return self.refs[number]

    def _part(self, number: int) -> Part:
        def link(key: tuple[TermKind, str]) -> Term | None:
            row = self.row(_Named, f"term {number} {key[0]} {key[1]}")
            return Term(*key, "", row[0], "", row[1], ()) if row is not None else None

        def days() -> Mapping[date, int]:
            rows = self.need(_Numbers, f"days {number}")
            return {date.fromordinal(int(day)): count for day, count in rows.items()}

        return Part(
            language=self.config.languages[number],
            articles=Run(lambda: [*self.references(number)], partial(self.listed, number)),
            pages=(),
            terms=Asked(lambda kind: self._terms(number, kind)),
            by_key=Asked(link),
            days=Later(days),
            editions=Run(
                lambda: self.need(_Texts, f"editions {number}"), lambda url: self.edition(f"edition {url}")[1]
            ),
            embargoed=Run(lambda: self.need(_Texts, f"embargoed {number}"), str),
        )

    def _terms(self, number: int, kind: TermKind) -> tuple[Term, ...]:
        rows: tuple[Named, ...] = self.need(_Index, f"terms {number} {kind}")
        return terms.by_name([self._term(number, kind, row) for row in rows])

    def _term(self, number: int, kind: TermKind, row: Named) -> Term:
        first = terms.Use(kind, row.key, row.written)
        read = Later(lambda: {"members": self.members(number, kind, row.key)})
        newest = Ref(*row.newest)
        known = unread(newest.path, partial(self.read, newest.path), newest, self.config.timezone)
        articles = _Newest(lambda: read["members"].paths, partial(self.listed, number), row.count, known)
        did = Run(lambda: read["members"].did, lambda parts: tuple([terms.Part(*part) for part in parts]), row.count)
        counts = object.__new__(Counts)
        if kind == "person":
            object.__setattr__(counts, "roles", row.roles)
        object.__setattr__(counts, "_read", lambda: counts_of(read["members"]))
        return terms.term(
            first, articles, self.config.languages[number], self.known, did if kind == "person" else (), counts
        )

    def members(self, number: int, kind: TermKind, key: str) -> Members:
        """Return the row of the articles of a term, which has to be there."""
        row: Members = self.need(Members, f"members {number} {kind} {key}")
        return row

    def row(self, kind: Any, name: str) -> Any:
        """Return the row called `name`, which has to be of the type `kind`; None where there is none."""
        if name in self.new:
            return self.new[name]
        data = self.ask(name)
        return None if data is None else codec.fit(kind, data, self.config.timezone)

    def need(self, kind: Any, name: str) -> Any:
        """Return the row called `name`, which has to be there."""
        found = self.row(kind, name)
        if found is None:
            raise Unsure
        return found

    def put(self, name: str, value: Any) -> None:
        """Note what the row called `name` is now, as `row` returns it."""
        self.new[name] = value

    def move(self, path: str, place: Place | None) -> None:
        """Note where an article stands now; None where it does not any more."""
        self.new[f"article {path}"] = self.places.found[path] = place

    def _text(self, kind: Any, name: str) -> Any:
        text = self.row(str, name)
        return None if text is None else codec.load(kind, text, self.config.timezone)

    def _place(self, path: str) -> Place | None:
        place: Place | None = self.row(Place, f"article {path}")
        return place

    def _versions(self, path: str) -> tuple[Article, ...] | None:
        return tuple(self.library.articles[other] for other in self.places[path].versions)

    def _ids(self, place: str) -> frozenset[str] | None:
        row = self.row(_Texts, f"known {place}")
        return frozenset(row) if row is not None else None

    def _named(self, name: str) -> Article | None:
        path = self.row(str, name)
        return self.read(path) if path is not None else None

    def noted(self, number: int) -> Sequence[corrections.Noted]:
        """Return all corrections of a language, newest first."""
        return Run(lambda: self.need(_Texts, f"corrected {number}"), self.correction)

    def issue_row(self, url: str) -> Issue | None:
        """Return the row of the edition at `url`."""
        row: Issue | None = self._text(Issue, f"edition {url}")
        return row

    def shown_in(self, row: Listing) -> tuple[str, ...]:
        """Return the paths of the articles that a page of a list shows."""
        values = zip(record.kinds(row.make), row.inputs, strict=True)
        listed = [codec.load(_Texts, text, self.config.timezone) for kind, text in values if kind == record.SHOWN]
        return tuple([path for paths in listed for path in paths])

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
        row: Listing = self.need(Listing, name)
        if row.make not in record.LISTS:
            raise Unsure
        desk, kinds = self.desks[row.desk], record.kinds(row.make)
        inputs = [self._input(kind, text, desk) for kind, text in zip(kinds, row.inputs, strict=True)]
        page = desk.page(row.template, row.url, record.LISTS[row.make], *inputs)
        return Output(file_of(row.url), page, f"the list {row.url}")

    def _input(self, kind: Any, text: str, desk: Desk) -> object:
        zone = self.config.timezone
        if kind == record.SHOWN:
            listed = codec.load(_Texts, text, zone)
            self.ahead(listed)
            return desk.shown(self.library.articles[path] for path in listed)
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
        row: Feed = self.need(Feed, name)
        desk = self.desks[row.desk]
        channel = self._channel(row, desk, page_key)
        document = syndication.Document(row.url, Archive(*row.archive), channel.shown)
        return syndication.output(document, channel, row.form, desk)

    def _channel(self, row: Feed, desk: Desk, page_key: Callable[[str], str]) -> syndication.Channel[Any]:
        """Return the channel of a feed with as much as one document of it shows."""
        if row.kind == "corrections":
            return syndication.of_corrections(tuple(map(self.correction, row.shown)), desk)
        if row.kind == "editions":
            issues = tuple(self.edition(name)[1] for name in row.shown)
            for edition in issues:
                if edition.url not in desk.entry_keys:
                    desk.entry_keys[edition.url] = page_key(edition.url)
            return editions.channel(issues, desk)
        shown = tuple(self.library.articles[path] for path in row.shown)
        for item in shown:
            desk.entry_keys.setdefault(item.path, self.places[item.path].entry)
        return syndication.of_articles(row.kind, row.page, row.title, row.subtitle, shown, desk)

    def correction(self, name: str) -> corrections.Noted:
        """Return the correction that is called `name` in rows."""
        known, _, path = name.partition(" corrected ")
        for noted in corrections.noted_in(self.library.articles[path], self.config):
            if noted.id == known:
                return noted
        raise Unsure


@dataclass()
class _Resolver(Resolver):
    """One whose articles are asked for; `Shelf` sets how."""

    def __post_init__(self) -> None:
        self.wrong = {}


#: What the row of an article's place in the order of all holds.
_REF: Final = [str, int, bool, int, int]


def _is_ref(row: Any) -> bool:
    # tens of thousands are asked for, and `codec` would make values of them
    return [*map(type, row)] == _REF


def counts_of(row: Members) -> terms.Counts:
    """Return the numbers that a row has."""
    days = {date.fromordinal(int(day)): number for day, number in row.days.items()}
    return terms.Counts(days, row.roles, row.places)


class _Newest(Run[Article]):
    """The articles of a term, the newest of which is known before all others."""

    def __init__(self, names: Callable[[], Sequence[str]], of: Callable[[str], Article], count: int, newest: Article):
        super().__init__(names, of, count)
        self._newest = newest

    def __getitem__(self, place: Any) -> Any:
        return self._newest if place == 0 and self._known is None else super().__getitem__(place)


@dataclass(kw_only=True)
class _Desk(Desk):
    shelf: Shelf
    number: int

    def edition_of(self, article: Article) -> views.EditionLink | None:
        text = self.shelf.places[article.path].edition
        return codec.load(views.EditionLink, text, self.library.config.timezone) if text else None

    def shown(self, articles: Iterable[Article]) -> tuple[Marked, ...]:
        return tuple([self.marked.get(item.path) or self._later(item) for item in articles])

    def _later(self, article: Article) -> Marked:
        shown = object.__new__(Shown)
        object.__setattr__(shown, "article", article)
        object.__setattr__(shown, "_make", self._marked)
        self.marked[article.path] = shown
        return shown

    def page(
        self, template: str, url: str, make: Callable[..., views.Page], *inputs: object, **beside: Any
    ) -> Rendered:
        """As `Desk.page`; a page that is the one that is remembered, of articles that are as they were, is `Kept`."""
        row, shown = record.listing(self.number, template, url, make, *inputs)
        known = self.shelf.row(Listing, f"list {file_of(url)}")
        told = (*shown, *(item.path for item in beside.get("articles", ())))  # the page is as new as any of these
        if row == known and not any(path in self.shelf.changed for path in told):
            return Kept(template, self.language.lang, url, "", listed=True, make=_nothing)
        self.shelf.ahead(shown)
        return Desk.page(self, template, url, make, *inputs, **beside)


def _nothing() -> views.Page:
    raise Unsure
