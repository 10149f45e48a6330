"""A chart's own page: read it, freeze a baseline, begin a phase, write on it, teach with it, choose how it is drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.views import SignedInRequest, require
from collab.enums import DataSharing, RuleSet
from collab.models import Collaborative, Measure
from collab.queries.collaboratives import find_collaborative
from metrics.actions import charting as actions
from metrics.charts import ChartCard, pooled_card, team_cards, without_names
from metrics.charts.teach import figure_at, steps_of
from metrics.enums import AnnotationStatus, DecisionKind
from metrics.forms.charting import AnnotationForm, BaselineForm, ChartChoiceForm, DecisionForm, PhaseForm
from metrics.presenters.advising import RULES, SOURCES
from metrics.presenters.charting import (
    Asked,
    asked_in,
    axis_toggle,
    decision_lines,
    names_of,
    revision_lines,
    suggestion_of,
    toggles,
)
from metrics.presenters.readings import read_one
from metrics.queries.annotations import (
    annotations_of,
    decisions_about,
    find_annotation,
    find_decision,
    removed_annotations,
    revisions_of,
)
from metrics.queries.series import (
    Panel,
    Sight,
    benchmarks,
    measures_of,
    pooled_panel,
    sight_of,
    team_panels,
)
from metrics.rules import MetricsPermission, annotate_chart, choose_chart, shape_chart
from teams.models import Team
from teams.queries.teams import find_team

PREFILLED = ("month", "reason")


def find_measure(collaborative: Collaborative, code: str) -> Measure:
    """A measure in use, with its definitions and the collaborative at hand. Raises ``Http404``."""
    for measure in measures_of(collaborative):
        if measure.code == code:
            return measure
    raise Http404


def find_panel(user: Any, team: Team, code: str) -> Panel:
    """The team's series of a measure as ``user`` may see it. Raises ``Http404``."""
    for panel in team_panels(team, user):
        if panel.measure.code == code:
            return panel
    raise Http404


def card_of(user: Any, team: Team, panel: Panel, asked: Asked) -> ChartCard:
    """The team's chart with what happened and what the other teams did, as ``user`` may see it."""
    measure = panel.measure
    compared = benchmarks([measure], panel.months, sight_of(user, team.collaborative), user)
    notes = annotations_of(user, [team], [measure.pk], hidden=asked.hidden)
    return team_cards(
        team, [panel], compared, prefix="chart", notes=notes, query=asked.query, from_zero=asked.from_zero
    )[0]


@require_safe
def chart(request: SignedInRequest, collaborative: str, team: str, measure: str) -> HttpResponse:
    """One measure of one team, large, with everything that was decided and written about it."""
    found = find_team(request.user, collaborative, team)
    panel = find_panel(request.user, found, measure)
    asked = asked_in(request.GET)
    card = card_of(request.user, found, panel, asked)
    reading = read_one(panel)
    may_shape = shape_chart.check(request.user, found)
    rules = reading.rules
    removed = removed_annotations(found, panel.measure.pk)
    context = _context(found, panel.measure) | {
        "card": card,
        "figure": card.figure,
        "may_shape": may_shape,
        "may_annotate": annotate_chart.check(request.user, found),
        "may_choose": choose_chart.check(request.user, found.collaborative),
        "suggestion": suggestion_of(reading) if may_shape else None,
        "decisions": decision_lines(decisions_about(found, panel.measure.pk), found.collaborative),
        "removed": revision_lines(removed, found.collaborative),
        "toggles": toggles(asked, card.figure.flags, names_of(asked.hidden)),
        "axis": axis_toggle(asked),
        "rules_name": RuleSet(rules).label,
        "rules_words": RuleSet(rules).description,
        "rules_source": SOURCES[rules],
    }
    return render(request, "metrics/chart.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def baseline(request: SignedInRequest, collaborative: str, team: str, measure: str) -> HttpResponse:
    """Freeze a baseline."""
    return _decide(request, (collaborative, team, measure), DecisionKind.BASELINE)


@require_http_methods(["GET", "HEAD", "POST"])
def phase_new(request: SignedInRequest, collaborative: str, team: str, measure: str) -> HttpResponse:
    """Begin a phase; a suggested one comes with its month and reason."""
    return _decide(request, (collaborative, team, measure), DecisionKind.PHASE)


def _decide(request: SignedInRequest, place: tuple[str, str, str], kind: DecisionKind) -> HttpResponse:
    found, measure = _shaped(request, *place)
    series = actions.series_of(found, measure)
    make: type[DecisionForm] = BaselineForm if kind is DecisionKind.BASELINE else PhaseForm
    initial = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    form = make(request.POST or None, series=series, initial=initial)
    if request.method == "POST" and form.is_valid():
        act = actions.freeze_baseline if kind is DecisionKind.BASELINE else actions.start_phase
        try:
            act(by=request.user, team=found, measure=measure, **form.cleaned_data)
        except ValidationError as error:
            _put(form, error)
        else:
            _say(request, _said(kind))
            return redirect("chart", *place)
    context = _context(found, measure) | {"form": form, "is_baseline": kind is DecisionKind.BASELINE}
    return render(request, "metrics/chart_decision.html", context)


def _said(kind: DecisionKind) -> str:
    if kind is DecisionKind.BASELINE:
        return _("The baseline is frozen. It can be taken back below the chart.")
    return _("The new phase has begun. It can be taken back below the chart.")


@require_POST
def decision_undo(request: SignedInRequest, collaborative: str, team: str, measure: str, decision: int) -> HttpResponse:
    """Take back a baseline or phase, or make it once more (``again``)."""
    found, chosen = _shaped(request, collaborative, team, measure)
    held = find_decision(found, chosen.pk, decision)
    if request.POST.get("again"):
        try:
            actions.repeat_decision(by=request.user, decision=held)
        except ValidationError as error:
            _say(request, " ".join(error.messages), is_trouble=True)
        else:
            _say(request, _said(DecisionKind(held.kind)))
    else:
        actions.undo_decision(by=request.user, decision=held)
        _say(request, _("It is taken back, and the chart is as it was before. You can make it again in the history."))
    return redirect("chart", collaborative, team, measure)


@require_http_methods(["GET", "HEAD", "POST"])
def annotation_new(request: SignedInRequest, collaborative: str, team: str, measure: str) -> HttpResponse:
    """Write a note on the chart."""
    found, chosen = _annotated(request, collaborative, team, measure)
    form = AnnotationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_annotation(by=request.user, team=found, **form.written(chosen))
        except ValidationError as error:
            _put(form, error)
        else:
            _say(request, _("The note is on the chart."))
            return redirect("chart", collaborative, team, measure)
    return render(request, "metrics/chart_note.html", _context(found, chosen) | {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def annotation(request: SignedInRequest, collaborative: str, team: str, measure: str, note: int) -> HttpResponse:
    """Change a note; its earlier words stay in the history below the form."""
    found, chosen = _annotated(request, collaborative, team, measure)
    held = find_annotation(found, note)
    initial = {name: getattr(held, name) for name in ("kind", "day", "label", "text")} | {
        "everywhere": held.measure_id is None
    }
    form = AnnotationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_annotation(by=request.user, annotation=held, **form.written(held.measure or chosen))
        except ValidationError as error:
            _put(form, error)
        else:
            _say(request, _("The note is changed. Its earlier words stay in its history."))
            return redirect("chart", collaborative, team, measure)
    context = _context(found, chosen) | {
        "form": form,
        "note": held,
        "is_live": held.status == AnnotationStatus.LIVE,
        "revisions": revision_lines(revisions_of(held), found.collaborative),
    }
    return render(request, "metrics/chart_note.html", context)


@require_POST
def annotation_remove(request: SignedInRequest, collaborative: str, team: str, measure: str, note: int) -> HttpResponse:
    """Take a note off the chart."""
    return _change_note(request, (collaborative, team, measure), note, is_removal=True)


@require_POST
def annotation_return(request: SignedInRequest, collaborative: str, team: str, measure: str, note: int) -> HttpResponse:
    """Bring back a removed note, or the words of an earlier revision."""
    return _change_note(request, (collaborative, team, measure), note, is_removal=False)


def _change_note(request: SignedInRequest, place: tuple[str, str, str], key: int, *, is_removal: bool) -> HttpResponse:
    found, _measure = _annotated(request, *place)
    held = find_annotation(found, key)
    act = actions.remove_annotation if is_removal else actions.return_annotation
    try:
        act(by=request.user, annotation=held)
    except ValidationError as error:
        _say(request, " ".join(error.messages), is_trouble=True)
    else:
        _say(
            request,
            _("The note is off the chart. You can bring it back in the history below.")
            if is_removal
            else _("The note is on the chart again."),
        )
    return redirect("chart", *place)


@require_http_methods(["GET", "HEAD", "POST"])
def chart_settings(request: SignedInRequest, collaborative: str, measure: str) -> HttpResponse:
    """How all charts of a measure are drawn, and by which rules."""
    found = find_collaborative(request.user, collaborative)
    require(
        request.user,
        MetricsPermission.CHOOSE_CHART,
        found,
        _("Only faculty and the center choose how a measure is drawn."),
    )
    chosen = find_measure(found, measure)
    form = ChartChoiceForm(request.POST or None, measure=chosen)
    if request.method == "POST" and form.is_valid():
        actions.choose_chart(by=request.user, measure=chosen, **form.cleaned_data)
        _say(request, _("Saved. All charts of this measure are drawn so from now on; no line is broken by it."))
        return redirect("chart_settings", collaborative, measure)
    context = {
        "collaborative": found,
        "nav_key": "data",
        "measure": chosen,
        "version": chosen.latest,
        "form": form,
        "sources": [(RuleSet(rules).label, RULES[rules], SOURCES[rules]) for rules in RuleSet],
    }
    return render(request, "metrics/chart_settings.html", context)


@require_safe
def teach(request: SignedInRequest, collaborative: str, measure: str) -> HttpResponse:
    """A chart step by step for a meeting: of one team (``?team=``), or of all teams pooled."""
    found = find_collaborative(request.user, collaborative)
    team = _taught_team(request, found)
    card = _taught_card(request, found, team, measure)
    steps = steps_of(card.figure)
    number = _step_in(request.GET.get("step", ""), len(steps))
    step = steps[number - 1]
    query = request.GET.copy()

    def address(to: int) -> str:
        query["step"] = str(to)
        return f"?{query.urlencode()}"

    context = {
        "collaborative": found,
        "figure": card.figure,
        "card": replace(card, figure=figure_at(card.figure, step.layer)),
        "step": step,
        "number": number,
        "steps": [(one, to == number, address(to)) for to, one in enumerate(steps, start=1)],
        "before": address(number - 1) if number > 1 else "",
        "after": address(number + 1) if number < len(steps) else "",
        "way_back": reverse("chart", args=[found.slug, team.slug, measure])
        if team
        else reverse("results", args=[found.slug]),
        "hides_names": team is not None and _hides_names(request, found),
        "can_hide_names": team is not None and found.data_sharing == DataSharing.CODED,
        "names_url": _names_url(request),
    }
    return render(request, "metrics/chart_teach.html", context)


def _taught_team(request: SignedInRequest, collaborative: Collaborative) -> Team | None:
    """The team in the address: by its key, for the address stands on the wall in a meeting."""
    key = request.GET.get("team", "")
    if not key:
        return None
    if not (key.isascii() and key.isdigit() and len(key) <= 18):
        raise Http404
    team = get_object_or_404(Team.objects.visible_to(request.user), collaborative=collaborative, pk=int(key))
    team.collaborative = collaborative
    return team


def _taught_card(request: SignedInRequest, found: Collaborative, team: Team | None, code: str) -> ChartCard:
    if team is None:
        sight = sight_of(request.user, found)
        if sight is Sight.NOTHING:
            raise PermissionDenied(_("Results are open to the teams, their faculty, sponsors and coordinators."))
        measure = find_measure(found, code)
        panel = pooled_panel(benchmarks([measure], tuple(found.ended_months()), sight, request.user)[measure.pk])
        if not panel.can_be_pooled:
            raise Http404
        return pooled_card(found, panel)
    card = card_of(request.user, team, find_panel(request.user, team, code), Asked())
    if not _hides_names(request, found):
        return card
    return without_names(card, team)


def _hides_names(request: SignedInRequest, collaborative: Collaborative) -> bool:
    """Under code names a chart is taught without names, unless who teaches asks for them."""
    return collaborative.data_sharing == DataSharing.CODED and request.GET.get("names") != "on"


def _names_url(request: SignedInRequest) -> str:
    query = request.GET.copy()
    if query.pop("names", None) is None:
        query["names"] = "on"
    return f"?{query.urlencode()}"


def _step_in(text: str, most: int) -> int:
    """The number of a step, the first one where the address has none or a wrong one."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(number, 1), most)


def _shaped(request: SignedInRequest, collaborative: str, team: str, measure: str) -> tuple[Team, Measure]:
    found = find_team(request.user, collaborative, team)
    require(
        request.user,
        MetricsPermission.SHAPE_CHART,
        found,
        _("Baselines and phases are set by the team's leader or data lead, by faculty and by the center."),
    )
    return found, find_measure(found.collaborative, measure)


def _annotated(request: SignedInRequest, collaborative: str, team: str, measure: str) -> tuple[Team, Measure]:
    found = find_team(request.user, collaborative, team)
    require(
        request.user,
        MetricsPermission.ANNOTATE_CHART,
        found,
        _("Notes are written by the people of %(team)s, by faculty and by the center.") % {"team": found.name},
    )
    return found, find_measure(found.collaborative, measure)


def _context(team: Team, measure: Measure) -> dict[str, Any]:
    return {
        "collaborative": team.collaborative,
        "team": team,
        "measure": measure,
        "version": measure.latest,
        "nav_key": "home",
    }


def _put(form: forms.Form, error: ValidationError) -> None:
    """What an action refuses, at the fields that the form has."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.error_dict.items():
        form.add_error(name if name in form.fields else None, found)


def _say(request: SignedInRequest, sentence: str, *, is_trouble: bool = False) -> None:
    (messages.warning if is_trouble else messages.success)(request, sentence)
