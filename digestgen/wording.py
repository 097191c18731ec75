"""What a site says otherwise, or in another language: the catalogues in its `locale/`, and in those of its themes.

A message is taken from the site's own folder, then from the themes, the nearest one first, then from digestgen's
catalogues; one that nobody translates stays English.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from digestgen import catalogue, files, i18n, lexicon
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.lexicon import Text
from digestgen.render import messages_of
from digestgen.theme import Folder
from digestgen.unchanged import LOCALE


def interface(own: Sequence[Text], above: Sequence[Folder]) -> i18n.Interface:
    """Return what the pages of a site say: `own` are its catalogues, `above` its theme and all that this extends."""
    return _read(own, above, [])[0]


def load(settings: Config, own: Sequence[Text], above: Sequence[Folder]) -> tuple[i18n.Interface, list[Diagnostic]]:
    """Return what the pages of a site say whose catalogues are `own`, and all that is wrong with these.

    `above` are its theme and all that this extends, the nearest first; none where it cannot be read. A translation
    that cannot stand for its message is left out.
    """
    found: list[Diagnostic] = []
    made, known = _read(own, above, found)
    foreign = [item.lang for item in settings.languages if i18n.normal(item.lang).partition("_")[0] != "en"]
    if above and foreign and not any(item.severity == "error" for item in found):
        found.extend(_untranslated(settings, foreign, made, known or messages(above)))
    return made, found


def _read(
    own: Sequence[Text], above: Sequence[Folder], found: list[Diagnostic]
) -> tuple[i18n.Interface, Mapping[str, catalogue.Entry]]:
    """Return what pages say, and all messages, where there are catalogues to hold against them."""
    given = [*own, *(item for theme in above for item in theme.catalogues)]
    known = messages(above) if given else {}
    faults: list[Diagnostic] = []
    made = lexicon.interface(given, known, faults)
    # a theme that cannot be read may ask for what is not known here
    found.extend(item for item in faults if above or item.code != "unknown-message")
    return made, known


def messages(above: Iterable[Folder]) -> dict[str, catalogue.Entry]:
    """Return all messages that a site's pages may ask for: digestgen's, and those of its own themes' templates."""
    known = dict(i18n.messages())
    for folder in above:
        for template in folder.templates.values() if not folder.own else ():
            for one, many in messages_of(template.text):
                known.setdefault(one, _entry(one, many, template.path))
    return known


def _entry(one: str, many: str, path: str) -> catalogue.Entry:
    texts = (catalogue.Words(text, ((1, 1, "", text),)) for text in (one, many))
    return catalogue.Entry(next(texts), next(texts) if many else None, {}, (path,))


def _untranslated(
    settings: Config, tags: Iterable[str], made: i18n.Interface, known: Iterable[str]
) -> Iterator[Diagnostic]:
    """Count for each of some languages of the site what its pages say in English for want of words."""
    every = list(known)
    for tag in tags:
        language = made.language(tag)
        lacking = [name for name in every if not any(name in found.texts for found in language.catalogues)]
        if lacking:
            some = f"{len(lacking)} of {len(every)} messages " + ("has" if len(lacking) == 1 else "have")
            message = f"{some} no words in `{tag}`, so pages say so much in English"
            first = next(iter(language.own), None)
            span = Span(first.path) if first else settings.marks.get("languages", settings.marks.get("language"))
            help = f"`digestgen language add {tag}` writes {LOCALE}/{tag}.po with them, to be translated"
            yield Diagnostic("untranslated", message, span, help=help, severity="warning")


# --- what is to be translated


@dataclass(frozen=True)
class Spoken:
    """A language of the interface: how many of `every` message it has words for, and in which files.

    `unread` tells that no native reader has seen digestgen's own words in it.
    """

    tag: str
    name: str
    said: int
    every: int
    files: tuple[str, ...]
    unread: bool


def spoken(settings: Config, own: Sequence[Text], above: Sequence[Folder]) -> tuple[list[Spoken], list[Diagnostic]]:
    """Return the languages that pages can be in: the site's, its catalogues', and digestgen's, in order."""
    made, found = load(settings, own, above)
    every = messages(above)
    tags = {i18n.normal(item.lang): item.lang for item in settings.languages}
    for name in (*made.own, *i18n.languages_of_the_interface()):
        tags.setdefault(name, name.replace("_", "-"))
    return [_spoken(made.language(tag), every) for tag in tags.values()], found


def _spoken(language: i18n.Language, every: Iterable[str]) -> Spoken:
    listed = list(every)
    said = sum(any(name in known.texts for known in language.catalogues) for name in listed)
    english = i18n.normal(language.tag).partition("_")[0] == "en"
    paths = tuple([known.path for known in language.own])
    unread = i18n.is_unread(language.tag)
    return Spoken(language.tag, language.name, len(listed) if english else said, len(listed), paths, unread)


@dataclass(frozen=True)
class Added:
    """A catalogue that has an entry for each message now: `text` is all of it, `new` tells how many entries are."""

    path: str
    text: str
    new: int
    begun: bool
    """Whether there was no such file."""


def added(tag: str, folder: Path, above: Sequence[Folder], found: list[Diagnostic]) -> Added:
    """Return the site's catalogue of a language with what it lacks at its end; what is wrong with it is in `found`."""
    root = folder / LOCALE
    names = [item.path for item in files.scan(str(root)) if item.path.endswith(lexicon.ENDING)] if root.is_dir() else []
    name = next(
        (name for name in names if i18n.normal(name.removesuffix(lexicon.ENDING)) == i18n.normal(tag)),
        tag + lexicon.ENDING,
    )
    shown = f"{LOCALE}/{name}"
    begun = name not in names
    there = None if begun else lexicon.read(root / name, shown, found)
    before = there.text if there else ""
    plurals = i18n.plurals_of(tag)
    known, faults = catalogue.read(before, shown, plurals)
    found.extend(faults)
    lacking = [entry for key, entry in messages(above).items() if key not in known.entries]
    language = i18n.language(tag)
    head = _head(language, plurals) if begun else before.rstrip("\n") + "\n"
    forms = known.plurals.forms
    texts = [catalogue.written(entry, forms, _now(entry, language)) for entry in lacking]
    return Added(shown, "\n".join([head, *texts]), len(lacking), begun)


def _head(language: i18n.Language, plurals: catalogue.Plurals) -> str:
    instead = "as digestgen has it" if language.catalogues else "in English"
    return f"""\
# {language.name}: the words of pages, lists and credit lines.
# A message whose text stays empty is said {instead}.
msgid ""
msgstr ""
"Language: {language.tag}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"""


def _now(entry: catalogue.Entry, language: i18n.Language) -> str:
    """What pages say now, where that is not English."""
    known = next((found for found in language.catalogues if entry.id.text in found.texts), None)
    return " / ".join(known.texts[entry.id.text]) if known else ""
