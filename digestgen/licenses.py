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


def _commons(named: re.Match[str]) -> str:
    terms = sorted(re.findall("[a-z]{2}", named["terms"].lower()))
    if terms not in ([], ["nc"], ["nd"], ["sa"], ["nc", "nd"], ["nc", "sa"]):
        return ""
    port = f"{named['port'].lower()}/" if named["port"] else ""
    return f"{_PLACE}/licenses/{'-'.join(['by', *terms])}/{named['version']}/{port}"
