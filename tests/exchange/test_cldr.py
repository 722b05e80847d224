"""Countries and languages as they come with every pack."""

from zoneinfo import available_timezones

from tequio.exchange.pack import cldr
from tequio.exchange.pack.tables import LANGUAGES


def test_every_country_of_iso_3166_has_a_name_in_every_language_of_the_hub():
    countries = cldr.countries()
    assert len(countries) == 249
    assert {tuple(names) for names in countries.values()} == {tuple(LANGUAGES)}
    assert all(all(names.values()) for names in countries.values())


def test_names_are_those_of_the_reader():
    assert cldr.countries()["NA"] == {"es": "Namibia", "en": "Namibia"}
    assert cldr.countries()["US"] == {"es": "Estados Unidos", "en": "United States"}
    assert cldr.languages()["es"] == {"es": "español", "en": "Spanish"}


def test_every_country_but_two_islands_has_zones_and_every_zone_is_one():
    zones = cldr.zones()
    assert cldr.countries().keys() - zones.keys() == {"BV", "HM"}
    assert {zone for each in zones.values() for zone in each} <= available_timezones()
    assert (zones["NA"], zones["MX"][0], len(zones["MX"])) == (["Africa/Windhoek"], "America/Mexico_City", 12)


def test_languages_are_those_that_every_language_of_the_hub_can_name():
    languages = cldr.languages()
    assert len(languages) > 400
    assert {"es", "en", "nah", "fr", "zh"} - languages.keys() <= {"nah"}
    assert {len(id) for id in languages} == {2, 3}
    assert all(set(names) == set(LANGUAGES) for names in languages.values())
