"""Themes: where they are found, how they build on each other, their options and files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digestgen import blocks, config, manifest, styles, theme
from digestgen.diagnostics import Diagnostic
from digestgen.theme import Theme
from tests.building import plain_theme, told, well_built
from tests.sites import write_site

Site = Callable[[str], Path]


def loaded(folder: Path) -> tuple[Theme | None, list[str]]:
    settings, found = config.read((folder / "site.yaml").read_text(encoding="utf-8"))
    assert settings is not None, told(found)
    static = folder / "content/static"
    names = [path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()]
    design, found = theme.load(settings, folder, names)
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


def test_a_link_that_leads_out_of_a_theme_is_not_followed_which_is_told(site: Site, tmp_path: Path) -> None:
    folder = site(extending("mine", "broadsheet", "-- themes/mine/assets/a.txt --\na\n"))
    (folder / "themes/mine/templates").mkdir()
    (folder / "themes/mine/templates/article.html").symlink_to(tmp_path / "elsewhere.html")
    (folder / "themes/mine/assets/b.txt").symlink_to("a.txt")
    design, found = loaded(folder)
    message = "a link that does not lead to a file of this folder is not followed"
    assert found == [f"warning[link-outside] themes/mine/templates/article.html:1:1 {message}"]
    assert design is not None
    assert design.templates["article.html"].path != "themes/mine/templates/article.html"


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
    assert line == "error[theme] themes/b/theme.yaml:2:10 the themes extend each other in a circle: a → b → a"


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
    assert design.assets[design.addresses["a.css"]] == b":root{--columns:2;--ink:oklch(60% .1 20)}\np{}\n"
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


# --- theme.yaml


def faults_of_an_option(site: Site, option: str) -> list[str]:
    text = "-- site.yaml --\ntitle: Digest\ntheme: mine\n-- themes/mine/theme.yaml --\nname: mine\noptions:\n"
    design, found = loaded(site(f"{text}  x: {{{option}}}\n"))
    assert (design is None) == bool(found)
    return found


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("type: integer, default: many", "error[wrong-type] themes/mine/theme.yaml:3:31 `default` cannot be `many`"),
        ("type: integer, max: 4, default: 5", "error[bad-value] themes/mine/theme.yaml:3:39 `default` cannot be `5`"),
        ("type: integer, min: 4, max: 3, default: 4", "themes/mine/theme.yaml:3:27 `min` is more than `max`, 3"),
        ("type: bool, default: maybe", "themes/mine/theme.yaml:3:28 `default` cannot be `maybe`"),
        ("type: colour, default: 8b1a1a", "themes/mine/theme.yaml:3:30 `default` cannot be `8b1a1a`"),
        ("type: choice, choices: [a, b], default: c", "themes/mine/theme.yaml:3:47 `default` cannot be `c`"),
        ("type: choice, default: a", "themes/mine/theme.yaml:3:13 an option of the type `choice` has no `choices`"),
        ("type: bool, min: 1, default: no", "themes/mine/theme.yaml:3:24 only an option of the type `integer` has"),
        ("type: text, css: --x, default: a", "themes/mine/theme.yaml:3:24 `css` is only for the types"),
        ("type: text", "error[missing-key] themes/mine/theme.yaml:3:6 an option has no `default`"),
        ("type: picture, default: gone.svg", "error[broken-link] themes/mine/theme.yaml:3:31 there is no picture"),
    ],
)
def test_a_wrong_option_of_a_theme_is_told_by_its_line(site: Site, option: str, expected: str) -> None:
    found = faults_of_an_option(site, option) if "gone" not in option else loaded_faults(site, option)
    assert len(found) == 1
    assert expected in found[0]


def loaded_faults(site: Site, option: str) -> list[str]:
    text = "-- site.yaml --\ntitle: Digest\ntheme: mine\n-- themes/mine/theme.yaml --\nname: mine\noptions:\n"
    return loaded(site(f"{text}  x: {{{option}}}\n"))[1]


@pytest.mark.parametrize(
    "option",
    [
        "type: integer, min: 1, max: 1, default: 1",
        "type: text, default: ''",
        "type: picture",
        "type: picture, default: ''",
        "type: picture, default: ~",
        "type: choice, choices: [a], default: a, css: --x",
    ],
)
def test_options_that_are_right_are_fine(site: Site, option: str) -> None:
    assert faults_of_an_option(site, option) == []


def test_a_theme_is_called_as_its_folder(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\ntheme: mine\n-- themes/mine/theme.yaml --\nname: yours\n"
    assert loaded(site(text))[1] == [
        "error[bad-value] themes/mine/theme.yaml:1:7 the theme in the folder mine is called `yours`"
    ]


def test_a_parent_that_is_not_there_is_told_where_it_is_named(site: Site) -> None:
    assert loaded(site(extending("mine", "broadshet", "")))[1] == [
        "error[no-theme] themes/mine/theme.yaml:2:10 `themes/mine` extends `broadshet`, which is not there"
    ]


def test_a_picture_is_a_file_of_the_theme_or_of_the_site(site: Site) -> None:
    text = (
        "-- site.yaml --\ntitle: Digest\ntheme: mine\ntheme_options: {one: a b.svg, two: logo.svg}\n"
        "-- content/static/a b.svg --\n1\n-- content/static/logo.svg --\n2\n-- themes/mine/assets/logo.svg --\n3\n"
        "-- themes/mine/theme.yaml --\nname: mine\noptions:\n"
        + "".join(f"  {name}: {{type: picture}}\n" for name in ("one", "two", "three"))
    )
    options = well_loaded(site(text)).options
    assert options["one"].url == "/a%20b.svg"
    assert options["two"].url.startswith("/assets/logo.")
    assert options["three"] is None


def test_a_picture_that_is_not_there_is_told_where_it_is_given(site: Site) -> None:
    text = "-- site.yaml --\ntitle: Digest\ntheme_options: {masthead: titel.svg}\n-- content/static/title.svg --\n1\n"
    (found,) = loaded(site(text))[1]
    assert found.startswith("error[broken-link] site.yaml:2:27 there is no picture `titel.svg`")


# --- blocks


def test_a_block_that_is_shown_nowhere_is_told_with_the_one_that_was_meant(site: Site) -> None:
    page = (
        '{% extends "broadsheet/article.html" %}\n{% block surces %}{% block inner %}{% endblock %}{% endblock %}\n'
        "{% block shared %}x{% endblock %}{% block tags %}{{ self.shared() }}"
        "{% block new %}{% endblock %}{% endblock %}\n"
    )
    _, found = loaded(site(extending("mine", "broadsheet", f"-- themes/mine/templates/article.html --\n{page}")))
    message = "what this template extends has no block `surces`, so it is shown nowhere"
    assert found == [f"error[theme] themes/mine/templates/article.html:2:1 {message}"]


# --- minifying


SMALL = "-- themes/mine/styles/a.css --\n.a {\n  color : #ff0000 ;\n}\n-- themes/mine/assets/b.css --\nb { top : 0 }\n"


def test_a_sites_own_sheets_are_minified_where_it_asks_for_it(site: Site) -> None:
    text = extending("mine", "broadsheet", SMALL)
    plain, small = (
        well_loaded(site(text.replace("title: Digest", f"title: Digest\nminify: {word}"))) for word in ("no", "yes")
    )
    assert b".a {\n  color : #ff0000 ;\n}\n" in plain.assets[plain.addresses["theme.css"]]
    assert small.assets[small.addresses["theme.css"]].endswith(b".a{color:red}")
    assert small.assets[small.addresses["b.css"]].endswith(b"b{top:0}")


def test_a_site_that_asks_for_minifying_without_the_extra_is_told_what_to_install(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lightningcss", None)
    text = extending("mine", "broadsheet", SMALL).replace("title: Digest", "title: Digest\nminify: yes")
    settings, _ = config.read(text.split("-- themes")[0].removeprefix("-- site.yaml --\n"))
    assert settings is not None
    _, found = theme.load(settings, site(text))
    assert {(item.code, item.help) for item in found} == {
        ("missing-extra", "install it: pip install 'digestgen[assets]'")
    }
    assert found[0].span == settings.marks["minify"]


def test_a_sheet_that_cannot_be_read_is_told_by_its_line_when_it_is_minified(site: Site) -> None:
    text = extending("mine", "broadsheet", "-- themes/mine/styles/a.css --\na{}\nb { colour }\n")
    _, found = loaded(site(text.replace("title: Digest", "title: Digest\nminify: yes")))
    assert len(found) == 1
    assert found[0].startswith("error[theme] themes/mine/styles/a.css:2:")


def test_an_import_in_a_sheet_is_told_and_one_in_a_comment_is_none(site: Site) -> None:
    css = '-- themes/mine/styles/a.css --\n/* @import "x.css"; */\n\n  @import url(other.css);\n'
    _, found = loaded(site(extending("mine", "broadsheet", css)))
    assert found == ["error[theme] themes/mine/styles/a.css:3:3 a style sheet of a theme cannot import another"]


def test_a_minified_sheet_counts_while_it_was_made_from_its_source_as_that_is(site: Site) -> None:
    small = styles.made_ready("a.css", ".a { top: 0 }\n")
    files = f"-- themes/mine/styles/a.css --\n.a {{ top: 0 }}\n-- themes/mine/styles/a.min.css --\n{small}"
    folder = site(extending("mine", "broadsheet", files))
    design = well_loaded(folder)
    assert design.assets[design.addresses["theme.css"]].endswith(b".a{top:0}\n")
    (folder / "themes/mine/styles/a.css").write_text(".a { top: 1px }\n")
    stale, found = loaded(folder)
    assert found == ["warning[theme] themes/mine/styles/a.min.css:1:1 it was not made from a.css as that is now"]
    assert stale is not None
    assert stale.assets[stale.addresses["theme.css"]].endswith(b".a { top: 1px }\n")


def test_a_minified_file_of_the_assets_stands_for_its_source_and_has_no_address_of_its_own(site: Site) -> None:
    small = styles.made_ready("b.css", "b { top: 0 }\n")
    files = f"-- themes/mine/assets/b.css --\nb {{ top: 0 }}\n-- themes/mine/assets/b.min.css --\n{small}"
    design = well_loaded(site(extending("mine", "broadsheet", files)))
    assert design.assets[design.addresses["b.css"]].endswith(b"b{top:0}\n")
    assert "b.min.css" not in design.addresses


# --- digestgen's own themes


OWN = theme.available(theme.own_themes())
LITTLE = (
    "-- site.yaml --\ntitle: Digest\n-- content/static/other.svg --\n<svg xmlns='http://www.w3.org/2000/svg'/>\n"
    "-- content/2024-05-03-one.md --\n---\ntitle: One\n---\nWords.\n\nMore.\n"
    "-- content/2024-05-02-two.md --\n---\ntitle: Two\n---\nWords.\n"
)


def another(option: manifest.Option) -> str:
    """Return a value for an option that is not its default."""
    if option.type == "choice":
        return next(word for word in option.choices if word != option.default)
    values = {
        "bool": "false" if option.default else "true",
        "colour": "'#123456'",
        "integer": str(option.min if option.min != option.default else option.max),
        "picture": "other.svg",
        "text": "something else",
    }
    return values[option.type]


@pytest.mark.parametrize("name", OWN)
def test_every_option_of_our_themes_changes_what_a_reader_gets(name: str, tmp_path: Path) -> None:
    def pages(number: int, given: str) -> dict[str, bytes]:
        settings = f"title: Digest\ntheme: {name}\n{given}"
        return well_built(write_site(tmp_path / str(number), LITTLE.replace("title: Digest\n", settings, 1)))

    above = theme.chain(name, tmp_path, None, [])
    plain = pages(0, "")
    for number, (key, option) in enumerate(theme.options_of(above).items(), 1):
        changed = pages(number, f"theme_options: {{{key}: {another(option)}}}\n")
        assert any(changed[page] != plain[page] for page in ("index.html", "2024/05/one/index.html")), key
        if option.css:
            sheet = "".join(item.text for item in theme.sheets_of(above).values())
            assert f"var({option.css}" in sheet, f"no rule of {name} uses {option.css}"


@pytest.mark.parametrize("name", ["base", *OWN])
def test_our_themes_are_whole_and_have_nothing_that_is_shown_nowhere(name: str) -> None:
    found: list[Diagnostic] = []
    above = theme.chain(name, Path(), None, found)
    assert [item for item in found if "only there to be extended" not in item.message] == []
    texts = {key: item.text for key, item in theme.templates(above).items()}
    assert [block.name for key in above[0].templates for block in blocks.lost(key, texts)[0]] == []


# --- files of the page for searching

SEARCHED = """\
-- site.yaml --
title: T
theme: mine
{settings}-- themes/mine/theme.yaml --
name: mine
extends: base
-- themes/mine/assets/own.js --
1
"""


def names(folder: Path) -> set[str]:
    return {name for name in well_loaded(folder).addresses if name != styles.SHEET}


def test_files_that_only_the_page_for_searching_asks_for_come_with_a_search_alone(site: Site) -> None:
    assert names(site(SEARCHED.format(settings=""))) == {"own.js"}
    assert names(site(SEARCHED.format(settings="search: true\n"))) == {"own.js", "search.css", "search.js"}


@pytest.mark.parametrize(
    ("template", "left"),
    [
        ("{% extends 'base/base.html' %}{{ asset('search.css') }}", {"search.css"}),
        ("{% extends 'base/base.html' %}{{ asset(name) }}", {"search.css", "search.js"}),
    ],
)
def test_files_that_other_templates_ask_for_stay(site: Site, template: str, left: set[str]) -> None:
    text = SEARCHED.format(settings="") + f"-- themes/mine/templates/front.html --\n{template}\n"
    settings, _ = config.read("title: T\ntheme: mine\n")
    assert settings is not None
    design, _ = theme.load(settings, site(text))
    assert design is not None
    assert set(design.addresses) - {styles.SHEET} == left | {"own.js"}
