"""JSON Feed (jsonfeed.org, versions 1 and 1.1), read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from digestgen.incoming import values
from digestgen.incoming.values import Entry, Feed, UnreadableError, Work

#: More than this is taken of no list.
_MOST: Final = 100


def read(text: str, base: str, most: int) -> Feed:
    """Return the feed in `text`, whose links are relative to `base`, with at most `most` entries.

    Raises UnreadableError.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableError("it begins as JSON does, and is none") from None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise UnreadableError("it is JSON, but no JSON Feed: it has no list of `items`")
    own = values.address(found.get("feed_url"), base)
    base = base or own
    feed = Feed(
        title=values.line(found.get("title")),
        page=values.address(found.get("home_page_url"), base),
        url=own,
        lang=values.language(found.get("language")),
        authors=_authors(found),
        older=values.address(found.get("next_url"), base),
    )
    items = [item for item in found["items"][:most] if isinstance(item, dict)]
    entries = tuple(_entry(item, feed, base) for item in items)
    wrong = len(found["items"][:most]) - len(items)
    return replace(feed, entries=entries, broken=f"{wrong} of its items are no objects" if wrong else "")


def _entry(item: dict[str, Any], feed: Feed, base: str) -> Entry:
    url = values.address(item.get("url"), base)
    title = values.line(item.get("title"))
    summary = _summary(item)
    return Entry(
        id=values.identity(item.get("id"), url, title, summary),
        url=url,
        title=title,
        summary=summary,
        published=values.moment(item.get("date_published")) or values.moment(item.get("date_modified")),
        lang=values.language(item.get("language")) or feed.lang,
        authors=_authors(item) or feed.authors,
        tags=tuple(tag for tag in map(values.line, _listed(item.get("tags"))) if tag),
        via=tuple(_via(item, url, base)),
    )


def _summary(item: dict[str, Any]) -> str:
    for key, html in (("summary", False), ("content_text", False), ("content_html", True)):
        text = item.get(key)
        if isinstance(text, str) and text.strip():
            return values.of_html(text) if html else values.paragraphs(text)
    return ""


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    """Return who wrote it: `authors` of version 1.1, else the one `author` of version 1."""
    listed = _listed(item.get("authors")) or [item.get("author")]
    names = (values.line(person.get("name")) for person in listed if isinstance(person, dict))
    return tuple(dict.fromkeys(filter(None, names)))


def _via(item: dict[str, Any], own: str, base: str) -> Iterator[Work]:
    """Yield the works it rests on: what digestgen's feeds say in `_credits`, and the page that it is about."""
    credits = item.get("_credits")
    told = _listed(credits.get("via") if isinstance(credits, dict) else None)
    seen = {own}
    for work in (*told, {"url": item.get("external_url")}):
        url = values.address(work.get("url"), base) if isinstance(work, dict) else ""
        if url and url not in seen:
            seen.add(url)
            title, publisher = values.line(work.get("title")), values.line(work.get("publisher"))
            yield Work(url, title, publisher, values.language(work.get("language")))


def _listed(value: object) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else []
