"""Credits out of words: the credit line, and the sign-off of a wire report, read back into who did what where.

English, German and French. What a catalogue says in `credits.line` is read by the catalogue's own phrases, so the two
cannot drift apart; what agencies write besides stands here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Final

from digestgen import i18n
from digestgen.credits import ROLES
from digestgen.dataclass import dataclass
from digestgen.i18n import Language
from digestgen.model import Contributor, Credit

LANGUAGES: Final = ("en", "de", "fr")


@dataclass(frozen=True)
class _Usage:
    """How agencies of a language sign off.

    `words` are patterns of what was done, `by` stands between them and the people, `of` perhaps before it (a
    language that was translated from), `besides` before a role that was not the main one. `at` stands before places.
    `agent` is the word for "by" after what the language has no word for here, `never` one that no name holds.
    """

    words: Mapping[str, str]
    by: str
    of: str
    besides: str
    at: str
    agent: str
    never: str


_USAGE: Final = {
    "en": _Usage(
        {
            "report(?:ing|ed)": "reporting",
            "writing|written": "writing",
            "edit(?:ing|ed)": "editing",
            "translat(?:ion|ing|ed)": "translation",
            "photography|photographs?|photos?|pictures?": "photography",
            "graphics?": "graphics",
            "research(?:ed)?": "research",
        },
        r"\s+by\s+|\s?:\s*",
        r"\s+from\s+\w+",
        "additional|further",
        "in",
        "by",
        "by",
    ),
    "de": _Usage(
        {
            "(?:mit )?berichte?n?|berichterstattung|berichtet|reportagen?": "reporting",
            "schreiben|geschrieben|verfasst|text": "writing",
            "bearbeitung|bearbeitet|redaktion|redigiert|redigatur": "editing",
            "übersetzung|(?:aus dem \\w+ )?übersetzt|aus dem (?:\\w+ischen|deutschen)": "translation",
            "fotos?|fotografien?|fotografiert|bilder|bild": "photography",
            "grafik(?:en)?|infografik(?:en)?": "graphics",
            "recherchen?|recherchiert": "research",
        },
        r"\s+(?:von|durch)\s+|\s?:\s*",
        r"\s+aus\s+dem\s+\w+",
        "zusätzliche|weitere",
        "in|aus",
        "von|durch",
        "durch",
    ),
    "fr": _Usage(
        {
            "avec(?: la contribution| les contributions)?|reportages?": "reporting",
            "rédigée?|rédaction|écrite?|textes?": "writing",
            "éditée?|édition": "editing",
            "version française|traduite?|traduction": "translation",
            "photos?|photographies?": "photography",
            "infographies?": "graphics",
            "documentation|recherches?": "research",
        },
        r"\s+(?:par|de)\s+|\s+d['’]|\s?:\s*|\s+(?=[^\W\d_a-zà-ÿ])",
        r"\s+(?:de\s+l['’]|du\s+)\w+",
        "autres?",
        "à|au|aux|en",
        "par",
        "par",
    ),
}

#: What parts one role from the next. Only after the stronger ones may stand a role that no language has words for.
_WEAK: Final = r"[,;.]\s*(?:(?:{ands})\s+)?|\s+(?:{ands})\s+"
_STRONG: Final = re.compile(r"\A|[;.]\s*")
#: Letters that a role has at most, which no language has words for.
_LONGEST: Final = 60
#: Any other role: a few words before a colon.
_FREE: Final = re.compile(r"(?P<role>[^\W\d_][^:;,.()]*?)\s?:\s+")
#: Or, where people are credited by a verb, very few words: more of them are a sentence.
_FREE_BY: Final = r"(?P<role>[^\W\d_][^\s:;,.()]*(?:\s[^\s:;,.()]+){{0,2}}?)\s(?i:{agent})\s(?=[^\W_])"
#: A full stop that ends a role, not that of an initial or a title: "von" and "de" may stand in a name after those.
_ENDED: Final = re.compile(r"(?:[^\W\d_]{3}(?<!\bProf)|\))\Z")
#: Text with its parentheses in pairs, one within another at most.
_PAIRED: Final = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))+"
_WHOLE: Final = re.compile(_PAIRED)
#: What follows the people and is a sentence of its own, as whom to write to.
_SENTENCE: Final = re.compile(r"(?<=[^\W\d_]{3})(?<!\bProf)\.\s+(?=[^\W\d_a-zà-ÿ]).*")

#: The full stop of a sign-off, which is not that of a name.
_STOP: Final = re.compile(r"(?<!\b[JS]r)\.\Z")


@dataclass(frozen=True)
class _Grammar:
    """What a language's sign-offs are cut by: patterns, ready to be used."""

    heads: tuple[tuple[re.Pattern[str], str], ...]
    """What begins a role, and the role; an empty one is told by the words themselves."""
    free_by: re.Pattern[str]
    unnamed: re.Pattern[str]
    """What no name holds."""
    words: tuple[tuple[re.Pattern[str], str], ...]
    border: re.Pattern[str]
    stretch: re.Pattern[str]
    names: re.Pattern[str]
    places: tuple[re.Pattern[str], ...]
    """How a name and its place stand together, to be tried in this order."""
    line_places: tuple[re.Pattern[str], ...]
    """Likewise in the credit line."""
    nouns: bool
    """Whether the language writes nouns with a capital."""


@dataclass(frozen=True)
class _Head:
    """The beginning of a role in a text: where its border begins, where its people do, and what it is."""

    border: int
    start: int
    roles: tuple[str, ...]
    free: bool


def read(text: str, lang: str) -> tuple[Credit, ...]:
    """Return the credits of which `text` is the line in `lang`, one of `LANGUAGES`: the way back of `credits.line`.

    Empty where the text does not begin with a role, or goes on with what is none. One that the language has no words
    for loses the capital that it has at the beginning of a line, except in German. Names must not hold what parts
    names, nor parentheses that are not in pairs.
    """
    return _read(text, lang, signed=False)


def read_signoff(text: str, lang: str) -> tuple[Credit, ...]:
    """Return the credits that `text`, the inside of a sign-off, tells in `lang`, one of `LANGUAGES`.

    Empty where it names no role that the language has words for, since a note with a colon is no credit, and where
    a part of it would have to be taken for a name that is none.
    """
    return _read(text, lang, signed=True)


def _read(text: str, lang: str, *, signed: bool) -> tuple[Credit, ...]:
    grammar = _grammar(lang)
    text = " ".join(text.split())
    text = _STOP.sub("", text) if signed else text
    heads = list(_heads(text, grammar))
    if not heads or heads[0].border or (signed and all(head.free for head in heads)):
        return ()
    ends = [head.border for head in heads[1:]] + [len(text)]
    places = grammar.places if signed else grammar.line_places
    listed = [_people(text[head.start : end], grammar, places) for head, end in zip(heads, ends, strict=True)]
    if any(_is_unnamed(text, grammar) for people in listed for who in people for text in (who.name, who.place)):
        return ()
    return tuple(
        Credit(role, people) for head, people in zip(heads, listed, strict=True) if people for role in head.roles
    )


def _is_unnamed(text: str, grammar: _Grammar) -> bool:
    """Tell whether no name and no place holds this: what parts them from others, half of a pair of parentheses, a role.

    A role without people, as "Writing by", would be one with the people behind it wherever the line is written anew.
    """
    parts = grammar.unnamed.search(text) is not None or not all(head.free for head in _heads(f"{text} ", grammar))
    return parts or (bool(text) and not _WHOLE.fullmatch(text))


def _heads(text: str, grammar: _Grammar) -> Iterator[_Head]:
    start = 0
    for border in grammar.border.finditer(text):
        head = _head(text, border, grammar) if border.start() >= start else None
        if head is not None:
            start = head.start
            yield head


def _head(text: str, border: re.Match[str], grammar: _Grammar) -> _Head | None:
    for pattern, role in grammar.heads:
        match = pattern.match(text, border.end())
        if match is not None:
            return _Head(border.start(), match.end(), (role,) if role else _roles(match, grammar), free=False)
    match = None
    if _STRONG.fullmatch(border[0]):
        match = _FREE.match(text, border.end())
        if match is None and _is_end(text, border):
            match = grammar.free_by.match(text, border.end())
    if match is None or len(match["role"]) > _LONGEST:
        return None
    role = match["role"]
    if not border.end() and not grammar.nouns and role[1:2].islower():
        role = role[0].lower() + role[1:]
    return _Head(border.start(), match.end(), (role,), free=True)


def _is_end(text: str, border: re.Match[str]) -> bool:
    before = text[max(0, border.start() - 5) : border.start()]
    return not border[0].startswith(".") or _ENDED.search(before) is not None


def _roles(match: re.Match[str], grammar: _Grammar) -> tuple[str, ...]:
    """The roles that words such as "reporting and writing" name, each once."""
    if match["besides"]:
        return (match["roles"].lower(),)
    words = grammar.names.split(match["role"])
    found = (role for word in words for pattern, role in grammar.words if pattern.fullmatch(word))
    return tuple(dict.fromkeys(found))


def _people(text: str, grammar: _Grammar, places: tuple[re.Pattern[str], ...]) -> tuple[Contributor, ...]:
    text = _SENTENCE.sub("", text).strip(" ,;")
    found: list[Contributor] = []
    for stretch in grammar.stretch.split(text):
        waiting: list[str] = []
        for item in grammar.names.split(stretch):
            match = next(filter(None, (place.fullmatch(item) for place in places)), None)
            waiting.append(match["name"] if match else item)
            if match:
                found += (Contributor(name, match["place"]) for name in waiting if name)
                waiting = []
        found += (Contributor(name) for name in waiting if name)
    return tuple(found)


@functools.cache
def _grammar(lang: str) -> _Grammar:
    words, usage = i18n.language(lang), _USAGE[lang]
    ands = f"{re.escape(words.joined(['', '']).strip())}|&"
    word = "(?:" + "|".join(usage.words) + ")"
    several = f"(?P<role>{word}(?:(?:,\\s*|\\s+(?:{ands})\\s+){word})*)"
    # the words in any case, what follows them as it is: a French name may follow without a word between
    wire = re.compile(f"(?i:(?P<roles>(?P<besides>(?:{usage.besides})\\s+)?{several})(?:{usage.of})?)(?:{usage.by})")
    at = re.compile(rf"(?P<name>{_PAIRED}?)\s+(?:{usage.at})\s+(?P<place>.+)")
    within = re.compile(rf"(?P<name>{_PAIRED}?)\s*\((?P<place>{_PAIRED})\)")
    as_well = words.text("%(people)s as well as %(others)s", people="", others="").strip()
    return _Grammar(
        heads=(*_phrases(words), (wire, "")),
        free_by=re.compile(_FREE_BY.format(agent=usage.agent)),
        unnamed=re.compile(rf"[;:]|\s(?:{usage.never})\s|\s(?:{usage.agent})\Z|(?:\A|\s)(?:{ands})(?:\s|\Z)"),
        words=tuple((re.compile(pattern, re.IGNORECASE), role) for pattern, role in usage.words.items()),
        border=re.compile(rf"\A|{_WEAK.format(ands=ands)}"),
        stretch=re.compile(rf"\s*,?\s+{re.escape(as_well)}\s+"),
        # a comma within parentheses parts no names
        names=re.compile(rf"(?:\s*,\s*(?:(?:{ands})\s+)?|\s+(?:{ands})\s+)(?![^()]{{0,80}}\))"),
        places=(at, within),
        line_places=(within,) if "(" in words.text("%(people)s in %(place)s", people="", place="") else (at, within),
        nouns=lang == "de",
    )


def _phrases(words: Language) -> Iterator[tuple[re.Pattern[str], str]]:
    """The catalogue's own phrases, as far as the people."""
    for role, message in ROLES.items():
        yield _phrase(words.text(message, people="\0")), role
    told = words.text("translation from %(language)s by %(people)s", language="\1", people="\0")
    yield _phrase(told), "translation"


def _phrase(text: str) -> re.Pattern[str]:
    head = " ".join(text.partition("\0")[0].split())
    # the first letter is a capital at the beginning of a line
    pattern = re.escape(head).replace("\1", ".+?").replace("\\\1", ".+?").replace("\\ ", r"\s+")
    return re.compile(f"(?i:{pattern})\\s+")
