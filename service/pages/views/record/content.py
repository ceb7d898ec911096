"""The track record page: what was given out and estimated, against what came; one KPI's path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import family_plans, load_plan
from models.series import Month
from service.analysis.track_record import labelled
from service.charts.path import PathEnd, PathPoint
from service.pages.views.frame import Frame, PlanContent
from service.shapes.registry import EstimateScore, ReliabilityBand, SettledOn, SettledScore
from service.state.app_state import AppState
from service.texts import (
    STATE,
    TEXT,
    Lang,
    amount,
    bounds,
    chance,
    day_of,
    month_name,
    name_of,
    number,
    percent,
    period_name,
    signed_percent,
)
from service.track_record.record import settled_in, settled_of_family
from service.track_record.scores import By, estimate_scores, reliability_of, scores_of
from service.track_record.settled import Given, Judged, Origin, SettledKpi
from service.wording import person

_GROUPS: tuple[By, ...] = ("all", "months_known", "kind", "office")


@dataclass(frozen=True)
class ScoreRow:
    """Scores of a group, in words."""

    name: str
    probabilities: str
    brier: str
    of_share: str
    said: str
    met: str
    forecasts: str
    error: str
    crps: str
    coverage_80: str
    coverage_95: str


@dataclass(frozen=True)
class BandRow:
    """A band of probabilities: how often targets in it were met."""

    band: str
    n: str
    said: str
    met: str


@dataclass(frozen=True)
class EstimateRow:
    """How far official estimates were off, beside the forecast."""

    name: str
    n: str
    error: str
    bias: str
    right: str
    forecast: str


@dataclass(frozen=True)
class Part:
    """The record of one origin: 'live', or 'backtest', computed afterwards.

    `scores` has the rows of each way to group them, by its title.
    """

    code: Origin
    title: str
    about: str
    scores: tuple[tuple[str, tuple[ScoreRow, ...]], ...]
    reliability: tuple[BandRow, ...]
    estimates: tuple[EstimateRow, ...]


@dataclass(frozen=True)
class SettledRow:
    """A KPI's year that is over; it leads to its path."""

    plan: str
    kpi: str
    name: str
    year: str
    came: str
    final: str
    probability: str
    verdict: str
    met: str


@dataclass(frozen=True, kw_only=True)
class RecordContent(PlanContent):
    """What the page shows; nothing of an illustrative family.

    Attributes
    ----------
    settled_on : 'estimate' or 'final', the outcome that the scores are of
    """

    illustrative: bool
    settled_on: SettledOn
    parts: tuple[Part, ...] = ()
    settled: tuple[SettledRow, ...] = ()


@dataclass(frozen=True)
class PathRow:
    """A month of a KPI's path: what was said of the year then."""

    month: str
    known: str
    bounds: tuple[str, ...]
    probability: tuple[str, ...]
    median: str
    interval: str
    estimate: str
    origin: str
    stamp: str


@dataclass(frozen=True, kw_only=True)
class PathContent(PlanContent):
    """A KPI's path, month by month, and what came; `drawn` says in words what its chart shows."""

    kpi: str
    name: str
    drawn: str = ""
    came: str
    final: str
    verdict: str
    months: tuple[PathRow, ...]
    estimates: tuple[tuple[str, str, str], ...]


def record_content(
    app_state: AppState, frame: Frame, settled_on: SettledOn, lang: Lang
) -> RecordContent:
    """The record of a plan's family."""
    text = TEXT[lang]
    family = frame.plan.family
    if labelled(app_state.store, app_state.panel, family) or frame.day is None:
        return RecordContent(frame=frame, illustrative=True, settled_on=settled_on)
    settled = settled_of_family(app_state, family, frame.day)
    plans = {
        slug: load_plan(app_state.store, slug) for slug in family_plans(app_state.store, family)
    }
    titles: Mapping[Origin, tuple[str, str]] = {
        "live": (text["record.live"], text["record.live_about"]),
        "backtest": (text["record.backtest"], text["record.backtest_about"]),
    }
    scores, estimates = scores_of(settled, _GROUPS), estimate_scores(settled, ("all", "office"))
    parts = tuple(
        Part(
            code=origin,
            title=title,
            about=about,
            scores=_by_group(
                [one for one in scores if (one.origin, one.settled_on) == (origin, settled_on)],
                lang,
            ),
            reliability=tuple(
                _band(row, lang) for row in reliability_of(settled, origin, settled_on)
            ),
            estimates=tuple(
                _estimate(one, lang)
                for one in estimates
                if (one.origin, one.settled_on) == (origin, settled_on)
            ),
        )
        for origin, (title, about) in titles.items()
    )
    return RecordContent(
        frame=frame,
        illustrative=False,
        settled_on=settled_on,
        parts=tuple(one for one in parts if one.scores or one.estimates),
        settled=tuple(_settled(one, plans[one.plan], lang) for one in reversed(settled)),
    )


def path_content(app_state: AppState, frame: Frame, kpi: str, lang: Lang) -> PathContent:
    """A KPI's path; without months where nothing is settled.

    Raises
    ------
    UnknownKpi
        If the plan has no such KPI.
    """
    definition = frame.plan.kpi(kpi)
    one = settled_kpi(app_state, frame.plan, kpi, frame.day)
    name = name_of(definition, lang)
    if one is None:
        return PathContent(
            frame=frame,
            kpi=kpi,
            name=name,
            came="–",
            final="–",
            verdict="",
            months=(),
            estimates=(),
        )
    return PathContent(
        frame=frame,
        kpi=kpi,
        name=name,
        drawn=_drawn(one, definition, lang) if one.given else "",
        came=_came(one, definition, lang),
        final=_final(one, definition, lang),
        verdict=_verdict(one, lang)[1],
        months=tuple(_month(given, one, definition, lang) for given in one.given),
        estimates=tuple(
            (
                month_name(made.month, lang),
                amount(made.value, one.unit, lang, definition.decimals),
                f"{STATE[lang][made.state]} · {person(made.author, lang)}",
            )
            for made in one.estimates
        ),
    )


def settled_kpi(app_state: AppState, plan: Plan, kpi: str, day: date | None) -> SettledKpi | None:
    """A KPI's year in the record; None where nothing is settled, or the family is illustrative."""
    if day is None or labelled(app_state.store, app_state.panel, plan.family):
        return None
    return next((one for one in settled_in(app_state, plan.slug, day) if one.kpi == kpi), None)


def path_points(one: SettledKpi) -> tuple[tuple[PathPoint, ...], PathEnd]:
    """The path of a KPI's year as its chart takes it, and what came."""
    estimates = {one.month: one.value for one in one.estimates}
    points = []
    for given in one.given:
        lead, bands = _leading(given), given.quantiles
        values = (lead.lower_value, lead.upper_value) if lead else ()
        points.append(
            PathPoint(
                day=given.as_of,
                median=given.median,
                low=bands[1] if bands else None,
                high=bands[3] if bands else None,
                bounds=tuple(value for value in values if value is not None),
                probability=lead.probability if lead else None,
                estimate=estimates.get(Month(given.as_of.year, given.as_of.month)),
                live=given.origin == "live",
            )
        )
    came = one.came
    last = next((found for given in reversed(one.given) if (found := _leading(given))), None)
    end = PathEnd(
        year=one.year,
        came=came.first.value if came else None,
        final=came.final.value if came and came.final else None,
        met=last.met if last else None,
    )
    return tuple(points), end


def _drawn(one: SettledKpi, kpi: Kpi, lang: Lang) -> str:
    """What the chart of a path shows, in a sentence for those who do not see it."""
    text, (points, _) = TEXT[lang], path_points(one)
    first, last = points[0], points[-1]

    def said(point: PathPoint) -> str:
        chances = "–" if point.probability is None else chance(point.probability, "", lang)
        year = number(point.median, lang, kpi.decimals)
        return text["record.at"].format(day=day_of(point.day, lang), year=year, chance=chances)

    verdict = _verdict(one, lang)[1]
    return text["record.drawn"].format(
        kpi=name_of(kpi, lang),
        first=said(first),
        last=said(last),
        came=_came(one, kpi, lang) + (f", {verdict}" if verdict else ""),
    )


def _by_group(
    scores: Sequence[SettledScore], lang: Lang
) -> tuple[tuple[str, tuple[ScoreRow, ...]], ...]:
    """The rows of each way to group them, by its title."""
    rows = {by: tuple(_score(row, lang) for row in scores if row.by == by) for by in _GROUPS}
    text = TEXT[lang]
    titles: Mapping[By, str] = {
        "all": text["record.all"],
        "months_known": text["record.by_months"],
        "kind": text["record.by_kind"],
        "office": text["record.by_office"],
    }
    return tuple((titles[by], found) for by, found in rows.items() if found)


def _group(row: SettledScore | EstimateScore, lang: Lang) -> str:
    """A group by name."""
    text = TEXT[lang]
    if row.by == "all":
        return text["record.all"]
    if row.by == "months_known":
        return text.count("models.after", int(row.group))
    return text[f"newplan.kind.{row.group}"] if row.by == "kind" else row.group


def _score(row: SettledScore, lang: Lang) -> ScoreRow:
    return ScoreRow(
        name=_group(row, lang),
        probabilities=number(row.probabilities, lang),
        brier=number(row.brier, lang, 3),
        of_share=number(row.brier_of_share, lang, 3),
        said=_per_cent(row.mean_probability, lang, 0),
        met=_per_cent(row.share_met, lang, 0),
        forecasts=number(row.forecasts, lang),
        error=_per_cent(row.annual_error, lang),
        crps=_per_cent(row.crps, lang),
        coverage_80=_per_cent(row.coverage_80, lang, 0),
        coverage_95=_per_cent(row.coverage_95, lang, 0),
    )


def _band(row: ReliabilityBand, lang: Lang) -> BandRow:
    return BandRow(
        band=f"{_per_cent(row.low, lang, 0)} – {_per_cent(row.high, lang, 0)}",
        n=number(row.n, lang),
        said=_per_cent(row.mean_probability, lang, 0),
        met=_per_cent(row.share_met, lang, 0),
    )


def _estimate(row: EstimateScore, lang: Lang) -> EstimateRow:
    return EstimateRow(
        name=_group(row, lang),
        n=number(row.n, lang),
        error=_per_cent(row.error, lang),
        bias=signed_percent(100 * row.bias, lang),
        right=_per_cent(row.right, lang, 0),
        forecast=_per_cent(row.forecast_error, lang),
    )


def _settled(one: SettledKpi, plan: Plan, lang: Lang) -> SettledRow:
    kpi = plan.kpi(one.kpi)
    code, words = _verdict(one, lang)
    last = _leading(one.given[-1]) if one.given else None
    return SettledRow(
        plan=one.plan,
        kpi=one.kpi,
        name=name_of(kpi, lang),
        year=str(one.year),
        came=_came(one, kpi, lang),
        final=_final(one, kpi, lang),
        probability=chance(last.probability, "", lang) if last else "–",
        verdict=code,
        met=words,
    )


def _leading(given: Given) -> Judged | None:
    """The assigned target of the year, else the first that is settled."""
    year = [one for one in given.targets if (one.level, one.period) == ("assigned", "year")]
    return next(iter((*year, *given.targets)), None)


def _verdict(one: SettledKpi, lang: Lang) -> tuple[str, str]:
    """Whether the target of the last month was met, on both outcomes: status and words."""
    last = next((found for given in reversed(one.given) if (found := _leading(given))), None)
    if last is None:
        return "", ""
    text = TEXT[lang]
    code = "achieved" if last.met else "missed"
    words = text["record.met"] if last.met else text["record.missed"]
    if last.met_final is not None and last.met_final != last.met:
        words += text["record.met_since"] if last.met_final else text["record.missed_since"]
    return code, words


def _came(one: SettledKpi, kpi: Kpi, lang: Lang) -> str:
    if one.came is None:
        return "–"
    return amount(one.came.first.value, one.unit, lang, kpi.decimals)


def _final(one: SettledKpi, kpi: Kpi, lang: Lang) -> str:
    if one.came is None or one.came.final is None:
        return "–"
    return amount(one.came.final.value, one.unit, lang, kpi.decimals)


def _month(given: Given, one: SettledKpi, kpi: Kpi, lang: Lang) -> PathRow:
    text = TEXT[lang]
    estimate = next(
        (
            made
            for made in one.estimates
            if (made.month.year, made.month.month) == (given.as_of.year, given.as_of.month)
        ),
        None,
    )
    year, bands = given.median, given.quantiles
    written = [number(band, lang, kpi.decimals) for band in bands or ()]
    return PathRow(
        month=day_of(given.as_of, lang),
        known=str(given.months_known),
        bounds=tuple(
            f"{bounds(target, lang, kpi.decimals)}{_part_of_year(target, lang)}"
            for target in given.targets
        ),
        probability=tuple(chance(target.probability, "", lang) for target in given.targets),
        median=number(year, lang, kpi.decimals),
        interval=f"{written[1]} – {written[3]}" if written else "–",
        estimate=number(estimate.value if estimate else None, lang, kpi.decimals),
        origin=text["record.live"] if given.origin == "live" else text["record.backtest"],
        stamp=given.stamp,
    )


def _part_of_year(target: Judged, lang: Lang) -> str:
    return "" if target.period == "year" else f" ({period_name(target.period, lang)})"


def _per_cent(fraction: float | None, lang: Lang, decimals: int = 1) -> str:
    return "–" if fraction is None else percent(100 * fraction, lang, decimals)
