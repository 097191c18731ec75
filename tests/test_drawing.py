"""A drawing that is opened by itself runs nothing; one that holds nothing of the kind stays as it is."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from digestgen.pictures import drawing
from digestgen.pictures.drawing import Unreadable, harmless
from tests.building import built, plain_theme, told, well_built

_NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:h="http://www.w3.org/1999/xhtml"'


def _drawing(inside: str, *, attributes: str = "", before: str = "") -> bytes:
    return f"{before}<svg {_NAMES} {attributes}>{inside}<path d='M0 0'/></svg>".encode()


def _packed(data: bytes) -> bytes:
    """Pack without the time, which would be in the names of tests, too."""
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>run()</script>",
        "<g><g><script href='x.js'/></g></g>",
        "<SCRIPT>run()</SCRIPT>",
        "<h:script>run()</h:script>",
        "<metadata><h:img src='x' onerror='run()'/></metadata>",
        "<foreignObject><h:iframe src='javascript:run()'/></foreignObject>",
        "<circle onclick='run()'/>",
        "<circle ONLOAD='run()'/>",
        "<a href='javascript:run()'>x</a>",
        "<a xlink:href=' java&#10;script:run()'>x</a>",
        "<a href='&#9;JavaScript:run()'>x</a>",
        "<image href='data:image/svg+xml,run()'/>",
        "<a><set attributeName='href' to='javascript:run()'/></a>",
        "<a><animate attributeName='xlink:href' values='x;javascript:run()'/></a>",
        "<a><animate attributeName='x' values='1; javascript:run()'/></a>",
        "<g><set attributeName='onclick' to='run()'/></g>",
        "<iframe src='run()'/><object data='run()'/><embed src='run()'/>",
    ],
)
def test_what_runs_is_taken_out_and_the_rest_stays(inside: str) -> None:
    clean = harmless(_drawing(inside))
    assert b"run()" not in clean
    assert etree.fromstring(clean).find("{http://www.w3.org/2000/svg}path") is not None


@pytest.mark.parametrize(
    ("attributes", "before"),
    [
        ("onload='run()'", ""),
        ("", "<?xml-stylesheet type='text/xsl' href='run()'?>"),
        ("", "<!DOCTYPE svg [<!ATTLIST svg onload CDATA 'run()'>]>"),
        ("onload='&x;'", "<!DOCTYPE svg [<!ENTITY x 'run()'>]>"),
    ],
)
def test_what_stands_at_or_before_the_drawing_is_taken_out(attributes: str, before: str) -> None:
    assert b"run()" not in harmless(_drawing("", attributes=attributes, before=before))


@pytest.mark.parametrize(
    "inside",
    [
        "<a href='javascript&colon;run()'>x</a>",
        "<a xlink:href='java&Tab;script&colon;run()'>x</a>",
        "<a><set attributeName='href' to='&NewLine;javascript&colon;run()'/></a>",
        "<a href='&#9;javascript&#58;run()'>x</a>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_document_type_brings_entities_that_only_browsers_know(inside: str, encoding: str) -> None:
    kind = (
        "<!DOCTYPE svg PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd'>"
    )
    clean = harmless(_drawing(inside, before=kind).decode().encode(encoding))
    tree = etree.fromstring(clean)
    assert b"DOCTYPE" not in clean
    assert b"&" not in clean
    assert not any(":" in value for element in tree.iter() for value in element.attrib.values())


def test_a_packed_drawing_is_cleaned_as_any_other() -> None:
    clean, other = _drawing(""), _drawing("<script>run()</script>")
    assert harmless(_packed(clean)) == _packed(clean)
    assert b"run()" not in gzip.decompress(harmless(_packed(other)))
    assert harmless(_packed(other)) == harmless(_packed(other))


@pytest.mark.parametrize(
    "data",
    [
        _packed(_drawing(""))[:-9],
        _packed(_drawing("")) + _packed(_drawing("<script>run()</script>")),
        _packed(_drawing("")) + b"<script/>",
        _packed(b"<svg>" + b" " * 10_000 + b"</svg>"),
        b"\x1f\x8b" + b"\0" * 30,
        _packed(_packed(_drawing(""))),
    ],
)
def test_what_cannot_be_unpacked_to_its_end_is_refused(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_MOST", 9_000)
    with pytest.raises(Unreadable, match="it "):
        harmless(data)


def test_a_drawing_that_would_take_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_MOST", 2 * 1024 * 1024)
    data = b'<svg xmlns="http://www.w3.org/2000/svg">' + b" " * (2 * 1024 * 1024 - 46) + b"</svg>"
    assert harmless(data) == data
    assert harmless(_packed(data)) == _packed(data)
    for large in (data + b" ", _packed(data + b" "), _packed(b" " * 40_000_000)):
        with pytest.raises(Unreadable, match="it is larger than 2 MiB"):
            harmless(large)


def test_what_is_written_in_another_encoding_is_read_in_it() -> None:
    text = _drawing("<script>run()</script>").decode()
    clean = harmless(f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode("utf-16"))
    assert b"script" not in clean
    assert b"path" in clean


@pytest.mark.parametrize(
    "inside",
    [
        "<a href='https://example.org/'><text>on line</text></a>",
        "<image href='data:image/png;base64,AAAA'/>",
        "<animate attributeName='x' values='1;2'/><style>a{fill:red}</style>",
        "<use href='#x'/><!-- a remark -->",
    ],
)
def test_a_harmless_drawing_stays_as_it_is(inside: str) -> None:
    assert harmless(_drawing(inside)) == _drawing(inside)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg><script>run()",
        b"<svg onload=run()></svg>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="utf-7"?><svg/>',
        b"<svg>&undefined;</svg>",
        b"<svg>" + b"<g>" * 100_000 + b"<script/>" + b"</g>" * 100_000 + b"</svg>",
    ],
)
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="it "):
        harmless(data)


@pytest.mark.parametrize(
    "data",
    [
        b'<script xmlns="http://www.w3.org/2000/svg">run()</script>',
        b'<script xmlns="http://www.w3.org/1999/xhtml">run()</script>',
        b'<html xmlns="http://www.w3.org/1999/xhtml"><body onload="run()"/></html>',
        b'<svg xmlns="http://www.w3.org/1999/xhtml" onload="run()"/>',
        b"<xsl/>",
    ],
)
def test_a_file_that_is_no_drawing_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="its outermost element is not <svg>"):
        harmless(data)


_SITE = (
    plain_theme()
    + """\
-- site.yaml --
title: T
theme: plain
-- content/one.md --
---
title: One
date: 2024-05-01
---
![a](p.svg) [b](q.svg)
"""
)


def test_no_drawing_is_published_with_what_runs(site: Callable[[str], Path]) -> None:
    folder = site(_SITE)
    for path in ("p.svg", "q.svg", "static/r.SVG", "static/s.svgz"):
        (folder / "content" / path).parent.mkdir(exist_ok=True)
        (folder / "content" / path).write_bytes(_drawing("<script>run()</script>"))
    drawings = {path: data for path, data in well_built(folder).items() if ".svg" in path.lower()}
    assert len(drawings) == 4
    assert not any(b"run()" in data for data in drawings.values())


def test_a_drawing_that_nobody_can_read_is_an_error(site: Callable[[str], Path]) -> None:
    folder = site(_SITE)
    (folder / "content/p.svg").write_bytes(_drawing(""))
    (folder / "content/q.svg").write_bytes(b"<svg onload=run()></svg>")
    result = built(folder)
    assert not result.ok
    assert any(line.startswith("error[picture-refused] content/q.svg:1:1") for line in told(result.diagnostics))
