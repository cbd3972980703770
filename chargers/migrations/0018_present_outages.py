from django.db import migrations

OUT_OF_ORDER = ["Faulted", "Unavailable"]


def keep_present_outages(apps, _schema_editor):
    """Begin an outage for every connector that is out of order now."""
    Outage = apps.get_model("chargers", "Outage")
    states = apps.get_model("chargers", "EvseState").objects.filter(status__in=OUT_OF_ORDER)
    rows = states.exclude(status_since=None).values_list("evse_id", "status", "error_code", "status_since")
    Outage.objects.bulk_create(
        Outage(evse_id=evse_id, status=status, error_code=error_code, since=since)
        for evse_id, status, error_code, since in rows.iterator()
    )


class Migration(migrations.Migration):
    dependencies = [("chargers", "0017_outages")]
    operations = [migrations.RunPython(keep_present_outages, migrations.RunPython.noop)]
