"""From HTML as articles have it to text as mails have it: paragraphs, lists and quotations, links by number. Pure.

And from text to Markdown that says just that.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Final

from digestgen.diagnostics import width

#: The width of a line of text in a mail (RFC 3676 recommends 78 or fewer), in columns.
COLUMNS: Final = 72

_BLOCKS: Final = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "dl",
        "div",
        "table",
        "figure",
        "section",
    ]
)
_LINES: Final = frozenset(["li", "tr", "dt", "dd", "br", "figcaption"])
_BEFORE: Final = {"td": " ", "th": " ", "q": "“"}
_UNSEEN: Final = frozenset(["script", "style", "template", "head"])


class _Reader(HTMLParser):
    def __init__(self, cite: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.cite = cite
        self.out: list[str] = []
        self.links: list[str] = []
        self.lists: list[int] = []
        self.quotes = 0
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.unseen += tag in _UNSEEN
        self.out.append("\n\n" if tag in _BLOCKS else "\n" if tag in _LINES else "")
        if tag == "a":
            self.links.append(values.get("href") or "")
        elif tag == "img" and values.get("alt"):
            self.out.append(f"[{values['alt']}]")
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
        else:
            self.out.append(self._mark() if tag == "li" else _BEFORE.get(tag, ""))

    def _mark(self) -> str:
        if not self.lists or self.lists[-1] < 0:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in _BLOCKS:
            self.out.append("\n\n")
        if tag == "a" and self.links:
            link = self.links.pop()
            if link and not link.startswith("#"):
                self.out.append(f"\u00a0{self.cite(link)}")
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        else:
            self.out.append("”" if tag == "q" else "")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.out.append(re.sub(r"\s+", " ", data))


def plain(html: str, cite: Callable[[str], str]) -> str:
    """Return `html` as text: blocks apart by blank lines, each on one line; `cite(address)` stands behind a link.

    A link within the page has no address. Raises nothing.
    """
    reader = _Reader(cite)
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(reader.out).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def wrapped(text: str, indent: str = "", columns: int = COLUMNS) -> str:
    """Return `text` with each line broken to `columns`, all lines but its first one behind `indent`.

    Widths are those of a terminal; text without blanks between words (Japanese, Chinese) is broken between letters,
    an address never.
    """
    return f"\n{indent}".join(
        part for line in text.split("\n") for part in (_broken(line, columns - len(indent)) or [""])
    ).replace(f"\n{indent}\n", "\n\n")


def _broken(line: str, columns: int) -> list[str]:
    if width(line) == len(line):
        hang = re.match(r"- |\d+\. ", line)
        return textwrap.wrap(
            line,
            columns,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent=" " * len(hang[0]) if hang else "",
        )
    return _by_letters(line, columns)


def _by_letters(line: str, columns: int) -> list[str]:
    lines, now = [], ""
    for piece in re.findall(r"[ -~]+?(?:\s|(?=[^ -~])|\Z)|.", line):
        if now and width(now + piece.rstrip()) > columns and piece not in "、。，．」』）！？,.;:!?)”’":
            lines.append(now.rstrip())
            now = ""
        now += piece if now else piece.lstrip()
    return [*lines, now.rstrip()] if now.strip() else lines


# --- text as Markdown

#: What Markdown would take for its own; an address, which becomes a link as it is, is none of that.
_MARKDOWN: Final = re.compile(
    r"(?P<address>(?<![\w@:/.=\"'&-])(?:https?://|www\.)(?:[\w/.:?=%#+-]|&(?!#|\w+;))+)|(?P<mark>[\\`*_{}\[\]])"
    r"|(?P<sign>&(?=#|\w+;)|<|~(?=~)|\|)"
)
_AT_START: Final = re.compile(r"(?m)^(?:(?P<sign>[:=~])|(?P<number>\d+(?=[.)])|(?=[#+>-])))")


def as_markdown(text: str) -> str:
    """Return `text`, a paragraph, as Markdown that says just that."""
    return _AT_START.sub(_begun, _MARKDOWN.sub(_meant, text))


def _meant(match: re.Match[str]) -> str:
    if match["sign"]:
        return _entity(match["sign"])
    return _link(match["address"]) if match["address"] else f"\\{match['mark']}"


def _link(address: str) -> str:
    # what ends a sentence ends the address, too, and there a sign would be one again
    link = address.rstrip("_.:?")
    return link + address[len(link) :].replace("_", "\\_")


def _begun(match: re.Match[str]) -> str:
    return _entity(match["sign"]) if match["sign"] else f"{match['number']}\\"


def _entity(char: str) -> str:
    return f"&#{ord(char)};"
