"""Where links lead: files become addresses, and what is not there is told with its place and a hint."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import links
from digestgen.links import Resolver, Target
from tests.shelf import shelf

FILES = {
    "2024-05-03-kim.md": "title: Kim\n---\n## The talks\n\nText[^1].\n\n[^1]: Note.\n",
    "2024-05-03-kim.de.md": "title: Kim\n---\n## Das Treffen {#treffen}\n",
    "arms/2024-05-04-a b.md": "title: Arms\n---\n## Über Öl\n",
    "arms/deep/2024-05-05-c.md": "",
    "draft.md": "date: 2024-05-01\ndraft: true",
    "pages/about.md": "title: About\n---\n## Who\n",
}
OTHERS = frozenset(
    ["kim.svg", "arms/map.svg", "arms/data/t.csv", "static/favicon.ico", "static/a b.pdf", "bad|name.svg"]
)
NO_PLACES: frozenset[str] = frozenset()
KNOWN = {"/": frozenset(["dg-2024-05-03"]), "/tags/": NO_PLACES, "/archive/2024/": NO_PLACES, "/feed.xml": NO_PLACES}
RESOLVER = Resolver(shelf(FILES, "languages: [de]"), OTHERS, KNOWN)

KIM = "2024-05-03-kim.md"
GERMAN = "2024-05-03-kim.de.md"
ARMS = "arms/2024-05-04-a b.md"
DEEP = "arms/deep/2024-05-05-c.md"
A_FILE = "expected a file, named as seen from this article"


def resolved(target: str, path: str = KIM) -> Target:
    """Return where `target` in the article `path` leads."""
    return RESOLVER.resolve(RESOLVER.library.articles[path], target)


# --- good ones


@pytest.mark.parametrize(
    ("path", "target", "url"),
    [
        (KIM, "2024-05-03-kim.de.md", "/de/2024/05/kim/"),
        (KIM, "./2024-05-03-kim.de.md#treffen", "/de/2024/05/kim/#treffen"),
        (DEEP, "../../2024-05-03-kim.de.md#treffen", "/de/2024/05/kim/#treffen"),
        (KIM, "arms/2024-05-04-a%20b.md", "/2024/05/a-b/"),
        (KIM, "arms/2024-05-04-a b.md", "/2024/05/a-b/"),
        (DEEP, "../2024-05-04-a b.md#uber-ol", "/2024/05/a-b/#uber-ol"),
        (KIM, "pages/about.md#who", "/about/#who"),
        (KIM, "#the-talks", "#the-talks"),
        (KIM, "2024-05-03-kim.md", "/2024/05/kim/"),
        (KIM, "/about/", "/about/"),
        (KIM, "/about", "/about/"),
        (KIM, "/de/2024/05/kim/#treffen", "/de/2024/05/kim/#treffen"),
        (KIM, "/pages/about.md", "/about/"),
        (KIM, "/tags/", "/tags/"),
        (KIM, "/tags", "/tags/"),
        (KIM, "/#dg-2024-05-03", "/#dg-2024-05-03"),
        (KIM, "/feed.xml", "/feed.xml"),
        (KIM, "static/favicon.ico", "/favicon.ico"),
        (KIM, "static/a b.pdf#page=2", "/a%20b.pdf#page=2"),
        (KIM, "#", "#"),
        (KIM, "https://Example.org/a b", "https://example.org/a%20b"),
        (KIM, "mailto:desk@example.org", "mailto:desk@example.org"),
    ],
)
def test_links_lead_to_addresses(path: str, target: str, url: str) -> None:
    found = resolved(target, path)
    assert (found.url, found.file, found.state) == (url, "", "good")


@pytest.mark.parametrize(
    ("path", "target", "url", "file"),
    [
        (KIM, "kim.svg", "/2024/05/kim/kim.svg", "kim.svg"),
        (GERMAN, "kim.svg", "/de/2024/05/kim/kim.svg", "kim.svg"),
        (KIM, "arms/map.svg", "/2024/05/kim/arms/map.svg", "arms/map.svg"),
        (ARMS, "data/t.csv", "/2024/05/a-b/data/t.csv", "arms/data/t.csv"),
        (ARMS, "../kim.svg", "/2024/05/a-b/kim.svg", "kim.svg"),
        (DEEP, "../map.svg#layer", "/2024/05/c/map.svg#layer", "arms/map.svg"),
    ],
)
def test_files_come_along_to_the_page(path: str, target: str, url: str, file: str) -> None:
    assert resolved(target, path) == Target(url, file, source=file)


@pytest.mark.parametrize(
    ("url", "article", "file", "address"),
    [
        ("/2024/kim/", "kim.md", "a.svg", "/2024/kim/a.svg"),
        ("/2024/kim/", "x/kim.md", "x/p/ä.svg", "/2024/kim/p/%C3%A4.svg"),
        ("/2024/kim/", "x/kim.md", "xy/a.svg", "/2024/kim/a.svg"),
        ("/2024/kim.html", "x/kim.md", "x/a.svg", "/2024/kim/a.svg"),
    ],
)
def test_files_keep_their_place_below_the_folder_of_the_article(
    url: str, article: str, file: str, address: str
) -> None:
    assert links.file_address(url, article, file) == address


def test_a_link_to_a_held_article_stays_text() -> None:
    assert resolved("draft.md") == resolved("draft.md#any") == Target(None, state="held")


# --- wrong ones


@pytest.mark.parametrize(
    ("path", "target", "why", "hint"),
    [
        (KIM, "kin.svg", "there is no file content/kin.svg", "did you mean kim.svg?"),
        (KIM, "map.svg", "there is no file content/map.svg", "did you mean arms/map.svg?"),
        (DEEP, KIM, "there is no file content/arms/deep/2024-05-03-kim.md", "did you mean ../../2024-05-03-kim.md?"),
        (KIM, "nothing", "there is no file content/nothing", A_FILE),
        (KIM, "arms/", "there is no file content/arms", A_FILE),
        (KIM, "../site.yaml", "`../site.yaml` leads out of the content folder", A_FILE),
        (KIM, "%2e%2e/site.yaml", "`../site.yaml` leads out of the content folder", A_FILE),
        (KIM, "#the-talk", "there is no heading #the-talk in content/2024-05-03-kim.md", "did you mean #the-talks?"),
        (KIM, f"{GERMAN}#x", "there is no heading #x in content/2024-05-03-kim.de.md", "its headings: #treffen"),
        (KIM, f"{DEEP}#x", "there is no heading #x in content/arms/deep/2024-05-05-c.md", "it has no headings"),
        (KIM, "/abuot/", "the site has no page /abuot/", "did you mean /about/?"),
        (KIM, "/nothing/", "the site has no page /nothing/", A_FILE),
        (KIM, "/#dg-2024-05-04", "there is no place #dg-2024-05-04 on /", ""),
        (KIM, "bad|name.svg", "content/bad|name.svg has a name that not every system can hold", ""),
    ],
)
def test_links_that_lead_nowhere_say_why_and_what_was_meant(path: str, target: str, why: str, hint: str) -> None:
    found = resolved(target, path)
    assert (found.state, found.why, found.hint()) == ("broken", why, hint)


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/2024/05/03/ratse/", "/2024/05/03/rates/"),  # and neither what else the day has, nor a name more like it
        ("/2024/05/03/rates.html", "/2024/05/03/rates/"),
        ("/2024/05/04/rates/", "/2024/05/03/rates/"),
        ("/2023/05/03/rates/", "/2023/06/03/rates/"),
        ("/2024/05/04/ratse/", "/2024/05/04/ratzel/"),
        ("/2024/05/03/cats/", ""),
        ("/2024/05/03/", ""),
        ("/", ""),
        ("/tags/helth/", "/tags/health/"),
        ("2024-05-03-ratse.md", "2024-05-03-rates.md"),
        ("2024-05-04-rates.md", "2024-05-03-rates.md"),
        ("2024-05-03-cats.md", ""),
        ("phto.png", "photo.png"),
        ("photo.md", ""),
        ("kin.svg", "kim.svg"),
        ("2024-05-03-rates.de.md", ""),
    ],
)
def test_a_guess_goes_by_the_name_and_not_by_the_date_that_many_share(path: str, near: str) -> None:
    known = [f"/2024/05/{day}/{name}/" for day in ("03", "04") for name in ("raise-of-taxes", "talks", "the-news")]
    known += [
        "/2024/05/03/rates/",
        "/2023/06/03/rates/",
        "/2024/05/04/ratzel/",
        "/2023/01/01/rate/",
        "/2024/",
        "/2024/05/",
        "/tags/health/",
    ]
    known += ["2024-05-03-rates.md", "2024-05-03-talks.md", "photo.png", "kim.svg"]
    resolver = Resolver(shelf({}), known, {})
    assert resolver._like(path, (known,)) == near


def test_a_missing_heading_leaves_the_link_to_the_article() -> None:
    assert resolved("2024-05-03-kim.de.md#x").url == "/de/2024/05/kim/"
    assert resolved("kim.png").url is None


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "..\\x",
    ],
)
def test_addresses_of_other_kinds_are_refused(target: str) -> None:
    found = resolved(target)
    assert (found.url, found.state) == (None, "refused")


@given(st.text("ab./#?%25:\\\n é|", max_size=30))
def test_no_target_makes_the_resolver_raise(target: str) -> None:
    found = resolved(target, DEEP)
    assert not found.file or found.file in OTHERS
    assert found.url is None or found.url.startswith(("/", "#", "http", "mailto:"))
    assert (found.state in ("broken", "refused")) == bool(found.why)


def test_of_thousands_of_wrong_links_some_are_guessed_at() -> None:
    resolver = Resolver(shelf(FILES, "languages: [de]"), OTHERS, KNOWN)
    article = resolver.library.articles[KIM]
    targets = [f"#x{number}" for number in range(100)] + [f"{'x' * 999}{number}.md" for number in range(100)]
    hints = [resolver.resolve(article, target).hint() for target in targets]
    assert all(hints)
    assert resolver.guesses.left == 0


def test_names_in_bodies_are_looked_up_and_of_few_bodies_they_are_kept() -> None:
    files = {f"2024-05-{day:02}-a.md": "title: A\n---\n## A\n\n## B\n" for day in range(1, 21)}
    resolver = Resolver(shelf(files), OTHERS, KNOWN)
    article = resolver.library.articles["2024-05-01-a.md"]
    for path in (*files, *files):
        assert [resolver.resolve(article, f"{path}#{name}").state for name in "abc"] == ["good", "good", "broken"]
    assert len(resolver._ids) <= links._AT_HAND


# --- all links of a body


def test_faults_of_a_body_stand_at_their_links() -> None:
    text = "title: D\n---\nA [b](b.md), ![c](c.svg),\n[d](javascript:x), [e](draft.md), [f](/tags/).\n"
    found = shelf(FILES | {"2024-05-06-d.md": text})
    article, resolver = found.articles["2024-05-06-d.md"], Resolver(found, OTHERS, KNOWN)
    assert links.addresses(article, resolver) == [None, None, None, None, "/tags/"]
    assert [target.state for target in links.inward(article, resolver)] == [
        "broken",
        "broken",
        "refused",
        "held",
        "good",
    ]
    assert [
        (item.severity, item.code, item.span.line, item.span.column, item.span.length, item.message)
        for item in links.faults(article, resolver)
        if item.span
    ] == [
        ("error", "broken-link", 4, 7, 4, "a link leads nowhere: there is no file content/b.md"),
        ("error", "broken-link", 4, 19, 5, "a picture leads nowhere: there is no file content/c.svg"),
        ("warning", "refused-link", 5, 5, 12, "`javascript:x` is of a kind of address that is not allowed"),
    ]
