"""The numbers that must not move: both sample plans and every kind of KPI, from frozen bundles.

    python -m tests.service.golden.make            bundles and numbers (retrains: some minutes)
    python -m tests.service.golden.make --numbers  only the numbers, from the bundles there are

writes beside this file

    kinds.csv            figures of the plan `kinds.yaml`, made up by the formulas below
    bundles/FAMILY/      what one retraining learned, as the program wrote it, without the
                         backtest's scores (which are large and no projection reads them)
    numbers.json.gz      every answer of `frozen.answers`, some entries of the ledger with their
                         stamps, and the versions all this was made with

It was first run on the code before its modules were moved into rooms. Run it again only when
numbers are meant to change, and say in the changelog why they do.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import shutil
import sys
import tempfile
from calendar import monthrange
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from data.db.store import Store
from data.settings import read_settings
from service.app import create_app
from tests.service.conftest import Client
from tests.service.golden import frozen
from training.backtest.scoreboard import Scoreboard
from training.bundle.bundle import read_bundle, write_bundle

RETRAINED = (
    (frozen.VIETNAM, "2021-05"),
    (frozen.LANG_SON, "2021-06"),
    (frozen.KINDS, "2021-06"),
)
FIRST, LAST = (2015, 1), (2021, 6)


def main() -> None:
    if "--numbers" not in sys.argv:
        (frozen.FOLDER / "kinds.csv").write_text(figures(), "utf-8")
        in_a_home(freeze)
    in_a_home(record)


def in_a_home(step: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VEDICH_HOME"] = folder
        frozen.load(Path(folder))
        step(Path(folder))


def freeze(home: Path) -> None:
    """Retrain, and keep the bundles without their scores."""
    for plan, month in RETRAINED:
        code, printed = frozen.vedich("retrain", "--plan", plan, "--as-of", month)
        assert code == 0, printed
    for family in sorted((home / "bundles").iterdir()):
        (source,) = family.iterdir()
        bundle = read_bundle(source)
        provenance = {name: of for name, of in bundle.provenance.items() if name != "commit"}
        bundle = replace(bundle, scores=no_scores(bundle.scores), provenance=provenance)
        written = write_bundle(bundle, home / "frozen" / family.name)
        folder = frozen.FOLDER / "bundles" / family.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        text = json.dumps(
            json.loads((written / "bundle.json").read_text("utf-8")),
            ensure_ascii=False,
            sort_keys=True,
        )
        (folder / "bundle.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        shutil.copy(written / "arrays.npz", folder / "arrays.npz")


def no_scores(scores: Scoreboard) -> Scoreboard:
    """A scoreboard without rows."""
    return Scoreboard(**{of.name: getattr(scores, of.name)[:0] for of in fields(scores)})


def record(home: Path) -> None:
    """Ask for everything, and keep the answers."""
    frozen.thaw(home)
    store = Store.open(read_settings().store_url)
    app = create_app(read_settings(), store)
    client = Client(app)
    answers = frozen.answers(client.get, client.post)
    app.state.vedich.jobs.close()
    store.close()
    stamps = {
        one["stamp"]
        for plan, kpi in frozen.REPLAYED
        for one in answers[f"{plan} json"]["projections"]
        if one["kpi"] == kpi
    }
    kept = {stamp: entry for stamp, entry in frozen.ledger(home).items() if stamp in stamps}
    numbers = {"made_with": frozen.made_with(), "answers": answers, "ledger": kept}
    text = json.dumps(numbers, ensure_ascii=False, sort_keys=True)
    frozen.NUMBERS.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def figures() -> str:
    """A tidy table: each month published at its end, and restated a month later."""
    lines = ["kpi,month,form,value,status,published,source"]
    start, end = (year * 12 + month - 1 for year, month in (FIRST, LAST))
    for place in range(end - start + 1):
        year, month = divmod(start + place, 12)
        day = f"{year}-{month + 1:02d}-{monthrange(year, month + 1)[1]}"
        wave = math.sin(place * 0.7) * math.cos(place * 0.31)  # stands for chance
        season = math.sin(2 * math.pi * month / 12)
        value = {
            "price": 14 + 0.05 * place + 0.6 * season + 0.3 * wave,
            "deposits": 320 + 4.1 * place + 9 * season + 6 * wave,
            "output": (80 + 0.35 * place) * (1 + 0.2 * season + 0.05 * wave),
            "area": (19 + 0.03 * place) * (1 + 0.1 * season + 0.02 * wave),
        }
        for kpi, number in value.items():
            lines.append(f"{kpi},{year}-{month + 1:02d},month,{number:.3f},estimate,{day},made up")
        if place >= 12:
            on_year = 103 + 1.5 * wave + 0.4 * season
            name = f"index,{year}-{month + 1:02d}"
            lines.append(f"{name},rate_on_year,{on_year:.2f},estimate,{day},made up")
            to_date = 103 + 0.5 * wave
            lines.append(f"{name},rate_to_date,{to_date:.2f},estimate,{day},made up")
            on_month = 100.3 + 0.4 * wave + 0.3 * season
            lines.append(f"{name},rate_on_month,{on_month:.2f},estimate,{day},made up")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
