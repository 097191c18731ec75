"""Plug-ins, loaded from the bytes that their fingerprint is made from, and called so that their faults are told.

A plug-in's modules are read once, as one value; Python's import system is given nothing else of the site's folder, so
that a file that lies there and has the name of a library is never run. No bytecode is written or read.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import wraps
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final, TypeVar

from digestgen import files, fingerprint, legible, unchanged
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.schema import meant

Value = TypeVar("Value")

#: The functions that a plug-in may offer.
OFFERS: Final = ("change", "pages", "check", "filters", "extensions")

#: The most that the files of one plug-in may hold.
_LIMIT: Final = 16 * 1024 * 1024

#: Below which name the modules of plug-ins are known to Python.
_SPACE: Final = "digestgen_plugin_"


class PluginError(Exception):
    """A function of a plug-in failed; `diagnostic` says where."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(frozen=True)
class _File:
    """A module's text, and the path that messages call it by."""

    path: str
    data: bytes
    package: bool


@dataclass(frozen=True)
class Plugin:
    """A plug-in that could be loaded: what site.yaml calls it, what it offers, and its files by their whole paths."""

    name: str
    offers: Mapping[str, Callable[..., Any]]
    files: Mapping[str, _File]

    def line_of(self, offer: str) -> Span:
        """Return where one of its functions begins."""
        code = getattr(self.offers[offer], "__code__", None)
        return self._span(code.co_filename, code.co_firstlineno) if code else Span(self.name)

    def call(self, offer: str, *given: object, doing: str = "") -> Any:
        """Return what one of its functions returns; where that is an iterator, all that it yields.

        Raises PluginError where it fails; `doing` says at what.
        """
        return self.guarded(self.offers[offer], f"`{offer}`", doing)(*given)

    def guarded(self, function: Callable[..., Any], named: str, doing: str = "") -> Callable[..., Any]:
        """Return `function` so that it raises nothing but PluginError."""

        def called(*given: Any, **named_ones: Any) -> Any:
            try:
                found = function(*given, **named_ones)
                return list(found) if hasattr(found, "__next__") else found
            except (Exception, SystemExit) as error:
                raise PluginError(self.fault(error, named, doing)) from error

        # what Jinja asks of a filter is told by its attributes
        return wraps(function)(called) if hasattr(function, "__dict__") else called

    def fault(self, error: BaseException, named: str, doing: str = "") -> Diagnostic:
        """Return the message for an exception that one of its functions raised."""
        span = self.place(error) or Span(self.name)
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return Diagnostic("plugin", f"the plug-in {self.name} failed in {named}: {what[:300]}", span, help=doing)

    def place(self, error: BaseException) -> Span | None:
        """Return the innermost line of the plug-in that an exception came through, if it came through any."""
        if isinstance(error, SyntaxError) and error.filename in self.files:
            return self._span(error.filename or "", error.lineno or 1)
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in self.files]
        return self._span(frames[-1].filename, frames[-1].lineno or 1) if frames else None

    def _span(self, file: str, line: int) -> Span:
        known = self.files.get(file)
        if known is None:
            return Span(self.name)
        lines = known.data.decode("utf-8", "replace").splitlines()
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        begin = len(text) - len(text.lstrip())
        return Span(known.path, line, begin + 1, max(1, len(text.strip())), text)


@dataclass(frozen=True)
class Plugins:
    """The plug-ins of a site, in the order of site.yaml; `mark` is the fingerprint of all their files."""

    listed: tuple[Plugin, ...] = ()
    mark: str = ""

    def offering(self, offer: str) -> tuple[Plugin, ...]:
        """Return those that offer a function."""
        return tuple(item for item in self.listed if offer in item.offers)

    def blame(self, error: BaseException | None, doing: str) -> Diagnostic | None:
        """Return the message for an exception that came through a plug-in; None for any other one."""
        while error is not None:
            if isinstance(error, PluginError):
                return error.diagnostic
            for plugin in self.listed:
                if plugin.place(error) is not None:
                    return plugin.fault(error, "an extension of Markdown", doing)
            error = error.__cause__ or error.__context__
        return None

    def filters(self) -> tuple[dict[str, Callable[..., Any]], list[Diagnostic]]:
        """Return what templates may call, by name, and what is wrong with it."""
        found: dict[str, Callable[..., Any]] = {}
        faults: list[Diagnostic] = []
        for plugin in self.offering("filters"):
            try:
                given = plugin.call("filters")
            except PluginError as error:
                faults.append(error.diagnostic)
                continue
            if not isinstance(given, Mapping) or not all(map(callable, given.values())):
                faults.append(wrong(plugin, "filters", "a mapping from names to functions", given))
                continue
            found |= {str(name): plugin.guarded(one, f"the filter `{name}`") for name, one in given.items()}
        return found, faults

    def extensions(self) -> list[Any]:
        """Return new extensions of Markdown. Raises PluginError."""
        found: list[Any] = []
        for plugin in self.offering("extensions"):
            given = plugin.call("extensions", doing="while Markdown was made ready")
            if not isinstance(given, Iterable):
                raise PluginError(wrong(plugin, "extensions", "a list of extensions", given))
            found += given
        return found


NO_PLUGINS: Final = Plugins()


def wrong(plugin: Plugin, offer: str, expected: str, given: object) -> Diagnostic:
    """Return the message for a function that returned what it must not."""
    message = f"the plug-in {plugin.name} returned {type(given).__name__} from `{offer}`"
    return Diagnostic("plugin", message, plugin.line_of(offer), f"expected {expected}")


#: What was loaded last in this process, by what it was loaded from: building again loads nothing again.
_loaded: dict[tuple[str, str], tuple[Plugins, list[Diagnostic]]] = {}


def load(folder: str, names: Sequence[str], places: Mapping[str, Span]) -> tuple[Plugins, list[Diagnostic]]:
    """Return the plug-ins of the site in `folder`, as site.yaml names them, and what is wrong with them.

    `places` tells where site.yaml names each (as "plugins.0").
    """
    if not names:
        return Plugins(), []
    found: list[Diagnostic] = []
    read = [_read(folder, name, places.get(f"plugins.{number}"), found) for number, name in enumerate(names)]
    texts = [(path, fingerprint.of_bytes(data)) for held in read for path, data in sorted(held.items())]
    mark = fingerprint.of_value((tuple(names), tuple(texts)))
    key = (os.path.abspath(folder), mark)
    if found or key not in _loaded:
        pairs = enumerate(zip(names, read, strict=True))
        listed = [_made(number, folder, name, held, found) if held else None for number, (name, held) in pairs]
        if found:
            # what is missing may be there at the next build, though no file of the plug-in changed
            return Plugins((), f"{mark} failed"), found
        _loaded.clear()
        _loaded[key] = (Plugins(tuple(item for item in listed if item), mark), [])
    return _loaded[key]


def _read(folder: str, name: str, place: Span | None, found: list[Diagnostic]) -> dict[str, bytes]:
    """The files of a plug-in by their paths below the site's folder."""
    package = os.path.isdir(f"{folder}/{name}")
    wanted = f"{name}/__init__.py" if package else name
    listed = [path for path, _ in unchanged.paths_of(folder, name)]
    if wanted not in listed or not wanted.endswith(".py"):
        label = "expected a Python file, or a folder with an __init__.py, below that of site.yaml"
        found.append(Diagnostic("plugin", f"there is no plug-in {name}", place, label))
        return {}
    read = {path: legible.data(f"{folder}/{path}", path, _LIMIT, found) for path in listed}
    hidden = (item for item in files.scan(f"{folder}/{name}") if item.kind == "unreadable") if package else ()
    found += [legible.unlisted(item, name) for item in hidden]
    return {path: data for path, data in read.items() if data is not None}


def _made(number: int, folder: str, name: str, held: Mapping[str, bytes], found: list[Diagnostic]) -> Plugin | None:
    """Run a plug-in's module, and return what it offers."""
    top = f"{_SPACE}{number}"
    texts = {path: data for path, data in held.items() if path.endswith(".py")}
    modules = {_module(top, name, path): _file(path, data) for path, data in texts.items()}
    by_path = {os.path.abspath(f"{folder}/{item.path}"): item for item in modules.values()}
    plugin = Plugin(name, {}, by_path)
    for known in [one for one in sys.modules if one == top or one.startswith(f"{top}.")]:
        del sys.modules[known]
    sys.meta_path[:] = [item for item in sys.meta_path if not (isinstance(item, _Finder) and item.top == top)]
    finder = _Finder(top, os.path.abspath(folder), modules)
    sys.meta_path.insert(0, finder)
    try:
        module = importlib.import_module(top)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises is told
        found.append(plugin.fault(error, "its code"))
        return None
    offers = {offer: one for offer in OFFERS if callable(one := getattr(module, offer, None))}
    if not offers:
        own = [each for each, one in vars(module).items() if callable(one) and getattr(one, "__module__", "") == top]
        hint = next(filter(None, (meant(each, OFFERS) for each in own)), "")
        label = f"expected a function called {', '.join(OFFERS[:-1])} or {OFFERS[-1]}"
        found.append(Diagnostic("plugin", f"the plug-in {name} offers nothing", Span(f"{name}"), label, hint))
        return None
    return Plugin(name, offers, by_path)


def _module(top: str, name: str, path: str) -> str:
    """The name of the module in the file `path` of the plug-in `name`."""
    inner = path.removeprefix(name).removesuffix(".py").strip("/").replace("/", ".") if path != name else ""
    inner = inner.removesuffix("__init__").rstrip(".")
    return f"{top}.{inner}" if inner else top


def _file(path: str, data: bytes) -> _File:
    return _File(path, data, path.endswith("/__init__.py"))


@dataclass()
class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds the modules of one plug-in among what was read of it, and runs them from there."""

    top: str
    folder: str
    modules: Mapping[str, _File]
    is_ours: bool = field(default=True)

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        known = self.modules.get(fullname)
        if known is None:
            return None
        origin = self._origin(known)
        spec = ModuleSpec(fullname, self, origin=origin, is_package=known.package)
        spec.has_location = True
        return spec

    def _origin(self, known: _File) -> str:
        return os.path.abspath(os.path.join(self.folder, known.path))

    def get_source(self, fullname: str) -> str:
        return importlib.util.decode_source(self.modules[fullname].data)

    def get_code(self, fullname: str) -> Any:
        known = self.modules[fullname]
        return compile(known.data, self._origin(known), "exec", dont_inherit=True)

    def is_package(self, fullname: str) -> bool:
        return self.modules[fullname].package
