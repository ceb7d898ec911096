"""Notices to a program: signed POST requests.

`Vedich-Signature: t=SECONDS,v1=HEX` with HMAC-SHA256 of "SECONDS.BODY" under the secret, so
that nobody else can write them and an old one cannot be sent again. The address is looked up
once and that address is connected to; it must be public, unless the setting allows private
ones; no redirect is followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from models.errors import InputError

TIMEOUT = 10.0  # seconds for a step of the connection
LONGEST = 20.0  # seconds for all of it
ANSWER = 65536  # bytes of an answer that are read at most


@dataclass(frozen=True)
class Webhook:
    """Where to, with which secret, and whether private addresses are allowed."""

    url: str
    secret: str
    private: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise InputError(
                "VEDICH_WEBHOOK_URL: expected an address such as https://office.vn/hook, "
                "found '{url}'.",
                url=self.url,
            )
        if len(self.secret) < 16:
            raise InputError("VEDICH_WEBHOOK_SECRET: expected at least 16 characters.")

    def send(self, number: int, body: bytes, now: float | None = None) -> None:
        """Send a notice.

        Parameters
        ----------
        number : of the notice; the receiver tells a second attempt by it
        body : JSON

        Raises
        ------
        OSError
            If it could not be sent, was redirected, or was not answered with 2xx.
        """
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._address(host, port)
        tls = ssl.create_default_context() if parts.scheme == "https" else None
        connection = _To(host, port, address, tls)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "vedich",
            "Vedich-Notice": str(number),
            "Vedich-Signature": signature(self.secret, body, int(now or time.time())),
        }
        ends = threading.Timer(LONGEST, connection.shut)
        ends.start()
        begun = time.monotonic()
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read(ANSWER)
        except http.client.HTTPException as error:
            raise OSError(f"no HTTP answer: {type(error).__name__}") from error
        finally:
            ends.cancel()
            connection.close()
        if time.monotonic() - begun >= LONGEST:
            raise TimeoutError(f"no whole answer within {LONGEST:g} seconds")
        if not 200 <= answer.status < 300:
            raise OSError(
                f"answered with {answer.status}; expected 2xx, redirects are not followed"
            )

    def _address(self, host: str, port: int) -> tuple[str, int]:
        """The address of the host, the one that is connected to."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, address in found:
            ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
            if not self.private and not _public(ip):
                raise OSError(f"{host} is at the private address {ip}, which is not allowed")
        return str(found[0][4][0]), int(found[0][4][1])


def signature(secret: str, body: bytes, moment: int) -> str:
    """The header `Vedich-Signature`.

    Examples
    --------
    >>> signature("a secret of 16 and more", b"{}", 1624924800)[:14]
    't=1624924800,v'
    """
    signed = f"{moment}.".encode() + body
    return f"t={moment},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def _public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not (mapped or ip).is_multicast


class _To(http.client.HTTPConnection):
    """A connection to a given address, whatever the name leads to by then."""

    def __init__(
        self, host: str, port: int, address: tuple[str, int], tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._at, self._tls = address, tls

    def connect(self) -> None:
        self.sock = socket.create_connection(self._at, TIMEOUT)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def shut(self) -> None:
        """End it, whatever it is doing."""
        if self.sock is not None:
            self.sock.shutdown(socket.SHUT_RDWR)
