"""Front pages, lists of articles and indexes of lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import groupby, takewhile
from typing import TypeVar

from digestgen import views
from digestgen.dataclass import dataclass
from digestgen.editions import Edition
from digestgen.model import Article, RegisteredPerson, RegisteredSource
from digestgen.plan import facts
from digestgen.plan.desk import Desk, Shown
from digestgen.plan.outputs import Output, file_of
from digestgen.terms import FOLDERS, Part, Term, TermKind

Item = TypeVar("Item")

#: What an index is called; a message of the catalogues.
_TITLES: dict[TermKind, str] = {
    "tag": "Tags",
    "section": "Sections",
    "source": "Sources",
    "story": "Stories",
    "person": "People",
}


def front(desk: Desk) -> Output:
    """Return the front page: the newest day with its lead, then days before it up to a page's worth.

    On a site with editions the latest of them takes the place of the newest day.
    """
    if desk.part.editions:
        return _front_of_edition(desk.part.editions[0], desk)
    newest = desk.part.articles
    today = [*takewhile(lambda item: item.date.date() == newest[0].date.date(), newest)]
    page_full = max(len(today), desk.library.config.paginate)
    before = newest[len(today) : page_full]
    lead = min(today, key=lambda item: item.weight, default=None)
    listed = ((lead,) if lead else (), [item for item in today if item is not lead], before, newest[:page_full])
    return _front(front_page, desk, (*map(desk.shown, listed),), before, [*today, *before])


def _front(
    make: Callable[..., views.FrontPage],
    desk: Desk,
    inputs: tuple[object, ...],
    before: Sequence[Article],
    shown: Iterable[Article],
) -> Output:
    url, ids = desk.prefix + "/", frozenset(day_id(item.date.date().isoformat()) for item in before)
    page = desk.page("front.html", url, make, *inputs, ids=ids, versions=desk.fixed_versions("/"), articles=shown)
    return Output(file_of(url), page, "the front page")


def front_page(
    desk: Desk,
    url: str,
    lead: tuple[Shown, ...],
    today: tuple[Shown, ...],
    before: tuple[Shown, ...],
    river: tuple[Shown, ...],
) -> views.FrontPage:
    """Return a front page: what leads it (nothing on an empty site), the rest of its day, what was before, and all."""
    return views.FrontPage(
        head=desk.head(url, "", desk.language.tagline, versions=desk.fixed_versions("/")),
        newest=desk.day(river[0].article) if river else None,
        lead=desk.card(lead[0].article) if lead else None,
        today=tuple(desk.card(item.article) for item in today),
        days=days((item.article for item in before), desk),
        river=days((item.article for item in river), desk),
    )


def _front_of_edition(edition: Edition, desk: Desk) -> Output:
    newest, most = desk.part.articles, desk.library.config.paginate
    listed = edition.articles
    inside = frozenset(item.path for item in listed)
    before = [item for item in newest[: most + len(listed)] if item.path not in inside][: max(0, most - len(listed))]
    lists = listed[:1], listed[1:most], before, newest[:most]
    inputs = (desk.edition(edition), len(listed[most:]), *map(desk.shown, lists))
    return _front(front_of_issue, desk, inputs, before, [*listed[:most], *before, *newest[:most]])


def front_of_issue(
    desk: Desk,
    url: str,
    edition: views.EditionLink,
    more: int,
    lead: tuple[Shown, ...],
    today: tuple[Shown, ...],
    before: tuple[Shown, ...],
    river: tuple[Shown, ...],
) -> views.FrontPage:
    """Return a front page with the latest edition, `more` articles of which do not stand there."""
    return replace(front_page(desk, url, lead, today, before, river), edition=edition, more=more)


def days(articles: Iterable[Article], desk: Desk) -> tuple[views.Day, ...]:
    """Return `articles`, newest first, by the day they are from."""
    found = []
    for on, group in groupby(articles, key=lambda item: item.date.date()):
        listed = tuple(group)
        found.append(views.Day(day_id(on.isoformat()), desk.day(listed[0]), tuple(desk.card(item) for item in listed)))
    return tuple(found)


def day_id(day: str) -> str:
    """Return the anchor of a day (ISO 8601) in a list."""
    return f"dg-{day}"


def pages(items: Sequence[Item], size: int) -> tuple[Sequence[Item], list[Sequence[Item]]]:
    """Return (the first page, the numbered pages from 1 on), each newest first, of `items`, newest first.

    What goes with each article is cut in the same way.

    The numbered pages are full and hold the oldest first; the newest `size` to `2 * size - 1` stand on the first
    page. So an item newer than all others moves none from one numbered page to another.
    """
    first, *numbered = [items[place] for place in cut(len(items), size)]
    return first, numbered


def cut(count: int, size: int) -> list[slice]:
    """Return which of `count` items, newest first, stand on the first page and on the numbered pages from 1 on."""
    full = max(0, count // size - 1)
    return [slice(count - size * full), *(slice(end - size, end) for end in range(count, count - size * full, -size))]


def other(
    was: Sequence[Item],
    now: Sequence[Item],
    before: Sequence[slice],
    after: Sequence[slice],
    changed: AbstractSet[Item],
) -> Iterator[int]:
    """Yield the numbers of pages that may show something else of a list `now` than when it was another one.

    These are the first page, whose number is 0, those on which others stand, or what `changed`, and those that have
    other pages beside them. `before` and `after` tell what stands on which page, as `cut` does.
    """
    same = min(len(before), len(after)) - (len(before) != len(after))  # the last of these has another neighbour
    yield 0
    for number in range(1, len(after)):
        listed = now[after[number]]
        if number >= same or was[before[number]] != listed or not changed.isdisjoint(listed):
            yield number


@dataclass(frozen=True)
class _Series:
    """What all pages of one list have in common."""

    kind: TermKind
    name: str
    description: str
    feeds: tuple[views.FeedLink, ...]


@dataclass(frozen=True)
class _Opening:
    """What only the first page of a list tells, for it changes with each article."""

    total: int
    versions: Mapping[str, str]
    publisher: RegisteredSource | None
    person: RegisteredPerson | None
    tally: facts.Tally


def listing(term: Term, desk: Desk, wanted: Iterable[int] | None = None) -> Iterable[Output]:
    """Return the pages of a tag, a section, a publisher or a person; those with the numbers `wanted`, if any are."""
    places = cut(len(term.articles), desk.library.config.paginate)
    addresses = addresses_of(term, len(places) - 1)
    series = _Series(term.kind, term.name, term.description, desk.term_feeds(term))
    told = facts.tally(term)
    opening = _Opening(len(term.articles), desk.term_versions(term), term.publisher, term.person, told)
    for number in range(len(places)) if wanted is None else wanted:
        url, articles = addresses[number], term.articles[places[number]]
        beside = newer(number, addresses, desk), older(number, addresses, desk)
        names = title(term, number, desk), trail(term, desk, numbered=bool(number))
        inputs = (series, *names, number, None if number else opening, beside)
        shown = desk.shown(articles), tuple(term.parts[places[number]]) if term.parts else ()
        versions = {} if number else opening.versions
        page = desk.page("list.html", url, list_page, *inputs, *shown, versions=versions, articles=articles)
        yield Output(file_of(url), page, f"the {term.kind} “{term.name}”")


def list_page(
    desk: Desk,
    url: str,
    series: _Series,
    title: str,
    trail: tuple[views.Link, ...],
    number: int,
    opening: _Opening | None,
    beside: tuple[views.Link | None, views.Link | None],
    shown: tuple[Shown, ...],
    parts: tuple[tuple[Part, ...], ...],
) -> views.ListPage:
    """Return a page of a tag, a section, a publisher or a person; the first one has an `opening` and the number 0."""
    told = opening.tally if opening else None
    return views.ListPage(
        head=desk.head(
            url,
            title,
            series.description,
            versions=opening.versions if opening else None,
            feeds=series.feeds,
            trail=trail,
        ),
        index=_index_link(series.kind, desk),
        kind=series.kind,
        name=series.name,
        description=series.description,
        publisher=facts.publisher(opening.publisher, desk.words) if opening and opening.publisher else None,
        person=facts.person(opening.person, told, desk.words) if opening and told and series.kind == "person" else None,
        record=facts.record(told, desk.words) if told else None,
        number=number,
        place=page_name(number, desk) if number else "",
        total=opening.total if opening else 0,
        cards=tuple(desk.card(item.article) for item in shown),
        did=tuple(facts.did(done, desk.words) for done in parts),
        newer=beside[0],
        older=beside[1],
        feeds=series.feeds,
    )


def addresses_of(term: Term, numbered: int) -> tuple[str, ...]:
    """Return the address of a list and those of its `numbered` pages."""
    return (term.url, *(f"{term.url}page/{number}/" for number in range(1, numbered + 1)))


def title(term: Term, number: int, desk: Desk) -> str:
    """Return the title of the page `number` of a list, which is 0 for the first one."""
    return page_title(term.name, number, desk)


def newer(number: int, addresses: Sequence[str], desk: Desk, newest: str = "") -> views.Link | None:
    """Return the page of a list after the page `number`, which is 0 for the first one: that has none.

    `newest` is what the first page is called there, if its list is none of articles.
    """
    return _neighbour(number + 1 if number else -1, addresses, desk, newest)


def older(number: int, addresses: Sequence[str], desk: Desk) -> views.Link | None:
    """Return the page of a list before the page `number`, which is 0 for the first one."""
    return _neighbour(number - 1 if number else len(addresses) - 1, addresses, desk)


def trail(term: Term, desk: Desk, *, numbered: bool) -> tuple[views.Link, ...]:
    """Return the pages on the way to a list: its index, and before a numbered page the list itself."""
    above = _index_link(term.kind, desk)
    return (above, views.Link(term.name, term.url)) if numbered else (above,)


def _index_link(kind: TermKind, desk: Desk) -> views.Link:
    return views.Link(desk.words.text(_TITLES[kind]), f"{desk.prefix}/{FOLDERS[kind]}/")


def _neighbour(number: int, addresses: Sequence[str], desk: Desk, newest: str = "") -> views.Link | None:
    """The page `number`, counted from the oldest; the one after the last numbered one is the first page."""
    if number < 0 or not addresses[1:]:
        return None
    if number == len(addresses):
        return views.Link(newest or desk.words.text("Newest articles"), addresses[0])
    if number == 0:
        return None
    return views.Link(page_name(number, desk), addresses[number])


def page_name(number: int, desk: Desk) -> str:
    """Return what a numbered page of a list is called."""
    return desk.words.text("Page %(number)s", number=desk.words.number(number))


def page_title(name: str, number: int, desk: Desk) -> str:
    """Return the title of a page of the list `name`; the first page is 0."""
    if not number:
        return name
    return desk.words.text("%(name)s, page %(number)s", name=name, number=desk.words.number(number))


def index(kind: TermKind, desk: Desk) -> Output:
    """Return the index of all tags, sections, publishers, … of a language, the stories with news first."""
    link = _index_link(kind, desk)
    listed = desk.part.terms[kind]
    if kind == "story":
        listed = tuple(sorted(listed, key=lambda term: term.articles[0].date, reverse=True))
    page = views.IndexPage(
        head=desk.head(link.url, link.name, versions=desk.fixed_versions(f"/{FOLDERS[kind]}/")),
        kind=kind,
        entries=tuple(_entry(term, _detail(term, desk), desk) for term in listed),
        groups=_groups(listed, desk) if kind == "source" else (),
    )
    return Output(file_of(link.url), desk.rendered("index.html", page), f"the index of {FOLDERS[kind]}")


def _entry(term: Term, detail: str, desk: Desk) -> views.Entry:
    return views.Entry(term.name, term.url, len(term.articles), desk.day(term.articles[0]), detail)


def _detail(term: Term, desk: Desk) -> str:
    told: Iterable[str] = (term.description,)
    if term.publisher:
        known = facts.publisher(term.publisher, desk.words)
        told = (known.kind, known.country)
    elif term.kind == "person":
        told = [facts.role(name, desk.words) for name, _ in facts.most(term.counts.roles)]
    return desk.words.text(", ").join(part for part in told if part)


def _country(term: Term, desk: Desk) -> str:
    return desk.words.country(term.publisher.country) if term.publisher and term.publisher.country else ""


def _groups(listed: Sequence[Term], desk: Desk) -> tuple[views.Group, ...]:
    """The publishers by kind, the most credited kind first; those of no kind that is known come last."""
    by_kind: dict[str, list[Term]] = defaultdict(list)
    for term in listed:
        by_kind[term.publisher.kind if term.publisher else ""].append(term)
    numbers = {kind: sum(len(term.articles) for term in terms) for kind, terms in by_kind.items()}
    order = sorted(by_kind, key=lambda kind: (not kind, -numbers[kind], kind))
    counted = facts.counts(((facts.kinds(kind, desk.words), numbers[kind]) for kind in order), desk.words)
    return tuple(
        views.Group(
            f"dg-kind-{place}", count, tuple(_entry(term, _country(term, desk), desk) for term in by_kind[kind])
        )
        for place, (kind, count) in enumerate(zip(order, counted, strict=True), 1)
    )
