"""Rules for paths, without touching a disk: where a URL's file lies, and which names no system may be given.

A site is built on one system and served or checked out on another. So a name has to be good on all of them,
and what is refused here is refused everywhere, not only where it would fail.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from functools import lru_cache

#: Bytes of UTF-8 in one name, which is the limit of ext4, APFS and (in other units) NTFS.
LONGEST_NAME = 255
#: Bytes of UTF-8 in a whole path; macOS stops at 1,024, and the output folder stands before it.
LONGEST_PATH = 900

# Names of devices: Windows opens the device whatever the folder and the suffix ("nul.html" too).
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [device + digit for device in ("com", "lpt") for digit in "0123456789¹²³"]
)
_FORBIDDEN = frozenset('<>:"|?*\\')


def output_path(url_path: str) -> str | None:
    """Return the file for a decoded site path, relative to the output folder; None when `fault` finds one.

    `/a/b/` is `a/b/index.html`, `/feed.xml` is `feed.xml`.
    """
    if not url_path.startswith("/"):
        return None
    path = url_path[1:]
    if path == "" or path.endswith("/"):
        path += "index.html"
    return None if fault(path) else path


def fault(path: str) -> str:
    """Return in words why the relative path `path` cannot be written on every system, `""` if it can."""
    if len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH:
        return f"it is longer than {LONGEST_PATH} bytes"
    return next(filter(None, map(name_fault, path.split("/"))), "")


#: What nearly all names are: nothing in them could be wrong but a device's name.
_PLAIN = re.compile(r"[a-z0-9_-](?:[a-z0-9._-]{0,118}[a-z0-9_-])?")


@lru_cache(maxsize=65536)
def name_fault(name: str) -> str:
    """Return in words why `name` cannot be a file or folder on every system, `""` if it can."""
    if _PLAIN.fullmatch(name) and not is_device(name):
        return ""
    if name in ("", ".", ".."):
        return f"it has the step {name}" if name else "a name in it is empty"
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        return f"a name in it is longer than {LONGEST_NAME} bytes"
    bad = next((char for char in name if _is_forbidden(char)), None)
    if bad is not None:
        return f"{_shown(bad)} may not stand in it"
    if name[-1] in ". ":
        return "a name in it ends with a dot or a blank"
    return f"`{name}` is the name of a device on Windows" if is_device(name) else ""


def is_device(name: str) -> bool:
    """Return whether Windows takes `name` for a device, as it does with `con`, `NUL.txt` and `com1`."""
    return name.partition(".")[0].rstrip(" ").lower() in _DEVICES


def _is_forbidden(char: str) -> bool:
    # The joiners belong to Persian and Indic spelling; other format characters hide, or turn what is near.
    category = unicodedata.category(char)
    return (
        char in _FORBIDDEN or category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and char not in "\u200c\u200d")
    )


def _shown(char: str) -> str:
    return f"`{char}`" if char in _FORBIDDEN else f"the character U+{ord(char):04X}"


def portable_key(path: str) -> str:
    """Return a form of `path` that two paths share if they are one file on Windows or macOS.

    It is Unicode's canonical caseless match (section 3.13, D145), composed: letters' case and the way accents
    are encoded make no difference.
    """
    if path.isascii():
        return path.lower()
    folded = unicodedata.normalize("NFD", path).casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).casefold())


def join_inside(folder: str, relative: str) -> str | None:
    """Return where `relative` leads from `folder`, both with `/`, or None if that is not below the root.

    `folder` is relative to the root, `""` for the root itself, which is what comes out for it, too. A path
    that climbs over the root is refused even when it comes back.
    """
    if relative.startswith("/") or "\\" in relative or "\0" in relative:
        return None
    steps: list[str] = []
    for step in f"{folder}/{relative}".split("/"):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return posixpath.join("", *steps)


_HIDDEN = re.compile(r"(?:^|/)\.(?!well-known(?:/|$)|\.?(?:/|$))")


def is_hidden(path: str) -> bool:
    """Return whether a name in `path` begins with a dot; `.well-known` (RFC 8615) is to be published."""
    return _HIDDEN.search(path) is not None


def is_litter(name: str) -> bool:
    """Return whether `name` is what an editor or a desktop leaves behind and nobody wants to publish."""
    return (
        name.endswith(("~", ".swp", ".swo"))
        or name in (".DS_Store", "Thumbs.db", "desktop.ini")
        or _is_auto_saved(name)
    )


def _is_auto_saved(name: str) -> bool:
    return len(name) > 1 and name.startswith("#") and name.endswith("#")
