"""The command line: what is said where, and with which exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from digestgen import __version__, build, cli, files, writer
from tests.building import everything, plain_theme, published

Site = Callable[[str], Path]

ROOT = Path(__file__).resolve().parent.parent

GOOD = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
timezone: Europe/Berlin
theme: plain
{settings}-- content/kim.md --
---
title: Kim
date: 2023-09-14T06:00
---
{body}
-- content/putin.md --
---
title: Putin
date: 2023-09-13
---
"""


def a_site(settings: str = "", body: str = "") -> str:
    return GOOD.format(settings=settings, body=body) + plain_theme()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: exit code and what stood on both streams."""

    code: object
    out: str
    err: str


Call = Callable[..., Ended]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """A function that calls the command line in this process."""

    def called(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["digestgen", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return Ended(end.value.code, *capsys.readouterr())

    return called


def run(*arguments: str | Path, **environment: str) -> Ended:
    """Call the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "digestgen", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


# --- exit codes


def test_a_good_site_ends_with_0_and_says_what_was_written(site: Site, call: Call) -> None:
    folder = site(a_site())
    ended = call("-C", folder, "build")
    assert (ended.code, ended.err) == (0, "")
    number = len(published(folder / "public"))
    pattern = rf".*public: 2 articles, \d+ pages; {number} files written, 0 as they were, 0 removed; \d+\.\d\d s\n"
    assert re.fullmatch(pattern, ended.out), ended.out
    again = call("-C", folder, "build")
    assert f"; 0 files written, {number} as they were, 0 removed; " in again.out


def test_wrong_content_ends_with_1_and_says_so_on_standard_error(site: Site, call: Call) -> None:
    folder = site(a_site(body="[x](gone.md) and [y](#nowhere)"))
    ended = call("-C", folder, "build")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("error[broken-link]: ") == 2
    assert "--> content/kim.md:5:" in ended.err
    assert "5 | [x](gone.md) and [y](#nowhere)\n" in ended.err
    assert ended.err.endswith("2 errors; nothing was written\n")
    assert not (folder / "public").exists()


def test_a_folder_without_a_site_ends_with_1_and_a_way_out(tmp_path: Path, call: Call) -> None:
    ended = call("-C", tmp_path, "build")
    assert (ended.code, ended.out) == (1, "")
    assert "there is no site.yaml here" in ended.err
    assert "digestgen -C FOLDER build" in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "--fast"], "--fast"),
        (["bild"], "bild"),
        (["-C", "nowhere", "build"], "there is no folder nowhere"),
        (["build", "--now", "tomorrow"], "2024-05-03T14:00+02:00"),
        (["build", "--now", "2024-02-30"], "2024-02-30"),
        (["build", "too", "much"], "too"),
    ],
)
def test_a_wrong_call_ends_with_2(call: Call, arguments: list[str], said: str) -> None:
    ended = call(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_a_wrong_source_date_epoch_is_a_wrong_call(site: Site, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    ended = call("-C", site(a_site()), "build")
    assert ended.code == 2
    assert "SOURCE_DATE_EPOCH is `yesterday`" in ended.err


def test_a_fault_of_ours_ends_with_3_in_two_lines_and_shows_its_trace_on_demand(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: build.Request) -> build.Result:
        raise ZeroDivisionError("by our own\x1b[2J\u202e")

    monkeypatch.setattr(build, "build", broken)
    folder = site(a_site())
    ended = call("-C", folder, "build")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("fault: digestgen failed with ZeroDivisionError: by our own\\u001b[2J\\u202e\n")
    assert (ended.err.count("\n"), "Traceback" in ended.err) == (2, False)
    monkeypatch.setattr(sys, "argv", ["digestgen", "--debug", "-C", str(folder), "build"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_an_interrupted_build_ends_with_130(site: Site, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: build.Request) -> build.Result:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "build", interrupted)
    ended = call("-C", site(a_site()), "build")
    assert (ended.code, ended.out, ended.err.strip()) == (130, "", "interrupted")


WAITING = """\
import os, time

def wait(text):
    open(f"at-work/{os.getpid()}", "w").close()
    time.sleep(600)

def filters():
    return {"wait": wait}
"""


@contextlib.contextmanager
def _heard(name: str) -> Iterator[None]:
    """Let what is started within hear a signal, also where whoever runs the tests does not, as `nohup` arranges it."""
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("name", "to_all", "jobs"), [("SIGTERM", True, "2"), ("SIGHUP", False, "1")])
def test_whoever_ends_a_build_from_outside_leaves_nothing_of_it(site: Site, name: str, to_all: bool, jobs: str) -> None:
    front = "{% block main %}{{ page.head.title|wait }}{% endblock %}"
    pages = "".join(f"-- content/pages/p{number}.md --\n---\ntitle: P{number}\n---\n" for number in range(60))
    settings = "plugins: wait.py\n"
    folder = site(f"{a_site(settings)}-- wait.py --\n{WAITING}{pages}{plain_theme(front=front)}")
    (at_work := folder / "at-work").mkdir()
    command = [sys.executable, "-m", "digestgen", "-C", str(folder), "build", "--jobs", jobs]
    own = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        _heard(name),
        subprocess.Popen(
            command,
            cwd=folder,
            env=own,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            ends = time.monotonic() + 60
            while not (found := list(at_work.iterdir())):
                assert (process.poll(), time.monotonic() < ends) == (None, True)
                time.sleep(0.01)
            (os.killpg if to_all else os.kill)(process.pid, getattr(signal, name))
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert (process.returncode, out, err.strip()) == (130, "", "interrupted")
    assert [path.name for path in (folder / "public").iterdir()] == [writer.LOCK]
    with pytest.raises(ProcessLookupError):
        os.kill(int(found[0].name), 0)


@pytest.mark.skipif(os.name == "nt", reason="streams are closed as a shell of POSIX does")
def test_a_build_with_closed_streams_is_a_build(site: Site) -> None:
    folder = site(a_site())
    build_it = f"{shlex.quote(sys.executable)} -m digestgen -C {shlex.quote(str(folder))} build"
    own = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(["sh", "-c", f"{build_it} <&- >&- 2>&-"], env=own, check=True)
    assert (folder / "public/index.html").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_ends_with_1_and_leaves_the_output_as_it_was(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = site(a_site())
    assert call("-C", folder, "build").code == 0
    before = everything(folder / "public")

    class Full(files.Os):
        def write(self, handle: int, data: memoryview) -> int:
            raise OSError(number, os.strerror(number))

    (folder / "content/putin.md").write_text("---\ntitle: Another\ndate: 2023-09-13\n---\n")
    monkeypatch.setattr(files, "system", Full())
    ended = call("-C", folder, "build")
    assert (ended.code, ended.out) == (1, "")
    assert os.strerror(number) in ended.err
    assert "Traceback" not in ended.err
    assert everything(folder / "public") == before


@pytest.mark.parametrize("words", ["publish", "check --links", "serve --port 0", "import feed feed.xml"])
def test_nothing_of_ours_is_written_where_a_link_leads(site: Site, call: Call, tmp_path: Path, words: str) -> None:
    folder, others = site(a_site()), tmp_path / "others"
    others.mkdir()
    (others / "cache.sqlite").write_text("not ours")
    (folder / ".digestgen").symlink_to(others)
    (folder / "feed.xml").write_text("<rss/>")
    assert call("-C", str(folder), "build").code == 0
    ended = call("-C", str(folder), *words.split())
    assert (ended.code, ended.err) == (
        1,
        f"error: {folder}/.digestgen: it is a link, and nothing is written through it\n",
    )
    assert everything(others) == {"cache.sqlite": b"not ours"}


def test_a_second_build_at_the_same_time_ends_with_1(site: Site, call: Call) -> None:
    folder = site(a_site())
    assert call("-C", folder, "build").code == 0
    (folder / "content/putin.md").write_text("---\ntitle: Another\ndate: 2023-09-13\n---\n")
    with files.lock(str(folder / "public" / writer.LOCK)):
        ended = call("-C", folder, "build")
    assert ended.code == 1
    assert "another build is at work" in ended.err


# --- options


def test_version_and_help_are_told_on_standard_output(call: Call) -> None:
    assert call("--version") == Ended(0, f"digestgen {__version__}\n", "")
    helped = call("--help")
    assert (helped.code, helped.err) == (0, "")
    assert "build" in helped.out
    assert "--strict" in call("build", "-h").out


def test_output_is_named_from_here_and_the_sites_from_the_site(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = site(a_site("output: built\n"))
    monkeypatch.chdir(tmp_path)
    assert call("-C", "site", "build").out.startswith(f"{Path('site/built')}: ")
    assert call("-C", "site", "build", "--output", "elsewhere").out.startswith("elsewhere: ")
    assert published(folder / "built") == published(tmp_path / "elsewhere")


def test_quiet_says_nothing_unless_something_is_wrong(site: Site, call: Call) -> None:
    assert call("-C", site(a_site()), "build", "-q") == Ended(0, "", "")


HELD_ONE = "1 article is held: kim.md until 14 Sep 2023 06:00 CEST\n"
HELD_TWO = "2 articles are held: kim.md until 14 Sep 2023 06:00 CEST, putin.md until 13 Sep 2023 00:00 CEST\n"


@pytest.mark.parametrize(
    ("now", "held"),
    [
        ("2023-09-12", HELD_TWO),
        ("2023-09-12T22:00Z", HELD_ONE),
        ("2023-09-14T03:59:59Z", HELD_ONE),
        ("2023-09-14T06:00+02:00", ""),
        ("2023-09-14T04:00", ""),
    ],
)
def test_what_is_held_is_told_with_the_time_of_its_release_in_the_sites_zone(
    site: Site, call: Call, now: str, held: str
) -> None:
    ended = call("-C", site(a_site()), "build", "--now", now)
    assert ended.code == 0
    assert ended.out.startswith(held)
    assert (" held: " in ended.out) == bool(held)


def test_source_date_epoch_is_the_moment_unless_now_is_given(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(a_site())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1694663999")  # a second before six o'clock in Berlin
    assert call("-C", folder, "build").out.startswith(HELD_ONE)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1694664000")
    assert " held: " not in call("-C", folder, "build").out
    assert call("-C", folder, "build", "--now", "2023-09-13").out.startswith(HELD_ONE)


def test_drafts_and_expired_articles_are_told_with_the_reason(site: Site, call: Call) -> None:
    folder = site(
        a_site()
        + "-- content/a.md --\n---\ntitle: A\ndate: 2023-01-01\ndraft: true\n---\n"
        + "-- content/b.md --\n---\ntitle: B\ndate: 2023-01-01\nexpires: 2023-02-01\n---\n"
    )
    assert call("-C", folder, "build").out.startswith("2 articles are held: a.md (draft), b.md (expired)\n")


def test_links_to_held_articles_are_counted(site: Site, call: Call) -> None:
    text = a_site().replace("title: Putin\ndate: 2023-09-13\n---\n", "title: P\ndate: 2023-09-13\n---\n[Kim](kim.md)\n")
    ended = call("-C", site(text), "build", "--now", "2023-09-13")
    assert ended.out.startswith(HELD_ONE + "1 link to held articles: only the text stands there\n")


def test_strict_makes_warnings_errors(site: Site, call: Call) -> None:
    folder = site(a_site(body="![](dot.svg)") + "-- content/dot.svg --\n<svg/>\n")
    # an empty text says that a picture is decoration; no text at all is what the warning is about
    (folder / "content/kim.md").write_text(
        "---\ntitle: Kim\ndate: 2023-09-14\nimage: {src: dot.svg}\n---\n", encoding="utf-8"
    )
    lax = call("-C", folder, "build")
    assert (lax.code, lax.err.count("warning[missing-alt]")) == (0, 1)
    assert "; 1 warning; " in lax.out
    before = everything(folder / "public")
    strict = call("-C", folder, "build", "--strict")
    assert (strict.code, strict.err.count("error[missing-alt]")) == (1, 1)
    assert strict.err.endswith("1 error; nothing was written\n")
    assert everything(folder / "public") == before


@pytest.mark.parametrize(
    ("severity", "code", "said"), [("warning", 0, "warning[broken-link]"), ("off", 0, ""), ("error", 1, "error[")]
)
def test_rules_of_the_site_decide_how_grave_a_fault_is(
    site: Site, call: Call, severity: str, code: int, said: str
) -> None:
    folder = site(a_site(f'rules: {{broken-link: "{severity}"}}\n', "[x](gone.md)"))
    ended = call("-C", folder, "build")
    assert ended.code == code
    assert said in ended.err
    assert bool(said) == bool(ended.err)
    if not code:
        assert b"<p>x</p>" in published(folder / "public")["2023/09/kim/index.html"]


def test_a_site_without_an_address_is_told_so_once(site: Site, call: Call) -> None:
    folder = site(a_site("languages: [de, fr]\n").replace("url: https://digest.example/\n", ""))
    ended = call("-C", folder, "build")
    assert ended.code == 0
    assert ended.err.count("note[no-url]") == 1
    assert ended.err.count("[") == 1


def test_allowed_html_is_named_in_the_summary(site: Site, call: Call) -> None:
    assert "raw_html: allow" in call("-C", site(a_site("raw_html: allow\n")), "build").out
    assert "raw_html" not in call("-C", site(a_site()), "build").out


@pytest.mark.parametrize(
    ("environment", "colour"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
    ],
)
def test_colour_is_for_terminals_and_as_the_environment_wants_it(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], colour: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ended = call("-C", site(a_site(body="[x](gone.md)")), "build")
    assert ("\x1b[" in ended.err) == colour
    assert "broken-link" in ended.err


# --- in a process of its own


def test_a_terminal_that_lacks_letters_gets_a_message_and_no_trace(site: Site) -> None:
    folder = site(a_site(body="[Öl](gäbe.md)"))
    ended = run("-C", folder, "build", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert ended.code == 1
    assert "g\\xe4be.md" in ended.err or "gäbe.md" in ended.err
    assert "Traceback" not in ended.err


def test_nothing_is_read_from_or_written_to_anywhere_but_the_sites_folder(site: Site, tmp_path: Path) -> None:
    folder = site(a_site())
    home, here = tmp_path / "home", tmp_path / "here"
    for path in (home, here):
        path.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "digestgen", "-C", str(folder), "build"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(home)},
        cwd=here,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, list(home.iterdir()), list(here.iterdir())) == (0, [], [])
    assert {path.name for path in folder.iterdir()} <= {"site.yaml", "content", "themes", "public", ".digestgen"}


# --- what comes next


COMING = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
timezone: Europe/Berlin
theme: plain
-- content/a.md --
---
title: A
date: 2023-09-13T12:00
embargo: 2023-09-14T06:00
---
-- content/b.md --
---
title: B
date: 2023-09-10
expires: 2023-09-14T06:00
---
"""


@pytest.mark.parametrize("remembered", [False, True])
def test_next_tells_the_moment_and_why(site: Site, call: Call, remembered: bool) -> None:
    folder = site(COMING + plain_theme())
    if remembered:
        call("-C", folder, "build", "--now", "2023-09-13")
    told = {
        "2023-09-13": "2023-09-14T06:00:00+02:00 a.md is published, and 1 change more\n",
        "2023-09-14T04:00Z": "2023-09-16T06:00:00+02:00 a.md leaves the news sitemap\n",
        "2023-09-16T04:00Z": "never: nothing changes unless a file does\n",
        "2023-09-09": "2023-09-10T00:00:00+02:00 b.md is published\n",
    }
    assert {now: call("-C", folder, "next", "--now", now) for now in told} == {
        now: Ended(0, line, "") for now, line in told.items()
    }


def test_a_build_at_the_next_moment_differs_and_one_before_does_not(site: Site, call: Call) -> None:
    folder = site(COMING + plain_theme())
    call("-C", folder, "build", "--now", "2023-09-13")
    moment = call("-C", folder, "next", "--now", "2023-09-13").out.split()[0]
    assert " 0 files written" in call("-C", folder, "build", "--now", "2023-09-14T05:59:59+02:00").out
    assert " 0 files written" not in call("-C", folder, "build", "--now", moment).out


def test_next_sees_what_changed_since_the_last_build(site: Site, call: Call) -> None:
    folder = site(COMING + plain_theme())
    call("-C", folder, "build", "--now", "2023-09-13")
    (folder / "content/a.md").write_text("---\ntitle: A\ndate: 2023-09-13T18:00\n---\n", encoding="utf-8")
    assert call("-C", folder, "next", "--now", "2023-09-13").out.startswith("2023-09-13T18:00:00+02:00 a.md is ")


def test_next_counts_what_it_cannot_read_and_needs_a_site(site: Site, call: Call, tmp_path: Path) -> None:
    folder = site(COMING + "-- content/c.md --\n---\ndate: 2023-09-13\n---\n" + plain_theme())
    ended = call("-C", folder, "next", "--now", "2023-09-13")
    assert (ended.code, ended.out[:10]) == (0, "2023-09-14")
    assert ended.err == "1 article cannot be read; `digestgen build` says why\n"
    (tmp_path / "empty").mkdir()
    ended = call("-C", tmp_path / "empty", "next")
    assert (ended.code, ended.out) == (1, "")
    assert "missing-site" in ended.err
