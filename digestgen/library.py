"""All articles together: order, languages, translations, tags, sections and publishers.

What is held back (drafts, what has expired, what is dated after `now`) is out of everything that is published, and
the one place that knows `now` is here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeVar

from digestgen import parse, slugs, urls
from digestgen.config import Config, SiteLanguage
from digestgen.diagnostics import Diagnostic, Span
from digestgen.model import Article, RegisteredSource, RegisteredTag, Registries, Source

Value = TypeVar("Value")

TermKind = Literal["tag", "section", "source"]

#: Where the lists of each kind live below a language's prefix.
FOLDERS: Final[Mapping[TermKind, str]] = {"tag": "tags", "section": "sections", "source": "sources"}


@dataclass(frozen=True, slots=True)
class Held:
    """An article that is not published (now). `until` is when it will be, where that is known."""

    article: Article
    why: Literal["draft", "expired", "future"]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A tag, a section or a publisher in one language, with its articles, newest first."""

    kind: TermKind
    key: str
    name: str
    slug: str
    url: str
    articles: tuple[Article, ...]
    description: str = ""
    publisher: RegisteredSource | None = None
    tag: RegisteredTag | None = None


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
    known = known_of(registries, config)
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

    So a column called 2024-05-03-letter.md, 2024-05-10-letter.md, … needs no slugs. What is held back counts:
    it keeps its address from the day it is written.
    """
    taken: set[str] = set()
    slugs_of: dict[str, str] = {}
    for article in sorted((item for item in articles if item.stamp), key=lambda item: (item.date, item.path)):
        url = address(article, config)
        if url in taken and article.dated_slug:
            slugs_of[article.path] = article.dated_slug
        taken.add(url)
    return [replace(item, slug=slugs_of[item.path]) if item.path in slugs_of else item for item in articles]


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
    terms: dict[TermKind, tuple[Term, ...]] = {
        "tag": _tags(here, language, known),
        "section": _sections(here, language),
        "source": _publishers(here, language, known),
    }
    for listed in terms.values():
        found.extend(_twins(listed, known, language, config))
    return Part(
        language=language,
        articles=here,
        pages=tuple(item for item in pages if prefix_of(item.lang, config) == language.prefix),
        terms=terms,
        by_key={(kind, term.key): term for kind, listed in terms.items() for term in listed},
        months=frozenset((item.date.year, item.date.month) for item in here),
    )


def same(name: str) -> str:
    """Return what names that differ in case or blanks only have in common."""
    return "".join(name.split()).casefold()


#: What tags may differ in and still be one: blanks, hyphens, quotation marks, joiners.
_LOOSE: Final = re.compile("[\\s_\\-\u2010-\u2015\"'\u2018-\u201f\u00ab\u00bb\u2039\u203a\u200c\u200d\u00ad]+")


def same_tag(name: str) -> str:
    """Return what spellings of one tag have in common: "North Korea", "north-korea" and "NorthKorea" are one."""
    return _LOOSE.sub("", name).casefold() or same(name)


def pick(values: Mapping[str, Value], lang: str) -> Value | None:
    """Return the value for the language `lang`, else for the language without its region, else None."""
    by_tag = {tag.lower(): value for tag, value in values.items()}
    return by_tag.get(lang.lower(), by_tag.get(lang.split("-", maxsplit=1)[0].lower()))


def _grouped(
    articles: Sequence[Article], keys: Callable[[Article], Iterable[tuple[str, str]]]
) -> dict[str, list[tuple[str, Article]]]:
    """Return key to (name as written, article), newest first; an article stands once below each key."""
    groups: dict[str, list[tuple[str, Article]]] = defaultdict(list)
    for article in articles:
        for key, name in dict(reversed(list(keys(article)))).items():
            groups[key].append((name, article))
    return groups


def _tags(articles: Sequence[Article], language: SiteLanguage, known: Known) -> tuple[Term, ...]:
    def keys(article: Article) -> Iterable[tuple[str, str]]:
        return ((same_tag(known.tag_name(name, language.lang)), name) for name in article.tags)

    terms = []
    for key, uses in _grouped(articles, keys).items():
        name = known.tag_name(uses[-1][0], language.lang)
        tag = known.tag(name, language.lang)
        slug = (pick(tag.slugs, language.lang) if tag else None) or slugs.slugify(name, language.lang)
        about = (pick(tag.description, language.lang) if tag else None) or ""
        terms.append(_term("tag", key, name, slug, language, uses, about, tag=tag))
    return _by_name(terms)


def _sections(articles: Sequence[Article], language: SiteLanguage) -> tuple[Term, ...]:
    def keys(article: Article) -> Iterable[tuple[str, str]]:
        if article.section:
            yield same(article.section), article.section

    terms = [
        _term("section", key, uses[-1][0], slugs.slugify(uses[-1][0], language.lang), language, uses)
        for key, uses in _grouped(articles, keys).items()
    ]
    return _by_name(terms)


@dataclass(frozen=True, slots=True)
class Known:
    """The registries, ready to be asked by name, by host and by language."""

    registries: Registries
    names: Mapping[str, RegisteredSource]
    hosts: Mapping[str, RegisteredSource]
    tags: Mapping[str, Mapping[str, RegisteredTag]]

    def publisher(self, source: Source) -> tuple[str, str, RegisteredSource | None]:
        """Return (key, name, registered publisher) of whom a source credits.

        A name that is a key of sources.yaml, or equals a registered name, is that publisher; so is an address on
        the registered host where there is no name. Anyone else is known by name, or by the address's host.
        """
        known = self.registries.sources.get(source.name) or self.names.get(same(source.name))
        host = "" if source.name else _host(source.url)
        known = known or self.hosts.get(host)
        if known is not None:
            return f"={known.key}", known.name, known
        return same(source.name or host), source.name or host, None

    def tag(self, name: str, lang: str) -> RegisteredTag | None:
        """Return the tag of tags.yaml that is called `name`, in `lang` or else in any language."""
        return self.tags[lang].get(same_tag(name))

    def tag_name(self, name: str, lang: str) -> str:
        """Return what the tag `name` is called in `lang`: as in tags.yaml, else as it is."""
        tag = self.tag(name, lang)
        return (pick(tag.names, lang) if tag else None) or name


def known_of(registries: Registries, config: Config) -> Known:
    """Return the registries ready to be asked."""
    sources = list(registries.sources.values())[::-1]
    return Known(
        registries,
        {same(item.name): item for item in sources},
        {_host(item.url): item for item in sources if item.url and _is_root(item.url)},
        {item.lang: _tag_names(registries, item.lang) for item in config.languages},
    )


def _tag_names(registries: Registries, lang: str) -> dict[str, RegisteredTag]:
    listed = tuple(reversed(registries.tags))
    anywhere = {same_tag(name): tag for tag in listed for name in tag.names.values()}
    return anywhere | {same_tag(name): tag for tag in listed if (name := pick(tag.names, lang))}


def _host(url: str) -> str:
    return urls.host(url).removeprefix("www.")


def _is_root(url: str) -> bool:
    return "/" not in url.split("://", 1)[-1].rstrip("/")


def _publishers(articles: Sequence[Article], language: SiteLanguage, known: Known) -> tuple[Term, ...]:
    registered_as: dict[str, RegisteredSource | None] = {}

    def keys(article: Article) -> Iterable[tuple[str, str]]:
        for source in article.sources:
            key, name, registered_as[key] = known.publisher(source)
            yield key, name

    terms = []
    for key, uses in _grouped(articles, keys).items():
        registered = registered_as[key]
        name = registered.name if registered else uses[-1][0]
        slug = slugs.slugify(registered.key if registered else name, language.lang)
        terms.append(
            _term("source", key, name, slug, language, uses, registered.about if registered else "", registered)
        )
    return _by_name(terms)


def _term(
    kind: TermKind,
    key: str,
    name: str,
    slug: str,
    language: SiteLanguage,
    uses: Sequence[tuple[str, Article]],
    description: str = "",
    publisher: RegisteredSource | None = None,
    tag: RegisteredTag | None = None,
) -> Term:
    url = urls.quote_path(f"{language.prefix}/{FOLDERS[kind]}/{slug}/")
    return Term(kind, key, name, slug, url, tuple(article for _, article in uses), description, publisher, tag)


def _by_name(terms: Iterable[Term]) -> tuple[Term, ...]:
    return tuple(sorted(terms, key=lambda term: (_alphabetical(term.name), term.key)))


def _alphabetical(name: str) -> str:
    """Letters without their marks, so that Ä stands beside A in every language's index."""
    return "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))


def _twins(terms: Sequence[Term], known: Known, language: SiteLanguage, config: Config) -> Iterable[Diagnostic]:
    first: dict[str, Term] = {}
    for term in sorted(terms, key=lambda item: item.key):
        other = first.setdefault(term.slug, term)
        if other is not term:
            where, there = term.articles[-1], other.articles[-1]
            yield Diagnostic(
                "url-collision",
                f"the {term.kind}s “{other.name}” and “{term.name}” would both be {term.url}",
                _place(term, where, known, language, config),
                help=f"the other is used in {config.content}/{there.path}; " + _mend(term.kind),
            )


def _mend(kind: TermKind) -> str:
    return {
        "tag": "give one of them a slug of its own in tags.yaml",
        "section": "call one of them otherwise",
        "source": "give one of them a key of its own in sources.yaml",
    }[kind]


def _place(term: Term, article: Article, known: Known, language: SiteLanguage, config: Config) -> Span:
    """Where in the file of `article` the term stands."""
    keys = {
        "tag": [same_tag(known.tag_name(name, language.lang)) for name in article.tags],
        "section": [same(article.section)],
        "source": [known.publisher(source)[0] for source in article.sources],
    }[term.kind]
    mark = "section" if term.kind == "section" else f"{term.kind}s.{keys.index(term.key)}"
    return article.marks.get(mark) or Span(f"{config.content}/{article.path}")


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
