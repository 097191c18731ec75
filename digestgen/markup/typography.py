"""Quotation marks, apostrophes, dashes and ellipses as printers of a language set them.

Straight quotes are ambiguous: only what stands before and after one tells whether it opens, closes or is an
apostrophe, and both may lie beyond the border of an element. So a block of text comes as *runs*, its pieces
between tags, and is judged as one string.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from digestgen.dataclass import dataclass

#: Stands for something that is no text (code, a picture) in the string that is judged: counts as a letter.
OPAQUE = "\ufffc"

_NBSP, _THIN = "\u00a0", "\u202f"

#: Opening and closing marks, outer then inner, by BCP 47 tag; a region overrides its language.
_MARKS: dict[str, tuple[str, str, str, str]] = {
    "en": ("“", "”", "‘", "’"),
    "de": ("„", "“", "‚", "‘"),
    "fr": ("«" + _NBSP, _NBSP + "»", "“", "”"),
    "guillemets": ("«", "»", "“", "”"),
    "swiss": ("«", "»", "‹", "›"),
    "slavic": ("«", "»", "„", "“"),
    "low-high": ("„", "”", "«", "»"),
    "right": ("”", "”", "’", "’"),
}
_ALIKE = {
    "guillemets": ("es", "it", "pt", "ca", "gl", "eu", "el", "ar", "nb", "nn", "no"),
    "swiss": ("de-CH", "de-LI", "it-CH", "fa", "hy"),
    "slavic": ("ru", "uk", "be"),
    "low-high": ("pl", "ro", "hu"),
    "right": ("fi", "sv", "da"),
    "de": ("cs", "sk", "sl", "is", "lb", "et", "lt", "bg", "mk", "ka", "sq", "hsb", "dsb"),
}
_OWN: dict[str, tuple[str, str, str, str]] = {
    "fr-CH": ("«" + _THIN, _THIN + "»", "‹" + _THIN, _THIN + "›"),
    "pt-BR": _MARKS["en"],
    "es-MX": _MARKS["en"],
    "he": ("„", "”", "‚", "’"),
    "hr": ("„", "”", "‚", "’"),
    "sr": ("„", "”", "’", "’"),
}

#: What may have a blank before it in French, or behind it, and that blank.
_FRENCH = (*((sign, f" {sign}") for sign in ";:!?»"), ("«", "« "))
#: Each kind begins with a sign, and looks back from there: so most of a text is passed over at a glance.
_TOKEN = re.compile(r"""["']|-(?<!--)--?(?!-)|\.(?<!\.\.)\.\.(?!\.)| (?:(?<=\S )- (?=\S)|(?=[;:!?»](?!\S))|(?<=« ))""")
_LETTER = re.compile(r"[\w\ufffc]")
_OPENERS = frozenset("([{<«‹„“‘‚¿¡—–/\u2026" + _NBSP + _THIN)
_DECADE = re.compile(r"\d{2}(s|er|ern|ers)?(?![\w\ufffc])")
_CLOSES = re.compile(r"(?<!'n)[^\s'\"s]'(?![\w\ufffc])")
#: Words that begin with an apostrophe, as people type them.
_ELIDED = {
    "en": re.compile(r"(?:tis|twas|twere|em|cause|til|bout|round|cos|n)(?![\w\ufffc])", re.IGNORECASE),
    "de": re.compile(r"(?:s|n|ne|nem|nen|ner|nes|rein|raus|rauf|runter|rum|rüber)(?![\w\ufffc])"),
    "nl": re.compile(r"(?:s|t|n|k|m)(?![\w\ufffc])"),
}
_ROCK = re.compile(r"(?i)n'(?![\w\ufffc])")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class _Style:
    marks: tuple[str, str, str, str]
    elided: re.Pattern[str]
    spaced_dash: bool
    french: bool
    hebrew: bool


@cache
def _style(lang: str) -> _Style:
    primary, _, rest = lang.partition("-")
    primary = primary.lower()
    region = next((part.upper() for part in rest.split("-") if len(part) == 2), "")
    marks = _marks_of(f"{primary}-{region}") or _marks_of(primary) or _MARKS["en"]
    return _Style(marks, _ELIDED.get(primary, _NEVER), primary == "de", primary == "fr", primary in ("he", "yi"))


def _marks_of(tag: str) -> tuple[str, str, str, str] | None:
    if tag in _OWN:
        return _OWN[tag]
    for name, tags in _ALIKE.items():
        if tag in tags:
            return _MARKS[name]
    return _MARKS.get(tag)


def educate(text: str, lang: str) -> str:
    """Return the plain `text` with the quotes, dashes and ellipses of the BCP 47 language `lang`."""
    return educate_runs((text,), lang)[0]


def needs_care(text: str) -> bool:
    """Tell whether `text` holds anything that `educate_runs` might change."""
    if "'" in text or '"' in text or "--" in text or "..." in text or " - " in text:
        return True
    # a loop, for this is asked of every text: a generator would take as long as what it looks for
    for sign, pair in _FRENCH:  # noqa: SIM110
        if sign in text and pair in text:
            return True
    return False


def educate_runs(runs: Sequence[str], lang: str) -> list[str]:
    """Return the `runs` of one block of text with typographic marks, each run for itself.

    A run that is to stay as it is, such as code, comes as `OPAQUE`. A mark that lies across two runs stays.
    """
    whole = "".join(runs)
    if not needs_care(whole):
        return list(runs)
    changes = _changes(whole, _style(lang))
    done: list[str] = []
    start = index = 0
    for run in runs:
        stop = start + len(run)
        pieces: list[str] = []
        position = start
        while index < len(changes) and changes[index][0] < stop:
            at, length, mark = changes[index]
            index += 1
            if at + length > stop:
                continue
            pieces += (whole[position:at], mark)
            position = at + length
        pieces.append(whole[position:stop])
        done.append("".join(pieces))
        start = stop
    return done


def _changes(whole: str, style: _Style) -> list[tuple[int, int, str]]:
    """Return (position, length, new text) of all that changes in `whole`, in order."""
    found: list[tuple[int, int, str]] = []
    quotes = _Quotes(whole, style)
    for match in _TOKEN.finditer(whole):
        token, at = match[0], match.start()
        mark = quotes.mark(token, at) if token in "\"'" else _plain_mark(token, whole, match, style)
        if mark != token:
            found.append((at, len(token), mark))
    return found


def _plain_mark(token: str, whole: str, match: re.Match[str], style: _Style) -> str:
    if token == "...":
        return "…"
    if token == "---":
        return "—"
    if token == "--":
        return token if _is_option(whole, match) else "–"
    if token == " - ":
        return " – " if style.spaced_dash else token
    if not style.french:
        return token
    return _THIN if whole[match.end() : match.end() + 1] in (";", "!", "?") else _NBSP


def _is_option(whole: str, match: re.Match[str]) -> bool:
    """Tell whether the two hyphens begin a command's option: ` --help`."""
    before, after = whole[max(0, match.start() - 1) : match.start()], whole[match.end() : match.end() + 1]
    return (not before or before.isspace()) and after.isalpha() and after.islower()


class _Quotes:
    """The marks that are open at a place of one block of text."""

    def __init__(self, whole: str, style: _Style) -> None:
        self._whole = whole
        self._style = style
        self._open: list[tuple[str, str]] = []
        self._count = {"'": 0, '"': 0}
        self._opened_at = -1
        self._closes: int | None = None

    def mark(self, token: str, at: int) -> str:
        """Return what stands for the straight quote `token` at position `at`; called in order of position."""
        whole = self._whole
        before = whole[at - 1] if at else ""
        after = whole[at + 1] if at + 1 < len(whole) else ""
        if self._style.hebrew and "א" <= before <= "ת":
            if token == "'" and not self._count["'"]:
                return "׳"
            if token == '"' and "א" <= after <= "ת":
                return "״"
        opens = self._may_open(before, at) and bool(after) and not after.isspace()
        single = token == "'"
        if single and self._is_apostrophe(before, after, opens, at):
            return "’"
        return self._quote(token, before, after, opens, at)

    def _may_open(self, before: str, at: int) -> bool:
        return not before or before.isspace() or before in _OPENERS or self._opened_at == at - 1

    def _is_apostrophe(self, before: str, after: str, opens: bool, at: int) -> bool:
        whole = self._whole
        if _is_letter(before) and _is_letter(after):
            return not (before.isdecimal() and after.isdecimal())
        if _ROCK.match(whole, at + 1) or (at > 1 and _ROCK.match(whole, at - 1) and whole[at - 2] == "'"):
            return True
        if not opens:
            return False
        decade = _DECADE.match(whole, at + 1)
        if decade:
            return bool(decade[1]) or not self._closes_after(at)
        return self._style.elided.match(whole, at + 1) is not None

    def _closes_after(self, at: int) -> bool:
        """Tell whether some single quote behind `at` looks like a closing one; the search is made once."""
        if self._closes is None:
            last = -1
            for match in _CLOSES.finditer(self._whole):
                last = match.start()
            self._closes = last
        return self._closes > at

    def _quote(self, token: str, before: str, after: str, opens: bool, at: int) -> str:
        open_ = self._count[token] > 0
        if opens:
            return self._start(token, at)
        if before.isspace() or not before:
            return self._stop(token) if open_ and not after.strip() else token
        if open_ and (before != "-" or not _is_letter(after)):
            return self._stop(token)
        if before.isdecimal():
            return "′" if token == "'" else "″"
        if token == "'":
            return "’"
        return self._start(token, at) if after and not after.isspace() else self._style.marks[1]

    def _start(self, token: str, at: int) -> str:
        inner = token == "'" or self._count['"'] % 2 == 1
        self._count[token] += 1
        opening, closing = self._style.marks[2:] if inner else self._style.marks[:2]
        self._open.append((token, closing))
        self._opened_at = at
        return opening

    def _stop(self, token: str) -> str:
        while self._open:
            kind, closing = self._open.pop()
            self._count[kind] -= 1
            if kind == token:
                return closing
        return token


def _is_letter(char: str) -> bool:
    return bool(char) and _LETTER.match(char) is not None
