"""The mailbox of the demo: every letter can be read, whatever is in it."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation

from tequio.circuit.models import Reply
from tequio.inbound.models import Received
from tequio.kernel import due
from tequio.notices.actions import deliver
from tequio.notices.backends import Mailbox
from tequio.site.demo import mailbox
from tests.cast import Cast, letters
from tests.site import demo_urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls(demo_urls.__name__)]
NAME = "20261123T160000000000-abc"
LETTER = "http://localhost:8000/en/follow/mx-2345/keykey/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "mail"
    settings.DEMO, settings.VAR, settings.MAIL_DIR = True, tmp_path, made
    settings.EMAIL_BACKEND = "tequio.notices.backends.Mailbox"
    mailbox.heading_of.cache_clear()
    made.mkdir()
    with translation.override("es"):
        yield made


def put(folder: Path, raw: bytes, name: str = NAME) -> str:
    (folder / f"{name}.eml").write_bytes(raw)
    return name


def mail(
    subject: str = "Confirm your ask", to: str = "rosa@demo.example", text: str = f"Open:\n{LETTER}"
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["To"] = subject, to
    message.set_content(text)
    message.add_alternative(
        f"<style>p{{color:red}}</style><p>{text}</p><script>alert(1)</script>", subtype="html"
    )
    return message


def get(client, name: str, *args: object) -> str:
    with translation.override("en"):
        answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


# The list ---------------------------------------------------------------------------------------------------------


def test_an_empty_mailbox_says_how_to_fill_it(client, folder: Path):
    assert "No letter here yet" in get(client, "mailbox")


def test_a_mailbox_that_was_never_made_is_empty(client, folder: Path):
    folder.rmdir()
    assert "No letter here yet" in get(client, "mailbox")
    assert mailbox.names() == []


def test_the_newest_letter_comes_first(client, folder: Path):
    for hour in ("09", "11", "10"):
        put(folder, bytes(mail(f"at {hour}")), f"20261123T{hour}0000000000-x")
    assert [heading.subject for heading in mailbox.headings()] == ["at 11", "at 10", "at 09"]
    html = get(client, "mailbox")
    assert html.index("at 11") < html.index("at 10") < html.index("at 09")


def test_the_list_shows_who_gets_a_letter_and_when_in_the_hubs_zone(client, folder: Path):
    put(folder, bytes(mail()))
    html = get(client, "mailbox")
    assert "rosa@demo.example ·" in html
    assert "Nov. 23, 2026, 10 a.m." in html


def test_letters_are_shown_a_page_at_a_time(client, folder: Path):
    for minute in range(27):
        put(folder, bytes(mail(f"letter {minute:02}")), f"20261123T16{minute:02}00000000-x")
    first, second = (
        client.get("/en/mailbox/").content.decode(),
        client.get("/en/mailbox/?page=2").content.decode(),
    )
    assert first.count("letter ") - first.count("See the letter ") == 25
    assert [f"letter {n:02}" in second for n in (0, 1, 2)] == [True, True, False]
    assert client.get("/en/mailbox/?page=99").content.decode().count(">letter ") == 2


def test_letters_to_one_address(client, folder: Path):
    put(folder, bytes(mail("for Rosa")), "20261123T160000000000-a")
    put(folder, bytes(mail("for Bruno", to="Bruno <bruno@demo.example>")), "20261123T160000000000-b")
    html = client.get("/en/mailbox/?address=bruno@demo.example").content.decode()
    assert ("for Bruno" in html, "for Rosa" in html) == (True, False)
    assert [heading.subject for heading in mailbox.headings("rosa@demo.example")] == ["for Rosa"]


@pytest.mark.parametrize("address", ["nobody@demo.example", "../../secret", "%00", "<script>"])
def test_an_address_without_letters_leaves_the_whole_list(client, folder: Path, address: str):
    put(folder, bytes(mail()))
    html = client.get("/en/mailbox/", {"address": address}).content.decode()
    assert "Confirm your ask" in html
    assert "<script>" not in html.replace("<script src", "")


def test_what_is_no_letter_is_left_out(client, folder: Path):
    for name in ("notes.txt", "20261123T160000000000-abc.part", "letter.eml", "20261123-abc.eml", "x y.eml"):
        (folder / name).write_text("Subject: no\n\nno")
    put(folder, bytes(mail()))
    assert mailbox.names() == [NAME]


# Replying ---------------------------------------------------------------------------------------------------------


def test_a_letter_that_can_be_replied_to_is_answered_as_by_a_mail_program(
    client, folder: Path, settings, cast: Cast
):
    settings.MAIL_DOMAIN = "mail.demo.example"
    cast.promise(cast.hold("chapter-berlin", "Ana"))
    leg = cast.leg()
    (letter,) = letters("leg_new")
    deliver(letter)
    (name,) = mailbox.names()
    with translation.override("en"):
        path = reverse("mailbox_letter", args=[name])
    assert "Reply by mail" in client.get(path).content.decode()
    assert client.post(path, {"words": " "}).status_code == 200
    assert client.post(path, {"words": "No podemos. El aula está en obras."}).status_code == 302
    due.work_off(kinds=[Received])
    leg.refresh_from_db()
    assert (leg.outcome, Reply.objects.get().text) == ("declined", "No podemos. El aula está en obras.")


def test_a_letter_that_nobody_can_reply_to_has_no_form_and_takes_no_reply(client, folder: Path):
    name = put(folder, bytes(mail()))
    assert "Reply by mail" not in get(client, "mailbox_letter", name)
    client.post(f"/en/mailbox/{name}/", {"words": "Hola"})
    assert Received.objects.count() == 0


# A letter ---------------------------------------------------------------------------------------------------------


def test_a_letter_shows_its_text_and_its_links_can_be_followed(client, folder: Path):
    html = get(client, "mailbox_letter", put(folder, bytes(mail())))
    assert "Confirm your ask</h1>" in html
    assert f'<a href="{LETTER}" rel="nofollow">{LETTER}</a>' in html


def test_the_text_of_a_letter_is_never_markup(client, folder: Path):
    name = put(folder, bytes(mail("<b>bold</b>", text="<script>alert(1)</script>")))
    html = get(client, "mailbox_letter", name)
    assert "&lt;b&gt;bold&lt;/b&gt;</h1>" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_the_html_of_a_letter_has_a_page_and_a_policy_of_its_own(client, folder: Path):
    name = put(folder, bytes(mail()))
    page = reverse("mailbox_page", args=[name])
    answer = client.get(page)
    assert "<p>Open:" in answer.content.decode()
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert f'href="/en{page}"' in get(client, "mailbox_letter", name)


def test_the_pages_around_a_letter_keep_the_policy_of_the_hub(client, folder: Path):
    answer = client.get(reverse("mailbox_letter", args=[put(folder, bytes(mail()))]))
    assert "style-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_a_letter_without_html_has_no_such_page(client, folder: Path):
    name = put(folder, b"Subject: plain\r\nTo: a@demo.example\r\n\r\nOnly text.")
    assert "as a mail program shows it" not in get(client, "mailbox_letter", name)
    assert client.get(reverse("mailbox_page", args=[name])).status_code == 404


@pytest.mark.parametrize("name", ["20261123T160000000000-none", "abc", "secret", "20261123T160000000000"])
@pytest.mark.parametrize("page", ["mailbox_letter", "mailbox_page"])
def test_a_letter_that_is_not_there_is_not_found(client, folder: Path, page: str, name: str):
    (folder / "abc.eml").write_bytes(bytes(mail()))
    assert client.get(reverse(page, args=[name])).status_code == 404


@pytest.mark.parametrize("path", ["..%2f..%2fsecret", "../../secret", "%2e%2e/secret", "a%00b"])
def test_no_name_leads_out_of_the_mailbox(client, folder: Path, path: str):
    (folder.parent / "secret").write_text("canary")
    (folder.parent / "secret.eml").write_text("canary")
    answer = client.get(f"/mailbox/{path}/")
    assert answer.status_code in (301, 404)
    assert b"canary" not in answer.content
    assert mailbox.read(path) is None


@pytest.mark.parametrize("url", ["/mailbox/", f"/mailbox/{NAME}/page/"])
def test_the_mailbox_is_only_read(client, folder: Path, url: str):
    put(folder, bytes(mail()))
    answers = {
        method: getattr(client, method)(url).status_code for method in ("post", "put", "patch", "delete")
    }
    assert answers == dict.fromkeys(answers, 405)
    assert mailbox.names() == [NAME]


# Whatever is in it --------------------------------------------------------------------------------------------------

ODD = {
    "unknown charset": b"Subject: =?x-klingon?B?cXV2?=\r\nTo: a@demo.example\r\n"
    b"Content-Type: text/plain; charset=x-klingon\r\n\r\nqapla\xff",
    "wrong charset": b"Subject: caf\xe9\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nni\xf1o",
    "latin": "Subject: =?iso-8859-1?Q?a=F1o?=\r\nTo: a@demo.example\r\n"
    "Content-Type: text/plain; charset=iso-8859-1\r\n\r\naño".encode("latin-1"),
    "broken base64": b"Subject: =?utf-8?B?!!!?=\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
    "no header at all": b"Only a line.",
    "nothing": b"",
    "no subject, no address": b"X-Nothing: 1\r\n\r\ntext",
    "a broken address": b'Subject: x\r\nTo: <<<@@,;; "\r\n\r\ntext',
    "two subjects": b"Subject: one\r\nSubject: two\r\nTo: a@demo.example\r\nTo: b@demo.example\r\n\r\ntext",
    "parts without an end": b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\ntext',
    "a part that is missing": b"Subject: x\r\nContent-Type: multipart/alternative\r\n\r\ntext",
    "a letter in a letter": b"Subject: x\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text",
    "zeros": b"Subject: \x00\r\nTo: \x00@demo.example\r\n\r\n\x00\x01\x02",
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_letter_breaks_no_page(client, folder: Path, what: str):
    name = put(folder, ODD[what])
    put(folder, bytes(mail()), "20261122T160000000000-sound")
    assert "Confirm your ask" in get(client, "mailbox")
    assert "<h1>" in get(client, "mailbox_letter", name)
    assert client.get(reverse("mailbox_page", args=[name])).status_code == 404


def test_words_are_decoded_where_they_can_be(folder: Path):
    latin = mailbox.read(put(folder, ODD["latin"]))
    assert latin is not None
    assert (latin.heading.subject, latin.text) == ("año", "año")
    odd = mailbox.read(put(folder, ODD["unknown charset"]))
    assert odd is not None
    assert (odd.heading.subject, odd.text) == ("quv", "qapla\ufffd")


def test_attachments_are_named_and_not_shown(client, folder: Path):
    message = mail(text="See the programme.")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="programa año.pdf")
    message.add_attachment("<b>page</b>", subtype="html", filename="page.html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png")
    read = mailbox.read(put(folder, bytes(message)))
    assert read is not None
    assert read.attachments == ["programa año.pdf", "page.html", "image/png"]
    assert read.text == "See the programme.\n"
    assert "<b>page</b>" not in read.html
    html = get(client, "mailbox_letter", NAME)
    assert "programa año.pdf, page.html, image/png" in html


def test_several_addresses_are_all_kept(folder: Path):
    put(folder, bytes(mail(to="Rosa <rosa@demo.example>, bruno@demo.example, rosa@demo.example")))
    assert [heading.addresses for heading in mailbox.headings()] == [
        ("bruno@demo.example", "rosa@demo.example")
    ]


# From the outbox to the page ----------------------------------------------------------------------------------------


def test_what_the_worker_sends_is_what_the_mailbox_shows(client, folder: Path, cast: Cast):
    cast.ask(address="ines@demo.example")
    letter = letters("ask_confirm")[0]
    text = letter.text
    deliver(letter)
    [heading] = mailbox.headings("ines@demo.example")
    assert (heading.subject, heading.at) == (letter.subject, datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    read = mailbox.read(heading.name)
    assert read is not None
    assert read.text.replace("\r\n", "\n").strip() == text.strip()
    assert "<html" in read.html
    assert get(client, "mailbox_letter", heading.name).count("/ask/confirm/") >= 1


def test_accents_and_long_lines_come_through(folder: Path):
    text = "Añil, agave y cempasúchil. " * 40
    message = EmailMultiAlternatives(
        "¿Se dio la charla?", text, to=["rosa@demo.example"], headers={"Message-ID": "<a@b>"}
    )
    message.attach_alternative(f"<p>{text}</p>", "text/html")
    Mailbox().send_messages([message])
    [heading] = mailbox.headings()
    read = mailbox.read(heading.name)
    assert read is not None
    assert (heading.subject, read.text.strip(), read.html) == (
        "¿Se dio la charla?",
        text.strip(),
        f"<p>{text}</p>",
    )


@pytest.mark.parametrize(
    ("demo", "backend"), [("1", "tequio.notices.backends.Mailbox"), ("0", "smtp.EmailBackend")]
)
def test_a_mail_server_that_is_set_gets_no_letter_of_the_demo(tmp_path: Path, demo: str, backend: str):
    environment = {
        "TEQUIO_VAR": str(tmp_path),
        "TEQUIO_DEMO": demo,
        "EMAIL_URL": "smtp://localhost:1025",
        "DJANGO_SETTINGS_MODULE": "tequio.settings",
    }
    script = "from django.conf import settings; print(settings.EMAIL_BACKEND)"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith(backend)
