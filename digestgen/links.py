"""Where the links of an article lead, now that the whole site is known.

Authors link to *files*: `[…](../kim-putin.de.md#treffen)`. Here such a link becomes an address of the site, and a
file, page or heading that is not there becomes a message with file, line and column.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from digestgen import parse, paths, urls
from digestgen.diagnostics import Diagnostic, Span
from digestgen.library import Library
from digestgen.model import Article


@dataclass(frozen=True, slots=True)
class Target:
    """Where one reference leads. `url` is None where its text stays without a link.

    `file` is the path below content/ of a file that has to come along to `url`.
    """

    url: str | None
    file: str = ""
    state: Literal["good", "held", "broken", "refused"] = "good"
    why: str = ""
    hint: str = ""


@dataclass(slots=True)
class Resolver:
    """Resolves references of articles against a library, the files of content/ and the other pages of the site.

    `known` maps every other address of the site (decoded) to the ids on it that may be linked to.
    """

    library: Library
    files: frozenset[str]
    known: Mapping[str, frozenset[str]]
    held: Mapping[str, Article] = field(init=False)
    pages: Mapping[str, Article] = field(init=False)

    def __post_init__(self) -> None:
        self.held = {item.article.path: item.article for item in self.library.held}
        self.pages = {urls.unquote(url): self.library.articles[path] for path, url in self.library.urls.items()}

    def resolve(self, article: Article, target: str) -> Target:
        """Return where `target`, written in `article`, leads."""
        link = urls.classify(target)
        if link.kind in ("external", "mail"):
            return Target(link.url)
        if link.kind == "fragment":
            return self._place(article, link.fragment, "")
        if link.kind == "site":
            return self._site(link.path, link.fragment)
        if link.kind == "relative":
            return self._relative(article, link.path, link.fragment)
        return Target(None, state="refused", why=f"`{target[:80]}` is of a kind of address that is not allowed")

    def _place(self, article: Article, fragment: str, url: str) -> Target:
        if not fragment:
            return Target(url or "#")
        if fragment in article.body.ids:
            return Target(f"{url}#{urls.quote_path(fragment)}")
        near = difflib.get_close_matches(fragment, article.body.ids, 1, 0.6)
        hint = f"did you mean #{near[0]}?" if near else ""
        why = f"there is no heading #{fragment} in {article.path}"
        return Target(url or None, state="broken", why=why, hint=hint)

    def _relative(self, article: Article, path: str, fragment: str) -> Target:
        folder = article.path.rpartition("/")[0]
        joined = paths.join_inside(folder, path)
        if joined is None:
            return Target(None, state="broken", why=f"`{path}` leads out of the content folder")
        return self._file(article, joined, fragment)

    def _file(self, article: Article, path: str, fragment: str) -> Target:
        if path in self.library.articles:
            return self._page(self.library.articles[path], fragment)
        if path in self.held:
            return Target(None, state="held")
        if path.startswith(parse.STATIC + "/") and path in self.files:
            return Target(urls.quote_path("/" + path.removeprefix(parse.STATIC + "/")))
        if path in self.files:
            return self._along(article, path)
        return Target(None, state="broken", why=f"there is no file {path}", hint=self._nearest(path))

    def _along(self, article: Article, path: str) -> Target:
        url = file_address(self.library.urls[article.path], article.path, path)
        if paths.output_path(urls.unquote(url)) is None:
            return Target(None, state="broken", why=f"{path} has a name that not every system can hold")
        return Target(url, path)

    def _nearest(self, path: str) -> str:
        known = [*self.library.articles, *self.held, *self.files]
        twins = [other for other in known if other.rsplit("/", 1)[-1] == path.rsplit("/", 1)[-1]]
        near = twins or difflib.get_close_matches(path, known[:5000], 1, 0.8)
        return f"did you mean {near[0]}?" if near else ""

    def _page(self, article: Article, fragment: str) -> Target:
        return self._place(article, fragment, self.library.urls[article.path])

    def _site(self, path: str, fragment: str) -> Target:
        article = self.pages.get(path) or self.pages.get(path + "/")
        if article is not None:
            return self._page(article, fragment)
        if path.lstrip("/") in self.library.articles:
            return self._page(self.library.articles[path.lstrip("/")], fragment)
        place = path if path in self.known else path + "/"
        if place not in self.known:
            return Target(None, state="broken", why=f"the site has no page {path}")
        if fragment and fragment not in self.known[place]:
            return Target(None, state="broken", why=f"there is no place #{fragment} on {place}")
        return Target(urls.quote_path(place) + (f"#{urls.quote_path(fragment)}" if fragment else ""))


def file_address(url: str, article: str, file: str) -> str:
    """Return where the file `file` beside `article` (both below content/) comes to lie, with `url` the article's.

    It keeps its place below the article's folder; a file from elsewhere lies directly beside the page.
    """
    folder = article.rpartition("/")[0]
    inside = file.removeprefix(folder + "/") if folder and file.startswith(folder + "/") else file if not folder else ""
    base = url if url.endswith("/") else url.rpartition(".")[0] + "/"
    return base + urls.quote_path(inside or file.rsplit("/", 1)[-1])


def body(article: Article, resolver: Resolver) -> tuple[list[str | None], list[Target], list[Diagnostic]]:
    """Return the address of each reference in the body of `article`, all targets, and what is wrong."""
    targets = [resolver.resolve(article, ref.target) for ref in article.body.refs]
    found = []
    shown = f"{resolver.library.config.content}/{article.path}"
    for ref, target, (line, column, length) in zip(article.body.refs, targets, article.refs, strict=True):
        if target.state in ("broken", "refused"):
            found.append(_fault(target, ref.kind, Span(shown, line, column, length)))
    return [target.url for target in targets], targets, found


def _fault(target: Target, kind: str, span: Span) -> Diagnostic:
    if target.state == "refused":
        return Diagnostic(
            "refused-link", target.why, span, "expected http, https, mailto or a file", severity="warning"
        )
    what = "picture" if kind == "image" else "link"
    return Diagnostic("broken-link", f"a {what} leads nowhere: {target.why}", span, target.hint)
