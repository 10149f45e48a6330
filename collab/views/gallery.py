"""Every component in every tone and state, for those who build pages and for the tests."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collab.common.enums import Tone
from collab.forms.gallery import GalleryForm


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """For staff of the site, and in a demonstration for everybody who is signed in."""
    if not (settings.DEMO or request.user.is_staff):
        raise Http404
    context = {
        "tones": list(Tone),
        "form": GalleryForm(auto_id="empty_%s"),
        "refused": GalleryForm({"email": "nobody", "first_month": "13/2026", "sharing": "x"}, auto_id="refused_%s"),
    }
    return render(request, "collab/gallery.html", context)
