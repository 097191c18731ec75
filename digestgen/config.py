"""site.yaml: what it may say and what digestgen knows from it."""

from __future__ import annotations

import posixpath
import re
import uuid
import zoneinfo
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digestgen import paths, yaml
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Severity, Span
from digestgen.pictures.album import Recipe
from digestgen.rules import RULES
from digestgen.schema import (
    LANGUAGE,
    Address,
    Choice,
    Either,
    Fault,
    Flag,
    Free,
    Key,
    ListOf,
    MapOf,
    Report,
    Table,
    Text,
    Whole,
    language_tag,
    meant,
    plain_mapping,
)

FILE: Final = "site.yaml"

#: What a permalink pattern may name.
PERMALINK_FIELDS: Final = ("year", "month", "day", "slug", "section")


#: What may make editions: each day, each week, or files of content/editions/ alone.
EDITIONS: Final = ("off", "daily", "weekly", "files")


@dataclass(frozen=True)
class SiteLanguage:
    """A language of the site. `prefix` is empty for the main language, else `/` and the tag."""

    lang: str
    title: str
    tagline: str
    prefix: str


@dataclass(frozen=True)
class NavItem:
    """An entry of the navigation; without `lang` it stands in every language."""

    title: str
    url: str
    lang: str = ""


@dataclass(frozen=True)
class PublisherConfig:
    """Facts of the publisher that feeds name."""

    name: str = ""
    url: str = ""
    email: str = ""


#: What may have feeds: the whole of a language, and lists, by the names of their folders.
FEEDS: Final = ("site", "tags", "sections", "sources", "stories", "people", "editions", "corrections")


@dataclass(frozen=True)
class Follow:
    """A feed of others that `digestgen import feed` makes drafts of: `limit` 0 stands for all its entries.

    `publisher` is a key or a name, `lang` the language of its entries; both are empty where the feed tells them.
    """

    url: str
    publisher: str = ""
    lang: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    limit: int = 0


@dataclass(frozen=True)
class FeedsConfig:
    """Which of `FEEDS` have a feed in each format, hold their articles' full text, and have an archive (of Atom).

    `follow` are feeds of others, which no build looks at.
    """

    atom: tuple[str, ...] = FEEDS
    rss: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    entries: int = 20
    full: tuple[str, ...] = ("site",)
    archive: tuple[str, ...] = ("site",)
    follow: tuple[Follow, ...] = ()


@dataclass(frozen=True)
class SmtpConfig:
    """The server that `digestgen email --send` hands a mail to; the password is in the environment."""

    host: str
    port: int = 0
    security: str = "starttls"
    user: str = ""
    variable: str = "DIGESTGEN_SMTP_PASSWORD"
    """The name of the environment variable that holds the password."""


@dataclass(frozen=True)
class EmailConfig:
    """How an edition is sent by mail: `sender` and `to`, the list, as "Name <address>"; the rest as it is shown."""

    sender: str = ""
    to: str = ""
    reply_to: str = ""
    list_id: str = ""
    unsubscribe: str = ""
    address: str = ""
    smtp: SmtpConfig | None = None


@dataclass(frozen=True)
class PoliciesConfig:
    """Where the digest tells what it is: each a path of this site or an address elsewhere, or empty."""

    principles: str = ""
    corrections: str = ""
    ownership: str = ""
    contact: str = ""


#: What `digestgen publish` knows of: where the site lives, and so what it is given.
HOSTS: Final = ("github", "gitlab", "netlify", "cloudflare")

#: How files may be packed beforehand.
PACKINGS: Final = ("gzip", "br")


@dataclass(frozen=True)
class PublishConfig:
    """How the site gets to its readers: `host` is one of `HOSTS` or empty, `history` is keep or squash.

    `command` and `remove` are programs with their arguments, empty where the site is pushed to `branch` of `remote`.
    `allow` names what may be published though it looks like a secret.
    """

    host: str = ""
    remote: str = "origin"
    branch: str = "gh-pages"
    history: str = "keep"
    compress: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


@dataclass(frozen=True)
class LimitsConfig:
    """What one article may cost: `seconds` of the processor, `memory` in MiB, and a `page` in millions of bytes."""

    seconds: int = 10
    memory: int = 512
    page: int = 20


@dataclass(frozen=True)
class Config:
    """A checked site.yaml. `languages` begins with the main one; `marks` tells where each key stands."""

    title: str
    tagline: str
    url: str
    site_id: uuid.UUID
    languages: tuple[SiteLanguage, ...]
    timezone: ZoneInfo
    theme: str
    theme_options: Mapping[str, yaml.Node]
    minify: bool
    content: str
    output: str
    permalink: str
    paginate: int
    publisher: PublisherConfig
    policies: PoliciesConfig
    feeds: FeedsConfig
    email: EmailConfig
    copyright: str
    license: str
    nav: tuple[NavItem, ...] | None
    rules: Mapping[str, Severity]
    raw_html: bool
    embed: tuple[str, ...]
    unchecked_links: tuple[str, ...]
    editions: str
    """One of `EDITIONS`."""
    images: Recipe | None
    """How sizes of pictures are made; None where none are."""
    cards: bool
    """Whether a picture is drawn of each article, for previews of links to it."""
    publish: PublishConfig
    search: bool
    extra: Mapping[str, Any]
    limits: LimitsConfig = LimitsConfig()
    plugins: tuple[str, ...] = ()
    """The paths of plug-ins, below the site's folder."""
    marks: Mapping[str, Span] = field(default_factory=dict)
    vague: bool = False
    """Whether site.yaml is wrong in what addresses rest on: defaults stand in for it, and nothing is written."""

    @property
    def lang(self) -> str:
        """The main language."""
        return self.languages[0].lang

    @property
    def base(self) -> str:
        """The path part of `url`, with `/` at both ends; `/` without one."""
        return urlsplit(self.url).path or "/"


@dataclass(frozen=True)
class Unread:
    """A value that is read later, by those who know its shape: an option of a theme."""

    expects: str = "a value"

    def read(self, node: yaml.Node, at: str, report: Report) -> yaml.Node:
        return node

    def json(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Zone:
    """A time zone by its IANA name."""

    expects: str = "an IANA time zone such as Europe/Berlin"

    def read(self, node: yaml.Node, at: str, report: Report) -> ZoneInfo:
        name = Text(self.expects).read(node, at, report)
        zone = time_zone(name)
        if zone is None:
            label = _zone_meant(name) or f"expected {self.expects}"
            raise report.fault("bad-value", f"`{name}` is not a time zone", node.span, label)
        return zone

    def json(self) -> dict[str, Any]:
        return {"type": "string"}


def time_zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name, or None.

    Rules come from the package tzdata and never from the machine, so that all machines build the same bytes.
    """
    if zoneinfo.TZPATH:
        zoneinfo.reset_tzpath(to=())
        ZoneInfo.clear_cache()
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


def _zone_meant(name: str) -> str:
    """Return "did you mean `…`?" for the zone of a city, or for a misspelt zone, or nothing."""
    zones = sorted(zoneinfo.available_timezones())
    city = name.strip().replace(" ", "_").lower()
    found = next((zone for zone in zones if zone.lower().endswith(f"/{city}")), "")
    return f"did you mean `{found}`?" if found else meant(name, zones)


@dataclass(frozen=True)
class Identity:
    """A UUID (RFC 9562)."""

    expects: str = "a UUID: 32 hexadecimal digits in five groups"

    def read(self, node: yaml.Node, at: str, report: Report) -> uuid.UUID:
        text = Text(self.expects).read(node, at, report)
        try:
            return uuid.UUID(text)
        except ValueError:
            raise report.fault("bad-value", f"`{text}` is no UUID", node.span, f"expected {self.expects}") from None

    def json(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


@dataclass(frozen=True)
class Permalink:
    """The pattern of articles' addresses."""

    expects: str = "a path such as /{year}/{month}/{slug}/"

    def read(self, node: yaml.Node, at: str, report: Report) -> str:
        text = Text(self.expects).read(node, at, report)
        why = wrong_permalink(text)
        if why:
            raise report.fault("bad-value", f"the permalink {why}", node.span, f"expected {self.expects}")
        return text

    def json(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^/.*\{slug\}.*(/|\.html)$"}


def wrong_permalink(pattern: str) -> str:
    """Return why `pattern` cannot make addresses, or nothing."""
    names = re.findall(r"\{([^{}]*)\}", pattern)
    strange = [name for name in names if name not in PERMALINK_FIELDS]
    if strange:
        return f"names {{{strange[0]}}}; it may name " + ", ".join(f"{{{name}}}" for name in PERMALINK_FIELDS)
    if not pattern.startswith("/") or not pattern.endswith(("/", ".html")):
        return "must begin with / and end with / or .html"
    if "slug" not in names:
        return "must name {slug}, or all articles would have one address"
    if re.search(r"[^\w./-]|//|\.\.|/\./", re.sub(r"\{[a-z]+\}", "x", pattern)):
        return "has characters that do not belong in an address"
    return ""


@dataclass(frozen=True)
class Folder:
    """A folder, relative to site.yaml."""

    expects: str = "a folder such as public or ../site, relative to site.yaml"
    below: bool = False

    def read(self, node: yaml.Node, at: str, report: Report) -> str:
        text = Text(self.expects).read(node, at, report)
        if "\0" in text or (self.below and not paths.join_inside("", text)) or (self.below and text.startswith("/")):
            raise report.fault("bad-value", f"`{text}` cannot be `{at}`", node.span, f"expected {self.expects}")
        return text

    def json(self) -> dict[str, Any]:
        return {"type": "string"}


LANGUAGE_TABLE: Final = Table(
    "a language",
    (
        Key("lang", language_tag(), "The language's tag (BCP 47).", required=True),
        Key("title", Text(), "The digest's title in this language.", "", "the site's title"),
        Key("tagline", Text(), "The digest's tagline in this language.", "", "none"),
    ),
    unknown="error",
)


@dataclass(frozen=True)
class Languages:
    """Further languages: a list of tags or mappings, or one mapping from tags to titles and taglines."""

    expects: str = "a list of languages, each a tag or a mapping of `lang`, `title` and `tagline`"

    def read(self, node: yaml.Node, at: str, report: Report) -> tuple[dict[str, Any], ...]:
        if isinstance(node, yaml.Mapping):
            return tuple(self._by_tag(node, at, report))
        listed = ListOf(Either(language_tag(), LANGUAGE_TABLE), self.expects).read(node, at, report)
        return tuple({"lang": item, "title": "", "tagline": ""} if isinstance(item, str) else item for item in listed)

    def _by_tag(self, node: yaml.Mapping, at: str, report: Report) -> list[dict[str, Any]]:
        found = []
        for entry in node.entries:
            try:
                found.append(LANGUAGE_TABLE.values(_with_tag(entry), f"{at}.{entry.key.text}", report))
            except Fault:
                continue
        return found

    def json(self) -> dict[str, Any]:
        tables = LANGUAGE_TABLE.json()
        tag = {"type": "string", "pattern": f"^{LANGUAGE}$"}
        named = {"type": "object", "properties": tables["properties"], "additionalProperties": False}
        return {
            "anyOf": [
                {"type": "array", "items": {"anyOf": [tag, tables]}},
                {"type": "object", "propertyNames": tag, "additionalProperties": {"anyOf": [named, {"type": "null"}]}},
            ]
        }


def _with_tag(entry: yaml.Entry) -> yaml.Node:
    """Return the value of a tag in a mapping of languages with the tag as its key `lang`; no value is an empty one."""
    value, span = entry.value, entry.key.span
    if isinstance(value, yaml.Scalar) and yaml.is_null(value):
        value = yaml.Mapping((), span)
    if not isinstance(value, yaml.Mapping):
        return value
    return yaml.Mapping((yaml.Entry(yaml.Scalar("lang", plain=True, span=span), entry.key), *value.entries), span)


@dataclass(frozen=True)
class RuleCode:
    """The code of a kind of fault."""

    expects: str = "the code of a rule"

    def read(self, node: yaml.Node, at: str, report: Report) -> str:
        code = Text(self.expects).read(node, at, report)
        if code in RULES:
            return code
        hint = meant(code, RULES, report.guesses)
        known = "" if hint else f"rules: {', '.join(RULES)}"
        raise report.fault("unknown-key", f"there is no rule `{code}`", node.span, hint, known)

    def json(self) -> dict[str, Any]:
        return {"enum": list(RULES)}


@dataclass(frozen=True)
class Feeds:
    """Some of `FEEDS`, all or none of them."""

    expects: str = f"all, off, or some of {', '.join(FEEDS)}"

    def read(self, node: yaml.Node, at: str, report: Report) -> tuple[str, ...]:
        names = ListOf(Choice(("all", "off", *FEEDS)), self.expects, commas=True).read(node, at, report)
        for word in ("all", "off"):
            if word in names and len(set(names)) > 1:
                label = f"write {word} alone, or leave it out"
                raise report.fault("bad-value", f"`{word}` says something about all feeds", node.span, label)
        return FEEDS if "all" in names else tuple(name for name in FEEDS if name in names)

    def json(self) -> dict[str, Any]:
        some = {"type": "array", "items": {"enum": list(FEEDS)}}
        return {"anyOf": [{"enum": ["all", "off", *FEEDS]}, some, {"type": "string", "pattern": ","}]}


FOLLOW_TABLE: Final = Table(
    "a feed to follow",
    (
        Key("url", Address(), "Where the feed is.", required=True),
        Key(
            "publisher",
            Text(),
            "Whose it is: a key of sources.yaml, or a name.",
            "",
            "the publisher in sources.yaml with this `feed` or with the entries' host, or one named as the feed is",
        ),
        Key("lang", language_tag(), "The language of its entries.", "", "what the feed says"),
        Key("section", Text(), "The section of its drafts.", "", "none"),
        Key("tags", ListOf(Text(), "a list of texts", commas=True), "The tags of its drafts.", (), "none"),
        Key("limit", Whole(1, 1000), "How many of its newest entries are looked at.", 0, "all"),
    ),
    lambda values: Follow(**values),
    unknown="error",
)


class _Followed:
    """An address alone, or a mapping."""

    expects = "an address, or a mapping of `url` and more"

    def read(self, node: yaml.Node, at: str, report: Report) -> Follow:
        found = Either(Address(), FOLLOW_TABLE).read(node, at, report)
        return Follow(found) if isinstance(found, str) else found

    def json(self) -> dict[str, Any]:
        return Either(Address(), FOLLOW_TABLE).json()


class _Follows(ListOf):
    """Feeds to follow, each once."""

    def read(self, node: yaml.Node, at: str, report: Report) -> tuple[Follow, ...]:
        before = len(report.found)
        listed: tuple[Follow, ...] = ListOf.read(self, node, at, report)
        urls = [item.url for item in listed]
        twice = [index for index, url in enumerate(urls) if url in urls[:index]]
        # places are not known where one of them could not be read
        if len(report.found) == before:
            for index in twice:
                span = report.marks.get(f"{at}.{index}.url", report.marks[f"{at}.{index}"])
                report.fault("bad-value", "a feed to follow is named twice", span, "take one of them out")
        return listed


FEEDS_TABLE: Final = Table(
    "`feeds`",
    (
        Key("atom", Feeds(), "What has an Atom feed (RFC 4287), as /feed.xml.", FEEDS, "all"),
        Key("rss", Feeds(), "What has a feed in RSS 2.0, as /rss.xml.", (), "off"),
        Key("json", Feeds(), "What has a feed in JSON Feed 1.1, as /feed.json.", (), "off"),
        Key("entries", Whole(1, 1000), "How many entries a feed holds, the newest ones.", 20, "20"),
        Key("full", Feeds(), "Whose feeds hold the full text of articles; others hold summaries.", ("site",), "site"),
        Key(
            "archive",
            Feeds(),
            "Whose Atom feeds have all older entries in archive documents (RFC 5005), as /feed/1.xml.",
            ("site",),
            "site",
        ),
        Key(
            "follow",
            _Follows(_Followed(), "a list of addresses and mappings", single=True),
            "Feeds of others, whose entries `digestgen import feed --all` makes drafts of: addresses, or mappings of "
            "`url`, `publisher`, `lang`, `section`, `tags` and `limit`.",
            (),
            "none",
        ),
    ),
    lambda values: FeedsConfig(**values),
    unknown="error",
)

NAV_TABLE: Final = Table(
    "an entry of `nav`",
    (
        Key("title", Text(), "What the entry says.", required=True),
        Key("url", Text(), "Where it leads: a path of this site, as /about/, or an address elsewhere.", required=True),
        Key("lang", language_tag(), "The language in whose pages it stands.", "", "all languages"),
    ),
    lambda values: NavItem(**values),
    unknown="error",
)

PUBLISHER_TABLE: Final = Table(
    "`publisher`",
    (
        Key("name", Text(), "The publisher's name.", "", "the site's title"),
        Key("url", Address(), "The publisher's own site.", "", "none"),
        Key(
            "email",
            Text("an e-mail address", pattern=r"[^@\s<>]+@[^@\s<>]+"),
            "An address that readers may write to.",
            "",
            "none",
        ),
    ),
    lambda values: PublisherConfig(**values),
    unknown="error",
)

#: A word of a command: what stands in braces is filled in.
_WORD: Final = Text("text", raw=True)

#: What a word of a command may name in braces.
FILLED: Final = ("folder", "files", "phase")

PUBLISH_TABLE: Final = Table(
    "`publish`",
    (
        Key(
            "host",
            Choice(HOSTS),
            "Where the site lives. For netlify and cloudflare a build writes `_headers` and `_redirects`, for gitlab "
            "`_redirects`.",
            "",
            "none",
        ),
        Key(
            "remote",
            Text("the name of a remote such as origin", pattern=r"[A-Za-z0-9][A-Za-z0-9._/-]*"),
            "The remote of the git repository that the site is pushed to.",
            "origin",
            "origin",
        ),
        Key(
            "branch",
            Text("a branch such as gh-pages", pattern=r"[A-Za-z0-9][A-Za-z0-9._/-]*"),
            "The branch there. It holds nothing but the site.",
            "gh-pages",
            "gh-pages",
        ),
        Key(
            "history",
            Choice(("keep", "squash")),
            "Whether the branch keeps a commit for each publish, or only the last one.",
            "keep",
            "keep",
        ),
        Key(
            "compress",
            ListOf(Choice(PACKINGS), "a list of gzip and br", commas=True),
            "Whether each text also lies packed beside itself, as index.html.gz or index.html.br, for hosts that send "
            "such files. br needs digestgen[publish].",
            (),
            "none",
        ),
        Key(
            "command",
            ListOf(_WORD, "a list of a program and its arguments", some=True),
            "A program that takes changed files to the host, instead of a push: called for assets first, then for "
            "pages. {folder}, {files} (a file with paths, one a line) and {phase} are filled in.",
            (),
            "the site is pushed",
        ),
        Key(
            "remove",
            ListOf(_WORD, "a list of a program and its arguments", some=True),
            "A program that removes the paths in {files} from the host, called last.",
            (),
            "what is no longer part of the site stays there",
        ),
        Key(
            "allow",
            ListOf(
                Text("a name such as aws-key-3f9a1c2b7d", pattern=r"[a-z][a-z-]*-[0-9a-f]{10}"),
                "a list of names",
                single=True,
            ),
            "What may be published though it looks like a secret: names, as the refusal tells them.",
            (),
            "nothing",
        ),
    ),
    lambda values: PublishConfig(**values),
    unknown="error",
)

#: Kinds of files that sizes are made in, the best first.
FORMATS: Final = ("avif", "webp", "jpeg")

QUALITY_TABLE: Final = Table(
    "`quality`",
    tuple(
        Key(
            kind,
            Whole(1, 100),
            f"How well {kind.upper()} is written, of 100.",
            Recipe().quality(kind),
            str(Recipe().quality(kind)),
        )
        for kind in FORMATS
    ),
    unknown="error",
)


@dataclass(frozen=True)
class Formats:
    """Some of `FORMATS`, the last of them always."""

    expects: str = f"some of {', '.join(FORMATS)}"

    def read(self, node: yaml.Node, at: str, report: Report) -> tuple[str, ...]:
        names = ListOf(Choice(FORMATS), self.expects, commas=True).read(node, at, report)
        if FORMATS[-1] not in names:
            message = "sizes are made as JPEG, too, which every browser and feed reader shows"
            raise report.fault("bad-value", message, node.span, "add jpeg")
        return tuple(name for name in FORMATS if name in names)

    def json(self) -> dict[str, Any]:
        some = {"type": "array", "items": {"enum": list(FORMATS)}, "contains": {"const": FORMATS[-1]}}
        return {"anyOf": [some, {"type": "string"}]}


IMAGES_TABLE: Final = Table(
    "`images`",
    (
        Key(
            "widths",
            ListOf(Whole(16, 8192), "a list of widths in pixels", commas=True, some=True),
            "Widths in pixels. No size is wider than its picture, and a picture no wider than the first one stays as "
            "it is.",
            Recipe().widths,
            ", ".join(map(str, Recipe().widths)),
        ),
        Key(
            "formats",
            Formats(),
            "Kinds of files: avif, webp and jpeg. Drawings, which have few colours or are transparent, become PNG "
            "instead of JPEG.",
            Recipe().formats,
            ", ".join(Recipe().formats),
        ),
        Key("quality", QUALITY_TABLE, "How well they are written, of 100: `avif`, `webp`, `jpeg`.", {}, "as below"),
    ),
    lambda values: Recipe(tuple(sorted({*values["widths"]})), values["formats"], **values["quality"]),
    unknown="error",
)


@dataclass(frozen=True)
class Images:
    """true or false, or a table that says how."""

    @property
    def expects(self) -> str:
        return f"true, or {IMAGES_TABLE.expects}"

    def read(self, node: yaml.Node, at: str, report: Report) -> Recipe | None:
        if isinstance(node, yaml.Scalar):
            return Recipe() if Flag().read(node, at, report) else None
        recipe: Recipe = IMAGES_TABLE.read(node, at, report)
        return recipe

    def json(self) -> dict[str, Any]:
        return {"anyOf": [Flag().json(), IMAGES_TABLE.json()]}


_POLICY_PAGE: Final = Text("a path of this site, as /principles/, or an address elsewhere")

POLICIES_TABLE: Final = Table(
    "`policies`",
    (
        Key("principles", _POLICY_PAGE, "By which principles the digest works.", "", "none"),
        Key("corrections", _POLICY_PAGE, "How it corrects what was wrong.", "", "none"),
        Key("ownership", _POLICY_PAGE, "To whom it belongs, and who pays for it.", "", "none"),
        Key("contact", _POLICY_PAGE, "How readers reach it: a page, or mailto: and an address.", "", "none"),
    ),
    lambda values: PoliciesConfig(**values),
    unknown="error",
)

LIMITS_TABLE: Final = Table(
    "`limits`",
    (
        Key("seconds", Whole(1, 3600), "Seconds of the processor to read one article.", LimitsConfig().seconds, "10"),
        Key("memory", Whole(64, 65536), "Memory to read one article, in MiB.", LimitsConfig().memory, "512"),
        Key("page", Whole(1, 1000), "The most that one page may hold, in MB.", LimitsConfig().page, "20"),
    ),
    lambda values: LimitsConfig(**values),
    unknown="error",
)

_MAILBOX: Final = Text("an address, or a name and an address: The Digest <news@example.org>")

SMTP_TABLE: Final = Table(
    "`email.smtp`",
    (
        Key("host", Text(), "The server's name.", required=True),
        Key("port", Whole(1, 65535), "Its port.", 0, "587, or 465 with `tls`, or 25 with `none`"),
        Key(
            "security",
            Choice(("starttls", "tls", "none")),
            "How the connection is encrypted: `none` is for a server on this machine.",
            "starttls",
            "starttls",
        ),
        Key("user", Text(), "The name to log in with.", "", "no login"),
        Key(
            "variable",
            Text("the name of an environment variable", pattern=r"[A-Za-z_][A-Za-z0-9_]*"),
            "The environment variable that holds the password; it never stands in a file.",
            "DIGESTGEN_SMTP_PASSWORD",
            "DIGESTGEN_SMTP_PASSWORD",
        ),
    ),
    lambda values: SmtpConfig(**values),
    unknown="error",
)

EMAIL_TABLE: Final = Table(
    "`email`",
    (
        Key("from", _MAILBOX, "Who sends the editions: an address, or a name and an address.", "", "the publisher"),
        Key("to", _MAILBOX, "The address of the list that gets them.", "", "none"),
        Key("reply_to", _MAILBOX, "Where answers go.", "", "to the sender"),
        Key("list_id", Text("an id such as news.example.org", pattern=r"[A-Za-z0-9.-]+"), "List-Id.", "", "none"),
        Key(
            "unsubscribe",
            Text(),
            "How readers leave: an address of the web, mailto: and an address, or what a mailing service puts one in "
            "place of, as {{ unsubscribe_url }}.",
            "",
            "none",
        ),
        Key("address", Text(), "The postal address that stands below, where the law asks for one.", "", "none"),
        Key("smtp", SMTP_TABLE, "The server that `digestgen email --send` uses.", None, "none"),
    ),
    lambda values: EmailConfig(sender=values.pop("from"), **values),
    unknown="error",
)

TABLE: Final = Table(
    "site.yaml",
    (
        Key("title", Text(), "The name of the digest.", required=True),
        Key("tagline", Text(), "One line below the name.", "", "none"),
        Key(
            "url",
            Address(),
            "Where the site will live. A path part, as in https://name.github.io/repo/, is where its pages expect "
            "to be. Without it neither feeds nor a sitemap are written.",
            "",
            "none",
        ),
        Key(
            "site_id",
            Identity(),
            "A UUID of the site. The ids in feeds rest on it, so that they survive a move to another address.",
            None,
            "made from `url`",
        ),
        Key("language", language_tag(), "The main language (BCP 47). Its pages have no prefix.", "en", "en"),
        Key(
            "languages",
            Languages(),
            "Further languages, each with its own title and tagline, below /{lang}/.",
            (),
            "none",
        ),
        Key("timezone", Zone(), "The IANA time zone of dates without an offset, and of days and months.", None, "UTC"),
        Key(
            "theme",
            Text("the name of a theme such as broadsheet", pattern=r"[a-z0-9][a-z0-9_-]*"),
            "The theme: one of digestgen's, or a folder of themes/ beside site.yaml.",
            "broadsheet",
            "broadsheet",
        ),
        Key(
            "theme_options",
            MapOf(Unread(), "a mapping of options"),
            "Options of the theme; see its theme.yaml.",
            {},
            "the theme's defaults",
        ),
        Key(
            "minify",
            Flag(),
            "Whether the style sheets of the site's own theme are minified, which `digestgen[assets]` does. Those of "
            "digestgen's own always are.",
            default=False,
            otherwise="false",
        ),
        Key(
            "content",
            Folder("a folder below that of site.yaml", below=True),
            "The folder of the articles.",
            "content",
            "content",
        ),
        Key("output", Folder(), "The folder that the site is written to.", "public", "public"),
        Key(
            "permalink",
            Permalink(),
            "The pattern of articles' addresses; it may name "
            + ", ".join(f"{{{name}}}" for name in PERMALINK_FIELDS)
            + ".",
            "/{year}/{month}/{slug}/",
            "/{year}/{month}/{slug}/",
        ),
        Key("paginate", Whole(1, 1000), "How many articles a full page of a list holds.", 20, "20"),
        Key(
            "publisher",
            PUBLISHER_TABLE,
            "Who publishes the digest: `name`, `url`, `email`.",
            PublisherConfig(),
            "the site's title",
        ),
        Key("email", EMAIL_TABLE, "How editions are sent by mail.", EmailConfig(), "none"),
        Key(
            "policies",
            POLICIES_TABLE,
            "What the digest is: the pages `principles`, `corrections`, `ownership` and `contact`, each a path of this "
            "site, whose version in the reader's language is found, or an address elsewhere.",
            PoliciesConfig(),
            "none",
        ),
        Key(
            "feeds",
            FEEDS_TABLE,
            "Which feeds there are, in which formats: `atom`, `rss`, `json`, `entries`, `full`, `archive`; and, as "
            "`follow`, feeds of others.",
            FeedsConfig(),
            "Atom everywhere, the newest 20",
        ),
        Key("copyright", Text(), "The line on rights at the foot of each page and in feeds.", "", "none"),
        Key(
            "license",
            Text(),
            "Under what licence the digest's own articles may be used: its address, or a name such as CC BY 4.0. It is "
            "told to machines.",
            "",
            "none",
        ),
        Key(
            "nav",
            ListOf(NAV_TABLE, "a list of mappings of `title` and `url`"),
            "The navigation: entries of `title`, `url` and perhaps `lang`.",
            None,
            "sources, tags and archive",
        ),
        Key(
            "rules",
            MapOf(Choice(("error", "warning", "off")), "a mapping of rules", RuleCode()),
            "Severities of rules by their code, as {broken-link: warning}.",
            {},
            "as the list of rules has them",
        ),
        Key(
            "raw_html",
            Choice(("clean", "allow")),
            "Whether HTML in articles is cleaned, or passed through as it is (never in feeds).",
            "clean",
            "clean",
        ),
        Key(
            "embed",
            ListOf(
                Text("a host such as www.youtube-nocookie.com", pattern=r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d+)?"),
                "a list of hosts",
                single=True,
            ),
            "Hosts whose iframes are allowed in articles.",
            (),
            "none",
        ),
        Key(
            "unchecked_links",
            ListOf(Text(), "a list of hosts and beginnings of addresses", single=True),
            "Hosts, and what addresses begin with, that `digestgen check --links` does not ask.",
            (),
            "none",
        ),
        Key(
            "editions",
            Choice(EDITIONS),
            "Whether articles are gathered into editions: one for each day or ISO week (in `timezone`) that has any, "
            "with what content/editions/ says of it, or those alone that have a file there.",
            "off",
            "off",
        ),
        Key(
            "publish",
            PUBLISH_TABLE,
            "How `digestgen publish` brings the site to its readers: `host`, `remote`, `branch`, `history`, "
            "`compress`, `command`, `remove`, `allow`.",
            PublishConfig(),
            "a push to gh-pages of origin",
        ),
        Key(
            "limits",
            LIMITS_TABLE,
            "What one article may cost: `seconds`, `memory`, `page`. One that costs more is an error, whatever it "
            "holds, and no other waits for it.",
            LimitsConfig(),
            "10 seconds, 512 MiB, 20 MB",
        ),
        Key(
            "plugins",
            ListOf(
                Folder("a Python file or package below the folder of site.yaml", below=True),
                "a list of paths",
                single=True,
            ),
            "Python files, or folders with an `__init__.py`, whose functions take part in the build. They are code, "
            "which can do whatever you can.",
            (),
            "none",
        ),
        Key(
            "search",
            Flag(),
            "Whether readers can search the articles, on the page /search/. Its index is made after the build, by "
            "Pagefind: pip install 'digestgen[search]'.",
            default=False,
            otherwise="false",
        ),
        Key(
            "images",
            Images(),
            "Whether pictures of articles are made in several widths and kinds of files, from which browsers choose: "
            "true, or how, as `widths`, `formats` and `quality`. It needs digestgen[images].",
            None,
            "false",
        ),
        Key(
            "cards",
            Flag(),
            "Whether a picture is drawn of each article, with its headline, the publisher and the date, for previews "
            "of links to it. It needs `url` and digestgen[images].",
            default=False,
            otherwise="false",
        ),
        Key("extra", MapOf(Free(), "a mapping"), "Free values for themes.", {}, "none"),
    ),
    unknown="error",
)


def read(text: str, path: str = FILE) -> tuple[Config, list[Diagnostic]]:
    """Return the configuration that `text`, a site.yaml, describes, and all faults.

    Where it is wrong, the configuration has defaults for what could not be read, so that what else is wrong, in any
    file, can be told in the same run.
    """
    node, found = yaml.parse(text, path=path)
    if node is None:
        found = found or [Diagnostic("missing-title", "site.yaml is empty", Span(path), "add `title:` with text")]
    report = Report(list(found))
    config = _config(_values(node, report), report)
    # a key too many is left out, and changes nothing else
    errors = [item for item in report.found if item.severity == "error" and item.code != "unknown-key"]
    keys = {_owner(item, node) for item in errors}
    return (
        replace(
            config,
            vague=not keys.isdisjoint(_ADDRESSING),
            # files of editions are no articles, whatever the word for them was to be
            editions=config.editions if keys.isdisjoint(("", "editions")) else "files",
            theme_options={} if "theme" in keys else config.theme_options,  # of a theme that nobody knows
            # an error here ends a build, so the file cannot call it anything else
            rules={code: severity for code, severity in config.rules.items() if code not in {e.code for e in errors}},
        ),
        report.found,
    )


#: The keys that addresses rest on; "" stands for all that is no key.
_ADDRESSING: Final = frozenset(["", "content", "editions", "language", "languages", "permalink"])


def _owner(item: Diagnostic, node: yaml.Node | None) -> str:
    """Return the key of site.yaml that a fault belongs to, by its place; empty for none."""
    if not isinstance(node, yaml.Mapping) or item.span is None:
        return ""
    at = (item.span.line, item.span.column)
    above = [entry.key for entry in node.entries if (entry.key.span.line, entry.key.span.column) <= at]
    return above[-1].text if above else ""


def _values(node: yaml.Node | None, report: Report) -> dict[str, Any]:
    defaults: dict[str, Any] = {key.name: key.default for key in TABLE.keys} | {"title": ""}
    if node is None:
        return defaults
    try:
        return TABLE.values(node, "", report)
    except Fault as fault:
        return defaults | {name: value for name, value in (fault.values or {}).items() if value is not None}


def _config(values: dict[str, Any], report: Report) -> Config:
    main = SiteLanguage(values["language"], values["title"], values["tagline"], "")
    languages = (main, *_languages(values["languages"], main, report))
    _check_nav(values["nav"] or (), languages, report)
    _check_feeds(values["feeds"], report)
    _check_commands(values["publish"], report)
    url = _site_url(values["url"], report)
    return Config(
        title=values["title"],
        tagline=values["tagline"],
        url=url,
        site_id=values["site_id"] or made_id(url or values["title"]),
        languages=languages,
        timezone=values["timezone"] or time_zone("UTC") or ZoneInfo("UTC"),
        theme=values["theme"],
        theme_options=values["theme_options"],
        minify=values["minify"],
        content=values["content"],
        output=values["output"],
        permalink=values["permalink"],
        paginate=values["paginate"],
        publisher=values["publisher"],
        policies=values["policies"],
        feeds=values["feeds"],
        email=values["email"],
        copyright=values["copyright"],
        license=values["license"],
        nav=values["nav"],
        rules=values["rules"],
        raw_html=values["raw_html"] == "allow",
        embed=tuple(host.lower() for host in values["embed"]),
        unchecked_links=values["unchecked_links"],
        editions=values["editions"],
        images=values["images"],
        cards=_cards(values["cards"], url, report),
        publish=values["publish"],
        search=values["search"],
        extra=plain_mapping(values["extra"]),
        limits=values["limits"],
        plugins=tuple(posixpath.normpath(name) for name in values["plugins"]),
        marks=report.marks,
    )


def made_id(name: str) -> uuid.UUID:
    """Return the id of a site that has none of its own, by its address or its title."""
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def _cards(asked: bool, url: str, report: Report) -> bool:
    """Return whether cards are drawn: previews name pictures by their whole address."""
    if asked and not url and "url" not in report.marks:
        message = "`cards` needs `url`: previews name pictures by their whole address"
        report.fault("missing-key", message, report.marks["cards"], "add `url`, or leave this out")
    return asked and bool(url)


def _check_nav(nav: tuple[NavItem, ...], languages: tuple[SiteLanguage, ...], report: Report) -> None:
    """An entry for a language that the site does not have would stand nowhere."""
    known = {item.lang.lower() for item in languages}
    for index, item in enumerate(nav):
        if item.lang and item.lang.lower() not in known:
            named = ", ".join(language.lang for language in languages)
            message = f"`{item.lang}` is not a language of the site"
            report.fault(
                "bad-value",
                message,
                report.marks.get(f"nav.{index}.lang", report.marks["nav"]),
                f"expected one of {named}",
            )


def _check_feeds(feeds: FeedsConfig, report: Report) -> None:
    """What is said of a feed that there is not would come to nothing."""
    some = {*feeds.atom, *feeds.rss, *feeds.json}
    for key, listed, there, kind in (
        ("full", feeds.full, some, "feed"),
        ("archive", feeds.archive, {*feeds.atom}, "Atom feed"),
    ):
        missing = [name for name in listed if name not in there]
        span = report.marks.get(f"feeds.{key}")
        if span and missing and listed != FEEDS:
            name = missing[0]
            report.fault("bad-value", f"`{key}` names `{name}`, which has no {kind}", span, _feeds_meant(name, key))


def _check_commands(publish: PublishConfig, report: Report) -> None:
    """What the program is to be told must be something that is known; and to remove what another way never brought."""
    for key, words in (("command", publish.command), ("remove", publish.remove)):
        for index, word in enumerate(words):
            strange = [name for name in re.findall(r"\{([a-z]+)\}", word) if name not in FILLED]
            if strange:
                span = report.marks.get(f"publish.{key}.{index}", report.marks[f"publish.{key}"])
                label = meant(strange[0], FILLED) or "expected " + ", ".join(f"{{{name}}}" for name in FILLED)
                report.fault("bad-value", f"`{key}` names {{{strange[0]}}}, which nothing stands for", span, label)
    if publish.remove and not publish.command:
        message = "`remove` is there and `command` is not, so nothing brings files that it could remove"
        report.fault("missing-key", message, report.marks["publish.remove"], help="add `command:` beside it")


def _feeds_meant(name: str, key: str) -> str:
    formats = "`atom`" if key == "archive" else "`atom`, `rss` or `json`"
    return f"add {name} to {formats}, or take it out here"


def _site_url(url: str, report: Report) -> str:
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        report.fault("bad-url", "`url` is the address of a site, without `?` or `#`", report.marks["url"])
    return url if not url or url.endswith("/") else url + "/"


def _languages(listed: tuple[dict[str, Any], ...], main: SiteLanguage, report: Report) -> list[SiteLanguage]:
    known = {main.lang.lower()}
    found = []
    for item in listed:
        if item["lang"].lower() in known:
            report.fault("bad-value", f"the language `{item['lang']}` is named twice", report.marks["languages"])
            continue
        known.add(item["lang"].lower())
        found.append(SiteLanguage(item["lang"], item["title"] or main.title, item["tagline"], f"/{item['lang']}"))
    return found
