"""Pictures in a site: what pages, feeds and machines are told of them, and what comes along."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.building import built, published, told, well_built
from tests.sites import write_site
from tests.test_pictures import DEVICE, OWNER, picture

SITE = """\
-- site.yaml --
title: Pictures
url: https://example.org/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
feeds: {rss: site, json: site}
-- content/ports.md --
---
title: Ports
date: 2024-05-03
image: {src: lead.jpg, alt: The lead}
---
Words. ![In the text](text.png)

[The original](text.png)
-- content/alone.md --
---
title: Alone
date: 2024-05-02
---
![At the top](text.png){ width=30 }

![At the top](text.png) and ![from the root](/root.webp)
-- content/none.md --
---
title: None
date: 2024-05-01
---
Words.
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = write_site(tmp_path / "site", SITE)
    (folder / "content/static").mkdir()
    (folder / "content/lead.jpg").write_bytes(picture("jpeg", (600, 400), turn=6))
    (folder / "content/text.png").write_bytes(picture("png", (60, 40)))
    (folder / "content/static/root.webp").write_bytes(picture("webp", (90, 70)))
    return folder


def images(page: bytes) -> list[dict[str, str]]:
    """Return the attributes of each picture of a page."""
    return [dict(re.findall(r'([a-z]+)="([^"]*)"', tag)) for tag in re.findall(r"<img ([^>]*)>", page.decode())]


def test_every_picture_of_the_site_has_its_width_and_height_and_comes_when_it_is_needed(site: Path) -> None:
    files = well_built(site)
    lead, text = images(files["2024/05/ports/index.html"])
    assert (lead["width"], lead["height"], lead["fetchpriority"], "loading" in lead) == ("400", "600", "high", False)
    assert (text["width"], text["height"], text["loading"]) == ("60", "40", "lazy")
    first, second, third = images(files["2024/05/alone/index.html"])
    assert (first["width"], first["height"], first["fetchpriority"]) == ("30", "20", "high")
    assert (second["width"], second["loading"], third["width"], third["height"]) == ("60", "lazy", "90", "70")


def test_machines_are_told_how_large_it_is_and_whose(site: Path) -> None:
    files = well_built(site)
    page = files["2024/05/ports/index.html"].decode()
    assert '<meta property="og:image:width" content="400">' in page
    assert '"height":{"@type":"QuantitativeValue","value":600,"unitCode":"E37"}' in page
    assert f"Picture: {OWNER.credit}" in page
    assert "CC BY-SA 4.0" in page
    feed = files["rss.xml"].decode()
    assert 'medium="image" width="400" height="600"' in feed
    assert "width=&quot;60&quot; height=&quot;40&quot;" in feed or 'width="60" height="40"' in feed


def test_what_the_author_says_of_whose_it_is_comes_first(site: Path) -> None:
    path = site / "content/ports.md"
    path.write_text(path.read_text().replace("alt: The lead", "alt: L, credit: Us, license: Ours"))
    page = well_built(site)["2024/05/ports/index.html"].decode()
    assert "Picture: Us" in page
    assert OWNER.credit not in page


def test_picture_that_is_shown_tells_of_no_place_and_one_that_is_only_linked_or_static_is_as_it_was(site: Path) -> None:
    (site / "content/linked.md").write_text("---\ntitle: L\ndate: 2024-05-01\n---\n[The file](lead.jpg)\n")
    files = well_built(site)
    assert DEVICE.encode() not in files["2024/05/ports/lead.jpg"]
    assert DEVICE.encode() not in files["2024/05/ports/text.png"]
    assert files["2024/05/linked/lead.jpg"] == (site / "content/lead.jpg").read_bytes()
    assert files["root.webp"] == (site / "content/static/root.webp").read_bytes()


def test_a_changed_picture_changes_the_pages_that_show_it_alone(site: Path) -> None:
    well_built(site)
    (site / "content/text.png").write_bytes(picture("png", (80, 40)))
    assert built(site).rendered == {"2024/05/ports/index.html", "2024/05/alone/index.html"}
    (site / "content/lead.jpg").write_bytes(picture("jpeg", (300, 200)))
    own, lists = {"2024/05/ports/index.html"}, {"index.html", "archive/2024/05/index.html", "2024/05/alone/index.html"}
    assert own < built(site).rendered <= own | lists
    assert built(site).rendered == frozenset()


def test_deleting_what_is_remembered_changes_nothing(site: Path) -> None:
    files = well_built(site)
    (site / ".digestgen/cache.sqlite").unlink()
    assert well_built(site) == files


def test_broken_pictures_are_told_with_their_lines_and_published_as_they_are(site: Path) -> None:
    (site / "content/text.png").write_bytes(b"no picture")
    (site / "content/lead.jpg").write_bytes(picture("jpeg")[:-30])
    result = built(site)
    name = "content/text.png is damaged, or no picture of the kind that its name promises"
    lines = [line for line in told(result.diagnostics) if line.startswith("warning[bad-picture]")]
    for place in ("alone.md:5:15", "alone.md:7:15", "ports.md:6:23"):
        assert f"warning[bad-picture] content/{place} {name}" in lines
    assert any(line.startswith("warning[bad-picture] content/lead.jpg:1:1 what it tells of places") for line in lines)
    assert result.output is not None
    assert published(result.output)["2024/05/ports/text.png"] == b"no picture"


def test_nothing_is_said_of_a_picture_without_a_size_that_is_no_fault(site: Path) -> None:
    (site / "content/text.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    path = site / "content/alone.md"
    path.write_text(path.read_text().replace("text.png", "text.svg"))
    assert [line for line in told(built(site).diagnostics) if "bad-picture" in line] == []
