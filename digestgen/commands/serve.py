"""`digestgen serve`."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestgen import console
from digestgen.diagnostics import plain

if TYPE_CHECKING:
    from digestgen.diagnostics import Diagnostic
    from digestgen.serve.values import Built


@click.command
@click.option(
    "-p", "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to listen; 0 for any."
)
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="HOST",
    help="Listen on another address than this machine's own: everybody there can read the preview.",
)
@click.option("--open", "browse", is_flag=True, help="Open the front page in the browser.")
@click.option("--drafts", is_flag=True, help="Show drafts, too.")
@click.option("--future", is_flag=True, help="Show articles of the future and embargoed ones, too.")
@console.jobs_option
@console.quiet_option
@click.pass_obj
def command(
    folder: Path, port: int, host: str, browse: bool, drafts: bool, future: bool, jobs: int | None, quiet: bool
) -> None:
    """Show the site in the browser while it is written, and what is wrong with it.

    Every save is built into a place of the preview's own; what was published stays as it is. Ctrl-C ends it, with exit
    code 0.

    Example: digestgen serve --open --drafts
    """
    from digestgen.serve import door, guard, server

    if not (folder / "site.yaml").exists():
        _no_site(folder)
    voice = _Voice(quiet, browse)
    if not guard.is_loopback(host):
        voice.warn(host)
    options = server.Options(folder, _clock, host, port, drafts, future, jobs or 0, dict(os.environ))
    try:
        with server.room(folder) as room:
            spoken = server.Voice(voice.ready, voice.built, voice.note)
            # where signals cannot be taken in the loop, the interrupt comes as an exception
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(server.Server(options, spoken, room).serve())
    except door.PortsTakenError as error:
        raise click.ClickException(str(error)) from None


def _no_site(folder: Path) -> None:
    """Tell that there is nothing to preview, before anything is put there."""
    from digestgen.build import settings_of

    found = settings_of(folder)[1]
    console.tell(found, quiet=False)
    console.end(found)


def _clock() -> float:
    return console.now().timestamp()


class _Voice:
    """Says what happens on the terminal, each message once for as long as it holds."""

    def __init__(self, quiet: bool, browse: bool) -> None:
        self.quiet = quiet
        self.browse = browse
        self.told: frozenset[Diagnostic] = frozenset()
        self.begun = False
        self.failed = False

    def ready(self, address: str) -> None:
        if not self.quiet:
            click.echo(f"The preview is at {address} (Ctrl-C ends it)")
        if self.browse:
            import threading
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    def warn(self, host: str) -> None:
        click.echo(
            f"warning: with --host {host}, everybody who can reach this machine can read the preview: drafts, what is "
            "embargoed, and messages. Use it in networks that you trust.",
            err=True,
        )

    def note(self, text: str) -> None:
        click.echo(plain(text), err=True)

    def built(self, built: Built) -> None:
        """Tell what is new since the last build in a line, and messages that were not told yet."""
        # what is wrong is told whole as long as anything of it changes
        again = self.begun and (built.ok or (self.failed and self.told == frozenset(built.diagnostics)))
        known = self.told if again else frozenset()
        self._tell(item for item in built.diagnostics if item not in known)
        self.told = frozenset(built.diagnostics)
        if built.fault:
            click.echo(f"error: {plain(built.fault)}", err=True)
        if not self.quiet and not self.begun:
            for line in built.notes:
                click.echo(line)
        line = _line(built) or ("all is well again" if self.failed else "")
        if line and (not self.quiet or not built.ok):
            click.echo(f"{datetime.now().astimezone():%H:%M:%S} {line}", err=not built.ok)
        if self.begun and console.is_verbose():
            for path in (*built.files, *(f"{gone}: gone" for gone in built.gone)):
                click.echo(f"  {path}")
        self.begun = True
        self.failed = not built.ok

    def _tell(self, diagnostics: Iterable[Diagnostic]) -> None:
        console.tell(diagnostics, self.quiet)


def _line(built: Built) -> str:
    from digestgen.report import counted

    if not built.ok:
        errors = sum(item.severity == "error" for item in built.diagnostics)
        return f"{counted(errors, 'error') if errors else 'the build failed'}; the last good pages stay"
    pages = sum(path.endswith(".html") for path in built.files)
    others = len(built.files) - pages
    parts = [counted(pages, "page")] if pages else []
    parts += [counted(others, "other file" if pages else "file")] if others else []
    parts += [f"{len(built.gone):,} removed"] if built.gone else []
    return f"{', '.join(parts)} in {built.milliseconds / 1000:.2f} s" if parts else ""
