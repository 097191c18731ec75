"""A site's own words: languages that it adds, and messages that it says otherwise."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import build, cli, lexicon, theme, wording
from digestgen.catalogue import read
from digestgen.i18n import plurals_of
from tests.building import NOW, built, plain_theme, published, told, well_built

SITE = """\
-- site.yaml --
title: The Words
theme: plain
language: {lang}
timezone: UTC
rules: {{no-url: off}}
-- content/one.{other}.md --
---
title: One
date: 2024-01-01
tags: [first]
credits: {{role: reporting, people: [Ada, Zoë]}}
---
Note[^1].

[^1]: A note.
-- content/two.md --
---
title: Two
date: 2024-01-02
---
Text.
"""
THEME = plain_theme(
    base="<!DOCTYPE html>\n<html lang='{{ site.lang }}' dir='{{ site.direction }}'>"
    "<p>{{ _('Archive') }}|{{ _('Tags') }}|{{ ngettext('%(num)s article', '%(num)s articles', 2) }}</p>"
    "{% block main %}{% endblock %}\n",
    front="{% extends 'base.html' %}{% block main %}{{ _('Of ours') }}{% endblock %}\n",
    article="{% extends 'base.html' %}{% block main %}{{ page.card.when.date }}|{{ page.credits }}|{{ page.html|safe }}"
    "{% endblock %}\n",
)
KOREAN = """\
-- locale/ko.po --
msgid "Archive"
msgstr "보관함"
msgid "%(num)s article"
msgid_plural "%(num)s articles"
msgstr[0] "기사 %(num)s건"
msgid "Footnotes"
msgstr "각주"
"""


def page(files: dict[str, bytes], path: str) -> str:
    return files[path].decode()


def a_site(lang: str, other: str = "en") -> str:
    return SITE.format(lang=lang, other=other) + THEME


def test_a_catalogue_adds_a_language_with_its_dates_and_counts_what_it_lacks(site: Callable[[str], Path]) -> None:
    folder = site(a_site("ko", "ko") + KOREAN)
    result = built(folder)
    assert told(result.diagnostics) == [
        f"warning[untranslated] locale/ko.po:1:1 {lacking(3)} have no words in `ko`, so pages say so much in English"
    ]
    text = page(published(folder / "public"), "2024/01/one/index.html")
    assert "<html lang='ko' dir='ltr'><p>보관함|Tags|기사 2건</p>2024년 1월 1일|" in text
    assert 'aria-label="각주"' in text
    assert "Back to the text, footnote 1" in text


def lacking(said: int) -> str:
    every = len(wording.messages(())) + 1
    return f"{every - said} of {every} messages"


def test_a_language_without_a_catalogue_says_how_to_begin_one(site: Callable[[str], Path]) -> None:
    (item,) = built(site(a_site("ko"))).diagnostics
    assert item.span is not None
    assert (item.code, item.severity, item.span.path, item.span.line) == ("untranslated", "warning", "site.yaml", 3)
    assert "`digestgen language add ko`" in item.help


def test_a_message_is_corrected_and_all_others_stay(site: Callable[[str], Path]) -> None:
    own = '-- locale/de.po --\nmsgid "Archive"\nmsgstr "Alle Artikel"\nmsgid "Of ours"\nmsgstr "Von uns"\n'
    files = well_built(site(a_site("de-AT", "de-AT") + own))
    assert "Alle Artikel|Schlagwörter|2 Artikel" in page(files, "index.html")
    assert "Von uns" in page(files, "index.html")
    assert "Berichte von Ada und Zoë" in page(files, "2024/01/one/index.html")
    assert 'aria-label="Fußnoten"' in page(files, "2024/01/one/index.html")


def test_english_is_corrected_likewise(site: Callable[[str], Path]) -> None:
    own = '-- locale/en.po --\nmsgid "Archive"\nmsgstr "Back issues"\nmsgid "Footnotes"\nmsgstr "Notes"\n'
    files = well_built(site(a_site("en-GB", "en-GB") + own))
    assert "Back issues|Tags|2 articles" in page(files, "index.html")
    assert 'aria-label="Notes"' in page(files, "2024/01/one/index.html")


def test_the_site_speaks_before_its_theme_and_a_region_before_its_language(site: Callable[[str], Path]) -> None:
    own = "".join(
        f'-- {folder}locale/{name}.po --\nmsgid "{message}"\nmsgstr "{text}"\n{more}'
        for folder, name, message, text, more in (
            ("", "de", "Archive", "A site", 'msgid "Of ours"\nmsgstr "O site"\n'),
            ("", "de_AT", "Archive", "A region", ""),
            ("themes/plain/", "de-AT", "Tags", "T theme", 'msgid "Of ours"\nmsgstr "O theme"\n'),
        )
    )
    text = page(well_built(site(a_site("de-AT") + own)), "index.html")
    assert "A region|T theme|2 Artikel" in text
    assert "O theme" in text  # nearer than what the site says of the language as a whole


@pytest.mark.parametrize(("lang", "direction"), [("dv", "rtl"), ("ckb", "rtl"), ("ku-Arab", "rtl"), ("ka", "ltr")])
def test_an_added_language_is_read_in_its_direction(site: Callable[[str], Path], lang: str, direction: str) -> None:
    files = well_built(site(a_site(lang) + f'-- locale/{lang}.po --\nmsgid "Archive"\nmsgstr "X"\n'))
    assert f"<html lang='{lang}' dir='{direction}'><p>X|" in page(files, "index.html")


def test_an_article_in_a_language_that_the_site_lacks_has_its_own_words(site: Callable[[str], Path]) -> None:
    own = '-- locale/ko.po --\nmsgid "Footnotes"\nmsgstr "각주"\nmsgid "reporting by %(people)s"\nmsgstr ""\n'
    folder = site(a_site("en", "ko").replace("one.ko.md", "one.md").replace("title: One", "title: One\nlang: ko") + own)
    text = page(well_built(folder), "2024/01/one/index.html")
    assert 'aria-label="각주"' in text
    assert "보관함" not in text
    catalogue = folder / "locale/ko.po"
    catalogue.write_text(catalogue.read_text("utf-8").replace("각주", "주석"), encoding="utf-8")
    result = built(folder)
    assert result.rendered == {"2024/01/one/index.html"}
    assert 'aria-label="주석"' in page(published(folder / "public"), "2024/01/one/index.html")


def test_an_edit_renders_the_pages_of_its_language_only_and_a_remark_none(site: Callable[[str], Path]) -> None:
    text = a_site("en", "de").replace("timezone: UTC", "timezone: UTC\nlanguages: [de]")
    folder = site(text + '-- locale/de.po --\nmsgid "Of ours"\nmsgstr "Von uns"\n')
    catalogue = folder / "locale/de.po"
    well_built(folder)
    catalogue.write_text("# A remark.\n" + catalogue.read_text("utf-8"), encoding="utf-8")
    assert built(folder).rendered == frozenset()
    catalogue.write_text('msgid "Of ours"\nmsgstr "Unsers"\n', encoding="utf-8")
    result = built(folder)
    assert result.parsed == frozenset()
    assert {path.partition("/")[0] for path in result.rendered} == {"de"}
    assert "Unsers" in page(published(folder / "public"), "de/index.html")
    catalogue.unlink()
    assert "Of ours" in page(well_built(folder), "de/index.html")


def test_a_body_edit_after_a_build_with_own_words_makes_what_a_clean_build_makes(site: Callable[[str], Path]) -> None:
    folder = site(a_site("ko", "ko") + KOREAN)
    well_built(folder)
    with (folder / "content/one.ko.md").open("a", encoding="utf-8") as file:
        file.write("\nAnd [^2].\n\n[^2]: Another.\n")
    result = built(folder)
    assert result.revised
    left = published(folder / "public")
    assert "보관함" in page(left, "2024/01/one/index.html")
    shutil.rmtree(folder / ".digestgen")
    assert left == well_built(folder, output=folder.parent / "fresh")


def test_processes_say_the_same_words(site: Callable[[str], Path]) -> None:
    folder = site(a_site("ko", "ko") + KOREAN)
    for number in range(60):
        (folder / f"content/n{number}.md").write_text(f"---\ntitle: N\ndate: 2023-01-01\n---\n[^1]\n\n[^1]: {number}\n")
    one = well_built(folder)
    shutil.rmtree(folder / ".digestgen")
    assert build.build(build.Request(folder, NOW, folder.parent / "two", jobs=2)).ok
    assert published(folder.parent / "two") == one


def test_nothing_is_published_below_the_folder_of_catalogues(site: Callable[[str], Path]) -> None:
    folder = site(a_site("ko") + KOREAN)
    result = built(folder, output=folder / "locale")
    assert [item.code for item in result.diagnostics if item.severity == "error"] == ["output-refused"]


# --- to be translated


def test_what_is_added_has_every_message_once_and_stays_empty(site: Callable[[str], Path]) -> None:
    folder = site(a_site("ko"))
    above = theme.chain("plain", folder, None, [])
    made = wording.added("ko", folder, above, [])
    found, faults = read(made.text, made.path, plurals_of("ko"))
    assert (made.path, made.new, made.begun, faults) == ("locale/ko.po", len(found.entries), True, [])
    assert found.entries.keys() == wording.messages(above).keys()
    assert "Of ours" in found.entries
    assert dict(found.texts) == {}
    assert found.plurals.forms == 1


def test_what_is_there_keeps_every_byte_and_gets_what_it_lacks(site: Callable[[str], Path]) -> None:
    folder = site(a_site("de") + '-- locale/DE.po --\n# mine\nmsgid "Archive"\nmsgstr "Alle Artikel"\n')
    above = theme.chain("plain", folder, None, [])
    made = wording.added("de", folder, above, [])
    assert (made.path, made.begun) == ("locale/DE.po", False)
    assert made.text.startswith('# mine\nmsgid "Archive"\nmsgstr "Alle Artikel"\n\n')
    assert "#. Now: Schlagwörter\n" in made.text
    (folder / "locale/DE.po").write_text(made.text, encoding="utf-8")
    assert wording.added("de", folder, above, []).new == 0
    assert "Alle Artikel|Schlagwörter" in page(well_built(folder), "index.html")


def test_languages_are_listed_with_how_much_they_say(site: Callable[[str], Path]) -> None:
    folder = site(a_site("ko") + KOREAN + '-- locale/xx-de.po --\nmsgid "x"\n')
    settings, _ = build.settings_of(folder)
    assert settings is not None
    rows, found = wording.spoken(settings, lexicon.of_site(folder, []), theme.chain("plain", folder, None, []))
    assert (rows[0].tag, rows[0].said, rows[0].files) == ("ko", 3, ("locale/ko.po",))
    known = {row.tag: row for row in rows}
    assert known["en"].said == known["en"].every == known["de"].said + 1
    assert [tag for tag, row in known.items() if not row.unread] == ["ko", "de", "en"]
    assert "bad-catalogue" in {item.code for item in found}


# --- the command

Call = Callable[..., tuple[object, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    def called(*arguments: str | Path) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["digestgen", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return (end.value.code, *capsys.readouterr())

    return called


def test_the_command_begins_a_catalogue_and_adds_to_it(site: Callable[[str], Path], call: Call) -> None:
    folder = site(a_site("ko"))
    file = folder / "locale/ko.po"
    code, out, _ = call("-C", folder, "language", "add", "ko")
    assert (code, out.endswith("messages, to be translated\n")) == (0, True)
    whole = file.read_text("utf-8")
    assert "has every message already" in call("-C", folder, "language", "add", "ko")[1]
    assert file.read_text("utf-8") == whole
    file.write_text(whole.replace('msgid "Tags"\nmsgstr ""\n', ""), encoding="utf-8")
    assert "1 more at its end" in call("-C", folder, "language", "add", "ko")[1]
    assert file.read_text("utf-8").endswith('\n\nmsgid "Tags"\nmsgstr ""\n')


def test_the_command_writes_nothing_beside_what_it_cannot_read(site: Callable[[str], Path], call: Call) -> None:
    folder = site(a_site("ko") + "-- locale/ko.po --\nmsgit\n")
    code, _, err = call("-C", folder, "language", "add", "ko")
    assert (code, "locale/ko.po:1:1" in err) == (1, True)
    assert (folder / "locale/ko.po").read_text() == "msgit\n"
    assert call("-C", folder, "language", "add", "xx")[0] == 2
    assert call("-C", folder.parent, "language", "add", "ko")[0] == 1


def test_the_command_lists_languages_for_people_and_for_machines(site: Callable[[str], Path], call: Call) -> None:
    folder = site(a_site("ko") + KOREAN)
    code, out, _ = call("-C", folder, "language", "list")
    assert (code, out.splitlines()[1].split()) == (0, ["*", "ko", "한국어", "3", lacking(0).split()[2], "locale/ko.po"])
    (known,) = [row for row in json.loads(call("-C", folder, "language", "list", "--format", "json")[1]) if row["site"]]
    assert (known["language"], known["words"], known["files"]) == ("ko", 3, ["locale/ko.po"])
