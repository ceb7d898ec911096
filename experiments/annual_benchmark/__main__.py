"""Who is best at the year's total, given the months so far?

    python -m experiments.annual_benchmark --panel FILE.parquet [--cuts 3,6,9]
        [--years last|all] [--series N] [--peers statsforecast] [--prior FILE]
        [--peers-of FILE] --out DIR

Writes results.csv, instances.parquet, comparison.csv, reliability.csv,
results.md, plot.png and made_with.json to DIR; prints one row per method.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.annual_benchmark.instances import Questions, questions
from experiments.annual_benchmark.ours import vedich_answers
from experiments.annual_benchmark.peers import METHODS, PeerCache
from experiments.annual_benchmark.report import plot, readable
from experiments.annual_benchmark.scoring import (
    from_grid,
    from_samples,
    ratio_to,
    reliability,
    results,
    row,
)
from experiments.provenance import file_hash, machine
from models.prior.annual import AnnualPrior
from training.prior.corpus import History, read_panel
from training.prior.editions import newest_prior, read_prior

OURS = "vedich"
SCORES = ("annual_error", "crps", "brier", "cpu_seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m experiments.annual_benchmark")
    parser.add_argument("--panel", type=Path, required=True, help="tidy .parquet")
    parser.add_argument("--cuts", default="3,6,9", help="months known, 1 to 11")
    parser.add_argument("--years", choices=("last", "all"), default="last")
    parser.add_argument("--first-year", type=int, help="no question about an earlier year")
    parser.add_argument("--last-year", type=int, help="no question about a later year")
    parser.add_argument("--series", type=int, help="so many series, drawn by a hash of their name")
    parser.add_argument("--peers", choices=("statsforecast", "none"), default="statsforecast")
    parser.add_argument("--prior", type=Path, help="default: the newest one shipped")
    parser.add_argument(
        "--peers-of", type=Path, help="instances.parquet of an earlier run, whose peers are kept"
    )
    parser.add_argument("--cache", type=Path, help="folder that keeps the peers' answers")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    panel = read_panel(given.panel)
    asked = questions(
        panel,
        cuts=[int(cut) for cut in given.cuts.split(",")],
        years=given.years,
        n_series=given.series,
        first_year=given.first_year,
        last_year=given.last_year,
    )
    if not asked.instances:
        parser.error(f"{given.panel.name}: no series has a year with three full years before it.")
    prior = read_prior(given.prior) if given.prior else newest_prior()
    cache = given.cache or given.out / "peers"
    run_peers = given.peers != "none" and given.peers_of is None
    with threadpool_limits(1):
        rows = answers(panel, asked, prior, run_peers, cache, given.panel.stem)
    if given.peers_of:
        rows = pd.concat([rows, peers_of(given.peers_of, rows)], ignore_index=True)
    methods = [OURS, *(METHODS if given.peers != "none" else ())]
    write(given.out, rows, asked, methods, made_with(given, prior))
    return 0


def answers(
    panel: Sequence[History],
    asked: Questions,
    prior: AnnualPrior,
    peers: bool,
    cache: Path,
    name: str,
) -> pd.DataFrame:
    """One row per method and instance."""
    starts = {one.series_id: one for one in panel}
    seen = {
        series: prior.trained_on(starts[series].values, starts[series].start.month)
        for series in {one.series_id for one in asked.instances}
    }
    vedich_answers(panel, asked.instances[:1], prior)  # warm-up
    rows = [
        row(OURS, one.instance, from_grid(one.quantiles, one.instance), one.cpu_seconds,
            seen[one.instance.series_id])
        for one in vedich_answers(panel, asked.instances, prior)
    ]  # fmt: skip
    if peers:
        for instance, forecasts in PeerCache(cache, name).answers(asked.instances):
            for method, answer in forecasts.items():
                point = float(instance.year_with(answer.point))
                given = from_samples(point, answer.samples, instance)
                rows.append(row(method, instance, given, answer.cpu_seconds, False, answer.failed))
    return pd.DataFrame(rows)


def peers_of(file: Path, ours: pd.DataFrame) -> pd.DataFrame:
    """The peers' rows of an earlier run of the same questions.

    Raises
    ------
    ValueError
        If they are not the same questions, or years became something else.
    """
    earlier = pd.read_parquet(file)
    asked = ["series_id", "year", "cut", "actual", "last_year"]
    for method, rows in earlier.groupby("method"):
        if not rows[asked].reset_index(drop=True).equals(ours[asked]):
            raise ValueError(f"{file}: expected the questions of this run, {method} has others")
    return earlier[earlier["method"] != OURS]


def write(
    out: Path,
    rows: pd.DataFrame,
    asked: Questions,
    methods: Sequence[str],
    about: dict[str, object],
) -> None:
    """All files of a run, and the table on the screen."""
    out.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(out / "instances.parquet", index=False)
    table = results(rows, methods)
    table.to_csv(out / "results.csv", index=False, float_format="%.6g")
    compared = comparison(rows, methods)
    compared.to_csv(out / "comparison.csv", index=False, float_format="%.4f")
    reliable = reliability(rows, OURS)
    reliable.to_csv(out / "reliability.csv", index=False, float_format="%.4f")
    (out / "made_with.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    text = readable(table, compared, reliable, asked.left_out, about)
    (out / "results.md").write_text(text, encoding="utf-8")
    plot(table, out / "plot.png")
    print(text)


def comparison(rows: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """Our mean scores ÷ each peer's, with 95 % bootstrap intervals by series."""
    lines = []
    for peer in methods[1:]:
        for score in SCORES:
            found = ratio_to(rows, OURS, peer, score)
            if found:
                lines.append(
                    {"peer": peer, "score": score}
                    | dict(zip(("ratio", "low", "high"), found, strict=True))
                )
    return pd.DataFrame(lines, columns=["peer", "score", "ratio", "low", "high"])


def made_with(given: argparse.Namespace, prior: AnnualPrior) -> dict[str, object]:
    """What reruns to the same digits."""
    names = ("numpy", "pandas", "scikit-learn", "statsforecast")
    options = ("cuts", "years", "series", "first_year", "last_year")
    return {
        "panel": given.panel.name,
        "panel_sha256": file_hash(given.panel),
        **{name: getattr(given, name) for name in options},
        "prior_corpus": prior.about["corpus_hash"],
        "prior_through": prior.about["through"],
        "prior_panels": sorted(dict(prior.about["panels"])),  # type: ignore[call-overload]
        "prior_seed": prior.about["seed"],
        "peers_of": file_hash(given.peers_of) if given.peers_of else None,
        **machine(),
        **{name: version(name) for name in names},
    }


if __name__ == "__main__":
    raise SystemExit(main())
