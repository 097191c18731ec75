"""Tags, sections and publishers: which names are one, what they are called, and where they lie."""

from __future__ import annotations

import pytest

from digestgen import terms as module
from digestgen.library import Library
from digestgen.model import RegisteredPerson, RegisteredSource
from tests.shelf import assembled, part, shelf, terms

TWO = "languages: [de]"


def paths(found: Library, kind: module.TermKind, lang: str = "en") -> dict[str, list[str]]:
    return {name: [item.path for item in term.articles] for name, term in terms(found, kind, lang).items()}


def urls(found: Library, kind: module.TermKind, lang: str = "en") -> dict[str, str]:
    return {name: term.url for name, term in terms(found, kind, lang).items()}


def tagged(*tags: str) -> dict[str, str]:
    """Return articles of following days, the oldest first, with these tags each."""
    return {f"2024-05-{day:02d}-{day}.md": f"tags: {text}" for day, text in enumerate(tags, 1)}


# --- tags


def test_c_and_its_kin_are_three_tags() -> None:
    assert urls(shelf(tagged("[C, C++, 'C#']")), "tag") == {
        "C": "/tags/c/",
        "C#": "/tags/c-sharp/",
        "C++": "/tags/c-plus-plus/",
    }


def test_tags_that_differ_in_case_blanks_or_hyphens_are_one_spelled_as_in_the_oldest_article() -> None:
    found = shelf(tagged("North Korea", "north korea", "NORTH-KOREA", "NorthKorea"))
    assert urls(found, "tag") == {"North Korea": "/tags/north-korea/"}
    assert len(terms(found, "tag")["North Korea"].articles) == 4


def test_an_article_with_two_spellings_of_a_tag_stands_once_below_it() -> None:
    assert paths(shelf(tagged("Arms, arms, ARMS")), "tag") == {"Arms": ["2024-05-01-1.md"]}


def test_tags_are_spelled_as_in_tags_yaml() -> None:
    found = shelf(tagged("north korea"), tags="- names: {en: North Korea}")
    assert urls(found, "tag") == {"North Korea": "/tags/north-korea/"}


def test_tags_are_in_the_order_of_the_alphabet_without_case_and_accents() -> None:
    found = shelf(tagged("[zebra, Äpfel, apple, Éclair, Beta]"))
    assert list(terms(found, "tag")) == ["Äpfel", "apple", "Beta", "Éclair", "zebra"]


def test_tags_of_held_articles_only_do_not_exist() -> None:
    found = shelf({"2024-05-01-a.md": "tags: arms\ndraft: true", "2024-05-02-b.md": "tags: talks"})
    assert list(terms(found, "tag")) == ["talks"]


def test_names_in_other_scripts_keep_them() -> None:
    found = shelf(tagged("[کره شمالی, 北朝鮮, צפון קוריאה]"))
    assert {name: term.slug for name, term in terms(found, "tag").items()} == {
        "کره شمالی": "کره-شمالی",
        "北朝鮮": "北朝鮮",
        "צפון קוריאה": "צפון-קוריאה",
    }


RATES = """
- names: {en: Interest rates, de: Zinsen}
  slug: {en: rates}
  description: {en: What money costs, de: Was Geld kostet}
- names: {en: Weapons, de: Waffen}
  slug: arms
  description: Arms of all kinds
"""


def test_tags_are_per_language_and_paired_by_tags_yaml() -> None:
    found = shelf({"2024-05-01-a.md": "tags: interest rates", "2024-05-01-b.de.md": "tags: zinsen"}, TWO, tags=RATES)
    english, german = terms(found, "tag")["Interest rates"], terms(found, "tag", "de")["Zinsen"]
    assert (english.url, english.description) == ("/tags/rates/", "What money costs")
    assert (german.url, german.description) == ("/de/tags/zinsen/", "Was Geld kostet")
    assert english.tag is german.tag is not None
    assert [item.path for item in english.articles] == ["2024-05-01-a.md"]


def test_one_slug_and_one_description_hold_for_all_languages() -> None:
    found = shelf({"2024-05-01-a.md": "tags: Weapons", "2024-05-01-b.de.md": "tags: Waffen"}, TWO, tags=RATES)
    assert [terms(found, "tag", lang)[name].url for lang, name in (("en", "Weapons"), ("de", "Waffen"))] == [
        "/tags/arms/",
        "/de/tags/arms/",
    ]
    assert terms(found, "tag", "de")["Waffen"].description == "Arms of all kinds"


def test_a_name_of_another_language_is_the_same_tag_under_its_own_name() -> None:
    found = shelf({"2024-05-01-a.de.md": "tags: [Weapons, Waffen]"}, TWO, tags=RATES)
    assert paths(found, "tag", "de") == {"Waffen": ["2024-05-01-a.de.md"]}


def test_a_name_without_its_region_serves_the_language_with_one() -> None:
    found = shelf({"2024-05-01-a.de-AT.md": "tags: waffen"}, "languages: [de-AT]", tags=RATES)
    assert urls(found, "tag", "de-AT") == {"Waffen": "/de-AT/tags/arms/"}


def test_tags_with_equal_slugs_are_an_error_that_names_both_files_and_the_mend() -> None:
    _, (fault,) = assembled(tagged("Résumé", "Resume"))
    assert fault.span is not None
    assert (fault.code, fault.message, f"{fault.span.path}:{fault.span.line}:{fault.span.column}", fault.help) == (
        "url-collision",
        "the tags “Resume” and “Résumé” would both be /tags/resume/",
        "content/2024-05-01-1.md:3:7",
        "the other is used in content/2024-05-02-2.md; give one of them a slug of its own in tags.yaml",
    )


def test_a_slug_in_tags_yaml_mends_that() -> None:
    found = shelf(tagged("Résumé", "Resume"), tags="- names: {en: Résumé}\n  slug: cv")
    assert urls(found, "tag") == {"Resume": "/tags/resume/", "Résumé": "/tags/cv/"}


# --- sections


def test_sections_that_differ_in_case_are_one() -> None:
    found = shelf({"2024-05-01-a.md": "section: World", "2024-05-02-b.md": "section: world", "2024-05-03-c.md": ""})
    assert paths(found, "section") == {"World": ["2024-05-02-b.md", "2024-05-01-a.md"]}
    assert urls(found, "section") == {"World": "/sections/world/"}


def test_sections_with_equal_slugs_are_an_error() -> None:
    _, (fault,) = assembled({"2024-05-01-a.md": "section: Été", "2024-05-02-b.md": "section: Ete"})
    assert fault.message == "the sections “Ete” and “Été” would both be /sections/ete/"
    assert fault.help == "the other is used in content/2024-05-02-b.md; call one of them otherwise"


# --- publishers

SOURCES = """
yonhap: {name: Yonhap News Agency, url: https://en.yna.co.kr/, kind: agency, about: From Seoul.}
kcna: {name: KCNA, url: http://www.kcna.kp}
desk: {name: The Desk, url: https://example.org/desk/}
"""


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("yonhap", "Yonhap News Agency"),
        ("Yonhap News Agency", "Yonhap News Agency"),
        ("yonhap news  agency", "Yonhap News Agency"),
        ("{name: yonhap, url: 'https://example.com/1'}", "Yonhap News Agency"),
        ("https://en.yna.co.kr/view/1", "Yonhap News Agency"),
        ("http://EN.yna.co.kr:80/view/1", "Yonhap News Agency"),
        ("https://kcna.kp/en", "KCNA"),
        ("https://www.kcna.kp/en", "KCNA"),
        ("{url: 'https://kcna.kp/en', title: A}", "KCNA"),
        ("{name: Rodong, url: 'https://kcna.kp/en'}", "Rodong"),  # who is named is meant
        ("https://example.org/desk/1", "example.org"),  # a publisher at a path does not own the host
        ("https://www.example.com/1", "example.com"),
        ("Reuters", "Reuters"),
    ],
)
def test_publisher_is_known_by_key_by_name_or_by_host(source: str, name: str) -> None:
    found = shelf({"2024-05-01-a.md": f"sources:\n  - {source}"}, sources=SOURCES)
    assert list(terms(found, "source")) == [name]


def test_registered_publisher_lies_at_its_key_and_brings_what_is_known_of_it() -> None:
    term = terms(shelf({"2024-05-01-a.md": "sources: yonhap"}, sources=SOURCES), "source")["Yonhap News Agency"]
    assert (term.url, term.description) == ("/sources/yonhap/", "From Seoul.")
    assert term.publisher == RegisteredSource(
        "yonhap", "Yonhap News Agency", "https://en.yna.co.kr/", "agency", about="From Seoul."
    )


def test_publishers_that_no_article_credits_have_no_page() -> None:
    assert terms(shelf({"2024-05-01-a.md": ""}, sources=SOURCES), "source") == {}


def test_unregistered_publisher_is_called_as_in_the_oldest_article() -> None:
    found = shelf({"2024-05-02-a.md": "sources: THE TIMES", "2024-05-01-b.md": "sources: The Times"})
    assert paths(found, "source") == {"The Times": ["2024-05-02-a.md", "2024-05-01-b.md"]}


def test_an_article_that_credits_a_publisher_twice_stands_once_below_it() -> None:
    found = shelf({"2024-05-01-a.md": "sources: [yonhap, 'https://en.yna.co.kr/1']"}, sources=SOURCES)
    assert paths(found, "source") == {"Yonhap News Agency": ["2024-05-01-a.md"]}


def test_publishers_with_equal_slugs_are_an_error_at_the_source() -> None:
    _, (fault,) = assembled({"2024-05-01-a.md": "sources:\n  - El Pais\n  - El País"})
    assert fault.span is not None
    assert (fault.span.line, fault.message) == (
        5,
        "the sources “El Pais” and “El País” would both be /sources/el-pais/",
    )
    assert fault.help.endswith("give one of them a key of its own in sources.yaml")


def test_publishers_have_their_lists_in_every_language() -> None:
    found = shelf({"2024-05-01-a.md": "sources: kcna", "2024-05-01-b.de.md": "sources: kcna"}, TWO, sources=SOURCES)
    assert urls(found, "source", "de") == {"KCNA": "/de/sources/kcna/"}
    assert part(found, "de").by_key["source", "=kcna"].articles == part(found, "de").articles


# --- people

PEOPLE = """
ada: {name: Ada Byron, url: https://ada.example/, about: Wrote of engines.}
ben: {name: Ben Lee}
"""
REPORTED = "credits:\n  - {role: reporting, people: [{name: %s, place: Seoul}]}"


@pytest.mark.parametrize("name", ["ada", "Ada Byron", "ada  byron"])
def test_person_is_known_by_key_or_by_name(name: str) -> None:
    term = terms(shelf({"2024-05-01-a.md": REPORTED % name}, people=PEOPLE), "person")["Ada Byron"]
    assert (term.url, term.description) == ("/people/ada/", "Wrote of engines.")
    assert term.person == RegisteredPerson("ada", "Ada Byron", "https://ada.example/", "Wrote of engines.")
    assert term.parts == ((module.Part("reporting", "Seoul"),),)


def test_people_of_one_name_are_one_spelled_as_in_the_oldest_article() -> None:
    found = shelf({"2024-05-02-a.md": REPORTED % "DANA KIM", "2024-05-01-b.md": "authors: Dana Kim"})
    assert paths(found, "person") == {"Dana Kim": ["2024-05-02-a.md", "2024-05-01-b.md"]}
    assert urls(found, "person") == {"Dana Kim": "/people/dana-kim/"}


def test_all_who_are_named_are_people_with_what_they_did() -> None:
    front = """
authors: [Dana Kim, ada]
credits:
  - {role: reporting, people: [{name: ada, place: Seoul}, {name: Ada Byron, place: Busan}, {name: ben, place: Seoul}]}
  - {role: editing, people: [ben, {name: Eve, place: Tokyo}]}
  - {role: fact-checking, people: Eve}
  - {role: translation, people: {name: Eve, place: Bonn}}
translation: {from: ko, by: [Eve, Finn]}"""
    found = terms(shelf({"2024-05-01-a.md": front}, people=PEOPLE), "person")
    assert {name: [(part.role, part.place) for part in term.parts[0]] for name, term in found.items()} == {
        "Ada Byron": [("reporting", "Seoul"), ("reporting", "Busan")],
        "Ben Lee": [("reporting", "Seoul"), ("editing", "")],
        "Dana Kim": [("author", "")],
        "Eve": [("editing", "Tokyo"), ("fact-checking", ""), ("translation", "Bonn")],
        "Finn": [("translation", "")],
    }


def test_the_byline_that_credits_make_is_no_part_of_its_own() -> None:
    (term,) = terms(
        shelf({"2024-05-01-a.md": "credits: {role: writing, people: ben}"}, people=PEOPLE), "person"
    ).values()
    assert term.parts == ((module.Part("writing"),),)


def test_articles_without_people_make_none() -> None:
    assert terms(shelf({"2024-05-01-a.md": "sources: kcna"}, people=PEOPLE), "person") == {}


def test_people_with_equal_slugs_are_an_error_at_their_credits() -> None:
    _, (fault,) = assembled({"2024-05-01-a.md": "authors: [Émile, Emile]"})
    assert fault.span is not None
    assert (fault.span.line, fault.message) == (3, "the people “Emile” and “Émile” would both be /people/emile/")
    assert fault.help.endswith("give one of them a key of its own in people.yaml")


def test_people_have_their_lists_in_every_language() -> None:
    found = shelf({"2024-05-01-a.md": "authors: ada", "2024-05-01-b.de.md": "authors: ada"}, TWO, people=PEOPLE)
    assert urls(found, "person", "de") == {"Ada Byron": "/de/people/ada/"}
