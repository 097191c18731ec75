"""A branch that holds the site and nothing else: a commit for each publish, made and pushed by git's plumbing.

What digestgen published stands in the commit's own message: of which site it is, and which files are kept from earlier
publishes, for how long by now. So whoever fetches the branch knows all that the next publish needs.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from digestgen import files
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.publish import release as releases
from digestgen.publish.git import Repository, failure
from digestgen.publish.release import Release
from digestgen.publish.stopped import Stopped

#: The lines of a commit's message that later publishes read.
_SITE: Final = "Digestgen-Site: "
_TREE: Final = "Digestgen-Tree: "
_KEPT: Final = re.compile(r"^Digestgen-Kept: ([1-9]) (.+)$", re.MULTILINE)

_FILE: Final = "100644"


@dataclass(frozen=True)
class Aim:
    """Where to: the remote's name and the branch; `site` is the site's id, `squash` whether the history is dropped."""

    remote: str
    branch: str
    site: str
    squash: bool = False
    adopt: bool = False

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    @property
    def fetched(self) -> str:
        """Where the branch as it was fetched is noted: a place of our own, which no command of a user's lists."""
        return f"refs/digestgen/{self.remote}/{self.branch}"


@dataclass(frozen=True)
class Tip:
    """The branch as it is at the remote: its last commit (empty without one), path to blob of each file.

    `ours` tells that digestgen made that commit for this site; `kept` are files of earlier publishes, by age.
    """

    commit: str = ""
    blobs: Mapping[str, str] = field(default_factory=dict)
    ours: bool = False
    kept: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What a publish does: path to blob of all files, and which of them are new, changed, removed and kept."""

    blobs: Mapping[str, str]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: Mapping[str, int]


def fetched(repo: Repository, aim: Aim) -> Tip:
    """Fetch the branch and return what it holds. Raises `Stopped` where it must not be written to."""
    _check(repo, aim)
    if not repo.text("ls-remote", aim.remote, aim.ref):
        return Tip()
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    repo.run("fetch", *options, aim.remote, f"+{aim.ref}:{aim.fetched}")
    commit = repo.text("rev-parse", "--verify", f"{aim.fetched}^{{commit}}")
    message = repo.text("show", "--no-patch", "--no-show-signature", "--format=%B", commit)
    tree = repo.text("rev-parse", f"{commit}^{{tree}}")
    ours = f"{_SITE}{aim.site}" in message.splitlines() and f"{_TREE}{tree}" in message.splitlines()
    if not ours and not aim.adopt:
        raise Stopped(_foreign(repo, aim, commit, message))
    kept = {path: int(age) for age, path in _KEPT.findall(message)} if ours else {}
    return Tip(commit, _blobs(repo, commit), ours, kept)


def _check(repo: Repository, aim: Aim) -> None:
    """The branch that is checked out holds what the site is made from."""
    here = repo.tried("symbolic-ref", "--quiet", "HEAD").stdout.decode("utf-8", "replace").strip()
    if here == aim.ref:
        message = f"`{aim.branch}` is the branch that is checked out here, and the site would take its place"
        raise Stopped(Diagnostic("not-published", message, help="name another one: `publish: {branch: gh-pages}`"))
    if repo.tried("check-ref-format", aim.ref).returncode:
        raise Stopped(Diagnostic("not-published", f"`{aim.branch}` cannot be the name of a branch"))


def _foreign(repo: Repository, aim: Aim, commit: str, message: str) -> Diagnostic:
    if re.search(rf"^{_SITE}(?!{aim.site}$)", message, re.MULTILINE):
        what = "another digest was published there (its `site_id` is another one)"
    else:
        who = repo.text("show", "--no-patch", "--no-show-signature", "--format=%an, %cs: %s", commit)
        what = f"digestgen did not make its last commit, {commit[:10]} ({who})"
    return Diagnostic(
        "foreign-branch",
        f"the branch {aim.branch} of {aim.remote} stays as it is: {what}",
        help="look at it; `digestgen publish --adopt` puts the site in its place, on top of that commit",
    )


def _blobs(repo: Repository, commit: str) -> dict[str, str]:
    found = {}
    for line in repo.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
        about, _, path = line.partition(b"\t")
        if path:
            mode, _, blob = about.split()[:3]
            # what is no plain file is no file of ours: as it is not the same, it is written anew or removed
            found[path.decode("utf-8", "surrogateescape")] = blob.decode() if mode == _FILE.encode() else ""
    return found


def planned(repo: Repository, tip: Tip, release: Release, extras: Mapping[str, bytes]) -> Plan:
    """Return what publishing `release` with `extras` (path to bytes) does to the branch."""
    kind = repo.text("rev-parse", "--show-object-format")
    blobs = {path: _blob(release.read(path), kind) for path in release.files}
    blobs |= {path: _blob(data, kind) for path, data in extras.items() if path not in blobs}
    own = {path for path in tip.blobs if path not in tip.kept}
    added = tuple(path for path in blobs if path not in own)
    changed = tuple(path for path in blobs if path in own and blobs[path] != tip.blobs[path])
    removed = tuple(sorted(own - blobs.keys()))
    kept = releases.kept(tip.kept, own if tip.ours else (), blobs)
    return Plan(blobs, added, changed, removed, {path: age for path, age in kept.items() if tip.blobs.get(path)})


def _blob(data: bytes, kind: str) -> str:
    """Return the id that git gives to a file that holds `data`."""
    return hashlib.new(kind, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def committed(
    repo: Repository, aim: Aim, tip: Tip, plan: Plan, release: Release, extras: Mapping[str, bytes], about: str
) -> str:
    """Make the commit of a publish, in the repository's store only, and return its id."""
    wanted = [path for path in plan.blobs if tip.blobs.get(path) != plan.blobs[path]]
    _store(repo, [path for path in wanted if path in release.files], plan, release.root)
    for path in wanted:
        if path not in release.files:
            repo.run("hash-object", "-w", "--no-filters", "--stdin", given=extras[path])
    blobs = {**{path: tip.blobs[path] for path in plan.kept}, **plan.blobs}
    lines = (f"{_FILE} {blob}\t{path}".encode("utf-8", "surrogateescape") for path, blob in blobs.items())
    for name in (repo.index, f"{repo.index}.lock"):
        files.remove(name)  # a publish that was killed left them
    repo.run("update-index", "--add", "-z", "--index-info", given=b"".join(line + b"\0" for line in lines))
    tree = repo.text("write-tree")
    parents = ("-p", tip.commit) if tip.commit and not aim.squash else ()
    signed = ("-S",) if repo.tried("config", "--type=bool", "commit.gpgSign").stdout.strip() == b"true" else ()
    files.remove(repo.index)
    message = _message(aim, plan, tree, about)
    return repo.run("commit-tree", *signed, *parents, "-F", "-", tree, given=message.encode()).decode().strip()


def _store(repo: Repository, listed: list[str], plan: Plan, root: str) -> None:
    """Write files of the output into the repository's store; one that changed since it was looked over stops it."""
    given = b"".join(os.fsencode(path) + b"\n" for path in listed)
    stored = repo.run("hash-object", "-w", "--no-filters", "--stdin-paths", given=given, cwd=root).decode().split()
    if stored != [plan.blobs[path] for path in listed]:
        message = f"{os.path.relpath(root)} changed while it was published"
        raise Stopped(Diagnostic("not-published", message, help="run this again when nothing else is at work there"))


def _message(aim: Aim, plan: Plan, tree: str, about: str) -> str:
    counts = f"{len(plan.added)} files new, {len(plan.changed)} changed, {len(plan.removed)} removed."
    told = [
        f"{_SITE}{aim.site}",
        f"{_TREE}{tree}",
        *(f"Digestgen-Kept: {age} {path}" for path, age in plan.kept.items()),
    ]
    return "\n".join([about, "", counts, "", *told, ""])


def pushed(repo: Repository, aim: Aim, tip: Tip, commit: str) -> None:
    """Push the commit, if the branch still is as it was fetched. Raises `Stopped` where the remote does not take it."""
    options = (
        "--porcelain",
        "--no-follow-tags",
        "--recurse-submodules=no",
        f"--force-with-lease={aim.ref}:{tip.commit}",
    )
    done = repo.tried("push", *options, aim.remote, f"{commit}:{aim.ref}")
    if done.returncode:
        refused = [line[2:] for line in done.stdout.splitlines() if line.startswith(b"!")]
        raise Stopped(failure("push", b"\n".join([done.stderr, *refused]).decode("utf-8", "replace")))
    repo.tried("update-ref", aim.fetched, commit)  # so that the next fetch has nothing to bring
