"""The asker's page and the desk's page while an answer can be contradicted, and after."""

from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions import answering, asker, disputes, reporting, worded
from tequio.circuit.links import leg_key
from tequio.circuit.models import Case, Event, Leg
from tequio.kernel import clock as hub_clock
from tequio.network.models import Mandate
from tests.cast import Cast, open_leg_of, work
from tests.circuit.desks import fields, named_errors, outcome, signed, url
from tests.circuit.follows import BERLIN, MESA, accepted, page
from tests.circuit.reading import errors, heading, words
from tests.circuit.said import fresh
from tests.conftest import Clock

HEAD = f"Head office, {BERLIN}"
UNTIL = "Dec. 7, 2026, end of the day in Mexico City"


def answered(case: Case, by: Mandate) -> Leg:
    return worded.answer_leg(open_leg_of(case), by=by, text="It is on our channel.")


def desk(leg: Leg, by: Mandate) -> str:
    """The English address of the desk's page of a letter's link."""
    return f"/en/answer/{leg.case.ref}/{leg.number}/{by.pk}/{leg_key(leg, by)}/"


# The asker's page -----------------------------------------------------------------------


def test_an_answer_is_shown_with_what_can_be_said_about_it_and_until_when(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    cast.hold("mesa", "Carla")
    answered(case, ana)
    found = client.get(page(case))
    assert heading(found) == f"{BERLIN} has answered"
    text = words(found)
    assert f"If it does not answer what you asked, say so by {UNTIL}. Without a word from you" in text
    assert f"{HEAD} It is on our channel. It answers my ask" in text
    assert (
        f"I disagree: it goes back to the office Your ask opens again, and goes back to {HEAD} with your words and a "
        "new date. You can do this once. After the next answer you can only appeal. The record says that you "
        "disagree, and the ledger counts it. What is missing or wrong Files (optional)"
    ) in text
    assert (
        f"I appeal to the office above Your ask opens again at Head office, {MESA}, with your words and a new date. "
        "You can appeal once: the answer to an appeal is final here."
    ) in text
    assert "The office says Answered You say Nothing yet; there is time until Dec. 7, 2026" in text
    assert f"Asked Done Answered Done {HEAD}" in text
    assert "Ask again" not in text


def test_agreeing_is_one_post(client: Client, case: Case, ana: Mandate) -> None:
    answered(case, ana)
    found = client.post(page(case, "agree/"), {"key": "k"}, follow=True)
    text = words(found)
    assert "Your word is kept, and the office is told." in text
    assert "You agree. The ledger shows it beside the word of the office." in text
    assert "The office says Answered You say Yes, agreed" in text
    assert "You agreed with the answer" in text
    assert ("It answers my ask" in text, "Ask again" in text) == (False, True)


def test_disputing_says_who_has_the_ask_again(client: Client, case: Case, ana: Mandate) -> None:
    answered(case, ana)
    found = client.post(page(case, "dispute/"), {"key": "k", "text": "A video is no talk."}, follow=True)
    assert (
        heading(found) == f"{BERLIN} has your ask again and answers by Dec. 3, 2026, end of the day in Berlin"
    )
    text = words(found)
    assert "Your disagreement is kept, and the office is told." in text
    assert f"Asked Done Answer disputed Done With an office Here now {HEAD}" in text
    assert (
        "Why: The asker disputes the answer of this office, so it answers again, within 8 working days."
        in text
    )
    assert "The office says Answered You say No, disputed" in text
    assert f"You disputed the answer, and the ask went back {HEAD} A video is no talk." in text


def test_a_dispute_without_words_is_shown_again_open_with_its_reason(
    client: Client, case: Case, ana: Mandate
) -> None:
    answered(case, ana)
    found = client.post(page(case, "dispute/"), {"key": "kept", "text": " "})
    sentence = "What is missing or wrong: Say what is missing or wrong, so that the office can answer it."
    assert errors(found) == [sentence]
    assert found.content.decode().count('<details class="confirm" open>') == 1
    assert fresh(case).state == "answered"


def test_an_appeal_says_who_decides_it_and_that_it_is_final(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    carla = cast.hold("mesa", "Carla")
    answered(case, ana)
    found = client.post(page(case, "appeal/"), {"key": "k", "text": "A video is no talk."}, follow=True)
    assert heading(found) == f"{MESA} decides your appeal by Dec. 3, 2026, end of the day in Mexico City"
    assert "This office stands above it, and its answer is final." in words(found)
    answered(case, carla)
    text = words(client.get(page(case)))
    assert f"the last one here. If you disagree, say so by {UNTIL}: the record says so" in text
    assert (
        "I disagree Nothing stands above this answer here, so your ask stays closed. The record says that you "
        "disagree, and the ledger counts it. What is missing or wrong Files (optional)"
    ) in text
    assert ("I appeal" in text, "Send it back" in text) == (False, False)
    found = client.post(page(case, "dispute/"), {"key": "l", "text": "Still not."}, follow=True)
    assert "You disagree, and the ledger counts it. This was the last answer" in words(found)
    assert "Answered; the asker disagrees Ended here" in words(found)


@pytest.mark.parametrize("then", ["agree/", "dispute/", "appeal/"])
def test_looking_at_the_address_of_a_form_never_acts(
    client: Client, case: Case, ana: Mandate, then: str
) -> None:
    answered(case, ana)
    before = Event.objects.count()
    statuses = [method(page(case, then)).status_code for method in (client.get, client.head)]
    assert (statuses, Event.objects.count()) == ([302, 302], before)


def test_after_the_window_the_page_shows_silence_as_silence(
    client: Client, case: Case, ana: Mandate, clock: Clock
) -> None:
    answered(case, ana)
    clock.forward(days=20)
    found = client.post(page(case, "dispute/"), {"key": "k", "text": "A video is no talk."})
    assert "Not done. There is no answer to agree with or to dispute now." in words(found)
    assert "What you wrote: A video is no talk." in words(found)
    work()
    text = words(client.get(page(case)))
    assert "You made no objection while there was time, and that is what the record says." in text
    assert "You say No objection by Dec. 7, 2026" in text
    assert "Your days to disagree passed without an objection" in text


def test_an_answer_given_elsewhere_is_asked_about(client: Client, case: Case, ana: Mandate) -> None:
    on = hub_clock.today("Europe/Berlin")
    worded.elsewhere_leg(open_leg_of(case), by=ana, on=on, text="By phone: Thursday at nine.")
    found = client.get(page(case))
    assert heading(found) == f"{BERLIN} says that it has answered you elsewhere"
    text = words(found)
    assert (
        f"Say by {UNTIL} whether that is so. Until then it counts by the day on which we were told." in text
    )
    assert "By phone: Thursday at nine. Yes, I have that answer No, or it does not answer my ask" in text
    assert "The office says that it has answered elsewhere: Nov. 23, 2026" in text


def test_a_no_can_be_disputed_and_shows_its_reason(client: Client, case: Case, ana: Mandate) -> None:
    answering.decline_leg(open_leg_of(case), by=ana, reason="full", text="In February again.")
    text = words(client.get(page(case)))
    assert f"{HEAD} No place left In February again. I accept that I disagree: it goes back" in text


def test_the_page_of_what_the_office_calls_done(
    client: Client, case: Case, ana: Mandate, clock: Clock
) -> None:
    accepted(case, ana)
    reporting.report_done(case.commitments.get(), by=ana, text="Thirty came.")
    found = client.get(page(case))
    assert heading(found) == "Did it take place?"
    text = words(found)
    assert f"{BERLIN} says that it is done. Say by {UNTIL} whether it is so." in text
    assert f"{HEAD} Thirty came." in text
    assert ("I no longer need it" in text, "Yes No" in text) == (False, True)
    clock.forward(days=20)
    work()
    found = client.get(page(case))
    assert heading(found) == f"It is done, says {BERLIN}, and you made no objection"
    assert "The ledger counts it as done by the word of the office, not by yours." in words(found)
    assert "Done, says the office; no objection" in words(found)


def test_a_no_against_the_offices_done_shows_both_and_what_the_office_says_to_it(
    client: Client, case: Case, ana: Mandate
) -> None:
    accepted(case, ana)
    commitment = case.commitments.get()
    reporting.report_done(commitment, by=ana)
    client.post(page(case, "outcome/"), {"happened": "no", "key": "k"})
    reporting.answer_no(commitment, by=ana, text="We have pictures.")
    text = words(client.get(page(case)))
    assert "Both words stand in the record: the office says done, and you say no." in text
    assert "The office says Done You say Not done" in text
    assert f"{HEAD} We have pictures. Ask again" in text


def test_the_page_costs_few_queries_while_an_answer_can_be_contradicted(
    client: Client, cast: Cast, case: Case, ana: Mandate, django_assert_max_num_queries: Any
) -> None:
    cast.hold("mesa", "Carla")
    answered(case, ana)
    with django_assert_max_num_queries(14):
        client.get(page(case))


# The desk's page -----------------------------------------------------------------------


def test_the_first_answer_of_a_desk_is_in_words(client: Client, case: Case, ana: Mandate) -> None:
    leg = open_leg_of(case)
    text = words(client.get(desk(leg, ana)))
    assert text.index("Answer in words") < text.index("Accept it") < text.index("Answered elsewhere")
    sent = client.post(desk(leg, ana), fields("answer", text="It is on our channel."))
    assert (sent.status_code, outcome(leg)) == (302, "answered")
    text = words(client.get(desk(leg, ana)))
    assert ("You answered it." in text, "Take my answer back" in text) == (True, True)
    assert "The office says Answered The asker says Nothing yet; there is time until Dec. 7, 2026" in text


def test_answered_elsewhere_is_one_form_and_bad_days_are_told_beside_it(
    client: Client, case: Case, ana: Mandate
) -> None:
    leg = open_leg_of(case)
    for on in ("2026-11-22", "2026-11-24", "yesterday", ""):
        found = client.post(desk(leg, ana), fields("elsewhere", on=on, text="By phone."))
        assert (found.status_code, named_errors(found)) == (200, ["elsewhere-on"])
    assert named_errors(client.post(desk(leg, ana), fields("elsewhere", on="2026-11-23"))) == [
        "elsewhere-text"
    ]
    client.post(desk(leg, ana), fields("elsewhere", on="2026-11-23", text="By phone."))
    assert outcome(leg) == "elsewhere"
    assert "You answered it elsewhere, on Nov. 23, 2026." in words(client.get(desk(leg, ana)))


def test_the_office_reads_the_dispute_above_the_ask_and_on_its_first_leg(
    client: Client, case: Case, ana: Mandate
) -> None:
    first = answered(case, ana)
    disputes.dispute_case(case, text="A video is no talk.")
    text = words(client.get(desk(open_leg_of(case), ana)))
    assert "Why the asker disagrees A video is no talk. What is asked" in text
    assert "Your answer is due by" in text
    text = words(client.get(desk(first, ana)))
    assert "The asker disputes the answer, and the ask goes back" in text
    assert ("Take my answer back" in text, "The asker says No, disputed" in text) == (False, True)


def test_the_office_above_reads_why_the_asker_appeals(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    carla = cast.hold("mesa", "Carla")
    answered(case, ana)
    disputes.appeal_case(case, text="A video is no talk.")
    text = words(client.get(desk(open_leg_of(case), carla)))
    assert "Why the asker appeals A video is no talk." in text


def test_an_office_says_that_it_is_done_and_answers_a_no_on_the_page_of_its_leg(
    client: Client, case: Case, ana: Mandate
) -> None:
    leg = accepted(case, ana)
    assert "It is done" in words(client.get(desk(leg, ana)))
    client.post(desk(leg, ana), fields("done", text="Thirty came."))
    assert fresh(case).office_says == "done"
    text = words(client.get(desk(leg, ana)))
    assert ("What was done" in text, "The office says Done" in text) == (False, True)
    asker.report_outcome(case, happened=False)
    assert named_errors(client.post(desk(leg, ana), fields("reply-to-no"))) == ["reply-to-no-text"]
    client.post(desk(leg, ana), fields("reply-to-no", "key-two", text="We have pictures."))
    text = words(client.get(desk(leg, ana)))
    assert "The office answers the asker's no" in text
    assert "What your office says" not in text


def test_the_page_of_a_promise_says_that_it_is_done_and_until_when_the_asker_can_say_no(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    accepted(case, ana)
    commitment = case.commitments.get()
    path = url("owed_one", ana.office_id, commitment.pk)
    signed(client, cast, "Ana")
    assert "Marta Maestra is told and can contradict it." in words(client.get(path))
    assert client.post(path, {"act": "done"}).status_code == 302
    assert fresh(case).office_says == "done"
    text = words(client.get(path))
    assert "If Marta Maestra says nothing until the end of Dec. 7, 2026, it counts as kept." in text
    assert "Say that it is done" not in text


def test_kept_by_silence_is_called_so_on_the_desk(
    client: Client, case: Case, ana: Mandate, clock: Clock
) -> None:
    leg = accepted(case, ana)
    reporting.report_done(case.commitments.get(), by=ana)
    clock.forward(days=20)
    work()
    text = words(client.get(desk(leg, ana)))
    assert "Kept by your word; the asker made no objection." in text
    assert "The asker says No objection by Dec. 7, 2026" in text
