"""What machines read in the heads of pages: linked data by schema.org's own terms, and previews."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import i18n, licenses, linked, preview
from digestgen.views import Picture
from tests.building import well_built
from tests.schemaorg import data_of, vocabulary

Site = Callable[[str], Path]

SETTINGS = """\
-- site.yaml --
title: The Paper
tagline: News in brief
url: https://paper.example/base/
language: en-GB
languages: [{lang: de, title: Das Blatt}]
timezone: Europe/Berlin
paginate: 1
license: CC BY 4.0
copyright: © The Paper
publisher: {name: The Publisher, url: https://publisher.example/, email: desk@publisher.example}
policies:
  principles: /about/
  corrections: https://publisher.example/corrections
  ownership: /about/
  contact: mailto:a@b.example
-- sources.yaml --
agency: {name: The Agency, url: https://agency.example/, lang: ko, license: all rights reserved}
-- people.yaml --
ada: {name: Ada Byron, url: https://ada.example/}
-- content/pages/about.md --
---
title: About
---
We.
-- content/pages/about.de.md --
---
title: Über uns
---
Wir.
"""

RICH = """\
-- content/2024/rain.md --
---
title: Rain at last
date: 2024-05-03T09:00
updated: 2024-05-04T10:00+02:00
summary: A first rain.
section: World
dateline: Seoul
genre: reportage
tags: [Weather, Asia]
sources:
  - agency
  - url: https://gazette.example/rain
    title: Regen
    lang: de
    license: CC BY-SA 3.0
    authors: [Cleo]
    published: 2024-05-02
  - {name: The Post, use: quotes}
credits:
  - {role: reporting, people: [{name: ada, place: Seoul}, Ben]}
  - {role: writing, people: [Cy]}
  - {role: editing, people: [Dee]}
  - {role: graphics, people: [Eve]}
translation: {of: dry.md, from: ko, by: [Flo], tool: A machine}
corrections:
  - {date: 2024-05-05, text: It rained more.}
image: {src: map.png, alt: A map, caption: Where it fell, credit: Our own, license: CC0}
---
It rained.
-- content/2024/rain.de.md --
---
title: Endlich Regen
date: 2024-05-03T09:30
section: Welt
---
Es hat geregnet.
-- content/2024/dry.md --
---
title: Dry
date: 2024-05-01
tags: [Weather]
section: World
---
No rain.
-- content/2024/map.png --
"""

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def meta(page: bytes) -> list[tuple[str, str]]:
    """Return (name, content) of each property of a preview in a page."""
    found = re.findall(r'<meta (?:property|name)="((?:og|article|twitter):[\w:]+)" content="([^"]*)">', page.decode())
    return [(name, unescape(content)) for name, content in found]


def article_of(page: bytes) -> dict[str, Any]:
    """Return the node of an article's page that is the article."""
    data = data_of(page)
    node: dict[str, Any] = data["@graph"][0] if "@graph" in data else data
    return node


def one(front: str, site: Site, settings: str = SETTINGS) -> dict[str, Any]:
    """Return the linked data of an article with `front` in its front matter."""
    text = f"-- content/a.md --\n---\ntitle: A\ndate: 2024-05-03\n{front}\n---\nText.\n"
    return article_of(well_built(site(settings + text))["2024/05/a/index.html"])


# --- the vocabulary


def test_every_page_says_what_it_is_in_terms_of_the_vocabulary(site: Site) -> None:
    built = well_built(site(SETTINGS + RICH))
    pages = {path: data_of(data) for path, data in built.items() if path.endswith(".html")}
    found = {path: vocabulary().faults(data) for path, data in pages.items() if data}
    assert len(found) > 25
    assert {path: faults for path, faults in found.items() if faults} == {}
    without = {path for path, data in pages.items() if not data}
    assert without == {"404.html", "de/404.html"}


@pytest.mark.parametrize("genre", linked.ARTICLES)
def test_every_genre_is_in_terms_of_the_vocabulary(genre: str, site: Site) -> None:
    found = one(f"genre: {genre}\ndateline: Seoul", site)
    assert found["@type"] == linked.ARTICLES[genre]
    assert ("dateline" in found) == (genre != "advertisement")
    assert vocabulary().faults({"@context": "https://schema.org", **found}) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"@type": "NewsStory"}, "NewsStory is no rdfs:Class"),
        ({"@type": "Organization"}, "Organization has no headline"),
        ({"headlines": "A"}, "headlines is no rdf:Property"),
        ({"map": "https://paper.example/"}, "map is superseded"),
        ({"datePublished": "yesterday"}, "NewsArticle.datePublished is 'yesterday', not one of ['Date', 'DateTime']"),
        ({"datePublished": "2024-05-03T09:00"}, "NewsArticle.datePublished is '2024-05-03T09:00'"),
        ({"license": "CC BY 4.0"}, "NewsArticle.license is 'CC BY 4.0', not one of ['CreativeWork', 'URL']"),
        ({"wordCount": "many"}, "NewsArticle.wordCount is 'many', not one of ['Integer']"),
        ({"author": {"@type": "Place", "name": "A"}}, "NewsArticle.author is Place, not one of"),
        ({"author": {"@id": "https://paper.example/#a"}}, "NewsArticle.author refers to what is not there"),
        ({"@context": "https://example.org"}, "the context is not schema.org's"),
    ],
)
def test_what_the_vocabulary_does_not_have_would_be_found(change: dict[str, Any], fault: str) -> None:
    right = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "A"}
    assert vocabulary().faults(right) == []
    assert [line for line in vocabulary().faults(right | change) if line.startswith(fault)]


# --- an article


def test_an_article_tells_all_that_is_known_of_it(site: Site) -> None:
    home = "https://paper.example/base/"
    url = f"{home}2024/05/rain/"
    publisher = {
        "@type": "NewsMediaOrganization",
        "@id": f"{home}#publisher",
        "name": "The Publisher",
        "url": "https://publisher.example/",
    }
    found = article_of(well_built(site(SETTINGS + RICH))["2024/05/rain/index.html"])
    assert found == {
        "@type": "ReportageNewsArticle",
        "url": url,
        "mainEntityOfPage": url,
        "headline": "Rain at last",
        "description": "A first rain.",
        "inLanguage": "en-GB",
        "datePublished": "2024-05-03T09:00:00+02:00",
        "dateModified": "2024-05-05T00:00:00+02:00",
        "articleSection": "World",
        "keywords": ["Weather", "Asia"],
        "wordCount": 2,
        "dateline": "Seoul",
        "image": {
            "@type": "ImageObject",
            "url": f"{url}map.png",
            "contentUrl": f"{url}map.png",
            "caption": "Where it fell",
            "description": "A map",
            "creditText": "Our own",
            "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        },
        "author": [
            {
                "@type": "Person",
                "name": "Ada Byron",
                "url": "https://paper.example/base/people/ada/",
                "sameAs": "https://ada.example/",
            },
            {"@type": "Person", "name": "Ben", "url": "https://paper.example/base/people/ben/"},
            {"@type": "Person", "name": "Cy", "url": "https://paper.example/base/people/cy/"},
        ],
        "editor": [{"@type": "Person", "name": "Dee", "url": "https://paper.example/base/people/dee/"}],
        "translator": [{"@type": "Person", "name": "Flo", "url": "https://paper.example/base/people/flo/"}],
        "contributor": [{"@type": "Person", "name": "Eve", "url": "https://paper.example/base/people/eve/"}],
        "creditText": "Reporting by Ada Byron in Seoul and Ben; writing by Cy; editing by Dee; graphics by Eve",
        "copyrightNotice": "© The Paper",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "isBasedOn": [
            {
                "@type": "CreativeWork",
                "inLanguage": "ko",
                "publisher": {"@type": "Organization", "name": "The Agency", "url": "https://agency.example/"},
                "license": {"@type": "CreativeWork", "name": "all rights reserved"},
            },
            {
                "@type": "CreativeWork",
                "name": "Regen",
                "url": "https://gazette.example/rain",
                "author": [{"@type": "Person", "name": "Cleo"}],
                "datePublished": "2024-05-02",
                "inLanguage": "de",
                "publisher": {"@type": "Organization", "name": "gazette.example"},
                "license": "https://creativecommons.org/licenses/by-sa/3.0/",
            },
        ],
        "citation": [{"@type": "CreativeWork", "publisher": {"@type": "Organization", "name": "The Post"}}],
        "translationOfWork": {
            "@type": "CreativeWork",
            "name": "Dry",
            "url": f"{home}2024/05/dry/",
            "inLanguage": "ko",
        },
        "correction": [
            {"@type": "CorrectionComment", "datePublished": "2024-05-05", "text": "It rained more."},
        ],
        "publisher": publisher,
        "sdPublisher": {"@id": f"{home}#publisher"},
    }


def test_an_article_without_people_is_its_publishers(site: Site) -> None:
    found = one("", site)
    assert found["author"] == [found["publisher"]]
    assert not found.keys() & {"editor", "creditText", "isBasedOn", "citation", "correction", "dateModified", "image"}


def test_what_is_republished_keeps_its_licence_and_its_address(site: Site) -> None:
    found = one(
        "canonical: https://gazette.example/a\n"
        "sources: [{url: https://gazette.example/a, use: republishes, license: CC BY-ND 4.0}]",
        site,
    )
    assert found["license"] == "https://creativecommons.org/licenses/by-nd/4.0/"
    assert (found["url"], found["mainEntityOfPage"]) == (
        "https://paper.example/base/2024/05/a/",
        "https://gazette.example/a",
    )
    assert [work["url"] for work in found["isBasedOn"]] == ["https://gazette.example/a"]


def test_an_article_of_an_edition_is_part_of_an_issue_of_a_periodical(site: Site) -> None:
    found = one("", site, SETTINGS.replace("paginate: 1", "editions: weekly"))
    assert found["isPartOf"]["issueNumber"] == "2024-18"
    assert vocabulary().faults({"@context": "https://schema.org", **found}) == []


def test_an_article_that_was_taken_back_says_so(site: Site) -> None:
    found = one("corrections: [{date: 2024-05-04T10:00, text: None of it is true., kind: retraction}]", site)
    assert found["creativeWorkStatus"] == "Retracted"
    assert found["dateModified"] == "2024-05-04T10:00:00+02:00"


def test_a_translation_does_not_name_what_is_held_back(site: Site) -> None:
    held = "-- content/secret-plan.md --\n---\ntitle: Secret plan\ndate: 2024-05-01\ndraft: true\n---\n"
    text = "-- content/a.md --\n---\ntitle: A\ndate: 2024-05-03\ntranslation: {of: secret-plan.md, from: fr}\n---\n"
    built = well_built(site(SETTINGS + held + text))
    found = article_of(built["2024/05/a/index.html"])
    assert found["translationOfWork"] == {"@type": "CreativeWork", "inLanguage": "fr"}
    assert not [path for path, data in built.items() if b"ecret" in data]


def test_a_long_first_paragraph_is_cut_for_descriptions(site: Site) -> None:
    text = "word " * 200
    built = well_built(site(SETTINGS + f"-- content/a.md --\n---\ntitle: A\ndate: 2024-05-03\n---\n{text}\n"))
    found = article_of(built["2024/05/a/index.html"])
    assert len(found["description"]) <= 301
    assert found["description"].endswith("word…")


def test_a_site_that_does_not_know_its_address_tells_the_rest(site: Site) -> None:
    settings = SETTINGS.replace("url: https://paper.example/base/\n", "")
    built = well_built(site(settings + RICH))
    page = built["2024/05/rain/index.html"]
    found = article_of(page)
    assert vocabulary().faults({"@context": "https://schema.org", **found}) == []
    assert not found.keys() & {"url", "mainEntityOfPage", "image"}
    assert found["headline"] == "Rain at last"
    assert found["publisher"] == found["sdPublisher"]
    assert "@id" not in found["publisher"]
    assert not [name for name, _ in meta(page) if name in ("og:url", "og:image")]
    assert data_of(built["tags/index.html"]) is None


# --- other pages


def test_the_front_page_says_who_publishes_and_by_which_principles(site: Site) -> None:
    built = well_built(site(SETTINGS + RICH))
    publisher, website = data_of(built["de/index.html"])["@graph"]
    assert publisher == {
        "@type": "NewsMediaOrganization",
        "@id": "https://paper.example/base/#publisher",
        "name": "The Publisher",
        "url": "https://publisher.example/",
        "email": "desk@publisher.example",
        "publishingPrinciples": "https://paper.example/base/de/about/",
        "correctionsPolicy": "https://publisher.example/corrections",
        "ownershipFundingInfo": "https://paper.example/base/de/about/",
        "contactPoint": {"@type": "ContactPoint", "email": "a@b.example"},
    }
    assert website["name"] == "Das Blatt"
    assert website["publisher"] == {"@id": publisher["@id"]}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("tags/index.html", ["The Paper", "Tags"]),
        ("tags/weather/index.html", ["The Paper", "Tags", "Weather"]),
        ("tags/weather/page/1/index.html", ["The Paper", "Tags", "Weather", "Weather, page 1"]),
        ("archive/2024/05/index.html", ["The Paper", "Archive", "2024", "Archive: May 2024"]),
        ("about/index.html", ["The Paper", "About"]),
    ],
)
def test_a_page_tells_the_way_to_it(path: str, names: list[str], site: Site) -> None:
    extra = "-- content/2024/wet.md --\n---\ntitle: Wet\ndate: 2024-05-02\ntags: [Weather]\n---\n"
    built = well_built(site(SETTINGS + extra + RICH))
    items = data_of(built[path])["itemListElement"]
    assert [item["name"] for item in items] == names
    assert [item["position"] for item in items] == [*range(1, len(names) + 1)]
    led = [item["item"]["@id"].removeprefix("https://paper.example/base/") + "index.html" for item in items]
    assert led[-1] == path
    assert all(page in built for page in led)


# --- previews


def test_an_article_has_a_preview(site: Site) -> None:
    assert meta(well_built(site(SETTINGS + RICH))["2024/05/rain/index.html"]) == [
        ("og:type", "article"),
        ("og:title", "Rain at last"),
        ("og:description", "A first rain."),
        ("og:url", "https://paper.example/base/2024/05/rain/"),
        ("og:site_name", "The Paper"),
        ("og:locale", "en_GB"),
        ("og:locale:alternate", "de_DE"),
        ("og:image", "https://paper.example/base/2024/05/rain/map.png"),
        ("og:image:alt", "A map"),
        ("article:published_time", "2024-05-03T09:00:00+02:00"),
        ("article:modified_time", "2024-05-05T00:00:00+02:00"),
        ("article:section", "World"),
        ("article:author", "https://paper.example/base/people/ada/"),
        ("article:author", "https://paper.example/base/people/ben/"),
        ("article:tag", "Weather"),
        ("article:tag", "Asia"),
        ("twitter:card", "summary_large_image"),
    ]


def test_other_pages_have_a_preview_and_those_for_nobody_have_none(site: Site) -> None:
    built = well_built(site(SETTINGS + RICH))
    assert dict(meta(built["de/index.html"])) == {
        "og:type": "website",
        "og:title": "Das Blatt",
        "og:url": "https://paper.example/base/de/",
        "og:site_name": "Das Blatt",
        "og:locale": "de_DE",
        "og:locale:alternate": "en_GB",
        "twitter:card": "summary",
    }
    assert sorted(path for path, data in built.items() if path.endswith(".html") and not meta(data)) == [
        "404.html",
        "de/404.html",
    ]


def test_a_drawing_is_no_picture_for_a_preview() -> None:
    assert preview.shows(Picture("https://paper.example/a.png?b.svg", "A"))
    assert not preview.shows(Picture("https://paper.example/a.SVG?b", "A"))
    assert not preview.shows(Picture("/a.png", "A"))


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("en", "en_US"), ("en-GB", "en_GB"), ("de", "de_DE"), ("de-CH", "de_CH"), ("fa", "fa_IR"), ("zh-Hant", "zh_TW")],
)
def test_a_language_has_the_country_that_opengraph_asks_for(tag: str, locale: str) -> None:
    assert i18n.language(tag).territorial == locale


# --- what texts could do


@given(st.dictionaries(st.text("abc", min_size=1), WORDS.filter(bool), max_size=4))
def test_no_text_leaves_its_script_element_and_all_of_it_arrives(texts: Mapping[str, str]) -> None:
    found = linked.document([linked.node("NewsArticle", **texts)])
    assert not re.search("[<>&\u2028\u2029]", found)
    assert json.loads(found) == {"@context": "https://schema.org", "@type": "NewsArticle", **texts}


def test_a_hostile_article_ends_no_element(site: Site) -> None:
    evil = "</script><script>alert(1)</script><!—>"
    text = f"-- content/a.md --\n---\ntitle: '{evil}'\ndate: 2024-05-03\nslug: a\ntags: ['\"><b>']\n---\n"
    page = well_built(site(SETTINGS + text))["2024/05/a/index.html"]
    assert article_of(page)["headline"] == evil
    assert page.count(b"<script") == 1
    assert ("article:tag", '"><b>') in meta(page)


def test_the_policy_names_the_data_unless_it_allows_scripts_anyway(site: Site) -> None:
    folder = site(SETTINGS + RICH)
    for page in (well_built(folder)[path] for path in ("index.html", "2024/05/rain/index.html", "tags/index.html")):
        mark = base64.b64encode(hashlib.sha256(page.split(b'ld+json">')[1].split(b"</script>")[0]).digest()).decode()
        assert f"; script-src 'self' 'sha256-{mark}'\">" in unescape(page.decode())
    with (folder / "site.yaml").open("a") as settings:
        settings.write("raw_html: allow\n")
    assert b"sha256" not in well_built(folder)["2024/05/rain/index.html"]


# --- licences


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("cc-by-sa-3.0", "https://creativecommons.org/licenses/by-sa/3.0/"),
        ("CC BY-SA 3.0 DE", "https://creativecommons.org/licenses/by-sa/3.0/de/"),
        ("Creative Commons BY-NC-ND 4.0 International", "https://creativecommons.org/licenses/by-nc-nd/4.0/"),
        ("CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("Public Domain Mark 1.0", "https://creativecommons.org/publicdomain/mark/1.0/"),
        ("https://paper.example/licence", "https://paper.example/licence"),
        ("CC BY-SA-ND 4.0", ""),
        ("CC BY", ""),
        ("all rights reserved", ""),
        ("javascript://paper.example/", ""),
        ("", ""),
    ],
)
def test_a_licence_is_known_by_its_name(text: str, address: str) -> None:
    assert licenses.address(text) == address
