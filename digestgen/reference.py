"""The reference: pages of Markdown and JSON Schemas, made from the definitions that the code itself checks by.

Pure functions. `python3 dev.py docs` writes what they return to docs/reference/, and tests hold the two equal.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import Any, Final

from digestgen import config, frontmatter, manifest, plugin, registry, views
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Rule
from digestgen.rules import RULES
from digestgen.schema import Key, Shape, Table

_NOTE: Final = "<!-- Made from the code by `python3 dev.py docs`. Changes made here are lost. -->"

#: What a file may hold, by the name that `digestgen schema` knows it by.
_SHAPES: Final[Mapping[str, tuple[str, Shape]]] = {
    "site": ("digestgen: site.yaml", config.TABLE),
    "article": ("digestgen: front matter of an article or a page", frontmatter.TABLE),
    "edition": ("digestgen: front matter of an edition", frontmatter.EDITION),
    "sources": ("digestgen: sources.yaml", registry.SOURCES),
    "people": ("digestgen: people.yaml", registry.PEOPLE),
    "tags": ("digestgen: tags.yaml", registry.TAGS),
    "stories": ("digestgen: stories.yaml", registry.STORIES),
    "theme": ("digestgen: theme.yaml", manifest.TABLE),
}

SCHEMAS: Final = tuple(_SHAPES)


@dataclass(frozen=True)
class Command:
    """A command as its user sees it: what to type, what it does, and each option with its help."""

    usage: str
    help: str
    options: tuple[tuple[str, str], ...]


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the file that `name`, one of `SCHEMAS`, stands for."""
    title, shape = _SHAPES[name]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title} | shape.json()


def schema_text(name: str) -> str:
    """Return the JSON Schema of `name` as a file holds it."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def pages(commands: Sequence[Command]) -> dict[str, str]:
    """Return every generated file below docs/reference/: path to text."""
    made = {
        "site-yaml.md": site_yaml(),
        "front-matter.md": front_matter(),
        "registries.md": registries(),
        "theme-yaml.md": theme_yaml(),
        "theme-api.md": theme_api(inspect.getsource(views)),
        "plugin-api.md": plugin_api(inspect.getsource(plugin)),
        "rules.md": rules(RULES.values()),
        "command-line.md": command_line(commands),
    }
    return made | {f"schemas/{name}.json": schema_text(name) for name in SCHEMAS}


def site_yaml() -> str:
    """Return the page on site.yaml."""
    return _page(
        "site.yaml",
        "A folder with a `site.yaml` is a site. The file is YAML; `title` is the only key that it needs. A key that "
        "is not listed here is an error. How values are written is told in [values](values.md).",
        _table(config.TABLE),
        _section("An entry of `languages`", config.LANGUAGE_TABLE, "A tag alone stands for an entry with that `lang`."),
        _section("An entry of `nav`", config.NAV_TABLE),
        _section("`publisher`", config.PUBLISHER_TABLE),
        _section(
            "`feeds`",
            config.FEEDS_TABLE,
            "What may have feeds: `site`, all articles of a language, and the lists in the folders `"
            + "`, `".join(config.FEEDS[1:])
            + "`. Several are a list, or parted by commas.",
        ),
        _section(
            "`limits`",
            config.LIMITS_TABLE,
            "What one article may cost; why, is told in [what is trusted](../explanation/trust.md).",
        ),
        _section(
            "A feed in `follow` of `feeds`",
            config.FOLLOW_TABLE,
            "An address alone stands for a feed with that `url`. See [follow feeds](../how-to/follow-feeds.md).",
        ),
        _section("`policies`", config.POLICIES_TABLE),
        _section("`email`", config.EMAIL_TABLE, "What `digestgen email` makes mails of editions from."),
        _section("`email.smtp`", config.SMTP_TABLE),
        _section("`images`", config.IMAGES_TABLE, "`true` stands for all defaults."),
        _section("`quality` in `images`", config.QUALITY_TABLE),
        _section(
            "`publish`",
            config.PUBLISH_TABLE,
            "How to publish: see [put the site on a host](../how-to/put-on-a-host.md).",
        ),
    )


def front_matter() -> str:
    """Return the page on the front matter of articles and pages."""
    return _page(
        "Front matter",
        "An article is a Markdown file below `content/` that begins with YAML between two lines of `---`. The same "
        "keys hold for the pages in `content/pages/`, which need no date. An unknown key is a warning. How values are "
        "written is told in [values](values.md).",
        _table(frontmatter.TABLE),
        _section(
            "An item of `sources`",
            frontmatter.SOURCE_TABLE,
            "An item is a key of `sources.yaml`, a name, a web address, or a mapping with a `name`, a `url` or both:",
        ),
        _section("An item of `credits`", frontmatter.CREDIT),
        _section("An item of `corrections`", frontmatter.CORRECTION),
        _section("`translation`", frontmatter.TRANSLATION),
        _section("An item of `people` in a credit", frontmatter.CONTRIBUTOR, "A name alone will do."),
        _section(
            "An edition",
            frontmatter.EDITION,
            "The files in `content/editions/` tell of editions, where `site.yaml` asks for them ([how]"
            "(../how-to/publish-editions.md)). They have keys of their own, of which none is needed; the body is the "
            "introduction.",
        ),
        _section(
            "An item of `articles` in an edition",
            frontmatter.EDITION_SECTION,
            "The name of a file, as seen from that of the edition, will do; so will a section with its articles:",
        ),
        _section(
            "`image`", frontmatter.IMAGE, "The name of a file alone will do, but says nothing to who cannot see it."
        ),
    )


def registries() -> str:
    """Return the page on the registries beside site.yaml."""
    return _page(
        "Registries",
        "Four files beside `site.yaml`, each of which may be left out. An unknown key is a warning.",
        _section(
            "sources.yaml",
            registry.SOURCE,
            "A mapping from keys to publishers. An article's source whose name is a key, or equals a `name`, is that "
            "publisher; so is one without a name whose address has the host of a registered `url` that is a host's "
            "root.",
        ),
        _section(
            "people.yaml",
            registry.PERSON,
            "A mapping from keys to people. `authors` and `credits` may name a person by key.",
        ),
        _section("tags.yaml", registry.TAG, "A list of tags, each with its names. It pairs the tags of languages."),
        _section(
            "stories.yaml",
            registry.STORY,
            "A mapping from keys to stories. An article's `story` that is a key, or a `title` in any language, is that "
            "story; case, blanks and hyphens do not count. It pairs the stories of languages.",
        ),
    )


def theme_yaml() -> str:
    """Return the page on theme.yaml."""
    return _page(
        "theme.yaml",
        "A theme is a folder with a `theme.yaml`, `templates/`, `styles/` and `assets/`. An unknown key is an error. "
        "What templates get is told in [the theme API](theme-api.md).",
        _table(manifest.TABLE),
        _section("An option", manifest.OPTION),
    )


def _page(title: str, lead: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", _NOTE, lead, *parts]) + "\n"


def _section(title: str, table: Table, lead: str = "") -> str:
    return "\n\n".join(filter(None, [f"## {title}", lead, _table(table)]))


def _table(table: Table) -> str:
    rows = ((f"`{key.name}`", key.about, key.shape.expects, _otherwise(key)) for key in table.keys)
    return _grid(("key", "meaning", "expects", "without it"), rows)


def _otherwise(key: Key) -> str:
    return "**needed**" if key.required else key.otherwise


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# --- rules


def rules(known: Iterable[Rule]) -> str:
    """Return the page on all kinds of faults."""
    rows = ((f"`{rule.code}`", rule.meaning, rule.severity, f"`{rule.told_by}`") for rule in known)
    return _page(
        "Rules",
        "What digestgen tells has a code, which never changes its meaning. `rules` in `site.yaml` sets the severity of "
        "a code to `error`, `warning` or `off` ([how](../how-to/set-severities.md)). A build with an error writes "
        "nothing. What `build` tells, `check` tells as well.",
        _grid(("code", "meaning", "severity", "told by"), rows),
    )


# --- the theme API


_FUNCTIONS: Final = """\
## What templates may call

- `{{ url|href }}` writes a path of the site as the page has to: relative to itself, or from the root of the host on
  the page for what is not found. A path that the site does not have is an error.
- `{{ asset("name.css") }}` is the address of a file in `assets/`, in which the file's fingerprint stands.
- `{{ _("Archive") }}`, `{{ ngettext("%(num)s article", "%(num)s articles", count) }}` and `{% trans %}` say something
  in the language of the page.

Templates are Jinja's, with autoescaping; an undefined name is an error."""


def theme_api(source: str) -> str:
    """Return the page on what templates get, from the `source` of views.py: its classes, fields and docstrings."""
    tree = ast.parse(source)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    views_of = (_view(node, classes) for node in classes.values())
    version = (
        f"This is version {views.API_VERSION} of the theme API. A `theme.yaml` says with `api` for which one it was "
        "written; one for a later version is an error. What is added does not count the version up; what would break a "
        "template does."
    )
    return _page("The theme API", ast.get_docstring(tree) or "", version, _FUNCTIONS, *views_of)


def plugin_api(source: str) -> str:
    """Return the page on what plug-ins get and give, from the `source` of plugin.py."""
    tree = ast.parse(source)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    shown = (_view(node, classes) for node in classes.values())
    lead = "How one is written is told in [its own guide](../how-to/write-a-plug-in.md). "
    return _page("The plug-in API", lead + (ast.get_docstring(tree) or ""), *shown)


def _view(node: ast.ClassDef, known: Collection[str]) -> str:
    lines = (_field(name, kind, meaning, known) for name, kind, meaning in _fields(node.body))
    return "\n\n".join([f"## {node.name}", ast.get_docstring(node) or "", "\n".join(lines)])


def _fields(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr, str]]:
    """Yield name, type and docstring (the text that follows a field) of each field."""
    for item, after in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(item, ast.AnnAssign):
            yield ast.unparse(item.target), item.annotation, _text(after)


def _text(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return " ".join(str(value.value).split()) if isinstance(value, ast.Constant) else ""


def _field(name: str, kind: ast.expr, meaning: str, known: Collection[str]) -> str:
    named = (part.id for part in ast.walk(kind) if isinstance(part, ast.Name))
    links = ", ".join(f"[{other}](#{other.lower()})" for other in named if other in known)
    said = ". ".join(filter(None, [f"see {links}" if links else "", meaning]))
    return f"- `{name}`: `{ast.unparse(kind)}`" + (f" — {said}" if said else "")


# --- the command line


def commands(group: Any) -> tuple[Command, ...]:
    """Return a click group, each of its commands, and theirs, as their help shows them."""
    return tuple(_below(group, group.make_context("digestgen", [], resilient_parsing=True)))


def _below(command: Any, context: Any) -> Iterator[Command]:
    yield _command(command, context)
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            yield from _below(inner, inner.make_context(name, [], parent=context, resilient_parsing=True))


def _command(command: Any, context: Any) -> Command:
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    return Command(usage, inspect.cleandoc(command.help), tuple(record for record in records if record and record[1]))


@dataclass()
class _Lists:
    """Takes what a command would have set in columns, and notes it."""

    width: int = 10_000
    found: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        self.found.append((title, []))
        yield

    def write_dl(self, rows: Iterable[tuple[str, str]]) -> None:
        self.found[-1][1].extend(rows)


def helps(group: Any) -> str:
    """Return what each command of a click group says of itself, by the words that call it, as the JSON of `helps`."""
    context = group.make_context("digestgen", [], resilient_parsing=True)
    return json.dumps(dict(_helps(group, context, ())), indent=1) + "\n"


def _helps(command: Any, context: Any, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    usual = getattr(command, "usual", "")
    if usual:  # what it does where nothing is named
        inner = command.get_command(context, usual)
        below = inner.make_context(usual, [], parent=context, resilient_parsing=True)
        yield " ".join(path), next(iter(_helps(inner, below, (*path, usual))))[1]
    else:
        yield " ".join(path), _said(command, context, path)
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        inner = command.get_command(context, name)
        below = inner.make_context(name, [], parent=context, resilient_parsing=True)
        yield from _helps(inner, below, (*path, name))


def _said(command: Any, context: Any, path: tuple[str, ...]) -> object:
    lists = _Lists()
    command.format_options(context, lists)
    said = inspect.cleandoc(command.help).partition("\f")[0].split("\n\n")
    return {
        "command": " ".join(path),
        "usage": " ".join(command.collect_usage_pieces(context)),
        "text": [" ".join(part.split("\n")) for part in said],
        "lists": lists.found,
    }


def command_line(known: Sequence[Command]) -> str:
    """Return the page on the command line."""
    return _page(
        "Command line",
        "Exit codes and the form of messages are told in [messages](messages.md).",
        *(_one_command(command) for command in known),
    )


def _one_command(command: Command) -> str:
    name = command.usage.partition(" [")[0]
    options = _grid(("option", "meaning"), ((f"`{option}`", about) for option, about in command.options))
    return f"## {name}\n\n```\n{command.usage}\n```\n\n{command.help}\n\n{options}"
