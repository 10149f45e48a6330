"""A team's aims: reading one, writing it as an aim statement or a charter, closing it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.downloads import figure_address
from collab.common.models import AuditEvent
from collab.common.views import SignedInRequest
from collab.presenters.history import history_lines
from pdsa.actions.aims import add_aim, change_aim, close_aim, reopen_aim
from pdsa.enums import AimForm
from pdsa.forms.aims import CloseAimForm, WriteAimForm
from pdsa.models import Aim
from pdsa.policies import check_aim_open, check_team_works, refusal_of, team_works
from pdsa.presenters.aims import first_answers, view_of
from pdsa.presenters.ramps import lines_of, parallel_card
from pdsa.queries.aims import measures_for, people_of
from pdsa.queries.cycles import find_aim
from pdsa.queries.ramps import active_first, ramps_with_cycles
from pdsa.queries.worksheet import published_ideas
from pdsa.rules import write_cycles
from pdsa.views.deeds import was_carried_out, was_done
from pdsa.views.ramps import ramp_attachment
from pdsa.views.worksheet import page_context, require_writer
from teams.models import Team
from teams.queries.teams import find_team

MOST_EVENTS = 50


@require_safe
def aim(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """One aim: its statement, its answers, its measures, the ramps that lead to it, and what was changed."""
    found = find_aim(request.user, collaborative, team, number)
    ramps = ramps_with_cycles(found.team, aim=found)
    today = found.team.collaborative.today()
    tested = {ramp.idea_id for ramp, _cycles in ramps}
    may_write = write_cycles.check(request.user, found.team) and team_works(found.team)
    context = page_context(found.team) | {
        "aim": found,
        "view": view_of(found, today=today, changes=len(ramps)),
        "card": parallel_card(found, ramps, today=today) if ramps else None,
        "address": figure_address("aim_file", collaborative, team, number),
        "ramps": lines_of(active_first(ramps), today=today),
        "untested": [idea for idea in published_ideas(found.team) if idea.pk not in tested] if may_write else [],
        "may_write": may_write,
        "history": history_lines(AuditEvent.objects.about(found).select_related("actor")[:MOST_EVENTS]),
    }
    return render(request, "pdsa/aim.html", context)


@require_safe
def aim_file(request: SignedInRequest, collaborative: str, team: str, number: int, form: str) -> HttpResponse:
    """The drawing of its ramps for slides, or its table."""
    found = find_aim(request.user, collaborative, team, number)
    ramps = ramps_with_cycles(found.team, aim=found)
    card = parallel_card(found, ramps, today=found.team.collaborative.today())
    return ramp_attachment(form, f"{found.team.slug}-aim-{found.number}", card, found.team)


@require_http_methods(["GET", "HEAD", "POST"])
def aim_new(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Write an aim, begun with what the site already knows of the team."""
    found = find_team(request.user, collaborative, team)
    require_writer(request, found)
    measures = measures_for(found)
    initial = first_answers(found, people_of(found), measures)
    if request.GET.get("form") in AimForm.values:
        initial["form"] = request.GET["form"]
    form = WriteAimForm(request.POST or None, measures=measures, initial=initial)
    refusal = refusal_of(check_team_works, found)
    said = _("Your aim is written. Now choose a change to test.")
    if not refusal and (made := was_done(request, form, lambda: _added(request, found, form), said)):
        return redirect("aim", found.collaborative.slug, found.slug, made.number)
    context = page_context(found) | {"form": form, "refusal": refusal, "aim": None}
    return render(request, "pdsa/aim_form.html", context)


def _added(request: SignedInRequest, team: Team, form: WriteAimForm) -> Aim:
    return add_aim(by=request.user, team=team, values=form.values, measures=form.measures or ())


@require_http_methods(["GET", "HEAD", "POST"])
def aim_edit(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Change an aim. What others changed meanwhile is kept, and told where both changed the same."""
    found = find_aim(request.user, collaborative, team, number)
    require_writer(request, found.team)
    measures = {measure.pk: measure for measure in (*measures_for(found.team), *found.measures.all())}
    form = WriteAimForm(request.POST or None, instance=found, measures=measures.values())
    refusal = refusal_of(check_team_works, found.team) or refusal_of(check_aim_open, found)
    said = _("The aim is saved. What it said before stays in its history.")
    if not refusal and was_done(
        request,
        form,
        lambda: change_aim(by=request.user, aim=found, values=form.values, measures=form.measures),
        said,
    ):
        return redirect("aim", found.team.collaborative.slug, found.team.slug, found.number)
    # The form writes what was typed onto its instance; the page around it keeps the stored title.
    shown = found if request.method != "POST" else find_aim(request.user, collaborative, team, number)
    return render(
        request, "pdsa/aim_form.html", page_context(found.team) | {"form": form, "refusal": refusal, "aim": shown}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def aim_close(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Close an aim with what was reached."""
    found = find_aim(request.user, collaborative, team, number)
    require_writer(request, found.team)
    initial = {"outcome": found.outcome, "on": found.team.collaborative.today()}
    form = CloseAimForm(request.POST or None, initial=initial)
    said = _("The aim is closed. What was reached stands on its page.")
    if was_done(request, form, lambda: close_aim(by=request.user, aim=found, **form.cleaned_data), said):
        return redirect("aim", found.team.collaborative.slug, found.team.slug, found.number)
    refusal = (
        ""
        if request.method == "POST"
        else refusal_of(check_team_works, found.team) or refusal_of(check_aim_open, found)
    )
    return render(
        request, "pdsa/aim_close.html", page_context(found.team) | {"form": form, "aim": found, "refusal": refusal}
    )


@require_POST
def aim_reopen(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Take a closed aim up again."""
    found = find_aim(request.user, collaborative, team, number)
    require_writer(request, found.team)
    was_carried_out(request, lambda: reopen_aim(by=request.user, aim=found), _("The aim is open again."))
    return redirect("aim", found.team.collaborative.slug, found.team.slug, found.number)
