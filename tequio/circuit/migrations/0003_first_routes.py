from django.db import migrations


def first_routes(apps, schema_editor):
    """The table of each kind becomes version 1 of its route; cases under way are on it, at the step of their state."""
    kinds, routes = apps.get_model("circuit", "AskKind"), apps.get_model("circuit", "Route")
    cases, legs = apps.get_model("circuit", "Case"), apps.get_model("circuit", "Leg")
    for kind in kinds.objects.all():
        steps = [{"does": row["slug"], "asks": {}, "for_kinds": [], "opinions": 0, **row} for row in kind.states]
        route = routes.objects.create(kind=kind, version=1, steps=steps)
        cases.objects.filter(kind=kind).update(route=route)
    for state in cases.objects.order_by().values_list("state", flat=True).distinct():
        cases.objects.filter(state=state).update(step=state)
    legs.objects.exclude(delivered_at=None).update(evidence="server")


class Migration(migrations.Migration):
    dependencies = [("circuit", "0002_legs_commitments_desks")]
    operations = [migrations.RunPython(first_routes, migrations.RunPython.noop)]
