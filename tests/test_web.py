"""The door to the network, against real servers on loopback."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import web

KIND = web.Manners(seconds=5, most=100_000, private=True)


class _Answers(http.server.BaseHTTPRequestHandler):
    server: http.server.HTTPServer

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_port}"
        there = {"/moved": "/page", "/circle": "/circle", "/out": "file:///etc/passwd", "/away": f"{base}/page"}
        if self.path in there:
            self.send_response(301 if self.path != "/away" else 302)
            self.send_header("Location", there[self.path])
            self.end_headers()
            return
        body = {"/big": b"x" * 200_000, "/bomb": gzip.compress(b"x" * 5_000_000)}.get(self.path, b"hello")
        self.send_response(404 if self.path == "/gone" else 200)
        if self.path == "/bomb":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("X-Seen", ", ".join(sorted(name.lower() for name in self.headers)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - http.server's name

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_page_is_fetched(base: str) -> None:
    reply = web.ask(f"{base}/page?a=b#c", KIND)
    assert (reply.status, reply.body, reply.hops) == (200, b"hello", ())


def test_any_status_is_an_answer(base: str) -> None:
    assert web.ask(f"{base}/gone", KIND, method="HEAD").status == 404


def test_redirects_are_followed_and_told(base: str) -> None:
    reply = web.ask(f"{base}/moved", KIND)
    assert reply.status == 200
    assert reply.hops == (web.Hop(301, f"{base}/page"),)
    assert reply.url == f"{base}/page"


@pytest.mark.parametrize(
    ("path", "why"),
    [("/circle", "redirects more than"), ("/out", "no address of the web"), ("/big", "more than"), ("/bomb", "more")],
)
def test_what_goes_too_far_is_refused(base: str, path: str, why: str) -> None:
    with pytest.raises(web.WebError, match=why):
        web.ask(base + path, KIND)


def test_nothing_of_the_environment_is_sent_or_used(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    seen = web.ask(f"{base}/page", KIND).headers["x-seen"].split(", ")
    assert seen == ["accept", "accept-encoding", "connection", "host", "user-agent"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/", "/page", "http://", "http://a:b@example.org/"]
)
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(web.WebError):
        web.ask(url, KIND)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "2130706433", "0x7f.1", "[::ffff:7f00:1]"]
)
def test_private_hosts_are_not_asked_unless_that_is_allowed(host: str) -> None:
    with pytest.raises(web.WebError) as told:
        web.ask(f"http://{host}:9/", web.Manners(seconds=5))
    assert isinstance(told.value, web.RefusedError | web.NoHostError)


def test_a_redirect_into_a_private_network_is_not_followed(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    def once(address: str) -> bool:
        judged.append(address)
        return len(judged) == 1

    monkeypatch.setattr(web, "public", once)
    with pytest.raises(web.RefusedError, match="private network"):
        web.ask(f"{base}/away", web.Manners(seconds=5))
    assert judged == ["127.0.0.1", "127.0.0.1"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "100.64.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fec0::1",  # for sites once, and still in use
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::7f00:1",
        "4000::1",
        "nonsense",
    ],
)
def test_an_address_of_no_public_network_is_known(address: str) -> None:
    assert not web.public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert web.public(address)


@given(st.text(max_size=40))
def test_judging_an_address_raises_nothing(text: str) -> None:
    web.public(text)


def test_a_server_that_never_ends_is_left_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(b"HTTP/1.1 200 OK\r\n")
                for number in range(1000):
                    try:
                        client.sendall(b"X-%d: 1\r\n" % number)
                    except OSError:
                        return
                    time.sleep(0.01)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(web.WebError, match="too long"):
            web.ask(f"http://127.0.0.1:{server.getsockname()[1]}/", web.Manners(seconds=0.5, private=True))
        assert time.monotonic() - began < 8


def test_an_answer_that_is_no_http_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            client, _ = server.accept()
            with client:
                client.recv(1000)
                client.sendall(b"220 mail ready\r\n\r\n")

        threading.Thread(target=talk, daemon=True).start()
        with pytest.raises(web.WebError, match="no HTTP"):
            web.ask(f"http://127.0.0.1:{server.getsockname()[1]}/", KIND)


def test_a_host_that_refuses_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(web.WebError, match="refused"):
        web.ask(f"http://127.0.0.1:{port}/", KIND)
