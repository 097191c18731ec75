"""Files that cannot be read: all are told in one run, none is taken for empty or absent, and nothing is published."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from digestgen import build, check, config, files, legible, produce, survey, theme, unchanged
from digestgen.diagnostics import Diagnostic, Span, graded
from digestgen.moving import answers, transfer
from digestgen.pictures import drawing
from tests import peers
from tests.building import NOW, built, plain_theme, published, still_as_it_was, told
from tests.refusing import Refusing
from tests.sites import write_site

SITE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6f0a4c1e-5d3b-4a8f-9c2d-7e1b0f3a5c9d
theme: plain
-- sources.yaml --
reuters: {name: Reuters, url: "https://www.reuters.com/"}
-- locale/pt.po --
-- content/2024-05-01-one.md --
---
title: One
sources: [reuters]
---
Text.
-- content/2024-05-02-two.md --
---
title: Two
---
Text.
-- content/static/empty.txt --
-- themes/other/theme.yaml --
name: other
""" + plain_theme()

DENIED = errno.EACCES


@dataclass(frozen=True)
class Digest:
    """A site that was built."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @contextmanager
    def refused(self, *paths: str, number: int = DENIED, how: str = "") -> Iterator[None]:
        """Let the system refuse paths of the site, which are touched, so that they have to be read anew."""
        for path in paths:
            if (self.folder / path).is_file():
                os.utime(self.folder / path, ns=(1, 1))
        with self.monkeypatch.context() as patch:
            patch.setattr(files, "system", Refusing({f"{how}{self.folder / path}": number for path in paths}))
            yield


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_site(tmp_path_factory.mktemp("legible") / "site", SITE)
    assert told(built(folder).diagnostics) == []
    return folder


@pytest.fixture
def digest(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Digest:
    shutil.copytree(done, tmp_path / "site")
    return Digest(tmp_path / "site", monkeypatch)


def unread(*paths: str, message: str = "it may not be read") -> list[str]:
    return [f"error[unreadable] {path}:1:1 {message}" for path in paths]


def test_edited_articles_that_cannot_be_read_are_all_told_beside_what_is_wrong_elsewhere(digest: Digest) -> None:
    before = published(digest.folder / "public")
    (digest.folder / "content/2024-05-03-three.md").write_text("---\ntitle: no\n---\n[x](gone.md)\n")
    with digest.refused("content/2024-05-01-one.md", "content/2024-05-02-two.md"):
        found = told(built(digest.folder).diagnostics)
    assert found == [
        *unread("content/2024-05-01-one.md", "content/2024-05-02-two.md"),
        "error[broken-link] content/2024-05-03-three.md:4:5 a link leads nowhere: there is no file content/gone.md",
    ]
    assert published(digest.folder / "public") == before


@pytest.mark.parametrize(
    "path",
    [
        "site.yaml",
        "sources.yaml",
        "content",
        "content/2024-05-01-one.md",
        "content/static",
        "content/static/empty.txt",
        "locale",
        "locale/pt.po",
        "themes/plain/theme.yaml",
        "themes/plain/templates",
        "themes/plain/templates/article.html",
    ],
)
@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_whatever_cannot_be_read_is_named_and_never_taken_for_empty(digest: Digest, path: str, number: int) -> None:
    with digest.refused(path, number=number):
        result = built(digest.folder)
    assert not result.ok
    assert [item.span.path for item in result.diagnostics if item.span and item.code == "unreadable"] == [path]
    assert built(digest.folder).ok


def test_a_file_that_was_empty_and_cannot_be_read_now_does_not_stay_empty(digest: Digest) -> None:
    (digest.folder / "content/static/empty.txt").write_text("no longer")
    with digest.refused("content/static/empty.txt"):
        assert told(built(digest.folder).diagnostics) == unread("content/static/empty.txt")
    assert built(digest.folder).ok
    assert published(digest.folder / "public")["empty.txt"] == b"no longer"


def test_what_no_page_is_made_from_need_not_be_read(digest: Digest) -> None:
    with digest.refused("themes/other/theme.yaml"):
        assert built(digest.folder).ok
    assert still_as_it_was(digest.folder, digest.folder / "public", NOW) is False  # another output was asked for
    (digest.folder / "themes/other/theme.yaml").write_text("name: otter\n")
    look = unchanged.look(str(digest.folder))
    assert [*unchanged.changed(look, "content")] == ["themes/other/theme.yaml"]
    look.store.close()


def test_a_theme_of_the_site_that_cannot_be_seen_is_not_taken_for_digestgens_own(tmp_path: Path) -> None:
    site = write_site(tmp_path / "s", "-- themes/base/theme.yaml --\nname: base\n")
    place = f"{site}/themes/base/theme.yaml"
    found: list[Diagnostic] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "system", Refusing({f"stat {place}": DENIED, place: DENIED}))
        assert theme.chain("base", site, None, found) == []
    assert told(found) == unread("themes/base/theme.yaml")


def test_a_theme_in_a_folder_that_cannot_be_listed_is_missing_without_a_hint(tmp_path: Path) -> None:
    site = write_site(tmp_path / "s", "-- themes/base/theme.yaml --\nname: base\n")
    found: list[Diagnostic] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "system", Refusing({f"{site}/themes": DENIED}))
        assert theme.chain("nothing", site, None, found) == []
    assert [(item.code, item.help) for item in found] == [("no-theme", "themes: ")]


def test_folders_of_a_theme_are_not_told_beside_its_settings_that_cannot_be_read_either(digest: Digest) -> None:
    above = "themes/plain"
    with digest.refused(f"{above}/theme.yaml", f"{above}/templates", f"{above}/assets"):
        assert told(built(digest.folder).diagnostics) == unread("themes/plain/theme.yaml")


def test_a_registry_that_cannot_be_looked_at_is_told(digest: Digest) -> None:
    with digest.refused("sources.yaml", how="lstat "):
        assert unread("sources.yaml")[0] in told(built(digest.folder).diagnostics)


def test_settings_that_cannot_be_looked_at_are_not_missing(digest: Digest) -> None:
    place = f"{digest.folder}/site.yaml"
    digest.monkeypatch.setattr(files, "system", Refusing({f"stat {place}": DENIED, place: DENIED}))
    settings, found = build.settings_of(digest.folder)
    assert settings == config.read("")[0]
    assert told(found) == unread("site.yaml")


def test_a_short_way_is_not_taken_where_the_theme_cannot_be_read(digest: Digest) -> None:
    article = digest.folder / "content/2024-05-01-one.md"
    article.write_text(article.read_text().replace("Text.", "Another text."))
    with digest.refused("themes/plain/templates/article.html"):
        assert told(built(digest.folder).diagnostics) == unread("themes/plain/templates/article.html")


def test_a_plug_in_that_was_loaded_is_not_run_without_a_file_of_it_that_cannot_be_read(tmp_path: Path) -> None:
    site = write_site(
        tmp_path / "s",
        "-- site.yaml --\ntitle: T\nurl: https://digest.example/\nplugins: [mine]\ntheme: plain\n"
        "-- mine/__init__.py --\ndef check(article):\n    return []\n"
        "-- content/2024-05-01-a.md --\n---\ntitle: A\n---\n" + plain_theme(),
    )
    assert built(site).ok
    write_site(site, "-- mine/words.py --\nWORDS = ()\n-- mine/more/__init__.py --\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "system", Refusing({f"{site}/mine/words.py": DENIED, f"{site}/mine/more": DENIED}))
        found = [item for item in told(built(site).diagnostics) if "unreadable" in item]
    assert found == unread("mine/more", "mine/words.py")


def test_of_files_that_cannot_be_read_for_one_reason_some_are_told_and_how_many_more() -> None:
    def all_of(number: int, count: int) -> list[Diagnostic]:
        return [legible.unread(f"content/{number}-{item:05}.md", number) for item in range(count)]

    other = Diagnostic("bad-date", "m", Span("content/z.md"))
    few = graded([*all_of(errno.EACCES, 20), other], {}, strict=False)
    assert len(few) == 21
    lost = graded([*all_of(errno.EMFILE, 10_000), *all_of(errno.EIO, 21), other], {"unreadable": "off"}, strict=False)
    assert [item.message for item in lost if item.span is None] == [
        "the same goes for 9,980 more files: too many files are open",
        "the same goes for 1 more file: it cannot be read: Input/output error",
    ]
    assert len(lost) == 20 + 20 + 2 + 1
    assert set(graded(lost, {}, strict=False)) == set(lost)


def test_what_was_told_is_not_lost_where_the_disk_fails_for_good(digest: Digest) -> None:
    def chain(*_: object) -> object:
        raise OSError(errno.EIO, "Input/output error", str(digest.folder / "themes"))

    digest.monkeypatch.setattr(theme, "chain", chain)
    with pytest.raises(OSError, match="themes"):
        built(digest.folder)
    with digest.refused("content/2024-05-01-one.md"):
        found = told(built(digest.folder).diagnostics)
    assert found == [
        *unread("content/2024-05-01-one.md"),
        *unread("themes", message="it cannot be read: Input/output error"),
    ]


def test_what_comes_next_is_not_told_where_a_folder_of_articles_cannot_be_seen(digest: Digest) -> None:
    with digest.refused("content/static"):
        look = unchanged.look(str(digest.folder))
        found = build.outlook(digest.folder, NOW, look)
        look.store.close()
    assert found.coming is None
    assert told(found.diagnostics) == unread("content/static")


@pytest.mark.parametrize("path", ["sources.yaml", "content/static", "locale"])
def test_who_asks_what_a_site_has_is_not_told_without_what_cannot_be_read(digest: Digest, path: str) -> None:
    listed = digest.folder / "old.txt"
    listed.write_text("https://digest.example/about/\n")
    with digest.refused(path):
        assert told(survey.of(digest.folder, NOW)[1]) == unread(path)
        assert answers.ask(digest.folder, listed, NOW) == ([], survey.of(digest.folder, NOW)[1])
        moved = transfer.move(transfer.Request(digest.folder, peers.SITES / "pelican"))
    assert told(moved.diagnostics) == unread(path)
    assert not (digest.folder / "content/2024").exists()
    assert survey.of(digest.folder, NOW)[0] is not None


def test_a_check_tells_what_cannot_be_read_and_drawings_that_a_build_would_refuse(digest: Digest) -> None:
    write_site(digest.folder, "".join(f"-- content/static/{number:03}.svg --\n<svg>\n" for number in range(120)))
    with digest.refused("content/static/empty.txt"):
        found = check.check(check.Request(digest.folder, NOW)).diagnostics
    assert unread("content/static/empty.txt")[0] in told(found)
    refused = [item for item in found if item.code == "picture-refused"]
    assert len(refused) == 101
    assert [item.message for item in refused if item.span is None] == ["20 more faults of this kind are not listed"]
    assert refused[-1].rest


def test_of_each_template_some_faults_are_told_and_of_too_many_how_many_more() -> None:
    def faults(path: str, count: int) -> list[Diagnostic]:
        return [Diagnostic("theme", f"fault {number}", Span(path, number + 1)) for number in range(count)]

    few = [*faults("a.html", 5), *faults("b.html", 5), *faults("c.html", 1)]
    assert produce._told(few) == few
    assert [item.message for item in produce._told(faults("a.html", 9))[4:]] == [
        "fault 4",
        "4 more faults in a.html are not listed",
    ]


def test_a_drawing_that_was_published_is_not_read_again_to_see_whether_it_may_be(digest: Digest) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    write_site(digest.folder, f"-- content/static/good.svg --\n{svg}\n")
    assert built(digest.folder).ok
    asked: list[bytes] = []
    digest.monkeypatch.setattr(drawing, "harmless", asked.append)
    assert check.check(check.Request(digest.folder, NOW)).ok
    assert asked == []


def test_a_folder_that_cannot_be_looked_at_is_told_and_not_missing(digest: Digest) -> None:
    place = f"{digest.folder}/content"
    digest.monkeypatch.setattr(
        files, "system", Refusing({f"lstat {place}": DENIED, f"stat {place}": DENIED, place: DENIED})
    )
    assert told(built(digest.folder).diagnostics) == unread("content")
