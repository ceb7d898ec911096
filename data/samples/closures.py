"""Prepared what-ifs of sample plans: a gate that closes in December, with assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from data.samples.files import FOLDER

FILE = "scenarios.yaml"


@dataclass(frozen=True)
class Closure:
    """A gate closed from a day of December to the end of the year.

    Attributes
    ----------
    id : slug
    kpi : slug of the KPI whose goods pass the gate
    first_day : of the closure, in December
    name_vi, name_en : shown to people
    basis_vi, basis_en : the source of the share, or hints for estimating it
    share : per cent of the KPI that passes the gate; None if not published: the user
        has to give it
    """

    id: str
    kpi: str
    first_day: int
    name_vi: str
    name_en: str
    basis_vi: str
    basis_en: str
    share: float | None


def closures(plan: str, folder: Path = FOLDER) -> tuple[Closure, ...]:
    """The closures of a sample plan; () for any other plan."""
    file = folder / plan / FILE
    if plan not in {path.name for path in folder.iterdir()} or not file.is_file():
        return ()
    return tuple(
        Closure(
            id=row["id"],
            kpi=row["kpi"],
            first_day=row["first_day"],
            name_vi=row["name"]["vi"],
            name_en=row["name"]["en"],
            basis_vi=row["basis"]["vi"],
            basis_en=row["basis"]["en"],
            share=row.get("share"),
        )
        for row in yaml.safe_load(file.read_text(encoding="utf-8"))
    )
