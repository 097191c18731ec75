"""The credit line, as agencies write it."""

from __future__ import annotations

import pytest

from digestgen import credits, i18n
from digestgen.model import Contributor, Credit, RegisteredPerson

PEOPLE = {"lee": RegisteredPerson("lee", "B. Lee", "https://example.org/lee")}


def line(*listed: tuple[str, str], lang: str = "en") -> str:
    """Return the line of credits as (role, people), people parted by commas, each perhaps with `@place`."""
    made = tuple(Credit(role, tuple(person(name) for name in names.split(","))) for role, names in listed)
    return credits.line(made, i18n.language(lang), PEOPLE)


def person(text: str) -> Contributor:
    name, _, place = text.partition("@")
    return Contributor(name, place)


def test_people_in_one_place_stand_together_before_it() -> None:
    assert (
        line(("reporting", "A@Seoul,B@Seoul,C@Seoul,D@Tokyo"), ("editing", "E"))
        == "Reporting by A, B and C in Seoul and D in Tokyo; editing by E"
    )


@pytest.mark.parametrize(
    ("people", "text"),
    [
        ("A", "Writing by A"),
        ("A,B", "Writing by A and B"),
        ("A,B,C", "Writing by A, B and C"),
        ("A@Seoul", "Writing by A in Seoul"),
        ("A@Seoul,B", "Writing by A in Seoul and B"),
        ("A,B@Seoul,C@Seoul", "Writing by A and B and C in Seoul"),
        ("A@Seoul,B@Tokyo,C@Seoul", "Writing by A in Seoul, B in Tokyo and C in Seoul"),
        ("lee@Seoul,Lee", "Writing by B. Lee in Seoul and Lee"),
    ],
)
def test_order_of_people_is_kept(people: str, text: str) -> None:
    assert line(("writing", people)) == text


@pytest.mark.parametrize("lang", ["en", "en-US", "en-GB"])
def test_english_credits_have_no_serial_comma(lang: str) -> None:
    assert line(("research", "A,B,C"), lang=lang) == "Research by A, B and C"


def test_a_role_of_its_own_is_shown_as_it_is_written() -> None:
    assert line(("lettering", "A"), ("Drone pilot", "B")) == "Lettering: A; Drone pilot: B"


@pytest.mark.parametrize(
    "role", ["reporting", "writing", "editing", "translation", "photography", "graphics", "research"]
)
def test_known_roles_have_words(role: str) -> None:
    assert line((role, "A")) == f"{role.capitalize()} by A"
    assert role not in line((role, "A"), lang="ja").lower()


def test_line_is_in_the_language_of_the_page() -> None:
    assert line(("reporting", "A@Seoul,B@Tokio"), ("editing", "C"), lang="de") == (
        "Berichte von A in Seoul und B in Tokio; Bearbeitung: C"
    )


def test_without_credits_there_is_no_line() -> None:
    assert line() == ""


def test_names_are_looked_up_by_key_only() -> None:
    assert [credits.named(name, PEOPLE) for name in ("lee", "B. Lee", "LEE")] == ["B. Lee", "B. Lee", "LEE"]


def test_percent_signs_and_braces_in_names_are_text() -> None:
    assert line(("reporting", "%(people)s@100 %"), ("{0}", "{1}")) == "Reporting by %(people)s in 100 %; {0}: {1}"
