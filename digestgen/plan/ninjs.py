"""Articles as documents of ninjs 3.1, the IPTC's standard for news in JSON.

What the schema has no words for is told in its open fields: `role` and `rel` have the words of the front matter.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from digestgen import credits, licenses, links, urls, views
from digestgen.markup import convert
from digestgen.model import Article, Source
from digestgen.pictures.album import media_type
from digestgen.pictures.headers import TYPES
from digestgen.plan import articles
from digestgen.plan.desk import Desk

Document = dict[str, Any]

#: What every document says of itself.
_STANDARD: Final = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
}

#: Kinds of work that the IPTC's own list of genres has (cv.iptc.org/newscodes/genre); the others go by name.
_GENRES: Final = {"analysis": "Analysis", "background": "Background", "opinion": "Opinion"}


def name_of(item: Article) -> str:
    """Return the name of the document of `item`: it rests on the article's id alone, and every system can hold it."""
    known = item.id.removeprefix("urn:uuid:")
    return f"{known if known != item.id else uuid.uuid5(uuid.NAMESPACE_URL, item.id)}.json"


def document(item: Article, desk: Desk, held: bool = False, embargo: str = "") -> Document:
    """Return the document of an article.

    `held` tells whether it is held back, `embargo` until when (RFC 3339), where that is known. Addresses of the
    site are left out where it does not know its own.
    """
    assert item.stamp is not None
    words = desk.interface.language(item.lang)
    url = desk.absolute(desk.library.urls[item.path])
    republished = next((source for source in item.sources if source.use == "republishes"), None)
    terms = _terms(republished, desk) if republished else desk.library.config.license
    pictures = [*_pictures(item, desk)]
    return _known(
        uri=item.id,
        standard=_STANDARD,
        type="text",
        representationType="full",
        profile="text-photo" if pictures else "text-only",
        pubStatus="withheld" if held else "canceled" if item.retracted else "usable",
        embargoedUntil=embargo,
        firstCreated=item.stamp.rfc3339,
        versionCreated=item.changed.rfc3339,
        expires=item.expires.rfc3339 if item.expires else "",
        language=item.lang,
        title=item.title,
        slugline=item.slug,
        headlines=[*_texts(("kicker", item.kicker), ("main", item.title))],
        descriptions=[
            *_texts(("summary", item.summary or item.lede), *((fix.kind, fix.text) for fix in item.corrections))
        ],
        bodies=[_body(item, desk, url)],
        by=credits.line(item.credits, words, desk.people, item.translation) or words.joined(desk.byline(item)),
        located=item.dateline,
        copyrightHolder="" if republished else desk.library.config.publisher.name or desk.library.config.title,
        copyrightNotice="" if republished else desk.library.config.copyright,
        usageTerms=terms,
        rightsInfo=_known(linkedRights=licenses.address(terms)),
        genres=[_genre(item.genre)] if item.genre else [],
        subjects=[*_subjects(item, desk)],
        infoSources=[*_publishers(item, desk), *_people(item, desk)],
        associations=[*pictures, *_works(item, desk), *_versions(item, desk)],
        altIds=[
            _known(role=role, value=value) for role, value in (("url", url), ("canonical", item.canonical)) if value
        ],
    )


def _known(**properties: object) -> Document:
    """Return the properties that are not empty: the schema takes no empty address or time."""
    return {name: value for name, value in properties.items() if value not in ("", None, [], {}, 0)}


def _texts(*texts: tuple[str, str]) -> Iterable[Document]:
    for role, text in texts:
        if text:
            yield {"role": role, "contentType": "text/plain", "value": text}


def _body(item: Article, desk: Desk, url: str) -> Document:
    led = [_outward(target, url, desk) for target in links.addresses(item, desk.resolver)]
    value = convert.feed_html(item.body, led, articles.measured(item, desk))
    return {"role": "main", "contentType": "text/html", "wordCount": item.body.words, "value": value}


def _outward(url: str | None, here: str, desk: Desk) -> str | None:
    """Where a link leads from elsewhere; None, which leaves its text, where that is not known."""
    if url is not None and url.startswith("#"):
        return here + url if here else None
    return (desk.outward(url) or None) if url else None


def _genre(name: str) -> Document:
    code = _GENRES.get(name, "")
    return _known(name=name, uri=f"http://cv.iptc.org/newscodes/genre/{code}" if code else "", literal=name)


def _subjects(item: Article, desk: Desk) -> Iterable[Document]:
    section = desk.section(item)
    for link in desk.tags(item):
        yield _known(name=link.name, rel="tag", uri=desk.outward(link.url))
    if section:
        yield _known(name=section.name, rel="section", uri=desk.outward(section.url))


# --- who and what it rests on


def _publishers(item: Article, desk: Desk) -> Iterable[Document]:
    """Each publisher that the article credits, with how its work was used."""
    seen = set()
    for source in item.sources:
        key, name, registered = desk.library.known.publisher(source)
        if (key, source.use) not in seen:
            seen.add((key, source.use))
            home = registered.url if registered else ""
            yield _known(name=name, role=source.use, uri=home, literal=registered.key if registered else "")


def _people(item: Article, desk: Desk) -> Iterable[Document]:
    """Everyone with a part in it, each once in a role."""
    named = [(person.name, credit.role) for credit in item.credits for person in credit.people]
    credited = {credits.named(name, desk.people) for name, _ in named}
    authors = [(name, "author") for name in desk.byline(item) if name not in credited]
    translators = [(name, "translation") for name in (item.translation.by if item.translation else ())]
    for name, role in dict.fromkeys([*authors, *named, *translators]):
        link = desk.person(name)
        yield _known(name=link.name, role=role, uri=desk.outward(link.url))


def _works(item: Article, desk: Desk) -> Iterable[Document]:
    """The works elsewhere that have an address, which is the best that is known of their identity."""
    for source in {source.url: source for source in item.sources if source.url}.values():
        _, name, registered = desk.library.known.publisher(source)
        terms = _terms(source, desk)
        yield _known(
            name=source.title or name,
            uri=source.url,
            rel=source.use,
            type="text",
            representationType="partial",
            language=source.lang or (registered.lang if registered else ""),
            versionCreated=source.published.rfc3339 if source.published else "",
            headlines=[*_texts(("main", source.title))],
            by=desk.interface.language(item.lang).joined(source.authors),
            infoSources=[_known(name=name, uri=registered.url if registered else "")],
            usageTerms=terms,
            rightsInfo=_known(linkedRights=licenses.address(terms)),
            edNote=source.note,
        )


def _terms(source: Source, desk: Desk) -> str:
    registered = desk.library.known.publisher(source)[2]
    return source.license or (registered.license if registered else "")


def _versions(item: Article, desk: Desk) -> Iterable[Document]:
    """The article in other languages, by the ids of their own documents."""
    for other in desk.library.translations[item.path]:
        if other.path != item.path:
            yield _known(name=other.title, uri=other.id, rel="translation", type="text", language=other.lang)


# --- pictures


def _pictures(item: Article, desk: Desk) -> Iterable[Document]:
    """The article's picture, known by the article's id and its file, so that it stays the same at any address."""
    picture = desk.picture(item)
    if picture is None or item.image is None:
        return
    known = uuid.uuid5(uuid.NAMESPACE_URL, f"{item.id}#{item.image.src}")
    kind = media_type(urls.unquote(picture.url))
    yield _known(
        name=picture.alt or picture.caption or item.image.src,
        uri=f"urn:uuid:{known}",
        rel="illustration",
        type="graphic" if kind == TYPES["svg"] else "picture",
        descriptions=[*_texts(("caption", picture.caption), ("alt", picture.alt))],
        by=picture.credit,
        usageTerms=picture.license,
        rightsInfo=_known(linkedRights=licenses.address(picture.license)),
        renditions=[*_renditions(picture, kind, desk)],
    )


def _renditions(picture: views.Picture, kind: str, desk: Desk) -> Iterable[Mapping[str, object]]:
    href = desk.outward(picture.url)
    if href:
        yield _known(name="main", href=href, contentType=kind, width=picture.width, height=picture.height)
