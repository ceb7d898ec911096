"""Sends notices over the channels that are set up: each to each address once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.db.store import Store
from data.notices.deliveries import Channel, claim, settle
from data.notices.rows import Told, newest_notices
from data.notices.rules import Recipient, rules_of
from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.settings import Settings
from models.errors import InputError
from service.notices.smtp import send
from service.notices.webhook import Webhook
from service.notices.written import mail, shape_of
from service.projections.shape import encode, indented

KEPT = timedelta(days=14)  # an older notice is sent to nobody any more


@dataclass(frozen=True)
class Delivered:
    """How many notices were sent, and what went wrong."""

    sent: int
    failed: tuple[str, ...]


def deliver(store: Store, settings: Settings, now: datetime | None = None) -> Delivered:
    """Send what was not sent yet; what fails is tried again by a later call.

    A notice is claimed before it is sent, so that any number of processes may call this.
    """
    moment = now or datetime.now(UTC)
    told = newest_notices(store, moment - KEPT)
    sent, failed = 0, list[str]()
    for channel, address, ones, hand_over in _wanted(store, settings, told):
        claimed = [
            (one, found)
            for one in ones
            if (found := claim(store, one.id, channel, address, moment)) is not None
        ]
        if not claimed:
            continue
        error = _tried(hand_over, [one for one, _ in claimed])
        for _, each in claimed:
            settle(store, each, moment, error)
        if error:
            failed.append(f"{channel} {address}: {error}")
        else:
            sent += len(claimed)
    return Delivered(sent, tuple(failed))


HandOver = Callable[[Sequence[Told]], None]


def _wanted(
    store: Store, settings: Settings, told: Sequence[Told]
) -> Iterator[tuple[Channel, str, Sequence[Told], HandOver]]:
    """What is to go where: mail by plan, everything else one by one."""
    by_plan: dict[str, list[Told]] = {}
    for one in told:
        by_plan.setdefault(one.plan, []).append(one)
    sender = settings.smtp_from if settings.smtp_host else None
    for slug, ones in by_plan.items() if sender else ():
        assert sender is not None
        plan = load_plan(store, slug)
        for to in rules_of(store, slug).mail:
            yield "mail", to.address, ones, _mailed(settings, plan, sender, to)
    for one in told:
        if settings.webhook_url:
            yield "webhook", settings.webhook_url, (one,), _hooked(settings, settings.webhook_url)
        if settings.notices is not None:
            yield "drop", str(settings.notices), (one,), _dropped(settings.notices)


def _mailed(settings: Settings, plan: Plan, sender: str, to: Recipient) -> HandOver:
    def hand_over(told: Sequence[Told]) -> None:
        send(settings, mail(plan, told, sender, to.address, to.lang))

    return hand_over


def _hooked(settings: Settings, url: str) -> HandOver:
    def hand_over(told: Sequence[Told]) -> None:
        hook = Webhook(url, settings.webhook_secret or "", settings.webhook_private)
        for one in told:
            hook.send(one.id, encode(shape_of(one)))

    return hand_over


def _dropped(folder: Path) -> HandOver:
    def hand_over(told: Sequence[Told]) -> None:
        for one in told:
            drop(folder, one)

    return hand_over


def drop(folder: Path, told: Told) -> Path:
    """Write a notice as a JSON file of its own; a reader never sees half of one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{told.id:08d}-{told.plan}-{told.notice.rule}.json"
    handle, name = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(indented(shape_of(told)) + "\n")
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return file


def _tried(hand_over: HandOver, told: Sequence[Told]) -> str:
    """What went wrong; '' if nothing."""
    try:
        hand_over(told)
    except (OSError, InputError) as error:  # smtplib's errors are of the former kind
        return str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
    return ""
