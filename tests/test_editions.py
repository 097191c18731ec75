"""Editions: which articles they hold, in what order, what they are called, and what of them changes when."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import build, i18n, moments, views
from digestgen.editions import Edition
from digestgen.plan import editions
from tests import shelf
from tests.building import NOW, built, planned, told, well_built

WEEKLY = "url: https://example.org/\neditions: weekly\n"


def weeks(files: dict[str, str], site: str = WEEKLY, now: datetime = NOW, lang: str = "en") -> tuple[Edition, ...]:
    return tuple(shelf.part(shelf.shelf(files, site, now), lang).editions)


def names(edition: Edition) -> list[tuple[str, list[str]]]:
    """Return the sections of an edition, the lead as the first one."""
    lead = [("lead", [edition.lead.path])] if edition.lead else []
    return lead + [(group.name, [item.path for item in group.articles]) for group in edition.groups]


def long(front: str) -> str:
    """An article that is no brief."""
    return f"{front}\nbrief: false"


# --- which articles, in what order


def test_a_site_without_the_key_has_no_editions() -> None:
    assert weeks({"a.md": "date: 2024-05-06"}, "") == ()


def test_articles_of_one_iso_week_make_an_edition_and_the_newest_edition_comes_first() -> None:
    found = weeks(
        {
            "monday.md": long("date: 2024-05-06"),
            "sunday.md": long("date: 2024-05-12 23:59"),
            "next.md": long("date: 2024-05-13"),
            "year.md": long("date: 2023-01-01"),  # a Sunday of the last week of 2022
        }
    )
    assert [edition.name for edition in found] == ["2024-20", "2024-19", "2022-52"]
    assert found[0].url == "/editions/2024-20/"
    assert names(found[1]) == [("lead", ["sunday.md"]), ("", ["monday.md"])]


def test_days_are_those_of_the_sites_time_zone() -> None:
    files = {"a.md": long("date: 2024-05-06 23:30 +00:00")}
    site = "editions: daily\ntimezone: Europe/Berlin"
    assert [edition.name for edition in weeks(files, site)] == ["2024-05-07"]


def test_without_a_file_weight_then_time_orders_and_sections_follow_as_they_appear() -> None:
    (found,) = weeks(
        {
            "a.md": long("date: 2024-05-06\nsection: World"),
            "b.md": long("date: 2024-05-07\nsection: Sport"),
            "c.md": long("date: 2024-05-08\nsection: world"),
            "d.md": long("date: 2024-05-06\nweight: -1\nsection: Money"),
            "e.md": long("date: 2024-05-06\nweight: 2"),
        }
    )
    assert names(found) == [("lead", ["d.md"]), ("world", ["c.md", "a.md"]), ("Sport", ["b.md"]), ("", ["e.md"])]


def test_what_a_file_lists_comes_first_in_its_order_and_the_rest_of_the_week_follows() -> None:
    (found,) = weeks(
        {
            "editions/2024-19.md": "number: 7\narticles: [../b.md, {section: Mine, articles: [/sub/a.md]}]",
            "sub/a.md": long("date: 2024-05-06\nsection: World"),
            "b.md": long("date: 2024-05-07\nsection: Sport"),
            "c.md": long("date: 2024-05-08\nsection: World\nweight: -9"),
        }
    )
    assert names(found) == [("lead", ["b.md"]), ("Mine", ["sub/a.md"]), ("World", ["c.md"])]
    assert found.number == 7


def test_an_article_belongs_to_the_edition_that_lists_it_and_to_no_other() -> None:
    found = weeks(
        {
            "editions/2024-20.md": "articles: ../late.md",
            "late.md": long("date: 2024-05-06"),
            "early.md": long("date: 2024-05-06"),
            "next.md": long("date: 2024-05-13"),
        }
    )
    assert [names(edition) for edition in found] == [
        [("lead", ["late.md"]), ("", ["next.md"])],
        [("lead", ["early.md"])],
    ]


def test_files_alone_make_editions_where_the_site_says_so() -> None:
    files = {
        "editions/summer.md": "date: 2024-05-20\narticles: [../a.md]",
        "editions/2024-19.md": "articles: [../b.md]",
        "a.md": long("date: 2024-05-06"),
        "b.md": long("date: 2024-05-06"),
        "c.md": long("date: 2024-05-06"),
    }
    library = shelf.shelf(files, "editions: files")
    assert [edition.name for edition in shelf.part(library).editions] == ["summer", "2024-19"]
    assert sorted(shelf.part(library).edition_of) == ["a.md", "b.md"]


def test_each_language_has_editions_of_its_own() -> None:
    files = {
        "editions/2024-19.de.md": "title: Neunzehn\narticles: [../a.de.md]",
        "a.md": long("date: 2024-05-06"),
        "a.de.md": long("date: 2024-05-06"),
    }
    english, german = (weeks(files, WEEKLY + "languages: [de]", lang=lang) for lang in ("en", "de"))
    assert [(edition.url, edition.file) for edition in english] == [("/editions/2024-19/", None)]
    assert german[0].url == "/de/editions/2024-19/"
    assert german[0].file is not None
    assert german[0].file.title == "Neunzehn"


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)))
def test_each_day_is_in_the_week_that_it_names(day: date) -> None:
    found = moments.read_week(moments.week_of(day))
    assert not isinstance(found, str)
    assert found[0] <= day <= found[1]
    assert (found[0].weekday(), found[1].weekday()) == (0, 6)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024-1", "`2024-1` is not a week"),
        ("2023-53", "2023 has no week 53"),
        ("2023-00", "2023 has no week 0"),
        ("0001-10", "the year 0001 is out of range"),
    ],
)
def test_a_week_that_is_none_is_told(text: str, why: str) -> None:
    assert moments.read_week(text) == why


def test_an_older_article_neither_moves_nor_renames_an_edition() -> None:
    files = {"a.md": long("date: 2024-05-06"), "b.md": long("date: 2024-05-13")}
    before = weeks(files)
    after = weeks(files | {"old.md": long("date: 2020-01-01")})
    assert after[:2] == before


# --- what is held back


def test_an_edition_has_no_article_that_is_held_back() -> None:
    files = {
        "editions/2024-19.md": "articles: [../draft.md, ../a.md]",
        "draft.md": long("date: 2024-05-06\ndraft: true"),
        "a.md": long("date: 2024-05-06"),
    }
    assert [names(edition) for edition in weeks(files)] == [[("lead", ["a.md"])]]


def test_a_file_that_is_held_back_says_nothing_and_the_week_is_there_without_it() -> None:
    for held in ("draft: true", "date: 2024-06-20"):
        files = {"editions/2024-19.md": f"number: 5\n{held}", "a.md": long("date: 2024-05-06")}
        library = shelf.shelf(files, WEEKLY)
        assert [edition.number for edition in shelf.part(library).editions] == [0]
        assert [item.article.path for item in library.held] == ["editions/2024-19.md"]


def test_an_edition_without_a_published_article_waits_for_the_first_of_them() -> None:
    files = {
        "editions/x.md": "date: 2024-05-06\narticles: [../later.md, ../soon.md]",
        "soon.md": "date: 2024-06-03",
        "later.md": "date: 2024-06-04",
    }
    library = shelf.shelf(files, "editions: files")
    found = {item.article.path: (item.why, item.until) for item in library.held}
    assert found["editions/x.md"] == ("future", datetime(2024, 6, 3, tzinfo=UTC))
    assert "editions/x.md" not in library.urls


# --- briefs


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("date: 2024-05-06\n---\nA few words.", True),
        ("date: 2024-05-06\n---\n" + "word " * 80, True),
        ("date: 2024-05-06\n---\n" + "word " * 81, False),
        ("date: 2024-05-06\n---\n## A heading\n\nA few words.", False),
        ("date: 2024-05-06\n---\nA few words.[^1]\n\n[^1]: And a note.", False),
        ("date: 2024-05-06\nimage: {src: a.png, alt: A}\n---\nA few words.", False),
        ("date: 2024-05-06\n---\n", False),
        ("date: 2024-05-06\nbrief: false\n---\nA few words.", False),
        ("date: 2024-05-06\nbrief: true\n---\n" + "word " * 300, True),
    ],
)
def test_a_short_plain_article_is_a_brief_unless_it_says_otherwise(text: str, brief: bool) -> None:
    assert shelf.article("a.md", text, shelf.settings()).brief is brief


def test_an_advertisement_does_not_lead() -> None:
    files = {"ad.md": long("date: 2024-05-07\ngenre: advertisement"), "a.md": long("date: 2024-05-06")}
    assert names(weeks(files)[0]) == [("lead", ["a.md"]), ("", ["ad.md"])]


def test_the_lead_is_the_first_article_that_is_no_brief() -> None:
    files = {
        "editions/2024-19.md": "articles: [../short.md, ../a.md]",
        "short.md": "date: 2024-05-06\n---\nShort.",
        "a.md": long("date: 2024-05-06"),
    }
    assert names(weeks(files)[0]) == [("lead", ["a.md"]), ("", ["short.md"])]
    assert weeks({"short.md": files["short.md"]})[0].lead is None


# --- pages

SITE = """\
-- site.yaml --
title: The Weekly
url: https://example.org/sub/
languages: [de]
editions: weekly
paginate: 3
-- sources.yaml --
reuters: {name: Reuters}
-- content/editions/2024-19.md --
---
number: 7
title: A week <b>of</b> rain
articles: [../rain.md]
---
It rained, as [this](../brief.md) and [that](../rain.md#how-much) tell. ![Rain](rain.svg)
-- content/editions/rain.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
-- content/rain.md --
---
title: Rain
date: 2024-05-08
section: Weather
sources: [reuters, Some Paper]
---
Rain fell.

## How much

Much.
-- content/brief.md --
---
title: Dry "elsewhere"
date: 2024-05-07
section: Weather
sources: [reuters]
---
It was [dry](rain.md) there, [more so](#) than here. ![Sun](sun.svg)
See [the edition](editions/2024-19.md#dg-brief-brief).
-- content/sun.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
-- content/old.md --
---
title: Old
date: 2024-05-01
---
## Old

Old.
-- content/rain.de.md --
---
title: Regen
date: 2024-05-08
---
Regen fiel.
"""

ISSUE = "editions/2024-19/index.html"


def test_an_edition_tells_its_number_its_time_its_sections_its_briefs_and_its_sources(
    site: Callable[[str], Path],
) -> None:
    page = planned(site(SITE)).page(ISSUE, views.EditionPage)
    link = page.edition
    assert (link.number, link.label, link.period, link.title) == (
        "7",
        "No. 7",
        "May 6 – 12, 2024",
        "A week <b>of</b> rain",
    )
    assert page.lead is not None
    assert page.lead.title == "Rain"
    assert [(section.name, section.id, section.url) for section in page.sections] == [
        ("Weather", "dg-section-weather", "/sections/weather/")
    ]
    (brief,) = page.sections[0].briefs
    assert (brief.id, brief.card.title) == ("dg-brief-brief", "Dry “elsewhere”")
    assert page.sources == (
        views.Link("Reuters", "/sources/reuters/"),
        views.Link("Some Paper", "/sources/some-paper/"),
    )
    assert (page.newer, page.older) == (None, views.Link("No. 2024-18", "/editions/2024-18/"))


def test_a_brief_stands_whole_in_its_edition_with_links_from_there(site: Callable[[str], Path]) -> None:
    output = well_built(site(SITE))
    text = output[ISSUE].decode()
    assert '<a href="../../2024/05/rain/">dry</a>' in text
    assert '<img src="../../2024/05/brief/sun.svg" alt="Sun">' in text
    assert '<a href="#dg-brief-brief">the edition</a>' in text or "../2024-19/#dg-brief-brief" in text
    assert 'id="dg-brief-brief"' in text
    assert "2024/05/brief/index.html" in output
    assert b"It was" in output["2024/05/brief/index.html"]


def test_the_introduction_has_links_and_files_as_any_page_and_a_title_is_text(site: Callable[[str], Path]) -> None:
    output = well_built(site(SITE))
    text = output[ISSUE].decode()
    assert "<h1>A week &lt;b&gt;of&lt;/b&gt; rain</h1>" in text
    assert '<a href="../../2024/05/rain/#how-much">that</a>' in text
    assert "editions/2024-19/rain.svg" in output


def test_an_article_knows_its_edition(site: Callable[[str], Path]) -> None:
    plan = planned(site(SITE))
    own = plan.page("2024/05/old/index.html", views.ArticlePage).edition
    assert own is not None
    assert (own.number, own.label, own.url, own.when.iso) == (
        "2024-18",
        "No. 2024-18",
        "/editions/2024-18/",
        "2024-04-29",
    )


def test_linked_data_says_of_which_issue_an_article_is_a_part(site: Callable[[str], Path]) -> None:
    text = well_built(site(SITE))["2024/05/rain/index.html"].decode()
    found = json.loads(text.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    article = next(node for node in found.get("@graph", [found]) if "headline" in node)
    assert article["isPartOf"] == {
        "@type": "PublicationIssue",
        "name": "A week <b>of</b> rain",
        "url": "https://example.org/sub/editions/2024-19/",
        "issueNumber": "7",
        "datePublished": "2024-05-06",
        "isPartOf": {"@type": "Periodical", "name": "The Weekly", "url": "https://example.org/sub/"},
    }


def test_the_same_week_in_another_language_is_a_version_of_it(site: Callable[[str], Path]) -> None:
    head = planned(site(SITE)).page(ISSUE, views.EditionPage).head
    assert dict(head.alternates)["de"] == "https://example.org/sub/de/editions/2024-19/"


def test_the_latest_edition_leads_the_front_page(site: Callable[[str], Path]) -> None:
    front = planned(site(SITE)).page("index.html", views.FrontPage)
    assert front.edition is not None
    assert (front.edition.label, front.more) == ("No. 7", 0)
    assert front.lead is not None
    assert front.lead.title == "Rain"
    assert [card.title for card in front.today] == ["Dry “elsewhere”"]
    assert [card.title for day in front.days for card in day.cards] == ["Old"]


def test_the_feed_has_an_entry_for_each_edition_with_its_introduction_and_its_articles(
    site: Callable[[str], Path],
) -> None:
    found = feedparser.parse(well_built(site(SITE))["editions/feed.xml"])
    assert not found.bozo
    assert [(entry.title, entry.link) for entry in found.entries] == [
        ("No. 7 · A week <b>of</b> rain", "https://example.org/sub/editions/2024-19/"),
        ("No. 2024-18 · Apr 29 – May 5, 2024", "https://example.org/sub/editions/2024-18/"),
    ]
    html = found.entries[0].content[0].value
    assert "It rained" in html
    assert html.count("<li>") == 2
    assert '<a href="https://example.org/sub/2024/05/rain/">Rain</a>' in html


def test_an_entry_keeps_its_id_when_a_file_comes_to_tell_of_its_edition(site: Callable[[str], Path]) -> None:
    folder = site(SITE)
    with_file = feedparser.parse(well_built(folder)["editions/feed.xml"]).entries[0].id
    (folder / "content/editions/2024-19.md").unlink()
    (folder / "content/brief.md").write_text("---\ntitle: B\ndate: 2024-05-07\n---\nB\n", encoding="utf-8")
    assert feedparser.parse(well_built(folder)["editions/feed.xml"]).entries[0].id == with_file


def test_the_sitemap_has_editions_and_their_list(site: Callable[[str], Path]) -> None:
    text = well_built(site(SITE))["sitemap.xml"].decode()
    assert "<loc>https://example.org/sub/editions/2024-19/</loc>" in text
    assert "<loc>https://example.org/sub/de/editions/</loc>" in text


def test_a_site_without_the_key_has_no_trace_of_editions(site: Callable[[str], Path]) -> None:
    head, _, rest = SITE.replace("editions: weekly\n", "").partition("-- content/editions/")
    text = head + "-- content/rain.md --" + rest.partition("-- content/rain.md --")[2]
    output = well_built(site(text.replace("\nSee [the edition](editions/2024-19.md#dg-brief-brief).", "")))
    assert not [path for path in output if "edition" in path]
    pages = {path: data.decode().lower() for path, data in output.items() if path.endswith((".html", ".xml"))}
    assert not [path for path, text in pages.items() if "edition" in text]


def test_the_list_of_editions_does_not_shift(site: Callable[[str], Path]) -> None:
    articles = "".join(
        f"-- content/a{week}.md --\n---\ntitle: A{week}\ndate: {date.fromisocalendar(2023, week, 2)}\n---\nText.\n"
        for week in range(1, 9)
    )
    plan = planned(site(f"-- site.yaml --\ntitle: Many\neditions: weekly\npaginate: 3\n{articles}"))
    first = plan.page("editions/index.html", views.EditionsPage)
    oldest = plan.page("editions/page/1/index.html", views.EditionsPage)
    assert [entry.edition.number for entry in first.entries] == [f"2023-0{week}" for week in (8, 7, 6, 5, 4)]
    assert [entry.edition.number for entry in oldest.entries] == ["2023-03", "2023-02", "2023-01"]
    assert first.older == views.Link("Page 1", "/editions/page/1/")
    assert oldest.newer == views.Link("Newest editions", "/editions/")


def test_anchors_of_one_slug_are_told_apart() -> None:
    (found,) = weeks(
        {
            "a/2024-05-06-note.md": "title: One\n---\nShort.",
            "a/2024-05-07-note.md": "title: Two\n---\nShort.",
            "b.md": "slug: note\ndate: 2024-05-08\nbrief: true",
        },
        WEEKLY + "permalink: /{year}/{month}/{day}/{slug}/",
    )
    assert editions.anchors(found) == {"dg-articles", "dg-brief-note", "dg-brief-note-2", "dg-brief-note-3"}


@pytest.mark.parametrize(
    ("tag", "text"), [("en-GB", "11–17 Sept 2023"), ("de", "11.–17. Sept. 2023"), ("fa", "۱۱ تا ۱۷ سپتامبر ۲۰۲۳")]
)
def test_days_are_told_as_a_language_tells_them(tag: str, text: str) -> None:
    assert i18n.language(tag).days(date(2023, 9, 11), date(2023, 9, 17)) == text


# --- the work that is done


def many(count: int) -> str:
    """A site of weekly editions with an article for each of `count` days."""
    days = (date.fromordinal(date(2024, 5, 15).toordinal() - number) for number in range(count))
    listed = (f"-- content/a{day}.md --\n---\ntitle: A{day}\ndate: {day}\n---\nText.\n" for day in days)
    head = "-- site.yaml --\ntitle: Many\nurl: https://example.org/\neditions: weekly\npaginate: 5\n"
    return head + "".join(listed)


def after(folder: Path, edit: Callable[[Path], None]) -> build.Result:
    assert built(folder).ok
    edit(folder)
    result = built(folder)
    assert result.ok, told(result.diagnostics)
    return result


@pytest.mark.parametrize("count", [30, 120])
def test_a_new_article_renders_its_edition_and_nothing_that_grows(site: Callable[[str], Path], count: int) -> None:
    def edit(folder: Path) -> None:
        (folder / "content/new.md").write_text("---\ntitle: New\ndate: 2024-05-16\n---\nText.\n", encoding="utf-8")

    assert after(site(many(count)), edit).rendered == {
        "2024/05/new/index.html",
        "2024/05/a2024-05-15/index.html",
        "index.html",
        "archive/index.html",
        "archive/2024/index.html",
        "archive/2024/05/index.html",
        "editions/index.html",
        "editions/2024-20/index.html",
    }


def test_the_text_of_a_brief_renders_its_page_and_its_edition(site: Callable[[str], Path]) -> None:
    def edit(folder: Path) -> None:
        with (folder / "content/a2024-04-16.md").open("a", encoding="utf-8") as file:
            file.write("\nAnd this.\n")

    result = after(site(many(40)), edit)
    assert result.rendered == {"2024/04/a2024-04-16/index.html", "editions/2024-16/index.html"}
    assert b"And this." in (result.output or Path()).joinpath("editions/2024-16/index.html").read_bytes()


def test_where_a_briefs_link_leads_is_a_part_of_its_edition(site: Callable[[str], Path]) -> None:
    def edit(folder: Path) -> None:
        file = folder / "content/rain.md"
        file.write_text(
            file.read_text(encoding="utf-8").replace("title: Rain", "title: Rain\nslug: wet"), encoding="utf-8"
        )

    folder = site(SITE)
    after(folder, edit)
    assert b'<a href="../../2024/05/wet/">dry</a>' in (folder / "public" / ISSUE).read_bytes()
