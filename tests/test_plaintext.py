"""HTML as text that a mail can show, and text as Markdown that says just that."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as parser

from digestgen import plaintext
from digestgen.diagnostics import width
from digestgen.markup.convert import assemble, convert


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\n  line.</p><p>Another.</p>", "One line.\n\nAnother."),
        ("<h2>Head</h2><div>Text<br>below</div>", "Head\n\nText\nbelow"),
        ("<p>a &amp; b &lt;c&gt;</p>", "a & b <c>"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a<ul><li>x</li></ul></li><li>b</li></ol>", "1. a\n\n- x\n\n2. b"),
        ("<li>alone</li>", "- alone"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<p>He said <q>no</q>.</p>", "He said “no”."),
        ('<p><img src="a.png" alt="A cat"> sleeps<img src="b.png" alt=""><img src="c.png"></p>', "[A cat] sleeps"),
        ("<p>a<script>x()</script><style>y{}</style><template><template>z</template>z</template>b</p>", "ab"),
        ("<p>a</script>b</p>", "ab"),
        (
            '<p><a href="/x">There</a> and <a href="#here">here</a>, <a name="y">y</a></a></p>',
            "There\u00a0[/x] and here, y",
        ),
        ("<p>a</p></ul></ol><li>b</li>", "a\n\n- b"),
        ("<p>a</p>\n\n\n<p></p><p>b", "a\n\nb"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert plaintext.plain(html, lambda url: f"[{url}]") == text


@given(st.text(alphabet="<>/abpliimguol hrefsc=\"'&;\n.", max_size=200))
def test_any_html_becomes_text_without_blanks_to_spare(html: str) -> None:
    text = plaintext.plain(html, lambda url: f"[{url}]")
    assert text == text.strip()
    assert "\n\n\n" not in text


# --- lines


@given(st.text(max_size=400), st.sampled_from(["", "  ", "> "]))
def test_a_line_is_never_wider_than_asked_unless_a_word_is(text: str, indent: str) -> None:
    for line in plaintext.wrapped(text, indent).split("\n"):
        assert width(line) <= plaintext.COLUMNS + len(indent) or " " not in line.strip() or not line.isascii()


def test_lines_below_a_number_or_a_dash_stand_below_its_text() -> None:
    assert (
        plaintext.wrapped("10. one two three\n- four five", "> ", 11)
        == "10. one\n>     two\n>     three\n> - four\n>   five"
    )
    assert plaintext.wrapped("one\n\ntwo", "> ", 11) == "one\n\n> two"


def test_japanese_is_broken_between_letters() -> None:
    lines = plaintext.wrapped("日本語の文章は単語の間に空白がありません。" * 6).split("\n")
    assert len(lines) > 2
    assert all(width(line) <= plaintext.COLUMNS + 2 for line in lines)
    assert not any(line.startswith("。") for line in lines)


def test_words_between_japanese_letters_stay_whole() -> None:
    assert plaintext.wrapped("日本 https://example.org/a 語", columns=10) == "日本\nhttps://example.org/a\n語"
    assert plaintext.wrapped("\u3000", columns=10) == ""


# --- Markdown

_PIECES = st.sampled_from(
    [*"abc 1\\`*_{}[]()<>#+-.!|~:=&", "&amp;", "&#38;", "<b>", "https://example.org/a_b", "www.example.org", "___",
     "1. ", "10)", "# ", "> ", "- ", ": ", "~~", "$", "^[", "![", "a@example.org", "\n"]
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(_PIECES, max_size=20).map("".join))
@example("1986. A great season")
@example("a\n# b\n> c\n- d\n+ e\n=== \n~~~\n: f\n1. g")
@example("see https://example.org/a_b_c?x=1&y=*z*&amp; and <i>&lt;")
@example("a http://x.y____!___z b http://x.y____!___z c http://x.y____!___z")
def test_text_as_markdown_says_just_that(text: str) -> None:
    text = "\n".join(line.strip() for line in text.split("\n") if line.strip())
    body = convert(plaintext.as_markdown(text), "en")
    shown = parser.fragment_fromstring(assemble(body, [ref.target for ref in body.refs]), create_parent="div")
    assert [element.tag for element in shown] == (["p"] if text else [])
    assert {element.tag for element in shown.iter()} <= {"div", "p", "a"}
    assert _folded(shown.text_content()) == _folded(text)


def _folded(text: str) -> str:
    """Return `text` without what typography changes."""
    return " ".join(text.split()).replace("–", "--").replace("—", "---").replace("…", "...")
