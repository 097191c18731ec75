"""sources.yaml, people.yaml and tags.yaml."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import registry
from digestgen.diagnostics import Diagnostic
from digestgen.model import RegisteredPerson, RegisteredSource, RegisteredTag, Registries
from tests.building import well_built
from tests.sites import write_site
from tests.trust import payloads

MAPPING = "expected a mapping from keys to"
A_PUBLISHER = "expected a mapping of `name`, `url`, `kind` and more"
A_SLUG = "expected a slug, or a mapping from languages to slugs"
A_LANGUAGE = "expected a language tag such as en, de or pt-BR"


def read(**texts: str) -> Registries:
    """Return the registries from texts by name, as sources="…"; nothing may be wrong in them."""
    found, told = registry.read({f"{name}.yaml": text for name, text in texts.items()})
    assert not told
    return found


def told(**texts: str) -> list[str]:
    """Return what is wrong, each as `file:line:column severity code message | label`."""
    return [line(item) for item in registry.read({f"{name}.yaml": text for name, text in texts.items()})[1]]


def line(item: Diagnostic) -> str:
    assert item.span is not None
    place = f"{item.span.path}:{item.span.line}:{item.span.column}"
    return f"{place} {item.severity} {item.code} {item.message} | {item.label}"


def test_all_registries_are_optional_and_may_be_empty() -> None:
    assert read() == read(sources="", people="# none yet\n", tags="~") == Registries({}, {}, ())


def test_publisher_with_all_that_can_be_known() -> None:
    found = read(
        sources="""
yonhap:
  name: Yonhap News Agency
  url: https://en.yna.co.kr/
  kind: agency
  country: KR
  lang: ko
  license: All rights reserved
  about: >
    South Korea's
    news agency.
blog: {name: A blog, kind: blog}
"""
    )
    assert found.sources == {
        "yonhap": RegisteredSource(
            "yonhap",
            "Yonhap News Agency",
            "https://en.yna.co.kr/",
            "agency",
            "KR",
            "ko",
            "All rights reserved",
            "South Korea's news agency.",
        ),
        "blog": RegisteredSource("blog", "A blog", kind="blog"),
    }


def test_kinds_of_publishers_are_open() -> None:
    assert read(sources="x: {name: X, kind: think tank}").sources["x"].kind == "think tank"


def test_people_have_a_name_and_perhaps_more() -> None:
    found = read(people="kim: {name: A. Kim, url: https://example.org}\nlee: {name: B. Lee}")
    assert found.people == {
        "kim": RegisteredPerson("kim", "A. Kim", "https://example.org"),
        "lee": RegisteredPerson("lee", "B. Lee"),
    }


def test_tag_has_names_and_one_slug_and_description_or_several_by_language() -> None:
    found = read(
        tags="""
- names: {en: Interest rates, de: Zinsen}
  slug: {en: rates, de: zinsen}
  description: {en: What money costs}
- names: {en: C++}
  slug: cpp
  description: A language
- names: {de: Waffen}
"""
    )
    assert found.tags == (
        RegisteredTag(
            {"en": "Interest rates", "de": "Zinsen"}, {"en": "rates", "de": "zinsen"}, {"en": "What money costs"}
        ),
        RegisteredTag({"en": "C++"}, {"": "cpp"}, {"": "A language"}),
        RegisteredTag({"de": "Waffen"}, {}, {}),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slug: Rates", "tags.yaml:2:9 error bad-slug `Rates` cannot be a slug | write `rates`"),
        ("slug: {de: Bär}", "tags.yaml:2:14 error bad-slug `Bär` cannot be a slug | write `baer`"),
        ("slug: {es: Bär}", "tags.yaml:2:14 error bad-slug `Bär` cannot be a slug | write `bar`"),
        ("slugs: {en: rates}", "tags.yaml:2:3 warning unknown-key a tag has no key `slugs` | did you mean `slug`?"),
        (
            "slug: [rates]",
            f"tags.yaml:2:9 error wrong-type `slug` is a list, not a slug, or a mapping | {A_SLUG}",
        ),
        (
            "description: {German: x}",
            f"tags.yaml:2:17 error bad-value `description` cannot be `German` | {A_LANGUAGE}",
        ),
    ],
)
def test_what_is_wrong_in_a_tag_is_told_at_its_place(text: str, expected: str) -> None:
    assert told(tags=f"- names: {{en: Rates}}\n  {text}") == [expected]


def test_slug_of_the_second_tag_is_told_there() -> None:
    tags = "- names: {en: A}\n  slug: {en: a}\n- names: {en: B}\n  slug: {en: The B}\n"
    assert told(tags=tags) == ["tags.yaml:4:14 error bad-slug `The B` cannot be a slug | write `the-b`"]


def test_an_unknown_key_is_a_warning_and_the_rest_is_read() -> None:
    found, faults = registry.read({"sources.yaml": "x: {name: X, languge: ko}"})
    assert found.sources == {"x": RegisteredSource("x", "X")}
    assert [(item.severity, item.label) for item in faults] == [("warning", "did you mean `lang`?")]


def test_a_wrong_entry_is_left_out_and_the_others_stay() -> None:
    found, faults = registry.read({"sources.yaml": "a: {name: A}\nb: {}\nc: C\nd: {name: D, country: Korea}\n"})
    assert list(found.sources) == ["a", "d"]
    assert [line(item) for item in faults] == [
        "sources.yaml:2:4 error missing-key a publisher has no `name` | add `name:` with text",
        f"sources.yaml:3:4 error wrong-type `c` is text, not a mapping | {A_PUBLISHER}",
        "sources.yaml:4:23 error bad-value `country` cannot be `Korea` | expected a country code such as DE",
    ]


def test_files_of_the_wrong_shape_are_told_by_their_name() -> None:
    assert told(sources="- a", people="kim", tags="{a: b}") == [
        f"sources.yaml:1:1 error wrong-type `sources.yaml` is a list, not a mapping | {MAPPING} publishers",
        f"people.yaml:1:1 error wrong-type `people.yaml` is text, not a mapping | {MAPPING} people",
        "tags.yaml:1:1 error wrong-type `tags.yaml` is a mapping, not a list of tags | expected a list of tags",
    ]


def test_a_key_that_stands_twice_is_an_error() -> None:
    assert told(sources="a: {name: A}\na: {name: B}") == [
        "sources.yaml:2:1 error duplicate-key the key `a` stands here a second time | "
    ]


def test_addresses_that_are_no_links_are_refused() -> None:
    assert told(sources="a: {name: A, url: 'javascript:alert(1)'}")[0].startswith("sources.yaml:1:19 error bad-url ")


@given(st.dictionaries(st.sampled_from(list(registry.FILES)), st.text()))
def test_no_text_makes_the_reader_raise(texts: dict[str, str]) -> None:
    found, _ = registry.read(texts)
    assert isinstance(found, Registries)


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("sources.yaml", {"a": {"name": "A", "url": "https://example.org"}}, True),
        ("sources.yaml", {"a": {"url": "https://example.org"}}, False),
        ("people.yaml", {"a": {"name": "A"}}, True),
        ("people.yaml", {"a": "A"}, False),
        ("tags.yaml", [{"names": {"en": "A"}, "slug": "a", "description": {"en": "B"}}], True),
        ("tags.yaml", [{"names": {"en": "A"}, "slug": {"en": "a"}, "description": "B"}], True),
        ("tags.yaml", [{"names": "A"}], False),
        ("tags.yaml", [{"names": {"German": "A"}}], False),
    ],
)
def test_json_schema_agrees_with_the_reader(name: str, value: Any, valid: bool) -> None:
    assert jsonschema_rs.validator_for(registry.FILES[name].json()).is_valid(value) is valid


# --- what is in them is not trusted

_HOSTILE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
editions: weekly
search: false
-- content/2024-05-01-one.md --
---
title: One
authors: [p0, p1, p2]
sources: [s0, s1, s2]
tags: [t0, t1, t2]
story: s0
---
-- content/2024-05-02-two.md --
---
title: Two
authors: [p3]
sources: [{name: s3, url: "https://s3.example/x"}]
tags: [t3]
story: s1
---
"""


def test_what_registries_say_is_text_wherever_it_stands(tmp_path: Path) -> None:
    chance = random.Random(2024)

    def text() -> str:
        drawn = "".join(char for char in payloads.payload(chance) if char.isprintable())
        return json.dumps(f"{drawn} {len(drawn)}", ensure_ascii=False)

    folder = write_site(tmp_path / "site", _HOSTILE)
    sources, people, tags, stories = "", "", "", ""
    for number in range(4):
        words = f"about: {text()}, url: https://s{number}.example/"
        sources += f"s{number}: {{name: {text()}, kind: {text()}, license: {text()}, {words}}}\n"
        people += f"p{number}: {{name: {text()}, {words}}}\n"
        tags += f"- {{names: {{en: {text()}, de: t{number}}}, description: {text()}}}\n"
        stories += f"s{number}: {{title: {text()}, summary: {text()}}}\n"
    listed = {"sources": sources, "people": people, "tags": tags, "stories": stories}
    for name, lines in listed.items():
        (folder / f"{name}.yaml").write_text(lines, encoding="utf-8")
    made = well_built(folder)
    assert sum(b"top.ran=1" in data for data in made.values()) > 20  # as text, that is
    looked = payloads._judged(made, [])
    assert looked["pages"] > 20
    assert looked["feeds"] > 5
