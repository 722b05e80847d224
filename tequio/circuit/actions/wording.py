"""An office's templates: kept, mended, removed."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.models import Template
from tequio.circuit.queries.wording import ACTS, PLACEHOLDERS, unknown_placeholders
from tequio.journal.actions import write
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office
from tequio.network.queries import may_act


def keep_template(
    office: Office,
    *,
    by: Mandate,
    act: str,
    language: str,
    title: str,
    text: str,
    template: Template | None = None,
) -> Template:
    """Keeps words for one act and language; with `template`, these take the place of its words.

    A placeholder that the hub does not know is refused by its name.
    """
    refuse_unless_office(office, by)
    title, text = title.strip(), text.strip()
    if act not in ACTS:
        raise Refused(_("Choose for which answer the words are."), "act")
    if not title:
        raise Refused(_("Give it a name by which you find it."), "title")
    if not text:
        raise Refused(_("Write the words."), "text")
    if unknown := unknown_placeholders(text):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        message = _("There is no placeholder {%(name)s}. These are known: %(known)s.")
        raise Refused(message % {"name": unknown[0], "known": known}, "text")
    kept = template or Template(office=office)
    kept.act, kept.language, kept.title, kept.text = act, language, title, text
    try:
        with transaction.atomic():
            kept.save()
            facts = {"act": act, "language": language}
            write("template.kept", office=office.code, facts=facts, payload={"by": by.pk})
    except IntegrityError as error:
        message = _("There is a template of this name already, for this answer and language.")
        raise Refused(message, "title") from error
    return kept


def remove_template(template: Template, *, by: Mandate) -> None:
    """The office no longer uses these words. Answers that were sent with them stay as they are."""
    office = template.office
    refuse_unless_office(office, by)
    with transaction.atomic():
        facts = {"act": template.act, "language": template.language}
        template.delete()
        write("template.removed", office=office.code, facts=facts, payload={"by": by.pk})


def refuse_unless_office(office: Office, by: Mandate) -> None:
    """Refuses a mandate that does not act for the office now."""
    if (acting := may_act(by.person, office)) is None or acting.pk != by.pk:
        raise Refused(_("Your mandate in this office has ended, or somebody else acts for it now."))
