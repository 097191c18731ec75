"""What is set up once: the file that has a forge publish the digest, and the lines that a server needs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from digestgen import build, files, hosting, library, paths, reading, search, unchanged
from digestgen.config import Config
from digestgen.diagnostics import Diagnostic, graded
from digestgen.plan import hosting as plan_hosting
from digestgen.publish import git, publishing, workflow
from digestgen.publish.git import Repository
from digestgen.publish.stopped import Stopped

_SERVERS: Final[Mapping[str, Callable[[hosting.Facts], str]]] = {"nginx": hosting.nginx, "apache": hosting.apache}
SERVERS: Final = tuple(_SERVERS)

_LIMIT: Final = 1 << 20


def write_workflow(folder: Path, settings: Config, cron: str) -> str:
    """Write the file that has the forge build and publish the digest, and return its path.

    A file that is not as it was written here is left alone: `Stopped` is raised, as it is without a repository.
    """
    repo = git.opened(folder)
    asked = workflow.Asked(
        repo.prefix,
        _branch(repo, settings.publish.remote),
        "" if settings.url else publishing.address_at(repo, settings.publish.remote),
        _output(settings),
        cron,
        _extras(settings),
    )
    at_gitlab = settings.publish.host == "gitlab"
    name, text = (workflow.GITLAB, workflow.gitlab(asked)) if at_gitlab else (workflow.GITHUB, workflow.github(asked))
    path = f"{repo.top}/{name}"
    if files.exists(path):
        old = files.read_bytes(path, _LIMIT).decode("utf-8", "replace")
        if not workflow.ours(old):
            help = (
                "move it away, or take over by hand what you need: `digestgen publish --workflow` into another checkout"
            )
            raise Stopped(Diagnostic("not-published", f"{name} is there, and not as digestgen made it", help=help))
    files.make_dirs(os.path.dirname(path))
    files.remove(f"{path}.new")
    files.write_new(f"{path}.new", text.encode())
    files.replace(f"{path}.new", path)
    return path


def _branch(repo: Repository, remote: str) -> str:
    """Return the branch that readers' site is made from: the remote's own choice, or what is checked out."""
    head = (
        repo.tried("symbolic-ref", "--short", f"refs/remotes/{remote}/HEAD").stdout.decode("utf-8", "replace").strip()
    )
    here = repo.tried("symbolic-ref", "--short", "HEAD").stdout.decode("utf-8", "replace").strip()
    return head.removeprefix(f"{remote}/") or here or "main"


def _output(settings: Config) -> str:
    """Return the output folder, if it is a plain one below the site's: others are no part of a checkout."""
    below = paths.join_inside("", settings.output)
    return below if below and not paths.is_hidden(below) and json.dumps(below) == f'"{below}"' else "public"


def _extras(settings: Config) -> tuple[str, ...]:
    asked = {
        "assets": settings.minify,
        "publish": "br" in settings.publish.compress,
        search.extra_for(item.lang for item in settings.languages): settings.search,
    }
    return tuple(name for name, wanted in asked.items() if wanted)


def server_lines(
    folder: Path, settings: Config, found: list[Diagnostic], now: datetime, server: str
) -> tuple[str, list[Diagnostic]]:
    """Return the lines for nginx or Apache, and what is wrong with the site; no lines where that is an error."""
    look = unchanged.look(str(folder))
    try:
        site = reading.read(folder, settings, look, found)
        shelf, faults = library.assemble(site.articles, site.registries, settings, now)
        told = graded([*site.found, *faults], settings.rules, strict=False)
        if any(item.severity == "error" for item in told):
            return "", site.tree.with_lines(told)
        return _SERVERS[server](plan_hosting.facts(shelf)), site.tree.with_lines(told)
    finally:
        look.store.close()


def settings_of(folder: Path) -> tuple[Config | None, list[Diagnostic]]:
    """Return the settings of the site in `folder`, None where they are wrong, and what is to be told of them."""
    settings, found = build.settings_of(folder)
    told = graded(found, settings.rules if settings else {}, strict=False)
    return (None if any(item.severity == "error" for item in told) else settings), told
