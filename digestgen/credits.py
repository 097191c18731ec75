"""The credit line: who reported, wrote and edited, as agencies write it, in any language.

The grammar of a language is in its catalogue: a phrase for each role, how people and their place stand together, and
what parts one group of people from the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import groupby
from typing import Final

from digestgen.i18n import Language
from digestgen.model import Contributor, Credit, Provenance, RegisteredPerson

#: Messages of the catalogues by role. The line joins them with "; " and begins with a capital.
ROLES: Final = {
    "reporting": "reporting by %(people)s",
    "writing": "writing by %(people)s",
    "editing": "editing by %(people)s",
    "translation": "translation by %(people)s",
    "photography": "photography by %(people)s",
    "graphics": "graphics by %(people)s",
    "research": "research by %(people)s",
}

_TRANSLATION: Final = "translation"

#: Stands for a name while its line is made: no text has these noncharacters of Unicode.
_MARK: Final = "\ufdd0%d\ufdd1"
_MARKED: Final = re.compile("\ufdd0([0-9]+)\ufdd1")

#: Before a name that a language begins with another capital than Unicode's: a dotted i keeps its dot.
_CAPITALS: Final = {"tr": {"i": "İ"}, "az": {"i": "İ"}}


def named(name: str, people: Mapping[str, RegisteredPerson]) -> str:
    """Return the name of a person who is given by name or by a key of people.yaml."""
    return people[name].name if name in people else name


def line(
    credits: Sequence[Credit],
    words: Language,
    people: Mapping[str, RegisteredPerson],
    translation: Provenance | None = None,
) -> str:
    """Return the credit line of `credits` in the language of `words`; empty where there is nothing to tell.

    As "Reporting by A, B and C in Seoul and D in Tokyo; editing by E": people who follow each other in one place
    stand together before it. What `translation` tells goes into the credit for translating, or into one of its own at
    the end.
    """
    parts = []
    for credit in credits:
        if credit.role == _TRANSLATION and translation is not None:
            parts.append(_translated(credit.people, words, people, translation))
            translation = None
        else:
            parts.append(_credit(credit.role, _people(credit.people, words, people), words))
    if translation is not None:
        parts.append(_translated((), words, people, translation))
    return _capital(words.text("; ").join(filter(None, parts)), words)


def parts(
    credits: Sequence[Credit], words: Language, people: Mapping[str, RegisteredPerson]
) -> tuple[tuple[str, str], ...]:
    """Return the credit line in pieces: (text, the person's name as the article gives it, or empty for words between).

    Put together, the texts are the `line`.
    """
    listed = [person.name for credit in credits for person in credit.people]
    places = iter(range(len(listed)))
    marked = [
        replace(credit, people=tuple(replace(person, name=_MARK % next(places)) for person in credit.people))
        for credit in credits
    ]
    found: list[tuple[str, str]] = []
    for place, piece in enumerate(_MARKED.split(line(marked, words, {}))):
        if place % 2:
            text = named(listed[int(piece)], people)
            found.append((text if found else _capital(text, words), listed[int(piece)]))
        elif piece:
            found.append((piece, ""))
    return tuple(found)


def _capital(text: str, words: Language) -> str:
    first = text[:1]
    return _CAPITALS.get(words.locale.language, {}).get(first, first.upper()) + text[1:]


def _credit(role: str, names: str, words: Language) -> str:
    message = ROLES.get(role)
    if message is None:
        return words.text("%(role)s: %(people)s", role=role, people=names)
    return words.text(message, people=names)


def _translated(
    credited: Sequence[Contributor], words: Language, people: Mapping[str, RegisteredPerson], told: Provenance
) -> str:
    """From which language, by whom or by what machine; empty where none of these is known."""
    known = {named(person.name, people) for person in credited}
    others = tuple(Contributor(name) for name in told.by if named(name, people) not in known)
    names = _people((*credited, *others), words, people)
    language = words.named(told.lang) if told.lang else ""
    if not names:
        return _by_machine(language, told.tool, words)
    if told.tool:
        names = words.text("%(people)s with %(tool)s", people=names, tool=told.tool)
    if language:
        return words.text("translation from %(language)s by %(people)s", language=language, people=names)
    return _credit(_TRANSLATION, names, words)


def _by_machine(language: str, tool: str, words: Language) -> str:
    if tool and language:
        return words.text("machine translation from %(language)s (%(tool)s)", language=language, tool=tool)
    if tool:
        return words.text("machine translation (%(tool)s)", tool=tool)
    return words.text("translation from %(language)s", language=language) if language else ""


def _people(listed: Sequence[Contributor], words: Language, people: Mapping[str, RegisteredPerson]) -> str:
    """A list of groups, each a list of the people in one place.

    A place is read as that of all names before it. So those without one are kept apart from a place that follows.
    """
    stretches: list[list[str]] = [[]]
    before = "somewhere"
    for place, names in _groups(listed, people):
        if place and not before:
            stretches.append([])
        before = place
        if place:
            stretches[-1].append(words.text("%(people)s in %(place)s", people=words.joined(names), place=place))
        else:
            stretches[-1] += names
    texts = [words.joined(stretch) for stretch in stretches]
    return reduce(lambda one, more: words.text("%(people)s as well as %(others)s", people=one, others=more), texts)


def _groups(listed: Sequence[Contributor], people: Mapping[str, RegisteredPerson]) -> Iterator[tuple[str, list[str]]]:
    for place, group in groupby(listed, key=lambda person: person.place):
        yield place, [named(person.name, people) for person in group]
