"""`digestgen check`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestgen import console

if TYPE_CHECKING:
    from digestgen import outside
    from digestgen.check import Result
    from digestgen.config import Config


@click.command
@click.option("--links", is_flag=True, help="Ask the links that lead out of the site, too.")
@click.option("--private", is_flag=True, help="With --links: ask hosts in private networks as well.")
@click.option("--anew", is_flag=True, help="With --links: ask what was good within the last week, too.")
@click.option("--fix", is_flag=True, help="Mend what is certain: show the changes, ask, and write them.")
@click.option("--yes", is_flag=True, help="With --fix: write without asking.")
@console.strict_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="How to tell: for people (the default), as JSON, or as annotations of GitHub Actions.",
)
@console.now_option("Check as at this moment")
@console.quiet_option
@click.pass_obj
def command(
    folder: Path,
    links: bool,
    private: bool,
    anew: bool,
    fix: bool,
    yes: bool,
    strict: bool,
    form: str,
    now: datetime | None,
    quiet: bool,
) -> None:
    """Check the digest: all that a build tells, and the habits of its makers.

    Credits without a licence, headings that skip, titles and tags that nearly repeat each other, tracking parameters,
    works credited twice, missing translations, foreign passages that do not say so. `rules` in site.yaml sets each of
    them to error, warning or off.

    Example: digestgen check --links
    """
    from digestgen import check
    from digestgen.progress import shown

    if fix:
        _fix(folder, yes=yes)
    moment = now or console.now()
    with shown() as progress:
        asked = _asked(folder, moment, private, anew, lambda done, of: progress("links", done, of)) if links else None
        result = check.check(check.Request(folder, moment, strict, asked))
    _tell(result, form, quiet)
    if not result.ok:
        raise SystemExit(console.WRONG)


def _asked(folder: Path, now: datetime, private: bool, anew: bool, tick: Callable[[int, int], None]) -> outside.Request:
    from digestgen import outside, web

    settings = _settings(folder)
    skip = settings.unchecked_links if settings else ()
    memory = "" if anew else str(folder / ".digestgen" / "links.json")
    return outside.Request(now, memory, web.Manners(private=private), skip, tick=tick)


def _settings(folder: Path) -> Config | None:
    from digestgen import build

    return build.settings_of(folder)[0]


def _fix(folder: Path, *, yes: bool) -> None:
    from digestgen import check
    from digestgen.report import counted

    settings = _settings(folder)
    if settings is None:
        return  # which is told
    found = check.mended(folder, settings)
    for mend in found:
        click.echo(check.diff(mend, settings))
    if not found:
        click.echo("nothing can be mended with certainty")
    elif yes or click.confirm(f"write these changes to {counted(len(found), 'file')}?", default=False):
        for mend in found:
            if not check.write(folder, settings, mend):
                click.echo(f"{mend.path} was changed meanwhile, and left as it is", err=True)


def _tell(result: Result, form: str, quiet: bool) -> None:
    from digestgen import check
    from digestgen.report import counted

    if form == "json":
        console.give(f"{check.as_json(result.diagnostics)}\n")
    elif form == "github":
        click.echo(check.as_github(result.diagnostics))
    else:
        console.tell(result.diagnostics, quiet)
        if not quiet:
            links = f", {counted(result.links, 'link')}" if result.links else ""
            click.echo(f"{counted(result.articles, 'article')}{links}: {_sum(result)}")


def _sum(result: Result) -> str:
    from digestgen.report import counted

    severities = [item.severity for item in result.diagnostics]
    parts = [counted(severities.count(kind), kind) for kind in ("error", "warning", "note") if kind in severities]
    return ", ".join(parts) or "nothing is wrong"
