"""Plug-ins: what they offer takes part in a build, what they get wrong is told, and caches know of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import build, check, plugins, unchanged
from digestgen.diagnostics import shown
from tests.building import NOW, built, everything, plain_theme, published, still_as_it_was, told, well_built
from tests.sites import write_site

Site = Callable[[str], Path]

ROOT = Path(__file__).resolve().parent.parent

SITE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6e0c5f3a-3b52-4f3e-9d86-0d3a5b1f7a10
theme: mine
extra: {limit: 9}
languages: [de]
plugins: [plugins/mine.py]
-- content/one.md --
---
title: One
date: 2024-01-01
tags: [first]
extra: {mood: calm}
---
The ==first== text.
-- content/two.md --
---
title: Two
date: 2024-01-02
---
Words.
-- content/later.md --
---
title: Later
date: 2030-01-02
---
Words.
-- plugins/mine.py --
"""

THEME = plain_theme(
    "mine",
    article="{% extends 'base.html' %}{% block main %}<h1>{{ page.card.title|shout }}</h1>"
    "{{ page.html|safe }}{{ page.extra }}{% endblock %}",
    page="{% extends 'base.html' %}{% block main %}{{ page.html|safe }}{% endblock %}",
)

HEAD = "from dataclasses import replace\nfrom digestgen.plugin import *\n"
SHOUT = "def filters(): return {'shout': lambda text: text + '!'}\n"


def a_site(code: str, *, more: str = "") -> str:
    return SITE + HEAD + SHOUT + code + "\n" + more + THEME


def page(files: dict[str, bytes], path: str = "2024/01/one/index.html") -> str:
    return files[path].decode()


def test_an_article_is_changed_wherever_it_stands(site: Site) -> None:
    code = (
        "def change(article):\n    title = f'{article.title} ({article.words})'\n"
        "    return replace(article, title=title, tags=('new',), extra={'mood': ['odd', 1]})"
    )
    files = well_built(site(a_site(code)))
    assert "<h1>One (3)!</h1>" in page(files)
    assert "{'mood': ['odd', 1]}" in page(files) or "&#39;odd&#39;" in page(files)
    assert "tags/new/index.html" in files
    assert "tags/first/index.html" not in files
    assert b"One (3)" in files["feed.xml"]


def test_none_leaves_an_article_as_it_is_and_plug_ins_work_in_order(site: Site) -> None:
    text = a_site("def change(article): return replace(article, title='A' + article.title) if article.tags else None")
    text = text.replace("[plugins/mine.py]", "[plugins/mine.py, plugins/pack]")
    pack = "-- plugins/pack/__init__.py --\nfrom .names import change\n-- plugins/pack/names.py --\n" + HEAD
    files = well_built(site(text + pack + "def change(article): return replace(article, title=article.title + 'B')\n"))
    assert "<h1>AOneB!</h1>" in page(files)
    assert "<h1>TwoB!</h1>" in page(files, "2024/01/two/index.html")


def test_pages_are_added_in_each_language_and_see_what_is_published(site: Site) -> None:
    code = (
        "def pages(site):\n"
        "    yield Page('map', 'Map: all', '\\n'.join(f'- [{a.title}](/{a.path})' for a in site.articles))\n"
        "    yield Page('map', 'Karte', f'{site.title} {site.languages} {site.extra[\"limit\"]}', 'de', 'Kurz')\n"
    )
    folder = site(a_site(code))
    files = well_built(folder)
    assert "Later" not in page(files, "map/index.html")
    assert 'href="../2024/01/two/"' in page(files, "map/index.html")
    assert "Digest (‚en‘, ‚de‘) 9" in page(files, "de/map/index.html")
    assert b"/map/" in files["sitemap.xml"]
    assert not (folder / "content/pages").exists()
    assert "Later" in page(well_built(folder, now=NOW.replace(year=2031)), "map/index.html")


def test_checks_tell_what_they_find_in_builds_and_in_checks(site: Site) -> None:
    code = (
        "def check(site):\n    for a in site.articles:\n"
        "        yield Problem(f'{a.title} is short', a.path, 2, 'write more', 'note')\n"
    )
    folder = site(a_site(code))
    expected = [f"note[plugin-check] content/{name}.md:2:1 {name.title()} is short" for name in ("later", "one", "two")]
    assert told(built(folder).diagnostics) == expected
    found = check.check(check.Request(folder, NOW)).diagnostics
    assert [line for line in told(found) if "plugin-check" in line] == expected
    settings = folder / "site.yaml"
    settings.write_text(settings.read_text() + "rules: {plugin-check: error}\n")
    assert not built(folder).ok


def test_markdown_has_further_extensions_and_is_cleaned_all_the_same(site: Site) -> None:
    code = (
        "from markdown.extensions import Extension\n"
        "from markdown.inlinepatterns import SimpleTagInlineProcessor as Tag\n"
        "class Marker(Extension):\n"
        "    def extendMarkdown(self, md):\n"
        "        md.inlinePatterns.register(Tag(r'()==(.+?)==', TAG), 'marker', 75)\n"
        "def extensions(): return [Marker()]\n"
    )
    folder = site(a_site("TAG = 'mark'\n" + code))
    assert "The <mark>first</mark> text." in page(well_built(folder))
    file = folder / "plugins/mine.py"
    file.write_text(file.read_text().replace("'mark'", "'script'"))
    assert "<script" not in page(well_built(folder))
    file.write_text(file.read_text().replace("'script'", "1 / 0"))
    assert told(built(folder).diagnostics)[0].startswith("error[plugin] plugins/mine.py:")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "def change(article):\n    return article.titel",
            "plugins/mine.py:5:5 the plug-in plugins/mine.py failed in `change`: AttributeError",
        ),
        (
            "def change(article):\n    raise SystemExit(3)",
            "plugins/mine.py:5:5 the plug-in plugins/mine.py failed in `change`: SystemExit: 3",
        ),
        (
            "def change(article):\n    return 1",
            "plugins/mine.py:4:1 the plug-in plugins/mine.py returned int from `change`",
        ),
        (
            "def change(article):\n    return replace(article, path='x')",
            "the plug-in plugins/mine.py may not change `path`",
        ),
        (
            "def change(article):\n    return replace(article, title='')",
            "the plug-in plugins/mine.py gave str to `title`",
        ),
        (
            "def change(article):\n    return replace(article, tags=['x'])",
            "the plug-in plugins/mine.py gave list to `tags`",
        ),
        ("def change(article):\n    return replace(article, extra={'x': object()})", "gave dict to `extra`"),
        ("def pages(site):\n    yield Page('a/b', 'T', 'x')", "adds a page `a/b` in `en`"),
        ("def pages(site):\n    yield 'x'", "returned str from `pages`"),
        ("def pages(site):\n    yield Page('x', 'T', '[a](gone.md)')", "plugins/mine.py:4:1 a link leads nowhere"),
        (
            "def pages(site):\n    for _ in range(2): yield Page('x', 'T', 'x')",
            "adds content/pages/x.md, which is there",
        ),
        ("def check(site):\n    yield 'x'", "returned str from `check`"),
        (
            "def check(site):\n    return 1 / 0",
            "plugins/mine.py:5:5 the plug-in plugins/mine.py failed in `check`: ZeroDivisionError",
        ),
        ("def filters(): return {'shout': lambda text: 1 / 0}", "failed in the filter `shout`: ZeroDivisionError"),
        ("def filters(): return {'href': str, 'shout': str}", "a plug-in offers a filter `href`"),
        ("def filters(): return ['shout']", "returned list from `filters`"),
        ("def extensions(): raise OSError('gone')", "failed in `extensions`: OSError: gone"),
        ("import nothing_of_this_name", "failed in its code: ModuleNotFoundError"),
        ("def (", "plugins/mine.py:4:1 the plug-in plugins/mine.py failed in its code: SyntaxError"),
    ],
)
def test_what_a_plug_in_gets_wrong_is_told_with_its_name_and_nothing_is_written(
    site: Site, code: str, message: str
) -> None:
    folder = site(a_site(code))
    result = built(folder)
    lines = told(result.diagnostics)
    assert any(message in line for line in lines), lines
    assert not result.ok
    assert not (folder / "public").exists() or published(folder / "public") == {}


def test_a_plug_in_that_fails_is_told_once_for_all_articles_and_again_at_the_next_build(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(a_site("import os\ndef change(article):\n    os.stat('gone.txt')\n    return 1"))
    for _ in range(2):
        (only,) = built(folder).diagnostics
        assert shown(only).endswith("  help: while it changed content/later.md, and 2 more")
    monkeypatch.chdir(folder)
    Path("gone.txt").write_text("there")
    assert "returned int" in told(built(folder).diagnostics)[0]


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("gone.py", "", "there is no plug-in gone.py"),
        ("plugins", "", "there is no plug-in plugins"),
        ("plugins/mine.py", "def chagne(article): pass", "the plug-in plugins/mine.py offers nothing"),
        ("../mine.py", "", "`../mine.py` cannot be `plugins.0`"),
        ("/etc/passwd", "", "`/etc/passwd` cannot be `plugins.0`"),
    ],
)
def test_a_plug_in_that_is_none_is_told(site: Site, name: str, code: str, message: str) -> None:
    folder = site((SITE + code + "\n" + plain_theme("mine")).replace("[plugins/mine.py]", f"[{name}]"))
    assert any(message in line for line in told(built(folder).diagnostics)), told(built(folder).diagnostics)


def test_nothing_else_in_the_sites_folder_is_run(site: Site) -> None:
    names = ("yaml.py", "click.py", "markdown.py", "plugins/yaml.py", "content/yaml.py", "digestgen_plugin_0.py")
    more = "".join(f"-- {name} --\nraise SystemExit('run')\n" for name in names)
    folder = site(a_site("import yaml, click\nassert 'site-packages' in yaml.__file__ or yaml.dump", more=more))
    before = everything(folder)
    for command in (
        [sys.executable, "-m", "digestgen"],
        [sys.executable, "-c", "from digestgen.cli import main; main()"],
    ):
        path = {"PYTHONPATH": str(ROOT)}
        safe = {"PYTHONSAFEPATH": "1"} if "-c" in command else {}
        done = subprocess.run(
            [*command, "build"],
            cwd=folder,
            env={**os.environ, **path, **safe},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
    after = everything(folder)
    assert {path for path in after if not path.startswith(("public/", ".digestgen/"))} == set(before)


# --- caches


def test_a_changed_plug_in_is_noticed_without_being_imported(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site(
        a_site("").replace("[plugins/mine.py]", "[plugins/mine.py, plugins/pack]")
        + "-- plugins/pack/__init__.py --\ndef check(site): return []\n-- plugins/pack/names.txt --\na\n"
    )
    output = folder / "public"

    def build_it() -> dict[str, bytes]:
        return well_built(folder, output=output)

    build_it()
    build_it()
    monkeypatch.setattr(plugins, "load", None)  # whoever loads fails
    assert still_as_it_was(folder, output, NOW)
    for name in ("plugins/mine.py", "plugins/pack/__init__.py", "plugins/pack/names.txt", "plugins/pack/further.py"):
        file = folder / name
        old = file.read_bytes() if file.exists() else None
        file.write_bytes((old or b"") + b"\n# more\n")
        assert not still_as_it_was(folder, output, NOW), name
        file.unlink() if old is None else file.write_bytes(old)
        assert still_as_it_was(folder, output, NOW), name


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_build_after_any_change_of_a_plug_in_equals_a_clean_one(
    site: Site, tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digestgen.work._WORTH", 2)
    folder = site(a_site(""))
    versions = (
        "def change(article): return replace(article, title=article.title.upper())",
        "def change(article): return replace(article, extra={'x': 1})",
        "def pages(site): yield Page('map', 'M', ' '.join(a.title for a in site.articles))",
        "def pages(site): return []",
        "def filters(): return {'shout': lambda text: text + '?'}",
        "",
    )
    for number, code in enumerate(versions):
        (folder / "plugins/mine.py").write_text(HEAD + SHOUT + code)
        result = build.build(build.Request(folder, NOW, jobs=jobs))
        assert result.ok, told(result.diagnostics)
        fresh = write_site(tmp_path / str(number), a_site(""))
        (fresh / "plugins/mine.py").write_text(HEAD + SHOUT + code)
        assert published(folder / "public") == well_built(fresh)


def test_files_of_a_plug_in_are_found_without_what_python_leaves(site: Site) -> None:
    folder = site(
        "-- plugins/pack/__init__.py --\n-- plugins/pack/__pycache__/x.pyc --\n-- plugins/pack/.hidden --\n"
        "-- plugins/pack/in/a.py --\n-- plugins/b.py --\n"
    )
    found = [path for path, _ in unchanged.paths_of(str(folder), "plugins/pack")]
    assert found == ["plugins/pack/__init__.py", "plugins/pack/in/a.py"]
    assert [path for path, _ in unchanged.paths_of(str(folder), "plugins/b.py")] == ["plugins/b.py"]
    assert unchanged.paths_of(str(folder), "plugins/c.py") == []
