"""The swift stages give what Python-Markdown gives, and hostile text costs about linear time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown import Markdown, __version__

from dev import cases_of
from digestgen.markup import clean, emphasis, engine
from digestgen.markup.convert import TooComplex, convert
from digestgen.markup.labels import labels

#: What Markdown is made of, in small pieces, so that strange neighbours meet.
_PIECES = [
    "*", "**", "_", "__", "***", "`", "``", "```", "\\", "\\\\", "[", "](", "]", "](x)", "[a]", "![", "!", "(", ")",
    '[a]: http://x "t"\n', "<b>", "</b>", "<div>", "</div>", '<div markdown="1">\n', "<", ">", "<!-- c -->", "&amp;",
    "&", "\n", "\n\n", "    ", "  \n", " ", "\t", "a", "b c", "é", "日", "- ", "1. ", "> ", "# ", "~~", ":", "\n: d",
    "http://x.y/z_a", "www.a.b", "<http://a>", "<a@b.c>", "|", "\n-|-\n", "[^1]", "[^1]: n\n", "*[a]: t\n", "{.x}",
    "{", "}", '"', "'", "~~~\n", "===", "---", "\n---\n", "[ ] ", "[x] ", "*[a b]: u\n", "*[a-]:v", "*[é]: ''\n", "a b",
    "\n\n\n", "\n\n\n\n\n", "\n\n    x\n", "a-", "___", "a_", "_a", "*[", "]:",
]  # fmt: skip
_CONVERTERS: dict[bool, Markdown] = {}


def outcome(source: str, *, swift: bool) -> str:
    """What a converter makes of `source`, or the kind of its failure, after which there is a new one."""
    md = _CONVERTERS.pop(swift, None) or engine.build(labels("en"), swift=swift)
    try:
        html = md.convert(source)
    except Exception as error:  # noqa: BLE001  whatever happens has to happen in both
        return type(error).__name__
    md.reset()
    _CONVERTERS[swift] = md
    return html


@given(st.lists(st.sampled_from(_PIECES), max_size=60).map("".join))
@example('![a]("b(c)d(e')
@example("a `` b ` c ``` d `` e")
@example('[a](b "c (d" e) `x` \\\\`y` *f **g* h**')
@example("[[[[" * 40 + "](x)")
@example("<a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a <a\n\nb")
def test_swift_stages_change_nothing(source: str) -> None:
    assert outcome(source, swift=True) == outcome(source, swift=False)


@pytest.mark.parametrize(
    "source",
    [
        "**a *b* c *d* e** *f* **g *h* i**",
        "*a **b** c* d* **e *f** g*",
        "***a** b* ***c* d** _e __f__ g_ h_i_j",
        "*a " * 30 + "*b* **c** " + "d* " * 10,
        "**a " * 20 + "*b* _c_ *d* " * 20 + "e**",
        "***a*b**c***" * 20,
        "*" * 50 + "a" + "*" * 30 + " _b_ " + "*c*" * 10,
        "*_*_" * 20,
        "a*_*_" * 10 + "_**_*__" * 10 + "b",
    ],
)
def test_emphasis_is_found_however_little_is_looked_at_first(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emphasis, "_WINDOW", 3)
    assert outcome(source, swift=True) == outcome(source, swift=False)


@pytest.mark.parametrize("name", ["digitalgov", "bitcoinops", "mehdix-fa"])
def test_swift_stages_change_nothing_in_real_articles(name: str, corpus: Callable[[str], Path]) -> None:
    for path in sorted((corpus(name) / "content").rglob("*.md"))[::10]:
        source = path.read_text("utf-8-sig").split("---\n", 2)[-1]
        assert outcome(source, swift=True) == outcome(source, swift=False), path


def test_swift_stages_change_nothing_in_the_test_data_of_python_markdown() -> None:
    folder = cases_of(__version__)
    if not folder.is_dir():
        pytest.fail(f"Python-Markdown's test data is not at {folder}: `python3 dev.py test` puts it there")
    cases = sorted(folder.rglob("*.txt"))
    assert len(cases) >= 80
    differing = [
        path.name
        for path in cases
        if outcome(source := path.read_text("utf-8"), swift=True) != outcome(source, swift=False)
    ]
    assert differing == []


def spent(source: str) -> float:
    """The least processor time of three conversions; a text that is refused has cost its time, too."""
    times = []
    for _ in range(3):
        start = time.process_time()
        with suppress(TooComplex):
            convert(source, "en")
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize(
    "piece",
    [
        "[a",
        "![a",
        "<![CDATA[",
        "<!",
        "<a ",
        " ",
        "`a",
        "[a](",
        "<div>",
        '<b x="',
        "[a](b) ",
        "\\*",
        '"a ',
        "> ",
        "*_*_",
    ],
)
def test_hostile_repetition_costs_linear_time(piece: str) -> None:
    assert any(_grows_with_the_text(piece) for _ in range(3))


def _grows_with_the_text(piece: str) -> bool:
    """Four times the text: the square would be sixteen times the cost, however often it is measured.

    A busy machine only ever adds time, so one good measurement is enough. What takes next to no time cannot be
    measured.
    """
    few, many = spent(f"x{piece * 4000}y"), spent(f"x{piece * 16000}y")
    return many < max(8 * few, 0.15)


def test_growing_runs_of_backticks_cost_little() -> None:
    assert spent(" ".join("`" * length for length in range(1, 400))) < 2


def test_code_that_a_lexer_cannot_read_in_time_stays_plain() -> None:
    assert spent('```scala\n"' + "\\" * 40 + "\n```") < 2


def test_unclosed_fences_cost_little() -> None:
    assert spent("".join("`" * (3 + number % 7) + "x\n" for number in range(4000))) < 2


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<div></b>",
        "<div><!-- </div> -->",
        '<div title="</div>">',
        '<div a" b="></div>">',
        "<div><table></div></table>",
        "<div><select></div></select>",
        "<svg><title><div>",
        "<svg><![CDATA[></svg>]]>",
        "<div><textarea></div></textarea>",
        "<li><dd>",
        "<dt><li>",
        "<dd></dt><li>",
        "<b><li></b>",
        "<ul><select><li></ul>",
    ],
)
def test_no_trick_hides_how_deep_elements_nest(piece: str) -> None:
    assert clean.shape(piece * 1000).depth >= 1000


def test_many_elements_side_by_side_are_not_deep() -> None:
    assert clean.shape("<div><p>a <span>b</span><br></div>" * 1000) == clean.Shape(depth=2)


def test_lists_whose_items_are_left_open_are_not_deep() -> None:
    items = "<ul><li>a<li>b<ul><li>c</li></ul></ul><dl><dt>a<dd>b<dt>c<dd>d</dl><blockquote><dd><li></blockquote>"
    assert clean.shape(items * 200).depth == 4
    assert clean.shape("<ul><li>a<li>b" * 600).depth == 1200


def test_formatting_that_is_left_open_counts_once_for_each_element_that_may_repeat_it() -> None:
    assert clean.shape("<p><b>a</b>" * 1000).copied == 2000 * (3 + 20)
    assert clean.shape('<b title="x">' * 100 + "<p>a" * 900).copied == 1000 * 100 * (13 + 20)
    # also where these are few, and long
    assert clean.shape(f'<b title="{"x" * 100_000}">' + "<p>a" * 100).copied > 10_000_000
