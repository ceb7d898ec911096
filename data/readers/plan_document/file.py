"""Plan documents in any format: `.yaml`, `.yml` or `.xlsx`.

`read_plan` is the inverse of `write_plan`; `write_template` writes the blank
document. How to fill it in: docs/plans_and_files.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.roll_over import TargetDraft
from data.readers.plan_document.build import build_plan, build_version
from data.readers.plan_document.template import YAML_TEMPLATE
from data.readers.plan_document.xlsx import dump_xlsx, parse_xlsx
from data.readers.plan_document.yaml import dump_yaml, parse_yaml, version_records
from data.readers.spreadsheet.tables import is_old_excel, is_xlsx
from models.errors import UnreadableFile


def read_plan(content: bytes, file: str) -> Plan:
    """Read a plan document, XLSX or YAML (recognised by its content, not its name).

    Parameters
    ----------
    content : bytes of the document
    file : str, its name as it appears in errors

    Raises
    ------
    UnreadableFile
        With the place of the first problem (sheet and cell, or a path such as
        versions[0].targets[3].lower), and the others listed in its advice.
    """
    if is_old_excel(content):
        raise UnreadableFile(
            file,
            expected="a plan as .xlsx or .yaml",
            found="an old Excel workbook (.xls) or a protected one",
            advice="Open it in Excel and save it as .xlsx without a password.",
        )
    document = parse_xlsx(content, file) if is_xlsx(content) else parse_yaml(content, file)
    return build_plan(document, file)


def read_version(
    data: object, kpis: Sequence[Kpi], year: int, file: str = "request"
) -> PlanVersion:
    """Read one version given as a mapping with the keys of the YAML document.

    `kpis` and `year` are the plan's; errors as `read_plan`.
    """
    return build_version(version_records(data, file), kpis, year, file)


def write_plan(plan: Plan, path: Path, drafts: Sequence[TargetDraft] = ()) -> None:
    """Write a plan in the format of the file's ending.

    Parameters
    ----------
    plan : the plan
    path : where to write; `.xlsx`, `.yaml` or `.yml`
    drafts : targets to be completed by a person, added as a version without
        date, document and bounds (see `data.plans.roll_over.target_drafts`)

    Raises
    ------
    UnreadableFile
        If the file has another ending.
    """
    if _is_workbook(path):
        path.write_bytes(dump_xlsx(plan, drafts))
    else:
        path.write_text(dump_yaml(plan, drafts), encoding="utf-8")


def plan_workbook(plan: Plan | None = None, drafts: Sequence[TargetDraft] = ()) -> bytes:
    """A plan as an .xlsx file, as `write_plan` writes it; without a plan the blank one."""
    return dump_xlsx(plan, drafts)


def plan_text(plan: Plan) -> str:
    """A plan as YAML, which `read_plan` reads back to the same plan."""
    return dump_yaml(plan)


def write_template(path: Path) -> None:
    """Write the blank plan document, XLSX or YAML; errors as `write_plan`."""
    if _is_workbook(path):
        path.write_bytes(dump_xlsx(None))
    else:
        path.write_text(YAML_TEMPLATE, encoding="utf-8")


def _is_workbook(path: PurePath) -> bool:
    ending = path.suffix.lower()
    if ending not in (".xlsx", ".yaml", ".yml"):
        raise UnreadableFile(
            path.name,
            expected="a file name that ends in .xlsx or .yaml",
            found=f"'{ending}'" if ending else "no ending",
            advice="Name the file plan.xlsx or plan.yaml.",
        )
    return ending == ".xlsx"
