"""A theme of the site over one of digestgen's: what it overrides, from which original, and what that missed since.

An override is one file, or one block of a template. Its original is kept as it was beside it, in `.originals/` of the
theme: so the difference between then and now can be shown, whatever became of digestgen's own files.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from digestgen import blocks, files, theme
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.fingerprint import short
from digestgen.schema import meant
from digestgen.theme import LIMIT, Folder
from digestgen.views import API_VERSION

#: Where a theme keeps the originals of what it overrides.
ORIGINALS: Final = ".originals"

Kind = Literal["templates", "styles", "assets"]
_KINDS: Final[tuple[Kind, ...]] = ("templates", "styles", "assets")

State = Literal["same", "changed", "gone", "unknown"]

#: What is noted in an override: of what, of which theme and version, and the original's fingerprint.
_NOTE: Final = re.compile(r"original: (\S+) of (\S+) (?:(\S+) )?\(([0-9a-z]+)\)")


class Refused(Exception):
    """What was asked for cannot be done; the message says why, and `hint` what may have been meant."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Part:
    """What can be overridden: a file of a theme, or one block of a template."""

    kind: Kind
    file: str
    block: str = ""

    @property
    def path(self) -> str:
        """Its place in a theme's folder; for a block that of its original below `ORIGINALS`."""
        return f"{self.kind}/{self.file}" + (f"#{self.block}" if self.block else "")

    @property
    def shown(self) -> str:
        """How one asks for it, and how it is called in messages."""
        return f"{self.file}:{self.block}" if self.block else f"{self.kind}/{self.file}"


@dataclass(frozen=True)
class Original:
    """What a theme has in the place of an override: its bytes, and the theme's name and version."""

    data: bytes
    theme: str
    version: str

    @property
    def named(self) -> str:
        return f"{self.theme} {self.version}".strip()


@dataclass(frozen=True)
class Missed:
    """What an override missed: whether its original is the `same`, has `changed`, is `gone`, or was never kept.

    `diff` is a unified diff from the original as it was to the original as it is, a line each; `before` and `now` name
    the themes and versions.
    """

    part: Part
    state: State
    diff: tuple[str, ...] = ()
    before: str = ""
    now: str = ""


# --- what there is


def part_of(asked: str, below: Sequence[Folder]) -> Part:
    """Return what `asked` means, as `article.html`, `article.html:sources` or `styles/lists.css`. Raises `Refused`."""
    file, _, block = asked.partition(":")
    found = [part for part in _files(below) if file in (part.file, f"{part.kind}/{part.file}")]
    if not found:
        names = {part.file: part for part in _files(below)}
        raise Refused(f"{_chained(below)} has no file `{file}`", meant(file.rpartition("/")[2], names))
    if len(found) > 1:
        raise Refused(f"there are several: {', '.join(part.shown for part in found)}")
    if not block:
        return found[0]
    if found[0].kind != "templates":
        raise Refused(f"only templates have blocks, and {found[0].shown} is none")
    known = blocks_of(found[0].file, below)
    if block not in known:
        hint = meant(block, known) or f"blocks: {', '.join(known) or 'none'}"
        raise Refused(f"{found[0].file} of {_chained(below)} has no block `{block}`", hint)
    return Part("templates", found[0].file, block)


def _chained(below: Sequence[Folder]) -> str:
    return below[0].name


def _files(below: Sequence[Folder]) -> list[Part]:
    parts = (Part(kind, file) for folder in below for kind in _KINDS for file in _held(folder, kind))
    return sorted(set(parts), key=lambda part: (_KINDS.index(part.kind), part.file))


def _held(folder: Folder, kind: Kind) -> Sequence[str]:
    return tuple({"templates": folder.templates, "styles": folder.styles, "assets": folder.assets}[kind])


def blocks_of(file: str, below: Sequence[Folder], *, own: bool = False) -> list[str]:
    """Return the names of all blocks of a template, those of what it extends included, in their order there.

    Those that are its `own` are those of no template with another name.
    """
    texts = {name: item.text for name, item in theme.templates(below).items()}
    lineage = reversed([*blocks.lineage(f"{below[0].name}/{file}", texts)])
    origins: dict[str, bool] = {}  # name of a block to whether a template of this name has it first
    for name, found in lineage:
        for block in found.blocks:
            origins.setdefault(block.name, name.rpartition("/")[2] == file)
    return [name for name, mine in origins.items() if mine or not own]


def original(part: Part, below: Sequence[Folder]) -> Original | None:
    """Return what the themes `below`, the nearest first, have in the place of `part`; None where they have nothing."""
    if part.block:
        return _block(part, below)
    for folder in below:
        if part.file in _held(folder, part.kind):
            return Original(_bytes(part, folder), folder.name, folder.version)
    return None


def _bytes(part: Part, folder: Folder) -> bytes:
    if part.kind == "templates":
        return folder.templates[part.file].text.encode()
    return folder.styles[part.file].text.encode() if part.kind == "styles" else folder.assets[part.file]


def _block(part: Part, below: Sequence[Folder]) -> Original | None:
    known = theme.templates(below)
    texts = {name: item.text for name, item in known.items()}
    lineage = [*blocks.lineage(f"{below[0].name}/{part.file}", texts)]
    name = next((name for name, found in lineage if found.block(part.block)), None)
    if name is None:
        return None
    owner = next(folder for folder in below if known[name] in folder.templates.values())
    return Original(blocks.cut(part.block, lineage, texts).encode(), owner.name, owner.version)


def overridden(above: Sequence[Folder]) -> list[Part]:
    """Return what the first theme of a chain overrides of the others, in order."""
    mine, below = above[0], above[1:]
    found: list[Part] = []
    for part in _files([mine]):
        if below and any(part.file in _held(folder, part.kind) for folder in below):
            found += _overridden(part, mine, below) if part.kind == "templates" else [part]
    return found


def _overridden(part: Part, mine: Folder, below: Sequence[Folder]) -> list[Part]:
    """A template that extends the one that it covers overrides blocks; any other all of it."""
    outline = blocks.outline(mine.templates[part.file].text)
    if outline.extends != f"{below[0].name}/{part.file}":
        return [part]
    known = set(blocks_of(part.file, below))
    return [
        Part("templates", part.file, block.name)
        for block in outline.blocks
        if block.name in known and block.within not in known  # a block within is part of the one around it
    ]


# --- taking one


def take(asked: str, above: Sequence[Folder]) -> tuple[Path, Part]:
    """Copy a file or a block of what the first theme of a chain extends into that theme, as a starting point.

    Return the file that was written. Raises `Refused` where there is no such thing, or the theme has it already.
    """
    mine, below = above[0], above[1:]
    part = part_of(asked, below)
    found = original(part, below)
    assert found is not None
    if part in overridden(above):
        raise Refused(f"{mine.shown} overrides {part.shown} already")
    if part.block:
        _put_block(part, found, mine, below)
    elif part.file in _held(mine, part.kind):
        raise Refused(f"{mine.shown}/{part.kind}/{part.file} is there already")
    else:
        _write(mine.root / part.kind / part.file, _noted(part, found, found.data))
    keep(part, found, mine)
    return mine.root / part.kind / part.file, part


def _note(part: Part, found: Original) -> str:
    return f"original: {part.shown} of {found.named} ({short(found.data)})"


def _noted(part: Part, found: Original, data: bytes) -> bytes:
    """Return a whole file with a note of its original in the first line, where its kind has comments."""
    if part.kind == "templates":
        return f"{{# {_note(part, found)} #}}\n".encode() + data
    return f"/* {_note(part, found)} */\n".encode() + data if part.file.endswith(".css") else data


def _put_block(part: Part, found: Original, mine: Folder, below: Sequence[Folder]) -> None:
    template = mine.templates.get(part.file)
    block = found.data.decode()
    parent = f"{below[0].name}/{part.file}"
    text = template.text if template else f'{{% extends "{parent}" %}}\n'
    outline = blocks.outline(text)
    if outline.extends != parent:
        raise Refused(f"{mine.shown}/templates/{part.file} does not extend {parent}, so it has no single blocks")
    twice = {item.name for item in blocks.outline(block).blocks} & {item.name for item in outline.blocks}
    if twice:
        held = ", ".join(f"`{name}`" for name in sorted(twice))
        raise Refused(f"{mine.shown}/templates/{part.file} has {held} already, and a block stands in a template once")
    has = {name for item in outline.imports for name in item.names}
    needs = [item for item in _imports(part, below) if _used(item, block) and not has.issuperset(item.names)]
    text = _with_imports(text, [item.text for item in needs]).rstrip("\n")
    text += f"\n{{# {_note(part, found)} #}}\n{block}\n"
    path = mine.root / "templates" / part.file
    if template:
        files.remove(str(path))
    _write(path, text.encode())


def _imports(part: Part, below: Sequence[Folder]) -> list[blocks.Import]:
    texts = {name: item.text for name, item in theme.templates(below).items()}
    lineage = blocks.lineage(f"{below[0].name}/{part.file}", texts)
    return list(dict.fromkeys(item for _, found in lineage for item in found.imports))


def _used(item: blocks.Import, text: str) -> bool:
    return any(re.search(rf"\b{name}\b", text) for name in item.names)


def _with_imports(text: str, statements: Sequence[str]) -> str:
    """Return a template with statements below the one that names its parent, where Jinja's own order has them."""
    if not statements:
        return text
    end = text.index("%}", text.index("extends")) + len("%}")
    return "\n".join([text[:end], *statements]) + text[end:]


def _write(path: Path, data: bytes) -> None:
    files.make_dirs(str(path.parent))
    files.write_new(str(path), data)


def keep(part: Part, found: Original, mine: Folder) -> None:
    """Keep the original of an override as it is now, in the place of what was kept before."""
    path = mine.root / ORIGINALS / part.path
    if files.exists(str(path)):
        files.remove(str(path))
    _write(path, found.data)


def renew(part: Part, above: Sequence[Folder]) -> None:
    """Note that what an override missed was taken over, or does not matter: its original is the present one.

    Raises `Refused` where there is none any more.
    """
    mine, below = above[0], above[1:]
    found = original(part, below)
    if found is None:
        raise Refused(f"{_chained(below)} has no {part.shown} any more")
    keep(part, found, mine)
    path = mine.root / part.kind / part.file
    if part.kind == "assets":
        return
    text = files.read_bytes(str(path), theme.LIMIT).decode()
    renewed = _NOTE.sub(lambda match: _note(part, found) if match[1] == part.shown else match[0], text)
    if renewed != text:
        files.remove(str(path))
        _write(path, renewed.encode())


# --- what was missed


def missed(above: Sequence[Folder], asked: str = "") -> list[Missed]:
    """Return for each override of the first theme of a chain, or that of what is `asked` for, what it missed.

    Raises `Refused` where the theme does not override what is asked for.
    """
    mine, *below = above
    parts = overridden(above)
    wanted = [part for part in parts if asked in ("", part.shown, part.file, f"{part.kind}/{part.file}")]
    if asked and not wanted:
        raise Refused(f"{mine.shown} does not override {asked}", meant(asked, [part.shown for part in parts]))
    return [_missed(part, mine, below) for part in wanted]


def _missed(part: Part, mine: Folder, below: Sequence[Folder]) -> Missed:
    now = original(part, below)
    noted = _noted_before(part, mine)
    before = f"{noted[2]} {noted[3] or ''}".strip() if noted else ""
    if now is None:
        return Missed(part, "gone", before=before)
    path = mine.root / ORIGINALS / part.path
    if not files.exists(str(path)):
        same = noted is not None and noted[4] == short(now.data)
        return Missed(part, "same" if same else "unknown", before=before, now=now.named)
    kept = files.read_bytes(str(path), LIMIT)
    if kept == now.data:
        return Missed(part, "same", before=before, now=now.named)
    return Missed(part, "changed", tuple(_diff(part, kept, now, before)), before, now.named)


def _noted_before(part: Part, mine: Folder) -> re.Match[str] | None:
    if part.kind == "assets":
        return None
    text = _bytes(part, mine).decode()
    return next((match for match in _NOTE.finditer(text) if match[1] == part.shown), None)


def _diff(part: Part, before: bytes, now: Original, named: str) -> Iterator[str]:
    try:
        old, new = before.decode().splitlines(), now.data.decode().splitlines()
    except UnicodeDecodeError:
        yield "(it is no text)"
        return
    names = (f"{part.shown} of {named}".removesuffix(" of "), f"{part.shown} of {now.named}")
    yield from difflib.unified_diff(old, new, *names, lineterm="")


# --- beginning a theme


_SETTINGS: Final = """\
name: {name}
version: 0.1.0
api: {api}
extends: {extends}
description: The theme {extends}, as we like it.

# Options of your own, beside those of {extends}; templates get them as `site.options.closing`.
# options:
#   closing:
#     type: text
#     default: That is all for tonight.
#     about: The line below each article.
"""

_README: Final = """\
# The theme {name}

It extends {extends}: what is not here comes from there. To use it, write `theme: {name}` into site.yaml.

- `templates/`: `digestgen theme override article.html:sources` brings one block of a page here to change,
  `digestgen theme override article.html` the whole page.
- `styles/`: every `.css` here is added to the theme's style sheet, after those of {extends}.
- `assets/`: pictures, fonts and scripts, as `{{{{ asset("logo.svg") }}}}` in a template and `url(logo.svg)` in a style
  sheet.
- `.originals/`: what the overrides were made from. `digestgen theme diff` compares it with what {extends} has now.
  Keep it with the theme.

`digestgen theme show {extends}` tells all options, templates and blocks.
"""


def begin(name: str, extends: str, site: Path) -> tuple[Path | None, list[Diagnostic]]:
    """Make the folder of a new theme of the site that extends another one.

    Return the folder, None where what it is to extend is wrong, which is told. Raises FileExistsError where there is
    anything at its place.
    """
    found: list[Diagnostic] = []
    folder = site / "themes" / name
    if not theme.chain(extends, site, None, found):
        return None, found
    if files.lstat(str(folder)) is not None:
        raise FileExistsError(17, "File exists", str(folder))
    words = {"name": name, "extends": extends, "api": API_VERSION}
    _write(folder / "theme.yaml", _SETTINGS.format(**words).encode())
    _write(folder / "README.md", _README.format(**words).encode())
    return folder, []
