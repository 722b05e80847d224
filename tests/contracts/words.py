"""What people write in the world of the contracts, and who may come to read it."""

from dataclasses import dataclass

from django.db.models import QuerySet

from tequio.circuit.models import Case, Leg
from tequio.network.models import Office


class Words:
    """What people write in the world. `readers` are parties, such as `office:agency`; the set may grow later."""

    def plant(self, words: str, readers: set[str]) -> str:
        """The words as they are written down, which only `readers` may come to see."""
        return words

    def address(self, name: str, readers: set[str]) -> str:
        return f"{self.plant(name, readers).replace(' ', '.').lower()}@example.org"


def party(office: Office | None) -> str:
    """How readers name an office: its people of now."""
    assert office is not None
    return f"office:{office.organisation.slug}"


@dataclass(frozen=True)
class Said:
    """What was written while an ask was at its leg `number`. `over`: opinions that were given, or missed, before."""

    number: int
    readers: set[str]
    over: frozenset[int] = frozenset()


@dataclass
class Story:
    """An ask on its way. `said`: what was written in it, the ask itself first."""

    slug: str
    asker: str
    case: Case
    said: list[Said]

    def leg(self, number: int = 1) -> Leg:
        return self.legs().get(number=number)

    def last(self) -> Leg:
        """The last leg on the way of the case itself."""
        return self.legs().filter(asked_by=None).latest("number")

    def opinion(self) -> Leg:
        """The opinion that was asked for last."""
        return self.legs().exclude(asked_by=None).latest("number")

    def legs(self) -> QuerySet[Leg]:
        return self.case.legs.select_related("owner__organisation", "case")

    def readers(self) -> set[str]:
        """Who may read what is written now: the asker and the office that has the ask, and who gets it later."""
        leg = self.last()
        assert leg.owner is not None
        over = self.case.legs.exclude(asked_by=None).exclude(closed_at=None).values_list("number", flat=True)
        said = Said(leg.number, {self.asker, party(leg.owner)}, frozenset(over))
        self.said.append(said)
        return said.readers

    def sync(self) -> None:
        """Whoever gets the ask reads what came before; those before read nothing new, nor do those who have given
        their opinion. Whom the case is entrusted to reads it all.
        """
        self.case.refresh_from_db()
        owners = {leg.number: party(leg.owner) for leg in self.legs() if leg.owner}
        for said in self.said:
            said.readers.update(owners[n] for n in owners if n >= said.number and n not in said.over)
            if self.case.owner:
                said.readers.add(party(self.case.owner))
