"""From the bytes of one file to an article: what its path, its front matter and its body make of it."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import config, parse
from digestgen.config import Config
from digestgen.diagnostics import Diagnostic
from digestgen.model import Article, Contributor, Credit, Image, Stamp

ID = "6fa459ea-ee8a-4ca4-894e-db77e160355e"


def settings(text: str = "languages: [de, pt-BR]\ntimezone: Europe/Berlin") -> Config:
    found, faults = config.read(f"title: Digest\nsite_id: {ID}\n{text}\n")
    assert found is not None, faults
    return found


def read(
    front: str = "title: Kim", body: str = "Text.\n", path: str = "2024-05-03-kim.md", site: Config | None = None
) -> tuple[Article | None, list[Diagnostic]]:
    return parse.article(path, f"---\n{front}\n---\n{body}".encode(), site or settings())


def article(
    front: str = "title: Kim", body: str = "Text.\n", path: str = "2024-05-03-kim.md", site: Config | None = None
) -> Article:
    found, faults = read(front, body, path, site)
    assert found is not None, faults
    assert not faults
    return found


def told(found: list[Diagnostic]) -> list[tuple[str, int, int, str]]:
    return [(item.code, item.span.line, item.span.column, item.message) for item in found if item.span]


# --- bytes, fences


@pytest.mark.parametrize(
    "data",
    [
        b"---\ntitle: Kim\n---\nText.\n",
        b"\xef\xbb\xbf---\ntitle: Kim\n---\nText.\n",
        b"---\r\ntitle: Kim\r\n---\r\nText.\r\n",
        b"---\rtitle: Kim\r---\rText.\r",
        b"\n \n\n---\ntitle: Kim\n---\nText.\n",
        b"---  \ntitle: Kim\n--- \nText.",
        b"---\ntitle: Kim\n...\nText.\n",
    ],
)
def test_marks_of_order_line_ends_and_blank_lines_before_the_fence_make_no_difference(data: bytes) -> None:
    found, faults = parse.article("2024-05-03-kim.md", data, settings())
    assert not faults
    assert found is not None
    assert (found.title, found.lede) == ("Kim", "Text.")


def test_rule_in_the_body_is_no_fence() -> None:
    assert article(body="One.\n\n---\n\nTwo.\n").lede == "One."


@pytest.mark.parametrize(
    ("data", "code", "line", "column", "message"),
    [
        (b"", "no-front-matter", 1, 1, "the file is empty"),
        (b"\n\n", "no-front-matter", 1, 1, "the file is empty"),
        (b"\nTitle\n", "no-front-matter", 2, 1, "the file does not begin with a front matter"),
        (b"----\n", "no-front-matter", 1, 1, "the file does not begin with a front matter"),
        (b"---\ntitle: Kim\n", "unclosed-front-matter", 1, 1, "the front matter begins here and never ends"),
        (b"\n---\ntitle: Kim\n ---\n", "unclosed-front-matter", 2, 1, "the front matter begins here and never ends"),
        (
            b"---\ntitle: Kim\n\nThey met.\n\n---\n",
            "unclosed-front-matter",
            1,
            1,
            "the front matter begins here and runs on into the text",
        ),
        (
            b"---\ntitle: Kim\n\nThey met: twice.\n\n---\n",
            "unclosed-front-matter",
            1,
            1,
            "the front matter begins here and runs on into the text",
        ),
        (b"---\n---\nText.\n", "missing-title", 2, 1, "the front matter is empty"),
        (b"---\n# title: Kim\n---\n", "missing-title", 2, 1, "the front matter is empty"),
        (b"---\n- title\n---\n", "wrong-type", 2, 1, "`the front matter` is a list, not a mapping"),
        (b"---\ntitle: K\xefm\n---\n", "not-utf8", 2, 9, "the byte 0xef is not UTF-8"),
        (b"\xef\xbb\xbf---\r\ntitle: \xc3\xa4\xff\r\n---\r\n", "not-utf8", 2, 9, "the byte 0xff is not UTF-8"),
        (b"\xff\xfe-\x00-\x00", "not-utf8", 1, 1, "the byte 0xff is not UTF-8"),
    ],
)
def test_files_that_are_no_articles(data: bytes, code: str, line: int, column: int, message: str) -> None:
    found, faults = parse.article("2024-05-03-kim.md", data, settings())
    assert found.wrong if found else code == "not-utf8"
    assert told(faults) == [(code, line, column, message)]


@pytest.mark.parametrize("data", [b"---\n---\nIntro.\n", b"---\n# number: 3\n---\nIntro.\n"])
def test_an_edition_needs_no_keys(data: bytes) -> None:
    found, faults = parse.article("editions/2024-19.md", data, settings("editions: weekly"))
    assert (found is not None and (found.wrong, found.slug, found.lede)) == (False, "2024-19", "Intro.")
    assert not faults


@pytest.mark.parametrize(
    "front", ["title: Kim\n\ntags: [a]", "title: Kim\n\n# tags\ntags:\n\n- a", 'title: Kim\n\n"tags": a']
)
def test_blank_lines_in_front_matter_are_fine(front: str) -> None:
    assert article(front).tags == ("a",)


def test_an_error_below_a_blank_line_of_front_matter_is_told_where_it_is() -> None:
    _, faults = read("title: Kim\n\nsummary: They met: twice")
    assert told(faults)[0][:3] == ("unquoted-colon", 4, 18)


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    data = b"\n\n---\ntitle: Kim\nmood: grave\n---\n\n![](kim.svg)\n"
    _, faults = parse.article("2024-05-03-kim.md", data, settings())
    assert [(item.code, item.span.line, item.span.column) for item in faults if item.span] == [
        ("unknown-key", 5, 1),
        ("missing-alt", 8, 5),
    ]


# --- date


def test_date_of_the_front_matter_comes_before_that_of_the_name() -> None:
    assert article("title: Kim\ndate: 2024-06-01").date.date().isoformat() == "2024-06-01"


@pytest.mark.parametrize(
    ("date", "iso", "timed"),
    [
        ("2024-05-03", "2024-05-03T00:00:00+02:00", False),
        ("2020-12-2", "2020-12-02T00:00:00+01:00", False),
        ("2024-05-03 14:00", "2024-05-03T14:00:00+02:00", True),
        ("2024-05-03T10:00Z", "2024-05-03T12:00:00+02:00", True),
        ("2013-03-12 12:24:59 -0400", "2013-03-12T17:24:59+01:00", True),
        ("2024-03-31 02:30", "2024-03-31T03:30:00+02:00", True),  # a clock change skips it
    ],
)
def test_dates_are_in_the_time_zone_of_the_site(date: str, iso: str, timed: bool) -> None:
    stamp = article(f"title: Kim\ndate: {date}").stamp
    assert stamp is not None
    assert (stamp.at.isoformat(), stamp.timed) == (iso, timed)


def test_updated_and_expires_are_in_the_time_zone_of_the_site() -> None:
    found = article("title: Kim\nupdated: 2024-05-04 10:00\nexpires: 2024-06-01T00:00Z")
    zone = settings().timezone
    assert found.updated == Stamp(datetime(2024, 5, 4, 10, tzinfo=zone))
    assert found.expires == Stamp(datetime(2024, 6, 1, 2, tzinfo=zone))


@pytest.mark.parametrize(
    "path",
    [
        "2024-05-03-kim.md",
        "2024-5-3-kim.md",
        "2024-05-03_kim.md",
        "2024-05-03 kim.md",
        "2024-05-03.md",
        "a/2024-05-03-kim/index.md",
    ],
)
def test_date_may_stand_at_the_head_of_the_name(path: str) -> None:
    stamp = article(path=path).stamp
    assert stamp is not None
    assert (stamp.at.isoformat(), stamp.timed) == ("2024-05-03T00:00:00+02:00", False)


@pytest.mark.parametrize(
    "path", ["kim.md", "2024-05-03kim.md", "2024-05-kim.md", "kim-2024-05-03.md", "2024-05-03/kim.md"]
)
def test_an_article_without_a_date_is_an_error_at_its_title(path: str) -> None:
    found, faults = read(path=path)
    assert found is not None
    assert found.wrong
    assert told(faults) == [("missing-date", 2, 8, "the article has no date")]


def test_a_date_in_the_name_that_does_not_exist_is_an_error() -> None:
    found, faults = read(path="2024-02-30-kim.md")
    assert found is not None
    assert found.wrong
    assert told(faults) == [("bad-date", 1, 1, "2024-02-30 does not exist: that month has 29 days")]


def test_a_wrong_date_is_told_once_and_the_name_is_not_asked() -> None:
    found, faults = read("title: Kim\ndate: soon")
    assert found is not None
    assert found.wrong
    assert [item.code for item in faults] == ["bad-date"]


def test_pages_need_no_date() -> None:
    assert article(path="pages/about.md").stamp is None


# --- slug


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("2024-05-03-kim-meets-putin.md", "kim-meets-putin"),
        ("2024-05-03-Kim meets Putin.md", "kim-meets-putin"),
        ("2024-05-03-über-öl.de.md", "ueber-oel"),
        ("2024-05-03-über-öl.md", "uber-ol"),
        ("2024-05-03-kim/index.md", "kim"),
        ("de/2024-05-03-bär.md", "baer"),
        ("2024-05-03-首脳会談.md", "首脳会談"),
        ("2024-05-03-release-3.12.md", "release-3-12"),
        ("2024-05-03.md", "talks-in-seoul"),
        ("2024-05-03-!!!.md", "talks-in-seoul"),
    ],
)
def test_slug_is_the_name_without_its_date_else_made_from_the_title(path: str, slug: str) -> None:
    assert article("title: Talks in Seoul", path=path).slug == slug


def test_slug_of_the_front_matter_has_to_be_one_already() -> None:
    assert article("title: Kim\nslug: kim-putin").slug == "kim-putin"
    found, faults = read("title: Kim\nslug: Über Öl\nlang: de")
    assert [(item.code, item.message, item.label) for item in faults] == [
        ("bad-slug", "`Über Öl` cannot be a slug", "write `slug: ueber-oel`")
    ]
    assert found is not None


@pytest.mark.parametrize("slug", ["a/b", "../x", ".", "con", "Kim", "a_b", "a--b", "é"])
def test_slugs_that_would_change_are_errors(slug: str) -> None:
    _, faults = read(f"title: Kim\nslug: '{slug}'")
    assert [item.code for item in faults] == ["bad-slug"]


def test_slug_with_the_date_is_kept_for_columns() -> None:
    assert article(path="2024-05-03-letter.md").dated_slug == "2024-05-03-letter"
    assert article("title: Kim\nslug: letter", path="2024-05-03-letter.md").dated_slug == ""
    assert article("title: Kim\ndate: 2024-05-03", path="letter.md").dated_slug == ""


# --- id


def test_id_is_made_from_the_site_and_the_path_below_content() -> None:
    assert article(path="a/2024-05-03-kim.md").id == f"urn:uuid:{uuid.uuid5(uuid.UUID(ID), 'a/2024-05-03-kim.md')}"
    assert article("title: Another", path="a/2024-05-03-kim.md").id == article(path="a/2024-05-03-kim.md").id
    moved = settings("languages: [de]\nurl: https://example.com/moved/")
    assert article(path="a/2024-05-03-kim.md", site=moved).id == article(path="a/2024-05-03-kim.md").id


@pytest.mark.parametrize(
    ("written", "id"),
    [
        (ID, f"urn:uuid:{ID}"),
        (ID.upper(), f"urn:uuid:{ID}"),
        ("tag:example.org,2024:kim", "tag:example.org,2024:kim"),
        ("https://example.org/?p=12", "https://example.org/?p=12"),
    ],
)
def test_id_of_the_front_matter_is_kept(written: str, id: str) -> None:
    assert article(f"title: Kim\nid: '{written}'").id == id


# --- language


@pytest.mark.parametrize(
    ("path", "front", "lang"),
    [
        ("2024-05-03-kim.md", "", "en"),
        ("2024-05-03-kim.de.md", "", "de"),
        ("2024-05-03-kim.DE.md", "", "de"),
        ("2024-05-03-kim.pt-BR.md", "", "pt-BR"),
        ("2024-05-03-kim.pt-br.md", "", "pt-BR"),
        ("de/2024-05-03-kim.md", "", "de"),
        ("news/de/2024/2024-05-03-kim.md", "", "de"),
        ("de/2024-05-03-kim.en.md", "", "en"),
        ("de/pt-BR/2024-05-03-kim.md", "", "pt-BR"),
        ("fr/2024-05-03-kim.md", "", "en"),  # no folder of a language that the site does not have
        ("2024-05-03-kim.fr.md", "", "fr"),
        ("2024-05-03-kim.de.md", "lang: en", "en"),
        ("de/2024-05-03-kim.md", "lang: ja", "ja"),
        ("2024-05-03-kim.md", "lang: PT-br", "pt-BR"),
        ("2024-05-03-kim/index.de.md", "", "de"),
        ("2024-05-03-version-3.12.md", "", "en"),
        ("2024-05-03-notes.final.md", "", "en"),
    ],
)
def test_language_is_the_front_matters_else_the_suffixes_else_the_folders_else_the_sites(
    path: str, front: str, lang: str
) -> None:
    assert article(f"title: Kim\n{front}", path=path).lang == lang


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024-05-03-kim.md", "2024-05-03-kim.de.md"),
        ("2024-05-03-kim.md", "de/2024-05-03-kim.md"),
        ("news/2024-05-03-kim.md", "de/news/2024-05-03-kim.md"),
        ("en/2024-05-03-kim.md", "de/2024-05-03-kim.md"),
        ("2024-05-03-kim/index.md", "2024-05-03-kim/index.de.md"),
        ("2024-05-03-kim.fr.md", "2024-05-03-kim.md"),
    ],
)
def test_paths_that_differ_in_their_language_only_have_one_key(one: str, other: str) -> None:
    site = settings()
    assert parse.read_name(one, site).key == parse.read_name(other, site).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024-05-03-kim.md", "2024-05-04-kim.md"),
        ("a/2024-05-03-kim.md", "b/2024-05-03-kim.de.md"),
        ("2024-05-03-kim/index.md", "2024-05-03-kim.de.md"),
        ("fr/2024-05-03-kim.md", "2024-05-03-kim.md"),
    ],
)
def test_other_paths_have_keys_of_their_own(one: str, other: str) -> None:
    site = settings()
    assert parse.read_name(one, site).key != parse.read_name(other, site).key


# --- texts


def test_texts_get_the_quotation_marks_of_the_article_and_not_of_the_site() -> None:
    found = article(
        'title: \'"Kim" trifft "Putin"\'\nsummary: Er sagt "nein".\nkicker: "\'s ist Zeit"', path="2024-05-03-kim.de.md"
    )
    assert (found.title, found.summary, found.kicker) == ("„Kim“ trifft „Putin“", "Er sagt „nein“.", "’s ist Zeit")
    assert article("title: '\"Kim\"'").title == "“Kim”"


def test_first_paragraph_is_the_lede_as_text() -> None:
    found = article(body="## Talks\n\nThey *met* on [Wednesday](https://example.org).\n\nMore.\n")
    assert (found.summary, found.lede) == ("", "They met on Wednesday.")


def test_template_syntax_is_text() -> None:
    found = article("title: '{{ page.title }}'", "{% raw %} {{ 7 * 7 }} {# no #}\n")
    assert found.title == "{{ page.title }}"
    assert found.lede == "{% raw %} {{ 7 * 7 }} {# no #}"


def test_a_whole_article() -> None:
    front = """
title: Kim meets Putin
kicker: Arms
section: World
dateline: Seoul
authors: [A. Kim]
tags: arms, talks
sources: [{name: KCNA, published: 2024-05-02T22:00Z}]
credits: [{role: reporting, people: [{name: B. Lee, place: Seoul}]}]
image: {src: kim.svg, alt: A handshake}
translation_key: kim
canonical: https://example.com/kim
weight: 2
draft: true
extra: {map: true}
"""
    found = article(front)
    (source,) = found.sources
    assert (source.name, source.published) == (
        "KCNA",
        Stamp(datetime(2024, 5, 3, tzinfo=settings().timezone), timed=True),
    )
    assert (found.section, found.dateline, found.byline, found.tags) == (
        "World",
        "Seoul",
        ("A. Kim",),
        ("arms", "talks"),
    )
    assert found.credits == (Credit("reporting", (Contributor("B. Lee", "Seoul"),)),)
    assert found.image == Image("kim.svg", "A handshake")
    assert (found.translation_key, found.canonical) == ("kim", "https://example.com/kim")
    assert (found.weight, found.draft, found.fetch().extra) == (2, True, {"map": True})


# --- aliases


@pytest.mark.parametrize(
    ("alias", "path"),
    [
        ("/2019/old-name/", "/2019/old-name/"),
        ("2019/old-name", "/2019/old-name/"),
        ("/old.html", "/old.html"),
        ("/alt/%C3%BCber/", "/alt/über/"),
        ("//old/", "/old/"),
    ],
)
def test_aliases_are_paths_of_the_site(alias: str, path: str) -> None:
    assert article(f"title: Kim\naliases: ['{alias}']").aliases == (path,)


@pytest.mark.parametrize("alias", ["/?p=12", "/a#b", "../secret", "/a/../b/", "/%2e%2e/b", "/con/", "/a\\b/", "/a//b/"])
def test_aliases_that_cannot_be_are_told_where_they_stand(alias: str) -> None:
    found, faults = read(f"title: Kim\naliases: [/good/, '{alias}']")
    assert found is not None
    assert found.aliases == ("/good/",)
    assert told(faults) == [("bad-alias", 3, 19, f"`{alias}` cannot be an address of this site")]


# --- body


def test_pictures_without_a_text_are_warnings_and_decorative_ones_are_not() -> None:
    _, faults = read(body="![ ](a.svg)\n\n![A](b.svg)\n\n![](c.svg){ .decorative }\n")
    assert [(item.code, item.severity, item.message, item.label) for item in faults] == [
        ("missing-alt", "warning", "the picture `a.svg` has no alternative text", "write what it shows: ![…](a.svg)")
    ]


def test_references_are_found_at_their_places() -> None:
    found = article(body="A [one](one.md) and [two](two.md).\n\n[three]\n\n[three]: three.md\n").fetch()
    assert [(ref.target, place) for ref, place in zip(found.body.refs, found.refs, strict=True)] == [
        ("one.md", (4, 9, 6)),
        ("two.md", (4, 27, 6)),
        ("three.md", (8, 10, 8)),
    ]


def test_only_what_leads_into_the_site_is_inward() -> None:
    body = "[a](a.md) [b](https://example.org) [c](mailto:a@example.org) [d](/tags/) [e](#f)\n"
    assert article(body=body).inward == ("a.md", "/tags/", "#f")


def test_a_body_that_nests_too_deep_is_an_error() -> None:
    found, faults = read(body="<div>" * 3000 + "\n")
    assert found is not None
    assert found.wrong
    assert [item.code for item in faults] == ["too-complex"]


def test_a_large_text_that_would_stand_in_very_many_lists_is_refused() -> None:
    body = "word " * 100_000
    tags, sources = ", ".join(f"t{number}" for number in range(100)), "\n".join(f"  - S{n}" for n in range(99))
    front = f"title: A\ntags: [{tags}]\nsources:\n{sources}\ncredits:\n  - {{role: writing, people: [A, B]}}\n"
    found, faults = read(front, body=body)
    assert found is not None
    assert [(item.code, item.span.line if item.span else 0) for item in faults] == [("over-budget", 3)]
    assert faults[0].message.startswith("the article stands in 201 lists and their feeds, which makes 20")
    assert read(front, body="word")[1] == read("title: A\ntags: [a, b]\n", body=body)[1] == []


# --- laws

_BODIES = st.binary(max_size=300) | st.text("-#*_`[](){}<>!|:&;~^\n\t \\'\"abä1.", max_size=300).map(str.encode)
_FRONTS = st.text("titledag: \n-[]{},'\"|>#&*!%@\\~?0123ä\t", max_size=120).map(str.encode)
_PATHS = st.sampled_from(["2024-05-03-kim.md", "kim.md", "pages/about.md", "de/2024-13-01.md", "a/index.de.md", ".md"])


@given(_BODIES, _PATHS)
def test_no_bytes_make_the_parser_raise(data: bytes, path: str) -> None:
    found, faults = parse.article(path, data, settings())
    assert found is not None or faults


@given(_FRONTS, _BODIES, _PATHS)
def test_no_front_matter_and_no_body_make_the_parser_raise(front: bytes, body: bytes, path: str) -> None:
    found, faults = parse.article(path, b"---\ntitle: Kim\n" + front + b"\n---\n" + body, settings())
    assert found is not None or faults


@given(_FRONTS, _BODIES)
def test_every_fault_is_at_a_place_of_the_file(front: bytes, body: bytes) -> None:
    data = b"---\ntitle: Kim\n" + front + b"\n---\n" + body
    _, faults = parse.article("2024-05-03-kim.md", data, settings())
    lines = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for item in faults:
        assert item.span is not None
        assert item.span.path == "content/2024-05-03-kim.md"
        assert 1 <= item.span.line <= len(lines)
        assert 1 <= item.span.column <= len(lines[item.span.line - 1]) + 1


@given(st.from_regex(r"[a-z0-9 .äß!-]{0,20}\.md", fullmatch=True))
def test_every_name_of_a_file_makes_a_slug(name: str) -> None:
    found, _ = read("title: Kim\ndate: 2024-05-03", path=name)
    assert found is not None
    assert found.slug
    assert "/" not in found.slug
