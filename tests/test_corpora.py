"""Three folders of real articles, written by others for other programs: each becomes a whole site."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml
from lxml import html

from digestgen import slugs
from digestgen.diagnostics import Diagnostic
from tests.browser import every_link, lines
from tests.building import built, once, published, told
from tests.conftest import OpenPage, SiteServer

pytestmark = pytest.mark.corpus

ORIGIN = "https://digest.example"
SITE_ID = "site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8\n"

SETTINGS = {
    "digitalgov": "title: Digital.gov\nurl: https://digest.example/\nlanguage: en\n" + SITE_ID,
    "bitcoinops": "title: Optech\nurl: https://digest.example/a/base/\nlanguage: en\nlanguages: [de, ja]\n" + SITE_ID,
    "mehdix-fa": "title: مهدی\nurl: https://digest.example/weblog/\nlanguage: fa\n" + SITE_ID,
}

#: What is really broken in them, besides links to what is not there.
FAULTS = {
    "digitalgov": {"broken-link", "missing-alt", "refused-link"},
    "bitcoinops": {"broken-link"},
    "mehdix-fa": {"broken-link", "missing-alt", "refused-link"},
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus and the site that was built of it."""

    name: str
    source: Path
    output: Path

    @property
    def prefix(self) -> str:
        return urlsplit(SETTINGS[self.name].split("url: ")[1].split("\n")[0]).path

    def page(self, path: str) -> html.HtmlElement:
        data = (self.output / path / "index.html").read_bytes()
        return html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))

    def articles(self) -> dict[str, dict[str, object]]:
        """Return path below content/ to the front matter of each article, read without any code of ours."""
        found = {}
        for path in sorted((self.source / "content").rglob("*.md")):
            text = path.read_text(encoding="utf-8-sig")
            found[path.relative_to(self.source / "content").as_posix()] = yaml.safe_load(text.split("---")[1])
        return found


def site_of(name: str, source: Path, factory: pytest.TempPathFactory) -> Corpus:
    def fill(folder: Path) -> None:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("SOURCE.txt", "LICENSE*"))
        (folder / "site.yaml").write_text(SETTINGS[name] + "rules: {broken-link: warning}\n", encoding="utf-8")
        result = built(folder, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert result.ok, told(item for item in result.diagnostics if item.severity == "error")
        (folder / "told").write_text(lines([where(item) for item in result.diagnostics]), encoding="utf-8")

    return Corpus(name, source, once(factory, f"corpus-{name}", fill) / "public")


def where(item: Diagnostic) -> str:
    return f"{item.code} {item.span.path}:{item.span.line}" if item.span else item.code


@pytest.fixture(scope="session", params=SETTINGS)
def site(
    request: pytest.FixtureRequest, corpus: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Corpus:
    return site_of(request.param, corpus(request.param), tmp_path_factory)


@pytest.fixture(scope="session")
def bitcoinops(corpus: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return site_of("bitcoinops", corpus("bitcoinops"), tmp_path_factory)


@pytest.fixture(scope="session")
def digitalgov(corpus: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return site_of("digitalgov", corpus("digitalgov"), tmp_path_factory)


def plain(title: str) -> str:
    """Return a title without what typography changes in it: quotation marks, dashes, dots, blanks."""
    return re.sub(r"[^\w]|_", "", title)


def test_every_article_becomes_a_page_with_its_title(site: Corpus) -> None:
    wanted = Counter(plain(str(front["title"])) for front in site.articles().values())
    found: Counter[str] = Counter()
    for path in pages(site):
        (headline,) = site.page(path).xpath("//h1")
        found[plain(headline.text_content())] += 1
    assert found == wanted


def test_every_link_resolves(site: Corpus) -> None:
    assert not (broken := every_link(site.output, site.prefix, ORIGIN)), lines(broken[:20])


def test_nothing_is_told_but_what_is_broken_in_the_articles_and_each_with_its_line(site: Corpus) -> None:
    told_ = (site.output.parent / "told").read_text(encoding="utf-8").splitlines()
    assert {line.partition(" ")[0] for line in told_} <= FAULTS[site.name]
    assert [line for line in told_ if not re.fullmatch(r"[\w-]+ content/.*\.md:\d+", line)] == []


def test_german_articles_lead_to_their_english_originals_and_back(bitcoinops: Corpus) -> None:
    german = [path for path in pages(bitcoinops) if path.startswith("de/")]
    assert len(german) == len([path for path in bitcoinops.articles() if path.startswith("de/")]) == 47
    for path in german:
        english = versions(bitcoinops, path)["en"]
        assert re.fullmatch(r"\d{4}/\d\d/[^/]+", english)
        assert versions(bitcoinops, english)["de"] == path
        # a newsletter and its translation are of one day
        assert day(bitcoinops, path) == day(bitcoinops, english)


def pages(site: Corpus) -> list[str]:
    """Return the paths of all pages of articles."""
    return [
        path.removesuffix("/index.html")
        for path in published(site.output)
        if re.fullmatch(r"(?:\w\w/)?\d{4}/\d\d/[^/]+/index\.html", path)
    ]


def versions(site: Corpus, path: str) -> dict[str, str]:
    """Return language to path of the versions that a reader of the article at `path` is offered there."""
    links = site.page(path).xpath("//main//header//a[@hreflang]")
    here = f"http://here.invalid/{path}/"
    return {
        str(link.get("hreflang")): unquote(urlsplit(urljoin(here, str(link.get("href")))).path).strip("/")
        for link in links
    }


def day(site: Corpus, path: str) -> str:
    return str(site.page(path).xpath("//main//header//time/@datetime")[0])[:10]


def test_sources_stand_under_the_publishers_of_the_registry(digitalgov: Corpus) -> None:
    registry = yaml.safe_load((digitalgov.source / "sources.yaml").read_text(encoding="utf-8"))
    credited: Counter[str] = Counter()
    for front in digitalgov.articles().values():
        sources = front.get("sources") or []
        assert isinstance(sources, list)
        names = {str(item.get("name")) if isinstance(item, dict) else str(item) for item in sources}
        credited.update(name for name in names if name in registry)
    assert sum(credited.values()) == 253  # the other 14 credit a host that no registry knows
    for key, count in credited.items():
        page = digitalgov.page(f"sources/{slugs.slugify(key, 'en')}")
        (headline,) = page.xpath("//h1")
        assert headline.text_content() == registry[key]["name"]
        number = re.search(r"(\d+) articles?", page.text_content())
        assert number is not None
        assert int(number[1]) >= count  # a source that is spelled as the publisher's name is that publisher, too


# --- what readers see


@pytest.mark.browser
def test_pages_read_in_the_direction_of_their_language_and_fit_a_small_screen(
    site: Corpus, site_server: SiteServer, open_page: OpenPage
) -> None:
    base = site_server(site.output, site.prefix)
    for path in (*samples(site), "", "archive/", "tags/"):
        page = open_page(base + path, width=320)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        lang, direction = page.evaluate(
            "[document.documentElement.lang, getComputedStyle(document.querySelector('main')).direction]"
        )
        assert direction == ("rtl" if lang == "fa" else "ltr")


def samples(site: Corpus) -> list[str]:
    """Return the longest article of each language that shows no picture from elsewhere: the world is shut here."""
    longest: dict[str, tuple[int, str]] = {}
    for path in pages(site):
        data = (site.output / path / "index.html").read_bytes()
        if b'src="https:' not in data:
            lang = path.partition("/")[0] if not path[0].isdigit() else ""
            longest[lang] = max(longest.get(lang, (0, "")), (len(data), f"{path}/"))
    return [path for _, path in longest.values()]
