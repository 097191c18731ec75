"""Python-Markdown's two dear stages, made cheap: what cannot match is not tried.

Python-Markdown tries each of its patterns on each piece of text, and each kind of block on each block. Almost all
of that fails, and a glance for a *trigger*, a sign without which it must fail, tells so at once. What is done
where a trigger stands is just what Python-Markdown does, in the same order: the output is identical.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any
from xml.etree.ElementTree import HTML_EMPTY

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.inlinepatterns import InlineProcessor
from markdown.serializers import to_html_string
from markdown.treeprocessors import Treeprocessor
from markdown.util import INLINE_PLACEHOLDER, INLINE_PLACEHOLDER_RE, STX, AtomicString

from digestgen.markup.attributes import names
from digestgen.markup.emphasis import Emphasis, Rewriting

Trigger = Callable[[str], bool]
_Node = etree.Element | str
#: An element and the tags above it, which some patterns must not stand in.
_Placed = tuple[etree.Element, list[str]]

#: By the name under which an inline pattern is registered: may it match in this text at all?
_INLINE_TRIGGERS: dict[str, Trigger] = {
    "backtick": lambda text: "`" in text,
    "escape": lambda text: "\\" in text,
    "footnote": lambda text: "[^" in text,
    "reference": lambda text: "[" in text,
    "link": lambda text: "](" in text,
    "image_link": lambda text: "![" in text and "](" in text,
    "image_reference": lambda text: "![" in text,
    "short_reference": lambda text: "[" in text,
    "short_image_ref": lambda text: "![" in text,
    "autolink": lambda text: "<" in text and "://" in text,
    "automail": lambda text: "<" in text and "@" in text,
    "linebreak": lambda text: "  \n" in text,
    "html": lambda text: "<" in text,
    "entity": lambda text: "&" in text and ";" in text,
    "bare_address": lambda text: "://" in text or "www." in text,
    "struck_out": lambda text: "~~" in text,
    "em_strong": lambda text: "*" in text or "_" in text,
}
#: Patterns that find something only where the article defines a reference.
_NEED_REFERENCES = frozenset(("reference", "image_reference", "short_reference", "short_image_ref"))

#: Patterns that keep no memory of a text and look at nothing far behind them.
_SWEPT = frozenset(_INLINE_TRIGGERS) - {"em_strong", "bare_address", "struck_out"}

#: The sign that ends whatever a pattern finds: behind the last one it would look at each text to its end in vain.
_ENDS = {"footnote": "]"}

#: The same for kinds of blocks. A block is never empty here.
_BLOCK_TRIGGERS: dict[str, Trigger] = {
    "empty": lambda block: block[0] == "\n",
    "markdown_block": lambda block: block[0] == STX,
    "indent": lambda block: block[0] == " ",
    "defindent": lambda block: block[0] == " ",
    "code": lambda block: block[0] == " ",
    "table": lambda block: "|" in block and "\n" in block,
    "hashheader": lambda block: "#" in block,
    "setextheader": lambda block: "\n=" in block or "\n-" in block,
    "hr": lambda block: block[0] in " -_*" or "\n-" in block or "\n*" in block or "\n_" in block or "\n " in block,
    "olist": lambda block: block[0] == " " or block[0].isdecimal(),
    "ulist": lambda block: block[0] in " *+-",
    "deflist": lambda block: ": " in block,
    "quote": lambda block: ">" in block,
    "footnote": lambda block: "[^" in block and "]:" in block,
    "abbr": lambda block: "*[" in block and "]" in block,
    "reference": lambda block: "]:" in block,
}


def _always(_: str) -> bool:
    return True


class SwiftParser(BlockParser):
    """The block parser, which asks a block's trigger before the block's test."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self._kinds: list[tuple[Trigger, BlockProcessor]] | None = None

    def settle(self) -> None:
        """Take the kinds of blocks as they are registered now."""
        registry = self.blockprocessors
        triggers = {id(registry[name]): trigger for name, trigger in _BLOCK_TRIGGERS.items() if name in registry}
        self._kinds = [(triggers.get(id(kind), _always), kind) for kind in registry]

    def parseBlocks(self, parent: etree.Element, blocks: list[str]) -> None:
        """Put the `blocks` of text, which are used up, into `parent` as elements."""
        assert self._kinds is not None
        kinds = self._kinds
        empty = self.blockprocessors["empty"]
        while blocks:
            if not blocks[0]:
                if _ends_in_code(parent):
                    empty.run(parent, blocks)
                else:
                    # elsewhere nothing comes of empty blocks, however many
                    del blocks[: next((number for number, block in enumerate(blocks) if block), None)]
                continue
            for trigger, kind in kinds:
                block = blocks[0]
                if trigger(block) and kind.test(parent, block) and kind.run(parent, blocks) is not False:
                    break


def _ends_in_code(parent: etree.Element) -> bool:
    """Tell whether an indented block of code stands last, to which empty lines may belong."""
    return len(parent) > 0 and parent[-1].tag == "pre" and len(parent[-1]) > 0 and parent[-1][0].tag == "code"


class SwiftInline(Treeprocessor):
    """The inline stage. A text that is done stands in `stashed_nodes` while its surroundings are worked on."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.stashed_nodes: dict[str, etree.Element | str] = {}
        self._ancestors: list[str] = []
        self._patterns: list[tuple[Trigger, bool, bool, frozenset[str], InlineProcessor]] = []
        self._ends: dict[int, str] = {}

    def settle(self) -> None:
        """Take the inline patterns as they are registered now."""
        registry = self.md.inlinePatterns
        known = {id(registry[name]): name for name in _INLINE_TRIGGERS if name in registry}
        self._patterns = [
            (
                _INLINE_TRIGGERS.get(known.get(id(pattern), ""), _always),
                known.get(id(pattern)) in _NEED_REFERENCES,
                known.get(id(pattern)) not in _SWEPT,
                frozenset(tag.lower() for tag in pattern.ANCESTOR_EXCLUDES),
                pattern,
            )
            for pattern in registry
            if isinstance(pattern, InlineProcessor)
        ]
        self._ends = {id(registry[name]): end for name, end in _ENDS.items() if name in registry}

    def run(self, root: etree.Element, ancestors: list[str] | None = None) -> etree.Element:
        """Apply all inline patterns to the texts of `root`, which is changed in place and returned."""
        self.stashed_nodes = {}
        waiting = deque([(root, [*(ancestors or ()), root.tag.lower()])])
        while waiting:
            element, above = waiting.popleft()
            if element is not root:
                above.append(element.tag.lower())
            self._ancestors = above
            self._run_children(element, waiting)
        return root

    def _run_children(self, element: etree.Element, waiting: deque[_Placed]) -> None:
        """Work on the texts around and directly in the children of `element`; queue what is deeper."""
        found: list[tuple[etree.Element, list[_Placed]]] = []
        position = 0
        # What a tail brings is put in behind its child, so that the loop comes to it next.
        while position < len(element):
            child = element[position]
            text, tail = child.text, child.tail
            if text and not isinstance(text, AtomicString) and not _is_plain(text):
                inside = self._run_text(child, text)
                waiting += inside
                found.append((child, inside))
            if tail and not _is_plain(tail):
                for place, (new, _) in enumerate(self._run_tail(child, tail), position + 1):
                    element.insert(place, new)
            if len(child):
                waiting.append((child, self._ancestors[:]))
            position += 1
        for child, inside in found:
            for place, (new, _) in enumerate(inside):
                child.insert(place, new)

    def _run_text(self, child: etree.Element, text: str) -> list[_Placed]:
        self._ancestors.append(child.tag.lower())
        child.text = None
        inside = self._resolve(self._apply(text, 0), child, inside=True)
        self._ancestors.pop()
        return inside

    def _run_tail(self, child: etree.Element, tail: str) -> list[_Placed]:
        holder = etree.Element("d")
        child.tail = None
        behind = self._resolve(self._apply(tail, 0), holder, inside=False)
        child.tail = holder.tail or None
        return behind

    def _apply(self, data: str, first: int) -> str:
        """Return `data` with placeholders for all that the patterns from number `first` on find in it."""
        if isinstance(data, AtomicString):
            return data
        without_references = not self.md.references
        for number in range(first, len(self._patterns)):
            trigger, needs_references, remembers, excluded, pattern = self._patterns[number]
            if (needs_references and without_references) or not trigger(data):
                continue
            if excluded and not excluded.isdisjoint(self._ancestors):
                continue
            if isinstance(pattern, Emphasis):
                data = Rewriting(pattern, data, partial(self._stash, number=number)).run()
            else:
                data = (self._replace_singly if remembers else self._sweep)(pattern, data, number)
        return data

    def _find(
        self, pattern: InlineProcessor, data: str, at: int, behind: int = 0
    ) -> tuple[_Node | None, int, int] | None:
        """Return the next find of `pattern` behind `at` and the range that it replaces, or None.

        No find ends in the last `behind` characters.
        """
        for match in pattern.compiled_re.finditer(data, at, len(data) - behind):
            node, start, end = pattern.handleMatch(match, data)
            # A find that ends no later than it was looked for would be found for ever.
            if start is not None and end is not None and end > at:
                return node, start, end
        return None

    def _sweep(self, pattern: InlineProcessor, data: str, number: int) -> str:
        """Replace all that `pattern` finds. What is done is set aside, so that the time is linear."""
        pieces: list[str] = []
        done = at = 0
        ending = self._ends.get(id(pattern))
        behind = len(data) - data.rfind(ending) - 1 if ending else 0
        while (found := self._find(pattern, data, at, behind)) is not None:
            node, start, end = found
            at = end
            if node is None:
                continue
            pieces += (data[done:start], self._stash(node, number))
            done = end
            if data[end - 1] in "\\!":
                # A pattern that looks back must see what Python-Markdown lets it see: no such sign.
                data, done, at = data[end:], 0, 0
        return "".join((*pieces, data[done:])) if pieces else data

    def _replace_singly(self, pattern: InlineProcessor, data: str, number: int) -> str:
        """Replace all that `pattern` finds, and let it see each time what has been replaced so far."""
        at = 0
        while (found := self._find(pattern, data, at)) is not None:
            node, start, at = found
            if node is not None:
                placeholder = self._stash(node, number)
                data = f"{data[:start]}{placeholder}{data[at:]}"
                at = start + len(placeholder)
        return data

    def _stash(self, node: _Node, number: int) -> str:
        """Return the placeholder for `node`, in whose texts what comes after pattern `number` is applied."""
        if isinstance(node, etree.Element) and not isinstance(node.text, AtomicString):
            self._apply_within(node, number)
        name = f"{len(self.stashed_nodes):04d}"
        self.stashed_nodes[name] = node
        return INLINE_PLACEHOLDER % name

    def _apply_within(self, node: etree.Element, number: int) -> None:
        """Apply what comes after pattern `number` to the texts of a new `node` and of its children."""
        for child in (node, *node):
            if child.text:
                self._ancestors.append(child.tag.lower())
                child.text = self._apply(child.text, number + 1)
                self._ancestors.pop()
            if child.tail:
                child.tail = self._apply(child.tail, number)

    def _resolve(self, data: str, parent: etree.Element, inside: bool) -> list[_Placed]:
        """Return the elements whose placeholders stand in `data`, each with the tags above it.

        The text before the first one goes to the text of `parent` (or its tail, unless `inside`), the rest to
        the tail of the element before it.
        """
        result: list[_Placed] = []
        pieces: list[str] = []
        at = 0
        for match in INLINE_PLACEHOLDER_RE.finditer(data):
            node = self.stashed_nodes.get(match[1])
            if node is None:
                continue
            pieces.append(data[at : match.start()])
            at = match.end()
            if isinstance(node, str):
                pieces.append(node)
                continue
            _put("".join(pieces), result, parent, inside)
            pieces.clear()
            self._resolve_within(node)
            result.append((node, self._ancestors[:]))
        rest = data[at:]
        if pieces:
            rest = "".join((*pieces, rest))
        elif isinstance(data, AtomicString):
            rest = AtomicString(rest)
        _put(rest, result, parent, inside)
        return result

    def _resolve_within(self, node: etree.Element) -> None:
        """Put in the elements whose placeholders stand in the texts of `node` and of its children."""
        for child in (node, *node):
            tail, text = child.tail, child.text
            if tail and STX in tail and tail.strip():
                child.tail = None
                behind = self._resolve(tail, child, inside=False)
                place = list(node).index(child) + 1 if child is not node else 0
                for offset, (new, _) in enumerate(behind):
                    node.insert(place + offset, new)
            if text and STX in text and text.strip():
                child.text = None
                for place, (new, _) in enumerate(self._resolve(text, child, inside=True)):
                    child.insert(place, new)


def _put(text: str, before: list[_Placed], parent: etree.Element, inside: bool) -> None:
    if not text:
        return
    if before:
        last = before[-1][0]
        last.tail = last.tail + text if last.tail else text
    elif inside:
        parent.text = parent.text + text if parent.text else text
    else:
        parent.tail = parent.tail + text if parent.tail else text


def _is_plain(text: str) -> bool:
    """Tell whether no pattern can match in `text`."""
    return not (
        "[" in text
        or "*" in text
        or "`" in text
        or "_" in text
        or "\\" in text
        or "<" in text
        or "&" in text
        or "://" in text
        or "~~" in text
        or "  \n" in text
        or "www." in text
        or STX in text
    )


#: Attributes that are written without a value (HTML Living Standard, list of attributes).
_BOOLEAN = names(
    "allowfullscreen async autofocus autoplay checked controls default defer disabled formnovalidate hidden inert "
    "ismap itemscope loop multiple muted nomodule novalidate open playsinline readonly required reversed selected"
)
_LONE_AMPERSAND = re.compile("&(?!(?:#[0-9]+|#x[0-9a-f]+|[0-9a-z]+);)", re.IGNORECASE)


def serialize(root: etree.Element) -> str:
    """Return `root` as HTML, as Python-Markdown's own serializer does: entities that are written stay."""
    out: list[str] = []
    waiting: list[etree.Element | str] = [root]
    while waiting:
        element = waiting.pop()
        if isinstance(element, str):
            out.append(element)
            continue
        tag: Any = element.tag
        if not isinstance(tag, str):
            out.append(to_html_string(element))
            continue
        out.append(f"<{tag}{_attributes(element)}>" if element.attrib else f"<{tag}>")
        text, tail = element.text, element.tail
        if text:
            out.append(text if tag.lower() in ("script", "style") else _escaped(text))
        if tail:
            waiting.append(_escaped(tail))
        if tag.lower() not in HTML_EMPTY:
            waiting.append(f"</{tag}>")
        waiting.extend(reversed(element))
    return "".join(out)


def _attributes(element: etree.Element) -> str:
    written = []
    # Python-Markdown gives an attribute without a value the value None, whatever its type says.
    items: list[tuple[str, str | None]] = sorted(element.items())
    for name, value in items:
        if value is None or (name == value and name in _BOOLEAN):
            written.append(f" {name}")
        else:
            quoted = _escaped(value).replace('"', "&quot;")
            written.append(f' {name}="{quoted}"')
    return "".join(written)


def _escaped(text: str) -> str:
    if "&" in text:
        text = _LONE_AMPERSAND.sub("&amp;", text)
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text
