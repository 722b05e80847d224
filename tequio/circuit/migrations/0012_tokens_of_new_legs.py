import tequio.circuit.tokens
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('circuit', '0011_tokens_of_open_legs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='leg',
            name='mail_token',
            field=models.CharField(default=tequio.circuit.tokens.new_token, max_length=12, null=True, unique=True),
        ),
    ]
