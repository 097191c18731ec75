"""The door to the disk, on a real one, with calls that fail where it cannot be made to."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from digestgen import files
from digestgen.files import BusyError, Found, TooLargeError
from tests.refusing import Refusing

needs_posix = pytest.mark.skipif(os.name == "nt", reason="pipes, links and masks are made as POSIX has them")


class Failing(files.Os):
    """A system whose n-th call (from 1) fails, if `which` wants it to."""

    def __init__(self, nth: int, error: OSError, *which: str) -> None:
        self.left = nth
        self.error = error
        self.which = which

    def __getattribute__(self, name: str) -> Any:
        which = object.__getattribute__(self, "which") if name in files.Os.__dict__ else ()
        if name in files.Os.__dict__ and not name.startswith("_") and (not which or name in which):
            self.left -= 1
            if self.left == 0:
                raise self.error
        return object.__getattribute__(self, name)


def failing(monkeypatch: pytest.MonkeyPatch, nth: int, number: int, *which: str) -> Failing:
    broken = Failing(nth, OSError(number, os.strerror(number)), *which)
    monkeypatch.setattr(files, "system", broken)
    return broken


def listed(root: Path) -> list[tuple[str, str]]:
    return [(found.path, found.kind) for found in files.scan(str(root))]


def grow(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


# --- reading -----------------------------------------------------------------------------------------------


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "empty").write_bytes(b"")
    assert files.read_bytes(str(tmp_path / "a"), 5) == b"12345"
    assert files.read_bytes(str(tmp_path / "empty"), 0) == b""
    with pytest.raises(TooLargeError, match="more than 4 bytes") as caught:
        files.read_bytes(str(tmp_path / "a"), 4)
    assert caught.value.filename == str(tmp_path / "a")


def test_a_sparse_giant_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(3 << 30)
    failing(monkeypatch, 1, errno.EIO, "read")
    with pytest.raises(TooLargeError):
        files.read_bytes(str(tmp_path / "a"), 1 << 20)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Growing(files.Os):
        def read(self, handle: int, size: int) -> bytes:
            return b"x" * min(size, 3)

    (tmp_path / "a").write_bytes(b"123")
    monkeypatch.setattr(files, "system", Growing())
    with pytest.raises(TooLargeError):
        files.read_bytes(str(tmp_path / "a"), 1000)


@needs_posix
def test_a_pipe_does_not_stop_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(OSError, match="not a regular file"):
        files.read_bytes(str(tmp_path / "a.md"), 10)


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(("first", "up_to"), [(0, 10), (2, 7), (9, 10), (4, 4), (8, 50), (60, 70)])
def test_pieces_are_the_bytes_of_a_part_of_the_file(tmp_path: Path, size: int, first: int, up_to: int) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    pieces = list(files.pieces(str(tmp_path / "a"), first, up_to, size))
    assert b"".join(pieces) == b"0123456789"[first:up_to]
    assert all(0 < len(piece) <= size for piece in pieces)
    assert files.size(str(tmp_path / "a")) == 10


@needs_posix
def test_a_pipe_has_no_pieces(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="not a regular file") as caught:
        next(files.pieces(str(tmp_path / "a"), 0, 1, 1))
    assert caught.value.filename == str(tmp_path / "a")


def test_an_error_while_pieces_are_read_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, "a")
    failing(monkeypatch, 1, errno.EIO, "seek")
    with pytest.raises(OSError, match=os.strerror(errno.EIO)) as caught:
        next(files.pieces(str(tmp_path / "a"), 0, 1, 1))
    assert caught.value.filename == str(tmp_path / "a")


# --- writing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sync", [True, False])
def test_a_new_file_holds_its_bytes(tmp_path: Path, sync: bool) -> None:
    data = bytes(range(256)) * 100
    files.write_new(str(tmp_path / "a"), data, sync=sync)
    assert (tmp_path / "a").read_bytes() == data


def test_a_short_write_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(files.Os):
        def write(self, handle: int, data: memoryview) -> int:
            return os.write(handle, data[:3])

    monkeypatch.setattr(files, "system", Slow())
    files.write_new(str(tmp_path / "a"), b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    grow(tmp_path, "a")
    with pytest.raises(FileExistsError):
        files.write_new(str(tmp_path / "a"), b"x")
    assert (tmp_path / "a").read_text() == "a"


@needs_posix
def test_a_new_file_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(FileExistsError):
        files.write_new(str(tmp_path / "link"), b"x")
    assert not (tmp_path / "target").exists()


@needs_posix
def test_a_new_file_has_the_rights_that_the_mask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_new(str(tmp_path / "a"), b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_whichever_call_fails_no_half_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "a")
    for nth in range(1, 5):
        with monkeypatch.context() as patch:
            failing(patch, nth, errno.ENOSPC, "open", "write", "fsync", "close")
            with pytest.raises(OSError, match="space"):
                files.write_new(path, b"x", sync=True)
        assert not files.exists(path)
    files.write_new(path, b"x", sync=True)


def test_the_first_error_is_told_when_the_cleaning_fails_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dying(files.Os):
        def write(self, handle: int, data: memoryview) -> int:
            raise OSError(errno.ENOSPC, "full")

        def unlink(self, path: str) -> None:
            raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(files, "system", Dying())
    with pytest.raises(OSError, match="full"):
        files.write_new(str(tmp_path / "a"), b"x")


def test_replace_puts_one_file_over_the_other(tmp_path: Path) -> None:
    grow(tmp_path, "a", "b")
    files.replace(str(tmp_path / "a"), str(tmp_path / "b"))
    assert listed(tmp_path) == [("b", "file")]
    assert (tmp_path / "b").read_text() == "a"


def test_remove_tells_whether_there_was_a_file(tmp_path: Path) -> None:
    grow(tmp_path, "a")
    assert files.remove(str(tmp_path / "a"))
    assert not files.remove(str(tmp_path / "a"))


def test_folders_are_made_with_those_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        files.make_dirs(str(tmp_path / "a/b/c"))
    assert (tmp_path / "a/b/c").is_dir()
    monkeypatch.chdir(tmp_path)
    files.make_dirs("d/e")
    assert (tmp_path / "d/e").is_dir()


def test_a_file_in_the_way_of_a_folder_is_an_error(tmp_path: Path) -> None:
    grow(tmp_path, "a")
    with pytest.raises(FileExistsError):
        files.make_dirs(str(tmp_path / "a"))
    with pytest.raises(NotADirectoryError):
        files.make_dirs(str(tmp_path / "a/b"))


def test_a_folder_without_a_root_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        files.make_dirs("")


def test_a_folder_that_another_process_makes_meanwhile_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Racing(files.Os):
        def mkdir(self, path: str) -> None:
            super().mkdir(path)
            if path.endswith("a"):
                super().mkdir(f"{path}/b")

    monkeypatch.setattr(files, "system", Racing())
    files.make_dirs(str(tmp_path / "a/b"))
    assert (tmp_path / "a/b").is_dir()


def test_empty_folders_go_and_others_stay(tmp_path: Path) -> None:
    grow(tmp_path, "a/b/c/x", "a/kept", "d/e/x", "file")
    (tmp_path / "a/b/c/x").unlink()
    (tmp_path / "d/e/x").unlink()
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    held = files.remove_empty_dirs(str(tmp_path), ["a/b/c", "d/e", "gone/b", "file", "", f"../{outside.name}"])
    assert held == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "file"]
    assert listed(tmp_path) == [("file", "file"), ("a/kept", "file")]
    assert outside.is_dir()


@pytest.mark.parametrize(("number", "raised"), [(errno.EACCES, False), (errno.EBUSY, False), (errno.EIO, True)])
def test_only_a_broken_disk_stops_the_removal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, raised: bool
) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    failing(monkeypatch, 1, number, "rmdir")
    if raised:
        with pytest.raises(OSError, match=os.strerror(number)):
            files.remove_empty_dirs(str(tmp_path), ["a/b"])
    else:
        assert files.remove_empty_dirs(str(tmp_path), ["a/b"]) == ["a/b"]
    assert (tmp_path / "a/b").is_dir()


def test_a_folder_that_is_protected_and_not_empty_stays_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(tmp_path, "a/b/kept")
    failing(monkeypatch, 1, errno.EACCES, "rmdir")
    assert files.remove_empty_dirs(str(tmp_path), ["a/b"]) == []


@needs_posix
def test_what_is_put_in_a_place_keeps_its_rights_and_its_link(tmp_path: Path) -> None:
    grow(tmp_path, "real")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    files.put(str(tmp_path / "link"), b"new", sync=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640
    files.put(str(tmp_path / "another"), b"first")
    assert listed(tmp_path) == [("another", "file"), ("link", "file"), ("real", "file")]
    assert (tmp_path / "another").read_bytes() == b"first"


def test_whichever_call_fails_what_was_there_stays_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(tmp_path, "a")
    for nth in range(1, 7):
        with monkeypatch.context() as patch:
            failing(patch, nth, errno.ENOSPC, "open", "write", "fsync", "close", "chmod", "replace")
            with pytest.raises(OSError, match="space"):
                files.put(str(tmp_path / "a"), b"new", sync=True)
        assert (tmp_path / "a").read_text() == "a"
        assert listed(tmp_path) == [("a", "file")]


def test_putting_tells_the_first_error_when_the_cleaning_fails_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(files.Os):
        def replace(self, source: str, target: str) -> None:
            raise OSError(errno.EIO, "broken")

        def unlink(self, path: str) -> None:
            raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(files, "system", Dying())
    with pytest.raises(OSError, match="broken"):
        files.put(str(tmp_path / "a"), b"new")


@needs_posix
def test_a_tree_goes_with_its_links_and_not_with_what_they_lead_to(tmp_path: Path) -> None:
    grow(tmp_path, "tree/a/b", "tree/c", "kept/x", "file")
    (tmp_path / "tree/out").symlink_to(tmp_path / "kept")
    (tmp_path / "tree/a/nowhere").symlink_to("none")
    (tmp_path / "link").symlink_to("kept")
    for path in ("tree", "link", "file", "never"):
        files.remove_tree(str(tmp_path / path))
    assert listed(tmp_path) == [("kept/x", "file")]


# --- looking -----------------------------------------------------------------------------------------------


def test_lstat_tells_what_is_there(tmp_path: Path) -> None:
    grow(tmp_path, "a")
    known = files.lstat(str(tmp_path / "a"))
    assert known is not None
    assert known.st_size == 1
    assert not files.exists(str(tmp_path / "b"))
    assert not files.exists(str(tmp_path / "a/b"))


@needs_posix
def test_what_cannot_be_looked_at_may_be_a_file_and_is_not_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(tmp_path, "a")
    (tmp_path / "link").symlink_to("nowhere")
    for name, may_be, gone in (("a", True, False), ("", False, False), ("link", False, True), ("a/b", False, True)):
        place = str(tmp_path / name)
        assert (files.may_be_file(place), files.is_gone(place)) == (may_be, gone)
    monkeypatch.setattr(files, "system", Refusing({f"stat {tmp_path}/a": errno.EACCES}))
    assert files.may_be_file(f"{tmp_path}/a")
    assert not files.is_gone(f"{tmp_path}/a")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as caught:
        files.read_bytes(str(tmp_path), 9)
    assert caught.value.filename == str(tmp_path)


def test_a_link_to_nowhere_exists(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("nowhere")
    assert files.exists(str(tmp_path / "a"))


def test_a_stamp_changes_with_the_file_even_if_its_time_is_set_back(tmp_path: Path) -> None:
    grow(tmp_path, "a")
    path = str(tmp_path / "a")
    before = next(files.scan(str(tmp_path))).stamp
    time = Path(path).stat().st_mtime_ns
    files.write_new(f"{path}.new", b"b")
    files.replace(f"{path}.new", path)
    os.utime(path, ns=(time, time))
    assert next(files.scan(str(tmp_path))).stamp != before


def test_one_folder_is_on_one_device(tmp_path: Path) -> None:
    grow(tmp_path, "a")
    assert files.same_device(str(tmp_path), str(tmp_path / "a"))


def test_two_devices_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Two(files.Os):
        def stat(self, path: str) -> os.stat_result:
            values = list(super().stat(str(tmp_path)))
            values[2] = len(path)
            return os.stat_result(values)

    monkeypatch.setattr(files, "system", Two())
    assert not files.same_device("a", "bc")


@needs_posix
def test_no_folder_of_ours_is_made_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "others").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / ".digestgen").symlink_to(tmp_path / "others")
    for path in (".digestgen", ".digestgen/preview"):
        with pytest.raises(OSError, match="nothing is written through it") as raised:
            files.make_own(str(tmp_path / "site"), path)
        assert raised.value.filename == f"{tmp_path}/site/.digestgen"
    assert list((tmp_path / "others").iterdir()) == []
    (tmp_path / "site" / ".digestgen").unlink()
    files.make_own(str(tmp_path / "site"), ".digestgen/preview")
    assert (tmp_path / "site" / ".digestgen" / "preview").is_dir()


def test_the_first_link_on_the_way_is_named(tmp_path: Path) -> None:
    grow(tmp_path, "real/b/c")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real/b/file").symlink_to("c")
    root = str(tmp_path)
    assert files.first_link(root, "link/b/c") == "link"
    assert files.first_link(root, "real/b/file") == "real/b/file"
    assert files.first_link(root, "real/b/c") is None
    assert files.first_link(root, "real/new/d") is None


@needs_posix
def test_a_link_leads_out_unless_it_ends_at_a_file_below_the_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    grow(tmp_path, "outside", "root-sibling/x", "root/in/file", "root/.git/config")
    ways = {"in/file": False, "../outside": True, "/etc/passwd": True, "../root-sibling/x": True, "nowhere": True}
    ways |= {"in": True, "itself": True, ".git/config": True, "../root/in/file": False}
    for target, out in ways.items():
        link = root / "itself"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        assert files.leads_out(str(root), str(link)) is out, target
    assert not files.leads_out(str(root), str(root / "in/file"))
    assert not files.leads_out(str(root), str(root / "none"))


# --- scanning ----------------------------------------------------------------------------------------------


def test_files_come_before_folders_both_by_name(tmp_path: Path) -> None:
    grow(tmp_path, "b/x", "a-b", "B", "a/2", "a/10", "a/c/d", "é", "z")
    assert [path for path, _ in listed(tmp_path)] == ["B", "a-b", "z", "é", "a/10", "a/2", "a/c/d", "b/x"]


def test_a_found_file_has_its_size_and_stamp(tmp_path: Path) -> None:
    grow(tmp_path, "abc")
    known = (tmp_path / "abc").stat()
    stamp = (known.st_mtime_ns, known.st_ctime_ns, 3, known.st_ino)
    assert list(files.scan(str(tmp_path))) == [Found("abc", "file", 3, stamp)]


def test_hidden_files_and_litter_are_left_out(tmp_path: Path) -> None:
    grow(tmp_path, ".git/config", ".env", "a.md~", "#a.md#", "a.swp", "Thumbs.db", ".well-known/x", "a.md")
    assert [path for path, _ in listed(tmp_path)] == ["a.md", ".well-known/x"]


@needs_posix
def test_links_are_followed_to_files_inside_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    grow(root, "a/real.md", ".hidden/secret")
    grow(tmp_path, "outside", "root-sibling/x")
    os.mkfifo(root / "a/pipe")
    for name, target in {
        "b-inside": "a/real.md",
        "c-outside": "../outside",
        "d-absolute": "/etc/passwd",
        "e-folder": "a",
        "f-loop": ".",
        "g-nowhere": "nowhere",
        "h-itself": "h-itself",
        "i-hidden": ".hidden/secret",
        "j-sibling": "../root-sibling/x",
        "k-pipe": "a/pipe",
    }.items():
        (root / name).symlink_to(target)
    assert listed(root) == [
        ("b-inside", "file"),
        ("c-outside", "link"),
        ("d-absolute", "link"),
        ("e-folder", "link"),
        ("f-loop", "link"),
        ("g-nowhere", "link"),
        ("h-itself", "link"),
        ("i-hidden", "link"),
        ("j-sibling", "link"),
        ("k-pipe", "link"),
        ("a/pipe", "other"),
        ("a/real.md", "file"),
    ]
    inside = next(files.scan(str(root)))
    assert inside.size == len("a/real.md")


@needs_posix
def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    grow(tmp_path, "real/a")
    (tmp_path / "real/b").symlink_to("a")
    (tmp_path / "root").symlink_to("real")
    assert listed(tmp_path / "root") == [("a", "file"), ("b", "file")]


def test_a_root_that_is_missing_is_unreadable(tmp_path: Path) -> None:
    assert listed(tmp_path / "none") == [("", "unreadable")]


def test_what_the_system_does_not_show_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, "a/x", "b", "c")
    failing(monkeypatch, 2, errno.EACCES, "list")
    assert listed(tmp_path) == [("b", "file"), ("c", "file"), ("a", "unreadable")]
    failing(monkeypatch, 2, errno.EIO, "entry_stat")
    assert listed(tmp_path) == [("b", "unreadable"), ("c", "file"), ("a/x", "file")]


def test_a_file_that_goes_while_we_look_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, "a", "b")
    monkeypatch.setattr(files, "system", Failing(1, FileNotFoundError(errno.ENOENT, "gone"), "entry_stat"))
    assert listed(tmp_path) == [("b", "file")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse the name")
def test_a_name_that_is_no_unicode_is_unreadable(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.md")).write_text("x")
    assert listed(tmp_path) == [("a\udcff.md", "unreadable")]


# --- locking -----------------------------------------------------------------------------------------------


HOLD = (
    "import sys; from digestgen import files\nwith files.lock(sys.argv[1]): print('held', flush=True); sys.stdin.read()"
)


def test_a_lock_is_free_again_when_its_process_is_killed(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    command = [sys.executable, "-c", HOLD, path]
    root = Path(files.__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"held"
        with pytest.raises(BusyError), files.lock(path):
            pass
        process.kill()
    with files.lock(path):
        pass


@needs_posix
def test_a_lock_is_for_one_at_a_time(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with files.lock(path):
        with pytest.raises(BusyError, match="another process") as caught, files.lock(path):
            pass
        assert caught.value.filename == path
    with files.lock(path):
        assert files.exists(path)


@needs_posix
def test_a_lock_is_not_put_on_a_link(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("target")
    with pytest.raises(OSError, match="symbolic"), files.lock(str(tmp_path / "lock")):
        pass
    assert not (tmp_path / "target").exists()


def test_windows_locks_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def locking(_handle: int, mode: int, size: int) -> None:
        calls.append((mode, size))

    module = types.ModuleType("msvcrt")
    module.__dict__.update(LK_NBLCK=2, locking=locking)
    monkeypatch.setitem(sys.modules, "msvcrt", module)
    monkeypatch.setattr(sys, "platform", "win32")
    with files.lock(str(tmp_path / "lock")):
        assert calls == [(2, 1)]


def test_whichever_call_fails_a_lock_is_not_held_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth in (1, 2):
        with monkeypatch.context() as patch:
            failing(patch, nth, errno.EIO, "open", "lock")
            with pytest.raises(OSError, match=os.strerror(errno.EIO)), files.lock(str(tmp_path / "lock")):
                pass
    with files.lock(str(tmp_path / "lock")):
        pass


@pytest.mark.parametrize("call", ["fstat", "read", "write", "fsync", "lock"])
def test_a_call_that_goes_by_a_handle_names_its_file_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = str(tmp_path / "file")

    def work() -> None:
        with files.lock(path):
            files.read_bytes(path, 10)
            files.write_new(f"{path}.new", b"x", sync=True)

    failing(monkeypatch, 1, errno.EIO, call)
    with pytest.raises(OSError, match="Input/output error") as caught:
        work()
    assert caught.value.filename == path + (".new" if call in {"write", "fsync"} else "")


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EACCES])
def test_a_lock_that_is_taken_is_busy_however_the_system_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    failing(monkeypatch, 1, number, "lock")
    with pytest.raises(BusyError), files.lock(str(tmp_path / "lock")):
        pass
