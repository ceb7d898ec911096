"""Run the attacks on this program and on another commit's.

    make run                                  # once, for the sample plan and its model
    git worktree add ../before COMMIT
    python -m experiments.attacks.http.run --beside ../before [--only bodies]

Each is bounded in bytes, connections and time, and stays on loopback. Results of an
attack are written to results/, those of others stay.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from data.settings import read_settings
from experiments.attacks.http.attacks import ATTACKS
from experiments.provenance import write_provenance

ROOT = Path(__file__).resolve().parents[3]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.attacks.http.run")
    parser.add_argument("--beside", type=Path, required=True, help="checkout of another commit")
    parser.add_argument("--only", choices=sorted(ATTACKS), nargs="*", default=sorted(ATTACKS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    file, home = given.out / "results.json", read_settings().home
    results = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    for name in given.only:
        attack = ATTACKS[name]
        results[name] = {
            "what": attack.__doc__,
            "before": attack(given.beside, home),
            "now": attack(ROOT, home),
        }
        print(name, json.dumps(results[name], indent=1), flush=True)
        file.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (given.out / "results.md").write_text(_page(results), encoding="utf-8")
    write_provenance(
        given.out, "python -m experiments.attacks.http.run --beside BEFORE", "fastapi", "uvicorn"
    )


def _page(results: dict[str, dict[str, dict[str, object]]]) -> str:
    lines = ["| Attack | What was met | Before | Now |", "| --- | --- | --- | --- |"]
    for name, found in sorted(results.items()):
        for place, (what, now) in enumerate(found["now"].items()):
            title = f"{name}: {found['what']}" if place == 0 else ""
            lines.append(f"| {title} | {what} | {found['before'].get(what)} | {now} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
