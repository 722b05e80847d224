"""What offices keep for themselves, owe each other and have handed over, for the world of the contracts."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from tequio.charts.actions import draw, want
from tequio.charts.models import Drawing
from tequio.charts.rules import Wanted
from tequio.circuit.actions.agreements import (
    Owing,
    Terms,
    propose_agreement,
    refuse_agreement,
    sign_agreement,
)
from tequio.circuit.actions.closures import declare_closure
from tequio.circuit.actions.drafts import keep_draft
from tequio.circuit.actions.filing import file_mail
from tequio.circuit.actions.governing import change_government, decide_review
from tequio.circuit.actions.keeping import say_done
from tequio.circuit.actions.muting import mute_topic
from tequio.circuit.actions.remarks import write_remark
from tequio.circuit.actions.wording import keep_template
from tequio.circuit.models import (
    Agreement,
    Commitment,
    Event,
    Recall,
    Remark,
    Reply,
    Review,
    Sending,
    Template,
)
from tequio.circuit.states import MailState, OnRecord
from tequio.inbound.models import Received
from tequio.inbound.reading.mail import Mail, Nature
from tequio.kernel import clock
from tequio.network.absences import declare_absence
from tequio.network.actions import begin_mandate, end_mandate
from tequio.network.models import Absence, Closure, Hub, Mandate, Office, Organisation, Role, Transition
from tequio.observatory.actions import publish_week, write_records
from tequio.people.models import Person
from tests.circuit.agreed import STARTS
from tests.contracts.stories import Stage, Teller
from tests.contracts.words import Story, party

VACANT = "institute"
MAIL_DOMAIN = "mail.example"
GOVERNED = ("agency", "embassy-de")
LATER = date(2027, 2, 1)


@dataclass
class Kept:
    """What an office of the world has: for each kind of page one of its things."""

    templates: list[Template] = field(default_factory=list)
    remark: Remark | None = None
    closure: Closure | None = None
    absence: Absence | None = None
    proposed: Agreement | None = None
    in_force: Agreement | None = None
    mail: Reply | None = None
    owes: Commitment | None = None
    is_owed: Commitment | None = None


def keep_things(stage: Stage, slug: str, story: Story) -> Kept:
    """The office's templates, notes, a draft on an open ask, days off; what it has muted."""
    office, by, plant = stage.offices[slug], stage.mandates[slug], stage.words.plant
    only = {party(office)}
    kept = Kept()
    for act in ("answer", "accept"):
        given: dict[str, Any] = {"title": plant(f"Para {act}", only), "text": plant("Gracias, {name}", only)}
        kept.templates.append(keep_template(office, by=by, act=act, language="es", **given))
    kept.remark = write_remark(office, plant("Nota del trabajo", only), by=by)
    write_remark(office, plant("Nota de la petición", only), by=by, case=story.case)
    keep_draft(story.leg(), "decline", {"reason": "other", "text": plant("Borrador", only)}, by=by)
    days: dict[str, Any] = {"first_day": LATER, "last_day": LATER}
    kept.closure = declare_closure(by=by, name="Semana Santa", **days)
    kept.absence = declare_absence(by, by=by, **days)
    mute_topic("changes", by=by)
    kept.mail = get_mails(stage, story, only)
    return kept


def get_mails(stage: Stage, story: Story, only: set[str]) -> Reply:
    """Mail about an open ask: a colleague's that waits for the office's word, a machine's, and one that nobody can
    file for sure. Returns the first.
    """
    leg, mine = story.leg(), stage.mandates[story.slug].person.account.email
    colleague = stage.words.address("colega", only)
    mail_comes(stage, only, to=f"r.{leg.mail_token}@{MAIL_DOMAIN}", sender=colleague)
    waiting = Reply.objects.latest("pk")
    mail_comes(stage, only, to=f"r.{leg.mail_token}@{MAIL_DOMAIN}", sender=mine, nature=Nature.AUTO)
    coordination = {"office:mesa"}
    stranger = stage.words.address("nadie", coordination)
    mail_comes(stage, coordination, to=f"nobody@{MAIL_DOMAIN}", sender=stranger)
    return waiting


def mail_with_file_to_come(stage: Stage, story: Story, readers: set[str], event: Event) -> Sending:
    """A mail that became these words, and the file that was left out of it, of which half has come."""
    plant, number = stage.words.plant, Received.objects.count()
    reply = Reply.objects.create(
        received=Received.objects.create(digest=f"{number:064}", door="pipe", size=1),
        message_id=f"<{number}@out.example>",
        leg=event.leg or story.leg(),
        state=MailState.TAKEN,
        nature=Nature.HUMAN.value,
        found_by="address",
        sender=stage.words.address("quien-escribe", readers),
        text=plant("Va el plano", readers),
        whole=plant("Va el plano con lo citado", readers),
        left_out=[plant("plano", readers)],
        event=event,
        settled_at=event.at,
    )
    name = f"{plant('plano en camino', readers)}.pdf"
    return Sending.objects.create(reply=reply, name=name, size=20, came=10, path=f"sending-{number}")


def mail_comes(
    stage: Stage, readers: set[str], *, to: str, sender: str, nature: Nature = Nature.HUMAN
) -> None:
    plant, number = stage.words.plant, Received.objects.count()
    received = Received.objects.create(digest=f"{number:064}", door="pipe", size=1)
    mail = Mail(
        nature=nature,
        message_id=f"<{number}@out.example>",
        answers=(),
        sender=sender,
        sender_name=plant("Quien escribe", readers),
        recipients=(to,),
        subject=plant("Asunto", readers),
        sent_at=None,
        text=plant("Sí podemos", readers),
        html="",
        too_big=(plant("plano", readers),),
    )
    file_mail(received, mail)


def agree(stage: Stage, kept: dict[str, Kept]) -> None:
    """Each office has an agreement in force with the next one, proposes another, and was refused a third."""
    slugs = list(stage.offices)
    for slug, other in zip(slugs, [*slugs[1:], slugs[0]], strict=True):
        mine, theirs = stage.mandates[slug], stage.mandates[other]
        both = {party(mine.office), party(theirs.office)}
        kept[other].proposed = _propose(stage, mine, theirs, both)
        refused = _propose(stage, mine, theirs, both)
        refuse_agreement(refused, by=theirs, reason=stage.words.plant("No alcanza", both))
        agreement = sign_agreement(_propose(stage, mine, theirs, None), by=theirs)
        done, owed = agreement.commitments.order_by("pk")
        say_done(done, by=mine)
        kept[other].in_force, kept[other].owes, kept[other].is_owed = agreement, owed, done


def _propose(stage: Stage, mine: Mandate, theirs: Mandate, readers: set[str] | None) -> Agreement:
    """A proposal; `readers`: who may read it, for what is never signed; None: all, once it is in force."""

    def words(text: str) -> str:
        return stage.words.plant(text, readers) if readers else text

    terms = Terms(words("Convenio"), words("Nos ayudamos"), STARTS, STARTS + timedelta(days=300))
    owing = [Owing(by.office, words("Una sala"), LATER) for by in (mine, theirs)]
    return propose_agreement(terms, owing, to=theirs.office, by=mine)


@dataclass
class Past:
    """What was before: one person held every office, promised, noted, and left; two governments changed."""

    stage: Stage
    person: Person
    stories: list[Story] = field(default_factory=list)
    mandates: dict[str, Mandate] = field(default_factory=dict)

    def hold(self, office: Office) -> Mandate:
        slug = office.organisation.slug
        self.mandates[slug] = begin_mandate(office, self.person.pk, Role.HOLDER)
        words = self.stage.words.plant("Lo que aprendí", {party(office)})
        write_remark(office, words, by=self.mandates[slug], learnt=True)
        return self.mandates[slug]

    def work(self, teller: Teller) -> None:
        """One accepted ask at each office, two where the government will change, and two at the one left vacant."""
        for slug in (*self.stage.offices, *GOVERNED):
            self.stories.append(teller.tell(slug, "arranged"))
        for number in range(2):
            story = teller.begin("agency")
            teller.pass_on_to(story, VACANT)
            self.stories.append(story)
            if number:
                teller.go_on(story, ["accept"])
            else:
                draft = {"text": self.stage.words.plant("Borrador", {f"office:{VACANT}"})}
                keep_draft(story.last(), "answer", draft, by=self.mandates[VACANT])

    def leave(self) -> Transition:
        """Every mandate ends: of two offices by a change of government, of the others by leaving."""
        end_mandate(self.mandates[VACANT], by=None)
        changed = change_government(
            "MX",
            name="Administración 2026–2032",
            organisations=list(Organisation.objects.filter(slug__in=GOVERNED)),
            decide_on=clock.today("UTC") + timedelta(days=60),
            by=self.mandates["mesa"],
        )
        for slug in ("chapter-berlin", "chapter-madrid", "university-oaxaca", "mesa"):
            end_mandate(self.mandates[slug], by=None)
        for story in self.stories:
            story.sync()
        return changed


def decide(stage: Stage, past: Past) -> None:
    """Of two promises of the government before, each office keeps one, with a reason."""
    for slug in GOVERNED:
        review = (
            Review.objects.filter(office=stage.offices[slug]).select_related("commitment__case").latest("pk")
        )
        story = next(each for each in past.stories if each.case == review.commitment.case)
        reason = stage.words.plant("Se mantiene", {party(stage.offices[slug]), story.asker})
        decide_review(review, "keep", by=stage.mandates[slug], reason=reason)
        story.sync()


def ask_again(story: Story) -> Recall:
    """The asker of what took place has been drawn, and is asked whether it happened."""
    month = clock.today("UTC").replace(day=1)
    owner = story.leg().owner
    assert owner is not None
    return Recall.objects.create(case=story.case, office=owner, month=month, on_record=OnRecord.CONFIRMED)


def publish() -> str:
    """The night comes: records, the week, and a drawing; its name."""
    hub = Hub.objects.select_related("home", "coordination__organisation").get(home="MX")
    with transaction.atomic():
        write_records(hub)
        publish_week(hub)
    texts = {"title": "Dos", "alt": "Dos", "source": "MX", "as_of": "hoy", "labels": {"x": "n"}}
    want([Wanted("contracts", "es", "bars", {**texts, "rows": [["Uno", 1], ["Dos", 2]]})])
    for drawing in Drawing.objects.all():
        draw(drawing)
    return str(Drawing.objects.get(key="contracts").shown)
