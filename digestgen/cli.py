"""The command line: arguments in, one call, diagnostics and an exit code out.

Exit codes: 0 all is well, 1 the content is wrong or the disk failed, 2 the call is wrong, 3 a fault of ours, 130
interrupted.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from importlib import import_module
from keyword import iskeyword
from typing import Final, NoReturn

import click

from digestgen import __version__
from digestgen.console import FAULT, INTERRUPTED, NO_SITE, WRONG, alike

#: Each command, whose module in `commands` has its name, and what `--help` says of it: known without importing it.
COMMANDS: Final = {
    "build": "Build the site: read site.yaml and content/, write public/.",
    "check": "Check the digest: all that a build tells, and the habits of its makers.",
    "completion": "Print what completes commands, options and values in a shell.",
    "email": "Make the mail of an edition, and send it where that is asked.",
    "export": "Write the articles for other systems.",
    "import": "Import what lies elsewhere: entries of feeds as drafts, the site of another generator.",
    "init": "Make a new site in DIR: a small digest of real events to change, and never over a file.",
    "language": "Look at the languages of the interface, add one, and correct the words of one.",
    "list": "List what the site holds: articles (newest first), tags, sources, drafts, or all that is held back.",
    "new": "Begin a new article or edition, and never write over a file.",
    "next": "Tell the next moment at which a build would make another site.",
    "publish": "Build the site and bring it to its readers.",
    "schema": "Print the JSON Schema of a kind of file, for editors.",
    "serve": "Show the site in the browser while it is written, and what is wrong with it.",
    "stats": "Tell how many articles were published when, in which section and language, and whom they credit.",
    "theme": "Look at themes, begin one, and override parts of one.",
}


def module_of(name: str) -> str:
    """Return the name of a command's module: another one where it is a word of Python."""
    return f"{name}_" if iskeyword(name) else name


class Commands(click.Group):
    """The commands, each imported when it is called for, so that none pays for the libraries of another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"digestgen.commands.{module_of(cmd_name)}").command
        return command if cmd_name in NO_SITE else alike(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            # click itself knows of none to suggest: they are not imported
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="digestgen", message="%(prog)s %(version)s")
@click.option("-C", "folder", type=click.Path(), default=".", metavar="DIR", help="Work in DIR instead of here.")
@click.option("--debug", is_flag=True, help="Show the trace of a fault of digestgen's own.")
@click.pass_context
def cli(context: click.Context, folder: str, *, debug: bool) -> None:  # noqa: ARG001 - main() reads it
    """Turn a folder of article files into a news digest for any static host.

    Example: digestgen build
    """
    from pathlib import Path  # who asks for help only need not wait for it

    if not os.path.isdir(folder):
        raise click.UsageError(f"there is no folder {folder}")
    context.obj = Path(folder)


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    _speak_safely()
    _let_all_interrupt()
    if sys.platform == "win32":
        # there, git and editors would be looked for in the folder first that one is in, which may be the site's
        os.environ.setdefault("NoDefaultCurrentDirectoryInExePath", "1")
    try:
        cli.main(standalone_mode=False, complete_var="_DIGESTGEN_COMPLETE")
    except click.exceptions.Exit as end:
        raise SystemExit(end.exit_code) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        raise SystemExit(INTERRUPTED) from None
    except (OSError, UnicodeEncodeError) as error:
        click.echo(f"error: {_plain(_disk(error))}", err=True)
        raise SystemExit(WRONG) from None
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _apologise(error)
        raise SystemExit(FAULT) from None
    raise SystemExit(0)


def _let_all_interrupt() -> None:
    """Let what ends programs from outside end this one as Ctrl-C does, which cleans up, unless it is to be ignored."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with contextlib.suppress(ValueError):  # in another thread than the first, it is up to that one
                signal.signal(number, signal.default_int_handler)


def _speak_safely() -> None:
    """Let neither a character that a terminal lacks nor a stream that is closed stop a message."""
    for name, way in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # and no file that is opened later gets its number
            setattr(sys, name, open(os.devnull, way, encoding="utf-8"))  # noqa: SIM115 - as long as Python runs
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _apologise(error: Exception) -> None:
    click.echo(f"fault: digestgen failed with {type(error).__name__}: {_plain(str(error)[:200])}", err=True)
    click.echo("This is a fault of digestgen's own; with --debug it shows where. Nothing half written stays.", err=True)


def _plain(text: str) -> str:
    from digestgen.diagnostics import plain  # only what failed waits for it

    return plain(text)


def _disk(error: OSError | UnicodeEncodeError) -> str:
    if isinstance(error, UnicodeEncodeError):
        return f"names of files are {error.encoding} here, and cannot hold `{error.object[:80]}`; set a UTF-8 locale"
    where = f"{error.filename}: " if error.filename else ""
    more = "; raise that limit, as `ulimit -n` does" if error.errno in (errno.EMFILE, errno.ENFILE) else ""
    return f"{where}{error.strerror or error}{more}"
