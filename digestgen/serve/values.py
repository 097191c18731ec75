"""What the server and the process that builds tell each other; it is all that the server knows of builds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final
from zoneinfo import ZoneInfo

from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic

#: Of the moments in these values, which have none: whoever reads them has to name one.
ZONE: Final = ZoneInfo("UTC")


@dataclass(frozen=True)
class Badge:
    """Of the page of the file `path` (relative to the site's folder): why it is held back, and what is missing."""

    path: str
    states: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Order:
    """What is to be built, the same each time: `room` is the preview's own place in the site's `folder`."""

    folder: str
    room: str
    drafts: bool
    future: bool
    jobs: int = 0

    @property
    def output(self) -> str:
        return f"{self.folder}/{self.room}/site"


@dataclass(frozen=True)
class Task:
    """One build: the moment (seconds since 1970, as a text), whether to index for the search, and what changed.

    Without `changed`, paths below the site's folder, any file may have. `shown` are the files of the output that
    somebody looks at, or would if they were there.
    """

    now: str
    index: bool = False
    changed: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Early:
    """A file of the output that somebody looks at, while the rest of its build is made: its fingerprint and its text.

    It lies in its place when the build has come to its end, unless that comes to nothing.
    """

    path: str
    mark: str
    text: str


@dataclass(frozen=True)
class Built:
    """What a build did. `files` are those that are new or changed, by path, with their fingerprints.

    `ok` tells that the site is as its sources say; otherwise it is as it was. `fault` is what stopped the build, where
    that is none of the user's files. `roots` are the folders that the site is made from, relative to its own.
    """

    ok: bool
    diagnostics: tuple[Diagnostic, ...] = ()
    fault: str = ""
    base: str = ""
    roots: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    milliseconds: int = 0


@dataclass(frozen=True)
class Facts:
    """What is known besides: badges that changed, by the path of the page, and those that went.

    `until` is the moment (seconds since 1970) at which the site changes by itself, 0 where it never does.
    """

    badges: Mapping[str, Badge] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    until: int = 0
    searched: bool = False
    """Whether the site has a search whose index was not brought up to date by this process."""
