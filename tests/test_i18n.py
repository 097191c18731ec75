"""Dates, numbers, names and lists in each language. What the catalogues say is in test_catalogues."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from babel.localedata import locale_identifiers

from digestgen import i18n
from digestgen.config import time_zone
from digestgen.views import When

MORNING = datetime(2023, 9, 14, 6, 0, tzinfo=time_zone("Europe/Berlin"))


def test_languages_are_known_by_their_first_part() -> None:
    assert [tag for tag in ("de", "pt-BR", "gsw", "zh_Hant", "xx", "final", "md") if i18n.known(tag)] == [
        "de",
        "pt-BR",
        "gsw",
        "zh_Hant",
    ]


@pytest.mark.parametrize(
    ("tag", "direction", "name"),
    [
        ("en-GB", "ltr", "English"),
        ("de-AT", "ltr", "Deutsch"),
        ("fa", "rtl", "فارسی"),
        ("he", "rtl", "עברית"),
        ("ja", "ltr", "日本語"),
        ("pt-BR", "ltr", "português"),
    ],
)
def test_a_language_knows_its_direction_and_its_own_name(tag: str, direction: str, name: str) -> None:
    language = i18n.language(tag)
    assert (language.tag, language.direction, language.name) == (tag, direction, name)


def test_a_language_that_nobody_knows_has_english_forms_and_keeps_its_tag() -> None:
    language = i18n.language("xx-Nowhere")
    assert (language.tag, language.direction, language.month(date(2024, 9, 1))) == ("xx-Nowhere", "ltr", "September")


def test_languages_and_countries_are_named_in_the_language_of_the_page() -> None:
    german = i18n.language("de")
    assert [german.named(tag) for tag in ("en", "ja", "pt-BR", "xx")] == [
        "Englisch",
        "Japanisch",
        "Portugiesisch (Brasilien)",
        "xx",
    ]
    assert [german.country(code) for code in ("KR", "kr", "ZZZ")] == ["Südkorea", "Südkorea", "ZZZ"]


# --- moments


@pytest.mark.parametrize(
    ("tag", "day", "weekday", "short", "time"),
    [
        ("en", "September 14, 2023", "Thursday, September 14, 2023", "Sep 14", "6:00\u202fAM CEST"),
        ("en-GB", "14 September 2023", "Thursday, 14 September 2023", "14 Sept", "06:00 CEST"),
        ("de", "14. September 2023", "Donnerstag, 14. September 2023", "14. Sept.", "06:00 MESZ"),
        ("fr", "14 septembre 2023", "jeudi 14 septembre 2023", "14 sept.", "06:00 CEST"),
        ("ja", "2023年9月14日", "2023年9月14日木曜日", "9月14日", "6:00 CEST"),
        ("fa", "۱۴ سپتامبر ۲۰۲۳", "پنجشنبه ۱۴ سپتامبر ۲۰۲۳", "۱۴ سپتامبر", "۶:۰۰ CEST"),
        ("he", "14 בספטמבר 2023", "יום חמישי, 14 בספטמבר 2023", "14 בספט׳", "6:00 CEST"),
    ],
)
def test_moments_are_written_as_in_the_language(tag: str, day: str, weekday: str, short: str, time: str) -> None:
    found = i18n.language(tag).when(MORNING, timed=True)
    assert (found.date, found.weekday, found.short, found.time) == (day, weekday, short, time)
    assert found.iso == "2023-09-14T06:00+02:00"
    assert time.startswith(found.clock)


def test_a_day_has_no_time() -> None:
    found = i18n.language("en-GB").when(MORNING, timed=False)
    assert found == When("2023-09-14", "14 September 2023", "Thursday, 14 September 2023", "14 Sept", "", "")
    assert i18n.language("en-GB").day(date(2023, 9, 14)) == found


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (UTC, "UTC"),
        (time_zone("Europe/London"), "BST"),
        (time_zone("America/New_York"), "EDT"),
        (time_zone("Asia/Kathmandu"), "UTC+5:45"),
        (time_zone("America/Sao_Paulo"), "UTC-3"),
        (timezone(timedelta(hours=-4)), "UTC-4"),
    ],
)
def test_zone_is_told_by_a_common_name_else_by_its_offset(zone: timezone, name: str) -> None:
    found = i18n.language("en-GB").when(datetime(2023, 9, 14, 6, 0, tzinfo=zone), timed=True)
    assert found.time == f"06:00 {name}"


# --- calendars


@pytest.mark.parametrize(
    ("tag", "month", "month_of_year", "year"),
    [
        ("en", "September", "September 2023", "2023"),
        ("de", "September", "September 2023", "2023"),
        ("ru", "сентябрь", "сентябрь 2023\u202fг.", "2023"),
        ("pt-BR", "setembro", "setembro de 2023", "2023"),
        ("ja", "9月", "2023年9月", "2023"),
        ("fa", "سپتامبر", "سپتامبر ۲۰۲۳", "۲۰۲۳"),
        ("ar", "سبتمبر", "سبتمبر ٢٠٢٣", "٢٠٢٣"),
        ("he", "ספטמבר", "ספטמבר 2023", "2023"),
    ],
)
def test_months_and_years_are_named_in_the_language(tag: str, month: str, month_of_year: str, year: str) -> None:
    language = i18n.language(tag)
    september = date(2023, 9, 1)
    assert (language.month(september), language.month_of_year(september), language.year(2023)) == (
        month,
        month_of_year,
        year,
    )


@pytest.mark.parametrize(
    ("tag", "first", "names"),
    [("de", 0, "Montag"), ("en-GB", 0, "Monday"), ("en-US", 6, "Sunday"), ("he", 6, "יום ראשון"), ("fa", 5, "شنبه")],
)
def test_weeks_begin_on_the_day_of_the_language(tag: str, first: int, names: str) -> None:
    language = i18n.language(tag)
    assert language.first_weekday == first
    assert len(language.weekdays()) == 7
    assert language.weekdays()[0][1] == names


NAMES = """
import sys
from datetime import date
from digestgen import i18n
for tag in sys.argv[1:]:
    language = i18n.language(tag)
    language.when, language.month_of_year(date(2024, 9, 1)), language.weekdays(), language.month(date(2024, 9, 1))
tags = ("ar", "de", "en", "fa", "he", "hi", "ja", "pt-BR", "ru", "ur", "zh")
for tag in tags:
    language = i18n.language(tag)
    day = date(2024, 9, 14)
    said = (tag, language.month(day), language.month_of_year(day), language.weekdays(), language.day(day))
    sys.stdout.write(f"{said}\\n")
"""


def test_no_language_takes_the_words_of_the_one_that_was_asked_first() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    said = {
        subprocess.run([sys.executable, "-c", NAMES, *first], capture_output=True, check=True, env=environment).stdout
        for first in ((), ("ja", "ur"), ("he", "hi"))
    }
    assert len(said) == 1


# --- numbers, lists, messages


@pytest.mark.parametrize(
    ("tag", "text"),
    [("en", "1,234,567"), ("de", "1.234.567"), ("fa", "۱,۲۳۴,۵۶۷"), ("hi", "12,34,567"), ("ur", "1,234,567")],
)
def test_numbers_have_the_separators_and_digits_of_the_language(tag: str, text: str) -> None:
    assert i18n.language(tag).number(1_234_567) == text


@pytest.mark.parametrize(
    ("tag", "items", "text"),
    [
        ("en", ["A", "B", "C"], "A, B and C"),
        ("en-US", ["A", "B", "C"], "A, B and C"),
        ("de", ["A", "B", "C"], "A, B und C"),
        ("ja", ["A", "B", "C"], "A、B、C"),
        ("fr", ["A", "B"], "A et B"),
        ("en", ["A"], "A"),
        ("en", [], ""),
    ],
)
def test_lists_are_joined_as_in_the_language(tag: str, items: list[str], text: str) -> None:
    assert i18n.language(tag).joined(items) == text


def test_messages_without_a_translation_stay_as_they_are() -> None:
    german = i18n.language("de")
    assert german.text("nothing like this %(name)s", name="x") == "nothing like this x"
    assert german.text("100 %") == "100 %"
    assert german.form("one thing", "many things", 2) == "many things"
    assert i18n.language("en").form("one thing", "many things", 1) == "one thing"


def test_a_region_speaks_as_its_language() -> None:
    assert i18n.language("de-AT").text("Archive") == i18n.language("de").text("Archive") != "Archive"


def test_every_language_that_the_cldr_names_can_be_that_of_a_site() -> None:
    tags = {"no", *i18n._own("en").languages, *(name for name in locale_identifiers() if "_" not in name)}
    for tag in sorted(tags):
        of = i18n.language(tag)
        assert of.territorial.replace("_", "").isalnum(), tag
        assert 0 <= i18n._with_country(of.locale).first_week_day < 7, tag
