"""What is wrong with credits, as only the registries and all articles together tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from digestgen import licenses
from digestgen.config import Config
from digestgen.diagnostics import Diagnostic, Span
from digestgen.model import Article, RegisteredTag, Registries, Source
from digestgen.terms import Known, Term, same, same_tag

#: In shorter names a letter makes another publisher: AP and AFP, BBC and NBC.
_LONG: Final = 5

#: Longer than this is no name, and has more forms than there is memory for.
_LONGEST: Final = 200


def faults(
    published: Iterable[Article], publishers: Iterable[Term], known: Known, config: Config
) -> Iterator[Diagnostic]:
    """Yield what is wrong in the registries, with works that are published again, and with publishers' names."""
    yield from _doubles(known.registries)
    for article in published:
        yield from _republished(article, known, config)
    yield from _misspelt(publishers, known, config)


def of_article(article: Article, publishers: Iterable[Term], known: Known, config: Config) -> Iterator[Diagnostic]:
    """Yield what is wrong with the works that one article credits; `publishers` are theirs, with that article alone."""
    yield from _republished(article, known, config)
    yield from _misspelt(publishers, known, config)


# --- two entries of one name


def _doubles(registries: Registries) -> Iterator[Diagnostic]:
    """Yield an error for each entry whose name another one has: nobody could tell which of them is meant."""
    publishers = [(item.key, same(item.name), item.name) for item in registries.sources.values()]
    people = [(item.key, same(item.name), item.name) for item in registries.people.values()]
    yield from _twice("sources.yaml", publishers, registries.marks)
    yield from _twice("people.yaml", people, registries.marks)
    yield from _tags_twice(registries.tags, registries.marks)


def _twice(file: str, listed: Iterable[tuple[str, str, str]], marks: Mapping[str, Span]) -> Iterator[Diagnostic]:
    first: dict[str, str] = {}
    for key, name, written in listed:
        other = first.setdefault(name, key)
        if other != key:
            message = f"`{other}` and `{key}` are both called “{written}”"
            yield _double(message, marks.get(f"{file}.{key}.name"), f"merge `{key}` into `{other}`, or tell them apart")


def _tags_twice(tags: tuple[RegisteredTag, ...], marks: Mapping[str, Span]) -> Iterator[Diagnostic]:
    first: dict[tuple[str, str], int] = {}
    for number, tag in enumerate(tags):
        for lang, name in tag.names.items():
            other = first.setdefault((lang.lower(), same_tag(name)), number)
            if other != number:
                span = marks.get(f"tags.yaml.{number}.names.{lang}")
                mend = f"tag {other + 1} of the list has that name already: make the two one"
                yield _double(f"two tags are called “{name}” in `{lang}`", span, mend)


def _double(message: str, span: Span | None, mend: str) -> Diagnostic:
    return Diagnostic("duplicate-name", message, span, help=mend)


# --- works that are published again


def _republished(article: Article, known: Known, config: Config) -> Iterator[Diagnostic]:
    """Yield an error for each work that the article republishes without a licence or without leading there."""
    for number, source in enumerate(article.sources):
        if source.use == "republishes":
            place = _place(article, config, f"sources.{number}.use", f"sources.{number}")
            yield from _unlicensed(source, place, known)
            yield from _elsewhere(article, source, place, config)


def _unlicensed(source: Source, place: Span, known: Known) -> Iterator[Diagnostic]:
    _, name, registered = known.publisher(source)
    told = source.license or (registered.license if registered else "")
    if told and not licenses.allows(told):
        yield Diagnostic(
            "missing-license",
            f"a work by {name} is published again, and “{told[:80]}” is not known to allow that",
            place,
            help="name a licence that does, as CC BY 4.0, or write `license: by permission`, if you have that",
        )
    elif not told:
        at = f"to `{registered.key}` in sources.yaml" if registered else "to the publisher in sources.yaml"
        yield Diagnostic(
            "missing-license",
            f"a work by {name} is published again, and no licence allows that",
            place,
            help=f"add `license:` to the source, or {at}, or tell it in your own words",
        )


def _elsewhere(article: Article, source: Source, place: Span, config: Config) -> Iterator[Diagnostic]:
    if not source.url:
        yield Diagnostic(
            "missing-canonical",
            "a work is published again, and its source does not tell where it stands",
            place,
            help="add `url:` to the source, and the same address as `canonical:` to the article",
        )
    elif article.canonical != source.url:
        there = "`canonical` does not lead to it" if article.canonical else "the article has no `canonical`"
        yield Diagnostic(
            "missing-canonical",
            f"a work is published again, and {there}",
            _place(article, config, "canonical") if article.canonical else place,
            help=f"write `canonical: {source.url}`",
        )


def _place(article: Article, config: Config, *keys: str) -> Span:
    found = (article.marks.get(key) for key in keys)
    return next((span for span in found if span), Span(f"{config.content}/{article.path}"))


# --- names that are nearly those of registered publishers


def _misspelt(publishers: Iterable[Term], known: Known, config: Config) -> Iterator[Diagnostic]:
    listed = [(name, item.key) for item in known.registries.sources.values() for name in (item.key, item.name)]
    if not listed:
        return
    near = _near(listed)
    for term in publishers:
        meant = "" if term.publisher else next((near[form] for form in _forms(term.name) if form in near), "")
        if meant:
            yield from _hints(term, meant, known, config)


def _near(listed: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return every form of every name to the key of its publisher, the first one of two."""
    found: dict[str, str] = {}
    for name, key in listed:
        for form in _forms(name):
            found.setdefault(form, key)
    return found


def _forms(name: str) -> Iterator[str]:
    """Yield a name without case, blanks, hyphens and article, and that with each of its letters left out.

    Two names share a form if one letter is missing, too many, another one, or has changed places with the next.
    """
    plain = same_tag(name.casefold().removeprefix("the "))
    yield plain
    if _LONG <= len(plain) <= _LONGEST:
        yield from (plain[:place] + plain[place + 1 :] for place in range(len(plain)))


def _hints(term: Term, meant: str, known: Known, config: Config) -> Iterator[Diagnostic]:
    for article in term.articles:
        for number, source in enumerate(article.sources):
            if source.name and not source.url and known.publisher(source)[0] == term.key:
                yield Diagnostic(
                    "similar-source",
                    f"“{source.name}” is nearly `{meant}` of sources.yaml, and is taken for another publisher",
                    _place(article, config, f"sources.{number}"),
                    f"did you mean `{meant}`?",
                    "if it is another one, give it an entry of its own in sources.yaml, or a `url` here",
                    severity="warning",
                )
