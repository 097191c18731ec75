"""Digests as feeds: what was built, and is imported into an empty site, says the same of itself and of its sources."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from digestgen import config, registry, survey, terms, tracking
from digestgen.incoming import importing
from digestgen.model import Article, Source
from digestgen.survey import Survey
from tests.building import planned
from tests.conftest import ROOT
from tests.test_corpora import SETTINGS, site_of

NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)


def again(settings: str, feeds: Iterable[Path], folder: Path) -> Survey:
    """Return an empty site into which feeds were imported, each draft of which must be without an error."""
    (folder / "content").mkdir(parents=True)
    (folder / "site.yaml").write_text(settings, encoding="utf-8")
    result = importing.run(importing.Request(folder, NOW, tuple(map(str, feeds))))
    assert result.diagnostics == []
    found, _ = survey.of(folder, NOW, jobs=1)
    assert found is not None
    assert found.unread == 0
    _, faults = registry.read({"sources.yaml": (folder / "sources.yaml").read_text(encoding="utf-8")})
    assert faults == []
    assert all(item.draft for item in found.articles)
    return found


def letters(title: str) -> str:
    """What typography, which differs between languages, leaves of a title."""
    return "".join(filter(str.isalnum, title))


def credited(sources: Iterable[Source], known: terms.Known) -> set[tuple[str, str]]:
    """Publisher and address of sources; addresses are imported without parameters that track."""
    return {(known.publisher(source)[1], tracking.stripped(source.url)) for source in sources if source.url}


def compare(original: Survey, imported: Survey) -> None:
    """Compare all that is published with all that came back, whose first source is the digest's own article."""
    base = original.settings.url.rstrip("/")
    here = original.library.urls
    published = {base + here[item.path]: item for part in original.library.parts for item in part.articles}
    found = {item.sources[0].url: item for item in imported.articles}
    assert found.keys() == published.keys()
    assert len(imported.articles) == len(published)
    for url, item in found.items():
        same(published[url], item, original.library.known, imported.library.known)
        assert imported.library.known.publisher(item.sources[0])[1] in {i.title for i in original.settings.languages}


def same(before: Article, after: Article, known: terms.Known, known_after: terms.Known) -> None:
    own, *others = after.sources
    title, labelled = letters(before.title), bool(before.genre or before.corrections)  # "Opinion: …", "Retracted: …"
    assert letters(after.title) == title or (labelled and letters(after.title).endswith(title))
    assert (after.date, after.lang) == (before.date, before.lang)
    assert own.published is not None
    assert (own.published.at, own.lang) == (before.date, before.lang)
    assert letters(own.title) == letters(after.title)
    assert credited(others, known_after) == credited(before.sources, known)


@pytest.mark.corpus
@pytest.mark.parametrize("name", SETTINGS)
def test_a_corpus_comes_back_from_its_feeds_and_their_archives(
    name: str, corpus: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = site_of(name, corpus(name), tmp_path_factory)
    original, _ = survey.of(site.output.parent, NOW, jobs=1)
    assert original is not None
    prefixes = [item.prefix.strip("/") for item in original.settings.languages]
    feeds = [site.output / prefix / "feed.xml" for prefix in prefixes]
    archives = [path for prefix in prefixes for path in sorted((site.output / prefix / "feed").glob("*.xml"))]
    compare(original, again(SETTINGS[name], [*feeds, *archives], tmp_path_factory.mktemp(name) / "again"))


FEEDS: Final = "feeds: {rss: site, json: site, entries: 1000}\n"
OWN: Final = "title: Ours\nlanguage: en-GB\nlanguages: {de: {title: Unseres}}\ntimezone: Europe/Berlin\n"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Survey]:
    """The feeds of the digest that ships with the project, each of which holds all, and that digest."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(ROOT / "content", folder / "content")
    for name in registry.FILES:
        shutil.copy(ROOT / name, folder / name)
    (folder / "site.yaml").write_text(OWN + "editions: weekly\nurl: https://digest.example/\n" + FEEDS, "utf-8")
    found, _ = survey.of(folder, NOW, jobs=1)
    assert found is not None
    plan = planned(folder, now=NOW, wrong=True)
    for path in (f"{prefix}{name}" for prefix in ("", "de/") for name in ("feed.xml", "rss.xml", "feed.json")):
        (folder / "public" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "public" / path).write_bytes(plan.document(path))
    return folder, found


@pytest.mark.parametrize("name", ["feed.xml", "rss.xml", "feed.json"])
def test_our_own_digest_comes_back_from_each_kind_of_feed(name: str, own: tuple[Path, Survey], tmp_path: Path) -> None:
    folder, original = own
    feeds = [folder / "public" / prefix / name for prefix in ("", "de")]
    compare(original, again(OWN, feeds, tmp_path / "again"))


def test_importing_a_site_from_its_own_feeds_brings_nothing(own: tuple[Path, Survey]) -> None:
    folder, _ = own
    feeds = tuple(str(folder / "public" / prefix / "feed.xml") for prefix in ("", "de"))
    result = importing.run(importing.Request(folder, NOW, feeds, dry=True))
    assert result.made == []
    assert result.known > 20


def test_a_draft_says_nothing_that_an_empty_site_does_not_know(own: tuple[Path, Survey], tmp_path: Path) -> None:
    folder, _ = own
    imported = again(OWN, [folder / "public" / "feed.xml"], tmp_path / "again")
    settings, _ = config.read(OWN)
    assert {item.lang for item in imported.articles} == {settings.lang}
    assert all(item.tags == () for item in imported.articles)
