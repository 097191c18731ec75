"""Pages of people and publishers, and the mix of sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import i18n, views
from digestgen.plan import facts
from digestgen.terms import Part
from tests.building import planned

Site = Callable[[str], Path]

HEAD = "-- site.yaml --\ntitle: Digest\nurl: https://example.org/\nlanguages: [de]\npaginate: 2\n"
PEOPLE = "-- people.yaml --\nada: {name: Ada Byron, url: https://ada.example/, about: Wrote of engines.}\n"
SOURCES = """-- sources.yaml --
wire: {name: The Wire, kind: agency, country: KR, lang: ko, license: CC BY 4.0, about: From Seoul.}
post: {name: The Post, kind: newspaper, country: US}
tank: {name: The Tank, kind: think tank}
"""


def article(number: int, front: str, lang: str = "") -> str:
    """An article of the year 2015 plus `number`."""
    head = f"title: A{number}\ndate: {2015 + number}-05-01\n"
    return f"-- content/a{number}{lang}.md --\n---\n{head}{front}\n---\nText.\n"


def reported(number: int, place: str = "Seoul") -> str:
    credits = f"credits:\n  - {{role: reporting, people: [{{name: ada, place: {place}}}, Ben]}}"
    return article(number, credits + "\n  - {role: editing, people: ada}")


def counted(listed: tuple[views.Count, ...]) -> list[tuple[str, int]]:
    return [(item.name, item.number) for item in listed]


def test_the_first_page_of_a_person_tells_who_that_is_and_from_where_they_worked(site: Site) -> None:
    text = "".join(reported(number, "Busan" if number == 2 else "Seoul") for number in range(5))
    plan = planned(site(HEAD + PEOPLE + text))
    page = plan.page("people/ada/index.html", views.ListPage)
    assert (page.kind, page.name, page.description, page.total) == ("person", "Ada Byron", "Wrote of engines.", 5)
    assert page.index == views.Link("People", "/people/")
    assert page.person is not None
    assert (page.person.link, page.person.about) == ("https://ada.example/", "Wrote of engines.")
    assert counted(page.person.roles) == [("editing", 5), ("reporting", 5)]
    assert counted(page.person.places) == [("Seoul", 4), ("Busan", 1)]
    assert page.did == ("reporting from Seoul, editing",) * 2 + ("reporting from Busan, editing",)
    assert [feed.url for feed in page.feeds] == ["/people/ada/feed.xml"]
    assert [entry.title for entry in plan.feed("people/ada/feed.xml").entries] == ["A4", "A3", "A2", "A1", "A0"]


def test_numbered_pages_of_a_person_tell_nothing_that_a_new_article_changes(site: Site) -> None:
    text = "".join(reported(number) for number in range(4))
    folder = site(HEAD + PEOPLE + text)
    before = planned(folder)
    numbered = before.page("people/ada/page/1/index.html", views.ListPage)
    assert (numbered.person, numbered.record, numbered.publisher, numbered.total) == (None, None, None, 0)
    assert numbered.did == ("reporting from Seoul, editing",) * 2
    (folder / "content/new.md").write_text(
        "---\ntitle: N\ndate: 2023-01-01\nauthors: ada\n---\nText.\n", encoding="utf-8"
    )
    after = planned(folder)
    assert after.outputs["people/ada/page/1/index.html"] == before.outputs["people/ada/page/1/index.html"]
    assert after.outputs["people/ada/index.html"] != before.outputs["people/ada/index.html"]


def test_a_change_of_place_changes_the_page_that_tells_it(site: Site) -> None:
    path = "people/ben/index.html"
    folder = site(HEAD + article(0, "credits: {role: reporting, people: {name: Ben, place: Seoul}}"))
    before = planned(folder)
    text = (folder / "content/a0.md").read_text(encoding="utf-8")
    (folder / "content/a0.md").write_text(text.replace("Seoul", "Busan"), encoding="utf-8")
    assert planned(folder).outputs[path] != before.outputs[path]


def test_bylines_lead_to_people(site: Site) -> None:
    plan = planned(site(HEAD + PEOPLE + reported(0) + article(1, "authors: [ada byron, Dana]")))
    byline = plan.page("2015/05/a0/index.html", views.ArticlePage).byline
    assert byline == (views.Link("Ada Byron", "/people/ada/"), views.Link("Ben", "/people/ben/"))
    other = plan.page("2016/05/a1/index.html", views.ArticlePage).byline
    assert other == (views.Link("ada byron", "/people/ada/"), views.Link("Dana", "/people/dana/"))


def test_people_are_paired_between_languages(site: Site) -> None:
    plan = planned(site(HEAD + article(0, "authors: Dana Kim") + article(0, "authors: Dana Kim", ".de")))
    head = plan.page("people/dana-kim/index.html", views.ListPage).head
    assert [(choice.lang, choice.url, choice.same) for choice in head.languages] == [
        ("en", "/people/dana-kim/", True),
        ("de", "/de/people/dana-kim/", True),
    ]


def test_the_index_of_people_tells_what_each_did(site: Site) -> None:
    plan = planned(site(HEAD + PEOPLE + reported(0) + article(1, "authors: ada")))
    entries = plan.page("people/index.html", views.IndexPage).entries
    assert [(entry.name, entry.count, entry.detail) for entry in entries] == [
        ("Ada Byron", 2, "byline, editing, reporting"),
        ("Ben", 1, "reporting"),
    ]


def test_a_site_that_names_nobody_has_no_people(site: Site) -> None:
    plan = planned(site(HEAD + article(0, "sources: The Paper")))
    assert [path for path in plan.outputs if "people" in path] == []
    assert plan.plan.sites["en"].places.people == ""


def test_people_yaml_alone_makes_the_index_that_every_page_names(site: Site) -> None:
    plan = planned(site(HEAD + PEOPLE + article(0, "")))
    assert plan.plan.sites["de"].places.people == "/de/people/"
    assert plan.page("de/people/index.html", views.IndexPage).entries == ()


def test_people_of_held_articles_are_nowhere(site: Site) -> None:
    plan = planned(site(HEAD + article(0, "authors: Dana Kim\ndraft: true") + article(1, "authors: Ben")))
    assert [path for path in plan.outputs if "dana" in path] == []


# --- publishers


def test_the_first_page_of_a_publisher_tells_since_when_it_is_credited_and_how_often(site: Site) -> None:
    plan = planned(
        site(
            HEAD
            + SOURCES
            + "".join(
                article(number // 3, f"slug: s{number}\nsources: wire").replace(
                    f"content/a{number // 3}.", f"content/a{number}."
                )
                for number in range(5)
            )
        )
    )
    page = plan.page("sources/wire/index.html", views.ListPage)
    assert page.record is not None
    assert (page.record.first.iso, page.record.latest.iso) == ("2015-05-01", "2016-05-01")
    assert [(item.name, item.number, item.share) for item in page.record.years] == [("2015", 3, 100), ("2016", 2, 67)]
    assert page.publisher is not None
    assert (page.publisher.kind, page.publisher.country, page.publisher.license) == (
        "agency",
        "South Korea",
        "CC BY 4.0",
    )
    assert (page.person, page.did) == (None, ())
    assert plan.page("sources/wire/page/1/index.html", views.ListPage).record is None


def of_tag(site: Site, *days: str, lang: str = "en") -> views.Record:
    """The record of a tag with an article from each of `days`."""
    texts = (f"-- content/a{n}.md --\n---\ntitle: A{n}\ndate: {day}\ntags: [x]\n---\n" for n, day in enumerate(days))
    head = f"-- site.yaml --\ntitle: Digest\nlanguage: {lang}\n"
    page = planned(site(head + "".join(texts))).page("tags/x/index.html", views.ListPage)
    assert (page.person, page.publisher, page.index.url) == (None, None, "/tags/")
    assert page.record is not None
    return page.record


def test_a_tag_of_one_day_has_no_curve(site: Site) -> None:
    record = of_tag(site, "2024-01-05", "2024-01-05")
    assert (record.first.iso, record.latest.iso, record.curve, record.uses) == ("2024-01-05", "2024-01-05", None, ())


@pytest.mark.parametrize(
    ("days", "step", "shares", "first", "last", "most"),
    [
        (["2024-01-05", "2024-01-07", "2024-01-07"], "day", (50, 0, 100), "January 5, 2024", "January 7, 2024", 2),
        (["2024-01-05", "2024-04-07"], "month", (100, 0, 0, 100), "January 2024", "April 2024", 1),
        (["2023-12-05", "2024-02-29", "2024-02-01", "2024-02-28"], "month", (34, 0, 100), "2023", "2024", 3),
        (["1990-01-01", "2019-01-01"], "year", (100, *[0] * 28, 100), "1990", "2019", 1),
    ],
)
def test_a_curve_leaves_no_day_month_or_year_out_and_names_its_ends(
    site: Site, days: list[str], step: str, shares: tuple[int, ...], first: str, last: str, most: int
) -> None:
    curve = of_tag(site, *days).curve
    assert curve is not None
    assert (curve.step, curve.shares, curve.first, curve.last, curve.most.number) == (step, shares, first, last, most)


def test_a_curve_tells_its_highest_point_in_the_language_of_its_page(site: Site) -> None:
    curve = of_tag(site, "2023-12-05", "2024-02-29", "2024-02-01", lang="fa").curve
    assert curve is not None
    assert (curve.first, curve.last, curve.most.name, curve.most.text) == ("۲۰۲۳", "۲۰۲۴", "فوریهٔ ۲۰۲۴", "۲")


def test_a_publisher_tells_how_its_works_were_used(site: Site) -> None:
    used = ["{name: wire, use: cites}", "{name: wire, use: quotes}", "wire", "{name: post, use: cites}"]
    both = article(0, f"sources: [{', '.join(used)}]") + article(1, f"sources: [{used[0]}, {used[0]}]")
    page = planned(site(HEAD + SOURCES + both)).page("sources/wire/index.html", views.ListPage)
    assert page.record is not None
    assert counted(page.record.uses) == [("Cites", 2), ("Based on", 1), ("Quotes", 1)]


def test_sources_stand_by_kind_the_most_credited_first_and_the_unknown_last(site: Site) -> None:
    fronts = ["sources: [wire, tank, Unknown, Other]", "sources: [wire, post, Unknown]", "sources: post"]
    plan = planned(site(HEAD + SOURCES + "".join(article(number, front) for number, front in enumerate(fronts))))
    page = plan.page("sources/index.html", views.IndexPage)
    told = [(group.count.name, group.count.number, group.count.share) for group in page.groups]
    assert told == [("News agencies", 2, 67), ("Newspapers", 2, 67), ("think tank", 1, 34), ("Others", 3, 100)]
    assert [[entry.name for entry in group.entries] for group in page.groups] == [
        ["The Wire"],
        ["The Post"],
        ["The Tank"],
        ["Other", "Unknown"],
    ]
    assert [entry.detail for entry in page.groups[0].entries] == ["South Korea"]
    assert len({group.id for group in page.groups}) == 4
    assert plan.page("tags/index.html", views.IndexPage).groups == ()


# --- words


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "reporting from Seoul, editing"),
        ("de", "Bericht aus Seoul, Redaktion"),
        ("ru", "репортаж (Seoul), редактура"),
    ],
)
def test_what_a_person_did_is_told_in_the_language_of_the_page(lang: str, expected: str) -> None:
    assert facts.did([Part("reporting", "Seoul"), Part("editing")], i18n.language(lang)) == expected


def test_free_roles_and_kinds_are_told_as_they_are_written() -> None:
    assert facts.did([Part("fact-checking", "Bonn")], i18n.language("en")) == "fact-checking from Bonn"
    assert facts.kinds("think tank", i18n.language("de")) == "think tank"


def test_no_bar_vanishes_and_the_longest_is_whole() -> None:
    shares = [item.share for item in facts.counts([("a", 1), ("b", 999), ("c", 0)], i18n.language("en"))]
    assert shares == [1, 100, 0]
