"""Articles as documents for other systems, and the folder that they are written to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digestgen import export
from tests import wire
from tests.building import NOW, everything, told, well_built
from tests.test_cli import run

ROOT = Path(__file__).resolve().parent.parent

Site = Callable[[str], Path]

SITE = """\
-- site.yaml --
title: The Paper
url: https://paper.example/base/
languages: [de]
timezone: Europe/Berlin
license: CC BY 4.0
copyright: © The Paper
rules: {bad-picture: off}
-- sources.yaml --
agency: {name: The Agency, url: https://agency.example/, lang: ko, license: all rights reserved}
-- people.yaml --
ada: {name: Ada Byron, url: https://ada.example/}
-- content/rain.md --
---
id: 6f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
title: Rain at last
date: 2024-05-03T09:00
expires: 2030-01-01
summary: A first rain.
kicker: Weather
section: World
dateline: Seoul
genre: opinion
tags: [Asia]
sources:
  - agency
  - {url: https://gazette.example/rain, title: Regen, lang: de, license: CC BY-SA 3.0, authors: [Cleo], use: cites}
credits:
  - {role: reporting, people: [{name: ada, place: Seoul}]}
  - {role: editing, people: [Dee]}
corrections:
  - {date: 2024-05-05, text: It rained more.}
image: {src: map.png, alt: A map, caption: Where it fell, credit: Our own, license: CC0}
---
It rained. See [the drought](dry.md), [more](#more) and [what comes](plan.md).

## More
-- content/rain.de.md --
---
title: Endlich Regen
date: 2024-05-03T09:30
---
Es hat geregnet.
-- content/dry.md --
---
title: Dry
date: 2024-05-01
authors: [Ben]
corrections: [{date: 2024-05-02, text: It was wet., kind: retraction}]
---
No rain.
-- content/plan.md --
---
title: Secret plan
date: 2024-04-30
embargo: 2024-07-01T12:00
---
Hush.
-- content/map.png --
"""


def exported(folder: Path, output: Path, *, held: bool = False, now: datetime = NOW) -> dict[str, dict[str, Any]]:
    """Export the site in `folder` and return its documents by title; any error fails the test."""
    result = export.export(export.Request(folder, now, output, held))
    assert result.written is not None, told(result.diagnostics)
    documents = [json.loads(path.read_bytes()) for path in output.glob("*.json")]
    assert len(documents) == result.documents
    return {document["title"]: document for document in documents}


def roles(listed: list[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(item["role"], item["value"]) for item in listed]


def test_an_article_becomes_a_document(site: Site, tmp_path: Path) -> None:
    found = exported(site(SITE), tmp_path / "wire")
    assert found.keys() == {"Rain at last", "Endlich Regen", "Dry"}
    rain = found["Rain at last"]
    url = "https://paper.example/base/2024/05/rain/"
    picture, work, version = rain.pop("associations")
    parties, body = rain.pop("infoSources"), rain.pop("bodies")[0]
    assert rain == {
        "uri": "urn:uuid:6f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8",
        "standard": {
            "name": "ninjs",
            "version": "3.1",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
        },
        "type": "text",
        "representationType": "full",
        "profile": "text-photo",
        "pubStatus": "usable",
        "firstCreated": "2024-05-03T09:00:00+02:00",
        "versionCreated": "2024-05-05T00:00:00+02:00",
        "expires": "2030-01-01T00:00:00+01:00",
        "language": "en",
        "title": "Rain at last",
        "slugline": "rain",
        "headlines": [
            {"role": "kicker", "contentType": "text/plain", "value": "Weather"},
            {"role": "main", "contentType": "text/plain", "value": "Rain at last"},
        ],
        "descriptions": [
            {"role": "summary", "contentType": "text/plain", "value": "A first rain."},
            {"role": "correction", "contentType": "text/plain", "value": "It rained more."},
        ],
        "by": "Reporting by Ada Byron in Seoul; editing by Dee",
        "located": "Seoul",
        "copyrightHolder": "The Paper",
        "copyrightNotice": "© The Paper",
        "usageTerms": "CC BY 4.0",
        "rightsInfo": {"linkedRights": "https://creativecommons.org/licenses/by/4.0/"},
        "genres": [{"name": "opinion", "uri": "http://cv.iptc.org/newscodes/genre/Opinion", "literal": "opinion"}],
        "subjects": [
            {"name": "Asia", "rel": "tag", "uri": "https://paper.example/base/tags/asia/"},
            {"name": "World", "rel": "section", "uri": "https://paper.example/base/sections/world/"},
        ],
        "altIds": [{"role": "url", "value": url}],
    }
    assert [(party["name"], party["role"]) for party in parties] == [
        ("The Agency", "based-on"),
        ("gazette.example", "cites"),
        ("Ada Byron", "reporting"),
        ("Dee", "editing"),
    ]
    assert parties[0] == {
        "name": "The Agency",
        "role": "based-on",
        "uri": "https://agency.example/",
        "literal": "agency",
    }
    assert f'<a href="{url}#more">' in body["value"]
    assert '<a href="https://paper.example/base/2024/05/dry/">' in body["value"]
    assert (body["role"], body["contentType"], body["wordCount"]) == ("main", "text/html", 10)
    assert picture["type"] == "picture"
    assert picture["renditions"] == [{"name": "main", "href": f"{url}map.png", "contentType": "image/png"}]
    assert roles(picture["descriptions"]) == [("caption", "Where it fell"), ("alt", "A map")]
    assert picture["rightsInfo"] == {"linkedRights": "https://creativecommons.org/publicdomain/zero/1.0/"}
    assert (work["uri"], work["rel"], work["by"], work["language"]) == (
        "https://gazette.example/rain",
        "cites",
        "Cleo",
        "de",
    )
    assert (version["uri"], version["rel"]) == (found["Endlich Regen"]["uri"], "translation")


def test_editions_and_pages_are_no_articles(site: Site, tmp_path: Path) -> None:
    draft = "---\ntitle: Not yet\ndraft: true\n---\n"
    more = f"-- content/pages/about.md --\n{draft}-- content/editions/2024-18.md --\n{draft}"
    settings = SITE.replace("license: CC BY 4.0", "license: CC BY 4.0\neditions: weekly", 1)
    result = export.export(export.Request(site(settings + more), NOW, tmp_path / "wire", held=True))
    assert (result.documents, result.held) == (4, 1), told(result.diagnostics)


def test_what_was_taken_back_is_canceled(site: Site, tmp_path: Path) -> None:
    dry = exported(site(SITE), tmp_path / "wire")["Dry"]
    assert (dry["pubStatus"], dry["by"]) == ("canceled", "Ben")
    assert roles(dry["descriptions"])[-1] == ("retraction", "It was wet.")


def test_what_is_held_back_is_exported_on_demand_only(site: Site, tmp_path: Path) -> None:
    folder = site(SITE)
    open_ones = exported(folder, tmp_path / "wire")
    assert not [
        path for path, data in everything(tmp_path / "wire").items() if b"plan" in data.lower() or b"Hush" in data
    ]
    found = exported(folder, tmp_path / "wire", held=True)
    assert found["Secret plan"]["pubStatus"] == "withheld"
    assert found["Secret plan"]["embargoedUntil"] == "2024-07-01T12:00:00+02:00"
    assert {title: found[title] for title in open_ones} == open_ones
    assert exported(folder, tmp_path / "wire") == open_ones
    later = exported(folder, tmp_path / "wire", now=datetime(2024, 8, 1, tzinfo=UTC))["Secret plan"]
    assert later["pubStatus"] == "usable"
    assert "embargoedUntil" not in later


def test_every_document_is_in_the_standards_terms(site: Site, tmp_path: Path) -> None:
    found = exported(site(SITE), tmp_path / "wire", held=True)
    assert {title: wire.faults(document) for title, document in found.items() if wire.faults(document)} == {}


def test_every_document_is_right_by_the_published_schema(site: Site, tmp_path: Path) -> None:
    found = exported(site(SITE), tmp_path / "wire", held=True)
    assert wire.published_faults(found["Dry"] | {"pubStatus": "gone"}) != []
    assert {title: faults for title, document in found.items() if (faults := wire.published_faults(document))} == {}


def test_the_repositorys_digest_is_in_the_standards_terms(tmp_path: Path) -> None:
    folder = tmp_path / "digest"
    shutil.copytree(ROOT / "content", folder / "content")
    for path in ROOT.glob("*.yaml"):
        shutil.copy(path, folder)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert export.export(export.Request(folder, now, tmp_path / "wire", held=True)).diagnostics == []
    faults = {
        path.name: found
        for path in (tmp_path / "wire").glob("*.json")
        if (found := wire.faults(json.loads(path.read_bytes())))
    }
    assert faults == {}


@pytest.mark.parametrize(
    "change",
    [
        {"headline": "A"},
        {"pubStatus": "held"},
        {"uri": "no address"},
        {"firstCreated": "2024-05-03"},
        {"rightsInfo": {}},
        {"infoSources": [{"name": "A", "use": "cites"}]},
        {"associations": [{"name": "A"}]},
    ],
)
def test_what_the_standard_does_not_have_would_be_found(change: dict[str, object]) -> None:
    right = {"uri": "urn:a:b", "standard": {"name": "ninjs", "version": "3.1"}}
    assert wire.faults(right) == []
    assert wire.faults(right | change) != []


def test_a_site_that_does_not_know_its_address_exports_the_rest(site: Site, tmp_path: Path) -> None:
    found = exported(site(SITE.replace("url: https://paper.example/base/\n", "")), tmp_path / "wire")
    rain = found["Rain at last"]
    assert wire.faults(rain) == []
    assert "paper.example" not in json.dumps(rain)
    assert "<a" not in rain["bodies"][0]["value"]


def test_names_rest_on_ids_and_not_on_titles_slugs_or_hosts(site: Site, tmp_path: Path) -> None:
    folder = site(SITE)
    settings = folder / "site.yaml"
    settings.write_text(settings.read_text() + "site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8\n")
    exported(folder, tmp_path / "wire")
    before = {path.name for path in (tmp_path / "wire").glob("*.json")}
    settings.write_text(settings.read_text().replace("paper.example", "other.example"))
    dry = folder / "content/dry.md"
    dry.write_text(dry.read_text().replace("title: Dry", "title: Very dry\nslug: very-dry"))
    assert "Very dry" in exported(folder, tmp_path / "wire")
    assert {path.name for path in (tmp_path / "wire").glob("*.json")} == before
    assert "6f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8.json" in before


# --- the folder


def refused(folder: Path, output: Path) -> str:
    result = export.export(export.Request(folder, NOW, output))
    assert result.written is None
    (fault,) = [item for item in result.diagnostics if item.severity == "error"]
    return f"{fault.code}: {fault.message}"


def test_nothing_foreign_is_touched(site: Site, tmp_path: Path) -> None:
    folder = site(SITE)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.json").write_text("{}")
    assert "it is not empty, and digestgen did not make it" in refused(folder, tmp_path / "mine")
    assert everything(tmp_path / "mine") == {"notes.json": b"{}"}
    exported(folder, tmp_path / "wire")
    (tmp_path / "wire/notes.json").write_text("{}")
    export.export(export.Request(folder, NOW, tmp_path / "wire"))
    assert (tmp_path / "wire/notes.json").read_text() == "{}"


def test_a_site_is_never_exported_over(site: Site, tmp_path: Path) -> None:
    folder = site(SITE)
    before = well_built(folder)
    assert "a site was built there" in refused(folder, folder / "public")
    assert "lie in each other" in refused(folder, folder / "public/wire")
    assert "lie in each other" in refused(folder, folder / "content/wire")
    assert well_built(folder) == before
    well_built(folder, output=tmp_path / "elsewhere")
    assert "a site was built there" in refused(folder, tmp_path / "elsewhere")


def test_a_wrong_article_stops_the_export(site: Site, tmp_path: Path) -> None:
    wrong = "-- content/wrong.md --\n---\ntitle: Wrong\ndate: 2024-13-01\n---\n"
    assert refused(site(SITE + wrong), tmp_path / "wire").startswith("bad-date")
    assert not (tmp_path / "wire").exists()


def test_two_articles_of_one_id_are_an_error_that_names_both(site: Site, tmp_path: Path) -> None:
    twin = "-- content/twin.md --\n---\nid: 6f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8\ntitle: Twin\ndate: 2024-05-01\n---\n"
    result = export.export(export.Request(site(SITE + twin), NOW, tmp_path / "wire"))
    assert result.written is None
    assert [item.message for item in result.diagnostics if item.code == "url-collision"] == [
        "content/rain.md has the same id, so both would be one document"
    ]


def test_an_article_that_is_gone_takes_its_document_with_it(site: Site, tmp_path: Path) -> None:
    folder = site(SITE)
    exported(folder, tmp_path / "wire")
    (folder / "content/rain.de.md").unlink()
    assert exported(folder, tmp_path / "wire").keys() == {"Rain at last", "Dry"}


def test_the_command_says_what_it_did(site: Site, tmp_path: Path) -> None:
    folder = site(SITE)
    done = run("-C", str(folder), "export", "--ninjs", str(tmp_path / "wire"), "--now", "2024-06-01")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("wire: 3 articles; 1 held back; 3 written, 0 removed\n")
    assert run("-C", str(folder), "export").code == 2
