from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PdsaConfig(AppConfig):
    """What do teams try? The room for charters, cycles, ramps and coaching."""

    name = "pdsa"
    verbose_name = _("Plan-Do-Study-Act")
