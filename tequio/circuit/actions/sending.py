"""Files that were left out of a mail, sent to the words that it became: whole, or in pieces over a weak connection."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.files import attach
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.letters import to_asker
from tequio.circuit.models import Attachment, Event, Reply, Sending
from tequio.circuit.states import MailState
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.uploads import store
from tequio.kernel.uploads.checking import (
    FIELD,
    Upload,
    checked,
    most_in_pieces,
    plain_name,
    refuse_size,
)

KEPT = timedelta(days=7)
MOST = 10


class Astray(Exception):
    """A piece does not follow on what has come: of that there are `came` bytes."""

    def __init__(self, came: int) -> None:
        super().__init__(f"{came} bytes have come")
        self.came = came


def add_files(reply: Reply, uploads: Sequence[Upload]) -> None:
    """Keeps files with the words that a mail became; who reads them is told, once a mail."""
    with transaction.atomic():
        reply = _lock(reply)
        assert reply.leg is not None and reply.event is not None
        first = not Attachment.objects.filter(event=reply.event, added_at__gt=reply.settled_at).exists()
        if attach(reply.leg.case.ask, uploads, event=reply.event) and first:
            _tell(reply, reply.event)
        came = {upload.name.rpartition(".")[0] for upload in uploads}
        reply.left_out = [name for name in reply.left_out if name.rpartition(".")[0] not in came]
        reply.save(update_fields=["left_out"])


def _tell(reply: Reply, event: Event) -> None:
    leg = reply.leg
    assert leg is not None and leg.owner is not None
    if event.voice == Event.Voice.ASKER:
        tell_office(leg.owner, "files-came", key=f"files-came/{reply.pk}", case=leg.case, leg=leg)
    else:
        to_asker("asker_files", leg.case, leg=leg, event=event)


def begin_sending(reply: Reply, name: str, size: int) -> Sending:
    """A file of this many bytes begins to come; one of this name and size that has begun goes on."""
    name = plain_name(name)
    refuse_size(name, size, most_in_pieces())
    with transaction.atomic():
        reply = _lock(reply)
        begun = reply.sendings.filter(name=name, size=size).last()
        if begun:
            return begun
        if reply.sendings.count() >= MOST:
            raise Refused(_("As many files as can be have begun to come. Say the rest in words."), FIELD)
        return Sending.objects.create(reply=reply, name=name, size=size, path=store.keep(b""))


def send_piece(sending: Sending, offset: int, piece: bytes) -> int:
    """Adds a piece, and returns how many bytes are there for good; the last one makes it a file of the words.

    Raises `Astray` when it does not begin where the last one ended, Refused when the whole cannot be kept: then
    nothing of it is.
    """
    with transaction.atomic():
        sending = Sending.objects.select_for_update(no_key=True).get(pk=sending.pk)
        if offset != sending.came or offset + len(piece) > sending.size:
            raise Astray(sending.came)
        sending.came = store.add(sending.path, offset, piece)
        refused = _finish(sending) if sending.came == sending.size and sending.done_at is None else None
        if refused is None:
            sending.save(update_fields=["came", "done_at"])
        else:
            sending.delete()
    if refused is not None:
        raise refused
    return sending.came


def _finish(sending: Sending) -> Refused | None:
    """The whole file goes with the words; what lay in pieces is removed by and by."""
    try:
        with transaction.atomic():
            upload = checked(sending.name, store.content(sending.path), most=most_in_pieces())
            add_files(sending.reply, [upload])
    except Refused as refused:
        return refused
    sending.done_at = clock.now()
    return None


def forget_sendings() -> int:
    """Forgets what has come in pieces days ago, whole or not."""
    return Sending.objects.filter(begun_at__lt=clock.now() - KEPT).delete()[0]


def _lock(reply: Reply) -> Reply:
    Reply.objects.select_for_update(no_key=True).get(pk=reply.pk)
    reply = Reply.objects.select_related("leg__owner", "leg__case__ask", "event").get(pk=reply.pk)
    if reply.state != MailState.TAKEN or reply.event is None or reply.erased_at:
        raise Refused(_("This mail is no answer any more, so no file can go with it."))
    return reply
