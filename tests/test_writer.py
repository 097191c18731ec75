"""The output folder: what is refused, what is owned, and that no end of a build leaves it half changed."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from digestgen import files, fingerprint, writer
from digestgen.diagnostics import Diagnostic
from digestgen.paths import portable_key
from digestgen.writer import LIST, LOCK, STAGING, Guard, Written
from tests.building import everything, published, told

Wanted = Mapping[str, str]

needs_posix = pytest.mark.skipif(os.name == "nt", reason="links are made as POSIX has them")


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    site = tmp_path / "site"
    for name in ("content", "themes"):
        (site / name).mkdir(parents=True)
    return Guard(site, (site / "content", site / "themes"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def write(out: Path, guard: Guard, wanted: Wanted) -> tuple[Written | None, list[str]]:
    """Do what a build does with an output folder; None where there was an error."""
    found: list[Diagnostic] = []
    with writer.opened(out, guard, found) as output:
        if output is None:
            return None, told(found)
        for path, text in wanted.items():
            output.stage(path, text.encode(), found)
        if any(item.severity == "error" for item in found):
            return None, told(found)
        return output.commit(found), told(found)


def well_written(out: Path, guard: Guard, wanted: Wanted) -> Written:
    written, found = write(out, guard, wanted)
    assert found == []
    assert written is not None
    return written


def texts(out: Path) -> dict[str, str]:
    return {path: data.decode() for path, data in published(out).items()}


def folders(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_dir()}


def grow(folder: Path, files_: Wanted) -> None:
    for path, text in files_.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


SITE = {"index.html": "front", "a/index.html": "a", "a/map.svg": "map", "feed.xml": "feed"}


# --- what is refused


def why(out: Path, guard: Guard) -> str:
    """Return why an output folder is refused, and make sure that nothing was touched."""
    before = everything(guard.site.parent)
    written, found = write(out, guard, SITE)
    assert written is None
    assert everything(guard.site.parent) == before
    (line,) = found
    begin = f"error[output-refused] {out} cannot be the output folder: "
    assert line.startswith(begin)
    return line.removeprefix(begin)


def test_no_folder_that_holds_anything_of_the_users_is_an_output_folder(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    site = guard.site
    assert why(Path(site.anchor), guard) == "it is the root of the file system"
    assert why(home, guard) == "it is your home folder"
    assert why(site, guard) == "it is the site's own folder"
    assert why(site / "content/..", guard) == "it is the site's own folder"
    assert why(site.parent, guard) == "the site's own folder lies in it"
    assert why(site / "content", guard) == "it and content/, which holds your own files, lie in each other"
    assert why(site / "content/2024/out", guard) == "it and content/, which holds your own files, lie in each other"
    assert why(site / "themes/mine", guard) == "it and themes/, which holds your own files, lie in each other"


def test_a_folder_above_a_content_folder_elsewhere_is_no_output_folder(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "texts/articles").mkdir(parents=True)
    elsewhere = Guard(guard.site, (tmp_path / "texts/articles",))
    assert why(tmp_path / "texts", elsewhere) == "it and articles/, which holds your own files, lie in each other"


def test_a_folder_of_someone_else_is_no_output_folder(guard: Guard, out: Path) -> None:
    grow(out, {"mine.txt": "mine"})
    assert why(out, guard) == "it is not empty, and digestgen did not make it"
    (out / "mine.txt").unlink()
    (out / LIST).mkdir()
    assert why(out, guard) == "it is not empty, and digestgen did not make it"


def test_a_file_is_no_output_folder(guard: Guard, out: Path) -> None:
    out.write_text("mine")
    assert why(out, guard) == "it is a file"


@needs_posix
def test_a_link_is_no_output_folder_wherever_it_leads(guard: Guard, out: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    out.symlink_to(tmp_path / "empty")
    assert why(out, guard) == "it is a link"


@needs_posix
def test_a_way_to_the_content_folder_over_a_link_is_seen_through(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(guard.site)
    assert why(tmp_path / "way/content/out", guard).startswith("it and content/")


def test_a_new_an_empty_and_an_own_folder_are_output_folders(guard: Guard, out: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", out / "deep/down", out / "deep/down", guard.site / "public"):
        well_written(folder, guard, SITE)
        assert texts(folder) == SITE


# --- what is owned


def test_a_second_build_writes_nothing(guard: Guard, out: Path) -> None:
    assert well_written(out, guard, SITE) == Written(tuple(sorted(SITE)), (), 0)
    before = {path: (out / path).stat().st_mtime_ns for path in everything(out)}
    assert well_written(out, guard, SITE) == Written((), (), 4)
    assert {path: (out / path).stat().st_mtime_ns for path in everything(out)} == before


def test_the_list_names_every_file_with_its_fingerprint_and_not_itself(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    lines = (out / LIST).read_text().splitlines()
    assert lines[0].startswith("# ")
    assert lines[1:] == [f"{fingerprint.of_bytes(SITE[path].encode())} {path}" for path in sorted(SITE)]
    assert sorted(set(everything(out)) - set(SITE)) == [LIST, LOCK]


def test_what_nobody_claims_any_more_goes_and_empty_folders_with_it(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE | {"b/c/index.html": "c", "b/c/d/e.txt": "e", "x/y/z.txt": "z"})
    (out / "b/c/d/mine.txt").write_text("mine")
    (out / "a/empty").mkdir()
    written = well_written(out, guard, {"index.html": "front"})
    assert written.removed == ("a/index.html", "a/map.svg", "b/c/d/e.txt", "b/c/index.html", "feed.xml", "x/y/z.txt")
    assert not (out / "x").exists()
    assert texts(out) == {"index.html": "front", "b/c/d/mine.txt": "mine"}
    assert (out / "a/empty").is_dir()  # an empty folder is not ours to judge


def test_a_file_that_someone_changed_is_written_again_and_told(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    (out / "a/index.html").write_text("edited")
    (out / "feed.xml").unlink()
    written, found = write(out, guard, SITE)
    assert found == [
        "warning[output-changed] a/index.html in the output folder was changed by someone else, and is written again"
    ]
    assert written == Written(("a/index.html", "feed.xml"), (), 2)
    assert texts(out) == SITE


def test_a_changed_file_that_is_not_wanted_any_more_is_removed_and_told(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    (out / "feed.xml").write_text("edited")
    _, found = write(out, guard, {path: text for path, text in SITE.items() if path != "feed.xml"})
    (line,) = found
    assert line == (
        "warning[output-changed] feed.xml in the output folder was changed by someone else, "
        "and is removed, for nothing claims it any more"
    )
    assert "feed.xml" not in texts(out)


def test_a_foreign_file_where_a_page_must_go_is_an_error_that_names_it(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    grow(out, {"b/index.html": "mine", "CNAME": "mine"})
    before = everything(out)
    written, found = write(out, guard, {**SITE, "index.html": "new front", "b/index.html": "b"})
    assert written is None
    (line,) = found
    assert line == (
        "error[output-foreign] b/index.html in the output folder, which digestgen did not write, "
        "stands where b/index.html must go"
    )
    assert everything(out) == before


def test_a_foreign_file_where_a_folder_must_go_is_an_error_that_names_it(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    grow(out, {"b": "mine"})
    before = everything(out)
    _, found = write(out, guard, SITE | {"b/c/index.html": "c"})
    (line,) = found
    assert line == (
        "error[output-foreign] b in the output folder, which digestgen did not write, "
        "stands where b/c/index.html must go"
    )
    assert everything(out) == before


def test_a_foreign_file_elsewhere_stays(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    mine = {"CNAME": "digest.example", "a/notes.txt": "mine", ".git/HEAD": "ref"}
    grow(out, mine)
    well_written(out, guard, {"index.html": "new"})
    assert texts(out) == {"index.html": "new"} | mine


def test_a_page_becomes_a_folder_and_a_folder_a_page(guard: Guard, out: Path) -> None:
    one = {"x": "a file", "y/index.html": "a page", "y/z/deep.txt": "deep"}
    other = {"x/index.html": "a page", "x/b/c.txt": "c", "y": "a file"}
    well_written(out, guard, one)
    assert set(well_written(out, guard, other).removed) == set(one)
    assert texts(out) == other
    well_written(out, guard, one)
    assert texts(out) == one


def test_a_folder_with_a_foreign_file_does_not_become_a_page(guard: Guard, out: Path) -> None:
    well_written(out, guard, {"y/index.html": "a page"})
    grow(out, {"y/mine.txt": "mine"})
    before = everything(out)
    _, found = write(out, guard, {"y": "a file"})
    assert [line.partition(" ")[0] for line in found] == ["error[output-foreign]"]
    assert everything(out) == before


def test_no_error_changes_the_output(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    before = everything(out)
    found: list[Diagnostic] = []
    with writer.opened(out, guard, found) as output:
        assert output is not None
        output.stage("index.html", b"new", found)  # and then something else is wrong: no commit
    assert everything(out) == before


def test_an_exception_changes_nothing_and_leaves_nothing_staged(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    before = everything(out)
    with contextlib.suppress(ZeroDivisionError), writer.opened(out, guard, []) as output:
        assert output is not None
        output.stage("index.html", b"new", [])
        raise ZeroDivisionError
    assert everything(out) == before
    assert not (out / STAGING).exists()


def test_two_builds_at_once_do_not_mix(guard: Guard, out: Path) -> None:
    with writer.opened(out, guard, []) as output:
        assert output is not None
        output.stage("index.html", b"first", [])
        with pytest.raises(files.BusyError), writer.opened(out, guard, []):
            pytest.fail("a second build came in")
        output.commit([])
    assert texts(out) == {"index.html": "first"}
    well_written(out, guard, SITE)


class Folding(files.Os):
    """A system that takes spellings of a name for one another, and keeps the first, as macOS and Windows do."""

    def __init__(self, root: Path) -> None:
        self.root = f"{root}/"

    def there(self, path: str) -> str:
        """Return how a path is spelt, as far as there is anything of that name."""
        if not path.startswith(self.root):
            return path
        found = self.root
        for step in filter(None, path.removeprefix(self.root).split("/")):
            names = os.listdir(found) if os.path.isdir(found) else []
            alike = [name for name in names if portable_key(name) == portable_key(step)]
            found = os.path.join(found, *alike[:1] or [step])
        return found

    def open(self, path: str, flags: int) -> int:
        return super().open(self.there(path), flags)

    def stat(self, path: str) -> os.stat_result:
        return super().stat(self.there(path))

    def lstat(self, path: str) -> os.stat_result:
        return super().lstat(self.there(path))

    def list(self, folder: str) -> list[os.DirEntry[str]]:
        return super().list(self.there(folder))

    def replace(self, source: str, target: str) -> None:
        super().replace(self.there(source), self.there(target))

    def unlink(self, path: str) -> None:
        super().unlink(self.there(path))

    def mkdir(self, path: str) -> None:
        super().mkdir(self.there(path))

    def rmdir(self, path: str) -> None:
        super().rmdir(self.there(path))


#: Before and after somebody renamed files in content/static/.
SPELLINGS: tuple[tuple[Wanted, Wanted], ...] = (
    ({"Logo.png": "one"}, {"logo.png": "one"}),
    ({"Logo.png": "one"}, {"logo.png": "another"}),
    ({"Photos/x.png": "x", "Photos/y.png": "y"}, {"photos/x.png": "x", "photos/z.png": "z"}),
    ({"Photos/Deep/x.png": "x", "Photos/y.png": "y"}, {"Photos/deep/x.png": "x", "Photos/y.png": "y"}),
    ({"Z\u00fcge.png": "x"}, {"Zu\u0308ge.png": "x"}),
    ({"Q": "a"}, {"q/b": "b"}),
    ({"Q/b": "b"}, {"q": "a"}),
)


@pytest.mark.parametrize("folding", [False, True])
@pytest.mark.parametrize(("before", "after"), SPELLINGS)
def test_files_that_are_only_spelt_anew_are_written_in_their_new_spelling(
    guard: Guard, out: Path, monkeypatch: pytest.MonkeyPatch, before: Wanted, after: Wanted, folding: bool
) -> None:
    if folding:
        monkeypatch.setattr(files, "system", Folding(out))
    for wanted in (before, after, before):
        well_written(out, guard, {**SITE, **wanted})
        assert texts(out) == {**SITE, **wanted}
        assert well_written(out, guard, {**SITE, **wanted}).written == ()


def test_a_foreign_file_in_another_spelling_stays(guard: Guard, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    well_written(out, guard, SITE)
    grow(out, {"Logo.png": "mine", "B": "mine"})
    monkeypatch.setattr(files, "system", Folding(out))
    for path in ("logo.png", "b/c.png"):
        _, found = write(out, guard, {**SITE, path: "ours"})
        assert [line.partition(" ")[0] for line in found] == ["error[output-foreign]"]
    assert texts(out) == {**SITE, "Logo.png": "mine", "B": "mine"}


@needs_posix
def test_new_files_have_the_rights_that_the_umask_leaves(guard: Guard, out: Path) -> None:
    before = os.umask(0o027)
    try:
        well_written(out, guard, SITE)
    finally:
        os.umask(before)
    assert (out / "a/index.html").stat().st_mode & 0o777 == 0o640


# --- a list that someone else wrote


HASH = "0" * 64


@pytest.mark.parametrize(
    "path",
    [
        "../outside.txt",
        "a/../../outside.txt",
        "{outside}",
        "/{outside}",
        "a/./../../outside.txt",
        "..",
        ".",
        "",
        "a//../../outside.txt",
        "a\\..\\..\\outside.txt",
        "C:/outside.txt",
        ".digestgen-lock",
        "link/outside.txt",
        "link\nlink/outside.txt",
        "folder",
        "a",
    ],
)
@needs_posix
def test_a_hostile_list_reaches_nothing_outside(guard: Guard, out: Path, tmp_path: Path, path: str) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    well_written(out, guard, SITE)
    grow(out, {"folder/mine.txt": "mine"})
    (out / "link").symlink_to(tmp_path)
    mark = fingerprint.of_bytes(b"mine")
    with (out / LIST).open("a") as file:
        file.writelines(f"{mark} {line}\n" for line in path.format(outside=str(outside)).split("\n"))
    well_written(out, guard, SITE)
    assert outside.read_text() == "mine"
    assert texts(out) == SITE | {"folder/mine.txt": "mine", "link": str(tmp_path)}
    assert (out / LOCK).exists()
    assert not outside.is_symlink()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe" * 100,
        b"nonsense\n" * 50,
        f"{HASH} index.html\n".encode() * 3,
        f"{HASH} index.html\n{'1' * 64} index.html\n".encode(),
        f"{HASH}index.html\n{HASH}  index.html\n{HASH}\tindex.html\n{HASH} \n".encode(),
        f"{HASH} {'x' * 100_000}\n".encode(),
    ],
)
def test_a_list_of_garbage_is_no_fault_of_the_next_build(guard: Guard, out: Path, data: bytes) -> None:
    out.mkdir()
    (out / LIST).write_bytes(data)
    well_written(out, guard, SITE)
    assert texts(out) == SITE
    assert sorted(writer.read_list(str(out))) == sorted(SITE)


def test_a_list_with_a_path_twice_owns_both_of_its_fingerprints(guard: Guard, out: Path) -> None:
    well_written(out, guard, {"index.html": "now"})
    was = fingerprint.of_bytes(b"was")
    with (out / LIST).open("a") as file:
        file.write(f"{was} index.html\n" * 2)
    (out / "index.html").write_text("was")  # as a build leaves it that is killed between list and file
    written = well_written(out, guard, {"index.html": "now"})
    assert written.written == ("index.html",)
    assert (out / LIST).read_text().count("index.html") == 1


def test_without_its_list_a_folder_is_someone_elses(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    (out / LIST).unlink()
    assert why(out, guard) == "it is not empty, and digestgen did not make it"


# --- links inside the output folder


@needs_posix
def test_a_link_in_the_place_of_a_file_is_not_written_through(guard: Guard, out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    well_written(out, guard, SITE)
    (out / "index.html").unlink()
    (out / "index.html").symlink_to(outside)
    before = everything(out)
    _, found = write(out, guard, SITE)
    assert [line.partition(" ")[0] for line in found] == ["error[output-foreign]"]
    assert everything(out) == before
    assert outside.read_text() == "mine"


@needs_posix
@pytest.mark.parametrize("wanted", [SITE, {"index.html": "only this"}])
def test_a_link_in_the_place_of_a_folder_is_not_followed(
    guard: Guard, out: Path, tmp_path: Path, wanted: Wanted
) -> None:
    well_written(out, guard, SITE)
    outside = tmp_path / "outside"
    (out / "a").rename(outside)  # the very files of the list, in a place that is not ours any more
    (out / "a").symlink_to(outside)
    mine = everything(outside)
    written, _ = write(out, guard, wanted)
    assert (written is None) == (wanted is SITE)
    assert everything(outside) == mine
    assert (out / "a").is_symlink()


@needs_posix
def test_a_link_that_the_list_names_is_not_written_through(guard: Guard, out: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    well_written(out, guard, SITE)
    (out / "link").symlink_to(tmp_path / "outside")
    with (out / LIST).open("a") as file:
        file.write(f"{HASH} link\n{HASH} link/a.txt\n")
    before = everything(out)
    _, found = write(out, guard, SITE | {"link/a.txt": "a"})
    assert [line.partition(" ")[0] for line in found] == ["error[output-foreign]"]
    assert everything(out) == before
    assert list((tmp_path / "outside").iterdir()) == []


@needs_posix
@pytest.mark.parametrize("name", [STAGING, LOCK, LIST])
def test_a_link_in_the_place_of_digestgens_own_files_harms_nothing_behind_it(
    guard: Guard, out: Path, tmp_path: Path, name: str
) -> None:
    outside = tmp_path / "outside"
    grow(outside, {"a.txt": "mine", "b/c.txt": "mine"})
    well_written(out, guard, SITE)
    if (out / name).exists():
        (out / name).unlink()
    (out / name).symlink_to(outside if name == STAGING else outside / "a.txt")
    mine = everything(outside)
    with contextlib.suppress(OSError):  # a link in the place of the lock cannot be opened, which is well
        write(out, guard, SITE | {"index.html": "new"})
    assert everything(outside) == mine


def test_a_file_in_the_place_of_the_staging_folder_goes(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    (out / STAGING).write_text("left over")
    well_written(out, guard, SITE | {"index.html": "new"})
    assert (out / "index.html").read_text() == "new"


def test_what_a_killed_build_staged_goes_whatever_its_name(guard: Guard, out: Path) -> None:
    well_written(out, guard, SITE)
    grow(out / STAGING, {"list": "half", "7": "half", ".hidden": "x", "backup~": "x"})
    well_written(out, guard, SITE)
    assert not (out / STAGING).exists()


# --- killed, and a disk that fails


class Killed(BaseException):
    """The process ends here: nothing that it would have done afterwards happens."""


class Unsynced(files.Os):
    """A system that does not wait for its disk."""

    def fsync(self, handle: int) -> None:
        pass


class Doomed(Unsynced):
    """A system on which the process dies at its n-th change of a file, in the middle of a write."""

    def __init__(self, left: int) -> None:
        self.left = left

    def dies(self) -> bool:
        self.left -= 1
        return self.left <= 0

    def open(self, path: str, flags: int) -> int:
        if flags & os.O_CREAT and not os.path.lexists(path) and self.dies():
            raise Killed
        return super().open(path, flags)

    def write(self, handle: int, data: memoryview) -> int:
        if self.left <= 0:
            raise Killed
        if self.dies():
            super().write(handle, data[: len(data) // 2])
            raise Killed
        return super().write(handle, data)

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in {"fsync", "replace", "unlink", "mkdir", "rmdir"} and self.dies():
            raise Killed
        return found


class Full(Doomed):
    """A disk on which one change fails and all after it as well, while the process lives on."""

    def __getattribute__(self, name: str) -> Any:
        try:
            return super().__getattribute__(name)
        except Killed:
            if name in {"unlink", "rmdir"}:  # a full disk lets files go
                return object.__getattribute__(self, name)
            raise OSError(errno.ENOSPC, "No space left on device") from None

    def open(self, path: str, flags: int) -> int:
        try:
            return super().open(path, flags)
        except Killed:
            raise OSError(errno.ENOSPC, "No space left on device", path) from None

    def write(self, handle: int, data: memoryview) -> int:
        try:
            return super().write(handle, data)
        except Killed:
            raise OSError(errno.ENOSPC, "No space left on device") from None


BEFORE = {
    "index.html": "front before",
    "a/index.html": "a",
    "b/index.html": "b",
    "b/old.txt": "old",
    "c": "a file",
    "d/e/f.txt": "f",
    "x/y/old.txt": "old",
    "kept.txt": "kept",
}
AFTER = {
    "index.html": "front after",
    "a/index.html": "a after",
    "a/new.svg": "new",
    "c/index.html": "a folder",
    "d": "a page",
    "kept.txt": "kept",
}
FOREIGN = {"CNAME": "mine", "b/mine.txt": "mine", ".hidden/x": "mine"}


def attempts(
    tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch, system: Callable[[int], files.Os]
) -> Iterable[tuple[int, Path, bool]]:
    """Yield (k, output folder, whether the build got to its end) for a build that fails at its k-th change."""
    monkeypatch.setattr(files, "system", Unsynced())
    for left in range(1, 200):
        out = tmp_path / f"out{left}"
        well_written(out, guard, BEFORE)
        grow(out, FOREIGN)
        monkeypatch.setattr(files, "system", system(left))
        try:
            well_written(out, guard, AFTER)
            ended = True
        except (Killed, OSError):
            ended = False
        monkeypatch.setattr(files, "system", Unsynced())
        yield left, out, ended
        if ended:
            return
    pytest.fail("the build never came to its end")


@pytest.mark.parametrize("system", [Doomed, Full])
def test_a_build_that_ends_at_any_change_leaves_whole_files_and_the_next_one_mends_all(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: Callable[[int], files.Os]
) -> None:
    clean = tmp_path / "clean"
    well_written(clean, guard, AFTER)
    owned = (clean / LIST).read_bytes()
    count = 0
    for left, out, _ in attempts(tmp_path, guard, monkeypatch, system):
        for path, text in texts(out).items():
            assert text in {BEFORE.get(path), AFTER.get(path), FOREIGN.get(path)}, (left, path)
        assert texts(out).items() >= FOREIGN.items(), left
        assert not any(path.startswith("../") for path in everything(out))
        written, found = write(out, guard, AFTER)
        assert (found, written is None) == ([], False), left
        assert texts(out) == AFTER | FOREIGN, left
        assert (out / LIST).read_bytes() == owned, left
        assert folders(out) == folders(clean) | {"b", ".hidden"}, left
        assert sorted(set(everything(out)) - set(AFTER) - set(FOREIGN)) == [LIST, LOCK], left
        count = left
    assert count > 20  # so many changes does this build make


def test_a_build_that_ends_before_its_first_page_is_in_place_changes_none(
    guard: Guard, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    well_written(out, guard, BEFORE)

    class NoReplace(files.Os):
        def replace(self, source: str, target: str) -> None:
            raise OSError(errno.EROFS, "Read-only file system", target)

    before = everything(out)
    monkeypatch.setattr(files, "system", NoReplace())
    with pytest.raises(OSError, match="Read-only"):
        well_written(out, guard, AFTER)
    assert everything(out) == before


def test_pages_come_after_what_they_need_and_the_front_page_after_the_others(
    guard: Guard, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    class Watched(files.Os):
        def replace(self, source: str, target: str) -> None:
            order.append(os.path.relpath(target, out))
            super().replace(source, target)

    monkeypatch.setattr(files, "system", Watched())
    wanted = ["feed.xml", "index.html", "a/index.html", "a/b/index.html", "assets/x.css", "a/map.svg"]
    well_written(out, guard, dict.fromkeys(wanted, "x"))
    assert order == [
        LIST,
        "a/map.svg",
        "assets/x.css",
        "a/b/index.html",
        "a/index.html",
        "index.html",
        "feed.xml",
    ]  # and all is listed already as it is in the end
