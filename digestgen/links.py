"""Where the links of an article lead, now that the whole site is known.

Authors link to *files*: `[…](../kim-putin.de.md#treffen)`. Here such a link becomes an address of the site, and a
file, page or heading that is not there becomes a message with file, line and column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Final, Literal

from digestgen import editions, parse, paths, urls
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.guesses import Guesses
from digestgen.library import Library, address
from digestgen.markup.convert import Body
from digestgen.model import Article
from digestgen.pictures.album import MOST_PIXELS, Album, Shot
from digestgen.terms import FOLDERS


@dataclass(frozen=True)
class Target:
    """Where one reference leads. `url` is None where its text stays without a link.

    `file` is the path below content/ of a file that has to come along to `url`, `source` that of any file it leads
    to, in content/static/ too. `hint` finds what the author may have meant, which takes a search, and so is asked only
    for what is told.
    """

    url: str | None
    file: str = ""
    state: Literal["good", "held", "broken", "refused"] = "good"
    why: str = ""
    source: str = ""
    hint: Callable[[], str] = field(default=str, repr=False, compare=False)


#: Among so many places of one name the nearest is looked for.
_MOST_NAMESAKES: Final = 100

#: Of so many bodies the names are at hand.
_AT_HAND: Final = 16

#: The folders of lists, which articles fill.
_LISTS: Final = (*FOLDERS.values(), editions.FOLDER, "archive")

#: What a link is to be where nothing better can be said.
_A_FILE: Final = "expected a file, named as seen from this article"


@dataclass()
class Resolver:
    """Resolves references of articles against a library, the files of content/ and the other pages of the site.

    `known` maps every other address of the site (decoded) to the ids on it that may be linked to. `unread` are
    articles and folders that cannot be read: a link to one, or into one, is told by what is wrong with it. `album` are
    the pictures among the files.
    """

    library: Library
    files: Collection[str]
    known: Mapping[str, frozenset[str]]
    unread: frozenset[str] = frozenset()
    album: Album = field(default_factory=Album)
    held: Mapping[str, Article] = field(init=False)
    wrong: Mapping[str, Article] = field(init=False)
    pages: Mapping[str, Article] = field(init=False)
    held_pages: Mapping[str, Article] = field(init=False)
    asked: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Which places on which articles others link to, by path and fragment, and whether each is there."""
    askers: dict[str, dict[str, None]] = field(default_factory=dict)
    """What articles lead to, by `asked_of`, to the paths of those articles."""
    guesses: Guesses = field(default_factory=Guesses)
    _ids: dict[str, tuple[Body, frozenset[str]]] = field(default_factory=dict)
    """The names in the bodies that were asked for last: one may have thousands, and as many links to them."""
    _similar: dict[str, str] = field(default_factory=dict)
    _names: dict[tuple[int, int], dict[str, dict[str, list[str]]]] = field(default_factory=dict)
    """All places of a kind by their endings and bare names, for guesses."""

    def __post_init__(self) -> None:
        self.held = {item.article.path: item.article for item in self.library.held}
        self.wrong = {item.path: item for item in self.library.wrong}
        settings = self.library.config
        self.held_pages = {place: item for item in self.held.values() for place in _places(item, settings)}
        self.pages = {urls.unquote(url): self.library.articles[path] for path, url in self.library.urls.items()}

    def resolve(self, article: Article, target: str) -> Target:
        """Return where `target`, written in `article`, leads."""
        link = urls.classify(target)
        if link.kind in ("external", "mail"):
            return Target(link.url)
        if link.kind == "fragment":
            return self._place(article, link.fragment, "")
        if link.kind == "site":
            self.askers.setdefault(asked_of(link.path), {})[article.path] = None
            return self._site(link.path, link.fragment)
        if link.kind == "relative":
            return self._relative(article, link.path, link.fragment)
        return Target(None, state="refused", why=f"`{target[:80]}` is of a kind of address that is not allowed")

    def article(self, article: Article, target: str) -> Article | None:
        """Return the article or page, held ones included, that `target`, written in `article`, names."""
        link = urls.classify(target)
        path = paths.join_inside(article.path.rpartition("/")[0], link.path) if link.kind == "relative" else ""
        if link.kind == "site":
            pages = (self.pages, self.held_pages)
            found = (known.get(place) for place in (link.path, link.path + "/") for known in pages)
            path = next((item.path for item in found if item), link.path.lstrip("/"))
        return self.library.articles.get(path or "") or self.held.get(path or "")

    def _place(self, article: Article, fragment: str, url: str) -> Target:
        if not fragment:
            return Target(url or "#")
        if self.stands(article, fragment):
            return Target(f"{url}#{urls.quote_path(fragment)}")
        why = f"there is no heading #{fragment} in {self._named(article.path)}"
        return Target(url or None, state="broken", why=why, hint=lambda: self._heading(article, fragment))

    def stands(self, article: Article, fragment: str) -> bool:
        """Tell whether the page of `article` has a place called `fragment`."""
        body = article.body
        known = self._ids.get(article.path)
        if known is None or known[0] is not body:
            if len(self._ids) >= _AT_HAND:
                self._ids.clear()
            known = self._ids[article.path] = body, frozenset(body.ids)
        return fragment in known[1] or fragment in self._places(article)

    def _places(self, article: Article) -> frozenset[str]:
        """The places on an article's page that are not its body's own: an edition has some."""
        address = urls.unquote(self.library.urls.get(article.path, ""))
        return self.known.get(address, frozenset())

    def _relative(self, article: Article, path: str, fragment: str) -> Target:
        folder = article.path.rpartition("/")[0]
        joined = paths.join_inside(folder, path)
        if joined is None:
            return Target(None, state="broken", why=f"`{path}` leads out of the content folder", hint=lambda: _A_FILE)
        self.askers.setdefault(asked_of(joined), {})[article.path] = None
        return self._file(article, joined, fragment)

    def _file(self, article: Article, path: str, fragment: str) -> Target:
        if path in self.library.articles:
            return self._page(self.library.articles[path], fragment)
        if path in self.held:
            return Target(None, state="held")
        if path in self.wrong:
            return replace(self._place(self.wrong[path], fragment, ""), url=None)
        if self.is_unread(path):
            return Target(None)
        if path.startswith(parse.STATIC + "/") and path in self.files:
            url = urls.quote_path("/" + path.removeprefix(parse.STATIC + "/"))
            return Target(url + _mark(fragment), source=path)
        if path in self.files:
            return self._along(article, path, fragment)
        why = f"there is no file {self._named(path)}"
        return Target(None, state="broken", why=why, hint=lambda: self.nearest(article, path))

    def _along(self, article: Article, path: str, fragment: str) -> Target:
        url = file_address(self.library.urls.get(article.path, "/"), article.path, path)
        if paths.output_path(urls.unquote(url)) is None:
            return Target(None, state="broken", why=f"{self._named(path)} has a name that not every system can hold")
        return Target(url + _mark(fragment), path, source=path)

    def is_unread(self, path: str) -> bool:
        """Tell whether what is at `path` (below content/), or a folder above it, is there and could not be read."""
        if not self.unread:
            return False
        while path and path not in self.unread:
            path = path.rpartition("/")[0]
        return path in self.unread

    def unsure(self, path: str) -> bool:
        """Tell whether the site may have a page at `path` once what is wrong, and told, is mended."""
        if self.unread or self.library.config.vague:
            return True
        parts = {part.removesuffix(".html") for part in path.split("/")}
        return bool(self.wrong) and not parts.isdisjoint({*_LISTS, *(item.slug for item in self.wrong.values())})

    def nearest(self, article: Article, path: str) -> str:
        """Return what the author may have meant, as a link from `article` has to be written."""
        near = self._like(path, (self.library.articles, self.held, self.files))
        return f"did you mean {urls.relative('/' + article.path, '/' + near)}?" if near else _A_FILE

    def nearest_page(self, path: str) -> str:
        """Return "did you mean …?" with the address of the site that is most like `path`, or nothing."""
        near = self._like(path, (self.pages, self.known))
        return f"did you mean {near}?" if near else ""

    def _like(self, path: str, known: Sequence[Collection[str]]) -> str:
        """Return the one of `known` that is most like `path`, or nothing: one of the same name, else by its letters.

        A site whose links are wrong by the hundred was moved, not mistyped: then nobody waits for guesses.
        """
        if path not in self._similar:
            name, ending = _bare(path)
            index = self._names.setdefault((len(known), sum(map(len, known))), {})
            if not index:
                for other in sorted(place for places in known for place in places):
                    bare, end = _bare(other)
                    index.setdefault(end, {}).setdefault(bare, []).append(other)
            names = index.get(ending, {})
            self._similar[path] = self._nearest(path, names.get(name) or self._alike(path, name, names))
        return self._similar[path]

    def _alike(self, path: str, name: str, names: Mapping[str, list[str]]) -> Sequence[str]:
        """Return all that has a name like that of `path`; names in the same folder are tried first."""
        if not self.guesses.left:
            return ()
        folder = _parted(path)[0]
        beside = [other for other, places in names.items() if any(_parted(place)[0] == folder for place in places)]
        near = self.guesses.nearest(name, [*beside, *names], 10, 0.66)
        # of three or four letters one may be another, but none may be missing, too: those are other words
        alike = [other for other in near if len(other) == len(name) or self.guesses.likeness(name, other) >= 0.7]
        return [place for other in dict.fromkeys(alike) for place in names[other]]

    def _nearest(self, path: str, like: Sequence[str]) -> str:
        """Return the one that is most like `path` as a whole among some of about its name; "" for none."""
        name = _parted(path)[1]
        return max(
            like[:_MOST_NAMESAKES],
            key=lambda other: (_parted(other)[1] == name, self.guesses.likeness(path, other)),
            default="",
        )

    def _heading(self, article: Article, fragment: str) -> str:
        """Return which heading of `article` may be meant, or which there are."""
        near = self.guesses.nearest(fragment, article.body.ids, 1, 0.6)
        return f"did you mean #{near[0]}?" if near else _headings(article)

    def _named(self, path: str) -> str:
        """Return the name of a file below content/ as all messages have it: from the site's folder."""
        return f"{self.library.config.content}/{path}"

    def _page(self, article: Article, fragment: str) -> Target:
        target = self._place(article, fragment, self.library.urls[article.path])
        if fragment:
            self.asked[article.path, fragment] = target.state == "good"
        return target

    def _site(self, path: str, fragment: str) -> Target:
        article = self.pages.get(path) or self.pages.get(path + "/")
        if article is not None:
            return self._page(article, fragment)
        if path.lstrip("/") in self.library.articles:
            return self._page(self.library.articles[path.lstrip("/")], fragment)
        if path in self.held_pages or path + "/" in self.held_pages:
            return Target(None, state="held")
        place = path if path in self.known else path + "/"
        if place not in self.known and self.unsure(place):
            return Target(None)
        if place not in self.known:
            return Target(
                None,
                state="broken",
                why=f"the site has no page {path}",
                hint=lambda: self.nearest_page(place) or _A_FILE,
            )
        if fragment and fragment not in self.known[place]:
            return Target(None, state="broken", why=f"there is no place #{fragment} on {place}")
        static = parse.STATIC + place
        return Target(urls.quote_path(place) + _mark(fragment), source=static if static in self.files else "")


def _parted(path: str) -> tuple[str, str]:
    """Return the folder and the name of a place."""
    folder, _, name = path.rstrip("/").rpartition("/")
    return folder, name


def _bare(path: str) -> tuple[str, str]:
    """Return the name of a place without its date, which many names share, and its ending: none for pages."""
    name, _, ending = re.sub(r"^\d{4}-\d\d?-\d\d?-|\.html$", "", _parted(path)[1]).partition(".")
    return name, ending


def asked_of(place: str) -> str:
    """Return what stands for a place that links may lead to: an address of the site, or a path below content/."""
    return place.strip("/")


def _places(article: Article, config: Config) -> Iterable[str]:
    """The addresses, decoded, that `article` has or will have."""
    return (urls.unquote(address(article, config)), *article.aliases)


def _mark(fragment: str) -> str:
    """The end of an address: files that are no pages have places, too, as report.pdf#page=2."""
    return f"#{urls.quote_path(fragment)}" if fragment else ""


def _headings(article: Article) -> str:
    known = [f"#{heading.id}" for heading in article.body.headings[:6]]
    more = ", …" if len(known) > 5 else ""
    return f"its headings: {', '.join(known[:5])}{more}" if known else "it has no headings"


def file_address(url: str, article: str, file: str) -> str:
    """Return where the file `file` beside `article` (both below content/) comes to lie, with `url` the article's.

    It keeps its place below the article's folder; a file from elsewhere lies directly beside the page.
    """
    folder = article.rpartition("/")[0]
    inside = file.removeprefix(folder + "/") if folder and file.startswith(folder + "/") else file if not folder else ""
    base = url if url.endswith("/") else url.rpartition(".")[0] + "/"
    return base + urls.quote_path(inside or file.rsplit("/", 1)[-1])


def original(article: Article, resolver: Resolver) -> tuple[Target, str]:
    """Return where the work is of which `article` is a translation, as it says, and the language of that work."""
    told = article.translation
    if told is None or not told.of:
        return Target(None), told.lang if told else ""
    other = resolver.article(article, told.of)
    target = resolver.resolve(article, told.of)
    if target.state == "good" and target.url is not None and other is None and target.url.startswith(("/", "#")):
        target = Target(None, state="broken", why=f"`{told.of[:80]}` is no article")
    if other is not None and other.path == article.path:
        target = Target(None, state="broken", why="it is this article itself")
    return target, told.lang or (other.lang if other else "")


def inward(article: Article, resolver: Resolver) -> list[Target]:
    """Return where the references of `article` that stay on the site lead, in order."""
    return [resolver.resolve(article, target) for target in article.inward]


def addresses(article: Article, resolver: Resolver) -> list[str | None]:
    """Return the address of each reference in the body of `article`; None where its text stays without a link.

    A picture's is that of the file that is to be shown, which may be a size of it.
    """
    found = [resolver.resolve(article, ref.target) for ref in article.body.refs]
    kinds = [ref.kind for ref in article.body.refs]
    return [
        shot(target, resolver).url if kind == "image" and target.url else target.url
        for kind, target in zip(kinds, found, strict=True)
    ]


def shots(article: Article, resolver: Resolver) -> dict[int, Shot]:
    """Return how each picture in the body of `article` that the site has itself is shown, by its number."""
    found = {}
    for number, ref in enumerate(article.body.refs):
        target = resolver.resolve(article, ref.target) if ref.kind == "image" else Target(None)
        if target.url and target.source:
            found[number] = shot(target, resolver)
    return found


def shot(target: Target, resolver: Resolver) -> Shot:
    """Return how the picture at a good target is shown."""
    assert target.url is not None
    return resolver.album.shot(target.source, target.url)


def pictured(article: Article, resolver: Resolver) -> tuple[Shot, ...]:
    """Return how the pictures of the body are shown, without asking for the body."""
    found = (resolver.resolve(article, target) for target in article.pictured)
    return tuple([shot(target, resolver) for target in found if target.url and target.source])


def faults(article: Article, resolver: Resolver) -> list[Diagnostic]:
    """Return a message for each reference in the body of `article` that leads nowhere."""
    found = []
    for ref, span in zip(article.body.refs, places(article, resolver), strict=True):
        target = resolver.resolve(article, ref.target)
        if target.state in ("broken", "refused"):
            found.append(_fault(target, ref.kind, span))
        elif ref.kind == "image" and (fault := no_picture(target, span, resolver)):
            found.append(fault)
    return found


def no_picture(target: Target, span: Span | None, resolver: Resolver) -> Diagnostic | None:
    """Return what is wrong with the file that is shown as a picture, as far as it tells; None for nothing."""
    path, album = target.source, resolver.album
    if album.good(path):
        return None
    name = f"{resolver.library.config.content}/{path}"
    if album.pictures[path] is None:
        message = f"{name} is damaged, or no picture of the kind that its name promises"
        return Diagnostic("bad-picture", message, span, "its size is not known", _SAVE, "warning")
    if album.huge(path):
        message = f"{name} has more than {MOST_PIXELS // 1_000_000} million pixels"
        return Diagnostic("picture-refused", message, span, "no sizes are made of it", "make it smaller")
    message = f"{name} is cut short, or of a form that is not understood"
    return Diagnostic("bad-picture", message, span, "what it tells of places and devices stays", _SAVE, "warning")


#: What makes a picture whole.
_SAVE: Final = "open it in a program for pictures, and save it again"


def places(article: Article, resolver: Resolver) -> list[Span]:
    """Return where in its file each reference in the body of `article` stands."""
    shown = f"{resolver.library.config.content}/{article.path}"
    return [Span(shown, line, column, length) for line, column, length in article.fetch().refs]


def _fault(target: Target, kind: str, span: Span) -> Diagnostic:
    if target.state == "refused":
        return Diagnostic(
            "refused-link", target.why, span, "expected http, https, mailto or a file", severity="warning"
        )
    what = "picture" if kind == "image" else "link"
    return Diagnostic("broken-link", f"a {what} leads nowhere: {target.why}", span, target.hint())
