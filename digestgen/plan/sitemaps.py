"""The sitemap, the news sitemap and robots.txt, as values."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from digestgen import sitemap, urls
from digestgen.model import Article
from digestgen.plan.desk import Desk
from digestgen.plan.outputs import Output, Rendered

SITEMAP = "/sitemap.xml"
NEWS = "/news-sitemap.xml"


def part(number: int) -> str:
    """Return the name of one of several sitemaps, from 1."""
    return f"sitemap-{number}.xml"


def sitemaps(outputs: Iterable[Output], desk: Desk) -> Iterable[Output]:
    """Return the sitemap of all pages that search engines may list, in several files where one cannot hold them."""
    entries = {url: entry for url, entry in _entries(outputs, desk) if entry}
    return _documents([entries[url] for url in sorted(entries)], desk)


def changed(documents: Iterable[bytes], outputs: Iterable[Output], gone: Iterable[str], desk: Desk) -> Iterable[Output]:
    """Return the sitemaps, which were `documents`, with the pages among `outputs` and without the files `gone`."""
    entries = [entry for document in documents for entry in sitemap.entries(document)]
    left = {desk.absolute(urls.quote_path("/" + path.removesuffix("index.html"))): "" for path in gone}
    for url, entry in {**left, **dict(_entries(outputs, desk))}.items():
        first = bisect_left(entries, url, key=sitemap.address)
        last = bisect_right(entries, url, first, key=sitemap.address)
        entries[first:last] = [entry] if entry else []
    return _documents(entries, desk)


def _entries(outputs: Iterable[Output], desk: Desk) -> Iterator[tuple[str, str]]:
    """Yield the absolute address of each page, and its entry; none for one that search engines may not list."""
    for output in outputs:
        page = output.content
        if isinstance(page, Rendered):
            url = desk.absolute(page.url)
            yield url, sitemap.entry(sitemap.Page(url, page.changed, page.versions)) if page.listed else ""


def _documents(entries: Sequence[str], desk: Desk) -> Iterator[Output]:
    """Yield the sitemaps of `entries`, which are in the order of their addresses."""
    parts = [*sitemap.parts(entries)]
    if len(parts) == 1:
        yield Output("sitemap.xml", sitemap.urlset(parts[0]), "the sitemap")
        return
    names = [part(number) for number in range(1, len(parts) + 1)]
    for name, listed in zip(names, parts, strict=True):
        yield Output(name, sitemap.urlset(listed), "the sitemap")
    pages = [sitemap.Page(desk.absolute(f"/{name}")) for name in names]
    yield Output("sitemap.xml", sitemap.index(pages), "the sitemap")


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
