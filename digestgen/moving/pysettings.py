"""Settings that are Python: read as values, never run."""

from __future__ import annotations

import ast
from typing import Any, Final

from digestgen.moving.folder import Folder
from digestgen.moving.values import Log

_DEEPEST: Final = 20


def read(folder: Folder, name: str, wanted: tuple[str, ...], log: Log) -> dict[str, Any]:
    """Return the names that a file of settings gives plain values to.

    What it computes is not known: where that is one of `wanted`, it is noted. Raises nothing for any text.
    """
    text = folder.text(name) or ""
    try:
        parsed = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        log.person(name, getattr(error, "lineno", 0) or 0, f"the settings are no Python that can be read: {error}")
        return {}
    found: dict[str, Any] = {}
    for statement in parsed.body:
        for target, value in _assigned(statement):
            try:
                found[target] = _value(value, found, 0)
            except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
                if target in wanted:
                    log.person(name, statement.lineno, f"{target} is computed there, and so not known")
    return found


def _assigned(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        return [(target.id, statement.value) for target in statement.targets if isinstance(target, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        return [(statement.target.id, statement.value)]
    return []


def _value(node: ast.expr, names: dict[str, Any], depth: int) -> Any:
    """Return the value of an expression of constants, names that are known, lists, mappings and sums of texts."""
    if depth > _DEEPEST:
        raise ValueError
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(item, names, depth + 1) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = [_value(key, names, depth + 1) for key in node.keys if key is not None]
        return dict(zip(map(_key, keys), [_value(item, names, depth + 1) for item in node.values], strict=True))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sum(_value(node.left, names, depth + 1), _value(node.right, names, depth + 1))
    raise ValueError


def _sum(left: Any, right: Any) -> Any:
    if type(left) is type(right) and isinstance(left, str | list) and len(left) + len(right) < 100_000:
        return left + right
    raise ValueError


def _key(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key
