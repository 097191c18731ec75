"""From a page value to the bytes of a page: the only home of Jinja.

Templates get values and nothing that could ask for more. What they may call is here: the filter `href`, the
function `asset` and gettext's `_`, `ngettext` and `{% trans %}`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import jinja2
from jinja2 import Environment, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError

from digestgen import i18n, urls, views
from digestgen.diagnostics import Diagnostic, Span
from digestgen.plan.outputs import Rendered
from digestgen.theme import Theme


class TemplateFault(Exception):
    """A template is wrong, or asks for what is not there. `diagnostic` says where."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class _Loader(jinja2.BaseLoader):
    """Hands out the theme's templates under the names of their files, so that errors can name them."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        found = self.theme.templates.get(template)
        if found is None:
            raise TemplateNotFound(template)
        return found.text, found.path, lambda: True


@dataclass(slots=True)
class Renderer:
    """Renders pages of one site with one theme. Not for several threads at once.

    `base` is the path part of the site's address, `known` all addresses of the site (decoded): a template that
    links to anything else is wrong.
    """

    theme: Theme
    sites: Mapping[str, views.Site]
    base: str
    known: frozenset[str]
    environment: Environment = field(init=False)
    _words: i18n.Language = field(init=False)
    _here: str = field(init=False, default="/")
    _absolute: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.environment = Environment(
            loader=_Loader(self.theme),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            extensions=["jinja2.ext.i18n"],
        )
        self.environment.filters["href"] = self._href
        self.environment.globals["asset"] = self._asset
        self.environment.install_gettext_callables(self._gettext, self._ngettext, newstyle=True)  # type: ignore[attr-defined]

    def render(self, output: Rendered) -> bytes:
        """Return the page as UTF-8 HTML. Raises `TemplateFault` where a template is wrong."""
        self._words = i18n.language(output.lang)
        self._here = output.page.head.url
        self._absolute = isinstance(output.page, views.NotFoundPage)
        try:
            template = self.environment.get_template(output.template)
            return template.render(site=self.sites[output.lang], page=output.page).encode()
        except (
            TemplateError,
            RecursionError,
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
        ) as error:
            raise TemplateFault(self._fault(error, output)) from error

    def _href(self, url: str) -> str:
        """Return a path of the site as this page has to write it: relative, so that it works under any prefix.

        The page for what is not found is shown at any depth, so its links begin at the root of the host.
        """
        if not url.startswith("/"):
            return url
        path = url.partition("#")[0]
        if path not in self.known and urls.unquote(path) not in self.known:
            raise TemplateError(f"the site has no page {path}")
        if self._absolute:
            return self.base + url[1:]
        return urls.relative(self._here, url)

    def _asset(self, name: str) -> str:
        address = self.theme.addresses.get(name)
        if address is None:
            raise TemplateError(f"the theme has no file assets/{name}")
        return self._href(address)

    def _gettext(self, message: str) -> str:
        return self._words.text(message)

    def _ngettext(self, one: str, many: str, number: int) -> str:
        return self._words.form(one, many, number)

    def _fault(self, error: Exception, output: Rendered) -> Diagnostic:
        page = output.page.head.url
        if isinstance(error, TemplateSyntaxError):
            return self._at(error.filename or "", error.lineno, error.message or "cannot be read", page)
        if isinstance(error, TemplateNotFound):
            path, line = self._frame(error)
            return self._at(path, line, f"there is no template {error.message}", page)
        path, line = self._frame(error)
        message = "the templates include each other without end" if isinstance(error, RecursionError) else str(error)
        return self._at(path, line, message or type(error).__name__, page)

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
        return Diagnostic("theme", message, span, help=f"while rendering {page}")
