"""`digestgen theme`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digestgen import console

if TYPE_CHECKING:
    from digestgen.config import Config
    from digestgen.diagnostics import Diagnostic
    from digestgen.overrides import Missed
    from digestgen.theme import Folder


@click.group(cls=console.Group)
def command() -> None:
    """Look at themes, begin one, and override parts of one.

    Example: digestgen theme list
    """


@command.command("list")
@console.brief_option
@click.pass_obj
def list_(folder: Path, quiet: bool) -> None:
    """List the themes that the site can use, one a line; the one in use has a star.

    Example: digestgen theme list
    """
    from digestgen import theme

    settings, _ = _settings(folder)
    used = settings.theme if settings else ""
    found: list[Diagnostic] = []
    known = [theme.read(root, folder, found) for root in theme.roots(folder)]
    listed = [item for item in known if item and not item.skeleton]
    widest = max((len(item.name) for item in listed), default=0)
    taken: set[str] = set()
    for item in listed:
        star = "*" if item.name == used and item.name not in taken else " "
        taken.add(item.name)
        whose = "digestgen's" if item.own else item.shown
        about = item.description or (f"extends {item.extends}" if item.extends else "")
        click.echo(f"{star} {item.name:{widest}}  {item.version or '-'}  {whose}: {about}".rstrip(": "))
    _tell(found, quiet)


def _tell(found: Iterable[Diagnostic], quiet: bool) -> None:
    """Say what is wrong beside what was asked for; errors alone if `quiet`."""
    console.tell((item for item in found if not quiet or item.severity == "error"), quiet)


@command.command
@click.argument("name", required=False)
@console.brief_option
@click.pass_obj
def show(folder: Path, name: str | None, quiet: bool) -> None:
    """Show a theme: its options with the values in force, its templates with their blocks, its files.

    NAME is the theme that the site uses, unless another one is named. The line of a template or a file ends with the
    theme that it comes from. Pages have the blocks of base.html besides their own.

    Example: digestgen theme show broadsheet
    """
    from digestgen import theme
    from digestgen.schema import Report

    settings, _ = _settings(folder)
    used = settings.theme if settings else "broadsheet"
    above = _chain(name or used, folder)
    report = Report([], dict(settings.marks) if settings else {})
    given = settings.theme_options if settings and (name or used) == used else {}
    top = above[0]
    click.echo(f"{top.name} {top.version}".rstrip() + (f": {top.description}" if top.description else ""))
    if len(above) > 1:
        click.echo(f"extends {', '.join(item.name for item in above[1:])}")
    click.echo(f"for version {top.api} of the theme API, in {console.relative(str(top.root))}")
    _section("options", _options(theme.in_force(above, given, report)))
    _section("templates", _templates(above))
    _section("styles", _files(above, "styles"))
    _section("assets", _files(above, "assets"))
    _tell(report.found, quiet)


def _section(title: str, lines: Iterable[str]) -> None:
    listed = list(lines)
    if listed:
        click.echo(f"\n{title}")
        for line in listed:
            click.echo(f"  {line}".rstrip())


def _options(options: dict[str, Any]) -> Iterable[str]:
    for name, (option, value, _) in options.items():
        default = f" (default {_written(option.default)})" if value != option.default else ""
        kind = option.expects if option.type in ("choice", "integer") else option.type
        yield f"{name}: {_written(value)}{default}, {kind}"
        if option.about:
            yield f"    {option.about}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value not in ("", None) else "none"


def _templates(above: Sequence[Folder]) -> Iterable[str]:
    from digestgen.overrides import blocks_of

    for line in _files(above, "templates"):
        yield line
        named = blocks_of(line.partition("  ")[0], above, own=True)
        if named:
            yield f"    blocks: {', '.join(named)}"


def _files(above: Sequence[Folder], kind: str) -> Iterable[str]:
    names = sorted({name for item in above for name in getattr(item, kind)})
    widest = max(map(len, names), default=0)
    for name in names:
        owner = next(item for item in above if name in getattr(item, kind))
        yield f"{name:{widest}}  {owner.name}"


@command.command
@click.argument("name")
@click.option("--extends", metavar="THEME", help="The theme that it builds on (default: the one that the site uses).")
@console.quiet_option
@click.pass_obj
def new(folder: Path, name: str, extends: str | None, quiet: bool) -> None:
    """Begin a theme in themes/NAME that extends another one, and never over files.

    Example: digestgen theme new mine --extends broadsheet
    """
    import re

    from digestgen import overrides
    from digestgen.manifest import NAME

    if re.fullmatch(NAME, name) is None:
        raise click.UsageError(f"`{name}` cannot be a theme's name: write small letters, digits, `-` and `_`")
    settings, _ = _settings(folder)
    try:
        made, found = overrides.begin(name, extends or (settings.theme if settings else "broadsheet"), folder)
    except FileExistsError as error:
        raise click.ClickException(f"{console.relative(str(error.filename))} is there already") from None
    if made is None:
        console.tell(found, quiet=False)
        console.end(found)
    if not quiet:
        click.echo(f"{console.relative(str(made))}: a theme; write `theme: {name}` into site.yaml to use it")


@command.command
@click.argument("part", metavar="FILE[:BLOCK]")
@console.quiet_option
@click.pass_obj
def override(folder: Path, part: str, quiet: bool) -> None:
    """Copy one file, or one block of a template, into the site's own theme as a starting point.

    FILE is a template, a style sheet or another file of the theme that the site's own one extends. What it was copied
    from is kept beside it in .originals/, and noted in a comment with its version and fingerprint, for `theme diff`.

    Example: digestgen theme override article.html:sources
    """
    from digestgen import overrides

    above = _own_chain(folder)
    try:
        path, taken = overrides.take(part, above)
    except overrides.Refused as error:
        raise _refused(error) from None
    if not quiet:
        click.echo(f"{console.relative(str(path))}: {taken.shown}, as {above[1].name} has it")


@command.command
@click.argument("part", metavar="[FILE[:BLOCK]]", required=False)
@click.option("--seen", is_flag=True, help="Note that it was taken over: from now on, compare with what is there now.")
@console.brief_option
@click.pass_obj
def diff(folder: Path, part: str | None, seen: bool, quiet: bool) -> None:
    """Show what the overrides of the site's own theme have missed since the theme that they override changed.

    Each is a difference between the original as it was when it was copied and as it is now. What has not changed is
    listed, too.

    Example: digestgen theme diff article.html:sources
    """
    from digestgen import overrides

    above = _own_chain(folder)
    try:
        found = overrides.missed(above, part or "")
        for item in found:
            if seen:
                overrides.renew(item.part, above)
            if not quiet or (not seen and item.state != "same"):
                click.echo(f"{item.part.shown}: noted as it is in {item.now}" if seen else _told(item))
    except overrides.Refused as error:
        raise _refused(error) from None
    if not found and not quiet:
        click.echo(f"{above[0].shown} overrides nothing of {above[1].name}")


def _told(item: Missed) -> str:
    name = item.part.shown
    if item.state == "same":
        return f"{name}: up to date with {item.now}"
    if item.state == "gone":
        return f"{name}: the theme has it no more, so it is shown nowhere or is a file of your own"
    if item.state == "unknown":
        return f"{name}: its original was not kept; `digestgen theme diff --seen {name}` keeps the present one"
    return "\n".join([f"{name}: changed in {item.now}", *item.diff])


# --- what these commands share


def _settings(folder: Path) -> tuple[Config | None, list[Diagnostic]]:
    from digestgen import build

    return build.settings_of(folder)


def _chain(name: str, folder: Path) -> list[Folder]:
    """Return a theme and those that it extends, or end where one of them is wrong; skeletons may be looked at."""
    from digestgen import theme
    from digestgen.diagnostics import graded

    found: list[Diagnostic] = []
    above = theme.chain(name, folder, None, found)
    if not above:
        told = graded(found, {}, strict=False)
        console.tell(told, quiet=False)
        console.end(told)
    return above


def _own_chain(folder: Path) -> list[Folder]:
    """Return the chain of the site's own theme; end where it uses one of digestgen's as it is."""
    settings, found = _settings(folder)
    if settings is None:
        console.tell(found, quiet=False)
        console.end(found)
    above = _chain(settings.theme, folder)
    if above[0].own:
        raise click.UsageError(
            f"the site uses {settings.theme} as it is; begin a theme of its own with "
            "`digestgen theme new mine`, and write `theme: mine` into site.yaml"
        )
    if len(above) == 1:
        raise click.UsageError(f"{above[0].shown} extends no theme, so there is nothing to override")
    return above


def _refused(error: Exception) -> click.ClickException:
    hint = getattr(error, "hint", "")
    return click.ClickException(f"{error}; {hint}" if hint else str(error))
