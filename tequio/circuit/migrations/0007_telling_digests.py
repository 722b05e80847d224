from django.db import migrations
from django.utils import timezone


def give_each_held_office_a_digest(apps, schema_editor):
    """The digest finds its own hour at its first look."""
    Mandate, Digest = apps.get_model("network", "Mandate"), apps.get_model("circuit", "Digest")
    held = set(Mandate.objects.values_list("office_id", flat=True))
    have = set(Digest.objects.values_list("office_id", flat=True))
    now = timezone.now()
    Digest.objects.bulk_create(Digest(office_id=pk, wake_at=now) for pk in sorted(held - have))


class Migration(migrations.Migration):
    dependencies = [("circuit", "0006_promised_clauses")]

    operations = [migrations.RunPython(give_each_held_office_a_digest, migrations.RunPython.noop)]
