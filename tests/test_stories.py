"""Stories: what stories.yaml tells of them, their time lines, and the place of an article in its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import views
from digestgen.model import Article
from digestgen.plan import lists
from tests.building import built, planned, well_built
from tests.shelf import assembled, shelf, terms

Site = Callable[[str], Path]
TWO = "languages: [de]"

SUMMIT = """
summit:
  title: {en: The summit, de: Das Treffen}
  summary: {en: Two leaders meet., de: Zwei Staatschefs treffen sich.}
  slug: {de: treffen}
"""


def told(*stories: str) -> dict[str, str]:
    """Return articles of following days, the oldest first, each in one of these stories."""
    return {f"2024-05-{day:02d}-{day}.md": f"story: {text}" for day, text in enumerate(stories, 1)}


# --- which names are one story


def test_key_and_titles_in_any_language_are_one_story() -> None:
    found = shelf(told("summit", "The Summit", "das treffen", "SUMMIT"), TWO, stories=SUMMIT)
    (story,) = terms(found, "story").values()
    assert (story.key, story.name, story.url, story.description) == (
        "=summit",
        "The summit",
        "/stories/summit/",
        "Two leaders meet.",
    )
    assert len(story.articles) == 4


def test_a_story_has_its_name_summary_and_slug_by_language() -> None:
    found = shelf({"2024-05-01-a.de.md": "story: summit"}, TWO, stories=SUMMIT)
    (story,) = terms(found, "story", "de").values()
    assert (story.name, story.url) == ("Das Treffen", "/de/stories/treffen/")


@pytest.mark.parametrize(
    ("written", "name", "slug"),
    [
        ("rate-rise", "Rate rise", "rate-rise"),
        ("covid-19", "Covid-19", "covid-19"),
        ("The Strike", "The Strike", "the-strike"),
        ("Co-op strike", "Co-op strike", "co-op-strike"),
        ("选举", "选举", "选举"),
    ],
)
def test_a_story_that_is_not_registered_is_called_as_articles_call_it(written: str, name: str, slug: str) -> None:
    (story,) = terms(shelf(told(written)), "story").values()
    assert (story.name, story.slug) == (name, slug)


def test_a_story_without_a_title_is_named_by_its_key() -> None:
    (story,) = terms(shelf(told("rate-rise"), stories="rate-rise: {summary: What money costs}"), "story").values()
    assert (story.name, story.description) == ("Rate rise", "What money costs")


def test_a_near_miss_of_a_registered_key_is_a_warning_and_another_figure_another_story() -> None:
    known = "libya-flood-2023: {}\n"
    _, (fault,) = assembled(told("libya-flod-2023"), stories=known)
    assert fault.span is not None
    assert (fault.code, fault.severity, fault.label) == (
        "misspelt-story",
        "warning",
        "did you mean `libya-flood-2023`?",
    )
    assert (fault.span.path, fault.span.line) == ("content/2024-05-01-1.md", 3)
    assert not assembled(told("libya-flood-2024", "strike", "Libya flood 2023"), stories=known)[1]
    assert not assembled(told("libya-flod-2023"))[1]


def test_a_near_miss_in_a_held_article_is_told_before_it_is_published() -> None:
    _, (fault,) = assembled({"2024-05-01-a.md": "draft: true\nstory: sumit"}, stories="summit: {}")
    assert fault.code == "misspelt-story"


def test_two_stories_of_one_address_are_an_error() -> None:
    _, (fault,) = assembled(told("Résumé", "Resume"))
    assert (fault.code, fault.message) == (
        "url-collision",
        "the stories “Resume” and “Résumé” would both be /stories/resume/",
    )
    assert fault.span is not None
    assert (fault.span.path, fault.span.line) == ("content/2024-05-01-1.md", 3)


# --- the time line


def story_site(count: int, size: int = 2, more: str = "") -> str:
    listed = "".join(
        f"-- content/a{day}.md --\n---\ntitle: A{day}\ndate: 2024-05-{day:02d}\nstory: it\n---\nText.\n"
        for day in range(1, count + 1)
    )
    return f"-- site.yaml --\ntitle: Digest\nurl: https://example.org/\npaginate: {size}\n{more}{listed}"


def shown(page: views.StoryPage) -> list[str]:
    return [card.title for day in page.days for card in day.cards]


def test_the_oldest_article_stands_first_on_each_page_and_pages_link_both_ways(site: Site) -> None:
    plan = planned(site(story_site(7)))
    first, second, last = (
        plan.page(f"stories/it/{path}index.html", views.StoryPage) for path in ("page/1/", "page/2/", "")
    )
    assert [shown(page) for page in (first, second, last)] == [["A1", "A2"], ["A3", "A4"], ["A5", "A6", "A7"]]
    assert (first.older, first.newer) == (None, views.Link("Page 2", "/stories/it/page/2/"))
    assert (last.older, last.newer) == (views.Link("Page 2", "/stories/it/page/2/"), None)
    assert second.newer == views.Link("Newest articles", "/stories/it/")


def test_only_the_first_page_tells_what_new_articles_change(site: Site) -> None:
    plan = planned(site(story_site(7)))
    last, first = (plan.page(f"stories/it/{path}index.html", views.StoryPage) for path in ("", "page/1/"))
    assert last.since is not None
    assert last.latest is not None
    assert (last.total, last.since.iso, last.latest.iso) == (7, "2024-05-01", "2024-05-07")
    assert (first.total, first.since, first.latest) == (0, None, None)


@given(st.integers(0, 60), st.integers(1, 9))
def test_page_1_and_those_after_it_tell_the_story_as_it_went(count: int, size: int) -> None:
    newest_first = cast("Sequence[Article]", range(count, 0, -1))
    first, numbered = lists.pages(newest_first, size)
    assert [item for page in [*numbered, first] for item in page[::-1]] == list(newest_first)[::-1]


def test_a_newer_article_changes_no_full_page_of_a_time_line(site: Site) -> None:
    folder = site(story_site(7))
    before = planned(folder)
    (folder / "content/a8.md").write_text("---\ntitle: A8\ndate: 2024-05-08\nstory: it\n---\n", encoding="utf-8")
    after = planned(folder)
    assert after.outputs["stories/it/page/1/index.html"] == before.outputs["stories/it/page/1/index.html"]
    assert shown(after.page("stories/it/page/2/index.html", views.StoryPage)) == ["A3", "A4"]


def test_the_feed_of_a_story_holds_its_articles_newest_first(site: Site) -> None:
    plan = planned(site(story_site(3)))
    assert [entry.title for entry in plan.feed("stories/it/feed.xml").entries] == ["A3", "A2", "A1"]
    assert plan.page("stories/it/index.html", views.StoryPage).head.feeds[0].url == "/stories/it/feed.xml"


def test_stories_are_paired_by_their_key_across_languages(site: Site) -> None:
    plan = planned(
        site(
            "-- site.yaml --\ntitle: Digest\nurl: https://example.org/\nlanguages: [de]\n"
            f"-- stories.yaml --{SUMMIT}"
            "-- content/a.md --\n---\ntitle: A\ndate: 2024-05-01\nstory: summit\n---\n"
            "-- content/b.de.md --\n---\ntitle: B\ndate: 2024-05-02\nstory: das-treffen\n---\n"
        )
    )
    page = plan.page("stories/summit/index.html", views.StoryPage)
    assert page.head.alternates == (
        ("en", "https://example.org/stories/summit/"),
        ("de", "https://example.org/de/stories/treffen/"),
        ("x-default", "https://example.org/stories/summit/"),
    )
    german = plan.page("de/stories/treffen/index.html", views.StoryPage)
    assert (german.name, german.index) == ("Das Treffen", views.Link("Dossiers", "/de/stories/"))


def test_the_index_has_the_story_with_the_latest_news_first(site: Site) -> None:
    plan = planned(
        site(
            "-- site.yaml --\ntitle: Digest\n"
            "-- stories.yaml --\na-strike: {summary: No trains.}\n"
            "-- content/a.md --\n---\ntitle: A\ndate: 2024-05-01\nstory: a-strike\n---\n"
            "-- content/b.md --\n---\ntitle: B\ndate: 2024-05-02\nstory: the vote\n---\n"
        )
    )
    entries = plan.page("stories/index.html", views.IndexPage).entries
    assert [(entry.name, entry.count, entry.detail) for entry in entries] == [
        ("the vote", 1, ""),
        ("A strike", 1, "No trains."),
    ]


def test_a_site_without_stories_has_no_index_of_them(site: Site) -> None:
    plan = planned(site("-- site.yaml --\ntitle: Digest\n-- content/a.md --\n---\ntitle: A\ndate: 2024-05-01\n---\n"))
    assert not [path for path in plan.outputs if path.startswith("stories/")]
    assert plan.plan.sites["en"].places.stories == ""


# --- the place of an article


def test_an_article_stands_between_its_neighbours_in_the_story(site: Site) -> None:
    plan = planned(site(story_site(3)))

    def thread(name: str) -> tuple[str, str]:
        found = plan.page(f"2024/05/{name}/index.html", views.ArticlePage).thread
        assert found is not None
        assert found.story == views.Link("It", "/stories/it/")
        return (found.previous.title if found.previous else "", found.next.title if found.next else "")

    assert [thread(name) for name in ("a1", "a2", "a3")] == [("", "A2"), ("A1", "A3"), ("A2", "")]


@pytest.mark.parametrize("count", [20, 28])
def test_a_new_article_of_a_story_renders_its_predecessor_there_and_no_other_of_it(site: Site, count: int) -> None:
    folder = site(story_site(count, 5) + "-- content/z.md --\n---\ntitle: Z\ndate: 2024-05-29\n---\n")
    assert built(folder).ok
    (folder / "content/b.md").write_text("---\ntitle: B\ndate: 2024-05-30\nstory: it\n---\n", encoding="utf-8")
    rendered = built(folder).rendered
    assert {path for path in rendered if path.startswith("2024/05/")} == {
        "2024/05/b/index.html",
        "2024/05/z/index.html",
        f"2024/05/a{count}/index.html",
    }
    assert len([path for path in rendered if path.startswith("stories/")]) <= 4


def test_held_articles_leave_no_trace_in_stories(site: Site) -> None:
    folder = site(
        "-- site.yaml --\ntitle: Digest\nurl: https://example.org/\n"
        "-- stories.yaml --\nsecret-affair: {title: The secret affair}\n"
        "-- content/a.md --\n---\ntitle: Known\ndate: 2024-05-01\nstory: open\n---\n"
        "-- content/b.md --\n---\ntitle: Unheard\ndate: 2024-07-01\nstory: open\n---\n"
        "-- content/c.md --\n---\ntitle: Unseen\ndate: 2024-07-01\nstory: secret-affair\n---\n"
    )
    output = b"\n".join(path.encode() + b"\n" + data for path, data in well_built(folder).items())
    assert b"Known" in output
    assert not [word for word in (b"Unheard", b"Unseen", b"secret", b"unheard") if word in output]
    later = well_built(folder, now=datetime(2024, 8, 1, tzinfo=UTC))
    assert "stories/secret-affair/index.html" in later


def test_no_text_of_a_story_breaks_out_of_its_pages(site: Site) -> None:
    hostile = "</h1><script>alert(1)</script>"
    folder = site(
        "-- site.yaml --\ntitle: Digest\nurl: https://example.org/\n"
        f"-- stories.yaml --\nx: {{title: '{hostile}', summary: '{hostile}'}}\n"
        "-- content/a.md --\n---\ntitle: A\ndate: 2024-05-01\nstory: x\n---\n"
        f"-- content/b.md --\n---\ntitle: B\ndate: 2024-05-02\nstory: '{hostile}y'\n---\n"
    )
    for path, data in well_built(folder).items():
        assert b"<script>" not in data, path
