"""Templates: what they get, what they may call, and how their faults are told."""

from __future__ import annotations

import marshal
import shutil
import sys
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from digestgen import render
from tests.building import built, plain_theme, published, told, well_built

Site = Callable[[str], Path]

CONTENT = """\
-- content/a.md --
---
title: A <b>bold</b> & “fine” {{ title }}
date: 2024-05-01
---
Text with {{ 7 * 7 }}, {% if x %} and *emphasis*.
-- content/pages/about.md --
---
title: About
---
"""


def a_site(settings: str = "", **templates: str) -> str:
    return f"-- site.yaml --\ntitle: Digest\ntheme: plain\n{settings}{CONTENT}{plain_theme(**templates)}"


def faults(site: Site, **templates: str) -> list[str]:
    """Build a site whose theme has these templates, and return what is told of it."""
    folder = site(a_site(**templates))
    result = built(folder)
    assert not result.ok
    assert not (folder / "public/index.html").exists()
    return [line for line in told(result.diagnostics) if not line.startswith("note[")]


FRONT = "themes/plain/templates/front.html"


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("<p>\n  {{ page.nothing }}", 2, "nothing"),
        ("<p>\n  {{ nobody }}", 2, "nobody"),
        ("<p>\n  {{ page.head.nobody.deep }}", 2, "nobody"),
        ("<p>\n\n  {{ asset('gone.css') }}", 3, "the theme has no file assets/gone.css"),
        ("<p>{{ '/gone/'|href }}", 1, "the site has no page /gone/"),
        ("<p>\n{% if x %}", 2, "end"),
        ("<p>\n{{ 1 + }}", 2, "end of print statement"),
        ("{% endblock %}", 1, "endblock"),
        ("<p>\n{{ 1 // 0 }}", 2, "zero"),
        ("<p>\n{{ 'x' + 1 }}", 2, "str"),
        ("<p>\n{{ x|nofilter }}", 2, "nofilter"),
        ('<p>\n{% include "gone.html" %}', 2, "gone.html"),
        ('{% extends "gone.html" %}', 1, "gone.html"),
        ('<p>\n{% include "front.html" %}', 2, "without end"),
        ('{% extends "front.html" %}', 1, "without end"),
        ("{% macro m() %}\n{{ m() }}\n{% endmacro %}\n{{ m() }}", 2, "without end"),
        ("{% for x in [1] %}" * 60 + "{% endfor %}" * 60, 1, "this cannot be compiled"),
        ("{% if 1 %}" * 3000 + "{% endif %}" * 3000, 1, "nests too deep"),
        ("<p>\n{{ 'x' * 10**18 }}", 2, "this takes more memory than there is"),
        ("<p>\n{{ _('%(x)s') }}", 2, "there is no 'x' here"),
        ("{% for a in page.days %}{% endfor %}\n{{ range(9)|map('upper')|sum }}", 2, ""),
    ],
)
def test_a_fault_of_a_template_is_told_with_its_file_and_line(
    site: Site, template: str, line: int, message: str
) -> None:
    (found,) = faults(site, front=template)
    assert found.startswith(f"error[theme] {FRONT}:{line}:"), found
    assert message in found


def test_a_fault_names_the_page_that_was_rendered_and_shows_the_line(site: Site) -> None:
    folder = site(a_site(article="<h1>\n    {{ page.card.titel }}"))
    (found,) = (item for item in built(folder).diagnostics if item.code == "theme")
    assert found.span is not None
    assert (found.span.path, found.span.line, found.span.column) == ("themes/plain/templates/article.html", 2, 5)
    assert found.span.text == "    {{ page.card.titel }}"
    assert (found.message, found.label) == (
        "Card has no `titel` (did you mean `title`?)",
        "while rendering /2024/05/a/",
    )


def test_a_fault_in_a_file_that_others_include_is_told_there_and_once(site: Site) -> None:
    base = (
        "<!DOCTYPE html>\n<title>{{ page.head.title }}</title>\n{{ page.card.title }}\n{% block main %}{% endblock %}"
    )
    found = faults(site, base=base)
    *listed, more = found
    assert len(listed) == 5
    assert all(line.startswith("error[theme] themes/plain/templates/base.html:3:") for line in listed)
    assert len({line.partition(" has no ")[0] for line in listed}) == len(listed)
    assert more == "error[theme] 3 more faults in themes/plain/templates/base.html are not listed"


def test_a_theme_without_a_template_that_a_page_needs_is_told(site: Site) -> None:
    folder = site(a_site())
    (folder / "themes/plain/templates/front.html").unlink()
    found = [line for line in told(built(folder).diagnostics) if line.startswith("error")]
    assert len(found) == 1
    assert "front.html" in found[0]
    assert "themes/plain" in found[0]


def test_texts_are_escaped_and_jinja_in_an_article_is_text(site: Site) -> None:
    page = well_built(site(a_site()))["2024/05/a/index.html"].decode()
    assert "<h1>A &lt;b&gt;bold&lt;/b&gt; &amp; “fine” {{ title }}</h1>" in page
    assert "<p>Text with {{ 7 * 7 }}, {% if x %} and <em>emphasis</em>.</p>" in page


def test_links_are_relative_to_their_page_and_from_the_root_where_nothing_is_found(site: Site) -> None:
    links = "{{ '/'|href }} {{ '/about/'|href }} {{ '/2024/05/a/#x'|href }} {{ 'https://x.example/'|href }}"
    settings = "url: https://digest.example/base/\n"
    article = links + ' <p id="x">'
    pages = well_built(site(a_site(settings, **{"404": links}, article=article, front=links)))
    assert pages["index.html"] == b"./ about/ 2024/05/a/#x https://x.example/"
    assert pages["2024/05/a/index.html"] == b'../../../ ../../../about/ #x https://x.example/ <p id="x">'
    assert pages["404.html"] == b"/base/ /base/about/ /base/2024/05/a/#x https://x.example/"


def test_the_pages_language_decides_on_words_and_plurals(site: Site) -> None:
    text = "{{ _('Archive') }} {{ ngettext('%(num)s article', '%(num)s articles', 2) }} {% trans %}Tags{% endtrans %}"
    pages = well_built(site(a_site("languages: [de]\n", front=text)))
    assert pages["index.html"] == b"Archive 2 articles Tags"
    assert pages["de/index.html"].decode() == "Archiv 2 Artikel Schlagwörter"


def test_templates_see_neither_clock_nor_globals(site: Site) -> None:
    for name in ("request", "config", "now", "open", "__import__"):
        assert "undefined" in faults(site, front=f"{{{{ {name} }}}}")[0]


def test_no_more_faults_of_templates_are_told_than_a_reader_can_use(site: Site) -> None:
    found = faults(site, front="".join(f"{{% if page.a{n} %}}{{% endif %}}\n" for n in range(9)))
    assert len(found) == 1  # a page stops at its first fault


# --- compiled templates


@pytest.fixture
def bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which Python keeps the bytecode of digestgen's package, and nothing compiled in this process."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "bytecode"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(render, "_CODES", {})
    folder = Path(cache_from_source(render.__file__)).parent
    folder.mkdir(parents=True)
    return folder


def _compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that the names of templates come into as they are compiled."""
    compiled: list[str] = []
    generate = Environment._generate

    def noted(self: Environment, source: nodes.Template, name: str | None, *rest: Any, **more: Any) -> str:
        compiled.append(str(name))
        return generate(self, source, name, *rest, **more)

    monkeypatch.setattr(Environment, "_generate", noted)
    return compiled


def test_templates_of_digestgens_own_are_compiled_once_and_a_sites_are_not_kept(
    site: Site, bytecode: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = a_site().replace("theme: plain", "theme: mine") + (
        "-- themes/mine/theme.yaml --\nname: mine\nextends: broadsheet\n"
        '-- themes/mine/templates/page.html --\n{% extends "broadsheet/page.html" %}{% block main %}M{% endblock %}\n'
    )
    folder = site(text)
    first = published_by(folder)
    kept = {path.name: path.read_bytes() for path in bytecode.iterdir()}
    assert kept
    assert not any(b"themes/mine" in data for data in kept.values())
    monkeypatch.setattr(render, "_CODES", {})
    compiled = _compiled(monkeypatch)
    assert published_by(folder) == first
    assert compiled == ["page.html"]


def test_templates_are_compiled_once_in_a_process_for_the_same_filters_of_plug_ins(
    site: Site, bytecode: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(
        a_site(page="{% block main %}{{ 'a'|loud }}{% endblock %}").replace(
            "theme: plain", "theme: plain\nplugins: p.py"
        )
    )
    compiled = _compiled(monkeypatch)
    for shout in ("{text}!", "{text}!", "{text}?"):  # the last makes another constant of the same template
        (folder / "p.py").write_text(f"def filters(): return {{'loud': lambda text: f'{shout}'}}\n", encoding="utf-8")
        assert shout.format(text="a").encode() in published_by(folder)["about/index.html"]
    assert list(bytecode.iterdir()) == []
    assert compiled.count("page.html") == 2


@pytest.mark.parametrize("harm", [b"", b"x", b"{mark}x", b"{mark}" + marshal.dumps("text")])
def test_what_is_no_compiled_template_is_left(
    site: Site, bytecode: Path, monkeypatch: pytest.MonkeyPatch, harm: bytes
) -> None:
    folder = site(a_site().replace("theme: plain", "theme: broadsheet"))
    first = published_by(folder)
    for path in bytecode.iterdir():
        mark = path.read_bytes().partition(b"\n")[0] + b"\n"
        path.write_bytes(harm.replace(b"{mark}", mark))
    monkeypatch.setattr(render, "_CODES", {})
    assert published_by(folder) == first


def test_where_python_keeps_no_bytecode_templates_are_not_kept(
    site: Site, bytecode: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    published_by(site(a_site().replace("theme: plain", "theme: broadsheet")))
    assert list(bytecode.iterdir()) == []


def published_by(folder: Path) -> dict[str, bytes]:
    """Build a site from the beginning and return its files."""
    shutil.rmtree(folder / ".digestgen", ignore_errors=True)
    well_built(folder)
    return published(folder / "public")
