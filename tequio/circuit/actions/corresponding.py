"""How an office wants its letters."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.wording import refuse_unless_office
from tequio.circuit.models import Correspondence
from tequio.circuit.states import Way
from tequio.journal.actions import write
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office


def choose_way(office: Office, way: str, *, by: Mandate) -> Correspondence:
    """From now on letters come so: at once and to be answered by mail, or in the daily letter and on the pages."""
    refuse_unless_office(office, by)
    if way not in Way.values:
        raise Refused(_("Choose how letters come."), "way")
    with transaction.atomic():
        chosen = Correspondence.objects.update_or_create(office=office, defaults={"way": way})[0]
        write("office.letters", office=office.code, facts={"way": way}, payload={"by": by.pk})
    return chosen
