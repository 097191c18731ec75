"""The sitemap and robots.txt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from digestgen import sitemap
from digestgen.sitemap import Page
from tests.building import planned

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(data: object) -> list[tuple[str, str]]:
    assert isinstance(data, bytes)
    root = ElementTree.fromstring(data)
    return [(item.findtext(f"{SITEMAP}loc") or "", item.findtext(f"{SITEMAP}lastmod") or "") for item in root]


def test_a_sitemap_names_pages_with_their_last_change() -> None:
    pages = [Page("https://digest.example/?a&b", "2024-05-03T00:00:00+02:00"), Page("https://digest.example/")]
    assert addresses(sitemap.urlset(pages)) == [
        ("https://digest.example/?a&b", "2024-05-03T00:00:00+02:00"),
        ("https://digest.example/", ""),
    ]


def test_an_index_names_sitemaps() -> None:
    data = sitemap.index([Page("https://digest.example/sitemap-1.xml")])
    assert ElementTree.fromstring(data).tag == f"{SITEMAP}sitemapindex"
    assert addresses(data) == [("https://digest.example/sitemap-1.xml", "")]


def test_robots_lets_everyone_in_and_names_the_sitemap() -> None:
    assert sitemap.robots(["https://digest.example/sitemap.xml"]) == (
        b"User-agent: *\nAllow: /\n\nSitemap: https://digest.example/sitemap.xml\n"
    )


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
    of_english += ["/sections/", "/sources/", "/tags/", "/tags/%E6%9D%B1%E4%BA%AC/"]
    # not: what is not found, what has moved, what is held, what says that it stands elsewhere
    of_german = ["/", "/archive/", "/archive/2024/", "/archive/2024/05/", "/sections/", "/sources/", "/tags/"]
    expected = {f"{base}{path}" for path in of_english} | {f"{base}/de{path}" for path in of_german}
    assert {url for url, _ in found} == expected
    assert [url for url, _ in found] == sorted(expected)
    assert dict(found)[f"{base}/2024/05/a/"] == "2024-05-03T10:00:00+00:00"


def test_a_large_sitemap_is_parted_and_robots_names_the_index(
    site: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "MOST", 10)
    plan = planned(site(SITE))
    parts = [addresses(plan.outputs[f"sitemap-{number}.xml"].content) for number in (1, 2)]
    assert [len(part) for part in parts] == [10, 6]
    assert addresses(plan.outputs["sitemap.xml"].content) == [
        ("https://digest.example/base/sitemap-1.xml", ""),
        ("https://digest.example/base/sitemap-2.xml", ""),
    ]
    assert b"Sitemap: https://digest.example/base/sitemap.xml\n" in bytes(plan.outputs["robots.txt"].content)  # type: ignore[arg-type]
