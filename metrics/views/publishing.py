"""When teams see how all teams do: a switch apart from computing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collab.common.views import SignedInRequest, require
from collab.queries.collaboratives import find_collaborative
from metrics.actions.publishing import PublishedMeanwhileError, publish_all
from metrics.forms.publishing import PublicationForm
from metrics.queries.publishing import published_in
from metrics.queries.series import measures_of
from metrics.rules import MetricsPermission


@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """For all measures, and for each that differs."""
    found = find_collaborative(request.user, collaborative)
    require(
        request.user,
        MetricsPermission.PUBLISH_RESULTS,
        found,
        _("Only faculty and the center's coordinators publish results to the teams."),
    )
    published = published_in(found)
    form = PublicationForm(
        request.POST if request.method == "POST" else None,
        collaborative=found,
        measures=measures_of(found),
        found=published,
    )
    if request.method == "POST" and form.is_valid():
        try:
            publish_all(by=request.user, collaborative=found, answers=form.answers(), seen=form.cleaned_data["seen"])
        except PublishedMeanwhileError:
            published = published_in(found)
            form.tell_what_holds_now(published)
        else:
            messages.success(request, _("Saved. Pages, charts and files show it from now on."))
            return redirect("publication", found.slug)
    rows = [row for row in (published.for_all, *published.by_measure.values()) if row]
    context = {
        "collaborative": found,
        "nav_key": "data",
        "form": form,
        "last_change": max(rows, key=lambda row: row.changed_at, default=None),
    }
    return render(request, "metrics/publication.html", context)
