"""Words, dates and lists in each language: the only home of Babel.

Texts come from gettext catalogues (`locale/*.po`), forms of dates, numbers and lists from the CLDR.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Any, Final

import babel
from babel import localedata
from babel.core import get_global
from babel.dates import format_date, format_interval, format_skeleton, format_time, get_timezone_name
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from digestgen.views import When

#: Digits of the numbering systems whose languages write dates with them.
_DIGITS: Final = {
    "arab": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
    "arabext": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"),
    "beng": str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"),
    "deva": str.maketrans("0123456789", "०१२३४५६७८९"),
}

#: Languages whose readers expect their own digits in running text; elsewhere the CLDR's default is a formality.
_OWN_DIGITS: Final = {"fa": "arabext", "ar": "arab", "ckb": "arab", "ps": "arabext", "ur": "latn"}


#: The larger parts of a locale's data, which take over nothing from elsewhere.
_WHOLE: Final = frozenset(["languages", "territories", "scripts", "variants", "currency_names", "currency_symbols"])


class _Locale(babel.Locale):
    """A locale with data of its own.

    Babel stores what a language takes over from elsewhere in data that all languages share. So whoever asked first
    would answer for all: months in Hebrew came out in Japanese.
    """

    @functools.cached_property
    def _data(self) -> localedata.LocaleDataDict:
        shared: Any = localedata.load(str(self))
        own = {key: value if key in _WHOLE else copy.deepcopy(value) for key, value in shared.items()}
        return localedata.LocaleDataDict(own)


@functools.lru_cache(maxsize=256)
def _own(language: str, territory: str | None = None, script: str | None = None) -> babel.Locale:
    return _Locale(language, territory, script)


@functools.lru_cache(maxsize=256)
def known(tag: str) -> bool:
    """Tell whether the primary subtag of `tag` is a language that the CLDR names."""
    return tag.replace("_", "-").split("-")[0].lower() in _own("en").languages


@functools.lru_cache(maxsize=256)
def language(tag: str) -> Language:
    """Return the language of a BCP 47 tag. One that the CLDR does not know is shown with English forms."""
    return Language(tag, _locale(tag))


def _locale(tag: str) -> babel.Locale:
    parts = tag.replace("_", "-").split("-")
    while parts:
        try:
            return _Locale.parse("-".join(parts), sep="-")
        except (babel.UnknownLocaleError, ValueError):
            parts.pop()
    return _own("en")


@functools.lru_cache(maxsize=64)
def _catalogue(name: str) -> Catalog | None:
    file = resources.files("digestgen") / "locale" / f"{name}.po"
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        return read_po(stream, locale=name)


def languages_of_the_interface() -> tuple[str, ...]:
    """Return the languages that have a catalogue, English (which needs none) included, in order."""
    folder = resources.files("digestgen") / "locale"
    names = [entry.name.removesuffix(".po") for entry in folder.iterdir() if entry.name.endswith(".po")]
    return tuple(sorted([*names, "en"]))


@dataclass(frozen=True, slots=True)
class Language:
    """A language: what it says and how it writes dates, numbers and lists."""

    tag: str
    locale: babel.Locale

    @property
    def direction(self) -> str:
        """Either "ltr" or "rtl"."""
        return _direction(self)

    @property
    def name(self) -> str:
        """The language's name for itself."""
        return _own_name(self)

    @property
    def territorial(self) -> str:
        """The language with a country, as "en_GB", as OpenGraph wants it: the tag's, else the language's likely one."""
        return _territorial(self.locale)

    def named(self, tag: str) -> str:
        """The name of the language `tag` in this one; the tag itself where there is none."""
        other = _locale(tag)
        if other.language != tag.split("-", maxsplit=1)[0].lower():
            return tag
        return other.get_display_name(self.locale) or tag

    def country(self, code: str) -> str:
        """The name of the country `code` (ISO 3166-1); the code itself where there is none."""
        return str(self.locale.territories.get(code.upper(), code))

    def text(self, message: str, /, **values: object) -> str:
        """Return `message` in this language, or as it is, with its %(names)s filled in."""
        text = _said(self, message)
        return text % values if values else text

    def form(self, one: str, many: str, number: int) -> str:
        """Return the form of a message that fits `number`, its %(names)s not yet filled in."""
        catalogue = _catalogue_of(self)
        message = catalogue.get(one) if catalogue is not None else None
        if catalogue is not None and message is not None and isinstance(message.string, tuple | list):
            forms = message.string
            chosen = forms[min(_form(catalogue, number), len(forms) - 1)]
            if chosen:
                return str(chosen)
        return one if number == 1 else many

    def number(self, value: int) -> str:
        """Return a number with this language's separators and digits."""
        return _number(self, value)

    def digits(self, text: str) -> str:
        """Return `text` with this language's digits."""
        table = _DIGITS.get(_OWN_DIGITS.get(self.locale.language, ""))
        return text.translate(table) if table else text

    def joined(self, items: Sequence[str]) -> str:
        """Return a list in words, as "A, B and C"."""
        return format_list(list(items), locale=_plain_english(self.locale))

    def when(self, at: datetime, *, timed: bool) -> When:
        """Return how the moment `at`, in its own zone, is shown; without a time of day unless `timed`."""
        day = _day(self, at.date())
        if not timed:
            return When(at.date().isoformat(), day.date, day.weekday, day.short, "", "")
        clock = _clock(self, at.hour, at.minute)
        zone = _zone(self, at)
        return When(at.isoformat(timespec="minutes"), day.date, day.weekday, day.short, f"{clock} {zone}", clock)

    def day(self, on: date) -> When:
        """Return how a day is shown."""
        return _day(self, on)

    def days(self, first: date, last: date) -> str:
        """Return days from the first to the last, as "11–17 Sept 2023"."""
        text = format_interval(first, last, "yMMMMd", locale=self.locale)
        return self.digits(re.sub(r"\s+", " ", text))

    def month(self, day: date) -> str:
        """The name of a month standing alone, as "September"."""
        return str(self.locale.months["stand-alone"]["wide"][day.month])

    def short_month(self, month: int) -> str:
        """The short name of a month, 1 to 12, standing alone, as "Sept"."""
        return str(self.locale.months["stand-alone"]["abbreviated"][month])

    def month_of_year(self, day: date) -> str:
        """A month and its year, as "September 2023"."""
        return self.digits(format_skeleton("yMMMM", day, locale=self.locale))

    def year(self, year: int) -> str:
        """A year in this language's digits."""
        return self.digits(str(year))

    @property
    def first_weekday(self) -> int:
        """The first day of the week: 0 for Monday to 6 for Sunday."""
        return _with_country(self.locale).first_week_day

    def weekdays(self) -> tuple[tuple[str, str], ...]:
        """(short, full) names of the days of the week, the language's first one first."""
        names = self.locale.days["stand-alone"]
        order = [(self.first_weekday + offset) % 7 for offset in range(7)]
        return tuple((names["narrow"][day], names["wide"][day]) for day in order)


def _plain_english(locale: babel.Locale) -> babel.Locale:
    """Without a serial comma: wire credits write "A, B and C" in all kinds of English."""
    return _own("en", "GB") if locale.language == "en" else locale


@functools.lru_cache(maxsize=256)
def _with_country(locale: babel.Locale) -> babel.Locale:
    """Weeks begin as they do in a country: where the tag names none, in the language's likely one (CLDR, part 4)."""
    tag = f"{locale.language}_{locale.script}" if locale.script else locale.language
    likely = None if locale.territory else get_global("likely_subtags").get(tag)
    return _Locale.parse(likely) if likely else locale


@functools.lru_cache(maxsize=256)
def _territorial(locale: babel.Locale) -> str:
    country = _with_country(locale).territory or ""
    return f"{locale.language}_{country}" if country.isalpha() else str(locale.language)


def _without_country(locale: babel.Locale) -> babel.Locale:
    return _own(locale.language, script=locale.script)


# A site asks for the same few words, times and names on each of its pages: each is looked up once.


@functools.lru_cache(maxsize=256)
def _direction(of: Language) -> str:
    return str(of.locale.text_direction)


@functools.lru_cache(maxsize=256)
def _own_name(of: Language) -> str:
    return _without_country(of.locale).get_display_name() or of.tag


@functools.lru_cache(maxsize=256)
def _catalogue_of(of: Language) -> Catalog | None:
    names = [str(of.locale), of.locale.language]
    if of.locale.script == "Hant":
        names.pop()  # readers of traditional characters are not served by the simplified ones of zh
    return next((found for name in names if (found := _catalogue(name)) is not None), None)


@functools.lru_cache(maxsize=4096)
def _said(of: Language, message: str) -> str:
    catalogue = _catalogue_of(of)
    entry = catalogue.get(message) if catalogue is not None else None
    found = entry.string if entry is not None else None
    return found if isinstance(found, str) and found else message


@functools.lru_cache(maxsize=4096)
def _number(of: Language, value: int) -> str:
    return of.digits(format_decimal(value, locale=of.locale))


@functools.lru_cache(maxsize=4096)
def _clock(of: Language, hour: int, minute: int) -> str:
    return of.digits(format_time(time(hour, minute), "short", locale=of.locale))


#: The names of zones by language, zone, offset and whether it is summer, which is all that they depend on.
_ZONES: Final[dict[tuple[object, ...], str]] = {}


def _zone(of: Language, at: datetime) -> str:
    key = (of.tag, at.tzinfo, at.tzname(), at.utcoffset(), at.dst())
    if key not in _ZONES:
        _ZONES[key] = _zone_name(of, at)
    return _ZONES[key]


def _zone_name(of: Language, at: datetime) -> str:
    """The short name of the zone: the language's own ("MESZ"), else the common one ("CEST"), else the offset."""
    name = get_timezone_name(at, width="short", locale=of.locale)
    if name[:1] not in "+-" and " " not in name:  # a long name, where the language has no short one
        return name
    common = at.tzname() or ""
    if common.isalpha():
        return common
    offset = at.utcoffset() or timedelta()
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    return of.digits(f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else ""))


@functools.lru_cache(maxsize=4096)
def _day(of: Language, on: date) -> When:
    parts = (
        format_date(on, "long", locale=of.locale),
        format_date(on, "full", locale=of.locale),
        format_skeleton("MMMd", on, locale=of.locale),
    )
    full, weekday, short = (of.digits(re.sub(r"\s+", " ", part)) for part in parts)
    return When(on.isoformat(), full, weekday, short, "", "")


def _form(catalogue: Catalog, number: int) -> int:
    return _plural_rule(catalogue.plural_expr)(number)


@functools.lru_cache(maxsize=32)
def _plural_rule(expression: str) -> functools.partial[int]:
    from gettext import c2py

    return functools.partial(c2py(expression))
