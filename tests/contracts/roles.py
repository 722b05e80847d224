"""The sixteen roles of the permission table and of the canaries, in one world in which each has something.

Members have no membership yet in this version: they are signed-in persons without a mandate. So is a school's
contact, who asks for the school by a link. The bearer of a desk's link holds the letters of the chapter's officer
without signing in, and an invitation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tequio.circuit import links
from tequio.circuit.actions import answering, asker
from tequio.circuit.actions.asking import confirm_ask
from tequio.circuit.actions.ladder import look_at_leg
from tequio.circuit.models import Ask, Case, Leg
from tequio.circuit.queries.cases import current_leg
from tequio.kernel import clock
from tequio.network.actions import begin_mandate, end_mandate, invite
from tequio.network.links import invitation_key
from tequio.network.models import Invitation, Mandate, Office
from tequio.network.models import Role as Seat
from tequio.people.actions import person_for_address
from tequio.people.models import Account, Person
from tequio.reference.models import Country, Region, Subfield
from tests.cast import Cast

ROLES = (
    "visitor",
    "bearer of an asker's link",
    "bearer of a desk's link",
    "signed in, no role",
    "member of the chapter",
    "member of another chapter",
    "officer of the chapter",
    "officer of another",
    "former officer",
    "deputy",
    "officer of a post",
    "officer of an agency",
    "officer of a university",
    "school contact",
    "coordinating office",
    "platform operator",
)
OFFICERS = {
    "chapter-berlin": "officer of the chapter",
    "chapter-madrid": "officer of another",
    "embassy-de": "officer of a post",
    "agency": "officer of an agency",
    "university-oaxaca": "officer of a university",
    "mesa": "coordinating office",
}
ASKERS = {"chapter-berlin": "bearer of an asker's link", "chapter-madrid": "school contact"}
PROMISES: dict[str, tuple[str, dict[str, Any]]] = {
    "chapter-berlin": ("school-talk", {"regions": ["MX-OAX"]}),
    "chapter-madrid": ("school-talk", {"regions": ["MX-JAL"]}),
    "embassy-de": ("consular-support", {"countries": ["DE"]}),
    "agency": ("counterpart", {"fields": ["31"]}),
    "university-oaxaca": ("counterpart", {"fields": ["13"]}),
    "mesa": ("consular-support", {"countries": ["US"]}),
}
STEPS: dict[str, list[str]] = {
    "open": [],
    "question": ["question"],
    "arranged": ["accept"],
    "passed-on": ["pass-on"],
    "declined": ["decline"],
    "replied": ["question", "reply"],
    "withdrawn": ["withdraw"],
    "done": ["question", "reply", "accept", "done"],
    "not-done": ["accept", "not-done"],
    "undone": ["accept", "undo"],
    "missed": ["climb"],
}
TEXT = "Una charla sobre vacunas,|para cuarto semestre,|con cuarenta alumnas,|los martes,|en línea,|una hora".split(
    "|"
)
BASIC = ("open", "question", "arranged", "passed-on")
Args = tuple[Any, ...]


class Words:
    """What people write in the world. `readers` are parties, such as `office:agency`; the set may grow later."""

    def plant(self, words: str, readers: set[str]) -> str:
        """The words as they are written down, which only `readers` may come to see."""
        return words

    def address(self, name: str, readers: set[str]) -> str:
        return f"{self.plant(name, readers).replace(' ', '.').lower()}@example.org"


@dataclass
class Story:
    """An ask on its way. `readers`: who may read what was written while it was at each of its offices."""

    asker: str
    case: Case
    readers: list[set[str]]

    def leg(self, number: int = 1) -> Leg:
        return self.case.legs.select_related("owner__organisation").get(number=number)

    def arrives(self, slug: str) -> None:
        """The ask goes to another office, which reads what came before; those before it read nothing new."""
        for earlier in self.readers:
            earlier.add(f"office:{slug}")
        self.readers.append({self.asker, f"office:{slug}"})


@dataclass
class Role:
    """`own`: what belongs to it; `forged`: somebody else's things, with the best key it has. By URL name."""

    name: str
    account: Account | None = None
    parties: set[str] = field(default_factory=set)
    own: dict[str, Args] = field(default_factory=dict)
    forged: dict[str, Args] = field(default_factory=dict)


class World:
    """Six held offices with an ask in each of `states`, a former officer, a deputy, askers and invitations."""

    def __init__(self, words: Words, *, states: Iterable[str] = BASIC) -> None:
        self.cast, self.words = Cast(), words
        self.offices = {slug: self.cast.office(slug) for slug in OFFICERS}
        self.mandates: dict[str, Mandate] = {}
        self._hold_offices()
        self.stories = {(slug, state): self.tell(slug, state) for slug in OFFICERS for state in states}
        self.invited = {slug: self._invite(slug) for slug in ("institute", *OFFICERS)}
        self.roles = {name: Role(name) for name in ROLES}
        self._let_in()
        self._give_askers()
        self._give_officers()

    def _hold_offices(self) -> None:
        self.former = self._mandate("chapter-berlin", "former officer")
        end_mandate(self.former, by=None)
        for slug, role in OFFICERS.items():
            self.mandates[slug] = self._mandate(slug, role)
        self.deputy = self._mandate("chapter-berlin", "deputy", Seat.DEPUTY)
        for slug, (kind, terms) in PROMISES.items():
            self.cast.promise(self.mandates[slug], kind, **terms)

    def person(self, name: str, *readers: str) -> Person:
        """Somebody who signs in; the address is for nobody else."""
        party = f"person:{name}"
        address = self.words.address(re.sub(r"\W+", "-", name), {party})
        written = self.words.plant(name.title(), {party, *readers})
        return person_for_address(address, name=written, language="es", zone="America/Mexico_City")

    def _mandate(self, slug: str, name: str, role: str = Seat.HOLDER) -> Mandate:
        person = self.person(name, f"office:{slug}")
        return begin_mandate(self.offices[slug], person.pk, role)

    def _invite(self, slug: str) -> Invitation:
        address = self.words.address("invited", {f"invited:{slug}", f"office:{slug}", "office:mesa"})
        role = Seat.DEPUTY if slug in OFFICERS else Seat.HOLDER
        by = self.mandates.get(slug, self.mandates["mesa"])
        return invite(self.cast.office(slug), address, role=role, language="es", by=by)

    def ask(self, slug: str, who: str, readers: set[str]) -> Ask:
        """An unconfirmed ask that will go to the office of `slug`; its address is for nobody but its asker."""
        plant = self.words.plant
        jalisco = {"organisation": None, "region": Region.objects.get(pk="MX-JAL")}
        where: dict[str, tuple[str, dict[str, Any]]] = {
            "chapter-berlin": ("school-talk", {}),
            "chapter-madrid": ("school-talk", {"organisation_typed": plant("Escuela", readers), **jalisco}),
            "embassy-de": ("consular-support", {}),
            "agency": ("counterpart", {"subfield": Subfield.objects.get(pk="sub-31")}),
            "university-oaxaca": ("counterpart", {}),
            "mesa": ("consular-support", {"country": Country.objects.get(pk="ES")}),
        }
        kind, fields = where[slug]
        return self.cast.ask(
            kind,
            name=plant("Marta Maestra", readers),
            address=self.words.address(f"marta-{Ask.objects.count()}", {who}),
            text="\n".join(plant(words, readers) for words in TEXT),
            on_behalf_of=plant("Grupo 4B", readers),
            **fields,
        )

    def tell(self, slug: str, state: str) -> Story:
        """An ask at the office of `slug`, brought to `state` by what asker and office do."""
        who = f"asker:{Ask.objects.count()}"
        readers = {who, f"office:{slug}"}
        story = Story(who, confirm_ask(self.ask(slug, who, readers)), [readers])
        assert story.leg().owner == self.offices[slug], slug
        for step in STEPS[state]:
            self._step(story, slug, step)
        return story

    def _step(self, story: Story, slug: str, step: str) -> None:
        leg, by = open_leg_or_last(story.case), self.mandates[slug]
        written = self.words.plant(f"Texto de {step}", story.readers[-1])
        if step == "accept":
            answering.accept_leg(leg, by=by, what=written, due_on=clock.today("UTC") + timedelta(days=20))
        elif step == "decline":
            answering.decline_leg(leg, by=by, reason="other", text=written)
        elif step == "question":
            answering.ask_more(leg, by=by, question=written)
        elif step == "pass-on":
            to = "embassy-de" if slug == "mesa" else "mesa"
            story.arrives(to)
            answering.pass_on_leg(leg, by=by, to=self.offices[to], reason="other", text=written)
            self._step(story, to, "question")
        elif step == "undo":
            answering.undo_answer(leg, by=by)
        elif step == "climb":
            story.arrives("mesa")
            with clock.at(clock.now() + timedelta(days=60)):
                look_at_leg(leg)
            self._step(story, "mesa", "question")
        elif step == "reply":
            asker.reply_to_question(story.case, written)
        elif step == "withdraw":
            asker.withdraw_case(story.case, text=written)
        else:
            asker.report_outcome(story.case, happened=step == "done", text=written)

    def _let_in(self) -> None:
        """Who is signed in as what, and to which parties each role belongs."""
        for name in (
            "signed in, no role",
            "member of the chapter",
            "member of another chapter",
            "school contact",
        ):
            self.roles[name].account = self.person(name).account
            self.roles[name].parties = {f"person:{name}"}
        holders = {"former officer": self.former, "deputy": self.deputy}
        holders |= {OFFICERS[slug]: mandate for slug, mandate in self.mandates.items()}
        for name, mandate in holders.items():
            self.roles[name].account = mandate.person.account
            self.roles[name].parties = {f"person:{name}"}
            if mandate != self.former:
                self.roles[name].parties.add(f"office:{mandate.office.organisation.slug}")
        operator = self.words.address("operator", {"person:platform operator"})
        self.roles["platform operator"].account = Account.objects.create_superuser(operator)
        self.roles["platform operator"].parties = {"person:platform operator"}
        self.roles["bearer of a desk's link"].parties = {"office:chapter-berlin", "invited:institute"}

    def _give_askers(self) -> None:
        for slug, name in ASKERS.items():
            role, who = self.roles[name], f"asker:{name}"
            asks = self.ask(slug, who, {who})
            role.parties.add(who)
            role.own["ask_confirm"] = asks.pk, links.ask_key(asks)
            role.own["ask_sent"] = asks.pk, links.sent_key(asks)
            states = {"follow": "open", "follow_withdraw": "open"}
            states |= {"follow_reply": "question", "follow_outcome": "arranged"}
            for url, state in states.items():
                story = self.stories[slug, state]
                role.own[url] = story.case.ref, links.case_key(story.case)
                role.parties.add(story.asker)
        invitation = self.invited["institute"]
        self.roles["bearer of a desk's link"].own["invitation"] = invitation.pk, invitation_key(invitation)

    def _give_officers(self) -> None:
        for slug, name in OFFICERS.items():
            role, mandate, office = self.roles[name], self.mandates[slug], self.offices[slug]
            self._give_office(role, office)
            for suffix, state in {"": "open", "#undo": "arranged"}.items():
                leg = self.stories[slug, state].leg()
                role.own[f"leg_link{suffix}"] = leg.case.ref, 1, mandate.pk, links.leg_key(leg, mandate)
        self._give_office(self.roles["deputy"], self.offices["chapter-berlin"])
        berlin, bearer = self.roles[OFFICERS["chapter-berlin"]], self.roles["bearer of a desk's link"]
        for url in ("leg_link", "leg_link#undo"):
            bearer.own[url] = berlin.own[url]
        leg = self.stories["chapter-berlin", "open"].leg()
        for name, mandate in {"former officer": self.former, "deputy": self.deputy}.items():
            key = links.leg_key(leg, mandate)
            self.roles[name].forged["leg_link"] = leg.case.ref, 1, mandate.pk, key

    def _give_office(self, role: Role, office: Office) -> None:
        slug = office.organisation.slug
        for url in ("desk_office", "promises", "mandates"):
            role.own[url] = (office.pk,)
        role.own |= {"organisation": (slug,), "entry_point": (slug,)}
        for suffix, state in {"": "open", "#undo": "arranged"}.items():
            role.own[f"leg{suffix}"] = office.pk, self.stories[slug, state].case.ref, 1


def open_leg_or_last(case: Case) -> Leg:
    leg = current_leg(case)
    assert leg is not None
    return leg
