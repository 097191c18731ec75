"""A new article file: from a wire report in plain text to a draft in content/."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digestgen import build, files, parse, reports, slugs
from digestgen.config import Config
from digestgen.diagnostics import Diagnostic, Span

#: How many words of a report without a headline go into the name of its file.
_WORDS_IN_NAME = 6


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
    report = reports.read(text, _of_site(told, settings))
    if not report.blocks and not report.title:
        return None, [Diagnostic("missing-title", "the report has no text", Span(str(asked.report)))]
    return _written(asked, report, settings), []


def _of_site(lang: str, settings: Config) -> str:
    """The site's own tag for a language: a report's words tell that it is English, not of which country."""
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
