"""`digestgen init`: what it makes is a site without a fault, and nothing that was there is touched."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from digestgen import check, cli, files, i18n, starter, theme
from tests.building import built, everything, told

NOW = datetime(2025, 1, 1, tzinfo=UTC)
THEMES = theme.available(theme.own_themes())


@dataclass(frozen=True, slots=True)
class Ended:
    code: object
    out: str
    err: str


Call = Callable[..., Ended]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """A function that calls the command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["digestgen", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return Ended(end.value.code, *capsys.readouterr())

    return called


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("lang", starter.LANGUAGES)
def test_a_new_site_builds_without_a_warning_in_every_theme_and_language(call: Call, lang: str, name: str) -> None:
    ended = call("init", "my-digest", "--lang", lang, "--theme", name)
    assert (ended.code, ended.err) == (0, "")
    with Path("my-digest/site.yaml").open("a", encoding="utf-8") as settings:
        settings.write("url: https://example.org/\n")
    result = built(Path("my-digest"), now=NOW, strict=True)
    assert (result.ok, told(result.diagnostics), result.held) == (True, [], ())
    other = "de" if lang == "en" else "en"
    front, second = (Path("my-digest/public", below, "index.html").read_text("utf-8") for below in ("", other))
    assert f'lang="{lang}"' in front
    assert f'lang="{other}"' in second
    for place in ("feed.xml", "about", "editions/2024-49", "sources/reuters", "tags", "archive", "2024/12/notre-dame"):
        assert Path("my-digest/public", place).exists(), place
        assert Path("my-digest/public", other, place).exists(), place


@pytest.mark.parametrize("lang", [*i18n.languages_of_the_interface(), "sv", "zh-Hant-TW", "en-GB"])
def test_an_empty_site_is_two_files_and_builds_in_any_language(call: Call, lang: str) -> None:
    assert call("init", "e", "--empty", "--lang", lang, "--now", "2024-12-30").code == 0
    assert sorted(everything(Path("e"))) == ["content/2024-12-30-welcome.md", "site.yaml"]
    result = built(Path("e"), now=NOW)
    found = told(result.diagnostics)
    assert (result.ok, found[0]) == (
        True,
        "note[no-url] site.yaml has no `url`, so neither feeds nor a sitemap are written",
    )
    # of a language that the interface does not speak, so much is told
    assert [item.code for item in result.diagnostics[1:]] == ["untranslated"] * (lang in ("sv", "zh-Hant-TW"))
    assert result.articles == 1


def test_every_language_of_the_interface_has_a_welcome_of_its_own() -> None:
    found = {path.stem for path in (Path(starter.__file__).parent / "sample/welcome").iterdir()}
    assert found >= {tag.partition("-")[0] for tag in i18n.languages_of_the_interface()}


def test_a_new_site_has_no_habit_that_check_warns_of(call: Call) -> None:
    call("init", "mine")
    found = check.check(check.Request(Path("mine"), NOW)).diagnostics
    assert told([item for item in found if item.code != "no-url"]) == []


def test_languages_of_a_country_are_named_throughout(call: Call) -> None:
    assert call("init", "wien", "--lang", "de-AT").code == 0
    texts = "\n".join(path.read_text("utf-8") for path in Path("wien").glob("*.yaml"))
    assert "language: de-AT\n" in texts or 'language: "de-AT"\n' in texts
    assert "    de-AT: Frankreich\n" in texts
    assert "fr:" not in texts
    assert built(Path("wien"), now=NOW, strict=True).ok


def test_files_that_are_there_are_named_all_at_once_and_nothing_is_written(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "content").mkdir(parents=True)
    (folder / "README.md").write_text("mine")
    (folder / "tags.yaml").symlink_to("nowhere")
    (folder / "content/pages").write_text("no folder")
    (folder / "notes.txt").write_text("in nobody's way")
    before = everything(folder)
    ended = call("init", "mine")
    assert (ended.code, ended.out) == (1, "")
    named = {line.removesuffix(" is there already") for line in ended.err.splitlines()[:-1]}
    inside = {"README.md", "tags.yaml", "content/pages/about.md", "content/pages/about.de.md"}
    assert named == {str(Path("mine", path)) for path in inside}
    assert everything(folder) == before
    for path in ("README.md", "tags.yaml", "content/pages"):
        (folder / path).unlink()
    assert call("init", "mine").code == 0
    assert (folder / "notes.txt").read_text() == "in nobody's way"


def test_nothing_is_written_through_a_link(call: Call, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/content").symlink_to(tmp_path / "elsewhere")
    assert call("init", "mine").code == 1
    assert everything(tmp_path / "elsewhere") == {}


def test_a_full_disk_leaves_no_file(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(files.Os):
        left = 7

        def write(self, handle: int, data: memoryview) -> int:
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(handle, data)

    monkeypatch.setattr(files, "system", Full())
    ended = call("init", "mine")
    assert (ended.code, ended.out) == (1, "")
    assert os.strerror(errno.ENOSPC) in ended.err
    assert everything(Path("mine")) == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x", "--lang", "ja"], "with --empty a digest begins in any language"),
        (["x", "--theme", "gone"], "there is no theme `gone`; there are"),
        (["x", "--lang", "Deutsch!"], "write it as de or en-GB"),
        ([], "DIR"),
    ],
)
def test_what_cannot_be_made_is_told(call: Call, arguments: list[str], said: str) -> None:
    ended = call("init", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert not Path("x").exists()


@pytest.mark.parametrize(
    ("folder", "title"),
    [("my-digest", "My Digest"), ("Die_Woche", "Die Woche"), ("no", '"No"'), ("a: b", '"A: B"'), (".", None)],
)
def test_the_title_is_made_from_the_folders_name(tmp_path: Path, folder: str, title: str | None) -> None:
    starter.begin(starter.Request(tmp_path / folder, date(2024, 1, 1), empty=True))
    first = (tmp_path / folder / "site.yaml").read_text().splitlines()[0]
    assert title is None or first == f"title: {title}"


def test_what_no_file_may_hold_is_left_out_of_a_title(call: Call) -> None:
    assert call("init", "x", "--title", "a\x7fb \x1b[1mc").code == 0
    assert Path("x/site.yaml").read_text().splitlines()[0] == 'title: "ab [1mc"'


def test_each_site_has_an_id_of_its_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        starter.begin(starter.Request(tmp_path / name, date(2024, 1, 1), title="T", empty=True))
    one, other = ((tmp_path / name / "site.yaml").read_text() for name in ("a", "b"))
    assert one != other
    assert one.replace(one.split("site_id: ")[1][:36], "") == other.replace(other.split("site_id: ")[1][:36], "")


def test_the_schemas_that_editors_are_given_are_there_and_hold_for_the_files(tmp_path: Path) -> None:
    starter.begin(starter.Request(tmp_path, date(2024, 1, 1)))
    settings = json.loads((tmp_path / ".vscode/settings.json").read_text())
    checked = 0
    for schema, name in settings["yaml.schemas"].items():
        validator = jsonschema_rs.Draft202012Validator(json.loads((tmp_path / schema).read_text()))
        file = tmp_path / name.lstrip("/")
        if file.exists():
            validator.validate(yaml.safe_load(file.read_text("utf-8")))
            checked += 1
    assert checked == 3
