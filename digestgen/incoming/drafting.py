"""An entry as the draft of an article: whom it credits, and the entry's own words as a quotation to be rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape

from digestgen import frontmatter, i18n, plaintext, yaml
from digestgen.dataclass import dataclass
from digestgen.incoming.values import Entry, Work


@dataclass(frozen=True)
class Facts:
    """What a draft says that its entry does not.

    `feed` is the feed's name and `origin` its address or file, `key` the publisher's in sources.yaml. `date` and `now`
    are in the site's zone, `lang` is the article's language, `said` that where its file's name does not tell it.
    `credited` are works with the key or name of their publishers.
    """

    feed: str
    origin: str
    key: str
    date: datetime
    now: datetime
    lang: str
    said: str
    license: str = ""
    tags: tuple[str, ...] = ()
    other_tags: tuple[str, ...] = ()
    section: str = ""
    credited: tuple[tuple[Work, str], ...] = ()
    doubts: tuple[str, ...] = ()


def draft(entry: Entry, facts: Facts) -> str:
    """Return the text of the file."""
    front = [
        f"# From the feed {yaml.quoted(facts.feed)} ({facts.origin}).",
        "# The text below is the publisher's: write your own, then take these lines and `draft` away.",
        *(f"# check: {doubt}" for doubt in facts.doubts),
        f"title: {yaml.written(entry.title) if entry.title else frontmatter.UNTITLED}",
        f"date: {facts.date.isoformat(timespec='seconds')}",
        *([f"lang: {yaml.written(facts.said)}"] if facts.said else []),
        "draft: true",
        *([f"section: {yaml.written(facts.section)}"] if facts.section else []),
        *_tags(facts),
        "sources:",
        *_sources(entry, facts),
    ]
    return "\n".join(["---", *front, "---", "", *_quotation(entry, facts.lang)]).rstrip("\n") + "\n"


def _tags(facts: Facts) -> Iterator[str]:
    if facts.tags:
        yield f"tags: [{', '.join(map(yaml.written, facts.tags))}]"
    if facts.other_tags:
        yield f"# the publisher's own tags: {', '.join(map(yaml.quoted, facts.other_tags))}"


def _sources(entry: Entry, facts: Facts) -> Iterator[str]:
    yield from _item(
        ("name", yaml.written(facts.key)),
        ("url", yaml.value(entry.url)),
        ("title", yaml.written(entry.title)),
        ("authors", f"[{', '.join(map(yaml.written, entry.authors))}]" if entry.authors else ""),
        ("published", entry.published.isoformat(timespec="seconds") if entry.published else ""),
        ("accessed", facts.now.date().isoformat()),
        ("lang", yaml.written(entry.lang)),
        ("license", yaml.written(facts.license)),
    )
    if facts.credited:
        yield "  # what it rests on, as it says itself; it was not looked at"
    for work, publisher in facts.credited:
        yield from _item(
            ("name", yaml.written(publisher)),
            ("url", yaml.value(work.url)),
            ("title", yaml.written(work.title)),
            ("lang", yaml.written(work.lang)),
            ("use", "cites"),
        )


def _item(*facts: tuple[str, str]) -> Iterator[str]:
    told = [(name, value) for name, value in facts if value not in ("", '""')]
    yield from (f"  {'- ' if number == 0 else '  '}{name}: {value}" for number, (name, value) in enumerate(told))


def _quotation(entry: Entry, lang: str) -> Iterable[str]:
    """Return the entry's summary as a block quotation, in HTML where it has to say that its language is another one."""
    if not entry.summary:
        return []
    blocks = [plaintext.as_markdown(block) for block in entry.summary.split("\n\n")]
    if not entry.lang or _primary(entry.lang) == _primary(lang):
        return "\n>\n".join(f"> {block}" for block in blocks).split("\n")
    direction = i18n.language(entry.lang).direction
    turned = f' dir="{direction}"' if direction != i18n.language(lang).direction else ""
    return [
        f'<blockquote lang="{escape(entry.lang)}"{turned} markdown="1">\n',
        "\n\n".join(blocks),
        "\n</blockquote>",
    ]


def _primary(lang: str) -> str:
    return lang.partition("-")[0].lower()
