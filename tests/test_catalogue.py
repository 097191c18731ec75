"""What .po files say, and what is wrong with them. Ours are in test_catalogues, a site's in test_wording."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digestgen import catalogue
from digestgen.catalogue import Catalogue, Plurals
from digestgen.diagnostics import Diagnostic

TWO = Plurals(2, "n != 1")


def read(text: str, plurals: Plurals = TWO) -> tuple[Catalogue, list[Diagnostic]]:
    return catalogue.read(text, "x.po", plurals)


def told(found: list[Diagnostic]) -> list[str]:
    return [f"{item.span.line}:{item.span.column} {item.message}" for item in found if item.span]


def test_texts_in_several_lines_with_escapes_are_one_text() -> None:
    found, faults = read('msgid ""\n"a\\n"\n  "\\"b\\" \\\\ \\t"\nmsgstr "c"\n"d"\n')
    assert (dict(found.texts), faults) == ({'a\n"b" \\ \t': ("cd",)}, [])


def test_what_is_empty_unsure_or_obsolete_is_not_translated() -> None:
    text = '#, fuzzy\nmsgid "a"\nmsgstr "A"\n\nmsgid "b"\nmsgstr ""\n\n'
    text += '#~ msgid "c"\n#~ msgstr "C"\nmsgid "d"\nmsgstr "D"\n'
    found, faults = read(text)
    assert (dict(found.texts), faults, list(found.entries)) == ({"d": ("D",)}, [], ["a", "b", "d"])


def test_entries_need_neither_blank_lines_nor_remarks_between_them() -> None:
    text = 'msgid "a"\nmsgstr "A"\n'
    text += 'msgid "n"\nmsgid_plural "ns"\nmsgstr[0] "N"\nmsgstr[1] "NS"\n#. r\nmsgid "b"\nmsgstr "B"'
    found, faults = read(text)
    assert (dict(found.texts), faults) == ({"a": ("A",), "n": ("N", "NS"), "b": ("B",)}, [])
    assert found.entries["b"].remarks == ("r",)


def test_the_head_says_how_many_forms_there_are() -> None:
    found, faults = read('msgid ""\nmsgstr "Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n<5 ? 1 : 2);\\n"\n')
    assert [found.plurals.of(number) for number in (1, 3, 9)] == [0, 1, 2]
    assert faults == []
    assert read("")[0].plurals == TWO


def test_a_head_that_cannot_be_is_told_at_its_line() -> None:
    text = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=ISO-8859-1\\n"\n'
    text += '"Plural-Forms: nplurals=2; plural={};\\n"'
    for wrong in ("n/0", "n +", "import os", "n", "7", "(" * 200):
        found, faults = read(text.format(wrong) + "\n")
        assert told(faults) == [
            "3:28 the charset is `ISO-8859-1`",
            "4:16 the forms of plural cannot be read",
        ]
        assert found.plurals == TWO


def test_an_expression_that_fails_for_a_number_names_the_last_form() -> None:
    assert Plurals(2, "1 / (n - 3000)").of(3000) == 1
    assert Plurals(2, "n").of(9) == 1


def test_faults_of_form_are_told_where_they_are_and_the_rest_is_read() -> None:
    text = (
        'msgstr "x"\n'
        'msgid "a"\nmsgstr[0] "A"\n'
        "msgid b\nmsgstr 'B'\n"
        'msgit "c"\n"loose"\n'
        'msgid "d\nmsgstr "D\\q"\n'
        'msgid "n"\nmsgid_plural "ns"\nmsgstr "N"\n'
        'msgid "e"\nmsgstr "E"\nmsgstr "E"\nmsgid "e"\nmsgstr "F"\n'
        'msgid "f"\nmsgstr "F"\n'
    )
    found, faults = read(text)
    assert told(faults) == [
        "1:1 `msgstr` stands before its `msgid`",
        "3:1 `msgstr[0]` does not fit its message",
        "4:7 the text is not quoted",
        "5:8 the text is not quoted",
        "6:1 this is no line of a .po file",
        "7:1 a text stands here without a `msgid` or a `msgstr`",
        "8:7 the text is not quoted",
        "9:10 `\\q` stands for nothing",
        "12:1 `msgstr` does not fit its message",
        "15:1 the message is translated twice",
        "16:8 the message stands in line 13 already",
    ]
    assert found.texts["e"] == ("E",)
    assert found.texts["f"] == ("F",)


def test_something_else_than_a_catalogue_is_told_in_few_words() -> None:
    assert len(read("<html>\n" * 500)[1]) == 21


@given(st.text(alphabet='msgidtrplu_[01] "\\\n#~,%()abé', max_size=300))
def test_no_text_raises_and_every_fault_has_a_place_in_it(text: str) -> None:
    found, faults = read(text)
    _, more = catalogue.checked(found, {"a": "", "b": "c"}, lambda _: "")
    lines = text.split("\n")
    for item in (*faults, *more):
        assert item.span is not None
        assert lines[item.span.line - 1] == item.span.text
        assert 1 <= item.span.column <= len(item.span.text) + 1


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=4, unique_by=lambda pair: pair[0]
    )
)
def test_what_is_written_to_be_translated_is_read_as_the_same_messages(pairs: list[tuple[str, str]]) -> None:
    def words(text: str) -> catalogue.Words:
        return catalogue.Words(text, ())

    entries = [catalogue.Entry(words(one), words(many) if many else None, {}) for one, many in pairs]
    text = "\n".join(catalogue.written(entry, 2, "") for entry in entries)
    if "\r" in text:
        return
    found, faults = read(text)
    assert faults == []
    assert [(name, entry.plural.text if entry.plural else "") for name, entry in found.entries.items()] == pairs
    assert dict(found.texts) == {}


# --- translations beside their messages

KNOWN = {"a %(x)s": "", "%(num)s b": "%(num)s bs", "c": "", "100 %": "", " · ": ""}


def checked(text: str, plurals: Plurals = TWO) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    found, faults = read(text, plurals)
    assert faults == []
    good, more = catalogue.checked(found, KNOWN, lambda name: f"near {name}")
    return dict(good.texts), told(more)


def test_a_translation_with_other_places_than_its_message_is_told_and_left_out() -> None:
    good, found = checked('msgid "a %(x)s"\nmsgstr "A %(y)s"\nmsgid "c"\nmsgstr "C"\nmsgid "100 %"\nmsgstr "100"\n')
    assert found == [
        "2:11 the translation has a `%(y)s` that is none of its message's",
        "6:9 the translation has a `%` that is none of its message's",
    ]
    assert good == {"c": ("C",)}


def test_a_number_may_be_said_in_words_where_it_decides_the_form() -> None:
    good, found = checked('msgid "%(num)s b"\nmsgid_plural "%(num)s bs"\nmsgstr[0] "one B"\nmsgstr[1] "%(num)s B"\n')
    assert (good, found) == ({"%(num)s b": ("one B", "%(num)s B")}, [])


def test_too_few_and_too_many_forms_are_told() -> None:
    head = 'msgid "%(num)s b"\nmsgid_plural "%(num)s bs"\n'
    for forms in ('msgstr[0] "B"\n', 'msgstr[0] "B"\nmsgstr[1] ""\n', 'msgstr[0] "B"\nmsgstr[1] "B"\nmsgstr[2] "B"\n'):
        good, found = checked(head + forms)
        assert [line.partition(" ")[2] for line in found] == ["the message has not all its forms"]
        assert good == {}


def test_what_pages_would_take_for_html_is_told() -> None:
    good, found = checked('msgid "c"\nmsgstr "<b>C</b> & \\"d\\""\n')
    assert good == {}
    assert found == [
        "2:9 the translation has a `<`, which pages would take for HTML",
        "2:11 the translation has a `>`, which pages would take for HTML",
        "2:18 the translation has a `&`, which pages would take for HTML",
        '2:20 the translation has a `"`, which pages would take for HTML',
    ]


def test_blanks_at_an_end_are_only_warned_of_and_marks_between_words_may_have_others() -> None:
    good, found = checked('msgid "c"\nmsgstr "C "\nmsgid " · "\nmsgstr "・"\n')
    assert good == {"c": ("C ",), " · ": ("・",)}
    assert found == ["2:9 the translation begins or ends otherwise than its message"]


def test_messages_that_no_page_says_are_told_with_what_may_be_meant() -> None:
    good, found = checked('msgid "d"\nmsgstr "D"\nmsgctxt "x"\nmsgid "c"\nmsgstr "C"\nmsgid "%(num)s b"\nmsgstr "B"\n')
    assert good == {}
    assert found == [
        "1:8 no page says this",
        "4:8 no page asks for this message in a context",
        "6:8 the message has another plural",
    ]


def test_the_mark_stands_for_what_pages_can_show() -> None:
    marks = {read(text)[0].mark for text in ('msgid "a"\nmsgstr "A"\n', '# remark\n\nmsgid "a"\nmsgstr ""\n"A"\n')}
    assert len(marks) == 1
    assert read('msgid "a"\nmsgstr "B"\n')[0].mark not in marks
