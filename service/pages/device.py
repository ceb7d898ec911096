"""What the pages of signing in say: how long to wait, and a device to set up."""

from __future__ import annotations

from dataclasses import dataclass

from data.accounts.second_factor import provisioning_uri
from service.texts import TEXT, Lang

_MINUTE = 60


@dataclass(frozen=True)
class Device:
    """A device to be set up: the secret as a picture (QR code, a data URI) and to be typed."""

    picture: str
    secret: str


def device_of(name: str, secret: str) -> Device:
    """The device of an account, as its page shows it."""
    import segno

    drawn = segno.make(provisioning_uri(name, secret), error="m")
    groups = (secret[place : place + 4] for place in range(0, len(secret), 4))
    return Device(drawn.svg_data_uri(scale=5, border=4, light="white"), " ".join(groups))


def wait_text(seconds: int, lang: Lang) -> str:
    """A wait in words: seconds up to two minutes, then minutes."""
    if seconds <= 2 * _MINUTE:
        return TEXT[lang].count("wait.seconds", seconds)
    return TEXT[lang].count("wait.minutes", -(-seconds // _MINUTE))
