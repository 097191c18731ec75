"""The sitemap and robots.txt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from digestgen import build, sitemap
from digestgen.sitemap import Page, Story
from tests.building import NOW, planned, still_as_it_was
from tests.formats import faults_of_xml

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def addresses(data: object) -> list[tuple[str, str]]:
    assert isinstance(data, bytes)
    assert faults_of_xml(data) == []
    root = ElementTree.fromstring(data)
    return [(item.findtext(f"{SITEMAP}loc") or "", item.findtext(f"{SITEMAP}lastmod") or "") for item in root]


def test_a_sitemap_names_pages_with_their_last_change() -> None:
    pages = [Page("https://digest.example/?a&b", "2024-05-03T00:00:00+02:00"), Page("https://digest.example/")]
    assert addresses(sitemap.urlset(map(sitemap.entry, pages))) == [
        ("https://digest.example/?a&b", "2024-05-03T00:00:00+02:00"),
        ("https://digest.example/", ""),
    ]


def test_an_index_names_sitemaps() -> None:
    data = sitemap.index([Page("https://digest.example/sitemap-1.xml")])
    assert ElementTree.fromstring(data).tag == f"{SITEMAP}sitemapindex"
    assert addresses(data) == [("https://digest.example/sitemap-1.xml", "")]


def test_a_page_names_its_versions_in_other_languages() -> None:
    page = Page(
        "https://digest.example/", versions=(("en", "https://digest.example/"), ("de", "https://d.example/?a&b"))
    )
    (url,) = ElementTree.fromstring(sitemap.urlset([sitemap.entry(page)]))
    links = [dict(link.attrib) for link in url.iter("{http://www.w3.org/1999/xhtml}link")]
    assert links == [
        {"rel": "alternate", "hreflang": "en", "href": "https://digest.example/"},
        {"rel": "alternate", "hreflang": "de", "href": "https://d.example/?a&b"},
    ]


def test_a_sitemap_is_parted_by_the_number_of_its_pages_and_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [sitemap.entry(Page(f"https://digest.example/{number}")) for number in range(7)]
    assert [len(part) for part in sitemap.parts([])] == [0]
    monkeypatch.setattr(sitemap, "MOST", 3)
    assert [len(part) for part in sitemap.parts(pages)] == [3, 3, 1]
    for most, fit in ((1200, 3), (1140, 2), (1100, 1), (1030, 1)):  # the last one holds nothing but what has to stand
        monkeypatch.setattr(sitemap, "MOST_BYTES", most)
        parts = list(sitemap.parts(pages))
        assert [page for part in parts for page in part] == pages
        assert max(map(len, parts)) == fit
        assert max(len(sitemap.urlset(part)) for part in parts) <= 1200


def test_a_sitemap_can_be_read_entry_by_entry() -> None:
    pages = [Page("https://digest.example/"), Page("https://digest.example/?a&<b", "2024-05-03")]
    listed = [sitemap.entry(page) for page in pages]
    assert sitemap.entries(sitemap.urlset(listed)) == listed
    assert [*map(sitemap.address, listed)] == [page.url for page in pages]
    assert sitemap.entries(sitemap.urlset([])) == []


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en-GB", "en"),
        ("fil", "fil"),
        ("zh", "zh-cn"),
        ("zh-Hans", "zh-cn"),
        ("zh-Hant-HK", "zh-tw"),
        ("zh-TW", "zh-tw"),
    ],
)
def test_news_says_what_google_news_asks_for(lang: str, told: str) -> None:
    story = Story("https://digest.example/a/?a&b", "The <Digest>", lang, "2024-05-31T10:00:00+02:00", "Rain & \x07wind")
    (url,) = ElementTree.fromstring(sitemap.news([story]))
    news = "{http://www.google.com/schemas/sitemap-news/0.9}"
    assert [(node.tag.replace(news, ""), node.text) for node in url.iter() if not len(node)] == [
        (f"{SITEMAP}loc", "https://digest.example/a/?a&b"),
        ("name", "The <Digest>"),
        ("language", told),
        ("publication_date", "2024-05-31T10:00:00+02:00"),
        ("title", "Rain & wind"),
    ]


def test_robots_lets_everyone_in_and_names_the_sitemap() -> None:
    assert sitemap.robots(["https://a.example/sitemap.xml", "https://a.example/news-sitemap.xml"]) == (
        b"User-agent: *\nAllow: /\n\nSitemap: https://a.example/sitemap.xml\nSitemap: https://a.example/news-sitemap.xml\n"
    )
    assert sitemap.robots([]) == b"User-agent: *\nAllow: /\n"


SITE = """
    -- site.yaml --
    title: Digest
    url: https://digest.example/base/
    languages: [de]
    -- content/a.md --
    ---
    title: A
    date: 2024-05-01
    updated: 2024-05-03T10:00Z
    aliases: [/old/]
    tags: [東京]
    ---
    -- content/b.de.md --
    ---
    title: B
    date: 2024-05-02
    canonical: https://elsewhere.example/b
    ---
    -- content/c.md --
    ---
    title: C
    date: 2024-07-01
    ---
"""


def test_a_sitemap_holds_every_page_that_search_engines_may_list(site: Callable[[str], Path]) -> None:
    found = addresses(planned(site(SITE)).outputs["sitemap.xml"].content)
    base = "https://digest.example/base"
    of_english = ["/", "/2024/05/a/", "/archive/", "/archive/2024/", "/archive/2024/05/"]
    of_english += ["/corrections/", "/sections/", "/sources/", "/tags/", "/tags/%E6%9D%B1%E4%BA%AC/"]
    # not: what is not found, what has moved, what is held, what says that it stands elsewhere
    of_german = [
        "/",
        "/archive/",
        "/archive/2024/",
        "/archive/2024/05/",
        "/corrections/",
        "/sections/",
        "/sources/",
        "/tags/",
    ]
    expected = {f"{base}{path}" for path in of_english} | {f"{base}/de{path}" for path in of_german}
    assert {url for url, _ in found} == expected
    assert [url for url, _ in found] == sorted(expected)
    changed = dict(found)
    assert changed[f"{base}/2024/05/a/"] == "2024-05-03T10:00:00+00:00"
    # a list is as new as the newest change of what it shows
    assert {changed[f"{base}{path}"] for path in ("/", "/archive/2024/05/", "/tags/%E6%9D%B1%E4%BA%AC/")} == {
        "2024-05-03T10:00:00+00:00"
    }
    assert changed[f"{base}/sources/"] == ""


def test_the_sitemap_names_the_versions_of_pages_and_of_lists(site: Callable[[str], Path]) -> None:
    text = SITE.replace("content/b.de.md", "content/a.de.md").replace(
        "    canonical: https://elsewhere.example/b\n", ""
    )
    root = ElementTree.fromstring(bytes(planned(site(text)).outputs["sitemap.xml"].content))  # type: ignore[arg-type]
    versions = {
        url.findtext(f"{SITEMAP}loc"): [(link.get("hreflang"), link.get("href")) for link in url.iter(f"{XHTML}link")]
        for url in root
    }
    base = "https://digest.example/base"
    for path, german in (
        ("/2024/05/a/", "/de/2024/05/a/"),
        ("/archive/2024/05/", "/de/archive/2024/05/"),
        ("/", "/de/"),
    ):
        pair = [("en", base + path), ("de", base + german), ("x-default", base + path)]
        assert versions[base + path] == versions[base + german] == pair
    assert versions[f"{base}/tags/%E6%9D%B1%E4%BA%AC/"] == []


def test_a_large_sitemap_is_parted_and_robots_names_the_index(
    site: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "MOST", 10)
    plan = planned(site(SITE))
    parts = [addresses(plan.outputs[f"sitemap-{number}.xml"].content) for number in (1, 2)]
    assert [len(part) for part in parts] == [10, 8]
    assert addresses(plan.outputs["sitemap.xml"].content) == [
        ("https://digest.example/base/sitemap-1.xml", ""),
        ("https://digest.example/base/sitemap-2.xml", ""),
    ]
    assert b"Sitemap: https://digest.example/base/sitemap.xml\n" in bytes(plan.outputs["robots.txt"].content)  # type: ignore[arg-type]


# --- news


NEWS = """
    -- site.yaml --
    title: Digest
    url: https://digest.example/
    site_id: 6fa459ea-ee8a-4ca4-894e-db77e160355e
    languages:
      - {lang: de, title: Auslese}
    -- content/old.md --
    ---
    title: Old
    date: 2024-05-30T12:00Z
    ---
    -- content/a.md --
    ---
    title: A
    date: 2024-05-30T12:01Z
    ---
    -- content/b.de.md --
    ---
    title: B
    date: 2024-06-01T11:00Z
    ---
    -- content/sold.md --
    ---
    title: Sold
    date: 2024-06-01T11:00Z
    genre: advertisement
    ---
    -- content/elsewhere.md --
    ---
    title: Elsewhere
    date: 2024-06-01T11:00Z
    canonical: https://elsewhere.example/
    ---
    -- content/held.md --
    ---
    title: Held
    date: 2024-06-01T12:01Z
    ---
"""


def news_of(data: bytes) -> list[tuple[str, str, str]]:
    assert faults_of_xml(data) == []
    space = "{http://www.google.com/schemas/sitemap-news/0.9}"
    return [
        (url.findtext(f".//{space}title") or "", url.findtext(f".//{space}name") or "", url[0].text or "")
        for url in ElementTree.fromstring(data)
    ]


def test_news_is_what_was_published_in_the_last_two_days_and_is_no_advertisement(site: Callable[[str], Path]) -> None:
    plan = planned(site(NEWS))
    assert news_of(bytes(plan.outputs["news-sitemap.xml"].content)) == [  # type: ignore[arg-type]
        ("B", "Auslese", "https://digest.example/de/2024/06/b/"),
        ("A", "Digest", "https://digest.example/2024/05/a/"),
    ]
    assert b"Sitemap: https://digest.example/news-sitemap.xml\n" in bytes(plan.outputs["robots.txt"].content)  # type: ignore[arg-type]


def test_no_more_than_a_thousand_articles_are_news_the_newest(
    site: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "MOST_NEWS", 1)
    (only,) = news_of(bytes(planned(site(NEWS)).outputs["news-sitemap.xml"].content))  # type: ignore[arg-type]
    assert only[0] == "B"


def test_an_article_that_is_news_no_more_is_not_taken_for_nothing_changed(site: Callable[[str], Path]) -> None:
    folder = site(NEWS)
    (folder / "content/held.md").unlink()
    output = folder / "public"

    def still(now: datetime) -> bool:
        return still_as_it_was(folder, output, now)

    before, after = NOW, NOW + timedelta(minutes=1)
    assert build.build(build.Request(folder, before, output, jobs=1)).ok
    assert still(before + timedelta(seconds=59))
    assert not still(after)
    result = build.build(build.Request(folder, after, output, jobs=1))
    assert result.written is not None
    assert result.written.written == ("news-sitemap.xml",)
    assert [title for title, _, _ in news_of((output / "news-sitemap.xml").read_bytes())] == ["B"]
