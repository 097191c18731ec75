"""Paths without a disk: names that are good everywhere, and nothing that leads out of the site."""

from __future__ import annotations

import posixpath
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen.paths import fault, is_device, is_hidden, is_litter, join_inside, name_fault, output_path, portable_key


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/", "index.html"),
        ("/a/b/", "a/b/index.html"),
        ("/feed.xml", "feed.xml"),
        ("/a/page", "a/page"),
        ("/.well-known/x", ".well-known/x"),
        ("/می\u200cخواهم/", "می\u200cخواهم/index.html"),
        ("/tags/c, d & e/", "tags/c, d & e/index.html"),
        ("", None),
        ("a/", None),
        ("//a/", None),
        ("/a//b/", None),
        ("/../a", None),
        ("/a/./b", None),
    ],
)
def test_a_page_lies_in_a_folder_of_its_own(url: str, path: str | None) -> None:
    assert output_path(url) == path


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "empty"),
        ("a//b", "empty"),
        ("../a", "step .."),
        ("a/.", "step ."),
        ("a\0b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\u2028b", "U+2028"),
        ("a\u202eb", "U+202E"),
        ("a\ud83db", "U+D83D"),
        ("a\\b", "`\\`"),
        ("a:b", "`:`"),
        ("what?", "`?`"),
        ("a.", "ends with"),
        ("a /b", "ends with"),
        ("con", "device"),
        ("a/NUL.html", "device"),
        ("com1 .x.y", "device"),
        ("lpt²", "device"),
        ("x" * 256, "255 bytes"),
        ("é" * 128, "255 bytes"),
        ("/".join(["x" * 100] * 9), "900 bytes"),
    ],
)
def test_a_name_that_fails_on_some_system_is_refused(path: str, words: str) -> None:
    assert words in fault(path)


@pytest.mark.parametrize(
    "path", ["a/b.html", ".well-known/x", "x" * 255, "é" * 127, "context", "com10", "aux-1", "..a"]
)
def test_an_ordinary_name_is_fine(path: str) -> None:
    assert fault(path) == ""


def test_devices_are_known_with_any_suffix() -> None:
    assert is_device("Con")
    assert is_device("aux.tar.gz")
    assert not is_device("conx")


@pytest.mark.parametrize(
    ("one", "other"), [("a/Café", "A/cafe\u0301"), ("straße", "STRASSE"), ("\u1f80", "\u1f88"), ("ΟΔΟΣ", "οδος")]
)
def test_paths_that_are_one_file_elsewhere_share_a_key(one: str, other: str) -> None:
    assert portable_key(one) == portable_key(other)
    assert portable_key(one) != portable_key(one + "x")


@given(st.text())
def test_a_portable_key_is_its_own_key(path: str) -> None:
    key = portable_key(path)
    assert portable_key(key) == key
    assert portable_key(unicodedata.normalize("NFD", path)) == key


@pytest.mark.parametrize(
    ("folder", "relative", "joined"),
    [
        ("", "a.md", "a.md"),
        ("a/b", "../c.md", "a/c.md"),
        ("a/b", "../../c.md", "c.md"),
        ("a/b", "./c//d/.", "a/b/c/d"),
        ("a", "..", ""),
        ("a/b", "", "a/b"),
        ("a", "../../a/b", None),
        ("", "..", None),
        ("", "../x", None),
        ("a", "/etc/passwd", None),
        ("a", "..\\b", None),
        ("a", "b\0", None),
    ],
)
def test_a_link_is_followed_inside_the_root(folder: str, relative: str, joined: str | None) -> None:
    assert join_inside(folder, relative) == joined


STEPS = st.lists(st.sampled_from(["a", "b", "..", ".", "", "...", "\\", "c\0"]), max_size=8).map("/".join)


@given(st.sampled_from(["", "a", "a/b"]), STEPS)
def test_nothing_joins_its_way_out(folder: str, relative: str) -> None:
    joined = join_inside(folder, relative)
    if joined is not None:
        assert ".." not in joined.split("/")
        assert not joined.startswith("/")
        assert posixpath.normpath(f"/r/{folder}/{relative}") == f"/r/{joined}".rstrip("/")


@given(STEPS | st.text(max_size=20))
def test_what_can_be_written_stays_below_the_output(path: str) -> None:
    found = output_path("/" + path)
    if found is not None:
        assert posixpath.normpath(found) == found
        assert fault(found) == ""
        assert all(name_fault(name) == "" for name in found.split("/"))


def test_hidden_files_stay_at_home_but_for_well_known() -> None:
    hidden = [".git", "a/.env", ".git/config", ".well-knownx", "a/.x/b", "...", ".well-known/.x"]
    shown = ["a", "a/b.c", ".well-known", ".well-known/security.txt", "a/.well-known/b", "", ".", "..", "../a", "./a"]
    assert [path for path in hidden + shown if is_hidden(path)] == hidden


def test_litter_of_editors_is_known() -> None:
    litter = ["kim.md~", "#kim.md#", ".kim.md.swp", "x.swo", ".DS_Store", "Thumbs.db", "desktop.ini"]
    assert [name for name in [*litter, "kim.md", "#", "#tag", "a#"] if is_litter(name)] == litter
