"""`digestgen publish`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from digestgen import console

if TYPE_CHECKING:
    from digestgen.build import Request as Building
    from digestgen.diagnostics import Diagnostic


@click.command
@click.option("--dry-run", "dry", is_flag=True, help="Build, and say what would be published; publish nothing.")
@click.option("--adopt", is_flag=True, help="Take over a branch that digestgen did not make.")
@click.option("--all", "every", is_flag=True, help="Let `command` take every file, not only what changed.")
@click.option("--prepare", is_flag=True, help="Build and look over what is made; someone else publishes it.")
@click.option("--url", metavar="URL", help="Where the site lives, if site.yaml does not say.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Build in DIR instead of site.yaml's `output`.",
)
@click.option("--workflow", is_flag=True, help="Write the file that has GitHub or GitLab build and publish the digest.")
@click.option(
    "--cron", metavar="EXPR", help="With --workflow: when GitHub looks for what is due (default: */15 * * * *)."
)
@click.option("--server", type=click.Choice(["nginx", "apache"]), help="Print the lines that this server needs.")
@click.option(
    "--check", "live", metavar="URL|DIR", help="Say in what a live site, or a folder, differs from what was built."
)
@click.option("--private", is_flag=True, help="With --check: ask hosts in private networks as well.")
@console.now_option("Build as at this moment")
@console.strict_option
@click.option("--no-search", is_flag=True, help="Leave the search index as it is.")
@console.quiet_option
@click.pass_obj
def command(
    folder: Path,
    dry: bool,
    adopt: bool,
    every: bool,
    prepare: bool,
    url: str | None,
    output: Path | None,
    workflow: bool,
    cron: str | None,
    server: str | None,
    live: str | None,
    private: bool,
    now: datetime | None,
    strict: bool,
    no_search: bool,
    quiet: bool,
) -> None:
    """Build the site and bring it to its readers: push it to the branch that a host serves, or call a command.

    By default it is pushed to gh-pages of origin, as GitHub Pages wants it; `publish` in site.yaml says otherwise.
    Nothing is published where anything is wrong, and the checkout is not touched.

    Example: digestgen publish --dry-run
    """
    _one_of({"--dry-run": dry, "--prepare": prepare, "--workflow": workflow, "--server": server, "--check": live})
    for name, given, other in (("--cron", cron, workflow), ("--private", private, live)):
        if given and not other:
            raise click.UsageError(f"{name} belongs to {'--workflow' if name == '--cron' else '--check'}")
    if workflow:
        _workflow(folder, cron)
    elif server:
        _server(folder, now or console.now(), server)
    elif live:
        _check(folder, output, live, private)
    else:
        from digestgen.build import Request as Building

        building = Building(folder, now or console.now(), output, strict, search=not no_search, url=_address(url))
        _publish(building, quiet, dry=dry, adopt=adopt, every=every, prepare=prepare)


def _one_of(given: dict[str, object]) -> None:
    named = [name for name, value in given.items() if value]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} do not go together")


def _publish(building: Building, quiet: bool, *, dry: bool, adopt: bool, every: bool, prepare: bool) -> None:
    from dataclasses import replace

    from digestgen.files import BusyError
    from digestgen.progress import shown
    from digestgen.publish import publishing

    try:
        with shown() as progress:
            asked = publishing.Request(replace(building, progress=progress), dry, adopt, every, prepare)
            result = publishing.publish(asked)
    except BusyError:
        message = f"another build or publish is at work in {building.folder}; try again when it is done"
        raise click.ClickException(message) from None
    console.tell(result.diagnostics, quiet)
    for line in result.lines if not quiet else ():
        click.echo(line)
    if not result.done:
        _end()
    if any(item.severity == "error" for item in result.diagnostics):  # the search index: the site is out all the same
        raise SystemExit(console.WRONG)


def _address(url: str | None) -> str:
    from digestgen import urls

    if url is None:
        return ""
    safe = urls.safe_external(url)
    if safe is None or "?" in safe or "#" in safe:
        raise click.UsageError(f"`{url}` is no address of a site; write it as https://name.example/")
    return safe if safe.endswith("/") else f"{safe}/"


def _workflow(folder: Path, cron: str | None) -> None:
    from digestgen.publish import setup, workflow
    from digestgen.publish.stopped import Stopped

    if cron is not None and not workflow.is_cron(cron):
        raise click.UsageError(f"`{cron}` is no schedule; write its five fields as */15 * * * *")
    settings, found = setup.settings_of(folder)
    console.tell(found, quiet=True)
    if settings is None:
        _end()
    try:
        path = setup.write_workflow(folder, settings, cron or workflow.CRON)
    except Stopped as stopped:
        _end([stopped.diagnostic])
    click.echo(f"{console.relative(path)}: written; commit it, and choose its Pages to be built by it")


def _server(folder: Path, now: datetime, server: str) -> None:
    from digestgen.publish import setup

    settings, found = setup.settings_of(folder)
    if settings is None:
        _end(found)
    lines, told = setup.server_lines(folder, settings, [], now, server)
    console.tell(told, quiet=True)
    if not lines:
        _end()
    click.echo(lines, nl=False)


def _check(folder: Path, output: Path | None, live: str, private: bool) -> None:
    from digestgen.publish import live as lives
    from digestgen.publish import release, setup
    from digestgen.publish.stopped import Stopped

    settings, found = setup.settings_of(folder)
    if settings is None:
        _end(found)
    is_folder = os.path.isdir(live)
    if not is_folder and not live.startswith(("http://", "https://")):
        raise click.UsageError(f"`{live}` is neither a folder nor an address that begins with http:// or https://")
    try:
        built = release.of_output(str(output or folder / settings.output))
        apart = lives.with_folder(built, live) if is_folder else lives.with_site(built, live, private=private)
        lines = lives.told(apart)
    except Stopped as stopped:
        _end([stopped.diagnostic])
    for line in lines:
        click.echo(line)
    if lines:
        click.echo(f"{len(lines)} differences between {live} and what was built", err=True)
        raise SystemExit(console.WRONG)
    click.echo(f"{live} is as it was built: {len(built.files)} files")


def _end(found: Iterable[Diagnostic] = ()) -> NoReturn:
    console.tell(found, quiet=True)
    click.echo("nothing was published", err=True)
    raise SystemExit(console.WRONG)
