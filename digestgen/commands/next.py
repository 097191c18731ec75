"""`digestgen next`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestgen import console

if TYPE_CHECKING:
    from digestgen.report import Coming
    from digestgen.unchanged import Look


@click.command
@console.now_option("Look on from this moment")
@console.brief_option
@click.pass_obj
def command(folder: Path, now: datetime | None, quiet: bool) -> None:
    """Tell the next moment at which a build would make another site, though no file changes.

    The line begins with that moment (RFC 3339) or with `never`; then it says why: an article is published, expires, or
    is two days old and leaves the news sitemap.

    Example: digestgen next
    """
    from digestgen import unchanged
    from digestgen.report import outlook

    moment = now or console.now()
    look = unchanged.look(str(folder))
    try:
        found = _foreseen(look, moment) or _outlook(folder, moment, look, quiet)
    finally:
        look.store.close()
    click.echo(outlook(found))


def _foreseen(look: Look, moment: datetime) -> Coming | None:
    """Return what comes next as the last build saw it, if that is still so: told without the slow libraries."""
    from zoneinfo import ZoneInfo

    from digestgen import codec, unchanged
    from digestgen.report import Coming

    try:
        last = unchanged.foreseen(look, moment.timestamp())
        return codec.load(Coming, str(last.get("coming")), ZoneInfo("UTC")) if last else None
    except (codec.Unfit, OSError):
        return None


def _outlook(folder: Path, moment: datetime, look: Look, quiet: bool) -> Coming:
    from digestgen import build as builder
    from digestgen.report import counted

    found = builder.outlook(folder, moment, look)
    if found.coming is None:
        console.tell(found.diagnostics, quiet=False)
        raise SystemExit(console.WRONG)
    if found.unread and not quiet:
        click.echo(f"{counted(found.unread, 'article')} cannot be read; `digestgen build` says why", err=True)
    return found.coming
