"""A site in a repository with a remote of its own, as tests/test_publish.py has it, outside of pytest's fixtures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.test_publish import World, sh


@contextmanager
def made(folder: Path) -> Iterator[World]:
    """Make a site and its remote in `folder`, for a user whose settings are known."""
    world = World(folder / "site", folder / "remote.git")
    (folder / "home").mkdir(parents=True)
    (folder / "home/.gitconfig").write_text("[user]\nname = Ed\nemail = ed@paper.example\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder / "home"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER", "XDG_CONFIG"))]:
            patch.delenv(name)
        world.site.mkdir()
        sh("init", "-q", "--bare", "-b", "main", str(world.remote), cwd=folder)
        sh("init", "-q", "-b", "main", ".", cwd=world.site)
        sh("remote", "add", "origin", str(world.remote), cwd=world.site)
        world.write()
        sh("add", "site.yaml", "content", "themes", cwd=world.site)
        sh("commit", "-q", "-m", "Begin", cwd=world.site)
        yield world
