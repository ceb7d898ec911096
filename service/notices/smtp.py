"""Notices by mail, over the SMTP server of the settings."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from data.settings import Settings
from models.errors import InputError
from service.auth.loopback import is_loopback

TIMEOUT = 15.0  # seconds for a step


def send(settings: Settings, message: EmailMessage) -> None:
    """Hand a message to the server, whose certificate is checked.

    Raises
    ------
    InputError
        If the server is away, is not whom it says it is, or refuses the login.
    OSError
        If it refuses the sender or the receiver.
    """
    server_name = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with _connected(settings) as server:
            _log_in(settings, server)
            server.send_message(message)
    except ssl.SSLCertVerificationError as error:
        raise InputError(
            "mail server {server}: expected a certificate for this name that a known authority "
            "signed, found another ({reason}). Name the server in VEDICH_SMTP_HOST as its "
            "certificate does; of an authority of your own give the certificate in "
            "VEDICH_SMTP_CA.",
            server=server_name,
            reason=error.verify_message,
        ) from error
    except ssl.SSLError as error:
        raise InputError(
            "mail server {server}: expected TLS from the first byte, found that it speaks "
            "otherwise ({reason}). Set VEDICH_SMTP_TLS to starttls, or another port.",
            server=server_name,
            reason=error.reason or "no TLS",
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise InputError(
            "mail server {server}: expected to log in as VEDICH_SMTP_USER says, found that it "
            "was refused (code {code}). Check VEDICH_SMTP_USER and VEDICH_SMTP_PASSWORD.",
            server=server_name,
            code=error.smtp_code,
        ) from error
    except smtplib.SMTPServerDisconnected as error:
        raise _away(server_name, "the connection ended") from error
    except smtplib.SMTPException:
        raise
    except OSError as error:
        raise _away(server_name, error.strerror or str(error)) from error


def _connected(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host or "", settings.smtp_port
    if settings.smtp_tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=_trusted(settings))
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    if settings.smtp_tls == "starttls":
        try:
            server.starttls(context=_trusted(settings))
        except smtplib.SMTPNotSupportedError as error:
            server.close()
            raise InputError(
                "mail server {server}: expected STARTTLS, found that it is not offered. Set "
                "VEDICH_SMTP_TLS to tls, with its port (465 as a rule).",
                server=f"{host}:{port}",
            ) from error
        except BaseException:
            server.close()
            raise
    return server


def _log_in(settings: Settings, server: smtplib.SMTP) -> None:
    if not settings.smtp_user:
        return
    host = settings.smtp_host or ""
    if settings.smtp_tls == "off" and not is_loopback(host):
        raise InputError(
            "VEDICH_SMTP_TLS: expected starttls or tls for a login at {server}, found off, which "
            "would send the password readable for all on the way.",
            server=host,
        )
    if not f"{settings.smtp_user}{settings.smtp_password or ''}".isascii():
        raise InputError(
            "VEDICH_SMTP_USER and VEDICH_SMTP_PASSWORD: expected letters without accents, found "
            "others, which mail servers read differently."
        )
    try:
        server.login(settings.smtp_user, settings.smtp_password or "")
    except smtplib.SMTPNotSupportedError as error:
        raise InputError(
            "mail server {server}: expected a way to log in, found that it offers none. Leave "
            "VEDICH_SMTP_USER empty, or choose another port.",
            server=f"{host}:{settings.smtp_port}",
        ) from error


def _trusted(settings: Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.smtp_ca)
    except OSError as error:
        raise InputError(
            "VEDICH_SMTP_CA: expected a file of certificates (PEM), found {reason}.",
            reason=error.strerror or "none in it",
        ) from error


def _away(server: str, reason: str) -> InputError:
    return InputError(
        "mail server {server}: expected an answer, found {reason}. Check VEDICH_SMTP_HOST and "
        "VEDICH_SMTP_PORT, and whether the server runs.",
        server=server,
        reason=reason,
    )
