"""The export of everything a body owns: which plans, whose indicators, and what they mean."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data.db.backup.portable import Exported, Owned, export
from data.db.store import Store
from data.plans.plan import Plan
from data.plans.rows import family_plans, kpis_of, load_plan
from data.settings import Settings
from data.vintages.rows import vintages_of

_README = """# {name}

What the plan family `{family}` owns in Vedich, written on {day} (UTC): plans and their
versions, indicators and targets, every printed figure with its vintage, status and source,
what people entered and signed, trained models and every published projection.

Toàn bộ dữ liệu của nhóm kế hoạch `{family}` trong Vedich, xuất ngày {day} (UTC): kế hoạch và
các phiên bản, chỉ tiêu, mọi số liệu đã công bố kèm ngày công bố, trạng thái và nguồn, số liệu
do cán bộ nhập và ký duyệt, mô hình đã huấn luyện và mọi dự báo đã phát hành.

- `metadata.json`: tables and types of their columns, units and names of the indicators (KPIs),
  vintages, and the SHA-256 of every file.
- `observations.csv`: the printed figures. `form` says what a figure covers (a month, a
  quarter, year to date, …), `status` whether it is preliminary, an estimate or official,
  `published` the vintage, `source` file, sheet and cell, `import_id` the file in
  `imports.csv`. The unit is that of the KPI in `metadata.json`. Figures of an import in
  `withdrawals.csv` no longer count, unless `repeats.csv` says that another import has them.
- `targets.csv`, `tasks.csv`, `kpis.csv`: definitions as JSON.
- `projections.csv`: every published projection with its inputs, by code (`stamp`). Projected
  figures are no actual ones.
- `audit.csv`: the audit log of this family, to be read only.
- `bundles/`: trained models as JSON and NumPy arrays.
{borrowed}
CSV in UTF-8 with commas; numbers with all digits, decimal point; days and moments as in
ISO 8601, moments in UTC. `\\N` stands for what is not given. A text that a spreadsheet would
take for a formula has an apostrophe in front.

Back into an empty house: `vedich import load PATH`.
"""


def export_plan(store: Store, settings: Settings, plan: str, target: Path) -> Exported:
    """Write everything that the family of a plan owns; see `data.db.backup.portable.export`."""
    document = load_plan(store, plan)
    return export(store, settings.bundles, owned_by(store, document), target)


def owned_by(store: Store, plan: Plan) -> Owned:
    """What the family of a plan owns, with the figures that it borrows from others."""
    family, kpis = plan.family, kpis_of(store, plan.family)
    borrowed = _borrowed(store, family)
    today = datetime.now(UTC)
    about: dict[str, Any] = {
        "body": plan.body,
        "made": today.isoformat(timespec="seconds"),
        "program": version("vedich"),
        "vintages": [day.isoformat() for day in vintages_of(store, family)],
        "kpis": [
            {
                "kpi": kpi.slug,
                "name_vi": kpi.name_vi,
                "name_en": kpi.name_en,
                "unit": kpi.unit,
                "kind": kpi.kind,
            }
            for kpi in kpis
        ],
    }
    beside = (
        f"- Figures of {', '.join(borrowed)} are here too, because indicators of this family\n"
        "  are spread over months by theirs, and late months estimated from them. They belong to\n"
        "  others.\n"
        if borrowed
        else ""
    )
    readme = _README.format(
        name=plan.body, family=family, day=f"{today:%Y-%m-%d}", borrowed=beside
    )
    return Owned(family, family_plans(store, family), borrowed, about, readme)


def _borrowed(store: Store, family: str) -> tuple[str, ...]:
    """The families whose KPIs serve as indicators, directly or through another."""
    found: list[str] = []
    waiting = [family]
    while waiting:
        for kpi in kpis_of(store, waiting.pop()):
            for name in kpi.related:
                other, _, _ = name.rpartition("/")
                if other and other not in (family, *found):
                    found.append(other)
                    waiting.append(other)
    return tuple(found)
