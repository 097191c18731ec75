"""The pages of articles and of content/pages/, with the files that come along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from digestgen import credits, i18n, links, urls, views
from digestgen.diagnostics import Diagnostic, Span
from digestgen.links import Target
from digestgen.markup import convert
from digestgen.model import Article
from digestgen.plan.desk import Desk
from digestgen.plan.outputs import Copied, Output, Rendered, file_of

#: Words that a reader reads in a minute.
_PACE = 220


@dataclass(slots=True)
class Made:
    """The outputs of one article, what is wrong in its body, and its HTML with links from its own page."""

    outputs: list[Output] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    html: str = ""
    held: int = 0


def article(item: Article, desk: Desk, newer: Article | None, older: Article | None) -> Made:
    """Return the page of an article between its neighbours, and what comes along."""
    made = _body(item, desk)
    own = i18n.language(item.lang)
    versions = desk.library.translations[item.path]
    by_lang = {version.lang: desk.library.urls[version.path] for version in versions}
    card = desk.card(item)
    page = views.ArticlePage(
        head=desk.head(
            card.url,
            item.title,
            card.summary,
            versions=by_lang,
            policy=desk.policy(item),
            canonical=item.canonical,
        ),
        card=card,
        standfirst=item.summary,
        html=made.html,
        contents=_contents(item),
        byline=tuple(views.Link(name) for name in desk.byline(item)),
        updated=desk.when(item.updated),
        sources=tuple(desk.source(source, item) for source in item.sources),
        credits=credits.line(item.credits, own, desk.library.known.registries.people),
        tags=desk.tags(item),
        translations=tuple(_translation(other, desk) for other in versions if other is not item),
        newer=desk.card(newer) if newer else None,
        older=desk.card(older) if older else None,
        minutes=max(1, round(item.body.words / _PACE)),
        extra=item.extra,
    )
    return _with_page(made, item, desk, "article.html", page)


def plain_page(item: Article, desk: Desk) -> Made:
    """Return the page of a file in content/pages/, and what comes along."""
    made = _body(item, desk)
    versions = desk.library.translations[item.path]
    by_lang = {version.lang: desk.library.urls[version.path] for version in versions}
    page = views.PlainPage(
        head=desk.head(
            desk.library.urls[item.path],
            item.title,
            item.summary or item.body.text,
            versions=by_lang,
            policy=desk.policy(item),
            canonical=item.canonical,
        ),
        title=item.title,
        standfirst=item.summary,
        html=made.html,
        contents=_contents(item),
        updated=desk.when(item.updated),
        lang=item.lang,
        direction=i18n.language(item.lang).direction,
        extra=item.extra,
    )
    return _with_page(made, item, desk, "page.html", page)


def _with_page(made: Made, item: Article, desk: Desk, template: str, page: views.ArticlePage | views.PlainPage) -> Made:
    url = desk.library.urls[item.path]
    claim = f"{desk.library.config.content}/{item.path}"
    content = Rendered(template, desk.language.lang, page)
    made.outputs.append(Output(file_of(url), content, claim, item.marks.get("slug", item.marks["title"])))
    for index, alias in enumerate(item.aliases):
        made.outputs.append(_redirect(alias, url, item, desk, item.marks.get(f"aliases.{index}")))
    return made


def _redirect(alias: str, url: str, item: Article, desk: Desk, span: Span | None) -> Output:
    here = urls.quote_path(alias)
    head = desk.head(here, item.title, canonical=desk.absolute(url), stay_out=True)
    page = views.RedirectPage(head, url, item.title)
    claim = f"an alias of {desk.library.config.content}/{item.path}"
    return Output(file_of(here), Rendered("redirect.html", desk.language.lang, page), claim, span)


def _body(item: Article, desk: Desk) -> Made:
    addresses, targets, found = links.body(item, desk.resolver)
    here = desk.library.urls[item.path]
    local = [urls.relative(here, url) if url and url.startswith("/") else url for url in addresses]
    made = Made(
        found=found, html=convert.assemble(item.body, local), held=sum(target.state == "held" for target in targets)
    )
    if item.image is not None:
        target = desk.resolver.resolve(item, item.image.src)
        targets.append(target)
        made.found.extend(_image_faults(item, target))
    made.outputs.extend(_along(targets, item, desk, made.found))
    return made


def _image_faults(item: Article, target: Target) -> Iterable[Diagnostic]:
    assert item.image is not None
    span = item.marks.get("image.src", item.marks.get("image"))
    if target.state in ("broken", "refused"):
        yield Diagnostic("broken-link", f"`image` leads nowhere: {target.why}", span, target.hint)
    if item.image.alt is None:
        yield Diagnostic(
            "missing-alt",
            "the picture has no alternative text",
            span,
            "add `alt:` with what it shows",
            severity="warning",
        )


def _along(targets: Iterable[Target], item: Article, desk: Desk, found: list[Diagnostic]) -> Iterable[Output]:
    files: dict[str, str] = {}
    for target in targets:
        if not target.file or target.url is None:
            continue
        other = files.setdefault(target.url, target.file)
        if other != target.file:
            found.append(_same_name(other, target.file, item))
    for url, file in files.items():
        yield Output(file_of(url), Copied(file), f"{desk.library.config.content}/{file}", item.marks["title"])


def _same_name(one: str, other: str, item: Article) -> Diagnostic:
    return Diagnostic(
        "url-collision",
        f"{one} and {other} would come to lie beside the page under one name",
        item.marks["title"],
        help="rename one of them, or put them below the article's own folder",
    )


def _contents(item: Article) -> tuple[views.Heading, ...]:
    return tuple(views.Heading(heading.level, heading.id, heading.text) for heading in item.body.headings)


def _translation(other: Article, desk: Desk) -> views.Translation:
    own = i18n.language(other.lang)
    return views.Translation(other.lang, own.direction, own.name, desk.library.urls[other.path])
