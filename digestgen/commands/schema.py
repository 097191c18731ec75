"""`digestgen schema`."""

from __future__ import annotations

import click


@click.command
@click.argument(
    "name",
    type=click.Choice(["site", "article", "edition", "sources", "people", "tags", "stories", "theme"]),
    metavar="NAME",
)
def command(name: str) -> None:
    """Print the JSON Schema of a kind of file, for editors.

    NAME is one of site (site.yaml), article (the front matter), sources, people, tags, stories (the registries beside
    site.yaml) and theme (theme.yaml).

    Example: digestgen schema site > site.schema.json
    """
    from digestgen import reference

    click.echo(reference.schema_text(name), nl=False)
