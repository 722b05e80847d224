"""Countries and languages, which come with every pack: ISO codes, names of CLDR, zones of the tz database."""

from collections import defaultdict
from functools import cache
from importlib.resources import files

import pycountry
from babel import Locale

from tequio.exchange.pack.tables import LANGUAGES

VARIANTS = {"es": "es_MX"}
Names = dict[str, str]


def _locales() -> dict[str, Locale]:
    return {code: Locale.parse(VARIANTS.get(code, code)) for code in LANGUAGES}


@cache
def country_ids() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


def countries() -> dict[str, Names]:
    locales = _locales().items()
    return {id: {code: locale.territories[id] for code, locale in locales} for id in sorted(country_ids())}


def zones() -> dict[str, list[str]]:
    """The zones of each country, in the order of the tz database; none for islands where nobody lives."""
    found = defaultdict(list)
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found[country].append(zone)
    return found


def languages() -> dict[str, Names]:
    """The languages of ISO 639 that CLDR can name in every language of the hub."""
    locales = _locales()
    iso = {code for each in pycountry.languages for code in (getattr(each, "alpha_2", ""), each.alpha_3)}
    ids = iso.intersection(*(locale.languages for locale in locales.values()))
    return {id: {code: locale.languages[id] for code, locale in locales.items()} for id in sorted(ids)}
