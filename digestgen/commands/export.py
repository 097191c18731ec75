"""`digestgen export`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from digestgen import console


@click.command
@click.option(
    "--ninjs",
    "output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Write each article as a document of the IPTC's ninjs 3.1 to DIR.",
)
@click.option("--held", is_flag=True, help="Export what is held back, too, as `withheld`.")
@console.quiet_option
@console.now_option("Export as at this moment")
@click.pass_obj
def command(folder: Path, output: Path, held: bool, quiet: bool, now: datetime | None) -> None:
    """Write the articles for other systems, each as a JSON file that is named by the article's id.

    DIR is digestgen's own: it is to be empty at first, and documents of articles that are gone are removed.

    Example: digestgen export --ninjs wire/
    """
    from digestgen import export as exporter
    from digestgen.files import BusyError

    try:
        result = exporter.export(exporter.Request(folder, now or console.now(), output, held))
    except BusyError:
        raise click.ClickException(f"something else is at work in {output}; try again when it is done") from None
    console.tell(result.diagnostics, quiet)
    if result.written is None:
        console.end(result.diagnostics)
    if quiet:
        return
    left = f"; {result.held} held back" if result.held and not held else ""
    written, removed = len(result.written.written), len(result.written.removed)
    click.echo(
        f"{console.relative(str(output))}: {result.documents} articles{left}; {written} written, {removed} removed"
    )
