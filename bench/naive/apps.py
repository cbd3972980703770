from django.apps import AppConfig


class NaiveConfig(AppConfig):
    """The comparison's only app."""

    name = "bench.naive"
    label = "naive"
    default_auto_field = "django.db.models.BigAutoField"
