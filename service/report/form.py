"""The fixed texts of an official document (Decree 30/2020)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from service.report.document import Report
from service.texts import TEXT


@dataclass(frozen=True)
class FormTexts:
    """National heading, number, place and date, signature block and recipients."""

    addressed: str
    state: str
    motto: str
    parent: str
    organ: str
    number: str
    date: str
    signer_title: str
    signer_name: str
    recipients: str
    filed: str


def form_texts(report: Report) -> FormTexts:
    """The fixed texts, filled in from the report's letterhead."""
    text, head = TEXT[report.lang], report.letterhead
    return FormTexts(
        addressed=_addressed(report),
        state=text["form.state"],
        motto=text["form.motto"],
        parent=head.parent.upper(),
        organ=head.organ.upper(),
        number=text["form.number"].format(symbol=head.symbol),
        date=text["form.date"].format(place=head.place, year=report.year),
        signer_title=head.signer_title.upper(),
        signer_name=head.signer_name,
        recipients=text["form.recipients"],
        filed=text["form.filed"].format(filed=head.filed),
    )


def recipients_of(report: Report) -> tuple[str, ...]:
    """The list *Nơi nhận*: 'Như trên' where the report is addressed to somebody."""
    head = report.letterhead
    above = (TEXT[report.lang]["form.as_above"],) if head.addressees else ()
    return (*above, *head.recipients)


def _addressed(report: Report) -> str:
    """'Kính gửi: UBND tỉnh; Bộ Công Thương.'; '' if it is addressed to nobody."""
    names = "; ".join(report.letterhead.addressees)
    return TEXT[report.lang]["form.addressed"].format(names=names) if names else ""


def placeholders(of: str) -> FormTexts:
    """A template's placeholder for each text: `{{ of.organ }}`."""
    return FormTexts(**{field.name: f"{{{{ {of}.{field.name} }}}}" for field in fields(FormTexts)})
