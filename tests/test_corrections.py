"""What was wrong and is put right, kinds of work, and where translations come from: on pages, in lists, in feeds."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import views
from digestgen.plan import corrections, lists
from tests.building import Planned, planned, well_built
from tests.shelf import settings, shelf
from tests.sites import write_site

Site = Callable[[str], Path]

SITE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
languages: [de]
timezone: Europe/Berlin
paginate: 2
-- people.yaml --
ada: {name: Ada Example, url: "https://ada.example/"}
-- content/2024-05-01-train.md --
---
title: A train
kicker: Rails
corrections:
- {date: 2024-05-03, text: 'It had "twenty" cars & one <van>.'}
- {date: 2024-05-02 10:00, text: It left on Tuesday., kind: clarification}
---
It left.
-- content/2024-05-01-train.de.md --
---
title: Ein Zug
translation: {of: 2024-05-01-train.md, by: ada, tool: DeepL}
corrections: {date: 2024-05-04, text: Es waren zwanzig Wagen., kind: retraction}
---
Er fuhr ab.
-- content/2024-05-02-soap.md --
---
title: Soap
genre: advertisement
---
Buy it.
-- content/2024-05-03-why.md --
---
title: Why
genre: analysis
translation: {of: "https://press.example/pourquoi", from: fr}
---
Because.
"""


@pytest.fixture
def plan(site: Site) -> Planned:
    return planned(site(SITE))


def article(plan: Planned, path: str) -> views.ArticlePage:
    return plan.page(path, views.ArticlePage)


# --- corrections


def test_an_article_shows_its_corrections_oldest_first(plan: Planned) -> None:
    listed = article(plan, "2024/05/train/index.html").corrections
    assert [(item.kind, item.name, item.when.iso, item.text) for item in listed] == [
        ("clarification", "Clarification", "2024-05-02T10:00+02:00", "It left on Tuesday."),
        ("correction", "Correction", "2024-05-03", "It had “twenty” cars & one <van>."),
    ]


def test_a_retraction_stands_at_the_head_and_other_corrections_below_the_text(site: Site) -> None:
    pages = well_built(site(SITE))
    german = pages["de/2024/05/train/index.html"].decode().partition("<body")[2]
    assert german.index("<h1") < german.index("Es waren zwanzig Wagen.") < german.index("dg-body")
    assert "dg-corrections" not in german
    english = pages["2024/05/train/index.html"].decode().partition("<body")[2]
    body = english.index("dg-body")
    assert body < english.index("It left on Tuesday.") < english.index("cars &amp; one &lt;van&gt;.")
    assert english.index('<a href="#dg-corrections">') < body


def test_each_language_has_a_page_of_its_corrections(plan: Planned) -> None:
    page = plan.page("corrections/index.html", views.CorrectionsPage)
    assert [(item.correction.text[:7], item.card.title) for item in page.entries] == [
        ("It had ", "A train"),
        ("It left", "A train"),
    ]
    assert (page.number, page.older, page.newer, [feed.url for feed in page.feeds]) == (
        0,
        None,
        None,
        ["/corrections/feed.xml"],
    )
    german = plan.page("de/corrections/index.html", views.CorrectionsPage)
    assert [(item.correction.name, item.card.url) for item in german.entries] == [
        ("Rücknahme", "/de/2024/05/train/"),
    ]


def test_the_page_of_corrections_is_there_before_there_is_one(site: Site) -> None:
    pages = well_built(site("-- site.yaml --\ntitle: Digest\n-- content/static/x.txt --\n"))
    assert b"Nothing has been corrected so far." in pages["corrections/index.html"]
    assert b'href="corrections/"' in pages["index.html"]


def test_the_feed_of_corrections_tells_what_was_wrong(plan: Planned) -> None:
    feed = plan.feed("corrections/feed.xml")
    assert [(item.title, item.summary, item.updated) for item in feed.entries] == [
        ("Correction: A train", "It had “twenty” cars & one <van>.", "2024-05-03T00:00:00+02:00"),
        ("Clarification: A train", "It left on Tuesday.", "2024-05-02T10:00:00+02:00"),
    ]
    assert [item.title for item in plan.feed("de/corrections/feed.xml").entries] == ["Rücknahme: Ein Zug"]


def test_a_corrected_article_keeps_its_id_and_is_updated_with_its_corrections(tmp_path: Path) -> None:
    plain = re.sub(r"corrections:.*\n(- .*\n)*", "", SITE)
    before = planned(write_site(tmp_path / "before", plain))
    after = planned(write_site(tmp_path / "after", SITE))
    for path, moment in (
        ("feed.xml", "2024-05-03T00:00:00+02:00"),
        ("de/feed.xml", "2024-05-04T00:00:00+02:00"),
    ):
        was, now = before.feed(path).entries[-1], after.feed(path).entries[-1]
        assert (was.id, was.published) == (now.id, now.published)
        assert (was.updated, now.updated) == ("2024-05-01T00:00:00+02:00", moment)


def test_full_text_feeds_hold_the_corrections(plan: Planned) -> None:
    html = plan.feed("feed.xml").entries[-1].html
    assert html.index("It left.") < html.index(
        "Correction, May 3, 2024</strong> It had “twenty” cars &amp; one &lt;van"
    )
    german = plan.feed("de/feed.xml").entries[-1].html
    assert german.startswith("<p><strong>Rücknahme vom 4. Mai 2024</strong> Es waren zwanzig Wagen.</p>")


def test_ids_of_corrections_outlive_others_and_new_texts(tmp_path: Path) -> None:
    more = SITE.replace("It left on Tuesday.", "It left on Monday.").replace(
        "- {date: 2024-05-03,", "- {date: 2024-05-01, text: More.}\n- {date: 2024-05-03,"
    )
    was, now = (
        {
            item.updated: item.id
            for item in planned(write_site(tmp_path / name, text)).feed("corrections/feed.xml").entries
        }
        for name, text in (("before", SITE), ("after", more))
    )
    assert was.items() < now.items()
    assert len(set(now.values())) == 3


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 20)), min_size=1, max_size=12), st.integers(1, 3))
def test_a_newer_correction_moves_none_between_numbered_pages(given: list[tuple[int, int]], size: int) -> None:
    days = list(dict.fromkeys(day for _, day in given))

    def numbered(known: list[tuple[int, int]]) -> list[list[str]]:
        files: dict[str, str] = {}
        for number, day in known:
            head = files.setdefault(f"{number}.md", f"title: {number}\ndate: 2024-04-01\ncorrections:")
            files[f"{number}.md"] = f"{head}\n- {{date: 2024-05-{day:02d}, text: '{number} {day}'}}"
        found = shelf(files)
        articles = found.parts[0].articles
        listed = [item for article in articles for item in corrections.noted_in(article, settings())]
        _, full = lists.pages(sorted(listed, key=corrections.newest_first), size)
        return [[item.correction.text for item in page] for page in full]

    before = numbered(given)
    after = numbered([*given, (1, max(days) + 1)])
    assert after[: len(before)] == before


# --- kinds of work


def test_what_was_paid_for_or_taken_back_says_so_wherever_it_is_listed(site: Site) -> None:
    pages = well_built(site(SITE))
    label = '<strong class="dg-label">Advertisement</strong>'
    lists_ = ("index.html", "archive/2024/05/index.html")
    neighbours = ("2024/05/train/index.html", "2024/05/why/index.html")
    for path in (*lists_, *neighbours, "2024/05/soap/index.html"):
        assert pages[path].decode().count(label) == 1, path
    for path in ("de/index.html", "de/archive/2024/05/index.html"):
        assert '<strong class="dg-label">Zurückgenommen</strong>' in pages[path].decode(), path


def test_readers_of_feeds_see_the_label_in_the_title(plan: Planned) -> None:
    assert [item.title for item in plan.feed("feed.xml").entries] == ["Why", "Advertisement: Soap", "A train"]
    assert [item.title for item in plan.feed("de/feed.xml").entries] == ["Zurückgenommen: Ein Zug"]


def test_a_kind_of_work_is_named_on_the_page_and_plain_reportage_is_not(site: Site) -> None:
    plan = planned(site(SITE.replace("kicker: Rails", "genre: reportage")))
    genres = [article(plan, f"2024/05/{name}/index.html").genre for name in ("train", "soap", "why")]
    assert genres == ["", "Advertisement", "Analysis"]
    assert [item.label for item in plan.page("index.html", views.FrontPage).today] == []


# --- translations


def test_a_translation_tells_where_it_comes_from(plan: Planned) -> None:
    german = article(plan, "de/2024/05/train/index.html").translation
    assert german == views.Provenance(
        "Englisch", "en", "/2024/05/train/", "", (views.Link("Ada Example", "/de/people/ada/"),), "DeepL"
    )
    why = article(plan, "2024/05/why/index.html").translation
    assert why == views.Provenance("French", "fr", "", "https://press.example/pourquoi", (), "")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("from: fr", "Translated from French"),
        ("from: fr, by: [Ada, Ben]", "Translated from French by Ada, Ben"),
        ("from: fr, by: Ada, tool: DeepL", "Translated from French by Ada with DeepL"),
        ("from: fr, tool: DeepL", "Translated from French by machine (DeepL)"),
        ("by: Ada", "Translated by Ada"),
        ("by: Ada, tool: DeepL", "Translated by Ada with DeepL"),
        ("tool: DeepL", "Translated by machine (DeepL)"),
        ("of: 'https://press.example/'", "This is a translation To the original"),
    ],
)
def test_readers_are_told_in_words(site: Site, told: str, said: str) -> None:
    pages = well_built(site(SITE.replace('of: "https://press.example/pourquoi", from: fr', told)))
    line = re.search(r'<li class="dg-translated">(.*?)</li>', pages["2024/05/why/index.html"].decode(), re.DOTALL)
    assert line is not None
    assert " ".join(re.sub(r"<[^>]+>", "", line[1]).split()) == said


def test_the_original_of_a_translation_is_not_linked_while_it_is_held(site: Site) -> None:
    held = SITE.replace("title: A train", "title: A train\ndraft: true")
    german = article(planned(site(held)), "de/2024/05/train/index.html").translation
    assert german is not None
    assert (german.language, german.url, german.link) == ("Englisch", "", "")


def test_an_advertisement_says_so_in_editions_and_stories_too(site: Site) -> None:
    text = SITE.replace("paginate: 2", "editions: weekly").replace("genre: adv", "brief: true\nstory: Soap\ngenre: adv")
    text += "-- content/2024-05-03-more.md --\n---\ntitle: More\nstory: Soap\n---\nMore.\n"
    pages = well_built(site(text))
    label = '<strong class="dg-label">Advertisement</strong>'
    (edition,) = (path for path in pages if re.fullmatch(r"editions/[^/]+/index\.html", path))
    for path in (edition, "stories/soap/index.html"):
        assert label in pages[path].decode(), path
    thread = pages["2024/05/more/index.html"].decode().partition('class="dg-thread"')[2].partition("</nav>")[0]
    assert label in thread
    assert ">Advertisement: Soap</a>" in pages["editions/feed.xml"].decode().replace("&lt;", "<").replace("&gt;", ">")
