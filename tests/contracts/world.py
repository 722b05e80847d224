"""One world in which each of the sixteen roles has something at every kind of page."""

import re
from datetime import timedelta
from typing import Any

from django.urls import reverse

from tequio.circuit import links
from tequio.circuit.actions.delivery import deliver_leg
from tequio.circuit.actions.holding import send_ask
from tequio.circuit.models import Agreement, Ask, Case, Commitment, Leg, Sending
from tequio.circuit.states import Evidence
from tequio.kernel import clock
from tequio.network.actions import begin_mandate, invite
from tequio.network.handing import hand_over_office
from tequio.network.links import invitation_key
from tequio.network.models import Invitation, Mandate, Office
from tequio.network.models import Role as Seat
from tequio.people.actions import address_broke, person_for_address
from tequio.people.models import Account, Person
from tests.cast import Cast
from tests.contracts.roles import ASKERS, MEMBERS, OFFICERS, ROLES, Role
from tests.contracts.stories import BASIC, CHAPTERS, COUNTRIES, STEPS, Teller, add_expert_kind
from tests.contracts.things import (
    VACANT,
    Past,
    agree,
    ask_again,
    decide,
    keep_things,
    mail_with_file_to_come,
    publish,
)
from tests.contracts.words import Said, Story, Words

PROMISES: dict[str, tuple[str, dict[str, Any]]] = {
    "chapter-berlin": ("school-talk", {"regions": ["MX-OAX"]}),
    "chapter-madrid": ("school-talk", {"regions": ["MX-JAL"]}),
    "embassy-de": ("consular-support", {"countries": ["DE"]}),
    "agency": ("counterpart", {"fields": ["31"]}),
    "university-oaxaca": ("counterpart", {"fields": ["13"]}),
    "mesa": ("consular-support", {"countries": ["US"]}),
}
PAGES = (
    "desk_office owed agreements_at agreement_new promises mutes mandates absences closures templates "
    "template_new notes hand_over books reviews office_mail"
).split()
# What an asker can do, and the ask in which they can.
FOLLOWED = {
    "follow": "open",
    "follow_withdraw": "open",
    "follow_mute": "open",
    "follow_reply": "question",
    "follow_contest": "question",
    "follow_outcome": "arranged",
    "follow_agree": "answered",
    "follow_dispute": "answered",
    "follow_appeal": "answered",
}
LEGS = {
    "": "open",
    "#answered": "answered",
    "#arranged": "arranged",
    "#refuted": "refuted",
    "#expert": "expert",
    "#merged": "merged",
}


class World:
    """Six held offices with asks in every state, one left vacant, those who held them before, askers, members."""

    def __init__(self, words: Words) -> None:
        self.cast, self.words = Cast(), words
        add_expert_kind(self.cast)
        self.offices = {slug: self.cast.office(slug) for slug in OFFICERS}
        self.vacant = self.cast.office(VACANT)
        self.mandates: dict[str, Mandate] = {}
        self.teller = Teller(self)
        self.past = Past(self, self.person("former officer"))
        with clock.at(clock.now() - timedelta(days=20)):
            self._pass_by()
        self.began_at = clock.now()
        self._hold_offices()
        self.stories = self._tell()
        self.held = self._held()
        self.kept = {slug: keep_things(self, slug, self.stories[slug, "open"]) for slug in OFFICERS}
        self.coming = self._coming()
        agree(self, self.kept)
        decide(self, self.past)
        self.invited = {slug: self._invite(slug) for slug in (VACANT, *OFFICERS)}
        self._hand_over()
        for leg in Leg.objects.filter(closed_at=None, delivered_at=None):
            deliver_leg(leg.pk, Evidence.SERVER)
        self.roles = {name: Role(name) for name in ROLES}
        self.people: dict[str, set[str]] = {"unreached deputy": {"office:chapter-madrid"}}
        self._let_in()
        self._give_askers()
        self.chart = publish()
        self._give_officers()

    def _pass_by(self) -> None:
        self.mandates = {slug: self.past.hold(office) for slug, office in self.offices.items()}
        self.mandates[VACANT] = self.past.hold(self.vacant)
        self.cast.promise(self.mandates[VACANT], "counterpart", days=20)
        self._promise()
        self.past.work(self.teller)
        self.changed = self.past.leave()

    def _hold_offices(self) -> None:
        self.mandates = {slug: self._mandate(slug, OFFICERS[slug]) for slug in ("mesa", *OFFICERS)[:-1]}
        self.deputy = self._mandate("chapter-berlin", "deputy", Seat.DEPUTY)
        away = self._mandate("chapter-madrid", "unreached deputy", Seat.DEPUTY)
        address_broke(away.person.account.email)
        self._promise()

    def _promise(self) -> None:
        for slug, (kind, terms) in PROMISES.items():
            self.cast.promise(self.mandates[slug], kind, **terms)
            self.cast.promise(self.mandates[slug], "expert", countries=[COUNTRIES[slug]])

    def own_kind(self, slug: str) -> str:
        """The kind of ask that the office alone promises to answer."""
        return PROMISES[slug][0]

    def person(self, name: str, *readers: str) -> Person:
        """Somebody who signs in; the address is for nobody else."""
        party = f"person:{name}"
        address = self.words.address(re.sub(r"\W+", "-", name), {party})
        written = self.words.plant(name.title(), {party, *readers})
        return person_for_address(address, name=written, language="es", zone="America/Mexico_City")

    def _mandate(self, slug: str, name: str, role: str = Seat.HOLDER) -> Mandate:
        person = self.person(name, f"office:{slug}")
        return begin_mandate(self.offices[slug], person.pk, role)

    def _tell(self) -> dict[tuple[str, str], Story]:
        """At every office the states in which it can do something; the others in turn, and all at the first."""
        tell, told = self.teller.tell, dict[tuple[str, str], Story]()
        for slug in OFFICERS:
            told |= {(slug, state): tell(slug, state) for state in BASIC}
            for name in ("twin", "merged"):
                told[slug, name] = self.teller.begin(slug, twin=told[slug, "open"])
            self.teller.merge(told[slug, "merged"], told[slug, "open"])
        others = [state for state in STEPS if state not in BASIC]
        for number, state in enumerate(others):
            slugs = (
                CHAPTERS
                if state in ("referred", "replied", "done")
                else ("chapter-berlin", list(OFFICERS)[1 + number % 4])
            )
            told |= {(slug, state): tell(slug, state) for slug in slugs}
        return told

    def _coming(self) -> dict[str, Sending]:
        """By the office and by the asker to which it leads, a file on its way that was left out of their mail."""
        found = dict[str, Sending]()
        for slug in OFFICERS:
            story = self.stories[slug, "answered"]
            event, only = story.case.events.get(kind="answered"), {f"office:{slug}"}
            found[f"office:{slug}"] = mail_with_file_to_come(self, story, only, event)
        for slug in ASKERS:
            story = self.stories[slug, "replied"]
            event = story.case.events.get(kind="reply")
            found[f"asker:{slug}"] = mail_with_file_to_come(self, story, {story.asker}, event)
        return found

    def _held(self) -> Ask:
        """An ask with several links, which no office has heard of."""
        readers = self.held_readers = {"asker:held", "office:mesa"}
        text = f"{self.words.plant('Vea', readers)} http://a.example http://b.example http://c.example"
        address = self.words.address("held", {"asker:held"})
        ask = self.cast.ask(name=self.words.plant("Hugo", readers), text=text, address=address)
        send_ask(ask)
        return ask

    def follow_held(self) -> None:
        """The ask that was held is a story as soon as it has gone on."""
        case = Case.objects.filter(ask=self.held).first()
        if case and all(each.case != case for each in self.past.stories):
            self.past.stories.append(
                Story("chapter-berlin", "asker:held", case, [Said(1, self.held_readers)])
            )

    def _invite(self, slug: str) -> Invitation:
        address = self.words.address("invited", {f"invited:{slug}", f"office:{slug}", "office:mesa"})
        role = Seat.DEPUTY if slug in OFFICERS else Seat.HOLDER
        by = self.mandates.get(slug, self.mandates["mesa"])
        return invite(self.cast.office(slug), address, role=role, language="es", by=by)

    def _hand_over(self) -> None:
        """An office is to be handed over, as soon as the bearer of the invitation accepts."""
        by, only = self.mandates["university-oaxaca"], {"office:university-oaxaca"}
        address = self.words.address("successor", {"invited:successor", "office:mesa", *only})
        hand_over_office(by.office, by=by, to=address, learnt=self.words.plant("Lo que sé", only))

    def _let_in(self) -> None:
        """Who is signed in as what, and to which parties each role belongs."""
        for name in ("signed in, no role", "school contact", *MEMBERS.values()):
            self.roles[name].account = self.person(name).account
            self.roles[name].parties = {f"person:{name}"}
        holders = {"former officer": self.past.mandates["chapter-berlin"], "deputy": self.deputy}
        holders |= {OFFICERS[slug]: mandate for slug, mandate in self.mandates.items()}
        for name, mandate in holders.items():
            self.roles[name].account = mandate.person.account
            self.roles[name].parties = {f"person:{name}"}
            if name != "former officer":
                self.roles[name].parties.add(f"office:{mandate.office.organisation.slug}")
        self.people |= {name: role.parties for name, role in self.roles.items() if role.account}
        operator = self.words.address("operator", {"person:platform operator"})
        self.roles["platform operator"].account = Account.objects.create_superuser(operator)
        self.roles["platform operator"].parties = {"person:platform operator"}
        self.roles["bearer of a desk's link"].parties = {"office:chapter-berlin", f"invited:{VACANT}"}

    def _give_askers(self) -> None:
        for slug, name in ASKERS.items():
            role, who = self.roles[name], f"asker:{name}"
            asks = self.teller.ask(slug, who, {who})
            role.parties.add(who)
            role.own["ask_confirm"] = asks.pk, links.ask_key(asks)
            role.own["ask_sent"] = asks.pk, links.sent_key(asks)
            for url, state in FOLLOWED.items():
                role.own[url] = self._followed(self.stories[slug, state].case)
            role.own["follow_file"] = *role.own["follow"], self._file(slug)
            coming = self.coming[f"asker:{slug}"]
            role.own["follow_mail"] = *self._followed(self.stories[slug, "replied"].case), coming.reply_id
            role.own["follow_mail_piece"] = *role.own["follow_mail"], coming.pk
            recall = ask_again(self.stories[slug, "done"])
            role.own["recall"] = recall.pk, links.recall_key(recall)
            for story in (each for (at, _state), each in self.stories.items() if at == slug):
                role.parties.add(story.asker)
                role.more.append(reverse("follow", args=self._followed(story.case)))
        for slug, name in MEMBERS.items():
            story, role = self.stories[slug, "referred"], self.roles[name]
            referral = story.leg().referrals.get()
            role.own["member"] = referral.pk, links.member_key(referral)
            role.parties.add(f"member:{story.case.ref}")
        bearer, invitation = self.roles["bearer of a desk's link"], self.invited[VACANT]
        bearer.own["invitation"] = invitation.pk, invitation_key(invitation)
        bearer.forged["invitation"] = self.invited["agency"].pk, invitation_key(invitation)

    def _file(self, slug: str) -> int:
        """The file that came with the open ask."""
        return self.stories[slug, "open"].case.ask.attachments.get().pk

    def _followed(self, case: Case) -> tuple[str, str]:
        return case.ref, links.case_key(case)

    def _give_officers(self) -> None:
        for slug, name in OFFICERS.items():
            role, mandate, office = self.roles[name], self.mandates[slug], self.offices[slug]
            self._give_office(role, office)
            for suffix, leg in self._legs(slug).items():
                key = links.leg_key(leg, mandate)
                role.own[f"leg_link{suffix}"] = leg.case.ref, leg.number, mandate.pk, key
            file = self._file(slug)
            role.own["leg_link_file"] = *role.own["leg_link"], file
            coming = self.coming[f"office:{slug}"]
            role.own["leg_link_mail"] = *role.own["leg_link#answered"], coming.reply_id
            role.own["leg_link_mail_piece"] = *role.own["leg_link_mail"], coming.pk
            role.own["leg_file"] = *role.own["leg"], file
            for url in ("mute", "mute_one_click"):
                role.own[url] = mandate.pk, "lapses", links.mute_key(mandate, "lapses")
        self._give_office(self.roles["deputy"], self.offices["chapter-berlin"])
        self.roles["deputy"].own["leg_file"] = *self.roles["deputy"].own["leg"], self._file("chapter-berlin")
        berlin, bearer = self.roles[OFFICERS["chapter-berlin"]], self.roles["bearer of a desk's link"]
        bearer.own |= {url: args for url, args in berlin.own.items() if url.startswith(("leg_link", "mute"))
                       and url != "mutes"}  # fmt: skip
        leg, before = self.stories["chapter-berlin", "open"].leg(), self.past.mandates["chapter-berlin"]
        for name, mandate in {"former officer": before, "deputy": self.deputy}.items():
            key, mute = links.leg_key(leg, mandate), links.mute_key(mandate, "lapses")
            self.roles[name].forged["leg_link"] = leg.case.ref, 1, mandate.pk, key
            self.roles[name].forged["leg_link_file"] = (
                leg.case.ref,
                1,
                mandate.pk,
                key,
                self._file("chapter-berlin"),
            )
            self.roles[name].forged["mute"] = mandate.pk, "lapses", mute
            self.roles[name].forged["mute_one_click"] = mandate.pk, "lapses", mute

    def _legs(self, slug: str) -> dict[str, Leg]:
        """By what is to be done there, the legs of the office."""
        found = {suffix: self.stories[slug, state].leg() for suffix, state in LEGS.items()}
        asking = next(other for other, adviser in self.teller.advisers.items() if adviser == slug)
        return {**found, "#opinion": self.stories[asking, "expert"].opinion()}

    def _give_office(self, role: Role, office: Office) -> None:
        slug = office.organisation.slug
        kept, book = self.kept[slug], office.books.latest("pk")
        assert kept.owes and kept.is_owed and kept.proposed and kept.in_force and kept.absence
        role.own |= dict.fromkeys(PAGES, (office.pk,))
        role.own |= {"organisation": (slug,), "entry_point": (slug,), "agreement": (kept.in_force.slug,)}
        role.own |= {"entry_record": (slug,), "chart": (self.chart,)}
        if slug in (*CHAPTERS, "mesa"):
            role.own["members"] = (office.pk,)
        role.own |= {
            "owed_one": (office.pk, kept.owes.pk),
            "owed_one#owed": (office.pk, kept.is_owed.pk),
            "agreement_at": (office.pk, kept.proposed.slug),
            "agreement_at#force": (office.pk, kept.in_force.slug),
            "absence": (office.pk, kept.absence.pk),
            "template": (office.pk, kept.templates[0].pk),
            "book": (office.pk, book.pk),
            "book_pdf": (office.pk, book.pk),
        }
        agreed = Agreement.objects.filter(parties__office=office)
        role.shared = {("agreement_at", each.slug) for each in agreed}
        role.shared |= {("owed_one", each.pk) for each in Commitment.objects.filter(agreement__in=agreed)}
        for suffix, leg in self._legs(slug).items():
            role.own[f"leg{suffix}"] = office.pk, leg.case.ref, leg.number
        role.own["desk_bulk"] = tuple(self.stories[slug, state].leg().pk for state in ("open", "twin"))
        role.own["government"] = (self.changed.pk,)
