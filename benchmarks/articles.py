"""Articles for the race: invented, alike on every machine, and written as each generator wants them.

An article depends on its number and the number of all articles only, so that any one of them can be made alone.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Final

from benchmarks.words import CODE, ENGLISH, GERMAN, PEOPLE, PLACES, PUBLISHERS, TAGS, Language

SEED: Final = 20240229
SIZES: Final = (1_000, 10_000, 100_000)

#: Articles are from two years, evenly.
_FIRST: Final = datetime(2023, 1, 1, tzinfo=UTC)
_SPAN: Final = timedelta(days=730)

_WORDS: Final = 700
_PLACE: Final = re.compile(r"\{(\w+)\}")

#: Where a body leads to an earlier article; each generator writes such a link in its own way.
_EARLIER: Final = "@earlier@"


@dataclass(frozen=True, slots=True)
class Name:
    """What is known of an article without its text."""

    slug: str
    moment: datetime

    @property
    def file(self) -> str:
        """The path of its file below the folder of the articles."""
        return f"{self.moment:%Y/%m/%Y-%m-%d}-{self.slug}.md"

    @property
    def page(self) -> str:
        """The path of its page in the output of each generator."""
        return f"{self.moment:%Y/%m}/{self.slug}/index.html"


@dataclass(frozen=True, slots=True)
class Work:
    """A work that an article credits."""

    publisher: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article, as no generator has it yet."""

    name: Name
    earlier: Name
    lang: str
    title: str
    summary: str
    tags: tuple[str, ...]
    works: tuple[Work, ...]
    body: str

    def with_body(self, words: str) -> Article:
        """Return the article with a sentence of `words` more."""
        return replace(self, body=f"{self.body}\n{words}.\n")

    def with_title(self, title: str) -> Article:
        """Return the article under another title, at the same address."""
        return replace(self, title=title)


def articles(size: int) -> Iterator[Article]:
    """Yield `size` articles, the oldest first."""
    for number in range(size):
        yield article(number, size)


def article(number: int, size: int) -> Article:
    """Return article `number` of `size`, counted from 0; the number `size` itself is newer than all others."""
    dice = random.Random(f"{SEED} {number}")
    language = dice.choice((GERMAN, ENGLISH))
    works = tuple(_work(publisher, dice) for publisher in dice.sample(PUBLISHERS, 2))
    return Article(
        name=_name(number, size),
        earlier=_name(dice.randrange(max(1, number)), size),
        lang=language.lang,
        title=_sentence(dice.choice(language.titles), language, dice),
        summary=_text(language, dice, 2).replace("*", ""),
        tags=_tags(dice),
        works=works,
        body=_body(language, works, dice),
    )


def _name(number: int, size: int) -> Name:
    moment = _FIRST + _SPAN * (number / size)
    return Name(f"{_slug(number)}-{number:06d}", moment.replace(second=0, microsecond=0))


def _slug(number: int) -> str:
    return TAGS[number % len(TAGS)].replace(" ", "-")


@cache
def _ranks() -> tuple[float, ...]:
    """Weights of the tags, added up: the second is half as frequent as the first, the third a third, …"""
    return tuple(accumulate(1 / rank for rank in range(1, len(TAGS) + 1)))


def _tags(dice: random.Random) -> tuple[str, ...]:
    return tuple(dict.fromkeys(dice.choices(TAGS, cum_weights=_ranks(), k=dice.randint(3, 6))))


def _work(publisher: str, dice: random.Random) -> Work:
    title = _sentence(dice.choice(ENGLISH.titles), ENGLISH, dice)
    return Work(publisher, title, f"{_home(publisher)}{dice.randrange(10**6)}.html")


def _home(publisher: str) -> str:
    return f"https://{_key(publisher)}.example/"


def _key(publisher: str) -> str:
    return publisher.lower().replace(" ", "-")


# --- text


def _sentence(pattern: str, language: Language, dice: random.Random) -> str:
    text = _PLACE.sub(lambda place: dice.choice(language.words[place[1]]), pattern)
    return text[0].upper() + text[1:]


def _text(language: Language, dice: random.Random, sentences: int) -> str:
    return " ".join(_sentence(dice.choice(language.sentences), language, dice) for _ in range(sentences))


def _body(language: Language, works: tuple[Work, ...], dice: random.Random) -> str:
    """Return Markdown of about `_WORDS` words that all three generators read alike."""
    special = _specials(language, works, dice)
    blocks = [_text(language, dice, 4)]
    count = len(blocks[0].split())
    while count < _WORDS:
        if len(blocks) % 5 == 0:
            blocks.append(f"## {dice.choice(language.headings)}")
        block = special.pop() if special and len(blocks) % 2 else _text(language, dice, dice.randint(3, 5))
        blocks.append(block)
        count += len(block.split())
    return "\n\n".join([*blocks, *special]) + "\n"


def _specials(language: Language, works: tuple[Work, ...], dice: random.Random) -> list[str]:
    found = [
        _linked(language, works, dice),
        _listed(language, dice),
        "\n".join(f"> {_text(language, dice, 1)}" for _ in range(2)),
        f"{_text(language, dice, 1)[:-1]}, [{language.earlier}]({_EARLIER}).",
    ]
    if dice.random() < 1 / 6:
        found.append(_table(language, dice))
    if dice.random() < 1 / 12:
        found.append(f"```python\n{dice.choice(CODE)}\n```")
    dice.shuffle(found)
    return found


def _linked(language: Language, works: tuple[Work, ...], dice: random.Random) -> str:
    sentences = (f"{_text(language, dice, 1)[:-1]} ([{work.publisher}]({work.url}))." for work in works)
    return " ".join([*sentences, _text(language, dice, 1)])


def _listed(language: Language, dice: random.Random) -> str:
    return "\n".join(f"- {_text(language, dice, 1)}" for _ in range(dice.randint(3, 5)))


def _table(language: Language, dice: random.Random) -> str:
    words = language.words
    rows = ((dice.choice(words["where"]), dice.choice(words["number"]), dice.choice(words["number"])) for _ in range(4))
    return "\n".join(f"| {' | '.join(row)} |" for row in (language.columns, ("---", "---:", "---:"), *rows))


# --- files


@dataclass(frozen=True, slots=True)
class Form:
    """How a generator wants articles: the folder for them, and the text of one's file."""

    folder: str
    text: Callable[[Article], str]

    def write(self, site: Path, item: Article) -> None:
        """Write or replace the file of an article."""
        path = site / self.folder / item.name.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text(item), encoding="utf-8")


def _quoted(text: str) -> str:
    """`text` as a string of JSON, which is one of YAML, too."""
    return json.dumps(text, ensure_ascii=False)


def _for_digestgen(item: Article) -> str:
    return _with_front(_front(item), _linked_body(item))


def _linked_body(item: Article) -> str:
    return item.body.replace(_EARLIER, f"/{item.earlier.page.removesuffix('index.html')}")


def _front(item: Article) -> tuple[str, ...]:
    works = (
        f"  - {{name: {_key(work.publisher)}, title: {_quoted(work.title)}, url: {_quoted(work.url)}}}"
        for work in item.works
    )
    return (
        f"title: {_quoted(item.title)}",
        f"date: {item.name.moment:%Y-%m-%d %H:%M}",
        f"lang: {item.lang}",
        f"summary: {_quoted(item.summary)}",
        f"tags: [{', '.join(item.tags)}]",
        "sources:",
        *works,
    )


def _with_everything(item: Article) -> str:
    """An article that says all that a digest's may say: who, where, in which section and story, what was wrong."""
    number = int(item.name.slug.rpartition("-")[2])
    reporter, writer = PEOPLE[number % len(PEOPLE)], PEOPLE[number * 7 % len(PEOPLE)]
    front = (
        *_front(item),
        f"section: {TAGS[number % 8]}",
        f"kicker: {TAGS[number % 60]}",
        f"dateline: {PLACES[number % len(PLACES)]}",
        "credits:",
        f"  - {{role: reporting, people: [{{name: {reporter}, place: {PLACES[number % len(PLACES)]}}}]}}",
        f"  - {{role: writing, people: [{writer}]}}",
        *((f"story: the {TAGS[number // 40 % len(TAGS)]} files",) if number % 4 == 0 else ()),
        *((f"corrections: [{{date: {item.name.moment:%Y-%m-%d}, text: One number was wrong.}}]",) * (number % 50 == 0)),
    )
    return _with_front(front, _linked_body(item))


def _for_hugo(item: Article) -> str:
    moment = item.name.moment
    works = (
        f"    - {{publisher: {_quoted(work.publisher)}, title: {_quoted(work.title)}, url: {_quoted(work.url)}}}"
        for work in item.works
    )
    front = (
        f"title: {_quoted(item.title)}",
        f"date: {moment:%Y-%m-%dT%H:%M:%SZ}",
        f"slug: {item.name.slug}",
        f"summary: {_quoted(item.summary)}",
        f"tags: [{', '.join(item.tags)}]",
        f"sources: [{', '.join(_quoted(work.publisher) for work in item.works)}]",
        f'archive: ["{moment:%Y}", "{moment:%Y-%m}"]',
        "params:",
        f"  language: {item.lang}",
        "  works:",
        *works,
    )
    # a plain address: Hugo's checked links are short codes, which take it longer
    return _with_front(front, _linked_body(item))


def _with_front(front: tuple[str, ...], body: str) -> str:
    return "\n".join(["---", *front, "---", "", body])


def _for_pelican(item: Article) -> str:
    works = "\n    ".join(f"{work.publisher} | {work.title} | {work.url}" for work in item.works)
    front = (
        f"Title: {item.title}",
        f"Date: {item.name.moment:%Y-%m-%d %H:%M}",
        f"Slug: {item.name.slug}",
        f"Summary: {item.summary}",
        f"Tags: {', '.join(item.tags)}",
        f"Authors: {'; '.join(work.publisher for work in item.works)}",
        f"Language: {item.lang}",
        f"Works: {works}",
    )
    earlier = f"{{filename}}/{item.earlier.file}"
    return "\n".join([*front, "", item.body.replace(_EARLIER, earlier)])


DIGESTGEN: Final = Form("content", _for_digestgen)
EVERYTHING: Final = Form("content", _with_everything)
HUGO: Final = Form("content/articles", _for_hugo)
PELICAN: Final = Form("content", _for_pelican)


def registry() -> str:
    """Return sources.yaml for digestgen."""
    return "".join(f"{_key(name)}:\n  name: {name}\n  url: {_home(name)}\n" for name in PUBLISHERS)
