"""The measure library: looking for a measure, reading it, copying it into a collaborative."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collab.actions.measures import copy_from_library
from collab.common.formatting import month_name
from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest
from collab.library import LibraryMeasure, choose, library, library_measure
from collab.models import Collaborative, Measure
from collab.presenters.library import Offer, library_filters, lines_of, sheet_of
from collab.queries.collaboratives import find_managed_collaborative
from collab.queries.measures import copies_in, copies_of

FILTERS = ("q", "topic", "kind", "steward")
MOST_OFFERED = 20


@require_safe
def measure_library(request: SignedInRequest) -> HttpResponse:
    """All measures of the library, by topic; what is looked for stands in the address."""
    return render(request, "collab/library/library.html", _browsed(request))


@require_safe
def measures_from_library(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """The same for the set-up of measures: each can be copied with one click."""
    found = find_managed_collaborative(request.user, collaborative)
    context = _browsed(request, into=found) | {"collaborative": found, "nav_key": "settings"}
    return render(request, "collab/setup/measures_library.html", context)


@require_safe
def library_entry(request: SignedInRequest, code: str) -> HttpResponse:
    """One measure: what it means, whose it is, what may be done with it, and where it can be copied to."""
    found = _find(code)
    managed = Collaborative.objects.manageable_by(request.user).order_by("-start", "name")
    into = managed.filter(slug=request.GET.get("into", "")).first()
    shown = [into] if into else list(managed[:MOST_OFFERED])
    copies = copies_of(found, shown)
    context = {
        "entry": found,
        "sheet": sheet_of(found),
        "into": into,
        "offers": [Offer(each, copies.get(each.pk)) for each in shown],
        "others": 0 if into else max(0, managed.count() - MOST_OFFERED),
    }
    return render(request, "collab/library/entry.html", context)


@require_POST
def measure_from_library(request: SignedInRequest, collaborative: str, code: str) -> HttpResponse:
    """Copy a measure; back to the list that was looked at, or to the copy. A second copy is told, not made."""
    into = find_managed_collaborative(request.user, collaborative)
    chosen = _find(code)
    try:
        copy = copy_from_library(by=request.user, collaborative=into, copied=chosen)
    except ValidationError as error:
        messages.info(request, " ".join(error.messages))
        copy = copies_in(into)[chosen.code]
        return redirect("measure", collaborative=into.slug, code=copy.code)
    messages.success(request, _what_was_copied(into, copy, chosen))
    if "list" in request.POST:
        query = request.POST["list"].partition("#")[0]
        address = reverse("measures_from_library", args=[into.slug])
        return redirect(f"{address}?{query}#{chosen.code}" if query else f"{address}#{chosen.code}")
    return redirect("measure", collaborative=into.slug, code=copy.code)


def _browsed(request: SignedInRequest, *, into: Collaborative | None = None) -> dict[str, Any]:
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    found = choose(
        library(), words=words_of(request), topic=asked["topic"], kind=asked["kind"], steward=asked["steward"]
    )
    page = page_of(request, lines_of(found, copies_in(into) if into else {}))
    return {
        "page": page,
        "filters": library_filters(asked),
        "asked": asked,
        "is_filtered": any(asked.values()),
        "query": query_of(request, *FILTERS),
        "here": query_of(request, *FILTERS, "page"),
        "into": into,
        "total": len(library()),
    }


def _find(code: str) -> LibraryMeasure:
    found = library_measure(code)
    if found is None:
        raise Http404(_("The library has no such measure."))
    return found


def _what_was_copied(into: Collaborative, copy: Measure, chosen: LibraryMeasure) -> str:
    said = _(
        "“%(name)s” was copied into %(collaborative)s: its definition, chart, days until final, source and license. "
        "It holds from %(month)s."
    ) % {
        "name": chosen.name,
        "collaborative": into.name,
        "month": month_name(copy.latest.effective_month),
    }
    core = (
        _("Every team reports it, for it is a core measure.")
        if copy.required
        else _("It is optional, for there are enough core measures.")
    )
    parts = [said, core]
    if copy.code != chosen.code:
        parts.append(_("Its code is %(code)s, for %(taken)s was taken.") % {"code": copy.code, "taken": chosen.code})
    parts.append(_("Change all of this in its definition, under Settings, Measures."))
    return " ".join(parts)
