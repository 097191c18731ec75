"""`digestgen new`: from a headline or a wire report to an article that is built."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as parser

from digestgen import cli, config, drafts, parse
from digestgen.markup import clean
from digestgen.survey import UnfitError
from tests.building import everything, well_built
from tests.sites import write_site

REPORTS = Path(__file__).parent / "reports"

Site = Callable[[str], Path]

SITE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6e0c5f3a-3b52-4f3e-9d86-0d3a5b1f7a10
language: en-GB
languages: [de]
timezone: Asia/Seoul
-- sources.yaml --
kcna: {name: KCNA, url: "http://www.kcna.kp/", kind: agency}
-- content/older.md --
---
title: Older
date: 2023-09-01
---
"""

NOW = "2023-09-12T16:00Z"  # the 13th in Seoul


@dataclass(frozen=True, slots=True)
class Ended:
    code: object
    out: str
    err: str


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """A function that calls the command line in this process."""

    def called(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["digestgen", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return Ended(end.value.code, *capsys.readouterr())

    return called


Call = Callable[..., Ended]

NAMES = {
    "en": "2023-09-13-north-koreas-kim-tours-russian-cosmodrome-with-putin.md",
    "de": "2023-09-13-kim-besichtigt-mit-putin-den-weltraumbahnhof-wostotschny.de.md",
    "fr": "2023-09-13-le-dirigeant-nord-coreen-kim-jong-un-et.fr.md",
}

SEOUL = "Hyunsu Yim, Ju-min Park, Josh Smith"
CREDITS = {
    "en": f"Reporting by {SEOUL} and Soo-hyang Choi in Seoul, Kantaro Komiya in Tokyo, Lidia Kelly in Melbourne and "
    "Guy Faulconbridge in Moscow; writing by Jack Kim in Seoul; editing by Gerry Doyle",
    "de": f"Berichte von {SEOUL} und Soo-hyang Choi in Seoul, Kantaro Komiya in Tokio, Lidia Kelly in Melbourne und "
    "Guy Faulconbridge in Moskau; geschrieben von Jack Kim in Seoul; Bearbeitung: Gerry Doyle",
    "fr": f"Reportage : {SEOUL} et Soo-hyang Choi (Séoul), Kantaro Komiya (Tokyo), Lidia Kelly (Melbourne) et "
    "Guy Faulconbridge (Moscou) ; rédigé par Jack Kim (Séoul) ; édité par Gerry Doyle",
}


def report(lang: str) -> Path:
    return REPORTS / f"kim-putin.{lang}.txt"


@pytest.mark.parametrize("lang", ["en", "de", "fr"])
def test_a_report_goes_in_is_built_and_its_page_shows_the_same_people_in_the_same_places(
    site: Site, call: Call, lang: str
) -> None:
    folder = site(SITE)
    before = well_built(folder)
    ended = call("-C", folder, "new", "--from", report(lang), "--now", NOW)
    assert (ended.code, ended.err) == (0, "")
    assert NAMES[lang] in ended.out
    assert "check " in ended.out
    # a draft builds, and is nowhere
    assert well_built(folder) == before
    file = folder / "content" / NAMES[lang]
    text = re.sub(r"(?m)^(#.*|draft: true)\n", "", file.read_text("utf-8"))
    file.write_text(text.replace("title: <headline>", "title: Kim et Poutine"), "utf-8")
    files = well_built(folder)
    (page,) = (data.decode() for data in files.values() if b'class="dg-credits"' in data and b"Faulconbridge" in data)
    shown: Any = parser.document_fromstring(page)
    (line,) = shown.find_class("dg-credits")
    assert " ".join(line.text_content().split()) == CREDITS[lang]
    assert all(name in page for name in ("RIA", "Interfax", "KCNA"))


def test_a_draft_is_never_written_over_a_file(site: Site, call: Call) -> None:
    folder = site(SITE)
    assert call("-C", folder, "new", "--from", report("en"), "--now", NOW).code == 0
    before = everything(folder)
    ended = call("-C", folder, "new", "--from", report("en"), "--now", NOW)
    assert (ended.code, ended.out) == (1, "")
    assert "is there already; name another file with --output" in ended.err
    ended = call("-C", folder, "new", "--from", report("en"), "-o", folder / "content" / "older.md")
    assert (ended.code, everything(folder)) == (1, before)


def test_output_is_where_it_is_said_and_the_language_is_named_where_the_name_does_not_tell_it(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(SITE)
    monkeypatch.chdir(folder.parent)
    ended = call("-C", "site", "new", "--from", report("de"), "-o", "site/content/deep/er/kim.md", "--now", NOW)
    assert (ended.code, ended.out.split(": ")[0]) == (0, str(Path("site/content/deep/er/kim.md")))
    assert "\nlang: de\n" in (folder / "content/deep/er/kim.md").read_text("utf-8")
    call("-C", "site", "new", "--from", report("de"), "-o", "site/content/de/kim.md", "--now", NOW)
    assert "\nlang:" not in (folder / "content/de/kim.md").read_text("utf-8")


@pytest.mark.parametrize(("lang", "name"), [("en-US", "kim.en-US.md"), ("nl", "kim.nl.md"), ("EN", "kim.md")])
def test_the_language_may_be_said(site: Site, call: Call, tmp_path: Path, lang: str, name: str) -> None:
    folder = site(SITE)
    (tmp_path / "report.txt").write_text("Kim\n\nA text - that is one.\n")
    assert call("-C", folder, "new", "--from", tmp_path / "report.txt", "--lang", lang, "--now", NOW).code == 0
    text = (folder / "content" / f"2023-09-13-{name}").read_text("utf-8")
    assert ("text—that" in text) == (lang == "en-US")
    assert "did not tell its language" not in text


def test_a_report_whose_words_do_not_tell_its_language_is_in_that_of_the_site(
    site: Site, call: Call, tmp_path: Path
) -> None:
    folder = site(SITE)
    (tmp_path / "report.txt").write_text("Kim\n\nPutin 2023\n")
    ended = call("-C", folder, "new", "--from", tmp_path / "report.txt", "--now", NOW)
    assert "a draft in `en-GB`; check the language; " in ended.out
    assert "# check: its words did not tell its language\n" in (folder / "content/2023-09-13-kim.md").read_text("utf-8")


def test_the_day_is_that_of_source_date_epoch(site: Site, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1694534400")
    folder = site(SITE)
    assert call("-C", folder, "new", "--from", report("en")).code == 0
    assert "\ndate: 2023-09-13\n" in (folder / "content" / NAMES["en"]).read_text("utf-8")


def test_an_article_that_is_no_draft_any_more_needs_its_headline(site: Site, call: Call) -> None:
    folder = site(SITE)
    call("-C", folder, "new", "--from", report("fr"), "--now", NOW)
    file = folder / "content" / NAMES["fr"]
    file.write_text(file.read_text("utf-8").replace("draft: true\n", ""), "utf-8")
    ended = call("-C", folder, "build")
    assert ended.code == 1
    assert "error[missing-title]: the headline is still to be written" in ended.err
    assert f"{NAMES['fr']}:5:" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--from", "gone.txt"], 2, "gone.txt"),
        (["--from", "."], 2, "directory"),
        ([], 2, "give a headline"),
        (["--from", "empty.txt"], 1, "the report has no text"),
        (["--from", "latin.txt"], 1, "save the file as UTF-8"),
        (["--from", "latin.txt", "--lang", "Deutsch!"], 2, "write it as de or en-GB"),
        (["--from", "latin.txt", "-o", "report.txt"], 2, "its name has to end in .md"),
    ],
)
def test_what_cannot_be_made_is_told_and_nothing_is_written(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    folder = site(SITE)
    monkeypatch.chdir(folder)
    Path("empty.txt").write_bytes(b" \n\r\n\x00")
    Path("latin.txt").write_bytes("Größe".encode("latin-1"))
    before = everything(folder)
    ended = call("new", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert everything(folder) == before


def test_wrong_settings_are_told(site: Site, call: Call) -> None:
    folder = site("-- site.yaml --\ntimezone: Nowhere\n")
    ended = call("-C", folder, "new", "--from", report("en"))
    assert ended.code == 1
    assert "timezone" in ended.err
    assert not (folder / "content").exists()


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names of files are Unicode there")
def test_a_report_may_have_a_name_that_is_no_text(site: Site, call: Call, tmp_path: Path) -> None:
    report = tmp_path / os.fsdecode(b"\xff\n.txt")
    report.write_text("Kim\n\nThe text of the report.\n")
    folder = site(SITE)
    assert call("-C", folder, "new", "--from", report, "--now", NOW).code == 0
    assert call("-C", folder, "build").code == 0


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["digitalgov", "bitcoinops", "mehdix-fa"])
def test_real_texts_become_drafts_without_a_fault(
    corpus: Callable[[str], Path], site: Site, call: Call, name: str
) -> None:
    folder = site(SITE)
    texts = sorted(corpus(name).rglob("*.md"))[::12]
    assert texts
    for number, file in enumerate(texts):
        ended = call("-C", folder, "new", "--from", file, "-o", folder / f"content/{number}.md", "--now", NOW)
        assert ended.code == 0, (file, ended.err)
    ended = call("-C", folder, "build")
    assert (ended.code, ended.err) == (0, "")


def test_the_how_to_shows_what_comes_of_its_report(site: Site, call: Call, tmp_path: Path) -> None:
    page = (REPORTS.parent.parent / "docs/how-to/make-an-article-from-a-report.md").read_text("utf-8")
    folder = site(SITE)
    (tmp_path / "report.txt").write_text(page.split("```text\n")[1].split("```")[0])
    assert call("-C", folder, "new", "--from", tmp_path / "report.txt", "--now", NOW).code == 0
    (file,) = (folder / "content").glob("2023-*.md")
    text = file.read_text("utf-8")
    assert file.name == page.split("writes `content/")[1].split("`")[0]
    assert "## Talks without haste\n" in text
    file.write_text(text.replace("draft: true\n", ""))
    (shown,) = (data.decode() for path, data in well_built(folder).items() if path.endswith("with-putin/index.html"))
    assert " ".join(page.split("\n> ")[1:]).split("\n\n")[0].replace("\n", " ") in shown


# --- begun by its headline


def begun(ended: Ended) -> str:
    """The text of the file that a call says it made."""
    assert (ended.code, ended.err) == (0, "")
    return Path(ended.out.split(": ")[0]).resolve().read_text("utf-8")


MORE = SITE + (
    "-- tags.yaml --\n- names: {en: North Korea, de: Nordkorea}\n"
    "-- content/newest.md --\n---\ntitle: Newest\ndate: 2023-09-10\ntags: [space travel]\nsection: World\n---\n"
)


def test_an_article_is_named_for_day_headline_and_language_and_builds_as_it_is(site: Site, call: Call) -> None:
    folder = site(MORE)
    ended = call(
        "-C", folder, "new", "Kim: a visit", "--tags", "north-korea, Space Travel", "--source", "KCNA", "--now", NOW
    )
    text = begun(ended)
    assert (folder / "content/2023-09-13-kim-a-visit.md").read_text("utf-8") == text
    assert 'title: "Kim: a visit"\ndate: 2023-09-13T01:00\n' in text
    assert "\ntags: [North Korea, space travel]\nsources:\n  - kcna\n" in text
    assert "# section: the desk, as World\n" in text
    assert "check" not in ended.out
    call("-C", folder, "new", "Größe", "--lang", "de", "--tags", "North Korea", "--now", NOW)
    german = (folder / "content/2023-09-13-groesse.de.md").read_text("utf-8")
    assert "\ntags: [Nordkorea]\n" in german
    files = well_built(folder)
    assert {"2023/09/kim-a-visit/index.html", "de/2023/09/groesse/index.html"} <= files.keys()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tags", "North Kroea"], "the tag `North Kroea`, which is new; did you mean `North Korea`?"),
        (["--tags", "Chess"], "the tag `Chess`, which is new\n"),
        (["--source", "KCN"], "the source `KCN`, which is not in sources.yaml; did you mean `kcna`?"),
        (["--source", "https://www.example.org/a", "--tags", "nordkorea"], "an article in `en-GB`\n"),
    ],
)
def test_what_nobody_knows_yet_is_asked_about_and_written_as_it_is(
    site: Site, call: Call, arguments: list[str], said: str
) -> None:
    ended = call("-C", site(MORE), "new", "Kim", *arguments, "--now", NOW)
    assert (ended.code, said in ended.out) == (0, True), ended


@pytest.mark.parametrize(
    ("newest", "made"),
    [
        ("2023/08/2023-08-08-old.md", "2023/09/2023-09-13-kim.md"),
        ("2023/08/08/old.md\n", "2023/09/13/2023-09-13-kim.md"),
        ("2023-08/old.md", "2023-09/2023-09-13-kim.md"),
        ("en-GB/old.md", "en-GB/2023-09-13-kim.md"),
        ("world/old.md", "2023-09-13-kim.md"),
        ("2023/2023-08-08-old/index.md", "2023/2023-09-13-kim.md"),
        ("de/old.md", "en-GB/2023-09-13-kim.md"),
    ],
)
def test_an_article_lies_where_the_newest_one_lies(site: Site, call: Call, newest: str, made: str) -> None:
    text = f"-- content/{newest.strip()} --\n---\ntitle: Old\ndate: 2023-08-08\n---\n"
    folder = site(SITE.partition("-- content")[0] + text)
    call("-C", folder, "new", "Kim", "--now", NOW)
    assert (folder / "content" / made).is_file(), sorted(everything(folder / "content"))


def test_an_article_for_an_edition_is_dated_in_its_period(site: Site, call: Call) -> None:
    folder = site(SITE.replace("languages:", "editions: weekly\nlanguages:"))
    for week, date in {"2023-37": "2023-09-13T01:00", "2023-35": "2023-09-03", "2023-40": "2023-10-02"}.items():
        assert f"\ndate: {date}\n" in begun(call("-C", folder, "new", week, "--edition", week, "--now", NOW))
    ended = call("-C", folder, "new", "Kim", "--edition", "12", "--now", NOW)
    assert (ended.code, "expected a name such as 2026-47" in ended.err) == (2, True)


def test_an_article_may_be_held_and_its_file_opened(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = site(SITE)
    editor = tmp_path / "editor.py"
    editor.write_text("import sys; open(sys.argv[1], 'a').write('By the editor.\\n')")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    text = begun(call("-C", folder, "new", "Kim", "--draft", "--edit", "--now", NOW))
    assert "\ndraft: true " in text
    assert text.endswith("\nBy the editor.\n")
    monkeypatch.delenv("EDITOR")
    ended = call("-C", folder, "new", "Putin", "--edit", "--now", NOW)
    assert (ended.code, "set EDITOR" in ended.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["  "], 2, "the headline is empty"),
        (["Kim", "--source", "javascript://x"], 1, "bad-url"),
        (["<headline>"], 1, "missing-title"),
        (["Kim", "--edition", "3"], 2, "site.yaml has no `editions`"),
        (["Kim", "--from", "report.txt"], 2, "leave out --from"),
        (["--from", "report.txt", "--draft"], 2, "for an article that begins with a headline"),
        (["--from", "report.txt", "--translate", "older.md"], 2, "two ways to begin"),
        (["Older", "-o", "content/older.md"], 1, "is there already"),
        (["edition"], 2, "digestgen new article edition"),
        (["article"], 2, "give a headline"),
    ],
)
def test_what_cannot_be_begun_is_told(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    folder = site(SITE)
    monkeypatch.chdir(folder)
    Path("report.txt").write_text("Kim\n\nThe text.\n")
    before = everything(folder / "content")
    ended = call("new", *arguments)
    assert (ended.code, ended.out, said in ended.err) == (code, "", True), ended
    assert everything(folder / "content") == before


def test_an_article_may_have_the_headline_edition(site: Site, call: Call) -> None:
    folder = site(SITE)
    assert "\ntitle: edition\n" in begun(call("-C", folder, "new", "article", "edition", "--now", NOW))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(headline=st.text(min_size=1, max_size=40), tag=st.text(max_size=12), source=st.text(max_size=12))
def test_whatever_is_asked_for_passes_or_nothing_is_written(
    tmp_path: Path, headline: str, tag: str, source: str
) -> None:
    folder = tmp_path / "site"
    shutil.rmtree(folder, ignore_errors=True)
    write_site(folder, SITE)
    idea = drafts.Idea(folder, headline, datetime(2023, 9, 12, tzinfo=UTC), "", (tag,), (source,))
    try:
        made, found = drafts.begin(idea)
    except (UnfitError, UnicodeEncodeError):
        made, found = None, []
    if made is None:
        assert [*everything(folder / "content")] == ["older.md"]
    else:
        article, faults = parse.article(made.path.name, made.path.read_bytes(), config.read(SITE.split("--")[2])[0])
        assert article is not None
        # characters that no file may hold are left out
        seen = " ".join(clean.visible(" ".join(headline.split())).replace("\ufeff", "").split())
        assert seen == article.title or '"' in headline or "'" in headline or "--" in headline
        assert not [item for item in faults if item.severity == "error"], (found, faults)
