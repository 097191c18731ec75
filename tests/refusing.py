"""A system that refuses to open files and to list folders, as one does whose disk fails or where rights bind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from digestgen import files


@dataclass
class Refusing(files.Os):
    """Refuses `paths`, each with its error (a number of `errno`)."""

    paths: Mapping[str, int] = field(default_factory=dict)

    def _met(self, path: str) -> None:
        number = self.paths.get(path)
        if number is not None:
            raise OSError(number, os.strerror(number), path)

    def open(self, path: str, flags: int) -> int:
        self._met(path)
        return super().open(path, flags)

    def list(self, folder: str) -> list[os.DirEntry[str]]:
        self._met(folder.rstrip("/"))
        return super().list(folder)

    def stat(self, path: str) -> os.stat_result:
        self._met(f"stat {path}")
        return super().stat(path)

    def lstat(self, path: str) -> os.stat_result:
        self._met(f"lstat {path}")
        return super().lstat(path)
