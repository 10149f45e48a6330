"""Measures in the settings: the list, one definition with its versions, adding, changing, copying, retiring."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab import policies
from collab.actions import measures as actions
from collab.common.sections import sections_for
from collab.common.views import SignedInRequest
from collab.forms.measures import CopyMeasuresForm, CorrectionForm, NewMeasureForm, NewVersionForm
from collab.models import Collaborative, Measure
from collab.presenters.measures import advice_on, advised_starter, definition_rows, version_rows
from collab.queries.collaboratives import find_managed_collaborative
from collab.queries.measures import find_measure, measures_to_copy


@require_safe
def measures(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """All measures in order, retired ones below."""
    found = find_managed_collaborative(request.user, collaborative)
    every = list(found.measures.with_versions())
    in_use = [measure for measure in every if measure.retired_on is None]
    context = _context(
        found,
        measures=in_use,
        retired=[measure for measure in every if measure.retired_on is not None],
        advice=advice_on(in_use),
        starter=advised_starter(found, every),
    )
    return render(request, "collab/setup/measures.html", context)


@require_safe
def measure(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """One definition, and its versions side by side."""
    found = find_managed_collaborative(request.user, collaborative)
    shown = find_measure(found, code)
    context = _context(
        found,
        measure=shown,
        rows=definition_rows(shown.latest, without=("chart",)),
        versions=sorted(shown.versions.all(), key=lambda version: version.number),
        version_rows=version_rows(shown),
        sections=sections_for(shown, found.span, request.user),
    )
    return render(request, "collab/setup/measure.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_new(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Add a measure."""
    found = find_managed_collaborative(request.user, collaborative)
    form = NewMeasureForm(request.POST or None, collaborative=found)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.define_measure(
                by=request.user,
                collaborative=found,
                code=form.cleaned_data["code"],
                required=form.cleaned_data["required"],
                effective_month=form.cleaned_data.get("effective_month"),
                **form.definition,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("“%(name)s” was added.") % {"name": added.latest.name})
            return redirect("measures", collaborative=found.slug)
    return render(request, "collab/setup/measure_form.html", _context(found, form=form))


@require_http_methods(["GET", "HEAD", "POST"])
def measure_edit(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """Correct a definition during set-up; after the start, give it a new version from a month on."""
    found = find_managed_collaborative(request.user, collaborative)
    edited = find_measure(found, code)
    initial = actions.definition_of(edited.latest) | {"required": edited.required}
    form: CorrectionForm | NewVersionForm
    if policies.is_in_setup(found):
        form = CorrectionForm(request.POST or None, initial=initial)
    else:
        form = NewVersionForm(request.POST or None, initial=initial, measure=edited)
    if request.method == "POST" and form.is_valid():
        try:
            said = _save_definition(request.user, edited, form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, said)
            return redirect("measure", collaborative=found.slug, code=edited.code)
    return render(request, "collab/setup/measure_form.html", _context(found, form=form, measure=edited))


def _save_definition(by: Any, edited: Measure, form: CorrectionForm | NewVersionForm) -> str:
    """Save what the form changes. Returns what to tell the person."""
    actions.set_required(by=by, measure=edited, required=form.cleaned_data["required"])
    if isinstance(form, CorrectionForm):
        actions.correct_definition(by=by, measure=edited, **form.definition)
        return _("Definition saved.")
    if not form.changes_meaning:
        return _("Saved. The definition is as it was.")
    version = actions.change_definition(
        by=by,
        measure=edited,
        effective_month=form.cleaned_data["effective_month"],
        change_note=form.cleaned_data["change_note"],
        **form.definition,
    )
    return _("Version %(number)s was saved. Charts show a break where it begins.") % {"number": version.number}


@require_http_methods(["GET", "HEAD", "POST"])
def measures_copy(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Take over measures from other collaboratives that the person manages."""
    found = find_managed_collaborative(request.user, collaborative)
    available = measures_to_copy(request.user, found)
    form = CopyMeasuresForm(request.POST or None, measures=available)
    if request.method == "POST" and form.is_valid():
        try:
            copied = actions.copy_measures(
                by=request.user, collaborative=found, measures=list(form.cleaned_data["measures"])
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                ngettext("%(count)s measure was copied.", "%(count)s measures were copied.", len(copied))
                % {"count": len(copied)},
            )
            return redirect("measures", collaborative=found.slug)
    context = _context(found, form=form, has_measures=available.exists())
    return render(request, "collab/setup/measures_copy.html", context)


@require_POST
def measure_move(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """One place up or down."""
    found = find_managed_collaborative(request.user, collaborative)
    places = -1 if request.POST.get("where") == "up" else 1
    actions.move_measure(by=request.user, measure=find_measure(found, code), places=places)
    return redirect("measures", collaborative=found.slug)


@require_POST
def measure_retire(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """Stop asking for a measure."""
    found = find_managed_collaborative(request.user, collaborative)
    retired = actions.retire_measure(by=request.user, measure=find_measure(found, code))
    messages.success(
        request,
        _("“%(name)s” is retired: teams are not asked for it any more, and its figures stay.")
        % {"name": retired.latest.name},
    )
    return redirect("measures", collaborative=found.slug)


@require_POST
def measure_return(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """Ask for a retired measure again."""
    found = find_managed_collaborative(request.user, collaborative)
    returned = actions.return_measure(by=request.user, measure=find_measure(found, code))
    messages.success(request, _("Teams are asked for “%(name)s” again.") % {"name": returned.latest.name})
    return redirect("measures", collaborative=found.slug)


def _context(collaborative: Collaborative, **more: Any) -> dict[str, Any]:
    return {"collaborative": collaborative, "nav_key": "settings", **more}
