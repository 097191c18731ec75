"""Where articles come, go or stand elsewhere, what rests on them is made again; and it is what a clean build makes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from digestgen import build, revise, unchanged, writer
from digestgen.plan import lists, moved, recall, sitemaps, syndication
from digestgen.plan.moved import Moves
from digestgen.plan.outputs import Rendered
from tests.building import NOW, published, told
from tests.sites import write_site

SITE = """\
-- site.yaml --
title: The Moved
url: https://example.org/sub/
language: en
languages: [de]
editions: weekly
paginate: 2
feeds: {rss: site, json: [site, tags], entries: 2, full: [site, tags], archive: all}
rules: {missing-alt: warning, broken-link: warning, edition-name: warning}
-- people.yaml --
ada: {name: Ada Byron}
-- tags.yaml --
- names: {en: first, de: Erstes}
-- content/pages/about.md --
---
title: About
---
See [one](../one.md), [May](/archive/2024/05/#dg-2024-05-09).
-- content/editions/2024-18.md --
---
title: The first edition
---
Of [one](../one.md).
-- content/one.md --
---
title: One
date: 2024-05-01
tags: [first, b]
sources: [Some Paper]
authors: [Ada Byron]
story: it
summary: The first.
---
A [two](two.md#here), and [that](later.md).
-- content/one.de.md --
---
title: Eins
date: 2024-05-01
tags: [Erstes]
translation: {of: one.md, by: ada}
---
Das.
-- content/two.md --
---
title: Two
date: 2024-05-02
tags: [first, b]
story: it
sources: ['https://www.example.com/x']
---
Two. [One](one.md)

## Here
-- content/three.md --
---
title: Three
date: 2024-05-09
tags: [b]
section: World
sources: [Some Paper]
---
Text.
-- content/four.md --
---
title: Four
date: 2024-04-29
tags: [b]
section: World
story: it
---
Text.
-- content/five.md --
---
title: Five
date: 2024-04-20
tags: [first]
sources: [Some Paper]
corrections: {date: 2024-05-28, text: Nine.}
---
Text.
-- content/six.md --
---
title: Six
date: 2024-04-11
tags: [first, b]
sources: [Some Paper]
---
Text.
-- content/seven.md --
---
title: Seven
date: 2023-12-11
tags: [b]
authors: [Ben]
---
Text.
-- content/eight.md --
---
title: Eight
date: 2024-05-31
tags: [b]
sources: [{name: Some Paper, use: cites}]
---
Text.
-- content/later.md --
---
title: Later
date: 2024-07-01
tags: [b]
---
Text.
-- content/rest.md --
---
title: Rest
date: 2024-05-05
---
See [three](three.md), [it](/tags/b/) and [more](/tags/b/page/1/).
"""

Edit = Callable[[Path], None]


def outcome(
    root: Path, memory: unchanged.Memory | None = None, folder: str = "site", output: str = "out"
) -> build.Result:
    result = build.build(build.Request(root / folder, NOW, root / output, jobs=1, memory=memory))
    assert result.ok, told(result.diagnostics)
    return result


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was built, with its output beside it; and a copy of both."""
    root = tmp_path_factory.mktemp("moved")
    write_site(root / "site", SITE)
    outcome(root)
    for name in ("site", "out"):
        shutil.copytree(root / name, root / f"{name} as it was")
    return root


@pytest.fixture
def root(whole: Path) -> Iterator[Path]:
    """The same for one test, after which all is as it was."""
    yield whole
    for name in ("site", "out"):
        shutil.rmtree(whole / name)
        shutil.copytree(whole / f"{name} as it was", whole / name)


def new(name: str, date: str, *facts: str, text: str = "Text.") -> Edit:
    lines = "".join(f"{fact}\n" for fact in facts)
    return writing(f"{name}.md", f"---\ntitle: {name.capitalize()}\ndate: {date}\n{lines}---\n{text}\n")


def writing(name: str, text: str) -> Edit:
    def edit(content: Path) -> None:
        (content / name).write_text(text, encoding="utf-8")

    return edit


def saying(name: str, old: str, new: str) -> Edit:
    def edit(content: Path) -> None:
        file = content / f"{name}.md"
        text = file.read_text(encoding="utf-8")
        assert old in text, name
        file.write_text(text.replace(old, new), encoding="utf-8")

    return edit


def without(*names: str) -> Edit:
    def edit(content: Path) -> None:
        for name in names:
            (content / f"{name}.md").unlink()

    return edit


def both(*edits: Edit) -> Edit:
    def edit(content: Path) -> None:
        for one in edits:
            one(content)

    return edit


def differing(root: Path, result: build.Result) -> set[str]:
    """Return the paths at which a build differs from a clean one, which has the same to tell."""
    shutil.rmtree(root / "copy", ignore_errors=True)
    shutil.rmtree(root / "fresh", ignore_errors=True)
    shutil.copytree(root / "site", root / "copy", ignore=shutil.ignore_patterns(".digestgen"))
    clean = outcome(root, None, "copy", "fresh")
    have, want = published(root / "out"), published(root / "fresh")
    facts = ("unlinked", "held", "pages", "articles", "until")
    assert [getattr(result, name) for name in facts] == [getattr(clean, name) for name in facts]
    assert told(result.diagnostics) == told(clean.diagnostics)
    found = {path for path in have.keys() | want.keys() if have.get(path) != want.get(path)}
    assert found or (root / "out" / writer.LIST).read_bytes() == (root / "fresh" / writer.LIST).read_bytes()
    return found


#: Each row follows upon the row before, and what it leaves is compared.
CHAINS: Mapping[str, tuple[tuple[Edit, ...], ...]] = {
    "what comes": (
        (
            new("plain", "2024-05-20"),
            new("rich", "2024-06-01", "tags: [first, b]", "sources: [Some Paper]", "authors: [ada, Ben]", "story: it"),
            new(
                "other", "2024-05-21", "tags: [zz, b]", "sources: [Other]", "authors: [Cy]", "story: that", "section: X"
            ),
            saying("rich", "title: Rich", "title: Richer"),
        ),
        (
            new("old", "2022-05-21", "tags: [b]", text="See [rich](rich.md)."),
            new("neu.de", "2024-05-21", "tags: [Erstes]", "aliases: [/alt/]"),
            new("two.de", "2024-05-02", "tags: [Erstes, b]"),
            both(saying("later", "2024-07-01", "2024-05-30"), saying("one", "A [two]", "B [two]")),
        ),
    ),
    "what goes": (
        (without("eight"), without("rest"), without("seven"), saying("later", "Text.", "More.")),
        (without("five"), without("six"), without("four"), without("one.de")),
    ),
    "what is told otherwise": (
        (
            saying("three", "2024-05-09", "2024-05-10"),
            saying("three", "2024-05-10", "2023-02-03"),
            saying("six", "[first, b]", "[b, c]"),
            saying("six", "Some Paper", "Else"),
        ),
        (
            saying("four", "World", "Here"),
            saying("four", "story: it", "story: at"),
            saying("six", "tags:", "draft: true\ntags:"),
            saying("eight", "2024-05-31", "2024-08-31"),
        ),
        (
            saying("three", "tags:", "corrections: {date: 2024-05-27, text: X}\nupdated: 2024-05-28\ntags:"),
            saying("four", "tags:", "slug: fourth\naliases: [/old/]\nembargo: 2024-05-30\ntags:"),
            saying("one", "tags:", "weight: 3\nexpires: 2024-07-27\ntags:"),
            saying("two", "date: 2024-05-02", "summary: More\nbrief: true\ndate: 2024-05-03"),
        ),
        (
            both(without("eight"), new("ate", "2024-05-31", "slug: eight", "tags: [b]")),
            both(
                saying("six", "draft: true\n", ""), without("two", "rest"), saying("one", "[two](two.md#here)", "two")
            ),
            saying("one", "title: One", "title: The one"),
            saying("three", "[b]", "[b]\nlang: fr"),
        ),
    ),
    "what crosses from page to page": (
        (
            saying("seven", "2023-12-11", "2024-05-30"),
            saying("four", "2024-04-29", "2024-05-04"),
            both(saying("six", "2024-04-11", "2024-05-06"), saying("six", "title: Six", "title: The sixth")),
            both(without("eight"), new("nine", "2024-04-11", "tags: [b]", "sources: [Some Paper]")),
        ),
        (
            both(new("ten", "2021-04-11", "tags: [b, first]"), new("eleven", "2024-05-28", "tags: [b]", "story: it")),
            both(without("nine"), saying("four", "tags: [b]", "tags: [first]\nembargo: 2024-05-03")),
            without("rest", "ten"),
        ),
    ),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_articles_that_move_make_what_rests_on_them(chain: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = unchanged.Memory()
    for edits in CHAINS[chain]:
        for number, edit in enumerate(edits):
            edit(root / "site/content")
            result = outcome(root, memory if number % 2 else None)
            assert result.revised, number
            if number + 1 == len(edits):
                assert differing(root, result) == set()
    monkeypatch.setattr(revise, "attempt", lambda *_: None)
    new("draft", "2024-01-01", "draft: true")(root / "site/content")
    again = outcome(root)
    assert (again.rendered, dict(again.why)) == (frozenset(), {})


def test_a_new_article_makes_its_lists_its_neighbour_and_nothing_else(root: Path) -> None:
    new("newest", "2024-06-01", "tags: [first]", "sources: [Fresh]")(root / "site/content")
    result = outcome(root)
    assert result.revised
    lists = {"tags/first", "tags", "sources/fresh", "sources", "archive/2024/06", "archive/2024", "archive"}
    months = {"archive/2024/05"}  # it has a newer month now
    assert {path.removesuffix("index.html").rstrip("/") for path in result.rendered} == {
        "",
        "2024/06/newest",
        "2024/05/eight",
        "editions/2024-22",
        "editions",
        *lists,
        *months,
    }


def test_of_a_list_with_many_pages_a_new_article_has_those_planned_that_can_be_others(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[str] = []
    page, documents = recall._Desk.page, syndication.documents

    def noted(desk: recall._Desk, template: str, url: str, *inputs: Any, **beside: Any) -> Rendered:
        planned.append(url)
        return page(desk, template, url, *inputs, **beside)

    def listed(channel: syndication.Channel[Any], form: str, *args: Any) -> Iterable[syndication.Document[Any]]:
        for document in documents(channel, form, *args):
            planned.append(document.url)
            yield document

    monkeypatch.setattr(recall._Desk, "page", noted)
    monkeypatch.setattr(syndication, "documents", listed)
    made = []
    for number in range(2):
        planned.clear()
        new(f"new{number}", f"2024-06-01T1{number}:00:00Z", "tags: [b]")(root / "site/content")
        assert outcome(root).revised
        made.append({url for url in planned if url.startswith(("/tags/b/", "/editions/"))})
    assert (root / "out/editions/page/2/index.html").exists()
    always = {"/editions/", "/tags/b/", "/tags/b/feed.xml", "/tags/b/feed.json"}
    assert made == [
        {*always, "/tags/b/page/2/", "/tags/b/page/3/"},  # the one before the new one leads to that now
        {*always, "/tags/b/feed/3.xml", "/tags/b/feed/4.xml"},
    ]


WHOLE: Mapping[str, Edit] = {
    "two of one address": new("2024-05-10-three", "2024-05-10"),
    "a page": new("pages/imprint", "2024-05-01"),
    "an article of a file that an edition lists": both(
        saying("editions/2024-18", "title:", "articles: [../four.md]\ntitle:"), without("six")
    ),
    "an edition": new("editions/2024-19", "2024-05-09"),
    "a link that leads nowhere": without("three"),
    "a file beside it": writing("x.txt", "x"),
    "too many": both(*(new(f"n{number}", "2024-05-01") for number in range(51))),
}


@pytest.mark.parametrize("what", WHOLE)
def test_what_may_change_more_than_lists_has_everything_looked_at(what: str, root: Path) -> None:
    WHOLE[what](root / "site/content")
    result = outcome(root)
    assert not result.revised
    assert next(iter(result.seconds)).startswith("everything has to be looked at: ")


@pytest.mark.parametrize("alias", ["/Tags/", "/2024/05/three/INDEX.html/", "/archive"])
def test_a_new_file_that_is_one_with_another_on_some_system_has_everything_looked_at(alias: str, root: Path) -> None:
    new("other", "2024-05-20", f"aliases: [{alias}]")(root / "site/content")
    result = build.build(build.Request(root / "site", NOW, root / "out", jobs=1))
    assert not result.revised
    assert not result.ok, told(result.diagnostics)


def _nothing(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(Moves, name, lambda *_: None)


def _kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "changed", lambda *_: ())


def _same_related(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moved, "_reordered", lambda *_: ())


MUTATIONS: Mapping[str, Callable[[pytest.MonkeyPatch], None]] = {
    "neighbours": _nothing("_neighbours"),
    "stories": _nothing("_story"),
    "related articles": _same_related,
    "versions": _nothing("_versions"),
    "corrections": _nothing("_corrections"),
    "news": _nothing("_news"),
    "editions": _nothing("_editions"),
    "other languages' terms": _nothing("_counterparts"),
    "other languages' months": _nothing("_elsewhere"),
    "what else shows it": _nothing("_where_shown"),
    "the archive": _nothing("_archive"),
    "lists that have fewer pages": _nothing("_drop_list"),
    "feeds": _nothing("_channel"),
    "what leads there": lambda monkeypatch: monkeypatch.setattr(Moves, "_articles", _those_that_moved),
    "the sitemap": _kept,
    "numbered pages": lambda monkeypatch: monkeypatch.setattr(lists, "other", lambda *_: iter((0,))),
}


def _those_that_moved(moves: Moves) -> None:
    for path in [*moves.again]:
        if path not in moves.made and path in moves.shelf.places:
            moves._article(path)


#: One edit that moves something of each kind.
EVERYTHING = both(
    without("five", "eight", "four"),
    new("nine", "2024-04-25", "tags: [first]", "sources: [Some Paper]", "story: it"),
    new("two.de", "2023-12-12", "authors: [Ben]"),
    new("that", "2024-06-01", "corrections: {date: 2024-06-01, text: X}"),
    saying("three", "date: 2024-05-09", "slug: tree\ndate: 2024-05-09"),
    saying("one", "title: One", "slug: first\ntitle: The one"),
    saying("six", "title: Six", "title: The sixth"),
)


@pytest.fixture(scope="module")
def clean(whole: Path) -> dict[str, bytes]:
    """What a clean build makes after all of that."""
    shutil.copytree(whole / "site as it was", whole / "all", ignore=shutil.ignore_patterns(".digestgen"))
    EVERYTHING(whole / "all/content")
    outcome(whole, None, "all", "all made")
    return published(whole / "all made")


@pytest.mark.parametrize("left_out", ["nothing", *MUTATIONS])
def test_what_is_left_out_when_articles_move_shows(
    left_out: str, root: Path, clean: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    if left_out in MUTATIONS:
        MUTATIONS[left_out](monkeypatch)
    EVERYTHING(root / "site/content")
    result = outcome(root)
    assert (result.revised and published(root / "out") == clean) == (left_out not in MUTATIONS)


@pytest.mark.parametrize("left_out", ["_relink", "_carry"])
def test_what_is_not_noted_of_an_article_that_moved_shows_at_the_next_edit(
    left_out: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Moves, left_out, lambda *_: None)
    new("plain", "2024-05-20", "tags: [first]")(root / "site/content")
    assert outcome(root).revised
    saying("plain", "title: Plain", "title: Simple")(root / "site/content")
    result = outcome(root)
    assert result.revised
    assert differing(root, result)


@pytest.mark.parametrize("harm", ["plan", "one row", "parsed", "rendered"])
def test_a_harmed_cache_moves_nothing_wrong(harm: str, root: Path) -> None:
    new("plain", "2024-05-20", "tags: [first]")(root / "site/content")
    base = sqlite3.connect(root / "site/.digestgen/cache.sqlite")
    with base:
        if harm == "one row":
            base.execute("UPDATE plan SET check_ = 'x' WHERE name = 'members 0 tag first'")
        else:
            base.execute(f"UPDATE {harm} SET check_ = 'x'")
    base.close()
    assert differing(root, outcome(root)) == set()
