"""`digestgen publish`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from digestgen import console


@click.command
@click.option("--dry-run", "dry", is_flag=True, help="Build, and say what would be published; publish nothing.")
@click.option("--adopt", is_flag=True, help="Take over a branch that digestgen did not make.")
@click.option("--all", "every", is_flag=True, help="Let `command` take every file, not only what changed.")
@click.option(
    "--now",
    type=console.Moment(),
    metavar="MOMENT",
    help="Build as at this moment, as 2024-05-03T14:00Z (default: SOURCE_DATE_EPOCH, else the clock).",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--no-search", is_flag=True, help="Leave the search index as it is.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing unless something is wrong.")
@click.pass_obj
def command(
    folder: Path, dry: bool, adopt: bool, every: bool, now: datetime | None, strict: bool, no_search: bool, quiet: bool
) -> None:
    """Build the site and bring it to its readers: push it to the branch that a host serves, or call a command.

    By default it is pushed to gh-pages of origin, as GitHub Pages wants it; `publish` in site.yaml says otherwise.
    Nothing is published where anything is wrong, and the checkout is not touched.

    Example: digestgen publish --dry-run
    """
    from digestgen.build import Request as Building
    from digestgen.files import BusyError
    from digestgen.progress import shown
    from digestgen.publish import publishing

    try:
        with shown() as progress:
            building = Building(folder, now or console.now(), strict=strict, progress=progress, search=not no_search)
            result = publishing.publish(publishing.Request(building, dry, adopt, every))
    except BusyError:
        raise click.ClickException(
            f"another build or publish is at work in {folder}; try again when it is done"
        ) from None
    console.tell(result.diagnostics, quiet)
    for line in result.lines if not quiet else ():
        click.echo(line)
    if not result.done:
        click.echo("not published", err=True)
    if not result.done or any(item.severity == "error" for item in result.diagnostics):
        raise SystemExit(console.WRONG)
