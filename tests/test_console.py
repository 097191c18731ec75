"""What the commands share: options that are one wherever they stand, colour, and what starting them loads."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from digestgen import __version__, cli, console

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


def test_options_of_one_name_are_one_option() -> None:
    known: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for _, command in commands():
        for option in command.params:
            if isinstance(option, click.Option):
                for word in option.opts:
                    known[word].add((tuple(option.opts), option.is_flag, option.type.name))
    assert len(known) > 30
    # files and folders are both named by -o; a language is one to write in, or to choose by
    assert {word: found for word, found in known.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", sorted(name for name, _ in commands()))
def test_every_command_helps_with_an_example(name: str) -> None:
    command = dict(commands())[name]
    assert f"Example: {name.split(maxsplit=1)[0]} " in str(command.help)


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


def test_help_loads_no_command_and_no_library_but_one() -> None:
    found = loaded("--help")
    ours = {name for name in found if name.startswith("digestgen")}
    assert ours == {"digestgen", "digestgen.__main__", "digestgen.cli", "digestgen.console"}
    assert found.isdisjoint({"babel", "jinja2", "markdown", "nh3", "pygments", "rich", "yaml", "zoneinfo", "sqlite3"})


def test_help_of_a_command_loads_that_command_only() -> None:
    ours = {name for name in loaded("build", "--help") if name.startswith("digestgen")}
    wanted = {"digestgen.cli", "digestgen.console", "digestgen.commands", "digestgen.commands.build"}
    assert ours == {"digestgen", "digestgen.__main__", *wanted}
