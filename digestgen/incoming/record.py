"""What was imported: it stands beside site.yaml and is committed with it, so that nothing comes twice.

A draft that its editor deleted does not return, since the record knows it still.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from digestgen import files, fingerprint, tracking
from digestgen.dataclass import dataclass
from digestgen.incoming.values import Entry

#: The file, a mapping from feeds to ids to what became of them.
FILE: Final = "imported-entries.json"

_LIMIT: Final = 64 * 1024 * 1024

Row = dict[str, str]


class RecordError(Exception):
    """The record cannot be read, so nobody knows what was imported; the text says what to do."""


@dataclass()
class Record:
    """What was imported: `feeds` by the feed's address and the entry's id. `links` are known works besides these."""

    feeds: dict[str, dict[str, Row]] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def knows(self, feed: str, entry: Entry) -> bool:
        """Tell whether an entry was imported before, from this feed or another one, or its work is credited already."""
        return (
            entry.id in self.feeds.get(feed, {})
            or (is_global(entry.id) and entry.id in self.ids)
            or link_key(entry.url) in self.links
        )

    def add(self, feed: str, entry: Entry, row: Row) -> None:
        """Note that an entry became the file that `row` names."""
        self.feeds.setdefault(feed, {})[entry.id] = row
        self._know(entry.id, row)

    def _know(self, id: str, row: Row) -> None:
        self.ids.add(id)
        self.links.update(filter(None, [link_key(row.get("link", ""))]))

    def mark(self, feed: str) -> str:
        """Return what stands for all that is known of a feed."""
        return fingerprint.short("\0".join(sorted(self.feeds.get(feed, {}))).encode("utf-8", "surrogatepass"))


def is_global(id: str) -> bool:
    """Tell whether an id means one entry in all feeds: an address or a URN, and not a number that any feed may have."""
    scheme, colon, rest = id.partition(":")
    return bool(colon and rest) and scheme.isascii() and scheme.isalnum()


def link_key(url: str) -> str:
    """Return what the addresses of one work have in common, nothing for a front page, which is no work.

    A fragment counts, as in a page of many entries; one with a value (`#xtor=RSS-1`) tells whom a reader comes from.
    """
    before, _, fragment = url.partition("#")
    if "/" not in before.partition("://")[2].rstrip("/") and "?" not in before:
        return ""
    return tracking.same_work(url) + (f"#{fragment}" if fragment and "=" not in fragment else "")


def read(folder: Path, credited: Iterable[str], ids: Iterable[str]) -> Record:
    """Return the record of the site in `folder`.

    `credited` are addresses and `ids` the ids of works that the site has or credits besides. What an import began and
    did not end is as if it had not begun, unless its file is there. Raises RecordError.
    """
    record = Record(links=set(filter(None, map(link_key, credited))), ids=set(ids))
    for feed, rows in _rows(folder).items():
        for id, row in rows.items():
            if "begun" not in row or files.exists(str(folder / row.get("file", ""))):
                row.pop("begun", None)
                record.feeds.setdefault(feed, {})[id] = row
                record._know(id, row)  # noqa: SLF001 - it is being made
    return record


def _rows(folder: Path) -> dict[str, dict[str, Row]]:
    try:
        found = json.loads(files.read_bytes(str(folder / FILE), _LIMIT))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError, files.TooLargeError):
        found = None
    if not _is_record(found):
        raise RecordError(f"{FILE} cannot be read, so nobody knows what was imported; mend it, or take an older one")
    rows: dict[str, dict[str, Row]] = found
    return rows


def _is_record(found: Any) -> bool:
    return isinstance(found, dict) and all(
        isinstance(rows, dict) and all(isinstance(row, dict) and _is_row(row) for row in rows.values())
        for rows in found.values()
    )


def _is_row(row: Mapping[str, Any]) -> bool:
    return all(isinstance(text, str) for text in row.values())


def write(folder: Path, record: Record) -> None:
    """Put the record beside site.yaml: an entry a line, so that two branches can be merged."""
    files.put(str(folder / FILE), as_text(record).encode(), sync=True)


def as_text(record: Record) -> str:
    """Return the record as JSON, feeds by address, entries in the order in which they came."""
    feeds = (
        f" {_json(feed)}: {{\n" + ",\n".join(f"  {_json(id)}: {_json(row)}" for id, row in rows.items()) + "\n }"
        for feed, rows in sorted(record.feeds.items())
        if rows
    )
    return "{\n" + ",\n".join(feeds) + "\n}\n"


def _json(value: str | Row) -> str:
    return json.dumps(value, ensure_ascii=False)
