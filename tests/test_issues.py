"""`digestgen new edition`, and articles that are begun for an edition."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import cli
from tests.building import built, everything, told

Site = Callable[[str], Path]
Call = Callable[..., tuple[object, str, str]]

SITE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6e0c5f3a-3b52-4f3e-9d86-0d3a5b1f7a10
languages: [de]
editions: {every}
-- content/2024-05-28-one.md --
---
title: One
---
-- content/2024-05-29-two.md --
---
title: Two
---
-- content/2024-05-28-one.de.md --
---
title: Eins
---
"""


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """A function that calls the command line in this process: exit code, and what it said on both streams."""

    def called(*arguments: str | Path) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["digestgen", *map(str, arguments), "--now", "2024-05-29T12:00"])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, *capsys.readouterr()

    return called


@pytest.mark.parametrize(
    ("every", "names"),
    [
        ("weekly", ["2024-22", "2024-23", "2024-24"]),
        ("daily", ["2024-05-29", "2024-05-30", "2024-05-31"]),
        ("files", ["2024-05-29", "2024-05-30", "2024-05-31"]),
    ],
)
def test_the_next_edition_is_that_of_the_present_or_of_the_first_time_without_a_file(
    site: Site, call: Call, every: str, names: list[str]
) -> None:
    folder = site(SITE.format(every=every))
    for number, name in enumerate(names, 1):
        code, out, err = call("-C", folder, "new", "edition")
        assert (code, err) == (0, "")
        assert f"{name}.md: the edition {name}" in out
        assert ("it is a draft" in out) == (number > 1)
        assert f"\nnumber: {number}\n" in (folder / f"content/editions/{name}.md").read_text()
    result = built(folder)
    assert (result.ok, told(result.diagnostics)) == (True, [])


def test_where_files_make_editions_they_are_counted_on_and_list_what_came_since(site: Site, call: Call) -> None:
    folder = site(SITE.format(every="files"))
    assert call("-C", folder, "new", "edition", "issue-09", "--title", "The: first")[0] == 0
    first = (folder / "content/editions/issue-09.md").read_text()
    assert 'title: "The: first"\ndate: 2024-05-29\n' in first
    assert first.count("  - ../2024-05-2") == 2
    (folder / "content/2024-05-30-three.md").write_text("---\ntitle: Three\ndate: 2024-05-29T11:00\n---\n")
    assert "the edition issue-10 with 1 article\n" in call("-C", folder, "new", "edition")[1]
    assert "the edition x with 1 article\n" in call("-C", folder, "new", "edition", "x", "--lang", "de")[1]
    result = built(folder)
    assert (result.ok, told(result.diagnostics)) == (True, [])


def test_an_article_is_listed_in_the_edition_that_it_is_for(site: Site, call: Call) -> None:
    folder = site(SITE.format(every="files"))
    call("-C", folder, "new", "edition", "1")
    file = folder / "content/editions/1.md"
    before = file.read_text()
    assert call("-C", folder, "new", "Late", "--edition", "1")[0] == 0
    assert file.read_text() == before.replace("two.md\n", "two.md\n  - ../2024-05-29-late.md\n")
    result = built(folder)
    assert (result.ok, told(result.diagnostics)) == (True, [])
    assert (folder / "public/editions/1/index.html").read_text().count("/late/") >= 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "articles:\n- ../2024-05-29-two.md\n\n# rest\ntitle: T\n",
            "- ../2024-05-29-two.md\n- ../2024-05-29-late.md\n",
        ),
        ("title: T\ndraft: true\n", "draft: true\narticles:\n  - ../2024-05-29-late.md\n---"),
        ("articles: [../2024-05-29-two.md]\n", None),
        ("articles:\n  - section: S\n    articles: [../2024-05-29-two.md]\n", "two.md]\n  - ../2024-05-29-late.md\n"),
    ],
)
def test_a_list_is_added_to_where_that_is_sure(site: Site, call: Call, before: str, after: str | None) -> None:
    folder = site(
        SITE.format(every="files") + f"-- content/editions/1.md --\n---\ndate: 2024-05-29\n{before}---\nHello.\n"
    )
    files = everything(folder / "content")
    code, _, err = call("-C", folder, "new", "Late", "--edition", "1")
    if after is None:
        assert (code, "add `../2024-05-29-late.md` to `articles`" in err) == (2, True)
        assert everything(folder / "content") == files
    else:
        assert (code, err) == (0, "")
        assert after in (folder / "content/editions/1.md").read_text()


@pytest.mark.parametrize(
    ("every", "arguments", "said"),
    [
        ("off", ["edition"], "site.yaml has no `editions`"),
        ("weekly", ["edition", "12"], "expected a name such as 2026-47"),
        ("weekly", ["edition", "--lang", "fr"], "`fr` is no language of the site"),
        ("files", ["edition", "No. 1"], "write no-1"),
        ("files", ["Late", "--edition", "9"], "there is no edition `9` in `en`; there is none"),
    ],
)
def test_what_cannot_be_is_told(site: Site, call: Call, every: str, arguments: list[str], said: str) -> None:
    folder = site(SITE.format(every=every))
    before = everything(folder / "content")
    code, out, err = call("-C", folder, "new", *arguments)
    assert (code, out, said in err) == (2, "", True), err
    assert everything(folder / "content") == before


def test_an_edition_is_never_written_over_a_file(site: Site, call: Call) -> None:
    folder = site(SITE.format(every="weekly"))
    assert call("-C", folder, "new", "edition", "2024-22")[0] == 0
    before = everything(folder / "content")
    code, _, err = call("-C", folder, "new", "edition", "2024-22")
    assert (code, "is there already" in err) == (1, True)
    assert everything(folder / "content") == before
