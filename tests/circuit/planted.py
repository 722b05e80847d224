"""A case in which everything that can be written is written, each text once: who is shown which of them?

The ask comes to Beto's chapter. He asks it one thing, wants Uma's opinion and one of his members, who says yes; then
he passes it on to Carla's chapter, which asks one thing more and accepts. Mesa coordinates; Eva has nothing to do
with it. Every step is an hour after the one before.
"""

import html
from datetime import date
from typing import Any

from tequio.circuit.actions.answering import accept_leg, ask_more, pass_on_leg
from tequio.circuit.actions.asker import reply_to_question
from tequio.circuit.actions.opinions import ask_opinions, give_opinion
from tequio.circuit.actions.referring import refer_leg, say_yes
from tequio.circuit.actions.remarks import write_remark
from tequio.circuit.models import Case, Leg, Referral
from tests.cast import Cast, open_leg_of
from tests.circuit.tables import MEMBER, add_kind, promised
from tests.conftest import Clock

WORDS = {
    "text": "Vacunas para cuarto",
    "name": "Marta Maestra Luna",
    "behalf": "Academia de biología",
    "typed": "Telebachillerato del Cerro",
    "address": "marta.luna@example.net",
    "question": "¿En qué idioma sería?",
    "reply": "Sería en zapoteco",
    "task": "¿Es seria la academia?",
    "opinion": "Una academia muy seria",
    "member": "Nadia Nadie Sol",
    "member address": "nadia.sol@example.org",
    "member note": "Usted sabe de vacunas",
    "shown": "Doctora Sol",
    "contact": "+49 30 1234567",
    "member words": "Me alegra mucho ayudar",
    "passed": "En Madrid hay quien hable zapoteco",
    "second question": "¿A qué hora es?",
    "second reply": "A las nueve y media",
    "promised": "El jueves por video",
    "beto's note": "Llaman por las mañanas",
    "uma's note": "Conocemos a la directora",
    "carla's note": "Falta el micrófono",
}
ASK = {"text", "name", "behalf", "typed"}
FIRST = {"question", "reply"}
LATER = {"second question", "second reply", "promised"}
ROUTE = [
    {**each, "next": [*each["next"], "arranged"]} if each["slug"] == "chapter" else each for each in MEMBER
]
DAY = date(2026, 11, 27)
CHOSEN = {"shown", "contact", "member words"}


def shown(page: Any) -> set[str]:
    """Which of the words stand in a page, a letter or any other text."""
    text = page if isinstance(page, str) else page.content.decode()
    found = " ".join(html.unescape(text).split())
    return {name for name, words in WORDS.items() if words in found}


class Planted:
    """The case while it is at Beto's (`at_beto`), and when Carla has accepted it (`at_carla`)."""

    def __init__(self, cast: Cast, clock: Clock) -> None:
        self.cast, self.clock = cast, clock
        add_kind(cast, "expert", ROUTE)
        self.beto = promised(cast, "chapter-berlin", "Beto", "expert")
        self.carla = promised(cast, "chapter-madrid", "Carla", "expert", days=20)
        self.uma = promised(cast, "university-oaxaca", "Uma", "expert", days=30)
        self.mesa = cast.hold("mesa", "Mesa")
        self.eva = cast.hold("embassy-de", "Eva")
        self.case: Case
        self.referral: Referral

    def leg(self, number: int) -> Leg:
        legs = Leg.objects.select_related("case__ask", "case__kind", "case__route", "owner__organisation")
        return legs.get(case=self.case, number=number)

    def _open(self) -> Leg:
        self.clock.forward(hours=1)
        return open_leg_of(self.case)

    def asked(self) -> "Planted":
        fields: dict[str, Any] = {
            "text": WORDS["text"],
            "name": WORDS["name"],
            "on_behalf_of": WORDS["behalf"],
        }
        fields |= {"organisation_typed": WORDS["typed"], "address": WORDS["address"]}
        self.case = self.cast.case("expert", **fields)
        return self

    def at_uma(self) -> "Planted":
        """Beto has asked one thing, and wants Uma's opinion."""
        self.asked()
        ask_more(self._open(), by=self.beto, question=WORDS["question"])
        self.clock.forward(hours=1)
        reply_to_question(self.case, WORDS["reply"])
        write_remark(self.beto.office, WORDS["beto's note"], by=self.beto, case=self.case)
        offices = [self.uma.office]
        ask_opinions(self._open(), by=self.beto, offices=offices, task=WORDS["task"], due_on=DAY)
        write_remark(self.uma.office, WORDS["uma's note"], by=self.uma, case=self.case)
        return self

    def at_beto(self) -> "Planted":
        """Uma has given it, and a member is asked."""
        self.at_uma()
        self.referral = refer_leg(
            self._open(),
            by=self.beto,
            name=WORDS["member"],
            address=WORDS["member address"],
            note=WORDS["member note"],
            language="en",
            due_on=DAY,
        )
        self.clock.forward(hours=1)
        give_opinion(self.leg(2), by=self.uma, text=WORDS["opinion"])
        return self

    def with_member(self) -> "Planted":
        self.at_beto()
        self.clock.forward(hours=1)
        given = {"shown_name": WORDS["shown"], "shown_contact": WORDS["contact"]}
        say_yes(self.referral, **given, text=WORDS["member words"])
        return self

    def at_carla(self) -> "Planted":
        self.with_member()
        madrid = self.carla.office
        pass_on_leg(self._open(), by=self.beto, to=madrid, reason="other", text=WORDS["passed"])
        write_remark(madrid, WORDS["carla's note"], by=self.carla, case=self.case)
        ask_more(self._open(), by=self.carla, question=WORDS["second question"])
        self.clock.forward(hours=1)
        reply_to_question(self.case, WORDS["second reply"])
        accept_leg(self._open(), by=self.carla, what=WORDS["promised"], due_on=date(2026, 12, 10))
        self.clock.forward(hours=1)
        return self
