"""Ready what-ifs of sample plans: a gate that closes in December, with what is assumed."""

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
    kpi : what passes the gate
    first_day : of December
    name_vi, name_en : what people read
    basis_vi, basis_en : where the share is from, or what there is to go by without one
    share : per cent of the KPI that passes the gate; None where no published figure
        gives it: who asks has to say
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
    """Those that the sample of that name comes with; none for any other plan."""
    file = folder / plan / FILE
    if plan not in {path.name for path in folder.iterdir()} or not file.is_file():
        return ()
    return tuple(
        Closure(
            id=one["id"],
            kpi=one["kpi"],
            first_day=one["first_day"],
            name_vi=one["name"]["vi"],
            name_en=one["name"]["en"],
            basis_vi=one["basis"]["vi"],
            basis_en=one["basis"]["en"],
            share=one.get("share"),
        )
        for one in yaml.safe_load(file.read_text(encoding="utf-8"))
    )
