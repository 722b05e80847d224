"""Agreements at the desk and in public: proposed, signed, refused, renewed, ended; a draft is nobody else's."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.agreements import end_agreement, refuse_agreement
from tequio.circuit.actions.commitments import amend_commitment, drop_commitment
from tequio.circuit.models import Agreement, Commitment
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Organisation
from tests.cast import Cast
from tests.circuit.agreed import both, in_force, proposed, room
from tests.circuit.desks import signed, url
from tests.circuit.reading import errors, radios, value_of
from tests.pages import items, links, main_of, text_of, words


@pytest.fixture
def sides(cast: Cast) -> tuple[Mandate, Mandate]:
    cast.hold("mesa", "Carla")
    return both(cast)


@pytest.fixture
def ana(sides: tuple[Mandate, Mandate]) -> Mandate:
    return sides[0]


@pytest.fixture
def uma(sides: tuple[Mandate, Mandate]) -> Mandate:
    return sides[1]


def row(number: int, **given: str) -> dict[str, str]:
    return {f"clauses-{number}-{name}": value for name, value in given.items()}


def typed(**changed: str) -> dict[str, str]:
    """A proposal as a holder types it: two commitments and an empty row."""
    return {
        "title": "Talks for rooms",
        "text": "We help each other.",
        "starts_on": "2026-12-01",
        "expires_on": "2027-11-30",
        "clauses-TOTAL_FORMS": "3",
        "clauses-INITIAL_FORMS": "0",
        **row(0, side="ours", what="Four talks.", due_on="2027-03-01", in_kind=""),
        **row(1, side="theirs", what="A room.", due_on="2027-01-15", in_kind="room"),
        **row(2, what="", due_on="", in_kind=""),
        **changed,
    }


def new(ana: Mandate, to: Mandate) -> str:
    return f"{url('agreement_new', ana.office_id)}?with={to.office_id}"


def agreement() -> Agreement:
    return Agreement.objects.latest("pk")


def at(mandate: Mandate) -> str:
    return url("agreement_at", mandate.office_id, agreement().slug)


def said(response: Any) -> str:
    return words(response.content.decode())


# Proposing ---------------------------------------------------------------------------------------


def test_first_the_other_office_is_found_among_those_that_somebody_holds(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    page = url("agreement_new", ana.office_id)
    signed(client, cast, "Ana")
    assert items(client.get(page)) == []
    assert items(client.get(page + "?words=oaxaca")) == [
        "Head office, Universidad de Oaxaca (en) University · Mexico"
    ]
    assert "No organisation with these words" in text_of(client.get(page + "?words=agencia"))
    assert "No organisation with these words" in text_of(client.get(page + "?words=berlín"))
    assert f"?with={uma.office_id}" in str(links(main_of(client.get(page + "?words=oaxaca"))))


def test_an_office_proposes_what_each_owes(client: Client, cast: Cast, ana: Mandate, uma: Mandate) -> None:
    signed(client, cast, "Ana")
    response = client.get(new(ana, uma))
    assert radios(response, "clauses-0-side") == ["ours", "theirs"]
    response = client.post(new(ana, uma), typed(), follow=True)
    assert "The proposal lies before the other office, which is told." in said(response)
    found = agreement()
    assert [(each.party.office, each.what, each.in_kind) for each in found.clauses.all()] == [
        (uma.office, "A room.", "room"),
        (ana.office, "Four talks.", ""),
    ]
    assert (found.state, found.starts_on, found.expires_on) == (
        "proposed",
        date(2026, 12, 1),
        date(2027, 11, 30),
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"title": ""}, ["Title: This field is required."]),
        (
            {"expires_on": "2026-11-01"},
            ["Until: It ends after it starts, from tomorrow until at most five years"],
        ),
        ({"clauses-0-due_on": ""}, ["By when: This field is required."]),
        ({"clauses-0-side": ""}, ["Who owes it: This field is required."]),
        ({"clauses-1-due_on": "2029-01-01"}, ["Each commitment is due while the agreement runs"]),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate, changed: dict[str, str], expected: list[str]
) -> None:
    response = signed(client, cast, "Ana").post(new(ana, uma), typed(**changed))
    found = errors(response)
    assert len(found) == len(expected)
    assert found[0].startswith(expected[0])
    assert "Four talks." in response.content.decode()
    assert Agreement.objects.count() == 0


def test_an_agreement_owes_something(client: Client, cast: Cast, ana: Mandate, uma: Mandate) -> None:
    empty = {name: "" for name in typed() if name.startswith("clauses-") and "FORMS" not in name}
    response = signed(client, cast, "Ana").post(new(ana, uma), typed(**empty))
    assert errors(response) == ["Write at least one thing that one of you owes to the other."]


def test_more_rows_come_without_losing_what_was_typed(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    response = signed(client, cast, "Ana").post(new(ana, uma), typed(more="1", title=""))
    assert value_of(response, "clauses-TOTAL_FORMS") == "6"
    assert "Commitment 6" in text_of(response)
    assert "Four talks." in text_of(response)
    assert Agreement.objects.count() == 0
    full = client.post(new(ana, uma), typed(more="1", **{"clauses-TOTAL_FORMS": "11"}))
    assert value_of(full, "clauses-TOTAL_FORMS") == "12"
    assert "More rows" not in text_of(full)


def test_a_renewal_begins_with_what_the_old_one_said(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    old = in_force(ana, uma)
    signed(client, cast, "Uma")
    page = next(link for link in links(main_of(client.get(at(uma)))) if "renews" in link)
    response = client.get(page)
    assert value_of(response, "title") == "Talks for rooms"
    assert (value_of(response, "starts_on"), value_of(response, "expires_on")) == ("2027-11-30", "2028-11-28")
    assert "It follows “Talks for rooms”." in text_of(response)
    assert value_of(response, "clauses-0-due_on") == ""
    later = {"starts_on": "2027-11-30", "expires_on": "2028-11-30"}
    days = {"clauses-0-due_on": "2028-03-01", "clauses-1-due_on": "2028-03-01"}
    assert client.post(page, typed(**later, **days)).status_code == 302
    assert (agreement().renews, agreement().state) == (old, "proposed")


# Signing, refusing, ending --------------------------------------------------------------------------


def test_the_other_office_finds_the_proposal_at_its_desk_and_signs(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    proposed(ana, uma)
    signed(client, cast, "Uma")
    desk = text_of(client.get(url("agreements_at", uma.office_id)))
    assert "1 proposal waits for your signature." in desk
    assert "With your signature it is in force and public" in text_of(client.get(at(uma)))
    assert "Signed. The other office is told." in said(client.post(at(uma), {"act": "sign"}, follow=True))
    assert (agreement().state, Commitment.objects.count()) == ("in-force", 2)
    assert "Nothing waits for your signature." in text_of(client.get(url("agreements_at", uma.office_id)))


def test_it_is_refused_with_a_reason_that_the_other_reads(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    proposed(ana, uma)
    signed(client, cast, "Uma")
    assert errors(client.post(at(uma), {"act": "refuse", "reason": " "})) == ["Why: This field is required."]
    assert client.post(at(uma), {"act": "refuse", "reason": "No room."}).status_code == 302
    text = text_of(signed(client, cast, "Ana").get(at(ana)))
    assert "The reason that the other office gave: No room." in text
    assert "Take it back" not in text
    again = client.post(at(ana), {"act": "refuse", "reason": "Too late."}, follow=True)
    assert "This proposal is no longer open." in said(again)


def test_it_is_ended_early_with_a_reason(client: Client, cast: Cast, ana: Mandate, uma: Mandate) -> None:
    in_force(ana, uma)
    signed(client, cast, "Ana")
    assert client.post(at(ana), {"act": "end", "reason": "The chapter closes."}).status_code == 302
    assert (agreement().state, agreement().ended_by) == ("ended", ana)
    assert "The reason that you gave: The chapter closes." in text_of(client.get(at(ana)))
    assert "not in force" in said(client.post(at(ana), {"act": "end", "reason": "Again."}, follow=True))


def test_a_foreign_desk_and_a_deputy(client: Client, cast: Cast, ana: Mandate, uma: Mandate) -> None:
    proposed(ana, uma)
    eva = cast.hold("chapter-madrid", "Eva")
    cast.hold(uma.office, "Dora", role="deputy")
    assert client.get(at(uma)).status_code == 302
    signed(client, cast, "Eva")
    foreign = [at(uma), at(eva), url("agreements_at", uma.office_id), url("agreement_new", uma.office_id)]
    assert [client.get(page).status_code for page in foreign] == [404, 404, 404, 404]
    assert client.post(at(uma), {"act": "sign"}).status_code == 404
    assert client.get(f"{url('agreement_new', eva.office_id)}?with=999").status_code == 404
    renewing = f"{url('agreement_new', eva.office_id)}?with={uma.office_id}&renews={agreement().slug}"
    assert client.get(renewing).status_code == 404
    signed(client, cast, "Dora")
    assert "The holder of the office signs." in text_of(client.get(at(uma)))
    assert client.post(at(uma), {"act": "sign"}).status_code == 403
    assert client.get(url("agreement_new", uma.office_id)).status_code == 403
    signed(client, cast, "Uma")
    assert client.post(at(uma), {"act": "nonsense"}).status_code == 404
    assert agreement().state == "proposed"


# In public ------------------------------------------------------------------------------------------


def public() -> str:
    return f"/en/agreements/{agreement().slug}/"


def test_a_draft_is_nowhere_in_public(client: Client, cast: Cast, ana: Mandate, uma: Mandate) -> None:
    proposed(ana, uma, title="A secret plan")
    pages = ["/en/agreements/", "/en/organisations/university-oaxaca/", "/en/organisations/chapter-berlin/"]
    for _ in range(2):
        assert client.get(public()).status_code == 404
        for page in pages:
            assert "secret" not in client.get(page).content.decode()
        if agreement().ended_at is None:
            refuse_agreement(agreement(), by=uma, reason="A secret reason")
    assert "No agreement has been signed yet" in text_of(client.get(pages[0]))
    assert signed(client, cast, "Ana").get(public()).status_code == 404


def test_everybody_reads_an_agreement_in_force_without_a_person_s_name(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    in_force(ana, uma)
    text = text_of(client.get(public()))
    assert "Talks for rooms" in text
    assert "In force · Dec. 1, 2026 to Nov. 30, 2027" in text
    assert (
        "Universidad de Oaxaca (en) owes it to Capítulo Berlín (en) by Jan. 15, 2027 · in kind: A room Open"
        in text
    )
    assert "We help each other." in text
    assert "Uma" not in text
    assert "Ana" not in text
    assert items(client.get("/en/agreements/")) == [
        "Talks for rooms Capítulo Berlín (en) · Universidad de Oaxaca (en) "
        "In force · Dec. 1, 2026 to Nov. 30, 2027"
    ]
    for slug in ("university-oaxaca", "chapter-berlin"):
        assert public() in links(main_of(client.get(f"/en/organisations/{slug}/")))
    assert public() not in links(main_of(client.get("/en/organisations/chapter-madrid/")))


def test_what_was_amended_or_dropped_stays_readable_with_its_reason(
    client: Client, ana: Mandate, uma: Mandate
) -> None:
    in_force(ana, uma)
    amend_commitment(room(), uma, "A room for each talk.", date(2027, 2, 1), "Works in it.")
    drop_commitment(room(), uma, "It was sold.")
    text = text_of(client.get(public()))
    assert "Dropped, with a reason · amended once" in text
    for words_ in ("Works in it.", "It was sold.", "Amended: Jan. 15, 2027 became Feb. 1, 2027"):
        assert words_ in text


def test_an_agreement_that_ended_stays_with_its_reason(client: Client, ana: Mandate, uma: Mandate) -> None:
    end_agreement(in_force(ana, uma), by=uma, reason="The building closes.")
    text = text_of(client.get(public()))
    assert "Ended · before its last day, on Nov. 23, 2026" in text
    assert (
        "Universidad de Oaxaca (en) ended it on Nov. 23, 2026. The reason that it gave: The building closes."
        in text
    )


def test_invented_parties_are_marked(client: Client, ana: Mandate, uma: Mandate) -> None:
    in_force(ana, uma)
    assert "invented" not in text_of(client.get(public()))
    Organisation.objects.filter(slug="university-oaxaca").update(demo=True)
    assert "invented" in text_of(client.get(public()))


def test_the_page_of_a_party_that_nobody_holds_any_longer_still_answers(
    client: Client, ana: Mandate, uma: Mandate
) -> None:
    in_force(ana, uma)
    end_mandate(ana, by=None)
    assert "Mesa de coordinación (en) owes it to Universidad de Oaxaca (en)" in text_of(client.get(public()))
