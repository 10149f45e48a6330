"""What a team asks of its senior leader, the answers, and the leader's goal."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collab.common.views import SignedInRequest, require
from teams.actions.leadership import answer_request, make_request, set_leader_goal
from teams.forms.leadership import AnswerForm, LeaderGoalForm, RequestForm
from teams.models import LeaderRequest
from teams.presenters import ShownRequest, show_requests
from teams.queries.leadership import requests_of
from teams.queries.teams import find_team
from teams.rules import TeamsPermission, answer_requests, belong_to_team


@require_http_methods(["GET", "HEAD", "POST"])
def team_requests(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """The team's requests and the leader's goal; members add a request here."""
    found = find_team(request.user, collaborative, team)
    may_ask = belong_to_team.check(request.user, found)
    form = RequestForm(request.POST or None) if may_ask else None
    if request.method == "POST":
        require(
            request.user,
            TeamsPermission.BELONG_TO_TEAM,
            found,
            _("Only the team's own people ask its leader for something."),
        )
        if form is not None and form.is_valid():
            make_request(by=request.user, team=found, **form.cleaned_data)
            messages.success(request, _("Your request stands on the senior leader's page."))
            return redirect("team_requests", found.collaborative.slug, found.slug)
    context = {
        "collaborative": found.collaborative,
        "team": found,
        "nav_key": "requests",
        "requests": show_requests(requests_of(found), request.user),
        "form": form,
        "may_set_goal": answer_requests.check(request.user, found),
    }
    return render(request, "teams/requests.html", context)


@require_POST
def answer(request: SignedInRequest, collaborative: str, team: str, pk: int) -> HttpResponse:
    """The leader's yes, no or later: as a part of the page for htmx, else back to where it was given."""
    found = find_team(request.user, collaborative, team)
    asked = get_object_or_404(requests_of(found), pk=pk)
    require(
        request.user,
        TeamsPermission.ANSWER_REQUESTS,
        found,
        _("Only the agency's senior leader answers its team's requests."),
    )
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose yes, no or later."))
    else:
        answer_request(
            by=request.user, request=asked, answer=form.cleaned_data["answer"], note=form.cleaned_data["note"]
        )
        if request.htmx:  # type: ignore[attr-defined]  # django_htmx's middleware
            return _one_request(request, requests_of(found).get(pk=pk))
        messages.success(request, _("Your answer was saved; the team sees it."))
    return redirect(_back(request, reverse("team_requests", args=[found.collaborative.slug, found.slug])))


def _one_request(request: SignedInRequest, asked: LeaderRequest) -> HttpResponse:
    shown = ShownRequest(asked, may_answer=True)
    return render(request, "teams/_request.html", {"shown": shown, "just_saved": True})


def _back(request: SignedInRequest, otherwise: str) -> str:
    """The page that the form named, if it is one of ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and safe else otherwise


@require_http_methods(["GET", "HEAD", "POST"])
def leader_goal(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """What the senior leader wants from this work, in their own words."""
    found = find_team(request.user, collaborative, team)
    require(
        request.user,
        TeamsPermission.ANSWER_REQUESTS,
        found,
        _("Only the agency's senior leader writes the leader's goal."),
    )
    form = LeaderGoalForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        set_leader_goal(by=request.user, team=found, goal=form.cleaned_data["leader_goal"])
        messages.success(request, _("Your goal stands on the team's page."))
        return redirect("team_requests", found.collaborative.slug, found.slug)
    context = {"collaborative": found.collaborative, "team": found, "nav_key": "requests", "form": form}
    return render(request, "teams/leader_goal.html", context)
