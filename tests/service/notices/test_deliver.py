"""Delivery to a real mail server, a real receiver and a folder: each notice once to each."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from data.db.store import Store
from data.notices.rows import Notice, add_notices
from data.notices.rules import NoticeRules, Recipient, save_rules
from data.plans.rows import save_plan
from data.settings import Settings
from service.notices.deliver import KEPT, deliver
from tests.families import demo_plan
from tests.homes import Run

PLAN, STAMP = "demo-2018", "A" * 12
NOW = datetime(2018, 7, 1, tzinfo=UTC)
NOTICES = (
    Notice(
        "status", "a", "Than đá: từ “có nguy cơ” thành “khó đạt”.", "Coal fell.", "coal", STAMP
    ),
    Notice("missing", "b", "Chưa có số liệu tháng 7.", "July is missing."),
)


class Office:
    """A mail server's handler: keeps what arrives; refuses while told to."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], Any]] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 come again"
        read = message_from_bytes(envelope.content, policy=policy.default)
        self.got.append((envelope.rcpt_tos, read))
        return "250 OK"


@pytest.fixture
def store(this_run: Run, tmp_path: Path) -> Iterator[Store]:
    found = this_run.new_store(tmp_path / "home")
    save_plan(found, demo_plan())
    add_notices(found, "demo", PLAN, NOTICES, NOW)
    yield found
    found.close()


@pytest.fixture
def office() -> Iterator[tuple[Office, int]]:
    handler = Office()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def settings(tmp_path: Path, **more: Any) -> Settings:
    return Settings(home=tmp_path / "home", **more)


def by_mail(tmp_path: Path, port: int) -> Settings:
    return settings(
        tmp_path,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls="off",
        smtp_from="vedich@so.vn",
    )


def test_mail_goes_once_to_each_in_their_language(
    store: Store, tmp_path: Path, office: tuple[Office, int]
) -> None:
    handler, port = office
    to = (Recipient("ke.hoach@so.vn"), Recipient("director@so.vn", "en"))
    save_rules(store, PLAN, NoticeRules(mail=to), "head")
    done = deliver(store, by_mail(tmp_path, port), NOW)
    assert (done.sent, done.failed) == (4, ())
    assert deliver(store, by_mail(tmp_path, port), NOW + timedelta(days=1)).sent == 0
    mails = {to[0]: read for to, read in handler.got}
    assert mails.keys() == {"ke.hoach@so.vn", "director@so.vn"}
    vietnamese = mails["ke.hoach@so.vn"]
    assert vietnamese["Subject"] == "Kế hoạch thử: 2 thông báo"
    body = vietnamese.get_content()
    assert NOTICES[0].vi in body
    assert f"(Mã tra cứu: {STAMP})" in body
    assert NOTICES[1].vi in body
    english = mails["director@so.vn"]
    assert english["Subject"] == "Trial plan: 2 notices"
    assert NOTICES[1].en in english.get_content()
    assert english["Message-ID"] == vietnamese["Message-ID"]  # the same notices


def test_a_server_that_refuses_is_asked_again_later(
    store: Store, tmp_path: Path, office: tuple[Office, int]
) -> None:
    handler, port = office
    save_rules(store, PLAN, NoticeRules(mail=(Recipient("ke.hoach@so.vn"),)), "head")
    handler.refuses = True
    done = deliver(store, by_mail(tmp_path, port), NOW)
    assert done.sent == 0
    (failed,) = done.failed
    assert "451" in failed
    handler.refuses = False
    assert deliver(store, by_mail(tmp_path, port), NOW + timedelta(seconds=30)).sent == 0
    assert deliver(store, by_mail(tmp_path, port), NOW + timedelta(minutes=2)).sent == 2
    assert len(handler.got) == 1


def test_a_server_that_is_away_fails_and_loses_nothing(store: Store, tmp_path: Path) -> None:
    save_rules(store, PLAN, NoticeRules(mail=(Recipient("ke.hoach@so.vn"),)), "head")
    done = deliver(store, by_mail(tmp_path, 9), NOW)
    assert (done.sent, len(done.failed)) == (0, 1)


def test_files_are_dropped_once_and_whole(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert deliver(store, settings(tmp_path, notices=folder), NOW).sent == 2
    first, second = sorted(folder.iterdir())
    read = json.loads(first.read_text(encoding="utf-8"))
    assert (read["rule"], read["stamp"], read["text"]["en"]) == ("status", STAMP, "Coal fell.")
    second.unlink()
    assert deliver(store, settings(tmp_path, notices=folder), NOW).sent == 0
    assert list(folder.iterdir()) == [first]


def test_what_is_old_is_sent_to_nobody(store: Store, tmp_path: Path) -> None:
    late = NOW + KEPT + timedelta(seconds=1)
    assert deliver(store, settings(tmp_path, notices=tmp_path / "out"), late).sent == 0


def test_a_receiver_gets_each_notice_signed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int, bytes]] = []
    monkeypatch.setattr(
        "service.notices.webhook.Webhook.send",
        lambda hook, number, body: sent.append((hook.url, number, body)),
    )
    asked = settings(
        tmp_path, webhook_url="https://office.vn/hook", webhook_secret="sixteen letters!"
    )
    assert deliver(store, asked, NOW).sent == 2
    assert [json.loads(body)["id"] for _, _, body in sent] == [number for _, number, _ in sent]
    assert deliver(store, asked, NOW).sent == 0


def test_a_webhook_that_cannot_be_stops_no_other_channel(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    asked = settings(tmp_path, webhook_url="https://office.vn/", notices=folder)  # no secret
    done = deliver(store, asked, NOW)
    assert done.sent == 2
    assert len(list(folder.iterdir())) == 2
    assert all("at least 16 characters" in one for one in done.failed)
