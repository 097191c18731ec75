"""WordPress: its export file (WXR), read by a parser that resolves no entities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta, timezone
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from digestgen import files, urls
from digestgen.moments import Written
from digestgen.moving import matter, players, prose
from digestgen.moving.values import Kind, Log, MissingError, Old, Picture, Post, Settings, UnfitError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: The largest export file; larger ones are parted by WordPress itself.
_LIMIT: Final = 256 * 1024 * 1024
_ENCODED: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR: Final = "{http://purl.org/dc/elements/1.1/}creator"
_KINDS: Final = ("post", "page")


def is_one(path: Path) -> bool:
    """Tell whether a file is an export of WordPress."""
    if not path.is_file() or path.suffix.lower() != ".xml":
        return False
    try:
        head = next(files.pieces(str(path), 0, 65_536, 65_536), b"")
    except OSError:
        return False
    return b"wordpress.org/export/" in head or b"wp:wxr_version" in head


def read(path: Path, log: Log) -> Old:
    """Return the site in an export file.

    Raises `UnfitError` for what is no such file, also where it defines entities, and `MissingError` where the parser
    is not installed.
    """
    channel = _channel(path)
    items = list(channel.iter("item"))
    url = (_text(channel, "base_blog_url") or _text(channel, "link")).rstrip("/")
    lang = _text(channel, "language").replace("_", "-")
    settings = Settings(
        _text(channel, "title"), _text(channel, "description"), url, lang, (), "", "", feeds=("/feed/",)
    )
    old = Old("wordpress", settings, log=log)
    old.lists = _lists(channel)
    old.calendars = ("/{year}/", "/{year}/{month}/")
    people = {_text(one, "author_login"): _text(one, "author_display_name") for one in _named(channel, "author")}
    attached = {_text(item, "post_id"): _text(item, "attachment_url") for item in items}
    for item in items:
        kind = _text(item, "post_type") or "post"
        if kind in _KINDS:
            post = _post(item, kind, url, log)
            if post:
                post.authors = (people.get(_plain(item.find(_CREATOR)), "") or _plain(item.find(_CREATOR)),)
                _picture(post, item, attached)
                old.posts.append(post)
        elif kind == "attachment" and _text(item, "attachment_url"):
            log.person("", 0, f"a file to be fetched by hand: {_text(item, 'attachment_url')}")
        elif kind not in _OWN:
            log.person("", 0, f"of the kind `{kind}`, and left: {_text(item, 'title')[:80]}")
    return old


def _lists(channel: Element) -> dict[Kind, Callable[[str], str]]:
    """Return how lists are found: by the short names of tags and categories, which stand with each article."""
    known = {
        (one.get("domain", ""), matter.text(unescape(_plain(one)))): one.get("nicename", "")
        for one in channel.iter("category")
    }

    def listed(domain: str, folder: str) -> Callable[[str], str]:
        return lambda name: f"/{folder}/{known[domain, name]}/" if known.get((domain, name)) else ""

    return {"tag": listed("post_tag", "tag"), "category": listed("category", "category")}


#: What WordPress keeps for itself.
_OWN: Final = [
    "nav_menu_item",
    "revision",
    "custom_css",
    "customize_changeset",
    "oembed_cache",
    "wp_global_styles",
    "wp_navigation",
    "wp_template",
    "wp_template_part",
    "wp_block",
    "user_request",
    "attachment",
]


def _channel(path: Path) -> Element:
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring
    except ImportError:
        raise MissingError from None
    try:
        root: Element = fromstring(files.read_bytes(str(path), _LIMIT), forbid_dtd=True)
    except DefusedXmlException:
        raise UnfitError(
            f"{path.name} defines entities or a document type, which no export of WordPress does"
        ) from None
    except (ParseError, ValueError, RecursionError) as error:
        raise UnfitError(f"{path.name} is no XML that can be read: {error}") from None
    except files.TooLargeError as error:
        raise UnfitError(f"{path.name}: {error.strerror}; let WordPress export it in parts") from None
    channel = root.find("channel")
    if channel is None:
        raise UnfitError(f"{path.name} is no export of WordPress: it has no channel")
    return channel


def _named(parent: Element, name: str) -> Iterator[Element]:
    """Yield the children of a name, of whatever version of WordPress's namespace, or of none."""
    yield from (one for one in parent if re.sub(r"^\{[^}]*\}", "", str(one.tag)) == name)


def _text(parent: Element, name: str) -> str:
    return matter.text(_plain(next(_named(parent, name), None)))


def _plain(one: Element | None) -> str:
    return (one.text or "") if one is not None else ""


def _post(item: Element, kind: str, url: str, log: Log) -> Post | None:
    status = _text(item, "status")
    title = unescape(_text(item, "title"))
    number = _text(item, "post_id")
    where = f"post {number}" if number else f"post {title}"
    if status in ("trash", "auto-draft", "inherit") or (not title and not _plain(item.find(_ENCODED)).strip()):
        return None
    date = _date(item)
    held = status not in ("publish", "future")
    if status == "private" or _text(item, "post_password"):
        log.person(where, 0, f"`{title[:60]}` was not public; it came in as a draft")
        held = True
    raw = _plain(item.find(_ENCODED))
    made = Post(
        path=where,
        title=title or "Untitled",
        raw=raw,
        body=_body(raw, where, log),
        slug=urls.unquote(_text(item, "post_name")),
        url="" if held and status != "private" else _address(_text(item, "link"), url, where, log),
        page=kind == "page",
        date=date,
        id=_id(_text(item, "guid")),
        tags=_terms(item, "post_tag"),
        summary=matter.text(re.sub(r"<[^>]*>", " ", unescape(_excerpt(item)))),
        draft=held,
    )
    made.key = where
    sections = [name for name in _terms(item, "category") if name.lower() != "uncategorized"]
    made.kinds = tuple(sections)
    made.section = sections[0] if sections else ""
    if len(sections) > 1:
        log.changed(where, 0, f"the categories after the first became tags: {', '.join(sections[1:])}")
        made.tags = tuple(dict.fromkeys([*made.tags, *sections[1:]]))
    return made


def _excerpt(item: Element) -> str:
    return next((_plain(one) for one in _named(item, "encoded") if "excerpt" in str(one.tag)), "")


def _id(guid: str) -> str:
    return guid if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", guid) else ""


def _terms(item: Element, domain: str) -> tuple[str, ...]:
    found = (unescape(_plain(one)) for one in item.findall("category") if one.get("domain") == domain)
    return tuple(dict.fromkeys(filter(None, map(matter.text, found))))


def _date(item: Element) -> Written | None:
    """Return when a post is from, in the site's own time with its offset, which the two dates of it tell."""
    local, world = matter.when(_text(item, "post_date")), matter.when(_text(item, "post_date_gmt"))
    if local and world and abs(local.at.replace(tzinfo=None) - world.at.replace(tzinfo=None)) <= timedelta(hours=14):
        offset = local.at.replace(tzinfo=None) - world.at.replace(tzinfo=None)
        return Written(local.at.replace(tzinfo=timezone(offset)), timed=True)
    return local or world or matter.when(_text(item, "pubDate"))


def _address(link: str, base: str, where: str, log: Log) -> str:
    parts = urlsplit(link) if "[" not in link else urlsplit("")
    if parts.query:
        log.person(where, 0, f"its address is a question, which no folder of files answers: {link[:120]}")
        return ""
    below = urlsplit(base).path.rstrip("/") if "[" not in base else ""
    path = urls.unquote(parts.path)
    return path[len(below) :] or "/" if path.startswith(below) else path


def _picture(post: Post, item: Element, attached: dict[str, str]) -> None:
    """The featured picture stays where it is: files are listed and not fetched."""
    for meta in _named(item, "postmeta"):
        if _text(meta, "meta_key") == "_thumbnail_id" and attached.get(_text(meta, "meta_value")):
            post.image = Picture(attached[_text(meta, "meta_value")])


# --- texts


def _body(raw: str, where: str, log: Log) -> str:
    """Return a post's HTML as Markdown: blocks' comments go, shortcodes become pictures and links, or stay."""
    text = re.sub(r"<!-- {0,9}/?wp:[^>]{0,2000}-->\n?", "\n", raw)
    text = re.sub(r"<!-- {0,9}(?:more|nextpage)[^>]{0,200}-->", "\n\n", text)
    text = players.paired(text, _CAPTION, _END_CAPTION, _captioned)
    text = _SHORT.sub(lambda match: _one(match, where, log), text)
    return prose.markdown(text, broken="<!-- wp:" not in raw)


_CAPTION: Final = re.compile(r"\[(?:wp_)?caption([^\]]{0,1000})\]")
_END_CAPTION: Final = re.compile(r"\[/(?:wp_)?caption\]")
_SHORT: Final = re.compile(
    r"\[(?P<name>gallery|embed|youtube|vimeo|audio|video|playlist|code|sourcecode|contact-form|su_\w+|vc_\w+)"
    r"(?P<said>[^\]\n]{0,500})\](?:(?P<inside>[^\[]{0,20000})\[/(?P=name)\])?"
)


def _captioned(start: re.Match[str], inside: str) -> str:
    picture = re.search(r"(?:<a [^<>]*>\s?)?<img [^<>]*>(?:\s?</a>)?", inside)
    if picture is None:
        return inside
    words = players.arguments(start[1])[0].get("caption") or inside.replace(picture[0], "").strip()
    return f"\n\n<figure>{picture[0]}<figcaption>{words}</figcaption></figure>\n\n"


def _one(match: re.Match[str], where: str, log: Log) -> str:
    name, inside = match["name"], (match["inside"] or "").strip()
    named, words = players.arguments(match["said"].strip().strip("="))
    address = inside or named.get("src") or named.get("mp4") or named.get("mp3") or next(iter(words), "")
    if name in ("code", "sourcecode") and match["inside"] is not None:
        return f"<pre>{match['inside']}</pre>"
    if name in ("embed", "youtube", "vimeo", "audio", "video") and re.match(r"https?://\S+$", address):
        log.changed(where, 0, f"{match[0][:60]} became a link")
        return f'\n\n<a href="{address}">{address}</a>\n\n'
    log.person(where, 0, f"a shortcode that stays as it is: {match[0][:80]}")
    return match[0]
