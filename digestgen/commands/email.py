"""`digestgen email`."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestgen import console

if TYPE_CHECKING:
    from digestgen.config import Config
    from digestgen.mailing import Letter


@click.command
@click.argument("edition", metavar="EDITION", default="latest")
@click.option("--lang", type=console.Tag(), metavar="TAG", help="The edition's language (default: the main one).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["eml", "html", "text"]),
    default="eml",
    help="The whole message (the default), or one of its parts.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE, not to the terminal."
)
@click.option("--send", is_flag=True, help="Hand the mail to the server of `email.smtp` in site.yaml, after asking.")
@click.option("--yes", is_flag=True, help="With --send: do not ask.")
@console.now_option("Take the site as at this moment")
@console.quiet_option
@click.pass_obj
def command(
    folder: Path,
    edition: str,
    lang: str | None,
    form: str,
    output: Path | None,
    send: bool,
    yes: bool,
    now: datetime | None,
    quiet: bool,
) -> None:
    """Make the mail of an edition, and send it where that is asked.

    EDITION is its name as in its address (2026-47), its number, or `latest`. The message has a part in HTML, with all
    styles inside, and one in plain text.

    Example: digestgen email latest -o edition.eml
    """
    from digestgen import mailing

    moment = now or console.now()
    try:
        result = mailing.letter(mailing.Request(folder, moment, edition, lang or ""))
    except mailing.MissingError as error:
        raise click.ClickException(f"a mail's styles are put inside by an optional part; install it: {error}") from None
    console.tell(result.diagnostics, quiet=result.letter is not None)
    if result.letter is None or result.settings is None:
        console.end(result.diagnostics)
    if send:
        _send(folder, result.letter, result.settings, moment, yes=yes, quiet=quiet)
    else:
        _write(result.letter, form, output, quiet=quiet)


def _write(letter: Letter, form: str, output: Path | None, *, quiet: bool) -> None:
    from digestgen import files

    data = {"eml": letter.data, "html": letter.html.encode(), "text": letter.text.encode()}[form]
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        files.put(str(output), data)
        if not quiet:
            click.echo(f"{console.relative(str(output))}: {letter.subject} ({len(data):,} bytes)")


def _send(folder: Path, letter: Letter, settings: Config, now: datetime, *, yes: bool, quiet: bool) -> None:
    from digestgen import post

    email = settings.email
    missing = [
        name for name, given in (("from", letter.message["From"]), ("to", email.to), ("smtp", email.smtp)) if not given
    ]
    if missing or email.smtp is None:
        raise click.ClickException(f"to send it, site.yaml needs `email.{'`, `email.'.join(missing)}`")
    sending = post.Sending(letter.message, letter.message["To"].addresses[0].addr_spec)
    password = os.environ.get(email.smtp.variable, "")
    if email.smtp.user and not password:
        raise click.ClickException(f"the environment has no {email.smtp.variable}, the password of {email.smtp.user}")
    try:
        post.check(folder, sending)
        if yes or click.confirm(f"send “{letter.subject}” to {sending.to}?", default=False):
            post.send(folder, sending, email.smtp, password, now)
            if not quiet:
                click.echo(f"sent to {sending.to}; noted in {post.FILE}")
    except post.PostError as error:
        raise click.ClickException(str(error)) from None
