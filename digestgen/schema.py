"""What a file of settings may say: shapes of values, read from YAML nodes with all faults told.

A `Shape` reads one YAML node. A `Table` is a mapping with known keys; the same definitions make the JSON Schema
(draft 2020-12) and the reference pages, so that what is documented is what is checked.

YAML scalars arrive as text and get their type here, from the shape that is expected. So `no`, `0123`, `12:30:45`
or `1.10` mean what they say wherever text is expected, and an impossible date is a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any, Final, Protocol

from digestgen import urls, yaml
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Severity, Span
from digestgen.guesses import Guesses
from digestgen.moments import Written, read_moment

Node = yaml.Node


class Fault(Exception):
    """A node that cannot be read. Its diagnostics are told already.

    `values` is what could be read of a table all the same, with defaults for the rest: whoever checks a whole file
    goes on with it, so that one run tells everything.
    """

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.values = values


@dataclass()
class Report:
    """Where readers put what they find. `marks` collects where keys stand: dotted path of keys to span."""

    found: list[Diagnostic] = field(default_factory=list)
    marks: dict[str, Span] = field(default_factory=dict)
    guesses: Guesses = field(default_factory=Guesses)

    def fault(self, code: str, message: str, span: Span, label: str = "", help: str = "") -> Fault:
        """Note a fault and return an exception to raise where nothing can be read."""
        self.found.append(Diagnostic(code, message, span, label, help))
        return Fault()


class Shape(Protocol):
    """How one value is written."""

    @property
    def expects(self) -> str:
        """A phrase for messages and the reference, as "a date" or "a list of texts"."""

    def read(self, node: Node, at: str, report: Report) -> Any:
        """Return the value of `node`, which stands at the dotted path `at`; raise `Fault` once it is told."""

    def json(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""


def _kind(node: Node) -> str:
    if isinstance(node, yaml.Scalar):
        return "nothing" if yaml.is_null(node) else "text"
    return "a list" if isinstance(node, yaml.Sequence) else "a mapping"


def _named(at: str) -> str:
    """Return how messages call what stands at the dotted path `at`; files have names with a dot of their own."""
    above, dot, name = at.rpartition(".")
    if not dot or at.endswith(".yaml"):
        return f"`{at}`"
    return f"item {int(name) + 1} of {_named(above)}" if name.isdecimal() else f"`{name}`"


def _wrong(node: Node, at: str, expects: str, report: Report) -> Fault:
    return report.fault(
        "wrong-type",
        f"{_named(at)} is {_kind(node)}, not {_in_short(expects)}",
        node.span,
        f"expected {expects}",
    )


def _in_short(expects: str) -> str:
    """Return what is expected without the particulars, which stand at the caret."""
    return re.split(" such as | of `| from ", expects, maxsplit=1)[0]


def _cannot_be(
    text: str, node: Node, at: str, expects: str, report: Report, help: str = "", code: str = "bad-value"
) -> Fault:
    shown = text if len(text) <= 80 else text[:79] + "…"
    return report.fault(code, f"{_named(at)} cannot be `{shown}`", node.span, f"expected {expects}", help)


def _scalar(node: Node, at: str, expects: str, report: Report) -> str:
    if not isinstance(node, yaml.Scalar) or yaml.is_null(node):
        raise _wrong(node, at, expects, report)
    return node.text.strip()


@dataclass(frozen=True)
class Text:
    """Any text; line breaks and runs of blanks are folded unless `raw`, and it may be empty if `blank`."""

    expects: str = "text"
    raw: bool = False
    pattern: str = ""
    blank: bool = False

    def read(self, node: Node, at: str, report: Report) -> str:
        text = _scalar(node, at, self.expects, report)
        text = text if self.raw else " ".join(text.split())
        if not text and not self.blank:
            raise report.fault("wrong-type", f"{_named(at)} is empty", node.span, f"expected {self.expects}")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise _cannot_be(text, node, at, self.expects, report)
        return text

    def json(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string"} if self.blank else {"type": "string", "minLength": 1}
        return schema | ({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})


@dataclass(frozen=True)
class Flag:
    """true or false."""

    expects: str = "true or false"

    def read(self, node: Node, at: str, report: Report) -> bool:
        text = _scalar(node, at, self.expects, report).lower()
        if text in ("true", "yes", "on"):
            return True
        if text in ("false", "no", "off"):
            return False
        raise _cannot_be(text, node, at, self.expects, report, code="wrong-type")

    def json(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    least: int = -1_000_000
    most: int = 1_000_000

    @property
    def expects(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def read(self, node: Node, at: str, report: Report) -> int:
        text = _scalar(node, at, self.expects, report)
        # at most twelve digits are turned into a number: int() of thousands of digits is slow or refused
        if not re.fullmatch(r"[+-]?[0-9]{1,12}", text):
            raise _cannot_be(text, node, at, self.expects, report, code="wrong-type")
        if not self.least <= int(text) <= self.most:
            raise _cannot_be(text, node, at, self.expects, report)
        return int(text)

    def json(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def expects(self) -> str:
        return "one of " + ", ".join(self.words)

    def read(self, node: Node, at: str, report: Report) -> str:
        text = _scalar(node, at, self.expects, report)
        if text in self.words:
            return text
        raise _cannot_be(text, node, at, self.expects, report, meant(text, self.words, report.guesses))

    def json(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Address:
    """A web address (http or https) with a host."""

    expects: str = "a web address such as https://example.org/"

    def read(self, node: Node, at: str, report: Report) -> str:
        text = _scalar(node, at, self.expects, report)
        url = urls.safe_external(text)
        if url is None:
            whole = "" if ":" in text else urls.safe_external(f"https://{text}")
            label = f"write {whole}" if whole else f"expected {self.expects}"
            raise report.fault("bad-url", f"`{text[:200]}` is not a web address", node.span, label)
        return url

    def json(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri", "pattern": "^https?://"}


@dataclass(frozen=True)
class Moment:
    """A date, or a date and time, with or without an offset."""

    expects: str = "a date such as 2024-05-03 or 2024-05-03 14:00 +02:00"

    def read(self, node: Node, at: str, report: Report) -> Written:
        text = _scalar(node, at, self.expects, report)
        moment = read_moment(text)
        if isinstance(moment, str):
            raise report.fault("bad-date", moment, node.span, f"expected {self.expects}")
        return moment

    def json(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$"}


#: A language tag as BCP 47 (RFC 5646) writes it: language, then script, region and variants.
LANGUAGE: Final = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"


def language_tag() -> Text:
    """A language tag as BCP 47 has it."""
    return Text("a language tag such as en, de or pt-BR", pattern=LANGUAGE)


@dataclass(frozen=True)
class ListOf:
    """A list of one shape. With `commas`, text with commas is read as a list too; with `some`, it is never empty.

    An article stands in a list of the site for each of its tags, sources and so on, with all of them each time: so
    there are at most `most`.
    """

    item: Shape
    expects: str
    commas: bool = False
    single: bool = False
    some: bool = False
    most: int = 500

    def read(self, node: Node, at: str, report: Report) -> tuple[Any, ...]:
        if isinstance(node, yaml.Scalar) and not yaml.is_null(node) and (self.commas or self.single):
            node = _split(node) if self.commas else yaml.Sequence((node,), node.span)
        if isinstance(node, yaml.Mapping) and self.single:
            node = yaml.Sequence((node,), node.span)
        if not isinstance(node, yaml.Sequence):
            raise _wrong(node, at, self.expects, report)
        if self.some and not node.items:
            raise report.fault("wrong-type", f"{_named(at)} is empty", node.span, f"expected {self.expects}")
        if len(node.items) > self.most:
            message = f"{_named(at)} has {len(node.items):,} items, and {self.most:,} are the most"
            raise report.fault("too-large", message, node.span)
        return tuple(self._items(node, at, report))

    def _items(self, node: yaml.Sequence, at: str, report: Report) -> Iterable[Any]:
        for index, item in enumerate(node.items):
            report.marks[f"{at}.{index}"] = item.span
            try:
                yield self.item.read(item, f"{at}.{index}", report)
            except Fault:
                continue

    def json(self) -> dict[str, Any]:
        listed: dict[str, Any] = {"type": "array", "items": self.item.json(), "maxItems": self.most}
        listed |= {"minItems": 1} if self.some else {}
        if self.commas:
            return {"anyOf": [listed, {"type": "string"}]}
        return {"anyOf": [listed, self.item.json()]} if self.single else listed


def _split(node: yaml.Scalar) -> yaml.Sequence:
    parts = (part.strip() for part in node.text.split(","))
    return yaml.Sequence(tuple(yaml.Scalar(part, plain=False, span=node.span) for part in parts if part), node.span)


@dataclass(frozen=True)
class MapOf:
    """A mapping from free keys to one shape."""

    value: Shape
    expects: str
    key: Shape = Text()

    def read(self, node: Node, at: str, report: Report) -> dict[str, Any]:
        if not isinstance(node, yaml.Mapping):
            raise _wrong(node, at, self.expects, report)
        found = {}
        for entry in node.entries:
            name = f"{at}.{entry.key.text}"
            report.marks[name] = entry.key.span
            try:
                key = self.key.read(entry.key, at, report)
                found[key] = self.value.read(entry.value, name, report)
            except Fault:
                continue
        return found

    def json(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.value.json(), "propertyNames": self.key.json()}


@dataclass(frozen=True)
class Free:
    """Any value at all: lists, mappings, texts, whole numbers, true and false (as in YAML 1.2's core schema)."""

    expects: str = "any value"

    def read(self, node: Node, at: str, report: Report) -> Any:
        if isinstance(node, yaml.Sequence):
            return tuple(self.read(item, at, report) for item in node.items)
        if isinstance(node, yaml.Mapping):
            return {entry.key.text: self.read(entry.value, at, report) for entry in node.entries}
        if yaml.is_null(node):
            return None
        if node.plain and node.text in ("true", "false"):
            return node.text == "true"
        if node.plain and re.fullmatch(r"0|-?[1-9][0-9]{0,11}", node.text):
            return int(node.text)
        return node.text

    def json(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Either:
    """One shape for text, another for lists or mappings."""

    text: Shape
    other: Shape

    @property
    def expects(self) -> str:
        return f"{self.text.expects}, or {self.other.expects}"

    def read(self, node: Node, at: str, report: Report) -> Any:
        if isinstance(node, yaml.Scalar):
            if yaml.is_null(node):
                raise _wrong(node, at, self.expects, report)
            return self.text.read(node, at, report)
        return self.other.read(node, at, report)

    def json(self) -> dict[str, Any]:
        return {"anyOf": [self.text.json(), self.other.json()]}


@dataclass(frozen=True)
class Key:
    """A key of a table: its name, what its value looks like, what it means, and what holds without it.

    `default` is what the reader gets; `otherwise` says it in the reference where a value alone would not.
    """

    name: str
    shape: Shape
    about: str
    default: Any = None
    otherwise: str = ""
    required: bool = False

    def gives(self, node: Node) -> bool:
        """Tell whether `node` is a value at all: nothing and blank text are as if the key were not there."""
        if not isinstance(node, yaml.Scalar):
            return True
        blank = isinstance(self.shape, Text) and self.shape.blank
        return not yaml.is_null(node) and (blank or bool(node.text.strip()))


@dataclass(frozen=True)
class Table:
    """A mapping with known keys. `build` makes the value from the dictionary of all keys."""

    name: str
    keys: tuple[Key, ...]
    build: Callable[[dict[str, Any]], Any] = dict
    unknown: Severity = "warning"

    @property
    def expects(self) -> str:
        names = [f"`{key.name}`" for key in self.keys]
        last = "more" if len(names) > 3 else names.pop()
        return f"a mapping of {', '.join(names[:3])} and {last}"

    def read(self, node: Node, at: str, report: Report) -> Any:
        return self.build(self.values(node, at, report))

    def values(self, node: Node, at: str, report: Report) -> dict[str, Any]:
        """Return all keys with their values or defaults. What is missing or wrong is told and gets its default."""
        if not isinstance(node, yaml.Mapping):
            raise _wrong(node, at or self.name, self.expects, report)
        values = {key.name: key.default for key in self.keys}
        shapes = {key.name: key for key in self.keys}
        good = {key.name for key in self.keys if not key.required}
        given = set()
        for entry in node.entries:
            key = shapes.get(entry.key.text)
            if key is None:
                self._unknown(entry.key, report)
            elif key.gives(entry.value):
                given.add(key.name)
                if self._value(key, entry, f"{at}.{key.name}" if at else key.name, values, report):
                    good.add(key.name)
        self._missing(given, node, report)
        if len(good) < len(self.keys):
            raise Fault(values)
        return values

    def _value(self, key: Key, entry: yaml.Entry, at: str, values: dict[str, Any], report: Report) -> bool:
        report.marks[at] = entry.value.span
        try:
            values[key.name] = key.shape.read(entry.value, at, report)
        except Fault:
            return False
        return True

    def _missing(self, given: set[str], node: yaml.Mapping, report: Report) -> None:
        for key in self.keys:
            if key.required and key.name not in given:
                empty = next((entry.value.span for entry in node.entries if entry.key.text == key.name), None)
                report.fault(
                    "missing-title" if key.name == "title" else "missing-key",
                    f"the `{key.name}` of {self.name} is empty" if empty else f"{self.name} has no `{key.name}`",
                    empty or node.span,
                    f"write {key.shape.expects} here" if empty else f"add `{key.name}:` with {key.shape.expects}",
                )

    def _unknown(self, key: yaml.Scalar, report: Report) -> None:
        names = [known.name for known in self.keys]
        hint = meant(key.text, names, report.guesses)
        report.found.append(
            Diagnostic(
                "unknown-key",
                f"{self.name} has no key `{key.text}`",
                key.span,
                hint,
                "" if hint else f"known keys: {', '.join(names)}",
                self.unknown,
            )
        )

    def json(self) -> dict[str, Any]:
        properties = {key.name: key.shape.json() | {"description": key.about} for key in self.keys}
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [key.name for key in self.keys if key.required]
        return schema | ({"required": required} if required else {})


def meant(word: str, known: Iterable[str], guesses: Guesses | None = None) -> str:
    """Return "did you mean `…`?" for the known word nearest to `word`, or nothing, as when no `guesses` are left."""
    guesses = guesses or Guesses()
    if not guesses.left:
        return ""
    word, listed = word.lower()[:100], list(known)
    near = guesses.nearest(word, listed) or [
        other for other in listed if len(word) > 2 and (word.startswith(other) or other.startswith(word))
    ]
    return f"did you mean `{near[0]}`?" if near else ""


def document(table: Table, title: str) -> dict[str, Any]:
    """Return the JSON Schema document of a whole file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title} | table.json()


def plain_mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` where it is a mapping, and an empty one where it is not (`extra` may be anything)."""
    return value if isinstance(value, dict) else {}
