import pytest
from django.core.checks import Tags, run_checks
from django.db import connection

from tequio.kernel.checks import sqlite_keeps_what_it_acknowledged


@pytest.mark.django_db
def test_the_hub_as_it_is_set_up_keeps_what_it_acknowledges():
    assert sqlite_keeps_what_it_acknowledged(None, ["default"]) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("level", "errors"), [("OFF", 1), ("NORMAL", 1), ("FULL", 0), ("EXTRA", 0)])
def test_less_than_full_is_an_error_on_sqlite(level: str, errors: int):
    if connection.vendor == "sqlite":
        connection.cursor().execute(f"PRAGMA synchronous={level}")
    else:
        errors = 0
    try:
        found = run_checks(tags=[Tags.database], databases=["default"])
        assert [error.id for error in found] == ["tequio.E001"] * errors
    finally:
        connection.close()


def test_nothing_is_asked_of_a_database_that_is_not_checked():
    assert sqlite_keeps_what_it_acknowledged(None, None) == []
