"""What the rest of digestgen knows of Markdown: a body in, a value out.

A `Body` is made once from its source alone and remembered. The addresses of its links are put in later, when
the whole site is known: that is why it comes in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from html import escape, unescape
from typing import Any, Literal

from digestgen import budget, slugs
from digestgen.dataclass import dataclass
from digestgen.i18n import Interface
from digestgen.markup import clean, cut, engine, typography
from digestgen.markup import places as located
from digestgen.markup.code import Runaway
from digestgen.markup.cut import Part
from digestgen.markup.labels import Labels, labels

#: What may be written: an address of the web, a mail address, or one of this site (RFC 3986, section 4).
_WRITABLE = re.compile(r"(?:https?:|mailto:|[/#?.]|[^:/#?\\\x00-\x20]*(?:[/#?]|\Z))", re.IGNORECASE)


#: Nothing is known of any picture.
_NONE: Mapping[int, Picture] = {}


class TooComplex(Exception):
    """The body cannot be converted, mostly since it nests too deep; the text is for the author."""


class TooCostly(Exception):
    """The body would take too long, or become too large; the text is for the author.

    `line` is the line of the body, counted from 1, that is to blame, or 0.
    """

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True)
class Options:
    """What site.yaml says of Markdown: may raw HTML pass as it is, whose iframes are kept, and further extensions.

    `mark` stands for what `extensions` makes, anew for each converter; empty where it makes nothing. `most` is how many
    characters the HTML may have.
    """

    raw_html: bool = False
    embed: tuple[str, ...] = ()
    mark: str = ""
    extensions: Callable[[], Sequence[Any]] = field(default=list, compare=False)
    most: int = 20_000_000
    interface: Interface = field(default_factory=Interface, compare=False)
    """What the site says of the words that we add."""


@dataclass(frozen=True)
class Heading:
    """A heading of the body as it is written: its level (2 to 6), its id, its text without markup."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Ref:
    """A place in the body that needs an address.

    `target` is what the author wrote, decoded. `alt` tells what a picture shows: empty if it is decorative,
    None if nobody said (or if it is a link).
    """

    target: str
    kind: Literal["link", "image"]
    alt: str | None = None


@dataclass(frozen=True)
class Body:
    """An article's text as HTML in pieces, and what else the page needs to know of it.

    `refs` are in the order in which they are written, but those of a table of contents come last. `remote_hosts`
    and `embeds` are hosts for the page's content security policy. `text` is the first paragraph. `raw` tells
    that the HTML is the author's own, not cleaned.
    """

    parts: tuple[Part, ...] = ()
    refs: tuple[Ref, ...] = ()
    ids: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    remote_hosts: tuple[str, ...] = ()
    embeds: tuple[str, ...] = ()
    text: str = ""
    words: int = 0
    raw: bool = False


#: A text without these has no HTML of its author's.
_TAG = re.compile("<[A-Za-z/]")


def convert(source: str, lang: str, options: Options = Options()) -> Body:
    """Return the Markdown `source`, whose language is the BCP 47 tag `lang`, as a `Body`.

    Raises `TooComplex` for what cannot be converted, `TooCostly` for what should not. An empty source is an empty body.
    """
    if not source.strip():
        return Body()
    text = clean.visible(source).replace(cut.KEPT_DOUBLE, "").replace(cut.KEPT_SINGLE, "")
    words = labels(lang, options.interface)
    html = _html(text, words, options)
    if not options.raw_html:
        html = _of_a_size(clean.clean(html, wild=bool(options.mark or _TAG.search(text))), options)
    setting = cut.Setting(lang, words, frozenset(map(str.lower, options.embed)), not options.raw_html, slugs.slugify)
    return _body(cut.cut(html, setting), raw=options.raw_html)


def _html(source: str, words: Labels, options: Options) -> str:
    try:
        html = engine.to_html(source, words, options.mark, options.extensions)
    except RecursionError:
        raise TooComplex("lists, quotes or emphasis nest too deep") from None
    except Runaway as error:
        raise TooCostly(f"to colour the code as `{error.lang}` takes too long", error.line) from None
    except MemoryError:
        raise
    except Exception as error:
        raise TooComplex(f"Markdown gave up: {type(error).__name__}: {error}") from error
    budget.is_light(len(_of_a_size(html, options)))
    shape = clean.shape(html)
    if shape.depth > clean.DEEPEST:
        raise TooComplex(f"HTML elements nest more than {clean.DEEPEST} deep")
    if shape.copied > options.most:
        raise TooCostly("elements such as `<b>` are never closed, and all paragraphs behind them repeat them")
    budget.is_light(shape.copied)
    return html


def _of_a_size(html: str, options: Options) -> str:
    """Return `html`. Raises `TooCostly` where it is more than a page may hold."""
    if len(html) > options.most:
        raise TooCostly(f"the text makes {len(html):,} characters of HTML, and {options.most:,} are the most")
    return html


def _body(found: cut.Pieces, *, raw: bool) -> Body:
    return Body(
        parts=_joined(found.parts),
        refs=tuple(Ref(target, kind, alt) for target, kind, alt in found.refs),
        ids=tuple(found.ids),
        headings=tuple(Heading(*heading) for heading in found.headings),
        remote_hosts=tuple(found.remote_hosts),
        embeds=tuple(found.embeds),
        text=found.first or next(iter(found.texts), ""),
        words=cut.words(found.texts),
        raw=raw,
    )


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return `parts` with neighbouring texts as one."""
    done: list[Part] = []
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        else:
            done += ("".join(texts), part)
            texts = []
    done.append("".join(texts))
    return tuple(part for part in done if part != "")


@dataclass(frozen=True)
class Picture:
    """How a picture of the body is shown: its pixels (0 where unknown), and other files for it.

    `sources` are media types with a `srcset` each, of which the last is the `<img>`'s own; `sizes` is what HTML calls
    so. An `eager` one is there at once, others when they come into sight.
    """

    width: int = 0
    height: int = 0
    sources: tuple[tuple[str, str], ...] = ()
    sizes: str = ""
    eager: bool = False


#: So many characters of HTML before a picture, and it is not at the beginning any more.
_NEAR_TOP = 1200


def first_picture(body: Body) -> int | None:
    """Return which of `body.refs` is a picture that those who open the page see at once; None where there is none."""
    before = 0
    for part in body.parts:
        before += len(part) if isinstance(part, str) else 0
        if before > _NEAR_TOP:
            return None
        if isinstance(part, tuple) and body.refs[part[0]].kind == "image":
            return part[0]
    return None


def assemble(body: Body, addresses: Sequence[str | None], pictures: Mapping[int, Picture] = _NONE) -> str:
    """Return the body's HTML, with `addresses[i]` for `body.refs[i]`, and the picture there as `pictures[i]` has it.

    None, or an address of a kind that may not be written, leaves a link's text without its link and puts a
    picture's alternative text in its place.
    """
    out: list[str] = []
    known = [address if address is not None and _allowed(address) else None for address in addresses]
    for part in body.parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, int):
            out.append("" if known[part] is None else "</a>")
        else:
            out.append(_opening(part, known[part[0]], body.refs[part[0]], pictures.get(part[0])))
    return "".join(out)


def _allowed(address: str) -> bool:
    return _WRITABLE.match(address) is not None


def _opening(part: tuple[int, str, str], address: str | None, ref: Ref, picture: Picture | None) -> str:
    if address is not None:
        end = part[2] if picture is None else _sized(part[2], picture)
        whole = f"{part[1]}{escape(address)}{end}"
        return _several(whole, picture.sources[:-1], picture.sizes) if picture and picture.sources else whole
    return escape(ref.alt or "", quote=False) if ref.kind == "image" else ""


def _sized(end: str, picture: Picture) -> str:
    """Return what follows the address in a picture's tag, with its pixels and its other files."""
    attributes = _sources(picture.sources[-1][1], picture.sizes) if picture.sources else ""
    given = dict(_MEASURE.findall(end))
    if picture.width and picture.height and len(given) < 2:
        width = int(given.get("width") or 0) or round(int(given.get("height") or 0) * picture.width / picture.height)
        width = width or picture.width
        attributes += f' width="{width}" height="{max(1, round(width * picture.height / picture.width))}"'
        end = _MEASURE.sub("", end)
    if picture.eager:
        end = end.replace(' loading="lazy"', ' fetchpriority="high"', 1)
    return f'"{attributes}{end[1:]}'


#: The author's own measures, as the cutter writes them.
_MEASURE = re.compile(r' (width|height)="(\d{1,6})"')


def _several(image: str, sources: Iterable[tuple[str, str]], sizes: str) -> str:
    others = "".join(f'<source type="{kind}"{_sources(srcset, sizes)}>' for kind, srcset in sources)
    return f"<picture>{others}{image}</picture>" if others else image


def _sources(srcset: str, sizes: str) -> str:
    return f' srcset="{escape(srcset)}" sizes="{escape(sizes)}"'


def feed_html(body: Body, addresses: Sequence[str | None], pictures: Mapping[int, Picture] = _NONE) -> str:
    """Return the body for a feed: as `assemble`, but always cleaned and without what only a page needs."""
    return clean.clean_for_feed(assemble(body, addresses, pictures), wild=body.raw)


def link_text(body: Body, number: int) -> str:
    """Return the text, without markup, of the link that is `body.refs[number]`."""
    inside, texts = False, []
    for part in body.parts:
        if isinstance(part, str):
            texts += [part] if inside else []
        elif isinstance(part, tuple):
            inside = inside or part[0] == number
        elif part == number:
            inside = False
    return unescape(re.sub(r"<[^>]*>", "", "".join(texts)))


def educate(text: str, lang: str) -> str:
    """Return plain `text`, such as a headline, with the quotation marks and dashes of `lang`."""
    return typography.educate(text, lang)


def places(source: str, first_line: int, body: Body) -> list[tuple[int, int, int]]:
    """Return where each of `body.refs` stands in its `source`, as (line, column, length), counted from 1.

    `first_line` is the line of the file on which `source` begins. What cannot be found, as Markdown wrote it
    itself, is said to stand at the beginning.
    """
    return located.places(source, first_line, [ref.target for ref in body.refs])
