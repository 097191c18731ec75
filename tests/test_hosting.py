"""What hosts are told: headers, redirects, packed files; and a real server that does as it is told."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import brotli
import pytest

import dev
from digestgen import build, hosting, packing, web
from digestgen.hosting import Facts
from digestgen.publish import live, release, setup
from digestgen.publish.publishing import Request, publish
from tests.browser import every_link
from tests.building import NOW, built, plain_theme, told, well_built
from tests.conftest import OpenPage
from tests.sites import write_site
from tests.test_cli import Call, call

__all__ = ["call"]

Site = Callable[[str], Path]

SITE = """
-- site.yaml --
title: The Paper
url: https://paper.example{base}
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
language: en
languages: [de]
theme: {theme}
publish: {{{publish}}}
-- content/first.md --
---
title: First
date: 2024-05-03
aliases: [/old/, "/old place/a$b/é/", /gone.html]
---
See [the second](second.md).

![A map](https://maps.example/a.png)
-- content/second.md --
---
title: Second
date: 2024-05-04
---
Words of the second.
-- content/second.de.md --
---
title: Zweiter
date: 2024-05-04
---
Worte.
"""


def a_site(site: Site, publish: str = "", base: str = "/", theme: str = "plain") -> Path:
    return site(SITE.format(publish=publish, base=base, theme=theme) + plain_theme())


FACTS = Facts("The Paper", "https://paper.example/", "/", "default-src 'self'", (("/old/", "/new/"),))

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "img-src 'self' https://maps.example; frame-ancestors 'self'"
)


# --- files that hosts read


@pytest.mark.parametrize("host", ["netlify", "cloudflare"])
def test_headers_hold_one_policy_that_allows_what_any_page_does(site: Site, host: str) -> None:
    assert well_built(a_site(site, f"host: {host}"))["_headers"].decode() == (
        f"/*\n  Content-Security-Policy: {POLICY}\n  X-Content-Type-Options: nosniff\n"
        "  Referrer-Policy: strict-origin-when-cross-origin\n"
        "/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n"
    )


#: What could go on behind a host, and would begin another directive, another policy or another source there.
_MORE = (";script-src", ",script-src", "'unsafe-inline'", "*", "\uff1bscript-src", "@b;c", "(", "=", "!")


def test_no_address_of_a_picture_adds_to_a_policy(site: Site) -> None:
    folder = a_site(site, "host: netlify")
    texts = "\n\n".join(f"![x]({scheme}//a.example{more}/p.png)" for more in _MORE for scheme in ("https:", ""))
    (folder / "content/2024-05-05-third.md").write_text(f"---\ntitle: T\n---\n{texts}\n", encoding="utf-8")
    assert f"Policy: {POLICY}\n" in well_built(folder)["_headers"].decode()
    for number, more in enumerate(_MORE):
        text = f'---\ntitle: T\nimage: {{src: "https://a.example{more}/p.png", alt: x}}\n---\n'
        (folder / f"content/2024-05-06-lead-{number}.md").write_text(text, encoding="utf-8")
    wrong = [line for line in told(built(folder).diagnostics) if line.startswith("error[broken-link]")]
    assert len(wrong) == len(_MORE) - 1


def test_a_policy_names_the_port_of_a_picture(site: Site) -> None:
    folder = a_site(site, "host: netlify")
    text = "---\ntitle: T\nimage: {src: 'https://MAPS.example:8443/p.png', alt: x}\n---\n"
    (folder / "content/2024-05-05-third.md").write_text(text, encoding="utf-8")
    assert " https://maps.example https://maps.example:8443;" in well_built(folder)["_headers"].decode()


def test_files_of_the_sites_own_in_assets_are_not_kept_for_ever(site: Site) -> None:
    folder = a_site(site, "host: netlify")
    (folder / "content" / "static" / "assets").mkdir(parents=True)
    (folder / "content" / "static" / "assets" / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert "/assets/*" not in well_built(folder)["_headers"].decode()


@pytest.mark.parametrize(
    ("host", "base", "first"),
    [
        ("netlify", "/", "/old/ /2024/05/first/ 301!"),
        ("cloudflare", "/", "/old/ /2024/05/first/ 301"),
        ("cloudflare", "/digest/", "/old/ https://paper.example/digest/2024/05/first/ 301"),
        ("gitlab", "/digest/", "/digest/old/ /digest/2024/05/first/ 301"),
    ],
)
def test_redirects_are_real_ones(site: Site, host: str, base: str, first: str) -> None:
    lines = well_built(a_site(site, f"host: {host}", base))["_redirects"].decode().splitlines()
    assert lines[0] == first
    assert len(lines) == 3
    assert "/old%20place/a%24b/%C3%A9/ " in lines[1]


def test_gitlab_gets_no_page_where_it_redirects_and_others_do(site: Site) -> None:
    assert "old/index.html" not in well_built(a_site(site, "host: gitlab"))
    assert "old/index.html" in well_built(a_site(site, "host: netlify"))
    assert "old/index.html" in well_built(a_site(site))


def test_a_link_to_a_former_address_is_good_at_gitlab_too(site: Site) -> None:
    folder = a_site(site, "host: gitlab")
    (folder / "content" / "third.md").write_text("---\ntitle: Third\ndate: 2024-05-05\n---\n[old](/old/)\n")
    assert built(folder).ok


def test_without_aliases_there_are_no_redirects(site: Site) -> None:
    folder = a_site(site, "host: netlify")
    (folder / "content" / "first.md").write_text("---\ntitle: First\ndate: 2024-05-03\n---\n")
    assert "_redirects" not in well_built(folder)


def test_hosts_get_no_more_redirects_than_they_take() -> None:
    many = replace(FACTS, redirects=tuple((f"/old/{number}/", "/new/") for number in range(3000)))
    assert len(hosting.moved(many, "cloudflare")) == 2000
    assert len(hosting.moved(many, "gitlab")) == 1000
    long = replace(FACTS, redirects=tuple((f"/{'x' * 200}{number}/", "/new/") for number in range(900)))
    assert len(hosting.redirects_file(long, "gitlab")) <= 60_000
    assert len(hosting.moved(long, "gitlab")) < 300


def test_any_html_opens_the_header_too(site: Site) -> None:
    folder = a_site(site, "host: netlify")
    (folder / "site.yaml").write_text((folder / "site.yaml").read_text() + "raw_html: allow\n")
    assert (
        "Content-Security-Policy: default-src 'self' https: data: 'unsafe-inline'"
        in well_built(folder)["_headers"].decode()
    )


# --- packed files


@pytest.mark.parametrize("data", [b"", b"a", b"words " * 1000, bytes(range(256))])
def test_what_is_packed_is_unpacked_by_others(data: bytes) -> None:
    assert gzip.decompress(packing.packed(data, "gzip")) == data
    assert brotli.decompress(packing.packed(data, "br")) == data
    assert packing.packed(data, "gzip")[4:10] == b"\0\0\0\0\x02\xff"  # no time, no system


def test_each_text_lies_packed_beside_itself_and_anew_when_it_changes(site: Site) -> None:
    folder = a_site(site, "compress: [gzip, br]")
    files = well_built(folder)
    texts = {path for path in files if packing.packable(path)}
    assert {path for path in files if path.endswith((".gz", ".br"))} == {p + e for p in texts for e in (".gz", ".br")}
    assert all(gzip.decompress(files[path + ".gz"]) == files[path] for path in texts)
    assert all(brotli.decompress(files[path + ".br"]) == files[path] for path in texts)
    assert built(folder).why == {}
    (folder / "content" / "second.md").write_text("---\ntitle: Second\ndate: 2024-05-04\n---\nOther words.\n")
    result = built(folder)
    assert result.why["2024/05/second/index.html.br"] == "what it shows changed"
    assert not [path for path in result.why if "first" in path and "robots" in path]
    after = well_built(folder)
    shutil.rmtree(folder / ".digestgen")
    assert well_built(folder, output=folder.parent / "clean") == after


def test_a_packed_file_that_went_is_made_again_and_one_that_is_not_asked_for_goes(site: Site) -> None:
    folder = a_site(site, "compress: gzip")
    well_built(folder)
    (folder / "public" / "index.html.gz").unlink()
    assert "index.html.gz" in well_built(folder)
    (folder / "site.yaml").write_text((folder / "site.yaml").read_text().replace("compress: gzip", ""))
    assert not [path for path in well_built(folder) if path.endswith(".gz")]


def test_the_sites_own_packed_file_comes_first(site: Site) -> None:
    folder = a_site(site, "compress: gzip")
    (folder / "content" / "static").mkdir()
    (folder / "content" / "static" / "robots.txt.gz").write_bytes(b"mine")
    assert well_built(folder)["robots.txt.gz"] == b"mine"


def test_what_stands_in_the_way_of_a_packed_file_stops_the_build(site: Site) -> None:
    folder = a_site(site)
    well_built(folder)
    (folder / "public" / "index.html.gz").write_text("someone else's")
    (folder / "site.yaml").write_text(
        (folder / "site.yaml").read_text().replace("publish: {}", "publish: {compress: gzip}")
    )
    result = built(folder)
    assert not result.ok
    assert any(
        "index.html.gz in the output folder, which digestgen did not write" in line for line in told(result.diagnostics)
    )


def test_without_brotli_the_line_that_installs_it_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "brotli", None)
    result = built(a_site(site, "compress: br"))
    assert not result.ok
    (fault,) = [item for item in result.diagnostics if item.severity == "error"]
    assert (fault.code, fault.help) == ("missing-extra", "install it: pip install 'digestgen[publish]'")
    assert fault.span is not None
    assert fault.span.path == "site.yaml"
    assert built(a_site(site, "compress: gzip")).ok


# --- servers


def test_lines_for_a_server_are_printed(site: Site, call: Call) -> None:
    folder = a_site(site)
    for server in setup.SERVERS:
        ended = call("-C", folder, "publish", "--server", server)
        assert ended.code == 0
        assert POLICY in ended.out


def test_lines_are_not_printed_for_a_site_that_is_wrong(site: Site, call: Call) -> None:
    folder = a_site(site)
    (folder / "content" / "third.md").write_text("---\ntitle: Third\ndate: never\n---\n")
    ended = call("-C", folder, "publish", "--server", "nginx")
    assert (ended.code, ended.out) == (1, "")
    assert "bad-date" in ended.err
    (folder / "site.yaml").write_text("titel: x")
    assert call("-C", folder, "publish", "--server", "nginx").code == 1


def test_apache_is_told_of_packed_files_the_best_first() -> None:
    lines = hosting.apache(replace(FACTS, packings=("gzip", "br"), base="/a.b/"))
    assert lines.index(r"\bbr\b") < lines.index(r"\bgzip\b")
    assert r'RedirectMatch 301 "^/a\.b/old/$" "/a.b/new/"' in lines


CONFIG = """\
daemon off;
master_process off;
pid {top}/pid;
error_log stderr;
events {{}}
http {{
    include {mime};
    access_log {top}/access.log;
    client_body_temp_path {top}/t1; proxy_temp_path {top}/t2; fastcgi_temp_path {top}/t3;
    uwsgi_temp_path {top}/t4; scgi_temp_path {top}/t5;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        include {lines};
    }}
}}
"""
MIME = "types { text/html html; text/css css; application/javascript js; text/xml xml; text/plain txt; }\n"


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The published tree of a digest at /repo/, served by nginx with our lines: its address, and the site's folder."""
    program = dev.nginx()
    assert program, "there is no nginx: see CONTRIBUTING.md"
    top = tmp_path_factory.mktemp("nginx")
    text = SITE.format(publish="compress: gzip", base="/repo/", theme="broadsheet")
    text = text.replace("![A map](https://maps.example/a.png)", "")  # nothing leads out
    folder = write_site(top / "site", text.replace("language: en\n", "language: en\nsearch: true\n", 1))
    for words in (
        ("git", "init", "-q", "--bare", "../remote.git"),
        ("git", "init", "-q", "-b", "main"),
        ("git", "remote", "add", "origin", "../remote.git"),
    ):
        subprocess.run(words, cwd=folder, check=True)
    result = publish(Request(build.Request(folder, NOW, jobs=1)))
    assert result.done, told(result.diagnostics)
    subprocess.run(
        ["git", "clone", "-q", "-b", "gh-pages", str(top / "remote.git"), str(top / "www" / "repo")], check=True
    )
    lines, _ = setup.server_lines(folder, build.settings_of(folder)[0], [], NOW, "nginx")  # type: ignore[arg-type]
    (top / "lines.conf").write_text(lines)
    (top / "mime.types").write_text(MIME)
    port = free_port()
    text = CONFIG.format(top=top, port=port, root=top / "www", lines=top / "lines.conf", mime=top / "mime.types")
    (top / "nginx.conf").write_text(text)
    server = subprocess.Popen([program, "-p", str(top), "-c", str(top / "nginx.conf")], stderr=subprocess.PIPE)
    try:
        base = f"http://127.0.0.1:{port}/repo/"
        _answers(base, server)
        yield base, folder
    finally:
        server.terminate()
        server.communicate(timeout=20)


def _answers(base: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(base, timeout=5).close()
        except urllib.error.URLError:
            assert server.poll() is None, server.communicate()[1]
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not answer")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def asked(url: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    request = urllib.request.Request(url, headers=headers)
    try:
        answer = urllib.request.build_opener(_Stay).open(request, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read()


def test_every_answer_has_our_headers(served: tuple[str, Path]) -> None:
    base, folder = served
    asset = next(path for path in release.of_output(str(folder / "public")).files if path.endswith(".css"))
    for path, status in (("", 200), ("2024/05/first/", 200), ("feed.xml", 200), (asset, 200), ("nowhere/", 404)):
        code, headers, _ = asked(base + path)
        assert (path, code) == (path, status)
        policy = POLICY.replace("img-src 'self' https://maps.example", "script-src 'self' 'wasm-unsafe-eval'")
        assert headers["Content-Security-Policy"] == policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert asked(base)[1]["Cache-Control"] == "no-cache"
    assert asked(base + asset)[1]["Cache-Control"] == "public, max-age=31536000, immutable"


def test_packed_files_are_sent_to_who_takes_them(served: tuple[str, Path]) -> None:
    base, folder = served
    code, headers, body = asked(base, **{"Accept-Encoding": "gzip"})
    assert (code, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept-Encoding")
    assert body == (folder / "public" / "index.html.gz").read_bytes()
    assert "Content-Encoding" not in asked(base)[1]


@pytest.mark.parametrize("old", ["old/", "old%20place/a$b/%C3%A9/", "gone.html"])
def test_former_addresses_are_real_redirects(served: tuple[str, Path], old: str) -> None:
    code, headers, _ = asked(served[0] + old)
    assert (code, headers["Location"]) == (301, "/repo/2024/05/first/")


def test_what_begins_with_a_dot_is_not_served(served: tuple[str, Path]) -> None:
    assert [asked(served[0] + path)[0] for path in (".git/config", ".nojekyll", ".git/")] == [404] * 3


def test_what_is_live_is_what_was_built(served: tuple[str, Path], call: Call) -> None:
    base, folder = served
    ended = call("-C", folder, "publish", "--check", base, "--private")
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(rf"{base} is as it was built: \d+ files\n", ended.out)
    refused = call("-C", folder, "publish", "--check", base)
    assert refused.code == 1
    assert "does not answer: 127.0.0.1 is on this machine or in a private network" in refused.out
    assert "were not compared: the host does not answer" in refused.out


@pytest.mark.browser
def test_readers_find_everything_under_the_strict_policy(served: tuple[str, Path], open_page: OpenPage) -> None:
    """Whatever fails on the way (policy, console, missing file) fails the test at its end: see browser.watch."""
    base, _ = served
    page = open_page(base)
    page.get_by_role("link", name="First", exact=True).first.click()
    page.wait_for_url(f"{base}2024/05/first/")  # and until all of it is there
    assert page.evaluate("getComputedStyle(document.querySelector('main')).display") != ""
    assert page.evaluate("document.styleSheets.length") > 0
    page.get_by_role("link", name="the second").click()
    page.wait_for_url(f"{base}2024/05/second/")
    page.locator("a[hreflang=de]").first.click()
    page.wait_for_url(f"{base}de/2024/05/second/")
    assert page.locator("h1").inner_text() == "Zweiter"
    feed = page.locator("link[type='application/atom+xml']").first.get_attribute("href")
    assert feed
    answer = page.request.get(page.evaluate("name => new URL(name, location).href", feed))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    page.goto(f"{base}search/?q=second")
    page.get_by_role("link", name="Second").first.click()
    page.wait_for_url(f"{base}2024/05/second/")
    page.goto(f"{base}old/")
    page.wait_for_url(f"{base}2024/05/first/")
    missing = page.goto(f"{base}de/nowhere/at/all/")
    assert missing is not None
    assert missing.status == 404
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length > 0)")
    page.locator("header a").first.click()
    page.wait_for_url(re.compile(re.escape(base)))


def test_no_link_escapes_the_prefix(served: tuple[str, Path]) -> None:
    _, folder = served
    assert every_link(folder / "public", "/repo/", "https://paper.example") == ()


# --- comparing


def test_a_folder_is_compared_with_what_was_built(site: Site, tmp_path: Path, call: Call) -> None:
    folder = a_site(site)
    well_built(folder)
    copy = tmp_path / "copy"
    shutil.copytree(folder / "public", copy)
    (copy / "CNAME").write_text("paper.example")
    assert call("-C", folder, "publish", "--check", copy).code == 0
    (copy / "index.html").write_text((copy / "index.html").read_text() + "more\n")
    (copy / "robots.txt").unlink()
    (copy / "sitemap.xml").unlink()
    (copy / "sitemap.xml").mkdir()
    (copy / "feed.xml").write_bytes(b"\0" + (copy / "feed.xml").read_bytes())
    (copy / "stray.html").write_text("")
    (copy / "assets").mkdir(exist_ok=True)
    (copy / "assets" / "site.0123456789.css").write_text("kept")
    ended = call("-C", folder, "publish", "--check", copy)
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert re.match(
        r"index\.html differs in line \d+ \(\d+ bytes instead of \d+\)", next(x for x in lines if "index.html d" in x)
    )
    assert {"robots.txt is missing", "sitemap.xml is no file", "stray.html is no part of the site"} <= set(lines)
    assert any(line.startswith("feed.xml differs from byte 1 on (") for line in lines)
    assert ended.err == "5 differences between " + str(copy) + " and what was built\n"


def test_before_a_build_there_is_nothing_to_compare(site: Site, call: Call) -> None:
    folder = a_site(site)
    ended = call("-C", folder, "publish", "--check", folder)
    assert ended.code == 1
    assert "no build has written anything to" in ended.err
    (folder / "site.yaml").write_text("titel: x")
    assert call("-C", folder, "publish", "--check", folder).code == 1


class _Pages:
    """Answers by path, in place of the network."""

    def __init__(self, answers: Mapping[str, tuple[int, bytes, str]]) -> None:
        self.answers = answers

    def ask(self, url: str, _manners: object) -> object:
        from digestgen.web import Hop, Reply, WebError

        status, body, there = self.answers.get(url, (200, b"<a>", ""))
        if status == 0:
            raise WebError("it takes too long")
        return Reply(there or url, status, {}, body, (Hop(301, there),) if there else ())


def compared(
    files: Mapping[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **answers: tuple[int, bytes, str]
) -> list[str]:
    from digestgen import fingerprint

    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    made = release.Release(str(tmp_path), {path: fingerprint.of_bytes(data) for path, data in files.items()})
    base = "https://paper.example/repo"
    monkeypatch.setattr(web, "ask", _Pages({f"{base}/{path}": answer for path, answer in answers.items()}).ask)
    return live.told(live.with_site(made, base, private=False))


def test_what_a_host_answers_is_told_file_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "a/index.html": b"<a>",
        "b/index.html": b"<b>",
        "c.txt": b"c",
        "d/index.html": b"<d>",
        "e/index.html": b"<e>",
        "f/index.html": b"<f>",
        "404.html": b"<a>",
        "_headers": b"x",
        "a/index.html.gz": b"x",
    }
    base = "https://paper.example/repo"
    found = compared(
        files,
        tmp_path,
        monkeypatch,
        **{
            "c.txt": (404, b"", ""),
            "d/": (200, b"<a>", f"{base}/a/"),
            "e/": (200, b"<x>", "https://else.example/"),
            "f/": (0, b"", ""),
            "404.html": (404, b"<a>", ""),
        },
    )
    assert found == [
        "b/index.html differs in line 1 (3 bytes instead of 3)",
        "c.txt is answered with 404",
        "e/index.html leads to https://else.example/",
        "f/index.html does not answer: it takes too long",
    ]


def test_a_host_is_not_asked_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_PATIENCE", -1.0)
    assert compared({"a.txt": b"a"}, tmp_path, monkeypatch) == [
        "a.txt and what follows were not compared: it takes too long"
    ]


# --- calling it wrongly


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--cron", "* * * * *"), "--cron belongs to --workflow"),
        (("--private",), "--private belongs to --check"),
        (("--workflow", "--cron", "x"), "`x` is no schedule"),
        (("--dry-run", "--prepare"), "--dry-run and --prepare do not go together"),
        (("--check", "ftp://x.example"), "is neither a folder nor an address"),
        (("--url", "javascript:x"), "is no address of a site"),
        (("--url", "https://x.example/?a"), "is no address of a site"),
    ],
)
def test_a_wrong_call_is_told(site: Site, call: Call, words: tuple[str, ...], told: str) -> None:
    ended = call("-C", a_site(site), "publish", *words)
    assert ended.code == 2
    assert told in ended.err
