"""The sites of a team that reports several."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collab.common.views import SignedInRequest, require
from metrics.actions.sites import add_site, change_site, close_site, open_site
from metrics.forms.sites import SiteForm, SiteNameForm
from metrics.rules import MetricsPermission
from metrics.views.month import page_context
from teams.models import Team
from teams.queries.teams import find_team


def _find(user: Any, collaborative: str, slug: str) -> Team:
    found = find_team(user, collaborative, slug)
    require(
        user,
        MetricsPermission.MANAGE_SITES,
        found,
        _("The people of %(team)s and the center's coordinators set its sites up.") % {"team": found.name},
    )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def sites(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """All sites, and a form for one more."""
    found = _find(request.user, collaborative, team)
    form = SiteForm(request.POST if request.method == "POST" else None, team=found)
    if request.method == "POST" and form.is_valid():
        try:
            site = add_site(by=request.user, team=found, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("“%(name)s” was added. Its numbers are asked for from now on.") % {"name": site}
            )
            return redirect("sites", found.collaborative.slug, found.slug)
    every = list(found.sites.all())
    context = page_context(found) | {
        "form": form,
        "open_sites": [site for site in every if site.closed_on is None],
        "closed_sites": [site for site in every if site.closed_on is not None],
    }
    return render(request, "metrics/sites.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def site(request: SignedInRequest, collaborative: str, team: str, site: int) -> HttpResponse:
    """Rename a site."""
    found = _find(request.user, collaborative, team)
    shown = get_object_or_404(found.sites, pk=site)
    form = SiteNameForm(request.POST if request.method == "POST" else None, initial={"name": shown.name})
    if request.method == "POST" and form.is_valid():
        change_site(by=request.user, site=shown, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("sites", found.collaborative.slug, found.slug)
    return render(request, "metrics/site.html", page_context(found) | {"form": form, "site": shown})


@require_POST
def site_switch(request: SignedInRequest, collaborative: str, team: str, site: int) -> HttpResponse:
    """Close an open site, or open a closed one again."""
    found = _find(request.user, collaborative, team)
    shown = get_object_or_404(found.sites.select_related("team__collaborative"), pk=site)
    if shown.closed_on is None:
        close_site(by=request.user, site=shown)
        messages.success(request, _("“%(name)s” is asked for no more. What it counted stays.") % {"name": shown.name})
    else:
        open_site(by=request.user, site=shown)
        messages.success(request, _("“%(name)s” is asked for again.") % {"name": shown.name})
    return redirect("sites", found.collaborative.slug, found.slug)
