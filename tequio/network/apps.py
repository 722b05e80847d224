from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "tequio.network"

    def ready(self) -> None:
        from tequio.kernel.due import on_wake
        from tequio.network.absences import look_at_absence
        from tequio.network.actions import mandate_ran_out
        from tequio.network.models import Absence, Mandate

        on_wake(Mandate, mandate_ran_out)
        on_wake(Absence, look_at_absence)
