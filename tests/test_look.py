"""The three themes with one content: what has to hold on each page kind, for every reader.

`pytest tests/test_look.py --matrix` (which is `python3 dev.py matrix`) looks at every theme, page kind, colour scheme,
screen and language with each other; without it, at a sample in which any two of these meet.
"""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from tests.browser import lines, vnu
from tests.building import built, everything, told
from tests.conftest import OpenPage, SiteServer
from tests.matrix import THEMES, Look, every, faults, press, sample
from tests.sites import write_site

ROOT = Path(__file__).resolve().parent.parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "look" in metafunc.fixturenames:
        looks = every() if metafunc.config.getoption("--matrix") else sample()
        metafunc.parametrize("look", list(looks), ids=str)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return press(tmp_path_factory)


def test_in_the_sample_any_two_values_meet() -> None:
    def pairs(look: Look) -> set[object]:
        named = (("theme", look.theme), ("kind", look.kind), ("scheme", look.scheme), ("width", look.width))
        return set(combinations((*named, ("lang", look.lang)), 2))

    assert set().union(*map(pairs, sample())) == set().union(*map(pairs, every()))


@pytest.mark.browser
def test_each_page_of_each_theme_is_open_to_every_reader(
    pages: Path, site_server: SiteServer, open_page: OpenPage, look: Look
) -> None:
    page = open_page(
        site_server(pages / look.theme) + look.path, width=look.width, color_scheme=look.scheme, locale=look.lang
    )
    assert page.evaluate("document.documentElement.lang") == look.lang
    assert not (found := faults(page, look.width)), lines(found)


@pytest.mark.checker
def test_the_w3cs_checker_finds_nothing_in_any_theme(pages: Path) -> None:
    findings = [finding for finding in vnu(pages) if finding.kind != "info"]
    assert not findings, lines(findings[:20])


@pytest.mark.parametrize("theme", THEMES[1:])
def test_the_digest_builds_in_each_theme_without_a_warning(theme: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    for path in ROOT.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(re.sub(r"(?m)^theme: .*$", f"theme: {theme}", text), encoding="utf-8")
    result = built(tmp_path, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert (result.ok, told(result.diagnostics)) == (True, [])


def test_all_themes_have_the_same_pages(pages: Path) -> None:
    """Fingerprints of style sheets differ, and nothing else."""
    found = [
        {path for path in everything(pages / theme) if not path.startswith(("assets/", ".digestgen"))}
        for theme in THEMES
    ]
    assert found[0] == found[1] == found[2]


@pytest.mark.browser
def test_a_river_shows_twenty_articles_on_two_screens_of_a_phone_and_keeps_its_day_in_sight(
    tmp_path: Path, site_server: SiteServer, open_page: OpenPage
) -> None:
    title = "The council of the town votes for a bridge over the river"
    rest = f"title: {title}\nsources: [Reuters, AFP]\ndateline: Rome\n---\nText.\n"
    front = "".join(
        f"-- content/a{number}.md --\n---\ndate: 2024-05-{3 - number // 10:02}T{23 - number % 10}:05\n{rest}"
        for number in range(30)
    )
    site = write_site(tmp_path, f"-- site.yaml --\ntitle: Ticker\ntheme: wire\npaginate: 30\n{front}")
    assert built(site).ok
    page = open_page(site_server(site / "public"), width=390, height=844)
    assert page.evaluate("document.querySelectorAll('.dg-card')[19].getBoundingClientRect().bottom") <= 2 * 844
    page.evaluate("scrollTo({top: 500, behavior: 'instant'})")
    assert page.evaluate("document.querySelector('.dg-day h2').getBoundingClientRect().top") == 0


@pytest.mark.browser
@pytest.mark.parametrize("theme", THEMES)
def test_on_paper_an_article_tells_its_links_and_leaves_out_what_cannot_be_followed(
    pages: Path, site_server: SiteServer, open_page: OpenPage, theme: str
) -> None:
    page = open_page(f"{site_server(pages / theme)}2023/09/osiris-rex/")
    page.emulate_media(media="print")
    after = "getComputedStyle(document.querySelector('.dg-sources a[href^=http]'), '::after').content"
    assert "attr" in page.evaluate(after) or "https://www.nasa.gov/" in page.evaluate(after)
    shown = "[...document.querySelectorAll('.dg-nav, .dg-skip, .dg-languages')].filter(item => item.checkVisibility())"
    assert page.evaluate(f"{shown}.length") == 0
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


#: What a reader of a footnote sees: where the focus is, what is marked, and what of both is on the screen.
_NOTED = """() => {
  const seen = item => {
    if (!item) return false;
    const box = item.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
  };
  const now = document.activeElement, target = document.querySelector(':target');
  const ring = getComputedStyle(now), mark = target && getComputedStyle(target);
  return {
    role: now.getAttribute('role'), label: now.getAttribute('aria-label'), hash: location.hash,
    focused: seen(now) && ring.outlineStyle != 'none' && parseFloat(ring.outlineWidth) >= 2,
    target: target && target.id, seen: seen(target),
    marked: !!mark && mark.backgroundColor != 'rgba(0, 0, 0, 0)',
  };
}"""

_BACK = {"de": "Zurück zum Text, Fußnote 1", "fa": "بازگشت به متن، پانویس 1", "ja": "本文に戻る、脚注1"}


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "lang"), [*zip(THEMES, _BACK, strict=True)])
def test_a_footnote_is_read_and_left_by_keyboard(
    pages: Path, site_server: SiteServer, open_page: OpenPage, theme: str, lang: str
) -> None:
    path = "2023/09/osiris-rex/" if lang == "de" else f"{lang}/2023/09/osiris-rex/"
    page = open_page(site_server(pages / theme) + path, width=390, height=700)

    def tabbed(role: str, most: int) -> dict[str, object]:
        """Go on by the keyboard until what has the focus has the role."""
        for _ in range(most):
            page.keyboard.press("Tab")
            if (found := page.evaluate(_NOTED))["role"] == role:
                return dict(found)
        raise AssertionError(f"no {role} within {most} steps")

    reference = tabbed("doc-noteref", 60)
    assert reference["focused"], reference
    page.keyboard.press("Enter")
    page.wait_for_url("**#fn:1")
    note = page.evaluate(_NOTED)
    assert (note["target"], note["seen"], note["marked"]) == ("fn:1", True, True), note
    section = page.locator('[role="doc-endnotes"]')
    assert section.get_attribute("aria-label") == {"de": "Fußnoten", "fa": "پانویس‌ها", "ja": "脚注"}[lang]
    back = tabbed("doc-backlink", 1)  # the next step from the note is the way back
    assert (back["focused"], back["label"]) == (True, _BACK[lang]), back
    page.keyboard.press("Enter")
    page.wait_for_url("**#fnref:1")
    returned = page.evaluate(_NOTED)
    assert (returned["target"], returned["seen"], returned["marked"]) == ("fnref:1", True, True), returned
    assert tabbed("doc-noteref", 1)["focused"]  # and reading goes on from there


@pytest.mark.browser
@pytest.mark.parametrize("theme", THEMES)
def test_the_readers_own_colours_leave_a_calendar_legible(
    pages: Path, site_server: SiteServer, open_page: OpenPage, theme: str
) -> None:
    page = open_page(f"{site_server(pages / theme)}archive/2023/")
    page.emulate_media(forced_colors="active")
    day = "getComputedStyle(document.querySelector('.dg-calendar [class^=dg-heat]'))"
    assert page.evaluate(f"{day}.outlineStyle") == "solid"
    fills = "[...document.querySelectorAll('.dg-heat path')].map(item => getComputedStyle(item).fill)"
    assert len(set(page.evaluate(fills))) > 1


@pytest.mark.parametrize(
    ("theme", "options", "path", "wanted"),
    [
        ("bulletin", "{paragraphs: space}", "a", 'data-paragraphs="space"'),
        ("bulletin", "{numbers: false}", "a", " data-plain"),
        ("bulletin", "{density: dense}", "a", 'data-density="dense"'),
        ("wire", "{face: mono}", "a", 'data-face="mono"'),
        ("wire", "{density: roomy}", "a", "<html"),
        ("wire", "{summaries: true}", "", '<p class="dg-summary">What it was.</p>'),
    ],
)
def test_options_of_a_theme_change_its_pages(tmp_path: Path, theme: str, options: str, path: str, wanted: str) -> None:
    article = "-- content/a.md --\n---\ntitle: A\ndate: 2024-05-01\nsummary: What it was.\n---\nText.\n"
    head = f"-- site.yaml --\ntitle: T\npermalink: /{{slug}}/\ntheme: {theme}\n"

    def page(settings: str) -> str:
        shutil.rmtree(tmp_path / "site", ignore_errors=True)
        site = write_site(tmp_path / "site", head + settings + article)
        assert (result := built(site)).ok, told(result.diagnostics)
        return (site / "public" / path / "index.html").read_text(encoding="utf-8")

    changed, plain = page(f"theme_options: {options}\n"), page("")
    assert wanted in changed
    assert changed != plain
