"""Figures with Spanish words, long ones, and every mark that there can be."""

from datetime import date, timedelta
from typing import Any

from tequio.charts.models import Drawing
from tequio.charts.rules import Wanted
from tequio.kernel import due

TEXTS = {
    "title": "Tres de cada cuatro peticiones reciben respuesta antes de los 10 días prometidos",
    "alt": "Respondió 75 % a los 10 días, la mitad a los 6; «años» & más",
    "source": "Fuente: bitácora del circuito, Enlace académico de una embajada con un nombre muy largo",
    "as_of": "Al 23 de noviembre de 2026",
}


def curve(**other: Any) -> dict[str, Any]:
    labels = {
        "x": "días desde que llegó la petición",
        "y": "peticiones con respuesta",
        "at_risk": "aún sin respuesta",
        "promised": "prometió 10 días",
        "median": "la mitad, a más tardar el día 6",
    }
    steps = [[1, 0.05, 0.02, 0.15, 60], [6, 0.52, 0.39, 0.66, 37], [9, 0.75, 0.63, 0.86, 18]]
    steps.append([24, 0.88, 0.77, 0.95, 2])
    return {**TEXTS, "steps": steps, "promised_days": 10, "median": 6, "labels": labels, **other}


def mondays(number: int) -> list[str]:
    return [str(date(2025, 12, 1) + timedelta(weeks=week)) for week in range(number)]


def weeks(number: int = 52, **other: Any) -> dict[str, Any]:
    series = [
        {"label": "recibidas", "values": [5 + week % 7 for week in range(number)], "kind": "bars"},
        {"label": "respondidas a tiempo", "values": [3 + week % 5 for week in range(number)], "dye": "agave"},
        {"label": "vencidas sin respuesta", "values": [week % 3 for week in range(number)], "dye": "grana"},
    ]
    labels = {"y": "peticiones por semana"}
    return {**TEXTS, "mondays": mondays(number), "series": series, "labels": labels, **other}


def bars(**other: Any) -> dict[str, Any]:
    rows = [["Charla para una escuela preparatoria en la región del Istmo de Tehuantepec", 1234]]
    rows += [["Contraparte para un proyecto de investigación", 617], ["Carta de apoyo", 0]]
    return {**TEXTS, "rows": rows, "labels": {"x": "peticiones en doce meses"}, **other}


ALL = {"curve": curve(), "weeks": weeks(), "bars": bars()}


def wanted(key: str = "record/1", language: str = "es", **other: Any) -> Wanted:
    return Wanted(key, language, "bars", bars(**other))


def work() -> int:
    """What the worker does about drawings; returns how many were due."""
    return due.work_off(kinds={Drawing})
