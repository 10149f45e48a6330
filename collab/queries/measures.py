"""Reads of measures for the pages that set them up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from collab.library import LibraryMeasure
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


def copies_in(collaborative: Collaborative) -> dict[str, Measure]:
    """Code in the library → the collaborative's copy of that measure, retired ones included."""
    return {measure.library_code: measure for measure in collaborative.measures.exclude(library_code="")}


def copies_of(entry: LibraryMeasure, collaboratives: Sequence[Collaborative]) -> dict[int, Measure]:
    """Collaborative → its copy of a measure of the library."""
    copies = Measure.objects.filter(library_code=entry.code, collaborative__in=collaboratives)
    return {measure.collaborative_id: measure for measure in copies}
