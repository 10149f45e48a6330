"""Centers: the list, one center with its collaboratives, and new collaboratives."""

from __future__ import annotations

import copy

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collab.actions.centers import change_center, create_center
from collab.actions.collaboratives import create_collaborative
from collab.common.views import SignedInRequest, require
from collab.enums import CollaborativeStatus
from collab.forms.centers import CenterForm, CenterNameForm
from collab.forms.collaboratives import CollaborativeForm
from collab.models import Center
from collab.queries.collaboratives import find_center
from collab.rules import CollabPermission, is_site_administrator


@require_safe
def centers(request: SignedInRequest) -> HttpResponse:
    """The centers that the person looks after; site administrators see all and can add one."""
    running = Count("collaboratives", filter=Q(collaboratives__status=CollaborativeStatus.RUNNING))
    context = {
        "centers": Center.objects.visible_to(request.user).annotate(
            collaborative_count=Count("collaboratives"), running_count=running
        ),
        "can_create": is_site_administrator(request.user),
    }
    return render(request, "collab/centers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def center_new(request: SignedInRequest) -> HttpResponse:
    """Add a center."""
    if not is_site_administrator(request.user):
        raise PermissionDenied(_("Only administrators of this site can add a center."))
    form = CenterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            center = create_center(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(name)s was added.") % {"name": center})
            return redirect("center", center=center.slug)
    return render(request, "collab/center_form.html", {"form": form})


@require_safe
def center(request: SignedInRequest, center: str) -> HttpResponse:
    """A center: its collaboratives, and the first step where there are none."""
    found = find_center(request.user, center)
    context = {"center": found, "collaboratives": found.collaboratives.all()}
    return render(request, "collab/center.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def center_edit(request: SignedInRequest, center: str) -> HttpResponse:
    """Rename a center."""
    found = _managed(request, center)
    # The form writes what is typed onto its instance; the page around it shows what is stored.
    form = CenterNameForm(request.POST or None, instance=copy.copy(found))
    if request.method == "POST" and form.is_valid():
        change_center(by=request.user, center=found, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("center", center=found.slug)
    return render(request, "collab/center_form.html", {"form": form, "center": found})


@require_http_methods(["GET", "HEAD", "POST"])
def collaborative_new(request: SignedInRequest, center: str) -> HttpResponse:
    """Add a collaborative to a center; its checklist is the next page."""
    found = _managed(request, center)
    form = CollaborativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            collaborative = create_collaborative(by=request.user, center=found, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(name)s was added. This is what comes next.") % {"name": collaborative})
            return redirect("collaborative_settings", collaborative=collaborative.slug)
    return render(request, "collab/collaborative_new.html", {"form": form, "center": found})


def _managed(request: SignedInRequest, slug: str) -> Center:
    found = find_center(request.user, slug)
    require(
        request.user,
        CollabPermission.MANAGE_CENTER,
        found,
        _("Only coordinators of %(center)s can do this.") % {"center": found},
    )
    return found
