"""The last look: every form of secret is found where it may stand, and nothing else is taken for one."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen.publish import leaks
from tests.building import built, published
from tests.test_corpora import SETTINGS, site_of

ROOT = Path(__file__).resolve().parent.parent
#: Letters and digits as a machine draws them; the same each time. No secret stands in this file in one piece.
DRAWN = "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=400))
UPPER = "".join(random.Random(7).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))

SECRETS = {
    "private-key": "-----BEGIN OPENSSH PRIVATE" + " KEY-----\n" + DRAWN[:64] + "\n",
    "aws-key": "AK" + "IA" + UPPER,
    "aws-secret": "aws_secret_access" + "_key = " + DRAWN[:40],
    "github-token": "gh" + "p_" + DRAWN[:36],
    "gitlab-token": "gl" + "pat-" + DRAWN[:20],
    "slack-token": "xo" + "xb-123456789012-" + DRAWN[:24],
    "slack-hook": "https://hooks.slack.com/ser" + "vices/T12345678/B12345678/" + DRAWN[:24],
    "stripe-key": "sk_" + "live_" + DRAWN[:24],
    "google-key": "AI" + "za" + DRAWN[:35],
    "npm-token": "np" + "m_" + DRAWN[:36],
    "pypi-token": "pyp" + "i-AgE" + DRAWN[:80],
    "api-key": "sk-" + "ant-" + DRAWN[:48],
    "jwt": "ey" + "J" + DRAWN[:20] + ".ey" + "J" + DRAWN[:20] + "." + DRAWN[:30],
    "secret": 'password: "' + DRAWN[:18] + '"',
    "url-password": "postgres://ed:" + DRAWN[:14] + "@db.example.org/paper",
}


def kinds(text: str, path: str = "a.txt", own: tuple[str, ...] = ()) -> list[str]:
    return [leak.name.rpartition("-")[0] for leak in leaks.look(path, text.encode(), own, ())]


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("<p>Well, ", " so.</p>"), ("é\n\n(", ")")])
def test_a_secret_is_found(kind: str, before: str, after: str) -> None:
    assert kinds(before + SECRETS[kind] + after) == [kind]


@pytest.mark.parametrize("kind", SECRETS)
def test_a_name_allows_one_secret_and_no_other(kind: str) -> None:
    (leak,) = leaks.look("a.txt", SECRETS[kind].encode(), (), ())
    assert [*leaks.look("b.txt", f"there: {SECRETS[kind]}".encode(), (), (leak.name,))] == []
    other = SECRETS["aws-key"][:-4] + ("QRST" if SECRETS["aws-key"][-4:] != "QRST" else "QRSU")
    assert [item.name != leak.name for item in leaks.look("a.txt", other.encode(), (), (leak.name,))] == [True]


def test_a_place_is_that_of_the_secret_and_the_secret_is_not_told() -> None:
    text = "First.\nThe key is " + SECRETS["aws-key"] + ".\n"
    (leak,) = leaks.look("2024/x/index.html", text.encode(), (), ())
    told = leak.told("public")
    assert told.span is not None
    assert (told.span.path, told.span.line, told.span.column) == ("public/2024/x/index.html", 2, 12)
    assert UPPER not in str(told)


def test_highlighted_code_is_read_as_readers_see_it() -> None:
    code = f'<span class="n">api_key</span> <span class="o">=</span> <span class="s2">&quot;{DRAWN[:24]}&quot;</span>'
    assert kinds(code, "index.html") == ["secret"]
    assert kinds(code.replace("&quot;", "&#39;"), "feed.xml") == ["secret"]


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "-----BEGIN PRIVATE" + " KEY----- is how a key begins",
        'password: "your-password-here"',
        'password = "correct horse battery"',
        'password: "aaaaaaaaaaaa1"',
        'api_key = "YOUR_API_KEY_123"',
        'secret_key: "${SECRET_KEY_2024}"',
        "https://user:password@host.example/",
        "https://news.example/a:b@c",
        "the ASIATISCHE and ASIA" + "N games",
        "sk-test, ghp_short, xoxb-, eyJhbGciOi",
        "integrity=sha256-" + DRAWN[:43],
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" + DRAWN[:64],
    ],
)
def test_what_is_none_is_not_taken_for_one(text: str) -> None:
    assert kinds(f"<p>{text}</p>", "index.html") == []


@pytest.mark.parametrize("path", ["id_rsa", "files/id_ed25519", "a/Server.P12", "my.kdbx", "x.ppk"])
def test_files_of_keys_are_known_by_their_names(path: str) -> None:
    assert kinds("", path) == ["key-file"]


def test_public_keys_and_articles_on_keys_are_no_files_of_keys() -> None:
    assert [name for path in ("id_rsa.pub", "keys.html", "a/ppk/index.html") for name in kinds("", path)] == []


# --- folders of this machine


def test_own_folders_are_those_that_have_a_name() -> None:
    assert leaks.own_paths(["/", "/root", "/home/ed", "/srv/paper/", "", "C:\\Users\\ed"]) == (
        "/home/ed",
        "/srv/paper",
        "C:\\Users\\ed",
    )


@pytest.mark.parametrize(
    "text", ["/home/ed", "in /home/ed/x.md", "file:///home/ed/a", "(/home/ed)", "C:/Users/ed/x", "C:\\Users\\ed"]
)
def test_an_own_folder_is_found(text: str) -> None:
    assert kinds(text, own=("/home/ed", "C:\\Users\\ed")) == ["own-path"]


def test_a_percent_encoded_folder_is_found() -> None:
    assert kinds("file:///srv/my%20paper/x", own=("/srv/my paper",)) == ["own-path"]


@pytest.mark.parametrize("text", ["/home/edgar", "https://x.example/home/ed/", "/home/ed-2", "a/home/ed"])
def test_what_only_looks_like_an_own_folder_is_none(text: str) -> None:
    assert kinds(text, own=("/home/ed",)) == []


@given(st.binary(max_size=400))
def test_no_bytes_stop_the_look(data: bytes) -> None:
    for path in ("a.html", "a.bin"):
        assert isinstance([*leaks.look(path, data, ("/home/ed",), ())], list)


@pytest.mark.parametrize(
    "piece", [b"password: '", b"://a:", b"-----BEGIN PRIVATE KEY-----\n", b"eyJabc.eyJ", b"a: b\n", b"<", b"AKIA"]
)
def test_much_of_the_same_does_not_take_long(piece: bytes) -> None:
    """A megabyte of what a form begins with: a form that tries again and again would take minutes."""
    data = b"key = PRIVATE KEY " + piece * (1_000_000 // len(piece))
    assert isinstance([*leaks.look("a.html", data, (), ())], list)


# --- no false alarms


def found_in(output: Path) -> list[str]:
    return [
        f"{leak.path}:{leak.line} {leak.name}"
        for path, data in published(output).items()
        for leak in leaks.look(path, data, (), ())
    ]


def test_the_digest_of_this_repository_holds_none(tmp_path: Path) -> None:
    result = built(ROOT, now=datetime(2026, 1, 1, tzinfo=UTC), output=tmp_path / "public")
    assert result.ok
    assert found_in(tmp_path / "public") == []


@pytest.mark.corpus
@pytest.mark.parametrize("name", SETTINGS)
def test_real_digests_hold_none(
    name: str, corpus: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert found_in(site_of(name, corpus(name), tmp_path_factory).output) == []
