"""The circuit's letters: to the asker, and to whoever acts for an office."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import lazy

from tequio.circuit.links import confirm_link, follow_link, leg_link
from tequio.circuit.models import Ask, Case, Event, Leg, Promise
from tequio.circuit.queries.strip import steps_of
from tequio.circuit.queries.why import reason_of, until_sentence, why_sentence
from tequio.network.links import absolute
from tequio.network.models import Mandate, Office
from tequio.network.queries import acting
from tequio.notices.actions import post

_until, _why, _reason = lazy(until_sentence, str), lazy(why_sentence, str), lazy(reason_of, str)


def to_confirm(ask: Ask) -> None:
    context = {"ask": ask, "link": confirm_link(ask)}
    post("ask_confirm", to=ask.address, language=ask.language, about=f"ask-{ask.pk}", context=context)


def _words(case: Case, leg: Leg | None = None, event: Event | None = None) -> dict[str, Any]:
    """What letters say of a case, in the language in which each is written."""
    words: dict[str, Any] = {"steps_of": lambda: steps_of(case), "until": _until(case)}
    if leg:
        words["why"] = _why(leg)
    if event:
        words["reason"] = _reason(event)
    return words


def to_asker(template: str, case: Case, **extra: Any) -> None:
    """A letter about their case, with the link by which the asker follows it."""
    words = _words(case, extra.get("leg"), extra.get("event"))
    context = {"case": case, "ask": case.ask, "link": follow_link(case), **words, **extra}
    post(template, to=case.ask.address, language=case.ask.language, about=case.ref, context=context)


def to_office(
    template: str,
    leg: Leg,
    *,
    deputies: bool = False,
    only: Sequence[Mandate] | None = None,
    **extra: Any,
) -> None:
    """A letter about a leg to each who acts for its office, or to `only` these, each with a link of their own.

    `deputies`: also to those deputies who do not act, with the address of the inbox instead.
    """
    office = leg.owner
    assert office is not None
    actors = acting(office) if only is None else only
    everybody = list(office.mandates.current().select_related("person__account")) if deputies else actors
    for mandate in everybody:
        person = mandate.person
        acts = mandate in actors
        link = (
            leg_link(leg, mandate) if acts else absolute("desk_office", office.pk, language=person.language)
        )
        context = {
            "leg": leg,
            "case": leg.case,
            "ask": leg.case.ask,
            "office": office,
            "link": link,
            "acts": acts,
            **_words(leg.case, leg, extra.get("event")),
        }
        about = leg.case.ref
        post(
            template,
            to=person.account.email,
            language=person.language,
            about=about,
            context={**context, **extra},
        )


def to_desk(template: str, office: Office, **extra: Any) -> None:
    """A letter to each who acts for the office, with the address of its inbox."""
    for mandate in acting(office):
        person = mandate.person
        link = absolute("desk_office", office.pk, language=person.language)
        context = {"office": office, "link": link, **extra}
        post(template, to=person.account.email, language=person.language, about=office.code, context=context)


def about_promise(template: str, promise: Promise) -> None:
    office = promise.entry_point.office
    for mandate in acting(office):
        link = absolute("promises", office.pk, language=mandate.person.language)
        post(
            template,
            to=mandate.person.account.email,
            language=mandate.person.language,
            about=office.code,
            context={"office": office, "promise": promise, "link": link},
        )
