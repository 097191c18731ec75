"""Style sheets and the other files of a theme: from what its author wrote to what a browser gets.

The only home of Lightning CSS, which minifies. digestgen's own themes carry their sheets minified already, so that no
one needs it who writes no style sheets and asks for none to be minified.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Mapping
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.fingerprint import short

#: What templates call the style sheet that is made of those of the theme and of all that it extends.
SHEET: Final = "theme.css"

#: How the file beside `x.css` ends that holds the same minified.
READY: Final = ".min.css"

_URL: Final = re.compile(r"url\(\s*([\"']?)([^\"'()\s:?#]+)\1\s*\)")
_IMPORT: Final = re.compile(r"/\*.*?\*/|@import\b[^;]*;?", re.DOTALL)


@dataclass(frozen=True)
class Sheet:
    """A style sheet: its text, the name of its file for messages, and the same text minified, if that is there."""

    text: str
    path: str
    ready: str = ""


class Unminified(Exception):
    """A style sheet cannot be minified; `diagnostic` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def read(files: Mapping[str, str], folder: str, found: list[Diagnostic]) -> dict[str, Sheet]:
    """Return the style sheets among `files` (name to text) of the shown `folder`, in the order of their names."""
    sheets = {}
    for name, text in sorted(files.items()):
        ready = files.get(_ready_name(name), "")
        if not name.endswith(".css") or is_ready(name, files):
            continue
        first, _, rest = ready.partition("\n")
        if ready and first != _made_from(name, text):
            found.append(_stale(f"{folder}/{_ready_name(name)}", name))
            rest = ""
        sheets[name] = Sheet(text, f"{folder}/{name}", rest)
    return sheets


def is_ready(name: str, names: Container[str]) -> bool:
    """Tell whether a file is another one minified, which is among `names`."""
    return name.endswith(READY) and name.removesuffix(READY) + ".css" in names


def _ready_name(name: str) -> str:
    return name.removesuffix(".css") + READY


def _made_from(name: str, text: str) -> str:
    return f"/* {name.rpartition('/')[2]} {short(text.encode())} */"


def _stale(path: str, name: str) -> Diagnostic:
    return Diagnostic(
        "theme",
        f"it was not made from {name} as that is now",
        Span(path),
        help="until then it is left aside: make it anew with `python3 dev.py css`, or remove it",
        severity="warning",
    )


def imports(sheet: Sheet) -> Iterable[Diagnostic]:
    """Tell of `@import`: among joined sheets it stands where CSS ignores it (CSS Cascade 5, section 2)."""
    for match in _IMPORT.finditer(sheet.text):
        if match[0].startswith("@"):
            line, column, shown = _place(sheet.text, match.start())
            span = Span(sheet.path, line, column, len(match[0].split("\n")[0]), shown)
            help = "put the file into styles/ itself: all that lie there are joined, in the order of their names"
            yield Diagnostic("theme", "a style sheet of a theme cannot import another", span, help=help)


def _place(text: str, at: int) -> tuple[int, int, str]:
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text.count("\n", 0, at) + 1, at - begin + 1, text[begin : end if end >= 0 else None]


def made_ready(name: str, text: str) -> str:
    """Return what the file beside the style sheet `name` holds: from what it was made, then that minified.

    Raises `Unminified`.
    """
    return f"{_made_from(name, text)}\n{minified(Sheet(text, name))}\n"


def minified(sheet: Sheet, asked: Span | None = None) -> str:
    """Return the sheet as Lightning CSS minifies it. Raises `Unminified`; `asked` is where minifying is asked for."""
    try:
        from lightningcss import process_stylesheet
    except ImportError:
        help = "install it: pip install 'digestgen[assets]'"
        message = "style sheets are minified by Lightning CSS, which is not installed"
        raise Unminified(Diagnostic("missing-extra", message, asked, help=help)) from None
    try:
        return str(process_stylesheet(sheet.text, filename=sheet.path))
    except ValueError as error:
        raise Unminified(_wrong(sheet, str(error))) from None


def _wrong(sheet: Sheet, message: str) -> Diagnostic:
    """Lightning CSS counts lines from 0, columns from 1, and names both last."""
    match = re.fullmatch(r"(?:Parsing stylesheet failed: )?(.*?) at .*:(\d+):(\d+)", message, re.DOTALL)
    if match is None:
        return Diagnostic("theme", message, Span(sheet.path))
    lines = sheet.text.split("\n")
    line = min(int(match[2]), len(lines) - 1)
    column = max(1, min(int(match[3]), len(lines[line]) or 1))
    said = f"the style sheet cannot be read: {match[1][:1].lower()}{match[1][1:]}"
    return Diagnostic("theme", said, Span(sheet.path, line + 1, column, 1, lines[line]))


def fingerprinted(
    assets: Mapping[str, bytes], sheets: Mapping[str, Sheet], theme: str, properties: str, *, stable: bool
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the final files by address, and name to address. With `stable` addresses do not change with content.

    Style sheets come last, as they name other files, and begin with the options' `properties`: so any rule of the
    sheet may overrule an option.
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
            data = (properties + _placed(data.decode("utf-8", "replace"), name, addresses)).encode()
        put(name, name, data)
    if sheets:
        text = "".join(_placed(sheet.ready or sheet.text, SHEET, addresses) for sheet in sheets.values())
        shown = f"{theme}.all.css" if stable else f"{theme}.css"  # a file of the theme may have its name
        put(SHEET, shown, (properties + text).encode())
    return final, addresses


def _placed(text: str, name: str, addresses: Mapping[str, str]) -> str:
    """Return the text of the style sheet `name` with the addresses of the files that it names."""

    def renamed(match: re.Match[str]) -> str:
        place = match[2].removeprefix("../assets/") if name == SHEET else match[2]
        other = os.path.normpath(os.path.join(os.path.dirname(name), place)).replace(os.sep, "/")
        up = "../" * name.count("/")
        return f'url("{up}{addresses[other].removeprefix("/assets/")}")' if other in addresses else match[0]

    return _URL.sub(renamed, text)
