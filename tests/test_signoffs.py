"""Sign-offs of wire reports, and credit lines, read back into credits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import credits, i18n, signoffs
from digestgen.credits import ROLES
from digestgen.model import Contributor, Credit


def told(listed: tuple[Credit, ...]) -> list[tuple[str, str]]:
    """Return (role, people) of each credit, people parted by commas, each perhaps with `@place`."""
    return [
        (credit.role, ",".join(f"{item.name}@{item.place}".rstrip("@") for item in credit.people)) for credit in listed
    ]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        (
            "de",
            "Berichte von A, B und C in Seoul, D in Tokio und E in Moskau, Schreiben von F in Seoul. Bearbeitung: G",
            [("reporting", "A@Seoul,B@Seoul,C@Seoul,D@Tokio,E@Moskau"), ("writing", "F@Seoul"), ("editing", "G")],
        ),
        (
            "en",
            "Reporting by A in B, C; Writing by D; Editing by E and F",
            [("reporting", "A@B,C"), ("writing", "D"), ("editing", "E,F")],
        ),
        ("fr", "Avec A à B ; édité par C", [("reporting", "A@B"), ("editing", "C")]),
        # the ways of agencies
        ("en", "Reporting and writing by A; editing by B", [("reporting", "A"), ("writing", "A"), ("editing", "B")]),
        ("en", "Reporting by A in Seoul, Editing by B", [("reporting", "A@Seoul"), ("editing", "B")]),
        ("en", "Reporting by A and B and editing by C", [("reporting", "A,B"), ("editing", "C")]),
        (
            "en",
            "Reporting by A & B, and C in Rome. Edited by D.",
            [("reporting", "A@Rome,B@Rome,C@Rome"), ("editing", "D")],
        ),
        (
            "en",
            "Reporting By A; Additional reporting by B in Rome",
            [("reporting", "A"), ("additional reporting", "B@Rome")],
        ),
        ("en", "Written by A\nand B;\nphotos: C", [("writing", "A,B"), ("photography", "C")]),
        ("en", "Translated from German by A; Drone pilot: B", [("translation", "A"), ("Drone pilot", "B")]),
        ("en", "Reporting by A (Seoul), B (Tokyo) and C", [("reporting", "A@Seoul,B@Tokyo,C")]),
        (
            "en",
            "Reporting by J. J. Doe; editing by Joe Doe Jr.",
            [("reporting", "J. J. Doe"), ("editing", "Joe Doe Jr.")],
        ),
        (
            "de",
            "Text und Fotos: A; aus dem Englischen übersetzt von B",
            [("writing", "A"), ("photography", "A"), ("translation", "B")],
        ),
        (
            "de",
            "Bericht von A, redigiert von Bach. Bei Fragen wenden Sie sich an uns",
            [("reporting", "A"), ("editing", "Bach")],
        ),
        (
            "de",
            "Berichterstattung: A und B aus Kiew; Mitarbeit: C",
            [("reporting", "A@Kiew,B@Kiew"), ("Mitarbeit", "C")],
        ),
        # other roles before the word for "by"
        (
            "en",
            "Reporting by Jane Doe; Production by Max Roe; Editing by Bob Roe",
            [("reporting", "Jane Doe"), ("Production", "Max Roe"), ("editing", "Bob Roe")],
        ),
        (
            "en",
            "Reporting by Jane Doe. Production by Max Roe. Editing by Bob Roe.",
            [("reporting", "Jane Doe"), ("Production", "Max Roe"), ("editing", "Bob Roe")],
        ),
        ("en", "Compiled by A; Editing by B", [("compiled", "A"), ("editing", "B")]),
        ("de", "Mit Material von dpa und AFP; Bearbeitung: C", [("Mit Material", "dpa,AFP"), ("editing", "C")]),
        ("de", "Bericht von Bach; Schnitt von Lee", [("reporting", "Bach"), ("Schnitt", "Lee")]),
        ("de", "Bericht von Prof. Anna von Lee", [("reporting", "Prof. Anna von Lee")]),
        ("de", "Bericht von J. Graf von Lee", [("reporting", "J. Graf von Lee")]),
        ("de", "Aus dem Englischen von A B", [("translation", "A B")]),
        ("fr", "Reportage A ; montage par B", [("reporting", "A"), ("montage", "B")]),
        # places with parentheses
        ("en", "Reporting by A Bauer in Frankfurt (Oder)", [("reporting", "A Bauer@Frankfurt (Oder)")]),
        ("de", "Berichte von A Bauer in Frankfurt (Oder)", [("reporting", "A Bauer@Frankfurt (Oder)")]),
        ("en", "Reporting by A (Frankfurt (Oder)) and B", [("reporting", "A@Frankfurt (Oder),B")]),
        ("en", "Reporting by A (Halle in Saxony)", [("reporting", "A@Halle in Saxony")]),
        ("en", "Reporting by A (AFP) in Rome", [("reporting", "A (AFP)@Rome")]),
        ("fr", "Avec A à Francfort (Oder) et B (Halle (Saale))", [("reporting", "A@Francfort (Oder),B@Halle (Saale)")]),
        ("de", "Übersetzt von A in Berlin", [("translation", "A@Berlin")]),
        (
            "fr",
            "Reportage A, B et C à Séoul; version française D, édité par E",
            [("reporting", "A@Séoul,B@Séoul,C@Séoul"), ("translation", "D"), ("editing", "E")],
        ),
        ("fr", "Reportage d’Anne A, rédigé par B en Corée", [("reporting", "Anne A"), ("writing", "B@Corée")]),
        ("fr", "Rédaction : A ; photos : B (Paris)", [("writing", "A"), ("photography", "B@Paris")]),
    ],
)
def test_a_sign_off_tells_roles_names_and_places(lang: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert told(signoffs.read_signoff(text, lang)) == expected


@pytest.mark.parametrize("lang", signoffs.LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Reuters",
        "Note: the time is local",
        "This was reported by A",
        "A report by B",
        "reporting by ",
        "1,000 dollars",
        "Aus dem Archiv: A",
        # a part of it is no role: nothing of it is sure
        "Reporting by Jane Doe; Max Roe in Rome",
        "Reporting by Jane Doe, Production by Max Roe",
        "Reporting by Jane Doe; This report was first made by Max Roe",
        "Bericht von A; B",
        # a part of it is no name
        "Reporting by Jane Doe in York (near Leeds",
        "Reporting by J.Doe,: Max Roe",
        "Avec Jane Doe et,Max Roe",
        f"Re{'x' * 80}porting by Jane Doe; Editing by Max Roe",
        "Reportage A ; B",
        ";.:",
    ],
)
def test_what_is_no_sign_off_is_not_read_as_one(lang: str, text: str) -> None:
    assert signoffs.read_signoff(text, lang) == ()


# --- the law

NAMES = st.lists(
    st.sampled_from(["Ann", "Soo-hyang", "J.", "van", "O’Neill", "Écija", "Ößmann", "李", "de", "Reporting", "In"]),
    min_size=1,
    max_size=4,
).map(lambda words: " ".join([*words, "Lee"]))
PLACES = st.sampled_from(
    [
        *("", "Seoul", "New York", "Île-de-France", "Frankfurt am Main", "Köln", "東京"),
        *("Frankfurt (Oder)", "Halle (Saale) II", "Washington (D.C.)", "(West) Berlin", "York (near Leeds, England)"),
    ]
)
PEOPLE = st.lists(st.builds(Contributor, NAMES, PLACES), min_size=1, max_size=6)
FREE = {
    "en": st.sampled_from(["drone pilot", "fact-checking", "camera", "legal advice"]),
    "de": st.sampled_from(["Kamera", "Faktenprüfung", "Mitarbeit in Kiew"]),
    "fr": st.sampled_from(["caméra", "relecture juridique"]),
}


@pytest.mark.parametrize("lang", signoffs.LANGUAGES)
@given(data=st.data())
def test_a_credit_line_read_back_is_what_it_was_made_from(lang: str, data: st.DataObject) -> None:
    roles = st.one_of(st.sampled_from(sorted(ROLES)), FREE[lang])
    listed = data.draw(st.lists(st.builds(Credit, roles, PEOPLE.map(tuple)), max_size=5).map(tuple))
    assert signoffs.read(credits.line(listed, i18n.language(lang), {}), lang) == listed
    if any(credit.role in ROLES for credit in listed):
        assert signoffs.read_signoff(credits.line(listed, i18n.language(lang), {}), lang) == listed


def test_a_line_that_puts_places_into_parentheses_has_none_after_a_word() -> None:
    people = (
        Contributor("Ann à Lee"),
        Contributor("Bo en Lee", "Frankfurt (Oder)"),
        Contributor("Cy Lee (AFP)", "Séoul"),
    )
    listed = (Credit("reporting", people), Credit("editing", (Contributor("Jo au Lee"),)))
    assert signoffs.read(credits.line(listed, i18n.language("fr"), {}), "fr") == listed


@pytest.mark.parametrize("lang", signoffs.LANGUAGES)
@given(text=st.text(st.sampled_from("AB in by:;,.()& \nàetundpardevonédited"), max_size=200))
def test_no_text_is_too_strange_to_be_read(lang: str, text: str) -> None:
    for credit in signoffs.read(text, lang):
        assert credit.role.strip()
        assert all(person.name.strip() for person in credit.people)
