"""What raw HTML may stay: an allow-list, kept by nh3 (ammonia), an HTML5 parser, after all Markdown is done.

Nothing here decides on addresses or names: `cut` does, which reads the parser's regular output.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

import nh3

from digestgen.dataclass import dataclass
from digestgen.markup.attributes import names, read

#: Deeper nesting is refused before the sanitiser, whose time grows with the square of the depth.
DEEPEST = 500

_TEXT = (
    "a abbr b bdi bdo br cite code data del dfn em i img ins kbd mark q rp rt ruby s samp small span strong "
    "sub sup time u var wbr"
)
_BLOCKS = (
    "address article aside blockquote caption col colgroup dd details div dl dt figcaption figure footer h1 h2 "
    "h3 h4 h5 h6 header hr li ol p pre section summary table tbody td tfoot th thead tr ul"
)
#: Kept by the sanitiser so that `cut` can turn them into links, or keep them for a host that site.yaml names.
_MEDIA = "dg-frame video audio source"

#: Their content goes with them: it is no text for readers.
_DROPPED = set(names("script style template title textarea select svg math"))

_ATTRIBUTES = {
    "*": "class id lang dir title role aria-label aria-hidden",
    "a": "href hreflang",
    "img": "src alt width height",
    "dg-frame": "src width height allowfullscreen",
    "video": "src",
    "audio": "src",
    "source": "src",
    "col": "span",
    "colgroup": "span",
    "data": "value",
    "del": "datetime",
    "ins": "datetime",
    "time": "datetime",
    "details": "open",
    "li": "value",
    "ol": "start reversed type",
    "td": "colspan rowspan align",
    "th": "colspan rowspan scope align",
}

_CLEANER = nh3.Cleaner(
    tags=set(names(f"{_TEXT} {_BLOCKS} {_MEDIA}")),
    clean_content_tags=_DROPPED,
    attributes={tag: set(names(allowed)) for tag, allowed in _ATTRIBUTES.items()},
    link_rel=None,
    url_schemes={"http", "https", "mailto"},
)

_FEED_CLEANER = nh3.Cleaner(
    tags=set(names(f"{_TEXT} {_BLOCKS} dg-frame")),
    clean_content_tags=_DROPPED,
    attributes={
        "*": {"lang", "dir", "title"},
        "a": {"href", "hreflang"},
        "dg-frame": {"src"},
        "img": {"src", "alt", "width", "height"},
        "ol": {"start", "reversed", "type"},
        "li": {"value"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    },
    link_rel=None,
    url_schemes={"http", "https", "mailto"},
)

#: Elements that have no content or that a parser closes by itself: they do not add to the depth.
_FLAT = names("area base br col embed hr img input link meta param source track wbr p tr td th option")
#: Items that a parser closes when another one of their kind begins, and not when one of the other kind does.
_ITEMS = {"li": "li", "dd": "dd", "dt": "dd"}
#: More items than this are open in no list, as one ends the other.
_FEW_ITEMS: Final = 2
#: Their end closes items that are open in them (HTML Living Standard, 13.2.6.4.7: "generate implied end tags").
_LISTS = names("ul ol dl menu dir table div blockquote article aside section details summary figure address pre")
#: Elements that a parser opens anew behind whatever closes them, until their own end comes (13.2.4.3).
_FORMATTING = names("a b big code em font i nobr s small strike strong tt u")
_SPACE = r"[\t\n\f\r ]"
#: Attributes as a parser reads them (HTML Living Standard, 13.2.5.32 and the states that follow).
_WITHIN = (
    rf"(?:[\t\n\f\r /]++|[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rf"(?:{_SPACE}*+={_SPACE}*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >\"'][^\t\n\f\r >]*+)?)?)*+"
)
_RAW = "script|style|textarea|title|xmp|noembed|noframes|noscript|plaintext"
_TOKEN = re.compile(
    rf"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<[!?][^>]*|</[^a-z][^>]*"
    rf"|<(?P<raw>{_RAW})(?=[\t\n\f\r />]){_WITHIN}(?:>|\Z)(?P<text>.*?)(?:</(?P=raw)(?=[\t\n\f\r />])|\Z)"
    rf"|<(?P<end>/?)(?P<tag>[a-z][^\t\n\f\r />]*){_WITHIN}(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Shape:
    """How deep elements nest at most, and how many characters a parser may add for formatting that is left open.

    Both may be higher than they are for a parser, and are never lower.
    """

    depth: int = 0
    copied: int = 0


#: So many characters are added for an element beside its start tag: its end tag, and a node of a parser.
_AN_END: Final = 20

#: Where text has so few tags and characters, neither can be too much.
_HARMLESS: Final = 10_000_000


def shape(html: str) -> Shape:
    """Return how the elements of `html` nest.

    Authors may leave elements open, and end tags may stand where a parser ignores them; so only an end tag that
    closes the innermost element counts. It is 0 where there are too few elements to nest too deep.
    """
    starts = html.count("<") - html.count("</")
    if starts <= DEEPEST and starts * len(html) <= _HARMLESS:
        return Shape()
    open_: list[tuple[str, int]] = []
    deepest = hidden = lasting = longest = 0
    for match in _TOKEN.finditer(html):
        if match["raw"]:
            # Within a drawing these elements hold markup.
            hidden += match["text"].count("<")
        elif match["tag"] and (tag := match["tag"].lower()) not in _FLAT:
            if match["end"]:
                lasting -= _closed(tag, open_)
            else:
                size = len(match[0]) + _AN_END if tag in _FORMATTING else 0
                lasting += size
                _opened(tag, size, open_)
                deepest, longest = max(deepest, len(open_)), max(longest, lasting)
    return Shape(deepest + hidden, longest * starts)


def _opened(tag: str, size: int, open_: list[tuple[str, int]]) -> None:
    """Put an element, of which `size` characters may come again, on those that are `open_`."""
    if open_ and tag in _ITEMS and _ITEMS[tag] == _ITEMS.get(open_[-1][0]):
        open_.pop()
    open_.append((tag, size))


def _closed(tag: str, open_: list[tuple[str, int]]) -> int:
    """Take the innermost element from those that are `open_`, if its name is `tag`; return its size."""
    top = len(open_)
    while tag in _LISTS and top and len(open_) - top < _FEW_ITEMS and open_[top - 1][0] in _ITEMS:
        top -= 1
    if not top or open_[top - 1][0] != tag:
        return 0
    size = open_[top - 1][1]
    del open_[top - 1 :]
    return size


#: The content of an iframe is raw text to a parser, and a sanitiser must never be asked to keep such an
#: element. Under another name it is an ordinary one.
_FRAME = re.compile(r"<(/?)iframe(?=[\s/>])", re.IGNORECASE)
_FEED_FRAME = re.compile(r'<dg-frame((?: [a-z]+="[^"]*")*)>|</dg-frame>')


#: Characters that HTML and XML do not allow; an author can write them as entities, too.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

#: Of these, two have a meaning between Markdown and the page (see `cut`), and none anywhere else.
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")


def visible(text: str) -> str:
    """Return `text` without control characters, lone surrogates and the like."""
    return _UNSEEN.sub("", text)


def _seen(html: str) -> str:
    return visible(html.replace("&nbsp;", "\u00a0"))


#: A parser drops the first line end in a `pre` (HTML Living Standard, 13.2.6.4.7), also when it reads what is written.
_LINE_IN_PRE = re.compile(r"(<pre(?: [^>]*)?>)\n")
#: After so many times at most, browsers read what is written as it is.
_TIMES = 4


def _cleaned(cleaner: nh3.Cleaner, html: str, *, wild: bool) -> str:
    """Return `html` cleaned, so that a parser reads the elements that are written, each where it stands.

    What authors leave open, or what bounds others and does not stay, can leave a paragraph in a paragraph: a parser
    makes that, but does not read it. So it is cleaned again until nothing changes.
    """
    html = _FRAME.sub(r"<\1dg-frame", html)
    for _ in range(_TIMES if wild else 1):
        before, html = html, _LINE_IN_PRE.sub(r"\1\n\n", cleaner.clean(html))
        if html == before:
            break
    return _seen(html)


def clean(html: str, *, wild: bool = True) -> str:
    """Return `html` as regular HTML5 with only allowed elements and attributes; no `<`, `>` in values.

    An iframe comes out as an element `dg-frame`. What is not `wild` has no tags but Markdown's own.
    """
    return _cleaned(_CLEANER, html, wild=wild)


def clean_for_feed(html: str, *, wild: bool = True) -> str:
    """Return `html` with only what feed readers and feed validators know; iframes become links.

    What is not `wild` was cleaned for a page.
    """
    return _FEED_FRAME.sub(_frame_link, _NONCHARACTERS.sub("", _cleaned(_FEED_CLEANER, html, wild=wild)))


def _frame_link(match: re.Match[str]) -> str:
    values = read(match[1] or "")
    address = escape(values.get("src", ""))
    return f'<a href="{address}">{escape(values.get("title", "")) or address}</a>' if address else ""


_PICTURE = re.compile(r'<img(?: [a-z]+="[^"]*")*>')
_ALT = re.compile(r' alt="([^"]*)"')


def clean_for_mail(html: str) -> str:
    """Return `html` as for feeds, but with what pictures show in words: a mail must not need to fetch anything."""
    return _PICTURE.sub(_in_words, clean_for_feed(html))


def _in_words(match: re.Match[str]) -> str:
    alt = _ALT.search(match[0])
    return f"[{alt[1]}]" if alt and alt[1] else ""
