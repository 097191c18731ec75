"""Articles as entries of feeds.

An entry says nothing that `articles.article` does not name in the key of what an article itself says.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from digestgen import credits, links, views
from digestgen.feeds.values import Entry, Origin, Person, Work
from digestgen.i18n import Language
from digestgen.markup import convert
from digestgen.model import Article, Source
from digestgen.pictures.album import media_type
from digestgen.plan import articles, corrections
from digestgen.plan.desk import Desk

#: Uses of a source (see `frontmatter.USES`) that make an article one on that work, and not one that only cites it.
_ABOUT: Final = ("based-on", "republishes")


def entry_of(item: Article, desk: Desk, *, full: bool) -> Entry:
    """Return the entry of an article, with its full text or only its summary."""
    picture = desk.picture(item)
    image = _outward(picture.url, "", desk) or "" if picture else ""
    return Entry(
        id=item.id,
        url=desk.absolute(desk.library.urls[item.path]),
        title=corrections.labelled(item, desk),
        lang=item.lang,
        published=item.released.rfc3339,
        updated=item.changed.rfc3339,
        authors=_people(item.byline, desk),
        contributors=_contributors(item, desk),
        summary=item.summary or item.lede,
        html=_html(item, picture, image, desk) if full else "",
        tags=tuple(link.name for link in desk.tags(item)),
        image=image,
        image_type=media_type(image),
        image_size=(picture.width, picture.height) if picture and image else (0, 0),
        external=_external(item, desk),
        via=tuple({source.url: _work(source, desk) for source in item.sources if source.url}.values()),
        origin=_origin(item, desk),
    )


def _people(names: Iterable[str], desk: Desk) -> tuple[Person, ...]:
    pages = {person.name: person.url for person in [*desk.people.values()][::-1]}
    known = dict.fromkeys(credits.named(name, desk.people) for name in names)
    return tuple(Person(name, pages.get(name, "")) for name in known)


def _contributors(item: Article, desk: Desk) -> tuple[Person, ...]:
    """Return all who are credited but for those of the byline, each once."""
    named = [person.name for credit in item.credits for person in credit.people]
    named += item.translation.by if item.translation else ()
    authors = _people(item.byline, desk)
    return tuple(person for person in _people(named, desk) if person not in authors)


def _work(source: Source, desk: Desk) -> Work:
    _, name, registered = desk.library.known.publisher(source)
    lang = source.lang or (registered.lang if registered else "")
    return Work(source.url, name, source.title, lang)


def _external(item: Article, desk: Desk) -> str:
    """Return the page elsewhere that an article is about: where it stands first, or the first work it rests on."""
    if item.canonical not in ("", desk.absolute(desk.library.urls[item.path])):
        return item.canonical
    return next((source.url for source in item.sources if source.url and source.use in _ABOUT), "")


def _origin(item: Article, desk: Desk) -> Origin | None:
    """Return the publisher of what an article republishes, else of the first work that it rests on."""
    sources = [source for source in item.sources if source.use in _ABOUT]
    source = min(sources, key=lambda source: source.use != "republishes", default=None)
    if source is None:
        return None
    _, name, known = desk.library.known.publisher(source)
    return Origin(
        name=name,
        page=known.url if known else "",
        feed=known.feed if known else "",
        rights=source.license or (known.license if known else ""),
        updated=source.published.rfc3339 if source.published else "",
        republished=source.use == "republishes",
    )


# --- the full text


def _html(item: Article, picture: views.Picture | None, image: str, desk: Desk) -> str:
    figure = _figure(picture, image, desk.interface.language(item.lang)) if picture else ""
    return corrections.around(figure + text_of(item, desk), item, desk)


def text_of(item: Article, desk: Desk) -> str:
    """Return the text of a file as HTML for those who read it elsewhere than on its page."""
    here = desk.absolute(desk.library.urls[item.path])
    found = links.addresses(item, desk.resolver)
    return convert.feed_html(item.body, [_outward(url, here, desk) for url in found], articles.measured(item, desk))


def _outward(url: str | None, here: str, desk: Desk) -> str | None:
    """Return where a link leads for those who read it elsewhere than on its page."""
    if url is None or not url.startswith(("/", "#")):
        return url
    return here + url if url.startswith("#") else desk.absolute(url)


def _figure(picture: views.Picture, image: str, words: Language) -> str:
    credit = words.text("Picture: %(credit)s", credit=picture.credit) if picture.credit else ""
    told = " ".join(part for part in (picture.caption, credit, picture.license) if part)
    caption = f"<figcaption>{escape(told)}</figcaption>" if told else ""
    size = f' width="{picture.width}" height="{picture.height}"' if picture.width and picture.height else ""
    return f'<figure><img src="{escape(image)}" alt="{escape(picture.alt)}"{size}>{caption}</figure>\n'
