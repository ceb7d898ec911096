"""A notice as it goes out: the shape for programs, the Atom feed, the text of a mail."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from xml.etree import ElementTree

from data.notices.rows import Told
from data.plans.plan import Plan
from service.notices.shapes import NoticeShape
from service.projections.shape import Name
from service.texts import TEXT, Lang, name_of

_ATOM = "http://www.w3.org/2005/Atom"


def shape_of(told: Told) -> NoticeShape:
    """A notice for programs."""
    return NoticeShape(
        id=told.id,
        plan=told.plan,
        rule=told.notice.rule,
        kpi=told.notice.kpi,
        stamp=told.notice.stamp,
        text=Name(vi=told.notice.vi, en=told.notice.en),
        at=told.at,
    )


def atom(plan: Plan, told: Sequence[Told], lang: Lang) -> bytes:
    """The notices of a plan as an Atom feed (RFC 4287), newest first."""
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed", {"xml:lang": lang})

    def add(parent: ElementTree.Element, name: str, text: str) -> None:
        ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text

    add(feed, "id", f"tag:vedich,2021:{plan.slug}/notices")
    add(feed, "title", f"{TEXT[lang]['page.section.notices']} – {name_of(plan, lang)}")
    add(feed, "updated", told[0].at.isoformat() if told else "1970-01-01T00:00:00+00:00")
    author = ElementTree.SubElement(feed, f"{{{_ATOM}}}author")
    add(author, "name", "Vedich")
    for one in told:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        add(entry, "id", f"tag:vedich,2021:{plan.slug}/notices/{one.id}")
        add(entry, "title", one.text(lang).partition("\n")[0])
        add(entry, "updated", one.at.isoformat())
        add(entry, "content", with_stamp(one, lang))
        ElementTree.SubElement(
            entry, f"{{{_ATOM}}}category", {"term": one.notice.rule, "label": rule_name(one, lang)}
        )
    found: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return found


def mail(plan: Plan, told: Sequence[Told], sender: str, to: str, lang: Lang) -> EmailMessage:
    """One mail with the notices of a plan; the same notices have the same number."""
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    name = " ".join(name_of(plan, lang).split())
    message["Subject"] = f"{name}: {TEXT[lang].count('desk.notices', len(told))}"
    first, last = told[0], told[-1]
    message["Date"] = format_datetime(last.at)
    domain = sender.rpartition("@")[2].strip("> ") or "vedich"
    message["Message-ID"] = f"<{plan.slug}.{first.id}-{last.id}.{len(told)}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = lang
    message.set_content("\n\n".join(with_stamp(one, lang) for one in told) + "\n")
    return message


def with_stamp(told: Told, lang: Lang) -> str:
    """A notice's sentence, with the code of its projection."""
    stamp = told.notice.stamp
    return told.text(lang) + (f" ({TEXT[lang]['stamp']}: {stamp})" if stamp else "")


def rule_name(told: Told, lang: Lang) -> str:
    """What kind of notice it is, in words."""
    return TEXT[lang][f"notice.rule.{told.notice.rule}"]
