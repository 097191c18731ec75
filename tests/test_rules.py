"""The list of all faults: stable codes, and none that is told without being on it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from digestgen.rules import RULES

PACKAGE = Path(__file__).resolve().parent.parent / "digestgen"
#: Who takes a code as the first argument.
TELLERS = {"Diagnostic", "fault", "_tell", "_Finding", "_claimed_twice"}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literals(node: ast.AST) -> Iterator[str]:
    """Yield the texts that an argument may be: a literal, or one of two."""
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def told_codes() -> Iterator[tuple[str, str]]:
    """Yield (file and line, code) of every code that stands in the source as an argument."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                first = node.args[:1] if called(node) in TELLERS else []
                named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                for code in (text for argument in (*first, *named) for text in literals(argument)):
                    yield f"{file.name}:{node.lineno}", code


def test_every_code_that_is_told_is_a_rule() -> None:
    assert [(place, code) for place, code in told_codes() if code not in RULES] == []


def test_every_rule_is_told_somewhere() -> None:
    assert set(RULES) - {code for _, code in told_codes()} == set()


def test_codes_are_kebab_case_and_meanings_are_sentences() -> None:
    assert [code for code in RULES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)] == []
    assert [rule.code for rule in RULES.values() if not re.fullmatch(r"([A-Z]|site\.yaml).*\.", rule.meaning)] == []


def test_rules_are_known_by_their_code() -> None:
    assert all(code == rule.code for code, rule in RULES.items())
