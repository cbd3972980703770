
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chargers', '0015_security_levels'),
    ]

    operations = [
        migrations.AddField(
            model_name='evse',
            name='automatic_tag',
            field=models.CharField(blank=True, help_text='For the vehicle that always charges here; empty: as the site says.', max_length=20, verbose_name='start by itself with the id tag'),
        ),
    ]
