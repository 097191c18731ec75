"""What was wrong and is put right: on the article, on pages of its own, in feeds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from html import escape

from digestgen import credits, i18n, views
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.feeds.values import Entry
from digestgen.library import Part
from digestgen.model import Article, Correction
from digestgen.plan import lists
from digestgen.plan.desk import Desk, Shown, label
from digestgen.plan.outputs import Output, file_of

#: What each kind is called; messages of the catalogues.
_KINDS = {"correction": "Correction", "clarification": "Clarification", "retraction": "Retraction"}

#: Where the pages of all corrections live below a language's prefix.
FOLDER = "corrections"


@dataclass(frozen=True)
class Noted:
    """A correction, the article that it is about, and what feeds know it by."""

    article: Article
    correction: Correction
    id: str


def noted(part: Part, config: Config) -> tuple[Noted, ...]:
    """Return all corrections of a language's articles, newest first."""
    listed = (article for article in part.articles if article.corrections)
    return tuple(sorted((item for one in listed for item in noted_in(one, config)), key=newest_first))


def newest_first(item: Noted) -> tuple[float, str, str]:
    """The total order of corrections."""
    return (-item.correction.at.at.timestamp(), item.article.path, item.id)


def noted_in(article: Article, config: Config) -> Iterable[Noted]:
    """Return the corrections of one article, with ids that stay."""
    moments = [item.at.at.isoformat() for item in article.corrections]
    for place, item in enumerate(article.corrections):
        # the text may be mended and others may be added: its moment makes it known, and its place among equals
        name = f"{article.id} corrected {moments[place]} {moments[:place].count(moments[place])}"
        yield Noted(article, item, f"urn:uuid:{uuid.uuid5(config.site_id, name)}")


def shown(article: Article, words: i18n.Language) -> tuple[views.Correction, ...]:
    """Return the corrections of an article, oldest first, as readers of `words` see them."""
    return tuple(
        views.Correction(item.kind, _kind(item, words), words.when(item.at.at, timed=item.at.timed), item.text)
        for item in article.corrections
    )


def _kind(item: Correction, words: i18n.Language) -> str:
    return words.text(_KINDS[item.kind])


def pages(desk: Desk, every: Sequence[Noted]) -> Iterable[Output]:
    """Return the pages of `every` correction of a language. The first one is there before there is a correction."""
    first, numbered = lists.pages(every, desk.library.config.paginate)
    url = f"{desk.prefix}/{FOLDER}/"
    addresses = [url, *(f"{url}page/{number}/" for number in range(1, len(numbered) + 1))]
    title = desk.words.text("Corrections")
    feeds = desk.feeds("corrections", url, f"{desk.language.title}: {title}")
    for number, listed in enumerate([first, *numbered]):
        beside = lists.newer(number, addresses, desk), lists.older(number, addresses, desk)
        told = tuple(item.correction for item in listed), desk.shown(item.article for item in listed)
        versions = None if number else desk.fixed_versions(f"/{FOLDER}/")
        page = desk.page(
            "corrections.html", addresses[number], corrections_page, number, beside, feeds, *told, versions=versions
        )
        yield Output(file_of(addresses[number]), page, "the corrections")


def corrections_page(
    desk: Desk,
    url: str,
    number: int,
    beside: tuple[views.Link | None, views.Link | None],
    feeds: tuple[views.FeedLink, ...],
    told: tuple[Correction, ...],
    shown: tuple[Shown, ...],
) -> views.CorrectionsPage:
    """Return a page of corrections, of what is `told` of each article that is `shown`; the first one is number 0."""
    title = desk.words.text("Corrections")
    return views.CorrectionsPage(
        head=desk.head(
            url,
            lists.page_title(title, number, desk),
            versions=None if number else desk.fixed_versions(f"/{FOLDER}/"),
            feeds=feeds,
            trail=(views.Link(title, f"{desk.prefix}/{FOLDER}/"),) if number else (),
        ),
        number=number,
        place=lists.page_name(number, desk) if number else "",
        entries=tuple(_entry(item, about.article, desk) for item, about in zip(told, shown, strict=True)),
        newer=beside[0],
        older=beside[1],
        feeds=feeds,
    )


def _entry(item: Correction, article: Article, desk: Desk) -> views.NotedCorrection:
    when = desk.when(item.at)
    assert when is not None
    told = views.Correction(item.kind, _kind(item, desk.words), when, item.text)
    return views.NotedCorrection(told, desk.card(article))


# --- in feeds


def entry_of(item: Noted, desk: Desk, *, full: bool) -> Entry:
    """Return the entry of a correction in a feed: its kind, its article's headline, and what it says."""
    words = desk.interface.language(item.article.lang)
    kind = _kind(item.correction, words)
    at = item.correction.at.rfc3339
    return Entry(
        id=item.id,
        url=desk.absolute(desk.library.urls[item.article.path]),
        title=words.text("%(label)s: %(headline)s", label=kind, headline=item.article.title),
        lang=item.article.lang,
        published=at,
        updated=at,
        summary=item.correction.text,
        html=_html(item.correction, words) if full else "",
    )


def labelled(article: Article, desk: Desk) -> str:
    """Return the title of `article` in a feed, whose readers see no label beside it."""
    words = desk.interface.language(article.lang)
    told = label(article, words)
    return words.text("%(label)s: %(headline)s", label=told, headline=article.title) if told else article.title


def around(html: str, article: Article, desk: Desk) -> str:
    """Return the text of `article` for a feed, with its credits and what was wrong in it; retractions come first."""
    words = desk.interface.language(article.lang)
    line = credits.line(article.credits, words, desk.people, article.translation)
    before = (item for item in article.corrections if item.kind == "retraction")
    after = (item for item in article.corrections if item.kind != "retraction")
    return "".join(
        [
            *(_html(item, words) for item in before),
            html,
            *([f"<p>{escape(line)}</p>\n"] if line else []),
            *(_html(item, words) for item in after),
        ]
    )


def _html(item: Correction, words: i18n.Language) -> str:
    day = words.when(item.at.at, timed=False).date
    head = words.text("%(kind)s, %(date)s", kind=_kind(item, words), date=day)
    return f"<p><strong>{escape(head)}</strong> {escape(item.text)}</p>\n"
