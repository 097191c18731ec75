"""Nikola: conf.py, posts with `.. title:` at their heads or in .meta files, name.de.rst, files/ and images/."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final
from urllib.parse import quote

from digestgen import slugs
from digestgen.dataclass import dataclass
from digestgen.moving import links, matter, players, prose, pysettings, rest
from digestgen.moving.folder import Folder
from digestgen.moving.values import Carried, Log, Old, Picture, Post, Settings

SKIPPED: Final = ("output", "cache", "__pycache__", "themes", "plugins", "node_modules")
_CONF: Final = "conf.py"
_WANTED: Final = [
    "BLOG_TITLE",
    "SITE_URL",
    "BASE_URL",
    "BLOG_AUTHOR",
    "BLOG_DESCRIPTION",
    "DEFAULT_LANG",
    "TRANSLATIONS",
    "POSTS",
    "PAGES",
    "TIMEZONE",
    "PRETTY_URLS",
    "FILES_FOLDERS",
    "IMAGE_FOLDERS",
    "GALLERY_FOLDERS",
    "TRANSLATIONS_PATTERN",
]
_POSTS: Final = (("posts/*.rst", "posts"), ("posts/*.md", "posts"), ("posts/*.txt", "posts"), ("posts/*.html", "posts"))
_PAGES: Final = (("pages/*.rst", "pages"), ("pages/*.md", "pages"), ("pages/*.txt", "pages"), ("pages/*.html", "pages"))
_KEYS: Final = [
    "title",
    "slug",
    "date",
    "tags",
    "category",
    "link",
    "description",
    "type",
    "author",
    "authors",
    "status",
    "updated",
    "previewimage",
    "guid",
    "template",
    "hidetitle",
    "hyphenate",
    "nocomments",
    "pretty_url",
    "section",
    "has_math",
    "password",
    "enclosure",
    "filters",
    "medium",
]


def is_one(folder: Folder) -> bool:
    """Tell whether a folder is a Nikola site."""
    return _CONF in folder and b"BLOG_TITLE" in (folder.data(_CONF, 1 << 20) or b"")


def read(folder: Folder, log: Log) -> Old:
    """Return the site; its settings are read and never run."""
    site = _Site(folder, log, pysettings.read(folder, _CONF, tuple(_WANTED), log))
    old = Old("nikola", site.settings(), log=log)
    old.lists = {
        "tag": lambda name: f"/{site.said('TAG_PATH', 'categories')}/{slugs.slugify(name, 'und')}/",
        "category": lambda name: f"/{site.said('CATEGORY_PATH', 'categories')}/cat_{slugs.slugify(name, 'und')}/",
        "author": lambda name: f"/{site.said('AUTHOR_PATH', 'authors')}/{slugs.slugify(name, 'und')}/",
    }
    old.prefixes = {lang.replace("_", "-"): site.prefix(lang) for lang in site.langs}
    old.everywhere = True
    old.calendars = ("/{year}/",)
    old.indexes = {
        f"/{site.said('TAG_PATH', 'categories')}/": "/tags/",
        f"/{site.said('AUTHOR_PATH', 'authors')}/": "/people/",
        "/archive.html": "/archive/",
    }
    seen = set()
    for kind, rules in (("post", site.rules("POSTS", _POSTS)), ("page", site.rules("PAGES", _PAGES))):
        for pattern, target in rules:
            for path in site.matching(pattern):
                if path not in seen:
                    seen.add(path)
                    post = site.post(path, pattern, target, page=kind == "page")
                    old.posts += [post] if post else []
    site.files(old)
    site.finish(old)
    return old


@dataclass()
class _Site:
    folder: Folder
    log: Log
    conf: Mapping[str, Any]
    posts: dict[str, Post] = field(default_factory=dict)
    langs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = self.conf.get("TRANSLATIONS")
        self.langs = tuple(str(key) for key in known) if isinstance(known, dict) else ()

    def said(self, name: str, otherwise: str) -> str:
        value = self.conf.get(name)
        if isinstance(value, dict):
            value = value.get(self.lang) or next(iter(value.values()), None)
        return value if isinstance(value, str) else otherwise

    @property
    def lang(self) -> str:
        value = self.conf.get("DEFAULT_LANG")
        return value if isinstance(value, str) else "en"

    def settings(self) -> Settings:
        url = self.said("SITE_URL", "") or self.said("BASE_URL", "")
        return Settings(
            matter.text(self.said("BLOG_TITLE", "")),
            matter.text(self.said("BLOG_DESCRIPTION", "")),
            url.rstrip("/"),
            self.lang.replace("_", "-"),
            tuple(lang.replace("_", "-") for lang in self.langs),
            self.said("TIMEZONE", "UTC"),
            matter.text(self.said("BLOG_AUTHOR", "")),
            rss=True,
            feeds=("/rss.xml",),
        )

    def rules(self, name: str, otherwise: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        value = self.conf.get(name)
        if not isinstance(value, list):
            return otherwise
        rows = [
            row for row in value if isinstance(row, list) and len(row) > 1 and all(isinstance(x, str) for x in row[:2])
        ]
        return tuple((row[0], row[1]) for row in rows)

    def matching(self, pattern: str) -> list[str]:
        """The files of a rule: those that its folder has, at any depth, and whose names have its form."""
        folder, form = posixpath.split(pattern)
        return [
            path
            for path in self.folder.below(folder)
            if fnmatch.fnmatch(posixpath.basename(path), form) and not path.endswith(".meta")
        ]

    def _named(self, path: str) -> tuple[str, str]:
        """Return the path without its ending and language, and the language: name.de.rst, or name.rst.de of old."""
        stem, ending = posixpath.splitext(path)
        head, dot, tail = stem.rpartition(".")
        if dot and tail in self.langs:
            return head, tail
        if ending[1:] in self.langs:
            return posixpath.splitext(stem)[0], ending[1:]
        return stem, self.lang

    def post(self, path: str, pattern: str, target: str, *, page: bool) -> Post | None:
        text = self.folder.text(path)
        if text is None:
            return None
        stem, lang = self._named(path)
        parts = self._parts(path, stem, lang, text)
        said = self._main(path, stem, lang) | parts.values
        inside = stem[len(posixpath.dirname(pattern)) :].strip("/")
        if not said.get("title"):
            self.log.person(path, 1, "the file has no title, in its head or a .meta file; it was left")
            return None
        tags = matter.texts(said.get("tags"), ",")
        status = matter.text(said.get("status")).lower()
        held = {"draft", "private"} & {*tags, status}
        date = matter.when(said.get("date"))
        if "private" in held:
            self.log.person(path, 1, "the post was private, which there is not here; it came in as a draft")
        picture = matter.text(said.get("previewimage"))
        made = Post(
            path=path,
            title=matter.text(said.get("title")),
            raw=text,
            body=parts.body,
            line=parts.line,
            slug=matter.text(said.get("slug")),
            page=page,
            date=date,
            updated=matter.when(said.get("updated")),
            lang=lang.replace("_", "-"),
            key=stem,
            tags=tuple(tag for tag in tags if tag not in ("draft", "private", "mathjax", "sticky", "featured")),
            section=matter.text(said.get("category")).rpartition("/")[2],
            kinds=matter.texts(said.get("category")),
            authors=matter.texts(said.get("author") or said.get("authors"), ",")
            or matter.texts(self.said("BLOG_AUTHOR", "")),
            summary=matter.text(said.get("description")),
            draft=bool(held),
            image=Picture(picture) if picture else None,
            extra=matter.others(said, _KEYS, path, self.log),
        )
        made.url = self._url(made, said, inside, target, lang)
        base = self.settings().url
        made.id = matter.text(said.get("guid")) or (f"{base}{quote(made.url)}" if base else "")
        return made

    def _parts(self, path: str, stem: str, lang: str, text: str) -> matter.Matter:
        parts = _header(text, path, self.log)
        for name in (f"{stem}.{lang}.meta", f"{stem}.meta"):
            if not parts.found and name in self.folder and (lang == self.lang or f".{lang}." in name):
                meta = _header((self.folder.text(name) or "").rstrip("\n") + "\n\n", name, self.log)
                return matter.Matter(meta.values, text, 1, found=True)
        return parts

    def _main(self, path: str, stem: str, lang: str) -> dict[str, Any]:
        """What a translation has from its original: all that it does not say itself."""
        if lang == self.lang:
            return {}
        ending = posixpath.splitext(path)[1]
        original = f"{stem}{ending}"
        text = self.folder.text(original) if original in self.folder else None
        said = self._parts(original, stem, self.lang, text).values if text is not None else {}
        return {key: value for key, value in said.items() if key not in ("description", "link", "previewimage")}

    def _url(self, post: Post, said: Mapping[str, Any], inside: str, target: str, lang: str) -> str:
        folder, _, name = inside.rpartition("/")
        slug = post.slug or slugs.slugify(name, "und")
        where = posixpath.normpath(posixpath.join("/", self._place(lang), target, folder))
        pretty = self.conf.get("PRETTY_URLS", True) and matter.text(said.get("pretty_url")).lower() != "false"
        if slug == "index":
            return where.rstrip("/") + "/"
        return posixpath.join(where, slug) + ("/" if pretty else ".html")

    # --- files

    def _folders(self, name: str, otherwise: dict[str, str]) -> dict[str, str]:
        value = self.conf.get(name)
        if not isinstance(value, dict):
            return otherwise
        return {str(key): str(item) for key, item in value.items()}

    def files(self, old: Old) -> None:
        """Add what Nikola copies as it is; a gallery's pictures come, its page needs a person."""
        for name, otherwise in (
            ("FILES_FOLDERS", {"files": ""}),
            ("IMAGE_FOLDERS", {"images": "images"}),
            ("GALLERY_FOLDERS", {"galleries": "galleries"}),
        ):
            for source, target in self._folders(name, otherwise).items():
                below = self.folder.below(source)
                for path in below:
                    if posixpath.basename(path) not in ("metadata.yml", "exclude.meta"):
                        url = posixpath.normpath(posixpath.join("/", target, path[len(source) + 1 :]))
                        old.files.append(Carried(path, url))
                if name == "GALLERY_FOLDERS" and below:
                    for gallery in sorted({posixpath.dirname(path) for path in below}):
                        self.log.person(
                            gallery, 0, "of this gallery the pictures came along; its page is to be written"
                        )

    # --- links and shortcodes

    def _shown_elsewhere(self, old: Old) -> None:
        """What has no version in a language is shown as it is among those of that language, too."""
        if self.conf.get("SHOW_UNTRANSLATED_POSTS", True) is False:
            return
        there = {(post.key, post.lang) for post in old.posts}
        for post in old.posts:
            others = [lang for lang in self.langs if (post.key, lang.replace("_", "-")) not in there]
            if post.lang == self.lang.replace("_", "-") and post.url:
                post.aliases += tuple(
                    posixpath.normpath(f"/{self._place(lang)}{post.url}") + _end(post) for lang in others
                )

    def prefix(self, lang: str) -> str:
        return posixpath.normpath(f"/{self._place(lang)}").rstrip("/")

    def _place(self, lang: str) -> str:
        known = self.conf.get("TRANSLATIONS")
        return matter.text(known.get(lang)) if isinstance(known, dict) else ""

    def finish(self, old: Old) -> None:
        """Turn bodies into Markdown whose links are addresses."""
        self.posts = {post.path: post for post in old.posts}
        self._shown_elsewhere(old)
        for post in old.posts:
            text = _SHORT.sub(lambda match, post=post: self._one(match, post), post.body)  # type: ignore[misc]
            text = re.sub(
                r"^(?:<!--|\.\.) *(?:TEASER_END|END_TEASER)(?::[^\n]*?)?(?: *-->)?[ \t]*\n?(?:[ \t]*\n)?",
                "",
                text,
                flags=re.MULTILINE,
            )
            ending = posixpath.splitext(post.path)[1].lower()
            if ending in (".rst", ".txt"):
                text = rest.markdown(text, post.path, post.line, self.log)
            elif ending in (".html", ".htm"):
                text = prose.markdown(text)
            elif ending == ".ipynb":
                self.log.person(post.path, 1, "a notebook: its cells are to be written as Markdown")
            post.body = links.rewritten(text, lambda target, post=post: self._goal(target, post))  # type: ignore[misc]

    def _one(self, match: re.Match[str], post: Post) -> str:
        line = post.line + match.string.count("\n", 0, match.start())
        named, words = players.arguments(match["said"].strip())
        name, words = (words[0] if words else ""), words[1:]
        made = ""
        markup = posixpath.splitext(post.path)[1].lower() in (".rst", ".txt")
        if players.known(name):
            made = players.address(name, (named["id"],) if "id" in named else words)
            made = made.strip("<>") if markup else made
        elif name in ("thumbnail", "figure") and not markup:
            made = players.picture(
                next(iter(words), named.get("uri", "")), named.get("alt", ""), named.get("title", "")
            )
        if not made:
            self.log.person(post.path, line, f"a shortcode that stays as it is: {match[0][:80]}")
            return match[0]
        self.log.changed(post.path, line, f"{match[0][:60]} became {made[:60]}")
        return made

    def _goal(self, target: str, post: Post) -> str:
        """Return the address that `link://` stands for."""
        match = re.match(r"link://(\w+)/(.*)", target)
        if match is None:
            return target
        name, mark, fragment = match[2].partition("#")
        here = [item for item in self.posts.values() if item.lang == post.lang] + list(self.posts.values())
        found = None
        if match[1] == "slug":
            found = next((item for item in here if (item.slug or _stem(item)) == name), None)
        elif match[1] == "filename":
            found = self.posts.get(name) or next(
                (item for item in here if item.key == posixpath.splitext(name)[0]), None
            )
        elif match[1] in ("tag", "category"):
            folder = "tags" if match[1] == "tag" else "sections"
            return f"/{folder}/{quote(slugs.slugify(name, post.lang))}/"
        elif match[1] in ("index", "root"):
            return "/"
        return quote(found.url) + mark + fragment if found else target


def _end(post: Post) -> str:
    return "/" if post.url.endswith("/") else ""


def _stem(post: Post) -> str:
    return slugs.slugify(posixpath.basename(post.key), "und")


_SHORT: Final = re.compile(r"\{\{%\s*(?P<said>[^%]{1,500}?)\s*%\}\}")
_FIELD: Final = re.compile(r"\.\. ([A-Za-z][\w-]*):(?: (.*))?$")


def _header(text: str, path: str, log: Log) -> matter.Matter:
    """`.. key: value` in the first lines, which may stand in a comment of HTML; or YAML or TOML between its signs."""
    lines = text.split("\n")
    if lines[0].rstrip() in ("---", "+++"):
        return matter.split(text, path, log)
    at = next((at for at, line in enumerate(lines) if line.strip()), 0)
    comment = lines[at].strip() == "<!--"
    at += comment
    values: dict[str, Any] = {}
    while at < len(lines):
        match = _FIELD.match(lines[at].strip())
        if match is None and (lines[at].strip() or values) and not (comment and lines[at].strip() != "-->"):
            break
        if match:
            values[match[1].lower().replace("-", "_")] = (match[2] or "").strip()
        at += 1
    at += comment and at < len(lines)
    if not values:
        return matter.Matter({}, text, 1, found=False)
    return matter.Matter(values, "\n".join(lines[at:]), at + 1, found=True)
