from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EquityConfig(AppConfig):
    """For whom? Stratifiers, strata and stratified observations."""

    name = "equity"
    verbose_name = _("Equity")

    def ready(self) -> None:
        from equity.entry import StrataPart
        from metrics.entry import register

        register(StrataPart())
