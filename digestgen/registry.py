"""sources.yaml, people.yaml and tags.yaml: the publishers, people and tags that articles name by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from digestgen import slugs, yaml
from digestgen.diagnostics import Diagnostic
from digestgen.model import RegisteredPerson, RegisteredSource, RegisteredTag, Registries
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
    ),
)

PERSON: Final = Table(
    "a person",
    (
        Key("name", Text(), "The person's name, as bylines have it.", required=True),
        Key("url", Address(), "The person's own site.", "", "none"),
        Key("about", Text(), "Who the person is.", "", "none"),
    ),
)

TAG: Final = Table(
    "a tag",
    (
        Key(
            "names",
            MapOf(Text(), "a mapping from languages to names", language_tag()),
            "The tag's name in each language.",
            required=True,
        ),
        Key(
            "slugs",
            MapOf(Text(), "a mapping from languages to slugs", language_tag()),
            "The tag's slug in each language.",
            {},
            "made from the name",
        ),
        Key(
            "description",
            MapOf(Text(), "a mapping from languages to texts", language_tag()),
            "What the tag means, in each language.",
            {},
            "none",
        ),
    ),
)

SOURCES: Final[Shape] = MapOf(SOURCE, "a mapping from keys to publishers")
PEOPLE: Final[Shape] = MapOf(PERSON, "a mapping from keys to people")
TAGS: Final[Shape] = ListOf(TAG, "a list of tags")

FILES: Final = {"sources.yaml": SOURCES, "people.yaml": PEOPLE, "tags.yaml": TAGS}


def read(texts: dict[str, str]) -> tuple[Registries, list[Diagnostic]]:
    """Return the registries from the texts of those files of `FILES` that exist, and all that is wrong in them."""
    found: list[Diagnostic] = []

    def values(name: str, empty: Any, build: Callable[[Any, Report], Any]) -> Any:
        if name not in texts:
            return build(empty, Report(found))
        node, faults = yaml.parse(texts[name], path=name)
        report = Report(found)
        found.extend(faults)
        try:
            return build(empty if node is None else FILES[name].read(node, name, report), report)
        except Fault:
            return build(empty, report)

    registries = Registries(
        sources=values("sources.yaml", {}, _sources),
        people=values("people.yaml", {}, _people),
        tags=values("tags.yaml", (), _tags),
    )
    return registries, found


def _sources(listed: dict[str, dict[str, Any]], _: Report) -> dict[str, RegisteredSource]:
    return {key: RegisteredSource(key, **entry) for key, entry in listed.items()}


def _people(listed: dict[str, dict[str, Any]], _: Report) -> dict[str, RegisteredPerson]:
    return {key: RegisteredPerson(key, **entry) for key, entry in listed.items()}


def _tags(listed: tuple[dict[str, Any], ...], report: Report) -> tuple[RegisteredTag, ...]:
    return tuple(_tag(entry, index, report) for index, entry in enumerate(listed))


def _tag(entry: dict[str, Any], index: int, report: Report) -> RegisteredTag:
    good = {}
    for lang, slug in entry["slugs"].items():
        fitting = slugs.slugify(slug, lang)
        good[lang] = fitting
        if fitting != slug:
            span = next(span for mark, span in report.marks.items() if mark.endswith(f".slugs.{lang}"))
            report.fault("bad-slug", f"`{slug}` cannot be a slug", span, f"write `{fitting}`")
    first = report.marks.get(f"tags.yaml.{index}")
    return RegisteredTag(entry["names"], good, entry["description"], first)
