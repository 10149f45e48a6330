"""The search of the top bar, over everything that the rooms contribute."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collab.common.sections import search_results_for

FEWEST_LETTERS = 2


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results by kind; the words are in the address, so that a search can be shared and gone back to."""
    words = " ".join(request.GET.get("q", "").split())
    enough = len(words) >= FEWEST_LETTERS
    results = sorted(search_results_for(request.user, words), key=lambda result: result.kind) if enough else []
    context = {
        "words": words,
        "too_short": bool(words) and not enough,
        "count": len(results),
        "groups": [(kind, list(found)) for kind, found in groupby(results, key=lambda result: result.kind)],
    }
    return render(request, "collab/search.html", context)
