"""`digestgen new`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from digestgen import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from digestgen.diagnostics import Diagnostic
    from digestgen.drafts import Made

_lang = click.option("--lang", type=console.Tag(), metavar="TAG", help="Its language (default: the site's main one).")
_output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to FILE, whose name ends in .md (default: below content/, named for date and headline).",
)
_edit = click.option("--edit", is_flag=True, help="Open the file in the editor that $VISUAL or $EDITOR names.")
_quiet = console.quiet_option
_now = console.now_option("Date it as at this moment")


class New(console.Group):
    """What can be begun; a call that names neither an article nor an edition begins an article."""

    usual = "article"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if args[:1] and args[0] in self.commands else [self.usual, *args])


@click.group(cls=New)
def command() -> None:
    """Begin a new article or edition, and never write over a file.

    `digestgen new "Headline"` is short for `digestgen new article "Headline"`.

    Example: digestgen new "A capsule lands in Utah" --tags asteroids --source nasa
    """


@command.command
@click.argument("headline", required=False, metavar="[HEADLINE]")
@click.option(
    "--tags",
    multiple=True,
    metavar="TAGS",
    shell_complete=console.completed("tags"),
    help="Its tags, parted by commas; may be given again.",
)
@click.option(
    "--source",
    multiple=True,
    metavar="SOURCE",
    shell_complete=console.completed("sources"),
    help="An address, a key of sources.yaml or a name; may be given again.",
)
@click.option(
    "--edition",
    default="",
    metavar="NAME",
    shell_complete=console.completed("editions"),
    help="The edition that it is for, as 2024-49.",
)
@click.option("--draft", is_flag=True, help="Hold it back until it is done.")
@click.option(
    "--translate",
    "original",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Begin a translation of the article in FILE, beside it and with its facts, as a draft.",
)
@click.option(
    "--from",
    "report",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Make a draft from the wire report in FILE, plain text in UTF-8, whose words tell the language.",
)
@_lang
@_output
@_edit
@_quiet
@_now
@click.pass_obj
def article(
    folder: Path,
    headline: str | None,
    tags: tuple[str, ...],
    source: tuple[str, ...],
    edition: str,
    draft: bool,
    original: Path | None,
    report: Path | None,
    lang: str | None,
    output: Path | None,
    edit: bool,
    quiet: bool,
    now: datetime | None,
) -> None:
    """Begin an article of the headline HEADLINE, a translation, or one made from a wire report.

    The file is named for the day, the headline and the language, as the site has it. Comments in it tell what else it
    may say. A report's sign-off becomes credits, and the agencies that it names are offered as sources. `digestgen new
    edition` begins an edition.

    Example: digestgen new "A capsule lands in Utah" --tags asteroids --source nasa --edit

    Example: digestgen new --translate content/2024-12-07-notre-dame.md --lang de

    Example: digestgen new --from report.txt
    """
    from digestgen import drafts, versions

    _check(headline, (tags, source, edition, draft), original, report, output)
    moment = now or console.now()
    if report is not None:
        asked = drafts.Request(folder, report, moment, lang or "", output)
        _begun(lambda: drafts.from_report(asked), edit, quiet, "a draft")
    elif original is not None:
        version = versions.Request(folder, original, moment, lang or "", headline or "", output)
        _begun(lambda: versions.begin(version), edit, quiet, "a draft")
    else:
        named = tuple(name.strip() for text in tags for name in text.split(",") if name.strip())
        idea = drafts.Idea(folder, headline or "", moment, lang or "", named, source, edition, draft, output)
        _begun(lambda: drafts.begin(idea), edit, quiet, "an article")


@command.command
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--title", default="", metavar="TEXT", help="What the edition is called.")
@_lang
@_output
@_edit
@_quiet
@_now
@click.pass_obj
def edition(
    folder: Path,
    name: str | None,
    title: str,
    lang: str | None,
    output: Path | None,
    edit: bool,
    quiet: bool,
    now: datetime | None,
) -> None:
    """Begin the file of an edition, in content/editions/.

    NAME is a day or a week where editions are daily or weekly (default: the present one, or the next that has no file).
    Where files alone make editions, it is any name (default: the number after the last one), and the articles that came
    since are listed. An article with the headline `edition` is begun by `digestgen new article edition`.

    Example: digestgen new edition --title "A week of falls" --edit
    """
    from digestgen import issues
    from digestgen.report import counted
    from digestgen.survey import UnfitError

    _check_output(output)
    asked = issues.Request(folder, now or console.now(), name or "", lang or "", title, output)
    try:
        made, found = issues.begin(asked)
    except FileExistsError as error:
        _taken(error)
    except UnfitError as error:
        raise click.UsageError(str(error)) from None
    console.tell(found, quiet)
    if made is None:
        console.end(found)
    held = "; nothing is in it yet, so it is a draft" if made.draft else f" with {counted(made.articles, 'article')}"
    if not quiet:
        click.echo(f"{console.relative(str(made.path))}: the edition {made.name}{held}")
    if edit:
        console.edit(made.path)


def _check(
    headline: str | None, facts: Iterable[object], original: Path | None, report: Path | None, output: Path | None
) -> None:
    """Refuse what would come to nothing."""
    _check_output(output)
    if original and report:
        raise click.UsageError("--translate and --from are two ways to begin; give one of them")
    if not (headline or original or report):
        raise click.UsageError('give a headline, as digestgen new "A capsule lands in Utah", or --from, or --translate')
    if report and headline:
        raise click.UsageError("the headline is that of the report; leave it out, or leave out --from")
    if (report or original) and any(facts):
        raise click.UsageError("--tags, --source, --edition and --draft are for an article that begins with a headline")


def _check_output(output: Path | None) -> None:
    if output is not None and output.suffix != ".md":
        raise click.UsageError(f"`{output}` would be no article: its name has to end in .md")


def _begun(begin: Callable[[], tuple[Made | None, list[Diagnostic]]], edit: bool, quiet: bool, what: str) -> None:
    from digestgen.survey import UnfitError

    try:
        made, found = begin()
    except FileExistsError as error:
        _taken(error)
    except UnfitError as error:
        raise click.UsageError(str(error)) from None
    console.tell(found, quiet)
    if made is None:
        console.end(found)
    checks = f"; check {'; '.join(made.checks)}" if made.checks else ""
    if not quiet:
        click.echo(f"{console.relative(str(made.path))}: {what} in `{made.lang}`{checks}")
    if edit:
        console.edit(made.path)


def _taken(error: FileExistsError) -> NoReturn:
    raise click.ClickException(f"{error.filename} is there already; name another file with --output") from None
