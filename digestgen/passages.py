"""The text of an article as its author wrote it: headings, passages, and in which language they are. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final

from digestgen.dataclass import dataclass


@dataclass(frozen=True)
class Line:
    """A line of Markdown that is no code: its number in the file, from 1, and its text."""

    number: int
    text: str


@dataclass(frozen=True)
class Heading:
    """A heading as it is written: the number of its line, its level (1 to 6), its text."""

    line: int
    level: int
    text: str


@dataclass(frozen=True)
class Passage:
    """A paragraph or an item of a list that is neither code nor a quotation: its first line, and its own words."""

    line: int
    column: int
    first: str
    words: str


_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX: Final = re.compile(r" {0,3}(#{1,6})[ \t]*([^#\s].*?)[ \t]*#*[ \t]*(?:\{[^}]*\})?[ \t]*\Z")
_UNDERLINE: Final = re.compile(r" {0,3}(=+|-+)[ \t]*\Z")
_ITEM: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,4}[.)])[ \t]+")


def lines(body: str, first: int) -> Iterator[Line]:
    """Yield the lines of `body`, whose first one is line `first` of its file, but for code and comments."""
    fence, blank, code, comment = "", True, False, False
    for number, text in enumerate(body.split("\n"), first):
        opening = _FENCE.match(text)
        comment = comment or "<!--" in text
        if fence:
            if opening and opening[1].startswith(fence) and not text.strip(" \t`~"):
                fence = ""
        elif opening:
            fence = opening[1]
        elif comment:
            comment = "-->" not in text
        else:
            code = bool(text.strip()) and text.startswith(("    ", "\t")) and (blank or code)
            if not code or _ITEM.match(text):
                yield Line(number, text)
        blank = not text.strip()


def headings(body: str, first: int) -> Iterator[Heading]:
    """Yield the headings of `body`, whose first line is line `first` of its file."""
    above = Line(0, "")
    for line in lines(body, first):
        match = _ATX.match(line.text)
        under = _UNDERLINE.match(line.text)
        if match:
            yield Heading(line.number, len(match[1]), match[2])
        elif under and above.number == line.number - 1 and _is_text(above.text):
            yield Heading(above.number, 1 if under[1][0] == "=" else 2, above.text.strip())
        above = line


def _is_text(text: str) -> bool:
    return bool(text.strip()) and not _ITEM.match(text) and text.lstrip()[0] not in ">|#<"


#: What is said in a passage, but not in its own words: code, addresses, markup, quotations, titles in emphasis.
_FOREIGN: Final = re.compile(
    r"``[^`]*(?:`[^`]+)*``|`[^`]*`"
    r"|!?\[(?=[^\]]*\]\([^)]*\blang=)[^\]]*\]\([^)]*\)"
    r"|(?<=\])(?:\([^)]*\)|\[[^\]]*\])"
    r"|<https?://[^>]*>|https?://\S+"
    r"|<(\w+)[^>]*\blang=[^>]*>.*?</\1>"
    r"|<[^>]*>|\[\^[^\]]*\]:?"
    r"|(?<!\w)(\*{1,3}|_{1,3})(?=\S).{1,400}?(?<=\S)\2(?!\w)"
    r"|\"[^\"]{0,2000}\"|“[^”]{0,2000}”|„[^“”]{0,2000}[“”]|«[^»]{0,2000}»|»[^«]{0,2000}«|‘[^’]{0,300}’(?!\w)|‚[^‘]{0,300}‘"
    r"|「[^」]{0,2000}」|『[^』]{0,2000}』",
    re.DOTALL,
)
_SKIPPED: Final = (">", "|", "<", "[^", "*[", ":::", "{")
_DEFINITION: Final = re.compile(r" {0,3}\[[^\]]+\]:")
_MARKED: Final = re.compile(r"\{[^}]*\blang\s*=[^}]*\}")


def passages(body: str, first: int) -> Iterator[Passage]:
    """Yield the passages of `body`, whose first line is line `first` of its file, that do not say their language."""
    block: list[Line] = []
    for line in [*lines(body, first), Line(-1, "")]:
        begins = bool(_ITEM.match(line.text)) or line.text.lstrip()[:1] == "#"
        apart = not block or line.number != block[-1].number + 1
        if block and (apart or begins or not line.text.strip()):
            yield from _passage(block)
            block = []
        if line.text.strip():
            block.append(line)


def _passage(block: list[Line]) -> Iterator[Passage]:
    text = "\n".join(line.text for line in block)
    bare = _ITEM.sub("", block[0].text) if _ITEM.match(block[0].text) else block[0].text.lstrip()
    if bare.startswith(_SKIPPED) or _DEFINITION.match(block[0].text) or _MARKED.search(text):
        return
    if any(line.text.lstrip().startswith(("|", ">")) or line.text.count(" | ") > 1 for line in block):
        return
    words = _FOREIGN.sub(" ", text)
    yield Passage(block[0].number, len(block[0].text) - len(bare) + 1, bare.rstrip(), words)


# --- languages

#: Frequent words of languages in Latin letters. One that several languages have tells them apart no less: it is
#: counted for each of them, and only the rest decides.
_WORDS: Final = {
    "en": "the of and to in is that was for it with on as by at from has have this which be are not but they their "
    "would had been were will who its can more when than about into",
    "de": "der die das und zu den von mit sich des auf für ist im dem nicht ein eine einen einem einer als auch aus er "
    "sie hat dass nach wird bei zum zur war wie um über vor bis werden wurde oder aber noch nur",
    "fr": "le la les et des une du est pour qui dans par sur au aux pas il elle ce cette avec son sa ses été ont mais "
    "sont plus ne se que en un nous vous leur être",
    "es": "el la los las y del que por con una para su al es lo como más pero sus ha fue está según entre sobre en un "
    "se no son también",
    "it": "il di che per una del della dei nel con non sono gli alla è anche più dal ha lo si delle in un la le i e",
    "nl": "het een van en dat op te zijn met voor niet aan er om ook als bij door naar uit heeft maar wordt de in is",
    "pt": "o os as um uma do da dos das em no na que para não por mais ao foi são pelo pela e de com se",
    "pl": "i w na z do się nie że jest to o jak po za od przez ale przy dla oraz był była został są który która tym",
    "tr": "ve bir bu da de için ile olarak olan gibi daha çok ne kadar sonra göre ise var en",
    "sv": "och att det som en på är av för med till den inte om ett men har de från var",
    "da": "og at det som en på er af for med til den ikke om et men har de fra var",
}
_LETTERS: Final = {
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk", "be", "kk"),
    "ARABIC": ("ar", "fa", "ur", "ps", "ckb"),
    "HEBREW": ("he", "yi"),
    "GREEK": ("el",),
    "HANGUL": ("ko",),
    "CJK": ("ja", "zh", "yue"),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "THAI": ("th",),
    "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",),
}
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

#: Below this many words, or letters of scripts that do not part words, nobody can tell.
_LEAST_WORDS: Final = 10
_LEAST_LETTERS: Final = 20


def foreign(words: str, lang: str) -> str:
    """Return the language of `words` (or "Cyrillic letters" and the like) where it is surely not `lang`, else nothing.

    Names and loans are foreign words in any language: so a passage is judged by its small words, and by its letters
    where nearly all of them are of another script.
    """
    found = _WORD.findall(words)
    letters = sum(map(len, found))
    if letters < _LEAST_LETTERS:
        return ""
    base = lang.partition("-")[0].lower()
    script, share = _script(found)
    own = [name for name, langs in _LETTERS.items() if base in langs]
    if script not in (own or ["LATIN"]) and share > 0.85 and (script not in _PARTED or len(found) >= _LEAST_WORDS):
        return _by_words(found, "") if script == "LATIN" else f"{script.capitalize()} letters"
    return _by_words(found, base) if script == "LATIN" and base in _WORDS else ""


#: Scripts that part words, so that names alone are not taken for a passage.
_PARTED: Final = frozenset(["LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW"])


def _script(words: list[str]) -> tuple[str, float]:
    counts = Counter(_script_of(letter) for word in words for letter in word)
    name, most = counts.most_common(1)[0]
    return name, most / counts.total()


@functools.lru_cache(maxsize=4096)
def _script_of(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0]
    return "LATIN" if name in ("FULLWIDTH", "") else name


@functools.cache
def _known() -> dict[str, frozenset[str]]:
    return {lang: frozenset(words.split()) for lang, words in _WORDS.items()}


def _by_words(found: list[str], base: str) -> str:
    """Return the language whose small words `found` has, where those of `base` are missing; "" if that is unsure."""
    if len(found) < _LEAST_WORDS:
        return ""
    counts = {lang: sum(word.lower() in words for word in found) for lang, words in _known().items()}
    best = max(counts, key=lambda lang: counts[lang])
    enough = counts[best] >= max(4, len(found) / 5)
    return best if best != base and enough and counts.get(base, 0) * 3 <= counts[best] else ""
