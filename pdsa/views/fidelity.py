"""How faithfully teams follow the method: one team, all teams, and a coach's reading of one cycle."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collab.common.downloads import figure_address, figure_attachment
from collab.common.formatting import drawn_on
from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest, require
from collab.models import Collaborative
from collab.queries.collaboratives import find_collaborative
from pdsa.actions.fidelity import judge
from pdsa.charts.shares import trend_file
from pdsa.forms.fidelity import JudgeForm
from pdsa.models import CoachScore, Cycle
from pdsa.policies import NotReadyError, check_judgeable
from pdsa.presenters.fidelity import agreement_lines, cycle_lines, team_lines, trend_rows, trend_table
from pdsa.queries.cycles import find_cycle
from pdsa.queries.fidelity import (
    Trend,
    agreement_in,
    counted_of_teams,
    cycles_of_team,
    fidelity_of,
    teams_by_fidelity,
    to_read,
    trend_of,
    with_facts,
)
from pdsa.rules import PdsaPermission
from teams.queries.teams import find_team

CYCLES_A_PAGE = 20
TEAMS_A_PAGE = 25
READ_NEXT = 5
ORDERS = ("lowest", "highest", "name")


@require_safe
def team_fidelity(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """A team's own trend beside the published figures, and its cycles with the first thing to do about each."""
    found = find_team(request.user, collaborative, team)
    today = found.collaborative.today()
    judged = fidelity_of(with_facts(Cycle.objects.filter(team=found)), today)
    page = page_of(request, cycles_of_team(found), size=CYCLES_A_PAGE)
    context = {
        "team": found,
        "collaborative": found.collaborative,
        "nav_key": "pdsa",
        "trend": trend_table(trend_of(found.collaborative, today, team=found)),
        "address": figure_address("team_fidelity_file", collaborative, team),
        "lines": cycle_lines(list(page), {key: one.fidelity for key, one in judged.items()}),
        "page": page,
    }
    return render(request, "pdsa/fidelity_team.html", context)


@require_safe
def team_fidelity_file(request: SignedInRequest, collaborative: str, team: str, form: str) -> HttpResponse:
    """A team's trend for slides, or its table."""
    found = find_team(request.user, collaborative, team)
    trend = trend_of(found.collaborative, found.collaborative.today(), team=found)
    return _trend_file(form, found.slug, found.name, trend, found.collaborative)


@require_safe
def fidelity_file(request: SignedInRequest, collaborative: str, form: str) -> HttpResponse:
    """The trend of all teams together for slides, or its table."""
    found = _compared(request, collaborative)
    return _trend_file(form, found.slug, _("all teams"), trend_of(found, found.today()), found)


def _trend_file(form: str, name: str, whose: str, trend: Trend, found: Collaborative) -> HttpResponse:
    table = trend_table(trend)
    if not table.cycles:
        raise Http404
    title = _("Fidelity beside what was published, %(whose)s") % {"whose": whose}
    foot = drawn_on(found.today())
    return figure_attachment(
        form,
        f"{name}-fidelity",
        picture=lambda: trend_file(table, title=title, foot=foot),
        table=lambda: trend_rows(table),
    )


def _compared(request: SignedInRequest, slug: str) -> Collaborative:
    found = find_collaborative(request.user, slug)
    require(
        request.user,
        PdsaPermission.WATCH_TEAMS,
        found,
        _("Faculty and coordinators compare teams. Your own team's page shows the same about you."),
    )
    return found


@require_safe
def fidelity(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """All teams together and one by one; what coaches have still to read, and how far they agree."""
    found = _compared(request, collaborative)
    order = request.GET.get("order", "")
    order = order if order in ORDERS else ORDERS[0]
    words = words_of(request)
    page = page_of(request, teams_by_fidelity(found, request.user, words=words, order=order), size=TEAMS_A_PAGE)
    coaches = request.user.has_perm(PdsaPermission.COACH_TEAMS.value, found)
    unread = to_read(found, request.user) if coaches else Cycle.objects.none()
    context = {
        "collaborative": found,
        "nav_key": "pdsa",
        "trend": trend_table(trend_of(found, found.today())),
        "address": figure_address("fidelity_file", collaborative),
        "agreement": agreement_lines(agreement_in(found)),
        "coaches": coaches,
        "unread": unread[:READ_NEXT],
        "unread_count": unread.count() if coaches else 0,
        "lines": team_lines(list(page), counted_of_teams([team.pk for team in page])),
        "page": page,
        "words": words,
        "order": order,
        "query": query_of(request, "q", "order"),
    }
    return render(request, "pdsa/fidelity.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def fidelity_score(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """A coach reads a finished cycle and answers two questions; others' answers show once the own ones are in."""
    cycle = find_cycle(request.user, collaborative, team, number)
    require(request.user, PdsaPermission.COACH_CYCLE, cycle, _("Only faculty of this collaborative judge cycles."))
    own = cycle.coach_scores.filter(coach=request.user).first()
    form = JudgeForm(request.POST or None, initial=JudgeForm.initial_from(own) if own else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            judge(by=request.user, cycle=cycle, **form.cleaned_data)
        except NotReadyError as error:
            messages.error(request, error.sentence)
            status = 409
        else:
            messages.success(request, _("Your reading of “%(cycle)s” was saved.") % {"cycle": cycle.title})
            return redirect(request.path)
    context = {
        "team": cycle.team,
        "collaborative": cycle.team.collaborative,
        "nav_key": "pdsa",
        "cycle": cycle,
        "form": form,
        "own": own,
        "others": CoachScore.objects.visible_to(request.user)
        .filter(cycle=cycle)
        .exclude(coach=request.user)
        .select_related("coach"),
        "refusal": _refusal(cycle, request.user),
        "next": to_read(cycle.team.collaborative, request.user).exclude(pk=cycle.pk).first(),
    }
    return render(request, "pdsa/fidelity_score.html", context, status=status)


def _refusal(cycle: Cycle, coach: object) -> str:
    """Why the coach can not answer now; empty where they can."""
    try:
        check_judgeable(cycle, coach)
    except NotReadyError as error:
        return error.sentence
    return ""
