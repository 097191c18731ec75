"""`digestgen new`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from digestgen import console


@click.command
@click.option(
    "--from",
    "report",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Make it from the wire report in FILE, plain text in UTF-8.",
)
@click.option("--lang", type=console.Tag(), metavar="TAG", help="The report's language (default: told by its words).")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to FILE, whose name ends in .md (default: below content/, named for date and headline).",
)
@click.option(
    "--now",
    type=console.Moment(),
    metavar="MOMENT",
    help="Date it as at this moment, as 2024-05-03T14:00Z (default: SOURCE_DATE_EPOCH, else the clock).",
)
@click.pass_obj
def command(folder: Path, report: Path, lang: str | None, output: Path | None, now: datetime | None) -> None:
    """Write the draft of a new article, and never over a file.

    A report becomes headline, text and headings; its sign-off becomes credits, and the agencies that it names are
    offered as sources. Comments in the draft say what to check.

    Example: digestgen new --from report.txt
    """
    from digestgen import drafts

    if output is not None and output.suffix != ".md":
        raise click.UsageError(f"`{output}` would be no article: its name has to end in .md")
    asked = drafts.Request(folder, report, now or console.now(), lang or "", output)
    try:
        made, found = drafts.from_report(asked)
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} is there already; name another file with --output") from None
    console.tell(found, quiet=False)
    if made is None:
        console.end(found)
    click.echo(f"{console.relative(str(made.path))}: a draft in `{made.lang}`; check {'; '.join(made.checks)}")
