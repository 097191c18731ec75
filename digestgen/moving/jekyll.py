"""Jekyll: _config.yml, _posts/ and pages with front matter, whose texts are run through Liquid."""

from __future__ import annotations

import datetime as clock
import fnmatch
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final

from digestgen.config import time_zone
from digestgen.dataclass import dataclass
from digestgen.moments import Written, read_moment
from digestgen.moving import dialect, matter, players, prose
from digestgen.moving.folder import Folder
from digestgen.moving.values import Carried, Log, Old, Picture, Post, Settings

SKIPPED: Final = ("_site", "vendor", "node_modules")
_CONFIGS: Final = ("_config.yml", "_config.yaml")
_MARKDOWN: Final = (".md", ".markdown", ".mkd", ".mkdn", ".mkdown")
_STYLES: Final = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_NAME: Final = re.compile(r"(?:.*/)?(\d{2,4}-\d{1,2}-\d{1,2})-([^/]*)\.[^./]+$")
_ROOT_FILES: Final = ("Gemfile", "Gemfile.lock", "Rakefile", "README", "LICENSE", "package.json", "package-lock.json")
_KEYS: Final = [
    "layout",
    "title",
    "date",
    "categories",
    "category",
    "tags",
    "tag",
    "slug",
    "permalink",
    "published",
    "draft",
    "lang",
    "author",
    "authors",
    "excerpt",
    "description",
    "image",
    "redirect_from",
    "last_modified_at",
    "ref",
    "lang-ref",
    "canonical_url",
    "comments",
    "toc",
    "redirect_to",
]


def is_one(folder: Folder) -> bool:
    """Tell whether a folder is a Jekyll site."""
    return any(name in folder for name in _CONFIGS) or bool(folder.below("_posts"))


def read(folder: Folder, log: Log) -> Old:
    """Return the site; Liquid is translated as far as it says something certain."""
    name = next((name for name in _CONFIGS if name in folder), "")
    config = matter.read_yaml((folder.text(name) if name else "") or "", name, 1, log)
    site = _Site(folder, log, config)
    old = Old("jekyll", site.settings(), log=log)
    for path in folder.paths:
        if not site.is_left(path):
            _take(path, site, old)
    site.posts = {post.path: post for post in old.posts}
    for post in old.posts:
        post.body = site.translated(post)
    return old


def _take(path: str, site: _Site, old: Old) -> None:
    """Add the post, page or file at `path`, where it is one."""
    steps = path.split("/")
    ending = posixpath.splitext(path)[1].lower()
    if "_posts" in steps[:-1] or "_drafts" in steps[:-1] or site.collection(steps[0]):
        if ending in _MARKDOWN or ending in (".html", ".htm"):
            post = site.post(path)
            old.posts += [post] if post else []
        else:
            site.log.person(path, 0, "it lies among the posts and is none; it was left")
    elif any(step.startswith("_") for step in steps):
        return
    elif ending in (*_MARKDOWN, ".html", ".htm", ".xml", ".scss", ".sass", ".css", ".js", ".json", ".txt") and (
        site.has_front(path)
    ):
        page = site.page(path, ending)
        old.posts += [page] if page else []
    else:
        old.files.append(Carried(path, "/" + path))


@dataclass()
class _Site:
    folder: Folder
    log: Log
    config: Mapping[str, Any]
    posts: dict[str, Post] = field(default_factory=dict)
    people: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = next((name for name in ("_data/authors.yml", "_data/authors.yaml") if name in self.folder), "")
        if name:
            self.people = matter.read_yaml(self.folder.text(name) or "", name, 1, self.log)

    def settings(self) -> Settings:
        said = self.config
        url = matter.text(said.get("url")).rstrip("/")
        base = matter.text(said.get("baseurl")).strip("/")
        url = f"{url}/{base}" if url and base else url
        zone = matter.text(said.get("timezone"))
        author = said.get("author")
        name = matter.text(author.get("name") if isinstance(author, Mapping) else author)
        lang = matter.text(said.get("lang") or said.get("locale") or said.get("language")).replace("_", "-")
        tagline = matter.text(said.get("tagline") or said.get("description"))
        return Settings(matter.text(said.get("title")), tagline, url, lang, (), zone, name, feeds=("/feed.xml",))

    def is_left(self, path: str) -> bool:
        """Tell whether Jekyll would not look at a path, or it is of no use here."""
        if (
            path in _CONFIGS
            or path.partition(".")[0] in _ROOT_FILES
            or path in _ROOT_FILES
            or path.endswith(".gemspec")
        ):
            return True
        left = matter.texts(self.config.get("exclude"))
        return any(fnmatch.fnmatch(path, name) or path.startswith(name.strip("/") + "/") for name in left)

    def collection(self, step: str) -> bool:
        listed = self.config.get("collections")
        return step.startswith("_") and isinstance(listed, list | dict) and step[1:] in listed and step != "_posts"

    def has_front(self, path: str) -> bool:
        data = self.folder.data(path)
        return data is not None and re.match(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n", data[:20]) is not None

    def _defaults(self, path: str, kind: str) -> dict[str, Any]:
        """The front matter that _config.yml gives to what lies at a path."""
        found: dict[str, Any] = {}
        rules = self.config.get("defaults")
        for rule in rules if isinstance(rules, list) else ():
            scope = rule.get("scope") if isinstance(rule, Mapping) else None
            values = rule.get("values") if isinstance(rule, Mapping) else None
            if not isinstance(values, Mapping):
                continue
            scope = scope if isinstance(scope, Mapping) else {}
            below = matter.text(scope.get("path")).strip("/")
            fits = not below or path == below or path.startswith(below + "/") or fnmatch.fnmatch(path, below)
            if fits and matter.text(scope.get("type")) in ("", kind):
                found |= matter.lowered(values)
        return found

    # --- posts and pages

    def post(self, path: str) -> Post | None:
        text = self.folder.text(path)
        if text is None:
            return None
        parts = matter.split(text, path, self.log)
        drafts = "_drafts" in path.split("/")
        kind = "posts" if "_posts" in path.split("/") else "drafts" if drafts else path.split("/", maxsplit=1)[0][1:]
        values = self._defaults(path, kind) | parts.values
        named = _NAME.match(path)
        stem = named[2] if named else posixpath.splitext(path)[0].rpartition("/")[2]
        date = matter.when(values.get("date")) or (_day(named[1]) if named else None)
        made = self._made(path, text, parts, values, stem)
        made.date = date
        made.draft = drafts or values.get("published") is False or matter.flag(values.get("draft"))
        made.page = date is None and kind not in ("posts", "drafts")
        self._sorted(made, values, path)
        if kind in ("posts", "drafts"):
            made.url = self._url(made, values, stem, path) if date else ""
        else:
            made.url = _permalink(values) or f"/{path[1:].rpartition('.')[0]}.html"
        made.id = self._id(made, matter.text(values.get("slug")) or stem) if made.url else ""
        made.slug = made.slug or stem
        return made

    def page(self, path: str, ending: str) -> Post | None:
        text = self.folder.text(path)
        if text is None:
            return None
        parts = matter.split(text, path, self.log)
        values = self._defaults(path, "pages") | parts.values
        url = _permalink(values) or self._page_url(path, ending)
        loops = re.search(r"\{%-?\s*(for|assign|paginate|capture|tablerow)\b", parts.body)
        if ending not in _MARKDOWN and ending not in (".html", ".htm"):
            self.log.person(path, 1, f"a file that Jekyll fills in, at {url}; it was left")
            return None
        if url in ("/", "/index.html", "/404.html") or loops or not (values.get("title") or parts.body.strip()):
            self.log.person(path, 1, f"a template rather than a page, at {url}; it was left")
            return None
        stem = posixpath.splitext(path)[0]
        name = stem.removesuffix("/index").rpartition("/")[2]
        made = self._made(path, text, parts, values, name)
        made.page, made.url = True, url
        made.date = matter.when(values.get("date"))
        made.draft = values.get("published") is False
        return made

    def _made(self, path: str, text: str, parts: matter.Matter, values: Mapping[str, Any], stem: str) -> Post:
        lang = matter.text(values.get("lang")).replace("_", "-")
        title = matter.text(values.get("title")) or stem.replace("-", " ").replace("_", " ").capitalize()
        excerpt = matter.text(values.get("description") or values.get("excerpt"))
        reference = matter.text(values.get("ref") or values.get("lang-ref"))
        return Post(
            path=path,
            title=title,
            raw=text,
            body=parts.body,
            line=parts.line,
            slug=matter.text(values.get("slug")),
            updated=matter.when(values.get("last_modified_at")),
            lang=lang,
            key=reference,
            tags=matter.texts(values.get("tags") or values.get("tag"), " " if "tags" in values else ""),
            authors=self._authors(values),
            summary=excerpt,
            image=_image(values),
            aliases=matter.texts(values.get("redirect_from")),
            canonical=matter.text(values.get("canonical_url")),
            extra=matter.others(values, _KEYS, path, self.log),
        )

    def _authors(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        listed = matter.texts(values.get("authors") or values.get("author"))
        known = {key: item for key, item in self.people.items() if isinstance(item, Mapping)}
        return tuple(matter.text(known.get(name.lower(), {}).get("name")) or name for name in listed)

    def _sorted(self, post: Post, values: Mapping[str, Any], path: str) -> None:
        """The first category is the section, the others are tags."""
        kinds = _categories(values, path)
        post.kinds = kinds
        post.section = kinds[0] if kinds else ""
        if len(kinds) > 1:
            self.log.changed(path, 1, f"the categories after the first became tags: {', '.join(kinds[1:])}")
            post.tags = tuple(dict.fromkeys([*post.tags, *kinds[1:]]))

    def _url(self, post: Post, values: Mapping[str, Any], stem: str, path: str) -> str:
        own = _permalink(values)
        style = own or matter.text(self.config.get("permalink")) or "date"
        style = _STYLES.get(style, style)
        at = self.local(post.date)
        kinds = "/".join(dict.fromkeys(kind.lower() for kind in _categories(values, path)))
        fields = {
            "categories": kinds,
            "slugified_categories": "/".join(_pretty(kind).lower() for kind in kinds.split("/")),
            "title": _pretty(matter.text(values.get("slug")) or stem),
            "slug": _pretty(matter.text(values.get("slug")) or stem).lower(),
            "year": f"{at:%Y}",
            "short_year": f"{at:%y}",
            "month": f"{at:%m}",
            "i_month": str(at.month),
            "day": f"{at:%d}",
            "i_day": str(at.day),
            "y_day": f"{at:%j}",
            "week": f"{at:%V}",
            "short_day": _DAYS[at.weekday()],
            "hour": f"{at:%H}",
            "minute": f"{at:%M}",
            "second": f"{at:%S}",
            "output_ext": ".html",
        }
        names = sorted(fields, key=len, reverse=True)
        url = re.sub(":(" + "|".join(names) + ")", lambda match: fields[match[1]], style)
        url = re.sub(r"/{2,}", "/", "/" + url)
        bare = not url.endswith("/") and "." not in url.rpartition("/")[2]
        return url + ".html" if bare else url

    def local(self, date: Written | None) -> clock.datetime:
        at = date.at if date else clock.datetime(2000, 1, 1)  # noqa: DTZ001 - it has no zone of its own
        zone = time_zone(matter.text(self.config.get("timezone")) or "UTC")
        return at.astimezone(zone) if at.tzinfo and zone else at

    def _page_url(self, path: str, ending: str) -> str:
        stem = path.removesuffix(posixpath.splitext(path)[1])
        style = matter.text(self.config.get("permalink"))
        if stem.rpartition("/")[2] == "index":
            return "/" + stem.removesuffix("index")
        if ending in (*_MARKDOWN, ".html", ".htm"):
            return f"/{stem}/" if style == "pretty" or style.endswith("/") else f"/{stem}.html"
        return "/" + path

    def _id(self, post: Post, stem: str) -> str:
        """Return what the plug-in jekyll-feed calls it: the address without its ending, by the name of the file."""
        url = self.settings().url
        return (
            f"{url}{posixpath.join(posixpath.dirname(post.url), '')}{_pretty(stem)}".replace(" ", "%20") if url else ""
        )

    # --- Liquid

    def translated(self, post: Post) -> str:
        """Return the body of a post without Liquid, as far as that says something certain."""
        text = _blocks(post.body, post, self.log)
        raws: list[str] = []

        def kept(_start: re.Match[str], inside: str) -> str:
            raws.append(inside)
            return f"\0{len(raws) - 1}\0"

        text = players.paired(text, _RAW, _END_RAW, kept)
        text = _LIQUID.sub(lambda match: self._one(match, text, post), text)
        text = re.sub("\0(\\d+)\0", lambda match: raws[int(match[1])], text)
        if posixpath.splitext(post.path)[1].lower() in (".html", ".htm"):
            return prose.markdown(text)
        return dialect.adapted(_kramdown(text))

    def _one(self, match: re.Match[str], text: str, post: Post) -> str:
        line = post.line + text.count("\n", 0, match.start())
        said = (match["tag"] if match["tag"] is not None else match["value"]).strip()
        made = self._tag(said, post) if match["tag"] is not None else self._value(said, post)
        if made is None:
            self.log.person(post.path, line, f"Liquid that stays as it is: {match[0][:80]}")
            return match[0]
        if match["tag"] is not None and not said.startswith(("post_url", "link")):
            self.log.changed(post.path, line, f"{match[0][:60]} became {made[:60] or 'nothing'}")
        return made

    def _tag(self, said: str, post: Post) -> str | None:
        name, _, rest = said.partition(" ")
        named, words = players.arguments(rest)
        if name in ("post_url", "link"):
            found = self._named(rest.strip(), posts=name == "post_url")
            return found.url.replace(" ", "%20") if isinstance(found, Post) else found
        if players.known(name):
            return players.address(name, words) or None
        if name in ("include", "include_cached", "include_relative"):
            return self._included(words, named)
        return None

    def _named(self, name: str, *, posts: bool) -> Post | str | None:
        if not posts:
            path = name.lstrip("/")
            return self.posts.get(path) or ("/" + path if path in self.folder else None)
        for path, post in self.posts.items():
            bare = path.rpartition(".")[0]
            if bare.endswith("_posts/" + name) or bare.replace("_posts/", "") == name:
                return post
        return None

    @staticmethod
    def _included(words: tuple[str, ...], named: Mapping[str, str]) -> str | None:
        """Return what an include most likely shows, by its name and its arguments."""
        name = words[0].rpartition("/")[2].partition(".")[0].lower() if words else ""
        source = (
            named.get("src") or named.get("url") or named.get("image_path") or named.get("image") or named.get("path")
        )
        if name in ("figure", "image", "img", "picture") and source and "{{" not in source:
            alt, caption = named.get("alt", ""), named.get("caption") or named.get("title", "")
            return players.picture(source, alt, caption, named.get("link", ""))
        player = next((one for one in ("youtube", "vimeo", "gist") if one in name), "")
        wanted = named.get("id") or named.get("video_id") or named.get("video") or next(iter(words[1:]), "")
        return players.address(player, (wanted,)) or None if player else None

    def _value(self, said: str, post: Post) -> str | None:
        """Return what `{{ … }}` says: an address, or a word of the site or the page."""
        first, *filters = [part.strip() for part in said.split("|")]
        quoted = re.fullmatch(r"""(["'])(.*)\1""", first)
        value = quoted[2] if quoted else self._word(first, post)
        if value is None:
            return None
        for name in filters:
            known = _FILTERS.get(name.partition(":")[0].strip())
            argument = re.search(r""":\s*(["'])(.*)\1""", name)
            if known is None:
                return None
            value = known(value, argument[2] if argument else self._word(name.partition(":")[2].strip(), post) or "")
        return value

    def _word(self, name: str, post: Post) -> str | None:
        if name in ("site.baseurl", "site.url"):
            return ""
        if name in ("page.title", "page.url"):
            return post.title if name == "page.title" else post.url
        if name.startswith("site.") and isinstance(self.config.get(name[5:].lower()), str | int):
            return matter.text(self.config.get(name[5:].lower()))
        return None


_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LIQUID: Final = re.compile(r"\{%-?(?P<tag>[^\n]{0,300}?)-?%\}|\{\{-?(?P<value>[^\n]{0,300}?)-?\}\}")
_RAW: Final = re.compile(r"\{%-? {0,9}raw {0,9}-?%\}")
_END_RAW: Final = re.compile(r"\{%-? {0,9}endraw {0,9}-?%\}")
_HIGHLIGHT: Final = re.compile(r"\{%-? {0,9}highlight ([^%\n]{0,200})%\}\n?")
_END_HIGHLIGHT: Final = re.compile(r"\{%-? {0,9}endhighlight {0,9}-?%\}")
_COMMENT: Final = re.compile(r"\{%-? {0,9}comment {0,9}-?%\}")
_END_COMMENT: Final = re.compile(r"\{%-? {0,9}endcomment {0,9}-?%\}")
_FILTERS: Final[dict[str, Callable[[str, str], str]]] = {
    "relative_url": lambda value, _: "/" + value.lstrip("/"),
    "absolute_url": lambda value, _: "/" + value.lstrip("/"),
    "prepend": lambda value, more: more + value,
    "append": lambda value, more: value + more,
    "escape": lambda value, _: value,
    "strip": lambda value, _: value.strip(),
}


def _day(text: str) -> Written | None:
    year, month, day = text.split("-")
    found = read_moment(f"{year if len(year) == 4 else '20' + year[-2:]}-{month}-{day}")
    return found if isinstance(found, Written) else None


def _permalink(values: Mapping[str, Any]) -> str:
    said = matter.text(values.get("permalink"))
    return (
        "/" + said.lstrip("/") if said and said not in _STYLES and ":" not in said else said and _STYLES.get(said, said)
    )


def _categories(values: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """Those of the folders above _posts/, then those of the front matter."""
    above = path.partition("_posts/")[0].strip("/").split("/") if "_posts/" in path else []
    listed = matter.texts(values.get("categories"), " ") if values.get("categories") else ()
    return tuple(dict.fromkeys(filter(None, [*above, *(listed or matter.texts(values.get("category")))])))


def _pretty(text: str) -> str:
    """Return a text as Jekyll puts it into addresses."""
    return re.sub(r"[^\w.~!$&'()+,;=@-]|_", lambda sign: sign[0] if sign[0] == "_" else "-", text).strip("-")


def _image(values: Mapping[str, Any]) -> Picture | None:
    said = values.get("image")
    header = values.get("header")
    if said is None and isinstance(header, Mapping):
        said = header.get("image")
    if isinstance(said, Mapping):
        src = matter.text(said.get("path") or said.get("src") or said.get("url") or said.get("feature"))
        return Picture(src, matter.text(said.get("alt")), matter.text(said.get("caption"))) if src else None
    return Picture(matter.text(said)) if matter.text(said) else None


def _blocks(text: str, post: Post, log: Log) -> str:
    """Return a text with code between fences, and without comments; it has as many lines as before."""

    def code(start: re.Match[str], inside: str) -> str:
        lang, _, options = start[1].strip(" -").partition(" ")
        line = post.line + start.string.count("\n", 0, start.start())
        log.changed(post.path, line, "a block of highlight became fenced code")
        if options:
            log.changed(post.path, line, f"of highlight, `{options}` was left out")
        return players.fenced(inside, lang)

    text = players.paired(text, _HIGHLIGHT, _END_HIGHLIGHT, code)
    return players.paired(text, _COMMENT, _END_COMMENT, lambda start, inside: "\n" * (start[0] + inside).count("\n"))


def _nothing(_start: re.Match[str], _inside: str) -> str:
    return ""


def _kramdown(text: str) -> str:
    """Return what kramdown alone knows in the words of Python-Markdown."""
    text = re.sub(
        r"^[-*+1.]{1,3} +.*\n\{: {0,9}toc[^}\n]*\}[ \t]*$", "[TOC]\n", text, flags=re.MULTILINE | re.IGNORECASE
    )
    text = players.paired(
        text, re.compile(r"^\{::comment\}", re.MULTILINE), re.compile(r"\{:/(?:comment)?\}"), _nothing
    )
    text = re.sub(r"^\{::?(?:options|nomarkdown)[^}]*\}[ \t]*$", "", text, flags=re.MULTILINE)
    return re.sub(r"^<!--\s*more\s*-->[ \t]*\n?(?:[ \t]*\n)?", "", text, flags=re.MULTILINE)
