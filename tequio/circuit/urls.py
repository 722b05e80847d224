from django.urls import path

from tequio.circuit.views import asking, coordination, desk, entry_points, following, inbox, ledger, offices

urlpatterns = [
    path("ask/", asking.choose, name="ask"),
    path("ask/links/", asking.links, name="ask_links"),
    path("ask/sent/<int:pk>/<str:key>/", asking.sent, name="ask_sent"),
    path("ask/confirm/<int:pk>/<str:key>/", asking.confirm, name="ask_confirm"),
    path("ask/<str:home>/<slug:slug>/", asking.compose, name="ask_kind"),
    path("follow/<str:ref>/<str:key>/", following.follow, name="follow"),
    path("follow/<str:ref>/<str:key>/withdraw/", following.withdraw, name="follow_withdraw"),
    path("follow/<str:ref>/<str:key>/reply/", following.reply, name="follow_reply"),
    path("follow/<str:ref>/<str:key>/outcome/", following.outcome, name="follow_outcome"),
    path("answer/<str:ref>/<int:number>/<int:mandate>/<str:key>/", desk.leg_by_link, name="leg_link"),
    path("desk/", inbox.desk, name="desk"),
    path("desk/<int:office>/", inbox.inbox, name="desk_office"),
    path("desk/<int:office>/promises/", offices.promises, name="promises"),
    path("desk/<int:office>/mandates/", offices.mandates, name="mandates"),
    path("desk/<int:office>/<str:ref>/<int:number>/", desk.leg, name="leg"),
    path("coordination/", coordination.overview, name="coordination"),
    path("coordination/invite/", coordination.invite, name="invite"),
    path("invitation/<int:pk>/<str:key>/", offices.invitation, name="invitation"),
    path("entry-points/", entry_points.entry_points, name="entry_points"),
    path("entry-points/<slug:slug>/", entry_points.entry_point, name="entry_point"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger.csv", ledger.ledger_csv, name="ledger_csv"),
]
