"""What a shell offers for values of options: read from a site's own few files, quickly, and never an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from digestgen import config, files, parse, registry, terms, theme
from digestgen.config import Config

#: The most that is read of one file.
_LIMIT: Final = 1024 * 1024


def fitting(name: str, folder: str, begun: str) -> list[str]:
    """Return the values of the kind `name` in the site in `folder` that begin as `begun` does, case aside.

    `name` is one of languages, tags, sources, editions, feeds and themes. Of a list with commas, the last item counts.
    """
    head, comma, last = begun.rpartition(",")
    try:
        known = _KINDS[name](folder)
    except (OSError, ValueError, UnicodeError):
        return []
    wanted = terms.same_tag(last) if name == "tags" else last.casefold()
    shown = {value: terms.same_tag(value) if name == "tags" else value.casefold() for value in known}
    return [f"{head}{comma}{value}" for value in sorted(shown) if not last or shown[value].startswith(wanted)]


def _text(folder: str, name: str) -> str:
    return parse.decode(files.read_bytes(f"{folder}/{name}", _LIMIT), name)[0] or ""


def _settings(folder: str) -> Config:
    return config.read(_text(folder, config.FILE))[0]


def _languages(folder: str) -> Iterable[str]:
    return [item.lang for item in _settings(folder).languages]


def _tags(folder: str) -> Iterable[str]:
    found, _ = registry.read({"tags.yaml": _text(folder, "tags.yaml")})
    return {name for tag in found.tags for name in tag.names.values()}


def _sources(folder: str) -> Iterable[str]:
    return registry.read({"sources.yaml": _text(folder, "sources.yaml")})[0].sources


def _editions(folder: str) -> Iterable[str]:
    settings = _settings(folder)
    names = [entry.name for entry in files.system.list(f"{folder}/{settings.content}/{parse.EDITIONS}")]
    read = (parse.read_name(f"{parse.EDITIONS}/{name}", settings) for name in names if name.endswith(".md"))
    return {parse.edition_name(name) for name in read}


def _feeds(folder: str) -> Iterable[str]:
    return [item.url for item in _settings(folder).feeds.follow]


def _themes(folder: str) -> Iterable[str]:
    return theme.available(Path(folder))


_KINDS: Final[Mapping[str, Callable[[str], Iterable[str]]]] = {
    "languages": _languages,
    "tags": _tags,
    "sources": _sources,
    "editions": _editions,
    "feeds": _feeds,
    "themes": _themes,
}
