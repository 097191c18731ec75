"""Who may ask: browsers on this machine, for pages of this server, and nobody on another site's behalf.

A page of another site can make the reader's browser ask a server on the reader's own machine: by its address, or by
a name that was turned to that address since (DNS rebinding). Browsers tell whom they asked (Host) and on whose
behalf (Origin, Sec-Fetch-Site); all three have to be right.
"""

from __future__ import annotations

import ipaddress
import re
from http import HTTPStatus
from typing import Final

from digestgen.dataclass import dataclass
from digestgen.serve.wire import Refused, Request

#: The names of this machine for itself, as a browser writes them.
_LOOPBACK: Final = frozenset(["localhost", "127.0.0.1", "[::1]"])

_HOST: Final = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,253})(?::(?P<port>[0-9]{1,5}))?")


def is_loopback(host: str) -> bool:
    """Tell whether what is bound to `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Guard:
    """Knows by which names the server may be asked: `host` is what it is bound to, with `port`."""

    host: str
    port: int

    def check(self, request: Request) -> None:
        """Raise `Refused` unless `request` is the reader's own."""
        host = request.fields.get("host", "")
        if not self._is_ours(host):
            raise Refused(HTTPStatus.FORBIDDEN, f"this is not {host[:100] or 'anybody'}; ask http://{self.address}/")
        origin = request.fields.get("origin")
        if origin is not None and origin.lower() != f"http://{host.lower()}":
            raise Refused(HTTPStatus.FORBIDDEN, "pages of other sites get nothing here")
        if request.fields.get("sec-fetch-site", "none") not in ("none", "same-origin") and not _visits(request):
            raise Refused(HTTPStatus.FORBIDDEN, "pages of other sites get nothing here")
        if request.method == "POST" and origin is None:
            raise Refused(HTTPStatus.FORBIDDEN, "only pages of this preview may ask for that")

    @property
    def address(self) -> str:
        """Host and port, as in an address."""
        return f"{self.host}:{self.port}"

    def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        if match is None or int(match["port"] or 80) != self.port:
            return False
        name = match["name"].lower()
        if name in _LOOPBACK or name == self.host.lower():
            return True
        # whoever opens the server to a network is asked by the address it has there, which no one can rebind
        return not is_loopback(self.host) and _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _visits(request: Request) -> bool:
    """Tell whether a reader followed a link here, which any site may have."""
    mode, target = (request.fields.get(f"sec-fetch-{name}", "") for name in ("mode", "dest"))
    return request.method in ("GET", "HEAD") and (mode, target) == ("navigate", "document")
