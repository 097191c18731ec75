"""What fuzzers try, in short: bytes that are kept in tests/fuzz/, some by chance, and how those are kept."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digestgen import signoffs, slugs
from tests.trust import fuzzed
from tests.trust.frame import ended_in_time
from tests.trust.fuzz import corpora
from tests.trust.fuzz.corpora import CORPORA, FOUND, chosen, kept, seeds
from tests.trust.fuzz.guided import COUNTS
from tests.trust.fuzz.mutations import mutated
from tests.trust.fuzz.target import Target, Trial, simple
from tests.trust.fuzz.targets import BY_NAME, TARGETS

#: Seconds after which an execution has not ended in time; almost all take milliseconds.
PATIENCE = 60

Tried = tuple[Target, Trial]


@pytest.fixture(scope="module", params=TARGETS, ids=[target.name for target in TARGETS])
def tried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    target: Target = request.param
    with target.opened(tmp_path_factory.mktemp(target.name)) as trial:

        def in_time(data: bytes) -> None:
            with ended_in_time((target.name, data), PATIENCE):
                trial(data)

        yield target, in_time


def test_bytes_that_are_kept_end_as_they_should(tried: Tried) -> None:
    target, trial = tried
    for _, data in kept(target):
        trial(data)


def test_bytes_by_chance_end_as_they_should(tried: Tried) -> None:
    target, trial = tried
    known = tuple(seeds(target))

    @settings(max_examples=target.sample, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
    @given(st.builds(mutated, st.just(known), st.randoms(use_true_random=False)))
    def law(data: bytes) -> None:
        trial(data[: target.longest])

    law()


# --- what is kept


def test_what_is_kept_is_little_and_is_named_by_its_fingerprint_or_by_what_it_once_showed() -> None:
    files = [path for path in CORPORA.rglob("*") if path.is_file()]
    assert {path.relative_to(CORPORA).parts[0] for path in files} == BY_NAME.keys()
    assert len(files) <= 250
    assert sum(path.stat().st_size for path in files) <= 300_000
    for target in TARGETS:
        names = {name: corpora.named(data) for name, data in kept(target)}
        assert all(name == mark or name.startswith(FOUND) for name, mark in names.items()), names


def _target(trial: Trial, most: int = 20, room: int = 1000) -> Target:
    return Target("t", "", "", simple(trial), list, 1, 100, most, room)


def test_bytes_are_chosen_that_reach_what_no_others_do(tmp_path: Path) -> None:
    def trial(data: bytes) -> None:
        slugs.slugify.cache_clear()
        slugs.slugify(data.decode(), "de")
        if data == b"raises":
            raise ValueError

    for text in ("rain", "snow", "ä ö ü C++", "x" * 300, "raises", "a" * 2000):
        (tmp_path / text[:5]).write_bytes(text.encode())
    best = chosen(_target(trial), trial, tmp_path.iterdir())
    assert len({b"rain", b"snow"} & {*best.values()}) <= 1
    assert {"ä ö ü C++".encode(), b"x" * 300} <= {*best.values()}
    assert b"a" * 2000 not in best.values()
    assert len(chosen(_target(trial, most=1), trial, tmp_path.iterdir())) == 1


# --- runs


def test_the_counts_of_runs_add_up_also_of_one_that_was_killed(tmp_path: Path) -> None:
    assert fuzzed._counts(tmp_path) == fuzzed.Counts()
    for _ in range(2):
        (tmp_path / "counts").write_bytes(COUNTS.pack(100, 2.5))
        fuzzed._counts(tmp_path)
    assert fuzzed._counts(tmp_path) == fuzzed.Counts(200, 5.0)
    assert json.loads((tmp_path / "counts.json").read_text()) == {"executions": 200, "seconds": 5.0}


def test_what_was_found_is_kept_and_told_until_it_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzed, "_STATE", tmp_path / "state")
    monkeypatch.setattr(fuzzed, "CORPORA", tmp_path / "fuzz")
    for name in ("kept", "found"):
        (tmp_path / "state/t" / name).mkdir(parents=True)
    found = tmp_path / "state/t/found/found-1"
    found.write_bytes(b"bad")
    found.with_suffix(".txt").write_text("a trace")
    broken = True

    def trial(data: bytes) -> None:
        if broken:
            raise AssertionError(data)

    assert fuzzed._put_away(_target(trial), tmp_path) == ["t/found-1: AssertionError(b'bad')"]
    copy = tmp_path / f"fuzz/t/{FOUND}{corpora.named(b'bad')}"
    assert copy.read_bytes() == b"bad"
    broken = False
    assert fuzzed._put_away(_target(trial), tmp_path) == []
    assert [*found.parent.iterdir()] == []
    assert copy.read_bytes() == b"bad"


# --- the laws themselves


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("names", b"a"),
        ("credit-lines", b"Reporting by A"),
        ("wire-reports", b"Kim met Putin.\n\nThey talked. (Reporting by A)"),
        ("markdown", b"text"),
    ],
)
def test_a_law_that_is_broken_is_told(name: str, data: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slugs, "is_slug", lambda _text: False)
    monkeypatch.setattr(signoffs, "read", lambda _text, _lang: ())
    monkeypatch.setattr("digestgen.reports.draft", lambda *_: type("Draft", (), {"text": "---\ntitle: x\n---\n"}))
    monkeypatch.setattr("tests.trust.fuzz.texts.assemble", lambda *_: "<p><p>text</p></p>")
    with BY_NAME[name].opened(tmp_path) as trial, pytest.raises(AssertionError):
        trial(data)


def test_mutations_are_the_same_for_the_same_chance() -> None:
    known = (b"one text", b"another text")
    assert mutated(known, random.Random(3)) == mutated(known, random.Random(3))
    assert len({mutated(known, random.Random(number)) for number in range(50)}) > 40
