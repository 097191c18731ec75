"""theme.yaml: what a theme says of itself, and the options that it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, replace
from typing import Any, Final

from digestgen import yaml
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Span
from digestgen.schema import Choice, Flag, Free, Key, ListOf, MapOf, Report, Shape, Table, Text, Whole
from digestgen.views import API_VERSION

#: What a theme may be called: its folder has the same name.
NAME: Final = r"[a-z0-9][a-z0-9_-]*"

_COLOUR: Final = r"#[0-9A-Fa-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl|oklch|oklab|lch|lab)\([0-9a-z%.,/ +-]{1,60}\)"

#: The types of options besides those that say more of themselves: choice and integer.
OPTION_TYPES: Final[Mapping[str, Shape]] = {
    "text": Text(blank=True),
    "bool": Flag(),
    "colour": Text("a CSS colour such as #8b1a1a", pattern=_COLOUR),
    "picture": Text("a file of the theme's assets/ or of content/static/, or nothing", blank=True),
}

#: What can stand in a style sheet as it is.
_IN_STYLES: Final = ("colour", "integer", "choice")


@dataclass(frozen=True)
class Option:
    """An option of a theme: its shape, its default, and the CSS custom property that carries it, if one does."""

    type: str
    default: Any = None
    choices: tuple[str, ...] = ()
    min: int = -1_000_000
    max: int = 1_000_000
    css: str = ""
    about: str = ""
    mark: Span | None = field(default=None, compare=False)
    """Where its default stands."""

    @property
    def shape(self) -> Shape:
        if self.type == "choice":
            return Choice(self.choices)
        return Whole(self.min, self.max) if self.type == "integer" else OPTION_TYPES[self.type]

    @property
    def expects(self) -> str:
        """What its value is, in words."""
        return self.shape.expects


OPTION: Final = Table(
    "an option",
    (
        Key("type", Choice((*OPTION_TYPES, "integer", "choice")), "What its value is.", required=True),
        Key("default", Free(), "Its value where the site gives none.", None, "**needed**, but for a picture"),
        Key("choices", ListOf(Text(), "a list of words"), "The words of a choice.", (), "none"),
        Key("min", Whole(), "The least that an integer may be.", -1_000_000, "-1000000"),
        Key("max", Whole(), "The most that an integer may be.", 1_000_000, "1000000"),
        Key(
            "css",
            Text("a CSS custom property such as --accent", pattern=r"--[a-z][a-z0-9-]*"),
            "The custom property that gets the value of a colour, an integer or a choice.",
            "",
            "none",
        ),
        Key("about", Text(), "What it does.", "", "none"),
    ),
    unknown="error",
)


@dataclass(frozen=True)
class _Options:
    """The shape of an option: a table in which one value is read as others say."""

    expects: str = OPTION.expects

    def read(self, node: yaml.Node, at: str, report: Report) -> Option:
        values = OPTION.values(node, at, report)
        option = Option(**values)
        assert isinstance(node, yaml.Mapping)
        given = {entry.key.text: entry.value for entry in node.entries}
        default = given.get("default")
        problem = next(_contradictions(option, given), None)
        if problem:
            raise report.fault("bad-value", problem[0], given[problem[1]].span if problem[1] in given else node.span)
        if option.type == "picture" and (default is None or _is_nothing(default)):
            return replace(option, default="")
        if default is None:
            add = f"add `default:` with {option.expects}"
            raise report.fault("missing-key", "an option has no `default`", node.span, add)
        return replace(option, default=option.shape.read(default, f"{at}.default", report), mark=default.span)

    def json(self) -> dict[str, Any]:
        return OPTION.json()


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.Scalar) and yaml.is_null(node)


def _contradictions(option: Option, given: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what the keys of an option say against each other, each with the key that is to be changed."""
    if option.type == "choice" and not option.choices:
        yield "an option of the type `choice` has no `choices`", "type"
    for key, kind in (("choices", "choice"), ("min", "integer"), ("max", "integer")):
        if key in given and option.type != kind:
            yield f"only an option of the type `{kind}` has `{key}`", key
    if option.min > option.max:
        yield f"`min` is more than `max`, {option.max}", "min"
    if option.css and option.type not in _IN_STYLES:
        yield f"`css` is only for the types {', '.join(_IN_STYLES)}", "css"


TABLE: Final = Table(
    "theme.yaml",
    (
        Key("name", Text("a name", pattern=NAME), "The theme's name, which is its folder's.", required=True),
        Key("version", Text(), "The theme's own version.", "", "none"),
        Key("api", Whole(1, 1000), "The version of the theme API it was written for.", API_VERSION, str(API_VERSION)),
        Key("description", Text(), "What it looks like, in a sentence.", "", "none"),
        Key("extends", Text("the name of a theme", pattern=NAME), "The theme that it builds on.", "", "none"),
        Key(
            "skeleton",
            Flag(),
            "Whether it is only there to be extended, and no site can use it as it is.",
            default=False,
            otherwise="false",
        ),
        Key(
            "sizes",
            Text("a list of widths as HTML has it", pattern=r"[A-Za-z0-9.,():<=>+*/ -]{1,300}"),
            "How wide the theme shows pictures of the text, as the attribute `sizes` of HTML: it tells browsers which "
            "of several widths to fetch.",
            "",
            "that of the theme below, or 100vw",
        ),
        Key(
            "options",
            MapOf(_Options(), "a mapping of options", Text("a name such as accent_dark", pattern=r"[a-z][a-z0-9_]*")),
            "Options that site.yaml may set in `theme_options`.",
            {},
            "none",
        ),
    ),
    unknown="error",
)
