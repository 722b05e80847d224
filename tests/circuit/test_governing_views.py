"""The pages of a change of government and of a reorganisation."""

from datetime import date

import pytest
from django.test import Client

from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.actions.governing import change_government
from tequio.circuit.models import Review
from tequio.network.models import Mandate, Organisation, Succession, Transition
from tests.cast import Cast, open_leg_of
from tests.pages import queries


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Ana")


@pytest.fixture
def minister(cast: Cast) -> Mandate:
    mandate = cast.hold("agency", "Beto")
    cast.promise(mandate, "consular-support")
    return mandate


@pytest.fixture
def changed(cast: Cast, mesa: Mandate, minister: Mandate) -> Transition:
    leg = open_leg_of(cast.case("consular-support", text="Palabras privadas"))
    accept_leg(leg, by=minister, what="Una sala reservada", due_on=date(2027, 1, 15))
    organisations = [cast.organisations["agency"]]
    return change_government(
        "MX", name="Cambio", organisations=organisations, decide_on=date(2026, 12, 20), by=mesa
    )


def test_the_coordinating_office_declares_it_on_one_page(
    cast: Cast, client: Client, mesa: Mandate, minister: Mandate
) -> None:
    client.force_login(cast.account("Ana"))
    page = client.get("/en/coordination/government/").content.decode()
    assert "Every mandate in the chosen organisations ends now" in page
    agency = cast.organisations["agency"].pk
    answer = client.post(
        "/en/coordination/government/",
        {"name": "Administración 2030", "organisations": [agency], "decide_on": "2026-12-20"},
    )
    made = Transition.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/en/governments/{made.pk}/")
    assert made.name == "Administración 2030"


def test_a_form_without_organisations_says_what_is_missing(
    cast: Cast, client: Client, mesa: Mandate, minister: Mandate
) -> None:
    client.force_login(cast.account("Ana"))
    answer = client.post("/en/coordination/government/", {"name": "X", "decide_on": "2026-12-20"})
    assert (answer.status_code, Transition.objects.count()) == (200, 0)
    assert 'aria-invalid="true"' in answer.content.decode()


def test_it_is_there_for_the_coordinating_office_alone(cast: Cast, client: Client, minister: Mandate) -> None:
    paths = ["/coordination/government/", "/coordination/organisations/"]
    assert [client.get(path).status_code for path in paths] == [302, 302]
    client.force_login(cast.account("Beto"))
    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_everybody_reads_the_counts_and_nobody_the_words(client: Client, changed: Transition) -> None:
    for path in ("/en/governments/", f"/en/governments/{changed.pk}/"):
        page = client.get(path).content.decode()
        assert "1 open promise found" in page
        assert "1 undecided" in page
        assert "sala reservada" not in page
        assert "Palabras privadas" not in page
    assert client.get(f"/governments/{changed.pk + 1}/").status_code == 404


def test_the_list_of_changes_takes_as_many_queries_for_fifty_as_for_one(
    cast: Cast, client: Client, changed: Transition
) -> None:
    one = queries(client, "/governments/")
    for number in range(49):
        Transition.objects.create(
            home_id="MX", name=f"Cambio {number}", decide_on=changed.decide_on, decide_at=changed.decide_at
        )
    assert len(queries(client, "/governments/")) == len(one)
    assert len(one) <= 6


def test_who_comes_decides_at_the_desk(
    cast: Cast, client: Client, changed: Transition, minister: Mandate
) -> None:
    cast.hold("agency", "Fidel")
    client.force_login(cast.account("Fidel"))
    path = f"/en/desk/{minister.office_id}/reviews/"
    review = Review.objects.get()
    assert "Una sala reservada" in client.get(path).content.decode()
    assert path in client.get(f"/en/desk/{minister.office_id}/").content.decode()
    prefix = f"review-{review.pk}"
    refused = client.post(path, {"review": review.pk, f"{prefix}-decision": "drop"})
    assert "Write the reason" in refused.content.decode()
    answer = client.post(path, {"review": review.pk, f"{prefix}-decision": "keep"})
    assert answer.status_code == 302
    assert Review.objects.get().decision == "keep"
    assert "Nothing waits for your decision" in client.get(path).content.decode()


def test_a_foreign_desk_sees_no_reviews(
    cast: Cast, client: Client, changed: Transition, minister: Mandate
) -> None:
    cast.hold("embassy-de", "Greta")
    client.force_login(cast.account("Greta"))
    assert client.get(f"/desk/{minister.office_id}/reviews/").status_code == 404


def test_a_deputy_who_does_not_act_may_look_and_not_decide(
    cast: Cast, client: Client, changed: Transition, minister: Mandate
) -> None:
    cast.hold("agency", "Fidel")
    cast.hold("agency", "Hugo", role="deputy")
    client.force_login(cast.account("Hugo"))
    path = f"/desk/{minister.office_id}/reviews/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"review": Review.objects.get().pk}).status_code == 403


def test_a_review_of_another_office_is_not_there(
    cast: Cast, client: Client, changed: Transition, mesa: Mandate
) -> None:
    client.force_login(cast.account("Ana"))
    path = f"/desk/{cast.desk.pk}/reviews/"
    assert [
        client.post(path, {"review": what}).status_code for what in (Review.objects.get().pk, "x", "")
    ] == [404] * 3


def test_a_merger_is_recorded_step_by_step_without_scripts(cast: Cast, client: Client, mesa: Mandate) -> None:
    client.force_login(cast.account("Ana"))
    found = client.get("/en/coordination/organisations/?words=berlin").content.decode()
    assert "?organisation=chapter-berlin" in found
    chosen = "/en/coordination/organisations/?organisation=chapter-berlin"
    assert "&amp;successor=chapter-madrid" in client.get(f"{chosen}&words=madrid").content.decode()
    answer = client.post(
        f"{chosen}&successor=chapter-madrid", {"kind": "merged", "on": "2026-11-20", "why": "Acta 7"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/organisations/chapter-berlin/")
    row = Succession.objects.get()
    assert (row.kind, row.on, row.why) == ("merged", date(2026, 11, 20), "Acta 7")


def test_a_new_name_needs_the_name(cast: Cast, client: Client, mesa: Mandate) -> None:
    client.force_login(cast.account("Ana"))
    path = "/en/coordination/organisations/?organisation=agency"
    refused = client.post(path, {"kind": "renamed", "on": "2026-11-20"})
    assert "Write the new name" in refused.content.decode()
    client.post(path, {"kind": "renamed", "on": "2026-11-20", "name_es": "Secretaría de Ciencia"})
    assert Organisation.objects.get(slug="agency").names["es"] == "Secretaría de Ciencia"
