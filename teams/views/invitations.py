"""Accepting an invitation; sending one again or taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from teams.actions.invitations import (
    InvitationGoneError,
    WrongAddressError,
    accept,
    accept_as_new_person,
    resend,
    revoke,
)
from teams.forms.invitations import NewPersonForm
from teams.models import Invitation
from teams.presenters import address_of_people, start_page
from teams.queries.invitations import (
    InvitationState,
    invitation_for,
    open_invitations_for,
    person_with_address,
    state_of,
    verified_addresses,
)
from teams.rules import may_appoint


@method_decorator([login_not_required, never_cache, rate_limit(action="invitation", limit_get=True)], name="dispatch")
class Acceptance(View):
    """The page behind the link of the mail, for people with an account and without.

    Whatever is wrong with a link, the page has the same status and costs the same query.
    """

    def dispatch(self, request: HttpRequest, *args: Any, token: str, **kwargs: Any) -> HttpResponse:  # type: ignore[override]  # sync only
        invitation = invitation_for(token)
        if invitation is None or state_of(invitation) is not InvitationState.OPEN:
            response = self.gone(request, invitation)
        else:
            response = super().dispatch(request, *args, invitation=invitation, **kwargs)  # type: ignore[assignment]
        # The address holds the token: not even our own pages get to read where a visitor came from.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    def get(self, request: HttpRequest, invitation: Invitation) -> HttpResponse:
        return self.page(request, invitation, NewPersonForm(invitation=invitation))

    def post(self, request: HttpRequest, invitation: Invitation) -> HttpResponse:
        try:
            if request.user.is_authenticated:
                return self.accept_signed_in(request, invitation)
            return self.accept_new(request, invitation)
        except InvitationGoneError:
            return self.gone(request, invitation_for(self.kwargs["token"]))

    def accept_signed_in(self, request: HttpRequest, invitation: Invitation) -> HttpResponse:
        try:
            accept(by=request.user, invitation=invitation)
        except WrongAddressError:
            return self.page(request, invitation, NewPersonForm(invitation=invitation))
        return _welcome(request, invitation)

    def accept_new(self, request: HttpRequest, invitation: Invitation) -> HttpResponse:
        form = NewPersonForm(request.POST, invitation=invitation)
        if not form.is_valid():
            return self.page(request, invitation, form)
        try:
            user = accept_as_new_person(
                invitation=invitation, name=form.cleaned_data["name"], password=form.cleaned_data["password"]
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(request, invitation, form)
        # Through allauth's own flow, so that the session knows a password was just given.
        login = Login(user=user, redirect_url=start_page(invitation.subject))
        response: HttpResponse = flows.login.perform_password_login(request, {"email": user.email}, login)
        return response

    def page(self, request: HttpRequest, invitation: Invitation, form: NewPersonForm) -> HttpResponse:
        person = person_with_address(invitation.email)
        signed_in = request.user.is_authenticated
        context = {
            "invitation": invitation,
            "where": invitation.subject,
            "has_account": person is not None,
            "signed_in": signed_in,
            "may_accept": signed_in and invitation.email.lower() in verified_addresses(request.user),
            "form": form,
        }
        return render(request, "people/invitation.html", context)

    def gone(self, request: HttpRequest, invitation: Invitation | None) -> HttpResponse:
        context = {"invitation": invitation, "state": state_of(invitation) if invitation else None}
        return render(request, "people/invitation_gone.html", context, status=404)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    messages.success(
        request,
        _("Welcome to %(where)s. Your role: %(role)s.")
        % {"where": invitation.subject, "role": invitation.get_role_display()},
    )
    return redirect(start_page(invitation.subject))


@require_POST
def accept_mine(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept from one's own page: the address is proven, so no link is needed."""
    invitation = next((each for each in open_invitations_for(request.user) if each.pk == pk), None)
    if invitation is None:
        raise Http404
    try:
        accept(by=request.user, invitation=invitation)
    except (InvitationGoneError, WrongAddressError):
        raise Http404 from None
    return _welcome(request, invitation)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation again, with a new link."""
    return _change(request, pk, resend, _("The invitation to %(email)s is sent again."))


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    return _change(request, pk, revoke, _("The invitation to %(email)s was taken back."))


def _change(request: HttpRequest, pk: int, action: Callable[..., None], done: str) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.with_subjects(), pk=pk)
    if not may_appoint(request.user, invitation.subject):
        raise Http404
    try:
        action(by=request.user, invitation=invitation)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done % {"email": invitation.email})
    return redirect(address_of_people(invitation.subject))
