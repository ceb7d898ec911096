"""Generated requests to every operation, by every role and key; counts what should not be.

    make run                                  # once, for the sample plan and its model
    python -m experiments.attacks.openapi.run --examples 13

Works on a copy of what VEDICH_HOME holds, in one process, without a network.
Jobs are asked for and wait: nothing takes them up. Writes results/results.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from data.db.store import Store
from data.settings import Settings, read_settings
from experiments.attacks.openapi.cases import callers, run_cases
from experiments.provenance import write_provenance
from service.app import create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.attacks.openapi.run")
    parser.add_argument("--examples", type=int, default=5, help="per operation and role")
    parser.add_argument("--plan", default="vietnam-2021")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60.0, help="no more requests after")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(shutil.copytree(read_settings().home, Path(folder) / "home"))
        settings = Settings(home=home, mlflow_tracking_uri=None)
        store = Store.open(settings.store_url)
        app, who = create_app(settings, store), callers(store)
        met = run_cases(
            app,
            who,
            examples=given.examples,
            plan=given.plan,
            number=given.seed,
            seconds=60 * given.minutes,
        )
    results = {
        "cases": met.cases,
        "callers": sorted(who),
        "seed": given.seed,
        "statuses": _sorted(met.statuses),
        "by_caller": {name: _sorted(counts) for name, counts in met.by_caller.items()},
        "5xx": sum(
            count for status, count in met.statuses.items() if status >= 500 and status != 501
        ),
        "wrong": met.wrong,
        "minutes": round((time.monotonic() - begun) / 60, 1),
    }
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    (given.out / "results.json").write_text(text + "\n", encoding="utf-8")
    write_provenance(
        given.out,
        f"python -m experiments.attacks.openapi.run --examples {given.examples}",
        "schemathesis",
        "hypothesis",
    )
    print(text)


def _sorted(statuses: Mapping[int, int]) -> dict[str, int]:
    return {str(status): count for status, count in sorted(statuses.items())}


if __name__ == "__main__":
    main()
