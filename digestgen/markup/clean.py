"""What raw HTML may stay: an allow-list, kept by nh3 (ammonia), an HTML5 parser, after all Markdown is done.

Nothing here decides on addresses or names: `cut` does, which reads the parser's regular output.
"""

from __future__ import annotations

import re

import nh3

from digestgen.markup.attributes import names

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
_FLAT = names("area base br col embed hr img input link meta param source track wbr p li dt dd tr td th option")
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


def depth(html: str) -> int:
    """Return how deep the elements of `html` nest at most, or a higher number.

    Authors may leave elements open, and end tags may stand where a parser ignores them; so only an end tag that
    closes the innermost element counts. It is 0 where there are too few elements to nest too deep.
    """
    if html.count("<") - html.count("</") <= DEEPEST:
        return 0
    open_: list[str] = []
    deepest = hidden = 0
    for match in _TOKEN.finditer(html):
        if match["raw"]:
            # Within a drawing these elements hold markup.
            hidden += match["text"].count("<")
        elif match["tag"] and (tag := match["tag"].lower()) not in _FLAT:
            if not match["end"]:
                open_.append(tag)
                deepest = max(deepest, len(open_))
            elif open_ and open_[-1] == tag:
                open_.pop()
    return deepest + hidden


#: The content of an iframe is raw text to a parser, and a sanitiser must never be asked to keep such an
#: element. Under another name it is an ordinary one.
_FRAME = re.compile(r"<(/?)iframe(?=[\s/>])", re.IGNORECASE)
_FEED_FRAME = re.compile(r'<dg-frame(?: title="([^"]*)")?(?: src="([^"]*)")?(?: title="([^"]*)")?>|</dg-frame>')


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
    address = match[2]
    if not address:
        return ""
    return f'<a href="{address}">{match[1] or match[3] or address}</a>'


_PICTURE = re.compile(r'<img(?: [a-z]+="[^"]*")*>')
_ALT = re.compile(r' alt="([^"]*)"')


def clean_for_mail(html: str) -> str:
    """Return `html` as for feeds, but with what pictures show in words: a mail must not need to fetch anything."""
    return _PICTURE.sub(_in_words, clean_for_feed(html))


def _in_words(match: re.Match[str]) -> str:
    alt = _ALT.search(match[0])
    return f"[{alt[1]}]" if alt and alt[1] else ""
