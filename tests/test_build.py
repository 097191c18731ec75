"""Whole builds: the same bytes wherever and however, and an output that is never half of anything."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digestgen import build, files, produce, unchanged
from tests.browser import every_link
from tests.building import NOW, OWN, built, everything, plain_theme, published, still_as_it_was, told, well_built
from tests.sites import write_site
from tests.test_pictures import picture

Site = Callable[[str], Path]

ROOT = Path(__file__).resolve().parent.parent

#: A small site with nearly everything that a site can have.
SITE = (ROOT / "tests/golden/site.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the site above becomes, built in this process."""
    return well_built(write_site(tmp_path_factory.mktemp("reference"), SITE))


def test_every_link_of_a_site_with_everything_resolves_at_its_prefix(site: Site, outputs: dict[str, bytes]) -> None:
    folder = site(SITE)
    assert well_built(folder) == outputs
    assert every_link(folder / "public", "/base/", "https://digest.example") == ()


# --- the same bytes


def run(folder: Path, *flags: str, environment: Mapping[str, str] = {}, umask: int = 0o022) -> dict[str, bytes]:
    """Build in a process of its own and return the files."""
    done = subprocess.run(
        [sys.executable, *flags, "-m", "digestgen", "-C", str(folder), "build", "--now", "2024-06-01"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        umask=umask,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    return published(folder / "public")


@pytest.mark.parametrize(
    ("flags", "environment"),
    [
        ((), {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"}),
        ((), {"TZ": "America/St_Johns", "PYTHONHASHSEED": "2", "LC_ALL": "C"}),
        (("-O",), {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr"}),
        (("-OO",), {"HOME": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"}),
    ],
)
def test_a_site_is_the_same_in_every_zone_and_locale(
    site: Site, outputs: dict[str, bytes], flags: tuple[str, ...], environment: dict[str, str]
) -> None:
    assert run(site(SITE), *flags, environment=environment) == outputs


@pytest.mark.skipif(os.name == "nt", reason="masks and such names are made as POSIX has them")
@pytest.mark.parametrize("name", ["two words", "📰 ünder ' \" $HOME", "-C"])
def test_a_site_is_the_same_whatever_its_folder_is_called(tmp_path: Path, outputs: dict[str, bytes], name: str) -> None:
    assert run(write_site(tmp_path / name, SITE), umask=0o077) == outputs


def test_what_was_changed_in_the_output_is_mended_by_a_strict_build_too(tmp_path: Path) -> None:
    folder, output = write_site(tmp_path / "site", SITE), tmp_path / "out"
    for harm in (b"", b"somebody's"):
        clean = well_built(folder, output=output)
        (output / "index.html").write_bytes(harm)
        result = build.build(build.Request(folder, NOW, output, strict=True))
        assert result.ok
        assert [item.severity for item in result.diagnostics if item.code == "output-changed"] == ["warning"]
        assert published(output) == clean


def test_a_site_is_the_same_whatever_number_of_processes_makes_it(tmp_path: Path) -> None:
    text = (
        "-- site.yaml --\ntitle: Digest\nurl: https://digest.example/\n"
        "site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8\ntheme: plain\n" + plain_theme()
    )
    text += "".join(
        f"-- content/{number}.md --\n---\ntitle: No. {number}\ndate: 2024-01-01T00:{number % 60:02}\n"
        f"tags: [x{number % 7}]\n---\n[before]({number - 1 or 1}.md) ![](dot.svg)\n"
        for number in range(1, 120)
    )
    text += (
        "-- content/dot.svg --\n<svg/>\n-- content/wrong.md --\n---\ntitle: Wrong\ndate: 2024-01-01\nnoise: 1\n---\n"
    )
    ended = {}
    for jobs in ("1", "4"):
        folder = write_site(tmp_path / jobs, text)
        done = subprocess.run(
            [sys.executable, "-m", "digestgen", "-C", str(folder), "build", "--now", "2024-06-01", "--jobs", jobs],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
            timeout=120,
        )
        ended[jobs] = (done.returncode, done.stderr, published(folder / "public"))
    assert ended["1"] == ended["4"]
    assert (ended["1"][0], len(ended["1"][2])) == (0, 272)


def test_a_site_is_the_same_whatever_order_its_disk_lists(
    site: Site, outputs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Backwards(files.Os):
        def list(self, folder: str) -> list[os.DirEntry[str]]:
            return sorted(super().list(folder), key=lambda entry: entry.name, reverse=True)

    monkeypatch.setattr(files, "system", Backwards())
    assert well_built(site(SITE)) == outputs


def test_a_site_is_the_same_whatever_its_files_times_are(site: Site, outputs: dict[str, bytes]) -> None:
    folder = site(SITE)
    for number, path in enumerate(folder.rglob("*")):
        os.utime(path, (number * 1_000_000, 2_000_000_000 - number))
    assert well_built(folder) == outputs


def test_now_decides_on_what_is_held_and_on_nothing_else(tmp_path: Path, outputs: dict[str, bytes]) -> None:
    for year in (2025, 2099):
        folder = write_site(tmp_path / str(year), SITE)
        assert well_built(folder, now=datetime(year, 1, 1, tzinfo=UTC)) == outputs


def test_line_ends_and_byte_order_marks_change_nothing(site: Site, outputs: dict[str, bytes]) -> None:
    folder = site(SITE)
    for path in (*folder.rglob("*.md"), *folder.glob("*.yaml")):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert well_built(folder) == outputs


# --- repeat and change


def test_a_second_build_writes_nothing(site: Site) -> None:
    folder = site(SITE)
    well_built(folder)
    before = {path: path.stat().st_mtime_ns for path in (folder / "public").rglob("*")}
    again = built(folder)
    assert again.written is not None
    assert (again.written.written, again.written.removed) == ((), ())
    assert {path: path.stat().st_mtime_ns for path in (folder / "public").rglob("*")} == before


def test_the_reached_moment_publishes_what_was_held(site: Site) -> None:
    folder = site(SITE)
    early = well_built(folder, now=datetime(2024, 5, 3, 7, 0, 0, tzinfo=UTC))
    assert "2024/05/rain/index.html" in early
    before = well_built(folder, now=datetime(2024, 5, 3, 6, 59, 59, tzinfo=UTC))
    assert "2024/05/rain/index.html" not in before
    assert b"/2024/05/rain/" not in b"".join(before.values())


def test_an_edited_output_is_mended_and_told(site: Site, outputs: dict[str, bytes]) -> None:
    folder = site(SITE)
    well_built(folder)
    (folder / "public/index.html").write_text("edited")
    (folder / "public/404.html").unlink()
    result = built(folder)
    assert result.written is not None
    assert set(result.written.written) == {"index.html", "404.html"}
    assert [line.partition(" ")[0] for line in told(result.diagnostics)] == ["warning[output-changed]"]
    assert published(folder / "public") == outputs


def test_what_stands_in_the_way_is_an_error_and_changes_nothing(site: Site) -> None:
    folder = site(SITE)
    well_built(folder)
    (folder / "public/2024/05/news").mkdir(parents=True)
    (folder / "public/2024/05/news/index.html").write_text("mine")
    (folder / "content/news.md").write_text("---\ntitle: News\ndate: 2024-05-05\n---\n")
    before = everything(folder / "public")
    result = built(folder)
    assert (result.ok, [line.partition(" ")[0] for line in told(result.diagnostics)]) == (
        False,
        ["error[output-foreign]"],
    )
    assert everything(folder / "public") == before


# --- errors


WRONG = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
theme: plain
-- content/a.md --
---
title: A: B
date: 2024-05-01
---
-- content/b.md --
---
title: B
date: 2024-02-30
---
-- content/c.md --
---
title: C
date: 2024-05-01
---
[x](gone.md) ![](d.svg)
-- content/d.svg --
<svg/>
-- content/e.md --
no front matter
"""


_WORDS = ("no", "0123", "12:30:45", "1_000", "1.10", "2024-02-30", "0x1F", ".inf", "1e3", "~x", "=", "yes", "9" * 5000)


def test_words_that_yaml_takes_for_something_else_stand_on_the_page_as_they_were_written(site: Site) -> None:
    article = (
        '{% extends "base.html" %}{% block main %}{{ page.card.kicker }}|{{ page.extra.list|join("|") }}|{% endblock %}'
    )
    listed = ", ".join(_WORDS)
    folder = site(
        "-- site.yaml --\ntitle: no\ntheme: plain\n-- content/2024-05-01-one.md --\n---\n"
        f"title: 1.10\nkicker: 12:30:45\nextra: {{list: [{listed}]}}\n---\n" + plain_theme(article=article)
    )
    page = well_built(folder)["2024/05/one/index.html"].decode()
    assert "<title>1.10 | no</title>" in page
    assert f"12:30:45|{'|'.join(_WORDS)}|" in page


def test_all_errors_of_all_files_are_told_in_one_run_in_the_order_of_files(site: Site) -> None:
    folder = site(WRONG + plain_theme())
    (folder / "content/f.md").write_bytes(b"---\ntitle: \xff\n---\n")
    result = built(folder)
    assert not result.ok
    assert [line.rpartition(": ")[0] or line for line in told(result.diagnostics)]
    assert [
        (item.code, item.span.path, item.span.line, item.span.column)
        for item in result.diagnostics
        if item.span and item.severity == "error"
    ] == [
        ("unquoted-colon", "content/a.md", 2, 9),
        ("bad-date", "content/b.md", 3, 7),
        ("broken-link", "content/c.md", 5, 5),
        ("no-front-matter", "content/e.md", 1, 1),
        ("not-utf8", "content/f.md", 2, 8),
    ]
    assert not (folder / "public").exists()


def test_errors_leave_the_output_exactly_as_it_was(site: Site) -> None:
    folder = site(SITE)
    well_built(folder)
    before = everything(folder / "public")
    (folder / "content/2024/drought.md").write_text("---\ntitle: Drought\n---\n")
    assert not built(folder).ok
    assert everything(folder / "public") == before
    (folder / "site.yaml").write_text("nonsense: true\n")
    assert not built(folder).ok
    assert everything(folder / "public") == before


def test_a_build_with_an_error_does_not_hide_it_from_the_next_one(site: Site) -> None:
    folder = site(WRONG + plain_theme())
    first, second = built(folder), built(folder)
    assert told(first.diagnostics) == told(second.diagnostics)
    assert not second.ok


def test_warnings_are_told_again_by_a_build_that_does_nothing(site: Site) -> None:
    text = WRONG.partition("-- content/a.md")[0] + (
        "-- content/c.md --\n---\ntitle: C\ndate: 2024-05-01\nimage: {src: d.svg}\n---\n"
        "-- content/d.svg --\n<svg/>\n" + plain_theme()
    )
    folder = site(text)
    first, second = built(folder), built(folder)
    assert first.ok
    assert [line.partition(" ")[0] for line in told(first.diagnostics)] == ["warning[missing-alt]"]
    assert told(first.diagnostics) == told(second.diagnostics)


@pytest.mark.skipif(os.name == "nt", reason="pipes and links are made as POSIX has them")
def test_a_pipe_and_a_link_out_of_the_content_folder_are_told_and_passed_over(site: Site, tmp_path: Path) -> None:
    folder = site(SITE)
    (tmp_path / "secret.md").write_text("---\ntitle: Secret\ndate: 2024-05-01\n---\n")
    (folder / "content/secret.md").symlink_to(tmp_path / "secret.md")
    os.mkfifo(folder / "content/pipe.md")
    result = built(folder)
    assert result.ok
    assert [line.split(" ")[:2] for line in told(result.diagnostics)] == [
        ["warning[unreadable]", "content/pipe.md:1:1"],
        ["warning[link-outside]", "content/secret.md:1:1"],
    ]
    assert b"Secret" not in b"".join(published(folder / "public").values())


def test_a_picture_that_cannot_be_read_is_an_error_and_not_taken_for_a_damaged_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(files.Os):
        left = 1

        def open(self, path: str, flags: int) -> int:
            if path.endswith("p.png") and self.left:
                self.left -= 1
                raise PermissionError(13, "Permission denied", path)
            return super().open(path, flags)

    folder = site(SITE + "-- content/one.md --\n---\ntitle: One\ndate: 2024-05-01\n---\n![p](p.png)\n")
    (folder / "content/p.png").write_bytes(picture("png", (30, 20)))
    monkeypatch.setattr(files, "system", Closed())
    assert told(built(folder).diagnostics) == ["error[unreadable] content/p.png:1:1 it may not be read"]
    assert built(folder).ok


@pytest.mark.parametrize("gone", ["content/kim.md", "content/static/a/b.txt"])
def test_an_empty_folder_that_the_system_holds_is_told_until_it_goes(
    site: Site, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    folder = site(
        "-- site.yaml --\ntitle: Digest\ntheme: plain\n-- content/kim.md --\n---\ntitle: Kim\ndate: 2023-09-14\n---\n"
        "-- content/ada.md --\n---\ntitle: Ada\ndate: 2023-09-13\n---\n-- content/static/a/b.txt --\n" + plain_theme()
    )
    assert built(folder).ok
    before = {str(path.parent) for path in (folder / "public").rglob("*") if path.is_file()}
    (folder / gone).unlink()
    what = "2023/09/kim" if "kim" in gone else "a"

    class Holding(files.Os):
        def rmdir(self, path: str) -> None:
            if path in before:
                raise PermissionError(errno.EBUSY, "Device or resource busy", path)
            super().rmdir(path)

    with monkeypatch.context() as patched:
        patched.setattr(files, "system", Holding())
        for _ in range(2):
            result = built(folder)
            assert result.ok
            lines = [line for line in told(result.diagnostics) if "output-held" in line]
            assert lines == [
                f"warning[output-held] {what}/ in the output folder is empty, and the system does not let it be removed"
            ]
    assert "output-held" not in str(told(built(folder).diagnostics))
    assert not (folder / "public" / what).exists()


# --- killed


class Killed(BaseException):
    """The process ends here."""


class Doomed(files.Os):
    """A system on which the process dies at its n-th rename or removal, and touches nothing afterwards."""

    def __init__(self, left: int) -> None:
        self.left = left

    def dies(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Killed

    def replace(self, source: str, target: str) -> None:
        self.dies()
        super().replace(source, target)

    def unlink(self, path: str) -> None:
        self.dies()
        super().unlink(path)


def test_the_build_after_a_killed_one_ends_at_the_bytes_of_a_clean_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = (
        "-- site.yaml --\ntitle: Digest\nurl: https://digest.example/\n"
        "site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8\ntheme: plain\n" + plain_theme()
    )
    old = "-- content/a.md --\n---\ntitle: A\ndate: 2024-05-01\ntags: [x]\n---\n"
    new = "-- content/b.md --\n---\ntitle: B\ndate: 2024-04-01\ntags: [y]\n---\n"
    folder = site(base + new)
    clean = well_built(folder)
    owned = (folder / "public/.digestgen-files").read_bytes()
    for left in range(1, 100):
        shutil.rmtree(folder)
        write_site(folder, base + old)
        well_built(folder)
        (folder / "content/a.md").unlink()
        write_site(folder, new)
        monkeypatch.setattr(files, "system", Doomed(left))
        try:
            built(folder)
            ended = True
        except Killed:
            ended = False
        monkeypatch.setattr(files, "system", files.Os())
        assert well_built(folder) == clean
        assert (folder / "public/.digestgen-files").read_bytes() == owned
        assert {path.partition("/")[0] for path in everything(folder / "public")} - {*OWN} == {
            path.partition("/")[0] for path in clean
        }
        if ended:
            break
    assert left > 10


def test_a_link_that_a_template_wrote_by_hand_is_checked(site: Site) -> None:
    folder = site(
        "-- site.yaml --\ntitle: T\nurl: https://example.org/sub/\n"
        "site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8\ntheme: mine\n"
        "-- content/a.md --\n---\ntitle: A\ndate: 2024-01-01\n---\nText.\n"
        "-- themes/mine/theme.yaml --\nname: mine\nextends: broadsheet\n"
        '-- themes/mine/templates/article.html --\n{% extends "broadsheet/article.html" %}{% block tags %}'
        '<a href="#dg-main">1</a> <a href="{{ site.places.home|href }}">2</a> <a href="/sub/tags/">3</a> LINK'
        "{% endblock %}\n"
    )
    page = folder / "themes/mine/templates/article.html"
    whole = page.read_text(encoding="utf-8")
    for link in ("/nope/", "/tags/", "nix/", "#zork", "../../../../x/"):
        page.write_text(whole.replace("LINK", f'<a href="{link}">4</a>'), encoding="utf-8")
        result = built(folder)
        assert [item.code for item in result.diagnostics] == ["broken-link"], link
        assert f"the page /2024/01/a/ links to {link}, which is not there" in result.diagnostics[0].message
    page.write_text(whole.replace("LINK", ""), encoding="utf-8")
    assert built(folder).ok


_BY_HAND = """\
-- site.yaml --
title: T
url: https://example.org/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
theme: mine
-- content/a.md --
---
title: A
date: 2024-01-01
---
Text.
-- content/pages/about.md --
---
title: About
---
## Team
-- themes/mine/theme.yaml --
name: mine
extends: broadsheet
-- themes/mine/templates/article.html --
{% extends "broadsheet/article.html" %}{% block tags %}<a href="LINK">us</a>{% endblock %}
"""


@pytest.mark.parametrize("link", ["{{ '/about/'|href }}", "../../../about/", "{{ '/about/#team'|href }}"])
def test_a_link_by_hand_is_checked_when_only_its_target_changed(site: Site, link: str) -> None:
    folder = site(_BY_HAND.replace("LINK", link))
    assert built(folder).ok
    (folder / "content/pages/about.md").rename(folder / "gone.md")
    later = told(built(folder).diagnostics)
    (folder / ".digestgen/cache.sqlite").unlink()
    assert later == told(built(folder).diagnostics)
    assert any("about" in line for line in later)
    (folder / "gone.md").rename(folder / "content/pages/about.md")
    assert built(folder).ok


def test_a_place_on_another_page_that_a_template_names_is_checked(site: Site) -> None:
    folder = site(_BY_HAND.replace("LINK", "../../../about/#team"))
    assert built(folder).ok
    about = folder / "content/pages/about.md"
    about.write_text("---\ntitle: About\n---\n## Us\n", encoding="utf-8")
    result = built(folder)
    assert told(result.diagnostics)[-1] == (
        "error[broken-link] the page /2024/01/a/ links to /about/#team, which is not there"
    )
    assert (folder / "public/about/index.html").read_text(encoding="utf-8").count('id="team"') == 1


def test_a_bad_link_by_hand_is_told_by_every_build_where_it_is_a_warning(site: Site) -> None:
    for link in ("../../../nope/", "../../../about/#nobody", "#nobody"):
        folder = site(
            _BY_HAND.replace("LINK", link).replace("theme: mine", "theme: mine\nrules: {broken-link: warning}")
        )
        first = built(folder)
        assert first.ok
        (folder / "content/a.md").write_text("---\ntitle: A\ndate: 2024-01-01\n---\nOther text.\n", encoding="utf-8")
        (folder / "content/b.md").write_text("---\ntitle: B\ndate: 2023-01-01\n---\nText.\n", encoding="utf-8")
        second = told(built(folder).diagnostics)
        (folder / "content/pages/more.md").write_text("---\ntitle: More\n---\nText.\n", encoding="utf-8")
        third = told(built(folder).diagnostics)
        assert any(link.removeprefix("../../..") in line for line in second)
        assert third == second


def test_a_picture_of_the_static_folder_is_shown_by_its_address(site: Site) -> None:
    folder = site(
        "-- site.yaml --\ntitle: T\n-- content/static/p.png --\nx\n"
        "-- content/a.md --\n---\ntitle: A\ndate: 2024-01-01\nimage: {src: /p.png, alt: P}\n---\nText.\n"
    )
    assert 'src="../../../p.png"' in well_built(folder)["2024/01/a/index.html"].decode()
    assert 'src="p.png"' in published(folder / "public")["index.html"].decode()


def test_navigation_takes_mail_and_refuses_what_is_no_address(site: Site) -> None:
    article = "-- content/a.md --\n---\ntitle: A\ndate: 2024-01-01\n---\n"
    text = "-- site.yaml --\ntitle: T\nnav:\n  - {title: M, url: 'mailto:a@example.org'}\n"
    assert b'href="mailto:a@example.org"' in well_built(site(text + article))["index.html"]
    wrong = built(site(text + "  - {title: J, url: 'javascript:alert(1)'}\n  - {title: F, url: '#top'}\n" + article))
    assert [item.code for item in wrong.diagnostics if item.severity == "error"] == ["bad-url", "bad-url"]


def test_links_to_what_is_held_or_wrong_are_no_faults_of_their_own(site: Site) -> None:
    text = "-- site.yaml --\ntitle: T\n-- content/a.md --\n---\ntitle: A\ndate: 2024-01-01\n---\n[later](/2099/01/b/)\n"
    text += "-- content/b.md --\n---\ntitle: B\ndate: 2099-01-01\n---\n"
    assert b"<p>later</p>" in well_built(site(text))["2024/01/a/index.html"]
    wrong = built(site(text.replace("/2099/01/b/", "b.md").replace("2099-01-01", "2099-02-30")))
    assert [item.code for item in wrong.diagnostics if item.severity == "error"] == ["bad-date"]


def test_a_key_too_many_in_site_yaml_hides_no_fault_of_an_article(site: Site) -> None:
    wrong = built(site("-- site.yaml --\ntitle: T\ntagine: x\n-- content/a.md --\n---\ntitle: A\n---\n"))
    assert [item.code for item in wrong.diagnostics if item.severity == "error"] == ["missing-date", "unknown-key"]


def test_the_page_of_a_person_leads_to_the_site_that_people_yaml_names(site: Site) -> None:
    folder = site(
        "-- site.yaml --\ntitle: T\n-- people.yaml --\nkim: {name: A. Kim, url: https://kim.example/}\n"
        "-- content/a.md --\n---\ntitle: A\ndate: 2024-01-01\nauthors: kim\n---\nText.\n"
    )
    files = well_built(folder)
    assert b'href="../../../people/kim/"' in files["2024/01/a/index.html"]
    assert b'href="https://kim.example/"' in files["people/kim/index.html"]


# --- what changes while a site is built


MOVING = (
    "-- site.yaml --\ntitle: Digest\nurl: https://digest.example/\ntheme: plain\n"
    "site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8\n"
    "-- sources.yaml --\npaper: {name: The Paper}\n"
    "-- content/a.md --\n---\ntitle: A\ndate: 2024-05-01\nsources: [paper]\n---\nA text.\n"
    "-- content/static/file.txt --\nold\n" + plain_theme()
)

CHANGES = {
    "site.yaml": ("title: Digest", "title: Gazette"),
    "sources.yaml": ("The Paper", "The Gazette"),
    "content/a.md": ("A text", "Another text"),
    "content/static/file.txt": ("old", "new"),
    "themes/plain/templates/article.html": ("{{ page.card.title }}", "<b>{{ page.card.title }}</b>"),
}


def changed(folder: Path, path: str) -> None:
    old, new = CHANGES[path]
    text = (folder / path).read_text(encoding="utf-8")
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("moment", ["articles", "pages", "in the end"])
@pytest.mark.parametrize("path", CHANGES)
def test_what_changes_while_a_site_is_built_is_seen_by_the_next_build(
    site: Site, monkeypatch: pytest.MonkeyPatch, path: str, moment: str
) -> None:
    folder = site(MOVING)
    met: list[str] = []

    def tick(stage: str, _done: int, _of: int) -> None:
        if stage == moment and not met:
            met.append(stage)
            changed(folder, path)

    def remember(*arguments: Any) -> None:
        tick("in the end", 1, 1)
        whole(*arguments)

    whole = build._remember
    monkeypatch.setattr(build, "_remember", remember)
    build.build(build.Request(folder, NOW, jobs=1, progress=tick))
    monkeypatch.undo()
    assert met == [moment]
    made = well_built(folder)
    shutil.rmtree(folder / ".digestgen")
    assert made == well_built(folder, output=folder / "clean")


def test_settings_that_change_before_anything_else_was_looked_at_are_seen_by_the_next_build(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(MOVING)
    whole = unchanged.look

    def look(*arguments: Any) -> unchanged.Look:
        changed(folder, "site.yaml")
        return whole(*arguments)

    monkeypatch.setattr(unchanged, "look", look)
    assert b"Digest" in well_built(folder)["index.html"]
    monkeypatch.undo()
    assert not still_as_it_was(folder, folder / "public", NOW)
    assert b"Gazette" in well_built(folder)["index.html"]


def test_a_file_that_changes_before_it_is_copied_is_told_and_not_taken_for_what_it_was(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(MOVING)
    whole = produce._make

    def make(*arguments: Any) -> None:
        changed(folder, "content/static/file.txt")
        whole(*arguments)

    monkeypatch.setattr(produce, "_make", make)
    result = built(folder)
    assert told(result.diagnostics) == [
        "error[unreadable] content/static/file.txt:1:1 the file changed while the site was built"
    ]
    monkeypatch.undo()
    assert well_built(folder)["file.txt"] == b"new\n"


def test_a_build_that_is_killed_when_all_is_in_its_place_leaves_nothing_behind_for_good(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(files.Os):
        def rmdir(self, path: str) -> None:
            raise Killed

    folder = site(MOVING)
    monkeypatch.setattr(files, "system", Dying())
    with pytest.raises(Killed):
        built(folder)
    monkeypatch.undo()
    assert (folder / "public/.digestgen-staging").exists()
    assert not still_as_it_was(folder, folder / "public", NOW)
    well_built(folder)
    assert not (folder / "public/.digestgen-staging").exists()
