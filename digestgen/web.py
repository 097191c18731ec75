"""The door to the network: one request at a time, to hosts that anyone may ask, bounded in size and time.

Addresses come from content, which is not trusted: so only http and https are spoken, a host is looked up here and its
addresses are judged before one of them is connected to, and each redirect is judged again. Nothing of the environment
(proxies, netrc) is used, no cookie kept, no name or password sent.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from digestgen import __version__, urls
from digestgen.dataclass import dataclass

REDIRECTS: Final = frozenset([301, 302, 303, 307, 308])

#: Redirects that say that the old address is to be given up (RFC 9110, 15.4.2 and 15.4.9).
PERMANENT: Final = frozenset([301, 308])

#: A site that has more redirects than this in a row has a circle.
_HOPS: Final = 8

#: All that is global unicast in IPv6 (RFC 4291, 2.5.4; IANA has given out no other): fec0::/10 once was for sites.
_UNICAST: Final = ipaddress.IPv6Network("2000::/3")

#: An IPv6 address that carries an IPv4 address, which is the one that counts (RFC 6052, RFC 3056).
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


_Place = tuple[socket.AddressFamily, str, int]


class WebError(Exception):
    """A request that has no answer; the text says why, to be read after "it does not answer: "."""


class RefusedError(WebError):
    """A request that was not made, since where it leads must not be asked."""


class NoHostError(WebError):
    """A request to a host that does not exist."""


@dataclass(frozen=True)
class Manners:
    """How the network is used: seconds for a whole answer, bytes of a body, and whether private hosts may be asked."""

    seconds: float = 20.0
    most: int = 10 * 1024 * 1024
    private: bool = False
    agent: str = f"digestgen/{__version__}"


@dataclass(frozen=True)
class Hop:
    """A redirect on the way: its status and the address to which it leads."""

    status: int
    url: str


@dataclass(frozen=True)
class Reply:
    """What came in the end: from `url`, by way of `hops`. Names of `headers` are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hops: tuple[Hop, ...] = ()


def nobody(_method: str, _url: str, _came: str, _seconds: float) -> None:
    """Is told of a request, and says nothing."""


#: Who is told of each request: its method and address, the status or why there is none, and how long that took.
told: Callable[[str, str, str, float], None] = nobody


def ask(
    url: str,
    manners: Manners = Manners(),
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bool = True,
) -> Reply:
    """Return what `url` answers, at the end of its redirects; any status is an answer. Without `body` that is not read.

    Raises RefusedError, NoHostError or WebError; a body of more than `manners.most` bytes is a WebError.
    """
    deadline = time.monotonic() + manners.seconds
    hops: list[Hop] = []
    manners = manners if body else replace(manners, most=0)
    while True:
        status, found, data = _told(url, method, {**(headers or {})}, manners, deadline)
        there = found.get("location", "")
        if status not in REDIRECTS or not there:
            return Reply(url, status, found, data, tuple(hops))
        if len(hops) == _HOPS:
            raise WebError(f"it redirects more than {_HOPS} times")
        url = _joined(url, there)
        hops.append(Hop(status, url))


def _told(
    url: str, method: str, headers: dict[str, str], manners: Manners, deadline: float
) -> tuple[int, dict[str, str], bytes]:
    began, came = time.monotonic(), ""
    try:
        answer = _once(url, method, headers, manners, deadline)
        came = str(answer[0])
    except WebError as error:
        came = str(error)
        raise
    else:
        return answer
    finally:
        told(method, url, came or "interrupted", time.monotonic() - began)


def _joined(url: str, there: str) -> str:
    try:
        joined = urls.safe_external(urljoin(url, there))
    except ValueError:
        joined = None
    if joined is None:
        raise RefusedError(f"it redirects to `{there[:80]}`, which is no address of the web")
    return joined


def _once(
    url: str, method: str, headers: dict[str, str], manners: Manners, deadline: float
) -> tuple[int, dict[str, str], bytes]:
    safe = urls.safe_external(url)
    if safe is None:
        raise RefusedError("it is no address of the web")
    parts = urlsplit(safe)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"User-Agent": manners.agent, "Accept": "*/*", "Accept-Encoding": "gzip", "Connection": "close", **headers}
    connection = _connection(safe, manners, deadline)
    try:
        with _ended(connection, deadline):
            connection.request(method, target, headers=sent)
            reply = connection.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            body = b"" if method == "HEAD" or not manners.most else _body(reply, manners)
        _left(deadline)  # what was cut off at the deadline looks like an end
        if "gzip" in found.get("content-encoding", "").lower() and body:
            body = _unpacked(body, manners.most)
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
        raise WebError(_reason(error if time.monotonic() < deadline else TimeoutError())) from None
    finally:
        connection.close()
    return reply.status, found, body


@contextlib.contextmanager
def _ended(connection: http.client.HTTPConnection, deadline: float) -> Iterator[None]:
    """End what goes on over `connection` at the deadline: a server may send a byte now and then for ever."""
    sock = connection.sock

    def end() -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(_left(deadline), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _body(reply: http.client.HTTPResponse, manners: Manners) -> bytes:
    body = reply.read(manners.most + 1)
    if len(body) > manners.most:
        raise WebError(f"it has more than {manners.most:,} bytes")
    return body


def _unpacked(body: bytes, most: int) -> bytes:
    packed = zlib.decompressobj(wbits=31)
    data = packed.decompress(body, most + 1)
    if len(data) > most:
        raise WebError(f"it has more than {most:,} bytes")
    return data


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connection(url: str, manners: Manners, deadline: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    try:
        port = parts.port or (443 if secure else 80)
        name = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError:
        raise RefusedError("its host or port cannot be one") from None
    connection = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(name, port)
    try:
        sock = _connected(_addresses(name, port, manners), deadline)
        connection.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=name) if secure else sock
    except OSError as error:
        raise WebError(_reason(error)) from None
    return connection


def _addresses(name: str, port: int, manners: Manners) -> list[_Place]:
    """Return the addresses of a host that may be asked, judged before any is connected to."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
            raise NoHostError(f"there is no host {name}") from None
        raise
    except UnicodeError:
        raise RefusedError("its host cannot be one") from None
    listed = [(family, str(address[0])) for family, _, _, _, address in found]
    if not manners.private and not all(public(address) for _, address in listed):
        raise RefusedError(f"{name} is on this machine or in a private network")
    return [(family, address, port) for family, address in listed]


def public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet (IANA's special-purpose registries)."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(ip.packed[-4:]) if ip in _NAT64 else None)
        if inner is not None:
            return public(str(inner))
        return ip.is_global and ip in _UNICAST
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _connected(listed: list[_Place], deadline: float) -> socket.socket:
    last: OSError = OSError("it has no address")
    for family, address, port in listed:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(_left(deadline))
            sock.connect((address, port))
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    raise last


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it takes too long"
    if isinstance(error, ssl.SSLError):
        return f"its certificate or encryption is refused ({error.reason or 'no reason given'})"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return f"its answer is no HTTP ({type(error).__name__})"
