"""Links as articles write them, and the site's own."""

from __future__ import annotations

import re
import time
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digestgen.urls import Link, absolute, authority, classify, host, quote_path, relative, safe_external, unquote

# --- what an article writes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "link"),
    [
        ("https://Example.org", Link("external", "https://example.org")),
        ("HTTP://x.org:8080/a b?q=ü#Ü", Link("external", "http://x.org:8080/a%20b?q=%C3%BC#%C3%9C", "", "Ü", "q=ü")),
        ("https://x.org:/%41%zz%", Link("external", "https://x.org/%41%25zz%25")),
        ("//cdn.example.org/x", Link("external", "https://cdn.example.org/x")),
        ("http://[::1]:80/", Link("external", "http://[::1]:80/")),
        ("https://bücher.example/", Link("external", "https://bücher.example/")),
        ('https://x.org/"><script>', Link("external", "https://x.org/%22%3E%3Cscript%3E")),
        ("mailto:d@x.org?subject=a b", Link("mail", "mailto:d@x.org?subject=a%20b", query="subject=a b")),
        ("MailTo:a@b.org", Link("mail", "mailto:a@b.org")),
        ("%2Fx", Link("relative", "%2Fx", "/x")),
        ("#treffen", Link("fragment", "#treffen", "", "treffen")),
        ("#%C3%BC ä", Link("fragment", "#%C3%BC%20%C3%A4", "", "ü ä")),
        ("", Link("fragment")),
        ("#", Link("fragment")),
        ("../kim-putin.de.md#treffen", Link("relative", "../kim-putin.de.md#treffen", "../kim-putin.de.md", "treffen")),
        ("ein bild.jpg?x=1", Link("relative", "ein%20bild.jpg?x=1", "ein bild.jpg", query="x=1")),
        ("%C3%BC%2Fa.md", Link("relative", "%C3%BC%2Fa.md", "ü/a.md")),
        ("?page=2", Link("relative", "?page=2", query="page=2")),
        ("/tags/x/", Link("site", "/tags/x/", "/tags/x/")),
        ("  \t/a\n/b ", Link("site", "/a/b", "/a/b")),
        ("\xa0javascript:alert(1)", Link("relative", "%C2%A0javascript:alert(1)", "\xa0javascript:alert(1)")),
        ("1a:b", Link("relative", "1a:b", "1a:b")),
    ],
)  # fmt: skip
def test_a_link_is_read_as_browsers_read_it(raw: str, link: Link) -> None:
    assert classify(raw) == link


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("javascript:alert(1)", "scheme is javascript:"),
        (" \x01JavaScript:alert(1)", "scheme"),
        ("java\n\tscript:alert(1)", "scheme"),
        ("java\0script:alert(1)", "control character"),
        ("vbscript:x", "scheme"),
        ("data:text/html,x", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("tel:123", "scheme"),
        ("notes:one.md", "scheme"),
        ("x" * 500 + ":", "x" * 20 + ":"),
        ("/\\evil.example", "backslash"),
        ("\\\\evil.example", "backslash"),
        ("https:\\\\evil.example", "backslash"),
        ("https:evil.example", "no host"),
        ("https:///evil.example", "no host"),
        ("///evil.example", "no host"),
        ("//", "no host"),
        ("https://x y/", "no host"),
        ("https://a%2Fb/", "no host"),
        ("https://:80/", "no host"),
        ("https://x.org;script-src/", "no host"),
        ("https://x.org,y.org/", "no host"),
        ("https://*.org/", "no host"),
        ("https://x.org'unsafe-inline'/", "no host"),
        ("https://user:pass@x.org/", "user's name"),
        ("https://x.org@evil.example/", "user's name"),
        ("http://[::1", "cannot be read"),
        ("http://x.org:99999/", "cannot be read"),
        ("http://x.org:a/", "cannot be read"),
        ("http://x\u2100y/", "cannot be read"),
        ("a%00b", "percent signs"),
        ("a%0ab", "percent signs"),
        ("%5c%5cevil", "percent signs"),
        ("a%ff", "percent signs"),
        ("a\x7fb", "control character"),
        ("a\ud83db", "control character"),
        ("https://x.org/\x85", "control character"),
    ],
)
def test_a_dangerous_link_is_refused_with_a_reason(raw: str, reason: str) -> None:
    link = classify(raw)
    assert (link.kind, link.url) == ("refused", "")
    assert reason in link.reason


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("https://www.reuters.com/a b", "https://www.reuters.com/a%20b"),
        (" http://x.org ", "http://x.org"),
        ("//x.org/", None),
        ("www.reuters.com/x", None),
        ("mailto:a@b.org", None),
        ("javascript:x", None),
        ("http://[::1", None),
        ("https://", None),
        ("", None),
    ],
)
def test_a_source_has_a_whole_web_address(raw: str, url: str | None) -> None:
    assert safe_external(raw) == url


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ("https://X.org:8443/a?b#c", "x.org:8443"),
        ("//x_y-z.example?b", "x_y-z.example"),
        ("http://bücher.example:81", "xn--bcher-kva.example:81"),
        ("https://x.org\uff1bscript-src/", ""),
        ("https://ü..example/", ""),
        ("https://[::1]/", ""),
        ("https://x.org@y.org/", ""),
        (r"https://x.org\@y.org/", ""),
        ("mailto:a@x.org", ""),
        ("/x.org", ""),
        ("", ""),
    ],
)
def test_a_policy_names_the_host_and_port_that_a_browser_asks(raw: str, named: str) -> None:
    assert authority(raw) == named


PARTS = [*"/\\:#?%@[]. \n\0é;,*'\uff1b", "javascript:", "http:", "https://", "mailto:", "//", "%2e", "x.org"]
RAW = st.lists(st.sampled_from(PARTS) | st.characters(), max_size=12).map("".join)


@given(RAW)
@example("http://\u2100")
@example("//[")
def test_no_link_raises_and_what_passes_is_plain_ascii_behind_the_host(raw: str) -> None:
    link = classify(raw)
    assert bool(link.reason) == (link.kind == "refused")
    assert not set(link.url) & set(' "<>\\^`{|}\n\t\0')
    if link.kind in ("relative", "site", "fragment", "mail"):
        assert link.url.isascii()
    if link.kind in ("relative", "site", "fragment"):
        assert not urlsplit(link.url).scheme
        assert not link.url.startswith("//")
        assert "\0" not in link.path
    safe_external(raw)
    host(raw)
    assert re.fullmatch(r"([a-z0-9._-]+(:[0-9]+)?)?", authority(raw))


@given(RAW)
def test_a_link_that_passed_is_read_the_same_again(raw: str) -> None:
    link = classify(raw)
    if link.kind != "refused":
        again = classify(link.url)
        assert (again.kind, again.url, again.path, again.fragment) == (link.kind, link.url, link.path, link.fragment)


def test_a_hostile_link_is_read_in_linear_time() -> None:
    start = time.process_time()
    for raw in ("%" * 500_000, "a:" * 300_000, "https://" + "@" * 500_000, "//" + "[" * 500_000, "../" * 200_000):
        classify(raw)
    assert time.process_time() - start < 5


# --- the site's own links ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "to", "reference"),
    [
        ("/2026/11/kim/", "/tags/x/", "../../../tags/x/"),
        ("/", "/x/", "x/"),
        ("/", "/", "./"),
        ("/x/", "/", "../"),
        ("/x/", "/x/", "./"),
        ("/x/", "/x/#a", "#a"),
        ("/x/", "/x/?q", "./?q"),
        ("/x/", "/x", "../x"),
        ("/404.html", "/404.html", "404.html"),
        ("/404.html", "/404.html#a", "#a"),
        ("/a/b.html", "/a/", "./"),
        ("/a/b.html", "/a/#c", "./#c"),
        ("/a/b/", "/a/b/c/d.png", "c/d.png"),
        ("/a/b/", "/a/bc/", "../bc/"),
        ("/", "/a:b/", "./a:b/"),
        ("/", "/x/a:b", "x/a:b"),
        ("/x/", "/x//evil.example", ".//evil.example"),
        ("/x/", "/#/x/", "../#/x/"),
    ],
)
def test_a_reference_is_relative_to_the_page(page: str, to: str, reference: str) -> None:
    assert relative(page, to) == reference


SEGMENT = st.text("ab:.-~%;@=&+", min_size=1, max_size=4).filter(lambda text: text.strip("."))
SITE_PATH = st.lists(SEGMENT, max_size=5).flatmap(
    lambda parts: st.sampled_from(["/" + "/".join(parts), "/" + "".join(f"{part}/" for part in parts)])
)


@given(
    st.sampled_from(["https://x.org", "https://x.org/repo"]),
    SITE_PATH,
    SITE_PATH,
    st.sampled_from(["", "#a", "#/a/", "?b"]),
)
def test_a_browser_resolves_a_reference_to_its_target(base: str, page: str, to: str, more: str) -> None:
    reference = relative(page, to + more)
    # `;` had a meaning in paths in an older standard, which urljoin still follows; browsers do not.
    plain = {ord(";"): "s"}
    assert urljoin((base + page).translate(plain), reference.translate(plain)) == (base + to + more).translate(plain)
    assert not reference.startswith("/")
    assert reference


@pytest.mark.parametrize(("page", "to"), [("/x/", "y/"), ("x", "/y/")])
def test_what_is_no_site_path_is_our_fault(page: str, to: str) -> None:
    with pytest.raises(ValueError, match="is no site path"):
        relative(page, to)


@pytest.mark.parametrize("base", ["https://x.org/repo", "https://x.org/repo/"])
def test_absolute_keeps_the_prefix(base: str) -> None:
    assert absolute(base, "/a/#b") == "https://x.org/repo/a/#b"


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://Www.Reuters.com:80/x", "www.reuters.com"), ("/x", ""), ("http://[::1", ""), ("mailto:a@b", "")],
)
def test_host_is_lower_case_without_port(url: str, name: str) -> None:
    assert host(url) == name


@given(st.text())
def test_quoting_a_path_can_be_undone(path: str) -> None:
    quoted = quote_path(path)
    assert quoted.isascii()
    assert quoted.count("/") == path.count("/")
    assert unquote(quoted) == path.encode("utf-8", "replace").decode()
    assert unquote("plain") == "plain"


def test_a_path_keeps_what_may_stand_in_it() -> None:
    assert quote_path("/tags/é, a:b@(c)?#%/") == "/tags/%C3%A9,%20a:b@(c)%3F%23%25/"


def test_a_hundred_thousand_references_are_made_in_a_moment() -> None:
    start = time.process_time()
    for day in range(2_000):
        page = f"/2026/11/{day}/"
        for _ in range(50):
            relative(page, "/tags/reuters/")
    assert time.process_time() - start < 3
