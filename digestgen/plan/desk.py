"""What all pages of one language have in common: cards, credits, heads and links to lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, fields
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from digestgen import credits, csp, fingerprint, i18n, linked, links, preview, terms, urls, views
from digestgen.config import SiteLanguage
from digestgen.dataclass import dataclass
from digestgen.editions import Edition
from digestgen.feeds.formats import FORMATS
from digestgen.library import Library, Part
from digestgen.model import Article, RegisteredPerson, Source, Stamp
from digestgen.pictures.album import Size
from digestgen.pictures.headers import TYPES
from digestgen.pictures.rights import Rights
from digestgen.plan import facts
from digestgen.plan.outputs import Rendered
from digestgen.terms import Term, TermKind
from digestgen.views import Page


@dataclass(frozen=True)
class Shown:
    """An article as a list may show it: `mark` stands for its card, and for whatever else is on its `face`."""

    article: Article = field(compare=False)
    mark: str


@dataclass()
class Desk:
    """Makes the parts of pages for one language of the site."""

    library: Library
    part: Part
    resolver: links.Resolver
    interface: i18n.Interface = field(default_factory=i18n.Interface)
    words: i18n.Language = field(init=False)
    cards: dict[str, views.Card] = field(default_factory=dict)
    marked: dict[str, Shown] = field(default_factory=dict)
    editions: dict[str, views.EditionLink] = field(default_factory=dict)
    links: dict[tuple[TermKind, str], views.Link] = field(default_factory=dict)
    tag_keys: dict[str, str] = field(default_factory=dict)
    shared: str = field(init=False)
    """Fingerprint of what all pages of the language rest on: site.yaml, people.yaml, and the site's words for it."""
    memo: fingerprint.Memo = field(default_factory=dict)
    changes: dict[str, Stamp] = field(default_factory=dict)
    entry_keys: dict[str, str] = field(default_factory=dict)
    """What stands for all that a feed can say of an article, by its path, or of an edition, by its address."""

    def __post_init__(self) -> None:
        self.words = self.interface.language(self.part.language.lang)
        shared = (self.part.language, *_page_settings(self.library), self.people, self.words.mark)
        self.shared = fingerprint.of_value(shared)

    @property
    def people(self) -> Mapping[str, RegisteredPerson]:
        return self.library.known.registries.people

    def key(self, *inputs: object) -> str:
        """Return the fingerprint of a page that is made from `inputs` and what all pages of the language share."""
        return fingerprint.of_value((self.shared, *inputs), self.memo)

    def forget(self) -> None:
        """Let go of what only spares work while many keys are made: it is as large as the articles themselves."""
        self.memo.clear()
        self.changes.clear()

    def page(
        self,
        template: str,
        url: str,
        make: Callable[..., Page],
        *inputs: object,
        listed: bool = True,
        ids: frozenset[str] = frozenset(),
        versions: Mapping[str, str] | None = None,
        articles: Iterable[Article] = (),
    ) -> Rendered:
        """Return the page that `make(self, url, *inputs)` makes, which is asked only where its key is a new one.

        So `make` has to rest on nothing but its arguments, and to see articles as `Shown`. `versions` are those of the
        page's head, and the page is as new as the newest change of `articles`.
        """
        key = self.key(make.__name__, url, *inputs)
        return Rendered(
            template,
            self.language.lang,
            url,
            key,
            listed,
            partial(make, self, url, *inputs),
            ids,
            self.newest(articles),
            self.alternates(versions or {}),
            (make, *inputs),
        )

    def rendered(
        self, template: str, page: Page, ids: frozenset[str] = frozenset(), articles: Iterable[Article] = ()
    ) -> Rendered:
        """Return a page that is small enough to be made at once; it is as new as the newest of `articles`."""
        head = page.head
        listed = not head.stay_out and head.canonical in ("", self.absolute(head.url))
        return Rendered(
            template,
            self.language.lang,
            head.url,
            self.key(page),
            listed,
            lambda: page,
            ids,
            self.newest(articles),
            head.alternates,
        )

    def newest(self, articles: Iterable[Article]) -> str:
        """Return the newest change of `articles`, as sitemaps have it; empty where there are none."""
        newest = max(map(self._change, articles), default=None)
        return newest.rfc3339 if newest else ""

    def _change(self, article: Article) -> Stamp:
        if article.path not in self.changes:
            self.changes[article.path] = article.changed
        return self.changes[article.path]

    @property
    def language(self) -> SiteLanguage:
        return self.part.language

    @property
    def prefix(self) -> str:
        return self.part.language.prefix

    def said_in(self, article: Article) -> str:
        """Return what stands for the site's words in the language of an article, which its feed entries speak."""
        return self.interface.language(article.lang).mark

    def absolute(self, url: str) -> str:
        """Return the absolute address of a path of the site; empty where the site has none."""
        base = self.library.config.url
        return urls.absolute(base, url) if base else ""

    def when(self, stamp: Stamp | None) -> views.When | None:
        return self.words.when(stamp.at, timed=stamp.timed) if stamp else None

    def day(self, article: Article) -> views.When:
        return self.words.when(article.date, timed=False)

    # --- articles in lists

    def shown(self, articles: Iterable[Article]) -> tuple[Shown, ...]:
        """Return `articles` as lists may show them."""
        return tuple([self.marked.get(item.path) or self._marked(item) for item in articles])

    def _marked(self, article: Article) -> Shown:
        shown = Shown(article, self.key(article.face, *self._around(article)))
        self.marked[article.path] = shown
        return shown

    def _around(self, article: Article) -> tuple[str, views.Link | None, tuple[views.Link, ...], views.Picture | None]:
        """What a card shows that the article itself does not tell."""
        address = self.library.urls[article.path]
        return address, self.section(article), self.publishers(article), self.picture(article)

    def card(self, article: Article) -> views.Card:
        """Return what lists of this language show of `article`."""
        if article.path not in self.cards:
            self.cards[article.path] = self._card(article, *self._around(article))
        return self.cards[article.path]

    def _card(
        self,
        article: Article,
        url: str,
        section: views.Link | None,
        sources: tuple[views.Link, ...],
        picture: views.Picture | None,
    ) -> views.Card:
        own = self.interface.language(article.lang)
        assert article.stamp is not None
        return views.Card(
            url=url,
            title=article.title,
            kicker=article.kicker,
            summary=article.summary or brief(article.lede),
            when=self.words.when(article.stamp.at, timed=article.stamp.timed),
            dateline=article.dateline,
            lang=article.lang,
            direction=own.direction,
            foreign=self.foreign(article.lang, self.language.lang),
            section=section,
            sources=sources,
            picture=picture,
            genre=article.genre,
            label=label(article, self.words),
        )

    def foreign(self, lang: str, here: str) -> str:
        """Return the name of `lang` in this desk's language where it is not the language `here`."""
        return (
            self.words.named(lang) if lang and lang.split("-", maxsplit=1)[0] != here.split("-", maxsplit=1)[0] else ""
        )

    def section(self, article: Article) -> views.Link | None:
        return self.term("section", terms.same(article.section)) if article.section else None

    def tags(self, article: Article) -> tuple[views.Link, ...]:
        keys = [self.tag_keys.get(name) or self._tag_key(name) for name in article.tags]
        return tuple([link for key in dict.fromkeys(keys) if (link := self.term("tag", key))])

    def _tag_key(self, name: str) -> str:
        key = self.tag_keys[name] = terms.same_tag(self.library.known.tag_name(name, self.language.lang))
        return key

    def publishers(self, article: Article) -> tuple[views.Link, ...]:
        keys = dict.fromkeys([self.library.known.publisher(source)[0] for source in article.sources])
        return tuple([link for key in keys if (link := self.term("source", key))])

    def term(self, kind: TermKind, key: str) -> views.Link | None:
        """Return the link to a list of this language; the same one for all who ask, for it is asked for often."""
        known = self.links.get((kind, key))
        if known is None:
            found = self.part.by_key.get((kind, key))
            if found is None:
                return None
            known = self.links[kind, key] = views.Link(found.name, found.url)
        return known

    def picture(self, article: Article) -> views.Picture | None:
        """Return the article's picture; None where it has none, or its file is missing (told elsewhere)."""
        image = article.image
        target = self.resolver.resolve(article, image.src) if image else None
        if image is None or target is None or target.url is None:
            return None
        shot = links.shot(target, self.resolver)
        known = self.resolver.album.pictures.get(target.source)
        rights = known.rights if known else Rights()
        return views.Picture(
            url=shot.url,
            alt=image.alt or "",
            caption=image.caption,
            credit=image.credit or rights.line,
            license=image.license or rights.license,
            width=shot.width,
            height=shot.height,
            sources=tuple([_source(sizes) for sizes in shot.sizes]),
        )

    def edition(self, edition: Edition) -> views.EditionLink:
        """Return an edition as other pages name it."""
        if edition.name not in self.editions:
            self.editions[edition.name] = self._edition(edition)
        return self.editions[edition.name]

    def _edition(self, edition: Edition) -> views.EditionLink:
        words, every = self.words, self.library.config.editions
        when = self.when(edition.stamp)
        assert when is not None
        period = when.date
        if every == "weekly":
            first = date.fromisocalendar(int(edition.name[:4]), int(edition.name[5:]), 1)
            period = words.days(first, first + timedelta(days=6))
        elif every == "daily":
            period = words.day(date.fromisoformat(edition.name)).date
        number = words.digits(str(edition.number or edition.name))
        plain = every == "daily" and not edition.number
        label = period if plain else words.text("No. %(number)s", number=number)
        title = edition.file.title if edition.file else ""
        return views.EditionLink(edition.url, str(edition.number or edition.name), label, period, title, when)

    def edition_of(self, article: Article) -> views.EditionLink | None:
        """Return the edition that an article belongs to, if it belongs to one."""
        found = self.part.edition_of.get(article.path)
        return self.edition(found) if found else None

    # --- credits

    def source(self, source: Source, article: Article) -> views.SourceCredit:
        """Return one credited work as it is shown in `article`."""
        key, name, registered = self.library.known.publisher(source)
        lang = source.lang or (registered.lang if registered else "")
        return views.SourceCredit(
            publisher=self.term("source", key) or views.Link(name),
            title=source.title,
            link=source.url,
            lang=lang,
            direction=self.interface.language(lang).direction if lang else "",
            language=self.foreign(lang, article.lang),
            authors=source.authors,
            published=self.when(source.published),
            accessed=self.when(source.accessed),
            license=source.license or (registered.license if registered else ""),
            archived=source.archived,
            note=source.note,
            use=source.use,
            used=facts.used(source.use, self.words),
        )

    def byline(self, article: Article) -> tuple[str, ...]:
        """Return the names above the article: its authors, else who reported it, else who wrote it."""
        return tuple(dict.fromkeys(credits.named(name, self.people) for name in article.byline))

    def credit_line(self, article: Article) -> tuple[views.Link, ...]:
        """Return the credit line in the article's language, with each person's page."""
        pieces = credits.parts(article.credits, self.interface.language(article.lang), self.people)
        return tuple(views.Link(text, self.person(name).url if name else "") for text, name in pieces)

    def byline_links(self, article: Article) -> tuple[views.Link, ...]:
        """Return the byline with each person's page."""
        return tuple(dict.fromkeys(self.person(name) for name in article.byline))

    def named(self, names: Iterable[str]) -> tuple[views.Link, ...]:
        """Return people, given by names or keys of people.yaml, each once."""
        return tuple(dict.fromkeys(self.person(name) for name in names))

    def person(self, name: str) -> views.Link:
        """Return a person, given by name or by a key of people.yaml, with their page where articles credit them."""
        page = self.term("person", self.library.known.person(name)[0])
        return views.Link(credits.named(name, self.people), page.url if page else "")

    def everyone(self, article: Article) -> tuple[views.Link, ...]:
        """Return all who are named for making `article`, each with their page."""
        return tuple(self.person(name) for name, _ in terms.involved(article, self.library.known).values())

    # --- the head of a page

    def head(
        self,
        url: str,
        title: str,
        description: str = "",
        *,
        versions: Mapping[str, str] | None = None,
        feeds: tuple[views.FeedLink, ...] = (),
        policy: str = csp.PLAIN,
        canonical: str = "",
        trail: Sequence[views.Link] = (),
        stay_out: bool = False,
        silent: bool = False,
    ) -> views.Head:
        """Return the head of the page at `url`. `versions` maps languages to the page in them, itself included.

        `trail` are the pages between the front page and this one, for those that show where a page belongs. A
        `silent` head says nothing to machines: someone else makes that.
        """
        versions = versions or {self.language.lang: url}
        canonical = canonical or ("" if stay_out else self.absolute(url))
        return views.Head(
            title=title,
            description=" ".join(description.split()),
            url=url,
            canonical=canonical,
            alternates=self.alternates(versions),
            feeds=(*feeds, *self.site_feeds),
            languages=self._languages(versions),
            policy=policy,
            data=None if stay_out or silent else self._data(url, title, trail, policy),
            preview=() if stay_out or silent else self._preview(title, description, canonical, versions),
            stay_out=stay_out,
        )

    # --- what machines read

    def outward(self, url: str) -> str:
        """Return an address as those elsewhere need it: absolute; empty where the site does not know its own."""
        return self.absolute(url) if url.startswith("/") else url

    def publisher(self) -> linked.Node:
        """Return the publisher of the digest as linked data."""
        config = self.library.config
        home = self.absolute("/")
        return linked.node(
            "NewsMediaOrganization",
            id=f"{home}#publisher" if home else "",
            name=config.publisher.name or config.title,
            url=config.publisher.url or home,
        )

    def trail(self, url: str, title: str, between: Sequence[views.Link] = ()) -> list[tuple[str, str]]:
        """Return name and absolute address of each page on the way to one; nothing where the site has no `url`."""
        if not self.library.config.url:
            return []
        way = [views.Link(self.language.title, self.prefix + "/"), *between, views.Link(title, url)]
        return [(link.name, self.absolute(link.url)) for link in way]

    def publication(self, policies: views.Policies) -> views.Data:
        """Return linked data of the digest itself: who publishes it by which principles, and what it is called."""
        publisher = self.publisher()
        email = self.library.config.publisher.email
        site = linked.node(
            "WebSite",
            url=self.absolute(self.prefix + "/"),
            name=self.language.title,
            description=self.language.tagline,
            inLanguage=self.language.lang,
            publisher={"@id": publisher["@id"]} if "@id" in publisher else None,
        )
        told = linked.node(publisher["@type"], email=email, **self._policies(policies))
        return linked.data([publisher | told, site], csp.PLAIN)

    def _policies(self, policies: views.Policies) -> dict[str, Any]:
        def led(link: views.Link | None) -> str:
            return self.outward(link.url) if link else ""

        contact = led(policies.contact)
        mail = contact.removeprefix("mailto:") if contact.startswith("mailto:") else ""
        point = linked.node("ContactPoint", email=mail) if mail else linked.node("ContactPoint", url=contact)
        return {
            "publishingPrinciples": led(policies.principles),
            "correctionsPolicy": led(policies.corrections),
            "ownershipFundingInfo": led(policies.ownership),
            "contactPoint": point if contact else None,
        }

    def _data(self, url: str, title: str, between: Sequence[views.Link], policy: str) -> views.Data | None:
        trail = self.trail(url, title, between) if title else []
        return linked.data([linked.breadcrumbs(trail)], policy) if trail else None

    def _preview(self, title: str, description: str, canonical: str, versions: Mapping[str, str]) -> preview.Properties:
        return preview.of(
            "website",
            title or self.language.title,
            linked.short(description),
            url=canonical,
            site=self.language.title,
            locale=self.words.territorial,
            others=(self.interface.language(lang).territorial for lang in versions),
        )

    def alternates(self, versions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return what a page says of its versions, of which `versions` tells as `head` has it."""
        if len(versions) < 2 or not self.library.config.url:
            return ()
        listed = [(lang, self.absolute(url)) for lang, url in versions.items()]
        main = versions.get(self.library.config.lang)
        return (*listed, ("x-default", self.absolute(main))) if main else tuple(listed)

    def feeds(self, kind: str, page: str, title: str) -> tuple[views.FeedLink, ...]:
        """Return the feeds of the list at `page`, one of `config.FEEDS`, in all formats that site.yaml asks for."""
        config = self.library.config
        return tuple(
            views.FeedLink(title, page + form.file, form.type, form.name)
            for name, form in FORMATS.items()
            if config.url and kind in getattr(config.feeds, name)
        )

    def term_feeds(self, term: Term) -> tuple[views.FeedLink, ...]:
        """Return the feeds of the list of `term`."""
        return self.feeds(terms.FOLDERS[term.kind], term.url, f"{self.language.title}: {term.name}")

    @property
    def site_feeds(self) -> tuple[views.FeedLink, ...]:
        """The feeds of all articles of the language."""
        return self.feeds("site", self.prefix + "/", self.language.title)

    def _languages(self, versions: Mapping[str, str]) -> tuple[views.LanguageChoice, ...]:
        every = self.library.config.languages
        if len(every) < 2:
            return ()
        return tuple(
            views.LanguageChoice(
                lang=item.lang,
                direction=self.interface.language(item.lang).direction,
                name=self.interface.language(item.lang).name,
                url=versions.get(item.lang, item.prefix + "/"),
                current=item.lang == self.language.lang,
                same=item.lang in versions,
            )
            for item in every
        )

    def policy(self, *articles: Article) -> str:
        """Return the policy of the page that shows `articles`: what they embed from elsewhere is allowed, by host."""
        if self.library.config.raw_html:
            return csp.OPEN
        images = {urls.authority(item.image.src) for item in articles if item.image and "//" in item.image.src}
        pictures = {*(host for item in articles for host in item.body.remote_hosts), *filter(None, images)}
        return csp.text(images=pictures, frames={host for item in articles for host in item.body.embeds})

    def fixed_versions(self, path: str) -> dict[str, str]:
        """Return the versions of a page that every language has at `path` below its prefix."""
        return {item.lang: item.prefix + path for item in self.library.config.languages}

    def term_versions(self, term: Term) -> dict[str, str]:
        """Return the pages of `term` in all languages: paired by tags.yaml, or by the key of any other thing."""
        found = {}
        for part in self.library.parts:
            for other in part.terms[term.kind]:
                if other is term or one_thing(term, other):
                    found[part.language.lang] = other.url
        return found


#: A first paragraph in a list ends with a sentence, in this many characters; or else with a word.
_LEAST, _MOST = 120, 320
_SENTENCE: Final = re.compile(r"[.!?…؟۔]['\"’”»)]*(?=\s)|[。！？][」』）]*")


def brief(text: str) -> str:
    """Return a first paragraph as lists show it: whole sentences as far as they fit, else words and an ellipsis."""
    if len(text) <= _MOST:
        return text
    ends = [match.end() for match in _SENTENCE.finditer(text, 0, _MOST) if match.end() >= _LEAST]
    if ends:
        return text[: ends[-1]]
    cut = max(text.rfind(" ", _LEAST, _MOST), text.rfind("、", _LEAST, _MOST))
    return text[: cut if cut > 0 else _MOST].rstrip(" ,;:–—-、") + " …"


def _source(sizes: tuple[Size, ...]) -> views.PictureSource:
    return views.PictureSource(TYPES[sizes[0].kind], tuple([views.PictureFile(size.url, size.width) for size in sizes]))


def label(article: Article, words: i18n.Language) -> str:
    """Return what must stand beside the headline of `article` wherever it is listed, or nothing."""
    if article.retracted:
        return words.text("Retracted")
    if article.genre == "advertisement":
        return words.text("Advertisement")
    return words.text("Opinion") if article.genre == "opinion" else ""


#: What site.yaml says that no page value is made from: what is wrong, where files lie, what the theme is.
_NOT_ON_PAGES = frozenset(["rules", "marks", "content", "output", "theme", "theme_options", "publish", "images"])


def _page_settings(library: Library) -> tuple[object, ...]:
    names = (item.name for item in fields(library.config) if item.name not in _NOT_ON_PAGES)
    return tuple(getattr(library.config, name) for name in names)


def one_thing(term: Term, other: Term) -> bool:
    """Tell whether terms of two languages are one: by tags.yaml, or by the key of any other thing."""
    if term.kind == "tag":
        return term.tag is not None and term.tag is other.tag
    return term.kind in ("source", "story", "person") and term.key == other.key
