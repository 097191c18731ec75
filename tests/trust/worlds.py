"""A site before and after a change, as a build meets it: with what it published, what is foreign, and its cache."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.building import everything, plain_theme, published
from tests.sites import write_site
from tests.test_pictures import picture
from tests.trust.frame import scratch
from tests.trust.victim import Victim, victim

_SITE: Final = (Path(__file__).parent.parent / "golden/site.txt").read_text(encoding="utf-8")

#: Nearly everything that a site can have, in a theme that is quickly drawn.
BEFORE: Final = _SITE.replace("paginate: 2\n", "paginate: 2\ntheme: plain\nimages: {widths: [20]}\n") + plain_theme()

#: Two articles and an index for readers who search.
SEARCHED: Final = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6f0a4c1e-5d3b-4a8f-9c2d-7e1b0f3a5c9d
theme: plain
search: true
feeds: {atom: off, full: off, archive: off}
-- content/2024-05-01-one.md --
---
title: One
---
Words of the first.
-- content/2024-05-02-two.md --
---
title: Two
---
Words of the second.
""" + plain_theme(search='{% extends "base.html" %}')

FOREIGN: Final = {"CNAME": b"mine", "2024/05/mine.txt": b"mine", ".hidden/x": b"mine"}


def _edited(site: Path) -> None:
    """Only a text changes."""
    path = site / "content/2024/drought.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nMore of it.\n", encoding="utf-8")


def _changed(site: Path) -> None:
    """Articles come, go and get other titles; a file becomes a folder, and a folder a file; a picture comes."""
    content = site / "content"
    (content / "2024/snow.md").unlink()
    (content / "2024/hail.md").write_text("---\ntitle: Hail\ndate: 2024-05-04\ntags: [C++]\n---\n![p](p.png)\n")
    (content / "2024/p.png").write_bytes(picture("png", (50, 20)))
    path = content / "2024/flood.md"
    path.write_text(path.read_text(encoding="utf-8").replace("title: Flood", "title: The flood"), encoding="utf-8")
    shutil.rmtree(content / "static/folder")
    (content / "static/folder").write_bytes(b"a file")
    (content / "static/file").unlink()
    (content / "static/file").mkdir()
    (content / "static/file/deep.txt").write_bytes(b"deep")


def _added(site: Path) -> None:
    """An article comes, and what another says is searched for by other words."""
    (site / "content/2024-05-03-three.md").write_text("---\ntitle: Three\n---\nOthers.\n")
    path = site / "content/2024-05-01-one.md"
    path.write_text(path.read_text().replace("Words", "Sentences"))


CHANGES: Final = {"a text is edited": _edited, "much is changed": _changed}


@dataclass(frozen=True, slots=True)
class Image:
    """A folder as it is at a moment: the paths of the folders in it, each after the one above, and its files."""

    folders: tuple[str, ...]
    files: Mapping[str, bytes]

    def put(self, folder: Path) -> None:
        """Make `folder`, which is not there, as it was: all files new, so that no stamp of them fits any more."""
        os.mkdir(folder)
        for path in self.folders:
            os.mkdir(f"{folder}/{path}")
        for path, data in self.files.items():
            with open(f"{folder}/{path}", "xb", buffering=0) as file:
                file.write(data)


def image(folder: Path) -> Image:
    """Return a folder without links as it is by now."""
    folders: list[str] = []
    for above, names, _ in os.walk(folder):
        folders += (os.path.relpath(os.path.join(above, name), folder) for name in names)
    return Image(tuple(folders), everything(folder))


@dataclass(frozen=True, slots=True)
class World:
    """A site that was built, and changed since: `folder` is the place where it is tried, `start` what it begins as.

    `old` and `new` are what is published before and after, foreign files included; `clean` all that a clean build
    leaves in the output, digestgen's own files included, and `names` all that it leaves in the cache's folder.
    `proved` are states from which a build was seen to end there.
    """

    name: str
    folder: Path
    start: Image
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    clean: Mapping[str, bytes]
    names: frozenset[str]
    places: frozenset[str]
    proved: set[bytes] = field(default_factory=set)

    @property
    def out(self) -> Path:
        return self.folder / "public"

    def again(self) -> None:
        """Put everything back to where a build is to begin."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.start.put(self.folder)

    def whole(self, case: object, *, untouched: bool = False) -> None:
        """Assert that each file is whole, old or new, that none is missing, and that nothing foreign was touched."""
        found = published(self.out)
        if untouched:
            assert found == self.old, (case, _unlike(found, self.old))
        for path, data in found.items():
            assert data in (self.old.get(path), self.new.get(path)), (case, path)
        missing = (self.old.keys() & self.new.keys()) - found.keys()
        assert not missing, (case, missing)
        assert found.items() >= {(path, data) for path, data in FOREIGN.items() if path in self.old}, case
        assert _sources(everything(self.folder)) == _sources(self.start.files), case

    def mended(self, process: Victim, case: object, *, twice: bool = True) -> None:
        """Build once more; assert that this ends at the clean build's bytes, and that nothing is left over.

        From a state that is byte for byte one of which that was seen before, it is not seen again. `twice` asserts
        of a further build that it finds nothing to do.
        """
        state = self._state()
        if state in self.proved:
            return
        outcome = process.build(self.folder)
        assert outcome.code == 0, (case, outcome.said)
        found = everything(self.out)
        assert found == self.clean, (case, _unlike(found, self.clean))
        assert _places(self.out) == self.places, (case, _places(self.out) ^ self.places)
        assert _names(self.folder) == self.names, (case, _names(self.folder) ^ self.names)
        assert not twice or " 0 files written" in process.build(self.folder).said, case
        self.proved.add(state)

    def _state(self) -> bytes:
        """Return a fingerprint of all folders and files, the cache included."""
        now = image(self.folder)
        seen = hashlib.blake2b(repr(sorted(now.folders)).encode("utf-8", "surrogateescape"))
        for path in sorted(now.files):
            seen.update(f"{path}\0{len(now.files[path])}\0".encode("utf-8", "surrogateescape") + now.files[path])
        return seen.digest()


def _unlike(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def _sources(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path.partition("/")[0] not in {"public", ".digestgen"}}


def _places(out: Path) -> frozenset[str]:
    return frozenset(os.path.relpath(above, out) for above, _, _ in os.walk(out))


def _names(site: Path) -> frozenset[str]:
    return frozenset(everything(site / ".digestgen"))


_there: Final[list[list[World]]] = []


@contextmanager
def worlds() -> Iterator[tuple[list[World], Victim]]:
    """Give a world for each change, the first one never built, and what builds them.

    They lie in one place of a folder that goes afterwards. Within another `with worlds()` they are the same ones.
    """
    with victim() as process, scratch() as top:
        if _there:
            yield _there[-1], process
            return
        changes = {"the first build": _changed, **CHANGES}
        _there.append([_world(top, number, name, changes[name], process) for number, name in enumerate(changes)])
        try:
            yield _there[-1], process
        finally:
            _there.clear()


@contextmanager
def searched() -> Iterator[tuple[World, Victim]]:
    """Give a world with an index of its articles, and what builds it."""
    with victim() as process, scratch() as top:
        yield _world(top, 1, "the search index is made anew", _added, process, SEARCHED), process


def _world(
    top: Path, number: int, name: str, change: Callable[[Path], None], process: Victim, site: str = BEFORE
) -> World:
    """Make one; number 0 is never built. It is built where it will be tried, for a cache knows its place."""
    folder, clean = top / "tried", top / f"clean{number}"
    shutil.rmtree(folder, ignore_errors=True)
    write_site(folder, site)
    _put(folder / "content/static", {"file": b"old", "folder/deep.txt": b"old"})
    foreign = FOREIGN if number else {}
    if foreign:
        _well_built(process, folder)
        _put(folder / "public", foreign)
    old = published(folder / "public")
    change(folder)
    start = image(folder)
    shutil.copytree(folder, clean, ignore=shutil.ignore_patterns("public", ".digestgen"))
    _well_built(process, clean)
    _put(clean / "public", foreign)
    new, whole = published(clean / "public"), everything(clean / "public")
    return World(name, folder, start, old, new, whole, _names(clean), _places(clean / "public"))


def _put(folder: Path, texts: Mapping[str, bytes]) -> None:
    for path, data in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _well_built(process: Victim, folder: Path) -> None:
    outcome = process.build(folder)
    assert outcome.code == 0, outcome.said
