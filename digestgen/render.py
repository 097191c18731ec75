"""From a page value to the bytes of a page: the only home of Jinja.

Templates get values and nothing that could ask for more. What they may call is here: the filter `href`, the
function `asset` and gettext's `_`, `ngettext` and `{% trans %}`.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import re
import sys
import traceback
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import field, fields, is_dataclass, replace
from functools import lru_cache
from html import escape, unescape
from importlib.util import cache_from_source
from operator import attrgetter
from types import CodeType, MethodType
from typing import Any, Final

import jinja2
import markupsafe
from jinja2 import Environment, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import FILTERS
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from markupsafe import Markup

from digestgen import blocks, files, fingerprint, i18n, paths, plaintext, urls, views
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.plan.outputs import Drawn, Rendered
from digestgen.plugins import PluginError, Plugins
from digestgen.schema import meant
from digestgen.theme import Theme

#: How templates name each other, and the theme's files; the second of each pair finds computed names, too.
_REFERENCE: Final = re.compile(r"""\{%[-+]?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
_REFERENCE_TAG: Final = re.compile(r"\{%[-+]?\s*(?:extends|include|import|from)\b")
#: What Jinja says of a filter or a test that it does not know, while it compiles and when it is called.
_UNKNOWN: Final = re.compile(r"[Nn]o (filter|test) named '(.+?)'(?: found)?\.?")


#: What a template that asks for words has in it.
_ASKS: Final = re.compile(r"\btrans\b|gettext|\b_\(")

#: Where a page names other files; `srcset` and forms are not for articles, and themes have href. What stands first can
#: be looked for quickly, and what stands before it afterwards: pages are long.
_LINK: Final = re.compile(r"""="(?:(?<=\shref=")|(?<=\ssrc="))([^"]*)\"""")


class TemplateFault(Exception):
    """A template is wrong, or asks for what is not there. `diagnostic` says where."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(frozen=True)
class Sheet:
    """A rendered page: UTF-8 HTML, the places of the site that a template named by hand, and the first bad one."""

    data: bytes
    places: tuple[str, ...] = ()
    fault: Diagnostic | None = None


#: Where a link leads that leaves the site by a path; no page has such an address.
_NOWHERE: Final = "//"


@dataclass(frozen=True)
class _Vouched:
    """What values of the theme API hold: addresses of the site, and texts with elements in them."""

    addresses: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)

    @property
    def links(self) -> set[str]:
        """The links in the texts, as they are written there."""
        return {unescape(link) for text in self.texts for link in _LINK.findall(text)}


def _collected(value: object) -> _Vouched:
    found = _Vouched()
    todo = [value]
    for item in todo:  # which grows
        if isinstance(item, str):
            if item[:1] == "/":
                found.addresses.add(item)
            elif "<" in item:
                found.texts.append(item)
        elif item is not None:
            kind: Any = type(item)
            todo += _reader(kind)(item)
    return found


@lru_cache(maxsize=256)
def _reader(kind: Any) -> Callable[[Any], Iterable[object]]:
    """What reads the parts of a value of the theme API."""
    if issubclass(kind, tuple | list):
        return iter
    if issubclass(kind, Mapping):
        return lambda value: value.values()
    names = _names(kind)
    if len(names) > 1:
        return attrgetter(*names)  # C code, and there are hundreds on a page
    return lambda value: [getattr(value, name) for name in names]


@lru_cache(maxsize=256)
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind)) if is_dataclass(kind) else ()


class _Missing(StrictUndefined):
    """What a template asks for and is not there, told in the names of the theme API."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        owner, name = self._undefined_obj, self._undefined_name
        if not isinstance(name, str) or self._undefined_hint:
            return super()._undefined_message
        if owner is None:
            return f"`{name}` is asked of None; ask first whether there is something, with {{% if … %}}"
        if is_dataclass(owner):
            kind: Any = type(owner)
            return f"{kind.__name__} has no `{name}`{_perhaps(name, _names(kind))}"
        if isinstance(owner, Mapping):
            return f"there is no `{name}` here{_perhaps(name, map(str, owner))}"
        if owner is jinja2.utils.missing:
            return f"`{name}` is undefined{_perhaps(name, _GIVEN)}"
        return super()._undefined_message


#: All that a template is given, besides what Jinja has of its own.
_GIVEN: Final = ("site", "page", "asset", "href", "ngettext", "range", "namespace", "loop", "super", "self")


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _perhaps(name: str, known: Iterable[str]) -> str:
    hint = meant(name, known)
    return f" ({hint})" if hint else ""


def _shown(value: object) -> str:
    """What Jinja's `escape` makes of a value for the page: the same text, which need not be a `Markup` there."""
    kind = type(value)
    if kind is str:
        return _escaped(value)  # type: ignore[arg-type]
    return value if kind is Markup else markupsafe.escape(value)  # type: ignore[return-value]


#: What `escape` itself asks to do the work; where there is none, that is quick enough.
_escaped: Final[Callable[[str], str]] = getattr(markupsafe, "_escape_inner", markupsafe.escape)


class _Code(CodeGenerator):
    """Writes templates as Python does what `_shown` does: a page shows hundreds of values."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        self.writeline("from digestgen.render import _shown")
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("_shown(")


class _Context(Context):
    """Calls macros and the renderer's own methods, which is nearly all, without looking for what they might want."""

    @internalcode
    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(called) is Macro:
            args = (self.eval_ctx, *args)
        elif type(called) is not MethodType or type(called.__self__) is not Renderer:
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)


class _Environment(Environment):
    code_generator_class = _Code
    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template is given, in one mapping: Jinja's two in a row are asked for each page and import."""
        return {**self.globals, **(d or {})}


class _Loader(jinja2.BaseLoader):
    """Hands out the theme's templates under the names of their files, so that errors can name them."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        found = self.theme.templates.get(template)
        if found is None:
            raise TemplateNotFound(template)
        return found.text, found.path, lambda: True


#: What templates of this process were compiled to, by what Jinja calls each: (what stands for its text, the code).
_CODES: Final[dict[str, tuple[str, CodeType]]] = {}


class _Compiled(jinja2.BytecodeCache):
    """Hands out compiled templates: all that this process compiled, and of digestgen's own what Python keeps for it.

    Those lie where the bytecode of digestgen's modules does, under the same rule: only where Python may write that,
    and whoever can change it there can change digestgen. What a site or another theme says is never kept as code.
    `filters` stands for those of plug-ins: what Jinja compiles to rests on what they make of constants.
    """

    def __init__(self, theme: Theme, engine: str, filters: str) -> None:
        self.engine = engine
        self.filters = filters
        own = (item.text for item in theme.templates.values() if item.own and engine)
        self.own = frozenset(map(self.get_source_checksum, own))

    def load_bytecode(self, bucket: Bucket) -> None:
        known = _CODES.get(bucket.key)
        if known is not None and known[0] == bucket.checksum + self.filters:
            bucket.code = known[1]
        elif bucket.checksum in self.own:
            self._read(bucket)

    def _read(self, bucket: Bucket) -> None:
        mark = self._mark(bucket)
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError, NotImplementedError):
            data = files.read_bytes(self._place(bucket), _BYTECODE)
            code = marshal.loads(data[len(mark) :]) if data.startswith(mark) else None  # noqa: S302 - see above
            bucket.code = code if isinstance(code, CodeType) else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        _CODES[bucket.key] = (bucket.checksum + self.filters, bucket.code)
        if bucket.checksum in self.own and not sys.dont_write_bytecode:
            with contextlib.suppress(OSError, NotImplementedError):
                place = self._place(bucket)
                if files.exists(os.path.dirname(place)):  # Python has put its own there
                    files.put(place, self._mark(bucket) + marshal.dumps(bucket.code))

    def _mark(self, bucket: Bucket) -> bytes:
        return f"{self.engine} {bucket.checksum}\n".encode()

    def _place(self, bucket: Bucket) -> str:
        return cache_from_source(os.path.join(os.path.dirname(__file__), f"{bucket.key}.py"))


#: More than any template compiles to.
_BYTECODE: Final = 1 << 24


#: What templates may not be given another function for.
_OWN_FILTERS: Final = frozenset([*FILTERS, "href"])


def messages_of(template: str) -> Iterator[tuple[str, str]]:
    """Yield the messages that the text of a template asks for: each with its plural, or "" where it has none.

    A template that is no template says nothing: that is told when it is used.
    """
    if not _ASKS.search(template):
        return
    reader: Any = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    try:
        asked = [*reader.extract_translations(template, ("_", "gettext", "ngettext"))]
    except TemplateSyntaxError:
        return
    for _, function, said in asked:
        texts = said if isinstance(said, tuple) else (said, "")
        one, many = texts[0], texts[1] if function == "ngettext" else ""
        if isinstance(one, str) and isinstance(many, str):
            yield one, many


def filters_of(plugins: Plugins) -> tuple[dict[str, Callable[..., Any]], list[Diagnostic]]:
    """Return the filters that plug-ins offer, and what is wrong with them."""
    found, faults = plugins.filters()
    for name in sorted(found.keys() & _OWN_FILTERS):
        label = "expected another name: templates have a filter of this one"
        faults.append(Diagnostic("plugin", f"a plug-in offers a filter `{name}`", label=label))
        del found[name]
    return found, faults


#: What is a template's fault also where no line of one is in the traceback.
_OF_TEMPLATES: Final = (TemplateError, RecursionError, MemoryError, SyntaxError)


@dataclass()
class Renderer:
    """Renders pages of one site with one theme. Not for several threads at once.

    `base` is the path part of the site's address, `known` all addresses of the site (decoded): a template that
    links to anything else is wrong. None stands for a site whose addresses are not all known.
    """

    theme: Theme
    sites: Mapping[str, views.Site]
    base: str
    known: Container[str] | None
    filters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Further ones for templates, for all of which `mark` stands; they raise PluginError where they fail."""
    mark: str = ""
    interface: i18n.Interface = field(default_factory=i18n.Interface)
    engine: str = ""
    """What stands for digestgen itself, as `traces.engine` has it; without it no compiled template is kept."""
    environment: Environment = field(init=False)
    _closures: dict[str, str] = field(default_factory=dict)
    _shared: dict[str, str] = field(default_factory=dict)
    _common: dict[str, tuple[set[str], set[str]]] = field(default_factory=dict)
    _written: dict[str, str] = field(default_factory=dict)
    """What the filter `href` made on the present page."""
    _said: dict[tuple[str, str], Markup] = field(default_factory=dict)
    _words: i18n.Language = field(init=False)
    _here: str = field(init=False, default="/")
    _absolute: bool = field(init=False, default=False)
    _origin: str = field(init=False, default="")
    """What all addresses begin with in a mail; empty on a page."""
    _cited: dict[str, int] = field(default_factory=dict)
    """The addresses that the present text names by number."""

    def __post_init__(self) -> None:
        self.environment = _Environment(
            loader=_Loader(self.theme),
            autoescape=jinja2.select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
            undefined=_Missing,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=self._compiled(),
        )
        self.environment.filters |= self.filters
        self.environment.filters["href"] = self._href
        self.environment.globals["asset"] = self._asset
        self.environment.filters["cite"] = self._cite
        self.environment.filters["plain"] = self._plain
        self.environment.filters["wrapped"] = plaintext.wrapped
        self.environment.globals["cited"] = lambda: tuple(self._cited)
        self.environment.install_gettext_callables(self._gettext, self._ngettext, newstyle=True)  # type: ignore[attr-defined]
        self.environment.globals["_"] = self._say

    def _compiled(self) -> _Compiled | None:
        """Return where compiled templates are kept: not on the disk where there are filters of plug-ins."""
        if self.filters:
            return _Compiled(self.theme, "", self.mark) if self.mark else None
        return _Compiled(self.theme, self.engine, "")

    def render(self, output: Rendered) -> Sheet:
        """Return the page. Raises `TemplateFault` where a template is wrong."""
        self._words = self.interface.language(output.lang)
        page = output.page
        self._here = page.head.url
        self._absolute = isinstance(page, views.NotFoundPage)
        self._origin = self.sites[output.lang].url if isinstance(page, views.MailPage) else ""
        self._cited = {}
        self._written = {}
        try:
            template = self.environment.get_template(output.template)
            html = template.render(site=self.sites[output.lang], page=page)
        except PluginError as error:
            raise TemplateFault(replace(error.diagnostic, help=f"while rendering {output.url}")) from error
        except Exception as error:
            # a filter may raise anything; what no template has to do with is a fault of ours
            if not isinstance(error, _OF_TEMPLATES) and not self._frame(error)[0]:
                raise
            raise TemplateFault(self._fault(error, output.template, output.url)) from error
        by_hand = dict(self._by_hand(html, page, output))
        bad = next((link for link, place in by_hand.items() if not self.leads(place)), None)
        return Sheet(html.encode(), tuple(by_hand.values()), None if bad is None else self.stray(bad, output.url))

    def draw(self, content: Drawn) -> str:
        """Return a card as an SVG. Raises `TemplateFault` where its template is wrong."""
        self._words = self.interface.language(content.lang)
        try:
            template = self.environment.get_template(content.template)
            return template.render(page=content.make(), options=self.sites[content.lang].options)
        except Exception as error:
            if not isinstance(error, _OF_TEMPLATES) and not self._frame(error)[0]:
                raise
            raise TemplateFault(self._fault(error, content.template, "of a card")) from error

    def options(self, lang: str) -> str:
        """Return the fingerprint of the theme's options, and of what the site says in a language."""
        return fingerprint.of_value((dict(self.sites[lang].options), self.interface.language(lang).mark))

    def closure(self, template: str) -> str:
        """Return the fingerprint of all that a template can reach: templates, and addresses of the theme's files.

        A template that names another one by a computed name can reach all of them.
        """
        if template not in self._closures:
            names = self._reached(template)
            texts = [f"{name}\0{self.theme.templates[name].text}" for name in sorted(names)]
            asked = [blocks.assets(text) for text in texts]
            assets = {name for found in asked for name in (self.theme.addresses if found is None else found)}
            addresses = [self.theme.addresses.get(name, "") for name in sorted(assets)]
            self._closures[template] = fingerprint.of_value((tuple(texts), tuple(addresses), self.base, self.mark))
        return self._closures[template]

    def _reached(self, template: str) -> set[str]:
        reached: set[str] = set()
        todo = [template]
        while todo:
            name = todo.pop()
            if name in reached or name not in self.theme.templates:
                continue
            reached.add(name)
            text = self.theme.templates[name].text
            named = _REFERENCE.findall(text)
            if len(named) != len(_REFERENCE_TAG.findall(text)):
                return set(self.theme.templates)
            todo += named
        return reached

    def shared(self, lang: str) -> str:
        """Return the fingerprint of what stands on every page of a language."""
        if lang not in self._shared:
            self._shared[lang] = fingerprint.of_value((self.sites[lang], self.interface.language(lang).mark))
        return self._shared[lang]

    def _by_hand(self, html: str, page: views.Page, output: Rendered) -> Iterator[tuple[str, str]]:
        """Yield (link as written, the place it means) for each link that is neither in a value nor an article's.

        The plan vouches for addresses in values, and articles' links are resolved there. What is left a template
        wrote by hand. Places are decoded, as "/about/" or "/about/#team"; a good place on the page itself is none.
        """
        common, links = self._vouched(output.lang)
        own = _collected(page)
        for url in self._written:
            if url not in own.addresses and url not in common:
                yield url, urls.unquote(url)
        written = {*self._written.values(), *links}
        named = dict.fromkeys(link for link in map(unescape, _LINK.findall(html)) if link not in written)
        # a link to another site is never ours to judge, and most pages have no others
        inside = [link for link in named if not link.startswith(("https://", "http://"))]
        vouched = own.links if inside else frozenset[str]()
        here = urls.unquote(output.url)
        folder = here.rpartition("/")[0]
        for link in inside:
            if link not in vouched:
                place = self._place(link, folder, here)
                same = place.startswith(here + "#")
                if place and not (same and f'id="{escape(place.partition("#")[2])}"' in html):
                    yield link, place

    def _vouched(self, lang: str) -> tuple[set[str], set[str]]:
        """Return the addresses and the links in what stands on every page of a language."""
        if lang not in self._common:
            found = _collected(self.sites[lang])
            self._common[lang] = {*self.theme.addresses.values(), *found.addresses}, found.links
        return self._common[lang]

    def _place(self, link: str, folder: str, here: str) -> str:
        """Return the place on the site that a link written on a page in `folder` means; empty for one elsewhere."""
        kind = urls.classify(link)
        mark = f"#{kind.fragment}" if kind.fragment else ""
        if kind.kind == "fragment":
            return here + mark if mark else ""
        if kind.kind == "site":
            inside = kind.path.startswith(self.base)
            return f"/{kind.path[len(self.base) :]}{mark}" if inside else f"{_NOWHERE}{kind.path}"
        if kind.kind != "relative":
            return ""  # of another site, or the author's own with raw_html; never ours to judge
        joined = paths.join_inside(folder.strip("/"), kind.path or ".")
        if joined is None:
            return f"{_NOWHERE}{kind.path}"
        slash = "/" if joined and (kind.path or ".").endswith(("/", ".")) else ""
        return f"/{joined}{slash}{mark}"

    def leads(self, place: str) -> bool:
        """Tell whether a place that a template named by hand is one of the site's; its fragment is not looked at."""
        path = place.partition("#")[0]
        return self.known is None or path in self.known

    def stray(self, link: str, url: str) -> Diagnostic:
        """Return the message for a link by hand, on the page at `url`, that leads nowhere."""
        message = f"the page {url} links to {link}, which is not there"
        help = f"a template of the theme {self.theme.name} wrote it: use the filter href for pages of the site"
        return Diagnostic("broken-link", message, help=help)

    def _href(self, url: str) -> str:
        """Return a path of the site as this page has to write it: relative, so that it works under any prefix.

        The page for what is not found is shown at any depth, so its links begin at the root of the host.
        """
        if not url.startswith("/"):
            return url
        path = url.partition("#")[0]
        if self.known is not None and path not in self.known and urls.unquote(path) not in self.known:
            raise TemplateError(f"the site has no page {path}")
        if self._origin:
            return urls.absolute(self._origin, url)
        written = self.base + url[1:] if self._absolute else urls.relative(self._here, url)
        self._written[url] = written
        return written

    def _cite(self, url: str) -> str:
        """Return the number of an address in a text, as "[3]"; the template lists what it `cited()`."""
        whole = urls.absolute(self._origin, url) if url.startswith("/") else url
        return f"[{self._cited.setdefault(whole, len(self._cited) + 1)}]"

    def _plain(self, html: str) -> str:
        return plaintext.plain(html, self._cite)

    def _asset(self, name: str) -> str:
        address = self.theme.addresses.get(name)
        if address is None:
            raise TemplateError(f"the theme has no file assets/{name}")
        return self._href(address)

    def _gettext(self, message: str) -> str:
        return self._words.text(message)

    def _say(self, message: str, /, **values: object) -> Markup:
        """What Jinja's own `_` does, with each message looked up once: pages say the same words again and again."""
        key = (self._words.tag, message)
        text = self._said.get(key)
        if text is None:
            text = self._said[key] = Markup(self._words.text(message))  # noqa: S704 - catalogues are our own
        return text % values if values or "%" in text else text

    def _ngettext(self, one: str, many: str, number: int) -> str:
        # the number itself in the language's own digits: Jinja would write Latin ones
        return self._words.form(one, many, number).replace("%(num)s", self._words.number(number))

    def _fault(self, error: Exception, template: str, page: str) -> Diagnostic:
        if isinstance(error, TemplateSyntaxError):
            said = _small(error.message or "cannot be read")
            return self._at(error.filename or "", error.lineno, self._misread(said), page)
        path, line = self._frame(error)
        if not path and template in self.theme.templates:
            path = self.theme.templates[template].path
        return self._at(path, line, self._why(error), page)

    def _why(self, error: Exception) -> str:
        if isinstance(error, TemplateNotFound):
            return f"there is no template {error.message}{_perhaps(str(error.message), self.theme.templates)}"
        if isinstance(error, RecursionError):
            return "this calls itself without end, includes or extends its own file, or nests too deep"
        if isinstance(error, MemoryError):
            return "this takes more memory than there is"
        if isinstance(error, SyntaxError):  # Python's, of what Jinja makes of a template
            return f"this cannot be compiled: {error.msg}"
        if isinstance(error, KeyError):
            return f"there is no {error} here"
        return self._misread(str(error)) or type(error).__name__

    def _misread(self, message: str) -> str:
        """Return what Jinja says of a template, with the filter or test that was meant."""
        unknown = _UNKNOWN.fullmatch(message)
        if unknown is None:
            return message
        known = self.environment.filters if unknown[1] == "filter" else self.environment.tests
        return f"there is no {unknown[1]} `{unknown[2]}`{_perhaps(unknown[2], known)}"

    def _frame(self, error: BaseException) -> tuple[str, int]:
        """The innermost line of a template that an error came through: Jinja names templates in its tracebacks."""
        known = {template.path for template in self.theme.templates.values()}
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in known]
        return (frames[-1].filename, frames[-1].lineno or 1) if frames else ("", 1)

    def _at(self, path: str, line: int, message: str, page: str) -> Diagnostic:
        text = next((item.text for item in self.theme.templates.values() if item.path == path), "")
        lines = text.split("\n")
        shown = lines[line - 1] if 0 < line <= len(lines) else ""
        begin = len(shown) - len(shown.lstrip())
        span = Span(path or f"themes/{self.theme.name}", line, begin + 1, max(1, len(shown.strip())), shown)
        return Diagnostic("theme", message.rstrip("."), span, f"while rendering {page}")
