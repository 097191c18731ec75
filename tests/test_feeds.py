"""Feeds: what RFC 4287 asks for, what survives a moved site, and what a feed reader makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import views
from digestgen.config import FeedsConfig
from digestgen.feeds import atom, jsonfeed, rss
from digestgen.feeds.values import Entry, Feed, Origin, Person, Work
from digestgen.plan.outputs import Syndicated
from digestgen.plan.syndication import Channel, Document, documents
from tests.building import planned
from tests.formats import faults_of_json, faults_of_xml
from tests.sites import write_site

Site = Callable[[str], Path]

ATOM = "{http://www.w3.org/2005/Atom}"

ENTRY = Entry(
    id="urn:uuid:1",
    url="https://digest.example/2024/05/a/",
    title="Rain & “wind” <again>",
    lang="en",
    published="2024-05-03T09:00:00+02:00",
    updated="2024-05-04T09:00:00+02:00",
    authors=(Person("Ada", "https://ada.example/"), Person("Ben")),
    contributors=(Person("Cem"),),
    summary="It rained.",
    html='<p>It <b>rained</b> &amp; <a href="https://digest.example/x/">more</a>.</p>',
    tags=("weather", "C++"),
    image="https://digest.example/2024/05/a/rain.png?1",
    image_type="image/png",
    external="https://agency.example/rain",
    via=(Work("https://agency.example/rain", "Agency", "Rain", "de"), Work("https://other.example/")),
    origin=Origin("Agency", "https://agency.example/", "https://agency.example/feed", "CC BY 4.0", republished=True),
)
FEED = Feed(
    id="urn:uuid:0",
    url="https://digest.example/feed.xml",
    page="https://digest.example/",
    title="The Digest",
    subtitle="Daily",
    lang="en",
    author=Person("The Publisher", "https://publisher.example/", "desk@digest.example"),
    rights="© 2024 The Publisher",
    entries=(ENTRY, replace(ENTRY, id="urn:uuid:2", title="Second", updated="2024-05-04T08:30:00Z")),
)


def read(data: bytes) -> Any:
    found = feedparser.parse(data)
    assert not found.bozo, found.get("bozo_exception")
    return found


def text(element: ElementTree.Element, path: str) -> str | None:
    return element.findtext("/".join(ATOM + step for step in path.split("/")))


def test_a_feed_reader_finds_all_that_a_feed_says() -> None:
    found = read(atom.write(FEED))
    assert found.version == "atom10"
    assert (found.feed.id, found.feed.title, found.feed.subtitle) == ("urn:uuid:0", "The Digest", "Daily")
    assert (found.feed.rights, found.feed.language) == ("© 2024 The Publisher", "en")
    assert dict(found.feed.author_detail) == {
        "name": "The Publisher",
        "email": "desk@digest.example",
        "href": "https://publisher.example/",
    }
    assert [(link.rel, link.href) for link in found.feed.links] == [
        ("self", "https://digest.example/feed.xml"),
        ("alternate", "https://digest.example/"),
    ]
    entry = found.entries[0]
    assert (entry.id, entry.link, entry.title_detail.value) == (ENTRY.id, ENTRY.url, ENTRY.title)
    assert (entry.published, entry.updated) == (ENTRY.published, ENTRY.updated)
    assert ([author.name for author in entry.authors], [tag.term for tag in entry.tags]) == (
        ["Ada", "Ben"],
        ["weather", "C++"],
    )
    assert (entry.summary, entry.content[0].value, entry.content[0].type) == ("It rained.", ENTRY.html, "text/html")
    assert [person.name for person in entry.contributors] == ["Cem"]
    assert [(link.rel, link.href) for link in entry.links] == [
        ("alternate", ENTRY.url),
        ("enclosure", ENTRY.image),
        ("via", "https://agency.example/rain"),
        ("via", "https://other.example/"),
    ]
    assert (entry.links[2].title, entry.links[2]["dc:publisher"]) == ("Agency: Rain", "Agency")
    assert (entry.source.title, entry.source.rights) == ("Agency", "CC BY 4.0")


def test_an_rss_reader_finds_what_the_format_can_say() -> None:
    found = read(rss.write(replace(FEED, url="https://digest.example/rss.xml")))
    assert found.version == "rss20"
    assert (found.feed.title, found.feed.link, found.feed.subtitle) == ("The Digest", FEED.page, "Daily")
    assert (found.feed.rights, found.feed.language) == (FEED.rights, "en")
    # RFC 822 with the offset of the newest change, 08:30 UTC
    assert found.feed.updated == "Sat, 04 May 2024 08:30:00 +0000"
    assert ("self", "https://digest.example/rss.xml") in [(link.rel, link.href) for link in found.feed.links]
    entry = found.entries[0]
    assert (entry.id, entry.guidislink, entry.link) == (ENTRY.id, False, ENTRY.url)
    assert (entry.title, entry.published) == (ENTRY.title, "Fri, 03 May 2024 09:00:00 +0200")
    assert ([author.name for author in entry.authors], [tag.term for tag in entry.tags]) == (
        ["Ada", "Ben"],
        ["weather", "C++"],
    )
    assert (entry.summary, entry.content[0].value) == ("It rained.", ENTRY.html)
    assert (entry.source.title, entry.source.href) == ("Agency", "https://agency.example/feed")
    via = [(link.href, link.get("title"), link.get("dc:publisher")) for link in entry.links if link.rel == "via"]
    assert via == [
        ("https://agency.example/rain", "Agency: Rain", "Agency"),
        ("https://other.example/", None, None),
    ]


def test_a_json_feed_says_what_its_version_names() -> None:
    found = json.loads(jsonfeed.write(replace(FEED, url="https://digest.example/feed.json")))
    item = found.pop("items")[0]
    assert found == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Digest",
        "home_page_url": "https://digest.example/",
        "feed_url": "https://digest.example/feed.json",
        "description": "Daily",
        "language": "en",
        "authors": [{"name": "The Publisher", "url": "https://publisher.example/"}],
    }
    assert item == {
        "id": "urn:uuid:1",
        "url": ENTRY.url,
        "external_url": "https://agency.example/rain",
        "title": ENTRY.title,
        "content_html": ENTRY.html,
        "summary": "It rained.",
        "image": ENTRY.image,
        "date_published": ENTRY.published,
        "date_modified": ENTRY.updated,
        "authors": [{"name": "Ada", "url": "https://ada.example/"}, {"name": "Ben"}],
        "tags": ["weather", "C++"],
        "language": "en",
        "_credits": {
            "via": [
                {"url": "https://agency.example/rain", "publisher": "Agency", "title": "Rain", "language": "de"},
                {"url": "https://other.example/"},
            ]
        },
    }


@pytest.mark.parametrize(("summary", "content"), [("It rained.", "It rained."), ("", ENTRY.title)])
def test_an_item_of_a_json_feed_has_a_content_in_any_case(summary: str, content: str) -> None:
    short = replace(ENTRY, html="", summary=summary)
    (item,) = json.loads(jsonfeed.write(replace(FEED, entries=(short,))))["items"]
    assert ("content_html" in item, item["content_text"]) == (False, content)


def test_an_rss_item_names_a_source_only_by_the_address_of_its_feed_and_a_language_only_where_it_differs() -> None:
    assert ENTRY.origin is not None
    entries = (replace(ENTRY, origin=replace(ENTRY.origin, feed=""), lang="de"), ENTRY)
    first, second = ElementTree.fromstring(rss.write(replace(FEED, entries=entries))).iter("item")
    language = "{http://purl.org/dc/elements/1.1/}language"
    assert (first.find("source"), first.findtext(language)) == (None, "de")
    assert (second.findtext("source"), second.find(language)) == ("Agency", None)


def test_only_what_is_republished_has_a_source_in_atom() -> None:
    assert ENTRY.origin is not None
    based = replace(ENTRY, origin=replace(ENTRY.origin, republished=False))
    for entry, count in ((ENTRY, 1), (based, 0), (replace(ENTRY, origin=None), 0)):
        root = ElementTree.fromstring(atom.write(replace(FEED, entries=(entry,))))
        assert len(root.findall(f"{ATOM}entry/{ATOM}source")) == count


def test_a_feed_was_updated_when_its_newest_entry_was_whatever_the_offset() -> None:
    # 08:30 UTC is later than 09:00 in a zone two hours ahead
    assert text(ElementTree.fromstring(atom.write(FEED)), "updated") == "2024-05-04T08:30:00Z"


def test_a_feed_without_entries_is_still_whole() -> None:
    found = read(atom.write(replace(FEED, entries=(), subtitle="", rights="", author=Person("P"))))
    assert (found.entries, found.feed.updated) == ([], "1970-01-01T00:00:00Z")
    assert "subtitle" not in found.feed


@given(st.text())
def test_whatever_a_title_holds_every_format_is_well_formed(words: str) -> None:
    entry = replace(ENTRY, title=words, html=words, tags=(words,), via=(Work("https://a.example/", words),))
    feed = replace(FEED, title=words, entries=(entry,))
    root = ElementTree.fromstring(atom.write(feed))
    channel = ElementTree.fromstring(rss.write(feed)).find("channel")
    of_json = json.loads(jsonfeed.write(feed))
    assert root.tag == f"{ATOM}feed"
    assert channel is not None
    printable = "".join(char for char in words if char.isprintable() and ord(char) < 0xFFFE)
    if printable == words:
        assert (text(root, "title") or "") == words
        assert (text(root, "entry/content") or "") == words
        assert (channel.findtext("item/title") or "") == words
        assert of_json["items"][0].get("title", "") == words


# --- archives


@given(st.integers(0, 60), st.integers(1, 9))
def test_an_archive_and_its_feed_hold_all_entries_and_an_entry_more_changes_no_document_of_it(
    count: int, size: int
) -> None:
    def cut(count: int) -> list[Document[int]]:
        shown = range(count)[::-1]
        channel = Channel("site", "/", "", "", shown, lambda *_: ENTRY, str)
        return list(documents(channel, "atom", FeedsConfig(entries=size)))

    feed, *stored = cut(count)
    assert list(feed.shown) == list(range(count)[::-1][:size])
    assert sorted({item for document in (feed, *stored) for item in document.shown}) == list(range(count))
    assert all(len(document.shown) == size for document in stored)
    assert [document.archive.next for document in stored] == [*(document.url for document in stored[1:]), ""][
        : len(stored)
    ]
    assert [document.archive.previous for document in (*stored, feed)] == ["", *(document.url for document in stored)]
    for before, after in zip(stored, cut(count + 1)[1:], strict=False):
        assert (before.url, before.shown, before.archive.previous) == (after.url, after.shown, after.archive.previous)


HISTORY = "{http://purl.org/syndication/history/1.0}"


def links_of(root: ElementTree.Element) -> dict[str | None, str | None]:
    return {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}


def test_older_entries_stand_whole_in_archive_documents_that_lead_to_each_other(site: Site) -> None:
    plan = planned(site(a_site(45)))
    base = "https://digest.example/base"
    feed, first, second = (
        ElementTree.fromstring(plan.document(path)) for path in ("feed.xml", "feed/1.xml", "feed/2.xml")
    )
    assert [path for path in plan.outputs if "feed/" in path] == ["feed/1.xml", "feed/2.xml"]
    assert links_of(feed)["prev-archive"] == f"{base}/feed/2.xml"
    assert links_of(first) == {
        "self": f"{base}/feed/1.xml",
        "alternate": f"{base}/",
        "current": f"{base}/feed.xml",
        "next-archive": f"{base}/feed/2.xml",
    }
    assert links_of(second)["prev-archive"] == f"{base}/feed/1.xml"
    assert "next-archive" not in links_of(second)
    # RFC 5005, section 4: they are one feed, and only the archive's documents are marked
    assert text(feed, "id") == text(first, "id") == text(second, "id")
    assert [root.find(f"{HISTORY}archive") is not None for root in (feed, first, second)] == [False, True, True]
    titles = [title.text for title in first.iterfind(f"{ATOM}entry/{ATOM}title")]
    assert titles == [f"Article {number}" for number in range(20, 0, -1)]
    assert "Text of" in (text(first, "entry/content") or "")


# --- from articles


def a_site(count: int = 1, *, url: str = "https://digest.example/base/", first: str = "") -> str:
    files = "".join(
        f"""\
-- content/{number:02}.md --
---
title: Article {number}
date: 2024-04-01T00:{number:02}
tags: [x]
{first if number == count else ""}
---
Text of [{number}](01.md) with ![a dot](dot.svg) <span onclick="x()">and more</span>.[^1]

[^1]: A note on the [publisher](https://publisher.example/), with a [place](#head).

## Head
"""
        for number in range(1, count + 1)
    )
    return f"""\
-- site.yaml --
title: Digest
url: {url}
site_id: 6fa459ea-ee8a-4ca4-894e-db77e160355e
timezone: Europe/Berlin
publisher: {{name: The Publisher}}
-- content/dot.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
{files}"""


def feed_of(folder: Path, path: str = "feed.xml") -> Any:
    return read(planned(folder).document(path))


def test_every_feed_has_what_the_standard_requires(site: Site) -> None:
    plan = planned(site(a_site(3)))
    paths = [path for path in plan.outputs if path.endswith("feed.xml")]
    assert paths == ["feed.xml", "tags/x/feed.xml", "corrections/feed.xml"]
    for path in paths:
        root = ElementTree.fromstring(plan.document(path))
        for required in ("id", "title", "updated"):
            assert text(root, required)
            assert all(text(entry, required) for entry in root.iter(f"{ATOM}entry"))
        # section 4.1.1: a feed needs an author unless all entries have one
        assert text(root, "author/name") == "The Publisher"
        assert len(list(root.iter(f"{ATOM}entry"))) == (0 if path.startswith("corrections/") else 3)


def test_the_feed_of_the_site_holds_the_newest_twenty_whole_and_lists_hold_summaries(site: Site) -> None:
    folder = site(a_site(23))
    found = feed_of(folder)
    assert [entry.title for entry in found.entries] == [f"Article {number}" for number in range(23, 3, -1)]
    assert all("Text of" in entry.content[0].value for entry in found.entries)
    listed = feed_of(folder, "tags/x/feed.xml")
    assert len(listed.entries) == 20
    assert not any("content" in entry for entry in listed.entries)
    assert listed.entries[0].summary == "Text of 23 with and more."


def test_all_addresses_in_a_feed_are_absolute_and_its_html_is_clean(site: Site) -> None:
    html = text(ElementTree.fromstring(planned(site(a_site(2))).document("feed.xml")), "entry/content") or ""
    here = "https://digest.example/base/2024/04/02/"
    assert '<a href="https://digest.example/base/2024/04/01/"' in html
    assert f'src="{here}dot.svg"' in html
    assert f'href="{here}#head"' in html
    assert 'href="#' not in html
    assert 'href="https://publisher.example/"' in html
    assert "onclick" not in html


def test_allowed_html_is_cleaned_in_feeds_all_the_same(site: Site) -> None:
    folder = site(a_site().replace("title: Digest", "title: Digest\nraw_html: allow"))
    html = text(ElementTree.fromstring(planned(folder).document("feed.xml")), "entry/content") or ""
    assert "onclick" not in html
    assert "and more" in html


def test_times_have_the_offset_of_the_sites_zone_and_updated_never_comes_before_published(site: Site) -> None:
    entry = feed_of(site(a_site(first="updated: 2024-03-30T12:00"))).entries[0]
    assert (entry.published, entry.updated) == ("2024-04-01T00:01:00+02:00", "2024-04-01T00:01:00+02:00")


def ids(folder: Path) -> list[str]:
    plan = planned(folder)
    found = [plan.feed(path) for path in plan.outputs if path.endswith("feed.xml")]
    return [feed.id for feed in found] + [entry.id for feed in found for entry in feed.entries]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("title: Article", "title: Quite another headline"),
        ("https://digest.example/base/", "https://elsewhere.example/"),
        ("title: Digest", "title: Another name"),
        ("title: Digest", "title: Digest\npermalink: /{year}/{slug}.html"),
        ("date: 2024-04-01", "date: 2023-12-31"),
        ("timezone: Europe/Berlin", "timezone: Asia/Tokyo"),
    ],
)
def test_ids_survive(tmp_path: Path, was: str, now: str) -> None:
    text = a_site(2)
    before = ids(write_site(tmp_path / "before", text))
    after = ids(write_site(tmp_path / "after", text.replace(was, now)))
    assert was in text
    assert sorted(before) == sorted(after)
    assert len(set(before)) == 5  # three feeds, two articles in two of them


def test_ids_are_what_the_article_says_or_rest_on_its_path(site: Site) -> None:
    folder = site(a_site(2, first="id: tag:digest.example,2024:two"))
    found = planned(folder).feed("feed.xml").entries
    # RFC 9562, version 5, of the site's id and the path below content/
    assert [entry.id for entry in found] == [
        "tag:digest.example,2024:two",
        "urn:uuid:1d0d3be7-d712-5616-afc9-e79490080a7c",
    ]


# --- as site.yaml asks


@pytest.mark.parametrize(
    ("asked", "files"),
    [
        ("{}", ["feed.xml", "tags/x/feed.xml", "corrections/feed.xml"]),
        ("{atom: off}", []),
        (
            "{rss: site, json: [site, tags]}",
            ["feed.xml", "rss.xml", "feed.json", "tags/x/feed.xml", "tags/x/feed.json", "corrections/feed.xml"],
        ),
        ("{atom: tags, rss: all}", ["rss.xml", "tags/x/feed.xml", "tags/x/rss.xml", "corrections/rss.xml"]),
        ("{entries: 1, archive: [tags]}", ["feed.xml", "tags/x/feed.xml", "tags/x/feed/1.xml", "corrections/feed.xml"]),
    ],
)
def test_there_are_the_feeds_that_site_yaml_asks_for(site: Site, asked: str, files: list[str]) -> None:
    plan = planned(site(a_site(2).replace("title: Digest", f"title: Digest\nfeeds: {asked}")))
    assert [path for path, output in plan.outputs.items() if isinstance(output.content, Syndicated)] == files


def test_pages_announce_each_feed_with_its_media_type_their_own_first(site: Site) -> None:
    asked = "feeds: {json: tags, rss: site}"
    plan = planned(site(a_site().replace("title: Digest", f"title: Digest\n{asked}")))
    page = plan.page("tags/x/index.html", views.ListPage)
    assert [(feed.url, feed.type) for feed in page.head.feeds] == [
        ("/tags/x/feed.xml", "application/atom+xml"),
        ("/tags/x/feed.json", "application/feed+json"),
        ("/feed.xml", "application/atom+xml"),
        ("/rss.xml", "application/rss+xml"),
    ]
    assert page.feeds == page.head.feeds[:2]
    assert plan.plan.sites["en"].places.feeds == page.head.feeds[2:]


def test_full_text_stands_where_it_is_asked_for(site: Site) -> None:
    plan = planned(site(a_site().replace("title: Digest", "title: Digest\nfeeds: {full: tags}")))
    assert plan.feed("feed.xml").entries[0].html == ""
    assert "Text of" in plan.feed("tags/x/feed.xml").entries[0].html


# --- what an article says


STORY = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6fa459ea-ee8a-4ca4-894e-db77e160355e
language: en
languages: [de]
timezone: Europe/Berlin
feeds: {rss: site, json: site}
-- people.yaml --
ada: {name: Ada Quill, url: https://ada.example/}
-- sources.yaml --
agency: {name: The Agency, url: https://agency.example/, feed: https://agency.example/feed, license: CC BY 4.0}
-- content/rain.png --
-- content/rain.md --
---
title: Rain
date: 2024-05-03T09:00
credits:
  - {role: reporting, people: [ada]}
  - {role: editing, people: [Ben Ink, Ada Quill]}
  - {role: photography, people: [Cem Lens]}
image: {src: rain.png, alt: A “wet” street, caption: Rain & wind, credit: Cem Lens}
sources:
  - {name: Another, url: https://other.example/report, use: cites}
  - {name: agency, title: It rains, url: https://agency.example/rain, lang: de, use: USE}
CANONICAL
---
It rained.
-- content/rain.de.md --
---
title: Regen
date: 2024-05-03T10:00
---
Es regnete.
"""


def story(use: str = "based-on") -> str:
    canonical = "canonical: https://agency.example/rain" if use == "republishes" else ""
    return STORY.replace("USE", use).replace("CANONICAL", canonical)


def test_an_entry_names_all_who_worked_on_it_and_all_that_it_rests_on(site: Site) -> None:
    (entry,) = planned(site(story())).feed("feed.xml").entries
    ada = Person("Ada Quill", "https://ada.example/")
    assert (entry.authors, entry.contributors) == ((ada,), (Person("Ben Ink"), Person("Cem Lens")))
    assert entry.via == (
        Work("https://other.example/report", "Another"),
        Work("https://agency.example/rain", "The Agency", "It rains", "de"),
    )
    assert entry.external == "https://agency.example/rain"
    assert entry.origin == Origin(
        "The Agency", "https://agency.example/", "https://agency.example/feed", "CC BY 4.0", republished=False
    )


def test_what_is_republished_is_about_the_page_where_it_stood_first(site: Site) -> None:
    text = story("republishes").replace("use: cites", "use: based-on")
    (entry,) = planned(site(text)).feed("feed.xml").entries
    assert entry.external == "https://agency.example/rain"
    assert entry.origin is not None
    assert (entry.origin.name, entry.origin.republished) == ("The Agency", True)


def test_what_only_cites_others_is_about_no_page_elsewhere(site: Site) -> None:
    (entry,) = planned(site(story("cites"))).feed("feed.xml").entries
    assert (entry.external, entry.origin, len(entry.via)) == ("", None, 2)


def test_the_picture_stands_at_the_head_of_the_full_text(site: Site) -> None:
    (entry,) = planned(site(story())).feed("feed.xml").entries
    src = "https://digest.example/2024/05/rain/rain.png"
    assert (entry.image, entry.image_type) == (src, "image/png")
    assert entry.html == (
        f'<figure><img src="{src}" alt="A “wet” street">'
        "<figcaption>Rain &amp; wind Picture: Cem Lens</figcaption></figure>\n<p>It rained.</p>"
        "<p>Reporting by Ada Quill; editing by Ben Ink and Ada Quill; photography by Cem Lens</p>\n"
    )


@pytest.mark.parametrize("use", ["based-on", "republishes", "cites"])
def test_every_document_is_as_its_format_asks(site: Site, use: str) -> None:
    asked = "feeds: {rss: all, json: all, full: all, archive: all, entries: 1}"
    text = story(use).replace("feeds: {rss: site, json: site}", asked)
    plan = planned(site(text + "-- content/more.md --\n---\ntitle: More\ndate: 2024-05-04\n---\n"))
    paths = [path for path, output in plan.outputs.items() if isinstance(output.content, Syndicated)]
    assert {"feed.xml", "feed/1.xml", "rss.xml", "sources/agency/feed.xml"} <= set(paths)
    for path in paths:
        faults = faults_of_json if path.endswith(".json") else faults_of_xml
        assert faults(plan.document(path)) == [], path


@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ("<updated>2024-05-04T09", "<updated>4 May 2024 09", "atom:updated: '4 May 2024 09:00:00+02:00'"),
        ("<id>urn:uuid:1</id>", "", "atom:entry: atom:id stands there 0 times"),
        ("<summary>", "<teaser>x</teaser><summary>", "atom:entry: atom:teaser is unknown"),
        ('href="https://other.example/"', 'href="/x"', "atom:link: href is '/x'"),
    ],
)
def test_a_document_that_is_not_as_its_format_asks_is_found_out(was: str, now: str, fault: str) -> None:
    text = atom.write(FEED).decode()
    assert faults_of_xml(text.encode()) == []
    assert was in text
    assert fault in faults_of_xml(text.replace(was, now, 1).encode())


@pytest.mark.parametrize(("prefix", "lang", "names"), [("", "en", ["Ada Quill"]), ("de/", "de", [])])
def test_ids_dates_languages_and_authors_are_the_same_in_all_formats(
    site: Site, prefix: str, lang: str, names: list[str]
) -> None:
    plan = planned(site(story()))
    of_atom = read(plan.document(f"{prefix}feed.xml"))
    of_rss = read(plan.document(f"{prefix}rss.xml"))
    of_json = json.loads(plan.document(f"{prefix}feed.json"))
    (entry,), (item,), (other,) = of_atom.entries, of_rss.entries, of_json["items"]
    assert entry.id == item.id == other["id"]
    assert entry.published_parsed == item.published_parsed
    assert datetime.fromisoformat(other["date_published"]) == datetime.fromisoformat(entry.published)
    assert of_atom.feed.language == of_rss.feed.language == of_json["language"] == other["language"] == lang
    assert [author.name for author in entry.get("authors", [])] == names
    assert [author.name for author in item.get("authors", [])] == names
    assert [author["name"] for author in other.get("authors", [])] == names


def test_a_summary_in_rss_is_text_for_readers_that_take_it_for_html(site: Callable[[str], Path]) -> None:
    folder = site("""
        -- site.yaml --
        title: Digest
        url: https://digest.example/
        feeds: {rss: all}
        -- content/one.md --
        ---
        title: One
        date: 2024-05-01
        summary: "AT&T <img src=x onerror=run()>"
        ---
        Text.
        """)
    root = ElementTree.fromstring(planned(folder, wrong=True).document("rss.xml"))
    assert root.findtext("channel/item/description") == "AT&amp;T &lt;img src=x onerror=run()&gt;"
