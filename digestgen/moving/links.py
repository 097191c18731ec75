"""Where the links of an old site's texts lead, and how they are written here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from html import unescape
from typing import Final
from urllib.parse import quote, urlsplit

from digestgen import paths, urls
from digestgen.dataclass import dataclass
from digestgen.moving.values import Carried, Old, Post

#: An address in Markdown or HTML: `](address "title")`, `]: address`, `href="address"`, `<address>` of the web.
_LINK: Final = re.compile(
    r"""(?P<head>\]\(\s*<)(?P<angled>[^<>\n]*)(?=>)
    |(?P<inline>\]\(\s*)(?P<plain>(?:[^\s()<>]|\([^\s()<>]*\))+)(?=\s*(?:\)|\s["'(]))
    |(?P<reference>^[ ]{0,3}\[(?!\^)[^\]\n]+\]:[ \t]*)<?(?P<referred>[^\s<>]+)(?=>?(?:\s|$))
    |(?P<attribute>\s(?:href|src|poster)\s*=\s*["'])(?P<valued>[^"'\n]*)(?=["'])""",
    re.VERBOSE | re.MULTILINE,
)
_GROUPS: Final = ("angled", "plain", "referred", "valued")
_FENCE: Final = re.compile(r"^[ >]*(`{3,}|~{3,})")


def rewritten(text: str, change: Callable[[str], str]) -> str:
    """Return Markdown with each address as `change` has it; what is code stays."""
    return "".join(
        piece if code else _LINK.sub(lambda match: _changed(match, change), piece) for piece, code in pieces(text)
    )


def _changed(match: re.Match[str], change: Callable[[str], str]) -> str:
    group = next(name for name in _GROUPS if match[name] is not None)
    new = change(unescape(match[group]))
    if new == unescape(match[group]):
        return match[0]
    safe = new.replace("&", "&amp;").replace('"', "&quot;") if group == "valued" else re.sub(r"[\s<>()]", _quoted, new)
    return match[0][: match.start(group) - match.start()] + safe + match[0][match.end(group) - match.start() :]


def _quoted(sign: re.Match[str]) -> str:
    return quote(sign[0], safe="")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield `text` in pieces, each with whether it is code: fenced, indented or between backticks."""
    for part, code in _by_fences(text):
        if code:
            yield part, True
        else:
            yield from _by_ticks(part)


def _by_fences(text: str) -> Iterator[tuple[str, bool]]:
    run: list[str] = []
    fence, before_blank = "", True
    for line in text.splitlines(keepends=True):
        match = _FENCE.match(line)
        indented = before_blank and line.startswith(("    ", "\t")) and not fence
        if match and not fence:
            yield "".join(run), False
            run, fence = [line], match[1]
        elif fence:
            run.append(line)
            if match and match[1].startswith(fence) and not line.strip(" >\n").strip(fence[0]):
                yield "".join(run), True
                run, fence = [], ""
        elif indented and not re.match(r"\s+([-*+]|\d+[.)])\s|\s+[!\[<]", line):
            yield "".join(run), False
            yield line, True
            run = []
        else:
            run.append(line)
        before_blank = not line.strip() or (before_blank and line.startswith(("    ", "\t")))
    yield "".join(run), bool(fence)


_TICKS: Final = re.compile(r"(?<![\\`])(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?(?<!`)\1(?!`)")


def _by_ticks(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for match in _TICKS.finditer(text):
        yield text[at : match.start()], False
        yield match[0], True
        at = match.end()
    yield text[at:], False


@dataclass(frozen=True)
class Goal:
    """Where an address of the old site leads: a post, a file that comes along, or neither of them."""

    post: Post | None = None
    file: Carried | None = None
    path: str = ""
    """The site path, decoded, where it is one of the old site."""
    fragment: str = ""
    query: str = ""


@dataclass()
class Atlas:
    """All that the old site's addresses and files are known by."""

    old: Old
    base: str = ""
    hosts: frozenset[str] = frozenset()
    by_url: dict[str, Post] = field(default_factory=dict)
    by_path: dict[str, Post] = field(default_factory=dict)
    files: dict[str, Carried] = field(default_factory=dict)
    sources: dict[str, Carried] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.old.settings.url)
        self.base = parts.path.rstrip("/")
        self.hosts = frozenset([parts.netloc.lower().removeprefix("www.")]) if parts.netloc else frozenset()
        for post in self.old.posts:
            self.by_path.setdefault(post.path, post)
            for url in (post.url, *post.aliases):
                if url:
                    self.by_url.setdefault(same(url), post)
        self.files = {item.url: item for item in reversed(self.old.files)}
        self.sources = {item.source: item for item in reversed(self.old.files)}

    def goal(self, target: str, post: Post) -> Goal | None:
        """Return where `target`, written in `post`, leads on the old site; None for what lies elsewhere."""
        if _ELSEWHERE.match(target) and not _WEB.match(target):
            return None
        try:
            parts = urlsplit(target)
        except ValueError:
            return None
        if parts.netloc:
            if parts.netloc.lower().removeprefix("www.") not in self.hosts:
                return None
            return self._at(self._based(urls.unquote(parts.path) or "/"), parts.fragment, parts.query)
        if not parts.path:
            return Goal(fragment=parts.fragment, query=parts.query)
        path = urls.unquote(parts.path)
        if path.startswith("/"):
            return self._at(self._based(path), parts.fragment, parts.query)
        return self._relative(path, post, parts.fragment, parts.query)

    def _based(self, path: str) -> str:
        return path[len(self.base) :] or "/" if self.base and f"{path}/".startswith(f"{self.base}/") else path

    def _at(self, path: str, fragment: str, query: str) -> Goal:
        return Goal(self.by_url.get(same(path)), self.files.get(path), path, urls.unquote(fragment), query)

    def _relative(self, path: str, post: Post, fragment: str, query: str) -> Goal:
        source = paths.join_inside(post.path.rpartition("/")[0], path)
        for name in (source, source and f"{source}.md", source and f"{source}/index.md"):
            if name and (name in self.by_path or name in self.sources):
                return Goal(self.by_path.get(name), self.sources.get(name), "", urls.unquote(fragment), query)
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(post.url or "/"), path))
        end = "/" if path.endswith("/") and joined != "/" else ""
        return self._at("/" + joined.lstrip("/") + end, fragment, query)


_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)


def same(url: str) -> str:
    """Return a form of a site path that addresses share which a host answers alike."""
    path = url.removesuffix("index.html").removesuffix("/")
    return path.removesuffix(".html").removesuffix(".htm") or "/"


def line_of(post: Post, target: str) -> int:
    """Return the line of the post's file in which `target` first stands; that of its body where it is not found."""
    stem = posixpath.splitext(target.partition("#")[0].rstrip("/").rpartition("/")[2])[0]
    places = (post.raw.find(one) for one in (target, stem) if one)
    at = next((at for at in places if at >= 0), -1)
    return post.raw.count("\n", 0, at) + 1 if at >= 0 else post.line


def link(goal: Goal, post: Post, places: Mapping[str, str]) -> str | None:
    """Return a link of ours that leads where `goal` does, from `post`; None where nothing of ours is there.

    `places` are the paths of our files below content/ by those of the posts.
    """
    mark = f"#{urls.quote_path(goal.fragment)}" if goal.fragment else ""
    if goal.post is not None and goal.post.path in places:
        if goal.post is post and mark:
            return mark
        folder = posixpath.dirname(places[post.path]) or "."
        return urls.quote_path(posixpath.relpath(places[goal.post.path], folder)) + mark
    if goal.file is not None:
        return urls.quote_path(goal.file.url)
    return None


def names(files: Iterable[Carried]) -> frozenset[str]:
    """Return the addresses of `files`, without their first slash."""
    return frozenset(item.url.lstrip("/") for item in files)
