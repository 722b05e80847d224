"""The cast: one small invented world for every test, and short ways to make things happen in it.

Mexico with two states, four countries, three kinds of ask and these offices: the coordinating office (`desk`),
an agency with a second office and a fallback, an embassy, two chapters, a university, a school. Nobody holds an
office until a test says so.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count
from typing import Any

from tequio.circuit.actions.asking import Draft, confirm_ask, record_ask
from tequio.circuit.actions.delivery import letter_taken
from tequio.circuit.actions.promises import Terms, entry_point_of, sign_promise
from tequio.circuit.models import Ask, AskKind, Case, DigestLine, EntryPoint, Leg, Promise
from tequio.kernel import clock, due
from tequio.kernel.texts import fold
from tequio.network.actions import begin_mandate
from tequio.network.models import Hub, Mandate, Office, Organisation, Role
from tequio.network.queries import head_office
from tequio.notices.models import Letter
from tequio.people.actions import person_for_address
from tequio.people.models import Account, Person
from tequio.reference.models import Country, Field, Region, Source, Subfield

ZONES = {"MX": "America/Mexico_City", "DE": "Europe/Berlin", "ES": "Europe/Madrid", "US": "America/New_York"}
COUNTRIES = {"MX": ("México", "Mexico"), "DE": ("Alemania", "Germany"), "ES": ("España", "Spain")}
ORGANISATIONS = [
    # slug, kind, name, country, region, parent
    ("mesa", "association", "Mesa de coordinación", "MX", "", ""),
    ("agency", "agency", "Agencia de Ciencia", "MX", "", ""),
    ("institute", "agency", "Instituto del Exterior", "MX", "", "agency"),
    ("embassy-de", "post", "Embajada en Alemania", "DE", "", ""),
    ("chapter-berlin", "chapter", "Capítulo Berlín", "DE", "", ""),
    ("chapter-madrid", "chapter", "Capítulo Madrid", "ES", "", ""),
    ("university-oaxaca", "university", "Universidad de Oaxaca", "MX", "MX-OAX", ""),
    ("school-oaxaca", "school", "Preparatoria Número 5", "MX", "MX-OAX", ""),
]
KINDS = [
    # slug, place, topic, level, organisations that may answer
    ("school-talk", "school", "optional", "field", ["chapter", "association"]),
    ("counterpart", "none", "required", "subfield", ["university", "agency", "association"]),
    ("consular-support", "country", "none", "field", ["post", "agency", "association"]),
]
REASONS = [{"code": "full", "text": {"es": "No queda lugar", "en": "No place left"}}]
_numbers = count(1)


def texts(spanish: str, english: str = "") -> dict[str, str]:
    return {"es": spanish, "en": english or spanish}


class Cast:
    """The world of a test. Attributes name what a test needs; every method makes one thing happen."""

    def __init__(self) -> None:
        self.source = Source.objects.create(
            id="test:case", titles=texts("Caso", "Case"), licence="CC0-1.0", as_of=date(2026, 1, 1)
        )
        countries = {**COUNTRIES, "US": ("Estados Unidos", "United States")}
        Country.objects.bulk_create(
            Country(id=code, names=texts(*names), zones=[ZONES[code]]) for code, names in countries.items()
        )
        Region.objects.bulk_create(
            Region(id=code, country_id="MX", names=texts(name), zone=ZONES["MX"])
            for code, name in {"MX-OAX": "Oaxaca", "MX-JAL": "Jalisco"}.items()
        )
        fields = {"13": "Bioquímica", "31": "Física"}
        Field.objects.bulk_create(
            Field(id=code, names=texts(name), domains=texts("Ciencias")) for code, name in fields.items()
        )
        Subfield.objects.bulk_create(
            Subfield(id=f"sub-{code}", field_id=code, names=texts(f"{name} aplicada"))
            for code, name in fields.items()
        )
        self.organisations = self._organisations()
        self.desk = self.office("mesa")
        Hub.objects.create(home_id="MX", coordination=self.desk, days=8)
        kinds = [self._kind(order, *row) for order, row in enumerate(KINDS)]
        self.kinds = {kind.slug: kind for kind in AskKind.objects.bulk_create(kinds)}
        self.school = self.organisations["school-oaxaca"]

    def _organisations(self) -> dict[str, Organisation]:
        rows = [
            self._organisation(slug, kind, name, country=country, region_id=region or None)
            for slug, kind, name, country, region, _parent in ORGANISATIONS
        ]
        found = {row.slug: row for row in Organisation.objects.bulk_create(rows)}
        Office.objects.bulk_create(self._head(row) for row in rows)
        for slug, *_rest, parent in ORGANISATIONS:
            if parent:
                found[slug].parent = found[parent]
                found[slug].save(update_fields=["parent"])
        return found

    def _organisation(
        self, slug: str, kind: str, name: str, *, country: str = "MX", **fields: Any
    ) -> Organisation:
        return Organisation(
            slug=slug,
            kind=kind,
            names=texts(name, f"{name} (en)"),
            own_name=name,
            home_id="MX",
            country_id=country,
            zone=ZONES[country],
            source=self.source,
            search_text=fold(f"{name} {name} (en)"),
            sort_key=fold(name),
            **fields,
        )

    def _head(self, organisation: Organisation) -> Office:
        return Office(
            organisation=organisation, titles=texts("Oficina principal", "Head office"), is_head=True
        )

    def organisation(
        self, slug: str, kind: str, name: str, *, country: str = "MX", **fields: Any
    ) -> Organisation:
        """A listed organisation with its head office."""
        made = self._organisation(slug, kind, name, country=country, **fields)
        made.save()
        self._head(made).save()
        return made

    def _kind(
        self, order: int, slug: str, place: str, topic: str, level: str, for_kinds: list[str]
    ) -> AskKind:
        return AskKind(
            home_id="MX",
            slug=slug,
            order=order,
            names=texts(f"Pedir {slug}", f"Ask {slug}"),
            leads=texts("Una frase", "One sentence"),
            askers=texts("docentes", "teachers"),
            prompts=texts("Cuente lo que necesita", "Say what you need"),
            done_labels=texts("¿Se realizó?", "Did it take place?"),
            place=place,
            topic=topic,
            topic_level=level,
            for_kinds=for_kinds,
            declines=REASONS,
            pass_ons=REASONS,
        )

    def office(self, slug: str) -> Office:
        """The head office of an organisation of the cast."""
        office = head_office(Organisation.objects.get(slug=slug))
        assert office is not None
        return office

    def second_office(self, slug: str, title: str = "Enlace de ciencia") -> Office:
        organisation = Organisation.objects.get(slug=slug)
        return Office.objects.create(organisation=organisation, titles=texts(title))

    def person(self, name: str, *, language: str = "es", zone: str = "America/Mexico_City") -> Person:
        return person_for_address(f"{name.lower()}@example.org", name=name, language=language, zone=zone)

    def account(self, name: str) -> Account:
        """The way to sign in of a person of the cast: `client.force_login(cast.account("Ana"))`."""
        self.person(name)
        return Account.objects.get(email=f"{name.lower()}@example.org")

    def hold(
        self,
        office: Office | str,
        name: str,
        *,
        role: str = Role.HOLDER,
        until: date | None = None,
        language: str = "es",
    ) -> Mandate:
        """A person (made if need be; the address is name@example.org) holds an office from now on."""
        office = self.office(office) if isinstance(office, str) else office
        return begin_mandate(office, self.person(name, language=language).pk, role, until=until)

    def promise(
        self,
        mandate: Mandate,
        kind: str = "school-talk",
        *,
        days: int = 8,
        valid_days: int = 300,
        fallback: EntryPoint | None = None,
        regions: Iterable[str] = (),
        countries: Iterable[str] = (),
        fields: Iterable[str] = (),
        subfields: Iterable[str] = (),
    ) -> Promise:
        """The office of the mandate signs a promise."""
        terms = Terms(
            self.kinds[kind],
            days,
            clock.today("UTC") + timedelta(days=valid_days),
            fields=list(Field.objects.filter(pk__in=fields)),
            subfields=list(Subfield.objects.filter(pk__in=subfields)),
            regions=list(Region.objects.filter(pk__in=regions)),
            countries=list(Country.objects.filter(pk__in=countries)),
        )
        promise = sign_promise(mandate.office, terms, by=mandate)
        if fallback:
            EntryPoint.objects.filter(pk=promise.entry_point_id).update(fallback=fallback)
        return promise

    def entry_point(self, slug: str) -> EntryPoint:
        return entry_point_of(self.office(slug))

    def ask(self, kind: str = "school-talk", *, key: str = "", network: str = "", **fields: Any) -> Ask:
        """A teacher's ask, not confirmed yet."""
        given: dict[str, Any] = {
            "name": "Marta Maestra",
            "address": "marta@example.net",
            "text": "Una charla sobre vacunas para cuarto semestre.",
        }
        if kind == "school-talk":
            given |= {"organisation": self.school, "region": self.school.region}
        if kind == "counterpart":
            given |= {"subfield": Subfield.objects.get(pk="sub-13")}
        if kind == "consular-support":
            given |= {"country": Country.objects.get(pk="DE")}
        draft = Draft(kind=self.kinds[kind], **{**given, **fields})
        return record_ask(draft, key=key or f"key-{next(_numbers)}", network=network)

    def case(self, kind: str = "school-talk", *, delivered: bool = True, **fields: Any) -> Case:
        """A confirmed ask: a case with its first leg open, whose letter a mail server has taken."""
        case = confirm_ask(self.ask(kind, **fields))
        if delivered:
            mail_is_taken()
        return case

    def leg(self, kind: str = "school-talk", **fields: Any) -> Leg:
        return open_leg_of(self.case(kind, **fields))


def open_leg_of(case: Case) -> Leg:
    """The open leg of a case's own way, as the database has it now."""
    return Leg.objects.select_related("case", "owner__organisation").get(
        case=case, asked_by=None, closed_at=None
    )


def work() -> int:
    """The worker's round: everything that is due now. Letters that it writes count as taken by a mail server."""
    done = due.work_off()
    mail_is_taken()
    return done


def mail_is_taken() -> None:
    """What the mail server's word does for the letters queued so far, which stay to be read."""
    waiting = Letter.objects.filter(sent_at=None, refused_at=None, attempts=0)
    for letter in waiting.order_by("pk"):
        letter_taken(letter)
    waiting.update(attempts=1)


def letters(template: str = "", address: str = "") -> list[Letter]:
    """The letters queued so far, oldest first."""
    found = Letter.objects.order_by("pk")
    found = found.filter(template=template) if template else found
    return list(found.filter(address=address) if address else found)


def told(case: Case | None = None) -> list[tuple[str, str]]:
    """The lines of digests so far, of one case or of all: the organisation and the kind, oldest first."""
    found = DigestLine.objects.filter(case=case) if case else DigestLine.objects
    return list(found.order_by("pk").values_list("office__organisation__slug", "kind"))


def path_in(letter: Letter | str) -> str:
    """The path of the link in a letter's text (the hub's own address taken off)."""
    text = letter if isinstance(letter, str) else letter.text
    found = re.search(r"https?://[^/\s]+(/\S*)", text)
    assert found, text
    return found.group(1)
