"""What this room contributes to menus and to the search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from collab.common.sections import NavItem, SearchResult, contributes_nav, contributes_search
from collab.models import Collaborative

MOST_RESULTS = 20


@contributes_nav(Collaborative)
def overview(collaborative: Collaborative, _viewer: Any) -> Iterator[NavItem]:
    yield NavItem(title=_("Overview"), url=collaborative.get_absolute_url(), order=10, key="overview")


@contributes_search
def collaboratives(user: Any, words: str) -> Iterator[SearchResult]:
    """Collaboratives by name or topic."""
    found = (
        Collaborative.objects.visible_to(user)
        .filter(Q(name__icontains=words) | Q(topic__icontains=words))
        .select_related("center")
        .order_by("name")
    )
    for collaborative in found[:MOST_RESULTS]:
        yield SearchResult(
            title=collaborative.name,
            url=collaborative.get_absolute_url(),
            kind=_("Collaboratives"),
            where=collaborative.center.name,
        )
