"""The command `vedich`: what it prints, its exit codes, one line for every error."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from data.db.store import Store
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations
from models.series import Month
from service.cli.main import main
from service.texts import FORM, Lang, number

FIGURE = "KPI,Month,Value,Status,Published,Source\n{kpi},{month},{value},estimate,{day},made\n"


class Ran(NamedTuple):
    """What a command left behind."""

    code: int | str | None
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def vedich(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(ended.value.code, printed.out, printed.err)

    return run


@pytest.fixture
def figures(tmp_path: Path) -> Callable[..., Path]:
    """Writes a tidy file of one figure."""

    def write(kpi: str, month: str, value: object, day: str) -> Path:
        file = tmp_path / f"{kpi}-{month}-{value}.csv"
        file.write_text(FIGURE.format(kpi=kpi, month=month, value=value, day=day), "utf-8")
        return file

    return write


def error_line(ran: Ran) -> str:
    """The one line of an error that a person can act on."""
    assert (ran.code, ran.out) == (2, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("vedich: ")
    return line


# project


def test_json_is_what_http_answers(vedich: Run, home: Path, own_service: Any) -> None:
    ran = vedich("project", "--plan", "demo-2018", "--as-of", "2018-06", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert (
        json.loads(ran.out)
        == own_service.get("/v1/plans/demo-2018/projections?as_of=2018-06").json()
    )


def test_csv_is_what_http_answers(vedich: Run, home: Path, own_service: Any) -> None:
    ran = vedich("project", "--as-of", "2018-06", "--format", "csv")
    response = own_service.get("/v1/plans/demo-2018/projections.csv?as_of=2018-06")
    assert ran.out == response.content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(ran.out)))) == 6  # coal has two targets


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_table_shows_the_same_figures(
    vedich: Run, home: Path, own_service: Any, lang: Any
) -> None:
    ran = vedich("project", "--as-of", "2018-06", "--lang", lang)
    assert ran.code == 0
    listed = own_service.get("/v1/plans/demo-2018/projections?as_of=2018-06").json()
    for one in listed["projections"]:
        decimals = 1 if one["kpi"] in ("coal", "output") else 0
        assert one["name"][lang] in ran.out
        assert f"{one['kpi']} {one['stamp']}" in ran.out
        assert number(one["actual_to_date"], lang, decimals) in ran.out
        if one["projected"]:
            quantiles = one["projected"]["quantiles"]
            low, high = (number(quantiles[level], lang, decimals) for level in ("0.1", "0.9"))
            assert f"{low} – {high}" in ran.out
    words = {
        "vi": (
            "Số liệu công bố đến 30/6/2018",
            "nghìn tấn",
            "khoảng dự báo 80%",
            "ước tính",
            "dự báo",
        ),
        "en": ("Published up to 30 June 2018", "thousand tonnes", "80% interval", "estimate"),
    }
    for word in words[lang]:
        assert word in ran.out


def test_the_language_is_that_of_the_settings(
    vedich: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Chỉ tiêu" in vedich("project", "--as-of", "2018-06").out
    monkeypatch.setenv("VEDICH_LANG", "en")
    assert "KPI" in vedich("project", "--as-of", "2018-06").out


def test_as_of_a_month_is_its_last_day_and_a_day_is_that_day(vedich: Run, home: Path) -> None:
    def coal(*as_of: str) -> Any:
        ran = vedich("project", "--kpi", "coal", "--format", "json", *as_of)
        (one,) = json.loads(ran.out)["projections"]
        return one

    june = coal("--as-of", "2018-06")
    assert june["as_of"] == "2018-06-30"
    assert june == coal("--as-of", "2018-06-30") == coal()
    middle = coal("--as-of", "2018-06-15")
    assert (middle["as_of"], middle["cutoff"]) == ("2018-06-15", "2018-05")
    assert coal("--as-of", "2018-05")["cutoff"] == "2018-05"


# replay


@pytest.mark.slow
def test_replay_gives_the_same_digits(vedich: Run, home: Path) -> None:
    listed = json.loads(vedich("project", "--issue", "--as-of", "2018-05", "--format", "json").out)
    for one in listed["projections"]:
        ran = vedich("replay", one["stamp"].lower())
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == (
            f"{one['stamp']}: demo-2018 {one['kpi']} as of 2018-05-31: the same to every digit.\n"
        )


def test_replay_names_what_is_not_the_same(
    vedich: Run, home: Path, figures: Callable[..., Path]
) -> None:
    (one,) = json.loads(
        vedich("project", "--issue", "--kpi", "coal", "--as-of", "2018-06", "--format", "json").out
    )["projections"]
    # a figure that came in by a clock that was wrong: the past has changed
    store = Store.open(f"sqlite:///{home / 'vedich.db'}")
    late = Observation(
        "coal", Month(2018, 5), "month", 1.0, "final", date(2018, 6, 29), "a wrong clock"
    )
    origin = ImportRecord("late.csv", "1" * 64, "test", datetime(2018, 7, 2, tzinfo=UTC))
    add_observations(store, "demo", [late], origin)
    store.close()
    ran = vedich("replay", one["stamp"])
    assert (ran.code, ran.out) == (1, "")
    assert f"{one['stamp']}: demo-2018 coal as of 2018-06-30:" in ran.err
    assert "inputs.data: recorded" in ran.err


@pytest.mark.slow
def test_a_stamp_replays_whatever_was_loaded_and_taken_back_since(
    vedich: Run, home: Path, figures: Callable[..., Path]
) -> None:
    def june() -> Any:
        asked = ("--kpi", "coal", "--as-of", "2018-06", "--format", "json")
        ran = vedich("project", "--issue", *asked)
        return json.loads(ran.out)["projections"][0]

    before = june()
    assert vedich("ingest", figures("coal", "2018-05", 1.0, "2018-06-29")).code == 0
    meanwhile = june()
    assert meanwhile["stamp"] != before["stamp"]
    lines = vedich("import", "list").out.splitlines()
    line = next(line for line in lines if "coal-2018-05" in line)
    newest = [cell.strip() for cell in line.split("│")]
    assert newest[3:] == ["coal-2018-05-1.0.csv", "1", "0", ""]
    ran = vedich("import", "undo", newest[0], "--reason", "typed wrongly")
    assert ran.out == (f"demo: import {newest[0]} (coal-2018-05-1.0.csv) was withdrawn.\n")
    assert june() == before  # though what was withdrawn was published before the vintage
    assert vedich("replay", before["stamp"]).out.endswith(": the same to every digit.\n")
    ran = vedich("replay", meanwhile["stamp"])
    assert (ran.code, ran.err) == (0, "")
    assert "the same to every digit, from the figures known on" in ran.out
    assert "was withdrawn by os:" in error_line(vedich("import", "undo", newest[0]))
    shown = json.loads(vedich("import", "show", newest[0]).out)
    assert (shown["state"], shown["withdrawn"]["reason"]) == ("withdrawn", "typed wrongly")
    assert "there is no import '99'" in error_line(vedich("import", "undo", "99"))


def test_a_dry_run_prints_the_preview(
    vedich: Run, home: Path, figures: Callable[..., Path]
) -> None:
    ran = vedich("ingest", "--dry-run", figures("coal", "2018-05", 150.0, "2018-07-10"))
    assert ran.code == 0
    assert "Dry run: nothing was written." in ran.out
    line = next(line for line in ran.out.splitlines() if "coal 2018-05 month:" in line)
    assert " (restated, 2018-06-30) → 150 (estimate, 2018-07-10), " in line
    strange = vedich("ingest", "--dry-run", figures("Than", "2018-05", 150.0, "2018-07-10"))
    assert strange.code == 2
    assert "tidy: Than (×1)" in strange.out


@pytest.mark.parametrize(
    ("lang", "form", "why"), [("vi", "tháng", "lần"), ("en", "month", "times")]
)
def test_a_doubt_is_said_in_the_readers_language(
    vedich: Run,
    home: Path,
    figures: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    lang: Lang,
    form: str,
    why: str,
) -> None:
    monkeypatch.setenv("VEDICH_LANG", lang)
    ran = vedich("ingest", "--dry-run", figures("coal", "2018-07", 150_000.0, "2018-07-31"))
    line = next(line for line in ran.out.splitlines() if "coal 2018-07, " in line)
    assert f"2018-07, {FORM[lang]['month']}: {number(150_000.0, lang, 1)}" in line
    assert form in FORM[lang]["month"].lower()
    assert why in line


def test_replay_of_an_unknown_code(vedich: Run, home: Path) -> None:
    assert "AAAAAAAAAAAA" in error_line(vedich("replay", "AAAAAAAAAAAA"))
    assert "12 letters" in error_line(vedich("replay", "short"))


# ingest


@pytest.mark.slow
def test_ingest_adds_once_and_says_what_it_did(
    vedich: Run, home: Path, figures: Callable[..., Path], own_service: Any
) -> None:
    file = figures("coal", "2018-07", 140.5, "2018-07-31")
    newest = "/v1/plans/demo-2018/projections/coal"
    dry = vedich("ingest", "--dry-run", file)
    assert dry.code == 0
    assert "Dry run: nothing was written." in dry.out
    assert own_service.get(newest).json()["cutoff"] == "2018-06"
    ran = vedich("ingest", file, "--plan", "demo-2018")
    assert ran.code == 0
    summary = {line.split("│")[0].strip(): line.split()[-1] for line in ran.out.splitlines()}
    assert (summary["files"], summary["new figures"], summary["rows"]) == ("1", "1", "1")
    july = own_service.get(f"{newest}?as_of=2018-07").json()
    assert july["cutoff"] == "2018-07"  # computed again, not from the cache
    again = vedich("ingest", file)
    assert "figures known before" in again.out
    summary = {line.split("│")[0].strip(): line.split()[-1] for line in again.out.splitlines()}
    assert (summary["new figures"], summary["figures known before"]) == ("0", "1")


def test_a_broken_file_changes_nothing_and_says_where(
    vedich: Run, home: Path, tmp_path: Path, own_service: Any
) -> None:
    broken = tmp_path / "broken.csv"
    head = "KPI,Month,Value,Published\ncoal,2018-07,140.5,2018-07-31\n"
    broken.write_text(f"{head}coal,2018-13,1.0,2018-07-31\n", "utf-8")
    ran = vedich("ingest", broken)
    assert ran.code == 2
    (line,) = (line for line in ran.err.splitlines() if line.startswith("vedich: "))
    assert "broken.csv, cell B3" in line
    assert "'2018-13'" in line
    assert own_service.get("/v1/plans/demo-2018/projections/coal").json()["cutoff"] == "2018-06"


def test_a_file_that_is_not_there(vedich: Run, home: Path, tmp_path: Path) -> None:
    ran = vedich("ingest", tmp_path / "none.xlsx")
    assert ran.code == 2
    assert "vedich: none.xlsx: cannot be read" in ran.err


# plans


def test_plan_template_import_list_and_roll_over(vedich: Run, home: Path, tmp_path: Path) -> None:
    blank = tmp_path / "blank.xlsx"
    assert vedich("plan", "template", blank).code == 0
    assert "found one" in error_line(vedich("plan", "template", blank))
    document = tmp_path / "plan.yaml"
    document.write_text(
        "plan: trial-2018\nbody: Sở\nname: {vi: Thử, en: Trial}\nkpis:\n"
        "  - {slug: sales, name: {vi: Bán lẻ, en: Sales}, unit: billion VND}\n"
        "versions:\n  - number: 1\n    adopted: 2018-01-05\n    document: made up\n"
        "    targets:\n      - {kpi: sales, comparator: at_least, lower: 12, source: made up}\n",
        "utf-8",
    )
    ran = vedich("plan", "import", document)
    assert (ran.code, ran.out) == (
        0,
        "trial-2018 (new): 1 KPIs, 1 new or changed; new versions: 1.\n",
    )
    assert (
        "(known): 1 KPIs, 0 new or changed; new versions: none"
        in vedich("plan", "import", document).out
    )
    filled = tmp_path / "next.yaml"
    rolled = vedich("plan", "roll-over", "trial-2018", "--to", "2019", "--out", filled)
    assert rolled.out.startswith("trial-2019: 1 KPIs, no targets yet.")
    assert "kpi: sales" in filled.read_text("utf-8")
    assert "a plan 'trial-2019' already" in error_line(
        vedich("plan", "roll-over", "trial-2018", "--to", "2019")
    )
    listed = vedich("plan", "list")
    assert listed.code == 0
    for plan in ("demo-2018", "trial-2018", "trial-2019"):
        assert plan in listed.out
    assert "several plans: demo-2018" in error_line(vedich("project"))


def test_a_plan_that_cannot_be_read_says_where(vedich: Run, home: Path, tmp_path: Path) -> None:
    document = tmp_path / "plan.yaml"
    document.write_text("plan: no year\nkpis: []\n", "utf-8")
    assert "plan.yaml" in error_line(vedich("plan", "import", document))
    assert "none.yaml" in error_line(vedich("plan", "import", tmp_path / "none.yaml"))


# the sample, and all of it in one go


@pytest.mark.slow
def test_init_creates_the_database_and_loads_the_sample_once(
    vedich: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEDICH_HOME", str(tmp_path / "new"))
    assert "no plan yet" in error_line(vedich("project"))
    first = vedich("init", "--sample", "vietnam-2021")
    assert first.code == 0
    assert "vietnam-2021: 18,561 figures, 0 known." in first.out
    assert "vietnam-2021: 0 figures, 18,561 known." in vedich("init", "--sample", "all").out
    assert "none-2021" in error_line(vedich("init", "--sample", "none-2021"))
    assert "vedich retrain --plan vietnam-2021 --as-of 2021-06" in error_line(
        vedich("project", "--plan", "vietnam-2021", "--as-of", "2021-06")
    )


@pytest.mark.slow
def test_from_a_plan_and_figures_to_an_answer(
    vedich: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way with every candidate and a real MLflow, of one short KPI."""
    monkeypatch.setenv("VEDICH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    document = tmp_path / "plan.yaml"
    document.write_text(
        "plan: trial-2018\nbody: Sở\nname: {vi: Thử, en: Trial}\nkpis:\n"
        "  - {slug: sales, unit: billion VND, name: {vi: Bán lẻ, en: Sales}}\n"
        "versions:\n  - {number: 1, adopted: 2018-01-05, document: made up, "
        "targets: [{kpi: sales, comparator: at_least, lower: 1500, "
        "source: made up}]}\n",
        "utf-8",
    )
    months = [(year, month) for year in range(2013, 2019) for month in range(1, 13)][:66]
    rows = [
        f"sales,{year}-{month:02d},{100 + year - 2013 + 10 * (month % 5)},{year}-{month:02d}-28"
        for year, month in months
    ]
    figures = tmp_path / "figures.csv"
    figures.write_text("\n".join(("KPI,Month,Value,Published", *rows)), "utf-8")
    assert vedich("plan", "import", document).code == 0
    assert vedich("ingest", figures).code == 0
    ran = vedich("retrain", "--as-of", "2018-05", "--workers", 1)
    assert ran.code == 0, ran.err
    assert "trial: model version 1 as of 2018-05-31 answers now" in ran.out
    (one,) = json.loads(vedich("project", "--as-of", "2018-05", "--format", "json").out)[
        "projections"
    ]
    assert vedich("replay", one["stamp"]).code == 0  # a promoted model's month is in the ledger
    (one,) = json.loads(vedich("project", "--issue", "--format", "json").out)["projections"]
    assert (one["cutoff"], one["method"]["name"]) == ("2018-06", "ensemble")
    assert vedich("replay", one["stamp"]).code == 0
    scores = vedich("backtest", "--as-of", "2018-05", "--years", 1, "--workers", 1)
    assert scores.code == 0, scores.err
    for method in ("ensemble", "sarima", "prior", "theta", "seasonal_naive"):
        assert method in scores.out


# what goes wrong


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("project", "--as-of", "2018-13"), "expected YYYY-MM or YYYY-MM-DD, found '2018-13'"),
        (("project", "--as-of", "2018-01"), "vedich retrain --plan demo-2018 --as-of 2018-01"),
        (("project", "--plan", "none-2018"), "no plan 'none-2018'"),
        (("project", "--kpi", "gold"), "has no KPI 'gold'"),
        (("project", "--format", "xml"), "xml"),
        (("project", "--as-of"), "--as-of"),
        (("project", "extra"), "extra"),
        (("retrain", "--plan", "none-2018"), "no plan 'none-2018'"),
        (("retrain", "--as-of", "soon"), "found 'soon'"),
        (("backtest", "--years", "0"), "--years"),
        (("plan", "roll-over", "none-2018", "--to", "2019"), "no plan 'none-2018'"),
        (("plan", "roll-over", "demo-2018", "--to", "2018"), "expected a year after 2018"),
        (("ingest", "x.csv", "--published", "yesterday"), "yesterday"),
        (("serve", "--port", "99999"), "'--port'"),
        (("unheard-of",), "unheard-of"),
    ],
)
def test_an_error_is_one_line_and_exit_code_2(
    vedich: Run, home: Path, arguments: tuple[str, ...], message: str
) -> None:
    assert message in error_line(vedich(*arguments))


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("VEDICH_PORT", "0", "VEDICH_PORT: input should be greater than or equal to 1, found '0'"),
        ("VEDICH_LANG", "fr", "VEDICH_LANG"),
        ("VEDICH_DATABASE_URL", "nonsense", "expected the URL of a database"),
        ("VEDICH_DATABASE_URL", "mysql://u:secret@host/db", "found mysql"),
        ("VEDICH_DATABASE_URL", "postgresql://u:secret@127.0.0.1:9/db", "Connection refused"),
    ],
)
def test_a_wrong_setting_is_one_line_too_and_keeps_passwords(
    vedich: Run,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv(variable, value)
    line = error_line(vedich("plan", "list"))
    assert message in line
    assert "secret" not in line


COMMANDS = {
    ("init",): ("--sample",),
    ("ingest",): ("--plan", "--published", "--dry-run"),
    ("retrain",): ("--plan", "--as-of", "--engine", "--workers", "--promote"),
    ("project",): ("--plan", "--as-of", "--kpi", "--format", "--lang"),
    ("backtest",): ("--plan", "--years", "--as-of", "--workers"),
    ("replay",): (),
    ("serve",): ("--host", "--port"),
    ("plan", "import"): (),
    ("plan", "template"): (),
    ("plan", "roll-over"): ("--to", "--out"),
    ("plan", "list"): (),
    ("import", "list"): ("--plan",),
    ("import", "show"): (),
    ("import", "undo"): ("--reason",),
}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(vedich: Run, command: tuple[str, ...]) -> None:
    ran = vedich(*command, "--help")
    assert (ran.code, ran.err) == (0, "")
    for option in COMMANDS[command]:
        assert option in ran.out
    whole = vedich(*command[:-1], "--help").out
    assert command[-1] in whole


@pytest.mark.parametrize("command", [(), ("plan",)])
def test_a_command_without_its_subcommand_answers_with_its_help(
    vedich: Run, command: tuple[str, ...]
) -> None:
    ran = vedich(*command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage:")
    assert len(ran.err.splitlines()) > 5


def test_help_loads_neither_models_nor_database() -> None:
    script = (
        "import sys, service.cli.main\n"
        "try: service.cli.main.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'sqlalchemy', 'fastapi', 'mlflow'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_error(home: Path) -> None:
    command = [sys.executable, "-m", "service.cli.main", "plan", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        message = running.stderr.read()
    assert (running.returncode, message) == (1, b"")
