"""Words, dates and lists in each language: the only home of Babel.

Texts come from gettext catalogues: the site's own, and digestgen's (`locale/*.po`). Forms of dates, numbers and lists
come from the CLDR.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Any, Final

import babel
from babel import localedata
from babel.core import get_global
from babel.dates import format_date, format_interval, format_skeleton, format_time, get_timezone_name
from babel.lists import format_list
from babel.messages.plurals import PLURALS, get_plural
from babel.numbers import format_decimal
from babel.plural import to_gettext

from digestgen import catalogue, fingerprint
from digestgen.catalogue import Catalogue, Plurals
from digestgen.dataclass import dataclass
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


#: Scripts (ISO 15924) that are written from the right to the left, as Unicode's property Bidi_Class has them.
_FROM_THE_RIGHT: Final = (
    "Adlm Arab Aran Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat Nkoo "
    "Orkh Ougr Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Syre Syrj Syrn Thaa Yezi"
)

#: What stands in the head of a catalogue that only its authors have seen.
_UNREAD: Final = "# Not yet read by a native reader."

#: Stands for what nobody asked for yet.
_UNASKED: Final = object()

#: The larger parts of a locale's data, which take over nothing from elsewhere.
_WHOLE: Final = frozenset(["languages", "territories", "scripts", "variants", "currency_names", "currency_symbols"])


class _Copied(dict[Any, Any]):
    """What is in a mapping, each value a copy of its own from when it is first asked for: a locale has thousands."""

    def __init__(self, shared: Mapping[Any, Any]) -> None:
        super().__init__(dict.fromkeys(shared, _UNASKED))
        self._shared = shared

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        if value is _UNASKED:
            value = self._shared[key]
            value = self[key] = value if key in _WHOLE else copy.deepcopy(value)
        return value


class _Locale(babel.Locale):
    """A locale with data of its own.

    Babel stores what a language takes over from elsewhere in data that all languages share. So whoever asked first
    would answer for all: months in Hebrew came out in Japanese.
    """

    @functools.cached_property
    def _data(self) -> localedata.LocaleDataDict:
        shared: Any = localedata.load(str(self))
        return localedata.LocaleDataDict(_Copied(shared))


@functools.lru_cache(maxsize=256)
def _own(language: str, territory: str | None = None, script: str | None = None) -> babel.Locale:
    return _Locale(language, territory, script)


@functools.lru_cache(maxsize=256)
def known(tag: str) -> bool:
    """Tell whether the primary subtag of `tag` is a language that the CLDR names."""
    return tag.replace("_", "-").split("-")[0].lower() in _own("en").languages


@functools.lru_cache(maxsize=256)
def language(tag: str) -> Language:
    """Return the language of a BCP 47 tag as digestgen itself knows it, without what a site says of it."""
    return Language(tag, _locale(tag))


@functools.lru_cache(maxsize=256)
def _locale(tag: str) -> babel.Locale:
    parts = tag.replace("_", "-").split("-")
    while parts:
        try:
            return _Locale.parse("-".join(parts), sep="-")
        except (babel.UnknownLocaleError, ValueError):
            parts.pop()
    return _own("en")


@functools.lru_cache(maxsize=64)
def _catalogue(name: str) -> Catalogue | None:
    file = resources.files("digestgen") / "locale" / f"{name}.po"
    if not name or not file.is_file():
        return None
    return catalogue.read(file.read_text(encoding="utf-8"), f"{name}.po", Plurals(2, "n != 1"))[0]


def languages_of_the_interface() -> tuple[str, ...]:
    """Return the languages that have a catalogue, English (which needs none) included, in order."""
    folder = resources.files("digestgen") / "locale"
    names = [entry.name.removesuffix(".po") for entry in folder.iterdir() if entry.name.endswith(".po")]
    return tuple(sorted([*names, "en"]))


def messages() -> Mapping[str, catalogue.Entry]:
    """Return all messages of digestgen's own templates and pages, with remarks for translators, in order.

    Each of its catalogues has them all, which a test keeps so.
    """
    known = _catalogue("de")
    return known.entries if known else {}


def is_unread(tag: str) -> bool:
    """Tell whether digestgen's own catalogue of a language says that no native reader has seen it."""
    ours = (resources.files("digestgen") / "locale" / f"{name}.po" for name in names_of(tag))
    first = next((file for file in ours if file.is_file()), None)
    return first is not None and _UNREAD in first.read_text(encoding="utf-8")


def normal(tag: str) -> str:
    """Return a language's tag, or the name of a catalogue without its ending, as catalogues are asked for."""
    return tag.replace("-", "_").lower()


def names_of(tag: str) -> tuple[str, ...]:
    """Return the names (`normal`) of the catalogues that have words for a language, the nearest one first.

    A region speaks as its language. But readers of traditional characters are not served by the simplified ones of zh.
    """
    locale = _locale(tag)
    known = str(locale) if locale.language == normal(tag).partition("_")[0] or _aliased(tag) else ""
    names = dict.fromkeys([*_shorter(normal(tag)), *_shorter(normal(known))])
    return tuple(name for name in names if not (name == "zh" and locale.script == "Hant"))


def _aliased(tag: str) -> bool:
    """Tell whether the CLDR has another tag for a language, as nb for no."""
    return normal(tag).partition("_")[0] in get_global("language_aliases")


def _shorter(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition("_")[0]


def plurals_of(tag: str) -> Plurals:
    """Return the forms of plural of a language: those of digestgen's catalogue, of other projects', or of the CLDR."""
    ours = next((found for name in names_of(tag) if (found := _catalogue(name))), None)
    if ours:
        return ours.plurals
    locale = _locale(tag)
    if normal(tag).partition("_")[0] != "en" and locale.language == "en":
        return Plurals(2, "n != 1")
    if locale.language in PLURALS or len(locale.plural_form.tags) < 2:
        forms, expression = get_plural(str(locale))
        return Plurals(forms, expression)
    known = re.fullmatch(r"nplurals=(\d+); plural=(.*);", to_gettext(locale.plural_form))
    return Plurals(int(known[1]), known[2]) if known else Plurals(2, "n != 1")


@dataclass(frozen=True)
class Interface:
    """What pages say in each language: `own` are the catalogues of a site by their `normal` names, first ones first."""

    own: Mapping[str, tuple[Catalogue, ...]] = field(default_factory=dict)
    _known: dict[str, Language] = field(default_factory=dict, compare=False, repr=False)

    def language(self, tag: str) -> Language:
        """Return the language of a BCP 47 tag. One that the CLDR does not know is shown with English forms."""
        found = self._known.get(tag)
        if found is None:
            own = tuple(item for name in names_of(tag) for item in self.own.get(name, ()))
            found = self._known[tag] = Language(tag, _locale(tag), own)
        return found


@dataclass(frozen=True)
class Language:
    """A language: what it says and how it writes dates, numbers and lists."""

    tag: str
    locale: babel.Locale
    own: tuple[Catalogue, ...] = ()
    """What a site says, before what digestgen says."""

    @property
    def mark(self) -> str:
        """What stands for all that the site says of this language; empty where it says nothing."""
        return fingerprint.of_value(tuple([item.mark for item in self.own])) if self.own else ""

    @property
    def catalogues(self) -> tuple[Catalogue, ...]:
        """All catalogues of the language, the nearest one first."""
        return _catalogues_of(self)

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
        for known in self.catalogues:
            forms = known.texts.get(one)
            if forms:
                return forms[min(known.plurals.of(number), len(forms) - 1)]
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
    try:
        return _Locale.parse(likely) if likely else locale
    except babel.UnknownLocaleError:  # Babel has no data for all of them, as for no_Latn_NO
        return locale


@functools.lru_cache(maxsize=256)
def _territorial(locale: babel.Locale) -> str:
    country = _with_country(locale).territory or ""
    return f"{locale.language}_{country}" if country.isalpha() else str(locale.language)


def _without_country(locale: babel.Locale) -> babel.Locale:
    return _own(locale.language, script=locale.script)


# A site asks for the same few words, times and names on each of its pages: each is looked up once.


@functools.lru_cache(maxsize=256)
def _direction(of: Language) -> str:
    """By the script, where the tag names one or the CLDR tells of the language no more than that."""
    subtags = of.tag.replace("_", "-").split("-")
    script = next((part.title() for part in subtags[1:] if len(part) == 4 and part.isalpha()), "")
    if not script and of.locale.language != subtags[0].lower() and not _aliased(of.tag):
        likely = get_global("likely_subtags").get(subtags[0].lower(), "")
        script = next((part for part in likely.split("_")[1:] if len(part) == 4), "")
    if script:
        return "rtl" if script in _FROM_THE_RIGHT.split() else "ltr"
    return str(of.locale.text_direction)


@functools.lru_cache(maxsize=256)
def _own_name(of: Language) -> str:
    primary = of.tag.replace("_", "-").partition("-")[0].lower()
    if of.locale.language != primary and not _aliased(of.tag):
        return str(_own("en").languages.get(primary, of.tag))  # no data of its own, but perhaps a name
    return _without_country(of.locale).get_display_name() or of.tag


@functools.lru_cache(maxsize=256)
def _catalogues_of(of: Language) -> tuple[Catalogue, ...]:
    ours = next((found for name in names_of(of.tag) if (found := _catalogue(name)) is not None), None)
    return (*of.own, ours) if ours else of.own


@functools.lru_cache(maxsize=4096)
def _said(of: Language, message: str) -> str:
    return next((known.texts[message][0] for known in of.catalogues if message in known.texts), message)


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
