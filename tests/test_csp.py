"""The Content-Security-Policy: one text for meta elements and headers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html

from digestgen import csp, linked, theme
from digestgen.build import Request, build
from tests.building import told
from tests.sites import write_site


def directives(policy: str) -> dict[str, list[str]]:
    listed = [part.split() for part in policy.split(";")]
    found = {name: sources for name, *sources in listed}
    assert len(found) == len(listed), "a second directive of a name does not count"
    return found


def test_a_plain_page_gets_nothing_from_elsewhere_and_runs_nothing_inline() -> None:
    policy = csp.text()
    assert policy == csp.PLAIN
    assert directives(policy)["default-src"] == ["'self'"]
    assert "unsafe" not in policy


def test_hosts_of_pictures_and_players_are_allowed_each_once_in_order() -> None:
    found = directives(csp.text(images=["b.example", "a.example", "b.example"], frames=["c.example"]))
    assert found["img-src"] == ["'self'", "https://a.example", "https://b.example"]
    assert found["frame-src"] == ["https://c.example"]


def test_only_who_asks_may_compile_webassembly() -> None:
    assert directives(csp.text(wasm=True))["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert "'wasm-unsafe-eval'" in directives(csp.text(wasm=True, any_html=True))["script-src"]


def test_linked_data_of_a_page_with_scripts_of_its_own_stand_in_the_same_directive() -> None:
    for policy in (csp.text(), csp.text(wasm=True)):
        data = linked.data([linked.node("Thing", name="x")], policy)
        sources = directives(policy + data.leave)["script-src"]
        assert sources[0] == "'self'"
        assert sources[-1].startswith("'sha256-")


def test_only_a_header_says_who_may_frame_a_page() -> None:
    assert "frame-ancestors" not in csp.text(any_html=True)
    assert directives(csp.text(header=True)) == directives(csp.text()) | {"frame-ancestors": ["'self'"]}
    assert directives(csp.text(any_html=True, header=True))["frame-ancestors"] == ["'self'"]


# --- pages


@pytest.fixture(scope="module", params=theme.available(theme.own_themes()))
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, html.HtmlElement]:
    """Every page of a site with all kinds of pages, in one theme."""
    text = (Path(__file__).parent / "golden/site.txt").read_text(encoding="utf-8")
    text = text.replace("-- site.yaml --\n", f"-- site.yaml --\ntheme: {request.param}\nsearch: true\n")
    folder = write_site(tmp_path_factory.mktemp("policy"), text)
    result = build(Request(folder, datetime(2024, 6, 1, tzinfo=UTC), jobs=1, search=False))
    assert result.ok, told(result.diagnostics)
    return {
        path.relative_to(folder / "public").as_posix(): html.document_fromstring(path.read_bytes())
        for path in (folder / "public").rglob("*.html")
    }


def policy_of(page: html.HtmlElement) -> str:
    (meta,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']")
    return str(meta.get("content"))


def test_every_page_has_one_policy_before_all_that_it_rules(pages: dict[str, html.HtmlElement]) -> None:
    for path, page in pages.items():
        assert directives(policy_of(page))["default-src"] == ["'self'"], path
        assert not page.xpath("//meta[@http-equiv='Content-Security-Policy']/preceding::*[self::link or self::script]")


def test_no_page_has_a_script_or_a_style_of_its_own(pages: dict[str, html.HtmlElement]) -> None:
    for path, page in pages.items():
        assert page.xpath("//style | //@style | //@*[starts-with(name(), 'on')]") == [], path
        assert {script.get("type") for script in page.xpath("//script[not(@src)]")} <= {"application/ld+json"}, path


def test_only_pages_for_searching_may_compile_webassembly(pages: dict[str, html.HtmlElement]) -> None:
    allowed = {path for path, page in pages.items() if "unsafe" in policy_of(page)}
    assert allowed == {path for path in pages if path.split("/")[-2:-1] == ["search"]} != set()
    assert all("'unsafe-inline'" not in policy_of(page) for page in pages.values())
