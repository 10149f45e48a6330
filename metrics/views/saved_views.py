"""Saved views: keeping the page with its filters under a name, and the list of one's own."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collab.common.paging import page_of
from collab.common.views import SignedInRequest
from metrics.actions.saved_views import delete_view, rename_view, save_view
from metrics.forms.saved_views import NameForm, SaveViewForm
from metrics.models import SavedView


@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: SignedInRequest) -> HttpResponse:
    """The person's own views; a POST keeps another one and goes back to its page."""
    form = SaveViewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            view = save_view(by=request.user, name=form.cleaned_data["name"], path=form.cleaned_data["path"])
        except ValidationError as error:
            form.add_error("name" if "name" in getattr(error, "error_dict", {}) else None, error.messages)
        else:
            messages.success(
                request, _("“%(name)s” is saved. You find it on My work and under Saved views.") % {"name": view.name}
            )
            return redirect(view.path)
    context = {"form": form, "page": page_of(request, SavedView.objects.of(request.user))}
    return render(request, "metrics/saved_views.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def saved_view(request: SignedInRequest, view: int) -> HttpResponse:
    """Give one of the person's own views another name."""
    found = get_object_or_404(SavedView.objects.of(request.user), pk=view)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    title = found.name
    if request.method == "POST" and form.is_valid():
        try:
            rename_view(view=found, name=form.cleaned_data["name"])
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            messages.success(request, _("The view is called “%(name)s” now.") % {"name": found.name})
            return redirect("saved_views")
    return render(request, "metrics/saved_view.html", {"view": found, "title": title, "form": form})


@require_POST
def saved_view_delete(request: SignedInRequest, view: int) -> HttpResponse:
    """Forget one of the person's own views."""
    found = get_object_or_404(SavedView.objects.of(request.user), pk=view)
    delete_view(view=found)
    messages.success(request, _("“%(name)s” is no longer saved. The page itself is as it was.") % {"name": found.name})
    return redirect("saved_views")
