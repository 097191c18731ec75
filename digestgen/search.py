"""The search index: the last step of a build, made by Pagefind from documents of our own.

Pagefind keeps all that it indexes in memory and cannot add to an index. So the documents of each language are parted,
the oldest first, into shards of the same size, with an index each; readers search all of them as one. A new article
changes the newest shard only, and no run takes more memory than one shard does.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from digestgen import bundles, files, fingerprint, writer
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.plan.search import INDEX, Document
from digestgen.traces import Traces
from digestgen.unchanged import Seen

#: How many documents a shard holds: a run of Pagefind then takes some 450 MB, and readers meet few shards.
SHARD: Final = 2000

#: Where readers' browsers learn which shards there are. It is replaced last, when all that it names is there.
MANIFEST: Final = f"{INDEX}/index.json"

#: Seconds that Pagefind may take for a shard. It takes five.
_PATIENCE: Final = 900

#: Under which name is remembered what each shard was made from.
_NAME: Final = "search"

#: What Pagefind does not part into words unless its larger program does it.
_UNSPACED: Final = frozenset(["ja", "th", "zh"])

#: What of a bundle is needed in every shard, and what in the first one of a language.
_DATA: Final = ("fragment/", "index/", "filter/", bundles.ENTRY)
_CODE: Final = ("pagefind.js",)

_LIMIT: Final = 1 << 28


class Failed(Exception):
    """Pagefind did not make an index; the text says why."""


@dataclass(frozen=True)
class Shard:
    """Documents that are indexed together; the first shard of a `group` carries the code for all of them."""

    name: str
    part: str
    lang: str
    first: bool
    documents: tuple[Document, ...]


@dataclass()
class Indexed:
    """What became of the index: how many documents it holds, and how many were indexed now."""

    documents: int = 0
    anew: int = 0
    written: writer.Written | None = None
    same: set[str] = field(default_factory=set)
    marks: dict[str, str] = field(default_factory=dict)


def missing(langs: Iterable[str], span: Span | None) -> Diagnostic | None:
    """Return what has to be installed for an index of a site in `langs`, or None; `span` is where it was asked for."""
    unspaced = sorted(_UNSPACED.intersection(lang.partition("-")[0].lower() for lang in langs))
    if unspaced and not _there("pagefind_bin_extended"):
        message = f"searching in {', '.join(unspaced)} needs the larger Pagefind, which is not installed"
        return Diagnostic("missing-extra", message, span, help="install it: pip install 'digestgen[search-cjk]'")
    if not _there("pagefind") or not any(map(_there, ("pagefind_bin", "pagefind_bin_extended"))):
        message = "`search` needs Pagefind, which is not installed"
        return Diagnostic("missing-extra", message, span, help="install it: pip install 'digestgen[search]'")
    return None


def extra_for(langs: Iterable[str]) -> str:
    """Return the name of the extra that an index of a site in `langs` needs."""
    unspaced = _UNSPACED.intersection(lang.partition("-")[0].lower() for lang in langs)
    return "search-cjk" if unspaced else "search"


def _there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def inside(path: str) -> bool:
    """Tell whether a path of the output folder belongs to the index, and so to nobody else."""
    return path.startswith(f"{INDEX}/")


def shards(documents: Iterable[Document]) -> Iterator[Shard]:
    """Yield the shards of `documents`, which are in their order within each part and language."""
    groups: dict[tuple[str, str], list[Document]] = {}
    for item in documents:
        groups.setdefault((item.part, item.lang), []).append(item)
    for (part, lang), listed in sorted(groups.items()):
        name = part if lang == part.partition("-")[0].lower() else f"{part}.{lang}"
        for start in range(0, len(listed), SHARD):
            chosen = tuple(listed[start : start + SHARD])
            yield Shard(f"{name}_{start // SHARD + 1}", part, lang, start == 0, chosen)


def bring_up(
    documents: Sequence[Document],
    root: str,
    store: Traces,
    before: Mapping[str, Seen],
    tick: Callable[[int, int], None],
    found: list[Diagnostic],
) -> Indexed:
    """Bring the index in the output folder `root`, which is locked, up to date with `documents`.

    `before` is what the last build left there. Raises `Failed`, and then the index is as it was.
    """
    target = writer.Output(root, writer.read_list(root), inside)
    known = _remembered(store)
    version = _version()
    rows: dict[str, list[str]] = {}
    done = Indexed(len(documents))
    manifest: dict[tuple[str, str], dict[str, Any]] = {}
    listed = list(shards(documents))
    seen = 0
    for shard in listed:
        row, made = _shard(shard, target, known.get(shard.name, []), version, before, found)
        rows[shard.name] = row
        done.anew += made
        group = manifest.setdefault((shard.part, shard.lang), {"part": shard.part, "lang": shard.lang, "shards": []})
        group["shards"].append({"name": shard.name, "mark": _mark(shard, target)})
        seen += len(shard.documents)
        tick(seen, len(documents))
    target.stage(MANIFEST, _json([*manifest.values()]), found)
    done.written = target.commit(found)
    store.keep_meta({_NAME: rows})
    done.same, done.marks = target.same, target.marks
    return done


def borrowed(lender: str, root: str, before: Mapping[str, Seen], found: list[Diagnostic]) -> Indexed | None:
    """Take over, as it is, the index in the output folder `lender` into the output folder `root`, which is locked.

    Where there is none to be had, None comes back, and what is there stays.
    """
    target = writer.Output(root, writer.read_list(root), inside)
    lent = {path: min(marks) for path, marks in writer.read_list(lender).items() if inside(path)}
    for path, mark in lent.items():
        if not target.keep(path, mark, before.get(path, ("", None, ""))[1]):
            with contextlib.suppress(FileNotFoundError):
                target.stage(path, files.read_bytes(f"{lender}/{path}", _LIMIT), found)
    return Indexed(written=target.commit(found), same=target.same, marks=target.marks) if lent else None


def _remembered(store: Traces) -> dict[str, list[str]]:
    """Return the fingerprints of each shard by name: of its documents' keys, of its documents, and of its index."""
    rows = store.meta(_NAME)
    if not isinstance(rows, dict):
        return {}
    return {name: row for name, row in rows.items() if isinstance(row, list) and len(row) == 3}


def _version() -> str:
    """Return what the index depends on besides documents: Pagefind's version, and which program it is."""
    import importlib.metadata  # it loads what reads mails

    return f"{importlib.metadata.version('pagefind')} {_there('pagefind_bin_extended')}"


def _shard(
    shard: Shard,
    target: writer.Output,
    known: Sequence[str],
    version: str,
    before: Mapping[str, Seen],
    found: list[Diagnostic],
) -> tuple[list[str], int]:
    """Keep or make the index of a shard; return what to remember of it and how many documents were indexed."""
    key = fingerprint.of_value((version, shard.first, tuple(item.key for item in shard.documents)))
    whole = bool(known) and _kept(shard, target, before) and _mark(shard, target) == known[2]
    if whole and known[0] == key:
        return [*known], 0
    texts = {item.path: item.make().encode() for item in shard.documents}
    mark = fingerprint.of_value(
        (version, shard.first, *((name, fingerprint.of_bytes(data)) for name, data in texts.items()))
    )
    if whole and known[1] == mark:
        return [key, *known[1:]], 0
    for path in _own(shard, target.marks):
        del target.marks[path]
    for path, data in _bundle(shard, texts, target.root):
        target.stage(path, data, found)
    return [key, mark, _mark(shard, target)], len(texts)


def _own(shard: Shard, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if path.startswith(f"{INDEX}/{shard.name}/")]


def _kept(shard: Shard, target: writer.Output, before: Mapping[str, Seen]) -> bool:
    """Keep the index of a shard as it is, if it is there and nobody changed it."""
    paths = _own(shard, target.owned)
    marks = {path: min(target.owned[path]) for path in paths}
    kept = [target.keep(path, mark, before.get(path, ("", None, ""))[1]) for path, mark in marks.items()]
    return bool(kept) and all(kept) and all(len(target.owned[path]) == 1 for path in paths)


def _mark(shard: Shard, target: writer.Output) -> str:
    """Return a short fingerprint of the index of a shard, by which browsers know an old one."""
    return fingerprint.of_value(tuple((path, target.marks[path]) for path in sorted(_own(shard, target.marks))))[:10]


def _bundle(shard: Shard, texts: Mapping[str, bytes], root: str) -> Iterator[tuple[str, bytes]]:
    """Let Pagefind index documents (path to HTML); yield path in the output folder and content of each file needed."""
    work = f"{root}/{writer.WORK}"
    files.remove_tree(work)
    try:
        for path, data in texts.items():
            files.make_dirs(os.path.dirname(f"{work}/pages/{path}"))
            files.write_new(f"{work}/pages/{path}", data)
        _run(work)
        bundle = {path: files.read_bytes(f"{work}/bundle/{path}", _LIMIT) for path in _needed(work, shard.first)}
        for path, data in sorted(bundles.ordered(bundle).items()):
            yield f"{INDEX}/{shard.name}/{path}", data
    finally:
        files.remove_tree(work)


def _needed(work: str, first: bool) -> Iterator[str]:
    """Yield the files of a bundle that a page needs: not Pagefind's own pages and boxes, and its code only once."""
    entry = json.loads(files.read_bytes(f"{work}/bundle/{bundles.ENTRY}", _LIMIT))
    code = {f"wasm.{known['wasm'] or 'unknown'}.pagefind" for known in entry["languages"].values()} | {*_CODE}
    for item in files.scan(f"{work}/bundle"):
        if item.path.startswith(_DATA) or item.path.endswith(".pf_meta") or (first and item.path in code):
            yield item.path


def _run(work: str) -> None:
    """Run Pagefind over the pages in the folder `work`. It gets no settings from elsewhere."""
    command = [sys.executable, "-P", "-m", "pagefind", "--site", "pages", "--output-path", "bundle", "--silent"]
    command += ["--exclude-selectors", ".footnote-ref, .footnote-back"]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
    try:
        ended = subprocess.run(  # noqa: S603 - the arguments are our own
            command,
            cwd=work,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"Pagefind took more than {_PATIENCE} seconds") from None
    except OSError as error:
        raise Failed(f"Pagefind cannot be run: {error.strerror or error}") from None
    if ended.returncode or not os.path.isfile(f"{work}/bundle/{bundles.ENTRY}"):
        raise Failed(_said(ended.returncode, ended.stdout + ended.stderr))


def _said(code: int, output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
    return f"Pagefind {how}" + (f": {lines[-1][:300]}" if lines else "")


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=0, sort_keys=True) + "\n").encode()
