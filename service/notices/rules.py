"""What there is to tell of a plan, by its rules; told once, however often it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from data.accounts.accounts import Access
from data.accounts.bodies import HOUSE
from data.ingestion.publication import usual_day
from data.ledger.projections import LedgerEntry, ledger_of
from data.notices.rows import Notice, add_notices
from data.notices.rules import NoticeRules, rules_of
from data.notices.standing import keep_standing
from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.vintages.rows import vintages_of
from models.errors import VedichError
from models.series import Month
from models.targets.target import LOST, RISK, SAFE, Status
from service.analysis.change_sentences import brief
from service.analysis.changes import change_between
from service.notices.watch import watched
from service.projections.replay import entry_of
from service.projections.shape import Name, in_both
from service.projections.view import ProjectionView
from service.shapes.sign_off import Action
from service.state.app_state import AppState
from service.texts import STATUS, TEXT, Lang, chance, day_of, month_name, name_of
from service.workflow.waiting import waiting_of

LATE = timedelta(days=62)  # after its usual day a month is no news any more
NAMED = 20  # sentences that a digest repeats


ByMonth = Mapping[Month, Mapping[str, ProjectionView]]  # oldest month first; by KPI


@dataclass(frozen=True)
class _Anybody:
    """Whoever reads; what waits is the same for all."""

    name: str = ""
    role: Access = "viewer"
    body: str | None = HOUSE


def tell(
    app_state: AppState, plan: str, today: date, found: Iterable[Notice] = (), *, ran: bool = False
) -> int:
    """Write what is new to tell of a plan; return how many notices.

    Parameters
    ----------
    today : decides whether a month is late
    found : notices that somebody else found, such as files that were refused
    ran : a monthly run ended; then the month's digest is due
    """
    document = load_plan(app_state.store, plan)
    rules = rules_of(app_state.store, plan)
    given = given_by_month(app_state, plan)
    moves = tuple(_moves(app_state, document, rules, given))
    standing = _standing(app_state, document)
    keep_standing(app_state.store, plan, standing)
    every = [
        *moves,
        *_missing(app_state, document, today),
        *_waiting(app_state, document),
        *standing,
        *found,
    ]
    if ran:
        every += _digest(document, moves, given)
    wanted = [one for one in every if rules.on(one.rule)]
    return add_notices(app_state.store, document.family, plan, wanted)


def given_by_month(app_state: AppState, plan: str) -> ByMonth:
    """What was given out last for the two newest months of a plan."""
    found: dict[Month, dict[str, tuple[date, LedgerEntry]]] = {}
    for one in ledger_of(app_state.store, plan):
        view = one.payload["projection"]
        day = date.fromisoformat(view["as_of"])
        known = found.setdefault(Month(day.year, day.month), {})
        if view["kpi"] not in known or known[view["kpi"]][0] <= day:
            known[view["kpi"]] = (day, one)
    return {
        month: {kpi: entry_of(one.payload).projection for kpi, (_, one) in found[month].items()}
        for month in sorted(found)[-2:]
    }


def _moves(
    app_state: AppState, plan: Plan, rules: NoticeRules, given: ByMonth
) -> Iterator[Notice]:
    """Changed statuses and moved probabilities between the last two months given out."""
    if len(given) < 2:
        return
    before, after = list(given.values())[-2:]
    for kpi, view in after.items():
        old = before.get(kpi)
        if old is None or old.probability is None or view.probability is None:
            continue
        moved = abs(view.probability - old.probability)
        if view.status != old.status:
            yield Notice(
                "status",
                f"status {view.stamp}",
                **vars_of(in_both(_Move(app_state, plan, old, view).status)),
                kpi=kpi,
                stamp=view.stamp,
            )
        elif 100 * moved > rules.moved:
            yield Notice(
                "moved",
                f"moved {view.stamp}",
                **vars_of(in_both(_Move(app_state, plan, old, view).moved)),
                kpi=kpi,
                stamp=view.stamp,
            )


@dataclass(frozen=True)
class _Move:
    """A KPI's projection of one month and of the month after."""

    app_state: AppState
    plan: Plan
    old: ProjectionView
    new: ProjectionView

    def status(self, lang: Lang) -> str:
        """The sentence of a changed status."""
        text = TEXT[lang]["notice.status"]
        return self._with_why(
            text.format(
                kpi=name_of(self.plan.kpi(self.new.kpi), lang),
                before=STATUS[lang][self.old.status],
                status=STATUS[lang][self.new.status],
                new=chance(self.new.probability, self.new.status, lang),
            ),
            lang,
        )

    def moved(self, lang: Lang) -> str:
        """The sentence of a probability that moved."""
        text = TEXT[lang]["notice.moved"]
        name, new = name_of(self.plan.kpi(self.new.kpi), lang), self.new
        return self._with_why(
            text.format(kpi=name, new=chance(new.probability, new.status, lang)), lang
        )

    def _with_why(self, said: str, lang: Lang) -> str:
        before = chance(self.old.probability, self.old.status, lang)
        why = self._why(lang) or TEXT[lang]["notice.before"].format(old=before)
        return f"{said}, {why.rstrip('.')}."

    def _why(self, lang: Lang) -> str:
        """What moved it, in a sentence; '' where the change cannot be split."""
        days = self.old.as_of, self.new.as_of
        try:
            change = change_between(self.app_state, self.plan.slug, *days, self.new.kpi)
        except VedichError:
            return ""
        return brief(change, self.plan.kpi(self.new.kpi), self.new, lang)


def _missing(app_state: AppState, plan: Plan, today: date) -> Iterator[Notice]:
    """The next month of the plan's year, once its usual day is over."""
    panel = app_state.panel(plan.family)
    figures = [one for kpi in plan.kpis for one in panel.printed.get(kpi.slug, ())]
    known = max((one.month for one in figures), default=Month(plan.year, 1).plus(-1))
    month = known.plus(1)
    if month.year != plan.year:
        return
    usual = usual_day(month, figures)
    if not usual < today <= usual + LATE:
        return

    def said(lang: Lang) -> str:
        return TEXT[lang]["notice.missing"].format(
            month=month_name(month, lang), day=day_of(usual, lang)
        )

    yield Notice("missing", f"missing {month}", **vars_of(in_both(said)))


def _waiting(app_state: AppState, plan: Plan) -> Iterator[Notice]:
    """Estimates and months that wait for a signature, each step of a month together."""
    for waiting in waiting_of(app_state.store, plan, _Anybody()):
        month, itself = waiting.record.month, waiting.month_waits
        by_action: dict[Action, list[int]] = {}
        for one in waiting.estimates:
            if one.estimate is not None:
                by_action.setdefault(one.action, []).append(one.estimate.id)
        for action, ids in by_action.items():
            about = f"waiting {month} {action} {max(ids)}"
            said = in_both(partial(_estimates_wait, month, action, len(ids)))
            yield Notice("waiting", about, **vars_of(said))
        if itself is not None and waiting.record.steps and itself.action in ("approve", "issue"):
            about = f"waiting {month} {itself.action} {waiting.record.steps[-1].at.isoformat()}"
            said = in_both(partial(_month_waits, month, itself.action))
            yield Notice("waiting", about, **vars_of(said))


def _estimates_wait(month: Month, action: Action, count: int, lang: Lang) -> str:
    text = TEXT[lang]
    said: Mapping[Action, str] = {
        "correct": text.count("notice.to_correct", count),
        "check": text.count("desk.to_check", count),
        "approve": text.count("desk.to_approve", count),
        "issue": text.count("notice.to_issue", count),
    }
    return f"{month_name(month, lang)}: {said[action]}."


def _month_waits(month: Month, action: Action, lang: Lang) -> str:
    text = TEXT[lang]
    said = text["desk.month_to_issue"] if action == "issue" else text["desk.month_to_approve"]
    return said.format(month=month_name(month, lang)) + "."


def _standing(app_state: AppState, plan: Plan) -> tuple[Notice, ...]:
    """What looks wrong in the newest figures, and in the forecasts of them."""
    newest = max(vintages_of(app_state.store, plan.family), default=None)
    return watched(app_state, plan, newest) if newest is not None else ()


def _digest(plan: Plan, moves: tuple[Notice, ...], given: ByMonth) -> Iterator[Notice]:
    """The month in a few lines: how many targets stand where, and what changed."""
    if not given:
        return
    month, views = list(given.items())[-1]
    counted: Counter[Status] = Counter(
        view.status for view in views.values() if view.status != "no_target"
    )

    def said(lang: Lang) -> str:
        head = TEXT[lang]["notice.digest"].format(
            plan=name_of(plan, lang),
            month=month_name(month, lang),
            lost=sum(counted[status] for status in LOST),
            risk=sum(counted[status] for status in RISK),
            safe=sum(counted[status] for status in SAFE),
            all=counted.total(),
        )
        lines = [f"– {one.text(lang)}" for one in moves[:NAMED]]
        return "\n".join([head, *lines])

    yield Notice("digest", f"digest {month}", **vars_of(in_both(said)))


def vars_of(text: Name) -> dict[str, str]:
    """A text in both languages as a notice takes it."""
    return {"vi": text.vi, "en": text.en}
