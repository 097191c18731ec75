"""The files of the site, made or left as they are.

The key of a file stands for everything that it is made from. Where it is the same as at the last build, and the
file still holds what that build wrote, there is nothing to do. No edges are tracked, so none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from html import escape
from itertools import islice
from typing import Final

from digestgen import fingerprint, packing, urls, work, writer
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.feeds.formats import FORMATS
from digestgen.pictures import cards, darkroom, drawing
from digestgen.pictures.clean import cleaned
from digestgen.pictures.extra import lacking
from digestgen.pictures.shelf import Shelf
from digestgen.plan.outputs import Cleaned, Copied, Drawn, Output, Rendered, Sized, Syndicated, file_of
from digestgen.render import Renderer, TemplateFault
from digestgen.source import Tree
from digestgen.traces import Row, Traces
from digestgen.unchanged import Marks, Seen

#: A template that is wrong is wrong on every page: so many faults of each are told.
_MOST_TEMPLATE_FAULTS: Final = 5

#: Files are wrong each for itself, and all of them are told, unless they are more than anybody mends in one go.
_MOST_FILE_FAULTS: Final = 100

#: What is told of one of the user's files, or of the page of one, and not of a template.
_OF_ONE_FILE: Final = frozenset(["unreadable", "too-large", "picture-refused", "over-budget"])

#: So many bytes a worker may take for itself: it asks for articles, and whatever it asks for becomes memory of its own.
_LARGE: Final = 96 * 1024 * 1024


@dataclass()
class Made:
    """What became of the files: what to remember of each by its path, and why each that was made was made."""

    rows: dict[str, Row] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    rendered: set[str] = field(default_factory=set)


def _unshown(_path: str, _mark: str, _data: bytes) -> None:
    """Shows nobody anything."""


@dataclass(frozen=True)
class Hurry:
    """What somebody looks at while the site is built: files at `paths`, and any style sheet.

    These are made before all others, and `show(path, fingerprint, bytes)` is called for each that changed, while the
    output is still as it was. A build that comes to nothing may have shown some of what it would have written.
    """

    paths: frozenset[str] = frozenset()
    show: Callable[[str, str, bytes], None] = _unshown


@dataclass(frozen=True)
class Press:
    """Everything that makes files."""

    renderer: Renderer
    tree: Tree
    target: writer.Output
    marks: Marks
    shelf: Shelf
    hurry: Hurry = field(default_factory=Hurry)


def files(
    outputs: Sequence[Output],
    press: Press,
    store: Traces,
    before: Mapping[str, Seen],
    jobs: int,
    found: list[Diagnostic],
    tick: Callable[[int, int], None],
) -> Made:
    """Stage every output that is not in its place yet. `before` is what the last build left in the output folder."""
    made = Made()
    todo: list[tuple[Output, str]] = []
    for output in outputs:
        key = _key(output, press)
        row = store.rendered.get(output.path)
        stamp = before.get(output.path, ("", None, ""))[1]
        if (
            row is not None
            and row.key == key
            and all(map(press.renderer.leads, row.places))
            and press.target.keep(output.path, row.mark, stamp)
        ):
            made.rows[output.path] = row
        else:
            todo.append((output, key))
            made.why[output.path] = _why(row, key, known=output.path in press.target.owned)
    todo = _hurried(todo, press, made, found)
    _develop((output for output, _ in todo), press, jobs)
    _draw((output for output, _ in todo), press, jobs)
    _make(todo, press, jobs, made, found, tick)
    found.extend(_lost_places(outputs, press, made))
    return made


def packings(
    ways: Sequence[str],
    press: Press,
    store: Traces,
    before: Mapping[str, Seen],
    jobs: int,
    made: Made,
    found: list[Diagnostic],
) -> None:
    """Stage each text of the site once more for each of `ways` to pack it, after all files are made."""
    target = press.target
    todo: list[tuple[str, str, str]] = []
    for way in ways:
        version, ending = packing.version(way), packing.ENDINGS[way]
        for path, mark in [item for item in target.marks.items() if packing.packable(item[0])]:
            name, key = path + ending, f"{mark} {version}"
            row = store.rendered.get(name)
            stamp = before.get(name, ("", None, ""))[1]
            if name in target.marks:
                continue  # the site has a file of that name itself
            if row is not None and row.key == key and target.keep(name, row.mark, stamp):
                made.rows[name] = row
            else:
                todo.append((path, way, key))
                made.why[name] = _why(row, key, known=name in target.owned)
    _pack(todo, target, jobs, made, found)


def _pack(
    todo: list[tuple[str, str, str]], target: writer.Output, jobs: int, made: Made, found: list[Diagnostic]
) -> None:
    def one(item: tuple[str, str, str]) -> writer.Prepared:
        path, way, _ = item
        return target.prepare(path + packing.ENDINGS[way], packing.packed(target.read(path), way))

    for (_, _, key), prepared in zip(todo, work.done(one, todo, jobs), strict=True):
        target.take(prepared.path, prepared, found)
        made.rows[prepared.path] = Row(key, prepared.mark, ())


def faults(outputs: Iterable[Output], renderer: Renderer) -> list[Diagnostic]:
    """Return what is wrong with templates, of each of which one page is tried, where nothing will be written."""
    first = {content.template: content for output in outputs if isinstance(content := output.content, Rendered)}
    found = []
    for content in first.values():
        try:
            renderer.render(content)
        except TemplateFault as fault:
            found.append(replace(fault.diagnostic, fatal=True))
    return [*dict.fromkeys(found)]


def refused(outputs: Iterable[Output], tree: Tree, marks: Marks, done: Mapping[str, Row]) -> list[Diagnostic]:
    """Return what is wrong with files that come along as they are, where nothing will be written.

    `done` is what the last build remembered of its files: what it could publish is not read again.
    """
    found: list[Diagnostic] = []
    for output in outputs:
        content = output.content
        if isinstance(content, Copied | Cleaned):
            mark, row = marks.mark(f"{tree.settings.content}/{content.source}"), done.get(output.path)
            if mark is None or (_is_drawing(content.source) and (row is None or row.key.partition(" ")[0] != mark)):
                data = tree.file(content.source, found)
                result = _harmless(content.source, data, tree) if data is not None else b""
                found += [result] if isinstance(result, Diagnostic) else ()
    return _told([*dict.fromkeys(found)])


#: So many pictures of which no sizes were made yet are decoded to see whether any can be; it takes a moment for each.
_MOST_TRIED: Final = 40


def undeveloped(outputs: Iterable[Output], tree: Tree, shelf: Shelf) -> list[Diagnostic]:
    """Return which pictures are so damaged that no sizes can be made of them, where nothing will be written.

    Those are tried that are new, and some of them where there are many.
    """
    if next(lacking("images", None), None):
        return []
    new: dict[str, Sized] = {}
    for output in outputs:
        content = output.content
        if isinstance(content, Sized) and content.facts.mark not in new and not shelf.has(_sized_key(content)):
            new[content.facts.mark] = content
    found: list[Diagnostic] = []
    for content in islice(new.values(), _MOST_TRIED):
        data = tree.file(content.source, found)
        if data is not None:
            try:
                darkroom.tried(data, content.facts, content.recipe)
            except darkroom.Refused as error:
                found.append(_undeveloped(content, error, tree))
    return _told([*dict.fromkeys(found)])


def _undeveloped(content: Sized, why: darkroom.Refused, tree: Tree) -> Diagnostic:
    place = Span(f"{tree.settings.content}/{content.source}")
    message = f"no sizes can be made of the picture: {why}"
    help = "open it in a program for pictures, and save it again"
    return Diagnostic("picture-refused", message, place, help=help)


def tidy(outputs: Iterable[Output], press: Press) -> None:
    """Remove from the shelf what no output of this build was made from."""
    press.shelf.clear({_key(output, press) for output in outputs if isinstance(output.content, Sized | Drawn)})


def _lost_places(outputs: Iterable[Output], press: Press, made: Made) -> Iterator[Diagnostic]:
    """Yield a message for each place on a page that a template named by hand and that is not there.

    Those pages are few, so what stands on the page that is meant is read from it, staged or in its place.
    """
    named = {path: [place for place in row.places if "#" in place] for path, row in made.rows.items() if row.places}
    texts: dict[str, str] = {}
    for output in outputs if any(named.values()) else ():
        for place in named.get(output.path, ()):
            url, _, mark = place.partition("#")
            target = file_of(urls.quote_path(url))
            if target.endswith(".html") and target in made.rows:
                text = texts.setdefault(target, press.target.read(target).decode())
                if f'id="{escape(mark)}"' not in text and isinstance(output.content, Rendered):
                    own = urls.unquote(output.content.url)
                    yield press.renderer.stray(place.removeprefix(own) if url == own else place, output.content.url)


def _hurried(
    todo: list[tuple[Output, str]], press: Press, made: Made, found: list[Diagnostic]
) -> list[tuple[Output, str]]:
    """Make and show what somebody looks at; return what is left to be made.

    Nothing is shown where there will be files that a page may load and that are not there yet.
    """
    first = [item for item in todo if _is_looked_at(item[0], press.hurry)]
    new = (output.path for output, _ in todo if output.path not in press.target.owned)
    if not first or not all(path.endswith(_NEVER_LOADED) for path in new):
        return todo
    done: set[str] = set()
    for output, key in first:
        result, places = _prepared(output, press)
        if isinstance(result, Diagnostic):
            continue  # it is made once more, and told then
        _take(output, key, result, places, press, made, found)
        done.add(output.path)
        if result.staged and result.fault is None and not any("#" in place for place in places):
            press.hurry.show(output.path, result.mark, press.target.read(output.path))
    return [item for item in todo if item[0].path not in done]


#: How the names of files end that no page loads.
_NEVER_LOADED: Final = (".html", ".xml", ".json", ".txt")


def _is_looked_at(output: Output, hurry: Hurry) -> bool:
    if isinstance(output.content, Rendered):
        return output.path in hurry.paths
    return bool(hurry.paths) and isinstance(output.content, bytes) and output.path.endswith(".css")


def _take(
    output: Output,
    key: str,
    result: writer.Prepared,
    places: tuple[str, ...],
    press: Press,
    made: Made,
    found: list[Diagnostic],
) -> None:
    press.target.take(output.path, result, found)
    made.rows[output.path] = Row(key, result.mark, places)
    if isinstance(output.content, Rendered):
        made.rendered.add(output.path)


def _make(
    todo: list[tuple[Output, str]],
    press: Press,
    jobs: int,
    made: Made,
    found: list[Diagnostic],
    tick: Callable[[int, int], None],
) -> None:
    wrong: dict[tuple[str, int, str], Diagnostic] = {}
    results = work.done(
        lambda item: _prepared(item[0], press),
        todo,
        jobs,
        large=_LARGE,
        ready=lambda: faults((output for output, _ in todo), press.renderer),
    )
    for number, ((output, key), (result, places)) in enumerate(zip(todo, results, strict=True), 1):
        if isinstance(result, Diagnostic):
            span = result.span or Span("")
            wrong.setdefault((span.path, span.line, result.message), replace(result, fatal=True))
        else:
            _take(output, key, result, places, press, made, found)
        tick(number, len(todo))
    found.extend(_told([*wrong.values()]))


def _told(faults: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return what is told where `faults` keep files from being made: of too many some, and how many more there are."""
    kinds: dict[tuple[str, str], list[Diagnostic]] = {}
    for item in faults:
        template = item.span.path if item.span and item.code not in _OF_ONE_FILE else ""
        kinds.setdefault((item.code, template), []).append(item)
    most = {kind: _MOST_FILE_FAULTS if kind[0] in _OF_ONE_FILE else _MOST_TEMPLATE_FAULTS for kind in kinds}
    return [item for kind, listed in kinds.items() for item in _some(listed, most[kind], kind[1])]


def _some(faults: Sequence[Diagnostic], most: int, template: str) -> list[Diagnostic]:
    more = len(faults) - most
    if more <= 0:
        return [*faults]
    kind = f"in {template}" if template else "of this kind"
    message = f"{more:,} more fault{'s' if more > 1 else ''} {kind} {'are' if more > 1 else 'is'} not listed"
    return [
        *faults[:most],
        Diagnostic(faults[0].code, message, help="mend what is listed first", fatal=True, rest=True),
    ]


def _prepared(output: Output, press: Press) -> tuple[writer.Prepared | Diagnostic, tuple[str, ...]]:
    """Stage a file; return what is to be told of it, and the places that its template named by hand."""
    content = output.content
    if isinstance(content, Rendered):
        return _rendered(output, content, press)
    if isinstance(content, Copied):
        told: list[Diagnostic] = []
        data = _steady(content.source, _file_mark(content.source, press), press, told)
        return _copied(output.path, content, data, press) if data is not None else told[0], ()
    if isinstance(content, Cleaned):
        return _cleaned(output.path, content, press), ()
    if isinstance(content, Sized):
        return _sized(output.path, content, press), ()
    if isinstance(content, Drawn):
        return _drawn(output.path, content, press), ()
    data = FORMATS[content.format].write(content.make()) if isinstance(content, Syndicated) else content
    return press.target.prepare(output.path, data), ()


def _steady(source: str, mark: str, press: Press, told: list[Diagnostic]) -> bytes | None:
    """Return what a file below content/ holds, which has to be what it held when its key was made."""
    data = press.tree.file(source, told)
    if data is None or fingerprint.of_bytes(data) == mark:
        return data
    shown = Span(f"{press.tree.settings.content}/{source}")
    message = "the file changed while the site was built"
    told.append(Diagnostic("unreadable", message, shown, help="build again", severity="error"))
    return None


def _copied(path: str, content: Copied, data: bytes, press: Press) -> writer.Prepared | Diagnostic:
    harmless = _harmless(content.source, data, press.tree)
    return harmless if isinstance(harmless, Diagnostic) else press.target.prepare(path, harmless)


def _is_drawing(source: str) -> bool:
    return source.lower().endswith((".svg", ".svgz"))


def _harmless(source: str, data: bytes, tree: Tree) -> bytes | Diagnostic:
    """Return what a file below content/ holds, without what runs where it is a drawing; or why it is not published."""
    try:
        return drawing.harmless(data) if _is_drawing(source) else data
    except drawing.Unreadable as error:
        place = Span(f"{tree.settings.content}/{source}")
        help = "open it in a program for drawings, and save it again"
        return Diagnostic("picture-refused", f"the drawing is not published: {error}", place, help=help)


def _cleaned(path: str, content: Cleaned, press: Press) -> writer.Prepared | Diagnostic:
    told: list[Diagnostic] = []
    data = _steady(content.source, content.facts.mark, press, told)
    if data is None:
        return told[0]
    if _is_drawing(content.source):
        return _copied(path, Copied(content.source), data, press)
    clean = cleaned(data, content.facts.head, content.facts.rights)
    return press.target.prepare(path, data if clean is None else clean)


# --- sizes of pictures


def _develop(todo: Iterable[Output], press: Press, jobs: int) -> None:
    """Make the sizes of pictures that are not on the shelf, each picture decoded once.

    What cannot be made is found out once more, and told, when its file is asked for.
    """
    missing: dict[str, list[Sized]] = {}
    for output in todo:
        content = output.content
        if isinstance(content, Sized) and not press.shelf.has(_sized_key(content)):
            missing.setdefault(content.facts.mark, []).append(content)
    every = [*missing.values()]
    for _ in work.done(lambda sizes: isinstance(_developed(sizes, press), dict), every, jobs, worth=2):
        pass


def _developed(sizes: Sequence[Sized], press: Press) -> dict[str, bytes] | Diagnostic:
    """Make sizes of one picture and keep them; return those that could not be kept, or the fault that ended it."""
    first = sizes[0]
    told: list[Diagnostic] = []
    found: dict[str, bytes] = {}
    data = _steady(first.source, first.facts.mark, press, told)
    if data is None:
        return told[0]
    try:
        for size, made in darkroom.developed(data, first.facts, first.recipe, [item.size for item in sizes]):
            key = _sized_key(replace(first, size=size))
            press.shelf.keep(key, made)
            found[key] = made
    except darkroom.Refused as error:
        return _undeveloped(first, error, press.tree)
    return found


def _sized(path: str, content: Sized, press: Press) -> writer.Prepared | Diagnostic:
    key = _sized_key(content)
    data = press.shelf.get(key)
    if data is None:
        made = _developed([content], press)
        if isinstance(made, Diagnostic):
            return made
        data = made[key]
    return press.target.prepare(path, data)


# --- social cards


def _draw(todo: Iterable[Output], press: Press, jobs: int) -> None:
    """Draw the cards that are not on the shelf; what cannot be drawn is found out once more, and told."""
    contents = (output.content for output in todo)
    missing = [item for item in contents if isinstance(item, Drawn) and not press.shelf.has(_drawn_key(item, press))]
    for _ in work.done(lambda content: isinstance(_png(content, press), bytes), missing, jobs, worth=16):
        pass


def _drawn(path: str, content: Drawn, press: Press) -> writer.Prepared | Diagnostic:
    data = press.shelf.get(_drawn_key(content, press)) or _png(content, press)
    return press.target.prepare(path, data) if isinstance(data, bytes) else data


def _png(content: Drawn, press: Press) -> bytes | Diagnostic:
    """Draw a card and keep it; return it, or what is wrong with its template."""
    try:
        data = cards.drawn(press.renderer.draw(content))
    except TemplateFault as fault:
        return fault.diagnostic
    except cards.Undrawn as error:
        where = press.renderer.theme.templates[content.template].path
        return Diagnostic("theme", f"the template draws no SVG: {error}", Span(where))
    press.shelf.keep(_drawn_key(content, press), data)
    return data


def _drawn_key(content: Drawn, press: Press) -> str:
    renderer = press.renderer
    return f"{content.key} {renderer.closure(content.template)} {renderer.options(content.lang)} {cards.edition()}"


def _sized_key(content: Sized) -> str:
    size, quality = content.size, content.recipe.quality(content.size.kind)
    return f"{content.facts.mark} {size.kind} {size.width} {quality} {darkroom.edition()}"


def _rendered(output: Output, content: Rendered, press: Press) -> tuple[writer.Prepared | Diagnostic, tuple[str, ...]]:
    try:
        sheet = press.renderer.render(content)
    except TemplateFault as fault:
        return fault.diagnostic, ()
    most = press.tree.settings.limits.page
    if len(sheet.data) > most * 1_000_000:
        return _too_large(output, len(sheet.data), most), ()
    prepared = press.target.prepare(output.path, sheet.data)
    return (replace(prepared, fault=sheet.fault) if sheet.fault and not prepared.fault else prepared), sheet.places


def _too_large(output: Output, size: int, most: int) -> Diagnostic:
    message = f"the page {output.path} of {output.claim} has {size:,} bytes, and {most} MB are the most"
    help = "part it into several, or raise `limits.page` in site.yaml"
    return Diagnostic("over-budget", message, output.span, help=help)


def _key(output: Output, press: Press) -> str:
    """Return the key of an output: its value's, then those of its templates and of what stands on every page."""
    content = output.content
    if isinstance(content, Rendered):
        bounds = f"-{press.tree.settings.limits.page}"  # a page that was small enough may be too large now
        shared = f"{press.renderer.shared(content.lang)}{bounds}"
        return f"{content.key} {press.renderer.closure(content.template)} {shared}"
    if isinstance(content, Syndicated):
        return content.key
    if isinstance(content, bytes):
        return fingerprint.of_bytes(content)
    if isinstance(content, Cleaned):
        return f"{content.facts.mark} cleaned"
    if isinstance(content, Sized):
        return _sized_key(content)
    if isinstance(content, Drawn):
        return _drawn_key(content, press)
    return _file_mark(content.source, press)


def _file_mark(source: str, press: Press) -> str:
    shown = f"{press.tree.settings.content}/{source}"
    mark = press.marks.mark(shown)
    if mark is None:
        data = press.tree.file(source, [])
        if data is None:
            return ""  # no file has this mark: it is told when it is made
        mark = fingerprint.of_bytes(data)
        press.marks.note(shown, mark)
    return mark


def _why(row: Row | None, key: str, *, known: bool) -> str:
    """Return why a file is made, in words for `--explain`; `known` tells that an earlier build wrote it."""
    if row is None:
        return "nothing was remembered of it" if known else "it is new"
    if row.key == key:
        return "its file in the output was missing or changed"
    old, new = row.key.split(" "), key.split(" ")
    if len(old) != len(new) or len(new) == 1 or old[0] != new[0]:
        return "what it shows changed"
    return "its template or a file of the theme changed" if old[1] != new[1] else "what stands on every page changed"
