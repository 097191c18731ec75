"""What the commands share: how a moment and a language are given, how faults are told, how a command ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from digestgen.diagnostics import Diagnostic
    from digestgen.survey import Survey
    from digestgen.tables import Table

Value = TypeVar("Value")

WRONG: Final = 1
FAULT: Final = 3
INTERRUPTED: Final = 130


class Moment(click.ParamType[datetime]):
    """A moment for `--now`, as front matter has it; without an offset it is UTC, or `local`: of the site's zone."""

    name = "moment"

    def __init__(self, *, local: bool = False) -> None:
        self.local = local

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from digestgen.moments import read_moment

        if isinstance(value, datetime):
            return value
        moment = read_moment(value.strip())
        if isinstance(moment, str):
            self.fail(f"{moment}; write it as 2024-05-03 or 2024-05-03T14:00+02:00", param, ctx)
        return moment.at if moment.at.tzinfo or self.local else moment.at.replace(tzinfo=UTC)


def now() -> datetime:
    """The moment of the build: SOURCE_DATE_EPOCH (reproducible-builds.org) where it is set, else the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(f"SOURCE_DATE_EPOCH is `{epoch}`, not a number of seconds since 1970") from None


def now_option(what: str) -> Callable[[Any], Any]:
    """Return the option `--now`, whose help begins with `what`."""
    return click.option(
        "--now",
        type=Moment(),
        metavar="MOMENT",
        help=f"{what}, as 2024-05-03T14:00Z (default: SOURCE_DATE_EPOCH, else the clock).",
    )


#: Options that mean the same wherever they stand.
quiet_option: Final = click.option("-q", "--quiet", is_flag=True, help="Say nothing unless something is wrong.")
#: The same for commands that are asked for an answer, which they give.
brief_option: Final = click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is asked for.")
strict_option: Final = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
jobs_option: Final = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Work in N processes (default: the processors that may be used).",
)


def is_verbose() -> bool:
    """Whether the present command was asked to say more."""
    return bool(click.get_current_context().meta.get(_VERBOSE))


#: Under which name click remembers that a command was asked to say more.
_VERBOSE: Final = "digestgen.verbose"


def _begin_witness(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Note what the command reads, writes and asks, and say so on standard error when it ends."""
    if not value or context.resilient_parsing:
        return
    from digestgen import witness

    seen = witness.begin()
    context.meta[_VERBOSE] = True

    def end() -> None:
        witness.end()
        for line in witness.lines(seen, str(context.obj or ".")):
            click.echo(line, err=True)

    context.call_on_close(end)


def _go(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    """Work in another folder from here on."""
    if value is None:
        return
    from pathlib import Path

    folder = (context.obj or Path()) / value
    if not folder.is_dir() and not context.resilient_parsing:
        raise click.UsageError(f"there is no folder {folder}")
    context.obj = folder


def alike(command: click.Command) -> click.Command:
    """Give a command that works on a site, or all in a group, what all of them have: `-C` and `--verbose`.

    One of `NO_SITE` is left as it is.
    """
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            alike(inner)
    elif not any("-C" in option.opts for option in command.params):
        command.params += [
            click.Option(
                ["-C", "folder"],
                type=click.Path(),
                metavar="DIR",
                expose_value=False,
                callback=_go,
                is_eager=True,
                help="Work in DIR instead of here.",
            ),
            click.Option(
                ["-v", "--verbose"],
                is_flag=True,
                expose_value=False,
                callback=_begin_witness,
                help="Say what is read, written and asked, and how long it takes.",
            ),
        ]
    return command


class Group(click.Group):
    """Commands below a command: its help shows what each does in a whole sentence, however wide the terminal is."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first(self.commands[name].help or "")) for name in self.list_commands(ctx)])


def _first(text: str) -> str:
    """Return the first paragraph of a help in one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())


#: Commands that work on no site.
NO_SITE: Final = frozenset(["completion", "schema"])


def completed(name: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return what completes a value in a shell by `name`, a function of `completions`."""

    def values(context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        from digestgen import completions

        folder = context.obj or context.find_root().params.get("folder") or "."
        return completions.fitting(name, str(folder), begun)

    return values


class Tag(click.ParamType[str]):
    """A language's tag (BCP 47)."""

    name = "language"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(value) for value in completed("languages")(ctx, param, incomplete)]

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        import re

        from digestgen.schema import LANGUAGE

        if re.fullmatch(LANGUAGE, value) is None:
            self.fail(f"`{value}` is no language's tag; write it as de or en-GB", param, ctx)
        return value


def colour(stream: TextIO | None = None) -> bool:
    """Whether to colour what goes to `stream` (standard error).

    NO_COLOR and FORCE_COLOR (no-color.org, force-color.org) come before what the stream is; a dumb terminal has none.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return (stream or sys.stderr).isatty() and os.environ.get("TERM") != "dumb"


def strong(text: str) -> str:
    """Return `text` in bold, where standard output has colour."""
    return f"\x1b[1m{text}\x1b[0m" if colour(sys.stdout) else text


def columns() -> int | None:
    """How many columns the terminal has that standard output is; None where it is none, and COLUMNS says nothing."""
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS"):
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def has_blocks() -> bool:
    """Whether standard output can show block characters."""
    try:
        "█▏".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose articles: `--lang`, `--tag` and `--since`."""
    for option in (
        click.option(
            "--since", type=Moment(local=True), metavar="MOMENT", help="Only what is from this day or moment on."
        ),
        click.option(
            "--tag",
            default="",
            metavar="NAME",
            shell_complete=completed("tags"),
            help="Only what has this tag, in any language.",
        ),
        click.option("--lang", type=Tag(), metavar="TAG", help="Only what is in this language."),
    ):
        command = option(command)
    return command


def format_option(formats: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return the option `--format`; the first of `formats` is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        metavar="FORMAT",
        help=f"How to print it: {', '.join(formats[:-1])} or {formats[-1]} (default: {formats[0]}).",
    )


def give(text: str) -> None:
    """Print what is for other programs, whole lines, as it is; on a terminal without what would steer that."""
    if sys.stdout.isatty():
        from digestgen.diagnostics import plain

        text = "".join(f"{plain(line)}\n" for line in text.splitlines())
    click.echo(text, nl=False)


def show(table: Table, form: str) -> None:
    """Print a table as a `form` of `tables.FORMATS`: fitted to the terminal, where standard output is one."""
    from digestgen import tables

    if form == "json":
        give(tables.as_json(tables.records(table)))
    elif form == "csv":
        give(tables.as_csv(table))
    else:
        for line in tables.fitted(table, columns(), strong):
            click.echo(line, color=True)


def surveyed(folder: Path, now: datetime, jobs: int | None = None, *, quiet: bool = False) -> Survey:
    """Return the site in `folder`, or end where its settings are wrong.

    Articles that cannot be read are counted, unless `quiet`.
    """
    from digestgen import survey
    from digestgen.report import counted

    site, found = survey.of(folder, now, jobs or 0)
    if site is None:
        tell(found, quiet=False)
        raise SystemExit(WRONG)
    if site.unread and not quiet:
        click.echo(f"{counted(site.unread, 'file')} cannot be read; `digestgen build` says why", err=True)
    return site


def fit(ask: Callable[[], Value]) -> Value:
    """Return what `ask` says; what it cannot be asked for is a wrong call."""
    from digestgen.survey import UnfitError

    try:
        return ask()
    except UnfitError as error:
        raise click.UsageError(str(error)) from None


def tell(diagnostics: Iterable[Diagnostic], quiet: bool) -> None:
    """Show `diagnostics` on standard error, in their order; the notes among them unless `quiet`."""
    from digestgen.diagnostics import shown

    coloured = colour()
    for item in diagnostics:
        if quiet and item.severity == "note":
            continue
        click.echo(shown(item, colour=coloured) + "\n", err=True, color=coloured)


def end(diagnostics: Iterable[Diagnostic]) -> NoReturn:
    """Sum up the errors among `diagnostics` and end with the exit code for what is wrong in the user's files."""
    listed = list(diagnostics)
    errors = sum(item.severity == "error" for item in listed)
    click.echo(f"{errors} error{'' if errors == 1 else 's'}; nothing was written", err=True)
    raise SystemExit(WRONG)


def edit(path: Path) -> None:
    """Open a file in the editor that VISUAL or EDITOR names, and wait until it is closed."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise click.ClickException(f"{path} is written, but no editor is named: set EDITOR, as in EDITOR=nano")
    click.edit(filename=str(path), editor=editor)


def relative(path: str) -> str:
    """Return `path` as seen from where the command was called, as it is where that cannot be."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return path
