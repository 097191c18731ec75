"""Stories: the time line of each, and the place of an article in its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from digestgen import views
from digestgen.library import Library
from digestgen.model import Article
from digestgen.plan import lists
from digestgen.plan.desk import Desk
from digestgen.plan.outputs import Output, file_of
from digestgen.terms import FOLDERS, Term


def present(library: Library) -> bool:
    """Tell whether the site has stories: stories.yaml tells of one, or an article is a part of one."""
    return bool(library.known.registries.stories) or any(part.terms["story"] for part in library.parts)


def threads(desk: Desk) -> Mapping[str, views.Thread]:
    """Return path to place in its story of each article of a language that is a part of one."""
    found = {}
    for term in desk.part.terms["story"]:
        story = views.Link(term.name, term.url)
        cards = [None, *(desk.card(item) for item in term.articles), None]
        for item, after, before in zip(term.articles, cards, cards[2:], strict=False):
            found[item.path] = views.Thread(story, before, after)
    return found


def listing(term: Term, desk: Desk) -> Iterable[Output]:
    """Return the pages of a story.

    They are cut as those of all lists are, so that a new article moves none between them; but on each the oldest
    stands first, so that a reader who begins at page 1 reads the story as it went.
    """
    first, numbered = lists.pages(term.articles, desk.library.config.paginate)
    addresses = lists.addresses_of(term, len(numbered))
    for number, articles in enumerate([first, *numbered]):
        page = _page(term, number, articles, addresses, desk)
        claim = f"the story “{term.name}”"
        yield Output(file_of(addresses[number]), desk.rendered("story.html", page, lists.anchors(page.days)), claim)


def _page(
    term: Term, number: int, articles: Sequence[Article], addresses: Sequence[str], desk: Desk
) -> views.StoryPage:
    feed = term.url + "feed.xml" if desk.library.config.url else ""
    return views.StoryPage(
        head=desk.head(
            addresses[number],
            lists.title(term, number, desk),
            term.description,
            versions=desk.term_versions(term) if not number else None,
            feed=views.FeedLink(f"{desk.language.title}: {term.name}", feed) if feed else None,
        ),
        index=views.Link(desk.words.text("Stories"), f"{desk.prefix}/{FOLDERS['story']}/"),
        name=term.name,
        description=term.description,
        number=number,
        place=lists.page_name(number, desk) if number else "",
        total=0 if number else len(term.articles),
        since=None if number else desk.day(term.articles[-1]),
        latest=None if number else desk.day(term.articles[0]),
        days=lists.days(articles[::-1], desk),
        newer=lists.newer(number, addresses, desk),
        older=lists.older(number, addresses, desk),
        feed=feed,
    )
