"""Themes: their templates, files and options, found in themes/ beside site.yaml or among digestgen's own.

A theme may extend another: its templates and files come before those of the theme below it, whose templates stay
reachable as `{% extends "broadsheet/article.html" %}`. The style sheets of all of them are one file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from digestgen import files, parse, yaml
from digestgen.diagnostics import Diagnostic, Span
from digestgen.fingerprint import short
from digestgen.schema import Choice, Fault, Flag, Free, Key, ListOf, MapOf, Report, Shape, Table, Text, Whole, meant
from digestgen.views import API_VERSION

#: The most that one file of a theme may hold.
LIMIT: Final = 16 * 1024 * 1024

#: What templates call the style sheet that is made of those of the theme and of all that it extends.
SHEET: Final = "theme.css"

_COLOUR: Final = r"#[0-9A-Fa-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl|oklch|oklab|lch|lab)\([0-9a-z%.,/ +-]{1,60}\)"

OPTION_TYPES: Final[Mapping[str, Shape]] = {
    "text": Text(),
    "bool": Flag(),
    "integer": Whole(),
    "colour": Text("a CSS colour such as #8b1a1a", pattern=_COLOUR),
}


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a theme: its shape, its default, and the CSS custom property that carries it, if one does."""

    type: str
    default: Any = None
    choices: tuple[str, ...] = ()
    css: str = ""
    about: str = ""

    @property
    def shape(self) -> Shape:
        return Choice(self.choices) if self.type == "choice" else OPTION_TYPES[self.type]


OPTION: Final = Table(
    "an option",
    (
        Key("type", Choice((*OPTION_TYPES, "choice")), "What its value is.", required=True),
        Key("default", Free(), "Its value where the site gives none.", required=True),
        Key("choices", ListOf(Text(), "a list of words"), "The words of a choice.", (), "none"),
        Key(
            "css",
            Text("a CSS custom property such as --accent", pattern=r"--[a-z][a-z0-9-]*"),
            "The custom property that gets the value.",
            "",
            "none",
        ),
        Key("about", Text(), "What it does.", "", "none"),
    ),
    lambda values: Option(**values),
    unknown="error",
)

TABLE: Final = Table(
    "theme.yaml",
    (
        Key(
            "name",
            Text("a name", pattern=r"[a-z0-9][a-z0-9_-]*"),
            "The theme's name, which is its folder's.",
            required=True,
        ),
        Key("version", Text(), "The theme's own version.", "", "none"),
        Key("api", Whole(1, 1000), "The version of the theme API it was written for.", API_VERSION, str(API_VERSION)),
        Key("description", Text(), "What it looks like, in a sentence.", "", "none"),
        Key(
            "extends",
            Text("the name of a theme", pattern=r"[a-z0-9][a-z0-9_-]*"),
            "The theme that it builds on.",
            "",
            "none",
        ),
        Key(
            "skeleton",
            Flag(),
            "Whether it is only there to be extended, and no site can use it as it is.",
            default=False,
            otherwise="false",
        ),
        Key(
            "options",
            MapOf(OPTION, "a mapping of options"),
            "Options that site.yaml may set in `theme_options`.",
            {},
            "none",
        ),
    ),
    unknown="error",
)


@dataclass(frozen=True, slots=True)
class Template:
    """The text of a template and the name of its file for messages."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme with all that it extends: templates and assets by name, options with their values."""

    name: str
    templates: Mapping[str, Template]
    assets: Mapping[str, bytes]
    options: Mapping[str, Any]
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Name of an asset to its address, which changes with its content; `SHEET` is among them."""


@dataclass(slots=True)
class _Folder:
    """One theme's own files."""

    root: Path
    shown: str
    settings: dict[str, Any]
    templates: dict[str, Template]
    styles: dict[str, str]
    assets: dict[str, bytes]


def own_themes() -> Path:
    """Return the folder of digestgen's own themes: in an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    return package / "themes" if (package / "themes").is_dir() else package.parent / "themes"


def available(site: Path) -> list[str]:
    """Return the names of all themes that the site in the folder `site` can use."""
    names: set[str] = set()
    for place in (site / "themes", own_themes()):
        if place.is_dir():
            names.update(entry.name for entry in place.iterdir() if (entry / "theme.yaml").is_file())
    return sorted(names)


def load(
    name: str, site: Path, given: Mapping[str, yaml.Node], marks: Mapping[str, Span], *, stable_names: bool = False
) -> tuple[Theme | None, list[Diagnostic]]:
    """Return the theme `name` with the options `given` in site.yaml (whose places are in `marks`).

    An option that is wrong is told, and has its default; None stands for a theme that cannot be read. With
    `stable_names` the address of a file of the theme does not change with its content.
    """
    found: list[Diagnostic] = []
    chain = _chain(name, site, marks.get("theme"), found)
    if not chain or found:
        return None, found
    report = Report(found, dict(marks))
    options = _options(chain, given, report)
    values = {key: value for key, (_, value) in options.items()}
    properties = _custom_properties(options)
    final, addresses = _fingerprinted(_assets(chain), _styles(chain), name, properties, stable=stable_names)
    return Theme(name, _templates(chain), final, values, addresses), found


def _templates(chain: Sequence[_Folder]) -> dict[str, Template]:
    """Return all templates by name: the nearest one, and as each theme has it by that theme's name.

    A theme that extends one of its own name means the other one by that name.
    """
    nearest: dict[str, Template] = {}
    named: dict[str, Template] = {}
    for folder in reversed(chain):
        nearest |= folder.templates
        named = {f"{folder.root.name}/{key}": found for key, found in nearest.items()} | named
    return named | nearest


def _assets(chain: Sequence[_Folder]) -> dict[str, bytes]:
    """Return all files by name, each from the nearest theme that has it."""
    assets: dict[str, bytes] = {}
    for folder in reversed(chain):
        assets |= folder.assets
    return assets


def _styles(chain: Sequence[_Folder]) -> dict[str, str]:
    """Return the style sheets in their order: of the theme below all others first, then by name.

    One that has the name of another stands in its place.
    """
    styles: dict[str, str] = {}
    for folder in reversed(chain):
        styles |= folder.styles
    return styles


def _chain(name: str, site: Path, span: Span | None, found: list[Diagnostic]) -> list[_Folder]:
    chain: list[_Folder] = []
    while name:
        root = _find(name, site, [folder.root for folder in chain])
        if root is None:
            known = available(site)
            message = (
                f"there is no theme `{name}`"
                if not chain
                else f"`{chain[-1].shown}` extends `{name}`, which is not there"
            )
            found.append(Diagnostic("no-theme", message, span, meant(name, known), f"themes: {', '.join(known)}"))
            return []
        folder = _read(root, site, found)
        if folder is None:
            return []
        chain.append(folder)
        if len(chain) == 1 and folder.settings["skeleton"]:
            message = f"the theme `{name}` is only there to be extended"
            found.append(Diagnostic("theme", message, span, help="make a theme that extends it, or take another one"))
        name = folder.settings["extends"]
        if len(chain) > 8:
            found.append(Diagnostic("theme", f"the themes of `{chain[0].shown}` extend each other in a circle", span))
            return []
    return chain


def _find(name: str, site: Path, taken: Sequence[Path]) -> Path | None:
    """A theme of the site may have the name of the one that it extends: then the next one of that name is meant."""
    places = (site / "themes" / name, own_themes() / name)
    return next((place for place in places if place not in taken and (place / "theme.yaml").is_file()), None)


def _read(root: Path, site: Path, found: list[Diagnostic]) -> _Folder | None:
    shown = os.path.relpath(root, site).replace(os.sep, "/") if root.is_relative_to(site) else f"themes/{root.name}"
    data = files.read_bytes(str(root / "theme.yaml"), LIMIT)
    text, faults = parse.decode(data, f"{shown}/theme.yaml")
    found.extend(faults)
    node, faults = yaml.parse(text or "", path=f"{shown}/theme.yaml")
    found.extend(faults)
    if node is None:
        return None
    report = Report(found)
    try:
        settings = TABLE.values(node, "", report)
    except Fault:
        return None
    if settings["api"] > API_VERSION:
        span = report.marks["api"]
        report.fault(
            "theme",
            f"the theme is for version {settings['api']} of the theme API",
            span,
            f"this digestgen has {API_VERSION}",
        )
    templates = {}
    for key, raw in _files(root / "templates").items():
        content, faults = parse.decode(raw, f"{shown}/templates/{key}")
        found.extend(faults)
        templates[key] = Template(content or "", f"{shown}/templates/{key}")
    styles = {
        key: raw.decode("utf-8", "replace")
        for key, raw in sorted(_files(root / "styles").items())
        if key.endswith(".css")
    }
    return _Folder(root, shown, settings, templates, styles, _files(root / "assets"))


def _files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {
        item.path: files.read_bytes(str(folder / item.path), LIMIT)
        for item in files.scan(str(folder))
        if item.kind == "file"
    }


def _options(chain: Sequence[_Folder], given: Mapping[str, yaml.Node], report: Report) -> dict[str, tuple[Option, Any]]:
    known: dict[str, Option] = {}
    for folder in reversed(chain):
        known |= folder.settings["options"]
    values = {key: (option, option.default) for key, option in known.items()}
    for key, node in given.items():
        if key not in known:
            span = report.marks[f"theme_options.{key}"]
            hint = meant(key, known) or f"options: {', '.join(known) or 'none'}"
            report.fault("unknown-key", f"the theme `{chain[0].root.name}` has no option `{key}`", span, hint)
            continue
        if isinstance(node, yaml.Scalar) and yaml.is_null(node):
            continue  # a key without a value counts as left out, as everywhere
        try:
            values[key] = (known[key], known[key].shape.read(node, key, report))
        except Fault:
            continue
    return values


def _custom_properties(options: Mapping[str, tuple[Option, Any]]) -> str:
    lines = [f"{option.css}:{value}" for option, value in options.values() if option.css]
    return f":root{{{';'.join(lines)}}}\n" if lines else ""


_URL: Final = re.compile(r"url\(\s*([\"']?)([^\"'()\s:?#]+)\1\s*\)")


def _fingerprinted(
    assets: Mapping[str, bytes], styles: Mapping[str, str], theme: str, properties: str, *, stable: bool
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the final assets by address, and name to address.

    Style sheets come last: they name other assets, and carry the options.
    """
    addresses: dict[str, str] = {}
    final: dict[str, bytes] = {}

    def put(name: str, shown: str, data: bytes) -> None:
        stem, dot, ending = shown.rpartition(".")
        mark = "" if stable else f".{short(data)}"
        address = f"/assets/{stem}{mark}{dot}{ending}" if dot else f"/assets/{ending}{mark}"
        addresses[name] = address
        final[address] = data

    for name in sorted(assets, key=lambda item: (item.endswith(".css"), item)):
        data = assets[name]
        if name.endswith(".css"):
            data = (_placed(data.decode("utf-8", "replace"), name, addresses) + properties).encode()
        put(name, name, data)
    if styles:
        text = "".join(_placed(sheet, SHEET, addresses) for sheet in styles.values())
        shown = f"{theme}.all.css" if stable else f"{theme}.css"  # a file of the theme may have its name
        put(SHEET, shown, (text + properties).encode())
    return final, addresses


def _placed(text: str, name: str, addresses: Mapping[str, str]) -> str:
    """Return the text of the style sheet `name` with the addresses of the files that it names."""

    def renamed(match: re.Match[str]) -> str:
        place = match[2].removeprefix("../assets/") if name == SHEET else match[2]
        other = os.path.normpath(os.path.join(os.path.dirname(name), place)).replace(os.sep, "/")
        up = "../" * name.count("/")
        return f'url("{up}{addresses[other].removeprefix("/assets/")}")' if other in addresses else match[0]

    return _URL.sub(renamed, text)
