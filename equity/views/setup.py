"""The groups by which a collaborative looks at its measures: the list, adding, changing, retiring."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.views import SignedInRequest
from collab.models import Collaborative
from collab.queries.collaboratives import find_managed_collaborative
from equity import policies
from equity.actions import stratifiers as actions
from equity.forms import StratifierForm
from equity.library import READY_LISTS, ready_list
from equity.queries.stratifiers import find_stratifier, stratifiers_of


@require_safe
def stratifiers(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """All dimensions, and the ready lists that can be added."""
    found = find_managed_collaborative(request.user, collaborative)
    every = list(stratifiers_of(found))
    taken = {stratifier.code for stratifier in every}
    context = _context(
        found,
        stratifiers=[stratifier for stratifier in every if stratifier.retired_on is None],
        retired=[stratifier for stratifier in every if stratifier.retired_on is not None],
        ready_lists=[ready for ready in READY_LISTS if ready.code not in taken],
        has_measures=found.measures.in_use().exists(),
    )
    return render(request, "equity/setup/stratifiers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def stratifier_new(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Add a dimension, from a ready list or of the collaborative's own."""
    found = find_managed_collaborative(request.user, collaborative)
    ready = ready_list(request.GET.get("from", ""))
    form = StratifierForm(request.POST or None, collaborative=found, ready=ready)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_stratifier(
                by=request.user, collaborative=found, code=form.free_code(ready), **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("“%(name)s” was added. Teams are asked for it from now on.") % {"name": added})
            return redirect("stratifiers", collaborative=found.slug)
    return render(request, "equity/setup/stratifier_form.html", _context(found, form=form, ready=ready))


@require_http_methods(["GET", "HEAD", "POST"])
def stratifier_edit(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """Change a dimension; its groups only while no team has reported by them."""
    found = find_managed_collaborative(request.user, collaborative)
    edited = find_stratifier(found, code)
    form = StratifierForm(
        request.POST or None, collaborative=found, stratifier=edited, is_used=policies.is_used(edited)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_stratifier(by=request.user, stratifier=edited, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("stratifiers", collaborative=found.slug)
    return render(request, "equity/setup/stratifier_form.html", _context(found, form=form, stratifier=edited))


@require_POST
def stratifier_retire(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """Stop asking by these groups."""
    found = find_managed_collaborative(request.user, collaborative)
    retired = actions.retire_stratifier(by=request.user, stratifier=find_stratifier(found, code))
    messages.success(request, _("“%(name)s” is retired: teams are not asked for it any more.") % {"name": retired.name})
    return redirect("stratifiers", collaborative=found.slug)


@require_POST
def stratifier_return(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """Ask by these groups again."""
    found = find_managed_collaborative(request.user, collaborative)
    returned = actions.return_stratifier(by=request.user, stratifier=find_stratifier(found, code))
    messages.success(request, _("Teams are asked for “%(name)s” again.") % {"name": returned.name})
    return redirect("stratifiers", collaborative=found.slug)


def _context(collaborative: Collaborative, **more: Any) -> dict[str, Any]:
    return {"collaborative": collaborative, "nav_key": "settings", **more}
