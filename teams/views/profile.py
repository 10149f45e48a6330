"""One's own page: name, pronouns, sign-in, roles."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collab.common.views import SignedInRequest
from teams.actions.profile import change_profile
from teams.forms.people import ProfileForm
from teams.queries.invitations import open_invitations_for
from teams.queries.people import roles_of


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        change_profile(by=request.user, **form.cleaned_data)
        messages.success(request, _("Your profile was saved."))
        return redirect("profile")
    if form.errors:
        # The form wrote what was typed onto the signed-in person; the frame of the page shows who they are.
        request.user.refresh_from_db(fields=["name", "pronouns"])
    context = {
        "form": form,
        "roles": roles_of(request.user),
        "invitations": open_invitations_for(request.user),
    }
    return render(request, "people/profile.html", context)
