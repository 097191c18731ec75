"""What the commands share: options that are one wherever they stand, colour, and what starting them loads."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from digestgen import __version__, cli, console, files, web, witness
from tests.sites import write_site

ROOT = Path(__file__).resolve().parent.parent


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand, by what is typed."""
    todo: list[tuple[str, click.Command]] = [("digestgen", cli.cli)]
    while todo:
        name, command = todo.pop()
        yield name, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            found = ((inner, command.get_command(context, inner)) for inner in command.list_commands(context))
            todo += [(f"{name} {inner}", one) for inner, one in found if one is not None]


def test_what_is_for_programs_steers_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a,\x1b]0;b\x07\x9bc\u202ed\r\n\u2028e\n"
    console.give(text)
    assert capsys.readouterr().out == text
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    console.give(text)
    assert capsys.readouterr().out == "a,\\u001b]0;b\\u0007\\u009bc\\u202ed\n\ne\n"


def test_options_of_one_name_are_one_option() -> None:
    known: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for _, command in commands():
        for option in command.params:
            if isinstance(option, click.Option):
                for word in option.opts:
                    known[word].add((tuple(option.opts), option.is_flag, option.type.name))
    assert len(known) > 30
    # files and folders are both named by -o; a language is one to write in, or to choose by
    # what something is made from is the file of a report, or the kind of a site
    assert {word for word, found in known.items() if len(found) > 1} - {"--from"} == set()


@pytest.mark.parametrize("name", sorted(name for name, _ in commands()))
def test_every_command_helps_with_an_example(name: str) -> None:
    command = dict(commands())[name]
    assert f"Example: {name.split(maxsplit=1)[0]} " in str(command.help)


#: Commands that work on no site.
NO_SITE = {"digestgen completion", "digestgen schema"}


#: How each command is called on the small site of `SITE`, which lies in the folder `site`.
CALLS = {
    "build": "",
    "check": "",
    "email": "2024-19 --format text -o out.txt --now 2024-06-01",
    "export": "--ninjs out",
    "import feed": "feed.xml --dry-run",
    "import site": "elsewhere --report report.txt --dry-run",
    "init": "other",
    "language add": "ko",
    "language list": "",
    "list": "",
    "new article": "Headline",
    "new edition": "2024-30 --now 2024-06-01",
    "next": "--now 2024-06-01",
    "publish": "--server nginx",
    "stats": "",
    "theme diff": "",
    "theme list": "",
    "theme new": "another",
    "theme override": "404.html",
    "theme show": "",
}

SITE = """\
-- site/site.yaml --
title: Digest
url: https://digest.example/
timezone: UTC
theme: mine
editions: weekly
email: {from: digest@example.org, to: list@example.org, address: "1 Street"}
-- site/content/kim.md --
---
title: Kim
date: 2024-05-06T06:00
---
Text.
-- site/themes/mine/theme.yaml --
name: mine
extends: broadsheet
-- site/feed.xml --
<rss version="2.0"><channel><title>T</title><link>https://a.example/</link>
<item><title>One</title><link>https://a.example/1</link><guid>1</guid>
<pubDate>Mon, 06 May 2024 06:00:00 GMT</pubDate></item></channel></rss>
-- site/elsewhere/pelicanconf.py --
SITENAME = "Elsewhere"
-- site/elsewhere/content/one.md --
Title: One
Date: 2020-01-01

Text.
"""


def leaves() -> dict[str, click.Command]:
    return {name: command for name, command in commands() if not isinstance(command, click.Group)}


def words(command: click.Command) -> set[str]:
    return {word for option in command.params if isinstance(option, click.Option) for word in option.opts}


def test_every_command_on_a_site_can_go_there_and_say_more() -> None:
    for name, command in leaves().items():
        assert ({"-C", "-v", "--verbose"} <= words(command)) == (name not in NO_SITE), name


def test_every_command_on_a_site_can_be_quiet() -> None:
    quiet = {name for name, command in leaves().items() if {"-q", "--quiet"} <= words(command)}
    assert quiet == leaves().keys() - NO_SITE


def test_whoever_asks_quietly_gets_the_answer_and_nothing_else(tmp_path: Path) -> None:
    site = write_site(tmp_path, f"{SITE}-- site/content/bad.md --\n---\ntitle: [\n") / "site"

    def said(*arguments: str) -> tuple[str, str]:
        done = CliRunner().invoke(cli.cli, ["-C", str(site), *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout, done.stderr

    for asked in (["list"], ["list", "tags"], ["stats"], ["next"]):
        loud, quiet = said(*asked), said(*asked, "--quiet")
        assert quiet[1] == ""
        assert "cannot be read" in loud[1]
        assert quiet[0] == (loud[0] if "no tags" not in loud[0] else "")
    assert said("theme", "list", "-q") == said("theme", "list")


def test_a_command_that_is_misspelt_is_guessed() -> None:
    for asked, meant in ((["bild"], "build"), (["theme", "lst"], "list")):
        done = CliRunner().invoke(cli.cli, asked)
        assert done.exit_code == 2
        assert f"Did you mean '{meant}'?" in done.stderr


def test_every_command_but_the_preview_is_called_here() -> None:
    assert {f"digestgen {name}" for name in CALLS} == leaves().keys() - NO_SITE - {"digestgen serve"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("small"), SITE)


@pytest.mark.parametrize("name", CALLS)
def test_a_command_that_says_more_tells_what_it_read_and_how_long_it_took(
    name: str, small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(small / "site")
    monkeypatch.setattr("sys.argv", ["digestgen", "-C", "..", *name.split(), "-C", "site", "-v", *CALLS[name].split()])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr()
    assert end.value.code == 0, said.err
    last = said.err.splitlines()
    assert re.fullmatch(r"took \d+\.\d\d s", last[-1])
    (told,) = [line for line in last if line.startswith("read ")]
    assert ("site.yaml" in told) == (name != "init"), told
    assert files.system.__class__ is files.Os


def test_what_is_written_removed_and_asked_is_named(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"1")
    seen = witness.begin()
    try:
        files.put(str(tmp_path / "new"), b"four")
        files.remove(str(tmp_path / "old"))
        (tmp_path / "made").write_bytes(b"by another process")
        files.replace(str(tmp_path / "made"), str(tmp_path / "put"))
        with pytest.raises(web.WebError):
            web.ask("http://127.0.0.1:9/x")
    finally:
        witness.end()
    assert [re.sub(r"\d\.\d\d", "0.00", line) for line in witness.lines(seen, str(tmp_path))] == [
        "read 0 files, 0 bytes",
        "wrote new, 4 bytes",
        "wrote put, 18 bytes",
        "removed old",
        f"asked http://127.0.0.1:9/x (GET): {seen.asked[0][2]}, 0.00 s",
        "took 0.00 s",
    ]
    assert seen.asked[0][2]


def test_a_folder_that_is_not_there_is_a_wrong_call(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["digestgen", "-C", str(small), "list", "-C", "nowhere"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2


@pytest.mark.parametrize(
    ("environment", "terminal", "coloured"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_as_the_environment_and_the_terminal_want_it(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], terminal: bool, coloured: bool
) -> None:
    monkeypatch.delenv("TERM", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False)
    assert console.colour(stream) == coloured


def loaded(*arguments: str) -> set[str]:
    """The modules that are loaded when a call of digestgen ends."""
    code = (
        "import sys, json, atexit\n"
        "from digestgen.__main__ import main\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        f"sys.argv = {['digestgen', *arguments]!r}\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (arguments != ("--version",)) or done.stdout == f"digestgen {__version__}\n"
    found: list[str] = json.loads(done.stderr)
    return set(found)


def test_the_version_is_told_without_loading_anything() -> None:
    found = loaded("--version")
    assert {name for name in found if name.startswith("digestgen")} == {"digestgen", "digestgen.__main__"}
    assert "click" not in found


def test_a_command_loads_itself_and_no_other_one() -> None:
    found = loaded("completion", "bash")
    ours = {name for name in found if name.startswith("digestgen.commands.")}
    assert ours == {"digestgen.commands.completion"}
    assert found.isdisjoint({"babel", "jinja2", "markdown", "nh3", "pygments", "rich", "yaml", "zoneinfo", "sqlite3"})


@pytest.mark.parametrize("asked", [["--help"], ["build", "--help"], ["theme", "list", "-h"]])
def test_help_loads_neither_a_command_nor_a_library(asked: list[str]) -> None:
    found = loaded(*asked)
    assert {name for name in found if name.startswith("digestgen")} == {
        "digestgen",
        "digestgen.__main__",
        "digestgen.helps",
    }
    slow = {"babel", "click", "inspect", "jinja2", "markdown", "nh3", "pygments", "rich", "sqlite3", "yaml", "zoneinfo"}
    assert found.isdisjoint(slow)
