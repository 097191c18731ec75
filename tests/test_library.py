"""All articles together: order, addresses, languages, translations, and what is held back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import library
from digestgen.diagnostics import Diagnostic
from digestgen.library import Library
from digestgen.model import Registries
from tests.shelf import NOW, article, assembled, part, settings, shelf

TWO = "languages: [de]"


def order(found: Library, lang: str = "en") -> list[str]:
    return [item.path for item in part(found, lang).articles]


def told(found: list[Diagnostic]) -> list[tuple[str, str, str, str]]:
    """Return (place, code, message, help) of each."""
    return [
        (f"{item.span.path}:{item.span.line}:{item.span.column}", item.code, item.message, item.help)
        for item in found
        if item.span
    ]


# --- order


def test_newest_comes_first_and_time_of_day_counts() -> None:
    found = shelf(
        {
            "2024-05-01-a.md": "",
            "b.md": "date: 2024-05-03 09:00",
            "c.md": "date: 2024-05-03 08:00+02:00",
            "2024-05-03-d.md": "",
        }
    )
    assert order(found) == ["b.md", "c.md", "2024-05-03-d.md", "2024-05-01-a.md"]


def test_weight_decides_between_articles_of_one_moment_and_then_the_path() -> None:
    found = shelf(
        {
            "2024-05-03-a.md": "weight: 5",
            "2024-05-03-b.md": "",
            "2024-05-03-c.md": "weight: -1",
            "2024-05-03-d.md": "weight: 5",
            "2024-05-04-e.md": "weight: 99",
        }
    )
    assert [path[11] for path in order(found)] == ["e", "c", "b", "a", "d"]


def test_pages_are_no_articles() -> None:
    found = shelf({"2024-05-03-a.md": "", "pages/about.md": "date: 2024-05-04"})
    assert order(found) == ["2024-05-03-a.md"]
    assert [item.path for item in part(found).pages] == ["pages/about.md"]


# --- addresses


@pytest.mark.parametrize(
    ("permalink", "url"),
    [
        ("/{year}/{month}/{slug}/", "/2024/05/kim/"),
        ("/{slug}/", "/kim/"),
        ("/{year}/{month}/{day}/{slug}.html", "/2024/05/03/kim.html"),
        ("/{section}/{slug}/", "/world-news/kim/"),
    ],
)
def test_address_follows_the_permalink(permalink: str, url: str) -> None:
    found = shelf({"2024-05-03-kim.md": "section: World News"}, f"permalink: '{permalink}'")
    assert found.urls["2024-05-03-kim.md"] == url


def test_an_article_without_a_section_leaves_no_empty_folder() -> None:
    assert shelf({"2024-05-03-kim.md": ""}, "permalink: '/{section}/{slug}/'").urls["2024-05-03-kim.md"] == "/kim/"


def test_day_of_the_address_is_that_of_the_time_zone_of_the_site() -> None:
    files = {"kim.md": "date: 2024-04-30T23:00Z"}
    assert shelf(files, "timezone: Europe/Berlin").urls["kim.md"] == "/2024/05/kim/"
    assert shelf(files, "timezone: America/New_York").urls["kim.md"] == "/2024/04/kim/"


def test_addresses_are_percent_encoded() -> None:
    assert shelf({"2024-05-03-首脳.md": ""}).urls["2024-05-03-首脳.md"] == "/2024/05/%E9%A6%96%E8%84%B3/"


def test_pages_lie_at_their_slug() -> None:
    found = shelf({"pages/about.md": "", "pages/impressum.de.md": "", "pages/x.md": "slug: privacy"}, TWO)
    assert sorted(found.urls.values()) == ["/about/", "/de/impressum/", "/privacy/"]


def test_columns_are_told_apart_by_the_date_in_their_names_and_the_oldest_keeps_the_short_slug() -> None:
    found = shelf({"2024-05-03-letter.md": "", "2024-05-10-letter.md": "", "2024-06-01-letter.md": ""})
    assert found.urls == {
        "2024-05-03-letter.md": "/2024/05/letter/",
        "2024-05-10-letter.md": "/2024/05/2024-05-10-letter/",
        "2024-06-01-letter.md": "/2024/06/letter/",
    }


def test_a_column_keeps_its_address_whatever_is_held_back() -> None:
    files = {"2024-05-03-letter.md": "draft: true", "2024-05-10-letter.md": ""}
    assert shelf(files).urls == {"2024-05-10-letter.md": "/2024/05/2024-05-10-letter/"}


def test_articles_that_name_their_slugs_are_not_told_apart() -> None:
    found = shelf({"a/2024-05-03-x.md": "slug: letter", "b/2024-05-10-y.md": "slug: letter"})
    assert set(found.urls.values()) == {"/2024/05/letter/"}  # the plan tells of the collision


# --- languages


def test_each_language_has_its_part_and_the_main_one_no_prefix() -> None:
    found = shelf({"2024-05-03-a.md": "", "2024-05-03-b.de.md": "", "de/2024-05-03-c.md": ""}, TWO)
    assert order(found) == ["2024-05-03-a.md"]
    assert order(found, "de") == ["2024-05-03-b.de.md", "de/2024-05-03-c.md"]
    assert sorted(found.urls.values()) == ["/2024/05/a/", "/de/2024/05/b/", "/de/2024/05/c/"]


def test_an_article_in_another_language_is_listed_with_the_main_one_and_keeps_its_own() -> None:
    found = shelf({"2024-05-03-a.md": "lang: fr", "2024-05-02-b.ja.md": ""}, TWO)
    assert [(item.path, item.lang) for item in part(found).articles] == [
        ("2024-05-03-a.md", "fr"),
        ("2024-05-02-b.ja.md", "ja"),
    ]
    assert found.part_of(found.articles["2024-05-03-a.md"]) is part(found)


def test_months_are_those_of_the_articles_in_the_language() -> None:
    found = shelf({"2024-05-03-a.md": "", "2023-12-31-b.de.md": "", "pages/p.md": "date: 2020-01-01"}, TWO)
    assert part(found).months == {(2024, 5)}
    assert part(found, "de").months == {(2023, 12)}


# --- translations


def versions(found: Library, path: str) -> list[str]:
    return [item.path for item in found.translations[path]]


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("2024-05-03-kim.md", "2024-05-03-kim.de.md"),
        ("2024-05-03-kim.md", "de/2024-05-03-kim.md"),
        ("en/2024-05-03-kim.md", "de/2024-05-03-kim.md"),
        ("a/2024-05-03-kim.en.md", "a/de/2024-05-03-kim.md"),
        ("pages/about.md", "pages/about.de.md"),
        ("2024-05-03-kim/index.md", "2024-05-03-kim/index.de.md"),
    ],
)
def test_equal_paths_but_for_the_language_are_translations(english: str, german: str) -> None:
    found = shelf({german: "", english: ""}, TWO)
    assert versions(found, english) == versions(found, german) == [english, german]


def test_a_shared_key_pairs_any_files_and_parts_those_with_equal_paths() -> None:
    found = shelf(
        {
            "2024-05-03-kim.md": "translation_key: summit",
            "2024-05-04-gipfel.de.md": "translation_key: summit",
            "2024-05-03-kim.de.md": "",
        },
        TWO,
    )
    assert versions(found, "2024-05-03-kim.md") == ["2024-05-03-kim.md", "2024-05-04-gipfel.de.md"]
    assert versions(found, "2024-05-03-kim.de.md") == ["2024-05-03-kim.de.md"]


def test_a_key_that_looks_like_a_path_is_none() -> None:
    found = shelf({"2024-05-03-kim.md": "", "2024-05-04-x.de.md": "translation_key: 2024-05-03-kim"}, TWO)
    assert versions(found, "2024-05-03-kim.md") == ["2024-05-03-kim.md"]


def test_versions_are_in_the_order_of_the_sites_languages_and_then_the_others() -> None:
    paths = [f"2024-05-03-kim.{lang}.md" for lang in ("en", "fr", "de", "ar", "ja")]
    found = shelf(dict.fromkeys(sorted(paths), ""), "languages: [fr, de]")
    assert versions(found, paths[0]) == paths


def test_a_version_that_is_held_back_is_left_out() -> None:
    found = shelf({"2024-05-03-kim.md": "", "2024-05-03-kim.de.md": "draft: true"}, TWO)
    assert versions(found, "2024-05-03-kim.md") == ["2024-05-03-kim.md"]


def test_two_articles_of_one_language_cannot_be_the_same_translation() -> None:
    files = {"2024-05-03-a.md": "translation_key: x", "2024-05-04-b.md": "title: B\ntranslation_key: x"}
    _, found = assembled(files)
    assert told(found) == [
        (
            "content/2024-05-04-b.md:3:18",
            "translation-twice",
            "two articles in `en` are translations of the same one",
            "the other is content/2024-05-03-a.md; give one of them another `translation_key`",
        )
    ]


# --- held back


def held(found: Library) -> list[tuple[str, str, str]]:
    return [(item.article.path, item.why, item.until.isoformat() if item.until else "") for item in found.held]


def test_drafts_expired_ones_and_the_future_are_held_back() -> None:
    found = shelf(
        {
            "2024-05-01-draft.md": "draft: true",
            "2024-05-01-expired.md": "expires: 2024-06-01T11:59Z",
            "2024-05-01-good.md": "expires: 2024-06-01T12:01Z",
            "future.md": "date: 2024-06-01T14:01+02:00",
            "pages/about.md": "draft: true",
        },
        "timezone: Europe/Berlin",
    )
    assert order(found) == ["2024-05-01-good.md"]
    assert set(found.urls) == set(found.articles) == set(found.translations) == {"2024-05-01-good.md"}
    assert held(found) == [
        ("2024-05-01-draft.md", "draft", ""),
        ("2024-05-01-expired.md", "expired", ""),
        ("future.md", "future", "2024-06-01T14:01:00+02:00"),
        ("pages/about.md", "draft", ""),
    ]


def test_an_article_is_published_at_its_very_moment_and_held_from_its_very_end() -> None:
    files = {"kim.md": "date: 2024-06-01T12:00Z\nexpires: 2024-06-02T12:00Z"}
    moments = ("2024-06-01T11:59:59Z", "2024-06-01T12:00Z", "2024-06-02T11:59:59Z", "2024-06-02T12:00Z")
    shown = [bool(order(shelf(files, now=datetime.fromisoformat(moment)))) for moment in moments]
    assert shown == [False, True, True, False]


def test_a_date_without_a_time_is_the_midnight_of_the_site() -> None:
    files = {"2024-06-02-kim.md": ""}
    now = datetime(2024, 6, 1, 22, 30, tzinfo=UTC)
    assert order(shelf(files, "timezone: Europe/Berlin", now)) == ["2024-06-02-kim.md"]
    assert order(shelf(files, "timezone: UTC", now)) == []


def test_an_embargo_holds_whatever_the_date_and_changes_no_date() -> None:
    files = {"2024-05-01-kim.md": "embargo: 2024-06-01T14:00+02:00"}
    found = shelf(files, "timezone: Europe/Berlin", datetime(2024, 6, 1, 11, 59, tzinfo=UTC))
    assert held(found) == [("2024-05-01-kim.md", "embargo", "2024-06-01T14:00:00+02:00")]
    found = shelf(files, "timezone: Europe/Berlin", datetime(2024, 6, 1, 12, 0, tzinfo=UTC))
    assert held(found) == []
    assert found.urls["2024-05-01-kim.md"] == "/2024/05/kim/"


def test_the_later_of_date_and_embargo_holds() -> None:
    found = shelf({"2024-07-02-a.md": "embargo: 2024-07-01", "2024-07-01-b.md": "embargo: 2024-07-02"})
    assert held(found) == [
        ("2024-07-01-b.md", "embargo", "2024-07-02T00:00:00+00:00"),
        ("2024-07-02-a.md", "future", "2024-07-02T00:00:00+00:00"),
    ]


def test_news_are_the_articles_of_48_hours() -> None:
    files = {
        "pages/about.md": "date: 2024-06-01",
        "a.md": "date: 2024-05-30T12:00Z",
        "b.md": "date: 2024-05-30T12:01Z",
        "c.md": "date: 2024-06-01\ngenre: advertisement",
        "d.md": "date: 2024-06-01",
    }
    assert [item.path for item in shelf(files).news] == ["d.md", "b.md"]


# --- what is to come


def to_come(files: dict[str, str], now: datetime = NOW, site: str = "url: https://example.org/") -> list[str]:
    config = settings(site)
    listed = library.changes([article(path, text, config) for path, text in files.items()], config, now)
    return [f"{item.at.isoformat()} {item.path} {item.what}" for item in listed]


def test_what_comes_next_is_all_that_happens_at_the_next_moment() -> None:
    files = {
        "a.md": "date: 2024-07-01",
        "b.md": "date: 2024-05-01\nexpires: 2024-07-01",
        "c.md": "date: 2024-05-01\nembargo: 2024-07-01",
        "d.md": "date: 2024-05-01\nembargo: 2024-07-02",
        "e.md": "date: 2024-06-15\ndraft: true",
    }
    at = "2024-07-01T00:00:00+00:00"
    assert to_come(files) == [f"{at} a.md published", f"{at} b.md expires", f"{at} c.md published"]


def test_an_article_that_expires_before_its_embargo_ends_changes_nothing() -> None:
    assert to_come({"a.md": "date: 2024-05-01\nembargo: 2024-07-01\nexpires: 2024-06-15"}) == []


def test_a_correction_to_come_is_a_change_unless_the_article_has_expired_by_then() -> None:
    corrected = "date: 2024-05-01\nexpires: 2024-07-01\ncorrections: [{date: 2024-06-%s, text: It was two.}]"
    assert to_come({"a.md": corrected % 15}) == ["2024-06-15T00:00:00+00:00 a.md corrected"]
    late = corrected.replace("2024-06-%s", "2024-07-02")
    assert to_come({"a.md": late}, datetime(2024, 7, 1, tzinfo=UTC)) == []


def test_an_article_leaves_the_news_two_days_of_24_hours_after_its_date() -> None:
    berlin = "timezone: Europe/Berlin\nurl: https://example.org/"
    files = {"a.md": "date: 2024-10-26 12:00", "b.md": "date: 2024-10-26 12:00\nembargo: 2024-10-29"}
    now = datetime(2024, 10, 26, 20, tzinfo=UTC)
    assert to_come(files, now, berlin) == ["2024-10-28T11:00:00+01:00 a.md old news"]
    assert to_come({"a.md": files["a.md"]}, now, "timezone: Europe/Berlin") == []


@given(st.lists(st.tuples(*[st.none() | st.integers(1, 9)] * 3), min_size=1, max_size=4), st.integers(0, 12))
def test_nothing_changes_before_what_comes_next_and_then_something_does(
    days: list[tuple[int | None, int | None, int | None]], today: int
) -> None:
    site = settings("url: https://example.org/")

    def front(date: int | None, embargo: int | None, expires: int | None) -> str:
        written = (("date", date or 1), ("embargo", embargo), ("expires", expires))
        return "\n".join(f"{key}: 2024-06-{day:02d}" for key, day in written if day)

    articles = [article(f"{number}.md", front(*item), site) for number, item in enumerate(days)]

    def shown(at: datetime) -> tuple[object, ...]:
        found, _ = library.assemble(articles, Registries(), site, at)
        return (tuple(found.articles), tuple(item.path for item in found.news))

    now = datetime(2024, 6, 1, tzinfo=UTC) + timedelta(days=today, hours=5)
    coming = library.changes(articles, site, now)
    until = coming[0].at if coming else now + timedelta(days=99)
    assert shown(now) == shown(until - timedelta(seconds=1))
    assert not coming or shown(until) != shown(now)


def test_now_decides_nothing_but_what_is_held() -> None:
    files = {"2024-05-01-a.md": "tags: x", "2024-05-02-b.md": "tags: x"}
    one, other = (shelf(files, now=datetime(year, 1, 1, tzinfo=UTC)) for year in (2025, 2050))
    assert one == other


# --- laws


_FRONTS = st.lists(
    st.sampled_from(
        ["draft: true", "weight: 1", "tags: [a, A, B-c, bC]", "tags: 'c++, C#'", "sources: [x, X]", "section: World",
         "section: world", "translation_key: k", "lang: fr", "slug: z", "expires: 2024-05-05", "sources: https://www.x.org/1"]
    ),
    max_size=3,
    unique_by=lambda line: line.partition(":")[0],
).map("\n".join)  # fmt: skip
_PATHS = st.builds(
    "{}2024-05-{:02d}-{}{}.md".format,
    st.sampled_from(["", "de/", "a/"]),
    st.integers(1, 3),
    st.sampled_from(["x", "y", "z"]),
    st.sampled_from(["", ".de", ".fr"]),
)


@given(st.dictionaries(_PATHS, _FRONTS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_order_of_files_does_not_matter(files: dict[str, str], random: Random) -> None:
    site = settings(TWO)
    articles = [article(path, text, site) for path, text in files.items()]
    shuffled = random.sample(articles, len(articles))
    assert library.assemble(articles, Registries(), site, NOW) == library.assemble(shuffled, Registries(), site, NOW)


@given(st.dictionaries(_PATHS, _FRONTS, min_size=1, max_size=8))
def test_every_article_is_in_one_part_or_held(files: dict[str, str]) -> None:
    found, _ = assembled(files, TWO)
    listed = [item.path for each in found.parts for item in each.articles]
    assert sorted(listed + [item.article.path for item in found.held]) == sorted(files)
    assert set(found.urls) == set(listed)


@given(st.dictionaries(_PATHS, _FRONTS, min_size=1, max_size=8))
def test_no_term_is_empty_and_every_article_stands_once_below_each(files: dict[str, str]) -> None:
    found, _ = assembled(files, TWO)
    for each in found.parts:
        for kind, listed in each.terms.items():
            for term in listed:
                paths = [item.path for item in term.articles]
                assert paths
                assert len(set(paths)) == len(paths)
                assert paths == [item.path for item in each.articles if item.path in set(paths)]
                assert each.by_key[kind, term.key] is term
