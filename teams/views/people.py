"""People of a team, a collaborative, a center, an agency: who is here, who was, who is invited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collab.common.views import SignedInRequest, require
from collab.models import CenterAppointment, CollaborativeAppointment
from collab.queries.collaboratives import find_center, find_collaborative
from collab.rules import CollabPermission
from teams.actions.invitations import invite
from teams.actions.roles import HeldRole, change_membership, end_role, subject_of
from teams.forms.invitations import InvitationForm
from teams.forms.people import EndRoleForm, MembershipForm
from teams.models import AgencyAppointment, TeamMembership
from teams.presenters import address_of_people, people_crumbs
from teams.queries.invitations import Subject, waiting_invitations
from teams.queries.people import current_people_of, former_people_of, held_roles_in
from teams.queries.teams import find_agency, find_team
from teams.rules import TeamsPermission, may_appoint


def _people_page(request: SignedInRequest, template: str, subject: Subject, context: dict[str, Any]) -> HttpResponse:
    """A page about the people of ``subject``, with the form that invites more where the person may."""
    may = may_appoint(request.user, subject)
    form = InvitationForm(request.POST or None, subject=subject) if may else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(_("Only those who give roles here invite people. Ask your coordinator."))
        if form.is_valid() and _invited(request, form, subject):
            return redirect(address_of_people(subject))
    context |= {
        "may_invite": may,
        "invitation_form": form,
        "invitations": waiting_invitations(subject) if may else [],
    }
    return render(request, template, context)


def _invited(request: SignedInRequest, form: InvitationForm, subject: Subject) -> bool:
    data = form.cleaned_data
    try:
        sent = invite(
            by=request.user, subject=subject, role=data["role"], people=data["people"], message=data["message"]
        )
    except ValidationError as error:
        form.add_error("people", error)
        return False
    messages.success(
        request,
        ngettext("%(count)s invitation is on its way.", "%(count)s invitations are on their way.", len(sent))
        % {"count": len(sent)},
    )
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def team_people(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Who is in the team and since when, who has left, who is invited."""
    found = find_team(request.user, collaborative, team)
    context = {
        "collaborative": found.collaborative,
        "team": found,
        "nav_key": "people",
        "people": current_people_of(found),
        "leavers": former_people_of(found),
    }
    return _people_page(request, "people/team.html", found, context)


@require_http_methods(["GET", "HEAD", "POST"])
def team_member(request: SignedInRequest, collaborative: str, team: str, pk: int) -> HttpResponse:
    """Change a person's role in the team."""
    found = find_team(request.user, collaborative, team)
    require(
        request.user,
        TeamsPermission.MANAGE_TEAM_PEOPLE,
        found,
        _("Only the team's leader and the center's coordinators change roles in a team."),
    )
    membership = get_object_or_404(current_people_of(found), pk=pk)
    form = MembershipForm(request.POST or None, instance=membership)
    if request.method == "POST" and form.is_valid():
        change_membership(
            by=request.user,
            membership=membership,
            role=form.chosen_role,
            discipline=form.cleaned_data["discipline"],
        )
        messages.success(request, _("%(person)s was saved.") % {"person": membership.user})
        return redirect("team_people", found.collaborative.slug, found.slug)
    context = {
        "collaborative": found.collaborative,
        "team": found,
        "nav_key": "people",
        "membership": membership,
        "form": form,
    }
    return render(request, "people/member.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def collaborative_people(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Faculty, sponsors and reviewers, with the form that invites them."""
    found = find_collaborative(request.user, collaborative)
    require(
        request.user,
        CollabPermission.MANAGE_COLLABORATIVE,
        found,
        _("Only the center's coordinators look after the collaborative's people."),
    )
    people, leavers = held_roles_in(found)
    context = {"collaborative": found, "nav_key": "settings", "people": people, "leavers": leavers}
    return _people_page(request, "people/collaborative.html", found, context)


@require_http_methods(["GET", "HEAD", "POST"])
def center_people(request: SignedInRequest, center: str) -> HttpResponse:
    """A center's coordinators."""
    found = find_center(request.user, center)
    people, leavers = held_roles_in(found)
    return _people_page(request, "people/center.html", found, {"center": found, "people": people, "leavers": leavers})


@require_http_methods(["GET", "HEAD", "POST"])
def agency_people(request: SignedInRequest, pk: int) -> HttpResponse:
    """An agency's senior leaders."""
    found = find_agency(request.user, pk)
    require(
        request.user,
        TeamsPermission.MANAGE_AGENCY,
        found,
        _("Only the center's coordinators look after an agency's leaders."),
    )
    people, leavers = held_roles_in(found)
    context = {"center": found.center, "agency": found, "people": people, "leavers": leavers}
    return _people_page(request, "people/agency.html", found, context)


def member_end(request: SignedInRequest, collaborative: str, team: str, pk: int) -> HttpResponse:
    found = find_team(request.user, collaborative, team)
    return _end(request, get_object_or_404(TeamMembership.objects.select_related("user"), team=found, pk=pk))


def collaborative_role_end(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    found = find_collaborative(request.user, collaborative)
    held = get_object_or_404(CollaborativeAppointment.objects.select_related("user"), collaborative=found, pk=pk)
    return _end(request, held)


def center_role_end(request: SignedInRequest, center: str, pk: int) -> HttpResponse:
    found = find_center(request.user, center)
    return _end(request, get_object_or_404(CenterAppointment.objects.select_related("user"), center=found, pk=pk))


def agency_role_end(request: SignedInRequest, pk: int, appointment: int) -> HttpResponse:
    found = find_agency(request.user, pk)
    held = get_object_or_404(AgencyAppointment.objects.select_related("user"), agency=found, pk=appointment)
    return _end(request, held)


@require_http_methods(["GET", "HEAD", "POST"])
def _end(request: SignedInRequest, held: HeldRole) -> HttpResponse:
    """End a role with a date. The one page for all four kinds of role."""
    subject = subject_of(held)
    if not may_appoint(request.user, subject):
        raise PermissionDenied(_("Only those who give this role can end it. Ask your coordinator."))
    form = EndRoleForm(request.POST or None, today=timezone.now().date())
    if request.method == "POST" and form.is_valid():
        try:
            end_role(by=request.user, held=held, on=form.cleaned_data["on"])
        except ValidationError as error:
            form.add_error("on", error)
        else:
            messages.success(request, _("%(person)s has left.") % {"person": held.user})
            # Somebody who ended their own role may not be able to open the list any more.
            own = held.user_id == request.user.pk
            return redirect(reverse("my_work") if own else address_of_people(subject))
    context = {
        "held": held,
        "subject": subject,
        "form": form,
        "back": address_of_people(subject),
        "crumbs": people_crumbs(subject),
    }
    return render(request, "people/end_role.html", context)
