"""reStructuredText becomes Markdown by way of docutils, which the extra `import` brings."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from digestgen.moving import prose
from digestgen.moving.values import Log, MissingError

if TYPE_CHECKING:
    from docutils.nodes import image
    from docutils.writers import Writer

#: A report of docutils: file, line, its gravity, its text.
_REPORT: Final = re.compile(r"^[^\n:]*:(\d*):? ?\((?:WARNING/2|ERROR/3|SEVERE/4)\) (.*)$", re.MULTILINE)

#: What readers of blogs add to docutils: directives that show something that lies elsewhere.
_PLAYERS: Final = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "soundcloud": "https://soundcloud.com/{}",
    "gist": "https://gist.github.com/{}",
}


def markdown(text: str, path: str, line: int, log: Log) -> str:
    """Return the reStructuredText `text`, which begins on `line` of the file `path`, as Markdown.

    What docutils does not understand is noted, and stays as a block of code. Nothing is included from other files.
    Raises `MissingError` where docutils is not installed.
    """
    try:
        from docutils.core import publish_parts
    except ImportError:
        raise MissingError from None
    _teach()
    told = io.StringIO()
    try:
        parts = publish_parts(text, writer=_writer(), settings_overrides={**_SETTINGS, "warning_stream": told})
    except Exception as error:  # noqa: BLE001 - docutils has many kinds of faults, and none may end the import
        log.person(path, line, f"the reStructuredText cannot be read ({type(error).__name__}); it stays as it was")
        return text
    for match in _REPORT.finditer(told.getvalue()):
        log.person(path, line - 1 + int(match[1] or 1), f"reStructuredText: {match[2]}")
    return prose.markdown(parts["body"])


_SETTINGS: Final[dict[str, Any]] = {
    "_disable_config": True,
    "doctitle_xform": False,
    "embed_stylesheet": False,
    "file_insertion_enabled": False,
    "halt_level": 5,
    "initial_header_level": 2,
    "input_encoding": "unicode",
    "line_length_limit": 10_000,  # what takes long in longer ones grows with their square
    "raw_enabled": True,
    "report_level": 2,
    "sectsubtitle_xform": False,
    "smart_quotes": False,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
}


def _writer() -> Writer[str]:
    """Return docutils' writer of HTML, but for a picture that is to be embedded, of any file that the machine has."""
    from docutils.writers.html5_polyglot import HTMLTranslator, Writer

    class Translator(HTMLTranslator):
        def visit_image(self, node: image) -> None:
            node.attributes.pop("loading", None)  # no setting forbids it
            super().visit_image(node)

    writer = Writer()
    writer.translator_class = Translator
    return writer


def _teach() -> None:
    """Let docutils know what Pelican and Nikola added to it."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives
    from docutils.parsers.rst.directives.body import CodeBlock
    from docutils.parsers.rst.directives.images import Figure

    class Player(Directive):
        """A link to what a player would show."""

        required_arguments = 1
        optional_arguments = 9
        final_argument_whitespace = False
        has_content = True
        option_spec = None

        def run(self) -> list[nodes.Node]:
            address = _PLAYERS[self.name].format(self.arguments[0])
            link = nodes.reference("", address, refuri=address)
            return [nodes.paragraph("", "", link)]

    class Shown(CodeBlock):
        """Code with the options that Pelican gives it, which say how it is shown."""

        option_spec = dict.fromkeys(
            ("linenos", "linenostart", "hl_lines", "anchorlinenos", "lineanchors", "number-lines", "class", "name"),
            directives.unchanged,
        )

        def run(self) -> list[nodes.Node]:
            self.options = {}
            made: list[nodes.Node] = CodeBlock.run(self)  # type: ignore[no-untyped-call]
            return made

    class Thumbnail(Figure):
        """A picture that leads to itself, larger."""

    class Nothing(Directive):
        """A mark that a text is cut at."""

        def run(self) -> list[nodes.Node]:
            return []

    for name in _PLAYERS:
        directives.register_directive(name, Player)
    for name in ("code-block", "sourcecode", "code"):
        directives.register_directive(name, Shown)
    directives.register_directive("thumbnail", Thumbnail)
    directives.register_directive("teaser_end", Nothing)
