"""Notices by mail, over the SMTP server of the settings."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from data.settings import Settings

TIMEOUT = 15.0  # seconds for a step


def send(settings: Settings, message: EmailMessage) -> None:
    """Hand a message to the server.

    Raises
    ------
    OSError
        If the server is away, or refuses the login, the sender or the receiver.
    """
    assert settings.smtp_host is not None
    secure = ssl.create_default_context()
    if settings.smtp_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=TIMEOUT, context=secure
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=secure)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password or "")
        server.send_message(message)
