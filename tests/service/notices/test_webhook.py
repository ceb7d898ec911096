"""The webhook: signed, to the address that was looked at, no redirect, no waiting for ever."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from models.errors import InputError
from service.notices import webhook as module
from service.notices.webhook import Webhook, signature

SECRET = "a secret of sixteen and more"


class Hook(BaseHTTPRequestHandler):
    """Keeps what it gets; answers as its path says."""

    got: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        if self.path == "/slow":
            time.sleep(3)
        if self.path == "/drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(30):
                time.sleep(0.1)
                self.wfile.write(b"X-More: 1\r\n")
        moved = self.path == "/moved"
        self.send_response(302 if moved else 500 if self.path == "/broken" else 204)
        if moved:
            self.send_header("Location", "/inside")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.got = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def to(hook: Any, path: str = "/hook") -> Webhook:
    return Webhook(f"http://127.0.0.1:{hook.server_port}{path}", SECRET, private=True)


def test_it_is_signed_and_numbered(hook: Any) -> None:
    to(hook, "/hook?office=1").send(7, b'{"a":1}', now=1_600_000_000)
    ((path, headers, body),) = hook.got
    assert (path, body, headers["Vedich-Notice"]) == ("/hook?office=1", b'{"a":1}', "7")
    expected = hmac.new(SECRET.encode(), b'1600000000.{"a":1}', hashlib.sha256).hexdigest()
    assert headers["Vedich-Signature"] == f"t=1600000000,v1={expected}"
    assert signature("another secret than that", body, 1_600_000_000)[-64:] != expected


def test_no_redirect_is_followed(hook: Any) -> None:
    with pytest.raises(OSError, match="answered with 302"):
        to(hook, "/moved").send(1, b"{}")
    assert [path for path, *_ in hook.got] == ["/moved"]


def test_an_error_of_the_receiver_is_a_failure(hook: Any) -> None:
    with pytest.raises(OSError, match="answered with 500"):
        to(hook, "/broken").send(1, b"{}")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "0.0.0.0"]
)
def test_a_private_address_is_refused_unless_allowed(hook: Any, host: str) -> None:
    with pytest.raises(OSError, match="private address"):
        Webhook(f"http://{host}:{hook.server_port}/", SECRET).send(1, b"{}")
    assert hook.got == []


def test_a_mapped_private_address_is_refused(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up(*_: Any, **__: Any) -> list[Any]:
        return [(10, 1, 6, "", ("::ffff:127.0.0.1", hook.server_port, 0, 0))]

    monkeypatch.setattr("socket.getaddrinfo", looked_up)
    with pytest.raises(OSError, match="private address"):
        Webhook("http://office.vn/", SECRET).send(1, b"{}")


def test_nobody_is_waited_for_long(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.3)
    begun = time.monotonic()
    with pytest.raises(OSError, match="timed out"):
        to(hook, "/slow").send(1, b"{}")
    assert time.monotonic() - begun < 2.5


def test_nor_is_one_who_sends_a_little_now_and_then(
    hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", 0.5)
    begun = time.monotonic()
    with pytest.raises(OSError):  # noqa: PT011  the connection is shut in the middle
        to(hook, "/drip").send(1, b"{}")
    assert time.monotonic() - begun < 2.5


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("ftp://office.vn/", SECRET),
        ("https://", SECRET),
        ("https://name:password@office.vn/", SECRET),
        ("https://office.vn/", "short"),
    ],
)
def test_settings_that_cannot_be_are_refused(url: str, secret: str) -> None:
    with pytest.raises(InputError):
        Webhook(url, secret)
