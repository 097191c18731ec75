"""HTML becomes Markdown, as far as Markdown can say it; what it cannot say stays HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from html import escape
from html.parser import HTMLParser
from typing import Final

from digestgen.dataclass import dataclass

_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "iframe",
        "li",
        "main",
        "nav",
        "noscript",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "video",
        "audio",
        "object",
        "script",
        "style",
    ]
)
#: What a new element of a kind ends, where it is still open.
_ENDS: Final = {
    "li": {"li", "p"},
    "dt": {"dt", "dd", "p"},
    "dd": {"dt", "dd", "p"},
    "tr": {"tr", "td", "th", "p"},
    "td": {"td", "th", "p"},
    "th": {"td", "th", "p"},
} | {name: {"p"} for name in _BLOCKS - {"li", "dt", "dd", "tr", "td", "th", "body", "html"}}
#: Where the search for what a new element ends stops.
_WALLS: Final = frozenset(["ul", "ol", "dl", "table", "blockquote", "div", "section", "td", "th", "li", "dd", "figure"])
_DEEPEST: Final = 60


@dataclass()
class Element:
    """An element and what is in it; the root has no tag."""

    tag: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Tell whether it is of the class `name`."""
        return name in self.attributes.get("class", "").split()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_before(tag)
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in _VOID and len(self.open) < _DEEPEST:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        at = next((at for at in range(len(self.open) - 1, 0, -1) if self.open[at].tag == tag), 0)
        if at:
            del self.open[at:]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def _end_before(self, tag: str) -> None:
        ends = _ENDS.get(tag, set())
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].tag in ends:
                del self.open[at:]
                return
            if self.open[at].tag in _WALLS:
                return


#: A tag without its end.
_UNENDED: Final = re.compile(r"""<(?!!|(?:[^<>"']{1,500}+|"[^"]{0,500}+"|'[^']{0,500}+'){0,60}+>)""")


def tree(html: str) -> Element:
    """Return the elements of `html`; raises nothing. What nests too deep lies beside what it would be in."""
    reader = _Reader()
    closed = html.rfind("-->") + 1
    html = html[:closed] + html[closed:].replace("<!--", "&lt;!--")
    if html.count("<") > html.count(">") + 50:
        html = _UNENDED.sub("&lt;", html)  # the parser would look for the end of each, in all that follows
    reader.feed(html)
    reader.close()
    return reader.open[0]


def markdown(html: str, *, broken: bool = False) -> str:
    """Return `html` as Markdown that Python-Markdown makes the same text from.

    With `broken`, blank lines part paragraphs and line ends break lines, as WordPress has it.
    """
    return "\n\n".join(_blocks(tree(html).children, broken=broken)) + "\n"


# --- blocks


def _blocks(children: Iterable[Element | str], *, broken: bool = False) -> list[str]:
    found: list[str] = []
    run: list[Element | str] = []
    for child in children:
        if isinstance(child, Element) and (child.tag in _BLOCKS or _holds_block(child)):
            found += [*_paragraphs(run, broken=broken), *_block(child, broken=broken)]
            run = []
        else:
            run.append(child)
    found += _paragraphs(run, broken=broken)
    return [block for block in found if block.strip()]


def _holds_block(item: Element) -> bool:
    return any(isinstance(child, Element) and (child.tag in _BLOCKS or _holds_block(child)) for child in item.children)


def _paragraphs(run: list[Element | str], *, broken: bool) -> list[str]:
    if not broken:
        return [_paragraph(run)]
    parts: list[list[Element | str]] = [[]]
    for item in run:
        if isinstance(item, str):
            first, *more = re.split(r"\n\s*\n", item)
            parts[-1].append(first)
            parts += [[text] for text in more]
        else:
            parts[-1].append(item)
    return [_paragraph(part, broken=True) for part in parts]


#: What begins something else at the beginning of a line.
_HEADS: Final = re.compile(r"^( *)([#>+:-]|\d+[.)](?=\s|$)|={3,}|~{3,}|\[\^?[^\]]*\]:)", re.MULTILINE)


def _paragraph(run: Iterable[Element | str], *, broken: bool = False) -> str:
    text = _inline(run, broken=broken).strip()
    text = re.sub(r" *\n *", "\n", text.replace("  \n", "\0")).replace("\0", "  \n")
    return _HEADS.sub(_guarded, re.sub(r"(?<=\n) +", "", text))


def _guarded(match: re.Match[str]) -> str:
    sign = match[2]
    return f"{match[1]}{sign[:-1]}\\{sign[-1]}" if sign[0].isdigit() else f"{match[1]}\\{sign}"


def _block(item: Element, *, broken: bool) -> list[str]:
    made = _MAKERS.get(item.tag)
    if made:
        return made(item)
    if item.tag == "p" and not item.has("admonition-title"):
        return _blocks(item.children, broken=broken)
    if item.tag in ("script", "style", "noscript"):
        return []
    if item.has("system-message"):  # docutils shows there what it did not understand
        return [block for one in _all(item, "pre") for block in _code(one)]
    if item.has("admonition"):
        return _quote(item)
    if item.has("admonition-title"):
        return [f"**{_paragraph(item.children)}**"]
    if item.has("footnote-list") or item.has("citation-list"):
        return ["\n\n".join(map(_note, _all(item, "aside")))]
    return _blocks(item.children, broken=broken)


def _note(item: Element) -> str:
    """A footnote as docutils has it: its label in a span, then its text."""
    label = next((one for one in _all(item, "span") if one.has("label")), Element())
    rest = [child for child in item.children if child is not label]
    return f"[^{_label(_plain(label))}]: " + _indented("\n\n".join(_blocks(rest)))


def _heading(item: Element) -> list[str]:
    text = _inline(item.children).strip().replace("\n", " ")
    return [f"{'#' * int(item.tag[1])} {text}"] if text else []


def _list(item: Element) -> list[str]:
    items = [child for child in item.children if isinstance(child, Element)]
    start = item.attributes.get("start", "1")
    number = int(start) if start.isdecimal() and len(start) < 7 else 1
    texts, loose = [], False
    for at, child in enumerate(items):
        blocks = _blocks(child.children)
        loose = loose or len([block for block in blocks if not _LISTED.match(block)]) > 1
        mark = f"{number + at}." if item.tag == "ol" else "-"
        between = "\n\n" if loose else "\n"
        texts.append(f"{mark} " + _indented(between.join(blocks) or "&nbsp;"))
    return [("\n\n" if loose else "\n").join(texts)] if texts else []


_LISTED: Final = re.compile(r"(-|\d+\.) ")


def _indented(text: str, pad: str = "    ") -> str:
    return text.replace("\n", f"\n{pad}").replace(f"\n{pad}\n", "\n\n")


def _quote(item: Element) -> list[str]:
    text = "\n\n".join(_blocks(item.children))
    return ["\n".join(f"> {line}".rstrip() for line in text.split("\n"))] if text.strip() else []


def _code(item: Element) -> list[str]:
    text = _plain(item).strip("\n")
    lang = next(filter(None, map(_language, _classes(item))), "")
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [f"{fence}{lang}\n{text}\n{fence}"]


def _classes(item: Element) -> Iterator[str]:
    for one in (item, *(child for child in item.children if isinstance(child, Element) and child.tag == "code")):
        names = one.attributes.get("class", "").split()
        yield from names
        if names[:1] == ["code"] and len(names) > 1:  # docutils names the language second
            yield f"language-{names[1]}"


def _language(name: str) -> str:
    match = re.fullmatch(r"(?:language|lang|brush)[-:]([\w+#.-]{1,30})", name)
    return match[1] if match else ""


def _figure(item: Element) -> list[str]:
    pictures = list(_all(item, "img"))
    caption = next(_all(item, "figcaption"), None)
    if len(pictures) != 1 or any(True for _ in _all(item, "table")) or any(True for _ in _all(item, "pre")):
        return _blocks(item.children)
    said = _words(caption) if caption else ""
    picture = _picture(pictures[0], said or pictures[0].attributes.get("title", ""))
    link = next((a for a in _all(item, "a") if any(child is pictures[0] for child in a.children)), None)
    return [f"[{picture}]({_target(link.attributes.get('href', ''))})" if link and not said else picture]


def _definitions(item: Element) -> list[str]:
    found: list[str] = []
    for child in item.children:
        if not isinstance(child, Element):
            continue
        if child.tag == "dt":
            found.append(_inline(child.children).strip().replace("\n", " ") or "&nbsp;")
        elif child.tag == "dd":
            text = _indented("\n\n".join(_blocks(child.children)) or "&nbsp;")
            found[-1:] = [f"{found[-1] if found else '&nbsp;'}\n:   {text}"]
        else:
            found += _definitions(child)
    return found


def _table(item: Element) -> list[str]:
    rows = [[cell for cell in row.children if isinstance(cell, Element)] for row in _all(item, "tr")]
    rows = [row for row in rows if row]
    if not rows or not _is_simple(rows):
        return [_raw(item)]
    lines = [[_cell(cell) for cell in row] for row in rows]
    width = max(map(len, lines))
    lines = [[*line, *[" "] * (width - len(line))] for line in lines]
    rule = [" --- "] * width
    return ["\n".join("|" + "|".join(line) + "|" for line in [lines[0], rule, *lines[1:]])]


def _is_simple(rows: list[list[Element]]) -> bool:
    """Tell whether Markdown can say a table: a row of heads, then cells without blocks, none over several others."""
    cells = [cell for row in rows for cell in row]
    spans = any(cell.attributes.get(name, "1") != "1" for cell in cells for name in ("colspan", "rowspan"))
    heads = all(cell.tag == "th" for cell in rows[0])
    flat = all(len(_blocks(cell.children)) < 2 and not any(map(_is_rich, cell.children)) for cell in cells)
    return heads and flat and not spans


def _is_rich(child: Element | str) -> bool:
    return isinstance(child, Element) and (child.tag in _BLOCKS - {"p"} or child.tag == "br")


def _cell(cell: Element) -> str:
    text = " ".join(" ".join(_blocks(cell.children)).split())
    return f" {text.replace('|', '&#124;')} "


def _raw(item: Element) -> str:
    """Return an element as HTML without blank lines, which would end it for Markdown."""
    return re.sub(r"\n\s*\n", "\n", _html(item))


def _html(item: Element | str) -> str:
    if isinstance(item, str):
        return escape(item, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in item.attributes.items() if _NAME.match(name))
    inside = "".join(map(_html, item.children))
    return f"<{item.tag}{attributes}>" + ("" if item.tag in _VOID else f"{inside}</{item.tag}>")


_NAME: Final = re.compile(r"[a-zA-Z][\w-]*$")


def _embedded(item: Element) -> list[str]:
    src = item.attributes.get("src") or item.attributes.get("data") or ""
    src = src or next((one.attributes.get("src", "") for one in _all(item, "source")), "")
    return [f"<{_target(src)}>" if src.startswith(("https:", "http:")) else f"[{src}]({_target(src)})"] if src else []


def _rule(_item: Element) -> list[str]:
    return ["* * *"]


_MAKERS: Final[dict[str, Callable[[Element], list[str]]]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ul", "ol", "dir"), _list),
    **dict.fromkeys(("iframe", "video", "audio", "object"), _embedded),
    "blockquote": _quote,
    "pre": _code,
    "figure": _figure,
    "dl": _definitions,
    "table": _table,
    "hr": _rule,
}


# --- text

#: Signs that would mean something to Markdown where they stand.
_SIGNS: Final = re.compile(
    r"""\\(?=[\\`*_{}\[\]()>#+.!:~-])    # a backslash before a sign that it would take the meaning of
    |[`*]
    |(?<![^\W_])_|_(?![^\W_])            # an underscore at the edge of a word
    |[\[\]]
    |~~|\{:?(?=[\s#.\w])
    |<(?=[a-zA-Z/!?])""",
    re.VERBOSE,
)


def _escaped(text: str) -> str:
    text = re.sub(r"&(?=#?\w+;)", "&amp;", text)
    return _SIGNS.sub(lambda sign: "&lt;" if sign[0] == "<" else f"\\{sign[0]}", text)


def _inline(children: Iterable[Element | str], *, broken: bool = False) -> str:
    return "".join(_piece(child, broken=broken) for child in children)


def _piece(child: Element | str, *, broken: bool) -> str:
    if isinstance(child, str):
        text = _escaped(re.sub(r"[ \t\r\f]+", " ", child))
        return re.sub(r" ?\n ?", "  \n", text) if broken else re.sub(r" ?\n ?", "\n", text)
    made = _code_piece if child.has("literal") and child.tag == "span" else _PIECES.get(child.tag)
    if made:
        return made(child)
    inside = _inline(child.children, broken=broken)
    if child.tag in _KEPT and inside.strip():
        return f"<{child.tag}>{inside}</{child.tag}>"
    return "" if child.tag in ("script", "style") else inside


_KEPT: Final = frozenset(["sub", "sup", "abbr", "mark", "ins", "q", "cite", "small", "kbd", "u"])


def _marked(sign: str) -> Callable[[Element], str]:
    def made(item: Element) -> str:
        text = _inline(item.children)
        core = text.strip()
        if not core or any(True for tag in ("em", "i", "strong", "b") for _ in _all(item, tag)):
            return text
        before, _, after = text.partition(core)
        return f"{before}{sign}{core}{sign}{after}"

    return made


def _code_piece(item: Element) -> str:
    text = " ".join(_plain(item).split())
    if not text:
        return ""
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _link(item: Element) -> str:
    text = _inline(item.children)
    href = item.attributes.get("href", "").strip()
    if item.has("footnote-reference") or item.attributes.get("role") == "doc-noteref":
        return f"[^{_label(_plain(item))}]"
    if not href or not text.strip() or item.attributes.get("role") == "doc-backlink":
        return text
    title = " ".join(item.attributes.get("title", "").split()).replace('"', "'")
    return f"[{' '.join(text.split())}]({_target(href)}" + (f' "{title}")' if title else ")")


def _label(text: str) -> str:
    return re.sub(r"[^\w-]", "", text) or "1"


def _target(address: str) -> str:
    """Return an address as a link's target."""
    return (
        re.sub(r"[\s<>()\\]", lambda sign: f"%{ord(sign[0]):02X}", address.strip())
        if address.isascii()
        else (re.sub(r"[\s<>()\\]", "%20", address.strip()))
    )


def _image(item: Element) -> str:
    return _picture(item, item.attributes.get("title", ""))


def _picture(item: Element, title: str) -> str:
    alt = " ".join(item.attributes.get("alt", "").split()).replace("[", "(").replace("]", ")")
    said = " ".join(title.split()).replace('"', "'")
    src = item.attributes.get("src", "")
    return f"![{_escaped(alt)}]({_target(src)}" + (f' "{said}")' if said else ")") if src else ""


def _words(item: Element) -> str:
    return " ".join(_plain(item).split())


def _plain(item: Element | str) -> str:
    if isinstance(item, str):
        return item
    return "\n" if item.tag == "br" else "".join(map(_plain, item.children))


def _all(item: Element, tag: str) -> Iterator[Element]:
    for child in item.children:
        if isinstance(child, Element):
            if child.tag == tag:
                yield child
            yield from _all(child, tag)


def _break(_item: Element) -> str:
    return "  \n"


_PIECES: Final[dict[str, Callable[[Element], str]]] = {
    **dict.fromkeys(("em", "i"), _marked("*")),
    **dict.fromkeys(("strong", "b"), _marked("**")),
    **dict.fromkeys(("del", "s", "strike"), _marked("~~")),
    **dict.fromkeys(("code", "tt", "samp"), _code_piece),
    "a": _link,
    "img": _image,
    "br": _break,
}
