from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "tequio.notices"

    def ready(self) -> None:
        from tequio.kernel.due import on_wake
        from tequio.notices.actions import deliver
        from tequio.notices.models import Letter

        on_wake(Letter, deliver, outside=True)
