"""Series of cycles drawn as ramps: looking at one, beginning, changing, going on, ending."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.downloads import figure_address, figure_attachment
from collab.common.formatting import drawn_on
from collab.common.models import AuditEvent
from collab.common.views import SignedInRequest
from collab.models import ChangeIdea
from collab.presenters.history import history_lines
from pdsa.actions.ramps import add_ramp, change_ramp, end_ramp, resume_ramp
from pdsa.actions.workflow import plan_next
from pdsa.charts.svg import to_file
from pdsa.enums import RampStatus
from pdsa.forms.ramps import EndRampForm, RampForm
from pdsa.limits import whole_number
from pdsa.policies import check_ramp_can_end, check_team_works, refusal_of, team_works
from pdsa.presenters.ramps import RampCard, card_of, context_of, file_rows, next_base, open_cycles
from pdsa.queries.cycles import find_ramp
from pdsa.queries.ramps import cycles_of_ramp
from pdsa.queries.worksheet import published_ideas
from pdsa.rules import write_cycles
from pdsa.views.deeds import was_carried_out, was_done
from pdsa.views.worksheet import page_context, require_writer
from teams.models import Team
from teams.queries.teams import find_team

MOST_EVENTS = 50


@require_safe
def ramp(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """One ramp: the drawing with its table, what was learned, and what can be done next."""
    found = find_ramp(request.user, collaborative, team, number)
    cycles = cycles_of_ramp(found)
    context = page_context(found.team) | context_of(found, cycles)
    context |= {
        "address": figure_address("ramp_file", collaborative, team, number),
        "may_write": write_cycles.check(request.user, found.team) and team_works(found.team),
        "open_cycles": open_cycles(cycles),
        "base": next_base(cycles),
        "beside": found.aim.ramps.exclude(pk=found.pk).order_by("number") if found.aim else [],
        "drivers": found.drivers.all(),
        "history": history_lines(AuditEvent.objects.about(found).select_related("actor")[:MOST_EVENTS]),
    }
    return render(request, "pdsa/ramp.html", context)


@require_safe
def ramp_file(request: SignedInRequest, collaborative: str, team: str, number: int, form: str) -> HttpResponse:
    """The drawing for slides, or its table."""
    found = find_ramp(request.user, collaborative, team, number)
    card = card_of(found, cycles_of_ramp(found))
    return ramp_attachment(form, f"{found.team.slug}-ramp-{found.number}", card, found.team)


def ramp_attachment(form: str, name: str, card: RampCard, team: Team) -> HttpResponse:
    """A drawing of ramps as a file. Raises ``Http404`` where there is none before a first cycle."""
    if card.figure.is_empty:
        raise Http404
    foot = drawn_on(team.collaborative.today())
    return figure_attachment(
        form, name, picture=lambda: to_file(card.figure, lead=card.sentence, foot=foot), table=lambda: file_rows(card)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ramp_new(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Begin a series: ``?aim=`` its aim's number, ``?idea=`` a change idea of the package."""
    found = find_team(request.user, collaborative, team)
    require_writer(request, found)
    ideas = list(published_ideas(found))
    form = RampForm(request.POST or None, team=found, ideas=ideas, initial=_asked_for(request, found, ideas))
    refusal = refusal_of(check_team_works, found)
    said = _("The ramp is there. Plan its first small test.")
    if not refusal and (
        made := was_done(request, form, lambda: add_ramp(by=request.user, team=found, **form.values), said)
    ):
        return redirect("ramp", found.collaborative.slug, found.slug, made.number)
    context = page_context(found) | {"form": form, "refusal": refusal, "ramp": None}
    return render(request, "pdsa/ramp_form.html", context)


def _asked_for(request: SignedInRequest, team: Team, ideas: list[ChangeIdea]) -> dict[str, Any]:
    """What the address asks to begin with, as far as it is the team's."""
    aim, idea = request.GET.get("aim", ""), request.GET.get("idea", "")
    initial: dict[str, Any] = {}
    if aim.isdecimal():
        initial["aim"] = team.aims.current().filter(number=int(aim[:6])).first()
    if (number := whole_number(idea)) is not None:
        initial["idea"] = next((one for one in ideas if one.pk == number), None)
    return initial


@require_http_methods(["GET", "HEAD", "POST"])
def ramp_edit(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Change a ramp's words, its idea or its aim. What others changed meanwhile is kept, and told where both did."""
    found = find_ramp(request.user, collaborative, team, number)
    require_writer(request, found.team)
    form = RampForm(request.POST or None, instance=found, team=found.team, ideas=list(published_ideas(found.team)))
    refusal = refusal_of(check_team_works, found.team)
    said = _("The ramp is saved.")
    if not refusal and was_done(
        request, form, lambda: change_ramp(by=request.user, ramp=found, values=form.values), said
    ):
        return redirect("ramp", found.team.collaborative.slug, found.team.slug, found.number)
    # The form writes what was typed onto its instance; the page around it keeps the stored title.
    shown = found if request.method != "POST" else find_ramp(request.user, collaborative, team, number)
    return render(
        request, "pdsa/ramp_form.html", page_context(found.team) | {"form": form, "refusal": refusal, "ramp": shown}
    )


@require_POST
def ramp_next(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Plan the next cycle from the newest closed one; where one is open already, that one is the next."""
    found = find_ramp(request.user, collaborative, team, number)
    require_writer(request, found.team)
    cycles = cycles_of_ramp(found)
    where = [found.team.collaborative.slug, found.team.slug]
    still_open = open_cycles(cycles)
    if still_open:
        messages.info(request, _("This cycle is still open. Close it first: what it teaches shapes the next one."))
        return redirect("cycle", *where, still_open[0].number)
    base = next_base(cycles)
    if base is None:
        return redirect(f"{reverse('cycle_new', args=where)}?ramp={found.pk}")
    said = _("The next cycle is filled in from the last. Say what is different, and predict.")
    follower = was_carried_out(request, lambda: plan_next(by=request.user, cycle=base), said)
    return redirect("cycle", *where, follower.number) if follower else redirect("ramp", *where, found.number)


@require_http_methods(["GET", "HEAD", "POST"])
def ramp_end(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Finish a ramp, or stop it with the reason."""
    found = find_ramp(request.user, collaborative, team, number)
    require_writer(request, found.team)
    form = EndRampForm(
        request.POST or None, initial={"status": RampStatus.FINISHED, "on": found.team.collaborative.today()}
    )
    said = _("The ramp has ended. What it taught stays.")
    if was_done(request, form, lambda: end_ramp(by=request.user, ramp=found, **form.cleaned_data), said):
        return redirect("ramp", found.team.collaborative.slug, found.team.slug, found.number)
    refusal = (
        ""
        if request.method == "POST"
        else refusal_of(check_team_works, found.team) or refusal_of(check_ramp_can_end, found)
    )
    return render(
        request, "pdsa/ramp_end.html", page_context(found.team) | {"form": form, "ramp": found, "refusal": refusal}
    )


@require_POST
def ramp_resume(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Take an ended ramp up again."""
    found = find_ramp(request.user, collaborative, team, number)
    require_writer(request, found.team)
    was_carried_out(request, lambda: resume_ramp(by=request.user, ramp=found), _("The ramp goes on."))
    return redirect("ramp", found.team.collaborative.slug, found.team.slug, found.number)
