"""Stories: the time line of each, and the place of an article in its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from digestgen import views
from digestgen.dataclass import dataclass
from digestgen.model import Article
from digestgen.plan import lists
from digestgen.plan.desk import Desk, Shown
from digestgen.plan.outputs import Output, file_of
from digestgen.terms import FOLDERS, Term


@dataclass(frozen=True)
class Place:
    """Where an article stands in its story: what is just before it and just after it."""

    story: views.Link
    previous: Shown | None
    next: Shown | None

    def names(self, article: Article) -> bool:
        """Tell whether `article` is one of the two beside it."""
        return any(other is not None and other.article.path == article.path for other in (self.previous, self.next))


@dataclass(frozen=True)
class _Story:
    """What all pages of one story have in common."""

    name: str
    description: str
    feeds: tuple[views.FeedLink, ...]


@dataclass(frozen=True)
class _Opening:
    """What only the first page of a story tells, for it changes with each article."""

    total: int
    since: str
    latest: str
    versions: Mapping[str, str]


def places(desk: Desk) -> Mapping[str, Place]:
    """Return path to place in its story of each article of a language that is a part of one."""
    found = {}
    for term in desk.part.terms["story"]:
        story = views.Link(term.name, term.url)
        shown = [None, *desk.shown(term.articles), None]
        for item, after, before in zip(term.articles, shown, shown[2:], strict=False):
            found[item.path] = Place(story, before, after)
    return found


def thread(place: Place, desk: Desk) -> views.Thread:
    """Return `place` as its article's page shows it."""
    cards = [desk.card(beside.article) if beside else None for beside in (place.previous, place.next)]
    return views.Thread(place.story, cards[0], cards[1])


def listing(term: Term, desk: Desk, wanted: Iterable[int] | None = None) -> Iterable[Output]:
    """Return the pages of a story; those with the numbers `wanted`, if any are.

    They are cut as those of all lists are, so that a new article moves none between them; but on each the oldest
    stands first, so that a reader who begins at page 1 reads the story as it went.
    """
    places = lists.cut(len(term.articles), desk.library.config.paginate)
    addresses = lists.addresses_of(term, len(places) - 1)
    story = _Story(term.name, term.description, desk.term_feeds(term))
    opening = _Opening(len(term.articles), _day(term.articles[-1]), _day(term.articles[0]), desk.term_versions(term))
    for number in range(len(places)) if wanted is None else wanted:
        articles = term.articles[places[number]]
        beside = lists.newer(number, addresses, desk), lists.older(number, addresses, desk)
        names = lists.title(term, number, desk), lists.trail(term, desk, numbered=bool(number))
        inputs = (story, *names, number, None if number else opening, beside, desk.shown(articles[::-1]))
        ids = frozenset(lists.day_id(_day(item)) for item in articles)
        url, versions = addresses[number], {} if number else opening.versions
        page = desk.page("story.html", url, story_page, *inputs, ids=ids, versions=versions, articles=articles)
        yield Output(file_of(url), page, f"the story “{term.name}”")


def _day(article: Article) -> str:
    return article.date.date().isoformat()


def story_page(
    desk: Desk,
    url: str,
    story: _Story,
    title: str,
    trail: tuple[views.Link, ...],
    number: int,
    opening: _Opening | None,
    beside: tuple[views.Link | None, views.Link | None],
    shown: tuple[Shown, ...],
) -> views.StoryPage:
    """Return a page of a story; the first one has an `opening` and the number 0, and none has its newest first."""
    days = lists.days((item.article for item in shown), desk)
    return views.StoryPage(
        head=desk.head(
            url,
            title,
            story.description,
            versions=opening.versions if opening else None,
            feeds=story.feeds,
            trail=trail,
        ),
        index=views.Link(desk.words.text("Stories"), f"{desk.prefix}/{FOLDERS['story']}/"),
        name=story.name,
        description=story.description,
        number=number,
        place=lists.page_name(number, desk) if number else "",
        total=opening.total if opening else 0,
        since=desk.words.day(date.fromisoformat(opening.since)) if opening else None,
        latest=desk.words.day(date.fromisoformat(opening.latest)) if opening else None,
        days=days,
        newer=beside[0],
        older=beside[1],
        feeds=story.feeds,
    )
