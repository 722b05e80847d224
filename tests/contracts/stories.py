"""Asks on their way, each brought to where it stands by what its asker and the offices do."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol

from tequio.circuit.actions import (
    answering,
    asker,
    disputes,
    forwarding,
    opinions,
    referring,
    reporting,
    worded,
)
from tequio.circuit.actions.asking import confirm_ask
from tequio.circuit.actions.commitments import amend_commitment, drop_commitment
from tequio.circuit.actions.files import attach
from tequio.circuit.actions.ladder import look_at_leg
from tequio.circuit.actions.merging import merge_case
from tequio.circuit.models import Ask, Commitment
from tequio.kernel import clock
from tequio.kernel.uploads.checking import checked
from tequio.network.models import Mandate, Office
from tequio.reference.models import Country, Region, Subfield
from tests.cast import Cast
from tests.circuit.tables import ENDS, add_kind, asked, question, row
from tests.contracts.words import Said, Story, Words, party

# Where an ask begins; each word is what its asker or an office does next.
STEPS: dict[str, list[str]] = {
    "open": [],
    "question": ["question"],
    "arranged": ["accept"],
    "refuted": ["accept", "say-done", "not-done"],
    "passed-on": ["pass-on"],
    "answered": ["answer"],
    "expert": ["opinions"],
    "referred": ["refer"],
    "declined": ["decline"],
    "replied": ["question", "reply"],
    "contested": ["question", "contest"],
    "withdrawn": ["withdraw"],
    "done": ["question", "reply", "accept", "done"],
    "undone": ["accept", "undo"],
    "missed": ["climb"],
    "rebutted": ["accept", "say-done", "not-done", "reply-to-no"],
    "amended": ["accept", "amend"],
    "dropped": ["accept", "drop"],
    "agreed": ["answer", "agree"],
    "elsewhere": ["elsewhere", "agree"],
    "disputed": ["answer", "dispute"],
    "appealed": ["answer", "dispute", "answer", "appeal"],
    "opined": ["opinions", "opinion", "answer"],
    "member-yes": ["refer", "yes", "accept"],
    "member-no": ["refer", "no"],
    "forwarded": ["forward"],
}
BASIC = ("open", "question", "arranged", "refuted", "passed-on", "answered", "expert")
CHAPTERS = ("chapter-berlin", "chapter-madrid")
EXPERTS = {"expert", "referred", "opined", "member-yes", "member-no", "forwarded"}
TEXT = "Una charla sobre vacunas,|para cuarto semestre,|con cuarenta alumnas,|los martes,|en línea,|una hora"
COUNTRIES = {
    "chapter-berlin": "FR",
    "chapter-madrid": "ES",
    "embassy-de": "DE",
    "agency": "MX",
    "university-oaxaca": "IT",
    "mesa": "US",
}
ADVISERS = dict(zip(COUNTRIES, [*list(COUNTRIES)[1:], next(iter(COUNTRIES))], strict=True))
ROUTE = [
    asked("office"),
    row("office", "at-desk", "with-member next question arranged answered declined withdrawn"),
    row("with-member", "at-desk", "arranged answered question declined withdrawn", who="member"),
    row("next", "at-desk", "arranged answered question declined withdrawn", days=6),
    question("office", "with-member", "next", days=4),
    row("answered", who=""),
    *ENDS,
]
KINDS = ["chapter", "post", "agency", "university", "association"]


class Stage(Protocol):
    """What a teller needs of the world."""

    cast: Cast
    words: Words
    offices: dict[str, Office]
    mandates: dict[str, Mandate]


def add_expert_kind(cast: Cast) -> None:
    """A kind of ask to which every office of the world can promise an answer, each for a country of its own."""
    Country.objects.bulk_create(
        Country(id=code, names={"es": code, "en": code}, zones=["Europe/Paris"]) for code in ("FR", "IT")
    )
    add_kind(cast, "expert", ROUTE, place="country", for_kinds=KINDS)


class Teller:
    """Tells stories: asks that go to an office of the stage and come to where they should be."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.plant, self.advisers = stage, stage.words.plant, ADVISERS

    def ask(self, slug: str, who: str, readers: set[str], *, expert: bool = False, address: str = "") -> Ask:
        """An unconfirmed ask that will go to the office of `slug`; its address is for nobody but its asker."""
        kind, fields = self._where(slug, readers)
        if expert:
            kind, fields = "expert", {"country": Country.objects.get(pk=COUNTRIES[slug])}
        return self.stage.cast.ask(
            kind,
            name=self.plant("Marta Maestra", readers),
            address=address or self.stage.words.address(f"marta-{Ask.objects.count()}", {who}),
            text="\n".join(self.plant(words, readers) for words in TEXT.split("|")),
            on_behalf_of=self.plant("Grupo 4B", readers),
            **fields,
        )

    def _where(self, slug: str, readers: set[str]) -> tuple[str, dict[str, Any]]:
        if slug == "chapter-madrid":
            jalisco = {"organisation": None, "region": Region.objects.get(pk="MX-JAL")}
            return "school-talk", {"organisation_typed": self.plant("Escuela", readers), **jalisco}
        if slug in ("embassy-de", "mesa"):
            country = Country.objects.get(pk=COUNTRIES[slug])
            return "consular-support", {"country": country}
        if slug in ("agency", "university-oaxaca"):
            subfield = Subfield.objects.get(pk="sub-31" if slug == "agency" else "sub-13")
            return "counterpart", {"subfield": subfield}
        return "school-talk", {}

    def begin(self, slug: str, *, expert: bool = False, twin: Story | None = None) -> Story:
        """A confirmed ask that has come to the office of `slug`; `twin`: another one of the same asker."""
        who = twin.asker if twin else f"asker:{Ask.objects.count()}"
        address = twin.case.ask.address if twin else ""
        readers = {who, f"office:{slug}"}
        case = confirm_ask(self.ask(slug, who, readers, expert=expert, address=address))
        story = Story(slug, who, case, [Said(1, readers)])
        name = f"{self.plant('plan', readers)}.txt"
        attach(case.ask, [checked(name, self.plant("Un plan", readers).encode())])
        assert story.leg().owner == self.stage.offices[slug], slug
        return story

    def tell(self, slug: str, state: str) -> Story:
        """An ask at the office of `slug`, brought to `state` by what asker and office do."""
        story = self.begin(slug, expert=state in EXPERTS)
        self.go_on(story, STEPS[state])
        return story

    def go_on(self, story: Story, steps: Iterable[str]) -> None:
        """One step after another, a second between them: what an office is shown ends when the ask has left it."""
        for number, step in enumerate(steps, 1):
            with clock.at(clock.now() + timedelta(seconds=number)):
                getattr(self, f"_{step.replace('-', '_')}")(story)
                story.sync()

    def merge(self, story: Story, into: Story) -> None:
        """The office of both merges the ask into the other one of the same asker."""
        merge_case(story.case, into.case, by=self.stage.mandates[story.slug])
        story.sync()

    def _by(self, story: Story) -> Mandate:
        owner = story.last().owner
        assert owner is not None
        return self.stage.mandates[owner.organisation.slug]

    def _written(self, story: Story, what: str) -> str:
        return self.plant(f"Texto de {what}", story.readers())

    def _commitment(self, story: Story) -> Commitment:
        return Commitment.objects.select_related("case", "office__organisation").get(case=story.case)

    def _accept(self, story: Story) -> None:
        day = clock.today("UTC") + timedelta(days=20)
        written = self._written(story, "aceptación")
        answering.accept_leg(story.last(), by=self._by(story), what=written, due_on=day)

    def _decline(self, story: Story) -> None:
        written = self._written(story, "rechazo")
        answering.decline_leg(story.last(), by=self._by(story), reason="other", text=written)

    def _answer(self, story: Story) -> None:
        worded.answer_leg(story.last(), by=self._by(story), text=self._written(story, "respuesta"))

    def _elsewhere(self, story: Story) -> None:
        day, written = clock.today("America/Mexico_City"), self._written(story, "por teléfono")
        worded.elsewhere_leg(story.last(), by=self._by(story), on=day, text=written)

    def _question(self, story: Story) -> None:
        answering.ask_more(story.last(), by=self._by(story), question=self._written(story, "pregunta"))

    def pass_on_to(self, story: Story, slug: str) -> None:
        """The office that has it passes it on to that of `slug`."""
        by, leg, written = self._by(story), story.last(), self._written(story, "traslado")
        answering.pass_on_leg(leg, by=by, to=self.stage.cast.office(slug), reason="other", text=written)
        story.sync()

    def _pass_on(self, story: Story) -> None:
        self.pass_on_to(story, "embassy-de" if story.slug == "mesa" else "mesa")
        self._question(story)

    def _undo(self, story: Story) -> None:
        answering.undo_answer(story.last(), by=self._by(story))

    def _climb(self, story: Story) -> None:
        with clock.at(clock.now() + timedelta(days=60)):
            look_at_leg(story.last())
        story.sync()
        if story.last().owner != self.stage.offices[story.slug]:
            self._question(story)

    def _reply(self, story: Story) -> None:
        asker.reply_to_question(story.case, self._written(story, "contestación"))

    def _contest(self, story: Story) -> None:
        asker.contest_question(story.case, text=self._written(story, "objeción"))

    def _withdraw(self, story: Story) -> None:
        asker.withdraw_case(story.case, text=self._written(story, "retiro"))

    def _done(self, story: Story) -> None:
        asker.report_outcome(story.case, happened=True, text=self._written(story, "sí"))

    def _not_done(self, story: Story) -> None:
        asker.report_outcome(story.case, happened=False, text=self._written(story, "no"))

    def _say_done(self, story: Story) -> None:
        written = self._written(story, "hecho")
        reporting.report_done(self._commitment(story), by=self._by(story), text=written)

    def _reply_to_no(self, story: Story) -> None:
        written = self._written(story, "réplica")
        reporting.answer_no(self._commitment(story), by=self._by(story), text=written)

    def _amend(self, story: Story) -> None:
        given = {name: self._written(story, name) for name in ("what", "reason")}
        day = clock.today("UTC") + timedelta(days=25)
        amend_commitment(self._commitment(story), self._by(story), due_on=day, **given)

    def _drop(self, story: Story) -> None:
        drop_commitment(self._commitment(story), self._by(story), self._written(story, "desistimiento"))

    def _agree(self, story: Story) -> None:
        disputes.agree_case(story.case, text=self._written(story, "acuerdo"))

    def _dispute(self, story: Story) -> None:
        disputes.dispute_case(story.case, text=self._written(story, "disputa"))

    def _appeal(self, story: Story) -> None:
        disputes.appeal_case(story.case, text=self._written(story, "apelación"))

    def _opinions(self, story: Story) -> None:
        leg, adviser = story.last(), self.stage.offices[ADVISERS[story.slug]]
        task = self.plant("¿Es seria?", {party(leg.owner), party(adviser)})
        day = clock.today("UTC") + timedelta(days=3)
        opinions.ask_opinions(leg, by=self._by(story), offices=[adviser], task=task, due_on=day)

    def _opinion(self, story: Story) -> None:
        leg = story.opinion()
        said = self.plant("A mi juicio, sí", {party(story.leg().owner), party(leg.owner)})
        opinions.give_opinion(leg, by=self.stage.mandates[leg.owner.organisation.slug], text=said)

    def _refer(self, story: Story) -> None:
        leg, member = story.last(), f"member:{story.case.ref}"
        office = {party(leg.owner)}
        story.said[0].readers.add(member)
        referring.refer_leg(
            leg,
            by=self._by(story),
            name=self.plant("Nadia Nadie", {member, *office}),
            address=self.stage.words.address(f"nadia-{story.case.pk}", {member, *office}),
            language="es",
            note=self.plant("Usted conoce el tema", {member, *office}),
            due_on=clock.today("UTC") + timedelta(days=4),
        )

    def _yes(self, story: Story) -> None:
        shown = {name: self.plant(name, {f"member:{story.case.ref}", *story.readers()}) for name in
                 ("shown_name", "shown_contact", "text")}  # fmt: skip
        referring.say_yes(story.leg().referrals.get(), **shown)

    def _no(self, story: Story) -> None:
        referring.say_no(story.leg().referrals.get())

    def _forward(self, story: Story) -> None:
        forwarding.forward_leg(story.last(), by=self._by(story), text=self._written(story, "aprobación"))
