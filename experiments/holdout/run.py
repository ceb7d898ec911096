"""Is the delivered forecast better than what a statistician would run, on panels held out?

    python -m experiments.holdout.run --panels FOLDER --gso FILE [--priors FOLDER]
        [--panel NAME ...] [--out FOLDER]

Each panel of the judging side (`declared.json`) is retrained like a plan family, with the
shipped editions of the prior or those of `--priors`; what would have been delivered is
compared with AutoETS, AutoCES and DynamicOptimizedTheta on the same questions, and with pace
and seasonal naive. Scores are those of section 6 of the design. Writes panels.csv,
over_panels.csv, by_cut.csv, ours.parquet, results.md, made_with.json, and peers.parquet, from
which a later run takes the peers' scores.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.delivered.run import SEED
from experiments.holdout.compared import COVERED, OURS, SCORES, by_panel, over_panels
from experiments.holdout.ours import delivered, family_of, questions_of
from experiments.holdout.peers import JUDGES, PeerScores
from experiments.holdout.sides import JUDGING, file_of
from experiments.provenance import file_hash, write_provenance
from models.series import Month
from training.prior.editions import FOLDER, read_prior

RESULTS = Path(__file__).parent / "results"
SHOWN = ("q025", "q10", "q50", "q90", "q975")
ORIGIN = ("kpi", "year", "cut", "outcome", "base", *SHOWN, "crps", "brier")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.holdout.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--gso", type=Path, required=True, help="Viet Nam's panel")
    parser.add_argument("--priors", type=Path, default=FOLDER, help="default: those shipped")
    parser.add_argument("--panel", action="append", help="only these")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    files = sorted(given.priors.glob("*.npz"))
    priors = [(Month.parse(file.stem).year, read_prior(file)) for file in files]
    names = sorted(given.panel or JUDGING)
    scores = PeerScores(given.out / "peers.parquet")
    asked, origins = [], []
    with threadpool_limits(1):
        for name in names:
            begin = time.process_time()
            panel, day = family_of(name, file_of(name, given.panels, given.gso))
            rows = delivered(panel, day, priors)
            questions = questions_of(panel, day, rows)
            ours, middle = time.process_time() - begin, time.process_time()
            theirs = scores.of(name, questions)
            scores.save()
            keys = {(one.series_id, one.year, one.cut) for one in questions}
            own = rows.rename(columns={"months_known": "cut"}).assign(panel=name, method=OURS)
            places = pd.MultiIndex.from_frame(own[["kpi", "year", "cut"]])
            asked += [theirs, own.loc[places.isin(keys), theirs.columns.intersection(own.columns)]]
            origins.append(own)
            spent = time.process_time() - middle
            print(f"{name}: {len(questions)} questions, {ours:.0f} + {spent:.0f} s", flush=True)
    compared, every = pd.concat(asked), pd.concat(origins)
    _keep(every, given.out / "ours.parquet")
    table, draws = by_panel(compared, every)
    overall = over_panels(draws)
    table.to_csv(given.out / "panels.csv", index=False, float_format="%.5g")
    overall.to_csv(given.out / "over_panels.csv", index=False, float_format="%.5g")
    cuts = by_cut(every)
    cuts.to_csv(given.out / "by_cut.csv", index=False, float_format="%.5g")
    text = readable(table, overall, cuts)
    (given.out / "results.md").write_text(text, encoding="utf-8")
    hashes = {name: file_hash(file_of(name, given.panels, given.gso)) for name in names}
    command = "python -m experiments.holdout.run --panels PANELS --gso GSO"
    command += "" if given.priors == FOLDER else " --priors PRIORS"
    about = {str(year): prior.about["corpus_hash"] for year, prior in priors}
    packages = ("numpy", "scipy", "pandas", "statsmodels", "statsforecast")
    write_provenance(given.out, command, *packages, seed=SEED, priors=about, data_sha256=hashes)
    print(text)


def _keep(rows: pd.DataFrame, file: Path) -> None:
    """Ours at every origin, in single precision, which is enough to score again."""
    rows = rows[["panel", *ORIGIN]]
    floats = rows.select_dtypes("float64").columns
    rows.astype(dict.fromkeys(floats, "float32")).to_parquet(file, index=False, compression="zstd")


def by_cut(origins: pd.DataFrame) -> pd.DataFrame:
    """Ours by months known: means over panels."""
    means = origins.groupby(["panel", "cut"])[[*SCORES, *COVERED]].mean()
    return means.groupby("cut").mean().reset_index()


def readable(table: pd.DataFrame, overall: pd.DataFrame, cuts: pd.DataFrame) -> str:
    """Markdown tables."""
    lines = [
        "| Panel | n | Error | ÷ best | CRPS ÷ best (95 %) | Brier ÷ best | Best for CRPS "
        "| In 80 % (95 %) | In 95 % | In 80 %, AutoETS |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in table.to_dict("records"):
        best = min(JUDGES, key=lambda method, row=one: row[f"crps_{method}"])  # type: ignore[misc]
        lines.append(
            f"| {one['panel']} | {one['questions']} | {one['annual_error']:.2%} "
            f"| {one['annual_error_ratio']:.3f} "
            f"| {one['crps_ratio']:.3f} ({one['crps_ratio_low']:.3f} to "
            f"{one['crps_ratio_high']:.3f}) | {one['brier_ratio']:.3f} | {best} "
            f"| {one['coverage_80']:.1%} ({one['coverage_80_low']:.0%} to "
            f"{one['coverage_80_high']:.0%}) | {one['coverage_95']:.1%} "
            f"| {one['coverage_80_auto_ets']:.0%} |"
        )
    lines += ["", "| Over panels | | Value (95 %) | Least | Most |", "|---|---|---|---|---|"]
    for one in overall.to_dict("records"):
        ends = [f"{one[name]:.3f}" if pd.notna(one[name]) else "" for name in ("least", "most")]
        lines.append(
            f"| {one['score']} | {one['of']} | {one['value']:.3f} ({one['value_low']:.3f} to "
            f"{one['value_high']:.3f}) | {' | '.join(ends)} |"
        )
    lines += ["", "| Months known | Error | CRPS | Brier | In 80 % | In 95 % |"]
    lines += ["|---|---|---|---|---|---|"]
    lines += [
        f"| {one['cut']:.0f} | {one['annual_error']:.2%} | {one['crps']:.2%} | {one['brier']:.4f} "
        f"| {one['coverage_80']:.0%} | {one['coverage_95']:.1%} |"
        for one in cuts.to_dict("records")
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
