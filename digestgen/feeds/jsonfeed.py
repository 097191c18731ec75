"""JSON Feed 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from digestgen.feeds.values import Entry, Feed, Person, Work, clean

_VERSION: Final = "https://jsonfeed.org/version/1.1"
TYPE: Final = "application/feed+json"

Object = dict[str, object]


def write(feed: Feed) -> bytes:
    """Return `feed` as a JSON Feed."""
    known: Object = {
        "version": _VERSION,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.url,
        "description": feed.subtitle,
        "language": feed.lang,
        "authors": [_author(feed.author)],
        "items": [_item(entry) for entry in feed.entries],
    }
    text = json.dumps(_given(known) | {"items": known["items"]}, ensure_ascii=False, separators=(",", ":"))
    return clean(text).encode() + b"\n"


def _item(entry: Entry) -> Object:
    # one of the contents must be there: without the full text it is the summary, or what stands for it
    content = {"content_html": entry.html} if entry.html else {"content_text": entry.summary or entry.title}
    return content | _given(
        {
            "id": entry.id,
            "url": entry.url,
            "external_url": entry.external,
            "title": entry.title,
            "summary": entry.summary,
            "image": entry.image,
            "date_published": entry.published,
            "date_modified": entry.updated,
            "authors": [_author(person) for person in entry.authors],
            "tags": list(entry.tags),
            "language": entry.lang,
            # an extension (its section "Extensions"): the format knows one page that an entry is about, and no more
            "_credits": _given({"via": [_work(work) for work in entry.via]}),
        }
    )


def _work(work: Work) -> Object:
    return _given({"url": work.url, "publisher": work.publisher, "title": work.title, "language": work.lang})


def _author(person: Person) -> Object:
    return _given({"name": person.name, "url": person.url})


def _given(known: Mapping[str, object]) -> Object:
    """What is not known is left out, as the format asks."""
    return {name: value for name, value in known.items() if value}
