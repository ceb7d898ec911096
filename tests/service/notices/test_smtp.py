"""Mail over a real server with STARTTLS, TLS and login; and what is said when it fails."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from data.settings import Settings
from models.errors import InputError
from service.notices.smtp import send
from service.wording import worded

USER, PASSWORD = "vedich@so.vn", "dung-mat-khau"
Serve = Callable[..., int]


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signed(
    folder: Path, name: str, signer: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None
) -> ec.EllipticCurvePrivateKey:
    """A certificate of an authority (without signer), or of a server at 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, issuer_key = signer or (_named(name), key)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return key


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server that it signed, and an authority that signed nothing."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = _signed(folder, "authority", None)
    _signed(folder, "server", (_named("authority"), authority))
    _signed(folder, "stranger", None)
    return folder


class Office:
    """Keeps whom mail came for."""

    def __init__(self) -> None:
        self.got: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got += envelope.rcpt_tos
        return "250 OK"


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    right = (given.login.decode(), given.password.decode()) == (USER, PASSWORD)
    return AuthResult(success=right, handled=False)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def serve(office: Office, certificates: Path) -> Iterator[Serve]:
    """Starts a server, with STARTTLS, TLS or neither; gives its port."""
    secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secure.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    with ExitStack() as stack:

        def start(tls: str, **given: Any) -> int:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = int(free.getsockname()[1])
            if tls == "starttls":
                given |= {"tls_context": secure, "require_starttls": True}
            elif tls == "tls":
                given |= {"ssl_context": secure}
            controller = Controller(office, **given, hostname="127.0.0.1", port=port)
            controller.start()
            stack.callback(controller.stop)
            return port

        yield start


# the server that logs in without STARTTLS says that it should not
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def with_login(**more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"authenticator": _knows, "auth_required": True}
    return {**found, **more}


def settings(port: int, tls: str, certificates: Path, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_tls": tls,
        "smtp_user": USER,
        "smtp_password": PASSWORD,
        "smtp_ca": certificates / "authority.pem",
        "smtp_from": USER,
    }
    return Settings(**{**given, **more})


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = USER, "ke.hoach@so.vn", "Tháng 6"
    message.set_content("Than đá: khó đạt.")
    return message


def refused(found: Settings) -> str:
    """What is said of a mail that cannot be sent; in Vietnamese too, never with the password."""
    with pytest.raises(InputError) as caught:
        send(found, mail())
    told = worded(caught.value, "vi")
    assert told != str(caught.value)
    assert PASSWORD not in told + str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_mail_is_sent_after_tls_and_login(
    serve: Serve, office: Office, certificates: Path, tls: str
) -> None:
    implicit = {"auth_require_tls": False} if tls == "tls" else {}  # its own TLS is not counted
    send(settings(serve(tls, **with_login(**implicit)), tls, certificates), mail())
    assert office.got == ["ke.hoach@so.vn"]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", ["stranger.pem", None])
def test_a_server_that_no_known_authority_vouches_for_gets_nothing(
    serve: Serve, office: Office, certificates: Path, tls: str, trusted: str | None
) -> None:
    ca = None if trusted is None else certificates / trusted
    found = settings(serve(tls), tls, certificates, smtp_ca=ca, smtp_user=None)
    said = refused(found)
    assert "expected a certificate for this name that a known authority signed" in said
    assert "VEDICH_SMTP_CA" in said
    assert office.got == []


def test_a_certificate_for_another_name_is_refused(
    serve: Serve, office: Office, certificates: Path
) -> None:
    found = settings(serve("tls"), "tls", certificates, smtp_host="localhost", smtp_user=None)
    assert "Hostname mismatch" in refused(found)
    assert office.got == []


def test_a_wrong_password_says_which_settings_to_check(
    serve: Serve, office: Office, certificates: Path
) -> None:
    port = serve("starttls", **with_login())
    said = refused(settings(port, "starttls", certificates, smtp_password="sai"))
    assert "was refused (code 535). Check VEDICH_SMTP_USER and VEDICH_SMTP_PASSWORD" in said
    assert office.got == []


def test_a_server_that_is_away(certificates: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for tls in ("off", "starttls", "tls"):
            said = refused(settings(port, tls, certificates))
            assert said.startswith(f"mail server 127.0.0.1:{port}: expected an answer, found ")


def test_a_server_of_another_kind(serve: Serve, certificates: Path) -> None:
    plain = serve("off")
    assert "expected STARTTLS, found that it is not offered" in refused(
        settings(plain, "starttls", certificates)
    )
    assert "expected TLS from the first byte" in refused(settings(plain, "tls", certificates))
    assert "expected a way to log in, found that it offers none" in refused(
        settings(plain, "off", certificates)
    )


def test_a_password_never_goes_over_the_network_readable(
    office: Office, certificates: Path, monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    port = serve("off", **with_login(auth_require_tls=False))
    monkeypatch.setattr("service.notices.smtp.is_loopback", lambda _host: False)
    assert "found off, which would send the password" in refused(
        settings(port, "off", certificates)
    )
    assert office.got == []


def test_a_password_with_accents_is_refused_before_it_is_sent(
    serve: Serve, certificates: Path
) -> None:
    port = serve("starttls", **with_login())
    said = refused(settings(port, "starttls", certificates, smtp_password="mật khẩu"))
    assert "expected letters without accents" in said


def test_an_authority_that_is_no_certificate(certificates: Path, serve: Serve) -> None:
    port = serve("tls")
    for file in ("server.key", "missing.pem"):
        found = settings(port, "tls", certificates, smtp_ca=certificates / file)
        assert refused(found).startswith("VEDICH_SMTP_CA: expected a file of certificates")
