from django.urls import path

from tequio.observatory import views

urlpatterns = [
    path("entry-points/<slug:slug>/record/", views.record, name="entry_record"),
    path("pulse/", views.hubs, name="pulses"),
    path("pulse/<str:home>/", views.hub, name="pulse"),
    path("pulse/<str:home>/gaps/", views.gaps, name="pulse_gaps"),
    path("pulse/<str:home>/table.csv", views.table, name="pulse_csv"),
    path("pulse/<str:home>/<str:code>/", views.place, name="pulse_place"),
]
