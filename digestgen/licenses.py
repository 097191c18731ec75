"""What a licence is called, and where it can be read."""

from __future__ import annotations

import re
from typing import Final

from digestgen import urls

#: As "CC BY-SA 3.0 DE", "cc-by-nc-nd-4.0" or "CC BY 4.0 International": the names of Creative Commons' licences.
_COMMONS: Final = re.compile(
    r"(?:CC|Creative\s+Commons)[\s-]BY(?P<terms>(?:[\s-](?:NC|ND|SA))*)[\s-](?P<version>\d\.\d)"
    r"(?:[\s-](?:(?P<port>[A-Z]{2})|International|Unported|Generic|Deed))?",
    re.IGNORECASE,
)
_ZERO: Final = re.compile(r"CC[\s-]?(?:0|Zero)(?:[\s-]1\.0)?(?:\s+Universal)?", re.IGNORECASE)
_MARK: Final = re.compile(r"(?:CC\s+)?(?:PDM|Public\s+Domain\s+Mark)(?:[\s-]1\.0)?", re.IGNORECASE)
_PLACE: Final = "https://creativecommons.org"


def address(text: str) -> str:
    """Return the address of the licence that `text` names or is the address of; empty where none is known."""
    text = text.strip()
    if "://" in text:
        return urls.safe_external(text) or ""
    if _ZERO.fullmatch(text):
        return f"{_PLACE}/publicdomain/zero/1.0/"
    if _MARK.fullmatch(text):
        return f"{_PLACE}/publicdomain/mark/1.0/"
    named = _COMMONS.fullmatch(text)
    return _commons(named) if named else ""


#: The address of one of Creative Commons' licences, taken apart.
_DEED: Final = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses/(?P<terms>by(?:-nc|-nd|-sa)*)/(?P<version>\d\.\d)"
    r"(?:/(?P<port>[a-z]{2}))?|publicdomain/(?P<free>zero|mark)/1\.0)(?:/.*)?",
    re.IGNORECASE,
)


def name(address: str) -> str:
    """Return what a licence of Creative Commons is called, given its address, as "CC BY-SA 4.0"; else nothing."""
    found = _DEED.fullmatch(address.strip())
    if found is None:
        return ""
    if found["free"]:
        return "CC0 1.0" if found["free"].lower() == "zero" else "Public Domain Mark 1.0"
    return " ".join(filter(None, ["CC", found["terms"].upper(), found["version"], (found["port"] or "").upper()]))


#: What people write where a work is free, or its owner agreed: in the languages of newsrooms that we know.
_FREE: Final = re.compile(
    r"permission|public domain|open licen[cs]e|free licen[cs]e|government work|genehmigung|erlaubnis|gemeinfrei"
    r"|amtliches werk|autorisation|domaine public",
    re.IGNORECASE,
)
_NOT_FREE: Final = re.compile(r"\b(?:no|not|without|keine?|ohne|sans)\b|reserved|vorbehalten|réservés", re.IGNORECASE)


def allows(text: str) -> bool:
    """Tell whether a work under what `text` names may be published again: by a licence, by permission, or by law."""
    return bool(address(text)) or bool(_FREE.search(text) and not _NOT_FREE.search(text))


def _commons(named: re.Match[str]) -> str:
    terms = sorted(re.findall("[a-z]{2}", named["terms"].lower()))
    if terms not in ([], ["nc"], ["nd"], ["sa"], ["nc", "nd"], ["nc", "sa"]):
        return ""
    port = f"{named['port'].lower()}/" if named["port"] else ""
    return f"{_PLACE}/licenses/{'-'.join(['by', *terms])}/{named['version']}/{port}"
