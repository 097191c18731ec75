"""Where only texts of articles changed, only what carries them is made again; and it is what a clean build makes."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digestgen import build, files, revise, unchanged, writer
from digestgen.plan import record
from digestgen.serve import badges
from digestgen.serve.news import Desk
from digestgen.serve.values import Badge, Built, Early, Order
from digestgen.serve.worker import Worker
from tests.building import NOW, built, published, told, well_built
from tests.sites import write_site

SITE = """\
-- site.yaml --
title: The Revised
url: https://example.org/sub/
language: en
languages: [de]
editions: weekly
paginate: 2
feeds: {rss: site, json: [site, tags], entries: 2, full: [site, tags], archive: all}
rules: {missing-alt: warning, broken-link: warning}
-- people.yaml --
ada: {name: Ada Byron}
-- tags.yaml --
- names: {en: first, de: Erstes}
-- content/static/p.png --
p
-- content/here.png --
h
-- content/pages/about.md --
---
title: About
summary: Us.
---
See [one](../one.md).
-- content/one.md --
---
title: One
date: 2024-05-01
tags: [first]
sources: [Some Paper]
authors: [Ada Byron]
story: it
summary: The first.
corrections: {date: 2024-05-28, text: Nine.}
---
The first. [Two](two.md#here) and [About](/about/).

## There

And more.
-- content/one.de.md --
---
title: Eins
date: 2024-05-01
tags: [Erstes]
summary: Das Erste.
translation: {of: one.md, by: ada}
---
Das Erste.

## So
-- content/two.md --
---
title: Two
date: 2024-05-02
tags: [first]
story: it
summary: The second.
---
The second. See [that](three.md#gone), [it](later.md).

## Here

![](here.png)
-- content/three.md --
---
title: Three
date: 2024-05-09
brief: true
---
A brief.
-- content/later.md --
---
title: Not yet
date: 2024-07-01
image: {src: /p.png, alt: P}
---
To come.
-- content/news.md --
---
title: News
date: 2024-05-31
authors: [Ada Byron]
summary: From here.
---
New.
-- content/four.md --
---
title: Four
date: 2024-04-29
---
Four.
-- content/letter.md --
---
title: A letter
date: 2024-04-30
aliases: [/old/]
summary: A letter.
---
Dear all.

## Dear
-- content/2024-05-01-letter.md --
---
title: Another letter
summary: Another one.
---
Dear all.

## Dear
-- content/editions/2024-18.md --
---
title: The first edition
---
Of [one](../one.md).
"""

Edit = Callable[[Path], None]


def outcome(folder: Path, output: Path, memory: unchanged.Memory | None = None) -> build.Result:
    result = build.build(build.Request(folder, NOW, output, jobs=1, memory=memory))
    assert result.ok, told(result.diagnostics)
    return result


@pytest.fixture(scope="module")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was built: its folder `site`, with what is remembered, and its output `out`."""
    root = tmp_path_factory.mktemp("revised")
    outcome(write_site(root / "site", SITE), root / "out")
    return root


@pytest.fixture
def root(built_site: Path) -> Iterator[Path]:
    """The same for one test, after which all is as it was."""
    yield built_site
    for name in ("copy", "fresh", "site/content"):
        shutil.rmtree(built_site / name, ignore_errors=True)
    write_site(built_site / "site", SITE)
    outcome(built_site / "site", built_site / "out")


def saying(path: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        file = folder / "content" / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return edit


def writing(path: str, text: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder.parent / path).write_text(text, encoding="utf-8")

    return edit


def both(*edits: Edit) -> Edit:
    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit


def differing(root: Path, result: build.Result) -> set[str]:
    """Return the paths at which a build differs from a clean one, which has the same to tell."""
    fresh = root / "copy"
    shutil.copytree(root / "site", fresh, ignore=shutil.ignore_patterns(".digestgen"))
    clean = outcome(fresh, root / "fresh")
    have, want = published(root / "out"), published(root / "fresh")
    assert told(result.diagnostics) == told(clean.diagnostics)
    assert (result.unlinked, result.held, result.pages) == (clean.unlinked, clean.held, clean.pages)
    assert (root / "out" / writer.LIST).read_bytes() == (root / "fresh" / writer.LIST).read_bytes()
    return {path for path in have.keys() | want.keys() if have.get(path) != want.get(path)}


QUICK: dict[str, Edit] = {
    "a word": saying("one.md", "And more.", "And much more."),
    "another link": saying("one.md", "And more.", "[See](letter.md)"),
    "a link into a text": saying("one.md", "And more.", "[See](two.md#here) and [there](#there)"),
    "a link to a list": saying("one.md", "And more.", "[See](/tags/first/) and [May](/archive/2024/05/#dg-2024-05-09)"),
    "a link to what is held": saying("letter.md", "Dear all.", "Dear all, see [this](later.md)."),
    "no link to what is held": saying("two.md", ", [it](later.md)", ""),
    "a picture of the site": saying("two.md", "![](here.png)", "![](here.png)\n\n![A p](/feed.xml)"),
    "no warning any more": saying("two.md", "![](here.png)", "![A thing](here.png)"),
    "one more warning": saying("two.md", "## Here", "## Here\n\n![](here.png)"),
    "a heading that nobody links to": saying("one.md", "## There", "## Elsewhere"),
    "code": saying("one.md", "And more.", "```python\nprint(1)\n```"),
    "a picture from elsewhere": saying("one.md", "And more.", "![A](https://pictures.example/a.png)"),
    "a remark in the front matter": saying("letter.md", "title:", "# a remark\ntitle:"),
    "a page beside the articles": saying("pages/about.md", "See", "See also"),
    "a translation": saying("one.de.md", "---\nDas Erste.\n", "---\nDas Erste.\n\nUnd mehr.\n"),
    "two at once": both(
        saying("one.md", "And more.", "[A](two.md#new)"), saying("two.md", "## Here", "## Here\n\n### New")
    ),
    "a file by another name": saying("2024-05-01-letter.md", "Dear all.", "Dear all!\n\nMore."),
    "nothing": lambda _: None,
    "a title": saying("one.md", "title: One", "title: Number one"),
    "a title with a colon and all else that cards show": saying(
        "four.md", "title: Four", "kicker: Of four\ndateline: Rome\ntitle: 'Four: all of it'"
    ),
    "titles in the news, of what moved, of a page and of a translation": both(
        saying("news.md", "title: News", "title: The news"),
        saying("letter.md", "title: A letter", "title: The letter"),
        saying("pages/about.md", "title: About", "title: About us"),
        saying("one.de.md", "title: Eins", "title: Nummer eins"),
    ),
    "a summary and the beginning of a text that lists show": both(
        saying("two.md", "summary: The second.", "summary: The second one."), saying("four.md", "Four.", "The fourth.")
    ),
    "a brief, which stands in an edition": saying("three.md", "A brief.", "A short brief, see [one](one.md)."),
    "titles of neighbours": both(
        saying("one.md", "title: One", "title: Number one"),
        saying("two.md", "title: Two", "title: Number two"),
        saying("2024-05-01-letter.md", "Dear all.", "Dear all!"),
    ),
}


@pytest.mark.parametrize("what", QUICK)
def test_an_edit_of_a_text_makes_what_carries_it_and_no_more(
    what: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    QUICK[what](root / "site")
    result = outcome(root / "site", root / "out")
    assert result.revised
    assert differing(root, result) == set()
    monkeypatch.setattr(revise, "attempt", lambda *_: None)
    again = outcome(root / "site", root / "out")
    assert again.written is not None
    assert (again.written.written, again.rendered, dict(again.why)) == ((), frozenset(), {})


def test_one_text_after_another_is_revised_in_one_process_and_in_several(root: Path) -> None:
    memory = unchanged.Memory()
    words = "And more."
    result = outcome(root / "site", root / "out", memory)
    for number in range(6):
        saying("one.md", words, f"{words} [So](two.md#here) {number}.")(root / "site")
        result = outcome(root / "site", root / "out", memory if number % 3 else None)
        assert result.revised
    assert differing(root, result) == set()


def test_what_a_build_that_failed_has_read_is_not_kept(root: Path) -> None:
    memory, site = unchanged.Memory(), root / "site"
    outcome(site, root / "out", memory)
    QUICK["a title"](site)
    assert outcome(site, root / "out", memory).revised
    title = saying("two.md", "title: Two", "title: Zwei")
    other = saying("letter.md", "---\nDear", "Dear")
    title(site)
    other(site)
    assert not build.build(build.Request(site, NOW, root / "out", jobs=1, memory=memory)).ok
    saying("two.md", "title: Zwei", "title: Two")(site)
    saying("letter.md", "Dear all.", "---\nDear all!")(site)
    QUICK["no link to what is held"](site)
    assert differing(root, outcome(site, root / "out", memory)) == set()


def test_a_preview_looks_after_its_output_when_nobody_waits(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE)
    order = Order(str(site), ".digestgen/preview", drafts=False, future=False, jobs=1)
    at_work, page = Worker(order), Path(order.output, "2024/05/three/index.html")

    def built() -> bool:
        """Build, and tell whether all of the output was seen to be there."""
        assert all(not isinstance(said, Built) or said.ok for said in at_work.work(NOW))
        return at_work.memory.sight

    built()
    QUICK["a title"](site)
    assert built()
    before = page.read_bytes()
    page.write_bytes(b"harmed")
    saying("one.md", "title: Number one", "title: One")(site)
    assert not built()
    QUICK["a word"](site)
    built()
    assert page.read_bytes() == before


def test_a_preview_that_is_told_what_changed_looks_there_alone_and_misses_nothing_for_long(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE)
    order = Order(str(site), ".digestgen/preview", drafts=False, future=False, jobs=1)
    at_work = Worker(order)

    def built(*changed: str) -> dict[str, bytes]:
        at_work.memory.hint = frozenset(changed)
        assert all(not isinstance(said, Built) or said.ok for said in at_work.work(NOW))
        return published(Path(order.output))

    def clean() -> dict[str, bytes]:
        fresh = replace(order, room=".digestgen/fresh")
        assert all(not isinstance(said, Built) or said.ok for said in Worker(fresh).work(NOW))
        found = published(Path(fresh.output))
        shutil.rmtree(site / fresh.room)
        return found

    built()
    before = built("content/one.md")
    QUICK["a word"](site)
    saying("pages/about.md", "title: About", "title: About them")(site)
    assert built("content/one.md") != before  # the page was not named: the look after this build finds it
    QUICK["a brief, which stands in an edition"](site)
    assert built("content/three.md") == clean()
    (site / "content/letter.md").unlink()
    saying("one.md", "title: One", "title: Eins")(site)
    assert built("content/letter.md", "content/one.md") == clean()
    WHOLE["a setting"](site)
    assert built("people.yaml") == clean()


def test_what_somebody_looks_at_is_made_and_shown_before_all_else(tmp_path: Path) -> None:
    order = Order(str(write_site(tmp_path / "site", SITE)), ".digestgen/preview", drafts=False, future=False, jobs=1)
    output, early, before = Path(order.output), dict[str, str](), dict[str, bytes]()

    def show(item: Early) -> None:
        assert published(output) == before  # nothing has changed so far
        early[item.path] = item.text

    def built(edit: Edit, *shown: str) -> Built:
        before.update(published(output))
        early.clear()
        edit(Path(order.folder))
        at_work.shown = frozenset(shown)
        return next(said for said in at_work.work(NOW) if isinstance(said, Built))

    at_work, title = Worker(order, show), saying("news.md", "title: News", "title: Much news")
    built(lambda _: None, "index.html")
    assert early == {}  # its style sheet is not there yet
    looked_at = {"index.html", "2024/05/news/index.html", "de/index.html"}
    assert looked_at < built(title, *looked_at).files.keys() | {"de/index.html"}  # which says nothing of that
    assert early == {path: published(output)[path].decode() for path in looked_at - {"de/index.html"}}
    built(saying("news.md", "Much news", "More news"))
    assert early == {}
    built(saying("../site.yaml", "The Revised", "The New"), "de/index.html")  # this makes every page
    assert early == {"de/index.html": published(output)["de/index.html"].decode()}
    # a page that is new, and a picture that it would lack
    built(both(writing("site/content/p2.png", "p"), saying("news.md", "title:", "image: p2.png\ntitle:")), "index.html")
    assert early == {}


def test_what_was_shown_of_a_build_that_comes_to_nothing_is_shown_no_more(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", SITE.replace("title: The Revised", "title: The Revised\ntheme: own"))
    template = """\
-- themes/own/theme.yaml --
name: own
extends: broadsheet
-- themes/own/assets/own.css --
p { color: red }
-- themes/own/templates/base.html --
{% extends "broadsheet/base.html" %}
{% block head %}{{ super() }}<link rel="stylesheet" href="{{ asset("own.css") }}">{% endblock %}
-- themes/own/templates/article.html --
{% extends "broadsheet/article.html" %}
"""
    write_site(site, template)
    order = Order(str(site), ".digestgen/preview", drafts=False, future=False, jobs=1)
    desk = Desk()
    at_work = Worker(order, desk.show, frozenset(["2024/05/one/index.html"]))
    desk.take(next(said for said in at_work.work(NOW) if isinstance(said, Built)))
    before = dict(desk.holdings.files)
    broken = "{% block main %}{% if 'one' not in page.head.url %}{{ page.gone }}{% endif %}{% endblock %}"
    write_site(site, template + broken + "\n")
    built = next(said for said in at_work.work(NOW) if isinstance(said, Built))
    assert desk.early
    assert [item.code for item in built.diagnostics if item.severity == "error"] == ["theme"]
    desk.take(built)
    assert (desk.early, desk.holdings.files) == ({}, before)
    write_site(site, template.replace("red", "blue"))
    built = next(said for said in at_work.work(NOW) if isinstance(said, Built))
    assert desk.early == {"assets/own.css": (Path(order.output) / "assets/own.css").read_bytes()}
    desk.take(built)
    assert desk.holdings.files["assets/own.css"] != before["assets/own.css"]


WHOLE: dict[str, Edit] = {
    "a correction": saying("two.md", "title: Two", "title: Zwei\ncorrections: {date: 2024-05-27, text: X}"),
    "a summary more": saying("four.md", "title: Four", "summary: Of four.\ntitle: Four"),
    "a slug": saying("four.md", "title: Four", "slug: fourth\ntitle: Four"),
    "a date": saying("four.md", "2024-04-29", "2024-04-28"),
    "a tag": saying("four.md", "title: Four", "tags: [first]\ntitle: Four"),
    "a title of an edition": saying("editions/2024-18.md", "title: The first", "title: The very first"),
    "a heading that another article links to": saying("two.md", "## Here", "## There"),
    "a heading that another article misses": saying("three.md", "A brief.", "A brief.\n\n## Gone"),
    "a picture that comes along": saying("one.md", "And more.", "![H](here.png)"),
    "a picture that is held back": saying("one.md", "And more.", "![P](/p.png)"),
    "an edition": saying("editions/2024-18.md", "Of ", "All of "),
    "what is held": saying("later.md", "To come.", "To come some day."),
    "a link that leads nowhere": saying("one.md", "And more.", "[See](nowhere.md)"),
    "a new article": writing("site/content/new.md", "---\ntitle: N\ndate: 2024-05-05\n---\n"),
    "an article less": lambda folder: (folder / "content/letter.md").unlink(),
    "a setting": writing("site/people.yaml", "ada: {name: Ada Lovelace}\n"),
    "a file of the output": writing("out/index.html", "x"),
    "a file of the output less": lambda folder: (folder.parent / "out/index.html").unlink(),
}


@pytest.mark.parametrize("what", WHOLE)
def test_what_may_change_more_than_a_text_has_everything_looked_at(what: str, root: Path) -> None:
    QUICK["a file by another name"](root / "site")
    WHOLE[what](root / "site")
    result = outcome(root / "site", root / "out")
    assert not result.revised
    result.diagnostics = [item for item in result.diagnostics if item.code != "output-changed"]
    assert differing(root, result) == set()


def test_a_face_that_changed_in_a_build_that_failed_is_not_taken_for_the_last_one(root: Path) -> None:
    broken = root / "site/content/letter.md"
    whole = broken.read_text(encoding="utf-8")
    saying("one.md", "title: One", "title: Eins")(root / "site")
    broken.write_text("no front matter", encoding="utf-8")
    assert not build.build(build.Request(root / "site", NOW, root / "out", jobs=1)).ok
    broken.write_text(whole + "\nMore.\n", encoding="utf-8")
    assert differing(root, outcome(root / "site", root / "out")) == set()


def test_a_place_that_was_linked_to_since_the_last_whole_look_is_missed_when_it_goes(root: Path) -> None:
    saying("one.md", "And more.", "[See](/2024/04/letter/#dear)")(root / "site")
    assert outcome(root / "site", root / "out").revised
    saying("letter.md", "## Dear", "## Beloved")(root / "site")
    result = outcome(root / "site", root / "out")
    assert not result.revised
    assert any("dear" in item.message for item in result.diagnostics)


@pytest.mark.parametrize("table", ["plan", "manuscript", "parsed", "rendered", "meta"])
def test_a_harmed_cache_changes_nothing(table: str, root: Path) -> None:
    QUICK["a word"](root / "site")
    base = sqlite3.connect(root / "site/.digestgen/cache.sqlite")
    with base:
        base.execute(f"UPDATE {table} SET check_ = 'x'")
    base.close()
    assert differing(root, outcome(root / "site", root / "out")) == set()


def _left_out(kind: str) -> Callable[[pytest.MonkeyPatch], None]:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        rows = record.rows

        def some(*given: Any) -> Iterator[record.Row]:
            return (row for row in rows(*given) if not row[0].startswith(kind))

        monkeypatch.setattr(record, "rows", some)

    return patch


def _carried_by_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_feeds", lambda *_: iter(()))


def _shown_by_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_beside", lambda _: defaultdict(dict))


def _trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revise, "sure", lambda *_, **__: None)


def _staying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revise._Revision, "_stays", lambda *_: True)


MUTATIONS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Edit]] = {
    "who links to a place": (_left_out("asked"), WHOLE["a heading that another article links to"]),
    "the feeds that carry a text": (_carried_by_none, QUICK["a word"]),
    "the pages that show a title": (_shown_by_none, QUICK["a title"]),
    "whether the face is the same": (_staying, WHOLE["a tag"]),
    "whether all files are there": (_trusting, WHOLE["a picture that comes along"]),
}


@pytest.mark.parametrize("left_out", MUTATIONS)
def test_a_plan_that_leaves_something_out_shows(left_out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, edit = MUTATIONS[left_out]
    folder = write_site(tmp_path / "site", SITE)
    if patch in (_trusting, _staying):
        outcome(folder, tmp_path / "out")
        patch(monkeypatch)
    else:
        patch(monkeypatch)
        outcome(folder, tmp_path / "out")
    edit(folder)
    result = outcome(folder, tmp_path / "out")
    monkeypatch.undo()
    shutil.rmtree(folder / ".digestgen")
    outcome(folder, tmp_path / "fresh")
    assert result.revised
    assert published(tmp_path / "out") != published(tmp_path / "fresh")


def test_badges_are_after_a_revision_what_they_are_after_a_whole_look(root: Path) -> None:
    def whole() -> tuple[build.Result, dict[str, Badge]]:
        result = build.build(build.Request(root / "site", NOW, root / "out", jobs=1, whole=True))
        assert result.library is not None
        return result, badges.badges(result.library, result.diagnostics, NOW)

    before, known = whole()
    QUICK["no warning any more"](root / "site")
    result = outcome(root / "site", root / "out")
    assert result.revised
    found = badges.revised(known, before.diagnostics, result.diagnostics)
    assert found != known
    assert found == whole()[1]


# --- style sheets, in a preview

THEME = """\
-- themes/mine/theme.yaml --
name: mine
extends: broadsheet
options:
  tint: {type: colour, default: "#111111", css: --tint}
-- themes/mine/styles/mine.css --
p { color: red }
-- themes/mine/assets/more.css --
i { color: red }
"""


def shown(folder: Path, output: Path, *, stable: bool = True) -> build.Result:
    result = build.build(build.Request(folder, NOW, output, jobs=1, stable_names=stable))
    assert result.ok, told(result.diagnostics)
    return result


@pytest.fixture
def themed(tmp_path: Path) -> Path:
    site = write_site(tmp_path / "site", SITE.replace("language: en", "theme: mine\nlanguage: en", 1) + THEME)
    shown(site, tmp_path / "out")
    return tmp_path


@pytest.mark.parametrize("name", ["styles/mine.css", "assets/more.css"])
def test_a_style_sheet_of_a_preview_is_made_again_and_nothing_else(themed: Path, name: str) -> None:
    (themed / "site/themes/mine" / name).write_text("b { color: blue }", encoding="utf-8")
    result = shown(themed / "site", themed / "out")
    assert result.revised
    assert result.rendered == frozenset()
    assert result.written is not None
    assert [path.rpartition(".")[2] for path in result.written.written] == ["css"]
    shutil.copytree(themed / "site", themed / "copy", ignore=shutil.ignore_patterns(".digestgen"))
    shown(themed / "copy", themed / "fresh")
    assert published(themed / "out") == published(themed / "fresh")
    assert (themed / "out" / writer.LIST).read_bytes() == (themed / "fresh" / writer.LIST).read_bytes()
    again = shown(themed / "site", themed / "out")
    assert again.written is not None
    assert again.written.written == ()


def test_a_style_sheet_and_a_text_are_made_again_together(themed: Path) -> None:
    (themed / "site/themes/mine/styles/mine.css").write_text("b { color: blue }", encoding="utf-8")
    QUICK["a word"](themed / "site")
    assert shown(themed / "site", themed / "out").revised
    shutil.copytree(themed / "site", themed / "copy", ignore=shutil.ignore_patterns(".digestgen"))
    shown(themed / "copy", themed / "fresh")
    assert published(themed / "out") == published(themed / "fresh")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("theme.yaml", "name: mine\nextends: broadsheet\nversion: 2.0.0\n"),
        ("styles/new.css", "b { color: blue }"),
        ("templates/page.html", '{% extends "broadsheet/page.html" %}'),
    ],
)
def test_what_else_of_a_theme_changes_has_everything_looked_at(themed: Path, path: str, text: str) -> None:
    file = themed / "site/themes/mine" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    assert not shown(themed / "site", themed / "out").revised


def test_where_names_of_files_tell_what_is_in_them_pages_are_made_again(themed: Path) -> None:
    shown(themed / "site", themed / "plain", stable=False)
    (themed / "site/themes/mine/styles/mine.css").write_text("b { color: blue }", encoding="utf-8")
    result = shown(themed / "site", themed / "plain", stable=False)
    assert not result.revised
    assert "index.html" in result.rendered


@pytest.mark.parametrize("name", ["people.yaml", "tags.yaml"])
@pytest.mark.parametrize("time", [1, 2])
def test_a_registry_that_cannot_be_read_once_is_told_and_never_taken_for_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, time: int
) -> None:
    registries = "-- people.yaml --\njo: {name: Jo Doe}\n-- tags.yaml --\n- {names: {en: Oil price}, slug: oil}\n"
    article = "-- content/a.md --\n---\ntitle: A\ndate: 2024-05-01\ntags: [Oil price]\n"
    credits = "credits: [{role: reporting, people: [jo]}]\n---\nText.\n"
    site = write_site(tmp_path, f"-- site.yaml --\ntitle: T\n{registries}{article}{credits}")
    os.utime(site / name, (1 << 32, 1 << 32))  # a time to come never tells that it is as it was, so it is read twice
    assert built(site).ok
    edited = site / "content/a.md"
    edited.write_text(edited.read_text().replace("Text.", "Another text."))
    times = [0]

    class Failing(files.Os):
        def open(self, path: str, *rest: Any) -> int:
            times[0] += path.endswith(name)
            if path.endswith(name) and times[0] == time:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
            return super().open(path, *rest)

    before = published(site / "public")
    with monkeypatch.context() as patched:
        patched.setattr(files, "system", Failing())
        try:
            went_well = built(site).ok
        except PermissionError:
            went_well = False
    assert times[0] >= time
    made = published(site / "public")
    if not went_well:
        assert made == before
    assert well_built(site, output=tmp_path / "fresh") == (made if went_well else well_built(site))


def test_a_folder_of_a_theme_that_cannot_be_listed_is_named_and_not_taken_for_empty(
    themed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(files.Os):
        def list(self, folder: str) -> list[os.DirEntry[str]]:
            if folder.rstrip("/").endswith("themes/mine/styles"):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)
            return super().list(folder)

    site = themed / "site"
    monkeypatch.setattr(files, "system", Failing())
    result = built(site, output=themed / "another")
    named = [item.span.path for item in result.diagnostics if item.code == "unreadable" and item.span]
    assert (result.ok, named) == (False, ["themes/mine/styles"])
    assert not (themed / "another" / "index.html").exists()


@pytest.mark.parametrize("edited", ["content/old.md", "site.yaml"])
def test_empty_folders_that_cannot_be_removed_right_now_are_removed_by_the_next_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: str
) -> None:
    articles = "".join(f"-- content/{name}.md --\n---\ntitle: A\ndate: 2024-0{on}-01\n---\nText.\n" for name, on in ONE)
    site = write_site(tmp_path, f"-- site.yaml --\ntitle: T\n{articles}")
    assert built(site).ok
    (site / "content/old.md").unlink()
    if edited == "site.yaml":  # everything is looked at
        (site / "site.yaml").write_text("title: Another\n")

    class Held(files.Os):
        def rmdir(self, path: str) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    with monkeypatch.context() as patched:
        patched.setattr(files, "system", Held())
        result = built(site)
    assert (result.ok, result.revised) == (True, edited != "site.yaml")
    assert (site / "public/2024/03/old").is_dir()
    assert _still(site) is None
    assert built(site).ok
    assert not (site / "public/2024/03").exists()
    assert not (site / "public" / writer.STAGING).exists()
    assert _still(site) is not None


#: Articles by the months that they are from.
ONE = (("old", 3), ("new", 4))


def _still(site: Path) -> object:
    """What the next build has to say where nothing changed; None where it would look at everything."""
    asked = build.asked(build.Request(site, NOW))
    look = unchanged.look(str(site))
    try:
        return unchanged.still(look, str(site / "public"), asked, NOW.timestamp())
    finally:
        look.store.close()
