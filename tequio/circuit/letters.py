"""The circuit's letters: to the asker, and to whoever acts for an office."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import lazy

from tequio.circuit.links import (
    confirm_link,
    follow_link,
    follow_mute_link,
    leg_link,
    member_link,
    recall_link,
)
from tequio.circuit.models import Ask, Case, Event, HandoverBook, Leg, Recall, Referral, SentText
from tequio.circuit.queries.correspondence import answers_by_mail, way_of, written_to
from tequio.circuit.queries.counted import in_short
from tequio.circuit.queries.recalls import shown_recall
from tequio.circuit.queries.strip import steps_of
from tequio.circuit.queries.suspicion import looked_at_until, told_signs
from tequio.circuit.queries.why import end_of_day, place_of, reason_of, until_sentence, why_sentence
from tequio.circuit.visibility import Sight, for_asker, for_member, for_office
from tequio.inbound.addresses import hub_address, reply_address
from tequio.inbound.reading.html import lines_of
from tequio.network.links import absolute
from tequio.network.models import Mandate, Office
from tequio.network.queries import acting
from tequio.notices.actions import post

_until, _why, _reason = lazy(until_sentence, str), lazy(why_sentence, str), lazy(reason_of, str)
_end_of_day = lazy(end_of_day, str)
_counted = lazy(in_short, str)

# What an asker gets although they have muted the ask: something waits for their word.
NEEDED = {
    "asker_question",
    "asker_question_reminder",
    "asker_outcome",
    "asker_links",
    "asker_answered",
    "asker_elsewhere",
    "asker_done",
    "asker_window",
    "asker_files_left",
}


# What an asker answers by a reply, too.
QUESTIONS = {"asker_question", "asker_question_reminder"}


def to_confirm(ask: Ask) -> None:
    context = {"ask": ask, "link": confirm_link(ask)}
    post("ask_confirm", to=ask.address, language=ask.language, about=f"ask-{ask.pk}", context=context)


def about_ask(template: str, ask: Ask, **extra: Any) -> None:
    """A letter about an ask that is no case yet."""
    facts = {
        "signs": told_signs(ask),
        "until": looked_at_until(ask),
        "link": absolute("ask", language=ask.language),
    }
    context = {"ask": ask, **facts, **extra}
    post(template, to=ask.address, language=ask.language, about=f"ask-{ask.pk}", context=context)


def _words(sight: Sight, case: Case, leg: Leg | None = None, event: Event | None = None) -> dict[str, Any]:
    """What letters say of a case to a viewer, in the language in which each is written."""
    words: dict[str, Any] = {"steps_of": lambda: steps_of(case), "until": _until(case)}
    if leg:
        words["why"] = _why(leg)
        words["counted"] = _counted(leg)
    if event:
        words |= {"reason": _reason(event), "written": sight.says(event)}
    return words


def to_asker(template: str, case: Case, **extra: Any) -> None:
    """A letter about their case, with the link by which the asker follows it.

    An asker who has muted the ask gets only what needs them (`NEEDED`).
    """
    if case.ask.muted_at and template not in NEEDED:
        return
    words = _words(for_asker(case), case, extra.get("leg"), extra.get("event"))
    context = {"case": case, "ask": case.ask, "link": follow_link(case), **words, **extra}
    context["mute"] = "" if template in NEEDED else follow_mute_link(case)
    reply_to = hub_address() if template in QUESTIONS else ""
    context["by_reply"] = bool(reply_to)
    ask = case.ask
    post(template, to=ask.address, language=ask.language, about=case.ref, context=context, reply_to=reply_to)


def asked_again(recall: Recall) -> None:
    """To an asker whose case was drawn: did it happen? The link opens that question alone."""
    case, ask = recall.case, recall.case.ask
    context = {**shown_recall(recall), "link": recall_link(recall), "mute": follow_mute_link(case)}
    post("asker_recall", to=ask.address, language=ask.language, about=case.ref, context=context)


def to_office(template: str, leg: Leg, *, only: Sequence[Mandate] | None = None, **extra: Any) -> None:
    """A letter about a leg to each who acts for its office, or to `only` these, each with a link of their own.

    Only what runs the office's clock comes so: everything else is a line of its digest. Where the office answers by
    mail, a reply comes to the leg's own address, and what went out is kept to cut the reply at.
    """
    office = leg.owner
    assert office is not None
    way = way_of(office)
    if not written_to(way, template):
        return
    reply_to = reply_address(leg.mail_token) if answers_by_mail(way) and leg.mail_token else ""
    sight = for_office(leg.case, office)
    files = sight.files()
    for mandate in acting(office) if only is None else only:
        person, link = mandate.person, leg_link(leg, mandate)
        words = _words(sight, leg.case, leg, extra.get("event"))
        context = {"leg": leg, "case": leg.case, "ask": sight.ask, "office": office, "link": link, **words}
        context["files"] = files
        letter = post(
            template,
            to=person.account.email,
            language=person.language,
            about=leg.case.ref,
            tag=f"leg-{leg.pk}/{mandate.pk}",
            context={**context, "by_reply": bool(reply_to), **extra},
            reply_to=reply_to,
            thread=f"leg-{leg.pk}",
        )
        if reply_to:
            text = "\n".join([letter.text, *lines_of(letter.html)])
            SentText.objects.create(leg=leg, message_id=letter.message_id, text=text)


def handed_over(taken: Mandate, book: HandoverBook) -> None:
    """To a new holder: what is open in the office, with a link to each ask, and the hand-over book."""
    office, person = taken.office, taken.person
    legs = (
        office.legs.filter(closed_at=None).select_related("case__kind", "case__ask").order_by("due_at", "pk")
    )
    context = {
        "office": office,
        "legs": [(leg, leg_link(leg, taken)) for leg in legs],
        "owed": len(book.content["commitments"]),
        "book": absolute("book", office.pk, book.pk, language=person.language),
        "link": absolute("desk_office", office.pk, language=person.language),
    }
    post(
        "office_handed", to=person.account.email, language=person.language, about=office.code, context=context
    )


def to_quiet(office: Office, central: Office) -> None:
    """To each who acts for a post: new asks go to `central` from now on, why, and what brings them back. With a link
    to each ask that is still open there.
    """
    legs = office.legs.filter(closed_at=None).select_related("case__kind").order_by("due_at", "pk")
    for mandate in acting(office):
        person = mandate.person
        context = {
            "office": office,
            "central": central,
            "legs": [(leg, leg_link(leg, mandate)) for leg in legs],
            "link": absolute("desk_office", office.pk, language=person.language),
        }
        to = person.account.email
        post("office_quiet", to=to, language=person.language, about=office.code, context=context)


def to_member(template: str, referral: Referral) -> None:
    """A letter to a member who is asked, with the link by which they say yes or no. It names no asker's address."""
    leg = referral.leg
    assert leg.owner is not None
    context = {
        "referral": referral,
        "case": leg.case,
        "ask": for_member(referral).ask,
        "office": leg.owner,
        "until": _end_of_day(referral.due_on, place_of(leg.owner.organisation)),
        "link": member_link(referral),
    }
    about = f"referral-{referral.pk}"
    post(template, to=referral.address, language=referral.language, about=about, context=context)
