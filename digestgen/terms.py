"""Tags, sections, publishers, stories and people: what identifies and names them, and who is listed below them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal, TypeVar

from digestgen import slugs, urls
from digestgen.config import Config, SiteLanguage
from digestgen.diagnostics import Diagnostic, Span
from digestgen.model import (
    Article,
    RegisteredPerson,
    RegisteredSource,
    RegisteredStory,
    RegisteredTag,
    Registries,
    Source,
)

Value = TypeVar("Value")

TermKind = Literal["tag", "section", "source", "story", "person"]

#: Where the lists of each kind live below a language's prefix.
FOLDERS: Final[Mapping[TermKind, str]] = {
    "tag": "tags",
    "section": "sections",
    "source": "sources",
    "story": "stories",
    "person": "people",
}


@dataclass(frozen=True, slots=True)
class Part:
    """What a person did for an article: a role, "author" for the byline alone; and from where, or an empty place."""

    role: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A tag, a section, a publisher, a story or a person in one language, with its articles, newest first.

    `parts` tell for each article what the person did for it; they are empty for other terms.
    """

    kind: TermKind
    key: str
    name: str
    slug: str
    url: str
    articles: tuple[Article, ...]
    description: str = ""
    publisher: RegisteredSource | None = None
    tag: RegisteredTag | None = None
    person: RegisteredPerson | None = None
    parts: tuple[tuple[Part, ...], ...] = ()


@lru_cache(maxsize=65536)
def same(name: str) -> str:
    """Return what names that differ in case or blanks only have in common."""
    return "".join(name.split()).casefold()


#: A hyphen between two words; one beside a figure, as in covid-19, belongs to its word.
_HYPHEN: Final = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")

#: What tags may differ in and still be one: blanks, hyphens, quotation marks, joiners.
_LOOSE: Final = re.compile("[\\s_\\-\u2010-\u2015\"'\u2018-\u201f\u00ab\u00bb\u2039\u203a\u200c\u200d\u00ad]+")


@lru_cache(maxsize=65536)
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
    """Return all tags, sections, publishers, stories and people of `articles` (newest first), each kind by name."""
    return {
        "tag": _tags(articles, language, known),
        "section": _sections(articles, language),
        "source": _publishers(articles, language, known),
        "story": _stories(articles, language, known),
        "person": _people(articles, language, known),
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


def _stories(articles: Sequence[Article], language: SiteLanguage, known: Known) -> tuple[Term, ...]:
    def keys(article: Article) -> Iterable[tuple[str, str]]:
        if article.story:
            yield known.story_key(article.story, language.lang), article.story

    terms = []
    for key, uses in _grouped(articles, keys).items():
        written = uses[-1][0]
        story = known.story(written, language.lang) or RegisteredStory(written)
        name = pick(story.titles, language.lang) or _readable(story.key)
        slug = pick(story.slugs, language.lang) or slugs.slugify(story.key, language.lang)
        about = pick(story.summaries, language.lang) or ""
        terms.append(_term("story", key, name, slug, language, uses, about))
    return _by_name(terms)


def _readable(key: str) -> str:
    """Return a story's key as a name: a slug in words, anything else as it is written."""
    if not slugs.is_slug(key):
        return key
    words = _HYPHEN.sub(" ", key)
    return words[0].upper() + words[1:]


def _people(articles: Sequence[Article], language: SiteLanguage, known: Known) -> tuple[Term, ...]:
    made: dict[str, list[tuple[str, Article, tuple[Part, ...]]]] = defaultdict(list)
    for article in articles:
        for key, (name, parts) in involved(article, known).items():
            made[key].append((name, article, tuple(parts)))
    terms = []
    for key, uses in made.items():
        written, about = uses[-1][0], ""
        person = known.person(written)[2]
        if person:
            written, about = person.name, person.about
        slug = slugs.slugify(person.key if person else written, language.lang)
        term = _term("person", key, written, slug, language, [use[:2] for use in uses], about)
        terms.append(replace(term, person=person, parts=tuple(parts for _, _, parts in uses)))
    return _by_name(terms)


def involved(article: Article, known: Known) -> dict[str, tuple[str, dict[Part, None]]]:
    """Return key to (name as written, what they did) of all who are named for making `article`, in order."""
    found: dict[str, tuple[str, dict[Part, None]]] = {}

    def note(name: str, part: Part, *, unless: frozenset[str] = frozenset()) -> None:
        parts = found.setdefault(known.person(name)[0], (name, {}))[1]
        if not any(done.role in unless for done in parts):
            parts[part] = None

    for credit in article.credits:
        for person in credit.people:
            note(person.name, Part(credit.role, person.place))
    for name in article.translation.by if article.translation else ():
        note(name, Part("translation"), unless=frozenset(["translation"]))
    for name in article.byline:
        note(name, Part("author"), unless=frozenset(["reporting", "writing"]))
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """The registries, ready to be asked by name, by host and by language."""

    registries: Registries
    names: Mapping[str, RegisteredSource]
    hosts: Mapping[str, RegisteredSource]
    tags: Mapping[str, Mapping[str, RegisteredTag]]
    stories: Mapping[str, Mapping[str, RegisteredStory]]
    people: Mapping[str, RegisteredPerson]

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

    def person(self, name: str) -> tuple[str, str, RegisteredPerson | None]:
        """Return (key, name, registered person) of whom a byline or a credit names, by key of people.yaml or name."""
        known = self.registries.people.get(name) or self.people.get(same(name))
        return (f"={known.key}", known.name, known) if known else (same(name), name, None)

    def tag(self, name: str, lang: str) -> RegisteredTag | None:
        """Return the tag of tags.yaml that is called `name`, in `lang` or else in any language."""
        return self.tags[lang].get(same_tag(name))

    def tag_name(self, name: str, lang: str) -> str:
        """Return what the tag `name` is called in `lang`: as in tags.yaml, else as it is."""
        tag = self.tag(name, lang)
        return (pick(tag.names, lang) if tag else None) or name

    def story(self, name: str, lang: str) -> RegisteredStory | None:
        """Return the story of stories.yaml that `name` means: its key, or its title in `lang` or else in any one."""
        return self.registries.stories.get(name) or self.stories.get(lang, {}).get(same_tag(name))

    def story_key(self, name: str, lang: str) -> str:
        """Return what identifies the story `name`, in all languages."""
        story = self.story(name, lang)
        return f"={story.key}" if story else same_tag(name)


def known_of(registries: Registries, config: Config) -> Known:
    """Return the registries ready to be asked."""
    sources = list(registries.sources.values())[::-1]
    return Known(
        registries,
        {same(item.name): item for item in sources},
        {_host(item.url): item for item in sources if item.url and _is_root(item.url)},
        {item.lang: _tag_names(registries, item.lang) for item in config.languages},
        {item.lang: _story_names(registries, item.lang) for item in config.languages},
        {same(item.name): item for item in list(registries.people.values())[::-1]},
    )


def _tag_names(registries: Registries, lang: str) -> dict[str, RegisteredTag]:
    listed = tuple(reversed(registries.tags))
    anywhere = {same_tag(name): tag for tag in listed for name in tag.names.values()}
    return anywhere | {same_tag(name): tag for tag in listed if (name := pick(tag.names, lang))}


def _story_names(registries: Registries, lang: str) -> dict[str, RegisteredStory]:
    listed = tuple(registries.stories.values())[::-1]
    anywhere = {same_tag(title): story for story in listed for title in story.titles.values()}
    here = {same_tag(title): story for story in listed if (title := pick(story.titles, lang))}
    return anywhere | here | {same_tag(story.key): story for story in listed}


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
                f"the {FOLDERS[term.kind]} “{other.name}” and “{term.name}” would both be {term.url}",
                _place(term, where, known, language, config),
                help=f"the other is used in {config.content}/{there.path}; " + _mend(term.kind),
            )


def _mend(kind: TermKind) -> str:
    return {
        "tag": "give one of them a slug of its own in tags.yaml",
        "section": "call one of them otherwise",
        "source": "give one of them a key of its own in sources.yaml",
        "story": "give one of them a slug of its own in stories.yaml",
        "person": "give one of them a key of its own in people.yaml",
    }[kind]


def _place(term: Term, article: Article, known: Known, language: SiteLanguage, config: Config) -> Span:
    """Where in the file of `article` the term stands."""
    if term.kind == "person":
        named = (article.marks.get(key) for key in ("credits", "authors", "translation"))
        return next((span for span in named if span), Span(f"{config.content}/{article.path}"))
    keys = {
        "tag": [same_tag(known.tag_name(name, language.lang)) for name in article.tags],
        "section": [same(article.section)],
        "source": [known.publisher(source)[0] for source in article.sources],
        "story": [known.story_key(article.story, language.lang)],
    }[term.kind]
    mark = term.kind if term.kind in ("section", "story") else f"{term.kind}s.{keys.index(term.key)}"
    return article.marks.get(mark) or Span(f"{config.content}/{article.path}")


def misspelt(articles: Iterable[Article], known: Known, config: Config) -> Iterable[Diagnostic]:
    """Yield a warning for each article whose story is nearly one of stories.yaml, which it seems to mean."""
    keys = {same_tag(key): key for key in known.registries.stories}
    lang = config.languages[0].lang  # what is registered is known by all its names in each of them
    unknown = [item for item in articles if item.story and not known.story(item.story, lang)] if keys else []
    for article in unknown:
        near = nearest(same_tag(article.story), tuple(keys))
        if near:
            yield Diagnostic(
                "misspelt-story",
                f"stories.yaml has no story `{article.story[:80]}`",
                article.marks["story"],
                f"did you mean `{keys[near]}`?",
                "if it is another story, tell of it in stories.yaml too",
                severity="warning",
            )


@lru_cache(maxsize=1024)
def nearest(key: str, known: tuple[str, ...]) -> str:
    """Return which of `known` is nearly `key`, or nothing; what differs in its figures is another story."""
    alike = [other for other in known if _figures(other) == _figures(key)]
    return next(iter(difflib.get_close_matches(key[:100], alike, 1, 0.8)), "")


def _figures(key: str) -> list[str]:
    return re.findall(r"\d+", key)
