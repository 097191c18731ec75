"""Linked data: what a page is about, in the terms of schema.org, as JSON-LD 1.1.

A node is a dictionary that says nothing where nothing is known. Addresses are absolute: those of the site are left
out where the site does not know its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from digestgen import licenses
from digestgen.views import Data

Node = dict[str, Any]

#: The type of an article by its genre, as front matter has it. Those but the last are kinds of NewsArticle.
ARTICLES: Final = {
    "reportage": "ReportageNewsArticle",
    "analysis": "AnalysisNewsArticle",
    "background": "BackgroundNewsArticle",
    "opinion": "OpinionNewsArticle",
    "advertisement": "AdvertiserContentArticle",
}

#: What could end a script element or begin a comment in it (HTML, section 4.12.1.3), and two ends of lines that
#: old scripts trip over.
_UNSAFE: Final = tuple((sign, f"\\u{ord(sign):04x}") for sign in "<>&\u2028\u2029")

#: Made once: json.dumps makes one for each text.
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

#: A description says what it is about, it does not repeat the text.
_MOST: Final = 300


def node(kind: str, *, id: str = "", **properties: Any) -> Node:
    """Return a node of a type with its properties, without those that are empty."""
    known = {name: value for name, value in properties.items() if value}
    return {"@type": kind, **({"@id": id} if id else {}), **known}


def data(nodes: Sequence[Node], policy: str) -> Data:
    """Return the nodes as data for a page with a content security policy."""
    text = document(nodes)
    mark = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    # a fingerprint would end what a policy allows to all scripts (CSP level 3, section 6.7.3.2)
    if "'unsafe-inline'" in policy:
        return Data(text, "")
    begun = "script-src" in policy.rpartition(";")[2]  # a second directive of the name would not count
    return Data(text, f" 'sha256-{mark}'" if begun else f"; script-src 'self' 'sha256-{mark}'")


def document(nodes: Sequence[Node]) -> str:
    """Return the nodes as JSON that can stand in a script element whatever they say."""
    # named one by one: whoever looks at the top only still finds the first
    whole = nodes[0] if len(nodes) == 1 else {"@graph": list(nodes)}
    text = _JSON.encode({"@context": "https://schema.org", **whole})
    for sign, code in _UNSAFE:
        text = text.replace(sign, code)
    return text


def breadcrumbs(trail: Iterable[tuple[str, str]]) -> Node:
    """Return the way to a page: (name, absolute address) of each page on it, from the front page to itself."""
    items = [
        node("ListItem", position=number, name=name, item=node("WebPage", id=url))
        for number, (name, url) in enumerate(trail, 1)
    ]
    return node("BreadcrumbList", itemListElement=items)


def license(text: str) -> str | Node:
    """Return a licence: its address, where it is known, else a work of that name; empty without one."""
    return licenses.address(text) or (node("CreativeWork", name=text) if text else "")


def short(text: str) -> str:
    """Return `text` for a description: cut between two words where it is long."""
    text = " ".join(text.split())
    if len(text) <= _MOST:
        return text
    cut = text[:_MOST]
    return cut[: cut.rfind(" ") if " " in cut[_MOST // 2 :] else _MOST].rstrip(" ,;:–—-") + "…"
