"""A center's agencies."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest, require
from collab.queries.collaboratives import find_center
from teams.actions.agencies import add_agency, change_agency
from teams.forms.agencies import AgencyForm
from teams.queries.teams import agencies_of, find_agency
from teams.rules import TeamsPermission


@require_safe
def agencies(request: SignedInRequest, center: str) -> HttpResponse:
    """All agencies of a center with their teams and senior leaders counted."""
    found = find_center(request.user, center)
    page = page_of(request, agencies_of(found).named(words_of(request)))
    context = {
        "center": found,
        "agencies": page.object_list,
        "page": page,
        "words": words_of(request),
        "query": query_of(request, "q"),
    }
    return render(request, "teams/agencies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, center: str) -> HttpResponse:
    found = find_center(request.user, center)
    form = AgencyForm(request.POST or None, center=found)
    if request.method == "POST" and form.is_valid():
        agency = add_agency(by=request.user, center=found, **form.cleaned_data)
        messages.success(request, _("%(agency)s was added.") % {"agency": agency.name})
        return redirect("agencies", found.slug)
    return render(request, "teams/agency_form.html", {"center": found, "form": form, "agency": None})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    agency = find_agency(request.user, pk)
    require(request.user, TeamsPermission.MANAGE_AGENCY, agency, _("Only the center's coordinators change an agency."))
    form = AgencyForm(request.POST or None, instance=agency, center=agency.center)
    if request.method == "POST" and form.is_valid():
        change_agency(by=request.user, agency=agency, **form.cleaned_data)
        messages.success(request, _("%(agency)s was saved.") % {"agency": agency.name})
        return redirect("agencies", agency.center.slug)
    return render(request, "teams/agency_form.html", {"center": agency.center, "form": form, "agency": agency})
