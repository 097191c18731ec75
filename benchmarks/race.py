"""The race: the same articles, digestgen beside Hugo and Pelican, first builds and later ones.

    python3 dev.py bench [SIZE]

is what one calls; this module takes more options, which `--help` tells.
"""

from __future__ import annotations

import argparse
import compileall
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import digestgen
from benchmarks import articles, generators, measure, report
from benchmarks.articles import Article
from benchmarks.generators import Counts, Generator
from benchmarks.report import Results

#: An edit: what has to stand on the article's page after it, or nothing.
Edit = Callable[[Generator, Path, "Lap"], str]


@dataclass(frozen=True, slots=True)
class Lap:
    """One time through all cases: its number, from 1, how many articles there are, and the one that is edited."""

    number: int
    size: int

    @property
    def article(self) -> Article:
        """An article from the middle, another one in each lap."""
        return articles.article(self.size // 2 + self.number, self.size)

    @property
    def added(self) -> Article:
        """An article that is newer than all others."""
        return articles.article(self.size + self.number - 1, self.size)


def _cold(generator: Generator, site: Path, _lap: Lap) -> str:
    generator.forget(site)
    return ""


def _nothing(_generator: Generator, _site: Path, _lap: Lap) -> str:
    return ""


def _body(generator: Generator, site: Path, lap: Lap) -> str:
    generator.form.write(site, lap.article.with_body(f"Corrected in lap {lap.number}"))
    return f"Corrected in lap {lap.number}"


def _title(generator: Generator, site: Path, lap: Lap) -> str:
    item = lap.article.with_body(f"Corrected in lap {lap.number}")
    generator.form.write(site, item.with_title(f"Another title in lap {lap.number}"))
    return f"Another title in lap {lap.number}"


def _added(generator: Generator, site: Path, lap: Lap) -> str:
    generator.form.write(site, lap.added)
    return ""


def _template(generator: Generator, site: Path, lap: Lap) -> str:
    generator.edit_template(site, f"template of lap {lap.number}")
    return f"Edition: template of lap {lap.number}"


CASES: Final[tuple[tuple[str, Edit], ...]] = (
    ("cold", _cold),
    ("nothing changed", _nothing),
    ("one body edited", _body),
    ("one title edited", _title),
    ("one article added", _added),
    ("one template edited", _template),
)


def race(size: int, laps: int, seconds: float, racing: Sequence[Generator], folder: Path) -> Results:
    """Let `racing` build sites of `size` articles in `folder`, in turn, `laps` times through all cases.

    A build that takes longer than `seconds` ends the race for its generator. Raises ValueError where what they made
    is not equal, or an edit did not arrive.
    """
    for generator in racing:
        generator.set_up(folder / generator.name)
    for item in articles.articles(size):
        for generator in racing:
            generator.form.write(folder / generator.name, item)
    results = Results()
    for number in range(1, laps + 1):
        for case, edit in CASES:
            _case(case, edit, Lap(number, size), _turned(racing, number), folder, seconds, results)
    return results


def _turned(racing: Sequence[Generator], number: int) -> Sequence[Generator]:
    """Another one begins in each lap."""
    first = number % len(racing)
    return [*racing[first:], *racing[:first]]


def _case(
    case: str, edit: Edit, lap: Lap, racing: Sequence[Generator], folder: Path, seconds: float, results: Results
) -> None:
    for generator in racing:
        if generator.name in results.out:
            continue
        site = folder / generator.name
        text = edit(generator, site, lap)
        try:
            run = measure.run(
                generator.command, site, generator.variables(site), seconds, folder / f"{generator.name}.log"
            )
        except measure.Failed as failure:
            results.out[generator.name] = f"{case}: {failure}"
            continue
        _check(case, generator, site, lap, text)
        results.runs.setdefault((case, generator.name), []).append(run)
        print(f"lap {lap.number}, {case}: {generator.name} {run.wall:.2f} s", file=sys.stderr, flush=True)
        if case == "cold" and lap.number == 1:
            results.counts[generator.name] = generators.counted(site)
    if case == "cold" and lap.number == 1:
        _equal(results.counts, lap.size)


def _check(case: str, generator: Generator, site: Path, lap: Lap, text: str) -> None:
    item = lap.added if case == "one article added" else lap.article
    if not generators.has(site, item, text):
        raise ValueError(f"{case}: {generator.name} did not write it")


def _equal(counts: dict[str, Counts], size: int) -> None:
    """Raise ValueError where the sites differ in their numbers of pages of articles, tags, sources or the archive."""
    if len({found.same for found in counts.values()}) > 1 or any(found.articles != size for found in counts.values()):
        raise ValueError(f"the sites are not equal: {counts}")


def _markup() -> str:
    """The table of Markdown alone, from a process of its own: what this one holds counts as its children's memory."""
    command = (sys.executable, "-m", "benchmarks.markup")
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def main() -> int:
    """Read the command line, race, and print the results; with `--markdown FILE` write them for the docs as well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.race", description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=articles.SIZES[0], help="how many articles (%(default)s)")
    parser.add_argument("--laps", type=int, default=3, help="how often all is measured (%(default)s)")
    parser.add_argument("--timeout", type=float, default=900, help="the most seconds of one build (%(default)s)")
    parser.add_argument("--peers", type=Path, required=True, help="the virtual environment with Hugo and Pelican")
    parser.add_argument("--only", action="append", default=[], help="leave out the others: digestgen, Hugo, Pelican")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file, too")
    chosen = parser.parse_args()
    racing = [item for item in generators.all_of(chosen.peers.resolve()) if not chosen.only or item.name in chosen.only]
    machine = report.machine(racing, chosen.size, chosen.laps)
    compiled = compileall.compile_dir(Path(digestgen.__path__[0]), quiet=1)  # as whoever installs it does
    assert compiled
    tables: list[str] = []
    out = 0
    for field in (racing, [generators.with_everything()], [generators.with_search()]):
        with tempfile.TemporaryDirectory(prefix="race-") as folder:
            results = race(chosen.size, chosen.laps, chosen.timeout, field, Path(folder))
        tables += report.tables(results, [case for case, _ in CASES], [item.name for item in field])
        out += len(results.out)
    text = "\n".join([machine, *tables, _markup()])
    print(text)
    if chosen.markdown:
        chosen.markdown.write_text(text, encoding="utf-8")
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
