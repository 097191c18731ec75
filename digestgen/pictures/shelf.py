"""What was made of pictures, kept in a folder so that it need not be made again. Nothing there is worth anything.

A file begins with the fingerprint of what follows: one that is damaged is as good as none.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Collection
from pathlib import Path
from typing import Final

from digestgen import files, fingerprint, traces
from digestgen.dataclass import dataclass

#: Below the folder of all that is remembered.
FOLDER: Final = "pictures"

#: A name that is ours: the fingerprint of a key, and behind it the process that is writing.
_OURS: Final = re.compile(r"[0-9a-f]{40}(?:\.[0-9]+)?")

#: More than any picture that is made.
_LIMIT: Final = 1 << 28


@dataclass(frozen=True)
class Shelf:
    """The folder `root`, in which things are kept by the fingerprint of what they were made from."""

    root: str

    def get(self, key: str) -> bytes | None:
        """Return what is kept under `key`, or None."""
        try:
            data = files.read_bytes(self._path(key), _LIMIT)
        except OSError:
            return None
        mark, content = data[:64], data[64:]
        return content if mark == fingerprint.of_bytes(content).encode() else None

    def has(self, key: str) -> bool:
        """Tell whether there is anything under `key`, whole or not."""
        return files.exists(self._path(key))

    def keep(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, or nothing where the disk does not let us."""
        path = self._path(key)
        staged = f"{path}.{os.getpid()}"
        with contextlib.suppress(OSError):
            if not self._own():
                return
            files.make_dirs(self.root)
            files.remove(staged)
            files.write_new(staged, fingerprint.of_bytes(content).encode() + content)
            files.replace(staged, path)

    def clear(self, keys: Collection[str]) -> None:
        """Remove all but what is kept under `keys`; of other names than ours nothing is touched."""
        names = {_name(key) for key in keys}
        with contextlib.suppress(OSError):
            for entry in files.system.list(self.root) if self._own() else ():
                if _OURS.fullmatch(entry.name) and entry.name not in names and entry.is_file(follow_symlinks=False):
                    files.remove(entry.path)

    def _own(self) -> bool:
        """Tell whether the folder is one, as is that which it lies in, and no link to what may be another's."""
        known = (files.lstat(os.path.dirname(self.root)), files.lstat(self.root))
        return all(one is None or stat.S_ISDIR(one.st_mode) for one in known)

    def _path(self, key: str) -> str:
        return f"{self.root}/{_name(key)}"


def of(site: Path) -> Shelf:
    """Return the shelf of the site in the folder `site`."""
    return Shelf(f"{site}/{traces.FOLDER}/{FOLDER}")


def _name(key: str) -> str:
    return fingerprint.of_bytes(key.encode())[:40]
