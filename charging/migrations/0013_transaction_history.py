from django.db import migrations, models
from django.db.models.functions import Upper

POSTGRESQL = {
    "transaction_by_flag": 'CREATE INDEX transaction_by_flag ON charging_transaction USING gin (flags jsonb_path_ops)',
    "transaction_flagged": (
        "CREATE INDEX transaction_flagged ON charging_transaction (started_at DESC) WHERE NOT flags = '[]'::jsonb"
    ),
}


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL.values():
            schema_editor.execute(statement)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in POSTGRESQL:
            schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    """Indexes of the filters of the history."""

    dependencies = [("charging", "0012_limits_that_are_obeyed")]

    operations = [
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(Upper("id_tag"), name="transaction_by_tag"),
        ),
        migrations.RunPython(add, remove),
    ]
