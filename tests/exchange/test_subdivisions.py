"""The part of a country whose holidays an organisation keeps: a column that a file may lack."""

from pathlib import Path

import pytest

from tequio.circuit.reckoning import calendar_of
from tequio.exchange.pack.reading import BadPack, PackError
from tequio.exchange.pack.saving import load
from tequio.network.models import Organisation
from tests.exchange.packs import HEADER, spoil, write_packs

FILE = "mx/organisations-posts.csv"
POST = "boston,post,Consulado en Boston,,Consulate in Boston,,,US,,Boston,,,America/New_York,,mesa,,,,,,study"


def with_post(packs: Path, code: str) -> Path:
    return write_packs(packs, {FILE: f"{HEADER},subdivision\n{POST},{code}\n"})


def test_a_post_with_its_part_of_the_country_keeps_its_holidays(packs: Path, db: None) -> None:
    load(with_post(packs, "US-MA"), "mx")
    post = Organisation.objects.get(slug="boston")
    assert (post.subdivision, calendar_of(post).name) == ("US-MA", "MX + US-MA")
    assert Organisation.objects.get(slug="red-es").subdivision == ""


def test_a_code_that_changes_changes_that_row(packs: Path, db: None) -> None:
    load(with_post(packs, "US-MA"), "mx")
    spoil(packs, FILE, "US-MA", "US-RI")
    assert load(packs, "mx")["updated"] == 1
    assert Organisation.objects.get(slug="boston").subdivision == "US-RI"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("US-ZZ", '"US-ZZ" is not a code of ISO 3166-2 such as US-MA'),
        ("Massachusetts", '"Massachusetts" is not a code of ISO 3166-2 such as US-MA'),
        ("DE-BE", '"DE-BE" is not a part of US'),
    ],
)
def test_a_code_that_is_none_or_of_another_country_is_refused(
    packs: Path, db: None, code: str, reason: str
) -> None:
    with pytest.raises(BadPack) as bad:
        load(with_post(packs, code), "mx")
    assert bad.value.errors == [PackError("organisations-posts.csv", 2, "subdivision", reason)]
    assert not Organisation.objects.filter(slug="boston").exists()
