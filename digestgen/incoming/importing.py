"""Feeds become drafts: from the network and files to articles, sources.yaml and the record of what was imported."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from digestgen import drafts, files, fingerprint, parse, registry, survey, terms, urls, web
from digestgen.config import Follow
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Severity, Span, graded
from digestgen.incoming import drafting, fetching, publishers, syndicated, values
from digestgen.incoming import record as records
from digestgen.incoming.fetching import Answer, Seen
from digestgen.incoming.publishers import Publishers
from digestgen.incoming.record import Record
from digestgen.incoming.values import Entry, Feed, UnreadableError
from digestgen.survey import Survey

#: What is kept between two imports so that hosts need not send what they sent before.
_MEMORY: Final = ".digestgen/feeds.json"

#: An entry that is dated later than this after now is dated wrongly.
_AHEAD: Final = timedelta(days=1)

#: So many documents with older entries are asked for.
_DOCUMENTS: Final = 1_000

#: How many words of an entry without a title go into the name of its file.
_WORDS_IN_NAME: Final = 6


def _unseen(_done: int, _of: int) -> None:
    """Shows nothing."""


@dataclass(frozen=True)
class Request:
    """What is asked for: drafts of the feeds at `places` (addresses and files), or with `all` of those in site.yaml.

    `now` is aware. Entries from before `since` (without a zone: in the site's) and without a date are left out, and all
    but the newest `limit`. `publisher` is whose the entries are where site.yaml does not say it; `tags` are added to
    what it says, `section` and `lang` come before that. With `dry`, nothing is written; `pause` is that between two
    requests to one host, in seconds.
    """

    folder: Path
    now: datetime
    places: tuple[str, ...] = ()
    all: bool = False
    since: datetime | None = None
    limit: int = 0
    tags: tuple[str, ...] = ()
    section: str = ""
    lang: str = ""
    publisher: str = ""
    manners: web.Manners = field(default_factory=web.Manners)
    dry: bool = False
    archive: bool = False
    """Whether to go on to older entries, which a feed keeps in further documents."""
    pause: float = 0.5
    tick: Callable[[int, int], None] = _unseen


@dataclass(frozen=True)
class Made:
    """A draft: its file, its headline ("" without one), and its publisher's name."""

    path: Path
    title: str
    publisher: str


@dataclass()
class Result:
    """What came of an import. `known` entries were imported before, `older` ones left out by `since`.

    `added` are names of publishers that are new in sources.yaml, `unchanged` the feeds that are as they were.
    """

    made: list[Made] = field(default_factory=list)
    known: int = 0
    older: int = 0
    unchanged: int = 0
    feeds: int = 0
    added: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(item.severity != "error" for item in self.diagnostics)


def run(asked: Request) -> Result:
    """Import what is asked for; one feed's failure does not stop the others.

    Raises UnfitError for what cannot be asked for, RecordError where nobody knows what was imported, MissingError where
    the extra is not installed, and OSError where the disk fails.
    """
    site, found = survey.of(asked.folder, asked.now)
    if site is None:
        return Result(diagnostics=found)
    text, faults = _registered(asked.folder)
    if any(item.severity == "error" for item in faults):
        return Result(diagnostics=[*found, *faults])
    follows = _follows(asked, site)
    if asked.dry:
        return _Import(asked, site, text, Result(diagnostics=found)).run(follows)
    files.make_own(str(asked.folder), ".digestgen")
    with files.lock(str(asked.folder / ".digestgen" / "importing.lock")):
        return _Import(asked, site, text, Result(diagnostics=found)).run(follows)


def _registered(folder: Path) -> tuple[str, list[Diagnostic]]:
    """Return the text of sources.yaml as it is, empty where there is none, and what is wrong in it."""
    path = folder / publishers.FILE
    if not files.exists(str(path)):
        return "", []
    data = files.read_bytes(str(path), parse.LIMIT)
    text, found = parse.decode(data, publishers.FILE)
    if text is None:
        return "", found
    return data.decode(), [*found, *registry.read({publishers.FILE: text})[1]]


def _follows(asked: Request, site: Survey) -> tuple[Follow, ...]:
    """Return how each feed is followed: as site.yaml says, and in what that leaves open, as it is asked."""
    listed = site.settings.feeds.follow
    known = {item.url: item for item in listed}
    if asked.all:
        if not listed:
            raise survey.UnfitError("site.yaml follows no feed: list their addresses as `feeds: {follow: […]}`")
        chosen: Iterable[Follow] = listed
    else:
        places = dict.fromkeys(urls.safe_external(place) or place for place in asked.places)
        chosen = (known.get(place, Follow(place)) for place in places)
    return tuple(
        replace(
            item,
            publisher=item.publisher or asked.publisher,
            lang=values.language(asked.lang or item.lang),
            section=asked.section or item.section,
            tags=tuple(dict.fromkeys((*item.tags, *asked.tags))),
            limit=asked.limit or item.limit,
        )
        for item in chosen
    )


def is_address(place: str) -> bool:
    """Tell whether a feed is on the network, and not in a file."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", place) is not None


@dataclass()
class _Import:
    """One import into one site, its settings and what it did so far."""

    asked: Request
    site: Survey
    registered: str
    result: Result
    names: set[str] = field(init=False)
    """What articles of one name have in common, which would make them translations of each other."""
    record: Record = field(init=False)
    publishers: Publishers = field(init=False)
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The site's own tags by language, as far as they were asked for."""

    def __post_init__(self) -> None:
        config = self.site.settings
        self.names = {parse.read_name(item.path, config).key for item in self.site.articles}
        self.record = records.read(self.asked.folder, self._credited(), {item.id for item in self.site.articles})
        self.publishers = Publishers(dict(self.site.registries.sources))

    def _credited(self) -> Iterator[str]:
        """Yield the addresses of all works that the site credits, and of its own articles."""
        for item in self.site.articles:
            yield from (source.url for source in item.sources if source.url)
            yield from filter(None, [item.canonical])
        if self.site.settings.url:
            yield from (urls.absolute(self.site.settings.url, url) for url in self.site.library.urls.values())

    def run(self, follows: tuple[Follow, ...]) -> Result:
        memory = str(self.asked.folder / _MEMORY)
        seen = fetching.remembered(memory)
        wanted = {item.url: self._seen(item, seen) for item in follows if is_address(item.url)}
        answers = fetching.fetch(wanted, self.asked.manners, self.asked.pause, self.asked.tick)
        for follow in follows:
            self.result.feeds += 1
            answer = answers.get(follow.url) or self._file(follow)
            if self._feed(follow, answer) and is_address(follow.url):
                seen[follow.url] = Seen(self._mark(follow), answer.etag, answer.modified)
        if not self.asked.dry and wanted:
            fetching.remember(memory, seen)
        self.result.diagnostics = graded(self.result.diagnostics, self.site.settings.rules, strict=False)
        return self.result

    def _seen(self, follow: Follow, seen: dict[str, Seen]) -> Seen | None:
        """Return what is remembered of a feed, where nothing has changed that decides what becomes of its entries."""
        found = seen.get(follow.url)
        return found if found and found.mark == self._mark(follow) else None

    def _mark(self, follow: Follow) -> str:
        return fingerprint.short_of(
            (self.record.mark(follow.url), follow.limit, str(self.asked.since), self.asked.archive)
        )

    def _file(self, follow: Follow) -> Answer:
        try:
            return Answer(data=files.read_bytes(follow.url, self.asked.manners.most))
        except files.TooLargeError:
            return Answer(failure=f"it has more than {self.asked.manners.most:,} bytes")
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else "") or "it cannot be the name of a file"
            return Answer(failure=why, help="an address begins with https://" if "." in follow.url else "")

    # --- one feed

    def _feed(self, follow: Follow, answer: Answer) -> bool:
        """Make drafts of a feed's entries; return whether it could be read and was not as it was."""
        if answer.moved and answer.moved != follow.url:
            self._tell(
                "feed-moved", follow, f"the feed {follow.url} has moved for good", "note", f"write {answer.moved}"
            )
        if answer.failure:
            self._tell("feed-failed", follow, f"{follow.url}: {answer.failure}", help=answer.help)
            return False
        if answer.unchanged:
            self.result.unchanged += 1
            return False
        try:
            feed = syndicated.read(answer.data, answer.base, answer.type)
        except UnreadableError as error:
            self._tell("feed-failed", follow, f"{follow.url}: {error}")
            return False
        if feed.broken:
            self._tell("feed-broken", follow, f"{follow.url}: {feed.broken}", "warning")
        self._entries(follow, self._with_older(follow, feed) if self.asked.archive else feed)
        return True

    def _with_older(self, follow: Follow, feed: Feed) -> Feed:
        """Return a feed with the entries of the documents that it leads to, as far as these can be read."""
        entries, older, seen = feed.entries, feed.older, {follow.url}
        while older and older not in seen and len(seen) <= _DOCUMENTS and not len(entries) >= follow.limit > 0:
            seen.add(older)
            try:
                before = self._document(older)
            except UnreadableError as error:
                self._tell("feed-broken", follow, f"its older entries at {older}: {error}", "warning")
                break
            entries, older = (*entries, *before.entries), before.older
        return replace(feed, entries=values.distinct(entries))

    def _document(self, url: str) -> Feed:
        """Return one more document of a feed. Raises UnreadableError."""
        time.sleep(self.asked.pause)
        answer = fetching.fetch({url: None}, self.asked.manners, self.asked.pause, _unseen)[url]
        if answer.failure:
            raise UnreadableError(answer.failure)
        return syndicated.read(answer.data, answer.base, answer.type)

    def _tell(
        self, code: str, follow: Follow, message: str, severity: Severity = "error", label: str = "", help: str = ""
    ) -> None:
        self.result.diagnostics.append(Diagnostic(code, message, self._span(follow), label, help, severity))

    def _span(self, follow: Follow) -> Span | None:
        """Return where site.yaml names a feed."""
        listed = [item.url for item in self.site.settings.feeds.follow]
        if follow.url not in listed:
            return None
        at, marks = f"feeds.follow.{listed.index(follow.url)}", self.site.settings.marks
        return marks.get(f"{at}.url", marks.get(at))

    def _entries(self, follow: Follow, feed: Feed) -> None:
        name = follow.url if is_address(follow.url) else feed.url or Path(follow.url).name
        new = self._new(follow, feed, name)
        made: list[tuple[Entry, str, str]] = []
        before = {*self.publishers.added}
        for entry in new:
            path, text, publisher = self._draft(entry, follow, feed)
            made.append((entry, path, text))
            self.result.made.append(Made(self._whole(path), entry.title, publisher))
            self._note(name, entry, path, begun=True)
        added = [item.name for key, item in self.publishers.added.items() if key not in before]
        self.result.added += added
        if made and not self.asked.dry:
            self._write(name, made, registered=bool(added))

    def _new(self, follow: Follow, feed: Feed, name: str) -> list[Entry]:
        """Return the entries to be imported, newest first; of one moment, or without one, as the feed has them."""
        new: list[Entry] = []
        listed = sorted(feed.entries, key=lambda item: -item.published.timestamp() if item.published else 0.0)
        for entry in listed[: follow.limit or None]:
            if self.asked.since and (entry.published is None or entry.published < self._since()):
                self.result.older += 1
            elif self.record.knows(name, entry):
                self.result.known += 1
            else:
                new.append(entry)
                self.record.add(name, entry, {"link": entry.url})  # two entries of one work in one feed are one
        return new

    def _since(self) -> datetime:
        since = self.asked.since or datetime.min.replace(tzinfo=UTC)
        return since if since.tzinfo else since.replace(tzinfo=self.site.settings.timezone)

    def _note(self, name: str, entry: Entry, path: str, *, begun: bool) -> None:
        row = {"link": entry.url, "file": f"{self.site.settings.content}/{path}", "on": self._now().date().isoformat()}
        told = {key: text for key, text in row.items() if text}
        self.record.add(name, entry, told | ({"begun": "yes"} if begun else {}))

    def _write(self, name: str, made: list[tuple[Entry, str, str]], *, registered: bool) -> None:
        """Write the drafts of a feed; what an import begins stands in the record before, and that it ended, behind."""
        if registered:
            text = publishers.with_added(self.registered, self.publishers.added)
            files.put(str(self.asked.folder / publishers.FILE), text.encode())
        records.write(self.asked.folder, self.record)
        for entry, path, text in made:
            whole = self._whole(path)
            files.make_dirs(str(whole.parent.absolute()))
            files.write_new(str(whole), text.encode())
            self._note(name, entry, path, begun=False)
        records.write(self.asked.folder, self.record)

    def _whole(self, path: str) -> Path:
        return self.asked.folder / self.site.settings.content / path

    def _now(self) -> datetime:
        return self.asked.now.astimezone(self.site.settings.timezone)

    # --- one entry

    def _draft(self, entry: Entry, follow: Follow, feed: Feed) -> tuple[str, str, str]:
        """Return the path below content/ of a draft, its text, and its publisher's name."""
        entry = replace(entry, lang=follow.lang or entry.lang)
        stem = values.line(Path(follow.url).stem) if not is_address(follow.url) else urls.host(follow.url)
        key = self.publishers.of(entry, feed, follow, stem or "unknown")
        publisher = self.publishers.known[key]
        entry = replace(entry, lang=entry.lang or publisher.lang, authors=_people(entry, publisher.name, feed))
        lang = self._lang(entry.lang)
        date, doubts = self._date(entry)
        tags, others = self._tags(entry, follow, lang)
        facts = drafting.Facts(
            feed=feed.title or publisher.name,
            origin=values.line(follow.url if is_address(follow.url) else Path(follow.url).name),
            key=key,
            date=date,
            now=self._now(),
            lang=lang,
            said="",
            license=entry.license or feed.license,
            tags=tags,
            other_tags=others,
            section=values.line(follow.section),
            credited=tuple((work, self.publishers.of_work(work)) for work in entry.via),
            doubts=doubts,
        )
        return (*self._placed(entry, facts), publisher.name)

    def _lang(self, told: str) -> str:
        """Return the site's language that an article on an entry is in: the entry's, where the site has that."""
        tags = self.site.tags
        primary = told.partition("-")[0].lower()
        exact = next((tag for tag in tags if tag.lower() == told.lower()), "")
        return exact or next((tag for tag in tags if tag.partition("-")[0].lower() == primary), tags[0])

    def _date(self, entry: Entry) -> tuple[datetime, tuple[str, ...]]:
        """Return when the draft is from, and what is to be checked about that."""
        now = self._now().replace(microsecond=0)
        if entry.published is None:
            return now, ("the entry has no date; `date` is when it was imported",)
        if entry.published > now + _AHEAD:
            return now, ("the entry is dated in the future; `date` is when it was imported",)
        return values.whole_minutes(entry.published.astimezone(self.site.settings.timezone)), ()

    def _tags(self, entry: Entry, follow: Follow, lang: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the tags of a draft, as the site spells them, and those of the entry that the site does not have."""
        if lang not in self.tags:
            self.tags[lang] = drafts.known_tags(self.site, lang)
        known = self.tags[lang]
        given = [drafts.spelt(name, known, self.site, lang, []) for name in map(values.line, follow.tags) if name]
        same = {terms.same_tag(name): name for name in known}
        own = [same[key] for tag in entry.tags if (key := terms.same_tag(tag)) in same]
        chosen = tuple(dict.fromkeys((*given, *own)))
        keys = {terms.same_tag(name) for name in chosen}
        return chosen, tuple(tag for tag in entry.tags if terms.same_tag(tag) not in keys)

    def _placed(self, entry: Entry, facts: drafting.Facts) -> tuple[str, str]:
        """Return path and text of a draft whose file is new, and which is no other article's translation."""
        config = self.site.settings
        words = entry.title or " ".join(entry.summary.split()[:_WORDS_IN_NAME]) or facts.feed
        path = drafts.place(words, facts.lang, facts.date.date(), self.site)
        head, tail = _parted(path)
        number = 1
        while (key := parse.read_name(path, config).key) in self.names or files.exists(str(self._whole(path))):
            number += 1
            path = f"{head}-{number}{tail}"
        self.names.add(key)
        named = parse.read_name(path, config).lang or config.lang
        return path, drafting.draft(entry, replace(facts, said="" if named == facts.lang else facts.lang))


def _people(entry: Entry, publisher: str, feed: Feed) -> tuple[str, ...]:
    """Return the authors of an entry but for its publisher, who is credited as that."""
    own = {terms.same(publisher), terms.same(feed.title)}
    return tuple(name for name in entry.authors if terms.same(name) not in own)


def _parted(path: str) -> tuple[str, str]:
    """Return a path up to its slug's end, and the rest: the language and the ending."""
    dot = path.find(".", path.rfind("/") + 1)
    return path[:dot], path[dot:]
