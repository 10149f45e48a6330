"""The settings of a collaborative: checklist, details, start and end, history."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.actions.collaboratives import change_collaborative, end_collaborative, start_collaborative
from collab.common.models import AuditEvent
from collab.common.paging import page_of
from collab.common.sections import checklist_for
from collab.common.views import SignedInRequest
from collab.enums import CollaborativeStatus
from collab.forms.collaboratives import CollaborativeForm
from collab.models import Collaborative
from collab.presenters.history import history_lines
from collab.queries.collaboratives import find_managed_collaborative


@require_safe
def settings(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """What is set up, what is missing, and where to change it."""
    found = find_managed_collaborative(request.user, collaborative)
    lines = checklist_for(found)
    context = {
        "collaborative": found,
        "nav_key": "settings",
        "lines": lines,
        "done_count": sum(line.done for line in lines),
        "missing": [line for line in lines if line.needed and not line.done],
        "status": found.standing,
        "is_setup": found.status == CollaborativeStatus.SETUP,
        "is_running": found.status == CollaborativeStatus.RUNNING,
    }
    return render(request, "collab/setup/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Everything about a collaborative that is not a list of its own."""
    found = find_managed_collaborative(request.user, collaborative)
    # The form writes what is typed onto its instance; the page around it shows what is stored.
    form = CollaborativeForm(request.POST or None, instance=copy.copy(found))
    if request.method == "POST" and form.is_valid():
        try:
            change_collaborative(by=request.user, collaborative=found, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Details saved."))
            return redirect("collaborative_settings", collaborative=found.slug)
    context = {"collaborative": found, "nav_key": "settings", "form": form}
    return render(request, "collab/setup/details.html", context)


@require_POST
def start(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Open the collaborative to its teams."""
    return _switch(
        request,
        find_managed_collaborative(request.user, collaborative),
        start_collaborative,
        _("Started. Teams can report their months now."),
    )


@require_POST
def end(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Close the collaborative."""
    return _switch(
        request,
        find_managed_collaborative(request.user, collaborative),
        end_collaborative,
        _("Ended. Everything stays readable, and you can start it again here."),
    )


def _switch(request: SignedInRequest, found: Collaborative, action: Callable[..., Any], done: str) -> HttpResponse:
    try:
        action(by=request.user, collaborative=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("collaborative_settings", collaborative=found.slug)


@require_safe
def history(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Who changed what when."""
    found = find_managed_collaborative(request.user, collaborative)
    events = AuditEvent.objects.within(found).select_related("actor")
    page = page_of(request, events)
    context = {
        "collaborative": found,
        "nav_key": "settings",
        "page": page,
        "lines": history_lines(page.object_list),
    }
    return render(request, "collab/setup/history.html", context)
