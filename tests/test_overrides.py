"""A theme over another: what it takes from there, and what it missed since; and the commands for that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from digestgen import blocks, cli, overrides, theme
from tests.building import built, told, well_built

Site = Callable[[str], Path]

#: A site with a theme that extends another one of the site, so that a test can change what is below.
SITE = """\
-- site.yaml --
title: Digest
theme: mine
-- content/2024-05-03-hello.md --
---
title: Hello
---
Words.
-- themes/house/theme.yaml --
name: house
version: 1.0
extends: broadsheet
-- themes/house/templates/_more.html --
{% macro shout(text) %}{{ text|upper }}{% endmacro %}
-- themes/house/templates/article.html --
{% extends "broadsheet/article.html" %}
{% from "_more.html" import shout %}
{% block tags %}
<p>{{ shout("old") }}</p>
{% endblock %}
-- themes/house/styles/house.css --
p { margin: 0 }
-- themes/house/assets/dot.png --
old
-- themes/mine/theme.yaml --
name: mine
extends: house
"""

PAGE = "2024/05/hello/index.html"


def call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["-C", str(folder), "theme", *arguments])


def well(folder: Path, *arguments: str) -> str:
    done = call(folder, *arguments)
    assert done.exit_code == 0, done.output
    return done.output


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / "themes/house" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def states(folder: Path) -> dict[str, str]:
    above = theme.chain("mine", folder, None, [])
    return {item.part.shown: item.state for item in overrides.missed(above)}


# --- override


def test_a_block_is_taken_with_the_macros_that_it_calls_and_changes_nothing_yet(site: Site) -> None:
    folder = site(SITE)
    before = well_built(folder)[PAGE]
    well(folder, "override", "article.html:tags")
    text = (folder / "themes/mine/templates/article.html").read_text()
    assert text.startswith('{% extends "house/article.html" %}\n{% from "_more.html" import shout %}\n{# original: ')
    assert "article.html:tags of house 1.0 (" in text
    assert well_built(folder)[PAGE] == before


def test_every_block_of_our_article_can_be_taken_and_changes_nothing_yet(site: Site) -> None:
    folder = site(SITE.replace("extends: house", "extends: broadsheet"))
    before = well_built(folder)
    below = theme.chain("mine", folder, None, [])[1:]
    for name in ("article.html", "front.html", "base.html"):
        held: set[str] = set()
        for block in overrides.blocks_of(name, below):
            found = overrides.original(overrides.Part("templates", name, block), below)
            assert found is not None
            inner = {item.name for item in blocks.outline(found.data.decode()).blocks}
            if held.isdisjoint(inner):
                overrides.take(f"{name}:{block}", theme.chain("mine", folder, None, []))
            held |= inner
    after = well_built(folder)
    assert after[PAGE] == before[PAGE]
    assert after["index.html"] == before["index.html"]
    assert set(states(folder).values()) == {"same"}


def test_a_block_within_one_that_was_taken_is_refused(site: Site) -> None:
    folder = site(SITE)
    well(folder, "override", "article.html:opening")
    done = call(folder, "override", "article.html:byline")
    assert (done.exit_code, "has `byline` already" in done.output) == (1, True)
    assert built(folder).ok


def test_a_second_block_goes_into_the_same_file(site: Site) -> None:
    folder = site(SITE)
    before = well_built(folder)[PAGE]
    well(folder, "override", "article.html:tags")
    well(folder, "override", "article.html:byline")
    assert states(folder) == {"article.html:tags": "same", "article.html:byline": "same"}
    assert well_built(folder)[PAGE] == before


@pytest.mark.parametrize(
    ("part", "file"),
    [
        ("article.html", "templates/article.html"),
        ("templates/404.html", "templates/404.html"),
        ("house.css", "styles/house.css"),
        ("dot.png", "assets/dot.png"),
    ],
)
def test_a_whole_file_is_taken_and_kept(site: Site, part: str, file: str) -> None:
    folder = site(SITE)
    before = well_built(folder)
    well(folder, "override", part)
    assert (folder / "themes/mine" / file).is_file()
    assert (folder / "themes/mine/.originals" / file).is_file()
    assert list(states(folder).values()) == ["same"]
    after = well_built(folder)
    assert [path for path in after if path.endswith(".html")] == [path for path in before if path.endswith(".html")]
    assert after[PAGE].count(b"OLD") == 1


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("artcle.html", "house has no file `artcle.html`; did you mean `article.html`?"),
        ("article.html:tagz", "article.html of house has no block `tagz`; did you mean `tags`?"),
        ("house.css:tags", "only templates have blocks"),
    ],
)
def test_what_is_not_there_is_told_with_what_was_meant(site: Site, part: str, message: str) -> None:
    done = call(site(SITE), "override", part)
    assert (done.exit_code, message in done.output) == (1, True), done.output


def test_nothing_is_written_over(site: Site) -> None:
    folder = site(SITE + "-- themes/mine/templates/404.html --\nmine\n-- themes/mine/templates/page.html --\n.\n")
    for part in ("404.html", "page.html:body"):
        assert call(folder, "override", part).exit_code == 1
    well(folder, "override", "article.html:tags")
    assert call(folder, "override", "article.html:tags").exit_code == 1
    assert (folder / "themes/mine/templates/404.html").read_text() == "mine\n"


# --- diff


def test_a_changed_original_is_shown_as_a_difference_and_the_others_as_up_to_date(site: Site) -> None:
    folder = site(SITE)
    for part in ("article.html:tags", "article.html:byline", "house.css", "dot.png"):
        well(folder, "override", part)
    change(folder, "templates/article.html", 'shout("old")', 'shout("new")')
    change(folder, "theme.yaml", "1.0", "1.1")
    (folder / "themes/house/assets/dot.png").write_bytes(b"\xff\x00")
    assert well(folder, "diff").splitlines() == [
        "article.html:tags: changed in house 1.1",
        "--- article.html:tags of house 1.0",
        "+++ article.html:tags of house 1.1",
        "@@ -1,3 +1,3 @@",
        " {% block tags %}",
        '-<p>{{ shout("old") }}</p>',
        '+<p>{{ shout("new") }}</p>',
        " {% endblock %}",
        "article.html:byline: up to date with base 1.0.0",
        "styles/house.css: up to date with house 1.1",
        "assets/dot.png: changed in house 1.1",
        "(it is no text)",
    ]


def test_what_was_seen_is_up_to_date(site: Site) -> None:
    folder = site(SITE)
    well(folder, "override", "article.html:tags")
    well(folder, "override", "house.css")
    change(folder, "templates/article.html", "old", "new")
    change(folder, "styles/house.css", "0", "1px")
    assert set(states(folder).values()) == {"changed"}
    well(folder, "diff", "--seen", "article.html:tags")
    assert states(folder) == {"article.html:tags": "same", "styles/house.css": "changed"}
    well(folder, "diff", "--seen")
    assert set(states(folder).values()) == {"same"}
    text = (folder / "themes/mine/templates/article.html").read_text()
    assert "old" in text, "the override itself is its author's"
    assert built(folder).ok


def test_an_override_by_hand_is_told_until_its_original_is_noted(site: Site) -> None:
    page = (
        '-- themes/mine/templates/article.html --\n{% extends "house/article.html" %}\n{% block tags %}{% endblock %}'
    )
    folder = site(SITE + page)
    assert "its original was not kept; `digestgen theme diff --seen article.html:tags`" in well(folder, "diff")
    well(folder, "diff", "--seen", "article.html:tags")
    assert states(folder) == {"article.html:tags": "same"}


def test_an_override_whose_original_is_gone_is_told(site: Site) -> None:
    folder = site(SITE)
    well(folder, "override", "dot.png")
    well(folder, "override", "article.html:tags")
    change(folder, "templates/article.html", "{% block tags %}", "{% block byline %}")
    assert states(folder)["article.html:tags"] == "changed"  # broadsheet's own is next
    (folder / "themes/house/assets/dot.png").unlink()
    assert "assets/dot.png" not in states(folder), "it is a file of the theme's own now"


def test_a_typo_in_what_to_compare_is_told(site: Site) -> None:
    folder = site(SITE)
    well(folder, "override", "article.html:tags")
    done = call(folder, "diff", "article.html:tag")
    assert done.exit_code == 1
    assert "themes/mine does not override article.html:tag; did you mean `article.html:tags`?" in done.output


# --- new, list, show


def test_a_new_theme_builds_the_same_site_and_is_not_written_over(site: Site) -> None:
    folder = site(SITE)
    well(folder, "new", "evening", "--extends", "broadsheet")
    settings = folder / "site.yaml"
    settings.write_text(settings.read_text().replace("mine", "evening"))
    assert built(folder).ok
    assert well(folder, "diff") == "themes/evening overrides nothing of broadsheet\n"
    before = (folder / "themes/evening/theme.yaml").read_text()
    done = call(folder, "new", "evening")
    assert (done.exit_code, "is there already" in done.output) == (1, True)
    assert (folder / "themes/evening/theme.yaml").read_text() == before


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("new", "Ab end"), 2, "cannot be a theme's name"),
        (("new", "x", "--extends", "broadshet"), 1, "did you mean `broadsheet`?"),
        (("show", "mien"), 1, "did you mean `mine`?"),
        (("lst",), 2, "Did you mean 'list'?"),
    ],
)
def test_what_cannot_be_is_told(site: Site, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = call(site(SITE), *arguments)
    assert (done.exit_code, message in done.output) == (code, True), done.output


def test_a_site_that_uses_our_theme_as_it_is_has_nothing_to_put_overrides_into(site: Site) -> None:
    folder = site(SITE.replace("theme: mine", "theme: broadsheet"))
    for arguments in (("override", "article.html"), ("diff",)):
        done = call(folder, *arguments)
        assert (done.exit_code, "digestgen theme new mine" in done.output) == (2, True)


def test_the_list_has_a_line_for_each_theme_and_a_star_at_the_one_in_use(site: Site) -> None:
    lines = well(site(SITE), "list").splitlines()
    assert [line for line in lines if line.startswith("*")] == ["* mine        -  themes/mine: extends house"]
    assert any(line.startswith("  broadsheet  ") and "digestgen's" in line for line in lines)
    assert not any(line.split()[:1] == ["base"] for line in lines)


def test_show_tells_options_with_values_in_force_and_where_files_come_from(site: Site) -> None:
    folder = site(SITE.replace("theme: mine", "theme: mine\ntheme_options: {face: sans}"))
    lines = [line.strip() for line in well(folder, "show").splitlines()]
    assert "face: sans (default serif), one of serif, sans" in lines
    assert "columns: 3, a whole number from 1 to 4" in lines
    assert "extends house, broadsheet, base" in lines
    assert any(line.split() == ["article.html", "house"] for line in lines)
    assert any(line.split() == ["404.html", "base"] for line in lines)
    assert any(line.startswith("blocks: ") and " tags" in line for line in lines)
    assert "  face: serif, one of serif, sans\n" in well(folder, "show", "broadsheet")


def test_the_originals_are_no_part_of_the_site(site: Site) -> None:
    folder = site(SITE)
    well(folder, "override", "dot.png")
    assert [line for line in told(built(folder).diagnostics) if "no-url" not in line] == []
    assert not any("#" in path or "originals" in path for path in well_built(folder))
