"""What old sites may hold: no text of theirs ends an import, and what comes of it always builds."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digestgen.moving import answers, dialect, links, matter, prose, pysettings, rest, transfer
from digestgen.moving.folder import Folder
from digestgen.moving.transfer import Request
from digestgen.moving.values import Log, UnfitError
from tests.building import NOW, built, plain_theme, told
from tests.sites import write_site

#: What means something to one of the readers, or to Markdown, put together by chance.
_WORDS: Final = st.sampled_from(
    [
        *(
            "---",
            "+++",
            "title: ",
            "title: x",
            "date: 2024-01-02",
            "date = 2024-01-02",
            "date: 2024-13-45",
            "slug: ../x",
        ),
        *(
            "tags: [a, b]",
            "tags: {a: [",
            "lang: de",
            "lang: xx-yy-zz-",
            "url: /a/",
            "permalink: /:title/",
            "draft: true",
        ),
        *("aliases: [/, /a?b, /.x/, /b/]", "weight: 99999999999", "image: nowhere.png", "categories: [A, B]", "id: x"),
        *("{% highlight x %}", "{% endhighlight %}", "{% raw %}", "{% for a in b %}", "{{ site.url }}", "{{ x | y }}"),
        *('{{< ref "a" >}}', '{{< figure src="/x.png" >}}', "{{< youtube a >}}", "{{% x %}}", "{{</* x */>}}", "{{<"),
        *("[x](a.md)", "[x](b.md#c)", "[x](/a/#b)", "[x](/nowhere)", "![](../../x.png)", "[x]: /y", "[x]", "[x][x]"),
        *('<a href="/q">', '<img src="/q">', "<p>", "</p>", "<table>", "<td>", "<div", "<!-- more -->", "<!--", "-->"),
        *("{filename}a.md", "[x]({static}/y.png)", "[x](@/a.md)", "[x](link://slug/a)", "https://smallwire.example/a/"),
        *(".. title: x", ".. raw:: html", ".. include:: /etc/passwd", ".. code-block:: python", ":date: 2024-01-02"),
        *(".. csv-table::\n   :file: /etc/passwd", "=====", "`x <y>`_", "x_", "[1]_", "|x|", ".. [1] x", "::"),
        *("- ", "* a", "1. b", "```", "~~~", "> ", "# a", "| a |", "|---|", "\\", "&amp;", "\u202e", "\x01", "\ufeff"),
        *("    ", "\t", "[gallery]", "[caption]", "[^1]", "[^1]: x", "***", "____", "é", "<https://a.b>", "ABOUT = ["),
    ]
)
_TEXTS: Final = st.lists(st.one_of(_WORDS, st.text(max_size=6), st.just("\n")), max_size=40).map(" ".join)
_HEADS: Final = {
    "hugo": "---\ntitle: T\ndate: 2024-01-02\n",
    "zola": '+++\ntitle = "T"\ndate = 2024-01-02\n',
    "jekyll": "---\ntitle: T\ntags: [a]\n",
    "pelican": "Title: T\nDate: 2024-01-02\n",
    "nikola": ".. title: T\n.. date: 2024-01-02\n",
}
#: Where a text lies in each, in which files, and the settings beside it.
_PLACES: Final = {
    "hugo": ("content/posts/{}.md", "hugo.toml", 'baseURL = "https://smallwire.example/"\n'),
    "zola": ("content/blog/{}.md", "config.toml", 'base_url = "https://smallwire.example"\n'),
    "jekyll": ("_posts/2024-01-02-{}.md", "_config.yml", "url: https://smallwire.example\n"),
    "pelican": ("content/{}.md", "pelicanconf.py", 'SITEURL = "https://smallwire.example"\n'),
    "nikola": ("posts/{}.rst", "conf.py", 'BLOG_TITLE = "T"\nSITE_URL = "https://smallwire.example"\n'),
}


def _site(peer: str, heads: list[str], bodies: list[str], config: str, folder: Path) -> Path:
    place, name, known = _PLACES[peer]
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(known + config, "utf-8", "surrogatepass")
    close = {"hugo": "---\n", "jekyll": "---\n", "zola": "+++\n"}.get(peer, "\n")
    for number, (head, body) in enumerate(zip(heads, bodies, strict=True)):
        path = folder / place.format("ab"[number])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{_HEADS[peer]}{head}\n{close}{body}".encode("utf-8", "replace"))
    return folder


@pytest.mark.parametrize("peer", sorted(_PLACES))
@given(heads=st.lists(_TEXTS, min_size=2, max_size=2), bodies=st.lists(_TEXTS, min_size=2, max_size=2), config=_TEXTS)
@settings(max_examples=4, deadline=None)
def test_every_site_that_is_imported_builds(peer: str, heads: list[str], bodies: list[str], config: str) -> None:
    with tempfile.TemporaryDirectory() as work:
        old = _site(peer, heads, bodies, config if "\n" in config else "", Path(work, "old"))
        new = Path(work, "new")
        new.mkdir()
        transfer.move(Request(new, old, peer))
        path = new / "site.yaml"
        path.write_text(path.read_text() + "theme: plain\n")
        write_site(new, plain_theme())
        result = built(new, now=NOW)
        assert result.ok, told(result.diagnostics)


@given(text=_TEXTS)
@settings(max_examples=60, deadline=None)
def test_no_text_ends_a_reader(text: str) -> None:
    log = Log()
    for fence in ("---\n", "+++\n", "{\n"):
        matter.split(f"{fence}{text}\n{fence}", "a.md", log)
    matter.when(text)
    prose.markdown(text, broken=True)
    dialect.adapted(text)
    assert links.rewritten(text, lambda target: target) == text
    assert "".join(piece for piece, _ in links.pieces(text)) == text


@given(text=_TEXTS)
@settings(max_examples=20, deadline=None)
def test_no_restructured_text_ends_a_reader_or_reads_a_file(text: str) -> None:
    made = rest.markdown(text, "a.rst", 1, Log())
    assert "root:" not in made


@pytest.mark.parametrize("kind", ["svg", "png", "mp4"])
@pytest.mark.parametrize(
    "directive",
    [
        ".. image:: {file}\n   :loading: embed",
        ".. image:: file://{file}\n   :loading: embed",
        ".. figure:: {file}\n   :loading: embed\n   :figwidth: image\n   :scale: 50",
        ".. thumbnail:: {file}\n   :loading: embed",
        ".. include:: {file}\n   :literal:",
        ".. raw:: html\n   :file: {file}",
        ".. raw:: html\n   :url: file://{file}",
        ".. csv-table:: x\n   :file: {file}",
        ".. |x| image:: {file}\n   :loading: embed\n\n|x|",
    ],
)
def test_no_restructured_text_takes_in_a_file_of_the_machine(tmp_path: Path, directive: str, kind: str) -> None:
    file = tmp_path / f"secret.{kind}"
    file.write_text("<svg>SECRET</svg>", encoding="utf-8")
    made = rest.markdown(directive.format(file=file) + "\n", "a.rst", 1, Log())
    assert "SECRET" not in made
    assert "U0VDUkVU" not in made  # the same as base64
    assert "data:" not in made


@given(text=_TEXTS)
@settings(max_examples=40, deadline=None)
def test_settings_that_are_python_are_never_run(text: str) -> None:
    with tempfile.TemporaryDirectory() as work:
        Path(work, "conf.py").write_bytes(f"A = 1\n{text}\n__import__('os').abort()\n".encode("utf-8", "replace"))
        log = Log()
        found = pysettings.read(Folder(Path(work), log), "conf.py", ("A",), log)
        assert found.get("A", 1) == 1


@given(data=st.binary(max_size=60))
@settings(max_examples=30, deadline=None)
def test_no_bytes_end_an_import(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as work:
        for name in (
            "_config.yml",
            "_posts/2024-01-02-a.md",
            "hugo.toml",
            "content/a.md",
            "export.xml",
            "static/a.png",
        ):
            path = Path(work, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        for peer in ("jekyll", "hugo", "zola", "pelican", "nikola"):
            transfer.read(Path(work), peer)
        with pytest.raises(UnfitError):
            transfer.read(Path(work, "export.xml"), "wordpress")


@given(data=st.binary(max_size=60))
@settings(max_examples=30, deadline=None)
def test_no_list_of_addresses_is_a_fault_of_ours(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as work:
        listed = Path(work, "list.txt")
        for head in (b"", b"<", b"<urlset>"):
            listed.write_bytes(head + data)
            with contextlib.suppress(UnfitError):
                list(answers.addresses(listed))
