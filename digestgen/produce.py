"""The files of the site, made or left as they are.

The key of a file stands for everything that it is made from. Where it is the same as at the last build, and the
file still holds what that build wrote, there is nothing to do. No edges are tracked, so none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from digestgen import feeds, fingerprint, work, writer
from digestgen.diagnostics import Diagnostic, Span
from digestgen.plan.outputs import Copied, Output, Rendered
from digestgen.render import Renderer, TemplateFault
from digestgen.source import Tree
from digestgen.traces import Traces
from digestgen.unchanged import Marks, Seen

#: A template that is wrong is wrong on every page: so many of its faults are told.
_MOST_TEMPLATE_FAULTS: Final = 5

Row = tuple[str, str]


@dataclass(slots=True)
class Made:
    """What became of the files: their (key, fingerprint) by path, and why each that was made was made."""

    rows: dict[str, Row] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    rendered: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Press:
    """Everything that makes files."""

    renderer: Renderer
    tree: Tree
    target: writer.Output
    marks: Marks


def files(
    outputs: Iterable[Output],
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
        if row is not None and row[0] == key and press.target.keep(output.path, row[1], stamp):
            made.rows[output.path] = row
        else:
            todo.append((output, key))
            made.why[output.path] = _why(row, key, known=output.path in press.target.owned)
    _make(todo, press, jobs, made, found, tick)
    return made


def _make(
    todo: list[tuple[Output, str]],
    press: Press,
    jobs: int,
    made: Made,
    found: list[Diagnostic],
    tick: Callable[[int, int], None],
) -> None:
    faults: dict[tuple[str, int, str], Diagnostic] = {}
    results = work.done(lambda item: _prepared(item[0], press), todo, jobs)
    for number, ((output, key), result) in enumerate(zip(todo, results, strict=True), 1):
        if isinstance(result, Diagnostic):
            span = result.span or Span("")
            faults.setdefault((span.path, span.line, result.message), result)
        else:
            press.target.take(result, found)
            made.rows[output.path] = (key, result.mark)
            if isinstance(output.content, Rendered):
                made.rendered.add(output.path)
        tick(number, len(todo))
    found.extend([*faults.values()][:_MOST_TEMPLATE_FAULTS])


def _prepared(output: Output, press: Press) -> writer.Prepared | Diagnostic:
    content = output.content
    if isinstance(content, Copied):
        told: list[Diagnostic] = []
        data = press.tree.file(content.source, told)
        return press.target.prepare(output.path, data) if data is not None else told[0]
    try:
        data = _bytes(content, press.renderer)
    except TemplateFault as fault:
        return fault.diagnostic
    prepared = press.target.prepare(output.path, data)
    stray = press.renderer.strays(data.decode(), content) if isinstance(content, Rendered) else None
    return replace(prepared, fault=stray) if stray and not prepared.fault else prepared


def _bytes(content: Rendered | feeds.Feed | bytes, renderer: Renderer) -> bytes:
    if isinstance(content, Rendered):
        return renderer.render(content)
    return feeds.atom(content) if isinstance(content, feeds.Feed) else content


def _key(output: Output, press: Press) -> str:
    """Return the key of an output: its value's, then those of its templates and of what stands on every page."""
    content = output.content
    if isinstance(content, Rendered):
        return f"{content.key} {press.renderer.closure(content.template)} {press.renderer.shared(content.lang)}"
    if isinstance(content, feeds.Feed):
        return fingerprint.of_value(content)
    if isinstance(content, bytes):
        return fingerprint.of_bytes(content)
    return _file_mark(content.source, press)


def _file_mark(source: str, press: Press) -> str:
    shown = f"{press.tree.settings.content}/{source}"
    mark = press.marks.mark(shown)
    if mark is None:
        mark = fingerprint.of_bytes(press.tree.file(source, []) or b"")
        press.marks.note(shown, mark)
    return mark


def _why(row: Row | None, key: str, *, known: bool) -> str:
    """Return why a file is made, in words for `--explain`; `known` tells that an earlier build wrote it."""
    if row is None:
        return "nothing was remembered of it" if known else "it is new"
    if row[0] == key:
        return "its file in the output was missing or changed"
    old, new = row[0].split(" "), key.split(" ")
    if len(old) != len(new) or len(new) == 1 or old[0] != new[0]:
        return "what it shows changed"
    return "its template or a file of the theme changed" if old[1] != new[1] else "what stands on every page changed"
