"""What journeys have in common: offices that come alive by the hub's verbs, asks that are made in the browser."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tequio.circuit.actions.asking import Draft, confirm_ask, record_ask
from tequio.circuit.actions.promises import Terms, entry_point_of, sign_promise
from tequio.circuit.models import AskKind, Case, EntryPoint
from tequio.kernel import clock
from tequio.network.actions import begin_mandate
from tequio.network.models import Mandate, Office, Organisation, Role
from tequio.network.queries import head_office
from tequio.people.actions import person_for_address
from tequio.reference.models import Region
from tests.browser.visitor import Visitor

ASK = "Una charla sobre vacunas para cuarto semestre, 38 personas, jueves a las 10."


def address_of(name: str) -> str:
    return f"{name.lower()}@example.org"


def office_of(slug: str) -> Office:
    found = head_office(Organisation.objects.get(slug=slug))
    assert found is not None
    return found


def hold(office: Office, name: str, *, language: str, role: str = Role.HOLDER) -> Mandate:
    """A person holds an office from now on."""
    zone = office.organisation.zone
    person = person_for_address(address_of(name), name=name, language=language, zone=zone)
    return begin_mandate(office, person.pk, role)


def promise(
    mandate: Mandate,
    kind: str = "school-talk",
    *,
    days: int = 5,
    regions: Iterable[str] = (),
    fallback: str = "",
) -> EntryPoint:
    """The office signs that it answers asks of a kind; `fallback`: the slug of another entry point."""
    until = clock.today("UTC") + timedelta(days=300)
    places = list(Region.objects.filter(pk__in=regions))
    sign_promise(mandate.office, Terms(kind_of(kind), days, until, regions=places), by=mandate)
    point = entry_point_of(mandate.office)
    if fallback:
        point.fallback = EntryPoint.objects.get(slug=fallback)
        point.save(update_fields=["fallback"])
    return point


def kind_of(slug: str) -> AskKind:
    return AskKind.objects.get(home="MX", slug=slug)


def asked(name: str, address: str, *, language: str, kind: str = "school-talk", **given: Any) -> Case:
    """An ask that was confirmed, by the hub's verbs; of a school in Oaxaca where the kind is for schools."""
    if kind == "school-talk":
        school = Organisation.objects.get(slug="cct-20dpt0005u")
        given |= {"organisation": school, "region": school.region}
    draft = Draft(kind_of(kind), name, address, ASK, language=language, **given)
    return confirm_ask(record_ask(draft, key=address, network=""))


def decline(officer: Visitor, words: str) -> None:
    """Declines the ask whose page is open, with a reason of its own."""
    officer.unfold("Decline it, with a reason")
    officer.tick("decline-reason", "other")
    officer.fill(**{"decline-text": words})
    officer.press("Decline and tell the asker")
    officer.reads("You declined it.")


def fill_in(asker: Visitor, *, school: str, address: str, name: str = "Marta Maestra") -> None:
    """Fills in the ask of a school in Oaxaca, from the page on which one chooses what to ask."""
    asker.go("ask")
    asker.click(asker.main.get_by_role("link", name=str_of_kind(asker, "school-talk")))
    asker.choose(region="MX-OAX")
    asker.fill(school=school, text=ASK, name=name, address=address)
    asker.settle()


def str_of_kind(asker: Visitor, slug: str) -> str:
    return kind_of(slug).names[asker.way.language]


def choose_school(asker: Visitor, words: str) -> None:
    """Chooses among the schools that match: at once with JavaScript, on the page that comes back without."""
    choice = asker.main.locator("label", has_text=words).locator("input[name=school_choice]")
    if not asker.way.javascript:
        asker.press("Go on")
        asker.reads("Choose your school among these, or say that it is not listed.")
    choice.check()


def confirm(asker: Visitor, address: str) -> None:
    """Opens the mailed link and sends the ask from there."""
    asker.open(asker.hub.link(address))
    asker.reads("No office has been told of it yet.")
    asker.press("Send my ask")


def ask(
    asker: Visitor, *, school: str = "CONALEP Puerto Escondido", address: str = "marta@example.net"
) -> None:
    """A teacher at a listed school asks and confirms; the page then is the one by which they follow."""
    fill_in(asker, school=school, address=address)
    asker.press("Go on")
    confirm(asker, address)


def accept(officer: Visitor, what: str) -> None:
    """Accepts the ask whose page is open, to be done in nine days."""
    officer.unfold("Accept it")
    day = clock.today("UTC") + timedelta(days=9)
    officer.fill(**{"accept-what": what, "accept-due_on": day.isoformat()})
    officer.press("Accept and tell the asker")
    officer.reads("You accepted it.", what)
