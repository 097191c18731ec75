"""Themes: their templates, files and options, found in themes/ beside site.yaml or among digestgen's own.

A theme may extend another: its templates and files come before those of the theme below it, whose templates stay
reachable as `{% extends "broadsheet/article.html" %}`. The style sheets of all of them are one file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final

from digestgen import blocks, files, fingerprint, legible, parse, styles, urls, yaml
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.lexicon import ENDING, Text
from digestgen.manifest import TABLE, Option
from digestgen.pictures import headers
from digestgen.pictures.album import Facts
from digestgen.pictures.headers import Head
from digestgen.schema import Fault, Flag, Report, meant
from digestgen.unchanged import LOCALE
from digestgen.views import API_VERSION, Picture

#: The most that one file of a theme may hold.
LIMIT: Final = 16 * 1024 * 1024

#: The folders of a theme.
_PARTS: Final = ("templates", "styles", "assets", LOCALE)

#: Nothing is known of any picture.
_NO_PICTURES: Final[Mapping[str, Facts | None]] = {}

#: The template of the page for searching.
_SEARCH: Final = "search.html"

#: The most themes that may extend each other.
_DEEPEST: Final = 8


@dataclass(frozen=True)
class Template:
    """The text of a template, the name of its file for messages, and whether it is digestgen's own."""

    text: str
    path: str
    own: bool = False


@dataclass(frozen=True)
class Theme:
    """A theme with all that it extends: templates and assets by name, options with their values."""

    name: str
    templates: Mapping[str, Template]
    assets: Mapping[str, bytes]
    options: Mapping[str, Any]
    sizes: str = "100vw"
    """How wide it shows pictures of the text, as HTML's attribute of this name."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Name of an asset to its address, which changes with its content; `styles.SHEET` is among them."""
    read: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Path below the site's folder of each file that was read there, to the fingerprint of what it held."""
    above: tuple[Folder, ...] = field(default=(), compare=False, repr=False)
    """This theme alone, and each that it extends, the nearest first."""


@dataclass(frozen=True)
class Folder:
    """One theme's own files. `shown` is its folder in messages; `own` tells that it is digestgen's."""

    root: Path
    shown: str
    own: bool
    version: str
    api: int
    description: str
    extends: str
    skeleton: bool
    sizes: str
    options: Mapping[str, Option]
    templates: Mapping[str, Template]
    styles: Mapping[str, styles.Sheet]
    assets: Mapping[str, bytes]
    small: Mapping[str, bytes]
    """Those of the assets that are style sheets and minified already."""
    catalogues: tuple[Text, ...]
    """Its own catalogues of words (.po)."""
    marks: Mapping[str, Span] = field(default_factory=dict, compare=False)
    read: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Path of each of its files below the site's folder to the fingerprint of what was read there."""
    whole: bool = True
    """Whether all of it could be read."""

    @property
    def name(self) -> str:
        return self.root.name


def own_themes() -> Path:
    """Return the folder of digestgen's own themes: in an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    return package / "themes" if (package / "themes").is_dir() else package.parent / "themes"


def available(site: Path) -> list[str]:
    """Return the names of all themes that the site in the folder `site` can use: skeletons are left out."""
    return sorted({root.name for root in roots(site) if not is_skeleton(root)})


def roots(site: Path) -> list[Path]:
    """Return the folders of all themes in reach of a site, the site's first, each in the order of names."""
    places = [site / "themes", own_themes()]
    if _same(*places):  # digestgen's own digest has its themes beside it
        places.pop()
    return [
        entry
        for place in places
        if place.is_dir()
        for entry in sorted(Path(item.path) for item in files.system.list(str(place)))
        if files.may_be_file(str(entry / "theme.yaml"))
    ]


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def is_skeleton(root: Path) -> bool:
    """Tell whether the theme in the folder `root` is only there to be extended."""
    node, _ = yaml.parse(_text(root / "theme.yaml", "", []), path="")
    entries = node.entries if isinstance(node, yaml.Mapping) else ()
    return any(entry.key.text == "skeleton" and _says_yes(entry.value) for entry in entries)


def _says_yes(node: yaml.Node) -> bool:
    try:
        return Flag().read(node, "", Report())
    except Fault:
        return False


def load(
    settings: Config,
    site: Path,
    static: Collection[str] | None = (),
    pictures: Mapping[str, Facts | None] = _NO_PICTURES,
    *,
    stable_names: bool = False,
) -> tuple[Theme | None, list[Diagnostic]]:
    """Return the theme that the `settings` of the site in the folder `site` name, with the options they give.

    `static` are the names of the files below content/static/ (None where not all are known), `pictures` are those of
    content/ by path. An option that is wrong is told, and has its default; None stands for a theme that cannot be read.
    With `stable_names` the address of a file of the theme does not change with its content.
    """
    found: list[Diagnostic] = []
    above = chain(settings.theme, site, settings.marks.get("theme"), found)
    if not above or any(item.severity == "error" for item in found):
        return None, found
    options = in_force(above, settings.theme_options, Report(found, dict(settings.marks)))
    texts = templates(above)
    found.extend(_lost_blocks(above, texts))
    final, addresses = _dressed(above, options, settings, found, stable_names=stable_names)
    shelf = _Pictures(addresses, frozenset(static or ()), assets_of(above), pictures, sure=static is not None)
    values = {key: _value(option, value, span, shelf, found) for key, (option, value, span) in options.items()}
    sizes = next((size for folder in above if (size := folder.sizes)), "100vw")
    read = {path: mark for folder in above for path, mark in folder.read.items()}
    return Theme(settings.theme, texts, final, values, sizes, addresses, read, tuple(above)), found


def files_of(settings: Config, site: Path) -> tuple[dict[str, bytes], dict[str, str], list[Diagnostic]]:
    """Return the files of the theme by address, under names that stay, name to address, and what is wrong with it."""
    found: list[Diagnostic] = []
    above = chain(settings.theme, site, settings.marks.get("theme"), found)
    if not above:
        return {}, {}, found
    options = in_force(above, settings.theme_options, Report(found, dict(settings.marks)))
    return *_dressed(above, options, settings, found, stable_names=True), found


def _dressed(
    above: Sequence[Folder],
    options: Mapping[str, tuple[Option, Any, Span | None]],
    settings: Config,
    found: list[Diagnostic],
    *,
    stable_names: bool,
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files of a chain by address, and name to address."""
    sheets, assets = sheets_of(above), assets_of(above)
    if settings.minify:
        small = _Minifier(settings.marks.get("minify"), found)
        sheets, assets = small.sheets(sheets), small.assets(above)
    for name in _needless(above, assets, settings):
        del assets[name]
    return styles.fingerprinted(assets, sheets, settings.theme, _custom_properties(options), stable=stable_names)


def _needless(above: Sequence[Folder], assets: Container[str], settings: Config) -> frozenset[str]:
    """Return the names of the files that only the page for searching asks for, on a site that has none."""
    if settings.search:
        return frozenset()
    asked = {name: blocks.assets(item.text) for name, item in templates(above).items()}
    ours = frozenset(name for name in asked if name.rpartition("/")[2] == _SEARCH)
    others = [found for name, found in asked.items() if name not in ours]
    if None in others:
        return frozenset()
    kept = {name for found in others for name in found or ()}
    return frozenset(name for key in ours for name in asked[key] or () if name in assets) - kept


def templates(above: Sequence[Folder]) -> dict[str, Template]:
    """Return all templates of a chain by name: the nearest one, and as each theme has it by that theme's name.

    A theme that extends one of its own name means the other one by that name.
    """
    nearest: dict[str, Template] = {}
    named: dict[str, Template] = {}
    for folder in reversed(above):
        nearest |= folder.templates
        named = {f"{folder.name}/{key}": found for key, found in nearest.items()} | named
    return named | nearest


def assets_of(above: Sequence[Folder]) -> dict[str, bytes]:
    """Return all files by name, each from the nearest theme that has it, minified where that is there."""
    assets: dict[str, bytes] = {}
    for folder in reversed(above):
        assets |= {**folder.assets, **folder.small}
    return assets


def sheets_of(above: Sequence[Folder]) -> dict[str, styles.Sheet]:
    """Return the style sheets in their order: of the theme below all others first, then by name.

    One that has the name of another stands in its place.
    """
    sheets: dict[str, styles.Sheet] = {}
    for folder in reversed(above):
        sheets |= folder.styles
    return sheets


@dataclass(frozen=True)
class _Minifier:
    """Minifies what is not minified yet, as site.yaml asks for at `asked`; what is wrong is told in `found`."""

    asked: Span | None
    found: list[Diagnostic]

    def sheets(self, sheets: Mapping[str, styles.Sheet]) -> dict[str, styles.Sheet]:
        return {name: replace(sheet, ready=sheet.ready or self.text(sheet)) for name, sheet in sheets.items()}

    def assets(self, above: Sequence[Folder]) -> dict[str, bytes]:
        found = assets_of(above)
        for name in found:
            owner = next(folder for folder in above if name in folder.assets)
            if name.endswith(".css") and not name.endswith(styles.READY) and name not in owner.small:
                text = owner.assets[name].decode("utf-8", "replace")
                found[name] = self.text(styles.Sheet(text, f"{owner.shown}/assets/{name}")).encode()
        return found

    def text(self, sheet: styles.Sheet) -> str:
        try:
            return styles.minified(sheet, self.asked)
        except styles.Unminified as error:
            self.found.append(error.diagnostic)
            return sheet.text


def _lost_blocks(above: Sequence[Folder], known: Mapping[str, Template]) -> Iterator[Diagnostic]:
    """Tell of blocks of the site's own templates that are shown nowhere: Jinja says nothing of them."""
    texts = {name: item.text for name, item in known.items()}
    for folder in above:
        for key, template in folder.templates.items() if not folder.own else ():
            astray, names = blocks.lost(f"{folder.name}/{key}" if known[key] != template else key, texts)
            for block in astray:
                line = template.text.split("\n")[block.line - 1]
                span = Span(template.path, block.line, len(line) - len(line.lstrip()) + 1, len(line.strip()), line)
                message = f"what this template extends has no block `{block.name}`, so it is shown nowhere"
                hint = meant(block.name, names)
                yield Diagnostic("theme", message, span, hint, "" if hint else f"blocks: {', '.join(names)}")
            yield from _outside(template)


def _outside(template: Template) -> Iterator[Diagnostic]:
    """Tell where text begins that stands outside the blocks of a template that extends another one."""
    for number, shown in blocks.outside(template.text):
        line = template.text.split("\n")[number - 1]
        span = Span(template.path, number, max(line.find(shown), 0) + 1, len(shown), line)
        message = "this stands outside all blocks of a template that extends another one, so it is shown nowhere"
        yield Diagnostic("text-outside", message, span, help="put it into a block of the parent", severity="warning")


def chain(name: str, site: Path, span: Span | None, found: list[Diagnostic]) -> list[Folder]:
    """Return the theme `name` and those that it extends, the nearest first; none where one of them is wrong.

    `span` is where the site names it. What is wrong is told in `found`, of all of them where it is their files.
    """
    above: list[Folder] = []
    while name:
        root = _find(name, site, [folder.root for folder in above])
        if root is None:
            found.append(_absent(name, above, _reached(site), span))
            return []
        folder = read(root, site, found)
        if folder is None:
            return []
        above.append(folder)
        if len(above) == 1 and folder.skeleton:
            message = f"the theme `{name}` is only there to be extended"
            found.append(Diagnostic("theme", message, span, help="make a theme that extends it, or take another one"))
        name, span = folder.extends, folder.marks.get("extends")
        if len(above) > _DEEPEST:
            message = f"more than {_DEEPEST} themes extend each other: {_arrows(above)}"
            found.append(Diagnostic("theme", message, span))
            return []
    return above if all(folder.whole for folder in above) else []


def _reached(site: Path) -> list[str]:
    """Return the names of the themes in reach, as far as they can be seen, for a message."""
    with contextlib.suppress(OSError):
        return available(site)
    return []


def _arrows(above: Sequence[Folder]) -> str:
    return " → ".join(folder.name for folder in above)


def _absent(name: str, above: Sequence[Folder], known: Sequence[str], span: Span | None) -> Diagnostic:
    """Return what is told of a theme that is not there, or that was met already on the way to it."""
    if name in {folder.name for folder in above}:
        message = f"the themes extend each other in a circle: {_arrows(above)} → {name}"
        return Diagnostic("theme", message, span, help="let one of them extend another theme, or none")
    message = f"`{above[-1].shown}` extends `{name}`, which is not there" if above else f"there is no theme `{name}`"
    return Diagnostic("no-theme", message, span, meant(name, known), f"themes: {', '.join(known)}")


def _find(name: str, site: Path, taken: Sequence[Path]) -> Path | None:
    """A theme of the site may have the name of the one that it extends: then the next one of that name is meant."""
    places = (site / "themes" / name, own_themes() / name)
    met = {place.resolve() for place in taken}
    return next(
        (place for place in places if place.resolve() not in met and files.may_be_file(f"{place}/theme.yaml")), None
    )


def read(root: Path, site: Path, found: list[Diagnostic]) -> Folder | None:
    """Return the theme in the folder `root` alone, without what it extends; None where theme.yaml is wrong.

    What cannot be read of it is told, and then it is not `whole`.
    """
    own = _same(root.parent, own_themes())
    shown = os.path.relpath(root, site).replace(os.sep, "/") if root.is_relative_to(site) else f"themes/{root.name}"
    before = len(found)
    settings = legible.data(str(root / "theme.yaml"), f"{shown}/theme.yaml", LIMIT, found)
    raw = {} if settings is None else {"theme.yaml": settings}
    raw |= {f"{part}/{key}": data for part in _PARTS for key, data in _files(root / part, f"{shown}/{part}", found)}
    whole = not any(item.severity == "error" for item in found[before:])
    if settings is None:
        _lessen(found, before, shown)
        return None
    text = _decoded(settings, f"{shown}/theme.yaml", found)
    node, faults = yaml.parse(text, path=f"{shown}/theme.yaml")
    found.extend(faults)
    if node is None:
        return None
    report = Report(found)
    try:
        values = TABLE.values(node, "", report)
    except Fault:
        return None
    _check(values, root.name, report)
    assets = _below(raw, "assets")
    sheets = styles.read(_texts(_below(raw, "styles"), f"{shown}/styles", found), f"{shown}/styles", found)
    linked = styles.read(_texts(assets, f"{shown}/assets", found), f"{shown}/assets", found)
    found.extend(fault for sheet in sheets.values() for fault in styles.imports(sheet))
    return Folder(
        root,
        shown,
        own,
        values["version"],
        values["api"],
        values["description"],
        values["extends"],
        values["skeleton"],
        values["sizes"],
        values["options"],
        {
            key: Template(_decoded(data, f"{shown}/templates/{key}", found), f"{shown}/templates/{key}", own)
            for key, data in _below(raw, "templates").items()
        },
        sheets,
        {key: data for key, data in assets.items() if not styles.is_ready(key, assets)},
        {key: sheet.ready.encode() for key, sheet in linked.items() if sheet.ready},
        _catalogues(_below(raw, LOCALE), f"{shown}/{LOCALE}", found),
        report.marks,
        _marks(raw, shown) if root.is_relative_to(site) else {},
        whole,
    )


def _lessen(found: list[Diagnostic], first: int, shown: str) -> None:
    """Leave out, from the first one on, what goes without saying where a theme's theme.yaml cannot be read either."""
    parts = {f"{shown}/{part}" for part in _PARTS}
    found[first:] = [item for item in found[first:] if item.span is None or item.span.path not in parts]


def _marks(raw: Mapping[str, bytes], shown: str) -> dict[str, str]:
    return {f"{shown}/{key}": fingerprint.of_bytes(data) for key, data in raw.items()}


def _below(raw: Mapping[str, bytes], part: str) -> dict[str, bytes]:
    return {key.removeprefix(f"{part}/"): data for key, data in raw.items() if key.startswith(f"{part}/")}


def _catalogues(raw: Mapping[str, bytes], shown: str, found: list[Diagnostic]) -> tuple[Text, ...]:
    given = [(f"{shown}/{key}", data) for key, data in raw.items() if key.endswith(ENDING)]
    return tuple([Text(_decoded(data, path, found), path) for path, data in given])


def _check(values: Mapping[str, Any], folder: str, report: Report) -> None:
    if values["name"] != folder:
        message = f"the theme in the folder {folder} is called `{values['name']}`"
        report.fault("bad-value", message, report.marks["name"], f"write `{folder}`, or rename the folder")
    if values["api"] > API_VERSION:
        message = f"the theme is for version {values['api']} of the theme API"
        report.fault("theme", message, report.marks["api"], f"this digestgen has {API_VERSION}")


def _text(file: Path, shown: str, found: list[Diagnostic]) -> str:
    return _decoded(legible.data(str(file), shown, LIMIT, found) or b"", shown, found)


def _texts(raw: Mapping[str, bytes], shown: str, found: list[Diagnostic]) -> dict[str, str]:
    return {key: _decoded(data, f"{shown}/{key}", found) for key, data in raw.items() if key.endswith(".css")}


def _decoded(raw: bytes, shown: str, found: list[Diagnostic]) -> str:
    text, faults = parse.decode(raw, shown)
    found.extend(faults)
    return text or ""


def _files(folder: Path, shown: str, found: list[Diagnostic]) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each file in a folder of a theme, where there is one."""
    for item in files.scan(str(folder)):
        # what cannot be read would be missing, or another theme's would be taken for it
        if item.kind != "file":
            found.extend([legible.strange(item, shown)] if not legible.is_absent(item) else [])
        else:
            data = legible.data(str(folder / item.path), f"{shown}/{item.path}", LIMIT, found)
            if data is not None:
                yield item.path, data


# --- options


def options_of(above: Sequence[Folder]) -> dict[str, Option]:
    """Return all options of a chain by name, each as the nearest theme declares it."""
    known: dict[str, Option] = {}
    for folder in reversed(above):
        known |= folder.options
    return known


def in_force(
    above: Sequence[Folder], given: Mapping[str, yaml.Node], report: Report
) -> dict[str, tuple[Option, Any, Span | None]]:
    """Return each option with its value, and where that was given; what is wrong is told and has its default."""
    known = options_of(above)
    values: dict[str, tuple[Option, Any, Span | None]] = {
        key: (option, option.default, option.mark) for key, option in known.items()
    }
    for key, node in given.items():
        if key not in known:
            span = report.marks[f"theme_options.{key}"]
            hint = meant(key, known) or f"options: {', '.join(known) or 'none'}"
            report.fault("unknown-key", f"the theme `{above[0].name}` has no option `{key}`", span, hint)
            continue
        if isinstance(node, yaml.Scalar) and yaml.is_null(node):
            continue  # a key without a value counts as left out, as everywhere
        try:
            values[key] = (known[key], known[key].shape.read(node, key, report), node.span)
        except Fault:
            continue
    return values


def _custom_properties(options: Mapping[str, tuple[Option, Any, Span | None]]) -> str:
    lines = [f"{option.css}:{value}" for option, value, _ in options.values() if option.css]
    return f":root{{{';'.join(lines)}}}\n" if lines else ""


@dataclass(frozen=True)
class _Pictures:
    """The files that an option may name as a picture: the theme's with their addresses, and those of the site."""

    addresses: Mapping[str, str]
    static: frozenset[str]
    assets: Mapping[str, bytes]
    pictures: Mapping[str, Facts | None]
    sure: bool
    """Whether all of them are known."""

    def head(self, name: str) -> Head | None:
        """Return what is known of a picture's size."""
        if name in self.addresses:
            return headers.read(self.assets.get(name, b""))
        known = self.pictures.get(f"{parse.STATIC}/{name}")
        return known.head if known else None

    def address(self, name: str) -> str:
        """Return the address of a picture, or "" where there is none of the name; the theme's come first."""
        found = self.addresses.get(name, "")
        return found or (urls.quote_path(f"/{name}") if name in self.static else "")


def _value(option: Option, value: Any, span: Span | None, shelf: _Pictures, found: list[Diagnostic]) -> Any:
    """Return the value of an option as templates get it: a picture is a `views.Picture`, or None without one."""
    if option.type != "picture":
        return value
    name = str(value).strip("/")
    address = shelf.address(name)
    if name and not address and shelf.sure:
        hint = meant(name, [*shelf.addresses, *shelf.static])
        message = f"there is no picture `{value}` in content/static/, and none in the theme's assets/"
        found.append(Diagnostic("broken-link", message, span, hint))
    head = shelf.head(name)
    return Picture(address, "", width=head.width if head else 0, height=head.height if head else 0) if address else None
