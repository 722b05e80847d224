"""Gives every leg that is open a mail address of its own; the letters that went out about it name none."""

import secrets

from django.db import migrations

LETTERS = "23456789acdefhjkmnprtvwxy"


def name_open_legs(apps, schema_editor):
    legs = apps.get_model("circuit", "Leg").objects.filter(closed_at=None, mail_token=None)
    for leg in legs.only("pk").iterator():
        token = "".join(secrets.choice(LETTERS) for _ in range(12))
        legs.filter(pk=leg.pk).update(mail_token=token)


class Migration(migrations.Migration):
    dependencies = [("circuit", "0010_mail")]

    operations = [migrations.RunPython(name_open_legs, migrations.RunPython.noop)]
