"""A post as a file of ours: front matter that says what is known of it, then its text; and a site.yaml for the site."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from digestgen import config, yaml
from digestgen.config import Config
from digestgen.moments import Written
from digestgen.moving.matter import clean_body, text
from digestgen.moving.values import Post, Settings


def article(post: Post, lang: str, slug: str, aliases: Sequence[str], zone: ZoneInfo | None, site: Config) -> str:
    """Return the file of a post; `lang` and `slug` are empty where its name tells them.

    Dates without an offset are of the old site's `zone`; where the new one's is another, they get the offset.
    """
    return "\n".join(["---", *_front(post, lang, slug, aliases, zone, site), "---", "", _body(post)])


def _front(
    post: Post, lang: str, slug: str, aliases: Sequence[str], zone: ZoneInfo | None, site: Config
) -> Iterator[str]:
    yield f"title: {_said(post.title)}"
    for name, moment in (("date", post.date), ("updated", post.updated), ("expires", post.expires)):
        if moment:
            yield f"{name}: {_moment(moment, zone, site)}"
    for name, value in (("slug", slug), ("lang", lang), ("id", post.id), ("section", post.section)):
        yield from _single(name, value)
    yield from _list("tags", post.tags)
    yield from _list("authors", post.authors)
    yield from _single("summary", post.summary)
    yield from _picture(post)
    yield from _list("aliases", aliases)
    yield from _single("canonical", post.canonical)
    yield from [f"weight: {post.weight}"] if post.weight else []
    yield from ["draft: true"] if post.draft else []
    yield from [f"extra: {json.dumps(_clean(post.extra), ensure_ascii=False)}"] if post.extra else []


def _single(name: str, value: str) -> Iterator[str]:
    if value:
        yield f"{name}: {_said(value)}"


def _said(value: str) -> str:
    return yaml.written(text(value))


def _list(name: str, values: Sequence[str]) -> Iterator[str]:
    if values:
        yield f"{name}: [{', '.join(json.dumps(text(item), ensure_ascii=False) for item in values)}]"


def _picture(post: Post) -> Iterator[str]:
    if post.image is None:
        return
    yield "image:"
    yield f"  src: {_said(post.image.src)}"
    for name, value in (("alt", post.image.alt), ("caption", post.image.caption)):
        yield from (f"  {line}" for line in _single(name, value))


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {text(key) or "key": _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return text(value) if isinstance(value, str) else value


def _moment(moment: Written, zone: ZoneInfo | None, site: Config) -> str:
    at = moment.at
    if not moment.timed:
        return f"{at:%Y-%m-%d}"
    if at.tzinfo is None and zone is not None and zone.key != site.timezone.key:
        at = at.replace(tzinfo=zone)
    return at.replace(microsecond=0).isoformat(timespec="seconds" if at.second else "minutes")


def _body(post: Post) -> str:
    body = clean_body(post.body).strip("\n")
    return body + "\n" if body else ""


def settings(old: Settings, langs: Sequence[str], permalink: str, *, rss: bool) -> str:
    """Return a site.yaml for what is known of the old site; `langs` begin with the main one."""
    return "".join(f"{line}\n" for line in _settings(old, langs, permalink, rss=rss))


def _settings(old: Settings, langs: Sequence[str], permalink: str, *, rss: bool) -> Iterator[str]:
    yield f"title: {_said(old.title or 'A digest')}"
    if old.tagline:
        yield f"tagline: {_said(old.tagline)}"
    if old.url:
        url = old.url + "/"
        yield f"url: {_said(url)}"
        yield f"site_id: {config.made_id(url)}"
    yield f"language: {_said(langs[0])}"
    if langs[1:]:
        yield f"languages: [{', '.join(map(_said, langs[1:]))}]"
    if old.zone:
        yield f"timezone: {_said(old.zone)}"
    yield f"permalink: {_said(permalink)}"
    if old.author:
        yield f"publisher: {{name: {_said(old.author)}}}"
    if rss:
        yield "feeds: {rss: site}"
