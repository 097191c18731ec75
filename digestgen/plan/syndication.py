"""Feeds, the sitemap and robots.txt, as values."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from digestgen import feeds, sitemap, urls
from digestgen.links import Resolver
from digestgen.markup import convert
from digestgen.model import Article, Stamp
from digestgen.plan.desk import Desk
from digestgen.plan.outputs import Output, Rendered

#: How many articles a feed holds.
NEWEST = 20


def site_feed(desk: Desk) -> Output:
    """Return the feed of a language, with the full text of its newest articles."""
    url = f"{desk.prefix}/feed.xml"
    return _feed(
        url, desk.prefix + "/", desk.language.title, desk.language.tagline, desk.part.articles, desk, full=True
    )


def list_feeds(desk: Desk) -> Iterable[Output]:
    """Return the feed of each tag, section and publisher of a language, with summaries."""
    for terms in desk.part.terms.values():
        for term in terms:
            title = f"{desk.language.title}: {term.name}"
            yield _feed(term.url + "feed.xml", term.url, title, term.description, term.articles, desk, full=False)


def _feed(
    url: str, page: str, title: str, subtitle: str, articles: Sequence[Article], desk: Desk, *, full: bool
) -> Output:
    config = desk.library.config
    feed = feeds.Feed(
        id=f"urn:uuid:{uuid.uuid5(config.site_id, urls.unquote(url))}",
        url=desk.absolute(url),
        page=desk.absolute(page),
        title=title,
        subtitle=subtitle,
        lang=desk.language.lang,
        author=config.publisher.name or config.title,
        email=config.publisher.email,
        author_url=config.publisher.url,
        rights=config.copyright,
        entries=tuple(_entry(item, desk, full=full) for item in articles[:NEWEST]),
    )
    return Output(urls.unquote(url).lstrip("/"), feed, f"the feed {url}")


def _entry(item: Article, desk: Desk, *, full: bool) -> feeds.Entry:
    assert item.stamp is not None
    url = desk.absolute(desk.library.urls[item.path])
    return feeds.Entry(
        id=item.id,
        url=url,
        title=item.title,
        lang=item.lang,
        published=moment(item.stamp),
        updated=moment(item.changed),
        authors=desk.byline(item),
        summary=item.summary or item.lede,
        html=_html(item, desk, desk.resolver) if full else "",
        tags=tuple(link.name for link in desk.tags(item)),
    )


def _html(item: Article, desk: Desk, resolver: Resolver) -> str:
    here = desk.absolute(desk.library.urls[item.path])
    found = (resolver.resolve(item, ref.target).url for ref in item.body.refs)
    return convert.feed_html(item.body, [_outward(url, here, desk) for url in found])


def _outward(url: str | None, here: str, desk: Desk) -> str | None:
    """Return where a link leads for those who read it elsewhere than on its page."""
    if url is None or not url.startswith(("/", "#")):
        return url
    return here + url if url.startswith("#") else desk.absolute(url)


def moment(stamp: Stamp) -> str:
    """Return a moment as RFC 3339 has it, with its offset."""
    return stamp.at.isoformat(timespec="seconds")


def sitemaps(outputs: Iterable[Output], desks: Sequence[Desk]) -> Iterable[Output]:
    """Return the sitemap of all pages that search engines may list, in several files where one cannot hold them."""
    changed = {desk.library.urls[item.path]: item for desk in desks for item in desk.part.articles}
    pages = [
        sitemap.Page(desks[0].absolute(page.url), _changed(changed.get(page.url)))
        for output in outputs
        if isinstance(page := output.content, Rendered) and page.listed
    ]
    pages.sort(key=lambda page: page.url)
    if len(pages) <= sitemap.MOST:
        yield Output("sitemap.xml", sitemap.urlset(pages), "the sitemap")
        return
    parts = [pages[start : start + sitemap.MOST] for start in range(0, len(pages), sitemap.MOST)]
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield Output(name, sitemap.urlset(part), "the sitemap")
    listed = [sitemap.Page(desks[0].absolute(f"/{name}")) for name in names]
    yield Output("sitemap.xml", sitemap.index(listed), "the sitemap")


def _changed(item: Article | None) -> str:
    if item is None or item.stamp is None:
        return ""
    return moment(item.changed)


def robots(desk: Desk) -> Output:
    """Return robots.txt."""
    return Output("robots.txt", sitemap.robots(desk.absolute("/sitemap.xml")), "robots.txt")
