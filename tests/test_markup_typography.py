"""Quotation marks, dashes and apostrophes in the article's language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen.markup.convert import assemble, convert, educate
from digestgen.markup.typography import educate_runs

NB, THIN = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", '"Hi," she said, "it\'s \'fine\'."', "“Hi,” she said, “it’s ‘fine’.”"),
        ("de", '"Geht\'s \'gut\'?" - "Ja."', "„Geht’s ‚gut‘?“ – „Ja.“"),
        ("de", "Pro-\"Foo\"-Lager, Hans' Auto, '68er, 's ist", "Pro-„Foo“-Lager, Hans’ Auto, ’68er, ’s ist"),
        ("de-CH", '"Ja"', "«Ja»"),
        ("fr", 'Il dit : "oui" !', f"Il dit{NB}: «{NB}oui{NB}»{THIN}!"),
        ("fr-CH", '"oui"', f"«{THIN}oui{THIN}»"),
        ("es", "\"uno 'dos'\"", "«uno “dos”»"),
        ("it", '"uno"', "«uno»"),
        ("pt", '"um"', "«um»"),
        ("pt-BR", '"um"', "“um”"),
        ("pl", '"tak"', "„tak”"),
        ("ru", "\"да 'нет'\"", "«да „нет“»"),
        ("uk", '"так"', "«так»"),
        ("fa", '"بله"', "«بله»"),
        ("fi", '"kyllä"', "”kyllä”"),
        ("sv", '"ja"', "”ja”"),
        ("he", 'צה"ל אמר "שלום"', "צה״ל אמר „שלום”"),
        ("ja", '彼は"こう"言った「は」', "彼は“こう”言った「は」"),
        ("tr", '"evet"', "“evet”"),
        ("xx", '"?"', "“?”"),
        ("en", "'90s, rock 'n' roll, the dogs' bowl", "’90s, rock ’n’ roll, the dogs’ bowl"),
        ("en", "5'10\" tall", "5′10″ tall"),
        ("en", '"a "b" c"', "“a ‘b’ c”"),
        ("en", "a -- b --- c... 1--2", "a – b — c… 1–2"),
        ("en", "use --help or ----", "use --help or ----"),
        ("en", '("x") ["y"]', "(“x”) [“y”]"),
        ("en", " \" ' ", " \" ' "),
    ],
)
def test_marks_follow_the_language(lang: str, text: str, expected: str) -> None:
    assert educate(text, lang) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"[Link](x)"', "„Link“"),
        ("\"*a* 'b'\"", "„<em>a</em> ‚b‘“"),
        ('`x`\'s "`y`"', "<code>x</code>’s „<code>y</code>“"),
        ('`"a"` <kbd>"b"</kbd>', '<code>"a"</code> <kbd>"b"</kbd>'),
        ('a<br>"b"', "a<br>„b“"),
        ('<span lang="en">"a"</span>', '<span lang="en">„a“</span>'),
        ("https://example.com/a--b", "https://example.com/a--b"),
    ],
)
def test_marks_are_judged_across_the_borders_of_elements(source: str, expected: str) -> None:
    body = convert(source, "de")
    assert assemble(body, [None] * len(body.refs)) == f"<p>{expected}</p>"


def test_block_in_another_language_has_its_own_marks() -> None:
    body = convert('<p lang="en">"a"</p>\n\n"b"', "de")
    assert assemble(body, []) == '<p lang="en">“a”</p>\n\n<p>„b“</p>'


@given(st.lists(st.text("ab \"'-.( ", max_size=6), max_size=6), st.sampled_from(["en", "de", "fr", "he"]))
def test_where_a_text_is_cut_does_not_matter_to_its_quotes(runs: list[str], lang: str) -> None:
    apart = educate_runs(runs, lang)
    assert len(apart) == len(runs)
    whole = educate("".join(runs), lang)
    for sign in "\"'":
        assert "".join(apart).count(sign) == whole.count(sign)


@given(st.text(st.characters(exclude_characters="\"'-. "), max_size=30))
def test_text_without_signs_stays(text: str) -> None:
    assert educate(text, "fr") == text
