"""mail-reading: a reply four times as long takes about four times as long; the limit is one look at its lines."""

import time
from collections.abc import Callable
from email.message import EmailMessage
from statistics import median

from bench.report import Result

LINES, ROUNDS = 600, 7
SENT = "\n".join(f"Línea {number} de la carta que se envió a la oficina." for number in range(30))
SAID = "Con gusto: la charla puede ser el jueves a las nueve, en el auditorio."


def mail_reading() -> list[Result]:
    """Replies as text and as HTML, of one length and of four times that; medians of rounds that alternate."""
    short, long = reply(LINES), reply(4 * LINES)
    times: dict[int, list[float]] = {1: [], 4: []}
    bare: list[float] = []
    for _ in range(ROUNDS):
        times[1].append(timed(lambda: read(short)))
        times[4].append(timed(lambda: read(long)))
        bare.append(timed(lambda: long.decode().splitlines()))
    one, four = median(times[1]), median(times[4])
    return [
        Result(
            "mail-reading",
            "four times as long, ms",
            4 * LINES,
            four * 1000,
            {"short": one * 1000},
            "ratio ≤ 6",
        ),
        Result(
            "mail-reading", "against its lines, ms", 4 * LINES, four * 1000, {"lines": median(bare) * 1000}
        ),
    ]


def read(raw: bytes) -> None:
    from tequio.inbound.reading.reader import read_mail
    from tequio.inbound.reading.words import own_words

    own_words(read_mail(raw), SENT)


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def reply(lines: int) -> bytes:
    """A reply with our letter quoted between its words."""
    ours = SENT.splitlines()
    said = [f"> {ours[n % 30]}" if n % 40 < 30 else f"{SAID} {n}" for n in range(lines)]
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message.set_content("\n".join(said))
    message.add_alternative("".join(f"<p>{line}</p>" for line in said), subtype="html")
    return message.as_bytes()
