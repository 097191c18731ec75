"""Links that lead out of the site, asked of a real server on loopback."""

from __future__ import annotations

import http.server
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import outside, web
from digestgen.diagnostics import Span
from digestgen.outside import Asked, Request
from tests.building import NOW


@dataclass
class Host:
    """A server that answers by path, and how often it was asked for each."""

    base: str
    asked: Counter[str] = field(default_factory=Counter)
    busy: int = 0


@pytest.fixture
def host() -> Iterator[Host]:
    told = Host("")

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked[f"{self.command} {self.path}"] += 1
            status, there = {
                "/gone": (404, ""),
                "/moved": (301, "/good"),
                "/moved-often": (301, "/detour"),
                "/detour": (302, "/good"),
                "/soft": (302, "/"),
                "/forbidden": (403, ""),
                "/no-head": (405 if self.command == "HEAD" else 200, ""),
                "/odd": (799, ""),
            }.get(self.path, (200, ""))
            if self.path == "/busy":
                told.busy += 1
                status = 429 if told.busy < 3 else 200
            self.send_response(status)
            if there:
                self.send_header("Location", there)
            if status == 429:
                self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        told.base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield told
        server.shutdown()


ASK = Request(NOW, manners=web.Manners(seconds=5, private=True), pause=0)


def states(host: Host, *paths: str, request: Request = ASK) -> list[str]:
    found = outside.ask([host.base + path for path in paths], request)
    return [found[host.base + path].state for path in paths]


def test_each_answer_is_judged(host: Host) -> None:
    assert states(host, "/good", "/gone", "/no-head") == ["good", "dead", "good"]
    assert states(host, "/detour", "/moved-often") == ["good", "good"]
    assert states(host, "/forbidden", "/odd") == ["silent", "silent"]
    assert outside.ask([host.base + "/moved"], ASK) == {
        host.base + "/moved": outside.Outcome("moved", there=host.base + "/good")
    }


def test_a_page_that_became_the_front_page_is_dead(host: Host) -> None:
    assert states(host, "/soft", "/") == ["dead", "good"]


def test_the_head_is_asked_for_before_the_page(host: Host) -> None:
    states(host, "/good", "/no-head")
    assert host.asked == {"HEAD /good": 1, "HEAD /no-head": 1, "GET /no-head": 1}


def test_a_busy_host_is_asked_once_more(host: Host) -> None:
    assert states(host, "/busy") == ["good"]
    assert host.asked["GET /busy"] == 2


def test_a_host_that_never_answers_is_left_alone() -> None:
    listed = [f"http://127.0.0.1:9/{number}" for number in range(20)]
    found = outside.ask(listed, ASK)
    assert {item.state for item in found.values()} == {"silent"}


def test_nothing_private_is_asked_unless_that_is_allowed(host: Host) -> None:
    assert states(host, "/good", request=replace(ASK, manners=web.Manners())) == ["private"]
    assert not host.asked


def test_what_was_good_is_remembered_for_a_week(host: Host, tmp_path: Path) -> None:
    request = replace(ASK, memory=str(tmp_path / "cache" / "links.json"))
    for _ in range(2):
        assert states(host, "/good", "/moved", "/gone", request=request) == ["good", "moved", "dead"]
    assert (host.asked["HEAD /good"], host.asked["HEAD /moved"], host.asked["GET /gone"]) == (2, 1, 2)
    later = replace(request, now=NOW + timedelta(days=8))
    assert states(host, "/good", request=later) == ["good"]
    assert host.asked["HEAD /good"] == 3


JSON = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.binary(max_size=200) | JSON.map(json.dumps).map(str.encode))
def test_whatever_stands_in_the_memory_is_no_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "links.json"
    file.write_bytes(data)
    assert outside.ask([], replace(ASK, memory=str(file))) == {}


def test_a_hostile_memory_forges_no_answer(host: Host, tmp_path: Path) -> None:
    file = tmp_path / "links.json"
    at = int(NOW.timestamp())
    rows = {host.base + "/gone": ["moved", "javascript:alert(1)", at], host.base + "/moved": ["good", 7, at]}
    file.write_text(json.dumps(rows))
    assert states(host, "/gone", "/moved", request=replace(ASK, memory=str(file))) == ["dead", "moved"]


def test_hosts_and_beginnings_that_are_named_are_not_asked(host: Host) -> None:
    asked = [Asked(f"{host.base}/gone", (Span("a.md"),)), Asked("http://sub.example.org/x", (Span("a.md"),))]
    assert outside.faults(asked, replace(ASK, skip=(host.base + "/g", "example.org"))) == []


def test_a_dead_link_is_told_at_each_of_its_places_with_the_archives_copy(host: Host) -> None:
    places = (Span("a.md", 3), Span("b.md", 4))
    told = outside.faults([Asked(host.base + "/gone", places, "https://archive.example/1")], ASK)
    assert [(item.code, item.span, item.help) for item in told] == [
        ("dead-link", place, "a copy is kept at https://archive.example/1") for place in places
    ]
    assert "404 Not Found" in told[0].message


def test_each_state_has_its_own_words(host: Host) -> None:
    asked = [Asked(host.base + path, (Span(path),)) for path in ("/moved", "/forbidden")]
    told = {item.code: item for item in outside.faults(asked, ASK)}
    assert told["moved-link"].label == f"write {host.base}/good"
    assert "403 Forbidden" in told["silent-link"].message
    (private,) = outside.faults([Asked("http://10.0.0.1/", (Span("p"),))], replace(ASK, manners=web.Manners()))
    assert private.code == "private-link"


def test_the_number_of_answers_is_told_as_they_come(host: Host) -> None:
    ticks: list[tuple[int, int]] = []
    states(host, "/good", "/gone", request=replace(ASK, tick=lambda done, of: ticks.append((done, of))))
    assert ticks == [(1, 2), (2, 2)]
