"""Finding centers and collaboratives as one person sees them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from collab.common.views import require
from collab.models import Center, Collaborative
from collab.rules import CollabPermission


def find_center(user: Any, slug: str) -> Center:
    """The center with this short name, if ``user`` may see it. Raises ``Http404`` otherwise."""
    return get_object_or_404(Center.objects.visible_to(user), slug=slug)


def find_collaborative(user: Any, slug: str) -> Collaborative:
    """The collaborative with this short name and its center, if ``user`` may see it.

    Raises ``Http404`` otherwise.
    """
    return get_object_or_404(Collaborative.objects.visible_to(user).select_related("center"), slug=slug)


def find_managed_collaborative(user: Any, slug: str) -> Collaborative:
    """The collaborative with this short name for changing its set-up.

    Raises ``Http404`` where ``user`` may not see it, and ``PermissionDenied`` with a sentence where they may only look.
    """
    found = find_collaborative(user, slug)
    require(
        user,
        CollabPermission.MANAGE_COLLABORATIVE,
        found,
        _("Only coordinators of %(center)s can change how this collaborative is set up.") % {"center": found.center},
    )
    return found
