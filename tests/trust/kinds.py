"""Kinds of files: what lies where an article, a picture, a setting or the output should be, and is something else."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.building import everything, plain_theme
from tests.sites import write_site
from tests.test_pictures import picture
from tests.trust.frame import Figure, Part, ended_in_time, some, tallied
from tests.trust.victim import Outcome, Victim, victim

_SITE: Final = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6f0a4c1e-5d3b-4a8f-9c2d-7e1b0f3a5c9d
theme: plain
-- sources.yaml --
reuters: {name: Reuters, url: "https://www.reuters.com/"}
-- content/2024-05-01-one.md --
---
title: One
---
Text.
-- content/2024-05-02-two.md --
---
title: Two
---
![p](p.png)
-- content/static/robots.txt --
""" + plain_theme()
_SECRET: Final = "SECRET-9f31"
_GIANT: Final = 3 << 30


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that is amiss: how it is made, the exit code of a build, and what that has to say.

    `make(site, outside)` may put things into the folder `outside`, whose files hold a secret and must stay as they are.
    """

    what: str
    make: Callable[[Path, Path], object]
    code: int
    says: str = ""


def _link(path: str, target: Callable[[Path, Path], str | Path]) -> Callable[[Path, Path], None]:
    def make(site: Path, outside: Path) -> None:
        place = site / path
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target(site, outside))

    return make


def _secret(_: Path, outside: Path) -> Path:
    return outside / "secret.md"


def _outside(_: Path, outside: Path) -> Path:
    return outside


def _itself(path: str) -> Callable[[Path, Path], None]:
    return _link(path, lambda site, _: site / path)


def _fifo(path: str) -> Callable[[Path, Path], None]:
    return _instead(path, os.mkfifo)


def _instead(path: str, make: Callable[[Path], object]) -> Callable[[Path, Path], None]:
    def put(site: Path, _: Path) -> None:
        place = site / path
        if place.is_dir():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        make(place)

    return put


def _sparse(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(_GIANT)


def _bind(place: Path) -> None:
    """Make a socket; its name may have no more than a hundred bytes, so it is named from where it lies."""
    here = Path.cwd()
    os.chdir(place.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(place.name)
    finally:
        os.chdir(here)


def _folder(place: Path) -> None:
    place.mkdir()
    (place / "x.txt").write_text("x")


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda place: place.write_bytes(data)


def _inside(site: Path, _: Path) -> None:
    (site / "sources.yaml").rename(site / "mine.yaml")
    (site / "sources.yaml").symlink_to("mine.yaml")


def _linked_file_in_output(site: Path, outside: Path) -> None:
    (site / "public").mkdir()
    (site / "public/.digestgen").write_text("")
    (site / "public/index.html").symlink_to(outside / "secret.md")


def _kinds() -> Iterator[Kind]:
    article, another = "content/2024-05-03-three.md", "content/more/2024-05-04-four.md"
    for path in (article, "content/static/three.txt"):
        yield Kind(f"{path}: a link to a file outside", _link(path, _secret), 0, "link-outside")
        yield Kind(f"{path}: a link to /etc/passwd", _link(path, lambda *_: "/etc/passwd"), 0, "link-outside")
        yield Kind(f"{path}: a link to a device", _link(path, lambda *_: "/dev/zero"), 0, "link-outside")
        yield Kind(f"{path}: a link with many steps up", _link(path, lambda *_: "../" * 40 + "etc/passwd"), 0, "link-")
        yield Kind(f"{path}: a link to nothing", _link(path, lambda *_: "nothing.md"), 0, "link-outside")
        yield Kind(f"{path}: a link to itself", _itself(path), 0, "link-outside")
        yield Kind(f"{path}: a link to a folder outside", _link(path, _outside), 0, "link-outside")
        yield Kind(f"{path}: a link to the folder that it lies in", _link(path, lambda *_: "."), 0, "link-outside")
        yield Kind(f"{path}: a pipe", _fifo(path), 0, "unreadable")
        yield Kind(f"{path}: a socket", _instead(path, _bind), 0, "unreadable")
        yield Kind(f"{path}: a folder", _instead(path, _folder), 0)
        yield Kind(f"{path}: a file of 3 GB with nothing in it", _instead(path, _sparse), 1, "too-large")
    yield Kind("an article that is a link to another one", _link(article, lambda *_: "2024-05-01-one.md"), 0)
    yield Kind("a folder that is a link to one outside", _link("content/more", _outside), 0, "link-outside")
    yield Kind("a folder that is a link to the one above", _link("content/more", lambda *_: ".."), 0, "link-outside")
    yield Kind("a folder that is a link to itself", _itself("content/more"), 0, "link-outside")
    yield Kind("an article below a link", _link("content/a/b", lambda *_: "../.."), 0, "link-outside")
    for name, data in {
        "a picture": picture("png", (30, 20)),
        "nothing at all": b"",
        "zeros": bytes(5000),
        "UTF-16": "---\ntitle: x\n---\n".encode("utf-16"),
        "a program": b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 9,
        "an archive": b"PK\x03\x04" + bytes(range(256)),
    }.items():
        yield Kind(f"an article that is {name}", _instead(another, _bytes(data)), 1)
    for name, data in {"a text": b"hello", "nothing": b"", "half a picture": picture("png", (30, 20))[:60]}.items():
        yield Kind(f"a picture that is {name}", _instead("content/p.png", _bytes(data)), 0, "bad-picture")
    yield Kind("a picture that is a pipe", _fifo("content/p.png"), 1, "broken-link")
    yield Kind("a picture that is a link out", _link("content/p.png", _secret), 1, "broken-link")
    yield from _settings()


def _settings() -> Iterator[Kind]:
    for name in ("site.yaml", "sources.yaml"):
        yield Kind(f"{name}: a folder", _instead(name, _folder), 1, name)
        yield Kind(f"{name}: a pipe", _fifo(name), 1, name)
        yield Kind(f"{name}: a link to itself", _itself(name), 1, name)
        yield Kind(f"{name}: a link to nothing", _link(name, lambda *_: "nowhere"), 1, name)
        yield Kind(f"{name}: zeros", _instead(name, _bytes(bytes(4000))), 1, name)
        yield Kind(f"{name}: a file of 3 GB", _instead(name, _sparse), 1, name)
        yield Kind(f"{name}: a link to a device without an end", _link(name, lambda *_: "/dev/zero"), 1, name)
    yield Kind("sources.yaml: a link out", _link("sources.yaml", lambda *_: "/etc/passwd"), 1, "link-outside")
    yield Kind("sources.yaml: a link inside", _inside, 0)
    yield Kind("content/: a file", _instead("content", _bytes(b"")), 1, "content")
    yield Kind("content/: a link to nothing", _link("content", lambda *_: "nowhere"), 1, "content")
    yield Kind("content/: a pipe", _fifo("content"), 1, "content")
    yield Kind("a template that is a pipe", _fifo("themes/plain/templates/article.html"), 1, "article.html")
    yield Kind("a template that is a folder", _instead("themes/plain/templates/article.html", _folder), 1, "article")
    yield Kind("a template that is no text", _instead("themes/plain/templates/article.html", _bytes(b"\xff\xfe")), 1)
    yield Kind("theme.yaml: a folder", _instead("themes/plain/theme.yaml", _folder), 1, "no-theme")
    yield Kind("public/: a file", _instead("public", _bytes(b"mine")), 1, "public")
    yield Kind("public/: a pipe", _fifo("public"), 1, "public")
    yield Kind("public/: a link to a folder outside", _link("public", _outside), 1)
    yield Kind("public/: a link to nothing", _link("public", lambda *_: "nowhere"), 1)
    yield Kind("public/: a link to itself", _itself("public"), 1)
    yield Kind("public/: a folder of others", _instead("public", _folder), 1, "output-")
    yield Kind("public/index.html: a link out", _linked_file_in_output, 1)
    for name in ("state", "cache.sqlite", "."):
        path = f".digestgen/{name}".removesuffix("/.")
        yield Kind(f"{path}: a file of zeros", _instead(path, _bytes(bytes(5000))), 0)
        yield Kind(f"{path}: a pipe", _fifo(path), 0)
        yield Kind(f"{path}: a link out", _link(path, _secret), 0)
        yield Kind(f"{path}: a link to itself", _itself(path), 0)
    yield Kind(".digestgen: a link to a folder outside", _link(".digestgen", _outside), 0)


KINDS: Final = tuple(_kinds())


def _tried(kind: Kind, top: Path, process: Victim) -> Outcome:
    """Build a site where something is amiss; assert that it ends as it should, and that nothing outside was touched."""
    outside = top / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(f"---\ntitle: {_SECRET}\ndate: 2024-05-01\n---\n{_SECRET}\n")
    before = everything(outside)
    site = write_site(top / "site", _SITE)
    (site / "content/p.png").write_bytes(picture("png", (30, 20)))
    kind.make(site, outside)
    with ended_in_time(kind.what):
        outcome = process.build(site)
    assert outcome.code == kind.code, (kind.what, outcome)
    assert kind.says in outcome.said, (kind.what, outcome.said)
    assert everything(outside) == before, kind.what
    assert not _leaked(site / "public"), kind.what
    return outcome


def _leaked(public: Path) -> bool:
    """Tell whether a file of the output, links not followed, holds what lies outside of the site."""
    if public.is_symlink() or not public.is_dir():
        return False
    return any(_SECRET.encode() in data or b"root:" in data for data in everything(public).values())


@dataclass(frozen=True, slots=True)
class Locked:
    """A file or folder of a site that was built already, which may not be read, or not be written to.

    `rights` are what is left (chmod(2)); the build ends with `code`, and names the path if that is not 0.
    """

    path: str
    code: int = 1
    rights: int = 0


def _kept_out(locked: Locked, site: Path, process: Victim) -> Outcome:
    """Build a site of which a part is locked, as somebody whom rights bind; assert that it ends as it should."""
    before = everything(site / "public")
    (site / "content/2024-05-01-one.md").write_text(f"---\ntitle: One\n---\n{locked}\n", encoding="utf-8")
    place = site / locked.path
    rights = place.stat().st_mode
    place.chmod(locked.rights)
    try:
        outcome = process.build(site, bound=True)
    finally:
        place.chmod(rights)
    assert outcome.code == locked.code, (locked, outcome)
    if outcome.code:
        assert place.name in outcome.said, (locked, outcome.said)
        assert {path: data for path, data in everything(site / "public").items() if path in before} == before, locked
    again = process.build(site)
    assert again.code == 0, (locked, again)
    assert locked.path in (site / "public/2024/05/one/index.html").read_text(encoding="utf-8"), locked
    return outcome


def _run(count: int, seed: int) -> Iterator[Figure]:
    codes = []
    with victim() as process, tempfile.TemporaryDirectory() as top:
        for number, kind in enumerate(some(KINDS, count, seed)):
            folder = Path(top, str(number))
            folder.mkdir()
            codes.append(f"ended with {_tried(kind, folder, process).code}")
            shutil.rmtree(folder)
        locked = list(_rights(count, seed, process))
    yield Figure(
        "a link out, a loop, a pipe, a device, a giant or a file of another kind lies in the place of an article, a "
        "picture, a setting, a template, the cache or the output",
        len(codes),
        f"{', '.join(tallied(codes))}; nothing outside was read or touched",
    )
    yield from locked


def _rights(count: int, seed: int, process: Victim) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as top:
        site = write_site(Path(top, "site"), _SITE)
        (site / "content/p.png").write_bytes(picture("png", (30, 20)))
        assert process.build(site).code == 0
        codes = [f"ended with {_kept_out(locked, site, process).code}" for locked in some(LOCKED, count, seed)]
    yield Figure(
        "a file or a folder of the site may not be read, or not be written to",
        len(codes),
        f"{', '.join(tallied(codes))}: the path is named, and the old site stays until a build can make the new one",
    )


LOCKED: Final = (
    Locked("content/2024-05-01-one.md"),
    Locked("content/2024-05-02-two.md"),
    Locked("content/p.png"),
    Locked("content/static"),
    Locked("content/static/robots.txt"),
    Locked("content"),
    Locked("site.yaml"),
    Locked("sources.yaml"),
    Locked("themes"),
    Locked("themes/plain"),
    Locked("themes/plain/theme.yaml"),
    Locked("themes/plain/templates/article.html"),
    Locked("public"),
    Locked("public", rights=0o555),
    Locked("public/index.html"),
    Locked(".digestgen", 0),
    Locked(".digestgen", 0, 0o555),
    Locked(".digestgen/cache.sqlite", 0),
)

PART: Final = Part("kinds", _run, full=1000, sample=10)
