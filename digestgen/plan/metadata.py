"""What machines read of an article: linked data and a preview for the head of its page.

Nothing is asked here that the page's key does not cover: the page's own value, the article's file, and what all
pages of the language share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from digestgen import linked, preview, urls, views
from digestgen.linked import Node
from digestgen.model import Article, Correction
from digestgen.plan import socials
from digestgen.plan.desk import Desk

#: What schema.org calls those who had a role; whoever is not among them contributed.
_ROLES: Final = {"reporting": "author", "writing": "author", "editing": "editor", "translation": "translator"}

#: How a work was used that the article rests on; the other uses only mention it.
_BASES: Final = ("based-on", "republishes")


def described(page: views.ArticlePage, item: Article, desk: Desk, original: Node | None) -> views.ArticlePage:
    """Return `page` with linked data and a preview in its head. `original` is the work that it is a translation of."""
    article = _article(page, item, desk, original)
    trail = desk.trail(page.head.url, page.card.title, (page.card.section,) if page.card.section else ())
    nodes = [article, linked.breadcrumbs(trail)] if trail else [article]
    return replace(
        page, head=replace(page.head, data=linked.data(nodes, page.head.policy), preview=_preview(page, item, desk))
    )


def original(item: Article, desk: Desk) -> Node | None:
    """Return the work that `item` is a translation of, as far as it is known. A held article is not."""
    if item.translation is None:
        return None
    known = translated(item, desk)
    work = linked.node(
        "CreativeWork",
        name=known.title if known else "",
        url=desk.outward(_address(item, desk)),
        inLanguage=item.translation.lang or (known.lang if known else ""),
    )
    return work if len(work) > 1 else None


def translated(item: Article, desk: Desk) -> Article | None:
    """Return the article or page of the site that `item` is a translation of."""
    url = _address(item, desk)
    return desk.resolver.pages.get(urls.unquote(url.partition("#")[0])) if url else None


def _address(item: Article, desk: Desk) -> str:
    """Return the address of what `item` is a translation of; empty where it has none."""
    of = item.translation.of if item.translation else ""
    target = desk.resolver.resolve(item, of) if of else None
    return (target.url or "") if target and target.state == "good" and not target.file else ""


def _article(page: views.ArticlePage, item: Article, desk: Desk, original: Node | None) -> Node:
    card = page.card
    url = desk.absolute(card.url)
    kind = linked.ARTICLES.get(item.genre, "NewsArticle")
    publisher = desk.publisher()
    properties: dict[str, Any] = {
        "url": url,
        "mainEntityOfPage": page.head.canonical,
        "headline": card.title,
        "description": linked.short(card.summary),
        "inLanguage": card.lang,
        "datePublished": item.released.rfc3339,
        "dateModified": _modified(item),
        "articleSection": card.section.name if card.section else "",
        "keywords": [tag.name for tag in page.tags],
        "wordCount": item.body.words,
        "image": _image(card.picture, desk) if card.picture else None,
        **_people(item, desk, publisher),
        "creditText": page.credits,
        "copyrightNotice": desk.library.config.copyright,
        "license": _license(page, item, desk),
        "isPartOf": _issue(page.edition, desk) if page.edition else None,
        "isBasedOn": [*_works(page, item, desk, used=True)],
        "citation": [*_works(page, item, desk, used=False)],
        "translationOfWork": original,
        "correction": [_correction(correction, desk) for correction in item.corrections],
        "publisher": publisher,
        "sdPublisher": {"@id": publisher["@id"]} if "@id" in publisher else publisher,
    }
    if item.genre != "advertisement":  # which is an Article, no NewsArticle
        properties["dateline"] = card.dateline
    if item.retracted:
        properties["creativeWorkStatus"] = "Retracted"
    return linked.node(kind, **properties)


def _issue(edition: views.EditionLink, desk: Desk) -> Node:
    """The edition that the article belongs to, which is an issue of the digest in this language."""
    home = desk.absolute(desk.prefix + "/")
    return linked.node(
        "PublicationIssue",
        name=edition.title,
        url=desk.absolute(edition.url),
        issueNumber=edition.number,
        datePublished=edition.when.iso,
        isPartOf=linked.node("Periodical", name=desk.language.title, url=home),
    )


def _modified(item: Article) -> str:
    """When it was last changed: updated or corrected; empty where it is as it was published."""
    return item.changed.rfc3339 if item.changed != item.released else ""


def _people(item: Article, desk: Desk, publisher: Node) -> dict[str, list[Node]]:
    """Everyone with a part in the article, by schema.org's word for it; without an author it is the publisher's."""
    found: dict[str, dict[str, Node]] = {"author": {}, "editor": {}, "translator": {}, "contributor": {}}
    for name in item.byline:
        _add(name, found["author"], desk)
    for credit in item.credits:
        for person in credit.people:
            _add(person.name, found[_ROLES.get(credit.role, "contributor")], desk)
    for name in item.translation.by if item.translation else ():
        _add(name, found["translator"], desk)
    listed = {role: [*people.values()] for role, people in found.items()}
    return {**listed, "author": listed["author"] or [publisher]}


def _add(name: str, people: dict[str, Node], desk: Desk) -> None:
    link = desk.person(name)
    registered = desk.library.known.person(name)[2]
    site = registered.url if registered else ""
    people[link.name] = linked.node("Person", name=link.name, url=desk.outward(link.url), sameAs=site)


def _works(page: views.ArticlePage, item: Article, desk: Desk, *, used: bool) -> Iterable[Node]:
    """The works that the article rests on (`used`), or those that it only mentions."""
    for credit, source in zip(page.sources, item.sources, strict=True):
        if (source.use in _BASES) == used:
            registered = desk.library.known.publisher(source)[2]
            home = registered.url if registered else ""
            yield linked.node(
                "CreativeWork",
                name=credit.title,
                url=credit.link,
                author=[linked.node("Person", name=author) for author in credit.authors],
                datePublished=credit.published.iso if credit.published else "",
                inLanguage=credit.lang,
                publisher=linked.node("Organization", name=credit.publisher.name, url=home),
                license=linked.license(credit.license),
            )


def _license(page: views.ArticlePage, item: Article, desk: Desk) -> str | Node:
    """What is republished stays under its own licence."""
    for credit, source in zip(page.sources, item.sources, strict=True):
        if source.use == "republishes":
            return linked.license(credit.license)
    return linked.license(desk.library.config.license)


def _image(picture: views.Picture, desk: Desk) -> Node | None:
    url = desk.outward(picture.url)
    if not url:
        return None
    return linked.node(
        "ImageObject",
        url=url,
        contentUrl=url,
        caption=picture.caption,
        description=picture.alt,
        creditText=picture.credit,
        license=linked.license(picture.license),
        width=_pixels(picture.width),
        height=_pixels(picture.height),
    )


def _pixels(number: int) -> Node | None:
    """A measure as schema.org has it, with the code of pixels in UN/CEFACT Recommendation 20."""
    return linked.node("QuantitativeValue", value=number, unitCode="E37") if number else None


def _correction(correction: Correction, desk: Desk) -> Node:
    when = desk.when(correction.at)
    return linked.node("CorrectionComment", datePublished=when.iso if when else "", text=correction.text)


def _preview(page: views.ArticlePage, item: Article, desk: Desk) -> preview.Properties:
    card = page.card
    drawn = socials.picture(item, desk)
    pictures = [replace(picture, url=desk.outward(picture.url)) for picture in (drawn, card.picture) if picture]
    authors = dict.fromkeys(desk.outward(person.url) for person in page.byline)
    return preview.of(
        "article",
        card.title,
        linked.short(card.summary),
        url=page.head.canonical,
        site=desk.language.title,
        locale=desk.interface.language(card.lang).territorial,
        others=(desk.interface.language(version.lang).territorial for version in page.translations),
        pictures=pictures,
        more=(
            ("article:published_time", item.released.rfc3339),
            ("article:modified_time", _modified(item)),
            ("article:section", card.section.name if card.section else ""),
            *(("article:author", author) for author in authors),
            *(("article:tag", tag.name) for tag in page.tags),
        ),
    )
