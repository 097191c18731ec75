"""A command that takes the site to a host: what it is told, in which order, and what is remembered."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from digestgen import build
from digestgen.diagnostics import shown
from digestgen.publish import courier
from digestgen.publish.courier import Sent
from digestgen.publish.publishing import Request, Result, publish
from digestgen.publish.release import Release, fingerprinted, kept, late
from tests.building import NOW, plain_theme, told
from tests.sites import write_site

SCRIPT = """\
import os, pathlib, shutil, sys
folder, files, phase, host = sys.argv[1:]
assert (folder, files, phase) == tuple(os.environ["DIGESTGEN_" + key] for key in ("FOLDER", "FILES", "PHASE"))
names = pathlib.Path(files).read_text().splitlines()
with open(host + ".log", "a") as log:
    log.writelines(f"{phase} {name}\\n" for name in names)
if pathlib.Path(host + ".fails").exists() and pathlib.Path(host + ".fails").read_text() == phase:
    sys.exit(7)
for name in names:
    target = pathlib.Path(host, name)
    if phase == "remove":
        target.unlink()
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pathlib.Path(folder, name), target)
"""

SITE = """
-- site.yaml --
title: The Paper
url: https://paper.example/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
theme: plain
publish:
  command: {command}
{more}
-- content/first.md --
---
title: First
date: 2024-05-03
---
{body}
-- content/second.md --
---
title: Second
date: 2024-05-04
---
Words.
-- content/static/map.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
-- themes/plain/assets/site.css --
p {{ color: #123456 }}
""" + plain_theme().replace("{", "{{").replace("}", "}}")


class Host:
    """A site, and a folder that stands for its host."""

    def __init__(self, top: Path) -> None:
        self.site, self.folder = top / "my site", top / "host"
        self.log = top / "host.log"
        (top / "take.py").write_text(SCRIPT)
        self.words = [sys.executable, str(top / "take.py"), "{folder}", "{files}", "{phase}", str(self.folder)]
        self.fails = top / "host.fails"

    def write(self, body: str = "Words.", *, remove: bool = True) -> None:
        listed = "[" + ", ".join(f'"{word}"' for word in self.words) + "]"
        more = f"  remove: {listed}" if remove else ""
        write_site(self.site, SITE.format(command=listed, more=more, body=body))

    def publish(self, *, dry: bool = False, every: bool = False) -> Result:
        return publish(Request(build.Request(self.site, NOW, jobs=1), dry, every=every))

    def taken(self, *, every: bool = False) -> list[str]:
        """Publish, and return what the command was told to do."""
        self.log.unlink(missing_ok=True)
        result = self.publish(every=every)
        assert result.done, told(result.diagnostics)
        return self.log.read_text().splitlines() if self.log.exists() else []

    def files(self) -> dict[str, bytes]:
        return {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}

    def built(self) -> dict[str, bytes]:
        public = self.site / "public"
        found = {p.relative_to(public).as_posix(): p.read_bytes() for p in public.rglob("*") if p.is_file()}
        return {path: data for path, data in found.items() if not path.startswith(".")}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = Host(tmp_path)
    made.write()
    return made


def said(result: Result) -> str:
    return "\n".join(map(shown, result.diagnostics))


def test_the_first_publish_takes_all_with_assets_before_pages(host: Host) -> None:
    taken = host.taken()
    assert host.files() == host.built()
    phases = [line.partition(" ")[0] for line in taken]
    assert phases == sorted(phases)  # assets, pages
    assert "assets map.svg" in taken
    assert "pages index.html" in taken


def test_after_an_edit_only_what_changed_is_taken(host: Host) -> None:
    host.taken()
    assert host.taken() == []
    host.write("Other words.")
    taken = host.taken()
    assert "pages 2024/05/first/index.html" in taken
    assert not [line for line in taken if "second" in line or line.startswith("assets")]
    assert host.files() == host.built()


def test_what_is_gone_is_removed_last(host: Host) -> None:
    host.taken()
    (host.site / "content" / "second.md").unlink()
    taken = host.taken()
    assert taken[-1] == "remove 2024/05/second/index.html"
    assert host.files() == host.built()


def test_without_a_command_for_it_nothing_is_removed_and_that_is_said(host: Host) -> None:
    host.write(remove=False)
    host.taken()
    (host.site / "content" / "second.md").unlink()
    result = host.publish()
    assert result.lines[-1] == (
        "no `remove` in site.yaml: what is no longer part of the site stays at the host: 2024/05/second/index.html"
    )
    assert "2024/05/second/index.html" in host.files()


def test_assets_of_the_last_five_publishes_stay_and_then_go(host: Host) -> None:
    listed = []
    for number in range(6):
        host.write(f"Words {number}.")
        (host.site / "themes" / "plain" / "assets" / "site.css").write_text(f"p {{ margin: {number}px }}")
        host.taken()
        listed += [path for path in host.built() if path.startswith("assets/site.")]
    assert sorted(path for path in host.files() if path.startswith("assets/site.")) == sorted(listed[-5:])


def test_a_phase_that_failed_is_taken_again_and_those_before_it_are_not(host: Host) -> None:
    host.fails.write_text("pages")
    result = host.publish()
    assert not result.done
    assert f"`{sys.executable}` ended with 7 (pages)" in said(result)
    host.fails.unlink()
    taken = host.taken()
    assert {line.partition(" ")[0] for line in taken} == {"pages"}
    assert host.files() == host.built()


def test_a_program_that_is_not_there_is_told(host: Host) -> None:
    host.words[0] = "no-such-program"
    host.write()
    assert "`no-such-program` cannot be run: No such file or directory" in said(host.publish())


def test_all_takes_all(host: Host) -> None:
    first = host.taken()
    assert host.taken(every=True) == first


@pytest.mark.parametrize(
    "state", [b"", b"\xff\xfe", b"abc 0 index.html", b"0" * 64 + b" 9 index.html", b"0" * 64 + b" 0 "]
)
def test_a_memory_that_cannot_be_read_costs_time_only(host: Host, state: bytes) -> None:
    first = host.taken()
    (host.site / ".digestgen" / "sent").write_bytes(state)
    assert host.taken() == first


def test_a_dry_run_lists_and_calls_nothing(host: Host) -> None:
    result = host.publish(dry=True)
    assert result.done
    assert "assets map.svg" in result.lines
    assert result.lines[-1].startswith(f"would call {sys.executable}: ")
    assert not host.log.exists()


def test_a_secret_stops_the_command_too(host: Host) -> None:
    host.write("AK" + "IAZ3MSJV4WXNPDQR5T")
    assert "holds an access key of AWS" in said(host.publish())
    assert not host.log.exists()


def test_what_stands_in_braces_is_filled_in() -> None:
    release = Release("/x/public", {})
    assert courier.words(["a", "--from={files}", "{folder}/", "{phase}", "{other}"], release, "/x/list", "pages") == [
        "a",
        "--from=/x/list",
        "/x/public/",
        "pages",
        "{other}",
    ]


# --- what stays


@pytest.mark.parametrize(
    "path",
    [
        "assets/site.0123456789.css",
        "2024/05/x/cut-0123456789.webp",
        "search/index/en_1/fragment/en_3f1c2b6.pf_fragment",
    ],
)
def test_fingerprinted_files_are_known_by_their_names(path: str) -> None:
    assert fingerprinted(path)


@pytest.mark.parametrize(
    "path",
    ["index.html", "2024/05/03/index.html", "assets/site.css", "x.012345678.css", "search/index/en_1/pagefind.js"],
)
def test_other_files_are_not(path: str) -> None:
    assert not fingerprinted(path)


def test_pages_feeds_and_what_configures_hosts_come_late() -> None:
    late_ones = [
        "index.html",
        "feed.xml",
        "feed.json",
        "robots.txt",
        "_headers",
        "_redirects",
        "index.html.gz",
        "a.xml.br",
    ]
    assert [path for path in (*late_ones, "a.css", "b.webp", "a.css.gz") if late(path)] == late_ones


def test_what_is_kept_grows_old_and_goes() -> None:
    name = "a.0123456789.css"
    ages = kept({}, [name, "index.html"], [])
    assert ages == {name: 1}
    for age in (2, 3, 4):
        ages = kept(ages, [], [])
        assert ages == {name: age}
    assert kept(ages, [], []) == {}
    assert kept({name: 1}, [], [name]) == {}


def test_nothing_is_kept_where_it_would_stand_in_the_way() -> None:
    assert kept({}, ["a/b.0123456789.css"], ["a"]) == {}
    assert kept({}, ["a.0123456789.css"], ["a.0123456789.css/b"]) == {}


def test_a_publish_that_changes_nothing_keeps_what_is_kept() -> None:
    name = "a.0123456789.css"
    before = Sent({name: "0" * 64, "index.html": "1" * 64}, {name: 3})
    this = courier.planned(Release("x", {"index.html": "1" * 64}), before)
    assert (this.phases, this.kept) == ((("assets", ()), ("pages", ()), ("remove", ())), {name: 3})
