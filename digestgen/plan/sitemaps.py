"""The sitemap, the news sitemap and robots.txt, as values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digestgen import sitemap
from digestgen.model import Article
from digestgen.plan.desk import Desk
from digestgen.plan.outputs import Output, Rendered

SITEMAP = "/sitemap.xml"
NEWS = "/news-sitemap.xml"


def sitemaps(outputs: Iterable[Output], desk: Desk) -> Iterable[Output]:
    """Return the sitemap of all pages that search engines may list, in several files where one cannot hold them."""
    pages = [
        sitemap.Page(desk.absolute(page.url), page.changed, page.versions)
        for output in outputs
        if isinstance(page := output.content, Rendered) and page.listed
    ]
    parts = list(sitemap.parts(sorted(pages, key=lambda page: page.url)))
    if len(parts) == 1:
        yield Output("sitemap.xml", sitemap.urlset(parts[0]), "the sitemap")
        return
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield Output(name, sitemap.urlset(part), "the sitemap")
    listed = [sitemap.Page(desk.absolute(f"/{name}")) for name in names]
    yield Output("sitemap.xml", sitemap.index(listed), "the sitemap")


def news(articles: Iterable[Article], desks: Sequence[Desk]) -> Output:
    """Return the news sitemap of `articles`, the library's news: those that search engines may list."""
    library = desks[0].library
    titles = {desk.language.prefix: desk.language.title for desk in desks}
    found = []
    for item in articles:
        url = desks[0].absolute(library.urls[item.path])
        if item.canonical in ("", url):
            found.append(_story(item, url, titles[library.part_of(item).language.prefix]))
    return Output("news-sitemap.xml", sitemap.news(found[: sitemap.MOST_NEWS]), "the news sitemap")


def _story(item: Article, url: str, publication: str) -> sitemap.Story:
    return sitemap.Story(url, publication, item.lang, item.released.rfc3339, item.title)


def robots(desk: Desk) -> Output:
    """Return robots.txt."""
    known = (SITEMAP, NEWS) if desk.library.config.url else ()
    return Output("robots.txt", sitemap.robots([desk.absolute(url) for url in known]), "robots.txt")
