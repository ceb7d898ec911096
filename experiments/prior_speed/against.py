"""Compare one projection by the annual prior with that of an earlier commit, in one run.

    python -m experiments.prior_speed.against COMMIT [--rounds 7]

Both trees answer the same 200 questions one by one, in turn, each time in a process of its
own; the ratio is taken within each round. Writes against.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from experiments.provenance import machine

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TREES = ("models", "training", "data", "experiments")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.prior_speed.against")
    parser.add_argument("commit")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", given.commit, *TREES], cwd=ROOT, check=True, capture_output=True
        )
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        rounds = [(timed_in(Path(folder)), timed_in(ROOT)) for _ in range(given.rounds)]
    before, after = ([one["ms_each"] for one in side] for side in zip(*rounds, strict=True))
    ratios = [old / new for old, new in zip(before, after, strict=True)]
    found = {
        "command": f"python -m experiments.prior_speed.against {given.commit}",
        "rounds": given.rounds,
        "before_ms_each": round(statistics.median(before), 2),
        "after_ms_each": round(statistics.median(after), 2),
        "before_over_after": round(statistics.median(ratios), 2),
        "ratio_lowest": round(min(ratios), 2),
        "ratio_highest": round(max(ratios), 2),
        "same_digits": len({one["digits"] for pair in rounds for one in pair}) == 1,
        "load": round(os.getloadavg()[0], 1),
        **machine(),
        "numpy": version("numpy"),
    }
    (HERE / "against.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


def timed_in(tree: Path) -> dict[str, object]:
    """What `one_by_one` answers with the program of a tree."""
    done = subprocess.run(
        [sys.executable, str(HERE / "one_by_one.py")],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        check=True,
        capture_output=True,
        text=True,
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    main()
