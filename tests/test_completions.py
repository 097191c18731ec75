"""Completion in shells: commands, options, and what a site has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from digestgen import completions
from digestgen.cli import cli
from tests.sites import write_site

ROOT = Path(__file__).resolve().parent.parent

SITE = """\
-- site.yaml --
title: Digest
languages: [de, fr]
editions: weekly
feeds: {follow: [https://wire.example/feed]}
-- sources.yaml --
nasa: {name: NASA}
nature: {name: Nature}
-- tags.yaml --
- names: {en: North Korea, de: Nordkorea}
- names: {en: Trade}
-- content/editions/2024-22.md --
-- content/editions/2024-22.de.md --
-- content/editions/2024-23.md --
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_site(tmp_path_factory.mktemp("completions"), SITE))


def offered(*words: str) -> list[str]:
    """What a shell offers for the last of `words` that are typed behind `digestgen`."""
    complete = BashComplete(cli, {}, "digestgen", "_DIGESTGEN_COMPLETE")
    return [item.value for item in complete.get_completions([*words[:-1]], words[-1])]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["new", "--tags", "no"], ["Nordkorea", "North Korea"]),
        (["import", "feed", "--tag", "no"], ["Nordkorea", "North Korea"]),
        (["import", "feed", "https://w"], ["https://wire.example/feed"]),
        (["new", "--tags", "Trade,north-k"], ["Trade,North Korea"]),
        (["new", "--source", "na"], ["nasa", "nature"]),
        (["new", "Headline", "--edition", "2024"], ["2024-22", "2024-23"]),
        (["new", "--lang", ""], ["de", "en", "fr"]),
        (["list", "--lang", "d"], ["de"]),
        (["stats", "--tag", "t"], ["Trade"]),
        (["init", "x", "--theme", "broad"], ["broadsheet"]),
        (["completion", "f"], ["fish"]),
        (["che"], ["check"]),
    ],
)
def test_what_a_site_has_is_offered(folder: str, words: list[str], values: list[str]) -> None:
    assert offered("-C", folder, *words) == values


@pytest.mark.parametrize("name", ["languages", "tags", "sources", "editions"])
def test_a_site_that_is_none_or_wrong_offers_nothing_and_says_nothing(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert completions.fitting(name, str(tmp_path), "") == []
    write_site(tmp_path, "-- site.yaml --\n: [\n-- tags.yaml --\n- [\n-- sources.yaml --\n[]\n")
    completions.fitting(name, str(tmp_path), "")
    assert capfd.readouterr() == ("", "")


def test_options_of_articles_are_offered_behind_new(folder: str) -> None:
    assert "--translate" in offered("-C", folder, "new", "--")


@pytest.mark.parametrize(
    ("shell", "check"),
    [
        ("bash", ["bash", "--norc", "-c", 'eval "$1"; complete -p digestgen', "x"]),
        ("zsh", ["zsh", "-f", "-c", 'autoload -U compinit; compinit -D -u; eval "$1"; (( $+_comps[digestgen] ))', "x"]),
        ("fish", ["fish", "--no-config", "-c", "printf %s $argv[1] | source; complete -C 'digestgen ' >/dev/null"]),
    ],
)
def test_the_script_of_each_shell_is_one(shell: str, check: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "digestgen", "completion", shell]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert "_DIGESTGEN_COMPLETE" in done.stdout
    assert done.stderr == ""
    if shutil.which(shell):
        subprocess.run([*check, done.stdout], capture_output=True, check=True, timeout=60)


def test_bash_is_answered_by_the_command_itself(folder: str) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_DIGESTGEN_COMPLETE": "bash_complete",
        "COMP_WORDS": f"digestgen -C {folder} list --lang f",
        "COMP_CWORD": "5",
    }
    done = subprocess.run(
        [sys.executable, "-m", "digestgen"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "plain,fr\n"
