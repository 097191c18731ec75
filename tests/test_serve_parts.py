"""The parts of the preview that need neither a network nor a clock: what leads where, how editors are called."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as some

from digestgen.commands import serve as command
from digestgen.diagnostics import Diagnostic, Span
from digestgen.serve import editor, guard, media, pages, server, wire
from digestgen.serve.holdings import Holdings
from digestgen.serve.news import Desk
from digestgen.serve.values import Badge, Built, Early, Facts

# --- addresses


def holdings(*paths: str, base: str = "/") -> Holdings:
    found = Holdings()
    found.take(base, dict.fromkeys(paths, "a" * 64), ())
    return found


@given(some.text(), some.sampled_from(["/", "/news/", "/a b/ü/"]))
def test_whatever_is_asked_for_nothing_is_found_but_what_is_listed(address: str, base: str) -> None:
    listed = ("index.html", "404.html", "a/index.html", "a/b.css")
    place = holdings(*listed, base=base).find(address)
    assert place.path in (*listed, "")
    assert place.moved == "" or place.moved.startswith("/")
    assert not place.moved.startswith("//")


@given(some.lists(some.sampled_from(["", ".", "..", "a", "b.css", "index.html", "//evil.example"]), max_size=6))
def test_no_address_leads_out_of_the_site(steps: list[str]) -> None:
    place = holdings("index.html", "a/index.html", "a/b.css").find("/" + "/".join(steps))
    assert place.moved in ("", "/", "/a/")


def test_the_nearest_page_for_what_is_not_found_is_shown() -> None:
    there = holdings("404.html", "de/404.html", "de/index.html")
    assert there.find("/de/x/y/").path == "de/404.html"
    assert there.find("/x/de/").path == "404.html"
    assert holdings("index.html").find("/x").path == ""
    assert there.find("/de").moved == "/de/"


def test_changes_beside_pages_are_known_by_the_build_that_made_them() -> None:
    there = holdings("index.html", "a.css")
    assert there.since(0) == []
    there.take("/", {"index.html": "b" * 64, "a.css": "b" * 64}, ())
    there.take("/", {"a.css": "b" * 64, "b.svg": "c"}, ("index.html",))
    assert (there.number, there.since(1), there.since(2), there.since(3)) == (3, ["a.css", "b.svg"], ["b.svg"], [])
    there.take("/", {}, ())
    assert there.number == 3


def test_of_very_many_changes_the_oldest_are_forgotten_and_that_is_known() -> None:
    there = holdings("index.html")
    for number in range(3):
        there.take("/", {f"{number}-{item}.svg": "a" for item in range(2000)}, ())
    assert there.known_from == 2
    assert len(there.since(0)) == 5000


def test_the_files_that_an_address_means_are_known_before_they_are_there() -> None:
    there = holdings("index.html", "404.html", "a/index.html", base="/news/")
    assert there.wanted("/news/") == ("index.html",)
    assert there.wanted("/news/a/") == ("a/index.html",)
    assert there.wanted("/news/b/") == ("404.html", "b/index.html")
    assert there.wanted("/news/b") == ("404.html", "b", "b/index.html")
    assert there.wanted("/elsewhere") == ("404.html", "404.html/index.html")


# --- what is shown before a build has come to its end


def _shown_early() -> Desk:
    desk = Desk()
    desk.take(Built(ok=True, base="/", files={"index.html": "a" * 64, "a.css": "a" * 64}))
    for path in ("index.html", "a.css", "new/index.html"):
        desk.show(Early(path, "b" * 64, "ü"))
    return desk


def test_what_is_shown_early_is_there_until_the_build_has_come_to_its_end() -> None:
    desk = _shown_early()
    assert desk.early == dict.fromkeys(("index.html", "a.css", "new/index.html"), "ü".encode())
    assert json.loads(desk.news("/", 1))["tag"] == "b" * 20
    assert json.loads(desk.news("/", 1))["styles"] == ["/a.css"]
    shown = desk.holdings.number
    desk.take(Built(ok=True, base="/", files=dict.fromkeys(desk.early, "b" * 64)))
    assert desk.early == {}
    assert desk.holdings.number == shown
    assert desk.holdings.files == dict.fromkeys(("index.html", "a.css", "new/index.html"), "b" * 64)


@pytest.mark.parametrize("ok", [True, False])
def test_what_was_shown_early_and_not_left_in_its_place_is_shown_no_more(ok: bool) -> None:
    desk = _shown_early()
    known = desk.holdings.number
    desk.take(Built(ok=ok, base="/", files={"a.css": "c" * 64} if ok else {}))
    assert desk.early == {}
    assert desk.holdings.files == {"index.html": "a" * 64, "a.css": ("c" if ok else "a") * 64}
    assert json.loads(desk.news("/", known))["styles"] == ["/a.css"]


def test_what_is_shown_early_twice_gives_way_to_what_was_there_before_both() -> None:
    desk = _shown_early()
    desk.show(Early("index.html", "d" * 64, "d"))
    assert desk.early["index.html"] == b"d"
    desk.take(Built(ok=False))
    assert desk.holdings.files == {"index.html": "a" * 64, "a.css": "a" * 64}


# --- what pages are told


def test_a_page_is_told_what_is_wrong_and_what_it_lacks() -> None:
    desk = Desk()
    span = Span("content/a.md", 3, 1, 4, "titel: A")
    found = (Diagnostic("unknown-key", "no", span), Diagnostic("missing-alt", "alt", span, severity="warning"))
    desk.take(Built(ok=False, diagnostics=found, base="/", files={"index.html": "a" * 64}))
    assert desk.learn(Facts({"index.html": Badge("content/a.md", ("draft",), ("source",))}))
    news = json.loads(desk.news("/", 1))
    assert [item["text"].splitlines()[0] for item in news["errors"]] == ["error[unknown-key]: no"]
    assert (news["errors"][0]["path"], news["errors"][0]["line"]) == ("content/a.md", 3)
    assert [item["text"].splitlines()[0] for item in news["warnings"]] == ["warning[missing-alt]: alt"]
    assert news["badge"] == {"path": "content/a.md", "states": ["draft"], "missing": ["source"]}
    assert not desk.learn(Facts())
    assert desk.learn(Facts(gone=("index.html",)))
    assert json.loads(desk.news("/", 1))["badge"] is None


def test_of_very_many_errors_a_browser_gets_some_and_their_number() -> None:
    desk = Desk()
    desk.take(Built(ok=False, diagnostics=tuple(Diagnostic("x", str(number)) for number in range(70))))
    news = json.loads(desk.news("/", 1))
    assert (len(news["errors"]), news["more"]) == (50, 20)


def test_only_files_that_are_named_may_be_opened(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text("a")
    (tmp_path / "content" / "b.md").write_text("b")
    (tmp_path / "content" / "link.md").symlink_to("/etc/hostname")
    desk = Desk()
    named = ("content/a.md", "content/link.md", "../x", "/etc/hostname", "content", "content/gone.md")
    desk.take(Built(ok=False, diagnostics=tuple(Diagnostic("x", "x", Span(path)) for path in named)))
    opened = {path: desk.openable(str(tmp_path), path) for path in (*named, "content/b.md", "")}
    assert opened.pop("content/a.md") == f"{tmp_path}/content/a.md"
    assert set(opened.values()) == {None}


# --- pages


def test_the_script_stands_in_the_head_or_at_the_end() -> None:
    given = pages.with_script(b"<head></head><body></head>", run='"><b>', now=3, tag="t", token="s")
    assert given.startswith(b'<head><script src="/.digestgen/preview.js" data-run="&quot;&gt;&lt;b&gt;" data-now="3"')
    assert given.count(b"<script") == 1
    assert pages.with_script(b"text", run="r", now=1, tag="", token="s").startswith(b"text<script")


def test_the_previews_own_pages_show_text_as_text() -> None:
    assert b"<b>" not in pages.plain("<b>", "<b>")


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("", 1), ("x", 1), ("-3", 1), ("²", 1), ("9" * 30, 1)])
def test_numbers_of_pages_are_numbers(text: str, number: int) -> None:
    assert pages.whole(text) == number


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("a/index.html", "text/html; charset=utf-8"),
        ("a.HTML", "text/html; charset=utf-8"),
        ("feed.xml", "application/xml"),
        ("a.tar.gz", "application/octet-stream"),
        ("LICENSE", "application/octet-stream"),
        ("html", "application/octet-stream"),
        ("a.b/html", "application/octet-stream"),
    ],
)
def test_types_are_told_by_endings(path: str, type_: str) -> None:
    assert media.type_of(path) == type_


# --- requests


@given(some.binary(max_size=300) | some.text(max_size=200).map(str.encode))
def test_no_head_raises_anything_but_a_refusal(data: bytes) -> None:
    for head in (
        data,
        b"GET /" + data + b" HTTP/1.1",
        b"GET / HTTP/1.1\r\n" + data,
        b"GET / HTTP/1.1\r\nHost: " + data,
    ):
        try:
            request = wire.parse(head + b"\r\n\r\n")
            guard.Guard("127.0.0.1", 80).check(request)
        except wire.Refused:
            continue
        else:
            assert request.fields["host"] in ("127.0.0.1", "127.0.0.1:80", "localhost", "localhost:80")


@given(some.integers(0, 40), some.text("bytes=0123456789-, ", max_size=20))
def test_every_range_is_one_of_what_is_there(length: int, wanted: str) -> None:
    body = bytes(range(length))
    request = wire.Request("GET", "/", {}, {"range": wanted})
    answer = wire.answer(wire.Entity(length, "x/y", "t", body=body), HTTPStatus.OK, request)
    fields = dict(answer.fields)
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        first, last = (int(word) for word in fields["Content-Range"].removeprefix("bytes ").split("/")[0].split("-"))
        assert answer.body == body[first : last + 1] != b""
    else:
        assert answer.body == (body if answer.status == HTTPStatus.OK else b"")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.7", False),
        ("digest.example", False),
        ("localhost.example", False),
    ],
)
def test_loopback_is_told_from_all_else(host: str, loopback: bool) -> None:
    assert guard.is_loopback(host) is loopback


def test_a_server_in_a_network_is_asked_by_the_name_it_was_given_or_an_address() -> None:
    def asked(host: str) -> Callable[[], None]:
        head = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        return lambda: guard.Guard("desk.example", 8000).check(wire.parse(head))

    for host in ("desk.example:8000", "10.0.0.7:8000", "[fe80::1]:8000", "localhost:8000"):
        asked(host)()
    for host in ("evil.example:8000", "desk.example:8001", "desk.example", "[:::1]:8000"):
        with pytest.raises(wire.Refused):
            asked(host)()


# --- editors


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("code --wait", ["code", "--wait", "-g", "/a b.md:3:7"]),
        ("/opt/code.exe", ["/opt/code.exe", "-g", "/a b.md:3:7"]),
        ("subl", ["subl", "/a b.md:3:7"]),
        ("pycharm", ["pycharm", "--line", "3", "/a b.md"]),
        ("gvim", ["gvim", "+3", "/a b.md"]),
        ("emacsclient", ["emacsclient", "-n", "+3:7", "/a b.md"]),
        ("kate", ["kate", "--line", "3", "--column", "7", "/a b.md"]),
        ("mine --at={line},{column} {file}", ["mine", "--at=3,7", "/a b.md"]),
    ],
)
def test_editors_are_called_in_their_own_way(variable: str, words: list[str]) -> None:
    command = editor.command({"EDITOR": variable})
    assert editor.filled(command, "/a b.md", 3, 7) == words


@pytest.mark.parametrize("variable", ["", "vim", "nano", "emacsclient -nw", "unheard-of", "code 'x"])
def test_what_has_no_window_or_no_known_way_is_not_called(variable: str) -> None:
    assert editor.command({"EDITOR": variable}) == ()


def test_the_previews_own_variable_comes_first_and_what_cannot_be_opened_is_passed_over() -> None:
    assert editor.command({"EDITOR": "code", "VISUAL": "vim", "DIGESTGEN_EDITOR": "zed"}) == ("zed",)
    assert editor.command({"EDITOR": "code", "VISUAL": "vim"}) == ("code",)


@given(some.text("{}file line.md;$`'\"", min_size=1))
def test_a_name_of_a_file_stays_one_word(name: str) -> None:
    words = editor.filled(("mine", "{file}", "{line}"), f"/{name}", 3, 7)
    assert words == ["mine", f"/{name}", "3"]
    assert shlex.split(shlex.join(words)) == words


# --- what is said in the terminal


def test_what_is_wrong_is_told_whole_until_it_stays_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (Diagnostic("missing-title", name, Span(f"{name}.md")) for name in ("one", "other"))
    voice = command._Voice(quiet=False, browse=False)

    def said(*found: Diagnostic) -> list[str]:
        with click.Context(command.command):
            voice.built(Built(ok=not found, diagnostics=found))
        err = capsys.readouterr().err
        return [name for name in ("one", "other", "2 errors", "1 error;") if name in err]

    assert said() == []
    assert said(one, other) == ["one", "other", "2 errors"]
    assert said(one, other) == ["2 errors"]
    assert said(other) == ["other", "1 error;"]
    assert said() == []
    assert said(other) == ["other", "1 error;"]


# --- events


def test_news_that_come_while_others_are_sent_are_sent_as_well() -> None:
    async def told() -> list[dict[str, object]]:
        voice = server.Voice(lambda _: None, lambda _: None, lambda _: None)
        preview = server.Server(server.Options(Path(), lambda: 0.0), voice, ".digestgen/preview")
        preview.desk.take(Built(ok=True, base="/", files={"index.html": "a" * 64}))
        events = preview._news("/", 0)
        first = await anext(events)
        preview.desk.take(Built(ok=True, base="/", files={"index.html": "b" * 64}))
        preview._tell()
        second = await anext(events)
        await events.aclose()
        return [json.loads(event.removeprefix(b"data: ")) for event in (first, second)]

    # in a thread of its own: where a browser of other tests is open, this one has a loop that runs
    with ThreadPoolExecutor(1) as thread:
        one, other = thread.submit(asyncio.run, told()).result(timeout=30)
    assert one["tag"] != other["tag"]
