"""Whether MLflow can be reached, and what is said where it cannot; without importing it."""

from __future__ import annotations

import urllib.error
import urllib.request

from models.errors import TrackingUnavailable

TIMEOUT = 20.0  # seconds; the setting VEDICH_MLFLOW_TIMEOUT
PING = 5.0  # seconds in which a server must say that it is there
_FULL = ("no space left", "disk is full", "disk quota")  # in what systems and databases say


def ping(uri: str, timeout: float = TIMEOUT) -> None:
    """Ask a server whether it is there; nothing is asked of a database.

    Raises
    ------
    TrackingUnavailable
        If it does not answer within `timeout` seconds, or `PING`.
    """
    if not uri.startswith(("http://", "https://")):
        return
    within = min(PING, timeout)
    try:
        with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=within):
            pass
    except urllib.error.HTTPError:
        pass  # it answers; the first call checks access
    except (OSError, ValueError) as error:
        raise unavailable(uri, error, within) from error


def unavailable(uri: str, error: Exception, timeout: float) -> TrackingUnavailable:
    """What an error of MLflow, its database or the system means, and what to do."""
    place, said = without_password(uri), str(error).lower()
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    if "timed out" in said:
        reason = f"no answer within {timeout:g} seconds"
    elif "connection refused" in said:
        reason = "connection refused"
    if any(word in said for word in _FULL):
        return TrackingUnavailable(
            "the disk of MLflow at {place} is full ({reason}). Make room, then run it again.",
            place=place,
            reason=reason,
        )
    return TrackingUnavailable(
        "expected MLflow at {place}, found: {reason}. Start it and run it again, or set "
        "MLFLOW_TRACKING_URI to where it is (unset: a local database under VEDICH_HOME).",
        place=place,
        reason=reason,
    )


def without_password(uri: str) -> str:
    """An address that may be shown."""
    scheme, separator, rest = uri.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else uri
