"""What users read when their files are wrong: whole sites, and the exact text that the terminal shows for each.

Each file of tests/messages/ is one case: a remark, lines that change how a file is written (see `_CHANGES`), a site
as `tests.sites` has it, and below `== messages ==` what a build of it says; for a case
called check-….txt, what `digestgen check` does. A message is changed by changing the
code and then running `pytest tests/test_messages.py --update`, after which the difference is to be read.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from digestgen import check, files
from digestgen.diagnostics import shown
from tests.building import NOW, built
from tests.refusing import Refusing
from tests.sites import write_site

FOLDER: Final = Path(__file__).parent / "messages"
CASES: Final = sorted(FOLDER.glob("*.txt"))
CUT: Final = "== messages ==\n"

#: What a case's remark may ask for in the form `words: path`, and what that does to the bytes of the file.
_CHANGES: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "as latin-1": lambda data: data.decode().encode("latin-1"),
    "with a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "with line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "with an escape character for ␛": lambda data: data.replace("␛".encode(), b"\x1b"),
    "with a tab for →": lambda data: data.replace("→".encode(), b"\t"),
}

#: The same for what is a folder.
_FOLDER: Final = "a folder"

#: What it may say in the same form of a file or a folder that cannot be read, and with what the system refuses it.
_REFUSED: Final[Mapping[str, int]] = {
    "which may not be read": errno.EACCES,
    "which the disk has lost": errno.EIO,
    "for which too many files are open": errno.EMFILE,
}


def remarks(text: str) -> list[tuple[str, str]]:
    """Return what a case's remark asks for, and of which file."""
    return re.findall(r"^([^:\n]+): (\S+)$", text.partition("\n-- ")[0], re.MULTILINE)


def written(text: str, folder: Path) -> Path:
    """Write the site of a case below `folder`, with its changes, and return its folder."""
    site = write_site(folder / "site", text)
    for words, path in remarks(text):
        if words in _REFUSED:
            continue
        file = site / path
        if words == _FOLDER:
            file.unlink()
            file.mkdir()
        else:
            file.write_bytes(_CHANGES[words](file.read_bytes()))
    return site


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.stem))
def test_message_is_the_one_that_the_case_shows(
    case: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _, expected = case.read_text(encoding="utf-8").partition(CUT)
    folder = written(site, tmp_path)
    refused = {str(folder / path): _REFUSED[words] for words, path in remarks(site) if words in _REFUSED}
    monkeypatch.setattr(files, "system", Refusing(refused))
    checked = case.stem.startswith("check-")
    told = check.check(check.Request(folder, NOW)).diagnostics if checked else built(folder).diagnostics
    messages = "\n".join(f"{shown(item)}\n" for item in told).replace(str(tmp_path), "…")
    if request.config.getoption("--update"):
        case.write_text(site + CUT + messages, encoding="utf-8")
    assert request.config.getoption("--update") or messages == expected


def test_every_case_says_what_it_is_about() -> None:
    assert all(re.match(r"[A-Z].*[.]\n\n", case.read_text(encoding="utf-8"), re.DOTALL) for case in CASES)
