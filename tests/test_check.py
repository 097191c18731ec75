"""Checking a digest: what is mended, how it is told, and that real articles have few false alarms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import check, config, mends, parse, passages, tracking
from tests.building import NOW
from tests.sites import write_site
from tests.test_cli import Call, call  # noqa: F401 - a fixture

SITE = """
-- site.yaml --
title: A digest
language: en
rules: {no-url: off}
-- content/2024-05-03-kim.md --
---
title: Kim meets Putin: talks on arms
date: 2024/5/3
sources:
  - url: https://example.org/a?utm_source=x&id=1
---
Read [this](https://example.org/b?fbclid=abc) and `https://example.org/b?fbclid=abc`.
-- content/2024-05-04-fine.md --
---
title: Nothing to mend
---
Text.
"""

MENDED = """---
title: "Kim meets Putin: talks on arms"
date: 2024-05-03
sources:
  - url: https://example.org/a?id=1
---
Read [this](https://example.org/b) and `https://example.org/b?fbclid=abc`.
"""


def settings() -> config.Config:
    found, _ = config.read("title: A digest\nlanguage: en\n")
    assert found is not None
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site", SITE)


def test_what_is_certain_is_mended(folder: Path, call: Call) -> None:  # noqa: F811
    ended = call("-C", folder, "check", "--fix", "--yes")
    assert (folder / "content" / "2024-05-03-kim.md").read_text() == MENDED  # with the address in code as it was
    assert '+title: "Kim meets Putin: talks on arms"' in ended.out
    assert "-date: 2024/5/3" in ended.out
    assert sorted(item.name for item in (folder / "content").iterdir()) == [
        "2024-05-03-kim.md",
        "2024-05-04-fine.md",
    ]


def test_nothing_is_written_unless_somebody_says_yes(folder: Path, call: Call) -> None:  # noqa: F811
    before = (folder / "content" / "2024-05-03-kim.md").read_bytes()
    ended = call("-C", folder, "check", "--fix")
    assert "write these changes to 1 file?" in ended.out
    assert (folder / "content" / "2024-05-03-kim.md").read_bytes() == before
    assert ended.code != 0


def test_a_mended_site_has_nothing_more_to_mend(folder: Path, call: Call) -> None:  # noqa: F811
    call("-C", folder, "check", "--fix", "--yes")
    assert "nothing can be mended with certainty" in call("-C", folder, "check", "--fix").out


def test_a_file_that_changed_meanwhile_is_left(folder: Path) -> None:
    (mend,) = check.mended(folder, settings())
    (folder / "content" / mend.path).write_text("other")
    assert not check.write(folder, settings(), mend)
    assert (folder / "content" / mend.path).read_text() == "other"


def test_line_ends_marks_and_rights_stay(folder: Path) -> None:
    article = folder / "content" / "2024-05-03-kim.md"
    article.write_bytes(b"\xef\xbb\xbf" + article.read_bytes().replace(b"\n", b"\r\n"))
    article.chmod(0o640)
    (mend,) = check.mended(folder, settings())
    assert check.write(folder, settings(), mend)
    data = article.read_bytes()
    assert data.startswith(b'\xef\xbb\xbf---\r\ntitle: "Kim')
    assert data.count(b"\r\n") == data.count(b"\n")
    assert article.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("2024-5-3", "2024-05-03"),
        ("2024/05/03 14:00", "2024-05-03 14:00"),
        ("3.5.2024", "2024-05-03"),
        ('"3. 5. 2024"', '"2024-05-03"'),
        ("20240503", "2024-05-03"),
        ("20240503T140500", "2024-05-03 14:05:00"),
        ("2024-5-3 # the day", "2024-05-03 # the day"),
    ],
)
def test_a_date_is_brought_to_one_form(written: str, better: str) -> None:
    text = f"---\ntitle: A\ndate: {written}\n---\nText.\n"
    mend = mends.mended("a.md", text.encode(), settings())
    assert mend is not None
    assert mend.after.decode() == text.replace(written, better)


@pytest.mark.parametrize("written", ["5/3/2024", "03-05-2024", "3 May 2024", "2024-02-30", "24-05-03", "2024-05-03"])
def test_a_date_that_may_be_read_in_two_ways_stays(written: str) -> None:
    assert mends.mended("a.md", f"---\ntitle: A\ndate: {written}\n---\n".encode(), settings()) is None


@given(st.text(max_size=300) | st.text(alphabet="---\n:# \"'titledat2024/5.?utm_=&[]()https", max_size=300))
def test_a_mend_never_adds_a_fault(text: str) -> None:
    data = f"---\ntitle: A: b\n{text}".encode("utf-8", "replace")
    mend = mends.mended("2024-05-03-a.md", data, settings())
    if mend is not None:
        before, after = (
            {item.code for item in parse.article("2024-05-03-a.md", item, settings())[1]} for item in (data, mend.after)
        )
        assert after <= before


# --- how it is told


def test_the_exit_code_tells_of_errors_and_with_strict_of_warnings(folder: Path, call: Call) -> None:  # noqa: F811
    assert call("-C", folder, "check").code == 1
    (folder / "content" / "2024-05-03-kim.md").unlink()
    assert call("-C", folder, "check").code == 0
    (folder / "content" / "2024-05-04-fine.md").write_text("---\ntitle: A\n---\n## A\n\n#### B\n")
    assert call("-C", folder, "check").code == 0
    assert call("-C", folder, "check", "--strict").code == 1


def test_json_has_each_finding_with_its_place(folder: Path, call: Call) -> None:  # noqa: F811
    found = json.loads(call("-C", folder, "check", "--format", "json").out)
    first = next(item for item in found if item["code"] == "unquoted-colon")
    assert (first["file"], first["line"], first["severity"]) == ("content/2024-05-03-kim.md", 2, "error")


def test_github_has_each_finding_beside_its_line(folder: Path, call: Call) -> None:  # noqa: F811
    lines = call("-C", folder, "check", "--format", "github").out.splitlines()
    assert any(line.startswith("::error file=content/2024-05-03-kim.md,line=2,col=") for line in lines)
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)


def test_a_hostile_file_forges_no_command_of_github(tmp_path: Path, call: Call) -> None:  # noqa: F811
    site = write_site(tmp_path / "s", SITE)
    (site / "content" / "x.md").write_text('---\ntitle: A\n"a\\r::set-env name=x::y": 1\n"::error": 1\n---\n')
    lines = call("-C", site, "check", "--format", "github").out.splitlines()
    assert all("::set-env" not in line.partition("::")[0] for line in lines)
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)


def test_a_rule_is_silenced_by_its_name(folder: Path, call: Call) -> None:  # noqa: F811
    call("-C", folder, "check", "--fix", "--yes")
    file = folder / "content" / "2024-05-04-fine.md"
    file.write_text("---\ntitle: A\n---\n## A\n\n#### B\n")
    assert "skipped-heading" in call("-C", folder, "check").err
    (folder / "site.yaml").write_text("title: A\nlanguage: en\nrules: {no-url: off, skipped-heading: off}\n")
    assert "skipped-heading" not in call("-C", folder, "check").err


def test_a_check_writes_nothing_to_the_output(folder: Path) -> None:
    check.check(check.Request(folder, NOW))
    assert not (folder / "public").exists()


# --- the parts


@given(st.text(max_size=400), st.sampled_from(["en", "de", "fa", "ja", "xx"]))
def test_any_text_has_headings_and_passages(text: str, lang: str) -> None:
    last = text.count("\n") + 1
    assert all(1 <= item.line <= last for item in passages.headings(text, 1))
    for item in passages.passages(text, 1):
        assert 1 <= item.line <= last
        passages.foreign(item.words, lang)


@given(st.text(max_size=200))
def test_any_address_can_be_judged(text: str) -> None:
    assert tracking.stripped(tracking.stripped(text)) == tracking.stripped(text)
    tracking.same_work(text)
    tracking.is_work(text)
    tracking.shortener(text)


@pytest.mark.parametrize(
    ("url", "is_work"),
    [
        ("https://www.reuters.com/", False),
        ("https://www.reuters.com", False),
        ("https://www.reuters.com/world/", False),
        ("https://www.reuters.com/world/asia/kim-visits-russia-2023-09-13/", True),
        ("https://example.org/?p=12", True),
        ("https://example.org/some-long-title", True),
        ("https://example.org/report.pdf", True),
    ],
)
def test_a_front_page_is_no_work(url: str, is_work: bool) -> None:
    assert tracking.is_work(url) is is_work


CORPORA = Path(__file__).resolve().parent.parent.parent / "shared" / "corpora"


@pytest.mark.parametrize("name", ["bitcoinops", "digitalgov", "mehdix-fa"])
def test_real_articles_have_no_foreign_passages(name: str) -> None:
    if not (CORPORA / name).is_dir():
        pytest.skip(f"the real articles are not there: they would be at ../shared/corpora/{name}")
    for file in sorted((CORPORA / name / "content").rglob("*.md")):
        lang = next((part for part in file.parts if part in ("de", "ja", "en")), "fa" if name == "mehdix-fa" else "en")
        text = file.read_text(encoding="utf-8").split("---\n", 2)[-1]
        told = [item.first for item in passages.passages(text, 1) if passages.foreign(item.words, lang)]
        assert len(told) <= 2, (file.name, told)
