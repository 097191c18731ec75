"""The process that builds for a preview, in this process: what it tells the server, build by build."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from digestgen import build, codec, files, search
from digestgen.diagnostics import Diagnostic
from digestgen.serve import worker
from digestgen.serve.values import ZONE, Badge, Built, Facts, Order, Task
from digestgen.serve.worker import Worker
from tests.building import NOW, plain_theme
from tests.sites import write_site

ROOT = Path(__file__).resolve().parent.parent

SITE = f"""\
-- site.yaml --
title: Digest
url: https://digest.example/news/
site_id: 2b3c1a64-5f8e-4c55-8d05-60a0e1f7c0b1
theme: plain
-- content/2024-05-01-one.md --
---
title: One
summary: Of one.
sources: [https://www.ecb.europa.eu/]
---
The first text.
-- content/2024-05-02-two.md --
---
title: Two
genre: opinion
draft: true
---
![](p.svg)
-- content/2024-07-01-three.md --
---
title: Three
embargo: 2024-07-01T12:00:00Z
image: p.svg
---
Later.
-- content/pages/about.md --
---
title: About
---
Of us.
-- content/p.svg --
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>
{plain_theme(search='{% extends "base.html" %}')}"""

ONE, TWO, THREE = "2024/05/one/index.html", "2024/05/two/index.html", "2024/07/three/index.html"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site", SITE)


def at(folder: Path, *, drafts: bool = True, future: bool = True) -> Worker:
    return Worker(Order(str(folder), ".digestgen/preview", drafts=drafts, future=future, jobs=1))


def worked(one: Worker, now: datetime = NOW, *, index: bool = False) -> tuple[Built, Facts]:
    built, facts = one.work(now, index=index)
    assert isinstance(built, Built)
    assert isinstance(facts, Facts)
    return built, facts


def change(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")


def test_each_build_tells_what_is_new_in_it(folder: Path) -> None:
    at_work = at(folder)
    built, facts = worked(at_work)
    assert built.ok, built
    assert (built.base, built.fault) == ("/news/", "")
    assert "content" in built.roots
    assert {ONE, TWO, THREE, "about/index.html"} <= built.files.keys()
    assert facts.badges == {
        ONE: Badge("content/2024-05-01-one.md"),
        TWO: Badge("content/2024-05-02-two.md", ("draft",), ("summary", "alternative text")),
        THREE: Badge(
            "content/2024-07-01-three.md",
            ("embargo until 1 Jul 2024 12:00 UTC",),
            ("source", "summary", "alternative text"),
        ),
        "about/index.html": Badge("content/pages/about.md"),
    }
    again, nothing = worked(at_work)
    assert (again.ok, again.files, again.gone, nothing.badges, nothing.gone) == (True, {}, (), {}, ())


def test_what_is_edited_or_removed_is_told_and_no_more(folder: Path) -> None:
    at_work = at(folder)
    worked(at_work)
    change(folder, "content/2024-05-01-one.md", "The first text.", "Another one. ![](p.svg)")
    built, facts = worked(at_work)
    assert [path for path in built.files if path.endswith(".html")] == [ONE]
    assert facts.badges == {ONE: Badge("content/2024-05-01-one.md", (), ("alternative text",))}
    change(folder, "content/2024-05-01-one.md", "![](p.svg)", "![A point](p.svg)")
    assert worked(at_work)[1].badges == {ONE: Badge("content/2024-05-01-one.md")}
    (folder / "content/2024-05-02-two.md").unlink()
    built, facts = worked(at_work)
    assert TWO in built.gone
    assert facts.gone == (TWO,)


def test_what_is_held_back_comes_as_it_is_asked_for_and_its_moment_is_told(folder: Path) -> None:
    built, facts = worked(at(folder, drafts=False, future=False))
    assert (ONE in built.files, TWO in built.files, THREE in built.files) == (True, False, False)
    assert facts.until == datetime.fromisoformat("2024-07-01T12:00:00Z").timestamp()
    assert len(built.notes) == 1
    assert built.notes[0].startswith("2 articles are held: ")


def test_an_error_leaves_the_site_as_it_was_also_where_an_earlier_preview_made_it(folder: Path) -> None:
    at_work = at(folder)
    good, _ = worked(at_work)
    change(folder, "content/2024-05-01-one.md", "title: One", "titel: One")
    built, facts = worked(at_work)
    assert (built.ok, built.files, built.gone, facts) == (False, {}, (), Facts())
    assert "unknown-key" in [item.code for item in built.diagnostics]
    later, _ = worked(at(folder))
    assert (later.ok, later.files) == (False, good.files)
    change(folder, "site.yaml", "title: Digest", "title: [")
    built, _ = worked(at(folder))
    assert (built.ok, built.base, "content" in built.roots) == (False, "", True)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device", "/x/y"), "/x/y: No space left on device"),
        (OSError("odd"), "odd"),
        (ValueError("odd"), "digestgen failed with ValueError: odd; this is a fault of digestgen's own"),
        (files.BusyError(11, "taken"), "another build is at work in the preview's folder"),
    ],
)
def test_what_stops_a_build_is_told_and_the_next_one_works(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    asked = []

    def broken(request: build.Request) -> build.Result:
        asked.append(request)
        raise error

    at_work = at(folder)
    monkeypatch.setattr(worker, "_TIMES", 3)
    monkeypatch.setattr(worker, "_PAUSE", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(build, "build", broken)
        built, facts = worked(at_work)
    assert (built.ok, built.fault, facts) == (False, told, Facts())
    assert len(asked) == (4 if isinstance(error, files.BusyError) else 1)
    assert worked(at_work)[0].ok


def test_the_search_is_indexed_when_that_is_asked_for_and_stays_then(folder: Path) -> None:
    change(folder, "site.yaml", "theme: plain", "theme: plain\nsearch: true")
    at_work = at(folder)
    built, facts = worked(at_work)
    assert facts.searched
    assert not any(map(search.inside, built.files))
    built, facts = worked(at_work, index=True)
    assert not facts.searched
    assert any(map(search.inside, built.files))
    change(folder, "content/2024-05-01-one.md", "The first text.", "Another text.")
    built, _ = worked(at_work)
    assert ONE in built.files
    assert not any(map(search.inside, (*built.files, *built.gone)))


def test_a_preview_does_without_a_search_that_is_not_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(folder, "site.yaml", "theme: plain", "theme: plain\nsearch: true")
    monkeypatch.setattr(search, "missing", lambda *_: Diagnostic("no-search", "not installed"))
    built, facts = worked(at(folder))
    assert built.ok
    assert ("no-search", "warning") in [(item.code, item.severity) for item in built.diagnostics]
    assert not facts.searched


def test_what_a_plug_in_prints_does_not_come_between_the_answers(folder: Path) -> None:
    change(folder, "site.yaml", "theme: plain", "theme: plain\nplugins: [hand.py]")
    code = 'print("a plug-in says this")\n\n\ndef filters():\n    return {"twice": lambda text: text * 2}\n'
    (folder / "hand.py").write_text(code)
    call = "from digestgen.serve.worker import main; main(*__import__('ast').literal_eval(__import__('sys').argv[1]))"
    given = (str(folder), ".digestgen/preview", False, False, 1)
    done = subprocess.run(
        [sys.executable, "-P", "-c", call, repr(given)],
        input=codec.dump(Task(repr(NOW.timestamp()), changed=("content/2024-05-01-one.md",))).encode() + b"\n",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    built, facts = done.stdout.decode().splitlines()
    assert codec.load(Built, built, ZONE).ok
    assert codec.load(Facts, facts, ZONE).badges.keys() == {ONE, "about/index.html"}
    assert b"a plug-in says this" in done.stderr
