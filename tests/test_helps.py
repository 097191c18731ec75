"""What `--help` says without loading the command line is what the command line would say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import dev
from digestgen import cli, helps

ROOT = Path(__file__).resolve().parent.parent

KNOWN: helps.Known = json.loads(Path(helps.FILE).read_text(encoding="utf-8"))


def test_the_texts_are_those_that_the_commands_make() -> None:
    assert Path(helps.FILE).read_text(encoding="utf-8") == dev.help_texts()
    assert set(cli.COMMANDS) < KNOWN.keys()
    assert {"", "new", "new edition", "theme list"} < KNOWN.keys()


def _contexts(command: click.Command, context: click.Context, path: str) -> Iterator[tuple[str, click.Context]]:
    yield path, context
    if not isinstance(command, click.Group):
        return
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        below = inner.make_context(name, [], parent=context, resilient_parsing=True)
        yield from _contexts(inner, below, f"{path} {name}".strip())


@pytest.mark.parametrize(
    ("program", "widths"),
    [
        ("digestgen", ["", "1", "53", "60", "71", "101", "103"]),
        ("python -m digestgen", ["80"]),
        ("a-name-that-leaves-no-room-for-anything", ["52", "90"]),
    ],
)
def test_help_is_set_as_click_sets_it_however_wide_the_terminal_is(
    program: str, widths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = cli.cli.make_context(program, [], resilient_parsing=True)
    found = {path: context for path, context in _contexts(cli.cli, context, "") if path != "new"}
    assert found.keys() == KNOWN.keys() - {"new"}
    for columns in widths:
        monkeypatch.setenv("COLUMNS", columns)
        for path, known in found.items():
            assert helps.told([*path.split(), "--help"], program) == known.get_help() + "\n", columns
        assert helps.told(["new", "-h"], program) == found["new article"].get_help() + "\n"


@pytest.mark.parametrize(
    "asked", [[], ["--help", "build"], ["bild", "--help"], ["-C", ".", "build", "--help"], ["build", "--jobs", "-h"]]
)
def test_whatever_else_is_asked_is_left_to_the_command_line(asked: list[str]) -> None:
    assert helps.told(asked, "digestgen") is None


SCRIPT = """\
import sys
sys.argv = ["/some/bin/digestgen", *{asked!r}]
from digestgen.__main__ import main
main()
"""


def _ran(asked: list[str], **environment: str) -> Any:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(asked=asked)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_shell_that_asks_what_fits_gets_that_and_no_help() -> None:
    words = {"COMP_WORDS": "digestgen --h", "COMP_CWORD": "1"}
    done = _ran(["--help"], _DIGESTGEN_COMPLETE="bash_complete", **words)
    assert done.stdout == "plain,--help\n"


def test_help_for_nobody_who_reads_it_ends_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "digestgen", "--help"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")
def test_help_that_cannot_be_written_says_so() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "digestgen", "--version"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"error: No space left on device\n")
