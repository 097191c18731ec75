"""Tags, sections, publishers, stories and people: what identifies and names them, and who is listed below them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import lru_cache
from typing import Final, Literal, TypeVar

from digestgen import slugs, urls
from digestgen.config import Config, SiteLanguage
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.guesses import Guesses
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


@dataclass(frozen=True)
class Part:
    """What a person did for an article: a role, "author" for the byline alone; and from where, or an empty place."""

    role: str
    place: str = ""


@dataclass(frozen=True)
class Use:
    """That an article names a term: as it is written, and what it tells of the term's part in it.

    That is what a person did, or by its role how works of a publisher were used.
    """

    kind: TermKind
    key: str
    written: str
    did: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Counts:
    """Numbers of a term's articles: by day, and by each role and each place of its part in them."""

    days: Mapping[date, int] = field(default_factory=dict)
    roles: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Term:
    """A tag, a section, a publisher, a story or a person in one language, with its articles, newest first.

    `written` is its name as the oldest of them has it. `parts` tell for each article what the person did for it; they
    are empty for other terms.
    """

    kind: TermKind
    key: str
    written: str
    name: str
    slug: str
    url: str
    articles: Sequence[Article]
    description: str = ""
    publisher: RegisteredSource | None = None
    tag: RegisteredTag | None = None
    person: RegisteredPerson | None = None
    parts: Sequence[tuple[Part, ...]] = ()
    counts: Counts = field(default_factory=Counts)


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


def terms(articles: Iterable[Article], language: SiteLanguage, known: Known) -> dict[TermKind, tuple[Term, ...]]:
    """Return all tags, sections, publishers, stories and people of `articles` (newest first), each kind by name."""
    found: dict[TermKind, dict[str, list[tuple[Use, Article]]]] = {kind: defaultdict(list) for kind in FOLDERS}
    for article in articles:
        for use in uses(article, language, known):
            found[use.kind][use.key].append((use, article))
    return {
        kind: by_name([_of_uses(listed, language, known) for listed in groups.values()])
        for kind, groups in found.items()
    }


def uses(article: Article, language: SiteLanguage, known: Known) -> Iterator[Use]:
    """Yield each term that `article` names in a language, once, as it is written first."""
    yield from {use.key: use for use in reversed([*_tags(article, language, known)])}.values()
    if article.section:
        yield Use("section", same(article.section), article.section)
    yield from _publishers(article, known)
    if article.story:
        yield Use("story", known.story_key(article.story, language.lang), article.story)
    for key, (name, parts) in involved(article, known).items():
        yield Use("person", key, name, tuple(parts))


def _tags(article: Article, language: SiteLanguage, known: Known) -> Iterator[Use]:
    return (Use("tag", same_tag(known.tag_name(name, language.lang)), name) for name in article.tags)


def _publishers(article: Article, known: Known) -> Iterator[Use]:
    names: dict[str, str] = {}
    used: dict[str, dict[Part, None]] = defaultdict(dict)
    for source in article.sources:
        key, name, _ = known.publisher(source)
        names.setdefault(key, name)
        used[key][Part(source.use)] = None
    return (Use("source", key, name, tuple(used[key])) for key, name in names.items())


def _of_uses(listed: Sequence[tuple[Use, Article]], language: SiteLanguage, known: Known) -> Term:
    first = listed[-1][0]
    articles = tuple([article for _, article in listed])
    parts = tuple([use.did for use, _ in listed]) if first.kind == "person" else ()
    return term(first, articles, language, known, parts, counted(listed))


def counted(listed: Iterable[tuple[Use, Article]]) -> Counts:
    """Return what is counted in articles that name one term."""
    days: Counter[date] = Counter()
    roles: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for use, article in listed:
        days[article.date.date()] += 1
        if use.did:
            roles.update({part.role for part in use.did})
            places.update({part.place for part in use.did if part.place})
    return Counts(days, roles, places)


def term(
    first: Use,
    articles: Sequence[Article],
    language: SiteLanguage,
    known: Known,
    parts: Sequence[tuple[Part, ...]] = (),
    counts: Counts | None = None,
) -> Term:
    """Return the term that `articles` name; the oldest of them as in `first`, which names one that is unregistered."""
    kind, key, written = first.kind, first.key, first.written
    name, slug, about = written, "", ""
    publisher, tag, person = None, None, None
    if kind == "tag":
        name = known.tag_name(written, language.lang)
        tag = known.tag(name, language.lang)
        slug = (pick(tag.slugs, language.lang) if tag else None) or ""
        about = (pick(tag.description, language.lang) if tag else None) or ""
    elif kind == "source" and (publisher := known.registries.sources.get(key[1:]) if key.startswith("=") else None):
        name, slug, about = publisher.name, slugs.slugify(publisher.key, language.lang), publisher.about
    elif kind == "story":
        story = known.story(written, language.lang) or RegisteredStory(written)
        name = pick(story.titles, language.lang) or _readable(story.key)
        slug = pick(story.slugs, language.lang) or slugs.slugify(story.key, language.lang)
        about = pick(story.summaries, language.lang) or ""
    elif kind == "person" and (person := known.person(written)[2]):
        name, slug, about = person.name, slugs.slugify(person.key, language.lang), person.about
    slug = slug or slugs.slugify(name, language.lang)
    url = urls.quote_path(f"{language.prefix}/{FOLDERS[kind]}/{slug}/")
    return Term(kind, key, written, name, slug, url, articles, about, publisher, tag, person, parts, counts or Counts())


def _readable(key: str) -> str:
    """Return a story's key as a name: a slug in words, anything else as it is written."""
    if not slugs.is_slug(key):
        return key
    words = _HYPHEN.sub(" ", key)
    return words[0].upper() + words[1:]


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


@dataclass(frozen=True)
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


def by_name(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return terms in the order of their index."""
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
    alike = _by_figures(keys) if unknown else {}
    meant: dict[str, str] = {}
    guesses = Guesses(1000)
    for article in unknown:
        key = same_tag(article.story)
        near = meant[key] = meant[key] if key in meant else _nearest(key, alike, guesses)
        if near:
            yield Diagnostic(
                "misspelt-story",
                f"stories.yaml has no story `{article.story[:80]}`",
                article.marks["story"],
                f"did you mean `{keys[near]}`?",
                "if it is another story, tell of it in stories.yaml too",
                severity="warning",
            )


def nearest(key: str, known: Iterable[str]) -> str:
    """Return which of `known` is nearly `key`, or nothing; what differs in its figures is another story."""
    return _nearest(key, _by_figures(known), Guesses())


def _nearest(key: str, alike: Mapping[tuple[str, ...], Sequence[str]], guesses: Guesses) -> str:
    return next(iter(guesses.nearest(key, alike.get(_figures(key), ()), 1, 0.8)), "")


def _by_figures(keys: Iterable[str]) -> Mapping[tuple[str, ...], Sequence[str]]:
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in keys:
        found[_figures(key)].append(key)
    return found


def _figures(key: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\d+", key))
