"""Which mails a person gets: their own page, and the link in each mail that switches its kind off."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collab.common.letters import LetterKinds, read_switch_token, switch
from collab.common.views import SignedInRequest
from collab.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: SignedInRequest) -> HttpResponse:
    """Every kind of mail with a box to tick, and the last ones that were sent."""
    kinds = LetterKinds.every()
    if request.method == "POST":
        for kind in kinds:
            switch(user=request.user, kind=kind.value, on=kind.value in request.POST.getlist("kinds"))
        messages.success(request, _("Your choice of mails was saved."))
        return redirect("letters")
    muted = set(request.user.muted_letters.values_list("kind", flat=True))
    context = {
        "kinds": [(kind, kind.value not in muted) for kind in kinds],
        "letters": request.user.letters.all()[:10],
    }
    return render(request, "collab/letters.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def letters_off(request: HttpRequest, token: str) -> HttpResponse:
    """Switch a kind of mail off from the link in the mail, without signing in. Opening the link changes nothing."""
    try:
        pk, kind = read_switch_token(token)
    except signing.BadSignature as error:
        raise Http404 from error
    user = get_object_or_404(User, pk=pk, is_active=True)
    if request.method == "POST":
        switch(user=user, kind=kind, on=request.POST.get("on") == "1")
    context = {
        "label": LetterKinds.label_of(kind),
        "is_on": not user.muted_letters.filter(kind=kind).exists(),
    }
    return render(request, "collab/letters_off.html", context)
