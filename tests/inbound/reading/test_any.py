"""Whatever comes: nothing raises, nothing is made up, and large mails take no longer than their size."""

import subprocess
import sys
from email.message import EmailMessage
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tequio.inbound.reading.html import lines_of
from tequio.inbound.reading.mail import Mail, Nature
from tequio.inbound.reading.reader import LONGEST_TEXT, read_mail
from tequio.inbound.reading.words import MOST_LINES, own_words
from tests.inbound.reading.score import CORPUS, sent

MAILS = sorted(CORPUS.glob("built_on/*.eml"))
LETTER = sent("es")
PIECES = st.sampled_from(
    [b"\n", b"\r\n", b"\0", b"\xff\xfe", b"> ", b"--", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
     b"Content-Type: text/html\n\n<div><blockquote type=cite>", b"Content-Transfer-Encoding: base64\n\n!!!!",
     b"From: =?utf-8?q?=ZZ?= <a@b>\n", b"Content-Type: message/delivery-status\n\n", b"charset=\"x-unknown\"",
     b"Message-ID: <<>>\n", b"Received: a\n", b"Date: nunca\n", b"=?utf-16?b?AAAA?="]
)  # fmt: skip


def check(raw: bytes) -> None:
    """What holds for any bytes."""
    mail = read_mail(raw)
    words = own_words(mail, LETTER)
    assert "\0" not in mail.text + words.own + words.whole
    whole = " ".join(words.whole.replace("\xa0", " ").split())
    for line in words.own.splitlines():
        assert " ".join(line.split()) in whole
    assert own_words(mail, LETTER) == words


@given(st.binary(max_size=3000))
@settings(max_examples=300)
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    check(raw)


@given(number=st.integers(0, len(MAILS) - 1), data=st.data())
@settings(max_examples=300)
def test_any_damage_to_a_mail_is_borne(number: int, data: st.DataObject) -> None:
    raw = MAILS[number].read_bytes()
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        upto = min(len(raw), at + data.draw(st.integers(0, 400)))
        raw = raw[:at] + data.draw(PIECES | st.binary(max_size=20)) + raw[upto:]
    check(raw)


@given(
    st.lists(st.sampled_from([*LETTER.splitlines(), "Sí podemos.", "> Sí", "-----", "", "Ana"]), max_size=60)
)
def test_what_is_not_ours_is_kept_wherever_it_stands(lines: list[str]) -> None:
    text = "\n".join(lines)
    own = own_words(plain(text), LETTER).own
    assert own.count("Sí podemos.") == text.count("Sí podemos.")


@pytest.mark.parametrize(
    "own",
    [
        "De: la rectoría\nFecha: 10/12/26 a las 9:00",
        "Perfecto.\nSaludos, Ladislao",
        "El 3 de febrero el rector dijo:",
    ],
    ids=["like a header", "short lines", "like an attribution"],
)
def test_own_lines_directly_above_an_attribution_are_kept(own: str) -> None:
    quoted = "\n".join(f"> {line}" for line in LETTER.splitlines())
    text = f"{own}\nEl 23/11/26 a las 10:12, Tequio escribió:\n{quoted}"
    assert own_words(plain(text), LETTER).own == own


def test_own_lines_above_an_attribution_of_an_unknown_form_are_kept() -> None:
    quoted = "\n".join(f"> {line}" for line in LETTER.splitlines())
    text = f"Sí podemos.\nSaludos, Ana\n23.11.2026 10:12 <aviso@hub.example.org>:\n{quoted}"
    assert own_words(plain(text), LETTER).own.startswith("Sí podemos.\nSaludos, Ana")


@pytest.mark.long
@pytest.mark.skipif(not find_spec("atheris"), reason="no atheris here: make test-long installs it")
def test_no_mail_that_libfuzzer_finds_stops_the_reader(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.inbound.reading.fuzz", "-runs=100000", "-max_len=20000"]
    sets = [str(path) for path in CORPUS.iterdir() if path.is_dir() and path.name != "sent"]
    done = subprocess.run([*command, str(tmp_path), *sets], capture_output=True, text=True, check=False)
    assert (done.returncode, "Done 100000 runs" in done.stderr) == (0, True), done.stderr[-3000:]


def plain(text: str, html: str = "") -> Mail:
    return Mail(Nature.HUMAN, "", (), "", "", (), "", None, text, html)


@pytest.mark.parametrize(
    "text",
    [
        "-" * 2**20,
        ("-" * 79 + "x\n") * 13_000,
        "> " * 300_000,
        "De: " * 200_000,
        ("El lunes, Ana <a@b.example> escribió" + " " * 50 + "\n") * 10_000,
        "[https://" * 100_000,
        "atención " * 100_000,
    ],
    ids=["dashes", "dashed lines", "quoted", "fields", "attributions", "links", "warnings"],
)
def test_a_megabyte_of_one_thing_is_read_as_far_as_anybody_reads(text: str) -> None:
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message.set_content("Sí podemos.\n\n" + text, cte="8bit")
    mail = read_mail(message.as_bytes())
    assert len(mail.text) <= LONGEST_TEXT
    words = own_words(mail, LETTER)
    assert words.own.startswith("Sí podemos.")
    assert len(words.own.splitlines()) <= MOST_LINES


def test_html_as_deep_as_anybody_can_nest_it_is_read() -> None:
    assert lines_of("<div>" * 20_000 + "Sí podemos." + "</div>" * 20_000) == ["Sí podemos."]
    assert lines_of("<p>Sí.</p>" + "<blockquote>" * 1000 + "No." + "</blockquote>" * 1000) == [
        "Sí.",
        "",
        "No.",
        "",
    ]


def test_parts_within_parts_without_end_are_read() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    assert read_mail(b"From: ana@example.org\n" + deep + b"\nfin").sender == "ana@example.org"


def test_a_file_of_twenty_megabytes_is_left_out_and_named_and_the_words_are_kept() -> None:
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message.set_content("Va el plano.")
    message.add_attachment(b"x" * 20 * 2**20, maintype="application", subtype="pdf", filename="plano.pdf")
    message.add_attachment(b"y" * 1000, maintype="application", subtype="pdf", filename="croquis.pdf")
    mail = read_mail(message.as_bytes())
    assert (mail.too_big, [(part.name, len(part.data)) for part in mail.parts]) == (
        ("plano.pdf",),
        [("croquis.pdf", 1000)],
    )
    assert own_words(mail).own == "Va el plano."


@pytest.mark.parametrize(
    ("headers", "nature"),
    [
        ("Auto-Submitted: no\n", "human"),
        ("Precedence: list\n", "human"),
        ("Precedence: bulk\nList-Id: <a.example>\n", "human"),
        ("X-Auto-Response-Suppress: OOF\n", "human"),
        ("Auto-Submitted: auto-replied (zimbra)\n", "auto-reply"),
        ("Auto-Submitted: auto-generated\n", "auto-reply"),
        ("Precedence: auto_reply\n", "auto-reply"),
        ("X-Autoreply: yes\n", "auto-reply"),
        ("X-Autogenerated: Reply\n", "auto-reply"),
        ("Return-Path: <>\n", "auto-reply"),
        ("Return-Path: <ana@example.org>\n", "human"),
        ("Subject: Respuesta automatica\n", "human"),
    ],
)
def test_headers_tell_what_a_mail_is_and_words_do_not(headers: str, nature: str) -> None:
    raw = f"From: ana@example.org\n{headers}\nEstoy de vacaciones. 550 5.1.1 user unknown\n".encode()
    assert read_mail(raw).nature == nature


def test_what_is_encrypted_is_a_file_and_has_no_words() -> None:
    raw = (
        b'From: ana@example.org\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\n'
        b"Content-Transfer-Encoding: base64\n\nMIIBhgYJKoZIhvcNAQcD\n"
    )
    mail = read_mail(raw)
    assert ([part.name for part in mail.parts], own_words(mail).own) == (["smime.p7m"], "")
