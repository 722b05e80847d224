"""A first load: what it writes, from which column."""

import json
from datetime import date

from tequio.circuit.models import AskKind, Promise
from tequio.exchange.pack.saving import HEAD_OFFICE, load
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.network.models import Claim, Hub, Mandate, Office, Organisation
from tequio.people.models import Person
from tequio.reference.models import Country, Field, Language, Region, Source, Subfield, Topic
from tests.exchange.packs import (
    COUNTRIES,
    LANGUAGES,
    TOTAL,
    changed,
    counts,
    organisation,
    point,
)


def names(rows) -> list[str]:
    return sorted(str(row.pk) for row in rows.all())


# What a first load writes


def test_every_row_is_created_once(packs, db):
    assert load(packs, "mx") == counts(created=TOTAL)
    found = [m.objects.count() for m in (Source, Field, Subfield, Topic, Region, Organisation, Hub, AskKind)]
    assert found == [3, 2, 2, 3, 2, 5, 1, 2]
    assert (Country.objects.count(), Language.objects.count()) == (COUNTRIES, LANGUAGES)


def test_countries_come_with_names_and_zones(loaded):
    namibia, bouvet = Country.objects.get(pk="NA"), Country.objects.get(pk="BV")
    assert (namibia.names, namibia.zones) == ({"es": "Namibia", "en": "Namibia"}, ["Africa/Windhoek"])
    assert Country.objects.get(pk="DE").names == {"es": "Alemania", "en": "Germany"}
    assert "America/Hermosillo" in Country.objects.get(pk="MX").zones
    assert bouvet.zones == []


def test_languages_come_with_names(loaded):
    assert Language.objects.get(pk="es").names == {"es": "español", "en": "Spanish"}
    assert Language.objects.get(pk="haw").names == {"es": "hawaiano", "en": "Hawaiian"}


def test_sources_carry_the_name_of_their_pack(loaded):
    assert names(Source.objects) == ["mx:register", "mx:study", "world:topics"]
    study = Source.objects.get(pk="mx:study")
    assert (study.titles, study.as_of) == ({"es": "Estudio", "en": "Study"}, date(2026, 11, 1))
    assert (study.url, study.licence, study.attribution) == (
        "https://example.org/study",
        "CC0-1.0",
        "Example",
    )


def test_topics_lie_in_subfields_in_fields(loaded):
    topic = Topic.objects.get(pk="T2")
    assert (topic.name, topic.matchable, topic.subfield.field.names["es"]) == (
        "Various Maize",
        False,
        "Agricultura",
    )
    assert Field.objects.get(pk="12").domains == {"es": "Sociedad", "en": "Society"}


def test_regions_belong_to_the_home_of_the_pack(loaded):
    region = Region.objects.get(pk="MX-SON")
    assert (region.country_id, region.zone, region.official_code) == ("MX", "America/Hermosillo", "26")
    assert (region.latitude, region.longitude) == (29.09, -110.96)


def test_an_organisation_has_names_a_search_text_and_a_sort_key(loaded):
    uno = organisation("uno")
    assert uno.names == {"es": "Universidad Norte", "en": "Northern University"}
    assert (uno.own_name, uno.acronym, uno.aliases) == ("Universidad Norte", "UNO", ["Unison", "La Uni"])
    assert uno.search_text == "universidad norte northern university uno unison la uni alamos"
    assert uno.sort_key == "universidad norte"
    assert (uno.home_id, uno.country_id, uno.region_id) == ("MX", "MX", "MX-SON")
    assert (uno.website, uno.address, uno.demo) == ("https://uno.example.mx", "Calle 1", False)


def test_a_school_is_found_by_its_key(loaded):
    assert "20dpt0001a" in organisation("cct-20dpt0001a").search_text


def test_the_country_na_is_namibia_and_not_an_absent_one(loaded):
    embassy = organisation("embajada-namibia")
    assert (embassy.country_id, names(embassy.jurisdictions)) == ("NA", ["NA", "ZA"])


def test_a_source_on_a_row_goes_before_the_source_of_its_file(loaded):
    assert (organisation("uno").source_id, organisation("mesa").source_id) == ("mx:register", "mx:study")
    assert (point("uno-talks").source_id, point("red-talks").source_id) == ("mx:register", "mx:study")


def test_identifiers_are_claims_with_their_source(loaded):
    found = Claim.objects.order_by("scheme", "value").values_list(
        "organisation__slug", "scheme", "value", "source_id"
    )
    assert list(found) == [
        ("cct-20dpt0001a", "cct", "20DPT0001A", "mx:register"),
        ("uno", "ror", "012345678", "mx:register"),
        ("embajada-namibia", "wikidata", "Q10", "mx:study"),
        ("uno", "wikidata", "Q11", "mx:register"),
    ]


def test_each_organisation_has_one_head_office(loaded):
    offices = Office.objects.values_list("organisation__slug", "titles", "is_head").order_by(
        "organisation__slug"
    )
    slugs = ["cct-20dpt0001a", "embajada-namibia", "mesa", "red-es", "uno"]
    assert list(offices) == [(slug, HEAD_OFFICE, True) for slug in slugs]


def test_a_head_office_that_is_there_stays(loaded):
    head = organisation("uno").offices.get()
    Office.objects.filter(pk=head.pk).update(titles={"es": "Rectoría", "en": "Rectorate"})
    assert changed(loaded)
    assert organisation("uno").offices.get().titles["es"] == "Rectoría"


def test_parents_and_the_hub(loaded):
    parent = organisation("red-es").parent
    hub = Hub.objects.get()
    assert parent and parent.slug == "mesa"
    assert (hub.home_id, hub.coordination.organisation.slug, hub.days) == ("MX", "mesa", 10)


def test_kinds_of_ask_keep_their_order_texts_and_tables(loaded):
    talk, counterpart = AskKind.objects.order_by("order")
    assert (talk.slug, talk.home_id, talk.place, talk.topic, talk.topic_level) == (
        "talk", "MX", "school", "optional", "field",
    )  # fmt: skip
    assert (talk.names["en"], talk.leads["en"], talk.askers["en"]) == (
        "A talk",
        "Somebody talks.",
        "teachers",
    )
    assert (talk.prompts["en"], talk.done_labels["en"]) == ("For whom?", "Did it take place?")
    assert (talk.asker_days, counterpart.asker_days) == (5, 7)
    assert talk.for_kinds == ["chapter", "university"]
    assert [reason["code"] for reason in talk.declines] == ["full", "level"]
    assert talk.pass_ons == [
        {"code": "nearer", "text": {"es": "Otro está más cerca.", "en": "Another is nearer."}}
    ]
    assert talk.routes.get().steps[0] == {
        "slug": "at-desk",
        "does": "at-desk",
        "label": {"es": "Con un grupo", "en": "With a group"},
        "who": "office",
        "days": 0,
        "next": ["done"],
        "asks": {},
        "for_kinds": [],
        "opinions": 0,
    }
    assert (counterpart.declines, list(counterpart.routes.all())) == ([], [])


def test_an_entry_point_is_listed_at_the_head_office(loaded):
    red, uno = point("red-talks"), point("uno-talks")
    assert (red.office.organisation.slug, red.office.is_head, red.fallback) == ("red-es", True, uno)
    assert (names(red.regions), names(red.countries), names(red.fields)) == (["MX-OAX"], ["ES"], [])
    assert (names(uno.fields), names(uno.subfields)) == (["11"], ["maize", "murals"])
    assert sorted(kind.slug for kind in uno.kinds.all()) == ["counterpart", "talk"]


def test_a_pack_promises_nothing(loaded):
    assert (Promise.objects.count(), Mandate.objects.count(), Person.objects.count()) == (0, 0, 0)


def test_one_entry_of_the_journal_says_what_was_loaded(loaded):
    entry = Entry.objects.get()
    assert (entry.kind, entry.reference) == ("pack.loaded", "mx")
    assert json.loads(entry.facts) == {"versions": {"world": "1", "mx": "1"}, **counts(created=TOTAL)}
    assert verify().broken is None
