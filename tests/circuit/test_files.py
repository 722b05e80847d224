"""Files that come with an ask, a reply or an answer: checked, kept, saved by whoever may read them, and gone."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tequio.circuit.actions.answering import decline_leg, pass_on_leg
from tequio.circuit.actions.asking import confirm_ask
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.files import MOST, attach, remove_loose
from tequio.circuit.actions.merging import merge_case
from tequio.circuit.links import ask_key, leg_key
from tequio.circuit.models import Ask, Attachment, Case, Draft
from tequio.kernel.errors import Refused
from tequio.kernel.uploads import store
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of
from tests.circuit.asks import TALK, talk
from tests.circuit.desks import accept, fields, signed, url
from tests.circuit.follows import asked, page
from tests.circuit.reading import errors, words
from tests.uploads import PLACE, photo, sent, upload


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOADS = tmp_path / "uploads"
    return settings.UPLOADS


def on_disk(folder: Path) -> int:
    return len(list(folder.iterdir())) if folder.exists() else 0


def names(case: Case) -> list[tuple[str, str]]:
    return list(Attachment.objects.filter(ask=case.ask).order_by("pk").values_list("voice", "name"))


def asked_with(client: Client, *files: SimpleUploadedFile) -> Any:
    return client.post(TALK, {**talk(), "attached": list(files)})


# With the ask -----------------------------------------------------------------------


def test_a_file_goes_with_the_ask_to_the_office_and_is_saved_not_shown(
    client: Client, cast: Cast, ana: Mandate
) -> None:
    assert asked_with(client, sent("plan.txt"), sent("foto.jpg", photo())).status_code == 302
    case = confirm_ask(Attachment.objects.latest("pk").ask)
    assert names(case) == [("asker", "plan.txt"), ("asker", "foto.jpg")]
    desk, leg = signed(client, cast, "Ana"), open_leg_of(case)
    path = url("leg", leg.owner_id, case.ref, leg.number)
    shown = desk.get(path)
    assert "plan.txt 21 bytes foto.jpg" in words(shown).replace("\xa0", " ")
    for file, kind in zip(
        Attachment.objects.order_by("pk"), ("text/plain; charset=utf-8", "image/jpeg"), strict=True
    ):
        found = desk.get(f"{path}file/{file.pk}/")
        assert (found.status_code, found["Content-Type"]) == (200, kind)
        assert found["Content-Disposition"] == f'attachment; filename="{file.name}"'
        assert found["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in found["Cache-Control"]
        assert found["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert PLACE.encode() not in found.content
        assert len(found.content) == file.size


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, []),
        (1, ["- Trae 1 archivo, que se abre desde su página"]),
        (2, ["- Trae 2 archivos, que se abren desde su página"]),
    ],
)
def test_the_letter_to_the_office_says_how_many_files_came(
    client: Client, cast: Cast, ana: Mandate, number: int, said: list[str]
) -> None:
    asked_with(client, *(sent(f"{n}.txt", b"%d" % n) for n in range(number)))
    confirm_ask(Ask.objects.get())
    (letter,) = letters("leg_new")
    assert [line for line in letter.text.splitlines() if "Trae" in line] == said


def test_the_asker_sees_before_confirming_which_files_go_along(
    client: Client, ana: Mandate, cast: Cast
) -> None:
    asked_with(client, sent("plan.txt"))
    ask = Attachment.objects.get().ask
    assert "Files plan.txt 21 bytes" in words(
        client.get(f"/en/ask/confirm/{ask.pk}/{ask_key(ask)}/")
    ).replace("\xa0", " ")


def test_a_refused_file_is_named_with_its_reason_and_what_was_typed_is_kept(
    client: Client, cast: Cast, ana: Mandate, folder: Path
) -> None:
    found = asked_with(client, sent("plan.txt"), sent("virus.exe", b"MZ\x00\x01"))
    assert errors(found) == [
        "Files: virus.exe: it is none of these: PDF, PNG, JPEG, WebP, plain text, ODT, DOCX.",
        "Choose your files again: a browser does not keep them.",
    ]
    assert "A talk on vaccines." in found.content.decode()
    assert (Attachment.objects.count(), on_disk(folder)) == (0, 0)


def test_every_refused_file_is_named_at_once(client: Client, cast: Cast, ana: Mandate) -> None:
    found = asked_with(client, sent("a.txt", b""), sent("b.exe", b"MZ\x00\x01"))
    assert [line.split(": ")[1] for line in errors(found)[:-1]] == ["a.txt", "b.exe"]


def test_too_many_at_a_time_are_refused(client: Client, cast: Cast, ana: Mandate, settings: Any) -> None:
    found = asked_with(client, *(sent(f"{n}.txt", b"%d" % n) for n in range(settings.FILES_PER_MESSAGE + 1)))
    assert errors(found)[0] == "Files: Send at most 3 files at a time."
    assert Attachment.objects.count() == 0


def test_a_form_that_is_sent_twice_keeps_its_files_once(
    client: Client, cast: Cast, ana: Mandate, folder: Path
) -> None:
    form = talk()
    for _ in range(2):
        assert client.post(TALK, {**form, "attached": [sent("plan.txt")]}).status_code == 302
    assert (Attachment.objects.count(), on_disk(folder)) == (1, 1)


# With words -------------------------------------------------------------------------


def test_a_reply_takes_its_files_to_the_office(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    sent_ = client.post(page(case, "reply/"), {"text": "Sí.", "key": "k", "attached": [sent("temario.txt")]})
    assert sent_.status_code == 302
    assert names(case) == [("asker", "temario.txt")]
    leg = open_leg_of(case)
    path = f"/en/answer/{case.ref}/{leg.number}/{ana.pk}/{leg_key(leg, ana)}/"
    assert "temario.txt" in words(client.get(path))
    assert client.get(f"{path}file/{Attachment.objects.get().pk}/").content == b"Un plan de la charla."


def test_an_answer_takes_its_files_to_the_asker(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    desk, leg = signed(client, cast, "Ana"), open_leg_of(case)
    path = url("leg", leg.owner_id, case.ref, leg.number)
    given = {**accept(), "accept-attached": [sent("programa.txt")]}
    assert desk.post(path, given).status_code == 302
    assert names(case) == [("office", "programa.txt")]
    found = client.get(page(case))
    assert words(found).count("programa.txt") == 1
    assert client.get(page(case, f"file/{Attachment.objects.get().pk}/")).content == b"Un plan de la charla."


def test_a_refused_file_keeps_the_answer_from_going_out(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    desk, leg = signed(client, cast, "Ana"), open_leg_of(case)
    path = url("leg", leg.owner_id, case.ref, leg.number)
    found = desk.post(path, {**accept(), "accept-attached": [sent("virus.exe", b"MZ\x00\x01")]})
    assert errors(found)[0].startswith("Files: virus.exe")
    assert open_leg_of(case) == leg


def test_an_answer_sent_again_later_brings_its_files_to_no_other_words(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    desk, leg = signed(client, cast, "Ana"), open_leg_of(case)
    path = url("leg", leg.owner_id, case.ref, leg.number)
    asking = {**fields("question", question="¿Cuándo?"), "question-attached": [sent("a.txt", b"a")]}
    assert desk.post(path, asking).status_code == 302
    accepting = {**accept("key-two"), "accept-attached": [sent("b.txt", b"b")]}
    assert desk.post(path, accepting).status_code == 302
    again = {**fields("question", question="¿Cuándo?"), "question-attached": [sent("a.txt", b"a")]}
    desk.post(path, again)
    kept = Attachment.objects.order_by("pk").values_list("event__kind", "name")
    assert list(kept) == [("question", "a.txt"), ("accepted", "b.txt")]


def test_a_reply_without_a_key_takes_its_files_along(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    asked(case, ana)
    client.post(page(case, "reply/"), {"text": "Sí.", "attached": [sent("temario.txt")]})
    assert names(case) == [("asker", "temario.txt")]


def test_a_draft_keeps_words_and_no_files(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    desk, leg = signed(client, cast, "Ana"), open_leg_of(case)
    given = {
        **fields("decline", reason="other", text="Aún no"),
        "decline-attached": [sent()],
        "keep": "draft",
    }
    assert desk.post(url("leg", leg.owner_id, case.ref, leg.number), given).status_code == 302
    assert sorted(Draft.objects.get().data) == ["reason", "text"]
    assert Attachment.objects.count() == 0


def test_an_ask_holds_twenty_files_and_no_more(cast: Cast, case: Case) -> None:
    for n in range(MOST):
        attach(case.ask, [upload(content=b"%d" % n)])
    with pytest.raises(Refused) as refused:
        attach(case.ask, [upload(content=b"one more")])
    assert refused.value.field == "attached"
    assert case.ask.attachments.count() == MOST


# Who may ----------------------------------------------------------------------------


def test_an_office_reads_what_was_there_when_the_ask_left_it_and_others_nothing(
    client: Client, cast: Cast, case: Case, ana: Mandate, clock: Any
) -> None:
    mesa = cast.hold("mesa", "Mesa")
    cast.hold("embassy-de", "Eva")
    attach(case.ask, [upload("plan.txt")])
    first = open_leg_of(case)
    clock.forward(hours=1)
    pass_on_leg(first, by=ana, to=mesa.office, reason="other", text="Es de la mesa")
    clock.forward(hours=1)
    asked(case, mesa)
    attach(case.ask, [upload("pregunta.txt")], event=case.events.get(kind="question"))
    plan, question = Attachment.objects.order_by("pk")

    def statuses(who: Client, name: str, *args: object) -> list[int]:
        return [who.get(f"{url(name, *args)}file/{file.pk}/").status_code for file in (plan, question)]

    assert statuses(client, "leg", ana.office_id, case.ref, 1) == [302, 302]
    assert statuses(signed(client, cast, "Ana"), "leg", ana.office_id, case.ref, 1) == [200, 404]
    assert statuses(signed(client, cast, "Mesa"), "leg", mesa.office_id, case.ref, 2) == [200, 200]
    assert statuses(signed(client, cast, "Eva"), "leg", ana.office_id, case.ref, 1) == [404, 404]
    assert [client.get(page(case, f"file/{file.pk}/")).status_code for file in (plan, question)] == [200, 200]
    other = cast.case()
    assert client.get(page(other, f"file/{plan.pk}/")).status_code == 404


def test_with_a_merged_ask_its_files_are_read_in_the_one_that_stays(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    later = cast.case()
    (file,) = attach(later.ask, [upload("otro.txt")])
    merge_case(later, case, by=ana)
    desk, leg = signed(client, cast, "Ana"), open_leg_of(case)
    path = url("leg", leg.owner_id, case.ref, leg.number)
    assert "otro.txt" in words(desk.get(path))
    assert desk.get(f"{path}file/{file.pk}/").status_code == 200


# Gone -------------------------------------------------------------------------------


def test_erasing_the_ask_removes_its_files_from_the_disk(
    cast: Cast, case: Case, ana: Mandate, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    attach(case.ask, [upload(), upload(content=b"another")])
    assert on_disk(folder) == 2
    decline_leg(open_leg_of(case), by=ana, reason="other", text="No")
    case.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        erase_case(case)
    assert (Attachment.objects.count(), on_disk(folder)) == (0, 0)


def test_a_file_to_which_no_row_points_goes_after_an_hour(
    cast: Cast, case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = attach(case.ask, [upload()])
    unconfirmed = cast.ask()
    attach(unconfirmed, [upload(content=b"of an ask that was forgotten")])
    with transaction.atomic():
        attach(case.ask, [upload(content=b"of a form that came to nothing")])
        transaction.set_rollback(True)
    unconfirmed.delete()
    assert (on_disk(folder), remove_loose()) == (3, 0)
    monkeypatch.setattr("tequio.kernel.uploads.store.time.time", lambda: 10.0**10)
    assert (remove_loose(), on_disk(folder), remove_loose()) == (2, 1, 0)
    assert store.content(kept.path) == b"Un plan de la charla."


def test_what_is_no_longer_on_the_disk_is_not_there(client: Client, case: Case) -> None:
    (file,) = attach(case.ask, [upload()])
    store.remove(file.path)
    assert client.get(page(case, f"file/{file.pk}/")).status_code == 404
