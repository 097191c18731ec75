"""Editions: the dated issues of the digest, each with its articles in order.

An article belongs to the edition whose file lists it; else, where editions are daily or weekly, to that of the day
or week it is from. Neither the number nor the address of an edition rests on other editions, so no article that is
dated back moves any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain

from digestgen import parse, paths, terms, urls
from digestgen.config import Config, SiteLanguage
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.model import Article, Listed, Stamp
from digestgen.moments import week_of

#: Where the editions of a language live below its prefix.
FOLDER = "editions"


@dataclass(frozen=True)
class Group:
    """The articles of an edition below one section, in order; `name` is empty for those without one."""

    name: str
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class Edition:
    """An edition of one language. `name` is its day, its week or its file's name; `file` may tell more of it.

    `lead` is the first article that is neither a brief nor an advertisement, `groups` hold all others.
    """

    name: str
    url: str
    stamp: Stamp
    lead: Article | None
    groups: tuple[Group, ...]
    file: Article | None = None

    @property
    def number(self) -> int:
        """The number that its file gives it, or 0."""
        return self.file.listing.number if self.file and self.file.listing else 0

    @property
    def articles(self) -> tuple[Article, ...]:
        """All its articles, the lead first."""
        others = chain.from_iterable(group.articles for group in self.groups)
        return (*([self.lead] if self.lead else []), *others)


def of(
    articles: Sequence[Article], files: Sequence[Article], language: SiteLanguage, config: Config
) -> tuple[Edition, ...]:
    """Return the editions of a language, newest first, from its articles (newest first) and its editions' files.

    An edition without a published article is none.
    """
    claims = _claims(articles, files)
    claimed = {article.path for listed in claims.values() for _, article in listed}
    periods = _periods([item for item in articles if item.path not in claimed], config)
    by_name = {file.slug: file for file in reversed(files)}
    found = []
    for name in {**periods, **by_name}:
        file = by_name.get(name)
        listed = claims[file.path] if file else ()
        edition = _edition(name, listed, periods.get(name, ()), file, language, config)
        if edition is not None:
            found.append(edition)
    return tuple(sorted(found, key=lambda item: (_order(item, config), item.name), reverse=True))


def _claims(articles: Sequence[Article], files: Iterable[Article]) -> dict[str, tuple[tuple[Listed, Article], ...]]:
    """Return for the file of each edition what it lists and is published here; the first to name an article has it."""
    known = {item.path: item for item in articles}
    taken: set[str] = set()
    claims = {}
    for file in files:
        listed = []
        for item in listed_by(file):
            article = known.get(meant(file, item) or "")
            if article is not None and article.path not in taken:
                taken.add(article.path)
                listed.append((item, article))
        claims[file.path] = tuple(listed)
    return claims


def listed_by(file: Article) -> tuple[Listed, ...]:
    """Return what the file of an edition lists."""
    return file.listing.articles if file.listing else ()


def meant(file: Article, item: Listed) -> str | None:
    """Return the path below content/ that the file of an edition names, as links in it would; None without one."""
    link = urls.classify(item.file)
    if link.kind == "site":
        return link.path.lstrip("/")
    return paths.join_inside(file.path.rpartition("/")[0], link.path) if link.kind == "relative" else None


def period_of(article: Article, config: Config) -> str:
    """Return the name of the edition that an article belongs to by its date, where editions are weekly or daily."""
    on = article.date.date()
    return week_of(on) if config.editions == "weekly" else on.isoformat()


def address(name: str, language: SiteLanguage) -> str:
    """Return the address of the edition of a name."""
    return urls.quote_path(f"{language.prefix}/{FOLDER}/{name}/")


def edition(
    name: str, articles: Sequence[Article], file: Article | None, language: SiteLanguage, config: Config
) -> Edition | None:
    """Return the edition of that name of all its `articles`, newest first, and its file; None without an article."""
    listed = _claims(articles, [file])[file.path] if file else ()
    claimed = {article.path for _, article in listed}
    return _edition(name, listed, [item for item in articles if item.path not in claimed], file, language, config)


def _periods(articles: Iterable[Article], config: Config) -> Mapping[str, Sequence[Article]]:
    """Return day or week to its articles, newest first; nothing where editions are told by files alone."""
    found: dict[str, list[Article]] = defaultdict(list)
    if config.editions != "files":
        for article in articles:
            found[period_of(article, config)].append(article)
    return found


def _edition(
    name: str,
    listed: Sequence[tuple[Listed, Article]],
    others: Sequence[Article],
    file: Article | None,
    language: SiteLanguage,
    config: Config,
) -> Edition | None:
    if not listed and not others:
        return None
    # of articles that nobody put in order, the smallest weight comes first, as on the front page
    ordered = [(item.section or article.section, article) for item, article in listed]
    ordered += [(article.section, article) for article in sorted(others, key=lambda article: article.weight)]
    lead = next((article for _, article in ordered if not article.brief and article.genre != "advertisement"), None)
    url = address(name, language)
    stamp = file.stamp if file and file.stamp else _begin(name, config)
    return Edition(name, url, stamp, lead, _groups(item for item in ordered if item[1] is not lead), file)


def _begin(name: str, config: Config) -> Stamp:
    begin = parse.period_begin(name, config.editions)
    assert isinstance(begin, date), name  # only what is called by its period has no file
    return parse.beginning(begin, config)


def _groups(listed: Iterable[tuple[str, Article]]) -> tuple[Group, ...]:
    """Return articles by section, in the order in which the sections appear; those without one come last."""
    names: dict[str, str] = {}
    found: dict[str, list[Article]] = {}
    for section, article in listed:
        key = terms.same(section)
        names.setdefault(key, section)
        found.setdefault(key, []).append(article)
    keys = sorted(found, key=lambda key: not key)
    return tuple(Group(names[key], tuple(found[key])) for key in keys)


def _order(edition: Edition, config: Config) -> datetime:
    """When an edition comes: a day or a week at its beginning, whatever date its file gives."""
    return (edition.stamp if config.editions == "files" else _begin(edition.name, config)).at


def unasked(articles: Iterable[Article], config: Config) -> Iterable[Diagnostic]:
    """Yield a note on the first file that looks as if it told of an edition, on a site that has none."""
    for item in sorted(articles, key=lambda item: item.path) if config.editions == "off" else ():
        name = parse.edition_name(parse.read_name(item.path, config))
        if item.path.startswith(f"{parse.EDITIONS}/") and isinstance(parse.period_begin(name, "files"), date):
            yield Diagnostic(
                "editions-off",
                f"{config.content}/{item.path} is read as an article, as site.yaml has no `editions`",
                Span(f"{config.content}/{item.path}"),
                help="write `editions: weekly`, `daily` or `files` in site.yaml, or move the file",
                severity="note",
            )
            return
