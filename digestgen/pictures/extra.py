"""Whether what makes pictures is installed; asked without importing it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import util
from typing import Final

from digestgen.diagnostics import Diagnostic, Span

#: What each key of site.yaml needs, by the names that are imported.
_NEEDED: Final = {"images": ("PIL",), "cards": ("PIL", "resvg_py", "fontpkg_noto_serif")}


def lacking(key: str, asked: Span | None) -> Iterator[Diagnostic]:
    """Yield an error if what the key `key` of site.yaml needs is not installed; `asked` is where it stands."""
    if all(util.find_spec(name) for name in _NEEDED[key]):
        return
    message = f"`{key}` needs what is not installed: digestgen's part for pictures"
    help = "install it: pip install 'digestgen[images]'"
    yield Diagnostic("missing-extra", message, asked, help=help)
