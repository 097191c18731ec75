"""All targets, in the order of the table."""

from __future__ import annotations

from typing import Final

from tests.trust.fuzz import places, texts
from tests.trust.fuzz.seeds import read, stood
from tests.trust.fuzz.target import Target, simple
from tests.trust.names import NAMES

_SITES: Final = "tests/messages/*.txt"


def _articles() -> list[bytes]:
    """Articles with the beginning of their text: it is their front matter that is looked at."""
    whole = [*read("content/**/*.md"), *stood(_SITES, r"\.md$"), *stood("tests/golden/site.txt", r"\.md$")]
    parted = [data.split(b"\n---\n", 1) for data in whole]
    return sorted({b"\n---\n".join([front, *(body[:80] for body in rest)]) for front, *rest in parted})


def _settings() -> list[bytes]:
    return [*read("*.yaml", "themes/*/theme.yaml"), *stood(_SITES, r"\.yaml$")]


def _markdown() -> list[bytes]:
    return [*read("docs/how-to/*.md", "content/**/*.md"), *stood("tests/golden/site.txt", r"\.md$")]


def _credits() -> list[bytes]:
    return [report[report.rfind(b"(") :][1:].rstrip(b")\n") for report in read("tests/reports/*.txt")]


TARGETS: Final[tuple[Target, ...]] = (
    Target(
        "front-matter",
        "front matter of an article, a page and an edition",
        "every fault has its place in the file; what is accepted survives the cache, other words of YAML and mends",
        simple(texts.front_matter),
        _articles,
        40,
        2048,
    ),
    Target(
        "settings",
        "site.yaml, theme.yaml and the registries",
        "every fault has its place in the file; what is accepted is the same in other words of YAML",
        simple(texts.settings),
        _settings,
        40,
    ),
    Target(
        "markdown",
        "Markdown to HTML",
        "whole elements, which a browser reads as they are written; none runs, leads out or leaves its place",
        simple(texts.markdown),
        _markdown,
        40,
    ),
    Target(
        "names",
        "slugs, paths and addresses",
        "a slug's slug is itself; what is written lies below the output, on every system; a link leads where it should",
        simple(texts.names),
        lambda: [name.encode("utf-8", "surrogatepass") for name in NAMES],
        100,
        1024,
    ),
    Target(
        "credit-lines",
        "credit lines and sign-offs",
        "what is read, written and read again is the same",
        simple(texts.credit_lines),
        _credits,
        100,
        1024,
    ),
    Target(
        "wire-reports",
        "wire reports",
        "no word is lost; the draft is an article without errors that says what the report said",
        simple(texts.wire_reports),
        lambda: read("tests/reports/*.txt"),
        40,
    ),
    Target(
        "cache",
        "the cache: bytes of its file, values of its rows, with and without a checksum that fits",
        "no error, and the clean build's bytes, at once or once the cache is thrown away",
        places.cache,
        places.harms,
        2,
        512,
        5,
    ),
    Target(
        "output-list",
        "the list of files in the output folder",
        "what it does not name stays, nothing outside is touched, and the site is written whole or not at all",
        places.output_list,
        places.listed,
        30,
        2048,
    ),
    Target(
        "requests",
        "requests to the preview",
        "an answer after each, whole, without a fault; nothing is handed out that was not built",
        places.requests,
        places.requested,
        60,
    ),
    Target(
        "site",
        "any bytes in an article, a page, an edition, a picture, data, a registry, a catalogue or theme.yaml",
        "the build ends in time with 0 or 1 and no trace; with 1 nothing changes, with 0 no page has what must not be",
        places.site,
        places.places,
        3,
        4096,
        8,
    ),
)

BY_NAME: Final = {target.name: target for target in TARGETS}
