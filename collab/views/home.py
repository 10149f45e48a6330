"""My work, and a collaborative's overview."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from collab.common.sections import due_items_for, home_sections_for, sections_for
from collab.models import Collaborative


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """What is due from me, then how we are doing."""
    context = {
        "due_items": due_items_for(request.user, timezone.now()),
        "sections": home_sections_for(request.user),
        "collaboratives": Collaborative.objects.visible_to(request.user).select_related("center"),
    }
    return render(request, "collab/my_work.html", context)


@require_safe
def collaborative(request: HttpRequest, collaborative: str) -> HttpResponse:
    """The overview: aim, facts, and the sections of every room."""
    found = get_object_or_404(
        Collaborative.objects.visible_to(request.user).select_related("center"), slug=collaborative
    )
    context = {"collaborative": found, "sections": sections_for(found, found.span, request.user)}
    return render(request, "collab/collaborative.html", context)
