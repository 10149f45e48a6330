"""A team's months: the list, the grid with its drafts, submitting, history and reopening."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.formatting import clock, day, moment, period_name
from collab.common.views import require
from metrics.actions.burden import give_minutes
from metrics.actions.drafts import Saved, discard_changes, save_cells
from metrics.actions.submissions import MonthChangedError, ReasonNeededError, reopen_month, submit_month
from metrics.enums import MissingReason, MonthState, Source
from metrics.forms.month import ReopenForm, seen_text, typed_cells
from metrics.forms.sites import MinutesForm
from metrics.models import Submission
from metrics.policies import (
    MonthClosedError,
    can_reopen,
    check_enter,
    check_reopen,
    needs_reason,
)
from metrics.presenters.month import grid_for, read_rows, revisions_of, summary_of, typed_result
from metrics.presenters.month import their_cell as their_cell_of
from metrics.presenters.quality import all_words
from metrics.presenters.threads import threads_seen
from metrics.queries.months import Sheet, month_states, month_to_open, sheet_for, values_by_submission
from metrics.queries.quality import months_looked_at, reporting_of
from metrics.rules import MetricsPermission, discuss_figures, enter_figures, manage_sites, see_small_counts
from metrics.rules import reopen_month as reopen_permission
from metrics.validation import Checked, check_sheet
from teams.models import Team
from teams.queries.teams import find_team


def page_context(team: Team, month: dt.date | None = None) -> dict[str, Any]:
    """What every page of a team's months shows around its content."""
    return {"collaborative": team.collaborative, "team": team, "month": month, "nav_key": "month"}


@require_safe
def months(request: HttpRequest, collaborative: str, team: str) -> HttpResponse:
    """All months with where each stands, the newest that is over first."""
    found = find_team(request.user, collaborative, team)
    rows = month_states(found, timezone.now())
    context = page_context(found) | {
        "rows": [row for row in reversed(rows) if row.state is not MonthState.FUTURE],
        "next": next((row for row in rows if row.state is MonthState.FUTURE), None),
        "open": month_to_open(rows),
        "may_enter": enter_figures.check(request.user, found),
        "may_manage_sites": manage_sites.check(request.user, found),
        "kept": all_words(reporting_of(found.collaborative, [found], months_looked_at(found.collaborative))),
    }
    return render(request, "metrics/months.html", context)


@require_safe
def current(request: HttpRequest, collaborative: str, team: str) -> HttpResponse:
    """Where "Month" leads: the oldest month not yet submitted, else the last one that is over."""
    found = find_team(request.user, collaborative, team)
    row = month_to_open(month_states(found, timezone.now()))
    if row is None:
        return redirect("months", collaborative, team)
    return redirect("month", collaborative, team, row.month)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def month(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """The grid for those who enter; the figures for everybody else, and for all when the month is closed."""
    found = find_team(request.user, collaborative, team)
    if request.method == "POST":
        require_entry(request, found)
        # One transaction from saving to submitting: what a colleague saves in between would be neither in the
        # submission nor, afterwards, in the draft.
        with transaction.atomic():
            return _post(request, found, month)
    if not enter_figures.check(request.user, found):
        return _read_only(request, found, month)
    try:
        check_enter(found, month)
    except MonthClosedError as closed:
        return _read_only(request, found, month, closed)
    sheet = sheet_for(found, month)
    return _grid(request, sheet, check_sheet(sheet, sheet.entries, is_complete=False))


def require_entry(request: HttpRequest, team: Team) -> None:
    """Stop with 403 those who see the team but do not enter its figures."""
    require(
        request.user,
        MetricsPermission.ENTER_FIGURES,
        team,
        _("Only the people of %(team)s enter its figures. Ask the team's leader.") % {"team": team.name},
    )


def _post(request: HttpRequest, team: Team, month: dt.date) -> HttpResponse:
    """Everything that is typed is saved first; then the button decides."""
    sheet = sheet_for(team, month)
    try:
        saved = save_cells(by=request.user, team=team, month=month, typed=typed_cells(request.POST, sheet.cell_keys()))
    except MonthClosedError as closed:
        messages.error(request, closed.sentence)
        return redirect("month", team.collaborative.slug, team.slug, month)
    action = request.POST.get("action", "submit")
    if action == "discard":
        discard_changes(team=team, month=month)
        messages.success(request, _("Your changes were thrown away. The month stands as it was submitted."))
        return redirect("month", team.collaborative.slug, team.slug, month)
    if action == "save":
        return _after_save(request, saved)
    return _submit(request, saved)


def _after_save(request: HttpRequest, saved: Saved) -> HttpResponse:
    sheet = saved.sheet
    if saved.conflicts:
        return _conflicting(request, saved)
    words = _("Draft saved at %(time)s. It is not submitted yet.")
    messages.success(request, words % {"time": clock(saved.at, sheet.team.collaborative.time_zone)})
    return redirect("month", sheet.team.collaborative.slug, sheet.team.slug, sheet.month)


def _conflicting(request: HttpRequest, saved: Saved) -> HttpResponse:
    checked = check_sheet(saved.sheet, saved.sheet.entries, is_complete=False)
    return _grid(request, saved.sheet, checked, saved=saved, with_problems=True)


def _submit(request: HttpRequest, saved: Saved) -> HttpResponse:
    if saved.conflicts:
        return _conflicting(request, saved)
    sheet = saved.sheet
    checked = check_sheet(sheet, sheet.entries)
    note = request.POST.get("note", "").replace("\x00", "").strip()
    if not checked.is_ready:
        return _grid(request, sheet, checked, with_problems=True, note=note)
    try:
        submit_month(
            by=request.user,
            team=sheet.team,
            month=sheet.month,
            values=checked.values,
            source=Source.GRID,
            note=note,
            confirmed=checked.confirmed,
            base_revision=_base_revision(request),
        )
    except ReasonNeededError as needed:
        return _grid(request, sheet, checked, with_problems=True, note_error=str(needed))
    except MonthChangedError as changed:
        messages.warning(request, str(changed))
        return redirect("month", sheet.team.collaborative.slug, sheet.team.slug, sheet.month)
    return redirect("month_sent", sheet.team.collaborative.slug, sheet.team.slug, sheet.month)


def _base_revision(request: HttpRequest) -> int | None:
    text = request.POST.get("base_revision", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _grid(
    request: HttpRequest,
    sheet: Sheet,
    checked: Checked,
    *,
    saved: Saved | None = None,
    with_problems: bool = False,
    note: str = "",
    note_error: str = "",
) -> HttpResponse:
    conflicts = saved.conflicts if saved else {}
    typed = {key: conflict.mine for key, conflict in conflicts.items()}
    team, now = sheet.team, timezone.now()
    collaborative = team.collaborative
    context = page_context(team, sheet.month) | {
        "sheet": sheet,
        "grid": grid_for(
            sheet,
            checked,
            typed=typed,
            conflicts=conflicts,
            threads=threads_seen(request.user, sheet),
            with_problems=with_problems,
        ),
        "reasons": MissingReason.choices,
        "due": collaborative.due_date(sheet.month),
        "is_late": now >= collaborative.due_at(sheet.month),
        "is_correction": sheet.live is not None,
        "submitted_when": moment(sheet.live.submitted_at, collaborative.time_zone) if sheet.live else "",
        "needs_reason": needs_reason(team, sheet.month, sheet.live, now),
        "note": note,
        "note_error": note_error,
        "saved_at": _last_saved(sheet),
    }
    return render(request, "metrics/month.html", context)


def _last_saved(sheet: Sheet) -> str:
    times = [draft.updated_at for draft in sheet.drafts.values()]
    return clock(max(times), sheet.team.collaborative.time_zone) if times else ""


def _read_only(
    request: HttpRequest, team: Team, month: dt.date, closed: MonthClosedError | None = None
) -> HttpResponse:
    sheet = sheet_for(team, month)
    may_reopen = reopen_permission.check(request.user, team)
    may_see_small = see_small_counts.check(request.user, team)
    threads = threads_seen(request.user, sheet)
    context = page_context(team, month) | {
        "sheet": sheet,
        "rows": read_rows(sheet, may_see_small=may_see_small, threads=threads) if sheet.live else [],
        "threads": threads,
        "may_discuss": discuss_figures.check(request.user, team),
        "shows_notes": may_see_small,
        "closed": closed,
        "submitted_when": moment(sheet.live.submitted_at, team.collaborative.time_zone) if sheet.live else "",
        "is_reporting_month": team.collaborative.is_reporting_month(month),
        "due": team.collaborative.due_date(month),
        "may_reopen": may_reopen and can_reopen(team, month),
    }
    return render(request, "metrics/month_read.html", context)


@never_cache
@require_POST
def save(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> JsonResponse:
    """Save what was typed and judge the month, for the page that stays open."""
    found = find_team(request.user, collaborative, team)
    require_entry(request, found)
    sheet = sheet_for(found, month)
    try:
        saved = save_cells(by=request.user, team=found, month=month, typed=typed_cells(request.POST, sheet.cell_keys()))
    except MonthClosedError as closed:
        return JsonResponse({"closed": closed.sentence}, status=409)
    return JsonResponse(_saved_json(saved))


def _saved_json(saved: Saved) -> dict[str, Any]:
    sheet = saved.sheet
    time_zone = sheet.team.collaborative.time_zone
    checked = check_sheet(sheet, sheet.entries, is_complete=False)
    cells = {}
    for key, cell in sheet.cells.items():
        version, conflict = sheet.by_code[key.measure].version, saved.conflicts.get(key)
        theirs = their_cell_of(version, conflict, sheet.team.collaborative) if conflict else None
        cells[str(key)] = {
            "entry": json.loads(seen_text(cell.entry)),
            "result": typed_result(version, cell.entry),
            "changed": _("%(name)s changed this at %(time)s.") % {"name": cell.by, "time": clock(cell.at, time_zone)},
            "conflict": theirs.sentence if theirs else "",
            "findings": [
                {
                    "field": finding.field,
                    "severity": finding.severity.value,
                    "message": finding.message,
                    "confirmed": finding.confirmed,
                }
                for finding in checked.of(key)
            ],
        }
    return {
        "saved": clock(saved.at, time_zone),
        "revision": sheet.revision,
        "summary": summary_of(sheet),
        "cells": cells,
    }


@require_safe
def sent(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """Thank you, what happens now, and what is due next."""
    return _sent(request, find_team(request.user, collaborative, team), month)


@require_POST
def minutes(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """How long the month took, if somebody likes to say."""
    found = find_team(request.user, collaborative, team)
    require_entry(request, found)
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return _sent(request, found, month, form)
    give_minutes(by=request.user, team=found, month=month, minutes=form.cleaned_data["minutes"])
    messages.success(request, _("Thank you. That helps to keep the work small."))
    return redirect("month_sent", found.collaborative.slug, found.slug, month)


def _sent(request: HttpRequest, found: Team, month: dt.date, form: MinutesForm | None = None) -> HttpResponse:
    rows = month_states(found, timezone.now())
    row = next((row for row in rows if row.month == month), None)
    if row is None or row.live is None:
        return redirect("month", found.collaborative.slug, found.slug, month)
    context = page_context(found, month) | {
        "row": row,
        "submitted_when": moment(row.live.submitted_at, found.collaborative.time_zone),
        "minutes_form": form or MinutesForm(initial={"minutes": row.live.minutes}),
        "may_enter": enter_figures.check(request.user, found),
        "due_rows": [other for other in rows if other.can_change],
        "next": next((other for other in rows if other.state is MonthState.FUTURE), None),
    }
    return render(request, "metrics/month_sent.html", context)


@require_safe
def history(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """Every revision with who, when, how and why, and what it changed; and each reopening."""
    found = find_team(request.user, collaborative, team)
    sheet = sheet_for(found, month)
    submissions = list(
        Submission.objects.filter(team=found, month=month)
        .select_related("submitted_by")
        .prefetch_related("confirmations__measure")
        .order_by("revision")
    )
    context = page_context(found, month) | {
        "revisions": revisions_of(
            sheet,
            submissions,
            values_by_submission(submissions),
            may_see_small=see_small_counts.check(request.user, found),
        ),
        "threads": threads_seen(request.user, sheet),
        "reopenings": [
            {
                "by": reopening.opened_by,
                "at": moment(reopening.opened_at, found.collaborative.time_zone),
                "until": moment(reopening.open_until, found.collaborative.time_zone),
                "reason": reopening.reason,
            }
            for reopening in found.reopenings.filter(month=month).select_related("opened_by")
        ],
    }
    return render(request, "metrics/month_history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """A coordinator lets the team change a locked month until a day."""
    found = find_team(request.user, collaborative, team)
    require(
        request.user,
        MetricsPermission.REOPEN_MONTH,
        found,
        _("Only a coordinator of the center reopens a month. Ask yours, and say why it has to change."),
    )
    now = timezone.now()
    try:
        check_reopen(found, month, now)
    except MonthClosedError as closed:
        raise PermissionDenied(closed.sentence) from closed
    form = ReopenForm(request.POST if request.method == "POST" else None, team=found, now=now)
    if request.method == "POST" and form.is_valid():
        reopen_month(
            by=request.user,
            team=found,
            month=month,
            reason=form.cleaned_data["reason"],
            open_until=form.open_until,
        )
        messages.success(
            request,
            _("%(month)s is open for %(team)s until the end of %(day)s.")
            % {
                "month": period_name(month, step=found.collaborative.step),
                "team": found.name,
                "day": day(form.cleaned_data["until"]),
            },
        )
        return redirect("month", found.collaborative.slug, found.slug, month)
    return render(request, "metrics/month_reopen.html", page_context(found, month) | {"form": form})
