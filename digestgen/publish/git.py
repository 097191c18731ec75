"""The door to git: its own plumbing in a repository whose checkout, index and settings are left alone.

What git says is shown to the user as it is, but for names and passwords in addresses. Addresses are never written
into a call: a remote is known by its name.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.publish.stopped import Stopped

#: What git takes from the environment to mean another repository (as in hooks), or to tell of what it sends.
_FOREIGN: Final = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CURL_VERBOSE",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)

#: No call may clean up on the way, which would run on behind our back, or ask a program what changed in the checkout.
_SETTINGS: Final = tuple(
    word
    for setting in ("gc.auto=0", "maintenance.auto=false", "core.quotePath=false", "core.fsmonitor=false")
    for word in ("-c", setting)
)

#: Longer than any push that still moves.
_PATIENCE: Final = 3600

#: Up to the last `@` of a word, whatever stands before it: who forgot to encode a password has any sign there.
_USER: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)\S+@")


#: What some hosts take for a token.
_QUERY: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?'\"]+\?)[^\s'\"]+")


def masked(text: str) -> str:
    """Return `text` without what addresses have before the host or ask for: a name, a password, a token."""
    return _QUERY.sub(r"\1***", _USER.sub(r"\1***@", text))


@dataclass(frozen=True)
class Repository:
    """A repository, by its git folder. `index` is a file of ours that git uses in place of the user's index."""

    folder: str
    git_dir: str
    prefix: str = ""
    """Where the folder lies below the top of the checkout, with `/`; empty at the top."""
    index: str = ""
    identity: Mapping[str, str] = field(default_factory=dict)
    """GIT_AUTHOR_NAME and the like, where the user has not told git who they are."""

    @property
    def top(self) -> str:
        """The top of the checkout."""
        return self.folder.removesuffix(self.prefix).rstrip("/\\") if self.prefix else self.folder

    def run(self, *words: str, given: bytes = b"", cwd: str = "") -> bytes:
        """Return what git prints. Raises `Stopped` with git's own message where it fails."""
        done = self.tried(*words, given=given, cwd=cwd)
        if done.returncode:
            raise Stopped(failure(words[0], done.stderr.decode("utf-8", "replace")))
        return done.stdout

    def text(self, *words: str) -> str:
        """Return what git prints, as text without the last line end."""
        return self.run(*words).decode("utf-8", "replace").rstrip("\n")

    def tried(self, *words: str, given: bytes = b"", cwd: str = "") -> subprocess.CompletedProcess[bytes]:
        """Return how a call of git ended."""
        environment = {**_environment(), "GIT_DIR": self.git_dir, **self.identity}
        if self.index:
            environment["GIT_INDEX_FILE"] = self.index
        return _called(words, cwd or self.folder, environment, given)


def opened(folder: Path) -> Repository:
    """Return the repository that `folder` lies in, be it a worktree or a folder below. Raises `Stopped` without one."""
    where = str(folder.resolve())
    done = _called(("rev-parse", "--absolute-git-dir", "--show-prefix"), where, _environment())
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace")
        if "not a git repository" not in told:
            raise Stopped(failure("rev-parse", told))
        help = "make one (git init; git remote add origin ADDRESS), or set `publish: {command: […]}` in site.yaml"
        raise Stopped(Diagnostic("not-published", "the site does not lie in a git repository", help=help))
    git_dir, _, prefix = os.fsdecode(done.stdout).partition("\n")
    return Repository(where, git_dir, prefix.rstrip("\n").rstrip("/"))


def _environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in _FOREIGN and not name.startswith("GIT_TRACE")
    }
    if not sys.stdin.isatty():
        kept["GIT_TERMINAL_PROMPT"] = "0"  # in cron nobody answers
    return kept


def _called(
    words: Sequence[str], cwd: str, environment: Mapping[str, str], given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *_SETTINGS, *words],  # noqa: S607 - the user's own git, from their own PATH
            cwd=cwd,
            env=environment,
            input=given,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        message = "there is no git on this machine"
        raise Stopped(Diagnostic("not-published", message, help="install git, and run this again")) from None
    except subprocess.TimeoutExpired:
        raise Stopped(Diagnostic("not-published", f"git {words[0]} did not end within an hour")) from None


#: What git or the remote says, and what to do about it.
_ADVICE: Final = (
    (
        r"Authentication failed|could not read (Username|Password)|Permission (to .* )?denied|terminal prompts disabled"
        r"|Repository not found|error: 40[13]",
        "git needs credentials that it does not have here: try `git push` by hand, and set up a key or a credential "
        "helper (git help credentials)",
    ),
    (
        r"stale info|fetch first|non-fast-forward|cannot lock ref",
        "someone else pushed there meanwhile: run this again, and it will look at what they pushed",
    ),
    (
        r"remote rejected|hook declined|protected branch|pre-receive",
        "the remote does not take it: allow pushes to that branch there, or name another one with "
        "`publish: {branch: …}` in site.yaml",
    ),
    (r"gpg|signing|sign the data|ssh-keygen", "commits are to be signed here (commit.gpgsign): make the key usable"),
    (
        r"dubious ownership",
        "the repository belongs to another user: run this as that user, or do what git says",
    ),
    (
        r"Could not resolve host|unable to access|Connection|timed out|does not appear to be a git repository"
        r"|Could not read from remote|No such remote",
        "the remote cannot be reached: look at `git remote -v`, and run this again",
    ),
)


def failure(call: str, told: str) -> Diagnostic:
    """Return the message for a failed call of git, from what git told."""
    help = next((advice for pattern, advice in _ADVICE if re.search(pattern, told)), "what git says may help")
    lines = "; ".join(filter(None, (" ".join(line.split()) for line in masked(told).splitlines())))
    return Diagnostic("not-published", f"git {call} failed: {lines or 'it said nothing'}", help=help)
