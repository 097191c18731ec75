"""Whole sites as one string, so that a test shows all that it rests on."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

_HEAD = re.compile(r"^-- (?P<path>\S(?:.*\S)?) --$", re.MULTILINE)


def write_site(folder: Path, text: str) -> Path:
    """Write the files that `text` holds below `folder` and return it.

    Each file begins with a line `-- its/path --`; what stands before the first one is a remark. Common
    indentation goes; one line break after the head and the last before the next head are kept as they are.
    """
    heads = list(_HEAD.finditer(text := textwrap.dedent(text)))
    if not heads:
        raise ValueError("no file in this site: a file begins with a line `-- path --`")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        path = folder / head["path"]
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{head['path']} is not below the site's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[head.end() + 1 : end], encoding="utf-8", newline="")
    return folder
