"""Reads of stratifiers for the pages that set them up."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.db.models.query import QuerySet
from django.shortcuts import get_object_or_404

from collab.models import Collaborative
from equity.models import StratifiedObservation, Stratifier


def stratifiers_of(collaborative: Collaborative) -> QuerySet[Stratifier]:
    """A collaborative's stratifiers with groups and measures; ``in_data`` says whether teams have reported by them."""
    return collaborative.stratifiers.prefetch_related("strata", "measures__versions").annotate(
        in_data=Exists(StratifiedObservation.objects.filter(stratum__stratifier=OuterRef("pk")))
    )


def find_stratifier(collaborative: Collaborative, code: str) -> Stratifier:
    """The collaborative's stratifier with this code. Raises ``Http404`` when there is none."""
    return get_object_or_404(stratifiers_of(collaborative), code=code)
