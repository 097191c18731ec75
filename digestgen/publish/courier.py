"""A command of the user's that takes files to the host: rsync, rclone, a script; called with lists of what changed.

What was taken there is remembered beside the cache. Without that memory every file is taken again, which costs time
and nothing else. Assets go before the pages that ask for them, removals come last.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from digestgen import files, traces
from digestgen.config import PublishConfig
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.publish import release as releases
from digestgen.publish.git import masked
from digestgen.publish.release import Release
from digestgen.publish.stopped import Stopped

#: Beside the cache: what is at the host, and the list that a command reads.
_SENT: Final = "sent"
_LISTED: Final = "sending"

_LIMIT: Final = 256 * 1024 * 1024


@dataclass(frozen=True)
class Sent:
    """What is at the host: path to fingerprint, and which of them are kept from earlier publishes, by age."""

    files: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """What one publish takes to the host, in this order, and what stays though the site has it no longer."""

    assets: tuple[str, ...]
    pages: tuple[str, ...]
    remove: tuple[str, ...]
    kept: Mapping[str, int]

    @property
    def phases(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return (("assets", self.assets), ("pages", self.pages), ("remove", self.remove))


def sent(folder: Path) -> Sent:
    """Return what was taken to the host; whatever cannot be read counts as not taken."""
    try:
        data = files.read_bytes(f"{folder}/{traces.FOLDER}/{_SENT}", _LIMIT)
    except OSError:
        return Sent()
    found: dict[str, str] = {}
    kept: dict[str, int] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        mark, age, path = (*line.split(" ", 2), "", "")[:3]
        if len(mark) == 64 and age in map(str, range(releases.KEPT)) and path:
            found[path] = mark
            kept |= {path: int(age)} if age != "0" else {}
    return Sent(found, kept)


def _remember(folder: Path, state: Sent) -> None:
    lines = "".join(f"{mark} {state.kept.get(path, 0)} {path}\n" for path, mark in sorted(state.files.items()))
    target = f"{folder}/{traces.FOLDER}/{_SENT}"
    files.remove(f"{target}.new")
    files.write_new(f"{target}.new", lines.encode(), sync=True)
    files.replace(f"{target}.new", target)


def planned(release: Release, before: Sent) -> Round:
    """Return what is to be taken to the host, and what to be removed there."""
    changed = [path for path, mark in release.files.items() if before.files.get(path) != mark]
    was = [path for path in before.files if path not in before.kept]
    kept = releases.kept(before.kept, was, release.files) if changed or {*was} - {*release.files} else before.kept
    return Round(
        tuple(path for path in changed if not releases.late(path)),
        tuple(path for path in changed if releases.late(path)),
        tuple(sorted(path for path in before.files if path not in release.files and path not in kept)),
        kept,
    )


def words(command: Sequence[str], release: Release, listed: str, phase: str) -> list[str]:
    """Return the command with what stands in braces filled in."""
    values = {"folder": release.root, "files": listed, "phase": phase}
    found = []
    for word in command:
        for name, value in values.items():
            word = word.replace(f"{{{name}}}", value)  # noqa: PLW2901 - a word is filled in step by step
        found.append(word)
    return found


def taken(folder: Path, release: Release, settings: PublishConfig, before: Sent, this: Round) -> tuple[str, ...]:
    """Call the command for each phase that has anything to do; return what stays at the host for want of `remove`.

    Each phase that came to its end is remembered. Raises `Stopped` where one fails.
    """
    state, kept = dict(before.files), {path: age for path, age in this.kept.items() if path in before.files}
    for phase, paths in this.phases:
        command = settings.remove if phase == "remove" else settings.command
        if paths and command:
            _call(folder, release, command, phase, paths)
        for path in paths:
            state.pop(path, None)
        if phase != "remove":
            state |= {path: release.files[path] for path in paths}
        _remember(folder, Sent(dict(state), kept))
    return this.remove if not settings.remove else ()


def _call(folder: Path, release: Release, command: Sequence[str], phase: str, paths: Sequence[str]) -> None:
    listed = os.path.abspath(f"{folder}/{traces.FOLDER}/{_LISTED}")
    files.remove(listed)
    files.write_new(listed, "".join(f"{path}\n" for path in paths).encode("utf-8", "surrogateescape"))
    root = Release(os.path.abspath(release.root), release.files)
    told = {"DIGESTGEN_FOLDER": root.root, "DIGESTGEN_FILES": listed, "DIGESTGEN_PHASE": phase}
    call = words(command, root, listed, phase)
    help = "see what it says above; what it took before is remembered, and the rest is taken when you run this again"
    try:
        code = subprocess.run(
            call, cwd=folder, env={**os.environ, **told}, stdin=subprocess.DEVNULL, check=False
        ).returncode
    except OSError as error:
        message = f"`{masked(call[0])}` cannot be run: {error.strerror}"
        raise Stopped(
            Diagnostic("not-published", message, help="install it, or mend `publish: {command: …}`")
        ) from None
    finally:
        files.remove(listed)
    if code:
        raise Stopped(Diagnostic("not-published", f"`{masked(call[0])}` ended with {code} ({phase})", help=help))
