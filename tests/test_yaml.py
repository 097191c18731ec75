"""The door for YAML: what is let in, what is refused, and whether the messages say how to mend it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from digestgen import yaml
from digestgen.diagnostics import Diagnostic, Span, shown
from digestgen.rules import RULES

CODES = {*RULES, "yaml-comment"}
LOADERS = [getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader), pyyaml.SafeLoader]


@pytest.fixture(params=LOADERS, ids=lambda loader: str(loader.__name__), autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with libyaml and with the parser in Python: the messages may not differ."""
    monkeypatch.setattr(yaml, "_LOADER", request.param)


Plain = str | list["Plain"] | dict[str, "Plain"] | None


def plain(node: yaml.Node | None) -> Plain:
    if node is None or isinstance(node, yaml.Scalar):
        return node.text if node else None
    if isinstance(node, yaml.Sequence):
        return [plain(item) for item in node.items]
    return {entry.key.text: plain(entry.value) for entry in node.entries}


def check(text: str) -> tuple[Plain, list[Diagnostic]]:
    node, found = yaml.parse(text, path="content/kim.md", first_line=2)
    return plain(node), found


def one(text: str) -> Diagnostic:
    _, found = check(text)
    assert len(found) == 1, found
    return found[0]


def places(found: list[Diagnostic]) -> list[tuple[str, int, int]]:
    return [(item.code, item.span.line, item.span.column) for item in found if item.span]


# --- what is let in ----------------------------------------------------------------------------------------


def test_scalars_stay_the_text_that_was_written() -> None:
    text = "a: no\nb: 12:30:45\nc: 0123\nd: 2024-02-30\ne: 1.10\nf: '~'\ng: \"\\u00e9\"\nh: |\n  x\n  y\n"
    assert check(text) == (
        {
            "a": "no",
            "b": "12:30:45",
            "c": "0123",
            "d": "2024-02-30",
            "e": "1.10",
            "f": "~",
            "g": "é",
            "h": "x\ny\n",
        },
        [],
    )


def test_lists_and_mappings_keep_their_order() -> None:
    assert check("b: [x, y]\na:\n  - k: v\n  - w\n") == ({"b": ["x", "y"], "a": [{"k": "v"}, "w"]}, [])


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "~", "null\n", "--- \n...\n"])
def test_nothing_is_no_node(text: str) -> None:
    assert check(text) == (None, [])


def test_a_root_that_is_text_is_a_scalar() -> None:
    assert check("word") == ("word", [])


@pytest.mark.parametrize(("text", "null"), [("~", True), ("", True), ("NULL", True), ("'~'", False), ("nil", False)])
def test_null_is_only_null_without_quotes(text: str, null: bool) -> None:
    node, _ = yaml.parse(f"a: {text}\n", path="x")
    assert isinstance(node, yaml.Mapping)
    value = node.entries[0].value
    assert isinstance(value, yaml.Scalar)
    assert yaml.is_null(value) is null


def test_spans_tell_the_line_of_the_file() -> None:
    node, _ = yaml.parse("a: 1\ntags: [x, 'long one']\n", path="p.md", first_line=7)
    assert isinstance(node, yaml.Mapping)
    tags = node.entries[1]
    assert tags.key.span == Span("p.md", 8, 1, 4, "tags: [x, 'long one']")
    assert isinstance(tags.value, yaml.Sequence)
    assert tags.value.items[1].span == Span("p.md", 8, 11, 10, "tags: [x, 'long one']")


def test_a_long_scalar_is_marked_on_its_first_line() -> None:
    node, _ = yaml.parse('a: "one\n  two"\n', path="p.md")
    assert isinstance(node, yaml.Mapping)
    assert node.entries[0].value.span == Span("p.md", 1, 4, 4, 'a: "one')


def test_columns_count_characters_beyond_the_first_plane() -> None:
    node, _ = yaml.parse("a: 🔥🔥\nk🔥: v\n", path="p.md")
    assert isinstance(node, yaml.Mapping)
    assert node.entries[1].value.span.column == 5


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_one_line(end: str) -> None:
    assert places(check(end.join(["a: 1", "b: 2", "a: 3", ""]))[1]) == [("duplicate-key", 4, 1)]


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert check("\ufefftitle: x") == ({"title": "x"}, [])


def test_text_is_written_as_people_write_it() -> None:
    assert yaml.written("Dr.  No goes\nto town.") == "Dr. No goes to town."
    assert yaml.written("2024-05-01-rates.md") == "2024-05-01-rates.md"
    assert yaml.written("Kim: a portrait") == '"Kim: a portrait"'
    assert yaml.written("No") == '"No"'
    assert yaml.quoted("No") == '"No"'
    assert yaml.value("https://example.org/a?b=c") == "https://example.org/a?b=c"
    assert yaml.value("https://example.org/a #b") == '"https://example.org/a #b"'


# --- what is refused ---------------------------------------------------------------------------------------


def test_the_unquoted_colon_shows_the_line_mended() -> None:
    text = "title: Kim trifft Putin: Gespräche über Waffen\ndate: 2023-09-13\n"
    value, found = check(text)
    assert value == {"title": "Kim trifft Putin: Gespräche über Waffen", "date": "2023-09-13"}
    assert shown(found[0]).splitlines() == [
        "error[unquoted-colon]: the value of `title` has a colon, so YAML reads it as a mapping",
        " --> content/kim.md:2:24",
        "2 | title: Kim trifft Putin: Gespräche über Waffen",
        '  |                        ^ quote the value: title: "Kim trifft Putin: Gespräche über Waffen"',
    ]


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ('t: He says: "No"', "t: 'He says: \"No\"'"),
        ("t: a: it's \\", "t: 'a: it''s \\'"),
        ("t: a:", 't: "a:"'),
        ("- name: Reuters: World", '- name: "Reuters: World"'),
        ("- a: b: c", '- a: "b: c"'),
        ("t: @handle", 't: "@handle"'),
        ("t: `code`", 't: "`code`"'),
        ("t: %s of it", 't: "%s of it"'),
        ("t: *Breaking* news", 't: "*Breaking* news"'),
        ("t: *Breaking", 't: "*Breaking"'),
        ("t: & more", 't: "& more"'),
        ("t: &more of it", 't: "&more of it"'),
        ("t: !important news", 't: "!important news"'),
        ("t: !a! b", 't: "!a! b"'),
        ("t: | not a block", 't: "| not a block"'),
        ("t: > 100 dead", 't: "> 100 dead"'),
        ("t: [Update] News", 't: "[Update] News"'),
        ("t: {a} b", 't: "{a} b"'),
        ("t: {{ page.title }}", 't: "{{ page.title }}"'),
        ("t: ]", 't: "]"'),
        ("t: ? why", 't: "? why"'),
        ('t: "Foo" says bar', "t: '\"Foo\" says bar'"),
        ("t: 'Don't panic'", 't: "Don\'t panic"'),
        ("- @foo", '- "@foo"'),
        ("t: - item", 't: "- item"'),
        ('t: "C:\\Users"', "t: 'C:\\Users'"),
        ('t: "it\'s \\q"', "t: 'it''s \\q'"),
        ("t:2020", "t: 2020"),
        ("t: The #1 song", 't: "The #1 song"'),
        ("t: #1 in the charts", 't: "#1 in the charts"'),
    ],
)
def test_the_message_shows_a_line_that_is_right(line: str, mended: str) -> None:
    # A key below, so that a broken line alone does not pass as one text.
    above = "" if line.startswith("-") else "first: 1\n"
    found = one(above + line)
    assert found.label.endswith(": " + mended)
    assert check(above + mended)[1] == []


def test_the_mended_text_is_what_the_author_meant() -> None:
    assert check("t: 'Don't panic'")[0] == {"t": "Don't panic"}
    assert check('t: "Foo" says')[0] == {"t": '"Foo" says'}
    assert check('t: "C:\\Users"')[0] == {"t": "C:\\Users"}
    assert check('t: "open\nb: 1')[0] == {"t": "open", "b": "1"}


def test_several_syntax_errors_are_told_in_one_run() -> None:
    text = "title: a: b\ndate: 2020\nkicker: @x\nquote: 'it's'\nname: y\nname: z\n"
    value, found = check(text)
    assert places(found) == [
        ("unquoted-colon", 2, 9),
        ("yaml-syntax", 4, 9),
        ("yaml-syntax", 5, 8),
        ("duplicate-key", 7, 1),
    ]
    assert value == {"title": "a: b", "date": "2020", "kicker": "@x", "quote": "it's", "name": "y"}


def test_too_many_syntax_errors_end_the_reading() -> None:
    value, found = check("\n".join(f"k{n}: a: b" for n in range(50)))
    assert value is None
    assert 5 < len(found) < 15


def test_a_mended_line_that_goes_on_below_is_told_once() -> None:
    value, found = check("title: @foo\n  goes on\ndate: x\n")
    assert value is None
    assert places(found) == [("yaml-syntax", 2, 8)]


def test_a_long_line_is_not_repeated_in_the_label() -> None:
    assert one(f"title: a: {'b' * 500}").label == "quote the value"


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "words"),
    [
        ("a: 1\n  b: 2", "unquoted-colon", 3, 4, "goes on with the value of `a`"),
        ("# words\n a: b: c\n", "unquoted-colon", 3, 6, "the value of `a` has a colon"),
        ("- a\n  b: c", "unquoted-colon", 3, 4, "goes on with this list item"),
        ("some words\n   b: c", "unquoted-colon", 3, 5, "goes on with the value above"),
        ("title Foo\ndate: 2", "yaml-syntax", 2, 1, "no key with a value"),
        ("a: 1\nwords\nb: 1", "yaml-syntax", 3, 1, "no key with a value"),
        ("a: 1\nhttp://x\nb: 1", "yaml-syntax", 3, 1, "no key with a value"),
        ("a:\n\tb: 1", "yaml-tab", 3, 1, "tab"),
        ("a: 1\n\tb: 1", "yaml-tab", 3, 1, "tab"),
        ("a: |\n b\n\tc", "yaml-tab", 4, 1, "tab"),
        ("a: [x, y\nb: 1", "yaml-syntax", 2, 4, "the bracket that opens here is not closed"),
        ("a: {x: y\n", "yaml-syntax", 2, 4, "the bracket that opens here is not closed"),
        ("a: [\n", "yaml-syntax", 2, 4, "the bracket that opens here is not closed"),
        ("a: [x, {y: 1},", "yaml-syntax", 2, 4, "the bracket that opens here is not closed"),
        ("a: [x, {y: 1},\n\n", "yaml-syntax", 2, 4, "the bracket that opens here is not closed"),
        ("a: [b: c: d]", "yaml-syntax", 2, 9, "a comma or `]` is missing"),
        ("a: [b]]", "yaml-syntax", 2, 7, "this bracket closes none"),
        ("a:\n  b: 1\n c: 2", "yaml-syntax", 4, 2, "fits none of the lines above"),
        ("  a: 1\nb: 2", "yaml-syntax", 3, 1, "fits none of the lines above"),
        ("- a\nb: c", "yaml-syntax", 3, 1, "fits none of the lines above"),
        (": b", "yaml-syntax", 2, 1, "key before the colon is missing"),
        ("? b\n? ''\n: c\n? \n: d", "yaml-syntax", 5, 0, "key before the colon is missing"),
        ("a: b\n---\nc: d", "yaml-syntax", 3, 1, "second YAML document"),
        ("%YAML 1.2\n---\na: b", "yaml-syntax", 2, 1, "directive"),
        ("a: *b", "yaml-alias", 2, 4, "alias"),
        ("*b : c", "yaml-alias", 2, 1, "alias"),
        ("a: &b [x]", "yaml-alias", 2, 4, "anchor"),
        ("a: !!binary x", "yaml-tag", 2, 4, "tag"),
        ("<<: {a: b}", "yaml-alias", 2, 1, "merge key"),
        ("[a]: b", "yaml-syntax", 2, 1, "cannot be a key"),
        ("a: x\0y", "yaml-syntax", 2, 5, "the character U+0000"),
        ("a: x\ud83dy", "yaml-syntax", 2, 5, "a surrogate U+D83D"),
        ("a: x\u2028y", "yaml-syntax", 2, 5, "U+2028"),
        ("a: x\x85y", "yaml-syntax", 2, 5, "U+0085"),
        ("a: x\ufeffy", "yaml-syntax", 2, 5, "U+FEFF"),
        ('a: "\\0"', "yaml-syntax", 2, 4, "U+0000"),
        ("a: 'b' c: '\\' x", "yaml-syntax", 2, 4, "goes on after its closing quote"),
        ('"a\\q": b', "yaml-syntax", 2, 0, "a backslash in double quotes"),
        ('a: "\\q" b "c"', "yaml-syntax", 2, 0, "a backslash in double quotes"),
        ("k: 1\n!!!<> x: y", "yaml-syntax", 3, 0, "this is not YAML"),
    ],
)
def test_each_fault_has_words_and_a_place(text: str, code: str, line: int, column: int, words: str) -> None:
    found = check(text)[1][0]
    assert found.span is not None
    assert (found.code, found.span.line) == (code, line)
    # Inside an escape the two parsers differ by one column.
    assert column in (0, found.span.column)
    assert words in found.message


def test_an_open_quote_is_shown_where_it_opens() -> None:
    for text in ('t: "open\nb: "c"', 't: "open\nb: 1', "t: 'open\nb: 'c'\nd: e"):
        found = check(text)[1][0]
        assert found.span is not None
        assert (found.span.line, found.span.column) == (2, 4)
        assert "not closed" in found.message


def test_an_impossible_code_point_is_no_traceback() -> None:
    _, found = check('a: "\\UFFFFFFFF"')
    assert "backslash" in found[0].message
    assert [item.severity for item in check('a: "\\ud83d"')[1]] == ["error"]


@pytest.mark.parametrize(
    ("text", "char"),
    [
        ("Ann\u202e", "U+202E"),
        ("\u202dAnn\u202c", "U+202D"),
        ("Ann \u2067x", "U+2067"),
        ("Ann \u202ax \u2066y\u2069", "U+202A"),
        ("Ann\u202c", "U+202C"),
        ("\u2067x\u202c", "U+202C"),
        ("\u2067\u202ax\u2069\u202c", "U+2069"),
    ],
)
def test_no_text_turns_the_direction_of_what_stands_behind_it(text: str, char: str) -> None:
    for source in (f"a: {text}", f"a: '{text}'", f"a: {json.dumps(text)}", f"a: |\n  {text}", f"- a: [{text}]"):
        _, found = check(source)
        assert [(item.code, item.message) for item in found] == [
            ("yaml-syntax", f"the character {char} turns the direction of what follows")
        ]
    assert check(f"a: {yaml.written(text)}") == (
        {"a": " ".join(re.sub("[\u202a-\u202e\u2066-\u2069]", "", text).split())},
        [],
    )


def test_directions_that_are_ended_again_and_marks_of_them_stay() -> None:
    for text in ("\u2067عربي\u2069 x", "\u202bعربي\u202c x", "\u2068\u202ax\u202c\u2069", "x\u200f!", "\u061cx"):
        assert check(f"a: {text}") == ({"a": text}, [])


def test_all_repeated_keys_are_named_with_the_first_line() -> None:
    value, found = check("a: 1\nb: {c: 1, c: 2}\na: 3\na: 4\n")
    assert places(found) == [("duplicate-key", 3, 11), ("duplicate-key", 4, 1), ("duplicate-key", 5, 1)]
    assert all("line 2" in item.help or "line 3" in item.help for item in found)
    assert value == {"a": "1", "b": {"c": "1"}}


def test_a_comment_with_a_blank_is_a_comment() -> None:
    assert check("a: b # c\n#d\nc: d #\ne: [f, #g\n h]\n") == ({"a": "b", "c": "d", "e": ["f", "h"]}, [])


def test_a_comment_at_text_that_has_no_key_is_left_alone() -> None:
    assert check("word #tag") == ("word", [])


def test_a_comment_that_cuts_a_value_short_is_a_warning() -> None:
    found = one("title: The #1 song")
    assert (found.code, found.severity) == ("yaml-comment", "warning")


def test_codes_are_documented() -> None:
    texts = [
        "a: b: c",
        "a: *b",
        "a: !b c",
        "a: 1\na: 2",
        "a: \0",
        "<<: 1",
        "a:\n\tb",
        "a: @",
        "a\n---\n",
        "%TAG ! !\n---",
    ]
    seen = {item.code for text in texts for item in check(text)[1]}
    assert seen < CODES


# --- hostile texts -----------------------------------------------------------------------------------------


def test_twelve_levels_are_read_and_the_thirteenth_is_refused() -> None:
    assert check("[" * 12 + "]" * 12)[1] == []
    assert one("[" * 13 + "]" * 13).code == "yaml-depth"


def merge_bomb() -> Iterator[str]:
    yield "a0: &a0 {k: v}\n"
    for n in range(1, 30):
        yield f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]\n"


HOSTILE = {
    "deep lists": "[" * 50_000,
    "deep mappings": "{a: " * 50_000,
    "deep blocks": "- " * 50_000,
    "deep keys": "? " * 50_000,
    "merge bomb": "".join(merge_bomb()),
    "long scalar": "a: " + "x" * 1_000_000,
    "long line of colons": "a: b" + ": c" * 300_000,
    "many quotes": "a: '" * 250_000,
    "many directives": "%TAG !a! x\n" * 80_000,
    "many directives after the end": "a\n...\n" + "%TAG !a! x\n" * 80_000,
    "many duplicates": "a: 1\n" * 15_000,
    "many aliases on one line": "[" + "*a, " * 30_000 + "]",
    "many control characters": "\0" * 1_000_000,
    "blanks": " " * 900_000 + "@",
    "comments": "a: b #c\n" * 15_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_read_in_linear_time(name: str) -> None:
    text = HOSTILE[name]
    if yaml._LOADER is pyyaml.SafeLoader and len(text) > 10_000:
        text = text[: len(text) // 10]  # the parser in Python is slower, but linear as well
    start = time.process_time()
    _, found = check(text)
    assert time.process_time() - start < 10
    assert len(found) <= 100


@pytest.mark.parametrize("piece", ["\0", "a\0", "\ufffe\x1b", "\0 "])
@pytest.mark.parametrize("size", [100, 1000, 20_000])
def test_characters_that_may_not_stand_in_a_line_are_told_once_of_it(piece: str, size: int) -> None:
    """A message shows its line: as many messages as characters would be their square to write."""
    text = f"title: {piece * (size // len(piece))}\nmore: \x07"
    _, found = check(text)
    told = [item for item in found if "may not stand" in item.message]
    count = sum(char not in "a " for char in piece) * (size // len(piece))
    assert [item.message.split(" ")[0] for item in told] == [f"{count:,}", "the"]
    assert told[0].message.endswith(f"U+{ord(piece.strip('a ')[0]):04X}")
    assert sum(len(shown(item)) for item in found) < 1500


def test_an_event_that_no_parser_has_marked_is_at_the_beginning() -> None:
    assert yaml._marks(pyyaml.Event()) == ((0, 0), (0, 0))


def test_a_text_over_the_limit_is_not_read() -> None:
    found = one("a: " + "é" * 600_000)
    assert found.code == "too-large"
    assert yaml.parse("a: b", path="x", limit=4)[1] == []
    assert yaml.parse("a: bc", path="x", limit=4)[0] is None


PIECES = st.sampled_from(
    [
        *"abc:-?[]{},#&*!|>'\"%@`~ \n\t\r\\=<",
        ": ",
        "- ",
        "\n  ",
        "\n",
        "<<",
        "---\n",
        "...\n",
        "%TAG ",
        "\\u",
        "\\U1",
    ]
)
SAID = [
    "no",
    "Null",
    "~",
    "1.10",
    "a.md",
    "- a",
    "a: b",
    "a #b",
    "https://x.example/?a=b#c",
    "x\x1b\u2028\ufeffy",
    "Dr. No",
]
TEXTS = st.lists(PIECES | st.characters(), max_size=60).map("".join)


@pytest.mark.parametrize("tried", LOADERS)
def test_no_text_raises_and_every_fault_has_a_place(tried: type) -> None:
    @given(TEXTS)
    def law(text: str) -> None:
        yaml._LOADER = tried
        node, found = yaml.parse(text, path="x", first_line=3)
        lines = yaml._LINE_END.split(text.removeprefix("\ufeff"))
        for item in found:
            assert item.span is not None
            assert item.code in CODES
            assert item.span.text == lines[item.span.line - 3]
            assert 1 <= item.span.column <= len(item.span.text) + 1
            shown(item)
        assert node is not None or found or not text.strip() or "#" in text or yaml_null(text)
        str(plain(node)).encode()

    law()


@settings(max_examples=60)
@given(TEXTS | st.sampled_from(SAID), st.sampled_from([yaml.written, yaml.quoted, yaml.value]))
def test_what_is_written_is_read_as_the_same_text(text: str, write: Callable[[str], str]) -> None:
    said = " ".join(yaml._BAD.sub("", " ".join(text.split())).split())
    assert check(f"a: {write(text)}\n") == ({"a": said}, [])
    if write is not yaml.value:
        assert check(f"[{write(text)}, {{b: {write(text)}}}]") == ([said, {"b": said}], [])


def yaml_null(text: str) -> bool:
    return any(word in text for word in ("~", "---", "...", "\ufeff", "%")) or not text.strip("\n\t \r")
