"""`tequio appoint-coordinator`: how a hub gets its first person."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tequio.network.models import Mandate
from tests.cast import Cast


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Refusals are read in English."""
    with translation.override("en"):
        yield


def appoint(*words: str) -> None:
    call_command("appoint-coordinator", *words)


def test_the_person_holds_the_coordinating_office_from_now_on(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    appoint("MX", "nora@example.org", "--name", "Nora Gil", "--language", "en", "--zone", "Europe/Madrid")
    mandate = Mandate.objects.get()
    person = mandate.person
    assert (mandate.office, mandate.role, mandate.ends_at) == (cast.desk, "holder", None)
    assert (person.name, person.language, person.zone) == ("Nora Gil", "en", "Europe/Madrid")
    assert person.account.email == "nora@example.org"
    assert "Nora Gil" in capsys.readouterr().out


def test_without_more_words_the_office_s_zone_and_the_hub_s_language_are_taken(cast: Cast) -> None:
    appoint("mx", "nora@example.org", "--name", "Nora")
    person = Mandate.objects.get().person
    assert (person.language, person.zone) == ("es", "America/Mexico_City")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ZZ", "nora@example.org", "--name", "Nora"], "No country pack is loaded"),
        (["MX", "nora", "--name", "Nora"], "not a complete mail address"),
        (
            ["MX", "nora@example.org", "--name", "Nora", "--zone", "Mars/Base"],
            "'Mars/Base' is not a time zone",
        ),
        (["MX", "nora@example.org"], "--name"),
        (["MX", "nora@example.org", "--name", "Nora", "--language", "tlh"], "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is(cast: Cast, words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        appoint(*words)
    assert Mandate.objects.count() == 0


def test_a_held_coordinating_office_stays_as_it_is(cast: Cast) -> None:
    held = cast.hold("mesa", "Mesa")
    with pytest.raises(CommandError, match="Somebody holds this office now"):
        appoint("MX", "nora@example.org", "--name", "Nora")
    assert list(Mandate.objects.current()) == [held]
