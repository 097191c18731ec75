"""Feeds of others as drafts: with real feeds, feedparser, and a host on loopback."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from digestgen import cli, config, files, parse, registry, web
from digestgen.budget import Limits
from digestgen.diagnostics import shown
from digestgen.incoming import fetching, importing, syndicated
from digestgen.incoming import record as records
from digestgen.incoming.importing import Request, Result
from digestgen.incoming.values import UnreadableError
from digestgen.model import Article
from tests.building import built, everything, told
from tests.sites import write_site
from tests.wires import Page, host, item, packed, rss

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
SITE = """
    -- site.yaml --
    title: The Digest
    language: en
    languages: [de]
    timezone: Europe/Berlin
    -- content/pages/about.md --
    ---
    title: About
    ---
    """

Site = Callable[[str], Path]


@pytest.fixture
def folder(site: Site) -> Path:
    return site(SITE)


def imported(folder: Path, *feeds: str, **asked: Any) -> Result:
    """Import feeds, each a text that is put into a file, or an address."""
    places = []
    for number, text in enumerate(feeds, 1):
        path = folder.parent / f"feed-{number}.xml"
        if "://" not in text[:10]:
            path.write_text(text, encoding="utf-8")
        places.append(text if "://" in text[:10] else str(path))
    manners = web.Manners(seconds=asked.pop("seconds", 5.0), private=True)
    return importing.run(Request(folder, NOW, tuple(places), manners=manners, pause=0.0, **asked))


def drafts_of(folder: Path) -> list[Article]:
    """Return all articles, each of which must parse without an error."""
    known, found = config.read((folder / "site.yaml").read_text(encoding="utf-8"))
    assert not found
    articles = []
    for path in sorted((folder / "content").rglob("*.md")):
        below = path.relative_to(folder / "content").as_posix()
        article, faults = parse.article(below, path.read_bytes(), known)
        assert article is not None
        assert not faults, told(faults)
        if not below.startswith("pages/"):
            articles.append(article)
    return articles


def files_of(folder: Path) -> dict[str, bytes]:
    return {path: data for path, data in everything(folder).items() if not path.startswith(".digestgen/")}


# --- what a draft says


ATOM = """\
<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="de">
<id>urn:x</id><title>Die Agentur</title><author><name>Die Agentur</name></author>
<link rel="self" href="https://agentur.example/feed.xml"/><link href="https://agentur.example/"/>
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"/>
<entry><id>tag:agentur.example,2024:1</id><title>Regen &amp; Wind: "viel" davon</title>
<link href="/2024/regen.html?utm_source=feed&amp;id=7"/>
<link rel="via" href="https://wetter.example/1" title="Wetterdienst: Warnung" hreflang="nl"
 dc:publisher="Wetterdienst"/>
<published>2024-05-03T14:00:05+02:00</published><updated>2024-05-04T00:00:00Z</updated>
<author><name>Anna Ax</name></author><author><name>Bo Be</name></author>
<category term="Wetter"/><category term="Neu"/>
<summary type="html">&lt;p&gt;Es &lt;b&gt;regnet&lt;/b&gt;.&lt;/p&gt;
&lt;p&gt;1. Sehr *stark*&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</summary>
</entry></feed>
"""


def test_a_draft_credits_its_entry_in_full(folder: Path) -> None:
    result = imported(folder, ATOM)
    (article,) = drafts_of(folder)
    own, cited = article.sources
    assert (article.title, article.lang, article.draft) == ("Regen & Wind: „viel“ davon", "de", True)
    assert article.date == datetime.fromisoformat("2024-05-03T14:00:05+02:00")
    assert (own.name, own.url) == ("die-agentur", "https://agentur.example/2024/regen.html?id=7")
    assert (own.title, own.authors, own.lang) == ('Regen & Wind: "viel" davon', ("Anna Ax", "Bo Be"), "de")
    assert own.license == "CC BY 4.0"
    assert own.published is not None
    assert own.published.rfc3339 == "2024-05-03T14:00:05+02:00"
    assert own.accessed is not None
    assert (cited.name, cited.url, cited.title, cited.lang) == (
        "Wetterdienst",
        "https://wetter.example/1",
        "Warnung",
        "nl",
    )
    assert (own.use, cited.use) == ("based-on", "cites")
    assert [made.publisher for made in result.made] == result.added == ["Die Agentur"]


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
BY = "https://creativecommons.org/licenses/by/4.0/"
COMMONS = 'xmlns:c="http://backend.userland.com/creativeCommonsRssModule"'


@pytest.mark.parametrize(
    ("told", "license"),
    [
        (f"<c:license {COMMONS}>{BY}</c:license>", "CC BY 4.0"),
        (f'<c:license xmlns:c="http://web.resource.org/cc/" xmlns:r="{RDF}" r:resource="{BY}"/>', "CC BY 4.0"),
        (f'<atom:link rel="license" href="{BY}"/>', "CC BY 4.0"),
        ('<atom:link rel="license" href="https://wire.example/terms"/>', "https://wire.example/terms"),
        (f"<dc:rights>Free to use: {BY}.</dc:rights>", "CC BY 4.0"),
        ("<dc:rights>CC0 1.0</dc:rights>", "CC0 1.0"),
        ("<dc:rights>(c) The Wire, see https://wire.example/. All rights reserved.</dc:rights>", ""),
        ("", ""),
    ],
)
def test_a_licence_is_credited_where_the_entry_or_its_feed_tells_it(told: str, license: str) -> None:
    head = "<title>The Wire</title><link>https://wire.example/</link>"
    entry = syndicated.read(rss(item(1, more=told), head=head).encode()).entries[0]
    feed = syndicated.read(rss(item(1), head=head + told.replace("dc:rights", "copyright")).encode())
    assert (entry.license, feed.license) == (license, license)


def test_the_summary_is_a_quotation_of_plain_text(folder: Path) -> None:
    imported(folder, ATOM)
    (path,) = (folder / "content").glob("*.md")
    text = path.read_text(encoding="utf-8")
    assert text.endswith("---\n\n> Es regnet.\n>\n> 1\\. Sehr \\*stark\\*\n")


def test_a_quotation_in_another_language_than_the_article_says_so(folder: Path) -> None:
    arabic = rss(item(1, "خبر", "<dc:language>ar</dc:language><description>نص</description>"))
    imported(folder, arabic)
    (path,) = (folder / "content").glob("*.md")
    text = path.read_text(encoding="utf-8")
    assert text.endswith('<blockquote lang="ar" dir="rtl" markdown="1">\n\nنص\n\n</blockquote>\n')
    (article,) = drafts_of(folder)
    assert (article.lang, article.sources[0].lang) == ("en", "ar")


def test_the_publisher_is_one_of_the_registry_by_feed_host_or_name(site: Site) -> None:
    folder = site(
        SITE
        + """
    -- sources.yaml --
    news: {name: News, url: https://www.wire.example/}
    fed: {name: Fed, feed: https://fed.example/rss}
    named: {name: The Third}
    """
    )
    fed = rss(item(2).replace("wire.example/report", "cdn.example/report"), head=HEAD.format("https://fed.example/rss"))
    third = rss(item(3).replace("wire.example/report", "third.example/report"), head="<title>the third</title>")
    before = (folder / "sources.yaml").read_bytes()
    imported(folder, rss(item(1)), fed, third)
    assert [article.sources[0].name for article in drafts_of(folder)] == ["news", "fed", "named"]
    assert (folder / "sources.yaml").read_bytes() == before


HEAD = '<title>F</title><atom:link rel="self" href="{}"/>'


def test_what_a_feed_took_from_others_is_credited_to_them(folder: Path) -> None:
    source = "<source url='https://blog.example/rss'>Ann's Blog</source>"
    theirs = item(1, more=source).replace("wire.example/report", "blog.example/report")
    imported(folder, rss(theirs, item(2, more=source)), tags=())
    assert [article.sources[0].name for article in drafts_of(folder)] == ["anns-blog", "the-wire"]
    listed, _ = registry.read({"sources.yaml": (folder / "sources.yaml").read_text(encoding="utf-8")})
    assert listed.sources["anns-blog"].url == "https://blog.example/"
    assert listed.sources["the-wire"].url == "https://wire.example/"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Nobody yet.\n",
        "{}\n",
        "{a: {name: A}}   # in braces\n",
        '{\n  "a": {"name": "A"},\n}\n',
        "a:   # the first\n    name:   A",
        "  a:\n    name: A\n\n  b: {name: B}\n",
        "a:\r\n  name: A\r\n",
        "\ufeff# sources\na: {name: A}\n",
    ],
)
def test_a_new_publisher_is_added_and_all_else_in_the_registry_stays(folder: Path, text: str) -> None:
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    before, _ = registry.read({"sources.yaml": text})
    assert imported(folder, rss(item(1))).ok
    after, found = registry.read({"sources.yaml": path.read_bytes().decode()})
    assert found == []
    new = after.sources["the-wire"]
    assert (new.name, new.url) == ("The Wire", "https://wire.example/")
    assert {key: entry for key, entry in after.sources.items() if key != "the-wire"} == before.sources
    assert path.read_bytes().decode().startswith(text.rstrip("\r\n} ") if "#" not in text else text[:12])
    assert "\r\n" not in text or path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")


def test_a_registry_that_nothing_can_be_added_to_is_told_and_nothing_is_written(folder: Path) -> None:
    (folder / "sources.yaml").write_text("a: {name: A}\n...\n", encoding="utf-8")
    before = files_of(folder)
    result = run(folder, "import", "feed", saved(folder, rss(item(1))))
    assert (result.exit_code, "add `the-wire` by hand" in result.output) == (1, True)
    assert files_of(folder) == before


def test_tags_of_the_site_are_taken_and_others_are_noted(site: Site) -> None:
    folder = site(SITE + "-- tags.yaml --\n    - names: {en: Weather, de: Wetter}\n")
    imported(folder, ATOM, tags=("rain", "wetter"), section="Inland")
    (article,) = drafts_of(folder)
    assert (article.tags, article.section) == (("rain", "Wetter"), "Inland")
    (path,) = (folder / "content").glob("*.md")
    assert '# the publisher\'s own tags: "Neu"\n' in path.read_text(encoding="utf-8")


def test_drafts_do_not_become_each_others_translations(folder: Path) -> None:
    german = rss(item(2, "Report", "<dc:language>de</dc:language>").replace("02 May", "01 May"))
    imported(folder, rss(item(1, "Report")), german)
    english, other = drafts_of(folder)
    assert {english.lang, other.lang} == {"en", "de"}
    assert {path.name for path in (folder / "content").glob("*.md")} == {
        "2024-05-01-report.md",
        "2024-05-01-report-2.de.md",
    }


def test_an_entry_that_tells_nearly_nothing_becomes_a_draft_that_says_so(folder: Path) -> None:
    imported(folder, rss("<description>Only a few words are there, and no more</description>", "<title>T</title>"))
    untitled, titled = sorted(drafts_of(folder), key=lambda article: article.title)
    assert (untitled.title, titled.title) == ("<headline>", "T")
    assert untitled.date == titled.date == NOW
    assert titled.sources[0].url == ""
    (path,) = (folder / "content").glob("*-only-a-few-words-are-there.md")
    assert "# check: the entry has no date" in path.read_text(encoding="utf-8")


def test_json_feed_is_read_without_any_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "feedparser", None)
    imported(
        folder,
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "Blog",
                "home_page_url": "https://blog.example/",
                "language": "de-AT",
                "authors": [{"name": "Cy"}],
                "items": [
                    {
                        "id": 7,
                        "url": "https://blog.example/7",
                        "external_url": "https://other.example/post/1",
                        "title": "Sieben",
                        "content_html": "<p>Text</p>",
                        "date_published": "2024-05-07T10:00:00-03:30",
                        "tags": ["Zahlen"],
                    }
                ],
            }
        ),
    )
    (article,) = drafts_of(folder)
    own, other = article.sources
    assert (article.title, article.lang, own.lang, own.authors) == ("Sieben", "de", "de-AT", ("Cy",))
    assert (own.url, other.url) == ("https://blog.example/7", "https://other.example/post/1")
    assert own.published is not None
    assert own.published.at == datetime.fromisoformat("2024-05-07T10:00:00-03:30")


def test_without_the_extra_the_line_that_installs_it_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "feedparser", None)
    result = run(folder, "import", "feed", saved(folder, rss(item(1))))
    assert (result.exit_code, "pip install 'digestgen[import]'" in result.output) == (1, True)


# --- nothing comes twice


def test_importing_again_does_nothing(folder: Path) -> None:
    imported(folder, rss(item(1), item(2)))
    before = files_of(folder)
    again = imported(folder, rss(item(1), item(2)))
    assert (again.made, again.known) == ([], 2)
    assert files_of(folder) == before


def test_a_draft_that_was_deleted_does_not_return(folder: Path) -> None:
    imported(folder, rss(item(1)))
    for path in (folder / "content").glob("*.md"):
        path.unlink()
    assert imported(folder, rss(item(1), item(2))).known == 1
    assert [article.title for article in drafts_of(folder)] == ["Report 2"]


def test_an_entry_is_known_by_its_address_without_what_tracks_readers(folder: Path) -> None:
    imported(folder, rss(item(1)))
    moved = (
        item(1).replace("tag:wire.example,2024:1", "new").replace("report-0001", "report-0001?utm_source=x#xtor=RSS-1")
    )
    assert imported(folder, rss(moved)).known == 1


def test_an_entry_is_known_by_an_id_that_means_it_everywhere_and_by_no_other(folder: Path) -> None:
    imported(folder, rss(item(1)), rss("<title>A</title><guid isPermaLink='false'>7</guid>"))
    other = HEAD.format("https://elsewhere.example/rss")
    same = item(1).replace("https://wire.example/report-0001", "https://wire.example/2024/new")
    result = imported(folder, rss(same, "<title>B</title><guid isPermaLink='false'>7</guid>", head=other))
    assert (result.known, [made.title for made in result.made]) == (1, ["B"])


def test_what_an_article_credits_already_is_known(site: Site) -> None:
    folder = site(
        SITE
        + """
    -- content/2024-05-02-ours.md --
    ---
    title: Ours
    sources: https://www.wire.example/report-0001/?fbclid=1
    ---
    Text.
    """
    )
    assert imported(folder, rss(item(1))).known == 1


def test_entries_of_one_page_are_told_apart_by_its_fragments(folder: Path) -> None:
    entries = [item(number).replace("report-000", "changes.html#v") for number in (1, 2)]
    assert len(imported(folder, rss(*entries)).made) == 2
    assert imported(folder, rss(*entries)).known == 2


def test_a_record_that_cannot_be_read_stops_the_import(folder: Path) -> None:
    path = folder / "imported-entries.json"
    for text in ("{", "[]", '{"a": []}', '{"a": {"b": 1}}', '{"a": {"b": {"c": 1}}}', "[" * 100_000):
        path.write_text(text, encoding="utf-8")
        result = run(folder, "import", "feed", saved(folder, rss(item(1))))
        assert (result.exit_code, "nobody knows what was imported" in result.output) == (1, True)
    assert drafts_of(folder) == []


def test_what_an_import_began_and_did_not_end_is_done_by_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.write_new
    wrote: list[str] = []

    def failing(path: str, data: bytes, *, sync: bool = False) -> None:
        if wrote and path.endswith(".md"):
            raise OSError(28, "No space left on device", path)
        if path.endswith(".md"):
            wrote.append(path)
        real(path, data, sync=sync)

    monkeypatch.setattr(files, "write_new", failing)
    titled = [f"<title>T{number}</title>" for number in (1, 2, 3)]
    with pytest.raises(OSError, match="No space"):
        imported(folder, rss(*titled))
    monkeypatch.undo()
    assert len(drafts_of(folder)) == 1
    result = imported(folder, rss(*titled))
    assert (len(result.made), result.known) == (2, 1)
    assert sorted(article.title for article in drafts_of(folder)) == ["T1", "T2", "T3"]


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    before = files_of(folder)
    result = imported(folder, rss(item(1)), dry=True)
    assert [made.title for made in result.made] == ["Report 1"]
    assert files_of(folder) == before


# --- what is asked for


def test_since_and_limit_choose_among_the_newest(folder: Path) -> None:
    feed = rss(*map(item, (3, 1, 5, 2, 4)), "<title>Undated</title>")
    result = imported(folder, feed, since=datetime(2024, 5, 2, tzinfo=UTC), limit=4)
    assert [made.title for made in result.made] == ["Report 5", "Report 4", "Report 3", "Report 2"]
    # the same again does not bring the next older ones
    assert imported(folder, feed, limit=4).made == []
    result = imported(folder, feed, since=datetime(2024, 5, 1, 15, tzinfo=UTC))
    assert (result.made, result.known, result.older) == ([], 4, 2)


def test_an_entry_that_says_nothing_is_none(folder: Path) -> None:
    assert imported(folder, rss("", "<pubDate>1 May 2024</pubDate>")).made == []


def test_drafts_build_and_are_held_back(folder: Path) -> None:
    imported(folder, ATOM, rss(item(1)))
    result = built(folder, now=NOW)
    assert result.ok, told(result.diagnostics)
    assert [note.why for note in result.held] == ["draft", "draft"]


# --- the network


FOLLOWING = """
    -- site.yaml --
    title: The Digest
    feeds:
      follow:
        - {base}/one
        - url: {base}/two
          tags: [weather]
          section: World
          publisher: The Other
          limit: 1
    -- content/pages/about.md --
    ---
    title: About
    ---
    """


def all_of(folder: Path, **asked: Any) -> Result:
    return imported(folder, all=True, **asked)


def test_standing_feeds_are_imported_as_site_yaml_says(site: Site) -> None:
    with host(one=rss(item(1)), two=packed(rss(item(2), item(3)))) as there:
        folder = site(FOLLOWING.format(base=there.base))
        result = all_of(folder)
    assert result.ok
    first, second = drafts_of(folder)
    assert (first.title, first.tags, first.section) == ("Report 1", (), "")
    assert (second.title, second.tags, second.section) == ("Report 3", ("weather",), "World")
    assert second.sources[0].name == "the-other"


def test_a_feed_that_is_named_by_its_address_is_followed_as_site_yaml_says(site: Site) -> None:
    with host(two=rss(item(2))) as there:
        folder = site(FOLLOWING.format(base=there.base))
        assert imported(folder, f"{there.base}/two", tags=("rain",)).ok
    (article,) = drafts_of(folder)
    assert (article.tags, article.section) == (("weather", "rain"), "World")


def test_one_feeds_failure_does_not_stop_the_others_and_is_told_with_its_line(site: Site) -> None:
    with host(two=rss(item(2))) as there:
        folder = site(FOLLOWING.format(base=there.base))
        result = run(folder, "import", "feed", "--all", "--private")
    assert result.exit_code == 1
    assert f"error[feed-failed]: {there.base}/one: it answers 404 Not Found\n --> site.yaml:4:7" in result.output
    assert "1 draft made of 2 feeds" in result.output
    assert [article.title for article in drafts_of(folder)] == ["Report 2"]


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    with host(one=Page(rss(item(1)).encode(), etag='"a"'), two=rss(item(2))) as there:
        folder = site(FOLLOWING.format(base=there.base))
        all_of(folder)
        again = all_of(folder)
        sent = [headers.get("if-none-match") for path, headers in there.asked if path == "/one"]
        assert (sent, again.unchanged, again.known) == ([None, '"a"'], 1, 1)
        # who takes an entry out of the record wants it again, whatever the host was told
        record = json.loads((folder / "imported-entries.json").read_text(encoding="utf-8"))
        record[f"{there.base}/one"].clear()
        (folder / "imported-entries.json").write_text(json.dumps(record), encoding="utf-8")
        for path in (folder / "content").glob("*report-1.md"):
            path.unlink()
        assert [made.title for made in all_of(folder).made] == ["Report 1"]


def test_a_host_that_knows_dates_only_is_asked_by_date(folder: Path) -> None:
    at = "Fri, 03 May 2024 12:00:00 GMT"
    with host(one=Page(rss(item(1)).encode(), modified=at)) as there:
        imported(folder, f"{there.base}/one")
        assert imported(folder, f"{there.base}/one").unchanged == 1
        # what is asked for in another way may bring others
        assert imported(folder, f"{there.base}/one", limit=1).unchanged == 0
    assert [headers.get("if-modified-since") for _, headers in there.asked] == [None, at, None]


def test_a_busy_host_is_asked_once_more(folder: Path) -> None:
    with host(one=Page(rss(item(1)).encode(), busy=1), two=Page(busy=9)) as there:
        result = imported(folder, f"{there.base}/one", f"{there.base}/two")
    assert [made.title for made in result.made] == ["Report 1"]
    assert [fault.message.partition(": ")[2] for fault in result.diagnostics] == ["it answers 503 Service Unavailable"]
    assert [path for path, _ in there.asked] == ["/one", "/one", "/two", "/two"]


ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3) | st.sampled_from(["mark", "etag"]), inner),
)


@given(ANYTHING.map(json.dumps).map(str.encode) | st.binary(max_size=20))
def test_whatever_stands_in_the_memory_is_no_error(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "feeds.json"
        path.write_bytes(data)
        for seen in fetching.remembered(str(path)).values():
            assert "\n" not in seen.etag + seen.modified


@given(st.dictionaries(st.text(max_size=9), st.dictionaries(st.text(max_size=9), st.just({"link": "https://a.b/c"}))))
def test_a_record_is_read_as_it_was_written(feeds: dict[str, dict[str, dict[str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        records.write(Path(name), records.Record(feeds))
        read = records.read(Path(name), (), ())
    assert read.feeds == {feed: rows for feed, rows in feeds.items() if rows}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("missing", "it answers 404 Not Found"),
        ("gone", "410 Gone"),
        ("busy", "it answers 503 Service Unavailable"),
        ("slow", "it takes too long"),
        ("large", "it has more than 10,485,760 bytes"),
        ("empty", "it is empty"),
        ("page", "it is a web page and no feed; its feed is {base}/feed.xml"),
        ("text", "it is neither RSS nor Atom nor JSON Feed"),
        ("json", "it is JSON, but no JSON Feed"),
        ("out", "it redirects to `file:///etc/passwd`, which is no address of the web"),
    ],
)
def test_what_is_no_feed_is_told(folder: Path, path: str, why: str) -> None:
    with host(
        gone=Page(status=410),
        busy=Page(status=503),
        slow=Page(),
        large=Page(b"x" * 10_485_761),
        empty=Page(),
        page='<!DOCTYPE html><html><link rel=alternate type="application/rss+xml" href="/feed.xml"></html>',
        text="hello",
        json="{}",
        out=Page(status=302, headers={"Location": "file:///etc/passwd"}),
    ) as there:
        result = imported(folder, f"{there.base}/{path}", seconds=0.5 if path == "slow" else 5.0)
        (fault,) = result.diagnostics
        assert fault.code == "feed-failed"
        assert why.format(base=there.base) in fault.message
    assert drafts_of(folder) == []


def test_a_feed_that_has_moved_is_read_and_its_new_address_told(folder: Path) -> None:
    with host(new=rss(item(1).replace("https://wire.example", ""))) as there:
        there.pages["/old"] = Page(status=301, headers={"Location": f"{there.base}/new"})
        result = imported(folder, f"{there.base}/old")
        (note,) = result.diagnostics
        assert f"write {there.base}/new" in shown(note)
        assert result.ok
        assert drafts_of(folder)[0].sources[0].url == f"{there.base}/report-0001"


def leading_to(url: str, *items: str) -> str:
    head = f'<title>The Wire</title><link>https://wire.example/</link><atom:link rel="prev-archive" href="{url}"/>'
    return rss(*items, head=head)


def test_older_entries_are_followed_to_where_that_is_asked(folder: Path) -> None:
    with host(one=leading_to("/two", item(4), item(3)), three=leading_to("/one", item(1))) as there:
        there.pages["/two"] = Page(json.dumps({"title": "T", "next_url": "/three", "items": [{"id": "x"}]}).encode())
        assert len(imported(folder, f"{there.base}/one").made) == 2
        assert imported(folder, f"{there.base}/one", archive=True, limit=2).made == []
        assert [path for path, _ in there.asked] == ["/one", "/one"]
        result = imported(folder, f"{there.base}/one", archive=True)
        assert ([made.title for made in result.made], result.diagnostics) == (["Report 1", ""], [])
        assert [path for path, _ in there.asked][2:] == ["/one", "/two", "/three"]


def test_an_archive_that_breaks_off_is_told_and_what_came_before_it_is_imported(folder: Path) -> None:
    with host(one=leading_to("/two", item(2)), two=leading_to("/three", item(1)), three="no feed") as there:
        result = imported(folder, f"{there.base}/one", archive=True)
    (told_,) = result.diagnostics
    assert (told_.code, told_.severity, len(result.made)) == ("feed-broken", "warning", 2)
    assert "/three: it is neither RSS nor Atom nor JSON Feed" in told_.message


def test_private_hosts_are_asked_only_where_that_is_allowed(folder: Path) -> None:
    with host(one=rss(item(1))) as there:
        result = run(folder, "import", "feed", f"{there.base}/one")
        assert there.asked == []
    assert result.exit_code == 1
    assert "is on this machine or in a private network" in result.output
    assert "--private" in result.output


# --- the command


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(cli.cli, ["-C", str(folder), *words])


def saved(folder: Path, text: str) -> str:
    path = folder.parent / "feed.xml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_command_says_what_it_made(folder: Path) -> None:
    result = run(folder, "import", "feed", saved(folder, rss(item(1), item(2))), "--now", "2024-06-01", "--tag", "x")
    assert result.exit_code == 0, result.output
    assert "2024-05-02-report-2.md: “Report 2”, The Wire\n" in result.output
    assert "sources.yaml: The Wire is new; look whether that is the publisher's name\n" in result.output
    assert result.output.endswith("2 drafts made of 1 feed\n")
    assert (
        run(folder, "import", "feed", saved(folder, rss(item(1)))).output == "0 drafts made of 1 feed; 1 known before\n"
    )
    assert run(folder, "import", "feed", "-q", saved(folder, rss(item(3)))).output == ""


@pytest.mark.parametrize("words", [[], ["--all", "x.xml"], ["--all"]])
def test_a_call_that_names_no_feed_is_wrong(folder: Path, words: list[str]) -> None:
    assert run(folder, "import", "feed", *words).exit_code == 2


def test_a_site_that_cannot_be_read_is_told_and_nothing_is_imported(folder: Path) -> None:
    (folder / "sources.yaml").write_text("a: [", encoding="utf-8")
    result = run(folder, "import", "feed", saved(folder, rss(item(1))))
    assert (result.exit_code, "1 error; nothing was written" in result.output) == (1, True)
    assert drafts_of(folder) == []


def test_a_file_that_is_too_large_is_told(folder: Path) -> None:
    path = saved(folder, rss(item(1)))
    result = importing.run(Request(folder, NOW, (path,), manners=web.Manners(most=100)))
    assert [item.message for item in result.diagnostics] == [f"{path}: it has more than 100 bytes"]


def test_what_only_a_subscriber_knows_does_not_get_into_the_registry(folder: Path) -> None:
    with host(**{"feed?key=secret": rss(item(1))}) as there:
        assert imported(folder, f"{there.base}/feed?key=secret").ok
    assert "secret" not in (folder / "sources.yaml").read_text(encoding="utf-8")


def test_a_file_that_is_not_there_is_told(folder: Path) -> None:
    result = run(folder, "import", "feed", "wire.example/feed")
    assert result.exit_code == 1
    assert "wire.example/feed: No such file or directory" in result.output
    assert "an address begins with https://" in result.output


# --- whatever a feed says

#: What has a meaning in YAML, Markdown, HTML, XML, paths or terminals, or looks like nothing.
SIGNS = """null;~;yes;0123;2024-05-03;{a;];';";\\;&x;*y;!z;|;>;@;`;%;...;---;[^1];con;nul.md;<headline>;<b>x</b>
<script>alert(1)</script>;&amp;;&lt;i&gt;;[a](javascript:x);![b](c);https://x.y/;- x;a: b;# c;{{ x }};{: .y};[^1]: d
*[E]: f;</blockquote>;../../etc/passwd;C:\\x;\x00;\x1b[31m;\ufeff;\u202e;\u2066;\u200d;\ufdd0;\U000e0041;كتاب"""
LONGER = ["\n\n    code", "\x85", "\u2028", "\ud800", "é" * 200, "ab" * 5_000]
ODD = st.sampled_from([*re.split("[;\n]", SIGNS), *LONGER])
WORDS = st.lists(ODD | st.text(max_size=12), max_size=4).map(" ".join)
DATES = st.sampled_from(
    ["", "99999-01-01T00:00:00Z", "0000-00-00", "9999-12-31T23:59:59-23:59", "Thu, 01 Jan 99999 00:00 EST"]
)
WHEN = DATES | WORDS | st.datetimes().map(datetime.isoformat) | st.datetimes().map(datetime.ctime)
LINKS = st.sampled_from(
    ["", "/x", "//y.example", "javascript:x", "https://[::1", "https://u@h.example/", "http://é.example/ü:"]
)
MAYBE = st.none() | st.integers() | st.floats() | st.lists(st.none()) | st.dictionaries(st.text(max_size=3), st.none())
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "title": WORDS,
        "id": WORDS,
        "url": LINKS | WORDS,
        "external_url": LINKS | WORDS,
        "summary": WORDS,
        "content_html": WORDS,
        "date_published": WHEN,
        "language": WORDS | st.sampled_from(["de", "en_US", "zh-hans-cn", "x-y"]),
        "authors": st.lists(st.fixed_dictionaries({"name": WORDS}), max_size=2),
        "tags": st.lists(WORDS, max_size=2),
        "_credits": st.fixed_dictionaries({"via": st.lists(st.fixed_dictionaries({"url": LINKS, "title": WORDS}))}),
    },
)


def as_rss(items: list[dict[str, Any]]) -> str:
    """Return entries as RSS, in which some of what they say is no XML."""

    def element(name: str, text: object) -> str:
        return f"<{name}>{escape(str(text)).encode('utf-8', 'replace').decode()}</{name}>"

    names = {"title": "title", "id": "guid", "url": "link", "summary": "description", "date_published": "pubDate"}
    names |= {"language": "dc:language", "content_html": "atom:rights", "external_url": "source"}
    return rss(*("".join(element(names[key], text) for key, text in one.items() if key in names) for one in items))


def drafted(data: bytes) -> list[str]:
    """Import a feed that `data` is into a new site, and return what is told of its drafts and of the registry."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_site(Path(name) / "site", SITE)
        path = Path(name) / "feed"
        path.write_bytes(data)
        result = importing.run(Request(folder, NOW, (str(path),)))
        found = [*result.diagnostics]
        for draft in folder.glob("content/*.md"):
            article, faults = parse.article(draft.name, draft.read_bytes(), SETTINGS)
            assert article is not None
            assert article.draft
            assert article.sources
            found += faults
        if (folder / "sources.yaml").exists():
            found += registry.read({"sources.yaml": (folder / "sources.yaml").read_bytes().decode()})[1]
        assert len(list(folder.glob("content/*.md"))) == len(result.made)
        assert importing.run(Request(folder, NOW, (str(path),), dry=True)).made == []
        return [item.code for item in found]


SETTINGS, _ = config.read("title: T\nlanguage: en\nlanguages: [de]\ntimezone: Europe/Berlin\n")


@settings(max_examples=30)
@given(
    st.lists(PARTS | MAYBE.map(lambda value: {"title": value, "id": value, "date_published": value}), max_size=3), WORDS
)
def test_whatever_a_json_feed_says_the_drafts_parse_without_an_error(items: list[dict[str, Any]], title: str) -> None:
    data = json.dumps({"title": title, "items": items}).encode()
    assert [code for code in drafted(data) if code != "feed-broken"] == []


@settings(max_examples=30)
@given(st.lists(PARTS, max_size=3))
def test_whatever_rss_says_the_drafts_parse_without_an_error(items: list[dict[str, Any]]) -> None:
    assert [code for code in drafted(as_rss(items).encode("utf-8", "replace")) if code != "feed-broken"] == []


@given(st.binary(max_size=60), st.integers(0, 400), st.sampled_from(["utf-8", "utf-16", "latin-1", "utf-32-be"]))
def test_a_broken_feed_is_read_as_far_as_it_goes_or_told(junk: bytes, at: int, encoding: str) -> None:
    data = rss(item(1), item(2, "Zwölf & mehr")).encode(encoding)
    try:
        feed = syndicated.read(data[:at] + junk + data[at + 1 :])
    except UnreadableError:
        pass
    else:
        assert all(entry.id for entry in feed.entries)


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        ("\n\n" + rss(item(1, "before the declaration")), ["before the declaration"]),
        (rss(item(1, "Nach&#252;chternd")).replace("&amp;", "&"), ["Nachüchternd"]),
        (rss(item(1, "a named &eacute; &nbsp; one")).replace("&amp;", "&"), ["a named é one"]),
        (rss(item(1, "no &#0; &#xD800; &#x110000; &#99999999999; such")).replace("&amp;", "&"), ["no such"]),
        (rss(item(1, "A & B")).replace("&amp;", "&"), ["A & B"]),
        (rss(item(1, "control \x0b\x00 characters")), ["control characters"]),
        (rss(item(1, "cut off"), item(2))[:-300], ["cut off"]),
        (rss(item(1, "\u202eturned\u202c and \u2067right\u2069")), ["turned and right"]),
        (rss(item(1, "می\u200cخواهم")), ["می\u200cخواهم"]),
    ],
)
def test_what_is_often_wrong_in_feeds_is_read_all_the_same(data: str, titles: list[str]) -> None:
    assert [entry.title for entry in syndicated.read(data.encode()).entries if entry.title in titles] == titles


@pytest.mark.parametrize(
    ("encoding", "declared", "type"),
    [
        ("utf-8", "utf-8", "text/xml"),
        ("latin-1", "iso-8859-1", ""),
        ("cp1252", "utf-8", "application/rss+xml; charset=utf-8"),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-8", "no-such-one", "text/xml; charset=idna"),
        ("shift_jis", "utf-8", "text/xml; charset=Shift_JIS"),
        ("utf-8-sig", "latin-1", "text/xml; charset=latin-1"),
    ],
)
def test_a_feed_is_decoded_as_it_must_be(encoding: str, declared: str, type: str) -> None:
    title = "日本" if encoding == "shift_jis" else "Zwölf"
    text = rss(item(1, title)).replace('"1.0"', f'"1.0" encoding="{declared}"')
    assert [entry.title for entry in syndicated.read(text.encode(encoding), "", type).entries] == [title]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


HOSTILE = {
    "entities in entities": f'<!DOCTYPE rss [<!ENTITY l0 "{"x" * 99}">{LAUGHS}]>'
    + rss(item(1, "&l11;")).replace("&amp;", "&"),
    "a document type behind a comment": "<!-- <a --><!DOCTYPE rss [<!ENTITY a 'x>]'>]>"
    + rss(item(1, "&a;" * 1000)).replace("&amp;", "&"),
    "a file as an entity": '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    + rss(item(1, "&a;")).replace("&amp;", "&"),
    "document types": "<!DOCTYPE rss [" * 50_000,
    "depth": "<rss>" * 20_000,
    "items in items": "<rss version='2.0'><channel>" + "<item>" * 10_000,
    "blocks in blocks": rss(f"<description>{'&lt;div&gt;' * 10_000}</description>"),
    "comments": rss(f"<description><![CDATA[{'<!--' * 50_000}]]></description>"),
    "loose signs": rss(*[f"<title>{'<b' * 1000}</title>"] * 50),
    "a long author": rss(f"<author>{'a' * 100_000}</author>"),
    "many tags": rss("".join(f"<category>{number}</category>" for number in range(50_000))),
    "lists": "[" * 200_000,
    "lists in JSON": '{"items": ' + "[" * 200_000,
    "empty items": '{"items": [' + "{}," * 50_000 + "{}]}",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_feed_is_read_or_refused_in_time(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syndicated, "LIMITS", Limits(seconds=1))
    monkeypatch.setattr(syndicated, "_HEAVY", 0)  # in a process apart: an alarm could ring in pytest's own code
    try:
        feed = syndicated.read(data.encode())
    except UnreadableError:
        pass
    else:
        assert len(feed.entries) <= syndicated.MOST
        assert all(len(entry.title) <= 300 and len(entry.summary) <= 1_010 for entry in feed.entries)
        assert "root:" not in repr(feed)


def test_more_entries_than_anyone_reads_are_not_looked_at() -> None:
    assert len(syndicated.read(rss(*["<title>x</title>"] * 2_100).encode()).entries) <= syndicated.MOST
