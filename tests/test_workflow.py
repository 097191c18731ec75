"""The files that have a forge publish: good by actionlint, and their steps do what they say on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from digestgen.publish import workflow
from tests.building import plain_theme
from tests.sites import write_site
from tests.test_cli import Call, call

__all__ = ["call"]

ROOT = Path(__file__).resolve().parent.parent
ACTIONLINT = Path(sys.executable).with_name("actionlint")

SITE = """\
-- site.yaml --
title: The Paper
theme: plain
{settings}
-- content/first.md --
---
title: First
date: {date}
---
Words.
""" + plain_theme().replace("{", "{{").replace("}", "}}")


def sh(*words: str, cwd: Path) -> str:
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with a digest in a folder, and a remote at GitHub, which nobody asks."""
    top = tmp_path / "repo"
    top.mkdir()
    sh("git", "init", "-q", "-b", "trunk", cwd=top)
    sh("git", "remote", "add", "origin", "git@github.com:ed/paper.git", cwd=top)
    (top / "requirements.txt").write_text("")
    write_site(top / "my digest", SITE.format(settings="", date="2024-05-03"))
    (top / "my digest" / "requirements.txt").write_text("# digestgen is on the path already\n")
    return top


def written(call: Call, site: Path, *options: str) -> str:
    ended = call("-C", site, "publish", "--workflow", *options)
    assert ended.code == 0, ended.err
    return ended.out.partition(": written")[0]


def asked(folder: str = "", url: str = "", output: str = "public", extras: tuple[str, ...] = ()) -> workflow.Asked:
    return workflow.Asked(folder, "main", url, output, extras=extras)


def keys(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return loaded


# --- what is written


@pytest.mark.parametrize(
    "wanted",
    [asked(), asked("my digest", "https://ed.github.io/paper/"), asked("a/b", "", "out/site", ("assets", "publish"))],
)
def test_actionlint_finds_nothing(wanted: workflow.Asked, tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "publish.yml"
    path.parent.mkdir(parents=True)
    path.write_text(workflow.github(wanted))
    done = subprocess.run([ACTIONLINT, "-no-color", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_no_job_may_do_more_than_its_work() -> None:
    text = keys(workflow.github(asked()))
    assert text["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions") for name, job in text["jobs"].items()} == {
        "build": None,
        "deploy": {"pages": "write", "id-token": "write"},
        "links": None,
    }
    checkouts = [step for job in text["jobs"].values() for step in job["steps"] if "checkout" in step.get("uses", "")]
    assert {step["with"]["persist-credentials"] for step in checkouts} == {"false"}


def test_only_official_actions_are_used_each_by_its_commit_and_the_same_as_here() -> None:
    own = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").iterdir())
    here = dict(re.findall(r"uses: (actions/[a-z-]+)@(.*)", own))
    uses = re.findall(r"uses: (.*)", workflow.github(asked()))
    assert len(uses) >= 9
    for line in uses:
        match = re.fullmatch(r"(actions/[a-z-]+)(?:/[a-z]+)?@([0-9a-f]{40}  # v\d+\.\d+\.\d+)", line)
        assert match, line
        assert here.get(match[1], match[2]) == match[2], line


def test_it_runs_on_push_by_the_clock_and_by_hand_and_checks_links_weekly() -> None:
    text = keys(workflow.github(asked()))
    assert text["on"] == {
        "push": {"branches": ["main"]},
        "schedule": [{"cron": "*/15 * * * *"}, {"cron": "23 5 * * 1"}],
        "workflow_dispatch": "",
    }
    assert text["jobs"]["links"]["if"] == "github.event.schedule == '23 5 * * 1'"
    assert text["jobs"]["links"]["steps"][-1]["run"] == "digestgen check --links\n"


def test_what_a_folder_or_an_address_holds_is_no_code() -> None:
    """Names from a repository stand in the file as words, in quotes."""
    text = keys(workflow.github(asked('a "b"', "https://x.example/$(id)/")))
    assert text["defaults"]["run"]["working-directory"] == './a "b"'
    (step,) = [step for step in text["jobs"]["build"]["steps"] if "--prepare" in step.get("run", "")]
    assert step["env"]["DIGEST_URL"] == "https://x.example/$(id)/"
    assert "$(id)" not in step["run"]


def test_gitlab_gets_a_pipeline() -> None:
    text = keys(workflow.gitlab(asked("sub", "https://ed.gitlab.io/paper/")))
    assert text["pages"]["script"][0] == 'cd "sub"'
    assert (
        text["pages"]["script"][-1]
        == 'digestgen publish --prepare --output "$CI_PROJECT_DIR/public" --url "$DIGEST_URL"'
    )
    assert text["pages"]["artifacts"] == {"paths": ["public"], "exclude": ["public/.digestgen-*"]}
    assert keys(workflow.gitlab(asked()))["links"]["script"][-1] == "digestgen check --links"


@pytest.mark.parametrize("cron", ["*/5 * * * *", "0,30 6-22 * * MON-FRI"])
def test_schedules_are_known(cron: str) -> None:
    assert workflow.is_cron(cron)


@pytest.mark.parametrize("cron", ["", "* * * *", '* * * * "', "@daily", "* * * * $(id)"])
def test_what_is_no_schedule_is_refused(cron: str) -> None:
    assert not workflow.is_cron(cron)


# --- writing it


def test_it_is_written_at_the_top_of_the_repository(repo: Path, call: Call) -> None:
    assert Path(written(call, repo / "my digest", "--cron", "*/5 * * * *")) == Path(
        os.path.relpath(repo / ".github" / "workflows" / "publish.yml")
    )
    text = (repo / ".github" / "workflows" / "publish.yml").read_text()
    assert keys(text)["on"]["schedule"][0] == {"cron": "*/5 * * * *"}
    assert keys(text)["on"]["push"] == {"branches": ["trunk"]}
    assert '"https://ed.github.io/paper/"' in text


def test_the_remotes_own_branch_and_the_sites_own_address_come_first(repo: Path, call: Call) -> None:
    sh("git", "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main", cwd=repo)
    settings = "url: https://paper.example/\noutput: ../elsewhere\nminify: true\npublish: {compress: br}"
    write_site(repo / "my digest", SITE.format(settings=settings, date="2024-05-03"))
    written(call, repo / "my digest")
    text = (repo / ".github" / "workflows" / "publish.yml").read_text()
    assert keys(text)["on"]["push"] == {"branches": ["main"]}
    assert "DIGEST_URL" not in text
    assert "digestgen[assets,publish]==" in text
    assert '--output "public"' in text


def test_gitlabs_file_is_written_where_that_is_the_host(repo: Path, call: Call) -> None:
    write_site(repo / "my digest", SITE.format(settings="publish: {host: gitlab}", date="2024-05-03"))
    written(call, repo / "my digest")
    assert workflow.ours((repo / ".gitlab-ci.yml").read_text())


def test_it_is_written_again_only_while_it_is_as_it_was_made(repo: Path, call: Call) -> None:
    path = repo / ".github" / "workflows" / "publish.yml"
    written(call, repo / "my digest")
    written(call, repo / "my digest", "--cron", "0 * * * *")
    path.write_text(path.read_text().replace("0 * * * *", "1 * * * *"))
    ended = call("-C", repo / "my digest", "publish", "--workflow")
    assert ended.code == 1
    assert ".github/workflows/publish.yml is there, and not as digestgen made it" in ended.err
    assert "1 * * * *" in path.read_text()


def test_without_a_repository_or_with_wrong_settings_nothing_is_written(repo: Path, tmp_path: Path, call: Call) -> None:
    alone = write_site(tmp_path / "alone", SITE.format(settings="", date="2024-05-03"))
    assert "the site does not lie in a git repository" in call("-C", alone, "publish", "--workflow").err
    write_site(repo / "my digest", SITE.format(settings="publish: {host: moon}", date="2024-05-03"))
    ended = call("-C", repo / "my digest", "publish", "--workflow")
    assert (ended.code, (repo / ".github").exists()) == (1, False)


# --- its steps, run


class Runner:
    """A machine that runs the steps of a job which are commands, one after the other."""

    def __init__(self, repo: Path, top: Path) -> None:
        self.repo, self.outputs = repo, top / "outputs"
        self.jobs = keys((repo / ".github" / "workflows" / "publish.yml").read_text())["jobs"]
        (top / "bin").mkdir(exist_ok=True)
        for name, words in (("digestgen", f"{sys.executable} -m digestgen"), ("python", sys.executable)):
            (top / "bin" / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
            (top / "bin" / name).chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{top / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GITHUB_WORKSPACE": str(repo),
            "GITHUB_OUTPUT": str(self.outputs),
            "PIP_NO_INDEX": "1",
        }

    def steps(self, job: str, event: str) -> Iterator[str]:
        """Run the commands of a job in a fresh checkout, and yield the names of those that ran."""
        shutil.rmtree(self.repo / "my digest" / "public", ignore_errors=True)
        self.outputs.write_text("")
        for step in self.jobs[job]["steps"]:
            known = dict(line.split("=", 1) for line in self.outputs.read_text().splitlines())
            if "run" not in step or ("if" in step and known.get("due") != "true"):
                continue
            self._run(step, event, known)
            yield step["name"]

    def _run(self, step: dict[str, Any], event: str, known: dict[str, str]) -> None:
        values = {"${{ github.event_name }}": event, "${{ steps.due.outputs.moment }}": known.get("moment", "")}
        values["${{ needs.build.outputs.moment }}"] = "2024-05-04T00:00:00Z"
        told = {name: values.get(value, value) for name, value in step.get("env", {}).items()}
        where = self.repo / step.get("working-directory", "my digest")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=where,
            env=self.environment | told,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"


ALL = ["Install digestgen", "Ask whether anything is due", "Build, and look over what is published"]


def test_the_steps_build_on_a_push_and_end_at_once_when_nothing_is_due(repo: Path, tmp_path: Path, call: Call) -> None:
    written(call, repo / "my digest")
    runner = Runner(repo, tmp_path)
    assert [*runner.steps("build", "push")] == [*ALL, "Leave out what is not for readers"]
    public = repo / "my digest" / "public"
    assert (public / "2024" / "05" / "first" / "index.html").is_file()
    assert "https://ed.github.io/paper/2024/05/first/" in (public / "sitemap.xml").read_text()
    assert not [path for path in public.iterdir() if path.name.startswith(".")]
    assert [*runner.steps("deploy", "push")] == ["Note the moment"]
    assert (repo / "published-at").read_text() == "2024-05-04T00:00:00Z\n"
    assert [*runner.steps("build", "schedule")] == ALL[:2]


def test_the_clock_publishes_what_has_come_since_the_last_publish(repo: Path, tmp_path: Path, call: Call) -> None:
    written(call, repo / "my digest")
    runner = Runner(repo, tmp_path)
    (repo / "published-at").write_text("2024-05-02T00:00:00Z\n")
    assert [*runner.steps("build", "schedule")][:3] == ALL  # the article came a day later
