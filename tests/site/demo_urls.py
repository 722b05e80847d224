"""The addresses of the hub in demo mode."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from tequio import urls

urlpatterns = [
    *urls.urlpatterns,
    *i18n_patterns(path("", include("tequio.site.demo.urls")), prefix_default_language=False),
]
