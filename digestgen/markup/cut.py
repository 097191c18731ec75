"""One pass over finished HTML: addresses, ids, headings and text are taken out, and the pieces put in order.

The HTML comes from the sanitiser, or from Markdown itself where site.yaml trusts the authors (then it is *wild*,
and only what links and names need is touched).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import field
from html import escape, unescape
from typing import Literal
from urllib.parse import unquote

from digestgen import urls
from digestgen.dataclass import dataclass
from digestgen.markup.attributes import is_reserved, names, read, tamed, written
from digestgen.markup.labels import Labels
from digestgen.markup.typography import OPAQUE, educate, educate_runs, needs_care

#: A piece of a body: literal HTML; (number of a reference, HTML before its address, HTML behind it) for an
#: opening tag; or the number of the link that is closed here.
Part = str | tuple[int, str, str] | int
Kind = Literal["link", "image"]

_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)([^>]*)>")
#: Authors' own HTML: names in any case, values quoted in any way, and content that is no markup.
_WILD_TAG = re.compile(
    r"(?:<!--.*?(?:-->|\Z)"
    r"|<(?:script|style|textarea|title|iframe|xmp)\b.*?(?:</(?:script|style|textarea|title|iframe|xmp)\s*>|\Z))"
    r"|<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>",
    re.DOTALL | re.IGNORECASE,
)
#: How an address of a kind that is not allowed gets past the sanitiser, so that it can be told to the author.
REFUSED = "#dg-refused:"
#: Straight quotes that the author wants to keep so; noncharacters, which no text may hold (Unicode, 23.7).
KEPT_DOUBLE, KEPT_SINGLE = "\ufdd0", "\ufdd1"
_ID = re.compile(r'id="(?<=\sid=")([^"]+)"')

_INLINE = names(
    "a abbr audio b bdi bdo cite code data del dfn dg-frame em i img ins kbd mark q rp rt ruby s samp small source "
    "span strong sub sup time u var video wbr"
)
_PLAIN = names("abbr b cite del dfn em i ins mark q s small span strong sub u")
_VOID = names("area br col embed hr img input link meta source track wbr")
_VERBATIM = names("code kbd pre samp var")
#: A paragraph in one of these says something beside the text.
_ASIDES = names("aside blockquote dd details figure li section table")
_HEADINGS = names("h1 h2 h3 h4 h5 h6")
#: A line that breaks between two characters of a script without blanks: the break is the author's editor's, and
#: no space (CSS Text 3, section 4.1.2, leaves it to us). The full-width forms and their punctuation count.
_WIDE = "\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff9f"
_WIDE_BREAK = re.compile(f"(?<=[{_WIDE}])[ \t]*\n[ \t]*(?=[{_WIDE}])")
#: The end of such a break, which is found sooner where there is none.
_BEFORE_WIDE = re.compile(f"\n[ \t]*(?=[{_WIDE}])")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Setting:
    """What a cut depends on besides its HTML. `tame` tells that the sanitiser wrote the HTML."""

    lang: str
    labels: Labels
    embed: frozenset[str]
    tame: bool
    slugify: Callable[[str, str], str]


@dataclass()
class Pieces:
    """What a cut finds. `refs` holds (target, kind, alt), `headings` (level, id, text)."""

    parts: list[Part] = field(default_factory=list)
    refs: list[tuple[str, Kind, str | None]] = field(default_factory=list)
    ids: dict[str, None] = field(default_factory=dict)
    headings: list[tuple[int, str, str]] = field(default_factory=list)
    remote_hosts: dict[str, None] = field(default_factory=dict)
    embeds: dict[str, None] = field(default_factory=dict)
    first: str = ""
    texts: list[str] = field(default_factory=list)


def cut(html: str, setting: Setting) -> Pieces:
    """Return the pieces of `html`; what the sanitiser keeps away is not looked for again."""
    return _Cutter(html, setting).run()


def words(texts: list[str]) -> int:
    """Return how many words `texts` have; in scripts without blanks two characters count as one."""
    count = ideographs = 0
    for text in texts:
        spaced, found = (text, 0) if text.isascii() else _CJK.subn(" ", text)
        count += len(spaced.split())
        ideographs += found
    return count + (ideographs + 1) // 2


class _Cutter:
    """The state of one pass. A run is (place in `parts` or -1 where text stays as it is, text, is it read?)."""

    def __init__(self, html: str, setting: Setting) -> None:
        self._html = html
        self._set = setting
        self._out = Pieces()
        self._lang = setting.lang
        #: Open elements: tag, what is written at its end (None: the end tag as it stands), language outside.
        self._stack: list[tuple[str, Part | None, str]] = []
        self._runs: list[tuple[int, str, bool]] = []
        self._verbatim = self._asides = self._links = self._unread = 0
        self._levels: list[int] = []
        self._heading: tuple[int, int, str, str] | None = None
        self._explicit = set(_ID.findall(html))
        self._counts: dict[str, int] = {}
        self._contents: list[int] = []
        self._media_linked = False
        self._wraps = setting.tame or html.count("<table") == html.count("</table")

    def run(self) -> Pieces:
        html, at, tame = self._html, 0, self._set.tame
        for match in (_TAG if tame else _WILD_TAG).finditer(html):
            start = match.start()
            if start > at:
                self._text(html[at:start])
            at = match.end()
            closing, tag, attributes = match.groups()
            if tame and tag in _PLAIN and not attributes:
                self._plain(tag, closing, match[0])
            elif tag is None:
                self._out.parts.append(match[0])
            elif closing:
                self._end(tag if tame else tag.lower(), match[0])
            else:
                self._start(tag if tame else tag.lower(), attributes, match[0])
        if at < len(html):
            self._text(html[at:])
        self._flush()
        self._insert_contents()
        if KEPT_DOUBLE in html or KEPT_SINGLE in html:
            _restore(self._out)
        return self._out

    def _plain(self, tag: str, closing: str, whole: str) -> None:
        """Write a tag of an element that means nothing here; the sanitiser's elements are nested well."""
        self._out.parts.append(whole)
        if closing:
            self._lang = self._stack.pop()[2]
        else:
            self._stack.append((tag, None, self._lang))

    def _text(self, text: str) -> None:
        if "\n" in text and not self._verbatim and not text.isascii() and _BEFORE_WIDE.search(text):
            text = _WIDE_BREAK.sub("", text)
        fixed = self._verbatim or self._unread or (self._links and ("://" in text or text[:4] == "www."))
        self._runs.append((-1 if fixed else len(self._out.parts), text, not self._unread))
        self._out.parts.append(text)

    def _flush(self) -> str:
        """End a block of text: set its quotes, and return it as plain text with blanks folded."""
        runs, self._runs = self._runs, []
        if not runs:
            return ""
        plain = "".join([text for _, text, read_ in runs if read_])
        if needs_care(plain):
            plain = "".join(self._educate(runs))
        if "&" in plain:
            plain = unescape(plain)
        plain = " ".join(plain.split())
        if plain and not self._verbatim:
            self._out.texts.append(plain)
        return plain

    def _educate(self, runs: list[tuple[int, str, bool]]) -> list[str]:
        known = [text if place >= 0 or text == " " else OPAQUE for place, text, _ in runs]
        texts = []
        for (place, text, read_), done in zip(runs, educate_runs(known, self._lang), strict=True):
            if place >= 0:
                self._out.parts[place] = done
            if read_:
                texts.append(text if place < 0 else done)
        return texts

    # Elements

    def _start(self, tag: str, attributes: str, whole: str) -> None:
        if tag not in _INLINE:
            if tag == "br":
                self._runs.append((-1, " ", True))
            else:
                self._flush()
        if tag in _VERBATIM:
            self._verbatim += 1
        elif tag in _ASIDES:
            self._asides += 1
        special = _SPECIAL.get(tag)
        if special is not None:
            special(self, tag, self._values(tag, attributes), whole)
        elif not attributes:
            self._out.parts.append(whole)
            self._push(tag)
        else:
            values = self._values(tag, attributes)
            self._out.parts.append(f"<{tag}{written(values)}>" if self._set.tame else whole)
            self._push(tag, None, values)

    def _push(self, tag: str, ends: Part | None = None, values: dict[str, str] | None = None) -> None:
        if tag in _VOID:
            return
        self._stack.append((tag, ends, self._lang))
        if values:
            self._lang = values.get("lang") or self._lang
            self._unread += values.get("class") == "footnote-ref"

    def _end(self, tag: str, whole: str) -> None:
        ends = self._end_block(tag) if tag not in _INLINE else None
        if tag in _VERBATIM:
            self._verbatim = max(0, self._verbatim - 1)
        elif tag in _ASIDES:
            self._asides = max(0, self._asides - 1)
        elif tag == "a":
            self._links = max(0, self._links - 1)
        elif tag == "sup":
            self._unread = 0
        mark = self._pop(tag)
        if ends is not None:
            mark = ends
        self._out.parts.append(whole if mark is None else mark)

    def _pop(self, tag: str) -> Part | None:
        """Leave the innermost open `tag` and what was left open in it; return what ends it."""
        if self._stack and self._stack[-1][0] == tag:
            _, ends, self._lang = self._stack.pop()
            return ends
        if not any(element[0] == tag for element in self._stack):
            return None
        while True:
            name, ends, self._lang = self._stack.pop()
            if name == tag:
                return ends

    def _end_block(self, tag: str) -> str | None:
        """Flush the text of a block that ends; return its end tag where it must be another."""
        plain = self._flush()
        if tag in _HEADINGS and self._heading is not None:
            return self._end_heading(plain)
        if tag == "p" and plain == "[TOC]" and self._out.parts[-2:] == ["<p>", "[TOC]"]:
            self._contents.append(len(self._out.parts) - 2)
            self._out.texts.pop()
            self._out.parts[-2:] = ["", ""]
            return ""
        if tag == "p" and plain and not self._asides and not self._out.first:
            self._out.first = plain
        return None

    # Attributes and ids

    def _values(self, tag: str, attributes: str) -> dict[str, str]:
        if not attributes:
            return {}
        values = read(attributes)
        if self._set.tame:
            values = tamed(tag, values)
            title = values.get("title", "")
            if title and needs_care(title):
                values["title"] = educate(title, self._lang)
        if "id" in values:
            values["id"] = self._id(values["id"])
            if not values["id"]:
                del values["id"]
        return values

    def _id(self, wanted: str) -> str:
        """Return `wanted` made unique, or nothing where the theme owns it or it is no id."""
        if not wanted or len(wanted.split()) != 1 or (self._set.tame and is_reserved(wanted)):
            return ""
        return self._unique(wanted) if self._set.tame else self._noted(wanted)

    def _unique(self, wanted: str, taken: AbstractSet[str] = frozenset()) -> str:
        name = wanted
        while name in self._out.ids or name in taken:
            self._counts[wanted] = self._counts.get(wanted, 1) + 1
            name = f"{wanted}-{self._counts[wanted]}"
        return self._noted(name)

    def _noted(self, name: str) -> str:
        self._out.ids[name] = None
        return name

    # Headings and the table of contents

    def start_heading(self, tag: str, values: dict[str, str], whole: str) -> None:
        level = int(tag[1])
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
        self._levels.append(level)
        shown = min(6, 1 + len(self._levels))
        name, rest = values.pop("id", ""), written(values)
        self._heading = (shown, len(self._out.parts), name, rest)
        self._out.parts.append(f"<h{shown}{rest}>")
        self._push(tag, f"</h{shown}>", values)

    def _end_heading(self, text: str) -> str | None:
        assert self._heading is not None
        shown, place, name, rest = self._heading
        self._heading = None
        inside = self._out.parts[place + 1 :]
        if not text and not any(isinstance(part, tuple) for part in inside):
            # of what is in it only names stay: out of a heading, a parser would read the elements otherwise
            anchors = [name for part in inside if isinstance(part, str) for name in _ID.findall(part)]
            kept = "".join(f'<span id="{name}"></span>' for name in anchors)
            self._out.parts[place:] = [kept, *([""] * len(inside))]
            return ""
        if not name:
            slug = self._set.slugify(text, self._lang) if text else ""
            slug = "section" if not slug or is_reserved(slug) else slug
            name = self._unique(slug, self._explicit)
        self._out.parts[place] = f'<h{shown} id="{escape(name)}"{rest}>'
        self._out.headings.append((shown, name, text))
        return None

    def _insert_contents(self) -> None:
        if self._contents and self._out.headings:
            place = self._contents[0]
            self._out.parts[place : place + 1] = self._list_of_contents()

    def _list_of_contents(self) -> list[Part]:
        parts: list[Part] = [f'<nav class="toc" aria-label="{escape(self._set.labels.contents)}">']
        open_ = 1
        for level, name, text in self._out.headings:
            if level > open_:
                parts.append("<ol><li>")
                open_ += 1
            else:
                parts.append("</li></ol>" * (open_ - level) + "</li><li>")
                open_ = level
            number = self._refer(f"#{name}", "link", None)
            parts += ((number, '<a href="', '">'), escape(text, quote=False), number)
        parts.append("</li></ol>" * (open_ - 1) + "</nav>")
        return parts

    # Elements with addresses, and such as need more than their tag

    def _refer(self, target: str, kind: Kind, alt: str | None) -> int:
        if target.startswith(REFUSED):
            target = unquote(target.removeprefix(REFUSED))
        self._out.refs.append((target, kind, alt))
        return len(self._out.refs) - 1

    def start_link(self, tag: str, values: dict[str, str], whole: str) -> None:
        target = values.pop("href", None)
        self._links += 1
        if target is not None:
            number = self._refer(target, "link", None)
            self._out.parts.append((number, '<a href="', f'"{written(values)}>'))
            self._push("a", number, values)
        elif not self._set.tame or "id" in values:
            self._out.parts.append(f"<a{written(values)}>" if self._set.tame else whole)
            self._push("a", None, values)
        else:
            self._push("a", "", values)

    def image(self, tag: str, values: dict[str, str], whole: str) -> None:
        source, alt = values.pop("src", ""), values.pop("alt", None)
        self._runs.append((-1, "", True))
        if not source:
            self._out.parts.append(escape(alt or "") if self._set.tame else whole)
            return
        host = urls.authority(source)
        if host:
            self._out.remote_hosts[host] = None
        if alt and self._set.tame and needs_care(alt):
            alt = educate(alt, self._lang)
        number = self._refer(source, "image", alt)
        values = {"alt": alt or "", **values}
        values.setdefault("loading", "lazy")
        values.setdefault("decoding", "async")
        self._out.parts.append((number, '<img src="', f'"{written(values)}>'))

    def frame(self, tag: str, values: dict[str, str], whole: str) -> None:
        # what is written is what was judged: browsers read some addresses otherwise than they look
        address = urls.classify(values.get("src", "")).url
        host = urls.authority(address)
        if address.startswith("https://") and host in self._set.embed:
            self._out.embeds[host] = None
            values["src"] = address
            values.setdefault("title", host)
            values["loading"] = "lazy"
            self._out.parts.append(f"<iframe{written(values)}></iframe>")
        else:
            self._media_link(values)
        self._push(tag, "")

    def media(self, tag: str, values: dict[str, str], whole: str) -> None:
        if not self._set.tame:
            self._out.parts.append(whole)
            self._push(tag, None, values)
            return
        if tag != "source":
            self._media_linked = False
        if values.get("src") and not self._media_linked:
            self._media_linked = True
            self._media_link(values)
        self._push(tag, "")

    def _media_link(self, values: dict[str, str]) -> None:
        """Write a link in place of what is played or framed, so that readers lose nothing."""
        target = values.get("src", "")
        name = values.get("title") or target.rstrip("/").rpartition("/")[2] or target
        text = escape(name, quote=False)
        if not target or self._links:
            self._out.parts.append(text)
            return
        number = self._refer(target, "link", None)
        self._out.parts += ((number, '<a href="', '">'), text, number)

    def table(self, tag: str, values: dict[str, str], whole: str) -> None:
        opening = f"<table{written(values)}>" if self._set.tame else whole
        if not self._wraps:
            self._out.parts.append(opening)
            self._push(tag, None, values)
            return
        name = escape(self._set.labels.table)
        self._out.parts.append(f'<div class="table" role="group" aria-label="{name}" tabindex="0">{opening}')
        self._push(tag, "</table></div>", values)

    def pre(self, tag: str, values: dict[str, str], whole: str) -> None:
        # A line that is too long scrolls, and who has no mouse must be able to get there.
        values.setdefault("tabindex", "0")
        self._out.parts.append(f"<pre{written(values)}>")
        self._push(tag, None, values)


def _restore(found: Pieces) -> None:
    """Put in the straight quotes that were kept from the typographer."""
    for index, part in enumerate(found.parts):
        if isinstance(part, str):
            found.parts[index] = _straight(part)
        elif isinstance(part, tuple):
            found.parts[index] = (part[0], part[1], _straight(part[2]))
    found.headings = [(level, name, _plain(text)) for level, name, text in found.headings]
    found.refs = [(target, kind, alt and _plain(alt)) for target, kind, alt in found.refs]
    found.texts = [_plain(text) for text in found.texts]
    found.first = _plain(found.first)


def _plain(text: str) -> str:
    return text.replace(KEPT_DOUBLE, '"').replace(KEPT_SINGLE, "'")


def _straight(text: str) -> str:
    return text.replace(KEPT_DOUBLE, "&quot;").replace(KEPT_SINGLE, "&#39;")


_Special = Callable[[_Cutter, str, dict[str, str], str], None]
_SPECIAL: dict[str, _Special] = {
    "a": _Cutter.start_link,
    "img": _Cutter.image,
    "dg-frame": _Cutter.frame,
    "video": _Cutter.media,
    "audio": _Cutter.media,
    "source": _Cutter.media,
    "table": _Cutter.table,
    "pre": _Cutter.pre,
    **dict.fromkeys(_HEADINGS, _Cutter.start_heading),
}
