"""The file of an edition: begun for the next number or period, or told of one more article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from posixpath import relpath
from typing import Final

from digestgen import editions, files, moments, parse, slugs, survey, yaml
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.model import Article
from digestgen.survey import Survey, UnfitError

#: What is said where a site has no editions.
_OFF: Final = (
    "site.yaml has no `editions`; write `editions: weekly`, `daily` or `files` there. "
    "(An article of that headline: digestgen new article edition)"
)


@dataclass(frozen=True)
class Request:
    """What is asked for: the file of an edition in `lang` (else the main language) for the site in `folder`.

    Without `name` it is for the present day or week, or for the next one that has no file yet; where files alone make
    editions, it has the number after the last one.
    """

    folder: Path
    now: datetime
    name: str = ""
    lang: str = ""
    title: str = ""
    output: Path | None = None


@dataclass(frozen=True)
class Made:
    """The file that was written, its edition's name, how many articles it has, and whether it is held back."""

    path: Path
    name: str
    articles: int
    draft: bool


def begin(asked: Request) -> tuple[Made | None, list[Diagnostic]]:
    """Write the file of an edition; return what was made and what is wrong with the settings or with the file.

    Raises UnfitError for what cannot be asked for, FileExistsError where there is anything at its place, and OSError
    where the disk fails.
    """
    site, found = survey.of(asked.folder, asked.now)
    if site is None:
        return None, found
    every = site.settings.editions
    if every == "off":
        raise UnfitError(_OFF)
    lang = asked.lang or site.settings.lang
    if lang not in site.tags:
        raise UnfitError(f"`{lang}` is no language of the site, and editions are in {', '.join(site.tags)}")
    today = asked.now.astimezone(site.settings.timezone).date()
    name = asked.name or _next(_names(site, lang), every, today)
    if every != "files":
        period(name, every)
    elif slugs.slugify(name, lang) != name:
        raise UnfitError(f"`{name}` cannot name an edition; write {slugs.slugify(name, lang)}")
    below = f"{parse.EDITIONS}/{name}{'' if lang == site.settings.lang else f'.{lang}'}.md"
    articles = _articles(name, lang, every, site)
    text = "\n".join(["---", *_front(asked, name, lang, articles, today, site), "---", "", ""])
    article, faults = parse.article(below, text.encode(), site.settings)
    if article is None or article.wrong or any(item.severity == "error" for item in faults):
        return None, faults
    path = asked.output or asked.folder / site.settings.content / below
    files.make_dirs(str(path.parent.absolute()))
    files.write_new(str(path), text.encode())
    return Made(path, name, len(articles), not articles), faults


def period(name: str, every: str) -> tuple[date, date]:
    """Return the first and the last day of the edition `name` where editions are `every` ("daily" or "weekly").

    Raises UnfitError where there is no such one.
    """
    if every == "off":
        raise UnfitError(_OFF)
    found = moments.read_week(name) if every == "weekly" else moments.read_day(name)
    if isinstance(found, str):
        example = "2026-47" if every == "weekly" else "2026-11-22"
        raise UnfitError(f"{found}, and editions are {every}; expected a name such as {example}")
    return found if isinstance(found, tuple) else (found, found)


def _files(site: Survey, lang: str) -> list[Article]:
    return [item for item in site.articles if item.listing is not None and item.lang == lang]


def _names(site: Survey, lang: str) -> set[str]:
    return {item.slug for item in _files(site, lang)}


#: A name that ends in a number: 12, issue-12.
_NUMBERED: Final = re.compile(r"(.*?)(\d+)", re.ASCII)


def _next(names: set[str], every: str, today: date) -> str:
    """Return the name of the edition that is next: that of today, or the first one after it without a file."""
    if every == "files":
        numbered = [match for name in names if (match := _NUMBERED.fullmatch(name)) and not _is_period(name)]
        if numbered:
            last = max(numbered, key=lambda match: int(match[2]))
            return f"{last[1]}{int(last[2]) + 1:0{len(last[2])}d}"
    weekly = every == "weekly" or (every == "files" and any(_is_week(name) for name in names))
    while (name := moments.week_of(today) if weekly else today.isoformat()) in names:
        today += timedelta(days=7 if weekly else 1)
    return name


def _is_period(name: str) -> bool:
    return _is_week(name) or not isinstance(moments.read_day(name), str)


def _is_week(name: str) -> bool:
    return not isinstance(moments.read_week(name), str)


def _articles(name: str, lang: str, every: str, site: Survey) -> list[Article]:
    """What the edition has: articles of its period, or those that are newer than all of any edition, newest last."""
    part = next(part for part in site.library.parts if part.language.lang == lang)
    if every != "files":
        first, last = period(name, every)
        return [item for item in reversed(part.articles) if first <= item.date.date() <= last]
    taken = {editions.meant(file, item) for file in _files(site, lang) for item in editions.listed_by(file)}
    newest = max((item.date for item in part.articles if item.path in taken), default=None)
    return [item for item in reversed(part.articles) if item.path not in taken and (not newest or item.date > newest)]


def _front(
    asked: Request, name: str, lang: str, articles: Iterable[Article], today: date, site: Survey
) -> Iterator[str]:
    numbers = [item.listing.number for item in _files(site, lang) if item.listing]
    if not numbers or any(numbers):
        yield f"number: {max(numbers, default=0) + 1}"
    yield f"title: {yaml.written(asked.title)}" if asked.title else "# title: what this edition is called"
    if site.settings.editions == "files" and not _is_period(name):
        yield f"date: {today.isoformat()}"
    listed = [f"  - {yaml.written(relpath(item.path, parse.EDITIONS))}" for item in articles]
    if not listed:
        yield "draft: true    # there is nothing in it yet; take this line away when there is"
    if site.settings.editions == "files" and listed:
        yield "articles:    # in order; the first one that is no brief leads"
        yield from listed
    else:
        yield "# articles:    # in order; without this key, those of its time are there, newest first"
        yield from (f"# {line}" for line in listed)


# --- one more article


@dataclass(frozen=True)
class Listing:
    """The file of an edition with one more article, still to be written."""

    path: Path
    text: str

    def write(self) -> None:
        """Put the new text in the file's place, in one step."""
        fresh = str(self.path.with_name(f".{self.path.name}.new"))
        files.remove(fresh)
        files.write_new(fresh, self.text.encode())
        files.replace(fresh, str(self.path))


def listing(name: str, article: str, lang: str, folder: Path, site: Survey) -> Listing | None:
    """Return the file of the edition `name` with `article` (a path below content/) at the end of its list.

    None where articles come into their edition by their date. Raises UnfitError where there is no such edition, or its
    file cannot be changed for sure.
    """
    if site.settings.editions != "files":
        return None
    known = {item.slug: item for item in _files(site, lang)}
    if name not in known:
        listed = ", ".join(sorted(known)) or "none"
        raise UnfitError(f"there is no edition `{name}` in `{lang}`; there is {listed}, and `new edition` makes one")
    path = folder / site.settings.content / known[name].path
    data = files.read_bytes(str(path), parse.LIMIT)
    text, _ = parse.decode(data, str(path))
    item = relpath(article, known[name].path.rpartition("/")[0])
    changed = _with(text or "", item)
    before = editions.listed_by(known[name])
    after, _ = parse.article(known[name].path, changed.encode(), site.settings)
    files_after = [entry.file for entry in editions.listed_by(after)] if after else []
    if files_after != [*(entry.file for entry in before), item]:
        raise UnfitError(f"add `{item}` to `articles` in {path} yourself: it is not written as a list, one a line")
    return Listing(path, changed)


def _with(text: str, item: str) -> str:
    """`text` with `item` at the end of `articles`, where that is a list with one item a line."""
    lines = text.split("\n")
    end = next((number for number in range(1, len(lines)) if lines[number].rstrip() in ("---", "...")), len(lines))
    start = next((number for number in range(1, end) if re.match(r"articles\s*:", lines[number])), None)
    if start is None:
        return "\n".join([*lines[:end], "articles:", f"  - {yaml.written(item)}", *lines[end:]])
    after = (number for number in range(start + 1, end) if re.match(r"[^\s#-]", lines[number]))
    last = next(after, end)
    while last > start + 1 and re.match(r"\s*(#|$)", lines[last - 1]):
        last -= 1
    indent = re.match(r"\s*", lines[start + 1])
    margin = indent[0] if indent and last > start + 1 else "  "
    return "\n".join([*lines[:last], f"{margin}- {yaml.written(item)}", *lines[last:]])
