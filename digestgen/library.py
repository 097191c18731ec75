"""All articles together: order, languages, translations, tags, sections, publishers and stories.

What is held back (drafts, what has expired, what is dated after `now`) is out of everything that is published, and
the one place that knows `now` is here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from digestgen import editions, parse, scrutiny, slugs, terms, urls
from digestgen.config import Config, SiteLanguage
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.editions import Edition
from digestgen.model import Article, Registries
from digestgen.terms import Known, Term, TermKind

#: How long an article is news: what search engines take a news sitemap for.
NEWS: Final = timedelta(days=2)


#: Why an article is not published (now).
Reason = Literal["draft", "expired", "future", "embargo"]


@dataclass(frozen=True)
class Held:
    """An article or an edition that is not published (now). `until` is when it will be, where that is known."""

    article: Article
    why: Reason
    until: datetime | None = None


@dataclass(frozen=True)
class Change:
    """What happens to an article by itself at the moment `at`, in the site's time zone."""

    at: datetime
    path: str
    what: Literal["published", "corrected", "expires", "old news"]


@dataclass(frozen=True)
class Part:
    """One language of the site: its articles newest first, its pages by path, its terms by name."""

    language: SiteLanguage
    articles: Sequence[Article]
    pages: tuple[Article, ...]
    terms: Mapping[TermKind, tuple[Term, ...]]
    by_key: Mapping[tuple[TermKind, str], Term]
    days: Mapping[date, int]
    """Day to the number of its articles."""
    embargoed: Collection[str] = ()
    """Paths of those that an embargo kept back."""
    editions: Sequence[Edition] = ()
    """Newest first; none where the site has no editions."""
    edition_of: Mapping[str, Edition] = field(default_factory=dict)
    """Path of each article that is in an edition to that edition."""
    edition_files: tuple[Article, ...] = ()
    """The files that tell of editions and are not held back for themselves, in the order of paths."""

    @property
    def months(self) -> frozenset[tuple[int, int]]:
        """(year, month) of all its articles."""
        return frozenset((day.year, day.month) for day in self.days)


@dataclass(frozen=True)
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
    wrong: tuple[Article, ...]
    """Articles that could not be read as a whole, which is told: nothing is published while there are any."""
    translations: Mapping[str, tuple[Article, ...]]
    """Path to all published versions, that one included, in the order of the site's languages."""
    news: tuple[Article, ...]
    """Articles from the last two days, newest first, but for advertisements: those of the news sitemap."""

    def part_of(self, article: Article) -> Part:
        """The part of the site that lists `article`: its language's, or the main one's."""
        return next((part for part in self.parts if part.language.lang == article.lang), self.parts[0])


def assemble(
    articles: Iterable[Article],
    registries: Registries,
    config: Config,
    now: datetime,
    through: frozenset[Reason] = frozenset(),
) -> tuple[Library, list[Diagnostic]]:
    """Return the library of `articles` as it is at `now` (aware), and what is wrong with them together.

    What only a reason in `through` holds back counts as published.
    """
    published: list[Article] = []
    held: list[Held] = []
    every = sorted(articles, key=lambda item: item.path)
    told_apart, addresses = _told_apart([item for item in every if not item.wrong], config)
    for article in told_apart:
        back = held_back(article, now, through)
        held.append(back) if back else published.append(_as_corrected(article, now))
    newest = sorted((item for item in published if is_article(item)), key=newest_first)
    found = [*editions.unasked(newest, config)]
    known = terms.known_of(registries, config)
    found.extend(terms.misspelt([*published, *(back.article for back in held)], known, config))
    parts = tuple(_part(language, newest, published, known, config, found) for language in config.languages)
    empty = _without_articles(parts, held)
    held += empty
    published = [item for item in published if item.path not in {other.article.path for other in empty}]
    library = Library(
        config=config,
        known=known,
        parts=parts,
        urls={item.path: addresses.get(item.path) or address(item, config) for item in published},
        articles={item.path: item for item in published},
        held=tuple(held),
        wrong=tuple(item for item in every if item.wrong),
        translations=_translations(published, config, found),
        news=tuple(_news(newest, now)),
    )
    if config.vague:
        found.clear()  # who is whose translation, and what has which name, cannot be judged without site.yaml's word
    publishers = (term for part in library.parts for term in part.terms["source"])
    found.extend(scrutiny.faults(published, publishers, known, config))
    return library, found


def as_published(article: Article, slug: str, now: datetime) -> Article:
    """Return what a library at `now` has of a published article as it was read, where it gave that the slug `slug`."""
    known = _as_corrected(article, now)
    return known if known.slug == slug else replace(known, slug=slug)


def _as_corrected(article: Article, now: datetime) -> Article:
    """Return `article` without the corrections that are still to come."""
    known = tuple(item for item in article.corrections if item.at.at <= now)
    if len(known) == len(article.corrections):
        return article
    mark = f" {len(known)}"
    return replace(article, corrections=known, face=article.face + mark, fingerprint=article.fingerprint + mark)


def _told_apart(articles: Sequence[Article], config: Config) -> tuple[list[Article], dict[str, str]]:
    """Return `articles` with the date of the file's name back in a slug that an older article has already.

    Beside them by path the addresses of those that keep their slugs.

    So a column called 2024-05-03-letter.md, 2024-05-10-letter.md, … needs no slugs. A version in a language that
    the site does not have, which stands among the main one's articles, is told apart by its language. What is
    held back counts: it keeps its address from the day it is written.
    """
    taken: set[str] = set()
    slugs_of: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for article in sorted((item for item in articles if item.stamp), key=lambda item: (item.date, item.path)):
        url = address(article, config)
        if url in taken:
            slugs_of[article.path] = second_slug(article, config)
        else:
            addresses[article.path] = url
        taken.add(url)
    listed = [replace(item, slug=slugs_of[item.path]) if item.path in slugs_of else item for item in articles]
    return listed, addresses


def second_slug(article: Article, config: Config) -> str:
    """Return the slug of an article whose own one an older article has."""
    return article.dated_slug or _with_language(article, config)


def _with_language(article: Article, config: Config) -> str:
    configured = any(article.lang == item.lang for item in config.languages)
    return article.slug if configured else slugs.slugify(f"{article.slug}-{article.lang}", article.lang)


def is_page(article: Article) -> bool:
    """Tell whether `article` is one of content/pages/."""
    return article.path.startswith(parse.PAGES + "/")


def is_published(article: Article, now: datetime, through: frozenset[Reason] = frozenset()) -> bool:
    """Tell whether `article` is published at `now`, where what only a reason in `through` holds back counts as it."""
    return held_back(article, now, through) is None


def held_back(article: Article, now: datetime, through: frozenset[Reason]) -> Held | None:
    """Return why `article` is not published at `now`; None where it is."""
    return next((back for back in reasons(article, now) if back.why not in through), None)


def reasons(article: Article, now: datetime) -> Iterable[Held]:
    """Yield why `article` is not to be published at `now`, the gravest reason first; nothing where it may be."""
    if article.draft:
        yield Held(article, "draft")
    if article.expires is not None and article.expires.at <= now:
        yield Held(article, "expired")
    opens = article.opens
    if opens is not None and opens.at > now:
        yield Held(article, "future" if opens == article.stamp else "embargo", opens.at)


def changes(articles: Iterable[Article], config: Config, now: datetime) -> tuple[Change, ...]:
    """Return what happens at the next moment after `now` at which a site would be another one, by path.

    Articles come, are corrected, and go when they expire; a news sitemap, which only a site with an address has, drops
    them. Empty where nothing is to come.
    """
    return soonest(coming(articles, config, now))


def coming(articles: Iterable[Article], config: Config, now: datetime) -> tuple[Change, ...]:
    """Return all that happens by itself after `now`, in the site's time zone."""
    return tuple(
        [
            replace(change, at=change.at.astimezone(config.timezone))
            for item in articles
            if not item.draft and not item.wrong
            for change in _changes(item, config)
            if change.at > now
        ]
    )


def soonest(listed: Iterable[Change]) -> tuple[Change, ...]:
    """Return which of the changes `listed` come first, all of one moment, by path."""
    every = sorted(listed, key=lambda change: (change.at, change.path))
    return tuple([change for change in every if change.at == every[0].at])


def _changes(article: Article, config: Config) -> Iterable[Change]:
    opens = article.opens.at if article.opens else None
    expires = article.expires.at if article.expires else None
    if opens and expires and expires <= opens:
        return
    if opens:
        yield Change(opens, article.path, "published")
    for correction in article.corrections:
        if expires is None or correction.at.at < expires:
            yield Change(correction.at.at, article.path, "corrected")
    if expires:
        yield Change(expires, article.path, "expires")
    # what stood elsewhere first is no news here
    elsewhere = article.canonical  # to find out an address takes a while, and nearly all articles stand here only
    own = not elsewhere or (config.url and elsewhere == urls.absolute(config.url, address(article, config)))
    old = _old_news(article) if config.url and own else None
    if old and opens and opens < old and (expires is None or old < expires):
        yield Change(old, article.path, "old news")


def _old_news(article: Article) -> datetime | None:
    """Return when `article` leaves the news sitemap (in UTC); None for what never stands there."""
    if not is_article(article) or article.stamp is None or article.genre == "advertisement":
        return None
    # two days are 48 hours, also where a clock change skips or repeats some
    return article.released.at.astimezone(UTC) + NEWS


def _news(newest: Iterable[Article], now: datetime) -> Iterable[Article]:
    recent = (item for item in newest if is_news(item, now))
    return sorted(recent, key=lambda item: item.released.at, reverse=True)


def is_news(item: Article, now: datetime) -> bool:
    """Tell whether a published article stands in the news sitemap at `now`."""
    return item.released.at > now - NEWS and _old_news(item) is not None


def is_article(item: Article) -> bool:
    """Tell whether a file is an article: neither a page nor an edition."""
    return item.listing is None and not is_page(item)


def _without_articles(parts: Iterable[Part], held: Iterable[Held]) -> list[Held]:
    """Return the files of editions of which there is nothing yet, each until the first of its articles is there.

    Where no moment is known for any of them, the edition waits as a draft does.
    """
    until = {item.article.path: item.until for item in held}
    found = []
    for part in parts:
        there = {edition.file.path for edition in part.editions if edition.file}
        for file in part.edition_files:
            if file.path not in there:
                moments = (until.get(editions.meant(file, item) or "") for item in editions.listed_by(file))
                soonest = min(filter(None, moments), default=None)
                found.append(Held(file, "future" if soonest else "draft", soonest))
    return found


def newest_first(article: Article) -> tuple[float, int, str]:
    """The total order of articles."""
    return (-article.date.timestamp(), article.weight, article.path)


def prefix_of(lang: str, config: Config) -> str:
    """Return the prefix of the part of the site that an article in `lang` belongs to."""
    return next((item.prefix for item in config.languages if item.lang == lang), "")


def address(article: Article, config: Config) -> str:
    """Return the address of an article or a page: a percent-encoded path of the site."""
    prefix = prefix_of(article.lang, config)
    if is_page(article):
        return urls.quote_path(f"{prefix}/{article.slug}/")
    if article.listing is not None:
        return urls.quote_path(f"{prefix}/{editions.FOLDER}/{article.slug}/")
    section = slugs.slugify(article.section, article.lang) if article.section else ""
    on = article.date
    path = config.permalink.format(
        year=f"{on.year:04d}", month=f"{on.month:02d}", day=f"{on.day:02d}", slug=article.slug, section=section
    )
    return urls.quote_path(prefix + path.replace("//", "/"))


def _part(
    language: SiteLanguage,
    newest: Sequence[Article],
    published: Sequence[Article],
    known: Known,
    config: Config,
    found: list[Diagnostic],
) -> Part:
    here = tuple(item for item in newest if prefix_of(item.lang, config) == language.prefix)
    lists = terms.terms(here, language, known)
    for listed in lists.values():
        found.extend(terms.twins(listed, known, language, config))
    others = [item for item in published if prefix_of(item.lang, config) == language.prefix]
    files = tuple(item for item in others if item.listing is not None)
    issues = editions.of(here, files, language, config) if config.editions != "off" else ()
    return Part(
        language=language,
        articles=here,
        pages=tuple(item for item in others if is_page(item)),
        terms=lists,
        by_key={(kind, term.key): term for kind, listed in lists.items() for term in listed},
        days=Counter(item.date.date() for item in here),
        embargoed=tuple(item.path for item in here if item.embargo),
        editions=issues,
        edition_of={item.path: edition for edition in issues for item in edition.articles},
        edition_files=files,
    )


def _translations(
    published: Sequence[Article], config: Config, found: list[Diagnostic]
) -> dict[str, tuple[Article, ...]]:
    groups: dict[tuple[bool, str], list[Article]] = defaultdict(list)
    for article in published:
        groups[translation_key(article, config)].append(article)
    order = {item.lang: index for index, item in enumerate(config.languages)}
    versions = {}
    for group in groups.values():
        found.extend(_doubles(group, config))
        listed = tuple(sorted(group, key=lambda item: (order.get(item.lang, len(order)), item.lang, item.path)))
        versions.update({article.path: listed for article in group})
    return versions


def translation_key(article: Article, config: Config) -> tuple[bool, str]:
    """Return what versions of one article have in common: the key that they give, else their file's name."""
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
