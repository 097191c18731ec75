"""The folder of an old site: listed and read within bounds, and never changed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from digestgen import files, parse
from digestgen.moving.values import Log

#: The most that one file of settings or text may hold, and one that comes along.
TEXT_LIMIT: Final = 4 * 1024 * 1024
FILE_LIMIT: Final = 100 * 1024 * 1024


class Folder:
    """The files below a folder, by their paths with `/`; hidden ones, litter and what `skipped` names are left out.

    A link that leads out of the folder, and what is neither file nor folder, is noted and left.
    """

    def __init__(self, root: Path, log: Log, skipped: tuple[str, ...] = ()) -> None:
        self.root = root
        self.log = log
        found = []
        for item in files.scan(str(root)):
            if item.path.partition("/")[0] in skipped or "/node_modules/" in f"/{item.path}":
                continue
            if item.kind == "file":
                found.append(item.path)
            else:
                log.person(item.path, 0, _STRANGE[item.kind])
        self.paths = tuple(found)
        self._known = frozenset(found)

    def __contains__(self, path: str) -> bool:
        return path in self._known

    def below(self, folder: str) -> tuple[str, ...]:
        """The paths below a folder, which is named without a final slash; all of them for the empty one."""
        return tuple(path for path in self.paths if not folder or path.startswith(folder + "/"))

    def data(self, path: str, limit: int = FILE_LIMIT) -> bytes | None:
        """Return what a file holds; None, with a note, where that cannot be had."""
        try:
            return files.read_bytes(str(self.root / path), limit)
        except files.TooLargeError:
            self.log.person(path, 0, f"the file is larger than {limit // 1024 // 1024} MiB and was left")
        except OSError as error:
            self.log.person(path, 0, f"the file cannot be read: {error.strerror}")
        return None

    def text(self, path: str) -> str | None:
        """Return a file as text with line feeds; None, with a note, where it is none."""
        data = self.data(path, TEXT_LIMIT)
        if data is None:
            return None
        text, faults = parse.decode(data, path)
        for fault in faults:
            self.log.person(path, fault.span.line if fault.span else 0, f"{fault.message}; the file was left")
        if text is not None and "\0" in text:
            self.log.person(path, text.count("\n", 0, text.index("\0")) + 1, "a NUL character: the file was left")
            return None
        return text


_STRANGE: Final = {
    "link": "a link that leads out of the folder was left",
    "other": "it is neither a file nor a folder, and was left",
    "unreadable": "it cannot be read, and was left",
}
