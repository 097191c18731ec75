"""Tags, sections and publishers: what identifies them, what they are called, and who is listed below them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from digestgen import slugs, urls
from digestgen.config import Config, SiteLanguage
from digestgen.diagnostics import Diagnostic, Span
from digestgen.model import Article, RegisteredSource, RegisteredTag, Registries, Source

Value = TypeVar("Value")

TermKind = Literal["tag", "section", "source"]

#: Where the lists of each kind live below a language's prefix.
FOLDERS: Final[Mapping[TermKind, str]] = {"tag": "tags", "section": "sections", "source": "sources"}


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


def same(name: str) -> str:
    """Return what names that differ in case or blanks only have in common."""
    return "".join(name.split()).casefold()


#: What tags may differ in and still be one: blanks, hyphens, quotation marks, joiners.
_LOOSE: Final = re.compile("[\\s_\\-\u2010-\u2015\"'\u2018-\u201f\u00ab\u00bb\u2039\u203a\u200c\u200d\u00ad]+")


def same_tag(name: str) -> str:
    """Return what spellings of one tag have in common: "North Korea", "north-korea" and "NorthKorea" are one."""
    return _LOOSE.sub("", name).casefold() or same(name)


def pick(values: Mapping[str, Value], lang: str) -> Value | None:
    """Return the value for `lang`, else for it without its region, else for all languages (""), else None."""
    by_tag = {tag.lower(): value for tag, value in values.items()}
    tags = (lang.lower(), lang.split("-", maxsplit=1)[0].lower(), "")
    return next((by_tag[tag] for tag in tags if tag in by_tag), None)


def _grouped(
    articles: Sequence[Article], keys: Callable[[Article], Iterable[tuple[str, str]]]
) -> dict[str, list[tuple[str, Article]]]:
    """Return key to (name as written, article), newest first; an article stands once below each key."""
    groups: dict[str, list[tuple[str, Article]]] = defaultdict(list)
    for article in articles:
        for key, name in dict(reversed(list(keys(article)))).items():
            groups[key].append((name, article))
    return groups


def terms(articles: Sequence[Article], language: SiteLanguage, known: Known) -> dict[TermKind, tuple[Term, ...]]:
    """Return all tags, sections and publishers of `articles` (newest first), each kind by name."""
    return {
        "tag": _tags(articles, language, known),
        "section": _sections(articles, language),
        "source": _publishers(articles, language, known),
    }


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


def twins(terms: Sequence[Term], known: Known, language: SiteLanguage, config: Config) -> Iterable[Diagnostic]:
    """Yield an error for each two terms that would have one address, with a file that uses each."""
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
