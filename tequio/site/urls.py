from django.urls import path

from tequio.site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("map/", views.map, name="map"),
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("healthz", views.healthz, name="healthz"),
]
