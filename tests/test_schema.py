"""Shapes of values: what each reads, what it refuses and where, and whether the JSON Schema says the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import schema, yaml
from digestgen.diagnostics import Diagnostic, Span
from digestgen.schema import (
    Address,
    Choice,
    Either,
    Fault,
    Flag,
    Free,
    Key,
    ListOf,
    MapOf,
    Moment,
    Report,
    Shape,
    Table,
    Text,
    Whole,
    language_tag,
)


def read(shape: Shape, text: str) -> tuple[Any, list[Diagnostic]]:
    """Return the value of `key: text` (None at a fault) and what is found."""
    node, found = yaml.parse(f"key: {text}", path="f.yaml")
    assert isinstance(node, yaml.Mapping)
    assert not found
    report = Report()
    try:
        return shape.read(node.entries[0].value, "key", report), report.found
    except Fault:
        return None, report.found


def value(shape: Shape, text: str) -> Any:
    result, found = read(shape, text)
    assert not found, found
    return result


def fault(shape: Shape, text: str) -> str:
    """Return the one fault as `code column message | label`."""
    _, found = read(shape, text)
    assert len(found) == 1
    assert found[0].span is not None
    return f"{found[0].code} {found[0].span.column} {found[0].message} | {found[0].label}"


# --- text, flags, numbers, words


def test_text_is_what_was_written_and_its_blanks_are_folded() -> None:
    assert [value(Text(), text) for text in ("no", "0123", "12:30:45", "1.10", "2024-02-30", "'~'")] == [
        "no",
        "0123",
        "12:30:45",
        "1.10",
        "2024-02-30",
        "~",
    ]
    assert value(Text(), "|\n  one\n  two   three\n") == "one two three"
    assert value(Text(raw=True), "|\n  one\n  two\n") == "one\ntwo"


def test_nothing_and_lists_are_no_text() -> None:
    assert fault(Text(), "[a]") == "wrong-type 6 `key` is a list, not text | expected text"
    assert fault(Text(), "~") == "wrong-type 6 `key` is nothing, not text | expected text"
    assert fault(Text(), "''") == "wrong-type 6 `key` is empty | expected text"
    assert value(Text(blank=True), "''") == ""


@pytest.mark.parametrize(
    ("text", "flag"), [("true", True), ("Yes", True), ("on", True), ("FALSE", False), ("no", False), ("off", False)]
)
def test_flags_are_read_in_all_their_spellings(text: str, flag: bool) -> None:
    assert value(Flag(), text) is flag


def test_what_is_no_flag_is_refused() -> None:
    assert fault(Flag(), "1") == "wrong-type 6 `key` cannot be `1` | expected true or false"


def test_whole_numbers_are_decimal_and_within_their_bounds() -> None:
    assert [value(Whole(-5, 20), text) for text in ("0", "-5", "+7", "007", "'20'")] == [0, -5, 7, 7, 20]
    bounds = "expected a whole number from 1 to 20"
    assert fault(Whole(1, 20), "21") == f"bad-value 6 `key` cannot be `21` | {bounds}"
    assert fault(Whole(1, 20), "1.5") == f"wrong-type 6 `key` cannot be `1.5` | {bounds}"
    assert fault(Whole(1, 20), "0x10") == f"wrong-type 6 `key` cannot be `0x10` | {bounds}"
    assert fault(Whole(1, 20), "٣") == f"wrong-type 6 `key` cannot be `٣` | {bounds}"


def test_a_number_of_thousands_of_digits_is_refused_and_not_quoted_whole() -> None:
    told = fault(Whole(), "9" * 5000)
    assert told.startswith("wrong-type 6 `key` cannot be `999")
    assert len(told) < 200


def test_choice_names_its_words_and_the_one_that_was_meant() -> None:
    assert value(Choice(("clean", "allow")), "allow") == "allow"
    _, found = read(Choice(("clean", "allow")), "alow")
    assert [(item.message, item.label, item.help) for item in found] == [
        ("`key` cannot be `alow`", "expected one of clean, allow", "did you mean `allow`?")
    ]


def test_language_tags_have_the_form_of_bcp_47() -> None:
    assert [value(language_tag(), tag) for tag in ("en", "pt-BR", "zh-Hant-TW", "gsw", "sl-rozaj")] == [
        "en",
        "pt-BR",
        "zh-Hant-TW",
        "gsw",
        "sl-rozaj",
    ]
    for wrong in ("German", "e", "en_GB", "de-", "../x"):
        assert fault(language_tag(), wrong).startswith(
            f"bad-value 6 `key` cannot be `{wrong}` | expected a language tag"
        )


# --- addresses


def test_addresses_are_of_the_web_and_written_safely() -> None:
    assert value(Address(), "HTTPS://Example.ORG/a b?q=ü") == "https://example.org/a%20b?q=%C3%BC"


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "ftp://example.org/", "//example.org/", "https://", "http://[::1"]
)
def test_other_addresses_are_refused(text: str) -> None:
    told = fault(Address(), f"'{text}'")
    assert told == f"bad-url 6 `{text}` is not a web address | expected a web address such as https://example.org/"


def test_an_address_without_its_scheme_is_refused_with_the_whole_one() -> None:
    assert (
        fault(Address(), "example.org/a")
        == "bad-url 6 `example.org/a` is not a web address | write https://example.org/a"
    )


# --- dates


def test_a_wrong_date_points_at_its_value() -> None:
    expected = "expected a date such as 2024-05-03 or 2024-05-03 14:00 +02:00"
    assert fault(Moment(), "soon") == f"bad-date 6 `soon` is not a date | {expected}"


# --- lists and mappings


def test_a_list_keeps_its_good_items_and_tells_the_others_by_number() -> None:
    result, found = read(ListOf(Text(), "a list of texts"), "[a, [b], c, {d: e}]")
    assert result == ("a", "c")
    assert [item.message for item in found] == [
        "item 2 of `key` is a list, not text",
        "item 4 of `key` is a mapping, not text",
    ]


def test_a_list_has_no_more_items_than_may_be() -> None:
    few = ListOf(Text(), "a list", commas=True, most=2)
    assert value(few, "a, b") == ("a", "b")
    assert fault(few, "a, b, c") == "too-large 6 `key` has 3 items, and 2 are the most | "


def test_text_with_commas_is_a_list_where_it_may_be() -> None:
    assert value(ListOf(Text(), "a list", commas=True), "North Korea, arms,  , talks") == (
        "North Korea",
        "arms",
        "talks",
    )
    assert value(ListOf(Text(), "a list", single=True), "Smith, John") == ("Smith, John",)
    assert (
        fault(ListOf(Text(), "a list of words"), "a")
        == "wrong-type 6 `key` is text, not a list of words | expected a list of words"
    )


def test_one_mapping_stands_for_a_list_of_it() -> None:
    assert value(ListOf(Free(), "a list", single=True), "{a: b}") == ({"a": "b"},)


def test_free_values_have_the_types_of_yaml_1_2() -> None:
    text = "{a: true, b: 12, c: 012, d: no, e: [x, ~], f: '12', g: {h: 1.5}, i: -3}"
    assert value(Free(), text) == {
        "a": True,
        "b": 12,
        "c": "012",
        "d": "no",
        "e": ("x", None),
        "f": "12",
        "g": {"h": "1.5"},
        "i": -3,
    }


def test_either_chooses_by_the_kind_of_node() -> None:
    either = Either(Text(), MapOf(Whole(), "a mapping of numbers"))
    assert value(either, "a") == "a"
    assert value(either, "{a: 1}") == {"a": 1}
    assert (
        fault(either, "~")
        == "wrong-type 6 `key` is nothing, not text, or a mapping of numbers | expected text, or a mapping of numbers"
    )


# --- tables

PERSON = Table(
    "a person",
    (
        Key("name", Text(), "Who.", required=True),
        Key("age", Whole(0, 150), "How old.", 0),
        Key("title", Text(), "Rank.", ""),
    ),
)


def test_a_table_gives_defaults_for_what_is_missing_empty_or_blank() -> None:
    assert value(PERSON, "{name: A, age: ~, title: ''}") == {"name": "A", "age": 0, "title": ""}


def test_a_table_tells_every_fault_and_each_at_its_place() -> None:
    _, found = read(PERSON, "{age: old, nam: B, title: [c]}")
    assert [(item.code, item.span and item.span.column, item.message, item.label) for item in found] == [
        ("wrong-type", 12, "`age` cannot be `old`", "expected a whole number from 0 to 150"),
        ("unknown-key", 17, "a person has no key `nam`", "did you mean `name`?"),
        ("wrong-type", 32, "`title` is a list, not text", "expected text"),
        ("missing-key", 6, "a person has no `name`", "add `name:` with text"),
    ]


def test_an_unknown_key_is_as_grave_as_the_table_says_and_lists_the_known_ones() -> None:
    _, found = read(PERSON, "{name: A, colour: red}")
    assert [(item.severity, item.label, item.help) for item in found] == [
        ("warning", "", "known keys: name, age, title")
    ]
    _, found = read(Table("x", PERSON.keys, unknown="error"), "{name: A, colour: red}")
    assert [item.severity for item in found] == ["error"]


def test_a_required_key_without_a_value_is_told_at_the_value() -> None:
    assert fault(PERSON, "{name: ''}") == "missing-key 13 the `name` of a person is empty | write text here"


def test_did_you_mean_needs_a_near_word() -> None:
    assert schema.meant("summery", ["summary", "tags"]) == "did you mean `summary`?"
    assert schema.meant("TAGS", ["summary", "tags"]) == "did you mean `tags`?"
    assert schema.meant("colour", ["summary", "tags"]) == ""


@given(
    st.recursive(st.text() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
)
def test_no_value_makes_a_table_raise_anything_but_its_fault(value: Any) -> None:
    report = Report()
    try:
        PERSON.read(as_node(value), "", report)
    except Fault:
        assert report.found


def as_node(value: Any) -> yaml.Node:
    span = Span("f.yaml")
    if isinstance(value, list):
        return yaml.Sequence(tuple(map(as_node, value)), span)
    if isinstance(value, dict):
        entries = (yaml.Entry(yaml.Scalar(key, plain=False, span=span), as_node(item)) for key, item in value.items())
        return yaml.Mapping(tuple(entries), span)
    return yaml.Scalar(value or "", plain=value is None, span=span)
