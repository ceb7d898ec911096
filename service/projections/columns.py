"""A projection in columns, one line per target, for CSV and the OData feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.projections.shape import Quantiles, Sentence
from service.projections.view import (
    EstimateView,
    GrowthView,
    ProjectionView,
    RequiredView,
    TargetView,
    TaskView,
    YearView,
)
from service.texts import Lang


@dataclass(frozen=True)
class Line:
    """One target of a projection; `target` is None for a KPI without targets."""

    projection: ProjectionView
    target: TargetView | None


Read = Callable[[Line], Any]


def lines(projections: Iterable[ProjectionView]) -> Iterator[Line]:
    """One line per target; a KPI without targets has one line too."""
    for projection in projections:
        for target in projection.targets or (None,):
            yield Line(projection, target)


def to_csv(projections: Iterable[ProjectionView]) -> str:
    """The lines as CSV, numbers as in the JSON."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in lines(projections):
        writer.writerow([_cell(read(line)) for read in COLUMNS.values()])
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Quote a text that a spreadsheet would run as a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _of_year(read: Callable[[YearView], Any]) -> Read:
    return lambda line: (
        None if line.projection.projected is None else read(line.projection.projected)
    )


def _quantile(read: Callable[[Quantiles], Any]) -> Read:
    return _of_year(lambda year: read(year.quantiles))


def _of_growth(read: Callable[[GrowthView], Any]) -> Read:
    return lambda line: (
        None
        if line.projection.growth_on_last_year is None
        else read(line.projection.growth_on_last_year)
    )


def _of_target(read: Callable[[TargetView], Any]) -> Read:
    return lambda line: None if line.target is None else read(line.target)


def _of_required(read: Callable[[RequiredView], Any]) -> Read:
    return _of_target(lambda target: None if target.required is None else read(target.required))


def _of_task(read: Callable[[TaskView], Any]) -> Read:
    return lambda line: None if line.projection.task is None else read(line.projection.task)


def _of_target_or_task(read: Callable[[TargetView | TaskView], Any]) -> Read:
    """Read from the target, or from the task if it has no target."""

    def found(line: Line) -> Any:
        holder = line.target or line.projection.task
        return None if holder is None else read(holder)

    return found


def _of_estimate(read: Callable[[EstimateView], Any]) -> Read:
    return lambda line: (
        None
        if line.projection.official_estimate is None
        else read(line.projection.official_estimate)
    )


def _sentences(read: Callable[[TaskView], Iterable[Sentence]], lang: Lang) -> Read:
    return lambda line: (
        ""
        if line.projection.task is None
        else " ".join(remark[lang] for remark in read(line.projection.task))
    )


def _version(line: Line) -> int | None:
    if line.target is not None:
        return line.target.plan_version
    return None if line.projection.plan_version is None else line.projection.plan_version.number


COLUMNS: Mapping[str, Read] = {
    "plan": lambda line: line.projection.plan,
    "kpi": lambda line: line.projection.kpi,
    "name_vi": lambda line: line.projection.name.vi,
    "name_en": lambda line: line.projection.name.en,
    "unit": lambda line: line.projection.unit,
    "kind": lambda line: line.projection.kind,
    "year": lambda line: line.projection.year,
    "as_of": lambda line: line.projection.as_of,
    "cutoff": lambda line: line.projection.cutoff,
    "actual_to_date": lambda line: line.projection.actual_to_date,
    "data_status": lambda line: line.projection.data_status,
    "projected_mean": _of_year(lambda year: year.mean),
    "projected_median": _of_year(lambda year: year.median),
    "q0.025": _quantile(lambda quantiles: quantiles.q025),
    "q0.1": _quantile(lambda quantiles: quantiles.q10),
    "q0.5": _quantile(lambda quantiles: quantiles.q50),
    "q0.9": _quantile(lambda quantiles: quantiles.q90),
    "q0.975": _quantile(lambda quantiles: quantiles.q975),
    "growth_median": _of_growth(lambda growth: growth.median),
    "base": _of_growth(lambda growth: growth.base),
    "base_status": _of_growth(lambda growth: growth.base_status),
    "level": _of_target_or_task(lambda holder: holder.level),
    "period": _of_target_or_task(lambda holder: holder.period),
    "comparator": _of_target(lambda target: target.comparator),
    "form": _of_target(lambda target: target.form),
    "lower": _of_target(lambda target: target.lower),
    "upper": _of_target(lambda target: target.upper),
    "lower_value": _of_target(lambda target: target.lower_value),
    "upper_value": _of_target(lambda target: target.upper_value),
    "plan_version": _version,
    "source": _of_target(lambda target: target.source),
    "probability": lambda line: (line.target or line.projection).probability,
    "status": lambda line: (line.target or line.projection).status,
    "mark": _of_target(lambda target: target.mark),
    "actual": _of_target(lambda target: target.actual),
    "expected_gap": _of_target(lambda target: target.expected_gap),
    "required_monthly_average": _of_required(lambda pace: pace.monthly_average),
    "required_ratio_to_last_year": _of_required(lambda pace: pace.ratio_to_last_year),
    "required_rank_in_history": _of_required(lambda pace: pace.rank_in_history),
    "done": _of_task(lambda task: task.done),
    "remaining": _of_task(lambda task: task.remaining),
    "deadline": _of_task(lambda task: task.deadline),
    "lead": _of_task(lambda task: task.lead),
    "role": _of_task(lambda task: task.role),
    "obstacle": _of_task(lambda task: task.obstacle),
    "reported": _of_task(lambda task: task.reported),
    "assumptions_vi": _sentences(lambda task: task.assumptions, "vi"),
    "assumptions_en": _sentences(lambda task: task.assumptions, "en"),
    "missing_vi": _sentences(lambda task: task.missing, "vi"),
    "missing_en": _sentences(lambda task: task.missing, "en"),
    "official_estimate": _of_estimate(lambda estimate: estimate.value),
    "official_estimate_state": _of_estimate(lambda estimate: estimate.state),
    "method": lambda line: line.projection.method.name,
    "fallback": lambda line: line.projection.method.fallback,
    "model_version": lambda line: line.projection.method.model_version,
    "stamp": lambda line: line.projection.stamp,
    "label_vi": lambda line: line.projection.label and line.projection.label.vi,
    "label_en": lambda line: line.projection.label and line.projection.label.en,
}
