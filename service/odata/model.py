"""The feed's one entity set: a row for every target of every issued projection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.sax.saxutils import quoteattr

from service.projections.columns import COLUMNS, Line, lines
from service.projections.view import ProjectionView

EdmType = Literal["Edm.String", "Edm.Double", "Edm.Int32", "Edm.Date"]
Row = Mapping[str, Any]  # property → value, None for null

NAMESPACE, TYPE, SET, KEY = "Vedich", "Projection", "Projections", "Id"


@dataclass(frozen=True)
class Property:
    """A property of the rows; `column` is the CSV column with the same values."""

    name: str
    type: EdmType
    column: str


def _properties(type_: EdmType, **columns: str) -> tuple[Property, ...]:
    return tuple(Property(name, type_, column) for name, column in columns.items())


PROPERTIES: tuple[Property, ...] = (
    Property(KEY, "Edm.String", ""),
    *_properties("Edm.String", Plan="plan", Kpi="kpi", NameVi="name_vi", NameEn="name_en"),
    *_properties("Edm.String", Unit="unit", Kind="kind"),
    *_properties("Edm.Int32", Year="year"),
    *_properties("Edm.Date", AsOf="as_of"),
    *_properties("Edm.String", Cutoff="cutoff"),
    *_properties("Edm.Double", ActualToDate="actual_to_date"),
    *_properties("Edm.String", DataStatus="data_status"),
    *_properties(
        "Edm.Double",
        ProjectedMean="projected_mean",
        ProjectedMedian="projected_median",
        Quantile025="q0.025",
        Quantile10="q0.1",
        Quantile50="q0.5",
        Quantile90="q0.9",
        Quantile975="q0.975",
        GrowthMedian="growth_median",
        Base="base",
    ),
    *_properties(
        "Edm.String",
        BaseStatus="base_status",
        Level="level",
        Period="period",
        Comparator="comparator",
        Form="form",
    ),
    *_properties("Edm.Double", LowerValue="lower_value", UpperValue="upper_value"),
    *_properties("Edm.Int32", PlanVersion="plan_version"),
    *_properties("Edm.Double", Probability="probability"),
    *_properties("Edm.String", Status="status", Mark="mark"),
    *_properties(
        "Edm.Double",
        Actual="actual",
        ExpectedGap="expected_gap",
        RequiredMonthlyAverage="required_monthly_average",
        OfficialEstimate="official_estimate",
    ),
    *_properties(
        "Edm.String",
        OfficialEstimateState="official_estimate_state",
        Method="method",
        ModelVersion="model_version",
        LabelVi="label_vi",
        LabelEn="label_en",
        Stamp="stamp",
    ),
)
NAMES: Mapping[str, Property] = {one.name: one for one in PROPERTIES}


def rows_of(projections: Iterable[ProjectionView]) -> Iterator[Row]:
    """The rows of projections: one per target, and one for each KPI without a target."""
    seen: dict[str, int] = {}
    for line in lines(projections):
        key = _key(line)
        seen[key] = seen.get(key, 0) + 1
        values = {
            each.name: _value(COLUMNS[each.column](line), each.type) for each in PROPERTIES[1:]
        }
        yield {KEY: key if seen[key] == 1 else f"{key}:{seen[key]}", **values}


def _key(line: Line) -> str:
    """Plan, KPI, vintage, and the level and period of a target."""
    parts = (COLUMNS[name](line) for name in ("plan", "kpi", "as_of", "level", "period"))
    return ":".join(str(part) for part in parts if part)


def _value(value: Any, type_: EdmType) -> Any:
    if value is None or value == "":
        return None
    if type_ == "Edm.Date":
        return value
    if type_ == "Edm.Double":
        return float(value)
    return int(value) if type_ == "Edm.Int32" else str(value)


def csdl() -> str:
    """The schema in the Common Schema Definition Language."""
    lines = []
    for one in PROPERTIES:
        fixed = ' Nullable="false"' if one.name == KEY else ""
        lines.append(f"<Property Name={quoteattr(one.name)} Type={quoteattr(one.type)}{fixed}/>")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
        "<edmx:DataServices>"
        f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
        f'<EntityType Name="{TYPE}"><Key><PropertyRef Name="{KEY}"/></Key>'
        f"{''.join(lines)}</EntityType>"
        f'<EntityContainer Name="Container"><EntitySet Name="{SET}" '
        f'EntityType="{NAMESPACE}.{TYPE}"/></EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>\n"
    )
