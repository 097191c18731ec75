"""Social cards: the picture that previews of links to an article show."""

from __future__ import annotations

from collections.abc import Iterator

from digestgen import fingerprint, views
from digestgen.model import Article
from digestgen.pictures import cards, letters
from digestgen.plan.desk import Desk, label
from digestgen.plan.outputs import Drawn, Output, file_of


def picture(item: Article, desk: Desk) -> views.Picture | None:
    """Return the card of an article as a picture; None where the site has none."""
    if not desk.library.config.cards:
        return None
    return views.Picture(_address(item, desk), item.title, width=cards.WIDTH, height=cards.HEIGHT)


def outputs(item: Article, desk: Desk) -> Iterator[Output]:
    """Yield the card of an article."""
    if desk.library.config.cards:
        texts = _texts(item, desk)
        content = Drawn("card.svg", desk.language.lang, fingerprint.of_value(texts), lambda: _card(*texts))
        claim = f"the card of {desk.library.config.content}/{item.path}"
        yield Output(file_of(_address(item, desk)), content, claim)


def _card(*texts: str) -> views.SocialCard:
    said = cards.written(*texts)
    around = (said.label, said.name, said.publisher, said.date)
    return views.SocialCard(cards.WIDTH, cards.HEIGHT, letters.FAMILY, said.lines, said.size, *around)


def _texts(item: Article, desk: Desk) -> tuple[str, str, str, str, str]:
    """Return headline, label, title of the digest, publisher and date."""
    title = desk.language.title
    publisher = desk.library.config.publisher.name or title
    return item.title, label(item, desk.words), title, publisher, desk.day(item).date


def _address(item: Article, desk: Desk) -> str:
    """Return where the card lies: beside the page, under a name that changes with it, as previews are kept for long."""
    url = desk.library.urls[item.path]
    base = url if url.endswith("/") else url.rpartition(".")[0] + "/"
    return f"{base}card-{fingerprint.short_of(_texts(item, desk))}.png"
