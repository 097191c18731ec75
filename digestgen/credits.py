"""The credit line: who reported, wrote and edited, as agencies write it, in any language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from digestgen.i18n import Language
from digestgen.model import Contributor, Credit, RegisteredPerson

#: Messages of the catalogues by role. The line joins them with "; " and begins with a capital.
_ROLES: Final = {
    "reporting": "reporting by %(people)s",
    "writing": "writing by %(people)s",
    "editing": "editing by %(people)s",
    "translation": "translation by %(people)s",
    "photography": "photography by %(people)s",
    "graphics": "graphics by %(people)s",
    "research": "research by %(people)s",
}


def named(name: str, people: Mapping[str, RegisteredPerson]) -> str:
    """Return the name of a person who is given by name or by a key of people.yaml."""
    return people[name].name if name in people else name


def line(credits: Sequence[Credit], words: Language, people: Mapping[str, RegisteredPerson]) -> str:
    """Return the credit line of `credits` in the language of `words`; empty without credits.

    As "Reporting by A, B and C in Seoul and D in Tokyo; editing by E": people who follow each other in one place
    stand together before it.
    """
    text = words.text("; ").join(_credit(credit, words, people) for credit in credits)
    return text[:1].upper() + text[1:]


def _credit(credit: Credit, words: Language, people: Mapping[str, RegisteredPerson]) -> str:
    names = _people(credit.people, words, people)
    message = _ROLES.get(credit.role)
    if message is None:
        return words.text("%(role)s: %(people)s", role=credit.role, people=names)
    return words.text(message, people=names)


def _people(listed: Sequence[Contributor], words: Language, people: Mapping[str, RegisteredPerson]) -> str:
    groups = []
    for place, group in groupby(listed, key=lambda person: person.place):
        names = [named(person.name, people) for person in group]
        if place:
            groups.append(words.text("%(people)s in %(place)s", people=words.joined(names), place=place))
        else:
            groups.extend(names)
    return words.joined(groups)
