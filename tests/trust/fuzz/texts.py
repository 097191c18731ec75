"""Targets that read a text: front matter, settings, Markdown, names, credits, reports."""

from __future__ import annotations

import ntpath
import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Any, Final
from zoneinfo import ZoneInfo

import html5lib
from html5lib import html5parser
from html5lib.constants import namespaces

from digestgen import (
    codec,
    config,
    credits,
    i18n,
    manifest,
    mends,
    parse,
    paths,
    registry,
    reports,
    rules,
    signoffs,
    slugs,
    urls,
    yaml,
)
from digestgen.diagnostics import Diagnostic, shown
from digestgen.markup.convert import TooComplex, TooCostly, assemble, convert, feed_html
from digestgen.model import Article, Credit, Manuscript
from digestgen.schema import Fault, Report, Shape
from tests.test_reports import convert_text, words
from tests.trust.payloads import faults

_ZONE: Final = ZoneInfo("UTC")
_CONFIG, _ = config.read("title: T\nurl: https://example.org/\nlanguages: [de, fr]\neditions: files\n")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def _in_place(found: Iterable[Diagnostic], path: str, text: str) -> None:
    """Every fault is of a known kind, lies within the file, shows its line, and steers no terminal."""
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    for item in found:
        assert item.code in rules.RULES, item
        printed = shown(item).replace("\n", "")
        assert item.message, item
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in printed), item
        span = item.span
        if span is None:
            continue
        assert span.path == path, item
        assert span.length >= 1, item
        assert 1 <= span.line <= len(lines) + 1, (item, len(lines))
        line = lines[span.line - 1] if span.line <= len(lines) else ""
        assert 1 <= span.column <= len(line) + 1, (item, line)
        assert line.startswith(span.text[:500]), (item, line)


# --- YAML, written in other words


def _again(node: yaml.Node | None) -> str:
    """Return a node as YAML with all in braces and quotes, but for what means something without them."""
    if isinstance(node, yaml.Mapping):
        return "\n".join(f"{_flow(entry.key)}: {_flow(entry.value)}" for entry in node.entries) or "{}"
    return _flow(node) if node is not None else ""


def _flow(node: yaml.Node) -> str:
    if isinstance(node, yaml.Sequence):
        return f"[{', '.join(map(_flow, node.items))}]"
    if isinstance(node, yaml.Mapping):
        return "{" + ", ".join(f"{_flow(entry.key)}: {_flow(entry.value)}" for entry in node.entries) + "}"
    if node.plain and re.fullmatch(r"~|[0-9A-Za-z_][\w.+-]*", node.text):
        return node.text
    return "null" if yaml.is_null(node) else _quoted(node.text)


def _quoted(text: str) -> str:
    """Double quotes, with an escape for each sign that is no letter, figure or blank."""
    return '"' + re.sub(r"[^\w ]|\s(?<! )", lambda match: f"\\U{ord(match[0]):08x}", text) + '"'


def _has_long_key(node: yaml.Node | None) -> bool:
    """Tell whether a key is so long that YAML reads it in its own notation only (YAML 1.2.2, section 7.4.2)."""
    if isinstance(node, yaml.Mapping):
        return any(len(_flow(entry.key)) > 1000 or _has_long_key(entry.value) for entry in node.entries)
    return isinstance(node, yaml.Sequence) and any(map(_has_long_key, node.items))


# --- front matter


def front_matter(data: bytes) -> None:
    for path in ("2024-05-03-a.md", "pages/a.md", "editions/2024-05-03.md"):
        article, found = parse.article(path, data, _CONFIG)
        shown_as = f"{_CONFIG.content}/{path}"
        text, unread = parse.decode(data, shown_as)
        assert (article is None) == (text is None), found
        _in_place(found, shown_as, data.decode("utf-8", "replace") if text is None else text)
        if article is None:
            assert found == unread != []
            continue
        assert article.wrong <= bool(found), article
        _remembered(article)
        if not article.wrong and not any(item.severity == "error" for item in found):
            _written_again(path, text or "", article)
    _mended(data)


def _remembered(article: Article) -> None:
    """What is accepted survives the cache."""
    assert codec.load(Article, codec.dump(article), _ZONE) == article
    manuscript = article.fetch()
    assert codec.load(Manuscript, codec.dump(manuscript), _ZONE) == manuscript


def _written_again(path: str, text: str, article: Article) -> None:
    """The same values in other words of YAML are the same article."""
    lines = text.split("\n")
    behind = parse.body_line(lines)
    front = [line for line in lines[: behind - 2] if line.strip()]  # with the line of --- that opens it
    node, _ = yaml.parse("\n".join(front[1:]), path=path)
    if _has_long_key(node):
        return
    made = "\n".join(["---", _again(node), "---", *lines[behind - 1 :]])
    other, found = parse.article(path, made.encode("utf-8", "surrogatepass"), _CONFIG)
    assert other is not None, (made, found)
    assert replace(other, fingerprint=article.fingerprint) == article, (made, found)
    assert other.fetch().body == article.fetch().body, made
    assert other.fetch().extra == article.fetch().extra, made


def _mended(data: bytes) -> None:
    """What is mended has no new faults, and is mended."""
    mend = mends.mended("2024-05-03-a.md", data, _CONFIG)
    if mend is None:
        return
    (_, before), (_, after) = (parse.article("2024-05-03-a.md", one, _CONFIG) for one in (data, mend.after))
    assert {item.code for item in after} <= {item.code for item in before}, (mend, after)
    assert mends.mended("2024-05-03-a.md", mend.after, _CONFIG) is None, mend


# --- settings


_SHAPES: Final[dict[str, Shape]] = {"theme.yaml": manifest.TABLE, **registry.FILES}


def settings(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    made, found = config.read(text)
    _in_place(found, config.FILE, text)
    node, _ = yaml.parse(text, path=config.FILE)
    assert made.title or found
    if not found and not _has_long_key(node):
        other, told = config.read(_again(node))
        assert (_unplaced(other), told) == (_unplaced(made), []), _again(node)
    for name, shape in _SHAPES.items():
        value, report = _shaped(text, name, shape)
        _in_place(report.found, name, text)
        if not report.found and not _has_long_key(node):
            same, again = _shaped(_again(node), name, shape)
            assert (same, again.found) == (value, []), _again(node)
    _, found = registry.read(dict.fromkeys(registry.FILES, text))
    assert bool(found) >= any(_shaped(text, name, shape)[1].found for name, shape in registry.FILES.items())


def _unplaced(made: config.Config) -> config.Config:
    """Settings without places in their file, which options have that a theme reads later."""
    return replace(made, marks={}, theme_options=dict.fromkeys(made.theme_options))  # type: ignore[arg-type]


def _shaped(text: str, name: str, shape: Shape) -> tuple[Any, Report]:
    node, found = yaml.parse(text, path=name)
    report = Report(list(found))
    try:
        return (None if node is None else shape.read(node, "", report)), report
    except Fault:
        assert report.found, text
        return None, report


# --- Markdown

# It is older than these elements, which bound others in HTML as it is now (HTML Living Standard, 13.2.4.2, "special").
_YOUNG: Final = frozenset((namespaces["html"], name) for name in ("details", "figcaption", "hgroup", "main", "summary"))
html5parser.specialElements |= _YOUNG  # type: ignore[attr-defined]


def markdown(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    try:
        body = convert(text, "de")
    except (TooComplex, TooCostly):
        return
    read_as_written(feed_html(body, [ref.target for ref in body.refs]))
    read_as_written(assemble(body, [urls.classify(ref.target).url or None for ref in body.refs]))
    headings = [heading.id for heading in body.headings]
    assert len(set(headings)) == len(headings), headings


def read_as_written(html: str) -> None:
    """What is written is what browsers read: whole elements within their own, and nothing that runs or leads out."""
    assert not faults(html, whole=False), (faults(html, whole=False), html)
    written = _Written()
    written.feed(html)
    written.close()
    assert not written.open, (written.open, html)
    page = f"<!DOCTYPE html><title>t</title><main><div>{html}</div></main><footer>f</footer>"
    tree = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    place: Any = tree.find("body")
    assert [item.tag for item in place] == ["main", "footer"], html
    assert [item.tag for item in place[0]] == ["div"], html
    read, meant = _joined([*_events(place[0][0])][1:-1]), _shown(_joined(written.events))
    unlike = next((pair for pair in zip_longest(read, meant) if pair[0] != pair[1]), None)
    assert unlike is None, (unlike, html)


_VOID: Final = frozenset(["area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])

Event = tuple[str, str, tuple[tuple[str, str], ...]]


class _Written(HTMLParser):
    """The elements of HTML as they are written, which have to close in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[Event] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append(("begin", tag, tuple(sorted((name, value or "") for name, value in attrs))))
        if tag in _VOID:
            self.events.append(("end", tag, ()))
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> does not close what was opened last"
        self.events.append(("end", tag, ()))

    def handle_data(self, data: str) -> None:
        self.events.append(("text", data, ()))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a remark: {data}")

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    handle_pi = unknown_decl = handle_comment


def _events(element: Any) -> Iterator[Event]:
    name = element.tag.rpartition("}")[2]
    yield "begin", name, tuple(sorted((str(key).rpartition("}")[2], value) for key, value in element.attrib.items()))
    yield "text", element.text or "", ()
    for item in element:
        yield from _events(item)
        yield "text", item.tail or "", ()
    yield "end", name, ()


def _joined(events: Iterable[Event]) -> list[Event]:
    """Return events with texts in one piece."""
    found: list[Event] = []
    for event in events:
        if event[0] == "text" and found and found[-1][0] == "text":
            event = ("text", found.pop()[1] + event[1], ())  # noqa: PLW2901
        if event[0] != "text" or event[1]:
            found.append(event)
    return found


def _shown(events: list[Event]) -> list[Event]:
    """Return what is written without the line end that begins a `pre`: a parser drops it (HTML, section 13.2.6.4.7)."""
    begun = [("", "", ()), *events]
    texts = (
        ("text", event[1].removeprefix("\n"), ()) if event[0] == "text" and before[:2] == ("begin", "pre") else event
        for before, event in zip(begun, events, strict=False)
    )
    return [event for event in texts if event[0] != "text" or event[1]]


# --- names


def names(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for lang in ("de", "en"):
        slug = slugs.slugify(text, lang)
        assert slugs.is_slug(slug), (text, slug)
        assert slugs.slugify(slug, lang) == slug, (text, slug)
        assert len(slug.encode()) <= slugs.LONGEST + 2, (text, slug)
        _portable(slug, text)
    one, _, other = text.partition("\n")
    _joins(one, other)
    _joins("", text)
    for given in (text, "/" + text):
        path = paths.output_path(given)
        if path is not None:
            _portable(path, text)
    assert paths.portable_key(unicodedata.normalize("NFD", text)) == paths.portable_key(text), text
    assert paths.portable_key(paths.portable_key(text)) == paths.portable_key(text), text
    parse.read_name(text, _CONFIG)
    _address(text)
    _relative(one, other)


def _portable(path: str, text: str) -> None:
    """A path leads below the folder that it is put into, on every system."""
    assert not paths.fault(path), (text, path)
    for system in (posixpath, ntpath):
        whole = system.normpath(system.join("root", path))
        assert re.match(r"root[/\\][^/\\]", whole), (text, path)
        assert not system.splitdrive(path)[0], (text, path)
    assert not any(part.endswith((".", " ")) or paths.is_device(part) for part in path.split("/")), (text, path)
    path.encode()


def _joins(folder: str, relative: str) -> None:
    joined = paths.join_inside(folder, relative)
    if joined is None:
        return
    assert not joined.startswith("/"), (folder, relative, joined)
    assert not {"..", "."} & {*joined.split("/")}, (folder, relative, joined)
    assert paths.join_inside("", joined) in (joined, None), (folder, relative, joined)
    whole = posixpath.normpath(posixpath.join("/site", joined))
    assert whole == "/site" or whole.startswith("/site/"), (folder, relative, joined)


_SCHEMES: Final = {"external": r"https?://[^/]", "mail": "mailto:", "fragment": r"#|\Z", "relative": "", "site": "/"}


def _address(text: str) -> None:
    """A link is refused, or one of five kinds; written into a page it is of the same kind, and stays as it is."""
    link = urls.classify(text)
    if link.kind == "refused":
        assert link.reason, text
        assert not link.url, text
        return
    assert re.match(_SCHEMES[link.kind], link.url), (text, link)
    assert not re.search(r"[\x00-\x20\"<>\\`\x7f]", link.url), (text, link)
    again = urls.classify(link.url)
    assert (again.kind, again.url, again.path, again.fragment) == (link.kind, link.url, link.path, link.fragment), (
        text,
        link,
        again,
    )
    safe = urls.safe_external(text)
    assert safe is None or (link.kind == "external" and urls.safe_external(safe) == safe), (text, safe)


def _relative(one: str, other: str) -> None:
    """What a page writes leads back to where it was to lead."""
    if paths.fault(one) or paths.fault(other):
        return
    here, there = (urls.quote_path("/" + path) for path in (one, other))
    link = urls.relative(here, there)
    assert _resolved(here, link) == there, (here, there, link)


def _resolved(here: str, link: str) -> str:
    """Return where a relative link leads (RFC 3986, section 5.2), to which `;` is a sign like any other."""
    if not link:
        return here
    steps: list[str] = []
    *above, last = (here.rpartition("/")[0] + "/" + link).split("/")
    for step in above[1:]:
        if step == "..":
            steps = steps[:-1]
        elif step != ".":
            steps.append(step)
    assert last not in (".", ".."), link
    return "/".join(["", *steps, last])


# --- credits


def credit_lines(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for lang in signoffs.LANGUAGES:
        language = i18n.language(lang)
        for listed in (signoffs.read(text, lang), signoffs.read_signoff(text, lang)):
            line = credits.line(listed, language, {})
            assert "".join(piece for piece, _ in credits.parts(listed, language, {})) == line, (text, line)
            assert all(credit.role.strip() and credit.people for credit in listed), (text, listed)
            assert all(person.name.strip() for credit in listed for person in credit.people), (text, listed)
            read = signoffs.read(line, lang)
            assert _small(read) == _small(listed), (lang, text, line, listed, read)


def _small(listed: tuple[Credit, ...]) -> tuple[Credit, ...]:
    """Return credits with a small letter at the beginning: a line begins with a capital, whatever the role does."""
    first = listed[:1]
    return (*(replace(credit, role=credit.role[0].lower() + credit.role[1:]) for credit in first), *listed[1:])


# --- reports


def wire_reports(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    report = reports.read(text)
    made = reports.draft(report, report.lang, date(2023, 9, 13), "report.txt").text
    assert not Counter(words(text)) - Counter(words(made)), made
    article, found = parse.article("report.md", made.encode(), _CONFIG)
    assert article is not None, made
    assert not [item for item in found if item.severity == "error"], (found, made)
    assert article.credits == report.credits, made
    assert article.sources == report.agencies, made
    body = convert_text(article)
    assert "".join(words(body)) == "".join(word for block in report.blocks for word in words(block.text)), made
    assert article.draft, made
