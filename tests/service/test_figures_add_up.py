"""The figures shown for the year add up to the digit shown, in every format, in both samples."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings, read_settings
from data.vintages.rows import add_observations
from models.series import Month
from models.targets.target import Target
from service.app import create_app
from service.texts import Lang, number
from tests.families import flow, import_of, noisy_months, small_plan, train
from tests.homes import Run
from tests.service.golden import frozen

pytestmark = pytest.mark.slow

TIERS = (
    Kpi("trade", "Xuất nhập khẩu", "Trade", "million USD", decimals=1, parts=("out", "into")),
    Kpi(
        "out",
        "Xuất",
        "Out",
        "million USD",
        decimals=1,
        printed_parts=(("north", "south"), ("sea", "rail", "air")),
    ),
    Kpi("into", "Nhập", "Into", "million USD", decimals=1, contains=(("gate", "port"),)),
    Kpi("north", "Phía bắc", "North", "million USD", decimals=2),
    Kpi("south", "Phía nam", "South", "million USD", decimals=1),
    Kpi("sea", "Đường biển", "By sea", "million USD", decimals=1),
    Kpi("rail", "Đường sắt", "By rail", "million USD", decimals=1),
    Kpi("air", "Đường hàng không", "By air", "million USD", decimals=1),
    Kpi("gate", "Một cửa khẩu", "A gate", "million USD", decimals=1),
    Kpi("port", "Một cảng", "A port", "million USD", decimals=1),
)
LEVELS = {"north": 90.0, "south": 31.0, "into": 77.0, "gate": 20.0, "port": 33.0}
LEVELS |= {"rail": 21.0, "air": 12.0}
Totals = list[tuple[str, list[str]]]
DAY = date(2018, 5, 31)
APART = Month(2018, 3)


@pytest.fixture(scope="module")
def tiers(
    tmp_path_factory: pytest.TempPathFactory, this_run: Run, client_of: Any
) -> Iterator[Any]:
    """A plan with two levels, its total printed beside its parts."""

    def make(folder: Path) -> None:
        store = this_run.new_store(folder)
        targets = (("out", Target("at_least", 1500.0)), ("north", Target("at_least", 1000.0)))
        version = PlanVersion(1, date(2018, 1, 15), "made up", targets)
        save_plan(store, small_plan("tiers", 2018, TIERS, (version,)))
        months = {kpi: noisy_months(kpi, level) for kpi, level in LEVELS.items()}
        months["out"] = {m: v + months["south"][m] for m, v in months["north"].items()}
        months["sea"] = {
            m: v - months["rail"][m] - months["air"][m] for m, v in months["out"].items()
        }
        months["sea"][APART] += 5.0  # printed by another office
        figures = [figure for kpi, own in months.items() for figure in flow(kpi, own)]
        add_observations(store, "tiers", tuple(figures), import_of())
        train(
            store, Settings(home=folder, mlflow_tracking_uri=None), "tiers-2018", DAY, promote=True
        )
        store.close()

    home = this_run.copy("tiers", make, tmp_path_factory.mktemp("tiers") / "home")
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    app = create_app(settings, store)
    yield client_of(app)
    app.state.vedich.jobs.close()
    store.close()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, client_of: Any) -> Iterator[Any]:
    """Both samples, answered from the frozen bundles."""
    folder = tmp_path_factory.mktemp("samples")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("VEDICH_DATABASE_URL", "MLFLOW_TRACKING_URI", "VEDICH_LANG"):
            patch.delenv(variable, raising=False)
        patch.setenv("VEDICH_HOME", str(folder))
        frozen.load(folder)
        frozen.thaw(folder)
        store = Store.open(read_settings().store_url)
        app = create_app(read_settings(), store)
        yield client_of(app)
        app.state.vedich.jobs.close()
        store.close()


def test_a_plan_with_two_levels_in_every_format(tiers: Any) -> None:
    found = everything(tiers, "tiers-2018", "2018-05")
    assert [total for total, _ in found] == ["trade", "out", "out"]


def test_printed_figures_that_contradict_each_other_are_listed_everywhere(tiers: Any) -> None:
    base = "/v1/plans/tiers-2018"
    answered = tiers.get(f"{base}/projections?as_of=2018-05").json()["projections"]
    listed = {one["kpi"]: one["figures"]["disagreements"] for one in answered}
    apart, *to_date = listed.pop("out")
    assert not any(listed.values())
    assert (apart["month"], apart["form"], apart["relation"]) == (str(APART), "month", "sum")
    assert {one["form"] for one in to_date} == {"year_to_date"}
    assert len(to_date) == 3
    assert apart["others"] == ["sea", "rail", "air"]
    assert apart["found"] - apart["value"] == pytest.approx(5.0)
    said_in: tuple[tuple[Lang, str], ...] = (("vi", "Đường hàng không"), ("en", "By air"))
    for lang, part in said_in:
        found = re.escape(number(apart["found"], lang, 1))
        asked = f"as_of=2018-05&lang={lang}"
        page = words(tiers.get(f"/plans/tiers-2018/kpis/out?{asked}").text)
        official = tiers.get(f"{base}/report.md?{asked}").text
        annex = tiers.get(f"{base}/report.md?{asked}&part=annex").text
        for said in (page, official, annex):
            assert re.search(rf"{part}\)[^.]*? {found}", said)


def test_what_some_parts_leave_of_a_total_is_shown_and_adds_up(tiers: Any) -> None:
    base = "/v1/plans/tiers-2018/projections"
    years = {one["kpi"]: one for one in tiers.get(f"{base}?as_of=2018-05").json()["projections"]}
    (rest,) = years["into"]["method"]["reconciled"]["rests"]
    assert rest["parts"] == ["gate", "port"]
    whole, *parts = (
        Decimal(str(years[one]["projected"]["median"])) for one in ("into", "gate", "port")
    )
    assert whole - sum(parts) == Decimal(str(rest["value"])) > 0
    assert "rests" not in years["out"]["method"]["reconciled"]
    said_in: tuple[tuple[Lang, str], ...] = (("vi", "Một cảng"), ("en", "A port"))
    for lang, part in said_in:
        page = words(tiers.get(f"/plans/tiers-2018/kpis/into?as_of=2018-05&lang={lang}").text)
        shown = number(rest["value"], lang, 1)
        assert re.search(rf"{part}[^.]*? {re.escape(shown)} ", page)


@pytest.mark.parametrize("plan", ["vietnam-2021", "lang-son-2021"])
def test_a_sample_in_every_format(samples: Any, plan: str) -> None:
    found = everything(samples, plan, "2021-06")
    several = [total for total, _ in found if [one for one, _ in found].count(total) > 1]
    assert several == (["turnover_customs"] * 2 if plan == "lang-son-2021" else [])


def everything(client: Any, plan: str, month: str) -> Totals:
    """Check all formats; the totals that were checked."""

    def ask(path: str) -> Any:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer

    base = f"/v1/plans/{plan}"
    kpis = {one["kpi"]: one for one in ask(base).json()["kpis"]}
    answered = ask(f"{base}/projections?as_of={month}").json()["projections"]
    years = {one["kpi"]: one["projected"] for one in answered if one["projected"]}
    totals = [
        (slug, parts)
        for slug, one in kpis.items()
        for parts in ([one["parts"]] if one["parts"] else []) + one["printed_parts"]
        if {slug, *parts} <= years.keys() and kpis[slug]["unit"] != "steps"
    ]
    members = {one for total, parts in totals for one in (total, *parts)}
    for score in ("median", "mean"):
        adds_up(totals, {one: years[one][score] for one in members})
    adds_up(totals, {one: years[one]["quantiles"]["0.5"] for one in members})
    text = ask(f"{base}/projections.csv?as_of={month}").content.decode("utf-8-sig")
    rows = {row["kpi"]: row for row in csv.DictReader(io.StringIO(text))}
    for column in ("projected_mean", "projected_median", "q0.5"):
        adds_up(totals, {one: rows[one][column] for one in members})
    exchanged(ask, f"{base}/exchange/projections", month, totals, members)
    issue(client, base, month)
    feed = ask(f"/odata/Projections?$filter=Plan eq '{plan}'").json()["value"]
    fed = {row["Kpi"]: row for row in feed}
    for column in ("ProjectedMean", "ProjectedMedian"):
        adds_up(totals, {one: fed[one][column] for one in members})
    for lang in ("vi", "en"):
        shown = {one: number(years[one]["median"], lang, kpis[one]["decimals"]) for one in members}
        adds_up(totals, {one: plain(said, lang) for one, said in shown.items()})
        asked = f"as_of={month}&lang={lang}"
        texts = {
            "page": words(ask(f"/plans/{plan}?{asked}").text),
            **{
                form: read(ask(f"{base}/report.{form}?{asked}&part=annex").content)
                for form, read in READ.items()
                if form != "pdf" or shutil.which("pdftotext")
            },
        }
        for form, said in texts.items():
            wanted = {one: bare(plain(shown[one], lang)) for one in members}
            wanted = wanted if form == "xlsx" else shown  # cells hold numbers
            missing = {one for one in members if not holds(said, wanted[one])}
            assert not missing, f"{form} in {lang} does not show {missing}"
        for one in members:
            page = words(ask(f"/plans/{plan}/kpis/{one}?{asked}").text)
            assert holds(page, shown[one]), f"page of {one} in {lang} does not show {shown[one]}"
    return totals


def exchanged(
    ask: Callable[[str], Any],
    address: str,
    month: str,
    totals: Totals,
    members: set[str],
) -> None:
    """The projected years in the formats of statistics offices."""
    text = ask(f"{address}.sdmx-csv?as_of={month}").content.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["KPI"] in members]
    adds_up(totals, {row["KPI"]: row["OBS_VALUE"] for row in rows if row["MEASURE"] == "MEDIAN"})
    cube = ask(f"{address}.json-stat?as_of={month}").json()
    found = {}
    for kpi in members:
        at = 0
        for name, size in zip(cube["id"], cube["size"], strict=True):
            codes = cube["dimension"][name]["category"]["index"]
            code = {"KPI": kpi, "MEASURE": "MEDIAN"}.get(name, codes[0])
            at = at * size + codes.index(code)
        found[kpi] = cube["value"][str(at)]
    adds_up(totals, found)


def issue(client: Any, base: str, month: str) -> None:
    for step in ("check", "approve", "issue"):
        figures = client.get(f"{base}/months/{month}").json()["figures"]
        signed = client.post(f"{base}/months/{month}/{step}", json={"figures": figures})
        assert signed.status_code == 200, signed.text


def adds_up(totals: Totals, values: dict[str, Any]) -> None:
    """The values as decimals: no digit is left over."""
    exact = {one: Decimal(str(value)) for one, value in values.items()}
    for total, parts in totals:
        assert exact[total] == sum(exact[part] for part in parts), (total, values)


def plain(said: str, lang: str) -> str:
    thousands, point = (".", ",") if lang == "vi" else (",", ".")
    return said.replace(thousands, "").replace(point, ".")


def bare(value: Any) -> str:
    """A number without zeros at its end; other values as they are."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", text) else text


def holds(said: str, shown: str) -> bool:
    """Whether a number stands in a text on its own, not as a piece of a longer one."""
    return re.search(rf"(?<![\d.,]){re.escape(shown)}(?![\d]|[.,]\d)", said) is not None


def words(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page))


def _word(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return words(archive.read("word/document.xml").decode())


def _excel(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return " ".join(
        bare(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )


def _pdf(content: bytes) -> str:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        done = subprocess.run(
            ["pdftotext", "-layout", file.name, "-"], capture_output=True, check=True
        )
    return done.stdout.decode()


READ: dict[str, Callable[[bytes], str]] = {
    "md": lambda content: content.decode(),
    "html": lambda content: words(content.decode()),
    "docx": _word,
    "xlsx": _excel,
    "pdf": _pdf,
}
