"""How the demo is loaded: whole or not at all, and in the order of time."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils.functional import Promise as Lazy

from tequio.circuit.models import Ask, Case
from tequio.journal.actions import write
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel import clock as kernel_clock
from tequio.kernel import due
from tequio.kernel.errors import Refused
from tequio.network.models import Hub, Mandate, Organisation
from tequio.notices.models import Letter
from tequio.people.models import Account
from tequio.site.demo import happenings, loading, stories, tables
from tequio.site.demo.staging import Stage
from tequio.site.demo.timeline import Act, Days, days_from, play, wait
from tests.cast import Cast, letters
from tests.conftest import START

ZONE = "America/Mexico_City"
CHAPTER = {
    "slug": "demo-chapter",
    "kind": "chapter",
    "name": {"es": "Capítulo (demostración)", "en": "Chapter (demonstration)"},
    "country": "DE",
    "zone": "Europe/Berlin",
    "city": "Berlín",
    "latitude": 52.5,
    "longitude": 13.4,
    "entry": {"kinds": ["school-talk"]},
}
PROMISE = {"kind": "school-talk", "days": 5, "until": 90}
DESK = {
    "office": "demo-chapter",
    "person": "bruno",
    "name": "Bruno Oyamel",
    "day": -20,
    "until": 100,
    "promise": [PROMISE],
}
NETWORK = {
    "zone": ZONE,
    "opens": -21,
    "coordinator": {"person": "amalia", "name": "Amalia Ahuehuete"},
    "organisation": [CHAPTER],
    "desk": [DESK],
}
ACCEPTED = {"day": -8, "do": "accept", "within": 6, "what": "La charla es el lunes."}
ASKER = {"name": "Inés Pochote", "organisation_typed": "Escuela (demostración)", "region": "MX-OAX"}


def story(*steps: tables.Row) -> tables.Row:
    return {"kind": "school-talk", "asker": "ines", "text": "Una charla sobre imanes.", "step": list(steps)}


@pytest.fixture
def demo(cast: Cast, settings, tmp_path: Path, monkeypatch):
    """A demo of one chapter and two stories, not loaded yet; its country is there already."""
    settings.DEMO, settings.VAR, settings.MAIL_DIR = True, tmp_path, tmp_path / "mail"
    settings.EMAIL_BACKEND = "tequio.notices.backends.Mailbox"
    stories = [story({"day": -10, "do": "ask"}, ACCEPTED), story({"day": -14, "do": "ask"})]
    told = {"asker": {"ines": ASKER}, "story": stories}
    monkeypatch.setattr(tables, "network", lambda: NETWORK)
    monkeypatch.setattr(tables, "stories", lambda: told)
    monkeypatch.setattr(tables, "happenings", lambda: {"happening": []})
    return told


def nothing_is_loaded(folder: Path) -> bool:
    rows = (
        Organisation.objects.filter(demo=True),
        Account.objects,
        Mandate.objects,
        Ask.objects,
        Letter.objects,
    )
    return not any(found.exists() for found in rows) and not list(folder.rglob("*.eml"))


def test_the_stories_are_told_up_to_now(demo, tmp_path: Path):
    assert loading.load() == {"created": 5, "updated": 0, "unchanged": 0}
    assert sorted(Case.objects.values_list("state", flat=True)) == ["arranged", "at-desk"]
    assert len(list(tmp_path.rglob("*.eml"))) == len(letters())
    assert loading.is_loaded()


def test_what_fell_due_between_two_steps_was_done_at_its_own_instant(demo, clock):
    loading.load()
    silent = Case.objects.get(state="at-desk")
    heard = [(event.kind, event.at) for event in silent.events.order_by("at", "pk")]
    assert [kind for kind, _ in heard] == [
        "leg-opened",
        "reminded",
        "reminded",
        "reminded",
        "climbed",
        "leg-opened",
    ]
    instants = [at.astimezone(UTC) for _, at in heard[1:5]]
    thursday, monday, tuesday = (datetime(2026, 11, day, 7, tzinfo=UTC) for day in (12, 16, 17))
    assert instants == [thursday, monday, tuesday, thursday + timedelta(days=7)]
    assert silent.owner == Hub.objects.get(home="MX").coordination


def test_a_failure_leaves_nothing(demo, tmp_path: Path):
    demo["story"].append(
        story({"day": -7, "do": "ask"}, {"day": -6, "do": "decline", "reason": "no such reason"})
    )
    with pytest.raises(Refused):
        loading.load()
    assert nothing_is_loaded(tmp_path)
    assert Entry.objects.count() == 0


def test_a_coordinating_office_that_is_held_is_left_to_its_holder(demo, cast: Cast, tmp_path: Path):
    cast.hold("mesa", "Ana")
    before = Entry.objects.count()
    with pytest.raises(CommandError) as refusal:
        call_command("load-demo", stdout=StringIO(), stderr=StringIO())
    assert str(refusal.value).startswith("The demo was not loaded. ")
    assert Organisation.objects.filter(demo=True).count() == 0
    assert (Mandate.objects.count(), Entry.objects.count()) == (1, before)
    assert list(tmp_path.rglob("*.eml")) == []


def test_where_the_journal_has_begun_the_stories_follow_it_and_the_clock_goes_ahead(demo, cast: Cast):
    write("pack.loaded", reference="mx")
    loading.load()
    instants = list(Entry.objects.order_by("sequence").values_list("at", flat=True))
    assert instants == sorted(instants)
    assert instants[0] == START < instants[1]
    assert kernel_clock.shift() == timedelta(days=23)
    assert verify().broken is None


def test_the_command_says_what_it_made_on_its_last_line(demo):
    told, progress = StringIO(), StringIO()
    call_command("load-demo", json=True, stdout=told, stderr=progress)
    assert told.getvalue().splitlines() == [
        "The demo is loaded: 5 rows.",
        '{"created": 5, "updated": 0, "unchanged": 0}',
    ]
    assert progress.getvalue().startswith("Playing the stories")


def test_letters_that_lay_in_the_mailbox_outlive_a_failure(demo, tmp_path: Path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "20260101T000000000000-old.eml").write_text("Subject: old\n\nold")
    demo["story"].append(story({"day": -7, "do": "ask"}, {"day": -6, "do": "reply", "text": "Sí."}))
    with pytest.raises(Refused):
        loading.load()
    assert [path.stem for path in tmp_path.rglob("*.eml")] == ["20260101T000000000000-old"]


# The timeline ---------------------------------------------------------------------------------------------------


def test_days_are_those_of_the_zone():
    days = Days(datetime(2026, 11, 24, 3, 0, tzinfo=UTC), ZONE)
    assert days.at(0, "21:00") == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert days.at(-1, "09:10", 5) == datetime(2026, 11, 22, 15, 15, tzinfo=UTC)


def test_an_hour_stays_an_hour_across_the_change_to_summer_time():
    days = Days(datetime(2027, 4, 2, 12, 0, tzinfo=UTC), "Europe/Berlin")
    assert days.at(-6, "10:00") == datetime(2027, 3, 27, 9, 0, tzinfo=UTC)
    assert days.at(-5, "10:00") == datetime(2027, 3, 28, 8, 0, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(("last", "ahead"), [(-90, 0), (-77, 0), (-76, 1), (-75, 2), (0, 77)])
def test_the_first_day_lies_behind_the_journal(clock, last: int, ahead: int):
    with kernel_clock.at(START + timedelta(days=last)), transaction.atomic():
        write("pack.loaded")
    days = days_from(-76, ZONE)
    assert days.present == START + timedelta(days=ahead)
    assert days.at(-76) > START + timedelta(days=last)


@pytest.mark.django_db
def test_without_a_journal_the_present_is_now(clock):
    assert days_from(-76, ZONE).present == START


@pytest.mark.django_db
def test_acts_are_done_in_the_order_of_time_then_of_their_number(clock):
    done: list[tuple[str, datetime]] = []

    def act(hours: int, order: int, name: str) -> Act:
        return Act(START + timedelta(hours=hours), order, lambda: done.append((name, kernel_clock.now())))

    play([act(2, 0, "third"), act(1, 7, "second"), act(1, 3, "first")], until=START + timedelta(days=1))
    hour = timedelta(hours=1)
    assert done == [("first", START + hour), ("second", START + hour), ("third", START + 2 * hour)]


def test_waiting_delivers_letters_at_the_instant_at_which_they_were_written(demo, cast: Cast):
    cast.ask()
    wait(START + timedelta(hours=1))
    assert [letter.sent_at for letter in letters("ask_confirm")] == [START]


def test_waiting_does_not_touch_what_is_due_later(demo, cast: Cast):
    ask = cast.ask()
    wait(START + timedelta(days=6))
    assert Ask.objects.filter(pk=ask.pk).exists()
    wait(START + timedelta(days=8))
    assert not Ask.objects.filter(pk=ask.pk).exists()


@pytest.mark.django_db
def test_waiting_for_nothing_ends_at_once(clock):
    wait(START + timedelta(days=400))
    assert kernel_clock.now() == START


def test_what_cannot_be_handled_stops_the_story(demo, cast: Cast, monkeypatch):
    def broken(letter: Letter) -> None:
        raise ValueError("no letter leaves today")

    monkeypatch.setitem(due.handlers, Letter, broken)
    cast.ask()
    with pytest.raises(RuntimeError, match="what is due at 2026-11-23 16:00 could not be handled"):
        wait(START + timedelta(hours=1))


# The tables -----------------------------------------------------------------------------------------------------


def test_the_walks_name_desks_of_the_network_and_kinds_of_ask():
    network = tables.network()
    people = {desk["person"] for desk in network["desk"] if not desk.get("invited_only")}
    people.add(network["coordinator"]["person"])
    assert {walk["person"] for walk in network["walk"] if "person" in walk} <= people
    assert {walk["kind"] for walk in network["walk"] if "person" not in walk} == {
        "school-talk",
        "counterpart",
    }
    known = {"slug", "person", "page", "kind", "asker", "member", "as", "try"}
    assert {key for walk in network["walk"] for key in walk} == known
    assert [walk for walk in network["walk"] if {*walk["as"]} | {*walk["try"]} != {"es", "en"}] == []


def test_the_steps_of_a_story_go_forward_and_end_before_now():
    for told in tables.stories()["story"]:
        days = [step["day"] for step in told["step"] if "day" in step]
        assert days == sorted(days)
        assert days == [] or tables.network()["opens"] < days[0] <= days[-1] < 0
        assert told["step"][0]["do"] == "ask"


def test_the_steps_of_a_story_and_the_happenings_are_verbs_that_the_demo_knows():
    steps = {step["do"] for told in tables.stories()["story"] for step in told["step"]}
    assert steps == set(stories.VERBS)
    assert {row["do"] for row in tables.happenings()["happening"]} == set(happenings.VERBS)


def test_nobody_writes_with_an_exclamation_mark(settings):
    folder = Path(settings.PACKS) / tables.PACK / "demo"
    texts = {path.name: path.read_text() for path in folder.glob("*.toml")}
    assert sorted(texts) == ["happenings.toml", "network.toml", "stories.toml"]
    assert [name for name, text in texts.items() if "!" in text or "¡" in text] == []


def test_refusals_are_translated_sentences(demo, cast: Cast):
    cast.hold("mesa", "Ana")
    with pytest.raises(Refused) as refusal:
        loading.load()
    assert isinstance(refusal.value.message, Lazy)


# Days counted in an office's own calendar ---------------------------------------------------------------------------


def asked_on(*steps: tables.Row) -> list[datetime]:
    """When the steps of a story at the demo's chapter happen, as days of Mexico City from Monday 23 November."""
    stage = Stage(NETWORK, Days(START, ZONE))
    stage.found()
    told = {**story(*steps), "office": "demo-chapter"}
    acts = stories.Story(told, {"ines": ASKER}, 0).acts(Days(START, ZONE))
    return [act.at for act in acts]


@pytest.mark.parametrize(("due_in", "asked"), [(0, 16), (1, 17), (-1, 13)])
def test_an_ask_can_be_told_by_the_working_day_on_which_it_falls_due(demo, due_in: int, asked: int):
    ask, confirmed = asked_on({"due": due_in, "days": 5, "do": "ask"})
    assert ask == datetime(2026, 11, asked, 15, 10, tzinfo=UTC)
    assert confirmed == ask + timedelta(minutes=stories.MINUTES_TO_CONFIRM)


def test_a_step_can_be_told_by_working_days_after_the_ask(demo):
    friday = {"day": -10, "do": "ask"}
    *_asked, accepted = asked_on(friday, {"after": 2, "do": "accept"})
    assert accepted == datetime(2026, 11, 17, 17, 0, tzinfo=UTC)
