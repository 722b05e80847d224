from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("tequio.charts.urls"))]

urlpatterns += i18n_patterns(
    path("", include("tequio.site.urls")),
    path("", include("tequio.directory.urls")),
    path("", include("tequio.circuit.urls")),
    path("", include("tequio.observatory.urls")),
    path("", include("tequio.people.urls")),
    prefix_default_language=False,
)

if settings.DEMO:
    urlpatterns += i18n_patterns(path("", include("tequio.site.demo.urls")), prefix_default_language=False)
