"""Payloads: markup that would run a script, put into each place where an article can have any text.

They are made by a grammar, of elements, handlers, schemes, encodings and ways out of what stands around. Each article
of a site has one in all its places; what is built is parsed as browsers parse HTML, and pages are opened in Chromium
with the policy of the page switched off, which would stop scripts that got through.
"""

# ruff: noqa: E501 - tables of payloads, one beside the other

from __future__ import annotations

import contextlib
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any, Final

import html5lib
from lxml import etree
from playwright.sync_api import sync_playwright

from digestgen import config, parse, urls
from digestgen.plan.search import Document
from tests import browser
from tests.building import built, planned, published, told
from tests.trust.frame import Figure, Part, some

#: What a payload does where it runs.
_RUN: Final = "top.ran=1"

_ELEMENTS: Final = (
    "img", "svg", "body", "iframe", "video", "audio", "source", "input", "details", "a", "math", "object", "embed",
    "form", "button", "marquee", "select", "textarea", "style", "link", "meta", "base", "isindex", "x", "p", "xmp",
    "noscript", "template", "title", "image", "use", "animate", "set", "foreignObject", "desc", "mtext", "annotation-xml",
    "table", "frameset", "dialog", "keygen", "dg-frame", "plaintext", "noembed", "h1", "picture", "track",
)  # fmt: skip
_HANDLERS: Final = (
    "onerror", "onload", "onclick", "onfocus autofocus tabindex=1", "onmouseover", "ontoggle open", "onstart", "onbegin",
    "onanimationstart", "onpageshow", "onhashchange", "onbeforeinput", "onpointerrawupdate", "onresize", "oncut",
)  # fmt: skip
_LINKS: Final = (
    "href", "src", "action", "formaction", "xlink:href", "data", "srcdoc", "poster", "background", "content", "from", "to",
    "values", "srcset", "ping", "dynsrc", "lowsrc", "cite", "longdesc",
)  # fmt: skip
_SCHEMES: Final = (
    "javascript:{}", "JaVaScRiPt:{}", "java\tscript:{}", "java\nscript:{}", "\x01javascript:{}", " javascript:{}",
    "javascript&colon;{}", "javascript&#58;{}", "&#106;avascript:{}", "&#x6A;avascript:{}", "java&Tab;script:{}",
    "java&NewLine;script:{}", "vbscript:{}", "data:text/html,<script>{}</script>", "livescript:{}", "%6aavascript:{}",
    "data:text/html;base64,PHNjcmlwdD50b3AucmFuPTE8L3NjcmlwdD4=", "view-source:javascript:{}", "blob:javascript:{}",
    "data:image/svg+xml,<svg onload={}>", "//evil.example/%0a{}", "javascript\u200b:{}", "ｊavascript:{}", "feed:javascript:{}",
)  # fmt: skip
_WAYS_OUT: Final = (
    "", "", "", '"', "'", '">', "'>", "</title>", "</script>", "</style>", "</textarea>", "-->", "--!>", "]]>", "</p>",
    "</main>", "</noscript>", "</svg>", "</template>", "`", "\\", '\\"', '"}', '"}]</script>', "\u2028", "</a>", "*/", "&quot;>",
    "&#34;>", "\n\n", "\n---\n", "{{", "{%", "}}", "<!--", "<![CDATA[", "</xmp>", "<title>", "<svg>", "<math>", "\x00",
)  # fmt: skip
_BLANKS: Final = (" ", " ", "/", "\t", "\x0c", "  ", "/ /", "\x0b")
_QUOTES: Final = ("", '"', "'", "`")


def payload(chance: random.Random) -> str:
    """Return a payload made by chance."""
    forms = (_handler, _handler, _link, _script, _nested, _markdown, _style)
    return (
        chance.choice(_WAYS_OUT)
        + chance.choice(forms)(chance)
        + chance.choice(("", "", "", "<!--", "//", '"', "-->", "<x "))
    )


def _name(chance: random.Random, names: tuple[str, ...]) -> str:
    name = chance.choice(names)
    return chance.choice((name, name, name.upper(), name.capitalize(), name.swapcase()))


def _quoted(chance: random.Random, text: str) -> str:
    quote = chance.choice(_QUOTES)
    return f"{quote}{text}{quote}"


def _encoded(chance: random.Random, text: str) -> str:
    ways = (
        str,
        str,
        lambda text: "".join(f"&#{ord(char)};" for char in text),
        lambda text: "".join(f"&#x{ord(char):x}" + ";" for char in text),
        lambda text: text.replace("=", "&equals;").replace(".", "&period;"),
    )
    return chance.choice(ways)(text)


def _handler(chance: random.Random) -> str:
    blank = chance.choice(_BLANKS)
    other = chance.choice(("", "src=x", "href=x", f"style={_quoted(chance, 'x:y')}", "id=dg-x class=dg-x", "a='>'"))
    value = _quoted(chance, _encoded(chance, _RUN))
    end = chance.choice((">", "/>", " >", "", "\n>", "</"))
    return f"<{_name(chance, _ELEMENTS)}{blank}{other}{blank}{_name(chance, _HANDLERS)}={value}{end}"


def _link(chance: random.Random) -> str:
    address = chance.choice(_SCHEMES).format(_encoded(chance, _RUN))
    return f"<{_name(chance, _ELEMENTS)} {_name(chance, _LINKS)}={_quoted(chance, address)}>x"


def _script(chance: random.Random) -> str:
    forms = (
        "<script>{}</script>", "<ScRiPt>{}</sCrIpT>", "<script/x>{}</script >", "<scr<script>ipt>{}</script>", "<<script>{}//<",
        "<script src=data:,{}></script>", "<svg><script>{}</script>", "<script\n>{}</script\n>", "<script>{}", "&lt;script>{}",
        "%3Cscript%3E{}%3C/script%3E", "\\u003cscript>{}\\u003c/script>", "<script type=module>{}</script>",
        "<math><script>{}</script>", '<svg><use href="data:image/svg+xml,<svg id=x><script>{}</script></svg>#x">',
    )  # fmt: skip
    return chance.choice(forms).replace("{}", _RUN)


def _nested(chance: random.Random) -> str:
    outer = [_name(chance, _ELEMENTS) for _ in range(chance.randint(1, 3))]
    inner = chance.choice((_handler, _script, _link))(chance)
    title = chance.choice(
        ("", f" title='</{outer[-1]}>{escape(inner, quote=False)}'", f' title="</{outer[-1]}>{inner}"')
    )
    return "".join(f"<{name}>" for name in outer[:-1]) + f"<{outer[-1]}{title}>{inner}</{outer[-1]}>"


def _markdown(chance: random.Random) -> str:
    address = chance.choice(_SCHEMES).format(_RUN)
    forms = (
        "[a]({0})", "![a]({0})", "[a](<{0}>)", "<{0}>", "[a][b]\n\n[b]: {0}", '[a](x "{1}")', "![{1}](x)", "```{1}\nx\n```",
        "a\n{{: onclick={2} style=x href={0} }}", "# {1} {{#{1} .{1}}}", "*[a]: {1}\n\na", "[^{1}]: x\n\ny[^{1}]", "`{1}`",
        "a | b\n-|-\n{1} | {1}", "- [x] {1}", "https://a.example/{1}", "www.a.example{1}", "<a@b{1}>", '![a" {3}="{2}](x)',
    )  # fmt: skip
    return chance.choice(forms).format(address, _handler(chance), _RUN, _name(chance, _HANDLERS))


def _style(chance: random.Random) -> str:
    forms = (
        "<style>@import 'javascript:{}';</style>", '<p style="background:url(javascript:{})">x', "<link rel=stylesheet href=x>",
        '<meta http-equiv=refresh content="0;url=javascript:{}">', '<base href="javascript:{}//">', "<p style=-moz-binding:x>",
        "<div style='animation-name:x' onanimationstart={}>x", "<link rel=import href='data:text/html,<script>{}</script>'>",
    )  # fmt: skip
    return chance.choice(forms).replace("{}", _RUN)


#: What a drawing can be told that runs: XML has no other signs, and names no others than these two kinds.
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


#: Types of documents that bring a browser's entities with them.
_TYPES: Final = (
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD XHTML 1.1 plus MathML 2.0 plus SVG 1.1//EN" "x.dtd">',
)


def drawing(chance: random.Random) -> str:
    """Return a payload as a drawing, well-formed, for one that is not is refused."""
    before = chance.choice(
        ("", "", '<?xml-stylesheet href="data:text/css,*{}"?>', '<!DOCTYPE svg [<!ENTITY e "x">]>', *_TYPES)
    )
    coded = {":": "&colon;", "script": "&Tab;script"} if before in _TYPES and chance.random() < 0.7 else {}

    def set_(name: str, value: str) -> str:
        value = escape(_NO_XML.sub("", value))
        for sign, entity in coded.items():
            value = value.replace(sign, entity)
        return f'{name}="{value}"'

    def element(inside: str) -> str:
        name = chance.choice(("", "h:")) + _name(chance, _ELEMENTS)
        address = chance.choice(_SCHEMES).format(_RUN)
        link = chance.choice(_LINKS)
        more = (
            set_("attributeName", chance.choice(("href", "xlink:href", "onload"))) if link in ("to", "values") else ""
        )
        handler = set_(chance.choice(_HANDLERS).partition(" ")[0], _RUN)
        return f"<{name} {handler} {set_(link, address)} {more}>{inside}</{name}>"

    scripts = (
        "<script>{}</script>",
        "<h:script>{}</h:script>",
        '<script href="data:,{}"/>',
        '<h:script src="data:,{}"/>',
    )
    inner = chance.choice(("", element(""), *scripts)).replace("{}", _RUN)
    spaces = 'xmlns:h="http://www.w3.org/1999/xhtml" xmlns:xlink="http://www.w3.org/1999/xlink"'
    root = set_(chance.choice(("onload", "onclick", "onbegin", "class")), _RUN)
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {spaces} {root}>{element(inner)}</svg>'


# --- the places

_SITE: Final = """\
title: Digest
url: https://digest.example/
site_id: 6f0a4c1e-5d3b-4a8f-9c2d-7e1b0f3a5c9d
paginate: 50
feeds: {rss: all, json: all, full: all, entries: 1000}
search: false
"""

#: Where a payload can stand: a key of the front matter with the payload as JSON, which is YAML, too. Few are
#: an address, so that there are places at the end of one as well.
PLACES: Final[dict[str, str]] = {
    "title": "title: {}",
    "summary": "summary: {}",
    "tag": "tags: [{}, other]",
    "source": "sources: [{{name: {}, url: 'https://source.example/', title: {}, authors: [{}], note: {}, license: {}}}]",
    "source address": "sources: [{{name: Source, url: {}}}]",
    "end of a source's address": "sources: [{{name: Source, url: {address}}}]",
    "source as an address": "sources: ['https://source.example/?q=' , {}]",
    "credit": "credits: [{{role: reporting, people: [{{name: {}, place: {}}}]}}]",
    "byline": "authors: [{}]",
    "kicker": "kicker: {}",
    "section": "section: {}",
    "dateline": "dateline: {}",
    "story": "story: {}",
    "picture": "image: {{src: p.svg, alt: {}, caption: {}, credit: {}}}",
    "correction": "corrections: [{{date: 2024-05-31, text: {}}}]",
    "canonical": "canonical: {}",
    "end of the canonical address": "canonical: {address}",
    "alias": "aliases: [{}]",
    "free values": "extra: {{a: {}}}",
}


def _article(number: int, text: str, lines: Mapping[str, str]) -> str:
    """Return an article with a payload in its body and in the lines of its front matter, by key."""
    day = f"date: 2024-{number // 28 % 4 + 1:02d}-{number % 28 + 1:02d}"
    filled = [_filled(line, text) for line in lines.values()]
    title = [] if "title" in lines else [f"title: Article {number}"]
    return "\n".join(("---", *title, day, *filled, "---", text, "", f"{text} *{text}*", ""))


def _filled(line: str, text: str) -> str:
    line = line.replace("{{", "{").replace("}}", "}").replace("{}", json.dumps(text))
    return line.replace("{address}", json.dumps(f"https://source.example/{text}"))


def _fitting(number: int, text: str, settings: config.Config) -> tuple[str, list[str]]:
    """Return an article with a payload in all places that take it, and those places."""
    fit: list[str] = []
    lines: dict[str, str] = {}
    for place, line in PLACES.items():
        key, _, value = line.partition(": ")
        if key in lines and not value.startswith("["):
            continue
        more = f"{lines[key][:-1]}, {value[1:]}" if key in lines else line
        _, found = parse.article("2024-x.md", _article(number, text, {key: more}).encode("utf-8", "replace"), settings)
        if all(item.severity != "error" for item in found):
            fit.append(place)
            lines[key] = more
    return _article(number, text, lines), fit


#: What a text in YAML cannot have.
_NO_YAML: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff\u202a-\u202e]"
)


def _registered(count: int, chance: random.Random, site: Path) -> None:
    """Put payloads into all registries of a site, so many into each, and write articles that name their entries."""

    def text(before: str = "") -> str:
        return json.dumps(before + _NO_YAML.sub("", payload(chance)))

    def address() -> str:
        tries = ("https://entry.example/" + _NO_YAML.sub("", payload(chance)) for _ in range(9))
        return json.dumps(next(filter(urls.safe_external, tries), "https://entry.example/"))

    files: dict[str, list[str]] = {"sources": [], "people": [], "stories": [], "tags": []}
    for n in range(count):
        rest = f"url: {address()}, about: {text()}"
        about = f"kind: {text()}, license: {text()}, feed: {address()}, about: {text()}"
        files["sources"].append(f"s{n}: {{name: {text(f'S{n} ')}, url: 'https://s{n}.example/', {about}}}")
        files["people"].append(f"p{n}: {{name: {text(f'P{n} ')}, {rest}}}")
        files["stories"].append(f"t{n}: {{title: {text(f'T{n} ')}, summary: {text()}, slug: t{n}}}")
        files["tags"].append(f"- {{names: {{en: {text(f'G{n} ')}, de: g{n}}}, slug: g{n}, description: {text()}}}")
        source = f"{{name: s{n}, url: {address()}, archived: {address()}, title: {text()}}}"
        made = f"translation: {{from: de, of: {address()}, tool: {text()}, by: [p{n}]}}"
        keys = f"authors: [p{n}]\nstory: t{n}\ntags: [g{n}]\nsources: [{source}]\n{made}\ncanonical: {address()}"
        article = f"---\ntitle: {text()}\ndate: 2024-05-01\n{keys}\n---\nText.\n"
        (site / f"content/registered-{n}.md").write_text(article, encoding="utf-8")
    for name, lines in files.items():
        (site / f"{name}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _name_of(text: str, number: int) -> str:
    """Return the name of a file with as much of a payload as a name can have."""
    fit = re.sub(r"[/\x00-\x1f\x7f\u2028]", "", text)[:40]
    return f"{fit}-{number}" if fit.strip(". ") == fit and not fit.startswith(("-", "_")) else f"x-{number}"


# --- what is looked for


_SAFE: Final = re.compile(r"(?:https?:|mailto:|(?![a-z][a-z0-9+.-]*:)[^\x00-\x20])", re.IGNORECASE)
_GONE: Final = re.compile("[\x00-\x20]")
_ADDRESSES: Final = frozenset(
    [
        "href",
        "src",
        "action",
        "formaction",
        "data",
        "poster",
        "background",
        "cite",
        "longdesc",
        "ping",
        "xlink:href",
        "manifest",
    ]
)


def faults(text: str, *, whole: bool) -> list[str]:
    """Return what is in HTML that must not be; a `whole` page may have scripts of the theme, and data for machines."""
    found = []
    tree = (html5lib.parse if whole else html5lib.parseFragment)(text, namespaceHTMLElements=False)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        name = element.tag.rpartition("}")[2]
        found += _of_element(name, element, whole=whole)
        found += [f"{name} {key}={value}" for key, value in element.attrib.items() if _is_bad(str(key), value)]
    return found


def _of_element(name: str, element: Any, *, whole: bool) -> list[str]:
    if name == "script":
        if whole and element.get("type") == "application/ld+json":
            json.loads(element.text)
            return []
        own = whole and _OWN_SCRIPT.fullmatch(element.get("src") or "") and not (element.text or "")
        return [] if own else [f"script {element.text} {element.get('src')}"]
    if name in ("iframe", "object", "embed", "base", "style", "math", "foreignObject", "frameset", "applet"):
        return [name]
    if name == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
        return ["refresh"]
    return []


def _is_bad(key: str, value: str) -> bool:
    key = key.rpartition("}")[2].lower()
    if key.startswith("on") or key in ("srcdoc", "style"):
        return True
    return key in _ADDRESSES and bool(value) and not _SAFE.match(_GONE.sub("", value))


def _of_feed(path: str, data: bytes) -> list[str]:
    """Return what is wrong with a feed: what its readers take for HTML must be clean."""
    if path.endswith(".json"):
        items = json.loads(data)["items"]
        texts = [item.get("content_html") or "" for item in items]
        links = [item.get("url") or "https:" for item in items]
    else:
        tree = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
        texts = [
            element.text or ""
            for element in tree.iter()
            if isinstance(element.tag, str) and (element.get("type") == "html" or _is_html_of_rss(element))
        ]
        links = [
            value for element in tree.iter() for key, value in element.attrib.items() if key in ("href", "url", "src")
        ]
    return [fault for text in texts for fault in faults(text, whole=False)] + [
        link for link in links if not re.match(r"https?:|mailto:", link)
    ]


def _is_html_of_rss(element: Any) -> bool:
    """Tell whether readers take an element for HTML: of an item its description, of a channel it is plain text."""
    above = element.getparent()
    return bool(element.tag.endswith("}encoded")) or (element.tag == "description" and above.tag == "item")


def _of_drawing(data: bytes) -> list[str]:
    """Return what of a drawing would run where it is opened by itself."""
    found = [beside for beside in ("<!DOCTYPE", "<?xml-stylesheet") if beside.encode() in data]
    for element in etree.fromstring(data, etree.XMLParser(resolve_entities=False)).iter():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname
        found += [name] if name.lower() in ("script", "foreignobject", "iframe", "embed", "object") else []
        attributes = {etree.QName(key).localname.lower(): str(value) for key, value in element.attrib.items()}
        leading = {"to", "from", "values"} if name.lower() in ("set", "animate") else {"href", "src", "action", "data"}
        for key, value in attributes.items():
            if key.startswith("on") or (key in leading and _RUNNING.match(_GONE.sub("", value))):
                found.append(f"{name} {key}={value}")
    return found


_RUNNING: Final = re.compile(r"(?:java|vb|live)script:|data:(?!image/(?:png|jpeg|gif|webp))", re.IGNORECASE)


# --- a run


def _build(count: int, seed: int, site: Path) -> tuple[dict[str, bytes], int, Mapping[str, int]]:
    """Build a site of so many payloads; return its files, how many articles it has, and payloads by place.

    An article that is refused is taken out, and its payloads do not count.
    """
    chance = random.Random(seed)
    settings, _ = config.read(_SITE)
    (site / "content").mkdir(parents=True)
    (site / "site.yaml").write_text(_SITE, encoding="utf-8")
    fitting: dict[str, list[str]] = {}
    for number in range(count):
        text = payload(chance)
        article, fit = _fitting(number, text, settings)
        path = f"content/{_name_of(text, number)}.md"
        with contextlib.suppress(OSError):
            (site / path).write_bytes(article.encode("utf-8", "replace"))
            fitting[path] = ["body", "file name", *fit]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{_RUN}"><script>{_RUN}</script></svg>'
    (site / "content/p.svg").write_text(svg)
    (site / "content/static").mkdir()
    for number in range(max(2, count // 4)):
        (site / f"content/static/drawing-{number}.svg").write_text(drawing(chance), encoding="utf-8")
    _registered(max(2, count // 4), chance, site)
    result = built(site)
    for _ in range(8):
        wrong = {item.span.path for item in result.diagnostics if item.severity == "error" and item.span}
        if result.ok or not wrong:
            break
        for path in wrong:
            (site / path).unlink()
        result = built(site)
    assert result.ok, told(result.diagnostics)[:5]
    there = (places for path, places in fitting.items() if (site / path).exists())
    places = Counter(place for places in there for place in places)
    for name in ("sources.yaml", "people.yaml", "stories.yaml", "tags.yaml"):
        places[name] = max(2, count // 4)
    return published(site / "public"), result.articles, places


_OWN_SCRIPT: Final = re.compile(r"(?:\.\./)*(?:\./)?assets/[\w./-]+\.js")


def _searched(site: Path) -> list[str]:
    """Return what the search is given of each article, as HTML."""
    settings = site / "site.yaml"
    settings.write_text(_SITE.replace("search: false", "search: true"), encoding="utf-8")
    documents: tuple[Document, ...] = tuple(planned(site, wrong=True).plan.searched)
    return [document.make() for document in documents]


def _judged(files: dict[str, bytes], searched: list[str]) -> dict[str, int]:
    """Assert that no file holds anything that runs; return how many files of each kind were looked at."""
    looked = {"pages": 0, "feeds": 0, "drawings": 0, "documents for the search": len(searched), "pieces of JSON-LD": 0}
    for path, data in files.items():
        wrong: list[str] = []
        if path.endswith(".html"):
            looked["pages"] += 1
            looked["pieces of JSON-LD"] += data.count(b'"application/ld+json"')
            wrong = faults(data.decode(), whole=True)
        elif path.endswith((".xml", ".json")) and "feed" in path:
            looked["feeds"] += 1
            wrong = _of_feed(path, data)
        elif path.endswith(".svg"):
            looked["drawings"] += 1
            wrong = _of_drawing(data)
        assert not wrong, (path, wrong[:5])
    for text in searched:
        wrong = faults(text, whole=True)
        assert not wrong, (text[:300], wrong[:5])
    return looked


def _opened(site: Path, paths: list[str]) -> int:
    """Open pages in Chromium, which heeds no policy of theirs; assert that nothing ran. Return how many there were."""
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(browser.serving(site / "public"))
        playwright = stack.enter_context(sync_playwright())
        chromium = stack.enter_context(browser.launch(playwright))
        page = chromium.new_context(bypass_csp=True).new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        for path in paths:
            page.goto(address + path, wait_until="load")
            page.mouse.move(200, 300)
            page.evaluate(_POKE)
            assert page.evaluate("window.ran === undefined"), path
    return len(paths)


#: What a reader may do: every element is pointed at, focused and clicked, but that none is followed.
_POKE: Final = """() => {
  for (const element of document.querySelectorAll("main *")) {
    for (const kind of ["mouseover", "focus", "animationstart", "toggle", "load", "error"])
      element.dispatchEvent(new Event(kind));
    const link = element.closest("a");
    if (!link) element.dispatchEvent(new MouseEvent("click", {bubbles: false}));
    else if (/^\\s*(javascript|data|vbscript):/i.test(link.href)) link.click();
  }
}"""


def _run(count: int, seed: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as top:
        site = Path(top, "site")
        files, articles, places = _build(count, seed, site)
        looked = _judged(files, _searched(site))
        pages = [path for path in files if path.endswith((".html", ".svg"))]
        chosen = [*some(pages, max(20, 2 * count) if count > 100 else 20, seed)]
        with ThreadPoolExecutor(1) as apart:  # in the thread of a test, another browser may be at work
            opened = apart.submit(_opened, site, chosen).result()
    where = ", ".join(f"{number:,} {place}" for place, number in sorted(places.items()) if number)
    what = f"{count:,} payloads, each in all places of an article that take it ({where}), parsed as browsers parse HTML"
    seen = ", ".join(f"{number:,} {kind}" for kind, number in looked.items())
    yield Figure(
        what, sum(places.values()), f"none runs, leaves its element or forges a link: {seen}, of {articles:,} articles"
    )
    yield Figure(
        "pages of these opened in Chromium, without their policy, and touched everywhere", opened, "nothing ran"
    )


PART: Final = Part("payloads", _run, full=1600, sample=12)
