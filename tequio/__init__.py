"""Tequio: the engagement hub for a country's scientists abroad."""
