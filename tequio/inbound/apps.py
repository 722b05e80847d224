from django.apps import AppConfig


class InboundConfig(AppConfig):
    name = "tequio.inbound"

    def ready(self) -> None:
        from tequio.inbound.actions import erase_raw, file
        from tequio.inbound.fetching import fetch_if_due
        from tequio.inbound.models import Received
        from tequio.kernel.due import on_idle, on_wake

        on_wake(Received, file, outside=True)
        on_idle(erase_raw)
        on_idle(fetch_if_due)
