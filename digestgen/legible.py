"""What the user's files hold, or what is told of one that cannot be read: one run tells all of them.

What cannot be read is never taken for empty, or for absent: all that is told here stays an error, whatever site.yaml
says.
"""

from __future__ import annotations

import errno
import os
from typing import Final, NamedTuple

from digestgen import files
from digestgen.diagnostics import Diagnostic, Span
from digestgen.files import Found


class _Reason(NamedTuple):
    """Why a file cannot be read, what was expected in its place, and how to mend it."""

    message: str
    label: str = ""
    help: str = ""


_RIGHTS: Final = "let whoever builds the site read it, and search the folders above it"
_LIMITS: Final = "end other programs, or raise how many files may be open (`ulimit -n`), and build again"
_DISK: Final = "see whether the disk is sound, and the network that it may lie behind; then build again"

_REASONS: Final = {
    errno.EACCES: _Reason("it may not be read", help=_RIGHTS),
    errno.EPERM: _Reason("it may not be read", help=_RIGHTS),
    errno.EISDIR: _Reason("it is a folder", "expected a file"),
    errno.EINVAL: _Reason("it is a pipe, a socket or a device", "expected a file"),
    errno.ENOENT: _Reason("it is gone", help="it was there a moment ago, or a link leads to nothing; build again"),
    errno.ELOOP: _Reason("a link leads to itself", help="put the file itself there"),
    errno.EILSEQ: _Reason("its name is no Unicode", help="rename it: no page and no message could show the name"),
    errno.EMFILE: _Reason("too many files are open", help=_LIMITS),
    errno.ENFILE: _Reason("too many files are open", help=_LIMITS),
}


def data(place: str, shown: str, limit: int, found: list[Diagnostic]) -> bytes | None:
    """Return what the file at `place` holds; None where it cannot be had, or holds more than `limit` bytes.

    That is told in `found` of the path `shown`.
    """
    try:
        return files.read_bytes(place, limit)
    except files.TooLargeError:
        most = f"{limit // 1024 // 1024} MiB"
        message = f"the file is larger than {most}"
        found.append(Diagnostic("too-large", message, Span(shown), help="make it smaller", fatal=True))
    except OSError as error:
        found.append(unread(shown, error.errno or 0, error.strerror or str(error)))
    return None


def unread(shown: str, number: int, said: str = "") -> Diagnostic:
    """Return what is told of a path that cannot be read; `number` is the system's (`errno`), `said` what it says."""
    reason = _REASONS.get(number) or _Reason(f"it cannot be read: {said or os.strerror(number)}", help=_DISK)
    return Diagnostic("unreadable", reason.message, Span(shown), reason.label, reason.help, fatal=True)


def unlisted(item: Found, shown: str) -> Diagnostic:
    """Return what is told of what `files.scan` could not see below the folder `shown`."""
    return unread(f"{shown}/{item.path}".rstrip("/"), item.why)


def strange(item: Found, shown: str) -> Diagnostic:
    """Return what is told of what `files.scan` found below the folder `shown` and is no file to read."""
    if item.kind == "unreadable":  # whatever it holds would be missing
        return unlisted(item, shown)
    place = Span(f"{shown}/{item.path}")
    if item.kind == "link":
        message = "a link that does not lead to a file of this folder is not followed"
        return Diagnostic("link-outside", message, place, severity="warning")
    return Diagnostic("unreadable", "it is neither a file nor a folder", place, severity="warning")


def is_absent(item: Found) -> bool:
    """Tell whether `files.scan` met no folder where it was to begin."""
    return not item.path and item.kind == "unreadable" and item.why in (errno.ENOENT, errno.ENOTDIR)
