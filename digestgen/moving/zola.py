"""Zola: config.toml with `base_url`, content/ with TOML at the heads, static/, and shortcodes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final
from urllib.parse import quote

from digestgen import slugs
from digestgen.dataclass import dataclass
from digestgen.moving import dialect, matter, players
from digestgen.moving.folder import Folder
from digestgen.moving.values import Carried, Log, Old, Post, Settings

SKIPPED: Final = ("public", "themes", "node_modules")
_NAMES: Final = ("config.toml", "zola.toml")
_COMMON: Final = frozenset(["posts", "post", "blog", "articles", "news"])
_KEYS: Final = [
    "title",
    "description",
    "date",
    "updated",
    "weight",
    "draft",
    "slug",
    "path",
    "aliases",
    "authors",
    "template",
    "render",
    "in_search_index",
    "taxonomies",
    "extra",
    "insert_anchor_links",
]


def is_one(folder: Folder) -> bool:
    """Tell whether a folder is a Zola site."""
    return any(name in folder and b"base_url" in (folder.data(name, 1 << 20) or b"") for name in _NAMES)


def read(folder: Folder, log: Log) -> Old:
    """Return the site; shortcodes are translated as far as they say something certain."""
    name = next((name for name in _NAMES if name in folder), "")
    site = _Site(folder, log, matter.read_toml(folder.text(name) or "", name, 1, log) if name else {})
    old = Old("zola", site.settings(), log=log)
    old.lists = {
        "category": lambda name: f"/categories/{slugs.slugify(name, 'und')}/",
        "tag": lambda name: f"/tags/{slugs.slugify(name, 'und')}/",
        "author": lambda name: f"/authors/{slugs.slugify(name, 'und')}/",
    }
    old.prefixes = {lang: f"/{lang}" for lang in site.langs} | {site.lang: ""}
    old.indexes = {"/categories/": "/sections/", "/authors/": "/people/"}
    for path in folder.below("content"):
        if path.endswith(".md"):
            post = site.post(path)
            old.posts += [post] if post else []
    for path in folder.below("content"):
        if not path.endswith(".md"):
            old.files.append(Carried(path, site.address(path)))
    old.files += [Carried(path, path.removeprefix("static")) for path in folder.below("static")]
    site.posts = {post.path: post for post in old.posts}
    for post in old.posts:
        top, inside, _ = post.key.partition("/")
        if inside and not post.page:
            slug = slugs.slugify(top, "und")
            old.indexes.setdefault(f"/{slug}/", f"/sections/{slug}/" if post.section == top else "/archive/")
    for post in old.posts:
        post.body = site.translated(post)
    return old


@dataclass()
class _Site:
    folder: Folder
    log: Log
    config: Mapping[str, Any]
    posts: dict[str, Post] = field(default_factory=dict)
    bundles: dict[str, str] = field(default_factory=dict)
    lang: str = ""
    langs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.lang = matter.text(self.config.get("default_language")) or "en"
        self.langs = tuple(lang for lang in matter.lowered(self.config.get("languages")) if lang != self.lang)

    def settings(self) -> Settings:
        said = self.config
        names = matter.texts(said.get("feed_filenames") or said.get("feed_filename")) or ("atom.xml",)
        feeds = names if matter.flag(said.get("generate_feeds") or said.get("generate_feed")) else ()
        return Settings(
            matter.text(said.get("title")),
            matter.text(said.get("description")),
            matter.text(said.get("base_url")).rstrip("/"),
            self.lang,
            self.langs,
            "",
            matter.text(said.get("author")),
            "rss.xml" in feeds,
            tuple(f"/{name}" for name in feeds),
        )

    def post(self, path: str) -> Post | None:
        text = self.folder.text(path)
        if text is None:
            return None
        inside = path.removeprefix("content/").removesuffix(".md")
        stem, dot, suffix = inside.rpartition(".")
        lang = suffix if dot and suffix in self.langs else self.lang
        inside = stem if dot and suffix in self.langs else inside
        parts = matter.split(text, path, self.log)
        name = inside.rpartition("/")[2]
        if name == "_index":
            if parts.body.strip():
                self.log.person(path, parts.line, "the text of a section's page has no place here; it was left")
            return None
        leaf = name == "index" and "/" in inside
        inside = inside.removesuffix("/index") if leaf else inside
        made = self._made(path, text, parts, inside, lang)
        if leaf:
            self.bundles.setdefault(path.rpartition("/")[0], made.url)
        return made

    def _made(self, path: str, text: str, parts: matter.Matter, inside: str, lang: str) -> Post:
        said = parts.values
        folder, _, stem = inside.rpartition("/")
        named = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:T[\d:+Z-]*)?[_-](.+)", stem)
        stem = named[2] if named else stem
        kinds = matter.lowered(said.get("taxonomies"))
        sections = matter.texts(kinds.get("categories"))
        date = matter.when(said.get("date") or (named[1] if named else ""))
        outer = folder.partition("/")[0]
        tags = tuple(dict.fromkeys([*matter.texts(kinds.get("tags")), *sections[1:]]))
        if len(sections) > 1:
            self.log.changed(path, 1, f"the categories after the first became tags: {', '.join(sections[1:])}")
        more = matter.lowered(said.get("extra"))
        other = {key: value for key, value in kinds.items() if key not in ("tags", "categories", "authors")}
        made = Post(
            path=path,
            title=matter.text(said.get("title")) or stem.replace("-", " ").capitalize(),
            raw=text,
            body=parts.body,
            line=parts.line,
            url=self._url(said, folder, stem, lang),
            slug=matter.text(said.get("slug")),
            page=date is None or not folder,
            date=date,
            updated=matter.when(said.get("updated")),
            lang=lang if self.langs else "",
            key=inside,
            tags=tags,
            kinds=sections,
            section=sections[0] if sections else "" if outer.lower() in _COMMON else outer,
            authors=matter.texts(said.get("authors")) or matter.texts(kinds.get("authors")),
            summary=matter.text(said.get("description")),
            draft=matter.flag(said.get("draft")),
            aliases=tuple("/" + item.lstrip("/") for item in matter.texts(said.get("aliases"))),
            extra=matter.others({**matter.lowered(said), **more, **other}, _KEYS, path, self.log),
        )
        base = self.settings().url
        made.id = f"{base}{quote(made.url)}" if base else ""
        return made

    def _url(self, said: Mapping[str, Any], folder: str, stem: str, lang: str) -> str:
        prefix = f"/{lang}" if lang != self.lang else ""
        own = matter.text(said.get("path")).strip("/")
        if own:
            return f"{prefix}/{own}/"
        slug = matter.text(said.get("slug")) or stem
        steps = [slugs.slugify(step, "und") for step in (*filter(None, folder.split("/")), slug)]
        return f"{prefix}/{'/'.join(steps)}/"

    def address(self, path: str) -> str:
        """Return the address of a file of content/: below that of the page in whose folder it lies."""
        folder = path.rpartition("/")[0]
        while folder != "content" and folder:
            if folder in self.bundles:
                return posixpath.join(self.bundles[folder], path[len(folder) + 1 :])
            folder = folder.rpartition("/")[0]
        return path.removeprefix("content")

    # --- links and shortcodes

    def translated(self, post: Post) -> str:
        """Return the body of a post with links as addresses, and without shortcodes that say something certain."""
        text = re.sub(r"@/([^\s)#\"'>]{1,300}\.md)", lambda match: self._internal(match, post), post.body)
        text = _SHORT.sub(lambda match: self._one(match, text, post), text)
        text = re.sub(r"\{([{%])/\*([^\n]{0,300}?)\*/([}%])\}", r"{\1\2\3}", text)
        text = re.sub(r"^<!--\s*more\s*-->[ \t]*\n?(?:[ \t]*\n)?", "", text, flags=re.MULTILINE)
        return dialect.adapted(text)

    def _internal(self, match: re.Match[str], post: Post) -> str:
        found = self.posts.get(f"content/{match[1]}")
        if found is None and match[1].endswith("_index.md"):
            return "/" + match[1].removesuffix("_index.md")
        if found is None:
            line = post.line + match.string.count("\n", 0, match.start())
            self.log.person(post.path, line, f"a link to a page that is not there: {match[0]}")
            return match[0]
        return quote(found.url)

    def _one(self, match: re.Match[str], text: str, post: Post) -> str:
        line = post.line + text.count("\n", 0, match.start())
        named, words = players.arguments(re.sub(r",\s*", " ", match["said"] or ""))
        name = match["name"] or ""
        made = ""
        if players.known(name):
            said = named.get("id") or named.get("url") or next(iter(words), "")
            made = players.address(name, (said,))
        elif name in ("figure", "image", "img") and (named.get("src") or named.get("path")):
            source = named.get("src") or named["path"]
            made = players.picture(source, named.get("alt", ""), named.get("caption") or named.get("title", ""))
        if not made:
            self.log.person(post.path, line, f"a shortcode that stays as it is: {match[0][:80]}")
            return match[0]
        self.log.changed(post.path, line, f"{match[0][:60]} became {made[:60]}")
        return made


_SHORT: Final = re.compile(
    r"\{\{\s?(?!/\*)(?P<name>[a-z_]\w{0,60})\((?P<said>[^{}]{0,500})\)\s?\}\}|\{%\s?(?!/\*)(?:\w{1,60}\([^{}]{0,500}\)|end)\s?%\}"
)
