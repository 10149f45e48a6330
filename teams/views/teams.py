"""A collaborative's teams: the list, enrolling, changing, leaving, returning, completing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest, require
from collab.models import Collaborative
from collab.queries.collaboratives import find_collaborative
from collab.rules import CollabPermission, manage_collaborative
from teams.actions.teams import NewTeam, change_team, complete_team, enroll_teams, return_team, withdraw_team
from teams.enums import TeamStatus
from teams.forms.teams import ChangeTeamForm, CompleteForm, ManyTeamsForm, TeamForm, WithdrawForm
from teams.models import Agency, Team
from teams.policies import suggested_stage
from teams.queries.teams import find_team, teams_of
from teams.rules import TeamsPermission, sees_teams


@require_safe
def teams(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """The teams that the person may see, those that take part first."""
    found = find_collaborative(request.user, collaborative)
    if not sees_teams(request.user, found):
        raise PermissionDenied(_("Your role reads pooled results, not single teams."))
    listed = teams_of(found, request.user)
    page = page_of(request, listed.named(words_of(request)))
    context = {
        "collaborative": found,
        "nav_key": "teams",
        "teams": page.object_list,
        "page": page,
        "words": words_of(request),
        "query": query_of(request, "q"),
        "active_count": listed.filter(status=TeamStatus.ACTIVE).count(),
        "may_manage": manage_collaborative.check(request.user, found),
    }
    return render(request, "teams/teams.html", context)


def _manageable(request: SignedInRequest, collaborative: str) -> Collaborative:
    found = find_collaborative(request.user, collaborative)
    require(
        request.user, CollabPermission.MANAGE_COLLABORATIVE, found, _("Only the center's coordinators enroll teams.")
    )
    return found


def _manageable_team(request: SignedInRequest, collaborative: str, team: str) -> Team:
    found = find_team(request.user, collaborative, team)
    require(request.user, TeamsPermission.MANAGE_TEAM, found, _("Only the center's coordinators change a team."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Enroll one team, with its agency when that is new."""
    found = _manageable(request, collaborative)
    form = TeamForm(request.POST or None, collaborative=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        agency = data["agency"] or Agency(
            center=found.center, code=data["new_agency_code"], name=data["new_agency_name"]
        )
        new = NewTeam(agency, data["partner_agency"], data["name"], data["enrolled_on"])
        [team] = enroll_teams(by=request.user, collaborative=found, new_teams=[new])
        messages.success(request, _("%(team)s takes part. Now invite its people.") % {"team": team.name})
        return redirect("team_people", found.slug, team.slug)
    return render(request, "teams/team_form.html", {"collaborative": found, "nav_key": "teams", "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def add_many(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Enroll teams from a pasted table: all of them or none."""
    found = _manageable(request, collaborative)
    form = ManyTeamsForm(request.POST or None, collaborative=found)
    if request.method == "POST" and form.is_valid():
        new_teams = [
            NewTeam(
                row.agency or Agency(center=found.center, code=row.code, name=row.name),
                enrolled_on=form.cleaned_data["enrolled_on"],
            )
            for row in form.cleaned_data["rows"]
        ]
        count = len(enroll_teams(by=request.user, collaborative=found, new_teams=new_teams))
        messages.success(
            request, ngettext("%(count)s team takes part.", "%(count)s teams take part.", count) % {"count": count}
        )
        return redirect("teams", found.slug)
    return render(request, "teams/teams_form.html", {"collaborative": found, "nav_key": "teams", "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    found = _manageable_team(request, collaborative, team)
    form = ChangeTeamForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        change_team(by=request.user, team=found, **form.cleaned_data)
        messages.success(request, _("%(team)s was saved.") % {"team": form.cleaned_data["name"]})
        return redirect("teams", found.collaborative.slug)
    # The form writes what was typed onto its instance; the page around it keeps the stored name.
    shown = found if request.method != "POST" else find_team(request.user, collaborative, team)
    return render(request, "teams/team_edit.html", _context(shown, form=form))


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Record that a team left, confirmed by words."""
    found = _manageable_team(request, collaborative, team)
    today = found.collaborative.today()
    form = WithdrawForm(request.POST or None, today=today)

    def save(data: dict[str, Any]) -> None:
        withdraw_team(
            by=request.user,
            team=found,
            on=data["on"],
            reason=data["reason"],
            stage=data["stage"],
            note=data["note"],
        )

    if _saved(request, form, save):
        messages.success(request, _("%(team)s has withdrawn. Its figures so far stay.") % {"team": found.name})
        return redirect("teams", found.collaborative.slug)
    stage = suggested_stage(found.collaborative, today)
    return render(request, "teams/team_withdraw.html", _context(found, form=form, stage_today=stage))


@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Record that a team completed."""
    found = _manageable_team(request, collaborative, team)
    form = CompleteForm(request.POST or None, today=found.collaborative.today())
    if _saved(request, form, lambda data: complete_team(by=request.user, team=found, on=data["on"])):
        messages.success(request, _("%(team)s has completed.") % {"team": found.name})
        return redirect("teams", found.collaborative.slug)
    return render(request, "teams/team_complete.html", _context(found, form=form))


@require_POST
def take_part_again(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Undo a withdrawal or a completion."""
    found = _manageable_team(request, collaborative, team)
    try:
        return_team(by=request.user, team=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(team)s takes part again.") % {"team": found.name})
    return redirect("teams", found.collaborative.slug)


def _saved(request: SignedInRequest, form: forms.Form, save: Callable[[dict[str, Any]], None]) -> bool:
    """Whether the form was sent, valid, and saved; what the action refuses is told in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save(form.cleaned_data)
    except ValidationError as error:
        form.add_error("on" if error.code == "future" else None, error)
        return False
    return True


def _context(team: Team, **more: Any) -> dict[str, Any]:
    return {"collaborative": team.collaborative, "team": team, "nav_key": "home", **more}
