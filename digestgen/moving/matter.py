"""Front matter of other generators: YAML, TOML and JSON become plain values, and dates are read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from typing import Any, Final

from digestgen import yaml
from digestgen.config import time_zone
from digestgen.dataclass import dataclass
from digestgen.moments import Written, read_moment
from digestgen.moving.values import Log


@dataclass(frozen=True)
class Matter:
    """A file in two: the values at its head, and its body with the line on which that begins.

    `found` tells whether there was a head at all.
    """

    values: dict[str, Any]
    body: str
    line: int
    found: bool


def split(text: str, path: str, log: Log) -> Matter:
    """Return a file with YAML between lines of `---`, TOML between lines of `+++`, or a JSON object, at its head.

    What cannot be read of it is noted; raises nothing for any text.
    """
    lines = text.split("\n")
    fence = lines[0].rstrip()
    if fence in _READERS:
        end = next((at for at in range(1, len(lines)) if _closes(lines[at], fence)), None)
        if end is None:
            log.person(path, 1, f"the front matter begins with {fence} and never ends")
            return Matter({}, text, 1, found=False)
        values = _READERS[fence]("\n".join(lines[1:end]), path, 2, log)
        return Matter(values, "\n".join(lines[end + 1 :]), end + 2, found=True)
    if text.startswith("{") and fence in ("{", "{}"):
        return _json(text, path, log)
    return Matter({}, text, 1, found=False)


def _closes(line: str, fence: str) -> bool:
    return line.rstrip() == fence or (fence == "---" and line.rstrip() == "...")


def _json(text: str, path: str, log: Log) -> Matter:
    try:
        values, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError) as error:
        log.person(path, getattr(error, "lineno", 1), f"the JSON at the head cannot be read: {error}")
        return Matter({}, text, 1, found=False)
    rest = text[end:].removeprefix("\n")
    return Matter(lowered(values), rest, text.count("\n", 0, end) + 2, found=True)


def lowered(values: Any) -> dict[str, Any]:
    """Return a mapping with its keys in lower case, as most generators read them; of anything else, none."""
    return {str(key).lower(): value for key, value in values.items()} if isinstance(values, Mapping) else {}


def read_yaml(text: str, path: str, first_line: int, log: Log) -> dict[str, Any]:
    """Return the mapping in a YAML text as texts, numbers, lists and mappings; dates stay text."""
    node, faults = yaml.parse(text, path=path, first_line=first_line)
    for fault in faults:
        log.person(path, fault.span.line if fault.span else first_line, f"{fault.message}: it was left out")
    return lowered(plain(node)) if isinstance(node, yaml.Mapping) else {}


def plain(node: yaml.Node | None) -> Any:
    """Return what a node stands for: words, numbers, true, false and null as YAML 1.2 has them."""
    if isinstance(node, yaml.Mapping):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    if isinstance(node, yaml.Sequence):
        return [plain(item) for item in node.items]
    if node is None or yaml.is_null(node):
        return None
    if not node.plain:
        return node.text
    if node.text.lower() in ("true", "false"):
        return node.text.lower() == "true"
    return int(node.text) if re.fullmatch(r"-?(0|[1-9]\d{0,15})", node.text) else node.text


def read_toml(text: str, path: str, first_line: int, log: Log) -> dict[str, Any]:
    """Return the table in a TOML text with dates as texts; nothing, with a note, where it cannot be read."""
    try:
        return lowered(_dateless(tomllib.loads(text)))
    except (ValueError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        said = re.sub(r" \(at [^)]*\)", "", str(error)) or type(error).__name__
        log.person(path, first_line - 1 + (int(at[1]) if at else 1), f"the TOML cannot be read: {said}")
        return {}


def _dateless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dateless(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dateless(item) for item in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value


_READERS: Final = {"---": read_yaml, "+++": read_toml}


# --- values as they are meant


def text(value: Any) -> str:
    """Return a value as one line of text; nothing for what is none."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return ""
    return " ".join(_clean(str(value)).split())


#: What no text of ours may hold: controls, lone surrogates, and line ends that only some know.
_BAD: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _clean(value: str) -> str:
    return _BAD.sub(" ", value)


def clean_body(body: str) -> str:
    """Return a text without what no file of ours may hold."""
    return _BAD.sub("", body).replace("\r\n", "\n").replace("\r", "\n")


def texts(value: Any, parted: str = "") -> tuple[str, ...]:
    """Return a list of texts, each once; one text is a list of one, or is parted at the signs in `parted`."""
    items = value if isinstance(value, list) else re.split(f"[{parted}]", text(value)) if parted else [value]
    named = (item.get("name") if isinstance(item, Mapping) else item for item in items)
    return tuple(dict.fromkeys(filter(None, map(text, named))))


def flag(value: Any) -> bool:
    """Tell whether a value says yes."""
    return value is True or text(value).lower() in ("true", "yes", "1", "on")


#: Ways to write a date that people use and `read_moment` does not know.
_FORMS: Final = (
    "%Y/%m/%d",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d.%m.%Y",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y-%m",
)
_TIMES: Final = ("", " %H:%M", " %H:%M:%S")
_OFFSET: Final = re.compile(r"(?i)\s*(?:UTC|GMT)\s*([+-]\d{1,2}):?(\d{2})?$")


def when(value: Any) -> Written | None:
    """Return the moment that a value writes; None where it writes none."""
    said = re.sub(_OFFSET, lambda match: f" {int(match[1]):+03d}:{match[2] or '00'}", text(value))
    found = read_moment(said) if said else ""
    if isinstance(found, Written):
        return found
    head, _, last = said.rpartition(" ")
    zone = time_zone(last) if head and "/" in last and not last[0].isdigit() else None
    naive = read_moment(head) if zone else ""
    if zone and isinstance(naive, Written):
        return Written(naive.at.replace(tzinfo=zone), timed=True)
    return _formed(said) or _mailed(said)


def _formed(said: str) -> Written | None:
    for form in _FORMS:
        for clock in _TIMES:
            try:
                at = datetime.strptime(said, form + clock)  # noqa: DTZ007 - its zone is that of the site
            except ValueError:
                continue
            return Written(at, timed=bool(clock)) if 1 < at.year < 9999 else None
    return None


def _mailed(said: str) -> Written | None:
    """As mails and RSS have it (RFC 5322)."""
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not 1 < at.year < 9999:
        return None
    return Written(at if at.tzinfo else at.replace(tzinfo=UTC), timed=True)


#: So much of what has no key here is kept with an article, in characters.
_MOST_EXTRA: Final = 4000


def others(values: Mapping[str, Any], known: Iterable[str], path: str, log: Log) -> dict[str, Any]:
    """Return what `values` say beyond the keys `known`, for themes; what is too long for that is noted."""
    rest = {key: value for key, value in values.items() if key not in set(known) and value not in (None, "", [], {})}
    kept = {}
    for key, value in rest.items():
        try:
            size = len(json.dumps(value))
        except (TypeError, ValueError, RecursionError):
            size = _MOST_EXTRA + 1
        if size > _MOST_EXTRA or _depth(value) > 6:
            log.person(path, 1, f"`{key}` is too much to be kept as `extra`, and was left out")
        else:
            kept[key] = value
    return kept


def _depth(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0
