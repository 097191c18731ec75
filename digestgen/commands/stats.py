"""`digestgen stats`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from digestgen import console

#: So many of the most frequent names are shown; the other formats have all.
_SHOWN = 12


@click.command
@console.choosing
@console.format_option(("table", "json", "csv"))
@console.now_option("What is published as at this moment")
@console.jobs_option
@console.brief_option
@click.pass_obj
def command(
    folder: Path,
    lang: str | None,
    tag: str,
    since: datetime | None,
    form: str,
    now: datetime | None,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Tell how many articles were published when, in which section and language, and whom they credit.

    Example: digestgen stats --lang de --since 2024-01-01
    """
    from digestgen import inventory, tables
    from digestgen.report import counted

    site = console.surveyed(folder, now or console.now(), jobs, quiet=quiet)
    choice = inventory.Choice(lang or "", tag, since)
    found = console.fit(lambda: inventory.stats(site, choice))
    if form == "json":
        figures = asdict(found) | {"counts": {by: dict(names) for by, names in found.counts.items()}}
        console.give(tables.as_json(figures))
        return
    if form == "csv":
        console.give(tables.as_csv(inventory.rows_of(found)))
        return
    period = f", from {found.first} to {found.last}" if found.first else ""
    held = f"; {found.held} held back" if found.held else ""
    click.echo(f"{counted(found.published, 'article')}{period}{held}")
    for by, names in found.counts.items():
        times = by in ("month", "year")
        shown = names if times else names[:_SHOWN]
        if shown:
            click.echo("\n" + console.strong(f"by {by}"), color=True)
            for line in tables.bars(shown, console.columns() or 80, blocks=console.has_blocks()):
                click.echo(line)
        if len(shown) < len(names):
            click.echo(f"and {len(names) - len(shown)} more")
