"""What was imported before: it stands beside site.yaml, to be committed with it, so that nothing is done twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from digestgen import files, fingerprint
from digestgen.moving.values import UnfitError

FILE: Final = "imported-site.json"
_LIMIT: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """A file of ours that an import wrote: its path below content/, and the fingerprint of what was written."""

    path: str
    written: str


def read(folder: Path) -> dict[str, Row]:
    """Return the rows by where each came from. Raises `UnfitError` where the file cannot be read."""
    try:
        rows = json.loads(files.read_bytes(str(folder / FILE), _LIMIT))
        return {str(key): Row(str(row["file"]), str(row["written"])) for key, row in rows.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise UnfitError(
            f"{FILE} cannot be read, so nobody knows what was imported before; mend or remove it"
        ) from None


def keep(folder: Path, rows: Mapping[str, Row]) -> None:
    """Put the rows in the place of those that were kept."""
    listed = {key: {"file": rows[key].path, "written": rows[key].written} for key in sorted(rows)}
    files.put(str(folder / FILE), (json.dumps(listed, ensure_ascii=False, indent=1) + "\n").encode(), sync=True)


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
