"""Catalogues of gettext, as texts: what a .po file says, and what is wrong with it, each fault at its line.

The form of the files is that of the GNU gettext manual ("The Format of PO Files"); they are UTF-8. Everybody reads
them here: digestgen's own catalogues, and those that sites and their themes bring.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache, partial
from gettext import c2py
from typing import Final

from digestgen import fingerprint
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span

#: More faults of form than this in one file are told as one: it is something else than a catalogue.
_MOST: Final = 20

#: More forms of plural than this has no language.
_MOST_FORMS: Final = 10

_WORD: Final = re.compile(r"\s*(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d{1,3})\])?(?=[\s\"]|$)\s*")
_TEXT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*$')
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "r": "\r"}
_PLURALS: Final = re.compile(r"\s*nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+?)\s*;?\s*")
_NAMED: Final = re.compile(r"%\(\w+\)s")
_PLACE: Final = re.compile(r"%\(\w+\)s|%")
_MARKUP: Final = re.compile(r'[<>&"]')


@dataclass(frozen=True)
class Plurals:
    """How many forms of plural a language has, and which one is for a number: an expression of C, as gettext has it."""

    forms: int
    expression: str

    def __str__(self) -> str:
        return f"nplurals={self.forms}; plural={self.expression};"

    def of(self, number: int) -> int:
        """Return which form is for a number; the last one where the expression names none."""
        try:
            return min(max(rule(self.expression)(number), 0), self.forms - 1)
        except ArithmeticError:
            return self.forms - 1


@lru_cache(maxsize=64)
def rule(expression: str) -> Callable[[int], int]:
    """Return the function that an expression of C stands for. Raises ValueError where it is none."""
    return partial(c2py(expression))


@dataclass(frozen=True)
class Words:
    """A text of an entry, and where it is written: (number, column, the whole line, what stands in the quotes)."""

    text: str
    lines: tuple[tuple[int, int, str, str], ...]

    def span(self, path: str, part: str = "") -> Span:
        """Return where `part` of the text stands, else where the text begins."""
        for number, column, line, raw in self.lines:
            if part and part in raw:
                return Span(path, number, column + raw.index(part), len(part), line)
        number, column, line, raw = next((item for item in self.lines if item[3]), self.lines[0])
        return Span(path, number, column, max(1, len(raw)), line)


@dataclass(frozen=True)
class Entry:
    """A message, its plural ("" without one), its texts by number of form, and remarks for translators."""

    id: Words
    plural: Words | None
    texts: Mapping[int, Words]
    remarks: tuple[str, ...] = ()
    fuzzy: bool = False
    context: Words | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """All forms in order; nothing where one of them is missing, or a translator is not sure."""
        forms = tuple([self.texts[number].text for number in sorted(self.texts)])
        return forms if all(forms) and not self.fuzzy else ()


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What a file says: entries by message, and forms of plural. `mark` stands for what pages can show of it."""

    path: str
    entries: Mapping[str, Entry]
    plurals: Plurals
    texts: Mapping[str, tuple[str, ...]]
    """Message to its translation in all forms; what is not translated is not here."""
    mark: str


@dataclass()
class _Draft:
    """The entry that is being read."""

    context: Words | None = None
    id: Words | None = None
    plural: Words | None = None
    texts: dict[int, Words] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    fuzzy: bool = False


@dataclass()
class _Reader:
    path: str
    found: list[Diagnostic] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    draft: _Draft = field(default_factory=_Draft)
    open: tuple[str, int] | None = None
    """The keyword whose text goes on, and the number of its form."""
    text: list[tuple[int, int, str, str]] = field(default_factory=list)

    def read(self, text: str) -> None:
        for number, line in enumerate(text.split("\n"), 1):
            if len(self.found) >= _MOST:
                self.fault(number, line, "there is more like this in the file", "expected a catalogue of gettext")
                return
            self._line(number, line)
        self._end()

    def _line(self, number: int, line: str) -> None:
        begun = line.lstrip()
        if not begun:
            self._close()
        elif begun.startswith("#"):
            self._remark(begun)
        elif begun.startswith('"'):
            self._goes_on(number, line)
        elif known := _WORD.match(line):
            self._word(known, number, line)
        else:
            self._close()
            self.fault(number, line, "this is no line of a .po file", 'expected `msgid "…"`, `msgstr "…"` or a remark')

    def _remark(self, line: str) -> None:
        if line.startswith("#~"):
            return  # what was translated once, and nobody asks for any more
        if self.draft.texts or (self.open and self.open[0] == "msgstr"):
            self._end()
        if line.startswith("#,") and "fuzzy" in re.split(r"[,\s]+", line[2:]):
            self.draft.fuzzy = True
        elif line.startswith("#."):
            self.draft.remarks.append(line[2:].strip())

    def _word(self, known: re.Match[str], number: int, line: str) -> None:
        """Begin a text; a `msgid`, or the context before it, begins an entry."""
        self._close()
        word, form = known[1], known[2]
        if word in ("msgctxt", "msgid") and (self.draft.id is not None or self.draft.texts):
            self._end()
        draft, written = self.draft, known[0].strip()
        if word in ("msgid_plural", "msgstr") and draft.id is None:
            self.fault(number, line, f"`{written}` stands before its `msgid`", 'expected `msgid "…"` first')
        elif word == "msgid_plural" and draft.texts:
            self.fault(number, line, f"`{written}` stands behind a `msgstr`", "expected it behind the `msgid`")
        elif word == "msgstr" and (form is None) == (draft.plural is not None):
            expected = "`msgstr[0]`, as the message has a plural" if form is None else "`msgstr`, as it has no plural"
            self.fault(number, line, f"`{written}` does not fit its message", f"expected {expected}")
        self.open, self.text = (word, int(form or 0)), []
        self._quoted(number, line, known.end())

    def _goes_on(self, number: int, line: str) -> None:
        if self.open is None:
            self.fault(
                number, line, "a text stands here without a `msgid` or a `msgstr`", "expected a keyword before it"
            )
            return
        self._quoted(number, line, len(line) - len(line.lstrip()))

    def _quoted(self, number: int, line: str, start: int) -> None:
        known = _TEXT.match(line, start)
        if known is None:
            what = 'expected the text in double quotes, and `\\"` for one within it'
            self.fault(number, line, "the text is not quoted", what, start)
        raw = known[1] if known else ""
        for escape in _ESCAPE.finditer(raw):
            if escape[1] not in _ESCAPES:
                at = start + 1 + escape.start()
                self.fault(number, line, f"`{escape[0]}` stands for nothing", 'expected `\\n`, `\\"` or `\\\\`', at, 2)
        self.text.append((number, start + 2, line, raw))

    def _close(self) -> None:
        """Note the text that was read."""
        if self.open is None:
            return
        (word, form), self.open = self.open, None
        text = "".join(raw for *_, raw in self.text)
        words = Words(_ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), text), tuple(self.text))
        if word == "msgctxt":
            self.draft.context = words
        elif word == "msgid":
            self.draft.id = words
        elif word == "msgid_plural":
            self.draft.plural = words
        elif form in self.draft.texts:
            number, _, line, _ = self.text[0]
            self.fault(number, line, "the message is translated twice", "expected one text for each form")
        else:
            self.draft.texts[form] = words

    def _end(self) -> None:
        """Note the entry that was read."""
        self._close()
        draft, self.draft = self.draft, _Draft()
        if draft.id is not None:
            found = (draft.id, draft.plural, draft.texts, tuple(draft.remarks), draft.fuzzy, draft.context)
            self.entries.append(Entry(*found))

    def fault(self, number: int, line: str, message: str, label: str, at: int | None = None, length: int = 0) -> None:
        start = len(line) - len(line.lstrip()) if at is None else at
        span = Span(self.path, number, start + 1, length or max(1, len(line.rstrip()) - start), line)
        self.found.append(Diagnostic("bad-catalogue", message, span, label))


# --- what a file says


def read(text: str, path: str, plurals: Plurals) -> tuple[Catalogue, list[Diagnostic]]:
    """Return what a .po file says, and what is wrong with its form; `path` is for messages.

    `plurals` are those of its language, for a file whose head names none. What is wrong is left out.
    """
    reader = _Reader(path)
    reader.read(text)
    head = next((entry for entry in reader.entries if not entry.id.text), None)
    plurals = _plurals_of(head, plurals, reader) if head else plurals
    entries: dict[str, Entry] = {}
    for entry in reader.entries:
        if not entry.id.text:
            continue
        first = entries.setdefault(entry.id.text, entry)
        if first is not entry:
            line = first.id.lines[0][0]
            reader.found.append(
                _told(entry.id.span(path), f"the message stands in line {line} already", "keep one of them")
            )
    return _of(path, entries, plurals), reader.found


def _of(path: str, entries: Mapping[str, Entry], plurals: Plurals) -> Catalogue:
    texts = {name: entry.said for name, entry in entries.items() if entry.said}
    mark = fingerprint.of_value((texts, plurals.forms, plurals.expression))
    return Catalogue(path, entries, plurals, texts, mark)


def _told(span: Span, message: str, label: str) -> Diagnostic:
    return Diagnostic("bad-catalogue", message, span, label)


def _plurals_of(head: Entry, default: Plurals, reader: _Reader) -> Plurals:
    """Return the forms of plural that the head of a file names, and tell what is wrong in it."""
    words = head.texts.get(0)
    lines = (line.partition(":") for line in (words.text if words else "").split("\n"))
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    charset = re.search(r"charset=([^\s;]*)", fields.get("content-type", ""))
    if words and charset and charset[1].lower() not in ("utf-8", "utf8"):
        span = words.span(reader.path, charset[0])
        reader.found.append(
            _told(span, f"the charset is `{charset[1]}`", "expected charset=UTF-8, and the file saved so")
        )
    given = fields.get("plural-forms", "")
    if words is None or not given:
        return default
    known = _PLURALS.fullmatch(given)
    found = Plurals(int(known[1]), known[2]) if known and len(known[1]) < 3 else None
    if found is None or not _stands(found):
        span = words.span(reader.path, given)
        reader.found.append(
            _told(span, "the forms of plural cannot be read", f"expected, as for this language, `{default}`")
        )
        return default
    return found


def _stands(plurals: Plurals) -> bool:
    """Tell whether an expression names one of its forms for each number."""
    try:
        named = {rule(plurals.expression)(number) for number in range(1, 201)}
    except (ValueError, ArithmeticError, RecursionError):
        return False
    return 0 < plurals.forms <= _MOST_FORMS and named <= set(range(plurals.forms))


# --- what it says of messages


def checked(
    catalogue: Catalogue, known: Mapping[str, str], near: Callable[[str], str]
) -> tuple[Catalogue, list[Diagnostic]]:
    """Return what of a catalogue can stand for `known` messages (to their plural, "" without one), and what is wrong.

    `near(message)` says which known message may be meant.
    """
    found: list[Diagnostic] = []
    good: dict[str, Entry] = {}
    for name, entry in catalogue.entries.items():
        faults = [*_faults(name, entry, catalogue, known, near)]
        found.extend(faults)
        if not faults or (all(item.severity == "warning" for item in faults) and name in known):
            good[name] = entry
    return _of(catalogue.path, good, catalogue.plurals), found


def _faults(
    name: str, entry: Entry, catalogue: Catalogue, known: Mapping[str, str], near: Callable[[str], str]
) -> Iterator[Diagnostic]:
    span = entry.id.span(catalogue.path)
    if name not in known:
        yield Diagnostic("unknown-message", "no page says this", span, near(name), severity="warning")
    elif entry.context is not None:
        yield Diagnostic("bad-message", "no page asks for this message in a context", span, "leave `msgctxt` out")
    elif known[name] != (entry.plural.text if entry.plural else ""):
        label = f'expected `msgid_plural "{known[name]}"`' if known[name] else "expected no plural"
        place = entry.plural.span(catalogue.path) if entry.plural else span
        yield Diagnostic("bad-message", "the message has another plural", place, label)
    elif not entry.fuzzy and any(words.text for words in entry.texts.values()):
        yield from _faults_of(entry, catalogue)


def _faults_of(entry: Entry, catalogue: Catalogue) -> Iterator[Diagnostic]:
    path, forms = catalogue.path, catalogue.plurals.forms if entry.plural else 1
    wanted = set(range(forms))
    if set(entry.texts) != wanted or not all(words.text for words in entry.texts.values()):
        empty = next((words for words in entry.texts.values() if not words.text), entry.texts[max(entry.texts)])
        named = f"msgstr[0] to msgstr[{forms - 1}]" if forms > 1 else "msgstr[0] alone" if entry.plural else "msgstr"
        expected = f"expected {named}, as in {catalogue.plurals}"
        yield Diagnostic("bad-message", "the message has not all its forms", empty.span(path), expected)
    message = (entry.plural or entry.id).text
    for words in entry.texts.values():
        yield from _faults_in(words, message, path, plural=entry.plural is not None)


def _faults_in(words: Words, message: str, path: str, *, plural: bool) -> Iterator[Diagnostic]:
    wanted, found = Counter(_PLACE.findall(message)), Counter(_PLACE.findall(words.text))
    strange = next(iter(found.keys() - wanted.keys()), "") or ("%" if found["%"] != wanted["%"] else "")
    # "one article" and the dual of Arabic say the number in words
    lacking = next((name for name in sorted(wanted) if not found[name] and not (plural and name == "%(num)s")), "")
    named = ", ".join(sorted({*_NAMED.findall(message)}))
    if strange:
        label = f"expected only {named}, as the message has" if named else "expected none, as the message has none"
        yield Diagnostic(
            "bad-message",
            f"the translation has a `{strange}` that is none of its message's",
            words.span(path, strange),
            label,
        )
    elif lacking:
        yield Diagnostic(
            "bad-message",
            f"the translation lacks the message's `{lacking}`",
            words.span(path),
            f"write {lacking} where its value stands",
        )
    for mark in dict.fromkeys(_MARKUP.findall(words.text)):
        if mark not in message:
            label = "expected typographic quotes, as “ ”" if mark == '"' else "expected text without HTML"
            yield Diagnostic(
                "bad-message",
                f"the translation has a `{mark}`, which pages would take for HTML",
                words.span(path, '\\"' if mark == '"' else mark),
                label,
            )
    if re.search(r"\w", message) and _margins(words.text) != _margins(message):
        label = "expected the blanks at both ends as in the message"
        yield Diagnostic(
            "bad-message",
            "the translation begins or ends otherwise than its message",
            words.span(path),
            label,
            severity="warning",
        )


def _margins(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


# --- to be translated


def written(entry: Entry, forms: int, now: str) -> str:
    """Return an entry of a .po file without its translation, which has `forms` forms; `now` is what is said now."""
    lines = [f"#. {remark}" for remark in (*entry.remarks, *([f"Now: {now}"] if now else []))]
    texts = [entry.id.text, *([entry.plural.text] if entry.plural else [])]
    lines += ["#, python-format"] if any("%(" in text for text in texts) else []
    lines.append(f"msgid {_quoted(entry.id.text)}")
    if entry.plural is None:
        return "\n".join([*lines, 'msgstr ""', ""])
    lines.append(f"msgid_plural {_quoted(entry.plural.text)}")
    return "\n".join([*lines, *(f'msgstr[{number}] ""' for number in range(forms)), ""])


def _quoted(text: str) -> str:
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(char, escape)
    return f'"{text}"'
