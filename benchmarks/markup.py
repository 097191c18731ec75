"""Markdown alone: Python-Markdown as it comes beside digestgen's conversion, in one process and in turn."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Final

import nh3
from markdown import Markdown

from benchmarks import articles, report
from benchmarks.articles import Article
from digestgen.markup import convert

ARTICLES: Final = 200
LAPS: Final = 5

#: What digestgen's articles may use, as far as Python-Markdown has it.
_EXTENSIONS: Final = (
    "abbr",
    "attr_list",
    "codehilite",
    "def_list",
    "fenced_code",
    "footnotes",
    "md_in_html",
    "sane_lists",
    "tables",
    "toc",
)


#: What of the rest it has: typographic quotes; cleaning is nh3's, which digestgen uses, too.
_FURTHER: Final = ("smarty",)


def contestants() -> Mapping[str, Callable[[Article], object]]:
    """Return by name what converts an article; the first is digestgen's."""
    bare = Markdown(extensions=_EXTENSIONS, output_format="html")
    full = Markdown(extensions=(*_EXTENSIONS, *_FURTHER), output_format="html")
    return {
        "digestgen.markup.convert": lambda item: convert.convert(item.body, item.lang),
        "Python-Markdown, the same extensions": lambda item: bare.reset().convert(item.body),
        "the same, with smarty, cleaned by nh3": lambda item: nh3.clean(full.reset().convert(item.body)),
    }


def measured() -> dict[str, float]:
    """Return the median milliseconds of an article for each contestant."""
    bodies = list(articles.articles(ARTICLES))
    racing = contestants()
    took: dict[str, list[float]] = {name: [] for name in racing}
    for lap in range(LAPS + 1):  # the first is for warming up
        for name, work in racing.items():
            began = time.process_time()
            for item in bodies:
                work(item)
            if lap:
                took[name].append((time.process_time() - began) / ARTICLES * 1000)
    return {name: median(values) for name, values in took.items()}


def main() -> int:
    """Measure, and print a table."""
    found = measured()
    ours = next(iter(found.values()))
    rows = [(name, f"{value:.2f}", f"{value / ours:.2f}") for name, value in found.items()]
    print(report.table(("Markdown alone", "ms an article", "to digestgen's"), rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
