"""Opens a file at a line in the user's own editor."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

#: Where the command stands, the first one that is set. A terminal's editor cannot open beside a running server.
VARIABLES: Final = ("DIGESTGEN_EDITOR", "VISUAL", "EDITOR")

#: How editors with windows of their own want a file and a place, by the name of their command.
_COLON: Final = ("{file}:{line}:{column}",)
_LINE: Final = ("--line", "{line}", "{file}")
_PLUS: Final = ("+{line}", "{file}")
_FORMS: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(("code", "code-insiders", "codium", "cursor", "windsurf"), ("-g", *_COLON)),
    **dict.fromkeys(("subl", "sublime_text", "zed", "zeditor", "lapce"), _COLON),
    **dict.fromkeys(("idea", "pycharm", "webstorm", "phpstorm", "goland", "clion", "fleet"), _LINE),
    **dict.fromkeys(("gvim", "mvim", "gedit", "gnome-text-editor", "mousepad", "geany"), _PLUS),
    "emacsclient": ("-n", "+{line}:{column}", "{file}"),
    "kate": ("--line", "{line}", "--column", "{column}", "{file}"),
    "mate": ("--line", "{line}:{column}", "{file}"),
    "bbedit": ("+{line}", "{file}"),
    "notepad++": ("-n{line}", "-c{column}", "{file}"),
}


_PLACE: Final = re.compile(r"\{(file|line|column)\}")


def command(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of the editor's command; empty where none is set that has a window of its own.

    A command may have `{file}`, `{line}` and `{column}` in it, so that any editor can be told how to open.
    """
    for name in VARIABLES:
        try:
            words = tuple(shlex.split(environment.get(name, "")))
        except ValueError:
            continue  # a quote without its other half
        if words and (_form(words) or any("{file}" in word for word in words)):
            return words
    return ()


def _form(words: Sequence[str]) -> Sequence[str]:
    name = os.path.basename(words[0]).lower().removesuffix(".exe").removesuffix(".cmd")
    terminal = {"-nw", "-t", "--tty"} & set(words)
    return () if terminal else _FORMS.get(name, ())


def filled(words: Sequence[str], file: str, line: int, column: int) -> list[str]:
    """Return the words that open `file` (absolute) at a place; no shell ever sees them."""
    whole = [*words, *(() if any("{file}" in word for word in words) else _form(words))]
    values = {"file": file, "line": str(line), "column": str(column)}
    return [_PLACE.sub(lambda match: values[match[1]], word) for word in whole]


def start(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start an editor, which goes on by itself. Raises OSError where there is no such command."""
    return subprocess.Popen(  # noqa: S603 - the user's own command, and a file that a message named
        list(words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
