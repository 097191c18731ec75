from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from digestgen import cli
from digestgen.moving import answers, transfer
from digestgen.moving.transfer import Request
from digestgen.moving.values import UnfitError
from tests import peers
from tests.building import NOW, everything, plain_theme, well_built
from tests.sites import write_site

#: A theme that shows what is compared, and little else.
_THEME: Final = plain_theme(
    article="""\
{% extends "base.html" %}
{% block main %}
<h1>{{ page.card.title }}</h1>
<time datetime="{{ page.card.when.iso }}"></time>
<ul class="tags">{% for tag in page.tags %}<li>{{ tag.name }}</li>{% endfor %}</ul>
<div class="content">{{ page.html|safe }}</div>
{% endblock %}
""",
    page="""\
{% extends "base.html" %}
{% block main %}
<h1>{{ page.title }}</h1>
<div class="content">{{ page.html|safe }}</div>
{% endblock %}
""",
)


def moved(source: Path, folder: Path, peer: str = "") -> transfer.Result:
    folder.mkdir(exist_ok=True)
    return transfer.move(Request(folder, source, peer))


@pytest.fixture(scope="module", params=["hugo", "jekyll", "nikola", "pelican"])
def arrived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, dict[str, bytes]]:
    """A peer, its site as a digest, and what a build makes of that."""
    folder = tmp_path_factory.mktemp(request.param)
    moved(peers.SITES / request.param, folder)
    return request.param, folder, made_of(folder)


def made_of(folder: Path) -> dict[str, bytes]:
    """What a build makes of a site that was begun by an import, in a theme that is quick."""
    settings = folder / "site.yaml"
    settings.write_text(settings.read_text() + "theme: plain\n")
    write_site(folder, _THEME)
    return well_built(folder, now=NOW.replace(year=2026))


def _plain(text: str) -> str:
    """A text as it is compared: no blanks, and no difference between kinds of quotes, dashes and marks."""
    signs: dict[str, str | int | None] = {
        "“": '"',
        "”": '"',
        "„": '"',
        "’": "'",
        "‘": "'",
        "—": "---",
        "–": "--",
        "…": "...",
    }
    text = text.translate(str.maketrans(signs))
    return re.sub(r"\s+", "", text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _at(url: str, made: dict[str, bytes]) -> peers.Page:
    """The page that an address leads to, on a host of files."""
    data = made[url.lstrip("/") + ("index.html" if url.endswith("/") else "")]
    led = re.search(rb'<title>moved</title><a href="([^"]*)"', data)
    if led:
        url = _joined(url, led[1].decode())
        data = made[url.lstrip("/") + ("index.html" if url.endswith("/") else "")]
    found = peers.page(url, data, peers.THEMES["digestgen"])
    assert found is not None, url
    return found


def _joined(url: str, href: str) -> str:
    from urllib.parse import urljoin

    return urljoin(url, href)


def test_each_page_of_a_peer_is_here_with_title_date_tags_and_text(arrived: tuple[str, Path, dict[str, bytes]]) -> None:
    peer, _, made = arrived
    known = peers.known(peer)
    assert len(known) >= 4
    for old in known:
        new = _at(old.url, made)
        assert new.title == old.title
        assert not old.date or _moment(new.date) in (_moment(old.date), _moment(old.date[:10]))
        assert set(old.tags) <= set(new.tags), "categories beyond the first may have joined them"
        assert _plain(new.text) == _plain(old.text), old.url


def test_ids_of_old_feeds_are_those_of_the_new_one(arrived: tuple[str, Path, dict[str, bytes]]) -> None:
    peer, _, made = arrived
    ids = {item.id for item in peers.known(peer) if item.id and item.date}  # pages are in no feed here
    feeds = b"".join(data for path, data in made.items() if path.endswith("feed.xml"))
    there = {item for item in ids if f"<id>{item}</id>".encode() in feeds}
    shown_twice = {item for item in ids if "/de/posts/notre-dame" in item}  # by Nikola, in the feed of each language
    assert there
    assert ids - there == shown_twice


def test_each_old_address_answers(arrived: tuple[str, Path, dict[str, bytes]], tmp_path: Path) -> None:
    peer, folder, _ = arrived
    listed = tmp_path / "old.txt"
    listed.write_text("".join(f"https://smallwire.example{page.url}\n" for page in peers.known(peer)) + "/assets/\n")
    found, _ = answers.ask(folder, listed, NOW.replace(year=2026))
    assert [item.url for item in found if not item.kind] == ["/assets/"]
    assert {item.kind for item in found} >= {"page"}


def test_lists_that_have_other_addresses_here_lead_on(arrived: tuple[str, Path, dict[str, bytes]]) -> None:
    peer, _, made = arrived
    ways = {
        "hugo": ("categories/culture/", "categories/", "posts/", "science/", "de/posts/"),
        "jekyll": (),
        "nikola": ("categories/nasa/", "categories/cat_science/", "authors/jo-example/", "de/archive.html", "2023/"),
        "pelican": ("tag/nasa.html", "category/science.html", "author/kim-sample.html", "archives.html", "tags.html"),
    }[peer]
    for old in ways:
        page = made[old + ("index.html" if old.endswith("/") else "")].decode()
        led = re.findall(r'<a href="([^"]*)">', page)
        assert _joined(f"/{old}", led[0]).lstrip("/") + "index.html" in made


def test_importing_again_does_nothing_and_the_source_stays(tmp_path: Path) -> None:
    source = Path(shutil.copytree(peers.SITES / "hugo", tmp_path / "old"))
    before = everything(source)
    moved(source, tmp_path / "new")
    first = everything(tmp_path / "new")
    again = moved(source, tmp_path / "new")
    assert {item.state for item in again.arrivals} == {"same"}
    assert {path: data for path, data in everything(tmp_path / "new").items() if ".digestgen/" not in path} == first
    assert everything(source) == before


def test_what_was_edited_or_removed_here_stays_so_and_what_changed_there_comes(tmp_path: Path) -> None:
    source = Path(shutil.copytree(peers.SITES / "hugo", tmp_path / "old"))
    new = tmp_path / "new"
    moved(source, new)
    edited, removed = new / "content/pages/about.md", new / "content/2023/2023-09-24-bennu.md"
    edited.write_text(edited.read_text() + "\nMine.\n")
    removed.unlink()
    changed = source / "content/posts/a-launch.md"
    changed.write_text(changed.read_text() + "Soon.\n")
    states = {item.source: item.state for item in moved(source, new).arrivals}
    assert states["content/about.md"] == "edited"
    assert states["content/science/bennu/index.md"] == "gone"
    assert states["content/posts/a-launch.md"] == "changed"
    assert edited.read_text().endswith("Mine.\n")
    assert not removed.exists()
    assert "Soon." in (new / "content/2025/2025-01-01-a-launch-that-is-to-come.md").read_text()
    made_of(new)


def test_the_old_site_is_known_again_by_its_address_or_its_title_and_no_other_is_taken_for_it(tmp_path: Path) -> None:
    source = Path(shutil.copytree(peers.SITES / "pelican", tmp_path / "old"))
    moved(source, tmp_path / "new")
    conf = source / "pelicanconf.py"
    conf.write_text(conf.read_text().replace("https://smallwire.example", "https://wire.example"))
    assert "new" not in {item.state for item in moved(source, tmp_path / "new").arrivals}
    conf.write_text(
        conf.read_text().replace("The Small Wire", "Another One").replace("wire.example", "another.example")
    )
    other = {item.path: item.state for item in moved(source, tmp_path / "new").arrivals}
    assert other["2024/2024-12-07-notre-dame-opens-2.md"] == "new"
    assert "changed" not in other.values()


def test_a_file_that_stands_in_the_way_is_left(tmp_path: Path) -> None:
    new = write_site(tmp_path / "new", "-- site.yaml --\ntitle: T\n-- content/static/images/bennu.svg --\nmine\n")
    result = moved(peers.SITES / "hugo", new)
    assert {item.source for item in result.arrivals if item.state == "foreign"} == {"static/images/bennu.svg"}
    assert (new / "content/static/images/bennu.svg").read_text() == "mine\n"
    assert "permalink: /{year}/{month}/{slug}/" not in result.proposed, "it is the site's already"
    assert "url: https://smallwire.example/" in result.proposed
    assert "languages: [de]" in result.proposed


def test_a_dry_run_writes_nothing_and_tells_the_same(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    told = transfer.move(Request(tmp_path / "new", peers.SITES / "pelican", dry=True))
    assert everything(tmp_path / "new") == {}
    assert [item.path for item in told.arrivals] == [
        item.path for item in moved(peers.SITES / "pelican", tmp_path / "new").arrivals
    ]


@pytest.mark.parametrize("peer", ["hugo", "jekyll", "nikola", "pelican"])
def test_the_generator_is_told_from_its_folder(peer: str) -> None:
    assert transfer.read(peers.SITES / peer, "")[0] == peer


_JEKYLL = """\
-- _config.yml --
title: Notes
url: https://notes.example.org
permalink: /:categories/:year/:month/:day/:title.html
-- _posts/2023-03-05-one.md --
---
title: One
categories: space telescopes
---
See [the next]({% post_url 2023-04-01-two %}).
-- _posts/2023-04-01-two.md --
---
title: Zwei
lang: de
published: false
---
Zwei.
"""


def test_one_article_says_nothing_of_the_site(tmp_path: Path) -> None:
    result = moved(write_site(tmp_path / "old", _JEKYLL), tmp_path / "new")
    text = (tmp_path / "new/content/2023/2023-03-05-one.md").read_text(encoding="utf-8")
    assert "[the next](2023-04-01-two.de.md)" in text  # though nobody may read that yet
    assert 'aliases: ["/space/telescopes/2023/03/05/one.html"]' in text
    assert result.settings is not None
    assert (result.settings.permalink, result.settings.lang) == ("/{year}/{month}/{slug}/", "en")
    assert result.old is not None
    assert any("does not say its language" in note.text for note in result.old.log.notes)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnfitError, match="none of jekyll, hugo"):
        transfer.read(tmp_path, "")


_ZOLA: Final = """\
-- config.toml --
base_url = "https://smallwire.example"
title = "The Small Wire"
generate_feeds = true
[languages.de]
-- content/blog/_index.md --
+++
title = "Blog"
+++
-- content/blog/2023-09-24-capsule.md --
+++
title = "A capsule lands"
[taxonomies]
tags = ["asteroids"]
categories = ["Science", "Space"]
[extra]
mood = "glad"
+++
See [the cathedral](@/blog/notre-dame/index.md#bells) and {{ youtube(id="ScMzIvxBSi4") }}.

{% quote(by="NASA") %}Home.{% end %}
-- content/blog/2023-09-24-capsule.de.md --
+++
title = "Eine Kapsel landet"
+++
Gelandet.
-- content/blog/notre-dame/index.md --
+++
title = "Notre-Dame opens"
date = 2024-12-07T19:00:00+01:00
aliases = ["old/notre-dame"]
+++
![The nave](nave.svg)

## Bells
-- content/blog/notre-dame/nave.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2" viewBox="0 0 4 2"/>
-- static/robots.txt --
User-agent: *
"""


def test_zolas_links_taxonomies_languages_and_bundles_come_along(tmp_path: Path) -> None:
    result = moved(write_site(tmp_path / "old", _ZOLA), tmp_path / "new")
    made = made_of(tmp_path / "new")
    assert result.peer == "zola"
    assert result.old is not None
    assert [note.text for note in result.old.log.notes if note.kind == "person"] == [
        'a shortcode that stays as it is: {% quote(by="NASA") %}',
        "a shortcode that stays as it is: {% end %}",
    ]
    text = (tmp_path / "new/content/2023/2023-09-24-capsule.md").read_text()
    assert "[the cathedral](../2024/2024-12-07-notre-dame.md#bells)" in text
    assert "<https://www.youtube.com/watch?v=ScMzIvxBSi4>" in text
    assert 'tags: ["asteroids", "Space"]' in text
    assert {"blog/capsule/index.html", "de/blog/capsule/index.html", "blog/notre-dame/nave.svg"} <= made.keys()
    assert {"old/notre-dame/index.html", "robots.txt", "blog/index.html"} <= made.keys()


_WXR: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Small Wire</title><link>https://smallwire.example</link><language>en-GB</language>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:author><wp:author_login>jo</wp:author_login><wp:author_display_name>Jo Example</wp:author_display_name></wp:author>
<item><title>A capsule lands &amp; rests</title><link>https://smallwire.example/2023/09/24/capsule/</link>
<dc:creator>jo</dc:creator><guid isPermaLink="false">https://smallwire.example/?p=7</guid>
<content:encoded><![CDATA[<!-- wp:paragraph -->
<p>The capsule *landed* in <strong>Utah</strong>; see <a href="https://smallwire.example/2024/12/07/nd/">more</a>.</p>
<!-- /wp:paragraph -->
<!-- wp:list --><ul><li>dust</li><li>stones</li></ul><!-- /wp:list -->]]></content:encoded>
<excerpt:encoded><![CDATA[]]></excerpt:encoded>
<wp:post_id>7</wp:post_id><wp:post_date>2023-09-24 16:52:00</wp:post_date>
<wp:post_date_gmt>2023-09-24 14:52:00</wp:post_date_gmt><wp:post_name>capsule</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain="category" nicename="science">Science</category>
<category domain="post_tag" nicename="nasa">NASA</category>
</item>
<item><title>Notre-Dame opens</title><link>https://smallwire.example/2024/12/07/nd/</link><dc:creator>jo</dc:creator>
<guid isPermaLink="false">https://smallwire.example/?p=8</guid>
<content:encoded><![CDATA[Five years after the fire.
It is open.

[gallery ids="9"]

[embed]https://www.youtube.com/watch?v=ScMzIvxBSi4[/embed]]]></content:encoded>
<wp:post_id>8</wp:post_id><wp:post_date>2024-12-07 19:00:00</wp:post_date>
<wp:post_date_gmt>2024-12-07 18:00:00</wp:post_date_gmt><wp:post_name>nd</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>
<item><title>nave</title><link>https://smallwire.example/nave/</link><wp:post_id>9</wp:post_id>
<wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status>
<wp:attachment_url>https://smallwire.example/wp-content/uploads/nave.jpg</wp:attachment_url></item>
<item><title>A thought</title><link>https://smallwire.example/?p=10</link><content:encoded>Later.</content:encoded>
<wp:post_id>10</wp:post_id><wp:status>draft</wp:status><wp:post_type>post</wp:post_type></item>
</channel></rss>
"""


def test_an_export_of_wordpress_becomes_articles(tmp_path: Path) -> None:
    export = tmp_path / "export.xml"
    export.write_text(_WXR)
    result = moved(export, tmp_path / "new")
    made = made_of(tmp_path / "new")
    text = (tmp_path / "new/content/2023/2023-09-24-capsule.md").read_text()
    assert 'title: "A capsule lands & rests"' in text
    assert "date: 2023-09-24T16:52+02:00" in text
    assert 'id: "https://smallwire.example/?p=7"' in text
    assert 'authors: ["Jo Example"]' in text
    assert r"The capsule \*landed\* in **Utah**; see [more](../2024/2024-12-07-nd.md)." in text
    assert "- dust\n- stones" in text
    other = (tmp_path / "new/content/2024/2024-12-07-nd.md").read_text()
    assert "Five years after the fire.  \nIt is open.\n\n[gallery ids" in other.replace("\\", "")
    assert {"2023/09/24/capsule/index.html", "2023/09/index.html", "tag/nasa/index.html"} <= made.keys()
    assert result.old is not None
    needs = [note.text for note in result.old.log.notes if note.kind == "person"]
    assert "a file to be fetched by hand: https://smallwire.example/wp-content/uploads/nave.jpg" in needs
    assert 'a shortcode that stays as it is: [gallery ids="9"]' in needs


def test_no_entity_of_an_export_is_resolved(tmp_path: Path) -> None:
    export = tmp_path / "export.xml"
    export.write_text(_WXR.replace("<rss ", '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n<rss ', 1))
    with pytest.raises(UnfitError, match="defines entities"):
        moved(export, tmp_path / "new")


def test_addresses_that_nothing_answers_are_named_and_end_with_1(tmp_path: Path) -> None:
    moved(peers.SITES / "hugo", tmp_path / "new")
    sitemap = tmp_path / "sitemap.xml"
    asked = ("/about/", "/gone/", "/?p=7")
    places = "".join(f"<url><loc>https://smallwire.example{path}</loc></url>" for path in asked)
    sitemap.write_text(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>')
    called = _called("-C", str(tmp_path / "new"), "import", "site", "--check-urls", str(sitemap))
    assert called.exit_code == 1
    assert "https://smallwire.example/gone/: nothing is there" in called.output
    assert "question mark" in called.output
    assert "1 of 3 old addresses answer" in called.output


def test_the_report_tells_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    report = tmp_path / "moved.md"
    source = Path(shutil.copytree(peers.SITES / "jekyll", tmp_path / "old"))
    (source / "_posts/2024-12-09-odd.md").write_text("---\ntitle: Odd\n---\n\n{% for x in y %}\n\n[gone](gone.md)\n")
    called = _called("-C", str(tmp_path / "new"), "import", "site", str(source), "--report", str(report))
    assert called.exit_code == 0, called.output
    told = report.read_text()
    assert "- _posts/2024-12-09-odd.md:5: Liquid that stays as it is: {% for x in y %}" in told
    assert "- _posts/2024-12-09-odd.md:7: a link leads nowhere: " in told
    assert "- about.md -> pages/about.md at /about/" in told
    assert "5: Liquid that stays" in called.output
    made_of(tmp_path / "new")


def _called(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, list(arguments))
