"""What a document of ninjs 3.1 may say, as far as digestgen says it: names, types and lists of the IPTC's standard.

This is our own, stricter reading: nothing else may be there. The IPTC's own schema is asked, too, where it lies beside
the repository.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest

from tests.conftest import ROOT

PUBLISHED: Final = ROOT.parent / "shared" / "standards" / "ninjs-schema_3.1.json"

_TEXT: Final = {"type": "string", "minLength": 1}
_URI: Final = {"type": "string", "format": "uri"}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_NUMBER: Final = {"type": "integer", "minimum": 1}


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": list(required)}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1}


def _texts(**more: Any) -> dict[str, Any]:
    return _list(_object("value", role=_TEXT, contentType=_TEXT, value={"type": "string"}, **more))


def _concepts() -> dict[str, Any]:
    return _list(_object("name", name=_TEXT, rel=_TEXT, uri=_URI, literal=_TEXT))


_PROPERTIES: Final[dict[str, Any]] = {
    "uri": _URI,
    "type": {"enum": ["text", "audio", "video", "picture", "graphic", "composite", "component", "event", "planning"]},
    "representationType": {"enum": ["full", "partial"]},
    "profile": _TEXT,
    "pubStatus": {"enum": ["usable", "withheld", "canceled"]},
    **dict.fromkeys(("firstCreated", "versionCreated", "embargoedUntil", "expires"), _MOMENT),
    **dict.fromkeys(("language", "title", "slugline", "by", "located", "edNote"), _TEXT),
    **dict.fromkeys(("copyrightHolder", "copyrightNotice", "usageTerms"), _TEXT),
    "rightsInfo": _object("linkedRights", linkedRights=_URI),
    "headlines": _texts(),
    "descriptions": _texts(),
    "bodies": _texts(wordCount={"type": "integer"}),
    "subjects": _concepts(),
    "genres": _list(_object("name", name=_TEXT, uri=_URI, literal=_TEXT)),
    "infoSources": _list(_object("name", name=_TEXT, role=_TEXT, uri=_URI, literal=_TEXT)),
    "altIds": _list(_object("role", "value", role=_TEXT, value=_TEXT)),
    "renditions": _list(_object("name", name=_TEXT, href=_URI, contentType=_TEXT, width=_NUMBER, height=_NUMBER)),
    "standard": _object("name", name=_TEXT, version={"const": "3.1"}, schema=_URI),
}

_ASSOCIATED: Final = _object("name", "uri", name=_TEXT, rel=_TEXT, **_PROPERTIES)
_SCHEMA: Final = _object("uri", "standard", associations=_list(_ASSOCIATED), **_PROPERTIES)


def faults(document: object) -> list[str]:
    """Return what is wrong with a document by our own reading."""
    return _faults(jsonschema_rs.Draft202012Validator(_SCHEMA, validate_formats=True), document)


def published_faults(document: object) -> list[str]:
    """Return what is wrong with a document by the IPTC's schema; skips the test where that is not there."""
    if not PUBLISHED.is_file():
        pytest.skip("the IPTC's schema is not there: it would be at ../shared/standards/ninjs-schema_3.1.json")
    schema = json.loads(Path(PUBLISHED).read_text(encoding="utf-8"))
    # it refers to GeoJSON's schema for places, which no document of ours has
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, retriever=lambda _address: {})
    return _faults(validator, document)


def _faults(validator: jsonschema_rs.Draft202012Validator, document: object) -> list[str]:
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(document)]
