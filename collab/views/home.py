"""My work, and a collaborative's overview."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from collab.common.paging import page_of
from collab.common.sections import due_items_for, home_sections_for, sections_for
from collab.models import Center, Collaborative
from collab.presenters.home import facts, nothing_due
from collab.queries.collaboratives import find_collaborative

WAITING_A_PAGE = 25
"""What is due first comes first: nobody does more than this before looking again."""


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """What is due from me, then how we are doing."""
    due_items = due_items_for(request.user, timezone.now())
    waiting = page_of(request, due_items, parameter="waiting", size=WAITING_A_PAGE)
    sections = home_sections_for(request.user)
    collaboratives = list(Collaborative.objects.visible_to(request.user).select_related("center"))
    centers = list(Center.objects.visible_to(request.user))
    context = {
        "waiting": waiting,
        "sections": sections,
        "collaboratives": collaboratives,
        "centers": centers,
        "empty_text": nothing_due(request.user),
        "has_place": bool(due_items or sections or collaboratives or centers or request.user.is_superuser),
    }
    return render(request, "collab/my_work.html", context)


@require_safe
def collaborative(request: HttpRequest, collaborative: str) -> HttpResponse:
    """The overview: aim, facts, and the sections of every room."""
    found = find_collaborative(request.user, collaborative)
    context = {
        "collaborative": found,
        "nav_key": "overview",
        "status": found.standing,
        "facts": facts(found),
        "sections": sections_for(found, found.span, request.user),
    }
    return render(request, "collab/collaborative.html", context)
