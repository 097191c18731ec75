"""The door for URLs: what an article may link to, and how the site's own links are written.

A *site path* begins with one `/` and leads from the site's root. Between modules it is percent-encoded
(RFC 3986) unless a docstring says that it is decoded. What an article writes is read as browsers read it (the
WHATWG's URL standard), because that is where it would do its harm.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote_to_bytes, urlsplit

from digestgen.dataclass import dataclass

#: All that a link may begin with; a link without a scheme stays in the site.
SCHEMES = frozenset(["http", "https", "mailto"])

Kind = Literal["external", "mail", "fragment", "relative", "site", "refused"]


@dataclass(frozen=True)
class Link:
    """What a link in an article is.

    `url` is what may be written into a page, percent-encoded, `""` if the link is refused. `path` and `fragment`
    are decoded, the path only for `relative` and `site`; `query` is as it was written. `reason` says why a link
    is refused, to be read after "the link is refused: ".
    """

    kind: Kind
    url: str = ""
    path: str = ""
    fragment: str = ""
    query: str = ""
    reason: str = ""


_CONTROLS = "".join(map(chr, range(0x21)))
_LINE_BREAKS = dict.fromkeys(map(ord, "\t\n\r"))
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# RFC 3986, section 3.2, without a user's name. Of ASCII a host has what names in the DNS have: the WHATWG lets it have
# more, as the semicolon, which would begin another directive in a content security policy.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s\x00-,/:-@\[-^`{-\x7f]+)(:[0-9]+)?:?")
_AUTHORITY = re.compile(r"https?://([^/?#]+)")
# CSP level 3, section 2.3.1 (host-source), with the low line that names of services have.
_IN_POLICY = re.compile(r"[a-z0-9._-]+(:[0-9]+)?")
_LOOSE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 3986, section 3.3 (pchar) with the slash, and section 3.4 for what follows.
_IN_PATH = "/:@!$&'()*+,;="
_IN_QUERY = _IN_PATH + "?"


def classify(raw: str) -> Link:
    """Return what `raw` is, a link as an article writes it, with its HTML entities decoded. Raises nothing."""
    text = raw.strip(_CONTROLS).translate(_LINE_BREAKS)
    if _UNSEEN.search(text):
        return _refused("it has a control character")
    before, mark, fragment = text.partition("#")
    address, _, query = before.partition("?")
    if "\\" in address:
        return _refused("it has a backslash, which browsers read as a slash")
    scheme = _SCHEME.match(address)
    if scheme is None and not address.startswith("//"):
        return _inside(address, before[len(address) :], mark + fragment)
    name = scheme[1].lower() if scheme else "https"
    if name == "mailto":
        return Link("mail", "mailto:" + _encoded(text[len("mailto:") :], _IN_QUERY), query=query)
    if name not in SCHEMES:
        return _refused(f"its scheme is {name[:20]}:, and not http:, https: or mailto:")
    return _external(name, text[scheme.end() if scheme else 0 :], fragment)


def _refused(reason: str) -> Link:
    return Link("refused", reason=reason)


def _external(scheme: str, rest: str, fragment: str) -> Link:
    try:
        parts = urlsplit(f"{scheme}:{rest}")
        parts.port  # noqa: B018  it is looked at for its ValueError
    except ValueError:
        return _refused("it cannot be read as a URL")
    if "@" in parts.netloc:
        return _refused("it has a user's name before the host")
    where = _HOST.fullmatch(parts.netloc) if rest.startswith("//") else None
    if where is None:
        return _refused("it has no host, or a wrong one")
    url = f"{scheme}://{where[1].lower()}{where[2] or ''}{_encoded(parts.path, _IN_PATH)}"
    url += _after("?", parts.query) + _after("#", parts.fragment)
    return Link("external", url, fragment=unquote(fragment), query=parts.query)


def _inside(address: str, query: str, fragment: str) -> Link:
    """Return the link for an address without scheme and host; `query` and `fragment` have their marks."""
    path = unquote(address)
    # After decoding, which happens once: a check before it would be one for the other side.
    if "\ufffd" in path or _UNSEEN.search(path) or "\\" in path:
        return _refused("it has percent signs that stand for no text")
    kind: Kind = "site" if address.startswith("/") else "relative"  # %2F is part of a name to browsers
    if not address and not query[1:]:
        kind = "fragment"
    url = _encoded(address, _IN_PATH) + _after("?", query[1:]) + _after("#", fragment[1:])
    return Link(kind, url, path, unquote(fragment[1:]), query[1:])


def _encoded(text: str, safe: str) -> str:
    """Return `text` percent-encoded but for `safe`; what is encoded already stays, a loose `%` becomes `%25`."""
    if _PLAIN.fullmatch(text):
        return text
    return quote(_LOOSE_PERCENT.sub("%25", text), safe=safe + "%")


def _after(mark: str, text: str) -> str:
    return mark + _encoded(text, _IN_QUERY) if text else ""


def safe_external(raw: str) -> str | None:
    """Return `raw` as a URL of the web that may be written into a page, or None if it is none. Raises nothing.

    It begins with http: or https:, has a host in lower case and no user's name; blanks and what is not ASCII
    are percent-encoded behind the host.
    """
    link = classify(raw)
    return link.url if link.kind == "external" and _SCHEME.match(raw.strip(_CONTROLS)) else None


def authority(raw: str) -> str:
    """Return host and port of `raw`, an address of the web as an article writes it, as a policy names them.

    They are in ASCII and lower case; `""` if `raw` is none, or has a host that no policy can name. Raises nothing.
    """
    found = _AUTHORITY.match(classify(raw).url)
    if found is None:
        return ""
    try:
        name = found[1] if found[1].isascii() else found[1].encode("idna").decode()
    except UnicodeError:
        return ""
    # after encoding, which can make ASCII of other signs
    return name if _IN_POLICY.fullmatch(name) else ""


#: What nearly all paths are: nothing in them has to be encoded.
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*")


def quote_path(path: str) -> str:
    """Return the decoded `path` percent-encoded as UTF-8 (RFC 3986, section 3.3); its slashes stay."""
    if _PLAIN.fullmatch(path):
        return path
    return quote(path, safe=_IN_PATH, errors="replace")


def unquote(text: str) -> str:
    """Return `text` decoded; bytes that are no UTF-8 become U+FFFD."""
    return unquote_to_bytes(text.encode("utf-8", "replace")).decode("utf-8", "replace") if "%" in text else text


@lru_cache(maxsize=1024)
def _folders(url: str) -> tuple[tuple[str, str], ...]:
    """Return the folders above `url`, innermost first, each with the way up to it."""
    steps = url.split("/")[:-1]
    return tuple(("/".join(steps[: len(steps) - up]) + "/", "../" * up) for up in range(len(steps)))


def relative(from_url: str, to: str) -> str:
    """Return a reference from the page `from_url` to `to`, both site paths; `to` may have a query or fragment.

    It works under any prefix and without a server: it never begins with `/` or with what looks like a scheme
    (RFC 3986, section 4.2). A page's link to itself is `./`, its file's name, or only the fragment.
    """
    if to.startswith(from_url + "#"):
        return to[len(from_url) :]
    for folder, climb in _folders(from_url):
        if to.startswith(folder):
            rest = climb + to[len(folder) :]
            first = rest.partition("/")[0]
            return f"./{rest}" if not first or first[0] in "?#" or ":" in first else rest
    raise ValueError(f"{from_url!r} or {to!r} is no site path")


def absolute(base_url: str, to: str) -> str:
    """Return the whole URL of the site path `to` on the site at `base_url`, with or without a final slash."""
    return base_url.rstrip("/") + to


def host(url: str) -> str:
    """Return the host of `url` in lower case without port, `""` if there is none. Raises nothing."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
