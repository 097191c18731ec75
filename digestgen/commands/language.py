"""`digestgen language`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digestgen import console, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digestgen.config import Config
    from digestgen.diagnostics import Diagnostic
    from digestgen.theme import Folder
    from digestgen.wording import Spoken


@click.group(cls=console.Group)
def command() -> None:
    """Look at the languages of the interface, add one, and correct the words of one.

    Example: digestgen language list
    """


@command.command("list")
@console.format_option(tables.FORMATS)
@console.brief_option
@click.pass_obj
def list_(folder: Path, form: str, quiet: bool) -> None:
    """List the languages that pages can be in: those of the site have a star.

    For each, for how many of all messages it has words, and the files of the site that have some.

    Example: digestgen language list
    """
    from digestgen import lexicon, wording

    settings, above = _site(folder)
    found: list[Diagnostic] = []
    rows, more = wording.spoken(settings, lexicon.of_site(folder, found), above)
    tags = {item.lang for item in settings.languages}
    cells = tuple((*_cells(row), "*" if row.tag in tags else "") for row in rows)
    table = tables.Table(("language", "name", "words", "of", "files", "remark", "site"), cells, _SHOWN)
    console.show(table, form)
    told = (item for item in [*found, *more] if item.code != "untranslated")
    console.tell((item for item in told if not quiet or item.severity == "error"), quiet)


_SHOWN = ("site", "language", "name", "words", "of", "files", "remark")


def _cells(row: Spoken) -> tuple[tables.Cell, ...]:
    remark = "no native reader has seen digestgen's words" if row.unread else ""
    return row.tag, row.name, row.said, row.every, row.files, remark


@command.command
@click.argument("tag", type=console.Tag(), metavar="LANGUAGE")
@console.quiet_option
@click.pass_obj
def add(folder: Path, tag: str, quiet: bool) -> None:
    """Write locale/LANGUAGE.po with all messages of the site's pages, to be translated.

    What stands in the file already stays as it is, and gets what it lacks at its end. For a language that digestgen
    speaks, translate only what you want said otherwise: a message that stays empty is said as now.

    Example: digestgen language add ko
    """
    from digestgen import files, i18n, wording

    if not i18n.known(tag):
        raise click.UsageError(f"`{tag}` is no language; write its tag, as ko or pt-BR")
    _, above = _site(folder)
    found: list[Diagnostic] = []
    made = wording.added(tag, folder, above, found)
    if found:
        console.tell(found, quiet=False)
        console.end(found)
    path = folder / made.path
    shown = console.relative(str(path))
    if made.begun:
        files.make_dirs(str(path.parent))
        files.write_new(str(path), made.text.encode())
        done = f"{made.new} messages, to be translated"
    elif made.new:
        files.put(str(path), made.text.encode())
        done = f"{made.new} more at its end, to be translated"
    else:
        done = "it has every message already"
    if not quiet:
        click.echo(f"{shown}: {done}")


def _site(folder: Path) -> tuple[Config, Sequence[Folder]]:
    """Return the settings of the site and its theme with all that it extends, or end where one of them is wrong."""
    from digestgen import build, theme
    from digestgen.diagnostics import graded

    settings, found = build.settings_of(folder)
    above = theme.chain(settings.theme, folder, settings.marks.get("theme"), found) if settings else []
    if settings is None or not above:
        told = graded(found, {}, strict=False)
        console.tell(told, quiet=False)
        console.end(told)
    return settings, above
