"""A new article file: begun by its headline, or made from a wire report in plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

from digestgen import build, files, issues, library, parse, reports, slugs, survey, terms, yaml
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.survey import Survey, UnfitError

#: How many words of a report without a headline go into the name of its file.
_WORDS_IN_NAME = 6


@dataclass(frozen=True)
class Request:
    """What is asked for: a draft made from the file `report` for the site in `folder`.

    `now` is aware; its day in the site's time zone is that of the article. Without `lang` the report's words tell its
    language. Without `output` the file lies below content/ and is named for day and headline.
    """

    folder: Path
    report: Path
    now: datetime
    lang: str = ""
    output: Path | None = None


@dataclass(frozen=True)
class Made:
    """The file that was written, its language, and what its editor has to check, a few words each."""

    path: Path
    lang: str
    checks: tuple[str, ...]


def from_report(asked: Request) -> tuple[Made | None, list[Diagnostic]]:
    """Write the draft, or nothing where anything is wrong; return what was made and what is wrong.

    Raises FileExistsError where there is anything at its place, and OSError where the disk fails.
    """
    settings, found = build.settings_of(asked.folder)
    if settings is None or any(item.severity == "error" for item in found):
        return None, found
    text, found = parse.decode(files.read_bytes(str(asked.report), parse.LIMIT), str(asked.report))
    if text is None:
        return None, found
    told = asked.lang or reports.language_of(text)
    report = reports.read(text, of_site(told, settings))
    if not report.blocks and not report.title:
        return None, [Diagnostic("missing-title", "the report has no text", Span(str(asked.report)))]
    return _written(asked, report, settings), []


def of_site(lang: str, settings: Config) -> str:
    """Return the site's own tag for a language: a report's words tell that it is English, not of which country."""
    primary = lang.partition("-")[0].lower()
    if "-" in lang:
        return lang
    tags = (item.lang for item in settings.languages)
    return next((tag for tag in tags if tag.partition("-")[0].lower() == primary), lang)


def _written(asked: Request, report: reports.Report, settings: Config) -> Made:
    day = asked.now.astimezone(settings.timezone).date()
    lang = report.lang or settings.lang
    suffix = "" if lang == settings.lang else f".{lang}"
    content = asked.folder / settings.content
    path = asked.output or content / f"{day.isoformat()}-{_slug(report, lang)}{suffix}.md"
    named = parse.read_name(_below(path, content), settings).lang or settings.lang
    origin = asked.report.name.encode("utf-8", "replace").decode()  # a name on a disk need be no Unicode
    made = reports.draft(report, "" if named == lang else lang, day, origin)
    files.make_dirs(str(path.parent))
    files.write_new(str(path), made.text.encode())
    return Made(path, lang, made.checks)


def _below(path: Path, content: Path) -> str:
    """`path` as seen from content/, or its name alone where it lies elsewhere."""
    try:
        return path.resolve().relative_to(content.resolve()).as_posix()
    except ValueError:
        return path.name


def _slug(report: reports.Report, lang: str) -> str:
    text = report.title or " ".join(report.blocks[0].text.split()[:_WORDS_IN_NAME])
    return slugs.slugify(text, lang)


# --- begun by its headline


@dataclass(frozen=True)
class Idea:
    """What is asked for: an article of the headline `headline` for the site in `folder`, begun at `now` (aware).

    `sources` are addresses, keys of sources.yaml or names; `edition` is the name of the edition that it is for; `draft`
    holds it back. Without `lang` it is in the site's main language. Without `output` the file lies where the newest
    articles of its language lie, named for day and headline.
    """

    folder: Path
    headline: str
    now: datetime
    lang: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    edition: str = ""
    draft: bool = False
    output: Path | None = None


def begin(asked: Idea) -> tuple[Made | None, list[Diagnostic]]:
    """Write the file of a new article; return what was made, and what is wrong with the settings or with the article.

    Raises UnfitError for what cannot be asked for, FileExistsError where there is anything at its place, and OSError
    where the disk fails.
    """
    site, found = survey.of(asked.folder, asked.now)
    if site is None:
        return None, found
    lang = of_site(asked.lang, site.settings) if asked.lang else site.settings.lang
    when = _when(asked, site)
    content = asked.folder / site.settings.content
    path = asked.output or content / place(asked.headline, lang, when.date(), site)
    below = _below(path, content)
    named = parse.read_name(below, site.settings).lang or site.settings.lang
    noted: list[str] = []
    front = _front(asked, site, lang, "" if named == lang else lang, when, noted)
    text = "\n".join(["---", *front, "---", "", ""])
    article, faults = parse.article(below, text.encode(), site.settings)
    if article is None or article.wrong or any(item.severity == "error" for item in faults):
        return None, faults
    listing = issues.listing(asked.edition, below, lang, asked.folder, site) if asked.edition else None
    files.make_dirs(str(path.parent.absolute()))
    files.write_new(str(path), text.encode())
    if listing:
        listing.write()
    return Made(path, lang, tuple(noted)), faults


def _when(asked: Idea, site: Survey) -> datetime:
    """When the article is from, in the site's time zone: now, or a day of its edition."""
    now = asked.now.astimezone(site.settings.timezone)
    every = site.settings.editions
    if not asked.edition or every == "files":
        return now
    period = issues.period(asked.edition, every)
    if period[0] <= now.date() <= period[1]:
        return now
    day = period[1] if now.date() > period[1] else period[0]
    return datetime(day.year, day.month, day.day, tzinfo=site.settings.timezone)


def _front(asked: Idea, site: Survey, lang: str, said: str, when: datetime, noted: list[str]) -> Iterator[str]:
    timed = when.date() == asked.now.astimezone(site.settings.timezone).date()
    yield f"title: {yaml.written(asked.headline)}"
    yield f"date: {when:%Y-%m-%dT%H:%M}" if timed else f"date: {when:%Y-%m-%d}"
    if said:
        yield f"lang: {yaml.written(said)}"
    if asked.draft:
        yield "draft: true    # holds the article back; take this line away when it is done"
    yield "# summary: what happened, in a sentence or two; without it, the first paragraph"
    yield f"# section: the desk{_such_as(_sections(site, lang))}"
    yield "# dateline: the place it is written from"
    yield from _tags(asked.tags, site, lang, noted)
    yield from _sources(asked.sources, site, noted)
    yield "# image: {src: the picture's file beside this one, alt: what it shows}"


def _sections(site: Survey, lang: str) -> list[str]:
    return list(dict.fromkeys(item.section for item in reversed(site.articles) if item.section and item.lang == lang))


def _such_as(names: Iterable[str]) -> str:
    listed = ", ".join(list(names)[:5])
    return f", as {listed}" if listed else ""


def known_tags(site: Survey, lang: str) -> tuple[str, ...]:
    """Return the names of all tags in `lang`: those of tags.yaml, then those of articles."""
    registered = (terms.pick(tag.names, lang) for tag in site.registries.tags)
    used = (tag for item in site.articles if item.lang == lang for tag in item.tags)
    by_key: dict[str, str] = {}
    for name in (*filter(None, registered), *used):
        by_key.setdefault(terms.same_tag(name), name)
    return tuple(by_key.values())


def _tags(asked: Iterable[str], site: Survey, lang: str, noted: list[str]) -> Iterator[str]:
    known = known_tags(site, lang)
    chosen = [spelt(name, known, site, lang, noted) for name in asked]
    if chosen:
        yield f"tags: [{', '.join(map(yaml.written, dict.fromkeys(chosen)))}]"
    else:
        yield f"# tags: [what it is about]{_such_as(known)}"


def spelt(name: str, known: tuple[str, ...], site: Survey, lang: str, noted: list[str]) -> str:
    """Return a tag as the site spells it in the language, whose tags are `known`; one that nobody knows is noted."""
    here = site.library.known
    tag = here.tag(name, lang) if lang in here.tags else None
    own = terms.pick(tag.names, lang) if tag else None
    by_key = {terms.same_tag(other): other for other in known}
    found = own or by_key.get(terms.same_tag(name))
    if found is None:
        near = by_key.get(terms.nearest(terms.same_tag(name), tuple(by_key)))
        meant = f"; did you mean `{near}`?" if near else ""
        noted.append(f"the tag `{name}`, which is new{meant}")
    return found or name


def _sources(asked: Iterable[str], site: Survey, noted: list[str]) -> Iterator[str]:
    chosen = [_source(item, site, noted) for item in asked]
    if chosen:
        yield "sources:"
        yield from (f"  - {item if '://' in item else yaml.written(item)}" for item in dict.fromkeys(chosen))
    else:
        keys = _such_as(site.registries.sources)
        yield f"# sources: [whom it rests on: keys of sources.yaml, names, addresses]{keys}"


def _source(item: str, site: Survey, noted: list[str]) -> str:
    """A source as front matter has it: the key of a publisher that is known by its name, too."""
    if "://" in item:
        return "".join(item.split())
    by_name = {terms.same(name): key for key, entry in site.registries.sources.items() for name in (entry.name, key)}
    if terms.same(item) in by_name:
        return by_name[terms.same(item)]
    near = by_name.get(terms.nearest(terms.same(item), tuple(by_name)))
    meant = f"; did you mean `{near}`?" if near else ""
    noted.append(f"the source `{item}`, which is not in sources.yaml{meant}")
    return item


# --- where a new file lies


def place(title: str, lang: str, day: date, site: Survey) -> str:
    """Return the path below content/ of a new article: where and as the newest one of its language lies.

    That is a folder of its year, month or day, or of its language, or content/ itself; the name has day and slug, and
    the language where no folder tells it and it is not the main one.
    """
    if not title.strip():
        raise UnfitError("the headline is empty")
    folder = _folder(lang, day, site)
    name = f"{day.isoformat()}-{slugs.slugify(title, lang)}"
    told = parse.read_name(f"{folder}{name}.md", site.settings).lang or site.settings.lang
    return f"{folder}{name}.md" if told == lang else f"{folder}{name}.{lang}.md"


def _folder(lang: str, day: date, site: Survey) -> str:
    dated = [item for item in site.articles if item.stamp and library.is_article(item)]
    newest = max(dated, key=lambda item: (item.lang == lang, item.date, item.path), default=None)
    if newest is None:
        return ""
    steps = newest.path.split("/")[:-1]
    if newest.path.endswith(("/index.md", f"/index.{newest.lang}.md")):
        steps = steps[:-1]  # a folder of its own
    tags = {tag.lower(): tag for tag in site.tags}
    forms = [*_FORMS]
    found = []
    for step in steps:
        form = next((form for form in forms if form(newest.date.date()) == step), None)
        if form is None and step.lower() not in tags:
            return ""
        if form:
            forms.remove(form)
        found.append(form(day) if form else lang if lang.lower() in tags else step)
    return "".join(f"{step}/" for step in found)


#: What a date may call a folder; a month comes before a day.
_FORMS: Final[tuple[Callable[[date], str], ...]] = (
    lambda on: f"{on.year:04d}",
    lambda on: f"{on:%m}",
    lambda on: f"{on:%d}",
    lambda on: f"{on:%Y-%m}",
    lambda on: f"{on:%Y-%m-%d}",
)
