"""`digestgen list` and `digestgen stats`."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digestgen import cli, gather, inventory, survey
from tests.building import everything
from tests.sites import write_site

SITE = """\
-- site.yaml --
title: Digest
languages: [de]
timezone: Europe/Berlin
-- sources.yaml --
nasa: {name: NASA, kind: official, country: US}
-- tags.yaml --
- names: {en: asteroids, de: Asteroiden}
-- content/pages/about.md --
---
title: About
---
-- content/one.md --
---
title: One
date: 2024-01-01
tags: [asteroids, Utah]
section: Space
sources: [nasa, {name: NASA, url: "https://www.nasa.gov/x"}]
---
-- content/one.de.md --
---
title: Eins
date: 2024-01-01
tags: [Asteroiden]
sources: [nasa, AFP]
---
-- content/two.md --
---
title: Two
date: 2024-03-05T10:00
tags: [Utah]
---
-- content/draft.md --
---
title: Draft
date: 2024-03-06
draft: true
---
-- content/later.md --
---
title: Later
date: 2024-07-01T08:00
tags: [asteroids]
---
-- content/gone.md --
---
title: Gone
date: 2024-01-05
expires: 2024-02-01
---
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("inventory"), SITE)


Call = Callable[..., tuple[object, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Call:
    """A function that calls a command in this process: exit code, and what it said on both streams."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def called(*arguments: str) -> tuple[object, str, str]:
        given = ["digestgen", "-C", str(folder), *arguments, "--now", "2024-06-01T12:00"]
        monkeypatch.setattr(sys, "argv", given)
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, *capsys.readouterr()

    return called


def test_articles_are_listed_newest_first_and_machines_get_more(call: Call) -> None:
    code, out, err = call("list")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "date        lang  title  section  path",
        "2024-03-05  en    Two             content/two.md",
        "2024-01-01  de    Eins            content/one.de.md",
        "2024-01-01  en    One    Space    content/one.md",
    ]
    (_, _, one) = json.loads(call("list", "articles", "--format", "json")[1])
    assert one == {
        "date": "2024-01-01",
        "lang": "en",
        "title": "One",
        "section": "Space",
        "tags": ["asteroids", "Utah"],
        "sources": ["NASA"],
        "url": "/2024/01/one/",
        "path": "content/one.md",
        "state": "published",
        "until": "",
    }


def test_tags_and_sources_are_listed_with_how_often_they_stand(call: Call) -> None:
    assert call("list", "tags")[1].splitlines() == [
        "tag         lang  articles  first       last        registered",
        "Utah        en           2  2024-01-01  2024-03-05",
        "Asteroiden  de           1  2024-01-01  2024-01-01  yes",
        "asteroids   en           1  2024-01-01  2024-01-01  yes",
    ]
    assert call("list", "sources")[1].splitlines() == [
        "source  key   kind      country  articles  first       last",
        "NASA    nasa  official  US              2  2024-01-01  2024-01-01",
        "AFP                                     1  2024-01-01  2024-01-01",
    ]


def test_what_is_held_is_listed_with_the_reason_and_the_soonest_first(call: Call) -> None:
    assert call("list", "held")[1].splitlines() == [
        "state    until                   lang  title  path",
        "future   2024-07-01T08:00+02:00  en    Later  content/later.md",
        "draft                            en    Draft  content/draft.md",
        "expired                          en    Gone   content/gone.md",
    ]
    assert [row["path"] for row in json.loads(call("list", "drafts", "--format", "json")[1])] == ["content/draft.md"]


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        (["--lang", "de"], ["one.de.md"]),
        (["--tag", "Asteroiden"], ["one.de.md", "one.md"]),
        (["--tag", "asteroids", "--lang", "en"], ["one.md"]),
        (["--tag", "utah", "--since", "2024-01-01"], ["two.md", "one.md"]),
        (["--since", "2024-01-02"], ["two.md"]),
        (["--since", "2024-03-05T09:00Z"], ["two.md"]),
        (["--since", "2024-03-05T09:01Z"], []),
    ],
)
def test_articles_are_chosen_by_language_tag_and_time(call: Call, options: list[str], paths: list[str]) -> None:
    rows = [*csv.DictReader(io.StringIO(call("list", *options, "--format", "csv")[1]))]
    assert [row["path"].removeprefix("content/") for row in rows] == paths


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "--tag", "Astroids"], "did you mean `asteroids`?"),
        (["list", "--lang", "fr"], "nothing is in `fr`; the site has de, en"),
        (["stats", "--lang", "deutsch!"], "write it as de or en-GB"),
        (["list", "people"], "people"),
        (["stats", "--format", "xml"], "xml"),
    ],
)
def test_what_there_is_none_of_is_a_wrong_call(call: Call, arguments: list[str], said: str) -> None:
    code, out, err = call(*arguments)
    assert (code, out, said in err) == (2, "", True), err


def test_a_terminal_gets_what_fits_in_bold_as_the_environment_wants_it(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert all(len(line) <= 40 for line in call("list")[1].splitlines())
    assert "\x1b" not in call("list")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert call("list")[1].startswith("\x1b[1mdate ")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in call("list")[1]


def test_figures_are_told_with_bars_and_as_data(call: Call) -> None:
    code, out, err = call("stats")
    assert (code, err) == (0, "")
    assert out.startswith("3 articles, from 2024-01-01 to 2024-03-05; 3 held back\n\nby month\n2024-01  2  █")
    assert "\n2024-02  0\n2024-03  1  █" in out
    figures: Any = json.loads(call("stats", "--format", "json")[1])
    assert figures == {
        "published": 3,
        "held": 3,
        "first": "2024-01-01",
        "last": "2024-03-05",
        "counts": {
            "month": {"2024-01": 2, "2024-02": 0, "2024-03": 1},
            "section": {"(none)": 2, "Space": 1},
            "source": {"NASA": 2, "AFP": 1},
            "language": {"en": 2, "de": 1},
        },
    }
    assert "source,AFP,1\r\n" in call("stats", "--format", "csv")[1]
    assert json.loads(call("stats", "--lang", "de", "--format", "json")[1])["published"] == 1


def test_nothing_is_listed_where_there_is_nothing(call: Call) -> None:
    assert call("list", "held", "--since", "2030-01-01")[1] == "nothing is held back\n"
    assert call("list", "--since", "2030-01-01")[1] == "no articles\n"
    assert call("stats", "--since", "2030-01-01")[1] == "0 articles\n"


def test_years_are_counted_where_there_are_many_months(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE + "-- content/old.md --\n---\ntitle: Old\ndate: 2019-05-05\n---\n")

    found, _ = survey.of(site, datetime(2024, 6, 1, tzinfo=UTC))
    assert found is not None
    years = inventory.stats(found, inventory.Choice()).counts["year"]
    assert years == (("2019", 1), ("2020", 0), ("2021", 0), ("2022", 0), ("2023", 0), ("2024", 3))


def test_articles_are_remembered_and_nothing_of_the_site_is_written(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("list")[0] == 0
    monkeypatch.setattr(gather, "parsed", None)  # whoever parses now fails
    assert call("stats")[0] == 0
    assert {path.split("/")[0] for path in everything(folder)} == {
        ".digestgen",
        "content",
        "site.yaml",
        "sources.yaml",
        "tags.yaml",
    }


def test_an_unreadable_article_is_counted_and_the_rest_is_listed(call: Call, folder: Path) -> None:
    file = folder / "content/broken.md"
    file.write_text("---\ntitle: [\n---\n")
    try:
        code, out, err = call("list")
        assert (code, err) == (0, "1 file cannot be read; `digestgen build` says why\n")
        assert "content/one.md" in out
    finally:
        file.unlink()
