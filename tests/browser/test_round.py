"""(a) One ask all the way round: an invited desk signs, a teacher asks, the desk accepts, it took place, it counts."""

import csv

import pytest

from tests.browser.steps import ASK, accept, choose_school, confirm, fill_in

pytestmark = pytest.mark.browser
DESK, TEACHER = "berta@example.org", "marta@example.net"


def invite_germany(coordinator):
    """The coordinating office finds the chapter by its name and invites an address to hold its office."""
    coordinator.sign_in("carmen@example.org")
    coordinator.go("coordination")
    coordinator.follow("Invite an office")
    coordinator.fill(words="Alemania Red Global")
    coordinator.press("Search")
    coordinator.click('a[href*="rgmx-germany"]')
    coordinator.tick("role", "holder")
    coordinator.fill(address=DESK)
    coordinator.choose(language=coordinator.way.language)
    coordinator.press("Send the invitation")
    coordinator.reads("Invited, not confirmed yet")


def sign_its_promise(desk):
    """The bearer of the address says who they are and signs, on the one page of the letter's link."""
    link = desk.hub.link(DESK)
    desk.open(link)
    desk.fill(name="Berta Berlín", **{"school-talk-days": "6"})
    desk.field("school-talk-take").check()
    desk.press("Take the office and sign")
    desk.reads("The office is live: asks can come from now on.")
    desk.open(link)
    desk.reads("The office is live: asks can come from now on.")


def ask_for_a_talk(teacher):
    fill_in(teacher, school="Escondido", address=TEACHER)
    choose_school(teacher, "CONALEP Puerto Escondido")
    teacher.press("Go on")
    teacher.reads("Who would answer", TEACHER)
    assert teacher.hub.mails(DESK)[1:] == [], "no desk hears of it before it is confirmed"
    confirm(teacher, TEACHER)


def test_one_ask_goes_all_the_way_round(arrive, hub, coordinator):
    carmen, berta, marta = arrive(), arrive(), arrive()
    invite_germany(carmen)
    sign_its_promise(berta)
    ask_for_a_talk(marta)
    case = hub.case_of(TEACHER)
    marta.reads(str(case), "Red Global MX")
    berta.open(hub.link(DESK))
    berta.reads(ASK, "CONALEP Puerto Escondido")
    accept(berta, "Sofía habla el jueves por video.")
    marta.open(hub.link(TEACHER))
    marta.reads("Sofía habla el jueves por video.")
    promised = case.commitments.get()
    hub.wait_until(promised.wake_at)
    marta.open(hub.link(TEACHER))
    marta.press("Yes")
    case.refresh_from_db()
    assert case.state == "done"
    marta.go("ledger")
    marta.reads("Red Global MX")
    assert counted(marta) == [("rgmx-germany", "school-talk", 1, 1, 1, 1)]


def counted(reader):
    """The lines of the ledger's CSV: office, kind, asked, answered in time, kept, done."""
    answer = reader.context.request.get(reader.hub.base + reader.hub.path("ledger_csv"))
    rows = csv.DictReader(answer.text().splitlines())
    names = ("asked", "answered_in_time", "kept", "done")
    return [
        (row["office"].partition("/")[0], row["kind"], *(int(row[name]) for name in names)) for row in rows
    ]
