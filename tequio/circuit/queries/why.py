"""Why an ask is where it is, and by when: sentences for the asker's page, the desk's page and the letters."""

from datetime import date

from babel.dates import get_timezone_location
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.states import LegOutcome, Rung, Word
from tequio.kernel.texts import pick
from tequio.network.models import Office, Organisation

NAMED = 2
UNDELIVERED = {
    Rung.HEAD: gettext_lazy(
        "Mail to %(before)s does not arrive; this is the head office of its organisation."
    ),
    Rung.FALLBACK: gettext_lazy("Mail to %(before)s does not arrive; this is the office named to step in."),
    Rung.COORDINATION: gettext_lazy("Mail to %(before)s does not arrive; the coordinating office takes it."),
}


def place_of(organisation: Organisation) -> str:
    """The city by whose clock the organisation's days end."""
    return organisation.city or city_of(organisation.zone)


def city_of(zone: str) -> str:
    """The city that gives a time zone its name, in the reader's language (CLDR)."""
    return get_timezone_location(zone, locale=(get_language() or "es")[:2], return_city=True)


def end_of_day(day: date, place: str) -> str:
    """A due date as people say it: the day, and where it ends."""
    return _("%(day)s, end of the day in %(place)s") % {"day": date_format(day), "place": place}


def until_sentence(case: Case) -> str:
    """The one date told to the asker, with the place whose day it is; "" when the case is closed."""
    if case.closed_at or case.due_on is None or case.owner is None:
        return ""
    asked = case.state == "question" or case.office_says == Word.DONE
    return end_of_day(case.due_on, city_of(case.ask.zone) if asked else place_of(case.owner.organisation))


def until_of(leg: Leg) -> str:
    """The date of one leg, with the place whose day it is; "" when it has none."""
    if leg.due_on is None or leg.owner is None:
        return ""
    return end_of_day(leg.due_on, place_of(leg.owner.organisation))


def reason_of(event: Event) -> str:
    """The reason that an office chose when it declined or passed on, in its kind's words; "" for its own words."""
    rows = event.case.kind.declines if event.kind == "declined" else event.case.kind.pass_ons
    return next((pick(row["text"]) for row in rows if row["code"] == event.data.get("reason")), "")


def why_sentence(leg: Leg) -> str:
    """Why the leg is at its office: one sentence, true for every reader; two where the asker chose another."""
    days = ngettext("%(n)d working day", "%(n)d working days", leg.days) % {"n": leg.days}
    wanted = leg.why.get("wanted")
    if wanted and wanted != leg.why.get("quiet"):
        chosen = _("The asker chose %(office)s, which takes no new ask of this kind now.")
        return f"{_why(leg, days)} {chosen % {'office': _office(wanted)}}"
    return _why(leg, days)


def _why(leg: Leg, days: str) -> str:
    if leg.rung == Rung.ROUTED:
        return _routed(leg, days)
    if leg.rung == Rung.GAP:
        return _(
            "No office has promised yet to answer this kind of ask for this place and topic, so the "
            "coordinating office looks for one that will, within %(days)s."
        ) % {"days": days}
    if leg.rung == Rung.CENTRAL:
        return _central(leg, days)
    if leg.rung == Rung.OPINION and leg.asked_by:
        return _opinion(leg, leg.asked_by)
    before = leg.came_from
    words = {"before": str(before.owner) if before else "", "days": days}
    if leg.rung == Rung.PASSED_ON:
        return _passed_on(leg, words)
    if leg.rung in (Rung.REOPENED, Rung.APPEAL):
        return _contradicted(leg, words)
    if leg.rung == Rung.STEP:
        return _next_step(leg, words)
    if leg.rung == Rung.SUCCESSOR:
        return _("The organisation of %(before)s has ended; this office came after it.") % words
    if before and before.owner_id == leg.owner_id:
        return _("The coordinating office missed its date; nobody stands above it, so it has a new one.")
    return _climbed(leg, before, words)


def _climbed(leg: Leg, before: Leg | None, words: dict[str, str]) -> str:
    if before and before.outcome == LegOutcome.UNDELIVERED:
        return str(UNDELIVERED[Rung(leg.rung)]) % words
    vacant = before is not None and before.outcome == LegOutcome.MOVED
    sentences = {
        (Rung.HEAD, False): _(
            "%(before)s did not answer in time; this is the head office of its organisation."
        ),
        (Rung.HEAD, True): _(
            "Nobody holds %(before)s any longer; this is the head office of its organisation."
        ),
        (Rung.FALLBACK, False): _("%(before)s did not answer in time; this is the office named to step in."),
        (Rung.FALLBACK, True): _("Nobody holds %(before)s any longer; this is the office named to step in."),
        (Rung.COORDINATION, False): _("%(before)s did not answer in time; the coordinating office takes it."),
        (Rung.COORDINATION, True): _("Nobody holds %(before)s any longer; the coordinating office takes it."),
    }
    return sentences[Rung(leg.rung), vacant] % words


def _office(pk: int) -> str:
    return str(Office.objects.select_related("organisation").filter(pk=pk).first() or _("An office"))


def _central(leg: Leg, days: str) -> str:
    since = date.fromisoformat(leg.why["since"])
    return _(
        "The promise of %(office)s fits best, but there three dates in a row ran out without an answer. Since %(day)s "
        "its new asks come to this office until it answers again. The answer is due within %(days)s."
    ) % {"office": _office(leg.why["quiet"]), "day": date_format(since), "days": days}


def _routed(leg: Leg, days: str) -> str:
    ask = leg.case.ask
    by_place, by_topic = leg.why.get("territory", 0) >= NAMED, leg.why.get("topic", 0) >= NAMED
    sentence = {
        (True, True): _(
            "This office has promised to answer asks from %(place)s about %(topic)s within %(days)s"
        ),
        (True, False): _(
            "This office has promised to answer asks of this kind from %(place)s within %(days)s"
        ),
        (False, True): _(
            "This office has promised to answer asks of this kind about %(topic)s within %(days)s"
        ),
        (False, False): _("This office has promised to answer asks of this kind within %(days)s"),
    }[by_place, by_topic] % {"place": ask.region or ask.country or "", "topic": ask.subject, "days": days}
    others = leg.why.get("candidates", 1)
    if leg.why.get("chosen"):
        return _("The asker chose it. %(sentence)s.") % {"sentence": sentence}
    if others > 1:
        sentence += _("; of the %(n)d offices that have, its promise fits best") % {"n": others}
    return f"{sentence}."


def _contradicted(leg: Leg, words: dict[str, str]) -> str:
    if leg.rung == Rung.APPEAL:
        return (
            _(
                "The asker appeals against the answer of %(before)s. This office stands above it, and its answer is "
                "final."
            )
            % words
        )
    if leg.came_from and leg.came_from.owner_id == leg.owner_id:
        return (
            _("The asker disputes the answer of this office, so it answers again, within %(days)s.") % words
        )
    return (
        _(
            "The asker disputes the answer of %(before)s, which nobody holds any longer, so this office answers."
        )
        % words
    )


def _opinion(leg: Leg, asking: Leg) -> str:
    said = _("%(office)s wants to know what this office thinks, by %(until)s. The answer stays its own.")
    return said % {"office": str(asking.owner), "until": until_of(leg)}


def _next_step(leg: Leg, words: dict[str, str]) -> str:
    row = leg.case.route.step(leg.step) if leg.case.route else None
    words["step"] = pick(row["label"]) if row else ""
    if leg.promise_id:
        return _("%(before)s approved it. The next step: %(step)s, within %(days)s.") % words
    return (
        _(
            "%(before)s approved it. The next step: %(step)s. No office has promised it yet, so the coordinating "
            "office looks for one that will, within %(days)s."
        )
        % words
    )


def _passed_on(leg: Leg, words: dict[str, str]) -> str:
    event = Event.objects.filter(leg=leg.came_from, kind="passed-on").select_related("case__kind").last()
    reason = (reason_of(event) or event.text) if event else ""
    return _("%(before)s passed it on: %(reason)s") % {
        **words,
        "reason": " ".join(reason.split()) or "…",
    }
