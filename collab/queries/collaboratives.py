"""Finding centers and collaboratives as one person sees them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from collab.models import Center, Collaborative


def find_center(user: Any, slug: str) -> Center:
    """The center with this short name, if ``user`` may see it. Raises ``Http404`` otherwise."""
    return get_object_or_404(Center.objects.visible_to(user), slug=slug)


def find_collaborative(user: Any, slug: str) -> Collaborative:
    """The collaborative with this short name and its center, if ``user`` may see it.

    Raises ``Http404`` otherwise.
    """
    return get_object_or_404(Collaborative.objects.visible_to(user).select_related("center"), slug=slug)
