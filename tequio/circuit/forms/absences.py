"""The form of an absence: who, which days, who stands in."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.offices import RefusableForm, day_field
from tequio.circuit.queries.absences import named
from tequio.kernel import clock
from tequio.network.models import Absence, Mandate, Office
from tequio.network.queries import current_mandates


class AbsenceForm(RefusableForm):
    """`whom`: for whom the reader may declare; `inside`: whether they are of the office; `absence`: that is changed."""

    first_day = day_field(_("First day away"), _("If it is today, it begins at once."))
    last_day = day_field(_("Last day away"), _("At the end of this day, where the office is, it is over."))

    def __init__(
        self,
        office: Office,
        whom: list[Mandate],
        data: QueryDict | None = None,
        *,
        inside: bool,
        absence: Absence | None = None,
    ) -> None:
        current = current_mandates(office)
        today = clock.today(office.organisation.zone)
        initial: dict[str, Any] = {"first_day": today, "whom": whom[0].pk if whom else None}
        if absence:
            initial = {
                "first_day": absence.first_day,
                "last_day": absence.last_day,
                "stand_in": absence.stand_in_id,
            }
        super().__init__(data, initial=initial)
        self.by_pk = {str(mandate.pk): mandate for mandate in current}
        self.absence, self.only = absence, whom[0] if len(whom) == 1 else None
        away = {absence.mandate_id} if absence else {self.only.pk} if self.only else set()
        if absence and absence.runs:
            del self.fields["first_day"]
        if not absence and not self.only:
            choices = [(each.pk, named(each, inside=inside)) for each in whom]
            self.fields["whom"] = forms.ChoiceField(label=_("Who is away"), choices=choices)
        others = [(each.pk, named(each, inside=inside)) for each in current if each.pk not in away]
        self.alone = not others
        if others:
            self.fields["stand_in"] = forms.ChoiceField(
                label=_("Who stands in"),
                help_text=_("They act for the office on these days. Without a name, every deputy does."),
                choices=[("", _("Every deputy who is there")), *others],
                required=False,
            )
        self.order_fields(["whom", "first_day", "last_day", "stand_in"])

    def mandate(self) -> Mandate:
        return self.only or self.by_pk[self.cleaned_data["whom"]]

    def days(self) -> dict[str, Any]:
        """The arguments of the verbs: the days, and the stand-in."""
        given = self.cleaned_data
        first_day: date = given.get("first_day") or (
            self.absence.first_day if self.absence else given["last_day"]
        )
        stand_in = self.by_pk.get(given.get("stand_in", ""))
        return {"first_day": first_day, "last_day": given["last_day"], "stand_in": stand_in}
