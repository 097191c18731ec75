"""`digestgen import`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from digestgen import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from digestgen.incoming.importing import Request, Result
    from digestgen.moving.answers import Answer
    from digestgen.moving.transfer import Result as Moved


class Place(click.ParamType[str]):
    """Where a feed is: an address or a file."""

    name = "feed"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        known = [CompletionItem(url) for url in console.completed("feeds")(ctx, param, incomplete)]
        return known or [CompletionItem(incomplete, type="file")]


@click.group(cls=console.Group)
def command() -> None:
    """Import what lies elsewhere: entries of feeds as drafts, the site of another generator.

    Example: digestgen import feed --all
    """


@command.command
@click.argument("places", nargs=-1, type=Place(), metavar="[URL|FILE]...")
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
@click.option("--archive", is_flag=True, help="Go on to older entries, where the feed leads to them.")
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
    archive: bool,
    private: bool,
    dry: bool,
    now: datetime | None,
    quiet: bool,
) -> None:
    """Make drafts of the entries of feeds (RSS, Atom, JSON Feed), at addresses or in files.

    Each draft credits its entry with publisher, title, authors, date, language, address and licence, as far as the feed
    tells them, and quotes the entry's summary, to be rewritten. Publishers that sources.yaml does not have are added to
    it. What was imported stands in imported-entries.json, and does not come twice.

    Example: digestgen import feed https://wire.example/feed --tag spaceflight --limit 5

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
            archive=archive,
            tick=lambda done, of: progress("feeds", done, of),
        )
        result = _imported(asked)
    if not result.ok and not result.feeds:
        console.tell(result.diagnostics, quiet)
        console.end(result.diagnostics)
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


# --- sites


@command.command
@click.argument("source", required=False, type=click.Path(path_type=Path, exists=True), metavar="[DIR|FILE]")
@click.option(
    "--from",
    "peer",
    type=click.Choice(["jekyll", "hugo", "pelican", "zola", "nikola", "wordpress"]),
    metavar="NAME",
    help="What made the old site: jekyll, hugo, pelican, zola, nikola or wordpress (default: told from the folder).",
)
@click.option(
    "--check-urls",
    "listed",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Ask whether the addresses in FILE, a sitemap or a list, answer on the new site.",
)
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write all of it to FILE."
)
@click.option("--dry-run", "dry", is_flag=True, help="Show what would be done, and write nothing but the report.")
@console.quiet_option
@console.now_option("Ask the new site for addresses as at this moment")
@click.pass_obj
def site(
    folder: Path,
    source: Path | None,
    peer: str | None,
    listed: Path | None,
    report: Path | None,
    dry: bool,
    quiet: bool,
    now: datetime | None,
) -> None:
    """Import the site of another generator, in the folder DIR, or WordPress's export in FILE.

    Its articles, pages and files come into the site here, which is begun where there is none; their old addresses are
    kept. The report tells what was changed and what needs a person. Nothing changes in DIR, and importing again does
    nothing twice: imported-site.json remembers what was written, and what was edited here since stays.

    Example: digestgen -C digest import site ../old-site --report moved.md

    Example: digestgen -C digest import site --check-urls ../old-site/_site/sitemap.xml
    """
    if source is None and listed is None:
        raise click.UsageError("name the folder of the old site, or a list of addresses with --check-urls")
    if source is None and (peer or report or dry):
        raise click.UsageError("--from, --report and --dry-run are for the import of a folder")
    if dry and listed:
        raise click.UsageError("addresses are asked for on a site that is there; leave out --dry-run or --check-urls")
    result = _moved(folder, source, peer or "", dry) if source else None
    answers = _asked(folder, listed, now or console.now()) if listed else []
    if result is not None:
        _recount(result, answers, report, quiet=quiet, dry=dry)
    missing = [item for item in answers if not item.kind]
    _answered(answers, missing, quiet=quiet)
    if missing:
        raise SystemExit(console.WRONG)


def _moved(folder: Path, source: Path, peer: str, dry: bool) -> Moved:
    from digestgen.moving import transfer

    result: Moved = _fit(lambda: transfer.move(transfer.Request(folder, source, peer, dry)))
    if result.diagnostics:
        console.tell(result.diagnostics, quiet=True)
        if result.settings is None:
            console.end(result.diagnostics)
    return result


def _asked(folder: Path, listed: Path, now: datetime) -> list[Answer]:
    from digestgen.moving import answers

    found, faults = _fit(lambda: answers.ask(folder, listed, now))
    if faults:
        console.tell(faults, quiet=True)
        console.end(faults)
    return found


def _fit(ask: Callable[[], console.Value]) -> console.Value:
    from digestgen.moving.values import MissingError, UnfitError

    try:
        return ask()
    except UnfitError as error:
        raise click.ClickException(str(error)) from None
    except MissingError as error:
        raise click.ClickException(f"this is read by an optional part; install it: {error}") from None


#: So many lines of what was changed and of what needs a person go to the terminal; the report has all.
_MOST: Final = 40


def _recount(result: Moved, answers: list[Answer], report: Path | None, *, quiet: bool, dry: bool) -> None:
    from digestgen import files
    from digestgen.diagnostics import plain
    from digestgen.moving import account

    if report is not None:
        files.put(str(report), account.document(result, answers).encode())
    if not quiet:
        for kind, title in (("changed", "was changed"), ("person", "needs a person")):
            _listed(title, [account.line(note) for note in account.notes(result, kind)])
        for text in (*account.advice(result), *account.summary(result)):
            click.echo(plain(text))
        click.echo("nothing was written" if dry else f"the report: {report}" if report else "--report FILE tells all")


def _listed(title: str, lines: list[str]) -> None:
    from digestgen.diagnostics import plain

    if lines:
        click.echo(console.strong(f"{title}:"))
    for text in lines[:_MOST]:
        click.echo(f"  {plain(text)}")
    if len(lines) > _MOST:
        click.echo(f"  … and {len(lines) - _MOST} more")


def _answered(answers: list[Answer], missing: list[Answer], *, quiet: bool) -> None:
    from digestgen.diagnostics import plain

    for item in missing:
        click.echo(f"{plain(item.url)}: {item.why}", err=True)
    if answers and not quiet:
        click.echo(f"{len(answers) - len(missing)} of {len(answers)} old addresses answer")
