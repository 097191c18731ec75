"""Feeds of others as drafts: with real feeds, feedparser, and a host on loopback."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from digestgen import cli, config, files, parse, registry, web
from digestgen.diagnostics import shown
from digestgen.incoming import importing
from digestgen.incoming.importing import Request, Result
from digestgen.model import Article
from tests.building import built, everything, told
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
    settings, found = config.read((folder / "site.yaml").read_text(encoding="utf-8"))
    assert not found
    articles = []
    for path in sorted((folder / "content").rglob("*.md")):
        below = path.relative_to(folder / "content").as_posix()
        article, faults = parse.article(below, path.read_bytes(), settings)
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


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("missing", "it answers 404 Not Found"),
        ("gone", "410 Gone"),
        ("busy", "it answers 503 Service Unavailable"),
        ("slow", "it takes too long"),
        ("large", "it has more than 10,485,760 bytes"),
        ("empty", "it is empty"),
        ("page", "it is a web page and no feed; its feeds are {base}/feed.xml"),
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


def test_a_file_that_is_not_there_is_told(folder: Path) -> None:
    result = run(folder, "import", "feed", "wire.example/feed")
    assert result.exit_code == 1
    assert "wire.example/feed: No such file or directory" in result.output
    assert "an address begins with https://" in result.output
