"""Hugo: hugo.toml (or its elder names), content/ with bundles and languages, static/, and shortcodes."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final
from urllib.parse import quote

from digestgen import slugs
from digestgen.config import time_zone
from digestgen.dataclass import dataclass
from digestgen.moving import dialect, matter, players, prose
from digestgen.moving.folder import Folder
from digestgen.moving.values import Carried, Log, Old, Picture, Post, Settings

SKIPPED: Final = ("public", "resources", "themes", "node_modules")
_NAMES: Final = tuple(
    f"{folder}{stem}.{ending}"
    for folder in ("", "config/_default/")
    for stem in ("hugo", "config")
    for ending in ("toml", "yaml", "yml", "json")
)
_TEXTS: Final = (".md", ".markdown", ".mdown", ".html", ".htm")
#: Folders of articles whose names say nothing of their subject.
_COMMON: Final = frozenset(["posts", "post", "blog", "articles", "article", "news", "stories", "entries"])
_KEYS: Final = [
    "title",
    "date",
    "lastmod",
    "publishdate",
    "pubdate",
    "published",
    "expirydate",
    "unpublishdate",
    "draft",
    "slug",
    "url",
    "aliases",
    "tags",
    "categories",
    "author",
    "authors",
    "description",
    "summary",
    "images",
    "weight",
    "translationkey",
    "keywords",
    "type",
    "layout",
    "linktitle",
    "markup",
    "outputs",
    "modified",
    "lang",
    "isCJKLanguage",
    "iscjklanguage",
    "menu",
    "menus",
    "cascade",
    "headless",
    "build",
    "sitemap",
    "toc",
]


def is_one(folder: Folder) -> bool:
    """Tell whether a folder is a Hugo site: Zola's config.toml is known by its `base_url`."""
    named = [name for name in _NAMES if name in folder]
    if not named:
        return False
    data = folder.data(named[0], 1 << 20) or b""
    return "hugo." in named[0] or b"base_url" not in data.lower()


def read(folder: Folder, log: Log) -> Old:
    """Return the site; shortcodes are translated as far as they say something certain."""
    site = _Site(folder, log, _config(folder, log))
    old = Old("hugo", site.settings(), log=log)
    old.lists = {
        "category": lambda name: f"/categories/{_urlized(name)}/",
        "tag": lambda name: f"/tags/{_urlized(name)}/",
    }
    old.prefixes = {site.tag(lang): site.prefix(lang) for lang in site.langs}
    old.indexes = {"/categories/": "/sections/"}
    for prefix, lang in site.content.items():
        for path in folder.below(prefix):
            if site.owner(path) == prefix:
                _take(path, prefix, lang, site, old)
    for path in site.bundled:
        old.files += site.resource(path)
    for below in site.static:
        old.files += [Carried(path, path[len(below) :]) for path in folder.below(below)]
    site.posts = {post.path: post for post in old.posts}
    old.indexes |= site.folders()
    for post in old.posts:
        post.body = site.translated(post)
        _cover(post, site)
    return old


def _take(path: str, prefix: str, lang: str, site: _Site, old: Old) -> None:
    if posixpath.splitext(path)[1].lower() not in _TEXTS:
        site.bundled.append(path)
        return
    post = site.post(path, prefix, lang)
    old.posts += [post] if post else []


def _config(folder: Folder, log: Log) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _NAMES:
        if name in folder:
            found = _settings(folder, name, log) | found
    for part in ("languages", "params", "permalinks", "taxonomies"):
        for ending in ("toml", "yaml", "yml", "json"):
            name = f"config/_default/{part}.{ending}"
            if name in folder:
                found[part] = _settings(folder, name, log)
    return found


def _settings(folder: Folder, name: str, log: Log) -> dict[str, Any]:
    text = folder.text(name) or ""
    if name.endswith(".toml"):
        return matter.read_toml(text, name, 1, log)
    return matter.read_yaml(text, name, 1, log)  # JSON is YAML, too


@dataclass()
class _Site:
    folder: Folder
    log: Log
    config: Mapping[str, Any]
    posts: dict[str, Post] = field(default_factory=dict)
    named: dict[tuple[str, str], Post] = field(default_factory=dict)
    """The posts by their paths below content, and by `/` and their names alone, each with the language."""
    bundled: list[str] = field(default_factory=list)
    bundles: dict[str, Post] = field(default_factory=dict)
    """The posts whose folders hold their files, by those folders."""
    lang: str = ""
    langs: tuple[str, ...] = ()
    content: dict[str, str] = field(default_factory=dict)
    """The folders of content, each with its language; "" for one whose files' names tell it."""
    static: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        listed = matter.lowered(self.config.get("languages"))
        said = matter.text(self.config.get("defaultcontentlanguage"))
        order = sorted(listed, key=lambda lang: (_number(matter.lowered(listed[lang]).get("weight")), lang))
        self.langs = tuple(lang for lang in order if not matter.flag(matter.lowered(listed[lang]).get("disabled")))
        self.lang = (said or "en").lower()
        main = matter.text(self.config.get("contentdir")) or "content"
        own = {matter.text(matter.lowered(listed[lang]).get("contentdir")).strip("/"): lang for lang in self.langs}
        self.content = {main.strip("/"): ""} | {path: lang for path, lang in own.items() if path}
        folders = matter.texts(self.config.get("staticdir")) or ("static",)
        self.static = tuple(name.strip("/") for name in folders)

    def owner(self, path: str) -> str:
        """The innermost folder of content that a path lies in."""
        return max((name for name in self.content if path.startswith(name + "/")), key=len, default="")

    def settings(self) -> Settings:
        said = self.config
        main = matter.lowered(matter.lowered(said.get("languages")).get(self.lang))
        params = matter.lowered(said.get("params")) | matter.lowered(main.get("params"))
        author = params.get("author") or said.get("author")
        name = matter.text(matter.lowered(author).get("name") if isinstance(author, Mapping) else author)
        code = matter.text(
            main.get("locale") or main.get("languagecode") or said.get("locale") or said.get("languagecode")
        )
        tags = tuple(self.tag(lang) for lang in self.langs)
        lang = (
            self.tag(self.lang) if self.langs else code if "defaultcontentlanguage" not in said and code else self.lang
        )
        return Settings(
            matter.text(main.get("title") or said.get("title")),
            matter.text(params.get("description") or params.get("subtitle")),
            matter.text(said.get("baseurl")).rstrip("/"),
            lang.replace("_", "-"),
            tags,
            matter.text(main.get("timezone") or said.get("timezone")),
            name,
            feeds=("/index.xml",),
        )

    def tag(self, lang: str) -> str:
        """A language as digestgen writes it."""
        first, *rest = lang.replace("_", "-").split("-")
        return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part.title() for part in rest)])

    def prefix(self, lang: str) -> str:
        inside = matter.flag(self.config.get("defaultcontentlanguageinsubdir"))
        return f"/{lang}" if self.langs and lang and (lang != self.lang or inside) else ""

    # --- posts and their files

    def post(self, path: str, prefix: str, lang: str) -> Post | None:
        text = self.folder.text(path)
        if text is None:
            return None
        inside, _, ending = path[len(prefix) + 1 :].rpartition(".")
        stem, dot, suffix = inside.rpartition(".")
        if not lang and dot and suffix.lower() in self.langs:
            lang, inside = suffix.lower(), stem
        lang = lang or self.lang
        parts = matter.split(text, path, self.log)
        name = inside.rpartition("/")[2]
        if name == "_index":
            if parts.body.strip():
                self.log.person(path, parts.line, "the text of a list's page has no place here; it was left")
            return None
        if name == "index" and "/" not in inside:
            self.log.person(path, 1, "the front page is digestgen's own; this one was left")
            return None
        leaf = name == "index"
        inside = inside.removesuffix("/index") if leaf else inside
        made = self._made(path, text, parts, inside, lang)
        made.page = self._is_page(made, inside)
        made.url = self._url(made, parts.values, inside, lang)
        made.key = matter.text(parts.values.get("translationkey")) or inside
        self._sorted(made, parts.values, inside)
        made.id = f"{self.settings().url}{quote(made.url)}" if self.settings().url else ""
        if leaf:
            self.bundles.setdefault(path.rpartition("/")[0], made)
        if ending.lower() in ("html", "htm"):
            made.extra["hugo_html"] = True
        return made

    def _made(self, path: str, text: str, parts: matter.Matter, inside: str, lang: str) -> Post:
        said = parts.values
        stem = inside.rpartition("/")[2]
        named = re.match(r"(\d{4}-\d{2}-\d{2})[-_]?(.*)", stem)
        date = said.get("date") or said.get("publishdate") or said.get("pubdate") or said.get("published")
        front = matter.lowered(self.config.get("frontmatter")).get("date")
        if not date and named and ":filename" in matter.texts(front):
            date, stem = named[1], named[2] or stem
        params = matter.lowered(said.get("params"))
        authors = said.get("authors") or said.get("author") or params.get("author")
        images = matter.texts(said.get("images"))
        return Post(
            path=path,
            title=matter.text(said.get("title")) or stem.replace("-", " ").replace("_", " ").capitalize(),
            raw=text,
            body=parts.body,
            line=parts.line,
            slug=matter.text(said.get("slug")),
            date=matter.when(date),
            updated=matter.when(said.get("lastmod") or said.get("modified")),
            expires=matter.when(said.get("expirydate") or said.get("unpublishdate")),
            lang=self.tag(lang) if self.langs else "",
            tags=matter.texts(said.get("tags"), ","),
            authors=matter.texts(authors),
            summary=matter.text(said.get("description") or said.get("summary")),
            draft=matter.flag(said.get("draft")),
            image=Picture(images[0]) if images else None,
            aliases=tuple(self._alias(item, inside) for item in matter.texts(said.get("aliases"))),
            weight=_number(said.get("weight"), 0),
            extra=matter.others(said, _KEYS, path, self.log),
        )

    @staticmethod
    def _alias(item: str, inside: str) -> str:
        return (
            item if item.startswith("/") else "/" + posixpath.normpath(posixpath.join(posixpath.dirname(inside), item))
        )

    @staticmethod
    def _is_page(post: Post, inside: str) -> bool:
        return post.date is None or "/" not in inside

    def _sorted(self, post: Post, said: Mapping[str, Any], inside: str) -> None:
        """The first category is the section, else the folder, where its name says something."""
        kinds = matter.texts(said.get("categories"), ",")
        folder = inside.partition("/")[0] if "/" in inside else ""
        post.kinds = kinds
        post.section = kinds[0] if kinds else "" if folder.lower() in _COMMON else folder
        if len(kinds) > 1:
            self.log.changed(post.path, 1, f"the categories after the first became tags: {', '.join(kinds[1:])}")
            post.tags = tuple(dict.fromkeys([*post.tags, *kinds[1:]]))

    def _url(self, post: Post, said: Mapping[str, Any], inside: str, lang: str) -> str:
        own = matter.text(said.get("url"))
        if own:
            return self.prefix(lang) + "/" + own.lstrip("/") if not own.startswith("/") else own
        folder, _, stem = inside.rpartition("/")
        pattern = self._pattern(inside.partition("/")[0] if "/" in inside else "")
        if pattern:
            path = self._filled(pattern, post, inside, stem)
        else:
            path = f"/{_urlized(folder)}/{_urlized(post.slug or stem)}/"
        path = re.sub(r"/{2,}", "/", "/" + path)
        if matter.flag(self.config.get("uglyurls")):
            path = path.rstrip("/") + ".html"
        elif "." not in path.rpartition("/")[2]:
            path = path.rstrip("/") + "/"
        return self.prefix(lang) + path

    def _pattern(self, section: str) -> str:
        said = matter.lowered(self.config.get("permalinks"))
        pages = said.get("page")
        said = matter.lowered(pages) if isinstance(pages, Mapping) else said
        pattern = said.get(section.lower())
        return pattern if isinstance(pattern, str) else ""

    def _filled(self, pattern: str, post: Post, inside: str, stem: str) -> str:
        zone = time_zone(self.settings().zone or "UTC")
        at = post.date.at if post.date else None
        at = at.astimezone(zone) if at and at.tzinfo and self.settings().zone and zone else at
        folders = inside.split("/")[:-1]
        fields = {
            "year": f"{at:%Y}" if at else "0001",
            "month": f"{at:%m}" if at else "01",
            "monthname": _MONTHS[at.month - 1].lower() if at else "january",
            "day": f"{at:%d}" if at else "01",
            "weekday": str(at.isoweekday() % 7) if at else "1",
            "weekdayname": _DAYS[at.weekday()].lower() if at else "monday",
            "yearday": str(at.timetuple().tm_yday) if at else "1",
            "section": _urlized(folders[0]) if folders else "",
            "sections": "/".join(map(_urlized, folders)),
            "title": _urlized(post.title),
            "slug": _urlized(post.slug or post.title),
            "slugorfilename": _urlized(post.slug or stem),
            "slugorcontentbasename": _urlized(post.slug or stem),
            "filename": _urlized(stem),
            "contentbasename": _urlized(stem),
        }
        names = sorted(fields, key=len, reverse=True)
        return re.sub(":(" + "|".join(names) + r")(?:\[\w*:?\w*\])?", lambda match: fields[match[1]], pattern)

    def folders(self) -> dict[str, str]:
        """Return the lists of folders: each is that of a section here, or else the archive."""
        found: dict[str, str] = {}
        for post in self.posts.values():
            folder, inside, _ = self._inside(post).partition("/")
            if inside and not post.page:
                section = f"/sections/{slugs.slugify(folder, 'und')}/" if post.section == folder else "/archive/"
                found.setdefault(f"/{_urlized(folder)}/", section)
        return found

    def resource(self, path: str) -> list[Carried]:
        """Return a file of content/ with the address that it has: below that of the page in whose folder it lies."""
        folder = path.rpartition("/")[0]
        while folder and folder not in self.content:
            if folder in self.bundles:
                return [Carried(path, posixpath.join(self.bundles[folder].url, path[len(folder) + 1 :]))]
            folder = folder.rpartition("/")[0]
        prefix = self.owner(path)
        return [Carried(path, self.prefix(self.content[prefix] or self.lang) + path[len(prefix) :])]

    # --- shortcodes

    def translated(self, post: Post) -> str:
        """Return the body of a post without those shortcodes that say something certain."""
        text = players.paired(
            post.body, _HIGHLIGHT, _END_HIGHLIGHT, lambda start, inside: self._code(start, inside, post)
        )
        text = _SHORT.sub(lambda match: self._one(match, text, post), text)
        text = re.sub(r"\{\{([<%])/\*([^\n]{0,300}?)\*/([>%])\}\}", r"{{\1\2\3}}", text)
        text = re.sub(r"^<!--\s*more\s*-->[ \t]*\n?(?:[ \t]*\n)?", "", text, flags=re.MULTILINE)
        if post.extra.pop("hugo_html", False):
            return prose.markdown(text)
        return dialect.adapted(text)

    def _code(self, start: re.Match[str], inside: str, post: Post) -> str:
        line = post.line + start.string.count("\n", 0, start.start())
        self.log.changed(post.path, line, "a block of highlight became fenced code")
        _, words = players.arguments(start[1])
        return players.fenced(inside.removeprefix("\n"), next(iter(words), ""))

    def _one(self, match: re.Match[str], text: str, post: Post) -> str:
        line = post.line + text.count("\n", 0, match.start())
        name, _, rest = match["said"].strip().rstrip("/").partition(" ")
        made = self._short(name.lower(), rest, post)
        if made is None:
            self.log.person(post.path, line, f"a shortcode that stays as it is: {match[0][:80]}")
            return match[0]
        if name not in ("ref", "relref"):
            self.log.changed(post.path, line, f"{match[0][:60]} became {made[:60] or 'nothing'}")
        return made

    def _short(self, name: str, rest: str, post: Post) -> str | None:
        named, words = players.arguments(rest)
        if name in ("ref", "relref"):
            return self._reference(named.get("path") or next(iter(words), ""), named.get("lang", ""), post)
        if name == "figure" and named.get("src"):
            caption = named.get("caption") or named.get("title", "")
            if named.get("caption") and named.get("title"):
                caption = f"{named['title']}: {named['caption']}"
            return players.picture(named["src"], named.get("alt", ""), caption, named.get("link", ""))
        if name in ("tweet", "x"):
            return players.tweet(named, words) or None
        if players.known(name):
            return players.address(name, (named["id"],) if "id" in named else words) or None
        return None

    def _reference(self, target: str, lang: str, post: Post) -> str | None:
        """Return the address of the page that `ref` names: by its path, as seen from here, or by its name alone."""
        path, mark, fragment = target.partition("#")
        if not path:
            return mark + fragment
        wanted = path.removesuffix(".md").removesuffix("/").removesuffix("/index")
        lang = self.tag(lang) if lang else post.lang
        near = posixpath.normpath(posixpath.join(posixpath.dirname(self._inside(post)), wanted))
        if not self.named:
            for item in self.posts.values():
                inside = self._inside(item)
                for place in (inside, "/" + inside.rpartition("/")[2]):
                    self.named.setdefault((place, item.lang), item)
        places = (near, wanted.lstrip("/"), "/" + wanted.rpartition("/")[2])
        found = next((self.named[place, lang] for place in places if (place, lang) in self.named), None)
        return quote(found.url) + mark + fragment if found else None

    def _inside(self, post: Post) -> str:
        """A post's path below its folder of content, without ending and language."""
        prefix = self.owner(post.path)
        stem = post.path[len(prefix) + 1 :].rpartition(".")[0]
        head, dot, tail = stem.rpartition(".")
        stem = head if dot and tail.lower() in self.langs else stem
        return stem.removesuffix("/index")


def _cover(post: Post, site: _Site) -> None:
    """A picture that is named beside the post lies in its bundle."""
    if post.image and not re.match(r"/|https?:", post.image.src):
        beside = posixpath.join(post.path.rpartition("/")[0], post.image.src)
        if beside not in site.folder:
            post.image = Picture("/" + post.image.src, post.image.alt, post.image.caption)


#: A shortcode; one in a comment is shown as it is.
_SHORT: Final = re.compile(r"\{\{[<%](?!/\*)(?P<said>(?:\"[^\"\n]*\"|`[^`]*`|[^\"`]){0,300}?)[>%]\}\}")
_HIGHLIGHT: Final = re.compile(r"\{\{[<%] {0,9}highlight ([^<>\n]{0,200})[>%]\}\}")
_END_HIGHLIGHT: Final = re.compile(r"\{\{[<%] {0,9}/ ?highlight {0,9}[>%]\}\}")
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _number(value: Any, otherwise: int = 1_000_000) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1_000_000 else otherwise


def _urlized(text: str) -> str:
    """Return a text as Hugo puts it into addresses: in lower case, with hyphens, without most signs."""
    kept = [
        "-" if char.isspace() else char
        for char in unicodedata.normalize("NFC", text.lower())
        if char.isspace() or char in "./\\_#+~-@" or unicodedata.category(char)[0] in "LNM"
    ]
    return re.sub(r"-{2,}", "-", "".join(kept)).strip("-").replace("#", "")
