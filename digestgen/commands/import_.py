"""`digestgen import`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestgen import console

if TYPE_CHECKING:
    from digestgen.incoming.importing import Request, Result


@click.group
def command() -> None:
    """Import what others published: entries of their feeds, as drafts with credits.

    Example: digestgen import feed --all
    """


@command.command
@click.argument("places", nargs=-1, metavar="[URL|FILE]...")
@click.option("--all", "every", is_flag=True, help="Import the feeds that `feeds: {follow: …}` in site.yaml names.")
@click.option(
    "--since",
    type=console.Moment(local=True),
    metavar="MOMENT",
    help="Only entries from this day or moment on; those without a date are left out.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the newest N entries of a feed.")
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="NAME",
    shell_complete=console.completed("tags"),
    help="Give the drafts this tag; may be given again.",
)
@click.option("--section", default="", metavar="NAME", help="Give the drafts this section.")
@click.option("--lang", type=console.Tag(), metavar="TAG", help="The entries' language, whatever the feed says.")
@click.option(
    "--publisher",
    default="",
    metavar="NAME",
    shell_complete=console.completed("sources"),
    help="Whose the entries are: a key of sources.yaml or a name.",
)
@click.option("--private", is_flag=True, help="Ask hosts in private networks as well.")
@click.option("--dry-run", "dry", is_flag=True, help="Show what would be imported, and write nothing.")
@console.now_option("Import as at this moment")
@console.quiet_option
@click.pass_obj
def feed(
    folder: Path,
    places: tuple[str, ...],
    every: bool,
    since: datetime | None,
    limit: int | None,
    tags: tuple[str, ...],
    section: str,
    lang: str | None,
    publisher: str,
    private: bool,
    dry: bool,
    now: datetime | None,
    quiet: bool,
) -> None:
    """Make drafts of the entries of feeds (RSS, Atom, JSON Feed), at addresses or in files.

    Each draft credits its entry with publisher, title, authors, date, language, address and licence, as far as the feed
    tells them, and quotes the entry's summary, to be rewritten. Publishers that sources.yaml does not have are added to
    it. What was imported stands in imported-entries.json, and does not come twice.

    Example: digestgen import feed https://www.nasa.gov/feed/ --tag spaceflight --limit 5

    Example: digestgen import feed --all --since 2026-11-20
    """
    from digestgen import web
    from digestgen.incoming import importing
    from digestgen.progress import shown

    if every == bool(places):
        raise click.UsageError("name feeds by address or file, or give --all for those in site.yaml")
    with shown() as progress:
        asked = importing.Request(
            folder=folder,
            now=now or console.now(),
            places=places,
            all=every,
            since=since,
            limit=limit or 0,
            tags=tags,
            section=section,
            lang=lang or "",
            publisher=publisher,
            manners=web.Manners(private=private),
            dry=dry,
            tick=lambda done, of: progress("feeds", done, of),
        )
        result = _imported(asked)
    _tell(result, asked, quiet)
    if not result.ok:
        raise SystemExit(console.WRONG)


def _imported(asked: Request) -> Result:
    from digestgen.incoming import importing
    from digestgen.incoming.publishers import UnfitError
    from digestgen.incoming.record import RecordError
    from digestgen.incoming.syndicated import MissingError

    try:
        return console.fit(lambda: importing.run(asked))
    except MissingError as error:
        raise click.ClickException(f"RSS and Atom are read by an optional part; install it: {error}") from None
    except (RecordError, UnfitError) as error:
        raise click.ClickException(str(error)) from None


def _tell(result: Result, asked: Request, quiet: bool) -> None:
    from digestgen.diagnostics import plain
    from digestgen.report import counted

    console.tell(result.diagnostics, quiet)
    if quiet:
        return
    for made in result.made:
        title = f"“{plain(made.title)}”" if made.title else "without a title"
        click.echo(f"{console.relative(str(made.path))}: {title}, {plain(made.publisher)}")
    for name in result.added:
        click.echo(f"sources.yaml: {plain(name)} is new; look whether that is the publisher's name")
    would = "would be made" if asked.dry else "made"
    parts = [f"{counted(len(result.made), 'draft')} {would} of {counted(result.feeds, 'feed')}"]
    parts += [f"{result.known} known before"] if result.known else []
    parts += [f"{result.older} older or without a date"] if result.older else []
    parts += [f"{counted(result.unchanged, 'feed')} unchanged"] if result.unchanged else []
    click.echo("; ".join(parts))
