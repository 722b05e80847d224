from django.apps import AppConfig


class InboundConfig(AppConfig):
    name = "tequio.inbound"

    def ready(self) -> None:
        from tequio.inbound.actions import file
        from tequio.inbound.models import Received
        from tequio.kernel.due import on_wake

        on_wake(Received, file)
