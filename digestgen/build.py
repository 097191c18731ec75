"""One build, from a folder with a site.yaml to a folder with a site. The only place that wires the stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from digestgen import config, feeds, files, library, parse, registry, source, theme, urls, writer
from digestgen.config import Config
from digestgen.diagnostics import Diagnostic, Span, graded
from digestgen.library import Held, Library
from digestgen.model import Article
from digestgen.plan import site
from digestgen.plan.outputs import Copied, Output, Rendered
from digestgen.render import Renderer, TemplateFault

#: A template that is wrong is wrong on every page: so many of its faults are told.
_MOST_TEMPLATE_FAULTS: Final = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `now` is aware; `output` overrides site.yaml's."""

    folder: Path
    now: datetime
    output: Path | None = None
    strict: bool = False


@dataclass(slots=True)
class Result:
    """What a build did. `diagnostics` are graded and sorted; `written` is None where nothing was touched."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    written: writer.Written | None = None
    output: Path | None = None
    held: tuple[Held, ...] = ()
    unlinked: int = 0
    pages: int = 0
    articles: int = 0
    raw_html: bool = False

    @property
    def ok(self) -> bool:
        return self.written is not None


def build(request: Request) -> Result:
    """Build the site in `request.folder`.

    Everything that is wrong with the user's files is in the result; where that holds an error, nothing was
    written. Raises OSError where the disk fails and `files.BusyError` where another build is at work.
    """
    settings, found = _settings(request.folder)
    if settings is None:
        return Result(graded(found, {}, strict=request.strict))
    texts = source.Tree(request.folder, settings)
    found += texts.found
    registries, faults = registry.read(texts.registries())
    found += faults
    articles = _parsed(texts, settings, found)
    shelf, faults = library.assemble(articles, registries, settings, request.now)
    found += faults
    design, faults = theme.load(settings.theme, request.folder, settings.theme_options, settings.marks)
    found += faults
    result = Result(
        held=shelf.held, articles=sum(len(part.articles) for part in shelf.parts), raw_html=settings.raw_html
    )
    if design is not None:
        _publish(request, settings, texts, shelf, design, found, result)
    result.diagnostics = _told(found, settings, request.strict, texts)
    return result


def _settings(folder: Path) -> tuple[Config | None, list[Diagnostic]]:
    try:
        data = files.read_bytes(str(folder / config.FILE), source.SETTINGS_LIMIT)
    except FileNotFoundError:
        return None, [_no_site(folder)]
    text, found = parse.decode(data, config.FILE)
    if text is None:
        return None, found
    return config.read(text)


def _no_site(folder: Path) -> Diagnostic:
    return Diagnostic(
        "missing-site",
        "there is no site.yaml here",
        Span(config.FILE),
        "a site is a folder with a site.yaml and a folder of articles",
        f"go to that folder, or name it: digestgen -C FOLDER build (looked in {folder.resolve()})",
    )


def _parsed(texts: source.Tree, settings: Config, found: list[Diagnostic]) -> list[Article]:
    articles = []
    for path, data in texts.articles():
        article, faults = parse.article(path, data, settings)
        found += faults
        if article is not None:
            articles.append(article)
    return articles


def _publish(
    request: Request,
    settings: Config,
    texts: source.Tree,
    shelf: Library,
    design: theme.Theme,
    found: list[Diagnostic],
    result: Result,
) -> None:
    """Plan, render and write, unless an error is found before the first file is replaced."""
    planned, faults = site.plan(shelf, texts.files, design.options)
    found += faults
    result.unlinked = planned.unlinked
    outputs = [*_assets(design), *planned.outputs]
    result.pages = sum(isinstance(output.content, Rendered) for output in outputs)
    if not settings.url:
        found.append(
            Diagnostic("no-url", "site.yaml has no `url`, so neither feeds nor a sitemap are written", severity="note")
        )
    if _wrong(found, settings, request.strict):
        return
    known = frozenset(urls.unquote(url) for url in site.known(outputs))
    renderer = Renderer(design, planned.sites, settings.base, known)
    result.output = request.output or request.folder / settings.output
    guard = writer.Guard(request.folder, (request.folder / settings.content, request.folder / "themes"))
    with writer.opened(result.output, guard, found) as output:
        if output is None:
            return
        for path, data in _made(outputs, renderer, texts, found):
            output.stage(path, data, found)
        if not _wrong(found, settings, request.strict):
            result.written = output.commit(found)


def _assets(design: theme.Theme) -> Iterator[Output]:
    for address, data in design.assets.items():
        yield Output(urls.unquote(address).lstrip("/"), data, f"the theme {design.name}")


def _made(
    outputs: Iterable[Output], renderer: Renderer, texts: source.Tree, found: list[Diagnostic]
) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each output; templates that fail are told and left out."""
    faults: dict[tuple[str, int, str], Diagnostic] = {}
    for output in outputs:
        try:
            yield output.path, _bytes(output, renderer, texts)
        except TemplateFault as fault:
            span = fault.diagnostic.span or Span("")
            faults.setdefault((span.path, span.line, fault.diagnostic.message), fault.diagnostic)
            if len(faults) == _MOST_TEMPLATE_FAULTS:
                break
    found.extend(faults.values())


def _bytes(output: Output, renderer: Renderer, texts: source.Tree) -> bytes:
    content = output.content
    if isinstance(content, Rendered):
        return renderer.render(content)
    if isinstance(content, feeds.Feed):
        return feeds.atom(content)
    if isinstance(content, Copied):
        return texts.read(content.source)
    return content


def _wrong(found: Iterable[Diagnostic], settings: Config, strict: bool) -> bool:
    return any(item.severity == "error" for item in graded(found, settings.rules, strict=strict))


def _told(found: Iterable[Diagnostic], settings: Config, strict: bool, texts: source.Tree) -> list[Diagnostic]:
    told = graded(found, settings.rules, strict=strict)
    return [texts.with_line(item) for item in told]
