"""The import of an old site: read, given places and addresses, proven by a plan of the new site, and then written."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Final
from urllib.parse import quote

from digestgen import build, config, files, library, parse, paths, reading, registry, slugs, unchanged, urls
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, graded
from digestgen.model import Article
from digestgen.moments import Written
from digestgen.moving import hugo, jekyll, ledger, links, lists, matter, nikola, pelican, sheet, wordpress, zola
from digestgen.moving.folder import FILE_LIMIT, Folder
from digestgen.moving.ledger import Ledger, Row
from digestgen.moving.links import Atlas, Goal
from digestgen.moving.values import PEERS, Log, Old, Picture, Post, Settings, UnfitError
from digestgen.plan import site
from digestgen.schema import LANGUAGE

_FOLDERS: Final[dict[str, ModuleType]] = {
    "hugo": hugo,
    "zola": zola,
    "nikola": nikola,
    "pelican": pelican,
    "jekyll": jekyll,
}

#: So often the new site is planned, mended and planned again; then what is still wrong is left out.
_ROUNDS: Final = 6


@dataclass(frozen=True)
class Request:
    """What is asked for: the old site in `source` (a folder, or WordPress's file) comes into the one in `folder`.

    `peer` is one of `values.PEERS`, or empty. With `dry`, nothing is written.
    """

    folder: Path
    source: Path
    peer: str = ""
    dry: bool = False


@dataclass(frozen=True)
class Arrival:
    """A post or file, where it went (below content/), its address, and what was done, as `ledger.state` says."""

    source: str
    path: str
    url: str
    state: str
    kind: str
    """article, page, file, or list for the way to one."""


@dataclass()
class Result:
    """What an import did. `diagnostics` are faults of the new site's settings; then nothing else was done.

    `begun` is the site.yaml that was written, empty where there was one; `proposed` are lines for that one.
    """

    peer: str = ""
    old: Old | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    begun: str = ""
    proposed: list[str] = field(default_factory=list)
    settings: Config | None = None
    kept: int = 0
    """How many of the old addresses are those of the articles here; all others are aliases."""


def move(request: Request) -> Result:
    """Import a site; what was imported before and has not changed stays as it is.

    Raises `UnfitError` where it cannot be read at all, `MissingError` where a library is not installed, and OSError
    where the disk fails.
    """
    peer, old = read(request.source, request.peer)
    result = Result(peer, old)
    given = _site(request, result)
    if given is None:
        return result
    _Transfer(request, old, given, result).run()
    return result


def read(source: Path, peer: str) -> tuple[str, Old]:
    """Return the name of the generator, told from the folder where `peer` is empty, and the old site."""
    log = Log()
    if source.is_file():
        if peer not in ("", "wordpress") or not (peer or wordpress.is_one(source)):
            raise UnfitError(f"{source} is a file; only WordPress's export (WXR) is one")
        return "wordpress", wordpress.read(source, log)
    if peer == "wordpress":
        return peer, wordpress.read(_export(source), log)
    plain = Folder(source, Log())
    found = peer or next((name for name, module in _FOLDERS.items() if module.is_one(plain)), "")
    if not found and any(wordpress.is_one(path) for path in sorted(source.glob("*.xml"))):
        return "wordpress", wordpress.read(_export(source), log)
    if not found:
        raise UnfitError(f"{source} is none of {', '.join(PEERS)} that can be told; name it with --from")
    module = _FOLDERS[found]
    old: Old = module.read(Folder(source, log, module.SKIPPED), log)
    return found, old


def _export(folder: Path) -> Path:
    listed = [path for path in sorted(folder.glob("*.xml")) if wordpress.is_one(path)]
    if len(listed) != 1:
        raise UnfitError(f"{folder} has {len(listed) or 'no'} export files of WordPress; name one")
    return listed[0]


# --- the site that it comes into


@dataclass()
class _Given:
    """The new site before the import: its settings, articles, files, and whether site.yaml is still to be written."""

    settings: Config
    articles: list[Article]
    files: frozenset[str]
    registries: Mapping[str, str]
    fresh: bool


def _site(request: Request, result: Result) -> _Given | None:
    old = result.old
    assert old is not None
    if not (request.folder / config.FILE).exists():
        settings, found = config.read(sheet.settings(_sound(old), _langs(old), _DEFAULT, rss=False))
        return _Given(settings, [], frozenset(), {}, fresh=True)
    maybe, found = build.settings_of(request.folder)
    told = graded(found, maybe.rules if maybe else {}, strict=False)
    if maybe is None or any(item.severity == "error" for item in told):
        result.diagnostics = told
        return None
    files.make_dirs(str((request.folder / maybe.content).absolute()))
    look = unchanged.look(str(request.folder))
    try:
        there = reading.read(request.folder, maybe, look, [])
        articles = [item for item in there.articles if not item.wrong]
    finally:
        look.store.close()
    if there.lost:
        result.diagnostics = graded(there.lost, maybe.rules, strict=False)
        return None
    return _Given(maybe, articles, there.tree.files, there.tree.registries(), fresh=False)


#: When nothing is held back any more.
_AT_LAST: Final = datetime(9998, 12, 30, tzinfo=UTC)

_DEFAULT: Final = "/{year}/{month}/{slug}/"


def _sound(old: Old) -> Settings:
    """What the old site says of itself, as far as site.yaml can say it; what cannot be is noted."""
    said = old.settings
    lang = said.lang if re.fullmatch(LANGUAGE, said.lang) else ""
    url = urls.safe_external(said.url) or ""
    if any(sign in url for sign in "?#"):
        url = ""
    if said.url and not url:
        old.log.person("", 0, f"`{said.url[:80]}` cannot be `url`; write where the site will live into site.yaml")
    zone = said.zone if said.zone and config.time_zone(said.zone) else ""
    if said.zone and not zone:
        old.log.person("", 0, f"`{said.zone[:80]}` is no time zone; dates without an offset are taken for UTC")
    old.settings = replace(said, lang=lang, url=url.rstrip("/"), zone=zone)
    return old.settings


def _langs(old: Old) -> tuple[str, ...]:
    """The languages of the old site, its main one first."""
    used = Counter(post.lang for post in old.posts if post.lang)
    most = next((lang for lang, count in used.most_common(1) if count * 2 > len(old.posts)), "")
    main = old.settings.lang or most or "en"
    known = dict.fromkeys([main, *old.settings.langs, *sorted(used)])
    fit = [lang for lang in known if re.fullmatch(LANGUAGE, lang)]
    by_case = {lang.lower(): lang for lang in reversed(fit)}
    return tuple(dict.fromkeys(by_case[lang.lower()] for lang in fit)) or ("en",)


# --- the way of a site


@dataclass()
class _Card:
    """A post on its way: where its file goes, what its file says beside the post's own values."""

    post: Post
    path: str
    lang: str
    slug: str
    aliases: tuple[str, ...] = ()
    text: bytes = b""
    url: str = ""
    read: tuple[bytes, Article | None, list[Diagnostic]] | None = None
    """What was read of a text, which takes most of the time."""


@dataclass()
class _Transfer:
    request: Request
    old: Old
    given: _Given
    result: Result
    known: Ledger = field(init=False)
    rows: dict[str, Row] = field(default_factory=dict)
    cards: list[_Card] = field(default_factory=list)
    there: frozenset[str] = frozenset()
    """The paths of all that a build would write."""
    carried: dict[str, str] = field(default_factory=dict)
    """The files that come along: path below content/ to that in the old folder."""

    def run(self) -> None:
        said = self.old.settings
        self.known = ledger.read(self.request.folder, self.old.peer, said.url, said.title)
        self.rows = self.known.rows
        if not self.given.fresh:
            _sound(self.old)
        self._date()
        self._place()
        self._carry()
        self._point()
        self._address()
        self._prove()
        self._write()

    @property
    def log(self) -> Log:
        return self.old.log

    @property
    def site(self) -> Config:
        return self.given.settings

    # --- places

    def _date(self) -> None:
        """Give articles without a date that of the newest one, as drafts: each has to have some."""
        newest = max((post.date for post in self.old.posts if post.date), key=_order, default=matter.when("2000-01-01"))
        for post in self.old.posts:
            if post.date is None and not post.page:
                post.date, post.draft = newest, True
                said = "it has no date, and came in as a draft with that of the newest article"
                self.log.person(post.path, 1, said)

    def _place(self) -> None:
        """Give each post a path below content/: that of an import before, else one of its date and its slug."""
        taken = {paths.portable_key(item.path) for item in self.given.articles}
        leaders: dict[str, str] = {}
        for post in sorted(self.old.posts, key=lambda item: (item.lang not in ("", self.site.lang), item.path)):
            lang = self._lang(post)
            known = self.rows.get(post.path)
            if known and not files.exists(str(self.request.folder / self.site.content / known.path)):
                self.result.arrivals.append(
                    Arrival(post.path, known.path, "", "gone", "page" if post.page else "article")
                )
                continue
            stem = leaders.get(post.key, "") if post.key else ""
            path = known.path if known else self._path(post, lang, stem, taken)
            taken.add(paths.portable_key(path))
            if post.key:
                leaders.setdefault(post.key, _stem(path, self.site))
            named = parse.read_name(path, self.site)
            wanted = self._slug(post, lang)
            told = named.lang or self.site.lang
            self.cards.append(
                _Card(
                    post,
                    path,
                    "" if told == lang else lang,
                    "" if slugs.slugify(named.slug, lang) == wanted else wanted,
                )
            )
        self.cards.sort(key=lambda card: card.post.path)

    def _lang(self, post: Post) -> str:
        known = {item.lang.lower(): item.lang for item in self.site.languages}
        if not post.lang:
            return self.site.lang
        if post.lang.lower() in known:
            return known[post.lang.lower()]
        if re.fullmatch(LANGUAGE, post.lang):
            tags = [item.lang for item in self.site.languages[1:]]
            self._propose(f"languages: [{', '.join([*tags, post.lang])}]")
            return post.lang
        self.log.person(post.path, 1, f"`{post.lang}` is no language; the article is taken for `{self.site.lang}`")
        return self.site.lang

    def _propose(self, line: str) -> None:
        if line not in self.result.proposed:
            self.result.proposed.append(line)

    @staticmethod
    def _slug(post: Post, lang: str) -> str:
        last = post.url.rstrip("/").rpartition("/")[2]
        last = re.sub(r"\.html?$", "", last)
        by_url = last if last and slugs.is_slug(last) else ""
        given = slugs.slugify(post.slug, lang) if any(char.isalnum() for char in post.slug) else ""
        if given and post.slug == given and last != given and last.startswith(given):
            return given  # what the address adds is the language
        return by_url or given or slugs.slugify(last if any(map(str.isalnum, last)) else post.title, lang)

    def _path(self, post: Post, lang: str, stem: str, taken: set[str]) -> str:
        if not stem:
            slug = self._slug(post, lang)
            if post.page or post.date is None:
                stem = f"{parse.PAGES}/{slug}"
            else:
                day = post.date.at.astimezone(self.site.timezone) if post.date.at.tzinfo else post.date.at
                stem = f"{day:%Y}/{day:%Y-%m-%d}-{slug}"
        end = ".md" if lang == self.site.lang else f".{lang}.md"
        path, number = stem + end, 2
        # a name such as index.de or 1.fr would be read as another one's
        while paths.portable_key(path) in taken or (parse.read_name(path, self.site).lang or self.site.lang) != lang:
            path, number = f"{stem}-{number}{end}", number + 1
            if number > 10_000:
                break
        return path

    def _carry(self) -> None:
        for item in self.old.files:
            path = f"{parse.STATIC}{posixpath.normpath('/' + item.url.lstrip('/'))}"
            below = path.removeprefix(f"{parse.STATIC}/")
            if paths.fault(below) or paths.is_hidden(below):
                self.log.person(item.source, 0, f"no file can be called so on every system: {below[:120]}")
            elif self.carried.setdefault(path, item.source) != item.source:
                self.log.person(item.source, 0, f"another file has its address, {item.url}; this one was left")

    # --- links

    def _point(self) -> None:
        """Let the links of each text name files of ours; what they named and is nowhere goes back to the old site."""
        atlas = Atlas(self.old)
        places = {card.post.path: card.path for card in self.cards}
        for card in self.cards:
            post = card.post
            changed: list[str] = []
            post.body = links.rewritten(post.body, self._changer(post, atlas, places, changed))
            if changed:
                self.log.changed(
                    post.path, links.line_of(post, changed[0]), f"{_links(len(changed))} files or articles here"
                )
            if post.image:
                self._point_picture(post, atlas, places)

    def _changer(self, post: Post, atlas: Atlas, places: Mapping[str, str], changed: list[str]) -> Callable[[str], str]:
        def change(target: str) -> str:
            goal = atlas.goal(target, post)
            if goal is None or (not goal.path and not goal.post and not goal.file):
                return target
            found = links.link(goal, post, places)
            if found is None:
                return _site_path(goal)
            if urls.unquote(target) != urls.unquote(found):
                changed.append(target)
            return found

        return change

    def _point_picture(self, post: Post, atlas: Atlas, places: Mapping[str, str]) -> None:
        assert post.image is not None
        goal = atlas.goal(post.image.src, post)
        if goal is None:
            return
        found = links.link(goal, post, places) if goal.file else None
        if found is None and self.old.settings.url and goal.path:
            found = self.old.settings.url + quote(goal.path)
        if found is None:
            line = links.line_of(post, post.image.src)
            self.log.person(post.path, line, f"its picture is not there, and was left out: {post.image.src[:80]}")
            post.image = None
        else:
            post.image = Picture(urls.unquote(found) if goal.file else found, post.image.alt, post.image.caption)

    # --- addresses

    def _address(self) -> None:
        """Choose the pattern that keeps most addresses, where the site is new; all others become aliases."""
        if self.given.fresh:
            pattern = self._pattern()
            text = sheet.settings(self.old.settings, _langs(self.old), pattern, rss=self.old.settings.rss)
            self.given.settings, _ = config.read(text)
            self.result.begun = text
            if not self.old.settings.lang:
                said = f"the old site does not say its language; `language` is now {self.site.lang}: look at it"
                self.log.person("", 0, said)
        for card in self.cards:
            self._fill(card)
        self.result.settings = self.site
        self._propose_settings()

    def _propose_settings(self) -> None:
        if self.given.fresh:
            return
        pattern = self._pattern()
        if pattern != self.site.permalink:
            self._propose(f"permalink: {pattern}")
        if self.old.settings.url and not self.site.url:
            self._propose(f"url: {self.old.settings.url}/")
        if self.old.settings.zone and self.old.settings.zone != self.site.timezone.key:
            self._propose(f"timezone: {self.old.settings.zone}")

    def _headed(self, card: _Card) -> Article | None:
        """Return the article of a card without its text, which its address does not rest on."""
        head = self._sheet(card).partition("\n---\n")[0] + "\n---\n"
        return parse.article(card.path, head.encode(), self.site)[0]

    def _sheet(self, card: _Card, aliases: Iterable[str] = ()) -> str:
        zone = config.time_zone(self.old.settings.zone or "UTC")
        return sheet.article(card.post, card.lang, card.slug, tuple(aliases), zone, self.site)

    def _pattern(self) -> str:
        """Return the pattern that fits most of the old addresses; the present one where none fits any."""
        known = []
        for card in self.cards:
            article = self._headed(card)
            if article and not card.post.page and not card.post.draft and card.post.url and article.stamp:
                known.append((article, card.post.url))
        guesses = Counter(pattern for article, url in known for pattern in _patterns(article, url, self.site))
        best, most = self.site.permalink, sum(_fits(article, url, self.site) for article, url in known)
        for pattern, _ in guesses.most_common(12):
            site = replace(self.site, permalink=pattern)
            fits = 0 if config.wrong_permalink(pattern) else sum(_fits(article, url, site) for article, url in known)
            literal = re.search(r"/[^{/][^/]*/", pattern)
            # a word that all addresses share is the site's; in the address of a single article it is that one's
            if fits > most and (not literal or fits * 2 >= max(len(known), 4)):
                best, most = pattern, fits
        return best

    def _fill(self, card: _Card) -> None:
        """Write the text of a card's file, with the old addresses that are not its own as aliases."""
        article = self._headed(card)
        here = urls.unquote(library.address(article, self.site)) if article else ""
        old = [url for url in (card.post.url, *card.post.aliases) if url]
        self.result.kept += bool(old) and _plain(old[0]) == here
        kept = []
        for url in dict.fromkeys(map(_plain, old)):
            if paths.portable_key(_file(url)) == paths.portable_key(_file(here)):
                if url != here:
                    self._differs(card, url, here)
            elif _bad_alias(url):
                self.log.person(card.post.path, 0, f"its old address cannot be kept: {url[:120]}")
            else:
                kept.append(url)
        card.aliases = tuple(kept)
        card.url = here
        card.text = self._sheet(card, card.aliases).encode()

    def _differs(self, card: _Card, old: str, new: str) -> None:
        if _file(old) != _file(new):
            said = f"its old address {old} differs from {new} only in capitals; let the host lead from one to the other"
            self.log.person(card.post.path, 0, said)

    # --- the proof

    def _prove(self) -> None:
        """Plan the new site, and mend what would be an error there, until there is none; nothing is written yet."""
        for turn in range(_ROUNDS):
            faults = self._faults()
            if not faults:
                return
            for fault in sorted(faults, key=_from_the_end):
                self._mend(fault, last=turn >= _ROUNDS - 2)

    def _faults(self) -> list[Diagnostic]:
        found: list[Diagnostic] = []
        articles = []
        mine = {card.path for card in self.cards}
        for card in self.cards:
            if card.read is None or card.read[0] != card.text:
                card.read = (card.text, *parse.article(card.path, card.text, self.site))
            _, article, faults = card.read
            found += faults
            # also what is held back has to be right when its time comes
            articles += [replace(article, draft=False, expires=None, embargo=None)] if article else []
        others = [item for item in self.given.articles if item.path not in mine]
        registries, _ = registry.read(dict(self.given.registries))
        shelf, faults = library.assemble([*others, *articles], registries, self.site, _AT_LAST)
        found += faults
        planned, faults = site.plan(shelf, self.given.files | frozenset(self.carried), {})
        self.there = frozenset(output.path for output in planned.outputs)
        found += faults
        wrong = graded(found, self.site.rules, strict=False)
        content = self.site.content + "/"
        mine |= self.carried.keys()
        return [
            item
            for item in wrong
            if item.severity == "error" and item.span and item.span.path.removeprefix(content) in mine
        ]

    def _mend(self, fault: Diagnostic, *, last: bool) -> None:
        assert fault.span is not None
        path = fault.span.path.removeprefix(self.site.content + "/")
        card = next((card for card in self.cards if card.path == path), None)
        if card is None:  # a file, or an article that was left out for another fault
            source = self.carried.pop(path, "")
            if source:
                self.log.person(source, 0, f"it was left: {fault.message}")
        elif fault.code == "broken-link" and not last and self._unlink(card, fault):
            return
        elif fault.code in ("url-collision", "bad-alias") and not last:
            self._part(card, fault)
        else:
            self.cards.remove(card)
            self.log.person(card.post.path, 0, f"it was left: {fault.message}")

    def _unlink(self, card: _Card, fault: Diagnostic) -> bool:
        """Let a link that leads nowhere lead to the old site, or take it out; tell whether that was possible."""
        assert fault.span is not None
        lines = card.text.decode().split("\n")
        if fault.span.line > len(lines):
            return False
        line, at = lines[fault.span.line - 1], fault.span.column - 1
        target = line[at : at + fault.span.length]
        bare, mark, _ = target.partition("#")
        if not target or (at == 0 and fault.span.length == 1):
            return False
        where = links.line_of(card.post, urls.unquote(bare) if bare else target)
        if mark and bare and "there is no heading" in fault.message:
            new = bare
        elif target.startswith("#"):
            new = ""
        else:
            new = self._elsewhere(target, card)
        changed = line[:at] + new + line[at + len(target) :] if new else _without(line, at, len(target))
        if changed == line:
            return False
        lines[fault.span.line - 1] = changed
        card.text = "\n".join(lines).encode()
        said = f"it is now {new[:80]}" if new else "its text stays without the link"
        self.log.person(card.post.path, where, f"a link leads nowhere: {target[:80]}; {said}")
        return True

    def _elsewhere(self, target: str, card: _Card) -> str:
        """Return the address that a target had on the old site; empty where that is not known."""
        base = self.old.settings.url
        if not base or target.startswith(("{", "|")):
            return ""
        path = (
            target
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(posixpath.dirname(card.post.url), target))
        )
        whole = base + path
        return whole if urls.safe_external(whole) else ""

    def _part(self, card: _Card, fault: Diagnostic) -> None:
        """Take out the alias that is in the way, or give the article another slug."""
        claimed = re.search(r" both claim (\S+)", fault.message)
        at = claimed[1] if claimed else ""
        key = paths.portable_key(_file(at)) if at else ""
        left = [alias for alias in card.aliases if paths.portable_key(_file(alias)) != key or not key]
        if fault.code == "bad-alias":
            left = [alias for alias in card.aliases if f"`{alias}`" not in fault.message]
        if len(left) < len(card.aliases):
            lost = ", ".join(alias for alias in card.aliases if alias not in left)
            self.log.person(card.post.path, 0, f"its old address {lost} is that of something else here")
            card.aliases = tuple(left)
        else:
            named = parse.read_name(card.path, self.site)
            card.slug = f"{card.slug or slugs.slugify(named.slug, card.lang or self.site.lang)}-2"
            self.log.person(
                card.post.path, 0, f"something else stands at {at or 'its address'}; its slug is now {card.slug}"
            )
        body = card.text.decode().partition("\n---\n")[2]
        head = self._sheet(card, card.aliases).partition("\n---\n")[0]
        card.text = f"{head}\n---\n{body}".encode()

    # --- the writing

    def _write(self) -> None:
        rows = dict(self.rows)
        content = self.request.folder / self.site.content
        if not self.request.dry:
            files.make_dirs(str(content.absolute()))
        if self.result.begun and not self.request.dry:
            files.write_new(str(self.request.folder / config.FILE), self.result.begun.encode())
        for card in self.cards:
            article = card.read[1] if card.read else None
            card.url = urls.unquote(library.address(article, self.site)) if article else card.url
            kind = "page" if card.post.page else "article"
            self._put(card.post.path, card.path, card.text, card.url, kind, rows, content)
        for path, source in sorted(self.carried.items()):
            self._bring(source, path, rows, content)
        known = {row.path: source for source, row in rows.items() if source.startswith("list ")}
        there = self.there - {path.removeprefix(f"{parse.STATIC}/") for path in known}
        for path, data in lists.ways(self.old, self.site, there).items():
            self._put(f"list {path}", f"{parse.STATIC}/{path}", data, f"/{path}", "list", rows, content)
        if not self.request.dry and rows != self.rows:
            self.known.rows = rows
            ledger.keep(self.request.folder, self.known)

    def _bring(self, source: str, path: str, rows: dict[str, Row], content: Path) -> None:
        try:
            data = files.read_bytes(str(self.request.source / source), FILE_LIMIT)
        except OSError as error:
            self.log.person(source, 0, f"the file was left: {error.strerror}")
            return
        self._put(source, path, data, path.removeprefix(parse.STATIC), "file", rows, content)

    def _put(
        self, source: str, path: str, data: bytes, url: str, kind: str, rows: dict[str, Row], content: Path
    ) -> None:
        place = str(content / path)
        state = ledger.state(place, rows.get(source), data)
        if files.first_link(str(content), path) is not None:
            state = "foreign"
        if state in ("new", "changed") and not self.request.dry:
            files.make_dirs(str(Path(place).parent.absolute()))
            (files.write_new if state == "new" else files.put)(place, data)
        if state in ("new", "changed", "same"):
            rows[source] = ledger.row(path, data)
        if state in ("edited", "foreign"):
            why = "it was edited here since, and stays" if state == "edited" else "a file stands there, and stays"
            self.log.person(source, 0, f"{self.site.content}/{path}: {why}")
        self.result.arrivals.append(Arrival(source, path, url, state, kind))


def _from_the_end(fault: Diagnostic) -> tuple[str, int, int]:
    """What is mended in a line moves all behind it."""
    assert fault.span is not None
    return (fault.span.path, -fault.span.line, -fault.span.column)


def _order(moment: Written) -> datetime:
    return moment.at.replace(tzinfo=None)


def _stem(path: str, settings: Config) -> str:
    lang = parse.read_name(path, settings).lang
    stem = path.removesuffix(".md")
    return stem.removesuffix(f".{lang}") if lang else stem


def _plain(url: str) -> str:
    """Return an address as digestgen writes it: decoded, a folder without the name of its index."""
    url = "/" + urls.unquote(url).lstrip("/")
    return re.sub(r"/index\.html?$", "/", url)


def _file(url: str) -> str:
    last = url.rpartition("/")[2]
    return url + ("index.html" if not last else "" if "." in last else "/index.html")


def _bad_alias(url: str) -> bool:
    folder = url if "." in url.rpartition("/")[2] or url.endswith("/") else url + "/"
    return "?" in url or "#" in url or url == "/" or paths.is_hidden(url) or paths.output_path(folder) is None


def _fits(article: Article, url: str, settings: Config) -> bool:
    return urls.unquote(library.address(article, settings)) == _plain(url)


def _patterns(article: Article, url: str, settings: Config) -> list[str]:
    """Return the patterns by which an article could have had an address."""
    prefix = library.prefix_of(article.lang, settings)
    path = _plain(url)
    if prefix and not path.startswith(prefix + "/"):
        return []
    path = path[len(prefix) :]
    end = "/" if path.endswith("/") else ".html" if path.endswith(".html") else ""
    *steps, last = path.strip("/").removesuffix(".html").split("/")
    if not end or last != article.slug or len(steps) > 6:
        return []
    on = article.date
    section = slugs.slugify(article.section, article.lang) if article.section else ""
    fields = {"section": section, "year": f"{on.year:04d}", "month": f"{on.month:02d}", "day": f"{on.day:02d}"}
    choices = [[f"{{{name}}}" for name, value in fields.items() if value == step] or [step] for step in steps]
    whole = [[*listed, step] if step not in listed else listed for listed, step in zip(choices, steps, strict=True)]
    found = (chosen for chosen in product(*whole) if len({*chosen}) == len(chosen))
    return ["/" + "".join(f"{step}/" for step in chosen) + "{slug}" + end for chosen in found][:32]


def _links(number: int) -> str:
    return "a link names" if number == 1 else f"{number} links, from here on, name"


def _site_path(goal: Goal) -> str:
    query = f"?{goal.query}" if goal.query else ""
    return quote(goal.path) + query + (f"#{quote(goal.fragment)}" if goal.fragment else "")


def _without(line: str, at: int, length: int) -> str:
    """Return a line of Markdown in which the link whose target stands at `at` is text, and the picture its words."""
    after = re.match(r">?[^)\n]*\)", line[at + length :])
    before = re.search(r"!?\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]\(\s*<?$", line[:at])
    if after and before:
        return line[: before.start()] + before[1] + line[at + length + after.end() :]
    tag = re.search(r"""\s(?:href|src|poster)\s*=\s*["']$""", line[:at])
    if tag:
        return line[: tag.start()] + line[at + length + 1 :]
    return line[:at] + "#" + line[at + length :]
