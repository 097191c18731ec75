"""All articles together: order, languages, translations, tags, sections and publishers.

What is held back (drafts, what has expired, what is dated after `now`) is out of everything that is published, and
the one place that knows `now` is here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from digestgen import parse, slugs, terms, urls
from digestgen.config import Config, SiteLanguage
from digestgen.diagnostics import Diagnostic
from digestgen.model import Article, Registries
from digestgen.terms import Known, Term, TermKind


@dataclass(frozen=True, slots=True)
class Held:
    """An article that is not published (now). `until` is when it will be, where that is known."""

    article: Article
    why: Literal["draft", "expired", "future"]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One language of the site: its articles newest first, its pages by path, its terms by name."""

    language: SiteLanguage
    articles: tuple[Article, ...]
    pages: tuple[Article, ...]
    terms: Mapping[TermKind, tuple[Term, ...]]
    by_key: Mapping[tuple[TermKind, str], Term]
    months: frozenset[tuple[int, int]]
    """(year, month) of all its articles."""


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that is published, and what is held back."""

    config: Config
    known: Known
    parts: tuple[Part, ...]
    urls: Mapping[str, str]
    """Path of every published article and page to its address."""
    articles: Mapping[str, Article]
    """Path of every published article and page to itself."""
    held: tuple[Held, ...]
    translations: Mapping[str, tuple[Article, ...]]
    """Path to all published versions, that one included, in the order of the site's languages."""

    def part_of(self, article: Article) -> Part:
        """The part of the site that lists `article`: its language's, or the main one's."""
        return next((part for part in self.parts if part.language.lang == article.lang), self.parts[0])


def assemble(
    articles: Iterable[Article], registries: Registries, config: Config, now: datetime
) -> tuple[Library, list[Diagnostic]]:
    """Return the library of `articles` as it is at `now` (aware), and what is wrong with them together."""
    published: list[Article] = []
    held: list[Held] = []
    for article in _told_apart(sorted(articles, key=lambda item: item.path), config):
        back = _held(article, now)
        held.append(back) if back else published.append(article)
    newest = sorted((item for item in published if not is_page(item)), key=_newest_first)
    pages = [item for item in published if is_page(item)]
    found: list[Diagnostic] = []
    known = terms.known_of(registries, config)
    library = Library(
        config=config,
        known=known,
        parts=tuple(_part(language, newest, pages, known, config, found) for language in config.languages),
        urls={item.path: address(item, config) for item in published},
        articles={item.path: item for item in published},
        held=tuple(held),
        translations=_translations(published, config, found),
    )
    return library, found


def _told_apart(articles: Sequence[Article], config: Config) -> list[Article]:
    """Return `articles` with the date of the file's name back in a slug that an older article has already.

    So a column called 2024-05-03-letter.md, 2024-05-10-letter.md, … needs no slugs. A version in a language that
    the site does not have, which stands among the main one's articles, is told apart by its language. What is
    held back counts: it keeps its address from the day it is written.
    """
    taken: set[str] = set()
    slugs_of: dict[str, str] = {}
    for article in sorted((item for item in articles if item.stamp), key=lambda item: (item.date, item.path)):
        url = address(article, config)
        if url in taken:
            slugs_of[article.path] = article.dated_slug or _with_language(article, config)
        taken.add(url)
    return [replace(item, slug=slugs_of[item.path]) if item.path in slugs_of else item for item in articles]


def _with_language(article: Article, config: Config) -> str:
    configured = any(article.lang == item.lang for item in config.languages)
    return article.slug if configured else slugs.slugify(f"{article.slug}-{article.lang}", article.lang)


def is_page(article: Article) -> bool:
    """Tell whether `article` is one of content/pages/."""
    return article.path.startswith(parse.PAGES + "/")


def _held(article: Article, now: datetime) -> Held | None:
    if article.draft:
        return Held(article, "draft")
    if article.expires is not None and article.expires.at <= now:
        return Held(article, "expired")
    if article.stamp is not None and article.stamp.at > now:
        return Held(article, "future", article.stamp.at)
    return None


def changes(articles: Iterable[Article], now: datetime) -> datetime | None:
    """Return the next moment after `now` at which another set of `articles` is held back, if there is one."""
    moments = (stamp.at for item in articles if not item.draft for stamp in (item.stamp, item.expires) if stamp)
    return min((moment for moment in moments if moment > now), default=None)


def _newest_first(article: Article) -> tuple[float, int, str]:
    return (-article.date.timestamp(), article.weight, article.path)


def prefix_of(lang: str, config: Config) -> str:
    """Return the prefix of the part of the site that an article in `lang` belongs to."""
    return next((item.prefix for item in config.languages if item.lang == lang), "")


def address(article: Article, config: Config) -> str:
    """Return the address of an article or a page: a percent-encoded path of the site."""
    prefix = prefix_of(article.lang, config)
    if is_page(article):
        return urls.quote_path(f"{prefix}/{article.slug}/")
    section = slugs.slugify(article.section, article.lang) if article.section else ""
    on = article.date
    path = config.permalink.format(
        year=f"{on.year:04d}", month=f"{on.month:02d}", day=f"{on.day:02d}", slug=article.slug, section=section
    )
    return urls.quote_path(prefix + path.replace("//", "/"))


def _part(
    language: SiteLanguage,
    newest: Sequence[Article],
    pages: Sequence[Article],
    known: Known,
    config: Config,
    found: list[Diagnostic],
) -> Part:
    here = tuple(item for item in newest if prefix_of(item.lang, config) == language.prefix)
    lists = terms.terms(here, language, known)
    for listed in lists.values():
        found.extend(terms.twins(listed, known, language, config))
    return Part(
        language=language,
        articles=here,
        pages=tuple(item for item in pages if prefix_of(item.lang, config) == language.prefix),
        terms=lists,
        by_key={(kind, term.key): term for kind, listed in lists.items() for term in listed},
        months=frozenset((item.date.year, item.date.month) for item in here),
    )


def _translations(
    published: Sequence[Article], config: Config, found: list[Diagnostic]
) -> dict[str, tuple[Article, ...]]:
    groups: dict[tuple[bool, str], list[Article]] = defaultdict(list)
    for article in published:
        groups[_translation_key(article, config)].append(article)
    order = {item.lang: index for index, item in enumerate(config.languages)}
    versions = {}
    for group in groups.values():
        found.extend(_doubles(group, config))
        listed = tuple(sorted(group, key=lambda item: (order.get(item.lang, len(order)), item.lang, item.path)))
        versions.update({article.path: listed for article in group})
    return versions


def _translation_key(article: Article, config: Config) -> tuple[bool, str]:
    if article.translation_key:
        return (True, article.translation_key)
    return (False, parse.read_name(article.path, config).key)


def _doubles(group: Sequence[Article], config: Config) -> Iterable[Diagnostic]:
    seen: dict[str, Article] = {}
    for article in group:
        other = seen.setdefault(article.lang, article)
        if other is not article:
            yield Diagnostic(
                "translation-twice",
                f"two articles in `{article.lang}` are translations of the same one",
                article.marks.get("translation_key", article.marks["title"]),
                help=f"the other is {config.content}/{other.path}; give one of them another `translation_key`",
            )
