"""Templates: an office's words, per answer and language, filled in for an ask."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.wording import keep_template, remove_template
from tequio.circuit.models import Leg, Template
from tequio.circuit.queries.wording import filled, templates_for, unknown_placeholders
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, path_in
from tests.circuit.desks import named_errors, signed, url
from tests.circuit.reading import words


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def leg(cast: Cast, beto: Mandate) -> Leg:
    return cast.leg()


def kept(by: Mandate, text: str = "Gracias, {name}.", **given: Any) -> Template:
    fields = {"act": "decline", "language": "es", "title": "Sin lugar", **given}
    return keep_template(by.office, by=by, text=text, **fields)


def typed(**given: str) -> dict[str, str]:
    return {"act": "accept", "language": "es", "title": "Charla", "text": "Vamos, {name}.", **given}


def field(page: Any, name: str) -> str:
    found = re.search(rf'<textarea name="{name}".*?>\s*(.*?)</textarea>', page.content.decode(), re.S)
    assert found, name
    return found.group(1)


def test_placeholders_are_filled_in_from_the_ask(cast: Cast, beto: Mandate, leg: Leg) -> None:
    text = "{name} · {school} · {receipt} · {office}"
    given = filled(kept(beto, text), leg)
    office = "Oficina principal, Capítulo Berlín"
    assert given.text == f"Marta Maestra · Preparatoria Número 5 · {leg.case} · {office}"
    assert given.missing == []


def test_each_template_speaks_its_own_language(cast: Cast, beto: Mandate, leg: Leg) -> None:
    english = filled(kept(beto, "{school}, {office}", language="en"), leg)
    assert english.text == "Preparatoria Número 5 (en), Head office, Capítulo Berlín (en)"


def test_what_the_ask_does_not_say_is_left_blank_and_named(cast: Cast, beto: Mandate, leg: Leg) -> None:
    given = filled(kept(beto, "Sobre {topic}, en {school}"), leg)
    assert (given.text, given.missing) == ("Sobre ____, en Preparatoria Número 5", ["topic"])


def test_words_of_the_asker_are_never_read_as_placeholders(cast: Cast, beto: Mandate) -> None:
    leg = cast.leg(name="{office}")
    assert filled(kept(beto, "Hola, {name}"), leg).text == "Hola, {office}"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Hola, {name}", []),
        ("Hola, {nombre} de {school}", ["nombre"]),
        ("{} y { name }", ["", " name "]),
        ("Sin llaves {", []),
    ],
)
def test_what_stands_in_braces_is_known_or_named(text: str, unknown: list[str]) -> None:
    assert unknown_placeholders(text) == unknown


@pytest.mark.parametrize(
    ("given", "named", "said"),
    [
        (
            {"text": "Hola, {nombre}"},
            "text",
            "There is no placeholder {nombre}. These are known: {name}, {school}, {topic}, {receipt}, {office}.",
        ),
        ({"text": "  "}, "text", "Write the words."),
        ({"title": " "}, "title", "Give it a name by which you find it."),
        ({"act": "dance"}, "act", "Choose for which answer the words are."),
    ],
)
def test_what_is_wrong_with_a_template_is_said_by_name(
    cast: Cast, beto: Mandate, given: dict[str, str], named: str, said: str
) -> None:
    with translation.override("en"):
        with pytest.raises(Refused) as refused:
            kept(beto, **given)
        assert (refused.value.field, str(refused.value)) == (named, said)
    assert Template.objects.count() == 0


def test_two_templates_of_one_name_are_refused(cast: Cast, beto: Mandate) -> None:
    first = kept(beto)
    with pytest.raises(Refused) as refused:
        kept(beto, "Otra cosa")
    assert refused.value.field == "title"
    kept(beto, "Thanks", language="en")
    kept(beto, "Otra cosa", template=first)
    assert sorted(Template.objects.values_list("text", flat=True)) == ["Otra cosa", "Thanks"]


def test_keeping_and_removing_are_in_the_journal_without_the_words(cast: Cast, beto: Mandate) -> None:
    template = kept(beto)
    remove_template(template, by=beto)
    entries = Entry.objects.filter(kind__startswith="template").order_by("sequence")
    assert [(e.kind, e.office, e.facts) for e in entries] == [
        (kind, beto.office.code, '{"act":"decline","language":"es"}')
        for kind in ("template.kept", "template.removed")
    ]


def test_who_no_longer_acts_keeps_and_removes_nothing(cast: Cast, beto: Mandate) -> None:
    template = kept(beto)
    end_mandate(beto, by=beto)
    for verb in (lambda: kept(beto, title="Otro"), lambda: remove_template(template, by=beto)):
        with pytest.raises(Refused):
            verb()
    assert list(Template.objects.all()) == [template]


def test_those_in_the_askers_language_are_offered_else_all(cast: Cast, beto: Mandate, leg: Leg) -> None:
    spanish, english = kept(beto), kept(beto, language="en")
    only = kept(beto, act="question", language="en")
    assert templates_for(leg) == {"decline": [spanish], "question": [only]}
    type(leg.case.ask).objects.filter(pk=leg.case.ask_id).update(language="en")
    again = Leg.objects.select_related("owner", "case__ask").get(pk=leg.pk)
    assert templates_for(again) == {"decline": [english], "question": [only]}


def test_the_page_offers_them_and_fills_the_form_without_scripts(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    template = kept(beto, "Gracias, {name}. Sobre {topic}: no queda lugar.")
    kept(beto, act="question", language="en", title="Which grade", text="Which grade?")
    path = path_in(letters("leg_new", "beto@example.org")[0])
    page = client.get(path)
    offered = re.findall(r'<option value="\d+">(.*?)</option>', page.content.decode())
    assert [each for each in offered if "(" not in each or "English" in each] == [
        "Sin lugar",
        "Which grade (English)",
    ]
    page = client.get(path, {"template": str(template.pk)})
    assert field(page, "decline-text") == "Gracias, Marta Maestra. Sobre ____: no queda lugar."
    assert field(page, "accept-what") == ""
    assert page.content.decode().count('<details name="answer" open>') == 1
    assert "The ask does not say: topic. Mend the places marked ____." in words(page)


@pytest.mark.parametrize("chosen", ["0", "", "none", "99999999999999999999"])
def test_a_template_that_is_not_there_fills_in_nothing(
    client: Client, cast: Cast, beto: Mandate, leg: Leg, chosen: str
) -> None:
    kept(beto)
    page = signed(client, cast, "Beto").get(url("leg", leg.owner_id, leg.case.ref, 1), {"template": chosen})
    assert (page.status_code, field(page, "decline-text")) == (200, "")


def test_words_of_another_office_are_neither_offered_nor_filled_in(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    other = kept(cast.hold("chapter-madrid", "Carla"), "De Madrid")
    page = signed(client, cast, "Beto").get(
        url("leg", leg.owner_id, leg.case.ref, 1), {"template": str(other.pk)}
    )
    assert "De Madrid" not in page.content.decode()
    assert "Sin lugar" not in page.content.decode()


def test_a_holder_writes_mends_and_removes(client: Client, cast: Cast, beto: Mandate) -> None:
    signed(client, cast, "Beto")
    here = url("templates", beto.office_id)
    assert "No template yet" in words(client.get(here))
    assert client.post(url("template_new", beto.office_id), typed())["Location"] == here
    template = Template.objects.get()
    assert (template.act, template.language, template.title, template.text) == tuple(typed().values())
    shown = words(client.get(here))
    assert "Accept Charla Vamos, {name}. español" in shown
    mend = url("template", beto.office_id, template.pk)
    assert client.post(mend, typed(text="Con gusto, {name}."))["Location"] == here
    assert Template.objects.get().text == "Con gusto, {name}."
    assert client.post(mend, {"remove": "yes"})["Location"] == here
    assert Template.objects.count() == 0


def test_a_refused_template_keeps_what_was_typed(client: Client, cast: Cast, beto: Mandate) -> None:
    signed(client, cast, "Beto")
    page = client.post(url("template_new", beto.office_id), typed(text="Hola {nombre}"))
    assert page.status_code == 200
    assert named_errors(page) == ["text"]
    assert field(page, "text") == "Hola {nombre}"


def test_another_offices_templates_are_not_there(client: Client, cast: Cast, beto: Mandate) -> None:
    template = kept(beto)
    carla = cast.hold("chapter-madrid", "Carla")
    signed(client, cast, "Carla")
    paths = [
        url("templates", beto.office_id),
        url("template_new", beto.office_id),
        url("template", beto.office_id, template.pk),
        url("template", carla.office_id, template.pk),
    ]
    assert [client.get(each).status_code for each in paths] == [404] * 4
    assert [client.post(each, typed()).status_code for each in paths[1:]] == [404] * 3
    assert Template.objects.get() == template


def test_a_deputy_reads_them_and_writes_none_while_the_holder_acts(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    template = kept(beto)
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    signed(client, cast, "Dana")
    page = client.get(url("templates", beto.office_id))
    assert "Sin lugar" in words(page)
    assert url("template", beto.office_id, template.pk) not in page.content.decode()
    paths = [url("template_new", beto.office_id), url("template", beto.office_id, template.pk)]
    assert [client.post(each, typed()).status_code for each in paths] == [403] * 2
    assert Template.objects.get().text == "Gracias, {name}."
