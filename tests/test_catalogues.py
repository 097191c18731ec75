"""The catalogues say all that templates and code say, in every language of the interface, and nothing else."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from digestgen import credits, i18n, registry
from digestgen.catalogue import checked
from digestgen.frontmatter import ROLES
from digestgen.markup.labels import labels
from digestgen.model import Contributor, Credit
from digestgen.plan import articles, corrections, lists

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "digestgen"
TEMPLATES = sorted(file for kind in ("html", "txt") for file in (ROOT / "themes").glob(f"*/templates/*.{kind}"))
FILES = sorted((PACKAGE / "locale").glob("*.po"))
LANGUAGES = [file.stem for file in FILES]

#: What `Language.text` is asked for by a value instead of a string, by (file, expression): the messages it may be.
#: Whoever writes such a call names its messages here, or the test of that name below fails.
BY_VALUE: dict[tuple[str, str], Iterable[str]] = {
    ("credits.py", "message"): credits.ROLES.values(),
    ("plan/articles.py", "_GENRES[item.genre]"): articles._GENRES.values(),
    ("plan/corrections.py", "_KINDS[item.kind]"): corrections._KINDS.values(),
    ("plan/lists.py", "_TITLES[kind]"): lists._TITLES.values(),
    ("plan/facts.py", "source.kind"): registry.KINDS,
    ("plan/site.py", "name"): ("Sources", "Tags", "Archive"),
    ("signoffs.py", "message"): credits.ROLES.values(),
    ("render.py", "message"): (),  # the templates' own, which are found there
}

#: A message, or its singular and its plural.
Words = str | tuple[str, ...]

each_language = pytest.mark.parametrize("lang", LANGUAGES)


@functools.cache
def catalogue(lang: str) -> Catalog:
    with (PACKAGE / "locale" / f"{lang}.po").open("rb") as stream:
        return read_po(stream, locale=lang, abort_invalid=True)


def entries(lang: str) -> list[Message]:
    return [entry for entry in catalogue(lang) if entry.id]


def forms(words: object) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(map(str, words)) if isinstance(words, tuple | list) else ()


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|%", text))


# --- where messages stand


@functools.cache
def messages_of_templates() -> frozenset[Words | None]:
    """Of every theme; None stands for a message that is no plain string."""
    return frozenset(message for file in TEMPLATES for message in _messages_of_template(file))


def _messages_of_template(file: Path) -> Iterator[Words | None]:
    with file.open("rb") as stream:
        for _, function, arguments, _ in babel_extract(stream, ("_", "gettext", "ngettext"), (), {"silent": "false"}):
            given = arguments if isinstance(arguments, tuple) else (arguments,)
            texts = tuple(text for text in given[: 2 if function == "ngettext" else 1] if text is not None)
            yield texts if len(texts) > 1 else texts[0] if texts and function != "ngettext" else None


@functools.cache
def calls() -> tuple[tuple[str, ast.expr], ...]:
    """Every (file, message) of the package's calls of `words.text`."""
    return tuple(
        (file.relative_to(PACKAGE).as_posix(), node.args[0])
        for file in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text"
        if ast.unparse(node.func.value).endswith("words")
    )


def messages() -> set[Words | None]:
    written: set[Words | None] = {str(given.value) for _, given in calls() if isinstance(given, ast.Constant)}
    return written.union(messages_of_templates(), *BY_VALUE.values())


# --- the laws


def test_messages_in_templates_are_plain_strings() -> None:
    assert len(messages_of_templates()) > 20
    assert None not in messages_of_templates()


def test_messages_given_by_value_are_named_in_this_file() -> None:
    assert {(file, ast.unparse(given)) for file, given in calls() if not isinstance(given, ast.Constant)} == set(
        BY_VALUE
    )


def test_every_role_that_the_documentation_names_has_a_phrase() -> None:
    assert set(credits.ROLES) == set(ROLES)


def test_the_interface_speaks_sixteen_languages() -> None:
    expected = "ar de en es fa fr he it ja nl pl pt ru tr uk zh"
    assert " ".join(i18n.languages_of_the_interface()) == expected


@each_language
def test_a_catalogue_has_every_message_and_no_other(lang: str) -> None:
    assert {entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in entries(lang)} == messages()
    assert not catalogue(lang).obsolete


@each_language
def test_every_message_is_translated_in_all_its_forms(lang: str) -> None:
    for entry in entries(lang):
        count = 1 if isinstance(entry.id, str) else catalogue(lang).num_plurals
        assert len(forms(entry.string)) == count, entry.id
        assert all(form.strip() for form in forms(entry.string)), entry.id
        assert not entry.fuzzy, entry.id


@each_language
def test_translations_have_the_placeholders_of_their_message(lang: str) -> None:
    for entry in entries(lang):
        wanted = placeholders(forms(entry.id)[-1])
        for form in forms(entry.string):
            found = placeholders(form)
            # "one article" and the Arabic and Hebrew dual say the number in words
            spelt_out = not isinstance(entry.id, str) and sorted([*found, "%(num)s"]) == wanted
            assert found == wanted or spelt_out, (entry.id, form)


@each_language
def test_translations_begin_and_end_with_the_blanks_of_their_message(lang: str) -> None:
    for entry in entries(lang):
        # marks between words have the blanks that the language writes: none in Chinese and Japanese
        if re.search(r"\w", text := forms(entry.id)[-1]):
            for form in forms(entry.string):
                assert _margins(form) == _margins(text), (entry.id, form)


def _margins(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


@each_language
def test_translations_are_text_without_markup(lang: str) -> None:
    # a template puts them into a page as they are
    for entry in entries(lang):
        assert not re.search(r"[<>&\"]", "".join(forms(entry.string))), entry.id


@each_language
def test_plural_forms_are_told_apart_as_the_cldr_does(lang: str) -> None:
    own, cldr = i18n.plurals_of(lang).of, Locale(lang).plural_form
    pairs = {(own(number), cldr(number)) for number in range(1000)}
    assert {form for form, _ in pairs} == set(range(catalogue(lang).num_plurals))
    assert len(pairs) == len({category for _, category in pairs}) == catalogue(lang).num_plurals


@pytest.mark.parametrize("file", FILES, ids=LANGUAGES)
def test_a_catalogue_says_what_it_is(file: Path) -> None:
    text = file.read_text("utf-8")
    assert f'"Language: {file.stem}\\n"' in text
    assert "charset=utf-8" in text
    assert ("# Not yet read by a native reader." in text) == (file.stem != "de") == i18n.is_unread(file.stem)


@each_language
def test_contents_are_called_as_in_an_article_with_a_table_of_contents(lang: str) -> None:
    assert i18n.language(lang).text("Contents") == labels(lang).contents


@each_language
def test_the_reader_of_catalogues_reads_what_a_reader_of_gettext_reads(lang: str) -> None:
    (ours,) = i18n.language(lang).catalogues
    assert ours.texts == {forms(entry.id)[0]: forms(entry.string) for entry in entries(lang)}
    assert [ours.plurals.of(number) for number in range(200)] == [
        i18n.plurals_of(f"{lang}-001").of(number) for number in range(200)
    ]


@each_language
def test_a_catalogue_of_ours_would_pass_as_one_of_a_sites(lang: str) -> None:
    (ours,) = i18n.language(lang).catalogues
    known = {name: entry.plural.text if entry.plural else "" for name, entry in ours.entries.items()}
    assert checked(ours, known, lambda _: "")[1] == []


# --- as it reads


def agency_credits(seoul: str, tokyo: str, melbourne: str) -> tuple[Credit, ...]:
    places = (("A", seoul), ("B", seoul), ("C", seoul), ("D", tokyo), ("E", melbourne))
    reporters = tuple(Contributor(name, place) for name, place in places)
    return (
        Credit("reporting", reporters),
        Credit("writing", (Contributor("F"),)),
        Credit("editing", (Contributor("G"),)),
    )


@pytest.mark.parametrize(
    ("lang", "places", "line"),
    [
        (
            "en",
            ("Seoul", "Tokyo", "Melbourne"),
            "Reporting by A, B and C in Seoul, D in Tokyo and E in Melbourne; writing by F; editing by G",
        ),
        (
            "en-US",
            ("Seoul", "Tokyo", "Melbourne"),
            "Reporting by A, B and C in Seoul, D in Tokyo and E in Melbourne; writing by F; editing by G",
        ),
        (
            "de",
            ("Seoul", "Tokio", "Melbourne"),
            "Berichte von A, B und C in Seoul, D in Tokio und E in Melbourne; geschrieben von F; Bearbeitung: G",
        ),
        (
            "pl",
            ("Seul", "Tokio", "Melbourne"),
            "Relacje: A, B i C (Seul), D (Tokio) i E (Melbourne); tekst: F; redakcja: G",
        ),
    ],
)
def test_a_credit_line_reads_as_an_agency_writes_it(lang: str, places: tuple[str, str, str], line: str) -> None:
    assert credits.line(agency_credits(*places), i18n.language(lang), {}) == line


@each_language
@pytest.mark.parametrize("role", ROLES)
def test_no_part_of_a_credit_line_stays_english(lang: str, role: str) -> None:
    part = (Credit(role, (Contributor("A"),)),)
    assert credits.line(part, i18n.language(lang), {}) != credits.line(part, i18n.language("en"), {})


@pytest.mark.parametrize(
    ("lang", "number", "text"),
    [
        ("de", 1, "%(num)s Artikel"),
        ("fr", 0, "%(num)s article"),
        ("fr", 2, "%(num)s articles"),
        ("pl", 22, "%(num)s artykuły"),
        ("pl", 12, "%(num)s artykułów"),
        ("ru", 21, "%(num)s статья"),
        ("ar", 2, "مقالان"),
        ("he", 1, "כתבה אחת"),
        ("ja", 5, "記事%(num)s本"),
        ("en", 1, "%(num)s article"),
    ],
)
def test_a_number_gets_its_form(lang: str, number: int, text: str) -> None:
    assert i18n.language(lang).form("%(num)s article", "%(num)s articles", number) == text


def test_french_colons_have_a_narrow_blank_that_does_not_break() -> None:
    for entry in entries("fr"):
        for form in forms(entry.string):
            assert not re.search(r"(?<!\u202f)[:;!?]", form), form
