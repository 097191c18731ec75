"""The user's files: what is in a site's folder, read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from digestgen import files, fingerprint, i18n, legible, lexicon, parse, plugins, registry
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.model import Article
from digestgen.plugins import NO_PLUGINS, Plugins

#: The most that site.yaml or a registry may hold, and the most of one file that comes along.
SETTINGS_LIMIT: Final = 1024 * 1024
FILE_LIMIT: Final = 100 * 1024 * 1024


@dataclass()
class Tree:
    """A site's folder. `files` are the paths below content/ of everything that is not an article or a page."""

    folder: Path
    settings: Config
    found: list[Diagnostic] = field(default_factory=list)
    files: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    """Of all articles and pages, in order."""
    lost: frozenset[str] = frozenset()
    """What cannot be seen below content/, folders above all, and "" where that is not there: what is in it may be."""
    look: bool = True
    """Whether to look at what is there; else `files` and `paths` stay empty, and files can be read all the same."""
    plugins: Plugins = NO_PLUGINS
    marks: dict[str, str] = field(default_factory=dict)
    """Fingerprints of the registries and catalogues that were read, by name."""
    catalogues: tuple[lexicon.Text, ...] = ()
    interface: i18n.Interface = field(default_factory=i18n.Interface)
    """What the site's own catalogues say: the words of articles' texts are those, whatever the theme says."""
    added: Mapping[str, Span] = field(default_factory=dict)
    """Path of each page that a plug-in adds, as messages have it, to the place that adds it."""

    def __post_init__(self) -> None:
        self._listen()
        if not self.look:
            return
        self.plugins, faults = plugins.load(str(self.folder), self.settings.plugins, self.settings.marks)
        self.found += faults
        others, articles, lost = set(), [], set()
        for item in files.scan(str(self.content)):
            if legible.is_absent(item):
                self._lack()
                lost.add("")
            elif item.kind != "file":
                self.found.append(legible.strange(item, self.settings.content))
                lost.update([item.path] if item.kind == "unreadable" else ())
            elif item.path.endswith(".md") and not item.path.startswith(parse.STATIC + "/"):
                articles.append(item.path)
            else:
                others.add(item.path)
                if _like_an_article(item.path):
                    self.found.append(self._unread(item.path))
        self.files = frozenset(others)
        self.paths = tuple(articles)
        self.lost = frozenset(lost)

    def _lack(self) -> None:
        """Tell that there is no folder of articles, unless site.yaml may name another one."""
        if not self.settings.vague:
            mark = self.settings.marks.get("content", Span("site.yaml"))
            message = f"there is no folder {self.settings.content}/ for the articles"
            help = "make the folder, or name another one as `content`"
            self.found.append(Diagnostic("missing-folder", message, mark, help=help))

    def _listen(self) -> None:
        """Read what the site says in its own words; what is wrong with it is told where all messages are known."""
        self.catalogues = tuple(lexicon.of_site(self.folder, self.found))
        self.marks |= {item.path: item.mark for item in self.catalogues}
        if self.catalogues:
            self.interface = lexicon.interface(self.catalogues, i18n.messages(), [])

    @property
    def content(self) -> Path:
        return self.folder / self.settings.content

    def unread(self, articles: Iterable[Article]) -> frozenset[str]:
        """Return the paths of what is below content/ and could not be read, where `articles` could."""
        return (frozenset(self.paths) - {item.path for item in articles}) | self.lost

    @property
    def static(self) -> frozenset[str] | None:
        """The names of the files that the site takes along as they are, as seen from content/static/, if all are known.

        A folder that cannot be seen may hold others.
        """
        if any(path.partition("/")[0] in ("", parse.STATIC) for path in self.lost):
            return None
        below = parse.STATIC + "/"
        return frozenset(path.removeprefix(below) for path in self.files if path.startswith(below))

    def _unread(self, path: str) -> Diagnostic:
        stem = path.rpartition(".")[0]
        message = "the file looks like an article and is not read as one"
        help = f"call it {stem.rpartition('/')[2]}.md"
        shown = Span(f"{self.settings.content}/{path}")
        return Diagnostic("not-an-article", message, shown, help=help, severity="warning")

    def registries(self) -> dict[str, str]:
        """Return the texts of those registries that exist."""
        texts = {}
        for name in registry.FILES:
            data = self._registry(name)
            if data is None:
                continue
            self.marks[name] = fingerprint.of_bytes(data)
            text, faults = parse.decode(data, name)
            self.found.extend(faults)
            if text is not None:
                texts[name] = text
        return texts

    def _registry(self, name: str) -> bytes | None:
        """Return the bytes of a registry; None where there is none, or none that can be read, which is told."""
        place = str(self.folder / name)
        try:
            if not files.exists(place):
                return None
            outside = files.leads_out(str(self.folder), place)
        except OSError as error:
            self.found.append(legible.unread(name, error.errno or 0, error.strerror or str(error)))
            return None
        if outside:
            message = "a link that does not lead to a file of this folder is not followed"
            self.found.append(Diagnostic("link-outside", message, Span(name), help="copy the file here"))
            return None
        return legible.data(place, name, SETTINGS_LIMIT, self.found)

    def articles(self) -> Iterator[tuple[str, bytes]]:
        """Yield path below content/ and bytes of every article and page, in the order of paths."""
        for path in self.paths:
            data = self.article(path, self.found)
            if data is not None:
                yield path, data

    def article(self, path: str, found: list[Diagnostic]) -> bytes | None:
        """Return the bytes of an article or a page, or None where they cannot be had, which is told in `found`."""
        return legible.data(str(self.content / path), f"{self.settings.content}/{path}", parse.LIMIT, found)

    def file(self, path: str, found: list[Diagnostic]) -> bytes | None:
        """Return the bytes of a file that comes along, or None where they cannot be had, which is told."""
        return legible.data(str(self.content / path), f"{self.settings.content}/{path}", FILE_LIMIT, found)

    def with_lines(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return `found`, sorted by path; what names a line of a file and lacks its text gets that.

        What is wrong with a page that a plug-in adds is told of the plug-in.
        """
        lines = lru_cache(maxsize=1)(self._lines)  # a file may have thousands of faults
        return [self._with_line(item, lines) for item in found]

    def _lines(self, path: str) -> list[str]:
        data = legible.data(str(self.folder / path), path, parse.LIMIT, [])
        return (parse.decode(data or b"", path)[0] or "").split("\n")

    def _with_line(self, item: Diagnostic, lines_of: Callable[[str], list[str]]) -> Diagnostic:
        span = item.span
        if span is not None and span.path in self.added:
            said = f"in {span.path}, which the plug-in adds"
            return replace(item, span=self.added[span.path], help="; ".join(filter(None, [item.help, said])))
        if span is None or span.text or span.line < 1:
            return item
        if not span.path.endswith((".md", ".yaml", ".po")) or (span.line == 1 and span.column == 1):
            return item
        lines = lines_of(span.path)
        return replace(item, span=replace(span, text=lines[span.line - 1])) if span.line <= len(lines) else item


def _like_an_article(path: str) -> bool:
    """Tell whether a file has another of Markdown's endings; content/static/ may hold any file."""
    ending = path.rpartition(".")[2].lower()
    return ending in ("md", "markdown", "mdown", "mkd", "mkdn") and not path.startswith(parse.STATIC + "/")
