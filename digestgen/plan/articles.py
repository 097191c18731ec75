"""The pages of articles and of content/pages/, with the files that come along.

The page of an article is made only where its key says that it changed. So a function that makes a page gets
nothing but what stands in the key beside it; `Desk.shared` covers what the desk itself knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field

from digestgen import credits, links, urls, views
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.linked import Node
from digestgen.links import Target
from digestgen.markup import convert
from digestgen.model import Article
from digestgen.pictures.album import Album, Size
from digestgen.pictures.headers import TYPES
from digestgen.plan import corrections, held, metadata, socials, stories
from digestgen.plan.desk import Desk, Shown
from digestgen.plan.outputs import Cleaned, Copied, Output, Rendered, Sized, file_of

#: Words that a reader reads in a minute.
_PACE = 220


@dataclass()
class Made:
    """The outputs of one article, what is wrong in its body, and how many links to held articles it has."""

    outputs: list[Output] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    held: int = 0


@dataclass(frozen=True)
class _Beside:
    """What a page shows of others than its own article."""

    versions: tuple[tuple[str, str], ...]
    """(language, address) of all versions of the article, itself included."""
    newer: Shown | None = None
    older: Shown | None = None
    place: stories.Place | None = None
    """Where it stands in its story."""
    edition: views.EditionLink | None = None
    translation: views.Provenance | None = None
    related: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class _Page:
    """Makes the page of an article; there are as many of these as articles."""

    item: Article
    desk: Desk
    tags: tuple[views.Link, ...]
    beside: _Beside
    original: Node | None

    def __call__(self) -> views.ArticlePage:
        page = _article_page(self.item, self.desk, self.tags, self.beside)
        return metadata.described(page, self.item, self.desk, self.original)


#: Kinds of work that are named above the headline; messages of the catalogues. Plain reportage needs no name.
_GENRES = {
    "analysis": "Analysis",
    "background": "Background",
    "opinion": "Opinion",
    "advertisement": "Advertisement",
}


def article(
    item: Article,
    desk: Desk,
    newer: Article | None,
    older: Article | None,
    place: stories.Place | None = None,
    related: Iterable[Article] = (),
) -> Made:
    """Return the page of an article between its neighbours in its language and in its story, and what comes along.

    `related` are articles to read besides, but for those that stand on the page already.
    """
    targets = links.inward(item, desk.resolver)
    (shown,) = desk.shown([item])
    tags = desk.tags(item)
    faults: list[Diagnostic] = []
    neighbours = [desk.shown([other])[0] if other else None for other in (newer, older)]
    provenance = _provenance(item, desk, faults) if item.translation else None
    further = desk.shown(other for other in related if not (place and place.names(other)))
    beside = _Beside(
        _versions(item, desk), neighbours[0], neighbours[1], place, desk.edition_of(item), provenance, further
    )
    registered = tuple(desk.library.known.publisher(source)[2] for source in item.sources)
    text = text_key(item, desk, targets)
    original = metadata.original(item, desk)
    said = desk.key(item.fingerprint, shown, tags, text, registered)
    desk.entry_keys[item.path] = said
    key = desk.key(said, beside, original, desk.everyone(item))

    made = with_page(item, desk, targets, "article.html", key, _Page(item, desk, tags, beside, original))
    made.found.extend(faults)
    made.outputs.extend(socials.outputs(item, desk))
    return made


def _provenance(item: Article, desk: Desk, found: list[Diagnostic]) -> views.Provenance:
    assert item.translation is not None
    target, lang = links.original(item, desk.resolver)
    if target.state in ("broken", "refused"):
        mark = item.marks.get("translation.of")
        found.append(Diagnostic("broken-link", f"`translation` leads nowhere: {target.why}", mark, target.hint()))
    if lang.lower() == item.lang.lower():
        found.append(_same_language(item))
    url = target.url or ""
    inside = url.startswith("/")
    return views.Provenance(
        language=desk.words.named(lang) if lang else "",
        lang=lang,
        url=url if inside else "",
        link="" if inside else url,
        people=desk.named(item.translation.by),
        tool=item.translation.tool,
    )


def _same_language(item: Article) -> Diagnostic:
    given = item.marks.get("translation.from")
    return Diagnostic(
        "same-language",
        f"a translation into `{item.lang}` cannot come from `{item.lang}`",
        given or item.marks.get("translation"),
        "expected the language of the original" if given else "the article in `of` is in that language",
        "" if given else "name the original in `of`, or mend `lang`",
    )


def _article_page(item: Article, desk: Desk, tags: tuple[views.Link, ...], beside: _Beside) -> views.ArticlePage:
    card = desk.card(item)
    own = desk.interface.language(item.lang)
    manuscript = item.fetch()
    return views.ArticlePage(
        head=desk.head(
            card.url,
            item.title,
            card.summary,
            versions=dict(beside.versions),
            policy=desk.policy(item),
            canonical=item.canonical,
            silent=True,
        ),
        card=card,
        standfirst=item.summary,
        html=html(item, desk),
        contents=_contents(item),
        byline=desk.byline_links(item),
        updated=desk.when(item.updated),
        sources=tuple(desk.source(source, item) for source in item.sources),
        credits=credits.line(item.credits, own, desk.people),
        credit_line=desk.credit_line(item),
        tags=tags,
        translations=tuple(_translation(*version, desk) for version in beside.versions if version[1] != card.url),
        newer=desk.card(beside.newer.article) if beside.newer else None,
        older=desk.card(beside.older.article) if beside.older else None,
        thread=stories.thread(beside.place, desk) if beside.place else None,
        minutes=max(1, round(manuscript.body.words / _PACE)),
        edition=beside.edition,
        genre=_genre(item, desk),
        translation=beside.translation,
        corrections=corrections.shown(item, desk.words),
        related=tuple(desk.card(other.article) for other in beside.related),
        extra=manuscript.extra,
    )


def _genre(item: Article, desk: Desk) -> str:
    return desk.words.text(_GENRES[item.genre]) if item.genre in _GENRES else ""


def plain_page(item: Article, desk: Desk) -> Made:
    """Return the page of a file in content/pages/, and what comes along."""
    targets = links.inward(item, desk.resolver)
    url = desk.library.urls[item.path]
    beside = _Beside(_versions(item, desk))
    key = desk.key(item.fingerprint, url, beside, text_key(item, desk, targets))
    return with_page(item, desk, targets, "page.html", key, lambda: _plain_page(item, desk, url, beside))


def _plain_page(item: Article, desk: Desk, url: str, beside: _Beside) -> views.PlainPage:
    return views.PlainPage(
        head=desk.head(
            url,
            item.title,
            item.summary or item.lede,
            versions=dict(beside.versions),
            policy=desk.policy(item),
            canonical=item.canonical,
        ),
        title=item.title,
        standfirst=item.summary,
        html=html(item, desk),
        contents=_contents(item),
        updated=desk.when(item.updated),
        lang=item.lang,
        direction=desk.interface.language(item.lang).direction,
        genre=_genre(item, desk),
        corrections=corrections.shown(item, desk.words),
        extra=item.fetch().extra,
    )


def text_key(item: Article, desk: Desk, targets: Iterable[Target]) -> tuple[object, ...]:
    """Return what else than the file itself the text rests on: where links lead, how pictures are shown, and words."""
    shots = links.pictured(item, desk.resolver)
    slot = desk.resolver.album.slot if shots else ""
    return (tuple([target.url for target in targets]), shots, slot, desk.said_in(item))


def html(item: Article, desk: Desk) -> str:
    """Return the body with links as its own page has to write them."""
    here = desk.library.urls[item.path]
    found = links.addresses(item, desk.resolver)
    local = [urls.relative(here, url) if url and url.startswith("/") else url for url in found]
    first = None if item.image else convert.first_picture(item.body)
    return convert.assemble(item.body, local, _pictures(item, desk, here, first))


def _pictures(item: Article, desk: Desk, here: str, first: int | None) -> dict[int, convert.Picture]:
    """Return how the pictures of the text are shown on the page at `here`, of which the `first` is seen at once."""
    shots, slot = links.shots(item, desk.resolver), desk.resolver.album.slot
    shown = {
        number: convert.Picture(
            shot.width, shot.height, tuple([_srcset(sizes, here) for sizes in shot.sizes]), slot, number == first
        )
        for number, shot in shots.items()
    }
    return shown if first is None or first in shown else shown | {first: convert.Picture(eager=True)}


def measured(item: Article, desk: Desk) -> dict[int, convert.Picture]:
    """Return the pixels of the text's pictures, for those who show it elsewhere than on its page."""
    return {
        number: convert.Picture(shot.width, shot.height) for number, shot in links.shots(item, desk.resolver).items()
    }


def _srcset(sizes: Iterable[Size], here: str) -> tuple[str, str]:
    listed = [(size, urls.relative(here, size.url)) for size in sizes]
    return TYPES[listed[0][0].kind], ", ".join(f"{address} {size.width}w" for size, address in listed)


def with_page(
    item: Article, desk: Desk, targets: list[Target], template: str, key: str, make: Callable[[], views.Page]
) -> Made:
    """Return the page of a file, with what is wrong in its body and what comes along.

    `key` stands for all that `make` makes the page from, `targets` is where the body's references lead.
    """
    url = desk.library.urls[item.path]
    claim = f"{desk.library.config.content}/{item.path}"
    listed = item.canonical in ("", desk.absolute(url))
    versions = {other.lang: desk.library.urls[other.path] for other in desk.library.translations[item.path]}
    changed = desk.newest([item]) if item.stamp else item.updated.rfc3339 if item.updated else ""
    content = Rendered(
        template, desk.language.lang, url, key, listed, make, changed=changed, versions=desk.alternates(versions)
    )
    made = Made([Output(file_of(url), content, claim, mark(item, "slug"))])
    made.held = sum(target.state == "held" for target in targets)
    if made.held:
        made.found.extend(held.given_away(item, desk.resolver))
    good = desk.resolver.album.good
    if any(target.state in ("broken", "refused") or not good(target.source) for target in targets):
        made.found.extend(links.faults(item, desk.resolver))
    made.outputs.extend(
        _redirect(alias, url, item, desk, mark(item, f"aliases.{index}")) for index, alias in enumerate(item.aliases)
    )
    made.outputs.extend(_along(_with_image(item, targets, desk, made.found), item, desk, made.found))
    return made


def faults(item: Article, desk: Desk) -> list[Diagnostic]:
    """Return what is wrong in the body and with the picture of an article that gets no page, being wrong."""
    found = links.faults(item, desk.resolver)
    _with_image(item, (), desk, found)
    return found


def mark(item: Article, key: str) -> Callable[[], Span | None]:
    """Finds where a key stands in the article's file, or else its title; the manuscript is read only then."""
    return _Mark(item, key)


@dataclass(frozen=True)
class _Mark:
    """Finds where a key stands in an article's file; there are as many of these as articles."""

    item: Article
    key: str

    def __call__(self) -> Span | None:
        return self.item.marks.get(self.key, self.item.marks["title"])


def _redirect(alias: str, url: str, item: Article, desk: Desk, place: Callable[[], Span | None]) -> Output:
    here = urls.quote_path(alias)
    head = desk.head(here, item.title, canonical=desk.absolute(url), stay_out=True)
    page = views.RedirectPage(head, url, item.title)
    claim = f"an alias of {desk.library.config.content}/{item.path}"
    return Output(file_of(here), desk.rendered("redirect.html", page), claim, place)


def _with_image(item: Article, targets: Sequence[Target], desk: Desk, found: list[Diagnostic]) -> Iterable[Target]:
    if item.image is None:
        return targets
    target = desk.resolver.resolve(item, item.image.src)
    if target.state == "good" and not target.file and urls.classify(item.image.src).path.endswith(".md"):
        target = Target(None, state="broken", why="it is an article, and no picture")
    found.extend(_image_faults(item, target, desk))
    return [*targets, target]


def _image_faults(item: Article, target: Target, desk: Desk) -> Iterable[Diagnostic]:
    assert item.image is not None
    fault = links.no_picture(target, _image_mark(item), desk.resolver)
    if fault is not None:
        yield fault
    if target.state in ("broken", "refused"):
        yield Diagnostic("broken-link", f"`image` leads nowhere: {target.why}", _image_mark(item), target.hint())
    if item.image.alt is None:
        yield Diagnostic(
            "missing-alt",
            "the picture has no alternative text",
            _image_mark(item),
            "add `alt:` with what it shows" if "image.src" in item.marks else "expected a mapping of `src` and `alt`",
            severity="warning",
        )


def _image_mark(item: Article) -> Span | None:
    return item.marks.get("image.src", item.marks.get("image"))


def _along(targets: Iterable[Target], item: Article, desk: Desk, found: list[Diagnostic]) -> Iterable[Output]:
    """Yield the files beside the page. A picture that is shown there, and not only linked to, is cleaned."""
    files: dict[str, str] = {}
    for target in targets:
        if not target.file or target.url is None:
            continue
        other = files.setdefault(target.url.partition("#")[0], target.file)
        if other != target.file:
            found.append(_same_name(other, target.file, item))
    album = desk.resolver.album
    shown = dict.fromkeys(target.source for target in _shown(item, desk))
    linked = _linked(item, desk) if files else frozenset[str]()
    for url, file in files.items():
        known = album.pictures.get(file) if file in shown else None
        content = Cleaned(file, known) if known else Copied(file)
        if known is None or file in linked or album.published(file):
            yield Output(file_of(url), content, f"{desk.library.config.content}/{file}", mark(item, "title"))
    for file in shown:
        yield from _sizes(file, album)


def _linked(item: Article, desk: Desk) -> frozenset[str]:
    """The files that an article links to, whether it shows them, too, or not."""
    left = Counter(item.inward) - Counter(item.pictured)
    return frozenset(desk.resolver.resolve(item, target).source for target in left)


def _sizes(file: str, album: Album) -> Iterator[Output]:
    """Yield the sizes that are made of a picture: the same ones on whichever page it is shown."""
    known, recipe = album.pictures.get(file), album.recipe
    for sizes in album.sizes(file) if known and recipe else ():
        for size in sizes:
            assert known is not None
            assert recipe is not None
            yield Output(file_of(size.url), Sized(file, known, size, recipe), "a size of a picture")


def _shown(item: Article, desk: Desk) -> Iterator[Target]:
    """Yield where the pictures lead that a page shows."""
    for target in (*item.pictured, *((item.image.src,) if item.image else ())):
        yield desk.resolver.resolve(item, target)


def _same_name(one: str, other: str, item: Article) -> Diagnostic:
    return Diagnostic(
        "url-collision",
        f"{one} and {other} would come to lie beside the page under one name",
        item.marks["title"],
        help="rename one of them, or put them below the article's own folder",
    )


def _contents(item: Article) -> tuple[views.Heading, ...]:
    return tuple(views.Heading(heading.level, heading.id, heading.text) for heading in item.body.headings)


def _versions(item: Article, desk: Desk) -> tuple[tuple[str, str], ...]:
    return tuple([(other.lang, desk.library.urls[other.path]) for other in desk.library.translations[item.path]])


def _translation(lang: str, url: str, desk: Desk) -> views.Translation:
    own = desk.interface.language(lang)
    return views.Translation(lang, own.direction, own.name, url)
