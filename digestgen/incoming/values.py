"""What a feed of others says, whatever its format: plain text, cleaned, with whole addresses. Nothing in it is trusted.

All texts are lines without control characters but `Entry.summary`, which has paragraphs parted by blank lines.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Final
from urllib.parse import urljoin

from digestgen import licenses, plaintext, tracking, urls, yaml
from digestgen.dataclass import dataclass
from digestgen.moments import read_moment
from digestgen.schema import LANGUAGE


class UnreadableError(Exception):
    """Something is no feed; the text says what it is instead, to be read after "it cannot be read: "."""


@dataclass(frozen=True)
class Work:
    """A work that an entry says it rests on; `publisher` is a name, where it is told."""

    url: str
    title: str = ""
    publisher: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Entry:
    """An entry. `id` is what its feed knows it by, its address where it has none, and never empty.

    `published` is aware. `origin` is the publisher of an entry that its feed took from another one, `license` the
    address of a licence or its name.
    """

    id: str
    url: str = ""
    title: str = ""
    summary: str = ""
    published: datetime | None = None
    lang: str = ""
    authors: tuple[str, ...] = ()
    license: str = ""
    tags: tuple[str, ...] = ()
    origin: str = ""
    via: tuple[Work, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A feed: `page` is its publisher's, `url` its own address; both are empty where it does not tell.

    `older` is the address of the document with the entries before these (RFC 5005, `next_url` of JSON Feed). `broken`
    says what is wrong with it, if anything is; `entries` are what could be read all the same.
    """

    title: str = ""
    page: str = ""
    url: str = ""
    lang: str = ""
    license: str = ""
    authors: tuple[str, ...] = ()
    older: str = ""
    entries: tuple[Entry, ...] = ()
    broken: str = ""


# --- cleaning

#: What no line of YAML or Markdown may hold: controls, surrogates, noncharacters, marks of byte order, tags.
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e0fff]"
)

#: The longest that is taken of a line, of a summary and of an address, and the most HTML that is looked at.
LINE: Final = 300
SUMMARY: Final = 1_000
ADDRESS: Final = 2_000
_HTML: Final = 50_000
_ID: Final = 400


def fit(text: str) -> str:
    """Return `text` without what must not stand in a file: controls, and directions that are turned and not ended."""
    return yaml.straight(_UNFIT.sub("", text))


def line(text: object, most: int = LINE) -> str:
    """Return `text` as one clean line of at most `most` characters, cut between words; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    clean = fit(" ".join(text[: most * 20].split()))
    clean = " ".join(clean.split())
    return clean if len(clean) <= most else fit(_cut(clean, most))


def _cut(text: str, most: int) -> str:
    head = text[: most - 1]
    words = head.rpartition(" ")[0]
    return (words if len(words) > most // 2 else head).rstrip(" ,;:–—-") + "…"


def of_html(html: str, most: int = SUMMARY) -> str:
    """Return HTML as text: paragraphs parted by blank lines, no more than `most` characters, cut between words."""
    text = plaintext.plain(html[:_HTML], lambda _: "\ufdd0").replace("\u00a0\ufdd0", "")
    return paragraphs(text, most)


def paragraphs(text: str, most: int = SUMMARY) -> str:
    """Return `text` as clean paragraphs parted by blank lines, no more than `most` characters, cut between words."""
    kept: list[str] = []
    room = most
    for block in re.split(r"\n\s*\n", text[:_HTML]):
        clean = line(block, _HTML)
        if len(clean) > room:
            kept.append(line(clean, room) if room > 40 or not kept else "…")
            break
        if clean:
            kept.append(clean)
            room -= len(clean)
    return "\n\n".join(kept)


def title_of_html(html: str) -> str:
    """Return a title that is HTML as one line of text."""
    return line(of_html(html, LINE))


def is_html(text: str) -> bool:
    """Tell whether `text`, of which nobody says what it is, must be HTML: it has an end tag or a reference."""
    return re.search(r"</\w+\s*>|<(?:br|p|img|hr)\b[^<>]*>|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]\w+);", text) is not None


def address(url: object, base: str = "") -> str:
    """Return `url` as a whole address of the web without parameters that track, resolved against `base`, or nothing."""
    if not isinstance(url, str) or not url.strip() or len(url) > ADDRESS:
        return ""
    try:
        whole = urljoin(base, url.strip()) if base else url.strip()
    except ValueError:
        return ""
    safe = urls.safe_external(whole)
    return tracking.stripped(safe) if safe and len(safe) <= ADDRESS and not _UNFIT.search(safe) else ""


def identity(id: object, url: str, title: str, summary: str) -> str:
    """Return what an entry is known by: the id that its feed gives it, else its address, else what it says."""
    text = str(id) if isinstance(id, str | int | float) else ""
    text = fit(" ".join(text.split()))
    if text and len(text) <= _ID:
        return text
    return url or line(f"{title} {summary} {text}", _ID)


def language(tag: object) -> str:
    """Return a language's tag as BCP 47 writes it (en-GB, zh-Hans), or nothing where `tag` is none."""
    text = tag.strip().replace("_", "-") if isinstance(tag, str) else ""
    if not re.fullmatch(LANGUAGE, text) or len(text) > 35:
        return ""
    first, *others = text.split("-")
    return "-".join([first.lower(), *(_subtag(part) for part in others)])


def _subtag(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()


def license(*told: object) -> str:
    """Return the licence among what is told (addresses, or sentences on rights), by its name where that is known."""
    for text in told:
        if not isinstance(text, str):
            continue
        for found in (*re.findall(r"https?://[^\s\"'<>]+", text[: LINE * 4]), unescape(text[:LINE])):
            name = licenses.name(found.rstrip(".,;)"))
            if name:
                return name
        named = licenses.address(line(text))
        if named:
            return licenses.name(named) or named
    return ""


#: The oldest and the newest year that an entry can be of.
_YEARS: Final = range(1000, 3000)


def moment(text: object) -> datetime | None:
    """Return a moment as feeds write it (RFC 3339, RFC 822), aware; what has no zone is UTC. None where it is none."""
    if not isinstance(text, str) or len(text) > 100:
        return None
    written = read_moment(" ".join(text.split()))
    found = _rfc822(text) if isinstance(written, str) else written.at
    if found is None or found.year not in _YEARS:
        return None
    return whole_minutes(found if found.tzinfo else found.replace(tzinfo=UTC))


def _rfc822(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def whole_minutes(at: datetime) -> datetime:
    """Return `at` (aware) in a zone that is whole minutes off UTC and less than a day, as a file can write it."""
    offset = at.utcoffset() or timedelta()
    return at.astimezone(UTC) if offset % timedelta(minutes=1) else at


def distinct(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return `entries` each once, by id; an id that several addresses share is none, so their addresses are theirs."""
    pairs = {(entry.id, entry.url): entry for entry in reversed(entries)}
    shared = Counter(id for id, _ in pairs)
    found: dict[str, Entry] = {}
    for entry in reversed(pairs.values()):
        key = f"{entry.id} {entry.url}" if shared[entry.id] > 1 and entry.url else entry.id
        found.setdefault(key, entry if key == entry.id else _renamed(entry, key))
    return tuple(found.values())


def _renamed(entry: Entry, id: str) -> Entry:
    return replace(entry, id=id)
