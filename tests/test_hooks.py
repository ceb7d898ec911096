"""What runs before a commit is what `make check` runs."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def test_the_hooks_run_what_make_check_runs() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    checks = re.findall(r"^\t\$\(BIN\)/(.+?)(?: \.| Dockerfile)?$", recipe, re.MULTILINE)
    assert len(checks) == len(recipe.strip().splitlines()) - 1
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert local["repo"] == "local"  # nothing is fetched
    hooks = [hook["entry"].removesuffix(" --force-exclude") for hook in local["hooks"]]
    assert hooks == [f".venv/bin/{check}" for check in checks]
