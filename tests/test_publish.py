"""Publishing to a branch: real repositories, a real remote, and what is pushed there, or is not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from digestgen import build, files, writer
from digestgen.diagnostics import Diagnostic, shown
from digestgen.publish import git, publishing, release
from digestgen.publish.publishing import Request, Result, publish
from digestgen.publish.stopped import Stopped
from tests.building import NOW, plain_theme, told
from tests.sites import write_site
from tests.test_cli import Call, call

__all__ = ["call"]

ROOT = Path(__file__).resolve().parent.parent

_BARE = '{% extends "base.html" %}'

SITE = """
-- site.yaml --
title: The Paper
url: https://paper.example/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
theme: plain
feeds: {{atom: off, full: off, archive: off}}
{settings}
-- content/first.md --
---
title: First
date: 2024-05-03
---
{body}
-- content/second.md --
---
title: Second
date: 2024-05-04
---
Words.
-- content/secret-plan.md --
---
title: Draft of a plan
date: 2024-05-05
draft: true
---
Not yet.
-- themes/plain/assets/site.css --
p {{ color: #123456 }}
""" + plain_theme(edition=_BARE, editions=_BARE).replace("{", "{{").replace("}", "}}")


@pytest.fixture(autouse=True)
def _own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the one who runs the tests must not decide them."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text("[user]\nname = Ed\nemail = ed@paper.example\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER", "XDG_CONFIG"))]:
        monkeypatch.delenv(name)


def sh(*words: str, cwd: Path) -> str:
    done = subprocess.run(["git", *words], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class World:
    """A site in a repository of its own, and the bare repository that is its remote."""

    site: Path
    remote: Path

    def publish(self, *, dry: bool = False, adopt: bool = False) -> Result:
        return publish(Request(build.Request(self.site, NOW, jobs=1), dry, adopt))

    def well(self, *, adopt: bool = False) -> Result:
        result = self.publish(adopt=adopt)
        assert result.done, told(result.diagnostics)
        return result

    def write(self, settings: str = "", body: str = "Words.") -> None:
        write_site(self.site, SITE.format(settings=settings, body=body))

    @property
    def tip(self) -> str:
        done = subprocess.run(
            ["git", "rev-parse", "gh-pages"], cwd=self.remote, capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    @property
    def count(self) -> int:
        return int(sh("rev-list", "--count", "gh-pages", cwd=self.remote))

    def tree(self, commit: str = "gh-pages") -> set[str]:
        return set(sh("ls-tree", "-r", "--name-only", commit, cwd=self.remote).splitlines())

    def body(self, path: str) -> str:
        return sh("show", f"gh-pages:{path}", cwd=self.remote)

    @property
    def message(self) -> str:
        return sh("log", "-1", "--format=%B", "gh-pages", cwd=self.remote)

    def elsewhere(self, folder: Path) -> Path:
        """Return another clone of the branch, as a colleague would have it."""
        sh("clone", "-q", "-b", "gh-pages", str(self.remote), str(folder), cwd=self.remote)
        return folder


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "site", tmp_path / "remote.git")
    made.site.mkdir()
    sh("init", "-q", "--bare", "-b", "main", str(made.remote), cwd=tmp_path)
    sh("init", "-q", "-b", "main", ".", cwd=made.site)
    sh("remote", "add", "origin", str(made.remote), cwd=made.site)
    made.write()
    sh("add", "site.yaml", "content", "themes", cwd=made.site)
    sh("commit", "-q", "-m", "Begin", cwd=made.site)
    return made


def said(result: Result) -> str:
    return "\n".join(map(shown, result.diagnostics))


# --- what is pushed


def test_the_first_publish_makes_the_branch_with_the_site_and_nothing_else(world: World) -> None:
    result = world.well()
    owned = set(writer.read_list(str(world.site / "public")))
    assert world.tree() == owned | {".nojekyll", "CNAME"}
    assert (world.body("CNAME"), world.count) == ("paper.example", 1)
    assert "First" in world.body("2024/05/first/index.html")
    assert world.message.startswith("The Paper: as of 2024-06-01 12:00 UTC\n")
    assert re.fullmatch(
        r"published to gh-pages of origin, .*remote.git: \d+ files new, .*; commit [0-9a-f]{10}", result.lines[-1]
    )
    assert not [path for path in world.tree() if "secret-plan" in path or path.startswith(".digestgen")]


def test_checkout_index_and_branches_stay_as_they_are(world: World) -> None:
    (world.site / "content" / "second.md").write_text(
        "---\ntitle: Second\ndate: 2024-05-04\n---\nChanged, not committed.\n"
    )
    (world.site / "staged.txt").write_text("staged")
    sh("add", "staged.txt", cwd=world.site)
    before = (sh("status", "--porcelain", cwd=world.site), sh("branch", "-v", cwd=world.site))
    index = (world.site / ".git" / "index").read_bytes()
    world.well()
    assert (world.site / ".git" / "index").read_bytes() == index
    assert sh("branch", "-v", cwd=world.site) == before[1]
    assert sh("status", "--porcelain", cwd=world.site).splitlines() == [*before[0].splitlines(), "?? public/"]
    assert "not committed" in world.body("2024/05/second/index.html")
    assert not (world.site / ".git" / "FETCH_HEAD").exists()


def test_no_program_that_watches_a_checkout_is_started(world: World, tmp_path: Path) -> None:
    watcher = tmp_path / "watcher"
    watcher.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    watcher.chmod(0o755)
    sh("config", "core.fsmonitor", str(watcher), cwd=world.site)
    assert world.publish().done
    assert not (tmp_path / "ran").exists()


def test_nothing_is_committed_where_nothing_changed(world: World) -> None:
    world.well()
    tip = world.tip
    assert world.well().lines == [f"nothing changed: gh-pages of origin, {world.remote} is as it should be"]
    assert (world.tip, world.count) == (tip, 1)


def test_one_edit_makes_one_commit_that_touches_the_files_of_that_edit(world: World) -> None:
    world.well()
    world.write(body="Other words.")
    world.well()
    touched = sh("diff", "--name-only", "gh-pages~", "gh-pages", cwd=world.remote).splitlines()
    assert "2024/05/first/index.html" in touched
    assert not [path for path in touched if "second" in path or path.startswith("assets/")]
    assert world.count == 2


def test_only_objects_of_what_changed_are_made(world: World) -> None:
    world.well()
    before = int(sh("count-objects", cwd=world.remote).split()[0])
    world.write(body="Other words.")
    world.well()
    changed = len(sh("diff", "--name-only", "gh-pages~", "gh-pages", cwd=world.remote).splitlines())
    folders = 4  # the root, 2024, 05, first
    assert int(sh("count-objects", cwd=world.remote).split()[0]) - before <= changed + folders + 2


def test_the_message_names_the_edition(world: World) -> None:
    world.write("editions: weekly")
    world.well()
    assert world.message.startswith("The Paper: edition 2024-18\n")


def test_an_edition_is_named_by_the_newest_of_the_main_language(world: World) -> None:
    world.write("editions: daily")
    world.well()
    assert world.message.startswith("The Paper: edition 2024-05-04\n")


def test_history_is_squashed_on_request(world: World) -> None:
    world.well()
    world.write("publish: {history: squash}", body="Other words.")
    world.well()
    assert world.count == 1
    assert "Other words." in world.body("2024/05/first/index.html")


def test_what_is_gone_from_the_site_is_gone_from_the_branch(world: World) -> None:
    world.well()
    (world.site / "content" / "second.md").unlink()
    world.well()
    assert not [path for path in world.tree() if "second" in path]


def test_assets_of_the_last_five_publishes_stay(world: World) -> None:
    """A page that someone opened before a publish asks for the files that it named."""
    listed = []
    for number in range(7):
        (world.site / "themes" / "plain" / "assets" / "site.css").write_text(f"p {{ margin: {number}px }}")
        world.write(body=f"Words {number}.")
        (world.site / "themes" / "plain" / "assets" / "site.css").write_text(f"p {{ margin: {number}px }}")
        world.well()
        (own,) = [p for p in writer.read_list(str(world.site / "public")) if p.startswith("assets/site.")]
        listed.append(own)
    assert {path for path in world.tree() if path.startswith("assets/site.")} == set(listed[-5:])
    assert f"Digestgen-Kept: 4 {listed[-5]}" in world.message
    (world.site / "themes" / "plain" / "assets" / "site.css").write_text("p { margin: 5px }")
    world.well()  # what comes back is no longer counted as kept
    assert listed[5] not in world.message.replace(f"M {listed[5]}", "")


def test_kept_assets_alone_are_no_change(world: World) -> None:
    world.well()
    (world.site / "themes" / "plain" / "assets" / "site.css").write_text("p { margin: 0 }")
    world.well()
    assert "nothing changed" in world.well().lines[-1]


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://ed.github.io/", ""),
        ("https://ed.github.io/paper/", ""),
        ("https://paper.example/digest/", ""),
        ("https://PAPER.example/", "paper.example"),
        ("http://127.0.0.1/", ""),
    ],
)
def test_the_sites_own_name_is_given_where_it_has_one(world: World, url: str, own: str) -> None:
    text = (world.site / "site.yaml").read_text().replace("https://paper.example/", url)
    (world.site / "site.yaml").write_text(text)
    world.well()
    assert ("CNAME" in world.tree()) == bool(own)
    assert not own or world.body("CNAME") == own


def test_other_hosts_get_neither_nojekyll_nor_cname(world: World) -> None:
    world.write("publish: {host: netlify}")
    world.well()
    assert not {".nojekyll", "CNAME"} & world.tree()


def test_a_cname_of_the_users_own_comes_first(world: World) -> None:
    (world.site / "content" / "static").mkdir()
    (world.site / "content" / "static" / "CNAME").write_text("other.example\n")
    world.well()
    assert world.body("CNAME") == "other.example"


def test_another_remote_and_branch(world: World) -> None:
    sh("remote", "rename", "origin", "live", cwd=world.site)
    world.write("publish: {remote: live, branch: site/live}")
    world.well()
    assert sh("rev-parse", "--verify", "site/live", cwd=world.remote)


# --- where it works


def test_a_site_in_a_subfolder_and_in_a_worktree(world: World, tmp_path: Path) -> None:
    sh("worktree", "add", "-q", "-b", "work", str(tmp_path / "work"), cwd=world.site)
    below = tmp_path / "work" / "deep" / "digest"
    write_site(below, SITE.format(settings="", body="From a worktree."))
    there = World(below, world.remote)
    there.well()
    assert "From a worktree." in there.body("2024/05/first/index.html")
    assert sh("status", "--porcelain", cwd=tmp_path / "work") == "?? deep/"


def test_environment_of_a_hook_does_not_lead_elsewhere(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    sh("init", "-q", str(other), cwd=tmp_path)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    result = world.publish()
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name)
    assert result.done
    assert world.tip
    assert not (other / "index").exists()


def test_git_that_knows_no_one_commits_in_the_name_of_the_digest(world: World, tmp_path: Path) -> None:
    (tmp_path / "home" / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    world.well()
    assert sh("log", "-1", "--format=%an <%ae>", "gh-pages", cwd=world.remote) == "The Paper <digestgen@localhost>"


def _signer(tmp_path: Path, world: World, program: str) -> None:
    """Have commits signed by a program: what is called gpg is the user's choice."""
    script = tmp_path / "signer"
    script.write_text(f"#!/bin/sh\n{program}\n")
    script.chmod(0o755)
    sh("config", "commit.gpgSign", "true", cwd=world.site)
    sh("config", "gpg.program", str(script), cwd=world.site)


SIGNS = """cat >/dev/null
printf '\\n[GNUPG:] SIG_CREATED D 1 8 00 1 F\\n' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nabc\\n-----END PGP SIGNATURE-----\\n'"""


def test_commits_are_signed_where_that_is_the_policy(world: World, tmp_path: Path) -> None:
    _signer(tmp_path, world, SIGNS)
    world.well()
    assert "gpgsig -----BEGIN PGP SIGNATURE-----" in sh("cat-file", "-p", "gh-pages", cwd=world.remote)
    world.write(body="Other words.")
    world.well()  # and a signed commit is known to be ours


def test_a_signature_that_cannot_be_made_is_told(world: World, tmp_path: Path) -> None:
    _signer(tmp_path, world, "echo 'no secret key' >&2; exit 2")
    result = world.publish()
    assert (result.done, world.tip) == (False, "")
    assert "git commit-tree failed: error: gpg failed to sign the data" in said(result)
    assert "commits are to be signed here (commit.gpgsign)" in said(result)


# --- what is not overwritten


def test_what_someone_else_pushed_on_top_stays(world: World, tmp_path: Path) -> None:
    world.well()
    clone = world.elsewhere(tmp_path / "clone")
    (clone / "index.html").write_text("by hand")
    sh("commit", "-q", "-a", "-m", "Mend by hand", cwd=clone)
    sh("push", "-q", cwd=clone)
    tip = world.tip
    world.write(body="Other words.")
    result = world.publish()
    assert (result.done, world.tip) == (False, tip)
    assert f"digestgen did not make its last commit, {tip[:10]} (Ed, " in said(result)
    assert "Mend by hand" in said(result)
    assert "--adopt" in said(result)
    world.well(adopt=True)
    assert world.count == 3
    world.write(body="Third words.")
    world.well()  # ours again


def test_a_commit_of_ours_that_someone_amended_is_not_ours(world: World, tmp_path: Path) -> None:
    world.well()
    clone = world.elsewhere(tmp_path / "clone")
    (clone / "index.html").write_text("by hand")
    sh("commit", "-q", "-a", "--amend", "--no-edit", cwd=clone)
    sh("push", "-q", "--force", cwd=clone)
    assert "foreign-branch" in said(world.publish())


def test_a_branch_that_digestgen_did_not_make_stays(world: World) -> None:
    sh("push", "-q", "origin", "main:gh-pages", cwd=world.site)
    tip = world.tip
    assert not world.publish().done
    assert world.tip == tip
    world.well(adopt=True)
    assert sh("rev-parse", "gh-pages~", cwd=world.remote) == tip
    assert "site.yaml" not in world.tree()


def test_another_digest_stays(world: World) -> None:
    world.well()
    text = (world.site / "site.yaml").read_text().replace("3f1c2b6e", "00000000")
    (world.site / "site.yaml").write_text(text)
    result = world.publish()
    assert not result.done
    assert "another digest was published there (its `site_id` is another one)" in said(result)


def test_someone_who_pushes_in_the_very_moment_is_not_overwritten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.well()
    world.write("publish: {history: squash}", body="Other words.")
    before = git.Repository.tried

    def tried(
        self: git.Repository, *words: str, given: bytes = b"", cwd: str = ""
    ) -> subprocess.CompletedProcess[bytes]:
        if words[0] == "push":
            sh("push", "-q", "-f", "origin", "main:gh-pages", cwd=world.site)
        return before(self, *words, given=given, cwd=cwd)

    monkeypatch.setattr(git.Repository, "tried", tried)
    result = world.publish()
    assert not result.done
    assert "run this again, and it will look at what they pushed" in said(result)
    assert world.tip == sh("rev-parse", "main", cwd=world.site)


def test_the_branch_that_is_checked_out_is_not_published_to(world: World) -> None:
    world.write("publish: {branch: main}")
    result = world.publish(adopt=True)
    assert not result.done
    assert "`main` is the branch that is checked out here" in said(result)


def test_a_name_that_no_branch_can_have(world: World) -> None:
    world.write("publish: {branch: a..b}")
    assert "`a..b` cannot be the name of a branch" in said(world.publish())


def test_a_link_that_someone_put_into_the_branch_is_replaced_when_it_is_adopted(world: World, tmp_path: Path) -> None:
    world.well()
    clone = world.elsewhere(tmp_path / "clone")
    (clone / "index.html").unlink()
    (clone / "index.html").symlink_to("/etc/passwd")
    sh("commit", "-q", "-a", "-m", "Link", cwd=clone)
    sh("push", "-q", cwd=clone)
    world.well(adopt=True)
    modes = {line.split()[0] for line in sh("ls-tree", "-r", "gh-pages", cwd=world.remote).splitlines()}
    assert modes == {"100644"}


# --- what goes wrong


def test_a_remote_that_refuses_is_told_in_its_own_words(world: World) -> None:
    hook = world.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'gh-pages is a protected branch' >&2\nexit 1\n")
    hook.chmod(0o755)
    result = world.publish()
    assert (result.done, world.tip) == (False, "")
    assert "gh-pages is a protected branch" in said(result)
    assert "pre-receive hook declined" in said(result)
    assert "allow pushes to that branch there" in said(result)
    hook.unlink()
    world.well()


def test_a_remote_that_is_not_there_is_told(world: World) -> None:
    sh("remote", "set-url", "origin", str(world.remote) + "x", cwd=world.site)
    result = world.publish()
    assert "git ls-remote failed: fatal: " in said(result)
    assert "the remote cannot be reached: look at `git remote -v`" in said(result)


def test_no_repository_is_told(tmp_path: Path) -> None:
    write_site(tmp_path / "alone", SITE.format(settings="", body=""))
    result = publish(Request(build.Request(tmp_path / "alone", NOW, jobs=1)))
    assert "the site does not lie in a git repository" in said(result)
    assert not (tmp_path / "alone" / "public").exists()


def test_a_repository_that_git_does_not_trust_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    result = world.publish()
    assert "dubious ownership" in said(result)
    assert "belongs to another user" in said(result)


def test_no_git_is_told(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no git on this machine" in said(world.publish())


def test_a_git_that_hangs_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "_PATIENCE", 0.000001)
    assert "git rev-parse did not end within an hour" in said(world.publish())


def test_a_build_that_fails_publishes_nothing(world: World) -> None:
    world.write(body="[gone](gone.md)")
    result = world.publish()
    assert (result.done, world.tip) == (False, "")
    assert "broken-link" in said(result)


def test_no_site_is_told(tmp_path: Path) -> None:
    assert "missing-site" in said(publish(Request(build.Request(tmp_path, NOW))))


def test_two_publishes_at_once_are_one(world: World) -> None:
    (world.site / ".digestgen").mkdir()
    with files.lock(str(world.site / ".digestgen" / "publish.lock")), pytest.raises(files.BusyError):
        world.publish()


def test_no_token_is_shown(world: World) -> None:
    sh("remote", "set-url", "origin", "http://ed:hunter2secret@127.0.0.1:1/x.git", cwd=world.site)
    result = world.publish()
    assert "127.0.0.1:1/x.git" in said(result)
    assert "hunter2secret" not in said(result) + str(result.lines)


def test_addresses_are_shown_without_who_asks() -> None:
    assert git.masked("fatal: 'https://ed:tok@h.example/x': a") == "fatal: 'https://***@h.example/x': a"
    for password in ("p@ss", "p@s@s", "p/ss", "p'ss", 'p"ss@', "p?s#s", "p\\ss@x/y"):
        assert git.masked(f"to https://ed:{password}@h.example/x: no") == "to https://***@h.example/x: no"
    assert git.masked("at 'https://h.example/x?token=a&b=c/': no") == "at 'https://h.example/x?***': no"
    assert git.masked("https://tok@h.example and git@h.example:x") == "https://***@h.example and git@h.example:x"


def test_no_one_is_asked_where_no_one_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TRACE_CURL", "1")
    seen: list[Mapping[str, str]] = []
    before = git._called

    def called(words: tuple[str, ...], cwd: str, environment: Mapping[str, str], given: bytes = b"") -> object:
        seen.append(environment)
        return before(words, cwd, environment, given)

    monkeypatch.setattr(git, "_called", called)
    world.well()
    assert {item.get("GIT_TERMINAL_PROMPT") for item in seen} == {"0"}
    assert not any("GIT_TRACE_CURL" in item for item in seen)


@pytest.mark.parametrize(
    ("told", "advice"),
    [
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", "git needs credentials"),
        ("git@h: Permission denied (publickey).", "git needs credentials"),
        ("! x [remote rejected] (protected branch hook declined)", "the remote does not take it"),
        ("! x [rejected] (stale info)", "someone else pushed there meanwhile"),
        ("fatal: unable to access 'https://h/': Could not resolve host: h", "the remote cannot be reached"),
        ("fatal: something new", "what git says may help"),
        ("", "what git says may help"),
    ],
)
def test_what_git_says_comes_with_what_to_do(told: str, advice: str) -> None:
    found = git.failure("push", told)
    assert found.help.startswith(advice)
    assert found.message == f"git push failed: {told or 'it said nothing'}"


# --- killed


class Killed(BaseException):
    """What a kill is to the process: nothing after it runs."""


def _calls(world: World, monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> int:
    """Publish, and be killed before or after the call of git number `at`; return how many calls there were."""
    count = 0
    before = git._called

    def called(*arguments: object) -> object:
        nonlocal count
        count += 1
        if count == at and not after:
            raise Killed
        done = before(*arguments)  # type: ignore[arg-type]
        if count == at:
            raise Killed
        return done

    with monkeypatch.context() as patch:
        patch.setattr(git, "_called", called)
        world.publish()
    return count


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_step_the_remote_is_old_or_new_and_the_next_run_completes_it(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    world.well()
    steps = 0
    world.write(body="Words 0.")
    steps = _calls(world, monkeypatch, 0, after=after)
    assert steps > 10
    for step in range(1, steps + 1):
        tip = world.tip
        (world.site / "content" / "first.md").write_text(f"---\ntitle: First\ndate: 2024-05-03\n---\nWords {step}.\n")
        with pytest.raises(Killed):
            _calls(world, monkeypatch, step, after=after)
        assert world.tip == tip or f"Words {step}." in world.body("2024/05/first/index.html")
        world.well()
        assert f"Words {step}." in world.body("2024/05/first/index.html")
    assert world.count == steps + 2
    sh("fsck", "--strict", cwd=world.remote)


def test_a_process_that_is_killed_leaves_nothing_that_stops_the_next(world: World, tmp_path: Path) -> None:
    """The kill comes from a git that kills who called it while it holds the lock of our index."""
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/sh\ncase "$*" in *update-index*) : > "$GIT_INDEX_FILE.lock"; kill -9 $PPID; exit 1;; esac\n'
        'PATH="${PATH#*:}" exec git "$@"\n'
    )
    fake.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "digestgen", "-C", str(world.site), "publish", "--now", "2024-06-01T12:00Z"],
        env={**os.environ, "PATH": f"{fake.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (world.site / ".digestgen" / "publish.index.lock").exists()
    world.well()
    assert world.tip


# --- what it says


def test_a_dry_run_says_all_and_does_nothing(world: World) -> None:
    result = world.publish(dry=True)
    assert result.done
    assert "A 2024/05/first/index.html" in result.lines
    assert re.search(r"would commit to gh-pages of origin, .*: \d+ files new, .*; the branch is made", result.lines[-1])
    assert world.tip == ""
    world.well()
    tip = world.tip
    world.write("publish: {history: squash}", body="Other words.")
    (world.site / "content" / "second.md").unlink()
    lines = world.publish(dry=True).lines
    assert {"M 2024/05/first/index.html", "D 2024/05/second/index.html"} <= set(lines)
    assert lines[-1].endswith(f"; in place of {tip[:10]}")
    assert world.tip == tip


def test_the_address_comes_from_the_remote_where_site_yaml_has_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.site / "site.yaml").write_text("title: The Paper\ntheme: plain\n")
    monkeypatch.setattr(publishing, "address_at", lambda _repo, _remote: "https://ed.github.io/paper/")
    result = world.well()
    assert result.lines[0] == "site.yaml has no `url`: built for https://ed.github.io/paper/"
    assert {"sitemap.xml", "feed.xml"} <= world.tree()
    assert "CNAME" not in world.tree()
    assert "https://ed.github.io/paper/2024/05/first/" in world.body("sitemap.xml")


def test_an_unknown_remote_has_no_address(world: World) -> None:
    (world.site / "site.yaml").write_text("title: The Paper\ntheme: plain\npublish: {remote: nowhere}\n")
    result = world.publish()
    assert not result.done
    assert "'nowhere' does not appear to be a git repository" in said(result)


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:ed/paper.git", "https://ed.github.io/paper/"),
        ("https://github.com/Ed/Paper", "https://ed.github.io/Paper/"),
        ("ssh://git@github.com/ed/paper.git", "https://ed.github.io/paper/"),
        ("https://tok@github.com/ed/ed.github.io.git", "https://ed.github.io/"),
        ("git@gitlab.com:press/desk/paper.git", "https://press.gitlab.io/desk/paper/"),
        ("git@git.example:ed/paper.git", ""),
        ("../remote.git", ""),
        ("https://github.com/ed", ""),
        ("git@github.com:ed/pa per.git", ""),
    ],
)
def test_where_pages_live_is_told_by_the_remote(remote: str, address: str) -> None:
    assert publishing.pages_address(remote) == address


# --- the last look


def test_a_secret_stops_the_publish_until_it_is_allowed_by_name(world: World) -> None:
    world.write(body="The key is `AKIA" + "Z3MSJV4WXNPDQR5T`.")
    result = world.publish()
    assert (result.done, world.tip) == (False, "")
    (found,) = [item for item in result.diagnostics if item.code == "leak" and "first" in item.message]
    assert "2024/05/first/index.html holds an access key of AWS" in shown(found)
    assert "MSJV4WXN" not in said(result)
    name = re.search(r"aws-key-[0-9a-f]{10}", found.help)
    assert name
    world.write(f"publish: {{allow: {name[0]}}}", body="The key is `AKIA" + "Z3MSJV4WXNPDQR5T`.")
    world.well()


def test_the_name_of_the_sites_own_folder_stops_the_publish(world: World) -> None:
    world.write(body=f"It lies in `{world.site}/content`.")
    result = world.publish()
    assert not result.done
    assert "holds the name of a folder of this machine" in said(result)


def test_only_what_changed_is_looked_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.well()
    looked: list[str] = []
    before = release.looked_over

    def look(built: release.Release, changed: list[str], own: tuple[str, ...], allowed: tuple[str, ...]) -> object:
        looked.extend(changed)
        return before(built, changed, own, allowed)

    monkeypatch.setattr(release, "looked_over", look)
    world.write(body="Other words.")
    world.well()
    assert "2024/05/first/index.html" in looked
    assert not [path for path in looked if "second" in path]


# --- the command


def test_the_command_says_what_it_did_and_ends_well(world: World, call: Call) -> None:
    ended = call("-C", world.site, "publish", "--now", "2024-06-01")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("published to gh-pages of origin, ")
    assert call("-C", world.site, "publish", "--now", "2024-06-01", "-q").out == ""


def test_the_command_ends_with_1_where_nothing_was_published(world: World, call: Call) -> None:
    world.write("publish: {branch: main}")
    ended = call("-C", world.site, "publish")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.endswith("nothing was published\n")
    with files.lock(str(world.site / ".digestgen" / "publish.lock")):
        ended = call("-C", world.site, "publish")
    assert (ended.code, ended.out) == (1, "")
    assert "another build or publish is at work in" in ended.err


def test_what_someone_else_publishes_is_built_and_looked_over(world: World, tmp_path: Path, call: Call) -> None:
    (world.site / "site.yaml").write_text("title: The Paper\ntheme: plain\n")
    words = ("publish", "--prepare", "--url", "https://ed.example/paper", "--output", tmp_path / "out")
    ended = call("-C", world.site, *words)
    assert ended.code == 0
    assert re.fullmatch(r"\d+ files were built and looked over\n", ended.out)
    assert "https://ed.example/paper/2024/05/first/" in (tmp_path / "out" / "sitemap.xml").read_text()
    assert world.tip == ""
    world.write(body="AK" + "IAZ3MSJV4WXNPDQR5T")
    assert call("-C", world.site, "publish", "--prepare").code == 1


def test_a_search_index_that_fails_does_not_hold_up_the_site(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = build.build

    def built(request: build.Request) -> build.Result:
        result = before(request)
        result.diagnostics.append(Diagnostic("missing-extra", "the index was not made"))
        return result

    monkeypatch.setattr(build, "build", built)
    ended = call("-C", world.site, "publish")
    assert (ended.code, world.tip != "") == (1, True)
    assert "the index was not made" in ended.err


def test_someone_at_a_terminal_is_asked_by_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _self: True})())
    monkeypatch.delenv("GIT_TERMINAL_PROMPT", raising=False)
    assert "GIT_TERMINAL_PROMPT" not in git._environment()


# --- the output folder


def test_a_build_that_was_killed_is_not_published(tmp_path: Path) -> None:
    (tmp_path / writer.LIST).write_text(f"{'0' * 64} index.html\n{'1' * 64} index.html\n")
    with pytest.raises(Stopped, match="did not come to its end"):
        release.of_output(str(tmp_path))


@pytest.mark.parametrize("path", [".env", "a/.git/config", "notes.txt~", "#draft#"])
def test_a_list_that_names_what_no_build_writes_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / writer.LIST).write_text(f"{'0' * 64} {path}\n")
    with pytest.raises(Stopped, match="is a hidden file or an editor's"):
        release.of_output(str(tmp_path))


def test_files_that_the_build_did_not_write_are_not_published(world: World) -> None:
    world.well()
    (world.site / "public" / "notes.txt").write_text("mine")
    (world.site / "public" / ".env").write_text("SECRET=1")
    assert "nothing changed" in world.well().lines[-1]


def test_a_file_that_changes_while_it_is_published_stops_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = git.Repository.run

    def run(self: git.Repository, *words: str, given: bytes = b"", cwd: str = "") -> bytes:
        if "--stdin-paths" in words:
            (world.site / "public" / "index.html").write_text("changed")
        return before(self, *words, given=given, cwd=cwd)

    monkeypatch.setattr(git.Repository, "run", run)
    result = world.publish()
    assert (result.done, world.tip) == (False, "")
    assert "changed while it was published" in said(result)


@pytest.mark.parametrize("how", ["changed", "linked", "missing"])
def test_a_file_that_is_not_what_was_built_is_not_published(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    before: Callable[..., object] = build.build

    def built(request: build.Request) -> object:
        result = before(request)
        file = world.site / "public" / "index.html"
        file.unlink()
        if how == "changed":
            file.write_text("changed")
        if how == "linked":
            file.symlink_to("robots.txt")
        return result

    monkeypatch.setattr(build, "build", built)
    result = world.publish()
    assert (result.done, world.tip) == (False, "")
    assert "index.html in " in said(result)
    assert "is not what the build wrote there" in said(result)
