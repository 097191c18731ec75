"""The preview as an editor meets it: a real browser before a real server, and files that change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests import browser as browsers
from tests.previewing import Preview, previewing
from tests.sites import write_site

pytestmark = pytest.mark.browser

LONG = "\n\n".join(f"Paragraph {number} of the story, long enough to need a scroll bar." for number in range(80))

SITE = f"""\
-- site.yaml --
title: Digest
url: https://digest.example/news/
languages: [de]
theme: mine
-- content/2024-05-01-rates.md --
---
title: Rates
summary: Of rates.
sources: [https://www.ecb.europa.eu/]
---
The first version.

{LONG}
-- content/2024-05-02-draft.md --
---
title: Unfinished
draft: true
image: /dot.svg
---
Not yet.
-- content/2099-05-02-later.md --
---
title: Later
summary: Later.
sources: [https://www.ecb.europa.eu/]
---
Later.
-- content/static/dot.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
-- themes/mine/theme.yaml --
name: mine
extends: broadsheet
-- themes/mine/assets/mine.css --
h1 {{ color: rgb(1, 2, 3) }}
-- themes/mine/templates/base.html --
{{% extends "broadsheet/base.html" %}}
{{% block head %}}
{{{{ super() }}}}
<link rel="stylesheet" href="{{{{ asset("mine.css") }}}}">
{{% endblock %}}
"""

ARTICLE = "content/2024-05-01-rates.md"


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    folder = write_site(tmp_path_factory.mktemp("preview"), SITE)
    with previewing(folder, "--drafts", "--future") as preview:
        yield preview


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 900, "height": 600})
    page = context.new_page()
    yield page
    context.close()


def visit(page: Page, preview: Preview, path: str = "2024/05/rates/") -> list[str]:
    complaints: list[str] = []
    browsers.watch(page, complaints)
    page.goto(preview.address + path)
    expect(page.locator("digestgen-preview")).to_be_attached()
    page.evaluate("window.stayed = true")
    return complaints


def test_an_edit_is_seen_where_the_reader_is(page: Page, preview: Preview) -> None:
    complaints = visit(page, preview)
    page.evaluate("window.scrollTo(0, 900)")
    page.evaluate("window.kept = document.querySelector('main p:nth-of-type(5)')")
    preview.change(ARTICLE, "Paragraph 40 of the story", "Paragraph forty of the story")
    expect(page.get_by_text("Paragraph forty of the story")).to_be_attached(timeout=20_000)
    assert page.evaluate("[window.scrollY, window.stayed]") == [900, True]
    assert page.evaluate("!window.kept || window.kept.isConnected")
    assert complaints == []


def test_what_is_wrong_is_shown_over_the_last_good_page_and_goes_when_it_is_mended(
    page: Page, preview: Preview
) -> None:
    visit(page, preview)
    page.evaluate("window.scrollTo(0, 700)")
    preview.change(ARTICLE, "summary: Of rates.", "expires: soon")
    panel = page.get_by_role("alert")
    expect(panel).to_be_visible(timeout=20_000)
    text = panel.inner_text()
    assert "1 error" in text
    for part in (f" --> {ARTICLE}:3:10", "3 | expires: soon", "  |          ^^^^ "):
        assert part in text
    expect(page.get_by_text("Paragraph 3 of the story")).to_be_attached()
    page.reload()
    expect(panel).to_be_visible(timeout=20_000)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    preview.change(ARTICLE, "expires: soon", "summary: Of interest rates.")
    expect(page.get_by_text("Of interest rates.").first).to_be_attached(timeout=20_000)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert page.evaluate("window.scrollY") == 700


def test_a_style_sheet_is_swapped_without_a_reload(page: Page, preview: Preview) -> None:
    visit(page, preview)
    page.evaluate("window.scrollTo(0, 500)")
    headline = page.locator("main h1")
    expect(headline).to_have_css("color", "rgb(1, 2, 3)")
    preview.change("themes/mine/assets/mine.css", "rgb(1, 2, 3)", "rgb(4, 5, 6)")
    expect(headline).to_have_css("color", "rgb(4, 5, 6)", timeout=20_000)
    assert page.evaluate("[window.scrollY, window.stayed]") == [500, True]
    preview.change("themes/mine/assets/mine.css", "rgb(4, 5, 6)", "rgb(1, 2, 3)")
    expect(headline).to_have_css("color", "rgb(1, 2, 3)", timeout=20_000)
    assert page.evaluate("document.querySelectorAll('link[href*=\"mine.css\"]').length") == 1


def test_a_template_that_changes_changes_the_page_in_place(page: Page, preview: Preview) -> None:
    visit(page, preview)
    preview.change(
        "themes/mine/templates/base.html", "{% endblock %}", '<meta name="mark" content="x">\n{% endblock %}'
    )
    expect(page.locator("meta[name=mark]")).to_be_attached(timeout=20_000)
    assert page.evaluate("window.stayed") is True


@pytest.fixture
def scripted(preview: Preview) -> Iterator[None]:
    """Pages that have a script of their own, and a picture."""
    template = "themes/mine/templates/base.html"
    picture = '<link rel="preload" as="image" href="{{ asset("own.svg") }}">'
    added = f'<script src="{{{{ asset("own.js") }}}}" defer></script>{picture}'
    preview.write("themes/mine/assets/own.js", "window.ran = (window.ran ?? 0) + 1;")
    preview.write("themes/mine/assets/own.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    preview.change(template, "{{ super() }}", "{{ super() }}" + added)
    preview.shows("/news/2024/05/rates/", lambda data: b"own.js" in data)
    yield
    preview.change(template, added, "")
    preview.shows("/news/2024/05/rates/", lambda data: b"own.js" not in data)


@pytest.mark.usefixtures("scripted")
def test_a_page_with_a_script_of_its_own_is_loaded_anew_in_its_place(page: Page, preview: Preview) -> None:
    visit(page, preview)
    page.evaluate("window.scrollTo(0, 600)")
    preview.change(ARTICLE, "Paragraph 60 of the story", "Paragraph sixty of the story")
    expect(page.get_by_text("Paragraph sixty of the story")).to_be_attached(timeout=20_000)
    preview.becomes(lambda: page.evaluate("window.scrollY"), lambda top: top == 600)  # its policy forbids to wait there
    assert page.evaluate("[window.ran, window.stayed === undefined]") == [1, True]


@pytest.mark.usefixtures("scripted")
def test_the_place_is_kept_where_a_page_changes_again_before_it_is_all_there(page: Page, preview: Preview) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    visit(page, preview)
    page.evaluate("window.scrollTo(0, 600)")
    page.route("**/own.svg", hold)
    preview.change(ARTICLE, "Paragraph 61 of the story", "Paragraph sixty-one of the story")
    expect(page.get_by_text("Paragraph sixty-one of the story")).to_be_attached(timeout=20_000)
    preview.change(ARTICLE, "Paragraph 62 of the story", "Paragraph sixty-two of the story")
    expect(page.get_by_text("Paragraph sixty-two of the story")).to_be_attached(timeout=20_000)
    page.unroute("**/own.svg")
    for route in held:
        route.continue_()
    preview.becomes(lambda: page.evaluate("window.scrollY"), lambda top: top == 600)  # its policy forbids to wait there


def test_a_badge_marks_drafts_and_what_is_missing(page: Page, preview: Preview) -> None:
    visit(page, preview, "2024/05/draft/")
    badge = page.locator("digestgen-preview .badge")
    expect(badge).to_be_visible(timeout=20_000)
    assert badge.inner_text().split("\n") == ["draft", "no source", "no summary", "no alternative text"]


def test_a_badge_marks_what_is_to_come(page: Page, preview: Preview) -> None:
    visit(page, preview, "2099/05/later/")
    badge = page.locator("digestgen-preview .badge")
    expect(badge).to_have_text("from 2 May 2099 00:00 UTC on", timeout=20_000)


def test_a_page_with_all_it_needs_has_no_badge(page: Page, preview: Preview) -> None:
    visit(page, preview)
    expect(page.locator("digestgen-preview .badge")).to_have_count(0)


def test_warnings_are_a_quieter_note(page: Page, preview: Preview) -> None:
    visit(page, preview)
    summary = page.locator("digestgen-preview summary")
    expect(summary).to_have_text("1 warning", timeout=20_000)
    summary.click()
    expect(page.locator("digestgen-preview details pre")).to_contain_text("missing-alt")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_is_not_there_is_shown_as_it_is_published_and_changes_when_it_comes(page: Page, preview: Preview) -> None:
    answer = page.goto(preview.address + "2024/05/new/")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("This page does not exist")
    preview.write("content/2024-05-03-new.md", "---\ntitle: New\n---\nIt came.\n")
    expect(page.get_by_text("It came.")).to_be_attached(timeout=20_000)
    (preview.folder / "content/2024-05-03-new.md").unlink()
    expect(page.locator("h1")).to_have_text("This page does not exist", timeout=20_000)


def test_the_german_part_has_its_own_page_for_what_is_not_there(page: Page, preview: Preview) -> None:
    answer = page.goto(preview.address + "de/2024/05/neu/")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_what_is_shown_over_a_page_is_accessible(page: Page, preview: Preview) -> None:
    visit(page, preview, "2024/05/draft/")
    expect(page.locator("digestgen-preview .badge")).to_be_visible(timeout=20_000)
    page.locator("digestgen-preview summary").click()
    preview.change(ARTICLE, "title: Rates", "titel: Rates")
    expect(page.get_by_role("alert")).to_be_visible(timeout=20_000)
    faults = browsers.accessibility_faults(page)
    preview.change(ARTICLE, "titel: Rates", "title: Rates")
    expect(page.get_by_role("alert")).to_have_count(0, timeout=20_000)
    assert faults == ()
