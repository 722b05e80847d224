"""Links that only a letter carries, for invitations."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from tequio.kernel import ids
from tequio.network.models import Invitation


def absolute(name: str, *args: object, language: str) -> str:
    """The address of a page in a letter's language."""
    with translation.override(language):
        return settings.BASE_URL + reverse(name, args=args)


def invitation_key(invitation: Invitation) -> str:
    return ids.key_for("invitation", invitation.pk, invitation.version)


def invitation_link(invitation: Invitation) -> str:
    return absolute("invitation", invitation.pk, invitation_key(invitation), language=invitation.language)
