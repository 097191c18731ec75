"""RSS and Atom, read with feedparser, which knows all versions of them and much that is wrong with them.

It gets text that is decoded, without a prolog (in which entities could be declared that grow without end) and without
characters that XML does not have.
"""

from __future__ import annotations

import codecs
import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from html.entities import name2codepoint
from itertools import islice
from typing import Any, Final

from digestgen import budget, urls
from digestgen.incoming import jsonfeed, values
from digestgen.incoming.values import Entry, Feed, UnreadableError, Work

#: So many entries of one feed are looked at, and so much of each list in them.
MOST: Final = 2_000
_LISTED: Final = 100


class MissingError(Exception):
    """The extra that reads feeds is not installed; the text is the line that installs it."""


#: What reading one feed may cost: some of what a feed can hold takes feedparser quadratic time.
LIMITS: Final = budget.Limits()

#: A feed of so many bytes is read in a process of its own from the beginning.
_HEAVY: Final = 2_000_000


def read(data: bytes, base: str = "", content_type: str = "") -> Feed:
    """Return the feed in `data`, which came from `base` (an address, or empty) as `content_type`.

    Raises UnreadableError for what is no feed or costs too much, and MissingError where feedparser is not installed.
    """
    try:
        return budget.bounded(lambda: _read(data, base, content_type), LIMITS, heavy=len(data) > _HEAVY)
    except budget.Spent as spent:
        raise UnreadableError(f"to read it takes more than {spent}") from None


def _read(data: bytes, base: str, content_type: str) -> Feed:
    text = decoded(data, content_type).lstrip("\ufeff \t\r\n")
    if not text:
        raise UnreadableError("it is empty")
    if text.startswith("{"):
        return _whole(jsonfeed.read(text, base, MOST))
    try:
        import feedparser
    except ImportError:
        raise MissingError("pip install 'digestgen[import]'") from None
    body = _mended(text)
    headers = {"content-type": "application/xml; charset=utf-8"} | ({"content-location": base} if base else {})
    try:
        found = feedparser.parse(
            io.BytesIO(body.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # noqa: BLE001 - what a stranger wrote must not stop the others
        raise UnreadableError(f"its XML is broken ({type(error).__name__})") from None
    if not found.get("version") and not found.get("entries"):
        raise UnreadableError(_instead(text, base))
    return _whole(_feed(found, base))


def _whole(feed: Feed) -> Feed:
    """Return a feed with each entry once, without those that say nothing."""
    return replace(feed, entries=values.distinct(tuple(entry for entry in feed.entries if entry.id)))


# --- from bytes to text that a parser can be given

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)

#: Names of Python's that stand for no way to write text on the web.
_NO_CHARSETS: Final = frozenset(
    ["idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"]
)


def decoded(data: bytes, content_type: str = "") -> str:
    """Return `data` as text: by its byte order mark, what came with it, what it declares, or what it must be."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    declared = _DECLARED.search(data[:1000])
    named = _CHARSET.search(content_type)
    for name in (marked, named[1] if named else "", declared[1].decode() if declared else "", "utf-8"):
        try:
            if name and codecs.lookup(name).name.replace("-", "_") not in _NO_CHARSETS:
                return data.decode(name)
        except (LookupError, ValueError):
            continue
    return _guessed(data)


def _guessed(data: bytes) -> str:
    """Return what is nearly UTF-8 as that, with a sign for each wrong byte, and all else as Windows' Latin."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(not char.isascii() for char in text) - wrong
    return text if right > wrong else data.decode("cp1252", "replace")


_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE: Final = re.compile(r"&(?:#(\d{1,9}|[xX][0-9A-Fa-f]{1,8});|#(\w*);?|([A-Za-z]\w{1,10});)")
_XML: Final = frozenset(["amp", "lt", "gt", "quot", "apos"])


def _mended(text: str) -> str:
    """Return XML without its prolog, and with no character or reference that XML alone does not know."""
    return _REFERENCE.sub(_meant, _NOT_XML.sub("", text[_prolog(text) :]))


def _meant(reference: re.Match[str]) -> str:
    number, rest, name = reference.groups()
    if name:
        return chr(name2codepoint[name]) if name in name2codepoint and name not in _XML else reference[0]
    if number is None:
        return "" if rest else "&amp;#"
    point = int(number[1:], 16) if number[0] in "xX" else int(number)
    return f"&#{point};" if point < 0x110000 and not _NOT_XML.match(chr(point)) else ""


_BLANKS: Final = re.compile(r"\s*")


def _prolog(text: str) -> int:
    """Return where the root begins: behind declarations, comments, and a document type with all that it declares."""
    at = 0
    while match := _BLANKS.match(text, at):
        at = match.end()
        end = _beyond(text, at)
        if end == at:
            return at
        at = end
    return at


def _beyond(text: str, at: int) -> int:
    """Return the end of what begins at `at`, where that is no element; the text's end where it has none."""
    for begin, end in (("<?", "?>"), ("<!--", "-->")):
        if text.startswith(begin, at):
            place = text.find(end, at + len(begin))
            return place + len(end) if place >= 0 else len(text)
    return _declaration_end(text, at) if text.startswith("<!", at) else at


def _declaration_end(text: str, start: int) -> int:
    """Return where a declaration ends that begins at `start`, brackets and quotes in it minded."""
    depth, quote = 0, ""
    for sign in re.compile(r"[<>\[\]\"']").finditer(text, start):
        char = sign[0]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        else:
            depth += (char in "<[") - (char in ">]")
            if depth <= 0:
                return sign.end()
    return len(text)


_LINK: Final = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE: Final = re.compile(r"""type\s*=\s*["']?application/(?:rss\+xml|atom\+xml|feed\+json)""", re.IGNORECASE)
_HREF: Final = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


def _instead(text: str, base: str) -> str:
    """Return what stands there instead of a feed, and where a page says that its feeds are."""
    if not re.search(r"<html\b|<!doctype html|<body\b", text[:5_000], re.IGNORECASE):
        return "it is neither RSS nor Atom nor JSON Feed"
    links = (match[0] for match in _LINK.finditer(text[:200_000]) if _FEED_TYPE.search(match[0]))
    hrefs = (html.unescape("".join(filter(None, found.groups()))) for link in links if (found := _HREF.search(link)))
    feeds = [url for url in dict.fromkeys(values.address(href, base) for href in hrefs) if url]
    verb = "its feed is" if len(feeds) == 1 else "its feeds are"
    named = f"; {verb} {', '.join(feeds[:3])}" if feeds else ""
    return f"it is a web page and no feed{named}"


# --- from what feedparser found to values: its mappings as plain ones, which make up nothing that is not there


def _feed(found: Mapping[str, Any], base: str) -> Feed:
    head = dict(found.get("feed") or {})
    links = _links(head)
    own = _first(links, "self", base)
    base = base or own
    lang = values.language(head.get("language"))
    title = _text(head, "title")
    feed = Feed(
        title=title,
        page=values.address(head.get("link"), base),
        url=own,
        lang=lang,
        license=_license(head, links),
        authors=tuple(name for name in _authors(head) if name != title),
        older=_first(links, "prev-archive", base) or _first(links, "next", base),
    )
    entries = tuple(_entry(dict(item), feed, base) for item in islice(found.get("entries") or (), MOST))
    broken = ""
    if found.get("bozo"):
        broken = f"its XML is broken ({values.line(str(found.get('bozo_exception', '')), 120)})"
    return replace(feed, entries=entries, broken=broken)


def _entry(item: Mapping[str, Any], feed: Feed, base: str) -> Entry:
    links = _links(item)
    url = values.address(item.get("feedburner_origlink") or item.get("link"), base)
    title, summary = _text(item, "title"), _summary(item)
    return Entry(
        id=values.identity(item.get("id"), url, title, summary),
        url=url,
        title=title,
        summary=summary,
        published=_published(item),
        lang=_lang(item, feed),
        authors=_authors(item) or feed.authors,
        license=_license(item, links),
        tags=tuple(_tags(item)),
        origin=_origin(item, url, feed),
        via=tuple(_via(links, url, base)),
    )


def _detail(item: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Return a text and what kind of text it is said to be."""
    detail = item.get(f"{name}_detail")
    if not isinstance(detail, Mapping):
        detail = {}
    text = item.get(name)
    return text if isinstance(text, str) else "", str(detail.get("type") or "")


def _text(item: Mapping[str, Any], name: str) -> str:
    text, kind = _detail(item, name)
    return values.title_of_html(text) if "html" in kind else values.line(text)


def _summary(item: Mapping[str, Any]) -> str:
    """Return the summary as text, else the beginning of the text itself."""
    contents = item.get("content")
    content = contents[0] if isinstance(contents, list) and contents and isinstance(contents[0], Mapping) else {}
    value = content.get("value")
    for text, kind in (_detail(item, "summary"), (value if isinstance(value, str) else "", str(content.get("type")))):
        html_ = "html" in kind or values.is_html(text)
        found = values.of_html(text) if html_ else values.paragraphs(text)
        if found:
            return found
    return ""


def _published(item: Mapping[str, Any]) -> datetime | None:
    for name in ("published", "updated", "created"):
        found = values.moment(item.get(name)) or _parsed(item.get(f"{name}_parsed"))
        if found:
            return found
    return None


def _parsed(parts: Any) -> datetime | None:
    """Return a moment that feedparser understood though it is written in none of the ways that it should be."""
    try:
        return values.moment("{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d}Z".format(*tuple(parts)[:6])) if parts else None
    except (TypeError, ValueError, IndexError):
        return None


def _lang(item: Mapping[str, Any], feed: Feed) -> str:
    told = [item.get("language")]
    told += [(item.get(name) or {}).get("language") for name in ("title_detail", "summary_detail")]
    return next(filter(None, map(values.language, told)), feed.lang)


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of authors; a mail address is none."""
    listed = item.get("authors") or ()
    names = [values.line(person.get("name")) for person in islice(listed, _LISTED) if isinstance(person, Mapping)]
    return tuple(dict.fromkeys(name for name in names if name and not re.fullmatch(r"\S+@\S+", name)))


def _links(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [link for link in islice(item.get("links") or (), _LISTED * 4) if isinstance(link, Mapping)]


def _first(links: list[Mapping[str, Any]], rel: str, base: str) -> str:
    return next(
        (url for link in links if link.get("rel") == rel and (url := values.address(link.get("href"), base))), ""
    )


def _license(item: Mapping[str, Any], links: list[Mapping[str, Any]]) -> str:
    told = [link.get("href") for link in links if link.get("rel") == "license"]
    return values.license(*told) or _named_in(item) or next(filter(None, map(values.address, told)), "")


def _named_in(item: Mapping[str, Any]) -> str:
    """Return the licence of Creative Commons that a sentence on rights names; "all rights reserved" is none."""
    found = values.license(item.get("license"), item.get("rights"))
    return found if "://" not in found or found == item.get("license") else ""


def _tags(item: Mapping[str, Any]) -> Iterator[str]:
    listed = islice(item.get("tags") or (), _LISTED)
    names = (values.line(tag.get("label") or tag.get("term"), 60) for tag in listed if isinstance(tag, Mapping))
    yield from dict.fromkeys(filter(None, names))


def _origin(item: Mapping[str, Any], url: str, feed: Feed) -> str:
    """Return whose entry it is, where the feed took it from another: it is named, and the entry is not on its own host.

    On its own host, it is an article of the feed's publisher, which says where that comes from.
    """
    source = item.get("source")
    if not isinstance(source, Mapping) or not url or urls.host(url) == urls.host(feed.page or feed.url):
        return ""
    return _text(source, "title")


def _via(links: list[Mapping[str, Any]], own: str, base: str) -> Iterator[Work]:
    """Yield the works that an entry names as where it comes from (RFC 4287, 4.2.7.2), each once.

    digestgen's own feeds tell their publishers, too, as dc:publisher.
    """
    seen = {own}
    for link in links:
        url = values.address(link.get("href"), base) if link.get("rel") == "via" else ""
        if url and url not in seen:
            seen.add(url)
            title, publisher = values.line(link.get("title")), values.line(link.get("dc:publisher"))
            if publisher:
                title = title.removeprefix(publisher).removeprefix(": ")
            yield Work(url, title, publisher, values.language(link.get("hreflang")))
