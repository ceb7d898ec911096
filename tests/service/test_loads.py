"""How often an answer reads a family's figures, and which libraries a command loads."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from data.vintages import panel_rows, rows
from service.cli.main import main

pytestmark = pytest.mark.slow

PAGES = (
    "/plans/demo-2018/kpis/coal",
    "/plans/demo-2018",
    "/plans/demo-2018/why",
    "/plans/demo-2018/reports",
    "/plans/demo-2018/what-if",
    "/plans/demo-2018/models",
    "/v1/plans/demo-2018/events",
    "/v1/plans/demo-2018/report.md?as_of=2018-05",
    "/v1/plans/demo-2018/projections?as_of=2018-06",
)
HEAVY = (
    *("alembic", "altair", "docx", "fastapi", "lxml", "mlflow", "openpyxl", "pandas", "rich"),
    *("scipy.optimize", "scipy.signal", "scipy.stats", "sklearn", "statsforecast", "statsmodels"),
)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts, by family, how often figures are read from the store."""
    counted: Counter[str] = Counter()
    read = rows.read_observations

    def counting(connection: Any, family: str, *given: Any, **named: Any) -> Any:
        counted[family] += 1
        return read(connection, family, *given, **named)

    for module in (rows, panel_rows):
        monkeypatch.setattr(module, "read_observations", counting)
    return counted


@pytest.mark.parametrize("path", PAGES)
def test_a_cold_answer_reads_the_figures_of_a_family_once(
    own_service: Any, reads: Counter[str], path: str
) -> None:
    response = own_service.get(path)
    assert response.status_code == 200, response.text
    assert reads["demo"] <= 1
    assert sum(reads.values()) == reads["demo"]
    again = own_service.get(path.replace("coal", "steel"))
    assert again.status_code == 200
    assert reads["demo"] <= 1


@pytest.mark.parametrize(
    "command",
    [
        ("project", "--plan", "demo-2018"),
        ("plan", "form", "--plan", "demo-2018", "--month", "2018-06", "--out", "form.xlsx"),
        ("report", "--plan", "demo-2018", "--out", "report.md"),
        ("event", "list", "--plan", "demo-2018"),
        ("changes", "--plan", "demo-2018", "--from", "2018-05", "--to", "2018-06"),
    ],
    ids=lambda command: command[0],
)
def test_a_command_reads_the_figures_of_a_family_once(
    home: Path,
    reads: Counter[str],
    command: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(command)
    assert not left.value.code
    assert reads == {"demo": 1}


@pytest.mark.parametrize(
    "command",
    [
        ("project", "--plan", "demo-2018", "--format", "json"),
        ("plan", "form", "--plan", "demo-2018", "--month", "2018-06", "--out", "form.xlsx"),
    ],
    ids=lambda command: command[0],
)
def test_a_command_loads_only_the_libraries_it_needs(
    home: Path, command: tuple[str, ...], tmp_path: Path
) -> None:
    program = (
        "import sys\n"
        "from service.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\n"
        f"finally:\n    print(*[one for one in {HEAVY!r} if one in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, cwd=tmp_path
    )
    assert (ran.returncode, ran.stderr) == (0, "\n")


@pytest.mark.parametrize(
    ("modules", "not_loaded"),
    [
        ("service.monthly.job", ("altair", "docx", "fastapi", "mlflow", "xlsxwriter")),
        # of a worker: tasks of a retraining, and what they are sent with
        (
            "training.workers, training.backtest.kept_years, training.backtest.rolling_origin, "
            "training.final_fit",
            ("altair", "mlflow", "pandas", "pydantic"),
        ),
    ],
)
def test_a_process_loads_no_more_than_its_work_needs(
    modules: str, not_loaded: tuple[str, ...]
) -> None:
    program = f"import sys; import {modules}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not set(not_loaded) & set(done.stdout.split())
