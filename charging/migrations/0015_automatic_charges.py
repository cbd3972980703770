
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chargers', '0016_automatic_tag'),
        ('charging', '0014_what_is_of_use'),
    ]

    operations = [
        migrations.CreateModel(
            name='AutomaticCharge',
            fields=[
                ('evse', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='automatic_charge', serialize=False, to='chargers.evse', verbose_name='connector')),
                ('kind', models.CharField(choices=[('start', 'Automatic start'), ('restart', 'Automatic restart')], max_length=16, verbose_name='kind')),
                ('state', models.CharField(choices=[('trying', 'Being tried'), ('done', 'Charging'), ('failed', 'Given up')], default='trying', max_length=16, verbose_name='state')),
                ('id_tag', models.CharField(max_length=255, verbose_name='id tag')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('tried_at', models.DateTimeField(verbose_name='last try')),
                ('stopping', models.BooleanField(default=False)),
                ('failure', models.CharField(blank=True, choices=[('refused', 'the charge point refused the start'), ('unanswered', 'the charge point did not answer'), ('no_transaction', 'no transaction followed the start'), ('not_authorised', 'the badge was refused'), ('no_power', 'no power flowed'), ('stop_refused', 'the charge point refused to end the stalled charge')], max_length=16, verbose_name='reason')),
                ('command', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='chargers.command', verbose_name='command')),
            ],
            options={
                'verbose_name': 'automatic charge',
                'verbose_name_plural': 'automatic charges',
            },
        ),
    ]
