"""Templates in outline, told from their text."""

from __future__ import annotations

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import blocks
from digestgen.theme import own_themes

TEMPLATES = sorted(own_themes().glob("*/templates/*.html"))


def by_jinja(text: str) -> list[str]:
    tree = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(text)
    return [node.name for node in tree.find_all(jinja2.nodes.Block)]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: f"{file.parts[-3]}/{file.name}")
def test_every_template_of_ours_has_the_blocks_that_jinja_sees(file: object) -> None:
    text = file.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    found = blocks.outline(text)
    assert sorted(block.name for block in found.blocks) == sorted(by_jinja(text))
    for block in found.blocks:
        assert text[block.begin :].startswith("{% block")
        assert text[: block.end].endswith("{% endblock %}")


PARTS = st.sampled_from(
    [
        "text {x}\n",
        "{# {% block no %} #}",
        "{% raw %}{% block no %}{% endraw %}",
        '{{ "{% block no %}" }}',
        "{{ '}}' }}",
        '{% set x = "%}{% block no %}" %}',
        "{% if 3 % 2 %}",
        "{% endif %}",
        "{%- block a -%}",
        "{% block b scoped %}",
        "{% endblock a %}",
        "{%+ endblock %}",
        '{% extends "other.html" %}',
        '{% include "x" %}',
    ]
)


@given(st.lists(PARTS, max_size=8).map("".join))
def test_the_outline_is_what_jinja_reads_wherever_jinja_can_read(text: str) -> None:
    try:
        expected = by_jinja(text)
    except jinja2.TemplateSyntaxError:
        blocks.outline(text)  # and never an exception
        return
    assert sorted(block.name for block in blocks.outline(text).blocks) == sorted(expected)


def test_parents_imports_and_places_are_told() -> None:
    text = (
        "{% extends 'base/x.html' %}\n{% from \"_w.html\" import time, linked as led with context %}\n"
        "{% block a %}\n  {% block b %}{% endblock %}{% endblock %}\n"
    )
    found = blocks.outline(text)
    assert found.extends == "base/x.html"
    assert [item.names for item in found.imports] == [("time", "led")]
    assert [(item.name, item.within, item.line) for item in found.blocks] == [("a", "", 3), ("b", "a", 4)]


def test_a_parent_with_a_computed_name_is_not_guessed() -> None:
    assert blocks.outline("{% extends x %}").extends is None
    assert blocks.lost("a", {"a": "{% extends x %}{% block b %}{% endblock %}"}) == ([], [])


def test_a_chain_of_parents_ends_where_it_closes() -> None:
    texts = {"a": '{% extends "b" %}', "b": '{% extends "a" %}'}
    assert [name for name, _ in blocks.lineage("a", texts)] == ["a", "b"]
    assert blocks.lost("a", texts) == ([], [])


def test_a_block_is_cut_out_so_that_it_shows_the_same_in_a_template_on_top() -> None:
    texts = {
        "c": "<{% block a %}\n1{% block b %}2{% endblock %}3\n{% endblock %}>",
        "b": '{% extends "c" %}{% block b %}4{{ super() }}{% endblock %}',
        "a": '{% extends "b" %}{% block a %}5{{ super() }}6{% endblock %}',
    }
    for name in ("a", "b"):
        above = [*blocks.lineage("a", texts)]
        mine = '{% extends "a" %}' + blocks.cut(name, above, texts)
        shown = jinja2.Environment(
            loader=jinja2.DictLoader(texts | {"mine": mine}), trim_blocks=True, lstrip_blocks=True, autoescape=True
        )
        assert (
            shown.get_template("mine").render() == shown.get_template("a").render() == "<514236>".replace("36", "3\n6")
        )


# --- what is shown nowhere


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: f"{file.parts[-3]}/{file.name}")
def test_no_template_of_ours_has_text_that_is_shown_nowhere(file: object) -> None:
    assert [*blocks.outside(file.read_text(encoding="utf-8"))] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{% extends "a" %}\n\n <p>one\ntwo</p>', [(3, "<p>one")]),
        ('{% extends "a" %}{% block b %}x{% endblock %} y {{ z }}', [(1, "y"), (1, "{{ z }}")]),
        ('{% extends "a" %}{% raw %}x{% endraw %}', [(1, "{% raw %}x{% endraw %}")]),
        ('{# r #}{% extends "a" %}{% set x %}1{% endset %}{% set y = 2 %}{% macro m() %}3{% endmacro %}{# r #}\n', []),
        ('{% extends "a" %}{% block b %}{% block c %}{% endblock %}x{% endblock %}{% import "i" as i %}', []),
        ('{% if site.x %}{% extends "a" %}{% endif %}text', []),
        ("text {{ x }}", []),
    ],
)
def test_text_outside_all_blocks_of_a_template_that_extends_another_is_found(text: str, found: list[object]) -> None:
    assert [*blocks.outside(text)] == found
    shown = jinja2.Environment(autoescape=True, loader=jinja2.DictLoader({"a": "", "i": "", "t": text}))
    if found:
        assert shown.get_template("t").render(z="Z") == ""


def test_the_files_that_a_template_asks_for_are_told_unless_it_computes_one() -> None:
    assert blocks.assets("""{{ asset("a.css") }}{{ asset( 'b.js' ) }}""") == frozenset(["a.css", "b.js"])
    assert blocks.assets("""{{ asset("a.css") }}{{ asset(x) }}""") is None
    assert blocks.assets("none") == frozenset()
