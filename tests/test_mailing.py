"""The mail of an edition: its parts, its headers, how it looks, and that it is sent once."""

from __future__ import annotations

import email
import email.policy
import itertools
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from lxml import html as lxml_html
from playwright.sync_api import Browser

from digestgen import mailing, post
from digestgen.config import SmtpConfig
from digestgen.mailing import Letter, Request
from tests.building import NOW, well_built
from tests.sites import write_site
from tests.test_cli import Call, call  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parent.parent

SITE = """
-- site.yaml --
title: A digest
url: https://digest.example/news/
site_id: 0f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
language: en
languages: [{lang: fa, title: خلاصه}]
editions: weekly
email:
  from: The Editor <editor@digest.example>
  to: readers@lists.example
  list_id: readers.lists.example
  unsubscribe: https://lists.example/leave
  address: 1 Example Street
-- content/2024-05-03-rates.md --
---
title: Rates stay & <b>nothing</b> moves
summary: The bank waits.
sources: [Reuters]
---
Text.
-- content/2024-05-04-brief.md --
---
title: A brief
brief: true
section: World
---
A [link](2024-05-03-rates.md), ![A cat](cat.png) and **more**.
-- content/cat.png --
no picture
-- content/2024-05-04-nama.fa.md --
---
title: نامه‌ای از تهران
---
متن.
-- content/editions/2024-18.md --
---
title: A quiet week
---
Little [happened](../2024-05-03-rates.md).
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("mail") / "site", SITE)


def at(html: str, path: str) -> list[Any]:
    """Return what an XPath finds in HTML."""
    found: Any = lxml_html.document_fromstring(html).xpath(path)
    return list(found)


def made(folder: Path, **asked: Any) -> Letter:
    result = mailing.letter(replace(Request(folder, NOW), **asked))
    assert result.letter is not None, result.diagnostics
    return result.letter


@pytest.fixture(scope="module")
def letter(folder: Path) -> Letter:
    return made(folder)


def test_the_message_is_what_another_parser_reads(letter: Letter) -> None:
    read = email.message_from_bytes(letter.data, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    plain, rich = (part.get_content().replace("\r\n", "\n") for part in read.iter_parts())
    assert (plain.strip(), rich.strip()) == (letter.text.strip(), letter.html.strip())
    assert b"\n" not in letter.data.replace(b"\r\n", b"")
    assert max(map(len, letter.data.split(b"\r\n"))) <= 998


def test_it_has_the_headers_of_a_list(letter: Letter) -> None:
    message = letter.message
    assert message["From"] == "The Editor <editor@digest.example>"
    assert message["To"] == "readers@lists.example"
    assert message["Subject"] == "A digest: No. 2024-18 · A quiet week"
    assert message["List-Id"] == "A digest <readers.lists.example>"
    assert message["List-Unsubscribe"] == "<https://lists.example/leave>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Archive"] == "<https://digest.example/news/editions/>"
    assert message["Message-ID"].endswith("@digest.example>")
    assert message["Content-Language"] == "en"


def test_the_same_edition_is_the_same_bytes_and_keeps_its_id(folder: Path, letter: Letter, tmp_path: Path) -> None:
    assert made(folder).data == letter.data
    other = write_site(tmp_path / "s", SITE.replace("\nText.", "\nOther text."))
    assert made(other).message["Message-ID"] == letter.message["Message-ID"]
    assert made(other).data != letter.data
    assert made(folder, lang="fa").message["Message-ID"] != letter.message["Message-ID"]


def test_all_addresses_are_whole_and_lead_to_what_is_built(folder: Path, letter: Letter) -> None:
    built = well_built(folder)
    found = at(letter.html, "//@href | //@src")
    ours = [url.removeprefix("https://digest.example/news/") for url in found if "digest.example" in url]
    assert ours
    assert all(url.startswith(("https://", "mailto:")) for url in found)
    named = re.findall(r"https://digest\.example/news/(\S*)", letter.text)
    for path in (*ours, *named):
        assert f"{path}index.html" in built, path


def test_no_picture_is_needed_and_nothing_is_fetched(letter: Letter) -> None:
    assert not at(letter.html, "//img | //picture | //script | //link | //iframe")
    assert "[A cat]" in letter.html
    assert "url(" not in letter.html


def test_styles_stand_at_each_element(letter: Letter) -> None:
    assert all(item.get("style") for item in at(letter.html, "//h3 | //a"))
    assert "prefers-color-scheme: dark" in letter.html


def test_text_breaks_out_of_nothing(letter: Letter) -> None:
    assert "Rates stay &amp; &lt;b&gt;nothing&lt;/b&gt; moves" in letter.html
    assert "Rates stay & <b>nothing</b> moves" in letter.text


def test_briefs_and_introductions_stand_whole(letter: Letter) -> None:
    assert "<strong" in letter.html
    assert "and more." in letter.text
    assert "Little happened\u00a0[2]." in letter.text


def test_persian_is_written_from_right_to_left(folder: Path) -> None:
    found = made(folder, lang="fa")
    assert '<html lang="fa" dir="rtl"' in found.html
    assert "نامه‌ای از تهران" in found.text
    assert email.message_from_bytes(found.data, policy=email.policy.default)["Subject"].startswith("خلاصه: ")


@pytest.mark.parametrize("name", ["2024-18", "latest"])
def test_an_edition_is_known_by_its_name(folder: Path, name: str) -> None:
    assert made(folder, edition=name).name == "2024-18"


@pytest.mark.parametrize(
    ("change", "asked", "code"),
    [
        (("", ""), {"edition": "2024-81"}, "no-edition"),
        (("", ""), {"lang": "de"}, "no-edition"),
        (("editions: weekly", "editions: 'off'"), {}, "no-edition"),
        (("url: https://digest.example/news/", ""), {}, "mail-setting"),
        (("https://lists.example/leave", "javascript:alert(1)"), {}, "mail-setting"),
        (("readers@lists.example", "readers"), {}, "mail-setting"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, change: tuple[str, str], asked: dict[str, Any], code: str) -> None:
    site = write_site(tmp_path / "s", SITE.replace(*change))
    result = mailing.letter(replace(Request(site, NOW), **asked))
    assert result.letter is None
    assert code in [item.code for item in result.diagnostics]


def test_placeholders_of_mailing_services_are_kept(tmp_path: Path) -> None:
    for placeholder in ("{{ unsubscribe_url }}", "*|UNSUB|*", "%unsubscribe_url%"):
        site = write_site(tmp_path / "s", SITE.replace("https://lists.example/leave", f'"{placeholder}"'))
        found = made(site)
        assert f'href="{placeholder}"' in found.html
        assert "List-Unsubscribe" not in found.message


def test_a_long_edition_is_shortened_before_programs_cut_it(tmp_path: Path) -> None:
    site = write_site(tmp_path / "s", SITE)
    words = "word " * 120
    for number in range(150):
        text = f"---\ntitle: Number {number}\nbrief: true\n---\n{words}\n"
        (site / "content" / f"2024-05-03-{number}.md").write_text(text)
    found = made(site)
    assert len(found.html.encode()) <= mailing.LARGEST
    assert "Number 149" in found.html


# --- sending


class _Box(Message):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.got.append(message)


@pytest.fixture
def box() -> Iterator[tuple[_Box, SmtpConfig]]:
    found = _Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    yield found, SmtpConfig("127.0.0.1", port, "none")
    controller.stop()


def sending(letter: Letter) -> post.Sending:
    return post.Sending(letter.message, "readers@lists.example")


def test_an_edition_goes_to_a_list_once(letter: Letter, box: tuple[_Box, SmtpConfig], tmp_path: Path) -> None:
    got, smtp = box
    post.send(tmp_path, sending(letter), smtp, "", NOW)
    with pytest.raises(post.PostError, match="never sent twice"):
        post.send(tmp_path, sending(letter), smtp, "", NOW)
    assert len(got.got) == 1
    assert got.got[0]["Message-ID"] == letter.message["Message-ID"]
    assert got.got[0]["X-RcptTo"] == "readers@lists.example"
    post.send(tmp_path, post.Sending(letter.message, "others@lists.example"), smtp, "", NOW)
    assert len(got.got) == 2


def test_what_was_never_handed_over_may_be_sent_again(
    letter: Letter, box: tuple[_Box, SmtpConfig], tmp_path: Path
) -> None:
    got, smtp = box
    with pytest.raises(post.PostError, match="cannot be reached"):
        post.send(tmp_path, sending(letter), SmtpConfig("127.0.0.1", 9, "none"), "", NOW)
    post.send(tmp_path, sending(letter), smtp, "", NOW)
    assert len(got.got) == 1


def test_a_sending_that_was_cut_off_is_not_repeated_without_a_look(letter: Letter, tmp_path: Path) -> None:
    (tmp_path / post.FILE).write_text(json.dumps({sending(letter).key: {"at": "2024-06-01", "done": False}}))
    with pytest.raises(post.PostError, match="look whether it arrived"):
        post.check(tmp_path, sending(letter))


@pytest.mark.parametrize("noted", ["", "[", "[]", '"x"'])
def test_nothing_is_sent_where_nobody_knows_what_was(letter: Letter, tmp_path: Path, noted: str) -> None:
    (tmp_path / post.FILE).write_text(noted)
    with pytest.raises(post.PostError, match="nobody knows"):
        post.check(tmp_path, sending(letter))


def test_the_command_writes_sends_and_asks_first(
    folder: Path,
    box: tuple[_Box, SmtpConfig],
    tmp_path: Path,
    call: Call,  # noqa: F811
) -> None:
    got, smtp = box
    settings = f"  smtp: {{host: 127.0.0.1, port: {smtp.port}, security: none}}\n"
    site = write_site(tmp_path / "s", SITE.replace("-- content/2024-05-03", settings + "-- content/2024-05-03", 1))
    now = ("--now", "2024-06-01")
    assert call("-C", site, "email", "latest", "-o", tmp_path / "e.eml", *now).code == 0
    assert (tmp_path / "e.eml").read_bytes() == made(folder).data
    assert call("-C", site, "email", "2024-18", "--send", *now).code != 0  # nobody said yes
    assert not got.got
    ended = call("-C", site, "email", "2024-18", "--send", "--yes", *now)
    assert (ended.code, len(got.got)) == (0, 1), ended
    assert "never sent twice" in call("-C", site, "email", "2024-18", "--send", "--yes", *now).err


# --- how it looks


def test_the_mail_of_each_theme_has_its_own_order(tmp_path: Path) -> None:
    found = {}
    for name in ("broadsheet", "bulletin", "wire"):
        site = write_site(tmp_path / name, SITE.replace("language: en", f"language: en\ntheme: {name}", 1))
        found[name] = made(site).html
    assert len(set(found.values())) == 3
    assert ">1.</span>" in found["bulletin"]
    assert found["wire"].index("May 4, 2024") < found["wire"].index("May 3, 2024")
    assert "<strong" in found["wire"]  # the text of a brief stands whole


@pytest.mark.parametrize(
    ("theme", "lang"), [("broadsheet", "en"), ("broadsheet", "fa"), ("bulletin", "fa"), ("wire", "en")]
)
def test_it_fits_every_screen_with_and_without_styles(browser: Browser, tmp_path: Path, theme: str, lang: str) -> None:
    site = write_site(tmp_path / "s", SITE.replace("language: en", f"language: en\ntheme: {theme}", 1))
    file, bare = tmp_path / "mail.html", tmp_path / "bare.html"
    file.write_text(made(site, lang=lang).html, encoding="utf-8")
    plain = re.sub(r' style="[^"]*"|<style>.*?</style>', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    bare.write_text(plain, encoding="utf-8")
    page = browser.new_page()
    try:
        for wide, scheme in itertools.product((320, 1280), ("light", "dark")):
            page.set_viewport_size({"width": wide, "height": 800})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for path in (bare, file):
                page.goto(path.as_uri())
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, wide)
            red = page.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.slice(4))")
            assert (red < 128) is (scheme == "dark")
    finally:
        page.close()


def test_the_digest_of_this_repository_is_small_in_every_language() -> None:
    for lang in ("en-GB", "de"):
        result = mailing.letter(Request(ROOT, NOW, lang=lang))
        assert result.letter is not None
        assert len(result.letter.html.encode()) < mailing.LARGEST / 2
