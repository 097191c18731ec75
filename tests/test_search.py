"""Searching: which index there is when, and what readers find, in a browser under the strictest policy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from digestgen import build, csp, files, search
from digestgen.diagnostics import Span
from digestgen.serve import values, worker
from tests.browser import accessibility_faults, lines, serving, vnu
from tests.building import NOW, built, everything, published, still_as_it_was, told
from tests.conftest import OpenPage
from tests.sites import write_site

SETTINGS = """
-- site.yaml --
title: The Sought
url: https://example.org/sub/
site_id: 0b1f8a52-6c1e-4f0e-9f5b-3d0a52c1a7de
languages: [{lang: de, title: Die Gesuchte}]
search: true
"""

ARTICLES = [
    ("01-harbour", "The harbour <b> & its crane", "2023-02-01", "Reuters", "ports", "A crane fell into the water."),
    ("02-bridge", "A bridge opens", "2023-03-01", "AFP", "roads", "Cars & bikes cross the water, `<script>` and all."),
    (
        "03-ferry",
        "The ferry sails",
        "2024-01-01",
        "Reuters",
        "ports",
        "It crosses the water daily.[^1]\n\n[^1]: So.",
    ),
    ("04-tunnel", "A tunnel is dug", "2024-02-01", "dpa", "roads", "Under the water, they say, it is dry."),
    ("05-flood", "The flood", "2024-03-01", "AFP", "weather", "The water came at night."),
]


def article(slug: str, title: str, on: str, source: str, tag: str, text: str) -> str:
    front = f"title: {json.dumps(title)}\ndate: {on}\nsources: [{source}]\ntags: [{tag}]"
    return f"-- content/{slug}.md --\n---\n{front}\n---\n{text}\n"


FILES = (
    SETTINGS
    + "".join(article(*item) for item in ARTICLES)
    + """\
-- content/pages/about.md --
---
title: About
---
We write of water.
-- content/06-lac.md --
---
title: Le lac
date: 2024-03-02
lang: fr
genre: opinion
---
Les bateaux traversent le lac. Rien sur le water.
-- content/hafen.md --
---
title: Häfen am Fluss
date: 2024-03-03
lang: de
sources: [dpa]
tags: [Häfen]
---
Die Schiffe verkaufen Fisch im water.
"""
)


@pytest.fixture(scope="module")
def sought(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site whose index has shards of three documents."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "SHARD", 3)
        folder = write_site(tmp_path_factory.mktemp("sought"), FILES)
        result = built(folder)
        assert result.ok, told(result.diagnostics)
        yield folder


@pytest.fixture
def own(sought: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of its own, with shards of three documents, that was built."""
    monkeypatch.setattr(search, "SHARD", 3)
    return Path(shutil.copytree(sought, tmp_path / "own"))


def index(folder: Path) -> dict[str, bytes]:
    """Return the files of the index."""
    return {path: data for path, data in everything(folder / "public").items() if search.inside(path)}


def runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return a list that grows by the pages of each run of Pagefind."""
    noted: list[list[str]] = []
    real = search._run

    def run(work: str) -> None:
        noted.append(sorted(path.removesuffix("/index.html") for path in everything(Path(work, "pages"))))
        real(work)

    monkeypatch.setattr(search, "_run", run)
    return noted


# --- when the index is made


def test_the_index_holds_shards_of_each_language_with_the_code_once(sought: Path) -> None:
    made = index(sought)
    manifest = json.loads(made[search.MANIFEST])
    named = [(group["part"], group["lang"], [shard["name"] for shard in group["shards"]]) for group in manifest]
    assert named == [("de", "de", ["de_1"]), ("en", "en", ["en_1", "en_2"]), ("en", "fr", ["en.fr_1"])]
    code = sorted(path.removeprefix("search/index/") for path in made if path.endswith((".js", ".pagefind")))
    assert code == [
        "de_1/pagefind.js",
        "de_1/wasm.de.pagefind",
        "en.fr_1/pagefind.js",
        "en.fr_1/wasm.fr.pagefind",
        "en_1/pagefind.js",
        "en_1/wasm.en.pagefind",
    ]
    assert not list((sought / "public").glob(".digestgen-work"))


def test_nothing_is_indexed_again_where_nothing_changed(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted, before = runs(monkeypatch), everything(own / "public")
    result = built(own)
    assert [(step.written, step.removed) for step in result.steps] == [((), ()), ((), ())]
    assert (noted, everything(own / "public")) == ([], before)
    output = own.parent / "other"
    assert built(own, output=output).ok
    assert still_as_it_was(own, output, NOW)
    next(output.glob("search/index/*/fragment/*")).unlink()
    assert not still_as_it_was(own, output, NOW)


def test_a_new_article_changes_the_newest_shard_only(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, noted = index(own), runs(monkeypatch)
    write_site(own, article("07-dam", "The dam", "2024-04-01", "AFP", "ports", "It holds the water."))
    result = built(own)
    assert result.ok
    write_site(own, article("08-weir", "The weir", "2024-05-01", "AFP", "ports", "It lets the water go."))
    assert built(own).ok
    assert noted == [["2024/04/07-dam"], ["2024/04/07-dam", "2024/05/08-weir"]]
    changed = {path for path, data in index(own).items() if before.get(path) != data}
    assert {path.split("/")[2] for path in changed} == {"en_3", "index.json"}
    assert index(own) == clean(own)


def clean(folder: Path) -> dict[str, bytes]:
    """Return the index of a build that remembers nothing."""
    (folder / ".digestgen" / "cache.sqlite").unlink()
    output = folder.parent / "clean"
    assert built(folder, output=output).ok
    return {path: data for path, data in published(output).items() if search.inside(path)}


def test_what_no_article_says_makes_no_new_index(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, noted = index(own), runs(monkeypatch)
    text = (own / "site.yaml").read_text()
    (own / "site.yaml").write_text(text.replace("The Sought", "The Searched") + "copyright: nobody\n")
    result = built(own)
    assert result.rendered
    assert (noted, index(own)) == ([], before)


def test_a_file_of_the_index_that_was_lost_or_changed_is_made_again(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, noted = index(own), runs(monkeypatch)
    lost = own / "public" / next(path for path in before if "/de_1/fragment/" in path)
    lost.unlink()
    changed = own / "public" / next(path for path in before if "/en_1/index/" in path)
    changed.write_bytes(b"other")
    result = built(own)
    assert (len(noted), index(own)) == (2, before)
    assert [item.code for item in result.diagnostics] == ["output-changed"]


def test_another_output_folder_gets_an_index_of_what_is_there_now(own: Path) -> None:
    other = own.parent / "other"
    built(own, output=other)
    write_site(own, article("05-flood", "The flood", "2024-03-01", "AFP", "weather", "It went."))
    built(own)
    built(own, output=other)
    assert {path: data for path, data in published(other).items() if search.inside(path)} == index(own)


def test_no_search_leaves_the_index_as_it_is(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, noted = index(own), runs(monkeypatch)
    write_site(own, article("05-flood", "The flood", "2024-03-01", "AFP", "weather", "It went."))
    result = build.build(build.Request(own, NOW, jobs=1, search=False))
    assert result.ok
    assert result.indexed is None
    assert (noted, index(own)) == ([], before)
    assert built(own).indexed is not None
    assert len(noted) == 1


def test_a_preview_borrows_the_last_index(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted, before = runs(monkeypatch), index(own)
    write_site(own, article("05-flood", "The deluge", "2024-03-01", "AFP", "weather", "It went."))
    asked = build.Request(own, NOW, own / ".digestgen/there", jobs=1, search=False, borrow=True, room=".digestgen/room")
    for _ in range(2):
        result = build.build(asked)
        assert result.ok, told(result.diagnostics)
        assert {
            path: data for path, data in published(own / ".digestgen/there").items() if search.inside(path)
        } == before
        assert before.keys() < result.files.keys()
    assert (noted, index(own)) == ([], before)
    (own / "public" / search.MANIFEST).unlink()
    assert build.build(asked).ok


def test_the_preview_searches_the_last_index_until_it_has_its_own(own: Path) -> None:
    at_work = worker.Worker(values.Order(str(own), ".digestgen/preview", drafts=False, future=False, jobs=1))
    first, _ = at_work.work(NOW)
    assert isinstance(first, values.Built)
    assert {path for path in first.files if search.inside(path)} == index(own).keys()


def test_an_index_that_is_not_wanted_any_more_is_removed(own: Path) -> None:
    text = (own / "site.yaml").read_text()
    (own / "site.yaml").write_text(text.replace("search: true", "search: false"))
    assert built(own).ok
    assert not (own / "public/search").exists()
    assert b"search" not in (own / "public/index.html").read_bytes()


def test_a_failure_is_told_and_leaves_the_site_new_and_the_index_whole(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = index(own)
    write_site(own, article("05-flood", "The deluge", "2024-03-01", "AFP", "weather", "It went."))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(own / "site.yaml"))
        result = built(own)
        assert "search-failed" in told(result.diagnostics)[0]
        assert result.written is not None
        assert (index(own), result.settled) == (before, False)
        assert b"deluge" in (own / "public/2024/03/05-flood/index.html").read_bytes()
    assert told(built(own).diagnostics) == []
    assert index(own) == clean(own)


def test_what_pagefind_says_when_it_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(search.Failed, match=r"Pagefind ended with 1: .*directory"):
        search._run(str(tmp_path))


def test_a_disk_that_fails_leaves_whole_files_and_the_next_build_mends_all(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_site(own, article("05-flood", "The deluge", "2024-03-01", "AFP", "weather", "It went."))
    build.build(build.Request(own, NOW, jobs=1, search=False))
    real, left = files.system.replace, [3]

    def replace(source: str, target: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device", target)
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(files.system, "replace", replace)
        with pytest.raises(OSError, match="No space"):
            built(own)
    assert built(own).ok
    assert index(own) == clean(own)


def test_an_article_may_not_claim_the_folder_of_the_index(tmp_path: Path) -> None:
    folder = write_site(tmp_path, SETTINGS + "-- content/static/search/index/x.txt --\nmine\n")
    assert "error[url-collision]" in told(built(folder).diagnostics)[0]


def test_what_is_missing_is_told_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"pagefind", "pagefind_bin"}
    monkeypatch.setattr(search, "_there", there.__contains__)
    assert search.missing(["de", "en-GB"], None) is None
    asian = search.missing(["en", "ja"], None)
    assert asian is not None
    assert asian.help == "install it: pip install 'digestgen[search-cjk]'"
    there.remove("pagefind_bin")
    absent = search.missing(["de"], Span("site.yaml"))
    assert absent is not None
    assert (absent.code, absent.help) == ("missing-extra", "install it: pip install 'digestgen[search]'")


def test_without_pagefind_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_there", lambda _module: False)
    folder = write_site(tmp_path, FILES)
    result = built(folder)
    assert (result.ok, [item.code for item in result.diagnostics]) == (False, ["missing-extra"])
    assert not (folder / "public").exists()
    assert build.build(build.Request(folder, NOW, jobs=1, search=False)).ok


def test_the_command_ends_with_1_where_the_index_failed(own: Path) -> None:
    write_site(own, article("05-flood", "The deluge", "2024-03-01", "AFP", "weather", "It went."))
    program = "-- pagefind/__init__.py --\n-- pagefind/__main__.py --\nraise SystemExit('no')\n"
    broken = write_site(own.parent / "broken", program)
    command = [sys.executable, "-m", "digestgen", "-C", str(own), "build", "--now", NOW.isoformat()]
    path = os.pathsep.join([str(broken), str(Path(__file__).parent.parent)])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, "error[search-failed]: Pagefind ended with 1: no" in done.stderr) == (1, True), done.stderr
    done = subprocess.run([*command, "--no-search"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- what readers find

PREFIX = "/a/base/"


def policy(path: str) -> str:
    """The strictest headers: WebAssembly on the page for searching, nowhere else."""
    return csp.text(wasm=path.endswith("/search/"), header=True)


@pytest.fixture(scope="module")
def address(sought: Path) -> Iterator[str]:
    with serving(sought / "public", PREFIX, policy) as url:
        yield url


@pytest.fixture
def at(address: str, open_page: OpenPage) -> Callable[..., Page]:
    """Opens a page for searching, by default that of the main language."""
    return lambda path="search/", **given: open_page(address + path, **given)


def titles(page: Page) -> list[str]:
    return page.locator(".dg-results .dg-headline").all_inner_texts()


def status(page: Page, text: str) -> None:
    expect(page.get_by_role("status")).to_have_text(text)


@pytest.mark.browser
def test_words_find_articles_of_the_pages_language_and_the_address_keeps_them(at: Callable[..., Page]) -> None:
    page = at()
    assert page.evaluate("performance.getEntriesByType('resource').map(x => x.name).filter(x => /index/.test(x))") == []
    page.get_by_role("searchbox").press_sequentially("crane")
    status(page, "Articles found: 1")
    assert titles(page) == ["The harbour <b> & its crane"]
    link = page.locator(".dg-results a")
    assert link.get_attribute("href").endswith("/a/base/2023/02/01-harbour/")  # type: ignore[union-attr]
    assert page.locator("mark").inner_text() == "crane"
    expect(page.locator(".dg-results .dg-from[dir=ltr] bdi")).to_have_text(["Reuters"])
    assert page.url.endswith("/a/base/search/?q=crane")
    assert page.title() == "crane – Search – The Sought"


@pytest.mark.browser
def test_text_of_articles_stays_text(at: Callable[..., Page]) -> None:
    page = at("search/?q=bikes")
    status(page, "Articles found: 1")
    expect(page.locator(".dg-summary")).to_have_text("Cars & bikes cross the water, <script> and all.")


@pytest.mark.browser
def test_filters_narrow_down_and_the_way_back_widens_again(at: Callable[..., Page]) -> None:
    page = at("search/?q=water")
    status(page, "Articles found: 7")  # in three shards of two languages, and a page
    narrow = page.locator(".dg-narrow")
    assert narrow.get_by_role("group").count() == 4
    narrow.get_by_label("Reuters").check()
    status(page, "Articles found: 2")
    narrow.get_by_label("2024").check()
    status(page, "Articles found: 1")
    assert (titles(page), "source=Reuters" in page.url, "year=2024" in page.url) == (["The ferry sails"], True, True)
    expect(narrow.get_by_label("2023")).to_be_visible()  # the other years of what else is asked
    page.go_back()
    status(page, "Articles found: 2")
    expect(narrow.get_by_label("2024")).not_to_be_checked()
    narrow.get_by_label("Reuters").uncheck()
    narrow.get_by_label("roads").check()
    status(page, "Articles found: 2")
    narrow.get_by_label("roads").uncheck()
    narrow.get_by_label("French").check()
    status(page, "Articles found: 1")
    assert page.locator(".dg-results a").get_attribute("lang") == "fr"
    assert page.locator(".dg-label").inner_text() == "Opinion"


@pytest.mark.browser
def test_one_language_is_searched_or_all(at: Callable[..., Page]) -> None:
    page = at("de/search/?q=verkauft")
    status(page, "Gefundene Artikel: 1")  # "verkaufen": by the stem
    assert titles(page) == ["Häfen am Fluss"]
    page.get_by_role("searchbox").fill("water")
    status(page, "Gefundene Artikel: 1")
    page.get_by_label("Alle Sprachen").check()
    status(page, "Gefundene Artikel: 8")
    assert page.url.endswith("?q=water&in=all")
    page.reload()
    status(page, "Gefundene Artikel: 8")


@pytest.mark.browser
def test_nothing_found_is_said_and_an_empty_field_says_nothing(at: Callable[..., Page]) -> None:
    page = at()
    page.get_by_role("searchbox").fill("zyzzyva")
    status(page, "Nothing was found.")
    page.get_by_role("searchbox").fill("")
    status(page, "")
    assert page.url.endswith("/search/")


#: What has the focus.
WHAT = "(e => e.closest('.dg-results') ? 'result' : e.type || e.localName)(document.activeElement)"


@pytest.mark.browser
def test_all_works_by_keyboard(at: Callable[..., Page]) -> None:
    page = at()
    page.get_by_role("searchbox").focus()
    page.keyboard.type("water")
    page.keyboard.press("Enter")
    status(page, "Articles found: 7")
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        what = page.evaluate(WHAT)
        seen.append(what)
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", what
        if what == "checkbox" and "space" not in seen:
            page.keyboard.press("Space")
            status(page, "Articles found: 6")
            assert page.evaluate("document.activeElement.checked")  # the focus stays where it was
            page.keyboard.press("Space")
            status(page, "Articles found: 7")
            seen.append("space")
        if what == "result":
            break
    order = list(dict.fromkeys(seen))
    assert order == ["submit", "radio", "summary", "checkbox", "space", "result"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/a/base/2*/**")
    page.go_back()
    status(page, "Articles found: 7")


@pytest.mark.browser
def test_more_results_come_where_readers_ask_and_take_the_focus(address: str, at: Callable[..., Page]) -> None:
    page = at()
    source = (Path(__file__).parent.parent / "themes/base/assets/search.js").read_text(encoding="utf-8")
    short = source.replace("const PAGE = 10;", "const PAGE = 3;")
    assert short != source
    page.route("**/search.*.js", lambda route: route.fulfill(body=short, content_type="text/javascript"))
    page.goto(address + "search/?q=water")
    status(page, "Articles found: 7")
    assert len(titles(page)) == 3
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".dg-results li")).to_have_count(6)
    expect(page.locator(".dg-results li").nth(3).get_by_role("link")).to_be_focused()
    page.reload()
    expect(page.locator(".dg-results li")).to_have_count(6)
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


@pytest.mark.browser
def test_without_script_the_page_says_so_and_leads_to_the_archive(at: Callable[..., Page]) -> None:
    page = at(java_script=False)
    expect(page.get_by_text("Searching needs JavaScript")).to_be_visible()
    expect(page.locator(".dg-search")).to_be_hidden()
    page.locator("main").get_by_role("link", name="Archive").click()
    page.wait_for_url("**/a/base/archive/")


@pytest.mark.browser
@pytest.mark.parametrize("gone", ["index.json", "en_1/pagefind.js", "en_2/pagefind-entry.json"])
def test_a_search_that_fails_says_so(address: str, browser_page: Page, gone: str) -> None:
    browser_page.route(f"**/search/index/{gone}*", lambda route: route.abort())
    browser_page.goto(address + "search/?q=water")
    status(browser_page, "The search does not work at the moment.")
    browser_page.unroute_all()
    browser_page.get_by_role("button", name="Search").click()
    status(browser_page, "Articles found: 7")


@pytest.fixture
def browser_page(open_page: OpenPage) -> Iterator[Page]:
    """A page whose complaints are nobody's."""
    context = open_page("about:blank").context
    page = context.new_page()
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize(("path", "scheme", "width"), [("search/", "dark", 360), ("de/search/", "light", 1280)])
def test_the_page_is_for_everybody(at: Callable[..., Page], path: str, scheme: str, width: int) -> None:
    page = at(f"{path}?q=water", color_scheme=scheme, width=width)
    expect(page.locator(".dg-results li").first).to_be_visible()
    page.locator(".dg-narrow").evaluate("e => e.open = true")
    assert not accessibility_faults(page), lines(accessibility_faults(page))
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.checker
def test_the_checker_finds_nothing(sought: Path, tmp_path: Path) -> None:
    for path in ("search/index.html", "de/search/index.html"):
        write_site(tmp_path, f"-- {path} --\n" + (sought / "public" / path).read_text(encoding="utf-8"))
    assert not vnu(tmp_path), lines(vnu(tmp_path))
