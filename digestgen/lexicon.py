"""A site's own catalogues, as files: read, held against the messages that pages ask for, and put together.

Those of its themes come here as texts. What is read first is said first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from digestgen import catalogue, files, fingerprint, i18n, legible, parse
from digestgen.catalogue import Catalogue
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.guesses import Guesses
from digestgen.schema import meant
from digestgen.unchanged import LOCALE

#: How the files are called that are read, and the most that one of them may hold.
ENDING: Final = ".po"
_LIMIT: Final = 1024 * 1024


@dataclass(frozen=True)
class Text:
    """The text of a catalogue, its path for messages, and the fingerprint of the file."""

    text: str
    path: str
    mark: str = ""


def of_site(folder: Path, found: list[Diagnostic]) -> list[Text]:
    """Return the catalogues in `locale/` of the site in `folder`, in the order of their names."""
    root, texts = folder / LOCALE, []
    for item in files.scan(str(root)):
        text = None
        if item.kind != "file":
            found.extend([legible.strange(item, LOCALE)] if not legible.is_absent(item) else [])
        elif item.path.endswith(ENDING):
            text = read(root / item.path, f"{LOCALE}/{item.path}", found)
        if text is not None:
            texts.append(text)
    return texts


def read(file: Path, shown: str, found: list[Diagnostic]) -> Text | None:
    """Return a catalogue, or None where it cannot be read or is no text, which is told."""
    data = legible.data(str(file), shown, _LIMIT, found)
    if data is None:
        return None
    text, faults = parse.decode(data, shown)
    found.extend(faults)
    return Text(text, shown, fingerprint.of_bytes(data)) if text is not None else None


def interface(given: Iterable[Text], known: Mapping[str, catalogue.Entry], found: list[Diagnostic]) -> i18n.Interface:
    """Return what pages say of `known` messages by the catalogues `given`, the first ones before the others.

    A translation that cannot stand for its message is left out. What is wrong is in `found`.
    """
    plain = {name: entry.plural.text if entry.plural else "" for name, entry in known.items()}
    guesses = Guesses()
    own: dict[str, list[Catalogue]] = defaultdict(list)
    for tag, item in _told_apart(given, found):
        read, faults = catalogue.read(item.text, item.path, i18n.plurals_of(tag))
        good, more = catalogue.checked(read, plain, partial(meant, known=plain, guesses=guesses))
        found.extend([*faults, *more])
        own[tag].append(good)
    return i18n.Interface({name: tuple(listed) for name, listed in own.items()})


def _told_apart(given: Iterable[Text], found: list[Diagnostic]) -> Iterator[tuple[str, Text]]:
    """Yield each catalogue with the name that it is asked for by; two of one language in one folder are told."""
    places: dict[tuple[str, str], str] = {}
    for item in given:
        folder, _, name = item.path.rpartition("/")
        tag = i18n.normal(name.removesuffix(ENDING))
        if not _is_named(item.path, found):
            continue
        first = places.setdefault((folder, tag), item.path)
        if first != item.path:
            found.append(
                Diagnostic("bad-catalogue", f"{first} is of the same language", Span(item.path), "keep one of them")
            )
        yield tag, item


def _is_named(path: str, found: list[Diagnostic]) -> bool:
    """Tell whether a catalogue has the name of a language and lies where catalogues lie; else that is told."""
    folder, _, name = path.rpartition("/")
    tag = name.removesuffix(ENDING)
    right = re.fullmatch(rf"(themes/[^/]+/)?{LOCALE}", folder)
    if right and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", tag) and i18n.known(tag):
        return True
    label = f"expected {LOCALE}/ and a language's tag, as in {LOCALE}/pt-BR{ENDING}"
    message = f"the catalogue is not read, as `{tag}` is no language" if right else "the catalogue is not read here"
    found.append(Diagnostic("bad-catalogue", message, Span(path), label, severity="warning"))
    return False
