"""The help page: what people come to do, in a few lines each, and the glossary."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collab.glossary import in_order


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "collab/help.html", {"terms": in_order()})
