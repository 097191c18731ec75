"""What the preview puts on pages as it hands them out, and pages of its own. No file of the site ever has any of it."""

from __future__ import annotations

import os
from html import escape
from typing import Final

from digestgen import files

#: Below this nothing of a site can lie: hidden names are never published.
OWN: Final = "/.digestgen/"

SCRIPT: Final = f"{OWN}preview.js"
STYLE: Final = f"{OWN}preview.css"
EVENTS: Final = f"{OWN}events"
OPEN: Final = f"{OWN}open"

_END: Final = b"</head>"


def own(path: str) -> bytes | None:
    """Return the preview's own file at an address, or None."""
    if path not in (SCRIPT, STYLE):
        return None
    return files.read_bytes(os.path.join(os.path.dirname(__file__), path.removeprefix(OWN)), 1 << 20)


def with_script(page: bytes, *, run: str, now: int, tag: str, token: str) -> bytes:
    """Return `page` with the preview's script in its head.

    The script is told of which `run` of the server, after how many builds (`now`), and what (`tag`) it shows; the
    `token` proves that what it asks for, it asks for the reader.
    """
    values = {"run": run, "now": str(now), "tag": tag, "token": token}
    data = " ".join(f'data-{name}="{escape(value)}"' for name, value in values.items())
    script = f'<script src="{SCRIPT}" {data} defer></script>'.encode()
    at = page.find(_END)
    return page[:at] + script + page[at:] if at >= 0 else page + script


_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
</body>
</html>
"""


def plain(title: str, text: str) -> bytes:
    """Return a page of the preview's own, for when the site has none to show."""
    return _PAGE.format(title=escape(title), text=escape(text)).encode()


def whole(text: str) -> int:
    """Return the number that `text` is, as a page sends it; 1 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
