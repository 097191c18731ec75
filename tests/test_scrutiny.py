"""What registries and all articles together tell of credits: misspelt names, doubles, works published again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import scrutiny
from tests.building import told
from tests.shelf import assembled

REGISTERED = "reuters: {name: Reuters}\nbbc: {name: BBC News}\nguardian: {name: The Guardian}\nafp: {name: AFP}\n"


def meant(source: str, sources: str = REGISTERED) -> list[str]:
    """Return the keys that an article with this source is asked about."""
    _, faults = assembled({"2024-05-01-a.md": f"sources:\n  - {source}"}, sources=sources)
    assert all((item.code, item.severity) == ("similar-source", "warning") for item in faults)
    return [item.label for item in faults]


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("reuers", "reuters"),  # a letter is missing
        ("Reuterss", "reuters"),  # one too many
        ("Reuterz", "reuters"),  # another one
        ("Rueters", "reuters"),  # two changed places
        ("BBC", "bbc"),  # a key is written as it stands
        ("Guardian", "guardian"),
        ("The Gardian", "guardian"),
        ("{name: B.B.C.-News}", ""),  # dots make another name
        ("{name: BBC-News}", "bbc"),
    ],
)
def test_a_name_that_is_nearly_registered_is_asked_about(source: str, key: str) -> None:
    assert meant(source) == ([f"did you mean `{key}`?"] if key else [])


@pytest.mark.parametrize(
    "source",
    [
        "reuters",
        "The Guardian",
        "AP",  # near to AFP, and another agency
        "NBC",
        "Interfax",
        "{name: Reuers, url: 'https://reuers.example/'}",  # who gives an address knows whom
        "https://reuers.example/",
    ],
)
def test_other_names_are_left_alone(source: str) -> None:
    assert meant(source) == []


def test_nobody_is_asked_where_nothing_is_registered() -> None:
    assert meant("reuers", sources="") == []


def test_names_that_are_too_long_for_all_their_forms_are_asked_about_as_they_are() -> None:
    long = "n" * 100_000
    assert meant(f"{long}x", sources=f"a: {{name: {long}}}") == []


def test_each_article_with_a_misspelt_name_is_told_at_its_place() -> None:
    front = "sources: [Interfax, reuers]"
    _, faults = assembled({"2024-05-01-a.md": front, "2024-05-02-b.md": front}, sources=REGISTERED)
    message = "“reuers” is nearly `reuters` of sources.yaml, and is taken for another publisher"
    assert sorted(told(faults)) == [
        f"warning[similar-source] content/2024-05-01-a.md:3:21 {message}",
        f"warning[similar-source] content/2024-05-02-b.md:3:21 {message}",
    ]


@given(st.text(alphabet="abcdefgh", min_size=5, max_size=9), st.data())
def test_any_one_slip_in_a_long_name_is_seen(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghxyz"))
    slips = [
        name[:place] + letter + name[place:],
        name[:place] + letter + name[place + 1 :],
        name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :],
    ]
    for slip in slips:
        assert set(scrutiny._forms(slip)) & set(scrutiny._forms(name))


def codes(front: str, sources: str = "open: {name: Open, license: CC BY 4.0}\nshut: {name: Shut}") -> list[str]:
    return [item.code for item in assembled({"2024-05-01-a.md": front}, sources=sources)[1]]


HERE = "url: 'https://o.example/1', use: republishes"


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        (f"canonical: https://o.example/1\nsources: [{{name: open, {HERE}}}]", []),
        (f"canonical: https://o.example/1\nsources: [{{name: Own, license: CC0, {HERE}}}]", []),
        (f"canonical: https://o.example/1\nsources: [{{name: shut, {HERE}}}]", ["missing-license"]),
        (f"canonical: https://o.example/1\nsources: [{{name: Own, {HERE}}}]", ["missing-license"]),
        (
            f"canonical: https://o.example/1\nsources: [{{name: Own, license: All rights reserved, {HERE}}}]",
            ["missing-license"],
        ),
        (f"canonical: https://o.example/1\nsources: [{{name: Own, license: by permission, {HERE}}}]", []),
        (
            f"canonical: https://o.example/1\nsources: [{{name: Own, license: no permission, {HERE}}}]",
            ["missing-license"],
        ),
        (f"sources: [{{name: open, {HERE}}}]", ["missing-canonical"]),
        (f"canonical: https://o.example/2\nsources: [{{name: open, {HERE}}}]", ["missing-canonical"]),
        ("canonical: https://o.example/1\nsources: [{name: open, use: republishes}]", ["missing-canonical"]),
        ("sources: [{name: shut, use: republishes}]", ["missing-license", "missing-canonical"]),
        ("sources: [{name: shut, use: quotes}, {name: shut, use: cites}, shut]", []),
    ],
)
def test_a_work_is_published_again_with_a_licence_and_leads_to_where_it_stands(front: str, expected: list[str]) -> None:
    assert codes(front) == expected


def test_what_is_held_back_is_not_judged_yet() -> None:
    assert codes("draft: true\nsources: [{name: shut, use: republishes}]") == []


def test_a_name_stands_in_a_registry_once() -> None:
    _, faults = assembled(
        {},
        sources="a: {name: Reuters}\nb: {name: ' REUTERS'}",
        people="x: {name: Ada}\ny: {name: Ben}\nz: {name: ada}",
        tags="- names: {en: Trade, de: Handel}\n- names: {en: Handel, de: trade}\n- names: {EN: trade}",
    )
    assert told(faults) == [
        "error[duplicate-name] sources.yaml:2:11 `a` and `b` are both called “REUTERS”",
        "error[duplicate-name] people.yaml:3:11 `x` and `z` are both called “ada”",
        "error[duplicate-name] tags.yaml:3:11 two tags are called “trade” in `EN`",
    ]
