"""The credit line, as agencies write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import credits, i18n
from digestgen.model import Contributor, Credit, Provenance, RegisteredPerson

PEOPLE = {"lee": RegisteredPerson("lee", "B. Lee", "https://example.org/lee")}


#: Someone and their place: given by a key, by name, in small letters.
NAMED = st.tuples(st.sampled_from(["lee", "A. Byron", "van Dyke", "林"]), st.sampled_from(["", "Seoul", "Rome"]))


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
        ("A,B@Seoul,C@Seoul", "Writing by A as well as B and C in Seoul"),
        ("A@Seoul,B,C@Tokyo,D@Tokyo", "Writing by A in Seoul and B as well as C and D in Tokyo"),
        ("A@Seoul,B@Seoul,C@Tokyo,D,E", "Writing by A and B in Seoul, C in Tokyo, D and E"),
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


@given(
    st.lists(
        st.tuples(st.sampled_from([*credits.ROLES, "drawing"]), st.lists(NAMED, min_size=1, max_size=4)),
        max_size=3,
    ),
    st.sampled_from(i18n.languages_of_the_interface()),
)
def test_the_pieces_of_a_line_are_the_line_and_name_each_person_once(
    told: list[tuple[str, list[tuple[str, str]]]], lang: str
) -> None:
    made = [Credit(role, tuple(Contributor(*person) for person in people)) for role, people in told]
    words = i18n.language(lang)
    pieces = credits.parts(made, words, PEOPLE)
    assert "".join(text for text, _ in pieces) == credits.line(made, words, PEOPLE)
    named = [(credits.named(person.name, PEOPLE), person.name) for credit in made for person in credit.people]
    assert sorted(piece for piece in pieces if piece[1]) == sorted(named)


def test_without_credits_there_is_no_line() -> None:
    assert line() == ""


def test_names_are_looked_up_by_key_only() -> None:
    assert [credits.named(name, PEOPLE) for name in ("lee", "B. Lee", "LEE")] == ["B. Lee", "B. Lee", "LEE"]


def test_percent_signs_and_braces_in_names_are_text() -> None:
    assert line(("reporting", "%(people)s@100 %"), ("{0}", "{1}")) == "Reporting by %(people)s in 100 %; {0}: {1}"


# --- translations


def translated(told: Provenance, *people: str, lang: str = "en") -> str:
    made = (Credit("translation", tuple(person(name) for name in people)),) if people else ()
    return credits.line(made, i18n.language(lang), PEOPLE, told)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (Provenance(lang="ko", by=("lee",)), "Translation from Korean by B. Lee"),
        (Provenance(by=("A", "lee")), "Translation by A and B. Lee"),
        (Provenance(lang="ko", by=("A",), tool="Parrot"), "Translation from Korean by A with Parrot"),
        (Provenance(by=("A",), tool="Parrot"), "Translation by A with Parrot"),
        (Provenance(lang="ko", tool="Parrot"), "Machine translation from Korean (Parrot)"),
        (Provenance(tool="Parrot"), "Machine translation (Parrot)"),
        (Provenance(lang="ko"), "Translation from Korean"),
        (Provenance(of="original.md"), ""),
    ],
)
def test_a_translation_says_from_which_language_and_by_whom_or_what(told: Provenance, text: str) -> None:
    assert translated(told) == text


def test_a_translation_is_told_once_with_all_who_made_it() -> None:
    assert translated(Provenance(lang="de", by=("B. Lee", "C")), "lee@Seoul") == (
        "Translation from German by B. Lee in Seoul and C"
    )


def test_a_translation_that_nobody_is_credited_for_stands_last() -> None:
    made = (Credit("reporting", (Contributor("A"),)),)
    assert credits.line(made, i18n.language("de"), {}, Provenance(lang="en", tool="DeepL")) == (
        "Berichte von A; maschinelle Übersetzung nach einem Original auf Englisch (DeepL)"
    )


@pytest.mark.parametrize(
    "told", [Provenance(lang="ko", by=("A",)), Provenance(lang="ko", tool="T"), Provenance(tool="T")]
)
@pytest.mark.parametrize(
    "lang", ["ar", "de", "es", "fa", "fr", "he", "it", "ja", "nl", "pl", "pt", "ru", "tr", "uk", "zh"]
)
def test_no_translation_stays_english(lang: str, told: Provenance) -> None:
    assert "ranslation" not in translated(told, lang=lang)


@pytest.mark.parametrize("lang", ["fr", "he", "it", "pl", "pt", "ru", "tr", "uk"])
def test_a_place_whose_form_depends_on_its_use_stands_in_parentheses(lang: str) -> None:
    assert "A (Ankara)" in line(("writing", "A@Ankara"), lang=lang)


def test_a_line_begins_with_the_capital_of_its_language() -> None:
    assert line(("illüstrasyon", "A"), lang="tr") == "İllüstrasyon: A"
