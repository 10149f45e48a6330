"""Reads of measures for the pages that set them up."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from collab.models import Collaborative, Measure
from collab.models.measure import MeasureQuerySet


def find_measure(collaborative: Collaborative, code: str) -> Measure:
    """The collaborative's measure with this code, with its versions. Raises ``Http404`` when there is none."""
    measure = get_object_or_404(collaborative.measures.with_versions(), code=code)
    if not measure.versions.all():
        raise Http404
    # The pages and policies ask for its collaborative: the one in hand.
    measure.collaborative = collaborative
    return measure


def measures_to_copy(user: Any, collaborative: Collaborative) -> MeasureQuerySet:
    """Measures in use of other collaboratives that ``user`` manages, under codes that are still free here."""
    return (
        Measure.objects.in_use()
        .with_versions()
        .filter(collaborative__in=Collaborative.objects.manageable_by(user).exclude(pk=collaborative.pk))
        .exclude(code__in=collaborative.measures.values("code"))
        .select_related("collaborative")
        .order_by("collaborative__name", "position", "code")
    )
