"""Files that were too large for a mail follow it, whole or in pieces, and go on where the connection broke off."""

import base64
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tequio.circuit.actions.answering import ask_more
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.files import remove_loose
from tequio.circuit.actions.sending import MOST, Astray, begin_sending, forget_sendings, send_piece
from tequio.circuit.links import leg_key
from tequio.circuit.models import Attachment, Case, Leg, Reply, Sending
from tequio.kernel.errors import Refused
from tequio.kernel.uploads import store
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters
from tests.circuit.desks import signed, url
from tests.circuit.mails import answers, arrives, mail
from tests.circuit.reading import words
from tests.circuit.said import lines
from tests.conftest import Clock
from tests.uploads import PDF, sent

pytestmark = pytest.mark.usefixtures("by_mail")
MARTA = "marta@example.net"
PLAN = PDF.replace(b"%%EOF", b"%" + b"x" * 6_000_000 + b"\n%%EOF")
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOADS = tmp_path / "uploads"
    return settings.UPLOADS


@pytest.fixture
def leg(by_mail: str, cast: Cast, ana: Mandate) -> Leg:
    cast.hold("mesa", "Mesa")
    return cast.leg()


@pytest.fixture
def reply(leg: Leg) -> Reply:
    """Ana's mail, from which a plan was left out."""
    return answers(leg, "Va el plano.", too_big=("plano.pdf",))


def place(template: str, to: str) -> str:
    """The path of the page to which the letter about files that are missing leads."""
    (letter,) = letters(template, to)
    link = next(line for line in letter.text.splitlines() if "/mail/" in line)
    return "/" + link.split("//", 1)[1].split("/", 1)[1]


def office_page(leg: Leg, by: Mandate, reply: Reply) -> str:
    """The page on which the office's own files follow this mail, were it the office's."""
    args = (leg.case.ref, leg.number, by.pk, leg_key(leg, by), reply.pk)
    return url("leg_link_mail", *args, language="es")


def begin(client: Client, path: str, name: str = "plano.pdf", size: int | str = len(PLAN)) -> Any:
    metadata = f"filename {base64.b64encode(name.encode()).decode()},filetype YQ=="
    return client.post(path, headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata})


def piece(client: Client, path: str, offset: int, data: bytes) -> Any:
    kind = "application/offset+octet-stream"
    headers = {**TUS, "Upload-Offset": str(offset), "X-HTTP-Method-Override": "PATCH"}
    return client.post(path, data, content_type=kind, headers=headers)


def came(client: Client, path: str) -> int:
    return int(client.head(path, headers=TUS)["Upload-Offset"])


def test_the_office_is_written_to_with_the_page_on_which_the_file_can_follow(
    client: Client, reply: Reply, ana: Mandate
) -> None:
    assert (reply.state, reply.left_out, lines(ana.office)) == ("taken", ["plano.pdf"], ["mail-answer"])
    (letter,) = letters("leg_files_left", "ana@example.org")
    assert "plano.pdf" in [line.strip() for line in letter.text.splitlines()]
    assert "plano.pdf" in words(client.get(place("leg_files_left", "ana@example.org")))


def test_a_file_in_pieces_is_with_the_answer_when_the_last_one_has_come(
    client: Client, reply: Reply, leg: Leg
) -> None:
    path = place("leg_files_left", "ana@example.org")
    made = begin(client, path)
    assert (made.status_code, made["Tus-Resumable"]) == (201, "1.0.0")
    half = 1_000_000
    assert (piece(client, made["Location"], 0, PLAN[:half])["Upload-Offset"], Attachment.objects.count()) == (
        str(half),
        0,
    )
    assert "plano.pdf: han llegado 976,6 KB de 5,7 MB." in words(client.get(path)).replace("\xa0", " ")
    for start in range(half, len(PLAN), half):
        assert piece(client, made["Location"], start, PLAN[start : start + half]).status_code == 204
    file = Attachment.objects.get()
    assert (file.event, file.name, store.content(file.path)) == (reply.event, "plano.pdf", PLAN)
    assert Reply.objects.get().left_out == []
    assert "Ya no falta ninguno." in words(client.get(path))
    assert [letter.about for letter in letters("asker_files", MARTA)] == [leg.case.ref]


def test_after_a_break_it_goes_on_from_what_has_come_on_another_machine_too(
    client: Client, reply: Reply
) -> None:
    path = place("leg_files_left", "ana@example.org")
    first = begin(client, path)["Location"]
    piece(client, first, 0, PLAN[:500_000])
    again = begin(client, path)["Location"]
    assert (again, came(client, again)) == (first, 500_000)
    wrong = piece(client, again, 0, PLAN[:500_000])
    assert (wrong.status_code, came(client, again)) == (409, 500_000)
    for start in range(500_000, len(PLAN), 2_000_000):
        piece(client, again, start, PLAN[start : start + 2_000_000])
    assert (came(client, again), Attachment.objects.count()) == (len(PLAN), 1)


def test_bytes_that_were_never_acknowledged_are_written_over(reply: Reply) -> None:
    sending = begin_sending(reply, "plano.pdf", len(PDF))
    send_piece(sending, 0, PDF[:10])
    store.add(sending.path, 10, b"killed here")
    send_piece(sending, 10, PDF[10:])
    assert store.content(Attachment.objects.get().path) == PDF


@given(cuts=st.lists(st.integers(0, len(PDF)), max_size=6), wrong=st.integers(-3, 3))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.django_db(transaction=True)
def test_however_it_is_cut_the_file_is_what_was_sent(reply: Reply, cuts: list[int], wrong: int) -> None:
    Sending.objects.all().delete()
    Attachment.objects.all().delete()
    sending = begin_sending(reply, "plano.pdf", len(PDF))
    edges = [0, *sorted(cuts), len(PDF)]
    for start, end in pairwise(edges):
        if wrong and end > start:
            with pytest.raises(Astray) as astray:
                send_piece(sending, start + wrong, PDF[start:end])
            assert astray.value.came == start
        send_piece(sending, start, PDF[start:end])
    assert [store.content(file.path) for file in Attachment.objects.all()] == [PDF]


@pytest.mark.django_db(transaction=True)
def test_the_same_piece_twice_at_once_counts_once(reply: Reply) -> None:
    sending = begin_sending(reply, "plano.pdf", len(PDF))
    together, ended = Barrier(4), list[str]()

    def send() -> None:
        together.wait()
        try:
            send_piece(sending, 0, PDF)
            ended.append("kept")
        except Astray:
            ended.append("astray")
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["astray", "astray", "astray", "kept"]
    assert Attachment.objects.count() == 1


def test_what_is_too_large_empty_or_of_another_type_is_refused_with_the_reason(
    client: Client, reply: Reply, settings: Any
) -> None:
    settings.LARGE_FILE_MEGABYTES = 6
    path = place("leg_files_left", "ana@example.org")
    large = begin(client, path, size=6 * 1024 * 1024 + 1)
    assert (large.status_code, large.content.decode()) == (413, "plano.pdf: pesa más de 6 MB.")
    assert begin(client, path, size=0).status_code == 413
    sizes = ("many", "-5", "")
    assert [begin(client, path, size=size).status_code for size in sizes] == [400] * 3
    program = begin(client, path, "virus.pdf", 4)["Location"]
    refused = piece(client, program, 0, b"MZ\x00\x01")
    assert refused.status_code == 422
    assert refused.content.decode().startswith("virus.pdf: no es de ninguno de estos tipos: PDF,")
    assert (Sending.objects.count(), Attachment.objects.count()) == (0, 0)
    assert Reply.objects.get().left_out == ["plano.pdf"]


def test_no_more_begin_to_come_than_may(reply: Reply) -> None:
    for number in range(MOST):
        begin_sending(reply, f"{number}.pdf", 10)
    with pytest.raises(Refused, match="Ya empezaron a llegar todos"):
        begin_sending(reply, "another.pdf", 10)


def test_without_a_script_the_form_sends_a_large_file_whole(client: Client, reply: Reply) -> None:
    path = place("leg_files_left", "ana@example.org")
    assert "Elija primero los archivos." in words(client.post(path, {}))
    done = client.post(path, {"attached": sent("plano.pdf", PLAN)}, follow=True)
    assert "Los archivos ya llegaron." in words(done)
    assert (Attachment.objects.get().size, Reply.objects.get().left_out) == (len(PLAN), [])


def test_a_form_of_another_site_sends_nothing(reply: Reply) -> None:
    strict, path = Client(enforce_csrf_checks=True), place("leg_files_left", "ana@example.org")
    assert strict.post(path, {"attached": sent("plano.pdf", PDF)}).status_code == 403
    assert (begin(strict, path).status_code, Attachment.objects.count()) == (403, 0)


def test_the_asker_is_told_once_however_many_files_follow(client: Client, clock: Clock, reply: Reply) -> None:
    clock.forward(minutes=1)
    path = place("leg_files_left", "ana@example.org")
    for name in ("uno.txt", "dos.txt"):
        client.post(path, {"attached": sent(name, name.encode())})
    assert (Attachment.objects.count(), len(letters("asker_files", MARTA))) == (2, 1)


def test_the_page_ends_with_the_mandate_and_is_no_asker_s(client: Client, ana: Mandate, reply: Reply) -> None:
    path = place("leg_files_left", "ana@example.org")
    made = begin(client, path)["Location"]
    other = path.replace(f"/mail/{reply.pk}/", f"/mail/{reply.pk + 1}/")
    assert client.get(other).status_code == 404
    end_mandate(ana, by=None)
    assert [client.get(path).status_code, client.head(made).status_code, begin(client, path).status_code] == [
        404,
        404,
        404,
    ]


def test_the_page_of_the_ask_leads_there(client: Client, cast: Cast, leg: Leg, reply: Reply) -> None:
    shown = signed(client, cast, "Ana").get(url("leg", leg.owner_id, leg.case.ref, leg.number))
    assert "because of their type or size: plano.pdf. Send them here" in words(shown)
    assert place("leg_files_left", "ana@example.org") in shown.content.decode()


def test_the_asker_s_own_file_follows_their_reply_and_the_office_hears_of_it(
    client: Client, cast: Cast, ana: Mandate
) -> None:
    cast.hold("mesa", "Mesa")
    leg = ask_more(cast.leg(), by=ana, question="¿Cuántos grupos son?")
    (question,) = letters("asker_question", MARTA)
    told = mail((), "Son dos.", sender=MARTA, answers=(question.message_id,), too_big=("lista.pdf",))
    assert arrives(told) == "taken"
    path = place("asker_files_left", MARTA)
    made = begin(client, path, "lista.pdf", len(PDF))["Location"]
    assert piece(client, made, 0, PDF).status_code == 204
    assert client.get(office_page(leg, ana, Reply.objects.get())).status_code == 404
    file = Attachment.objects.get()
    assert (file.voice, file.name, lines(ana.office)) == ("asker", "lista.pdf", ["files-came"])
    assert Case.objects.get(pk=leg.case_id).state == "at-desk"


def test_what_has_begun_is_kept_for_a_week_and_goes_with_the_ask(
    clock: Clock, folder: Path, reply: Reply, leg: Leg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "settled", lambda: iter([sorted(path.name for path in folder.iterdir())]))
    begin_sending(reply, "plano.pdf", 10)
    assert (remove_loose(), forget_sendings()) == (0, 0)
    clock.forward(days=7, seconds=1)
    assert (forget_sendings(), remove_loose(), list(folder.iterdir())) == (1, 1, [])
    sending = begin_sending(reply, "plano.pdf", 10)
    send_piece(sending, 0, b"12345")
    erase_case(Case.objects.get(pk=leg.case_id))
    assert Sending.objects.count() == 0
