"""One publish: a build, a last look over what it made, and the way to the readers."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from digestgen import build, files, traces, urls, writer
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, graded
from digestgen.publish import branch, courier, git
from digestgen.publish import release as releases
from digestgen.publish.git import Repository
from digestgen.publish.release import Release
from digestgen.publish.stopped import Stopped

_LOCK: Final = "publish.lock"
_INDEX: Final = "publish.index"


@dataclass(frozen=True)
class Request:
    """What is asked for, beside what a build is: with `dry`, only to tell; with `adopt`, to take a branch over.

    With `every`, a command takes every file, whatever was taken before. With `prepare`, the site is built and looked
    over, and someone else publishes it.
    """

    building: build.Request
    dry: bool = False
    adopt: bool = False
    every: bool = False
    prepare: bool = False

    @property
    def folder(self) -> Path:
        return self.building.folder


@dataclass()
class Result:
    """What a publish did. `diagnostics` are graded; `done` tells that all went well, `lines` what there is to say."""

    built: build.Result = field(default_factory=build.Result)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    done: bool = False


def publish(request: Request) -> Result:
    """Build the site and publish it. What stands in the way is in the result; nothing was published then.

    Raises OSError where the disk fails and `files.BusyError` where another build or publish is at work.
    """
    result = Result()
    settings, found = build.settings_of(request.folder)
    if settings is None:
        result.diagnostics = graded(found, {}, strict=False)
        return result
    try:
        with _alone(request.folder):
            _published(request, settings, result)
    except Stopped as stopped:
        result.diagnostics += graded([stopped.diagnostic], {}, strict=False)
    return result


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    files.make_own(str(folder), traces.FOLDER)
    with files.lock(f"{folder}/{traces.FOLDER}/{_LOCK}"):
        yield


def _published(request: Request, settings: Config, result: Result) -> None:
    repo = None if settings.publish.command or request.prepare else git.opened(request.folder)
    building = replace(request.building, whole=True)  # the newest edition is to be known
    if repo is not None and not settings.url and not building.url:
        building = replace(building, url=address_at(repo, settings.publish.remote))
        if building.url:
            result.lines.append(f"site.yaml has no `url`: built for {building.url}")
    result.built = build.build(building)
    result.diagnostics = result.built.diagnostics
    if result.built.output is None or not result.built.ok:
        return
    settings = build.at(settings, building.url)
    root = str(result.built.output)
    with files.lock(f"{root}/{writer.LOCK}"):
        release = releases.of_output(root)
        if request.prepare:
            result.done = not _refused(request, settings, release, [*release.files], result)
            result.lines.append(f"{len(release.files)} files were built and looked over")
        elif repo is None:
            _by_command(request, settings, release, result)
        else:
            _by_branch(request, settings, release, repo, result)


def _refused(request: Request, settings: Config, release: Release, changed: list[str], result: Result) -> bool:
    """Look over what changed; tell whether it must not be published."""
    own = releases.machine_paths(request.folder, release.root)
    leaks = releases.looked_over(release, changed, own, settings.publish.allow)
    shown = os.path.relpath(release.root, request.folder)
    told = graded((leak.told(shown) for leak in leaks), settings.rules, strict=request.building.strict)
    result.diagnostics = [*result.diagnostics, *told]
    return any(item.severity == "error" for item in told)


# --- to a branch


def _by_branch(request: Request, settings: Config, release: Release, repo: Repository, result: Result) -> None:
    config = settings.publish
    aim = branch.Aim(config.remote, config.branch, str(settings.site_id), config.history == "squash", request.adopt)
    repo = _known(replace(repo, index=os.path.abspath(f"{request.folder}/{traces.FOLDER}/{_INDEX}")), settings)
    tip = branch.fetched(repo, aim)
    extras = _extras(settings)
    plan = branch.planned(repo, tip, release, extras)
    changed = [path for path in (*plan.added, *plan.changed) if path in release.files]
    if _refused(request, settings, release, changed, result):
        return
    where = f"{aim.branch} of {aim.remote}, {git.masked(repo.text('remote', 'get-url', '--push', aim.remote))}"
    if not (plan.added or plan.changed or plan.removed) and tip.ours:
        result.lines.append(f"nothing changed: {where} is as it should be")
    elif request.dry:
        result.lines += [*_listing(plan), f"would commit to {where}: {_counts(plan)}{_history(aim, tip)}"]
    else:
        commit = branch.committed(repo, aim, tip, plan, release, extras, _about(settings, result, request))
        branch.pushed(repo, aim, tip, commit)
        result.lines.append(f"published to {where}: {_counts(plan)}; commit {commit[:10]}")
    result.done = True


def _known(repo: Repository, settings: Config) -> Repository:
    """Return the repository with a name for the commit where git knows none: in cron nobody told it."""
    if repo.tried("var", "GIT_COMMITTER_IDENT").returncode == 0:
        return repo
    name = settings.publisher.name or settings.title
    email = settings.publisher.email or "digestgen@localhost"
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", name), ("EMAIL", email))
    }
    return replace(repo, identity=who)


def _extras(settings: Config) -> dict[str, bytes]:
    """What GitHub Pages wants beside the site: that Jekyll keeps off, and the site's own name where it has one."""
    if settings.publish.host not in ("", "github"):
        return {}
    host = urls.host(settings.url)
    own = re.search(r"\.[a-z][a-z0-9-]*$", host) and not host.endswith(".github.io") and settings.base == "/"
    return {".nojekyll": b""} | ({"CNAME": f"{host}\n".encode()} if own else {})


def _about(settings: Config, result: Result, request: Request) -> str:
    shelf = result.built.library
    newest = shelf.parts[0].editions[:1] if shelf else ()
    issue = f"edition {newest[0].name}" if newest else f"as of {request.building.now:%Y-%m-%d %H:%M %Z}"
    return f"{settings.title[:60]}: {issue}"


def _listing(plan: branch.Plan) -> Iterator[str]:
    for letter, listed in (("A", plan.added), ("M", plan.changed), ("D", plan.removed)):
        yield from (f"{letter} {path}" for path in listed)


def _counts(plan: branch.Plan) -> str:
    kept = f", {len(plan.kept)} kept from earlier publishes" if plan.kept else ""
    return f"{len(plan.added)} files new, {len(plan.changed)} changed, {len(plan.removed)} removed{kept}"


def _history(aim: branch.Aim, tip: branch.Tip) -> str:
    if not tip.commit:
        return "; the branch is made"
    return f"; {'in place of' if aim.squash else 'on top of'} {tip.commit[:10]}"


_FORGES: Final = {"github.com": "github.io", "gitlab.com": "gitlab.io"}


def address_at(repo: Repository, remote: str) -> str:
    """Return the address at which the pages of the remote's repository live, or nothing where that is not known."""
    done = repo.tried("remote", "get-url", remote)
    return pages_address(done.stdout.decode("utf-8", "replace").strip()) if done.returncode == 0 else ""


def pages_address(remote: str) -> str:
    """Return where GitHub or GitLab serve the pages of a remote's repository, by its address; else nothing."""
    short = re.fullmatch(r"(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!//)(.+)", remote)
    host, path = (
        (short[1], short[2]) if short else (urls.host(remote), urlsplit(remote).path if "://" in remote else "")
    )
    owner, _, name = path.strip("/").removesuffix(".git").partition("/")
    pages = _FORGES.get(host.lower(), "")
    if not pages or not name or not re.fullmatch(r"[A-Za-z0-9._/-]+", f"{owner}/{name}"):
        return ""
    own = f"{owner}.{pages}".lower()
    return f"https://{own}/" if name.lower() == own else f"https://{own}/{name}/"


# --- by a command


def _by_command(request: Request, settings: Config, release: Release, result: Result) -> None:
    before = courier.Sent() if request.every else courier.sent(request.folder)
    this = courier.planned(release, before)
    if _refused(request, settings, release, [*this.assets, *this.pages], result):
        return
    counts = f"{len(this.assets)} assets, {len(this.pages)} pages, {len(this.remove)} to remove"
    if not any(paths for _, paths in this.phases):
        result.lines.append("nothing changed: the host has every file as it is")
    elif request.dry:
        result.lines += [f"{phase} {path}" for phase, paths in this.phases for path in paths]
        result.lines.append(f"would call {git.masked(settings.publish.command[0])}: {counts}")
    else:
        left = courier.taken(request.folder, release, settings.publish, before, this)
        result.lines.append(f"published: {counts}")
        if left:
            result.lines.append(
                f"no `remove` in site.yaml: what is no longer part of the site stays at the host: {', '.join(left[:5])}"
                + (" …" if len(left) > 5 else "")
            )
    result.done = True
