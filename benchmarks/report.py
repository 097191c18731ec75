"""What was measured, as tables that read well in a terminal and in Markdown."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.generators import Counts, Generator
from benchmarks.measure import Run
from digestgen import __version__

_MIB: Final = 1024 * 1024


@dataclass(slots=True)
class Results:
    """What was measured, by case and generator, what each made, and who had to give up why."""

    runs: dict[tuple[str, str], list[Run]] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    out: dict[str, str] = field(default_factory=dict)


#: What is told of a run: its name, the figure, and how it is written.
_FIGURES: Final[tuple[tuple[str, Callable[[Run], float], Callable[[float], str]], ...]] = (
    ("wall, s", lambda run: run.wall, "{:.2f}".format),
    ("processor, s", lambda run: run.cpu, "{:.2f}".format),
    ("memory, largest, MiB", lambda run: run.largest / _MIB, "{:.0f}".format),
    ("memory, together, MiB", lambda run: run.together / _MIB, "{:.0f}".format),
)

_KINDS: Final = {
    "articles": "pages of articles",
    "tags": "tags, first pages",
    "tags_further": "tags, further pages",
    "sources": "sources, first pages",
    "sources_further": "sources, further pages",
    "archive": "pages of the archive",
    "files": "all files",
    "size": "all files, MB",
}


def machine(racing: Iterable[Generator], size: int, laps: int) -> str:
    """Return what runs where: a list in Markdown."""
    processor = _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory = int((_line("/proc/meminfo", "MemTotal") or "0").split()[0]) / 1024 / 1024
    return "\n".join(
        (
            f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {size:,} articles; laps: {laps}, medians of them (least–most)",
            f"- {_cores()} cores of {processor}, {memory:.0f} GiB, {platform.system()}, {_load()}",
            f"- Python {platform.python_version()}; {', '.join(map(_version, racing))}",
            "",
        )
    )


def _line(file: str, key: str) -> str:
    path = Path(file)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f} before the first run" if hasattr(os, "getloadavg") else "load unknown"


def _version(generator: Generator) -> str:
    if generator.name == "digestgen":
        return f"digestgen {__version__}"
    asked = "version" if generator.name == "Hugo" else "--version"
    said = subprocess.run((generator.command[0], asked), capture_output=True, check=True, text=True).stdout
    number = next((word for word in said.split() if word.lstrip("v")[:1].isdigit()), said)
    return f"{generator.name} {number.lstrip('v').partition('-')[0]}"


def tables(results: Results, cases: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """Yield the tables of the cases and of what was made, and why a generator had to give up."""
    others = names[1:]
    ratios = [f"{names[0]} : {other}" for other in others]
    rows = [row for case in cases for row in _rows(results, case, names)]
    yield table(("case", "", *names, *ratios), rows)
    counted = [name for name in names if name in results.counts]
    made = [
        (_KINDS[item.name], *(_count(results.counts[name], item.name) for name in counted)) for item in fields(Counts)
    ]
    yield table(("what was made", *counted), made)
    if results.out:
        yield "".join(f"{name} gave up, {why}\n" for name, why in results.out.items())


def _rows(results: Results, case: str, names: Sequence[str]) -> Iterator[Sequence[str]]:
    for index, (figure, value, written) in enumerate(_FIGURES):
        found = [[value(run) for run in results.runs.get((case, name), [])] for name in names]
        cells = [_cell(values, written) for values in found]
        yield ("" if index else case, figure, *cells, *(_ratio(found[0], other) for other in found[1:]))


def _cell(values: Sequence[float], written: Callable[[float], str]) -> str:
    """The median, and from where to where the values go if that is worth telling."""
    if not values:
        return "–"
    low, middle, high = written(min(values)), written(median(values)), written(max(values))
    return middle if low == high else f"{middle} ({low}–{high})"


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    if not ours or not theirs:
        return "–"
    ratio = median(ours) / median(theirs)
    return f"{ratio:.2f}" if ratio >= 0.1 else f"1/{1 / ratio:.0f}"


def _count(counts: Counts, name: str) -> str:
    value: int = getattr(counts, name)
    return f"{value / 1e6:.1f}" if name == "size" else f"{value:,}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown with its columns one below the other."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    ruler = ["-" * width for width in widths]
    lines = (_row(cells, widths) for cells in (head, ruler, *rows))
    return "\n".join([*lines, ""])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"
