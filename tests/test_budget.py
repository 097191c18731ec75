"""Whatever work does, it ends: within its time, within its memory, or with a word that says what it was out of."""

from __future__ import annotations

import faulthandler
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import budget, gather, unchanged
from digestgen.budget import Limits, Spent
from digestgen.markup.convert import Options, TooCostly, convert
from tests.building import built, plain_theme, published, told

Site = Callable[[str], Path]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="without fork nothing bounds work")

_LITTLE = Limits(seconds=1, memory=96)
#: Nothing here comes near it, also where there is much garbage to be collected at the wrong moment.
_MUCH = Limits(seconds=60, memory=1024)


def _spin() -> None:
    while True:
        pass


def _search() -> object:
    return re.match(r"(a|aa)+$", "a" * 60 + "b")


def _deaf() -> None:
    """Spin where no handler of a signal is ever called: Python calls them between two of its own steps only."""
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)


def _hoard() -> None:
    kept = []
    while True:
        kept.append(bytes(1_000_000))


def _hoard_at_once() -> bytes:
    return bytes(1 << 40)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of looking on is not needed to see what happens then."""
    monkeypatch.setattr(budget, "_PATIENCE", 0.1)


@pytest.mark.parametrize(("work", "heavy"), [(_spin, False), (_search, False), (_deaf, True)])
def test_work_without_an_end_is_ended(work: Callable[[], object], heavy: bool) -> None:
    with pytest.raises(Spent, match=r"^1 second of the processor$"):
        budget.bounded(work, _LITTLE, heavy=heavy)


@pytest.mark.parametrize("work", [_hoard, _hoard_at_once], ids=lambda work: str(work.__name__))
@pytest.mark.parametrize("heavy", [False, True], ids=["begun-here", "begun-apart"])
def test_work_that_hoards_memory_is_ended(work: Callable[[], object], heavy: bool) -> None:
    with pytest.raises(Spent, match=r"^96 MiB of memory"):
        budget.bounded(work, _LITTLE, heavy=heavy)


def test_a_process_that_breaks_ends_itself_only() -> None:
    with pytest.raises(Spent, match="SIGABRT"):
        budget.bounded(_break, _LITTLE, heavy=True)
    with pytest.raises(Spent, match=r"or breaks what reads it$"):
        budget.bounded(lambda: os._exit(0), _LITTLE, heavy=True)


def _break() -> None:
    faulthandler.disable()  # pytest's would tell of it
    os.abort()


def test_a_process_that_sleeps_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_CLOCK", 0.2)
    with pytest.raises(Spent, match="or more memory than there is"):
        budget.bounded(lambda: threading.Event().wait(), _LITTLE, heavy=True)


@pytest.mark.parametrize("heavy", [False, True], ids=["here", "apart"])
def test_what_work_returns_and_raises_comes_back(heavy: bool) -> None:
    assert budget.bounded(lambda: "x" * 3_000_000, _MUCH, heavy=heavy) == "x" * 3_000_000
    with pytest.raises(RecursionError):
        budget.bounded(lambda: _endless(0), _MUCH, heavy=heavy)


def _endless(depth: int) -> int:
    return _endless(depth + 1)


def test_light_work_is_done_here_and_heavy_work_is_not() -> None:
    assert budget.bounded(os.getpid, _LITTLE) == os.getpid()
    assert budget.bounded(os.getpid, _LITTLE, heavy=True) != os.getpid()


def test_a_long_text_that_nothing_can_interrupt_goes_to_a_process_of_its_own() -> None:
    def work(size: int) -> int:
        budget.is_light(size)
        return os.getpid()

    assert budget.bounded(lambda: work(1000), _LITTLE) == os.getpid()
    assert budget.bounded(lambda: work(2_000_000), _LITTLE) != os.getpid()


def test_in_a_thread_that_no_signal_reaches_work_is_done_apart() -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(budget.bounded(os.getpid, _LITTLE)))
    thread.start()
    thread.join()
    assert found != [os.getpid()]


def test_no_alarm_rings_after_the_work() -> None:
    for _ in range(200):
        budget.bounded(lambda: None, _LITTLE)
    until = time.process_time() + 0.6
    while time.process_time() < until:
        pass


def test_a_part_of_the_work_has_a_budget_of_its_own() -> None:
    with pytest.raises(budget.Slow), budget.at_most(0.05):
        _spin()
    assert budget.bounded(lambda: _within(0.05), _LITTLE, heavy=True) == "slow"


def _within(seconds: float) -> str:
    try:
        with budget.at_most(seconds):
            _spin()
    except budget.Slow:
        return "slow"
    return ""


# --- articles

#: A lexer takes exponential time for it (Pygments issue 3247); twelve backslashes in a row would be told at a glance.
_RUNAWAY = '"' + ("\\" * 11 + "a") * 30


def test_a_lexer_that_takes_too_long_is_named_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digestgen.markup.code._PATIENCE", 0.1)
    with pytest.raises(TooCostly, match="to colour the code as `scala` takes too long") as raised:
        convert(f"a\n\n```python\nb\n```\n\n~~~ scala\n{_RUNAWAY}\n~~~\n", "en")
    assert raised.value.line == 7
    assert _RUNAWAY in "".join(map(str, convert(f"```\n{_RUNAWAY}\n```\n", "en").parts))


def test_a_text_that_grows_beyond_a_page_is_refused() -> None:
    growing = f"*[a]: {'long ' * 200}\n\n{'a ' * 200}"
    with pytest.raises(TooCostly, match="characters of HTML, and 100,000 are the most"):
        convert(growing, "en", Options(most=100_000))
    assert convert(growing, "en", Options(most=1_000_000)).words == 200


_THREE = """\
-- site.yaml --
title: T
theme: slim
url: https://example.org/
site_id: 6f0a4c1e-5d3b-4a8f-9c2d-7e1b0f3a5c9d
limits: {{seconds: 1, memory: 64, page: 1}}
-- content/2024-05-01-one.md --
---
title: One
---
See [the other](2024-05-02-two.md), and [the next one](nowhere.md).
-- content/2024-05-02-two.md --
---
title: Two
---
{text}
-- content/2024-05-03-three.md --
---
title: ""
---
Three.
"""


def _three(text: str) -> str:
    return _THREE.format(text=text) + plain_theme("slim")


def test_an_article_over_its_budget_is_an_error_beside_those_of_others_and_is_tried_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(_three(text="Fine."))
    real = gather._read_anew
    tried: list[str] = []

    def slow(path: str, *rest: object) -> object:
        if path == "2024-05-02-two.md":
            tried.append(path)
            _spin()
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(gather, "_read_anew", slow)
    for tries in (1, 2):
        # the second try of each build is in a process of its own, and leaves nothing here
        assert [line.partition(" a link")[0] for line in told(built(folder).diagnostics)] == [
            "error[broken-link] content/2024-05-01-one.md:4:56",
            "error[over-budget] content/2024-05-02-two.md:1:1 to read this takes more than 1 second of the processor",
            "error[missing-title] content/2024-05-03-three.md:2:8 the `title` of the front matter is empty",
        ]
        assert len(tried) == tries
    look = unchanged.look(str(folder))
    look.store.load()
    assert [path for path, row in look.store.parsed.items() if not row.key] == ["2024-05-02-two.md"]
    look.store.close()


def test_a_page_too_large_is_an_error_that_names_its_article(site: Site) -> None:
    text = "x" * 999_980  # the text itself fits, with its frame it does not
    folder = site(_three(text=text).replace("(nowhere.md)", "(/)").replace('title: ""', "title: Three"))
    settings = folder / "site.yaml"
    settings.write_text(settings.read_text().replace("seconds: 1", "seconds: 60"))  # it is the size that counts here
    assert [line.partition(" of ")[0] for line in told(built(folder).diagnostics)] == [
        "error[over-budget] content/2024-05-02-two.md:2:8 the page 2024/05/two/index.html"
    ]
    settings.write_text(settings.read_text().replace("page: 1", "page: 2"))
    result = built(folder)
    assert result.ok
    assert result.output is not None
    assert "2024/05/two/index.html" in published(result.output)
    settings.write_text(settings.read_text().replace("page: 2", "page: 1"))
    assert not built(folder).ok
