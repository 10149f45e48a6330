"""When groups can still change."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from equity.models import StratifiedObservation, Stratifier


def is_used(stratifier: Stratifier) -> bool:
    """Whether a team has reported figures by its groups."""
    return StratifiedObservation.objects.filter(stratum__stratifier=stratifier).exists()


def check_groups_can_change(stratifier: Stratifier) -> None:
    """Raises ``ValidationError`` once figures hang on the groups: they would silently mean something else."""
    if is_used(stratifier):
        raise ValidationError(
            _(
                "Teams have reported by these groups, so the groups stay as they are. Retire this list and add a new "
                "one instead."
            ),
            code="used",
        )
