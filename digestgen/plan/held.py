"""What would be seen of an article before its time, beside its own page and its place in lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from digestgen import links, parse, paths, urls
from digestgen.diagnostics import Diagnostic, Span
from digestgen.library import Library
from digestgen.links import Resolver
from digestgen.markup import convert
from digestgen.model import Article
from digestgen.views import Picture


def at_stake(library: Library) -> bool:
    """Tell whether an article of the future shows a picture in content/static/, so that others decide on it."""
    return any(shows_static(back.article) for back in library.held if back.why in ("future", "embargo"))


def shows_static(article: Article) -> bool:
    """Tell whether an article shows a picture in content/static/."""
    return any(_static(article, target) for target in _shown(article))


def pictures(library: Library, options: Iterable[object] = ()) -> dict[str, Article]:
    """Return the pictures in content/static/ that only articles of the future show, by path: each with one of these.

    Everything else there is copied as it is, whatever drafts or expired articles say of it. What `options` of the theme
    show stands on every page.
    """
    found: dict[str, Article] = {}
    for held in library.held:
        if held.why in ("future", "embargo"):
            for target in _shown(held.article):
                found.setdefault(_static(held.article, target), held.article)
    found.pop("", None)
    shown = {parse.STATIC + urls.unquote(item.url) for item in options if isinstance(item, Picture)} if found else set()
    return {path: article for path, article in found.items() if path not in shown | _named(library)} if found else {}


def _shown(article: Article) -> Iterator[str]:
    if article.image is not None:
        yield article.image.src
    for ref in article.body.refs:
        if ref.kind == "image":
            yield ref.target


def _named(library: Library) -> frozenset[str]:
    """The files in content/static/ that something published names, by path."""
    config = library.config
    policies = (config.policies.principles, config.policies.corrections, config.policies.ownership)
    settings = (*(item.url for item in config.nav or ()), *policies)
    found = {f"{parse.STATIC}/{urls.classify(target).path.lstrip('/')}" for target in settings}
    for article in library.articles.values():
        found.update(named(article))
    return frozenset(found)


def named(article: Article) -> frozenset[str]:
    """Return the files in content/static/ that an article names, by path below content/."""
    image = (article.image.src,) if article.image else ()
    return frozenset(_static(article, target) for target in (*article.inward, *image)) - {""}


def _static(article: Article, target: str) -> str:
    """The path below content/ of the file in static/ that `target`, written in `article`, names; else nothing."""
    link = urls.classify(target)
    if link.kind == "site":
        return parse.STATIC + link.path
    joined = paths.join_inside(article.path.rpartition("/")[0], link.path) if link.kind == "relative" else ""
    return joined if joined and joined.startswith(parse.STATIC + "/") else ""


def told(found: dict[str, Article], files: Iterable[str], content: str) -> list[Diagnostic]:
    """Return a note for each of `files` that is held back with an article."""
    return [
        Diagnostic(
            "held-picture",
            f"{content}/{path} is held back with {content}/{found[path].path}",
            Span(f"{content}/{found[path].path}"),
            help="what must be there before, name in an article or a page that is published",
            severity="note",
        )
        for path in sorted(files)
        if path in found
    ]


def given_away(article: Article, resolver: Resolver) -> list[Diagnostic]:
    """Return a warning for each link of `article` whose text is the headline of the held article it leads to.

    The link goes until that article's time has come; its text stays.
    """
    found = []
    for number, span in enumerate(links.places(article, resolver)):
        ref = article.body.refs[number]
        target = resolver.resolve(article, ref.target)
        other = resolver.article(article, ref.target) if target.state == "held" else None
        text = (ref.alt or "") if ref.kind == "image" else convert.link_text(article.body, number)
        if other is not None and _says(text, other.title):
            found.append(_warning(other, span, resolver))
    return found


def _says(text: str, headline: str) -> bool:
    """Whether `text` is the headline, or holds one of several words."""
    one, other = (" ".join(words.casefold().split()) for words in (text, headline))
    return one == other or (" " in other and other in one)


def _warning(other: Article, span: Span, resolver: Resolver) -> Diagnostic:
    return Diagnostic(
        "held-headline",
        f"the link's text is the headline of {resolver.library.config.content}/{other.path}, which is held back",
        span,
        "write other words: they stand here before that article's time",
        severity="warning",
    )
