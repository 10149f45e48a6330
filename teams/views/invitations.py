"""Accepting an invitation; sending one again or taking it back."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from collab.common.views import SignedInRequest
from collab.models import User
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
    accepted_a_moment_ago,
    invitation_for,
    open_invitations_for,
    person_with_address,
    state_of,
    verified_addresses,
)
from teams.rules import may_appoint


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="invitation", limit_get=True)  # type: ignore[untyped-decorator]  # allauth ships no types
def invitation(request: SignedInRequest, token: str) -> HttpResponse:
    """The page behind the link of the mail, for people with an account and without.

    Whatever is wrong with a link, the page has the same status and costs the same query.
    """
    found = invitation_for(token)
    if found is None or state_of(found) is not InvitationState.OPEN:
        response = _used(request, found)
    elif request.method == "POST":
        try:
            response = _accept(request, found)
        except InvitationGoneError:
            response = _used(request, invitation_for(token))
    else:
        response = _page(request, found, NewPersonForm(invitation=found))
    # The address holds the token: not even our own pages get to read where a visitor came from.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _accept(request: SignedInRequest, invitation: Invitation) -> HttpResponse:
    if not request.user.is_authenticated:
        return _accept_as_new_person(request, invitation)
    try:
        accept(by=request.user, invitation=invitation)
    except WrongAddressError:
        return _page(request, invitation, NewPersonForm(invitation=invitation))
    return _welcome(request, invitation)


def _accept_as_new_person(request: SignedInRequest, invitation: Invitation) -> HttpResponse:
    form = NewPersonForm(request.POST, invitation=invitation)
    if not form.is_valid():
        return _page(request, invitation, form)
    try:
        user = accept_as_new_person(
            invitation=invitation, name=form.cleaned_data["name"], password=form.cleaned_data["password"]
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, invitation, form)
    return _let_in(request, invitation, user)


def _let_in(request: SignedInRequest, invitation: Invitation, user: User) -> HttpResponse:
    """Sign in through allauth's own flow, so that the session knows a password was just given."""
    login = Login(user=user, redirect_url=start_page(invitation.subject))
    response: HttpResponse = flows.login.perform_password_login(request, {"email": user.email}, login)
    return response


def _used(request: SignedInRequest, invitation: Invitation | None) -> HttpResponse:
    """The link leads nowhere any more, but a second click goes where the first one went.

    The browser has dropped the answer to the first click, and with it the new session, so the password is what proves
    that both clicks are one person's.
    """
    if request.method == "POST" and invitation is not None and accepted_a_moment_ago(invitation):
        if request.user.pk == invitation.accepted_by_id:
            return redirect(start_page(invitation.subject))
        password = request.POST.get("password")
        if password and (person := invitation.accepted_by) is not None and person.check_password(password):
            return _let_in(request, invitation, person)
    return _gone(request, invitation)


def _page(request: SignedInRequest, invitation: Invitation, form: NewPersonForm) -> HttpResponse:
    signed_in = request.user.is_authenticated
    context = {
        "invitation": invitation,
        "where": invitation.subject,
        "has_account": person_with_address(invitation.email) is not None,
        "signed_in": signed_in,
        "may_accept": signed_in and invitation.email.lower() in verified_addresses(request.user),
        "form": form,
    }
    return render(request, "people/invitation.html", context)


def _gone(request: SignedInRequest, invitation: Invitation | None) -> HttpResponse:
    context = {"invitation": invitation, "state": state_of(invitation) if invitation else None}
    return render(request, "people/invitation_gone.html", context, status=404)


def _welcome(request: SignedInRequest, invitation: Invitation) -> HttpResponse:
    messages.success(
        request,
        _("Welcome to %(where)s. Your role: %(role)s.")
        % {"where": invitation.subject, "role": invitation.get_role_display()},
    )
    return redirect(start_page(invitation.subject))


@require_POST
def accept_mine(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept from one's own page: the address is proven, so no link is needed."""
    invitation = next((each for each in open_invitations_for(request.user) if each.pk == pk), None)
    if invitation is None:
        accepted = get_object_or_404(Invitation.objects.with_subjects(), pk=pk, accepted_by=request.user)
        return redirect(start_page(accepted.subject))
    try:
        accept(by=request.user, invitation=invitation)
    except (InvitationGoneError, WrongAddressError):
        raise Http404 from None
    return _welcome(request, invitation)


@require_POST
def send_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send an invitation again, with a new link."""
    return _change(request, pk, resend, _("The invitation to %(email)s is sent again."))


@require_POST
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    return _change(request, pk, revoke, _("The invitation to %(email)s was taken back."))


def _change(request: SignedInRequest, pk: int, action: Callable[..., None], done: str) -> HttpResponse:
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
