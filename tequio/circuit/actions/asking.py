"""An ask by somebody without an account, from the form to the first desk."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters, rules
from tequio.circuit.actions.steps import enter, open_leg, opens
from tequio.circuit.links import follow_link
from tequio.circuit.models import Ask, AskKind, Case, EntryPoint
from tequio.circuit.queries.cases import open_cases
from tequio.circuit.queries.routes import first_desk, latest_route
from tequio.circuit.queries.routing import first_target
from tequio.circuit.states import Rung
from tequio.journal.actions import write
from tequio.kernel import clock, ids
from tequio.kernel.errors import Refused
from tequio.network.actions import check_address
from tequio.network.models import Organisation
from tequio.notices.models import Letter
from tequio.reference.models import Country, Field, Region, Subfield

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Draft:
    """What the asker wrote; `organisation` is a listed school, `organisation_typed` one that is not listed; `desk`:
    the entry point that they chose, if they did.
    """

    kind: AskKind
    name: str
    address: str
    text: str
    on_behalf_of: str = ""
    language: str = "es"
    zone: str = "America/Mexico_City"
    organisation: Organisation | None = None
    organisation_typed: str = ""
    region: Region | None = None
    country: Country | None = None
    field: Field | None = None
    subfield: Subfield | None = None
    desk: EntryPoint | None = None


def _refuse_too_many(address: str, network: str) -> None:
    _refuse_more_letters(address)
    recent = Ask.objects.filter(recorded_at__gt=clock.now() - HOUR)
    if network and recent.filter(network=network).count() >= settings.ASKS_PER_NETWORK_AND_HOUR:
        raise Refused(_("Many asks have come from your network within the hour. Try again in an hour."))
    if recent.count() >= settings.ASKS_PER_HOUR:
        raise Refused(_("The hub takes no more asks this hour. Try again in an hour; nothing was sent."))


def _refuse_more_letters(address: str) -> None:
    sent = Letter.objects.filter(
        template="ask_confirm", address=address, created_at__gt=clock.now() - HOUR
    ).count()
    if sent >= settings.ASKS_PER_ADDRESS_AND_HOUR:
        raise Refused(
            _("Several asks came for this address within the hour. Try again in an hour."), "address"
        )


def record_ask(draft: Draft, *, key: str, network: str) -> Ask:
    """Keeps the ask and sends the letter by which the asker confirms it; no desk hears of it yet.

    The same key with the same words gives the same ask, however often the form is sent; other words, sent after
    going back to the form, are another ask.
    """
    address = check_address(draft.address)
    given = {**vars(draft), "address": address}
    found = Ask.objects.filter(key=key).first()
    if found and all(getattr(found, name) == value for name, value in given.items()):
        return found
    if found:
        return record_ask(draft, key=ids.key_for(key, *given.values()), network=network)
    try:
        with transaction.atomic():
            _refuse_too_many(address, network)
            now = clock.now()
            ask = Ask.objects.create(
                **given,
                key=key,
                network=network,
                recorded_at=now,
                wake_at=now + rules.CONFIRM_WITHIN,
            )
            letters.to_confirm(ask)
            facts = {"home": draft.kind.home_id, "kind": draft.kind.slug}
            write("ask.recorded", reference=f"ask-{ask.pk}", facts=facts)
    except IntegrityError:
        return Ask.objects.get(key=key)
    return ask


def mend_address(ask: Ask, address: str) -> Ask:
    """Sends the letter to another address, as long as the ask is not confirmed; the earlier link stops."""
    address = check_address(address)
    with transaction.atomic():
        ask = Ask.objects.select_for_update(of=("self",), no_key=True).select_related("kind").get(pk=ask.pk)
        if ask.confirmed_at:
            raise Refused(
                _("This ask is confirmed already; its address can no longer be changed here."), "address"
            )
        if ask.address_version >= 5:
            raise Refused(
                _("The address was changed several times. Write the ask anew, or write to us."), "address"
            )
        _refuse_more_letters(address)
        ask.address, ask.address_version = address, ask.address_version + 1
        ask.save(update_fields=["address", "address_version"])
        letters.to_confirm(ask)
        write("ask.mended", reference=f"ask-{ask.pk}")
    return ask


def confirm_ask(ask: Ask) -> Case:
    """The asker confirms: the ask becomes a case, with a receipt number, at the desk that they chose, if it is live, or
    at the best live desk.

    Where nobody has promised, the coordinating office gets it as a gap, and the asker is told so.
    """
    with transaction.atomic():
        Ask.objects.select_for_update(no_key=True).get(pk=ask.pk)
        ask = Ask.objects.select_related("kind", "region", "subfield", "desk").get(pk=ask.pk)
        found = Case.objects.filter(ask=ask).first()
        if found:
            return found
        now = clock.now()
        ask.confirmed_at, ask.wake_at = now, None
        ask.save(update_fields=["confirmed_at", "wake_at"])
        case = Case(
            ref=f"{ask.kind.home_id.lower()}-{ids.random_name(8)}",
            ask=ask,
            kind=ask.kind,
            route=latest_route(ask.kind),
            opened_at=now,
        )
        if first := first_desk(case.route):
            case.step = first["slug"]
        target = first_target(case)
        case.owner = target.office
        day = clock.day_of(now, target.office.organisation.zone)
        case.due_on = case.first_due_on = rules.due_on(target.days, day, target.office).day
        case.due_at = rules.end_of_due(case.due_on, target.office)
        case.save(force_insert=True)
        leg = open_leg(case, target, now=now)
        letters.to_office("leg_new", leg)
        letters.to_asker("asker_gap" if leg.rung == Rung.GAP else "asker_receipt", case, leg=leg)
        enter("case.opened", case, leg, {"opens": opens(leg)}, {"ask": ask.pk})
    return case


def send_links(address: str) -> None:
    """Sends the asker the links to their open cases again; silent when there are none, or too often."""
    address = check_address(address)
    with transaction.atomic():
        cases = list(open_cases(address).select_related("ask"))
        recent = Letter.objects.filter(
            address=address, template="asker_links", created_at__gt=clock.now() - HOUR
        )
        if not cases or recent.count() >= 3:
            return
        links = [(case, follow_link(case)) for case in cases]
        letters.to_asker("asker_links", cases[0], links=links)
        write("links.sent", reference=cases[0].ref, facts={"cases": len(cases)})


def forget_unconfirmed(ask: Ask) -> None:
    """The worker's look at an ask that was not confirmed within a week: it is erased."""
    with transaction.atomic():
        found = (
            Ask.objects.select_for_update(no_key=True)
            .filter(pk=ask.pk, confirmed_at=None, wake_at__lte=clock.now())
            .first()
        )
        if found:
            Letter.objects.filter(about=f"ask-{ask.pk}").update(text="", html="", address="", wake_at=None)
            found.delete()
            write("ask.expired", reference=f"ask-{ask.pk}")
