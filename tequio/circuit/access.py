"""The doors to a case: what is not yours is not there (404), what you may see but not do is refused (403)."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from tequio.circuit.links import ask_key, case_key, leg_key, member_key, mute_key, recall_key, sent_key
from tequio.circuit.models import Ask, AskKind, Case, Commitment, Event, Leg, Recall, Referral, Reply
from tequio.circuit.queries.owing import commitments
from tequio.circuit.queries.service import near_posts, posts, quiet_since
from tequio.circuit.queries.suspicion import held_asks
from tequio.circuit.states import MailState
from tequio.kernel.ids import same
from tequio.network.links import invitation_key
from tequio.network.models import Hub, Invitation, Mandate, Office
from tequio.network.queries import acting, actors, broken_addresses, current_mandates, is_vacant, may_act
from tequio.people.models import Person

BIG = 18
CASE = (
    "ask__kind",
    "ask__organisation",
    "ask__region",
    "ask__country",
    "ask__field",
    "ask__subfield",
    "kind",
    "route",
)


def number(text: str) -> int:
    """The number of a row that a form names; 404 for what can be none."""
    if not text.isdecimal() or len(text) > BIG:
        raise Http404
    return int(text)


def ask_by_link(pk: int, key: str, *, page: str) -> Ask:
    """The ask of a confirmation link (`page="confirm"`) or of the page that says where it went ("sent")."""
    asks = Ask.objects.select_related("kind", "organisation", "region", "country", "field", "subfield")
    ask = asks.filter(pk=pk).first()
    make = ask_key if page == "confirm" else sent_key
    if ask is None or not same(key, make(ask)):
        raise Http404
    return ask


def case_by_link(ref: str, key: str) -> Case:
    cases = Case.objects.select_related(*CASE, "owner__organisation", "recall")
    case = cases.filter(ref=ref.lower()).first()
    if case is None or not same(key, case_key(case)):
        raise Http404
    return case


def recall_by_link(pk: int, key: str) -> Recall:
    """The question whether it happened, by the link of its letter; gone when the asker is erased."""
    found = Recall.objects.select_related("case__ask", "case__kind", "office__organisation")
    recall = found.filter(pk=pk).first()
    if recall is None or not same(key, recall_key(recall)):
        raise Http404
    return recall


def referral_by_link(pk: int, key: str) -> Referral:
    """What a member is asked, by the link of their letter."""
    found = Referral.objects.select_related(
        "leg__case", *(f"leg__case__{name}" for name in CASE), "leg__owner__organisation"
    )
    referral = found.filter(pk=pk).first()
    if referral is None or not same(key, member_key(referral)):
        raise Http404
    return referral


def _leg(ref: str, number: int) -> Leg:
    legs = Leg.objects.select_related(
        "case", *(f"case__{name}" for name in CASE), "owner__organisation", "promise"
    )
    leg = legs.filter(case__ref=ref.lower(), number=number).first()
    if leg is None:
        raise Http404
    return leg


def leg_by_link(ref: str, number: int, mandate_id: int, key: str) -> tuple[Leg, Mandate]:
    """The leg and the mandate of a desk's link; gone as soon as the mandate no longer acts for the office."""
    leg = _leg(ref, number)
    assert leg.owner is not None
    mandate = next((m for m in acting(leg.owner) if m.pk == mandate_id), None)
    if mandate is None or not same(key, leg_key(leg, mandate)):
        raise Http404
    return leg, mandate


def reply_of_leg(ref: str, number: int, mandate_id: int, key: str, pk: int) -> Reply:
    """The mail that became the word of a leg's office, by the link of who acts for it."""
    leg, _by = leg_by_link(ref, number, mandate_id, key)
    return _taken(Reply.objects.filter(pk=pk, leg=leg).exclude(event__voice=Event.Voice.ASKER))


def reply_of_case(ref: str, key: str, pk: int) -> Reply:
    """The mail that became the asker's reply, by their own link."""
    case = case_by_link(ref, key)
    return _taken(Reply.objects.filter(pk=pk, leg__case=case, event__voice=Event.Voice.ASKER))


def _taken(replies: QuerySet[Reply]) -> Reply:
    found = replies.filter(state=MailState.TAKEN, event__isnull=False, erased_at=None)
    reply = found.select_related("leg__case__ask", "leg__owner", "event").first()
    if reply is None:
        raise Http404
    return reply


def mandate_to_mute(pk: int, topic: str, key: str) -> Mandate:
    """The mandate of a digest's link; gone as soon as it no longer acts for its office."""
    found = Mandate.objects.select_related("office__organisation").filter(pk=pk).first()
    acts = found is not None and any(each.pk == pk for each in acting(found.office))
    if found is None or not acts or not same(key, mute_key(found, topic)):
        raise Http404
    return found


def _office(pk: int) -> Office | None:
    """The office; on it `coordinates` says whether it is the coordinating office of a hub, `asked_mail` whether a mail
    waits for its word, `quiet_since` since when its new asks go elsewhere, `posts_near` whether a post for its place is
    near that or past it.
    """
    hubs = Hub.objects.filter(coordination=OuterRef("pk"))
    asked = Reply.objects.filter(state=MailState.ASKED, leg__owner=OuterRef("pk"))
    offices = Office.objects.select_related("organisation")
    known = {"coordinates": Exists(hubs), "asked_mail": Exists(asked), "quiet_since": quiet_since("pk")}
    offices = offices.annotate(**known, posts_near=Exists(near_posts("organisation")))
    return offices.filter(pk=pk).first()


def office_for(person: Person | None, pk: int, *, act: bool = False) -> tuple[Office, Mandate | None]:
    """An office in which the person holds a mandate now, and the mandate with which they act, if they do.

    `act`: 403 for a deputy while the holder acts.
    """
    office = _office(pk)
    current = current_mandates(office) if person and office else []
    if not person or office is None or all(each.person_id != person.pk for each in current):
        raise Http404
    mandate = next((each for each in actors(current) if each.person_id == person.pk), None)
    if act and mandate is None:
        raise PermissionDenied
    return office, mandate


def leg_for(
    person: Person | None, office_id: int, ref: str, number: int, *, act: bool = False
) -> tuple[Leg, Mandate | None]:
    """A leg at an office of the person's, or of a case that was entrusted to it."""
    office, mandate = office_for(person, office_id)
    leg = _leg(ref, number)
    entrusted = leg.asked_by_id is None and office.pk == leg.case.owner_id
    if office.pk != leg.owner_id and not entrusted:
        raise Http404
    if act and mandate is None:
        raise PermissionDenied
    return leg, mandate


def commitment_at(office: Office, pk: int) -> Commitment:
    """A commitment that the office owes, or that is owed to it by an agreement of its own."""
    benefits = Q(agreement__parties__office=office, beneficiary=office.organisation_id)
    mine = Commitment.objects.filter(Q(office=office) | benefits, pk=pk).values("pk")
    found = commitments(pk__in=mine).first()
    if found is None:
        raise Http404
    return found


def legs_for(person: Person | None, keys: Sequence[str]) -> list[tuple[Leg, Mandate]]:
    """Legs of the person's offices, by date, each with the mandate by which they act; 404 when one is not theirs.

    403 when somebody else acts for the office of one of them.
    """
    wanted = {int(key) for key in keys if key.isdecimal() and len(key) < BIG}
    legs = Leg.objects.filter(pk__in=wanted).select_related(
        "case", *(f"case__{name}" for name in CASE), "owner__organisation", "kind", "promise"
    )
    current: dict[int, list[Mandate]] = {}
    mandates = Mandate.objects.current().with_absence().filter(office__legs__in=wanted).distinct()
    for mandate in mandates.select_related("person", "office__organisation").order_by("pk"):
        current.setdefault(mandate.office_id, []).append(mandate)
    found = []
    for leg in legs.order_by("due_at", "pk"):
        group = current.get(leg.owner_id or 0, [])
        if not person or all(each.person_id != person.pk for each in group):
            raise Http404
        found.append((leg, next((m for m in actors(group) if m.person_id == person.pk), None)))
    if len(found) != len(set(keys)):
        raise Http404
    if any(mandate is None for _leg, mandate in found):
        raise PermissionDenied
    return [(leg, mandate) for leg, mandate in found if mandate]


def office_to_change(person: Person | None, pk: int) -> tuple[Office, Mandate | None]:
    """An office whose mandates the person may see, and the mandate by which they may change them, if any.

    That is one of the office itself, or of the coordinating office of its country.
    """
    try:
        return office_for(person, pk)
    except Http404:
        for hub, mandate in coordination_for(person):
            office = _office(pk)
            if office and office.organisation.home_id == hub.pk:
                return office, mandate
        raise


def books_of(person: Person | None, pk: int) -> tuple[Office, bool]:
    """An office whose hand-over books the person may read; True when they may only know how much was open.

    The books are for the office's people; of a vacant office the coordinating one may know the counts.
    """
    try:
        return office_for(person, pk)[0], False
    except Http404:
        office, _mandate = office_to_change(person, pk)
        if is_vacant(office):
            return office, True
        raise


def invitation_by_link(pk: int, key: str) -> Invitation:
    """The invitation of a letter's link, whether it can still be accepted or not."""
    found = Invitation.objects.select_related("office__organisation").filter(pk=pk).first()
    if found is None or not same(key, invitation_key(found)):
        raise Http404
    return found


def coordination_for(person: Person | None) -> list[tuple[Hub, Mandate]]:
    """The hubs whose coordinating office the person acts for; 404 when there is none. `broken` on a hub: whether
    mail comes back from somebody's address in its network; `held`, `held_mail`: whether an ask, a mail waits to be
    looked at; `near`: whether dates run out in a row at one of its posts.
    """
    found: list[tuple[Hub, Mandate]] = []
    broken = broken_addresses().filter(office__organisation__home=OuterRef("pk"))
    held = held_asks().filter(kind__home=OuterRef("home"))
    mail = Reply.objects.filter(state=MailState.HELD, home=OuterRef("home"))
    near = posts().filter(near_since__isnull=False, organisation__home=OuterRef("home"))
    for hub in Hub.objects.select_related("coordination__organisation", "home").annotate(
        broken=Exists(broken), held=Exists(held), held_mail=Exists(mail), near=Exists(near)
    ):
        mandate = may_act(person, hub.coordination) if person else None
        if mandate:
            found.append((hub, mandate))
    if not found:
        raise Http404
    return found


def kind_on_offer(home: str, slug: str) -> AskKind:
    """A kind of ask that a hub takes; open to everybody."""
    kinds = AskKind.objects.filter(home__hub__isnull=False, withdrawn_on=None).select_related("home")
    kind = kinds.filter(home=home.upper(), slug=slug).first()
    if kind is None:
        raise Http404
    return kind
