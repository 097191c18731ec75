"""The command line: arguments in, one call, diagnostics and an exit code out.

Exit codes: 0 all is well, 1 the content is wrong or the disk failed, 2 the call is wrong, 3 a fault of ours, 130
interrupted.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from digestgen import __version__

if TYPE_CHECKING:
    from digestgen.diagnostics import Diagnostic
    from digestgen.report import Coming, Report
    from digestgen.unchanged import Look

WRONG: Final = 1
FAULT: Final = 3
INTERRUPTED: Final = 130


class Now(click.ParamType[datetime]):
    """A moment for `--now`, as front matter has it; without an offset it is UTC."""

    name = "moment"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from digestgen.moments import read_moment

        if isinstance(value, datetime):
            return value
        moment = read_moment(value.strip())
        if isinstance(moment, str):
            self.fail(f"{moment}; write it as 2024-05-03 or 2024-05-03T14:00+02:00", param, ctx)
        return moment.at if moment.at.tzinfo else moment.at.replace(tzinfo=UTC)


def _now() -> datetime:
    """The moment of the build: SOURCE_DATE_EPOCH (reproducible-builds.org) where it is set, else the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(f"SOURCE_DATE_EPOCH is `{epoch}`, not a number of seconds since 1970") from None


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="digestgen", message="%(prog)s %(version)s")
@click.option(
    "-C", "folder", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="Work in DIR instead of here."
)
@click.option("--debug", is_flag=True, help="Show the trace of a fault of digestgen's own.")
@click.pass_context
def cli(context: click.Context, folder: Path, *, debug: bool) -> None:  # noqa: ARG001 - main() reads it
    """Turn a folder of article files into a news digest for any static host.

    Example: digestgen build
    """
    if not folder.is_dir():
        raise click.UsageError(f"there is no folder {folder}")
    context.obj = folder


@cli.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write to DIR instead of site.yaml's `output`.",
)
@click.option(
    "--now",
    type=Now(),
    metavar="MOMENT",
    help="Build as at this moment, as 2024-05-03T14:00Z (default: SOURCE_DATE_EPOCH, else the clock).",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Parse and render in N processes (default: the processors that may be used).",
)
@click.option("--explain", is_flag=True, help="Say for each file that is made why it is, and how long each stage took.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing unless something is wrong.")
@click.pass_obj
def build(
    folder: Path,
    output: Path | None,
    now: datetime | None,
    strict: bool,
    jobs: int | None,
    explain: bool,
    quiet: bool,
) -> None:
    """Build the site: read site.yaml and content/, write public/.

    Example: digestgen -C my-digest build --strict
    """
    began = time.monotonic()
    moment = now or _now()
    asked = [str(output) if output else "", strict]
    look = _look(folder)
    report = None if explain or look is None else _still(look, output, asked, moment)
    if report is None:
        report, written, removed = _build(folder, output, moment, strict, jobs or 0, look, explain, quiet)
    else:
        _tell(report.diagnostics, quiet)
        written, removed = 0, 0
    if not quiet:
        _say(report, written, removed, time.monotonic() - began)


def _look(folder: Path) -> Look | None:
    """What is remembered of the last build, if there was one: read without the slow libraries."""
    from digestgen import unchanged

    return unchanged.look(str(folder)) if unchanged.built_before(str(folder)) else None


def _still(look: Look, output: Path | None, asked: list[object], moment: datetime) -> Report | None:
    """Return what the last build said if another one would change nothing: decided without the slow libraries."""
    from zoneinfo import ZoneInfo

    from digestgen import codec, unchanged
    from digestgen.report import Report

    last = unchanged.still(look, str(output) if output else "", asked, moment.timestamp())
    if last is None:
        return None
    try:
        report = codec.load(Report, str(last.get("report")), ZoneInfo("UTC"))
    except codec.Unfit:
        return None
    look.store.close()
    return report


def _build(
    folder: Path,
    output: Path | None,
    moment: datetime,
    strict: bool,
    jobs: int,
    look: Look | None,
    explain: bool,
    quiet: bool,
) -> tuple[Report, int, int]:
    from digestgen import build as builder
    from digestgen.files import BusyError
    from digestgen.progress import shown

    try:
        with shown() as progress:
            result = builder.build(builder.Request(folder, moment, output, strict, jobs, progress, look))
    except BusyError:
        raise click.ClickException(
            f"another build is at work in {output or folder}; try again when it is done"
        ) from None
    _tell(result.diagnostics, quiet)
    if result.written is None:
        _end(result.diagnostics)
    for path, why in sorted(result.why.items()) if explain else ():
        click.echo(f"{path}: {why}")
    for stage, seconds in result.seconds.items() if explain else ():
        click.echo(f"{seconds:8.2f} s  {stage}")
    return builder.report_of(result), len(result.written.written), len(result.written.removed)


@cli.command()
@click.option(
    "--ninjs",
    "output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Write each article as a document of the IPTC's ninjs 3.1 to DIR.",
)
@click.option("--held", is_flag=True, help="Export what is held back, too, as `withheld`.")
@click.option(
    "--now",
    type=Now(),
    metavar="MOMENT",
    help="Export as at this moment, as 2024-05-03T14:00Z (default: SOURCE_DATE_EPOCH, else the clock).",
)
@click.pass_obj
def export(folder: Path, output: Path, held: bool, now: datetime | None) -> None:
    """Write the articles for other systems, each as a JSON file that is named by the article's id.

    DIR is digestgen's own: it is to be empty at first, and documents of articles that are gone are removed.

    Example: digestgen export --ninjs wire/
    """
    from digestgen import export as exporter
    from digestgen.files import BusyError

    try:
        result = exporter.export(exporter.Request(folder, now or _now(), output, held))
    except BusyError:
        raise click.ClickException(f"something else is at work in {output}; try again when it is done") from None
    _tell(result.diagnostics, quiet=False)
    if result.written is None:
        _end(result.diagnostics)
    left = f"; {result.held} held back" if result.held and not held else ""
    written, removed = len(result.written.written), len(result.written.removed)
    click.echo(f"{_relative(str(output))}: {result.documents} articles{left}; {written} written, {removed} removed")


class Tag(click.ParamType[str]):
    """A language's tag (BCP 47)."""

    name = "language"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        import re

        from digestgen.schema import LANGUAGE

        if re.fullmatch(LANGUAGE, value) is None:
            self.fail(f"`{value}` is no language's tag; write it as de or en-GB", param, ctx)
        return value


@cli.command()
@click.option(
    "--from",
    "report",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Make it from the wire report in FILE, plain text in UTF-8.",
)
@click.option("--lang", type=Tag(), metavar="TAG", help="The report's language (default: told by its words).")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to FILE, whose name ends in .md (default: below content/, named for date and headline).",
)
@click.option(
    "--now",
    type=Now(),
    metavar="MOMENT",
    help="Date it as at this moment, as 2024-05-03T14:00Z (default: SOURCE_DATE_EPOCH, else the clock).",
)
@click.pass_obj
def new(folder: Path, report: Path, lang: str | None, output: Path | None, now: datetime | None) -> None:
    """Write the draft of a new article, and never over a file.

    A report becomes headline, text and headings; its sign-off becomes credits, and the agencies that it names are
    offered as sources. Comments in the draft say what to check.

    Example: digestgen new --from report.txt
    """
    from digestgen import drafts

    if output is not None and output.suffix != ".md":
        raise click.UsageError(f"`{output}` would be no article: its name has to end in .md")
    asked = drafts.Request(folder, report, now or _now(), lang or "", output)
    try:
        made, found = drafts.from_report(asked)
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} is there already; name another file with --output") from None
    _tell(found, quiet=False)
    if made is None:
        _end(found)
    click.echo(f"{_relative(str(made.path))}: a draft in `{made.lang}`; check {'; '.join(made.checks)}")


@cli.command("next")
@click.option(
    "--now",
    type=Now(),
    metavar="MOMENT",
    help="Look on from this moment, as 2024-05-03T14:00Z (default: SOURCE_DATE_EPOCH, else the clock).",
)
@click.pass_obj
def coming(folder: Path, now: datetime | None) -> None:
    """Tell the next moment at which a build would make another site, though no file changes.

    The line begins with that moment (RFC 3339) or with `never`; then it says why: an article is published, expires, or
    is two days old and leaves the news sitemap.

    Example: digestgen next
    """
    from digestgen import unchanged
    from digestgen.report import outlook

    moment = now or _now()
    look = unchanged.look(str(folder))
    try:
        found = _foreseen(look, moment) or _outlook(folder, moment, look)
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


def _outlook(folder: Path, moment: datetime, look: Look) -> Coming:
    from digestgen import build as builder
    from digestgen.report import counted

    found = builder.outlook(folder, moment, look)
    if found.coming is None:
        _tell(found.diagnostics, quiet=False)
        raise SystemExit(WRONG)
    if found.unread:
        click.echo(f"{counted(found.unread, 'article')} cannot be read; `digestgen build` says why", err=True)
    return found.coming


@cli.command()
@click.argument(
    "name",
    type=click.Choice(["site", "article", "edition", "sources", "people", "tags", "stories", "theme"]),
    metavar="NAME",
)
def schema(name: str) -> None:
    """Print the JSON Schema of a kind of file, for editors.

    NAME is one of site (site.yaml), article (the front matter), sources, people, tags, stories (the registries beside
    site.yaml) and theme (theme.yaml).

    Example: digestgen schema site > site.schema.json
    """
    from digestgen import reference

    click.echo(reference.schema_text(name), nl=False)


def _colour() -> bool:
    """Whether to colour: NO_COLOR and FORCE_COLOR (no-color.org, force-color.org) before what the stream is."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stderr.isatty()


def _tell(diagnostics: Iterable[Diagnostic], quiet: bool) -> None:
    from digestgen.diagnostics import shown

    colour = _colour()
    for item in diagnostics:
        if quiet and item.severity == "note":
            continue
        click.echo(shown(item, colour=colour) + "\n", err=True, color=colour)


def _end(diagnostics: Iterable[Diagnostic]) -> NoReturn:
    listed = list(diagnostics)
    errors = sum(item.severity == "error" for item in listed)
    click.echo(f"{errors} error{'' if errors == 1 else 's'}; nothing was written", err=True)
    raise SystemExit(WRONG)


def _say(report: Report, written: int, removed: int, seconds: float) -> None:
    from dataclasses import replace

    from digestgen.report import notes, sum_up

    for line in notes(report):
        click.echo(line)
    click.echo(sum_up(replace(report, output=_relative(report.output)), written, removed, seconds))


def _relative(path: str) -> str:
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return path


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    _speak_safely()
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as end:
        raise SystemExit(end.exit_code) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        raise SystemExit(INTERRUPTED) from None
    except (OSError, UnicodeEncodeError) as error:
        click.echo(f"error: {_disk(error)}", err=True)
        raise SystemExit(WRONG) from None
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _apologise(error)
        raise SystemExit(FAULT) from None
    raise SystemExit(0)


def _speak_safely() -> None:
    """Let no character of a user's file stop a message on a terminal that lacks it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _apologise(error: Exception) -> None:
    click.echo(f"fault: digestgen failed with {type(error).__name__}: {str(error)[:200]}", err=True)
    click.echo("This is a fault of digestgen's own; with --debug it shows where. Nothing half written stays.", err=True)


def _disk(error: OSError | UnicodeEncodeError) -> str:
    if isinstance(error, UnicodeEncodeError):
        return f"names of files are {error.encoding} here, and cannot hold `{error.object[:80]}`; set a UTF-8 locale"
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"
