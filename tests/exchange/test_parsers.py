"""The parsers of cells and values: what they take, and the words in which they refuse."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tequio.exchange.pack import tables
from tequio.exchange.pack.tables import (
    array,
    cells,
    day,
    degrees,
    mapping,
    one_of,
    quote,
    slug,
    text,
    texts,
    whole,
)

REFUSED = [
    (text(), 7, "7 is not a text"),
    (text(), ["a"], '["a"] is not a text'),
    (text(), " ", "is empty"),
    (text(3), "four", "is longer than 3 characters"),
    (text(), "a\tb", "holds a control character"),
    (text(9, "[0-9]+", "a number"), "12a", '"12a" is not a number'),
    (slug(20), "Oaxaca", '"Oaxaca" is not an id of small letters, digits and hyphens'),
    (slug(20), "a--b", '"a--b" is not an id of small letters, digits and hyphens'),
    (slug(20), "año", '"año" is not an id of small letters, digits and hyphens'),
    (slug(3), "abcd", "is longer than 3 characters"),
    (one_of(["a", "b"]), "c", '"c" is not one of a, b'),
    (one_of(["a", "b"]), ["a"], '["a"] is not one of a, b'),
    (one_of("10"), "10", '"10" is not one of 1, 0'),
    (whole(1, 9), 0, "0 is not a whole number from 1 to 9"),
    (whole(1, 9), 2.0, "2.0 is not a whole number from 1 to 9"),
    (whole(0, 9), True, "true is not a whole number from 0 to 9"),
    (degrees(90), "90.1", '"90.1" is not a number of degrees from -90 to 90'),
    (degrees(90), "1e1", '"1e1" is not a number of degrees from -90 to 90'),
    (degrees(180), "inf", '"inf" is not a number of degrees from -180 to 180'),
    (degrees(180), "19° 3'", '"19° 3\'" is not a number of degrees from -180 to 180'),
    (degrees(180), "1,5", '"1,5" is not a number of degrees from -180 to 180'),
    (tables.zone, "CDMX", '"CDMX" is not a time zone of the IANA database'),
    (tables.zone, "america/mexico_city", '"america/mexico_city" is not a time zone of the IANA database'),
    (day, "2026-11-23", '"2026-11-23" is not a date such as 2026-11-23'),
    (day, datetime(2026, 11, 23, 9, tzinfo=UTC), '"2026-11-23 09:00:00+00:00" is not a date such as 2026-11-23'),
    (texts, {"es": "Sí"}, 'has no text in "en"'),
    (texts, {"es": "Sí", "en": ""}, 'has no text in "en"'),
    (texts, {"es": "Sí", "en": 3}, "3 is not a text"),
    (texts, {"es": "Sí", "en": "Yes", "de": "Ja"}, '"de" is not a language of this hub'),
    (texts, "Sí", '"Sí" is not a text in es, en'),
    (array(slug(9)), "a", '"a" is not a list'),
    (array(slug(9)), ["a", "B"], '"B" is not an id of small letters, digits and hyphens'),
    (cells(text()), "a||b", "is empty"),
    (mapping, ["a"], '["a"] is not a table'),
    (mapping, {"a": 1}, "1 is not a text"),
]  # fmt: skip
TAKEN = [
    (text(), " Álamos ", "Álamos"),
    (text(), "two\nlines", "two\nlines"),
    (slug(20), "cct-20dpt0001a", "cct-20dpt0001a"),
    (one_of("10"), "0", "0"),
    (whole(1, 90), 90, 90),
    (degrees(90), "-90", -90.0),
    (degrees(180), "-99.12766", -99.12766),
    (tables.zone, "America/Ciudad_Juarez", "America/Ciudad_Juarez"),
    (day, date(2026, 2, 28), date(2026, 2, 28)),
    (texts, {"en": "Yes", "es": "Sí"}, {"es": "Sí", "en": "Yes"}),
    (array(slug(9)), ["b", "a", "b"], ["b", "a"]),
    (cells(text()), "La Uni | Unison|La Uni", ["La Uni", "Unison"]),
    (mapping, {"a.csv": "b"}, {"a.csv": "b"}),
]


@pytest.mark.parametrize(("parse", "value", "reason"), REFUSED)
def test_what_is_wrong_is_refused_in_words(parse, value, reason):
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        parse(value)


@pytest.mark.parametrize(("parse", "value", "result"), TAKEN)
def test_what_is_right_is_taken(parse, value, result):
    assert parse(value) == result


@pytest.mark.parametrize("parse", [parse for parse, _, _ in TAKEN if parse not in (day, texts, mapping)])
@given(value=st.text(max_size=40))
def test_any_cell_is_taken_or_refused(parse, value):
    with suppress(ValueError):
        assert parse(value) is not None


def test_a_long_value_is_quoted_in_part():
    assert quote("a" * 200) == '"' + "a" * 78 + "…"


def test_what_cannot_be_printed_is_quoted_by_its_number():
    assert quote("a\x1b[2J\x9b\u2028b") == r'"a\u001b[2J\x9b\u2028b"'


def test_each_table_begins_with_its_key():
    assert [(table.noun, table.key) for table in tables.TABLES] == [
        ("field", "id"),
        ("subfield", "id"),
        ("topic", "id"),
        ("region", "id"),
        ("administration", "id"),
        ("organisation", "slug"),
        ("entry point", "id"),
    ]


def test_each_reference_names_a_table():
    nouns = {table.noun for table in tables.TABLES} | {"country", "source", "kind"}
    referred = {
        noun for table in tables.TABLES for column in table.columns.values() for noun in column.refers
    }
    assert referred <= nouns
