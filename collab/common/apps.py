from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    """Mechanisms that every app uses and that know no domain."""

    name = "collab.common"
    label = "common"
    verbose_name = _("Common mechanisms")

    def ready(self) -> None:
        # Each app's `sections` module registers what it shows on the pages of lower apps, and its `tasks` module who
        # catches up with its stale marks.
        autodiscover_modules("sections", "tasks")
