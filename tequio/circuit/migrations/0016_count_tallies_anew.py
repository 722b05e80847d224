from django.db import migrations


def forget(apps, schema_editor):
    """The worker tallies everything anew, with the spreads; until then the ledger counts it live."""
    apps.get_model("circuit", "Leg").objects.exclude(tallied_at=None).update(tallied_at=None)
    apps.get_model("circuit", "Tally").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("circuit", "0015_spreads"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
