"""What a digest's makers check by hand: titles, tags, credits, translations, and the text of each article. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from digestgen import parse, passages, tracking, urls
from digestgen.diagnostics import Diagnostic, Span
from digestgen.library import Library, Part, translation_key
from digestgen.model import Article, RegisteredSource
from digestgen.report import counted
from digestgen.terms import pick, same_tag

#: In shorter names a letter makes another word: "Iran" and "Irak".
_LONG: Final = 6


def of_all(shelf: Library) -> Iterator[Diagnostic]:
    """Yield what is told of the published articles together."""
    yield from _unlicensed(shelf)
    yield from _unused_tags(shelf)
    for part in shelf.parts:
        yield from _same_titles(part, shelf)
        yield from _spellings(part, shelf)
        yield from _similar_tags(part, shelf)
        yield from _credited_twice(part, shelf)
        yield from _untranslated(part, shelf)


def _place(article: Article, shelf: Library, *keys: str) -> Span:
    found = (article.marks.get(key) for key in keys)
    return next((span for span in found if span), Span(f"{shelf.config.content}/{article.path}"))


def _named(article: Article, shelf: Library) -> str:
    return f"{shelf.config.content}/{article.path}"


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"


# --- titles


def _same_titles(part: Part, shelf: Library) -> Iterator[Diagnostic]:
    first: dict[tuple[str, str], Article] = {}
    for article in reversed(part.articles):
        key = (article.lang, " ".join(article.title.casefold().split()))
        other = first.setdefault(key, article)
        if other is not article:
            yield Diagnostic(
                "duplicate-title",
                f"{_named(other, shelf)} has the same title",
                _place(article, shelf, "title"),
                "say what is new",
                "readers, feeds and search engines tell articles by their titles",
                severity="warning",
            )


# --- credits


def _unlicensed(shelf: Library) -> Iterator[Diagnostic]:
    """Yield a warning for each publisher without a licence, at the first of its sources that tells none."""
    first: dict[str, tuple[Article, int]] = {}
    counts: Counter[str] = Counter()
    for part in shelf.parts:
        for article in reversed(part.articles):
            for number, source in enumerate(article.sources):
                key, _, registered = shelf.known.publisher(source)
                if not source.license and not (registered and registered.license):
                    first.setdefault(key, (article, number))
                    counts[key] += 1
    for key, (article, number) in first.items():
        _, name, registered = shelf.known.publisher(article.sources[number])
        entry = f"to `{registered.key}` in sources.yaml" if registered else f"to an entry for {name} in sources.yaml"
        yield Diagnostic(
            "unlicensed-source",
            f"no licence is known for what {name} publishes ({counted(counts[key], 'credit')})",
            _entry(registered, shelf) or _place(article, shelf, f"sources.{number}"),
            f"add `license:` {entry}",
            "a name such as CC BY 4.0, or `all rights reserved`: who reads the credit learns what may be done",
            severity="warning",
        )


def _entry(registered: RegisteredSource | None, shelf: Library) -> Span | None:
    return shelf.known.registries.marks.get(f"sources.yaml.{registered.key}.name") if registered else None


def _credited_twice(part: Part, shelf: Library) -> Iterator[Diagnostic]:
    """Yield a warning where a work stands in the credits of two editions (without editions: of two articles)."""
    first: dict[tuple[str, str], tuple[Article, str]] = {}
    for article in reversed(part.articles):
        edition = part.edition_of.get(article.path)
        issue = edition.name if edition else article.path if not part.editions else ""
        for number, source in enumerate(article.sources):
            if not issue or not tracking.is_work(source.url):
                continue
            key = (article.lang, tracking.same_work(source.url))
            other, before = first.setdefault(key, (article, issue))
            if before != issue:
                where = f"in the edition {before}" if part.editions else "already"
                yield Diagnostic(
                    "credited-twice",
                    f"{_named(other, shelf)} credits this work {where}",
                    _place(article, shelf, f"sources.{number}"),
                    "is it told twice?",
                    "a follow-up may name what is new, or link the older article",
                    severity="warning",
                )


# --- tags


def _spellings(part: Part, shelf: Library) -> Iterator[Diagnostic]:
    """Yield a warning for each rarer spelling of a tag, which tags.yaml does not settle."""
    spelt: dict[str, dict[str, list[tuple[Article, int]]]] = defaultdict(lambda: defaultdict(list))
    for article in reversed(part.articles):
        for number, name in enumerate(article.tags):
            if shelf.known.tag(name, part.language.lang) is None:
                spelt[same_tag(name)][name].append((article, number))
    for forms in spelt.values():
        usual = max(forms, key=lambda form: (len(forms[form]), form))
        for form, uses in forms.items():
            if form != usual:
                article, number = uses[0]
                yield Diagnostic(
                    "tag-spelling",
                    f"the tag “{form}” is mostly spelt “{usual}” ({len(uses):,} to {len(forms[usual]):,})",
                    _place(article, shelf, f"tags.{number}"),
                    f"write {usual}",
                    "both are one tag; an entry in tags.yaml settles how it is shown",
                    severity="warning",
                )


def _similar_tags(part: Part, shelf: Library) -> Iterator[Diagnostic]:
    near: dict[str, str] = {}
    terms = sorted(part.terms["tag"], key=lambda term: -len(term.articles))
    for term in terms:
        forms = [*_forms(same_tag(term.name))]
        other = next((near[form] for form in forms if form in near), "")
        if other and not _told_apart(term.name, other, shelf, part):
            article = term.articles[-1]
            number = next((n for n, name in enumerate(article.tags) if same_tag(name) == same_tag(term.name)), 0)
            yield Diagnostic(
                "similar-tags",
                f"the tag “{term.name}” differs from “{other}” by a letter",
                _place(article, shelf, f"tags.{number}"),
                f"did you mean {other}?",
                "if both are meant, give them entries in tags.yaml",
                severity="warning",
            )
        for form in forms:
            near.setdefault(form, term.name)


def _told_apart(name: str, other: str, shelf: Library, part: Part) -> bool:
    """Tell whether tags.yaml has both, or they differ in a number, as “covid-19” and “covid-20”."""
    lang = part.language.lang
    numbers = [sum(char.isdigit() for char in text) for text in (name, other)]
    return any(numbers) or (shelf.known.tag(name, lang) is not None and shelf.known.tag(other, lang) is not None)


def _forms(plain: str) -> Iterator[str]:
    """Yield a name and that with each of its letters left out: two share a form if they differ by one letter."""
    if len(plain) >= _LONG:
        yield plain
        yield from (plain[:place] + plain[place + 1 :] for place in range(len(plain)))


def _unused_tags(shelf: Library) -> Iterator[Diagnostic]:
    used = {id(term.tag) for part in shelf.parts for term in part.terms["tag"] if term.tag}
    for number, tag in enumerate(shelf.known.registries.tags):
        if id(tag) not in used:
            lang, name = next(iter(tag.names.items()))
            span = shelf.known.registries.marks.get(f"tags.yaml.{number}.names.{lang}", Span("tags.yaml"))
            message = f"no article has the tag “{pick(tag.names, shelf.config.lang) or name}”"
            yield Diagnostic("unused-tag", message, span, "remove it, or use it", severity="warning")


# --- translations


def _versions(shelf: Library) -> dict[tuple[bool, str], set[str]]:
    """Return the languages in which each article is there, held versions included."""
    there: dict[tuple[bool, str], set[str]] = defaultdict(set)
    for item in (*shelf.articles.values(), *(back.article for back in shelf.held)):
        there[translation_key(item, shelf.config)].add(item.lang)
    return there


def _untranslated(part: Part, shelf: Library) -> Iterator[Diagnostic]:
    """Yield a warning for each article that lacks a language which most others of its month have."""
    there = _versions(shelf)
    months: dict[tuple[int, int], list[Article]] = defaultdict(list)
    for article in part.articles:
        if article.lang == part.language.lang:
            months[article.date.year, article.date.month].append(article)
    for listed in months.values():
        for lang in (item.lang for item in shelf.config.languages if item.lang != part.language.lang):
            lacking = [item for item in listed if lang not in there[translation_key(item, shelf.config)]]
            if len(listed) > 1 and len(lacking) * 2 < len(listed):
                others = counted(len(listed) - len(lacking), "other")
                for article in lacking:
                    yield Diagnostic(
                        "missing-translation",
                        f"there is no version in `{lang}`, as {others} of that month have",
                        _place(article, shelf, "title"),
                        "digestgen new --translate makes one",
                        severity="warning",
                    )


# --- one article


def of_one(article: Article, text: str, content: str) -> Iterator[Diagnostic]:
    """Yield what is told of the article whose file holds `text`; `content` is the folder of the articles."""
    shown = f"{content}/{article.path}"
    lines = text.split("\n")
    start = parse.body_line(lines)
    body = "\n".join(lines[start - 1 :])
    yield from _skipped(body, start, shown)
    yield from _unmarked(body, start, shown, article.lang)
    yield from tracking_faults(article, shown, lines)
    yield from _short(article, shown, lines)


def _skipped(body: str, start: int, shown: str) -> Iterator[Diagnostic]:
    before: passages.Heading | None = None
    for heading in passages.headings(body, start):
        if before and heading.level > before.level + 1:
            yield Diagnostic(
                "skipped-heading",
                f"the heading {_quoted(heading.text)} leaves out {counted(heading.level - before.level - 1, 'level')}",
                Span(shown, heading.line, 1, heading.level),
                f"write {'#' * (before.level + 1)}, one below {_quoted(before.text)}",
                severity="warning",
            )
        before = heading


def _unmarked(body: str, start: int, shown: str, lang: str) -> Iterator[Diagnostic]:
    for passage in passages.passages(body, start):
        other = passages.foreign(passage.words, lang)
        if other:
            tag = other if other.islower() else "…"
            yield Diagnostic(
                "unmarked-language",
                f"this passage is in {f'`{other}`' if other.islower() else other}, and the article in `{lang}`",
                Span(shown, passage.line, passage.column, min(60, len(passage.first))),
                f"add a line `{{: lang={tag} }}` below it, or quote it",
                "screen readers and hyphenation go by the language",
                severity="warning",
            )


def tracking_faults(article: Article, shown: str, lines: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield a warning for each address with parameters that track, at its place in `lines`, those of the whole file."""
    for url, span in outward(article, shown):
        clean = tracking.stripped(url)
        if clean != url:
            yield Diagnostic(
                "tracking-link",
                "the address carries parameters that track readers",
                _at(url, span, lines),
                f"write {clean}",
                "`digestgen check --fix` does",
                severity="warning",
            )


def _short(article: Article, shown: str, lines: Sequence[str]) -> Iterator[Diagnostic]:
    for url, span in outward(article, shown):
        host = tracking.shortener(url)
        if host:
            yield Diagnostic(
                "short-link",
                f"{host} hides where the address leads",
                _at(url, span, lines),
                "write the address that it leads to",
                severity="warning",
            )


def outward(article: Article, shown: str) -> Iterator[tuple[str, Span]]:
    """Yield each address of the web in an article as it is written, with its place: sources first, then the text."""
    for number, source in enumerate(article.sources):
        if source.url:
            yield source.url, article.marks.get(f"sources.{number}", Span(shown))
    manuscript = article.fetch()
    for ref, (line, column, length) in zip(manuscript.body.refs, manuscript.refs, strict=True):
        if urls.classify(ref.target).kind == "external":
            yield ref.target, Span(shown, line, column, length)


def _at(url: str, span: Span, lines: Sequence[str]) -> Span:
    """Return where `url` itself stands, on the line of `span` or soon below it."""
    for number in range(span.line, min(span.line + 12, len(lines) + 1)):
        column = lines[number - 1].find(url, span.column - 1 if number == span.line else 0)
        if column >= 0:
            return Span(span.path, number, column + 1, len(url), lines[number - 1])
    return span
