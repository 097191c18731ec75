"""A wire report in plain text, taken apart: language, headline, crossheads, agencies, sign-off. Pure.

Nothing of the text is lost: what cannot be told for sure stays in the text, and what is moved or changed is marked for
the editor in the draft that `draft` makes of it.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from operator import itemgetter
from typing import Final

from digestgen import frontmatter, plaintext, signoffs, yaml
from digestgen.dataclass import dataclass
from digestgen.model import Credit, Source

#: A headline and a crosshead are at most so long, and a sign-off that names a whole desk.
_SHORT: Final = 120
_SIGNOFF: Final = 5000

#: Words that tell a language: frequent ones, and which no other language here has as often.
_STOP_WORDS: Final = {
    "en": "the of and to is that was for with on as by at from has have said it its his be are were not which who but "
    "this would had after over their he she they will been",
    "de": "der die das und zu den von mit sich des auf für ist im dem nicht ein eine einen einem einer eines als auch "
    "aus er sie hat dass nach wird bei zum zur am war wie um über vor bis werden wurde seine ohne gegen",
    "fr": "le la les et des une du est pour qui dans par sur au aux pas il elle ce cette avec son sa ses été ont mais "
    "après sont plus ne se selon leur entre deux",
    "es": "el los las y del que por con una para su al es lo como más pero sus ha fue está según entre sobre",
    "it": "il di che per una del della dei nel con non sono gli alla è anche più dal ha i lo si delle",
    "nl": "het een van en dat op te zijn met voor niet aan er om ook als bij door naar uit heeft maar wordt",
    "pt": "o os as um uma do da dos das em no na que para com não por mais ao foi são pelo pela e",
}
#: An abbreviation such as "U.S.", or letters with apostrophes between them.
_WORD: Final = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)*")
#: The least part of a text that stop words are in the languages above.
_TELLING: Final = 0.08

#: Between words, what typists write for a dash.
_HYPHEN: Final = re.compile(r"(?<=\S)[ \t]+-(?=\s)[ \t]*")

_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "„": "“”", "‚": "‘’", "«": "»", "»": "«", "‹": "›"}
#: What stands before the first word of a sentence.
_BEGINNING: Final = re.compile(r"[.!?…:]\W*\Z|\A\W+\Z")
_SENTENCE_END: Final = re.compile(r"[.!?…:;,][\"'”’“‘»«)\s]*\Z")
_PARENTHESES: Final = re.compile(r"\s*\((?P<inside>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\s*\.?\s*\Z")

# --- agencies

_NAME: Final = r"(?-i:[A-ZÀ-Þ][\w&-]*(?:\.[A-Z][\w&-]*)*(?:[ \n][A-ZÀ-Þ][\w&-]*){0,2})"
_AND: Final = r"(?:,\s+|\s+(?:and|und|sowie|et)\s+)"
#: "state news agency KCNA", "Nachrichtenagenturen RIA und Interfax", "l’agence de presse nord-coréenne KCNA"
_AGENCY_FIRST: Final = re.compile(
    rf"""\b(?:(?:news|wire|press|state|official|the)\s+agenc(?:y|ies)|(?:nachrichten|presse)?agentur(?:en)?|
    agences?(?:\s+(?:de\s+presse|d['’](?:information|[ée]tat)|nationales?|centrales?|officielles?|publiques?|russes?|turques?|
    [\w-]*(?:aise|oise|enne|ine|ande)s?))*)
    \s+["“„«]?\s?(?P<names>{_NAME}(?:{_AND}(?:the\s+|der\s+|die\s+)?{_NAME})*)""",
    re.IGNORECASE | re.VERBOSE,
)
_AGENCY_LAST: Final = re.compile(
    rf"(?P<names>{_NAME})\s+(?:state\s+|state-run\s+|official\s+)*(?:news|wire|press)\s+agency\b", re.IGNORECASE
)
#: A nationality or an article before the name of an agency is no part of it.
_ADJECTIVE: Final = re.compile(r"(?:The|An?|One|Its|Their|State|North|South|[A-Z]\w*(?:an|ese|ish|ch|i|ek|'s|’s))\Z")
#: "SEOUL, Sept 13 (Reuters) - "
_DATELINE: Final = re.compile(r"\A[^()\n]{0,80}\((?P<name>[A-Za-z][\w .&/-]{1,30})\)\s+[-–—]\s")


@dataclass(frozen=True)
class Block:
    """A paragraph or, where `was` tells how the report wrote it, a heading."""

    text: str
    was: str = ""


@dataclass(frozen=True)
class Report:
    """A report taken apart.

    `lang` is empty where its words are of none of the languages that are told apart, `title` where the report has no
    headline. `signoff` is the sign-off as it was written, `credits` what it says. `agencies` are those that the text
    quotes, and the one that its dateline names.
    """

    lang: str
    title: str
    title_was: str
    blocks: tuple[Block, ...]
    credits: tuple[Credit, ...]
    signoff: str
    agencies: tuple[Source, ...]


def read(text: str, lang: str = "") -> Report:
    """Return the report `text`, which is in the language `lang` (BCP 47) or, without one, in that of its words."""
    blocks = list(_blocks(_visible(text)))
    lang = lang or language_of(text)
    signoff, credits = _signoff(blocks, lang)
    title = blocks.pop(0) if len(blocks) > 1 and _is_headline(blocks[0]) else ""
    cases = _Cases(block for block in blocks if not _in_capitals(block))
    agencies = tuple(_agencies("\n\n".join(blocks)))
    return Report(
        lang=lang,
        title=_dashes(cases.heading(title, lang) if _in_capitals(title) else title, lang),
        title_was=title if _in_capitals(title) else "",
        blocks=tuple(_block(block, cases, lang) for block in blocks),
        credits=credits,
        signoff=signoff,
        agencies=agencies,
    )


def language_of(text: str) -> str:
    """Return the language of `text` by its stop words; empty where there are too few of any language."""
    words = [word.lower() for word in _WORD.findall(text)]
    counts = {lang: sum(word in known for word in words) for lang, known in _known_words().items()}
    best = max(counts, key=lambda lang: counts[lang])
    return best if counts[best] > _TELLING * len(words) else ""


@functools.cache
def _known_words() -> dict[str, frozenset[str]]:
    return {lang: frozenset(words.split()) for lang, words in _STOP_WORDS.items()}


# --- text


def _visible(text: str) -> str:
    """`text` with line feeds only, and blanks for what no article may hold: other control characters."""
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return re.sub(r"[\x00-\x09\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]", " ", text)


def _blocks(text: str) -> Iterator[str]:
    """The paragraphs: lines without a blank one between, each without blanks at its ends.

    A crosshead is one of its own, and so is a headline right above text that is not wrapped.
    """
    for number, part in enumerate(re.split(r"\n\s*\n", text.strip())):
        lines = [line for line in map(str.strip, part.split("\n")) if line]
        long = len(lines) > 1 and len(lines[1]) > 2 * _SHORT
        if len(lines) > 1 and (_in_capitals(lines[0]) or (not number and long and _is_headline(lines[0]))):
            yield lines.pop(0)
        if lines:
            yield "\n".join(lines)


def _dashes(text: str, lang: str) -> str:
    """`text` with the dash of the language: English outside of Britain writes it without blanks."""
    primary, _, region = lang.partition("-")
    return _HYPHEN.sub("—" if primary == "en" and region in ("", "US", "CA") else " – ", text).replace(" – \n", " –\n")


def _is_headline(block: str) -> bool:
    return "\n" not in block and len(block) <= _SHORT and not _SENTENCE_END.search(block) and _has_words(block)


def _has_words(text: str) -> bool:
    return _WORD.search(text) is not None


def _in_capitals(block: str) -> bool:
    """Tell whether a block is a crosshead: a short line in capitals, no sentence. ß has no capital of its own."""
    letters = [char for char in block if char.isalpha()]
    return (
        "\n" not in block
        and len(block) <= _SHORT
        and len(letters) > 1
        and all(char.isupper() or char == "ß" for char in letters)
        and not block.rstrip("\"'”’“‘»«").endswith((".", ",", ";", ":"))
    )


def _block(block: str, cases: _Cases, lang: str) -> Block:
    if _in_capitals(block):
        return Block(_dashes(cases.heading(_unquoted(block), lang), lang), block)
    return Block(_dashes(block, lang))


def _unquoted(text: str) -> str:
    """`text` without the quotation marks around all of it."""
    closing = _QUOTES.get(text[0], "")
    inside = text[1:-1].strip()
    if len(text) > 2 and text[-1] in closing and not any(char in inside for char in text[0] + closing):
        return inside
    return text


class _Cases:
    """How words are written in a text: with a capital, without, or all in capitals."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._inside: dict[str, Counter[str]] = {}
        self._first: dict[str, Counter[str]] = {}
        self._alike: dict[str, list[str]] = {}
        for block in blocks:
            for match in _WORD.finditer(block):
                # at the beginning of a sentence any word has a capital
                begins = _BEGINNING.search(block[max(0, match.start() - 8) : match.start()]) or not match.start()
                self._note(match[0], self._first if begins else self._inside)

    def _note(self, word: str, known: dict[str, Counter[str]]) -> None:
        stem = _parted(word)[0]
        for form in {word, stem}:
            known.setdefault(form.casefold(), Counter())[form] += 1
        alike = self._alike.setdefault(word[:5].casefold(), [])
        if known is self._inside and len(alike) < 20:
            alike.append(stem)

    def heading(self, text: str, lang: str) -> str:
        """Return `text`, all in capitals, as `lang` writes headings, each word as it is written elsewhere."""
        primary = lang.partition("-")[0]
        done = _WORD.sub(lambda match: self._word(match[0], primary), text)
        first = _WORD.search(done)
        at = first.start() if first else 0
        return done[:at] + done[at : at + 1].upper() + done[at + 1 :]

    def _word(self, word: str, lang: str) -> str:
        low = word.lower()
        stop = low in _known_words().get(lang, ())
        for known in (self._inside, {} if stop else self._first):
            if word.casefold() in known:
                return known[word.casefold()].most_common(1)[0][0]
        if "." in word:
            return word
        stem, mark, rest = _parted(word)
        if mark:
            return self._word(stem, lang) + mark + rest.lower()
        # German writes nouns with a capital, and most words of a heading that are no stop words are nouns
        return _like(self._inflected(word) or ("Noun" if lang == "de" and not stop else "other"), low)

    def _inflected(self, word: str) -> str:
        """A word of the text that differs from `word` in its ending only; empty where there is none."""
        low = word.casefold()
        stem = low[: max(5, len(low) - 3)]
        known = self._alike.get(low[:5], ()) if len(low) > 4 else ()
        return next((one for one in known if one.casefold().startswith(stem) and len(one) < len(low) + 4), "")


def _like(pattern: str, low: str) -> str:
    """`low` with capitals where `pattern` has them."""
    if pattern.isupper():
        return low.upper()
    return low[:1].upper() + low[1:] if pattern[:1].isupper() else low


def _parted(word: str) -> tuple[str, str, str]:
    """The word before its last apostrophe, that, and what follows: a text with "Kim" tells how to write "Kim's"."""
    match = re.fullmatch(r"(.*)(['’])(.*)", word)
    return (match[1], match[2], match[3]) if match else (word, "", "")


# --- the sign-off


def _signoff(blocks: list[str], lang: str) -> tuple[str, tuple[Credit, ...]]:
    """Take the sign-off out of `blocks`, where there is one at their end, and return it and what it says."""
    found: list[str] = []
    credits: list[Credit] = []
    while blocks:
        match = _last_parentheses(blocks[-1])
        told = _credits(match["inside"], lang) if match else ()
        if match is None or not told:
            break
        found.insert(0, " ".join(match[0].split()))
        credits[:0] = told
        blocks[-1] = blocks[-1][: match.start()].rstrip()
        if not blocks[-1]:
            blocks.pop()
    return " ".join(found), tuple(credits)


def _last_parentheses(block: str) -> re.Match[str] | None:
    # looked for from the last one on: a pattern that may begin at each would take quadratic time
    opening, depth = len(block), 0
    for at in range(len(block) - 1, -1, -1):
        depth += (block[at] == ")") - (block[at] == "(")
        if block[at] == "(" and depth == 0:
            opening = at
            break
    return _PARENTHESES.match(block, opening) if len(block) - opening <= _SIGNOFF else None


def _credits(inside: str, lang: str) -> tuple[Credit, ...]:
    own = lang.partition("-")[0]
    order = sorted(signoffs.LANGUAGES, key=lambda other: other != own)
    return next((told for other in order if (told := signoffs.read_signoff(inside, other))), ())


# --- agencies


def _agencies(text: str) -> Iterator[Source]:
    """Whom the text quotes, each agency once, in the order of the text; first the one whose report it is."""
    seen: set[str] = set()
    dateline = _DATELINE.match(text)
    named = [(" ".join(dateline["name"].split()), "based-on")] if dateline else []
    named += [(name, "cites") for _, name in sorted(_quoted_agencies(text), key=itemgetter(0))]
    for name, use in named:
        if name.lower() not in seen:
            seen.add(name.lower())
            yield Source(name, use=use)


def _quoted_agencies(text: str) -> Iterator[tuple[int, str]]:
    for pattern in (_AGENCY_FIRST, _AGENCY_LAST):
        for match in pattern.finditer(text):
            for name in re.split(_AND, match["names"]):
                words = re.sub(r"^(?:the|der|die)\s+", "", name).split()
                while words and _ADJECTIVE.match(words[0]):
                    del words[0]
                if words:
                    yield match.start(), " ".join(words)


# --- the draft


@dataclass(frozen=True)
class Draft:
    """An article file, and what its editor has to check, a few words each."""

    text: str
    checks: tuple[str, ...]


def draft(report: Report, lang: str, day: date, origin: str) -> Draft:
    """Return the draft of an article of the day `day` made from `report`, which was in the file `origin`.

    `lang` is the language that its front matter has to name; empty where the file's name does.
    """
    noted: list[str] = []
    front = [
        f"# Made from {json.dumps(origin, ensure_ascii=False)}. Look at each line that begins with `# check`,",
        "# then take those lines and `draft` away.",
        *_title(report, noted),
        f"date: {day.isoformat()}",
        *_language(report, lang, noted),
        "draft: true",
        *_sources(report, noted),
        *_credited(report, noted),
        *_headings(report, noted),
    ]
    body = "\n\n".join(_block_text(block) for block in report.blocks)
    return Draft("\n".join(["---", *front, "---", "", body]).rstrip("\n") + "\n", tuple(noted))


def _title(report: Report, noted: list[str]) -> Iterator[str]:
    if not report.title:
        noted.append("the headline, which the report does not have")
        yield "# check: the report has no line that is a headline for sure; write one"
    elif report.title_was:
        noted.append("the capitals of the headline")
        yield f"# check: the headline was written {_comment(report.title_was)}"
    yield f"title: {yaml.written(report.title) if report.title else frontmatter.UNTITLED}"


def _language(report: Report, lang: str, noted: list[str]) -> Iterator[str]:
    if not report.lang:
        noted.append("the language")
        yield "# check: its words did not tell its language"
    if lang:
        yield f"lang: {yaml.written(lang)}"


def _sources(report: Report, noted: list[str]) -> Iterator[str]:
    noted.append("the sources")
    if not report.agencies:
        yield "# check: the report names no agency; whose is it? Add `sources`"
        return
    yield "# check: the agencies that the report names; whose is it, and what is quoted?"
    yield "sources:"
    for source in report.agencies:
        yield f"  - {{name: {yaml.written(source.name)}, use: {source.use}}}"


def _credited(report: Report, noted: list[str]) -> Iterator[str]:
    if not report.credits:
        noted.append("the credits, since there is no sign-off that could be read")
        yield "# check: no sign-off was found at its end; who reported it? Add `credits`"
        return
    noted.append("the credits")
    yield f"# check: the sign-off was {_comment(report.signoff)}"
    yield "credits:"
    for credit in report.credits:
        yield f"  - role: {yaml.written(credit.role)}"
        yield "    people:"
        for person in credit.people:
            place = f", place: {yaml.written(person.place)}" if person.place else ""
            yield f"      - {{name: {yaml.written(person.name)}{place}}}"


def _headings(report: Report, noted: list[str]) -> Iterator[str]:
    crossheads = [block for block in report.blocks if block.was]
    if crossheads:
        noted.append("the capitals of the headings")
        yield "# check: the capitals of the headings, which were written"
        yield from (f"#   {_comment(block.was)}" for block in crossheads)


def _comment(text: str) -> str:
    return " ".join(text.split())


def _block_text(block: Block) -> str:
    text = plaintext.as_markdown(block.text)
    return "## " + re.sub(r"(?<!\\)#", r"\\#", text) if block.was else text
