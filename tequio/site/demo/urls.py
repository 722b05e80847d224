from django.urls import path

from tequio.site.demo import views

urlpatterns = [
    path("demo/", views.walk, name="demo_walk"),
    path("demo/clock/", views.move_clock, name="demo_clock"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<slug:name>/", views.letter, name="mailbox_letter"),
    path("mailbox/<slug:name>/page/", views.letter_page, name="mailbox_page"),
]
