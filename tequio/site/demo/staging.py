"""Setting the stage: the invented organisations, and how their offices come to be held and to promise."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from tequio.circuit.actions.promises import Terms, take_office
from tequio.circuit.models import AskKind, EntryPoint
from tequio.journal.actions import write
from tequio.kernel.texts import fold
from tequio.network.actions import appoint_coordinator, invite
from tequio.network.models import Hub, Invitation, Office, Organisation, Role
from tequio.network.queries import acting
from tequio.observatory.actions import begin_nights
from tequio.reference.models import Country, Field, Region, Subfield
from tequio.site.demo.tables import PACK, Row, address_of
from tequio.site.demo.timeline import Act, Days

HEAD_OFFICE = {"es": "Oficina principal", "en": "Head office"}
REMIT = {"fields": Field, "subfields": Subfield, "regions": Region, "countries": Country}


class Stage:
    """The invented network while it is being set up: its offices by name (`organisation`, or with `/office`)."""

    def __init__(self, table: Row, days: Days) -> None:
        self.table, self.days = table, days
        self.home = PACK.upper()
        self.offices: dict[str, Office] = {}
        self.kinds = {kind.slug: kind for kind in AskKind.objects.filter(home=self.home)}

    def opening(self) -> Act:
        return Act(self.days.at(self.table["opens"]), 0, self.found)

    def acts(self) -> Iterator[Act]:
        for number, desk in enumerate(self.table["desk"]):
            yield Act(self.days.at(desk["day"], "09:00", number), 0, partial(self.invite, desk))
            if not desk.get("invited_only"):
                yield Act(self.days.at(desk["day"], "12:00", number), 0, partial(self.take, desk))

    def found(self) -> None:
        """The organisations appear, with their offices and entry points, and the coordinating office is held."""
        for row in self.table["organisation"]:
            self._organisation(row)
        for row in self.table["organisation"]:
            organisation = Organisation.objects.get(slug=row["slug"])
            organisation.parent = Organisation.objects.filter(slug=row.get("parent")).first()
            organisation.save(update_fields=["parent"])
            organisation.jurisdictions.set(row.get("jurisdictions", []))
        facts = {"organisations": len(self.table["organisation"])}
        write("demo.loaded", reference=PACK, facts=facts)
        key, language = self.table["coordinator"], "es"
        appoint_coordinator(
            self.home, address_of(key["person"]), name=key["name"], language=language, zone=self.days.zone
        )
        begin_nights()

    def _organisation(self, row: Row) -> None:
        same = ("slug", "kind", "city", "latitude", "longitude", "zone")
        names = row["name"]
        organisation = Organisation.objects.create(
            **{name: row[name] for name in same},
            names=names,
            own_name=names["es"],
            home_id=self.home,
            country_id=row["country"],
            region_id=row.get("region"),
            demo=True,
            search_text=fold(" ".join((*names.values(), row["city"]))),
            sort_key=fold(names["es"]),
        )
        self._office(organisation, row["slug"], row, HEAD_OFFICE, is_head=True)
        for office in row.get("office", []):
            self._office(organisation, f"{row['slug']}/{office['key']}", office, office["title"])

    def _office(
        self, organisation: Organisation, name: str, row: Row, titles: Row, is_head: bool = False
    ) -> None:
        office = Office.objects.create(organisation=organisation, titles=titles, is_head=is_head)
        self.offices[name] = office
        if entry := row.get("entry"):
            fallback = EntryPoint.objects.filter(slug=entry.get("fallback")).first()
            point = EntryPoint.objects.create(slug=name.replace("/", "-"), office=office, fallback=fallback)
            point.kinds.set(self.kinds[slug] for slug in entry["kinds"])
            point.fields.set(entry.get("fields", []))
            point.countries.set(entry.get("countries", []))

    def invite(self, desk: Row) -> None:
        by = acting(Hub.objects.get(home=self.home).coordination)[0]
        office, role = self.offices[desk["office"]], desk.get("role", Role.HOLDER)
        language = desk.get("language", "es")
        invite(office, address_of(desk["person"]), role=role, language=language, by=by)

    def take(self, desk: Row) -> None:
        """The invited person confirms by the letter, and signs what the office promises."""
        take_office(
            Invitation.objects.get(address=address_of(desk["person"])),
            [self._terms(row) for row in desk.get("promise", [])],
            name=desk["name"],
            language=desk.get("language", "es"),
            zone=desk.get("zone", self.days.zone),
            until=self._day(desk["until"]),
            show_name=desk.get("show_name", False),
        )

    def _day(self, day: int) -> date:
        return self.days.at(day).date()

    def _terms(self, row: Row) -> Terms:
        remit: dict[str, Any] = {
            name: list(model._default_manager.filter(pk__in=row.get(name, [])))
            for name, model in REMIT.items()
        }
        return Terms(self.kinds[row["kind"]], row["days"], self._day(row["until"]), **remit)
