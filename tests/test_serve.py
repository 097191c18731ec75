"""The preview server from outside: what it answers, to whom, and that nothing ends it before its user does."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from digestgen.serve import door
from tests.building import plain_theme
from tests.previewing import PATIENCE, ROOT, Preview, previewing
from tests.sites import write_site

SITE = f"""\
-- site.yaml --
title: Digest
url: https://digest.example/news/
theme: plain
-- content/2024-05-01-one.md --
---
title: One
summary: Of one.
sources: [https://www.ecb.europa.eu/]
---
The first version.
-- content/static/film.mp4 --
012345678
-- content/static/notes.unheard-of --
Notes.
-- content/static/deep/page.html --
<p>By hand.
-- secret.txt --
Nobody's business.
{plain_theme()}-- themes/plain/assets/plain.css --
p {{{{ color: red }}}}
"""

ONE = "content/2024-05-01-one.md"
PAGE = "/news/2024/05/one/"
FILM = b"012345678\n"


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    folder = write_site(tmp_path_factory.mktemp("serve"), SITE)
    with previewing(folder) as preview:
        yield preview


def handles(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


def children(process: int) -> list[int]:
    """Return the processes that a process started (proc(5))."""
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


# --- what is answered


def test_pages_come_with_the_previews_script_and_files_as_they_are(preview: Preview) -> None:
    status, fields, body = preview.ask(PAGE)
    assert (status, fields["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"The first version." in body
    assert body.count(b'<script src="/.digestgen/preview.js"') == 1
    built = next(preview.folder.glob(".digestgen/preview/site/2024/05/one/index.html")).read_bytes()
    assert b"preview.js" not in built
    status, fields, body = preview.ask("/news/film.mp4")
    assert (status, fields["content-type"], body) == (200, "video/mp4", FILM)
    assert preview.ask("/news/notes.unheard-of")[1]["content-type"] == "application/octet-stream"
    assert preview.ask("/news/assets/plain.css")[1]["content-type"] == "text/css; charset=utf-8"
    assert preview.ask("/.digestgen/preview.js")[1]["content-type"] == "text/javascript; charset=utf-8"
    assert b"By hand." in preview.ask("/news/deep/page.html")[2]


def test_nothing_is_kept_guessed_or_framed(preview: Preview) -> None:
    for target in (PAGE, "/news/film.mp4", "/news/nowhere", "/.digestgen/preview.css", "/.digestgen/other"):
        fields = preview.ask(target)[1]
        assert fields["cache-control"] == "no-store"
        assert fields["x-content-type-options"] == "nosniff"
        assert fields["x-frame-options"] == "SAMEORIGIN"
        assert fields["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in fields


def test_what_was_published_is_not_touched(preview: Preview) -> None:
    assert not (preview.folder / "public").exists()


@pytest.mark.parametrize(
    ("target", "place"),
    [("/", "/news/"), ("/news", "/news/"), ("/news/2024/05/one", PAGE), ("/news/2024/05/one?a=//b", PAGE)],
)
def test_an_address_without_its_slash_leads_to_the_page(preview: Preview, target: str, place: str) -> None:
    status, fields, _ = preview.ask(target)
    assert (status, fields["location"]) == (302, place)


@pytest.mark.parametrize(
    "target",
    [
        "/news/../secret.txt",
        "/news/%2e%2e/%2e%2e/%2e%2e/secret.txt",
        "/news/..%2f..%2f..%2fsecret.txt",
        "/news/.digestgen-files",
        "/news/.digestgen-lock",
        "/news/assets/",
        "/news/assets",
        "/news//2024/05/one/",
        "/news/2024/05/one/index.html/",
        "/news/secret.txt",
        "/secret.txt",
        "/2024/05/one/",
        "//evil.example/..",
        "//evil.example",
        "/news//evil.example",
        "/news/2024/05/ONE/",
        "/news/C:/secret.txt",
        "/.digestgen/",
        "/.digestgen/../server.py",
        "/.digestgen/server.py",
        "/.digestgen/events/",
    ],
)
def test_what_is_not_on_the_list_is_not_there(preview: Preview, target: str) -> None:
    status, fields, body = preview.ask(target)
    assert status == 404
    assert "location" not in fields
    assert b"business" not in body


def test_a_file_that_merely_lies_in_the_preview_is_not_handed_out(preview: Preview) -> None:
    output = preview.folder / ".digestgen/preview/site"
    (output / "stray.txt").write_text("stray")
    assert preview.ask("/news/stray.txt")[0] == 404
    (output / "stray.txt").unlink()


def test_a_link_in_the_place_of_a_file_is_not_followed(preview: Preview) -> None:
    film = preview.folder / ".digestgen/preview/site/film.mp4"
    film.rename(film.with_suffix(".away"))
    film.symlink_to(preview.folder / "secret.txt")
    try:
        status, _, body = preview.ask("/news/film.mp4")
        assert status == 404
        assert b"business" not in body
    finally:
        film.unlink()
        film.with_suffix(".away").rename(film)


def test_what_is_not_there_is_told_by_the_sites_own_page(preview: Preview) -> None:
    status, _, body = preview.ask("/news/nowhere/")
    assert (status, b"<title>" in body, b"preview.js" in body) == (404, True, True)


@pytest.mark.parametrize(
    ("wanted", "status", "body", "shown"),
    [
        ("bytes=0-3", 206, FILM[:4], "bytes 0-3/10"),
        ("bytes=4-", 206, FILM[4:], "bytes 4-9/10"),
        ("bytes=-3", 206, FILM[7:], "bytes 7-9/10"),
        ("bytes=-30", 206, FILM, "bytes 0-9/10"),
        ("bytes=8-30", 206, FILM[8:], "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-4", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=0-1,3-4", 200, FILM, ""),
        ("lines=0-1", 200, FILM, ""),
        ("bytes=-", 200, FILM, ""),
    ],
)
def test_ranges_are_given(preview: Preview, wanted: str, status: int, body: bytes, shown: str) -> None:
    given, fields, data = preview.ask("/news/film.mp4", Range=wanted)
    assert (given, data, fields.get("content-range", "")) == (status, body, shown)
    assert fields["content-length"] == str(len(body))


def test_a_range_of_a_page_is_one_of_what_is_handed_out(preview: Preview) -> None:
    _, fields, page = preview.ask(PAGE)
    assert preview.ask(PAGE, Range="bytes=10-19", If_Range=fields["etag"])[2] == page[10:20]
    assert preview.ask(PAGE, Range="bytes=10-19", If_Range='"other"')[2] == page


def test_tags_tell_whether_anything_changed(preview: Preview) -> None:
    tag = preview.ask("/news/film.mp4")[1]["etag"]
    for given in (tag, f'"x", W/{tag}', "*"):
        status, fields, body = preview.ask("/news/film.mp4", If_None_Match=given)
        assert (status, fields["etag"], body) == (304, tag, b"")
    assert preview.ask("/news/film.mp4", If_None_Match='"other"')[0] == 200


@pytest.mark.parametrize(
    "target", [PAGE, "/news/film.mp4", "/news/nowhere/", "/.digestgen/preview.js", "/.digestgen/events"]
)
def test_head_is_get_without_the_body(preview: Preview, target: str) -> None:
    status, fields, body = preview.ask(target, method="HEAD")
    assert body == b""
    if "events" not in target:
        given = preview.ask(target)
        assert (status, fields["content-length"]) == (given[0], given[1]["content-length"])


def test_several_requests_go_over_one_connection(preview: Preview) -> None:
    one = f"GET /news/film.mp4 HTTP/1.1\r\nHost: 127.0.0.1:{preview.port}\r\n\r\n".encode()
    assert preview.send(one * 3).count(FILM) == 3
    old = one.replace(b"HTTP/1.1", b"HTTP/1.0")
    assert preview.send(old * 3).count(FILM) == 1


# --- who is answered


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "digest.example"},
        {"host": "digest.example:{port}"},
        {"host": "127.0.0.1"},
        {"host": "127.0.0.1:1"},
        {"host": "localhost:{port}.evil.example"},
        {"host": "localhost.:{port}"},
        {"host": "user@localhost:{port}"},
        {"host": "192.168.1.7:{port}"},
        {"host": "0.0.0.0:{port}"},
        {"host": "[::ffff:127.0.0.1]:{port}"},
        {"host": "x" * 300},
        {"Origin": "http://evil.example"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://localhost:{port}"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket", "Sec-Fetch-Dest": "empty"},
    ],
    ids=str,
)
@pytest.mark.parametrize("target", [PAGE, "/.digestgen/events", "/.digestgen/open", "/.digestgen/preview.js"])
def test_whoever_asks_on_behalf_of_another_site_is_refused(
    preview: Preview, fields: dict[str, str], target: str
) -> None:
    filled = {name: value.format(port=preview.port) for name, value in fields.items()}
    host = filled.pop("host", "")
    method = "POST" if target.endswith("open") else "GET"
    status, _, body = preview.ask(target, method, host, **filled)
    assert status in (400, 403)
    assert b"version" not in body


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
def test_this_machines_own_names_are_answered(preview: Preview, name: str) -> None:
    host = f"{name}:{preview.port}"
    assert preview.ask(PAGE, host=host, Origin=f"http://{host}", Sec_Fetch_Site="same-origin")[0] == 200


def test_a_link_from_another_site_may_be_followed(preview: Preview) -> None:
    fields = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert preview.ask(PAGE, **fields)[0] == 200
    assert preview.ask("/.digestgen/open", "POST", **fields)[0] == 403


def test_files_are_opened_with_the_token_and_by_name_only(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE)
    said = tmp_path / "said"
    editor = f"{sys.executable} -c \"import sys; open({str(said)!r}, 'a').write(repr(sys.argv[1:]))\" {{file}} {{line}}"
    with previewing(folder, environment={"DIGESTGEN_EDITOR": editor}) as preview:
        token = preview.ask(PAGE)[2].partition(b'data-token="')[2].partition(b'"')[0].decode()
        origin = f"http://127.0.0.1:{preview.port}"

        def opened(path: str, token: str = token, **fields: str) -> int:
            query = f"/.digestgen/open?path={path}&line=3&column=x"
            return preview.ask(query, "POST", Origin=origin, X_Digestgen_Token=token, **fields)[0]

        preview.becomes(lambda: opened(ONE), lambda status: status == 204)
        assert [opened(ONE, token="other"), opened(ONE, token=""), opened(ONE, Sec_Fetch_Site="cross-site")] == [
            403
        ] * 3
        for path in ("secret.txt", "/etc/passwd", "content/../secret.txt", "../secret.txt", "", "content"):
            assert opened(path) == 404
        arguments = f"{[str(folder.resolve() / ONE), '3']!r}"
        preview.becomes(lambda: said.read_text() if said.exists() else "", lambda text: text == arguments)


def test_without_an_editor_nothing_is_opened(preview: Preview) -> None:
    token = preview.ask(PAGE)[2].partition(b'data-token="')[2].partition(b'"')[0].decode()
    origin = f"http://127.0.0.1:{preview.port}"
    asked = preview.ask(f"/.digestgen/open?path={ONE}", "POST", Origin=origin, X_Digestgen_Token=token)
    assert asked[0] == 404


# --- what is malformed

GOOD = b"GET /news/film.mp4 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: x\n\n", 400),
        (b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /#x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /a%5cb HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /?" + b"a&" * 30 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 40000 + b"\r\n\r\n", 431),
        (b"A" * 70000, 431),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 400),
        (b"GET / HTTP/1.1\r\nHost: x", 400),
    ],
    ids=lambda value: repr(value[:56]) if isinstance(value, bytes) else str(value),
)
def test_what_is_no_request_gets_its_answer(preview: Preview, request_: bytes, status: int) -> None:
    assert preview.send(request_).split(b" ")[1] == str(status).encode()


def mutated(random_: random.Random, good: bytes) -> bytes:
    """Return a request with a few bytes cut, doubled, changed or put in, as tools that look for holes do it."""
    data = bytearray(good)
    odd = (b"\r\n", b"\x00", b"%", b"..", b"/", b"\\", b"%2e%2e%2f", b":", b" ", b"\xff", b"Host: a\r\n", b"9" * 30)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(data) + 1)
        kind = random_.randrange(4)
        if kind == 0:
            del data[at : at + random_.randint(1, 20)]
        elif kind == 1:
            data[at:at] = random_.choice(odd) * random_.randint(1, 3)
        elif kind == 2:
            data[at:at] = data[max(0, at - 20) : at]
        elif at < len(data):
            data[at] = random_.randrange(256)
    return bytes(data)


def mutated_in_its_target(random_: random.Random, good: bytes) -> bytes:
    """Return a request whose address alone was changed so: it gets further in than one with a broken head."""
    method, target, rest = good.split(b" ", 2)
    return b" ".join((method, mutated(random_, target), rest))


def test_after_every_mutated_request_comes_an_answer(preview: Preview) -> None:
    """Some hundreds; `DIGESTGEN_MUTATIONS=100000 pytest tests/test_serve.py -k mutated` takes as many as one likes."""
    random_ = random.Random(2024)  # seeded: a failure is found again
    good = GOOD % preview.port
    others = [good.replace(b"/news/film.mp4", path.encode()) for path in (PAGE, "/.digestgen/preview.js", "/news/x")]
    others.append(good.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\nabc"))
    statuses: Counter[bytes] = Counter()
    before = handles(preview.process.pid)
    for number in range(int(os.environ.get("DIGESTGEN_MUTATIONS", "400"))):
        chosen = random_.choice([good, *others])
        given = preview.send((mutated, mutated_in_its_target)[number % 2](random_, chosen))
        assert given == b"" or given.startswith(b"HTTP/1.1 "), given[:200]
        assert b"business" not in given
        assert b"Traceback" not in given
        statuses[given[9:12]] += 1
        if number % 50 == 0:
            assert preview.send(good).endswith(FILM)
    assert {b"200", b"400", b"403", b"404"} <= statuses.keys()
    assert not any(status.startswith(b"5") and status != b"501" for status in statuses)
    assert preview.send(good).endswith(FILM)
    preview.becomes(lambda: handles(preview.process.pid), lambda number: number <= before)
    well = sum(count for status, count in statuses.items() if status[:1] in (b"2", b"3"))
    refused = statuses.total() - well - statuses[b"404"] - statuses[b""]
    sys.stdout.write(f"told: {refused:,} refused, {statuses[b'404']:,} not found, {well:,} got what they asked for\n")


def test_clients_that_say_nothing_do_not_keep_others_out(preview: Preview) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(door.CONNECTIONS + 40):
            silent = stack.enter_context(socket.create_connection(("127.0.0.1", preview.port), timeout=PATIENCE))
            silent.sendall(b"GET /news/ HT")
        assert preview.ask("/news/film.mp4")[2] == FILM


def test_a_client_that_reads_nothing_does_not_keep_others_out(preview: Preview) -> None:
    with socket.create_connection(("127.0.0.1", preview.port), timeout=PATIENCE) as deaf:
        deaf.sendall((GOOD % preview.port).replace(b"close", b"keep-alive").replace(b"film.mp4", b"") * 2000)
        assert preview.ask("/news/film.mp4")[2] == FILM


def test_open_pages_that_go_free_their_places(preview: Preview) -> None:
    before = handles(preview.process.pid)
    request = f"GET /.digestgen/events?page=/news/&now=1 HTTP/1.1\r\nHost: 127.0.0.1:{preview.port}\r\n\r\n".encode()
    for _ in range(3):
        with contextlib.ExitStack() as stack:
            for _ in range(60):
                page = stack.enter_context(socket.create_connection(("127.0.0.1", preview.port), timeout=PATIENCE))
                page.sendall(request)
                assert page.recv(12) == b"HTTP/1.1 200"
        preview.becomes(lambda: handles(preview.process.pid), lambda number: number <= before)


# --- what changes


def test_whatever_becomes_of_the_files_the_last_state_is_shown(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE)
    content = folder / "content"
    with previewing(folder) as preview:
        preview.change(ONE, "first", "second")  # an editor that writes beside and renames over
        preview.shows(PAGE, lambda page: b"The second version." in page)
        (folder / ONE).write_text((folder / ONE).read_text().replace("second", "third"))  # one that writes in place
        preview.shows(PAGE, lambda page: b"The third version." in page)
        content.rename(folder / "elsewhere")  # a folder that is renamed, and back
        preview.until(r"1 error; the last good pages stay")
        assert b"The third version." in preview.ask(PAGE)[2]
        (folder / "elsewhere").rename(content)
        preview.until("all is well again")
        preview.change(ONE, "third", "fourth")
        preview.shows(PAGE, lambda page: b"The fourth version." in page)
        shutil.copytree(content, tmp_path / "copy")
        shutil.rmtree(content)  # a folder that is deleted and made anew
        preview.until(r"1 error; the last good pages stay")
        shutil.copytree(tmp_path / "copy", content)
        preview.change(ONE, "fourth", "fifth")
        preview.shows(PAGE, lambda page: b"The fifth version." in page)
        settings = (folder / "site.yaml").read_text()
        (folder / "site.yaml").unlink()  # site.yaml that is gone for a while
        preview.until("missing-site")
        assert b"The fifth version." in preview.ask(PAGE)[2]
        (folder / "site.yaml").write_text(settings.replace("/news/", "/other/"))
        preview.shows("/other/2024/05/one/", lambda page: b"The fifth version." in page)
        (folder / "people.yaml").write_text("{}\n")
        (content / "deep" / "er").mkdir(parents=True)  # a file in a folder that was just made
        (content / "deep" / "er" / "2024-05-02-two.md").write_text("---\ntitle: Two\n---\nTwo.\n")
        preview.shows("/other/2024/05/two/", lambda page: b"Two." in page)
        (content / "deep").rename(content / "shallow")
        preview.change("content/shallow/er/2024-05-02-two.md", "Two.\n", "Too.\n")
        preview.shows("/other/2024/05/two/", lambda page: b"Too." in page)


def test_registries_templates_words_settings_and_plug_ins_are_watched(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE.replace("theme: plain\n", "theme: plain\nplugins: [own/plug.py]\n"))
    plug = "from dataclasses import replace\ndef change(article):\n    return replace(article, title='Of one')\n"
    (folder / "own").mkdir()
    (folder / "own" / "plug.py").write_text(plug)
    with previewing(folder) as preview:
        preview.shows(PAGE, lambda page: b"<h1>Of one</h1>" in page)
        preview.change("own/plug.py", "Of one", "Of two")
        preview.shows(PAGE, lambda page: b"<h1>Of two</h1>" in page)
        preview.change("themes/plain/templates/article.html", "<h1>", "<h1 class=x>")
        preview.shows(PAGE, lambda page: b"<h1 class=x>Of two</h1>" in page)
        preview.change("site.yaml", "title: Digest", "title: Other")
        preview.shows(PAGE, lambda page: b"| Other</title>" in page)
        preview.change(ONE, "The first version.", "The first[^1] version.\n\n[^1]: A note.")
        preview.shows(PAGE, lambda page: b'aria-label="Footnotes"' in page)
        preview.write("locale/en.po", 'msgid "Footnotes"\nmsgstr "Notes"\n')  # the folder is a new one
        preview.shows(PAGE, lambda page: b'aria-label="Notes"' in page)
        preview.change("locale/en.po", "Notes", "Remarks")
        preview.shows(PAGE, lambda page: b'aria-label="Remarks"' in page)
        preview.write("sources.yaml", "ecb: {name: The Bank}\n")
        preview.change(ONE, "[https://www.ecb.europa.eu/]", "[ecb]")
        preview.becomes(lambda: preview.ask("/news/sources/ecb/")[0], lambda status: status == 200)
        preview.change("own/plug.py", "return", "retrun")
        preview.until("own/plug.py:3")


def test_a_branch_switch_is_followed(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE)

    def git(*words: str) -> None:
        own = ("-c", "user.name=A", "-c", "user.email=a@digest.example", "-c", "init.defaultBranch=main")
        subprocess.run(["git", *own, *words], cwd=folder, check=True, capture_output=True)

    git("init")
    (folder / ".gitignore").write_text(".digestgen/\n")
    git("add", "-A")
    git("commit", "-m", "one")
    git("checkout", "-b", "other")
    (folder / ONE).write_text((folder / ONE).read_text().replace("first", "other"))
    for number in range(60):
        path = folder / f"content/{2000 + number}/{2000 + number}-01-01-story.md"
        path.parent.mkdir()
        path.write_text(f"---\ntitle: Story {number}\n---\nStory of the branch.\n")
    git("add", "-A")
    git("commit", "-m", "two")
    git("checkout", "main")
    with previewing(folder) as preview:
        assert preview.ask("/news/2059/01/story/")[0] == 404
        git("checkout", "other")
        preview.shows("/news/2020/01/story/", lambda page: b"Story of the branch." in page)
        preview.shows(PAGE, lambda page: b"The other version." in page)
        git("checkout", "main")
        preview.becomes(lambda: preview.ask("/news/2020/01/story/")[0], lambda status: status == 404)
        preview.shows(PAGE, lambda page: b"The first version." in page)


def test_a_site_that_is_wrong_from_the_start_is_shown_as_soon_as_it_is_right(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE.replace("summary: Of one.", "expires: soon"))
    with previewing(folder) as preview:
        status, _, body = preview.ask("/news/")
        assert (status, b"No page yet" in body) == (404, True)
        preview.change(ONE, "expires: soon", "summary: Of one.")
        preview.shows(PAGE, lambda page: b"The first version." in page)
        preview.change(ONE, "summary: Of one.", "expires: soon")
        preview.until("1 error; the last good")
    with previewing(folder) as preview:  # what an earlier preview left is the last good site
        preview.shows(PAGE, lambda page: b"The first version." in page)


def test_a_site_without_an_address_has_its_feeds_in_the_preview(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", "\n".join(line for line in SITE.split("\n") if not line.startswith("url:")))
    with previewing(folder) as preview:
        preview.shows("/feed.xml", lambda feed: b"One" in feed)
        assert not any("no-url" in line for line in preview.said)


def test_the_search_gets_its_index_when_nothing_else_is_to_be_done(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE.replace("theme: plain", "search: true"))
    with previewing(folder) as preview:
        preview.becomes(lambda: preview.ask("/news/search/index/index.json")[0], lambda status: status == 200)
        preview.change(ONE, "first", "second")
        preview.shows(PAGE, lambda page: b"The second version." in page)
        assert preview.ask("/news/search/index/index.json")[0] == 200


def test_a_build_process_that_dies_is_replaced(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE)
    with previewing(folder) as preview:
        preview.until(r"in \d")
        for process in children(preview.process.pid):
            os.kill(process, signal.SIGKILL)
        preview.change(ONE, "first", "second")
        preview.until(r"the process that builds ended with -9|\d pages?, ")  # by when its end was noticed
        preview.change(ONE, "second", "third")
        preview.shows(PAGE, lambda page: b"The third version." in page)


def test_a_hundred_edits_leave_memory_and_handles_as_they_were(tmp_path: Path) -> None:
    """`DIGESTGEN_EDITS=50000 pytest tests/test_serve.py -k hundred_edits` is a day's worth."""
    folder = write_site(tmp_path / "site", SITE)

    def state(preview: Preview) -> tuple[list[int], list[int]]:
        processes = [preview.process.pid, *children(preview.process.pid)]
        pages = [int(Path(f"/proc/{process}/statm").read_text().split()[1]) for process in processes]
        return [handles(process) for process in processes], pages

    edits = int(os.environ.get("DIGESTGEN_EDITS", "100"))
    with previewing(folder) as preview:
        text, before = (folder / ONE).read_text(), None
        for number in range(edits):
            preview.write(ONE, text.replace("first", f"edit-{number}"))
            wanted = f"The edit-{number} version.".encode()
            preview.shows(PAGE, lambda page, wanted=wanted: wanted in page)  # type: ignore[misc]
            if number == min(30, edits // 2):
                before = state(preview)
        assert before is not None
        preview.becomes(lambda: state(preview)[0], lambda counted: counted <= before[0])
        grown = [now - then for now, then in zip(state(preview)[1], before[1], strict=True)]
        assert max(grown) * os.sysconf("SC_PAGE_SIZE") < 16 * 1024 * 1024


# --- from start to end


def test_a_second_preview_takes_the_next_port_and_says_so(preview: Preview) -> None:
    with previewing(preview.folder, "--port", str(preview.port)) as second:
        assert second.port > preview.port
        assert f"port {preview.port} is taken, so the preview is at {second.port}" in second.said
        assert second.ask(PAGE)[0] == 200
        assert (preview.folder / ".digestgen" / "preview-2" / "site").is_dir()
    assert preview.ask(PAGE)[0] == 200


def test_a_folder_without_a_site_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "digestgen", "-C", str(tmp_path), "serve", "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, b"missing-site" in done.stderr, list(tmp_path.iterdir())) == (1, True, [])


def test_the_browser_is_opened_at_the_front_page(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE)
    browser = tmp_path / "browser"
    browser.write_text(f"#!{sys.executable}\nimport sys\nopen({str(tmp_path / 'opened')!r}, 'w').write(sys.argv[1])\n")
    browser.chmod(0o755)
    opened = tmp_path / "opened"
    with previewing(folder, "--open", environment={"BROWSER": f"{browser} %s"}) as preview:
        preview.becomes(lambda: opened.read_text() if opened.exists() else "", lambda text: text == preview.address)


def test_the_server_itself_knows_nothing_of_builds() -> None:
    code = (
        "import sys, digestgen.serve.server; "
        "print([name for name in ('digestgen.build', 'markdown', 'jinja2', 'nh3') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    assert done.stdout == b"[]\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_at_once_with_all_that_it_started(tmp_path: Path, how: signal.Signals) -> None:
    folder = write_site(tmp_path / "site", SITE)
    with previewing(folder) as preview:
        with socket.create_connection(("127.0.0.1", preview.port)) as page:
            page.sendall(f"GET /.digestgen/events HTTP/1.1\r\nHost: 127.0.0.1:{preview.port}\r\n\r\n".encode())
            assert page.recv(12) == b"HTTP/1.1 200"
            (worker,) = children(preview.process.pid)
            began = time.monotonic()
            preview.process.send_signal(how)
            assert preview.process.wait(PATIENCE) == 0
            assert time.monotonic() - began < 2
        assert not Path(f"/proc/{worker}").exists()


def test_an_interrupt_in_the_middle_of_the_first_build_leaves_no_process(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE)
    process = subprocess.Popen(
        [sys.executable, "-m", "digestgen", "-C", str(folder), "serve", "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        ends = time.monotonic() + PATIENCE
        while not (found := children(process.pid)):
            assert time.monotonic() < ends
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, b"", b"")
    assert not any(Path(f"/proc/{child}").exists() for child in found)


def test_another_host_is_warned_of_loudly(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE)
    with previewing(folder, "--host", "0.0.0.0") as preview:
        assert any("everybody who can reach this machine can read the preview" in line for line in preview.said)
        assert preview.ask(PAGE, host=f"192.168.1.7:{preview.port}")[0] == 200
        assert preview.ask(PAGE, host=f"digest.example:{preview.port}")[0] == 403


def test_each_build_is_one_calm_line_and_standing_warnings_are_told_once(tmp_path: Path) -> None:
    text = SITE.replace("summary: Of one.", "image: /film.mp4")
    folder = write_site(tmp_path / "site", text)
    with previewing(folder) as preview:
        preview.until(r"^\d\d:\d\d:\d\d \d+ pages, \d+ other files in \d+\.\d\d s$")
        assert sum("missing-alt" in line for line in preview.said) == 1
        preview.change(ONE, "first", "second")
        line = preview.until(r"^\d\d:\d\d:\d\d .*")[0]
        assert line.split(" ", 1)[1].startswith("1 page")
        assert sum("missing-alt" in line for line in preview.said) == 1


def test_quiet_says_the_address_to_nobody_and_errors_all_the_same(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", SITE.replace("title: One", "titel: One"))
    process = subprocess.Popen(
        [sys.executable, "-m", "digestgen", "-C", str(folder), "serve", "--port", "0", "--quiet"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
    assert out == ""
    assert lines[0].startswith("error[")
