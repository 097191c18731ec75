"""Emphasis, found as Python-Markdown finds it, in time that grows with the text and not with its square.

Python-Markdown copies the whole text for each pair of signs that it replaces, and remembers places in it. Here what was
replaced is set aside, the rest stays as it is, and places are counted as if it had been copied. A part of it is looked
at, wherever that ends, and more where that may matter.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable

from markdown.inlinepatterns import DelimiterProcessor

#: So much of a text is looked at first; only for a pair that ends behind it more is.
_WINDOW = 4096

_Find = tuple[etree.Element | None, int, int]


class Emphasis(DelimiterProcessor):
    """Python-Markdown's own processor, which also knows whether it came to the end of what it was given.

    Whether a run of signs opens or closes tell the characters at both its sides: of one that begins at `edge` or later
    the side behind is not known.
    """

    def __init__(self, stock: DelimiterProcessor) -> None:
        super().__init__(stock.tokens[0], "strong,em", stock.md)
        self.tokens, self.delimiters = stock.tokens, stock.delimiters
        self.pattern, self.compiled_re = stock.pattern, stock.compiled_re
        self.ran_out = False
        self.edge = 0

    def begin(self, window: str, at: int, *, whole: bool) -> None:
        """Get ready for a text that is looked at from `at` on; unless it is the `whole` one, more comes behind it."""
        cut = window[-1:] in self.delimiters and not whole
        self.edge = len(window.rstrip(window[-1])) if cut else len(window)
        self.ran_out = at >= self.edge

    def search(self, data: str, start: int) -> re.Match[str] | None:
        """Return the next run of signs from `start` on that may open or close something."""
        for found in self.compiled_re.finditer(data, start):
            if found.start() >= self.edge:
                break
            delimiter = self.delimiters[found[0]]
            match = delimiter.boundary.match(data, found.start())
            if match is not None and (delimiter.stack or match.lastgroup != "end"):
                return match
        self.ran_out = True
        return None

    def move(self, by: int) -> None:
        """Count all places that are remembered from another beginning."""
        self.regions[:] = [(a + by, b + by, c + by, d + by, tags, size) for a, b, c, d, tags, size in self.regions]
        self.stack[:] = [(entry[0] + by, entry[1] + by, *entry[2:]) for entry in self.stack]
        self.cache_pos += by


class Rewriting:
    """One text while what `pattern` finds in it is replaced. All places are those in the text as it is by now.

    Of what is set aside, `_done`, nothing is looked at again; behind it `_data` goes on from `_edge`.
    """

    def __init__(self, pattern: Emphasis, data: str, stash: Callable[[etree.Element], str]) -> None:
        self._pattern = pattern
        self._data = data
        self._stash = stash
        self._done: list[str] = []
        self._length = self._edge = 0

    def run(self) -> str:
        """Return the text with placeholders for all that is emphasised."""
        at = look = 0
        while (place := self._sign(look)) >= 0:
            node, start, end = self._cached(place) if self._pattern.regions else self._fresh(place)
            if end <= at:
                look = place + 1  # it would be found for ever
            elif node is None:
                at = look = end
            else:
                at = look = self._replace(start, end, self._stash(node))
        return self._whole()

    def __getitem__(self, part: slice) -> str:
        """Return a part of the text: `DelimiterProcessor` takes this for it."""
        if min(part.start, part.stop) < self._length:
            return self._whole()[part]
        shift = self._length - self._edge
        return self._data[part.start - shift : part.stop - shift]

    def _whole(self) -> str:
        return "".join((*self._done, self._data[self._edge :]))

    def _sign(self, place: int) -> int:
        """Return where the next sign is from `place` on, or -1; there are none in what is set aside."""
        shift = self._length - self._edge
        match = self._pattern.compiled_re.search(self._data, max(place - shift, self._edge))
        return match.start() + shift if match else -1

    def _cached(self, place: int) -> _Find:
        return self._pattern.get_cached_result(place, self)  # type: ignore[arg-type]  # it takes slices, and no more

    def _fresh(self, place: int) -> _Find:
        """Let the pattern look at the text from `place` on, as far as it needs to."""
        shift = self._length - self._edge
        before = self._before(place - shift)
        size = _WINDOW
        while True:
            end = place - shift + size
            whole = end >= len(self._data)
            found = self._look(before + self._data[place - shift : end], len(before), whole=whole)
            if whole or not self._pattern.ran_out:
                break
            self._pattern.reset()
            size *= 4
        moved = place - len(before)
        if self._pattern.regions:
            self._pattern.move(moved)
        node, start, stop = found
        return node, start + moved, stop + moved

    def _look(self, window: str, at: int, *, whole: bool) -> _Find:
        self._pattern.begin(window, at, whole=whole)
        match = self._pattern.compiled_re.match(window, at)
        assert match is not None
        node, start, end = self._pattern.handleMatch(match, window)
        assert start is not None
        assert end is not None
        return node, start, end

    def _before(self, place: int) -> str:
        """Return the sign that stands before a place of `_data`, if there is any."""
        if place > self._edge:
            return self._data[place - 1]
        return self._done[-1][-1] if self._done else ""

    def _replace(self, start: int, end: int, new: str) -> int:
        """Put `new` in the place of what stands from `start` to `end`; return where it ends."""
        shift = self._length - self._edge
        begin = start - shift
        if start < self._length or begin > len(self._data):
            # Python-Markdown has lost its place, and what is set aside is not safe from it
            whole = self._whole()
            self._data, self._done, self._length, self._edge = whole[:start] + new + whole[end:], [], 0, 0
        else:
            self._done += (self._data[self._edge : begin], new)
            self._edge = end - shift
            self._length = start + len(new)
        return start + len(new)
