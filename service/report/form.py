"""The words that a document's form asks for, whatever it is about (Decree 30/2020)."""

from __future__ import annotations

from service.report.document import Report
from service.texts import TEXT


def form_texts(report: Report) -> dict[str, str]:
    """National heading, number, place and date, signature block and recipients."""
    text, head = TEXT[report.lang], report.letterhead
    return {
        "state": text["form.state"],
        "motto": text["form.motto"],
        "parent": head.parent.upper(),
        "organ": head.organ.upper(),
        "number": text["form.number"].format(symbol=head.symbol),
        "date": text["form.date"].format(place=head.place, year=report.year),
        "signer_title": head.signer_title.upper(),
        "signer_name": head.signer_name,
        "recipients": text["form.recipients"],
        "filed": text["form.filed"].format(filed=head.filed),
    }
