"""`digestgen list`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from digestgen import console


@click.command
@click.argument(
    "kind",
    type=click.Choice(["articles", "tags", "sources", "drafts", "held"]),
    default="articles",
    metavar="[articles|tags|sources|drafts|held]",
)
@console.choosing
@console.format_option(("table", "json", "csv"))
@console.now_option("What is published as at this moment")
@console.jobs_option
@console.brief_option
@click.pass_obj
def command(
    folder: Path,
    kind: str,
    lang: str | None,
    tag: str,
    since: datetime | None,
    form: str,
    now: datetime | None,
    jobs: int | None,
    quiet: bool,
) -> None:
    """List what the site holds: articles (newest first), tags, sources, drafts, or all that is held back.

    In a terminal the table fits its width; elsewhere nothing is cut. JSON and CSV tell more of each article.

    Example: digestgen list held

    Example: digestgen list articles --tag Asteroids --since 2024-01-01 --format csv
    """
    from digestgen import inventory

    site = console.surveyed(folder, now or console.now(), jobs, quiet=quiet)
    choice = inventory.Choice(lang or "", tag, since)
    table = console.fit(lambda: inventory.listed(site, kind, choice))
    if table.rows or form != "table":
        console.show(table, form)
    elif not quiet:
        click.echo(f"no {kind}" if kind != "held" else "nothing is held back")
