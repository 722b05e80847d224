"""A member who is asked: how a test asks them, and what is left of them."""

from datetime import date
from typing import Any

import pytest

from tequio.circuit.actions.referring import refer_leg, say_yes
from tequio.circuit.links import member_key
from tequio.circuit.models import DigestLine, Leg, Referral
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tequio.notices.models import Letter
from tests.circuit.desks import url

NAME, ADDRESS, NOTE = "Nadia Nadie", "nadia@example.org", "Usted conoce el tema."
SHOWN, REACHED = "Dra. N. Nadie", "+49 30 000000"
DAY, LAST = date(2026, 11, 30), date(2026, 12, 7)


def refer(leg: Leg, by: Mandate, address: str = ADDRESS, **given: Any) -> Referral:
    wanted = {"name": NAME, "address": address, "language": "en", "note": NOTE, "due_on": DAY, **given}
    return refer_leg(leg, by=by, **wanted)


def yes(referral: Referral, **given: Any) -> Referral:
    return say_yes(referral, **{"shown_name": SHOWN, "shown_contact": REACHED, **given})


def refusal(verb: Any, *args: Any, **given: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        verb(*args, **given)
    return str(refused.value), refused.value.field


def there(referral: Referral) -> str:
    return url("member", referral.pk, member_key(referral))


def erased(referral: Referral) -> bool:
    """Whether nothing is left of who was asked: in the referral, the outbox, the journal."""
    referral.refresh_from_db()
    kept = [referral.name, referral.address, referral.note]
    mail = Letter.objects.filter(about=f"referral-{referral.pk}")
    kept += [part for letter in mail for part in (letter.address, letter.subject, letter.text, letter.html)]
    facts = Entry.objects.values_list("facts", flat=True)
    return not any(kept) and not any(NAME in each or ADDRESS in each for each in facts)


def told(office: Any) -> list[str]:
    return [line.kind for line in DigestLine.objects.filter(office=office).order_by("pk")]
