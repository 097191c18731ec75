"""The plan: which pages a site has, what stands on them, and which addresses they get."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import i18n, views
from digestgen.diagnostics import Span
from digestgen.model import Article
from digestgen.plan import archive, lists
from digestgen.plan.desk import brief
from digestgen.plan.outputs import Copied, Output, Rendered, collisions
from tests.building import Planned, planned, told

Site = Callable[[str], Path]


def newest_first(count: int) -> Sequence[Article]:
    """Return `count` things in an order: for their pages it does not matter what they are."""
    return cast("Sequence[Article]", range(count, 0, -1))


def files(*articles: str) -> str:
    """Return files content/a.md, content/b.md, … with these front matters."""
    names = "abcdefghijklmnopqrstuvwxyz"
    return "".join(
        f"-- content/{name}.md --\n---\ntitle: {name.upper()}\n{front}\n---\nText of {name}.\n"
        for name, front in zip(names, articles, strict=False)
    )


def titles(cards: tuple[views.Card, ...]) -> list[str]:
    return [card.title for card in cards]


# --- pages of lists


@given(st.integers(0, 150), st.integers(1, 40))
def test_first_page_holds_the_newest_and_numbered_pages_are_full(count: int, size: int) -> None:
    listed = newest_first(count)
    first, numbered = lists.pages(listed, size)
    assert len(first) == count if count < size else size <= len(first) < 2 * size
    assert [len(page) for page in numbered] == [size] * len(numbered)
    assert [*first, *(item for page in reversed(numbered) for item in page)] == list(listed)


@given(st.integers(0, 150), st.integers(1, 40), st.integers(1, 50))
def test_articles_newer_than_all_others_move_none_between_numbered_pages(count: int, size: int, more: int) -> None:
    _, before = lists.pages(newest_first(count), size)
    _, after = lists.pages(newest_first(count + more), size)
    assert [list(page) for page in after[: len(before)]] == [list(page) for page in before]


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True), st.integers(1, 4))
def test_what_is_no_other_page_holds_the_same_and_has_the_same_neighbours(
    was: list[int], now: list[int], size: int
) -> None:
    was, now, changed = sorted(was, reverse=True), sorted(now, reverse=True), {7, 23}

    def around(items: Sequence[int], number: int) -> tuple[Sequence[int], int | None, int]:
        _, numbered = lists.pages(items, size)
        return numbered[number - 1], number + 1 if number < len(numbered) else None, number - 1

    before, after = (lists.cut(len(items), size) for items in (was, now))
    other = [*lists.other(was, now, before, after, changed)]
    assert other[0] == 0
    for number in {*range(1, len(after))}.difference(other):
        assert around(was, number) == around(now, number)
        assert changed.isdisjoint(around(now, number)[0])


@given(st.integers(0, 90), st.integers(1, 4), st.integers(1, 20))
def test_items_newer_than_all_others_make_other_pages_of_the_first_one_the_last_one_and_new_ones(
    count: int, size: int, more: int
) -> None:
    was, now = (range(number, 0, -1) for number in (count, count + more))
    before, after = (lists.cut(len(items), size) for items in (was, now))
    last = [len(before) - 1] if len(after) > len(before) > 1 else []
    assert [*lists.other(was, now, before, after, frozenset())] == [0, *last, *range(len(before), len(after))]


TAGGED = "-- site.yaml --\ntitle: Digest\npaginate: 2\n" + files(
    *(f"date: 2024-05-0{day}\ntags: [x]" for day in range(1, 8))
)


def chain(plan: Planned, path: str, way: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the pages of a list and what they hold, from one to the next."""
    while path:
        page = plan.page(path, views.ListPage)
        yield page.head.url, titles(page.cards)
        link = getattr(page, way)
        path = f"{link.url}index.html".lstrip("/") if link else ""


def test_pages_of_a_list_link_both_ways(site: Site) -> None:
    plan = planned(site(TAGGED))
    down = [
        ("/tags/x/", ["G", "F", "E"]),
        ("/tags/x/page/2/", ["D", "C"]),
        ("/tags/x/page/1/", ["B", "A"]),
    ]
    assert list(chain(plan, "tags/x/index.html", "older")) == down
    assert list(chain(plan, "tags/x/page/1/index.html", "newer")) == down[::-1]
    assert [path for path in plan.outputs if path.startswith("tags/x/")] == [
        "tags/x/index.html",
        "tags/x/page/1/index.html",
        "tags/x/page/2/index.html",
    ]


def test_only_the_first_page_of_a_list_tells_what_new_articles_change(site: Site) -> None:
    plan = planned(site(TAGGED))
    assert plan.page("tags/x/index.html", views.ListPage).total == 7
    oldest = plan.page("tags/x/page/1/index.html", views.ListPage)
    assert (oldest.number, oldest.total) == (1, 0)
    assert oldest.head.title == "x, page 1"


def test_a_newer_article_changes_no_full_page(site: Site) -> None:
    folder = site(TAGGED)
    before = planned(folder)
    (folder / "content/h.md").write_text("---\ntitle: H\ndate: 2024-05-08\ntags: [x]\n---\n")
    after = planned(folder)
    oldest = "tags/x/page/1/index.html"
    assert after.outputs[oldest] == before.outputs[oldest]
    # the page before the first one gets a newer neighbour and keeps its articles
    assert list(chain(after, "tags/x/index.html", "older")) == [
        ("/tags/x/", ["H", "G"]),
        ("/tags/x/page/3/", ["F", "E"]),
        ("/tags/x/page/2/", ["D", "C"]),
        ("/tags/x/page/1/", ["B", "A"]),
    ]


def test_order_is_date_then_weight_then_path(site: Site) -> None:
    plan = planned(
        site(
            "-- site.yaml --\ntitle: Digest\n"
            + files(
                "date: 2024-05-03\ntags: [x]",
                "date: 2024-05-03\ntags: [x]\nweight: -1",
                "date: 2024-05-03T00:01\ntags: [x]\nweight: 9",
                "date: 2024-05-03\ntags: [x]",
            )
        )
    )
    assert titles(plan.page("tags/x/index.html", views.ListPage).cards) == ["C", "B", "A", "D"]


# --- the front page


def test_front_page_leads_with_the_lightest_article_of_the_newest_day(site: Site) -> None:
    plan = planned(
        site(
            "-- site.yaml --\ntitle: Digest\ntimezone: Asia/Seoul\n"
            + files(
                "date: 2024-05-03T23:00Z",  # the fourth of May in Seoul
                "date: 2024-05-04T08:00\nweight: -5",
                "date: 2024-05-04T12:00\nweight: 5",
                "date: 2024-05-03T23:59",
            )
        )
    )
    front = plan.page("index.html", views.FrontPage)
    assert front.lead is not None
    assert front.newest is not None
    assert (front.newest.iso, front.lead.title, titles(front.today)) == ("2024-05-04", "B", ["C", "A"])
    assert [(day.id, titles(day.cards)) for day in front.days] == [("dg-2024-05-03", ["D"])]


def test_front_page_is_filled_with_earlier_days_up_to_a_page(site: Site) -> None:
    dates = ["05-01", "05-02", "05-02", "05-04", "05-05"]
    text = "-- site.yaml --\ntitle: Digest\npaginate: 3\n" + files(*(f"date: 2024-{date}" for date in dates))
    front = planned(site(text)).page("index.html", views.FrontPage)
    assert front.lead is not None
    assert front.lead.title == "E"
    assert [(day.when.iso, titles(day.cards)) for day in front.days] == [("2024-05-04", ["D"]), ("2024-05-02", ["B"])]


def test_front_page_shows_all_of_a_day_that_is_larger_than_a_page(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\npaginate: 2\n" + files(*["date: 2024-05-04"] * 4, "date: 2024-05-03")
    front = planned(site(text)).page("index.html", views.FrontPage)
    assert front.lead is not None
    assert ([front.lead.title, *titles(front.today)], front.days) == (["A", "B", "C", "D"], ())


def test_a_site_without_articles_has_its_front_page_and_indexes(site: Site) -> None:
    plan = planned(site("-- site.yaml --\ntitle: Digest\n-- content/static/x.txt --\n"))
    front = plan.page("index.html", views.FrontPage)
    assert (front.newest, front.lead, front.today, front.days) == (None, None, (), ())
    assert {path for path in plan.outputs if path.endswith(".html")} == {
        "404.html",
        "index.html",
        "archive/index.html",
        "corrections/index.html",
        "sections/index.html",
        "sources/index.html",
        "tags/index.html",
    }


# --- the archive


ARCHIVE = """
    -- site.yaml --
    title: Digest
    language: de
    languages: [fa, en-US]
    -- content/a.md --
    ---
    title: A
    date: 2023-12-31
    ---
    -- content/b.md --
    ---
    title: B
    date: 2024-03-01T09:00
    ---
    -- content/c.md --
    ---
    title: C
    date: 2024-03-01T10:00
    ---
    -- content/d.fa.md --
    ---
    title: D
    date: 2024-03-05
    ---
    -- content/e.en-US.md --
    ---
    title: E
    date: 2024-05-05
    ---
"""


def test_archive_names_years_and_months_in_the_language_of_its_pages(site: Site) -> None:
    plan = planned(site(ARCHIVE))
    years = plan.page("archive/index.html", views.ArchivePage).years
    assert [(year.name, year.count, [(month.name, month.url) for month in year.months]) for year in years] == [
        ("2024", 2, [("März", "/archive/2024/03/")]),
        ("2023", 1, [("Dezember", "/archive/2023/12/")]),
    ]
    assert plan.page("archive/2024/03/index.html", views.MonthPage).name == "März 2024"
    persian = plan.page("fa/archive/2024/index.html", views.YearPage).year
    assert (persian.name, persian.months[0].name) == ("۲۰۲۴", "مارس")


def test_years_and_months_of_the_archive_link_both_ways(site: Site) -> None:
    plan = planned(site(ARCHIVE))
    newest, oldest = (plan.page(f"archive/{year}/index.html", views.YearPage) for year in (2024, 2023))
    assert (newest.newer, newest.older) == (None, views.Link("2023", "/archive/2023/"))
    assert (oldest.newer, oldest.older) == (views.Link("2024", "/archive/2024/"), None)
    march = plan.page("archive/2024/03/index.html", views.MonthPage)
    december = plan.page("archive/2023/12/index.html", views.MonthPage)
    assert (march.newer, march.older) == (None, views.Link("Dezember 2023", "/archive/2023/12/"))
    assert (december.newer, december.older) == (views.Link("März 2024", "/archive/2024/03/"), None)


@pytest.mark.parametrize(
    ("prefix", "first", "blanks"),
    [("", "Montag", 4), ("fa/", "شنبه", 6)],  # 1 March 2024 was a Friday
)
def test_calendar_begins_the_week_as_its_language_does(site: Site, prefix: str, first: str, blanks: int) -> None:
    page = planned(site(ARCHIVE)).page(f"{prefix}archive/2024/index.html", views.YearPage)
    assert page.weekdays[0][1] == first
    weeks = page.year.months[0].weeks
    assert {len(week) for week in weeks} == {7}
    days = [square for week in weeks for square in week]
    leading = next(place for place, square in enumerate(days) if square)
    assert (leading, sum(square is not None for square in days)) == (blanks, 31)


@pytest.mark.parametrize(
    ("tag", "begin", "end", "weeks"),
    [("de", 0, 1, 53), ("en-US", 1, 2, 53), ("fa", 2, 3, 53)],  # 2024 began on a Monday and ended on a Tuesday
)
def test_a_year_as_a_picture_has_a_column_for_each_week(tag: str, begin: int, end: int, weeks: int) -> None:
    counts = {date(2024, 1, 1): 1, date(2024, 1, 8): 4, date(2024, 12, 31): 8, date(2023, 5, 5): 9}
    heat = archive.heat(2024, counts, 9, i18n.language(tag))
    assert (heat.begin, heat.end, heat.weeks) == (begin, end, weeks)
    assert heat.days == ((1, ((0, begin),)), (2, ((1, begin),)), (4, ((weeks - 1, end),)))
    assert [column for _, column in heat.months][:2] == [0, (31 + begin) // 7]


def test_one_article_alone_is_never_the_darkest() -> None:
    heat = archive.heat(2024, {date(2024, 3, 1): 1}, 1, i18n.language("en"))
    assert [level for level, _ in heat.days] == [2]


def test_front_page_and_editions_tell_their_articles_by_time_too(site: Site) -> None:
    days = ["2024-05-03T09:00", "2024-05-03T11:00", "2024-05-02", "2024-05-04T10:00"]
    weights = [-1, 0, 0, 5]
    texts = (
        f"-- content/a{n}.md --\n---\ntitle: A{n}\ndate: {day}\nweight: {weight}\n---\n"
        for n, (day, weight) in enumerate(zip(days, weights, strict=True))
    )
    plan = planned(site("-- site.yaml --\ntitle: Digest\neditions: weekly\n" + "".join(texts)))
    told = [("2024-05-04", ["A3"]), ("2024-05-03", ["A1", "A0"]), ("2024-05-02", ["A2"])]
    for river in (
        plan.page("index.html", views.FrontPage).river,
        plan.page("editions/2024-18/index.html", views.EditionPage).river,
    ):
        assert [(day.when.iso, [card.title for card in day.cards]) for day in river] == told


def test_a_first_paragraph_ends_with_a_sentence_or_a_word_in_lists() -> None:
    short, sentence = "It rained.", "It rained on and on and on, and then it rained some more, as it had before. "
    assert brief(short) == short
    assert brief(sentence * 9) == (sentence * 4).strip()
    assert brief("word " * 90) == "word " * 63 + "word …"
    assert brief("雨が降った。" * 90) == "雨が降った。" * 53
    assert len(brief("雨" * 900)) == 322


def test_icons_are_files_of_known_names(site: Site) -> None:
    folder = site(
        "-- site.yaml --\ntitle: Digest\n-- content/static/favicon.svg --\n<svg/>\n-- content/static/me.ico --\n"
    )
    assert planned(folder).plan.sites["en"].icons == (views.Icon("/favicon.svg", "image/svg+xml", "icon"),)


def test_days_of_the_calendar_lead_to_their_place_in_the_month(site: Site) -> None:
    plan = planned(site(ARCHIVE))
    page = plan.page("archive/2024/index.html", views.YearPage)
    squares = [square for week in page.year.months[0].weeks for square in week if square and square.count]
    assert squares == [views.Square("1", 2, "1. März 2024", "/archive/2024/03/#dg-2024-03-01")]
    assert page.busiest == 2
    month = plan.page("archive/2024/03/index.html", views.MonthPage)
    assert [(day.id, titles(day.cards)) for day in month.days] == [("dg-2024-03-01", ["C", "B"])]
    persian = plan.page("fa/archive/2024/index.html", views.YearPage)
    marked = [square for week in persian.year.months[0].weeks for square in week if square and square.count]
    assert [(square.number, square.label) for square in marked] == [("۵", "۵ مارس ۲۰۲۴")]


# --- languages


BILINGUAL = """
    -- site.yaml --
    title: Digest
    url: https://digest.example/base/
    language: en
    languages: {de: {title: Auslese, tagline: Auf Deutsch}}
    -- tags.yaml --
    - names: {en: Nuclear power, de: Kernkraft}
    -- sources.yaml --
    agency: {name: The Agency, url: https://agency.example/}
    -- content/a.md --
    ---
    title: Both
    date: 2024-03-01
    tags: [nuclear power, trade]
    sources: [agency]
    ---
    -- content/a.de.md --
    ---
    title: Beide
    date: 2024-03-02
    tags: [Kernkraft]
    sources: [The Agency]
    ---
    -- content/b.md --
    ---
    title: English only
    date: 2024-04-01
    ---
    -- content/c.fr.md --
    ---
    title: En français
    date: 2024-03-03
    ---
"""


def switch(page: views.Head) -> list[tuple[str, str, bool, bool]]:
    return [(choice.lang, choice.url, choice.current, choice.same) for choice in page.languages]


def test_switcher_offers_the_same_page_or_the_front_page_of_each_language(site: Site) -> None:
    plan = planned(site(BILINGUAL))
    both = plan.page("2024/03/a/index.html", views.ArticlePage).head
    assert switch(both) == [("en", "/2024/03/a/", True, True), ("de", "/de/2024/03/a/", False, True)]
    alone = plan.page("2024/04/b/index.html", views.ArticlePage).head
    assert switch(alone) == [("en", "/2024/04/b/", True, True), ("de", "/de/", False, False)]
    month = plan.page("de/archive/2024/03/index.html", views.MonthPage).head
    assert switch(month) == [("en", "/archive/2024/03/", False, True), ("de", "/de/archive/2024/03/", True, True)]
    april = plan.page("archive/2024/04/index.html", views.MonthPage).head
    assert switch(april)[1] == ("de", "/de/", False, False)


def test_alternates_name_each_version_and_the_default(site: Site) -> None:
    plan = planned(site(BILINGUAL))
    pair = (
        ("en", "https://digest.example/base/2024/03/a/"),
        ("de", "https://digest.example/base/de/2024/03/a/"),
        ("x-default", "https://digest.example/base/2024/03/a/"),
    )
    for path in ("2024/03/a/index.html", "de/2024/03/a/index.html"):
        assert plan.page(path, views.ArticlePage).head.alternates == pair
    assert plan.page("2024/04/b/index.html", views.ArticlePage).head.alternates == ()


def test_translations_lead_to_each_other(site: Site) -> None:
    plan = planned(site(BILINGUAL))
    english = plan.page("2024/03/a/index.html", views.ArticlePage)
    german = plan.page("de/2024/03/a/index.html", views.ArticlePage)
    assert english.translations == (views.Translation("de", "ltr", "Deutsch", "/de/2024/03/a/"),)
    assert german.translations == (views.Translation("en", "ltr", "English", "/2024/03/a/"),)


def test_tags_are_paired_by_the_registry_and_publishers_by_their_key(site: Site) -> None:
    plan = planned(site(BILINGUAL))
    tag = plan.page("tags/nuclear-power/index.html", views.ListPage)
    assert (tag.name, titles(tag.cards)) == ("Nuclear power", ["Both"])
    assert switch(tag.head)[1] == ("de", "/de/tags/kernkraft/", False, True)
    assert switch(plan.page("tags/trade/index.html", views.ListPage).head)[1] == ("de", "/de/", False, False)
    publisher = plan.page("de/sources/agency/index.html", views.ListPage)
    assert switch(publisher.head)[0] == ("en", "/sources/agency/", False, True)


def test_each_language_lists_its_own_and_the_main_one_what_has_no_part(site: Site) -> None:
    plan = planned(site(BILINGUAL))
    front = plan.page("index.html", views.FrontPage)
    assert front.lead is not None
    listed = [(card.title, card.lang, card.foreign) for day in front.days for card in day.cards]
    assert listed == [("En français", "fr", "French"), ("Both", "en", "")]
    german = plan.page("de/index.html", views.FrontPage)
    assert german.lead is not None
    assert (german.lead.title, german.today, german.days) == ("Beide", (), ())
    site_of = plan.plan.sites["de"]
    assert (site_of.title, site_of.tagline, site_of.places.feeds) == (
        "Auslese",
        "Auf Deutsch",
        (views.FeedLink("Auslese", "/de/feed.xml", "application/atom+xml", "Atom"),),
    )


def test_a_site_of_one_language_has_no_switcher(site: Site) -> None:
    plan = planned(site("-- site.yaml --\ntitle: Digest\n" + files("date: 2024-05-04")))
    assert plan.page("index.html", views.FrontPage).head.languages == ()


# --- neighbours, held articles, files


def test_an_article_stands_between_its_neighbours(site: Site) -> None:
    plan = planned(site("-- site.yaml --\ntitle: Digest\n" + files(*(f"date: 2024-05-0{day}" for day in (1, 2, 3)))))
    middle = plan.page("2024/05/b/index.html", views.ArticlePage)
    assert middle.older is not None
    assert middle.newer is not None
    assert (middle.older.title, middle.newer.title) == ("A", "C")
    assert plan.page("2024/05/a/index.html", views.ArticlePage).older is None
    assert plan.page("2024/05/c/index.html", views.ArticlePage).newer is None


def test_what_points_to_a_held_article_stays_text_and_is_counted(site: Site) -> None:
    folder = site("""
        -- site.yaml --
        title: Digest
        languages: [de]
        -- content/a.md --
        ---
        title: A
        date: 2024-05-01
        ---
        Soon [more](b.md), and [a *part*](b.md#part).
        -- content/b.md --
        ---
        title: B
        date: 2024-07-01
        tags: [only here]
        ---
        -- content/a.de.md --
        ---
        title: A auf Deutsch
        draft: true
        date: 2024-05-01
        ---
    """)
    plan = planned(folder)
    page = plan.page("2024/05/a/index.html", views.ArticlePage)
    assert page.html == "<p>Soon more, and a <em>part</em>.</p>"
    assert (plan.plan.unlinked, page.translations, page.newer) == (2, (), None)
    assert "tags/only-here/index.html" not in plan.outputs
    assert plan.page("tags/index.html", views.IndexPage).entries == ()


def test_files_beside_an_article_come_along_once_and_keep_their_place(site: Site) -> None:
    folder = site("""
        -- site.yaml --
        title: Digest
        -- content/2024/a/index.md --
        ---
        title: A
        date: 2024-05-01
        image: {src: pics/map.svg, alt: A map}
        ---
        [data](report.pdf) ![the map](pics/map.svg) [shared](../shared.csv) [again](report.pdf#page=2)
        -- content/2024/a/report.pdf --
        report
        -- content/2024/a/pics/map.svg --
        <svg/>
        -- content/2024/a/unused.txt --
        nobody links to it
        -- content/2024/shared.csv --
        1,2
    """)
    plan = planned(folder)
    copied = {path: output.content for path, output in plan.outputs.items() if isinstance(output.content, Copied)}
    assert copied == {
        "2024/05/a/report.pdf": Copied("2024/a/report.pdf"),
        "2024/05/a/pics/map.svg": Copied("2024/a/pics/map.svg"),
        "2024/05/a/shared.csv": Copied("2024/shared.csv"),
    }
    page = plan.page("2024/05/a/index.html", views.ArticlePage)
    for address in ('href="report.pdf"', 'src="pics/map.svg"', 'href="shared.csv"', 'href="report.pdf#page=2"'):
        assert address in page.html
    assert page.card.picture == views.Picture("/2024/05/a/pics/map.svg", "A map")


def test_two_files_that_would_lie_beside_a_page_under_one_name_are_told(site: Site) -> None:
    folder = site("""
        -- site.yaml --
        title: Digest
        -- content/x/a.md --
        ---
        title: A
        date: 2024-05-01
        ---
        [one](../one/data.csv) [two](../two/data.csv)
        -- content/one/data.csv --
        1
        -- content/two/data.csv --
        2
    """)
    (line,) = told(planned(folder, wrong=True).found)
    assert line == (
        "error[url-collision] content/x/a.md:2:8 "
        "one/data.csv and two/data.csv would come to lie beside the page under one name"
    )


def test_static_files_stand_at_the_root_and_may_replace_robots_txt(site: Site) -> None:
    folder = site("""
        -- site.yaml --
        title: Digest
        -- content/static/robots.txt --
        mine
        -- content/static/.well-known/security.txt --
        contact
        -- content/static/sub/x.md --
        no article
        -- content/static/.hidden --
        never published
    """)
    plan = planned(folder)
    copied = {path for path, output in plan.outputs.items() if isinstance(output.content, Copied)}
    assert copied == {"robots.txt", ".well-known/security.txt", "sub/x.md"}
    assert len(plan.plan.outputs) == len(plan.outputs)


def test_aliases_redirect_and_stay_out_of_search_engines(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\nurl: https://digest.example/base/\n" + files(
        "date: 2024-05-01\naliases: [/old/a/, /2019/Ünlü.html, plain]"
    )
    plan = planned(site(text))
    for path in ("old/a/index.html", "2019/Ünlü.html", "plain/index.html"):
        page = plan.page(path, views.RedirectPage)
        assert (page.target, page.title) == ("/2024/05/a/", "A")
        assert (page.head.canonical, page.head.stay_out) == ("https://digest.example/base/2024/05/a/", True)
    sitemap = plan.outputs["sitemap.xml"].content
    assert isinstance(sitemap, bytes)
    assert b"/old/" not in sitemap


def test_an_alias_that_is_another_article_is_an_error_that_names_both(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\n" + files("date: 2024-05-01", "date: 2024-05-02\naliases: [/2024/05/a/]")
    assert told(planned(site(text), wrong=True).found) == [
        "error[url-collision] content/a.md:2:8 content/a.md and an alias of content/b.md both claim /2024/05/a/"
    ]


def test_two_articles_of_one_address_are_an_error_that_names_both(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\n" + files("date: 2024-05-01\nslug: same", "date: 2024-05-02\nslug: same")
    assert told(planned(site(text), wrong=True).found) == [
        "error[url-collision] content/a.md:4:7 content/a.md and content/b.md both claim /2024/05/same/"
    ]


def test_an_article_that_claims_the_address_of_a_list_is_told(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\npermalink: /{slug}/\n" + files("date: 2024-05-01\nslug: archive")
    assert told(planned(site(text), wrong=True).found) == [
        "error[url-collision] content/a.md:4:7 content/a.md and the archive both claim /archive/"
    ]


def test_an_article_cannot_claim_hidden_names_which_are_digestgens_own(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\n" + files(
        "date: 2024-05-01\naliases: [/.digestgen-files, /.digestgen-staging/list, /x/.htaccess, /.well-known/x/]"
    )
    plan = planned(site(text), wrong=True)
    assert [line.partition(" ")[0] for line in told(plan.found)] == ["error[bad-alias]"] * 3
    assert [path for path in plan.outputs if path.startswith((".", "x"))] == [".well-known/x/index.html"]


def test_a_file_in_the_place_of_a_folder_of_pages_is_told_once(site: Site) -> None:
    tags = "date: 2024-05-01\ntags: [x, y, z]"
    text = "-- site.yaml --\ntitle: Digest\n" + files(tags) + "-- content/static/tags --\n"
    (line,) = told(planned(site(text), wrong=True).found)
    assert line.startswith("error[url-collision] content/static/tags:1:1 the file static/tags and the ")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/feed.xml",
        "/sitemap.xml",
        "/news-sitemap.xml",
        "/robots.txt",
        "/404.html",
        "/tags/x/feed.xml",
        "/archive/2024/05/#dg-2024-05-01",
    ],
)
def test_articles_may_link_to_every_file_of_the_site(site: Site, address: str) -> None:
    text = "-- site.yaml --\ntitle: Digest\nurl: https://digest.example/\n" + files("date: 2024-05-01\ntags: [x]")
    page = planned(site(text.replace("Text of a.", f"[there]({address})"))).page(
        "2024/05/a/index.html", views.ArticlePage
    )
    assert f'href="../../..{address}"' in page.html or address == "/"


def output(path: str, line: int) -> Output:
    return Output(path, bytes([line]), f"the claim on {path}", lambda: Span(f"{line}.md"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/index.html", "A/index.html"),
        ("a/\u00fc.txt", "a/u\u0308.txt"),
        ("STRASSE/index.html", "straße/index.html"),
        ("a", "a/index.html"),
        ("a/b/c.html", "A/B"),
    ],
)
def test_paths_that_are_one_on_some_system_collide(one: str, other: str) -> None:
    for pair in ((one, other), (other, one)):
        (found,) = collisions([output(pair[0], 1), output(pair[1], 2)])
        assert found.code == "url-collision"
        assert f"the claim on {one}" in found.message
        assert f"the claim on {other}" in found.message


def test_paths_that_are_two_on_every_system_do_not_collide() -> None:
    assert collisions([output("a/index.html", 1), output("b/index.html", 2), output("a.html", 3)]) == []


def test_plain_pages_stand_at_their_slug_in_each_language(site: Site) -> None:
    folder = site("""
        -- site.yaml --
        title: Digest
        languages: [de]
        nav:
          - {title: About, url: /about/}
          - {title: Impressum, url: /de/about/, lang: de}
          - {title: Elsewhere, url: https://elsewhere.example/}
        -- content/pages/about.md --
        ---
        title: About us
        ---
        We [read](../a.md).
        -- content/pages/about.de.md --
        ---
        title: Über uns
        ---
        -- content/a.md --
        ---
        title: A
        date: 2024-05-01
        ---
        See [us](pages/about.md) or [the list](/tags/).
    """)
    plan = planned(folder)
    about = plan.page("about/index.html", views.PlainPage)
    assert about.html == '<p>We <a href="../2024/05/a/">read</a>.</p>'
    assert switch(about.head)[1] == ("de", "/de/about/", False, True)
    article_page = plan.page("2024/05/a/index.html", views.ArticlePage)
    assert article_page.html == '<p>See <a href="../../../about/">us</a> or <a href="../../../tags/">the list</a>.</p>'
    assert [link.url for link in plan.plan.sites["en"].nav] == ["/about/", "https://elsewhere.example/"]
    assert [link.url for link in plan.plan.sites["de"].nav] == [
        "/de/about/",
        "/de/about/",
        "https://elsewhere.example/",
    ]
    # a page beside the articles is in no list
    assert plan.page("index.html", views.FrontPage).today == ()


def test_a_nav_entry_that_leads_nowhere_is_told_where_it_stands(site: Site) -> None:
    plan = planned(
        site("-- site.yaml --\ntitle: Digest\nnav:\n  - {title: Gone, url: /gone/}\n-- content/static/x.txt --\n"),
        wrong=True,
    )
    assert told(plan.found)[-1] == "error[broken-link] site.yaml:3:24 `nav` leads nowhere: the site has no page /gone/"


def test_policies_lead_to_pages_in_the_readers_language(site: Site) -> None:
    plan = planned(
        site("""
            -- site.yaml --
            title: Digest
            languages: [de]
            policies: {principles: /principles, ownership: /owner/, contact: mailto:desk@example.com}
            -- content/pages/principles.md --
            ---
            title: What we hold to
            ---
            -- content/pages/principles.de.md --
            ---
            title: Woran wir uns halten
            slug: grundsaetze
            ---
            -- content/pages/owner.md --
            ---
            title: Owner
            ---
        """)
    )
    english, german = (plan.plan.sites[lang].policies for lang in ("en", "de"))
    assert english.principles == views.Link("Principles", "/principles/")
    assert german.principles == views.Link("Grundsätze", "/de/grundsaetze/")
    assert german.ownership is not None
    assert german.ownership.url == "/owner/"  # there is no German version
    assert (german.corrections, german.contact) == (None, views.Link("Kontakt", "mailto:desk@example.com"))


def test_a_policy_that_leads_nowhere_or_where_none_may_is_told_where_it_stands(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\npolicies:\n  principles: /principels/\n  contact: 'javascript:alert(1)'\n"
    plan = planned(site(text + "-- content/pages/principles.md --\n---\ntitle: Principles\n---\n"), wrong=True)
    assert told(plan.found) == [
        "error[broken-link] site.yaml:3:15 `policies.principles` leads nowhere: the site has no page /principels/",
        "error[bad-url] site.yaml:4:12 `policies.contact` cannot lead to `javascript:alert(1)`",
    ]
    assert plan.found[0].label == "did you mean /principles/?"


def test_without_an_address_a_site_has_neither_feeds_nor_a_sitemap(site: Site) -> None:
    plan = planned(site("-- site.yaml --\ntitle: Digest\n" + files("date: 2024-05-04\ntags: [x]")))
    assert [path for path in plan.outputs if path.endswith(".xml")] == []
    assert plan.outputs["robots.txt"].content == b"User-agent: *\nAllow: /\n"
    front = plan.page("index.html", views.FrontPage)
    assert (front.head.canonical, front.head.feeds) == ("", ())
    assert plan.page("tags/x/index.html", views.ListPage).feeds == ()


def test_the_page_for_what_is_not_found_exists_in_each_language_and_stays_out_of_search(site: Site) -> None:
    plan = planned(site("-- site.yaml --\ntitle: Digest\nlanguages: [de]\n-- content/static/x.txt --\n"))
    for path in ("404.html", "de/404.html"):
        assert plan.page(path, views.NotFoundPage).head.stay_out
    rendered = plan.outputs["de/404.html"].content
    assert isinstance(rendered, Rendered)
    assert (rendered.template, rendered.lang) == ("404.html", "de")
