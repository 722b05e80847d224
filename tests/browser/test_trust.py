"""Trust: somebody chooses between two desks, a chapter sees that its post falls silent, an office closes a gap."""

from datetime import timedelta

import pytest

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.models import Case, EntryPoint, Leg
from tequio.kernel import clock
from tequio.network.models import Organisation
from tequio.observatory.actions import begin_nights
from tequio.reference.models import Country
from tests.browser.steps import asked, confirm, hold, kind_of, office_of, promise, str_of_kind

pytestmark = pytest.mark.browser
SCIENTIST = "ines@example.net"
SUPPORT = "consular-support"
EMBASSY = "mx-embassy-germany"


def universities():
    """Two that answer asks for a counterpart: one within five working days, one within fifteen."""
    found = Organisation.objects.filter(kind="university", offices__is_head=True).order_by("slug")[:2]
    return [each.slug for each in found]


def test_a_scientist_sees_what_two_desks_promise_and_chooses_the_slower(arrive, hub, coordinator, way):
    quick, slow = universities()
    promise(hold(office_of(quick), "Quico", language=way.language), "counterpart", days=5)
    promise(hold(office_of(slow), "Laura", language=way.language), "counterpart", days=15)
    ines = arrive()
    ines.go("ask_kind", "mx", "counterpart")
    ines.follow("See first which offices answer")
    topic = ines.field("topic").locator("option").nth(3).get_attribute("value")
    ines.choose(topic=topic)
    ines.press("Show them")
    rows = ines.main.locator("ul.rows > li")
    names = [Organisation.objects.get(slug=slug).names[way.language] for slug in (quick, slow)]
    assert [names[place] in rows.nth(place).inner_text() for place in (0, 1)] == [True, True]
    ines.reads("has answered nothing yet")
    ines.click(rows.nth(1).locator("a.button"))
    ines.fill(on_behalf_of="Grupo Ozono", text="Ozono.", name="Inés Investigadora", address=SCIENTIST)
    ines.settle()
    ines.press("Go on")
    confirm(ines, SCIENTIST)
    case = Case.objects.get()
    assert case.owner.organisation.slug == slow
    ines.reads(names[1])
    assert case.legs.get(number=1).why["chosen"] is True


def silent_embassy(hub, way, times):
    """The embassy lets so many dates in a row run out; whoever asked is a chapter in its country."""
    for number in range(times):
        country = Country.objects.get(pk="DE")
        case = asked("Grupo", f"g{number}-{clock.now():%d%H}@example.net", language=way.language, kind=SUPPORT,
                     country=country)  # fmt: skip
        hub.work()
        leg = Leg.objects.get(case=case, number=1)
        assert leg.owner.organisation.slug == EMBASSY
        hub.wait_until(leg.due_at)
        while leg.closed_at is None:
            hub.wait_until(leg.wake_at)
            leg.refresh_from_db()


def test_a_chapter_sees_its_post_fall_silent_before_asks_go_elsewhere_and_come_back(
    arrive, hub, coordinator, way
):
    embassy = hold(office_of(EMBASSY), "Ema", language=way.language)
    promise(embassy, SUPPORT, days=3)
    hold(office_of("rgmx-germany"), "Berta", language=way.language)
    silent_embassy(hub, way, 2)
    berta, ema = arrive(), arrive()
    berta.sign_in("berta@example.org")
    berta.go("desk_office", office_of("rgmx-germany").pk)
    berta.reads("Embassies and consulates for your place")
    words = "Two dates ran out in a row at %(post)s; after one more, new asks go to %(central)s."
    central = office_of("mesa-mx").organisation
    names = {"post": embassy.office.organisation.names, "central": central.names}
    told = {name: each[way.language] for name, each in names.items()}
    assert told["post"] in berta.main.inner_text()
    assert berta.say(words).split("%(post)s")[0] in " ".join(berta.main.inner_text().split())
    silent_embassy(hub, way, 1)
    assert asked("Grupo", "after@example.net", language=way.language, kind=SUPPORT,
                 country=Country.objects.get(pk="DE")).owner == office_of("mesa-mx")  # fmt: skip
    ema.sign_in("ema@example.org")
    ema.go("desk_office", embassy.office_id)
    ema.reads("New asks go to another desk for now")
    ema.press("We are back: sign again")
    ema.reads("Signed again, on the same terms. New asks come to you from now on.")
    assert asked("Grupo", "back@example.net", language=way.language, kind=SUPPORT,
                 country=Country.objects.get(pk="DE")).owner == embassy.office  # fmt: skip


def test_an_office_finds_a_gap_and_closes_it(arrive, hub, coordinator, way):
    begin_nights()
    hub.work()
    berta = arrive()
    office = hold(office_of("rgmx-germany"), "Berta", language=way.language).office
    berta.go("ledger")
    berta.follow("The network week by week, and where nobody has promised")
    berta.follow("Which places these are")
    assert " ".join(gap_of(berta).split()) == berta.say("No promise for any of %(of)s places.") % {"of": 32}
    berta.sign_in("berta@example.org")
    berta.go("promises", office.pk)
    berta.main.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
    form = berta.main.locator("form", has=berta.page.locator('[name="school-talk-days"]'))
    form.locator('[name="school-talk-days"]').fill("7")
    day = clock.today("UTC") + timedelta(days=200)
    form.locator('[name="school-talk-valid_until"]').fill(day.isoformat())
    berta.press("Sign the promise", form)
    hub.wait(days=7)
    berta.go("pulse", "mx")
    berta.reads(str_of_kind(berta, "school-talk"), berta.say("promised for all %(of)s places") % {"of": 32})
    berta.follow("Which places these are")
    assert str_of_kind(berta, "school-talk") not in berta.main.inner_text()


def gap_of(visitor):
    """What the page of gaps says of school talks."""
    section = visitor.main.locator("section", has_text=str_of_kind(visitor, "school-talk")).first
    return section.locator("p").first.inner_text()


def test_the_record_is_readable_on_paper_with_its_chart_and_its_table(arrive, hub, coordinator, way):
    berta = hold(office_of("rgmx-germany"), "Berta", language=way.language)
    promise(berta, days=5)
    for number in range(12):
        case = asked("Marta", f"m{number}@example.net", language=way.language)
        hub.wait(hours=9)
        decline_leg(Leg.objects.get(case=case), by=berta, reason=kind_of("school-talk").declines[0]["code"])
    begin_nights()
    hub.work()
    hub.work()
    reader = arrive()
    slug = EntryPoint.objects.get(office=berta.office).slug
    reader.go("entry_record", slug)
    reader.reads("How long the first answer takes", "What it takes to get to the last answer")
    chart = reader.main.locator("figure.chart img")
    assert chart.count() == 1
    assert chart.get_attribute("alt").startswith(reader.say("Half had an answer by day %(day)d") % {"day": 1})
    assert reader.loads(chart.get_attribute("src")) == "image/svg+xml; charset=utf-8"
    reader.page.emulate_media(media="print")
    chart.scroll_into_view_if_needed()
    assert chart.evaluate("e => e.complete && e.naturalWidth > 0")
    assert reader.main.locator("table", has_text="12").first.is_visible()
    unwanted = reader.page.locator("nav, form, button, .lang, .demo-bar, .site-foot ul")
    assert [one.evaluate("e => e.outerHTML.slice(0, 80)") for one in unwanted.all() if one.is_visible()] == []
    assert reader.page.pdf(format="A4").startswith(b"%PDF")
