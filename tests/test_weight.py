"""What pages weigh and how they are gone through, in every theme that there is, in a real browser."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from lxml import html
from playwright.sync_api import Page

from tests.browser import lines
from tests.building import built, once, published, told
from tests.conftest import OpenPage, SiteServer

ROOT: Final = Path(__file__).resolve().parent.parent
PREFIX: Final = "/a/base/"

#: All themes that a site can use as they come.
THEMES: Final = tuple(
    path.parent.name
    for path in sorted((ROOT / "themes").glob("*/theme.yaml"))
    if not yaml.safe_load(path.read_text(encoding="utf-8")).get("skeleton")
)

#: A page of each kind, the largest of those that the pattern fits.
KINDS: Final = {
    "front": r"index\.html",
    "article": r"\d{4}/\d\d/[^/]+/index\.html",
    "german article": r"de/\d{4}/\d\d/[^/]+/index\.html",
    "tag": r"tags/[^/]+/index\.html",
    "edition": r"editions/[^/]+/index\.html",
    "story": r"stories/[^/]+/index\.html",
    "source": r"sources/[^/]+/index\.html",
    "sources": r"sources/index\.html",
    "people": r"people/index\.html",
    "person": r"people/[^/]+/index\.html",
    "tags": r"tags/index\.html",
    "editions": r"editions/index\.html",
    "corrections": r"corrections/index\.html",
    "archive": r"archive/index\.html",
    "year": r"archive/\d{4}/index\.html",
    "month": r"archive/\d{4}/\d\d/index\.html",
    "page": r"about/index\.html",
    "search": r"search/index\.html",
}
MAIN: Final = ("front", "article", "tag", "edition")


@dataclass(frozen=True, slots=True)
class Face:
    """The digest of this repository in a theme: its files, and the path of a page of each kind."""

    output: Path
    files: dict[str, bytes]
    kinds: dict[str, str]

    @property
    def articles(self) -> list[str]:
        found = [path for path in self.files if re.fullmatch(rf"(de/)?{KINDS['article']}", path)]
        return [path for path in found if b'http-equiv="refresh"' not in self.files[path]]


@pytest.fixture(scope="module", params=THEMES)
def face(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Face:
    def fill(folder: Path) -> None:
        shutil.copytree(ROOT / "content", folder / "content")
        for path in ROOT.glob("*.yaml"):
            shutil.copy(path, folder)
        settings = re.sub(r"(?m)^(theme|search):.*\n", "", (ROOT / "site.yaml").read_text(encoding="utf-8"))
        (folder / "site.yaml").write_text(f"{settings}\ntheme: {request.param}\nsearch: true\n", encoding="utf-8")
        result = built(folder, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert result.ok, told(result.diagnostics)

    output = once(tmp_path_factory, f"face-{request.param}", fill) / "public"
    files = published(output)
    kinds = {kind: _largest(pattern, files) for kind, pattern in KINDS.items()}
    return Face(output, files, {kind: path.removesuffix("index.html") for kind, path in kinds.items()})


def _largest(pattern: str, files: dict[str, bytes]) -> str:
    return max((path for path in files if re.fullmatch(pattern, path)), key=lambda path: len(files[path]))


def parsed(data: bytes) -> html.HtmlElement:
    return html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))


# --- weight


def style_sheets(page: html.HtmlElement, path: str, face: Face) -> list[bytes]:
    names = page.xpath("//link[@rel='stylesheet']/@href")
    return [face.files[urljoin("/" + path, str(name)).lstrip("/")] for name in names]


def test_every_article_with_its_style_sheet_fits_into_fourteen_kilobytes(face: Face) -> None:
    heavy = {}
    for path in face.articles:
        sheets = style_sheets(parsed(face.files[path]), path, face)
        assert len(sheets) == 1, path
        size = sum(len(gzip.compress(data, 9, mtime=0)) for data in (face.files[path], *sheets))
        if size > 14_000:
            heavy[path] = size
    assert heavy == {}


#: What a browser fetches by itself: not where links lead, nor what feeds and machines are told.
FETCHED: Final = (
    "//link[not(contains('|canonical|alternate|license|search|prev|next|', concat('|', @rel, '|')))]/@href",
    "//*[self::script or self::img or self::source or self::iframe or self::video or self::audio]/@src",
    "//@srcset",
    "//@poster",
    "//object/@data",
    "//use/@href",
)


def test_no_page_fetches_anything_from_another_host(face: Face) -> None:
    strange = []
    for path, data in face.files.items():
        if path.endswith(".html"):
            page = parsed(data)
            named = [str(address) for xpath in FETCHED for address in page.xpath(xpath)]
            strange += [f"{path}: {address}" for address in named if re.match(r"\s*(https?:)?//", address)]
        elif path.endswith((".css", ".js", ".svg")) and not path.startswith("search/index/"):
            text = re.sub(r"xmlns(:\w+)?=\"[^\"]*\"", "", data.decode())
            strange += [f"{path}: {found}" for found in re.findall(r"(?:url\(|@import|import\()[^)]*//[^)]*", text)]
    assert strange == []


# --- structure


def test_landmarks_and_headings_are_right(face: Face) -> None:
    faults = []
    for path, data in face.files.items():
        if path.endswith(".html") and b'http-equiv="refresh"' not in data:
            faults += [f"{path}: {fault}" for fault in structure_faults(parsed(data))]
    assert not faults, lines(faults[:20])


def structure_faults(page: html.HtmlElement) -> Iterator[str]:
    """Yield what is wrong with the landmarks and the outline of a page."""
    body = page.xpath("/html/body")[0]
    for name, where in (("main", "//main"), ("header", "/html/body/header"), ("footer", "/html/body/footer")):
        if len(page.xpath(where)) != 1:
            yield f"{len(page.xpath(where))} {name}"
    labels = [navigation_name(item, page) for item in page.xpath("//nav")]
    if len(set(labels)) != len(labels) or not all(labels):
        yield f"navigation that cannot be told apart: {labels}"
    outside = [child.tag for child in body if child.tag not in {"header", "main", "footer", "a", "nav", "aside"}]
    if outside:
        yield f"content outside landmarks: {outside}"
    levels = [int(item.tag[1]) for item in page.xpath("//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5]")]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} main headings"
    if any(after > before + 1 for before, after in zip(levels[levels.index(1) :], levels[levels.index(1) + 1 :])):  # noqa: B905
        yield f"headings that leave out a level: {levels}"


def navigation_name(item: html.HtmlElement, page: html.HtmlElement) -> str:
    named = item.get("aria-labelledby")
    return str(item.get("aria-label") or (page.get_element_by_id(named).text_content().strip() if named else ""))


# --- in a browser

#: Notes every shift of the layout that no one asked for, from the beginning.
OBSERVE: Final = """
    window.shifts = [];
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
    }).observe({type: "layout-shift", buffered: true});
"""

#: Goes down the whole page, so that what is lazy comes, and waits until it is there.
DOWN: Final = """async () => {
    for (let at = 0; at < document.body.scrollHeight; at += innerHeight) {
        scrollTo(0, at);
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    await Promise.all([...document.images].map(image => image.decode().catch(() => {})));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return window.shifts.reduce((sum, value) => sum + value, 0);
}"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_shifts_while_a_page_loads(
    face: Face, width: int, site_server: SiteServer, open_page: OpenPage
) -> None:
    base = site_server(face.output, PREFIX)
    page = open_page("about:blank", width=width)
    page.add_init_script(OBSERVE)
    shifts = {}
    for kind in MAIN:
        page.goto(base + face.kinds[kind])
        shifts[kind] = page.evaluate(DOWN)
    assert shifts == dict.fromkeys(MAIN, 0)


@pytest.mark.browser
def test_a_shift_would_be_seen(tmp_path: Path, site_server: SiteServer, open_page: OpenPage) -> None:
    (tmp_path / "index.html").write_text(
        "<!DOCTYPE html><title>x</title><p id=p>A</p><p>B</p>"
        "<script>requestAnimationFrame(() => setTimeout(() => p.style.marginTop = '300px', 50))</script>"
    )
    base = site_server(tmp_path)
    page = open_page("about:blank")
    page.add_init_script(OBSERVE)
    page.goto(base)
    page.wait_for_function("window.shifts.length > 0")
    assert page.evaluate(DOWN) > 0


@pytest.mark.browser
def test_a_page_asks_for_its_style_sheet_and_pictures_and_nothing_else(
    face: Face, site_server: SiteServer, open_page: OpenPage
) -> None:
    base = site_server(face.output, PREFIX)
    page = open_page("about:blank")  # requests to other hosts fail the test in the fixture
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    for kind, path in face.kinds.items():
        asked.clear()
        page.goto(base + path)
        named = [kind_of for kind_of, url in asked if "/favicon." not in urlsplit(url).path]
        rest = sorted(kind_of for kind_of in named if kind_of != "image")
        script = ["script", "stylesheet"] if kind == "search" else []
        assert rest == ["document", *script, "stylesheet"], (kind, asked)
        assert all(url.startswith(base.split(PREFIX)[0]) for _, url in asked)


#: Of what has the focus: a name, its place in the order of the document, whether it can be seen, and as focused.
FOCUS: Final = """() => {
    const item = document.activeElement;
    if (item === document.body) return null;
    const all = [...document.querySelectorAll("*")];
    const box = item.getClientRects()[0] ?? {width: 0, height: 0, top: -1, left: -1};
    const style = getComputedStyle(item);
    const seen = box.width > 0 && box.height > 0 && box.top >= -1 && box.left < innerWidth && box.top < innerHeight;
    return {
        name: item.outerHTML.slice(0, 90),
        place: all.indexOf(item),
        seen,
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
}"""

#: How many elements a page has that the keyboard has to come by.
REACHABLE: Final = """() => [...document.querySelectorAll(
    "a[href], button, input, summary, select, textarea, [tabindex='0']"
)].filter(item => item.checkVisibility({visibilityProperty: true})
    && !(item.type === "radio" && !item.checked)
    && !item.closest("details:not([open]) > :not(summary)")).length"""


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["article", "year", "search"])
def test_the_keyboard_goes_through_a_page_in_its_order_and_is_seen(
    face: Face, kind: str, site_server: SiteServer, open_page: OpenPage
) -> None:
    page = open_page(site_server(face.output, PREFIX) + face.kinds[kind])
    count = page.evaluate(REACHABLE)
    assert count > 5
    places: list[int] = []
    for _ in range(count):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus is not None, places
        assert focus["seen"], focus
        assert focus["ring"], focus
        places.append(focus["place"])
    assert places == sorted(places)
    assert len(set(places)) == count


@pytest.mark.browser
def test_the_first_key_leads_past_the_masthead(face: Face, site_server: SiteServer, open_page: OpenPage) -> None:
    page: Page = open_page(site_server(face.output, PREFIX) + face.kinds["article"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#dg-main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


@pytest.mark.browser
def test_fingers_hit_what_they_mean(face: Face, site_server: SiteServer, open_page: OpenPage) -> None:
    # WCAG 2.2, 2.5.8, which axe looks at only where it is asked to
    base = site_server(face.output, PREFIX)
    page = open_page("about:blank", width=412)
    for kind in MAIN:
        page.goto(base + face.kinds[kind])
        rules = {"target-size": {"enabled": True}}
        options = {"runOnly": ["target-size"], "rules": rules, "resultTypes": ["violations"]}
        found = Axe().run(page, options=options).response["violations"]
        assert [node["html"] for item in found for node in item["nodes"]] == [], kind
