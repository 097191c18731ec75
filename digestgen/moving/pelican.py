"""Pelican: pelicanconf.py, articles with `Key: value` at their heads, reStructuredText, and {filename} links."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from html import unescape
from typing import Any, Final
from urllib.parse import quote, urlsplit

from digestgen.config import time_zone
from digestgen.dataclass import dataclass
from digestgen.moving import links, matter, prose, pysettings, rest
from digestgen.moving.folder import Folder
from digestgen.moving.values import Carried, Log, Old, Picture, Post, Settings

SKIPPED: Final = ("output", "cache", "__pycache__", "node_modules")
_CONF: Final = "pelicanconf.py"
_TEXTS: Final = (".md", ".markdown", ".mkd", ".mdown", ".rst", ".html", ".htm")
_WANTED: Final = [
    "PATH",
    "SITENAME",
    "SITEURL",
    "AUTHOR",
    "TIMEZONE",
    "DEFAULT_LANG",
    "ARTICLE_URL",
    "ARTICLE_LANG_URL",
    "PAGE_URL",
    "PAGE_LANG_URL",
    "ARTICLE_PATHS",
    "PAGE_PATHS",
    "STATIC_PATHS",
    "EXTRA_PATH_METADATA",
    "DEFAULT_CATEGORY",
    "FILENAME_METADATA",
    "SLUGIFY_SOURCE",
]
_KEYS: Final = [
    "title",
    "date",
    "modified",
    "slug",
    "tags",
    "keywords",
    "category",
    "author",
    "authors",
    "summary",
    "lang",
    "translation",
    "status",
    "template",
    "save_as",
    "url",
    "cover",
    "image",
    "featured_image",
    "og_image",
    "private",
]


def is_one(folder: Folder) -> bool:
    """Tell whether a folder is a Pelican site."""
    return _CONF in folder


def read(folder: Folder, log: Log) -> Old:
    """Return the site; its settings are read and never run."""
    conf = pysettings.read(folder, _CONF, tuple(_WANTED), log)
    if "publishconf.py" in folder:
        conf |= pysettings.read(folder, "publishconf.py", tuple(_WANTED), log)
    site = _Site(folder, log, conf)
    old = Old("pelican", site.settings(), log=log)
    old.lists = {"tag": site.listed("tag"), "category": site.listed("category"), "author": site.listed("author")}
    old.indexes = {
        "/tags.html": "/tags/",
        "/categories.html": "/sections/",
        "/authors.html": "/people/",
        "/archives.html": "/archive/",
    }
    for path in folder.below(site.content):
        inside = path[len(site.content) + 1 :] if site.content else path
        if posixpath.splitext(path)[1].lower() in _TEXTS and site.is_text(inside):
            post = site.post(path, inside)
            old.posts += [post] if post else []
        elif site.is_static(inside):
            old.files.append(Carried(path, site.address(inside)))
    site.finish(old)
    return old


@dataclass()
class _Site:
    folder: Folder
    log: Log
    conf: Mapping[str, Any]
    content: str = ""
    posts: dict[str, Post] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.content = str(self.conf.get("PATH", "content")).strip("./")

    def said(self, name: str, otherwise: str) -> str:
        value = self.conf.get(name)
        return value if isinstance(value, str) else otherwise

    def settings(self) -> Settings:
        feed = self.said("FEED_ALL_ATOM", "feeds/all.atom.xml")
        rss = self.said("FEED_ALL_RSS", "")
        return Settings(
            matter.text(self.said("SITENAME", "")),
            matter.text(self.said("SITESUBTITLE", "")),
            self.said("SITEURL", "").rstrip("/"),
            self.said("DEFAULT_LANG", "en").replace("_", "-"),
            (),
            self.said("TIMEZONE", ""),
            matter.text(self.said("AUTHOR", "")),
            rss == "rss.xml",
            tuple(f"/{name.lstrip('/')}" for name in (feed, rss) if name),
        )

    def listed(self, kind: str) -> Callable[[str], str]:
        """Return what tells the address of the list of a kind by a name."""
        pattern = self.said(f"{kind.upper()}_URL", f"{kind}/{{slug}}.html")

        def address(name: str) -> str:
            slug = slugified(name)
            return "/" + pattern.replace("{slug}", slug).lstrip("/") if slug and "{slug}" in pattern else ""

        return address

    def _listed(self, name: str, otherwise: list[str]) -> list[str]:
        value = self.conf.get(name, otherwise)
        return [str(item).strip("/") for item in value] if isinstance(value, list) else otherwise

    @staticmethod
    def _below(inside: str, listed: list[str]) -> bool:
        return any(name in ("", ".", inside) or inside.startswith(name + "/") for name in listed)

    def is_page(self, inside: str) -> bool:
        return self._below(inside, self._listed("PAGE_PATHS", ["pages"]))

    def is_text(self, inside: str) -> bool:
        left = self._listed("ARTICLE_EXCLUDES", []) + self._listed("STATIC_PATHS", ["images"])
        if self.is_page(inside):
            return True
        return self._below(inside, self._listed("ARTICLE_PATHS", [""])) and not self._below(inside, left)

    def is_static(self, inside: str) -> bool:
        """Files that lie elsewhere come along where an article links to them."""
        return self._below(inside, self._listed("STATIC_PATHS", ["images"]))

    def address(self, inside: str) -> str:
        known = self.conf.get("EXTRA_PATH_METADATA")
        more = known.get(inside) if isinstance(known, dict) else None
        path = more.get("path") if isinstance(more, dict) else None
        return "/" + (path if isinstance(path, str) else inside).lstrip("/")

    # --- posts

    def post(self, path: str, inside: str) -> Post | None:
        text = self.folder.text(path)
        if text is None:
            return None
        reader = _READERS.get(posixpath.splitext(path)[1].lower(), _markdown)
        parts = reader(text, path, self.log)
        said = self._defaults(inside) | parts.values
        page = self.is_page(inside)
        date = matter.when(said.get("date"))
        status = matter.text(said.get("status")).lower()
        if not said.get("title") and not parts.found:
            self.log.person(path, 1, "the file has no title, and so was no article; it was left")
            return None
        made = Post(
            path=path,
            title=matter.text(said.get("title")) or posixpath.splitext(inside)[0].rpartition("/")[2],
            raw=text,
            body=parts.body,
            line=parts.line,
            page=page,
            date=date,
            updated=matter.when(said.get("modified")),
            lang=matter.text(said.get("lang")).replace("_", "-"),
            tags=matter.texts(said.get("tags"), ","),
            section=self._category(said, inside, page=page),
            authors=self._authors(said),
            summary=" ".join(re.sub(r"<[^>]*>|[*_`]", "", matter.text(said.get("summary"))).split()),
            draft=status in ("draft", "hidden", "skip"),
            image=_image(said),
            extra=matter.others(said, _KEYS, path, self.log),
        )
        if status == "hidden":
            self.log.person(path, 1, "the article was hidden, which there is not here; it came in as a draft")
        made.kinds = (made.section,) if made.section else ()
        made.slug = self._slug(said, made.title, inside)
        made.key = ("page:" if page else "") + (made.slug or inside)
        made.url = self._url(made, said)
        made.body = self._translated(made)
        return made

    def _defaults(self, inside: str) -> dict[str, Any]:
        """What the settings and the path tell of an article."""
        known = self.conf.get("DEFAULT_METADATA")
        found = (
            {key: value for key, value in known.items() if isinstance(value, str)} if isinstance(known, dict) else {}
        )
        for name, text in (
            ("FILENAME_METADATA", posixpath.splitext(inside)[0].rpartition("/")[2]),
            ("PATH_METADATA", inside),
        ):
            pattern = self.said(name, r"(?P<date>\d{4}-\d{2}-\d{2}).*" if name.startswith("FILE") else "")
            try:
                match = re.match(pattern, text) if pattern and len(pattern) < 500 else None
            except (re.error, RecursionError):
                match = None
            found |= {key: value for key, value in (match.groupdict() if match else {}).items() if value}
        return found

    def _category(self, said: Mapping[str, Any], inside: str, *, page: bool) -> str:
        named = matter.text(said.get("category"))
        folder = posixpath.dirname(inside).rpartition("/")[2]
        by_folder = self.conf.get("USE_FOLDER_AS_CATEGORY", True) and folder not in self._listed("ARTICLE_PATHS", [""])
        found = named or (folder if by_folder and not page else "")
        return "" if found == self.said("DEFAULT_CATEGORY", "misc") else found

    def _authors(self, said: Mapping[str, Any]) -> tuple[str, ...]:
        text = matter.text(said.get("authors") or said.get("author"))
        return matter.texts(text, ";" if ";" in text else ",") or matter.texts(self.said("AUTHOR", ""))

    def _slug(self, said: Mapping[str, Any], title: str, inside: str) -> str:
        given = matter.text(said.get("slug"))
        if given:
            return given
        by_name = self.said("SLUGIFY_SOURCE", "title") == "basename"
        text = posixpath.splitext(inside)[0].rpartition("/")[2] if by_name else title
        return slugified(text)

    def _url(self, post: Post, said: Mapping[str, Any]) -> str:
        own = matter.text(said.get("url")) or matter.text(said.get("save_as"))
        if own:
            return "/" + own.lstrip("/").removesuffix("index.html")
        kind = "PAGE" if post.page else "ARTICLE"
        other = bool(post.lang) and post.lang != self.settings().lang
        stem = "pages/{slug}" if post.page else "{slug}"
        plain = self.said(f"{kind}_URL", f"{stem}.html")
        pattern = self.said(f"{kind}_LANG_URL", f"{stem}-{{lang}}.html") if other else plain
        if not post.slug:
            self.log.person(post.path, 1, "the old address is not known: Pelican spells such a title in Latin letters")
            return ""
        url = self._filled(pattern, post)
        return "/" + url.lstrip("/").removesuffix("index.html") if url is not None else ""

    def _filled(self, pattern: str, post: Post) -> str | None:
        at = self.local(post)

        def one(match: re.Match[str]) -> str:
            name, _, form = match[1].partition(":")
            if name == "date":
                return at.strftime(form or "%Y-%m-%d") if at else ""
            known = {
                "slug": post.slug,
                "lang": post.lang or self.settings().lang,
                "category": slugified(post.section or self.said("DEFAULT_CATEGORY", "misc")),
                "author": slugified(next(iter(post.authors), "")),
                "title": slugified(post.title),
            }
            return known.get(name, match[0])

        try:
            url = re.sub(r"\{(\w+(?::[^{}]*)?)\}", one, pattern)
        except ValueError:
            url = "{"
        if "{" in url:
            self.log.person(post.path, 1, f"the old address is not known: {pattern} asks for more than is told here")
            return None
        return url

    def local(self, post: Post) -> datetime | None:
        zone = time_zone(self.settings().zone or "UTC")
        at = post.date.at if post.date else None
        return at.astimezone(zone) if at and at.tzinfo and zone else at

    # --- links

    def _translated(self, post: Post) -> str:
        ending = posixpath.splitext(post.path)[1].lower()
        if ending == ".rst":
            return rest.markdown(post.body, post.path, post.line, self.log)
        return prose.markdown(post.body) if ending in (".html", ".htm") else _codehilite(post.body)

    def finish(self, old: Old) -> None:
        """Put addresses into links, give the ids, and take along the files that articles link to."""
        self.posts = {post.path: post for post in old.posts}
        known = {item.source for item in old.files}
        for post in old.posts:
            post.id = _tag(post, self.settings().url)
            post.body = links.rewritten(post.body, lambda target, post=post: self._goal(target, post))  # type: ignore[misc]
            if post.image:
                src = self._goal(post.image.src, post)
                post.image = Picture(src, post.image.alt, post.image.caption)
        old.files += [Carried(source, url) for source, url in self.linked.items() if source not in known]

    def _goal(self, target: str, post: Post) -> str:
        """Return the address that `{filename}`, `{static}`, `{attach}` and others stand for."""
        match = _INTRASITE.match(target)
        if match is None:
            return target
        what, rest_ = match[1].lower(), match[2]
        path, mark, fragment = rest_.partition("#")
        path = _unquoted(path)
        if what in ("tag", "category", "author", "index"):
            folder = {"tag": "tags", "category": "sections", "author": "people", "index": ""}[what]
            return f"/{folder}/{quote(slugified(path))}/" if folder else "/"
        base = self.content if path.startswith("/") else posixpath.dirname(post.path)
        source = posixpath.normpath(posixpath.join(base, path.lstrip("/")))
        if source in self.posts:
            return quote(self.posts[source].url or f"/{source}") + mark + fragment
        if source not in self.folder:
            return f"/{path.lstrip('/')}"
        inside = source[len(self.content) + 1 :] if self.content else source
        name = posixpath.basename(source)
        beside = posixpath.join(posixpath.dirname(post.url), name)
        url = beside if what == "attach" and not self.is_static(inside) else self.address(inside)
        self.linked.setdefault(source, url)
        return quote(self.linked[source]) + mark + fragment


_INTRASITE: Final = re.compile(
    r"[{|](filename|static|attach|tag|category|author|index)[|}](.*)", re.IGNORECASE | re.DOTALL
)


def _unquoted(path: str) -> str:
    from digestgen import urls

    return urls.unquote(path)


def _tag(post: Post, url: str) -> str:
    """Return what Pelican's feeds call an article: a URI of the scheme `tag` (RFC 4151)."""
    if not url or not post.url or not post.date:
        return ""
    parts = urlsplit(url)
    return f"tag:{parts.hostname},{post.date.at:%Y-%m-%d}:{parts.path}{post.url}".replace(" ", "%20")


def _image(said: Mapping[str, Any]) -> Picture | None:
    for key in ("cover", "image", "featured_image", "og_image"):
        if matter.text(said.get(key)):
            return Picture(matter.text(said.get(key)))
    return None


_LETTERS: Final = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "’": "'",
}


def slugified(text: str) -> str:
    """Return a text as Pelican makes addresses of it; empty where it would have to spell another script in Latin."""
    text = unicodedata.normalize("NFKD", unescape(re.sub(r"<[^>]*>", "", text)).lower())
    plain = "".join(_LETTERS.get(char, char) for char in text if not unicodedata.combining(char))
    if any(char.isalpha() and not char.isascii() for char in plain):
        return ""
    plain = re.sub(r"[^\w\s-]", "", plain, flags=re.ASCII)
    return re.sub(r"[-\s]+", "-", plain.strip())


def _codehilite(text: str) -> str:
    """Return a text with the languages of indented code as fences have them."""

    def fenced(match: re.Match[str]) -> str:
        code = re.sub(r"^(?: {4}|\t)", "", match[2], flags=re.MULTILINE).strip("\n")
        return f"```{match[1]}\n{code}\n```\n"

    return re.sub(
        r"(?:(?<=\n\n)|\A)(?: {4}|\t)(?::::|#!)([\w+#.-]+)[^\n]*\n"
        r"((?:(?: {4}|\t)[^\n]*(?:\n|\Z)|[ \t]*\n(?=(?: {4}|\t)))*)",
        fenced,
        text,
    )


# --- what stands at the head


def _markdown(text: str, path: str, log: Log) -> matter.Matter:
    """`Key: value` in the first lines, as Python-Markdown's meta data has it, or YAML between lines of `---`."""
    lines = text.split("\n")
    if lines[0].rstrip() == "---":
        parts = matter.split(text, path, log)
        if parts.found:
            return parts
    values: dict[str, Any] = {}
    key = ""
    at = 0
    while at < len(lines):
        named = _META.match(lines[at])
        if named:
            key = named[1].lower()
            values[key] = f"{values[key]}, {named[2].strip()}" if key in values else named[2].strip()
        elif key and re.match(r" {4}|\t", lines[at]) and lines[at].strip():
            values[key] = f"{values[key]} {lines[at].strip()}".strip()
        else:
            break
        at += 1
    body = lines[at + 1 :] if at < len(lines) and not lines[at].strip() else lines[at:]
    return matter.Matter(values, "\n".join(body), at + 2, found=bool(values))


_META: Final = re.compile(r" {0,3}([A-Za-z0-9_-]+):\s*(.*)")


def _rest(text: str, _path: str, _log: Log) -> matter.Matter:
    """A title between or above lines of signs, and a list of fields below it; a body without them stays as long."""
    lines = text.split("\n")
    at = next((at for at, line in enumerate(lines) if line.strip()), 0)
    title, at = _rest_title(lines, at)
    values: dict[str, Any] = {"title": title} if title else {}
    key = ""
    while at < len(lines):
        named = re.match(r":([^:\n]+):\s*(.*)", lines[at])
        if named:
            key = named[1].strip().lower()
            values[key] = named[2].strip()
        elif key and lines[at][:1] in (" ", "\t") and lines[at].strip():
            values[key] = f"{values[key]} {lines[at].strip()}".strip()
        elif lines[at].strip():
            break
        at += 1
    return matter.Matter(values, "\n".join(lines[at:]), at + 1, found=bool(title))


def _rest_title(lines: list[str], at: int) -> tuple[str, int]:
    rule = re.compile(r"([=\-`:.'\"~^_*+#<>])\1+\s*$")
    following = lines[at + 1 : at + 3]
    if rule.match(lines[at]) and len(following) == 2 and rule.match(following[1]):
        return following[0].strip(), at + 3
    if following and lines[at].strip() and rule.match(following[0]):
        return lines[at].strip(), at + 2
    return "", at


def _html(text: str, _path: str, _log: Log) -> matter.Matter:
    """An HTML file: its `<title>`, its `<meta>`, and what is in its `<body>`."""
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL | re.IGNORECASE)
    values: dict[str, Any] = {"title": unescape(title[1]).strip()} if title else {}
    for tag in re.findall(r"<meta\s[^>]*>", text, re.IGNORECASE):
        said = dict(re.findall(r"""([\w-]+)\s*=\s*["']([^"']*)["']""", tag))
        name = said.get("name", "").lower()
        if name:
            values["tags" if name == "keywords" else name] = unescape(said.get("content") or said.get("contents") or "")
    body = re.search(r"<body[^>]*>(.*)</body>", text, re.DOTALL | re.IGNORECASE)
    line = text.count("\n", 0, body.start(1)) + 1 if body else 1
    return matter.Matter(values, body[1] if body else text, line, found=bool(values))


_READERS: Final = {".rst": _rest, ".html": _html, ".htm": _html}
