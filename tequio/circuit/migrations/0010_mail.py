import django.db.models.deletion
import tequio.kernel.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('circuit', '0009_ledger_open'),
        ('inbound', '0001_received'),
        ('network', '0003_turnover_invitations_hand_over'),
        ('reference', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Correspondence',
            fields=[
                ('office', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='letters', serialize=False, to='network.office')),
                ('way', models.CharField(choices=[('both', 'By mail and on these pages'), ('mail', 'By mail, as little as possible'), ('web', 'On these pages alone')], default='both', max_length=4)),
            ],
        ),
        migrations.AddField(
            model_name='leg',
            name='mail_token',
            field=models.CharField(max_length=12, null=True, unique=True),
        ),
        migrations.CreateModel(
            name='SentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(max_length=255, unique=True)),
                ('text', models.TextField()),
                ('at', models.DateTimeField(db_index=True, default=tequio.kernel.clock.now)),
                ('leg', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sent_texts', to='circuit.leg')),
            ],
        ),
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wake_at', models.DateTimeField(blank=True, db_index=True, null=True)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('message_id', models.CharField(max_length=255)),
                ('state', models.CharField(choices=[('held', 'Held until the coordinating office has looked'), ('asked', 'Held until the office says whether it is theirs'), ('taken', "Taken as the office's answer"), ('empty', "Nothing of the sender's own was in it"), ('late', 'Came after the office had answered, and kept'), ('kept', 'Kept: it could not be done as it says'), ('auto', 'Sent by a machine, and kept'), ('not-yours', "Not the office's"), ('aside', 'Put aside: about no ask'), ('not-ours', 'Not for this hub')], max_length=10)),
                ('nature', models.CharField(max_length=12)),
                ('found_by', models.CharField(blank=True, max_length=8)),
                ('sender', models.CharField(max_length=254)),
                ('sender_name', models.CharField(blank=True, max_length=120)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField(blank=True)),
                ('whole', models.TextField(blank=True)),
                ('guesses', models.JSONField(default=list)),
                ('left_out', models.JSONField(default=list)),
                ('proposal', models.JSONField(default=dict)),
                ('came_at', models.DateTimeField(default=tequio.kernel.clock.now)),
                ('held', models.BooleanField(default=False)),
                ('due_on', models.DateField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='circuit.event')),
                ('home', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.country')),
                ('leg', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='circuit.leg')),
                ('received', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='inbound.received')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.mandate')),
            ],
            options={
                'ordering': ['came_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'held')), fields=['home', 'came_at'], name='mail_held')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('leg__isnull', False)), fields=('message_id', 'leg'), name='mail_once_a_leg'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'held'), _negated=True), ('due_at__isnull', False), _connector='OR'), name='held_mail_has_a_date')],
            },
        ),
    ]
