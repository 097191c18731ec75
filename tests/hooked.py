"""Python's own eye (PEP 578) on every build of the test suite: no network, no program, no code from the site's folder.

`install` puts it there, before any test; it looks at nothing but what happens while `build.build` runs in the same
thread, and in workers that are forked from there. What a build must not do is an error at once, and fails the test even
where something takes that error for an answer.
"""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

from digestgen import build
from digestgen.config import Config

#: Beginnings of the names of events (Python's table of audit events) that are connections or other programs.
_FORBIDDEN: Final = (
    "socket.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "nntplib.", "telnetlib.",
    "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.startfile", "pty.", "webbrowser.",
)  # fmt: skip

#: Where what runs is no site's, though a site may be built that stands above it, as this repository's does.
_OURS: Final = tuple(
    os.path.join(os.path.realpath(path), "")
    for path in (sys.prefix, os.path.dirname(build.__file__), os.path.dirname(__file__))
)

#: What is code: run, compiled, or loaded as a library of the system's.
_CODE: Final = ("exec", "compile", "import")

_here: Final = threading.local()
_log: Final = tempfile.TemporaryFile()  # noqa: SIM115  (it is open for as long as Python runs; workers write to it, too)
atexit.register(_log.close)


class Forbidden(Exception):
    """A build did what no build may do."""


def install() -> None:
    """Let all builds of this process be watched."""
    sys.addaudithook(_seen)
    build.build = _watched(build.build)  # type: ignore[assignment]


def _watched(whole: Callable[[build.Request], build.Result]) -> Callable[[build.Request], build.Result]:
    @wraps(whole)
    def called(request: build.Request) -> build.Result:
        outer = getattr(_here, "folder", "")
        before = os.fstat(_log.fileno()).st_size
        _here.folder = os.path.join(os.path.realpath(request.folder), "")
        try:
            return whole(request)
        finally:
            _here.folder = outer
            _tell(before)

    return called


def _tell(before: int) -> None:
    """Raise `Forbidden` where anything was written down since there were so many bytes."""
    if os.fstat(_log.fileno()).st_size > before:
        _log.seek(before)
        raise Forbidden(_log.read().decode())


def _seen(event: str, arguments: tuple[Any, ...]) -> None:
    folder = getattr(_here, "folder", "")
    if not folder:
        return
    if event.startswith(_FORBIDDEN):
        if not (event == "subprocess.Popen" and _is_indexer(folder, arguments)):
            _refuse(f"{event} {arguments!r}")
    elif event in _CODE:
        file = _file_of(event, arguments)
        if file.startswith(folder) and not file.startswith(_OURS) and not _is_trusted(folder, file):
            _refuse(f"{event} {file}")


def _refuse(what: str) -> None:
    os.write(_log.fileno(), f"{what[:1000]}\n".encode("utf-8", "replace"))
    raise Forbidden(what)


def _file_of(event: str, arguments: tuple[Any, ...]) -> str:
    """Return the file that code is from; nothing where it is from none."""
    name = arguments[0].co_filename if event == "exec" else arguments[1]
    name = os.fsdecode(name) if isinstance(name, bytes | str | os.PathLike) else ""
    return os.path.realpath(name) if os.path.isabs(name) else ""


def _is_indexer(folder: str, arguments: tuple[Any, ...]) -> bool:
    """Tell whether a program is that which makes the index for the search of a site that has one."""
    settings = _settings(folder)
    return (
        list(arguments[1])[:4] == [sys.executable, "-P", "-m", "pagefind"] and settings is not None and settings.search
    )


def _is_trusted(folder: str, file: str) -> bool:
    """Tell whether code is a template, or of a plug-in that site.yaml names; those are the site's own programs."""
    below = file[len(folder) :].replace(os.sep, "/")
    if below.startswith("themes/") and below.endswith(".html"):
        return True
    settings = _settings(folder)
    named = settings.plugins if settings else ()
    return any(below == name or below.startswith(f"{name.rstrip('/')}/") for name in named)


def _settings(folder: str) -> Config | None:
    _here.folder = ""
    try:
        return build.settings_of(Path(folder))[0]
    finally:
        _here.folder = folder
