"""The door to the disk: the one module through which files are read, listed, written and locked.

Every call to the system goes through `system`, so that a test can put another `Os` there and let the n-th call
fail, for each n. An OSError passes through with the path that it carries; what is raised here besides is one,
too. Paths are text as the system gives it: a name that is no Unicode has surrogates in it (PEP 383).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Literal, NamedTuple

from digestgen.paths import fault, is_hidden, is_litter

# Where a system lacks a flag it lacks the danger, too (Windows), or it needs none to be plain bytes (the rest).
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_WRITE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

#: When a file was changed as the system tells it: mtime and ctime in nanoseconds, size, inode. Two equal
#: stamps of one path may save a read; they never prove that a file is what it was.
Stamp = tuple[int, int, int, int]


class TooLargeError(OSError):
    """A file has more bytes than are read of one."""


class BusyError(OSError):
    """Another process holds the lock."""


class Os:
    """The calls to the system, one method each; a test's subclass may count them, fail or crash."""

    def open(self, path: str, flags: int) -> int:
        """Open `path`; a new file gets the rights that the user's umask leaves."""
        return os.open(path, flags, 0o666)

    def read(self, handle: int, size: int) -> bytes:
        """Read at most `size` bytes."""
        return os.read(handle, size)

    def seek(self, handle: int, place: int) -> None:
        """Go to a place in the file."""
        os.lseek(handle, place, os.SEEK_SET)

    def write(self, handle: int, data: memoryview) -> int:
        """Write some of `data`, return how many bytes."""
        return os.write(handle, data)

    def fsync(self, handle: int) -> None:
        """Wait until the disk has the file."""
        os.fsync(handle)

    def close(self, handle: int) -> None:
        """Close the file."""
        os.close(handle)

    def fstat(self, handle: int) -> os.stat_result:
        """Return what is known of an open file."""
        return os.fstat(handle)

    def stat(self, path: str) -> os.stat_result:
        """Return what is known of the file behind all links."""
        return os.stat(path)

    def lstat(self, path: str) -> os.stat_result:
        """Return what is known of `path` itself."""
        return os.lstat(path)

    def entry_stat(self, entry: os.DirEntry[str]) -> os.stat_result:
        """Return what is known of a name in a folder itself."""
        return entry.stat(follow_symlinks=False)

    def real(self, path: str) -> str:
        """Return `path` with all links followed; an OSError if it leads nowhere."""
        return os.path.realpath(path, strict=True)

    def list(self, folder: str) -> list[os.DirEntry[str]]:
        """Return the names in a folder, in the disk's order."""
        with os.scandir(folder) as entries:
            return [*entries]

    def replace(self, source: str, target: str) -> None:
        """Rename, over what is there."""
        os.replace(source, target)

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(path, mode)

    def unlink(self, path: str) -> None:
        """Remove a file."""
        os.unlink(path)

    def mkdir(self, path: str) -> None:
        """Make one folder."""
        os.mkdir(path)

    def rmdir(self, path: str) -> None:
        """Remove an empty folder."""
        os.rmdir(path)

    def lock(self, handle: int) -> None:
        """Lock the file for this process until it is closed; BlockingIOError or PermissionError if it is taken."""
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


#: The seam for tests: `monkeypatch.setattr(files, "system", Failing(after=3))`.
system = Os()


def read_bytes(path: str, limit: int) -> bytes:
    """Return what the file at `path` holds.

    Raises TooLargeError for more than `limit` bytes, before reading them, and OSError for what is no file: a
    pipe that stands where an article is expected must not stop the build.
    """
    with _opened(path, _READ) as handle:
        known = system.fstat(handle)
        _sure(known.st_mode, path)
        if known.st_size > limit:
            raise _too_large(path, limit)
        data = _drained(handle, limit + 1)
    # A file that grows while it is read, or whose size the system does not know (/proc).
    if len(data) > limit:
        raise _too_large(path, limit)
    return data


def _sure(mode: int, path: str) -> None:
    """Make sure that what was opened is a file."""
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "this is a folder", path)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "this is not a regular file", path)


def _too_large(path: str, limit: int) -> TooLargeError:
    return TooLargeError(errno.EFBIG, f"the file has more than {limit:,} bytes", path)


def _drained(handle: int, most: int) -> bytes:
    parts = []
    while most > 0 and (part := system.read(handle, min(most, 1 << 20))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def pieces(path: str, first: int, up_to: int, size: int) -> Iterator[bytes]:
    """Yield the bytes of the file at `path` from `first` up to `up_to`, at most `size` at a time.

    They end where the file ends. Raises OSError for what is no file.
    """
    with _opened(path, _READ) as handle:
        _sure(system.fstat(handle).st_mode, path)
        system.seek(handle, first)
        while first < up_to and (piece := system.read(handle, min(size, up_to - first))):
            first += len(piece)
            yield piece


def size(path: str) -> int:
    """Return how many bytes the file at `path` has."""
    return system.stat(path).st_size


@contextlib.contextmanager
def _opened(path: str, flags: int) -> Iterator[int]:
    handle = system.open(path, flags)
    try:
        yield handle
    except OSError as error:
        raise _at(path, error) from None
    finally:
        system.close(handle)


def _at(path: str, error: OSError) -> OSError:
    """Return `error` with the path at which it was: the system does not tell where it is asked by a handle."""
    if error.filename is None:
        error.filename = path
    return error


def write_new(path: str, data: bytes, *, sync: bool = False) -> None:
    """Write `data` to a new file at `path`, and with `sync` wait until the disk has it.

    Raises FileExistsError if there is anything at `path`, be it a link that leads nowhere. A file that could
    not be written whole is removed again, as far as the disk lets it.
    """
    handle = system.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _WRITE)
    try:
        try:
            _poured(handle, data)
            if sync:
                system.fsync(handle)
        finally:
            system.close(handle)
    except OSError as error:
        with contextlib.suppress(OSError):
            system.unlink(path)
        raise _at(path, error) from None


def _poured(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[system.write(handle, rest) :]


def replace(source: str, target: str) -> None:
    """Move the file `source` over `target` in one step: another process sees the old file or the new one."""
    system.replace(source, target)


def put(path: str, data: bytes, *, sync: bool = False) -> None:
    """Put `data` in the place of the file at `path` in one step, with its rights; a link leads to what is replaced.

    With `sync` it waits until the disk has the data.
    """
    place = system.real(path) if lstat(path) is not None else path
    beside = f"{place}.{os.getpid()}.new"
    known = lstat(place)
    write_new(beside, data, sync=sync)
    try:
        if known is not None:
            system.chmod(beside, stat.S_IMODE(known.st_mode))
        system.replace(beside, place)
    except OSError:
        with contextlib.suppress(OSError):
            system.unlink(beside)
        raise


def remove(path: str) -> bool:
    """Remove the file or link at `path`; return whether there was one."""
    try:
        system.unlink(path)
    except FileNotFoundError:
        return False
    return True


def make_dirs(path: str) -> None:
    """Make the folder `path` and those above it, where they are missing."""
    try:
        system.mkdir(path)
    except FileExistsError:
        if not stat.S_ISDIR(system.stat(path).st_mode):
            raise
    except FileNotFoundError:
        above = os.path.dirname(path)
        if above in ("", path):
            raise
        make_dirs(above)
        # Another process may have made it meanwhile.
        with contextlib.suppress(FileExistsError):
            system.mkdir(path)


def remove_tree(path: str) -> None:
    """Remove what is at `path`, if anything is, with all that is in it; a link goes itself, not what it leads to."""
    known = lstat(path)
    if known is None:
        return
    if not stat.S_ISDIR(known.st_mode):
        remove(path)
        return
    for entry in system.list(path):
        remove_tree(entry.path)
    system.rmdir(path)


# Why a folder may stay for good: it is not empty, or it is none.
_STAYS = frozenset([errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EINVAL])

# Why a folder may stay for now: it is in use, or somebody protects it.
_HELD = frozenset([errno.EACCES, errno.EPERM, errno.EBUSY])


def remove_empty_dirs(root: str, folders: Iterable[str]) -> list[str]:
    """Remove each of `folders`, and the folders above it below `root`, as far as they are empty.

    They are relative to `root`, with `/`. What is not empty stays, and so do `root` and what a link stands for. What
    the system does not let go right now comes back.
    """
    held = (_remove_empty(root, "" if fault(folder) else folder) for folder in sorted(set(folders), reverse=True))
    return [folder for folder in held if folder]


def _remove_empty(root: str, folder: str) -> str:
    """Remove a folder and those above it; return the one at which the system did not let us."""
    while folder:
        try:
            system.rmdir(os.path.join(root, folder))
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno in _HELD:
                return "" if system.list(os.path.join(root, folder)) else folder  # what is not empty stays anyway
            if error.errno in _STAYS:
                return ""
            raise
        folder = folder.rpartition("/")[0]
    return ""


def lstat(path: str) -> os.stat_result | None:
    """Return what is known of `path` itself, be it a link, or None if nothing is there."""
    try:
        return system.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def exists(path: str) -> bool:
    """Return whether there is anything at `path`, be it a link that leads nowhere."""
    return lstat(path) is not None


def may_be_file(path: str) -> bool:
    """Return whether there is a file behind all links at `path`, or something that the system does not let us see."""
    try:
        return stat.S_ISREG(system.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def is_gone(path: str) -> bool:
    """Return whether there is certainly nothing behind all links at `path`."""
    try:
        system.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def leads_out(root: str, path: str) -> bool:
    """Tell whether there is a link at `path` that does not lead to a file below `root`."""
    known = lstat(path)
    if known is None or not stat.S_ISLNK(known.st_mode):
        return False
    top = os.path.join(system.real(root), "")
    return _linked(top, "", path).kind == "link"


def make_own(root: str, path: str) -> None:
    """Make the folder `path` below `root`, in which we keep what is ours.

    Raises OSError where a link is on the way: what is written through it lands somewhere else.
    """
    link = first_link(root, path)
    if link is not None:
        raise OSError(errno.ELOOP, "it is a link, and nothing is written through it", f"{root}/{link}")
    make_dirs(f"{root}/{path}")


def stamp(known: os.stat_result) -> Stamp:
    """Return the stamp in what is known of a file."""
    return (known.st_mtime_ns, known.st_ctime_ns, known.st_size, known.st_ino)


def same_device(one: str, other: str) -> bool:
    """Return whether both paths lie on one file system, where `replace` works between them."""
    return system.stat(one).st_dev == system.stat(other).st_dev


def first_link(root: str, path: str) -> str | None:
    """Return the outermost step of `path` that is a link, as a path relative to `root` like `path`, or None.

    A file that is written below a link lands somewhere else. `root` itself may be a link.
    """
    steps = path.split("/")
    for count in range(1, len(steps) + 1):
        way = "/".join(steps[:count])
        known = lstat(os.path.join(root, way))
        if known is None:
            return None
        if stat.S_ISLNK(known.st_mode):
            return way
    return None


class Found(NamedTuple):
    """A name that `scan` met; a tuple, because there are tens of thousands.

    `path` is relative to the root, with `/`. Size and stamp are those of the file, for a link of its target;
    0 and `NO_STAMP` for what is no file. `kind` is

    - `file`: a regular file, or a link to one that lies below the root and is not hidden,
    - `link`: any other link; it is not followed,
    - `other`: a pipe, a socket or a device,
    - `unreadable`: a folder or name that the system does not let us see, or a name that is no Unicode; `why` is the
      system's number of the error then (`errno`, EILSEQ for a name).
    """

    path: str
    kind: Literal["file", "link", "other", "unreadable"]
    size: int
    stamp: Stamp
    why: int = 0


NO_STAMP: Stamp = (0, 0, 0, 0)


def scan(root: str) -> Iterator[Found]:
    """Yield all files below `root`, a folder's files before its folders, both by name in code point order.

    Hidden names and litter are left out (see paths), folders are walked but not yielded. Links to folders are
    not walked, so there is no loop and no way out. A folder that cannot be listed is yielded as `unreadable`;
    that is `""` for `root` itself.
    """
    top = os.path.join(os.path.realpath(root), "")
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(system.list(os.path.join(root, folder)), key=attrgetter("name"))
        except OSError as error:
            yield Found(folder, "unreadable", 0, NO_STAMP, error.errno or 0)
            continue
        below: list[str] = []
        yield from _listed(top, f"{folder}/" if folder else "", entries, below)
        folders += reversed(below)


def _listed(top: str, above: str, entries: list[os.DirEntry[str]], folders: list[str]) -> Iterator[Found]:
    """Yield what `entries` are, and add to `folders` those that are to be walked."""
    for entry in entries:
        name = entry.name
        # nearly all are articles, whose names cannot be either
        if not (name.endswith(".md") and name[0].isalnum()) and (is_hidden(name) or is_litter(name)):
            continue
        path = above + name
        try:
            if not name.isascii():
                name.encode()  # a UnicodeError for a name that no page and no message could show
            known = system.entry_stat(entry)
        except FileNotFoundError:
            continue  # it went while we looked
        except (OSError, UnicodeError) as error:
            yield Found(path, "unreadable", 0, NO_STAMP, getattr(error, "errno", errno.EILSEQ))
            continue
        mode = known.st_mode
        if stat.S_ISREG(mode):
            yield Found(path, "file", known.st_size, stamp(known))
        elif stat.S_ISDIR(mode):
            folders.append(path)
        else:
            yield _linked(top, path, entry.path) if stat.S_ISLNK(mode) else Found(path, "other", 0, NO_STAMP)


def _linked(top: str, path: str, whole: str) -> Found:
    """Return what the link `path` is: a file, if it leads to one that `scan` would have shown."""
    try:
        real = system.real(whole)
        known = system.stat(real)
    except OSError:
        return Found(path, "link", 0, NO_STAMP)
    hidden = is_hidden(real[len(top) :].replace(os.sep, "/"))
    if hidden or not real.startswith(top) or not stat.S_ISREG(known.st_mode):
        return Found(path, "link", 0, NO_STAMP)
    return Found(path, "file", known.st_size, stamp(known))


@contextlib.contextmanager
def lock(path: str) -> Iterator[None]:
    """Hold an exclusive lock on the file `path` (made if it is missing, and left there), or raise BusyError.

    The lock is advisory: it stops those who ask for it. The system frees it when the process ends, however.
    """
    handle = system.open(path, os.O_RDWR | os.O_CREAT | _WRITE)
    try:
        _lock(handle, path)
        yield
    finally:
        system.close(handle)


def _lock(handle: int, path: str) -> None:
    try:
        system.lock(handle)
    except (BlockingIOError, PermissionError):
        raise BusyError(errno.EAGAIN, "another process is at work here", path) from None
    except OSError as error:  # a file system that knows no locks
        raise _at(path, error) from None
