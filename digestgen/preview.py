"""Previews: what OpenGraph (ogp.me) and cards tell of a page to those who show a link to it.

Everything is (property, content), in an order in which a property of a property follows it.
"""

from __future__ import annotations

from collections.abc import Iterable

from digestgen.views import Picture

Properties = tuple[tuple[str, str], ...]


def of(
    kind: str,
    title: str,
    description: str,
    *,
    url: str,
    site: str,
    locale: str,
    others: Iterable[str] = (),
    pictures: Iterable[Picture] = (),
    more: Iterable[tuple[str, str]] = (),
) -> Properties:
    """Return the preview of a page, without what is empty.

    `kind` is a type of OpenGraph, `url` the page's absolute address, `locale` and `others` are languages as OpenGraph
    writes them. The addresses of pictures have to be absolute, and most show the first; `more` are properties of the
    `kind`.
    """
    shown = [picture for picture in pictures if shows(picture)]
    found = (
        ("og:type", kind),
        ("og:title", title),
        ("og:description", description),
        ("og:url", url),
        ("og:site_name", site),
        ("og:locale", locale),
        *(("og:locale:alternate", other) for other in dict.fromkeys(others) if other != locale),
        *(item for picture in shown for item in _picture(picture)),
        *more,
        ("twitter:card", "summary_large_image" if shown else "summary"),
    )
    return tuple((name, content) for name, content in found if content)


def shows(picture: Picture) -> bool:
    """Tell whether those who show previews can show `picture`: they draw no vectors."""
    path = picture.url.partition("?")[0].partition("#")[0]
    return "://" in picture.url and not path.lower().endswith((".svg", ".svgz"))


def _picture(picture: Picture) -> Properties:
    known = picture.width and picture.height
    size = (("og:image:width", str(picture.width)), ("og:image:height", str(picture.height))) if known else ()
    return (("og:image", picture.url), *size, ("og:image:alt", picture.alt))
