"""Entering official estimates: what contradicts a value, and who must confirm it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from data.plans.plan import Plan
from data.sign_off.rules import SignOff
from data.sign_off.signing import Entry, enter_estimates, refuse_unfit
from models.errors import NeedsConfirmation, NoBundle, NoObservations, UnreadableBundle
from models.series import Month
from service.projections.basis import as_of_date
from service.projections.shape import Sentence
from service.projections.view import ProjectionView
from service.state.app_state import AppState
from service.texts import DOUBT, LANGUAGES, Lang, month_name, round_half_up, writer
from service.typed_numbers import places_of, written


def doubts_of(one: ProjectionView, value: float) -> tuple[Sentence, ...]:
    """What speaks against an estimate for the year, in both languages; empty if nothing does.

    'below_actual': the year to date is more already, and a further month never lowers it.
    'outside': it lies outside the 95 % interval of the projected year.
    """
    found = []
    cutoff, known, year = one.cutoff, one.actual_to_date, one.projected
    places = places_of(value)  # a rounded figure is compared with rounded ones
    if (
        one.traits.only_grows
        and known is not None
        and cutoff is not None
        and value < float(round_half_up(known, places))
    ):
        found.append(
            _sentence(
                "below_actual",
                lambda lang: {
                    "value": written(value, lang, one.unit),
                    "actual": written(float(round_half_up(known, max(places, 1))), lang, one.unit),
                    "month": month_name(cutoff, lang),
                },
            )
        )
    if year is not None:
        low, high = (
            float(round_half_up(end, places)) for end in (year.quantiles.q025, year.quantiles.q975)
        )
        if not low <= value <= high:
            found.append(
                _sentence(
                    "outside",
                    lambda lang: {
                        "value": written(value, lang, one.unit),
                        "low": writer(year, places, lang)(year.quantiles.q025),
                        "high": writer(year, places, lang)(year.quantiles.q975),
                    },
                )
            )
    return tuple(found)


def _sentence(code: str, values: Callable[[Lang], dict[str, str]]) -> Sentence:
    vi, en = (DOUBT[lang][code].format(**values(lang)) for lang in LANGUAGES)
    return Sentence(code=code, vi=vi, en=en)


def estimate_doubts(
    app_state: AppState, plan: str, month: Month, kpi: str, value: float
) -> tuple[Sentence, ...]:
    """`doubts_of` an estimate in the month it belongs to; empty without a projection there."""
    with suppress(NoBundle, NoObservations, UnreadableBundle):
        return doubts_of(app_state.issued(plan, kpi, as_of_date(str(month))).view, value)
    return ()


def enter(
    app_state: AppState,
    plan: Plan,
    month: Month,
    kpi: str,
    given: tuple[float, str, str],
    by: str,
    *,
    confirm: bool,
) -> SignOff:
    """Enter an official estimate as a draft.

    Parameters
    ----------
    given : value, unit and reason
    confirm : whether whoever enters it knows what speaks against it

    Raises
    ------
    NeedsConfirmation
        If something speaks against it and it was not confirmed.
    UnknownKpi, InvalidEstimate
        As `data.sign_off.signing.enter_estimate`.
    """
    entry = Entry(kpi, *given)
    return enter_all(app_state, plan, month, [entry], by, frozenset([kpi] if confirm else ()))


def enter_all(
    app_state: AppState,
    plan: Plan,
    month: Month,
    entries: Sequence[Entry],
    by: str,
    confirmed: Collection[str],
) -> SignOff:
    """Enter official estimates of a month as drafts, all or none.

    Parameters
    ----------
    confirmed : KPIs of which whoever enters them knows what speaks against their estimate

    Raises
    ------
    NeedsConfirmation
        If something speaks against one that is not confirmed.
    UnknownKpi, InvalidEstimate
        As `data.sign_off.signing.enter_estimates`.
    """
    for one in entries:
        refuse_unfit(plan, month, one.kpi, one.value, one.unit, one.reason)
        if one.kpi in confirmed:
            continue
        doubts = estimate_doubts(app_state, plan.slug, month, one.kpi, one.value)
        if doubts:
            raise NeedsConfirmation(
                "'{kpi}' in {month}: {doubts} If it is right, send it again with confirm.",
                kpi=one.kpi,
                month=str(month),
                doubts={
                    "vi": " ".join(doubt.vi for doubt in doubts),
                    "en": " ".join(doubt.en for doubt in doubts),
                },
            )
    return enter_estimates(app_state.store, plan, month, entries, by)
