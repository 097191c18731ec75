"""Whether linked data uses the terms of schema.org as its vocabulary has them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "vocabulary" / "schemaorg-current-https.jsonld"

_ADDRESS = re.compile(r"https?://[^\s/]+/\S*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _named(value: Any) -> frozenset[str]:
    """The names in `{"@id": "schema:Name"}`, alone or in a list."""
    listed = value if isinstance(value, list) else [value] if value else []
    return frozenset(item["@id"].removeprefix("schema:") for item in listed)


def _within(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every node in a value, however deep."""
    if isinstance(value, Mapping):
        yield value
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _within(item)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms by their names."""

    terms: Mapping[str, Mapping[str, Any]]

    def is_a(self, name: str) -> frozenset[str]:
        """Return a type with all that it is a kind of."""
        above = _named(self.terms.get(name, {}).get("rdfs:subClassOf"))
        return frozenset({name}.union(*(self.is_a(other) for other in above if other in self.terms)))

    def faults(self, document: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with a JSON-LD document, one line each."""
        nodes = document.get("@graph", [document])
        known = {node["@id"]: node for node in _within(nodes) if "@id" in node and "@type" in node}
        context = [] if document.get("@context") == "https://schema.org" else ["the context is not schema.org's"]
        return context + [fault for node in nodes for fault in self._node(node, known)]

    def _node(self, node: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
        kind = node["@type"]
        yield from self._term(kind, "rdfs:Class")
        for name, value in node.items():
            if name.startswith("@"):
                continue
            yield from self._term(name, "rdf:Property")
            term = self.terms.get(name, {})
            if not _named(term.get("schema:domainIncludes")) & self.is_a(kind):
                yield f"{kind} has no {name}"
            for item in value if isinstance(value, list) else [value]:
                yield from self._value(f"{kind}.{name}", item, _named(term.get("schema:rangeIncludes")), known)

    def _term(self, name: str, kind: str) -> Iterator[str]:
        term = self.terms.get(name)
        if term is None or kind not in term["@type"]:
            yield f"{name} is no {kind}"
        elif "schema:supersededBy" in term:
            yield f"{name} is superseded"

    def _value(self, where: str, value: Any, wanted: frozenset[str], known: Mapping[str, Any]) -> Iterator[str]:
        if isinstance(value, Mapping):
            found = known.get(value["@id"]) if value.keys() == {"@id"} else value
            if found is None:
                yield f"{where} refers to what is not there"
                return
            if not self.is_a(found["@type"]) & wanted:
                yield f"{where} is {found['@type']}, not one of {sorted(wanted)}"
            if found is value:
                yield from self._node(value, known)
        elif not any(self.is_a(kind) & wanted for kind in _kinds(value)):
            yield f"{where} is {value!r}, not one of {sorted(wanted)}"


def _kinds(value: object) -> Iterator[str]:
    """The data types that a plain value may be of."""
    if isinstance(value, bool):
        yield "Boolean"
    elif isinstance(value, int):
        yield "Integer"
    elif isinstance(value, str) and value:
        yield "Text"
        if _ADDRESS.fullmatch(value):
            yield "URL"
        if _DAY.fullmatch(value):
            yield "Date"
        elif _is_moment(value):
            yield "DateTime"


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


@functools.cache
def vocabulary(file: Path = FILE) -> Vocabulary:
    """Return the vocabulary in a file."""
    graph = json.loads(file.read_text(encoding="utf-8"))["@graph"]
    return Vocabulary({term["@id"].removeprefix("schema:"): term for term in graph})


def data_of(page: bytes) -> Any:
    """Return the linked data in a page; None where it has none, a fault of the test where it has several."""
    found = re.findall(rb'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) <= 1
    return json.loads(found[0]) if found else None
