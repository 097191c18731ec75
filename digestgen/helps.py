"""What `--help` says of each command, without loading what the commands are made with.

It is read from commands/help.json, which `reference.helps` makes from the commands themselves, and set for the terminal
as click sets it: `test_help_is_set_as_click_sets_it_however_wide_the_terminal_is`.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

#: The names of the option.
OPTIONS: Final = ("--help", "-h")

FILE: Final = os.path.join(os.path.dirname(__file__), "commands", "help.json")

#: Widths of a line: the least, the most that are used of a terminal, and what is taken where there is none.
_LEAST: Final = 50
MOST: Final = 100
_NONE: Final = 80

#: How terms are set before what they mean: the most that is kept free for them, and the space beside them.
_TERM: Final = 30
_GAP: Final = 2
_INDENT: Final = "  "

Known = Mapping[str, Mapping[str, Any]]


def told(arguments: Sequence[str], program: str) -> str | None:
    """Return the help that `arguments` ask `program` for, with its last line break; None where they ask for more."""
    if not arguments or arguments[-1] not in OPTIONS:
        return None
    import json

    try:
        with open(FILE, encoding="utf-8") as file:
            known: Known = json.load(file)
    except FileNotFoundError:
        return None  # it is about to be made
    found = known.get(" ".join(arguments[:-1]))
    if found is None:
        return None
    return text(f"{program} {found['command']}".rstrip(), found, max(min(_columns(), MOST) - 2, _LEAST))


def _columns() -> int:
    """Return how wide the terminal is, as `shutil.get_terminal_size` has it, which takes long to import."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _NONE  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return _NONE


def text(command: str, said: Mapping[str, Any], width: int) -> str:
    """Return the help of a command of which `said` is known, in lines of at most `width`."""
    parts = [_usage(f"Usage: {command} ", said["usage"], width)]
    parts.append("\n\n".join(_filled(part, width, _INDENT) for part in said["text"]))
    parts += ["\n".join([f"{title}:", *_listed(rows, width)]) for title, rows in said["lists"]]
    return "\n\n".join(parts) + "\n"


def _filled(words: str, width: int, indent: str = "", first: str | None = None) -> str:
    begin = indent if first is None else first
    return textwrap.fill(words, width, initial_indent=begin, subsequent_indent=indent, replace_whitespace=False)


def _usage(begun: str, rest: str, width: int) -> str:
    if width >= len(begun) + 20:
        return _filled(rest, width, " " * len(begun), begun)
    return f"{begun}\n{_filled(rest, width, ' ' * (len('Usage: ') + 4))}"


def _listed(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    column = min(max(len(term) for term, _ in rows), _TERM) + _GAP
    for term, meaning in rows:
        lines = _filled(meaning, max(width - column - _GAP, 10)).split("\n") if meaning else []
        if not lines or len(term) + _GAP > column:
            yield _INDENT + term
        else:
            yield f"{_INDENT}{term:{column}}{lines.pop(0)}"
        yield from (f"{_INDENT}{'':{column}}{line}" for line in lines)
