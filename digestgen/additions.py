"""What plug-ins do to a site's articles: change them, add pages, check them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from digestgen import parse, yaml
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.i18n import Interface
from digestgen.model import Article
from digestgen.plugin import Article as Shown
from digestgen.plugin import Page, Problem, Site, Source
from digestgen.plugins import Plugin, PluginError, Plugins, wrong

#: What `change` may give other values, and what they have to be.
_TEXTS: Final = ("title", "summary", "kicker", "section", "dateline", "story")
_LISTS: Final = ("authors", "tags")
_OPEN: Final = (*_TEXTS, *_LISTS, "weight", "extra")


def changed(article: Article, plugins: Plugins, shown: str) -> tuple[Article, list[Diagnostic]]:
    """Return `article`, whose file is called `shown`, as the plug-ins have it, and what is wrong with them.

    One that fails leaves it as it is. Its fingerprint stands for the plug-ins, too, as they may change its text.
    """
    if not plugins.mark:
        return article, []
    found: list[Diagnostic] = []
    for plugin in plugins.offering("change") if article.listing is None and not article.wrong else ():
        before = _shown(article)
        try:
            after = plugin.call("change", before, doing=f"while it changed {shown}")
        except PluginError as error:
            found.append(error.diagnostic)
            continue
        fault = _misfit(plugin, before, after, shown) if after is not None else None
        if fault is not None:
            found.append(fault)
        elif after is not None and after != before:
            article = _merged(article, before, after)
    article = replace(article, fingerprint=f"{article.fingerprint} {plugins.mark}")
    return replace(article, face=parse.face(article)), found


def _shown(article: Article) -> Shown:
    manuscript = article.fetch()
    return Shown(
        path=article.path,
        lang=article.lang,
        date=article.stamp.at if article.stamp else None,
        draft=article.draft,
        words=manuscript.body.words,
        lede=article.lede,
        sources=tuple(Source(item.name, item.url, item.title) for item in article.sources),
        title=article.title,
        summary=article.summary,
        kicker=article.kicker,
        section=article.section,
        dateline=article.dateline,
        story=article.story,
        authors=article.byline,
        tags=article.tags,
        weight=article.weight,
        extra=manuscript.extra,
    )


def _misfit(plugin: Plugin, before: Shown, after: object, shown: str) -> Diagnostic | None:
    """What is wrong with what `change` returned, if anything is."""
    if not isinstance(after, Shown):
        return replace(wrong(plugin, "change", "an Article or None", after), help=f"for {shown}")
    for item in fields(Shown):
        value = getattr(after, item.name)
        message = ""
        if item.name not in _OPEN:
            message = "may not change" if value != getattr(before, item.name) else ""
        elif not _fits(item.name, value):
            message = f"gave {type(value).__name__} to"
        if message:
            label = f"{_expected(item.name)}; it was for {shown}"
            return Diagnostic(
                "plugin", f"the plug-in {plugin.name} {message} `{item.name}`", plugin.line_of("change"), label
            )
    return None


def _expected(name: str) -> str:
    if name not in _OPEN:
        return f"`change` may change {', '.join(_OPEN)}"
    if name in _TEXTS:
        return "expected text" + (" that is not empty" if name == "title" else "")
    return {"weight": "expected a whole number", "extra": "expected texts, numbers, lists and mappings"}.get(
        name, "expected a tuple of texts"
    )


def _fits(name: str, value: object) -> bool:
    if name in _TEXTS:
        return isinstance(value, str) and (name != "title" or bool(value.strip()))
    if name in _LISTS:
        return isinstance(value, tuple) and all(isinstance(item, str) and item.strip() for item in value)
    if name == "weight":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, Mapping) and _is_plain(value)


def _is_plain(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def _merged(article: Article, before: Shown, after: Shown) -> Article:
    names = (*_TEXTS, "tags", "weight")
    values: dict[str, Any] = {name: getattr(after, name) for name in names}
    if after.extra != before.extra:
        manuscript = replace(article.fetch(), extra=_settled(after.extra))
        values["fetch"] = lambda: manuscript
    return replace(article, byline=after.authors, **values)


def _settled(value: Any) -> Any:
    """A value as front matter would have it: lists are tuples in no place, mappings are dictionaries."""
    if isinstance(value, Mapping):
        return {key: _settled(item) for key, item in value.items()}
    return [_settled(item) for item in value] if isinstance(value, list | tuple) else value


# --- pages


def pages(
    articles: Iterable[Article],
    plugins: Plugins,
    config: Config,
    interface: Interface,
    is_published: Callable[[Article], bool],
) -> tuple[list[Article], dict[str, Span], list[Diagnostic]]:
    """Return the pages that plug-ins add to `articles`, where each was asked for by its path, and what is wrong.

    The plug-ins see of the articles what is published.
    """
    added: list[Article] = []
    places: dict[str, Span] = {}
    found: list[Diagnostic] = []
    listed = list(articles) if plugins.offering("pages") else []
    taken = {item.path for item in listed}
    site = _site((item for item in listed if is_published(item)), config)
    for plugin in plugins.offering("pages"):
        try:
            given = plugin.call("pages", site)
        except PluginError as error:
            found.append(error.diagnostic)
            continue
        for page in given if isinstance(given, Iterable) else [given]:
            article, faults = _page(page, plugin, _Around(config, plugins, interface), taken)
            if article is not None:
                taken.add(article.path)
                places[f"{config.content}/{article.path}"] = plugin.line_of("pages")
                added.append(article)
            found += faults
    return added, places, [blamed(item, places) for item in found]


def blamed(item: Diagnostic, places: Mapping[str, Span]) -> Diagnostic:
    """Return a message about a page that a plug-in added as one about the plug-in."""
    if item.span is None or item.span.path not in places:
        return item
    said = f"in the page {item.span.path}, which it adds: {item.span.text.strip()}".rstrip(": ")
    return replace(
        item, span=places[item.span.path], label="", help="; ".join(filter(None, [item.label, item.help, said]))
    )


@dataclass(frozen=True)
class _Around:
    """What an added page's text is read with."""

    config: Config
    plugins: Plugins
    interface: Interface


def _page(page: object, plugin: Plugin, around: _Around, taken: set[str]) -> tuple[Article | None, list[Diagnostic]]:
    config, plugins = around.config, around.plugins
    if not isinstance(page, Page) or not all(isinstance(getattr(page, item.name), str) for item in fields(Page)):
        return None, [wrong(plugin, "pages", "pages, whose values are texts", page)]
    tags = [item.lang for item in config.languages]
    lang = page.lang or tags[0]
    if lang not in tags or "/" in page.name or not page.name.strip(". "):
        label = f"expected a name without `/`, and one of {', '.join(tags)}"
        message = f"the plug-in {plugin.name} adds a page `{page.name}` in `{lang}`"
        return None, [Diagnostic("plugin", message, plugin.line_of("pages"), label)]
    path = f"{parse.PAGES}/{page.name}{'' if lang == tags[0] else f'.{lang}'}.md"
    if path in taken:
        message = f"the plug-in {plugin.name} adds {config.content}/{path}, which is there"
        return None, [Diagnostic("plugin", message, plugin.line_of("pages"), "expected another `name`")]
    front = [f"title: {yaml.written(page.title)}"]
    if page.summary:
        front.append(f"summary: {yaml.written(page.summary)}")
    text = "\n".join(["---", *front, "---", page.text])
    article, found = parse.article(path, text.encode("utf-8", "replace"), config, plugins, around.interface)
    return (replace(article, fingerprint=f"{article.fingerprint} {plugins.mark}") if article else None), [
        replace(item, span=replace(item.span, path=f"{config.content}/{path}")) if item.span else item for item in found
    ]


def _site(articles: Iterable[Article], config: Config) -> Site:
    listed = [item for item in articles if item.listing is None and not item.wrong]
    newest = sorted(
        listed, key=lambda item: (-(item.stamp.at.timestamp() if item.stamp else 0), item.weight, item.path)
    )
    tags = tuple(item.lang for item in config.languages)
    return Site(config.title, config.url, tags, tuple(map(_shown, newest)), config.extra)


# --- checks


def checks(articles: Iterable[Article], plugins: Plugins, config: Config) -> Iterator[Diagnostic]:
    """Yield what the plug-ins' checks find wrong in `articles`, held ones included."""
    site = _site(articles, config) if plugins.offering("check") else None
    for plugin in plugins.offering("check"):
        try:
            given = plugin.call("check", site)
        except PluginError as error:
            yield error.diagnostic
            continue
        for item in given if isinstance(given, Iterable) else [given]:
            yield _problem(item, plugin, config) if given is not None else wrong(plugin, "check", "problems", given)


def _problem(item: object, plugin: Plugin, config: Config) -> Diagnostic:
    if not isinstance(item, Problem) or item.severity not in ("error", "warning", "note"):
        return wrong(plugin, "check", "problems, each an error, a warning or a note", item)
    span = Span(f"{config.content}/{item.path}", max(1, int(item.line))) if item.path else Span(plugin.name)
    return Diagnostic("plugin-check", str(item.message), span, help=str(item.help), severity=item.severity)
