"""The walk of one number in docs/walk.md: every hop exists, and there are few."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_HOPS = 25
HOPS = re.findall(r"^\| (\d+) \| `([\w/]+\.py)::(\w+)`", (ROOT / "docs/walk.md").read_text(), re.M)


def test_every_hop_exists() -> None:
    missing = [
        f"{file}::{function}"
        for _, file, function in HOPS
        if function
        not in {
            node.name
            for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
    ]
    assert not missing, f"no such function: {missing}"


def test_there_are_few_hops_in_order() -> None:
    assert [int(number) for number, _, _ in HOPS] == list(range(1, len(HOPS) + 1))
    assert 20 <= len(HOPS) <= MOST_HOPS
