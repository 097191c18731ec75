"""What a site holds, in tables: articles, tags, sources, drafts, what is held; and how much was published when."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from digestgen import library, schema, terms
from digestgen.dataclass import dataclass
from digestgen.model import Article
from digestgen.survey import Survey, UnfitError
from digestgen.tables import Cell, Table

#: What can be listed.
KINDS: Final = ("articles", "tags", "sources", "drafts", "held")


@dataclass(frozen=True)
class Choice:
    """Which articles count: all of them, or those in a language, with a tag, or from a moment on.

    A moment without an offset is one of the site's time zone.
    """

    lang: str = ""
    tag: str = ""
    since: datetime | None = None


def listed(site: Survey, kind: str, choice: Choice) -> Table:
    """Return the table of `kind`, one of `KINDS`. Raises UnfitError for a language or a tag that nothing has."""
    table: Table = {
        "articles": _articles,
        "tags": _tags,
        "sources": _sources,
        "drafts": _drafts,
        "held": _held,
    }[kind](site, _chosen(site, choice))
    return table


Fits = Callable[[Article], bool]


def _chosen(site: Survey, choice: Choice) -> Fits:
    spoken = {item.lang for item in site.articles} | set(site.tags)
    if choice.lang and choice.lang not in spoken:
        raise UnfitError(f"nothing is in `{choice.lang}`; the site has {', '.join(sorted(spoken))}")
    wanted = _keys(choice.tag, site) if choice.tag else frozenset()
    if choice.tag:
        used = {terms.same_tag(name): name for item in site.articles for name in item.tags}
        if wanted.isdisjoint(used):
            meant = schema.meant(choice.tag, sorted(used.values()))
            raise UnfitError(f"no article has the tag `{choice.tag}`" + (f"; {meant}" if meant else ""))

    since = choice.since
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=site.settings.timezone)

    def fits(item: Article) -> bool:
        if choice.lang and item.lang != choice.lang:
            return False
        if wanted and wanted.isdisjoint(terms.same_tag(name) for name in item.tags):
            return False
        return since is None or (item.stamp is not None and item.stamp.at >= since)

    return fits


def _keys(name: str, site: Survey) -> frozenset[str]:
    """What spellings of a tag have in common, in every language of the site."""
    known = site.library.known
    tags = (known.tag(name, lang) for lang in site.tags)
    paired = (other for tag in tags if tag for other in tag.names.values())
    return frozenset(map(terms.same_tag, (name, *paired)))


# --- articles

_ARTICLE: Final = ("date", "lang", "title", "section", "tags", "sources", "url", "path", "state", "until")
_HELD: Final = ("state", "until", "lang", "title", "path")


def _articles(site: Survey, fits: Fits) -> Table:
    every = [item for part in site.library.parts for item in part.articles if fits(item)]
    newest = sorted(every, key=lambda item: (-item.date.timestamp(), item.weight, item.path))
    rows = tuple(_row(item, "published", "", site) for item in newest)
    return Table(_ARTICLE, rows, ("date", "lang", "title", "section", "path"))


def _drafts(site: Survey, fits: Fits) -> Table:
    return _back(site, fits, ("draft",), ("date", "lang", "title", "path"))


def _held(site: Survey, fits: Fits) -> Table:
    return _back(site, fits, ("draft", "expired", "future", "embargo"), _HELD)


def _back(site: Survey, fits: Fits, why: Iterable[str], shown: tuple[str, ...]) -> Table:
    wanted = [item for item in site.library.held if item.why in why and fits(item.article)]
    ordered = sorted(wanted, key=lambda item: (item.until.timestamp() if item.until else math.inf, item.article.path))
    until = {item.article.path: item.until.isoformat(timespec="minutes") if item.until else "" for item in ordered}
    rows = tuple(_row(item.article, item.why, until[item.article.path], site) for item in ordered)
    return Table(_ARTICLE, rows, shown)


def _row(item: Article, state: str, until: str, site: Survey) -> tuple[Cell, ...]:
    known = site.library.known
    day = f"{item.stamp.at:%Y-%m-%d}" if item.stamp else ""
    publishers = tuple(dict.fromkeys(known.publisher(source)[1] for source in item.sources))
    url = library.address(item, site.settings) if state == "published" else ""
    shown = f"{site.settings.content}/{item.path}"
    return (day, item.lang, item.title or item.slug, item.section, item.tags, publishers, url, shown, state, until)


# --- tags and sources


def _tags(site: Survey, fits: Fits) -> Table:
    columns = ("tag", "lang", "articles", "first", "last", "registered", "url")
    rows: list[tuple[Cell, ...]] = [
        (item.name, lang, *_span(articles), "yes" if item.tag else "", item.url)
        for lang, item, articles in _terms(site, "tag", fits)
    ]
    return Table(columns, _frequent(rows, 2), columns[:6])


def _sources(site: Survey, fits: Fits) -> Table:
    """Publishers over all languages: what they are called is theirs."""
    columns = ("source", "key", "kind", "country", "articles", "first", "last")
    by_key: dict[str, tuple[terms.Term, list[Article]]] = {}
    for _, item, articles in _terms(site, "source", fits):
        by_key.setdefault(item.key, (item, []))[1].extend(articles)
    rows: list[tuple[Cell, ...]] = []
    for item, articles in by_key.values():
        entry = item.publisher
        about = (entry.key, entry.kind, entry.country) if entry else ("", "", "")
        rows.append((item.name, *about, *_span(articles)))
    return Table(columns, _frequent(rows, 4), columns)


def _frequent(rows: Iterable[tuple[Cell, ...]], at: int) -> tuple[tuple[Cell, ...], ...]:
    """Rows with the largest number at the place `at` first, then by what else they say."""

    def order(row: tuple[Cell, ...]) -> tuple[int, str, str]:
        number = row[at]
        return (-number if isinstance(number, int) else 0, str(row[0]), str(row[1]))

    return tuple(sorted(rows, key=order))


def _terms(site: Survey, kind: terms.TermKind, fits: Fits) -> Iterable[tuple[str, terms.Term, list[Article]]]:
    for part in site.library.parts:
        for item in part.terms[kind]:
            articles = [article for article in item.articles if fits(article)]
            if articles:
                yield part.language.lang, item, articles


def _span(articles: Iterable[Article]) -> tuple[int, str, str]:
    days = sorted(item.date.date().isoformat() for item in articles)
    return len(days), days[0], days[-1]


# --- how much was published when

#: So many months are shown one by one; where there are more, years are counted.
_MONTHS: Final = 36


@dataclass(frozen=True)
class Stats:
    """How many articles are published and held, and how many of those published by time, section, source, language.

    `counts` are names and numbers by what they were counted by: time in its order, all else by number.
    """

    published: int
    held: int
    first: str
    last: str
    counts: Mapping[str, tuple[tuple[str, int], ...]]


def stats(site: Survey, choice: Choice) -> Stats:
    """Return the figures of the articles that `choice` names. Raises UnfitError as `listed` does."""
    fits = _chosen(site, choice)
    articles = [item for part in site.library.parts for item in part.articles if fits(item)]
    held = sum(fits(item.article) and library.is_article(item.article) for item in site.library.held)
    days = sorted(item.date.date() for item in articles)
    unit, names = _times([item.date for item in articles])
    known = site.library.known
    counts = {
        unit: names,
        "section": _most(_section(item) for item in articles),
        "source": _most(name for item in articles for name in {known.publisher(source)[1] for source in item.sources}),
        "language": _most(item.lang for item in articles),
    }
    first, last = (days[0].isoformat(), days[-1].isoformat()) if days else ("", "")
    return Stats(len(articles), held, first, last, counts)


def _section(item: Article) -> str:
    return item.section or "(none)"


def _most(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _times(moments: Iterable[datetime]) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Return "month" or "year", and how many articles are from each between the first one and the last one."""
    months = Counter((at.year, at.month) for at in moments)
    if not months:
        return "month", ()
    first, last = min(months), max(months)
    every = [divmod(number, 12) for number in range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])]
    if len(every) <= _MONTHS:
        return "month", tuple((f"{year:04d}-{month + 1:02d}", months[year, month + 1]) for year, month in every)
    years = Counter(dict.fromkeys(range(first[0], last[0] + 1), 0))
    for (year, _), number in months.items():
        years[year] += number
    return "year", tuple((f"{year:04d}", number) for year, number in sorted(years.items()))


def rows_of(found: Stats) -> Table:
    """Return the figures as rows of (by, name, articles)."""
    rows = tuple((by, name, number) for by, listed in found.counts.items() for name, number in listed)
    return Table(("by", "name", "articles"), rows, ("by", "name", "articles"))
