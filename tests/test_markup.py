"""Markdown in, a body out: what an author writes and what stands on the page."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as parser

from digestgen import budget
from digestgen.markup import clean, code, cut, engine
from digestgen.markup.convert import (
    Body,
    Heading,
    Options,
    Picture,
    Ref,
    TooComplex,
    TooCostly,
    assemble,
    convert,
    feed_html,
    first_picture,
    link_text,
    places,
)


def page(source: str, lang: str = "en", options: Options | None = None) -> str:
    body = convert(source, lang, options or Options())
    return assemble(body, [ref.target for ref in body.refs])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a *b* **c**", "<p>a <em>b</em> <strong>c</strong></p>"),
        ("~~old~~ a ~ b ~~ c", "<p><del>old</del> a ~ b ~~ c</p>"),
        ("{{ name }} {% if x %} {# y #}", "<p>{{ name }} {% if x %} {# y #}</p>"),
        ("a\n{: .lead #first}", '<p class="lead" id="first">a</p>'),
        ("#1234 fixes it", "<p>#1234 fixes it</p>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("۳. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("Term\n:   Meaning", "<dl>\n<dt>Term</dt>\n<dd>Meaning</dd>\n</dl>"),
        ("*[UN]: United Nations\n\nThe UN.", '<p>The <abbr title="United Nations">UN</abbr>.</p>'),
        ('<div markdown="1">\n*a*\n</div>', "<div>\n<p><em>a</em></p>\n</div>"),
        (r"\"a\" \'b\'", "<p>&quot;a&quot; &#39;b&#39;</p>"),
        ("<center>a</center>", "a"),
    ],
)
def test_markdown_becomes_html(source: str, expected: str) -> None:
    assert page(source) == expected


@pytest.mark.parametrize(
    ("text", "address", "behind"),
    [
        ("https://example.com/a_b_c", "https://example.com/a_b_c", ""),
        ("https://example.com/a_(b)", "https://example.com/a_(b)", ""),
        ("(https://example.com/a)", "https://example.com/a", ")"),
        ("https://example.com/?x=1&y=2.", "https://example.com/?x=1&amp;y=2", "."),
        ("www.example.com!", "https://www.example.com", "!"),
    ],
)
def test_bare_address_becomes_a_link_without_what_closes_the_sentence(text: str, address: str, behind: str) -> None:
    assert re.search(rf'<a href="{re.escape(address)}">[^<]*</a>{re.escape(behind)}</p>$', page(text))


@pytest.mark.parametrize(
    "source", ["`https://a.example`", '<a href="/x">https://a.example</a>', "[https://a.example](/x)"]
)
def test_address_in_code_or_in_a_link_is_no_link_of_its_own(source: str) -> None:
    assert 'href="https://a.example"' not in page(source)


def test_code_is_coloured_by_classes_and_can_be_scrolled_by_keyboard() -> None:
    html = page('```python\nx = "1"\n```')
    assert html.startswith('<div class="highlight"><pre tabindex="0"><code class="language-python"><span class="n">x')
    assert "style=" not in html


def test_code_in_an_unknown_language_stays_plain_and_its_name_is_escaped() -> None:
    assert page("```no+such\n<b>\n```").endswith('<code class="language-no+such">&lt;b&gt;\n</code></pre></div>')
    assert "onclick" not in re.sub(r'"[^"]*"', "", page('```{.x" onclick="y}\na\n```'))


def test_fence_in_a_list_item_stays_in_it() -> None:
    html = page("- a\n\n    ```\n    x\n      y\n    ```\n- b")
    assert "<code>x\n  y\n</code></pre></div>\n</li>" in html


def test_fence_closes_with_a_longer_mark_and_not_with_a_shorter_one() -> None:
    assert "<code>```\na\n</code>" in page("````\n```\na\n`````")


def test_table_is_aligned_by_class_and_scrolls_under_a_name() -> None:
    html = page("| a | b |\n|:-:|--:|\n| 1 | 2 |", "de")
    assert html.startswith('<div class="table" role="group" aria-label="Tabelle" tabindex="0"><table>')
    assert '<th class="align-center">a</th>' in html
    assert '<td class="align-right">2</td>' in html
    assert "style=" not in html


def test_tasks_are_signs_and_no_form_controls() -> None:
    html = page("- [x] a\n- [ ] b")
    assert '<li class="task done"><span aria-label="done" class="task-box" role="img">☑</span> a</li>' in html
    assert '<li class="task"><span aria-label="to do"' in html
    assert "<input" not in html


def test_picture_alone_in_its_paragraph_is_a_figure_with_its_title_as_caption() -> None:
    assert page('![A cat](c.png "It sleeps")') == (
        '<figure><img src="c.png" alt="A cat" loading="lazy" decoding="async">'
        "<figcaption>It sleeps</figcaption></figure>"
    )
    assert "<figure" not in page("See ![a](c.png) there")


def test_footnotes_are_numbered_as_the_text_refers_to_them_and_lead_back() -> None:
    html = page("a[^z] b[^y] c[^z]\n\n[^y]: second\n[^z]: first\n[^x]: unused", "de")
    assert re.findall(r'<li(?: id="([^"]*)")?>', html) == ["fn:1", "fn:2", ""]
    assert re.findall(r'href="#(fnref:[^"]*)"', html) == ["fnref:1", "fnref:1.2", "fnref:2"]
    assert 'aria-label="Zurück zum Text, Fußnote 2"' in html
    assert html.index("first") < html.index("second") < html.index("unused")


def test_every_fragment_that_markdown_writes_leads_to_an_id() -> None:
    body = convert("# a\n\n[TOC]\n\n## b[^1]\n\nc[^1] [^2]\n\n[^1]: x\n[^2]: y\n[^3]: z", "en")
    assert {ref.target[1:] for ref in body.refs} <= set(body.ids)


def test_body_begins_with_a_heading_of_level_two_and_skips_none() -> None:
    body = convert("# a\n\n### b\n\n## c\n\n###### d", "en")
    assert [(heading.level, heading.text) for heading in body.headings] == [(2, "a"), (3, "b"), (3, "c"), (4, "d")]
    assert [heading.level for heading in convert("#### a", "en").headings] == [2]


def test_heading_ids_are_slugs_that_leave_explicit_ids_alone() -> None:
    body = convert('## Größe "X"\n\n## Größe "X"\n\n## a\n\n<p id="a">b</p>', "de")
    assert body.headings[0] == Heading(2, "groesse-x", "Größe „X“")
    assert body.ids == ("groesse-x", "groesse-x-2", "a-2", "a")


def test_ids_and_classes_of_the_theme_are_dropped() -> None:
    html = page('# a {#dg-main .dg-masthead .ok}\n\n<p class="DG-x y" id="dg-z">b</p>')
    assert "dg-" not in html.lower()
    assert '<h2 id="a" class="ok">' in html


def test_table_of_contents_nests_as_the_headings_do() -> None:
    html = page("[TOC]\n\n## a\n\n### b\n\n## c")
    assert html.startswith(
        '<nav class="toc" aria-label="Contents"><ol><li><a href="#a">a</a><ol><li><a href="#b">b</a></li></ol></li>'
        '<li><a href="#c">c</a></li></ol></nav>'
    )


def test_empty_source_is_an_empty_body() -> None:
    assert convert(" \n\n", "en") == Body()
    assert assemble(Body(), []) == ""


def test_first_paragraph_and_words_are_those_of_the_text() -> None:
    body = convert('# H\n\n> quoted\n\nThe *first* "one"\nhere.\n\n```\ncode code\n```', "en")
    assert body.text == "The first “one” here."
    assert body.words == 1 + 1 + 4
    assert convert("日本語の文章です", "ja").words == 4


def test_references_tell_what_the_author_wrote() -> None:
    body = convert("[a](b%20c.md?x=1&amp;y#z) ![](p.png) ![](q.png){.decorative} ![t](r.png)", "en")
    assert body.refs == (
        Ref("b%20c.md?x=1&y#z", "link"),
        Ref("p.png", "image", None),
        Ref("q.png", "image", ""),
        Ref("r.png", "image", "t"),
    )


def test_link_without_an_address_keeps_its_text_and_a_picture_its_alternative() -> None:
    body = convert("a [b *c*](x.md) ![d](y.png)", "en")
    assert assemble(body, [None, None]) == "<p>a b <em>c</em> d</p>"


@pytest.mark.parametrize(
    "address",
    [
        r"https://evil.example\@v.example/1",
        "https://evil.example&#92;@v.example/1",
        "https://evil.example@v.example/1",
        "https://evil.example/@v.example/1",
        "https://v.example.evil.example/1",
        "https:v.example/1",
        "http://v.example/1",
        "https://v.example:8443/1",
        r"\\v.example/1",
    ],
)
def test_no_address_looks_like_that_of_a_player_and_leads_elsewhere(address: str) -> None:
    body = convert(f'<iframe src="{address}"></iframe>', "en", Options(embed=("v.example",)))
    assert body.embeds == ()
    assert "<iframe" not in assemble(body, [ref.target for ref in body.refs])


@pytest.mark.parametrize("address", ["https://V.example/1?a=ü#x", "//v.example/1", "ht\ntps://v.example/1"])
def test_a_player_is_asked_for_at_the_address_that_was_judged(address: str) -> None:
    body = convert(f'<iframe src="{address}"></iframe>', "en", Options(embed=("v.example",)))
    assert body.embeds == ("v.example",)
    assert ' src="https://v.example/1' in assemble(body, [])


def test_a_player_is_a_link_in_a_feed_whatever_else_is_said_of_it() -> None:
    source = '<iframe lang="de" src="https://v.example/1?a&amp;b" dir="ltr" title="A &quot;film&quot;"></iframe>'
    html = feed_html(convert(source, "en", Options(embed=("v.example",))), [])
    assert html.strip() == '<a href="https://v.example/1?a&amp;b">A “film”</a>'


@pytest.mark.parametrize("address", ["javascript:alert(1)", "java\tscript:x", " data:x", "vbscript:x", "\\\\x"])
def test_address_of_a_refused_kind_is_never_written(address: str) -> None:
    body = convert("[a](x)", "en")
    assert assemble(body, [address]) == "<p>a</p>"


def test_refused_link_is_still_told() -> None:
    assert convert("[a](javascript:alert(1))", "en").refs == (Ref("javascript:alert(1)", "link"),)


def test_hosts_of_remote_pictures_and_kept_frames_are_known() -> None:
    source = (
        '![a](https://CDN.example/x.png) ![b](//img.example:8080/y) ![c](z.png)\n\n<iframe src="https://v.example/1">'
        '</iframe>\n\n<iframe src="https://w.example/2"></iframe>'
    )
    body = convert(source, "en", Options(embed=("v.example",)))
    assert body.remote_hosts == ("cdn.example", "img.example:8080")
    assert body.embeds == ("v.example",)
    html = assemble(body, [ref.target for ref in body.refs])
    assert html.count("<iframe") == 1
    assert '<a href="https://w.example/2">2</a>' in html


def test_raw_html_is_cleaned_unless_the_site_trusts_its_authors_and_always_in_feeds() -> None:
    source = 'a <b onclick="x()">b</b>\n\n<script>let a = "</p>";</script>\n\n[c](d.md)'
    assert "script" not in page(source)
    body = convert(source, "en", Options(raw_html=True))
    html = assemble(body, ["/d/"])
    assert '<script>let a = "</p>";</script>' in html
    assert 'onclick="x()"' in html
    assert '<a href="/d/">c</a>' in html
    assert feed_html(body, ["/d/"]) == '<p>a <b>b</b></p>\n\n\n<p><a href="/d/">c</a></p>'


def test_feed_has_no_ids_names_or_frames() -> None:
    body = convert('# a\n\n<iframe src="https://v.example/1" title="T"></iframe>', "en", Options(embed=("v.example",)))
    assert feed_html(body, []) == '<h2>a</h2>\n<a href="https://v.example/1">T</a>'


def test_feed_loses_a_frame_that_leads_nowhere_and_a_mail_its_pictures() -> None:
    assert feed_html(convert("a <iframe></iframe> b", "en", Options(raw_html=True)), []).strip() == "<p>a  b</p>"
    html = '<p>a <img src="/x.png" alt="A &amp; B"> <img src="/y.png" alt=""><img src="/z.png"></p>'
    assert clean.clean_for_mail(html) == "<p>a [A &amp; B] </p>"


def test_body_is_made_of_plain_values() -> None:
    body = convert("# a\n\n[b](c) ![d](e)", "en")
    assert marshal.loads(marshal.dumps(body.parts)) == body.parts


def test_place_of_each_reference_is_found_in_the_source() -> None:
    source = "[a](x.md) xx.md\n\n[b](x.md#y)\n[c][1] [d][1]\n\n[1]: <z.md>\n\n[e](&amp;)"
    body = convert(source, "en")
    assert [ref.target for ref in body.refs] == ["x.md", "x.md#y", "z.md", "z.md", "&"]
    assert places(source, 10, body) == [(10, 5, 4), (12, 5, 6), (15, 7, 4), (15, 7, 4), (10, 1, 1)]


def test_nesting_without_end_is_a_message_and_no_traceback() -> None:
    with pytest.raises(TooComplex, match="nest"):
        convert("<div>" * 600, "en")
    with pytest.raises(TooComplex, match="nest"):
        convert("1. " * 3000, "en")


def test_failure_leaves_nothing_behind_for_the_next_article() -> None:
    expected = page("- a\n\n    b\n\n[^1] [c]", "nl")
    for source in ("1. " * 3000, "- [^1]\n\n[^1]: " + "1. " * 3000 + "\n\n[c]: d"):
        with pytest.raises(TooComplex):
            convert(source, "nl")
        assert page("- a\n\n    b\n\n[^1] [c]", "nl") == expected


@given(st.text())
def test_any_text_becomes_html_whose_parts_fit(source: str) -> None:
    body = convert(source, "en")
    html = assemble(body, [None] * len(body.refs))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", html)
    parser.fragment_fromstring(html, create_parent="div")
    assert len(places(source, 1, body)) == len(body.refs)


@pytest.mark.parametrize("name", ["digitalgov", "bitcoinops", "mehdix-fa"])
def test_real_articles_convert_without_loss_of_their_ids(name: str, corpus: Callable[[str], Path]) -> None:
    for path in sorted((corpus(name) / "content").rglob("*.md"))[::8]:
        body = convert(path.read_text("utf-8-sig").split("---\n", 2)[-1], "en")
        html = assemble(body, ["#"] * len(body.refs))
        assert re.findall(r' id="([^"]*)"', re.sub(r"(?s)<pre.*?</pre>", "", html)) == list(body.ids), path
        assert not re.search("[\x02\x03\ufdd0\ufdd1]|klzzwxh|wzxhzdk", html), path


def test_line_breaks_within_japanese_are_no_spaces() -> None:
    body = convert("発表と、\nその後の\nLNの話\nです。\n\n    ビット\n    コイン\n", "ja")
    assert assemble(body, []).startswith("<p>発表と、その後の\nLNの話です。</p>")
    assert "ビット\nコイン" in assemble(body, [])


def test_the_text_of_a_link_is_what_stands_in_it() -> None:
    body = convert("A [b *c* & d](x.md) [![e](f.png) g](y.md) [h](z.md)", "en")
    links = [number for number, ref in enumerate(body.refs) if ref.kind == "link"]
    assert [link_text(body, number) for number in links] == ["b c & d", " g", "h"]


# --- HTML of the author's, as it is let in


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<h2></h2>\n\n<h3><b></b><i id=x></i></h3>", '<span id="x"></span>'),
        ("## DG main", '<h2 id="section">DG main</h2>'),
        ('<a>b</a> <a id="x">c</a> <a id="dg-x">d</a>', '<p>b <a id="x">c</a> d</p>'),
        ('<img alt="A &amp; <b>"><img>', "<p>A &amp; &lt;b&gt;</p>"),
        ('<p id="">x</p><p id="a b">y</p>', "<p>x</p><p>y</p>"),
        ('<p id="a">x</p><p id="a">y</p>', '<p id="a">x</p><p id="a-2">y</p>'),
        ('<video src="a/b.mp4"></video>', '<a href="a/b.mp4">b.mp4</a>'),
        ('<video src="a.mp4" title="V &amp; W"></video>', '<a href="a.mp4">V &amp; W</a>'),
        ('<audio><source src="b.mp3"><source src="c.ogg"></audio>', '<p><a href="b.mp3">b.mp3</a></p>'),
        ("<iframe></iframe>", ""),
        ('<p>a <span class="dg-x">b</span> <i class="dg-x y">c</i></p>', '<p>a <span>b</span> <i class="y">c</i></p>'),
        ('<p aria-label="x">a</p><p role="note" aria-label="x">b</p>', '<p>a</p><p role="note" aria-label="x">b</p>'),
        ("[TOC]", ""),
        ("## ![](x.png)", '<h2 id="section"><img src="x.png" alt="" loading="lazy" decoding="async"></h2>'),
    ],
)
def test_authors_html_is_mended_where_it_has_to_be(source: str, expected: str) -> None:
    assert page(source).replace("\n", "") == expected


def test_a_cells_side_is_a_class_and_an_unknown_one_is_nothing() -> None:
    html = page(
        '<table><tr><td align="left" class="y">a</td><td align="right">b</td><td align="top">c</td></tr></table>'
    )
    assert '<td class="y align-left">a</td><td class="align-right">b</td><td>c</td>' in html


@pytest.mark.parametrize(
    "source",
    [
        '<p><a>b</a> <a name="x">c</a></p>',
        '<p><img alt="A"></p>',
        '<table><tr><td align="left">x</td></tr>',
        '<video controls src="a.mp4">x</video>',
        "<p></b></div>x</p>",
        "<div><b>x</div>",
        "<!-- a <b> -->",
        '<p id="a">x</p><p id="a">y</p>',
    ],
)
def test_html_of_trusted_authors_stays_as_it_is(source: str) -> None:
    assert page(source, options=Options(raw_html=True)).replace("\n", "") == source


def test_a_table_of_trusted_authors_scrolls_where_all_are_closed() -> None:
    assert page("<table id=t><tr><td>x</td></tr></table>", options=Options(raw_html=True)).strip() == (
        '<div class="table" role="group" aria-label="Table" tabindex="0"><table id=t><tr><td>x</td></tr></table></div>'
    )


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://bücher.example/y.png", ("xn--bcher-kva.example",)),
        ("//ü..example/x.png", ()),
        ("https://host.example:81?x", ("host.example:81",)),
        ("https://user@host.example:81?x", ()),
        ("/x.png", ()),
    ],
)
def test_a_host_that_no_policy_can_name_is_none(address: str, host: tuple[str, ...]) -> None:
    assert convert(f"![a]({address})", "en").remote_hosts == host


def test_quotes_that_the_author_kept_straight_are_so_everywhere() -> None:
    body = convert('\\"a\\" ![\\"b\\"](c.png)\n\n## \\"d\\" "e"', "en")
    assert body.text == '"a"'
    assert body.refs == (Ref("c.png", "image", '"b"'),)
    assert body.headings == (Heading(2, "d-e", '"d" “e”'),)
    assert assemble(body, ["/c.png"]).startswith('<p>&quot;a&quot; <img src="/c.png" alt="&quot;b&quot;"')


def test_signs_of_footnotes_are_no_part_of_the_text_around_them() -> None:
    html = page('"a"[^1] "b"\n\n[^1]: n')
    assert html.startswith('<p>“a”<sup class="footnote-ref"')
    assert "</sup> “b”</p>" in html
    assert convert('"a"[^1] "b"\n\n[^1]: n', "en").text == "“a” “b”"


def test_words_in_scripts_without_blanks_count_two_characters_as_one() -> None:
    assert cut.words(["one two", "three"]) == 3
    assert cut.words(["日本語 and", "コイ"]) == 4
    assert cut.words([]) == 0


# --- pictures


def _pictured(source: str, picture: Picture) -> str:
    body = convert(source, "en")
    return assemble(body, ["/p.png"] * len(body.refs), {0: picture})


@pytest.mark.parametrize(
    ("own", "measures"),
    [
        ("", 'width="300" height="200"'),
        (' width="150"', 'width="150" height="100"'),
        (' height="20"', 'width="30" height="20"'),
        (' height="0"', 'width="300" height="200"'),
        (' width="7" height="9"', 'width="7" height="9"'),
    ],
)
def test_a_picture_keeps_its_proportions_but_for_its_author(own: str, measures: str) -> None:
    html = _pictured(f'<img src="p.png" alt="a"{own}>', Picture(300, 200))
    assert " ".join(re.findall(r'(?:width|height)="\d+"', html)) == measures


def test_a_picture_whose_size_nobody_knows_has_none() -> None:
    assert _pictured("![a](p.png)", Picture()) == _pictured("![a](p.png)", Picture(300, 0))
    assert "width" not in _pictured("![a](p.png)", Picture())


def test_a_picture_that_is_seen_at_once_is_fetched_at_once() -> None:
    html = _pictured("![a](p.png)", Picture(eager=True))
    assert 'fetchpriority="high"' in html
    assert "lazy" not in html


def test_sizes_of_a_picture_stand_in_the_order_of_their_kinds() -> None:
    sources = (("image/avif", "/a.avif 1x"), ("image/webp", "/a.webp 1x, /b.webp?x=1&y 2x"), ("", "/a.png 1x"))
    html = _pictured("![a](p.png)", Picture(30, 20, sources, "(min-width: 10em) 5em"))
    size = 'sizes="(min-width: 10em) 5em"'
    assert html.startswith(
        f'<figure><picture><source type="image/avif" srcset="/a.avif 1x" {size}>'
        f'<source type="image/webp" srcset="/a.webp 1x, /b.webp?x=1&amp;y 2x" {size}>'
        f'<img src="/p.png" srcset="/a.png 1x" {size} width="30" height="20" alt="a"'
    )
    one = _pictured("![a](p.png)", Picture(30, 20, sources[-1:], "5em"))
    assert "<picture>" not in one
    assert 'srcset="/a.png 1x" sizes="5em"' in one


@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("a [b](c) ![d](e.png) ![f](g.png)", 1),
        ("text " * 300 + "![d](e.png)", None),
        ("[a](b)", None),
        ("", None),
    ],
)
def test_the_first_picture_is_one_near_the_top(source: str, first: int | None) -> None:
    assert first_picture(convert(source, "en")) == first


# --- what it may cost


def test_a_text_that_makes_too_much_html_is_refused() -> None:
    with pytest.raises(TooCostly, match=r"27 characters of HTML, and 20 are the most") as caught:
        convert("x" * 20, "en", Options(most=20))
    assert caught.value.line == 0


def test_elements_that_a_parser_would_repeat_are_refused_before_it_does() -> None:
    open_ = "".join(f'<b title="{number}">' for number in range(400))
    with pytest.raises(TooCostly, match="never closed, and all paragraphs behind them repeat them"):
        convert(f"{open_}{'<p>a' * 4000}", "en")
    with pytest.raises(TooCostly, match="characters of HTML, and 100,000 are the most"):
        convert("<p>a" * 15_000, "en", Options(most=100_000))  # with all end tags


def test_code_that_takes_too_long_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> str:
        raise budget.Slow

    monkeypatch.setattr(code, "_html", slow)
    with pytest.raises(TooCostly, match="to colour the code as `python` takes too long") as caught:
        convert("a\n\n- b\n\n    ```python\n    c\n    ```\n", "en")
    assert caught.value.line == 5


@pytest.mark.parametrize(
    ("raised", "told", "words"),
    [
        (ZeroDivisionError("x"), TooComplex, "Markdown gave up: ZeroDivisionError: x"),
        (MemoryError(), MemoryError, "^$"),
    ],
)
def test_a_fault_of_an_extension_is_told_but_not_that_memory_is_gone(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, told: type[Exception], words: str
) -> None:
    def broken(*_: object) -> str:
        raise raised

    monkeypatch.setattr(engine, "to_html", broken)
    with pytest.raises(told, match=words):
        convert("a", "en")
