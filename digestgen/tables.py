"""Tables of what is known: fitted to a terminal, as JSON, or as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.diagnostics import plain, width

Cell = str | int | tuple[str, ...]

#: What a table may be printed as.
FORMATS: Final = ("table", "json", "csv")

#: A column that gives way keeps so many characters, which a date needs, and in the end so few.
_ENOUGH: Final = 10
_LEAST: Final = 6

#: Columns whose ends tell more than their beginnings.
_FROM_THE_END: Final = ("path", "url")


@dataclass(frozen=True)
class Table:
    """Rows of cells below the names of their columns. `shown` are the columns for people; machines get all."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: tuple[str, ...]


def records(table: Table) -> list[dict[str, Cell]]:
    """Return each row as a mapping by the names of the columns."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def as_json(value: object) -> str:
    """Return `value` as JSON for people and machines, with a line end."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def as_csv(table: Table) -> str:
    """Return all columns as CSV with a head; what is a list is parted by semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([";".join(cell) if isinstance(cell, tuple) else cell for cell in row] for row in table.rows)
    return out.getvalue()


def fitted(table: Table, most: int | None, paint: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines of a table that takes at most `most` columns of a terminal (None: as many as it needs).

    The widest columns of words give way. `paint` makes the head stand out. Empty columns are left out.
    """
    places = [table.columns.index(name) for name in table.shown]
    rows = [[_text(row[place]) for place in places] for row in table.rows]
    used = [number for number in range(len(places)) if any(row[number] for row in rows)]
    numbers = {number for number in used if all(isinstance(row[places[number]], int) for row in table.rows)}
    head = [table.shown[number] for number in used]
    cells = [head, *([row[number] for number in used] for row in rows)]
    widths = _widths([max(width(row[at]) for row in cells) for at in range(len(used))], most)
    for number, row in enumerate(cells):
        shown = (_set(text, widths[at], used[at] in numbers, head[at] in _FROM_THE_END) for at, text in enumerate(row))
        line = "  ".join(shown).rstrip()
        yield line if number else paint(line)


def _text(cell: Cell) -> str:
    return plain(", ".join(cell)) if isinstance(cell, tuple) else plain(str(cell))


def _widths(wanted: list[int], most: int | None) -> list[int]:
    """Take from the widest column until all fit, as far as they can."""
    found = [*wanted]
    over = sum(found) + 2 * (len(found) - 1) - most if most else 0
    for least in (_ENOUGH, _LEAST):
        while over > 0 and max(found, default=0) > least:
            found[found.index(max(found))] -= 1
            over -= 1
    return found


def _set(text: str, columns: int, right: bool = False, end: bool = False) -> str:
    """`text` in exactly so many columns, to the `right` of them; what is longer is cut, and `end` keeps its end."""
    if width(text) > columns:
        text = "…" + _cut(text[::-1], columns - 1)[::-1] if end else _cut(text, columns - 1) + "…"
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def _cut(text: str, columns: int) -> str:
    """As much of the beginning of `text` as so many columns hold."""
    taken = 0
    for number, char in enumerate(text):
        taken += width(char)
        if taken > columns:
            return text[:number]
    return text


#: Eighths of a block, as Unicode has them.
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


def bars(rows: Sequence[tuple[str, int]], most: int, *, blocks: bool = True) -> Iterable[str]:
    """Return a line for each name and number, with a bar, in `most` columns; without `blocks` in ASCII."""
    if not rows:
        return []
    largest = max(number for _, number in rows)
    figures = len(f"{largest:,}")
    names = min(max(width(plain(name)) for name, _ in rows), max(_LEAST, most // 2))
    room = max(1, most - names - figures - 4)
    drawn = ((name, number, _bar(number / largest * room if largest else 0, blocks)) for name, number in rows)
    return [f"{_set(plain(name), names)}  {number:>{figures},}  {bar}".rstrip() for name, number, bar in drawn]


def _bar(length: float, blocks: bool) -> str:
    if not blocks:
        return "#" * max(1, round(length)) if length else ""
    whole, part = divmod(round(length * 8) or bool(length), 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")
