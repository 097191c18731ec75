"""The pages for searching, and what there is to be found: the text of each article and page, without what is around it.

The index is made from documents of our own, not from the pages of the theme: they are smaller, the same in every
theme, and change only where an article does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from html import escape
from typing import Final

from digestgen import csp, fingerprint, urls, views
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.markup import convert
from digestgen.model import Article
from digestgen.plan.desk import Desk, label
from digestgen.plan.outputs import Output, file_of

FOLDER: Final = "search"

#: Where the index lies in the output folder: one for all languages.
INDEX: Final = f"{FOLDER}/index"


#: The one filter that Pagefind gets, with values such as "year:2024": of several it would write the names in another
#: order each time, and browsers would ask for each by itself.
_FILTER: Final = "is"


@dataclass(frozen=True)
class Document:
    """What can be found of an article or a page: `make` returns it as HTML with Pagefind's attributes.

    `part` is the language of the part of the site that it stands in, `lang` the one that its words are in, without
    a region. `path` is that of the page in the output folder, `key` is a fingerprint of all that it is made from.
    """

    part: str
    lang: str
    path: str
    key: str
    make: Callable[[], str] = field(repr=False, compare=False)


@dataclass(frozen=True)
class _Found:
    """What is shown of something that was found, and what searches are narrowed down by."""

    url: str
    title: str
    lang: str
    kicker: str = ""
    label: str = ""
    standfirst: str = ""
    on: str = ""
    """The day, as "2024-05-03"; empty for a page."""
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def address(desk: Desk) -> str:
    """Return the address of the page for searching in a language."""
    return f"{desk.prefix}/{FOLDER}/"


def page(desk: Desk) -> Output:
    """Return the page for searching in a language."""
    url = address(desk)
    head = desk.head(
        url,
        desk.words.text("Search"),
        versions=desk.fixed_versions(f"/{FOLDER}/"),
        policy=csp.text(wasm=True),
        stay_out=True,
    )
    shown = views.SearchPage(head, urls.relative(url, "/"), urls.relative(url, f"/{INDEX}/"))
    return Output(file_of(url), desk.rendered("search.html", shown), "the page for searching")


def claims(config: Config) -> Iterable[Output]:
    """Return what no other file may stand in the way of: the folder of the index."""
    if config.search:
        yield Output(INDEX, b"", "the search index", lambda: config.marks.get("search"))


def documents(desk: Desk) -> Iterable[Document]:
    """Return what can be found in a language: its pages, then its articles, the oldest first."""
    yield from (_document(item, desk) for item in sorted(desk.part.pages, key=lambda item: item.path))
    yield from (_document(item, desk) for item in reversed(desk.part.articles))


def _document(item: Article, desk: Desk) -> Document:
    found = _found(item, desk)
    key = fingerprint.of_value((found, item.fingerprint))
    return Document(desk.language.lang, found.lang, file_of(found.url), key, lambda: _html(found, item))


def _found(item: Article, desk: Desk) -> _Found:
    section = desk.section(item)
    return _Found(
        url=desk.library.urls[item.path],
        title=item.title,
        lang=item.lang.partition("-")[0].lower(),
        kicker=item.kicker or (section.name if section else ""),
        label=label(item, desk.words),
        standfirst=item.summary,
        on=item.stamp.at.date().isoformat() if item.stamp else "",
        sources=tuple(link.name for link in desk.publishers(item)) if item.stamp else (),
        tags=tuple(link.name for link in desk.tags(item)) if item.stamp else (),
    )


def _html(found: _Found, item: Article) -> str:
    """Return the document of an article: what is known of it, which can be found, too, then its text."""
    told = {"title": found.title, "date": found.on, "kicker": found.kicker, "label": found.label}
    filters = [("language", found.lang), *(("year", found.on[:4]),) * bool(found.on)]
    filters += [("source", name) for name in found.sources] + [("tag", name) for name in found.tags]
    lines = [
        f'<!DOCTYPE html>\n<html lang="{escape(found.lang)}"><meta charset="utf-8"><title>-</title>',
        "<body data-pagefind-body>",
        *(_aside("meta", name, text) for name, text in told.items() if text),
        *(_aside("filter", _FILTER, f"{name}:{text}") for name, text in filters),
        f'<p data-pagefind-weight="3">{escape(found.standfirst)}</p>' if found.standfirst else "",
        convert.assemble(item.body, [""] * len(item.body.refs)),
        "</body></html>\n",
    ]
    return "\n".join(line for line in lines if line)


def _aside(kind: str, name: str, text: str) -> str:
    """What is known of a document, and is no part of its text."""
    return f'<p data-pagefind-{kind}="{name}" data-pagefind-ignore>{escape(text)}</p>'
