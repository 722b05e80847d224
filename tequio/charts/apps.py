from django.apps import AppConfig


class ChartsConfig(AppConfig):
    name = "tequio.charts"

    def ready(self) -> None:
        from tequio.charts.actions import draw
        from tequio.charts.models import Drawing
        from tequio.kernel.due import on_wake

        on_wake(Drawing, draw, outside=True)
