from django.apps import AppConfig


class EvkitConfig(AppConfig):
    """The product as a whole: wires the apps together once all of them are loaded."""

    name = "evkit"

    def ready(self) -> None:
        """Register recorders and subscribers."""
        from evkit.wiring import wire

        wire()
