from django.apps import AppConfig
from django.core.checks import Tags, register


class KernelConfig(AppConfig):
    name = "tequio.kernel"

    def ready(self) -> None:
        from tequio.kernel.checks import sqlite_keeps_what_it_acknowledged

        register(sqlite_keeps_what_it_acknowledged, Tags.database)
