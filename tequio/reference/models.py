"""Where and what: countries, regions, languages, topics, and where each list comes from."""

from django.db import models

from tequio.kernel.texts import pick


class Source(models.Model):
    """Where a list of a pack comes from, under what licence, as of when."""

    id = models.CharField(max_length=80, primary_key=True)
    titles = models.JSONField()
    url = models.CharField(max_length=500, blank=True)
    licence = models.CharField(max_length=120)
    attribution = models.CharField(max_length=500, blank=True)
    as_of = models.DateField()

    def __str__(self) -> str:
        return pick(self.titles)


class Country(models.Model):
    """A country or territory of ISO 3166-1; names and zones from CLDR and the IANA data."""

    id = models.CharField(max_length=2, primary_key=True)
    names = models.JSONField()
    zones = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "countries"

    def __str__(self) -> str:
        return pick(self.names)


class Region(models.Model):
    """A first-level division (ISO 3166-2), such as a state of Mexico."""

    id = models.CharField(max_length=6, primary_key=True)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="regions")
    names = models.JSONField()
    zone = models.CharField(max_length=64)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    official_code = models.CharField(max_length=8, blank=True)

    def __str__(self) -> str:
        return pick(self.names)


class Language(models.Model):
    id = models.CharField(max_length=3, primary_key=True)
    names = models.JSONField()

    def __str__(self) -> str:
        return pick(self.names)


class Field(models.Model):
    """A field of research (OpenAlex, 26 of them)."""

    id = models.CharField(max_length=12, primary_key=True)
    names = models.JSONField()
    domains = models.JSONField()

    def __str__(self) -> str:
        return pick(self.names)


class Subfield(models.Model):
    id = models.CharField(max_length=100, primary_key=True)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="subfields")
    names = models.JSONField()

    def __str__(self) -> str:
        return pick(self.names)


class Topic(models.Model):
    """A research topic, in English: a search aid. Catch-all topics are not matchable."""

    id = models.CharField(max_length=12, primary_key=True)
    subfield = models.ForeignKey(Subfield, on_delete=models.PROTECT, related_name="topics")
    name = models.CharField(max_length=200)
    matchable = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name
