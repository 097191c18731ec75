"""What a build writes: paths, what goes there, and who claims them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from typing import Any

from digestgen import paths, urls
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span
from digestgen.feeds.values import Feed
from digestgen.pictures.album import Facts, Recipe, Size
from digestgen.views import Page, SocialCard


@dataclass(frozen=True)
class Rendered:
    """A page made by a template from a page value, in the language `lang` of the site.

    `key` is a fingerprint of all that the value is made from: where it is the same, so is the value, and it need
    not be made. `listed` tells whether search engines may list the page at `url`.
    """

    template: str
    lang: str
    url: str
    key: str
    listed: bool
    make: Callable[[], Page] = field(repr=False, compare=False)
    ids: frozenset[str] = frozenset()
    """Places on a list that links may name."""
    changed: str = ""
    """When what it shows last changed (RFC 3339), where that is known."""
    versions: tuple[tuple[str, str], ...] = ()
    """(hreflang, absolute address) of the page in all languages, where it has several."""
    inputs: tuple[Any, ...] = field(default=(), repr=False, compare=False)
    """What `Desk.page` was given: the function that makes the page, and what it is made from."""

    @property
    def page(self) -> Page:
        """The page value, made anew."""
        return self.make()


@dataclass(frozen=True)
class Syndicated:
    """A feed in one of `feeds.formats.FORMATS`; `key` is to it what it is to a `Rendered` page."""

    format: str
    key: str
    make: Callable[[], Feed] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Copied:
    """A file as it is: `source` is a path below content/."""

    source: str


@dataclass(frozen=True)
class Cleaned:
    """A picture without what it tells of places and devices: `source` is a path below content/."""

    source: str
    facts: Facts


@dataclass(frozen=True)
class Sized:
    """A size of a picture, to be made after a recipe from the file `source`, a path below content/."""

    source: str = field(compare=False)
    facts: Facts
    size: Size
    recipe: Recipe


@dataclass(frozen=True)
class Drawn:
    """A card that a template draws; `key` is to it what it is to a `Rendered` page."""

    template: str
    lang: str
    key: str
    make: Callable[[], SocialCard] = field(repr=False, compare=False)


def _nowhere() -> Span | None:
    return None


@dataclass(frozen=True)
class Output:
    """One file of the site: its path in the output folder, what it is made from, and who wants it there.

    `claim` says who ("content/a.md", "the tag “x”"), `place` finds where, if that is a file.
    """

    path: str
    content: Rendered | Syndicated | Copied | Cleaned | Sized | Drawn | bytes
    claim: str
    place: Callable[[], Span | None] = field(default=_nowhere, repr=False, compare=False)

    @property
    def span(self) -> Span | None:
        """Where in the user's files it is asked for."""
        return self.place()


def file_of(url: str) -> str:
    """Return the file behind an address of the site that is known to be a good one."""
    path = paths.output_path(urls.unquote(url.partition("#")[0]))
    assert path is not None, url
    return path


def unfit(path: str) -> bool:
    """Tell whether no file can be written at `path` on every system, or none that hosts would serve.

    Hidden names are digestgen's own in the output folder, and other tools'.
    """
    return bool(paths.fault(path)) or paths.is_hidden(path)


def collisions(outputs: Iterable[Output]) -> list[Diagnostic]:
    """Return an error for each pair of outputs that cannot both be written, on any file system.

    Paths that differ only in case or Unicode form are one file on some systems; and where one output is a file,
    another cannot be in a folder of that name.
    """
    found = []
    claimed: dict[str, Output] = {}
    for output in outputs:
        other = claimed.setdefault(paths.portable_key(output.path), output)
        if other != output and (other.span or output.span):  # lists of one address are told with their names
            found.append(_collision(output, other))
    inside: dict[str, Output] = {}
    for key, output in claimed.items():
        parts = key.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if folder in claimed and folder not in inside:  # one of all that would lie in it is enough
                inside[folder] = output
    found.extend(_collision(output, claimed[folder]) for folder, output in inside.items())
    return found


def first_claims(outputs: Iterable[Output]) -> tuple[Output, ...]:
    """Return `outputs` without those whose path another one has claimed, which a site may have put up with."""
    claimed: dict[str, Output] = {}
    for output in outputs:
        claimed.setdefault(paths.portable_key(output.path), output)
    return tuple(claimed.values())


def _collision(output: Output, other: Output) -> Diagnostic:
    if output.span is None and other.span is not None:
        output, other = other, output
    address = "/" + output.path.removesuffix("index.html")
    return Diagnostic(
        "url-collision",
        f"{output.claim} and {other.claim} both claim {address}",
        output.span,
        help="give one of them another `slug`, date, alias or name",
    )
