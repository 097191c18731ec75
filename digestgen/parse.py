"""From the bytes of one file to one checked article. Pure: no I/O, no clock, nothing of other files."""

from __future__ import annotations

import re
import uuid
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any, Final

from digestgen import fingerprint, frontmatter, i18n, paths, slugs, urls, yaml
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.markup import convert
from digestgen.markup.convert import Body
from digestgen.model import Article, Correction, Credit, Listing, Manuscript, Source, Stamp
from digestgen.moments import Written, read_day, read_moment, read_week
from digestgen.plugins import NO_PLUGINS, Plugins
from digestgen.schema import Fault, Report, plain_mapping

#: The folder below content/ whose files are pages beside the articles, and the one that is copied as it is.
PAGES: Final = "pages"
STATIC: Final = "static"

#: The folder below content/ whose files are editions, on a site that has any.
EDITIONS: Final = "editions"

#: An article is text of at most this many bytes; the longest of real articles have a tenth of it.
LIMIT: Final = 4 * 1024 * 1024


@dataclass(frozen=True)
class _Parts:
    """A file in two: its front matter, where that begins, its body, and where that begins (lines from 1).

    A file without a front matter has its text as the body, and 0 as the line of its front matter.
    """

    front: str
    front_line: int
    body: str
    body_line: int


#: A site without words of its own.
_OURS: Final = i18n.Interface()


@dataclass(frozen=True)
class _Around:
    """What besides site.yaml an article's text rests on: plug-ins, and the site's own words."""

    plugins: Plugins
    interface: i18n.Interface


def article(
    path: str,
    data: bytes,
    config: Config,
    plugins: Plugins = NO_PLUGINS,
    interface: i18n.Interface = _OURS,
    unread: Diagnostic | None = None,
) -> tuple[Article | None, list[Diagnostic]]:
    """Return the article or page in the file `path` (below content/), and all that is wrong in it.

    `interface` is what the site says of the few words that its text needs besides its own.

    An article whose front matter cannot be read is there and `wrong`: its body is checked all the same. None stands
    for a file that is no text. With `unread` the body is not looked at, which that tells.
    """
    shown = f"{config.content}/{path}"
    text, found = decode(data, shown)
    if text is None:
        return None, found
    report = Report()
    edition = is_edition(path, config)
    parts, node = _read(text, shown, report, edition=edition)
    table = frontmatter.EDITION if edition else frontmatter.TABLE
    values = frontmatter.defaults(table)
    wrong = node is None or any(item.code == "unclosed-front-matter" for item in report.found)
    if node is not None:
        try:
            values |= frontmatter.read(node, report, table)
        except Fault as fault:
            values |= {name: value for name, value in (fault.values or {}).items() if value is not None}
            wrong = True
    if unread is not None:
        report.found.append(unread)
    around = None if unread else _Around(plugins, interface)
    item = _article(path, fingerprint.of_bytes(data), values, parts, config, report, around, sound=not wrong)
    _check_life(item, report)
    _check_copies(item, len(data), shown, config, report)
    object.__setattr__(item, "face", face(item))  # nobody has seen it yet, and a copy takes as long as all of this
    return item, _hinted(report.found, path, config)


def _read(text: str, shown: str, report: Report, *, edition: bool) -> tuple[_Parts, yaml.Node | None]:
    """Return a file in two and its front matter as YAML; None where there is none that could be read.

    An edition needs no keys, so that one between whose lines of `---` nothing stands is fine.
    """
    parts = _split(text, shown, report, edition=edition)
    if not parts.front_line:
        return parts, None
    node, found = yaml.parse(parts.front, path=shown, first_line=parts.front_line)
    if not report.found and _runs_on(parts.front) and (found or _has_sentences(node)):
        report.found.append(_unclosed(Span(shown, parts.front_line - 1, 1, 3, "---"), "runs on into the text"))
        parts = _guessed(text.split("\n"), parts.front_line - 1)
        node, found = yaml.parse(parts.front, path=shown, first_line=parts.front_line)
    report.found.extend(found)
    if node is None and not report.found:
        span = Span(shown, parts.front_line)
        if edition:
            return parts, yaml.Mapping((), span)
        report.found.append(Diagnostic("missing-title", "the front matter is empty", span, "add `title:`"))
    return parts, node


def is_edition(path: str, config: Config) -> bool:
    """Tell whether the file `path` is that of an edition."""
    return config.editions != "off" and path.startswith(EDITIONS + "/")


def decode(data: bytes, path: str) -> tuple[str | None, list[Diagnostic]]:
    """Return `data` as text with line feeds and without a byte order mark, or None where it is not UTF-8."""
    data = data.removeprefix(BOM_UTF8)
    try:
        return _plain_line_ends(data.decode()), []
    except UnicodeDecodeError as error:
        return None, [_not_utf8(data, error.start, path)]


def _plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(data: bytes, start: int, path: str) -> Diagnostic:
    before = _plain_line_ends(data[:start].decode())
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    whole = _plain_line_ends(data.decode(errors="replace")).split("\n")[line - 1]
    return Diagnostic(
        "not-utf8",
        f"the byte 0x{data[start]:02x} is not UTF-8",
        Span(path, line, column, 1, whole[:500]),
        "save the file as UTF-8",
    )


def body_line(lines: Sequence[str]) -> int:
    """Return the number of the line, from 1, behind a front matter that is closed; 1 where there is none."""
    opened = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not lines or lines[opened].rstrip() != "---":
        return 1
    ends = (number for number in range(opened + 1, len(lines)) if lines[number].rstrip() in ("---", "..."))
    return next(ends, opened) + 2


#: How a file without a front matter is mended.
_BEGIN: Final = "begin the file with `---`, `title: …` and `---`, each on a line of its own"
_BEGIN_EDITION: Final = "begin the file with two lines of `---`; an edition needs no keys between them"


def _split(text: str, path: str, report: Report, *, edition: bool) -> _Parts:
    lines = text.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None or lines[first].rstrip() != "---":
        line = lines[first or 0]
        report.fault(
            "no-front-matter",
            "the file is empty" if first is None else "the file does not begin with a front matter",
            Span(path, (first or 0) + 1, 1, max(1, min(len(line), 60)), line),
            "expected a line of `---`",
            _BEGIN_EDITION if edition else _BEGIN,
        )
        return _Parts("", 0, text, 1)
    close = next((i for i in range(first + 1, len(lines)) if lines[i].rstrip() in ("---", "...")), None)
    if close is None:
        report.found.append(_unclosed(Span(path, first + 1, 1, 3, lines[first]), "never ends"))
        return _guessed(lines, first + 1)
    front = "\n".join(lines[first + 1 : close])
    return _Parts(front, first + 2, "\n".join(lines[close + 1 :]), close + 2)


def _guessed(lines: Sequence[str], start: int) -> _Parts:
    """Return the parts of a file whose front matter, from the line `start` (from 0) on, is not closed.

    The text is taken to begin behind the first blank line that nothing like a key follows.
    """
    blank = (index for index in range(start, len(lines) - 1) if not lines[index].strip())
    end = next((index for index in blank if lines[index + 1].strip() and not _BELONGS.match(lines[index + 1])), None)
    if end is None:
        return _Parts("\n".join(lines[start:]), start + 1, "", len(lines) + 1)
    return _Parts("\n".join(lines[start:end]), start + 1, "\n".join(lines[end + 1 :]), end + 2)


def _unclosed(span: Span, how: str) -> Diagnostic:
    return Diagnostic(
        "unclosed-front-matter",
        f"the front matter begins here and {how}",
        span,
        "close it with a line of `---` below its last key",
    )


#: How a line of front matter begins: with a key, or as a part of what stands above it.
_BELONGS: Final = re.compile(r"""["']?[\w.-]+["']?\s*:(\s|$)|[\s#-]""")


def _runs_on(front: str) -> bool:
    """Tell whether YAML looks like a front matter without an end, so that a `---` in the text was taken for it."""
    head, _, rest = front.partition("\n\n")
    line = rest.lstrip("\n").partition("\n")[0]
    return bool(head.strip()) and bool(line) and not _BELONGS.match(line)


def _has_sentences(node: yaml.Node | None) -> bool:
    """Tell whether keys have blanks: a line of text with a colon is a mapping to YAML."""
    return isinstance(node, yaml.Mapping) and any(entry.key.plain and " " in entry.key.text for entry in node.entries)


#: A file's name with the date at its head: 2024-05-03-slug.md
_DATED: Final = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[-_ ]|$)(.*)", re.ASCII)


@dataclass(frozen=True)
class Name:
    """What the path of a file tells: date and slug as written, language, and the path without its language."""

    date: str
    slug: str
    lang: str
    key: str


def read_name(path: str, config: Config) -> Name:
    """Return what the path of an article tells. A file called index.md is named by its folder."""
    folder, _, file = path.rpartition("/")
    stem = file.removesuffix(".md")
    stem, lang = _suffix(stem, config)
    folders = folder.split("/") if folder else []
    tags = {item.lang.lower(): item.lang for item in config.languages}
    if not lang:
        lang = next((tags[name.lower()] for name in reversed(folders) if name.lower() in tags), "")
    rest = [name for name in folders if name.lower() not in tags]
    named = rest[-1] if stem == "index" and rest else stem
    match = _DATED.fullmatch(named)
    date, slug = (match[1], match[2]) if match else ("", named)
    return Name(date, slug, lang, "/".join([*rest, stem]))


def _suffix(stem: str, config: Config) -> tuple[str, str]:
    head, dot, tail = stem.rpartition(".")
    for item in config.languages:
        if dot and tail.lower() == item.lang.lower():
            return head, item.lang
    # "release-3.12" has no language; "notes.fr" has one, though the site may not know it
    if dot and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})*", tail) and i18n.known(tail):
        return head, tail
    return stem, ""


_NOT_IN_LISTS: Final = frozenset(["face", "fingerprint", "inward", "lede", "pictured"])


def face(item: Article) -> str:
    """Return the fingerprint of all that lists can show of an article: of everything but its text.

    Of that they show the first paragraph, where there is no summary.
    """
    return fingerprint.of_value((*_said_in_lists(item), "" if item.summary else item.lede))


_said_in_lists: Final = attrgetter(
    *(item.name for item in fields(Article) if item.compare and item.name not in _NOT_IN_LISTS)
)


def _article(
    path: str,
    mark: str,
    values: dict[str, Any],
    parts: _Parts,
    config: Config,
    report: Report,
    around: _Around | None,
    *,
    sound: bool,
) -> Article:
    """Put an article together; without `plugins` its body stays unread."""
    name = read_name(path, config)
    lang = _configured(values["lang"] or name.lang or config.lang, config)
    edition = is_edition(path, config)
    before = len(report.found)
    if edition:
        name = _edition_name(path, lang, name, config, report)
    named = len(report.found) == before
    stamp = _stamp(path, values, name, config, report) if parts.front_line and named else None
    _check_title(values, report)
    body, places = _body(parts, lang, path, config, report, around) if around else (None, ())
    sound = sound and body is not None and (stamp is not None or path.startswith(PAGES + "/"))
    body = body or Body()
    inward = [ref for ref in body.refs if urls.classify(ref.target).kind not in ("external", "mail")]
    marks = {key: span for key, span in report.marks.items() if _WANTED.match(key)}
    manuscript = Manuscript(body, places, plain_mapping(values["extra"]), marks)
    return Article(
        path=path,
        lang=lang,
        title=convert.educate(values["title"], lang),
        slug=_slug(values, name, lang, report),
        dated_slug=_dated_slug(values, name, lang) if not edition else "",
        id=_id(values["id"], path, config) if values["id"] or not edition else "",
        fingerprint=mark,
        stamp=stamp,
        updated=_moment(values["updated"], config),
        expires=_moment(values["expires"], config),
        embargo=_moment(values["embargo"], config),
        draft=values["draft"],
        summary=convert.educate(values["summary"], lang),
        lede=body.text,
        kicker=convert.educate(values["kicker"], lang),
        section=values["section"],
        dateline=values["dateline"],
        genre=values["genre"],
        story=values["story"],
        brief=_is_brief(values, body) if values["brief"] is None else values["brief"],
        weight=values["weight"],
        byline=_byline(values["authors"], values["credits"]),
        credits=_credits(values["credits"]),
        tags=values["tags"],
        sources=tuple(_source(item, lang, config) for item in values["sources"]),
        corrections=_corrections(values, lang, stamp, config, report),
        translation=values["translation"],
        image=values["image"],
        translation_key=values["translation_key"],
        aliases=_aliases(values["aliases"], report),
        canonical=values["canonical"],
        inward=tuple(ref.target for ref in inward),
        pictured=tuple(ref.target for ref in inward if ref.kind == "image"),
        wrong=not sound,
        listing=_listing(values) if edition else None,
        fetch=lambda: manuscript,
    )


def _check_title(values: dict[str, Any], report: Report) -> None:
    if values["title"] == frontmatter.UNTITLED and not values["draft"]:
        report.fault(
            "missing-title",
            "the headline is still to be written",
            report.marks["title"],
            f"write it in the place of `{frontmatter.UNTITLED}`",
            "until then, `draft: true` keeps the article back",
        )


#: What comes of one article in all lists and their feeds may be so many times what one page may hold.
_MOST_PAGES: Final = 10


def _check_copies(item: Article, size: int, shown: str, config: Config, report: Report) -> None:
    """Refuse a large text that would stand in very many lists: each of them has a feed, which holds the whole text."""
    lists = len(item.tags) + len(item.sources) + sum(len(credit.people) for credit in item.credits)
    html = sum(len(part) for part in item.body.parts if isinstance(part, str)) if lists else 0
    total, most = lists * (size + html), config.limits.page * 1_000_000 * _MOST_PAGES
    if total > most:
        report.found.append(
            Diagnostic(
                "over-budget",
                f"the article stands in {lists:,} lists and their feeds, which makes {total // 1_000_000:,} MB, and "
                f"{most // 1_000_000:,} MB are the most",
                report.marks.get("tags") or Span(shown),
                help="name fewer tags and sources, or part the text into several articles",
            )
        )


def _check_life(item: Article, report: Report) -> None:
    """Warn of an article that goes before it comes, or at that moment."""
    opens, expires = item.opens, item.expires
    if opens and expires and expires.at <= opens.at:
        known = f"{opens.at:%Y-%m-%d %H:%M}" if opens.timed or expires.timed else f"{opens.at:%Y-%m-%d}"
        report.found.append(
            Diagnostic(
                "never-published",
                "the article never appears: it expires before it is published",
                report.marks["expires"],
                f"expected a moment after {known}, its {'date' if opens == item.stamp else 'embargo'}",
                severity="warning",
            )
        )


#: What is wrong with an edition that is read as an article.
_MISSED: Final = ("no-front-matter", "missing-title", "missing-date")


def _hinted(found: list[Diagnostic], path: str, config: Config) -> list[Diagnostic]:
    """Return faults with a hint at `editions`, where a file looks like an edition on a site that has none."""
    if not found or config.editions != "off" or not path.startswith(EDITIONS + "/"):
        return found
    name = edition_name(read_name(path, config))
    if isinstance(period_begin(name, "files"), str):
        return found
    every = "daily" if isinstance(read_week(name), str) else "weekly"
    hint = f"or write `editions: {every}` in site.yaml, if it is an edition"
    return [
        replace(item, help=f"{item.help}; {hint}" if item.help else hint) if item.code in _MISSED else item
        for item in found
    ]


#: The keys that later messages point at.
_WANTED: Final = re.compile(
    r"(title|slug|lang|date|image(\.src|\.alt)?|translation_key|section|story|canonical|number|authors|credits"
    r"|translation(\.of|\.from)?|(aliases|tags|sources|articles)\.\d+|sources\.\d+\.use|articles\.\d+\.articles\.\d+)$"
)


def _is_brief(values: dict[str, Any], body: Body) -> bool:
    """Tell whether a text is short and plain enough to stand whole among others."""
    return 0 < body.words <= frontmatter.BRIEF and not body.ids and values["image"] is None


def _configured(lang: str, config: Config) -> str:
    return next((item.lang for item in config.languages if item.lang.lower() == lang.lower()), lang)


def _moment(written: Written | None, config: Config) -> Stamp | None:
    if written is None:
        return None
    at = written.at if written.at.tzinfo else written.at.replace(tzinfo=config.timezone)
    return Stamp(_in_zone(at, config), written.timed)


def _in_zone(at: datetime, config: Config) -> datetime:
    # there and back over UTC: a local time that a clock change skips becomes one that exists
    return at.astimezone(UTC).astimezone(config.timezone)


def _stamp(path: str, values: dict[str, Any], name: Name, config: Config, report: Report) -> Stamp | None:
    stamp = _moment(values["date"], config)
    if stamp is not None or path.startswith(PAGES + "/"):
        return stamp
    if "date" in report.marks:
        return None  # it is there and wrong, and told
    shown = f"{config.content}/{path}"
    if name.date:
        written = read_moment(name.date)
        if isinstance(written, Written):
            return _moment(written, config)
        report.fault(
            "bad-date",
            written,
            Span(shown),
            "the date at the head of the file's name",
            "rename the file, or add `date:` to its front matter",
        )
        return None
    report.fault(
        "missing-date",
        f"the {'edition' if is_edition(path, config) else 'article'} has no date",
        report.marks.get("title", Span(shown, 1)),
        "add `date: 2024-05-03` beside the title",
        "or begin the file's name with the date, as 2024-05-03-slug.md",
    )
    return None


def _edition_name(path: str, lang: str, name: Name, config: Config, report: Report) -> Name:
    """Return the name of an edition, whose slug is all of it but its language; what is wrong with it is told."""
    shown = Span(f"{config.content}/{path}")
    report.marks.setdefault("title", shown)  # it need have none
    named = edition_name(name)
    known = [item.lang for item in config.languages]
    begin = period_begin(named, config.editions)
    if lang not in known and not config.vague:  # site.yaml, which is wrong, may name it
        label = f"expected one of {', '.join(known)}"
        report.fault("bad-value", f"`{lang}` is not a language of the site", report.marks.get("lang", shown), label)
    if isinstance(begin, date):
        return replace(name, date=begin.isoformat(), slug=named)
    if config.editions != "files":
        report.fault(
            "edition-name",
            f"{begin}, and editions are {config.editions}",
            shown,
            "expected a name such as " + ("2026-47.md" if config.editions == "weekly" else "2026-11-22.md"),
            "or write `editions: files` in site.yaml, for editions that have any name",
        )
    return replace(name, slug=named)


def edition_name(name: Name) -> str:
    """Return what an edition is known by: the whole name of its file, without its language."""
    return "-".join(part for part in (name.date, name.slug) if part)


def _listing(values: dict[str, Any]) -> Listing:
    return Listing(values["number"], tuple(item for items in values["articles"] for item in items))


def beginning(day: date, config: Config) -> Stamp:
    """Return the beginning of a day in the site's time zone."""
    return Stamp(_in_zone(datetime(day.year, day.month, day.day, tzinfo=config.timezone), config), timed=False)


def period_begin(name: str, every: str) -> date | str:
    """Return the day on which the period begins that an edition is named by, or a sentence that says what is wrong.

    `every` is one of `config.EDITIONS`; an edition that is told by its file alone may be named by a day or a week.
    """
    week = read_week(name)
    day = read_day(name)
    if every == "weekly" or (every == "files" and not isinstance(week, str)):
        return week if isinstance(week, str) else week[0]
    return day


def _dated_slug(values: dict[str, Any], name: Name, lang: str) -> str:
    return slugs.slugify(f"{name.date}-{name.slug}", lang) if name.date and not values["slug"] else ""


def _slug(values: dict[str, Any], name: Name, lang: str, report: Report) -> str:
    slug: str = values["slug"]
    if slug:
        fitting = slugs.slugify(slug, lang)
        if fitting != slug:
            report.fault("bad-slug", f"`{slug}` cannot be a slug", report.marks["slug"], f"write `slug: {fitting}`")
        return fitting
    return slugs.slugify(name.slug if any(char.isalnum() for char in name.slug) else values["title"], lang)


def _id(written: str, path: str, config: Config) -> str:
    if ":" in written:
        return written
    try:
        return f"urn:uuid:{uuid.UUID(written)}"
    except ValueError:
        return f"urn:uuid:{uuid.uuid5(config.site_id, path)}"


def _source(values: dict[str, Any], lang: str, config: Config) -> Source:
    # the note is the article's own words; titles are those of the work
    noted = values | {"note": convert.educate(values["note"], lang)}
    return frontmatter.source(noted, lambda written: _moment(written, config))


def _corrections(
    values: dict[str, Any], lang: str, stamp: Stamp | None, config: Config, report: Report
) -> tuple[Correction, ...]:
    """The corrections, oldest first. Before anyone could read an article there is nothing to correct."""
    embargo = _moment(values["embargo"], config)
    opens = max((item for item in (stamp, embargo) if item), default=None)
    found = []
    complete = f"corrections.{len(values['corrections'])}" not in report.marks  # else places are not known
    for index, item in enumerate(values["corrections"]):
        at = _moment(item["date"], config)
        assert at is not None  # the table asks for it
        found.append(Correction(at, convert.educate(item["text"], lang), item["kind"]))
        if opens and complete and _before(at, opens):
            published = f"{opens.at:%Y-%m-%d %H:%M}" if opens.timed and at.timed else f"{opens.at:%Y-%m-%d}"
            report.fault(
                "early-correction",
                f"a {item['kind']} from before the article was published",
                report.marks[f"corrections.{index}.date"],
                f"expected {published}, the article's {'date' if opens == stamp else 'embargo'}, or later",
                "mend the date; what was changed before publication needs no note",
            )
    return tuple(sorted(found, key=lambda item: item.at))


def _before(at: Stamp, other: Stamp) -> bool:
    """Tell whether `at` is earlier than `other`: by day where one of them has no time of day."""
    if at.timed and other.timed:
        return at.at < other.at
    return at.at.date() < other.at.date()


def _byline(authors: tuple[str, ...], listed: tuple[Credit, ...]) -> tuple[str, ...]:
    names = authors
    for role in ("reporting", "writing"):
        names = names or tuple(person.name for credit in listed if credit.role == role for person in credit.people)
    return names


def _credits(listed: tuple[Credit, ...]) -> tuple[Credit, ...]:
    return tuple(credit for credit in listed if credit.people)


def _aliases(listed: tuple[str, ...], report: Report) -> tuple[str, ...]:
    kept = []
    for index, alias in enumerate(listed):
        path = "/" + urls.unquote(alias).lstrip("/")
        # a hidden name could be one of digestgen's own in the output folder
        hidden = paths.is_hidden(path)
        if "?" in alias or "#" in alias or hidden or paths.output_path(_page_path(path)) is None:
            span = report.marks.get(f"aliases.{index}", report.marks["aliases"])
            report.fault(
                "bad-alias",
                f"`{alias}` cannot be an address of this site",
                span,
                "expected a path such as /2019/old-name/",
            )
        else:
            kept.append(_page_path(path))
    return tuple(kept)


def _page_path(path: str) -> str:
    """The path of a page: what has no ending is a folder."""
    last = path.rsplit("/", 1)[-1]
    return path if not last or "." in last else path + "/"


def _body(
    parts: _Parts, lang: str, path: str, config: Config, report: Report, around: _Around
) -> tuple[Body | None, tuple[tuple[int, int, int], ...]]:
    """Return the body and the places of its references; None for one that cannot be rendered, which is told."""
    plugins = around.plugins
    mark = plugins.mark if plugins.offering("extensions") else ""
    most = config.limits.page * 1_000_000
    options = convert.Options(config.raw_html, config.embed, mark, plugins.extensions, most, around.interface)
    shown = f"{config.content}/{path}"
    try:
        body = convert.convert(parts.body, lang, options)
    except convert.TooComplex as error:
        told = plugins.blame(error.__cause__, f"in {shown}")
        if told is not None:
            report.found.append(told)
            return None, ()
        report.fault("too-complex", str(error), Span(shown, parts.body_line), help="flatten what is nested there")
        return None, ()
    except convert.TooCostly as error:
        report.found.append(_costly(error, shown, parts))
        return None, ()
    places = tuple(convert.places(parts.body, parts.body_line, body))
    lines = parts.body.split("\n")
    for ref, (line, column, length) in zip(body.refs, places, strict=True):
        span = Span(shown, line, column, length, lines[line - parts.body_line])
        if ref.kind == "image" and ref.alt is None:
            report.found.append(
                Diagnostic(
                    "missing-alt",
                    f"the picture `{ref.target}` has no alternative text",
                    span,
                    f"write what it shows: ![…]({ref.target[:80]})",
                    "behind a picture that shows nothing of its own, write { .decorative }",
                    severity="warning",
                )
            )
    return body, places


def _costly(error: convert.TooCostly, shown: str, parts: _Parts) -> Diagnostic:
    lines = parts.body.split("\n")
    if not 0 < error.line <= len(lines):
        help = "part it into several articles, or raise `limits.page` in site.yaml"
        return Diagnostic("over-budget", str(error), Span(shown, parts.body_line), help=help)
    text = lines[error.line - 1]
    help = "write the fence without a language, so that its code stays without colours"
    return Diagnostic(
        "over-budget", str(error), Span(shown, parts.body_line + error.line - 1, 1, max(1, len(text)), text), help=help
    )
