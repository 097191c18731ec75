"""A site before and after a change, as a build meets it: with what it published, what is foreign, and its cache."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.building import everything, plain_theme, published
from tests.sites import write_site
from tests.test_pictures import picture
from tests.trust.victim import Outcome, Victim

_SITE: Final = (Path(__file__).parent.parent / "golden/site.txt").read_text(encoding="utf-8")

#: Nearly everything that a site can have, in a theme that is quickly drawn.
BEFORE: Final = _SITE.replace("paginate: 2\n", "paginate: 2\ntheme: plain\nimages: {widths: [20]}\n") + plain_theme()

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


CHANGES: Final = {"a text is edited": _edited, "much is changed": _changed}


@dataclass(frozen=True, slots=True)
class World:
    """A site that was built, and changed since: `folder` is the place where it is tried, `kept` a copy of its start.

    `old` and `new` are what is published before and after, foreign files included; `clean` all that a clean build
    leaves in the output, digestgen's own files included, and `names` all that it leaves in the cache's folder.
    """

    name: str
    folder: Path
    kept: Path
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    clean: Mapping[str, bytes]
    names: frozenset[str]
    places: frozenset[str]

    @property
    def out(self) -> Path:
        return self.folder / "public"

    def again(self) -> None:
        """Put everything back to where a build is to begin."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.kept, self.folder, symlinks=True)

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
        assert _sources(self.folder) == _sources(self.kept), case

    def mended(self, victim: Victim, case: object) -> Outcome:
        """Build once more; assert that this ends at the clean build's bytes, and that nothing is left over."""
        outcome = victim.build(self.folder)
        assert outcome.code == 0, (case, outcome.said)
        found = everything(self.out)
        assert found == self.clean, (case, _unlike(found, self.clean))
        assert _places(self.out) == self.places, (case, _places(self.out) ^ self.places)
        assert _names(self.folder) == self.names, (case, _names(self.folder) ^ self.names)
        assert " 0 files written" in victim.build(self.folder).said, case
        return outcome


def _unlike(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def _sources(site: Path) -> dict[str, bytes]:
    return {
        path: data for path, data in everything(site).items() if path.partition("/")[0] not in {"public", ".digestgen"}
    }


def _places(out: Path) -> frozenset[str]:
    return frozenset(os.path.relpath(above, out) for above, _, _ in os.walk(out))


def _names(site: Path) -> frozenset[str]:
    return frozenset(everything(site / ".digestgen"))


def worlds(top: Path, victim: Victim) -> list[World]:
    """Make a world for each change, and one that was never built, below the folder `top`."""
    return [
        _world(top, number, name, change, victim)
        for number, (name, change) in enumerate({"the first build": _changed, **CHANGES}.items())
    ]


def _world(top: Path, number: int, name: str, change: Callable[[Path], None], victim: Victim) -> World:
    """Make one; the first is never built. It is built where it will be tried, for a cache knows its place."""
    folder, kept, clean = top / "tried", top / f"kept{number}", top / f"clean{number}"
    write_site(folder, BEFORE)
    _put(folder / "content/static", {"file": b"old", "folder/deep.txt": b"old"})
    foreign = FOREIGN if number else {}
    if foreign:
        _well_built(victim, folder)
        _put(folder / "public", foreign)
    old = published(folder / "public")
    change(folder)
    folder.rename(kept)
    shutil.copytree(kept, clean, ignore=shutil.ignore_patterns("public", ".digestgen"))
    _well_built(victim, clean)
    _put(clean / "public", foreign)
    new, whole = published(clean / "public"), everything(clean / "public")
    return World(name, folder, kept, old, new, whole, _names(clean), _places(clean / "public"))


def _put(folder: Path, texts: Mapping[str, bytes]) -> None:
    for path, data in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _well_built(victim: Victim, folder: Path) -> None:
    outcome = victim.build(folder)
    assert outcome.code == 0, outcome.said
