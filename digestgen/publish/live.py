"""Whether readers get what was built: a folder, or a site on the network, file by file."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

from digestgen import files, packing, paths, urls, web
from digestgen.dataclass import dataclass
from digestgen.publish.release import Release, fingerprinted

#: So many requests at once: a host is not to be besieged.
_AT_ONCE: Final = 4
#: Seconds after which the rest is not compared any more.
_PATIENCE: Final = 900.0
#: A host that has not answered so many times in a row is given up.
_SILENT: Final = 8
#: A live file may be larger than the one that was built, and is to be told apart, not to fill the memory.
_SLACK: Final = 1 << 20

#: What hosts read and do not serve.
_UNSERVED: Final = frozenset(["_headers", "_redirects"])
#: What stands on a branch beside the site.
_BESIDE: Final = frozenset(["CNAME", ".nojekyll"])


@dataclass(frozen=True)
class Difference:
    """A file that is not at the host as it was built, and in what it differs."""

    path: str
    what: str


def with_folder(release: Release, folder: str) -> Iterator[Difference]:
    """Yield in what the files of `folder` differ from `release`; hidden files and kept assets are no difference."""
    for path in release.files:
        state = files.lstat(f"{folder}/{path}")
        if state is None or not stat.S_ISREG(state.st_mode):
            yield Difference(path, "is missing" if state is None else "is no file")
            continue
        found, built = files.read_bytes(f"{folder}/{path}", state.st_size + _SLACK), release.read(path)
        if found != built:
            yield Difference(path, _apart(built, found))
    for item in files.scan(folder):
        known = item.path in release.files or item.path in _BESIDE
        if not known and not fingerprinted(item.path):
            yield Difference(item.path, "is no part of the site")


def with_site(release: Release, base: str, *, private: bool) -> Iterator[Difference]:
    """Yield in what the site at the address `base` differs from `release`, in the order of paths.

    http and https only; hosts in private networks are asked only where `private` says so.
    """
    base = base if base.endswith("/") else f"{base}/"
    deadline = time.monotonic() + _PATIENCE
    silent = 0
    wanted = [path for path in release.files if _is_served(path, release)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            if time.monotonic() > deadline or silent >= _SILENT:
                why = "the host does not answer" if silent >= _SILENT else "it takes too long"
                yield Difference(part[0], f"and what follows were not compared: {why}")
                return
            for path, (answered, what) in zip(
                part, pool.map(lambda path: _asked(release, base, path, private), part), strict=True
            ):
                silent = 0 if answered else silent + 1
                if what:
                    yield Difference(path, what)


def _is_served(path: str, release: Release) -> bool:
    packed = any(path.endswith(end) and path.removesuffix(end) in release.files for end in packing.ENDINGS.values())
    return path not in _UNSERVED and not packed


def _asked(release: Release, base: str, path: str, private: bool) -> tuple[bool, str]:
    """Return whether the host answered for `path`, and in what the answer differs; empty where it does not."""
    built = release.read(path)
    url = base + urls.quote_path(_address(path)).replace("?", "%3F")
    try:
        reply = web.ask(url, web.Manners(most=len(built) + _SLACK, private=private))
    except web.WebError as error:
        return False, f"does not answer: {error}"
    good = reply.status == 200 or (path == "404.html" and reply.status == 404)
    if not good:
        return True, f"is answered with {reply.status}"
    if reply.body == built or (reply.hops and _elsewhere(release, base, reply)):
        return True, ""
    return True, f"leads to {reply.url}" if reply.hops else _apart(built, reply.body)


def _address(path: str) -> str:
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path


def _elsewhere(release: Release, base: str, reply: web.Reply) -> bool:
    """Tell whether a host led on to another page of the site, as it was built: it answers for the redirect's page."""
    there = urlsplit(reply.url)
    below = urls.unquote(there.path).removeprefix(urls.unquote(urlsplit(base).path))
    path = paths.output_path(f"/{below.lstrip('/')}")
    if path is None or path not in release.files or there.netloc != urlsplit(base).netloc:
        return False
    return release.read(path) == reply.body


def _apart(built: bytes, found: bytes) -> str:
    """Return in words where two files differ: the line of a text, the byte of anything else."""
    place = next((n for n, (one, other) in enumerate(zip(built, found, strict=False)) if one != other), None)
    place = min(len(built), len(found)) if place is None else place
    sizes = f"{len(found):,} bytes instead of {len(built):,}"
    if b"\0" in built or b"\0" in found:
        return f"differs from byte {place + 1} on ({sizes})"
    return f"differs in line {built[:place].count(bytes([10])) + 1} ({sizes})"


def told(found: Iterable[Difference]) -> list[str]:
    """Return a line for each difference."""
    return [f"{item.path} {item.what}" for item in found]
