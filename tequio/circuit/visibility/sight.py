"""What one viewer may be shown of one case."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tequio.circuit.models import Attachment, Case, Event, Leg, Referral, Reply
from tequio.circuit.states import MailState
from tequio.circuit.visibility.seen import Seen
from tequio.circuit.visibility.table import Part, Reach, Viewer, reach
from tequio.network.models import Hub, Office


@dataclass(frozen=True)
class Sight:
    """`legs`: the stays of the case at the viewer's own office, in their order; empty for who is no office."""

    viewer: Viewer
    case: Case | None = None
    legs: tuple[Leg, ...] = ()

    def reach(self, part: Part) -> Reach:
        return reach(self.viewer, part)

    def shows(self, part: Part) -> bool:
        """Whether anything of the part may be shown at all."""
        return self.reach(part) is not Reach.NO

    @property
    def ask(self) -> Seen | None:
        return Seen(self.case.ask, self.viewer) if self.case else None

    @cached_property
    def _own(self) -> set[int]:
        return {leg.pk for leg in self.legs}

    def owns(self, leg: Leg | None) -> bool:
        """Whether the leg is a stay at the viewer's own office."""
        return leg is not None and leg.pk in self._own

    def part_of(self, part: Part, leg: Leg | None) -> bool:
        """Whether that which hangs on a leg may be shown, of a part that is shown whole or only to its own office."""
        found = self.reach(part)
        return found is Reach.ALL or (found is Reach.OWN and self.owns(leg))

    def tells(self, event: Event) -> bool:
        """Whether the story may say that it happened, where and when."""
        return self._reaches(self.reach(Part.STORY), event)

    def says(self, event: Event) -> str:
        """The words that were said then, "" where they are for others. What an office thinks stays on its own leg."""
        apart = event.leg is not None and event.leg.asked_by_id is not None
        if apart and not self.owns(event.leg):
            return ""
        return event.text if self._reaches(self.reach(Part.SAID), event) else ""

    def _reaches(self, found: Reach, event: Event) -> bool:
        if found is Reach.ALL or found is Reach.NO:
            return found is Reach.ALL
        own = self.owns(event.leg) or self._asked_for(event.leg)
        return own if found is Reach.OWN else own or self._before_it_left(event)

    def _before_it_left(self, event: Event) -> bool:
        """Said at an office that had it before, and not after the ask had left this one."""
        last = self.legs[-1]
        ends = [leg.closed_at for leg in self.legs if leg.closed_at]
        left = max(ends) if len(ends) == len(self.legs) else None
        earlier = event.leg is None or event.leg.number < last.number
        return earlier and (left is None or event.at <= last.opened_at or event.at < left)

    def opinions(self, asked: Leg) -> bool:
        """Whether what an office was asked, and thinks, may be read: by it, and by the office that asked."""
        return self.reach(Part.OPINIONS) is Reach.OWN and (self.owns(asked) or self._asked_for(asked))

    def _asked_for(self, leg: Leg | None) -> bool:
        """Whether the leg is an opinion that the viewer's own office wanted."""
        return leg is not None and leg.asked_by_id in self._own

    def reads(self, reply: Reply) -> bool:
        """Whether a mail that is filed at a leg may be read: its sender, its text, what was left out."""
        late = reply.state == MailState.LATE and reply.leg is not None and reply.leg.asked_by_id is None
        return self.part_of(Part.LATE_MAIL if late else Part.MAIL, reply.leg)

    # Files ---------------------------------------------------------------------------

    @cached_property
    def _files(self) -> dict[int | None, list[Attachment]]:
        """What may be shown, by the event with which it came; None: with the ask itself. One query."""
        found: dict[int | None, list[Attachment]] = {}
        if self.case is None:
            return found
        files = Attachment.objects.filter(ask=self.case.ask_id).select_related("event__leg").order_by("pk")
        for file in files:
            if self._reads(file):
                found.setdefault(file.event_id, []).append(file)
        return found

    def _reads(self, file: Attachment) -> bool:
        if file.event is None:
            return self.reach(Part.FILES) is Reach.ALL
        apart = file.event.leg is not None and file.event.leg.asked_by_id is not None
        if apart and not self.owns(file.event.leg):
            return False
        return self._reaches(self.reach(Part.SAID), file.event)

    def files(self, event: Event | None = None) -> list[Attachment]:
        """The files that came with an event's words, or with the ask."""
        return self._files.get(event.pk if event else None, [])

    def file(self, pk: int) -> Attachment | None:
        """One file of the case, or of an ask that was merged into it and whose words the viewer reads there."""
        own = next((file for files in self._files.values() for file in files if file.pk == pk), None)
        return own or next((file for files in self.merged.values() for file in files if file.pk == pk), None)

    @cached_property
    def merged(self) -> dict[int, list[Attachment]]:
        """By ask, the files of those merged into this one, for the asker and for the office that has it."""
        if self.case is None or self.viewer not in (Viewer.ASKER, Viewer.HAS):
            return {}
        found: dict[int, list[Attachment]] = {}
        files = Attachment.objects.filter(ask__case__merged_into=self.case, event=None)
        for file in files.order_by("pk"):
            found.setdefault(file.ask_id, []).append(file)
        return found


PUBLIC, NOBODY = Sight(Viewer.PUBLIC), Sight(Viewer.NOBODY)


def for_asker(case: Case) -> Sight:
    return Sight(Viewer.ASKER, case)


def for_office(case: Case, office: Office) -> Sight:
    """By what the office is to the case now: it has it, had it, was asked for its opinion, coordinates, or nothing."""
    legs = tuple(case.legs.filter(owner=office).order_by("number"))
    return Sight(_viewer(case, office, legs), case, legs)


def _viewer(case: Case, office: Office, legs: Iterable[Leg]) -> Viewer:
    if case.owner_id == office.pk:
        return Viewer.HAS
    if any(leg.asked_by_id is None for leg in legs):
        return Viewer.HAD
    if any(legs):
        return Viewer.ADVISER
    coordinates = Hub.objects.filter(home=case.kind.home_id, coordination=office).exists()
    return Viewer.COORDINATION if coordinates else Viewer.NOBODY


def for_member(referral: Referral) -> Sight:
    """A member as long as they are asked; one who said yes knows who it was; whoever said no, nothing."""
    case = referral.leg.case
    if referral.answered_at is None:
        return Sight(Viewer.MEMBER, case)
    return Sight(Viewer.HELPER, case) if referral.said == "yes" else Sight(Viewer.NOBODY, case)
