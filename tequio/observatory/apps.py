from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "tequio.observatory"

    def ready(self) -> None:
        from tequio.kernel.due import on_idle, on_wake
        from tequio.observatory import actions
        from tequio.observatory.models import Night

        on_wake(Night, actions.nightly)
        on_idle(actions.begin_nights)
