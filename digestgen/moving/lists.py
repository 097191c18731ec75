"""The addresses of an old site's lists, by tag, category and author: a small page at each leads to the list here."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from html import escape

from digestgen import library, paths, slugs, urls
from digestgen.config import Config
from digestgen.moving.values import Kind, Old, Post


def ways(old: Old, settings: Config, there: Collection[str]) -> dict[str, bytes]:
    """Return the pages to be written, by their paths below content/static/.

    `there` are the paths of all that a build writes: only what is there is led to, and nothing is written over.
    """
    taken = {paths.portable_key(path) for path in there}
    found: dict[str, bytes] = {}
    for address, target, name in (*_indexes(old, settings), *_listed(old, settings), *_calendars(old)):
        path = paths.output_path(address)
        led = next((url for url in target if paths.output_path(url) in there), "")
        if path and led and paths.portable_key(path) not in taken and not paths.is_hidden(path):
            found.setdefault(path, _page(path, led, name, settings))
    return found


#: An address there, those that it may be led to here, the best first, and what is listed.
_Way = tuple[str, list[str], str]


def _indexes(old: Old, settings: Config) -> Iterator[_Way]:
    for lang, prefix in {"": "", **old.prefixes}.items():
        own = library.prefix_of(lang, settings) if lang else ""
        for address, target in old.indexes.items():
            yield prefix + address, [own + target, target], target.strip("/").rpartition("/")[2]


def _listed(old: Old, settings: Config) -> Iterator[_Way]:
    for kind, name, post in _named(old):
        address = old.lists[kind](name) if kind in old.lists else ""
        prefixes = old.prefixes.values() if old.everywhere else [old.prefixes.get(post.lang, "")]
        for prefix in prefixes if address else ():
            yield prefix + address, list(_targets(kind, name, post, settings)), name


def _calendars(old: Old) -> Iterator[_Way]:
    dates = [post.date.at for post in old.posts if post.date and not post.draft and not post.page]
    for pattern in old.calendars:
        for year, month in dict.fromkeys((f"{at:%Y}", f"{at:%m}") for at in dates):
            address = pattern.format(year=year, month=month)
            for prefix in dict.fromkeys(["", *old.prefixes.values()]):
                yield prefix + address, [f"/archive{address}", "/archive/"], address.strip("/").replace("/", "-")


def _named(old: Old) -> Iterator[tuple[Kind, str, Post]]:
    """Yield what articles are listed by, in the order of their paths."""
    for post in old.posts:
        if not post.page and not post.draft:
            yield from (("category", name, post) for name in post.kinds)
            yield from (("tag", name, post) for name in post.tags if name not in post.kinds)
            yield from (("author", name, post) for name in post.authors)


def _targets(kind: Kind, name: str, post: Post, settings: Config) -> Iterator[str]:
    """Yield where the list may be here: first among those of the article's language."""
    folders = {"tag": ["tags"], "category": ["sections", "tags"], "author": ["people"]}[kind]
    own = library.prefix_of(post.lang or settings.lang, settings)
    for prefix in dict.fromkeys([own, *(item.prefix for item in settings.languages)]):
        lang = next(item.lang for item in settings.languages if item.prefix == prefix)
        yield from (f"{prefix}/{folder}/{slugs.slugify(name, lang)}/" for folder in folders)


def _page(path: str, target: str, name: str, settings: Config) -> bytes:
    here = "/" + path
    away = escape(urls.relative(posixpath.join(posixpath.dirname(here), ""), urls.quote_path(target)))
    shown = escape(name)
    whole = urls.absolute(settings.url, urls.quote_path(target)) if settings.url else ""
    first = f'<link rel="canonical" href="{escape(whole)}">\n' if whole else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(settings.lang)}">\n<meta charset="utf-8">\n<title>{shown}</title>\n'
        f"{first}"
        f'<meta name="robots" content="noindex">\n<meta http-equiv="refresh" content="0; url={away}">\n'
        f'<p><a href="{away}">{shown}</a></p>\n</html>\n'
    ).encode()
