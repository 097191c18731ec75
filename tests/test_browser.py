"""The helpers that browser tests rest on: each must see what it is there to see."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import accessibility_faults, every_link, vnu, watch
from tests.conftest import OpenPage, SiteServer
from tests.sites import write_site

GOOD = """
    -- index.html --
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <title>Front</title>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'">
    <link rel="stylesheet" href="style.css">
    </head>
    <body><main><h1 id="head">Front</h1>
    <p><a href="/repo/a/#part">A</a> <a href="#head">up</a></p></main></body>
    </html>
    -- style.css --
    h1 { color: rgb(1, 2, 3) }
    a { display: inline-block; min-width: 24px; min-height: 24px }
    -- a/index.html --
    <!DOCTYPE html>
    <html lang="en">
    <head><title>A</title><meta name="robots" content="noindex"></head>
    <body><main><h1 id="part">A</h1><p><a href="https://elsewhere.example/x">elsewhere</a></p></main></body>
    </html>
    -- 404.html --
    <!DOCTYPE html>
    <html lang="en"><head><title>Gone</title></head><body><main><h1>Gone</h1></main></body></html>
"""


@pytest.fixture
def good(site: Callable[[str], Path]) -> Path:
    return site(GOOD)


def fetched(url: str) -> tuple[int, str, str, str]:
    try:
        answer = urllib.request.urlopen(url, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers["Content-Type"], answer.url, answer.read().decode()


def test_server_answers_as_a_static_host_at_a_prefix(good: Path, site_server: SiteServer) -> None:
    base = site_server(good, "/repo/")
    assert fetched(base)[:2] == (200, "text/html; charset=utf-8")
    assert fetched(f"{base}a")[2] == f"{base}a/"
    assert fetched(f"{base}style.css")[1] == "text/css; charset=utf-8"
    assert fetched(f"{base}nothing")[0] == 404
    assert "Gone" in fetched(f"{base}nothing")[3]
    (good.parent / "site-beside").write_text("a neighbour")
    assert fetched(f"{base}%2e%2e/site-beside")[0] == 404
    assert fetched(base.removesuffix("repo/"))[0] == 404


def test_crawl_finds_nothing_in_a_whole_site(good: Path) -> None:
    assert every_link(good, "/repo/") == ()


def test_crawl_tells_each_kind_of_broken_link(tmp_path: Path) -> None:
    text = """
        -- index.html --
        <!DOCTYPE html><title>x</title><meta http-equiv="refresh" content="0; url=gone/">
        <a href="none.html">1</a> <a href="a/#no">2</a> <a href="/a/">3</a> <a href="a">4</a>
        <a href="https://site.example/b/">5</a> <img src="p.png" srcset="q.png 1x, r.png 2x" alt="">
        -- a/index.html --
        <!DOCTYPE html><title>A</title><p id="yes">
    """
    broken = every_link(write_site(tmp_path, text), "/repo/", "https://site.example")
    assert [line.removeprefix("index.html: ") for line in broken] == [
        "gone/ (no such file)",
        "none.html (no such file)",
        "a/#no (no such id)",
        "/a/ (no such file)",
        "a (a folder without its slash costs a redirect)",
        "https://site.example/b/ (no such file)",
        "p.png (no such file)",
        "q.png (no such file)",
        "r.png (no such file)",
    ]


@pytest.mark.browser
def test_browser_shows_a_page_with_its_style(good: Path, site_server: SiteServer, open_page: OpenPage) -> None:
    page = open_page(site_server(good, "/repo/"), width=360)
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
    assert page.evaluate("innerWidth") == 360


@pytest.mark.browser
def test_axe_sees_a_picture_without_a_text(
    tmp_path: Path, good: Path, site_server: SiteServer, open_page: OpenPage
) -> None:
    assert accessibility_faults(open_page(site_server(good, "/repo/"))) == ()
    bad = "-- index.html --\n<!DOCTYPE html><html lang=en><title>x</title><main><h1>x</h1><img src='data:,'>"
    faults = accessibility_faults(open_page(site_server(write_site(tmp_path / "bad", bad))))
    assert [fault.split(":")[0] for fault in faults] == ["image-alt"]


@pytest.mark.browser
def test_watching_tells_what_a_page_complains_of(tmp_path: Path, site_server: SiteServer, open_page: OpenPage) -> None:
    text = """
        -- index.html --
        <!DOCTYPE html><title>x</title>
        <meta http-equiv="Content-Security-Policy" content="style-src 'none'">
        <p style="color: red">x<img src="none.png" alt=""><img src="https://elsewhere.example/x.png" alt="">
        <script>nothing()</script>
    """
    url = site_server(write_site(tmp_path, text))
    complaints: list[str] = []
    page = open_page("about:blank").context.new_page()  # a page that the fixture does not judge
    watch(page, complaints)
    page.goto(url)
    told = "\n".join(complaints)
    assert "violates" in told
    assert "nothing is not defined" in told
    assert "none.png is answered with 404" in told
    assert "asks for https://elsewhere.example/x.png" in told


@pytest.mark.checker
def test_checker_tells_errors_of_all_pages_in_one_run(good: Path) -> None:
    bad = "<!DOCTYPE html><html lang='en'><title>x</title>\n<p><b>x</p>\n"
    write_site(good, f"-- c/ü.html --\n{bad}-- d.html --\n{bad}")
    findings = vnu(good, "/repo/")
    assert {finding.page for finding in findings} == {"c/ü.html", "d.html"}
    assert ("error", 2) in {(finding.kind, finding.line) for finding in findings}


def test_a_site_in_one_string_becomes_files(tmp_path: Path) -> None:
    write_site(tmp_path, "a remark\n-- one.md --\n\ufefftitle\r\n\n-- deep/two words.md --\nlast")
    assert (tmp_path / "one.md").read_bytes() == "\ufefftitle\r\n\n".encode()
    assert (tmp_path / "deep/two words.md").read_text() == "last"


@pytest.mark.parametrize("text", ["no file", "-- ../out.md --\nx"])
def test_a_site_that_cannot_be_written_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"no file|not below"):
        write_site(tmp_path, text)
