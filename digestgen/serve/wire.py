"""HTTP/1.1 (RFC 9112), as much of it as a preview needs: heads of requests to values, answers to bytes.

What is not understood is refused and the connection closed, so that no two readers can disagree on where a
request ends: no chunks, no folded lines, no two lengths, one host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from email.utils import formatdate
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from digestgen.dataclass import dataclass

#: Bytes of a head, lines in it, bytes of a body. A browser's heads have about one kilobyte.
HEAD: Final = 16 * 1024
_LINES: Final = 100
BODY: Final = 4 * 1024

_REQUEST: Final = re.compile(rb"([A-Z]{1,20}) ([\x21-\x7e]{1,8192}) HTTP/1\.([01])")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*")
_METHODS: Final = ("GET", "HEAD", "POST")
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f\\\\]")
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Refused(Exception):
    """A request is not answered but with a status and a sentence."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True)
class Request:
    """The head of a request: `path` is decoded, `query` too, names in `fields` are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    fields: Mapping[str, str]
    lasting: bool = True
    """Whether the connection may go on after the answer."""
    length: int = 0
    """Bytes of the body."""


@dataclass(frozen=True)
class Answer:
    """An answer whose body is at hand, or, as `part`, a span of bytes (from, up to) of the site's file `path`."""

    status: HTTPStatus
    body: bytes = b""
    type: str = "text/plain; charset=utf-8"
    fields: tuple[tuple[str, str], ...] = ()
    path: str = ""
    part: tuple[int, int] = (0, 0)

    @property
    def length(self) -> int:
        return self.part[1] - self.part[0] if self.path else len(self.body)


def parse(head: bytes) -> Request:
    """Return the request whose head, up to its empty line, is `head`; raise `Refused` for anything odd."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    begun = _REQUEST.fullmatch(first)
    if begun is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "this is no request of HTTP/1.1")
    method = begun[1].decode()
    if method not in _METHODS:
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "the preview answers GET, HEAD and POST")
    fields = _fields(lines)
    path, query = _target(begun[2].decode())
    wish = fields.get("connection", "").lower()
    lasting = "close" not in wish and (begun[3] == b"1" or "keep-alive" in wish)
    return Request(method, path, query, fields, lasting, _length(method, fields))


def _fields(lines: list[bytes]) -> dict[str, str]:
    if len(lines) > _LINES:
        raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the request has too many lines")
    found: dict[str, str] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "a line of the request cannot be read")
        name, value = match[1].decode().lower(), match[2].decode("latin-1")
        if name in found and name in ("host", "content-length", "origin", "transfer-encoding"):
            raise Refused(HTTPStatus.BAD_REQUEST, f"the request has {name} twice")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _target(target: str) -> tuple[str, dict[str, str]]:
    if not target.startswith("/") or "#" in target:
        raise Refused(HTTPStatus.BAD_REQUEST, "the request is for no path")
    raw, _, query = target.partition("?")
    try:
        path = unquote_to_bytes(raw).decode()
        pairs = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20, errors="strict"))
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, "the address stands for no text") from None
    if _UNSEEN.search(path):
        raise Refused(HTTPStatus.BAD_REQUEST, "the address has a character that no address has")
    return path, pairs


def _length(method: str, fields: Mapping[str, str]) -> int:
    if "transfer-encoding" in fields or "expect" in fields:
        raise Refused(HTTPStatus.NOT_IMPLEMENTED, "the body has to come whole, with its length")
    given = fields.get("content-length", "0")
    if not re.fullmatch("[0-9]{1,9}", given):
        raise Refused(HTTPStatus.BAD_REQUEST, "the length of the body is no number")
    length = int(given)
    if length > (BODY if method == "POST" else 0):
        raise Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > BODY else HTTPStatus.BAD_REQUEST, "nobody asked for it"
        )
    return length


def refusal(refused: Refused) -> Answer:
    """Return the answer to a request that is refused."""
    allow = refused.status == HTTPStatus.METHOD_NOT_ALLOWED
    fields = (("Allow", ", ".join(_METHODS)),) if allow else ()
    return Answer(refused.status, f"{refused.why}\n".encode(), fields=fields)


#: On every answer. Nothing is kept, nothing is guessed, and no page of another origin gets it, be it in a frame.
_ALWAYS: Final = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "SAMEORIGIN"),
)


def head_of(answer: Answer, *, lasting: bool, measured: bool = True) -> bytes:
    """Return the head of `answer`; `measured` tells that its length is known, so that the connection may go on."""
    lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}"]
    fields: list[tuple[str, str]] = [("Date", formatdate(usegmt=True)), ("Content-Type", answer.type), *_ALWAYS]
    fields += answer.fields
    if measured:
        fields.append(("Content-Length", str(answer.length)))
    if not lasting:
        fields.append(("Connection", "close"))
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace")


@dataclass(frozen=True)
class Entity:
    """What stands at an address: how long it is in bytes, its type and what tells it from others (an ETag's text)."""

    length: int
    type: str
    tag: str
    path: str = ""
    body: bytes = field(default=b"", repr=False)


def answer(entity: Entity, status: HTTPStatus, request: Request) -> Answer:
    """Return `entity` as `request` wants it: whole, a range (RFC 9110, section 14), or word that it is the same."""
    tag = f'"{entity.tag}"'
    fields = (("ETag", tag), ("Accept-Ranges", "bytes"))
    if status == HTTPStatus.OK:
        if _same(request.fields.get("if-none-match", ""), tag):
            return Answer(HTTPStatus.NOT_MODIFIED, type=entity.type, fields=fields)
        span = _span(request, tag, entity.length)
        if span is not None:
            return _partial(entity, span, fields)
    return _slice(entity, status, (0, entity.length), fields)


def _same(wanted: str, tag: str) -> bool:
    return wanted.strip() == "*" or tag in (item.strip().removeprefix("W/") for item in wanted.split(","))


def _span(request: Request, tag: str, length: int) -> tuple[int, int] | None:
    """Return the range that is asked for, empty where there is none such; None where all is, or several are."""
    match = _RANGE.fullmatch(request.fields.get("range", "").strip())
    if match is None or match[0] == "bytes=-" or request.fields.get("if-range", tag) != tag:
        return None
    if not match[1]:
        return max(0, length - int(match[2])), length
    first = int(match[1])
    last = min(int(match[2]), length - 1) if match[2] else length - 1
    return (first, last + 1) if first <= last else (0, 0)


def _partial(entity: Entity, span: tuple[int, int], fields: Iterable[tuple[str, str]]) -> Answer:
    if span[0] >= span[1]:
        return Answer(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, fields=(("Content-Range", f"bytes */{entity.length}"),)
        )
    shown = ("Content-Range", f"bytes {span[0]}-{span[1] - 1}/{entity.length}")
    return _slice(entity, HTTPStatus.PARTIAL_CONTENT, span, (*fields, shown))


def _slice(entity: Entity, status: HTTPStatus, span: tuple[int, int], fields: Iterable[tuple[str, str]]) -> Answer:
    body = entity.body if span == (0, entity.length) else entity.body[slice(*span)]
    return Answer(status, body, entity.type, tuple(fields), entity.path, span)
