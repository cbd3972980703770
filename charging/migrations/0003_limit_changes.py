import django.db.models.deletion
from django.db import migrations, models

KINDS = {"requested": ("requested_w", "requested_a", "requested_at"), "accepted": ("limit_w", "limit_a", "limit_at")}


def keep_present_limits(apps, _schema_editor):
    """The limits in force become the first changes."""
    limit_changes = apps.get_model("charging", "LimitChange").objects
    states = apps.get_model("chargers", "EvseState").objects
    for kind, (in_watts, in_amperes, since) in KINDS.items():
        known = states.exclude(**{in_watts: None, in_amperes: None}).exclude(**{since: None})
        limit_changes.bulk_create(
            limit_changes.model(
                evse_id=pk, at=at, kind=kind, power_w=power_w, current_a=current_a, reason="profile"
            )
            for pk, power_w, current_a, at in known.values_list("pk", in_watts, in_amperes, since)
        )


class Migration(migrations.Migration):

    dependencies = [
        ('chargers', '0003_command_effect_awaited'),
        ('charging', '0002_last_authorization_reason'),
    ]

    operations = [
        migrations.CreateModel(
            name='LimitChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('kind', models.CharField(choices=[('requested', 'Requested'), ('accepted', 'Accepted')], max_length=16, verbose_name='kind')),
                ('power_w', models.FloatField(null=True, verbose_name='limit (W)')),
                ('current_a', models.FloatField(null=True, verbose_name='limit (A)')),
                ('reason', models.CharField(choices=[('profile', 'A charging profile was set'), ('cleared', 'The charging profile was cleared'), ('transaction_over', 'The transaction of the charging profile ended')], max_length=32, verbose_name='reason')),
                ('evse', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='limit_changes', to='chargers.evse', verbose_name='connector')),
            ],
            options={
                'verbose_name': 'change of a limit',
                'verbose_name_plural': 'changes of limits',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['evse', 'kind', '-at'], name='limit_change_recent')],
            },
        ),
        migrations.RunPython(keep_present_limits, migrations.RunPython.noop),
    ]
