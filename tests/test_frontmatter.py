"""The keys of front matter: what each may be, and what is said where it is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import jsonschema_rs
import pytest

from digestgen import frontmatter, schema, yaml
from digestgen.diagnostics import Diagnostic
from digestgen.model import Contributor, Credit, Image
from digestgen.moments import Written
from digestgen.schema import Fault, Report


def read(text: str) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    node, found = yaml.parse(text, path="a.md", first_line=2)
    assert node is not None
    report = Report(list(found))
    try:
        return frontmatter.read(node, report), report.found
    except Fault:
        return None, report.found


def values(text: str) -> dict[str, Any]:
    found, told = read(f"title: Kim\n{text}\n")
    assert not told, told
    assert found is not None
    return found


def fault(text: str) -> str:
    """Return the one fault of a front matter with `text` in its second line, as `code line:column message | label`."""
    _, (told,) = read(f"title: Kim\n{text}\n")
    assert told.span is not None
    return f"{told.code} {told.span.line}:{told.span.column} {told.message} | {told.label}"


AN_ADDRESS = "expected a web address such as https://example.org/"
A_DATE = "expected a date such as 2024-05-03 or 2024-05-03 14:00 +02:00"
A_SOURCE = "expected a key of sources.yaml, an address, or a mapping of `name`, `url` and more"
NO_SOURCE = "unnamed-source 3:11 a source has neither a name nor an address | add `name:` or `url:`"


def test_a_title_is_enough_and_all_else_has_its_default() -> None:
    assert values("") == {
        "title": "Kim",
        "date": None,
        "updated": None,
        "slug": "",
        "id": "",
        "authors": (),
        "lang": "",
        "summary": "",
        "kicker": "",
        "section": "",
        "dateline": "",
        "genre": "",
        "story": "",
        "brief": None,
        "translation": None,
        "corrections": (),
        "embargo": None,
        "tags": (),
        "sources": (),
        "credits": (),
        "image": None,
        "translation_key": "",
        "draft": False,
        "expires": None,
        "aliases": (),
        "canonical": "",
        "weight": 0,
        "extra": {},
    }


def test_every_key_takes_what_it_is_documented_to_take() -> None:
    found = values(
        """
date: 2013-03-12 12:24:59 -0400
updated: 2020-12-2
slug: kim-putin
id: tag:example.org,2024:kim
authors: [A. Kim, lee]
lang: pt-BR
summary: >
  They met
  on Wednesday.
kicker: Arms
section: World
dateline: Seoul
translation_key: kim
draft: no
expires: 2024-05-03T10:00Z
aliases: /old/
canonical: https://example.com/kim
weight: -3
extra: {map: [1, 2]}
"""
    )
    assert found["date"] == Written(datetime.fromisoformat("2013-03-12T12:24:59-04:00"), timed=True)
    assert found["updated"] == Written(datetime.fromisoformat("2020-12-02"), timed=False)
    assert found["expires"] == Written(datetime.fromisoformat("2024-05-03T10:00+00:00"), timed=True)
    assert {
        key: found[key] for key in ("slug", "id", "authors", "lang", "summary", "kicker", "section", "dateline")
    } == {
        "slug": "kim-putin",
        "id": "tag:example.org,2024:kim",
        "authors": ("A. Kim", "lee"),
        "lang": "pt-BR",
        "summary": "They met on Wednesday.",
        "kicker": "Arms",
        "section": "World",
        "dateline": "Seoul",
    }
    assert {key: found[key] for key in ("translation_key", "draft", "aliases", "canonical", "weight", "extra")} == {
        "translation_key": "kim",
        "draft": False,
        "aliases": ("/old/",),
        "canonical": "https://example.com/kim",
        "weight": -3,
        "extra": {"map": (1, 2)},
    }


# --- lists


def test_tags_are_a_list_or_text_with_commas() -> None:
    assert values("tags: [North Korea, 'Arms, heavy']")["tags"] == ("North Korea", "Arms, heavy")
    assert values("tags: North Korea, arms")["tags"] == ("North Korea", "arms")
    assert values("tags: arms")["tags"] == ("arms",)
    assert values("tags:\n  - C\n  - C++\n  - 'C#'")["tags"] == ("C", "C++", "C#")
    assert fault("tags: {a: b}") == "wrong-type 3:7 `tags` is a mapping, not a list of texts | expected a list of texts"


def test_one_author_is_a_list_of_one_and_commas_belong_to_the_name() -> None:
    assert values("authors: Martin Luther King, Jr.")["authors"] == ("Martin Luther King, Jr.",)


# --- sources

NONE = {
    "name": "",
    "url": "",
    "title": "",
    "authors": (),
    "published": None,
    "accessed": None,
    "archived": "",
    "lang": "",
    "license": "",
    "note": "",
    "use": "based-on",
}


def test_sources_are_keys_addresses_or_mappings() -> None:
    found = values(
        """
sources:
  - reuters
  - https://example.org/a b
  - name: KCNA
    url: http://example.com/kcna
    title: 김정은
    authors: [A, B]
    published: 2024-05-03
    accessed: 2024-05-04 10:00
    lang: ko
    license: CC BY 4.0
    note: translated
    use: quotes
"""
    )
    assert found["sources"] == (
        NONE | {"name": "reuters"},
        NONE | {"url": "https://example.org/a%20b"},
        {
            "name": "KCNA",
            "url": "http://example.com/kcna",
            "title": "김정은",
            "authors": ("A", "B"),
            "published": Written(datetime.fromisoformat("2024-05-03"), timed=False),
            "accessed": Written(datetime.fromisoformat("2024-05-04T10:00"), timed=True),
            "lang": "ko",
            "license": "CC BY 4.0",
            "note": "translated",
            "use": "quotes",
            "archived": "",
        },
    )


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("sources: reuters", {"name": "reuters"}),
        ("sources: https://example.org/", {"url": "https://example.org/"}),
        ("sources: {name: Reuters}", {"name": "Reuters"}),
        ("sources: [{url: 'https://example.org/'}]", {"url": "https://example.org/"}),
    ],
)
def test_one_source_needs_no_list(text: str, source: dict[str, str]) -> None:
    assert values(text)["sources"] == (NONE | source,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sources: [{title: A}]", NO_SOURCE),
        ("sources: [{name: ''}]", NO_SOURCE),
        ("sources: [{url: ftp://a}]", f"bad-url 3:17 `ftp://a` is not a web address | {AN_ADDRESS}"),
        ("sources: [[a]]", f"wrong-type 3:11 a source is a name, an address or a mapping | {A_SOURCE}"),
        ("sources: [{name: A, titel: B}]", "unknown-key 3:21 a source has no key `titel` | did you mean `title`?"),
    ],
)
def test_wrong_sources_are_told(text: str, expected: str) -> None:
    assert fault(text) == expected


# --- credits


def test_credits_say_who_did_what_where() -> None:
    found = values(
        """
credits:
  - role: reporting
    people:
      - {name: A, place: Seoul}
      - name: B
        place: Tokyo
      - C
  - {role: editing, people: D}
  - {role: lettering, people: {name: E, place: Rome}}
"""
    )
    assert found["credits"] == (
        Credit("reporting", (Contributor("A", "Seoul"), Contributor("B", "Tokyo"), Contributor("C"))),
        Credit("editing", (Contributor("D"),)),
        Credit("lettering", (Contributor("E", "Rome"),)),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("credits: [{people: A}]", "missing-key 3:11 a credit has no `role` | add `role:` with text"),
        (
            "credits: [{role: editing}]",
            "missing-key 3:11 a credit has no `people` | add `people:` with a list of people",
        ),
        (
            "credits: [{role: editing, people: [{place: Seoul}]}]",
            "missing-key 3:36 a person has no `name` | add `name:` with text",
        ),
        (
            "credits: By A.",
            "wrong-type 3:10 item 1 of `credits` is text, not a mapping | expected a mapping of `role` and `people`",
        ),
    ],
)
def test_wrong_credits_are_told(text: str, expected: str) -> None:
    assert fault(text) == expected


# --- image


def test_image_is_a_file_or_a_mapping() -> None:
    assert values("image: kim.jpg")["image"] == Image("kim.jpg")
    assert values("image: {src: /kim.jpg, alt: A handshake, caption: They met, credit: A. Kim, license: CC0}")[
        "image"
    ] == Image("/kim.jpg", "A handshake", "They met", "A. Kim", "CC0")
    assert values("image: {src: rule.svg, alt: ''}")["image"] == Image("rule.svg", "")
    assert fault("image: {alt: A handshake}") == "missing-key 3:8 `image` has no `src` | add `src:` with text"


# --- what cannot be


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("date: 2024-02-30", f"bad-date 3:7 2024-02-30 does not exist: that month has 29 days | {A_DATE}"),
        ("updated: [2024-05-03]", f"wrong-type 3:10 `updated` is a list, not a date | {A_DATE}"),
        ("expires: never", f"bad-date 3:10 `never` is not a date | {A_DATE}"),
        ("id: kim", "bad-value 3:5 `id` cannot be `kim` | expected a UUID or an address"),
        ("lang: German", "bad-value 3:7 `lang` cannot be `German` | expected a language tag such as en, de or pt-BR"),
        ("language: de", "unknown-key 3:1 the front matter has no key `language` | did you mean `lang`?"),
        ("author: A. Kim", "unknown-key 3:1 the front matter has no key `author` | did you mean `authors`?"),
        ("summary: [a]", "wrong-type 3:10 `summary` is a list, not text | expected text"),
        ("kicker: {a: b}", "wrong-type 3:9 `kicker` is a mapping, not text | expected text"),
        ("section: [a]", "wrong-type 3:10 `section` is a list, not text | expected text"),
        ("dateline: [a]", "wrong-type 3:11 `dateline` is a list, not text | expected text"),
        ("translation_key: [a]", "wrong-type 3:18 `translation_key` is a list, not text | expected text"),
        ("draft: perhaps", "wrong-type 3:8 `draft` cannot be `perhaps` | expected true or false"),
        ("canonical: /here/", f"bad-url 3:12 `/here/` is not a web address | {AN_ADDRESS}"),
        (
            "weight: heavy",
            "wrong-type 3:9 `weight` cannot be `heavy` | expected a whole number from -1000000 to 1000000",
        ),
        ("aliases: [{a: b}]", "wrong-type 3:11 item 1 of `aliases` is a mapping, not text | expected text"),
        ("extra: [a]", "wrong-type 3:8 `extra` is a list, not a mapping | expected a mapping"),
    ],
)
def test_wrong_values_are_told(text: str, expected: str) -> None:
    assert fault(text) == expected


def test_the_rest_is_read_beside_a_wrong_value() -> None:
    found, told = read("title: Kim\nweight: heavy\nslug: kim")
    assert found is not None
    assert (found["slug"], found["weight"]) == ("kim", 0)
    assert len(told) == 1


def test_without_a_title_nothing_can_be_made_of_it_and_all_faults_are_told() -> None:
    found, told = read("weight: heavy\ntagz: a")
    assert found is None
    assert [item.code for item in told] == ["wrong-type", "unknown-key", "missing-title"]


# --- the JSON Schema says the same

_SCHEMA = jsonschema_rs.validator_for(schema.document(frontmatter.TABLE, "front matter"))


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ({"title": "Kim"}, True),
        ({"summary": "Kim"}, False),
        ({"title": "Kim", "date": "2013-03-12 12:24:59 -0400"}, True),
        ({"title": "Kim", "date": "2020-12-2"}, True),
        ({"title": "Kim", "date": "tomorrow"}, False),
        ({"title": "Kim", "tags": "a, b"}, True),
        ({"title": "Kim", "tags": ["a", "b"]}, True),
        ({"title": "Kim", "tags": {"a": "b"}}, False),
        ({"title": "Kim", "sources": ["reuters", {"name": "KCNA", "url": "https://example.org/"}]}, True),
        ({"title": "Kim", "sources": [{"titel": "KCNA"}]}, False),
        ({"title": "Kim", "credits": [{"role": "reporting", "people": [{"name": "A", "place": "Seoul"}, "B"]}]}, True),
        ({"title": "Kim", "credits": [{"people": ["A"]}]}, False),
        ({"title": "Kim", "image": "kim.jpg"}, True),
        ({"title": "Kim", "image": {"src": "kim.jpg", "alt": ""}}, True),
        ({"title": "Kim", "image": {"alt": "A"}}, False),
        ({"title": "Kim", "mood": "grave"}, False),
    ],
)
def test_json_schema_agrees_with_the_reader(value: dict[str, object], valid: bool) -> None:
    assert _SCHEMA.is_valid(value) is valid
