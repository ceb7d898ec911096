"""Headers that every answer carries, unless it sets its own: what a browser may do with it."""

from __future__ import annotations

from collections.abc import Mapping

POLICY = "Content-Security-Policy"

# An answer that is no page of ours loads nothing and cannot be framed. Pictures and reports
# opened by themselves bring their styles along.
HEADERS: Mapping[str, str] = {
    POLICY: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
