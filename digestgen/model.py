"""What digestgen knows: articles, sources, people and terms as plain values.

No value here does I/O or reads a clock. Times are aware and in the site's time zone; paths are below content/,
with `/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from digestgen.dataclass import dataclass
from digestgen.diagnostics import Span
from digestgen.markup.convert import Body


@dataclass(frozen=True, order=True)
class Stamp:
    """A moment in the site's time zone. `timed` tells whether a time of day was given or it is midnight."""

    at: datetime
    timed: bool = True

    @property
    def rfc3339(self) -> str:
        """The moment as feeds and sitemaps have it, with its offset."""
        return self.at.isoformat(timespec="seconds")


@dataclass(frozen=True)
class Source:
    """A work that an article credits, as its front matter tells.

    `name` is the publisher's, a key of sources.yaml or empty; then the host of `url` names it.
    """

    name: str = ""
    url: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: Stamp | None = None
    accessed: Stamp | None = None
    lang: str = ""
    license: str = ""
    note: str = ""
    archived: str = ""
    """Where a copy of the work is kept."""
    use: str = "based-on"
    """One of `frontmatter.USES`."""


@dataclass(frozen=True)
class Contributor:
    """A person and the place they worked from (or nowhere in particular)."""

    name: str
    place: str = ""


@dataclass(frozen=True)
class Credit:
    """A role (`reporting`, `writing`, `editing`, … or a free one) and who had it, in order."""

    role: str
    people: tuple[Contributor, ...]


@dataclass(frozen=True)
class Correction:
    """What was wrong in an article and is put right or taken back; `kind` is one of `frontmatter.CORRECTIONS`."""

    at: Stamp
    text: str
    kind: str = "correction"


@dataclass(frozen=True)
class Provenance:
    """How an article came to be a translation: of what (a file or an address), from which language, by whom or what."""

    of: str = ""
    lang: str = ""
    by: tuple[str, ...] = ()
    tool: str = ""


@dataclass(frozen=True)
class Listed:
    """An article that the file of an edition lists: its file as written, below which section, and the key it is at."""

    file: str
    section: str
    at: str


@dataclass(frozen=True)
class Listing:
    """What the file of an edition says of it: its number (0 without one) and its articles in order."""

    number: int = 0
    articles: tuple[Listed, ...] = ()


@dataclass(frozen=True)
class Image:
    """The picture of an article. `src` is a path beside the article, or below content/static/ with `/`."""

    src: str
    alt: str | None = None
    caption: str = ""
    credit: str = ""
    license: str = ""


def _nothing() -> Manuscript:
    raise LookupError("the manuscript was not kept")


@dataclass(frozen=True)
class Manuscript:
    """What only an article's own page needs of it: the body and all that comes with it.

    `marks` tells where in the file a key stands, for messages that come later ("title", "image.src",
    "aliases.0", …). `refs` are the places of the body's references: (line, column, length) each.
    """

    body: Body
    refs: tuple[tuple[int, int, int], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True)
class Article:
    """One article file, a page of content/pages/ (then `stamp` may be None) or an edition (with a `listing`), checked.

    This is what the library and all lists know; the rest is a `Manuscript`, fetched where it is asked for.
    `lede` is the first paragraph as text. `dated_slug` is the slug with the date of the file's name, where the
    slug is without it. `byline` are its authors, else those who reported it, else those who wrote it: names, or
    keys of people.yaml. `inward` are the targets of the body's references that lead into the site, in order, `pictured`
    those among them that are pictures.
    `fingerprint` stands for everything that the file says, `face` for what stands here but for these: all that
    lists can show of it. `wrong` tells that the file could not be read as a whole: such an article is checked as far
    as it goes, and is nowhere in the site.
    """

    path: str
    lang: str
    title: str
    slug: str
    id: str
    fingerprint: str
    dated_slug: str = ""
    stamp: Stamp | None = None
    updated: Stamp | None = None
    expires: Stamp | None = None
    embargo: Stamp | None = None
    draft: bool = False
    summary: str = ""
    lede: str = ""
    kicker: str = ""
    section: str = ""
    dateline: str = ""
    genre: str = ""
    story: str = ""
    brief: bool = False
    weight: int = 0
    byline: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    corrections: tuple[Correction, ...] = ()
    translation: Provenance | None = None
    image: Image | None = None
    translation_key: str = ""
    aliases: tuple[str, ...] = ()
    canonical: str = ""
    inward: tuple[str, ...] = ()
    pictured: tuple[str, ...] = ()
    face: str = ""
    wrong: bool = False
    listing: Listing | None = None
    fetch: Callable[[], Manuscript] = field(default=_nothing, repr=False, compare=False)

    @property
    def date(self) -> datetime:
        """When it is from; only articles are asked, and they always have a date."""
        assert self.stamp is not None
        return self.stamp.at

    @property
    def opens(self) -> Stamp | None:
        """From when on it may be published: its date, or its embargo where that ends later; None from the start."""
        return max((stamp for stamp in (self.stamp, self.embargo) if stamp), default=None)

    @property
    def released(self) -> Stamp:
        """When it was first published, which an embargo puts off; only articles are asked."""
        assert self.opens is not None
        return self.opens

    @property
    def changed(self) -> Stamp:
        """The newest of its release, `updated` and corrections; only articles are asked."""
        stamps = (self.released, self.updated, *(item.at for item in self.corrections))
        return max(stamp for stamp in stamps if stamp)

    @property
    def retracted(self) -> bool:
        return any(item.kind == "retraction" for item in self.corrections)

    @property
    def body(self) -> Body:
        return self.fetch().body

    @property
    def marks(self) -> Mapping[str, Span]:
        return self.fetch().marks


@dataclass(frozen=True)
class RegisteredSource:
    """A publisher of sources.yaml."""

    key: str
    name: str
    url: str = ""
    kind: str = ""
    country: str = ""
    lang: str = ""
    license: str = ""
    about: str = ""
    feed: str = ""


@dataclass(frozen=True)
class RegisteredPerson:
    """A person of people.yaml."""

    key: str
    name: str
    url: str = ""
    about: str = ""


@dataclass(frozen=True)
class RegisteredTag:
    """A tag of tags.yaml: its names, slugs and descriptions by language (BCP 47); "" stands for all languages."""

    names: Mapping[str, str]
    slugs: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RegisteredStory:
    """A story of stories.yaml: its titles, summaries and slugs by language (BCP 47); "" stands for all languages."""

    key: str
    titles: Mapping[str, str] = field(default_factory=dict)
    summaries: Mapping[str, str] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registries:
    """What stands beside site.yaml: publishers, people and stories by key, tags in order.

    `marks` tells where an entry's keys stand ("people.yaml.ada.name", "tags.yaml.0.names.en").
    """

    sources: Mapping[str, RegisteredSource] = field(default_factory=dict)
    people: Mapping[str, RegisteredPerson] = field(default_factory=dict)
    tags: tuple[RegisteredTag, ...] = ()
    stories: Mapping[str, RegisteredStory] = field(default_factory=dict)
    marks: Mapping[str, Span] = field(default_factory=dict, repr=False, compare=False)
