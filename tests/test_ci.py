"""What runs without anybody at hand: on each submission, and every night."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import dev

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PARTS = ("audit", "lowest", "newest")


def keys(name: str) -> dict[str, Any]:
    text = (ROOT / ".github/workflows" / name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return loaded


def commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actionlint_finds_nothing(path: Path) -> None:
    actionlint = Path(sys.executable).with_name("actionlint")
    done = subprocess.run([actionlint, "-no-color", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_job_may_do_more_than_read_and_every_action_is_a_commit(path: Path) -> None:
    told = keys(path.name)
    assert told["permissions"] == {"contents": "read"}
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line) for line in uses), uses
    for job in told["jobs"].values():
        assert "permissions" not in job
        assert int(job["timeout-minutes"]) <= 90
        checkouts = [step for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert [step["with"] for step in checkouts] == [{"persist-credentials": "false"}]


def test_a_submission_is_tested_in_every_python_that_is_supported() -> None:
    job = keys("test.yml")["jobs"]["everything"]
    assert ".ci/run" in commands(job)
    assert keys("test.yml")["on"].keys() == {"push", "pull_request", "workflow_dispatch"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    supported = [line.rpartition(" ")[2] for line in project["classifiers"] if re.search(r":: 3\.\d+$", line)]
    tried = job["strategy"]["matrix"]["python"]
    assert [version for version in tried if version not in job["continue-on-error"]] == supported
    assert project["requires-python"] == f">={supported[0]}"


def test_the_other_systems_get_what_none_of_them_decides() -> None:
    job = keys("test.yml")["jobs"]["portable"]
    assert {system.partition("-")[0] for system in job["strategy"]["matrix"]["system"]} == {
        "ubuntu",
        "macos",
        "windows",
    }
    assert commands(job) == ["python dev.py portable"]
    assert all((ROOT / f"tests/test_{name}.py").is_file() for name in dev.PORTABLE)


def test_every_night_each_part_of_the_nightly_runs() -> None:
    told = keys("nightly.yml")
    assert told["on"]["schedule"]
    listed = told["jobs"]["nightly"]["strategy"]["matrix"]["include"]
    assert tuple(item["part"] for item in listed) == PARTS
    assert commands(told["jobs"]["nightly"])[-1] == ".ci/nightly ${{ matrix.part }}"


@pytest.mark.parametrize(
    ("asked", "ran", "code"), [((), PARTS, 1), (("newest",), ("newest",), 0), (("lowest",), ("lowest",), 1)]
)
def test_a_part_of_the_nightly_that_fails_ends_no_other_and_is_named(
    tmp_path: Path, asked: tuple[str, ...], ran: tuple[str, ...], code: int
) -> None:
    stand_in = tmp_path / "python3"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/ran\n[ "$2" != lowest ]\n')
    stand_in.chmod(0o755)
    done = subprocess.run(
        [ROOT / ".ci/nightly", *asked],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "ran").read_text().split("\n")[:-1] == [f"dev.py {part}" for part in ran]
    assert (done.returncode, done.stderr) == (code, ".ci/nightly: this failed: lowest\n" if code else "")


def test_an_audit_that_can_ask_nobody_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `--strict` pip-audit ends with 0 where it could not ask about a single library."""
    called: list[tuple[object, ...]] = []
    monkeypatch.setattr(dev, "own_venv", lambda *_: Path("python"))
    monkeypatch.setattr(dev, "run", lambda *words: called.append(words))
    dev.audit()
    assert len(called) == 1
    assert {"pip_audit", "--strict", "--require-hashes", dev.LOCK} <= {*called[0]}


def test_what_is_covered_is_there_and_has_tests() -> None:
    for name in dev.COVERED:
        importlib.import_module(f"digestgen.{name}")
    for name in dev.COVERING:
        assert [*(ROOT / "tests").glob(f"test_{name}.py")], name
