"""The front matter of articles and pages: its keys, and how values become parts of an article."""

from __future__ import annotations

from typing import Any, Final

from digestgen import yaml
from digestgen.diagnostics import Diagnostic
from digestgen.model import Contributor, Credit, Image, Listed, Provenance, Source
from digestgen.schema import (
    Address,
    Choice,
    Either,
    Fault,
    Flag,
    Free,
    Key,
    ListOf,
    MapOf,
    Moment,
    Report,
    Table,
    Text,
    Whole,
    language_tag,
)

#: Roles that every language has words for; others are shown as they are written.
ROLES: Final = ("reporting", "writing", "editing", "translation", "photography", "graphics", "research")

#: What `digestgen new` writes for a headline that it does not know; only a draft may have it.
UNTITLED: Final = "<headline>"

#: How an article may use a work that it credits; schema.org's isBasedOn and citation follow from it.
USES: Final = ("based-on", "cites", "quotes", "republishes")

#: What may be noted about an article that was wrong.
CORRECTIONS: Final = ("correction", "clarification", "retraction")

#: Kinds of news work that schema.org has a type for (subtypes of NewsArticle).
GENRES: Final = ("reportage", "analysis", "background", "opinion", "advertisement")

#: So many words are a brief, where nothing else in an article says that it is more.
BRIEF: Final = 80

CONTRIBUTOR: Final = Table(
    "a person",
    (
        Key("name", Text(), "The person's name, or a key of people.yaml.", required=True),
        Key("place", Text(), "Where the person worked from.", "", "none"),
    ),
    lambda values: Contributor(**values),
)


class _Person:
    """A name alone, or a name and a place."""

    expects = "a name, or a mapping of `name` and `place`"

    def read(self, node: yaml.Node, at: str, report: Report) -> Contributor:
        found = Either(Text(), CONTRIBUTOR).read(node, at, report)
        return Contributor(found) if isinstance(found, str) else found

    def json(self) -> dict[str, Any]:
        return Either(Text(), CONTRIBUTOR).json()


class _Role(Text):
    """Any word; one that is nearly a known role is most likely misspelt, and would be shown as it is written."""

    def read(self, node: yaml.Node, at: str, report: Report) -> str:
        role = Text.read(self, node, at, report)
        near = "" if role in ROLES else next((known for known in ROLES if _is_near(role.casefold(), known)), "")
        if near:
            report.found.append(
                Diagnostic(
                    "similar-role",
                    f"the role `{role}` is nearly `{near}`, and is taken for another one",
                    node.span,
                    f"did you mean `{near}`?",
                    severity="warning",
                )
            )
        return role


def _is_near(word: str, known: str) -> bool:
    """Tell whether a letter is missing, too many, another one, or has changed places with the next, or all is well.

    More than that is another role: recording is no reporting, and directing no editing.
    """
    return bool(_forms(word[:30]) & _forms(known))


def _forms(word: str) -> set[str]:
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


class _People(ListOf):
    """The people of a credit, each once."""

    def read(self, node: yaml.Node, at: str, report: Report) -> tuple[Contributor, ...]:
        before = len(report.found)
        people: tuple[Contributor, ...] = ListOf.read(self, node, at, report)
        # places are not known where one of them could not be read
        if not any(item.severity == "error" for item in report.found[before:]):
            self._check(people, at, report)
        return people

    @staticmethod
    def _check(people: tuple[Contributor, ...], at: str, report: Report) -> None:
        seen = set()
        for index, item in enumerate(people):
            if item.name.casefold() in seen:
                report.found.append(
                    Diagnostic(
                        "person-twice",
                        f"`{item.name}` stands twice in one credit",
                        report.marks[f"{at}.{index}"],
                        help="name each person once; one who worked in two places has both in `place`",
                        severity="warning",
                    )
                )
            seen.add(item.name.casefold())


CREDIT: Final = Table(
    "a credit",
    (
        Key("role", _Role(), f"What they did: {', '.join(ROLES)}, or another word.", required=True),
        Key(
            "people",
            _People(_Person(), "a list of people", single=True, some=True),
            "Who did it, in order.",
            required=True,
        ),
    ),
    lambda values: Credit(**values),
)

CORRECTION: Final = Table(
    "a correction",
    (
        Key("date", Moment(), "When it was made.", required=True),
        Key("text", Text(), "What was wrong and what is right, in a sentence or two.", required=True),
        Key(
            "kind", Choice(CORRECTIONS), "What it is: a retraction takes the article back.", "correction", "correction"
        ),
    ),
)

TRANSLATION: Final = Table(
    "`translation`",
    (
        Key("of", Text(), "What it is a translation of: an article's file, or an address.", "", "none"),
        Key("from", language_tag(), "The language it was translated from.", "", "that of the article in `of`"),
        Key(
            "by",
            ListOf(Text(), "a list of names", single=True),
            "Who translated it: names, or keys of people.yaml.",
            (),
            "none",
        ),
        Key("tool", Text(), "The machine that translated it.", "", "none"),
    ),
    lambda values: Provenance(values["of"], values["from"], values["by"], values["tool"]),
)


class _Translation:
    """A mapping that says something."""

    expects = TRANSLATION.expects

    def read(self, node: yaml.Node, at: str, report: Report) -> Provenance:
        before = len(report.found)
        found: Provenance = TRANSLATION.read(node, at, report)
        if found == Provenance() and len(report.found) == before:
            report.found.append(
                Diagnostic(
                    "empty-translation",
                    "`translation` says nothing",
                    node.span,
                    "add `from:`, `of:`, `by:` or `tool:`",
                    "or leave it out, where the article is no translation",
                    "warning",
                )
            )
        return found

    def json(self) -> dict[str, Any]:
        return TRANSLATION.json()


IMAGE: Final = Table(
    "`image`",
    (
        Key(
            "src",
            Text(),
            "The picture's file beside the article, or `/` and its path in content/static/.",
            required=True,
        ),
        Key("alt", Text(blank=True), "What the picture shows, for those who do not see it.", None, "a warning"),
        Key("caption", Text(), "The line below the picture.", "", "none"),
        Key("credit", Text(), "Who made the picture.", "", "none"),
        Key("license", Text(), "Under what licence it may be used.", "", "none"),
    ),
    lambda values: Image(**values),
)

SOURCE_TABLE: Final = Table(
    "a source",
    (
        Key("name", Text(), "The publisher: a key of sources.yaml or a name.", "", "the host of `url`"),
        Key("url", Address(), "The work's address.", "", "none"),
        Key("archived", Address(), "Where an archive keeps a copy of the work.", "", "none"),
        Key("title", Text(), "The work's title in its own language.", "", "none"),
        Key("authors", ListOf(Text(), "a list of names", single=True), "Who wrote it.", (), "none"),
        Key("published", Moment(), "When it was published.", None, "none"),
        Key("accessed", Moment(), "When it was read for this article.", None, "none"),
        Key("lang", language_tag(), "Its language.", "", "the publisher's language"),
        Key("license", Text(), "Under what licence it may be used.", "", "the publisher's licence"),
        Key("note", Text(), "How it was used, in a few words.", "", "none"),
        Key(
            "use",
            Choice(USES),
            "How it was used: `based-on` (rewritten or translated), `cites`, `quotes` or `republishes`.",
            "based-on",
            "based-on",
        ),
    ),
)


class _Source:
    """A key of sources.yaml, an address, or a mapping."""

    expects = "a key of sources.yaml, an address, or a mapping of `name`, `url` and more"

    def read(self, node: yaml.Node, at: str, report: Report) -> dict[str, Any]:
        if isinstance(node, yaml.Scalar) and not yaml.is_null(node):
            text = Text().read(node, at, report)
            one = {"url": Address().read(node, at, report)} if "://" in text else {"name": text}
            return {key.name: key.default for key in SOURCE_TABLE.keys} | one
        if not isinstance(node, yaml.Mapping):
            raise report.fault(
                "wrong-type", "a source is a name, an address or a mapping", node.span, f"expected {self.expects}"
            )
        before = len(report.found)
        values: dict[str, Any] = SOURCE_TABLE.values(node, at, report)
        if not values["name"] and not values["url"]:
            if len(report.found) == before:
                report.fault(
                    "unnamed-source", "a source has neither a name nor an address", node.span, "add `name:` or `url:`"
                )
            raise Fault
        return values

    def json(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, SOURCE_TABLE.json()]}


class _Picture:
    """A file alone, or a mapping."""

    expects = "a file, or a mapping of `src`, `alt` and more"

    def read(self, node: yaml.Node, at: str, report: Report) -> Image:
        found = Either(Text(), IMAGE).read(node, at, report)
        return Image(found) if isinstance(found, str) else found

    def json(self) -> dict[str, Any]:
        return Either(Text(), IMAGE).json()


_TEXTS: Final = "a list of texts"
_ID: Final = r"[A-Za-z][A-Za-z0-9+.-]*:\S+|[0-9A-Fa-f-]{36}"

TABLE: Final = Table(
    "the front matter",
    (
        Key("title", Text(), "The headline.", required=True),
        Key(
            "date",
            Moment(),
            "When it is from. What has no time is midnight, what has no offset is local time in the site's `timezone`.",
            None,
            "the date at the head of the file's name",
        ),
        Key("updated", Moment(), "The last change of substance.", None, "none"),
        Key("slug", Text(), "The article's part of its address.", "", "the file's name without its date"),
        Key(
            "id",
            Text("a UUID or an address", pattern=_ID),
            "What feeds and translations know it by.",
            "",
            "made from `site_id` and the file's path",
        ),
        Key(
            "authors",
            ListOf(Text(), "a list of names", single=True),
            "The byline: names, or keys of people.yaml.",
            (),
            "the credits for reporting, else for writing",
        ),
        Key(
            "lang",
            language_tag(),
            "Its language.",
            "",
            "the file's suffix as .de.md, a folder named as a language, the site's",
        ),
        Key("summary", Text(), "The standfirst.", "", "the first paragraph, as text"),
        Key("kicker", Text(), "The line above the headline.", "", "none"),
        Key("section", Text(), "The desk.", "", "none"),
        Key("dateline", Text(), "The place it is written from.", "", "none"),
        Key("genre", Choice(GENRES), "What kind of work it is: " + ", ".join(GENRES) + ".", "", "none"),
        Key("story", Text(), "The story that it is a part of: a key of stories.yaml, or a name.", "", "none"),
        Key(
            "brief",
            Flag(),
            "Whether it is only a few sentences, which then stand whole in its edition.",
            None,
            f"true for a text of at most {BRIEF} words without a picture of its own, headings or footnotes",
        ),
        Key("tags", ListOf(Text(), _TEXTS, commas=True), "Tags: a list, or text with commas.", (), "none"),
        Key(
            "sources",
            ListOf(_Source(), "a list of sources", single=True),
            "Whom it credits: keys of sources.yaml, addresses, or mappings.",
            (),
            "none",
        ),
        Key("credits", ListOf(CREDIT, "a list of credits", single=True), "Who did what where.", (), "none"),
        Key(
            "translation",
            _Translation(),
            "How it came to be a translation: `of` what, `from` which language, `by` whom, with which `tool`.",
            None,
            "none",
        ),
        Key(
            "corrections",
            ListOf(CORRECTION, "a list of corrections", single=True),
            "What was wrong and is put right: mappings of `date`, `text` and `kind`.",
            (),
            "none",
        ),
        Key("image", _Picture(), "Its picture.", None, "none"),
        Key(
            "translation_key",
            Text(),
            "Articles that share it are translations of each other.",
            "",
            "the file's path without its language",
        ),
        Key("draft", Flag(), "Held back until it is done.", default=False, otherwise="false"),
        Key("embargo", Moment(), "Until when it is held back, whatever its date.", None, "its date"),
        Key("expires", Moment(), "From when on it is held back.", None, "never"),
        Key(
            "aliases",
            ListOf(Text(), "a list of paths", single=True),
            "Former addresses on this site, which lead to it.",
            (),
            "none",
        ),
        Key("canonical", Address(), "Where it was published first.", "", "its own address"),
        Key(
            "weight",
            Whole(),
            "Its place among articles of one moment, smaller first; the newest day's smallest leads the front page.",
            0,
            "0",
        ),
        Key("extra", MapOf(Free(), "a mapping"), "Free values for themes.", {}, "none"),
    ),
)


EDITION_SECTION: Final = Table(
    "a section of an edition",
    (
        Key("section", Text(), "What the section is called in this edition.", required=True),
        Key("articles", ListOf(Text(), "a list of files", single=True), "Its articles, in order.", required=True),
    ),
)


class _Listed:
    """A file, or a section with files; both come out as the articles that they list."""

    expects = "a file, or a mapping of `section` and `articles`"

    def read(self, node: yaml.Node, at: str, report: Report) -> tuple[Listed, ...]:
        found = Either(Text(), EDITION_SECTION).read(node, at, report)
        if isinstance(found, str):
            return (Listed(found, "", at),)
        named = enumerate(found["articles"])
        return tuple(Listed(file, found["section"], f"{at}.articles.{index}") for index, file in named)

    def json(self) -> dict[str, Any]:
        return Either(Text(), EDITION_SECTION).json()


EDITION: Final = Table(
    "an edition",
    (
        Key("number", Whole(1), "Its number; no two editions of a language have the same.", 0, "its week or day"),
        Key("title", Text(), "What it is called.", "", "its number and its date"),
        Key(
            "articles",
            ListOf(_Listed(), "a list of files", single=True),
            "Its articles in order, as files or as mappings of `section` and `articles`. The first one that is "
            "neither a brief nor an advertisement leads; each stands below its own section where none is given here.",
            (),
            "those of its day or week",
        ),
        Key(
            "date", Moment(), "When it is from; until then it is held back.", None, "the day or week in its file's name"
        ),
        Key("updated", Moment(), "Its last change of substance.", None, "none"),
        Key("lang", language_tag(), "Its language.", "", "the file's suffix as .de.md, else the site's"),
        Key(
            "summary", Text(), "The standfirst, for lists and feeds.", "", "the introduction's first paragraph, as text"
        ),
        Key(
            "id",
            Text("a UUID or an address", pattern=_ID),
            "What feeds know it by.",
            "",
            "made from `site_id` and its address",
        ),
        Key("draft", Flag(), "Held back until it is done.", default=False, otherwise="false"),
        Key("extra", MapOf(Free(), "a mapping"), "Free values for themes.", {}, "none"),
    ),
)


def defaults(table: Table) -> dict[str, Any]:
    """Return what holds for a file whose front matter, read by `table`, says nothing; its title is empty then.

    An edition has all that an article has, so that it can be handled as one.
    """
    return {key.name: key.default for keys in (TABLE.keys, table.keys) for key in keys} | {"title": ""}


def read(node: yaml.Node, report: Report, table: Table = TABLE) -> dict[str, Any]:
    """Return the values of a front matter as `table` has them; moments are still `Written`, sources dictionaries.

    Raises `Fault` where nothing can be made of it; all that is wrong stands in `report`.
    """
    found: dict[str, Any] = table.values(node, "", report)
    return found


def source(values: dict[str, Any], moment: Any) -> Source:
    """Return the source of one item, with its moments through `moment`, a function from Written or None."""
    return Source(**(values | {"published": moment(values["published"]), "accessed": moment(values["accessed"])}))
