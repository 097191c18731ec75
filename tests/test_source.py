"""What is in a site's folder, and what is said of what cannot be read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import files, parse, source
from digestgen.diagnostics import Diagnostic, Span
from tests.building import built
from tests.shelf import settings

Site = Callable[[str], Path]

SITE = """\
-- site.yaml --
title: Digest
-- content/b.md --
B
-- content/a/x.md --
X
-- content/a/map.svg --
<svg/>
-- content/pages/about.md --
About
-- content/static/readme.md --
as it is
-- content/static/.well-known/security.txt --
Contact: desk
-- content/.hidden.md --
no
-- content/.git/config.md --
no
-- content/a.md~ --
no
-- content/NOTES.MD --
no article
"""


def told(found: list[Diagnostic]) -> list[tuple[str, str, str, str]]:
    return [(item.severity, item.code, item.span.path, item.message) for item in found if item.span]


def test_articles_are_the_markdown_files_that_are_not_copied_as_they_are(site: Site) -> None:
    tree = source.Tree(site(SITE), settings())
    assert list(tree.articles()) == [("b.md", b"B\n"), ("a/x.md", b"X\n"), ("pages/about.md", b"About\n")]
    assert [item.code for item in tree.found] == ["not-an-article"]


def test_all_other_files_are_there_to_come_along_but_hidden_ones_and_litter(site: Site) -> None:
    tree = source.Tree(site(SITE), settings())
    assert tree.files == {"NOTES.MD", "a/map.svg", "static/readme.md", "static/.well-known/security.txt"}
    found: list[Diagnostic] = []
    assert tree.file("a/map.svg", found) == b"<svg/>\n"
    assert found == []


def test_content_may_lie_in_another_folder(site: Site) -> None:
    folder = site("-- news/a.md --\nA\n-- content/b.md --\nB\n")
    assert source.Tree(folder, settings("content: news")).paths == ("a.md",)


def test_a_missing_folder_of_articles_is_an_error_at_its_key(site: Site) -> None:
    tree = source.Tree(site("-- site.yaml --\ntitle: Digest\n"), settings("content: nwes"))
    assert tree.found == [
        Diagnostic(
            "missing-folder",
            "there is no folder nwes/ for the articles",
            Span("site.yaml", 2, 10, 4, "content: nwes"),
            help="make the folder, or name another one as `content`",
        )
    ]
    assert list(tree.articles()) == []


def test_registries_are_read_where_they_are(site: Site) -> None:
    folder = site(
        "-- content/a.md --\nA\n-- sources.yaml --\nx: {name: X}\n-- tags.yaml --\n-- content/people.yaml --\nno\n"
    )
    tree = source.Tree(folder, settings())
    assert tree.registries() == {"sources.yaml": "x: {name: X}\n", "tags.yaml": ""}


def test_a_registry_in_another_encoding_is_told(site: Site) -> None:
    folder = site("-- content/a.md --\nA\n")
    (folder / "people.yaml").write_bytes("kim: {name: Müller}\n".encode("latin-1"))
    tree = source.Tree(folder, settings())
    assert tree.registries() == {}
    assert told(tree.found) == [("error", "not-utf8", "people.yaml", "the byte 0xfc is not UTF-8")]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own on Windows")
def test_links_out_of_the_folder_are_not_followed_and_told(site: Site, tmp_path: Path) -> None:
    folder = site("-- content/a.md --\nA\n-- secret.md --\nS\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "o.md").write_text("O")
    (folder / "content" / "secret.md").symlink_to(folder / "secret.md")
    (folder / "content" / "outside").symlink_to(tmp_path / "outside")
    (folder / "content" / "nowhere.md").symlink_to("not-there.md")
    (folder / "content" / "inside.md").symlink_to("a.md")
    tree = source.Tree(folder, settings())
    assert tree.paths == ("a.md", "inside.md")
    message = "a link that does not lead to a file of this folder is not followed"
    assert told(tree.found) == [
        ("warning", "link-outside", f"content/{name}", message) for name in ("nowhere.md", "outside", "secret.md")
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system here")
def test_pipes_are_not_opened_and_told(site: Site) -> None:
    folder = site("-- content/a.md --\nA\n")
    os.mkfifo(folder / "content" / "pipe.md")
    tree = source.Tree(folder, settings())
    assert told(tree.found) == [("warning", "unreadable", "content/pipe.md", "it is neither a file nor a folder")]


def test_what_is_too_large_is_told_and_left_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site("-- content/a.md --\nshort\n-- content/b.md --\n" + "long " * 300)
    monkeypatch.setattr(parse, "LIMIT", 1024)
    tree = source.Tree(folder, settings())
    assert [path for path, _ in tree.articles()] == ["a.md"]
    assert [(item.code, item.help) for item in tree.found] == [("too-large", "make it smaller")]


def test_what_may_not_be_read_is_an_error(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: str, _limit: int) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    tree = source.Tree(site(SITE), settings())
    monkeypatch.setattr(files, "read_bytes", refused)
    found: list[Diagnostic] = []
    assert tree.article("b.md", found) is tree.file("a/map.svg", found) is None
    assert told(found) == [
        ("error", "unreadable", "content/b.md", "it may not be read"),
        ("error", "unreadable", "content/a/map.svg", "it may not be read"),
    ]


def test_lines_are_fetched_for_messages_that_lack_them(site: Site) -> None:
    tree = source.Tree(site("-- content/a.md --\none\ntwo\n"), settings())
    bare = Diagnostic("broken-link", "m", Span("content/a.md", 2, 1, 3))
    assert tree.with_lines([bare])[0].span == Span("content/a.md", 2, 1, 3, "two")
    for span in (
        None,
        Span("content/a.md"),
        Span("content/a.md", 9),
        Span("content/b.md", 2),
        Span("a.md", 2, 1, 1, "t"),
    ):
        item = Diagnostic("broken-link", "m", span)
        assert tree.with_lines([item]) == [item]


def test_a_file_is_read_once_for_all_that_is_wrong_in_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = source.Tree(site("-- content/a.md --\none\ntwo\n"), settings())
    read: list[str] = []
    real = files.read_bytes

    def noted(path: str, *rest: int) -> bytes:
        read.append(path)
        return real(path, *rest)

    monkeypatch.setattr(files, "read_bytes", noted)
    found = [Diagnostic("broken-link", str(number), Span("content/a.md", 2)) for number in range(9)]
    assert {item.span.text for item in tree.with_lines(found) if item.span} == {"two"}
    assert len(read) == 1


def test_a_folder_that_may_not_be_listed_is_an_error_for_what_it_holds_would_be_missing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(files.Os):
        def list(self, folder: str) -> list[os.DirEntry[str]]:
            if folder.endswith("/content/a"):
                raise PermissionError(13, "Permission denied", folder)
            return super().list(folder)

    folder = site(SITE)
    monkeypatch.setattr(files, "system", Closed())
    tree = source.Tree(folder, settings())
    assert ("error", "unreadable", "content/a", "it may not be read") in told(tree.found)


@pytest.mark.parametrize("name", ["sources.yaml", "people.yaml", "tags.yaml"])
def test_a_registry_is_not_read_through_a_link_that_leads_out(site: Site, name: str) -> None:
    folder = site(SITE)
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to("/etc/passwd")
    tree = source.Tree(folder, settings())
    assert name not in tree.registries()
    assert any(item.code == "link-outside" and item.severity == "error" for item in tree.found)


def test_a_build_tells_what_is_wrong_with_a_registry_as_a_file(site: Site) -> None:
    folder = site(SITE)
    (folder / "sources.yaml").write_bytes(b"\xff\xfe")
    assert any(item.code == "not-utf8" for item in built(folder).diagnostics)
