"""Attributes of one tag: read, judged and written."""

from __future__ import annotations

import re
from html import escape, unescape


def names(text: str) -> frozenset[str]:
    """Return the names in `text`, which blanks part."""
    return frozenset(text.split())


_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")

_ROLES = names("img group note none presentation doc-endnotes doc-noteref doc-backlink")
_LANG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_PIXELS = re.compile("[0-9]{1,5}")
_NUMBER = re.compile("-?[0-9]{1,9}")
#: What an attribute's value must look like to be valid HTML; another value is left out.
_VALUES: dict[str, re.Pattern[str]] = {
    "dir": re.compile("ltr|rtl|auto"),
    "lang": _LANG,
    "hreflang": _LANG,
    "width": _PIXELS,
    "height": _PIXELS,
    "colspan": re.compile("[1-9][0-9]{0,2}"),
    "rowspan": re.compile("[1-9][0-9]{0,3}"),
    "span": re.compile("[1-9][0-9]{0,2}"),
    "start": _NUMBER,
    "value": _NUMBER,
    "type": re.compile("[1aAiI]"),
    "scope": re.compile("row|col|rowgroup|colgroup"),
    "align": re.compile("left|right|center"),
    "aria-hidden": re.compile("true|false"),
    "role": re.compile("|".join(sorted(_ROLES))),
    "datetime": re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII),
}
_BARE = frozenset(("allowfullscreen", "open", "reversed"))
#: The only elements that may have a name without a role (ARIA in HTML, section 4).
_NAMED = frozenset(("a", "section"))


def read(attributes: str) -> dict[str, str]:
    """Return the attributes that stand in a tag, names in lower case and values decoded; the first one counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        value = double or single or bare
        found.setdefault(name.lower(), unescape(value) if "&" in value else value)
    return found


def tamed(tag: str, values: dict[str, str]) -> dict[str, str]:
    """Return those of `values` that an author may set on a `tag`: valid ones, and no classes of the theme's."""
    kept = {name: value for name, value in values.items() if _valid(name, value)}
    if "class" in kept:
        kept["class"] = " ".join(part for part in kept["class"].split() if not is_reserved(part))
        if not kept["class"]:
            del kept["class"]
    if "align" in kept:
        side = kept.pop("align")
        kept["class"] = f"{kept.get('class', '')} align-{side}".strip()
    if "aria-label" in kept and tag not in _NAMED and "role" not in kept:
        del kept["aria-label"]
    return kept


def _valid(name: str, value: str) -> bool:
    pattern = _VALUES.get(name)
    return pattern is None or pattern.fullmatch(value) is not None


def is_reserved(name: str) -> bool:
    """Tell whether a class or id belongs to the theme, so that no article can forge a part of the page."""
    return name.lower().startswith("dg-")


def written(values: dict[str, str]) -> str:
    """Return `values` as they stand in a tag, each with a blank before it."""
    return "".join(f" {name}" if name in _BARE else f' {name}="{escape(value)}"' for name, value in values.items())
