"""sources.yaml, people.yaml, tags.yaml and stories.yaml: what articles name by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from digestgen import slugs, yaml
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.model import RegisteredPerson, RegisteredSource, RegisteredStory, RegisteredTag, Registries
from digestgen.schema import Address, Fault, Key, ListOf, MapOf, Report, Shape, Table, Text, language_tag

#: Kinds of publishers that have a name in every language; others are shown as they are written.
KINDS: Final = (
    "agency",
    "newspaper",
    "magazine",
    "broadcaster",
    "official",
    "journal",
    "blog",
    "organisation",
    "company",
)

SOURCE: Final = Table(
    "a publisher",
    (
        Key("name", Text(), "The publisher's name.", required=True),
        Key("url", Address(), "The publisher's own site.", "", "none"),
        Key("kind", Text("a kind of publisher"), f"What it is: {', '.join(KINDS)}, or another word.", "", "none"),
        Key(
            "country",
            Text("a country code such as DE", pattern="[A-Za-z]{2}"),
            "Its country (ISO 3166-1 alpha-2).",
            "",
            "none",
        ),
        Key("lang", language_tag(), "The language it publishes in.", "", "none"),
        Key("license", Text(), "Under what licence its works may be used.", "", "none"),
        Key("about", Text(), "What it is, in a sentence or two.", "", "none"),
        Key("feed", Address(), "Its own feed, which feeds here name as where an article comes from.", "", "none"),
    ),
)

PERSON: Final = Table(
    "a person",
    (
        Key("name", Text(), "The person's name, as bylines have it.", required=True),
        Key("url", Address(), "The person's own site.", "", "none"),
        Key("about", Text(), "Who that is, in a sentence or two.", "", "none"),
    ),
)


@dataclass(frozen=True)
class Slug:
    """The part of its address that a tag or a story has for its own."""

    expects: str = "a slug"

    def read(self, node: yaml.Node, at: str, report: Report) -> str:
        text = Text(self.expects).read(node, at, report)
        if slugs.is_slug(text):
            return text
        # where slugs stand by language, the last step of the path is one
        fitting = slugs.slugify(text, at.rpartition(".")[2])
        raise report.fault("bad-slug", f"`{text[:80]}` cannot be a slug", node.span, f"write `{fitting}`")

    def json(self) -> dict[str, Any]:
        return Text().json()


@dataclass(frozen=True)
class InLanguages:
    """One value for all languages, which comes out below the key "", or a mapping from languages to values."""

    value: Shape

    @property
    def expects(self) -> str:
        return f"{self.value.expects}, or a mapping from languages to {self.value.expects.removeprefix('a ')}s"

    def read(self, node: yaml.Node, at: str, report: Report) -> dict[str, Any]:
        if isinstance(node, yaml.Scalar):
            return {"": self.value.read(node, at, report)}
        listed: dict[str, Any] = MapOf(self.value, self.expects, language_tag()).read(node, at, report)
        return listed

    def json(self) -> dict[str, Any]:
        return {"anyOf": [self.value.json(), MapOf(self.value, self.expects, language_tag()).json()]}


TAG: Final = Table(
    "a tag",
    (
        Key(
            "names",
            MapOf(Text(), "a mapping from languages to names", language_tag()),
            "The tag's name in each language.",
            required=True,
        ),
        Key("slug", InLanguages(Slug()), "The tag's slug, or its slugs by language.", {}, "made from the name"),
        Key("description", InLanguages(Text()), "What the tag means, or that by language.", {}, "none"),
    ),
)

STORY: Final = Table(
    "a story",
    (
        Key("title", InLanguages(Text()), "What the story is called, or that by language.", {}, "made from the key"),
        Key("summary", InLanguages(Text()), "What it is about, or that by language.", {}, "none"),
        Key("slug", InLanguages(Slug()), "The story's slug, or its slugs by language.", {}, "made from the key"),
    ),
)

SOURCES: Final[Shape] = MapOf(SOURCE, "a mapping from keys to publishers")
PEOPLE: Final[Shape] = MapOf(PERSON, "a mapping from keys to people")
TAGS: Final[Shape] = ListOf(TAG, "a list of tags", most=1_000_000)
STORIES: Final[Shape] = MapOf(STORY, "a mapping from keys to stories")

FILES: Final = {"sources.yaml": SOURCES, "people.yaml": PEOPLE, "tags.yaml": TAGS, "stories.yaml": STORIES}


def read(texts: dict[str, str]) -> tuple[Registries, list[Diagnostic]]:
    """Return the registries from the texts of those files of `FILES` that exist, and all that is wrong in them."""
    report = Report()
    found = report.found

    def values(name: str, empty: Any, build: Callable[[Any], Any]) -> Any:
        node, faults = yaml.parse(texts.get(name, ""), path=name)
        found.extend(faults)
        try:
            return build(empty if node is None else FILES[name].read(node, name, report))
        except Fault:
            return build(empty)

    registries = Registries(
        sources=values("sources.yaml", {}, _sources),
        people=values("people.yaml", {}, _people),
        tags=values("tags.yaml", (), _tags),
        stories=values("stories.yaml", {}, _stories),
        marks=report.marks,
    )
    return registries, found


def _sources(listed: dict[str, dict[str, Any]]) -> dict[str, RegisteredSource]:
    return {key: RegisteredSource(key, **entry) for key, entry in listed.items()}


def _people(listed: dict[str, dict[str, Any]]) -> dict[str, RegisteredPerson]:
    return {key: RegisteredPerson(key, **entry) for key, entry in listed.items()}


def _tags(listed: tuple[dict[str, Any], ...]) -> tuple[RegisteredTag, ...]:
    return tuple(RegisteredTag(entry["names"], entry["slug"], entry["description"]) for entry in listed)


def _stories(listed: dict[str, dict[str, Any]]) -> dict[str, RegisteredStory]:
    return {key: RegisteredStory(key, item["title"], item["summary"], item["slug"]) for key, item in listed.items()}
