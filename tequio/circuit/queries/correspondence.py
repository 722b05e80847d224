"""How letters come to an office, and whether it may answer by mail."""

from django.conf import settings

from tequio.circuit.models import Correspondence, Leg, SentText
from tequio.circuit.states import Way
from tequio.network.models import Office


def way_of(office: Office) -> Way:
    """How the office wants its letters; both ways until it says otherwise."""
    found = Correspondence.objects.filter(office=office).values_list("way", flat=True).first()
    return Way(found) if found else Way.BOTH


def written_to(way: Way, template: str) -> bool:
    """Whether a letter about a leg goes out at once: on the web alone, only what was asked by letter is answered so."""
    return way is not Way.WEB or template != "leg_new"


def answers_by_mail(way: Way) -> bool:
    """Whether a reply by mail is the office's word; never where the hub takes no mail."""
    return bool(settings.MAIL_DOMAIN) and way is not Way.WEB


def sent_about(leg: Leg, answers: tuple[str, ...] = ()) -> str:
    """The letters about a leg as they went out, those that are answered first, to cut a reply at their lines."""
    texts = list(SentText.objects.filter(leg=leg).order_by("pk").values_list("message_id", "text"))
    first = [text for message_id, text in texts if message_id in answers]
    return "\n".join([*first, *(text for message_id, text in texts if message_id not in answers)])
