"""`digestgen build`."""

from __future__ import annotations

import gc
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestgen import console

if TYPE_CHECKING:
    from digestgen.report import Report
    from digestgen.unchanged import Look


@click.command
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write to DIR instead of site.yaml's `output`.",
)
@console.now_option("Build as at this moment")
@console.strict_option
@console.jobs_option
@click.option("--no-search", is_flag=True, help="Leave the search index as it is.")
@click.option(
    "--explain",
    is_flag=True,
    help="Say for each file that is made why it is, and how long each stage took; --verbose does, too.",
)
@console.quiet_option
@click.pass_obj
def command(
    folder: Path,
    output: Path | None,
    now: datetime | None,
    strict: bool,
    jobs: int | None,
    no_search: bool,
    explain: bool,
    quiet: bool,
) -> None:
    """Build the site: read site.yaml and content/, write public/.

    Example: digestgen -C my-digest build --strict
    """
    began = time.monotonic()
    gc.set_threshold(200_000)  # what is looked at stays until the end, tens of thousands of files: nothing to collect
    explain = explain or console.is_verbose()
    moment = now or console.now()
    asked = [str(output) if output else "", strict, *(["no search"] if no_search else [])]
    look = _look(folder)
    report = None if explain or look is None else _still(look, output, asked, moment)
    if report is None:
        request = (folder, output, moment, strict, jobs or 0, not no_search)
        report, written, removed = _build(*request, look, explain, quiet)
    else:
        console.tell(report.diagnostics, quiet)
        written, removed = 0, 0
    if not quiet:
        _say(report, written, removed, time.monotonic() - began)
    if any(item.severity == "error" for item in report.diagnostics):
        raise SystemExit(console.WRONG)


def _look(folder: Path) -> Look | None:
    """What is remembered of the last build, if there was one: read without the slow libraries."""
    from digestgen import unchanged

    return unchanged.look(str(folder)) if unchanged.built_before(str(folder)) else None


def _still(look: Look, output: Path | None, asked: list[object], moment: datetime) -> Report | None:
    """Return what the last build said if another one would change nothing: decided without the slow libraries."""
    from zoneinfo import ZoneInfo

    from digestgen import codec, unchanged
    from digestgen.report import Report

    last = unchanged.still(look, str(output) if output else "", asked, moment.timestamp())
    if last is None:
        return None
    try:
        report = codec.load(Report, str(last.get("report")), ZoneInfo("UTC"))
    except codec.Unfit:
        return None
    look.store.close()
    return report


def _build(
    folder: Path,
    output: Path | None,
    moment: datetime,
    strict: bool,
    jobs: int,
    search: bool,
    look: Look | None,
    explain: bool,
    quiet: bool,
) -> tuple[Report, int, int]:
    from digestgen import build as builder
    from digestgen.files import BusyError
    from digestgen.progress import shown

    try:
        with shown() as progress:
            result = builder.build(builder.Request(folder, moment, output, strict, jobs, progress, search, look))
    except BusyError:
        raise click.ClickException(
            f"another build is at work in {output or folder}; try again when it is done"
        ) from None
    console.tell(result.diagnostics, quiet)
    if result.written is None:
        console.end(result.diagnostics)
    for path, why in sorted(result.why.items()) if explain else ():
        click.echo(f"{path}: {why}")
    for stage, seconds in result.seconds.items() if explain else ():
        click.echo(f"{seconds:8.2f} s  {stage}")
    written, removed = (sum(len(getattr(step, name)) for step in result.steps) for name in ("written", "removed"))
    return builder.report_of(result), written, removed


def _say(report: Report, written: int, removed: int, seconds: float) -> None:
    from dataclasses import replace

    from digestgen.report import notes, sum_up

    for line in notes(report):
        click.echo(line)
    click.echo(sum_up(replace(report, output=console.relative(report.output)), written, removed, seconds))
