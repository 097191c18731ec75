"""Slugs in the scripts and languages that a digest quotes."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digestgen import paths
from digestgen.slugs import LONGEST, is_slug, slugify

LANGUAGES = st.sampled_from(["en", "de", "de-AT", "da", "nb", "sv", "tr", "fa", "he", "ja", "und", ""])


@pytest.mark.parametrize(
    ("lang", "text", "slug"),
    [
        ("en", "Kim Meets Putin: Talks on Arms", "kim-meets-putin-talks-on-arms"),
        ("en", "Python 3.12", "python-3-12"),
        ("en", "Don't — “panic”!", "dont-panic"),
        ("en", "AT&T_x/y\\z", "at-t-x-y-z"),
        ("en", "  --already-a-slug--  ", "already-a-slug"),
        ("de", "Größe, Übermut, Öl und Äpfel", "groesse-uebermut-oel-und-aepfel"),
        ("de-AT", "STRAẞE für alle", "strasse-fuer-alle"),
        ("de_CH", "u\u0308ber", "ueber"),
        ("en", "Über Größe", "uber-grosse"),
        ("tr", "İstanbul'da ILIK ığüşöç", "istanbulda-ilik-igusoc"),
        ("da", "Århus Ærø", "aarhus-aero"),
        ("nb", "Ålesund", "aalesund"),
        ("sv", "Åmål Öl", "amal-ol"),
        ("fr", "L’été à Nîmes, œuvre", "lete-a-nimes-oeuvre"),
        ("pl", "Łódź i Żory", "lodz-i-zory"),
        ("is", "Þórður Æðey", "thordur-aedey"),
        ("vi", "Đà Nẵng", "da-nang"),
        ("en", "ǿ Ǟ", "o-a"),
        ("ru", "Ёлка и Йод", "ёлка-и-йод"),
        ("el", "ΟΔΟΣ Άνω", "οδος-άνω"),
        ("fa", "می\u200cخواهم کتاب", "می-خواهم-کتاب"),
        ("he", "צה״ל בע\u05f3", "צהל-בע"),
        ("ar", "\u202bأخبـار\u202c", "أخبار"),
        ("ja", "東京・オリンピック 2020 カメラ", "東京-オリンピック-2020-カメラ"),
        ("ja", "ﾃﾞｼﾞﾀﾙ ＡＢＣ＋＋", "デジタル-abc-plus-plus"),
        ("zh", "北京的天气！", "北京的天气"),
        ("ko", "서울 뉴스", "서울-뉴스"),
        ("hi", "हिन्दी समाचार", "हिन्दी-समाचार"),
        ("ta", "தமிழ்", "தமிழ்"),
        ("th", "น้ำท่วม", "น้ำท่วม"),
        ("en", "C", "c"),
        ("en", "C++", "c-plus-plus"),
        ("en", "C#", "c-sharp"),
        ("en", "F#/C++11 and A+B", "f-sharp-c-plus-plus-11-and-a-b"),
        ("en", "#hashtag +1", "hashtag-1"),
        ("en", "m² ½ ① №5", "m2-1-2-1-no5"),
        ("en", "soft\u00adhyphen zero\u200bwidth", "softhyphen-zerowidth"),
        ("en", "❤\ufe0f love", "love"),
        ("en", "a\u3164b", "ab"),
        ("en", "l´eau ŉ", "leau-n"),
        ("en", "con", "con-1"),
        ("en", "COM1", "com1-1"),
        ("en", "Con men", "con-men"),
    ],
)
def test_a_slug_reads_as_its_language_writes(lang: str, text: str, slug: str) -> None:
    assert slugify(text, lang) == slug
    assert is_slug(slug)


@pytest.mark.parametrize("text", ["", "!!!", "🔥", "+", "\ud83d", "\u0301", "-"])
def test_a_text_without_letters_gets_a_name_that_stays(text: str) -> None:
    slug = slugify(text, "en")
    assert re.fullmatch("x[0-9a-f]{10}", slug)
    assert slugify("🔥", "en") != slugify("❄", "en")


def test_three_languages_of_programmers_are_three_tags() -> None:
    assert len({slugify(tag, "en") for tag in ("C", "C++", "C#")}) == 3


def test_a_long_headline_is_cut_between_words() -> None:
    assert slugify("word " * 100, "en") == "-".join(["word"] * 24)
    assert slugify("abcde " * 100, "en") == "-".join(["abcde"] * 20)
    assert slugify("x" * 119 + " y", "en") == "x" * 119
    assert slugify("x" * 120 + " y", "en") == "x" * 120


def test_a_long_word_is_cut_between_characters() -> None:
    assert slugify("a " + "x" * 500, "en") == "a-" + "x" * 118
    assert slugify("東" * 500, "ja") == "東" * 40
    assert slugify("x" + "東" * 500, "ja") == "x" + "東" * 39


def test_a_word_is_not_cut_before_its_vowel_sign() -> None:
    # Each syllable is six bytes, the first letter one: the limit falls after a consonant.
    slug = slugify("xxx" + "कि" * 100, "hi")
    assert slug == "xxx" + "कि" * 19
    assert slugify("क" + "\u093f" * 100, "hi").startswith("x")


def test_a_cut_beside_a_short_first_word_leaves_no_hyphen() -> None:
    assert slugify("a" * 50 + " " + "क" + "\u093f" * 60, "hi") == "a" * 50


def test_no_text_is_too_long() -> None:
    assert slugify("a" + "\u0301\u0316" * 500_000, "en") == "a"


@pytest.mark.parametrize("text", ["Kim", "a--b", "-a", "a.b", "ä", "", "con", "a b", "x" * 121])
def test_what_would_change_is_no_slug(text: str) -> None:
    assert not is_slug(text)


@given(st.text(max_size=80) | st.text("aäß-+#\u0301\u093fकÅ\u200c\u200dЀ가", max_size=80), LANGUAGES)
@example("ﬃ\u0345Ά", "el")
@example("\u1100\u200d\u1161", "ko")
def test_a_slug_is_its_own_slug_and_a_good_file_name(text: str, lang: str) -> None:
    slug = slugify(text, lang)
    assert slugify(slug, lang) == slug
    assert is_slug(slug)
    assert paths.name_fault(slug) == ""
    assert len(slug.encode()) <= LONGEST + 2
    assert unicodedata.is_normalized("NFC", slug)
    assert not slug.startswith("-")
    assert "--" not in slug


@given(st.text(max_size=60), LANGUAGES)
def test_the_way_accents_are_encoded_makes_no_difference(text: str, lang: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    if any(char.isalnum() for char in composed):
        assert slugify(unicodedata.normalize("NFD", text), lang) == slugify(composed, lang)
