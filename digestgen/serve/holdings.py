"""What there is to be had at which address: the list of what was built, and nothing that merely lies there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from http import HTTPStatus
from typing import Final

from digestgen import urls
from digestgen.dataclass import dataclass

#: What hosts show for an address that they do not know.
_NOT_FOUND: Final = "404.html"

_PAGE: Final = ".html"

#: So many changes of files are remembered for pages that are open and were not told yet.
_MOST: Final = 5000


@dataclass(frozen=True)
class Place:
    """Where an address leads: to the file `path` of the site, or, with a `moved`, to another address."""

    status: HTTPStatus
    path: str = ""
    moved: str = ""


@dataclass()
class Holdings:
    """All files of the site by their path, each with its fingerprint. `base` is the path that the site stands at."""

    base: str = "/"
    files: dict[str, str] = field(default_factory=dict)
    number: int = 0
    """Counts the builds that changed anything."""
    changed: dict[str, int] = field(default_factory=dict)
    """The path of each file beside the pages that changed, to the number of the build that did it last."""
    known_from: int = 0
    """The number of the build after which all such changes are known."""

    def take(self, base: str, files: Mapping[str, str], gone: Iterable[str]) -> None:
        """Take over what a build changed."""
        self.base = base
        news = [path for path, mark in files.items() if self.files.get(path) != mark]
        self.files |= files
        news += [path for path in gone if self.files.pop(path, None)]
        if news:
            self.number += 1
            self._note([path for path in news if not path.endswith(_PAGE)] if self.number > 1 else [])

    def _note(self, paths: Iterable[str]) -> None:
        """Note what pages may use; of the oldest nothing is known any more in the end."""
        for path in paths:
            self.changed.pop(path, None)
            self.changed[path] = self.number
        while len(self.changed) > _MOST:
            self.known_from = self.changed.pop(next(iter(self.changed)))

    def find(self, address: str) -> Place:
        """Return where the decoded path of an address leads."""
        if not address.startswith(self.base):
            at_the_door = address == "/" or f"{address}/" == self.base
            return Place(HTTPStatus.FOUND, moved=urls.quote_path(self.base)) if at_the_door else self._missing(address)
        path = address[len(self.base) :]
        page = f"{path}index.html" if not path or path.endswith("/") else path
        if page in self.files:
            return Place(HTTPStatus.OK, page)
        if f"{path}/index.html" in self.files:
            # a path that begins with two slashes would be read as another host
            return Place(HTTPStatus.FOUND, moved=urls.quote_path(f"{self.base}{path}/"))
        return self._missing(path)

    def wanted(self, address: str) -> tuple[str, ...]:
        """Return the files that the decoded path of an address leads to, or would if they were there."""
        found = self.find(address).path
        path = address[len(self.base) :] if address.startswith(self.base) else found
        page = f"{path}index.html" if not path or path.endswith("/") else f"{path}/index.html"
        return tuple(dict.fromkeys(name for name in (found, path, page) if name and not name.endswith("/")))

    def _missing(self, path: str) -> Place:
        """What hosts show: the page of the nearest folder that has one, for languages have their own."""
        while "/" in path:
            path = path.rpartition("/")[0]
            if f"{path}/{_NOT_FOUND}" in self.files:
                return Place(HTTPStatus.NOT_FOUND, f"{path}/{_NOT_FOUND}")
        return Place(HTTPStatus.NOT_FOUND, _NOT_FOUND if _NOT_FOUND in self.files else "")

    def tag(self, path: str) -> str:
        """Return what tells what a file holds from all else that it held, or may hold."""
        return self.files.get(path, "")[:20]

    def since(self, number: int) -> list[str]:
        """Return the paths of what changed beside the pages after the build `number`."""
        return sorted(path for path, at in self.changed.items() if at > number)

    def address(self, path: str) -> str:
        """Return the percent-encoded address of a file."""
        return urls.quote_path(self.base + path)
