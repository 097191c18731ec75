"""Whose an entry is: found in sources.yaml, or added to it so that all else in that file stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace

from digestgen import registry, slugs, terms, tracking, urls, yaml
from digestgen.config import Follow
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.incoming import values
from digestgen.incoming.values import Entry, Feed, Work
from digestgen.model import RegisteredSource

FILE = "sources.yaml"


class UnfitError(Exception):
    """sources.yaml is written in a way that nothing can be added to; the text says what to do."""


@dataclass()
class Publishers:
    """The publishers of sources.yaml by key, and below `added` those that are to be added to it."""

    known: dict[str, RegisteredSource]
    added: dict[str, RegisteredSource] = field(default_factory=dict)

    def of(self, entry: Entry, feed: Feed, follow: Follow, name: str) -> str:
        """Return the key of the publisher of an entry, who is added where nobody knows him.

        `follow` says how the feed is followed; `name` is what the publisher is called where nobody says it.
        """
        if follow.publisher:
            return self._named(follow.publisher) or self._added(_new(follow.publisher, entry, feed, follow))
        if entry.origin:
            new = replace(_new(entry.origin, entry, Feed(), follow), feed="")
            return self._named(entry.origin) or self._at(entry.url) or self._added(new)
        told = feed.title or urls.host(feed.page or entry.url).removeprefix("www.") or name
        return (
            self._fed(feed.url or values.address(follow.url))
            or self._at(entry.url)
            or (self._at(feed.page) if not entry.url else "")
            or self._named(told)
            or self._added(_new(told, entry, feed, follow))
        )

    def of_work(self, work: Work) -> str:
        """Return the publisher of a work: a key, else the name that is told, else nothing."""
        return (self._named(work.publisher) if work.publisher else self._at(work.url)) or work.publisher

    def _named(self, name: str) -> str:
        """Return the key of who has the key or the name `name`, or nothing."""
        if name in self.known:
            return name
        return next((key for key, item in self.known.items() if terms.same(item.name) == terms.same(name)), "")

    def _at(self, url: str) -> str:
        """Return the key of whose site holds `url`: of those on its host, the one with the longest path above it."""
        host, path = _place(url)
        found = [
            (len(above), key)
            for key, item in self.known.items()
            for there, above in [_place(item.url)]
            if host and there == host and path.startswith(above)
        ]
        return max(found, key=lambda pair: pair[0])[1] if found else ""

    def _fed(self, url: str) -> str:
        """Return the key of who has the feed at `url`."""
        wanted = tracking.same_work(url)
        found = (key for key, item in self.known.items() if item.feed and tracking.same_work(item.feed) == wanted)
        return next(found, "") if url else ""

    def _added(self, new: RegisteredSource) -> str:
        base = slugs.slugify(new.name, new.lang or "und")
        key, number = base, 1
        while key in self.known or self._named(key):
            number += 1
            key = f"{base}-{number}"
        self.known[key] = self.added[key] = replace(new, key=key)
        return key


def _new(name: str, entry: Entry, feed: Feed, follow: Follow) -> RegisteredSource:
    host = urls.host(entry.url)
    page = feed.page or (f"{entry.url.partition('://')[0]}://{host}/" if host else "")
    lang = feed.lang or follow.lang or entry.lang
    # a query may hold what only a subscriber knows; what a feed says of itself is no secret
    asked = "" if "?" in follow.url else values.address(follow.url)
    return RegisteredSource("", name, page, lang=lang, license=feed.license, feed=feed.url or asked)


def _place(url: str) -> tuple[str, str]:
    """Return the host of `url` and its path with a slash at its end, as far as they tell whose it is."""
    rest = url.partition("://")[2].partition("?")[0].partition("#")[0]
    return urls.host(url).removeprefix("www."), f"/{rest.partition('/')[2].rstrip('/')}/".replace("//", "/")


# --- the file


def with_added(text: str, added: Mapping[str, RegisteredSource]) -> str:
    """Return `text`, a sources.yaml, with publishers added at its end; what stands there stays as it is.

    Raises UnfitError where it cannot be, as in a file that ends with the mark of a document's end.
    """
    old, faults = registry.read({FILE: text})
    wanted = {**old.sources, **added}
    for new in (_in_lines(text, added), _in_braces(text, added)):
        found, more = registry.read({FILE: new})
        if found.sources == wanted and len(_errors(more)) <= len(_errors(faults)):
            return new
    raise UnfitError(f"{FILE} is written so that nothing can be added to it; add `{'`, `'.join(added)}` by hand")


def _errors(found: list[Diagnostic]) -> list[Diagnostic]:
    return [item for item in found if item.severity == "error"]


def _facts(item: RegisteredSource) -> dict[str, str]:
    facts = {"name": item.name, "url": item.url, "lang": item.lang, "license": item.license, "feed": item.feed}
    return {name: text for name, text in facts.items() if text}


def _in_lines(text: str, added: Mapping[str, RegisteredSource]) -> str:
    node, _ = yaml.parse(text, path=FILE)
    indent = " " * (node.entries[0].key.span.column - 1) if isinstance(node, yaml.Mapping) and node.entries else ""
    end = "\r\n" if "\r\n" in text else "\n"
    apart = f"{end}{end}{indent}" in text.rstrip()
    lines: list[str] = []
    for key, item in added.items():
        lines += [""] if apart and (lines or text.strip()) else []
        lines.append(f"{indent}{yaml.written(key)}:")
        lines += [f"{indent}  {name}: {yaml.value(told)}" for name, told in _facts(item).items()]
    before = text if not text or text.endswith("\n") else text + end
    return before + "".join(line + end for line in lines)


def _in_braces(text: str, added: Mapping[str, RegisteredSource]) -> str:
    """Return `text` with more in its last braces, as where all of it is one mapping in braces."""
    head, brace, tail = text.rpartition("}")
    listed = [f"{json.dumps(key)}: {json.dumps(_facts(item), ensure_ascii=False)}" for key, item in added.items()]
    comma = ", " if head.rstrip().rstrip(",").rstrip()[-1:] not in ("{", "") else ""
    return head.rstrip().rstrip(",") + comma + ", ".join(listed) + brace + tail if brace else text
