from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollabConfig(AppConfig):
    """What is this collaborative? Users, centers, collaboratives, change packages, measure definitions."""

    name = "collab"
    verbose_name = _("Collaboratives")

    def ready(self) -> None:
        # Connects its receiver of a signal of allauth's.
        import_module("collab.second_factor")
