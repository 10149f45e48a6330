"""Every component in every tone and state, for those who build pages and for the tests."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from collab.common.enums import Tone
from collab.common.months import Span, first_day
from collab.common.sections import sections_for
from collab.forms.gallery import GalleryForm
from collab.gallery import Gallery


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """For staff of the site, and in a demonstration for everybody who is signed in."""
    if not (settings.DEMO or request.user.is_staff):
        raise Http404
    this_month = first_day(timezone.now().date())
    context = {
        "tones": list(Tone),
        "form": GalleryForm(auto_id="empty_%s"),
        "refused": GalleryForm({"email": "nobody", "first_month": "13/2026", "sharing": "x"}, auto_id="refused_%s"),
        "sections": sections_for(Gallery(), Span(this_month, this_month), request.user),
    }
    return render(request, "collab/gallery.html", context)
