
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evsites', '0008_file_retention'),
    ]

    operations = [
        migrations.AddField(
            model_name='site',
            name='automatic_restart',
            field=models.BooleanField(default=False, help_text='After a power cut, a restart of the charge point, or where a charge does not go on.', verbose_name='start again what was interrupted'),
        ),
        migrations.AddField(
            model_name='site',
            name='automatic_tag',
            field=models.CharField(blank=True, help_text='For every vehicle that is plugged in; empty: nothing starts by itself.', max_length=20, verbose_name='start by itself with the id tag'),
        ),
    ]
