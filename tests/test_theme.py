"""Themes: where they are found, how they build on each other, their options and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digestgen import config, theme
from digestgen.theme import Theme
from tests.building import plain_theme, told

Site = Callable[[str], Path]


def loaded(folder: Path) -> tuple[Theme | None, list[str]]:
    settings, found = config.read((folder / "site.yaml").read_text(encoding="utf-8"))
    assert settings is not None, told(found)
    design, found = theme.load(settings.theme, folder, settings.theme_options, settings.marks)
    return design, told(found)


def well_loaded(folder: Path) -> Theme:
    design, found = loaded(folder)
    assert found == []
    assert design is not None
    return design


# --- where a theme is found


def test_digestgens_own_theme_needs_nothing_beside_the_site(site: Site) -> None:
    design = well_loaded(site("-- site.yaml --\ntitle: Digest\n"))
    assert design.name == "broadsheet"
    assert {"base.html", "article.html", "front.html"} <= design.templates.keys()


def test_a_theme_that_is_not_there_is_told_with_those_that_are(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\ntheme: broadshet\n-- themes/mine/theme.yaml --\nname: mine\n"
    design, found = loaded(site(text))
    assert (design, found) == (None, ["error[no-theme] site.yaml:2:8 there is no theme `broadshet`"])


def extending(name: str, base: str, files: str) -> str:
    return f"""\
-- site.yaml --
title: Digest
theme: {name}
-- themes/{name}/theme.yaml --
name: {name}
extends: {base}
{files}"""


def test_a_theme_takes_what_it_does_not_have_from_the_one_it_extends(site: Site) -> None:
    files = "-- themes/mine/templates/article.html --\nmine\n-- themes/mine/styles/frame.css --\nb{}\n"
    own = well_loaded(site("-- site.yaml --\ntitle: Digest\n"))
    design = well_loaded(site(extending("mine", "broadsheet", files)))
    assert design.templates["article.html"].text == "mine\n"
    assert design.templates["article.html"].path == "themes/mine/templates/article.html"
    assert design.templates["front.html"] == own.templates["front.html"]
    # what is covered stays in reach under its theme's name
    assert design.templates["broadsheet/article.html"] == own.templates["article.html"]
    assert design.templates["mine/article.html"].text == "mine\n"
    before, after = (item.assets[item.addresses["theme.css"]] for item in (own, design))
    assert b"b{}\n" in after
    assert len(after) < len(before)


def test_style_sheets_are_one_file_those_of_the_theme_below_first(site: Site) -> None:
    text = (
        extending("a", "b", "-- themes/a/styles/z.css --\nz{}\n-- themes/a/styles/a.css --\na{}\n")
        + "-- themes/b/theme.yaml --\nname: b\n-- themes/b/styles/y.css --\ny{}\n-- themes/b/styles/notes.txt --\nno\n"
    )
    design = well_loaded(site(text))
    assert list(design.addresses) == ["theme.css"]
    assert design.addresses["theme.css"].startswith("/assets/a.")
    assert design.assets[design.addresses["theme.css"]] == b"y{}\na{}\nz{}\n"


def test_every_template_has_the_name_of_each_theme_that_has_or_inherits_it(site: Site) -> None:
    design = well_loaded(site(extending("mine", "broadsheet", "")))
    for name in ("base/404.html", "broadsheet/404.html", "mine/404.html", "404.html"):
        assert design.templates[name].path == "themes/base/templates/404.html"


def test_no_site_can_use_a_skeleton_as_it_is(site: Site) -> None:
    _, found = loaded(site("-- site.yaml --\ntitle: Digest\ntheme: base\n"))
    assert found == ["error[theme] site.yaml:2:8 the theme `base` is only there to be extended"]


def test_a_theme_may_cover_the_one_of_its_own_name(site: Site) -> None:
    files = "-- themes/broadsheet/templates/404.html --\nmine\n"
    design = well_loaded(site(extending("broadsheet", "broadsheet", files)))
    assert design.templates["404.html"].text == "mine\n"
    assert "front.html" in design.templates


def test_a_chain_of_themes_puts_the_nearest_first(site: Site) -> None:
    text = (
        extending("a", "b", "-- themes/a/templates/one.html --\na\n")
        + "-- themes/b/theme.yaml --\nname: b\nextends: c\n"
        + "-- themes/b/templates/one.html --\nb\n-- themes/b/templates/two.html --\nb\n"
        + "-- themes/c/theme.yaml --\nname: c\n"
        + "".join(f"-- themes/c/templates/{name}.html --\nc\n" for name in ("one", "two", "three"))
    )
    design = well_loaded(site(text))
    assert [design.templates[f"{name}.html"].text for name in ("one", "two", "three")] == ["a\n", "b\n", "c\n"]


def test_themes_that_extend_each_other_in_a_circle_are_told(site: Site) -> None:
    design, found = loaded(site(extending("a", "b", "-- themes/b/theme.yaml --\nname: b\nextends: a\n")))
    assert design is None
    (line,) = found
    assert line.startswith(("error[theme] ", "error[no-theme] "))
    assert "themes/b" in line
    assert "`a`" in line


def test_a_theme_that_extends_itself_and_no_other_is_told(site: Site) -> None:
    design, found = loaded(site(extending("alone", "alone", "")))
    assert design is None
    assert len(found) == 1
    assert "alone" in found[0]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("nmae: mine\n", "error[unknown-key] themes/mine/theme.yaml:1:1 "),
        ("name: mine\noptions: {x: {type: text}}\n", "error[missing-key] themes/mine/theme.yaml:2:"),
        ("name: mine\noptions: {x: {type: number, default: 1}}\n", "error[bad-value] themes/mine/theme.yaml:2:21 "),
        ("name: mine\napi: 999\n", "error[theme] themes/mine/theme.yaml:2:6 "),
        ("name: mine\n\tapi: 1\n", "error[yaml-tab] themes/mine/theme.yaml:2:1 "),
    ],
)
def test_a_wrong_theme_yaml_is_told_by_its_line(site: Site, settings: str, expected: str) -> None:
    design, found = loaded(
        site(f"-- site.yaml --\ntitle: Digest\ntheme: mine\n-- themes/mine/theme.yaml --\n{settings}")
    )
    assert design is None
    assert any(line.startswith(expected) for line in found), found


def test_a_template_that_is_not_utf8_is_told_by_its_line(site: Site) -> None:
    folder = site("-- site.yaml --\ntitle: Digest\ntheme: plain\n" + plain_theme())
    (folder / "themes/plain/templates/front.html").write_bytes(b"<p>\n\xff")
    design, found = loaded(folder)
    assert (design, found) == (
        None,
        ["error[not-utf8] themes/plain/templates/front.html:2:1 the byte 0xff is not UTF-8"],
    )


# --- options


OPTIONS = """\
-- site.yaml --
title: Digest
theme: mine
{given}
-- themes/mine/theme.yaml --
name: mine
options:
  motto: {{type: text, default: Every day}}
  wide: {{type: bool, default: false}}
  columns: {{type: integer, default: 3, css: --columns}}
  ink: {{type: colour, default: "#111", css: --ink}}
  face: {{type: choice, choices: [serif, sans], default: serif}}
-- themes/mine/assets/a.css --
p{{}}
-- themes/mine/assets/b.txt --
no style sheet
"""


def with_options(site: Site, *given: str) -> tuple[Theme | None, list[str]]:
    lines = "".join(f"\n  {line}" for line in given)
    return loaded(site(OPTIONS.format(given=f"theme_options:{lines}" if given else "")))


def test_options_have_their_defaults(site: Site) -> None:
    design, found = with_options(site)
    assert found == []
    assert design is not None
    assert design.options == {
        "motto": "Every day",
        "wide": False,
        "columns": 3,
        "ink": "#111",
        "face": "serif",
    }


def test_options_are_values_of_their_types_and_go_into_the_style_sheets(site: Site) -> None:
    design, found = with_options(
        site, "motto: 1.10", "wide: yes", "columns: 2", 'ink: "oklch(60% .1 20)"', "face: sans"
    )
    assert found == []
    assert design is not None
    assert design.options == {
        "motto": "1.10",
        "wide": True,
        "columns": 2,
        "ink": "oklch(60% .1 20)",
        "face": "sans",
    }
    assert design.assets[design.addresses["a.css"]] == b"p{}\n:root{--columns:2;--ink:oklch(60% .1 20)}\n"
    assert design.assets[design.addresses["b.txt"]] == b"no style sheet\n"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("columns: many", "error[wrong-type] site.yaml:4:12 "),
        ("columns: [1]", "error[wrong-type] site.yaml:4:12 "),
        ("wide: maybe", "error[wrong-type] site.yaml:4:9 "),
        ("ink: 'red;} body {display:none'", "error[bad-value] site.yaml:4:8 "),
        ("face: script", "error[bad-value] site.yaml:4:9 "),
        ("colums: 2", "error[unknown-key] site.yaml:4:"),
    ],
)
def test_a_wrong_option_is_told_where_it_is_given(site: Site, given: str, expected: str) -> None:
    design, found = with_options(site, given)
    assert design is not None  # with the default in its place
    assert len(found) == 1
    assert found[0].startswith(expected), found


def test_options_of_the_theme_below_may_be_set_too(site: Site) -> None:
    text = extending("mine", "broadsheet", "").replace("theme: mine", "theme: mine\ntheme_options: {face: sans}")
    assert well_loaded(site(text)).options["face"] == "sans"


# --- files


def test_the_address_of_a_file_changes_with_its_content_and_with_nothing_else(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\ntheme: plain\n" + plain_theme()
    one = well_loaded(site(text + "-- themes/plain/assets/x.css --\na{}\n-- themes/plain/assets/y.js --\n1\n"))
    two = well_loaded(site(text + "-- themes/plain/assets/x.css --\nb{}\n-- themes/plain/assets/y.js --\n1\n"))
    assert one.addresses["y.js"] == two.addresses["y.js"]
    assert one.addresses["x.css"] != two.addresses["x.css"]
    assert one.addresses["x.css"].startswith("/assets/x.")


def test_style_sheets_name_other_files_by_their_addresses(site: Site) -> None:
    css = 'a{src:url(../f/one.woff2)} b{src:url("two.svg")} c{src:url(https://x.example/y)} d{src:url(none.png)}'
    text = (
        "-- site.yaml --\ntitle: Digest\ntheme: plain\n"
        + plain_theme()
        + f"-- themes/plain/assets/css/x.css --\n{css}\n"
        + "-- themes/plain/assets/f/one.woff2 --\n1\n-- themes/plain/assets/css/two.svg --\n2\n"
    )
    design = well_loaded(site(text))
    final = design.assets[design.addresses["css/x.css"]].decode()
    here: Any = {name: address.removeprefix("/assets/") for name, address in design.addresses.items()}
    assert final == (
        f'a{{src:url("../{here["f/one.woff2"]}")}} b{{src:url("../{here["css/two.svg"]}")}} '
        "c{src:url(https://x.example/y)} d{src:url(none.png)}\n"
    )
