"""What the text of a Jinja template tells of itself: its blocks, what it extends, and what it imports.

Told from the text and not by Jinja, so that each has its exact place: blocks are cut out, and put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from digestgen.dataclass import dataclass

_STRING: Final = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'"

#: Comments, raw text, statements and expressions, the only things in which text that looks like a tag is none.
_TAG: Final = re.compile(
    r"\{#.*?#\}"
    r"|\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}"
    rf"|\{{%[-+]?\s*(?P<word>\w+)(?P<rest>(?:{_STRING}|[^\"'%]|%(?!\}}))*)%\}}"
    rf"|\{{\{{(?:{_STRING}|[^\"'}}]|\}}(?!\}}))*\}}\}}",
    re.DOTALL,
)
#: Statements that have an end: what stands within them is theirs.
_OPENING: Final = ("block", "macro", "call", "filter", "trans", "if", "for", "with", "autoescape")
_SUPER: Final = re.compile(r"\{\{[-+]?\s*super\(\)\s*[-+]?\}\}")
_BODY: Final = re.compile(r"\A\{%[^%]*%\}\n?|\{%[^%]*%\}\Z")
#: How templates name files of the theme; the second finds computed names, too.
_ASSET: Final = re.compile(r"""\basset\(\s*["']([^"']+)["']\s*\)""")
_ASSET_CALL: Final = re.compile(r"\basset\b")
_LITERAL: Final = re.compile(rf"\s*({_STRING})\s*[-+]?$")
_IMPORT: Final = re.compile(rf"\s*(?:{_STRING})\s+import\s+(.*?)(?:\s+with(?:out)?\s+context)?\s*[-+]?$", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block: its name, the name of the block around it, and where it begins, ends, and stands (offsets, line)."""

    name: str
    within: str
    begin: int
    end: int
    line: int


@dataclass(frozen=True)
class Import:
    """A statement at the top of a template that brings macros, as it is written, and their names there."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Outline:
    """A template in outline. `extends` is the name of its parent, "" without one, and None where it is computed."""

    extends: str | None
    blocks: tuple[Block, ...]
    imports: tuple[Import, ...]

    def block(self, name: str) -> Block | None:
        return next((item for item in self.blocks if item.name == name), None)


def outline(text: str) -> Outline:
    """Return the outline of a template. Where its tags do not pair, that is for Jinja to tell."""
    extends: str | None = ""
    found: list[Block] = []
    imports: list[Import] = []
    open_: list[tuple[str, int]] = []
    for match in _TAG.finditer(text):
        word, rest = match["word"], match["rest"] or ""
        if word == "extends" and not open_:
            named = _LITERAL.match(rest)
            extends = named[1][1:-1] if named else None
        elif word == "from" and not open_ and (names := _IMPORT.match(rest)):
            imports.append(Import(match[0], tuple(_imported(names[1]))))
        elif word == "block" and (name := re.match(r"\s*(\w+)", rest)):
            open_.append((name[1], match.start()))
        elif word == "endblock" and open_:
            name_, begin = open_.pop()
            line = text.count("\n", 0, begin) + 1
            found.append(Block(name_, open_[-1][0] if open_ else "", begin, match.end(), line))
    return Outline(extends, tuple(sorted(found, key=lambda item: item.begin)), tuple(imports))


def _imported(names: str) -> Iterator[str]:
    """Yield the names under which `from … import a, b as c` brings macros."""
    for part in names.split(","):
        words = part.split()
        if words:
            yield words[-1]


def lineage(name: str, texts: Mapping[str, str]) -> Iterator[tuple[str, Outline]]:
    """Yield the template `name` and each that it extends, the nearest first, as far as they are there."""
    seen: set[str] = set()
    following: str | None = name
    while following and following not in seen and following in texts:
        seen.add(following)
        found = outline(texts[following])
        yield following, found
        following = found.extends


def cut(name: str, above: Sequence[tuple[str, Outline]], texts: Mapping[str, str]) -> str:
    """Return the text of a block as a template that extends those of a lineage may have it, and show the same.

    A block within it that a nearer template replaces stays replaced, and what `super()` stands for is put in. There
    has to be a block of the name.
    """
    depth, (template, found) = next((n, pair) for n, pair in enumerate(above) if pair[1].block(name))
    block = found.block(name)
    assert block is not None
    text = texts[template][block.begin : block.end]
    nearer = {item.name for _, other in above[:depth] for item in other.blocks}
    while replaced := next((item for item in outline(text).blocks if item.name in nearer), None):
        nearer.discard(replaced.name)
        stub = f"{{% block {replaced.name} %}}{{{{ super() }}}}{{% endblock %}}"
        text = text[: replaced.begin] + stub + text[replaced.end :]
    deeper = above[depth + 1 :]
    if _SUPER.search(text) and any(other.block(name) for _, other in deeper):
        body = _BODY.sub("", cut(name, deeper, texts))
        text = _SUPER.sub(lambda match: match[0] if _within(text, match.start(), name) else body, text)
    return text


def _within(text: str, at: int, name: str) -> bool:
    """Tell whether an offset is in another block than the one that `name` names."""
    return any(item.name != name and item.begin < at < item.end for item in outline(text).blocks)


@lru_cache(maxsize=512)
def assets(text: str) -> frozenset[str] | None:
    """Return the names of the theme's files that a template asks for; None where it computes one."""
    found = _ASSET.findall(text)
    return frozenset(found) if len(found) == len(_ASSET_CALL.findall(text)) else None


def outside(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and beginning of what stands outside all blocks of a template that extends another one.

    Jinja shows none of it, as it shows the parent and the blocks. Comments and statements that set or import are no
    such text, and neither is anything where the parent is chosen by a condition.
    """
    end, depth, begun = 0, 0, False
    for match in [*_TAG.finditer(text), None]:
        between = text[end : match.start() if match else len(text)]
        if begun and not depth and between.strip():
            at = end + len(between) - len(between.lstrip())
            yield text.count("\n", 0, at) + 1, between.strip().split("\n")[0]
        if match is None:
            return
        if begun and not depth and match[0].startswith(("{{", "{% raw", "{%- raw")):
            yield text.count("\n", 0, match.start()) + 1, match[0].split("\n")[0]
        word = match["word"]
        begun = begun or (word == "extends" and not depth)
        depth += (word in _OPENING) - (depth > 0 and str(word).removeprefix("end") in _OPENING and word not in _OPENING)
        depth += word == "set" and "=" not in (match["rest"] or "")
        depth -= depth > 0 and word == "endset"
        end = match.end()


def lost(name: str, texts: Mapping[str, str]) -> tuple[list[Block], list[str]]:
    """Return the blocks of a template that are shown nowhere, and all names that they could have had.

    A template that extends another shows only what the other has a block for, besides what its own blocks hold or
    call as `self.name()`. None is told where what it extends is computed or not there.
    """
    own, *above = lineage(name, texts)
    if own[1].extends == "" or not above or above[-1][1].extends != "":
        return [], []
    known = sorted({block.name for _, found in above for block in found.blocks})
    called = set(re.findall(r"\bself\.(\w+)", texts[name]))
    return [item for item in own[1].blocks if not item.within and item.name not in {*known, *called}], known
