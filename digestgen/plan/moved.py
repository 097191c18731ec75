"""What becomes of a remembered library when articles come, go or say other things: its rows, and what rests on them.

Nothing is kept that says which page rests on what. The rows of the library that an article moves in are written anew;
then the functions that plan all pages plan those of the lists it is or was in, and whoever asked for it, and what they
are made from is compared with what the last plan remembered. What goes beyond that raises `Unsure`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, datetime
from typing import Any, Final

from digestgen import codec, editions, library, links, scrutiny, terms, urls
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.feeds.formats import FORMATS
from digestgen.model import Article
from digestgen.plan import archive, corrections, held, lists, record, related, sitemaps, stories, syndication
from digestgen.plan import editions as issues
from digestgen.plan.articles import Made
from digestgen.plan.desk import Desk, one_thing
from digestgen.plan.outputs import Output, Rendered, file_of, unfit
from digestgen.plan.recall import Kept, Shelf, Unsure
from digestgen.plan.record import Feed, Listing, Members, Named, Place, Ref
from digestgen.terms import Term, TermKind, Use

_Texts = tuple[str, ...]
_Index = tuple[Named, ...]
_Refs = tuple[Ref, ...]
_Link = tuple[str, str]
_Numbers = Mapping[str, int]
_Shared = Mapping[str, tuple[str, ...]]
_Coming = tuple[tuple[int, str, str], ...]


def sure(*grounds: object, why: str = "") -> None:
    """Raise `Unsure`, which says `why`, unless all of `grounds` hold."""
    if not all(grounds):
        raise Unsure(why)


@dataclass(frozen=True)
class Change:
    """An article before and after: as its file says (`was`, `now`), and as the library had or has it."""

    path: str
    was: Article | None
    now: Article | None
    before: Article | None
    after: Article | None

    @property
    def both(self) -> tuple[Article, ...]:
        """The article as it was published, and as it is."""
        return tuple([item for item in (self.before, self.after) if item])


@dataclass()
class Moves:
    """Articles that move in a library. `before` is that library, `shelf` becomes what it is now."""

    before: Shelf
    shelf: Shelf
    changes: Sequence[Change]
    moment: datetime
    owned: Collection[str]
    """All files of the site."""
    outputs: dict[str, Output] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    """Paths of files that nobody claims any more, to the kind of what they held."""
    made: dict[str, Made] = field(default_factory=dict)
    again: dict[str, None] = field(default_factory=dict)
    """Articles that have to be planned again."""
    named: dict[tuple[int, TermKind, str], None] = field(default_factory=dict)
    """Terms that have other articles, or the same that are others: the number of the desk, kind and key."""
    came: dict[tuple[int, TermKind, str], None] = field(default_factory=dict)
    """Those among them that came or went."""
    groups: dict[str, None] = field(default_factory=dict)
    turned: dict[int, set[date]] = field(default_factory=dict)
    """Days that have other articles, by the number of the desk."""
    moved: dict[int, list[Ref]] = field(default_factory=dict)
    """Where articles stood and stand now."""
    periods: dict[tuple[int, str], None] = field(default_factory=dict)
    """Editions that have other articles, or the same that are others: the number of the desk, and the name."""
    renewed: dict[tuple[int, str], None] = field(default_factory=dict)
    """Those among them that came or went."""
    corrected: dict[int, None] = field(default_factory=dict)
    """Languages that have other corrections."""
    reasked: dict[tuple[int, str], None] = field(default_factory=dict)
    """Editions whose files lead to what is another one now: the number of the desk, and the address."""
    reissued: dict[tuple[int, str], None] = field(default_factory=dict)
    """Editions that were planned again."""
    feeds: dict[str, None] = field(default_factory=dict)
    """Names of the rows of documents of feeds that may show something else."""
    rows: dict[str, Members | None] = field(default_factory=dict)
    """Rows of terms as they were, which are asked for again and again and may be long."""
    asked: set[str] = field(default_factory=set)
    """Places where there is something else now, or nothing any more, as `links.asked_of` has them."""

    @property
    def config(self) -> Config:
        return self.shelf.config

    def number(self, item: Article) -> int:
        """Return the number of the desk that lists an article."""
        prefix = library.prefix_of(item.lang, self.config)
        return next(place for place, lang in enumerate(self.config.languages) if lang.prefix == prefix)

    def move(self, path: str, **fields: Any) -> None:
        """Note other fields of the row of an article."""
        self.shelf.move(path, replace(self.shelf.places[path], **fields))

    def members(self, name: str) -> tuple[Members | None, Members | None]:
        """Return the row of a term as it was and as it is now."""
        if name not in self.rows:
            self.rows[name] = self.before.row(Members, name)
        return self.rows[name], self.shelf.new.get(name, self.rows[name])

    # --- the rows of the library

    def reshelve(self) -> None:
        """Write the rows of the library anew."""
        for change in self.changes:
            self._certain(change)
        self._addresses()
        for change in self.changes:
            if change.before:
                self._take(change.before)
        for change in self.changes:
            if change.after:
                self._put(change.after)
        for number in self.moved:
            self.shelf.put(f"articles {number}", tuple(self._order(number)))
        for number, kind, key in self.named:
            self._name(number, kind, key)
        self._versions()
        self._neighbours()
        self._related()
        self._corrections()
        self._news()
        self._coming()
        self._editions()

    def _certain(self, change: Change) -> None:
        """Make sure that nothing is told of an article beside others, and that nothing hangs on it."""
        known, config = self.shelf.known, self.config
        of_edition = change.path.startswith(f"{editions.FOLDER}/") or change.path in self.shelf.need(_Texts, "listed")
        sure(not of_edition, why=f"{change.path} belongs to the file of an edition")
        for item in filter(None, (change.was, change.now)):
            sure(library.is_article(item), item.stamp, why=f"{change.path} is no article")
        if change.now:
            sure(not [*terms.misspelt([change.now], known, config)], not held.shows_static(change.now))
        if change.after:
            number = self.number(change.after)
            listed = [
                terms.term(use, (change.after,), self.config.languages[number], known)
                for use in terms.uses(change.after, self.config.languages[number], known)
                if use.kind == "source"
            ]
            sure(not [*scrutiny.of_article(change.after, listed, known, config)])
        sure(not (change.before and self.before.places[change.path].loose))

    def _addresses(self) -> None:
        """Write where articles stand, are to stand and stood; two of one address are for a whole look."""
        put = self.shelf.put
        shared: _Shared = self.shelf.need(_Shared, "shared")
        for change in self.changes:
            for item in filter(None, (change.was, change.now)):
                url = library.address(item, self.config)
                sure(url not in shared, why=f"several articles share the address {url}")
                self.asked.update(map(links.asked_of, (change.path, *self._places(item))))
            for place in self._places(change.was) if change.was else ():
                put(f"page {place}", None)
                put(f"held page {place}", None)
                put(f"known {place}", None)
            put(f"held {change.path}", None)
        for change in self.changes:
            if change.now:
                self._stand(change.path, change.now, published=bool(change.after))
        sure(self.asked.isdisjoint(self._settings()))

    def _stand(self, path: str, item: Article, *, published: bool) -> None:
        """Write where an article stands or is to stand; nobody else may."""
        row, put = self.shelf.row, self.shelf.put
        url, *aliases = self._places(item)
        for place in (url, *aliases):
            sure({row(str, f"page {place}"), row(str, f"held page {place}")} <= {None, path})
            sure(row(_Texts, f"known {place}") is None)
        if published:
            put(f"page {url}", path)
            for alias in aliases:
                put(f"known {alias}", ())
            return
        put(f"held {path}", value=True)
        for place in (url, *aliases):
            put(f"held page {place}", path)

    def _places(self, item: Article) -> tuple[str, ...]:
        """The addresses, decoded, that an article has or will have."""
        return (urls.unquote(library.address(item, self.config)), *item.aliases)

    def _settings(self) -> Iterator[str]:
        """Yield where settings may lead, as `links.asked_of` has it."""
        named = [item.url for item in self.config.nav or ()]
        policies = self.config.policies
        named += [policies.principles, policies.corrections, policies.ownership, policies.contact]
        for url in named:
            for language in self.config.languages:
                yield links.asked_of(f"{language.prefix}/{url.strip('/')}")

    def _refs(self, number: int) -> dict[str, Ref]:
        """The places of all articles of a language, as they are known now."""
        if number not in self.moved:
            self.moved[number] = []
            self.shelf.refs[number] = dict(self.before.references(number))
        return self.shelf.refs[number]

    def _order(self, number: int) -> list[Ref]:
        listed = sorted(self._refs(number).values(), key=lambda ref: ref.place)
        self.shelf.refs[number] = {ref.path: ref for ref in listed}
        return listed

    def _take(self, item: Article) -> None:
        """Take an article out of the rows that it stands in."""
        number = self.number(item)
        self._turn(number, item, -1)
        ref = self._refs(number).pop(item.path)
        self.moved[number].append(ref)
        for use in self._uses(number, item):
            _, members = self.members(_members(number, use))
            sure(members)
            assert members is not None
            place = members.paths.index(item.path)
            listed, did = [*members.paths], [*members.did]
            del listed[place], did[place : place + 1]
            self._fill(_members(number, use), listed, did, members, terms.counted([(use, item)]), -1)
        name = record.group_name(item, self.config)
        others = tuple(path for path in self.shelf.row(_Texts, name) or () if path != item.path)
        self._group(name, others)
        self.shelf.move(item.path, None)

    def _put(self, item: Article) -> None:
        """Put an article into the rows that it has to stand in."""
        number, ref = self.number(item), record.ref_of(item)
        refs = self._refs(number)
        refs[item.path] = ref
        self.moved[number].append(ref)
        self._turn(number, item, 1)
        for use in self._uses(number, item):
            members = self.members(_members(number, use))[1] or _NONE
            listed, did = [*members.paths], [*members.did]
            place = bisect_left(listed, ref.place, key=lambda path: refs[path].place)
            listed.insert(place, item.path)
            if use.kind == "person":
                did.insert(place, tuple([(part.role, part.place) for part in use.did]))
            self._fill(_members(number, use), listed, did, members, terms.counted([(use, item)]), 1)
        name = record.group_name(item, self.config)
        self._group(name, (*(self.shelf.row(_Texts, name) or ()), item.path))
        url = library.address(item, self.config)
        was: Place | None = self.before.places.get(item.path)
        beside = (was.carriers, (), was.shown_on) if was else ((), (), ())
        empty = Place(url, item.slug, "", number, "", "", None, (), "", (), "", (), 0, *beside, loose=False, entry="")
        self.shelf.move(item.path, empty)
        self.again[item.path] = None

    def _turn(self, number: int, item: Article, more: int) -> None:
        """Count an article on its day, or leave it out there."""
        day = item.date.date()
        self.turned.setdefault(number, set()).add(day)
        name = f"days {number}"
        counts = Counter(self.shelf.need(_Numbers, name))
        counts[str(day.toordinal())] += more
        self.shelf.put(name, {key: count for key, count in counts.items() if count})
        if item.embargo:
            name = f"embargoed {number}"
            others = tuple([path for path in self.shelf.need(_Texts, name) if path != item.path])
            self.shelf.put(name, (*others, item.path) if more > 0 else others)

    def _uses(self, number: int, item: Article) -> Iterator[Use]:
        for use in terms.uses(item, self.config.languages[number], self.shelf.known):
            self.named[number, use.kind, use.key] = None
            yield use

    def _fill(
        self, name: str, listed: list[str], did: list[Any], before: Members, counts: terms.Counts, more: int
    ) -> None:
        """Write the row of a term's articles; one that has none is gone."""

        def added(known: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
            total = Counter(known)
            for key, number in other.items():
                total[key] += more * number
            return {key: number for key, number in total.items() if number}

        numbers = (
            added(before.days, record.days(counts.days)),
            added(before.roles, counts.roles),
            added(before.places, counts.places),
        )
        self.shelf.put(name, Members(tuple(listed), tuple(did), *numbers) if listed else None)

    def _group(self, name: str, members: tuple[str, ...]) -> None:
        self.shelf.put(name, members or None)
        self.groups[name] = None

    def _name(self, number: int, kind: TermKind, key: str) -> None:
        """Write what a term is called and how it stands in the index; one that others name as well stays as it is."""
        name, link = f"terms {number} {kind}", f"term {number} {kind} {key}"
        index: tuple[Named, ...] = self.shelf.need(_Index, name)
        known = next((item for item in index if item.key == key), None)
        others = tuple([item for item in index if item.key != key])
        _, members = self.members(f"members {number} {kind} {key}")
        if members is None:
            self.shelf.put(name, others)
            self.shelf.put(link, None)
        else:
            written = self._written(number, kind, key, members, known)
            term = terms.term(Use(kind, key, written), (), self.config.languages[number], self.shelf.known)
            before = self.shelf.row(_Link, link)
            sure(before is None or before == (term.name, term.url))
            if before is None:
                sure(all(self.shelf.need(_Link, f"term {number} {kind} {item.key}")[1] != term.url for item in others))
            newest = self._refs(number)[members.paths[0]]
            roles = members.roles if kind == "person" else {}
            self.shelf.put(name, (*others, Named(key, written, len(members.paths), newest, roles)))
            self.shelf.put(link, (term.name, term.url))
        if (known is None) != (members is None):
            self.came[number, kind, key] = None
            sure(kind not in ("story", "person") or self._listed(kind) or not self._first(kind))
            sure(kind != "section" or not self.shelf.need(_Texts, "listed"))  # files of editions may name it, too

    def _listed(self, kind: TermKind) -> bool:
        """Tell whether there are lists of a kind though no article asks for one."""
        known = self.shelf.known.registries
        return bool(known.stories if kind == "story" else known.people)

    def _first(self, kind: TermKind) -> bool:
        """Tell whether the first term of a kind came, or the last one went."""
        numbers = range(len(self.config.languages))
        now, was = (
            any(shelf.need(_Index, f"terms {number} {kind}") for number in numbers)
            for shelf in (self.shelf, self.before)
        )
        return now != was

    def _written(self, number: int, kind: TermKind, key: str, members: Members, known: Named | None) -> str:
        """Return how the oldest article of a term has its name."""
        oldest = members.paths[-1]
        if known is not None and oldest not in self.shelf.changed:
            before, _ = self.members(f"members {number} {kind} {key}")
            if before and before.paths[-1] == oldest:
                return known.written
        item = self.shelf.library.articles[oldest]
        uses = terms.uses(item, self.config.languages[number], self.shelf.known)
        return next(use.written for use in uses if (use.kind, use.key) == (kind, key))

    # --- what stands beside an article

    def _versions(self) -> None:
        """Write who is whose translation; two in one language are for a whole look."""
        order = {item.lang: index for index, item in enumerate(self.config.languages)}
        for name in self.groups:
            listed = [self.shelf.library.articles[path] for path in self.shelf.row(_Texts, name) or ()]
            if len(listed) > 1:
                sure(len({item.lang for item in listed}) == len(listed))
                listed.sort(key=lambda item: (order.get(item.lang, len(order)), item.lang, item.path))
            members = tuple([item.path for item in listed])
            self.shelf.put(name, members or None)
            for path in members:
                self._beside(path, versions=members)

    def _beside(self, path: str, **fields: Any) -> None:
        """Note what stands beside an article, and plan that again if it is another one than before."""
        place = self.shelf.places[path]
        if any(getattr(place, name) != value for name, value in fields.items()):
            self.move(path, **fields)
            self.again[path] = None

    def _neighbours(self) -> None:
        """Write who is next to whom, in a language and in stories."""
        for number, moved in self.moved.items():
            listed: tuple[Ref, ...] = self.shelf.need(_Refs, f"articles {number}")
            for place in _around(moved, listed):
                newer = listed[place - 1].path if place else ""
                older = listed[place + 1].path if place + 1 < len(listed) else ""
                self._beside(listed[place].path, newer=newer, older=older)
        for number, kind, key in self.named:
            if kind == "story":
                self._story(number, key)

    def _story(self, number: int, key: str) -> None:
        _, row = self.members(f"members {number} story {key}")
        if row is None:
            return
        name, url = self.shelf.need(_Link, f"term {number} story {key}")
        listed = [self._refs(number)[path] for path in row.paths]
        for place in _around(self.moved[number], listed):
            newer = listed[place - 1].path if place else ""
            older = listed[place + 1].path if place + 1 < len(listed) else ""
            self._beside(listed[place].path, story=(name, url, older, newer))

    def _related(self) -> None:
        """Write what else there is to read, of those for whom that may be something else now."""
        asked = {(self.number(change.after), change.path): None for change in self.changes if change.after}
        for number, kind, key in self.named:
            if kind in related.WEIGHTS:
                was, now = self.members(f"members {number} {kind} {key}")
                moved = _reordered(was.paths if was else (), now.paths if now else ())
                asked.update(dict.fromkeys((number, path) for path in moved))
        for number, path in asked:
            self._beside(path, related=self._closest(number, path))

    def _closest(self, number: int, path: str) -> tuple[str, ...]:
        item, part = self.shelf.library.articles[path], self.shelf.library.parts[number]
        uses = [*terms.uses(item, self.config.languages[number], self.shelf.known)]
        beside = []
        for kind, weight in related.WEIGHTS.items():
            for term in terms.by_name(part.by_key[kind, use.key] for use in uses if use.kind == kind):
                listed = self.shelf.members(number, kind, term.key).paths
                place = listed.index(path) + 1
                others = [self.shelf.listed(number, other) for other in listed[place : place + related.LOOKED_AT]]
                beside.append((related.worth(weight, len(listed) - place), others))
        refs = self._refs(number)
        return tuple([other.path for other in related.closest(beside, lambda other: refs[other.path].place)])

    def _corrections(self) -> None:
        for number in self.turned:
            name = f"corrected {number}"
            own = [item for change in self.changes for item in change.both if self.number(item) == number]
            if any(item.corrections for item in own):
                names: tuple[str, ...] = self.before.need(_Texts, name)
                noted = [self.shelf.correction(one) for one in names if _path_of(one) not in self.shelf.changed]
                for change in self.changes:
                    if change.after and self.number(change.after) == number:
                        noted += corrections.noted_in(change.after, self.config)
                listed = sorted(noted, key=corrections.newest_first)
                self.shelf.put(name, tuple([record.entered(one) for one in listed]))
                self.corrected[number] = None

    def _news(self) -> None:
        """Write which articles are news."""
        if self.config.url:
            known: tuple[str, ...] = self.shelf.need(_Texts, "news")
            listed = [self.shelf.library.articles[path] for path in known if path not in self.shelf.changed]
            listed += [item.after for item in self.changes if item.after and library.is_news(item.after, self.moment)]
            listed.sort(key=lambda item: (-item.released.at.timestamp(), library.newest_first(item)))
            self.shelf.put("news", tuple([item.path for item in listed]))

    def _coming(self) -> None:
        """Write what happens by itself."""
        known: _Coming = self.shelf.need(_Coming, "coming")
        new = library.coming((item.now for item in self.changes if item.now), self.config, self.moment)
        left = [item for item in known if item[1] not in self.shelf.changed]
        self.shelf.put("coming", (*left, *map(tuple, record.coming(new))))

    # --- editions

    def _editions(self) -> None:
        """Write which articles stand in which editions, as far as no file lists them."""
        if self.config.editions not in ("weekly", "daily"):
            return
        for change in self.changes:
            for item in change.both:
                self.periods[self.number(item), editions.period_of(item, self.config)] = None
        for number, name in self.periods:
            self._issue(number, name)

    def _issue(self, number: int, name: str) -> None:
        desk, language = self.shelf.desks[number], self.config.languages[number]
        url = editions.address(name, language)
        known = self.shelf.issue_row(url)
        sure(known or self.shelf.row(str, f"held page {urls.unquote(url)}") is None)
        listed = {path for path in record.members_of(known) if path not in self.shelf.changed} if known else set()
        for change in self.changes:
            if change.after and (self.number(change.after), editions.period_of(change.after, self.config)) == (
                number,
                name,
            ):
                listed.add(change.path)
        items = sorted((self.shelf.listed(number, path) for path in listed), key=library.newest_first)
        file = self.shelf.library.articles[known.file] if known and known.file else None
        edition = editions.edition(name, items, file, language, self.config)
        if edition is None or known is None:
            sure(file is None)
            others = [other for other in self.shelf.need(_Texts, f"editions {number}") if other != url]
            every = sorted([*others, url] if edition else others, reverse=True)
            self.shelf.put(f"editions {number}", tuple(every))
            self.renewed[number, name] = None
        if edition is None:
            assert known is not None
            self.shelf.put(f"edition {url}", None)
            for path, kind in known.claims:
                self._drop(path, kind)
            self._know(url, None)
            return
        blank = issues.Beside({}, (), None, None)
        row = record.issue_of(edition, number, known.beside if known else blank, known.claims if known else ())
        self.shelf.put(f"edition {url}", codec.dump(replace(row, carriers=known.carriers if known else ())))
        self._know(url, issues.anchors(edition))
        link = codec.dump(desk.edition(edition))
        for path in listed:
            self._beside(path, edition=link)

    # --- what is planned again

    def plan(self) -> None:
        """Plan all that may show something else now."""
        for number in self.moved:
            self._lists(self.shelf.desks[number], number)
        for number, kind, key in self.named:
            self._term(number, kind, key)
        self._counterparts()
        for change in self.changes:
            if change.before and not change.after:
                self._leave(change.path)
        self._where_shown()
        self._articles()
        while todo := [issue for issue in self._reissued() if issue not in self.reissued]:
            for number, url in todo:
                self._plan_issue(number, url)
            self._articles()

    def _where_shown(self) -> None:
        """Plan what else shows articles that are others now."""
        shown = [name for change in self.changes if change.before for name in self.before.places[change.path].shown_on]
        for name in dict.fromkeys(shown):
            kind, _, path = name.partition(" ")
            if kind == "article":
                self.again[path] = None
            elif kind == "list" and path not in self.outputs and path not in self.gone:
                self._add(self.shelf.listing(name))

    def _articles(self) -> None:
        """Plan the articles that are to be planned again, and those that lead to what is another one now."""
        while True:
            for place in sorted(self.asked):
                self.again.update(dict.fromkeys(self.shelf.row(_Texts, f"askers {place}") or ()))
            self.asked.clear()
            todo = [path for path in self.again if path not in self.made and path in self.shelf.places]
            self.again.clear()
            if not todo:
                return
            for path in todo:
                self._article(path)

    def _lists(self, desk: Desk, number: int) -> None:
        """Plan the front page, the archive and the indexes of a language, and what else all its articles stand in."""
        self._add(lists.front(desk))
        for kind in dict.fromkeys(kind for of, kind, _ in self.named if of == number):
            self._add(lists.index(kind, desk))
        self._archive(desk, number)
        was, now = (tuple(shelf.references(number)) for shelf in (self.before, self.shelf))
        self._channel(syndication.of_site(desk), number, (was, now))
        if any(of == number for of, _ in self.periods):
            self._issues(desk, number)
        if any(of == number for of, _ in self.renewed):
            self._channel(issues.channel(desk.part.editions, desk), number)
        if number in self.corrected:
            noted = self.shelf.noted(number)
            self._pages(corrections.pages(desk, noted), f"{desk.prefix}/{corrections.FOLDER}/")
            self._channel(syndication.of_corrections(noted, desk), number)

    def _issues(self, desk: Desk, number: int) -> None:
        """Plan the list of all editions of a language."""
        was, now = (shelf.need(_Texts, f"editions {number}") for shelf in (self.before, self.shelf))
        before, after = (lists.cut(len(listed), self.config.paginate) for listed in (was, now))
        changed = {editions.address(name, desk.language) for of, name in self.periods if of == number}
        wanted = [*lists.other(was, now, before, after, changed)]
        self._pages(issues.index(desk, wanted), issues.home(desk), len(after))

    def _archive(self, desk: Desk, number: int) -> None:
        """Plan the archive of a language, and where other periods have articles now, the same ones of all languages."""
        was, now = self.before.desks[number].part.days, desk.part.days
        self._add(archive.index(desk))
        years = {day.year for day in was} ^ {day.year for day in now}
        for year in archive.years(desk):
            if years or year in {day.year for day in self.turned[number]}:
                self._add(archive.year_page(year, desk))
        months = {(day.year, day.month) for day in self.turned[number]}
        before, after = (sorted({(day.year, day.month) for day in days}) for days in (was, now))
        for month in set(before) ^ set(after):
            at = bisect_left(after, month)
            months.update(after[max(0, at - 1) : at + 2])
            self._elsewhere(month, number)
        for month in months.intersection(after):
            self._add(archive.month_page(month, self._month(number, month), desk))
        for month in set(before) - set(after):
            self._drop_list(file_of(archive.month_url(*month, desk)))
        for year in {day.year for day in was} - {day.year for day in now}:
            self._drop(file_of(archive.year_url(year, desk)))

    def _elsewhere(self, month: archive.Month, number: int) -> None:
        """Plan a month and its year in the other languages that have articles from it."""
        for other, desk in enumerate(self.shelf.desks):
            if other != number and month in desk.part.months:
                self._add(archive.month_page(month, self._month(other, month), desk))
            if other != number and month[0] in archive.years(desk):
                self._add(archive.year_page(month[0], desk))

    def _month(self, number: int, month: archive.Month) -> list[Article]:
        """Return the articles of a month, newest first."""
        zone, (year, last) = self.config.timezone, (month[0] + month[1] // 12, month[1] % 12 + 1)
        begin, end = (int(datetime(*on, 1, tzinfo=zone).timestamp()) for on in (month, (year, last)))
        listed = [*self.shelf.references(number).values()]
        first, after = (bisect_left(listed, 1 - at, key=lambda ref: -ref.at) for at in (end, begin))
        return [self.shelf.listed(number, ref.path) for ref in listed[first:after]]

    def _term(self, number: int, kind: TermKind, key: str) -> None:
        """Plan the pages and the feeds of a term."""
        desk = self.shelf.desks[number]
        term = next((item for item in desk.part.terms[kind] if item.key == key), None)
        if term is None:
            _, url = self.before.need(_Link, f"term {number} {kind} {key}")
            self._pages((), url)
            self._no_channel(url)
            return
        name = f"members {number} {kind} {key}"
        was, now = (row or _NONE for row in self.members(name))
        before, after = (lists.cut(len(row.paths), self.config.paginate) for row in (was, now))
        # what all pages of a term have in common stays: `_name` makes sure of that
        wanted = [*lists.other(was.paths, now.paths, before, after, frozenset(self.shelf.changed))]
        self._pages(_listing(term, desk, wanted), term.url, len(after))
        self._channel(syndication.of_term(term, desk), number, (was.paths, now.paths))

    def _counterparts(self) -> None:
        """Plan the pages, in other languages, of terms that came or went: they name each other."""
        for number, kind, key in self.came:
            shelf = self.shelf if self.shelf.row(_Link, f"term {number} {kind} {key}") else self.before
            term = next(item for item in shelf.desks[number].part.terms[kind] if item.key == key)
            for other, desk in enumerate(self.shelf.desks):
                for counterpart in desk.part.terms[kind] if other != number else ():
                    if one_thing(term, counterpart):
                        self._pages(_listing(counterpart, desk, [0]), counterpart.url, _pages_of(counterpart, desk))

    def _article(self, path: str) -> None:
        """Plan an article. One that did not move itself has to claim what it claimed."""
        item = self.shelf.library.articles[path]
        if item.listing is not None:
            place = self.shelf.places[path]
            self.reasked[place.desk, place.url] = None
            return
        was: Place | None = self.before.places.get(path)
        made = self.made[path] = self.shelf.article(item)
        claims = record.claims(made.outputs)
        if path in self.shelf.changed:
            sure(not any(unfit(output.path) for output in made.outputs))
            self._claim(was.claims if was else (), claims)
        else:
            assert was is not None
            sure(claims == was.claims)
        for output in made.outputs:
            self._add(output)
        place = self.shelf.places[path]
        desk = self.shelf.desks[place.desk]
        self.move(
            path,
            claims=claims,
            held=made.held,
            face=item.face,
            slug=item.slug,
            original=record.original_of(item, desk),
            entry=desk.entry_keys.get(path, ""),
        )
        self._relink(f"article {path}", _beside(was), _beside(self.shelf.places[path]))
        if was and was.entry != self.shelf.places[path].entry:
            self.feeds.update(dict.fromkeys(was.carriers))

    def _leave(self, path: str) -> None:
        """Take away what was made of an article that is not published any more."""
        was = self.before.places[path]
        self._claim(was.claims, ())
        self._relink(f"article {path}", _beside(was), ())

    def _claim(self, was: Sequence[tuple[str, str]], now: Sequence[tuple[str, str]]) -> None:
        """Drop the files that an article claimed and does not claim any more; of pictures, others may need them."""
        kept, had = ({path for path, _ in claims} for claims in (now, was))
        moved = {path for change in self.changes if change.before for path, _ in self.before.places[change.path].claims}
        sure(not any(path in self.owned for path, kind in now if path not in had | moved and "Sized" not in kind))
        for path, kind in was:
            if path not in kept:
                sure(kind.startswith(("Rendered", "Drawn")))
                self._drop(path, kind)

    def _reissued(self) -> list[tuple[int, str]]:
        """Return the editions that may show something else: with other articles, or others beside them."""
        found = {(number, editions.address(name, self.config.languages[number])): None for number, name in self.periods}
        for number, name in self.renewed:
            url = editions.address(name, self.config.languages[number])
            listed = self.shelf.need(_Texts, f"editions {number}")
            at = sum(other > url for other in listed)
            near = listed[max(0, at - 1) : at + 2]
            found |= {(number, other): None for other in near}
            for other, language in enumerate(self.config.languages):
                found[other, editions.address(name, language)] = None
        for change in self.changes:
            for name in self.before.places[change.path].shown_on if change.before else ():
                if name.startswith("edition "):
                    row, _ = self.shelf.edition(name) if self.shelf.row(str, name) else (None, None)
                    found |= {(row.desk, row.url): None} if row else {}
        found |= self.reasked
        return [(number, url) for number, url in found if url in self.shelf.need(_Texts, f"editions {number}")]

    def _plan_issue(self, number: int, url: str) -> None:
        desk, name = self.shelf.desks[number], f"edition {url}"
        row, edition = self.shelf.edition(name)
        around = issues.beside(self.shelf.need(_Texts, f"editions {number}").index(url), desk)
        made = issues.issue(edition, desk, around)
        claims = record.claims(made.outputs)
        self.reissued[number, url] = None
        if edition.file:
            sure(claims == row.claims)
            self.made[edition.file.path] = made
            self.move(edition.file.path, held=made.held)
        for output in made.outputs:
            self._add(output)
        self.shelf.put(name, codec.dump(replace(row, beside=around, claims=claims)))
        known = self.before.issue_row(url)
        self._relink(name, record.members_of(known) if known else (), record.members_of(row))
        self.feeds.update(dict.fromkeys(row.carriers))

    # --- files, and what the rows say of them

    def _add(self, output: Output) -> None:
        """Note a file that may hold something else now; what is remembered of a list, and the places on it."""
        content = output.content
        if isinstance(content, Kept):
            return
        self.outputs[output.path] = output
        self.gone.pop(output.path, None)
        if not isinstance(content, Rendered):
            return
        if content.inputs and content.inputs[0].__name__ in record.LISTS:
            name = f"list {output.path}"
            number = next(place for place, desk in enumerate(self.shelf.desks) if desk.language.lang == content.lang)
            row, shown = record.listing(number, content.template, content.url, *content.inputs)
            known = self.before.row(Listing, name)
            self._relink(name, self.shelf.shown_in(known) if known else (), shown)
            self.shelf.put(name, row)
        if not self.shelf.row(str, f"page {urls.unquote(content.url)}"):
            self._know(content.url, content.ids)

    def _know(self, url: str, ids: Collection[str] | None) -> None:
        """Note an address that is no article's, and the places there that links may name; None where nothing is."""
        name = f"known {urls.unquote(url)}"
        now = tuple(sorted(ids)) if ids is not None else None
        if self.shelf.row(_Texts, name) != now:
            self.shelf.put(name, now)
            self.asked.add(links.asked_of(urls.unquote(url)))

    def _pages(self, outputs: Iterable[Output], url: str, count: int | None = None) -> None:
        """Note pages of the list at `url`, which has `count` of them, if these are not all; those above are gone."""
        made = [*outputs]
        for output in made:
            self._add(output)
        number = len(made) if count is None else count
        while (path := file_of(f"{url}page/{number}/" if number else url)) in self.owned:
            if not number and self.before.row(Listing, f"list {path}") is None:
                return
            self._drop_list(path)
            number += 1

    def _drop_list(self, path: str) -> None:
        """Note that a page of a list is gone."""
        name = f"list {path}"
        row: Listing = self.before.need(Listing, name)
        self._relink(name, self.shelf.shown_in(row), ())
        self.shelf.put(name, None)
        self._drop(path)

    def _drop(self, path: str, kind: str = "Rendered ") -> None:
        """Note that a file is gone, unless somebody else claims it now."""
        if path not in self.outputs:
            self.gone[path] = kind
            place = "/" + path.removesuffix("index.html")
            if self.shelf.row(_Texts, f"known {place}") is not None:
                self.shelf.put(f"known {place}", None)
            self.asked.add(links.asked_of(place))

    def _relink(self, name: str, was: Iterable[str], now: Iterable[str]) -> None:
        """Note at articles that what has the row `name` shows them, or does not any more."""
        was, now = (set(filter(None, listed)) for listed in (was, now))
        for path in was ^ now:
            place = self.shelf.places.get(path)
            if place is not None:
                others = tuple([other for other in place.shown_on if other != name])
                self.move(path, shown_on=(*others, name) if path in now else others)

    def _channel(
        self, channel: syndication.Channel[Any], number: int, paths: tuple[_Texts, _Texts] | None = None
    ) -> None:
        """Note the documents of a feed that show something else now; `paths` are its articles before and now."""
        desk, names, settings = self.shelf.desks[number], set(), self.config.feeds
        wanted = None
        if paths and self._in_order(number, paths):
            before, after = (syndication.cut(channel.kind, "atom", len(listed), settings) for listed in paths)
            wanted = [*lists.other(*paths, before, after, frozenset())][1:]
        for name, row in record.documents(number, desk, channel, self.config, wanted):
            names.add(name)
            known: Feed | None = self.before.row(Feed, name)
            if row != known:
                self.shelf.put(name, row)
                self.feeds[name] = None
                self._carry(name, known.shown if known else (), row.shown)
                self._know(row.url, ())
        stored = len(syndication.cut(channel.kind, "atom", len(channel.shown), settings))
        for name in self._documents(channel.page, stored):
            if name not in names:
                self._no_document(name)

    def _in_order(self, number: int, paths: Iterable[_Texts]) -> bool:
        """Tell whether a feed has articles in the order of their list, as it does where none had an embargo."""
        return all(
            set(shelf.need(_Texts, f"embargoed {number}")).isdisjoint(listed)
            for shelf, listed in zip((self.before, self.shelf), paths, strict=True)
        )

    def _documents(self, page: str, number: int = 1) -> Iterator[str]:
        """Yield the names of the rows of the documents that the feed of a list had, of its archive from `number` on."""
        for form in FORMATS.values():
            if self.before.row(Feed, name := f"feed {page}{form.file}") is not None:
                yield name
        while self.before.row(Feed, name := f"feed {syndication.archived(page, number)}") is not None:
            yield name
            number += 1

    def _no_channel(self, page: str) -> None:
        for name in self._documents(page):
            self._no_document(name)

    def _no_document(self, name: str) -> None:
        row: Feed = self.before.need(Feed, name)
        self._carry(name, row.shown, ())
        self.shelf.put(name, None)
        self._drop(urls.unquote(row.url).lstrip("/"), "Syndicated ")

    def _carry(self, name: str, was: Iterable[str], now: Iterable[str]) -> None:
        """Note at articles and editions that a feed shows them, or does not any more."""
        before, after = set(was), set(now)
        for shown in before ^ after:
            more = shown in after
            if shown.startswith("edition "):
                text = self.shelf.row(str, shown)
                if text is not None:
                    row, _ = self.shelf.edition(shown)
                    self.shelf.put(shown, codec.dump(replace(row, carriers=_with(row.carriers, name, more=more))))
            elif place := self.shelf.places.get(_path_of(shown)):
                self.move(_path_of(shown), carriers=_with(place.carriers, name, more=more))

    def documents(self, page_key: Callable[[str], str]) -> None:
        """Make the documents of feeds that show something else now; `page_key` is as `Shelf.feed` has it."""
        for name in self.feeds:
            if self.shelf.row(Feed, name) is not None:
                output = self.shelf.feed(name, page_key)
                self.outputs[output.path] = output

    def sitemaps(self, documents: Sequence[bytes]) -> None:
        """Make the sitemaps, which were `documents`, and that of news."""
        if not self.config.url:
            return
        desk = self.shelf.desks[0]
        for output in sitemaps.changed(documents, self.outputs.values(), self.gone, desk):
            self.outputs[output.path] = output
        for number in range(len(documents) - 1 if len(documents) > 1 else 0):
            self.gone |= {path: "bytes" for path in [sitemaps.part(number + 1)] if path not in self.outputs}
        self.outputs["news-sitemap.xml"] = self.shelf.news(self.shelf.need(_Texts, "news"))


def _listing(term: Term, desk: Desk, wanted: Iterable[int]) -> Iterable[Output]:
    return (stories.listing if term.kind == "story" else lists.listing)(term, desk, wanted)


def _pages_of(term: Term, desk: Desk) -> int:
    return len(lists.cut(len(term.articles), desk.library.config.paginate))


#: The row of a term that had no articles.
_NONE: Final = Members((), (), {}, {}, {})


def _members(number: int, use: Use) -> str:
    return f"members {number} {use.kind} {use.key}"


def _path_of(shown: str) -> str:
    """Return the path of the article that stands in a feed: of a correction, the one that it is about."""
    return shown.rpartition(" corrected ")[2]


def _with(names: tuple[str, ...], name: str, *, more: bool) -> tuple[str, ...]:
    others = tuple([other for other in names if other != name])
    return (*others, name) if more else others


def _beside(place: Place | None) -> tuple[str, ...]:
    """Return whose cards the page of an article shows beside its own."""
    if place is None:
        return ()
    story = place.story[2:] if place.story else ()
    return (place.newer, place.older, *story, *place.related, place.original)


def _around(moved: Iterable[Ref], listed: Sequence[Ref]) -> Iterator[int]:
    """Yield where something beside articles may be another one, in a list to which or from which some were moved."""
    found: dict[int, None] = {}
    for ref in moved:
        at = bisect_left(listed, ref.place, key=lambda other: other.place)
        found.update(dict.fromkeys(place for place in (at - 1, at, at + 1) if 0 <= place < len(listed)))
    return iter(found)


def _reordered(was: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """Yield which articles of a term, newest first, have others before them, as far as that relates them to others."""
    old, new = was[::-1], now[::-1]
    same = next((place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    places = {path: place for place, path in enumerate(old)}
    for place in range(min(len(old), len(new)) if same is None else same, len(new)):
        known = places.get(new[place])
        before = new[max(0, place - related.LOOKED_AT) : place]
        if (
            known is None
            or known.bit_length() != place.bit_length()
            or old[max(0, known - related.LOOKED_AT) : known] != before
        ):
            yield new[place]
