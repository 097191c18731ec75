"""The plan of the whole site: every file, decided before anything is rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from digestgen import i18n, library, licenses, parse, paths, urls, views
from digestgen.config import Config, NavItem
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.editions import Edition
from digestgen.links import Resolver
from digestgen.model import Article
from digestgen.pictures.album import Album
from digestgen.plan import (
    archive,
    articles,
    corrections,
    editions,
    held,
    hosting,
    lists,
    related,
    search,
    sitemaps,
    stories,
    syndication,
)
from digestgen.plan.desk import Desk
from digestgen.plan.outputs import Cleaned, Copied, Output, Rendered, Sized, collisions, first_claims, unfit
from digestgen.terms import FOLDERS, TermKind

#: What readers may follow, by language.
_Channels = Sequence[tuple[Desk, Sequence[syndication.Channel[Any]]]]

#: Files that the site's own content/static/ may replace.
_OWN_IF_GIVEN = ("robots.txt",)


@dataclass(frozen=True)
class Plan:
    """What will be written, and by language what stands on every page."""

    outputs: tuple[Output, ...]
    sites: Mapping[str, views.Site]
    unlinked: int
    """How many links lead to articles that are held back, and stay text."""
    pieces: Pieces = field(repr=False, compare=False)
    searched: tuple[search.Document, ...] = ()
    """What the search index is made from; nothing where the site cannot be searched."""
    moved: frozenset[str] = frozenset()
    """Former addresses (decoded) that the host itself leads on from, so that no page stands there."""


@dataclass(frozen=True)
class Piece:
    """What was planned of one file: between which others, by the desk of which number, and what came out."""

    item: Article
    desk: int
    made: articles.Made
    newer: str = ""
    older: str = ""
    place: stories.Place | None = None
    related: tuple[Article, ...] = ()


#: What was planned of an edition: the number of its desk, and what came out.
Issue = tuple[Edition, int, editions.Beside, articles.Made]


@dataclass(frozen=True)
class Pieces:
    """What the plan was made from: enough to plan one article again without the others."""

    desks: Sequence[Desk]
    resolver: Resolver
    pieces: Sequence[Piece]
    issues: Sequence[Issue]
    channels: _Channels
    pictures: bool
    """Whether a picture may be held back with an article of the future."""
    whole: bool
    """Whether each page and feed has an address of its own."""
    loose: frozenset[str]
    """Paths of articles whose cards were made with the plan, and stand on pages that are not made from `inputs`."""


@dataclass()
class _Draft:
    outputs: list[Output] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    unlinked: int = 0
    pieces: list[Piece] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def plan(
    shelf: library.Library,
    files: frozenset[str],
    theme_options: Mapping[str, object],
    unread: frozenset[str] = frozenset(),
    album: Album | None = None,
    interface: i18n.Interface | None = None,
) -> tuple[Plan, list[Diagnostic]]:
    """Return the plan of the site and what is wrong with its links and addresses.

    `files` are the paths below content/ of all files that are not articles, `unread` those of articles that are no
    text, which is told already, `album` the pictures among the files, and `interface` what pages say.
    """
    draft = _Draft()
    resolver = Resolver(shelf, files, {}, unread, album or Album())
    desks = [Desk(shelf, part, resolver, interface or i18n.Interface()) for part in shelf.parts]
    back = held.pictures(shelf, theme_options.values())
    draft.found.extend(held.told(back, files, shelf.config.content))
    static = _static(files - back.keys(), shelf.config.content, draft)
    resolver.known = known(static)  # cards show pictures from there
    for desk in desks:
        draft.outputs.extend(_lists(desk))
    channels = [(desk, list(_channels(desk))) for desk in desks]
    resolver.known = known(draft.outputs) | _to_come(channels) | _aliases(desks)
    for number, desk in enumerate(desks):
        _add_articles(desk, number, draft)
        _add_editions(desk, number, draft)
    _add_files(channels, static, draft)
    draft.outputs.extend(list(hosting.outputs(shelf, draft.outputs)))
    coming = [back.article for back in shelf.held if back.why in ("future", "embargo")]
    for item in shelf.wrong:
        draft.found.extend(articles.faults(item, desks[0]))
    sites = {desk.language.lang: _site(desk, theme_options, draft) for desk in desks}
    searched = tuple(item for desk in desks for item in search.documents(desk)) if shelf.config.search else ()
    if not shelf.config.vague:
        draft.found.extend(collisions([*draft.outputs, *_reserved(coming, shelf.config), *search.claims(shelf.config)]))
    outputs = first_claims(draft.outputs)
    whole = _made(outputs) == _made(draft.outputs)
    loose = frozenset(path for desk in desks for path in desk.cards)
    pieces = Pieces(desks, resolver, draft.pieces, draft.issues, channels, held.at_stake(shelf), whole, loose)
    for desk in desks:
        desk.forget()
    moved = hosting.replaced(shelf)
    outputs = tuple(item for item in outputs if not _stands(item, moved))
    return Plan(outputs, sites, draft.unlinked, pieces, searched, moved), draft.found


def _made(outputs: Iterable[Output]) -> int:
    """How many of `outputs` are more than copies."""
    return sum(not isinstance(output.content, Copied | Cleaned | Sized) for output in outputs)


def _stands(output: Output, moved: frozenset[str]) -> bool:
    """Tell whether an output is the page of a redirect at one of the addresses `moved`."""
    page = isinstance(output.content, Rendered) and output.content.template == "redirect.html"
    return page and f"/{_address(output.path)}" in moved


def _reserved(coming: Iterable[Article], config: Config) -> Iterable[Output]:
    """The pages of articles that are held back until a moment, for their claims alone: nobody sits by when it comes."""
    for item in coming:
        path = paths.output_path(urls.unquote(library.address(item, config))) if item.listing is None else None
        if path is not None:
            yield Output(path, b"", f"{config.content}/{item.path}", articles.mark(item, "slug"))


def known(outputs: Iterable[Output]) -> dict[str, frozenset[str]]:
    """Return the addresses (decoded) of `outputs` and on each the ids that links may name."""
    return {"/" + _address(output.path): _ids(output) for output in outputs}


def _to_come(channels: _Channels) -> dict[str, frozenset[str]]:
    """The addresses of files that need the articles to be planned first."""
    found = ["/robots.txt"]
    if channels[0][0].library.config.url:
        found += [sitemaps.SITEMAP, sitemaps.NEWS]
    for desk, listed in channels:
        found += [urls.unquote(url) for channel in listed for url in syndication.addresses(channel, desk)]
    issues = ((edition.url, editions.anchors(edition)) for desk, _ in channels for edition in desk.part.editions)
    return dict.fromkeys(found, frozenset[str]()) | {urls.unquote(url): ids for url, ids in issues}


def _aliases(desks: Sequence[Desk]) -> dict[str, frozenset[str]]:
    """The former addresses of articles and pages, where redirects will stand."""
    items = (item for desk in desks for item in (*desk.part.articles, *desk.part.pages))
    return {alias: frozenset() for item in items for alias in item.aliases}


def _address(path: str) -> str:
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path


def _ids(output: Output) -> frozenset[str]:
    return output.content.ids if isinstance(output.content, Rendered) else frozenset()


def _lists(desk: Desk) -> Iterable[Output]:
    yield lists.front(desk)
    for kind, terms in desk.part.terms.items():
        if _present(kind, desk.library):
            yield lists.index(kind, desk)
        for term in terms:
            yield from stories.listing(term, desk) if kind == "story" else lists.listing(term, desk)
    yield from archive.archive(desk)
    if desk.library.config.editions != "off":
        yield from editions.index(desk)
    yield from corrections.pages(desk, corrections.noted(desk.part, desk.library.config))
    if desk.library.config.search:
        yield search.page(desk)
    url = desk.prefix + "/404.html"
    head = desk.head(url, desk.words.text("Page not found"), versions=desk.fixed_versions("/"), stay_out=True)
    page = views.NotFoundPage(head)
    yield Output(urls.unquote(url).lstrip("/"), desk.rendered("404.html", page), "the page for what is not found")


def _present(kind: TermKind, shelf: library.Library) -> bool:
    """Tell whether a site has lists of a kind: stories and people are for those who name some."""
    registries = shelf.known.registries
    named = {"story": registries.stories, "person": registries.people}.get(kind, True)
    return bool(named) or any(part.terms[kind] for part in shelf.parts)


def _span_of(file: str) -> Callable[[], Span]:
    return lambda: Span(file)


def _static(files: frozenset[str], content: str, draft: _Draft) -> list[Output]:
    outputs = []
    for file in sorted(files):
        path = file.removeprefix(parse.STATIC + "/")
        if path != file:
            if unfit(path):
                draft.found.append(Diagnostic("bad-name", f"the file {file} has a name that not every system can hold"))
            else:
                outputs.append(Output(path, Copied(file), f"the file {file}", _span_of(f"{content}/{file}")))
    draft.outputs.extend(outputs)
    return outputs


def _channels(desk: Desk) -> Iterable[syndication.Channel[Any]]:
    """All that readers of a language may follow."""
    yield syndication.of_site(desk)
    yield from (syndication.of_term(term, desk) for terms in desk.part.terms.values() for term in terms)
    if desk.library.config.editions != "off":
        yield editions.channel(desk.part.editions, desk)
    yield syndication.of_corrections(corrections.noted(desk.part, desk.library.config), desk)


def _add_articles(desk: Desk, number: int, draft: _Draft) -> None:
    listed = desk.part.articles
    places = stories.places(desk)
    besides = related.related(desk)
    for place, item in enumerate(listed):
        newer = listed[place - 1] if place else None
        older = listed[place + 1] if place + 1 < len(listed) else None
        further = besides.get(item.path, ())
        made = articles.article(item, desk, newer, older, places.get(item.path), further)
        beside = newer.path if newer else "", older.path if older else "", places.get(item.path), further
        draft.pieces.append(Piece(item, number, _take(made, draft), *beside))
    for item in desk.part.pages:
        draft.pieces.append(Piece(item, number, _take(articles.plain_page(item, desk), draft)))


def _add_editions(desk: Desk, number: int, draft: _Draft) -> None:
    draft.found.extend(editions.faults(desk))
    for edition, beside, made in editions.issues(desk):
        draft.issues.append((edition, number, beside, _take(made, draft)))
        if edition.file:
            draft.pieces.append(Piece(edition.file, number, made))


def _take(made: articles.Made, draft: _Draft) -> articles.Made:
    bad = [output for output in made.outputs if unfit(output.path)]
    for output in bad:
        made.found.append(Diagnostic("bad-name", f"/{output.path} cannot be a file on every system", output.span))
    draft.outputs.extend(output for output in made.outputs if output not in bad)
    draft.found.extend(made.found)
    draft.unlinked += made.held
    return made


def _add_files(channels: _Channels, static: Sequence[Output], draft: _Draft) -> None:
    """Add what rests on all articles and pages."""
    for desk, listed in channels:
        draft.outputs.extend(output for channel in listed for output in syndication.outputs(channel, desk))
    desks = [desk for desk, _ in channels]
    if desks[0].library.config.url:
        draft.outputs.extend(list(sitemaps.sitemaps(draft.outputs, desks[0])))
        draft.outputs.append(sitemaps.news(desks[0].library.news, desks))
    given = {output.path for output in static}
    if not given.intersection(_OWN_IF_GIVEN):
        draft.outputs.append(sitemaps.robots(desks[0]))


def _site(desk: Desk, theme_options: Mapping[str, object], draft: _Draft) -> views.Site:
    config = desk.library.config
    prefix = desk.prefix
    policies = _policies(desk, draft)
    return views.Site(
        title=desk.language.title,
        tagline=desk.language.tagline,
        url=config.url,
        lang=desk.language.lang,
        direction=desk.words.direction,
        places=views.Places(
            home=f"{prefix}/",
            archive=f"{prefix}/archive/",
            tags=f"{prefix}/{FOLDERS['tag']}/",
            sections=f"{prefix}/{FOLDERS['section']}/",
            sources=f"{prefix}/{FOLDERS['source']}/",
            stories=f"{prefix}/{FOLDERS['story']}/" if desk.library.known.registries.stories else "",
            people=f"{prefix}/{FOLDERS['person']}/" if desk.people else "",
            feeds=desk.site_feeds,
            editions=editions.home(desk) if config.editions != "off" else "",
            corrections=f"{prefix}/{corrections.FOLDER}/",
            search=search.address(desk) if config.search else "",
        ),
        nav=_nav(desk, draft),
        publisher=views.Publisher(
            config.publisher.name or desk.language.title, config.publisher.url, config.publisher.email
        ),
        policies=policies,
        copyright=config.copyright,
        license=licenses.address(config.license),
        data=desk.publication(policies),
        icons=_icons(desk),
        options=theme_options,
        extra=config.extra,
    )


#: What stands for a site in browsers by the name of its file: (what it is to a link element, its media type).
_ICONS: Final = {
    "favicon.ico": ("icon", "image/vnd.microsoft.icon"),
    "favicon.png": ("icon", "image/png"),
    "favicon.svg": ("icon", "image/svg+xml"),
    "apple-touch-icon.png": ("apple-touch-icon", "image/png"),
}


def _icons(desk: Desk) -> tuple[views.Icon, ...]:
    """The pictures in content/static/ that stand for the site; browsers take the last of those that they can show."""
    static = desk.resolver.files
    return tuple(
        views.Icon(f"/{name}", kind, rel)
        for name, (rel, kind) in _ICONS.items()
        if f"{parse.STATIC}/{name}" in static and f"/{name}" in desk.resolver.known
    )


def _nav(desk: Desk, draft: _Draft) -> tuple[views.Link, ...]:
    config = desk.library.config
    if config.nav is None:
        words, prefix = desk.words, desk.prefix
        names = [("Sources", "sources"), ("Tags", "tags"), ("Archive", "archive")]
        if config.editions != "off":
            names.insert(0, ("Editions", "editions"))
        if config.search:
            names.append(("Search", search.FOLDER))
        return tuple(views.Link(words.text(name), f"{prefix}/{folder}/") for name, folder in names)
    found = []
    for index, item in enumerate(config.nav):
        if not item.lang or item.lang.lower() == desk.language.lang.lower():
            link = _nav_link(item, index, desk, draft)
            if link:
                found.append(link)
    if config.search and search.address(desk) not in [link.url for link in found]:
        found.append(views.Link(desk.words.text("Search"), search.address(desk)))
    return tuple(found)


def _nav_link(item: NavItem, index: int, desk: Desk, draft: _Draft) -> views.Link | None:
    place = _led(item.url, item.lang, _Setting("nav", f"nav.{index}.url"), desk, draft)
    return views.Link(item.title, place) if place else None


def _policies(desk: Desk, draft: _Draft) -> views.Policies:
    """What site.yaml names, under names of our own: what those pages are called is not for every page to know."""
    named, words = desk.library.config.policies, desk.words

    def link(key: str, url: str, name: str) -> views.Link | None:
        place = _led(url, "", _Setting(f"policies.{key}", f"policies.{key}"), desk, draft) if url else None
        return views.Link(name, place) if place else None

    return views.Policies(
        principles=link("principles", named.principles, words.text("Principles")),
        corrections=link("corrections", named.corrections, words.text("Corrections policy")),
        ownership=link("ownership", named.ownership, words.text("Ownership and funding")),
        contact=link("contact", named.contact, words.text("Contact")),
    )


@dataclass(frozen=True)
class _Setting:
    """A key of site.yaml that leads somewhere: what messages call it, and its mark."""

    name: str
    mark: str

    def span(self, desk: Desk) -> Span | None:
        return desk.library.config.marks.get(self.mark)


def _led(url: str, lang: str, setting: _Setting, desk: Desk, draft: _Draft) -> str | None:
    """Return where a setting leads from pages of a language; None where nothing is there, which is told."""
    link = urls.classify(url)
    if link.kind in ("external", "mail"):
        return link.url
    if link.kind in ("refused", "fragment"):
        label = "expected a path of this site, as /about/, or a web address"
        message = f"`{setting.name}` cannot lead to `{url[:80]}`"
        draft.found.append(Diagnostic("bad-url", message, setting.span(desk), label))
        return None
    path = link.path if link.path.startswith("/") else "/" + link.path
    place = _place_in(path if path.endswith("/") or "." in path.rsplit("/", 1)[-1] else path + "/", lang, desk)
    if place is not None:
        return place
    config = desk.library.config
    held = any(urls.unquote(library.address(held.article, config)) == path for held in desk.library.held)
    if not held and not desk.resolver.unsure(path):
        message = f"`{setting.name}` leads nowhere: the site has no page {path}"
        draft.found.append(Diagnostic("broken-link", message, setting.span(desk), desk.resolver.nearest_page(path)))
    return None


def _place_in(path: str, lang: str, desk: Desk) -> str | None:
    """Return the address of `path` for the pages of a language: its own version where it is for all (no `lang`)."""
    pages = desk.resolver.pages
    if not lang and desk.prefix:
        versions = desk.library.translations[pages[path].path] if path in pages else ()
        own = next((version for version in versions if version.lang == desk.language.lang), None)
        if own is not None:
            return desk.library.urls[own.path]
        if desk.prefix + path in desk.resolver.known:
            return urls.quote_path(desk.prefix + path)
    return urls.quote_path(path) if path in pages or path in desk.resolver.known else None
