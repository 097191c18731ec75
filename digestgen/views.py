"""The theme API: the values that templates get.

Every template gets exactly two names besides the functions of `render`: `site`, a `Site`, and `page`, one of the
page values at the end of this module. Nothing else, and nothing that could ask for more: a page depends on
these values and on its templates, and on nothing besides.

All `url` fields are paths below the root of the site, percent-encoded (RFC 3986), beginning with `/`; templates
pass them through the filter `href`, which makes them relative to the page, so that a site works under any path.
Fields called `link` lead away from the site and are absolute. Texts are plain text (templates escape them), but
for `html` fields, which are safe HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from digestgen.dataclass import dataclass

#: Counts up when a template written for an older version would not work any more.
API_VERSION = 1


@dataclass(frozen=True)
class When:
    """A moment or a day as readers of one language see it."""

    iso: str
    """For `<time datetime>`: a date, or a date and time with offset (RFC 3339)."""
    date: str
    """The day in full, as "13 September 2023"."""
    weekday: str
    """The day in full with its weekday, as "Wednesday, 13 September 2023"."""
    short: str
    """The day without its year, as "13 Sept"."""
    time: str
    """The time of day with its zone, as "14:05 CEST"; empty where only a day is known."""
    clock: str
    """The time of day alone, as "14:05"; empty where only a day is known."""


@dataclass(frozen=True)
class Link:
    """A name and where it leads on this site; `url` is empty where there is no page."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class PictureFile:
    """A file of a picture, `width` pixels wide."""

    url: str
    width: int


@dataclass(frozen=True)
class PictureSource:
    """Files of one picture that differ in width alone, the smallest first; `type` is their media type."""

    type: str
    files: tuple[PictureFile, ...]


@dataclass(frozen=True)
class Picture:
    """A picture with what has to stand beside it. Without `alt` text it is decoration."""

    url: str
    alt: str
    caption: str = ""
    credit: str = ""
    license: str = ""
    width: int = 0
    """Pixels, with `height`; 0 where the file does not tell."""
    height: int = 0
    sources: tuple[PictureSource, ...] = ()
    """The picture in several widths, the best kind of file first; the last kind is that of `url`, which every browser
    knows. Empty where there is but one file."""


@dataclass(frozen=True)
class Card:
    """What a list knows of an article."""

    url: str
    title: str
    kicker: str
    summary: str
    when: When
    dateline: str
    lang: str
    """BCP 47 tag of the article's own language; `direction` is "ltr" or "rtl"."""
    direction: str
    foreign: str
    """Name of the article's language where it is not the language of this part of the site, else empty."""
    section: Link | None
    sources: tuple[Link, ...]
    """The publishers it credits, each once, with their pages here."""
    picture: Picture | None
    genre: str = ""
    """reportage, analysis, background, opinion or advertisement, as the author says; or empty."""
    label: str = ""
    """What must stand beside the headline wherever it is listed: that it is an advertisement, or retracted."""


@dataclass(frozen=True)
class Day:
    """A day of a list and what was published on it, newest first. `id` is an anchor on its page."""

    id: str
    when: When
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class SourceCredit:
    """One work that an article credits."""

    publisher: Link
    title: str
    link: str
    lang: str
    direction: str
    language: str
    """Name of the work's language where it differs from the article's, else empty."""
    authors: tuple[str, ...]
    published: When | None
    accessed: When | None
    license: str
    archived: str
    """The address of a copy in an archive, if one is known."""
    note: str
    use: str
    """How it was used: "based-on", "cites", "quotes" or "republishes"."""
    used: str
    """The same in words, with the article as their subject, as "Based on" or "Cites"."""


@dataclass(frozen=True)
class Translation:
    """A version in another language. `name` is that language's own name for itself."""

    lang: str
    direction: str
    name: str
    url: str


@dataclass(frozen=True)
class Provenance:
    """How an article came to be a translation."""

    language: str
    """Name of the original's language, or empty; `lang` is its BCP 47 tag."""
    lang: str
    url: str
    """The original's page on this site, or empty; `link` is its address elsewhere, or empty."""
    link: str
    people: tuple[Link, ...]
    """Who translated it."""
    tool: str
    """The machine that did, or that helped them; or empty."""


@dataclass(frozen=True)
class Correction:
    """What was wrong in an article, in the article's language."""

    kind: str
    """correction, clarification or retraction; `name` is that in words."""
    name: str
    when: When
    text: str


@dataclass(frozen=True)
class LanguageChoice:
    """A language of the site, as the switcher offers it on one page."""

    lang: str
    direction: str
    name: str
    url: str
    """This page in that language, or that language's front page where it has none."""
    current: bool
    same: bool
    """Whether `url` is this page in the other language, and not only the front page."""


@dataclass(frozen=True)
class EditionLink:
    """An edition, as other pages name it."""

    url: str
    number: str
    """Its number, as "47"; else its week or day, as "2026-47"; else its file's name."""
    label: str
    """That in words, as "No. 47"; the day itself of a daily edition without a number."""
    period: str
    """What it covers, as "16–22 Nov 2026"; the day it is from, where that is more or less than a week."""
    title: str
    """The title that its file gives it, or empty."""
    when: When
    """When it begins."""


@dataclass(frozen=True)
class Thread:
    """The place of an article in its story: what came just before and just after."""

    story: Link
    previous: Card | None
    next: Card | None


@dataclass(frozen=True)
class Heading:
    """A heading of the body, for a table of contents."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class FeedLink:
    """A feed that a page announces. `type` is its media type, `format` what people call that, as "Atom" or "RSS"."""

    title: str
    url: str
    type: str
    format: str


@dataclass(frozen=True)
class Publisher:
    """Who publishes the digest, as site.yaml tells."""

    name: str
    link: str = ""
    email: str = ""


@dataclass(frozen=True)
class Policies:
    """What the digest is, as `policies` of site.yaml tells; None where it does not, or where the page is not there.

    A link that leads away from the site is absolute. They are schema.org's publishingPrinciples, correctionsPolicy,
    ownershipFundingInfo and contactPoint.
    """

    principles: Link | None = None
    corrections: Link | None = None
    ownership: Link | None = None
    contact: Link | None = None


@dataclass(frozen=True)
class Places:
    """The addresses that each language of the site has. `feeds` are of all its articles, none without a `url`."""

    home: str
    archive: str
    tags: str
    sections: str
    sources: str
    people: str
    """Empty where people.yaml names nobody."""
    stories: str
    """Empty where stories.yaml tells of none."""
    feeds: tuple[FeedLink, ...]
    corrections: str
    editions: str = ""
    """Empty where the site has no editions."""
    search: str = ""
    """Empty where the site cannot be searched."""


@dataclass(frozen=True)
class Icon:
    """A picture that stands for the site in tabs and on home screens: a file of content/static/ with a known name."""

    url: str
    type: str
    rel: str
    """What it is to a link element: "icon" or "apple-touch-icon"."""


@dataclass(frozen=True)
class Data:
    """Linked data: schema.org's terms as JSON-LD.

    `json` is safe as the content of a script element. Such data are never run, and no policy is asked; but the W3C's
    checker asks, so `leave` is what to add to the page's policy: it names these data by their fingerprint.
    """

    json: str
    leave: str


@dataclass(frozen=True)
class Site:
    """What stands on every page of one language. No article can change it."""

    title: str
    tagline: str
    url: str
    """Where the site will live, absolute, with a slash at the end; empty where it is not known."""
    lang: str
    direction: str
    places: Places
    nav: tuple[Link, ...]
    publisher: Publisher
    policies: Policies
    copyright: str
    license: str = ""
    """The address of the licence of the digest's own articles; empty where it is not known."""
    data: Data | None = None
    """Linked data of the digest itself, for its front page."""
    icons: tuple[Icon, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    """The theme's options with the values that the site gives them."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """`extra` of site.yaml."""


@dataclass(frozen=True)
class Head:
    """What the head of every page says."""

    title: str
    """The page's own title; empty on the front page."""
    description: str
    url: str
    canonical: str
    """Absolute; empty where the site has no `url`."""
    alternates: tuple[tuple[str, str], ...]
    """(hreflang, absolute address) of the page's versions, itself and "x-default" included; else empty."""
    feeds: tuple[FeedLink, ...]
    languages: tuple[LanguageChoice, ...]
    """Every language of the site, this one included; empty where the site has one language."""
    policy: str
    """The page's Content-Security-Policy (CSP level 3), for a meta element."""
    data: Data | None = None
    """Linked data of what the page is about."""
    preview: tuple[tuple[str, str], ...] = ()
    """What a preview of a link to the page shows: properties of OpenGraph, and of cards (those with "twitter:")."""
    stay_out: bool = False
    """Whether search engines are asked to leave the page out of their index."""


@dataclass(frozen=True)
class FrontPage:
    """The front page of one language (`front.html`)."""

    head: Head
    newest: When | None
    """The day of the newest articles; None on an empty site."""
    lead: Card | None
    today: tuple[Card, ...]
    """The other articles of that day."""
    days: tuple[Day, ...]
    """Days before it."""
    edition: EditionLink | None = None
    """The latest edition, where the site has editions: then its lead leads, `today` holds its other articles and
    `days` those of no edition or of an older one."""
    more: int = 0
    """How many articles of the edition do not stand here."""
    river: tuple[Day, ...] = ()
    """The newest articles by time alone, whatever their weight and their edition."""


@dataclass(frozen=True)
class ArticlePage:
    """An article (`article.html`)."""

    head: Head
    card: Card
    standfirst: str
    """The summary that the author wrote; empty where lists show the first paragraph instead."""
    html: str
    contents: tuple[Heading, ...]
    byline: tuple[Link, ...]
    updated: When | None
    sources: tuple[SourceCredit, ...]
    credits: str
    """Who reported, wrote and edited, as one sentence in the article's language; or empty."""
    credit_line: tuple[Link, ...]
    """The same in pieces: the people, each with their page, and the words between them, which lead nowhere."""
    tags: tuple[Link, ...]
    translations: tuple[Translation, ...]
    newer: Card | None
    older: Card | None
    thread: Thread | None
    """Its place in its story; None where it is no part of one."""
    minutes: int
    """Reading time, at least 1."""
    edition: EditionLink | None = None
    """The edition it belongs to, where the site has editions."""
    genre: str = ""
    """What kind of work it is, in words; empty where it is plain reportage."""
    translation: Provenance | None = None
    """Where it comes from, if it is a translation that says so."""
    corrections: tuple[Correction, ...] = ()
    """What was wrong in it, oldest first; retractions among them belong at its head."""
    related: tuple[Card, ...] = ()
    """Older articles that share tags or sources with it, the closest first; none of its own story's neighbours."""
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class PlainPage:
    """A page beside the articles, from content/pages/ (`page.html`)."""

    head: Head
    title: str
    standfirst: str
    html: str
    contents: tuple[Heading, ...]
    updated: When | None
    lang: str
    direction: str
    genre: str = ""
    """What kind of work it is, in words; empty where it is plain reportage."""
    corrections: tuple[Correction, ...] = ()
    """What was wrong in it, oldest first; retractions among them belong at its head."""
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class PublisherFacts:
    """What sources.yaml tells of a publisher, in words of the page's language."""

    name: str
    link: str
    kind: str
    country: str
    language: str
    license: str
    about: str


@dataclass(frozen=True)
class Count:
    """A row of a table of numbers, which may be drawn."""

    name: str
    number: int
    text: str
    """The number as the page's language writes it."""
    share: int
    """The number in per cent of the largest one of the table, rounded up: the length of a bar."""


@dataclass(frozen=True)
class Curve:
    """How a list grew: a number for each day, month or year from its first article to its latest, none left out."""

    step: str
    """day, month or year."""
    shares: tuple[int, ...]
    """Each number in per cent of the largest one, rounded up; two of them at least."""
    first: str
    """What the first of them is called: its year, or its month or day where all are from one year."""
    last: str
    most: Count
    """The largest, or the first of several that are."""


@dataclass(frozen=True)
class Record:
    """When a list began, and how many articles it has from when."""

    first: When
    latest: When
    years: tuple[Count, ...]
    """Articles by year, the first one first, without the years that have none."""
    curve: Curve | None = None
    """None where all articles are from one day, month or year that cannot be parted further."""
    uses: tuple[Count, ...] = ()
    """How often a publisher's works were used how, the most often first; empty in other lists."""


@dataclass(frozen=True)
class PersonFacts:
    """Who a person is, as people.yaml tells, and in how many articles they did what and from where, the most first."""

    link: str
    about: str
    roles: tuple[Count, ...]
    places: tuple[Count, ...]


@dataclass(frozen=True)
class ListPage:
    """A list of articles with one thing in common (`list.html`).

    `kind` is "tag", "section", "source" or "person". The first page holds the newest articles and has no `number`;
    further pages are numbered from 1, the oldest, so that a new article moves none of them.
    """

    head: Head
    index: Link
    """All lists of this kind."""
    kind: str
    name: str
    description: str
    publisher: PublisherFacts | None
    """On the first page of a publisher that sources.yaml knows."""
    person: PersonFacts | None
    """On the first page of a person."""
    record: Record | None
    """On the first page."""
    number: int
    """0 on the first page."""
    place: str
    """What a numbered page is called, as "Page 3"; empty on the first page."""
    total: int
    """How many articles the whole list has; told on the first page only, 0 elsewhere."""
    cards: tuple[Card, ...]
    did: tuple[str, ...]
    """What a person did for each of `cards`, as "reporting from Seoul, editing"; empty on other lists."""
    newer: Link | None
    older: Link | None
    feeds: tuple[FeedLink, ...]
    """The list's own, each in another format."""


@dataclass(frozen=True)
class StoryPage:
    """The time line of a story (`story.html`): what was published on one matter, the oldest first.

    As with a `ListPage`, the first page holds the newest articles and has no `number`; further pages are numbered
    from 1, where the story begins.
    """

    head: Head
    index: Link
    """The index of all stories."""
    name: str
    description: str
    number: int
    """0 on the first page."""
    place: str
    """What a numbered page is called, as "Page 3"; empty on the first page."""
    total: int
    """How many articles the whole story has; told on the first page only, 0 elsewhere."""
    since: When | None
    """The days of the story's first and latest articles; told on the first page only."""
    latest: When | None
    days: tuple[Day, ...]
    """The oldest first, and so the articles of each."""
    newer: Link | None
    older: Link | None
    feeds: tuple[FeedLink, ...]


@dataclass(frozen=True)
class Brief:
    """A brief in its edition, where its whole text stands. `id` is its anchor on the page."""

    id: str
    card: Card
    html: str


@dataclass(frozen=True)
class EditionSection:
    """A section of an edition. `name` is empty for articles without a section; `id` is its anchor on the page."""

    id: str
    name: str
    url: str
    """The list of all articles of that section; empty where an edition calls it as no article does."""
    cards: tuple[Card, ...]
    briefs: tuple[Brief, ...]
    items: tuple[Brief, ...] = ()
    """Both in the editor's order. `html` and `id` are empty for an article that is no brief."""


@dataclass(frozen=True)
class EditionPage:
    """An edition (`edition.html`)."""

    head: Head
    edition: EditionLink
    name: str
    """What it is called: its title, else its label."""
    standfirst: str
    """The summary that its file gives; else empty."""
    html: str
    """The introduction; empty without one."""
    lead: Card | None
    sections: tuple[EditionSection, ...]
    sources: tuple[Link, ...]
    """The publishers that its articles credit, each once, in their order."""
    river: tuple[Day, ...]
    """All its articles by time, newest first."""
    newer: Link | None
    older: Link | None
    feeds: tuple[FeedLink, ...]
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class MailPage:
    """An edition as a mail (`mail.html`, `mail.txt`). Whatever `href` makes for it is a whole address.

    `depth` is 2 where briefs stand whole, 1 where they are cut to their headlines like all else with its summary, 0
    where only headlines are left: mail programs cut what is long.
    """

    head: Head
    issue: EditionPage
    subject: str
    preheader: str
    """What programs show beside the subject."""
    web: str
    """The address of the edition on the web."""
    unsubscribe: str
    """How readers leave: an address, or what a mailing service puts one in place of; or empty."""
    address: str
    """The publisher's postal address, or empty."""
    depth: int = 2


@dataclass(frozen=True)
class EditionEntry:
    """An edition in the list of editions. `summary` is its standfirst, or the introduction's first paragraph."""

    edition: EditionLink
    name: str
    summary: str
    lead: Card | None
    count: int


@dataclass(frozen=True)
class EditionsPage:
    """A list of editions (`editions.html`), newest first. Its pages are numbered as those of a `ListPage` are."""

    head: Head
    number: int
    """0 on the first page."""
    place: str
    """What a numbered page is called, as "Page 3"; empty on the first page."""
    entries: tuple[EditionEntry, ...]
    newer: Link | None
    older: Link | None
    feeds: tuple[FeedLink, ...]


@dataclass(frozen=True)
class NotedCorrection:
    """A correction and the article that it is about."""

    correction: Correction
    card: Card


@dataclass(frozen=True)
class CorrectionsPage:
    """All corrections of a language, newest first (`corrections.html`), numbered as a `ListPage`."""

    head: Head
    number: int
    """0 on the first page."""
    place: str
    """What a numbered page is called, as "Page 3"; empty on the first page."""
    entries: tuple[NotedCorrection, ...]
    newer: Link | None
    older: Link | None
    feeds: tuple[FeedLink, ...]


@dataclass(frozen=True)
class Entry:
    """One list, as an index of lists names it."""

    name: str
    url: str
    count: int
    latest: When
    detail: str
    """Description of a tag or a story, kind and country of a publisher, roles of a person; or empty."""


@dataclass(frozen=True)
class Group:
    """The publishers of one kind: an anchor, what the kind is called and how often it is credited, and its lists."""

    id: str
    count: Count
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class IndexPage:
    """All tags, sections, publishers, stories or people (`index.html`).

    `kind` is "tag", "section", "source", "story" or "person".
    """

    head: Head
    kind: str
    entries: tuple[Entry, ...]
    groups: tuple[Group, ...]
    """The same publishers by kind, the most credited kind first; empty in other indexes."""


@dataclass(frozen=True)
class Square:
    """A day of a calendar; `url` leads to its place in the month's list and is empty where `count` is 0."""

    number: str
    """The day of the month in the language's own digits."""
    count: int
    label: str
    """The day in full."""
    url: str


@dataclass(frozen=True)
class Month:
    """A month of the archive, with its calendar: weeks of seven days, None where a day is in another month."""

    name: str
    """As "September"."""
    url: str
    count: int
    weeks: tuple[tuple[Square | None, ...], ...]


@dataclass(frozen=True)
class Heat:
    """A year as a picture: a column for each week, a row for each day of the week, darker for more articles."""

    weeks: int
    """How many columns there are."""
    days: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]
    """(level from 1 to 4, places as (column, row) from 0) of the days that have articles."""
    months: tuple[tuple[str, int], ...]
    """(short name, the column of its first day) of each month."""
    begin: int
    """The row of 1 January; those above it in the first column are no days of this year."""
    end: int
    """The row of 31 December in the last column."""


@dataclass(frozen=True)
class Year:
    """A year of the archive; `months` are those with articles, the first one first."""

    name: str
    url: str
    count: int
    months: tuple[Month, ...]
    heat: Heat


@dataclass(frozen=True)
class ArchivePage:
    """The archive: all years, newest first (`archive.html`). Its months carry no calendars."""

    head: Head
    years: tuple[Year, ...]


@dataclass(frozen=True)
class YearPage:
    """A year of the archive, with calendars (`archive-year.html`)."""

    head: Head
    year: Year
    weekdays: tuple[tuple[str, str], ...]
    """(short, full) names of the days of the week, in the order of the language's calendars."""
    busiest: int
    """The largest count of one day in the year, for shading."""
    newer: Link | None
    older: Link | None


@dataclass(frozen=True)
class MonthPage:
    """A month of the archive (`archive-month.html`)."""

    head: Head
    name: str
    """As "September 2023"."""
    days: tuple[Day, ...]
    newer: Link | None
    older: Link | None


@dataclass(frozen=True)
class SearchPage:
    """The page for searching (`search.html`), in sites that can be searched.

    What is found is found and shown by a script of the theme. `root` and `index` are addresses for it, relative to the
    page: of the site, and of the folder with the search index.
    """

    head: Head
    root: str
    index: str


@dataclass(frozen=True)
class NotFoundPage:
    """What a host shows for an address that does not exist (`404.html`); its links work at any depth."""

    head: Head


@dataclass(frozen=True)
class RedirectPage:
    """Leads from a former address to the present one without script (`redirect.html`)."""

    head: Head
    target: str
    title: str


@dataclass(frozen=True)
class SocialCard:
    """The picture that previews of links to an article show (`card.svg`), which is no page.

    Its template draws an SVG of `width` by `height` pixels and gets, besides this value, the theme's `options`; no
    addresses, and no words. What is not there in `font` (a family) is not drawn at all.
    """

    width: int
    height: int
    font: str
    lines: tuple[str, ...] = ()
    """The headline, in lines that fit. Empty where the font lacks one of its letters: then nothing is to be written."""
    size: int = 0
    """Pixels of the headline's letters, so that its lines take 1040 pixels at most in bold."""
    label: str = ""
    """What must stand beside the headline: that it is an advertisement, or retracted."""
    name: str = ""
    """The title of the digest."""
    publisher: str = ""
    """Who publishes it, where that is another name."""
    date: str = ""


Page = (
    FrontPage
    | ArticlePage
    | PlainPage
    | ListPage
    | StoryPage
    | CorrectionsPage
    | IndexPage
    | ArchivePage
    | YearPage
    | MonthPage
    | EditionPage
    | MailPage
    | EditionsPage
    | SearchPage
    | NotFoundPage
    | RedirectPage
)
