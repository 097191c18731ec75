"""`digestgen new --translate`: a translation lies beside its original and has its facts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import cli
from tests.building import everything, planned, well_built

Site = Callable[[str], Path]
Call = Callable[..., tuple[object, str, str]]

SITE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6e0c5f3a-3b52-4f3e-9d86-0d3a5b1f7a10
languages: [de{more}]
-- sources.yaml --
nasa: {{name: NASA}}
-- tags.yaml --
- names: {{en: asteroids, de: Asteroiden}}
-- content/{path} --
---
title: A capsule lands
date: 2024-05-03T14:00
# where they were
authors: [Ada Byron]
tags: [asteroids, Utah]
sources:
  - name: nasa
    note: on the "landing"
    use: cites
  - https://example.org/x

# the picture
image: {{src: dot.svg, alt: A dot}}
summary: "What it took: is here."
section: Space
weight: 2
aliases: [/old/]
extra:
  mood: calm
---

It came [down](#there).

## There
-- content/dot.svg --
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>
"""


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """A function that calls the command line in this process: exit code, and what it said on both streams."""

    def called(*arguments: str | Path) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["digestgen", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, *capsys.readouterr()

    return called


def a_site(path: str = "capsule.md", more: str = "") -> str:
    return SITE.format(path=path, more=more)


def test_a_translation_has_the_facts_of_its_original_and_waits_for_its_words(site: Site, call: Call) -> None:
    folder = site(a_site())
    code, out, err = call("-C", folder, "new", "--translate", folder / "content/capsule.md", "Eine Kapsel landet")
    assert (code, err) == (0, "")
    assert out.endswith(
        "capsule.de.md: a draft in `de`; check the headline and the text; the notes of the sources; what is said of "
        "the picture; the tags\n"
    )
    file = folder / "content/capsule.de.md"
    text = file.read_text("utf-8")
    assert "# check: section is Space\n" in text
    assert "# check: tags.yaml has no de for Utah\n" in text
    assert "# where they were" not in text
    file.write_text(text.replace("draft: true", "#"), "utf-8")
    plan = planned(folder)
    assert "de/2024/05/capsule/index.html" in plan.outputs
    page = well_built(folder)["de/2024/05/capsule/index.html"].decode()
    for word in (
        "Eine Kapsel landet",
        "Ada Byron",
        "NASA",
        "Asteroiden",
        "Übersetzung",
        "2024-05-03T14:00",
        'alt="A dot"',
    ):
        assert word in page, word


def test_a_translation_without_a_headline_is_a_draft_that_builds(site: Site, call: Call) -> None:
    folder = site(a_site())
    before = well_built(folder)
    assert call("-C", folder, "new", "--translate", "capsule.md")[0] == 0
    assert well_built(folder) == before
    assert call("-C", folder, "new", "--translate", "capsule.md")[0] == 2


@pytest.mark.parametrize(
    ("path", "lang", "made"),
    [
        ("capsule.md", "de", "capsule.de.md"),
        ("capsule.de.md", "en", "capsule.md"),
        ("capsule.de.md", "fr", "capsule.fr.md"),
        ("de/capsule.md", "en", "en/capsule.md"),
        ("de/2024/capsule.md", "fr", "2024/capsule.fr.md"),
        ("2024/capsule/index.md", "de", "2024/capsule/index.de.md"),
    ],
)
def test_its_file_is_named_as_the_original_is(site: Site, call: Call, path: str, lang: str, made: str) -> None:
    folder = site(a_site(path))
    code, _, err = call("-C", folder, "new", "--translate", path, "--lang", lang)
    assert (code, err) == (0, "")
    assert made in everything(folder / "content")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["capsule.md"], "name the language with --lang: de, fr"),
        (["capsule.md", "--lang", "en"], "is in `en` already"),
        (["gone.md", "--lang", "de"], "gone.md"),
        (["../site.yaml", "--lang", "de"], "site.yaml is not in "),
    ],
)
def test_what_cannot_be_translated_is_told(site: Site, call: Call, arguments: list[str], said: str) -> None:
    folder = site(a_site(more=", fr"))
    before = everything(folder / "content")
    code, out, err = call("-C", folder, "new", "--translate", *arguments)
    assert (code, out, said in err) == (2, "", True), err
    assert everything(folder / "content") == before
