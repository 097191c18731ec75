"""The door for YAML: text becomes nodes that know where they stood, or messages that say how to mend it.

Only what a writer of front matter needs is let in: mappings, sequences and scalars, as events of YAML 1.1
(the version that libyaml reads). Scalars stay text, because the schema of the key gives the type: so `no` is
a word, `12:30:45` a text and `2024-02-30` a wrong date with a line number. Aliases, anchors, tags, merge keys
and directives are refused, which leaves no way to make a small file grow.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final

import yaml

from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span

#: Bytes of UTF-8 that one text may have.
LIMIT = 1 << 20
#: How deep mappings and sequences may stand in each other.
DEPTH = 12
#: Messages for one text; more would bury the first ones.
_MOST_MESSAGES = 100
#: Syntax errors that are mended in memory so that the rest of the text is checked too.
_MOST_MENDS = 8


@dataclass(frozen=True)
class Scalar:
    """A piece of text; `plain` when it stood without quotes and not as a block, so that it may mean null."""

    text: str
    plain: bool
    span: Span


@dataclass(frozen=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True)
class Entry:
    """One key of a mapping and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True)
class Mapping:
    """Keys and values in the order of the text; no key stands twice."""

    entries: tuple[Entry, ...]
    span: Span


Node = Mapping | Sequence | Scalar


def is_null(scalar: Scalar) -> bool:
    """Return whether `scalar` is one of YAML's spellings of "no value" (YAML 1.1, tag:yaml.org,2002:null)."""
    return scalar.plain and scalar.text in ("", "~", "null", "Null", "NULL")


#: What YAML takes for text as it stands, also between braces: words, of which the first one begins with a letter.
_PLAIN: Final = re.compile(r"[^\W\d_][^\W_]*(?:[ .'’-]{1,2}[^\W_]+)*\.?")
_FILE: Final = re.compile(r"[\w.][\w./-]*\.md")
_ADDRESS: Final = re.compile(r"https?://[!-~]*[\w/]", re.ASCII)
_OTHER_VALUES: Final = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def written(text: str) -> str:
    """Return `text`, its blanks single, as a value in YAML; JSON's texts are YAML's, too (YAML 1.2.2, section 1.2).

    Characters that no file may hold are left out.
    """
    text = _printed(text)
    if (_PLAIN.fullmatch(text) and text.lower() not in _OTHER_VALUES) or _FILE.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def value(url: str) -> str:
    """Return an address as a value of a mapping that is written in lines: as it is, where YAML takes it for that."""
    return url if _ADDRESS.fullmatch(url) else written(url)


def quoted(text: str) -> str:
    """Return `text`, its blanks single, in quotes in any case."""
    return json.dumps(_printed(text), ensure_ascii=False)


def _printed(text: str) -> str:
    return " ".join(straight(_BAD.sub("", " ".join(text.split()))).split())


def straight(text: str) -> str:
    """Return `text`, without controls of direction where it is `turned`."""
    return _TURNING.sub("", text) if turned(text) else text


def turned(text: str) -> str:
    """Return the character with which `text` turns the direction of what comes after it, in its page; "" for none.

    That is one that is not ended again (UAX 9, 3.1), and one that overrides the direction of letters, which no language
    needs: with either a name could show those behind it in another order.
    """
    opened: list[str] = []
    turning: list[str] = [] if text.isascii() else _TURNING.findall(text)
    for char in turning:
        if char in "\u202d\u202e":
            return char
        if char not in _ENDS:
            opened.append(char)
        elif not opened or opened.pop() not in _ENDS[char]:
            return char
    return opened[-1] if opened else ""


def parse(text: str, *, path: str, first_line: int = 1, limit: int = LIMIT) -> tuple[Node | None, list[Diagnostic]]:
    """Return the one node that `text` holds, and everything that is wrong with it.

    `path` is the file's name for messages and `first_line` the line of that file on which `text` begins. The
    node is None when there is nothing in `text`, or when it cannot be read. It may be there beside errors:
    what is wrong is left out or mended, so that a caller can check the rest. Raises nothing for any `text`.
    """
    text = text.removeprefix("\ufeff")
    if len(text.encode("utf-8", "surrogatepass")) > limit:
        return None, [_too_large(path, first_line, limit)]
    page = _Page(path, first_line, tuple(_LINE_END.split(text)))
    if _BAD.search(text) is None and "%" not in text:
        node, found = _read(page, text)
        return node, found[:_MOST_MESSAGES]
    node, found = _read(page, _clean(text))
    return node, (_bad_characters(page) + _directives(page) + found)[:_MOST_MESSAGES]


_LINE_END = re.compile(r"\r\n|\r|\n")
# Outside of what YAML prints, and the line ends that only YAML knows (NEL, LS, PS): they would shift lines.
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
# Controls that turn the direction of what follows, by what ends them.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ENDS = {"\u202c": "\u202a\u202b", "\u2069": "\u2066\u2067\u2068"}
# Many %TAG lines take libyaml quadratic time; nobody who writes an article needs one.
_DIRECTIVE = re.compile(r"^%(?=(?:YAML|TAG)\b)", re.MULTILINE)
# The attribute is missing where PyYAML was built without libyaml; both give the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class _Page:
    """The lines that messages quote: always those of the user's text, never a mended one."""

    path: str
    first_line: int
    lines: tuple[str, ...]

    def line(self, number: int) -> str:
        """Return a line; the last one for the end of the text, which a parser may place below it."""
        return self.lines[min(number, len(self.lines) - 1)]

    def span(self, line: int, column: int, length: int = 1) -> Span:
        """Return the place at `line` and `column`, which count from 0 within the text."""
        line = min(line, len(self.lines) - 1)
        text = self.line(line)
        column = min(column, len(text))
        length = max(1, min(length, len(text) - column))
        return Span(self.path, self.first_line + line, column + 1, length, text)

    def of(self, event: yaml.Event) -> Span:
        """Return the place of `event`, as far as it reaches on its first line."""
        (number, column), (last, end) = _marks(event)
        line = min(number, len(self.lines) - 1)
        text = self.lines[line]
        whole = len(text)
        column = min(column, whole)
        length = (min(end, whole) if last == number else whole) - column
        return Span(self.path, self.first_line + line, column + 1, max(1, length), text)


def _marks(event: yaml.Event) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where `event` begins and ends, as (line, column) from 0."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:  # no parser makes such an event
        return (0, 0), (0, 0)
    return (start.line, start.column), (end.line, end.column)


def _too_large(path: str, line: int, limit: int) -> Diagnostic:
    return Diagnostic(
        "too-large",
        f"this YAML has more than {limit:,} bytes",
        Span(path, line),
        help="split the file, or move long text below the front matter",
    )


def _clean(text: str) -> str:
    # One character for one, so that lines and columns stay what they are.
    return _DIRECTIVE.sub("#", _BAD.sub("\ufffd", text))


def _bad_characters(page: _Page) -> list[Diagnostic]:
    """Tell once of each line that has some: there may be as many as characters, and each message shows its line."""
    found = (
        _bad_ones(page.span(number, bad.start()), bad.group(), len(_BAD.findall(line)))
        for number, line in enumerate(page.lines)
        if (bad := _BAD.search(line))
    )
    return list(islice(found, _MOST_MESSAGES))


def _bad_ones(span: Span, first: str, count: int) -> Diagnostic:
    if count == 1:
        return Diagnostic("yaml-syntax", f"{_named(first)} may not stand here", span, "remove it")
    message = f"{count:,} characters of this line may not stand here, the first of them {_named(first)}"
    return Diagnostic("yaml-syntax", message, span, "remove them")


def _named(char: str) -> str:
    kind = "a surrogate" if unicodedata.category(char) == "Cs" else "the character"
    return f"{kind} U+{ord(char):04X}"


def _directives(page: _Page) -> list[Diagnostic]:
    found = (
        Diagnostic(
            "yaml-syntax",
            "a YAML directive is not read here",
            page.span(number, 0, len(line)),
            "remove this line",
        )
        for number, line in enumerate(page.lines)
        if _DIRECTIVE.match(line)
    )
    return list(islice(found, _MOST_MESSAGES))


def _read(page: _Page, text: str) -> tuple[Node | None, list[Diagnostic]]:
    """Read `text`; mend a wrong line in memory and read again, so that one run tells of several."""
    errors: list[Diagnostic] = []
    mended: dict[int, str] = {}
    while True:
        walk = _Walk(page, text)
        try:
            return walk.document(), errors + walk.found
        except _StopError:
            return None, errors + walk.found
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            fault = _fault(error, page, walk.last)
        finding = _explain(fault, _LINE_END.split(text))
        # A line that went on below a mended one is wrong only because of the mend.
        followed = finding.mended is None and fault.line - 1 in mended
        if fault.line not in mended and not followed:
            errors.append(_diagnostic(finding, page))
        if finding.mended is None or finding.line in mended or len(mended) == _MOST_MENDS:
            return None, errors + walk.found
        mended[finding.line] = finding.mended
        text = "\n".join(mended.get(n, line) for n, line in enumerate(_LINE_END.split(text)))


# --- events to nodes ---------------------------------------------------------------------------------------


class _StopError(Exception):
    """The text cannot be read further, and what is wrong has been said."""


class _Walk:
    """One pass over the events of a text."""

    def __init__(self, page: _Page, text: str) -> None:
        self.page = page
        self.found: list[Diagnostic] = []
        self.last: yaml.Event | None = None
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Node | None:
        """Return the root of the first document, None when it is empty; refuse a second one."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        root = self._node(self._next(), 1)
        self._next()
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            self._tell(
                "yaml-syntax",
                "a second YAML document begins here",
                event,
                "remove this line and what follows it",
            )
        return None if isinstance(root, Scalar) and is_null(root) else root

    def _next(self) -> yaml.Event:
        self.last = next(self._events)
        return self.last

    def _tell(self, code: str, message: str, event: yaml.Event, label: str = "", hint: str = "") -> None:
        """Say what is wrong at `event`; without a label, that it may be text to quote."""
        if len(self.found) < _MOST_MESSAGES:
            label = label or self._mend(event)
            self.found.append(Diagnostic(code, message, self.page.of(event), label, hint))

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._refuse_properties(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth > DEPTH:
            self._tell("yaml-depth", f"this is nested deeper than {DEPTH}", event)
            raise _StopError
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _alias(self, event: yaml.AliasEvent) -> Scalar:
        self._tell("yaml-alias", "an alias is not read here", event, hint="write the value out")
        return Scalar(f"*{event.anchor}", plain=False, span=self.page.of(event))

    def _refuse_properties(self, event: yaml.Event) -> None:
        hint = "remove it, if it is not text"
        if getattr(event, "anchor", None) is not None:
            self._tell("yaml-alias", "an anchor is not read here", event, hint=hint)
        if getattr(event, "tag", None) is not None:
            self._tell("yaml-tag", "a YAML tag is not read here", event, hint=hint)

    def _mend(self, event: yaml.Event) -> str:
        """Return the advice to quote the value, when what was meant may well be text (`title: *News*`)."""
        (number, column), _ = _marks(event)
        line = self.page.line(number)
        pair = _pair(line)
        # A template's `{{ name }}` opens two mappings; the second one is the key that cannot be.
        meant = pair and (pair.start == column or pair.value.startswith("{{"))
        return _advice(_requoted(line, pair)) if pair and meant else ""

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text: str = event.value
        # An escape such as "\0" brings in what the text itself was searched for.
        bad = _BAD.search(text) if event.style == '"' else None
        if bad:
            self._tell("yaml-syntax", f"{_named(bad.group())} may not stand here", event, "remove the escape")
            text = _BAD.sub("\ufffd", text)
        turning = turned(text)
        if turning:
            self._tell("yaml-syntax", f"{_named(turning)} turns the direction of what follows", event, "remove it")
            text = straight(text)
        # Without a style, or with an empty one from libyaml, a scalar is plain.
        plain = not event.style
        if plain:
            self._warn_of_comment(event)
        return Scalar(text, plain, self.page.of(event))

    def _warn_of_comment(self, event: yaml.ScalarEvent) -> None:
        """Tell of `title: The #1 song`, whose value is `The`; a comment has a blank after its #."""
        _, (number, column) = _marks(event)
        line = self.page.line(number)
        sign = _HASH.match(line, column)
        pair = _pair(line) if sign else None
        if sign and pair:
            span = self.page.span(number, sign.end() - 2, len(line))
            message = "what follows ` #` is a comment, and no part of the value"
            hint = "if it is a comment, put a blank after the #"
            label = _advice(_requoted(line, pair))
            self.found.append(Diagnostic("yaml-comment", message, span, label, hint, "warning"))

    def _sequence(self, start: yaml.Event, depth: int) -> Sequence:
        items = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Sequence(tuple(items), self.page.of(start))

    def _mapping(self, start: yaml.Event, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, depth + 1, entries)
            value = self._node(self._next(), depth + 1)
            if key is not None:
                entries[key.text] = Entry(key, value)
        return Mapping(tuple(entries.values()), self.page.of(start))

    def _key(self, event: yaml.Event, depth: int, before: dict[str, Entry]) -> Scalar | None:
        """Return the key at `event`, or None after saying why its entry is left out."""
        key = self._node(event, depth)
        if isinstance(event, yaml.AliasEvent):
            return None
        if not isinstance(key, Scalar):
            self._tell(
                "yaml-syntax",
                "a list or mapping cannot be a key",
                event,
                hint="quote it, if it is text",
            )
        elif key.plain and key.text == "":
            self._tell("yaml-syntax", "the key before the colon is missing", event)
        elif key.plain and key.text == "<<":
            self._tell("yaml-alias", "a merge key is not read here", event, "write the keys out")
        elif key.text in before:
            line = before[key.text].key.span.line
            hint = f"the first is in line {line}; keep one of them"
            self._tell("duplicate-key", f"the key `{_clipped(key.text)}` stands here a second time", event, hint=hint)
        else:
            return key
        return None


# --- syntax errors in plain words --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fault:
    """What the parser said: its words, the place, and the place where the broken thing began, all from 0."""

    problem: str
    context: str
    line: int
    column: int
    began: tuple[int, int]
    #: Where a quoted scalar began that ran over several lines just before the fault.
    quote: tuple[int, int] | None


@dataclass(frozen=True)
class _Finding:
    """A syntax error in words of ours, and the whole line mended where that is plain."""

    line: int
    column: int
    message: str
    label: str = ""
    hint: str = ""
    code: str = "yaml-syntax"
    mended: str | None = None


@dataclass(frozen=True)
class _Pair:
    """A line as `key: value` or as `- value` (no key); the value begins at column `start`."""

    key: str
    start: int
    value: str

    @property
    def name(self) -> str:
        return f"the value of `{_clipped(self.key)}`" if self.key else "this list item"


def _fault(error: Exception, page: _Page, last: yaml.Event | None) -> _Fault:
    mark = getattr(error, "problem_mark", None) or getattr(last, "end_mark", None)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    began = getattr(error, "context_mark", None)
    return _Fault(
        str(getattr(error, "problem", None) or "a wrong escape"),
        str(getattr(error, "context", None) or ""),
        min(line, len(page.lines) - 1),
        column,
        (min(began.line, len(page.lines) - 1), began.column) if began else (line, column),
        _long_quote(last, line),
    )


def _long_quote(last: yaml.Event | None, line: int) -> tuple[int, int] | None:
    if not isinstance(last, yaml.ScalarEvent) or last.style not in ("'", '"'):
        return None
    start, end = _marks(last)
    return start if start[0] < end[0] == line else None


def _diagnostic(finding: _Finding, page: _Page) -> Diagnostic:
    span = page.span(finding.line, finding.column)
    sure = (finding.mended or "") if finding.code == "unquoted-colon" else ""
    return Diagnostic(finding.code, finding.message, span, finding.label, finding.hint, mended=sure)


def _explain(fault: _Fault, lines: list[str]) -> _Finding:
    """Return what `fault` most likely is; the first rule that knows it decides."""
    for rule in (_tab, _colon, _no_colon, _quote, _escape, _dash, _open_bracket, _bracket, _opener, _place):
        finding = rule(fault, lines)
        if finding is not None:
            return finding
    return _Finding(
        fault.line, fault.column, "this is not YAML", fault.problem, "put the value in quotes, if it is text"
    )


def _tab(fault: _Fault, lines: list[str]) -> _Finding | None:
    line = lines[fault.line]
    tab = line.find("\t", 0, _indent(line))
    if tab < 0:
        return None
    return _Finding(
        fault.line, tab, "a tab stands in the indentation", hint="use spaces instead of tabs", code="yaml-tab"
    )


def _colon(fault: _Fault, lines: list[str]) -> _Finding | None:
    if "mapping values are not allowed" not in fault.problem:
        return None
    line = lines[fault.line]
    pair = _pair(line)
    if pair and fault.column > pair.start:
        mended = _requoted(line, pair)
        what = f"{pair.name} has a colon, so YAML reads it as a mapping"
        return _Finding(fault.line, fault.column, what, _advice(mended), code="unquoted-colon", mended=mended)
    above = next((n for n in range(fault.line - 1, -1, -1) if lines[n].strip()), fault.line)
    owner = _pair(lines[above])
    if not owner and _indent(lines[above]) == _indent(line):
        return _lone(above, lines)
    what = f"this line goes on with {owner.name if owner else 'the value above'}, and has a colon"
    hint = "begin a new key in the column of the key above, or put the whole value in quotes"
    return _Finding(fault.line, fault.column, what, hint=hint, code="unquoted-colon")


def _no_colon(fault: _Fault, lines: list[str]) -> _Finding | None:
    return _lone(fault.began[0], lines) if "could not find expected ':'" in fault.problem else None


def _lone(number: int, lines: list[str]) -> _Finding:
    """Return what to say of a line that is no `key: value`."""
    line = lines[number]
    what = "this line is no key with a value"
    glued = _GLUED.fullmatch(line)
    if glued is None:
        return _Finding(number, _indent(line), what, "`key: value` was expected")
    mended = f"{glued[1]}: {glued[2]}"
    return _Finding(number, glued.end(1), what, _advice(mended, "put a blank after the colon"), mended=mended)


def _quote(fault: _Fault, lines: list[str]) -> _Finding | None:
    open_end = "end of stream" in fault.problem and "quoted" in fault.context
    place = fault.began if open_end else fault.quote
    if place is None:
        return None
    line = lines[place[0]]
    mark = line[place[1] : place[1] + 1]
    what = f"the quote {mark} that opens here is not closed on this line"
    return _Finding(*place, what, f"close it with {mark}", mended=line.rstrip() + mark)


def _escape(fault: _Fault, lines: list[str]) -> _Finding | None:
    if "quoted" not in fault.context and fault.problem != "a wrong escape":
        return None
    what = "a backslash in double quotes begins an escape, and this is none"
    hint = "write \\\\ for a backslash, or use single quotes"
    line = lines[fault.line]
    pair = _pair(line)
    if pair is None or not _DOUBLE.fullmatch(pair.value):
        return _Finding(fault.line, fault.column, what, hint=hint)
    mended = line[: pair.start] + "'" + pair.value[1:-1].replace("'", "''") + "'"
    return _Finding(fault.line, fault.column, what, _advice(mended, "use single quotes"), hint, mended=mended)


def _dash(fault: _Fault, lines: list[str]) -> _Finding | None:
    if "sequence entries are not allowed" not in fault.problem:
        return None
    line = lines[fault.line]
    pair = _pair(line)
    mended = _requoted(line, pair) if pair else None
    what = "a list cannot begin on the line of its key"
    hint = "begin each item on a line of its own below the key"
    return _Finding(fault.line, fault.column, what, _advice(mended, "if it is text, quote it"), hint, mended=mended)


def _open_bracket(fault: _Fault, lines: list[str]) -> _Finding | None:
    """Explain a text that ends in the middle of a list or a mapping: the last bracket that nothing closes."""
    rest = "".join(lines[fault.line :])[fault.column :].strip()
    past = (fault.line, fault.column) == (len(lines) - 1, 0)  # as the end is told where there is no last line break
    if "node content" not in fault.problem or (rest and not past):
        return None
    closed = 0
    for number in range(fault.line, -1, -1):
        for column in range(len(lines[number]) - 1, -1, -1):
            mark = lines[number][column]
            closed += (mark in "]}") - (mark in "[{")
            if closed < 0:
                closing = "]" if mark == "[" else "}"
                what = "the bracket that opens here is not closed"
                return _Finding(number, column, what, f"add `{closing}` after the last item")
    return None


def _bracket(fault: _Fault, lines: list[str]) -> _Finding | None:
    if "',' or '" not in fault.problem:
        return None
    closing = "]" if "]" in fault.problem else "}"
    if fault.began[0] != fault.line or not lines[fault.line][fault.column :].strip():
        what = "the bracket that opens here is not closed"
        return _Finding(*fault.began, what, f"add `{closing}` after the last item")
    return _Finding(
        fault.line,
        fault.column,
        f"a comma or `{closing}` is missing here",
        hint="quote an item that has a colon",
    )


_OPENERS = "\"'@`%&*!|>[{]},?"
_MEANINGS = {
    "[": "a list",
    "{": "a mapping",
    "|": "a block of lines",
    ">": "a folded block",
    "*": "an alias",
    "&": "an anchor",
}


def _opener(fault: _Fault, lines: list[str]) -> _Finding | None:
    """Explain a value whose first character means something in YAML."""
    line = lines[fault.line]
    pair = _pair(line)
    if pair is None or pair.value[:1] not in tuple(_OPENERS) or fault.column < pair.start:
        return None
    first = pair.value[0]
    if first in "[{" and pair.value[-1] in "]}":
        return None
    if first in "\"'":
        what = f"{pair.name} goes on after its closing quote"
    else:
        meaning = (
            f", which begins {_MEANINGS[first]} in YAML"
            if first in _MEANINGS
            else ", which has a meaning of its own in YAML"
        )
        shown = "a backtick" if first == "`" else f"`{first}`"
        what = f"{pair.name} begins with {shown}{meaning}"
    mended = _requoted(line, pair)
    return _Finding(fault.line, pair.start, what, _advice(mended), mended=mended)


def _place(fault: _Fault, lines: list[str]) -> _Finding | None:
    """Explain a line that fits none above it."""
    expected = ("expected key", "'-' indicator", "<block end>", "<document start>")
    if not any(words in fault.problem for words in expected):
        return None
    if lines[fault.line][fault.column : fault.column + 1] in ("]", "}"):
        return _Finding(fault.line, fault.column, "this bracket closes none", "remove it, or put the value in quotes")
    if lines[fault.line].lstrip().startswith(":"):
        return _Finding(fault.line, fault.column, "the key before the colon is missing")
    hint = "keys of one mapping, and items of one list, begin in the same column"
    return _Finding(fault.line, fault.column, "this fits none of the lines above", "check the indentation", hint)


_WIDE = 120
_DOUBLE = re.compile(r'"[^"]*"')
_HASH = re.compile(r"[ \t]+#[^\s#!]")
_GLUED = re.compile(r"(\s*[\w-]+):(?!//)(\S.*)")
_LEAD = re.compile(r"^\s*(?:- +)*")


def _clipped(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _pair(line: str) -> _Pair | None:
    """Return `line` taken apart, None when it is neither `key: value` nor `- value`."""
    start = len(line) - len(_LEAD.sub("", line))
    colon = line.find(": ", start)
    if colon > 0:
        value = colon + 1 + _indent(line[colon + 1 :])
        return _Pair(line[start:colon].strip(), value, line[value:].rstrip())
    return _Pair("", start, line[start:].rstrip()) if start > _indent(line) else None


def _requoted(line: str, pair: _Pair) -> str:
    """Return `line` with its value in quotes that YAML reads as the text that was meant."""
    value = pair.value
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" and value[1:-1].count(value[0]) % 2:
        value = value[1:-1]
    if '"' in value or "\\" in value:
        return line[: pair.start] + "'" + value.replace("'", "''") + "'"
    return f'{line[: pair.start]}"{value}"'


def _advice(mended: str | None, words: str = "quote the value") -> str:
    """Return `words` and the mended line, if that is short enough to be read."""
    shown = (mended or "").strip()
    return f"{words}: {shown}" if shown and len(shown) < _WIDE else words
