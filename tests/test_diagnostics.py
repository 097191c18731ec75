"""Messages as values: how they are graded, put in order and shown. What they say is in test_messages."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from digestgen.diagnostics import Diagnostic, Span, graded, plain, shown, width

TALK = Diagnostic("broken-link", "a link leads nowhere", Span("content/kim.md", 12, 5, 4, "See kim.md."), "not there")


def at(path: str, line: int = 1, column: int = 1, code: str = "bad-date", severity: str = "error") -> Diagnostic:
    return Diagnostic(code, "m", Span(path, line, column), severity=severity)  # type: ignore[arg-type]


# --- grading


def test_order_is_by_path_line_column_and_code() -> None:
    right = [
        at("a.md"),
        at("a.md", 2, 9),
        at("a.md", 10, 1),
        at("a.md", 10, 2, "bad-alias"),
        at("a.md", 10, 2),
        at("b"),
    ]
    assert graded(reversed(right), {}, strict=False) == right


def test_what_has_no_place_comes_first() -> None:
    note = Diagnostic("no-url", "no address", severity="note")
    assert graded([at("a.md"), note], {}, strict=False) == [note, at("a.md")]


def test_how_many_more_there_are_comes_behind_those_that_are_told() -> None:
    more = Diagnostic("bad-date", "2 more faults of this kind are not listed", rest=True)
    assert graded([more, at("b.md"), at("a.md")], {}, strict=False)[-1] == more


def test_of_very_many_faults_of_one_kind_in_a_file_some_are_told_and_how_many_more() -> None:
    many = [at("a.md", number) for number in range(1, 1202)]
    others = [at("a.md", 7, code="other"), at("b.md"), *(Diagnostic("bad-date", str(number)) for number in range(300))]
    found = graded([*many, *others], {}, strict=False)
    assert len(found) == 200 + len(others) + 1
    assert shown(found[-1]) == "error[bad-date]: 1,001 more of this kind are not listed\n --> a.md"
    mixed = [*many[:200], at("a.md", 999, severity="warning"), at("a.md", 9999, severity="note")]
    assert graded(mixed, {}, strict=False)[-1].severity == "warning"
    assert graded(many[:201], {}, strict=False)[-1].message == "1 more of this kind is not listed"


def test_no_text_of_a_message_is_longer_than_anybody_reads() -> None:
    long = Diagnostic("bad-date", "a" * 9999, None, "b" * 9999, "c" * 9999, mended="d" * 9999)
    (found,) = graded([long], {}, strict=False)
    assert [found.message, found.label, found.help] == [f"{letter * 1999}…" for letter in "abc"]
    assert found.mended == "d" * 9999


def test_a_fault_found_twice_is_told_once() -> None:
    assert graded([at("a.md"), at("a.md")], {}, strict=False) == [at("a.md")]


def test_rules_of_the_site_decide_severities() -> None:
    found = [at("a", code="broken-link"), at("b", code="missing-alt", severity="warning"), at("c", code="bad-slug")]
    told = graded(found, {"broken-link": "warning", "missing-alt": "off", "bad-date": "off"}, strict=False)
    assert [(item.code, item.severity) for item in told] == [("broken-link", "warning"), ("bad-slug", "error")]


def test_strict_makes_warnings_errors_also_those_that_the_site_set_but_no_notes() -> None:
    found = [at("a", severity="warning"), at("b", code="broken-link"), at("c", code="no-url", severity="note")]
    told = graded(found, {"broken-link": "warning"}, strict=True)
    assert [item.severity for item in told] == ["error", "error", "note"]


# --- as a terminal shows them


def test_caret_stands_below_what_is_meant() -> None:
    assert shown(TALK) == (
        "error[broken-link]: a link leads nowhere\n --> content/kim.md:12:5\n12 | See kim.md.\n   |     ^^^^ not there"
    )


def test_without_its_line_only_the_place_is_told() -> None:
    item = Diagnostic("too-large", "the file is too large", Span("content/kim.md"), "1 MiB", "make it smaller")
    assert shown(item) == (
        "error[too-large]: the file is too large\n --> content/kim.md\n  1 MiB\n  help: make it smaller"
    )


def test_without_a_place_label_and_help_stand_below_the_message() -> None:
    item = Diagnostic("output-refused", "no", None, "the home folder", "name another", "warning")
    assert shown(item) == "warning[output-refused]: no\n  the home folder\n  help: name another"


def test_colour_changes_nothing_but_the_colour() -> None:
    painted = shown(TALK, colour=True)
    assert "\x1b[1;31merror[broken-link]\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == shown(TALK)


def test_caret_at_the_end_of_a_line_stands_behind_it() -> None:
    assert shown(Diagnostic("x", "m", Span("a", 1, 4, 1, "abc"))).splitlines()[-1] == "  |    ^"


def test_wide_letters_take_two_columns_and_marks_none() -> None:
    assert [width(text) for text in ("abc", "首脳", "e\u0301", "a\u200cb", "🙂")] == [3, 4, 1, 2, 2]
    last = shown(Diagnostic("x", "m", Span("a", 1, 3, 2, "首脳会談"))).splitlines()[-1]
    assert last == "  |     ^^^^"


def test_long_line_is_cut_around_the_caret() -> None:
    line = "x" * 300 + "HERE" + "y" * 300
    excerpt, carets = shown(Diagnostic("x", "m", Span("a", 1, 301, 4, line))).splitlines()[2:]
    assert excerpt == "1 | …" + "x" * 50 + "HERE" + "y" * 46 + "…"
    assert excerpt[carets.index("^") :].startswith("HERE")
    assert carets.count("^") == 4


@given(st.text("ab. ä\t\x1b\u202e", min_size=1, max_size=250), st.integers(1, 300), st.integers(1, 300))
def test_carets_stand_below_what_is_meant_wherever_it_is(line: str, column: int, length: int) -> None:
    _, _, excerpt, carets = shown(Diagnostic("x", "m", Span("a", 1, column, length, line))).split("\n")
    meant = line[column - 1 : column - 1 + length]
    below = excerpt[carets.find("^") : len(carets)].removesuffix("…")
    assert plain(meant).startswith(below)
    assert below or not meant


@given(st.text())
def test_shown_text_cannot_steer_a_terminal(text: str) -> None:
    told = shown(Diagnostic("x", text, Span(text, 3, 2, 4, text.replace("\n", "")), text, text))
    steering = [char for char in told.replace("\n", "") if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not steering
    assert told.count("\n") <= 4


def test_text_of_every_script_is_shown_as_it_is() -> None:
    text = "می‌خواهم, 首脳会談, żółć, 👩‍🚒"
    assert plain(text) == text


def test_controls_that_turn_the_direction_of_text_are_made_visible() -> None:
    assert plain("a\u202eb\u2066c\x1b[2J\x7f\ud800") == r"a\u202eb\u2066c\u001b[2J\u007f\ud800"
