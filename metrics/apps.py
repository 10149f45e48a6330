from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    """What do teams count? Submissions, statistics, benchmarks, engagement, dashboards, reports."""

    name = "metrics"
    verbose_name = _("Measures")

    def ready(self) -> None:
        # Registers who writes which report and who words new signals, for the jobs in the layer below.
        import_module("metrics.presenters.reports")
        import_module("metrics.presenters.news")
