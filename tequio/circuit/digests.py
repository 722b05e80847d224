"""The letter of an office's day, to each who acts for it, and the letter to its deputies when a date has passed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tequio.circuit.links import leg_link, mute_link, one_click_link
from tequio.circuit.models import DigestLine, Leg
from tequio.circuit.queries.digest import Content
from tequio.circuit.queries.lines import sentence, title_of
from tequio.circuit.states import Way
from tequio.circuit.visibility import seen_at
from tequio.kernel.templatetags.texts import oneline
from tequio.network.links import absolute
from tequio.network.models import Mandate, Office
from tequio.notices.actions import post

SHOWN = 15
HELD = ("mail-held", "mail-held-late")
Links = list[tuple[str, str]]


@dataclass(frozen=True)
class Item:
    text: str
    links: Links = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    title: str
    items: list[Item]
    links: Links = field(default_factory=list)

    @property
    def shown(self) -> list[Item]:
        return self.items[:SHOWN]

    @property
    def more(self) -> int:
        return max(len(self.items) - SHOWN, 0)


def post_digest(office: Office, content: Content, mandate: Mandate) -> None:
    """Queues the digest for one who acts; its links are theirs, and stop with their mandate."""
    language = mandate.person.language
    context = {
        "office": office,
        "subject": lambda: _subject(office, content),
        "sections": lambda: sections(office, content, mandate),
        "link": absolute("desk_office", office.pk, language=language),
        "muted": absolute("mutes", office.pk, language=language),
    }
    post(
        "digest",
        to=mandate.person.account.email,
        language=language,
        about=office.code,
        tag=f"digest-{office.pk}",
        context=context,
        unsubscribe=one_click_link(mandate, "changes"),
    )


def post_to_deputy(office: Office, legs: list[Leg], deputy: Mandate) -> None:
    """Queues the letter that tells a deputy of asks whose date has passed; only who acts can answer them."""
    language = deputy.person.language
    context = {
        "office": office,
        "count": len(legs),
        "sections": lambda: [Section(_("Past their date"), [Item(_due(leg)) for leg in legs])],
        "link": absolute("desk_office", office.pk, language=language),
    }
    to = deputy.person.account.email
    post("desk_late", to=to, language=language, about=office.code, context=context)


def _subject(office: Office, content: Content) -> str:
    """The most pressing thing, in neutral words."""
    today, soon, late = len(content.today), len(content.soon), len(content.late)
    counts = [
        (today, ngettext("%(office)s: %(n)d answer due today", "%(office)s: %(n)d answers due today", today)),
        (soon, ngettext("%(office)s: %(n)d answer due soon", "%(office)s: %(n)d answers due soon", soon)),
        (
            late,
            ngettext(
                "%(office)s: %(n)d answer past its date", "%(office)s: %(n)d answers past their date", late
            ),
        ),
        (len(content.mails), _("%(office)s: mail that came in")),
        (len(content.owes), _("%(office)s: what you have promised")),
        (content.way is Way.WEB and len(content.arrived), _("%(office)s: what is new")),
        (1, _("%(office)s: what changed")),
    ]
    n, text = next((count, text) for count, text in counts if count)
    return text % {"office": office.organisation, "n": n}


def sections(office: Office, content: Content, mandate: Mandate) -> list[Section]:
    """The digest's sections that are not empty, in the reader's language, with the links of one who acts."""

    def legs(found: Iterable[Leg], label: str) -> list[Item]:
        return [Item(_due(leg), [(label, leg_link(leg, mandate))]) for leg in found]

    def lines(found: Iterable[DigestLine], *, mutable: bool) -> list[Item]:
        return [
            Item(sentence(line, content.offices), _links(office, content, line, mandate, mutable))
            for line in found
        ]

    answer, read = _("Read it and answer"), _("Read it")
    news = [*legs(content.arrived, read), *legs(content.replies, _("Read the reply"))]
    made = [
        Section(_("Due today"), legs(content.today, answer)),
        Section(_("Due soon"), legs(content.soon, answer)),
        Section(_("Past their date"), legs(content.late, answer)),
        Section(_("Mail that came in"), lines(content.mails, mutable=False)),
        Section(_("What you have promised"), lines(content.owes, mutable=False)),
        Section(_("New since the last letter"), news),
        Section(
            _("What changed in asks that you took part in"),
            lines(content.changes, mutable=True),
            [(_("No more changes in any ask"), mute_link(mandate, "changes"))],
        ),
        Section(
            _("About to end"),
            lines(content.lapses, mutable=False),
            [(_("No more of what is about to end"), mute_link(mandate, "lapses"))],
        ),
    ]
    return [section for section in made if section.items]


def _links(office: Office, content: Content, line: DigestLine, mandate: Mandate, mutable: bool) -> Links:
    links: Links = []
    if line.kind in HELD:
        return [(_("Say where it belongs"), absolute("held_mail", language=mandate.person.language))]
    leg = content.seats.get(line.case_id or 0)
    if leg:
        links.append((_("See it"), leg_link(leg, mandate)))
    elif line.commitment and line.commitment.case and line.commitment.leg:
        args = (office.pk, line.commitment.case.ref, line.commitment.leg.number)
        links.append((_("See it"), absolute("leg", *args, language=mandate.person.language)))
    if mutable and line.case:
        links.append((_("No more about this ask"), mute_link(mandate, line.case.ref)))
    return links


def _due(leg: Leg) -> str:
    """An ask in a line: what, by when, who, where. Of what the asker wrote only the name, and no address in it."""
    ask = seen_at(leg)
    name = "" if "://" in ask.name else Truncator(oneline(ask.name)).chars(60)
    parts = [name, ask.listed, ask.whereabouts, ask.subject]
    words = {
        "title": title_of(leg.case),
        "who": ", ".join(part for part in parts if part),
        "day": date_format(leg.due_on) if leg.due_on else "",
    }
    return _("%(title)s, by %(day)s. %(who)s") % words
