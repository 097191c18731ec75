"""site.yaml: every key, its default, and what is said where it is wrong. (Whole messages: test_messages.)"""

from __future__ import annotations

import uuid
from datetime import datetime

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import config, schema
from digestgen.config import (
    Config,
    EmailConfig,
    FeedsConfig,
    NavItem,
    PoliciesConfig,
    PublishConfig,
    PublisherConfig,
    SiteLanguage,
)
from digestgen.diagnostics import Diagnostic
from digestgen.rules import RULES


def settings(text: str) -> Config:
    """Return the configuration of a site.yaml with `text` below a title."""
    found, faults = config.read(f"title: Digest\n{text}\n")
    assert not faults
    return found


def faults(text: str) -> list[Diagnostic]:
    _, told = config.read(f"title: Digest\n{text}\n")
    assert any(item.severity == "error" for item in told)
    return told


def fault(text: str) -> str:
    """Return the one fault as `code line:column message | label`."""
    (told,) = faults(text)
    assert told.span is not None
    return f"{told.code} {told.span.line}:{told.span.column} {told.message} | {told.label}"


def test_a_title_is_enough_and_all_else_has_its_documented_default() -> None:
    found = settings("")
    assert found == Config(
        title="Digest",
        tagline="",
        url="",
        site_id=uuid.uuid5(uuid.NAMESPACE_URL, "Digest"),
        languages=(SiteLanguage("en", "Digest", "", ""),),
        timezone=found.timezone,
        theme="broadsheet",
        theme_options={},
        minify=False,
        content="content",
        output="public",
        permalink="/{year}/{month}/{slug}/",
        paginate=20,
        publisher=PublisherConfig(),
        policies=PoliciesConfig(),
        feeds=FeedsConfig(),
        email=EmailConfig(),
        copyright="",
        license="",
        nav=None,
        rules={},
        raw_html=False,
        embed=(),
        unchecked_links=(),
        editions="off",
        images=None,
        cards=False,
        publish=PublishConfig(),
        search=False,
        extra={},
        marks=found.marks,
    )
    assert (found.timezone.key, found.lang, found.base) == ("UTC", "en", "/")


def test_texts_are_taken_as_they_are_written() -> None:
    found = settings("tagline: Yes, no\ncopyright: 2024\ncontent: articles\noutput: ../site\ntheme: my-theme_2")
    assert (found.tagline, found.copyright, found.content, found.output, found.theme) == (
        "Yes, no",
        "2024",
        "articles",
        "../site",
        "my-theme_2",
    )


# --- url and site_id


@pytest.mark.parametrize(
    ("written", "url", "base"),
    [
        ("https://example.org", "https://example.org/", "/"),
        ("https://Example.org/", "https://example.org/", "/"),
        ("https://name.github.io/repo/", "https://name.github.io/repo/", "/repo/"),
        ("http://localhost:8000/a/b", "http://localhost:8000/a/b/", "/a/b/"),
    ],
)
def test_url_ends_with_a_slash_and_its_path_is_the_base(written: str, url: str, base: str) -> None:
    found = settings(f"url: {written}")
    assert (found.url, found.base) == (url, base)


@pytest.mark.parametrize("url", ["https://example.org/?a=b", "https://example.org/#top"])
def test_url_is_that_of_a_site_and_not_of_a_place_on_it(url: str) -> None:
    assert fault(f"url: {url}") == "bad-url 2:6 `url` is the address of a site, without `?` or `#` | "


def test_site_id_is_the_one_that_is_written_else_made_from_the_url() -> None:
    own = "6fa459ea-ee8a-4ca4-894e-db77e160355e"
    assert settings(f"site_id: {own}").site_id == uuid.UUID(own)
    assert settings("url: https://example.org").site_id == uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/")
    assert (
        fault("site_id: news")
        == "bad-value 2:10 `news` is no UUID | expected a UUID: 32 hexadecimal digits in five groups"
    )


# --- languages


@pytest.mark.parametrize(
    "text",
    [
        "languages:\n  - de\n  - lang: pt-BR\n    title: Resumo\n    tagline: Todo dia",
        "languages: [de, {lang: pt-BR, title: Resumo, tagline: Todo dia}]",
        "languages:\n  de:\n  pt-BR: {title: Resumo, tagline: Todo dia}",
        "languages:\n  de: {}\n  pt-BR:\n    title: Resumo\n    tagline: Todo dia",
    ],
)
def test_languages_are_a_list_of_tags_or_mappings_or_one_mapping(text: str) -> None:
    assert settings(f"language: en-GB\ntagline: Every day\n{text}").languages == (
        SiteLanguage("en-GB", "Digest", "Every day", ""),
        SiteLanguage("de", "Digest", "", "/de"),
        SiteLanguage("pt-BR", "Resumo", "Todo dia", "/pt-BR"),
    )


def test_a_language_is_named_once_whatever_its_case() -> None:
    assert fault("languages: [de, DE]") == "bad-value 2:12 the language `DE` is named twice | "
    assert fault("languages:\n  EN: {}") == "bad-value 3:3 the language `EN` is named twice | "


def test_languages_that_cannot_be_are_told() -> None:
    assert fault("languages: [{title: Resumo}]").startswith("missing-key 2:13 a language has no `lang` |")
    assert fault("languages:\n  pt-BR: {tilte: Resumo}") == (
        "unknown-key 3:11 a language has no key `tilte` | did you mean `title`?"
    )
    assert fault("languages:\n  de: Deutsch") == (
        "wrong-type 3:7 `de` is text, not a mapping | expected a mapping of `lang`, `title` and `tagline`"
    )


# --- timezone


def test_timezone_is_an_iana_name_with_rules_from_the_package() -> None:
    zone = settings("timezone: Europe/Berlin").timezone
    offsets = [datetime(2024, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
    assert [str(offset) for offset in offsets] == ["1:00:00", "2:00:00"]


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        ("Berlin", "did you mean `Europe/Berlin`?"),
        ("New York", "did you mean `America/New_York`?"),
        ("Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("+02:00", "expected an IANA time zone such as Europe/Berlin"),
        ("../../etc/passwd", "expected an IANA time zone such as Europe/Berlin"),
    ],
)
def test_what_is_no_time_zone_is_told_with_the_one_that_was_meant(zone: str, label: str) -> None:
    assert fault(f"timezone: {zone}") == f"bad-value 2:11 `{zone}` is not a time zone | {label}"


# --- permalink, paginate


@pytest.mark.parametrize(
    "pattern", ["/{slug}/", "/{year}/{month}/{day}/{slug}.html", "/news/{section}/{slug}/", "/a_b-c.d/{slug}/"]
)
def test_permalinks_that_can_be(pattern: str) -> None:
    assert settings(f"permalink: '{pattern}'").permalink == pattern


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("/{year}/{title}/", "names {title}; it may name {year}, {month}, {day}, {slug}, {section}"),
        ("/{slug.__class__}/", "names {slug.__class__}; it may name {year}, {month}, {day}, {slug}, {section}"),
        ("{year}/{slug}/", "must begin with / and end with / or .html"),
        ("/{year}/{slug}", "must begin with / and end with / or .html"),
        ("/{year}/{month}/", "must name {slug}, or all articles would have one address"),
        ("/{year}//{slug}/", "has characters that do not belong in an address"),
        ("/../{slug}/", "has characters that do not belong in an address"),
        ("/{slug}?/", "has characters that do not belong in an address"),
        ("/a b/{slug}/", "has characters that do not belong in an address"),
        ("/{slug}/}{/", "has characters that do not belong in an address"),
    ],
)
def test_permalinks_that_cannot_be(pattern: str, why: str) -> None:
    assert fault(f"permalink: '{pattern}'") == (
        f"bad-value 2:12 the permalink {why} | expected a path such as /{{year}}/{{month}}/{{slug}}/"
    )


@given(st.text("/{}slugyear.!_ -", max_size=30))
def test_a_permalink_that_is_accepted_makes_addresses(pattern: str) -> None:
    if not config.wrong_permalink(pattern):
        made = pattern.format(year="2024", month="05", day="03", slug="kim", section="world")
        assert made.startswith("/")
        assert "kim" in made


@pytest.mark.parametrize("number", ["0", "1001", "ten", "-1"])
def test_paginate_is_a_number_from_1_to_1000(number: str) -> None:
    assert settings("paginate: 1000").paginate == 1000
    assert fault(f"paginate: {number}").endswith(
        f"2:11 `paginate` cannot be `{number}` | expected a whole number from 1 to 1000"
    )


# --- publisher, nav, rules, raw_html, embed, extra, theme_options


def test_publisher_has_a_name_an_address_and_a_mail_address() -> None:
    found = settings("publisher: {name: Press, url: https://example.com, email: desk@example.com}")
    assert found.publisher == PublisherConfig("Press", "https://example.com", "desk@example.com")
    assert fault("publisher: {email: desk}") == ("bad-value 2:20 `email` cannot be `desk` | expected an e-mail address")


def test_policies_are_up_to_four_pages() -> None:
    assert settings("policies: {principles: /principles/, contact: 'mailto:desk@example.com'}").policies == (
        PoliciesConfig("/principles/", contact="mailto:desk@example.com")
    )
    assert fault("policies: {correction: /how/}") == (
        "unknown-key 2:12 `policies` has no key `correction` | did you mean `corrections`?"
    )
    assert fault("policies: [/principles/]").startswith("wrong-type 2:11 `policies` is a list, not a mapping")


def test_nav_is_a_list_of_titles_and_addresses() -> None:
    found = settings("languages: [de]\nnav: [{title: About, url: /about/}, {title: Über uns, url: /ueber/, lang: de}]")
    assert found.nav == (NavItem("About", "/about/"), NavItem("Über uns", "/ueber/", "de"))
    assert settings("nav: []").nav == ()
    assert fault("nav: [{title: About, url: /about/, lang: de}]") == (
        "bad-value 2:42 `de` is not a language of the site | expected one of en"
    )
    assert fault("nav: [{title: About}]") == ("missing-key 2:7 an entry of `nav` has no `url` | add `url:` with text")
    assert fault("nav: [{title: A, url: /a/, language: de}]") == (
        "unknown-key 2:28 an entry of `nav` has no key `language` | did you mean `lang`?"
    )


def test_rules_have_known_codes_and_three_severities() -> None:
    found = settings("rules: {broken-link: warning, missing-alt: off, unknown-key: error}")
    assert found.rules == {"broken-link": "warning", "missing-alt": "off", "unknown-key": "error"}
    assert fault("rules: {missing-altt: off}") == (
        "unknown-key 2:9 there is no rule `missing-altt` | did you mean `missing-alt`?"
    )
    assert faults("rules: {nonsense: off}")[0].help == f"rules: {', '.join(RULES)}"
    assert fault("rules: {missing-alt: note}") == (
        "bad-value 2:22 `missing-alt` cannot be `note` | expected one of error, warning, off"
    )


def test_raw_html_is_cleaned_or_allowed() -> None:
    assert settings("raw_html: allow").raw_html
    assert not settings("raw_html: clean").raw_html
    assert fault("raw_html: true") == "bad-value 2:11 `raw_html` cannot be `true` | expected one of clean, allow"


def test_embed_is_one_host_or_several() -> None:
    assert settings("embed: Player.example.org").embed == ("player.example.org",)
    assert settings("embed: [a.example.org, 'localhost:8000']").embed == ("a.example.org", "localhost:8000")
    assert fault("embed: [https://a.example.org/]") == (
        "bad-value 2:9 item 1 of `embed` cannot be `https://a.example.org/` "
        "| expected a host such as www.youtube-nocookie.com"
    )


def test_extra_is_a_mapping_of_anything() -> None:
    assert settings("extra: {a: [1, true, {b: c}]}").extra == {"a": (1, True, {"b": "c"})}
    assert fault("extra: [a]") == "wrong-type 2:8 `extra` is a list, not a mapping | expected a mapping"


def test_theme_options_wait_for_the_theme() -> None:
    assert list(settings("theme_options: {accent: '#8b1a1a', lead: false}").theme_options) == ["accent", "lead"]


def test_marks_tell_where_keys_stand() -> None:
    marks = settings("url: https://example.org\nnav:\n  - {title: A, url: /a/}").marks
    assert [(marks[key].line, marks[key].column) for key in ("title", "url", "nav.0.url")] == [(1, 8), (2, 6), (4, 21)]


# --- the whole file


def test_an_empty_file_has_no_title() -> None:
    for text in ("", "\n\n", "# nothing yet\n"):
        found, (told,) = config.read(text)
        assert found.vague
        assert (told.code, told.message) == ("missing-title", "site.yaml is empty")


def test_a_list_is_no_configuration() -> None:
    found, (told,) = config.read("- title\n")
    assert found.vague
    assert (told.code, told.message) == ("wrong-type", "`site.yaml` is a list, not a mapping")


def test_all_faults_are_told_at_once() -> None:
    told = faults("titel: A\nurl: b\npaginate: c\npermalink: /\nlanguages: [1]\ntimezone: d\nrules: {e: f}")
    assert sorted((item.span.line, item.code) for item in told if item.span) == [
        (2, "unknown-key"),
        (3, "bad-url"),
        (4, "wrong-type"),
        (5, "bad-value"),
        (6, "bad-value"),
        (7, "bad-value"),
        (8, "unknown-key"),
    ]


@given(st.text())
def test_no_text_makes_the_reader_raise(text: str) -> None:
    found, told = config.read(text)
    assert not found.vague or told


# --- the JSON Schema says the same

_SCHEMA = jsonschema_rs.validator_for(schema.document(config.TABLE, "site.yaml"))


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ({"title": "A"}, True),
        ({}, False),
        ({"title": ""}, False),
        ({"title": "A", "titel": "B"}, False),
        ({"title": "A", "paginate": 0}, False),
        ({"title": "A", "paginate": 20}, True),
        ({"title": "A", "language": "German"}, False),
        ({"title": "A", "languages": ["de", {"lang": "fr", "title": "B"}]}, True),
        ({"title": "A", "languages": {"de": {"title": "B"}, "fr": None}}, True),
        ({"title": "A", "languages": [{"title": "B"}]}, False),
        ({"title": "A", "rules": {"broken-link": "warning"}}, True),
        ({"title": "A", "rules": {"broken-lnk": "warning"}}, False),
        ({"title": "A", "permalink": "/{year}/"}, False),
        ({"title": "A", "url": "example.org"}, False),
        ({"title": "A", "nav": [{"title": "B", "url": "/b/"}]}, True),
        ({"title": "A", "raw_html": "allow", "embed": ["example.org"], "extra": {"b": [1]}}, True),
    ],
)
def test_json_schema_agrees_with_the_reader(value: dict[str, object], valid: bool) -> None:
    assert _SCHEMA.is_valid(value) is valid


# --- publish


def test_publish_says_how_the_site_gets_to_its_readers() -> None:
    found = settings(
        "publish:\n  host: netlify\n  branch: live\n  history: squash\n  compress: gzip, br\n"
        "  command: [take, '{folder}/', '{files}']\n  remove: [drop, '{files}']\n  allow: aws-key-0123456789\n"
    )
    assert found.publish == PublishConfig(
        "netlify",
        branch="live",
        history="squash",
        compress=("gzip", "br"),
        command=("take", "{folder}/", "{files}"),
        remove=("drop", "{files}"),
        allow=("aws-key-0123456789",),
    )


def test_a_command_names_what_is_known() -> None:
    assert fault("publish: {command: [take, '{file}']}") == (
        "bad-value 2:27 `command` names {file}, which nothing stands for | did you mean `files`?"
    )


def test_nothing_is_removed_that_nothing_brings() -> None:
    told = fault("publish: {remove: [drop, '{files}']}")
    assert told.startswith("missing-key 2:19 `remove` is there and `command` is not")


def test_a_remote_is_a_name_and_no_address() -> None:
    assert fault("publish: {remote: 'https://ed:token@git.example/x'}").startswith("bad-value 2:19 ")


def test_an_entry_of_the_navigation_for_a_language_that_is_none_is_told_beside_one_that_is_wrong() -> None:
    _, found = config.read("title: T\nnav:\n- {url: /a/}\n- {title: B, url: /b/, lang: fr}\n")
    assert [item.code for item in found] == ["missing-title", "bad-value"]
