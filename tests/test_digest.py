"""The digest in this repository, as its readers meet it: whole, in browsers, before the W3C's checker."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import feedparser
import pytest
import yaml
from lxml import html
from playwright.sync_api import expect

from tests.browser import accessibility_faults, every_link, lines, vnu
from tests.building import built, once, published, told
from tests.conftest import OpenPage, SiteServer
from tests.formats import faults_of_json, faults_of_xml

ROOT = Path(__file__).resolve().parent.parent

ORIGIN = "https://digest.example"
PREFIX = "/a/base/"


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest's articles and what was built of them, at a path of its own."""

    source: Path
    output: Path

    @property
    def articles(self) -> list[str]:
        """The paths of all pages of articles, without their index.html."""
        found = [
            path.removesuffix("index.html")
            for path, data in published(self.output).items()
            if re.fullmatch(r"(?:\w\w/)?\d{4}/\d\d/[^/]+/index\.html", path) and b'http-equiv="refresh"' not in data
        ]
        assert len(found) >= 24
        return found

    def page(self, path: str) -> html.HtmlElement:
        data = (self.output / path / "index.html").read_bytes()
        return html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))

    def richest(self, *marks: str) -> str:
        """Return the article whose page has most of `marks`, and of those the longest one."""

        def rank(path: str) -> tuple[int, int]:
            text = (self.output / path / "index.html").read_text(encoding="utf-8")
            return sum(mark in text for mark in marks), len(text)

        return max(self.articles, key=rank)


@pytest.fixture(scope="session")
def digest(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    def fill(folder: Path) -> None:
        shutil.copytree(ROOT / "content", folder / "content")
        for path in ROOT.glob("*.yaml"):
            shutil.copy(path, folder)
        settings = (ROOT / "site.yaml").read_text(encoding="utf-8")
        moved = re.sub(r"(?m)^url: .*$", f"url: {ORIGIN}{PREFIX}", settings)
        assert moved != settings
        (folder / "site.yaml").write_text(moved, encoding="utf-8")
        result = built(folder, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert result.ok, told(result.diagnostics)
        assert told(result.diagnostics) == []

    folder = once(tmp_path_factory, "digest", fill)
    return Digest(folder / "content", folder / "public")


# --- the files


def test_every_article_that_is_no_draft_becomes_a_page_with_its_title(digest: Digest) -> None:
    wanted: Counter[str] = Counter()
    for path in digest.source.glob("*/**/*.md"):
        front = yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1])
        if not {"pages", "editions"}.intersection(path.parts) and not front.get("draft"):
            wanted[plain(front["title"])] += 1
    found = Counter(plain(digest.page(path).xpath("//h1")[0].text_content()) for path in digest.articles)
    assert found == wanted


def test_the_digest_uses_every_part_in_both_languages(digest: Digest) -> None:
    parts = {"genre", "story", "brief", "translation", "corrections", "credits", "image", "sources", "cites"}
    used: dict[bool, set[str]] = {True: set(), False: set()}
    for path in digest.source.glob("20*/**/*.md"):
        front = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        ways = {item.get("use", "based-on") for item in front.get("sources", []) if isinstance(item, dict)}
        used[path.name.endswith(".de.md")] |= front.keys() | ways | {front.get("genre", "")}
    assert parts - used[True] == parts - used[False] == set()
    assert {"analysis", "opinion", "advertisement", "reportage", "background", "quotes", "embargo"} <= used[False]


def plain(title: str) -> str:
    """Return a title without what typography changes in it: quotation marks, dashes, dots, blanks."""
    return re.sub(r"[^\w]|_", "", title)


def test_every_link_resolves(digest: Digest) -> None:
    assert not (broken := every_link(digest.output, PREFIX, ORIGIN)), lines(broken)


def test_every_feed_parses_and_leads_to_pages_of_the_site(digest: Digest) -> None:
    feeds = [path for path in published(digest.output) if path.endswith(("feed.xml", "rss.xml"))]
    assert {"feed.xml", "de/feed.xml", "rss.xml", "de/rss.xml"} <= set(feeds)
    for path in feeds:
        data = (digest.output / path).read_bytes()
        assert faults_of_xml(data) == [], path
        found = feedparser.parse(data)
        assert not found.bozo, path
        for entry in found.entries:
            inside = urlsplit(entry.link).path.removeprefix(PREFIX)
            assert (digest.output / inside / "index.html").is_file(), entry.link


def test_json_feeds_and_sitemaps_are_as_their_formats_ask(digest: Digest) -> None:
    for path in ("feed.json", "de/feed.json"):
        assert faults_of_json((digest.output / path).read_bytes()) == []
    for path in ("sitemap.xml", "news-sitemap.xml"):
        assert faults_of_xml((digest.output / path).read_bytes()) == []


@pytest.mark.checker
def test_the_w3cs_checker_finds_no_error_and_no_warning(digest: Digest) -> None:
    findings = [finding for finding in vnu(digest.output, PREFIX) if finding.kind != "info"]
    assert not findings, lines(findings[:20])


# --- in a browser

RICH = ("<table", "<pre", "footnote", "<figure", "dg-credits", "dg-versions")


def kinds(digest: Digest) -> dict[str, str]:
    """Return the path of one page of each kind."""
    outputs = published(digest.output)

    def one(pattern: str) -> str:
        found = [path for path in outputs if re.fullmatch(pattern, path)]
        return max(found, key=lambda path: len(outputs[path])).removesuffix("index.html")

    return {
        "front": "",
        "article": digest.richest(*RICH),
        "article with a table": digest.richest("<table"),
        "article with code": digest.richest("<pre"),
        "german article": max(path for path in digest.articles if path.startswith("de/")),
        "tag": one(r"tags/[^/]+/index\.html"),
        "tags": "tags/",
        "story": one(r"stories/[^/]+/index\.html"),
        "stories": "stories/",
        "source": one(r"sources/[^/]+/index\.html"),
        "sources": "sources/",
        "archive": "archive/",
        "year": one(r"archive/\d{4}/index\.html"),
        "month": one(r"archive/\d{4}/\d\d/index\.html"),
        "edition": one(r"editions/[^/]+/index\.html"),
        "editions": "editions/",
    }


@pytest.mark.browser
@pytest.mark.parametrize(
    "kind",
    [
        "front",
        "article",
        "article with a table",
        "german article",
        "tag",
        "story",
        "source",
        "sources",
        "archive",
        "year",
        "edition",
        "editions",
    ],
)
def test_axe_finds_nothing_in_light_and_dark_and_on_any_screen(
    digest: Digest, site_server: SiteServer, open_page: OpenPage, kind: str
) -> None:
    page = open_page(site_server(digest.output, PREFIX) + kinds(digest)[kind])
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for width, scheme in product((360, 1280), schemes):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert not (faults := accessibility_faults(page)), f"{width} px, {scheme}:\n{lines(faults)}"


@pytest.mark.browser
def test_each_page_fits_a_small_screen_and_gets_all_that_it_asks_for_below_a_path(
    digest: Digest, site_server: SiteServer, open_page: OpenPage
) -> None:
    base = site_server(digest.output, PREFIX)
    page = open_page(base, width=320)  # what a page complains of fails the test in the fixture
    too_wide = []
    for path in ["", *kinds(digest).values(), *digest.articles, "de/", "about/", "404.html"]:
        page.goto(base + path)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            too_wide.append(path)
        assert page.evaluate("document.styleSheets.length") == 1, path
        assert page.evaluate("[...document.images].every(image => image.loading == 'lazy' || image.naturalWidth)"), path
    assert too_wide == []


@pytest.mark.browser
def test_the_page_for_what_is_not_found_works_at_any_depth(
    digest: Digest, site_server: SiteServer, open_page: OpenPage
) -> None:
    base = site_server(digest.output, PREFIX)
    page = open_page(f"{base}no/such/page/at-all")
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 0
    page.click(".dg-name a")
    expect(page).to_have_url(base)


@pytest.mark.browser
def test_everything_works_without_script(digest: Digest, site_server: SiteServer, open_page: OpenPage) -> None:
    base = site_server(digest.output, PREFIX)
    page = open_page(base, java_script=False)
    page.click(".dg-lead a")
    page.wait_for_url(lambda url: url.removeprefix(base) in digest.articles)
    page.click("nav a[hreflang=de]")
    page.wait_for_url(f"{base}de/**")
    pages = b"".join(data for path, data in published(digest.output).items() if path.endswith(".html"))
    assert b"<script" not in pages.replace(b'<script type="application/ld+json">', b"")
