from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0004_command_timing"),
    ]

    operations = [
        migrations.AddField(
            model_name="chargepoint",
            name="next_password_digest",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
    ]
