"""What was imported before: it stands beside site.yaml, to be committed with it, so that nothing is done twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from digestgen import files, fingerprint
from digestgen.dataclass import dataclass
from digestgen.moving.values import UnfitError

FILE: Final = "imported-site.json"
_LIMIT: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """A file of ours that an import wrote: its path below content/, and the fingerprint of what was written."""

    path: str
    written: str


@dataclass()
class Ledger:
    """What was imported from one old site, by the path there; `others` are those of other sites, as they were kept."""

    peer: str
    url: str
    title: str
    rows: dict[str, Row] = field(default_factory=dict)
    others: list[Any] = field(default_factory=list)


def read(folder: Path, peer: str, url: str, title: str) -> Ledger:
    """Return what was imported from the site of this generator that has this address or else this title.

    Raises `UnfitError` where the file cannot be read.
    """
    try:
        listed = json.loads(files.read_bytes(str(folder / FILE), _LIMIT))
        own = next((item for item in listed if _same(item, peer, url, title)), None)
        rows = (
            {str(key): Row(str(row["file"]), str(row["written"])) for key, row in own["files"].items()} if own else {}
        )
        return Ledger(peer, url, title, rows, [item for item in listed if item is not own])
    except FileNotFoundError:
        return Ledger(peer, url, title)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise UnfitError(
            f"{FILE} cannot be read, so nobody knows what was imported before; mend or remove it"
        ) from None


def _same(item: Mapping[str, Any], peer: str, url: str, title: str) -> bool:
    return bool(item["from"] == peer and (item["url"] == url != "" or item["title"] == title))


def keep(folder: Path, ledger: Ledger) -> None:
    """Put what a ledger says in the place of what was kept."""
    listed = {key: {"file": row.path, "written": row.written} for key, row in sorted(ledger.rows.items())}
    own = {"from": ledger.peer, "url": ledger.url, "title": ledger.title, "files": listed}
    text = json.dumps([*ledger.others, own], ensure_ascii=False, indent=1)
    files.put(str(folder / FILE), (text + "\n").encode(), sync=True)


def row(path: str, data: bytes) -> Row:
    """Return the row of what is being written."""
    return Row(path, fingerprint.of_bytes(data))


def state(place: str, known: Row | None, data: bytes) -> str:
    """Return what to do with the file at `place` for which `data` is to be written.

    `new` and `changed` are to be written, `same` need not; `edited` was changed here since, `foreign` was never
    imported, `gone` was and is not wanted any more: those are left.
    """
    try:
        there = files.read_bytes(place, _LIMIT * 2)
    except FileNotFoundError:
        return "gone" if known else "new"
    except OSError:
        return "foreign"
    if there == data:
        return "same"
    if known is None:
        return "foreign"
    return "changed" if fingerprint.of_bytes(there) == known.written else "edited"
