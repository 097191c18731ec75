"""`digestgen init`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from digestgen import console


@click.command
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--lang",
    type=console.Tag(),
    default="en",
    metavar="TAG",
    help="The main language; the second one is English, or German beside English.",
)
@click.option(
    "--theme",
    default="broadsheet",
    metavar="NAME",
    shell_complete=console.completed("themes"),
    help="The theme (default: broadsheet).",
)
@click.option("--title", default="", metavar="TEXT", help="What the digest is called (default: as the folder).")
@click.option("--empty", is_flag=True, help="Make site.yaml and one article only, in any language.")
@console.quiet_option
@console.now_option("Date that article as at this moment")
@click.pass_obj
def command(
    folder: Path, target: Path, lang: str, theme: str, title: str, empty: bool, quiet: bool, now: datetime | None
) -> None:
    """Make a new site in DIR: a small digest of real events to change, and never over a file.

    It has articles in two languages, an edition, tags, publishers, a README, and schemas for editors.

    Example: digestgen init my-digest --lang de
    """
    from digestgen import starter

    site = folder / target
    day = (now or console.now()).date()
    try:
        made = starter.begin(starter.Request(site, day, lang, theme, title, empty))
    except starter.UnfitError as error:
        raise click.UsageError(str(error)) from None
    except starter.TakenError as error:
        for path in error.paths:
            click.echo(f"{console.relative(str(site / path))} is there already", err=True)
        raise click.ClickException("a new site is never written over files; nothing was written") from None
    if quiet:
        return
    shown = console.relative(str(site))
    click.echo(f"{shown}: {len(made)} files; site.yaml says what the digest is called, content/ has its articles")
    click.echo(f"next: digestgen{'' if shown == '.' else f' -C {shown}'} serve")
