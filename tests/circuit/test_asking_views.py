"""Asking without an account: choosing a kind, and composing the one page."""

from typing import Any

from django.test import Client

from tequio.circuit.links import case_key
from tequio.circuit.models import Ask, AskKind, Case
from tequio.network.models import Claim, Hub, Organisation
from tequio.reference.models import Country, Field, Region, Subfield
from tests.cast import Cast, letters, texts
from tests.circuit.asks import HTMX, PARTNER, SUPPORT, TALK, link_to, sent, talk
from tests.circuit.reading import errors, heading, options, radios, value_of, words

# Choosing


def test_the_kinds_say_for_whom_they_are_and_how_fast_offices_answer(client: Client, cast: Cast) -> None:
    cast.promise(cast.hold("chapter-berlin", "Ana"), days=10)
    cast.promise(cast.hold("chapter-madrid", "Beto"), days=21)
    cast.promise(cast.hold("university-oaxaca", "Carla"), "counterpart", days=1)
    assert words(client.get("/en/ask/")) == (
        "What do you need? Choose one. It takes one short page, no account. An office answers by a date that you "
        "are told. "
        "Ask school-talk One sentence For teachers 2 offices have promised an answer , within 10 to 21 working days "
        "Ask counterpart One sentence For teachers 1 office has promised an answer , within 1 working day "
        "Ask consular-support One sentence For teachers No office has promised yet; the coordinating office answers "
        "within 8 working days "
        "You asked already? Have your links sent again ."
    ).replace(" ,", ",")


def test_a_single_home_is_not_named_and_two_are(client: Client, cast: Cast) -> None:
    assert "Mexico" not in words(client.get("/en/ask/"))
    Hub.objects.create(home=Country.objects.get(pk="ES"), coordination=cast.office("chapter-madrid"), days=5)
    AskKind.objects.create(
        home_id="ES",
        slug="stay",
        names=texts("Estancia"),
        leads=texts("Una"),
        askers=texts("todas"),
        prompts=texts("Diga"),
        done_labels=texts("¿Fue?"),
        place="none",
        topic="none",
    )
    page = client.get("/en/ask/").content.decode()
    assert [part.partition("</h2>")[0] for part in page.split("<h2>")[1:]] == ["Spain", "Mexico"]
    assert '<h3><a href="/en/ask/es/stay/">Estancia</a></h3>' in page


def test_withdrawn_kinds_and_kinds_without_a_hub_are_not_offered(client: Client, cast: Cast) -> None:
    AskKind.objects.filter(slug="school-talk").update(withdrawn_on="2026-01-01")
    AskKind.objects.filter(slug="counterpart").update(home="ES")
    page = client.get("/ask/").content.decode()
    assert page.count("<article") == 1
    assert [client.get(path).status_code for path in (TALK, PARTNER, "/en/ask/es/counterpart/", SUPPORT)] == [
        404,
        404,
        404,
        200,
    ]


def test_an_empty_hub_says_what_will_be_here(client: Client, db: None) -> None:
    assert "Nothing can be asked here yet" in words(client.get("/en/ask/"))


def test_choosing_costs_the_same_queries_with_one_kind_and_with_many(
    client: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    cast.promise(cast.hold("chapter-berlin", "Ana"))
    with django_assert_num_queries(3):
        client.get("/ask/")
    AskKind.objects.exclude(slug="school-talk").delete()
    with django_assert_num_queries(3):
        client.get("/ask/")


# Composing


def test_a_teacher_asks_confirms_and_follows(client: Client, cast: Cast, mailoutbox: list[Any]) -> None:
    cast.promise(cast.hold("chapter-berlin", "Ana"))
    response = client.post(TALK, talk(), follow=True)
    assert heading(response) == "One step left: open your mail"
    assert "A letter is on its way to marta@example.net" in words(response)
    assert "Who would answer Oficina principal" not in words(response)
    assert "Who would answer Head office , Capítulo Berlín (en)" in words(response)
    assert letters("leg_new") == []
    link = link_to("marta@example.net", mailoutbox)
    page = client.get(link)
    assert heading(page) == "Read it once more, then send it"
    assert "A talk on vaccines." in words(page)
    assert Case.objects.count() == 0
    response = client.post(link, follow=True)
    case = Case.objects.get()
    assert response.redirect_chain == [(f"/en/follow/{case.ref}/{case_key(case)}/", 302)]
    assert heading(response) == (
        "Capítulo Berlín (en) has your ask and answers by Dec. 3, 2026, end of the day in Berlin"
    )
    assert f"receipt number {case}" in words(response)
    assert [letter.address for letter in letters("leg_new")] == ["ana@example.org"]


def test_the_page_is_in_the_readers_language_and_so_are_the_letters(
    client: Client, cast: Cast, mailoutbox: list[Any]
) -> None:
    page = client.get("/ask/mx/school-talk/")
    assert heading(page) == "Pedir school-talk"
    assert '<html lang="es"' in page.content.decode()
    assert "Cuente lo que necesita" in words(page)
    client.post("/ask/mx/school-talk/", talk())
    link = link_to("marta@example.net", mailoutbox)
    assert link.startswith("/ask/confirm/")
    assert client.post(link)["Location"].startswith("/follow/mx-")
    client.post(TALK, talk(address="jane@example.net"))
    assert link_to("jane@example.net", mailoutbox).startswith("/en/ask/confirm/")
    assert [ask.language for ask in Ask.objects.order_by("pk")] == ["es", "en"]


def test_the_home_in_the_address_may_be_in_capitals(client: Client, cast: Cast) -> None:
    assert client.get("/en/ask/MX/school-talk/").status_code == 200


def test_an_unknown_home_or_kind_is_not_there(client: Client, cast: Cast) -> None:
    assert [client.get(f"/en/ask/{path}/").status_code for path in ("zz/school-talk", "mx/nothing")] == [
        404,
        404,
    ]


def test_each_missing_field_says_what_to_do_and_what_was_typed_is_kept(client: Client, cast: Cast) -> None:
    response = client.post(TALK, {"name": "  Marta   Maestra ", "text": "About vaccines", "key": "k1"})
    assert errors(response) == [
        "State: Choose the state.",
        "School: Write the name of the school, or its key.",
        "Your mail address: Write the mail address for the answer.",
    ]
    assert value_of(response, "name") == "  Marta   Maestra "
    assert "About vaccines</textarea>" in response.content.decode()
    assert value_of(response, "key") == "k1"
    assert Ask.objects.count() == 0


def test_a_mistyped_address_is_refused_in_words(client: Client, cast: Cast) -> None:
    response = client.post(TALK, talk(address="marta@example"))
    assert errors(response) == [
        "Your mail address: This is not a complete mail address. Check it for a typing mistake."
    ]
    assert value_of(response, "address") == "marta@example"


def test_a_listed_school_named_exactly_is_taken_with_its_zone(client: Client, cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.school.pk).update(zone="America/Tijuana")
    ask = sent(client, school="  preparatoria numero 5 ")
    assert (ask.organisation, ask.organisation_typed, ask.region_id) == (cast.school, "", "MX-OAX")
    assert (ask.zone, ask.on_behalf_of) == ("America/Tijuana", "Preparatoria Número 5")


def test_the_key_of_a_school_is_enough_even_without_its_state(client: Client, cast: Cast) -> None:
    Claim.objects.create(organisation=cast.school, scheme="cct", value="20DPT0001Y", source=cast.source)
    ask = sent(client, school="20dpt0001y", region="")
    assert (ask.organisation, ask.region_id) == (cast.school, "MX-OAX")


def test_schools_that_match_are_offered_and_one_is_chosen(client: Client, cast: Cast) -> None:
    other = cast.organisation(
        "school-two", "school", "Preparatoria Número 6", region_id="MX-OAX", city="Tlaxiaco"
    )
    elsewhere = cast.organisation("school-jal", "school", "Preparatoria Número 7", region_id="MX-JAL")
    form = talk(school="Preparatoria")
    response = client.post(TALK, form)
    assert errors(response) == ["Which school: Choose your school among these, or say that it is not listed."]
    assert radios(response, "school_choice") == [str(cast.school.pk), str(other.pk), "typed"]
    assert "Preparatoria Número 6 (en), Tlaxiaco" in words(response)
    assert "use what I wrote, “Preparatoria”" in words(response)
    chosen = {**form, "school_choice": str(other.pk), "school_asked": value_of(response, "school_asked")}
    assert client.post(TALK, chosen).status_code == 302
    assert Ask.objects.get().organisation == other
    assert (
        client.post(
            TALK, {**form, "school_choice": str(elsewhere.pk), "school_asked": "Preparatoria"}
        ).status_code
        == 200
    )


def test_a_school_that_is_not_in_the_list_is_taken_as_written(
    client: Client, cast: Cast, mailoutbox: list[Any]
) -> None:
    form = talk(school="Preparatoria  de la Sierra")
    assert radios(client.post(TALK, form), "school_choice") == [str(cast.school.pk), "typed"]
    response = client.post(
        TALK, {**form, "school_choice": "typed", "school_asked": "Preparatoria de la Sierra"}, follow=True
    )
    assert "Preparatoria de la Sierra, Oaxaca" in words(response)
    ask = Ask.objects.get()
    assert (ask.organisation, ask.organisation_typed) == (None, "Preparatoria de la Sierra")
    assert (ask.on_behalf_of, ask.zone) == ("Preparatoria de la Sierra", "America/Mexico_City")
    client.post(link_to("marta@example.net", mailoutbox))
    assert Case.objects.get().ask == ask


def test_a_school_that_resembles_none_needs_no_choice(client: Client, cast: Cast) -> None:
    assert (
        sent(client, school="Telesecundaria Benito Juárez").organisation_typed
        == "Telesecundaria Benito Juárez"
    )


def test_a_choice_made_for_other_words_does_not_count(client: Client, cast: Cast) -> None:
    form = talk(school="Preparatoria 5", school_choice="typed", school_asked="Preparatoria")
    assert radios(client.post(TALK, form), "school_choice") == [str(cast.school.pk), "typed"]


def test_more_than_eight_schools_are_counted_not_listed(client: Client, cast: Cast) -> None:
    for number in range(10, 20):
        cast.organisation(f"school-{number}", "school", f"Preparatoria Número {number}", region_id="MX-OAX")
    response = client.post(TALK, talk(school="Preparatoria"))
    assert len(radios(response, "school_choice")) == 9
    assert "3 more schools match: write more of the name to see them." in words(response)


def test_a_withdrawn_school_is_neither_offered_nor_taken_by_its_key(client: Client, cast: Cast) -> None:
    Claim.objects.create(organisation=cast.school, scheme="cct", value="20DPT0001Y", source=cast.source)
    Organisation.objects.filter(pk=cast.school.pk).update(withdrawn_on="2026-01-01")
    assert sent(client).organisation is None
    assert sent(client, school="20DPT0001Y", text="Again").organisation_typed == "20DPT0001Y"


def test_places_and_topics_are_sorted_in_the_readers_language(client: Client, cast: Cast) -> None:
    Field.objects.create(id="99", names=texts("Ética", "Ethics"), domains=texts("Otras"))
    assert options(client.get(TALK), "region") == ["Choose", "Jalisco", "Oaxaca"]
    assert options(client.get(TALK), "topic") == ["Any topic", "Bioquímica", "Ethics", "Física"]
    assert options(client.get("/ask/mx/school-talk/"), "topic")[1:] == ["Bioquímica", "Ética", "Física"]
    assert options(client.get(SUPPORT), "country") == [
        "Choose",
        "Germany",
        "Mexico",
        "Spain",
        "United States",
    ]
    assert options(client.get("/ask/mx/consular-support/"), "country")[1:] == [
        "Alemania",
        "España",
        "Estados Unidos",
        "México",
    ]


def test_subfields_are_grouped_by_their_field(client: Client, cast: Cast) -> None:
    Subfield.objects.create(id="sub-x", field_id="13", names=texts("Ácidos"))
    page = client.get(PARTNER).content.decode()
    groups = page.split('<optgroup label="')[1:]
    assert [group.partition('"')[0] for group in groups] == ["Bioquímica", "Física"]
    assert [option.partition("<")[0] for option in groups[0].split(">")[2::2]][:2] == [
        "Ácidos",
        "Bioquímica aplicada",
    ]


def test_a_counterpart_names_a_topic_and_gets_the_zone_of_the_hub(client: Client, cast: Cast) -> None:
    form = {
        "topic": "",
        "text": "Joint work",
        "name": "Inés",
        "address": "ines@example.net",
        "on_behalf_of": "",
    }
    assert errors(client.post(PARTNER, form)) == ["Topic: Choose the topic."]
    assert client.post(PARTNER, {**form, "topic": "sub-13"}).status_code == 302
    ask = Ask.objects.get()
    assert (ask.subfield_id, ask.field_id, ask.region_id) == ("sub-13", None, None)
    assert (ask.zone, ask.on_behalf_of) == ("America/Mexico_City", "")


def test_a_chapter_names_itself_and_its_country(client: Client, cast: Cast) -> None:
    form = {"country": "", "text": "A room", "name": "Lía", "address": "lia@example.net", "on_behalf_of": " "}
    assert errors(client.post(SUPPORT, form)) == [
        "Country where you are: Choose the country where you are.",
        "Chapter, institution or group: Write the name of your chapter or group.",
    ]
    assert (
        client.post(SUPPORT, {**form, "country": "DE", "on_behalf_of": "Capítulo\nBerlín"}).status_code == 302
    )
    ask = Ask.objects.get()
    assert (ask.country_id, ask.on_behalf_of, ask.zone) == ("DE", "Capítulo Berlín", "Europe/Berlin")


def test_a_kind_for_a_state_asks_for_the_state_alone(client: Client, cast: Cast) -> None:
    AskKind.objects.filter(slug="counterpart").update(place="region", topic="none")
    form = {"text": "A visit", "name": "Inés", "address": "ines@example.net"}
    assert errors(client.post(PARTNER, form)) == ["State: Choose the state."]
    Region.objects.filter(pk="MX-JAL").update(zone="America/Hermosillo")
    assert client.post(PARTNER, {**form, "region": "MX-JAL"}).status_code == 302
    assert (Ask.objects.get().region_id, Ask.objects.get().zone) == ("MX-JAL", "America/Hermosillo")


def test_a_country_without_a_known_zone_gets_the_hubs(client: Client, cast: Cast) -> None:
    Country.objects.filter(pk="DE").update(zones=[])
    form = {
        "country": "DE",
        "text": "A room",
        "name": "Lía",
        "address": "lia@example.net",
        "on_behalf_of": "Berlín",
    }
    client.post(SUPPORT, form)
    assert Ask.objects.get().zone == "America/Mexico_City"


def test_a_value_that_is_no_choice_is_refused_like_a_missing_one(client: Client, cast: Cast) -> None:
    assert errors(client.post(TALK, talk(region="DE-BE", topic="13"))) == ["State: Choose the state."]
    assert errors(client.post(TALK, talk(topic="sub-13"))) == ["Topic: Choose the topic."]


def test_a_link_from_another_page_may_fill_in_the_school(client: Client, cast: Cast) -> None:
    page = client.get(f"{TALK}?region=MX-OAX&school=Preparatoria&name=Mallory")
    assert (value_of(page, "school"), value_of(page, "name")) == ("Preparatoria", "")
    assert '<option value="MX-OAX" selected>Oaxaca</option>' in page.content.decode()


def test_the_privacy_notice_and_a_human_contact_stand_beside_the_form(
    client: Client, cast: Cast, settings: Any
) -> None:
    settings.CONTACT = "ayuda@example.org"
    page = words(client.get(TALK))
    assert "Only the offices that get your ask read it" in page
    assert "Write no names of pupils" in page
    assert "A person reads ayuda@example.org" in page


def test_the_form_costs_the_same_queries_with_few_and_with_many_choices(
    client: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6) as few:
        client.get(PARTNER)
    for number in range(30):
        Subfield.objects.create(id=f"more-{number}", field_id="31", names=texts(f"Rama {number}"))
    with django_assert_max_num_queries(len(few)):
        client.get(PARTNER)


# While typing


def test_while_typing_schools_are_offered_without_an_error(client: Client, cast: Cast) -> None:
    headers = {**HTMX, "HX-Target": "schools"}
    found = client.get(TALK, {"school": "prepa", "region": "MX-OAX"}, headers=headers)
    assert radios(found, "school_choice") == [str(cast.school.pk), "typed"]
    assert (value_of(found, "school_asked"), "<main" in found.content.decode()) == ("prepa", False)
    assert "Choose your school" not in words(found)
    assert {"HX-Request", "HX-Target"} <= set(found["Vary"].split(", "))
    assert words(client.get(TALK, {"school": "prepa", "region": ""}, headers=headers)) == ""
    exact = client.get(TALK, {"school": "Preparatoria numero 5 (en)", "region": "MX-OAX"}, headers=headers)
    assert words(exact) == "In our list: Preparatoria Número 5 (en)"
    assert Ask.objects.count() == 0


def test_while_choosing_the_form_says_who_would_answer_and_why(client: Client, cast: Cast) -> None:
    headers = {**HTMX, "HX-Target": "preview"}
    cast.promise(cast.hold("chapter-berlin", "Ana"), days=12, regions=["MX-OAX"], fields=["13"])
    found = client.get(TALK, {"region": "MX-OAX", "topic": "13"}, headers=headers)
    assert words(found) == (
        "Who would answer Head office , Capítulo Berlín (en) answers within 12 working days · none due so far "
        "This office has promised to answer asks from Oaxaca about Bioquímica within 12 working days."
    )
    nobody = client.get(TALK, {"region": "MX-JAL", "topic": "31"}, headers=headers)
    assert words(nobody).startswith(
        "Nobody has promised this yet Ask all the same: the coordinating office gets it"
    )


def test_a_chapter_sees_who_would_answer_in_its_country(client: Client, cast: Cast) -> None:
    cast.promise(cast.hold("embassy-de", "Eva"), "consular-support", countries=["DE"])
    headers = {**HTMX, "HX-Target": "preview"}
    assert "Embajada en Alemania" in words(client.get(SUPPORT, {"country": "DE"}, headers=headers))
    assert "Nobody has promised" in words(client.get(SUPPORT, {"country": "ES"}, headers=headers))
