"""Editions: a page for each, the list of all, their feed, and what is wrong with what their files list.

An edition shows its briefs whole. So the key of its page holds the fingerprints of their files, and their texts
are fetched only where the page is made.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from html import escape

from digestgen import editions, library, links, slugs, terms, urls, views
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.editions import Edition, Group
from digestgen.feeds.values import Entry
from digestgen.markup import convert
from digestgen.model import Article, Listed
from digestgen.plan import articles, syndication
from digestgen.plan.corrections import labelled
from digestgen.plan.desk import Desk, Shown
from digestgen.plan.entries import text_of
from digestgen.plan.lists import cut, days, newer, older, page_name
from digestgen.plan.outputs import Output, Rendered, file_of

_PATH = f"/{editions.FOLDER}/"


def home(desk: Desk) -> str:
    """Return the address of the list of all editions."""
    return desk.prefix + _PATH


def _index_link(desk: Desk) -> views.Link:
    return views.Link(desk.words.text("Editions"), home(desk))


def anchors(edition: Edition) -> frozenset[str]:
    """Return the places on the page of an edition: its sections and its briefs."""
    return frozenset([*_section_ids(edition).values(), *_brief_ids(edition).values()])


def _section_ids(edition: Edition) -> dict[str, str]:
    names = {group.name: slugs.slugify(group.name, "") if group.name else "" for group in edition.groups}
    return _apart({name: f"dg-section-{slug}" if slug else "dg-articles" for name, slug in names.items()})


def _brief_ids(edition: Edition) -> dict[str, str]:
    return _apart({item.path: f"dg-brief-{item.slug}" for item in reversed(edition.articles) if item.brief})


def _apart(wanted: dict[str, str]) -> dict[str, str]:
    """Return the ids that are wanted, with a number behind those that others have already."""
    taken: set[str] = set()
    for key, name in wanted.items():
        number = 1
        while wanted[key] in taken:
            number += 1
            wanted[key] = f"{name}-{number}"
        taken.add(wanted[key])
    return wanted


# --- the pages of editions


def issues(desk: Desk) -> Iterator[tuple[Edition, Beside, articles.Made]]:
    """Return each edition of a language, what stands beside it, and its page with what comes along."""
    for place, edition in enumerate(desk.part.editions):
        around = beside(place, desk)
        yield edition, around, issue(edition, desk, around)


@dataclass(frozen=True)
class Beside:
    """What the page of an edition shows of others than its own articles."""

    versions: Mapping[str, str]
    sections: tuple[views.Link | None, ...]
    newer: views.Link | None
    older: views.Link | None


def beside(place: int, desk: Desk) -> Beside:
    """Return what the page of an edition shows of others, where it stands at a place among all, newest first."""
    listed = desk.part.editions
    edition = listed[place]
    newer = listed[place - 1] if place else None
    older = listed[place + 1] if place + 1 < len(listed) else None
    sections = tuple(desk.term("section", terms.same(group.name)) if group.name else None for group in edition.groups)
    return Beside(_versions(edition, desk), sections, _neighbour(newer, desk), _neighbour(older, desk))


def issue(edition: Edition, desk: Desk, beside: Beside) -> articles.Made:
    """Return the page of an edition, with what is wrong in its file and what comes along."""
    link, file = desk.edition(edition), edition.file
    order = tuple((group.name, desk.shown(group.articles)) for group in edition.groups)
    lead = desk.shown([edition.lead] if edition.lead else [])
    texts = tuple(_text_key(item, desk) for item in (*([file] if file else []), *_briefs(edition)))
    words = tuple(sorted({desk.said_in(item) for item in edition.articles}))
    key = desk.key(link, beside, lead, order, texts, words)
    make = partial(_issue_page, edition, desk, link, beside)
    desk.entry_keys[edition.url] = key
    content = Rendered(
        "edition.html",
        desk.language.lang,
        link.url,
        key,
        listed=True,
        make=make,
        changed=desk.newest(_all(edition)),
        versions=desk.alternates(beside.versions),
    )
    if file is None:
        return articles.Made([Output(file_of(link.url), content, f"the edition {edition.name}")])
    made = articles.with_page(file, desk, links.inward(file, desk.resolver), "edition.html", key, make)
    made.outputs[0] = replace(made.outputs[0], content=content)
    return made


def _issue_page(edition: Edition, desk: Desk, link: views.EditionLink, beside: Beside) -> views.EditionPage:
    file = edition.file
    about = _about(edition) or (edition.lead.title if edition.lead else "")
    return views.EditionPage(
        head=desk.head(
            link.url,
            link.title or desk.words.text("Edition of %(period)s", period=link.period),
            about,
            versions=beside.versions,
            feeds=_feeds(desk),
            policy=desk.policy(*([file] if file else []), *_briefs(edition)),
            trail=(_index_link(desk),),
        ),
        edition=link,
        name=link.title or link.label,
        standfirst=file.summary if file else "",
        html=articles.html(file, desk) if file else "",
        lead=desk.card(edition.lead) if edition.lead else None,
        sections=tuple(
            _section(group, known, edition, desk) for group, known in zip(edition.groups, beside.sections, strict=True)
        ),
        sources=tuple(dict.fromkeys(name for item in edition.articles for name in desk.publishers(item))),
        river=days(sorted(edition.articles, key=lambda item: item.date, reverse=True), desk),
        newer=beside.newer,
        older=beside.older,
        feeds=_feeds(desk),
        extra=file.fetch().extra if file else {},
    )


def _briefs(edition: Edition) -> tuple[Article, ...]:
    return tuple(item for item in edition.articles if item.brief)


def _about(edition: Edition) -> str:
    """What the file of an edition says of it in short."""
    return (edition.file.summary or edition.file.lede) if edition.file else ""


def _text_key(item: Article, desk: Desk) -> tuple[object, ...]:
    """What the text of a file is made from: the file, where its links lead, and how its pictures are shown."""
    return (item.fingerprint, *articles.text_key(item, desk, links.inward(item, desk.resolver)))


def _versions(edition: Edition, desk: Desk) -> dict[str, str]:
    """The same edition in the languages that have it."""
    return {
        part.language.lang: other.url
        for part in desk.library.parts
        for other in part.editions
        if other.name == edition.name
    }


def _neighbour(edition: Edition | None, desk: Desk) -> views.Link | None:
    if edition is None:
        return None
    link = desk.edition(edition)
    return views.Link(link.label, link.url)


def _section(group: Group, known: views.Link | None, edition: Edition, desk: Desk) -> views.EditionSection:
    ids = _brief_ids(edition)
    items = tuple(
        views.Brief(ids[item.path], desk.card(item), _text(item, edition, desk))
        if item.brief
        else views.Brief("", desk.card(item), "")
        for item in group.articles
    )
    return views.EditionSection(
        id=_section_ids(edition)[group.name],
        name=group.name,
        url=known.url if known else "",
        cards=tuple(desk.card(item) for item in group.articles if not item.brief),
        briefs=tuple(item for item in items if item.id),
        items=items,
    )


def _text(item: Article, edition: Edition, desk: Desk) -> str:
    """Return the whole text of a brief, without ids: those are its own page's."""
    own = desk.library.urls[item.path]
    found = (own + url if url and url.startswith("#") else url for url in links.addresses(item, desk.resolver))
    local = [urls.relative(edition.url, url) if url and url.startswith("/") else url for url in found]
    return _scrolling(convert.feed_html(item.body, local, articles.measured(item, desk)), item)


def _scrolling(html: str, item: Article) -> str:
    """Return the text of a brief with what may be wider than a screen in reach of the keyboard, so that it scrolls."""
    group = f'<div class="table" role="group" aria-label="{escape(item.title)}" tabindex="0"><table'
    html = html.replace("<pre", '<pre tabindex="0"').replace("</table>", "</table></div>")
    return html.replace("<table", group)


# --- the list of all


def index(desk: Desk, wanted: Iterable[int] | None = None) -> Iterator[Output]:
    """Return the pages of the list of all editions of a language; those with the numbers `wanted`, if any are."""
    url, places = home(desk), cut(len(desk.part.editions), desk.library.config.paginate)
    addresses = [url, *(f"{url}page/{number}/" for number in range(1, len(places)))]
    for number in range(len(places)) if wanted is None else wanted:
        listed = desk.part.editions[places[number]]
        beside = newer(number, addresses, desk, desk.words.text("Newest editions")), older(number, addresses, desk)
        entries = tuple(_listed(edition, desk) for edition in listed)
        page = desk.page(
            "editions.html",
            addresses[number],
            index_page,
            number,
            beside,
            entries,
            desk.shown(edition.lead for edition in listed if edition.lead),
            versions=None if number else desk.fixed_versions(_PATH),
            articles=[item for edition in listed for item in _all(edition)],
        )
        yield Output(file_of(addresses[number]), page, "the list of editions")


@dataclass(frozen=True)
class _Listed:
    """An edition as the list of all shows it."""

    link: views.EditionLink
    about: str
    led: bool
    count: int


def _listed(edition: Edition, desk: Desk) -> _Listed:
    return _Listed(desk.edition(edition), _about(edition), edition.lead is not None, len(edition.articles))


def index_page(
    desk: Desk,
    url: str,
    number: int,
    beside: tuple[views.Link | None, views.Link | None],
    entries: tuple[_Listed, ...],
    leads: tuple[Shown, ...],
) -> views.EditionsPage:
    """Return a page of the list of editions, with the `leads` of those that are led; the first one is number 0."""
    lead = iter(leads)
    name = desk.words.text("Editions")
    later = desk.words.text("%(name)s, page %(number)s", name=name, number=desk.words.number(number))
    versions = None if number else desk.fixed_versions(_PATH)
    return views.EditionsPage(
        head=desk.head(
            url,
            later if number else name,
            versions=versions,
            feeds=_feeds(desk),
            trail=(_index_link(desk),) if number else (),
        ),
        number=number,
        place=page_name(number, desk) if number else "",
        entries=tuple(_entry(item, desk.card(next(lead).article) if item.led else None) for item in entries),
        newer=beside[0],
        older=beside[1],
        feeds=_feeds(desk),
    )


def _entry(item: _Listed, lead: views.Card | None) -> views.EditionEntry:
    return views.EditionEntry(
        edition=item.link,
        name=item.link.title or item.link.label,
        summary=item.about,
        lead=lead,
        count=item.count,
    )


# --- their feed


def channel(listed: Sequence[Edition], desk: Desk) -> syndication.Channel[Edition]:
    """Return what readers of editions may follow: an entry is an introduction and a list of articles, never shorter."""
    return syndication.Channel(
        "editions",
        home(desk),
        _title(desk),
        "",
        listed,
        lambda edition, _full: _feed_entry(edition, desk),
        lambda edition: desk.entry_keys[edition.url],
    )


def _title(desk: Desk) -> str:
    return f"{desk.language.title}: {desk.words.text('Editions')}"


def _feeds(desk: Desk) -> tuple[views.FeedLink, ...]:
    return desk.feeds("editions", home(desk), _title(desk))


def _feed_entry(edition: Edition, desk: Desk) -> Entry:
    link, file = desk.edition(edition), edition.file
    written = uuid.uuid5(desk.library.config.site_id, urls.unquote(edition.url))
    changed = [item.changed for item in _all(edition)]
    return Entry(
        id=file.id if file and file.id else f"urn:uuid:{written}",
        url=desk.absolute(edition.url),
        title=" · ".join(dict.fromkeys((link.label, link.title or link.period))),
        lang=desk.language.lang,
        published=edition.stamp.rfc3339,
        updated=max([edition.stamp, *changed]).rfc3339,
        summary=_about(edition),
        html=(text_of(file, desk) if file else "") + _contents(edition, desk),
    )


def _all(edition: Edition) -> tuple[Article, ...]:
    """The files that the page of an edition is made from."""
    return (*([edition.file] if edition.file else []), *edition.articles)


def _contents(edition: Edition, desk: Desk) -> str:
    """Return the list of an edition's articles for a feed."""
    parts = [_list([edition.lead], desk)] if edition.lead else []
    for group in edition.groups:
        heading = f"<h2>{escape(group.name, quote=False)}</h2>" if group.name else ""
        parts.append(heading + _list(group.articles, desk))
    return "".join(parts)


def _list(listed: Iterable[Article], desk: Desk) -> str:
    return f"<ul>{''.join(_line(item, desk) for item in listed)}</ul>"


def _line(item: Article, desk: Desk) -> str:
    card = desk.card(item)
    summary = f"<br>{escape(card.summary, quote=False)}" if card.summary else ""
    link = f'<a href="{escape(desk.absolute(card.url))}">{escape(labelled(item, desk), quote=False)}</a>'
    return f"<li>{link}{summary}</li>"


# --- what is wrong


def faults(desk: Desk) -> Iterator[Diagnostic]:
    """Yield what is wrong in the files of the editions of a language, beside their texts."""
    listed: dict[str, Article] = {}
    names: dict[str, Article] = {}
    for file in desk.part.edition_files:
        other = names.setdefault(file.slug, file)
        if other is not file:
            what = f"is the edition {file.slug}, and so is"
            yield _claimed_twice("url-collision", what, file, other, desk, file.marks["title"])
        yield from (fault for item in editions.listed_by(file) for fault in _listing(file, item, listed, desk))
    yield from _numbers(desk)
    yield from _empty(desk)


def _listing(file: Article, item: Listed, listed: dict[str, Article], desk: Desk) -> Iterator[Diagnostic]:
    """Yield what is wrong with one article that a file lists; `listed` gathers them with the files that did."""
    mark = file.marks.get(item.at)
    path = editions.meant(file, item)
    found = desk.library.articles.get(path or "")
    held = path in desk.resolver.held
    if path in desk.resolver.wrong or desk.resolver.is_unread(path or ""):
        return  # it is told what is wrong with it
    if path is None or not (found or held or path in desk.resolver.files):
        why = f"there is no file {desk.library.config.content}/{path}" if path else "it leads out of the content folder"
        hint = desk.resolver.nearest(file, path) if path else "expected a file, named as seen from this one"
        yield Diagnostic("broken-link", f"`articles` leads nowhere: {why}", mark, hint)
        return
    known = found or desk.resolver.held.get(path)
    if path in desk.resolver.files or (known and not library.is_article(known)):
        label = "expected the file of an article"
        yield Diagnostic("edition-listing", f"`{item.file}` is no article", mark, label)
    elif known and library.prefix_of(known.lang, desk.library.config) != desk.prefix:
        yield _foreign(file, item, known, mark, desk)
    elif listed.setdefault(path, file) is not file or _again(file, item, path):
        yield _twice_listed(file, listed[path], item, mark, desk)


def _again(file: Article, item: Listed, path: str) -> bool:
    first = next(other for other in editions.listed_by(file) if editions.meant(file, other) == path)
    return first is not item


def _foreign(file: Article, item: Listed, known: Article, mark: Span | None, desk: Desk) -> Diagnostic:
    versions = desk.library.translations.get(known.path, ())
    own = next((other for other in versions if other.lang == file.lang), None)
    near = urls.relative(f"/{file.path}", f"/{own.path}") if own else ""
    return Diagnostic(
        "edition-listing",
        f"`{item.file}` is in `{known.lang}`, and this edition in `{file.lang}`",
        mark,
        f"did you mean {near}?" if near else "expected an article in the edition's language",
    )


def _twice_listed(file: Article, other: Article, item: Listed, mark: Span | None, desk: Desk) -> Diagnostic:
    where = "this edition" if other is file else f"{desk.library.config.content}/{other.path}"
    message = f"`{item.file}` is listed twice" if other is file else f"`{item.file}` is listed by {where} already"
    return Diagnostic("edition-listing", message, mark, "an article stands in one edition, once")


def _numbers(desk: Desk) -> Iterator[Diagnostic]:
    known: dict[int, Article] = {}
    for file in desk.part.edition_files:
        assert file.listing is not None
        number = file.listing.number
        other = known.setdefault(number, file) if number else file
        if other is not file:
            what = f"has the number {number}, and so has"
            yield _claimed_twice("edition-number", what, file, other, desk, file.marks.get("number"))


def _claimed_twice(code: str, what: str, file: Article, other: Article, desk: Desk, mark: Span | None) -> Diagnostic:
    content = desk.library.config.content
    thing = "number" if code == "edition-number" else "name"
    message = f"{content}/{file.path} {what} {content}/{other.path}"
    return Diagnostic(code, message, mark, help=f"give one of them another {thing}")


def _empty(desk: Desk) -> Iterator[Diagnostic]:
    if desk.library.wrong or desk.library.config.vague:
        return  # what is wrong may be the articles that are missing
    there = {edition.file.path for edition in desk.part.editions if edition.file}
    for file in desk.part.edition_files:
        if file.path not in there and not editions.listed_by(file):
            every = desk.library.config.editions
            why = "it lists none" if every == "files" else "it lists none, and none is from its time"
            label = "add `articles:` with a list of files"
            yield Diagnostic("edition-empty", f"the edition has no articles: {why}", file.marks["title"], label)
