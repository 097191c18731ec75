"""Slugs: the readable last part of a permalink, made from a headline, a tag or a name.

A slug is lower case, in the script of its text, safe in a URL and as a file name on every system. Latin
letters lose what is not ASCII, as the text's language writes them without it (ü is ue in German, else u).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from digestgen import fingerprint, paths

#: Bytes of UTF-8 in a slug: a name on a disk may have 255, and a suffix must fit.
LONGEST = 120
# Characters of a text that are looked at: no headline is longer, and marks are sorted in quadratic time.
_LOOKED_AT = 2000

_LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
    "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "ng", "ə": "e", "ɛ": "e", "ɔ": "o", "ƒ": "f",
}  # fmt: skip
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue"}
_DANISH = {"å": "aa"}
_BY_LANGUAGE = dict.fromkeys(("de", "gsw", "nds"), _GERMAN) | dict.fromkeys(("da", "nb", "nn", "no"), _DANISH)

# Apostrophes and their doubles, Hebrew geresh and gershayim, tatweel: they stand inside words and part none.
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛＇`´ʹʻʼʽʾʿˈ′׳״ـ"))
# Letters and marks that are there and not to be seen, by which two slugs could look alike.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# All but the Thai and Lao am, which compatibility forms would take apart into what nobody types.
_COMPATIBLE = re.compile("[^\u0e33\u0eb3]+")
_SIGNS = {"+": "-plus-", "#": "-sharp-"}
# One at the end of a word (C#), or several (C++11); a single one inside parts words (A+B).
_SIGN_RUN = re.compile(r"(?<=\w)(?:[+#]{2,}|[+#](?!\w))")


@lru_cache(maxsize=4096)
def slugify(text: str, lang: str) -> str:
    """Return the slug of `text`, whose language is `lang` (BCP 47; only its first part counts).

    It is never empty: a text without a letter or digit gets `x` and a fingerprint. A slug's slug is itself.
    """
    slug = _shortened("-".join(filter(None, _mapped(text[:_LOOKED_AT], lang).split("-"))))
    if not slug:
        return "x" + fingerprint.short(text.encode("utf-8", "surrogatepass"))
    return f"{slug}-1" if paths.is_device(slug) else slug


def is_slug(text: str) -> bool:
    """Return whether `text` may stand as a slug as it is."""
    return slugify(text, "und") == text


def _mapped(text: str, lang: str) -> str:
    """Return `text` with `-` for everything that is no part of a word."""
    # Twice: a lone acute accent falls apart into a blank and a mark, and ŉ into an apostrophe and n.
    text = _COMPATIBLE.sub(lambda part: unicodedata.normalize("NFKC", part[0]), text.translate(_APOSTROPHES))
    text = _INVISIBLE.sub("", text.translate(_APOSTROPHES))
    text = _SIGN_RUN.sub(lambda run: "".join(_SIGNS[sign] for sign in run[0]), text)
    letters = _BY_LANGUAGE.get(lang.replace("_", "-").partition("-")[0].lower(), {})
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text.lower()):
        if not unicodedata.category(char).startswith("M"):
            out.append(letters.get(char) or _plain(char))
        elif out and _bears_marks(out[-1]):
            out.append(char)
    return unicodedata.normalize("NFC", "".join(out))


def _bears_marks(piece: str) -> bool:
    # A mark after a Latin letter is an accent; after one of another script it may be a vowel.
    return piece not in ("", "-") and not piece.isascii() and not _is_latin(piece)


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """Return what stands for `char`, which is no mark: a letter or more, `-`, or nothing."""
    category = unicodedata.category(char)
    if category[0] not in "LN":
        return "" if category == "Cf" and char != "\u200c" else "-"
    if not _is_latin(char):
        return char
    bare = "".join(part for part in unicodedata.normalize("NFD", char) if not unicodedata.combining(part))
    return _LETTERS.get(bare, bare)


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN ")


def _shortened(slug: str) -> str:
    """Return as much of `slug` as fits, cut between words unless that leaves little, never before a mark."""
    if len(slug.encode()) <= LONGEST:
        return slug
    # One byte more, so that a hyphen just behind the limit is found; what is cut in a character is left out.
    room = slug.encode()[: LONGEST + 1].decode(errors="ignore")
    words, hyphen, _ = room.rpartition("-")
    if hyphen and len(words.encode()) > LONGEST // 2:
        return words
    cut = len(slug.encode()[:LONGEST].decode(errors="ignore"))
    while cut and unicodedata.category(slug[cut]).startswith("M"):
        cut -= 1
    return slug[:cut].strip("-")
